//! What views for other programs share: how grave a finding is for them, and where it points.

use crate::result::{Finding, ScanResult, Severity};

/// How grave a finding is to a program that knows three degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Degree {
    /// At or above the policy's `fail_on`.
    Error,
    /// Below it.
    Warning,
    /// Waived, or a note.
    Notice,
}

impl Degree {
    pub(super) fn of(result: &ScanResult, finding: &Finding) -> Self {
        if finding.waived || finding.severity == Severity::Note {
            Self::Notice
        } else if finding.severity >= result.policy.fails_from() {
            Self::Error
        } else {
            Self::Warning
        }
    }
}

/// The file and, where known, the line of the first of `columns` that the configuration speaks of; the first input
/// where there is no configuration.
pub(super) fn place<'a>(result: &'a ScanResult, columns: &[String]) -> Option<(&'a str, Option<u64>)> {
    match &result.run.config {
        Some(config) => Some((&config.file, columns.iter().find_map(|column| config.columns.get(column)).copied())),
        None => result.dataset.files.first().map(|file| (file.name.as_str(), None)),
    }
}
