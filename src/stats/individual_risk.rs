//! The risk of one record of a sample with weights, and of a group of records.

use crate::number::as_float;

/// From this class size on the series needs few terms whatever the weights are.
const LARGE_CLASS: u64 = 40;

/// The expected value of `1/F` for a class of `f` records that stands for `F` of the population.
///
/// # Definition
/// `F` given `f` is negative binomial: `P(F = h) = C(h−1, f−1) p^f (1−p)^{h−f}` for `h ≥ f`, with `p = f / Σ w` over the
/// weights of the class. `E(1/F) = p ∫₀¹ s^{f−1} / (p + (1−p)s) ds = p/f · ₂F₁(1, 1; f+1; 1−p)`. Source: Benedetti &
/// Franconi, *Statistical and technological solutions for controlled data dissemination* (1998); Franconi & Polettini,
/// *Privacy in Statistical Databases*, LNCS 3050:262–272 (2004).
///
/// `None` for an empty class and for a weight that is not finite or below the class size: the weights are then not sizes of
/// a population.
///
/// # Accuracy
/// A relative error below 10^-11: no term of either way is subtracted from one of its size.
///
/// # Examples
/// ```
/// let risk = reidrisk::stats::individual_risk(1, 17.0).unwrap();
/// assert!((risk - 0.177_075_834).abs() < 1e-9);
/// ```
#[must_use]
pub fn individual_risk(class: u64, weight: f64) -> Option<f64> {
    let size = as_float(class);
    // A sum of weights that should be the class size may miss it by rounding.
    if class == 0 || !weight.is_finite() || weight < size * (1.0 - 1e-12) {
        return None;
    }
    let share = (size / weight).min(1.0);
    let others = 1.0 - share;
    Some(if share >= 0.5 || class >= LARGE_CLASS { by_series(size, share) } else { by_steps(class, share, others) })
}

/// `p/f · Σ_k k!/((f+1)…(f+k)) q^k`.
fn by_series(size: f64, share: f64) -> f64 {
    let (mut term, mut sum, mut place) = (1.0, 1.0, 0.0);
    while term > sum * 1e-17 {
        term *= (place + 1.0) * (1.0 - share) / (size + 1.0 + place);
        sum += term;
        place += 1.0;
    }
    share / size * sum
}

/// `I(f) = ∫₀¹ s^{f−1}/(p + qs) ds` by `q I(f+1) = 1/f − p I(f)`, which shrinks errors while `p < q`.
fn by_steps(class: u64, share: f64, others: f64) -> f64 {
    let mut integral = -share.ln() / others;
    for size in 1..class {
        integral = (as_float(size).recip() - share * integral) / others;
    }
    share * integral
}

/// The approximation `p / (f − (1 − p))` that published programs use for classes of three and more; exact below.
///
/// `None` as in [`individual_risk`].
#[must_use]
pub fn individual_risk_approximate(class: u64, weight: f64) -> Option<f64> {
    let exact = individual_risk(class, weight)?;
    let size = as_float(class);
    let share = (size / weight).min(1.0);
    Some(if class < 3 { exact } else { share / (size - (1.0 - share)) })
}

/// The risk that at least one of a group is found: `1 − Π(1 − r)`, for members that are found independently.
///
/// A household, a joint account, or all records of a person. Nobody gives 0.
#[must_use]
pub fn group_risk(risks: impl IntoIterator<Item = f64>) -> f64 {
    -risks.into_iter().map(|risk| (-risk).ln_1p()).sum::<f64>().exp_m1()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::tries::tries;

    fn vectors(name: &str) -> Value {
        let all: Value = serde_json::from_str(include_str!("../../tests/data/vectors/population.json")).unwrap();
        all[name].clone()
    }

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-12 * expected.abs()
    }

    #[test]
    fn the_published_risks_come_out() {
        for case in vectors("individual_risk").as_array().unwrap() {
            let (class, share) = (case["f"].as_u64().unwrap(), case["p"].as_f64().unwrap());
            let weight = as_float(class) / share;
            let exact = case["exact"].as_f64().unwrap();
            assert!(near(individual_risk(class, weight).unwrap(), exact), "{case}");
            let approximate = case["approx_for_f_ge_3"].as_f64().unwrap();
            assert!(near(individual_risk_approximate(class, weight).unwrap(), approximate), "{case}");
        }
        let published = vectors("individual_risk_francdat");
        let list = |name: &str| published[name].as_array().unwrap().clone();
        for ((class, weight), risk) in list("f").iter().zip(list("F_hat")).zip(list("risk")) {
            let found = individual_risk(class.as_u64().unwrap(), weight.as_f64().unwrap()).unwrap();
            assert!(near(found, risk.as_f64().unwrap()), "{class} of {weight}");
        }
    }

    #[test]
    fn a_weighted_table_has_the_published_risks() {
        let table = vectors("individual_risk_sdcmicro_8x3");
        let list = |name: &str| table[name].as_array().unwrap().clone();
        let weights: Vec<f64> = list("weight").iter().map(|weight| weight.as_f64().unwrap()).collect();
        let keys: Vec<String> =
            list("A").iter().zip(list("B")).zip(list("C")).map(|((a, b), c)| format!("{a},{b},{c}")).collect();
        for (place, key) in keys.iter().enumerate() {
            let same = || keys.iter().zip(&weights).filter(|(other, _)| *other == key);
            let weight: f64 = same().map(|(_, weight)| weight).sum();
            let class = same().count() as u64;
            let found =
                [individual_risk(class, weight), individual_risk_approximate(class, weight)].map(Option::unwrap);
            for (found, name) in found.iter().zip(["exact", "approx"]) {
                assert!(near(*found, list(name)[place].as_f64().unwrap()), "{name} {place}");
                assert!((found - list(&format!("published_{name}"))[place].as_f64().unwrap()).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn weights_below_the_class_size_have_no_risk() {
        for (class, weight) in [(0, 5.0), (2, 1.9), (3, 0.0), (1, -1.0), (2, f64::NAN), (2, f64::INFINITY)] {
            assert_eq!(individual_risk(class, weight), None, "{class} {weight}");
        }
        assert_eq!(individual_risk(4, 4.0), Some(0.25));
    }

    /// The definition: the sum over every size that the class can have in the population.
    fn by_definition(class: u64, share: f64) -> f64 {
        let (mut size, mut chance, mut sum, mut seen) = (as_float(class), share.powf(as_float(class)), 0.0, 0.0);
        while seen < 1.0 - 1e-13 && size < 1e7 {
            sum += chance / size;
            seen += chance;
            chance *= (1.0 - share) * size / (size + 1.0 - as_float(class));
            size += 1.0;
        }
        sum
    }

    /// `∫₀¹ (pt/(1−(1−p)t))^f dt/t` by Simpson's rule on `t = e^-x`, `x = p/f (e^u − 1)`.
    fn by_integral(class: u64, share: f64) -> f64 {
        let value = |x: f64| {
            let t = (-x).exp();
            (share * t / (1.0 - (1.0 - share) * t)).powf(as_float(class))
        };
        // The integrand falls within p/f of its start and then like e^(-x f): steps in u are small where it is steep.
        let (start, end, steps) = (share / as_float(class), 40.0 / as_float(class) + 10.0, 20_000);
        let width = (end / start).ln_1p() / f64::from(steps);
        let weight = |place: i32| if place == 0 || place == steps { 1.0 } else { f64::from(2 + 2 * (place % 2)) };
        let at = |place: i32| (f64::from(place) * width).exp();
        let term = |place: i32| weight(place) * value(start * (at(place) - 1.0)) * start * at(place);
        (0..=steps).map(term).sum::<f64>() * width / 3.0
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(tries(2_000)))]
        #[test]
        fn the_risk_is_the_series_and_the_integral(class in 1_u64..60, share in 0.02_f64..1.0) {
            let found = individual_risk(class, as_float(class) / share).unwrap();
            let (series, integral) = (by_definition(class, share), by_integral(class, share));
            prop_assert!((found - series).abs() < 1e-9 * series, "series {series}, {found}");
            prop_assert!((found - integral).abs() < 1e-6 * integral, "integral {integral}, {found}");
        }

        #[test]
        fn a_risk_lies_between_the_share_and_one_of_the_class(class in 1_u64..100_000, weight in 1.0_f64..1e6) {
            let weight = weight * as_float(class);
            let risk = individual_risk(class, weight).unwrap();
            // By Jensen, E(1/F) is at least 1/E(F), and F is never below f.
            prop_assert!(risk >= weight.recip() * (1.0 - 1e-9) && risk <= as_float(class).recip() * (1.0 + 1e-12));
            prop_assert!(individual_risk(class, weight * 1.5).unwrap() <= risk);
        }

        #[test]
        fn a_group_is_at_least_as_exposed_as_its_members(risks in prop::collection::vec(0.0_f64..=1.0, 0..8)) {
            let expected = 1.0 - risks.iter().map(|risk| 1.0 - risk).product::<f64>();
            let found = group_risk(risks.iter().copied());
            prop_assert!((found - expected).abs() < 1e-12);
            prop_assert!(risks.iter().all(|risk| found >= risk - 1e-12));
        }
    }
}
