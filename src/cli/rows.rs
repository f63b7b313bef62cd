//! The rows of an exchange as a stream of bytes: how they come to a worker, leave it, and lie in files.
//!
//! A row is its part (four bytes, the lowest first), the number of its kind (one byte), the length of its blob (four bytes), and
//! the blob. Before the rows for a worker stands its task, in the same form with a kind of its own.

use std::io::{self, Read, Write};

use crate::table::exchange::{ExchangeError, Kind, Row};

/// The kind of a task.
pub(super) const TASK: u8 = 250;

/// What stands before the bytes of a blob.
const HEAD: usize = 9;

/// What a stream holds: a row, or something that is no row.
pub(super) struct Frame {
    pub(super) part: u32,
    pub(super) kind: u8,
    pub(super) blob: Vec<u8>,
}

/// The next of a stream; `None` at its end.
pub(super) fn read_frame(stream: &mut impl Read) -> Result<Option<Frame>, ExchangeError> {
    let mut head = [0; HEAD];
    let read = read_up_to(stream, &mut head).map_err(|_| ExchangeError::NotCarried)?;
    if read == 0 {
        return Ok(None);
    }
    let ends_early = ExchangeError::Damaged("the rows end within one");
    let [a, b, c, d, kind, length @ ..] = head;
    let length = u32::from_le_bytes(length);
    if read < HEAD {
        return Err(ends_early);
    }
    // The length may be damaged, so room is made for what really comes.
    let mut blob = Vec::new();
    stream.take(length.into()).read_to_end(&mut blob).map_err(|_| ExchangeError::NotCarried)?;
    if blob.len() < length as usize {
        return Err(ends_early);
    }
    Ok(Some(Frame { part: u32::from_le_bytes([a, b, c, d]), kind, blob }))
}

fn read_up_to(stream: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < bytes.len() {
        match stream.read(&mut bytes[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// The rows of a stream.
pub(super) fn rows(stream: &mut impl Read) -> impl Iterator<Item = Result<Row, ExchangeError>> {
    std::iter::from_fn(move || {
        let row = |Frame { part, kind, blob }| match Kind::from_number(kind) {
            Some(kind) => Ok(Row { part, kind, blob }),
            None => Err(ExchangeError::Damaged("a row is of no kind that is known")),
        };
        read_frame(stream).transpose().map(|frame| frame.and_then(row))
    })
}

/// Writes a row.
pub(super) fn write_row(stream: &mut impl Write, row: &Row) -> io::Result<()> {
    let length = u32::try_from(row.blob.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    stream.write_all(&row.part.to_le_bytes())?;
    stream.write_all(&[row.kind as u8])?;
    stream.write_all(&length.to_le_bytes())?;
    stream.write_all(&row.blob)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_a_stream_that_is_cut_off_is_damaged() {
        let written = [(3, Kind::Routed, vec![1, 2, 3]), (u32::MAX, Kind::Survey, Vec::new())];
        let written = written.map(|(part, kind, blob)| Row { part, kind, blob });
        let mut bytes = Vec::new();
        for row in &written {
            write_row(&mut bytes, row).unwrap();
        }
        let read: Result<Vec<Row>, ExchangeError> = rows(&mut bytes.as_slice()).collect();
        assert_eq!(read.unwrap(), written);
        for length in (1..bytes.len()).filter(|length| *length != HEAD + 3) {
            let read: Result<Vec<Row>, ExchangeError> = rows(&mut &bytes[..length]).collect();
            assert_eq!(read, Err(ExchangeError::Damaged("the rows end within one")), "{length}");
        }
        bytes[4] = 99;
        assert!(rows(&mut bytes.as_slice()).next().is_some_and(|row| row.is_err()));
    }
}
