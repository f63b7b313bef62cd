//! Whole attacks on small tables: edge cases, order, threads.

use super::super::{Settings, attack};
use super::tables::{Rows, linked, linked_by, rows, run, with_truth};
use crate::result::{ColumnType, Evidence};
use crate::stats::mix;
use crate::stop::Stop;

const COLUMNS: [(&str, ColumnType); 5] = [
    ("name", ColumnType::Text),
    ("town", ColumnType::Text),
    ("born", ColumnType::Date),
    ("account", ColumnType::Integer),
    ("member", ColumnType::Boolean),
];

/// Invented people; `noise` of 100 cells are another person's.
fn people(count: u64, noise: u64) -> (Rows, Rows) {
    let cell = |person: u64, column: u64| {
        let number = mix(mix(3, person), column);
        let syllables = ["ba", "ko", "ri", "mu", "sel", "tan", "do", "vig"];
        let syllable = |at: u64| syllables[usize::try_from(number >> (3 * at) & 7).unwrap()];
        match column {
            0 => format!("{}{}{}", syllable(0), syllable(1), syllable(2)),
            1 => format!("{}{}", syllable(0), syllable(1)),
            2 => format!("19{:02}-{:02}-{:02}", 40 + number % 60, 1 + number / 60 % 12, 1 + number / 720 % 28),
            3 => (10_000 + number % 90_000).to_string(),
            _ => number.is_multiple_of(2).to_string(),
        }
    };
    let ours = |person: u64| (0..5).map(|column| cell(person, column)).collect();
    let theirs = |person: u64| {
        let other = |column: u64| if mix(mix(9, person), column) % 100 < noise { person + 100_000 } else { person };
        (0..5).map(|column| cell(other(column), column)).collect()
    };
    ((0..count).map(ours).collect(), (0..count).map(theirs).collect())
}

fn numbers(count: u64) -> Vec<u32> {
    (0..u32::try_from(count).unwrap()).collect()
}

#[test]
fn people_with_some_wrong_cells_are_linked_and_truth_changes_nothing_but_the_score() {
    let (ours, theirs) = people(300, 10);
    let blind = run(&linked(&COLUMNS, &ours, &theirs));
    let seen = run(&with_truth(linked(&COLUMNS, &ours, &theirs), &numbers(300), &numbers(300)));
    assert!(seen.precision.unwrap() > 0.98 && seen.recall.unwrap() > 0.95, "{seen:?}");
    assert_eq!(blind.links, seen.links);
    assert_eq!((seen.expected_correct.map(f64::round), seen.correct), (Some(299.0), Some(299)), "all are known");
    let known = seen.known_truth.unwrap();
    assert_eq!((known.subjects, known.claimed, known.found), (300, 299, 299));
    assert_eq!((blind.correct, blind.precision, blind.recall), (None, None, None));
    let (rate, [low, high]) = (blind.attack_rate.unwrap(), blind.interval.unwrap());
    assert!(low <= rate && rate <= high && (rate - seen.attack_rate.unwrap()).abs() < 0.02);
    assert_eq!((seen.evidence, seen.baseline_rate), (Evidence::Found, Some(1.0 / 300.0)));
    assert_eq!(seen.probabilistic.unwrap().pair_completeness, Some(1.0));
}

#[test]
fn order_of_records_and_threads_change_no_byte() {
    let (ours, theirs) = people(120, 15);
    let truth = numbers(120);
    let json = |ours: &Rows, our_keys: &[u32], theirs: &Rows, their_keys: &[u32]| {
        serde_json::to_string(&run(&with_truth(linked(&COLUMNS, ours, theirs), our_keys, their_keys))).unwrap()
    };
    let expected = json(&ours, &truth, &theirs, &truth);
    let shuffled = |rows: &Rows, seed: u64| -> (Rows, Vec<u32>) {
        let mut order = truth.clone();
        order.sort_by_key(|&row| mix(seed, u64::from(row)));
        (order.iter().map(|&row| rows[row as usize].clone()).collect(), order)
    };
    for seed in 1..4 {
        let ((ours, our_keys), (theirs, their_keys)) = (shuffled(&ours, seed), shuffled(&theirs, seed + 50));
        assert_eq!(json(&ours, &our_keys, &theirs, &their_keys), expected);
    }
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| json(&ours, &truth, &theirs, &truth)), expected);
    }
}

#[test]
fn the_choice_among_people_who_look_the_same_does_not_depend_on_their_order() {
    // Everybody stands there three times: one link of three is right, whoever is taken.
    let (ours, theirs) = people(60, 0);
    let thrice = |rows: &Rows| rows.iter().flat_map(|row| [row.clone(), row.clone(), row.clone()]).collect::<Rows>();
    let truth = numbers(180);
    let turned: Vec<u32> = truth.iter().map(|key| key / 3 * 3 + (key + 1) % 3).collect();
    let (ours, theirs) = (thrice(&ours), thrice(&theirs));
    let correct = |keys: &[u32]| {
        let found = run(&with_truth(linked(&COLUMNS, &ours, &theirs), &truth, keys));
        (found.calibration.iter().map(|bin| bin.correct.unwrap()).sum::<u64>(), found.claim_rate)
    };
    assert_eq!(correct(&truth), correct(&turned));
    assert_eq!(correct(&truth), (60, Some(0.0)), "a chance of one in three is no claim");
}

#[test]
fn no_overlap_claims_nobody() {
    let (ours, _) = people(300, 0);
    let (theirs, _) = people(900, 0);
    let theirs = theirs[600..].to_vec();
    let found = run(&linked(&COLUMNS, &ours, &theirs));
    assert!(found.attack_rate.is_none_or(|rate| rate < 0.02), "{found:?}");
    assert_ne!(found.evidence, Evidence::Found, "{found:?}");
}

#[test]
fn two_columns_are_too_few_and_say_so() {
    let (ours, theirs) = people(50, 0);
    let found = run(&linked(&COLUMNS[..2], &ours, &theirs));
    assert_eq!((found.attack_rate, found.interval, found.evidence), (None, None, Evidence::Unknown));
    assert_eq!(found.undefined[0].field, "attack_rate");
    assert!(found.undefined[0].reason == "too-few-columns");
}

#[test]
fn columns_without_use_are_left_out_by_name() {
    let ours = rows(&[&["a", "x", "", "1", "2"], &["b", "x", "", "2", "2"], &["b", "x", "", "2", "3"]]);
    let theirs = rows(&[&["a", "x", "q", "1", "2"], &["b", "x", "r", "2", "3"]]);
    let columns = ["kept", "constant", "empty", "event", "other"].map(|name| (name, ColumnType::Text));
    let found = run(&linked_by(&columns, &ours, &theirs, Some(&[0, 1, 1])));
    assert_eq!(found.subjects, 2);
    assert_eq!(found.columns, ["kept", "event"]);
    assert_eq!(found.notes.len(), 3);
    assert!(found.notes.iter().any(|note| note == "`other` is omitted: it varies within a subject"));
    assert!(found.attack_rate.is_none());
}

#[test]
fn an_empty_side_gives_no_rate() {
    let (ours, _) = people(5, 0);
    for (ours, theirs) in [(ours.clone(), Rows::new()), (Rows::new(), ours)] {
        let found = run(&linked(&COLUMNS, &ours, &theirs));
        assert!(found.attack_rate.is_none() && !found.undefined.is_empty());
    }
}

#[test]
fn too_many_pairs_give_no_rate_but_a_reason() {
    let (ours, theirs) = people(100, 0);
    let settings = Settings { candidate_pairs: 3, ..Settings::default() };
    let found = attack(&linked(&COLUMNS, &ours, &theirs), &settings, &Stop::default()).unwrap();
    assert!(found.attack_rate.is_none() && found.undefined[0].reason == "no-blocking");
}

#[test]
fn the_example_and_the_notes_hold_no_value() {
    let (ours, theirs) = people(100, 5);
    let json = serde_json::to_string(&run(&linked(&COLUMNS, &ours, &theirs))).unwrap();
    for cell in ours.iter().chain(&theirs).flat_map(|row| &row[..4]) {
        assert!(!json.contains(&format!("{cell}\"")) && !json.contains(&format!(" {cell}")), "a value is shown");
    }
}
