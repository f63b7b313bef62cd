//! Distinct subjects from counts of records: what a subject repeats is taken off.
//!
//! The distinct subjects of a class are its records less those that repeat an earlier record of their subject. Records are
//! counted for many sets at a time (`cubes.rs`), and few subjects repeat themselves on a set of several columns. So each
//! record is compared with the earlier ones of its subject, once for all sets: the columns on which two records agree tell
//! every set on which the later one is a repeat.
//!
//! # Advice for hackers
//! Eight bytes of two records are compared at a time without a branch. What they agree on is one byte, which leads to the sets
//! that ask for no more of these eight; the sets that are left over all bytes are those on which the records agree.

use std::ops::Range;
use std::sync::Mutex;

use rayon::prelude::*;

use super::cell::{Cell, RecordCell};
use super::count::Tuning;
use super::counts::SetCounts;
use super::cubes;
use super::dense::cells_of;
use super::ranked::{self, Ranked, RankedSet};
use super::records::stretches;
use super::{Codes, ColumnSet, Table};
use crate::number::as_float;
use crate::stop::{Stop, StopReason, Watch};
use crate::with_codes;

/// When counting records and taking off repeats pays, in nanoseconds for each record, as measured on the table of
/// `docs/performance.md`. Only speed and memory depend on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RepeatLimits {
    /// What a set saves.
    pub(super) saved: f64,
    /// What taking off one record costs.
    pub(super) repeat: f64,
    /// What comparing two records costs, and what 64 sets add to it.
    pub(super) pair: (f64, f64),
    /// Cells that the sets of one round may have together.
    pub(super) cells: usize,
    /// Cells that one thread keeps for itself.
    pub(super) own_cells: usize,
}

impl RepeatLimits {
    pub(super) const DEFAULT: Self =
        Self { saved: 0.7, repeat: 4.0, pair: (1.5, 0.8), cells: 1 << 24, own_cells: 1 << 21 };
}

/// Bytes that a round takes: the records, the subjects and the rank of each cell, and what each thread keeps for itself.
pub(super) fn scratch_bytes(limits: RepeatLimits, threads: usize) -> usize {
    limits.cells * 12 + threads * (limits.own_cells.min(limits.cells) * 4 + Taken::MOST_OTHERS * 8)
}

/// Subjects that are looked at to tell how often records are repeats.
const SAMPLE: usize = 2048;

/// A set that is counted by its records.
pub(super) struct RepeatSet<'a> {
    place: usize,
    set: &'a ColumnSet,
    cells: usize,
    /// Repeats for each record, as far as a sample tells.
    rate: f64,
}

/// Sets to be counted together.
pub(super) type Round<'a> = Vec<RepeatSet<'a>>;

/// The sets for which taking off repeats pays, in rounds that fit into memory, and the others.
pub(super) fn rounds<'a>(
    table: &Table,
    sets: Vec<(usize, &'a ColumnSet)>,
    limits: RepeatLimits,
) -> (Vec<Round<'a>>, Vec<(usize, &'a ColumnSet)>) {
    let pairs_a_record = pairs(table) / as_float(table.records().max(1) as u64);
    let saves = |rate: f64| limits.saved - limits.repeat * rate;
    let cost = |sets: usize| pairs_a_record * (limits.pair.0 + limits.pair.1 * as_float(sets.div_ceil(64) as u64));
    if as_float(sets.len() as u64) * limits.saved <= cost(sets.len()) {
        return (Vec::new(), sets);
    }
    let rates = rates(table, &sets);
    let mut candidates: Vec<RepeatSet<'a>> = sets
        .into_iter()
        .zip(rates)
        .map(|((place, set), rate)| RepeatSet { place, set, rate, cells: cells_of(table, set).unwrap_or(usize::MAX) })
        .collect();
    candidates.sort_by_key(|set| (saves(set.rate) <= 0.0, set.cells, set.place));
    let mut rounds: Vec<Round<'a>> = Vec::new();
    let mut others = Vec::new();
    let mut room = 0;
    for set in candidates {
        if saves(set.rate) <= 0.0 || set.cells > limits.cells {
            others.push((set.place, set.set));
            continue;
        }
        if set.cells > room {
            rounds.push(Vec::new());
            room = limits.cells;
        }
        room -= set.cells;
        rounds.last_mut().expect("there is a round").push(set);
    }
    let pays = |round: &Round<'a>| round.iter().map(|set| saves(set.rate)).sum::<f64>() > cost(round.len());
    let (rounds, dropped): (Vec<_>, Vec<_>) = rounds.into_iter().partition(pays);
    others.extend(dropped.into_iter().flatten().map(|set| (set.place, set.set)));
    (rounds, others)
}

/// Pairs of records of the same subject.
fn pairs(table: &Table) -> f64 {
    let lengths = table.subject_starts().windows(2).map(|ends| u64::from(ends[1] - ends[0]));
    lengths.map(|records| as_float(records * (records - 1)) / 2.0).sum()
}

/// For each set, how many repeats there are for each record of subjects that stand at even distances.
fn rates(table: &Table, sets: &[(usize, &ColumnSet)]) -> Vec<f64> {
    let sets: Vec<&ColumnSet> = sets.iter().map(|&(_, set)| set).collect();
    let tests = Tests::new(table, &sets);
    let mut repeats = vec![0_u64; sets.len()];
    let mut records = 0;
    let mut rows = Rows::default();
    for subject in (0..table.subjects()).step_by(table.subjects().div_ceil(SAMPLE).max(1)) {
        let range = table.records_of(u32::try_from(subject).unwrap_or(u32::MAX));
        records += range.len() as u64;
        rows.each_repeat(table, &tests, range, |_, set| repeats[set] += 1);
    }
    repeats.into_iter().map(|repeats| as_float(repeats) / as_float(records.max(1))).collect()
}

/// Counts the sets of a round.
pub(super) fn count<C: Cell>(
    table: &Table,
    round: &Round<'_>,
    tuning: Tuning,
    watch: Watch<'_>,
) -> Result<Vec<(usize, SetCounts)>, StopReason> {
    let sets: Vec<(usize, &ColumnSet)> = round.iter().enumerate().map(|(place, set)| (place, set.set)).collect();
    let mut records: Vec<Vec<u32>> = vec![Vec::new(); round.len()];
    let counted = cubes::cells_of_sets(table, &sets, tuning.cubes, watch, |cells: Vec<RecordCell>| {
        cells.iter().map(Cell::size).collect()
    })?;
    for (place, cells) in counted {
        records[place] = cells;
    }
    let subjects = if C::RECORDS { records.clone() } else { std::mem::take(&mut records) };
    let subjects = without_repeats(table, round, subjects, tuning.repeats, watch.stop)?;
    let mut ranked = Vec::with_capacity(round.len());
    for (place, (set, subjects)) in round.iter().zip(subjects).enumerate() {
        let records = records.get(place).unwrap_or(&subjects);
        let cells = subjects.iter().copied().zip(records.iter().copied());
        ranked.push(RankedSet { place: set.place, set: set.set, ranked: Ranked::new::<C>(cells) });
    }
    ranked::counts_of_many::<C>(table, ranked, watch.stop)
}

/// Takes what subjects repeat off the records of each cell.
fn without_repeats(
    table: &Table,
    round: &Round<'_>,
    cells: Vec<Vec<u32>>,
    limits: RepeatLimits,
    stop: &Stop,
) -> Result<Vec<Vec<u32>>, StopReason> {
    let sets: Vec<&ColumnSet> = round.iter().map(|set| set.set).collect();
    let tests = Tests::new(table, &sets);
    let own = own_cells(round, limits.own_cells);
    let shared = Mutex::new(cells);
    let parts = rayon::current_num_threads().min(table.records() / 4096 + 1);
    let stretches = stretches(table.records(), table.subject_of_record(), parts);
    stretches.par_iter().with_max_len(1).try_for_each(|stretch| {
        let mut taken = Taken::new(&shared, &own);
        let mut rows = Rows::default();
        let last = table.subject_of(stretch.end - 1);
        for subject in table.subject_of(stretch.start)..=last {
            if subject % 1024 == 0 {
                stop.check()?;
            }
            rows.each_repeat(table, &tests, table.records_of(subject), |codes, set| {
                taken.take(set, tests.cell(codes, set));
            });
        }
        taken.finish();
        Ok(())
    })?;
    Ok(shared.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// Where each thread keeps the cells of the sets that have most repeats; none for those without room.
fn own_cells(round: &Round<'_>, most_cells: usize) -> Vec<Option<Range<usize>>> {
    let mut by_rate: Vec<usize> = (0..round.len()).collect();
    by_rate.sort_by(|&one, &other| round[other].rate.total_cmp(&round[one].rate));
    let mut own = vec![None; round.len()];
    let mut end = 0;
    for set in by_rate {
        let cells = round[set].cells;
        if end + cells <= most_cells {
            own[set] = Some(end..end + cells);
            end += cells;
        }
    }
    own
}

/// What one thread has to take off.
struct Taken<'a> {
    shared: &'a Mutex<Vec<Vec<u32>>>,
    own: &'a [Option<Range<usize>>],
    own_cells: Vec<u32>,
    /// Cells of the other sets, one entry for each record that is to be taken off.
    others: Vec<(u32, u32)>,
}

impl<'a> Taken<'a> {
    const MOST_OTHERS: usize = 1 << 16;

    fn new(shared: &'a Mutex<Vec<Vec<u32>>>, own: &'a [Option<Range<usize>>]) -> Self {
        let cells = own.iter().flatten().map(|range| range.end).max().unwrap_or(0);
        Self { shared, own, own_cells: vec![0; cells], others: Vec::new() }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 2^32 sets and cells")]
    fn take(&mut self, set: usize, cell: usize) {
        if let Some(range) = &self.own[set] {
            self.own_cells[range.start + cell] += 1;
            return;
        }
        self.others.push((set as u32, cell as u32));
        if self.others.len() == Self::MOST_OTHERS {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let mut shared = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.others.drain(..).for_each(|(set, cell)| shared[set as usize][cell as usize] -= 1);
    }

    fn finish(mut self) {
        self.hand_over();
        let mut shared = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (cells, own) in shared.iter_mut().zip(self.own) {
            let taken = own.as_ref().map_or(&[][..], |range| &self.own_cells[range.clone()]);
            cells.iter_mut().zip(taken).for_each(|(cell, taken)| *cell -= taken);
        }
    }
}

/// What records must agree on to be repeats on sets.
struct Tests {
    /// Where the bytes of each column of the table begin in a row; columns that no set has are not there.
    columns: Vec<(usize, usize)>,
    /// Eight bytes each.
    words: usize,
    /// 64 sets each.
    masks: usize,
    /// For each word and each byte of what agrees in it, the sets that ask for no more of it.
    sets: Vec<u64>,
    /// For each set its columns, by their place in `columns`, with the cells from one of its values to the next.
    strides: Vec<Vec<(usize, u32)>>,
}

impl Tests {
    fn new(table: &Table, sets: &[&ColumnSet]) -> Self {
        let needed = (0..table.columns().len()).filter(|&column| sets.iter().any(|set| set.contains(column)));
        let mut end = 0;
        let columns: Vec<(usize, usize)> = needed
            .map(|column| {
                let start = end;
                end += bytes_of(&table.columns()[column].codes);
                (column, start)
            })
            .collect();
        let place = |column: usize| columns.iter().position(|&(other, _)| other == column).unwrap_or(0);
        let (words, masks) = (end.div_ceil(8).max(1), sets.len().div_ceil(64));
        let mut tests = vec![0_u64; words * 256 * masks];
        let mut strides = Vec::with_capacity(sets.len());
        for (index, set) in sets.iter().enumerate() {
            let mut asked = vec![0_usize; words];
            let mut stride = 1_u32;
            let mut steps = Vec::with_capacity(set.len());
            for &column in set.columns().iter().rev() {
                let place = place(column);
                steps.push((place, stride));
                stride = stride.saturating_mul(table.columns()[column].cardinality.max(1));
                let start = columns[place].1;
                (start..start + bytes_of(&table.columns()[column].codes))
                    .for_each(|byte| asked[byte / 8] |= 1 << (byte % 8));
            }
            strides.push(steps);
            for (word, asked) in asked.into_iter().enumerate() {
                for agreed in (0..256).filter(|agreed| agreed & asked == asked) {
                    tests[(word * 256 + agreed) * masks + index / 64] |= 1 << (index % 64);
                }
            }
        }
        Self { columns, words, masks, sets: tests, strides }
    }

    /// The cell of a record on a set; `codes` are those of the columns.
    #[inline]
    fn cell(&self, codes: &[u32], set: usize) -> usize {
        self.strides[set].iter().map(|&(place, stride)| codes[place] * stride).sum::<u32>() as usize
    }
}

fn bytes_of(codes: &Codes) -> usize {
    match codes {
        Codes::U8(_) => 1,
        Codes::U16(_) => 2,
        Codes::U32(_) => 4,
    }
}

/// The records of one subject, as bytes beside each other.
#[derive(Default)]
struct Rows {
    words: Vec<u64>,
    codes: Vec<u32>,
    repeats: Vec<u64>,
}

impl Rows {
    /// Hands over each repeat: the codes of the record, and the set.
    #[inline]
    fn each_repeat(
        &mut self,
        table: &Table,
        tests: &Tests,
        records: Range<usize>,
        mut found: impl FnMut(&[u32], usize),
    ) {
        self.fill(table, tests, records.clone());
        let (words, width) = (tests.words, tests.columns.len());
        for record in 1..records.len() {
            let (earlier, row) = self.words[..(record + 1) * words].split_at(record * words);
            self.repeats.clear();
            self.repeats.resize(tests.masks, 0);
            for other in earlier.chunks_exact(words) {
                add_agreed(tests, row, other, &mut self.repeats);
            }
            let codes = &self.codes[record * width..(record + 1) * width];
            for (mask, &repeats) in self.repeats.iter().enumerate() {
                let mut left = repeats;
                while left != 0 {
                    found(codes, mask * 64 + left.trailing_zeros() as usize);
                    left &= left - 1;
                }
            }
        }
    }

    fn fill(&mut self, table: &Table, tests: &Tests, records: Range<usize>) {
        let (words, width) = (tests.words, tests.columns.len());
        self.words.clear();
        self.words.resize(records.len() * words, 0);
        self.codes.clear();
        self.codes.resize(records.len() * width, 0);
        for (place, &(column, start)) in tests.columns.iter().enumerate() {
            with_codes!(&table.columns()[column].codes, codes => {
                let codes = &codes[records.clone()];
                for (row, &code) in codes.iter().enumerate() {
                    let code = u32::from(code);
                    self.codes[row * width + place] = code;
                    let row = &mut self.words[row * words..(row + 1) * words];
                    // A code may reach over into the next word.
                    let shift = 8 * (start % 8);
                    row[start / 8] |= u64::from(code) << shift;
                    if shift > 32 && let Some(next) = row.get_mut(start / 8 + 1) {
                        *next |= u64::from(code) >> (64 - shift);
                    }
                }
            });
        }
    }
}

/// Adds the sets on which two records agree.
#[inline]
fn add_agreed(tests: &Tests, row: &[u64], other: &[u64], repeats: &mut [u64]) {
    let masks = repeats.len();
    let sets = |word: usize| {
        let start = (word * 256 + equal_bytes(row[word], other[word])) * masks;
        &tests.sets[start..start + masks]
    };
    match row.len() {
        1 => repeats.iter_mut().zip(sets(0)).for_each(|(repeats, sets)| *repeats |= sets),
        2 => {
            let agreed = sets(0).iter().zip(sets(1));
            repeats.iter_mut().zip(agreed).for_each(|(repeats, (one, two))| *repeats |= one & two);
        }
        words => {
            for (mask, repeats) in repeats.iter_mut().enumerate() {
                *repeats |= (0..words).fold(u64::MAX, |agreed, word| agreed & sets(word)[mask]);
            }
        }
    }
}

/// Which of the eight bytes of two words are equal, a bit each.
#[inline]
fn equal_bytes(one: u64, other: u64) -> usize {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let different = one ^ other;
    // The top bit of each byte that is 0. No carry leaves a byte.
    let equal = !(((different & LOW) + LOW) | different | LOW);
    // Brings the eight bits beside each other, in the top byte.
    ((equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::{Column, SubjectCodes, lattice};

    /// Codes of any width, so that bytes of one column lie in two words.
    fn column() -> impl Strategy<Value = (u8, Vec<u32>)> {
        (0_u8..3).prop_flat_map(|width| {
            let values = match width {
                0 => vec![0, 1, 255],
                1 => vec![0, 1, 256, 257, 65_535],
                _ => vec![0, 1, 256, 65_536, 1 << 24, 0x0101_0101],
            };
            (Just(width), prop::collection::vec(prop::sample::select(values), 40))
        })
    }

    fn codes((width, codes): &(u8, Vec<u32>)) -> Codes {
        let narrow = |code: &u32| u16::try_from(*code).unwrap();
        match width {
            0 => Codes::U8(codes.iter().map(|code| u8::try_from(*code).unwrap()).collect()),
            1 => Codes::U16(codes.iter().map(narrow).collect()),
            _ => Codes::U32(codes.clone()),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_record_repeats_an_earlier_one_of_its_subject_where_all_columns_of_the_set_agree(
            columns in prop::collection::vec(column(), 1..8),
            subjects in prop::collection::vec(0_u8..6, 40),
        ) {
            let columns = columns.iter().map(|column| Column::new("c".to_owned(), codes(column), u32::MAX, None));
            let subjects = SubjectCodes { codes: Codes::U8(subjects), cardinality: 6, missing: None };
            let table = Table::new(columns.collect(), Some(subjects), 40).unwrap();
            let sets = lattice(table.columns().len(), 7);
            let sets: Vec<&ColumnSet> = sets.iter().collect();
            let agree = |set: &ColumnSet, one: usize, other: usize| {
                set.columns().iter().all(|&column| table.columns()[column].codes.get(one) == table.columns()[column].codes.get(other))
            };
            let tests = Tests::new(&table, &sets);
            let mut rows = Rows::default();
            for subject in 0..u32::try_from(table.subjects()).unwrap() {
                let records = table.records_of(subject);
                let mut found = vec![0; sets.len()];
                rows.each_repeat(&table, &tests, records.clone(), |_, set| found[set] += 1);
                let repeats = |set: &&ColumnSet| {
                    records.clone().filter(|&record| (records.start..record).any(|earlier| agree(set, record, earlier))).count()
                };
                prop_assert_eq!(found, sets.iter().map(repeats).collect::<Vec<_>>());
            }
        }
    }
}
