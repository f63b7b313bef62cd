//! Who is to receive the extract, and under which agreement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
