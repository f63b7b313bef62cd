//! The attacks: guesses about everybody who is left out, fold by fold, and what they are held against.

use super::groups::{self, Asked};
use super::people::People;
use super::{ASKED, FOLDS, NEIGHBOURS, Settings};
use crate::learn::{Forest, folds, nearest};
use crate::number::as_float;
use crate::result::{Evidence, InferenceAttack, InferenceMethod, InferredColumn, UndefinedField, Yardstick};
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
    let attacks: Vec<InferenceAttack> = [trees, near].into_iter().flatten().collect();
    // Where the constant guess is always right there is nothing to gain, and nothing to say of it either. Both or none: half of the
    // attacks would pass for all.
    if attacks.len() < 2 {
        let undefined = vec![UndefinedField { field: "attacks".to_owned(), reason: "right-of-everybody".to_owned() }];
        return Ok(InferredColumn { undefined, ..found });
    }
    Ok(InferredColumn {
        attacks,
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
    let constant = people.constant_guess(&guesses.iter().map(|guess| guess.row).collect::<Vec<_>>());
    let is_right = |guess: &Guess| guess.target.is_some_and(|target| people.is_right(guess.row, target));
    let by_constant = |guess: &Guess| people.is_right(guess.row, constant);
    let count = |holds: &dyn Fn(&Guess) -> bool| guesses.iter().filter(|guess| holds(guess)).count() as u64;
    let right = count(&is_right);
    let control_right = count(&|guess| guess.target.is_some_and(|target| people.is_right(guess.other, target)));
    let baseline_right = count(&by_constant);
    let gained = count(&|guess| is_right(guess) && !by_constant(guess));
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
    let (advantage, advantage_interval) = advantage(asked, baseline_right, gained, gained + baseline_right - right)?;
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
        gained,
        advantage,
        advantage_interval,
        residual_risk: residual.risk,
        residual_interval: residual.interval,
        evidence: if no_better_than.is_none() { Evidence::Found } else { Evidence::None },
        no_better_than,
    })
}

/// What the attack gains over the constant guess, as a share of those of whom the constant guess is wrong: so that a value that few have
/// is not hidden behind the many who have another. None where the constant guess is always right.
///
/// The interval adds up those of what is gained and what is lost, which is wider than either of both needs to be.
pub(super) fn advantage(asked: u64, baseline: u64, gained: u64, lost: u64) -> Option<(f64, [f64; 2])> {
    if asked == baseline {
        return None;
    }
    let ([least_gained, most_gained], [least_lost, most_lost]) =
        (wilson_interval(gained, asked)?, wilson_interval(lost, asked)?);
    let wrong = as_float(asked - baseline) / as_float(asked);
    let share = |rate: f64| (rate / wrong).clamp(0.0, 1.0);
    let value = (as_float(gained) - as_float(lost)) / as_float(asked);
    Some((share(value), [share(least_gained - most_lost), share(most_gained - least_lost)]))
}

#[cfg(test)]
mod tests {
    use super::advantage;

    #[test]
    fn what_few_have_is_not_hidden_behind_the_many() {
        // One in a hundred is sick, and all of them are found: one point more is right, and that is all there is to gain.
        let (all, [low, high]) = advantage(10_000, 9_900, 100, 0).unwrap();
        assert!((all - 1.0).abs() < 1e-12 && low > 0.75 && (high - 1.0).abs() < 1e-12, "{low} {high}");
        // None is found, and nothing is lost: the interval is narrow, however rare the value is.
        let (none, [low, high]) = advantage(10_000, 9_900, 0, 0).unwrap();
        assert!(none == 0.0 && low == 0.0 && high > 0.03 && high < 0.04, "{high}");
    }

    #[test]
    fn what_is_gained_and_lost_alike_is_no_advantage_and_certainty_has_none() {
        let (value, [low, high]) = advantage(1_000, 500, 250, 250).unwrap();
        assert!(value == 0.0 && low == 0.0 && high > 0.1 && high < 0.11, "{high}");
        assert_eq!(advantage(50, 50, 0, 0), None);
        assert_eq!(advantage(0, 0, 0, 0), None);
        let (worse, [_, high]) = advantage(1_000, 500, 10, 400).unwrap();
        assert!(worse == 0.0 && high == 0.0);
    }
}
