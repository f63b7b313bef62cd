//! Singling out: statements drawn from the release that hold for exactly one person of the original.
//!
//! # Definition
//! A statement about one column is drawn where a single record of the release has a value, for the lowest and the highest number, and
//! for a single missing cell. A statement about several columns is drawn from a record and three of its columns: a number at or
//! beyond its own on its side of the median, a category or a missing cell as it is. The guess takes columns, comparisons and
//! values of the original at random and does not look at the release.
//!
//! Source: Giomi, Boenisch, Wehmeyer & Tasnádi, `PoPETs` 2023(2); Cohen & Nissim, PNAS 117(15), 2020, for isolation.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::Trial;
use super::nearest::Axis;
use super::sides::{MISSING, Side, Sides};
use crate::stats::mix;
use crate::stop::{Stop, StopReason};

/// Columns of a statement about several.
const TERMS: usize = 3;

/// What is said of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Term {
    pub(super) column: usize,
    pub(super) test: Test,
}

/// How a cell is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Test {
    Equal(i32),
    AtMost(i32),
    AtLeast(i32),
}

impl Test {
    /// Whether an exact value passes; a missing number is below nothing.
    pub(super) fn holds(self, value: i32) -> bool {
        match self {
            Self::Equal(own) => value == own,
            Self::AtMost(own) => value <= own && value != MISSING,
            Self::AtLeast(own) => value >= own,
        }
    }
}

/// Statements about one column each, at most so many.
pub(super) fn of_one_column(sides: &Sides, most: usize, seed: u64) -> Vec<Vec<Term>> {
    let mut drawn: Vec<(u64, Term)> = Vec::new();
    for (column, shared) in sides.columns.iter().enumerate() {
        let held = &sides.release.exact.columns[column];
        let mut values = held.clone();
        values.sort_unstable();
        let single = values.chunk_by(|one, other| one == other).filter(|equal| equal.len() == 1).map(|equal| equal[0]);
        let mut tests: Vec<Test> = single.map(Test::Equal).collect();
        if shared.axis == Axis::Number {
            tests.extend(values.iter().find(|&&value| value != MISSING).map(|&low| Test::AtMost(low)));
            tests.extend(values.last().filter(|&&value| value != MISSING).map(|&high| Test::AtLeast(high)));
        }
        let key = |test: Test| {
            let (kind, value) = match test {
                Test::Equal(value) => (1, value),
                Test::AtMost(value) => (2, value),
                Test::AtLeast(value) => (3, value),
            };
            let value = usize::try_from(value).ok().and_then(|value| shared.keys.get(value)).copied().unwrap_or(0);
            mix(mix(seed, column as u64), mix(kind, value))
        };
        drawn.extend(tests.into_iter().map(|test| (key(test), Term { column, test })));
    }
    drawn.sort_unstable();
    drawn.truncate(most);
    drawn.into_iter().map(|(_, term)| vec![term]).collect()
}

/// Statements about several columns, each once, at most so many.
pub(super) fn of_several_columns(sides: &Sides, most: usize, seed: u64) -> Vec<Vec<Term>> {
    let release = &sides.release;
    let mut order: Vec<(u64, u32)> = release.keys.iter().copied().zip(0_u32..).collect();
    order.sort_unstable();
    let medians: Vec<i32> = release.exact.columns.iter().map(|values| median(values)).collect();
    let size = TERMS.min(sides.columns.len());
    let (mut found, mut known) = (Vec::new(), BTreeSet::new());
    for turn in 0..4 * most as u64 {
        if found.len() == most || order.is_empty() {
            break;
        }
        let row = order[below(mix(mix(seed, 1), turn), order.len())].1 as usize;
        let terms: Vec<Term> = columns_of(sides.columns.len(), size, mix(mix(seed, 2), turn))
            .into_iter()
            .map(|column| {
                let value = release.exact.columns[column][row];
                let is_number = sides.columns[column].axis == Axis::Number && value != MISSING;
                let test = match is_number {
                    true if value > medians[column] => Test::AtLeast(value),
                    true => Test::AtMost(value),
                    false => Test::Equal(value),
                };
                Term { column, test }
            })
            .collect();
        if known.insert(terms.clone()) {
            found.push(terms);
        }
    }
    found
}

/// As many statements of as many columns that do not look at the release.
pub(super) fn at_random(sides: &Sides, columns: usize, number: usize, seed: u64) -> Vec<Vec<Term>> {
    let values: Vec<Vec<i32>> = (0..sides.columns.len()).map(|column| distinct(sides, column)).collect();
    let one = |number: u64| {
        let seed = mix(mix(seed, 3), number);
        let term = |column: usize| {
            let values = &values[column];
            let value = values[below(mix(seed, 2 * column as u64), values.len())];
            let is_number = sides.columns[column].axis == Axis::Number && value != MISSING;
            let test = match mix(seed, 2 * column as u64 + 1) % 3 {
                0 if is_number => Test::AtMost(value),
                1 if is_number => Test::AtLeast(value),
                _ => Test::Equal(value),
            };
            Term { column, test }
        };
        columns_of(sides.columns.len(), columns.min(sides.columns.len()), seed).into_iter().map(term).collect()
    };
    (0..number as u64).map(one).collect()
}

/// How many of the statements hold for exactly one person.
///
/// # Errors
/// When `stop` was raised.
pub(super) fn singled_out(statements: &[Vec<Term>], side: &Side, stop: &Stop) -> Result<Trial, StopReason> {
    let of_one = |terms: &Vec<Term>| {
        stop.check()?;
        Ok(u64::from(is_of_one(terms, side)))
    };
    let successes: u64 = statements.par_iter().map(of_one).sum::<Result<u64, StopReason>>()?;
    Ok(Trial { successes, attempts: statements.len() as u64 })
}

fn is_of_one(terms: &[Term], side: &Side) -> bool {
    let Some((first, rest)) = terms.split_first() else { return false };
    let mut person = None;
    for (row, _) in side.exact.columns[first.column].iter().enumerate().filter(|(_, value)| first.test.holds(**value)) {
        if rest.iter().all(|term| term.test.holds(side.exact.columns[term.column][row])) {
            let other = Some(side.person[row]);
            if person.is_some() && person != other {
                return false;
            }
            person = other;
        }
    }
    person.is_some()
}

/// The values of a column of the original, each once, in an order that no file decides.
fn distinct(sides: &Sides, column: usize) -> Vec<i32> {
    let mut values = sides.original.exact.columns[column].clone();
    values.sort_unstable();
    values.dedup();
    let keys = &sides.columns[column].keys;
    let key = |value: i32| usize::try_from(value).ok().and_then(|value| keys.get(value)).copied().unwrap_or(0);
    values.sort_by_cached_key(|&value| (key(value), value));
    values
}

/// The lower median of the values that are there.
fn median(values: &[i32]) -> i32 {
    let mut held: Vec<i32> = values.iter().copied().filter(|&value| value != MISSING).collect();
    held.sort_unstable();
    held.get(held.len().saturating_sub(1) / 2).copied().unwrap_or(MISSING)
}

/// Some of the columns, ascending.
fn columns_of(columns: usize, size: usize, seed: u64) -> Vec<usize> {
    let mut drawn: Vec<usize> = (0..columns).collect();
    drawn.sort_by_key(|&column| mix(mix(seed, 4), column as u64));
    drawn.truncate(size);
    drawn.sort_unstable();
    drawn
}

/// A number below a bound, from 64 random bits; the bound is so small that no number is preferred measurably.
pub(super) fn below(bits: u64, bound: usize) -> usize {
    usize::try_from((u128::from(bits) * bound as u128) >> 64).unwrap_or(0)
}
