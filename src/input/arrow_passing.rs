//! A file of Arrow that is read from its beginning to its end.

use std::io::{self, Read as _};

use super::arrow::{CONTINUATION, LONGEST_METADATA, Opening, Refused};
use super::arrow_aside::take_aside;
use super::left_out::LeftOut;
use crate::result::NoRecord;

/// Reads exactly so many bytes, which the file is known to have.
pub(super) fn take(reader: &mut impl io::Read, bytes: u64) -> Result<Vec<u8>, Refused> {
    let length = usize::try_from(bytes).map_err(|_| Refused::Damaged)?;
    let mut taken = Vec::new();
    let refused = |_| Refused::System(io::ErrorKind::OutOfMemory.into());
    taken.try_reserve_exact(length).map_err(refused)?;
    reader.take(bytes).read_to_end(&mut taken)?;
    if taken.len() == length { Ok(taken) } else { Err(Refused::Damaged) }
}

/// A file that is read from its beginning to its end.
pub(super) struct Passing<R> {
    pub(super) reader: R,
    pub(super) at: u64,
    pub(super) bytes: u64,
}

impl<R: io::Read> Passing<R> {
    pub(super) fn left(&self) -> u64 {
        self.bytes.saturating_sub(self.at)
    }

    pub(super) fn take(&mut self, bytes: u64) -> Result<Vec<u8>, Refused> {
        if bytes > self.left() {
            return Err(Refused::Damaged);
        }
        self.at += bytes;
        take(&mut self.reader, bytes)
    }

    /// Passes over bytes that lie before `place` and belong to no message of the records.
    pub(super) fn pass_aside(&mut self, place: u64, opening: &Opening, left_out: &mut LeftOut) -> Result<(), Refused> {
        let bytes = place.checked_sub(self.at).ok_or(Refused::Damaged)?;
        if bytes > LONGEST_METADATA {
            left_out.add(NoRecord::OtherPart, 1);
            return self.pass_to(place);
        }
        let aside = self.take(bytes)?;
        take_aside(&aside, opening, left_out);
        Ok(())
    }

    /// Passes over bytes that lie before `place`.
    pub(super) fn pass_to(&mut self, place: u64) -> Result<(), Refused> {
        let bytes = place.checked_sub(self.at).ok_or(Refused::Damaged)?;
        if io::copy(&mut self.reader.by_ref().take(bytes), &mut io::sink())? != bytes {
            return Err(Refused::Damaged);
        }
        self.at = place;
        Ok(())
    }

    /// The metadata of the next message of a stream; `None` at its end mark.
    pub(super) fn next_metadata(&mut self) -> Result<Option<Vec<u8>>, Refused> {
        let mut length = self.four_bytes()?;
        if length == CONTINUATION {
            length = self.four_bytes()?;
        }
        let length = u64::try_from(i32::from_le_bytes(length)).map_err(|_| Refused::Damaged)?;
        if length > LONGEST_METADATA {
            return Err(Refused::Damaged);
        }
        if length == 0 { Ok(None) } else { self.take(length).map(Some) }
    }

    pub(super) fn four_bytes(&mut self) -> Result<[u8; 4], Refused> {
        self.take(4)?.try_into().map_err(|_| Refused::Damaged)
    }
}
