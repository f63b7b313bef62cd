//! The attacks of the mobility literature, from files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{repository, unicity};
use crate::support::Bench;

const CARDS: &str = "sample_data/purchase_cards.csv";
const ALL: &str = "location,sequence,time,unique-location,frequency,probability,proportion,home-work";

fn attacks(flags: &[&str]) -> Vec<Value> {
    let point = ["--point", "trans_date+merchant"];
    let measured = unicity(&Bench::new(), &repository(CARDS), point.into_iter().chain(flags.iter().copied()));
    measured["value"]["mobility"].as_array().expect("attacks").clone()
}

fn risk(attacks: &[Value], attack: &str, known: Option<u32>) -> (f64, f64) {
    let wanted = |result: &&Value| result["attack"] == attack && result["known"].as_u64() == known.map(u64::from);
    let result = attacks.iter().find(wanted).unwrap_or_else(|| panic!("{attack} at {known:?} in {attacks:?}"));
    let figure = |name: &str| result[name].as_f64().unwrap_or_else(|| panic!("{name} in {result}"));
    (figure("mean_risk"), figure("share_at_risk_1"))
}

/// Merchants of each card, by hand.
fn merchants() -> Vec<Vec<String>> {
    let mut merchants: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in csv::Reader::from_path(repository(CARDS)).expect("the sample").records() {
        let record = record.expect("a record");
        if !record[1].is_empty() && !record[3].is_empty() {
            merchants.entry(record[0].to_owned()).or_default().insert(record[3].to_owned());
        }
    }
    merchants.into_values().map(|set| set.into_iter().collect()).collect()
}

/// Sets of `known` merchants of a card, or all of them when it has fewer.
fn instances(merchants: &[String], known: usize) -> Vec<Vec<&String>> {
    if known == 1 || merchants.len() < known {
        return merchants.iter().map(|merchant| vec![merchant]).collect();
    }
    let pairs = (0..merchants.len()).flat_map(|first| (first + 1..merchants.len()).map(move |second| (first, second)));
    pairs.map(|(first, second)| vec![&merchants[first], &merchants[second]]).collect()
}

#[test]
fn known_merchants_are_as_risky_as_a_count_by_hand_says() {
    let found = attacks(&["--mobility", "unique-location", "--known-points", "1,2"]);
    let cards = merchants();
    for known in [1, 2] {
        let mut holders: BTreeMap<Vec<&String>, u32> = BTreeMap::new();
        // A pair may be held by a card that has more merchants, so pairs and single ones are counted over all.
        for card in &cards {
            for one in instances(card, 1) {
                *holders.entry(one).or_default() += 1;
            }
            if known == 2 && card.len() >= 2 {
                for pair in instances(card, 2) {
                    *holders.entry(pair).or_default() += 1;
                }
            }
        }
        let worst = |card: &Vec<String>| instances(card, known).iter().map(|instance| holders[instance]).min();
        let risks: Vec<f64> = cards.iter().filter_map(worst).map(|matches| 1.0 / f64::from(matches)).collect();
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let count = risks.len() as f64;
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let certain = risks.iter().filter(|&&risk| risk > 0.99).count() as f64;
        let (mean, share) = risk(&found, "unique-location", Some(u32::try_from(known).expect("small")));
        assert!((mean - risks.iter().sum::<f64>() / count).abs() < 1e-12, "{mean} for {known} known");
        assert!((share - certain / count).abs() < 1e-12, "{share} for {known} known");
    }
}

#[test]
fn every_attack_has_its_figure_and_more_knowledge_is_no_less_risky() {
    let found = attacks(&["--mobility", ALL, "--known-points", "1,2"]);
    for attack in ALL.split(',').filter(|&attack| attack != "home-work") {
        let (one, two) = (risk(&found, attack, Some(1)), risk(&found, attack, Some(2)));
        assert!(one.0 > 0.0 && one.0 <= two.0 && two.0 <= 1.0, "{attack}: {one:?} {two:?}");
        assert!(one.1 <= two.1, "{attack}: {one:?} {two:?}");
    }
    let home = found.iter().find(|result| result["attack"] == "home-work").expect("it was asked for");
    assert!(home["known"].is_null() && home["tied"].is_u64() && home["mean_risk"].is_f64(), "{home}");
    let places = |attack: &str| &found.iter().find(|result| result["attack"] == attack).expect("asked")["place"];
    assert_eq!(*places("location"), serde_json::json!(["merchant"]));
    assert_eq!(*places("time"), serde_json::json!(["trans_date", "merchant"]));
    // Whoever knows the time as well, or the order, or the counts, knows more.
    for (less, more) in [("location", "time"), ("location", "sequence"), ("unique-location", "frequency")] {
        assert!(risk(&found, less, Some(2)).0 <= risk(&found, more, Some(2)).0, "{less} against {more}");
    }
}

#[test]
fn a_sample_of_subjects_is_held_against_all_and_repeats_itself() {
    let bench = Bench::new();
    let config = "[subject]\ncolumn = \"card\"\n[unicity]\npoints = [\"trans_date+merchant\"]\nknown_points = [2]\n\
                  draws = 100\nmobility = [\"unique-location\", \"unique-location\", \"frequency\"]\nmobility_tolerance = 0.1\n";
    let config = bench.write("reidrisk.toml", config);
    let flags = ["--config", config.to_str().expect("text")];
    let scan = |bench: &Bench| unicity(bench, &repository(CARDS), flags)["value"]["mobility"].clone();
    let found = scan(&bench);
    assert_eq!(found.as_array().map(Vec::len), Some(2), "an attack that is named twice is made once: {found}");
    assert_eq!(found[0]["looked_at"], 100);
    assert!(found[0]["subjects"].as_u64() > Some(100), "{found}");
    assert_eq!(found[1]["tolerance"], 0.1);
    assert!(found[0]["interval"][0].as_f64() < found[0]["interval"][1].as_f64(), "{found}");
    let other = Bench::new();
    assert_eq!(scan(&other), found);
}

#[test]
fn without_a_place_or_an_order_there_are_words() {
    let measured = unicity(&Bench::new(), &repository(CARDS), ["--point", "trans_date", "--mobility", "location,time"]);
    for result in measured["value"]["mobility"].as_array().expect("attacks") {
        assert!(result["mean_risk"].is_null() && result["share_at_risk_1"].is_null(), "{result}");
        assert!(result["reason"].as_str().is_some_and(|reason| reason.contains("no place")), "{result}");
    }
    let measured =
        unicity(&Bench::new(), &repository(CARDS), ["--point", "merchant", "--mobility", "sequence,location"]);
    let found = measured["value"]["mobility"].as_array().expect("attacks");
    assert!(found[0]["reason"].as_str().is_some_and(|reason| reason.contains("order")), "{found:?}");
    let last = found.last().expect("asked");
    assert!(last["attack"] == "location" && last["mean_risk"].is_f64(), "{last}");
}

#[test]
fn places_of_one_day_are_said_and_stand_in_one_order_whatever_that_of_the_records() {
    let records = ["a,2026-01-01,x", "a,2026-01-01,y", "a,2026-01-02,x", "b,2026-01-01,x", "b,2026-01-02,y"];
    let of = |records: Vec<&str>| {
        let bench = Bench::new();
        let file = bench.write("trips.csv", format!("card,day,shop\n{}\n", records.join("\n")));
        let flags = ["--subject", "card", "--point", "day+shop", "--mobility", "sequence", "--known-points", "2"];
        let measured = unicity(&bench, file.to_str().expect("a path is text"), flags);
        measured["value"]["mobility"][0].clone()
    };
    let found = of(records.to_vec());
    assert_eq!((found["tied"].as_u64(), found["looked_at"].as_u64()), (Some(1), Some(2)), "{found}");
    assert_eq!(of(records.iter().rev().copied().collect()), found);
}
