//! What can go wrong when a result is shown, stored or read back.

use std::io;
use std::path::Path;

use thiserror::Error;

use super::escape::printable;

/// Why a view could not be made, written or read. Never holds a value from a file that was read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The bytes are not JSON.
    #[error("the result file is not valid JSON: line {line}, column {column}")]
    NotJson {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of the first fault, from 1.
        column: usize,
    },
    /// The bytes are JSON, but not a result.
    #[error("the result file is not a `result.json` of this program: line {line}, column {column} has another shape")]
    NotResult {
        /// Line of the first difference, from 1; 0 when the whole document is meant.
        line: usize,
        /// Column of the first difference, from 1; 0 when the whole document is meant.
        column: usize,
    },
    /// The result has another major version.
    #[error("the result file has schema version {found}, but this program reads version {supported}")]
    SchemaVersion {
        /// Version found, three numbers.
        found: String,
        /// Version this program writes.
        supported: &'static str,
    },
    /// The folder of the dataset holds runs of another one, whose name becomes the same folder name.
    #[error("`{path}` holds runs of a dataset of another name")]
    OtherDataset {
        /// The folder, made printable.
        path: String,
    },
    /// Another process holds the lock of the folder.
    #[error("the folder `{path}` has been locked by another run for a minute")]
    Locked {
        /// The folder, made printable.
        path: String,
    },
    /// The histories for the page over all datasets could not be read.
    #[error("the page over all datasets cannot be made: {reason}")]
    Overview {
        /// Why not, in a sentence.
        reason: String,
    },
    /// A file or folder could not be made or written.
    #[error("cannot {verb} {what} `{path}`: {kind}")]
    Write {
        /// `create` or `write`.
        verb: &'static str,
        /// What it is: `the output folder`, `the report file`, …
        what: &'static str,
        /// Its path as given, made printable.
        path: String,
        /// The kind of the failure in words.
        kind: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// The result could not be turned into JSON.
    #[error("the result could not be written as JSON")]
    Serialize,
    /// The page could not be put together.
    #[error("the HTML page could not be put together")]
    Page,
    /// The table of figures could not be put together.
    #[error("the summary table could not be put together")]
    Csv,
    /// The test cases could not be put together.
    #[error("the JUnit file could not be put together")]
    Junit,
    /// A chart could not be drawn.
    #[error("chart `{chart}` could not be drawn")]
    Chart {
        /// File stem of the chart.
        chart: &'static str,
    },
}

impl ReportError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => "the file may be cut off or may not be a result; run `scan` again",
            Self::NotResult { .. } => "give the `result.json` that `scan` wrote",
            Self::SchemaVersion { .. } => "use the version of this program that wrote the file, or scan again",
            Self::OtherDataset { .. } => "give the dataset another name under `[dataset]`, or write to another `--out`",
            Self::Locked { .. } => "wait until the other run has ended, or end it, then run again",
            Self::Overview { .. } => "the run itself is written; `history` tells more",
            Self::Write { hint, .. } => hint,
            Self::Serialize | Self::Page | Self::Csv | Self::Junit | Self::Chart { .. } => {
                "this is a fault of the program; `--emit json` still writes the result"
            }
        }
    }

    /// A folder `path` that could not be made. What is not found then is no folder that went away, but a place where
    /// none can be made.
    pub(crate) fn create(what: &'static str, path: &Path, error: &io::Error) -> Self {
        let (kind, hint) = match error.kind() {
            io::ErrorKind::NotFound => {
                ("no folder can be made at this place".to_owned(), "choose another folder with `--out`")
            }
            _ => describe(error),
        };
        Self::Write { verb: "create", what, path: printable(&path.to_string_lossy()), kind, hint }
    }

    /// A failed write of `path`, in words of our own: messages of the system may hold anything.
    pub(crate) fn write(what: &'static str, path: &Path, error: &io::Error) -> Self {
        let (kind, hint) = describe(error);
        Self::Write { verb: "write", what, path: printable(&path.to_string_lossy()), kind, hint }
    }
}

/// The kind of an input or output failure, and what helps against it.
fn describe(error: &io::Error) -> (String, &'static str) {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::PermissionDenied => ("permission denied".into(), "choose a folder you may write to with `--out`"),
        Kind::StorageFull | Kind::QuotaExceeded => {
            ("no space left".into(), "free some space, or choose another folder with `--out`")
        }
        Kind::NotADirectory | Kind::AlreadyExists => {
            ("a part of the path is a file, not a folder".into(), "choose another folder with `--out`")
        }
        Kind::ReadOnlyFilesystem => ("the file system is read-only".into(), "choose another folder with `--out`"),
        Kind::NotFound => ("the folder disappeared".into(), "run again, or choose another folder with `--out`"),
        Kind::InvalidFilename => ("the name is not allowed here".into(), "choose a shorter path with `--out`"),
        kind => (kind.to_string(), "choose another folder with `--out`"),
    }
}
