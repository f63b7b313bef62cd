//! What was read: files, columns and their roles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::facts::{ColumnFacts, DatasetFacts, Variability};

/// What was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dataset {
    /// Name of the dataset: from the configuration, else from the first file.
    pub name: String,
    /// The files, in the order they were read.
    pub files: Vec<InputFile>,
    /// Records read, with and without a subject.
    pub records: u64,
    /// Distinct subjects; equal to `records` when no subject column is declared.
    pub subjects: u64,
    /// Records whose subject is missing: left out of every crowd and every denominator.
    pub records_without_subject: u64,
    /// Subject values that the subject map does not hold, each counted as a person; null without a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subjects_not_in_map: Option<u64>,
    /// Offset from UTC of the clock by which moments with a zone were coarsened; null for UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// When a day began for coarsening; null for midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_start: Option<String>,
    /// Name of the column that names the subject; null when each record is its own subject.
    pub subject: Option<String>,
    /// The columns in file order.
    pub columns: Vec<DatasetColumn>,
    /// What the records say beyond their values.
    #[serde(default, flatten)]
    pub facts: DatasetFacts,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputFile {
    /// File name without its folder; `-` for standard input.
    pub name: String,
    /// Bytes read, as stored (before decompression).
    pub bytes: u64,
    /// SHA-256 of those bytes, lower-case hexadecimal. Null for a file of a source with fewer than 100 records: whoever
    /// knows most of so few could try what the others are.
    pub sha256: Option<String>,
    /// Records in the file.
    pub records: u64,
}

impl InputFile {
    /// Files with fewer records are not identified by a hash, unless they are the extract itself.
    pub const FEWEST_HASHED: u64 = 100;

    /// The file as a source is told: without the hash where it is tiny.
    #[must_use]
    pub fn of_source(self) -> Self {
        let sha256 = self.sha256.filter(|_| self.records >= Self::FEWEST_HASHED);
        Self { sha256, ..self }
    }
}

/// One column of the input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatasetColumn {
    /// Name in the header, trimmed.
    pub name: String,
    /// What the column is to the subject.
    pub role: Role,
    /// Whether the role was guessed rather than declared.
    pub guessed: bool,
    /// Why the role was guessed, in words without cell values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guess_reason: Option<String>,
    /// For a column that nobody named and nothing guessed: the role that its heading suggests, when leaving it
    /// unnamed would be dangerous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks_like: Option<Role>,
    /// What its values are.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// Distinct values after coarsening, a missing cell not counted; null for a column that is not coded.
    pub distinct: Option<u64>,
    /// Missing cells.
    pub missing: u64,
    /// Whether every subject has one value in it (a missing cell is a value); null without a subject or for a
    /// column that is not coded.
    pub constant_per_subject: Option<bool>,
    /// The coarsening rules that were applied, as written.
    pub coarsen: Vec<String>,
    /// What the cells say beyond their values.
    #[serde(default, flatten)]
    pub facts: ColumnFacts,
}

impl DatasetColumn {
    /// What the column is to the history of a subject. Where that was not decided by share, as for columns that are no
    /// quasi-identifiers, a column is static when every subject has one value in it. None without a subject, and for a
    /// quasi-identifier that holds no value.
    #[must_use]
    pub fn variability(&self) -> Option<Variability> {
        let of_constant = |constant| if constant { Variability::Static } else { Variability::Event };
        let decided = self.facts.variation.or_else(|| self.constant_per_subject.map(of_constant));
        decided.filter(|_| self.facts.measured != Some(false))
    }

    /// Whether it is in the static set whatever becomes of unclear columns. Without a subject every column is.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.facts.measured != Some(false) && self.variability().is_none_or(Variability::is_static)
    }

    /// Whether it is an event column whatever becomes of unclear columns.
    #[must_use]
    pub fn is_event(&self) -> bool {
        self.variability() == Some(Variability::Event)
    }

    /// Whether its rules take it away.
    #[must_use]
    pub fn is_dropped(&self) -> bool {
        self.coarsen.iter().any(|rule| rule == "drop")
    }

    /// Whether the data do not say, and nobody declared, if it is static.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        self.variability() == Some(Variability::Unclear)
    }
}

/// What a column is to the subject of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    /// The person or account that records belong to.
    Subject,
    /// Names the person outright.
    DirectIdentifier,
    /// May be known to others and helps to single a person out.
    QuasiIdentifier,
    /// What nobody should learn.
    Sensitive,
    /// Sampling weight; never a count of a crowd.
    Weight,
    /// Not used.
    Ignore,
}

impl Role {
    /// Every role, in the order documentation lists them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name used in configuration files and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What the values of a column are, found from all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ColumnType {
    /// Whole numbers.
    Integer,
    /// Decimal numbers, compared exactly.
    Decimal,
    /// Calendar dates.
    Date,
    /// Dates with a time of day, without a zone.
    Timestamp,
    /// Instants: a date and a time with a zone or an offset, compared in UTC.
    ZonedTimestamp,
    /// A time of day.
    Time,
    /// True or false.
    Boolean,
    /// Anything else, compared byte for byte.
    Text,
    /// No cell holds a value.
    Empty,
}

impl ColumnType {
    /// The name used in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
