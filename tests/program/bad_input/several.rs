//! Standard input, globs, folders, and several files of one extract.

use std::fs;

use serde_json::Value;

use super::text::{ROLES, purchases};
use crate::support::{Bench, CANARY, Ended};

fn scan(bench: &Bench, inputs: &[&str]) -> Ended {
    bench.scan(inputs.iter().chain(&ROLES))
}

/// The measures of a sound scan of 40 purchases in however many files.
fn measures(bench: &Bench, ended: &Ended) -> Value {
    bench.assert_counted(ended, 40)["measures"].clone()
}

/// The measures of the same purchases in one file.
fn expected() -> Value {
    let bench = Bench::new();
    bench.write("cards.csv", purchases(40));
    let ended = scan(&bench, &["input/cards.csv"]);
    measures(&bench, &ended)
}

/// Writes 40 purchases as two files of 20.
fn write_halves(bench: &Bench) {
    let text = purchases(40);
    let (header, records) = text.split_once('\n').expect("a header");
    let lines: Vec<&str> = records.lines().collect();
    for (name, half) in ["first.csv", "second.csv"].iter().zip(lines.chunks(20)) {
        bench.write(name, format!("{header}\n{}\n", half.join("\n")));
    }
}

#[test]
fn standard_input_is_read_as_a_file() {
    let bench = Bench::new();
    let ended = bench.scan_with_stdin(["-"].iter().chain(&ROLES), purchases(40).as_bytes());
    assert_eq!(measures(&bench, &ended), expected());
}

#[test]
fn an_empty_standard_input_is_refused() {
    let bench = Bench::new();
    bench.assert_refused(&scan(&bench, &["-"]), 3, &["empty"]);
}

#[test]
fn a_glob_a_folder_and_a_list_of_files_are_one_extract() {
    for inputs in [&["input/*.csv"][..], &["input"], &["input/first.csv", "input/second.csv"]] {
        let bench = Bench::new();
        write_halves(&bench);
        let ended = scan(&bench, inputs);
        assert_eq!(measures(&bench, &ended), expected(), "{inputs:?}");
        assert_eq!(bench.result()["dataset"]["files"].as_array().map(Vec::len), Some(2), "{inputs:?}");
    }
}

#[test]
fn files_whose_columns_stand_in_another_order_are_one_extract() {
    let bench = Bench::new();
    write_halves(&bench);
    let second = fs::read_to_string(bench.input("second.csv")).expect("our own file");
    let turned: Vec<String> = second
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            format!("{},{},{}", fields[2], fields[0], fields[1])
        })
        .collect();
    bench.write("second.csv", turned.join("\n"));
    let ended = scan(&bench, &["input/first.csv", "input/second.csv"]);
    assert_eq!(measures(&bench, &ended), expected());
}

#[test]
fn a_file_that_lacks_a_column_is_refused_by_file_and_column() {
    let bench = Bench::new();
    write_halves(&bench);
    bench.write("second.csv", format!("card,amount\n{CANARY},1.50\n"));
    let ended = scan(&bench, &["input/first.csv", "input/second.csv"]);
    bench.assert_refused(&ended, 3, &["second.csv", "merchant"]);
}

#[test]
fn a_file_with_a_column_more_is_refused_by_file_and_column() {
    let bench = Bench::new();
    write_halves(&bench);
    bench.write("second.csv", format!("card,merchant,amount,terminal\n{CANARY},a,1.50,7\n"));
    let ended = scan(&bench, &["input/first.csv", "input/second.csv"]);
    bench.assert_refused(&ended, 3, &["second.csv", "column 4"]);
}

#[test]
fn one_bad_file_among_good_ones_leaves_no_report() {
    let bench = Bench::new();
    write_halves(&bench);
    bench.write("third.csv", format!("card,merchant,amount\n{CANARY},shop\n"));
    bench.assert_refused(&scan(&bench, &["input"]), 3, &["third.csv"]);
}

#[test]
fn a_copy_of_a_file_is_refused() {
    let bench = Bench::new();
    write_halves(&bench);
    fs::copy(bench.input("first.csv"), bench.input("copy.csv")).expect("a copy");
    bench.assert_refused(&scan(&bench, &["input"]), 3, &["first.csv", "copy.csv", "same content", "hint"]);
}

#[test]
fn a_folder_that_holds_more_than_would_be_read_is_refused() {
    let bench = Bench::new();
    write_halves(&bench);
    bench.write("third.dat", purchases(20));
    bench.assert_refused(&scan(&bench, &["input"]), 3, &["1 other file", "glob"]);
}
