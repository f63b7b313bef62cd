//! The nearest neighbour on mixed columns, by Gower's distance.
//!
//! # Definition
//! The distance of two rows is the mean over the columns that neither lacks: |x - y| / range of the known numbers, at most 1; 0 for equal
//! categories and 1 for others. Rows without a column in common cannot be compared. The guess for a row is the target that most of
//! its nearest known rows have, of equally many the one that more of all known rows have, then the smaller.
//! Source: Gower, Biometrics 27(4), 1971; `measure/linkage/distance` measures the same between two tables.
//!
//! # Cost
//! Asked rows times known rows times columns, each about a nanosecond.

use rayon::prelude::*;

use super::{Feature, Features, NO_CATEGORY};
use crate::stop::{Stop, StopReason};

/// Distances up to so much beyond the smallest are equal to it: what is left of rounding.
const AS_NEAR: f64 = 1e-9;

/// The nearest known rows of one that is asked about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// The guessed target; none where nothing can be compared.
    pub target: Option<u32>,
    /// The smallest distance, from 0 to 1.
    pub distance: f64,
    /// How many known rows are as near.
    pub tied: u32,
}

/// Guesses the target of each row of `asked` from its nearest among the rows `known`. Targets are below `targets`.
///
/// # Errors
/// When `stop` was raised.
///
/// # Panics
/// When a row or a target is beyond its bound.
pub fn nearest(
    features: &Features,
    target: &[u32],
    targets: u32,
    known: &[u32],
    asked: &[u32],
    stop: &Stop,
) -> Result<Vec<Nearest>, StopReason> {
    let mut prior = vec![0_u32; targets as usize];
    for &row in known {
        prior[target[row as usize] as usize] += 1;
    }
    let cells: Vec<Cells> = features.columns().iter().map(|column| Cells::new(column, known)).collect();
    let of_row = |&row: &u32| -> Result<Nearest, StopReason> {
        stop.check()?;
        let (mut sums, mut compared) = (vec![0.0; known.len()], vec![0_u32; known.len()]);
        for cells in &cells {
            cells.add(row as usize, &mut sums, &mut compared);
        }
        let distances = sums
            .iter()
            .zip(&compared)
            .map(|(sum, &columns)| if columns == 0 { f64::INFINITY } else { sum / f64::from(columns) });
        let distances: Vec<f64> = distances.collect();
        let smallest = distances.iter().copied().fold(f64::INFINITY, f64::min);
        if !smallest.is_finite() {
            return Ok(Nearest { target: None, distance: f64::INFINITY, tied: 0 });
        }
        let near = known.iter().zip(&distances).filter(|&(_, &distance)| distance <= smallest + AS_NEAR);
        let mut held: Vec<u32> = near.map(|(&row, _)| target[row as usize]).collect();
        held.sort_unstable();
        let rank = |of: &&[u32]| (of.len(), prior[of[0] as usize], std::cmp::Reverse(of[0]));
        let guess = held.chunk_by(|one, other| one == other).max_by_key(rank).map(|of| of[0]);
        Ok(Nearest { target: guess, distance: smallest, tied: u32::try_from(held.len()).unwrap_or(u32::MAX) })
    };
    asked.par_iter().map(of_row).collect()
}

/// A column, with the cells of the known rows side by side.
enum Cells<'a> {
    Numbers { of_row: &'a [f64], known: Vec<f64>, range: f64 },
    Categories { of_row: &'a [u32], known: Vec<u32> },
}

impl<'a> Cells<'a> {
    fn new(column: &'a Feature, rows: &[u32]) -> Self {
        match column {
            Feature::Numbers(of_row) => {
                let known: Vec<f64> = rows.iter().map(|&row| of_row[row as usize]).collect();
                let numbers = known.iter().copied().filter(|number| !number.is_nan());
                let ends = |(low, high): (f64, f64), it: f64| (low.min(it), high.max(it));
                let (low, high) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), ends);
                Self::Numbers { of_row, known, range: if high > low { high - low } else { 1.0 } }
            }
            Feature::Categories(of_row) => {
                Self::Categories { of_row, known: rows.iter().map(|&row| of_row[row as usize]).collect() }
            }
        }
    }

    /// Adds the distance of a row from every known one, and one to the compared columns.
    fn add(&self, row: usize, sums: &mut [f64], compared: &mut [u32]) {
        let sums = sums.iter_mut().zip(compared);
        match self {
            Self::Numbers { of_row, known, range } => {
                let number = of_row[row];
                if number.is_nan() {
                    return;
                }
                for ((sum, compared), other) in sums.zip(known) {
                    let apart = ((number - other).abs() / range).min(1.0);
                    let is_there = !other.is_nan();
                    *sum += if is_there { apart } else { 0.0 };
                    *compared += u32::from(is_there);
                }
            }
            Self::Categories { of_row, known } => {
                let category = of_row[row];
                if category == NO_CATEGORY {
                    return;
                }
                for ((sum, compared), &other) in sums.zip(known) {
                    let is_there = other != NO_CATEGORY;
                    *sum += f64::from(u8::from(is_there && other != category));
                    *compared += u32::from(is_there);
                }
            }
        }
    }
}
