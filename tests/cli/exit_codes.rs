//! Every exit code that a scheduler may meet, from a real run.

use std::fmt::Write as _;

use crate::desk::{people, run};
use crate::support::Bench;

fn code(words: &[&str]) -> Option<i32> {
    let bench = Bench::new();
    people(&bench, 40);
    run(&bench, words).code
}

const COUNTED: [&str; 6] = ["scan", "people.csv", "--subject", "card", "--quasi", "district"];

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
