//! The attacks: guesses about everybody who is left out, fold by fold, and what they are held against.

use super::groups::{self, Asked};
use super::people::People;
use super::{ASKED, FOLDS, NEIGHBOURS, Settings};
use crate::learn::{Forest, folds, nearest};
use crate::number::as_float;
use crate::result::{Evidence, InferenceAttack, InferenceMethod, InferredColumn, Yardstick};
use crate::stats::{mix, residual_risk, wilson_interval};
use crate::stop::{Stop, StopReason};
use crate::table::Table;

/// Votes from which a guess is sure, in millionths.
const SURE: u32 = 900_000;

/// A guess about one who was left out, and about whom the control holds it against.
#[derive(Debug, Clone, Copy)]
struct Guess {
    row: u32,
    other: u32,
    /// None where nothing could be compared.
    target: Option<u32>,
    is_sure: bool,
}

/// Attacks one sensitive column both ways. The rows are in an order that follows from the values.
pub(super) fn attacks(
    table: &Table,
    people: &People,
    settings: Settings<'_>,
    found: InferredColumn,
    stop: &Stop,
) -> Result<InferredColumn, StopReason> {
    let fold = folds(people.features.rows(), FOLDS, settings.seed);
    let (mut by_trees, mut by_nearest) = (Vec::new(), Vec::new());
    let (mut known_to_trees, mut neighbours) = (0, 0);
    for out in 0..FOLDS {
        let seed = mix(settings.seed, u64::from(out) + 1);
        let known = rows(&fold, |it| it != out);
        let asked = shuffled(rows(&fold, |it| it == out), seed);
        let forest = Forest { trees: settings.trees, seed };
        let votes = forest.votes(&people.features, &people.target, people.targets, &known, &asked, stop)?;
        let sure = votes.iter().map(|vote| (Some(vote.target), vote.millionths >= SURE));
        by_trees.extend(guesses(&asked, sure));
        known_to_trees = known_to_trees.max(known.len());

        // Any of those who are shuffled are a sample.
        let near: Vec<u32> = shuffled(known, mix(seed, 1)).into_iter().take(NEIGHBOURS).collect();
        let asked = &asked[..asked.len().min(ASKED / usize::from(FOLDS))];
        let found = nearest(&people.features, &people.target, people.targets, &near, asked, stop)?;
        by_nearest.extend(guesses(asked, found.iter().map(|near| (near.target, false))));
        neighbours = neighbours.max(near.len());
    }
    let trees = summed_up(InferenceMethod::Trees, known_to_trees, &by_trees, people);
    let near = summed_up(InferenceMethod::NearestNeighbour, neighbours, &by_nearest, people);
    let is_right = |guess: &Guess| guess.target.is_some_and(|target| people.is_right(guess.row, target));
    let sure = || by_trees.iter().filter(|guess| guess.is_sure);
    let constant = people.constant_guess(&by_trees.iter().map(|guess| guess.row).collect::<Vec<_>>());
    let asked = by_trees.iter().map(|guess| Asked {
        row: guess.row,
        is_right: is_right(guess),
        by_constant: people.is_right(guess.row, constant),
    });
    let (worst_group, groups) = groups::worst(table, &people.features, &asked.collect::<Vec<_>>());
    Ok(InferredColumn {
        attacks: [trees, near].into_iter().flatten().collect(),
        worst_group,
        groups,
        sure: sure().count() as u64,
        sure_right: sure().filter(|guess| is_right(guess)).count() as u64,
        ..found
    })
}

fn rows(fold: &[u8], is_wanted: impl Fn(u8) -> bool) -> Vec<u32> {
    (0..).zip(fold).filter(|&(_, &fold)| is_wanted(fold)).map(|(row, _)| row).collect()
}

/// In an order that has nothing to do with the values: rows that are equal are neighbours before, and a control next to the
/// person would be no other person.
fn shuffled(rows: Vec<u32>, seed: u64) -> Vec<u32> {
    let mut drawn: Vec<(u64, u32)> = rows.into_iter().map(|row| (mix(seed, row.into()), row)).collect();
    drawn.sort_unstable();
    drawn.into_iter().map(|(_, row)| row).collect()
}

/// Each guess with the next of those asked about as its control, the last with the first.
fn guesses(asked: &[u32], found: impl Iterator<Item = (Option<u32>, bool)>) -> Vec<Guess> {
    let others = asked.iter().cycle().skip(1);
    let guess = |((&row, &other), (target, is_sure)): ((&u32, &u32), (Option<u32>, bool))| Guess {
        row,
        other,
        target,
        is_sure,
    };
    asked.iter().zip(others).zip(found).map(guess).collect()
}

fn summed_up(method: InferenceMethod, known: usize, guesses: &[Guess], people: &People) -> Option<InferenceAttack> {
    let asked = guesses.len() as u64;
    let count = |is_right: &dyn Fn(&Guess) -> bool| guesses.iter().filter(|guess| is_right(guess)).count() as u64;
    let constant = people.constant_guess(&guesses.iter().map(|guess| guess.row).collect::<Vec<_>>());
    let right = count(&|guess| guess.target.is_some_and(|target| people.is_right(guess.row, target)));
    let control_right = count(&|guess| guess.target.is_some_and(|target| people.is_right(guess.other, target)));
    let baseline_right = count(&|guess| people.is_right(guess.row, constant));
    let rate = |part: u64| as_float(part) / as_float(asked);
    let interval = wilson_interval(right, asked)?;
    let residual = residual_risk(right, asked, control_right, asked)?;
    let (attack_rate, baseline_rate, control_rate) = (rate(right), rate(baseline_right), rate(control_right));
    let no_better_than = if interval[0] <= baseline_rate {
        Some(Yardstick::Baseline)
    } else if interval[0] <= control_rate {
        Some(Yardstick::Control)
    } else {
        None
    };
    let beyond = |rate: f64| (rate - baseline_rate).max(0.0);
    Some(InferenceAttack {
        method,
        known: known as u64,
        asked,
        right,
        attack_rate,
        interval,
        baseline_right,
        baseline_rate,
        control_right,
        control_rate,
        control_interval: wilson_interval(control_right, asked)?,
        advantage: beyond(attack_rate),
        advantage_interval: interval.map(beyond),
        residual_risk: residual.risk,
        residual_interval: residual.interval,
        evidence: if no_better_than.is_none() { Evidence::Found } else { Evidence::None },
        no_better_than,
    })
}
