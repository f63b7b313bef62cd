//! The bank samples are what their generator makes.

#[allow(dead_code, reason = "its `main` is not called here")]
#[path = "../../examples/make_bank_extract/main.rs"]
mod make_bank_extract;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::{BINARY, repository_file};

#[test]
fn the_generator_makes_the_files_of_the_repository_byte_for_byte() {
    let folder = repository_file("sample_data");
    for (name, text) in make_bank_extract::files() {
        let stored = std::fs::read(folder.join(name)).expect("the file is in the repository");
        assert!(stored == text.as_bytes(), "{name} is not what `examples/make_bank_extract` makes");
        assert!(stored.len() < 1_500_000, "{name} is too large for a repository");
    }
}

#[test]
fn the_recipient_holds_most_customers_and_others_and_the_twin_holds_the_same_people() {
    let files: BTreeMap<&str, String> = make_bank_extract::files().into_iter().collect();
    let column = |name: &str, place: usize| -> Vec<String> {
        let cell = |line: &str| line.split(',').nth(place).expect("a cell").to_owned();
        files[name].lines().skip(1).map(cell).collect()
    };
    let customers: BTreeSet<String> = column("bank_extract/bank_extract.csv", 0).into_iter().collect();
    let people: BTreeSet<String> = column("bank_coarsened/bank_coarsened.csv", 0).into_iter().collect();
    let (truth, twin) = (column("bank_extract/members.csv", 5), column("bank_coarsened/members.csv", 3));
    let known = |truth: &[String], all: &BTreeSet<String>| {
        let keys: BTreeSet<&String> = truth.iter().filter(|key| !key.is_empty()).collect();
        assert!(keys.iter().all(|key| all.contains(*key)), "a key of nobody");
        keys.len()
    };
    let members = known(&truth, &customers);
    assert_eq!(known(&twin, &people), members);
    assert!((600..680).contains(&members), "{members} customers are members");
    assert_eq!(truth.len() - members, 420, "members who are no customers");
    let is_customer = |keys: &[String]| keys.iter().map(|key| !key.is_empty()).collect::<Vec<_>>();
    assert_eq!(is_customer(&truth), is_customer(&twin), "both tables list the members in one order");
}

/// Only the names and the order differ: `release` makes pseudonyms, and the twin has numbers so that its members can be told.
#[test]
fn the_twin_is_what_release_makes_of_the_customers() {
    let samples = repository_file("sample_data");
    let out = tempfile::tempdir().expect("a folder");
    let ended = std::process::Command::new(BINARY)
        .arg("release")
        .arg(samples.join("bank_customers/customers.csv"))
        .arg("--to")
        .arg(out.path().join("twin"))
        .output()
        .expect("the binary runs");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("the file");
        let lines = text.lines().map(|line| line.split_once(',').expect("several cells"));
        let lines: Vec<(String, String)> = lines.map(|(name, rest)| (name.to_owned(), rest.to_owned())).collect();
        let names: BTreeSet<String> = lines.iter().skip(1).map(|(name, _)| name.clone()).collect();
        assert_eq!(names.len(), lines.len() - 1, "one record for each");
        let mut rest: Vec<String> = lines.iter().skip(1).map(|(_, rest)| rest.clone()).collect();
        rest.sort();
        (lines[0].clone(), rest)
    };
    let (released, twin) =
        (read(&out.path().join("twin/twin.csv")), read(&samples.join("bank_coarsened/bank_coarsened.csv")));
    assert_eq!(released, twin);
}

#[test]
fn the_members_link_the_extract_and_less_than_one_in_a_hundred_of_the_twin() {
    let folder = repository_file("sample_data");
    let out = tempfile::tempdir().expect("a folder");
    let scanned = |name: &str| {
        let ended = std::process::Command::new(BINARY)
            .arg("scan")
            .arg(folder.join(format!("{name}/{name}.csv")))
            .args(["--emit", "json", "--format", "json", "--out"])
            .arg(out.path())
            .output()
            .expect("the binary runs");
        let result: serde_json::Value = serde_json::from_slice(&ended.stdout).expect("a result");
        (ended.status.code(), result)
    };
    let attacks = |result: &serde_json::Value| result["measures"]["linkage"]["value"]["attacks"].clone();
    let (code, extract) = scanned("bank_extract");
    assert_eq!((code, &extract["verdict"]["outcome"]), (Some(1), &serde_json::json!("fail")));
    let codes: Vec<&str> =
        extract["findings"].as_array().expect("a list").iter().filter_map(|found| found["code"].as_str()).collect();
    assert!(codes.contains(&"linkable"), "{codes:?}");
    let found = attacks(&extract);
    let rates: Vec<f64> = [0, 1].iter().filter_map(|place: &usize| found[*place]["attack_rate"].as_f64()).collect();
    assert!(rates[0] > 0.2 && rates[1] > 0.75, "exact and tolerant: {rates:?}");
    let (code, twin) = scanned("bank_coarsened");
    assert_eq!((code, &twin["verdict"]["outcome"]), (Some(0), &serde_json::json!("pass")));
    let found = attacks(&twin);
    let rate = found[0]["attack_rate"].as_f64().expect("a rate");
    assert!((0.007..0.01).contains(&rate), "within the limit of its policy, and above guessing: {rate}");
    assert_eq!((&found[0]["unique"], &found[0]["k_map"]), (&serde_json::json!(0), &serde_json::json!(81)));
}

#[test]
fn customers_are_told_apart_and_keep_their_attributes() {
    let (_, extract) = make_bank_extract::files().swap_remove(0);
    let mut attributes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut accounts: BTreeMap<&str, &str> = BTreeMap::new();
    for line in extract.lines().skip(1) {
        let mut cells = line.splitn(6, ',');
        let (customer, account) = (cells.next().expect("a customer"), cells.next().expect("an account"));
        let start = customer.len() + account.len() + 2;
        let length = cells.take(3).map(|cell| cell.len() + 1).sum::<usize>();
        attributes.entry(customer).or_default().insert(&line[start..start + length]);
        assert_eq!(*accounts.entry(account).or_insert(customer), customer, "an account has one customer");
    }
    assert_eq!(attributes.len(), 700);
    assert!(attributes.values().all(|values| values.len() == 1), "birth year, district and segment never change");
}
