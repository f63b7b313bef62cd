//! Which stream gets what, in which colour and width.

use serde_json::Value;

use super::desk::{command, in_folder, people, run};
use crate::support::{BINARY, Bench, Ended};

const PASSING: [&str; 8] =
    ["scan", "people.csv", "--subject", "card", "--quasi", "district", "--sensitive", "age,memo"];
const FAILING: [&str; 8] = ["scan", "people.csv", "--subject", "card", "--quasi", "district", "--k", "21"];

fn over_people(words: &[&str]) -> Ended {
    let bench = Bench::new();
    people(&bench, 40);
    run(&bench, words)
}

#[test]
fn quiet_says_nothing_about_a_pass_and_everything_about_a_fail() {
    let passed = over_people(&[&PASSING[..], &["-q"]].concat());
    assert_eq!((passed.code, passed.stdout.as_str(), passed.stderr.as_str()), (Some(0), "", ""));
    let failed = over_people(&[&FAILING[..], &["-q"]].concat());
    assert_eq!(failed.code, Some(1), "{failed}");
    assert!(failed.stdout.contains("FAIL") && failed.stderr.is_empty(), "{failed}");
}

#[test]
fn json_is_one_document_on_standard_output_and_the_rest_is_elsewhere() {
    let ended = over_people(&[&FAILING[..], &["--format", "json", "-v"]].concat());
    let mut documents = serde_json::Deserializer::from_str(&ended.stdout).into_iter::<Value>();
    let document = documents.next().expect("a document").expect("the document is JSON");
    assert_eq!(document["verdict"]["exit_code"], 1);
    assert!(documents.next().is_none(), "only one document\n{ended}");
    assert!(ended.stderr.contains("report reports/people/"), "{ended}");
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let colored = |words: &[&str]| {
        let ended = over_people(&[words, &FAILING].concat());
        ended.stdout.contains('\u{1b}') || ended.stderr.contains('\u{1b}')
    };
    assert!(!colored(&["NO_COLOR=1", "CLICOLOR_FORCE=1"]));
    assert!(!colored(&["NO_COLOR="]), "a file is no terminal");
    assert!(colored(&["NO_COLOR=", "CLICOLOR_FORCE=1"]));
    assert!(colored(&["REIDRISK_COLOR=always"]));
}

#[test]
fn no_line_is_wider_than_columns_says() {
    for width in [60, 80] {
        let columns = format!("COLUMNS={width}");
        let ended = over_people(&[&[columns.as_str()], &FAILING[..]].concat());
        // The path of the report is not broken, so that it can be clicked.
        let wide = |line: &&str| !line.starts_with("report ") && line.chars().count() > width;
        assert_eq!(ended.stdout.lines().find(wide), None, "{ended}");
    }
}

#[test]
fn a_switch_in_the_environment_takes_the_usual_words() {
    for (word, code) in [("1", 0), ("yes", 0), ("true", 0), ("on", 0), ("0", 1), ("no", 1), ("false", 1)] {
        let switch = format!("REIDRISK_EXIT_ZERO={word}");
        assert_eq!(over_people(&[&[switch.as_str()], &FAILING[..]].concat()).code, Some(code), "{word}");
    }
    let ended = over_people(&[&["REIDRISK_EXIT_ZERO=perhaps"], &FAILING[..]].concat());
    assert_eq!(ended.code, Some(2), "{ended}");
}

#[test]
fn a_no_in_the_environment_comes_before_a_yes_in_the_file() {
    let bench = Bench::new();
    people(&bench, 40);
    bench.write("reidrisk.toml", "[policy]\nallow_review = true\n");
    // Nothing is declared, so the roles are guessed and the verdict is at best a review.
    let words = ["scan", "people.csv", "--coarsen", "age=drop", "--ignore", "memo"];
    let allowed = run(&bench, &words);
    assert!(allowed.stdout.contains("REVIEW"), "{allowed}");
    assert_eq!(allowed.code, Some(0), "{allowed}");
    assert_eq!(run(&bench, &[&["REIDRISK_ALLOW_REVIEW=0"], &words[..]].concat()).code, Some(1));
}

#[test]
fn memory_and_threads_change_neither_the_figures_nor_the_name_of_the_run() {
    let result = |words: &[&str]| {
        let ended = over_people(&[&PASSING[..], &["--format", "json"], words].concat());
        let document: Value = serde_json::from_str(&ended.stdout).expect("the result is JSON");
        let id = document["run"]["id"].as_str().expect("a run has a name").to_owned();
        let hash = id.rsplit('-').next().expect("a name ends with a hash").to_owned();
        let part = |name: &str| document[name].to_string();
        (hash, part("measures"), part("findings"), part("verdict"))
    };
    let default = result(&[]);
    assert_eq!(default, result(&["--memory", "1G", "--threads", "1"]));
    assert_eq!(default, result(&["--memory", "2G", "--threads", "2"]));
    assert_ne!(default.0, result(&["--k", "6"]).0, "another plan has another hash");
}

#[test]
fn what_came_through_standard_input_is_to_be_named_again() {
    let bench = Bench::new();
    let command = in_folder(command(&[BINARY], &["scan", "-"]), &bench);
    let ended = bench.run(command, ("city,age\n".to_owned() + &"d1,20\n".repeat(30)).as_bytes());
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(ended.stdout.contains("reidrisk init - < FILE "), "{ended}");
}
