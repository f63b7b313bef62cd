//! The copula fitted to pairs of columns, draws from it, and the probability of a cell.

use rayon::prelude::*;

use super::marginal::Marginal;
use super::matrix::factor;
use super::normal::{MOST_DIMENSIONS, quantile, rectangle, rectangle_of_two};
use crate::number::as_float;
use crate::stats::mix;

/// A Gaussian copula with discrete marginals.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianCopula {
    marginals: Vec<Marginal>,
    /// The correlation of each pair of columns, in the order of the pairs.
    correlations: Vec<f64>,
    /// The triangle of Cholesky of all of them.
    lower: Vec<f64>,
    unmatched: u64,
}

/// Draws that a pair is matched on at most.
const PAIR_DRAWS: u64 = 10_000;
/// Halvings of the range of a correlation.
const HALVINGS: u32 = 12;
/// Points of the lattice that a cell of more than two columns is integrated on.
const POINTS: u32 = 200;

/// `−Σ p ln p` of counts, with the correction of Miller and Madow for a sample.
#[must_use]
pub fn entropy(counts: impl IntoIterator<Item = (u64, u64)>) -> f64 {
    let (mut total, mut kinds, mut sum) = (0_u64, 0_u64, 0.0);
    for (count, times) in counts {
        total += count * times;
        kinds += times;
        sum += as_float(times) * as_float(count) * as_float(count).ln();
    }
    let whole = as_float(total);
    whole.ln() - sum / whole + (as_float(kinds) - 1.0) / (2.0 * whole)
}

/// Uniform numbers that depend on seed and place alone.
pub(super) fn uniform(seed: u64, place: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    let number = (mix(seed, place) >> 11) as f64;
    (number + 0.5) / 9_007_199_254_740_992.0
}

impl GaussianCopula {
    /// Fits the correlation of each pair by bisection: the smallest from 0 on whose draws have the mutual information of
    /// the sample. `information` has one number a pair, by [`entropy`] of both columns less that of the pair; `members` is
    /// the size of the sample.
    ///
    /// `None` without a column, and with more columns than a cell can be integrated over.
    #[must_use]
    pub fn fit(marginals: Vec<Marginal>, information: &[f64], members: u64, seed: u64) -> Option<Self> {
        let columns = marginals.len();
        let pairs: Vec<(usize, usize)> =
            (0..columns).flat_map(|one| (one + 1..columns).map(move |other| (one, other))).collect();
        // Each pair has draws of its own, so that threads and order mean nothing.
        let matched = |place: usize| {
            let (one, other) = pairs[place];
            let pair = Pair::new([&marginals[one], &marginals[other]], members, mix(seed, place as u64));
            information.get(place).map(|&wanted| pair.matching(wanted))
        };
        let matched: Vec<(f64, bool)> = (0..pairs.len()).into_par_iter().map(matched).collect::<Option<_>>()?;
        let unmatched = matched.iter().filter(|(_, is_matched)| !is_matched).count() as u64;
        let correlations = matched.into_iter().map(|(correlation, _)| correlation).collect();
        Some(Self { unmatched, ..Self::with_correlations(marginals, correlations)? })
    }

    /// With these correlations, one a pair, in the order (1, 2), (1, 3), …, (2, 3), ….
    ///
    /// `None` as in [`GaussianCopula::fit`].
    #[must_use]
    pub fn with_correlations(marginals: Vec<Marginal>, correlations: Vec<f64>) -> Option<Self> {
        let columns = marginals.len();
        if columns == 0 || columns > MOST_DIMENSIONS || correlations.len() != columns * (columns - 1) / 2 {
            return None;
        }
        let mut matrix = vec![1.0; columns * columns];
        let pairs = (0..columns).flat_map(|one| (one + 1..columns).map(move |other| (one, other)));
        for ((one, other), &correlation) in pairs.zip(&correlations) {
            matrix[one * columns + other] = correlation;
            matrix[other * columns + one] = correlation;
        }
        let lower = factor(&matrix, columns);
        Some(Self { marginals, correlations, lower, unmatched: 0 })
    }

    /// The correlation of each pair.
    #[must_use]
    pub fn correlations(&self) -> &[f64] {
        &self.correlations
    }

    /// Pairs whose mutual information no correlation gives.
    #[must_use]
    pub fn unmatched(&self) -> u64 {
        self.unmatched
    }

    /// The cell of a person drawn from the model, by number.
    #[must_use]
    pub fn draw(&self, seed: u64, number: u64) -> Vec<usize> {
        let columns = self.marginals.len();
        let normals: Vec<f64> =
            (0..columns as u64).map(|place| quantile(uniform(seed, number * columns as u64 + place))).collect();
        let row = |place: usize| -> f64 {
            self.lower[place * columns..=place * columns + place].iter().zip(&normals).map(|(a, b)| a * b).sum()
        };
        self.marginals.iter().enumerate().map(|(place, marginal)| marginal.at(row(place))).collect()
    }

    /// The probability of a cell.
    #[must_use]
    pub fn share(&self, cell: &[usize]) -> f64 {
        let bounds: Vec<[f64; 2]> =
            self.marginals.iter().zip(cell).map(|(marginal, &value)| marginal.interval(value)).collect();
        match (cell, &bounds[..]) {
            ([value], _) => self.marginals[0].share(*value),
            (_, [one, other]) => rectangle_of_two(*one, *other, self.lower[2]),
            _ => rectangle(&bounds, &self.lower, POINTS),
        }
    }
}

/// Two columns, and the draws that they are matched on.
struct Pair<'a> {
    marginals: [&'a Marginal; 2],
    /// Two independent normal numbers for each draw.
    normals: Vec<[f64; 2]>,
}

impl<'a> Pair<'a> {
    /// As many draws as the sample has members, so that chance adds as much to the information of both.
    fn new(marginals: [&'a Marginal; 2], members: u64, seed: u64) -> Self {
        let draws = members.min(PAIR_DRAWS);
        let normal = |place: u64| quantile(uniform(seed, place));
        Self { marginals, normals: (0..draws).map(|draw| [normal(2 * draw), normal(2 * draw + 1)]).collect() }
    }

    /// The mutual information of the draws at a correlation.
    fn information(&self, correlation: f64) -> f64 {
        let rest = (1.0 - correlation * correlation).max(0.0).sqrt();
        let mut cells: Vec<u64> = self
            .normals
            .iter()
            .map(|&[one, other]| {
                let values = [self.marginals[0].at(one), self.marginals[1].at(correlation * one + rest * other)];
                (values[0] as u64) << 32 | values[1] as u64
            })
            .collect();
        cells.sort_unstable();
        let together = counted(&cells);
        let first: Vec<u64> = cells.iter().map(|cell| cell >> 32).collect();
        let mut second: Vec<u64> = cells.iter().map(|cell| cell & 0xFFFF_FFFF).collect();
        second.sort_unstable();
        entropy(counted(&first)) + entropy(counted(&second)) - entropy(together)
    }

    /// The correlation, and whether it gives the wanted information.
    fn matching(&self, wanted: f64) -> (f64, bool) {
        let (mut low, mut high) = (0.0, 0.999);
        if self.information(low) >= wanted {
            return (0.0, true);
        }
        if self.information(high) < wanted {
            return (high, false);
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if self.information(middle) < wanted { low = middle } else { high = middle }
        }
        (f64::midpoint(low, high), true)
    }
}

/// How often each of sorted numbers occurs, each time once.
fn counted(sorted: &[u64]) -> impl Iterator<Item = (u64, u64)> + '_ {
    sorted.chunk_by(|one, other| one == other).map(|same| (same.len() as u64, 1))
}
