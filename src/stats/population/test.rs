//! Published and hand-made examples, likelihoods against a search without derivatives, and laws on random samples.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small counts"
)]

use proptest::prelude::*;
use serde_json::Value;

use super::slide::modified_shlosser;
use super::*;
use crate::tries::tries;

fn vectors(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../../tests/data/vectors/population.json")).unwrap();
    all[name].clone()
}

fn histogram(example: &Value) -> SizeHistogram {
    let sizes = example["histogram"].as_object().unwrap();
    SizeHistogram::new(sizes.iter().map(|(size, classes)| (size.parse().unwrap(), classes.as_u64().unwrap())))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[track_caller]
fn assert_near(found: f64, expected: &Value, relative: f64) {
    let expected = number(expected);
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} is not {expected}");
}

#[test]
fn sizes_in_any_order_are_one_histogram() {
    let one = SizeHistogram::new([(3, 1), (1, 4), (3, 2), (0, 9), (2, 0)]);
    assert_eq!((one.members(), one.classes(), one.of_size(3), one.of_size(2)), (13, 7, 3, 0));
}

#[test]
fn pitman_comes_out_as_published() {
    let example = vectors("pitman_small");
    let sample = histogram(&example);
    let start = Pitman::start(&sample).unwrap();
    assert_near(start.theta, &example["initial_theta_alpha"][0], 1e-12);
    assert_near(start.alpha, &example["initial_theta_alpha"][1], 1e-12);
    let fitted = Pitman::fit(&sample).unwrap();
    assert_near(fitted.theta, &example["theta"], 1e-9);
    assert_near(fitted.alpha, &example["alpha"], 1e-9);
    assert_near(fitted.log_likelihood(&sample), &example["log_likelihood_kernel"], 1e-12);
    for case in example["predictions"].as_array().unwrap() {
        let population = case["N"].as_u64().unwrap();
        assert_near(fitted.uniques(population), &case["S1_exact_expectation"], 1e-9);
        assert_near(fitted.uniques_asymptotic(population), &case["S1_asymptotic"], 1e-9);
    }
}

/// `E[S₁]` and the distribution of the number of classes, unit by unit, as the definition of the model says.
fn by_urn(model: Pitman, population: usize) -> f64 {
    let Pitman { theta, alpha } = model;
    // Expected classes of one member: one more where a class is new, one less where its member gets company.
    let (mut classes, mut ones) = (0.0, 0.0);
    for units in 0..population {
        let whole = theta + units as f64;
        let new = if units == 0 { 1.0 } else { (theta + classes * alpha) / whole };
        ones += new - if units == 0 { 0.0 } else { ones * (1.0 - alpha) / whole };
        classes += new;
    }
    ones
}

#[test]
fn the_exact_expectation_is_that_of_the_urn() {
    let example = vectors("pitman_expectation_identity");
    let model = Pitman { theta: number(&example["theta"]), alpha: number(&example["alpha"]) };
    let population = example["N"].as_u64().unwrap();
    assert_near(model.uniques(population), &example["S1_exact"], 1e-12);
    assert_near(model.uniques_asymptotic(population), &example["S1_asymptotic"], 1e-12);
    for model in [model, Pitman { theta: -0.3, alpha: 0.6 }, Pitman { theta: 40.0, alpha: 0.02 }] {
        let (found, urn) = (model.uniques(500), by_urn(model, 500));
        assert!((found - urn).abs() < 1e-9 * urn, "{model:?}: {found} is not {urn}");
    }
}

#[test]
fn ewens_comes_out_as_published() {
    let example = vectors("ewens_small");
    let fitted = Ewens::fit(&histogram(&example)).unwrap();
    assert_near(fitted.theta, &example["theta"], 1e-10);
    for case in example["predictions"].as_array().unwrap() {
        assert_near(fitted.uniques(case["N"].as_u64().unwrap()), &case["S1"], 1e-10);
    }
}

#[test]
fn zayatz_comes_out_as_published() {
    let example = vectors("zayatz_small");
    let sample = histogram(&example);
    for case in example["cases"].as_array().unwrap() {
        let population = case["N"].as_u64().unwrap();
        let share = zayatz(&sample, population).unwrap();
        assert_near(share, &case["P_pop_unique_given_sample_unique"], 1e-10);
        assert_near(40.0 * share * population as f64 / 106.0, &case["S1"], 1e-10);
    }
}

#[test]
fn the_slide_model_comes_out_as_published() {
    for case in vectors("snb_moment_equations").as_array().unwrap() {
        let model = SlideNegativeBinomial {
            classes: number(&case["K"]),
            alpha: number(&case["alpha"]),
            beta: number(&case["beta"]),
        };
        let [ones, twos] = model.expected(number(&case["pi"]));
        assert_near(ones, &case["E_s1"], 1e-12);
        assert_near(twos, &case["E_s2"], 1e-12);
    }
    let example = vectors("snb_fit");
    let (sample, fraction) = (histogram(&example), number(&example["pi"]));
    let known = SlideNegativeBinomial::fit_with_classes(&sample, fraction, number(&example["truth"]["K"])).unwrap();
    let found = SlideNegativeBinomial::fit(&sample, fraction).unwrap();
    assert_near(modified_shlosser(&sample, fraction), &example["K_modified_shlosser"], 1e-12);
    for (model, published) in [(known, "given_true_K"), (found, "with_estimated_K")] {
        assert_near(model.alpha, &example[published]["alpha"], 1e-7);
        assert_near(model.beta, &example[published]["beta"], 1e-7);
        assert_near(model.uniques(), &example[published]["S1"], 1e-7);
    }
}

#[test]
fn the_moments_of_the_slide_model_are_its_sums() {
    let (classes, alpha, beta, fraction) = (1000.0, 0.6, 0.3, 0.2);
    let model = SlideNegativeBinomial { classes, alpha, beta };
    let (mut chance, mut ones, mut twos) = (f64::powf(beta, alpha), 0.0, 0.0);
    for size in 1..400 {
        let members = f64::from(size);
        ones += chance * members * fraction * f64::powi(1.0 - fraction, size - 1);
        twos += chance * members * (members - 1.0) / 2.0 * fraction * fraction * f64::powi(1.0 - fraction, size - 2);
        chance *= (alpha + members - 1.0) / members * (1.0 - beta);
    }
    let expected = model.expected(fraction);
    assert!((expected[0] - classes * ones).abs() < 1e-9 && (expected[1] - classes * twos).abs() < 1e-9);
}

#[test]
fn adult_comes_out_as_published_at_every_fraction() {
    let example = vectors("adult_arx");
    let sample = histogram(&example);
    assert_eq!((sample.members(), sample.classes()), (30_162, 19_502));
    let fitted = Pitman::fit(&sample).unwrap();
    assert_near(fitted.theta, &example["pitman_theta"], 1e-7);
    assert_near(fitted.alpha, &example["pitman_alpha"], 1e-9);
    for case in example["by_sampling_fraction"].as_array().unwrap() {
        let (population, fraction) = (case["N"].as_u64().unwrap(), number(&case["pi"]));
        let share = |uniques: f64| uniques / population as f64;
        assert_near(share(fitted.uniques(population)), &case["pitman_exact_fraction"], 1e-8);
        assert_near(share(fitted.uniques_asymptotic(population)), &case["pitman_asymptotic_fraction"], 1e-8);
        let unique = zayatz(&sample, population).unwrap() * 15_512.0 / fraction;
        assert_near(share(unique), &case["zayatz_fraction"], 1e-9);
        let Ok(slide) = SlideNegativeBinomial::fit(&sample, fraction) else {
            assert!(case["snb_K"].is_null(), "{case}");
            continue;
        };
        assert_near(slide.classes, &case["snb_K"], 1e-10);
        assert_near(slide.alpha, &case["snb_alpha"], 1e-6);
        assert_near(slide.beta, &case["snb_beta"], 1e-6);
        assert_near(share(slide.uniques()), &case["snb_fraction"], 1e-6);
    }
}

#[test]
fn the_rule_chooses_as_published_and_as_the_other_program_does() {
    let sample = histogram(&vectors("adult_arx"));
    let chosen = |population: u64, rule| {
        let (model, uniques) = estimate(&sample, population, rule).chosen.unwrap();
        (model, uniques / population as f64)
    };
    let near = |(model, share): (Model, f64), expected_model, expected: f64, within: f64| {
        assert!(model == expected_model && (share - expected).abs() < within, "{model:?} {share}");
    };
    near(chosen(3_016_200, Rule::Arx), Model::Pitman, 0.144_608_353_116_738_4, 1e-10);
    near(chosen(301_620, Rule::Arx), Model::Pitman, 0.276_849_938_836_535_97, 1e-10);
    near(chosen(150_810, Rule::Arx), Model::Zayatz, 0.357_709_923_482_912_5, 1e-9);
    near(chosen(30_162, Rule::Arx), Model::Count, 0.514_289_503_348_584_4, 1e-15);
    near(chosen(150_810, Rule::Definition), Model::SlideNegativeBinomial, 0.319_459_375_4, 1e-8);
    near(chosen(3_016_200, Rule::Definition), Model::Pitman, 0.144_565_439_164_756_2, 1e-9);
}

#[test]
fn what_no_model_can_tell_has_its_reason() {
    use NotEstimated::{AllUnique, Empty, NoPairs, PopulationTooSmall, WholePopulation};
    let reasons = |sizes: &[(u64, u64)], population| {
        let found = estimate(&SizeHistogram::new(sizes.iter().copied()), population, Rule::default());
        let reason = |error: Option<NotEstimated>| error.map_or("", NotEstimated::code);
        let models = [found.pitman.err(), found.slide.err(), found.ewens.err(), found.zayatz.err()].map(reason);
        (models, found.chosen.map(|(model, uniques)| (model.code(), uniques)))
    };
    let whole = WholePopulation.code();
    assert_eq!(reasons(&[(1, 5), (2, 1)], 7), ([whole; 4], Ok(("count", 5.0))));
    assert_eq!(reasons(&[], 7), ([Empty.code(); 4], Err(Empty)));
    assert_eq!(reasons(&[(1, 9)], 8), ([PopulationTooSmall.code(); 4], Err(PopulationTooSmall)));
    // Everybody unique: only the model that cannot see beyond the sample speaks, and says that everybody is.
    let (models, chosen) = reasons(&[(1, 50)], 1_000);
    assert_eq!(models, [AllUnique.code(), NoPairs.code(), AllUnique.code(), ""]);
    assert!(chosen.is_ok_and(|(model, uniques)| model == "zayatz" && (uniques - 1_000.0).abs() < 1e-9));
    let (models, chosen) = reasons(&[(1, 50), (3, 4)], 1_000);
    assert_eq!((models[0], models[1], models[3]), (NoPairs.code(), NoPairs.code(), ""));
    assert!(chosen.is_ok_and(|(model, _)| model == "zayatz"));
    assert_eq!(reasons(&[(2, 50), (3, 4)], 1_000).1, Ok(("no-sample-uniques", 0.0)));
}

#[test]
fn thousands_of_millions_lose_no_digits() {
    let fitted = Pitman { theta: 3176.2, alpha: 0.718 };
    // The two predictions meet like 1 + O(1/N).
    let apart = |population: u64| fitted.uniques(population) / fitted.uniques_asymptotic(population) - 1.0;
    assert!(apart(8_000_000_000).abs() < 1e-6 && apart(80_000_000_000).abs() < 1e-7);
    let sample = SizeHistogram::new([(1, 40), (2, 15), (3, 6), (5, 2), (8, 1)]);
    // Drawn from a population without end, h(j) is j.
    let limit = 40.0 / (40.0 + 30.0 + 18.0 + 10.0 + 8.0);
    assert!((zayatz(&sample, 8_000_000_000).unwrap() - limit).abs() < 1e-6);
}

/// The largest likelihood found by ever smaller steps along the axes, without a derivative.
fn by_search(sample: &SizeHistogram) -> (Pitman, f64) {
    let at = |[shift, odds]: [f64; 2]| {
        let alpha = 1.0 / (1.0 + (-odds).exp());
        Pitman { theta: shift.exp() - alpha, alpha }
    };
    let value = |place: [f64; 2]| at(place).log_likelihood(sample);
    let (mut best, mut place) = (f64::NEG_INFINITY, [0.0, 0.0]);
    for start in [[0.0, 0.0], [3.0, -2.0], [6.0, 1.0], [1.0, 2.0], [9.0, -3.0]] {
        let (mut here, mut reached, mut step) = (start, value(start), 1.0);
        while step > 1e-7 {
            let moves =
                [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]];
            let tried = moves.map(|[one, two]| [here[0] + step * one, here[1] + step * two]);
            let (next, found) =
                tried.map(|next| (next, value(next))).into_iter().max_by(|one, two| one.1.total_cmp(&two.1)).unwrap();
            if found > reached {
                (here, reached) = (next, found);
            } else {
                step /= 2.0;
            }
        }
        if reached > best {
            (best, place) = (reached, here);
        }
    }
    (at(place), best)
}

fn samples() -> impl Strategy<Value = SizeHistogram> {
    let tail = prop::collection::vec((1_u64..30, 0_u64..6), 0..8);
    (0_u64..200, 0_u64..60, 0_u64..25, tail).prop_map(|(ones, twos, threes, tail)| {
        SizeHistogram::new(
            [(1, ones), (2, twos), (3, threes)]
                .into_iter()
                .chain(tail.into_iter().map(|(size, many)| (size + 3, many))),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(2_000)))]
    #[test]
    fn no_search_finds_a_larger_likelihood(sample in samples()) {
        let fitted = Pitman::fit(&sample);
        let Ok(fitted) = fitted else {
            return Ok(());
        };
        let (place, searched) = by_search(&sample);
        if fitted.alpha > 0.0 {
            let found = fitted.log_likelihood(&sample);
            prop_assert!(found >= searched - 1e-7 * searched.abs().max(1.0), "{fitted:?} {found}, {place:?} {searched}");
        } else {
            prop_assert!(place.alpha < 1e-3, "the top is not at the border: {place:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(2_000)))]
    #[test]
    fn every_estimate_is_one_that_a_population_can_have(sample in samples(), more in 0_u64..1_000_000_000) {
        let members = sample.members();
        let population = members + more;
        let found = estimate(&sample, population, Rule::default());
        let most = (population as f64).min(sample.of_size(1) as f64 * population as f64 / members.max(1) as f64);
        let pitman = found.pitman.and_then(|pitman| pitman.exact).ok();
        let slide = found.slide.map(|(_, value)| value).ok();
        let chosen = found.chosen.map(|(_, value)| value).ok();
        for value in [found.zayatz.ok(), found.ewens.ok(), pitman, slide, chosen].into_iter().flatten() {
            prop_assert!(value >= 0.0 && value <= most * (1.0 + 1e-9), "{value} of at most {most}");
        }
        prop_assert_eq!(found.chosen.is_ok(), members > 0);
        if more == 0 && members > 0 {
            prop_assert_eq!(chosen, Some(sample.of_size(1) as f64));
        }
    }

    #[test]
    fn zayatz_is_the_quotient_of_the_probabilities(sample in samples(), more in 0_u64..400) {
        prop_assume!(sample.members() > 0);
        let (n, whole) = (sample.members(), sample.members() + more);
        // C(whole-size, n-1) / C(whole-1, n-1), factor by factor.
        let chance = |size: u64| {
            let factors = (1..size).map(|taken| (whole - n + 1).saturating_sub(taken) as f64 / (whole - taken) as f64);
            size as f64 * factors.product::<f64>()
        };
        let sum: f64 = sample.floats().map(|(size, classes)| classes * chance(size as u64)).sum();
        let found = zayatz(&sample, whole).unwrap();
        prop_assert!((found - sample.of_size(1) as f64 / sum).abs() < 1e-9, "{found}");
    }
}

/// The median of what some samples give.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

#[test]
fn samples_of_adult_give_the_medians_of_the_acceptance_simulation() {
    let samples: Value = serde_json::from_str(include_str!("../../../tests/data/vectors/adult_samples.json")).unwrap();
    let population = samples["population"].as_u64().unwrap();
    let published = vectors("adult_as_population_simulation");
    let rows = published["rows"].as_array().unwrap();
    for (row, drawn) in rows.iter().zip(samples["fractions"].as_array().unwrap()) {
        assert_eq!(row["pi"], drawn["fraction"]);
        let estimates: Vec<Estimates> = drawn["samples"]
            .as_array()
            .unwrap()
            .iter()
            .map(|sample| {
                let sizes = sample.as_array().unwrap().iter();
                let sizes = sizes.map(|size| (size[0].as_u64().unwrap(), size[1].as_u64().unwrap()));
                estimate(&SizeHistogram::new(sizes), population, Rule::default())
            })
            .collect();
        let share = |uniques: f64| uniques / population as f64;
        // A fit at the border is that of Ewens, which the table counts as a failure.
        let inner = || estimates.iter().filter_map(|it| it.pitman.ok()).filter(|it| it.fitted.alpha > 0.0);
        let pitman: Vec<f64> = inner().filter_map(|it| it.exact.ok()).map(share).collect();
        let asymptotic: Vec<f64> = inner().map(|it| share(it.fitted.uniques_asymptotic(population))).collect();
        let failures = row["failures_of_25"]["pitman"].as_u64().unwrap();
        assert_eq!(pitman.len() as u64, 25 - failures, "fits at {}", row["pi"]);
        let found = [
            ("zayatz", estimates.iter().filter_map(|it| it.zayatz.ok()).map(share).collect()),
            ("snb", estimates.iter().filter_map(|it| it.slide.ok()).map(|(_, value)| share(value)).collect()),
            ("pitman_exact", pitman),
            ("pitman_asymptotic", asymptotic),
        ];
        for (model, values) in found {
            let (found, expected) = (median(values), number(&row[model]));
            assert!((found - expected).abs() < 0.03, "{model} at {}: {found}, published {expected}", row["pi"]);
            // The samples are those of the table. The equations of the slide model have several solutions where a sample is
            // small; of the other models no more than rounding is between them.
            let near = if model == "snb" { 1e-3 } else { 1e-6 };
            assert!((found - expected).abs() < near, "{model} at {}: {found}, published {expected}", row["pi"]);
        }
    }
}
