//! What agreements say, learned from pairs without knowing which of them are matches.

use rayon::prelude::*;

use super::compare::level_in;
use crate::stop::{Stop, StopReason};

/// No probability comes closer to 0 or 1.
pub(super) const FLOOR: f64 = 1e-10;
/// A likelihood that is smaller by this in the logarithm changes no bit of the sum.
const NEGLIGIBLE: f64 = -40.0;
/// Patterns that one task sums; fixed, so that sums are the same for any number of threads.
const CHUNK: usize = 4096;

/// Pairs that look the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pattern {
    /// The level of each column.
    pub(super) levels: u64,
    /// Pairs, compared or stood for.
    pub(super) count: f64,
}

/// How matches and other pairs fall upon the levels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Model {
    /// Share of matches.
    pub(super) lambda: f64,
    /// Share of matches at each level of each column, among those where no value is missing.
    pub(super) m: Vec<Vec<f64>>,
    /// The same of all other pairs.
    pub(super) u: Vec<Vec<f64>>,
}

/// Where the rounds end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Rounds at most.
    pub(super) iterations: u32,
    /// No parameter moved more.
    pub(super) tolerance: f64,
    /// The share of matches cannot be larger, because no subject has two partners.
    pub(super) largest_lambda: f64,
    /// The start counts as that many matches (a Dirichlet prior on m). Without it the rounds climb to whatever two
    /// columns have in common when there are hardly any matches to learn from; 0 is plain maximum likelihood.
    pub(super) prior_matches: f64,
    /// In the first rounds λ alone moves, so that m is learned from no more pairs than look like matches at the start.
    pub(super) settling: u32,
}

/// Where the rounds ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    pub(super) model: Model,
    pub(super) iterations: u32,
    pub(super) converged: bool,
    /// Natural logarithm, of `model`.
    pub(super) log_likelihood: f64,
    /// Parameters that had to be kept from 0 or 1.
    pub(super) clamped: usize,
    /// Whether matches and others had changed places.
    pub(super) swapped: bool,
}

impl Model {
    /// The matches start as pairs that mostly agree, the others as all pairs together.
    pub(super) fn start(patterns: &[Pattern], levels: &[usize], lambda: f64) -> Self {
        let mut sums = Sums::empty(levels);
        for pattern in patterns {
            sums.add(pattern, 0.0, 0.0);
        }
        let m = |&levels: &usize| {
            // Each further level half as frequent as the one before it, the first as frequent as nine in ten.
            let rest: f64 = (1..levels).map(|level| 0.5_f64.powi(i32::try_from(level).unwrap_or(0))).sum();
            let share = |level| 0.1 * 0.5_f64.powi(i32::try_from(level).unwrap_or(0)) / rest.max(FLOOR);
            (0..levels).map(|level| if level == 0 { 0.9 } else { share(level) }).collect()
        };
        let mut model = Self { lambda, m: levels.iter().map(m).collect(), u: sums.u };
        model.u.iter_mut().for_each(|shares| normalise(shares));
        model.clamp();
        model
    }

    /// Natural logarithm of the likelihood of a pattern among matches over that among other pairs.
    pub(super) fn log_ratio(&self, levels: u64) -> f64 {
        (0..self.m.len())
            .filter_map(|field| level_in(levels, field).map(|level| (self.m[field][level] / self.u[field][level]).ln()))
            .sum()
    }

    /// log2 of the odds of a match before anything is compared.
    pub(super) fn prior_weight(&self) -> f64 {
        (self.lambda / (1.0 - self.lambda)).log2()
    }

    /// log2 of what a level says.
    pub(super) fn weight(&self, field: usize, level: usize) -> f64 {
        (self.m[field][level] / self.u[field][level]).log2()
    }

    /// Keeps every share from 0 and 1; how many had to be kept.
    fn clamp(&mut self) -> usize {
        let shares = self.m.iter_mut().chain(&mut self.u).flatten().chain([&mut self.lambda]);
        let mut clamped = 0;
        for share in shares {
            let kept = if share.is_finite() { share.clamp(FLOOR, 1.0 - FLOOR) } else { FLOOR };
            clamped += usize::from(kept.to_bits() != share.to_bits());
            *share = kept;
        }
        clamped
    }

    fn parameters(&self) -> impl Iterator<Item = f64> + '_ {
        self.m.iter().chain(&self.u).flatten().copied().chain([self.lambda])
    }

    fn farthest_move(&self, other: &Self) -> f64 {
        self.parameters().zip(other.parameters()).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
    }
}

/// What one round gathers.
struct Sums {
    matches: f64,
    all: f64,
    m: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
    log_likelihood: f64,
}

impl Sums {
    fn empty(levels: &[usize]) -> Self {
        let zeros: Vec<Vec<f64>> = levels.iter().map(|&levels| vec![0.0; levels]).collect();
        Self { matches: 0.0, all: 0.0, m: zeros.clone(), u: zeros, log_likelihood: 0.0 }
    }

    fn add(&mut self, pattern: &Pattern, probability: f64, log_likelihood: f64) {
        let matches = pattern.count * probability;
        self.matches += matches;
        self.all += pattern.count;
        self.log_likelihood += pattern.count * log_likelihood;
        for (field, (m, u)) in self.m.iter_mut().zip(&mut self.u).enumerate() {
            if let Some(level) = level_in(pattern.levels, field) {
                m[level] += matches;
                u[level] += pattern.count - matches;
            }
        }
    }

    fn join(&mut self, other: &Self) {
        self.matches += other.matches;
        self.all += other.all;
        self.log_likelihood += other.log_likelihood;
        let into = self.m.iter_mut().chain(&mut self.u).flatten();
        into.zip(other.m.iter().chain(&other.u).flatten()).for_each(|(sum, more)| *sum += more);
    }
}

/// Shares that sum to one; nothing to share stays 0.
fn normalise(shares: &mut [f64]) {
    let total: f64 = shares.iter().sum();
    if total > 0.0 {
        for share in shares {
            *share /= total;
        }
    }
}

/// One round: the expectation under `model`, then the model that makes it likeliest. Also the log-likelihood of `model`
/// and how many parameters of the new one had to be kept from 0 or 1.
pub(super) fn round(patterns: &[Pattern], model: &Model, start: &Model, limits: &Limits) -> (Model, f64, usize) {
    let levels: Vec<usize> = model.m.iter().map(Vec::len).collect();
    let logs = LogModel::new(model);
    let parts: Vec<Sums> = patterns
        .par_chunks(CHUNK)
        .map(|chunk| {
            let mut sums = Sums::empty(&levels);
            for pattern in chunk {
                let (probability, log_likelihood) = logs.expectation(pattern.levels);
                sums.add(pattern, probability, log_likelihood);
            }
            sums
        })
        .collect();
    let mut sums = Sums::empty(&levels);
    for part in &parts {
        sums.join(part);
    }
    let lambda = (sums.matches / sums.all).min(limits.largest_lambda);
    let prior = sums.m.iter_mut().flatten().zip(start.m.iter().flatten());
    prior.for_each(|(sum, share)| *sum += limits.prior_matches * share);
    let mut next = Model { lambda, m: sums.m, u: sums.u };
    next.m.iter_mut().chain(&mut next.u).for_each(|shares| normalise(shares));
    let clamped = next.clamp();
    (next, sums.log_likelihood, clamped)
}

/// Logarithms of a model, taken once a round.
struct LogModel {
    matches: f64,
    others: f64,
    m: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
}

impl LogModel {
    fn new(model: &Model) -> Self {
        let logs = |shares: &[Vec<f64>]| -> Vec<Vec<f64>> {
            shares.iter().map(|shares| shares.iter().map(|share| share.ln()).collect()).collect()
        };
        let (matches, others) = (model.lambda.ln(), (-model.lambda).ln_1p());
        Self { matches, others, m: logs(&model.m), u: logs(&model.u) }
    }

    /// Probability of a match and the log-likelihood of a pattern.
    fn expectation(&self, levels: u64) -> (f64, f64) {
        let (mut matches, mut others) = (self.matches, self.others);
        for (field, (m, u)) in self.m.iter().zip(&self.u).enumerate() {
            if let Some(level) = level_in(levels, field) {
                matches += m[level];
                others += u[level];
            }
        }
        // The larger one is taken out first: both are far below the smallest number when there are many columns.
        let (larger, smaller) = (matches.max(others), matches.min(others));
        if smaller - larger < NEGLIGIBLE {
            return (f64::from(u8::from(matches > others)), larger);
        }
        let log_likelihood = larger + (smaller - larger).exp().ln_1p();
        ((matches - log_likelihood).exp(), log_likelihood)
    }
}

/// Rounds until nothing moves any more. The log-likelihood, with the prior added, never falls from one round to the next.
///
/// # Errors
/// When told to stop.
pub(super) fn fit(patterns: &[Pattern], start: &Model, limits: Limits, stop: &Stop) -> Result<Fit, StopReason> {
    let mut model = start.clone();
    let (mut iterations, mut converged, mut clamped) = (0, false, 0);
    while iterations < limits.iterations && !converged {
        stop.check()?;
        let (mut next, _, kept) = round(patterns, &model, start, &limits);
        if iterations < limits.settling {
            next = Model { lambda: next.lambda, ..model.clone() };
        } else {
            converged = next.farthest_move(&model) <= limits.tolerance;
        }
        (model, clamped) = (next, kept);
        iterations += 1;
    }
    let (_, log_likelihood, _) = round(patterns, &model, start, &limits);
    let swapped = agreement_ratio(&model) <= 0.0;
    if swapped {
        std::mem::swap(&mut model.m, &mut model.u);
        model.lambda = 1.0 - model.lambda;
    }
    Ok(Fit { model, iterations, converged, log_likelihood, clamped, swapped })
}

/// Logarithm of how much likelier agreement everywhere is among matches.
fn agreement_ratio(model: &Model) -> f64 {
    model.m.iter().zip(&model.u).map(|(m, u)| (m[0] / u[0]).ln()).sum()
}
