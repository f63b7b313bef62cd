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

/// The columns that tell a record from each other subject's records, as bits. Equal ones are kept once.
fn difference_sets(table: &Table, record: usize) -> BTreeSet<u32> {
    let others = (0..table.records()).filter(|&other| subject_of(table, other) != subject_of(table, record));
    let differs = |column: &Column, other: usize| column.codes.get(other) != column.codes.get(record);
    let difference = |other: usize| {
        let columns = table.columns().iter().enumerate().filter(|(_, column)| differs(column, other));
        columns.map(|(place, _)| 1 << place).sum()
    };
    others.map(difference).collect()
}

/// The sets of 1 to `most` columns on which each record is alone, and on no part of them: the minimal sets of columns that meet
/// every difference set. Ascending.
pub(crate) fn minimal_sets_of_records(table: &Table, most: usize) -> Vec<Vec<Vec<usize>>> {
    let columns = table.columns().len();
    let columns_of = |set: u32| -> Vec<usize> { (0..columns).filter(|column| set >> column & 1 == 1).collect() };
    let minimal = |record: usize| {
        let differences = difference_sets(table, record);
        let meets_all = |set: u32| differences.iter().all(|difference| difference & set != 0);
        // With nobody else the empty set would do; a set of columns has at least one.
        let is_minimal = |set: &u32| {
            let lacking_one = columns_of(*set).into_iter().map(|column| set & !(1 << column)).filter(|part| *part != 0);
            meets_all(*set) && !lacking_one.into_iter().any(meets_all)
        };
        let sets = (1_u32..1 << columns).filter(|set| set.count_ones() as usize <= most).filter(is_minimal);
        let mut sets: Vec<Vec<usize>> = sets.map(columns_of).collect();
        sets.sort();
        sets
    };
    (0..table.records()).map(minimal).collect()
}

/// The same of each subject, who is alone where one of its records is.
pub(crate) fn minimal_sets_of_subjects(table: &Table, of_records: &[Vec<Vec<usize>>]) -> Vec<Vec<Vec<usize>>> {
    let of_subject = |subject: usize| {
        let records = (0..table.records()).filter(|&record| subject_of(table, record) == subject);
        let all: BTreeSet<Vec<usize>> = records.flat_map(|record| of_records[record].iter().cloned()).collect();
        let is_part =
            |part: &Vec<usize>, set: &Vec<usize>| part != set && part.iter().all(|column| set.contains(column));
        all.iter().filter(|set| !all.iter().any(|part| is_part(part, set))).cloned().collect()
    };
    (0..table.subjects()).map(of_subject).collect()
}
