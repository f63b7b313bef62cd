//! Finds and reads the earlier run that a scan is compared with.
//!
//! # Guarantee
//! What is read is told by its hash. A run is refused, so that nothing is compared and every finding counts as new, if it is of
//! another dataset, of no result, cut off by a limit, later than the scan itself, not the one that its own record describes,
//! or if the records after it do not follow from it. A dataset with runs of the future has no last run to compare with: somebody
//! set the clock. Someone who may write all of the folder can still forge a history: the
//! hash in the result is what an audit compares.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::ScanError;
use crate::bounded::{LARGEST_RESULT, read_at_most};
use crate::history::{RECORD_FILE, hash_of, run_folders};
use crate::plan::{BaselinePlan, refusal, shown_name};
use crate::report::escape::folder_name;
use crate::report::read_json;
use crate::result::{
    Baseline, Earlier, Figure, NIGHTS, RunPlace, RunRecord, VerdictOutcome, in_chain_order, is_after_clock,
};

/// So many of the newest runs are looked through: among them are two weeks of good nights, or there is something to look at.
const NEWEST_RUNS: usize = 64;

/// The earlier run that a plan asks for.
///
/// # Errors
/// When a run that is named cannot be read, or is neither a record nor a result. That there is no earlier run is no error.
pub(super) fn load(asked: &BaselinePlan, dataset: &str, now: Timestamp) -> Result<Baseline, ScanError> {
    match asked {
        BaselinePlan::Last(out) => Ok(last(&out.join(folder_name(dataset)), dataset, now)),
        BaselinePlan::At(path) => named(path, dataset, now),
    }
}

/// A run as read: its record, or its result where an earlier version wrote no record.
struct Read {
    folder: PathBuf,
    record: Option<RunRecord>,
    dataset: String,
    run: String,
    finished_at: String,
    /// What a later scan compares itself with; none where there is no result.
    earlier: Option<Earlier>,
    /// SHA-256 of the bytes that were read.
    sha256: String,
}

impl Read {
    fn of_record(folder: PathBuf, record: RunRecord, sha256: String) -> Self {
        let (dataset, run, finished_at) = (record.dataset.clone(), record.run.clone(), record.finished_at.clone());
        Self { folder, dataset, run, finished_at, earlier: record.earlier(), record: Some(record), sha256 }
    }

    fn of_result(folder: PathBuf, earlier: Earlier, sha256: String) -> Self {
        let (dataset, run, finished_at) = (earlier.dataset.clone(), earlier.run.clone(), earlier.finished_at.clone());
        Self { folder, dataset, run, finished_at, earlier: Some(earlier), record: None, sha256 }
    }

    /// The run in a folder; none where there is none that can be read.
    fn at(folder: PathBuf) -> Option<Self> {
        match bytes_of(&folder.join(RECORD_FILE)) {
            Ok(bytes) => return Some(Self::of_record(folder, serde_json::from_slice(&bytes).ok()?, hash_of(&bytes))),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => return None,
            Err(_) => {}
        }
        let bytes = bytes_of(&folder.join("result.json")).ok()?;
        let earlier = Earlier::of(&read_json(&bytes).ok()?);
        Some(Self::of_result(folder, earlier, hash_of(&bytes)))
    }
}

/// The newest runs in the folder of a dataset, the newest first: by their end, and those that ended in one second as their
/// records follow each other. What is no run is passed over: a scan does not fail because of what lies about, and the chain
/// shows what is missing. A folder that is not there has none.
///
/// # Errors
/// When the folder cannot be listed: then nobody knows whether there are earlier runs.
fn runs(home: &Path) -> io::Result<Vec<Read>> {
    let folders = match run_folders(home) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        listed => listed?,
    };
    let placed = folders.into_iter().rev().take(NEWEST_RUNS).filter_map(|folder| {
        let read = Read::at(home.join(&folder))?;
        let previous = read.record.as_ref().and_then(|record| record.previous.clone());
        Some((RunPlace { folder, sha256: read.sha256.clone(), previous }, read))
    });
    let mut read = in_chain_order(placed.collect());
    read.reverse();
    read.sort_by(|one, other| other.finished_at.cmp(&one.finished_at));
    Ok(read)
}

fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    read_at_most(path, LARGEST_RESULT)?.ok_or_else(|| io::ErrorKind::FileTooLarge.into())
}

/// Whether a time is not after `now`. What is no time is.
fn is_past(time: &str, now: Timestamp) -> bool {
    time.parse::<Timestamp>().is_ok_and(|time| time <= now)
}

/// The newest good run of a dataset.
fn last(home: &Path, dataset: &str, now: Timestamp) -> Baseline {
    let asked = "last".to_owned();
    let all = match runs(home) {
        Ok(all) => all,
        Err(error) => {
            let refused = format!("the earlier runs cannot be listed: {}", refusal(error.kind()).0);
            return Baseline { asked, refused: Some(refused), ..Baseline::default() };
        }
    };
    let good: Vec<(&Read, Earlier)> = all
        .iter()
        .filter(|read| read.dataset == dataset && is_past(&read.finished_at, now))
        .filter_map(|read| Some((read, read.earlier.clone().filter(Earlier::is_good)?)))
        .collect();
    let ahead = ahead_of_clock(&all, dataset, now);
    let recent = || good.iter().map(|(_, earlier)| earlier).take(NIGHTS);
    let nights = recent().map(|earlier| earlier.night.clone()).collect();
    let figures = recent().map(|earlier| earlier.figures.clone()).collect();
    match good.into_iter().next() {
        None => Baseline { asked, refused: ahead, ..Baseline::default() },
        Some((read, earlier)) => {
            let refused = is_changed(read).or_else(|| broken_chain(home, &all)).or(ahead);
            Baseline { asked, sha256: Some(read.sha256.clone()), earlier: Some(earlier), refused, nights, figures }
        }
    }
}

/// Why the result beside a record is not the one that the record describes; none where it is, or was pruned.
fn is_changed(read: &Read) -> Option<String> {
    let recorded = read.record.as_ref()?.result_sha256.as_ref()?;
    let result = bytes_of(&read.folder.join("result.json")).ok()?;
    let reason = || format!("the result of run {} is not the one that its record describes", shown_name(&read.run));
    (&hash_of(&result) != recorded).then(reason)
}

/// That a run of the dataset ended after now. With the clock set back, the nights since then would not be compared with, and a
/// waiver that ended would hold again.
fn ahead_of_clock(all: &[Read], dataset: &str, now: Timestamp) -> Option<String> {
    let is_ahead = |read: &&Read| read.dataset == dataset && is_after_clock(&read.finished_at, now);
    let read = all.iter().find(is_ahead)?;
    let run = shown_name(&read.run);
    Some(format!("run {run} ended after this scan began: the clock is wrong, or was when that run ended"))
}

/// The record that follows from none that is there, although older ones are: one of them was changed or removed.
fn broken_chain(home: &Path, all: &[Read]) -> Option<String> {
    let known: BTreeSet<&str> = all.iter().map(|read| read.sha256.as_str()).collect();
    // What the oldest of those looked through follows from was not looked for.
    let (_, newer) = all.split_last()?;
    let follows = |read: &Read| read.record.as_ref().and_then(|record| record.previous.clone());
    let loose = newer.iter().filter_map(|read| Some((read, follows(read)?)));
    let loose: Vec<(&Read, String)> = loose.filter(|(_, previous)| !known.contains(previous.as_str())).collect();
    if loose.is_empty() {
        return None;
    }
    // Of many runs of one second, or beside one that took long, those looked through need not be the end of the chain.
    let folders = run_folders(home).unwrap_or_default();
    let every: BTreeSet<String> = folders.iter().filter_map(|folder| record_hash(home, folder)).collect();
    let (loose, _) = loose.into_iter().find(|(_, previous)| !every.contains(previous))?;
    let run = shown_name(&loose.run);
    Some(format!("the record before run {run} was changed or removed; `reidrisk history --verify` says more"))
}

/// SHA-256 of the record in the folder of a run; none where there is none that can be read.
fn record_hash(home: &Path, folder: &str) -> Option<String> {
    bytes_of(&home.join(folder).join(RECORD_FILE)).ok().map(|bytes| hash_of(&bytes))
}

/// The run that was named: its folder, its record or its result.
fn named(path: &Path, dataset: &str, now: Timestamp) -> Result<Baseline, ScanError> {
    let shown = || shown_name(&path.display().to_string());
    let file = if path.is_dir() {
        [RECORD_FILE, "result.json"].map(|name| path.join(name)).into_iter().find(|file| file.is_file())
    } else {
        Some(path.to_owned())
    };
    let Some(file) = file else {
        let reason = "it holds neither `record.json` nor `result.json`".to_owned();
        return Err(ScanError::Baseline { file: shown(), reason });
    };
    let bytes = bytes_of(&file).map_err(|error| {
        let reason = format!("it cannot be read: {}", refusal(error.kind()).0);
        ScanError::Baseline { file: shown(), reason }
    })?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let read = if let Ok(record) = serde_json::from_slice::<RunRecord>(&bytes) {
        Read::of_record(folder.to_owned(), record, hash_of(&bytes))
    } else {
        let neither =
            |_| ScanError::Baseline { file: shown(), reason: "it is neither a record nor a result".to_owned() };
        Read::of_result(folder.to_owned(), Earlier::of(&read_json(&bytes).map_err(neither)?), hash_of(&bytes))
    };
    let mut refused = if read.record.is_some() { is_changed(&read) } else { disowned(folder, &read.sha256) };
    let Read { earlier, sha256, .. } = read;
    refused = refused.or_else(|| unfit(earlier.as_ref(), dataset, now));
    let asked = path.file_name().map_or_else(shown, |name| shown_name(&name.to_string_lossy()));
    let before = earlier.iter().flat_map(|earlier| good_before(folder, &earlier.dataset, &earlier.finished_at));
    let (nights, figures) = before.map(|earlier| (earlier.night, earlier.figures)).unzip();
    Ok(Baseline { asked, sha256: Some(sha256), earlier, refused, nights, figures })
}

/// Why a result is not the one that the record beside it describes; none without a record.
fn disowned(folder: &Path, sha256: &str) -> Option<String> {
    let record = Read::at(folder.to_owned())?.record?;
    let is_other = record.result_sha256.as_deref().is_some_and(|recorded| recorded != sha256);
    is_other.then(|| "the result is not the one that the record beside it describes".to_owned())
}

/// Why a run that was named cannot be compared with.
fn unfit(earlier: Option<&Earlier>, dataset: &str, now: Timestamp) -> Option<String> {
    let Some(earlier) = earlier else { return Some("that run has no result".to_owned()) };
    if earlier.dataset != dataset {
        return Some("it is of a dataset with another name".to_owned());
    }
    if earlier.verdict == VerdictOutcome::Incomplete {
        return Some("a limit of time or memory cut that run off".to_owned());
    }
    (!is_past(&earlier.finished_at, now)).then(|| "that run ended after this scan began".to_owned())
}

/// The good nights up to a time, where runs are stored beside a run: the newest first, at most [`NIGHTS`].
fn good_before(folder: &Path, dataset: &str, until: &str) -> impl Iterator<Item = Earlier> {
    // The folder of a run named from inside of it has no parent in its name.
    let home = folder.canonicalize().ok().and_then(|folder| folder.parent().map(Path::to_owned));
    let (dataset, until) = (dataset.to_owned(), until.to_owned());
    let all = home.and_then(|home| runs(&home).ok()).unwrap_or_default().into_iter();
    all.filter(move |read| read.dataset == dataset && read.finished_at <= until)
        .filter_map(|read| read.earlier.filter(Earlier::is_good))
        .take(NIGHTS)
}

/// The figures of the good nights before a run, where runs are stored beside it, the newest first: at most [`NIGHTS`].
#[must_use]
pub fn figures_before(folder: &Path, dataset: &str, until: &str) -> Vec<Vec<Figure>> {
    good_before(folder, dataset, until).map(|earlier| earlier.figures).collect()
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, last};

    #[test]
    fn runs_that_cannot_be_listed_are_no_missing_runs() {
        let folder = tempfile::tempdir().unwrap();
        let none = last(&folder.path().join("cards"), "cards", Timestamp::UNIX_EPOCH);
        assert_eq!((none.refused, none.earlier), (None, None));
        std::fs::write(folder.path().join("file"), "").unwrap();
        let unknown = last(&folder.path().join("file"), "file", Timestamp::UNIX_EPOCH);
        assert!(unknown.refused.is_some_and(|reason| reason.starts_with("the earlier runs cannot be listed: ")));
    }
}
