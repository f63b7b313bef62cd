//! What is counted over the records of an extract, beside its columns.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Unit;

/// Counts over the records of an extract. `None` means not counted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct DatasetFacts {
    /// Records in which every quasi-identifier is missing or a suppression mark: in no class and no denominator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed_records: Option<u64>,
    /// Who was left out so that classes are as large as the limits ask; null unless a budget is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<Removal>,
    /// How pseudonyms are rotated; null if they are not. Subjects are then persons within a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<RotationFacts>,
    /// A subject with so many records that it may be a placeholder; null if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dominant_subject: Option<DominantSubject>,
    /// Columns that are not quasi-identifiers and may identify the person better than the subject does, in file order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_candidates: Vec<SubjectCandidate>,
    /// What columns that are counted in no class show together, of those that show little each by itself; null if there are
    /// fewer than two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_aside: Option<LeftAside>,
}

/// What columns show together that leave with the file, are declared `ignore`, `sensitive` or `weight`, have more than one
/// value, and each give fewer than a fifth of the subjects a value of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct LeftAside {
    /// The columns, in file order.
    pub columns: Vec<String>,
    /// Share of the subjects, or of the records where each is its own subject, with a combination of these cells in one record
    /// that no other subject has. A missing cell is a value, but not where all are missing. If records are suppressed, the
    /// larger of the shares with and without them.
    pub share_with_own_combination: f64,
}

/// Who was left out within a budget so that classes are as large as the limits ask.
///
/// Everybody whose records are in classes that are too small is left out, or, where they are more than the budget allows,
/// nobody.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Removal {
    /// The budget: a share of `of`.
    pub share: f64,
    /// What is counted: subjects, or records where no subject is declared.
    pub unit: Unit,
    /// Subjects before anybody was left out.
    pub of: u64,
    /// How many may be left out at most.
    pub allowed: u64,
    /// How many were left out.
    pub removed: u64,
    /// Their records.
    pub records: u64,
    /// Whether the budget was enough; if not, nobody was left out.
    pub enough: bool,
}

/// How pseudonyms are rotated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RotationFacts {
    /// The period of one pseudonym: `day`, `week`, `month`, `quarter` or `year`.
    pub every: String,
    /// The column that tells the period.
    pub column: String,
    /// Periods in the extract; records without a date are one of their own.
    pub periods: u64,
    /// Distinct values of the subject column over all periods; in a released file those are the pseudonyms.
    pub subjects_before: u64,
}

/// A value of the subject column with at least 5 % of the records and more than the next ten together. Values that the
/// plan declares real are excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct DominantSubject {
    /// Its records.
    pub records: u64,
    /// The records of the next ten subjects.
    pub next_ten_records: u64,
    /// Other subjects.
    pub other_subjects: u64,
}

/// A column that may identify a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SubjectCandidate {
    /// The column.
    pub column: String,
    /// Its distinct values.
    pub values: u64,
    /// Records with a value in it.
    pub records: u64,
    /// Whether other columns confirm it: within at least 95 % of its values with two or more records, at least two
    /// other columns with five or more distinct values are constant. If false, the column only has at least 1.5 records
    /// per value and more values than 1 % of the records.
    pub constant_within: bool,
    /// Whether it groups subjects: at least 95 % of the subjects with a value in it have only one, and there are fewer
    /// values than such subjects; null without a subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_subjects: Option<bool>,
}
