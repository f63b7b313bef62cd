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

/// Identifiers of every kind, in columns with and without a role: counted, never shown.
#[test]
fn identifiers_that_are_found_are_not_shown() {
    let planted = [
        ("pan", "4929123412341232"),
        ("short", "411111******1111"),
        ("account", "DE89370400440532013000"),
        ("mail", "jane.doe@example.org"),
        ("contact", "+44 20 7946 0958"),
        ("person", "RSSMRA85T10A562S"),
        ("token", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        ("note", "paid with 5555 5555 5555 4444"),
    ];
    let header: Vec<&str> = planted.iter().map(|(name, _)| *name).collect();
    let cells: Vec<&str> = planted.iter().map(|(_, cell)| *cell).collect();
    let mut text = format!("city,{}\n", header.join(","));
    for record in 0..40 {
        writeln!(text, "c{},{}", record % 4, cells.join(",")).expect("memory takes text");
    }
    for flags in [&["--quasi", "city"][..], &[], &["-v", "--format", "json"], &["--coarsen", "pan=round:10"]] {
        let bench = Bench::new();
        let path = bench.write("planted.csv", &text);
        let path = path.to_str().expect("a path is text");
        let ended = bench.scan([path, "--emit", "html,json"].iter().chain(flags));
        let mut outputs = vec![ended.stdout.clone().into_bytes(), ended.stderr.clone().into_bytes()];
        if ended.code == Some(1) {
            let columns = bench.result()["measures"]["identifiers"]["value"]["columns"].clone();
            assert_eq!(columns.as_array().map(Vec::len), Some(planted.len()), "{columns}");
            outputs.extend(bench.written().iter().map(|path| std::fs::read(path).expect("a written file can be read")));
        }
        for (cell, output) in cells.iter().flat_map(|cell| outputs.iter().map(move |output| (cell, output))) {
            let digits = cell.rsplit(' ').next().unwrap_or(cell);
            assert!(!support::contains(output, cell.as_bytes()), "`{cell}` with {flags:?}");
            assert!(digits.len() < 6 || !support::contains(output, digits.as_bytes()), "`{digits}` with {flags:?}");
        }
    }
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
