//! Dictionary coding of a column while its cells stream by.
//!
//! # Advice for hackers
//! A cell is coded under its raw bytes first; only at the end, when the type of the column is known, are the distinct
//! raw values brought to their canonical spelling and equal ones merged. So the costly part runs once a distinct value.

use super::cells::{bytes_of, is_short};
use super::classify::{Readings, is_not_a_number, readings_of};
use super::error::{InputError, shown};
use super::extract::CodedColumn;
use super::values::ValueCoder;
use crate::detect::{Found, Search};
use crate::result::ColumnType;
use crate::table::Codes;

/// Codes stay below this, so that a block more cannot overflow them.
const MOST_VALUES: usize = (u32::MAX - (1 << 27)) as usize;

/// Codes of a column and everything needed to finish it.
pub(super) struct WantedColumn {
    pub(super) values: ValueCoder,
    /// One growing vector: an allocator extends a large one in place, where pieces would leave their holes behind.
    codes: Codes,
    scratch: Vec<u32>,
    search: Search,
}

/// A column of which only type, missing cells and identifiers are found.
pub(super) struct PassedColumn {
    readings: Readings,
    missing: u64,
    not_a_number: u64,
    /// Keys that were classified lately, so that repeated cells cost a comparison.
    recent: Vec<u64>,
    search: Search,
}

/// What is kept of a column while its cells stream by.
pub(super) enum ColumnCoder {
    /// The caller wants codes.
    Wanted(WantedColumn),
    /// The caller does not want codes.
    Passed(PassedColumn),
}

/// A column after its last cell.
pub(super) struct FinishedColumn {
    pub(super) column_type: ColumnType,
    pub(super) missing: u64,
    pub(super) identifiers: Vec<Found>,
    pub(super) coded: Option<CodedColumn>,
}

impl ColumnCoder {
    /// A column without cells yet.
    pub(super) fn new(wanted: bool, name: &str) -> Self {
        let search = Search::new(name);
        if wanted {
            Self::Wanted(WantedColumn {
                values: ValueCoder::new(),
                codes: Codes::with_capacity(0, 0),
                scratch: Vec::new(),
                search,
            })
        } else {
            Self::Passed(PassedColumn {
                readings: Readings::all(),
                missing: 0,
                not_a_number: 0,
                recent: vec![0; RECENT],
                search,
            })
        }
    }

    /// Takes the cells of one block, given by their keys.
    pub(super) fn take_keys(&mut self, keys: &[u64], text: &[u8], nulls: &[Vec<u8>]) {
        match self {
            Self::Wanted(column) => {
                let values = &mut column.values;
                column.scratch.clear();
                column.scratch.extend(keys.iter().map(|&key| values.code_of_key(key, text)));
                column.close_block();
            }
            Self::Passed(column) => keys.iter().for_each(|&key| column.look_at_key(key, text, nulls)),
        }
    }

    /// Takes cells that `cell` writes or codes one by one; for typed sources.
    pub(super) fn take_with(&mut self, nulls: &[Vec<u8>], fill: impl FnOnce(&mut CellSink<'_>)) {
        match self {
            Self::Wanted(column) => {
                column.scratch.clear();
                fill(&mut CellSink::Codes(&mut column.values, &mut column.scratch));
                column.close_block();
            }
            Self::Passed(column) => fill(&mut CellSink::Look(column, nulls)),
        }
    }

    /// Memory of codes and values in bytes.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Wanted(column) => (column.values.bytes() + column.codes.bytes()) as u64,
            Self::Passed(_) => 0,
        }
    }

    /// Whether there are more distinct values than codes can name.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Wanted(column) if column.values.len() > MOST_VALUES)
    }

    /// Finds the type, brings the values to their canonical spelling and joins the codes.
    pub(super) fn finish(self, name: &str, nulls: &[Vec<u8>]) -> Result<FinishedColumn, InputError> {
        match self {
            Self::Wanted(column) => column.finish(nulls).ok_or_else(|| InputError::Internal { file: shown(name) }),
            Self::Passed(column) => Ok(column.finish()),
        }
    }
}

/// Where a typed source puts its cells.
pub(super) enum CellSink<'a> {
    /// Codes are wanted.
    Codes(&'a mut ValueCoder, &'a mut Vec<u32>),
    /// Only type and missing cells are wanted.
    Look(&'a mut PassedColumn, &'a [Vec<u8>]),
}

impl CellSink<'_> {
    /// Takes a cell given by its bytes; an empty one is missing.
    pub(super) fn push(&mut self, cell: &[u8]) {
        match self {
            Self::Codes(values, codes) => codes.push(values.code_of_bytes(cell)),
            Self::Look(column, nulls) => column.look_at(cell, nulls),
        }
    }

    /// Takes a whole number.
    pub(super) fn push_integer(&mut self, number: i64) {
        match self {
            Self::Codes(values, codes) => codes.push(values.code_of_integer(number)),
            Self::Look(column, nulls) => column.look_at(number.to_string().as_bytes(), nulls),
        }
    }

    /// Whether codes are wanted.
    pub(super) fn gives_codes(&self) -> bool {
        matches!(self, Self::Codes(..))
    }

    /// Takes a cell that has been seen before under this code, see [`CellSink::last_code`].
    pub(super) fn push_code(&mut self, code: u32) {
        if let Self::Codes(_, codes) = self {
            codes.push(code);
        }
    }

    /// The code of the cell taken last; `None` when codes are not wanted.
    pub(super) fn last_code(&self) -> Option<u32> {
        match self {
            Self::Codes(_, codes) => codes.last().copied(),
            Self::Look(..) => None,
        }
    }
}

impl WantedColumn {
    /// Appends the codes in `scratch`, as narrow as the values need so far.
    fn close_block(&mut self) {
        self.codes.widen(self.values.len());
        self.codes.extend(self.scratch.iter().copied());
    }

    fn finish(self, nulls: &[Vec<u8>]) -> Option<FinishedColumn> {
        let Self { values, mut codes, scratch, mut search } = self;
        drop(scratch);
        let raw = values.into_raw();
        codes.shrink_to_fit();
        raw.search(&codes, nulls, &mut search);
        let reading = raw.reading(nulls);
        let (dictionary, map) = raw.into_dictionary(reading, nulls)?;
        let codes = match map {
            Some(map) => codes.renamed(&map, dictionary.len()),
            None => codes,
        };
        let missing = dictionary.missing().map_or(0, |code| count(&codes, code));
        Some(FinishedColumn {
            column_type: reading.column_type(),
            missing,
            identifiers: search.settle(),
            coded: Some(CodedColumn { codes, dictionary }),
        })
    }
}

/// How many records have this code.
fn count(codes: &Codes, code: u32) -> u64 {
    crate::with_codes!(codes, codes => codes.iter().filter(|&&other| u32::from(other) == code).count() as u64)
}

/// Whether a raw cell is missing: empty or one of the spellings that the user named.
pub(super) fn is_missing(cell: &[u8], nulls: &[Vec<u8>]) -> bool {
    cell.is_empty() || nulls.iter().any(|null| null == cell)
}

/// Slots of the memory of recent keys.
const RECENT: usize = 1 << 12;

impl PassedColumn {
    fn look_at_key(&mut self, key: u64, text: &[u8], nulls: &[Vec<u8>]) {
        if !is_short(key) {
            self.look_at(bytes_of(key, text, &mut [0; 8]), nulls);
            return;
        }
        // The key of the empty cell is 0, which also marks an empty slot: it must not count as known.
        let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - RECENT.trailing_zeros());
        let slot = usize::try_from(hash).unwrap_or(0);
        if key != 0 && self.recent[slot] == key {
            return;
        }
        let mut room = [0; 8];
        let cell = bytes_of(key, text, &mut room);
        // Cells that are counted must be looked at every time; a short e-mail address is one.
        if !is_missing(cell, nulls) && !is_not_a_number(cell) && !cell.contains(&b'@') && cell.is_ascii() {
            self.recent[slot] = key;
        }
        self.look_at(cell, nulls);
    }

    fn look_at(&mut self, cell: &[u8], nulls: &[Vec<u8>]) {
        if is_missing(cell, nulls) {
            self.missing += 1;
            return;
        }
        if is_not_a_number(cell) {
            self.not_a_number += 1;
        }
        self.search.take(cell, 1);
        if !self.readings.is_text() {
            self.readings = self.readings.and(readings_of(cell));
        }
    }

    fn finish(self) -> FinishedColumn {
        let reading = self.readings.settle();
        let not_a_number = if reading.not_a_number_is_missing() { self.not_a_number } else { 0 };
        FinishedColumn {
            column_type: reading.column_type(),
            missing: self.missing + not_a_number,
            identifiers: self.search.settle(),
            coded: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ColumnCoder;
    use crate::input::cells::CellBlockBuilder;
    use crate::result::ColumnType;
    use crate::secret::Secret;

    /// Codes a column given in blocks and returns type, missing cells and the cells read back.
    fn code(blocks: &[Vec<String>], nulls: &[&str], wanted: bool) -> (ColumnType, u64, Vec<Option<String>>) {
        let nulls: Vec<Vec<u8>> = nulls.iter().map(|null| null.as_bytes().to_vec()).collect();
        let mut column = ColumnCoder::new(wanted, "column");
        for cells in blocks {
            let mut block = CellBlockBuilder::new(1);
            for cell in cells {
                block.push(cell.as_bytes()).unwrap();
            }
            let block = block.finish();
            column.take_keys(block.column(0), &block.text, &nulls);
        }
        let finished = column.finish("column", &nulls).unwrap();
        let cells = finished.coded.map_or_else(Vec::new, |coded| {
            let value = |code| coded.dictionary.value(code).map(|value: Secret<&str>| value.expose().to_owned());
            (0..coded.codes.len()).map(|record| value(coded.codes.get(record))).collect()
        });
        (finished.column_type, finished.missing, cells)
    }

    fn texts(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn one_and_one_point_zero_are_one_value_of_a_numeric_column() {
        let (column_type, missing, cells) = code(&[texts(&["1", "1.0", "", "2.50"])], &[], true);
        assert_eq!((column_type, missing), (ColumnType::Decimal, 1));
        assert_eq!(cells, [Some("1".to_owned()), Some("1".to_owned()), None, Some("2.5".to_owned())]);
    }

    #[test]
    fn one_and_one_point_zero_are_two_values_of_a_text_column() {
        let (column_type, _, cells) = code(&[texts(&["1", "1.0", "x", " x"])], &[], true);
        assert_eq!(column_type, ColumnType::Text);
        assert_eq!(cells.into_iter().flatten().collect::<Vec<_>>(), ["1", "1.0", "x", " x"]);
    }

    #[test]
    fn named_null_spellings_are_missing_and_no_others() {
        let cells = texts(&["NA", "-", "5", "", "NA"]);
        assert_eq!(code(std::slice::from_ref(&cells), &["NA", "-"], true).1, 4);
        let (column_type, missing, _) = code(&[cells], &[], true);
        assert_eq!((column_type, missing), (ColumnType::Text, 1));
    }

    proptest! {
        #[test]
        fn coding_gives_text_back_whatever_the_blocks(cells in prop::collection::vec("[a-c0-9.x]{1,9}|x", 1..60), at in 0usize..60) {
            let mut cells = cells;
            cells.push("x".to_owned());
            let at = at.min(cells.len());
            let (_, _, read) = code(&[cells[..at].to_vec(), cells[at..].to_vec()], &[], true);
            prop_assert_eq!(read.into_iter().flatten().collect::<Vec<_>>(), cells);
        }

        #[test]
        fn a_column_that_is_not_coded_has_the_same_type_and_missing_cells(
            cells in prop::collection::vec("[0-3]?|[0-2]\\.[0-2]|[+]1|1e0|NaN|NA|2015-01-0[1-3]|1[0-5]/0[1-9]/2015( 08:30)?", 0..12),
            at in 0usize..12,
        ) {
            let (found, missing, _) = code(std::slice::from_ref(&cells), &["NA"], true);
            let mut backwards = cells;
            backwards.reverse();
            let at = at.min(backwards.len());
            let blocks = [backwards[..at].to_vec(), backwards[at..].to_vec()];
            let (passed, passed_missing, _) = code(&blocks, &["NA"], false);
            prop_assert_eq!((passed, passed_missing), (found, missing));
        }
    }
}
