//! The measure against a slow count on random tables, and laws that any sample obeys.

#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;

use super::*;
use crate::plan::PopulationSize;
use crate::stats::{group_risk, individual_risk};
use crate::stop::Stop;
use crate::table::{Attributes, Codes, Column, SubjectCodes, Weight};
use crate::tries::tries_of_slow;

/// A subject: its values, its weight in hundredths, its household, and how many records it has.
#[derive(Debug, Clone)]
struct Person {
    values: Vec<u32>,
    weight: i64,
    household: Option<u32>,
    records: usize,
}

/// Names of values: codes are numbered in the order of the records, keys are not.
fn column_of(name: &str, cells: &[Option<u32>]) -> (Column, Vec<u64>) {
    let mut codes: HashMap<Option<u32>, u32> = HashMap::new();
    let mut keys = Vec::new();
    let numbered: Vec<u32> = cells
        .iter()
        .map(|cell| {
            let next = u32::try_from(codes.len()).unwrap();
            *codes.entry(*cell).or_insert_with(|| {
                keys.push(cell.map_or(0, |cell| u64::from(cell) * 7_919 % 1_009 + 1));
                next
            })
        })
        .collect();
    let missing = codes.get(&None).copied();
    let cardinality = u32::try_from(codes.len()).unwrap();
    let codes = Codes::from_codes(codes.len(), numbered.into_iter());
    let column = Column::new(name.to_owned(), codes, cardinality, missing);
    (column, keys)
}

/// The records of the persons, those of each dealt out by `order`; with the keys of the columns.
fn table_of(persons: &[Person], order: &[usize], declared: bool, weighted: bool) -> (Table, Vec<Vec<u64>>) {
    let mut records: Vec<usize> =
        order.iter().flat_map(|&person| std::iter::repeat_n(person, persons[person].records)).collect();
    if !declared {
        records = order.to_vec();
    }
    let cells = |of: &dyn Fn(&Person) -> Option<u32>| -> Vec<Option<u32>> {
        records.iter().map(|&person| of(&persons[person])).collect()
    };
    let columns = persons[0].values.len();
    let (columns, keys): (Vec<_>, Vec<_>) =
        (0..columns).map(|place| column_of(&format!("c{place}"), &cells(&|person| Some(person.values[place])))).unzip();
    let (group, _) = column_of("household", &cells(&|person| person.household));
    let (weight, _) = column_of("weight", &cells(&|person| u32::try_from(person.weight).ok()));
    let mut numbers = vec![None; weight.cardinality as usize];
    for (record, &person) in records.iter().enumerate() {
        numbers[weight.value_of(record) as usize] = Some(persons[person].weight);
    }
    let weights =
        if weighted { vec![Weight { column: weight, numbers: Some(numbers), decimals: 2 }] } else { Vec::new() };
    let attributes = Attributes { weights, group: Some(group), ..Attributes::default() };
    let subject = Codes::from_codes(persons.len(), records.iter().map(|&person| u32::try_from(person).unwrap()));
    let cardinality = u32::try_from(persons.len()).unwrap();
    let subjects = declared.then_some(SubjectCodes { codes: subject, cardinality, missing: None });
    let table = Table::with_attributes(columns, attributes, subjects, records.len()).unwrap();
    let statics = vec![Some(false); table.columns().len()];
    (table.settled(&statics), keys)
}

fn plan_of(low: u64, high: u64) -> PopulationPlan {
    PopulationPlan {
        size: Some(PopulationSize { low, high }),
        source: Some("a register".to_owned()),
        ..PopulationPlan::default()
    }
}

fn outcome(table: &Table, keys: &[Vec<u64>], declared: &PopulationPlan, is_whole: bool) -> Outcome<Population> {
    let keys: Vec<&[u64]> = keys.iter().map(Vec::as_slice).collect();
    let settings = Settings { declared, is_rotated: false, keys: &keys, seed: 3, is_whole };
    measure(table, &settings, Watch::quiet(&Stop::default())).unwrap()
}

fn value(outcome: Outcome<Population>) -> Population {
    match outcome {
        Outcome::Measured { value, .. } => value,
        other => panic!("not measured: {other:?}"),
    }
}

fn reason(outcome: &Outcome<Population>) -> &str {
    match outcome {
        Outcome::Undefined { reason, .. } => reason,
        other => panic!("not undefined: {other:?}"),
    }
}

fn persons() -> impl Strategy<Value = Vec<Person>> {
    let person = (prop::collection::vec(0_u32..4, 3), 100_i64..2_000, prop::option::of(0_u32..6), 1_usize..4);
    let person = person.prop_map(|(values, weight, household, records)| Person { values, weight, household, records });
    prop::collection::vec(person, 1..25)
}

/// Class of each person, its weight, and the risk of each, counted the slow way.
fn by_hand(persons: &[Person], weighted: bool, population: f64) -> Vec<f64> {
    let n = persons.len() as f64;
    let risk = |person: &Person| {
        let class: Vec<&Person> = persons.iter().filter(|other| other.values == person.values).collect();
        let weight = class.iter().map(|other| other.weight).sum::<i64>() as f64 / 100.0;
        let weight = if weighted { weight } else { class.len() as f64 * population / n };
        individual_risk(class.len() as u64, weight).unwrap()
    };
    persons.iter().map(risk).collect()
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries_of_slow(2_000), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_risk_equals_the_slow_count(persons in persons(), more in 0_u64..500, declared: bool, weighted: bool) {
        let order: Vec<usize> = (0..persons.len()).collect();
        let (table, keys) = table_of(&persons, &order, declared, weighted);
        let population = persons.len() as u64 + more;
        let plan = plan_of(population, population);
        let found = value(outcome(&table, &keys, &plan, false));
        let classes: BTreeMap<&[u32], u64> = persons.iter().fold(BTreeMap::new(), |mut classes, person| {
            *classes.entry(&person.values[..]).or_default() += 1;
            classes
        });
        prop_assert_eq!(found.members, persons.len() as u64);
        prop_assert_eq!(found.classes, classes.len() as u64);
        prop_assert_eq!(found.sample_uniques, classes.values().filter(|size| **size == 1).count() as u64);
        let risks = by_hand(&persons, weighted, population as f64);
        let estimate = &found.estimates[0];
        let individual = &estimate.individual;
        prop_assert_eq!(individual.weighted, weighted);
        prop_assert!(near(individual.expected.unwrap(), risks.iter().sum()));
        prop_assert!(near(individual.highest.unwrap(), risks.iter().copied().fold(0.0, f64::max)));
        let mut households: BTreeMap<(Option<u32>, usize), Vec<f64>> = BTreeMap::new();
        for (place, (person, risk)) in persons.iter().zip(&risks).enumerate() {
            let alone = if person.household.is_none() { place } else { 0 };
            households.entry((person.household, alone)).or_default().push(*risk);
        }
        let grouped: Vec<f64> = households.into_values().map(group_risk).collect();
        let household = estimate.household.as_ref().unwrap();
        prop_assert_eq!(household.groups, grouped.len() as u64);
        prop_assert!(near(household.expected.unwrap(), grouped.iter().sum()));
        prop_assert!(near(household.highest.unwrap(), grouped.iter().copied().fold(0.0, f64::max)));
        // One of a household is found at least as easily as any of its members.
        prop_assert!(household.highest.unwrap() >= individual.highest.unwrap() - 1e-12);
        let each = individual_risks(&table, &Settings {
            declared: &plan, is_rotated: false, keys: &[], seed: 0, is_whole: false,
        }).unwrap();
        prop_assert!(each.iter().zip(&risks).all(|(found, expected)| near(*found, *expected)));
    }

    #[test]
    fn no_limit_holds_for_a_range_that_breaks_at_a_round_size_within(persons in persons(), more in 1_u64..1_000_000) {
        let order: Vec<usize> = (0..persons.len()).collect();
        let (table, keys) = table_of(&persons, &order, true, false);
        let n = persons.len() as u64;
        let share = |low: u64, high: u64| {
            let found = outcome(&table, &keys, &plan_of(low, high), false);
            let gated = figures(&found).into_iter().find(|figure| figure.id == "population.unique_share").unwrap();
            gated.value.upper()
        };
        let whole = share(n, n + more);
        for size in [1, 2, 5].iter().flat_map(|first| (0..7).map(move |zeros| first * 10_u64.pow(zeros))).chain([10 * n, 10 * n + 1]) {
            if (n..=n + more).contains(&size) {
                // Without an estimate somewhere there is none of the range.
                prop_assert!(whole.is_none_or(|whole| share(size, size).is_some_and(|single| single <= whole)), "{size}");
            }
        }
    }

    #[test]
    fn more_people_never_make_more_of_them_unique_or_easier_to_find(persons in persons(), more in 1_u64..1_000_000) {
        let order: Vec<usize> = (0..persons.len()).collect();
        let (table, keys) = table_of(&persons, &order, true, false);
        let n = persons.len() as u64;
        let found = value(outcome(&table, &keys, &plan_of(n, n + more), false));
        let [few, .., many] = &found.estimates[..] else { panic!("a range has two ends") };
        prop_assert!(few.individual.highest.unwrap() >= many.individual.highest.unwrap() - 1e-12);
        prop_assert!(few.unique_share.unwrap() <= found.sample_uniques as f64 / n as f64 + 1e-12);
        prop_assert!(many.unique_share.unwrap() <= found.sample_uniques as f64 / n as f64 + 1e-9);
        for figure in figures(&Outcome::Measured { unit: Unit::Subject, value: found.clone() }) {
            let (worst, value) = (figure.value.upper(), figure.value.value());
            prop_assert_eq!(worst, value, "{}", figure.id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries_of_slow(6), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_order_of_the_records_changes_no_bit(
        (persons, order) in persons().prop_flat_map(|persons| {
            let order: Vec<usize> = (0..persons.len()).collect();
            (Just(persons), Just(order).prop_shuffle())
        }),
        declared: bool,
        weighted: bool,
    ) {
        let straight: Vec<usize> = (0..persons.len()).collect();
        let plan = plan_of(persons.len() as u64 * 50, persons.len() as u64 * 90);
        let of = |order: &[usize]| {
            let (table, keys) = table_of(&persons, order, declared, weighted);
            format!("{:?}", outcome(&table, &keys, &plan, true))
        };
        prop_assert_eq!(of(&straight), of(&order));
    }
}

fn person(values: &[u32], weight: i64) -> Person {
    Person { values: values.to_vec(), weight, household: None, records: 1 }
}

#[test]
fn what_cannot_be_estimated_says_why() {
    let persons = [person(&[0, 0, 0], 150), person(&[0, 0, 0], 150), person(&[1, 0, 0], 50)];
    let (table, keys) = table_of(&persons, &[0, 1, 2], true, false);
    let of = |plan: &PopulationPlan| outcome(&table, &keys, plan, false);
    assert_eq!(reason(&of(&PopulationPlan { source: None, ..plan_of(9, 9) })), "no-source");
    assert_eq!(reason(&of(&PopulationPlan { source: Some("  ".to_owned()), ..plan_of(9, 9) })), "no-source");
    let both = PopulationPlan { fraction: crate::plan::Share::parse("1%").ok(), ..plan_of(9, 9) };
    assert_eq!(reason(&of(&both)), "size-and-fraction");
    assert_eq!(reason(&of(&PopulationPlan::default())), "no-population");
    let smaller = value(of(&plan_of(2, 9)));
    let undefined = |estimate: &PopulationEstimate| estimate.undefined.as_ref().map(|why| why.reason.clone());
    assert_eq!(undefined(&smaller.estimates[0]).as_deref(), Some("population-too-small"));
    assert!(smaller.estimates[0].individual.highest.is_none() && smaller.estimates[1].unique_share.is_some());
    // One end without a figure leaves the whole range without one, so that no limit holds.
    let all = figures(&Outcome::Measured { unit: Unit::Subject, value: smaller });
    for id in ["population.unique_share", "population.highest_individual_risk"] {
        assert!(all.iter().find(|figure| figure.id == id).unwrap().value.value().is_none(), "{id}");
    }
    let one_percent = PopulationPlan {
        fraction: crate::plan::Share::parse("1%").ok(),
        source: Some("s".to_owned()),
        ..PopulationPlan::default()
    };
    assert_eq!(value(of(&one_percent)).estimates[0].population, 300);
}

#[test]
fn weights_below_the_class_size_are_no_weights() {
    let persons = [person(&[0, 0, 0], 150), person(&[1, 0, 0], 50)];
    let (table, keys) = table_of(&persons, &[0, 1], true, true);
    let found = value(outcome(&table, &keys, &plan_of(9, 9), false));
    let why = found.estimates[0].individual.undefined.clone().unwrap();
    assert_eq!((why.reason.as_str(), found.estimates[0].individual.highest), ("weights-below-class", None));
    let household = found.estimates[0].household.as_ref().unwrap();
    assert!(household.highest.is_none() && household.undefined.is_some());
    // Without a declared size the population is the sum of the weights, here 2.
    let summed = value(outcome(&table, &keys, &PopulationPlan::default(), false));
    assert_eq!((summed.estimates[0].population, summed.source.kind), (2, PopulationSourceKind::Weights));
}

#[test]
fn columns_that_vary_within_a_subject_leave_no_classes() {
    let (column, _) = column_of("c", &[Some(0), Some(1), Some(2)]);
    let codes = Codes::from_codes(2, [0, 0, 1].into_iter());
    let subjects = || SubjectCodes { codes: codes.clone(), cardinality: 2, missing: None };
    let table = Table::new(vec![column], Some(subjects()), 3).unwrap();
    for declared in [Some(true), Some(false)] {
        let settled = table.clone().settled(&[declared]);
        assert_eq!(reason(&outcome(&settled, &[], &plan_of(9, 9), false)), "overlapping-classes");
    }
}

#[test]
fn a_sample_that_is_the_population_is_counted() {
    let persons = [person(&[0, 0, 0], 100), person(&[0, 0, 0], 100), person(&[1, 0, 0], 100)];
    let (table, keys) = table_of(&persons, &[0, 1, 2], true, true);
    let found = value(outcome(&table, &keys, &plan_of(3, 3), true));
    let estimate = &found.estimates[0];
    assert_eq!((estimate.chosen, estimate.unique_classes), (Some(PopulationModel::Count), Some(1.0)));
    assert!(estimate.models.iter().all(|model| model.undefined.as_ref().unwrap().reason == "whole-population"));
    assert_eq!(estimate.individual.highest, Some(1.0));
    assert_eq!(estimate.individual.expected, Some(2.0));
}
