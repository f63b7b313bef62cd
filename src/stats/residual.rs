//! What an attack does beyond what it claims of strangers.

use super::wilson_interval;

/// Risk that is left when what an attack claims of strangers is taken off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual {
    /// From 0 to 1.
    pub risk: f64,
    /// 95 % interval, within 0 and 1.
    pub interval: [f64; 2],
}

/// The residual risk of `claims` out of `subjects` when `control_claims` out of `controls` strangers are claimed too;
/// `None` without a subject or a stranger.
///
/// # Definition
/// With `r` and `e` the centre and half-width of the Wilson interval of the attack, `s` and `f` those of the strangers,
/// `R = (r − s) / (1 − s)` and `sqrt((e / (1 − s))² + (f (r − 1) / (1 − s)²)²)` either way; value and interval are cut to 0
/// and 1. Source: Giomi, Boenisch, Wehmeyer & Tasnádi, Proceedings on Privacy Enhancing Technologies 2023(2). A centre is
/// below 1 for any number of strangers, so `R` is defined.
#[must_use]
pub fn residual_risk(claims: u64, subjects: u64, control_claims: u64, controls: u64) -> Option<Residual> {
    let (rate, error) = centre(claims, subjects)?;
    let (control, control_error) = centre(control_claims, controls)?;
    Some(residual((rate, error), (control, control_error)))
}

fn residual((rate, error): (f64, f64), (control, control_error): (f64, f64)) -> Residual {
    let rest = 1.0 - control;
    let risk = (rate - control) / rest;
    let spread = (error / rest).hypot(control_error * (rate - 1.0) / (rest * rest));
    let cut = |share: f64| share.clamp(0.0, 1.0);
    Residual { risk: cut(risk), interval: [cut(risk - spread), cut(risk + spread)] }
}

/// Centre and half-width of the Wilson interval, before it is cut to 0 and 1.
fn centre(successes: u64, trials: u64) -> Option<(f64, f64)> {
    // The interval is only cut where nothing or everything succeeded, and by no more than rounding.
    let [low, high] = wilson_interval(successes, trials)?;
    Some((f64::midpoint(low, high), (high - low) / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_comes_out() {
        // 0.9 ± 0.02 against 0.85 ± 0.02: 0.333 ± 0.160 (tests of Anonymeter).
        let Residual { risk, interval } = residual((0.9, 0.02), (0.85, 0.02));
        assert!((risk - 0.333_333).abs() < 1e-5, "{risk}");
        assert!(((interval[1] - interval[0]) / 2.0 - 0.160).abs() < 5e-4, "{interval:?}");
    }

    fn vectors() -> serde_json::Value {
        serde_json::from_str(include_str!("../../tests/data/vectors/attribute.json")).unwrap()
    }

    #[test]
    fn every_published_interval_comes_out() {
        use crate::stats::wilson_of_share;
        let number = |value: &serde_json::Value| value.as_f64().unwrap();
        let vectors = vectors();
        let cases = vectors["wilson"].as_array().unwrap();
        assert_eq!(cases.len(), 9);
        for case in cases {
            let (successes, trials) = (number(&case["successes"]), number(&case["n"]));
            let quantile = if number(&case["level"]) > 0.98 { 2.575_829_303_548_901 } else { 1.959_963_984_540_054 };
            let found = wilson_of_share(successes / trials, trials, quantile);
            let expected = [number(&case["lower"]), number(&case["upper"])];
            assert!(found.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-12), "{case}: {found:?}");
            if number(&case["level"]) < 0.98 {
                let [successes, trials] = ["successes", "n"].map(|key| case[key].as_u64().unwrap());
                let (middle, half) = centre(successes, trials).unwrap();
                assert!((middle - number(&case["centre"])).abs() < 1e-12, "{case}: {middle}");
                assert!((half - number(&case["half_width"])).abs() < 1e-12, "{case}: {half}");
            }
        }
    }

    #[test]
    fn every_published_residual_risk_comes_out() {
        let number = |value: &serde_json::Value| value.as_f64().unwrap();
        let vectors = vectors();
        let cases = vectors["residual_risk"].as_array().unwrap();
        assert_eq!(cases.len(), 2);
        for case in cases {
            let found = match case["n"].as_u64() {
                None => {
                    let pair = |key: &str| (number(&case[key][0]), number(&case[key][1]));
                    residual(pair("attack"), pair("control"))
                }
                Some(trials) => {
                    let of = |key: &str| case[key].as_u64().unwrap();
                    residual_risk(of("attack_successes"), trials, of("control_successes"), trials).unwrap()
                }
            };
            assert!((found.risk - number(&case["risk"])).abs() < 1e-12, "{case}: {found:?}");
            let error = (found.interval[1] - found.interval[0]) / 2.0;
            assert!((error - number(&case["error"])).abs() < 1e-12, "{case}: {found:?}");
        }
    }

    #[test]
    fn the_centre_is_that_of_wilson() {
        // 23 of 100 (tests of Anonymeter).
        let (rate, error) = centre(23, 100).unwrap();
        assert!((rate - 0.239_988_244_515_886_13).abs() < 1e-12, "{rate}");
        assert!((error - 0.081_555_585_712_851_67).abs() < 1e-12, "{error}");
    }

    #[test]
    fn an_attack_that_claims_as_much_of_strangers_leaves_nothing() {
        let same = residual_risk(50, 100, 50, 100).unwrap();
        assert!(same.risk.abs() < 1e-12 && same.interval[0].abs() < f64::EPSILON && same.interval[1] > 0.1);
        let worse = residual_risk(10, 100, 60, 100).unwrap();
        assert!(worse.risk.abs() < f64::EPSILON);
    }

    #[test]
    fn everything_against_nothing_is_nearly_everything_and_nobody_gives_nothing() {
        let all = residual_risk(1_000, 1_000, 0, 1_000).unwrap();
        assert!(all.risk > 0.99 && all.interval[1] <= 1.0, "{all:?}");
        assert_eq!(residual_risk(0, 0, 0, 5), None);
        assert_eq!(residual_risk(1, 5, 0, 0), None);
    }
}
