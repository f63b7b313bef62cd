//! The records that the files of these tests spell in their ways, and what a scan says of them.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

use crate::support::{Bench, repository_file};

/// The columns of the clean file.
pub(crate) const NAMES: [&str; 6] = ["customer", "day", "amount", "merchant", "city", "birth_year"];

/// The records of the clean file.
pub(crate) fn records() -> Vec<[String; 6]> {
    let path = repository_file("tests/data/cases/00_clean/clean.csv");
    let text = std::fs::read_to_string(path).expect("the clean file");
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    text.lines().skip(1).map(|line| cells(line).try_into().expect("six cells")).collect()
}

/// The records with a heading, `between` fields and at the end of lines.
pub(crate) fn table(between: &str, line_end: &str) -> String {
    let mut text = NAMES.join(between) + line_end;
    for record in records() {
        text += &(record.join(between) + line_end);
    }
    text
}

/// Scans inputs as the clean file is scanned, and asserts that the same is found.
pub(crate) fn assert_clean(bench: &Bench, what: &str, inputs: &[&Path], flags: &[&str]) -> Value {
    let mut arguments: Vec<OsString> = inputs.iter().map(OsString::from).collect();
    arguments.extend(["--subject", "customer", "--quasi", "city,birth_year"].map(OsString::from));
    arguments.extend(flags.iter().map(OsString::from));
    let ended = bench.scan(arguments);
    assert_eq!(ended.code, Some(1), "{what}\n{ended}");
    bench.assert_discreet(&ended);
    let result = bench.result();
    let names = |result: &Value| {
        let columns = result["dataset"]["columns"].as_array().expect("columns").clone();
        columns.iter().map(|column| column["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&result), NAMES, "{what}");
    let dataset = &result["dataset"];
    assert_eq!((&dataset["records"], &dataset["subjects"]), (&480.into(), &60.into()), "{what}");
    let sets = &result["measures"]["uniqueness"]["value"]["static"];
    assert_eq!(sets["smallest_class"], 2, "{what}: smallest class");
    assert_eq!(result["findings"][0]["code"], "small-class", "{what}");
    result
}

/// Asserts that no line of the clean records is among what the program printed or wrote.
pub(crate) fn assert_no_cell(bench: &Bench, what: &str, told: &[&str], cells: &[String]) {
    let mut outputs: Vec<Vec<u8>> = told.iter().map(|text| text.as_bytes().to_vec()).collect();
    outputs.extend(bench.written().iter().map(|path| std::fs::read(path).expect("a written file")));
    for cell in cells {
        let shown = outputs.iter().any(|output| crate::support::contains(output, cell.as_bytes()));
        assert!(!shown, "{what}: a cell of {} bytes is shown", cell.len());
    }
}
