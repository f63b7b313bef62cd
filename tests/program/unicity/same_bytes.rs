//! The same records give the same bytes of `measures`, sampled figures included.

use std::fs;
use std::path::PathBuf;

use super::repository;
use crate::support::{Bench, member, repository_file};

fn measures(inputs: &[PathBuf], flags: &[&str]) -> String {
    let bench = Bench::new();
    let inputs = inputs.iter().map(|path| path.to_str().expect("a path is text"));
    let ended = bench.scan(inputs.chain(["--measures", "unicity"]).chain(flags.iter().copied()));
    assert_eq!(ended.code, Some(1), "{ended}");
    let text = bench.result_text();
    member(&text, "measures").to_owned()
}

/// Draws, ties, an order in time, windows and a sweep: whatever could depend on numbering.
const FLAGS: [&str; 12] = [
    "--subject",
    "card",
    "--point",
    "trans_date+merchant",
    "--point",
    "trans_date+amount_gbp",
    "--within",
    "amount_gbp=5%",
    "--attacker",
    "uniform,rarest,frequent,consecutive",
    "--known-points",
    "1..6",
];

#[test]
fn threads_order_and_split_change_no_byte() {
    let bench = Bench::new();
    let sample = repository_file("sample_data/purchase_cards.csv");
    let scan = |inputs: &[PathBuf], threads: &str| {
        measures(inputs, &[&FLAGS[..], &["--sweep", "--threads", threads]].concat())
    };
    let expected = scan(std::slice::from_ref(&sample), "1");
    assert!(expected.contains("\"sampled\""), "draws are what could differ");
    for threads in ["2", "8"] {
        assert!(scan(std::slice::from_ref(&sample), threads) == expected, "{threads} threads");
    }

    let text = fs::read_to_string(sample).expect("the sample");
    let (header, records) = text.split_once('\n').expect("a header");
    let mut records: Vec<&str> = records.lines().collect();
    let thirds: Vec<PathBuf> = records
        .chunks(records.len().div_ceil(3))
        .enumerate()
        .map(|(part, lines)| bench.write(&format!("part-{part}.csv"), format!("{header}\n{}\n", lines.join("\n"))))
        .collect();
    assert!(scan(&thirds, "2") == expected, "split in three");

    // Another order, the same each time: by a checksum of the line.
    let checksum = |line: &&str| line.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(byte));
    records.sort_by_key(checksum);
    let shuffled = bench.write("shuffled.csv", format!("{header}\n{}\n", records.join("\n")));
    assert!(scan(&[shuffled], "2") == expected, "records in another order");
}

#[test]
fn threads_and_order_change_no_byte_of_the_mobility_attacks() {
    let bench = Bench::new();
    let sample = repository_file("sample_data/purchase_cards.csv");
    let text = fs::read_to_string(&sample).expect("the sample");
    let (header, records) = text.split_once('\n').expect("a header");
    let backwards: Vec<&str> = records.lines().rev().collect();
    let backwards = bench.write("backwards.csv", format!("{header}\n{}\n", backwards.join("\n")));
    // Away from the configuration of the sample.
    let sample = bench.write("forwards.csv", text.clone());
    let scan = |input: PathBuf, threads: &str| {
        let mobility =
            ["--mobility", "location,sequence,time,frequency,proportion,home-work", "--known-points", "1,2,3"];
        let flags = ["--subject", "card", "--point", "trans_date+merchant", "--threads", threads];
        let found = measures(&[input], &[&flags[..], &mobility[..]].concat());
        assert!(found.contains("\"home-work\""));
        found
    };
    assert!(scan(sample, "1") == scan(backwards, "8"));
}

#[test]
fn csv_and_ndjson_give_the_same_bytes() {
    let scan = |name: &str| {
        let path = repository(&format!("tests/data/parity/{name}"));
        let bench = Bench::new();
        let ended = bench.scan([path.as_str(), "--measures", "unicity"].into_iter().chain(FLAGS));
        assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
        let text = bench.result_text();
        assert!(member(&text, "measures").contains("\"share\""));
        member(&text, "measures").to_owned()
    };
    let expected = scan("cards.csv");
    for other in ["cards.ndjson", "cards_decimal.parquet", "cards_double.parquet"] {
        assert!(scan(other) == expected, "{other}");
    }
}
