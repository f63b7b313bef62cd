//! No change of a record goes unseen.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Audit, audit, check_result};
use crate::history::{write_record, write_run};
use crate::report::fixture;
use crate::result::RunRecord;

/// A history of five nights, one of which could not be measured.
fn nights() -> (tempfile::TempDir, PathBuf) {
    let out = tempfile::tempdir().unwrap();
    for day in 21..26 {
        let run = format!("202611{day}T020004Z-3fa1c2");
        if day == 23 {
            let times = [format!("2026-11-{day}T02:00:04Z"), format!("2026-11-{day}T02:00:05Z")];
            let record = RunRecord::without_result("card_transactions", &run, times, 3, "no file".to_owned());
            write_record(out.path(), record).unwrap();
            continue;
        }
        let mut result = fixture::failing();
        result.run.id = run;
        let record = RunRecord::of(&result, Vec::new(), "f".repeat(64));
        write_run(out.path(), &result, &[], &BTreeMap::new(), record).unwrap();
    }
    let home = out.path().join("card_transactions");
    (out, home)
}

fn record(home: &Path, day: u32) -> PathBuf {
    home.join(format!("202611{day}T020004Z-3fa1c2/record.json"))
}

fn found(home: &Path) -> Audit {
    audit(home).unwrap()
}

#[test]
fn a_history_that_nobody_touched_is_sound() {
    let (_out, home) = nights();
    let audit = found(&home);
    assert!(audit.is_sound(), "{audit:?}");
    assert_eq!((audit.runs, audit.results, audit.exit_code()), (5, 4, 0));
    assert_eq!(audit.newest.unwrap().0, "20261125T020004Z-3fa1c2");
}

#[test]
fn no_change_of_one_byte_of_any_record_goes_unseen() {
    let (_out, home) = nights();
    for day in 21..26 {
        let path = record(&home, day);
        let whole = fs::read(&path).unwrap();
        // Every place of a small record, every 41st of a large one: the hash looks at all of them alike.
        let step = if day == 23 { 1 } else { 41 };
        for place in (0..whole.len()).step_by(step) {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            fs::write(&path, &changed).unwrap();
            let audit = found(&home);
            assert!(!audit.is_sound(), "day {day}, byte {place}");
            assert!([1, 3].contains(&audit.exit_code()));
        }
        fs::write(&path, &whole).unwrap();
    }
    assert!(found(&home).is_sound());
}

#[test]
fn a_number_that_was_changed_is_told_with_its_run() {
    let (_out, home) = nights();
    for day in [22, 25] {
        let path = record(&home, day);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, whole.replacen("\"exit_code\": 1", "\"exit_code\": 0", 1)).unwrap();
        let audit = found(&home);
        assert_eq!(audit.exit_code(), 1);
        assert!(audit.broken.iter().any(|it| it.contains(&format!("record of run 202611{day}"))), "{audit:?}");
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn a_record_that_was_removed_is_missed_wherever_it_stood() {
    for day in 21..26 {
        let (_out, home) = nights();
        fs::remove_dir_all(record(&home, day).parent().unwrap()).unwrap();
        let audit = found(&home);
        assert_eq!(audit.exit_code(), 1, "{day}: {audit:?}");
        let place = format!("202611{}", if day == 25 { 25 } else { day + 1 });
        assert!(audit.broken.iter().any(|it| it.contains(&place) || day == 21), "{day}: {audit:?}");
    }
}

#[test]
fn records_that_were_swapped_or_copied_are_told() {
    let (_out, home) = nights();
    let [first, second] = [22, 24].map(|day| record(&home, day));
    let bytes = [&first, &second].map(|path| fs::read(path).unwrap());
    fs::write(&first, &bytes[1]).unwrap();
    fs::write(&second, &bytes[0]).unwrap();
    let audit = found(&home);
    assert_eq!(audit.exit_code(), 1);
    assert!(audit.broken.iter().any(|it| it.contains("holds the record of run 20261124T020004Z-3fa1c2")), "{audit:?}");
    fs::write(&first, &bytes[0]).unwrap();
    let audit = found(&home);
    assert_eq!(audit.exit_code(), 1, "a copy in place of another: {audit:?}");
}

#[test]
fn a_record_that_was_inserted_is_told() {
    let (_out, home) = nights();
    let text = fs::read_to_string(record(&home, 24)).unwrap();
    let run = "20261124T030004Z-3fa1c2";
    fs::create_dir(home.join(run)).unwrap();
    fs::write(home.join(run).join("record.json"), text.replace("20261124T020004Z-3fa1c2", run)).unwrap();
    let audit = found(&home);
    assert_eq!(audit.exit_code(), 1);
    assert!(audit.broken.iter().any(|it| it.contains("one of them was inserted")), "{audit:?}");
}

#[test]
fn what_is_cut_off_or_cannot_be_checked_is_told_apart() {
    let (_out, home) = nights();
    for day in [21, 24, 25] {
        let path = record(&home, day);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let audit = found(&home);
        assert_eq!(audit.exit_code(), 3, "{day}: {audit:?}");
        assert!(audit.unverifiable[0].contains("is not valid JSON in line"), "{audit:?}");
        fs::write(&path, whole).unwrap();
    }
    fs::remove_file(home.join(".chain")).unwrap();
    let audit = found(&home);
    assert_eq!(audit.exit_code(), 3);
    assert!(audit.unverifiable[0].contains("records may be missing at the end"), "{audit:?}");
}

#[test]
fn a_result_that_was_changed_is_told_and_refused() {
    let (_out, home) = nights();
    let path = record(&home, 22).with_file_name("result.json");
    let whole = fs::read(&path).unwrap();
    assert!(check_result(&path, &whole).is_ok());
    let changed = String::from_utf8(whole).unwrap().replacen("\"fail\"", "\"pass\"", 1);
    assert!(
        check_result(&path, changed.as_bytes()).unwrap_err().to_string().contains("does not agree with the record")
    );
    fs::write(&path, changed).unwrap();
    let audit = found(&home);
    assert_eq!(audit.exit_code(), 1);
    assert_eq!(audit.broken, ["the result of run 20261122T020004Z-3fa1c2 does not agree with its record"]);
    // A copy elsewhere has no record.
    assert!(check_result(&home.join("elsewhere/result.json"), b"{}").is_ok());
}

#[test]
fn a_result_put_beside_the_record_of_a_run_without_one_is_told() {
    let (_out, home) = nights();
    fs::copy(record(&home, 22).with_file_name("result.json"), record(&home, 23).with_file_name("result.json")).unwrap();
    assert_eq!(found(&home).exit_code(), 1);
}
