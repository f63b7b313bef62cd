//! Two files of 5,000 invented people each, the second with typing errors, missing and swapped cells.

use super::super::{Settings, attack};
use super::tables::{Rows, linked, with_truth};
use crate::measure::linkage::LinkedTables;
use crate::result::{ColumnType, LinkageAttack};
use crate::stop::Stop;

const ORIGINAL: &[u8] = include_bytes!("../../../../../tests/data/febrl/dataset4a.csv.gz");
const DUPLICATE: &[u8] = include_bytes!("../../../../../tests/data/febrl/dataset4b.csv.gz");

/// Header and rows, with the number of the person first.
fn read(file: &[u8]) -> (Vec<String>, Rows) {
    let unpacked = flate2::read::GzDecoder::new(file);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(unpacked);
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (header, reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect())
}

fn persons(rows: &Rows) -> Vec<u32> {
    rows.iter().map(|row| row[0].split('-').nth(1).unwrap().parse().unwrap()).collect()
}

/// The shared columns but `rec_id` and those named, for some of the rows.
fn tables(without: &[&str], ours: usize, theirs: usize) -> LinkedTables {
    let ((header, mut original), (_, mut duplicate)) = (read(ORIGINAL), read(DUPLICATE));
    original.truncate(ours);
    duplicate.truncate(theirs);
    let kept: Vec<usize> = (1..header.len()).filter(|&column| !without.contains(&header[column].as_str())).collect();
    let cut = |rows: &Rows| rows.iter().map(|row| kept.iter().map(|&column| row[column].clone()).collect()).collect();
    let column_type = |column: usize| match header[column].as_str() {
        "street_number" | "postcode" | "date_of_birth" | "soc_sec_id" => ColumnType::Integer,
        _ => ColumnType::Text,
    };
    let columns: Vec<(&str, ColumnType)> =
        kept.iter().map(|&column| (header[column].as_str(), column_type(column))).collect();
    with_truth(linked(&columns, &cut(&original), &cut(&duplicate)), &persons(&original), &persons(&duplicate))
}

fn run(linked: &LinkedTables) -> LinkageAttack {
    let found = attack(linked, &Settings::default(), &Stop::default()).unwrap();
    assert!(found.probabilistic.as_ref().unwrap().converged);
    found
}

/// Links to be expected over links that are right.
fn calibration(found: &LinkageAttack) -> f64 {
    let expected: f64 = found.calibration.iter().map(|bin| bin.expected).sum();
    let correct: u64 = found.calibration.iter().map(|bin| bin.correct.unwrap()).sum();
    expected / f64::from(u32::try_from(correct).unwrap())
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn all_columns_find_everybody_and_the_probabilities_add_up() {
    for without in [&[][..], &["soc_sec_id"][..]] {
        let found = run(&tables(without, 5000, 5000));
        assert!(found.precision.unwrap() >= 0.99 && found.recall.unwrap() >= 0.97, "{found:?}");
        let expected: f64 = found.calibration.iter().map(|bin| bin.expected).sum();
        assert!((expected - 5000.0).abs() <= 100.0 && (calibration(&found) - 1.0).abs() <= 0.02, "{expected}");
        assert!(found.probabilistic.unwrap().pair_completeness.unwrap() >= 0.999);
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn people_without_a_partner_are_left_alone() {
    // The first 2,500 of the one file and the first 3,000 of the other have 1,528 people in common.
    let found = run(&tables(&["soc_sec_id"], 2500, 3000));
    assert!(found.precision.unwrap() >= 0.99 && found.recall.unwrap() >= 0.97);
    assert!((calibration(&found) - 1.0).abs() <= 0.02);
    assert!(found.correct.unwrap() > 1480 && found.links.unwrap() < 1560);
}

#[test]
fn few_columns_find_fewer_and_say_so() {
    let few = ["soc_sec_id", "date_of_birth", "address_1", "address_2", "suburb", "street_number"];
    let found = run(&tables(&few, 2500, 3000));
    assert!(found.recall.unwrap() < 0.97, "names, postcode and state are not enough");
    assert!(found.precision.unwrap() > 0.95 && (calibration(&found) - 1.0).abs() <= 0.05, "{found:?}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn nobody_in_common_is_no_evidence() {
    // People with an even number on one side, odd on the other.
    let all = tables(&["soc_sec_id"], 5000, 5000);
    let keys = all.truth.clone().unwrap();
    let ((header, original), (_, duplicate)) = (read(ORIGINAL), read(DUPLICATE));
    let cut = |rows: &Rows, keys: &[Option<u32>], parity: u32| -> Rows {
        let chosen = rows.iter().zip(keys).filter(|(_, key)| key.is_some_and(|key| key % 2 == parity)).take(1500);
        chosen.map(|(row, _)| row[1..10].to_vec()).collect()
    };
    let columns: Vec<(&str, ColumnType)> = header[1..10].iter().map(|name| (name.as_str(), ColumnType::Text)).collect();
    let apart = linked(&columns, &cut(&original, &keys.ours, 0), &cut(&duplicate, &keys.theirs, 1));
    let found = attack(&apart, &Settings::default(), &Stop::default()).unwrap();
    assert!(found.claim_rate.is_none_or(|rate| rate < 0.01), "{found:?}");
}
