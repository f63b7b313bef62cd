//! Figures that others have published or that any database gives, through the binary.

#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use serde_json::Value;
use support::{Bench, repository_file};

const QUASI_IDENTIFIERS: &str = "sex,age,race,marital-status,education,native-country,workclass,occupation";

/// Scans UCI Adult, each record its own subject.
fn scan_adult(quasi_identifiers: &str, max_set: &str) -> Value {
    let bench = Bench::new();
    let adult = repository_file("tests/data/reference/adult.csv.gz");
    let adult = adult.to_str().expect("the repository's path is text");
    let ended = bench.scan([adult, "--quasi", quasi_identifiers, "--max-set", max_set]);
    bench.assert_counted(&ended, 30_162)["measures"]["uniqueness"]["value"].clone()
}

/// Records in classes of fewer than `k`.
fn records_below(set: &Value, k: u64) -> u64 {
    let rows = set["below"].as_array().expect("`below` is a list");
    let row = rows.iter().find(|row| row["k"] == k).expect("the bound is listed");
    row["records"].as_u64().expect("a count")
}

#[test]
fn adult_has_14021_unique_records_on_eight_quasi_identifiers() {
    let uniqueness = scan_adult(QUASI_IDENTIFIERS, "1");
    let full = &uniqueness["full"];
    assert_eq!(full["reading"], "record");
    assert_eq!(full["classes"], 18_109);
    assert_eq!(full["unique_records"], 14_021);
    assert_eq!(full["unique_classes"], 14_021);
    assert_eq!(full["unique_subjects"], 14_021);
    assert_eq!(full["smallest_class"], 1);
    assert_eq!(records_below(full, 5), 21_977);
}

#[test]
fn without_a_subject_the_static_set_is_the_full_set() {
    let uniqueness = scan_adult(QUASI_IDENTIFIERS, "1");
    assert_eq!(uniqueness["static"], uniqueness["full"]);
}

#[test]
fn adult_has_528_classes_on_sex_age_and_race() {
    let uniqueness = scan_adult(QUASI_IDENTIFIERS, "3");
    let sets = uniqueness["sets"].as_array().expect("`sets` is a list");
    assert_eq!(sets.len(), 8 + 28 + 56, "all sets of one, two and three out of eight columns");
    let wanted = serde_json::json!(["sex", "age", "race"]);
    let set = sets.iter().find(|set| set["columns"] == wanted).expect("the set is listed, in file order");
    assert_eq!(set["classes"], 528);
    assert_eq!(set["unique_records"], 62);
    assert_eq!(records_below(set, 5), 425);
}

#[test]
#[allow(clippy::float_cmp, reason = "both are one division of two exact counts")]
fn adult_on_all_nine_columns_agrees_with_arx() {
    let uniqueness = scan_adult(&format!("{QUASI_IDENTIFIERS},salary-class"), "1");
    let full = &uniqueness["full"];
    let unique_records = full["unique_records"].as_f64().expect("a count");
    assert_eq!(unique_records / 30_162.0, 0.514_289_503_348_584_4);
    let average = full["risk"]["average_record"].as_f64().expect("a mean");
    assert!((average - 0.646_575_160_798_355_5).abs() < 1e-14, "average risk is {average}");
}

#[test]
fn every_histogram_of_adult_adds_up_to_all_records() {
    let uniqueness = scan_adult(QUASI_IDENTIFIERS, "3");
    let count = |row: &Value, field: &str| row[field].as_u64().expect("a count");
    for set in uniqueness["sets"].as_array().expect("`sets` is a list") {
        let rows = set["class_sizes"].as_array().expect("`class_sizes` is a list");
        let records: u64 = rows.iter().map(|row| count(row, "records")).sum();
        let classes: u64 = rows.iter().map(|row| count(row, "classes")).sum();
        assert_eq!(records, 30_162, "records of {}", set["columns"]);
        assert_eq!(classes, count(set, "classes"), "classes of {}", set["columns"]);
        assert!(rows.iter().all(|row| count(row, "size") * count(row, "classes") == count(row, "records")));
    }
}
