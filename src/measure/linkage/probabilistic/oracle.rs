//! The sums of learning and of one-to-one probabilities, the obvious way: pair by pair, set by set.

use super::em::{Model, Pattern};
use super::posterior::Edge;

/// The level of every column of a pattern, read digit by digit.
fn levels(pattern: u64, fields: usize) -> Vec<Option<usize>> {
    let digits = format!("{pattern:016x}");
    let digit = |field: usize| digits.chars().rev().nth(field).and_then(|digit| digit.to_digit(16));
    (0..fields).map(|field| digit(field).filter(|&level| level < 15).map(|level| level as usize)).collect()
}

/// Product of the shares of the levels, missing ones left out.
fn product(shares: &[Vec<f64>], levels: &[Option<usize>]) -> f64 {
    shares.iter().zip(levels).map(|(shares, level)| level.map_or(1.0, |level| shares[level])).product()
}

/// Every pair on its own.
fn each(patterns: &[Pattern], fields: usize) -> impl Iterator<Item = Vec<Option<usize>>> {
    patterns.iter().flat_map(move |pattern| {
        let pairs = format!("{:.0}", pattern.count).parse::<usize>().unwrap();
        std::iter::repeat_n(levels(pattern.levels, fields), pairs)
    })
}

/// Natural logarithm of the likelihood: a term for each pair.
pub(super) fn log_likelihood(patterns: &[Pattern], model: &Model) -> f64 {
    each(patterns, model.m.len())
        .map(|levels| {
            (model.lambda * product(&model.m, &levels) + (1.0 - model.lambda) * product(&model.u, &levels)).ln()
        })
        .sum()
}

/// One round, with a sum for each parameter over all pairs.
pub(super) fn round(patterns: &[Pattern], model: &Model) -> Model {
    let fields = model.m.len();
    let probability = |levels: &[Option<usize>]| {
        let matches = model.lambda * product(&model.m, levels);
        matches / (matches + (1.0 - model.lambda) * product(&model.u, levels))
    };
    let pairs: Vec<(Vec<Option<usize>>, f64)> = each(patterns, fields)
        .map(|levels| {
            let probability = probability(&levels);
            (levels, probability)
        })
        .collect();
    let share = |field: usize, level: usize, weight: fn(f64) -> f64| {
        let of = |wanted: &dyn Fn(usize) -> bool| -> f64 {
            pairs.iter().filter(|pair| pair.0[field].is_some_and(wanted)).map(|pair| weight(pair.1)).sum()
        };
        let (at, all) = (of(&|seen| seen == level), of(&|_| true));
        if all > 0.0 { at / all } else { 0.0 }
    };
    let shares = |weight: fn(f64) -> f64| -> Vec<Vec<f64>> {
        (0..fields).map(|field| (0..model.m[field].len()).map(|level| share(field, level, weight)).collect()).collect()
    };
    #[expect(clippy::cast_precision_loss, reason = "a few pairs")]
    let lambda = pairs.iter().map(|pair| pair.1).sum::<f64>() / pairs.len() as f64;
    Model { lambda, m: shares(|probability| probability), u: shares(|probability| 1.0 - probability) }
}

/// Probability of each pair, over all one-to-one sets of pairs.
pub(super) fn probabilities(edges: &[Edge], log_prior: f64) -> Vec<f64> {
    let mut with = vec![0.0; edges.len()];
    let mut all = 0.0;
    for set in 0..1_u32 << edges.len() {
        let chosen: Vec<usize> = (0..edges.len()).filter(|edge| set >> edge & 1 == 1).collect();
        let shares_an_end =
            |one: usize, other: usize| edges[one].ours == edges[other].ours || edges[one].theirs == edges[other].theirs;
        if chosen.iter().any(|&one| chosen.iter().any(|&other| one < other && shares_an_end(one, other))) {
            continue;
        }
        let weight: f64 = chosen.iter().map(|&edge| (edges[edge].log_ratio + log_prior).exp()).product();
        all += weight;
        for &edge in &chosen {
            with[edge] += weight;
        }
    }
    with.iter().map(|weight| weight / all).collect()
}
