//! The normal distribution in one, two and many dimensions.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::{erfc, erfc_inv};

/// `Φ(x)`, with a relative error below 10^-10.
pub(super) fn below(x: f64) -> f64 {
    0.5 * erfc(-x / SQRT_2)
}

/// The `x` with `Φ(x) = share`; infinite at 0 and 1.
pub(super) fn quantile(share: f64) -> f64 {
    if share <= 0.0 {
        f64::NEG_INFINITY
    } else if share >= 1.0 {
        f64::INFINITY
    } else {
        -SQRT_2 * erfc_inv(2.0 * share)
    }
}

/// Points and weights of Gauss and Legendre on 0 to 1, ten of twenty; the others mirror them.
const LEGENDRE: [(f64, f64); 10] = [
    (0.993_128_599_185_094_9, 0.017_614_007_139_152_12),
    (0.963_971_927_277_913_8, 0.040_601_429_800_386_94),
    (0.912_234_428_251_326, 0.062_672_048_334_109_06),
    (0.839_116_971_822_218_8, 0.083_276_741_576_704_75),
    (0.746_331_906_460_150_8, 0.101_930_119_817_240_4),
    (0.636_053_680_726_515, 0.118_194_531_961_518_4),
    (0.510_867_001_950_827_1, 0.131_688_638_449_176_6),
    (0.373_706_088_715_419_6, 0.142_096_109_318_382_1),
    (0.227_785_851_141_645_1, 0.149_172_986_472_603_7),
    (0.076_526_521_133_497_33, 0.152_753_387_130_725_9),
];

/// `P(X ≤ h, Y ≤ k)` for two standard normal numbers with a correlation.
///
/// `Φ(h)Φ(k) + (1/2π) ∫₀^ρ exp(−(h² − 2hkr + k²)/(2(1−r²))) / √(1−r²) dr` with `r = sin t` (Plackett 1954), by the rule of
/// Gauss and Legendre with twenty points on each of several pieces.
pub(super) fn below_both(h: f64, k: f64, correlation: f64) -> f64 {
    if h == f64::NEG_INFINITY || k == f64::NEG_INFINITY {
        return 0.0;
    }
    if h == f64::INFINITY {
        return below(k);
    }
    if k == f64::INFINITY {
        return below(h);
    }
    let end = correlation.clamp(-1.0, 1.0).asin();
    // Where the correlation is nearly 1 the integrand is steep near the end.
    let pieces = if correlation.abs() < 0.7 { 1 } else { 8 };
    let value = |angle: f64| {
        let (sine, rest) = (angle.sin(), angle.cos().powi(2));
        (-(h * h - 2.0 * h * k * sine + k * k) / (2.0 * rest)).exp()
    };
    let piece = |number: i32| {
        // Pieces halve towards the end.
        let at = |number: i32| if number == pieces { end } else { end * (1.0 - 0.5_f64.powi(number)) };
        let (from, to) = (at(number), at(number + 1));
        let (middle, half) = (f64::midpoint(from, to), (to - from) / 2.0);
        LEGENDRE.iter().map(|&(x, weight)| weight * (value(middle - half * x) + value(middle + half * x))).sum::<f64>()
            * half
    };
    let integral: f64 = (0..pieces).map(piece).sum();
    (below(h) * below(k) + integral / (2.0 * PI)).clamp(0.0, 1.0)
}

/// The probability of a rectangle under two standard normal numbers with a correlation.
pub(super) fn rectangle_of_two(one: [f64; 2], other: [f64; 2], correlation: f64) -> f64 {
    let corner = |h, k| below_both(h, k, correlation);
    let sum = corner(one[1], other[1]) - corner(one[0], other[1]) - corner(one[1], other[0]) + corner(one[0], other[0]);
    sum.max(0.0)
}

/// Steps of a lattice on 0 to 1: the fractional parts of the square roots of the first primes (Richtmyer 1951).
const PRIMES: [f64; 32] = [
    2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0, 29.0, 31.0, 37.0, 41.0, 43.0, 47.0, 53.0, 59.0, 61.0, 67.0, 71.0,
    73.0, 79.0, 83.0, 89.0, 97.0, 101.0, 103.0, 107.0, 109.0, 113.0, 127.0, 131.0,
];

/// Most dimensions of a rectangle.
pub(super) const MOST_DIMENSIONS: usize = PRIMES.len();

/// The probability of a rectangle under standard normal numbers, of which `lower` is the triangle of Cholesky, row by row.
///
/// Separation of variables (Genz, *Journal of Computational and Graphical Statistics* 1:141–149, 1992) on a fixed lattice
/// of `points` points: the same bits each time.
pub(super) fn rectangle(bounds: &[[f64; 2]], lower: &[f64], points: u32) -> f64 {
    let dimensions = bounds.len();
    let mut normals = [0.0; MOST_DIMENSIONS];
    let mut sum = 0.0;
    for point in 1..=points {
        let mut product = 1.0;
        for place in 0..dimensions {
            let row = &lower[place * dimensions..=place * dimensions + place];
            let shift: f64 = row[..place].iter().zip(&normals).map(|(weight, normal)| weight * normal).sum();
            let end = |bound: f64| below((bound - shift) / row[place]);
            let (from, to) = (end(bounds[place][0]), end(bounds[place][1]));
            product *= (to - from).max(0.0);
            if product == 0.0 {
                break;
            }
            if place + 1 < dimensions {
                let lattice = (f64::from(point) * PRIMES[place].sqrt()).fract();
                // The tent makes the lattice even at both ends.
                let tent = (2.0 * lattice - 1.0).abs();
                normals[place] = quantile((from + tent * (to - from)).clamp(1e-300, 1.0 - 1e-16));
            }
        }
        sum += product;
    }
    sum / f64::from(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_and_its_inverse_agree() {
        assert!((below(1.96) - 0.975_002_104_851_779_5).abs() < 1e-11);
        for share in [1e-12, 0.001, 0.2, 0.5, 0.9, 1.0 - 1e-9] {
            assert!((below(quantile(share)) - share).abs() < 1e-10 * share.max(1e-2), "{share}");
        }
    }

    #[test]
    fn two_numbers_below_nothing_have_the_angle_between_them() {
        // P(X ≤ 0, Y ≤ 0) = 1/4 + asin(ρ)/2π.
        for correlation in [-0.99_f64, -0.5, 0.0, 0.3, 0.7, 0.95, 0.999] {
            let expected = 0.25 + correlation.asin() / (2.0 * PI);
            assert!((below_both(0.0, 0.0, correlation) - expected).abs() < 1e-12, "{correlation}");
        }
        assert!((below_both(1.0, 1.0, 0.999_999) - below(1.0)).abs() < 1e-3);
        assert!((below_both(-0.4, 0.9, 0.6) + below_both(0.4, 0.9, -0.6) - below(0.9)).abs() < 1e-12);
    }

    #[test]
    fn a_rectangle_of_many_is_that_of_two() {
        let correlation: f64 = 0.4;
        let lower = [1.0, 0.0, correlation, (1.0 - correlation * correlation).sqrt()];
        let bounds = [[-0.5, 0.8], [0.1, f64::INFINITY]];
        let (many, two) = (rectangle(&bounds, &lower, 20_000), rectangle_of_two(bounds[0], bounds[1], correlation));
        assert!((many - two).abs() < 1e-5, "{many} {two}");
    }
}
