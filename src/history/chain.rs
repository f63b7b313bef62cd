//! The end of the chain of records of a dataset, and the lock under which it grows.
//!
//! Each record names the hash of the one before it. Which record is the last is noted in a small file beside the runs, in
//! two steps, so that a process may die at any moment: before the folder of a run is put in place the file says "this run
//! is about to follow that one", and afterwards "this run is the last". Whoever finds the first note without the folder
//! goes on from the run before it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::store::{RECORD_FILE, hash_of, run_folders};
use crate::printable::printable;
use crate::report::{ReportError, read_record};
use crate::unfinished::{Readers, replace};

/// The file that names the last record.
pub(super) const CHAIN_FILE: &str = ".chain";
/// The files that are locked: while a run is put in its place, while the page over all datasets is made, while the index
/// is brought up to date. The second may wait for the third, and none for itself.
pub(super) const RUN_LOCK: &str = ".lock";
pub(super) const PAGE_LOCK: &str = ".page.lock";
#[cfg(feature = "cli")]
pub(super) const INDEX_LOCK: &str = ".index.lock";
/// How often a lock is asked for, and how long to wait in between: a minute in all. It is held for milliseconds.
const ATTEMPTS: u32 = 1_200;
const PAUSE: Duration = Duration::from_millis(50);

/// A record of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Link {
    /// The run.
    pub(super) run: String,
    /// SHA-256 of the bytes of its record.
    pub(super) sha256: String,
}

/// What [`CHAIN_FILE`] holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The last record.
    pub(super) newest: Link,
    /// The one before it; null for the first.
    pub(super) before: Option<Link>,
    /// Whether the folder of the last run was seen in its place.
    pub(super) is_in_place: bool,
}

/// A locked folder; the lock ends with the value, or with the process.
pub(super) struct Locked {
    _file: File,
}

impl Locked {
    /// Locks a folder against other processes that write to it.
    ///
    /// # Errors
    /// When the lock cannot be had within a minute, or not at all.
    pub(super) fn wait(folder: &Path, name: &str) -> Result<Self, ReportError> {
        let path = folder.join(name);
        let failed = |error: &io::Error| ReportError::write("the lock", &path, error);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(|e| failed(&e))?;
        for _ in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
        }
        Err(ReportError::Locked { path: printable(&folder.to_string_lossy()) })
    }
}

/// The record that the next one follows; none where there is no run yet. To be called under the lock.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn last(home: &Path) -> io::Result<Option<Link>> {
    let Some(note) = read_note(home) else { return last_of_records(home) };
    let is_there = home.join(&note.newest.run).join(RECORD_FILE).exists();
    // A record that was seen in its place and is gone stays a part of the chain: that it is missing is told.
    Ok(if is_there || note.is_in_place { Some(note.newest) } else { note.before })
}

/// The note; none where there is none, or none that can be read.
pub(super) fn read_note(home: &Path) -> Option<Note> {
    let note: Note = serde_json::from_slice(&fs::read(home.join(CHAIN_FILE)).ok()?).ok()?;
    // A run is a folder beside the file, whatever the file says.
    let is_name = |link: &Link| !link.run.is_empty() && !link.run.contains(['/', '\\']) && !link.run.starts_with('.');
    (is_name(&note.newest) && note.before.as_ref().is_none_or(is_name)).then_some(note)
}

/// The end of the chain from the records alone: the newest that no other record follows.
fn last_of_records(home: &Path) -> io::Result<Option<Link>> {
    let mut followed = BTreeSet::new();
    let mut links = Vec::new();
    for run in run_folders(home)? {
        let Ok(bytes) = fs::read(home.join(&run).join(RECORD_FILE)) else { continue };
        let record = read_record(&bytes).ok();
        let finished_at = record.as_ref().map(|record| record.finished_at.clone()).unwrap_or_default();
        followed.extend(record.and_then(|record| record.previous));
        links.push((finished_at, Link { run, sha256: hash_of(&bytes) }));
    }
    links.retain(|(_, link)| !followed.contains(&link.sha256));
    let newest = links.into_iter().max_by(|(left, one), (right, other)| (left, &one.run).cmp(&(right, &other.run)));
    Ok(newest.map(|(_, link)| link))
}

/// Writes the note, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_note(home: &Path, note: &Note) -> Result<(), ReportError> {
    let text = serde_json::to_vec(note).map_err(|_| ReportError::Serialize)?;
    let path = home.join(CHAIN_FILE);
    replace(&path, &text, Readers::OfFolder).map_err(|error| ReportError::write("the file", &path, &error))
}
