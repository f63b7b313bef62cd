//! Subjects left out within a budget: the file holds none of their bytes, and a budget that is too small releases nothing.

use std::fmt::Write as _;

use serde_json::Value;

use super::{CONFIG, bench_with, everything, extract, released, run, text};
use crate::support::{Bench, CANARY, Ended};

/// Three people whose age nobody shares, beside the 120 others.
fn with_few() -> String {
    let mut text = extract();
    for few in 0..3 {
        writeln!(text, "{CANARY}-few{few},{CANARY}-card-few{few},{},town{few},{CANARY},7", 90 + few)
            .expect("memory takes text");
    }
    text
}

fn bench(budget: &str) -> Bench {
    // Those of 90 and more are three, too few for five.
    let config = CONFIG.replace("bins:30,40,50", "bins:30,40,50,90");
    let bench = bench_with(&format!("{config}{budget}"));
    bench.write("cards.csv", with_few());
    bench
}

fn scan(bench: &Bench, flags: &[&str]) -> Ended {
    let (cards, config) = (bench.input("cards.csv"), bench.input("reidrisk.toml"));
    let paths = [cards.to_str().expect("text"), "--config", config.to_str().expect("text")];
    bench.scan(paths.iter().chain(flags))
}

#[test]
fn who_is_left_out_within_the_budget_is_in_no_byte_that_leaves() {
    let bench = bench("[release]\nsuppress = \"3%\"\n");
    let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let lines = text(&released(&bench, "leaving"));
    assert_eq!(lines.lines().count(), 361);
    for path in everything(&bench.input("leaving")) {
        let text = text(&path);
        assert!(!text.contains(CANARY) && !text.contains(">=90,"), "{}", path.display());
    }
    let certificate: Value = serde_json::from_str(&text(&bench.input("leaving/release.json"))).expect("JSON");
    let removal = &certificate["left_out"]["removal"];
    assert_eq!((&removal["removed"], &removal["allowed"], &removal["of"]), (&3.into(), &3.into(), &123.into()));
    assert!(text(&bench.input("leaving/certificate.html")).contains("3 of 123 subjects"), "{certificate}");
}

#[test]
fn a_budget_that_is_too_small_releases_nothing_and_leaves_nobody_out() {
    let bench = bench("[release]\nsuppress = \"2%\"\n");
    let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(ended.stdout.contains("small-class") && ended.stdout.contains("2 of 123 subjects"), "{ended}");
    assert!(!bench.input("leaving").exists());
    // The flag says more than the file.
    let ended = run(&bench, "release", &["cards.csv", "--to", "leaving", "--suppress", "2.5%"]);
    assert_eq!(ended.code, Some(0), "{ended}");
}

#[test]
fn a_scan_measures_the_file_without_them_and_says_that_it_holds_them() {
    let bench = bench("");
    let ended = scan(&bench, &["--suppress", "3%"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let result = bench.result();
    let removal = &result["dataset"]["removal"];
    assert_eq!((&removal["removed"], &removal["records"]), (&3.into(), &3.into()));
    assert_eq!(result["dataset"]["subjects"], 120);
    let codes: Vec<&str> =
        result["findings"].as_array().into_iter().flatten().filter_map(|f| f["code"].as_str()).collect();
    assert!(codes.iter().filter(|code| **code == "treatment-not-applied").count() == 2, "{codes:?}");
    assert!(!codes.contains(&"small-class"), "{codes:?}");
}

/// What is predicted for the treated file is what a fresh scan of it finds.
#[test]
fn the_figures_of_the_scan_as_if_are_those_of_the_released_file() {
    let bench = bench("[release]\nsuppress = \"3%\"\n");
    scan(&bench, &[]);
    let predicted = bench.result();
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "leaving"]).code, Some(0));
    let certificate: Value = serde_json::from_str(&text(&bench.input("leaving/release.json"))).expect("JSON");
    let classes = |figures: &Value| -> Vec<Value> {
        let figures = figures.as_array().expect("figures").iter();
        figures
            .filter(|figure| !figure["id"].as_str().is_some_and(|id| id.starts_with("identifiers.")))
            .cloned()
            .collect()
    };
    assert_eq!(classes(&predicted["figures"]), classes(&certificate["figures"]));
}
