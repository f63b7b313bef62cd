//! Whether the records of a dataset are those that were written: none changed, missing, swapped or inserted.
//!
//! # What it proves
//! Every record names the hash of the one before it, and a note beside them names the last. A record that was changed,
//! removed, copied under another name or inserted does not fit its neighbours, in any byte. A result that is still there
//! fits the hash in its record.
//!
//! # What it cannot prove
//! Whoever may write to the folder can write the whole chain anew from some run on, and the note with it, or remove the
//! newest runs and change the note. The hash of the newest record, kept where such a person cannot write (a ticket, a mail, a
//! log of another machine), shows that: everything up to that record is then fixed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::HistoryError;
use super::chain::{Note, read_note};
use super::store::{RECORD_FILE, hash_of, read_bytes, run_folders};
use crate::printable::{hexadecimal, printable};
use crate::report::{ReportError, read_record};
use crate::result::RunRecord;

/// What an audit of a dataset found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// Runs with a record.
    pub runs: usize,
    /// Results that were held against the hash in their record; those of pruned runs are not there any more.
    pub results: usize,
    /// Runs without a record, written by a version of the program that wrote none.
    pub without_record: usize,
    /// Each place where the chain breaks, in a sentence.
    pub broken: Vec<String>,
    /// Each place that cannot be checked, in a sentence.
    pub unverifiable: Vec<String>,
    /// The newest run, and the hash of its record: kept elsewhere, it fixes the chain up to it.
    pub newest: Option<(String, String)>,
}

impl Audit {
    /// Whether every record is the one that was written.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.broken.is_empty() && self.unverifiable.is_empty()
    }

    /// 1 where the chain breaks, 3 where it cannot be checked, else 0.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match (self.broken.is_empty(), self.unverifiable.is_empty()) {
            (false, _) => 1,
            (true, false) => 3,
            (true, true) => 0,
        }
    }
}

/// A record as it stands on disk, readable or not.
struct Entry {
    folder: String,
    sha256: String,
    record: Result<RunRecord, ReportError>,
}

/// Checks the chain of the records of a dataset, and every result that is still there.
///
/// # Errors
/// When the dataset has no folder, or the system does not let a file be read. A record that is damaged is no error: it is
/// told.
pub fn audit(home: &Path) -> Result<Audit, HistoryError> {
    let mut audit = Audit::default();
    let mut entries = Vec::new();
    for folder in run_folders(home).map_err(|error| HistoryError::no_folder(home, &error))? {
        match read_bytes(home, &folder)? {
            Some(bytes) => entries.push(Entry { folder, sha256: hash_of(&bytes), record: read_record(&bytes) }),
            None if home.join(&folder).join("result.json").exists() => audit.without_record += 1,
            None => {}
        }
    }
    audit.runs = entries.len();
    for entry in &entries {
        audit.check_entry(home, entry)?;
    }
    audit.check_links(&entries);
    audit.check_end(&entries, read_note(home).as_ref(), home);
    Ok(audit)
}

impl Audit {
    /// Whether a record is readable, in its own folder, and fits the result beside it.
    fn check_entry(&mut self, home: &Path, entry: &Entry) -> Result<(), HistoryError> {
        let folder = printable(&entry.folder);
        let record = match &entry.record {
            Ok(record) => record,
            Err(error) => {
                let error = HistoryError::record(&home.join(&entry.folder).join(RECORD_FILE), error);
                self.unverifiable.push(error.to_string());
                return Ok(());
            }
        };
        if record.run != entry.folder {
            self.broken.push(format!("run {folder} holds the record of run {}", printable(&record.run)));
        }
        let path = home.join(&entry.folder).join("result.json");
        let hash = match hash_of_file(&path) {
            Ok(hash) => Some(hash),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(HistoryError::unreadable(&path, &error)),
        };
        if let Some(hash) = hash {
            self.results += 1;
            if record.result_sha256.as_ref() != Some(&hash) {
                self.broken.push(format!("the result of run {folder} does not agree with its record"));
            }
        }
        Ok(())
    }

    /// Whether each record follows exactly one other, and one record begins.
    fn check_links(&mut self, entries: &[Entry]) {
        let known: BTreeSet<&str> = entries.iter().map(|entry| entry.sha256.as_str()).collect();
        let mut followers: BTreeMap<Option<&str>, Vec<&Entry>> = BTreeMap::new();
        for entry in entries {
            if let Ok(record) = &entry.record {
                followers.entry(record.previous.as_deref()).or_default().push(entry);
            }
        }
        // What cannot be read is told already; one record that seems to be missing may be it.
        let mut unreadable = entries.iter().filter(|entry| entry.record.is_err()).count();
        for (previous, following) in &followers {
            let runs = following.iter().map(|entry| printable(&entry.folder)).collect::<Vec<_>>().join(" and ");
            match previous {
                Some(hash) if !known.contains(hash) && unreadable > 0 => unreadable -= 1,
                Some(hash) if !known.contains(hash) => self.broken.push(self::missing(entries, &followers, &runs)),
                Some(_) if following.len() > 1 => {
                    self.broken.push(format!("runs {runs} follow the same run: one of them was inserted"));
                }
                None if following.len() > 1 => {
                    self.broken.push(format!(
                        "runs {runs} both begin the chain: a record between them was changed or removed"
                    ));
                }
                _ => {}
            }
        }
        let is_readable = entries.iter().all(|entry| entry.record.is_ok());
        if !entries.is_empty() && !followers.contains_key(&None) && is_readable {
            self.broken.push("no record begins the chain: the first one was changed or removed".to_owned());
        }
    }

    /// Whether the newest record is the one that was noted, and nothing else is an end.
    fn check_end(&mut self, entries: &[Entry], note: Option<&Note>, home: &Path) {
        if entries.is_empty() && note.is_none() {
            return;
        }
        let Some(note) = note else {
            let folder = printable(&home.to_string_lossy());
            self.unverifiable.push(format!(
                "the note of the newest run in `{folder}` is missing or damaged, so records may be missing at the end"
            ));
            return;
        };
        let newest = printable(&note.newest.run);
        let end = match entries.iter().find(|entry| entry.folder == note.newest.run) {
            Some(entry) if entry.sha256 == note.newest.sha256 => Some(note.newest.sha256.as_str()),
            Some(entry) if entry.record.is_err() => return,
            Some(_) => {
                self.broken.push(format!("the record of run {newest}, the newest, was changed"));
                return;
            }
            None if note.is_in_place => {
                self.broken.push(format!("the record of run {newest}, the newest, is missing"));
                return;
            }
            // A process was killed before the run was in its place.
            None => note.before.as_ref().map(|link| link.sha256.as_str()),
        };
        let followed: BTreeSet<&str> =
            entries.iter().filter_map(|entry| entry.record.as_ref().ok()?.previous.as_deref()).collect();
        let ends = entries.iter().filter(|entry| !followed.contains(entry.sha256.as_str()));
        let is_end = |entry: &&Entry| end == Some(entry.sha256.as_str());
        match ends.clone().find(is_end) {
            Some(entry) => self.newest = Some((entry.folder.clone(), entry.sha256.clone())),
            None if end.is_some() => {
                self.broken.push(format!("a record follows run {newest}, which is noted as the newest"));
            }
            None => {}
        }
        if self.is_sound() {
            for entry in ends.filter(|entry| !is_end(entry)) {
                self.broken.push(format!("nothing follows run {}, which is not the newest", printable(&entry.folder)));
            }
        }
    }
}

/// What is known of a record that others follow and that is not there: if the one that stands before them in time is
/// followed by nothing, it was changed.
fn missing(entries: &[Entry], followers: &BTreeMap<Option<&str>, Vec<&Entry>>, runs: &str) -> String {
    let is_followed = |entry: &Entry| followers.contains_key(&Some(entry.sha256.as_str()));
    let place = entries.iter().position(|entry| printable(&entry.folder) == runs);
    let before = place.and_then(|place| entries[..place].last());
    match before.filter(|entry| !is_followed(entry)) {
        Some(changed) => format!(
            "the record of run {} was changed, or one between it and run {runs} was removed",
            printable(&changed.folder)
        ),
        None => format!("the record before run {runs} is missing"),
    }
}

/// Refuses a result that does not agree with the record beside it. A result without a record, such as a copy elsewhere or
/// one of an earlier version, is taken as it is.
///
/// # Errors
/// When the record cannot be read, or names another hash.
pub fn check_result(result: &Path, bytes: &[u8]) -> Result<(), HistoryError> {
    let path = result.with_file_name(RECORD_FILE);
    let record = match fs::read(&path) {
        Ok(record) => record,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(HistoryError::unreadable(&path, &error)),
    };
    let record = read_record(&record).map_err(|error| HistoryError::record(&path, &error))?;
    if record.result_sha256 == Some(hash_of(bytes)) { Ok(()) } else { Err(HistoryError::disagrees(result)) }
}

/// SHA-256 of a file, piece by piece.
fn hash_of_file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hexadecimal(&hash.finalize())),
            length => hash.update(&piece[..length]),
        }
    }
}

#[cfg(test)]
mod test;
