//! Scans beside an earlier run, limits relative to it, and a run that is repeated.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::desk::run;
use crate::support::{Bench, Ended};

/// So many people in each district.
fn extract(districts: &[usize]) -> String {
    let mut text = String::from("card,district\n");
    let mut card = 0;
    for (district, &people) in districts.iter().enumerate() {
        for _ in 0..people {
            card += 1;
            let _ = writeln!(text, "c{card:03},d{district}");
        }
    }
    text
}

const CONFIGURATION: &str = "[dataset]\nname = \"cards\"\n[subject]\ncolumn = \"card\"\nreason = \"a card has one holder\"\n\
    [columns.district]\nrole = \"quasi-identifier\"\n";

fn bench(configuration: &str) -> Bench {
    let bench = Bench::new();
    bench.write("reidrisk.toml", format!("{CONFIGURATION}{configuration}"));
    bench.write("cards.csv", extract(&[20, 20, 20]));
    bench
}

fn scan(bench: &Bench, more: &[&str]) -> (Ended, Value) {
    let words = [&["scan", "cards.csv", "--out", "../out", "--emit", "json", "--format", "json"][..], more].concat();
    let ended = run(bench, &words);
    let result = serde_json::from_str(&ended.stdout).unwrap_or(Value::Null);
    (ended, result)
}

/// The findings, each with what became of it.
fn found(result: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = result["findings"].as_array().into_iter().flatten();
    findings.map(|it| (text(&it["code"]), text(&it["since"]))).collect()
}

fn is_found(result: &Value, code: &str, since: &str) -> bool {
    found(result).contains(&(code.to_owned(), since.to_owned()))
}

/// The folder of the only run.
fn folder(bench: &Bench) -> PathBuf {
    let written = bench.written();
    let result = written.iter().find(|path| path.ends_with("result.json")).expect("a result");
    result.parent().expect("a folder").to_owned()
}

#[test]
fn the_first_night_says_so_and_the_next_one_names_what_it_was_compared_with() {
    let bench = bench("");
    let (first, result) = scan(&bench, &["--baseline", "last"]);
    assert_eq!(first.code, Some(0), "{first}");
    assert!(is_found(&result, "no-baseline", ""), "{first}");
    assert_eq!((&result["baseline"]["asked"], result["baseline"].get("run")), (&Value::from("last"), None));
    let (second, result) = scan(&bench, &["--baseline", "last"]);
    assert_eq!((second.code, found(&result)), (Some(0), Vec::new()), "{second}");
    assert_eq!(result["baseline"]["sha256"].as_str().map(str::len), Some(64), "{second}");
    assert!(result["baseline"]["run"].is_string());
}

#[test]
fn a_file_that_is_silently_different_is_no_pass() {
    let bench = bench("");
    assert_eq!(scan(&bench, &[]).0.code, Some(0));
    bench.write("cards.csv", extract(&[10, 10, 5]));
    let (half, result) = scan(&bench, &["--baseline", "last"]);
    assert_eq!((half.code, is_found(&result, "size-drift", "new")), (Some(1), true), "{half}");
    assert_eq!(result["verdict"]["outcome"], "review");
    // It is told again until somebody accepts it: the run with the open finding is no good night.
    let (again, result) = scan(&bench, &["--baseline", "last"]);
    assert_eq!((again.code, is_found(&result, "size-drift", "new")), (Some(1), true), "{again}");
}

#[test]
fn a_baseline_that_does_not_fit_is_refused_and_one_that_cannot_be_read_ends_the_scan() {
    let bench = bench("");
    assert_eq!(scan(&bench, &[]).0.code, Some(0));
    let result = folder(&bench).join("result.json");
    let text = fs::read_to_string(&result).expect("a result");
    for (name, from, to, words) in [
        ("other.json", "\"name\": \"cards\"", "\"name\": \"loans\"", "another name"),
        ("future.json", "\"finished_at\": \"20", "\"finished_at\": \"30", "after this scan began"),
        ("cut.json", "\"outcome\": \"pass\"", "\"outcome\": \"incomplete\"", "cut that run off"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{name}");
        bench.write(name, changed);
        let (ended, result) = scan(&bench, &["--baseline", name]);
        assert_eq!((ended.code, is_found(&result, "baseline-unusable", "new")), (Some(1), true), "{name}: {ended}");
        assert!(result["baseline"]["refused"].as_str().is_some_and(|why| why.contains(words)), "{name}: {ended}");
    }
    bench.write("broken.json", &text[..text.len() / 2]);
    bench.write("list.json", "[]");
    for name in ["broken.json", "list.json", "nowhere", "cards.csv", "."] {
        let (ended, _) = scan(&bench, &["--baseline", name]);
        assert_eq!(ended.code, Some(3), "{name}: {ended}");
        assert!(ended.stderr.contains("baseline") && ended.stdout.is_empty(), "{name}: {ended}");
        bench.assert_discreet(&ended);
    }
}

/// The suffix of a run is made of its input, so that the names of runs of one second say nothing of their order. There are more
/// runs than a scan looks through.
#[test]
fn of_runs_that_ended_in_one_second_the_baseline_is_the_last() {
    let bench = bench("");
    let mut before = None;
    for people in 20..95 {
        bench.write("cards.csv", extract(&[20, 20, people]));
        let (ended, result) = scan(&bench, &["--baseline", "last"]);
        assert_eq!(result["baseline"].get("run"), before.as_ref(), "{people} people: {ended}");
        assert_eq!(result["baseline"].get("refused"), None, "{people} people: {ended}");
        before = Some(result["run"]["id"].clone());
    }
}

#[test]
fn a_baseline_behind_a_gap_in_the_chain_of_records_is_refused() {
    let bench = bench("");
    assert_eq!(scan(&bench, &[]).0.code, Some(0));
    let home = folder(&bench).parent().expect("the folder of the dataset").to_owned();
    assert_eq!(scan(&bench, &[]).0.code, Some(0));
    let second = fs::read_to_string(home.join("latest")).expect("the name of the newest run");
    assert_eq!(scan(&bench, &[]).0.code, Some(0));
    fs::remove_file(home.join(second.trim()).join("record.json")).expect("a record");
    let (ended, result) = scan(&bench, &["--baseline", "last"]);
    assert_eq!((ended.code, is_found(&result, "baseline-unusable", "new")), (Some(1), true), "{ended}");
    let refused = result["baseline"]["refused"].as_str().unwrap_or_default();
    assert!(refused.contains("was changed or removed") && refused.contains("history --verify"), "{ended}");
}

#[test]
fn known_findings_are_tolerated_where_asked_and_never_pass() {
    let bench = bench("[policy]\nfail_on_new = true\n");
    bench.write("cards.csv", extract(&[20, 20, 4]));
    assert_eq!(scan(&bench, &[]).1["verdict"]["outcome"], "fail", "without a baseline every finding counts");
    let (known, result) = scan(&bench, &["--baseline", "last"]);
    assert_eq!((known.code, is_found(&result, "small-class", "unchanged")), (Some(1), true), "{known}");
    assert_eq!(result["verdict"]["outcome"], "review");
    assert_eq!(scan(&bench, &["--baseline", "last", "--allow-review"]).0.code, Some(0));
    bench.write("cards.csv", extract(&[20, 21, 3]));
    let (worse, result) = scan(&bench, &["--baseline", "last"]);
    assert_eq!((worse.code, is_found(&result, "small-class", "worse")), (Some(1), true), "{worse}");
    assert_eq!(result["verdict"]["outcome"], "fail");
}

#[test]
fn a_relative_limit_holds_against_the_baseline_and_fails_without_one() {
    let bench = bench("[policy]\nk = 10\n");
    assert_eq!(scan(&bench, &[]).0.code, Some(0));
    bench.write("reidrisk.toml", format!("{CONFIGURATION}[policy]\nk = \"baseline - 2\"\n"));
    let (without, result) = scan(&bench, &[]);
    assert_eq!((without.code, is_found(&result, "unknown-risk", "")), (Some(1), true), "{without}");
    bench.write("cards.csv", extract(&[20, 20, 18]));
    let (held, result) = scan(&bench, &["--baseline", "last"]);
    assert_eq!(held.code, Some(0), "{held}");
    assert_eq!(result["policy"]["gates"][1]["limit"], 18.0, "{held}");
    // 18 - 2 would be 16; the limit of the night before was 18.
    bench.write("cards.csv", extract(&[20, 20, 17]));
    let (looser, result) = scan(&bench, &["--baseline", "last"]);
    assert_eq!((looser.code, is_found(&result, "small-class", "new")), (Some(1), true), "{looser}");
    bench.write("reidrisk.toml", format!("{CONFIGURATION}[policy]\nk = \"baseline * 2\"\n"));
    let (wrong, _) = scan(&bench, &[]);
    assert_eq!(wrong.code, Some(2), "{wrong}");
    assert!(wrong.stderr.contains("baseline - N"), "{wrong}");
}

#[test]
fn a_run_is_repeated_and_what_differs_is_named() {
    let bench = bench("[policy]\nk = 3\n");
    bench.write("cards.csv", extract(&[20, 20, 4]));
    assert_eq!(scan(&bench, &["--max-set", "2"]).0.code, Some(0));
    let folder = folder(&bench);
    let place = folder.to_str().expect("a path");
    let same = run(&bench, &["report", place, "--verify", "cards.csv"]);
    assert_eq!(same.code, Some(0), "{same}");
    assert!(same.stdout.starts_with("identical: "), "{same}");
    // The name of the file says nothing of its bytes.
    bench.write("copy.csv", extract(&[20, 20, 4]));
    assert_eq!(run(&bench, &["report", place, "--verify", "copy.csv"]).code, Some(0));
    bench.write("cards.csv", extract(&[20, 20, 3]));
    let other = run(&bench, &["report", place, "--verify", "cards.csv"]);
    assert_eq!(other.code, Some(1), "{other}");
    for words in ["not the bytes that the run read", "figure uniqueness.full.smallest_class"] {
        assert!(other.stdout.contains(words), "{words}: {other}");
    }
    bench.write("reidrisk.toml", format!("{CONFIGURATION}[policy]\nfail_on = \"low\"\n"));
    let reset = run(&bench, &["report", place, "--verify", "cards.csv"]);
    assert_eq!((reset.code, reset.stdout.as_str()), (Some(3), ""), "{reset}");
    assert!(reset.stderr.contains("configuration file"), "{reset}");
}

#[test]
fn a_comparison_for_a_pull_request_is_markdown() {
    let bench = bench("");
    bench.write("cards.csv", extract(&[20, 20, 4]));
    scan(&bench, &[]);
    let old = folder(&bench).to_str().expect("a path").to_owned();
    bench.write("cards.csv", extract(&[20, 20, 3]));
    let other = ["scan", "cards.csv", "--out", "../new", "--emit", "json", "--format", "json"];
    let result: Value = serde_json::from_str(&run(&bench, &other).stdout).expect("JSON");
    bench.write("new.json", result.to_string());
    let told = run(&bench, &["compare", &old, "new.json", "--format", "md"]);
    assert_eq!(told.code, Some(1), "{told}");
    assert!(told.stdout.starts_with("## cards: worse\n") && told.stdout.contains("- worse: **HIGH** small"), "{told}");
}
