//! SUDA scores, data intrusion simulation and DIS-SUDA, from how many minimal sets of each size somebody has.

use std::collections::BTreeMap;

use crate::number::as_float;

/// Whose score is so many: minimal sets of one column, of two, ….
pub(super) type Signature = Box<[u16]>;

/// How many have which signature. Sums over it are the same in any order of the records.
pub(super) type Signatures = BTreeMap<Signature, u64>;

/// The weight of a minimal set of `size` columns.
pub(super) type Weight = fn(columns: usize, max_size: usize, size: usize) -> f64;

/// Elliot et al. 2005: the product of M - i over i from the size to the largest size, but at most M - 1. A whole number below 2^53 as
/// long as M is at most 18; beyond, the nearest one that a float holds.
pub(super) fn elliot(columns: usize, max_size: usize, size: usize) -> f64 {
    let last = max_size.min(columns.saturating_sub(1));
    (size..=last).map(|size| as_float((columns - size) as u64)).product()
}

/// Guide of the International Household Survey Network: (2^(M - k) - 1) k! (M - k)! / M!, which is (2^(M - k) - 1) over the number of
/// sets of k out of M columns. Whatever sizes were searched.
pub(super) fn ihsn(columns: usize, _max_size: usize, size: usize) -> f64 {
    let others = columns.saturating_sub(size);
    // The number of sets, as a product that stays near the whole numbers on the way.
    let sets: f64 = (1..=size).map(|place| as_float((others + place) as u64) / as_float(place as u64)).product();
    (2_f64.powi(i32::try_from(others).unwrap_or(i32::MAX)) - 1.0) / sets
}

/// The weights of sets of 1, 2, … columns.
pub(super) fn weights(weight: Weight, columns: usize, max_size: usize) -> Vec<f64> {
    (1..=max_size).map(|size| weight(columns, max_size, size)).collect()
}

/// The sum of the weights of all minimal sets.
pub(in crate::measure) fn score(signature: &[u16], weights: &[f64]) -> f64 {
    signature.iter().zip(weights).map(|(&sets, weight)| f64::from(sets) * weight).sum()
}

/// The probability that a match with a class of one is correct (Skinner & Elliot 2002): U p / (U p + 2 P (1 - p)) with U classes of
/// one, P classes of two, and the sampling fraction p. None where no class has one.
pub(super) fn correct_match(unique: u64, pairs: u64, fraction: f64) -> Option<f64> {
    let found = as_float(unique) * fraction;
    (unique > 0).then(|| found / (found + 2.0 * as_float(pairs) * (1.0 - fraction)))
}

/// What leads from a SUDA score to the DIS-SUDA score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::measure) struct Scale {
    exponent: f64,
    /// The sum over all positive scores of the score to the power -Q.
    adjustment: f64,
    /// U / DIS - U.
    odds: f64,
}

/// More columns give a negative exponent, for which the formula was not made.
pub(super) const MOST_COLUMNS: usize = 28;

impl Scale {
    /// For the scores of everybody, with these weights; none where nobody has a score, or there are more columns than
    /// [`MOST_COLUMNS`].
    pub(super) fn new(
        signatures: &Signatures,
        weights: &[f64],
        columns: usize,
        unique: u64,
        correct: f64,
    ) -> Option<Self> {
        if columns > MOST_COLUMNS {
            return None;
        }
        let exponent = 1.0 + (8.0 - as_float(columns as u64)) / 20.0;
        let scores = signatures.iter().map(|(signature, &members)| (score(signature, weights), members));
        let adjustment: f64 = scores
            .filter(|(score, _)| *score > 0.0)
            .map(|(score, members)| as_float(members) * score.powf(-exponent))
            .sum();
        let odds = as_float(unique) / correct - as_float(unique);
        (adjustment > 0.0).then_some(Self { exponent, adjustment, odds })
    }

    /// The DIS-SUDA score of a SUDA score; 0 for 0.
    pub(in crate::measure) fn of(self, score: f64) -> f64 {
        if score <= 0.0 {
            return 0.0;
        }
        1.0 / (1.0 + self.odds / (score.powf(self.exponent) * self.adjustment))
    }
}
