//! The obvious way of counting classes on both sides, to hold the fast ways against.

use std::collections::{BTreeMap, BTreeSet};

use crate::table::{ColumnSet, LinkedClasses, LinkedCounts, LinkedSubjects, Table};

#[derive(Default)]
struct Class {
    ours: BTreeSet<u32>,
    theirs: BTreeSet<u32>,
    records: u64,
}

fn subject(table: &Table, record: usize) -> u32 {
    let own = || u32::try_from(record).expect("a table has fewer than 2^32 records");
    table.subject_of_record().map_or_else(own, |subjects| subjects[record])
}

/// The values of a record on the set; `None` when one is missing.
fn key(table: &Table, set: &ColumnSet, record: usize) -> Option<Vec<u32>> {
    let cell = |&column: &usize| {
        let column = &table.columns()[column];
        Some(column.codes.get(record)).filter(|&code| column.missing != Some(code))
    };
    set.columns().iter().map(cell).collect()
}

fn classes(ours: &Table, theirs: &Table, set: &ColumnSet) -> BTreeMap<Vec<u32>, Class> {
    let mut classes: BTreeMap<Vec<u32>, Class> = BTreeMap::new();
    for record in 0..ours.records() {
        if let Some(key) = key(ours, set, record) {
            let class = classes.entry(key).or_default();
            class.ours.insert(subject(ours, record));
            class.records += 1;
        }
    }
    for record in 0..theirs.records() {
        if let Some(key) = key(theirs, set, record) {
            classes.entry(key).or_default().theirs.insert(subject(theirs, record));
        }
    }
    classes
}

/// Counts of one set.
pub(super) fn count_set(ours: &Table, theirs: &Table, set: &ColumnSet) -> LinkedCounts {
    let size = |subjects: &BTreeSet<u32>| u32::try_from(subjects.len()).expect("fewer than 2^32 subjects");
    let mut by_sizes: BTreeMap<(u32, u32), (u64, u64)> = BTreeMap::new();
    let mut taken: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    let mut only_theirs = false;
    for class in classes(ours, theirs, set).values() {
        let sizes = (size(&class.theirs), size(&class.ours));
        match sizes {
            (_, 0) => only_theirs = true,
            (0, _) => {}
            _ => {
                let entry = by_sizes.entry(sizes).or_default();
                *entry = (entry.0 + 1, entry.1 + class.records);
                for &subject in &class.ours {
                    taken.entry(subject).and_modify(|least| *least = sizes.min(*least)).or_insert(sizes);
                }
            }
        }
    }
    let mut subjects: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for sizes in taken.into_values() {
        *subjects.entry(sizes).or_default() += 1;
    }
    let class = |((theirs, ours), (classes, records))| LinkedClasses { ours, theirs, classes, records };
    let subject = |((theirs, ours), subjects)| LinkedSubjects { ours, theirs, subjects };
    LinkedCounts {
        classes: by_sizes.into_iter().map(class).collect(),
        subjects: subjects.into_iter().map(subject).collect(),
        only_theirs,
    }
}

/// Pairs of a subject of ours and the only subject of theirs in one of its classes, ascending, each once.
pub(super) fn sole_partners(ours: &Table, theirs: &Table, set: &ColumnSet) -> Vec<(u32, u32)> {
    let classes = classes(ours, theirs, set);
    let mut pairs = BTreeSet::new();
    for class in classes.values().filter(|class| class.theirs.len() == 1) {
        pairs.extend(class.ours.iter().flat_map(|&ours| class.theirs.iter().map(move |&theirs| (ours, theirs))));
    }
    pairs.into_iter().collect()
}
