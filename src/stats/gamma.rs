//! The gamma function and its relatives, and differences of them that keep their digits for large arguments.
//!
//! `ln Γ` of a thousand million is about 2 × 10^10, so the difference of two of them computed one by one has lost five
//! digits. From [`LARGE`] on the differences are taken term by term of the asymptotic series instead (Abramowitz & Stegun,
//! *Handbook of Mathematical Functions*, 6.1.41, 6.3.18, 6.4.12); their relative error is below 10^-13 there.

use statrs::function::gamma::{digamma, ln_gamma};

/// The asymptotic series are used where both arguments are at least this.
const LARGE: f64 = 16.0;

/// Coefficients of `z^-1, z^-3, …` in `ln Γ(z) - (z - 1/2) ln z + z - ln(2π)/2`.
const LN_GAMMA: [f64; 5] = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0];
/// Coefficients of `z^-2, z^-4, …` in `ψ(z) - ln z + 1/(2z)`.
const DIGAMMA: [f64; 5] = [-1.0 / 12.0, 1.0 / 120.0, -1.0 / 252.0, 1.0 / 240.0, -1.0 / 132.0];
/// Coefficients of `z^-3, z^-5, …` in `ψ'(z) - 1/z - 1/(2z²)`.
const TRIGAMMA: [f64; 5] = [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0];

/// `Σ coefficients[i] · z^-(first + 2i)`.
fn series(coefficients: &[f64], z: f64, first: i32) -> f64 {
    let inverse_square = (z * z).recip();
    let sum = coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * inverse_square + coefficient);
    sum * z.powi(-first)
}

/// `ln Γ(z + step) - ln Γ(z)`, for `z > 0` and `z + step > 0`.
pub(super) fn ln_gamma_step(z: f64, step: f64) -> f64 {
    let end = z + step;
    if z < LARGE || end < LARGE {
        return ln_gamma(end) - ln_gamma(z);
    }
    let correction = series(&LN_GAMMA, end, 1) - series(&LN_GAMMA, z, 1);
    (z - 0.5) * (step / z).ln_1p() + step * (end.ln() - 1.0) + correction
}

/// `ψ(z + step) - ψ(z)`, for `z > 0` and `z + step > 0`: the sum of `1/(z + i)` over `0 ≤ i < step` where that is whole.
pub(super) fn digamma_step(z: f64, step: f64) -> f64 {
    let end = z + step;
    if z < LARGE || end < LARGE {
        return digamma(end) - digamma(z);
    }
    (step / z).ln_1p() + step / (2.0 * z * end) + series(&DIGAMMA, end, 2) - series(&DIGAMMA, z, 2)
}

/// `ψ'(z) - ψ'(z + step)`, for `z > 0` and `z + step > 0`: the sum of `1/(z + i)²` over `0 ≤ i < step` where that is whole.
pub(super) fn trigamma_step(z: f64, step: f64) -> f64 {
    let end = z + step;
    if z < LARGE || end < LARGE {
        return trigamma(z) - trigamma(end);
    }
    let halves = step * (z + end) / (2.0 * z * z * end * end);
    step / (z * end) + halves + series(&TRIGAMMA, z, 3) - series(&TRIGAMMA, end, 3)
}

/// `ψ'(z)`, for `z > 0`.
fn trigamma(z: f64) -> f64 {
    let (mut sum, mut z) = (0.0, z);
    while z < LARGE {
        sum += (z * z).recip();
        z += 1.0;
    }
    sum + z.recip() + (2.0 * z * z).recip() + series(&TRIGAMMA, z, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_the_sums_they_stand_for() {
        for z in [0.01, 0.4, 1.0, 7.5, 15.9, 16.0, 40.0, 1234.5] {
            for count in [1_u32, 2, 10, 33, 1000] {
                let places = || (0..count).map(|place| z + f64::from(place));
                let step = f64::from(count);
                let near = |found: f64, sum: f64| (found - sum).abs() <= 1e-11 * sum.abs().max(1.0);
                assert!(near(ln_gamma_step(z, step), places().map(f64::ln).sum()), "ln Γ at {z}, {count}");
                assert!(near(digamma_step(z, step), places().map(f64::recip).sum()), "ψ at {z}, {count}");
                assert!(near(trigamma_step(z, step), places().map(|z| z.powi(-2)).sum()), "ψ' at {z}, {count}");
            }
        }
    }

    #[test]
    fn a_small_step_from_a_large_place_keeps_its_digits() {
        // To first order, ln Γ(z + s) - ln Γ(z) = s ψ(z) and ψ(z) = ln z - 1/(2z).
        let (z, step): (f64, f64) = (8e9, -0.3);
        let expected = step * (z.ln() - 0.5 / z) + step * step / (2.0 * z);
        assert!((ln_gamma_step(z, step) - expected).abs() < 1e-14 * expected.abs());
        assert!((digamma_step(z, 1.0) - z.recip()).abs() < 1e-12 * z.recip());
        assert!((trigamma_step(z, 1.0) - z.powi(-2)).abs() < 1e-9 * z.powi(-2));
    }

    #[test]
    fn the_ends_of_the_series_meet() {
        let (below, above) = (trigamma(LARGE - 1e-9), trigamma(LARGE + 1e-9));
        assert!((below - above).abs() < 1e-10 && (trigamma(1.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-13);
    }
}
