//! Why records could not be kept on disk.

use std::io;

use crate::plan::grouped;

/// Why counting on disk ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpillError {
    /// The folder cannot be made or written to.
    #[error("spill folder `{folder}` cannot be used: {}", words(*kind))]
    Folder {
        /// Its name.
        folder: String,
        /// What the system says.
        kind: io::ErrorKind,
    },
    /// There is certainly too little room.
    #[error(
        "spill folder `{folder}` has {} MiB free, and counting needs up to {} MiB",
        grouped(free >> 20),
        grouped(needed.div_ceil(1 << 20))
    )]
    TooSmall {
        /// Its name.
        folder: String,
        /// Bytes that are free.
        free: u64,
        /// Bytes that are needed at most.
        needed: u64,
    },
    /// The disk is full.
    #[error("spill folder `{folder}` is full after {} MiB", grouped(written >> 20))]
    Full {
        /// Its name.
        folder: String,
        /// Bytes written until then.
        written: u64,
    },
    /// What was read back is not what was written.
    #[error("the files in spill folder `{folder}` are damaged: {reason}")]
    Damaged {
        /// Its name.
        folder: String,
        /// What is wrong; it names no value.
        reason: &'static str,
    },
}

impl SpillError {
    /// What the system said when a file in a folder was to be written.
    pub(super) fn of_writing(folder: String, error: &io::Error, written: u64) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full { folder, written }
            }
            kind => Self::Folder { folder, kind },
        }
    }

    /// What the user can change.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "name a folder with `--spill` that you can write to",
            Self::TooSmall { .. } | Self::Full { .. } => {
                "name a folder on a larger disk with `--spill`, raise `--memory`, or name fewer columns"
            }
            Self::Damaged { .. } => "check the disk, or name a folder on another one with `--spill`",
        }
    }
}

fn words(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound => "it does not exist",
        io::ErrorKind::PermissionDenied => "permission denied",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "it is not a folder",
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        _ => "the system refuses to read or write there",
    }
}
