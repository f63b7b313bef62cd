//! Why the history of a dataset cannot be read.

use std::io;
use std::path::Path;

use thiserror::Error;

use crate::plan::refusal;
use crate::printable::printable;
use crate::report::ReportError;

/// Why the history of a dataset cannot be read. Never holds anything that a record says.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The dataset has no folder.
    #[error("`{path}` holds no runs: {reason}")]
    NoFolder {
        /// The folder, made printable.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// A record cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// The file, made printable.
        path: String,
        /// Why not.
        reason: &'static str,
        /// What to do about it.
        hint: &'static str,
    },
    /// A file is no record, is cut off, or was written by another major version.
    #[error("the record `{path}` cannot be used: {reason}")]
    Record {
        /// The file, made printable.
        path: String,
        /// Where and why.
        reason: String,
    },
    /// The index cannot be used.
    #[error("the index `{path}` cannot be used: {reason}")]
    Index {
        /// The file, made printable.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// A result does not agree with the record beside it.
    #[error(
        "`{path}` does not agree with the record of its run: it was changed after the run, or belongs to another one"
    )]
    Disagrees {
        /// The result, made printable.
        path: String,
    },
}

impl HistoryError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoFolder { .. } => "name a dataset that was scanned, and the folder of its reports with `--out`",
            Self::Unreadable { hint, .. } => hint,
            Self::Record { .. } => {
                "bring the file back from where the folder is saved; `history DATASET --verify` tells whether the others are whole"
            }
            Self::Index { .. } => "rebuild it from the records with `history --rebuild`",
            Self::Disagrees { .. } => {
                "bring the run back from where the folder is saved, or scan again; `history DATASET --verify` checks every run"
            }
        }
    }

    pub(super) fn no_folder(home: &Path, error: &io::Error) -> Self {
        let (reason, _) = refusal(error.kind());
        Self::NoFolder { path: shown(home), reason }
    }

    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        let (reason, hint) = refusal(error.kind());
        Self::Unreadable { path: shown(path), reason, hint }
    }

    pub(super) fn record(path: &Path, error: &ReportError) -> Self {
        let reason = match error {
            ReportError::NotJson { line, column } => format!("it is not valid JSON in line {line}, column {column}"),
            ReportError::SchemaVersion { found, supported } => {
                format!("it has schema version {found}, and this program reads version {supported}")
            }
            _ => "it is not a `record.json` of this program".to_owned(),
        };
        Self::Record { path: shown(path), reason }
    }

    pub(super) fn disagrees(path: &Path) -> Self {
        Self::Disagrees { path: shown(path) }
    }
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}
