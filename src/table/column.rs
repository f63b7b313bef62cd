//! One coded column, and what may be asked of it.

use std::ops::Range;

use super::order::Order;
use super::{Buffer, Codes};
use crate::with_codes;

/// A column as the counting rooms see it: values without their spelling.
///
/// The codes are nobody's business outside this room. A value that is handed out is an opaque number: equal numbers are
/// equal values, and nothing else may be read from it, for values are numbered in the order of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in the header.
    pub name: String,
    /// One code a record.
    pub(in crate::table) codes: Codes,
    /// Every value is below this; the one of missing cells is included.
    pub cardinality: u32,
    /// The value of missing cells, when there are any.
    pub missing: Option<u32>,
}

impl Column {
    /// A column of these codes, each below `cardinality`.
    #[must_use]
    pub fn new(name: String, codes: Codes, cardinality: u32, missing: Option<u32>) -> Self {
        Self { name, codes, cardinality, missing }
    }

    /// The value of a record.
    ///
    /// # Panics
    /// When there is no such record.
    #[inline]
    #[must_use]
    pub fn value_of(&self, record: usize) -> u32 {
        self.codes.get(record)
    }

    /// The value of every record, in their order.
    pub fn values(&self) -> impl Iterator<Item = u32> + '_ {
        self.codes.iter()
    }

    /// Bytes of memory that the values take: none where they are mapped.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.codes.bytes()
    }

    /// Hands the value of each of these records to `apply`, with the item that stands in its place.
    ///
    /// # Panics
    /// When there is no such record.
    pub fn apply_to<T>(&self, records: Range<usize>, items: &mut [T], apply: impl Fn(&mut T, u32)) {
        with_codes!(&self.codes, codes => {
            items.iter_mut().zip(&codes[records]).for_each(|(item, &code)| apply(item, u32::from(code)));
        });
    }

    /// How many records hold each value.
    #[must_use]
    pub fn records_by_value(&self) -> Vec<u32> {
        let mut records = vec![0_u32; self.cardinality as usize];
        with_codes!(&self.codes, codes => for &code in codes {
            records[code as usize] += 1;
        });
        records
    }

    /// Bytes of memory that a record takes.
    #[must_use]
    pub fn bytes_a_record(&self) -> u64 {
        self.codes.width() as u64
    }
}

/// A coarser column, made from one of a table: every value is replaced by another. Plain numbers, no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recoding {
    /// The column it is made from, by position.
    pub column: usize,
    /// The new code of each old code.
    pub map: Vec<u32>,
    /// Every new code is below this.
    pub cardinality: u32,
    /// The new code of missing cells, when there are any.
    pub missing: Option<u32>,
}

/// The subject of each record, as codes in the order of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectCodes {
    /// One code a record.
    pub codes: Codes,
    /// Every code is below this.
    pub cardinality: u32,
    /// The code of missing subjects, when there are any.
    pub missing: Option<u32>,
}

/// How many distinct subjects hold each code, all below `distinct`, where the subject of each record is given and records
/// of one subject are neighbours: a subject is new to a code exactly when it is not the last one seen there.
pub(super) fn subjects_by_code(codes: &Codes, distinct: usize, subject_of_record: &[u32]) -> Vec<u32> {
    let mut subjects = vec![0_u32; distinct];
    let mut last = vec![None; distinct];
    with_codes!(codes, codes => for (&code, &subject) in codes.iter().zip(subject_of_record) {
        let last = &mut last[code as usize];
        subjects[code as usize] += u32::from(*last != Some(subject));
        *last = Some(subject);
    });
    subjects
}

/// The records of an extract in the order of their subjects, those without a subject left out.
pub struct SubjectOrder<'a> {
    order: Order<'a>,
    subjects: Buffer<u32>,
}

impl<'a> SubjectOrder<'a> {
    /// Sorts fewer than 2^32 records by subject, by counting; some eight bytes a record while it lives.
    #[must_use]
    pub fn new(subjects: &'a SubjectCodes) -> Self {
        let order = Order::by(&subjects.codes, subjects.cardinality, subjects.missing);
        let of_record = Buffer::collected(subjects.codes.ground(), subjects.codes.iter());
        Self { subjects: order.sorted_there(&of_record), order }
    }

    /// Values, one a record, in the order of a table of these subjects.
    #[must_use]
    pub fn sorted<T: Copy + Default + Send + Sync>(&self, values: &[T]) -> Vec<T> {
        self.order.sorted(values)
    }

    /// Distinct subjects that hold each of the codes, all below `distinct`.
    #[must_use]
    pub fn holders(&self, codes: &Codes, distinct: usize) -> Vec<u32> {
        subjects_by_code(&self.order.applied_to(codes), distinct, &self.subjects)
    }
}

/// Columns that a table carries beside those it counts: they are in no column set, so no class depends on them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    /// What somebody must not learn about a person.
    pub sensitive: Vec<Column>,
    /// For how many of a population a record stands.
    pub weights: Vec<Weight>,
    /// Which subjects belong together: a household, a joint account. One with a missing cell belongs to nobody.
    pub group: Option<Column>,
}

/// A column of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// Its values.
    pub column: Column,
    /// The number behind each value, in units of the last decimal; `None` for a missing cell. None at all where the values
    /// are no numbers.
    pub numbers: Option<Vec<Option<i64>>>,
    /// Decimals of the numbers.
    pub decimals: u32,
}

impl Attributes {
    /// All of them, the sensitive ones first.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.sensitive.iter().chain(self.weights.iter().map(|weight| &weight.column)).chain(&self.group)
    }

    /// The same with every column made anew.
    pub(super) fn map(self, mut made: impl FnMut(Column) -> Column) -> Self {
        let Self { sensitive, weights, group } = self;
        Self {
            sensitive: sensitive.into_iter().map(&mut made).collect(),
            weights: weights.into_iter().map(|weight| Weight { column: made(weight.column), ..weight }).collect(),
            group: group.map(made),
        }
    }
}
