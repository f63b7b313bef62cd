//! The distinct raw values of a column and their codes, while cells stream by.
//!
//! # Advice for hackers
//! A raw value lives in exactly one of three indexes, chosen by its spelling, so that no value gets two codes:
//! - `direct`: a table indexed by the number that up to seven digits spell. It serves subject numbers and small
//!   categories without hashing, and grows only as far as the number of distinct values justifies;
//! - `short`: a hash table keyed by the packed bytes of cells of up to seven bytes;
//! - `long`: a hash table over the bytes in the arena.
//!
//! When `direct` grows over numbers that `short` knows, they move.

use foldhash::fast::FixedState;
use hashbrown::hash_table::Entry;
use hashbrown::{HashSet, HashTable};
use std::hash::BuildHasher;

use super::cells::{bytes_of, is_short, short_key, small_integer};
use super::classify::{Reading, Readings, is_not_a_number, readings_of, write_canonical};
use super::declared::{Typed, Unfit};
use super::extract::CellCounts;
use super::rules::CellRules;
use super::suspects::is_rounded;
use crate::detect::Search;
use crate::secret::Secret;
use crate::table::{Codes, Dictionary};

/// The same for every run: the order of codes must not depend on chance.
const HASH_SEED: u64 = 0x7265_6964_7269_736b;

/// The distinct raw values of a column, and the code of each.
pub(super) struct ValueCoder {
    /// One more than the code of the number; 0 where there is none.
    direct: Vec<u32>,
    /// Numbers that `direct` did not hold when they were looked for.
    missed: usize,
    short: HashTable<(u64, u32)>,
    long: HashTable<u32>,
    hasher: FixedState,
    /// All raw values, in the order of their codes.
    arena: Vec<u8>,
    ends: Vec<usize>,
}

impl ValueCoder {
    pub(super) fn new() -> Self {
        Self {
            direct: Vec::new(),
            missed: 0,
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
    pub(super) fn bytes(&self) -> usize {
        self.direct.capacity() * 4
            + self.short.capacity() * size_of::<(u64, u32)>()
            + self.long.capacity() * 4
            + self.arena.capacity()
            + self.ends.capacity() * size_of::<usize>()
    }

    /// Lets the indexes go and keeps the values.
    pub(super) fn into_raw(self) -> RawValues {
        RawValues { arena: self.arena, ends: self.ends, hasher: self.hasher }
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
        // a hash table and its growth take. A short table is allowed for few values as well, once they come often
        // enough: an extract may have many columns of few cells.
        self.missed = self.missed.saturating_add(1);
        let short = self.missed.saturating_mul(16).clamp(1 << 6, 1 << 16);
        let allowed = short.max(self.len() * 16).min(10_000_000);
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

/// The distinct raw values after the last cell.
pub(super) struct RawValues {
    arena: Vec<u8>,
    ends: Vec<usize>,
    hasher: FixedState,
}

impl RawValues {
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> + Clone {
        (0..self.ends.len()).map(|code| raw_value(&self.arena, &self.ends, code))
    }

    /// Records of every value.
    pub(super) fn records(&self, codes: &Codes) -> Vec<u64> {
        let mut records = vec![0_u64; self.ends.len()];
        crate::with_codes!(codes, codes => for &code in codes {
            records[code as usize] += 1;
        });
        records
    }

    /// Looks for identifiers: once in every distinct value, and only when there are some does it count their records.
    pub(super) fn search(&self, codes: &Codes, rules: &CellRules, search: &mut Search) {
        if !self.iter().any(|cell| search.notices(cell)) {
            return;
        }
        let cells = self.iter().map(|cell| rules.trimmed(cell));
        for (cell, records) in cells.zip(self.records(codes)).filter(|(cell, _)| !rules.is_missing(cell)) {
            search.take(cell, records);
        }
    }

    /// Cells with blanks at their ends, spellings that became one without them, and numbers that were rounded.
    pub(super) fn counts(&self, codes: &Codes, rules: &CellRules) -> CellCounts {
        let mut counts = CellCounts::default();
        // Where blanks are kept, the spellings that they keep apart are counted all the same: two may be one person.
        let trimming = rules.trimming();
        let is_padded = |cell: &[u8]| trimming.trimmed(cell).len() < cell.len();
        let is_suspect = |cell: &[u8]| is_padded(cell) || is_rounded(rules.trimmed(cell));
        if !self.iter().any(is_suspect) {
            return counts;
        }
        let mut has_padded = false;
        for (cell, records) in self.iter().zip(self.records(codes)) {
            let value = rules.trimmed(cell);
            has_padded |= is_padded(cell);
            counts.trimmed += if value.len() < cell.len() { records } else { 0 };
            counts.rounded += if is_rounded(value) && !rules.is_missing(value) { records } else { 0 };
        }
        if has_padded {
            counts.joined = self.joined(&trimming);
        }
        counts
    }

    /// How many spellings fewer there are without the blanks at their ends, missing cells left out.
    fn joined(&self, rules: &CellRules) -> u64 {
        let mut known: HashTable<&[u8]> = HashTable::new();
        let mut joined = 0;
        for cell in self.iter().map(|cell| rules.trimmed(cell)).filter(|cell| !rules.is_missing(cell)) {
            match known.entry(self.hasher.hash_one(cell), |&other| other == cell, |&other| self.hasher.hash_one(other))
            {
                Entry::Occupied(_) => joined += 1,
                Entry::Vacant(entry) => {
                    entry.insert(cell);
                }
            }
        }
        joined
    }

    /// Distinct spellings of values, without the blanks at their ends where these are taken off. Cells that count as missing
    /// are none. Without padded cells no two spellings are the same.
    pub(super) fn spellings(&self, typed: &Typed, rules: &CellRules, is_padded: bool) -> usize {
        let is_value = |place: usize, cell: &[u8]| {
            let is_number = !typed.reading.not_a_number_is_missing() || !is_not_a_number(cell);
            is_number && !rules.is_missing(cell) && typed.invalid.binary_search(&place).is_err()
        };
        let cells = self.iter().map(|cell| rules.trimmed(cell)).enumerate();
        let cells = cells.filter(|&(place, cell)| is_value(place, cell)).map(|(_, cell)| cell);
        if is_padded { cells.collect::<HashSet<&[u8], FixedState>>().len() } else { cells.count() }
    }

    /// How the column is read as declared; `None` where nothing is. `known` is what is known of it beside its cells.
    ///
    /// # Errors
    /// Why it cannot be read so.
    pub(super) fn declared(&self, rules: &CellRules, known: Readings) -> Option<Result<Typed, Unfit>> {
        let cells = self.iter().map(|cell| rules.trimmed(cell)).enumerate();
        rules.declared()?.reading(known, cells.filter(|(_, cell)| !rules.is_missing(cell)))
    }

    /// What all cells admit, whatever is declared.
    pub(super) fn readings(&self, rules: &CellRules, known: Readings) -> Readings {
        let mut readings = known;
        for cell in self.iter().map(|cell| rules.trimmed(cell)).filter(|cell| !rules.is_missing(cell)) {
            readings = readings.and(readings_of(cell));
            if readings.is_text() {
                break;
            }
        }
        readings
    }

    /// What the cells of each file admit but for those at `invalid` places; `borders` are the first records of the files.
    pub(super) fn readings_by_file(
        &self,
        codes: &Codes,
        borders: &[usize],
        rules: &CellRules,
        invalid: &[usize],
    ) -> Vec<Readings> {
        let ends = borders.iter().skip(1).copied().chain([codes.len()]);
        let of_file = |(start, end): (usize, usize)| {
            let mut is_there = vec![false; self.ends.len()];
            (start..end).for_each(|record| is_there[codes.get(record) as usize] = true);
            for &place in invalid {
                is_there[place] = false;
            }
            let cells =
                self.iter().zip(is_there).filter(|(_, is_there)| *is_there).map(|(cell, _)| rules.trimmed(cell));
            cells.filter(|cell| !rules.is_missing(cell)).map(readings_of).fold(Readings::all(), Readings::and)
        };
        borders.iter().copied().zip(ends).map(of_file).collect()
    }

    /// The dictionary in canonical spelling, and the new code of every old one when some codes changed.
    ///
    /// Cells at `invalid` places are missing. `None` would mean that another one does not admit the reading that all admit.
    pub(super) fn into_dictionary(
        self,
        Typed { reading, invalid }: &Typed,
        rules: &CellRules,
    ) -> Option<(Dictionary, Option<Vec<u32>>)> {
        let reading = *reading;
        let mut dictionary = Dictionary::with_capacity(reading.column_type(), self.ends.len(), self.arena.len());
        let mut known: HashTable<u32> = HashTable::new();
        let mut map = Vec::with_capacity(self.ends.len());
        let mut canonical = String::new();
        // Texts without blanks at their ends differ as they stand.
        let distinct = reading == Reading::Text && self.iter().all(|cell| rules.trimmed(cell).len() == cell.len());
        let mut invalid = invalid.iter().peekable();
        for (place, cell) in self.iter().map(|cell| rules.trimmed(cell)).enumerate() {
            let is_invalid = invalid.next_if(|next| **next == place).is_some();
            if is_invalid || rules.is_missing(cell) || (reading.not_a_number_is_missing() && is_not_a_number(cell)) {
                map.push(dictionary.push_missing());
                continue;
            }
            let value = std::str::from_utf8(cell).ok()?;
            if distinct {
                map.push(dictionary.push(Secret::new(value)));
                continue;
            }
            canonical.clear();
            if reading == Reading::Text {
                canonical.push_str(value);
            } else {
                match rules.declared() {
                    Some(declared) => declared.write(cell, reading, &mut canonical)?,
                    None => write_canonical(cell, reading, &mut canonical)?,
                }
            }
            let hash = self.hasher.hash_one(canonical.as_str());
            let spelled = |code: u32| dictionary.value(code).map(Secret::expose);
            match known.entry(
                hash,
                |&code| spelled(code) == Some(&canonical),
                |&code| self.hasher.hash_one(spelled(code).unwrap_or_default()),
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

#[cfg(test)]
mod tests {
    use super::ValueCoder;

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
}
