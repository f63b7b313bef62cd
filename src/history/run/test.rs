//! Runs on disk, one after the other and as other processes leave them. What needs several processes stands in `tests/`.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::write_record;
use crate::history::{Audit, audit, read_records};
use crate::report::{Format, ReportError, fixture, render_json};
use crate::result::{RunRecord, ScanResult};

fn record_of(result: &ScanResult) -> RunRecord {
    RunRecord::of(result, Vec::new(), "f".repeat(64))
}

fn write_run(out: &Path, result: &ScanResult, emit: &[&Format]) -> Result<PathBuf, ReportError> {
    super::write_run(out, result, emit, &BTreeMap::new(), record_of(result))
}

fn failed() -> RunRecord {
    let times = ["2026-11-22T02:00:04Z", "2026-11-22T02:00:05Z"].map(str::to_owned);
    RunRecord::without_result(
        "card_transactions",
        "20261122T020004Z-failed",
        times,
        3,
        "the file is not there".to_owned(),
    )
}

fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_run_is_written_whole_and_latest_names_the_newest() {
    let out = tempfile::tempdir().unwrap();
    let result = fixture::failing();
    let emit = ["html", "png", "svg", "json"].map(|name| Format::named(name).unwrap());
    let first = write_run(out.path(), &result, &emit).unwrap();
    let home = out.path().join("card_transactions");
    assert_eq!(first, home.join("20261121T020004Z-3fa1c2"));
    assert_eq!(listing(&first), ["index.html", "plots", "record.json", "result.json"]);
    assert_eq!(listing(&first.join("plots")).len(), 12, "six charts, each as PNG and SVG");
    assert_eq!(fs::read(first.join("result.json")).unwrap(), render_json(&result).unwrap());

    let only_json = ["json"].map(|name| Format::named(name).unwrap());
    let second = write_run(out.path(), &result, &only_json).unwrap();
    assert_eq!(second, home.join("20261121T020004Z-3fa1c2-2"));
    assert_eq!(listing(&second), ["record.json", "result.json"]);
    assert_eq!(write_run(out.path(), &result, &only_json).unwrap(), home.join("20261121T020004Z-3fa1c2-3"));
    assert_eq!(fs::read_to_string(home.join("latest")).unwrap(), "20261121T020004Z-3fa1c2-3\n");
    let names = listing(&home);
    assert_eq!(names.len(), 6, "three runs, `latest`, the end of the chain and the lock: {names:?}");
}

#[test]
fn nothing_stays_when_a_run_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let emit = ["json"].map(|name| Format::named(name).unwrap());
    let result = fixture::failing();
    let file = folder.path().join("file");
    fs::write(&file, "kept").unwrap();
    for out in [file.clone(), file.join("below")] {
        let error = write_run(&out, &result, &emit).unwrap_err();
        assert!(error.to_string().contains("a part of the path is a file, not a folder"), "{error}");
        assert!(error.hint().contains("--out"));
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "kept");

    // `latest` cannot be replaced where a folder stands: the run stays, its helper file does not.
    let home = folder.path().join("card_transactions");
    fs::create_dir_all(home.join("latest/in the way")).unwrap();
    assert!(write_run(folder.path(), &result, &emit).is_err());
    assert_eq!(listing(&home), [".chain", ".lock", "20261121T020004Z-3fa1c2", "latest"]);
}

/// Writes a run beside folders that other processes left, each with its age in hours and its mark; gives those kept.
fn kept_beside_a_run(folders: &[(&'static str, u64, Option<&str>)]) -> Vec<&'static str> {
    let out = tempfile::tempdir().unwrap();
    let home = out.path().join("card_transactions");
    let result = fixture::failing();
    let end = SystemTime::from(result.run.finished_at.parse::<jiff::Timestamp>().unwrap());
    for (name, hours, mark) in folders {
        fs::create_dir_all(home.join(name)).unwrap();
        if let Some(mark) = mark {
            fs::write(home.join(name).join(".owner"), mark).unwrap();
        }
        let time = end - Duration::from_secs(hours * 3600);
        File::open(home.join(name)).unwrap().set_times(FileTimes::new().set_modified(time)).unwrap();
    }
    let run = write_run(out.path(), &result, &[]).unwrap();
    assert_eq!(listing(&run), ["record.json", "result.json"], "the mark is removed from a finished run");
    folders.iter().map(|folder| folder.0).filter(|name| home.join(name).exists()).collect()
}

#[test]
fn what_an_unknown_process_left_is_cleared_away_after_a_day() {
    // No process has the largest number; process 1 always runs, but may be another one elsewhere.
    let (dead, running, fresh) = (".partial-a-4294967295", ".partial-a-1", ".partial-b-4294967295");
    let (elsewhere, elsewhere_fresh) = (".partial-c-1", ".partial-d-1");
    let foreign = Some("another start\n");
    let kept = kept_beside_a_run(&[
        (dead, 25, None),
        (running, 25, None),
        (fresh, 23, None),
        (elsewhere, 25, foreign),
        (elsewhere_fresh, 23, foreign),
    ]);
    if Path::new("/proc/self").exists() {
        assert_eq!(kept, [running, fresh, elsewhere_fresh]);
    } else {
        assert_eq!(kept, [dead, running, fresh, elsewhere_fresh]);
    }
}

#[test]
fn what_a_dead_process_of_the_same_place_left_is_cleared_away_at_once() {
    let place = crate::unfinished::place_of_process();
    let (dead, running) = (".partial-a-4294967295", ".partial-a-1");
    let kept = kept_beside_a_run(&[(dead, 0, place.as_deref()), (running, 48, place.as_deref())]);
    assert_eq!(kept.contains(&dead), place.is_none(), "{kept:?}");
    assert!(kept.contains(&running), "{kept:?}");
}

#[test]
fn a_folder_that_cannot_be_made_is_not_said_to_have_disappeared() {
    if !Path::new("/proc/self").exists() {
        return;
    }
    let error = write_run(Path::new("/proc/none"), &fixture::failing(), &[]).unwrap_err();
    assert!(
        error.to_string().starts_with("cannot create the output folder `/proc/none/card_transactions`: "),
        "{error}"
    );
    assert!(!error.to_string().contains("disappeared") && !error.hint().contains("again"), "{error}");
}

#[test]
fn every_run_follows_the_one_that_was_last_also_one_without_a_result() {
    let out = tempfile::tempdir().unwrap();
    let home = out.path().join("card_transactions");
    let first = write_run(out.path(), &fixture::failing(), &[]).unwrap();
    write_record(out.path(), failed()).unwrap();
    assert_eq!(fs::read_to_string(home.join("latest")).unwrap(), "20261121T020004Z-3fa1c2\n", "the newest result");
    let mut again = fixture::failing();
    again.run.id = "20261123T020004Z-3fa1c2".to_owned();
    write_run(out.path(), &again, &[]).unwrap();
    let records = read_records(&home).unwrap();
    let followed: Vec<Option<&str>> = records.iter().map(|stored| stored.record.previous.as_deref()).collect();
    assert_eq!(followed, [None, Some(records[0].sha256.as_str()), Some(records[1].sha256.as_str())]);
    assert_eq!(records[1].record.verdict, None);
    let result = fs::read(first.join("result.json")).unwrap();
    assert_eq!(records[0].record.result_sha256, Some(super::hash_of(&result)));
    assert!(audit(&home).unwrap().is_sound());
}

#[test]
fn the_chain_goes_on_wherever_a_process_was_killed() {
    let out = tempfile::tempdir().unwrap();
    let home = out.path().join("card_transactions");
    let chain = home.join(".chain");
    let sound = || audit(&home).is_ok_and(|audit: Audit| audit.is_sound());
    write_run(out.path(), &fixture::failing(), &[]).unwrap();
    let before = fs::read(&chain).unwrap();
    let second = write_record(out.path(), failed()).unwrap();
    let note: serde_json::Value = serde_json::from_slice(&fs::read(&chain).unwrap()).unwrap();
    let mut about = note.clone();
    about["is_in_place"] = false.into();
    // Killed after the first note and after the folder was put in place.
    fs::write(&chain, about.to_string()).unwrap();
    assert!(sound());
    write_record(out.path(), failed()).unwrap();
    assert!(sound());
    // Killed after the first note and before the folder was put in place.
    let third = read_records(&home).unwrap().pop().unwrap();
    about["newest"] = serde_json::json!({ "run": "20261125T020004Z-failed", "sha256": "0".repeat(64) });
    about["before"] = serde_json::json!({ "run": third.folder, "sha256": third.sha256 });
    fs::write(&chain, about.to_string()).unwrap();
    write_record(out.path(), failed()).unwrap();
    assert!(sound());
    assert_eq!(read_records(&home).unwrap().len(), 4);
    // The note is lost: the records alone tell where to go on.
    fs::remove_file(&chain).unwrap();
    write_record(out.path(), failed()).unwrap();
    assert!(sound());
    // An older note, as from a backup, makes a fork that is told.
    fs::write(&chain, before).unwrap();
    write_record(out.path(), failed()).unwrap();
    assert!(!sound());
    assert!(second.exists());
}

#[test]
fn a_folder_whose_only_run_could_not_be_measured_belongs_to_its_dataset() {
    let out = tempfile::tempdir().unwrap();
    write_record(out.path(), failed()).unwrap();
    let other = RunRecord { dataset: "card transactions".to_owned(), ..failed() };
    let error = write_record(out.path(), other).unwrap_err();
    assert!(error.to_string().contains("holds runs of a dataset of another name"), "{error}");
}
