//! Why nothing was written, or what was written cannot be judged.

use std::io;

use crate::plan::{refusal, shown_list, shown_name};
use crate::scan::ScanError;

/// Why there is no released file and no refusal either.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The extract, or the written file, could not be scanned.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// Nobody said what the columns are.
    #[error("the roles of the columns are guessed; a release needs them declared")]
    Guessed,
    /// No column would leave.
    #[error("no column of the extract may leave: none has the role quasi-identifier, sensitive or weight")]
    NothingLeaves,
    /// Tables alone are to leave, and there is none.
    #[error("only tables of totals are to leave, and none is planned")]
    NoTable,
    /// A planned table that cannot leave.
    #[error("table `{}` cannot be released: {reason}", shown_name(table))]
    TableNotWritten {
        /// Its name.
        table: String,
        /// Why.
        reason: &'static str,
    },
    /// A planned table whose folder of kept contributors recognises nobody.
    #[error("the folder that keeps the contributors of table `{}` is not there or has no key", shown_name(table))]
    NobodyKept {
        /// The name of the table.
        table: String,
    },
    /// A measure needs columns that do not leave.
    #[error("{} used by a point, by linkage or to rotate pseudonyms, and would not leave", named(columns))]
    Needed {
        /// The columns.
        columns: Vec<String>,
    },
    /// The certificate of a released file speaks of another plan.
    #[error("the certificate is of a release with other columns, roles or terms than this configuration has")]
    OtherPlan,
    /// A file that left on the word of a person.
    #[error("the certificate is of a file that a person approved, so what was not passed must be asked again")]
    Approved,
    /// A key that can be guessed.
    #[error("the key holds {bytes} bytes; at least {} are needed", super::SHORTEST_KEY)]
    ShortKey {
        /// Its length.
        bytes: usize,
    },
    /// A key of a few bytes again and again.
    #[error("the key holds fewer than {} different bytes, so it can be guessed", super::FEWEST_DIFFERENT_BYTES)]
    WeakKey,
    /// A key that is a file of the data.
    #[error("the key file is a file of the extract, or one that it is treated or judged with")]
    KeyIsInput,
    /// The treated extract cannot be written.
    #[error("the treated extract cannot be written: {}", refusal(*kind).0)]
    Write {
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The extract changed between two readings.
    #[error("the extract, or a file that it is judged with, was changed while it was released")]
    InputChanged,
    /// What was read again is not what was written.
    #[error("the written file was changed before it was judged")]
    Changed,
}

impl ReleaseError {
    /// What to change.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Scan(error) => error.hint(),
            Self::Guessed => {
                Some("write them down with `reidrisk init`, and correct what was guessed wrong".to_owned())
            }
            Self::NothingLeaves => {
                Some("declare the columns that the recipient is to get in `[columns.NAME] role`".to_owned())
            }
            Self::NoTable => Some("declare one with `[[aggregates]]`, or remove `tables_only`".to_owned()),
            Self::TableNotWritten { .. } => Some(
                "coarsen a dimension, leave out margins or columns of the records, or take the table out of the plan"
                    .to_owned(),
            ),
            Self::NobodyKept { .. } => Some(
                "name the folder that earlier scans and releases kept theirs in; `reidrisk scan` makes that of a first release"
                    .to_owned(),
            ),
            Self::Needed { .. } => {
                Some("give each a role that leaves, or take it out of the point or the join".to_owned())
            }
            Self::OtherPlan => Some("name the configuration that the file was released with".to_owned()),
            Self::Approved => {
                Some("scan it without `--released`, with a configuration without what it cannot show".to_owned())
            }
            Self::ShortKey { .. } | Self::WeakKey | Self::KeyIsInput => {
                Some("make one with `head -c 32 /dev/urandom > release.key`, and keep it secret".to_owned())
            }
            Self::Write { kind } => Some(refusal(*kind).1.to_owned()),
            Self::InputChanged => Some("release files that nobody writes to".to_owned()),
            Self::Changed => Some("let nothing else write to the folder, and try again".to_owned()),
        }
    }

    /// The exit code of the process.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Scan(error) => error.exit_code(),
            Self::Guessed
            | Self::NothingLeaves
            | Self::NoTable
            | Self::Needed { .. }
            | Self::OtherPlan
            | Self::Approved
            | Self::ShortKey { .. }
            | Self::WeakKey
            | Self::KeyIsInput => 2,
            Self::TableNotWritten { .. } => 1,
            Self::NobodyKept { .. } | Self::Write { .. } | Self::InputChanged | Self::Changed => 3,
        }
    }
}

impl From<io::Error> for ReleaseError {
    fn from(error: io::Error) -> Self {
        Self::Write { kind: error.kind() }
    }
}

fn named(columns: &[String]) -> String {
    match columns {
        [one] => format!("column `{}` is", shown_name(one)),
        several => format!("columns {} are", shown_list(several)),
    }
}
