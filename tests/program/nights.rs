//! Thirty nights of the purchase cards by `nightly`, a month that slides by a day each: every planted change is flagged on its
//! night, at most one quiet night is, and the history shows every night.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::Value;

use crate::support::{BINARY, Bench, Ended, repository_file};

/// A purchase of the sample.
struct Purchase {
    card: String,
    day: Date,
    pence: i64,
    merchant: String,
    category: String,
    centre: String,
}

/// Pence of an amount such as `-46.2`.
fn pence(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    sign * format!("{whole}{fraction:0<2}").parse::<i64>().expect("an amount")
}

fn purchases() -> Vec<Purchase> {
    let mut reader = csv::Reader::from_path(repository_file("sample_data/purchase_cards.csv")).expect("the sample");
    let of = |record: csv::StringRecord| Purchase {
        card: record[0].to_owned(),
        day: record[1].parse().expect("a day"),
        pence: pence(&record[2]),
        merchant: record[3].to_owned(),
        category: record[4].to_owned(),
        centre: record[5].to_owned(),
    };
    reader.records().map(|record| of(record.expect("a record"))).collect()
}

/// What is different about a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Planted {
    FinerColumn,
    SmallBranch,
    LeakedIdentifier,
    RenamedColumn,
    RespelledCards,
}

/// Twelve branches, by the digits of the card.
fn branch(card: &str) -> u32 {
    card.bytes().map(u32::from).sum::<u32>() % 12
}

/// The extract of a night: the purchases of the month before it. Its amounts are rounded to ten pounds.
fn extract(all: &[Purchase], last: Date, planted: Option<Planted>) -> String {
    let first = last.checked_sub(30.days()).expect("a day");
    let month: Vec<&Purchase> = all.iter().filter(|it| it.day > first && it.day <= last).collect();
    let moved: BTreeSet<&str> = month.iter().map(|it| it.card.as_str()).take(40).collect();
    let moved: Vec<&str> = moved.into_iter().take(3).collect();
    let is = |what: Planted| planted == Some(what);
    let note = if is(Planted::RenamedColumn) { "site" } else { "centre" };
    let mut text = format!("card,branch,day,amount,category,{note},memo\n");
    for it in month {
        let card = if is(Planted::RespelledCards) { it.card.trim_start_matches('*') } else { it.card.as_str() };
        let branch = if is(Planted::SmallBranch) && moved.contains(&it.card.as_str()) { 99 } else { branch(&it.card) };
        let amount = if is(Planted::FinerColumn) {
            format!("{}.{:02}", it.pence / 100, it.pence.abs() % 100)
        } else {
            (it.pence / 1_000 * 10).to_string()
        };
        let memo = if is(Planted::LeakedIdentifier) {
            format!("{}@mail.example", it.merchant.replace(|letter: char| !letter.is_ascii_alphanumeric(), "."))
        } else {
            "paid".to_owned()
        };
        let cells = [card, &format!("b{branch:02}"), &it.day.to_string(), &amount, &it.category, &it.centre, &memo];
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "'"))).collect();
        writeln!(text, "{}", quoted.join(",")).expect("memory takes text");
    }
    text
}

const NIGHTS: u32 = 30;

const CONFIGURATION: &str = "[dataset]\nname = \"cards\"\nfiles = [\"cards.csv\"]\n\
    [scan]\nmeasures = [\"uniqueness\", \"identifiers\", \"unicity\"]\n\
    [subject]\ncolumn = \"card\"\nreason = \"a card has one holder\"\n\
    [columns.branch]\nrole = \"quasi-identifier\"\n\
    [columns.day]\nrole = \"quasi-identifier\"\n\
    [columns.category]\nrole = \"quasi-identifier\"\nvaries = true\nreason = \"it is of a purchase\"\n\
    [columns.amount]\nrole = \"sensitive\"\nreason = \"nobody else sees the amount\"\n\
    [columns.memo]\nrole = \"ignore\"\nreason = \"a fixed word\"\n";

/// Whether somebody has to look at the night although nobody had to on the one before.
fn flags(result: &Value) -> Vec<String> {
    let findings = result["findings"].as_array().expect("findings");
    let new = findings.iter().filter(|it| it["since"] == "new" || it["since"] == "worse");
    new.map(|it| format!("{} {} {}", it["since"], it["code"], it["message"])).collect()
}

#[test]
fn planted_changes_are_flagged_quiet_nights_are_not_and_the_history_shows_every_night() {
    let all = purchases();
    let planted = [
        (12, Planted::FinerColumn),
        (16, Planted::SmallBranch),
        (19, Planted::LeakedIdentifier),
        (23, Planted::RenamedColumn),
        (27, Planted::RespelledCards),
    ];
    let bench = Bench::new();
    bench.write("reidrisk.toml", CONFIGURATION);
    let (mut quiet, mut told) = (Vec::new(), String::new());
    for night in 0..NIGHTS {
        let what = planted.iter().find(|(on, _)| *on == night).map(|(_, what)| *what);
        let last = date(2016, 1, 31).checked_add(i64::from(night).days()).expect("a day");
        bench.write("cards.csv", extract(&all, last, what));
        let flagged = flags(&result_of_night(&bench));
        for flag in &flagged {
            writeln!(told, "night {night} {what:?}: {flag}").expect("memory takes text");
        }
        match what {
            Some(what) => assert!(!flagged.is_empty(), "{what:?} on night {night}\n{told}"),
            None if night > 0 && !flagged.is_empty() => quiet.push(night),
            None => {}
        }
    }
    assert!(quiet.len() <= 1, "quiet nights that were flagged: {quiet:?}\n{told}");
    assert_shown(&bench);
}

fn run<const N: usize>(bench: &Bench, arguments: [&str; N]) -> Ended {
    let mut command = Command::new(BINARY);
    command.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env_remove("RUST_BACKTRACE");
    command.args(arguments).arg("--out").arg(bench.out());
    bench.run(command, b"")
}

/// The result of one night over the configuration, which computes it: the file is another one every night.
fn result_of_night(bench: &Bench) -> Value {
    let config = bench.input("reidrisk.toml");
    let config = config.to_str().expect("a path");
    let ended = run(bench, ["nightly", config, "--emit", "json", "--format", "json"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    bench.assert_discreet(&ended);
    let night: Value = serde_json::from_str(&ended.stdout).expect("one JSON document");
    let dataset = &night["datasets"][0];
    assert!(dataset["same_as"].is_null() && dataset["exit_code"] == ended.code.unwrap_or(-1), "{ended}");
    let folder = bench.out().join(dataset["folder"].as_str().expect("a folder"));
    serde_json::from_slice(&fs::read(folder.join("result.json")).expect("a result")).expect("JSON")
}

/// The history page and the page over all datasets have every night, and their lines a point for each.
fn assert_shown(bench: &Bench) {
    let nights = NIGHTS as usize;
    let listed = run(bench, ["history", "cards", "--format", "json"]);
    let history: Value = serde_json::from_str(&listed.stdout).expect("one JSON document");
    let runs = history["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), nights);
    let page = run(bench, ["history", "cards", "--format", "html"]).stdout;
    let (_, table) = page.split_once("<tbody>").expect("a table of runs");
    assert_eq!(table.matches("<tr><th scope=\"row\">").count(), nights);
    for run in runs {
        let started = run["started_at"].as_str().expect("a time").replace('T', " ");
        assert!(table.contains(started.trim_end_matches('Z')), "{started}");
    }
    let chart = page.split("<svg").find(|part| part.contains("chart wide")).expect("a chart");
    assert_eq!(chart.matches("<circle").count(), nights + LEGEND_DOTS, "a dot for each night");
    let index = fs::read_to_string(bench.out().join("index.html")).expect("the page over all datasets");
    assert!(index.contains(&format!("<td class=\"n\">{NIGHTS}</td>")));
    let spark = index.split("<svg").find(|part| part.contains("class=\"spark\"")).expect("a sparkline");
    assert_eq!(points(spark), nights);
    assert_eq!(spark.matches("<rect").count(), nights, "a mark for each verdict");
    let verified = run(bench, ["history", "cards", "--verify"]);
    assert_eq!(verified.code, Some(0), "{verified}");
}

/// Rings in the legend of a chart: of a figure that breaches its limit and of one that was not measured.
const LEGEND_DOTS: usize = 2;

/// Points of the lines of a picture.
fn points(svg: &str) -> usize {
    let lines = svg.split("<polyline points=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    lines.map(|(points, _)| points.split_whitespace().count()).sum()
}
