//! The slide negative binomial model.

use super::{NotEstimated, SizeHistogram};
use crate::number::as_float;

/// The model fitted to a sample: a class of the population has `1 + G` members, `G` negative binomial.
///
/// # Definition
/// `P(F = j) = C(α+j−2, j−1) (1−β)^{j−1} β^α` for each of `K` classes of the population, so `S₁ = K β^α`. `K` is the
/// modified estimator of Shlosser (Haas & Stokes, *Journal of the American Statistical Association* 93:1475–1487, 1998);
/// `α` and `β` are those at which the expected `s₁` and `s₂` are the observed ones. Source: Chen & McNulty, *Estimation of
/// identification disclosure risk in microdata* (1998). The expectations are derived from the model; a published program
/// multiplies where the second has to be divided, and is not followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlideNegativeBinomial {
    /// Classes of the population, at least those of the sample.
    pub classes: f64,
    /// Above 0.
    pub alpha: f64,
    /// Between 0 and 1.
    pub beta: f64,
}

/// Starts, tried in this order.
const ALPHAS: [f64; 7] = [0.3, 0.1, 1.0, 0.03, 3.0, 10.0, 0.005];
const BETAS: [f64; 6] = [0.3, 0.1, 0.6, 0.02, 0.9, 0.003];
const MOST_STEPS: usize = 200;
/// How near the observed counts the expected ones must be, relative to them.
const RESIDUAL: f64 = 1e-8;

impl SlideNegativeBinomial {
    /// Fitted by moments, for a sample of a share `fraction` of the population.
    ///
    /// # Errors
    /// [`NotEstimated::Empty`]; [`NotEstimated::WholePopulation`] for a fraction of 1; [`NotEstimated::NoPairs`] where
    /// `s₁` or `s₂` is 0; [`NotEstimated::NoSolution`].
    pub fn fit(histogram: &SizeHistogram, fraction: f64) -> Result<Self, NotEstimated> {
        if histogram.members() == 0 {
            return Err(NotEstimated::Empty);
        }
        if fraction >= 1.0 {
            return Err(NotEstimated::WholePopulation);
        }
        if histogram.of_size(1) == 0 || histogram.of_size(2) == 0 {
            return Err(NotEstimated::NoPairs);
        }
        let classes = modified_shlosser(histogram, fraction);
        if classes.is_nan() || classes < as_float(histogram.classes()) {
            return Err(NotEstimated::NoSolution);
        }
        Self::fit_with_classes(histogram, fraction, classes)
    }

    /// The same for a known number of classes of the population.
    ///
    /// # Errors
    /// As [`SlideNegativeBinomial::fit`].
    pub fn fit_with_classes(histogram: &SizeHistogram, fraction: f64, classes: f64) -> Result<Self, NotEstimated> {
        let observed = [histogram.of_size(1), histogram.of_size(2)].map(as_float);
        let starts = ALPHAS.iter().flat_map(|&alpha| BETAS.iter().map(move |&beta| Self { classes, alpha, beta }));
        let mut solved = starts.filter_map(|start| start.solve(fraction, observed));
        solved.next().ok_or(NotEstimated::NoSolution)
    }

    /// `K β^α`.
    #[must_use]
    pub fn uniques(self) -> f64 {
        self.classes * self.beta.powf(self.alpha)
    }

    /// The expected numbers of classes of one and of two members in a sample of a share `fraction`.
    #[must_use]
    pub fn expected(self, fraction: f64) -> [f64; 2] {
        self.logarithms(fraction).map(f64::exp)
    }

    fn logarithms(self, fraction: f64) -> [f64; 2] {
        let Self { classes, alpha, beta } = self;
        let x = (1.0 - fraction) * (1.0 - beta);
        let rest = 1.0 - x;
        let ones = classes.ln() + fraction.ln() + alpha * (beta.ln() - rest.ln()) + (alpha * x / rest).ln_1p();
        let twos = classes.ln()
            + 2.0 * fraction.ln()
            + alpha.ln()
            + (1.0 - beta).ln()
            + alpha * beta.ln()
            + (1.0 - (1.0 - alpha) * x / 2.0).ln()
            - (alpha + 2.0) * rest.ln();
        [ones, twos]
    }

    /// The derivatives of [`SlideNegativeBinomial::logarithms`] by `ln α` and by `logit β`.
    fn derivatives(self, fraction: f64) -> [[f64; 2]; 2] {
        let Self { alpha, beta, .. } = self;
        let x = (1.0 - fraction) * (1.0 - beta);
        let (rest, by_beta) = (1.0 - x, fraction - 1.0);
        let (sum, half) = (alpha * x + rest, 2.0 - (1.0 - alpha) * x);
        let one_alpha = (beta / rest).ln() + x / sum;
        let one_beta = alpha / beta + (alpha / rest + alpha / (rest * sum)) * by_beta;
        let two_alpha = alpha.recip() + beta.ln() + x / half - rest.ln();
        let two_beta = alpha / beta - (1.0 - beta).recip() + ((alpha + 2.0) / rest - (1.0 - alpha) / half) * by_beta;
        [[one_alpha, one_beta], [two_alpha, two_beta]].map(|[a, b]| [a * alpha, b * beta * (1.0 - beta)])
    }

    /// Newton's method with halved steps in `ln α` and `logit β`.
    fn solve(self, fraction: f64, observed: [f64; 2]) -> Option<Self> {
        let residual = |at: Self| {
            let [ones, twos] = at.logarithms(fraction);
            [ones - observed[0].ln(), twos - observed[1].ln()]
        };
        let size = |[one, two]: [f64; 2]| one.hypot(two);
        let (mut at, mut left) = (self, residual(self));
        for _ in 0..MOST_STEPS {
            if size(left) < 1e-14 {
                break;
            }
            let [[a, b], [c, d]] = at.derivatives(fraction);
            let determinant = a * d - b * c;
            let step = [(b * left[1] - d * left[0]) / determinant, (c * left[0] - a * left[1]) / determinant];
            let mut scale = 1.0_f64.min(2.0 / size(step));
            let next = loop {
                let next = at.moved(step, scale);
                let rest = residual(next);
                if size(rest) < size(left) {
                    break Some((next, rest));
                }
                scale /= 2.0;
                if scale.is_nan() || scale < 1e-10 {
                    break None;
                }
            };
            match next {
                Some(next) => (at, left) = next,
                None => break,
            }
        }
        let [ones, twos] = at.expected(fraction);
        let near = |expected: f64, seen: f64| (expected - seen).abs() < RESIDUAL * seen;
        let is_inside = (1e-6..1e6).contains(&at.alpha) && (1e-9..1.0 - 1e-9).contains(&at.beta);
        (is_inside && near(ones, observed[0]) && near(twos, observed[1])).then_some(at)
    }

    fn moved(self, [alpha, beta]: [f64; 2], scale: f64) -> Self {
        let odds = self.beta / (1.0 - self.beta) * (scale * beta).exp();
        Self { alpha: self.alpha * (scale * alpha).exp(), beta: odds / (1.0 + odds), ..self }
    }
}

/// The modified estimator of Shlosser: how many classes a population has of which a share `fraction` was drawn.
#[must_use]
pub(super) fn modified_shlosser(histogram: &SizeHistogram, fraction: f64) -> f64 {
    let (mut top, mut bottom, mut square_top, mut square_bottom) = (0.0, 0.0, 0.0, 0.0);
    let squared = fraction * fraction;
    for (size, classes) in histogram.floats() {
        let missed = (1.0 - fraction).powf(size);
        top += size * squared * (1.0 - squared).powf(size - 1.0) * classes;
        // (1−π)^i ((1+π)^i − 1), each factor kept from overflowing.
        bottom += ((1.0 - squared).powf(size) - missed) * classes;
        square_top += missed * classes;
        square_bottom += size * fraction * (1.0 - fraction).powf(size - 1.0) * classes;
    }
    let ratio = square_top / square_bottom;
    as_float(histogram.classes()) + as_float(histogram.of_size(1)) * top / bottom * ratio * ratio
}
