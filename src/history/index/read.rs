//! What is asked of the index.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;

use super::super::HistoryError;
use super::super::overview::{RECENT, Seen, dataset_of};
use super::super::store::dataset_folders;
use super::{DAMAGED, Index, Trouble};
use crate::result::{
    DatasetHistory, DatasetOverview, Figure, FigureValue, HistoryRun, Overview, PassedRun, RecordedFigure, RunPlace,
    in_chain_order, second_of,
};

const OF_RUN: &str = "run, started_at, finished_at, verdict, exit_code, why, version, config_sha256, settings_sha256, waivers, \
                      same_as, release, records, subjects, open_findings, number, dataset, sha256, previous";

impl Index {
    /// The history of a dataset by the name of its folder; none where the index knows no run of it.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn history(&self, folder: &str) -> Result<Option<DatasetHistory>, HistoryError> {
        self.newest(folder, i64::MAX).map_err(|trouble| trouble.into_error(&self.path))
    }

    /// All datasets.
    ///
    /// # Errors
    /// When the index or the folder cannot be read.
    pub fn overview(&self, out: &Path) -> Result<Overview, HistoryError> {
        let folders = dataset_folders(out).map_err(|error| HistoryError::no_folder(out, &error))?;
        let mut datasets = Vec::new();
        for folder in folders {
            let of_folder = self.dataset(out, &folder).map_err(|trouble| trouble.into_error(&self.path))?;
            datasets.extend(of_folder);
        }
        Ok(Overview::of(datasets))
    }

    fn dataset(&self, out: &Path, folder: &str) -> Result<Option<DatasetOverview>, Trouble> {
        let Some(recent) = self.newest(folder, RECENT)? else { return Ok(None) };
        let runs: i64 =
            self.connection.query_row("SELECT count(*) FROM run WHERE folder = ?1", [folder], |row| row.get(0))?;
        let last_pass = self.last_pass(folder)?;
        let trouble = self.troubles.get(folder).cloned();
        let seen = Seen { runs: u64::try_from(runs).unwrap_or(0), last_pass, trouble };
        Ok(Some(dataset_of(&out.join(folder), folder, recent, seen)))
    }

    /// The last run that passed. Several runs of one second are told apart by the chain, in which those that did not pass
    /// are links as well.
    fn last_pass(&self, folder: &str) -> Result<Option<PassedRun>, Trouble> {
        let newest = "SELECT run FROM run WHERE folder = ?1 AND verdict = 'pass' ORDER BY run DESC LIMIT 1";
        let newest = self.connection.prepare_cached(newest)?.query_row([folder], |row| row.get::<_, String>(0));
        let Some(newest) = newest.optional()? else { return Ok(None) };
        let sql = "SELECT run, sha256, previous, verdict, finished_at FROM run WHERE folder = ?1 AND run >= ?2 \
                   AND substr(run, 1, length(?2)) = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let runs = statement.query_map([folder, second_of(&newest)], |row| {
            let place = RunPlace { folder: row.get(0)?, sha256: row.get(1)?, previous: row.get(2)? };
            let verdict: Option<String> = row.get(3)?;
            let run = PassedRun { run: row.get(0)?, finished_at: row.get(4)? };
            Ok((place, (verdict.as_deref() == Some("pass"), run)))
        })?;
        let runs = in_chain_order(runs.collect::<Result<_, _>>()?);
        Ok(runs.into_iter().rev().find_map(|(passes, run)| passes.then_some(run)))
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

pub(super) fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, Trouble> {
    serde_json::from_str(text).map_err(|_| Trouble::Index(DAMAGED))
}
