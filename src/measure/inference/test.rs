//! What the attacks find and do not find, what is undefined, and that nothing but records, plan and seed decides.

use super::{Known, NAME, Settings, measure};
use crate::learn::Forest;
use crate::measure::attribute::SecretValues;
use crate::measure::named;
use crate::number::as_float;
use crate::result::{
    Evidence, Inference, InferenceAttack, InferenceMethod, InferredColumn, MissingMode, Outcome, SensitiveValue,
};
use crate::stats::mix;
use crate::stop::{Stop, StopReason, Watch};
use crate::table::{Attributes, Codes, Column, SubjectCodes, Table};
use crate::tries::tries;

/// A column by its codes, and which of them is missing.
type Coded = (Vec<u32>, Option<u32>);

/// A table and what is known of its values, whatever numbers its codes have.
#[derive(Clone)]
struct Drawn {
    columns: Vec<Coded>,
    /// The values of columns that are numbers.
    numbers: Vec<Option<Vec<Option<i64>>>>,
    secret: Coded,
    secret_numbers: Option<Vec<Option<i64>>>,
    value: SensitiveValue,
    subjects: Option<Vec<u32>>,
}

fn column(name: &str, (codes, missing): &Coded) -> Column {
    let cardinality = codes.iter().copied().chain(*missing).max().map_or(1, |most| most + 1);
    Column::new(name.to_owned(), Codes::from_codes(cardinality as usize, codes.iter().copied()), cardinality, *missing)
}

/// A key for each code that has nothing to do with its number.
fn keys(count: u32, missing: Option<u32>) -> Vec<u64> {
    (0..count).map(|code| if missing == Some(code) { 0 } else { mix(99, code.into()) }).collect()
}

impl Drawn {
    fn of(columns: Vec<Vec<u32>>, secret: Vec<u32>) -> Self {
        let numbers = vec![None; columns.len()];
        let columns = columns.into_iter().map(|codes| (codes, None)).collect();
        let value = SensitiveValue::Any;
        Self { columns, numbers, secret: (secret, None), secret_numbers: None, value, subjects: None }
    }

    fn table(&self) -> Table {
        let columns = (0..).zip(&self.columns).map(|(place, of)| column(&format!("c{place}"), of)).collect();
        let records = self.secret.0.len();
        let attributes = Attributes { sensitive: vec![column("secret", &self.secret)], ..Attributes::default() };
        let subjects = self.subjects.as_ref().map(|codes| {
            let cardinality = codes.iter().max().map_or(0, |most| most + 1);
            let codes = Codes::from_codes(cardinality as usize, codes.iter().copied());
            SubjectCodes { codes, cardinality, missing: None }
        });
        Table::with_attributes(columns, attributes, subjects, records).unwrap()
    }

    fn outcome(&self, seed: u64, trees: u32, people: usize) -> Outcome<Inference> {
        let table = self.table();
        let of_columns: Vec<Vec<u64>> =
            table.columns().iter().map(|column| keys(column.cardinality, column.missing)).collect();
        let known: Vec<Known<'_>> = of_columns
            .iter()
            .zip(&self.numbers)
            .map(|(keys, numbers)| Known { keys, numbers: numbers.as_deref() })
            .collect();
        let secret = &table.sensitive()[0];
        let secrets = [SecretValues {
            value: self.value,
            keys: keys(secret.cardinality, secret.missing),
            is_amount: self.secret_numbers.is_some(),
            numbers: self.secret_numbers.clone(),
            ..SecretValues::default()
        }];
        let settings =
            Settings { k: 5, missing: MissingMode::OwnCategory, seed, trees, people, known: &known, secrets: &secrets };
        measure(&table, settings, Watch::quiet(&Stop::default())).unwrap()
    }

    fn found(&self, seed: u64, trees: u32) -> InferredColumn {
        self.outcome(seed, trees, super::PEOPLE).value().unwrap().secrets[0].clone()
    }

    /// The same records in another order, with other numbers for the codes.
    fn turned(&self, step: usize) -> Self {
        let records = self.secret.0.len();
        let order: Vec<usize> = (0..records).map(|record| record * step % records).rev().collect();
        let only = |codes: &[u32]| order.iter().map(|&record| codes[record]).collect::<Vec<_>>();
        let coded = |(codes, missing): &Coded| (only(codes), *missing);
        Self {
            columns: self.columns.iter().map(coded).collect(),
            secret: coded(&self.secret),
            subjects: self.subjects.as_deref().map(only),
            ..self.clone()
        }
    }
}

fn random(seed: u64, rows: usize, bound: u64) -> Vec<u32> {
    (0..rows as u64).map(|row| u32::try_from(mix(mix(seed, 11), row) % bound).unwrap()).collect()
}

fn by(found: &InferredColumn, method: InferenceMethod) -> &InferenceAttack {
    found.attacks.iter().find(|attack| attack.method == method).unwrap()
}

#[test]
fn a_copy_of_a_column_is_guessed_right_of_99_in_100() {
    for (values, rows) in [(2, 400), (25, 1_200)] {
        let secret = random(1, rows, values);
        let bound = u32::try_from(values).unwrap();
        let copy = secret.iter().map(|&value| (value * 7 + 3) % bound).collect();
        let drawn = Drawn::of(vec![random(2, rows, 6), copy, random(3, rows, 4)], secret);
        let found = drawn.found(1, 12);
        let trees = by(&found, InferenceMethod::Trees);
        assert!(trees.attack_rate >= 0.99 && trees.evidence == Evidence::Found, "{trees:?}");
        assert!(trees.residual_risk > 0.97 && trees.advantage > 0.4, "{trees:?}");
        assert!(found.sure > 0 && found.sure_right == found.sure, "{found:?}");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn a_shuffled_column_is_no_evidence_in_93_of_100_seeds() {
    let rows = 300;
    let mut without = 0;
    for seed in 0..100 {
        // Seven in ten have one of three values; the columns have nothing to do with it.
        let secret = random(seed * 9 + 1, rows, 10).into_iter().map(|it| if it < 7 { 0 } else { 1 + it % 2 }).collect();
        let columns =
            vec![random(seed * 9 + 2, rows, 3), random(seed * 9 + 3, rows, 12), random(seed * 9 + 4, rows, 60)];
        let mut drawn = Drawn::of(columns, secret);
        drawn.numbers[2] = Some((0..60).map(Some).collect());
        let found = drawn.found(seed, 6);
        without += usize::from(found.attacks.iter().all(|attack| attack.evidence == Evidence::None));
    }
    assert!(without >= 93, "{without} of 100");
}

#[test]
fn what_is_undefined_is_said_and_gives_no_number() {
    let rows = 60;
    let plain = || Drawn::of(vec![random(1, rows, 3)], random(2, rows, 2));
    let cases: Vec<(&str, Drawn)> = vec![
        ("constant", Drawn { secret: (vec![0; rows], None), ..plain() }),
        ("all-missing", Drawn { secret: (vec![0; rows], Some(0)), ..plain() }),
        ("few-people", Drawn::of(vec![random(1, 19, 3)], random(2, 19, 2))),
        ("one-class", Drawn::of(vec![vec![0; rows], vec![2; rows]], random(2, rows, 2))),
    ];
    for (reason, drawn) in cases {
        let outcome = drawn.outcome(1, 4, super::PEOPLE);
        let found = &outcome.value().unwrap().secrets[0];
        assert!(found.attacks.is_empty() && found.worst_group.is_none() && found.sure == 0, "{reason}");
        assert_eq!(found.undefined[0].reason, reason);
        assert_ne!(found.undefined[0].in_words(), reason, "in words");
        let gated = super::figures::of_secret(found);
        assert!(gated.len() == 1 && gated[0].id == "inference.advantage");
        assert!(gated[0].value.value().is_none() && gated[0].columns == ["secret"], "{reason}");
    }
    assert_eq!(by(&plain().found(1, 4), InferenceMethod::Trees).asked, 60);
    assert!(
        matches!(Drawn::of(vec![vec![]], vec![]).outcome(1, 4, 9), Outcome::Undefined { reason, .. } if reason == "empty")
    );
}

#[test]
fn a_number_is_right_within_a_twentieth_and_a_code_only_if_it_is_equal() {
    // An amount of 100,000 and more that the column tells to within 2 %.
    let rows = 500;
    let level = random(1, rows, 8);
    let secret: Vec<u32> = (0..).zip(&level).map(|(row, &level)| level * 1_000 + row).collect();
    let amount = |code: u32| 100_000_i64 + i64::from(code / 1_000) * 40_000 + i64::from(code % 1_000) * 4;
    let mut drawn = Drawn::of(vec![level], secret);
    drawn.secret_numbers = Some((0..8_000).map(|code| Some(amount(code))).collect());
    let found = drawn.found(1, 8);
    let trees = by(&found, InferenceMethod::Trees);
    assert!(found.within && trees.attack_rate > 0.99 && trees.baseline_rate < 0.3, "{found:?}");
    drawn.secret_numbers = None;
    let found = drawn.found(1, 8);
    assert!(!found.within && by(&found, InferenceMethod::Trees).right == 0, "every value is another");
}

/// Several records a subject, gaps, numbers, and a column that tells something.
fn mixed(rows: usize, value: SensitiveValue) -> Drawn {
    let subjects = random(5, rows, rows as u64 / 3);
    let first = random(6, rows, 5);
    let secret =
        first.iter().zip(random(7, rows, 3)).map(|(&it, noise)| if noise == 0 { noise } else { it % 3 }).collect();
    let mut drawn = Drawn::of(vec![first, random(8, rows, 40), random(9, rows, 7)], secret);
    drawn.columns[2].1 = Some(3);
    drawn.numbers[1] =
        Some((0..40).map(|code| if code == 7 { None } else { Some(i64::from(code) * 13 - 90) }).collect());
    drawn.columns[1].1 = Some(7);
    Drawn { subjects: Some(subjects), value, ..drawn }
}

#[test]
fn neither_order_nor_threads_nor_the_place_of_a_subject_changes_a_number() {
    for value in [SensitiveValue::Any, SensitiveValue::Mode] {
        let drawn = mixed(601, value);
        // All of them, and a sample.
        for people in [super::PEOPLE, 90] {
            let plain = drawn.outcome(3, 6, people);
            assert_eq!(plain, drawn.turned(7).outcome(3, 6, people), "{value:?}");
            let renamed = Drawn {
                subjects: drawn.subjects.as_ref().map(|all| all.iter().map(|&it| it * 31 % 211).collect()),
                ..drawn.clone()
            };
            assert_eq!(plain, renamed.outcome(3, 6, people), "{value:?}");
            let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
            assert_eq!(plain, alone.install(|| drawn.outcome(3, 6, people)));
            assert_eq!(plain.value().unwrap().sampled, plain.value().unwrap().subjects.min(people as u64));
        }
        assert_ne!(drawn.outcome(3, 6, 90), drawn.outcome(4, 6, 90), "another seed, another sample");
    }
}

#[test]
fn of_several_values_each_is_right_with_any_and_one_with_the_others() {
    // Everybody holds both values, most often that of the own column.
    let people = 100_u32;
    let subjects: Vec<u32> = (0..people * 3).map(|record| record / 3).collect();
    let own = |subject: u32| subject % 2;
    let columns = vec![subjects.iter().map(|&it| own(it)).collect()];
    let secret =
        (0..).zip(&subjects).map(|(record, &it)| if record % 3 == 1 { 1 - own(it) } else { own(it) }).collect();
    let drawn = Drawn { subjects: Some(subjects), ..Drawn::of(columns, secret) };
    let rates = |value| {
        let found = Drawn { value, ..drawn.clone() }.found(1, 4);
        let trees = by(&found, InferenceMethod::Trees);
        (trees.attack_rate, trees.baseline_rate, trees.evidence)
    };
    let found = drawn.found(1, 4);
    assert_eq!((found.attacks, &*found.undefined[0].reason), (Vec::new(), "right-of-everybody"), "whatever is guessed");
    assert_eq!(rates(SensitiveValue::Mode), (1.0, 0.5, Evidence::Found));
    assert_eq!(rates(SensitiveValue::Last), (1.0, 0.5, Evidence::Found));
    assert_eq!(rates(SensitiveValue::First), (1.0, 0.5, Evidence::Found));
}

#[test]
fn rates_and_evidence_follow_from_the_counts() {
    for seed in 0..tries(40) {
        let rows = 40 + usize::try_from(mix(seed, 0) % 60).unwrap();
        let one = random(seed, rows, 3);
        let noise = random(seed + 500, rows, 10);
        let secret = one
            .iter()
            .zip(noise)
            .map(|(&it, noise)| if u64::from(noise) < seed / 4 { it } else { noise % 3 })
            .collect();
        let found = Drawn::of(vec![one, random(seed + 900, rows, 4)], secret).found(seed, 3);
        for attack in &found.attacks {
            let rate = |part: u64| as_float(part) / as_float(attack.asked);
            assert_eq!(attack.asked, rows as u64);
            assert!((attack.attack_rate - rate(attack.right)).abs() < 1e-15);
            assert!((attack.baseline_rate - rate(attack.baseline_right)).abs() < 1e-15);
            assert!((attack.control_rate - rate(attack.control_right)).abs() < 1e-15);
            assert_eq!(Some(attack.interval), crate::stats::wilson_interval(attack.right, attack.asked));
            let residual =
                crate::stats::residual_risk(attack.right, attack.asked, attack.control_right, attack.asked).unwrap();
            assert!((attack.residual_risk - residual.risk).abs() < 1e-15);
            let is_found = attack.interval[0] > attack.baseline_rate.max(attack.control_rate);
            assert_eq!(attack.evidence == Evidence::Found, is_found);
            assert_eq!(attack.no_better_than.is_none(), is_found);
            assert!(
                attack.advantage_interval[0] <= attack.advantage && attack.advantage <= attack.advantage_interval[1]
            );
            let share = (attack.attack_rate - attack.baseline_rate) / (1.0 - attack.baseline_rate);
            assert!((attack.advantage - share.max(0.0)).abs() < 1e-12);
        }
    }
}

#[test]
fn the_baseline_is_the_largest_group_of_one_value() {
    let rows = 200;
    for seed in 0..20 {
        let secret = random(seed, rows, 5);
        let most = (0..5).map(|value| secret.iter().filter(|&&it| it == value).count()).max().unwrap();
        let found = Drawn::of(vec![random(seed + 50, rows, 4)], secret).found(1, 2);
        assert!(found.attacks.iter().all(|attack| attack.baseline_right == most as u64), "{found:?}");
    }
}

#[test]
fn the_worst_group_is_that_of_a_slow_count() {
    use super::groups::{Asked, worst};
    use crate::learn::{Feature, Features};
    let mut met = 0;
    for seed in 0..2_000 {
        let rows = 20 + usize::try_from(mix(seed, 0) % 80).unwrap();
        let codes = [random(seed, rows, 2 + seed % 4), random(seed + 5_000, rows, 2)];
        let right = random(seed + 10_000, rows, 2);
        let constant = random(seed + 15_000, rows, 2);
        let asked: Vec<Asked> = (0..rows)
            .map(|row| Asked {
                row: u32::try_from(row).unwrap(),
                is_right: right[row] == 1,
                by_constant: constant[row] == 1,
            })
            .collect();
        let table = Drawn::of(codes.to_vec(), vec![0; rows]).table();
        let features = Features::new(codes.iter().map(|codes| Feature::Categories(codes.clone())).collect(), rows);
        let (found, groups) = worst(&table, &features, &asked);
        let mut all = Vec::new();
        for (place, codes) in codes.iter().enumerate() {
            for value in 0..6 {
                let members: Vec<usize> = (0..rows).filter(|&row| codes[row] == value).collect();
                let count = |of: &[u32]| members.iter().filter(|&&row| of[row] == 1).count() as u64;
                if members.len() >= 20 {
                    let people = members.len() as u64;
                    let interval = crate::stats::wilson_interval(count(&right), people).unwrap();
                    let beyond = interval[0] - as_float(count(&constant)) / as_float(people);
                    all.push((beyond, people, count(&right), format!("c{place}")));
                }
            }
        }
        assert_eq!(groups, all.len() as u64, "seed {seed}");
        let most = all.iter().map(|it| it.0).fold(f64::NEG_INFINITY, f64::max);
        match found {
            None => assert!(all.is_empty()),
            Some(found) => {
                met += 1;
                let is_it = |it: &&(f64, u64, u64, String)| {
                    it.0 >= most && (it.1, it.2, &it.3) == (found.people, found.right, &found.column)
                };
                assert!(all.iter().any(|it| is_it(&it)), "seed {seed}: {found:?} of {all:?}");
            }
        }
    }
    assert!(met > 1_000, "{met}");
}

#[test]
fn numbers_are_grouped_in_tenths_that_keep_equal_ones_together() {
    use super::groups::{Asked, worst};
    use crate::learn::{Feature, Features};
    let rows = 400_u32;
    let asked: Vec<Asked> = (0..rows).map(|row| Asked { row, is_right: row < 40, by_constant: false }).collect();
    let table = Drawn::of(vec![(0..rows).collect()], vec![0; 400]).table();
    let of = |numbers: Vec<f64>| worst(&table, &Features::new(vec![Feature::Numbers(numbers)], 400), &asked);
    let (group, groups) = of((0..rows).map(f64::from).collect());
    let group = group.unwrap();
    assert_eq!((groups, group.people, group.right), (10, 40, 40));
    let (group, groups) = of((0..rows).map(|row| f64::from(row / 200)).collect());
    assert_eq!((groups, group.unwrap().people), (2, 200));
}

#[test]
fn segments_are_the_smallest_classes_of_a_slow_count() {
    use std::collections::{BTreeMap, BTreeSet};
    for seed in 0..tries(300) {
        let rows = 25 + usize::try_from(mix(seed, 0) % 40).unwrap();
        let columns: Vec<Vec<u32>> = (0..3).map(|place| random(seed * 3 + place, rows, 2 + place)).collect();
        let subjects = random(seed + 999, rows, 20);
        let drawn = Drawn { subjects: Some(subjects.clone()), ..Drawn::of(columns.clone(), random(seed, rows, 2)) };
        let outcome = drawn.outcome(1, 1, super::PEOPLE);
        for segments in &outcome.value().unwrap().segments {
            let sets = (1_u32..8).filter(|set| u64::from(set.count_ones()) == segments.columns);
            let (mut smallest, mut below) = (u64::MAX, 0);
            for set in sets {
                let mut classes: BTreeMap<Vec<u32>, BTreeSet<u32>> = BTreeMap::new();
                for row in 0..rows {
                    let class = (0..3).filter(|place| set >> place & 1 == 1).map(|place| columns[place][row]).collect();
                    classes.entry(class).or_default().insert(subjects[row]);
                }
                smallest = smallest.min(classes.values().map(|members| members.len() as u64).min().unwrap());
                let small = classes.values().filter(|members| members.len() < 5).flatten();
                below = below.max(small.collect::<BTreeSet<_>>().len() as u64);
            }
            assert_eq!((segments.smallest, segments.below_k), (smallest, below), "seed {seed}: {segments:?}");
        }
        assert_eq!(outcome.value().unwrap().segments.len(), 3);
    }
}

#[test]
fn a_stop_ends_it_and_says_why() {
    let drawn = Drawn::of(vec![random(1, 50, 3)], random(2, 50, 2));
    let table = drawn.table();
    let keys = keys(3, None);
    let secrets = [SecretValues { keys: keys.clone(), ..SecretValues::default() }];
    let settings = Settings {
        k: 5,
        missing: MissingMode::OwnCategory,
        seed: 1,
        trees: Forest::TREES,
        people: 9,
        known: &[Known { keys: &keys, numbers: None }],
        secrets: &secrets,
    };
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let outcome = measure(&table, settings, Watch::quiet(&stop)).unwrap();
    assert!(matches!(outcome, Outcome::Incomplete { reason, .. } if reason == "timeout"));
    assert!(named(NAME).is_some());
}
