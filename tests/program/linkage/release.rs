//! Release to release on real card transactions: two halves by date, each with pseudonyms of its own.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use serde_json::Value;

use super::{attack, notes};
use crate::support::{Bench, repository_file};

const COLUMNS: &str = "trans_date,amount_gbp,merchant,spend_category,cost_centre,directorate";

/// The sample with its records cut in two at the date of the median record. The card is hidden behind a pseudonym that
/// each half makes anew; the column `who` tells who is who and is not joined.
fn two_releases() -> Bench {
    releases(|_, _| true)
}

/// The same, with those cards in a half that `belongs` to it.
fn releases(belongs: fn(card: &str, late: bool) -> bool) -> Bench {
    let sample = std::fs::read_to_string(repository_file("sample_data/purchase_cards.csv")).expect("the sample");
    let (header, records) = sample.split_once('\n').expect("a header");
    // Neither the card nor the date is quoted, so both end at their comma.
    let columns = |record| str::splitn(record, 3, ',').collect::<Vec<&str>>();
    let records: Vec<Vec<&str>> = records.lines().map(columns).collect();
    let mut dates: Vec<&str> = records.iter().map(|record| record[1]).collect();
    dates.sort_unstable();
    let median = dates[dates.len() / 2];
    let names = columns(header);
    let bench = Bench::new();
    for (file, late) in [("extract.csv", false), ("late.csv", true)] {
        let mut pseudonyms = BTreeMap::new();
        let mut text = format!("pseudonym,who,{},{}\n", names[1], names[2]);
        for record in records.iter().filter(|record| (record[1] >= median) == late && belongs(record[0], late)) {
            let next = pseudonyms.len();
            let number = *pseudonyms.entry(record[0]).or_insert(next);
            let pseudonym = if late { 99_999 - number } else { number };
            writeln!(text, "{pseudonym},{},{},{}", record[0], record[1], record[2]).expect("text grows");
        }
        bench.write(file, text);
    }
    bench
}

/// Who is followed by all columns; attacked once for all tests.
static BY_ALL_COLUMNS: LazyLock<Value> = LazyLock::new(|| followed(COLUMNS));

fn followed(on: &str) -> Value {
    let flags = ["--subject", "pseudonym", "--against", "late.csv", "--their-subject", "pseudonym"];
    let rest = ["--truth", "who", "--attack", "release", "--measures", "linkage", "--on", on];
    attack(&two_releases(), &[&flags[..], &rest].concat())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number instead of {value}"))
}

/// The attack as somebody runs it who does not know who is who.
fn blind(bench: &Bench, on: &str) -> Value {
    let flags = ["--subject", "pseudonym", "--against", "late.csv", "--their-subject", "pseudonym"];
    attack(bench, &[&flags[..], &["--attack", "release", "--measures", "linkage", "--on", on]].concat())
}

/// Whether the last digit of a card is odd.
fn is_odd(card: &str) -> bool {
    card.bytes().last().is_some_and(|digit| digit % 2 == 1)
}

#[test]
fn where_no_card_is_in_both_halves_nobody_is_claimed() {
    for on in [COLUMNS, "trans_date,amount_gbp,merchant,spend_category", "trans_date,merchant"] {
        let found = blind(&releases(|card, late| is_odd(card) == late), on);
        assert_eq!(found["attack_rate"], Value::Null, "{on}: {found}");
        assert_eq!(found["undefined"][0]["reason"], "nobody-in-common", "{on}: {found}");
        assert_ne!(found["evidence"], "found");
    }
}

#[test]
fn without_truth_the_interval_covers_the_cards_that_are_followed() {
    let right = number(&BY_ALL_COLUMNS["attack_rate"]);
    let blind = blind(&two_releases(), COLUMNS);
    let [low, high] = [0, 1].map(|end| number(&blind["interval"][end]));
    assert!(low < right && right < high, "{low} to {high} beside {right}");
    assert_eq!(blind["evidence"], "found");
}

#[test]
fn cards_are_followed_better_than_by_the_merchants_that_they_share() {
    let found = &*BY_ALL_COLUMNS;
    let plain = number(&found["release"]["plain_overlap_rate"]);
    assert!(plain > 0.1, "{plain}");
    assert!(number(&found["attack_rate"]) >= 1.15 * plain, "{} beside {plain}", found["attack_rate"]);
    assert_eq!(found["evidence"], "found");
    // Of 736 cards in the early half 659 are in the late one as well.
    assert_eq!((found["subjects"].as_u64(), found["release"]["common"].as_u64()), (Some(736), Some(659)));
}

#[test]
fn merchants_alone_are_read_better_than_by_counting_those_shared() {
    let found = followed("trans_date,merchant");
    let plain = number(&found["release"]["plain_overlap_rate"]);
    assert!(number(&found["attack_rate"]) >= 1.15 * plain, "{} beside {plain}", found["attack_rate"]);
}

#[test]
fn how_sure_links_are_is_stated_and_counted() {
    let found = &*BY_ALL_COLUMNS;
    let bins = found["calibration"].as_array().expect("bins");
    assert!(bins.len() >= 5, "{bins:?}");
    let sum = |field: &str| bins.iter().map(|bin| number(&bin[field])).sum::<f64>();
    assert!((sum("links") - number(&found["links"])).abs() < 0.5);
    assert!((sum("correct") - number(&found["correct"])).abs() < 0.5);
    // Over all links the attack knows how many are right, within a tenth.
    assert!((sum("expected") / sum("correct") - 1.0).abs() < 0.1, "{bins:?}");
    let most_sure = bins.last().expect("a bin");
    assert!(number(&most_sure["correct"]) >= 0.9 * number(&most_sure["links"]), "{most_sure}");
    assert!(notes(found).contains("learned on halves"), "{found}");
}
