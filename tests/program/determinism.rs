//! The same records give the same bytes, however they are stored, ordered, split or counted.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use crate::support::{Bench, member, repository_file};

/// The members of `result.json` that must not move.
const PINNED: [&str; 4] = ["measures", "findings", "verdict", "advice"];

/// Scans `inputs` and returns the pinned members as they stand in the file.
fn pinned(bench: &Bench, inputs: &[PathBuf], flags: &[&str]) -> Vec<String> {
    if bench.out().exists() {
        fs::remove_dir_all(bench.out()).expect("the last report is removed");
    }
    let mut arguments: Vec<&str> = inputs.iter().map(|path| path.to_str().expect("a path is text")).collect();
    arguments.extend(flags);
    let ended = bench.scan(arguments);
    assert_eq!(ended.code, Some(1), "{ended}");
    let text = bench.result_text();
    PINNED.iter().map(|name| member(&text, name).to_owned()).collect()
}

fn assert_same(expected: &[String], found: &[String], what: &str) {
    for ((name, expected), found) in PINNED.iter().zip(expected).zip(found) {
        assert!(expected.len() > 2, "`{name}` holds something");
        assert!(expected == found, "`{name}` differs: {what}");
    }
}

/// The sample as its header and its records; each record is one line.
fn sample_lines() -> (String, Vec<String>) {
    let text = fs::read_to_string(repository_file("sample_data/purchase_cards.csv")).expect("the sample");
    let mut lines = text.lines().map(str::to_owned);
    let header = lines.next().expect("a header");
    (header, lines.collect())
}

fn csv(header: &str, records: &[String]) -> String {
    format!("{header}\n{}\n", records.join("\n"))
}

/// Fisher-Yates with a small multiplicative generator: the order only has to be another one, and the same each time.
fn shuffled(mut records: Vec<String>) -> Vec<String> {
    let mut state = 0x2026_1121_u64;
    for last in (1..records.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let below = u64::try_from(last).expect("an index fits") + 1;
        records.swap(last, usize::try_from((state >> 33) % below).expect("an index fits"));
    }
    records
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes bytes");
    encoder.finish().expect("memory takes bytes")
}

#[test]
fn threads_order_split_and_compression_change_no_byte_of_the_result() {
    let bench = Bench::new();
    let config = repository_file("sample_data/reidrisk.toml");
    let config = config.to_str().expect("the repository's path is text");
    let scan = |inputs: &[PathBuf], threads: &str| pinned(&bench, inputs, &["--config", config, "--threads", threads]);

    let sample = repository_file("sample_data/purchase_cards.csv");
    let expected = scan(std::slice::from_ref(&sample), "1");
    for threads in ["2", "8"] {
        assert_same(&expected, &scan(std::slice::from_ref(&sample), threads), &format!("{threads} threads"));
    }

    let (header, records) = sample_lines();
    let other_order = shuffled(records.clone());
    assert_ne!(other_order, records, "the records were shuffled");
    let path = bench.write("shuffled.csv", csv(&header, &other_order));
    assert_same(&expected, &scan(&[path], "2"), "records shuffled");

    let thirds: Vec<PathBuf> = records
        .chunks(records.len().div_ceil(3))
        .enumerate()
        .map(|(part, records)| bench.write(&format!("part-{part}.csv"), csv(&header, records)))
        .collect();
    assert_eq!(thirds.len(), 3);
    assert_same(&expected, &scan(&thirds, "2"), "split in three");

    let path = bench.write("cards.csv.gz", gzip(csv(&header, &records).as_bytes()));
    assert_same(&expected, &scan(&[path], "2"), "gzip");
}

#[test]
fn csv_ndjson_and_parquet_of_the_same_records_give_the_same_bytes() {
    let bench = Bench::new();
    let flags = [
        "--subject",
        "card",
        "--quasi",
        "trans_date,amount_gbp,merchant,spend_category,cost_centre,directorate,refund,weekday",
    ];
    let scan = |name: &str| pinned(&bench, &[repository_file("tests/data/parity").join(name)], &flags);
    let expected = scan("cards.csv");
    for other in ["cards.ndjson", "cards_decimal.parquet", "cards_double.parquet"] {
        assert_same(&expected, &scan(other), other);
    }
}

#[test]
fn a_run_repeats_itself() {
    let bench = Bench::new();
    let cards = repository_file("tests/data/parity/cards.csv");
    let scan =
        || pinned(&bench, std::slice::from_ref(&cards), &["--subject", "card", "--quasi", "merchant,amount_gbp"]);
    assert_same(&scan(), &scan(), "the same command twice");
}

#[test]
fn a_member_is_cut_out_byte_for_byte() {
    let json = r#"{"a": {"verdict": [1]}, "b": "}, \"verdict\": 2", "verdict": {"x": [ "]", {} ]} , "c": 1.50}"#;
    assert_eq!(member(json, "verdict"), r#"{"x": [ "]", {} ]}"#);
    assert_eq!(member(json, "c"), "1.50");
}
