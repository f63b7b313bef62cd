//! The certificate of a release: which bytes may leave, what was judged, and what was not.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Check, ColumnType, Figure, InputFile, NotMeasured, Policy, Recipient, Removal, Role, Tool, VerdictOutcome,
    WaiverRecord,
};

/// Version of the certificate, as [`SCHEMA_VERSION`](super::SCHEMA_VERSION) is of a result.
pub const CERTIFICATE_VERSION: &str = "1.0.0";

/// What a release vouches for. It holds no cell value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Certificate {
    /// Version of this form.
    pub certificate_version: String,
    /// The program.
    pub tool: Tool,
    /// When the written bytes had been judged, UTC.
    pub released_at: String,
    /// Name of the dataset.
    pub dataset: String,
    /// The files that may leave.
    pub files: Vec<CheckedFile>,
    /// Subjects in them; records where no subject is declared.
    pub subjects: u64,
    /// The verdict on them.
    pub outcome: VerdictOutcome,
    /// What that verdict rests on beside the files, in words.
    pub reasons: Vec<String>,
    /// Who answers for a REVIEW.
    pub approved_by: Option<String>,
    /// The recipient and the terms; null when none is declared.
    pub recipient: Option<Recipient>,
    /// The files that it was made from.
    pub made_from: Vec<InputFile>,
    /// The files of hierarchies that rules took values from.
    #[serde(default)]
    pub rule_files: Vec<InputFile>,
    /// SHA-256 of the configuration; null without one.
    pub config_sha256: Option<String>,
    /// Columns that leave, and what was done to them.
    pub columns: Vec<ReleasedColumn>,
    /// Tables of totals that leave, in files of their own.
    #[serde(default)]
    pub tables: Vec<ReleasedTable>,
    /// What does not leave.
    pub left_out: LeftOut,
    /// What the files keep of the extract; null in certificates of earlier versions.
    #[serde(default)]
    pub kept: Option<Kept>,
    /// The limits.
    pub policy: Policy,
    /// Every limit beside its figure.
    pub checks: Vec<Check>,
    /// The figures of the written files.
    pub figures: Vec<Figure>,
    /// Waivers in force.
    pub waivers: Vec<WaiverRecord>,
    /// What was not measured, and why.
    pub not_measured: Vec<NotMeasured>,
}

/// A file whose bytes were judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CheckedFile {
    /// Its name without a folder.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Its records.
    pub records: u64,
}

/// A column that leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleasedColumn {
    /// Its name.
    pub name: String,
    /// Its role. The subject leaves as a pseudonym.
    pub role: Role,
    /// What its values are; null in certificates of earlier versions.
    #[serde(default)]
    pub column_type: Option<ColumnType>,
    /// The rules of generalisation that were applied, in their order.
    pub rules: Vec<String>,
}

/// A table of totals that leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleasedTable {
    /// Its name in the configuration.
    pub name: String,
    /// The file that it is in, one of `files`.
    pub file: String,
    /// `count` or `sum`.
    pub statistic: String,
    /// Its dimensions.
    pub dimensions: Vec<String>,
    /// The rules that its published cells were held to, as they are written.
    pub rules: Vec<String>,
    /// Cells, margins included.
    pub cells: u64,
    /// Cells that are blank, because they are unsafe or would tell those that are.
    pub suppressed_cells: u64,
    /// The verdict on its file.
    pub outcome: VerdictOutcome,
}

/// What a release keeps of the extract: counts and shares.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Kept {
    /// Records that leave.
    pub records: u64,
    /// Records of the extract.
    pub records_before: u64,
    /// Distinct persons who leave; without a subject as many as records.
    pub subjects: u64,
    /// Distinct persons of the extract.
    pub subjects_before: u64,
    /// The columns that leave, without the subject.
    pub columns: Vec<KeptColumn>,
    /// Their pairs.
    pub pairs: Vec<KeptPair>,
    /// Sums of numeric columns by month and by category.
    pub totals: Vec<KeptTotal>,
}

/// What is kept of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct KeptColumn {
    /// Its name.
    pub name: String,
    /// Entropy of its values as they leave / as they were, over the records of the extract; null if it had one value.
    pub detail: Option<f64>,
    /// Total variation distance between its values in the records that leave and in those of the extract, after the same
    /// rules; null if a side has no record.
    pub total_variation: Option<f64>,
}

/// What is kept of two columns together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct KeptPair {
    /// Their names.
    pub columns: [String; 2],
    /// As that of a column; null also if there are too many possible values to compare.
    pub total_variation: Option<f64>,
}

/// How sums of a column change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct KeptTotal {
    /// The column that is summed.
    pub column: String,
    /// What it is summed by.
    pub by: String,
    /// Groups in the extract.
    pub groups: u64,
    /// Sum of the absolute changes / sum of the absolute sums; null if the column leaves as no number, or sums to 0.
    pub change: Option<f64>,
}

/// What was left out of a release.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct LeftOut {
    /// Columns, by name.
    pub columns: Vec<String>,
    /// Records that were suppressed.
    pub suppressed_records: u64,
    /// Records without a subject.
    pub records_without_subject: u64,
    /// Subjects that did not opt in.
    #[serde(default)]
    pub subjects_without_consent: u64,
    /// Their records.
    #[serde(default)]
    pub records_without_consent: u64,
    /// Who was left out so that classes are as large as the limits ask; null without a budget.
    #[serde(default)]
    pub removal: Option<Removal>,
}
