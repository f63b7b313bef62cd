//! The interval of a share that was sampled.

use crate::number::as_float;

/// The normal quantile of a two-sided 95 % interval.
pub(crate) const QUANTILE: f64 = 1.959_963_984_540_054;

/// 95 % interval of a share, from `successes` out of `trials`; `None` without a trial.
///
/// # Definition
/// With z the quantile, X successes, N trials and d = N + z²: centre (X + z²/2) / d, half-width
/// (z / d) · sqrt(X (N - X) / N + z²/4). Source: Wilson, JASA 22(158), 1927. It stays within 0 and 1 and is not empty
/// when nothing or everything succeeded: no success in N trials is no proof of a share of 0.
///
/// # Examples
/// ```
/// let [low, high] = reidrisk::stats::wilson_interval(0, 10_000).unwrap();
/// assert!(low == 0.0 && high > 0.0003 && high < 0.0004);
/// ```
#[must_use]
pub fn wilson_interval(successes: u64, trials: u64) -> Option<[f64; 2]> {
    if trials == 0 {
        return None;
    }
    Some(score_interval(as_float(successes), as_float(trials), QUANTILE))
}

/// Wilson's interval at `quantile` of a share that was estimated as precisely as by so many independent `trials`.
///
/// Where draws are clustered or stratified, p (1 - p) / v, with v the variance of the estimate, is the number of trials
/// that would have told as much: the *effective* number. Source: Korn & Graubard, *Survey Methodology* 24(2), 1998, with
/// Wilson's interval in place of the exact one.
#[must_use]
pub fn wilson_of_share(share: f64, trials: f64, quantile: f64) -> [f64; 2] {
    score_interval(share * trials, trials, quantile)
}

fn score_interval(successes: f64, trials: f64, quantile: f64) -> [f64; 2] {
    let square = quantile * quantile;
    let divisor = trials + square;
    let centre = (successes + square / 2.0) / divisor;
    let spread = (successes * (trials - successes).max(0.0) / trials + square / 4.0).sqrt();
    let half = quantile / divisor * spread;
    // The ends are exactly 0 and 1 there; rounding would leave them a hair inside or outside.
    let low = if successes <= 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if successes >= trials { 1.0 } else { (centre + half).min(1.0) };
    [low, high]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_trials_at_one_half_give_one_point_either_way() {
        let [low, high] = wilson_interval(5000, 10_000).unwrap();
        assert!((low - 0.490_202).abs() < 1e-6 && (high - 0.509_798).abs() < 1e-6, "{low} {high}");
    }

    #[test]
    fn the_textbook_interval_of_one_in_ten() {
        // 1 of 10: 0.0179 to 0.4042 (Brown, Cai & DasGupta, Statistical Science 16(2), 2001, definition).
        let [low, high] = wilson_interval(1, 10).unwrap();
        assert!((low - 0.017_876).abs() < 1e-6 && (high - 0.404_150).abs() < 1e-6, "{low} {high}");
    }

    #[test]
    fn a_share_of_whole_trials_has_the_interval_of_its_successes() {
        for (successes, trials) in [(0, 7), (3, 7), (7, 7), (4096, 5000)] {
            let whole = wilson_interval(successes, trials).unwrap();
            let (successes, trials) =
                (f64::from(u32::try_from(successes).unwrap()), f64::from(u32::try_from(trials).unwrap()));
            let share = wilson_of_share(successes / trials, trials, QUANTILE);
            assert!(whole.iter().zip(share).all(|(one, other)| (one - other).abs() < 1e-12), "{whole:?} {share:?}");
        }
    }

    #[test]
    fn certainty_is_never_claimed_and_nothing_gives_nothing() {
        assert_eq!(wilson_interval(0, 0), None);
        let [low, high] = wilson_interval(0, 5).unwrap();
        assert!(low == 0.0 && high > 0.4);
        let [low, high] = wilson_interval(5, 5).unwrap();
        assert!(low < 0.6 && (high - 1.0).abs() < f64::EPSILON);
    }
}
