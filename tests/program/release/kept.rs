//! What a release keeps is told in counts and shares.

use serde_json::Value;

use super::{CONFIG, bench_with, extract, run, text};
use crate::support::CANARY;

fn kept(config: &str, more: &str) -> (Value, String) {
    let bench = bench_with(config);
    bench.write("cards.csv", extract() + more);
    let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let certificate: Value = serde_json::from_str(&text(&bench.input("leaving/release.json"))).expect("JSON");
    (certificate["kept"].clone(), text(&bench.input("leaving/certificate.html")))
}

#[test]
fn where_everybody_leaves_nothing_shifts_and_coarser_columns_have_less_detail() {
    let (kept, page) = kept(CONFIG, "");
    assert_eq!((&kept["records"], &kept["records_before"]), (&360.into(), &360.into()));
    assert_eq!((&kept["subjects"], &kept["subjects_before"]), (&120.into(), &120.into()));
    let columns = kept["columns"].as_array().expect("columns");
    let detail = |name: &str| {
        let column = columns.iter().find(|column| column["name"] == name).expect("the column");
        assert_eq!(column["total_variation"], 0.0);
        column["detail"].as_f64().expect("a share")
    };
    // Forty ages in four bands of 10, 10, 10 and 10 years.
    assert!((detail("age") - 4_f64.ln() / 40_f64.ln()).abs() < 1e-9);
    assert!((detail("town") - 1.0).abs() < 1e-9 && (detail("total") - 1.0).abs() < 1e-9);
    assert_eq!(kept["pairs"].as_array().map(Vec::len), Some(3));
    let total = |by: &str| {
        let totals = kept["totals"].as_array().expect("totals");
        totals.iter().find(|total| total["column"] == "total" && total["by"] == by).expect("a total").clone()
    };
    assert_eq!((&total("town")["groups"], &total("town")["change"]), (&4.into(), &0.0.into()));
    assert!(page.contains("What is kept") && page.contains("360 of 360"));
}

#[test]
fn who_is_left_out_is_missing_from_shares_and_totals() {
    let few = |few| format!("{CANARY}-f{few},{CANARY}-c{few},9{few},town0,{CANARY},10\n");
    let more = [0, 1, 2].map(few).concat();
    let config = CONFIG.replace("bins:30,40,50", "bins:30,40,50,90") + "[release]\nsuppress = \"3%\"\n";
    let (kept, page) = kept(&config, &more);
    assert_eq!((&kept["records"], &kept["records_before"]), (&360.into(), &363.into()));
    let columns = kept["columns"].as_array().expect("columns");
    let age = columns.iter().find(|column| column["name"] == "age").expect("the column");
    // Three of 363 records are of a band that does not leave.
    assert!((age["total_variation"].as_f64().expect("a share") - 3.0 / 363.0).abs() < 1e-9, "{age}");
    let totals = kept["totals"].as_array().expect("totals");
    let by_town = totals.iter().find(|total| total["column"] == "total" && total["by"] == "town").expect("a total");
    // Totals of 0, 1 and 2 for 120 records each, and 30 of those who stay.
    assert!((by_town["change"].as_f64().expect("a share") - 30.0 / 390.0).abs() < 1e-9, "{by_town}");
    assert!(page.contains("Totals that change most") && !page.contains(CANARY));
}
