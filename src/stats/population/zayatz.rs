//! The model of equivalence classes: classes of the population are as large as those of the sample.

use super::{NotEstimated, SizeHistogram};
use crate::number::as_float;
use crate::stats::gamma::ln_gamma_step;

/// `Pr(F = 1 | f = 1)`, the probability that a class of one member in the sample has one in the population.
///
/// # Definition
/// `p₁ h(1) / Σ_j p_j h(j)` with `p_j = s_j / u` and `h(j) = j C(N−j, n−1) / C(N, n)`, the probability that one of the `j`
/// members of a class is drawn. `S₁` is it times `s₁ N / n`. Source: Zayatz, *Estimation of the percent of unique population
/// elements on a microdata file using the sample*, US Bureau of the Census, RR-91/08 (1991).
///
/// # Errors
/// [`NotEstimated::Empty`] or [`NotEstimated::PopulationTooSmall`]. The value is 0 without a class of one member.
pub fn zayatz(histogram: &SizeHistogram, population: u64) -> Result<f64, NotEstimated> {
    let members = histogram.members();
    if members == 0 {
        return Err(NotEstimated::Empty);
    }
    if population < members {
        return Err(NotEstimated::PopulationTooSmall);
    }
    let (n, whole) = (as_float(members), as_float(population));
    // h(j) / h(1): the factorials of N and n cancel.
    let relative = |size: f64| {
        if size > whole - n + 1.0 {
            return 0.0;
        }
        let steps = size - 1.0;
        let all = ln_gamma_step(whole - steps, steps);
        let others = ln_gamma_step(whole - n + 1.0 - steps, steps);
        size * (others - all).exp()
    };
    let sum: f64 = histogram.floats().map(|(size, classes)| classes * relative(size)).sum();
    Ok(as_float(histogram.of_size(1)) / sum)
}
