//! How often the values of one column occur.

use super::normal::quantile;
use crate::number::as_float;

/// The values of a column from the most frequent on, each with its probability and its place on the normal axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Marginal {
    /// Where each value begins on the normal axis, and infinity as a last entry.
    bounds: Vec<f64>,
    /// The probability of each value.
    shares: Vec<f64>,
}

impl Marginal {
    /// The shares themselves, in the order given.
    #[must_use]
    pub fn of_shares(shares: Vec<f64>) -> Self {
        let mut sum = 0.0;
        let mut bounds = vec![f64::NEG_INFINITY];
        for share in &shares {
            sum += share;
            bounds.push(quantile(sum.min(1.0)));
        }
        if let Some(last) = bounds.last_mut() {
            *last = f64::INFINITY;
        }
        Self { bounds, shares }
    }

    /// The shares that were counted, from the most frequent value on.
    #[must_use]
    pub fn empirical(counts: &[u64]) -> Self {
        let mut counts: Vec<u64> = counts.iter().copied().filter(|&count| count > 0).collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        let total = as_float(counts.iter().sum());
        Self::of_shares(counts.into_iter().map(|count| as_float(count) / total).collect())
    }

    /// Values of the column.
    #[must_use]
    pub fn values(&self) -> usize {
        self.shares.len()
    }

    /// The probability of a value.
    #[must_use]
    pub fn share(&self, value: usize) -> f64 {
        self.shares[value]
    }

    /// Between which places of the normal axis a value lies.
    #[must_use]
    pub fn interval(&self, value: usize) -> [f64; 2] {
        [self.bounds[value], self.bounds[value + 1]]
    }

    /// The value at a place of the normal axis.
    #[must_use]
    pub fn at(&self, normal: f64) -> usize {
        self.bounds[1..self.shares.len()].partition_point(|&bound| bound < normal)
    }
}
