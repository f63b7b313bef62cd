//! Expectation and maximisation: the published vectors, and pair by pair.

use proptest::prelude::*;
use serde_json::Value;

use super::super::em::{Fit, Limits, Model, Pattern, fit, round};
use super::super::oracle;
use crate::stop::{Stop, StopReason};

/// Plain maximum likelihood.
fn plain(iterations: u32, tolerance: f64) -> Limits {
    Limits { iterations, tolerance, largest_lambda: 1.0, prior_matches: 0.0, settling: 0 }
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../../tests/data/vectors/fellegi_sunter.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Agreement is the first level, disagreement the second.
fn levels(gamma: &[f64]) -> u64 {
    gamma.iter().enumerate().map(|(field, &agrees)| u64::from(agrees < 0.5) << (4 * field)).sum()
}

fn published() -> (Vec<Pattern>, Model, Value) {
    let vectors = vectors()["fellegi_sunter_em"].clone();
    let patterns = vectors["patterns"].as_array().unwrap().iter().zip(numbers(&vectors["counts"]));
    let patterns = patterns.map(|(gamma, count)| Pattern { levels: levels(&numbers(gamma)), count }).collect();
    let start = model(&vectors["start"]);
    (patterns, start, vectors)
}

fn model(value: &Value) -> Model {
    let shares = |name: &str| numbers(&value[name]).into_iter().map(|agree| vec![agree, 1.0 - agree]).collect();
    Model { lambda: value["lambda"].as_f64().unwrap(), m: shares("m"), u: shares("u") }
}

fn close(one: &Model, other: &Model, tolerance: f64) -> bool {
    let parameters = |model: &Model| -> Vec<f64> {
        model.m.iter().chain(&model.u).flatten().copied().chain([model.lambda]).collect()
    };
    parameters(one).iter().zip(parameters(other)).all(|(one, other)| (one - other).abs() <= tolerance)
}

fn fitted(patterns: &[Pattern], start: &Model, tolerance: f64) -> Fit {
    fit(patterns, start, plain(5000, tolerance), &Stop::default()).unwrap()
}

#[test]
fn one_round_gives_the_published_parameters() {
    let (patterns, start, vectors) = published();
    let (next, _, clamped) = round(&patterns, &start, &start, &plain(1, 0.0));
    assert!(close(&next, &model(&vectors["after_one_iteration"]), 1e-14), "{next:?}");
    assert_eq!(clamped, 0);
}

#[test]
fn the_rounds_end_at_the_published_optimum_after_hundreds_of_them() {
    let (patterns, start, vectors) = published();
    let fit = fitted(&patterns, &start, 1e-13);
    assert!(close(&fit.model, &model(&vectors["converged"]), 1e-10), "{fit:?}");
    assert!(fit.converged && (600..640).contains(&fit.iterations), "{} rounds", fit.iterations);
    assert!((fit.model.lambda - 0.050_013_8).abs() < 1e-7 && !fit.swapped && fit.clamped == 0);
}

#[test]
fn weights_and_probabilities_are_the_published_ones() {
    let (patterns, start, vectors) = published();
    let fit = fitted(&patterns, &start, 1e-13);
    let prior = vectors["prior_weight_log2"].as_f64().unwrap();
    assert!((fit.model.prior_weight() - prior).abs() < 1e-8);
    for (field, weights) in vectors["weights_agree_disagree_log2"].as_array().unwrap().iter().enumerate() {
        for (level, weight) in numbers(weights).into_iter().enumerate() {
            assert!((fit.model.weight(field, level) - weight).abs() < 1e-8);
        }
    }
    for published in vectors["posterior"].as_array().unwrap() {
        let ratio = fit.model.log_ratio(levels(&numbers(&published["gamma"])));
        let weight = prior + ratio / std::f64::consts::LN_2;
        assert!((weight - published["match_weight"].as_f64().unwrap()).abs() < 1e-7);
        let probability = weight.exp2() / (1.0 + weight.exp2());
        assert!((probability - published["probability"].as_f64().unwrap()).abs() < 1e-9);
    }
}

#[test]
fn the_published_waterfall_adds_up_to_its_probability() {
    // A model of five columns whose weights are the published ones: u is one hundredth, m follows.
    let waterfall = vectors()["splink_waterfall_example"].clone();
    let weights = numbers(&waterfall["weights"]);
    let odds = weights[0].exp2();
    let shares = |of: fn(f64) -> f64| -> Vec<Vec<f64>> {
        weights[1..].iter().map(|&weight| vec![of(weight), 1.0 - of(weight)]).collect()
    };
    let model = Model { lambda: odds / (1.0 + odds), m: shares(|weight| 0.001 * weight.exp2()), u: shares(|_| 0.001) };
    let sum = model.prior_weight() + (0..5).map(|field| model.weight(field, 0)).sum::<f64>();
    assert!((sum - waterfall["sum"].as_f64().unwrap()).abs() < 1e-9);
    let log_odds = model.prior_weight() * std::f64::consts::LN_2 + model.log_ratio(0);
    let probability = 1.0 / (1.0 + (-log_odds).exp());
    assert!((probability - waterfall["probability"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn twenty_five_rounds_are_said_to_be_too_few() {
    let (patterns, start, _) = published();
    let limits = plain(25, 1e-9);
    let fit = fit(&patterns, &start, limits, &Stop::default()).unwrap();
    assert!(!fit.converged && fit.iterations == 25);
}

#[test]
fn classes_that_changed_places_are_put_back() {
    let (patterns, start, vectors) = published();
    let start = Model { lambda: 1.0 - start.lambda, m: start.u, u: start.m };
    let fit = fitted(&patterns, &start, 1e-13);
    assert!(fit.swapped && close(&fit.model, &model(&vectors["converged"]), 1e-10), "{fit:?}");
}

#[test]
fn a_level_that_never_occurs_is_kept_from_zero_and_counted() {
    let patterns = [Pattern { levels: 0, count: 10.0 }, Pattern { levels: 0x111, count: 990.0 }];
    let start = Model::start(&patterns, &[3, 3, 3], 0.005);
    let fit = fitted(&patterns, &start, 1e-9);
    assert!(fit.clamped > 0 && fit.model.m.iter().flatten().all(|&share| share >= 1e-10));
}

#[test]
fn the_share_of_matches_stays_below_its_limit() {
    let (patterns, start, _) = published();
    let limits = Limits { largest_lambda: 0.02, ..plain(5000, 1e-9) };
    let fit = fit(&patterns, &start, limits, &Stop::default()).unwrap();
    assert!(fit.model.lambda <= 0.02);
}

#[test]
fn learning_stops_when_told_to() {
    let (patterns, start, _) = published();
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let limits = plain(5, 0.0);
    assert_eq!(fit(&patterns, &start, limits, &stop), Err(StopReason::Timeout));
}

/// Patterns of four columns with two to four levels, some missing, and counts.
fn tables() -> impl Strategy<Value = Vec<Pattern>> {
    let level = |levels: u64| prop_oneof![8 => 0..levels, 1 => Just(15_u64)];
    let levels = (level(2), level(3), level(4), level(4));
    let pattern = levels.prop_map(|(one, two, three, four)| one | two << 4 | three << 8 | four << 12);
    prop::collection::btree_map(pattern, 1..30_u32, 3..25).prop_map(|counts| {
        counts.into_iter().map(|(levels, count)| Pattern { levels, count: f64::from(count) }).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_round_on_patterns_is_a_round_on_pairs(patterns in tables(), lambda in 0.01..0.5) {
        let start = Model::start(&patterns, &[2, 3, 4, 4], lambda);
        let (fast, log_likelihood, clamped) = round(&patterns, &start, &start, &plain(1, 0.0));
        let slow = oracle::round(&patterns, &start);
        prop_assert!(clamped > 0 || close(&fast, &slow, 1e-12), "{fast:?} {slow:?}");
        prop_assert!(close(&fast, &slow, 2e-10));
        let expected = oracle::log_likelihood(&patterns, &start);
        prop_assert!((log_likelihood - expected).abs() <= 1e-10 * expected.abs());
    }

    #[test]
    fn the_likelihood_never_falls(
        patterns in tables(),
        lambda in 0.01..0.5,
        largest_lambda in 0.05..1.0,
        prior_matches in prop_oneof![Just(0.0), 0.5..20.0],
    ) {
        let start = Model::start(&patterns, &[2, 3, 4, 4], f64::min(lambda, largest_lambda));
        let limits = Limits { largest_lambda, prior_matches, ..plain(60, 0.0) };
        let mut model = start.clone();
        let mut before = f64::NEG_INFINITY;
        for _ in 0..60 {
            let (next, log_likelihood, clamped) = round(&patterns, &model, &start, &limits);
            let shares = start.m.iter().flatten().zip(model.m.iter().flatten());
            let prior: f64 = shares.map(|(start, m)| prior_matches * start * m.ln()).sum();
            let objective = log_likelihood + prior;
            // What is kept from 0 costs each pair at most 10^-10 a parameter.
            let slack = 1e-9 * log_likelihood.abs() + if clamped > 0 { 1e-6 } else { 0.0 };
            prop_assert!(objective >= before - slack, "{before} then {objective}");
            prop_assert!(next.lambda <= largest_lambda);
            (before, model) = (objective, next);
        }
    }
}
