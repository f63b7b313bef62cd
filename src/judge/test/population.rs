//! Limits on estimates for the population: they fail closed, and assumptions are told.

use super::*;
use crate::result::{
    IndividualRisk, NoEstimate, Population, PopulationEstimate, PopulationModel, PopulationSource, PopulationSourceKind,
};

pub(super) fn estimate(
    population: u64,
    share: Option<f64>,
    highest: Option<f64>,
    weighted: bool,
) -> PopulationEstimate {
    let why = |number: Option<f64>| number.is_none().then(|| NoEstimate::new("all-unique", "everybody is unique"));
    PopulationEstimate {
        population,
        fraction: Some(0.01),
        chosen: share.map(|_| PopulationModel::Pitman),
        unique_classes: share.map(|share| share * 1000.0),
        unique_share: share,
        unique_if_sample_unique: share,
        undefined: why(share),
        models: Vec::new(),
        individual: IndividualRisk {
            weighted,
            highest,
            mean: highest,
            expected: highest.map(|risk| risk * 50.0),
            above: Vec::new(),
            undefined: why(highest),
        },
        household: None,
        log_linear: None,
        copula: None,
    }
}

pub(super) fn value(estimates: Vec<PopulationEstimate>, random_sample: bool) -> Population {
    Population {
        columns: vec!["city".to_owned()],
        reading: Reading::SubjectAttributes,
        members: 50,
        classes: 5,
        sample_uniques: 0,
        pairs: 0,
        source: PopulationSource { kind: PopulationSourceKind::Size, stated: "register".to_owned() },
        random_sample,
        estimates,
        curve: Vec::new(),
        copula: None,
    }
}

/// Classes that pass, and estimates for a population.
fn of(estimates: Vec<PopulationEstimate>, random_sample: bool) -> Measures {
    let value = value(estimates, random_sample);
    let population = Some(Outcome::Measured { unit: Unit::Subject, value });
    Measures { population, ..measured(uniqueness(Some(9), 9)) }
}

fn limits() -> Limits {
    Limits::default().with("max_population_uniqueness", 0.1).with("max_individual_risk", 0.2)
}

fn of_limits(measures: &Measures, limits: &Limits) -> Judgement {
    judge(Case::new(&dataset(), measures, &policy_of(limits)))
}

fn codes(judgement: &Judgement) -> Vec<FindingCode> {
    judgement.findings.iter().map(|finding| finding.code).collect()
}

/// Judgements that show the findings about the population.
pub(super) fn judgements() -> Vec<Judgement> {
    let broken = of(vec![estimate(5_000, Some(0.3), Some(0.4), false)], true);
    let held = of(vec![estimate(5_000, Some(0.05), Some(0.1), false)], false);
    vec![of_limits(&broken, &limits()), of_limits(&held, &limits())]
}

#[test]
fn a_limit_is_compared_with_the_worse_end_of_a_range() {
    let range =
        of(vec![estimate(5_000, Some(0.11), Some(0.1), false), estimate(9_000, Some(0.02), Some(0.05), false)], true);
    let judged = of_limits(&range, &limits());
    assert_eq!(judged.verdict.outcome, VerdictOutcome::Fail);
    assert_eq!(codes(&judged), [FindingCode::HighPopulationUniqueness]);
    assert_eq!(judged.findings[0].measured, Some(0.11));
}

#[test]
fn a_limit_without_an_estimate_at_either_end_fails() {
    for (few, many) in [(None, Some(0.01)), (Some(0.01), None), (None, None)] {
        for (share, highest) in [(true, false), (false, true)] {
            let end = |number: Option<f64>| {
                estimate(
                    5_000,
                    if share { number } else { Some(0.01) },
                    if highest { number } else { Some(0.01) },
                    false,
                )
            };
            let judged = of_limits(&of(vec![end(few), end(many)], true), &limits());
            assert_eq!(judged.verdict.outcome, VerdictOutcome::Fail, "{few:?} {many:?}");
            assert!(codes(&judged).contains(&FindingCode::UnknownRisk));
        }
    }
    let undefined = Measures {
        population: Some(Outcome::undefined("overlapping-classes", "classes overlap")),
        ..measured(uniqueness(Some(9), 9))
    };
    assert!(codes(&of_limits(&undefined, &limits())).contains(&FindingCode::UnknownRisk));
    // Nothing declared: the limit cannot be judged, so it fails.
    let silent = of_limits(&measured(uniqueness(Some(9), 9)), &limits());
    assert_eq!(silent.verdict.outcome, VerdictOutcome::Fail);
    // A limit on households without any is one on a figure that is not there.
    let fine = of(vec![estimate(5_000, Some(0.01), Some(0.01), false)], true);
    let household = of_limits(&fine, &Limits::default().with("max_household_risk", 0.2));
    assert!(codes(&household).contains(&FindingCode::UnknownRisk));
}

#[test]
fn a_limit_that_holds_passes_only_on_a_random_sample() {
    let held = |random_sample, weighted, limits: &Limits| {
        let judged = of_limits(&of(vec![estimate(5_000, Some(0.05), Some(0.1), weighted)], random_sample), limits);
        (judged.verdict.outcome, codes(&judged))
    };
    assert_eq!(held(true, false, &limits()), (VerdictOutcome::Pass, Vec::new()));
    assert_eq!(held(false, false, &limits()), (VerdictOutcome::Review, vec![FindingCode::SamplingAssumption]));
    // Without a limit on an estimate nothing rests on the assumption; risk by weights goes by the weights.
    assert_eq!(held(false, false, &Limits::default()).0, VerdictOutcome::Pass);
    let of_risk = Limits::default().with("max_individual_risk", 0.2);
    assert_eq!(held(false, true, &of_risk).0, VerdictOutcome::Pass);
    assert_eq!(held(false, false, &of_risk).0, VerdictOutcome::Review);
}

#[test]
fn a_limit_on_an_estimate_is_no_gate_on_classes() {
    let mut measures = of(vec![estimate(5_000, Some(0.0), Some(0.01), false)], true);
    measures.uniqueness = None;
    let judged = of_limits(&measures, &limits());
    assert_ne!(judged.verdict.outcome, VerdictOutcome::Pass);
}
