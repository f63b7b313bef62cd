//! The index of all runs: one row for each run and one for each number, in a `SQLite` file below the folder of all reports.
//!
//! It is derived from the records and brought up to date whenever it is read: runs that are new or whose record changed are
//! read, runs that are gone are removed. Whatever is wrong with the file, it is made anew; nothing is lost with it.

mod read;
mod update;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::HistoryError;
use super::chain::{INDEX_LOCK, Locked};
use crate::printable::printable;
use crate::report::ReportError;
use crate::unfinished::{PARTIAL_PREFIX, Unfinished};

/// The file below the folder of all reports.
pub const INDEX_FILE: &str = "history.sqlite";

/// Version of the tables. A file with another one is made anew.
const TABLES_VERSION: i32 = 1;

const TABLES: &str = "
    CREATE TABLE run (
        number INTEGER PRIMARY KEY,
        folder TEXT NOT NULL, dataset TEXT NOT NULL, run TEXT NOT NULL, bytes INTEGER NOT NULL, changed INTEGER NOT NULL,
        sha256 TEXT NOT NULL, previous TEXT, started_at TEXT NOT NULL, finished_at TEXT NOT NULL, verdict TEXT, exit_code INTEGER NOT NULL,
        why TEXT, version TEXT NOT NULL, config_sha256 TEXT, settings_sha256 TEXT, waivers TEXT NOT NULL, same_as TEXT,
        release TEXT, records INTEGER NOT NULL, subjects INTEGER, open_findings INTEGER NOT NULL,
        UNIQUE (folder, run));
    CREATE TABLE name (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL, label TEXT NOT NULL, columns TEXT NOT NULL, about TEXT, unit TEXT NOT NULL);
    CREATE TABLE figure (
        run INTEGER NOT NULL REFERENCES run (number), place INTEGER NOT NULL, name INTEGER NOT NULL REFERENCES name (number),
        status TEXT NOT NULL, value REAL, low REAL, high REAL, reason TEXT, limits TEXT,
        PRIMARY KEY (run, place)) WITHOUT ROWID;
";

/// How long a query waits for another process.
const BUSY: Duration = Duration::from_secs(20);

/// How the index was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexState {
    /// It was there.
    Found,
    /// There was none.
    Made,
    /// It could not be used, for this reason, and was made anew.
    Rebuilt(&'static str),
}

/// The open index.
pub struct Index {
    connection: Connection,
    path: PathBuf,
    /// What is wrong with the first record of a folder that cannot be used.
    troubles: BTreeMap<String, String>,
}

impl Index {
    /// Opens the index below a folder of reports and brings the named dataset, or all, up to date. Records that cannot be
    /// used are left out and told.
    ///
    /// # Errors
    /// When the folder cannot be read or the index cannot be written. The records can then still be read without it.
    pub fn open(out: &Path, folder: Option<&str>) -> Result<(Self, IndexState, Vec<HistoryError>), HistoryError> {
        let path = out.join(INDEX_FILE);
        let lock = Locked::wait(out, INDEX_LOCK).map_err(|error| unusable(&path, words_of(&error)))?;
        let is_new = !path.exists();
        let (index, state, troubles) = match Self::found(out, &path, folder) {
            Ok((index, troubles)) => (index, if is_new { IndexState::Made } else { IndexState::Found }, troubles),
            Err(Trouble::Records(error)) => return Err(error),
            Err(Trouble::Index(reason)) => {
                let (index, troubles) = Self::made(out, &path)?;
                (index, IndexState::Rebuilt(reason), troubles)
            }
        };
        drop(lock);
        Ok((index, state, troubles))
    }

    /// Makes the index anew from the records, whatever stands in its place.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn rebuild(out: &Path) -> Result<(Self, Vec<HistoryError>), HistoryError> {
        let path = out.join(INDEX_FILE);
        let _lock = Locked::wait(out, INDEX_LOCK).map_err(|error| unusable(&path, words_of(&error)))?;
        Self::made(out, &path)
    }

    fn found(out: &Path, path: &Path, folder: Option<&str>) -> Result<(Self, Vec<HistoryError>), Trouble> {
        if is_cut_off(path) {
            return Err(Trouble::Index("it is cut off or no index"));
        }
        let mut index = Self { connection: connect(path)?, path: path.to_owned(), troubles: BTreeMap::new() };
        index.prepare()?;
        let troubles = index.update(out, folder)?;
        Ok((index, troubles))
    }

    /// Builds a whole index beside the place and puts it there.
    fn made(out: &Path, path: &Path) -> Result<(Self, Vec<HistoryError>), HistoryError> {
        let partial = Unfinished::claim_marked(out, &format!("{PARTIAL_PREFIX}history"));
        let built = || -> Result<_, Trouble> {
            let connection = connect(&partial.path)?;
            // What is not whole is thrown away, so a journal beside it would only be left behind by a kill.
            connection.pragma_update(None, "journal_mode", "MEMORY")?;
            let mut index = Self { connection, path: path.to_owned(), troubles: BTreeMap::new() };
            index.prepare()?;
            let errors = index.update(out, None)?;
            index.connection.close().map_err(|(_, error)| Trouble::from(error))?;
            Ok((errors, index.troubles))
        };
        let (errors, troubles) = built().map_err(|trouble| trouble.into_error(path))?;
        // A journal of the file that goes would be played back into the one that comes.
        for ending in ["-journal", "-wal", "-shm"] {
            let mut beside = path.as_os_str().to_owned();
            beside.push(ending);
            let _ = fs::remove_file(beside);
        }
        partial.put(path).map_err(|error| HistoryError::unreadable(path, &error))?;
        let connection = connect(path).map_err(|trouble| trouble.into_error(path))?;
        Ok((Self { connection, path: path.to_owned(), troubles }, errors))
    }

    /// Makes the tables where there are none.
    fn prepare(&self) -> Result<(), Trouble> {
        let version: i32 = self.connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let tables: i64 = self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        match (version, tables) {
            (TABLES_VERSION, _) => Ok(()),
            (0, 0) => {
                let all = format!("BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {TABLES_VERSION}; COMMIT;");
                Ok(self.connection.execute_batch(&all)?)
            }
            _ => Err(Trouble::Index("it was written by another version of the program")),
        }
    }
}

const DAMAGED: &str = "it is damaged";

/// Why the index gave nothing.
enum Trouble {
    /// The file itself; it can be made anew.
    Index(&'static str),
    /// The folder of the records.
    Records(HistoryError),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        Self::Index(match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => "another process is writing to it",
            Some(Code::DiskFull) => "the disk is full",
            Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied) => "it cannot be opened for writing",
            Some(Code::NotADatabase) => "it is no SQLite file",
            _ => DAMAGED,
        })
    }
}

impl Trouble {
    fn into_error(self, path: &Path) -> HistoryError {
        match self {
            Self::Index(reason) => unusable(path, reason),
            Self::Records(error) => error,
        }
    }
}

fn unusable(path: &Path, reason: &'static str) -> HistoryError {
    HistoryError::Index { path: printable(&path.to_string_lossy()), reason }
}

fn words_of(error: &ReportError) -> &'static str {
    match error {
        ReportError::Locked { .. } => "another run has held the folder for a minute",
        _ => "its folder cannot be written",
    }
}

fn connect(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    // A crash of the system may damage the file, which is then made anew.
    connection.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}

/// Whether a file is shorter or longer than its own header says, or has none. An empty file is a new one.
fn is_cut_off(path: &Path) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    let Ok(length) = file.metadata().map(|about| about.len()) else { return true };
    let mut header = [0_u8; 100];
    if length == 0 {
        return false;
    }
    if file.read_exact(&mut header).is_err() || !header.starts_with(b"SQLite format 3\0") {
        return true;
    }
    // Big-endian: the size of a page, where 1 stands for 65,536, and the number of pages.
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    length != page * pages
}

#[cfg(test)]
mod test;
