//! A population as a Gaussian copula of its columns, from a sample of it.
//!
//! # Definition
//! Each column has the shares of its values as marginal; behind them stand normal numbers, correlated pair by pair so that
//! the mutual information of the values is that of the sample. A cell of values is a rectangle; its probability `p` gives
//! the uniqueness `(1 − p)^(N−1)` and the correctness `(1 − (1−p)^N) / (N p)` of its holder in a population of `N`. Source:
//! Rocher, Hendrickx & de Montjoye, *Nature Communications* 10:3069 (2019).
//!
//! Values are taken from the most frequent on, so that their names and order mean nothing; only positive correlations can
//! then be told apart. A sample adds to mutual information by chance, more the smaller it is. Both sides are corrected
//! (Miller & Madow), and a pair is matched on as many draws as the sample has members.
//!
//! # Guarantee
//! All draws depend on the seed alone: the same bits for any number of threads. Values that a sample lacks are not in the
//! model.

mod fit;
mod marginal;
mod matrix;
mod normal;

pub use fit::{GaussianCopula, entropy};
pub use marginal::Marginal;

/// The probability of a person's values where the order of the values means nothing: `Π p_a`.
///
/// The published program places each value at a random place of its axis, integrates the rectangle, and takes the mean over
/// about a hundred such placements. Over all placements the correlations cancel but for the ends of the axes, so the
/// product of the shares is that mean without its noise.
#[must_use]
pub fn placed_share(shares: impl IntoIterator<Item = f64>) -> f64 {
    shares.into_iter().product()
}

/// The probability that nobody else of `population` has values of probability `share`: `(1 − p)^(N−1)`.
#[must_use]
pub fn uniqueness(share: f64, population: f64) -> f64 {
    ((population - 1.0) * (-share).ln_1p()).exp()
}

/// The chance of a correct match of somebody with values of probability `share`: `E[1/(1+Bin(N−1, p))]`, which is
/// `(1 − (1−p)^N) / (N p)`; 1 at `p = 0`.
#[must_use]
pub fn correctness(share: f64, population: f64) -> f64 {
    let expected = population * share;
    if expected < 1e-12 { 1.0 } else { -(population * (-share).ln_1p()).exp_m1() / expected }
}

#[cfg(test)]
mod test;
