//! The table that every measure counts on: narrow codes, records sorted by subject.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::column::subjects_by_code;
use super::order::Order;
use super::variation::{Within, by_rule};
use super::{Attributes, Buffer, Codes, Column, Ground, Recoding, SubjectCodes, Weight};
use crate::with_codes;

/// Coded columns whose records are sorted by subject.
///
/// # Invariants
/// - Every column has [`Table::records`] codes, each below its cardinality.
/// - With subjects, the records of one subject are neighbours and subjects are numbered 0, 1, 2, … in that order,
///   so that the distinct subjects of a class are counted in one pass over the records.
/// - Records without a subject are not in the table; they are counted apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub(super) columns: Vec<Column>,
    /// For each column, what is known of the values of one subject in it.
    pub(super) within: Vec<Within>,
    pub(super) attributes: Attributes,
    pub(super) subject_of_record: Option<Buffer<u32>>,
    /// Where the records of each subject begin, and the number of records as a last entry; empty without subjects.
    pub(super) subject_starts: Vec<u32>,
    records: usize,
    subjects: usize,
    records_without_subject: u64,
}

/// More records than a `u32` can number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the extract has more than {} records, which is more than one table holds", u32::MAX - 1)]
pub struct TooManyRecords;

impl Table {
    /// Sorts the records by subject (a stable counting sort, column by column) and leaves out those without one.
    ///
    /// Without `subjects` each record is its own subject and the order stays.
    ///
    /// # Errors
    /// [`TooManyRecords`] when a record number does not fit 32 bits.
    ///
    /// # Panics
    /// When the columns and the subjects differ in length.
    pub fn new(columns: Vec<Column>, subjects: Option<SubjectCodes>, records: usize) -> Result<Self, TooManyRecords> {
        Self::with_attributes(columns, Attributes::default(), subjects, records)
    }

    /// [`Table::new`], with columns that are carried beside those that are counted.
    ///
    /// # Errors
    /// As [`Table::new`].
    ///
    /// # Panics
    /// As [`Table::new`].
    pub fn with_attributes(
        columns: Vec<Column>,
        attributes: Attributes,
        subjects: Option<SubjectCodes>,
        records: usize,
    ) -> Result<Self, TooManyRecords> {
        let is_whole = |column: &Column| column.codes.len() == records;
        let whole = columns.iter().all(is_whole) && attributes.columns().all(is_whole);
        assert!(whole, "every column has one code a record");
        if u32::try_from(records).is_err() || records == u32::MAX as usize {
            return Err(TooManyRecords);
        }
        let Some(subjects) = subjects else {
            return Ok(Self {
                within: vec![Within::default(); columns.len()],
                columns,
                attributes,
                subject_of_record: None,
                subject_starts: Vec::new(),
                records,
                subjects: records,
                records_without_subject: 0,
            });
        };
        assert_eq!(subjects.codes.len(), records, "every record has one subject code");
        let counted = columns.len();
        let mut carried = Vec::new();
        // Each attribute leaves an empty column behind, which is filled again in the order of leaving.
        let attributes = attributes.map(|column| {
            let empty = Column { codes: Codes::with_capacity(0, 0), name: String::new(), ..column };
            carried.push(column);
            empty
        });
        let all = columns.into_iter().chain(carried).collect();
        let (mut columns, subject_of_record) = sort_by_subject(all, &subjects);
        drop(subjects);
        let mut sorted = columns.split_off(counted).into_iter();
        let attributes = attributes.map(|empty| sorted.next().unwrap_or(empty));
        let is_constant = |column: &Column| is_constant_per_run(&column.codes, &subject_of_record);
        let within = columns.par_iter().map(|column| Within::by_unanimity(is_constant(column))).collect();
        let subject_starts = starts_of_runs(&subject_of_record);
        Ok(Self {
            columns,
            within,
            attributes,
            records: subject_of_record.len(),
            subjects: subject_starts.len() - 1,
            subject_starts,
            records_without_subject: (records - subject_of_record.len()) as u64,
            subject_of_record: Some(subject_of_record),
        })
    }

    /// The same records with a further column behind the others for each recoding, in their order.
    ///
    /// What a further column is to the history of a subject is found anew, by the rule of the column it is made from: a
    /// coarser column may be static where that one is not.
    ///
    /// # Panics
    /// When a recoding is made from a column that the table does not have, or its map lacks one of the codes.
    #[must_use]
    pub fn with_recoded(mut self, recodings: &[Recoding]) -> Self {
        let (columns, within) = self.recoded_columns(recodings);
        self.columns.extend(columns);
        self.within.extend(within);
        self
    }

    /// The same records with no columns but one for each recoding, in their order, and without attributes.
    ///
    /// # Panics
    /// As [`Table::with_recoded`].
    #[must_use]
    pub fn recoded(&self, recodings: &[Recoding]) -> Self {
        let (columns, within) = self.recoded_columns(recodings);
        Self {
            columns,
            within,
            attributes: Attributes::default(),
            subject_of_record: self.subject_of_record.clone(),
            subject_starts: self.subject_starts.clone(),
            ..*self
        }
    }

    /// A column for each recoding, and what is known of the values of one subject in it.
    fn recoded_columns(&self, recodings: &[Recoding]) -> (Vec<Column>, Vec<Within>) {
        let recoded_column = |recoding: &Recoding| {
            let column = &self.columns[recoding.column];
            let codes = column.codes.remapped(&recoding.map, recoding.cardinality as usize);
            let Recoding { cardinality, missing, .. } = *recoding;
            let column = Column { name: column.name.clone(), codes, cardinality, missing };
            match &self.subject_of_record {
                Some(subjects) => by_rule(column, self.within[recoding.column].rule, subjects, &self.subject_starts),
                None => (column, Within::default()),
            }
        };
        recodings.par_iter().with_max_len(1).map(recoded_column).unzip()
    }

    /// The records of the subjects that stay; without subjects, the records that stay. What a column is to the history of
    /// a subject is found anew by its rule.
    ///
    /// # Panics
    /// When `gone` has not one entry for each subject.
    #[must_use]
    pub fn without_subjects(&self, gone: &[bool]) -> Self {
        assert_eq!(gone.len(), self.subjects, "every subject stays or goes");
        let stays: Vec<bool> = (0..self.records).map(|record| !gone[self.subject_of(record) as usize]).collect();
        let kept = |column: &Column| {
            let codes = column.codes.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(code, _)| code);
            let codes = column.codes.beside(column.cardinality as usize, codes);
            Column { name: column.name.clone(), codes, ..*column }
        };
        let columns: Vec<Column> = self.columns.par_iter().with_max_len(1).map(kept).collect();
        let attributes = self.attributes.clone().map(|column| kept(&column));
        let records = stays.iter().filter(|stays| **stays).count();
        let Some(subjects) = &self.subject_of_record else {
            return Self {
                columns,
                within: self.within.clone(),
                attributes,
                subject_of_record: None,
                subject_starts: Vec::new(),
                records,
                subjects: records,
                records_without_subject: self.records_without_subject,
            };
        };
        let mut numbers = Vec::with_capacity(self.subjects);
        let mut next = 0_u32;
        for gone in gone {
            numbers.push(next);
            next += u32::from(!gone);
        }
        let staying = subjects.iter().zip(&stays).filter(|(_, stays)| **stays);
        let subjects = Buffer::collected(subjects.ground(), staying.map(|(&subject, _)| numbers[subject as usize]));
        let subject_starts = starts_of_runs(&subjects);
        let found = columns.into_par_iter().zip(&self.within).with_max_len(1);
        let found = found.map(|(column, within)| by_rule(column, within.rule, &subjects, &subject_starts));
        let (columns, within) = found.unzip();
        Self {
            columns,
            within,
            attributes,
            records,
            subjects: subject_starts.len() - 1,
            records_without_subject: self.records_without_subject,
            subject_starts,
            subject_of_record: Some(subjects),
        }
    }

    /// Says anew whose record each is, and where the records of each begin.
    pub(super) fn set_subjects(&mut self, subjects: Buffer<u32>, starts: Vec<u32>) {
        self.subjects = starts.len() - 1;
        self.subject_starts = starts;
        self.subject_of_record = Some(subjects);
    }

    /// The table with its first `columns` columns only.
    #[must_use]
    pub fn truncated(mut self, columns: usize) -> Self {
        self.columns.truncate(columns);
        self.within.truncate(columns);
        self
    }

    /// The columns, in the order they were given.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names of the columns at these places.
    ///
    /// # Panics
    /// When there is no such column.
    #[must_use]
    pub fn names(&self, columns: &[usize]) -> Vec<String> {
        columns.iter().map(|&column| self.columns[column].name.clone()).collect()
    }

    /// Columns that nobody may learn about a person; they are in no column set. In the order they were given.
    #[must_use]
    pub fn sensitive(&self) -> &[Column] {
        &self.attributes.sensitive
    }

    /// Columns that say for how many of a population a record stands; they are in no column set.
    #[must_use]
    pub fn weights(&self) -> &[Weight] {
        &self.attributes.weights
    }

    /// The column that says which subjects belong together; it is in no column set.
    #[must_use]
    pub fn group(&self) -> Option<&Column> {
        self.attributes.group.as_ref()
    }

    /// How many distinct subjects hold each value of a column; without subjects, how many records.
    ///
    /// # Panics
    /// When there is no such column.
    #[must_use]
    pub fn subjects_by_value(&self, column: usize) -> Vec<u32> {
        let column = &self.columns[column];
        match &self.subject_of_record {
            Some(subjects) => subjects_by_code(&column.codes, column.cardinality as usize, subjects),
            None => column.records_by_value(),
        }
    }

    /// Records that have a subject; the denominator of every share over records.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// Distinct subjects; equal to [`Table::records`] when no subject is declared.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects
    }

    /// Records whose subject is missing.
    #[must_use]
    pub fn records_without_subject(&self) -> u64 {
        self.records_without_subject
    }

    /// Whether a subject was declared.
    #[must_use]
    pub fn has_subjects(&self) -> bool {
        self.subject_of_record.is_some()
    }

    /// The subject of each record, ascending; `None` when each record is its own subject.
    #[must_use]
    pub fn subject_of_record(&self) -> Option<&[u32]> {
        self.subject_of_record.as_deref()
    }

    /// The subject of a record; without subjects each record is its own.
    ///
    /// # Panics
    /// When there is no such record.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
    pub fn subject_of(&self, record: usize) -> u32 {
        self.subject_of_record.as_ref().map_or(record as u32, |subjects| subjects[record])
    }

    /// The records of a subject.
    ///
    /// # Panics
    /// When there is no such subject.
    #[must_use]
    pub fn records_of(&self, subject: u32) -> Range<usize> {
        let subject = subject as usize;
        match self.subject_starts.as_slice() {
            [] => subject..subject + 1,
            starts => starts[subject] as usize..starts[subject + 1] as usize,
        }
    }

    /// The first record of each subject.
    pub fn first_records(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        (0..self.subjects).map(|subject| self.subject_starts.get(subject).map_or(subject, |&start| start as usize))
    }

    /// Where the records of each subject begin, with the number of records as a last entry; empty without subjects.
    pub(super) fn subject_starts(&self) -> &[u32] {
        &self.subject_starts
    }

    /// Whether each subject has one value in this column (a missing cell is a value); `None` without subjects.
    #[must_use]
    pub fn constant_per_subject(&self, column: usize) -> Option<bool> {
        self.within[column].constant
    }

    /// Bytes of memory that the table holds; what is mapped takes none.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let codes: usize =
            self.columns.iter().chain(self.attributes.columns()).map(|column| column.codes.bytes()).sum();
        let subjects = self.subject_of_record.as_ref().map_or(0, Buffer::resident_bytes);
        codes + subjects + self.subject_starts.capacity() * 4
    }

    /// The ground that its columns are on, and what is made from them; `None` where all is in memory.
    #[must_use]
    pub fn ground(&self) -> Option<&Arc<dyn Ground>> {
        self.columns.iter().chain(self.attributes.columns()).find_map(|column| column.codes.ground())
    }
}

/// The columns with the records of a subject together, and the subject of each record, numbered densely.
fn sort_by_subject(columns: Vec<Column>, subjects: &SubjectCodes) -> (Vec<Column>, Buffer<u32>) {
    let ground = subjects.codes.ground();
    let sorted = subjects.missing.is_none() && with_codes!(&subjects.codes, codes => codes.is_sorted());
    if sorted {
        let mut subject = 0_u32;
        let mut previous = subjects.codes.iter().next();
        let numbered = subjects.codes.iter().map(|code| {
            subject += u32::from(previous != Some(code));
            previous = Some(code);
            subject
        });
        return (columns, Buffer::collected(ground, numbered));
    }
    let order = Order::by(&subjects.codes, subjects.cardinality, subjects.missing);
    let sorted = |column: Column| Column { codes: order.applied_to(&column.codes), ..column };
    let columns = columns.into_par_iter().with_max_len(1).map(sorted).collect();
    let mut subject_of_record = Buffer::with_capacity(ground, order.len());
    let lengths = order.starts().windows(2).map(|window| window[1] - window[0]).filter(|&length| length > 0);
    for (subject, length) in (0_u32..).zip(lengths) {
        subject_of_record.resize(subject_of_record.len() + length as usize, subject);
    }
    (columns, subject_of_record)
}

/// Where each run of equal numbers begins, and the length as a last entry.
#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
pub(super) fn starts_of_runs(run_of_record: &[u32]) -> Vec<u32> {
    let mut starts = Vec::new();
    let mut last = None;
    for (record, &run) in (0_u32..).zip(run_of_record) {
        if last != Some(run) {
            starts.push(record);
            last = Some(run);
        }
    }
    starts.push(run_of_record.len() as u32);
    starts
}

/// Cuts so many records into about equal stretches at the borders of subjects, where there are some, so that each subject
/// is in one stretch.
pub(super) fn stretches(records: usize, subject_of_record: Option<&[u32]>, parts: usize) -> Vec<Range<usize>> {
    let mut stretches = Vec::with_capacity(parts);
    let mut start = 0;
    for part in 1..=parts {
        let mut end = records * part / parts;
        if let Some(subjects) = subject_of_record {
            while end > start && end < records && subjects[end] == subjects[end - 1] {
                end += 1;
            }
        }
        if end > start {
            stretches.push(start..end);
            start = end;
        }
    }
    stretches
}

pub(super) fn is_constant_per_run(codes: &Codes, run_of_record: &[u32]) -> bool {
    with_codes!(codes, codes => {
        let pairs = codes.iter().zip(run_of_record);
        pairs.clone().zip(pairs.skip(1)).all(|((code, run), (next, next_run))| run != next_run || code == next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(codes: &[u32]) -> Column {
        let cardinality = codes.iter().max().map_or(0, |&code| code + 1);
        let codes = Codes::from_codes(cardinality as usize, codes.iter().copied());
        Column { name: "c".to_owned(), codes, cardinality, missing: None }
    }

    fn subjects(codes: &[u32], missing: Option<u32>) -> SubjectCodes {
        let Column { codes, cardinality, .. } = column(codes);
        SubjectCodes { codes, cardinality, missing }
    }

    #[test]
    fn records_of_a_subject_become_neighbours_in_their_old_order() {
        let table = Table::new(vec![column(&[5, 4, 3, 2])], Some(subjects(&[1, 0, 1, 0], None)), 4).unwrap();
        assert_eq!(table.subject_of_record(), Some(&[0, 0, 1, 1][..]));
        assert_eq!(table.columns()[0].codes, Codes::U8(vec![4, 2, 5, 3].into()));
    }

    #[test]
    fn records_without_a_subject_are_left_out_and_counted() {
        let table = Table::new(vec![column(&[9, 8, 7])], Some(subjects(&[0, 1, 2], Some(1))), 3).unwrap();
        assert_eq!((table.records(), table.subjects(), table.records_without_subject()), (2, 2, 1));
        assert_eq!(table.columns()[0].codes, Codes::U8(vec![9, 7].into()));
    }

    #[test]
    fn a_column_is_static_only_when_no_subject_has_two_values() {
        let columns = vec![column(&[1, 1, 2]), column(&[1, 2, 2])];
        let table = Table::new(columns, Some(subjects(&[0, 0, 1], None)), 3).unwrap();
        assert_eq!((table.constant_per_subject(0), table.constant_per_subject(1)), (Some(true), Some(false)));
    }

    #[test]
    fn a_coarser_column_stands_behind_the_others_and_may_become_static() {
        let table = Table::new(vec![column(&[0, 1, 2])], Some(subjects(&[0, 0, 1], None)), 3).unwrap();
        let recoding = |map: &[u32]| Recoding { column: 0, map: map.to_vec(), cardinality: 2, missing: None };
        let table = table.with_recoded(&[recoding(&[0, 0, 1]), recoding(&[0, 1, 1])]);
        let constant: Vec<_> = (0..3).map(|column| table.constant_per_subject(column)).collect();
        assert_eq!(constant, [Some(false), Some(true), Some(false)]);
        assert_eq!(table.columns()[1].codes, Codes::U8(vec![0, 0, 1].into()));
        assert_eq!(table.columns()[2].codes, Codes::U8(vec![0, 1, 1].into()));
    }

    #[test]
    fn without_subjects_every_record_is_its_own() {
        let table = Table::new(vec![column(&[1, 1])], None, 2).unwrap();
        assert_eq!((table.subjects(), table.constant_per_subject(0)), (2, None));
    }

    #[test]
    fn an_extract_whose_subjects_are_all_missing_has_no_records() {
        let table = Table::new(vec![column(&[1, 1])], Some(subjects(&[0, 0], Some(0))), 2).unwrap();
        assert_eq!((table.records(), table.subjects(), table.records_without_subject()), (0, 0, 2));
    }
}
