//! Bytes of the rows: numbers of as many bytes as they need, codes as planes of bytes, compressed with a checksum.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

use super::ExchangeError;
use crate::table::Codes;
use crate::with_codes;

/// Fast, and planes of bytes leave little to a higher level.
const LEVEL: i32 = 1;

/// No step writes more into one row, so more is damage; it is not allocated.
const MOST_BYTES: u64 = 1 << 32;

/// Appends a number, seven bits a byte, the lowest first.
pub(super) fn push_varint(raw: &mut Vec<u8>, mut number: u64) {
    while number >= 128 {
        #[expect(clippy::cast_possible_truncation, reason = "the lowest seven bits are meant")]
        raw.push(number as u8 | 128);
        number >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 128")]
    raw.push(number as u8);
}

thread_local! {
    /// Making one of either costs more than a small blob.
    static PACKER: RefCell<Option<(Compressor<'static>, Decompressor<'static>)>> = const { RefCell::new(None) };
}

/// Runs `work` with what compresses on this thread; `None` where it fails.
fn with_packer<R>(work: impl FnOnce(&mut Compressor<'static>, &mut Decompressor<'static>) -> Option<R>) -> Option<R> {
    PACKER.with_borrow_mut(|packer| {
        if packer.is_none() {
            let mut compressor = Compressor::new(LEVEL).ok()?;
            compressor.include_checksum(true).ok()?;
            *packer = Some((compressor, Decompressor::new().ok()?));
        }
        let (compressor, decompressor) = packer.as_mut()?;
        work(compressor, decompressor)
    })
}

/// Compressed bytes with their length.
pub(super) fn pack(raw: &[u8]) -> Result<Vec<u8>, ExchangeError> {
    let packed = with_packer(|compressor, _| compressor.compress(raw).ok());
    let packed = packed.ok_or(ExchangeError::Damaged("a row could not be compressed"))?;
    let mut blob = Vec::with_capacity(packed.len() + 5);
    push_varint(&mut blob, raw.len() as u64);
    blob.extend(packed);
    Ok(blob)
}

/// The bytes that were compressed.
pub(super) fn unpack(blob: &[u8]) -> Result<Vec<u8>, ExchangeError> {
    let damaged = ExchangeError::Damaged("a row cannot be decompressed");
    let mut reader = Reader::new(blob);
    let length = Some(reader.varint()?).filter(|&length| length <= MOST_BYTES).ok_or(damaged)?;
    let length = usize::try_from(length).map_err(|_| damaged)?;
    let raw = with_packer(|_, decompressor| decompressor.decompress(reader.bytes, length).ok()).ok_or(damaged)?;
    if raw.len() == length { Ok(raw) } else { Err(damaged) }
}

/// Reads what the functions above wrote, and never behind its end.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, ExchangeError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.bytes.split_first().ok_or(ENDS_EARLY)?;
            self.bytes = rest;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(number);
            }
        }
        Err(ExchangeError::Damaged("a number is too long"))
    }

    /// A number of at most 32 bits.
    pub(super) fn narrow(&mut self) -> Result<u32, ExchangeError> {
        u32::try_from(self.varint()?).map_err(|_| ExchangeError::Damaged("a number is too large"))
    }

    /// A number of 64 bits, all of them written.
    pub(super) fn fixed(&mut self) -> Result<u64, ExchangeError> {
        let bytes = self.take(8)?.try_into().map_err(|_| ENDS_EARLY)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// A number of 128 bits, all of them written.
    pub(super) fn wide(&mut self) -> Result<u128, ExchangeError> {
        let bytes = self.take(16)?.try_into().map_err(|_| ENDS_EARLY)?;
        Ok(u128::from_le_bytes(bytes))
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], ExchangeError> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(ENDS_EARLY)?;
        self.bytes = rest;
        Ok(taken)
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Result<(), ExchangeError> {
        if self.is_empty() { Ok(()) } else { Err(ExchangeError::Damaged("a row is too long")) }
    }
}

const ENDS_EARLY: ExchangeError = ExchangeError::Damaged("a row ends early");

/// Bytes of a code below this.
pub(super) fn width(cardinality: u32) -> usize {
    Codes::with_capacity(cardinality as usize, 0).width()
}

/// Appends the codes at these places behind the first, all below `cardinality`: one plane after the other, the lowest bytes
/// first.
pub(super) fn push_planes(raw: &mut Vec<u8>, codes: &Codes, cardinality: u32, first: usize, places: &[u32]) {
    with_codes!(codes, codes => {
        for plane in 0..width(cardinality) {
            #[expect(clippy::cast_possible_truncation, reason = "each plane takes one byte of the code")]
            raw.extend(places.iter().map(|&place| (u32::from(codes[first + place as usize]) >> (8 * plane)) as u8));
        }
    });
}

/// Reads so many codes of a column, all of which must be below its cardinality.
pub(super) fn read_planes(reader: &mut Reader<'_>, records: usize, cardinality: u32) -> Result<Codes, ExchangeError> {
    let mut codes = Codes::with_capacity(cardinality as usize, records);
    match &mut codes {
        Codes::U8(codes) => codes.extend_from_slice(reader.take(records)?),
        Codes::U16(codes) => {
            let (low, high) = (reader.take(records)?, reader.take(records)?);
            codes.extend(low.iter().zip(high).map(|(&low, &high)| u16::from_le_bytes([low, high])));
        }
        Codes::U32(codes) => {
            let mut planes = [&[][..]; 4];
            for plane in &mut planes {
                *plane = reader.take(records)?;
            }
            codes.extend((0..records).map(|place| u32::from_le_bytes(planes.map(|plane| plane[place]))));
        }
    }
    let is_known = with_codes!(&codes, codes => codes.iter().all(|&code| u32::from(code) < cardinality));
    if is_known { Ok(codes) } else { Err(ExchangeError::Damaged("a code is not of the plan")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_planes_come_back() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let codes =
            [Codes::U8(vec![3, 255].into()), Codes::U16(vec![256, 65_535].into()), Codes::U32(vec![70_000, 1].into())];
        let mut raw = Vec::new();
        for &number in &numbers {
            push_varint(&mut raw, number);
        }
        let cardinalities = [256, 1 << 16, 70_001];
        codes
            .iter()
            .zip(cardinalities)
            .for_each(|(codes, cardinality)| push_planes(&mut raw, codes, cardinality, 0, &[0, 1]));
        let raw = unpack(&pack(&raw).unwrap()).unwrap();
        let mut reader = Reader::new(&raw);
        assert_eq!(numbers.map(|_| reader.varint().unwrap()), numbers);
        let read = cardinalities.map(|cardinality| read_planes(&mut reader, 2, cardinality).unwrap());
        assert_eq!(read, codes);
        assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn no_damage_goes_unseen_or_panics() {
        let raw: Vec<u8> = (0..200).collect();
        let blob = pack(&raw).unwrap();
        for place in 0..blob.len() {
            for bit in 0..8 {
                let mut damaged = blob.clone();
                damaged[place] ^= 1 << bit;
                // A bit that means nothing changes nothing.
                assert!(unpack(&damaged).is_err() || unpack(&damaged).as_ref() == Ok(&raw), "byte {place}, bit {bit}");
            }
            assert!(unpack(&blob[..place]).is_err());
        }
        assert!(read_planes(&mut Reader::new(&[7]), 1, 7).is_err());
        assert!(Reader::new(&[255; 11]).varint().is_err());
    }
}
