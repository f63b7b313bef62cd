//! The figures of the samples are those of before the reports were reworded, told apart by id, columns and about: words and
//! layout may change, and figures may come in addition.
//!
//! A figure that changes belongs under "Results change" in the changelog, and its line in `tests/data/figures` is renewed by hand.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Bench, repository_file};

/// Values by what tells figures apart.
fn by_id<'a>(figures: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, &'a Value> {
    figures.into_iter().map(|it| (format!("{} {} {}", it["id"], it["columns"], it["about"]), &it["value"])).collect()
}

#[test]
fn figures_of_the_samples_do_not_change_with_the_words_about_them() {
    for (name, file) in [
        ("purchase_cards", "sample_data/purchase_cards.csv"),
        ("bank_extract", "sample_data/bank_extract/bank_extract.csv"),
        ("bank_coarsened", "sample_data/bank_coarsened/bank_coarsened.csv"),
    ] {
        let stored =
            fs::read_to_string(repository_file(&format!("tests/data/figures/{name}.ndjson"))).expect("figures");
        let stored: Vec<Value> = stored.lines().map(|line| serde_json::from_str(line).expect("a figure")).collect();
        let before = by_id(&stored);
        assert!(before.len() == stored.len() && before.len() > 100, "{name}: {} figures", before.len());
        let bench = Bench::new();
        let ended = bench.scan([repository_file(file)]);
        assert!(matches!(ended.code, Some(0 | 1)), "{name}: {ended}");
        let result = bench.result();
        let now = by_id(result["figures"].as_array().expect("figures"));
        for (figure, value) in before {
            assert_eq!(now.get(&figure), Some(&value), "{name}: {figure}");
        }
    }
}
