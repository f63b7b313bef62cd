//! Cells of a block of records, column by column, ready to be coded.

use super::left_out::LeftOut;

/// Longest cell that a block can hold, in bytes.
pub(super) const LONGEST_CELL: usize = (1 << 24) - 1;

/// Marks a key whose cell lies in the text of the block.
const LONG: u64 = 0xff;

/// Cells of some records. A cell of up to seven bytes lies in its key; a longer one lies in `text`.
///
/// A key holds the length in its highest byte and the bytes below it, the first one lowest. Equal short cells thus
/// have equal keys, so most cells are coded without looking at the text again. The key of a long cell holds
/// `0xff`, the length (24 bits) and the position in `text` (32 bits).
#[derive(Debug, Default)]
pub(super) struct CellBlock {
    /// What the keys of long cells point into.
    pub(super) text: Vec<u8>,
    /// Keys, all of the first column, then all of the second one, each column padded to `stride`.
    pub(super) keys: Vec<u64>,
    /// Distance between the first keys of two columns.
    pub(super) stride: usize,
    /// Records in the block.
    pub(super) records: usize,
    /// Lines of the block that are no records.
    pub(super) left_out: LeftOut,
    /// The line of its first record, where each record is one line of its file.
    pub(super) first_line: Option<u64>,
    /// For formats that tell numbers from text, whether a column holds some; empty for others.
    pub(super) numbers: Vec<bool>,
}

impl CellBlock {
    /// Takes a record out.
    pub(super) fn remove(&mut self, record: usize) {
        for column in self.keys.chunks_exact_mut(self.stride) {
            column[record..self.records].rotate_left(1);
        }
        self.records -= 1;
        // The lines of the records behind it follow those before it no more.
        self.first_line = None;
    }

    /// The keys of one column.
    pub(super) fn column(&self, column: usize) -> &[u64] {
        let start = column * self.stride;
        &self.keys[start..start + self.records]
    }
}

/// The key of a cell of at most seven bytes.
pub(super) fn short_key(cell: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..cell.len()].copy_from_slice(cell);
    bytes[7] = u8::try_from(cell.len()).unwrap_or(u8::MAX);
    u64::from_le_bytes(bytes)
}

/// The key of a cell that lies at `start` in the text of its block.
///
/// The caller makes sure that a cell of more than seven bytes is no longer than [`LONGEST_CELL`] and that `start`
/// is below 2^32.
pub(super) fn key_of(cell: &[u8], start: usize) -> u64 {
    if cell.len() <= 7 { short_key(cell) } else { long_key(start, cell.len()) }
}

/// The key of a cell of more than seven bytes; see [`key_of`].
pub(super) fn long_key(start: usize, length: usize) -> u64 {
    LONG << 56 | (length as u64) << 32 | start as u64
}

/// Whether the cell lies in the key itself.
pub(super) fn is_short(key: u64) -> bool {
    key >> 56 != LONG
}

/// The bytes of a cell. `short` lends the room for a cell that lies in its key.
pub(super) fn bytes_of<'a>(key: u64, text: &'a [u8], short: &'a mut [u8; 8]) -> &'a [u8] {
    if is_short(key) {
        *short = key.to_le_bytes();
        let length = usize::from(short[7]);
        return &short[..length];
    }
    let start = usize::try_from(key & 0xffff_ffff).unwrap_or(usize::MAX);
    let length = usize::try_from(key >> 32 & 0xff_ffff).unwrap_or(usize::MAX);
    &text[start..start + length]
}

/// The number that a short cell spells, when it is up to seven digits without a leading zero.
///
/// All digits are handled at once, eight bytes in one register.
pub(super) fn small_integer(key: u64) -> Option<usize> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let length = key >> 56;
    if length == 0 || length > 7 || (key & 0xff == u64::from(b'0') && length > 1) {
        return None;
    }
    // Right-align the digits behind leading zeros; the shift drops the length byte.
    let digits = (key << (8 * (8 - length)) | ZEROS >> (8 * length)) ^ ZEROS;
    if (digits | digits.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let upper = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(100 + (1_000_000 << 32));
    let lower = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(1 + (10_000 << 32));
    usize::try_from(upper.wrapping_add(lower) >> 32).ok()
}

/// Builds a [`CellBlock`] record by record; for formats where the cells are not found in place.
pub(super) struct CellBlockBuilder {
    columns: usize,
    text: Vec<u8>,
    /// Keys record by record; turned into columns at the end.
    keys: Vec<u64>,
    /// Lines that are no records.
    pub(super) left_out: LeftOut,
    numbers: Vec<bool>,
}

impl CellBlockBuilder {
    /// A block without records.
    pub(super) fn new(columns: usize) -> Self {
        Self {
            columns,
            text: Vec::new(),
            keys: Vec::new(),
            left_out: LeftOut::default(),
            numbers: vec![false; columns],
        }
    }

    /// Appends the next cell of the current record; `None` when it is too long.
    pub(super) fn push(&mut self, cell: &[u8]) -> Option<()> {
        let key = self.key(cell)?;
        self.keys.push(key);
        Some(())
    }

    /// Stores a cell and returns its key; `None` when it is too long.
    pub(super) fn key(&mut self, cell: &[u8]) -> Option<u64> {
        if cell.len() > LONGEST_CELL || self.text.len() + cell.len() > u32::MAX as usize {
            return None;
        }
        let key = key_of(cell, self.text.len());
        if !is_short(key) {
            self.text.extend_from_slice(cell);
        }
        Some(key)
    }

    /// Takes notice that a cell of a column is a number and no text.
    pub(super) fn note_number(&mut self, column: usize) {
        self.numbers[column] = true;
    }

    /// Appends a whole record of keys made by [`CellBlockBuilder::key`]; `None` is a missing cell.
    pub(super) fn push_record(&mut self, keys: &[Option<u64>]) {
        self.keys.extend(keys.iter().map(|key| key.unwrap_or(0)));
    }

    /// Whole records so far.
    pub(super) fn records(&self) -> usize {
        self.keys.len().checked_div(self.columns).unwrap_or(0)
    }

    /// The block.
    pub(super) fn finish(self) -> CellBlock {
        let records = self.records();
        let mut keys = Vec::with_capacity(records * self.columns);
        for column in 0..self.columns {
            keys.extend((0..records).map(|record| self.keys[record * self.columns + column]));
        }
        CellBlock {
            text: self.text,
            keys,
            stride: records,
            records,
            left_out: self.left_out,
            numbers: self.numbers,
            first_line: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{bytes_of, key_of, short_key, small_integer};

    #[test]
    fn only_canonical_digits_are_small_integers() {
        for (cell, number) in [("0", Some(0)), ("7", Some(7)), ("42", Some(42)), ("9999999", Some(9_999_999))] {
            assert_eq!(small_integer(short_key(cell.as_bytes())), number, "{cell}");
        }
        for cell in ["", "00", "07", "-1", "+1", "1.0", "1 ", "a", "12/", "12:", "\u{0}", "1\u{0}", "é1"] {
            assert_eq!(small_integer(short_key(cell.as_bytes())), None, "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn small_integers_are_read_as_the_standard_library_reads_them(number in 0usize..10_000_000) {
            prop_assert_eq!(small_integer(short_key(number.to_string().as_bytes())), Some(number));
        }

        #[test]
        fn a_key_gives_its_cell_back(cell in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut text = b"padding".to_vec();
            let key = key_of(&cell, text.len());
            text.extend_from_slice(&cell);
            let mut room = [0; 8];
            prop_assert_eq!(bytes_of(key, &text, &mut room), &cell[..]);
        }
    }
}
