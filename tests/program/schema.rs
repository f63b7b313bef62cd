//! `result.json` keeps the contract that is written down in `docs/result.schema.json`.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{BINARY, Bench, repository_file};

fn shipped_schema() -> String {
    fs::read_to_string(repository_file("docs/result.schema.json")).expect("the schema is in the repository")
}

fn sample_result() -> Value {
    let bench = Bench::new();
    let sample = repository_file("sample_data/purchase_cards.csv");
    let ended = bench.scan([&sample]);
    bench.assert_counted(&ended, 13_287)
}

#[test]
fn the_shipped_schema_is_the_one_that_the_program_prints() {
    let output = Command::new(BINARY).args(["schema"]).output().expect("the binary runs");
    assert!(output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stdout) == shipped_schema(),
        "docs/result.schema.json is not what the program carries"
    );
}

#[test]
fn the_result_of_the_sample_holds_to_the_schema() {
    let schema: Value = serde_json::from_str(&shipped_schema()).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let mut result = sample_result();
    let mistakes: Vec<String> = validator.iter_errors(&result).map(|error| error.instance_path().to_string()).collect();
    assert_eq!(mistakes, Vec::<String>::new(), "places that break the schema");

    result["verdict"]["outcome"] = "harmless".into();
    assert!(!validator.is_valid(&result), "a verdict that is none breaks the schema");
}

#[test]
fn the_sample_is_judged_by_its_own_configuration() {
    let result = sample_result();
    assert_eq!(result["dataset"]["name"], "purchase_cards");
    assert_eq!(result["dataset"]["subject"], "card");
    assert_eq!(result["dataset"]["subjects"], 834);
    assert_eq!(result["verdict"]["outcome"], "fail");
    let quasi_identifiers = &result["measures"]["uniqueness"]["value"]["quasi_identifiers"];
    let expected = ["trans_date", "amount_gbp", "merchant", "spend_category", "cost_centre", "directorate"];
    assert_eq!(*quasi_identifiers, serde_json::json!(expected), "all columns but the subject, in file order");
}

#[test]
fn the_other_shipped_schemas_are_those_that_the_program_prints() {
    for (of, file) in [("record", "docs/record.schema.json"), ("history", "docs/history.schema.json")] {
        let output = Command::new(BINARY).args(["schema", of]).output().expect("the binary runs");
        assert!(output.status.success());
        let shipped = fs::read_to_string(repository_file(file)).expect("the schema is in the repository");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(printed == shipped, "{file} is not what the program carries");
    }
}

#[test]
fn the_record_of_the_sample_holds_to_its_schema() {
    let schema = fs::read_to_string(repository_file("docs/record.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let bench = Bench::new();
    bench.scan([repository_file("sample_data/purchase_cards.csv")]);
    let written = bench.written();
    let path = written.iter().find(|path| path.ends_with("record.json")).expect("a record");
    let text = fs::read_to_string(path).expect("a record is text");
    assert!(text.len() < 32_000, "a record is small: {} bytes", text.len());
    let mut record: Value = serde_json::from_str(&text).expect("a record is JSON");
    let mistakes: Vec<String> = validator.iter_errors(&record).map(|error| error.instance_path().to_string()).collect();
    assert_eq!(mistakes, Vec::<String>::new(), "places that break the schema");
    record["verdict"] = "harmless".into();
    assert!(!validator.is_valid(&record));
}
