//! Published and hand-made examples, and the scores against sums over difference sets.

#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::scores::{elliot, ihsn, weights};
use super::*;
use crate::result::SudaScores;
use crate::stop::Stop;
use crate::table::{Codes, Column, SubjectCodes, oracle};
use crate::tries::tries;

const SETTINGS: Settings = Settings { max_msu: 64, missing: MissingMode::OwnCategory, sampling_fraction: Some(0.01) };

fn measured(table: &Table, settings: Settings) -> SpecialUniques {
    match measure(table, settings, Watch::quiet(&Stop::default())).unwrap() {
        Outcome::Measured { value, .. } => value,
        other => panic!("not measured: {other:?}"),
    }
}

fn column(name: String, cells: &[Option<u32>]) -> Column {
    let mut codes: BTreeMap<Option<u32>, u32> = BTreeMap::new();
    for cell in cells {
        let next = u32::try_from(codes.len()).unwrap();
        codes.entry(*cell).or_insert(next);
    }
    let narrow = Codes::from_codes(codes.len(), cells.iter().map(|cell| codes[cell]));
    Column::new(name, narrow, u32::try_from(codes.len()).unwrap(), codes.get(&None).copied())
}

/// A table of rows of numbered cells, with the subject of each row where there is one.
fn table_of(rows: &[Vec<Option<u32>>], subjects: Option<&[u32]>) -> Table {
    let width = rows.first().map_or(0, Vec::len);
    let columns = (0..width).map(|place| {
        let cells: Vec<Option<u32>> = rows.iter().map(|row| row[place]).collect();
        column(format!("c{place}"), &cells)
    });
    let subjects = subjects.map(|subjects| {
        let cardinality = subjects.iter().max().map_or(0, |subject| subject + 1);
        let codes = Codes::from_codes(cardinality as usize, subjects.iter().copied());
        SubjectCodes { codes, cardinality, missing: None }
    });
    Table::new(columns.collect(), subjects, rows.len()).unwrap()
}

fn rows_of(rows: &Value) -> Vec<Vec<Option<u32>>> {
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut number = |cell: &Value| {
        let next = u32::try_from(numbers.len()).unwrap();
        (!cell.is_null()).then(|| *numbers.entry(cell.to_string()).or_insert(next))
    };
    rows.as_array().unwrap().iter().map(|row| row.as_array().unwrap().iter().map(&mut number).collect()).collect()
}

fn close(one: f64, other: &Value) -> bool {
    (one - other.as_f64().unwrap()).abs() < 1e-9
}

/// Every figure of a vector of SUDA.
fn assert_suda(rows: &Value, vector: &Value) {
    let table = table_of(&rows_of(rows), None);
    let max_msu = usize::try_from(vector["max_msu"].as_u64().unwrap_or(64)).unwrap();
    let settings = Settings { max_msu, sampling_fraction: vector["sampling_fraction"].as_f64(), ..SETTINGS };
    let (value, expected) = (measured(&table, settings), &vector["expected"]);
    let single = single_figures(&table, settings, Watch::quiet(&Stop::default())).unwrap().unwrap();
    let columns = table.columns().len();
    let minimal = minimal_sets(&table, max_msu, Watch::quiet(&Stop::default())).unwrap();
    let mut total = 0.0;
    for (record, sets) in expected["msu"].as_array().unwrap().iter().enumerate() {
        let sets: Vec<usize> = sets.as_array().unwrap().iter().map(|set| set.as_array().unwrap().len()).collect();
        let figure = single.of_record(record);
        let counts: Vec<u16> = (1..=single.max_msu())
            .map(|size| u16::try_from(sets.iter().filter(|length| **length == size).count()).unwrap())
            .collect();
        assert_eq!(figure.msus, counts, "record {record}");
        assert!(close(figure.elliot, &expected["score"][record]), "record {record}: {}", figure.elliot);
        assert!(close(figure.dis_suda.unwrap(), &expected["dis_suda"][record]), "record {record}: {figure:?}");
        total += figure.elliot;
    }
    let of_set = |set: &crate::table::MinimalSet| {
        let holds = |sets: &&Value| sets.as_array().unwrap().contains(&serde_json::json!(set.set.columns()));
        expected["msu"].as_array().unwrap().iter().filter(holds).count() as u64
    };
    for set in &minimal.sets {
        assert_eq!(set.records, of_set(set), "{}", set.set);
    }
    for (place, share) in expected["attribute_contribution_pct"].as_array().unwrap().iter().enumerate() {
        assert!(close(value.columns[place].elliot.unwrap() * 100.0, share), "{:?}", value.columns[place]);
        // The same from the contributions to single records.
        let of_records: f64 = (0..table.records())
            .map(|record| expected["contribution"][record][place].as_f64().unwrap() * single.of_record(record).elliot)
            .sum();
        assert!((of_records / total * 100.0 - share.as_f64().unwrap()).abs() < 1e-7);
    }
    assert_eq!(value.columns.len(), columns);
    assert!(close(value.dis.correct_match.unwrap(), &expected["file_dis"]), "{:?}", value.dis);
    assert_eq!(value.dis.unique_classes, expected["unique"].as_u64().unwrap());
    assert_eq!(value.dis.pair_classes, expected["pairs"].as_u64().unwrap());
    assert_eq!(value.unique_records, expected["unique"].as_u64().unwrap());
    assert!((value.elliot.total - total).abs() < 1e-9);
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/data/vectors/uniqueness.json")).unwrap()
}

#[test]
fn published_scores_contributions_and_dis_come_out() {
    let vectors = vectors();
    for name in ["suda_simple_3x3", "suda_book_8x4", "suda_guideline_10x4", "suda_guideline_10x4_max_msu_2"] {
        let vector = &vectors[name];
        let rows = vector["same_rows_as"].as_str().map_or(&vector["rows"], |other| &vectors[other]["rows"]);
        assert_suda(rows, vector);
    }
}

#[test]
fn weights_are_those_of_their_sources() {
    // M = 7, as in the example of sdcMicro: its first record has the scores 180 and 2.733333.
    assert_eq!(weights(elliot, 7, 7), [720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0]);
    let shares = [63.0 / 7.0, 31.0 / 21.0, 15.0 / 35.0, 7.0 / 35.0, 3.0 / 21.0, 1.0 / 7.0, 0.0];
    for (weight, share) in weights(ihsn, 7, 7).into_iter().zip(shares) {
        assert!((weight - share).abs() < 1e-12, "{weight} {share}");
    }
    // With a smaller largest size the product of Elliot ends there.
    assert_eq!(weights(elliot, 7, 2), [30.0, 5.0]);
    assert_eq!(weights(elliot, 1, 1), [1.0]);
}

#[test]
fn a_class_of_two_rows_of_one_subject_is_a_class_of_one() {
    let vector = &vectors()["subject_vs_record"];
    let rows = rows_of(&vector["rows"]);
    let subjects: Vec<u32> = rows.iter().map(|row| row[0].unwrap()).collect();
    let mut numbers: Vec<u32> = subjects.clone();
    numbers.sort_unstable();
    numbers.dedup();
    let subjects: Vec<u32> =
        subjects.iter().map(|subject| u32::try_from(numbers.binary_search(subject).unwrap()).unwrap()).collect();
    let cells: Vec<Vec<Option<u32>>> = rows.iter().map(|row| row[1..].to_vec()).collect();
    let value = measured(&table_of(&cells, Some(&subjects)), SETTINGS);
    assert_eq!((value.subjects, value.unique_subjects, value.special_subjects), (4, 2, 2));
    assert_eq!(value.gated_share, Some(0.5));
    assert_eq!((value.unique_records, value.special_records), (3, 3));
    assert_eq!(value.reading, Reading::AnyRecord);
    assert_eq!(value.dis.correct_match, None);
    assert!(value.dis.undefined.iter().all(|field| field.reason == "overlap"));
    // Without subjects only the record of merchant D is alone.
    let value = measured(&table_of(&cells, None), SETTINGS);
    assert_eq!((value.unique_records, value.special_records), (1, 1));
}

#[test]
fn what_is_undefined_has_its_reason_and_is_never_zero() {
    let reasons = |value: &SpecialUniques| -> Vec<(String, String)> {
        let fields = value.undefined.iter().chain(&value.dis.undefined);
        fields.map(|field| (field.field.clone(), field.reason.clone())).collect()
    };
    let same: Vec<Vec<Option<u32>>> = vec![vec![Some(1), Some(2)]; 3];
    let value = measured(&table_of(&same, None), SETTINGS);
    assert_eq!(value.dis.correct_match, None);
    assert!(reasons(&value).contains(&("correct_match".to_owned(), "nobody-unique".to_owned())));
    assert!(value.columns.iter().all(|column| column.elliot.is_none() && column.ihsn.is_none()));
    let value = measured(&table_of(&same, None), Settings { sampling_fraction: None, ..SETTINGS });
    assert!(reasons(&value).contains(&("correct_match".to_owned(), "no-sampling-fraction".to_owned())));
    // Sets of up to three columns are needed for the share that limits look at.
    let four: Vec<Vec<Option<u32>>> = (0..4).map(|row| vec![Some(row), Some(1), Some(1), Some(1)]).collect();
    let value = measured(&table_of(&four, None), Settings { max_msu: 2, ..SETTINGS });
    assert_eq!(value.gated_share, None);
    assert!(reasons(&value).contains(&("gated_share".to_owned(), "smaller-sets".to_owned())));
    assert_eq!(measured(&table_of(&four, None), Settings { max_msu: 3, ..SETTINGS }).gated_share, Some(1.0));
    let quiet = Stop::default();
    let empty = measure(&table_of(&[], None), SETTINGS, Watch::quiet(&quiet)).unwrap();
    assert!(matches!(empty, Outcome::Undefined { reason, .. } if reason == "empty"));
    let wild = Settings { missing: MissingMode::Wildcard, ..SETTINGS };
    let missing = table_of(&[vec![Some(1)], vec![None]], None);
    let outcome = measure(&missing, wild, Watch::quiet(&quiet)).unwrap();
    assert!(matches!(outcome, Outcome::Undefined { reason, .. } if reason == "wildcard"));
    // Without a missing cell both readings are one.
    assert_eq!(measured(&table_of(&same, None), wild), measured(&table_of(&same, None), SETTINGS));
}

#[test]
fn a_time_limit_leaves_no_value() {
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let table = table_of(&[vec![Some(1)], vec![Some(2)]], None);
    let outcome = measure(&table, SETTINGS, Watch::quiet(&stop)).unwrap();
    assert!(matches!(outcome, Outcome::Incomplete { reason, .. } if reason == "timeout"));
    assert_eq!(single_figures(&table, SETTINGS, Watch::quiet(&stop)).map(|_| ()), Err(StopReason::Timeout));
    let stop = Stop::default();
    stop.raise(StopReason::Interrupt);
    assert_eq!(measure(&table, SETTINGS, Watch::quiet(&stop)), Err(StopReason::Interrupt));
}

fn tables() -> impl Strategy<Value = (Vec<Vec<Option<u32>>>, Option<Vec<u32>>)> {
    (1_usize..=5, 1_usize..30, 1_u32..8).prop_flat_map(|(columns, records, subjects)| {
        let cell = prop::option::weighted(0.9, 0_u32..5);
        let rows = prop::collection::vec(prop::collection::vec(cell, columns), records);
        (rows, prop::option::of(prop::collection::vec(0..subjects, records)))
    })
}

/// Subjects as a table numbers them: those without a record have no number.
fn dense(subjects: &[u32]) -> Vec<u32> {
    let mut numbers = subjects.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    subjects.iter().map(|subject| u32::try_from(numbers.binary_search(subject).unwrap()).unwrap()).collect()
}

fn sum_of_bands(scores: &SudaScores) -> u64 {
    scores.bands.iter().map(|band| band.subjects).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_figure_equals_sums_over_difference_sets((rows, subjects) in tables(), most in 1_usize..=5) {
        let subjects = subjects.map(|subjects| dense(&subjects));
        let table = table_of(&rows, subjects.as_deref());
        let columns = table.columns().len();
        let most = most.min(columns);
        let value = measured(&table, Settings { max_msu: most, ..SETTINGS });
        let of_records = oracle::minimal_sets_of_records(&table, most);
        let of_subjects = oracle::minimal_sets_of_subjects(&table, &of_records);
        let all = oracle::minimal_sets_of_records(&table, columns);
        let special = |sets: &[Vec<Vec<usize>>]| sets.iter().filter(|sets| sets.iter().any(|set| set.len() < columns)).count() as u64;
        prop_assert_eq!(value.special_records, special(&of_records));
        prop_assert_eq!(value.special_subjects, special(&of_subjects));
        prop_assert_eq!(value.unique_records, all.iter().filter(|sets| !sets.is_empty()).count() as u64);
        prop_assert_eq!(value.complete, most + 1 >= columns);
        for size in &value.by_size {
            let smallest = |sets: &&Vec<Vec<usize>>| sets.iter().map(Vec::len).min() == Some(size.columns);
            prop_assert_eq!(size.records, of_records.iter().filter(smallest).count() as u64);
            prop_assert_eq!(size.subjects, of_subjects.iter().filter(smallest).count() as u64);
            let msus = |sets: &[Vec<Vec<usize>>]| sets.iter().flatten().filter(|set| set.len() == size.columns).count() as u64;
            prop_assert_eq!((size.record_msus, size.subject_msus), (msus(&of_records), msus(&of_subjects)));
        }
        let gated = of_subjects.iter().filter(|sets| sets.iter().any(|set| set.len() <= 3)).count();
        prop_assert_eq!(value.gated_share.is_some(), most >= 3.min(columns));
        if let Some(share) = value.gated_share {
            prop_assert!((share * of_subjects.len() as f64 - gated as f64).abs() < 1e-9);
        }
        for (weight, scores) in [(elliot as scores::Weight, &value.elliot), (ihsn, &value.ihsn)] {
            let score = |sets: &Vec<Vec<usize>>| -> f64 { sets.iter().map(|set| weight(columns, most, set.len())).sum() };
            let total: f64 = of_subjects.iter().map(score).sum();
            prop_assert!((scores.total - total).abs() < 1e-9 * (1.0 + total));
            let highest = of_subjects.iter().map(score).fold(0.0, f64::max);
            prop_assert!((scores.highest - highest).abs() < 1e-9 * (1.0 + highest));
            prop_assert_eq!(sum_of_bands(scores), of_subjects.len() as u64);
            let positive = of_subjects.iter().filter(|sets| score(sets) > 0.0).count();
            prop_assert_eq!(scores.bands[0].subjects, (of_subjects.len() - positive) as u64);
        }
        let total: f64 = value.elliot.total;
        for (place, column) in value.columns.iter().enumerate() {
            let with = of_subjects.iter().flatten().filter(|set| set.contains(&place));
            let with: f64 = with.map(|set| elliot(columns, most, set.len())).sum();
            prop_assert_eq!(column.elliot.is_some(), total > 0.0);
            prop_assert!(column.elliot.is_none_or(|share| (share - with / total).abs() < 1e-9));
        }
        for pair in &value.pairs {
            let both: Vec<usize> = pair.columns.iter().map(|name| name[1..].parse().unwrap()).collect();
            let with = of_subjects.iter().flatten().filter(|set| both.iter().all(|column| set.contains(column)));
            prop_assert_eq!(pair.msus, with.count() as u64);
            prop_assert_eq!(pair.subjects, of_subjects.iter().filter(|sets| sets.contains(&both)).count() as u64);
        }
        if let Some(correct) = value.dis.correct_match {
            prop_assert!((0.0..=1.0).contains(&correct));
            prop_assert!(value.dis.highest.is_none_or(|score| (0.0..=1.0).contains(&score)));
        }
    }

    #[test]
    fn the_order_of_the_records_changes_no_byte((rows, _) in tables(), turn in 0_usize..30) {
        let mut turned = rows.clone();
        let by = turn % rows.len();
        turned.rotate_left(by);
        prop_assert_eq!(measured(&table_of(&rows, None), SETTINGS), measured(&table_of(&turned, None), SETTINGS));
    }

    #[test]
    fn a_coarser_column_never_raises_the_share_that_limits_look_at((rows, subjects) in tables(), place in 0_usize..5) {
        let place = place % rows[0].len();
        let mut coarse = rows.clone();
        for row in &mut coarse {
            row[place] = row[place].map(|cell| cell / 2);
        }
        let subjects = subjects.map(|subjects| dense(&subjects));
        let share = |rows: &[Vec<Option<u32>>]| measured(&table_of(rows, subjects.as_deref()), SETTINGS).gated_share.unwrap();
        prop_assert!(share(&coarse) <= share(&rows));
    }
}
