//! What the next night asks of the records of a dataset.

use std::path::Path;

use super::HistoryError;
use super::chain::read_note;
use super::store::{StoredRecord, read_newest, read_stored};
use crate::result::RunRecord;

/// The newest record, if it is the one that the chain notes as its last, unchanged in every byte.
///
/// # Errors
/// When the system does not let it be read.
pub(crate) fn newest(home: &Path) -> Result<Option<StoredRecord>, HistoryError> {
    let Some(note) = read_note(home) else { return Ok(None) };
    let stored = read_stored(home, &note.newest.run)?;
    Ok(stored.filter(|stored| stored.sha256 == note.newest.sha256 && stored.record.run == note.newest.run))
}

/// The newest record whatever the chain says, to tell what changed since.
///
/// # Errors
/// When the system does not let it be read, or it is no record.
pub(crate) fn newest_record(home: &Path) -> Result<Option<RunRecord>, HistoryError> {
    match newest(home)? {
        Some(stored) => Ok(Some(stored.record)),
        None => Ok(read_newest(home, 1)?.pop().map(|stored| stored.record)),
    }
}

/// The record of a run, by the name of its folder.
///
/// # Errors
/// When the system does not let it be read, or it is no record.
pub(crate) fn record_of(home: &Path, run: &str) -> Result<Option<RunRecord>, HistoryError> {
    // A run is a folder beside the others, whatever a record says.
    let is_name = !run.is_empty() && !run.starts_with('.') && !run.contains(['/', '\\']);
    if !is_name {
        return Ok(None);
    }
    Ok(read_stored(home, run)?.map(|stored| stored.record))
}
