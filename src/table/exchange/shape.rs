//! What must be known of a table before it is counted.

use serde::{Deserialize, Serialize};

use crate::table::{Column, Table};

/// What must be known of a table before it is counted; plain data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The columns, in their order.
    pub columns: Vec<ColumnShape>,
    /// Records that have a subject.
    pub records: u64,
    /// Distinct subjects, numbered from 0; `None` where each record is its own.
    pub subjects: Option<u32>,
}

/// What must be known of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnShape {
    /// Name in the header.
    pub name: String,
    /// Every code is below this.
    pub cardinality: u32,
    /// The code of missing cells, when there are any.
    pub missing: Option<u32>,
    /// Codes and how many records hold them, the most frequent first: all codes, or of a column of more than
    /// [`MOST_CODES`] those that hold more than one record in [`FREQUENT_CODES`].
    pub frequent: Vec<(u32, u64)>,
}

/// Codes of a column up to which each is sent to a part for itself; above, a hash decides.
pub const MOST_CODES: usize = 1 << 20;

/// Of a column of more, fewer codes than this are known with their records. A part that holds fewer records than the whole
/// divided by this is none, so every hot code is among them.
pub const FREQUENT_CODES: u64 = 1 << 16;

impl ColumnShape {
    /// A column whose codes have so many records each.
    #[must_use]
    pub fn new(
        name: String,
        missing: Option<u32>,
        records_by_code: impl ExactSizeIterator<Item = u64> + Clone,
    ) -> Self {
        let codes = records_by_code.len();
        let most_first = |&(code, records): &(u32, u64)| (std::cmp::Reverse(records), code);
        let all: u64 = records_by_code.clone().sum();
        let is_known = |&(_, records): &(u32, u64)| codes <= MOST_CODES || records > all / FREQUENT_CODES;
        let mut frequent: Vec<(u32, u64)> = (0..).zip(records_by_code).filter(is_known).collect();
        frequent.sort_unstable_by_key(most_first);
        Self { name, cardinality: u32::try_from(codes).unwrap_or(u32::MAX), missing, frequent }
    }

    /// Codes that more than `most` records hold, and those records.
    pub(super) fn hot(&self, most: u64) -> (Vec<u32>, u64) {
        let hot = &self.frequent[..self.frequent.partition_point(|&(_, records)| records > most)];
        (hot.iter().map(|&(code, _)| code).collect(), hot.iter().map(|&(_, records)| records).sum())
    }
}

impl Shape {
    /// The shape of a table; one pass over its columns.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let column = |column: &Column| {
            let records = column.records_by_value();
            ColumnShape::new(column.name.clone(), column.missing, records.iter().map(|&records| u64::from(records)))
        };
        #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
        let subjects = table.has_subjects().then_some(table.subjects() as u32);
        Self { columns: table.columns().iter().map(column).collect(), records: table.records() as u64, subjects }
    }
}
