//! The certificate of a release: which bytes may leave, what was judged, and what was not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Check, Figure, InputFile, NotMeasured, Policy, Recipient, Removal, Role, Tool, VerdictOutcome, WaiverRecord,
};

/// Version of the certificate, as [`SCHEMA_VERSION`](super::SCHEMA_VERSION) is of a result.
pub const CERTIFICATE_VERSION: &str = "1.0.0";

/// What a release vouches for. It holds no cell value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// What does not leave.
    pub left_out: LeftOut,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedColumn {
    /// Its name.
    pub name: String,
    /// Its role. The subject leaves as a pseudonym.
    pub role: Role,
    /// The rules of generalisation that were applied, in their order.
    pub rules: Vec<String>,
}

/// What was left out of a release.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
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
