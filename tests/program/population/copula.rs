//! Uniqueness from samples of 1 %, against populations of which everybody is known: Adult, and twenty made-up ones.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "populations of a hundred thousand"
)]

use std::collections::HashMap;

use reidrisk::stats::copula::{GaussianCopula, Marginal, entropy, placed_share, uniqueness};
use reidrisk::stats::mix;

type Person = Vec<u32>;

/// What a sample says of a population, and what is true.
struct Compared {
    truth: f64,
    estimate: f64,
    /// How well the individual uniqueness of everybody tells the unique from the others.
    auc: f64,
}

fn uniform(seed: u64, place: u64) -> f64 {
    ((mix(seed, place) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
}

/// How often each value occurs.
fn counted<K: std::hash::Hash + Eq>(values: impl Iterator<Item = K>) -> HashMap<K, u64> {
    values.fold(HashMap::new(), |mut counts, value| {
        *counts.entry(value).or_default() += 1;
        counts
    })
}

fn entropy_of<K: std::hash::Hash + Eq>(values: impl Iterator<Item = K>) -> f64 {
    let mut counts: Vec<u64> = counted(values).into_values().collect();
    counts.sort_unstable();
    entropy(counts.into_iter().map(|count| (count, 1)))
}

/// The area under the curve of true against false positives, ties counted by half.
fn area(mut scored: Vec<(f64, bool)>) -> f64 {
    scored.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let positives = scored.iter().filter(|(_, is)| *is).count() as f64;
    let negatives = scored.len() as f64 - positives;
    let (mut ranks, mut before) = (0.0, 0.0);
    for equal in scored.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
        let own = equal.iter().filter(|(_, is)| *is).count() as f64;
        ranks += own * (before + f64::midpoint(equal.len() as f64, 1.0));
        before += equal.len() as f64;
    }
    (ranks - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}

fn compare(population: &[Person], seed: u64) -> Compared {
    let columns = population[0].len();
    let classes = counted(population.iter());
    let whole = population.len() as f64;
    let truth = classes.values().filter(|size| **size == 1).count() as f64 / whole;
    let mut order: Vec<usize> = (0..population.len()).collect();
    order.sort_by_key(|&person| mix(seed, person as u64));
    order.truncate(population.len() / 100);
    let sample: Vec<&Person> = order.iter().map(|&person| &population[person]).collect();
    let members = sample.len() as f64;
    let of = |column: usize| sample.iter().map(move |person| person[column]);
    let counts: Vec<HashMap<u32, u64>> = (0..columns).map(|column| counted(of(column))).collect();
    let marginals: Vec<Marginal> =
        counts.iter().map(|counts| Marginal::empirical(&counts.values().copied().collect::<Vec<_>>())).collect();
    let pairs = (0..columns).flat_map(|one| (one + 1..columns).map(move |other| (one, other)));
    let information: Vec<f64> = pairs
        .map(|(one, other)| entropy_of(of(one)) + entropy_of(of(other)) - entropy_of(of(one).zip(of(other))))
        .collect();
    let model = GaussianCopula::fit(marginals, &information, sample.len() as u64, 1).expect("it has columns");
    let draws = 1_000;
    let estimate =
        (0..draws).map(|draw| uniqueness(model.share(&model.draw(7, draw)), whole)).sum::<f64>() / draws as f64;
    // A value that the sample lacks is rarer than one that it has once.
    let share = |column: usize, value: u32| counts[column].get(&value).map_or(0.5, |&count| count as f64) / members;
    let scored = population.iter().map(|person| {
        let own = placed_share(person.iter().enumerate().map(|(column, &value)| share(column, value)));
        (uniqueness(own, whole), classes[person] == 1)
    });
    Compared { truth, estimate, auc: area(scored.collect()) }
}

/// How often the values of a column occur: even, with one that most have, as one over the rank, or falling by a fifth.
#[derive(Clone, Copy)]
enum Kind {
    Even,
    Mostly,
    Rank,
    Falling,
}

/// Columns of five kinds of files: registers, cards, surveys, memberships, patients.
const FILES: [&[(Kind, usize)]; 5] = [
    &[(Kind::Rank, 80), (Kind::Even, 2), (Kind::Rank, 40), (Kind::Falling, 30)],
    &[(Kind::Even, 60), (Kind::Rank, 100), (Kind::Mostly, 3)],
    &[(Kind::Rank, 30), (Kind::Rank, 30), (Kind::Even, 7), (Kind::Even, 2), (Kind::Falling, 20), (Kind::Mostly, 5)],
    &[(Kind::Falling, 60), (Kind::Mostly, 12), (Kind::Rank, 60), (Kind::Even, 12)],
    &[
        (Kind::Falling, 200),
        (Kind::Rank, 20),
        (Kind::Mostly, 10),
        (Kind::Even, 4),
        (Kind::Rank, 8),
        (Kind::Falling, 12),
    ],
];

/// How strongly the columns of a population hang on what is common to them.
const LOADS: [f64; 4] = [0.0, 0.2, 0.4, 0.6];

/// A population of 100,000 whose columns hang on one common number, some of them the other way round.
fn made_up(number: usize) -> Vec<Person> {
    let (file, load) = (FILES[number % 5], LOADS[number / 5]);
    let limits: Vec<Vec<f64>> = file.iter().map(|&(kind, values)| limits(kind, values)).collect();
    let normal = normals();
    let at = |share: f64| normal[((share * normal.len() as f64) as usize).min(normal.len() - 1)];
    let seed = 100 + number as u64;
    let person = |place: u64| {
        let common = at(uniform(seed, place * 16));
        let value = |(column, limits): (usize, &Vec<f64>)| {
            let sign = if column % 3 == 2 { -1.0 } else { 1.0 };
            let own = at(uniform(seed, place * 16 + 1 + column as u64));
            let height = sign * load * common + (1.0 - load * load).sqrt() * own;
            u32::try_from(limits.partition_point(|&limit| limit < height)).expect("few values")
        };
        limits.iter().enumerate().map(value).collect()
    };
    (0..100_000).map(person).collect()
}

/// Ten thousand places of the normal distribution, each as likely.
fn normals() -> Vec<f64> {
    let even = Marginal::of_shares(vec![1e-4; 10_000]);
    (0..10_000)
        .map(|value| {
            let [low, high] = even.interval(value);
            if low.is_finite() && high.is_finite() {
                f64::midpoint(low, high)
            } else {
                low.max(-4.0).min(high.min(4.0))
            }
        })
        .collect()
}

/// Where on the normal axis each value but the last ends.
fn limits(kind: Kind, values: usize) -> Vec<f64> {
    let weight = |place: usize| match kind {
        Kind::Even => 1.0,
        Kind::Mostly => {
            if place == 0 {
                1.5 * (values - 1) as f64
            } else {
                1.0
            }
        }
        Kind::Rank => 1.0 / (place + 1) as f64,
        Kind::Falling => 0.8_f64.powf(place as f64 * 30.0 / values as f64),
    };
    let weights: Vec<f64> = (0..values).map(weight).collect();
    let total: f64 = weights.iter().sum();
    let marginal = Marginal::of_shares(weights.into_iter().map(|weight| weight / total).collect());
    (0..values - 1).map(|value| marginal.interval(value)[1]).collect()
}

fn adult() -> Vec<Person> {
    let text = crate::support::adult();
    let mut numbers: Vec<HashMap<String, u32>> = vec![HashMap::new(); 9];
    let person = |line: &str| -> Person {
        let number = |(cell, numbers): (&str, &mut HashMap<String, u32>)| {
            let next = u32::try_from(numbers.len()).expect("few values");
            *numbers.entry(cell.to_owned()).or_insert(next)
        };
        line.split(';').zip(numbers.iter_mut()).map(number).collect()
    };
    text.lines().skip(1).map(person).collect()
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    values.clone().sum::<f64>() / values.count() as f64
}

#[test]
fn twenty_made_up_populations_are_told_from_a_hundredth_of_them() {
    let compared: Vec<Compared> = (0..20).map(|number| compare(&made_up(number), 3)).collect();
    for (number, Compared { truth, estimate, auc }) in compared.iter().enumerate() {
        println!("population {number}: true {truth:.3}, estimated {estimate:.3}, AUC {auc:.3}");
    }
    let error = mean(compared.iter().map(|it| (it.estimate - it.truth).abs()));
    let auc = mean(compared.iter().map(|it| it.auc));
    println!("mean absolute error {error:.4}, mean AUC {auc:.3}");
    assert!(error <= 0.05, "mean absolute error {error}");
    assert!(auc >= 0.84, "mean AUC {auc}");
}

#[test]
fn adult_is_told_from_a_hundredth_of_it() {
    let population = adult();
    let compared: Vec<Compared> = (0..10).map(|seed| compare(&population, seed)).collect();
    assert!((compared[0].truth - 0.514_289_503_348_584_4).abs() < 1e-12);
    let error = mean(compared.iter().map(|it| (it.estimate - it.truth).abs()));
    let auc = mean(compared.iter().map(|it| it.auc));
    println!("Adult: mean absolute error {error:.4}, mean AUC {auc:.3}");
    assert!(error <= 0.05, "mean absolute error {error}");
    assert!(auc >= 0.84, "mean AUC {auc}");
}
