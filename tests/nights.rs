//! Thirty nights of the purchase cards, a month that slides by a day each: every planted change is flagged on its night, and
//! at most one quiet night is.

#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::Value;
use support::{Bench, Ended, repository_file};

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

const CONFIGURATION: &str = "[dataset]\nname = \"cards\"\n\
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
fn planted_changes_are_flagged_and_quiet_nights_are_not() {
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
    for night in 0..30_i64 {
        let what = planted.iter().find(|(on, _)| *on == night).map(|(_, what)| *what);
        let last = date(2016, 1, 31).checked_add(night.days()).expect("a day");
        bench.write("cards.csv", extract(&all, last, what));
        let flagged = scanned(&bench);
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
}

/// Scans the extract beside the last good night, and returns what is new or worse.
fn scanned(bench: &Bench) -> Vec<String> {
    let input = bench.input("cards.csv");
    let ended: Ended = bench.scan([
        "--baseline",
        "last",
        "--measures",
        "uniqueness,identifiers,unicity",
        "--format",
        "json",
        input.to_str().expect("a path"),
    ]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    let result: Value = serde_json::from_str(&ended.stdout).expect("one JSON document");
    bench.assert_discreet(&ended);
    flags(&result)
}
