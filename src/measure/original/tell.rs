//! Attacks that go through the nearest records: linkability, inference, membership and closeness.
//!
//! # Definitions
//! *Linkability*: somebody knows one half of the columns of a person from one place and the other half from another. Each half is
//! taken to the nearest record of the release; the halves are linked where it is the same record. Of records equally near, the one that
//! comes first in a random order of rows is taken, the same for both halves, so that the chance is the overlap of both groups
//! of nearest rows divided by their union. The guess draws two records of the release.
//!
//! *Inference*: a sensitive value is taken from the record of the release that is nearest on the other columns. A whole number or a decimal
//! is right if it is off by at most 5 % of the true one, everything else if it is equal. The guess says the most frequent
//! value of the release for everybody.
//!
//! *Membership*: a person is claimed to be in the original where the release comes at least as near as a threshold: the mean distance
//! from its records to the nearest of the release. The threshold is the one at which people in the original and as many of the control
//! differ most, on one half of both; the other half is what is counted. The guess claims as many without looking.
//!
//! *Closeness*: of as many people of the original and of the control, who is nearest to each record of the release. If the release was
//! made without the original, it is each of both equally likely, so that the guess is one half. Records that have the same nearest
//! person stand or fall together: the interval is that of the number of people who count, n^2 / sum of squared shares.
//!
//! Source: Giomi, Boenisch, Wehmeyer & Tasnádi, `PoPETs` 2023(2), for linkability and inference; Hilprecht, Härterich & Bernau,
//! `PoPETs` 2019(4), for membership by distance; `SDMetrics`, `DCROverfittingProtection`, for closeness.

use std::collections::BTreeMap;

use super::Trial;
use super::nearest::{Index, NOWHERE, Rows, Wanted};
use super::sides::{Side, Sides};
use super::singling::below;
use crate::number::as_float;
use crate::stats::{QUANTILE, mix, wilson_of_share};
use crate::stop::{Stop, StopReason};

/// A share of the true amount by which a guessed one may be off: one in so many.
const TOLERANCE: i128 = 20;

/// Fixed point: 1 in whole numbers, so that the order of a sum does not matter.
const ONE: u128 = 1 << 32;

/// Attack, guess and control.
pub(super) struct Tried {
    pub(super) attack: Trial,
    pub(super) baseline: Trial,
    pub(super) control: Option<Trial>,
}

/// Tries something with one row of each of at most so many people of the original, then of the control.
fn on_people(
    sides: &Sides,
    most: usize,
    seed: u64,
    mut attempt: impl FnMut(&Side, &[u32]) -> Result<[Trial; 2], StopReason>,
) -> Result<Tried, StopReason> {
    let mut on = |side: &Side, salt: u64| {
        let mut people = side.drawn_people(mix(seed, salt));
        people.truncate(most);
        attempt(side, &side.row_of_each(&people, mix(seed, salt)))
    };
    let [attack, baseline] = on(&sides.original, 1)?;
    let control = sides.control.as_ref().map(|control| on(control, 2)).transpose()?;
    Ok(Tried { attack, baseline, control: control.map(|[control, _]| control) })
}

/// Links the halves of people through the release.
///
/// # Errors
/// When `stop` was raised.
pub(super) fn linkability(
    sides: &Sides,
    halves: [&[usize]; 2],
    most: usize,
    seed: u64,
    stop: &Stop,
) -> Result<Tried, StopReason> {
    let ranks = sides.release.ranks(mix(seed, 5));
    let index =
        |half: &[usize]| Index::new(&sides.axes_of(half), sides.unit, &sides.release.places.on(half), Some(&ranks));
    let indexes = halves.map(index);
    let mut sorted = ranks.clone();
    sorted.sort_unstable();
    on_people(sides, most, seed, |side, rows| {
        let nearest = |place: usize| {
            let queries = side.places.on(halves[place]).of(rows);
            indexes[place].nearest(&queries, Wanted::Rank, stop)
        };
        let (one, other) = (nearest(0)?, nearest(1)?);
        let linked = one.iter().zip(&other).filter(|(one, other)| one.rank == other.rank).count() as u64;
        let guess = |row: &&u32| {
            let drawn = [6, 7].map(|salt| sorted[below(mix(mix(seed, salt), side.keys[**row as usize]), sorted.len())]);
            drawn[0] == drawn[1]
        };
        let guessed = rows.iter().filter(guess).count() as u64;
        let attempts = rows.len() as u64;
        Ok([Trial { successes: linked, attempts }, Trial { successes: guessed, attempts }])
    })
}

/// Takes the value of a column from the nearest record of the release; people without a value are passed over.
///
/// # Errors
/// When `stop` was raised.
pub(super) fn inference(
    sides: &Sides,
    secret: usize,
    most: usize,
    seed: u64,
    stop: &Stop,
) -> Result<Tried, StopReason> {
    let shared = &sides.columns[secret];
    let known: Vec<usize> = (0..sides.columns.len()).filter(|&column| column != secret).collect();
    let release = &sides.release;
    let ranks = release.ranks(mix(seed, 8));
    let mut of_rank = vec![0; ranks.len()];
    for (&rank, &value) in ranks.iter().zip(&release.exact.columns[secret]) {
        of_rank[rank as usize] = value;
    }
    let index = Index::new(&sides.axes_of(&known), sides.unit, &release.places.on(&known), Some(&ranks));
    let usual = most_frequent(release, secret, shared.missing, &shared.keys);
    let is_right = |guess: i32, truth: i32| match &shared.amounts {
        _ if Some(guess) == shared.missing => false,
        Some(amounts) => {
            let amount =
                |value: i32| usize::try_from(value).ok().and_then(|value| amounts.get(value)).map(|&it| i128::from(it));
            let near = |guess: i128, truth: i128| (guess - truth).abs() * TOLERANCE <= truth.abs();
            amount(guess).zip(amount(truth)).is_some_and(|(guess, truth)| near(guess, truth))
        }
        None => guess == truth,
    };
    on_people(sides, most, seed, |side, rows| {
        let truth = |row: u32| side.exact.columns[secret][row as usize];
        let rows: Vec<u32> = rows.iter().copied().filter(|&row| Some(truth(row)) != shared.missing).collect();
        let found = index.nearest(&side.places.on(&known).of(&rows), Wanted::Rank, stop)?;
        let guesses = rows.iter().zip(&found).filter(|(_, found)| found.first != NOWHERE);
        let right = guesses.filter(|(row, found)| is_right(of_rank[found.rank as usize], truth(**row))).count();
        let usual = usual.map_or(0, |usual| rows.iter().filter(|&&row| is_right(usual, truth(row))).count());
        let trial = |successes: usize| Trial { successes: successes as u64, attempts: rows.len() as u64 };
        Ok([trial(right), trial(usual)])
    })
}

/// The value that most records of the release have.
fn most_frequent(release: &Side, column: usize, missing: Option<i32>, keys: &[u64]) -> Option<i32> {
    let mut times: BTreeMap<i32, u64> = BTreeMap::new();
    for &value in release.exact.columns[column].iter().filter(|value| Some(**value) != missing) {
        *times.entry(value).or_default() += 1;
    }
    let key = |value: i32| usize::try_from(value).ok().and_then(|value| keys.get(value)).copied();
    times.into_iter().max_by_key(|&(value, times)| (times, key(value))).map(|(value, _)| value)
}

/// Claims people to be in the original, at most so many of each side.
///
/// # Errors
/// When `stop` was raised.
pub(super) fn membership(
    sides: &Sides,
    control: &Side,
    most: usize,
    seed: u64,
    stop: &Stop,
) -> Result<Tried, StopReason> {
    let index = Index::new(&sides.axes(), sides.unit, &sides.release.places, None);
    let number = sides.original.people.min(control.people).min(most);
    let scores = |side: &Side, salt: u64| -> Result<[Vec<i64>; 2], StopReason> {
        let mut people = side.drawn_people(mix(seed, salt));
        people.truncate(number);
        let chosen = side.of_people(&people);
        let found = index.nearest(&chosen.places, Wanted::Distances, stop)?;
        let mut sums = vec![(0_i64, 0_i64); chosen.people];
        for (&person, found) in chosen.person.iter().zip(&found) {
            let (sum, rows) = &mut sums[person as usize];
            *sum += i64::from(found.first);
            *rows += 1;
        }
        // Finer than the unit, so that means of several records differ where the records do.
        let score = |&(sum, rows): &(i64, i64)| (sum << 16) / rows.max(1);
        let half = |first: usize| sums.iter().skip(first).step_by(2).map(score).collect();
        Ok([half(0), half(1)])
    };
    let (of_original, of_control) = (scores(&sides.original, 1)?, scores(control, 2)?);
    let threshold = threshold(&of_original[0], &of_control[0]);
    let claimed = |scores: &[i64]| Trial {
        successes: scores.iter().filter(|&&score| threshold.is_some_and(|threshold| score <= threshold)).count() as u64,
        attempts: scores.len() as u64,
    };
    let (attack, control) = (claimed(&of_original[1]), claimed(&of_control[1]));
    let baseline =
        Trial { successes: attack.successes + control.successes, attempts: attack.attempts + control.attempts };
    Ok(Tried { attack, baseline, control: Some(control) })
}

/// The score up to which the shares of the ones and of the others differ most, whichever is larger; of equals the lowest. None where
/// they differ nowhere. Where the others come nearer, the claims show it.
pub(super) fn threshold(ones: &[i64], others: &[i64]) -> Option<i64> {
    let mut scores: Vec<(i64, i64, i64)> = ones.iter().map(|&score| (score, 1, 0)).collect();
    scores.extend(others.iter().map(|&score| (score, 0, 1)));
    scores.sort_unstable();
    let (number, other_number) = (ones.len() as i128, others.len() as i128);
    let (mut below, mut other_below, mut best) = (0_i128, 0_i128, (0_i128, None));
    for equal in scores.chunk_by(|one, other| one.0 == other.0) {
        below += equal.iter().map(|&(_, one, _)| i128::from(one)).sum::<i128>();
        other_below += equal.iter().map(|&(_, _, other)| i128::from(other)).sum::<i128>();
        let lead = (below * other_number - other_below * number).abs();
        if lead > best.0 {
            best = (lead, Some(equal[0].0));
        }
    }
    best.1
}

/// How often the nearest person of a record of the release is one of the original.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Closer {
    /// Records of the release.
    pub(super) records: u64,
    /// The share, from 0 to 1.
    pub(super) share: f64,
    /// As many independent people as the share rests on.
    pub(super) people: f64,
    /// 95 % interval.
    pub(super) interval: [f64; 2],
}

/// Counts whose people are nearest to the rows of the release that are given.
///
/// # Errors
/// When `stop` was raised.
pub(super) fn closer(
    sides: &Sides,
    control: &Side,
    rows: &[u32],
    seed: u64,
    stop: &Stop,
) -> Result<Option<Closer>, StopReason> {
    let number = sides.original.people.min(control.people);
    let of = |side: &Side, salt: u64| {
        let mut people = side.drawn_people(mix(seed, salt));
        people.truncate(number);
        side.of_people(&people)
    };
    let (original, control) = (of(&sides.original, 3), of(control, 4));
    let both = pooled(&original, &control);
    let ranks = both.ranks(mix(seed, 9));
    let found = Index::new(&sides.axes(), sides.unit, &both.places, Some(&ranks)).nearest(
        &sides.release.places.of(rows),
        Wanted::Rank,
        stop,
    )?;
    // Rows of one rank are equal; whoever has one of them is as near as the others.
    let mut of_rank: Vec<Vec<u32>> = vec![Vec::new(); both.rows()];
    for (&rank, &person) in ranks.iter().zip(&both.person) {
        of_rank[rank as usize].push(person);
    }
    let mut claims = vec![0_u128; of_rank.len()];
    for nearest in &found {
        claims[nearest.rank as usize] += 1;
    }
    let mut weight = vec![0_u128; both.people];
    for (people, claims) in of_rank.iter().zip(claims).filter(|(_, claims)| *claims > 0) {
        for &person in people {
            weight[person as usize] += claims * ONE / people.len() as u128;
        }
    }
    let all: u128 = weight.iter().sum();
    let squares: u128 = weight.iter().map(|&weight| (weight >> 8) * (weight >> 8)).sum();
    if all == 0 || squares == 0 {
        return Ok(None);
    }
    let of_original: u128 = weight.iter().take(original.people).sum();
    let (all, of_original, squares) = (float(all), float(of_original), float(squares) * 65_536.0);
    let (share, people) = (of_original / all, (all * all / squares).min(as_float(rows.len() as u64)));
    let interval = wilson_of_share(share, people, QUANTILE);
    Ok(Some(Closer { records: rows.len() as u64, share, people, interval }))
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more digits than 53 bits hold")]
fn float(number: u128) -> f64 {
    number as f64
}

/// The people of both, those of the first one first.
fn pooled(one: &Side, other: &Side) -> Side {
    let first = u32::try_from(one.people).unwrap_or(u32::MAX);
    Side {
        places: one.places.and(&other.places),
        exact: Rows::default(),
        keys: [one.keys.as_slice(), &other.keys].concat(),
        person: one.person.iter().copied().chain(other.person.iter().map(|person| person + first)).collect(),
        people: one.people + other.people,
    }
}
