//! Published and hand-made examples, and the measure against its oracle.

#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

mod oracle;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::stats::SeededOrders;
use crate::stop::Stop;
use crate::stop::Watch;
use crate::table::{Codes, Column, InMemory, SubjectCodes, Table};
use crate::tries::tries;
use oracle::{PlainRecord, shapley, sizes, smallest_by_subject};

const SETTINGS: Settings = Settings { k: 5, max_set: 3, missing: MissingMode::OwnCategory, seed: 1, effects: true };

fn measured(table: &Table, settings: &Settings) -> Uniqueness {
    match measure(&table.outline(), settings, &InMemory { table, spare_bytes: None }, Watch::quiet(&Stop::default()))
        .unwrap()
    {
        Outcome::Measured { value, .. } => value,
        other => panic!("not measured: {other:?}"),
    }
}

/// A table of the records; with `declared` their subjects, else each record for itself.
fn table_of(records: &[PlainRecord], columns: usize, declared: bool) -> Table {
    let column = |column: usize| {
        let mut codes: BTreeMap<Option<u32>, u32> = BTreeMap::new();
        for record in records {
            let next = u32::try_from(codes.len()).unwrap();
            codes.entry(record.cells[column]).or_insert(next);
        }
        Column::new(
            format!("c{column}"),
            Codes::from_codes(codes.len(), records.iter().map(|record| codes[&record.cells[column]])),
            u32::try_from(codes.len()).unwrap(),
            codes.get(&None).copied(),
        )
    };
    let cardinality = records.iter().map(|record| record.subject + 1).max().unwrap_or(0);
    let codes = Codes::from_codes(cardinality as usize, records.iter().map(|record| record.subject));
    let subjects = declared.then_some(SubjectCodes { codes, cardinality, missing: None });
    Table::new((0..columns).map(column).collect(), subjects, records.len()).unwrap()
}

fn each_its_own(records: &[PlainRecord]) -> Vec<PlainRecord> {
    (0..).zip(records).map(|(subject, record)| PlainRecord { subject, cells: record.cells.clone() }).collect()
}

/// Rows of a published example: strings, numbers and nulls become numbered cells.
fn example(rows: &Value, subject: Option<usize>) -> Vec<PlainRecord> {
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut number = |cell: &Value| {
        let next = u32::try_from(numbers.len()).unwrap();
        (!cell.is_null()).then(|| *numbers.entry(cell.to_string()).or_insert(next))
    };
    let rows = rows.as_array().unwrap().iter().zip(0_u32..);
    rows.map(|(row, place)| {
        let mut cells: Vec<Option<u32>> = row.as_array().unwrap().iter().map(&mut number).collect();
        let subject = subject.map_or(place, |column| cells.remove(column).unwrap());
        PlainRecord { subject, cells }
    })
    .collect()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/data/vectors/uniqueness.json")).unwrap()
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}

#[test]
fn distinction_and_separation_of_motwani_and_xu() {
    let vector = &vectors()["distinction_separation_5x3"];
    let value = measured(&table_of(&example(&vector["rows"], None), 3, false), &SETTINGS);
    let names: Vec<&str> = vector["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let expected = vector["expected"].as_array().unwrap();
    assert_eq!(expected.len(), value.sets.len());
    for expected in expected {
        let columns: Vec<String> = expected["qi"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| format!("c{}", names.iter().position(|other| Some(*other) == name.as_str()).unwrap()))
            .collect();
        let set = value.sets.iter().find(|set| set.columns == columns).unwrap();
        assert!(close(set.distinction.unwrap(), expected["distinction"].as_f64().unwrap()), "{columns:?}");
        assert!(close(set.separation.unwrap(), expected["separation"].as_f64().unwrap()), "{columns:?}");
    }
}

#[test]
fn a_class_of_two_records_of_one_subject_is_unique() {
    let vector = &vectors()["subject_vs_record"];
    let records = example(&vector["rows"], Some(0));
    let by_subject = measured(&table_of(&records, 2, true), &SETTINGS);
    assert!(close(by_subject.full.unique_subjects as f64 / 4.0, vector["subject_level_fraction"].as_f64().unwrap()));
    let classes = vector["classes"].as_array().unwrap();
    assert_eq!(by_subject.full.classes, Some(classes.len() as u64));
    for size in by_subject.full.class_sizes.as_ref().unwrap() {
        let same = || classes.iter().filter(|class| class["subjects"].as_u64() == Some(size.size));
        assert_eq!(size.classes, same().count() as u64);
        assert_eq!(size.records, same().map(|class| class["records"].as_u64().unwrap()).sum::<u64>());
    }
    let by_record = measured(&table_of(&records, 2, false), &SETTINGS);
    let share = by_record.full.unique_records as f64 / records.len() as f64;
    assert!(close(share, vector["record_level_unique_fraction"].as_f64().unwrap()));
}

#[test]
fn prosecutor_risk_of_the_attacker_example() {
    let vector = &vectors()["attacker_models"];
    let value = measured(&table_of(&example(&vector["sample"], None), 3, false), &SETTINGS);
    let expected = &vector["expected"]["prosecutor"];
    let risk = &value.full.risk;
    assert!(close(risk.highest.unwrap(), expected["highest"].as_f64().unwrap()));
    assert!(close(risk.average_record.unwrap(), expected["average"].as_f64().unwrap()));
    let sizes = value.full.class_sizes.as_ref().unwrap();
    assert!(close(1.0 / sizes.last().unwrap().size as f64, expected["lowest"].as_f64().unwrap()));
    let at_risk = risk.at_risk.iter().find(|row| Some(row.threshold) == vector["threshold"].as_f64()).unwrap();
    assert!(close(at_risk.records as f64 / 6.0, expected["records_at_risk"].as_f64().unwrap()));
}

#[test]
fn missing_cells_of_francdat_under_both_readings() {
    let vector = &vectors()["missing_semantics_francdat"];
    for (rows, sizes_key, missing) in [
        ("rows", "fk", MissingMode::OwnCategory),
        ("rows_with_missing", "own_category_fk", MissingMode::OwnCategory),
        ("rows_with_missing", "wildcard_fk", MissingMode::Wildcard),
    ] {
        let records = example(&vector[rows], None);
        let expected: Vec<usize> = vector[sizes_key]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| usize::try_from(value.as_u64().unwrap()).unwrap())
            .collect();
        assert_eq!(sizes(&records, &[0, 1, 2, 3], missing == MissingMode::Wildcard), expected, "oracle, {sizes_key}");
        let value = measured(&table_of(&records, 4, false), &Settings { missing, ..SETTINGS });
        let unique = expected.iter().filter(|&&size| size == 1).count() as u64;
        let average = expected.iter().map(|&size| 1.0 / size as f64).sum::<f64>() / expected.len() as f64;
        assert_eq!(value.full.unique_records, unique, "{sizes_key}");
        assert_eq!(value.full.smallest_class, expected.iter().min().map(|&size| size as u64), "{sizes_key}");
        assert!(close(value.full.risk.average_record.unwrap(), average), "{sizes_key}");
    }
}

#[test]
fn wildcard_figures_without_classes_are_null_with_a_reason() {
    let records = example(&vectors()["missing_semantics_francdat"]["rows_with_missing"], None);
    let value = measured(&table_of(&records, 4, false), &Settings { missing: MissingMode::Wildcard, ..SETTINGS });
    let full = &value.full;
    assert_eq!((full.classes, full.unique_classes, full.distinction, full.separation), (None, None, None, None));
    assert_eq!(full.class_sizes, None);
    assert!(full.undefined.len() == 5 && full.undefined.iter().all(|field| field.reason == "wildcard"));
    assert!(value.column_effects.iter().all(|effect| effect.shapley.is_none() && !effect.undefined.is_empty()));
    assert_eq!(value.own_category.unwrap().full_smallest_class, Some(1));
}

#[test]
fn shapley_values_of_the_published_table() {
    let vectors = vectors();
    let rows = &vectors["suda_guideline_10x4"]["rows"];
    let vector = &vectors["shapley_uniqueness_10x4"];
    let records = example(rows, None);
    let value = measured(&table_of(&records, 4, false), &Settings { max_set: 4, ..SETTINGS });
    for (set, share) in vector["v"].as_object().unwrap() {
        let columns: Vec<String> = set.split(',').map(|column| format!("c{column}")).collect();
        let set = value.sets.iter().find(|set| set.columns == columns).unwrap();
        assert!(close(set.unique_records as f64 / 10.0, share.as_f64().unwrap()), "{columns:?}");
    }
    let expected: Vec<f64> =
        vector["shapley"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!(value.shapley_method, crate::result::ShapleyMethod::Exact);
    for ((effect, expected), oracle) in value.column_effects.iter().zip(&expected).zip(shapley(&records, 4)) {
        assert!(close(effect.shapley.unwrap(), *expected) && close(oracle, *expected), "{}", effect.column);
    }
}

#[test]
fn leave_one_out_is_what_the_column_adds_to_all_others() {
    let records = example(&vectors()["suda_guideline_10x4"]["rows"], None);
    let value = measured(&table_of(&records, 4, false), &SETTINGS);
    let effects: Vec<f64> = value.column_effects.iter().map(|effect| effect.leave_one_out.unwrap()).collect();
    // v(all) = 0.4; without residence 0.4, without gender 0.4, without education 0.2, without labour 0.4.
    for (effect, expected) in effects.iter().zip([0.0, 0.0, 0.2, 0.0]) {
        assert!(close(*effect, expected), "{effects:?}");
    }
}

#[test]
fn no_record_is_undefined_and_not_zero() {
    let table = table_of(&[], 2, true);
    let outcome = measure(
        &table.outline(),
        &SETTINGS,
        &InMemory { table: &table, spare_bytes: None },
        Watch::quiet(&Stop::default()),
    )
    .unwrap();
    assert!(matches!(outcome, Outcome::Undefined { reason, .. } if reason == "empty"));
}

#[test]
fn one_record_has_no_separation() {
    let table = table_of(&[PlainRecord { subject: 0, cells: vec![Some(0)] }], 1, false);
    let value = measured(&table, &SETTINGS);
    assert_eq!(value.full.separation, None);
    assert_eq!(value.full.undefined[0].reason, "single-record");
    assert_eq!(value.column_effects[0].leave_one_out, Some(1.0));
}

#[test]
fn a_raised_time_limit_gives_incomplete_and_an_interrupt_ends() {
    let table = table_of(&[PlainRecord { subject: 0, cells: vec![Some(0)] }], 1, true);
    for (reason, incomplete) in [(StopReason::Timeout, true), (StopReason::Interrupt, false)] {
        let stop = Stop::default();
        stop.raise(reason);
        let outcome =
            measure(&table.outline(), &SETTINGS, &InMemory { table: &table, spare_bytes: None }, Watch::quiet(&stop));
        assert_eq!(matches!(outcome, Ok(Outcome::Incomplete { .. })), incomplete);
        assert_eq!(outcome == Err(StopReason::Interrupt), !incomplete);
    }
}

#[test]
fn static_columns_are_read_by_subject_and_the_rest_by_any_record() {
    let row = |subject, cells: [u32; 2]| PlainRecord { subject, cells: cells.map(Some).to_vec() };
    let table = table_of(&[row(0, [1, 1]), row(0, [1, 2]), row(1, [1, 1])], 2, true);
    let value = measured(&table, &SETTINGS);
    assert_eq!(value.static_set.as_ref().unwrap().columns, ["c0"]);
    assert_eq!(value.static_set.as_ref().unwrap().reading, Reading::SubjectAttributes);
    assert_eq!(value.full.reading, Reading::AnyRecord);
    assert_eq!(measured(&table_of(&[row(0, [1, 1])], 2, false), &SETTINGS).full.reading, Reading::Record);
}

/// Records of a random small table: 1 to 6 columns, missing cells, subjects with several records.
fn plain_tables() -> impl Strategy<Value = (Vec<PlainRecord>, usize)> {
    (1_usize..=6, 1_u32..8, 1_u32..6).prop_flat_map(|(columns, subjects, values)| {
        let cell = prop_oneof![4 => (0..values).prop_map(Some), 1 => Just(None)];
        let record = (0..subjects, prop::collection::vec(cell, columns));
        let record = record.prop_map(|(subject, cells)| PlainRecord { subject, cells });
        (prop::collection::vec(record, 1..25), Just(columns))
    })
}

fn assert_set(set: &SetStatistics, records: &[PlainRecord], wildcard: bool) {
    let columns: Vec<usize> = set.columns.iter().map(|name| name[1..].parse().unwrap()).collect();
    let sizes = sizes(records, &columns, wildcard);
    let smallest = smallest_by_subject(records, &sizes);
    let key = |record: &PlainRecord| columns.iter().map(|&column| record.cells[column]).collect::<Vec<_>>();
    let mut classes: BTreeMap<Vec<Option<u32>>, (usize, u64)> = BTreeMap::new();
    for (record, &size) in records.iter().zip(&sizes) {
        classes.entry(key(record)).or_insert((size, 0)).1 += 1;
    }
    let count = |test: &dyn Fn(usize) -> bool| sizes.iter().filter(|&&size| test(size)).count() as u64;
    let count_subjects = |test: &dyn Fn(usize) -> bool| smallest.values().filter(|&&size| test(size)).count() as u64;
    let (n, subjects) = (records.len() as f64, smallest.len() as f64);

    assert_eq!(set.smallest_class, sizes.iter().min().map(|&size| size as u64));
    assert_eq!(
        (set.unique_records, set.unique_subjects),
        (count(&|size| size == 1), count_subjects(&|size| size == 1))
    );
    assert_eq!(set.below.iter().map(|below| below.k).collect::<Vec<_>>(), [2, 3, 5, 7, 11, 20]);
    for below in &set.below {
        let under = |size: usize| size < below.k as usize;
        assert_eq!((below.records, below.subjects), (count(&under), count_subjects(&under)));
    }
    for row in &set.risk.at_risk {
        let above = |size: usize| 1.0 / size as f64 > row.threshold;
        assert_eq!((row.records, row.subjects), (count(&above), count_subjects(&above)));
    }
    assert!(close(set.risk.highest.unwrap(), 1.0 / *sizes.iter().min().unwrap() as f64));
    assert!(close(set.risk.average_record.unwrap(), sizes.iter().map(|&size| 1.0 / size as f64).sum::<f64>() / n));
    let average_subject = smallest.values().map(|&size| 1.0 / size as f64).sum::<f64>() / subjects;
    assert!(close(set.risk.average_subject.unwrap(), average_subject));
    let classless =
        wildcard && columns.iter().any(|&column| records.iter().any(|record| record.cells[column].is_none()));
    assert_eq!(set.classes.is_none(), classless);
    if classless {
        return;
    }
    assert_eq!(set.classes, Some(classes.len() as u64));
    assert_eq!(set.unique_classes, Some(classes.values().filter(|(size, _)| *size == 1).count() as u64));
    assert!(close(set.distinction.unwrap(), classes.len() as f64 / n));
    let pairs: u64 = classes.values().map(|(_, records)| records * (records - 1)).sum();
    match set.separation {
        Some(separation) => assert!(close(separation, 1.0 - pairs as f64 / (n * (n - 1.0)))),
        None => assert_eq!(records.len(), 1),
    }
    let mut sizes: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for (size, records) in classes.values() {
        let size = sizes.entry(*size as u64).or_default();
        *size = (size.0 + 1, size.1 + records);
    }
    let listed = set.class_sizes.as_ref().unwrap().iter().map(|size| (size.size, (size.classes, size.records)));
    assert_eq!(listed.collect::<BTreeMap<_, _>>(), sizes);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(5000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_field_of_every_set_equals_brute_force(
        (records, columns) in plain_tables(),
        declared in any::<bool>(),
        wildcard in any::<bool>(),
        max_set in 1_usize..=3,
    ) {
        let missing = if wildcard { MissingMode::Wildcard } else { MissingMode::OwnCategory };
        let table = table_of(&records, columns, declared);
        let value = measured(&table, &Settings { k: 7, max_set, missing, ..SETTINGS });
        let plain = if declared { records.clone() } else { each_its_own(&records) };
        for set in value.sets.iter().chain([&value.full]).chain(&value.static_set) {
            assert_set(set, &plain, wildcard);
        }
        if !wildcard && columns <= 4 && records.len() < 12 {
            for (effect, expected) in value.column_effects.iter().zip(shapley(&plain, columns)) {
                prop_assert!(close(effect.shapley.unwrap(), expected));
            }
        }
        if !wildcard {
            let total: f64 = value.column_effects.iter().map(|effect| effect.shapley.unwrap()).sum();
            prop_assert!(close(total, value.full.unique_subjects as f64 / table.subjects() as f64));
        }
    }
}

#[test]
fn sampled_shapley_intervals_hold_the_exact_values() {
    let records: Vec<PlainRecord> = (0..400_u32)
        .map(|record| PlainRecord {
            subject: record / 2,
            cells: (1..=7).map(|column| Some(record * 7919 * column % (3 + column * 2))).collect(),
        })
        .collect();
    let table = table_of(&records, 7, true);
    let value = measured(&table, &Settings { max_set: 7, ..SETTINGS });
    let unique: HashMap<ColumnSet, u64> = value
        .sets
        .iter()
        .map(|set| {
            (ColumnSet::new(set.columns.iter().map(|name| name[1..].parse::<usize>().unwrap())), set.unique_subjects)
        })
        .collect();
    let mut held = 0;
    for seed in 0..200 {
        let orders: Vec<Vec<usize>> = SeededOrders::new(seed, table.columns().len()).take(64).collect();
        let estimates = effects::sampled(&table.outline(), &unique, &orders).into_iter().flatten();
        for (effect, estimate) in value.column_effects.iter().zip(estimates) {
            let [low, high] = estimate.1.unwrap();
            held += usize::from((low..=high).contains(&effect.shapley.unwrap()));
        }
    }
    // 1,400 intervals of 95 %: fewer than 91 % would have a probability far below 0.001.
    assert!(held * 100 >= 1400 * 91, "{held} of 1400 intervals hold the exact value");
}
