//! Why there is no result, the exit code of each reason, and what the user can change.

use super::MOST_SETS;
use super::roles::smaller_plan;
use crate::input::InputError;
use crate::plan::{self, ConfigError};
use crate::recode::{FinishedError, TreatmentError};
use crate::spill::SpillError;
use crate::stop::StopReason;
use crate::table::TooManyRecords;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The plan does not fit the extract.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The extract could not be read.
    #[error(transparent)]
    Input(InputError),
    /// Values could not be treated as planned.
    #[error(transparent)]
    Treatment(#[from] TreatmentError),
    /// A finished table of totals is none.
    #[error(transparent)]
    Totals(#[from] FinishedError),
    /// A rule of the extract cannot be applied to a source.
    #[error("source `{}`: {error}", plan::shown_name(name))]
    SourceTreatment {
        /// Name of the source.
        name: String,
        /// What does not fit; it names the column as the source does.
        error: TreatmentError,
    },
    /// The lattice is too large.
    #[error(
        "{} column sets of up to {max_set} out of {} quasi-identifiers are too many; at most {} are counted",
        plan::grouped(*sets),
        plan::grouped(*columns as u64),
        plan::grouped(MOST_SETS)
    )]
    TooManySets {
        /// Sets in the lattice.
        sets: u64,
        /// Largest set size asked for.
        max_set: usize,
        /// Quasi-identifiers.
        columns: usize,
    },
    /// More records than a table holds.
    #[error(transparent)]
    TooManyRecords(#[from] TooManyRecords),
    /// A source is larger than what is left of the memory limit.
    #[error(
        "source `{}` needs more memory than the extract leaves of the limit of {} MiB: {} were read until then",
        plan::shown_name(name),
        limit >> 20,
        plan::counted(*records, "record", "records")
    )]
    SourceMemory {
        /// Its name.
        name: String,
        /// The limit in bytes.
        limit: u64,
        /// Records read until then.
        records: u64,
    },
    /// A source without anybody.
    #[error("source `{}` contains no person", plan::shown_name(name))]
    SourceEmpty {
        /// Its name.
        name: String,
    },
    /// A file of kept contributors that cannot be used.
    #[error("file `{}` of kept contributors: {reason}", plan::shown_name(file))]
    KeptFile {
        /// The file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// The earlier run that is named cannot be read.
    #[error("baseline `{file}`: {reason}")]
    Baseline {
        /// Its name as typed.
        file: String,
        /// Why not.
        reason: String,
    },
    /// What does not fit in memory could not be kept in files.
    #[error(transparent)]
    Spill(#[from] SpillError),
    /// The input is said to be a released file, and is none.
    #[error("column `{}` holds values that are not pseudonyms of a release", plan::shown_name(column))]
    NotReleased {
        /// The subject.
        column: String,
    },
    /// The plan asks for what needs the records in one place.
    #[error("a scan on a cluster cannot do this: {what}")]
    NotOnCluster {
        /// What it asks for.
        what: &'static str,
    },
    /// What came back from a cluster cannot be used.
    #[error("what came back from the cluster cannot be used: {reason}")]
    Cluster {
        /// Why not.
        reason: String,
    },
    /// The time limit was over before anything could be measured.
    #[error("the time limit was reached before anything was measured")]
    TimedOut,
    /// The process held as much memory as it may before anything could be measured.
    #[error("the memory limit was reached before anything was measured")]
    OutOfMemory,
    /// The user or the system ended the program.
    #[error("interrupted")]
    Interrupted,
}

impl ScanError {
    /// Why a source could not be read. The limit is that of the whole scan, so the extract has its share in it.
    pub(super) fn of_source(name: &str, memory: Option<u64>, error: InputError) -> Self {
        match (memory, error) {
            (Some(limit), InputError::Memory { records, .. }) => {
                Self::SourceMemory { name: name.to_owned(), limit, records }
            }
            (_, error) => error.into(),
        }
    }

    /// The exit code of the process.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::TooManySets { .. } | Self::NotReleased { .. } | Self::NotOnCluster { .. } => 2,
            Self::Treatment(error) | Self::SourceTreatment { error, .. } if error.is_plan_error() => 2,
            Self::Totals(error) if error.is_plan_error() => 2,
            Self::Input(InputError::Memory { .. }) | Self::SourceMemory { .. } | Self::TimedOut | Self::OutOfMemory => {
                4
            }
            Self::Input(_)
            | Self::KeptFile { .. }
            | Self::Baseline { .. }
            | Self::Spill(_)
            | Self::Treatment(_)
            | Self::Totals(_)
            | Self::SourceTreatment { .. }
            | Self::TooManyRecords(_)
            | Self::Cluster { .. }
            | Self::SourceEmpty { .. } => 3,
            Self::Interrupted => 130,
        }
    }

    /// What the user can change, when there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.hint(),
            Self::Input(error) => error.hint(),
            Self::Treatment(error) => error.hint(),
            Self::Totals(error) => error.hint(),
            Self::SourceTreatment { error: TreatmentError::NotInHierarchy { .. }, .. } => {
                Some("add the missing values to the hierarchy file, with the spelling of the source".to_owned())
            }
            Self::SourceTreatment { error, .. } => {
                let hint =
                    "the rules of the extract also apply to the joined data, so both must be written in the same way";
                Some(error.hint().map_or_else(|| hint.to_owned(), |more| format!("{hint}; {more}")))
            }
            Self::TooManySets { columns, .. } => Some(smaller_plan(*columns)),
            Self::TooManyRecords(_) => Some("scan the extract in parts that contain whole subjects".to_owned()),
            Self::SourceMemory { .. } => Some("raise `--memory`, or join on fewer columns".to_owned()),
            Self::SourceEmpty { .. } => Some("name another file, or remove the source".to_owned()),
            Self::KeptFile { .. } => Some(
                "bring it back from where the folder is saved, or move it away: the release that it is of is then not compared"
                    .to_owned(),
            ),
            Self::Baseline { .. } => {
                Some("name the folder of a run, its `record.json` or `result.json`, or `last`".to_owned())
            }
            Self::Spill(error) => Some(error.hint().to_owned()),
            Self::NotReleased { .. } => {
                Some("scan it without `--released`: consent and truth are then held against it".to_owned())
            }
            Self::NotOnCluster { .. } => {
                Some("leave it out, or write the frame to files and scan those".to_owned())
            }
            Self::Cluster { .. } => Some("scan again; the data must not change meanwhile".to_owned()),
            Self::TimedOut => Some("raise `--timeout`, or name fewer columns".to_owned()),
            Self::OutOfMemory => Some("raise `--memory`, name a folder with `--spill`, or name fewer columns".to_owned()),
            Self::Interrupted => None,
        }
    }
}

impl From<InputError> for ScanError {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Stopped(reason) => reason.into(),
            error => Self::Input(error),
        }
    }
}

impl From<StopReason> for ScanError {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::Timeout | StopReason::WorkLimit => Self::TimedOut,
            StopReason::Memory => Self::OutOfMemory,
            StopReason::Interrupt => Self::Interrupted,
        }
    }
}
