//! The measure written down as its definition reads, to hold the fast path against.
//!
//! Works on plain cells: one optional value a column, and an optional subject, for each record.

#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

use std::collections::{BTreeMap, BTreeSet};

/// One record: its subject and its cells. `None` is a missing cell.
#[derive(Debug, Clone)]
pub(super) struct PlainRecord {
    /// The subject.
    pub(super) subject: u32,
    /// The cells, one a column.
    pub(super) cells: Vec<Option<u32>>,
}

/// The class size of each record on a set: distinct subjects among the records that match it.
///
/// A missing cell matches a missing cell only, or with `wildcard` everything, on either side.
pub(super) fn sizes(records: &[PlainRecord], set: &[usize], wildcard: bool) -> Vec<usize> {
    let matches = |one: &PlainRecord, other: &PlainRecord| {
        set.iter().all(|&column| match (one.cells[column], other.cells[column]) {
            (Some(one), Some(other)) => one == other,
            (None, None) => true,
            _ => wildcard,
        })
    };
    let size = |record: &PlainRecord| {
        let subjects: BTreeSet<u32> =
            records.iter().filter(|other| matches(record, other)).map(|other| other.subject).collect();
        subjects.len()
    };
    records.iter().map(size).collect()
}

/// The smallest class among the records of each subject.
pub(super) fn smallest_by_subject(records: &[PlainRecord], sizes: &[usize]) -> BTreeMap<u32, usize> {
    let mut smallest = BTreeMap::new();
    for (record, &size) in records.iter().zip(sizes) {
        let least = smallest.entry(record.subject).or_insert(size);
        *least = size.min(*least);
    }
    smallest
}

/// The Shapley value of each column by walking through every order of the columns.
pub(super) fn shapley(records: &[PlainRecord], columns: usize) -> Vec<f64> {
    let value = |set: &[usize]| {
        if set.is_empty() {
            return 0.0;
        }
        let smallest = smallest_by_subject(records, &sizes(records, set, false));
        smallest.values().filter(|&&size| size == 1).count() as f64 / smallest.len() as f64
    };
    let mut orders = vec![vec![]];
    for column in 0..columns {
        let longer = |order: &Vec<usize>| {
            (0..=order.len()).map(|place| [&order[..place], &[column], &order[place..]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    let mut sums = vec![0.0; columns];
    for order in &orders {
        for place in 0..columns {
            sums[order[place]] += value(&order[..=place]) - value(&order[..place]);
        }
    }
    sums.into_iter().map(|sum| sum / orders.len() as f64).collect()
}
