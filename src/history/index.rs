//! The index of all runs: one row for each run and one for each number, in a `SQLite` file below the folder of all reports.
//!
//! It is derived from the records and brought up to date whenever it is read: runs that are new or whose record changed are
//! read, runs that are gone are removed. Whatever is wrong with the file, it is made anew; nothing is lost with it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::HistoryError;
use super::chain::{INDEX_LOCK, Locked};
use super::overview::{Seen, dataset_of};
use super::store::{RECORD_FILE, StoredRecord, dataset_folders, read_stored, run_folders};
use crate::printable::printable;
use crate::report::ReportError;
use crate::result::{
    DatasetHistory, DatasetOverview, Figure, FigureValue, HistoryRun, Overview, PassedRun, RecordedFigure, RunPlace,
    in_chain_order,
};
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

const OF_RUN: &str = "run, started_at, finished_at, verdict, exit_code, why, version, config_sha256, settings_sha256, waivers, \
                      same_as, release, records, subjects, open_findings, number, dataset, sha256, previous";

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

/// Names of figures with their numbers.
type Names = BTreeMap<String, i64>;

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
            let mut index = Self { connection, path: path.to_owned(), troubles: BTreeMap::new() };
            index.prepare()?;
            let errors = index.update(out, None)?;
            index.connection.close().map_err(|(_, error)| Trouble::from(error))?;
            Ok((errors, index.troubles))
        };
        let (errors, troubles) = built().map_err(|trouble| trouble.told(path))?;
        // A journal of the file that goes would be played back into the one that comes.
        for ending in ["-journal", "-wal", "-shm"] {
            let mut beside = path.as_os_str().to_owned();
            beside.push(ending);
            let _ = fs::remove_file(beside);
        }
        partial.put(path).map_err(|error| HistoryError::unreadable(path, &error))?;
        let connection = connect(path).map_err(|trouble| trouble.told(path))?;
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

    /// Brings the rows of the named dataset, or of all, in line with the records.
    fn update(&mut self, out: &Path, folder: Option<&str>) -> Result<Vec<HistoryError>, Trouble> {
        let folders = match folder {
            Some(folder) => vec![folder.to_owned()],
            None => dataset_folders(out).map_err(|error| Trouble::Records(HistoryError::no_folder(out, &error)))?,
        };
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if folder.is_none() {
            forget_other_folders(&transaction, &folders)?;
        }
        let mut names = names(&transaction)?;
        let (mut errors, mut troubles) = (Vec::new(), BTreeMap::new());
        for folder in folders {
            let of_folder = bring_up_to_date(&transaction, &mut names, out, &folder)?;
            troubles.extend(of_folder.first().map(|error| (folder, error.to_string())));
            errors.extend(of_folder);
        }
        transaction.commit()?;
        self.troubles = troubles;
        Ok(errors)
    }

    /// The history of a dataset by the name of its folder; none where the index knows no run of it.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn history(&self, folder: &str) -> Result<Option<DatasetHistory>, HistoryError> {
        self.newest(folder, i64::MAX).map_err(|trouble| trouble.told(&self.path))
    }

    /// All datasets.
    ///
    /// # Errors
    /// When the index or the folder cannot be read.
    pub fn overview(&self, out: &Path) -> Result<Overview, HistoryError> {
        let folders = dataset_folders(out).map_err(|error| HistoryError::no_folder(out, &error))?;
        let mut datasets = Vec::new();
        for folder in folders {
            let of_folder = self.dataset(out, &folder).map_err(|trouble| trouble.told(&self.path))?;
            datasets.extend(of_folder);
        }
        Ok(Overview::of(datasets))
    }

    fn dataset(&self, out: &Path, folder: &str) -> Result<Option<DatasetOverview>, Trouble> {
        let Some(recent) = self.newest(folder, super::overview::RECENT)? else { return Ok(None) };
        let runs: i64 =
            self.connection.query_row("SELECT count(*) FROM run WHERE folder = ?1", [folder], |row| row.get(0))?;
        let passed =
            "SELECT run, finished_at FROM run WHERE folder = ?1 AND verdict = 'pass' ORDER BY run DESC LIMIT 1";
        let last_pass = self
            .connection
            .prepare_cached(passed)?
            .query_row([folder], |row| Ok(PassedRun { run: row.get(0)?, finished_at: row.get(1)? }));
        let last_pass = match last_pass {
            Ok(run) => Some(run),
            Err(rusqlite::Error::QueryReturnedNoRows) => None,
            Err(error) => return Err(error.into()),
        };
        let trouble = self.troubles.get(folder).cloned();
        let seen = Seen { runs: u64::try_from(runs).unwrap_or(0), last_pass, trouble };
        Ok(Some(dataset_of(&out.join(folder), folder, recent, seen)))
    }

    fn newest(&self, folder: &str, most: i64) -> Result<Option<DatasetHistory>, Trouble> {
        let runs = format!("SELECT {OF_RUN} FROM run WHERE folder = ?1 ORDER BY run DESC LIMIT ?2");
        let mut statement = self.connection.prepare_cached(&runs)?;
        let mut rows = statement.query(params![folder, most])?;
        let (mut found, mut dataset) = (Vec::new(), String::new());
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(15)?;
            if dataset.is_empty() {
                dataset = row.get(16)?;
            }
            let run = run_of(row)?;
            let place = RunPlace { folder: run.run.clone(), sha256: row.get(17)?, previous: row.get(18)? };
            found.push((place, (number, run)));
        }
        let names = self.figure_names()?;
        for (_, (number, run)) in &mut found {
            run.figures = self.figures(*number, &names)?;
        }
        let runs: Vec<HistoryRun> = in_chain_order(found).into_iter().map(|(_, run)| run).collect();
        Ok((!runs.is_empty()).then(|| DatasetHistory::of(dataset, runs)))
    }

    fn figure_names(&self) -> Result<BTreeMap<i64, Figure>, Trouble> {
        let mut statement =
            self.connection.prepare_cached("SELECT number, id, label, columns, about, unit FROM name")?;
        let mut rows = statement.query([])?;
        let mut names = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let columns: Vec<String> = from_text(&row.get::<_, String>(3)?)?;
            let unit = from_text(&row.get::<_, String>(5)?)?;
            let value = FigureValue::undefined("");
            let figure = Figure {
                about: row.get(4)?,
                ..Figure::new(row.get::<_, String>(1)?, row.get::<_, String>(2)?, unit, value)
            };
            names.insert(row.get(0)?, figure.on(&columns));
        }
        Ok(names)
    }

    fn figures(&self, run: i64, names: &BTreeMap<i64, Figure>) -> Result<Vec<RecordedFigure>, Trouble> {
        let sql = "SELECT name, status, value, low, high, reason, limits FROM figure WHERE run = ?1 ORDER BY place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([run])?;
        let mut figures = Vec::new();
        while let Some(row) = rows.next()? {
            let name = names.get(&row.get(0)?).ok_or(Trouble::Index(DAMAGED))?;
            let status: String = row.get(1)?;
            let (value, low, high): (Option<f64>, Option<f64>, Option<f64>) = (row.get(2)?, row.get(3)?, row.get(4)?);
            let reason = row.get::<_, Option<String>>(5)?.unwrap_or_default();
            let value = match (status.as_str(), value) {
                ("measured", Some(value)) => {
                    FigureValue::Measured { value, interval: low.zip(high).map(|(low, high)| [low, high]) }
                }
                ("undefined", None) => FigureValue::Undefined { reason },
                ("incomplete", None) => FigureValue::Incomplete { reason },
                _ => return Err(Trouble::Index(DAMAGED)),
            };
            let limits: Option<String> = row.get(6)?;
            let limits = limits.map(|text: String| from_text(&text)).transpose()?.unwrap_or_default();
            figures.push(RecordedFigure { figure: Figure { value, ..name.clone() }, limits });
        }
        Ok(figures)
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
    fn told(self, path: &Path) -> HistoryError {
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

fn to_text(value: &impl Serialize) -> Result<String, Trouble> {
    serde_json::to_string(value).map_err(|_| Trouble::Index(DAMAGED))
}

fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, Trouble> {
    serde_json::from_str(text).map_err(|_| Trouble::Index(DAMAGED))
}

fn run_of(row: &Row<'_>) -> Result<HistoryRun, Trouble> {
    let verdict: Option<String> = row.get(3)?;
    let number = |place: usize| -> Result<u64, Trouble> {
        u64::try_from(row.get::<_, i64>(place)?).map_err(|_| Trouble::Index(DAMAGED))
    };
    let subjects: Option<i64> = row.get(13)?;
    Ok(HistoryRun {
        run: row.get(0)?,
        started_at: row.get(1)?,
        finished_at: row.get(2)?,
        verdict: verdict.map(|verdict| from_text(&format!("\"{verdict}\""))).transpose()?,
        exit_code: row.get(4)?,
        why: row.get(5)?,
        version: row.get(6)?,
        config_sha256: row.get(7)?,
        settings_sha256: row.get(8)?,
        waivers: row.get(9)?,
        same_as: row.get(10)?,
        release: row.get(11)?,
        records: number(12)?,
        subjects: subjects.and_then(|count| u64::try_from(count).ok()),
        open_findings: number(14)?,
        figures: Vec::new(),
    })
}

fn forget_other_folders(transaction: &Transaction<'_>, folders: &[String]) -> Result<(), Trouble> {
    let known: Vec<String> = {
        let mut statement = transaction.prepare("SELECT DISTINCT folder FROM run")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    for folder in known.iter().filter(|folder| !folders.contains(folder)) {
        forget(transaction, folder, None)?;
    }
    Ok(())
}

/// Removes a run, or all of a folder.
fn forget(transaction: &Transaction<'_>, folder: &str, run: Option<&str>) -> Result<(), Trouble> {
    let of = "folder = ?1 AND (?2 IS NULL OR run = ?2)";
    let figures = format!("DELETE FROM figure WHERE run IN (SELECT number FROM run WHERE {of})");
    transaction.execute(&figures, params![folder, run])?;
    transaction.execute(&format!("DELETE FROM run WHERE {of}"), params![folder, run])?;
    Ok(())
}

/// The key of a figure among the names.
fn key(figure: &Figure) -> Result<String, Trouble> {
    to_text(&(&figure.id, &figure.label, &figure.columns, &figure.about, figure.unit))
}

fn names(transaction: &Transaction<'_>) -> Result<Names, Trouble> {
    let mut statement = transaction.prepare("SELECT number, id, label, columns, about, unit FROM name")?;
    let mut rows = statement.query([])?;
    let mut names = Names::new();
    while let Some(row) = rows.next()? {
        let texts: [String; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
        let columns: Vec<String> = from_text(&texts[2])?;
        let about: Option<String> = row.get(4)?;
        let unit: serde_json::Value = from_text(&row.get::<_, String>(5)?)?;
        names.insert(to_text(&(&texts[0], &texts[1], columns, about, unit))?, row.get(0)?);
    }
    Ok(names)
}

/// Size of a record and when it was last changed, in nanoseconds.
fn stamp(path: &Path) -> io::Result<(i64, i64)> {
    let about = fs::metadata(path)?;
    let changed = about.modified().unwrap_or(SystemTime::UNIX_EPOCH).duration_since(UNIX_EPOCH).unwrap_or_default();
    let whole = |number: u128| i64::try_from(number).unwrap_or(i64::MAX);
    Ok((whole(u128::from(about.len())), whole(changed.as_nanos())))
}

/// Brings the rows of one dataset in line with its records. Gives what is wrong with records that cannot be used.
fn bring_up_to_date(
    transaction: &Transaction<'_>,
    names: &mut Names,
    out: &Path,
    folder: &str,
) -> Result<Vec<HistoryError>, Trouble> {
    let home = out.join(folder);
    let mut known: BTreeMap<String, (i64, i64)> = {
        let mut statement = transaction.prepare_cached("SELECT run, bytes, changed FROM run WHERE folder = ?1")?;
        let rows = statement.query_map([folder], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        rows.collect::<Result<_, _>>()?
    };
    let runs = run_folders(&home).map_err(|error| Trouble::Records(HistoryError::no_folder(&home, &error)))?;
    let mut troubles = Vec::new();
    for run in runs {
        // A folder without a record is no run, and what was known of it is forgotten.
        let Ok(stamp) = stamp(&home.join(&run).join(RECORD_FILE)) else { continue };
        let before = known.remove(&run);
        if before == Some(stamp) {
            continue;
        }
        if before.is_some() {
            forget(transaction, folder, Some(&run))?;
        }
        match read_stored(&home, &run) {
            Ok(Some(stored)) => {
                add_run(transaction, names, (folder, &stored), stamp)?;
            }
            Ok(None) => {}
            Err(error) => troubles.push(error),
        }
    }
    for run in known.keys() {
        forget(transaction, folder, Some(run))?;
    }
    Ok(troubles)
}

fn add_run(
    transaction: &Transaction<'_>,
    names: &mut Names,
    (folder, stored): (&str, &StoredRecord),
    (bytes, changed): (i64, i64),
) -> Result<(), Trouble> {
    let run = HistoryRun::of(&stored.record);
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let verdict = run.verdict.map(|verdict| to_text(&verdict)).transpose()?;
    transaction
        .prepare_cached(
            "INSERT INTO run (folder, dataset, run, bytes, changed, sha256, previous, started_at, finished_at, verdict, exit_code, why, \
             version, config_sha256, settings_sha256, waivers, same_as, release, records, subjects, open_findings) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        )?
        .execute(params![
            folder,
            stored.record.dataset,
            run.run,
            bytes,
            changed,
            stored.sha256,
            stored.record.previous,
            run.started_at,
            run.finished_at,
            verdict.map(|text| text.trim_matches('"').to_owned()),
            run.exit_code,
            run.why,
            run.version,
            run.config_sha256,
            run.settings_sha256,
            run.waivers,
            run.same_as,
            run.release,
            whole(run.records),
            run.subjects.map(whole),
            whole(run.open_findings),
        ])?;
    let number = transaction.last_insert_rowid();
    for (place, recorded) in (0_i64..).zip(&run.figures) {
        add_figure(transaction, names, [number, place], recorded)?;
    }
    Ok(())
}

fn add_figure(
    transaction: &Transaction<'_>,
    names: &mut Names,
    [run, place]: [i64; 2],
    recorded: &RecordedFigure,
) -> Result<(), Trouble> {
    let figure = &recorded.figure;
    let key = key(figure)?;
    let name = if let Some(name) = names.get(&key) {
        *name
    } else {
        let sql = "INSERT INTO name (id, label, columns, about, unit) VALUES (?1, ?2, ?3, ?4, ?5)";
        let (columns, unit) = (to_text(&figure.columns)?, to_text(&figure.unit)?);
        transaction.prepare_cached(sql)?.execute(params![figure.id, figure.label, columns, figure.about, unit])?;
        let name = transaction.last_insert_rowid();
        names.insert(key, name);
        name
    };
    let status: &str = (&figure.value).into();
    let real = |number: Option<f64>| number.map_or(Value::Null, Value::Real);
    let interval = figure.value.interval();
    let limits = if recorded.limits.is_empty() { None } else { Some(to_text(&recorded.limits)?) };
    let sql = "INSERT INTO figure (run, place, name, status, value, low, high, reason, limits) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    transaction.prepare_cached(sql)?.execute(params![
        run,
        place,
        name,
        status,
        real(figure.value.value()),
        real(interval.map(|[low, _]| low)),
        real(interval.map(|[_, high]| high)),
        figure.value.reason(),
        limits,
    ])?;
    Ok(())
}
