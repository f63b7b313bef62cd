//! Subjects who have the same records: the whole history of a subject as one value.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{ColumnSet, Table};
use crate::stop::{Stop, StopReason};

/// Subjects whose records are hashed at a time: their hashes stay in the cache from column to column.
const BLOCK: u32 = 1 << 9;

/// How many classes of subjects with the same history have which size, ascending: (size, classes).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryClasses {
    /// Two histories are the same when each record occurs equally often in both.
    pub multiset: Vec<(u32, u64)>,
    /// Two histories are the same when a record that is in the one is in the other.
    pub set: Vec<(u32, u64)>,
}

/// What of a history is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    Multiset,
    Set,
}

/// The classes of subjects whose records agree on `set`, the whole of them; without subjects each record is a history.
///
/// # Errors
/// The reason, when `stop` was raised before the end.
///
/// # Cost
/// A hash of each record and of each subject, some 40 bytes a subject. Subjects whose hashes are equal are compared
/// record by record, so that the answer is exact.
pub fn history_classes(table: &Table, set: &ColumnSet, stop: &Stop) -> Result<HistoryClasses, StopReason> {
    let hashes = hashes(table, set.columns(), stop)?;
    let sizes = |compared| sizes(table, set.columns(), &hashes, compared, stop);
    Ok(HistoryClasses { multiset: sizes(Compared::Multiset)?, set: sizes(Compared::Set)? })
}

/// For each subject a number that is the same for equal multisets of records, and one that is for equal sets of them.
fn hashes(table: &Table, columns: &[usize], stop: &Stop) -> Result<Vec<(u64, u64)>, StopReason> {
    let mut hashes = vec![(0, 0); table.subjects()];
    let blocks = hashes.par_chunks_mut(BLOCK as usize).zip((0..u32::MAX).into_par_iter().step_by(BLOCK as usize));
    blocks.try_for_each_init(Vec::new, |of_record, (hashes, first)| {
        stop.check()?;
        let records = table.records_of(first);
        let last = first + u32::try_from(hashes.len()).unwrap_or(BLOCK) - 1;
        let (start, end) = (records.start, table.records_of(last).end);
        of_record.clear();
        of_record.resize(end - start, 0_u64);
        for &column in columns {
            table.columns()[column].apply_to(start..end, of_record, |hash, value| *hash = mixed(*hash, value.into()));
        }
        for (hash, subject) in hashes.iter_mut().zip(first..) {
            let records = table.records_of(subject);
            let history = &mut of_record[records.start - start..records.end - start];
            history.sort_unstable();
            *hash = (of_sorted(history.iter().copied()), of_sorted(history.chunk_by(u64::eq).map(|same| same[0])));
        }
        Ok(())
    })?;
    Ok(hashes)
}

fn of_sorted(hashes: impl Iterator<Item = u64>) -> u64 {
    hashes.fold(0, mixed)
}

fn mixed(hash: u64, number: u64) -> u64 {
    let hash = (hash ^ number.wrapping_add(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ (hash >> 29)
}

/// How many histories are the same as how many.
fn sizes(
    table: &Table,
    columns: &[usize],
    hashes: &[(u64, u64)],
    compared: Compared,
    stop: &Stop,
) -> Result<Vec<(u32, u64)>, StopReason> {
    let hash = |&(multiset, set): &(u64, u64)| if compared == Compared::Multiset { multiset } else { set };
    let mut order: Vec<(u64, u32)> = hashes.par_iter().map(hash).zip(0..u32::MAX).collect();
    order.par_sort_unstable();
    stop.check()?;
    let alike: Vec<&[(u64, u32)]> =
        order.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1).collect();
    let alone = order.len() - alike.iter().map(|same| same.len()).sum::<usize>();
    let classes = alike.par_iter().try_fold(BTreeMap::new, |mut sizes, subjects| {
        stop.check()?;
        let subjects = subjects.iter().map(|&(_, subject)| subject).collect();
        for size in compare(table, columns, subjects, compared) {
            *sizes.entry(size).or_insert(0) += 1;
        }
        Ok(sizes)
    });
    let mut sizes = classes.try_reduce(BTreeMap::new, |mut sizes: BTreeMap<u32, u64>, more| {
        for (size, classes) in more {
            *sizes.entry(size).or_insert(0) += classes;
        }
        Ok(sizes)
    })?;
    if alone > 0 {
        *sizes.entry(1).or_insert(0) += alone as u64;
    }
    Ok(sizes.into_iter().collect())
}

/// The sizes of the classes of subjects whose hashes are equal: nearly always one class.
fn compare(table: &Table, columns: &[usize], mut subjects: Vec<u32>, compared: Compared) -> Vec<u32> {
    let mut sizes = Vec::new();
    while let Some(&first) = subjects.first() {
        let model = History::default().of(table, columns, first, compared).to_vec();
        let differs = |history: &mut History, subject: u32| {
            (history.of(table, columns, subject, compared) != model).then_some(subject)
        };
        let others: Vec<u32> = subjects
            .par_iter()
            .map_init(History::default, |history, &subject| differs(history, subject))
            .flatten()
            .collect();
        sizes.push(u32::try_from(subjects.len() - others.len()).unwrap_or(u32::MAX));
        subjects = others;
    }
    sizes
}

/// Room for the records of one subject.
#[derive(Default)]
struct History {
    /// Record by record, as they stand.
    cells: Vec<u32>,
    /// Record by record, ascending.
    sorted: Vec<u32>,
}

impl History {
    /// The values of the records of a subject in ascending order, as they are compared.
    fn of(&mut self, table: &Table, columns: &[usize], subject: u32, compared: Compared) -> &[u32] {
        self.cells.clear();
        let values = |record: usize| columns.iter().map(move |&column| table.columns()[column].value_of(record));
        self.cells.extend(table.records_of(subject).flat_map(values));
        if columns.is_empty() {
            let records = table.records_of(subject).len();
            let counted = if compared == Compared::Set { records.min(1) } else { records };
            self.cells.push(u32::try_from(counted).unwrap_or(u32::MAX));
        }
        if self.cells.len() <= columns.len().max(1) {
            return &self.cells;
        }
        let mut records: Vec<&[u32]> = self.cells.chunks_exact(columns.len()).collect();
        records.sort_unstable();
        if compared == Compared::Set {
            records.dedup();
        }
        self.sorted.clear();
        for record in &records {
            self.sorted.extend_from_slice(record);
        }
        &self.sorted
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::table::{Codes, Column, SubjectCodes};
    use crate::tries::tries;

    fn tally<K: Ord>(histories: impl Iterator<Item = K>) -> Vec<(u32, u64)> {
        let mut classes: BTreeMap<K, u32> = BTreeMap::new();
        for history in histories {
            *classes.entry(history).or_insert(0) += 1;
        }
        tally_of_sizes(classes.into_values())
    }

    fn tally_of_sizes(classes: impl IntoIterator<Item = u32>) -> Vec<(u32, u64)> {
        let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
        for size in classes {
            *sizes.entry(size).or_insert(0) += 1;
        }
        sizes.into_iter().collect()
    }

    #[test]
    fn classes_of_histories_are_those_of_maps_of_rows() {
        let mut state = 3_u64;
        let mut below = |bound: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from(state >> 33).unwrap_or(0) % bound
        };
        for round in 0..tries(2_000) {
            let records = below(40) as usize;
            let number = 1 + below(12);
            let of_record: Vec<u32> = (0..records).map(|_| below(number)).collect();
            let columns: Vec<Column> = (0..=round % 3)
                .map(|_| {
                    let codes: Vec<u32> = (0..records).map(|_| below(2)).collect();
                    Column::new("c".to_owned(), Codes::from_codes(2, codes.into_iter()), 2, None)
                })
                .collect();
            let codes = Codes::from_codes(number as usize, of_record.iter().copied());
            let subjects = SubjectCodes { codes, cardinality: number, missing: (round % 4 == 0).then_some(0) };
            let table = Table::new(columns, (round % 5 > 0).then_some(subjects), records).unwrap();
            let set = ColumnSet::new(0..table.columns().len());
            let row = |record: usize| table.columns().iter().map(|column| column.value_of(record)).collect::<Vec<_>>();
            let histories = || {
                (0..table.subjects()).map(|subject| u32::try_from(subject).unwrap()).map(|subject| {
                    let mut rows: Vec<Vec<u32>> = table.records_of(subject).map(row).collect();
                    rows.sort();
                    rows
                })
            };
            let found = history_classes(&table, &set, &Stop::default()).unwrap();
            assert_eq!(found.multiset, tally(histories()), "round {round}");
            let distinct = histories().map(|rows| rows.into_iter().collect::<BTreeSet<_>>());
            assert_eq!(found.set, tally(distinct), "round {round}");
            // The comparison alone tells histories apart, whatever their hashes are.
            let subjects = || (0..table.subjects()).map(|subject| u32::try_from(subject).unwrap()).collect();
            let alone = |compared| tally_of_sizes(compare(&table, set.columns(), subjects(), compared));
            assert_eq!(alone(Compared::Multiset), found.multiset, "round {round}");
            assert_eq!(alone(Compared::Set), found.set, "round {round}");
        }
    }
}
