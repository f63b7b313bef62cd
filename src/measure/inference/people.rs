//! One row a person: what is known of it, and what is to be guessed.
//!
//! A person with several records has of a quasi-identifier the value of most of them, of numbers the mean. Rows are put in
//! an order that follows from their values, so that whom a sample and a fold take does not depend on the order of the files.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{Known, Secret};
use crate::learn::{self, Feature, Features, NO_CATEGORY};
use crate::result::SensitiveValue;
use crate::stats::mix;
use crate::stop::{Stop, StopReason};
use crate::table::{Column, Table};

/// Distinct numbers above which a guess within 5 % is right; fewer are taken for codes.
const CODES: usize = 20;
/// A number is right within one part in so many.
const PARTS: u64 = 20;
/// People between two looks at the stop flag.
const CHECK_EVERY: u32 = 1 << 16;

/// The people that are looked at, in an order that follows from their values.
pub(super) struct People {
    pub(super) features: Features,
    /// The number of each target, ascending by something that depends on the values alone: what a guess is.
    pub(super) targets: u32,
    /// The target of each row, and where it holds several values all that are right.
    pub(super) target: Vec<u32>,
    held: Vec<Vec<u32>>,
    /// For each target whether it is right of which other, where numbers are right within a part.
    windows: Option<Windows>,
    /// Distinct values, of which missing cells are one.
    pub(super) values: u64,
    pub(super) is_missing_only: bool,
}

/// Numbers in windows: what one guess is right of.
struct Windows {
    /// The guess of each target; none for a missing cell.
    guess: Vec<Option<i64>>,
    /// The numbers of each row.
    numbers: Vec<Vec<Option<i64>>>,
}

impl People {
    /// At most `most` people of the table, with one of its sensitive columns.
    pub(super) fn new(
        table: &Table,
        known: &[Known<'_>],
        column: &Column,
        secret: Secret<'_>,
        most: usize,
        seed: u64,
        stop: &Stop,
    ) -> Result<Self, StopReason> {
        let subjects = u32::try_from(table.subjects()).unwrap_or(u32::MAX);
        let hash = |subject: u32| -> Result<(u64, u32), StopReason> {
            if subject.is_multiple_of(CHECK_EVERY) {
                stop.check()?;
            }
            let columns = table.columns().iter().zip(known);
            let hash = columns.fold(0, |hash, (column, known)| mix(hash, known.bits(table, column, subject)));
            let of_secret = values_of(table, column, secret, subject);
            Ok((of_secret.iter().fold(hash, |hash, &value| mix(hash, secret.keys[value as usize])), subject))
        };
        let mut order: Vec<(u64, u32)> = (0..subjects).into_par_iter().map(hash).collect::<Result<_, _>>()?;
        // Of equal hash are people who are equal in everything that counts here.
        order.par_sort_unstable();
        let drawn: Vec<u32> =
            learn::sample(order.len(), most, seed).into_iter().map(|place| order[place as usize].1).collect();
        drop(order);
        stop.check()?;
        let columns = table.columns().par_iter().zip(known);
        let columns: Vec<Feature> = columns.map(|(column, known)| known.feature(table, column, &drawn)).collect();
        let features = Features::new(columns, drawn.len());
        let held: Vec<Vec<u32>> = drawn.par_iter().map(|&one| values_of(table, column, secret, one)).collect();
        Ok(Self::of(features, &held, column, secret))
    }

    /// Numbers the targets.
    fn of(features: Features, values: &[Vec<u32>], column: &Column, secret: Secret<'_>) -> Self {
        let mut occurring: Vec<u32> = values.iter().flatten().copied().collect();
        occurring.sort_unstable_by_key(|&value| (secret.keys[value as usize], value));
        occurring.dedup();
        let numbers = secret.numbers.filter(|_| occurring.len() > CODES);
        let is_missing_only = occurring.iter().all(|&value| column.missing == Some(value));
        let (of_value, guess) = match numbers {
            Some(numbers) => windows(&occurring, numbers),
            None => ((0..).zip(&occurring).map(|(target, &value)| (value, target)).collect(), Vec::new()),
        };
        let targets = of_value.values().max().map_or(0, |most| most + 1);
        let held: Vec<Vec<u32>> =
            values.iter().map(|held| held.iter().map(|value| of_value[value]).collect()).collect();
        let windows = numbers.map(|numbers| Windows {
            guess,
            numbers: values.iter().map(|held| held.iter().map(|&value| numbers[value as usize]).collect()).collect(),
        });
        let target = held.iter().map(|held| held.first().copied().unwrap_or(0)).collect();
        let values = occurring.len() as u64;
        Self { features, targets, target, held, windows, values, is_missing_only }
    }

    /// Whether everybody is the same in every column that a guess is made from.
    pub(super) fn is_one_class(&self) -> bool {
        let is_constant = |column: &Feature| match column {
            Feature::Numbers(numbers) => numbers.windows(2).all(|pair| pair[0].to_bits() == pair[1].to_bits()),
            Feature::Categories(categories) => categories.windows(2).all(|pair| pair[0] == pair[1]),
        };
        self.features.columns().iter().all(is_constant)
    }

    /// Whether a number is right within a part.
    pub(super) fn is_within(&self) -> bool {
        self.windows.is_some()
    }

    /// Whether a guess is right of a row.
    pub(super) fn is_right(&self, row: u32, guess: u32) -> bool {
        let row = row as usize;
        match &self.windows {
            None => self.held[row].contains(&guess),
            Some(windows) => windows.numbers[row].iter().any(|&number| match (windows.guess[guess as usize], number) {
                (Some(guess), Some(number)) => is_near(guess, number),
                (None, None) => true,
                _ => false,
            }),
        }
    }

    /// The target that is right of most of these rows; of equally many the smallest. What one guesses who sees nothing.
    pub(super) fn constant_guess(&self, rows: &[u32]) -> u32 {
        let mut right = vec![0_u64; self.targets as usize];
        if self.windows.is_none() {
            rows.iter().flat_map(|&row| &self.held[row as usize]).for_each(|&it| right[it as usize] += 1);
        } else {
            let count = |guess: u32| rows.iter().filter(|&&row| self.is_right(row, guess)).count() as u64;
            right = (0..self.targets).into_par_iter().map(count).collect();
        }
        (0..self.targets).max_by_key(|&target| (right[target as usize], std::cmp::Reverse(target))).unwrap_or(0)
    }
}

/// |guess - number| <= number / 20, and equal where the number is 0.
fn is_near(guess: i64, number: i64) -> bool {
    u128::from(guess.abs_diff(number)) * u128::from(PARTS) <= u128::from(number.unsigned_abs())
}

/// Puts numbers in as few windows as one guess each is right of, from the smallest on; a missing cell is one of its own.
fn windows(occurring: &[u32], numbers: &[Option<i64>]) -> (BTreeMap<u32, u32>, Vec<Option<i64>>) {
    let mut sorted: Vec<(Option<i64>, u32)> = occurring.iter().map(|&value| (numbers[value as usize], value)).collect();
    sorted.sort_unstable();
    let mut of_value = BTreeMap::new();
    let mut guesses: Vec<Option<i64>> = Vec::new();
    for (number, value) in sorted {
        let fits = match (guesses.last(), number) {
            (Some(Some(guess)), Some(number)) => is_near(*guess, number),
            (Some(None), None) => true,
            _ => false,
        };
        if !fits {
            guesses.push(number.map(largest_guess));
        }
        of_value.insert(value, u32::try_from(guesses.len() - 1).unwrap_or(u32::MAX));
    }
    (of_value, guesses)
}

/// The largest guess that is right of a number.
fn largest_guess(number: i64) -> i64 {
    number.saturating_add_unsigned(number.unsigned_abs() / PARTS)
}

/// The values of a person in the sensitive column that are right, the one that stands for it first.
fn values_of(table: &Table, column: &Column, secret: Secret<'_>, subject: u32) -> Vec<u32> {
    let mut records = table.records_of(subject);
    match secret.value {
        SensitiveValue::First => records.next().into_iter().map(|record| column.value_of(record)).collect(),
        SensitiveValue::Last => records.next_back().into_iter().map(|record| column.value_of(record)).collect(),
        SensitiveValue::Mode | SensitiveValue::Any => {
            let mut held: Vec<u32> = records.map(|record| column.value_of(record)).collect();
            let most = most_frequent(&mut held, secret.keys);
            if secret.value == SensitiveValue::Mode {
                return most.into_iter().collect();
            }
            held.dedup();
            // The one of most records first, the others by their keys.
            held.sort_unstable_by_key(|&value| (Some(value) != most, secret.keys[value as usize], value));
            held
        }
    }
}

/// The most frequent value, of equally frequent ones that of the smallest key; sorts the values by it.
fn most_frequent(values: &mut [u32], keys: &[u64]) -> Option<u32> {
    values.sort_unstable_by_key(|&value| (keys[value as usize], value));
    let runs = values.chunk_by(|one, other| one == other);
    // Of equally long runs the first.
    runs.rev().max_by_key(|run| run.len()).map(|run| run[0])
}

impl Known<'_> {
    /// The one value of a person, where all records have it.
    fn only(table: &Table, column: &Column, subject: u32) -> Option<u32> {
        let mut records = table.records_of(subject);
        let first = column.value_of(records.next()?);
        records.all(|record| column.value_of(record) == first).then_some(first)
    }

    /// The value that stands for a person; `None` where it is missing.
    fn category(&self, table: &Table, column: &Column, subject: u32) -> Option<u32> {
        let value = Self::only(table, column, subject).or_else(|| {
            let mut held: Vec<u32> = table.records_of(subject).map(|record| column.value_of(record)).collect();
            most_frequent(&mut held, self.keys)
        });
        value.filter(|&value| column.missing != Some(value))
    }

    /// The mean number of a person; not a number where every one is missing.
    fn number(table: &Table, column: &Column, subject: u32, numbers: &[Option<i64>]) -> f64 {
        let of = |value: u32| numbers[value as usize].filter(|_| column.missing != Some(value));
        let found = table.records_of(subject).filter_map(|record| of(column.value_of(record)));
        let (sum, count) = found.fold((0_i128, 0_u32), |(sum, count), number| (sum + i128::from(number), count + 1));
        #[expect(clippy::cast_precision_loss, reason = "only numbers that lie 2^53 apart lose a digit")]
        if count == 0 { f64::NAN } else { sum as f64 / f64::from(count) }
    }

    /// Bits that are equal for equal values of a person.
    fn bits(&self, table: &Table, column: &Column, subject: u32) -> u64 {
        match self.numbers {
            Some(numbers) => Self::number(table, column, subject, numbers).to_bits(),
            None => self.category(table, column, subject).map_or(u64::MAX, |value| self.keys[value as usize]),
        }
    }

    fn feature(&self, table: &Table, column: &Column, people: &[u32]) -> Feature {
        if let Some(numbers) = self.numbers {
            return Feature::Numbers(people.iter().map(|&one| Self::number(table, column, one, numbers)).collect());
        }
        let values: Vec<Option<u32>> = people.iter().map(|&one| self.category(table, column, one)).collect();
        // Numbered by keys, which depend on the values alone.
        let mut keys: Vec<u64> = values.iter().flatten().map(|&value| self.keys[value as usize]).collect();
        keys.sort_unstable();
        keys.dedup();
        let number = |value: u32| {
            let place = keys.binary_search(&self.keys[value as usize]).unwrap_or(0);
            u32::try_from(place).unwrap_or(NO_CATEGORY)
        };
        Feature::Categories(values.into_iter().map(|value| value.map_or(NO_CATEGORY, number)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_near_within_a_twentieth_of_the_true_one() {
        assert!(is_near(105, 100) && !is_near(106, 100) && is_near(95, 100) && !is_near(94, 100));
        assert!(is_near(0, 0) && !is_near(1, 0) && is_near(-105, -100) && !is_near(100, -100));
        assert!(is_near(i64::MAX, i64::MAX) && !is_near(i64::MAX, i64::MIN));
    }

    #[test]
    fn one_guess_is_right_of_a_whole_window() {
        for seed in 0..2_000_u64 {
            let count = 1 + mix(seed, 0) % 40;
            let numbers: Vec<Option<i64>> = (0..count)
                .map(|place| i64::try_from(mix(seed, place + 1) % 300).unwrap() - 100)
                .map(|number| if number == -100 { None } else { Some(number) })
                .collect();
            let occurring: Vec<u32> = (0..u32::try_from(count).unwrap()).collect();
            let (of_value, guesses) = windows(&occurring, &numbers);
            for (value, number) in occurring.iter().zip(&numbers) {
                match (guesses[of_value[value] as usize], number) {
                    (Some(guess), Some(number)) => {
                        assert!(is_near(guess, *number), "seed {seed}: {guess} for {number}");
                    }
                    (guess, number) => assert!(guess.is_none() && number.is_none(), "seed {seed}"),
                }
            }
        }
    }
}
