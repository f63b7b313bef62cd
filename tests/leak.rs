//! No cell value leaves: canaries are planted in every column and looked for in every byte that comes out.

#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::fmt::Write as _;
use std::path::PathBuf;

use support::{Bench, CANARY, repository_file};

/// Cells of every kind that look like what people keep in such files, each with the canary inside where it can be.
fn planted_extract(bench: &Bench) -> PathBuf {
    let mut text = String::from("customer,name,email,iban,posted_at,merchant,amount,note\n");
    for record in 0..300 {
        let (customer, day) = (record % 60, record % 28 + 1);
        writeln!(
            text,
            "{CANARY}-{customer},{CANARY} Miller,{CANARY}{customer}@example.org,GB00{CANARY}{customer},\
             2026-01-{day:02}T10:00:00,{CANARY}-shop-{},{}.7391,\"{CANARY}, said <b>{record}</b>\"",
            record % 7,
            73_910_000 + record
        )
        .expect("memory takes text");
    }
    bench.write("planted.csv", text)
}

/// Numbers cannot hold letters; this one stands in no other place either.
const NUMBER_CANARY: &str = "7391";

fn assert_nothing_leaks(flags: &[&str]) {
    let bench = Bench::new();
    let path = planted_extract(&bench);
    let ended = bench.scan([path.to_str().expect("a path is text"), "--emit", "html,png,json"].iter().chain(flags));
    assert_eq!(ended.code, Some(1), "{ended}");
    bench.assert_discreet(&ended);
    let result = bench.result_text();
    let measures = support::member(&result, "measures");
    assert!(!measures.contains(NUMBER_CANARY), "an amount in the measures");
    let pages = bench.written().iter().filter(|path| path.extension().is_some_and(|kind| kind == "html")).count();
    assert_eq!(pages, 1, "the page is among the files that were searched");
}

const DECLARED: [&str; 8] = [
    "--subject",
    "customer",
    "--quasi",
    "posted_at,merchant,amount",
    "--direct",
    "name,email,iban",
    "--sensitive",
    "note",
];

#[test]
fn declared_roles_leak_nothing() {
    assert_nothing_leaks(&DECLARED);
}

#[test]
fn guessed_roles_leak_nothing() {
    assert_nothing_leaks(&[]);
}

#[test]
fn every_output_format_leaks_nothing() {
    for format in ["text", "json"] {
        assert_nothing_leaks(&[&DECLARED[..], &["--format", format, "-v"]].concat());
    }
}

#[test]
fn coarsened_values_leak_nothing() {
    let rules = ["--coarsen", "posted_at=month", "--coarsen", "amount=round:10", "--coarsen", "merchant=prefix:12"];
    assert_nothing_leaks(&[&DECLARED[..], &rules].concat());
}

/// The first record of a file without a header must not become the names of its columns.
#[test]
fn a_first_record_without_header_is_refused_by_its_place() {
    let records = |cells: &str| format!("{cells}\n").repeat(30);
    for (name, text, hint) in [
        ("bare.csv", records(&format!("{CANARY} Miller,{CANARY}@example.org,{NUMBER_CANARY}")), "--no-header"),
        ("bare.tsv", records(&format!("{CANARY} Miller\t2026-01-01")), "--no-header"),
        ("blank.csv", records(&format!("{CANARY} Miller,,{CANARY}")), "--no-header"),
        (
            "map.ndjson",
            (0..30).map(|at| format!("{{\"{CANARY}{at}\": {at}}}")).collect::<Vec<_>>().join("\n"),
            "map.ndjson",
        ),
        ("late.ndjson", format!("{}{{\"{CANARY}\": 1}}\n", "{\"a\": 1}\n".repeat(1000)), "line 1001"),
    ] {
        let bench = Bench::new();
        let path = bench.write(name, text);
        for flags in [&["--emit", "html,png,json"][..], &["--quasi", "a"], &["-v", "--format", "json"]] {
            let ended = bench.scan([path.to_str().expect("a path is text")].iter().chain(flags));
            bench.assert_refused(&ended, 3, &[name, hint]);
            assert!(!ended.stderr.contains(NUMBER_CANARY), "a number of the first record\n{ended}");
        }
    }
}

/// Whoever says that there is no header gets columns named by their place.
#[test]
fn a_declared_absence_of_a_header_leaks_nothing() {
    let bench = Bench::new();
    let path = bench.write("bare.csv", format!("{CANARY},{CANARY}@example.org,7\n").repeat(30));
    let ended = bench.scan([path.to_str().expect("a path is text"), "--no-header", "--quasi", "column_3"]);
    bench.assert_counted(&ended, 30);
}

/// A value that a rule cannot be applied to is told by its place only.
#[test]
fn a_rule_that_does_not_fit_a_cell_tells_no_value() {
    let bench = Bench::new();
    let path = planted_extract(&bench);
    let path = path.to_str().expect("a path is text");
    let ended = bench.scan([&[path][..], &DECLARED, &["--coarsen", "merchant=round:10"]].concat());
    assert!(matches!(ended.code, Some(2 | 3)), "{ended}");
    bench.assert_refused(&ended, ended.code.unwrap_or_default(), &["merchant"]);
}

#[test]
fn the_report_of_the_sample_names_no_merchant_and_no_card() {
    let bench = Bench::new();
    let sample = repository_file("sample_data/purchase_cards.csv");
    let ended = bench.scan([sample.to_str().expect("a path is text"), "--emit", "html,json"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    for path in bench.written() {
        let bytes = std::fs::read(&path).expect("a written file can be read");
        for value in ["************", "vodafone", "asda superstore", "CYP&F", "CYP&amp;F"] {
            assert!(!support::contains(&bytes, value.as_bytes()), "`{value}` in {}", path.display());
        }
    }
}
