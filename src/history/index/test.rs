//! What is told apart by the chain and not by the names of runs, from the index and from the records alone.

use std::path::Path;

use super::Index;
use crate::history::{overview, write_record};
use crate::result::{DatasetOverview, RunRecord, VerdictOutcome};

const PASS: VerdictOutcome = VerdictOutcome::Pass;
const FAIL: VerdictOutcome = VerdictOutcome::Fail;

/// Records a run of a day and a second.
fn record(out: &Path, [day, second]: [u32; 2], stem: &str, verdict: VerdictOutcome) {
    let (run, time) = (format!("202611{day}T0200{second:02}Z-{stem}"), format!("2026-11-{day}T02:00:{second:02}Z"));
    let empty = RunRecord::without_result("cards", &run, [time.clone(), time], 0, String::new());
    write_record(out, RunRecord { verdict: Some(verdict), why: None, ..empty }).unwrap();
}

/// The dataset by the index and by its records, which agree.
fn seen(out: &Path) -> DatasetOverview {
    let (index, _, troubles) = Index::open(out, None).unwrap();
    assert!(troubles.is_empty());
    let [indexed, read] =
        [index.overview(out).unwrap(), overview(out).unwrap()].map(|mut all| all.datasets.pop().unwrap());
    assert_eq!(indexed, read);
    indexed
}

#[test]
fn of_the_runs_of_one_second_the_last_pass_is_the_last_of_the_chain() {
    let out = tempfile::tempdir().unwrap();
    record(out.path(), [20, 4], "zzzzzz", PASS);
    for (stem, verdict) in [("cccccc", PASS), ("bbbbbb", FAIL), ("aaaaaa", PASS), ("dddddd", FAIL)] {
        record(out.path(), [21, 4], stem, verdict);
    }
    record(out.path(), [22, 4], "eeeeee", FAIL);
    let passed = seen(out.path()).last_pass.unwrap();
    assert_eq!((passed.run.as_str(), passed.finished_at.as_str()), ("20261121T020004Z-aaaaaa", "2026-11-21T02:00:04Z"));
}

#[test]
fn without_a_pass_there_is_no_last_one() {
    let out = tempfile::tempdir().unwrap();
    record(out.path(), [21, 4], "cccccc", FAIL);
    assert_eq!(seen(out.path()).last_pass, None);
}

#[test]
fn a_run_under_a_clock_that_was_set_back_is_told() {
    let out = tempfile::tempdir().unwrap();
    record(out.path(), [21, 4], "cccccc", PASS);
    assert_eq!(seen(out.path()).trouble, None);
    record(out.path(), [11, 4], "bbbbbb", FAIL);
    let trouble = seen(out.path()).trouble.unwrap();
    let expected = "run 20261111T020004Z-bbbbbb (FAIL) was recorded last but ended before run 20261121T020004Z-cccccc: \
                    the clock was set back";
    assert_eq!(trouble, expected);
    record(out.path(), [22, 4], "aaaaaa", PASS);
    assert_eq!(seen(out.path()).trouble, None, "it is over with the next run");
    // Scans that overlap may be recorded in another order than they began.
    record(out.path(), [22, 2], "ffffff", PASS);
    assert_eq!(seen(out.path()).trouble, None);
}
