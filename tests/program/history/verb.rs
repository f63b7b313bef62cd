//! What `reidrisk history` says, and what a scan leaves for it.

use std::fs;
use std::process::Command;

use super::{bench_of, history, home, night, record, runs, write_cards};
use crate::support::{BINARY, Bench};

#[test]
fn nights_are_listed_with_their_verdicts_figures_and_changes() {
    let bench = bench_of(5);
    assert_eq!(night(&bench).code, Some(0));
    write_cards(&bench, 4);
    assert_eq!(night(&bench).code, Some(1));
    bench.write("reidrisk.toml", format!("{}\n[policy]\nk = 3\n", super::CONFIG));
    assert_eq!(night(&bench).code, Some(0));
    let listed = history(&bench, &["cards"]);
    assert_eq!(listed.code, Some(0), "{listed}");
    for words in ["3 runs", "PASS", "FAIL", "4*", "changed: configuration", "limit 3"] {
        assert!(listed.stdout.contains(words), "{words}\n{listed}");
    }
    let csv = history(&bench, &["cards", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.stdout.as_bytes());
    let head = reader.headers().unwrap().clone();
    let place = |name: &str| head.iter().position(|it| it == name).unwrap();
    let limited: Vec<(String, String)> = reader
        .records()
        .map(Result::unwrap)
        .filter(|row| &row[place("figure")] == "uniqueness.static.smallest_class")
        .map(|row| (row[place("value")].to_owned(), row[place("limit")].to_owned()))
        .collect();
    let expected = [("5", "5"), ("4", "5"), ("4", "3")].map(|(value, limit)| (value.to_owned(), limit.to_owned()));
    assert_eq!(limited, expected);
    let page = history(&bench, &["cards", "--format", "html"]);
    assert!(
        page.stdout.contains("class=\"chart wide\"") && page.stdout.ends_with("</html>\n"),
        "{}",
        page.stdout.len()
    );
    bench.assert_discreet(&listed);
}

#[test]
fn a_night_that_could_not_be_measured_leaves_a_record_where_there_is_a_history() {
    let bench = bench_of(5);
    fs::rename(bench.input("cards.csv"), bench.input("away.csv")).unwrap();
    let first = night(&bench);
    bench.assert_refused(&first, 3, &[]);
    fs::rename(bench.input("away.csv"), bench.input("cards.csv")).unwrap();
    assert_eq!(night(&bench).code, Some(0));
    fs::remove_file(bench.input("cards.csv")).unwrap();
    let mut command = bench.command();
    command.arg(bench.input("cards.csv")).arg("--config").arg(bench.input("reidrisk.toml"));
    let failed = bench.run(command, b"");
    assert_eq!(failed.code, Some(3), "{failed}");
    let names = runs(&home(&bench));
    assert_eq!(names.len(), 2, "{failed}");
    let of_failed =
        names.iter().map(|run| record(&home(&bench), run)).find(|record| record["verdict"].is_null()).unwrap();
    assert_eq!(of_failed["exit_code"], 3);
    assert!(of_failed["why"].as_str().unwrap().contains("cards.csv"));
    let listed = history(&bench, &["cards"]);
    assert!(listed.stdout.contains("NO RESULT"), "{listed}");
    assert_eq!(history(&bench, &["cards", "--verify"]).code, Some(0));
    let page = fs::read_to_string(bench.out().join("index.html")).unwrap();
    assert!(page.contains("NO RESULT"));
}

#[test]
fn a_record_names_what_was_read_and_repeats_where_nothing_changed() {
    let bench = bench_of(5);
    for _ in 0..2 {
        assert_eq!(night(&bench).code, Some(0));
    }
    write_cards(&bench, 6);
    assert_eq!(night(&bench).code, Some(0));
    let records: Vec<_> = runs(&home(&bench)).iter().map(|run| record(&home(&bench), run)).collect();
    let mut fingerprints: Vec<&str> = records.iter().map(|record| record["fingerprint"].as_str().unwrap()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 2, "two nights are the same");
    for record in &records {
        assert_eq!(record["further"][0]["purpose"], "configuration");
        assert_eq!(record["input"][0]["sha256"].as_str().unwrap().len(), 64);
    }
}

#[test]
fn what_was_changed_is_found_and_told_with_an_exit_code() {
    let bench = bench_of(5);
    for _ in 0..3 {
        assert_eq!(night(&bench).code, Some(0));
    }
    let names = runs(&home(&bench));
    let path = home(&bench).join(&names[1]).join("record.json");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole.replacen("\"pass\"", "\"fail\"", 1)).unwrap();
    let changed = history(&bench, &["cards", "--verify"]);
    assert_eq!(changed.code, Some(1), "{changed}");
    assert!(changed.stdout.contains("broken:"), "{changed}");
    fs::write(&path, &whole[..100]).unwrap();
    let cut = history(&bench, &["cards", "--verify"]);
    assert_eq!(cut.code, Some(3), "{cut}");
    assert!(cut.stdout.contains("is not valid JSON in line"), "{cut}");
    // The others can still be seen.
    let listed = history(&bench, &["cards"]);
    assert_eq!(listed.code, Some(3), "{listed}");
    assert!(listed.stdout.contains("2 runs") && listed.stderr.contains("the record"), "{listed}");
    fs::write(&path, whole).unwrap();
    assert_eq!(history(&bench, &["--verify"]).code, Some(0));
}

#[test]
fn a_result_that_does_not_agree_with_its_record_is_not_rendered() {
    let bench = bench_of(4);
    assert_eq!(night(&bench).code, Some(1));
    let folder = home(&bench).join(&runs(&home(&bench))[0]);
    let report = || {
        let mut command = Command::new(BINARY);
        command.env("NO_COLOR", "1").arg("report").arg(&folder);
        bench.run(command, b"")
    };
    assert_eq!(report().code, Some(0));
    let path = folder.join("result.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"fail\"", "\"pass\"", 1)).unwrap();
    let refused = report();
    assert_eq!(refused.code, Some(3), "{refused}");
    assert!(refused.stderr.contains("does not agree with the record of its run"), "{refused}");
    assert!(refused.stdout.is_empty());
}

#[test]
fn a_dataset_that_is_not_there_is_one_sentence() {
    let bench = Bench::new();
    for arguments in [&["nobody"][..], &["nobody", "--verify"], &["../input"]] {
        let ended = history(&bench, arguments);
        assert_eq!(ended.code, Some(3), "{ended}");
        assert_eq!(ended.stderr.lines().filter(|line| line.starts_with("error")).count(), 1, "{ended}");
    }
    assert!(!bench.out().exists(), "reading makes nothing");
    assert_eq!(history(&bench, &["nobody", "--format", "pdf"]).code, Some(2));
}

#[test]
fn details_of_old_runs_are_pruned_and_the_history_stays() {
    let bench = bench_of(5);
    for _ in 0..4 {
        let ended = bench.scan([bench.input("cards.csv").as_os_str(), "--keep".as_ref(), "2".as_ref()]);
        assert_eq!(ended.code, Some(0), "{ended}");
    }
    let names = runs(&home(&bench));
    let has = |name: &String| home(&bench).join(name).join("result.json").exists();
    assert_eq!(names.iter().filter(|name| has(name)).count(), 2);
    assert!(history(&bench, &["cards"]).stdout.contains("4 runs"));
    assert_eq!(history(&bench, &["cards", "--verify"]).code, Some(0));
    assert_eq!(bench.scan([bench.input("cards.csv").as_os_str(), "--keep".as_ref(), "0".as_ref()]).code, Some(2));
}

#[test]
fn the_label_of_a_release_is_recorded_and_shown() {
    let bench = bench_of(5);
    for label in ["2026-10", "2026-11"] {
        bench.write("reidrisk.toml", format!("{}[release]\nlabel = \"{label}\"\n", super::CONFIG));
        assert_eq!(night(&bench).code, Some(0));
    }
    let listed = history(&bench, &["cards"]);
    assert!(listed.stdout.contains("release 2026-10") && listed.stdout.contains("release 2026-11"), "{listed}");
    let page = history(&bench, &["cards", "--format", "html"]);
    assert!(page.stdout.contains("<td>release 2026-10"), "{}", page.stdout.len());
    let csv = history(&bench, &["cards", "--format", "csv"]);
    assert!(csv.stdout.contains(",2026-11,15,"), "{csv}");
    let records: Vec<_> = runs(&home(&bench)).iter().map(|run| record(&home(&bench), run)).collect();
    assert_eq!(records[0]["settings_sha256"], records[1]["settings_sha256"], "no figure depends on it");
    bench.write("reidrisk.toml", format!("{}[release]\nlabel = \" \"\n", super::CONFIG));
    let refused = night(&bench);
    assert!(refused.code == Some(2) && refused.stderr.contains("it must not be empty"), "{refused}");
}
