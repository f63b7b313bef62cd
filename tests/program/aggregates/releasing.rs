//! `release` writes planned tables: unsafe cells blank, the written bytes audited, and nothing that does not pass.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{BINARY, Bench, CANARY, Ended};

fn run(bench: &Bench, verb: &str, arguments: &[&str]) -> Ended {
    let mut command = Command::new(BINARY);
    command.current_dir(bench.input("")).env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").arg(verb).args(arguments);
    bench.run(command, b"")
}

/// Purchases of four regions by four kinds: one card alone where both have the same number, many elsewhere.
fn purchases() -> String {
    let mut text = "card,region,kind,amount\n".to_owned();
    for region in 0..4 {
        for kind in 0..4 {
            let cards = if region == kind { 1 } else { 6 + region + 2 * kind };
            for card in 0..cards {
                let cents = 10 * (card + kind) % 100;
                writeln!(text, "{CANARY}{region}{kind}{card},r{region},k{kind},{}.{:02}", 20 + card + 3 * kind, cents)
                    .expect("memory takes text");
            }
        }
    }
    text
}

const ROLES: &str = "[subject]\ncolumn = \"card\"\n[columns.region]\nrole = \"quasi-identifier\"\n";
const TABLE: &str = "[[aggregates]]\nname = \"Spent 2026\"\nby = [\"region\", \"kind\"]\nvalue = \"amount\"\nrules = [\"frequency:3\"]\n";

fn bench_with(config: &str) -> Bench {
    let bench = Bench::new();
    bench.write("purchases.csv", purchases());
    bench.write("reidrisk.toml", config);
    bench
}

/// The lines of a table by their labels.
fn cells(text: &str) -> BTreeMap<(String, String), (String, String)> {
    let line = |line: &str| {
        let parts: Vec<&str> = line.split(',').collect();
        ((parts[0].to_owned(), parts[1].to_owned()), (parts[2].to_owned(), parts[3].to_owned()))
    };
    text.lines().skip(1).map(line).collect()
}

fn cents(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<2}").parse().expect("an amount with at most two decimals")
}

#[test]
fn the_suppressed_table_leaves_without_a_record_and_verify_knows_its_bytes() {
    let bench = bench_with(&format!("{ROLES}{TABLE}[release]\ntables_only = true\n"));
    let ended = run(&bench, "release", &["purchases.csv", "--to", "leaving"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let mut names: Vec<String> = fs::read_dir(bench.input("leaving"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["certificate.html", "release.json", "spent-2026.csv"]);
    let text = fs::read_to_string(bench.input("leaving/spent-2026.csv")).expect("a table");
    assert!(text.starts_with("region,kind,amount,suppressed\n") && !text.contains(CANARY), "{text}");
    let cells = cells(&text);
    assert_eq!(cells.len(), 25);
    let at = |region: &str, kind: &str| &cells[&(region.to_owned(), kind.to_owned())];
    for place in 0..4 {
        assert_eq!(*at(&format!("r{place}"), &format!("k{place}")), (String::new(), "*".to_owned()));
    }
    let hidden = cells.values().filter(|(_, mark)| mark == "*").count() as u64;
    assert!(hidden > 4, "one card alone in a line is told by the others");
    // What is published is true, and a blank is a blank.
    let mut truth: BTreeMap<(String, String), i64> = BTreeMap::new();
    for line in purchases().lines().skip(1) {
        let parts: Vec<&str> = line.split(',').collect();
        for region in [parts[1], "Total"] {
            for kind in [parts[2], "Total"] {
                *truth.entry((region.to_owned(), kind.to_owned())).or_default() += cents(parts[3]);
            }
        }
    }
    for (cell, (value, mark)) in &cells {
        match mark.as_str() {
            "" => assert_eq!(cents(value), truth[cell], "{cell:?}"),
            _ => assert_eq!((value.as_str(), mark.as_str()), ("", "*")),
        }
    }
    let certificate = fs::read_to_string(bench.input("leaving/release.json")).expect("a certificate");
    let certificate: Value = serde_json::from_str(&certificate).expect("JSON");
    let told = &certificate["tables"][0];
    assert_eq!((&told["name"], &told["file"]), (&"Spent 2026".into(), &"spent-2026.csv".into()));
    assert_eq!((&told["cells"], &told["suppressed_cells"]), (&25.into(), &hidden.into()));
    assert_eq!((&certificate["outcome"], certificate["files"].as_array().map(Vec::len)), (&"pass".into(), Some(1)));
    assert!(certificate["checks"].to_string().contains("aggregates.recoverable_cells"));

    let verified = ["leaving/spent-2026.csv", "--certificate", "leaving/release.json"];
    assert_eq!(run(&bench, "verify", &verified).code, Some(0));
    fs::write(bench.input("leaving/spent-2026.csv"), text.replacen('*', "", 1)).expect("a file");
    assert_eq!(run(&bench, "verify", &verified).code, Some(1));
}

#[test]
fn a_stranger_who_scans_the_written_table_finds_nothing_that_can_be_computed() {
    let bench = bench_with(&format!("{ROLES}{TABLE}[release]\ntables_only = true\n"));
    assert_eq!(run(&bench, "release", &["purchases.csv", "--to", "leaving"]).code, Some(0));
    let config = "[dataset]\nkind = \"aggregate\"\n[[aggregates]]\nname = \"t\"\nby = [\"region\", \"kind\"]\nvalue = \"amount\"\n\
                  rules = [\"frequency:3\"]\ntable = { file = \"leaving/spent-2026.csv\", suppressed = \"suppressed\", marks = [\"*\"] }\n";
    let config = bench.write("stranger.toml", config);
    let file = bench.input("leaving/spent-2026.csv");
    let ended = bench.scan([file.as_os_str(), "--config".as_ref(), config.as_os_str()]);
    let table = bench.result()["measures"]["aggregates"]["value"]["tables"][0].clone();
    assert_eq!(
        (&table["audit"]["recoverable_cells"], &table["audit"]["narrow_cells"]),
        (&0.into(), &0.into()),
        "{table}"
    );
    // Who contributes is in no file that leaves.
    assert_eq!((ended.code, &table["unsafe_cells"]), (Some(1), &Value::Null));
}

#[test]
fn a_table_beside_records_that_tell_its_hidden_cells_does_not_leave() {
    let told = "[columns.kind]\nrole = \"sensitive\"\n[columns.amount]\nrole = \"sensitive\"\n";
    let bench = bench_with(&format!("{ROLES}{told}{TABLE}[policy]\nmax_unicity = 1.0\n"));
    let ended = run(&bench, "release", &["purchases.csv", "--to", "leaving"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(!bench.input("leaving").exists());
}

#[test]
fn a_total_over_a_column_that_stays_follows_from_the_records_all_the_same() {
    let amount = "[columns.amount]\nrole = \"sensitive\"\nreason = \"nobody else knows what was paid\"\n";
    let table = TABLE.replace("frequency:3", "frequency:35");
    let bench = bench_with(&format!("{ROLES}{amount}{table}[policy]\nmax_unicity = 1.0\n"));
    let ended = run(&bench, "release", &["purchases.csv", "--to", "leaving"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(ended.stderr.contains("follow from the records that leave beside it"), "{ended}");
    assert!(!bench.input("leaving").exists());
}

#[test]
fn records_and_table_leave_together_under_one_certificate() {
    let bench = bench_with(&format!("{ROLES}{TABLE}"));
    let ended = run(&bench, "release", &["purchases.csv", "--to", "leaving"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let files = ["leaving/leaving.csv", "leaving/spent-2026.csv"];
    assert_eq!(run(&bench, "verify", &[files[0], files[1], "--certificate", "leaving/release.json"]).code, Some(0));
    assert_eq!(run(&bench, "verify", &[files[1], "--certificate", "leaving/release.json"]).code, Some(1));
}

#[test]
fn what_cannot_be_hidden_or_is_no_sum_is_not_written() {
    let only = "[release]\ntables_only = true\n";
    for (from, to, code, words) in [
        ("frequency:3", "frequency:500", 1, "Spent 2026"),
        ("value = \"amount\"", "value = \"amount\"\nstatistic = \"mean\"", 1, "neither counts nor sums"),
        ("by =", "rolling = { column = \"region\", period = \"month\", window = 2 }\nby =", 2, "region"),
    ] {
        let bench = bench_with(&format!("{ROLES}{}{only}", TABLE.replace(from, to)));
        let ended = run(&bench, "release", &["purchases.csv", "--to", "leaving"]);
        assert_eq!(ended.code, Some(code), "{to}\n{ended}");
        assert!(ended.stderr.contains(words) || ended.stdout.contains(words), "{ended}");
        assert!(!bench.input("leaving").exists(), "{to}");
        let left = fs::read_dir(bench.input("")).expect("a folder").count();
        assert_eq!(left, 2, "nothing is left of {to}");
    }
    // What one table hides may follow from another that leaves with it.
    let bench = bench_with(&format!("{ROLES}{TABLE}{}{only}", TABLE.replace("Spent 2026", "Again")));
    let ended = run(&bench, "release", &["purchases.csv", "--to", "leaving"]);
    assert!(ended.code == Some(1) && ended.stderr.contains("several"), "{ended}");
    assert!(!bench.input("leaving").exists());
    let bench = bench_with(&format!("{ROLES}{only}"));
    assert_eq!(run(&bench, "release", &["purchases.csv", "--to", "leaving"]).code, Some(2));
}

#[test]
fn an_earlier_release_that_shows_what_is_hidden_now_keeps_the_table_back() {
    let bench = bench_with(&format!("{ROLES}{TABLE}[release]\ntables_only = true\n"));
    assert_eq!(run(&bench, "release", &["purchases.csv", "--to", "first"]).code, Some(0));
    let first = fs::read_to_string(bench.input("first/spent-2026.csv")).expect("a table");
    let earlier = "earlier = [{ file = \"before.csv\", suppressed = \"suppressed\", marks = [\"*\"] }]\n";
    bench.write("reidrisk.toml", format!("{ROLES}{TABLE}{earlier}[release]\ntables_only = true\n"));
    // The same table again tells nothing.
    bench.write("before.csv", &first);
    let ended = run(&bench, "release", &["purchases.csv", "--to", "second"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    // One of its hidden cells, shown.
    let line = first.lines().find(|line| line.ends_with(",*")).expect("a hidden cell");
    bench.write("before.csv", first.replace(line, &line.replace(",,*", ",12.34,")));
    let ended = run(&bench, "release", &["purchases.csv", "--to", "third"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(!bench.input("third").exists());
}

/// What a release of the table alone says under a configuration, with files beside it.
fn refused(config: &str, files: &[(&str, &str)], words: &str) {
    let bench = bench_with(config);
    for (name, text) in files {
        bench.write(name, text);
    }
    let ended = run(&bench, "release", &["purchases.csv", "--to", "leaving"]);
    assert!(ended.code == Some(1) && ended.stdout.contains(words), "{config}\n{ended}");
    assert!(!bench.input("leaving").exists(), "{config}");
}

/// The cards, each with a line of its own.
fn cards(line: impl Fn(&str) -> String) -> String {
    let text = purchases();
    text.lines().skip(1).map(|purchase| line(purchase.split(',').next().unwrap_or_default())).collect()
}

#[test]
fn a_table_leaves_only_where_its_people_are_counted_rightly_and_consent() {
    let only = "[release]\ntables_only = true\n";
    let terms =
        "[recipient]\nname = \"X\"\npurpose = \"y\"\nconsent = { file = \"register.csv\", column = \"card\" }\n";
    let most = cards(|card| format!("{card}\n"));
    let most = most.split_once('\n').expect("several cards").1;
    let register = format!("card\n{most}");
    refused(&format!("{ROLES}{terms}{TABLE}{only}"), &[("register.csv", &register)], "consent-missing");
    // A register that leaves people out, and everybody's consent, are no objections.
    let all = format!("card\n{}", cards(|card| format!("{card}\n")));
    for (terms, register) in
        [(terms.to_owned(), &all), (terms.replace("\"card\" }", "\"card\", missing = \"leave-out\" }"), &register)]
    {
        let bench = bench_with(&format!("{ROLES}{terms}{TABLE}{only}"));
        bench.write("register.csv", register);
        let ended = run(&bench, "release", &["purchases.csv", "--to", "leaving"]);
        assert_eq!(ended.code, Some(0), "{ended}");
        let certificate = fs::read_to_string(bench.input("leaving/release.json")).expect("a certificate");
        let certificate: Value = serde_json::from_str(&certificate).expect("JSON");
        assert_eq!(certificate["recipient"]["consent"]["without_consent"], 0);
    }
    let map = format!("from,to\n{}", cards(|card| format!("{card},p{card}\n")));
    let (fewer, _) = map.trim_end().rsplit_once('\n').expect("several lines");
    let mapped = "[subject]\ncolumn = \"card\"\nmap = { file = \"map.csv\", from = \"from\", to = \"to\" }\n";
    refused(&format!("{mapped}{TABLE}{only}"), &[("map.csv", fewer)], "subjects-not-in-map");
    refused(&format!("[subject]\nnone = true\n{TABLE}{only}"), &[], "no-subject");
    let merchants = TABLE.replace("\"frequency:3\"", "\"frequency:2@kind\"");
    let merchants = format!("{merchants}sides = [\"kind\"]\n");
    refused(&format!("[subject]\ncolumn = \"card\"\n{merchants}{only}"), &[], "contributor-unclear");
    // Beside records, too.
    refused(&format!("{ROLES}{merchants}"), &[], "contributor-unclear");
}

#[test]
fn a_release_is_compared_with_the_one_before_and_a_folder_without_a_key_is_refused() {
    let keeping = format!("{ROLES}{TABLE}contributors = \"kept\"\n[release]\ntables_only = true\n");
    let bench = bench_with(&keeping);
    let release = |to: &str| run(&bench, "release", &["purchases.csv", "--to", to]);
    let kept = || {
        let entries = fs::read_dir(bench.input("kept")).expect("a folder").map(|entry| entry.expect("an entry").path());
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "cells")).count()
    };
    let ended = release("first");
    assert!(ended.code == Some(3) && ended.stderr.contains("has no key"), "{ended}");
    // A scan makes the folder, whatever else lies in it.
    fs::create_dir(bench.input("kept")).expect("a folder");
    bench.write("kept/.gitkeep", "");
    let file = bench.input("purchases.csv");
    bench.scan([file.to_str().expect("a path")]);
    assert!(bench.input("kept/key").exists() && kept() == 1);
    fs::remove_dir_all(bench.input("kept")).expect("a folder");
    fs::create_dir(bench.input("kept")).expect("a folder");
    bench.write("kept/key", [7; 32]);
    let ended = release("first");
    assert_eq!((ended.code, kept()), (Some(0), 1), "{ended}");
    for path in fs::read_dir(bench.input("kept")).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        assert!(!crate::support::contains(&fs::read(path).expect("a file"), CANARY.as_bytes()));
    }
    // The same table again tells nothing, and is the same file.
    let ended = release("again");
    assert_eq!((ended.code, kept()), (Some(0), 1), "{ended}");
    // One card of a published cell is gone.
    let all = purchases();
    let gone = all.lines().find(|line| line.contains(",r0,k2,")).expect("a purchase");
    bench.write("purchases.csv", all.replace(&format!("{gone}\n"), ""));
    let ended = release("second");
    assert!(ended.code == Some(1) && ended.stdout.contains("differencing"), "{ended}");
    assert_eq!((bench.input("second").exists(), kept()), (false, 1), "what does not leave is not kept");
    // A mistyped folder is another one.
    bench.write("reidrisk.toml", keeping.replace("\"kept\"", "\"ketp\""));
    let ended = release("third");
    assert!(ended.code == Some(3) && !bench.input("third").exists() && !bench.input("ketp").exists(), "{ended}");
}
