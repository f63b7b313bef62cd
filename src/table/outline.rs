//! What is known of a table without its records.

use serde::{Deserialize, Serialize};

use super::Table;
use crate::result::Variability;

/// What a measure of classes knows of a table beside the counts: plain data, wherever the records are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Records that count; those without a subject do not.
    pub records: u64,
    /// Records that were left out because nobody is named in them.
    pub records_without_subject: u64,
    /// Distinct subjects; `None` where each record is its own.
    pub subjects: Option<u64>,
    /// The columns, in their order.
    pub columns: Vec<ColumnOutline>,
}

/// What is known of a column without its codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnOutline {
    /// Name in the header.
    pub name: String,
    /// Whether any cell is missing.
    pub has_missing: bool,
    /// Whether each subject has one value, a missing cell being one; `None` without subjects.
    pub constant_per_subject: Option<bool>,
    /// What it is to the history of a subject; `None` without subjects, and where it has no value.
    pub variability: Option<Variability>,
}

impl Outline {
    /// Whoever the records are of: subjects, or the records themselves.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.subjects.unwrap_or(self.records)
    }

    /// Whether a column is in the static set whatever becomes of unclear ones. Without subjects every column is.
    #[must_use]
    pub fn is_static(&self, column: usize) -> bool {
        self.subjects.is_none() || self.columns[column].variability.is_some_and(Variability::is_static)
    }

    /// Whether it is unclear if a column is static.
    #[must_use]
    pub fn is_unclear(&self, column: usize) -> bool {
        self.columns[column].variability == Some(Variability::Unclear)
    }

    /// The names of these columns.
    #[must_use]
    pub fn names(&self, columns: &[usize]) -> Vec<String> {
        columns.iter().map(|&column| self.columns[column].name.clone()).collect()
    }
}

impl Table {
    /// What is known of it without its records.
    #[must_use]
    pub fn outline(&self) -> Outline {
        let column = |(place, column): (usize, &super::Column)| ColumnOutline {
            name: column.name.clone(),
            has_missing: column.missing.is_some(),
            constant_per_subject: self.constant_per_subject(place),
            variability: self.variability(place),
        };
        Outline {
            records: self.records() as u64,
            records_without_subject: self.records_without_subject(),
            subjects: self.has_subjects().then_some(self.subjects() as u64),
            columns: self.columns().iter().enumerate().map(column).collect(),
        }
    }
}
