//! Files that other readers were tested with; `tests/data/README.md` names their origin.

use serde_json::Value;

use crate::support::{Bench, Ended, repository_file};

fn scan(bench: &Bench, path: &str, quasi_identifiers: &str) -> Ended {
    let path = repository_file(path);
    let path = path.to_str().expect("the repository's path is text");
    bench.scan(if quasi_identifiers.is_empty() { vec![path] } else { vec![path, "--quasi", quasi_identifiers] })
}

/// File, columns asked for, records in it, distinct records on these columns; records without any value are in no class.
const SOUND: [(&str, &str, u64, u64); 21] = [
    ("spectrum_comma_in_quotes.csv", "first,last,address,city,zip", 1, 1),
    ("spectrum_empty.csv", "a,b,c", 2, 2),
    ("spectrum_empty_crlf.csv", "a,b,c", 2, 2),
    ("spectrum_escaped_quotes.csv", "a,b", 2, 2),
    ("spectrum_json.csv", "key,val", 1, 1),
    ("spectrum_location_coordinates.csv", "Location Coordinates,Cities", 1, 1),
    ("spectrum_newlines.csv", "a,b,c", 3, 3),
    ("spectrum_newlines_crlf.csv", "a,b,c", 3, 3),
    ("spectrum_quotes_and_newlines.csv", "a,b", 2, 2),
    ("spectrum_simple.csv", "a,b,c", 1, 1),
    ("spectrum_simple_crlf.csv", "a,b,c", 1, 1),
    ("spectrum_utf8.csv", "a,b,c", 2, 2),
    ("alltypes_plain.parquet", "id", 8, 8),
    ("alltypes_plain.parquet", "bool_col,tinyint_col,double_col", 8, 2),
    ("alltypes_plain.snappy.parquet", "id,timestamp_col", 2, 2),
    ("byte_array_decimal.parquet", "value", 24, 24),
    ("datapage_v2.snappy.parquet", "a,c,d", 5, 4),
    ("fixed_length_decimal.parquet", "value", 24, 24),
    ("nan_in_stats.parquet", "x", 2, 1),
    ("nested_lists.snappy.parquet", "b", 3, 1),
    ("../parity/cards_double.parquet", "refund", 464, 2),
];

#[test]
fn every_sound_file_is_counted_exactly() {
    for (file, quasi_identifiers, records, classes) in SOUND {
        let bench = Bench::new();
        let ended = scan(&bench, &format!("tests/data/good_input/{file}"), quasi_identifiers);
        let result = bench.assert_counted(&ended, records);
        assert_eq!(result["measures"]["uniqueness"]["value"]["full"]["classes"], classes, "{file}\n{ended}");
    }
}

#[test]
fn empty_fields_and_nan_are_missing() {
    let missing = |file: &str, quasi_identifiers: &str, column: &str| -> Value {
        let bench = Bench::new();
        let ended = scan(&bench, &format!("tests/data/good_input/{file}"), quasi_identifiers);
        assert_eq!(ended.code, Some(1), "{ended}");
        let result = bench.result();
        let columns = result["dataset"]["columns"].as_array().expect("a list").clone();
        columns.into_iter().find(|entry| entry["name"] == column).expect("the column is listed")["missing"].clone()
    };
    assert_eq!(missing("spectrum_empty.csv", "a,b,c", "b"), 1);
    assert_eq!(missing("nan_in_stats.parquet", "x", "x"), 1);
}

#[test]
fn nested_columns_are_refused_by_name_when_they_are_asked_for() {
    for (file, column) in [("nested_lists.snappy.parquet", "a"), ("nulls.snappy.parquet", "b_struct")] {
        let bench = Bench::new();
        let ended = scan(&bench, &format!("tests/data/good_input/{file}"), column);
        bench.assert_refused(&ended, 3, &[file, &format!("`{column}`")]);
    }
}

#[test]
fn every_broken_parquet_is_refused() {
    for file in ["PARQUET-1481.parquet", "ARROW-RS-GH-6229-DICTHEADER.parquet", "ARROW-GH-41317.parquet"] {
        let bench = Bench::new();
        bench.assert_refused(&scan(&bench, &format!("tests/data/bad_input/{file}"), ""), 3, &[file]);
    }
}

#[test]
fn a_dictionary_index_of_width_zero_is_refused_or_counted() {
    let bench = Bench::new();
    let ended = scan(&bench, "tests/data/bad_input/ARROW-GH-43605.parquet", "min_fl");
    bench.assert_refused_or_counted(&ended, 21_186);
}

/// Two of its instants lie beyond what 64 bits of nanoseconds can say.
#[test]
fn instants_out_of_range_are_refused_or_counted() {
    let bench = Bench::new();
    let ended = scan(&bench, "tests/data/good_input/int96_from_spark.parquet", "a");
    bench.assert_refused_or_counted(&ended, 6);
}

#[test]
fn guessed_roles_never_pass() {
    for (file, ..) in SOUND {
        let bench = Bench::new();
        let ended = scan(&bench, &format!("tests/data/good_input/{file}"), "");
        assert!(matches!(ended.code, Some(1 | 3)), "{file}\n{ended}");
        bench.assert_discreet(&ended);
    }
}
