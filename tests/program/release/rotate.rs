//! A pseudonym for each person and period: no larger classes, the same figures for whoever scans the file, and nobody to
//! follow by name from one period to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use super::{key, released, run, text};
use crate::support::{Bench, CANARY, Ended};

const CONFIG: &str = r#"
[subject]
column = "customer"
rotate = "month"
[columns.town]
role = "quasi-identifier"
[columns.day]
role = "quasi-identifier"
[columns.amount]
role = "sensitive"
"#;

/// A record: customer, town, month and day, from 0.
type Row = (u32, u32, u32, u32);

fn csv(rows: &[Row]) -> String {
    let mut text = String::from("customer,town,day,amount\n");
    for (customer, town, month, day) in rows {
        writeln!(text, "{CANARY}-{customer},town{town},2026-{:02}-{:02},{}", month + 1, day + 1, customer % 3)
            .expect("memory takes text");
    }
    text
}

/// Sixty customers who shop on two days of each of three months; the last five in the first month only.
fn rows() -> Vec<Row> {
    let visits = |customer: u32| (0..if customer < 55 { 3 } else { 1 }).map(move |month| (customer, month));
    (0..60).flat_map(visits).flat_map(|(who, month)| [0, 9].map(|day| (who, who % 4, month, day))).collect()
}

fn bench(config: &str, rows: &[Row]) -> Bench {
    let bench = Bench::new();
    bench.write("cards.csv", csv(rows));
    bench.write("reidrisk.toml", config);
    bench
}

fn release(bench: &Bench, to: &str, flags: &[&str]) -> Ended {
    run(bench, "release", &[&["cards.csv", "--to", to], flags].concat())
}

fn scan(config: &str, rows: &[Row]) -> Value {
    let bench = bench(config, rows);
    let (cards, config) = (bench.input("cards.csv"), bench.input("reidrisk.toml"));
    let ended = bench.scan([cards.to_str().expect("text"), "--config", config.to_str().expect("text")]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    bench.result()
}

#[test]
fn a_customer_is_another_in_each_month_and_nobody_is_renamed_within_one() {
    let bench = bench(CONFIG, &rows());
    bench.write("release.key", key(7));
    for to in ["one", "two"] {
        let ended = release(&bench, to, &["--key", "release.key"]);
        assert_eq!(ended.code, Some(0), "{ended}");
    }
    assert_eq!(text(&released(&bench, "one")), text(&released(&bench, "two")));
    let mut months: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut records: BTreeMap<String, u32> = BTreeMap::new();
    for line in text(&released(&bench, "one")).lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        months.entry(cells[0].to_owned()).or_default().insert(cells[2][..7].to_owned());
        *records.entry(cells[0].to_owned()).or_default() += 1;
    }
    assert_eq!(months.len(), 55 * 3 + 5);
    assert!(months.values().all(|months| months.len() == 1) && records.values().all(|records| *records == 2));
    assert!(!text(&released(&bench, "one")).contains(CANARY));
}

#[test]
fn a_fresh_scan_of_the_rotated_file_gives_the_certified_figures() {
    let bench = bench(CONFIG, &rows());
    assert_eq!(release(&bench, "leaving", &[]).code, Some(0));
    let certificate: Value = serde_json::from_str(&text(&bench.input("leaving/release.json"))).expect("JSON");
    let (file, config) = (released(&bench, "leaving"), bench.input("reidrisk.toml"));
    let ended = bench.scan([file.to_str().expect("text"), "--config", config.to_str().expect("text")]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let result = bench.result();
    assert_eq!(certificate["figures"], result["figures"]);
    assert_eq!(certificate["subjects"], 55 * 3 + 5);
    assert_eq!(result["dataset"]["rotation"]["periods"], 3);
    // Whoever scans the extract is told the same.
    assert_eq!(scan(CONFIG, &rows())["figures"], result["figures"]);
}

/// A pass of what the file is not would let it leave as it is.
#[test]
fn a_scan_of_what_is_not_rotated_yet_never_passes() {
    let result = scan(CONFIG, &rows());
    let codes = |result: &Value| -> Vec<String> {
        let findings = result["findings"].as_array().expect("findings").iter();
        findings.filter(|found| found["waived"] != true).map(|found| found["code"].to_string()).collect()
    };
    assert_eq!(codes(&result), ["\"treatment-not-applied\""]);
    assert_eq!(result["verdict"]["outcome"], "review");
}

/// Counted over all months a class of a town would hold three pseudonyms of each customer.
#[test]
fn classes_are_counted_within_each_month() {
    let smallest = |result: &Value| -> u64 {
        let fixed = &result["measures"]["uniqueness"]["value"]["static"];
        fixed["smallest_class"].as_u64().unwrap_or_else(|| panic!("a class: {fixed}"))
    };
    // Fifteen of each town in the first month, of whom some have left by the second.
    let without = scan(&CONFIG.replace("rotate = \"month\"\n", ""), &rows());
    let with = scan(CONFIG, &rows());
    assert_eq!((smallest(&without), smallest(&with)), (15, 13));
}

#[test]
fn without_a_column_that_tells_the_period_nothing_is_rotated_in_silence() {
    for (config, words) in [
        (
            CONFIG.replace("[columns.day]\nrole = \"quasi-identifier\"", "[columns.day]\nrole = \"ignore\""),
            "no quasi-identifier",
        ),
        (CONFIG.replace("[columns.day]\n", "[columns.day]\ncoarsen = \"year\"\n"), "no quasi-identifier"),
        (CONFIG.replace("[columns.day]\n", "[columns.day]\ncoarsen = \"drop\"\n"), "no quasi-identifier"),
        (CONFIG.replace("\"month\"", "{ every = \"month\", column = \"town\" }"), "`town` as it leaves"),
        (CONFIG.replace("\"month\"", "\"hour\""), "expected one of day, week, month, quarter, year"),
    ] {
        let bench = bench(&config, &rows());
        let ended = release(&bench, "leaving", &[]);
        assert!(ended.code == Some(2) && ended.stderr.contains(words), "{config}\n{ended}");
        assert!(!bench.input("leaving").exists());
    }
}

/// What a column was generalised to exactly tells the period as well.
#[test]
fn a_month_that_leaves_as_a_month_is_the_period() {
    let bench = bench(&CONFIG.replace("[columns.day]\n", "[columns.day]\ncoarsen = \"month\"\n"), &rows());
    let ended = release(&bench, "leaving", &[]);
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(text(&released(&bench, "leaving")).lines().skip(1).all(|line| line.contains(",2026-0")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Class by class, of every set: no smallest class is larger, and no fewer subjects of a class are unique.
    #[test]
    fn rotation_never_enlarges_a_class(
        rows in prop::collection::vec((0_u32..12, 0_u32..3, 0_u32..3, 0_u32..2), 12..60)
    ) {
        let fixed: Vec<Row> = rows.iter().map(|&(who, _, month, day)| (who, who % 3, month, day)).collect();
        let [with, without] = [CONFIG.to_owned(), CONFIG.replace("rotate = \"month\"\n", "")].map(|config| scan(&config, &fixed));
        let sets = |result: &Value| -> BTreeMap<String, u64> {
            let sets = result["measures"]["uniqueness"]["value"]["sets"].as_array().expect("sets");
            let of = |set: &Value| (set["columns"].to_string(), set["smallest_class"].as_u64().expect("a class"));
            sets.iter().map(of).collect()
        };
        let (with, without) = (sets(&with), sets(&without));
        prop_assert_eq!(with.keys().collect::<Vec<_>>(), without.keys().collect::<Vec<_>>());
        for (columns, smallest) in &with {
            prop_assert!(*smallest <= without[columns], "{}", columns);
        }
    }
}

/// A history of its own: each customer has two shops that nobody else visits, in every month.
fn habits() -> String {
    let mut text = String::from("customer,town,day,shop\n");
    for customer in 0..60 {
        for month in 1..=3 {
            for visit in 0..12 {
                let (day, shop) = (1 + (customer * 7 + visit * 5 + month) % 28, customer * 2 + visit % 2);
                writeln!(text, "{CANARY}-{customer},town{},2026-{month:02}-{day:02},shop{shop}", customer % 4)
                    .expect("memory takes text");
            }
        }
    }
    text
}

/// New pseudonyms do not help people whom their habits give away, and the report says so.
#[test]
fn what_rotation_is_worth_is_told_and_can_be_limited() {
    let config =
        CONFIG.replace("[columns.amount]\nrole = \"sensitive\"", "[columns.shop]\nrole = \"quasi-identifier\"");
    let bench = bench(&config, &[]);
    bench.write("cards.csv", habits());
    let (cards, path) = (bench.input("cards.csv"), bench.input("reidrisk.toml"));
    let ended = bench.scan([cards.to_str().expect("text"), "--config", path.to_str().expect("text")]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    let result = bench.result();
    let attacks = result["measures"]["linkage"]["value"]["attacks"].as_array().expect("attacks");
    let followed = attacks.iter().find(|attack| attack["with"] == "the next period").expect("the attack");
    assert_eq!((&followed["attack"], &followed["subjects"]), (&"release".into(), &60.into()));
    // Two pairs of months, and in both nearly everybody.
    assert_eq!((&followed["periods"]["pairs"], &followed["periods"]["subjects"]), (&2.into(), &120.into()));
    assert!(followed["periods"]["followed"].as_f64().is_some_and(|followed| followed > 108.0), "{followed}");
    assert!(followed["attack_rate"].as_f64().is_some_and(|rate| rate > 0.9), "{followed}");
    // A release knows who is who, and is held to what it counts.
    bench.write(
        "reidrisk.toml",
        config + "[policy]\nmax_unicity = 1.0\nmax_relinked_share = 0.5\ngate_any_record = false\n",
    );
    let ended = release(&bench, "leaving", &["--fail-on", "critical"]);
    assert!(ended.code == Some(1) && ended.stdout.contains("next period"), "{ended}");
    assert!(!bench.input("leaving").exists());
}

/// Where nothing tells one customer from another there is nothing to follow.
#[test]
fn customers_who_are_all_alike_are_not_followed() {
    let result = scan(CONFIG, &rows());
    let attacks = result["measures"]["linkage"]["value"]["attacks"].as_array().expect("attacks");
    assert!(attacks.iter().all(|attack| attack["attack_rate"].as_f64().is_none_or(|rate| rate < 0.2)), "{attacks:?}");
}

/// Of each of eighty-one customers two visits in each of four months, to the shop that a digit of the number to base three
/// names: all months together tell who it is, and none by itself.
fn digits() -> String {
    let mut text = String::from("customer,town,day,shop\n");
    for customer in 0..81_u32 {
        for (month, power) in [(1, 1), (4, 3), (7, 9), (10, 27)] {
            for day in [1, 10] {
                let shop = customer / power % 3;
                writeln!(text, "{CANARY}-{customer},town{},2026-{month:02}-{day:02},shop{shop}", customer % 3)
                    .expect("memory takes text");
            }
        }
    }
    text
}

/// What is proposed is written down, passes, and is what a stranger finds in the released file.
#[test]
fn a_rotation_that_keeps_more_than_every_plan_without_is_proposed_released_and_passes_a_fresh_scan() {
    let config = CONFIG
        .replace("rotate = \"month\"\n", "")
        .replace("[columns.amount]\nrole = \"sensitive\"", "[columns.shop]\nrole = \"quasi-identifier\"");
    let bench = bench(&(config + "[policy]\nmax_unicity = 0.15\nmax_relinked_share = 0.5\n"), &[]);
    bench.write("cards.csv", digits());
    let ended = run(&bench, "advise", &["cards.csv", "--write", "treated.toml", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let advisory: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let plans = advisory["plans"].as_array().expect("plans");
    let plan = plans.iter().find(|plan| plan["recommended"] == true).expect("one is recommended");
    assert_eq!(plan["rotation"]["column"], "day", "{plan}");
    // Of the 28 pairs of the eight records of a person four are within a month; the rest is lost of one of three columns.
    let lost = 24.0 / 28.0;
    assert!((plan["rotation"]["links_kept"].as_f64().expect("a share") - (1.0 - lost)).abs() < 1e-12, "{plan}");
    assert!((plan["detail_kept"].as_f64().expect("a share") - (3.0 - lost) / 3.0).abs() < 1e-12, "{plan}");
    assert!(text(&bench.input("treated.toml")).contains("rotate = { every = "));
    let ended = release(&bench, "leaving", &["--config", "treated.toml"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let (file, config) = (released(&bench, "leaving"), bench.input("treated.toml"));
    let ended = bench.scan([file.to_str().expect("text"), "--config", config.to_str().expect("text")]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let result = bench.result();
    let predicted = &plan["after"];
    let static_set = &result["measures"]["uniqueness"]["value"]["static"];
    assert_eq!(static_set["smallest_class"], predicted["static_smallest_class"]);
    let gates = result["measures"]["unicity"]["value"]["gates"].as_array().expect("gates");
    assert_eq!(gates[0]["share"], predicted["unicity"]);
    // A released file does not say who is behind a pseudonym, so there is nothing to compare with.
    assert_eq!(result["measures"]["unicity"]["value"]["before_rotation"], Value::Null);
}

/// Both figures of one report: what known points single out without rotation, and with it, and who is followed.
#[test]
fn a_report_states_what_known_points_single_out_before_and_after_and_who_is_followed() {
    let config =
        CONFIG.replace("[columns.amount]\nrole = \"sensitive\"", "[columns.shop]\nrole = \"quasi-identifier\"");
    let bench = bench(&config, &[]);
    bench.write("cards.csv", digits());
    let (cards, path) = (bench.input("cards.csv"), bench.input("reidrisk.toml"));
    let ended = bench.scan([cards.to_str().expect("text"), "--config", path.to_str().expect("text")]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    assert!(ended.stdout.contains("Without rotation 4 known points would single out"), "{ended}");
    let result = bench.result();
    let unicity = &result["measures"]["unicity"]["value"];
    // Four of eight points lie in four different months in 16 of 70 ways.
    let before = unicity["before_rotation"]["share"].as_f64().expect("a share");
    assert!((before - 16.0 / 70.0).abs() < 1e-9, "{before}");
    assert_eq!(unicity["gates"][0]["share"], 0.0);
    let attacks = result["measures"]["linkage"]["value"]["attacks"].as_array().expect("attacks");
    let periods = &attacks.iter().find(|attack| attack["with"] == "the next period").expect("the attack")["periods"];
    assert_eq!((&periods["pairs"], &periods["subjects"]), (&3.into(), &(3 * 81).into()));
}
