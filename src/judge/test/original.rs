//! A release beside its original: evidence asks for a look, and what could not be told never passes.

use super::*;

fn rate(rate: f64) -> OriginalRate {
    OriginalRate { successes: 100.0 * rate, attempts: 100, rate, interval: [rate - 0.05, rate + 0.05] }
}

fn attack(kind: OriginalAttackKind, risk: Option<f64>, evidence: OriginalEvidence) -> OriginalAttack {
    OriginalAttack {
        kind,
        secret: (kind == OriginalAttackKind::Inference).then(|| "diagnosis".to_owned()),
        attack: Some(rate(0.5)),
        attack_at_control_size: None,
        baseline: Some(rate(0.2)),
        control: risk.map(|_| rate(0.3)),
        residual_risk: risk,
        residual_interval: risk.map(|risk| [risk / 2.0, risk + 0.1]),
        evidence,
        reason: None,
    }
}

/// A release of which membership was tried on 50 people, with a control of as many.
fn value(risk: f64, evidence: OriginalEvidence) -> Original {
    let side = OriginalSide { records: 50, people: 50 };
    let copies = |copied_of_one| OriginalCopies { records: 50, copied: 20, copied_of_one };
    let distances = OriginalDistances { records: 50, closest: vec![0.1; 21], ratio: vec![0.5; 21] };
    Original {
        columns: vec!["city".to_owned(), "day".to_owned()],
        not_compared: Vec::new(),
        release: side,
        original: side,
        control: Some(side),
        copies: copies(2),
        control_copies: Some(copies(1)),
        distances: distances.clone(),
        control_distances: Some(distances),
        attacks: vec![attack(OriginalAttackKind::Membership, Some(risk), evidence)],
        notes: Vec::new(),
    }
}

fn judged(original: Outcome<Original>, limits: &Limits) -> Judgement {
    let measures = Measures { original: Some(original), ..measured(uniqueness(Some(9), 9)) };
    judge(Case::new(&dataset(), &measures, &policy_of(limits)))
}

fn of(value: Original) -> Outcome<Original> {
    Outcome::Measured { unit: Unit::Subject, value }
}

fn limit(key: &'static str, most: f64) -> Limits {
    Limits::default().with(key, most)
}

/// Judgements that show the findings about the original.
pub(super) fn judgements() -> Vec<Judgement> {
    let copied = Original {
        copies: OriginalCopies { records: 50, copied: 40, copied_of_one: 30 },
        attacks: vec![attack(OriginalAttackKind::Inference, Some(0.3), OriginalEvidence::Evidence)],
        ..value(0.3, OriginalEvidence::Evidence)
    };
    vec![
        judged(of(value(0.3, OriginalEvidence::Evidence)), &Limits::default()),
        judged(of(value(0.3, OriginalEvidence::Evidence)), &limit("max_original_risk", 0.1)),
        judged(of(copied.clone()), &Limits::default()),
        judged(of(copied), &limit("max_copied_share", 0.1)),
    ]
}

#[test]
fn evidence_asks_for_review_and_its_absence_passes() {
    let none = judged(of(value(0.02, OriginalEvidence::NoEvidence)), &Limits::default());
    assert_eq!(none.verdict.outcome, VerdictOutcome::Pass, "{:?}", none.verdict);
    let found = judged(of(value(0.3, OriginalEvidence::Evidence)), &Limits::default());
    assert_eq!(found.verdict.outcome, VerdictOutcome::Review);
    assert!(found.findings.iter().any(|found| found.code == FindingCode::OriginalExposed));
}

#[test]
fn the_upper_end_of_the_residual_risk_is_held_to_the_limit_and_told_once() {
    let held = judged(of(value(0.3, OriginalEvidence::NoEvidence)), &limit("max_original_risk", 0.4));
    assert_eq!(held.verdict.outcome, VerdictOutcome::Pass);
    let broken = judged(of(value(0.3, OriginalEvidence::Evidence)), &limit("max_original_risk", 0.39));
    assert_eq!(broken.verdict.outcome, VerdictOutcome::Fail);
    let told = broken.findings.iter().filter(|found| found.code == FindingCode::OriginalExposed).count();
    assert_eq!(told, 1, "{:?}", broken.findings);
}

#[test]
fn what_could_not_be_told_never_passes() {
    let fine = || value(0.0, OriginalEvidence::NoEvidence);
    let alone = Original {
        control: None,
        attacks: vec![attack(OriginalAttackKind::Linkability, None, OriginalEvidence::NoEvidence)],
        ..fine()
    };
    let hidden = Original { not_compared: vec!["income".to_owned()], ..fine() };
    let untried =
        Original { attacks: vec![attack(OriginalAttackKind::Inference, None, OriginalEvidence::Undefined)], ..fine() };
    for (value, of_copies) in [(alone, false), (hidden, true), (untried, false)] {
        let without = judged(of(value.clone()), &Limits::default());
        assert_eq!(without.verdict.outcome, VerdictOutcome::Review, "{value:?}");
        let limited = judged(of(value.clone()), &limit("max_original_risk", 1.0));
        assert_eq!(limited.verdict.outcome, VerdictOutcome::Fail, "{value:?}");
        let copies = judged(of(value), &limit("max_copied_share", 1.0));
        assert_eq!(copies.verdict.outcome == VerdictOutcome::Fail, of_copies);
    }
    let undefined = || Outcome::undefined("too-few", "the control has fewer than 20 records");
    assert_eq!(judged(undefined(), &Limits::default()).verdict.outcome, VerdictOutcome::Review);
    for key in ["max_original_risk", "max_copied_share"] {
        assert_eq!(judged(undefined(), &limit(key, 1.0)).verdict.outcome, VerdictOutcome::Fail);
        let cut_off = judged(Outcome::incomplete("timeout", "the time limit was reached"), &limit(key, 1.0));
        assert_eq!(cut_off.verdict.outcome, VerdictOutcome::Incomplete);
        let nothing = judge(Case::new(&dataset(), &measured(uniqueness(Some(9), 9)), &policy_of(&limit(key, 1.0))));
        assert_eq!(nothing.verdict.outcome, VerdictOutcome::Fail, "a limit without an original");
    }
}
