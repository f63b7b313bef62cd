//! Limits on inference: the upper end of the interval counts, of every column and attack, and what is undefined fails.

use super::*;
use crate::result::{
    CheckOutcome, Evidence, Inference, InferenceAttack, InferenceMethod, InferredColumn, SensitiveValue, UndefinedField,
};
use crate::stats::{residual_risk, wilson_interval};

fn attack(method: InferenceMethod, asked: u64, right: u64, baseline: u64) -> InferenceAttack {
    let rate = |part: u64| as_float(part) / as_float(asked);
    let interval = wilson_interval(right, asked).unwrap();
    let residual = residual_risk(right, asked, baseline, asked).unwrap();
    InferenceAttack {
        method,
        known: 400,
        asked,
        right,
        attack_rate: rate(right),
        interval,
        baseline_right: baseline,
        baseline_rate: rate(baseline),
        control_right: baseline,
        control_rate: rate(baseline),
        control_interval: wilson_interval(baseline, asked).unwrap(),
        gained: right / 2,
        advantage: (rate(right) - rate(baseline)).max(0.0),
        advantage_interval: interval.map(|rate_of| (rate_of - rate(baseline)).max(0.0)),
        residual_risk: residual.risk,
        residual_interval: residual.interval,
        evidence: if interval[0] > rate(baseline) { Evidence::Found } else { Evidence::None },
        no_better_than: None,
    }
}

fn column_of(attacks: Vec<InferenceAttack>, reason: Option<&str>) -> InferredColumn {
    let undefined =
        reason.map(|reason| UndefinedField { field: "attacks".to_owned(), reason: reason.to_owned() }).into_iter();
    InferredColumn {
        column: "diagnosis".to_owned(),
        value: SensitiveValue::Any,
        values: 4,
        within: false,
        attacks,
        worst_group: None,
        groups: 0,
        sure: 0,
        sure_right: 0,
        undefined: undefined.collect(),
    }
}

fn judged(inference: Option<Outcome<Inference>>, limits: &Limits) -> Judgement {
    let mut dataset = dataset();
    dataset.columns.push(column("diagnosis", Role::Sensitive, true));
    let measures = Measures { inference, ..measured(uniqueness(Some(9), 9)) };
    judge(Case::new(&dataset, &measures, &policy_of(limits)))
}

fn of(columns: Vec<InferredColumn>) -> Outcome<Inference> {
    let value = Inference {
        columns: vec!["city".to_owned()],
        subjects: 500,
        sampled: 500,
        folds: 5,
        secrets: columns,
        segments: Vec::new(),
    };
    Outcome::Measured { unit: Unit::Subject, value }
}

fn limit(advantage: f64) -> Limits {
    Limits::default().with("max_inference_advantage", advantage)
}

#[test]
fn the_upper_end_of_the_interval_is_held_to_the_limit() {
    let one = attack(InferenceMethod::Trees, 500, 300, 250);
    let upper = one.advantage_interval[1];
    assert!(upper > one.advantage);
    for (number, breaks) in [(upper, false), (upper - 1e-9, true), (one.advantage, true), (0.9, false)] {
        let judgement = judged(Some(of(vec![column_of(vec![one.clone()], None)])), &limit(number));
        let found = judgement.findings.iter().any(|finding| finding.code == FindingCode::SensitiveInference);
        assert_eq!(found, breaks, "{number}");
        let check = judgement.checks.iter().find(|check| check.gate == "inference-advantage").unwrap();
        assert_eq!(check.outcome == CheckOutcome::Holds, !breaks, "{number}");
    }
}

#[test]
fn every_attack_and_every_column_must_hold() {
    let (good, bad) =
        (attack(InferenceMethod::Trees, 500, 250, 250), attack(InferenceMethod::NearestNeighbour, 500, 480, 250));
    let other = InferredColumn { column: "income".to_owned(), ..column_of(vec![good.clone()], None) };
    let judgement = judged(Some(of(vec![other.clone(), column_of(vec![good.clone(), bad], None)])), &limit(0.1));
    let found: Vec<&[String]> = judgement.findings.iter().map(|finding| finding.columns.as_slice()).collect();
    assert_eq!(found, [["diagnosis".to_owned()]]);
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail);
    let judgement = judged(Some(of(vec![other, column_of(vec![good], None)])), &limit(0.1));
    assert_eq!(judgement.findings, []);
}

#[test]
fn what_is_undefined_left_out_or_cut_off_fails() {
    for reason in ["constant", "all-missing", "few-people", "one-class", "nothing-known"] {
        let judgement = judged(Some(of(vec![column_of(Vec::new(), Some(reason))])), &limit(0.9));
        assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail, "{reason}");
        assert_eq!(judgement.findings[0].code, FindingCode::UnknownRisk, "{reason}");
    }
    let cut_off = Some(Outcome::incomplete("timeout", "the time limit was reached"));
    let undefined = Some(Outcome::undefined("empty", "there is no record with a subject"));
    for outcome in [None, cut_off, undefined, Some(of(Vec::new()))] {
        let judgement = judged(outcome.clone(), &limit(0.9));
        let passes = [VerdictOutcome::Pass, VerdictOutcome::Review].contains(&judgement.verdict.outcome);
        assert!(!passes, "{outcome:?}: {:?}", judgement.verdict);
    }
}

#[test]
fn without_a_limit_no_finding_is_made_of_it() {
    let judgement = judged(
        Some(of(vec![column_of(vec![attack(InferenceMethod::Trees, 500, 500, 250)], None)])),
        &Limits::default(),
    );
    assert!(judgement.findings.iter().all(|finding| finding.measure != "inference"));
}
