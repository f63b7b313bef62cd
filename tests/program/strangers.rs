//! Roles guessed for extracts in formats that the guess was not written for. The records are invented; headings and
//! spellings are those of public export formats. `expected.txt` was written before the program first saw the files.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

use std::process::Command;

use serde_json::Value;

use crate::support::{BINARY, repository_file};

/// A file, a column and the roles that are right for it; several where two can be defended.
struct Expected {
    file: String,
    column: String,
    roles: Vec<String>,
}

fn folder() -> std::path::PathBuf {
    repository_file("tests/data/strangers")
}

fn expected() -> Vec<Expected> {
    let text = std::fs::read_to_string(folder().join("expected.txt")).unwrap();
    let parse = |line: &str| {
        let parts: Vec<&str> = line.split('|').collect();
        let [file, column, roles] = parts[..] else { panic!("three parts: {line}") };
        let roles = roles.split(' ').map(str::to_owned).collect();
        Expected { file: file.to_owned(), column: column.to_owned(), roles }
    };
    text.lines().skip(1).map(parse).collect()
}

/// Role and reason of a column, as `inspect` tells them.
fn guessed(file: &str, column: &str) -> (String, String) {
    let output = Command::new(BINARY).args(["inspect", "--format", "json"]).arg(folder().join(file)).output().unwrap();
    let inspection: Value = serde_json::from_slice(&output.stdout).unwrap();
    let columns = inspection["dataset"]["columns"].as_array().unwrap();
    let found = columns.iter().find(|found| found["name"] == column).unwrap();
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    (text("role"), text("guess_reason"))
}

#[test]
fn strangers_columns_get_the_right_role() {
    let expected = expected();
    let mut wrong = Vec::new();
    for Expected { file, column, roles } in &expected {
        let (role, reason) = guessed(file, column);
        if !roles.contains(&role) {
            wrong.push(format!("{file}: {column} is {role} ({reason}), not one of {roles:?}"));
        }
        let names_somebody = roles[0] == "direct-identifier";
        let found = role == "direct-identifier" || roles.contains(&role);
        assert!(!names_somebody || found, "a direct identifier was missed: {wrong:?}");
    }
    assert!(expected.len() >= 60, "the table is there");
    assert!(wrong.len() * 10 <= expected.len(), "{} of {} wrong: {wrong:#?}", wrong.len(), expected.len());
}
