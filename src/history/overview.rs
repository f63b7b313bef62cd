//! Histories and the overview over all datasets, from the index where there is one, else from the records alone.

use std::path::{Path, PathBuf};

use super::HistoryError;
use super::chain::{Locked, PAGE_LOCK, replace};
use super::store::{StoredRecord, dataset_folders, read_newest, read_stored, run_folders};
use crate::report::{ReportError, render_overview_html};
use crate::result::{DatasetHistory, DatasetOverview, HistoryRun, Overview, PassedRun, VerdictOutcome};

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
    // A link of the page leads to a page that is there.
    let latest = latest.filter(|run| recent.runs.iter().any(|known| known.run == *run));
    DatasetOverview {
        folder: folder.to_owned(),
        runs: seen.runs,
        recent,
        last_pass: seen.last_pass,
        latest: latest.filter(|run| home.join(run).join(PAGE).exists()),
        overdue: 0,
        trouble: seen.trouble,
    }
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
    let oldest = records.first().map(|stored| stored.folder.clone()).unwrap_or_default();
    let passed = |record: &crate::result::RunRecord| {
        (record.verdict == Some(VerdictOutcome::Pass))
            .then(|| PassedRun { run: record.run.clone(), finished_at: record.finished_at.clone() })
    };
    let of_recent = records.iter().rev().find_map(|stored| passed(&stored.record));
    let earlier = || {
        let before = runs.iter().rev().skip_while(|run| **run != oldest).skip(1);
        before.filter_map(|run| read_stored(&home, run).ok()?).find_map(|stored| passed(&stored.record))
    };
    let last_pass = of_recent.or_else(earlier);
    let seen = Seen { runs: runs.len() as u64, last_pass, trouble };
    Some(dataset_of(&home, folder, history, seen))
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
    overview: impl FnOnce() -> Result<Overview, HistoryError>,
) -> Result<PathBuf, ReportError> {
    let _lock = Locked::wait(out, PAGE_LOCK)?;
    let path = out.join(PAGE);
    let overview = overview().map_err(|error| ReportError::Overview { reason: error.to_string() })?;
    let page = render_overview_html(&overview)?;
    replace(out, &path, page.as_bytes()).map_err(|error| ReportError::write("the page", &path, &error))?;
    Ok(path)
}
