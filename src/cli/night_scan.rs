//! The scan of one dataset of a night, in a process of its own: `nightly` starts it and reads the record that it prints.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::arguments::{Manners, NightScanArguments, ScanArguments};
use super::clock::{SystemClock, today};
use super::exit::ExitStatus;
use super::files::unreadable;
use super::flags::plan_of;
use super::kept::{make_folders, write_kept};
use super::printer::Printer;
use super::scan::{prune_runs, watched};
use crate::bounded::{LARGEST_RESULT, read_at_most};
use crate::history::{Further, RECORD_FILE, home_of, newest, record_of, write_record_beside, write_run};
use crate::plan::{Plan, shown_name};
use crate::report::{Format, charts, read_json, render_prometheus};
use crate::result::{PlannedSetting, RunRecord, ScanResult, VerdictOutcome, is_after_clock};
use crate::scan::{self, Clock as _, fingerprint_before, scan_noting};

pub(super) fn night_scan_verb(
    arguments: &NightScanArguments,
    manners: &Manners,
    printer: &Printer,
) -> Result<(), ExitStatus> {
    let scan = &arguments.scan;
    let mut plan = plan_of(scan, printer).map_err(|error| printer.config_failure(&error))?;
    if let Some(name) = &arguments.name {
        take_name(&mut plan, name);
    }
    let unchanged = if arguments.force { None } else { unchanged(&plan, scan) };
    let (folder, status) = match unchanged {
        Some((result, record)) => {
            let record = again(record);
            let files = told_again(&scan.emit, &result, &record);
            let folder = write_record_beside(&scan.out, record, &files);
            let folder = folder.map_err(|error| printer.report_failure(&error))?;
            (folder, ExitStatus::of_result(&result, scan.verdict.exit_zero))
        }
        None => computed(scan, &plan, manners, printer)?,
    };
    if let (Some(keep), Some(home)) = (scan.keep, folder.parent()) {
        prune_runs(home, keep, printer);
    }
    let path = folder.join(RECORD_FILE);
    let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error, printer))?;
    printer.result(&bytes)?;
    if status == ExitStatus::Success { Ok(()) } else { Err(status) }
}

/// The name that the manifest gives comes before that of the configuration.
fn take_name(plan: &mut Plan, name: &str) {
    plan.dataset_name = Some(name.to_owned());
    if let Some(told) = plan.settings.iter_mut().find(|told| told.setting == "dataset.name") {
        *told =
            PlannedSetting { value: shown_name(name), origin: "manifest".to_owned(), setting: told.setting.clone() };
    }
}

/// Scans, and writes the folder of the run.
fn computed(
    scan: &ScanArguments,
    plan: &Plan,
    manners: &Manners,
    printer: &Printer,
) -> Result<(PathBuf, ExitStatus), ExitStatus> {
    make_folders(plan, printer)?;
    let clock = SystemClock::start();
    // A scan that fails leaves no record of its own: `nightly` writes one, as it does for a scan that was killed.
    let scanned = watched(plan, manners, printer, |progress, stop| scan_noting(plan, &clock, progress, stop))?;
    write_kept(&scanned.kept, printer)?;
    let record = scan::record_of(plan, &scanned);
    let written = write_run(&scan.out, &scanned.result, &scan.emit, &Further::new(), record);
    let folder = written.map_err(|error| printer.report_failure(&error))?;
    Ok((folder, ExitStatus::of_result(&scanned.result, scan.verdict.exit_zero)))
}

/// The result and the record of the last run, if a scan would give the same.
///
/// The record is the one that the chain names as its last, so a record that was changed by hand is none. Its verdict must be
/// that of the result which the run wrote, unchanged in every byte; and everything that is asked for must still be there. A
/// result that a limit of time or memory cut off is never taken: another night may get further.
fn unchanged(plan: &Plan, scan: &ScanArguments) -> Option<(ScanResult, RunRecord)> {
    let home = home_of(&scan.out, plan.dataset_name.as_ref()?);
    let record = newest(&home).ok()??.record;
    if Some(&record.dataset) != plan.dataset_name.as_ref() || is_other_size(plan, &record) {
        return None;
    }
    // A clock that was set back may be on a day on which a waiver still held.
    if is_after_clock(&record.finished_at, SystemClock::start().now()) {
        return None;
    }
    let run = record.same_as.as_ref().unwrap_or(&record.run);
    let computed = record_of(&home, run).ok()??;
    let folder = home.join(&computed.run);
    let result = stored_result(&folder, computed.result_sha256.as_ref()?)?;
    let is_its_own = computed.run == *run
        && computed.fingerprint == record.fingerprint
        && record.verdict == Some(result.verdict.outcome)
        && record.exit_code == result.verdict.exit_code;
    let is_whole = result.verdict.outcome != VerdictOutcome::Incomplete && !is_cut_off(&result);
    if !is_its_own || !is_whole || !holds(&folder, &result, &scan.emit) {
        return None;
    }
    let fingerprint = fingerprint_before(plan, today())?;
    (fingerprint == record.fingerprint).then_some((result, record))
}

/// Whether the files of the dataset are not as large as they were, which is cheaper to tell than their hashes.
fn is_other_size(plan: &Plan, record: &RunRecord) -> bool {
    let sizes = crate::input::sizes(&plan.inputs);
    let known = record.input.iter().map(|file| file.bytes);
    sizes.is_none_or(|sizes| !known.eq(sizes))
}

/// A result whose bytes have this hash.
fn stored_result(folder: &Path, sha256: &str) -> Option<ScanResult> {
    let bytes = read_at_most(&folder.join("result.json"), LARGEST_RESULT).ok()??;
    if crate::history::hash_of(&bytes) != sha256 {
        return None;
    }
    read_json(&bytes).ok()
}

/// Whether a limit ended a measure, gated or not.
fn is_cut_off(result: &ScanResult) -> bool {
    fn any(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Object(fields) => {
                fields.get("status").is_some_and(|status| status == "incomplete") || fields.values().any(any)
            }
            serde_json::Value::Array(values) => values.iter().any(any),
            _ => false,
        }
    }
    // What cannot be looked through is taken for cut off.
    serde_json::to_value(&result.measures).map_or(true, |measures| any(&measures))
        || result.not_measured.iter().any(|entry| entry.reason.contains("limit was reached"))
}

/// Whether a run folder has every view that is asked for.
fn holds(folder: &Path, result: &ScanResult, emit: &[&'static Format]) -> bool {
    // A folder of charts is not there when there is nothing to draw.
    let is_empty = |format: &Format| format.file.ends_with('/') && charts(result).is_empty();
    emit.iter().all(|format| folder.join(format.file).exists() || is_empty(format))
}

/// What is written of a night on which nothing was computed: figures for a collector, with the time of this night, so that an
/// alarm for silence does not ring.
fn told_again(emit: &[&'static Format], result: &ScanResult, record: &RunRecord) -> BTreeMap<String, Vec<u8>> {
    let Some(format) = emit.iter().find(|format| format.name == "prom") else { return BTreeMap::new() };
    let mut result = result.clone();
    result.run.finished_at.clone_from(&record.finished_at);
    BTreeMap::from([(format.file.to_owned(), render_prometheus(&result).into_bytes())])
}

/// The record of a night on which nothing was computed: what the earlier run said, at another time.
fn again(record: RunRecord) -> RunRecord {
    let clock = SystemClock::start();
    let time = clock.timestamp();
    let computed = record.same_as.clone().unwrap_or_else(|| record.run.clone());
    let stem = computed.split('-').nth(1).unwrap_or("same");
    RunRecord {
        run: clock.run_id(stem),
        previous: None,
        same_as: Some(computed),
        started_at: time.clone(),
        finished_at: time,
        result_sha256: None,
        ..record
    }
}
