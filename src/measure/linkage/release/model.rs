//! What is known about histories in general, and what a pair of them scores.

use rayon::prelude::*;

use super::cost::Background;
use super::features::{Feature, Histories, narrow};
use crate::number::as_float;
use crate::stop::{Stop, StopReason};

/// Histories of each side from which the concentration of a feature is estimated.
const SAMPLE: usize = 2000;

/// Concentrations that are tried: powers of two from the first to before the last.
const EXPONENTS: std::ops::Range<i32> = -8..17;

/// Scores of each feature of a pair.
pub(super) const OF_FEATURE: usize = 3;

/// Scores of a pair behind those of its features: the relative lengths of both histories.
pub(super) const LENGTHS: usize = 2;

/// What the feature scores of a pair say together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Model {
    /// One a feature, at least 0.
    pub(super) weights: Vec<f64>,
    pub(super) offset: f64,
    /// Share of partners that are candidates at all.
    pub(super) reach: f64,
}

impl Model {
    /// ln of how much likelier one person is than two.
    pub(super) fn evidence(&self, scores: &[f64]) -> f64 {
        let weighted = scores.iter().zip(&self.weights).map(|(score, weight)| score * weight);
        weighted.sum::<f64>() + self.offset
    }
}

/// The background of each feature, from the histories of both sides.
pub(super) fn backgrounds(
    features: &[Feature],
    sides: [&Histories; 2],
    stop: &Stop,
) -> Result<Vec<Background>, StopReason> {
    let of_feature = |(at, feature): (usize, &Feature)| {
        stop.check()?;
        let mut counts = vec![0_u64; feature.items];
        let mut total = 0_u64;
        for &(item, count) in sides.iter().flat_map(|side| side.features[at].all()) {
            counts[item as usize] += u64::from(count);
            total += u64::from(count);
        }
        let shares: Vec<f64> = counts.iter().map(|&count| as_float(count) / as_float(total.max(1))).collect();
        let mut background = Background { shares, concentration: 1.0 };
        let likelihood = |concentration: f64, background: &mut Background| {
            background.concentration = concentration;
            let of_side = |side: &&Histories| {
                let subjects = 0..narrow(side.subjects.min(SAMPLE));
                subjects.map(|subject| background.log_likelihood(side.features[at].of(subject))).sum::<f64>()
            };
            sides.iter().map(of_side).sum::<f64>()
        };
        let mut best = (f64::NEG_INFINITY, 1.0);
        for exponent in EXPONENTS {
            let concentration = 2.0_f64.powi(exponent);
            let found = likelihood(concentration, &mut background);
            if found > best.0 {
                best = (found, concentration);
            }
        }
        background.concentration = best.1;
        Ok(background)
    };
    features.par_iter().enumerate().map(of_feature).collect()
}

/// The scores of a pair: [`OF_FEATURE`] for each feature, then the relative lengths of both histories.
///
/// Long histories say more than the model of one feature allows for, as habits change and features repeat each other;
/// the lengths let the offset follow.
pub(super) fn scores(backgrounds: &[Background], left: (&Histories, u32), right: (&Histories, u32)) -> Vec<f64> {
    let mut scores = Vec::with_capacity(backgrounds.len() * OF_FEATURE + LENGTHS);
    for (at, background) in backgrounds.iter().enumerate() {
        let (here, there) = (left.0.features[at].of(left.1), right.0.features[at].of(right.1));
        let (overlap, cosine) = background.overlap(here, there);
        scores.extend([background.same_source(here, there), overlap, cosine]);
    }
    scores.extend([left.0.relative_length(left.1), right.0.relative_length(right.1)]);
    scores
}
