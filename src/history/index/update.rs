//! Brings the index in line with the records.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::types::Value;
use rusqlite::{Transaction, TransactionBehavior, params};
use serde::Serialize;

use super::super::HistoryError;
use super::super::store::{RECORD_FILE, StoredRecord, dataset_folders, read_stored, run_folders};
use super::read::from_text;
use super::{DAMAGED, Index, Trouble};
use crate::result::{Figure, HistoryRun, RecordedFigure};

/// Names of figures with their numbers.
type Names = BTreeMap<String, i64>;

impl Index {
    /// Brings the rows of the named dataset, or of all, in line with the records.
    pub(super) fn update(&mut self, out: &Path, folder: Option<&str>) -> Result<Vec<HistoryError>, Trouble> {
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

fn to_text(value: &impl Serialize) -> Result<String, Trouble> {
    serde_json::to_string(value).map_err(|_| Trouble::Index(DAMAGED))
}
