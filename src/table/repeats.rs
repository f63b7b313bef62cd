//! Distinct subjects from counts of records: what a subject repeats is taken off.
//!
//! The distinct subjects of a class are its records less those that repeat an earlier record of their subject. Records are
//! counted for many sets at a time (`cubes.rs`), and few subjects repeat themselves on a set of several columns. So each
//! record is compared with the earlier ones of its subject, once for all sets: the columns on which two records agree tell
//! every set on which the later one is a repeat.

use std::ops::Range;
use std::sync::Mutex;

use rayon::prelude::*;

use super::agreement::{Rows, SETS, Tests};
use super::cell::{Cell, RecordCell};
use super::count::Tuning;
use super::counts::SetCounts;
use super::cubes;
use super::dense::cells_of;
use super::ranked::{self, Ranked, RankedSet};
use super::records::stretches;
use super::{ColumnSet, Table};
use crate::number::as_float;
use crate::stop::{Stop, StopReason, Watch};

/// When counting records and taking off repeats pays, in nanoseconds for each record, as measured on the table of
/// `docs/performance.md`. Only speed and memory depend on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RepeatLimits {
    /// What a set saves.
    pub(super) saved: f64,
    /// What taking off one record costs.
    pub(super) repeat: f64,
    /// What comparing two records costs, and what [`SETS`] sets add to it.
    pub(super) pair: (f64, f64),
    /// Cells that the sets of one round may have together.
    pub(super) cells: usize,
    /// Cells that one thread keeps for itself.
    pub(super) own_cells: usize,
    /// What a set that is counted within groups saves, and for how many records there may be one repeat in its list.
    pub(super) listed: (f64, usize),
}

impl RepeatLimits {
    pub(super) const DEFAULT: Self =
        Self { saved: 0.7, repeat: 4.0, pair: (1.0, 3.0), cells: 1 << 24, own_cells: 1 << 21, listed: (0.9, 50) };

    /// What comparing the records of each subject costs for so many sets, for each record.
    fn comparing(&self, table: &Table, sets: usize) -> f64 {
        let pairs_a_record = pairs(table) / as_float(table.records().max(1) as u64);
        pairs_a_record * (self.pair.0 + self.pair.1 * as_float(sets.div_ceil(SETS) as u64))
    }

    /// Repeats of a set up to which they are listed. A sample may mislead: no list grows much longer than it let expect.
    fn longest_list(&self, table: &Table) -> usize {
        table.records() / self.listed.1.max(1) * 4 + 64
    }
}

/// Bytes that a round takes: the records, the subjects and the rank of each cell, and what each thread keeps for itself.
pub(super) fn scratch_bytes(limits: RepeatLimits, threads: usize) -> usize {
    limits.cells * 12 + threads * (limits.own_cells.min(limits.cells) * 4 + Taken::MOST_OTHERS * 8)
}

/// Records whose columns are brought together at a time.
const RUN: usize = 1024;

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
    let saves = |rate: f64| limits.saved - limits.repeat * rate;
    let cost = |sets: usize| limits.comparing(table, sets);
    if as_float(sets.len() as u64) * limits.saved <= cost(sets.len()) {
        return (Vec::new(), sets);
    }
    let tests = Tests::new(table, sets.iter().map(|&(_, set)| set.columns()));
    let rates = rates(table, &tests);
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
fn rates(table: &Table, tests: &Tests) -> Vec<f64> {
    let mut repeats = vec![0_u64; tests.sets()];
    let mut records = 0;
    let mut rows = Rows::default();
    for subject in (0..table.subjects()).step_by(table.subjects().div_ceil(SAMPLE).max(1)) {
        let range = table.records_of(u32::try_from(subject).unwrap_or(u32::MAX));
        records += range.len() as u64;
        let own = 0..range.len();
        rows.fill(table, tests, range);
        rows.each_repeat(tests, own, |_, set| repeats[set] += 1);
    }
    repeats.into_iter().map(|repeats| as_float(repeats) / as_float(records.max(1))).collect()
}

/// Counts the sets of a round, and lists what subjects repeat on others.
pub(super) fn count<C: Cell>(
    table: &Table,
    round: &Round<'_>,
    to_list: &[ToList],
    tuning: Tuning,
    watch: Watch<'_>,
) -> Result<(Vec<(usize, SetCounts)>, Lists), StopReason> {
    let sets: Vec<(usize, &ColumnSet)> = round.iter().enumerate().map(|(place, set)| (place, set.set)).collect();
    let mut records: Vec<Vec<u32>> = vec![Vec::new(); round.len()];
    let counted = cubes::cells_of_sets(table, &sets, tuning.cubes, watch, |cells: Vec<RecordCell>| {
        cells.iter().map(Cell::size).collect()
    })?;
    for (place, cells) in counted {
        records[place] = cells;
    }
    let subjects = if C::RECORDS { records.clone() } else { std::mem::take(&mut records) };
    let (subjects, listed) = without_repeats(table, round, subjects, to_list, tuning.repeats, watch.stop)?;
    let mut ranked = Vec::with_capacity(round.len());
    for (place, (set, subjects)) in round.iter().zip(subjects).enumerate() {
        let records = records.get(place).unwrap_or(&subjects);
        let cells = subjects.iter().copied().zip(records.iter().copied());
        ranked.push(RankedSet { place: set.place, set: set.set, ranked: Ranked::new::<C>(cells) });
    }
    Ok((ranked::counts_of_many::<C>(table, ranked, watch.stop)?, listed))
}

/// Takes what subjects repeat off the records of each cell, and lists it for other sets.
fn without_repeats(
    table: &Table,
    round: &Round<'_>,
    cells: Vec<Vec<u32>>,
    to_list: &[ToList],
    limits: RepeatLimits,
    stop: &Stop,
) -> Result<(Vec<Vec<u32>>, Lists), StopReason> {
    let in_cells = round.iter().map(|set| set.set.columns());
    let tests = Tests::new(table, in_cells.chain(to_list.iter().map(|set| set.order.as_slice())));
    let own = own_cells(round, limits.own_cells);
    let shared = Mutex::new(cells);
    let most = limits.longest_list(table);
    let lists = in_stretches(table, |stretch| {
        let mut taken = Taken::new(&shared, &own);
        let mut lists = vec![Vec::new(); to_list.len()];
        each_repeat_in(table, &tests, stretch, stop, |set, cell| match set.checked_sub(round.len()) {
            None => taken.take(set, to_usize(cell)),
            Some(set) if lists[set].len() <= most => lists[set].push(cell),
            Some(_) => {}
        })?;
        taken.finish();
        Ok(lists)
    })?;
    let mut listed = Vec::with_capacity(to_list.len());
    for (index, set) in to_list.iter().enumerate() {
        let mut repeats: Vec<u64> = lists.iter().flat_map(|lists| &lists[index]).copied().collect();
        if repeats.len() <= most {
            repeats.sort_unstable();
            let cardinality = |column: &usize| u64::from(table.columns()[*column].cardinality.max(1));
            let cells = set.order[1..].iter().map(cardinality).product();
            listed.push((set.place, Listed { cells, repeats }));
        }
    }
    Ok((shared.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner), listed))
}

/// Works on as many stretches of whole subjects side by side as there are threads.
fn in_stretches<T: Send>(
    table: &Table,
    work: impl Fn(&Range<usize>) -> Result<T, StopReason> + Sync + Send,
) -> Result<Vec<T>, StopReason> {
    let parts = rayon::current_num_threads().min(table.records() / 4096 + 1);
    let stretches = stretches(table.records(), table.subject_of_record(), parts);
    stretches.par_iter().with_max_len(1).map(work).collect()
}

/// Hands over the set and the cell of each repeat.
fn each_repeat_in(
    table: &Table,
    tests: &Tests,
    stretch: &Range<usize>,
    stop: &Stop,
    mut found: impl FnMut(usize, u64),
) -> Result<(), StopReason> {
    let mut rows = Rows::default();
    let end = table.subject_of(stretch.end - 1) + 1;
    let mut subject = table.subject_of(stretch.start);
    while subject < end {
        stop.check()?;
        // Many subjects at a time, so that columns are read in long runs.
        let first = subject;
        let start = table.records_of(first).start;
        while subject < end && (subject == first || table.records_of(subject).end - start <= RUN) {
            subject += 1;
        }
        rows.fill(table, tests, start..table.records_of(subject - 1).end);
        for subject in first..subject {
            let Range { start: from, end: to } = table.records_of(subject);
            rows.each_repeat(tests, from - start..to - start, |row, set| found(set, tests.cell(row, set)));
        }
    }
    Ok(())
}

/// A set of too many cells, whose repeats are to be listed.
pub(super) struct ToList {
    pub(super) place: usize,
    /// Its columns: the one that makes the groups comes first, the last one changes from one cell to the next.
    pub(super) order: Vec<usize>,
}

/// What subjects repeat on one set, in the order of its cells.
pub(super) struct Listed {
    /// Possible classes for each code of the first column.
    cells: u64,
    /// The cell of each repeat over all columns of the set, ascending.
    repeats: Vec<u64>,
}

impl Listed {
    /// The classes within the group of this code, once for each repeat.
    pub(super) fn of_group(&self, code: u32) -> impl Iterator<Item = usize> {
        let start = u64::from(code) * self.cells;
        let first = self.repeats.partition_point(|&cell| cell < start);
        let group = self.repeats[first..].iter().map(move |&cell| cell - start);
        group.take_while(|&class| class < self.cells).map(to_usize)
    }
}

/// Lists by the place of their set.
pub(super) type Lists = Vec<(usize, Listed)>;

/// The sets that have few repeats, as far as a sample tells; none where listing them does not pay beside so many others that
/// are compared anyway.
pub(super) fn worth_listing(
    table: &Table,
    sets: Vec<ToList>,
    beside: Option<&Round<'_>>,
    limits: RepeatLimits,
) -> Vec<ToList> {
    let (saved, records_a_repeat) = limits.listed;
    let beside = beside.map_or(0, Vec::len);
    let cost = |sets: usize| {
        let spent = if beside == 0 { 0.0 } else { limits.comparing(table, beside) };
        limits.comparing(table, beside + sets) - spent
    };
    let pays = |sets: usize| as_float(sets as u64) * saved > cost(sets);
    if sets.is_empty() || !pays(sets.len()) {
        return Vec::new();
    }
    let rates = rates(table, &Tests::new(table, sets.iter().map(|set| set.order.as_slice())));
    let few = |rate: f64| rate * as_float(records_a_repeat as u64) <= 1.0;
    let few: Vec<ToList> = sets.into_iter().zip(rates).filter(|&(_, rate)| few(rate)).map(|(set, _)| set).collect();
    if pays(few.len()) { few } else { Vec::new() }
}

/// Lists what subjects repeat on sets.
pub(super) fn list(table: &Table, sets: &[ToList], limits: RepeatLimits, stop: &Stop) -> Result<Lists, StopReason> {
    without_repeats(table, &Round::new(), Vec::new(), sets, limits, stop).map(|(_, listed)| listed)
}

#[expect(clippy::cast_possible_truncation, reason = "cells and records are counted in memory")]
fn to_usize(number: u64) -> usize {
    number as usize
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
