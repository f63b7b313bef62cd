//! Histories and the overview over all datasets, from the index where there is one, else from the records alone.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::HistoryError;
use super::chain::{Locked, PAGE_LOCK, read_note};
use super::store::{StoredRecord, chained, dataset_folders, read_newest, read_stored, run_folders};
use crate::report::{ReportError, render_overview_html, verdict_word};
use crate::result::{
    CLOCK_SLACK, DatasetHistory, DatasetOverview, HistoryRun, Overview, PassedRun, VerdictOutcome, second_of,
};
use crate::unfinished::{Readers, remove_stale, replace};

/// How many of the newest runs of a dataset an overview draws.
pub(super) const RECENT: i64 = 60;

/// The page over all datasets.
const PAGE: &str = "index.html";

/// What is known of a dataset beside its newest runs.
pub(super) struct Seen {
    pub(super) runs: u64,
    pub(super) last_pass: Option<PassedRun>,
    pub(super) trouble: Option<String>,
}

/// The entry of a dataset.
pub(super) fn dataset_of(home: &Path, folder: &str, recent: DatasetHistory, seen: Seen) -> DatasetOverview {
    let latest = std::fs::read_to_string(home.join("latest")).ok().map(|name| name.trim().to_owned());
    let trouble = seen.trouble.or_else(|| clock_set_back(home, &recent));
    // A link of the page leads to a page that is there.
    let latest = latest.filter(|run| recent.runs.iter().any(|known| known.run == *run));
    DatasetOverview {
        folder: folder.to_owned(),
        runs: seen.runs,
        recent,
        last_pass: seen.last_pass,
        latest: latest.filter(|run| home.join(run).join(PAGE).exists()),
        overdue: 0,
        trouble,
    }
}

/// That the run which was recorded last ended before the one that is shown as the newest, with its verdict: the clock was set
/// back, and nobody would see that run otherwise.
fn clock_set_back(home: &Path, recent: &DatasetHistory) -> Option<String> {
    let newest = recent.newest()?;
    let noted = read_note(home)?.newest.run;
    if noted == newest.run {
        return None;
    }
    let last = HistoryRun::of(&read_stored(home, &noted).ok()??.record);
    (newest.end()?.duration_since(last.end()?) > CLOCK_SLACK).then(|| {
        let verdict = verdict_word(last.verdict);
        format!(
            "run {} ({verdict}) was recorded last but ended before run {}: the clock was set back",
            last.run, newest.run
        )
    })
}

/// The history of a dataset from its records, oldest first.
///
/// # Errors
/// When the dataset has no folder, or a record cannot be read.
pub fn history_of(home: &Path) -> Result<Option<DatasetHistory>, HistoryError> {
    let records = super::read_records(home)?;
    Ok(of_records(&records))
}

fn of_records(records: &[StoredRecord]) -> Option<DatasetHistory> {
    let dataset = records.last()?.record.dataset.clone();
    Some(DatasetHistory::of(dataset, records.iter().map(|stored| HistoryRun::of(&stored.record)).collect()))
}

/// All datasets below a folder of reports, from their records alone. A dataset of which a record cannot be read is told
/// with what can be read of it.
///
/// # Errors
/// When the folder cannot be read.
pub fn overview(out: &Path) -> Result<Overview, HistoryError> {
    let folders = dataset_folders(out).map_err(|error| HistoryError::no_folder(out, &error))?;
    let datasets = folders.iter().filter_map(|folder| from_records(out, folder)).collect();
    Ok(Overview::of(datasets))
}

fn from_records(out: &Path, folder: &str) -> Option<DatasetOverview> {
    let home = out.join(folder);
    let runs = run_folders(&home).ok()?;
    let recent = usize::try_from(RECENT).unwrap_or(usize::MAX);
    let (records, trouble) = match read_newest(&home, recent) {
        Ok(records) => (records, None),
        Err(error) => (readable(&home, &runs, recent), Some(error.to_string())),
    };
    let history = of_records(&records)?;
    let seen = Seen { runs: runs.len() as u64, last_pass: last_pass(&home, &runs), trouble };
    Some(dataset_of(&home, folder, history, seen))
}

/// The last run that passed. Several runs of one second are told apart by the chain.
fn last_pass(home: &Path, runs: &[String]) -> Option<PassedRun> {
    let seconds = runs.chunk_by(|one, other| second_of(one) == second_of(other));
    seconds.rev().find_map(|runs| {
        let stored = chained(runs.iter().filter_map(|run| read_stored(home, run).ok()?).collect());
        let passed = stored.into_iter().rev().find(|stored| stored.record.verdict == Some(VerdictOutcome::Pass));
        passed.map(|StoredRecord { record, .. }| PassedRun { run: record.run, finished_at: record.finished_at })
    })
}

/// The newest records that can be read, oldest first.
fn readable(home: &Path, runs: &[String], most: usize) -> Vec<StoredRecord> {
    let newest = runs.iter().rev().filter_map(|run| read_stored(home, run).ok()?);
    let mut records: Vec<StoredRecord> = newest.take(most).collect();
    records.reverse();
    records
}

/// Writes the page over all datasets, `OUT/index.html`, whole or not at all. Under a lock, so that of two runs that end
/// together the page of the later one holds both.
///
/// # Errors
/// When the folder cannot be read, or the page cannot be made or written.
pub fn write_index_page(
    out: &Path,
    now: Timestamp,
    overview: impl FnOnce() -> Result<Overview, HistoryError>,
) -> Result<PathBuf, ReportError> {
    let _lock = Locked::wait(out, PAGE_LOCK)?;
    let path = out.join(PAGE);
    let overview = overview().map_err(|error| ReportError::Overview { reason: error.to_string() })?;
    // A process that was killed while it wrote the page or the index left a part of it.
    remove_stale(out, &now.to_string());
    let page = render_overview_html(&overview)?;
    replace(&path, page.as_bytes(), Readers::OfFolder)
        .map_err(|error| ReportError::write("the page", &path, &error))?;
    Ok(path)
}
