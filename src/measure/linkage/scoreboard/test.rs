#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

use super::*;
use crate::measure::linkage::testing::{Record, Shape, keys, linked_by};
use crate::result::Evidence;
use crate::stats::mix;

/// Both sides, with truth. Records are (subject, item, rating, day).
fn linked(ours: &[Record], theirs: &[Record]) -> LinkedTables {
    let columns: [Shape; 3] = [
        ("merchant", ColumnType::Text, |record| i64::from(record.1)),
        ("amount", ColumnType::Decimal, |record| record.2),
        ("day", ColumnType::Date, |record| record.3),
    ];
    linked_by("log", columns, ours, theirs)
}

fn settings(linked: &LinkedTables) -> Settings {
    Settings::guess(&linked.columns).expect("there is a column of text")
}

fn attacked(linked: &LinkedTables) -> LinkageAttack {
    attack(linked, &settings(linked), &Stop::default()).expect("nobody raised the flag")
}

/// Scores of everybody, the obvious way: every known event against every record of the extract.
fn every_score(known: &[Record], ours: &[Record], settings: &Settings) -> Vec<f64> {
    let holders = |item: u32| {
        let mut holders: Vec<u32> = ours.iter().filter(|record| record.1 == item).map(|record| record.0).collect();
        holders.sort_unstable();
        holders.dedup();
        holders.len()
    };
    let rating = |record: &Record| {
        let number = i32::try_from(record.2).unwrap();
        if settings.logarithmic { f64::from(number).ln_1p() } else { f64::from(number) }
    };
    let subjects = keys(ours).len();
    let of_subject = |subject: usize| {
        let of_event = |event: &Record| {
            let same = ours.iter().filter(|record| record.0 as usize == subject && record.1 == event.1);
            let similarity = |record: &Record| {
                let days = f64::from(i32::try_from(record.3 - event.3).unwrap());
                let of_rating = (-(rating(record) - rating(event)).abs() / settings.rating_scale).exp();
                let of_time = (-days.abs() / settings.time_scale_days).exp();
                of_rating + if settings.time.is_some() { of_time } else { 0.0 }
            };
            let best = same.map(similarity).fold(0.0, f64::max);
            best * if holders(event.1) < 2 { 1.0 / 1.5_f64.ln() } else { 1.0 / (holders(event.1) as f64).ln() }
        };
        known.iter().map(of_event).sum()
    };
    (0..subjects).map(of_subject).collect()
}

#[test]
fn the_published_scoreboard_comes_out() {
    let vectors: serde_json::Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    let vector = &vectors["scoreboard_rh"];
    let records = |subject: u32, of: &serde_json::Value| -> Vec<Record> {
        let ratings = of.as_object().unwrap().iter();
        let item = |name: &str| u32::try_from("ABCDEF".find(name).unwrap()).unwrap();
        ratings.map(|(name, rating)| (subject, item(name), rating.as_i64().unwrap(), 0)).collect()
    };
    let subjects = vector["records"].as_object().unwrap();
    let ours: Vec<Record> = (0..).zip(subjects.values()).flat_map(|(at, of)| records(at, of)).collect();
    let theirs = records(0, &vector["aux"]);
    let linked = linked(&ours, &theirs);
    let settings = Settings { logarithmic: false, time: None, ..settings(&linked) };
    let board = Board::new(&linked, &settings);
    let known = events(&linked, &linked.theirs, &settings);
    let scores = board.scores(&known);
    for (at, name) in (0..).zip(subjects.keys()) {
        let found = scores.iter().find(|score| score.0 == at).map_or(0.0, |score| score.1);
        let expected = vector["scores"][name].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-9, "{name}: {found} instead of {expected}");
    }
    let standing = board.standing(&scores);
    let expected = vector["eccentricity_population_sd"].as_f64().unwrap();
    assert!((standing.eccentricity - expected).abs() < 1e-9, "{}", standing.eccentricity);
    assert_eq!((standing.best, board.single_items), (0, 1));
}

/// Some people with a few events each.
fn people(subjects: u32, each: u32, items: u32, seed: u64) -> Vec<Record> {
    let draw = |below: u32, key: u64| u32::try_from(mix(seed, key) % u64::from(below)).unwrap();
    let record = |at: u32| {
        let key = u64::from(at) * 4;
        (at / each, draw(items, key), i64::from(draw(900, key + 1)), i64::from(draw(60, key + 2)))
    };
    (0..subjects * each).map(record).collect()
}

#[test]
fn every_score_equals_brute_force() {
    for seed in 0..60 {
        let (ours, theirs) = (people(9, 6, 12, seed), people(4, 3, 14, seed + 1000));
        let linked = linked(&ours, &theirs);
        let settings = settings(&linked);
        let board = Board::new(&linked, &settings);
        let known = events(&linked, &linked.theirs, &settings);
        for of_person in of_subjects(&known) {
            let person = of_person[0].subject;
            let records: Vec<Record> = theirs.iter().filter(|record| record.0 == person).copied().collect();
            let scores = board.scores(of_person);
            let every = every_score(&records, &ours, &settings);
            for (subject, expected) in (0..).zip(&every) {
                let found = scores.iter().find(|score| score.0 == subject).map_or(0.0, |score| score.1);
                assert!((found - expected).abs() < 1e-9, "seed {seed}: {found} instead of {expected}");
            }
            let all = every.len() as f64;
            let mean = every.iter().sum::<f64>() / all;
            let deviation = (every.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / all).sqrt();
            let mut ordered = every.clone();
            ordered.sort_by(|one, other| other.total_cmp(one));
            let standing = board.standing(&scores);
            if deviation > 1e-9 {
                assert!((standing.eccentricity - (ordered[0] - ordered[1]) / deviation).abs() < 1e-6);
                let sum: f64 = every.iter().map(|score| (score / deviation).exp()).sum();
                let share = |score: &f64| (score / deviation).exp() / sum;
                let entropy: f64 = every.iter().map(|score| -share(score) * share(score).log2()).sum();
                assert!((standing.entropy_bits - entropy).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn a_few_noisy_events_find_their_history() {
    let ours = people(60, 20, 200, 5);
    // Four events of everybody, each amount a little off and a day late.
    let noisy = |record: &Record| (record.0, record.1, record.2 + 3, record.3 + 1);
    let theirs: Vec<Record> = ours.chunks(20).flat_map(|of| of[..4].iter().map(noisy)).collect();
    let attack = attacked(&linked(&ours, &theirs));
    assert!(attack.attack_rate.unwrap() > 0.9 && attack.precision.unwrap() > 0.95, "{attack:?}");
    assert_eq!(attack.evidence, Evidence::Found);
    assert_eq!(attack.scoreboard.unwrap().looked_up, 60);
}

#[test]
fn equal_best_scores_and_equal_scores_are_no_match() {
    let ours = [(0, 1, 5, 0), (1, 1, 5, 0), (2, 2, 5, 0), (3, 2, 7, 9)];
    let attack = attacked(&linked(&ours, &[(0, 1, 5, 0)]));
    assert_eq!((attack.links, attack.attack_rate, attack.precision), (Some(0), Some(0.0), None));
    let everybody: Vec<Record> = (0..4).map(|subject| (subject, 1, 5, 0)).collect();
    let attack = attacked(&linked(&everybody, &[(0, 1, 5, 0)]));
    assert_eq!(attack.links, Some(0));
    assert_eq!(attack.scoreboard.unwrap().entropy_bits, Some(2.0));
}

#[test]
fn the_order_of_records_changes_no_figure() {
    let (ours, theirs) = (people(30, 8, 40, 7), people(12, 3, 40, 8));
    let turned = |records: &[Record]| -> Vec<Record> { records.iter().rev().copied().collect() };
    assert_eq!(attacked(&linked(&turned(&ours), &turned(&theirs))), attacked(&linked(&ours, &theirs)));
}

#[test]
fn what_cannot_be_measured_has_a_reason_and_no_figure() {
    let mut same = linked(&people(5, 3, 9, 1), &people(5, 3, 9, 1));
    same.source_equals_extract = true;
    for (linked, reason) in [
        (linked(&[(0, 1, 1, 1)], &[(0, 1, 1, 1)]), "too-few-subjects"),
        (linked(&[(0, 1, 1, 1), (1, 2, 1, 1)], &[(0, 3, 1, 1)]), "no-overlap"),
        (same, "same-records"),
    ] {
        let attack = attacked(&linked);
        assert_eq!(attack.attack_rate, None);
        assert!(
            attack.undefined.iter().any(|field| field.field == "attack_rate" && field.reason == reason),
            "{attack:?}"
        );
    }
}

#[test]
fn without_truth_there_is_no_rate() {
    let mut linked = linked(&people(9, 6, 12, 1), &people(4, 3, 14, 2));
    linked.truth = None;
    let attack = attacked(&linked);
    assert_eq!((attack.attack_rate, attack.interval), (None, None));
    assert!(attack.claim_rate.is_some() && attack.undefined.iter().any(|field| field.reason == "no-truth"));
}
