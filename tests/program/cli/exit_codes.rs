//! Every exit code that a scheduler may meet, from a real run.

use std::fmt::Write as _;

use super::desk::{people, run};
use crate::support::Bench;

fn code(words: &[&str]) -> Option<i32> {
    let bench = Bench::new();
    people(&bench, 40);
    run(&bench, words).code
}

const COUNTED: [&str; 8] =
    ["scan", "people.csv", "--subject", "card", "--quasi", "district", "--sensitive", "age,memo"];

#[test]
fn a_pass_is_0() {
    assert_eq!(code(&COUNTED), Some(0));
}

#[test]
fn a_fail_is_1_and_0_with_exit_zero() {
    let failing = [&COUNTED[..], &["--k", "21"]].concat();
    assert_eq!(code(&failing), Some(1));
    assert_eq!(code(&[&failing[..], &["--exit-zero"]].concat()), Some(0));
}

#[test]
fn guessed_roles_are_1_and_0_when_a_review_is_allowed() {
    let guessed = ["scan", "people.csv", "--ignore", "memo,age"];
    assert_eq!(code(&guessed), Some(1));
    assert_eq!(code(&[&guessed[..], &["--allow-review"]].concat()), Some(0));
}

#[test]
fn a_wrong_command_line_is_2_with_exit_zero_as_well() {
    assert_eq!(code(&["scan", "people.csv", "--quasi", "nobody", "--exit-zero"]), Some(2));
    assert_eq!(code(&["scan"]), Some(2));
    assert_eq!(code(&["dance"]), Some(2));
}

#[test]
fn what_cannot_be_read_is_3() {
    assert_eq!(code(&["scan", "nothing.csv"]), Some(3));
    assert_eq!(code(&["report", "nothing.json"]), Some(3));
}

#[test]
fn a_measure_that_was_cut_off_by_memory_is_4_with_exit_zero_as_well() {
    let bench = Bench::new();
    let mut text = String::from("card,a,b\n");
    for record in 0..20_000 {
        writeln!(text, "{record},{},{}", record % 7, record % 5).expect("memory takes text");
    }
    bench.write("many.csv", text);
    let code = |limit: &str| {
        let words = ["scan", "many.csv", "--quasi", "a,b", "--threads", "2", "--exit-zero", "--memory"];
        run(&bench, &[&words[..], &[limit]].concat()).code
    };
    // The first limit ends the reading, the second the counting.
    assert_eq!([code("1K"), code("1M"), code("1G")], [Some(4), Some(4), Some(0)]);
}

#[test]
fn time_that_was_over_before_anything_was_measured_is_4() {
    let bench = Bench::new();
    let record = "c1,d1\n";
    bench.write("long.csv", format!("card,district\n{}", record.repeat(2_000_000)));
    let ended = run(&bench, &["scan", "long.csv", "--quasi", "district", "--timeout", "1ms"]);
    assert_eq!(ended.code, Some(4), "{ended}");
}

/// Every row is a call and its code: the table that `--help` prints, from real runs over forty people.
#[test]
fn the_table_of_exit_codes_holds() {
    let declared = ["scan", "people.csv", "--subject", "card", "--sensitive", "age,memo", "--quasi"];
    let both = ["scan", "people.csv", "--subject", "card", "--sensitive", "memo", "--quasi", "district,age"];
    // Without a subject a medium finding is left: a review on declared roles.
    let no_subject = ["scan", "people.csv", "--quasi", "district"];
    let guessed = ["scan", "people.csv", "--ignore", "memo,age"];
    let limited = [&COUNTED[..], &["--memory", "1K"]].concat();
    let rows: [(&[&str], &[&str], i32); 30] = [
        (&declared, &["district"], 0),
        (&declared, &["district", "--k", "20"], 0),
        (&declared, &["district", "--k", "21"], 1),
        (&declared, &["district", "--k", "21", "--allow-review"], 1),
        (&declared, &["district", "--k", "21", "--exit-zero"], 0),
        (&declared, &["district", "--k", "21", "--fail-on", "critical"], 1),
        (&declared, &["district", "--k", "21", "--fail-on", "critical", "--allow-review"], 0),
        (&both, &[], 0),
        (&no_subject, &[], 1),
        (&no_subject, &["--allow-review"], 0),
        (&no_subject, &["--fail-on", "low"], 1),
        (&no_subject, &["--fail-on", "low", "--allow-review"], 1),
        (&guessed, &[], 1),
        (&guessed, &["--allow-review"], 0),
        (&guessed, &["--exit-zero"], 0),
        (&guessed, &["--k", "21", "--allow-review"], 1),
        (&declared, &["nobody"], 2),
        (&declared, &["district", "--config", "nowhere.toml"], 2),
        (&declared, &["district", "--emit", "pdf"], 2),
        (&declared, &["district", "--audience", "everybody"], 2),
        (&declared, &["district", "--out", "people.csv/x"], 3),
        (&limited, &[], 4),
        (&limited, &["--exit-zero", "--allow-review"], 4),
        (&["inspect", "people.csv"], &[], 0),
        (&["inspect", "nothing.csv"], &[], 3),
        (&["inspect", "people.csv"], &["--subject", "nobody"], 2),
        (&["init", "people.csv"], &["--output", "people.csv"], 2),
        (&["init", "nothing.csv"], &[], 3),
        (&["check", "people.csv"], &[], 2),
        (&["man", "nothing"], &[], 2),
    ];
    for (call, flags, expected) in rows {
        let words = [call, flags].concat();
        assert_eq!(code(&words), Some(expected), "{words:?}");
    }
}

/// A certain fail is not hidden by another code: the result keeps what `--exit-zero` turns into 0.
#[test]
fn the_result_keeps_the_true_code() {
    let bench = Bench::new();
    people(&bench, 40);
    let ended = run(&bench, &[&COUNTED[..], &["--k", "21", "--exit-zero", "--format", "json"]].concat());
    let result: serde_json::Value = serde_json::from_str(&ended.stdout).expect("the result is JSON");
    assert_eq!((ended.code, result["verdict"]["exit_code"].as_u64()), (Some(0), Some(1)));
}
