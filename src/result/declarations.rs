//! What a person declared about the extract, beside roles and limits: the verdict may rest on it, and says so. And who is
//! to receive it, under which agreement.

use std::collections::BTreeMap;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column_name::plain;

/// Declarations of the configuration. None is accepted silently: each appears in the result, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Declarations {
    /// Whether every record is declared to be a separate person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_subject: bool,
    /// Why the declared subject, or having none, is correct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_reason: Option<String>,
    /// Declarations about individual columns.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, ColumnDeclaration>,
    /// Why the declared points omit event columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_reason: Option<String>,
    /// Whether the file is a table of totals rather than of records of persons.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aggregate: bool,
    /// Who applies the generalisation rules to the file after this scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<Treatment>,
    /// Command-line flags that exclude columns or measures: `--ignore`, `--measures`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrowed_by: Vec<String>,
    /// Command-line flags and environment variables that ask for less than the configuration: a looser limit than its own
    /// or the default, other known points, or another role for a column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loosened_by: Vec<String>,
}

/// Declarations about one column.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ColumnDeclaration {
    /// Whether it changes from record to record of a subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub varies: Option<bool>,
    /// Whether identifiers in its cells are declared to be permitted. Without a reason they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permitted: Option<bool>,
    /// Why the declaration is correct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A treatment applied after this scan, before the file leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Treatment {
    /// Where it is applied: `downstream`.
    pub applied: String,
    /// Who approved it.
    pub approved_by: String,
    /// Why it is applied there.
    pub reason: String,
    /// Last day of validity, ISO 8601.
    pub expires: String,
}

impl Declarations {
    /// The reason declared for a column; a blank one counts as none.
    #[must_use]
    pub fn reason_for(&self, column: &str) -> Option<&str> {
        self.columns.get(column)?.reason.as_deref().filter(|reason| !reason.trim().is_empty())
    }

    /// Columns whose identifiers are declared to be permitted, each with whether a reason stands for it.
    pub fn permitted(&self) -> impl Iterator<Item = (&String, bool)> {
        let permitted = self.columns.iter().filter(|(_, column)| column.permitted == Some(true));
        permitted.map(|(name, _)| (name, self.reason_for(name).is_some()))
    }

    /// The declaration of whether a column varies.
    #[must_use]
    pub fn varies(&self, column: &str) -> Option<bool> {
        self.columns.get(column)?.varies
    }
}

/// The recipient and the terms of the agreement, as declared in the configuration.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Recipient {
    /// Name of the recipient.
    pub name: Option<String>,
    /// Purpose of the sharing.
    pub purpose: Option<String>,
    /// Reference of the agreement.
    pub agreement: Option<String>,
    /// Last day of the agreement, ISO 8601.
    pub ends: Option<String>,
    /// Whether onward sharing is prohibited.
    pub no_onward_sharing: Option<bool>,
    /// Columns that may be in the extract; null if any may.
    pub allowed_columns: Option<Vec<String>>,
    /// Columns that must not be in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbidden_columns: Vec<String>,
    /// Consent of the subjects; null if no register was declared.
    pub consent: Option<Consent>,
}

impl Recipient {
    /// Whether the agreement forbids a column of this name, in whatever case, with whatever signs between its words.
    #[must_use]
    pub fn forbids(&self, column: &str) -> bool {
        let name = plain(column);
        self.forbidden_columns.iter().any(|forbidden| forbidden == column || plain(forbidden) == name)
    }
}

/// The extract compared with a register of subjects who opted in. Counts only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Consent {
    /// Name of the register without its folder.
    pub file: String,
    /// SHA-256 of its bytes, lower-case hexadecimal. Null for a register with fewer than 100 records: anyone who knows
    /// most of so few could find the others by trial.
    pub sha256: Option<String>,
    /// Subjects of the extract.
    pub subjects: u64,
    /// Those who have not opted in according to the register.
    pub without_consent: u64,
}
