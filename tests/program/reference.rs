//! Figures that others have published or that any database gives, through the binary.

use serde_json::Value;

use crate::support::{Bench, repository_file};

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

/// The first records of Adult on eight quasi-identifiers, as numbers.
fn adult_cells(records: usize) -> (String, Vec<Vec<usize>>) {
    let text = crate::support::adult();
    let cut: Vec<&str> = text.lines().take(records + 1).collect();
    let names: Vec<&str> = cut[0].trim_end().split(';').collect();
    let wanted: Vec<usize> = QUASI_IDENTIFIERS
        .split(',')
        .map(|name| names.iter().position(|other| *other == name).expect("a column"))
        .collect();
    let mut numbers = std::collections::HashMap::new();
    let mut number = |cell: &str| {
        let next = numbers.len();
        *numbers.entry(cell.to_owned()).or_insert(next)
    };
    let cells = cut[1..].iter().map(|line| {
        let cells: Vec<&str> = line.trim_end().split(';').collect();
        wanted.iter().map(|&place| number(cells[place])).collect()
    });
    let cells = cells.collect();
    (cut.join("\n"), cells)
}

/// MSUs by size, by brute force: a set of columns that meets every difference set, none of whose parts does.
fn msus_by_size(records: &[Vec<usize>]) -> Vec<u64> {
    let columns = records[0].len();
    let mut by_size = vec![0; columns];
    for one in records {
        let differs =
            |other: &Vec<usize>| -> usize { (0..columns).filter(|&c| one[c] != other[c]).map(|c| 1 << c).sum() };
        let mut differences: Vec<usize> =
            records.iter().filter(|other| !std::ptr::eq(*other, one)).map(differs).collect();
        differences.sort_unstable();
        differences.dedup();
        let meets = |set: usize| differences.iter().all(|difference| difference & set != 0);
        for set in (1..1 << columns).filter(|&set| meets(set)) {
            let parts = (0..columns).filter(|c| set >> c & 1 == 1).map(|c| set & !(1 << c));
            if !parts.into_iter().any(meets) {
                by_size[set.count_ones() as usize - 1] += 1;
            }
        }
    }
    by_size
}

#[test]
fn special_uniques_of_adult_are_those_of_difference_sets() {
    let (text, records) = adult_cells(2_000);
    let bench = Bench::new();
    bench.write("cut.csv", text);
    let flags = ["--quasi", QUASI_IDENTIFIERS, "--max-msu", "8", "--measures", "special_uniques"];
    let ended = bench.scan(["input/cut.csv"].into_iter().chain(flags));
    let value = bench.assert_counted(&ended, 2_000)["measures"]["special_uniques"]["value"].clone();
    let found: Vec<u64> = value["by_size"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|size| size["record_msus"].as_u64().expect("a count"))
        .collect();
    assert_eq!(found, msus_by_size(&records));
    assert!(found.iter().sum::<u64>() > 2_000, "{found:?}");
}
