//! The share of one stratum from its draws, with the interval that they allow.

#![expect(clippy::cast_precision_loss, reason = "counts of subjects and draws are far below 2^53")]

use std::collections::BTreeMap;

use crate::stats::wilson_of_share;

/// What the draws of one stratum found, as whole numbers, so that no order of the subjects changes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Found {
    /// Subjects of the stratum.
    pub(super) population: u64,
    /// Subjects of one choice only (all that is known of them) that were looked at, and how many of them it singles out.
    pub(super) certain: u64,
    pub(super) certain_alone: u64,
    /// Draws made for each other subject that was looked at; at least 2.
    pub(super) draws: u32,
    /// How many of those subjects were singled out by so many of their draws.
    pub(super) by_hits: BTreeMap<u32, u64>,
}

/// An estimated share and how many independent trials would have told as much; none when it is exact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub(super) share: f64,
    trials: Option<f64>,
}

impl Estimate {
    /// Of nobody: adds nothing to a joint share, whatever its weight of 0.
    pub(super) const NONE: Self = Self { share: 0.0, trials: None };

    pub(super) fn is_exact(self) -> bool {
        self.trials.is_none()
    }

    /// Wilson's interval at a normal quantile; the share itself when it is exact.
    pub(super) fn interval(self, quantile: f64) -> [f64; 2] {
        self.trials.map_or([self.share; 2], |trials| wilson_of_share(self.share, trials, quantile))
    }
}

impl Found {
    /// Subjects that were looked at.
    pub(super) fn subjects(&self) -> u64 {
        self.certain + self.by_hits.values().sum::<u64>()
    }

    /// The mean over subjects of the share of their draws that single them out; `None` when nobody was looked at.
    ///
    /// # Definition
    /// With m of N subjects drawn without replacement, d draws each, x a subject's share: variance
    /// (1 - m/N) s² / m + (m/N) w / (m d), s² the variance of x between subjects, w the mean within them (Cochran,
    /// *Sampling Techniques*, 3rd ed., 1977, 10.3, with choices drawn with replacement). When every subject is in, only
    /// the second term is left; a subject of one choice adds nothing to it. Within a subject, h of d draws give the
    /// larger of the unbiased d/(d-1) x (1 - x) and the same with half a draw added to both sides: d draws that agree are
    /// no proof that all choices do.
    ///
    /// The mean of m subjects is never less precise than m independent trials, nor that of all subjects than all draws.
    pub(super) fn estimate(&self) -> Option<Estimate> {
        let subjects = self.subjects();
        if subjects == 0 {
            return None;
        }
        let (looked_at, draws) = (subjects as f64, f64::from(self.draws));
        let everybody = subjects >= self.population;
        let share = self.hits() as f64 / (looked_at * draws);
        if everybody && self.by_hits.is_empty() {
            return Some(Estimate { share, trials: None });
        }
        let part = if everybody { 1.0 } else { looked_at / self.population as f64 };
        let within = self.within() / looked_at;
        let variance = (1.0 - part) * self.between() / looked_at + part * within / (looked_at * draws);
        let least = if everybody { looked_at * draws } else { looked_at };
        let trials = if variance > 0.0 { share * (1.0 - share) / variance } else { 0.0 };
        Some(Estimate { share, trials: Some(trials.max(least)) })
    }

    /// Draws that singled their subject out, had each subject the same number of draws.
    fn hits(&self) -> u64 {
        let drawn: u64 = self.by_hits.iter().map(|(&hits, &subjects)| u64::from(hits) * subjects).sum();
        drawn + self.certain_alone * u64::from(self.draws)
    }

    /// Variance of the subjects' shares; 0 when there is but one.
    fn between(&self) -> f64 {
        let subjects = self.subjects();
        if subjects < 2 {
            return 0.0;
        }
        let square = |hits: u32| u128::from(hits) * u128::from(hits);
        let drawn: u128 = self.by_hits.iter().map(|(&hits, &subjects)| square(hits) * u128::from(subjects)).sum();
        let squares = drawn + square(self.draws) * u128::from(self.certain_alone);
        let hits = u128::from(self.hits());
        // Exact whole numbers up to here; by the inequality of Cauchy and Schwarz the difference is not negative.
        let spread = u128::from(subjects) * squares - hits * hits;
        let divisor = subjects as f64 * (subjects - 1) as f64 * f64::from(self.draws).powi(2);
        spread as f64 / divisor
    }

    /// Sum over subjects of the variance of one draw.
    fn within(&self) -> f64 {
        let draws = f64::from(self.draws);
        let of_one = |hits: u32| {
            let (share, added) = (f64::from(hits) / draws, (f64::from(hits) + 0.5) / (draws + 1.0));
            let unbiased = if self.draws > 1 { draws / (draws - 1.0) * share * (1.0 - share) } else { 0.25 };
            unbiased.max(added * (1.0 - added))
        };
        self.by_hits.iter().map(|(&hits, &subjects)| of_one(hits) * subjects as f64).sum()
    }
}

/// The share over two strata of these weights, whose sum is 1.
pub(super) fn joint_share(strata: [(f64, Estimate); 2]) -> f64 {
    strata.iter().map(|(weight, estimate)| weight * estimate.share).sum::<f64>().clamp(0.0, 1.0)
}

/// Its interval: the distances from share to end, squared and added (MOVER: Zou & Donner, *Statistics in Medicine*
/// 27(10), 2008). A stratum that is exact adds no distance.
pub(super) fn joint_interval(strata: [(f64, Estimate); 2], quantile: f64) -> [f64; 2] {
    let share = joint_share(strata);
    let distance = |end: usize| {
        let of_one = |(weight, estimate): (f64, Estimate)| weight * (estimate.share - estimate.interval(quantile)[end]);
        strata.into_iter().map(|stratum| of_one(stratum).powi(2)).sum::<f64>().sqrt()
    };
    [(share - distance(0)).max(0.0), (share + distance(1)).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{QUANTILE, wilson_interval};

    fn found(population: u64, certain: [u64; 2], draws: u32, by_hits: &[(u32, u64)]) -> Found {
        let by_hits = by_hits.iter().copied().collect();
        Found { population, certain: certain[0], certain_alone: certain[1], draws, by_hits }
    }

    #[test]
    fn everybody_with_one_choice_is_exact() {
        let estimate = found(8, [8, 2], 2, &[]).estimate().unwrap();
        let [low, high] = estimate.interval(QUANTILE);
        assert_eq!((estimate.is_exact(), low, high), (true, 0.25, 0.25));
        assert!(!found(9, [8, 2], 2, &[]).estimate().unwrap().is_exact());
        assert_eq!(found(8, [0, 0], 2, &[]).estimate(), None);
    }

    #[test]
    fn the_variance_is_the_one_worked_out_by_hand() {
        // 4 of 10 subjects, 4 draws each, shares 0, 0.5, 0.5, 1: between 1/6; within 0.0900, 1/3, 1/3, 0.0900.
        let estimate = found(10, [0, 0], 4, &[(0, 1), (2, 2), (4, 1)]).estimate().unwrap();
        let variance = 0.6 / 6.0 / 4.0 + 0.4 * (2.0 * 0.09 + 2.0 / 3.0) / 4.0 / 16.0;
        assert!((estimate.trials.unwrap() - 0.25 / variance).abs() < 1e-9, "{estimate:?} {variance}");
    }

    #[test]
    fn draws_that_all_agree_are_no_proof() {
        let [low, high] = found(3, [0, 0], 2, &[(0, 3)]).estimate().unwrap().interval(QUANTILE);
        assert_eq!(Some([low, high]), wilson_interval(0, 6));
        let [low, high] = found(60, [0, 0], 8, &[(0, 30), (8, 30)]).estimate().unwrap().interval(QUANTILE);
        assert!(low < 0.49 && high > 0.51, "{low} {high}");
    }

    #[test]
    fn two_strata_are_joined_by_their_weights() {
        let [one, other] = [found(9, [9, 9], 2, &[]), found(100, [0, 0], 2, &[(0, 50), (2, 50)])]
            .map(|found| found.estimate().unwrap());
        let [low, high] = joint_interval([(0.4, one), (0.6, other)], QUANTILE);
        let [low_other, high_other] = other.interval(QUANTILE);
        assert!((joint_share([(0.4, one), (0.6, other)]) - 0.7).abs() < 1e-12);
        assert!((low - 0.4 - 0.6 * low_other).abs() < 1e-12 && (high - 0.4 - 0.6 * high_other).abs() < 1e-12);
    }
}
