//! What the cells say beyond their values: counts that a verdict may rest on, never a cell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ColumnType;

/// Counts over the cells of one column. `None` means that it was not counted, never that there is none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ColumnFacts {
    /// Whether nobody said what the column is, and nothing was guessed either. It leaves with the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undeclared: bool,
    /// Cells with blanks at their ends that were taken off before cells were compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trimmed_cells: Option<u64>,
    /// How many distinct spellings fewer there are for it, or would be where blanks are kept: 1 when `A` and `A ` become one
    /// value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_joined_by_trimming: Option<u64>,
    /// Cells whose spelling often means that a value is missing (`NULL`, `n/a`, `1900-01-01`) and that count as values;
    /// those that the plan declares real are not among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder_cells: Option<u64>,
    /// Cells that hold a whole number rounded by a spreadsheet: `1.23457E+11`, or 16 digits and more from a sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounded_identifier_cells: Option<u64>,
    /// Cells that do not fit what is declared of the column and count as missing, as far as the plan allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid_cells: Option<u64>,
    /// Why a column of which no type is declared is text although cells read otherwise: counts and a place, no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_reason: Option<String>,
    /// The type that would have been found from the cells, where another one is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_type: Option<ColumnType>,
    /// Cells that hold a suppression mark, in records that are not suppressed as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed_cells: Option<u64>,
    /// For a quasi-identifier or the subject: spellings that the plan declares missing or suppressed although no list knows
    /// them, where such cells may occur. The file still holds them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted_spellings: Option<u64>,
    /// Cells that the coarsening rules changed, or would drop; null for a column without rules. While there are any, the
    /// file does not hold what was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_cells: Option<u64>,
    /// Subjects with at least two records that have a value in the column, after coarsening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparable_subjects: Option<u64>,
    /// Those of them with two values or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub varying_subjects: Option<u64>,
    /// `varying_subjects` / `comparable_subjects`; null where no subject can be compared with itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_varying: Option<f64>,
    /// For a quasi-identifier, what it is taken for; null without a subject, and where it holds no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation: Option<Variability>,
    /// For a quasi-identifier, whether any record that counts holds a value in it. Without one, as in a column that is
    /// dropped, it is in no static set and in no gated point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<bool>,
    /// For a column that is no quasi-identifier: share of the subjects that hold a value that nobody else holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_with_own_value: Option<f64>,
    /// For a column that is no quasi-identifier: words in a cell with a value, on average.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_words: Option<f64>,
    /// What the spellings say of post codes, ages and years of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forms: Option<CellForms>,
}

/// What a column is to the history of a subject. Found from the share of subjects that vary in it, or declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Variability {
    /// No subject varies, or it is declared to be static.
    Static,
    /// At most 10 % of the subjects that can be compared vary. It counts as static, a subject with each of its values.
    NearlyStatic,
    /// 10 to 90 % vary, or some do and fewer than 20 can be compared: measured as static and as an event column.
    Unclear,
    /// At least 90 % vary, or it is declared to vary.
    Event,
}

impl Variability {
    /// Whether it is in the static set whatever becomes of unclear columns.
    #[must_use]
    pub fn is_static(self) -> bool {
        matches!(self, Self::Static | Self::NearlyStatic)
    }
}

/// Whether the distinct values of a column, as they leave, have the forms that the safe harbor method speaks of.
/// A column may fit several; its heading says which counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
pub struct CellForms {
    /// Every value shows three digits at most; signs of masking (`100**`, `100XX`) may follow them.
    pub three_digits_at_most: bool,
    /// Some value shows the first three digits of a post code area in which 20,000 people or fewer live.
    pub restricted_area: bool,
    /// Some value is an age above 89, or a band of ages that ends above 89 without taking in all older ones.
    pub above_89: bool,
    /// Every value is an age, a band of ages (`40-49`) or an open one (`90+`).
    pub ages: bool,
    /// Some value is a year of birth, or a date in one, of somebody who may be above 89 on the day of judgement.
    pub born_above_89: bool,
    /// Every value is a year or coarser.
    pub years: bool,
}

/// Counts over the records of an extract. `None` means that it was not counted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DatasetFacts {
    /// Records in which every quasi-identifier is missing or a suppression mark: in no class and no denominator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed_records: Option<u64>,
    /// A subject with so many records that it may stand for "nobody"; null when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dominant_subject: Option<DominantSubject>,
    /// Columns that are no quasi-identifier and may name the person better than the subject does, in file order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_candidates: Vec<SubjectCandidate>,
}

/// A value of the subject column with at least 5 % of the records and more than the next ten together. Values that the
/// plan declares real are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DominantSubject {
    /// Its records.
    pub records: u64,
    /// The records of the ten subjects that come next.
    pub next_ten_records: u64,
    /// Subjects besides it.
    pub other_subjects: u64,
}

/// A column that may name a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectCandidate {
    /// The column.
    pub column: String,
    /// Its distinct values.
    pub values: u64,
    /// Records with a value in it.
    pub records: u64,
    /// Whether other columns say so: within at least 95 % of its values with two or more records, at least two other
    /// columns of five or more distinct values are constant. Without it, the column only has at least 1.5 records a
    /// value and more values than 1 % of the records.
    pub constant_within: bool,
    /// Whether it groups subjects: at least 95 % of the subjects with a value in it have one only, and there are fewer
    /// values than such subjects; null without a subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_subjects: Option<bool>,
}
