//! Waivers change the verdict, never a figure.

use super::*;

fn waiver() -> Waiver {
    Waiver {
        finding: FindingCode::SmallClass,
        dataset: None,
        columns: None,
        source: None,
        limit: None,
        reason: "enclave only".to_owned(),
        approved_by: "officer".to_owned(),
        ticket: None,
        expires: "2026-12-31".to_owned(),
    }
}

fn at_least(min: f64) -> WaiverLimit {
    WaiverLimit { measure: "smallest-class".to_owned(), max: None, min: Some(min) }
}

/// The smallest class is 3, and the limit 5.
fn judged_with(waivers: &[Waiver], day: &str) -> Judgement {
    let (dataset, measures, policy) = (dataset(), measured(uniqueness(Some(3), 3)), policy());
    let as_of = Some(day.parse().unwrap());
    judge(Case { waivers, as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) })
}

fn outcome(waiver: Waiver, day: &str) -> (VerdictOutcome, WaiverState, Vec<FindingCode>) {
    let judgement = judged_with(&[waiver], day);
    let codes = judgement.findings.iter().map(|finding| finding.code).collect();
    (judgement.verdict.outcome, judgement.waivers[0].state, codes)
}

#[test]
fn a_waiver_in_force_passes_and_the_figure_stays() {
    let judgement = judged_with(&[waiver()], "2026-11-22");
    assert_eq!((judgement.verdict.outcome, judgement.verdict.exit_code), (VerdictOutcome::Pass, 0));
    let found = &judgement.findings[0];
    assert_eq!((found.code, found.waived, found.measured), (FindingCode::SmallClass, true, Some(3.0)));
    let record = &judgement.waivers[0];
    assert_eq!((record.state, record.findings, record.days_left), (WaiverState::InForce, 1, 39));
    assert!(judgement.verdict.reasons[0].contains("a waiver covers"));
}

#[test]
fn a_waiver_holds_through_its_last_day_and_counts_no_more_after_it() {
    assert_eq!(outcome(waiver(), "2026-12-31").0, VerdictOutcome::Pass);
    let (verdict, state, codes) = outcome(waiver(), "2027-01-01");
    assert_eq!((verdict, state), (VerdictOutcome::Fail, WaiverState::Expired));
    assert_eq!(codes, [FindingCode::SmallClass, FindingCode::ExpiredWaiver]);
}

#[test]
fn a_pass_counts_its_waivers_in_the_headline() {
    let headline = |waivers: &[Waiver]| judged_with(waivers, "2026-11-22").verdict.headline;
    assert_eq!(headline(&[waiver()]).as_deref(), Some("PASS with 1 waiver"));
    assert_eq!(headline(&[waiver(), waiver()]).as_deref(), Some("PASS with 2 waivers"));
    let other = Waiver { dataset: Some("card_*".to_owned()), ..waiver() };
    assert_eq!(
        headline(&[waiver(), other.clone()]).as_deref(),
        Some("PASS with 1 waiver"),
        "the other is not in force"
    );
    assert_eq!(headline(&[other]), None, "a fail has no such headline");
}

#[test]
fn a_waiver_must_hold_on_the_day_asked_for_and_today() {
    let (dataset, measures, policy) = (dataset(), measured(uniqueness(Some(3), 3)), policy());
    let judged = |as_of: &str, today: &str| {
        let (as_of, today) = (as_of.parse().ok(), today.parse().ok());
        let waivers = &[waiver()];
        judge(Case { waivers, as_of, today, ..Case::new(&dataset, &measures, &policy) })
    };
    for (as_of, today, outcome, days_left) in [
        ("2026-12-01", "2026-12-30", VerdictOutcome::Pass, 1),
        ("2026-12-30", "2026-12-01", VerdictOutcome::Pass, 1),
        ("2026-12-01", "2027-01-01", VerdictOutcome::Fail, -1),
        ("2027-01-01", "2026-12-01", VerdictOutcome::Fail, -1),
    ] {
        let judgement = judged(as_of, today);
        assert_eq!(judgement.verdict.outcome, outcome, "{as_of} {today}");
        assert_eq!(judgement.waivers[0].days_left, days_left, "{as_of} {today}");
    }
}

#[test]
fn a_waiver_is_void_beyond_its_limit_only() {
    for (min, state) in [(2.0, WaiverState::InForce), (3.0, WaiverState::InForce), (4.0, WaiverState::Void)] {
        let (verdict, got, codes) = outcome(Waiver { limit: Some(at_least(min)), ..waiver() }, "2026-11-22");
        assert_eq!(got, state, "{min}");
        assert_eq!(verdict == VerdictOutcome::Pass, state == WaiverState::InForce);
        assert_eq!(codes.contains(&FindingCode::VoidWaiver), state == WaiverState::Void);
    }
}

#[test]
fn a_limit_without_a_figure_is_not_kept() {
    let mut dataset = dataset();
    dataset.columns.push(column("name", Role::DirectIdentifier, true));
    let named = Waiver { finding: FindingCode::DirectIdentifierPresent, limit: Some(at_least(0.0)), ..waiver() };
    let (measures, policy, as_of) = (measured(uniqueness(Some(9), 9)), policy(), "2026-11-22".parse().ok());
    let judgement = judge(Case { waivers: &[named], as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) });
    assert_eq!(judgement.waivers[0].state, WaiverState::Void);
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail);
}

#[test]
fn a_guess_never_passes_with_a_waiver_either() {
    let mut dataset = dataset();
    dataset.columns[1].guessed = true;
    let guessed = Waiver { finding: FindingCode::GuessedRoles, ..waiver() };
    let (measures, policy, as_of) = (measured(uniqueness(Some(9), 9)), policy(), "2026-11-22".parse().ok());
    let judgement = judge(Case { waivers: &[guessed], as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) });
    assert_eq!((judgement.verdict.outcome, judgement.verdict.exit_code), (VerdictOutcome::Review, 1));
}

#[test]
fn a_waiver_covers_a_finding_of_any_code_but_those_that_nobody_can_accept() {
    use FindingCode::{
        BaselineUnusable, ConsentMissing, ExpiredWaiver, GuessedRoles, IncompleteMeasure, InconsistentMargins,
        NoBaseline, NoRiskGate, TreatmentNotApplied, UnknownRisk, UnusedWaiver, VoidWaiver, WaiverEnding,
    };
    let never = [
        UnknownRisk,
        IncompleteMeasure,
        GuessedRoles,
        NoRiskGate,
        ConsentMissing,
        ExpiredWaiver,
        VoidWaiver,
        UnusedWaiver,
        TreatmentNotApplied,
        InconsistentMargins,
        NoBaseline,
        BaselineUnusable,
        WaiverEnding,
    ];
    let (dataset, measures, policy, as_of) = (dataset(), searched(), policy(), "2026-11-22".parse().ok());
    for &code in FindingCode::ALL {
        let waivers = [Waiver { finding: code, ..waiver() }];
        let case = Case { waivers: &waivers, as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) };
        let mut findings = vec![finding(code, Severity::Critical, "m", "a sentence".to_owned())];
        super::super::waivers::apply(case, &[], &mut findings);
        let checks = super::laws::cut_off(code == IncompleteMeasure);
        let gated = Gated { checks, findings, ..Gated::default() };
        let outcome = verdict(&gated, &policy).outcome;
        assert_eq!(outcome == VerdictOutcome::Pass, !never.contains(&code), "{code:?}");
    }
}

#[test]
fn a_waiver_is_for_its_dataset_columns_and_code_only() {
    let day = "2026-11-22";
    let of = |pattern: &str| Waiver { dataset: Some(pattern.to_owned()), ..waiver() };
    assert_eq!(outcome(of("d*"), day).1, WaiverState::InForce);
    let (verdict, state, codes) = outcome(of("card_*"), day);
    assert_eq!(
        (verdict, state, codes),
        (VerdictOutcome::Fail, WaiverState::OtherDataset, vec![FindingCode::SmallClass])
    );
    let on = |column: &str| Waiver { columns: Some(vec![column.to_owned()]), ..waiver() };
    assert_eq!(outcome(on("city"), day).0, VerdictOutcome::Pass);
    let (verdict, state, codes) = outcome(on("card"), day);
    assert_eq!((verdict, state), (VerdictOutcome::Fail, WaiverState::Unused));
    assert_eq!(codes, [FindingCode::SmallClass, FindingCode::UnusedWaiver]);
    let other = Waiver { finding: FindingCode::HighUnicity, ..waiver() };
    assert_eq!(outcome(other, day).1, WaiverState::Unused);
}

#[test]
fn an_unused_waiver_turns_a_pass_into_a_review() {
    let (dataset, measures, policy) = (dataset(), measured(uniqueness(Some(9), 9)), policy());
    let waivers = [waiver()];
    let as_of = "2026-11-22".parse().ok();
    let judgement = judge(Case { waivers: &waivers, as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) });
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Review);
}

#[test]
fn without_a_day_no_waiver_is_known_to_hold() {
    let (dataset, measures, policy) = (dataset(), measured(uniqueness(Some(3), 3)), policy());
    let judgement = judge(Case { waivers: &[waiver()], ..Case::new(&dataset, &measures, &policy) });
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail);
}

#[test]
fn what_is_unknown_is_never_waived() {
    let mut value = uniqueness(Some(9), 9);
    value.static_set = Some(set(&["city"], None));
    let (dataset, measures, policy) = (dataset(), measured(value), policy());
    let waivers = [Waiver { finding: FindingCode::UnknownRisk, ..waiver() }];
    let as_of = "2026-11-22".parse().ok();
    let judgement = judge(Case { waivers: &waivers, as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) });
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail);
}

#[test]
fn every_gate_that_may_be_waived_passes_with_its_waiver_and_fails_without() {
    let static_set = |change: fn(&mut SetStatistics)| {
        let mut value = uniqueness(Some(9), 9);
        let set = value.static_set.as_mut().unwrap();
        set.below = vec![Below { k: 5, records: 0, subjects: 0 }];
        set.risk.average_subject = Some(0.0);
        change(set);
        measured(value)
    };
    let limits =
        Limits::default().with("max_average_risk", 0.1).with("max_unique_share", 0.1).with("max_share_at_risk", 0.1);
    let table: [(FindingCode, Measures); 4] = [
        (FindingCode::SmallClass, static_set(|set| set.smallest_class = Some(1))),
        (FindingCode::HighAverageRisk, static_set(|set| set.risk.average_subject = Some(0.5))),
        (FindingCode::HighUniqueShare, static_set(|set| set.unique_subjects = 40)),
        (FindingCode::HighShareAtRisk, static_set(|set| set.below[0].subjects = 40)),
    ];
    let (dataset, policy, as_of) = (dataset(), policy_of(&limits), "2026-11-22".parse().ok());
    for (code, measures) in table {
        assert_eq!(judged(&dataset, &measures, &policy).2, [code]);
        let waivers = [Waiver { finding: code, ..waiver() }];
        let judgement =
            judge(Case { waivers: &waivers, as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) });
        assert_eq!(judgement.verdict.outcome, VerdictOutcome::Pass, "{code:?}");
        assert!(judgement.findings[0].measured.is_some(), "{code:?} keeps its figure");
    }
}

#[test]
fn a_waiver_of_every_finding_clears_no_measure_that_was_cut_off() {
    let waivers: Vec<Waiver> = FindingCode::ALL.iter().map(|&finding| Waiver { finding, ..waiver() }).collect();
    let classes = || measured(uniqueness(Some(9), 9));
    let cases = [
        (None, Measures { uniqueness: Some(Outcome::incomplete("timeout", "no time")), ..searched() }),
        (None, Measures { identifiers: Some(Outcome::incomplete("timeout", "no time")), ..classes() }),
        (Some("max_unicity"), Measures { unicity: Some(Outcome::incomplete("timeout", "no time")), ..classes() }),
        (Some("max_linked_share"), Measures { linkage: Some(Outcome::incomplete("timeout", "no time")), ..classes() }),
    ];
    let (dataset, as_of) = (dataset(), "2026-11-22".parse().ok());
    for (place, (limit, measures)) in cases.iter().enumerate() {
        let limits = limit.iter().fold(Limits::default(), |limits, key| limits.with(key, 0.5));
        let policy = Policy { allow_review: true, ..policy_of(&limits) };
        let case = Case { waivers: &waivers, as_of, today: as_of, ..Case::new(&dataset, measures, &policy) };
        let verdict = judge(case).verdict;
        assert_eq!((verdict.outcome, verdict.exit_code), (VerdictOutcome::Incomplete, 4), "case {place}");
    }
}
