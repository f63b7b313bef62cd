//! The two-parameter model of Pitman.

use super::{Ewens, NotEstimated, SizeHistogram};
use crate::number::as_float;
use crate::stats::gamma::{digamma_step, ln_gamma_step, trigamma_step};

/// The model fitted to a sample.
///
/// # Definition
/// A sequence of units falls into classes: the next one starts a new class with probability `(θ + k α) / (θ + m)` after `m`
/// units in `k` classes. Source: Hoshino, *Applying Pitman's sampling formula to microdata disclosure risk assessment*,
/// Journal of Official Statistics 17:499–520 (2001).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pitman {
    /// Above `−α`.
    pub theta: f64,
    /// Between 0 and 1. At 0 the model is that of [`Ewens`].
    pub alpha: f64,
}

/// Starts that are tried in this order behind that of Hoshino.
const THETAS: [f64; 5] = [0.5, 5.0, 50.0, 500.0, 5000.0];
const ALPHAS: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];
/// Below this `α` a climb ran into the border.
const BORDER: f64 = 1e-6;
/// A climb takes a few steps near the top, and some dozens far from it.
const MOST_STEPS: usize = 500;
/// How near 0 the scores must be at the top, for each member of the sample.
const SCORE: f64 = 1e-8;

impl Pitman {
    /// Maximum likelihood, by Newton's method with damping from the start of Hoshino and then from a fixed grid; where the
    /// likelihood is largest at the border `α = 0`, that model.
    ///
    /// # Errors
    /// [`NotEstimated::Empty`]; [`NotEstimated::AllUnique`] and [`NotEstimated::NoPairs`], where the likelihood grows up to
    /// `α = 1`; [`NotEstimated::NoSolution`] where no top is found.
    pub fn fit(histogram: &SizeHistogram) -> Result<Self, NotEstimated> {
        if histogram.members() == 0 {
            return Err(NotEstimated::Empty);
        }
        if histogram.members() == histogram.classes() {
            return Err(NotEstimated::AllUnique);
        }
        if histogram.of_size(2) == 0 {
            return Err(NotEstimated::NoPairs);
        }
        let likelihood = Likelihood::new(histogram);
        let grid = THETAS.iter().flat_map(|&theta| ALPHAS.iter().map(move |&alpha| Self { theta, alpha }));
        let tops = Self::start(histogram).into_iter().chain(grid).filter_map(|start| likelihood.climb(start));
        // A climb that runs into the border stops a rounding before it.
        let top = { tops }.find(|top| top.alpha > BORDER);
        match (top, Ewens::fit(histogram)) {
            (Some(top), _) => Ok(top),
            (None, Ok(Ewens { theta })) if likelihood.falls_from_the_border(theta) => Ok(Self { theta, alpha: 0.0 }),
            _ => Err(NotEstimated::NoSolution),
        }
    }

    /// The start of Hoshino, where it is one of the model.
    #[must_use]
    pub fn start(histogram: &SizeHistogram) -> Option<Self> {
        let (n, u) = (as_float(histogram.members()), as_float(histogram.classes()));
        let (ones, twos) = (as_float(histogram.of_size(1)), as_float(histogram.of_size(2).max(1)));
        let c = ones * (ones - 1.0) / twos;
        let theta = (n * u * c - ones * (n - 1.0) * (2.0 * u + c)) / (2.0 * ones * u + ones * c - n * c);
        let alpha = (theta * (ones - n) + (n - 1.0) * ones) / (n * u);
        Some(Self { theta, alpha }).filter(|start| start.is_one())
    }

    fn is_one(self) -> bool {
        self.theta.is_finite() && self.alpha > 0.0 && self.alpha < 1.0 && self.theta > -self.alpha
    }

    /// `E[S₁] = N Γ(θ+1) / Γ(θ+α) · Γ(N−1+θ+α) / Γ(N+θ)` in a population of `N`, exactly.
    #[must_use]
    pub fn uniques(self, population: u64) -> f64 {
        let Self { theta, alpha } = self;
        if alpha == 0.0 {
            return Ewens { theta }.uniques(population);
        }
        let whole = as_float(population);
        let first = ln_gamma_step(theta + alpha, 1.0 - alpha);
        whole * (first + ln_gamma_step(whole + theta, alpha - 1.0)).exp()
    }

    /// `Γ(θ+1) / Γ(θ+α) · N^α`, what [`Pitman::uniques`] comes close to in large populations. It is too large in small
    /// ones, and is kept to reproduce what other programs report.
    #[must_use]
    pub fn uniques_asymptotic(self, population: u64) -> f64 {
        let Self { theta, alpha } = self;
        (ln_gamma_step(theta + alpha, 1.0 - alpha) + alpha * as_float(population).ln()).exp()
    }

    /// `Σ_{1≤i<u} ln(θ+iα) − Σ_{1≤i<n} ln(θ+i) + Σ_i s_i Σ_{1≤j<i} ln(j−α)`, the logarithm of the likelihood but for a
    /// constant.
    #[must_use]
    pub fn log_likelihood(self, histogram: &SizeHistogram) -> f64 {
        Likelihood::new(histogram).value(self)
    }
}

/// The likelihood of a sample, and its first and second derivatives.
struct Likelihood<'a> {
    histogram: &'a SizeHistogram,
    n: f64,
    u: f64,
}

/// Slope and curvature at one place.
struct Shape {
    slope: [f64; 2],
    /// By `θ` twice, by both, by `α` twice.
    curvature: [f64; 3],
}

impl<'a> Likelihood<'a> {
    fn new(histogram: &'a SizeHistogram) -> Self {
        Self { histogram, n: as_float(histogram.members()), u: as_float(histogram.classes()) }
    }

    fn value(&self, at: Pitman) -> f64 {
        let Pitman { theta, alpha } = at;
        let classes = (self.u - 1.0) * alpha.ln() + ln_gamma_step(theta / alpha + 1.0, self.u - 1.0);
        let members = ln_gamma_step(theta + 1.0, self.n - 1.0);
        let sizes: f64 =
            self.histogram.floats().map(|(size, count)| count * ln_gamma_step(1.0 - alpha, size - 1.0)).sum();
        classes - members + sizes
    }

    fn shape(&self, at: Pitman) -> Shape {
        let Pitman { theta, alpha } = at;
        let (others, place) = (self.u - 1.0, theta / alpha + 1.0);
        // Σ 1/(θ+iα) and Σ 1/(θ+iα)², and the same with i and i² above the line.
        let inverse = digamma_step(place, others) / alpha;
        let square = trigamma_step(place, others) / (alpha * alpha);
        let by_place = (others - theta * inverse) / alpha;
        let square_by_place = (inverse - theta * square) / alpha;
        let square_by_place_twice = (by_place - theta * square_by_place) / alpha;
        let members = digamma_step(theta + 1.0, self.n - 1.0);
        let members_square = trigamma_step(theta + 1.0, self.n - 1.0);
        let (mut sizes, mut sizes_square) = (0.0, 0.0);
        for (size, count) in self.histogram.floats() {
            sizes += count * digamma_step(1.0 - alpha, size - 1.0);
            sizes_square += count * trigamma_step(1.0 - alpha, size - 1.0);
        }
        Shape {
            slope: [inverse - members, by_place - sizes],
            curvature: [members_square - square, -square_by_place, -square_by_place_twice - sizes_square],
        }
    }

    /// The top that is reached uphill from `start`; none where the climb leaves the model or ends on a slope.
    fn climb(&self, start: Pitman) -> Option<Pitman> {
        let (mut at, mut value) = (start, self.value(start));
        let mut damping = 1e-3;
        for _ in 0..MOST_STEPS {
            let shape = self.shape(at);
            if self.is_top(&shape, 1e-4 * SCORE) {
                return Some(at);
            }
            loop {
                let next = shape
                    .step(damping)
                    .map(|[theta, alpha]| Pitman { theta: at.theta + theta, alpha: at.alpha + alpha });
                let better = next.filter(|next| next.is_one()).map(|next| (next, self.value(next)));
                // Near the top the value no longer tells steps apart; the scores do.
                if let Some((next, reached)) = better.filter(|&(_, reached)| reached >= value - 1e-13 * value.abs()) {
                    (at, value) = (next, reached);
                    damping = (damping * 0.1).max(1e-12);
                    break;
                }
                damping *= 10.0;
                if damping > 1e12 {
                    return Some(at).filter(|_| self.is_top(&shape, SCORE));
                }
            }
        }
        let shape = self.shape(at);
        Some(at).filter(|_| self.is_top(&shape, SCORE))
    }

    fn is_top(&self, shape: &Shape, score: f64) -> bool {
        let [by_theta, by_both, by_alpha] = shape.curvature;
        let is_flat = shape.slope.iter().all(|slope| slope.abs() < score * self.n);
        is_flat && by_theta < 0.0 && by_theta * by_alpha > by_both * by_both
    }

    /// Whether the likelihood falls when `α` leaves 0 at the `θ` that is best there.
    fn falls_from_the_border(&self, theta: f64) -> bool {
        let rise = self.u * (self.u - 1.0) / (2.0 * theta);
        let fall: f64 = self.histogram.floats().map(|(size, count)| count * digamma_step(1.0, size - 1.0)).sum();
        rise <= fall
    }
}

impl Shape {
    /// The step of Newton, shorter and steeper the larger the damping; none where the equations have no solution.
    fn step(&self, damping: f64) -> Option<[f64; 2]> {
        let [by_theta, by_both, by_alpha] = self.curvature.map(|curvature| -curvature);
        let [a, d] = [by_theta, by_alpha].map(|own| own + damping * own.abs().max(1e-30));
        let determinant = a * d - by_both * by_both;
        if !(a > 0.0 && determinant > 0.0) {
            return None;
        }
        let [theta, alpha] = self.slope;
        Some([(d * theta - by_both * alpha) / determinant, (a * alpha - by_both * theta) / determinant])
    }
}
