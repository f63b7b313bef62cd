//! The obvious way of counting crowds, to hold the fast ways against: slow, short, and without any of their ideas.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::counts::{SetCounts, SizeCount};
use super::{ColumnSet, Table};

/// Crowds of one set: classes as a map from values to records and subjects.
#[must_use]
pub fn count_set(table: &Table, set: &ColumnSet) -> SetCounts {
    let key = |record: usize| -> Vec<u32> {
        set.columns().iter().map(|&column| table.columns()[column].codes.get(record)).collect()
    };
    let subject = |record: usize| table.subject_of_record().map_or(record, |subjects| subjects[record] as usize);
    let mut classes: HashMap<Vec<u32>, (u64, BTreeSet<usize>)> = HashMap::new();
    for record in 0..table.records() {
        let class = classes.entry(key(record)).or_default();
        class.0 += 1;
        class.1.insert(subject(record));
    }
    let mut sizes: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
    let mut record_pairs = 0;
    for (records, subjects) in classes.values() {
        let size = sizes.entry(subjects.len()).or_default();
        size.0 += 1;
        size.1 += records;
        record_pairs += u128::from(records * (records - 1));
    }
    let mut smallest: BTreeMap<usize, usize> = BTreeMap::new();
    for record in 0..table.records() {
        let crowd = classes[&key(record)].1.len();
        smallest.entry(subject(record)).and_modify(|least| *least = crowd.min(*least)).or_insert(crowd);
    }
    let mut by_smallest: BTreeMap<usize, u64> = BTreeMap::new();
    for crowd in smallest.into_values() {
        *by_smallest.entry(crowd).or_default() += 1;
    }
    let narrow = |size: usize| u32::try_from(size).expect("a table has fewer than 2^32 records");
    let sizes = sizes.into_iter().map(|(size, (classes, records))| SizeCount { size: narrow(size), classes, records });
    let subjects_by_smallest = by_smallest.into_iter().map(|(crowd, subjects)| (narrow(crowd), subjects)).collect();
    SetCounts { sizes: sizes.collect(), record_pairs, subjects_by_smallest }
}
