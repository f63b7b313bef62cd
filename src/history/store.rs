//! The records of a dataset on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::HistoryError;
use crate::bounded::read_at_most;
use crate::printable::hexadecimal;
use crate::report::escape::folder_name;
use crate::report::{ReportError, read_record};
use crate::result::{RunPlace, RunRecord, in_chain_order, in_order};

/// The record inside the folder of a run.
pub const RECORD_FILE: &str = "record.json";
/// So much of a record is read at most: the largest have hundreds of columns and are far smaller.
const LARGEST_RECORD: u64 = 16 << 20;

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// The folder that it is in.
    pub folder: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// What it says.
    pub record: RunRecord,
}

/// The folder of a dataset below the folder of all reports.
#[must_use]
pub fn home_of(out: &Path, dataset: &str) -> PathBuf {
    out.join(folder_name(dataset))
}

/// The names of the folders of runs, oldest first: they begin with the time of their start. Folders that are hidden are
/// unfinished, and what is not a folder is no run.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn run_folders(home: &Path) -> io::Result<Vec<String>> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(home)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !name.starts_with('.') && entry.file_type()?.is_dir() {
            runs.push(name);
        }
    }
    runs.sort_unstable_by(|left, right| in_order(left).cmp(&in_order(right)));
    Ok(runs)
}

/// The datasets below the folder of all reports, by the names of their folders.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn dataset_folders(out: &Path) -> io::Result<Vec<String>> {
    let mut names = run_folders(out)?;
    names.sort_unstable();
    Ok(names)
}

/// The bytes of a record; none where the folder has none.
///
/// # Errors
/// When it cannot be read, or is far too large.
pub(super) fn read_bytes(home: &Path, run: &str) -> Result<Option<Vec<u8>>, HistoryError> {
    let path = home.join(run).join(RECORD_FILE);
    match read_at_most(&path, LARGEST_RECORD) {
        Ok(Some(bytes)) => Ok(Some(bytes)),
        Ok(None) => Err(HistoryError::record(&path, &ReportError::NotResult { line: 0, column: 0 })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(HistoryError::unreadable(&path, &error)),
    }
}

/// One record; none where the folder of the run has none.
///
/// # Errors
/// When it cannot be read or is no record.
pub(super) fn read_stored(home: &Path, run: &str) -> Result<Option<StoredRecord>, HistoryError> {
    let Some(bytes) = read_bytes(home, run)? else { return Ok(None) };
    let path = home.join(run).join(RECORD_FILE);
    let record = read_record(&bytes).map_err(|error| HistoryError::record(&path, &error))?;
    Ok(Some(StoredRecord { folder: run.to_owned(), sha256: hash_of(&bytes), record }))
}

/// Every record of a dataset, oldest first. A folder of runs without a record is passed over.
///
/// # Errors
/// When the dataset has no folder, or a record cannot be read.
pub fn read_records(home: &Path) -> Result<Vec<StoredRecord>, HistoryError> {
    let runs = run_folders(home).map_err(|error| HistoryError::no_folder(home, &error))?;
    let mut records = Vec::with_capacity(runs.len());
    for run in runs {
        records.extend(read_stored(home, &run)?);
    }
    Ok(chained(records))
}

pub(super) fn chained(records: Vec<StoredRecord>) -> Vec<StoredRecord> {
    let place = |stored: StoredRecord| {
        let (folder, sha256) = (stored.folder.clone(), stored.sha256.clone());
        (RunPlace { folder, sha256, previous: stored.record.previous.clone() }, stored)
    };
    in_chain_order(records.into_iter().map(place).collect())
}

/// The newest records of a dataset, oldest first, at most so many: for the next night, which asks for few of thousands.
///
/// # Errors
/// As [`read_records`]; no folder is no record.
pub fn read_newest(home: &Path, most: usize) -> Result<Vec<StoredRecord>, HistoryError> {
    let runs = match run_folders(home) {
        Ok(runs) => runs,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(HistoryError::no_folder(home, &error)),
    };
    let mut records = Vec::new();
    for run in runs.iter().rev() {
        if records.len() == most {
            break;
        }
        records.extend(read_stored(home, run)?);
    }
    Ok(chained(records))
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn hash_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}
