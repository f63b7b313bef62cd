//! What a person declared about the extract, beside roles and limits: the verdict may rest on it, and says so. And who is
//! to receive it, under which agreement.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declarations of the configuration. Nothing here is believed silently: each stands in the result, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Declarations {
    /// Whether a person said that every record is a person of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_subject: bool,
    /// Why the subject, or that there is none, is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_reason: Option<String>,
    /// What was said of single columns.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, ColumnDeclaration>,
    /// Why the declared points leave event columns out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_reason: Option<String>,
    /// Whether the file is a table of totals rather than of records of persons.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aggregate: bool,
    /// Who applies the coarsening rules to the file after this scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<Treatment>,
    /// Flags of the command line that take columns or measures away: `--ignore`, `--measures`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrowed_by: Vec<String>,
}

/// What was said of one column.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ColumnDeclaration {
    /// Whether it changes from record to record of a subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub varies: Option<bool>,
    /// Why what is declared of it is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A treatment that is applied after this scan, before the file leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Treatment {
    /// Where: `downstream`.
    pub applied: String,
    /// Who took responsibility.
    pub approved_by: String,
    /// Why it is applied there.
    pub reason: String,
    /// Last day the declaration holds, ISO 8601.
    pub expires: String,
}

impl Declarations {
    /// The reason that stands beside a column; blank ones count as none.
    #[must_use]
    pub fn reason_for(&self, column: &str) -> Option<&str> {
        self.columns.get(column)?.reason.as_deref().filter(|reason| !reason.trim().is_empty())
    }

    /// What was said of whether a column varies.
    #[must_use]
    pub fn varies(&self, column: &str) -> Option<bool> {
        self.columns.get(column)?.varies
    }
}

/// The recipient and the terms, as declared in the configuration.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Recipient {
    /// Who receives the extract.
    pub name: Option<String>,
    /// What for.
    pub purpose: Option<String>,
    /// Reference of the agreement.
    pub agreement: Option<String>,
    /// Last day of the agreement, ISO 8601.
    pub ends: Option<String>,
    /// Whether the recipient may not pass it on.
    pub no_onward_sharing: Option<bool>,
    /// Columns that may be in the extract; null when any may.
    pub allowed_columns: Option<Vec<String>>,
    /// Columns that must not be in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbidden_columns: Vec<String>,
    /// Who agreed to it; null when no register was declared.
    pub consent: Option<Consent>,
}

/// The extract beside a register of subjects that opted in. Counts only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Consent {
    /// Name of the register without its folder.
    pub file: String,
    /// SHA-256 of its bytes, lower-case hexadecimal. Null for a register with fewer than 100 records: whoever knows most of
    /// so few could try what the others are.
    pub sha256: Option<String>,
    /// Subjects of the extract.
    pub subjects: u64,
    /// Those of them that the register does not hold as opted in.
    pub without_consent: u64,
}
