//! Subjects who have the same records: the whole history of a subject as one value.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::point_numbers::number_tuples;
use super::{ColumnSet, Table};
use crate::stop::{Stop, StopReason};

/// Subjects between two looks at the stop flag.
const CHECK_EVERY: usize = 1 << 16;

/// How many classes of subjects with the same history have which size, ascending: (size, classes).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryClasses {
    /// Two histories are the same when each record occurs equally often in both.
    pub multiset: Vec<(u32, u64)>,
    /// Two histories are the same when a record that is in the one is in the other.
    pub set: Vec<(u32, u64)>,
}

/// The classes of subjects whose records agree on `set`, the whole of them; without subjects each record is a history.
///
/// # Errors
/// The reason, when `stop` was raised before the end.
///
/// # Cost
/// Sorting the records of each subject, and a hash of each; some 12 bytes a record and 16 a subject. Equal hashes are
/// compared, so that the answer is exact.
pub fn history_classes(table: &Table, set: &ColumnSet, stop: &Stop) -> Result<HistoryClasses, StopReason> {
    let mut rows = number_tuples(table, set.columns()).of_record;
    stop.check()?;
    let lengths = |subject: u32| table.records_of(subject).len();
    let subjects = u32::try_from(table.subjects()).unwrap_or(u32::MAX);
    let mut histories: Vec<&mut [u32]> = Vec::with_capacity(table.subjects());
    let mut rest = rows.as_mut_slice();
    for subject in 0..subjects {
        let (history, behind) = rest.split_at_mut(lengths(subject));
        histories.push(history);
        rest = behind;
    }
    histories.par_iter_mut().for_each(|history| history.sort_unstable());
    stop.check()?;
    let multiset = sizes(&histories.iter().map(|history| &**history).collect::<Vec<_>>(), stop)?;
    let kept: Vec<usize> = histories.par_iter_mut().map(|history| distinct_first(history)).collect();
    let shortened: Vec<&[u32]> = histories.iter().zip(kept).map(|(history, kept)| &history[..kept]).collect();
    Ok(HistoryClasses { multiset, set: sizes(&shortened, stop)? })
}

/// Moves the distinct rows of a sorted history to its front; how many they are.
fn distinct_first(history: &mut [u32]) -> usize {
    let mut kept = 0;
    for place in 0..history.len() {
        if place == 0 || history[place] != history[kept - 1] {
            history[kept] = history[place];
            kept += 1;
        }
    }
    kept
}

/// How many lists are the same as how many.
fn sizes(histories: &[&[u32]], stop: &Stop) -> Result<Vec<(u32, u64)>, StopReason> {
    let mut order: Vec<(u64, u32)> = histories.par_iter().map(|history| hash(history)).zip(0..u32::MAX).collect();
    order.par_sort_unstable();
    stop.check()?;
    let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
    for (place, alike) in order.chunk_by_mut(|one, other| one.0 == other.0).enumerate() {
        if place % CHECK_EVERY == 0 {
            stop.check()?;
        }
        let history = |&(_, subject): &(u64, u32)| histories[subject as usize];
        alike.sort_unstable_by(|one, other| history(one).cmp(history(other)));
        for same in alike.chunk_by(|one, other| history(one) == history(other)) {
            *sizes.entry(u32::try_from(same.len()).unwrap_or(u32::MAX)).or_insert(0) += 1;
        }
    }
    Ok(sizes.into_iter().collect())
}

/// A number that is the same for equal lists.
fn hash(history: &[u32]) -> u64 {
    let mixed = |hash: u64| (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    history
        .iter()
        .fold(history.len() as u64, |hash, &row| mixed(hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (u64::from(row) + 1)))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::table::{Codes, Column, SubjectCodes};

    fn tally<K: Ord>(histories: impl Iterator<Item = K>) -> Vec<(u32, u64)> {
        let mut classes: BTreeMap<K, u32> = BTreeMap::new();
        for history in histories {
            *classes.entry(history).or_insert(0) += 1;
        }
        let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
        for size in classes.into_values() {
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
        for round in 0..2_000 {
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
        }
    }
}
