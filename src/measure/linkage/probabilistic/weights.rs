//! From what was learned to the weight of a pair, and to what a reader sees of it.

use super::compare::Map;
use rayon::prelude::*;

use super::blocking::Candidates;
use super::compare::level_in;
use super::em::Model;
use super::fields::{Field, Fields};
use super::posterior::Edge;
use crate::number::as_float;
use crate::result::{ComparedColumn, ComparisonLevel, WaterfallStep};

/// How much more, or less, exact agreement on a value says than exact agreement in general: ln(u / share of the value).
///
/// Source: Fellegi & Sunter 1969, section 3.3.1 in the form of Splink, `log2(u / u_v)`: a person of the other side who
/// is someone else has the value with the share that it has among everybody.
pub(super) fn rarity(field: &Field, exact_u: f64, code: u32) -> f64 {
    (exact_u / field.shares[code as usize]).ln()
}

/// The pairs that speak for a match rather than against one, by subject of the extract, then of the source.
pub(super) fn edges(read: &Fields, candidates: &Candidates, model: &Model) -> Vec<Edge> {
    let mut ratios: Map<u64, f64> = Map::default();
    for &pattern in &candidates.patterns {
        ratios.entry(pattern).or_insert_with(|| model.log_ratio(pattern));
    }
    let of_one = |place: usize| {
        let row = read.ours.row(place);
        let edge = |pair: usize| {
            let pattern = candidates.patterns[pair];
            let exact = (0..read.columns.len()).filter(|&field| level_in(pattern, field) == Some(0));
            let rarities = exact.map(|field| rarity(&read.columns[field], model.u[field][0], row[field]));
            let log_ratio = ratios[&pattern] + rarities.sum::<f64>();
            let ours = u32::try_from(place).unwrap_or(u32::MAX);
            (log_ratio > 0.0).then_some(Edge { ours, theirs: candidates.theirs[pair], log_ratio })
        };
        candidates.of(place).filter_map(edge).collect::<Vec<Edge>>()
    };
    let edges: Vec<Vec<Edge>> = (0..read.ours.len()).into_par_iter().map(of_one).collect();
    edges.into_iter().flatten().collect()
}

/// Share of matches among the pairs that were compared.
pub(super) fn lambda_among(candidates: &Candidates, model: &Model) -> f64 {
    let mut counts: Map<u64, u64> = Map::default();
    candidates.patterns.iter().for_each(|&pattern| *counts.entry(pattern).or_default() += 1);
    let mut counts: Vec<(u64, u64)> = counts.into_iter().collect();
    counts.sort_unstable();
    let prior = model.prior_weight() * std::f64::consts::LN_2;
    let probability = |levels: u64| 1.0 / (1.0 + (-(prior + model.log_ratio(levels))).exp());
    let matches: f64 = counts.iter().map(|&(levels, count)| as_float(count) * probability(levels)).sum();
    matches / as_float(candidates.patterns.len().max(1) as u64)
}

/// Each column with its levels.
pub(super) fn columns(fields: &[Field], candidates: &Candidates, model: &Model) -> Vec<ComparedColumn> {
    let column = |(number, field): (usize, &Field)| {
        let mut pairs = vec![0_u64; field.kind.labels().len()];
        let levels = candidates.patterns.iter().filter_map(|&pattern| level_in(pattern, number));
        levels.for_each(|level| pairs[level] += 1);
        let level = |(level, label): (usize, &&str)| ComparisonLevel {
            level: (*label).to_owned(),
            m: model.m[number][level],
            u: model.u[number][level],
            weight: model.weight(number, level),
            pairs: pairs[level],
        };
        let levels = field.kind.labels().iter().enumerate().map(level).collect();
        ComparedColumn { column: field.name.clone(), term_frequency: true, levels }
    };
    fields.par_iter().enumerate().map(column).collect()
}

/// An invented pair: the second column is close, the last one differs, the others agree. Nobody's values are in it.
pub(super) fn example(fields: &[Field], model: &Model) -> Vec<WaterfallStep> {
    let mut steps = vec![WaterfallStep { label: "prior".to_owned(), weight: model.prior_weight() }];
    for (number, field) in fields.iter().enumerate() {
        let labels = field.kind.labels();
        let level = match number {
            1 if labels.len() > 2 => 1,
            _ if number + 1 == fields.len() => labels.len() - 1,
            _ => 0,
        };
        steps.push(WaterfallStep {
            label: format!("{}: {}", field.name, labels[level]),
            weight: model.weight(number, level),
        });
    }
    steps
}

/// Number of levels of each column.
pub(super) fn level_counts(fields: &[Field]) -> Vec<usize> {
    fields.iter().map(|field| field.kind.labels().len()).collect()
}
