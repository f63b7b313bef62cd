//! Classes record by record: who holds which value in them, and how large the class of each record is.

use rayon::prelude::*;

use super::cell::{Cell, RecordCell, SubjectCell};
use super::order::Order;
use super::point_numbers::number_tuples;
use super::{Codes, Column, ColumnSet, Table};
use crate::stop::{Stop, StopReason, Watch};

/// How many hold one value in a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValueCount {
    /// The value, an opaque number; that of missing cells is one of them.
    pub value: u32,
    /// Distinct subjects of the class with at least one record that holds it.
    pub subjects: u32,
    /// Records of the class that hold it.
    pub records: u32,
}

/// One class, and who holds which value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClassHistogram<'a> {
    /// Distinct subjects in the class. A subject that holds several values counts once here.
    pub subjects: u32,
    /// Records in the class.
    pub records: u32,
    /// The values that occur in it, ascending.
    pub values: &'a [ValueCount],
}

/// The classes of one column set, each with its histogram of one further column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassValues {
    /// Subjects and records of each class, and where its values end.
    classes: Vec<(u32, u32, usize)>,
    values: Vec<ValueCount>,
}

impl ClassValues {
    /// Every class. Their order follows from the order of the files; whoever adds up fractions sorts them first.
    pub fn classes(&self) -> impl Iterator<Item = ClassHistogram<'_>> {
        let starts = std::iter::once(0).chain(self.classes.iter().map(|&(_, _, end)| end));
        let class = |(start, &(subjects, records, end)): (usize, &(u32, u32, usize))| ClassHistogram {
            subjects,
            records,
            values: &self.values[start..end],
        };
        starts.zip(&self.classes).map(class)
    }
}

/// For each class of `set`, how many of its subjects and records hold each value of `column`.
///
/// `column` is one of the table: a counted one, a sensitive one or a weight.
///
/// # Errors
/// The reason, when `stop` was raised before the end.
///
/// # Panics
/// When `column` has not as many records as the table.
///
/// # Cost
/// Some 20 bytes a record while it runs; 16 bytes for each class and 12 for each value in one are kept.
pub fn class_values(table: &Table, set: &ColumnSet, column: &Column, stop: &Stop) -> Result<ClassValues, StopReason> {
    assert_eq!(column.codes.len(), table.records(), "the column is one of the table");
    stop.check()?;
    let numbers = number_tuples(table, set.columns());
    let (keys, bound) = (Codes::U32(numbers.of_record.into()), numbers.bound);
    let order = Order::by(&keys, bound, None);
    let values = order.applied_to(&column.codes);
    // Without subjects each record is its own, and neighbours only need to differ.
    let subjects = table.subject_of_record().map(|subjects| order.sorted(subjects));
    let mut histogram = Histogram::new(column.cardinality);
    let mut found = ClassValues::default();
    let borders = order.starts().windows(2).map(|ends| ends[0] as usize..ends[1] as usize);
    for (class, records) in borders.filter(|records| !records.is_empty()).enumerate() {
        if class % 4096 == 0 {
            stop.check()?;
        }
        for (record, number) in records.zip(0_u32..) {
            histogram.add(values.get(record), subjects.as_ref().map_or(number, |subjects| subjects[record]));
        }
        histogram.finish(&mut found);
    }
    Ok(found)
}

/// Counts one class after the other in the same memory.
struct Histogram {
    /// For each value the subjects and records so far, and the last subject that was seen with it.
    counts: Vec<(u32, u32, u32)>,
    occurring: Vec<u32>,
    subjects: u32,
    records: u32,
    last: Option<u32>,
}

impl Histogram {
    fn new(cardinality: u32) -> Self {
        Self {
            counts: vec![(0, 0, 0); cardinality as usize],
            occurring: Vec::new(),
            subjects: 0,
            records: 0,
            last: None,
        }
    }

    /// One record of the class; the records of a subject come one after the other.
    fn add(&mut self, value: u32, subject: u32) {
        let (subjects, records, last) = &mut self.counts[value as usize];
        if *records == 0 {
            self.occurring.push(value);
        }
        *subjects += u32::from(*records == 0 || *last != subject);
        *records += 1;
        *last = subject;
        self.subjects += u32::from(self.last != Some(subject));
        self.last = Some(subject);
        self.records += 1;
    }

    /// Hands the class over and is empty again.
    fn finish(&mut self, found: &mut ClassValues) {
        self.occurring.sort_unstable();
        for value in self.occurring.drain(..) {
            let (subjects, records, _) = std::mem::take(&mut self.counts[value as usize]);
            found.values.push(ValueCount { value, subjects, records });
        }
        found.classes.push((self.subjects, self.records, found.values.len()));
        (self.subjects, self.records, self.last) = (0, 0, None);
    }
}

/// For each record, the distinct subjects of the smallest class that it is in on any of `sets`.
///
/// Without sets there is no class, and the answer is empty.
///
/// # Errors
/// The reason, when `watch.stop` was raised before the end.
///
/// # Cost
/// Some 16 bytes a record for each thread; the time of numbering the tuples of every set.
pub fn smallest_classes(table: &Table, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<u32>, StopReason> {
    let of_set = |set: &ColumnSet| {
        watch.stop.check()?;
        let sizes = classes_of_records(table, set);
        watch.progress.advance(1);
        Ok(sizes)
    };
    let smaller = |mut least: Vec<u32>, sizes: Vec<u32>| {
        least.iter_mut().zip(sizes).for_each(|(least, size)| *least = size.min(*least));
        Ok(least)
    };
    sets.par_iter().with_max_len(1).map(of_set).try_reduce_with(smaller).unwrap_or_else(|| Ok(Vec::new()))
}

/// For each record, the distinct subjects of its class on `set`.
#[must_use]
pub fn classes_of_records(table: &Table, set: &ColumnSet) -> Vec<u32> {
    if table.has_subjects() { sizes::<SubjectCell>(table, set) } else { sizes::<RecordCell>(table, set) }
}

/// A class that people are in: how many, and what their weights add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ClassWeight {
    /// Distinct subjects; without subjects, records.
    pub members: u32,
    /// The sum of their weights, in the unit that they were given in.
    pub weight: i128,
}

/// For each subject, the class of its first record on `set`; without subjects, for each record. `weights` has one number a
/// subject.
///
/// Meant for sets that are constant within every subject, on which a subject is in one class.
///
/// # Panics
/// When `weights` has not one number for each subject.
///
/// # Cost
/// Some 8 bytes a record and 64 bytes a subject.
#[must_use]
pub fn weighted_classes(table: &Table, set: &ColumnSet, weights: &[i64]) -> Vec<ClassWeight> {
    assert_eq!(weights.len(), table.subjects(), "one weight a subject");
    let numbers = number_tuples(table, set.columns());
    let class_of = |record: usize| numbers.of_record[record] as usize;
    let mut classes = vec![ClassWeight::default(); numbers.bound as usize];
    for (record, &weight) in table.first_records().zip(weights) {
        let class = &mut classes[class_of(record)];
        class.members += 1;
        class.weight += i128::from(weight);
    }
    table.first_records().map(|record| classes[class_of(record)]).collect()
}

fn sizes<C: Cell>(table: &Table, set: &ColumnSet) -> Vec<u32> {
    let numbers = number_tuples(table, set.columns());
    let mut cells = vec![C::default(); numbers.bound as usize];
    match table.subject_of_record() {
        Some(subjects) => {
            for (&number, &subject) in numbers.of_record.iter().zip(subjects) {
                cells[number as usize].touch(subject + 1);
            }
        }
        None => numbers.of_record.iter().for_each(|&number| cells[number as usize].touch(0)),
    }
    let mut sizes = numbers.of_record;
    sizes.par_iter_mut().for_each(|number| *number = cells[*number as usize].size());
    sizes
}
