//! The obvious way of counting classes, to hold the fast ways against: slow, short, and without any of their ideas.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::table::{Column, ColumnSet, SetCounts, SizeCount, Table, ValueCount};

fn subject_of(table: &Table, record: usize) -> usize {
    table.subject_of_record().map_or(record, |subjects| subjects[record] as usize)
}

fn key_of(table: &Table, columns: &[usize], record: usize) -> Vec<u32> {
    columns.iter().map(|&column| table.columns()[column].codes.get(record)).collect()
}

fn narrow(size: usize) -> u32 {
    u32::try_from(size).expect("a table has fewer than 2^32 records")
}

/// The classes of one set, as a map from values to records and subjects.
pub(crate) fn count_set(table: &Table, set: &ColumnSet) -> SetCounts {
    let key = |record: usize| key_of(table, set.columns(), record);
    let subject = |record: usize| subject_of(table, record);
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
        let size = classes[&key(record)].1.len();
        smallest.entry(subject(record)).and_modify(|least| *least = size.min(*least)).or_insert(size);
    }
    let mut by_smallest: BTreeMap<usize, u64> = BTreeMap::new();
    for size in smallest.into_values() {
        *by_smallest.entry(size).or_default() += 1;
    }
    let sizes = sizes.into_iter().map(|(size, (classes, records))| SizeCount { size: narrow(size), classes, records });
    let subjects_by_smallest = by_smallest.into_iter().map(|(size, subjects)| (narrow(size), subjects)).collect();
    SetCounts { sizes: sizes.collect(), record_pairs, subjects_by_smallest }
}

/// Subjects and records of each class of `set`, and who holds which value of `column` in it; ascending.
pub(crate) fn class_values(table: &Table, set: &ColumnSet, column: &Column) -> Vec<(u32, u32, Vec<ValueCount>)> {
    let mut classes: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    for record in 0..table.records() {
        classes.entry(key_of(table, set.columns(), record)).or_default().push(record);
    }
    let subjects = |records: &[usize]| {
        let subjects: BTreeSet<usize> = records.iter().map(|&record| subject_of(table, record)).collect();
        narrow(subjects.len())
    };
    let class = |records: Vec<usize>| {
        let holding = |value: u32| {
            let held = |record: &usize| column.codes.get(*record) == value;
            let records: Vec<usize> = records.iter().copied().filter(held).collect();
            ValueCount { value, subjects: subjects(&records), records: narrow(records.len()) }
        };
        let values = (0..column.cardinality).map(holding).filter(|count| count.records > 0).collect();
        (subjects(&records), narrow(records.len()), values)
    };
    let mut classes: Vec<_> = classes.into_values().map(class).collect();
    classes.sort_unstable();
    classes
}

/// The distinct subjects of the class of each record.
pub(crate) fn classes_of_records(table: &Table, set: &ColumnSet) -> Vec<u32> {
    let mut classes: BTreeMap<Vec<u32>, BTreeSet<usize>> = BTreeMap::new();
    for record in 0..table.records() {
        classes.entry(key_of(table, set.columns(), record)).or_default().insert(subject_of(table, record));
    }
    (0..table.records()).map(|record| narrow(classes[&key_of(table, set.columns(), record)].len())).collect()
}

/// How many distinct subjects, and how many records, hold each value.
pub(crate) fn holders(table: &Table, column: &Column) -> (Vec<u32>, Vec<u32>) {
    let holding = |value: u32| (0..table.records()).filter(move |&record| column.codes.get(record) == value);
    let subjects =
        |value: u32| holding(value).map(|record| subject_of(table, record)).collect::<BTreeSet<usize>>().len();
    let values = 0..column.cardinality;
    let records = values.clone().map(|value| narrow(holding(value).count()));
    (values.map(|value| narrow(subjects(value))).collect(), records.collect())
}

/// Whether no two records of a subject differ in the column; `None` without subjects.
pub(crate) fn constant_per_subject(table: &Table, column: &Column) -> Option<bool> {
    let subjects = table.subject_of_record()?;
    let agree =
        |one: usize, other: usize| subjects[one] != subjects[other] || column.codes.get(one) == column.codes.get(other);
    Some((0..table.records()).all(|one| (0..one).all(|other| agree(one, other))))
}

/// The subjects of each point. A record without a cell of the event gives none.
pub(crate) fn points(table: &Table, event: &[usize], attributes: &[usize]) -> BTreeMap<Vec<u32>, BTreeSet<u32>> {
    let mut points: BTreeMap<Vec<u32>, BTreeSet<u32>> = BTreeMap::new();
    let is_missing = |column: usize, record: usize| {
        let column = &table.columns()[column];
        column.missing == Some(column.codes.get(record))
    };
    for record in (0..table.records()).filter(|&record| !event.iter().any(|&column| is_missing(column, record))) {
        let columns: Vec<usize> = event.iter().chain(attributes).copied().collect();
        points.entry(key_of(table, &columns, record)).or_default().insert(narrow(subject_of(table, record)));
    }
    points
}
