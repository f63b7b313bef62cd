//! Published examples, and the model against its own draws.

#![expect(clippy::cast_precision_loss, reason = "counts of a few thousand draws")]

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn vectors(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../../tests/data/vectors/population.json")).unwrap();
    all[name].clone()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn near(found: f64, expected: &Value, relative: f64) -> bool {
    let expected = expected.as_f64().unwrap();
    (found - expected).abs() <= relative * expected
}

#[test]
fn uniqueness_and_correctness_come_out_as_published() {
    for case in vectors("rocher_uniqueness_correctness").as_array().unwrap() {
        let (share, population) = (case["p"].as_f64().unwrap(), case["n"].as_f64().unwrap());
        // The published numbers are powers of a rounded 1 - p, which moves the tenth digit at p = 10^-6.
        assert!(near(uniqueness(share, population), &case["Xi"], 1e-9), "{case}");
        assert!(near(correctness(share, population), &case["xi"], 1e-9), "{case}");
    }
    assert!((uniqueness(0.0, 1e9) - 1.0).abs() < 1e-15 && (correctness(0.0, 1e9) - 1.0).abs() < 1e-15);
    assert!((correctness(1e-18, 10.0) - 1.0).abs() < 1e-12);
}

#[test]
fn the_cells_of_two_columns_have_the_published_probabilities() {
    let example = vectors("copula_3x2");
    let marginals = example["marginals"].as_array().unwrap().iter().map(|shares| Marginal::of_shares(numbers(shares)));
    let rho = example["rho"].as_f64().unwrap();
    let model = GaussianCopula::with_correlations(marginals.collect(), vec![rho]).unwrap();
    for case in example["cells"].as_array().unwrap() {
        let cell: Vec<usize> = numbers(&case["cell"])
            .into_iter()
            .map(|value| usize::from(value > 0.5) + usize::from(value > 1.5))
            .collect();
        let share = model.share(&cell);
        assert!(near(share, &case["p"], 1e-9), "{case}: {share}");
        assert!(near(uniqueness(share, 10.0), &case["Xi_n10"], 1e-8), "{case}");
        assert!(near(correctness(share, 10.0), &case["xi_n10"], 1e-8), "{case}");
    }
}

#[test]
fn draws_fall_into_cells_as_often_as_their_probabilities_say() {
    let shares = [vec![0.5, 0.3, 0.2], vec![0.6, 0.4], vec![0.7, 0.2, 0.1]];
    let marginals = shares.iter().cloned().map(Marginal::of_shares).collect();
    let model = GaussianCopula::with_correlations(marginals, vec![0.5, 0.3, 0.6]).unwrap();
    let draws = 20_000;
    let mut seen = std::collections::BTreeMap::new();
    for draw in 0..draws {
        *seen.entry(model.draw(5, draw)).or_insert(0_u32) += 1;
    }
    let mut sum = 0.0;
    for cell in (0..18).map(|cell| [cell / 6, cell / 3 % 2, cell % 3]) {
        let share = model.share(&cell);
        let found = f64::from(seen.get(&cell[..]).copied().unwrap_or(0)) / draws as f64;
        // Five standard deviations of a share of so many draws, and the error of the lattice.
        let spread = 5.0 * (share * (1.0 - share) / draws as f64).sqrt() + 2e-3;
        assert!((found - share).abs() < spread, "{cell:?}: {found} of {share}");
        sum += share;
    }
    assert!((sum - 1.0).abs() < 5e-3, "{sum}");
}

#[test]
fn a_correlation_that_made_a_sample_is_found_again() {
    let marginals = || vec![Marginal::of_shares(vec![0.4, 0.3, 0.2, 0.1]), Marginal::of_shares(vec![0.5, 0.3, 0.2])];
    for truth in [0.0, 0.3, 0.6, 0.9] {
        let model = GaussianCopula::with_correlations(marginals(), vec![truth]).unwrap();
        let members = 8_000;
        let mut cells: Vec<Vec<usize>> = (0..members).map(|member| model.draw(11, member)).collect();
        cells.sort_unstable();
        let count = |kind: &dyn Fn(&[usize]) -> Vec<usize>| {
            let mut kinds: Vec<Vec<usize>> = cells.iter().map(|cell| kind(cell)).collect();
            kinds.sort_unstable();
            entropy(kinds.chunk_by(|one, other| one == other).map(|same| (same.len() as u64, 1)))
        };
        let information = count(&|cell| vec![cell[0]]) + count(&|cell| vec![cell[1]]) - count(&<[usize]>::to_vec);
        let fitted = GaussianCopula::fit(marginals(), &[information], members, 2).unwrap();
        assert!((fitted.correlations()[0] - truth).abs() < 0.08, "{:?} {truth}", fitted.correlations());
        assert_eq!(fitted.unmatched(), 0);
    }
}

#[test]
fn information_that_no_correlation_gives_is_flagged() {
    let marginals = vec![Marginal::of_shares(vec![0.5, 0.5]), Marginal::of_shares(vec![0.9, 0.1])];
    let fitted = GaussianCopula::fit(marginals, &[0.6], 1_000, 2).unwrap();
    assert_eq!((fitted.unmatched(), fitted.correlations()), (1, &[0.999][..]));
    assert_eq!(GaussianCopula::fit(Vec::new(), &[], 10, 1), None);
}

proptest! {
    #[test]
    fn a_value_lies_in_its_interval_and_names_mean_nothing(counts in prop::collection::vec(1_u64..50, 1..12), at in -4.0_f64..4.0) {
        let marginal = Marginal::empirical(&counts);
        let value = marginal.at(at);
        let [low, high] = marginal.interval(value);
        prop_assert!(low <= at && at <= high);
        let mut reversed = counts.clone();
        reversed.reverse();
        prop_assert_eq!(&Marginal::empirical(&reversed), &marginal);
        let sum: f64 = (0..marginal.values()).map(|value| marginal.share(value)).sum();
        prop_assert!((sum - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_unique_are_matched_and_more_people_hide_everybody(share in 1e-9_f64..0.5, population in 2.0_f64..1e9) {
        let (unique, correct) = (uniqueness(share, population), correctness(share, population));
        prop_assert!(unique <= correct + 1e-12 && correct <= 1.0 + 1e-12);
        prop_assert!(uniqueness(share, population * 2.0) <= unique && correctness(share, population * 2.0) <= correct + 1e-12);
    }
}
