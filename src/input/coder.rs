//! Dictionary coding of a column while its cells stream by.
//!
//! # Advice for hackers
//! A cell is coded under its raw bytes first; only at the end, when the type of the column is known, are the distinct
//! raw values brought to their canonical spelling and equal ones merged. So the costly part runs once a distinct value.
//!
//! A raw value lives in exactly one of three indexes, chosen by its spelling, so that no value gets two codes:
//! - `direct`: a table indexed by the number that up to seven digits spell. It serves subject numbers and small
//!   categories without hashing, and grows only as far as the number of distinct values justifies;
//! - `short`: a hash table keyed by the packed bytes of cells of up to seven bytes;
//! - `long`: a hash table over the bytes in the arena.
//!
//! When `direct` grows over numbers that `short` knows, they move.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::hash::BuildHasher;

use super::cells::{bytes_of, is_short, short_key, small_integer};
use super::classify::{Reading, Readings, is_not_a_number, readings_of, write_canonical};
use super::error::{InputError, shown};
use super::extract::CodedColumn;
use crate::detect::{Found, Search};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::{Codes, Dictionary};

/// The same for every run: the order of codes must not depend on chance.
const HASH_SEED: u64 = 0x7265_6964_7269_736b;

/// Codes stay below this, so that a block more cannot overflow them.
const MOST_VALUES: usize = (u32::MAX - (1 << 27)) as usize;

/// The distinct raw values of a column, and the code of each.
pub(super) struct ValueCoder {
    /// One more than the code of the number; 0 where there is none.
    direct: Vec<u32>,
    short: HashTable<(u64, u32)>,
    long: HashTable<u32>,
    hasher: FixedState,
    /// All raw values, in the order of their codes.
    arena: Vec<u8>,
    ends: Vec<usize>,
}

impl ValueCoder {
    fn new() -> Self {
        Self {
            direct: Vec::new(),
            short: HashTable::new(),
            long: HashTable::new(),
            hasher: FixedState::with_seed(HASH_SEED),
            arena: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Number of distinct raw values.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Memory in bytes.
    fn bytes(&self) -> usize {
        self.direct.capacity() * 4
            + self.short.capacity() * size_of::<(u64, u32)>()
            + self.long.capacity() * 4
            + self.arena.capacity()
            + self.ends.capacity() * size_of::<usize>()
    }

    /// Appends a value that is new and returns its code.
    #[expect(clippy::cast_possible_truncation, reason = "checked against MOST_VALUES after every block")]
    fn append(&mut self, cell: &[u8]) -> u32 {
        self.arena.extend_from_slice(cell);
        self.ends.push(self.arena.len());
        (self.ends.len() - 1) as u32
    }

    /// The code of a cell given by its key.
    #[inline]
    pub(super) fn code_of_key(&mut self, key: u64, text: &[u8]) -> u32 {
        if let Some(number) = small_integer(key) {
            if let Some(&code) = self.direct.get(number)
                && code != 0
            {
                return code - 1;
            }
            return self.code_of_new_number(number, key);
        }
        if is_short(key) { self.code_of_short(key) } else { self.code_of_long(bytes_of(key, text, &mut [0; 8])) }
    }

    /// The code of a cell given by its bytes.
    pub(super) fn code_of_bytes(&mut self, cell: &[u8]) -> u32 {
        if cell.len() <= 7 { self.code_of_key(short_key(cell), &[]) } else { self.code_of_long(cell) }
    }

    /// The code of a whole number.
    #[inline]
    pub(super) fn code_of_integer(&mut self, number: i64) -> u32 {
        if let Ok(index) = usize::try_from(number)
            && let Some(&code) = self.direct.get(index)
            && code != 0
        {
            return code - 1;
        }
        self.code_of_bytes(number.to_string().as_bytes())
    }

    /// The code of a number that `direct` does not hold yet, or cannot hold.
    #[cold]
    fn code_of_new_number(&mut self, number: usize, key: u64) -> u32 {
        // A table of four bytes an entry may be 16 times as long as there are values: 64 bytes a value, about what
        // a hash table and its growth take.
        let allowed = (1 << 16).max(self.len() * 16).min(10_000_000);
        if number >= self.direct.len() && number < allowed {
            self.grow_direct((number + 1).next_power_of_two().min(10_000_000));
            if self.direct[number] != 0 {
                return self.direct[number] - 1;
            }
        }
        if number >= self.direct.len() {
            return self.code_of_short(key);
        }
        let code = self.append_short(key);
        self.direct[number] = code + 1;
        code
    }

    /// Makes `direct` longer and moves the numbers into it that `short` holds so far.
    fn grow_direct(&mut self, length: usize) {
        let former = self.direct.len();
        self.direct.resize(length, 0);
        let direct = &mut self.direct;
        self.short.retain(|&mut (key, code)| match small_integer(key) {
            Some(number) if number >= former && number < length => {
                direct[number] = code + 1;
                false
            }
            _ => true,
        });
    }

    fn append_short(&mut self, key: u64) -> u32 {
        let mut room = [0; 8];
        let cell = bytes_of(key, &[], &mut room);
        self.append(cell)
    }

    fn code_of_short(&mut self, key: u64) -> u32 {
        let hash = self.hasher.hash_one(key);
        if let Some(&(_, code)) = self.short.find(hash, |&(other, _)| other == key) {
            return code;
        }
        let code = self.append_short(key);
        let hasher = &self.hasher;
        self.short.insert_unique(hash, (key, code), |(other, _)| hasher.hash_one(*other));
        code
    }

    fn code_of_long(&mut self, cell: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(cell);
        let (arena, ends, hasher) = (&self.arena, &self.ends, &self.hasher);
        let same = |&code: &u32| raw_value(arena, ends, code as usize) == cell;
        let rehash = |&code: &u32| hasher.hash_one(raw_value(arena, ends, code as usize));
        match self.long.entry(hash, same, rehash) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let code = u32::try_from(ends.len()).unwrap_or(u32::MAX);
                entry.insert(code);
                self.append(cell)
            }
        }
    }
}

fn raw_value<'a>(arena: &'a [u8], ends: &[usize], code: usize) -> &'a [u8] {
    let start = if code == 0 { 0 } else { ends[code - 1] };
    &arena[start..ends[code]]
}

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
        let ValueCoder { direct, short, long, arena, ends, hasher } = values;
        drop((direct, short, long, scratch));
        codes.shrink_to_fit();
        let raw = RawValues { arena, ends };
        raw.search(&codes, nulls, &mut search);
        let reading = raw.reading(nulls);
        let (dictionary, map) = raw.into_dictionary(reading, nulls, &hasher)?;
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

/// The distinct raw values after the last cell.
struct RawValues {
    arena: Vec<u8>,
    ends: Vec<usize>,
}

impl RawValues {
    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|code| raw_value(&self.arena, &self.ends, code))
    }

    /// Looks for identifiers: once in every distinct value, and only when there are some does it count their records.
    fn search(&self, codes: &Codes, nulls: &[Vec<u8>], search: &mut Search) {
        if !self.iter().any(|cell| search.notices(cell)) {
            return;
        }
        let mut records = vec![0_u64; self.ends.len()];
        crate::with_codes!(codes, codes => codes.iter().for_each(|&code| records[code as usize] += 1));
        for (cell, records) in self.iter().zip(records).filter(|(cell, _)| !is_missing(cell, nulls)) {
            search.take(cell, records);
        }
    }

    /// How the column is read.
    fn reading(&self, nulls: &[Vec<u8>]) -> Reading {
        let mut readings = Readings::all();
        for cell in self.iter().filter(|cell| !is_missing(cell, nulls)) {
            readings = readings.and(readings_of(cell));
            if readings.is_text() {
                break;
            }
        }
        readings.settle()
    }

    /// The dictionary in canonical spelling, and the new code of every old one when some codes changed.
    ///
    /// `None` would mean that a value does not admit the reading that all values admit.
    fn into_dictionary(
        self,
        reading: Reading,
        nulls: &[Vec<u8>],
        hasher: &FixedState,
    ) -> Option<(Dictionary, Option<Vec<u32>>)> {
        let mut dictionary = Dictionary::with_capacity(reading.column_type(), self.ends.len(), self.arena.len());
        let mut known: HashTable<u32> = HashTable::new();
        let mut map = Vec::with_capacity(self.ends.len());
        let mut canonical = String::new();
        for cell in self.iter() {
            if is_missing(cell, nulls) || (reading.not_a_number_is_missing() && is_not_a_number(cell)) {
                map.push(dictionary.push_missing());
                continue;
            }
            let value = std::str::from_utf8(cell).ok()?;
            if reading == Reading::Text {
                map.push(dictionary.push(Secret::new(value)));
                continue;
            }
            canonical.clear();
            write_canonical(cell, reading, &mut canonical)?;
            let hash = hasher.hash_one(canonical.as_str());
            let spelled = |code: u32| dictionary.value(code).map(Secret::expose);
            match known.entry(
                hash,
                |&code| spelled(code) == Some(&canonical),
                |&code| hasher.hash_one(spelled(code).unwrap_or_default()),
            ) {
                Entry::Occupied(entry) => map.push(*entry.get()),
                Entry::Vacant(entry) => {
                    let code = u32::try_from(dictionary.len()).ok()?;
                    entry.insert(code);
                    map.push(dictionary.push(Secret::new(canonical.as_str())));
                }
            }
        }
        let unchanged = dictionary.len() == self.ends.len();
        Some((dictionary, (!unchanged).then_some(map)))
    }
}

/// Whether a raw cell is missing: empty or one of the spellings that the user named.
fn is_missing(cell: &[u8], nulls: &[Vec<u8>]) -> bool {
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

    use super::{ColumnCoder, ValueCoder};
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

    #[test]
    fn numbers_keep_their_code_when_the_direct_table_grows_over_them() {
        let mut values = ValueCoder::new();
        let codes: Vec<u32> =
            (0..300_000u32).map(|number| values.code_of_bytes((number * 7 % 900_001).to_string().as_bytes())).collect();
        let again: Vec<u32> =
            (0..300_000u32).map(|number| values.code_of_bytes((number * 7 % 900_001).to_string().as_bytes())).collect();
        assert_eq!(codes, again);
        assert_eq!(values.len(), 300_000);
        assert_eq!(super::raw_value(&values.arena, &values.ends, 17), b"119");
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
