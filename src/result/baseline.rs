//! The earlier run that a scan is compared with: what the judge reads of it, and what the result says of it.

use std::collections::BTreeMap;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Check, ColumnType, Dataset, DatasetColumn, Figure, Finding, Role, ScanResult, Variability, VerdictOutcome,
};
use crate::number::ratio;

/// Nights whose spread tells what is usual, at most: two weeks, so that every day of the week is in it twice.
pub const NIGHTS: usize = 14;

/// What a scan says of the earlier run that it was compared with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct BaselineUsed {
    /// What was asked for: `last`, or the name of the file or folder without its place.
    pub asked: String,
    /// The run; null if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// When it ended, UTC, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    /// Its verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictOutcome>,
    /// SHA-256 of the file that was read, lower-case hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Earlier runs of the dataset whose spread says what is usual.
    pub nights: u64,
    /// Why nothing was compared with it, as text; null if it was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Findings of that run that are gone, the most severe first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Finding>,
}

/// The earlier run as the judge reads it. It is made of a result or of a record and never written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Baseline {
    /// What was asked for, as in [`BaselineUsed::asked`].
    pub asked: String,
    /// SHA-256 of the file that was read.
    pub sha256: Option<String>,
    /// The run; none where there is no earlier one.
    pub earlier: Option<Earlier>,
    /// Why it cannot be compared with, as text.
    pub refused: Option<String>,
    /// Earlier good nights, the newest first, at most [`NIGHTS`].
    pub nights: Vec<Night>,
    /// The figures of those nights.
    pub figures: Vec<Vec<Figure>>,
}

impl Baseline {
    /// The run, where it can be compared with.
    #[must_use]
    pub fn usable(&self) -> Option<&Earlier> {
        self.earlier.as_ref().filter(|_| self.refused.is_none())
    }

    /// What a result says of it.
    #[must_use]
    pub fn used(&self) -> BaselineUsed {
        let of = |text: fn(&Earlier) -> &String| self.earlier.as_ref().map(|earlier| text(earlier).clone());
        BaselineUsed {
            asked: self.asked.clone(),
            run: of(|earlier| &earlier.run),
            finished_at: of(|earlier| &earlier.finished_at),
            verdict: self.earlier.as_ref().map(|earlier| earlier.verdict),
            sha256: self.sha256.clone(),
            nights: self.nights.len() as u64,
            refused: self.refused.clone(),
            gone: Vec::new(),
        }
    }
}

/// An earlier run.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// Name of its dataset.
    pub dataset: String,
    /// Identifier of the run.
    pub run: String,
    /// When it ended, UTC, RFC 3339.
    pub finished_at: String,
    /// Its verdict.
    pub verdict: VerdictOutcome,
    /// What was read, in numbers.
    pub night: Night,
    /// The columns in file order.
    pub columns: Vec<EarlierColumn>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Its checks, as far as they compared something.
    pub checks: Vec<Check>,
    /// Its findings.
    pub findings: Vec<Finding>,
}

/// A column of an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub column_type: ColumnType,
    /// Its role.
    pub role: Role,
    /// Whether it was static or an event column.
    pub variability: Option<Variability>,
    /// Spellings of missing values in it; none where they were not looked for.
    pub missing_spellings: Option<Vec<String>>,
    /// How the values of the subject are spelled.
    pub spelling: Option<SubjectSpelling>,
}

/// The sizes of a night.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Night {
    /// Records.
    pub records: u64,
    /// Subjects; none where none is declared.
    pub subjects: Option<u64>,
    /// Of each column the share of missing cells and the distinct values.
    pub columns: BTreeMap<String, ColumnSize>,
}

/// The sizes of a column in a night.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ColumnSize {
    /// Missing cells as a share of the records.
    pub missing_share: f64,
    /// Distinct values; none for a column that was not coded.
    pub distinct: Option<u64>,
}

/// How the values of the subject column are spelled, without any of them: a new spelling of the same customers makes every
/// comparison over time meaningless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
pub struct SubjectSpelling {
    /// Characters of the shortest value.
    pub shortest: u64,
    /// Characters of the longest value.
    pub longest: u64,
    /// Whether some value holds a capital letter.
    pub capitals: bool,
    /// Whether some value holds a small letter.
    pub small_letters: bool,
    /// Whether some value holds a digit.
    pub digits: bool,
    /// Whether some value holds anything else.
    pub signs: bool,
}

impl SubjectSpelling {
    /// The characters that occur, in words.
    #[must_use]
    pub fn characters(self) -> String {
        let kinds = [
            (self.capitals, "capital letters"),
            (self.small_letters, "small letters"),
            (self.digits, "digits"),
            (self.signs, "other signs"),
        ];
        let present: Vec<String> =
            kinds.into_iter().filter(|(occurs, _)| *occurs).map(|(_, word)| word.to_owned()).collect();
        crate::printable::listed(&present)
    }
}

impl Night {
    /// The sizes of what was read.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let size = |column: &DatasetColumn| ColumnSize {
            missing_share: ratio(column.missing, dataset.records).unwrap_or(0.0),
            distinct: column.distinct,
        };
        Self {
            records: dataset.records,
            subjects: dataset.subject.is_some().then_some(dataset.subjects),
            columns: dataset.columns.iter().map(|column| (column.name.clone(), size(column))).collect(),
        }
    }
}

impl EarlierColumn {
    /// What is compared of a column.
    #[must_use]
    pub fn of(column: &DatasetColumn) -> Self {
        Self {
            name: column.name.clone(),
            column_type: column.column_type,
            role: column.role,
            variability: column.variability(),
            missing_spellings: column.facts.missing_spellings.clone(),
            spelling: column.facts.subject_spelling,
        }
    }
}

impl Earlier {
    /// What is compared of a whole result.
    #[must_use]
    pub fn of(result: &ScanResult) -> Self {
        Self {
            dataset: result.dataset.name.clone(),
            run: result.run.id.clone(),
            finished_at: result.run.finished_at.clone(),
            verdict: result.verdict.outcome,
            night: Night::of(&result.dataset),
            columns: result.dataset.columns.iter().map(EarlierColumn::of).collect(),
            figures: result.figures.clone(),
            checks: result.checks.clone(),
            findings: result.findings.clone(),
        }
    }

    /// Whether what it read is a yardstick for later nights: nothing cut it off, and nothing was found of the file itself
    /// that nobody has accepted. Its other findings do not matter: a file that fails for its risk every night is the same
    /// file every night.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.verdict != VerdictOutcome::Incomplete
            && !self.findings.iter().any(|finding| finding.code.is_of_drift() && finding.is_open())
    }
}
