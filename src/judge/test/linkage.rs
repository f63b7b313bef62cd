//! Limits on linkage: at, above and below, undefined, incomplete, without a source, without a limit, waived.

use super::*;

/// An attack that finds `expected` of 50 subjects, better than guessing.
fn attack(kind: AttackKind, with: &str, expected: f64, interval: Option<[f64; 2]>) -> LinkageAttack {
    LinkageAttack {
        attack: kind,
        with: with.to_owned(),
        columns: vec!["city".to_owned()],
        subjects: 50,
        source_subjects: 1_000,
        attack_rate: Some(expected / 50.0),
        interval: interval.or(Some([expected / 50.0; 2])),
        baseline_rate: Some(0.001),
        evidence: Evidence::Found,
        expected_correct: Some(expected),
        ..LinkageAttack::default()
    }
}

fn undefined(kind: AttackKind) -> LinkageAttack {
    let undefined = vec![UndefinedField { field: "attack_rate".to_owned(), reason: "no shared value".to_owned() }];
    LinkageAttack {
        attack_rate: None,
        interval: None,
        expected_correct: None,
        evidence: Evidence::Unknown,
        undefined,
        ..attack(kind, "crm", 0.0, None)
    }
}

fn linked(attacks: Vec<LinkageAttack>) -> Measures {
    let value = Linkage { attacks, pseudonyms: Vec::new() };
    Measures { linkage: Some(Outcome::Measured { unit: Unit::Subject, value }), ..measured(uniqueness(Some(9), 9)) }
}

fn share(limit: f64) -> Limits {
    Limits::default().with("max_linked_share", limit)
}

fn relinked(limit: f64) -> Limits {
    Limits::default().with("max_relinked_share", limit)
}

fn links(limit: f64) -> Limits {
    Limits::default().with("max_correct_links", limit)
}

fn verdict_of(measures: &Measures, limits: &Limits) -> (VerdictOutcome, Vec<FindingCode>) {
    let (outcome, _, codes) = judged(&dataset(), measures, &policy_of(limits));
    (outcome, codes)
}

#[test]
fn a_limit_on_linkage_holds_below_and_at_it_and_breaks_above() {
    use AttackKind::{Distance, Exact, Intersection, Release, Scoreboard, Tolerant};
    let table = [
        (Exact, share(0.2), FindingCode::Linkable),
        (Tolerant, share(0.2), FindingCode::Linkable),
        (Distance, share(0.2), FindingCode::Linkable),
        (Scoreboard, links(10.0), FindingCode::Linkable),
        (Release, relinked(0.2), FindingCode::Relinkable),
        (Intersection, relinked(0.2), FindingCode::Relinkable),
    ];
    for (kind, limits, code) in table {
        for (expected, breaks) in [(9.0, false), (10.0, false), (10.1, true), (50.0, true)] {
            let got = verdict_of(&linked(vec![attack(kind, "crm", expected, None)]), &limits);
            let wanted = if breaks { (VerdictOutcome::Fail, vec![code]) } else { (VerdictOutcome::Pass, Vec::new()) };
            assert_eq!(got, wanted, "{kind:?} with {expected}");
        }
    }
}

#[test]
fn the_upper_end_of_the_interval_of_an_attack_is_compared() {
    for (high, breaks) in [(0.2, false), (0.21, true)] {
        let measures = linked(vec![attack(AttackKind::Exact, "crm", 5.0, Some([0.05, high]))]);
        for limits in [share(0.2), links(10.0)] {
            assert_eq!(verdict_of(&measures, &limits).0 == VerdictOutcome::Fail, breaks, "{high} {limits:?}");
        }
    }
}

#[test]
fn counted_links_are_compared_as_they_were_counted() {
    // 0.29 of 100 is not 29 to the last digit when it is computed.
    let counted = LinkageAttack {
        subjects: 100,
        attack_rate: Some(0.29),
        interval: Some([0.29, 0.29]),
        correct: Some(29),
        ..attack(AttackKind::Exact, "crm", 29.0, None)
    };
    assert_eq!(verdict_of(&linked(vec![counted]), &links(29.0)), (VerdictOutcome::Pass, vec![]));
}

#[test]
fn a_limit_breaks_also_where_the_attack_is_no_better_than_guessing() {
    let none = LinkageAttack { evidence: Evidence::None, ..attack(AttackKind::Exact, "crm", 20.0, None) };
    let judgement = judge(Case::new(&dataset(), &linked(vec![none]), &policy_of(&share(0.1))));
    assert_eq!(judgement.findings[0].code, FindingCode::Linkable);
    assert!(judgement.findings[0].message.contains("no better than guessing"), "{}", judgement.findings[0].message);
}

#[test]
fn without_a_limit_what_was_found_asks_for_review_and_nothing_found_passes_with_a_caveat() {
    let found = linked(vec![attack(AttackKind::Exact, "crm", 1.0, None)]);
    assert_eq!(verdict_of(&found, &Limits::default()), (VerdictOutcome::Review, vec![FindingCode::Linkable]));
    let none = LinkageAttack { evidence: Evidence::None, ..attack(AttackKind::Exact, "crm", 0.0, None) };
    let judgement = judge(Case::new(&dataset(), &linked(vec![none]), &policy()));
    assert_eq!((judgement.verdict.outcome, judgement.findings.len()), (VerdictOutcome::Pass, 0));
    assert!(judgement.verdict.reasons[1].contains("no better than guessing; that is no evidence"), "never safe");
}

#[test]
fn a_limit_on_one_family_leaves_the_other_for_review() {
    let both =
        linked(vec![attack(AttackKind::Exact, "crm", 1.0, None), attack(AttackKind::Release, "october", 40.0, None)]);
    assert_eq!(verdict_of(&both, &share(0.5)), (VerdictOutcome::Review, vec![FindingCode::Relinkable]));
    assert_eq!(verdict_of(&both, &share(0.5).with("max_relinked_share", 0.9)), (VerdictOutcome::Pass, vec![]));
}

#[test]
fn every_attack_that_breaks_a_limit_is_told_with_the_figure_that_breaks_it() {
    let measures = linked(vec![
        attack(AttackKind::Exact, "crm", 10.0, None),
        attack(AttackKind::Tolerant, "crm", 30.0, None),
        attack(AttackKind::Exact, "orders", 20.0, None),
    ]);
    let limits = share(0.1).with("max_correct_links", 2.0);
    let findings = judge(Case::new(&dataset(), &measures, &policy_of(&limits))).findings;
    let told: Vec<(&str, &str, Option<f64>, Option<f64>)> = (findings.iter())
        .map(|found| {
            let (figure, about) = (found.figure.as_deref().unwrap(), found.about.as_deref().unwrap());
            (figure, about, found.measured, found.limit)
        })
        .collect();
    let (rate, count) = ("linkage.attack_rate", "linkage.correct_links");
    let expected = [
        (rate, "exact; crm", Some(0.2), Some(0.1)),
        (rate, "tolerant; crm", Some(0.6), Some(0.1)),
        (rate, "exact; orders", Some(0.4), Some(0.1)),
        (count, "exact; crm", Some(10.0), Some(2.0)),
        (count, "tolerant; crm", Some(30.0), Some(2.0)),
        (count, "exact; orders", Some(20.0), Some(2.0)),
    ];
    assert_eq!(told, expected);
    assert!(findings[4].message.contains("`tolerant` with `crm`") && findings[4].message.contains("at most 2 links"));
}

#[test]
fn an_attack_without_a_figure_fails_under_a_limit_and_is_a_doubt_without() {
    let broken: [fn(&mut LinkageAttack); 4] = [
        |attack| *attack = undefined(AttackKind::Exact),
        |attack| attack.attack_rate = Some(f64::NAN),
        |attack| attack.interval = Some([0.0, f64::NAN]),
        |attack| attack.subjects = 0,
    ];
    for (place, change) in broken.into_iter().enumerate() {
        let mut without = attack(AttackKind::Exact, "crm", 0.0, None);
        change(&mut without);
        let measures = linked(vec![without, attack(AttackKind::Tolerant, "crm", 0.0, None)]);
        for limits in [share(1.0), links(1e9)] {
            let got = verdict_of(&measures, &limits);
            // An interval without an end is no figure, however small the share.
            let wanted = (VerdictOutcome::Fail, vec![FindingCode::UnknownRisk]);
            assert_eq!(got, wanted, "{place} {limits:?}");
        }
    }
    let measures = linked(vec![undefined(AttackKind::Exact)]);
    let judgement = judge(Case::new(&dataset(), &measures, &policy()));
    assert_eq!((judgement.verdict.outcome, judgement.findings.len()), (VerdictOutcome::Review, 0));
    assert!(judgement.verdict.reasons[0].contains("has no figure: no shared value"));
}

#[test]
fn a_limit_without_its_source_or_its_number_fails_as_unknown() {
    for limits in [share(1.0), relinked(1.0), links(1e9)] {
        assert_eq!(
            verdict_of(&measured(uniqueness(Some(9), 9)), &limits),
            (VerdictOutcome::Fail, vec![FindingCode::UnknownRisk])
        );
    }
    // A release says nothing about a table of names, and the other way round.
    let release = linked(vec![attack(AttackKind::Release, "october", 0.0, None)]);
    assert_eq!(verdict_of(&release, &share(1.0)).0, VerdictOutcome::Fail);
    let table = linked(vec![attack(AttackKind::Exact, "crm", 0.0, None)]);
    assert_eq!(verdict_of(&table, &relinked(1.0)).0, VerdictOutcome::Fail);
    let preset = Limits { preset: Some("gdpr-three-tests".to_owned()), ..Limits::default() };
    let judgement = judge(Case::new(&dataset(), &table, &policy_of(&preset)));
    assert!(judgement.findings.iter().any(|finding| finding.message.contains("`max_correct_links` is not declared")));
}

#[test]
fn without_a_source_linkage_is_listed_as_not_measured() {
    let listed = |measures: &Measures| {
        let judgement = judge(Case::new(&dataset(), measures, &policy()));
        judgement.not_measured.iter().any(|entry| entry.measure == "linkage")
    };
    assert!(listed(&measured(uniqueness(Some(9), 9))));
    assert!(!listed(&linked(vec![attack(AttackKind::Exact, "crm", 1.0, None)])));
}

#[test]
fn linkage_undefined_fails_and_cut_off_is_incomplete_under_a_limit_and_a_doubt_without() {
    let (reason, explanation) = ("x".to_owned(), "the source is empty".to_owned());
    let base = || measured(uniqueness(Some(9), 9));
    let undefined = Outcome::Undefined { reason: reason.clone(), explanation: explanation.clone() };
    let undefined = Measures { linkage: Some(undefined), ..base() };
    let cut_off = Measures { linkage: Some(Outcome::Incomplete { reason, explanation }), ..base() };
    for limits in [share(1.0), relinked(1.0), links(1e9)] {
        assert_eq!(verdict_of(&undefined, &limits), (VerdictOutcome::Fail, vec![FindingCode::UnknownRisk]));
        assert_eq!(verdict_of(&cut_off, &limits), (VerdictOutcome::Incomplete, vec![FindingCode::IncompleteMeasure]));
    }
    for measures in [&undefined, &cut_off] {
        let judgement = judge(Case::new(&dataset(), measures, &policy()));
        assert_eq!((judgement.verdict.outcome, judgement.findings.len()), (VerdictOutcome::Review, 0));
        assert!(judgement.verdict.reasons[0].contains("the source is empty"));
    }
}

#[test]
fn a_waiver_covers_links_up_to_its_share_and_is_void_beyond() {
    let measures = linked(vec![attack(AttackKind::Exact, "crm", 10.0, None)]);
    for (max, outcome) in [(0.2, VerdictOutcome::Pass), (0.19, VerdictOutcome::Fail)] {
        let waiver = Waiver {
            finding: FindingCode::Linkable,
            dataset: None,
            columns: None,
            source: None,
            limit: Some(WaiverLimit { measure: "linked-share".to_owned(), max: Some(max), min: None }),
            reason: "r".to_owned(),
            approved_by: "a".to_owned(),
            ticket: None,
            expires: "2026-12-31".to_owned(),
        };
        let (dataset, policy) = (dataset(), policy_of(&links(2.0)));
        let case = Case {
            waivers: &[waiver],
            as_of: "2026-11-22".parse().ok(),
            today: "2026-11-22".parse().ok(),
            ..Case::new(&dataset, &measures, &policy)
        };
        assert_eq!(judge(case).verdict.outcome, outcome, "at most {max}");
    }
}

fn reversed(supplied: u64, values: u64, reversed: u64) -> Measures {
    let check = PseudonymCheck {
        column: "card".to_owned(),
        identifiers: "cards.csv".to_owned(),
        supplied,
        values,
        reversed,
        subjects: reversed,
        forms: vec![PseudonymForm { form: "sha-256".to_owned(), values: reversed }],
    };
    let value = Linkage { attacks: Vec::new(), pseudonyms: vec![check] };
    Measures { linkage: Some(Outcome::Measured { unit: Unit::Subject, value }), ..measured(uniqueness(Some(9), 9)) }
}

#[test]
fn a_reversible_pseudonym_is_high_and_critical_from_half_of_either_side_on() {
    for (supplied, values, number, severity) in [
        (100, 100, 0, None),
        (100, 100, 1, Some(Severity::High)),
        (100, 100, 49, Some(Severity::High)),
        (100, 100, 50, Some(Severity::Critical)),
        (10, 100_000, 5, Some(Severity::Critical)),
        (100_000, 10, 5, Some(Severity::Critical)),
    ] {
        let measures = reversed(supplied, values, number);
        let judgement = judge(Case::new(&dataset(), &measures, &policy()));
        let got = judgement.findings.first().map(|finding| (finding.code, finding.severity));
        assert_eq!(got, severity.map(|severity| (FindingCode::PseudonymReversible, severity)), "{number} of {values}");
        let outcome = if severity.is_some() { VerdictOutcome::Fail } else { VerdictOutcome::Pass };
        assert_eq!(judgement.verdict.outcome, outcome);
    }
}

/// Judgements that show the findings on linkage between them, for the golden file.
pub(super) fn judgements() -> Vec<Judgement> {
    let truth = LinkageAttack {
        correct: Some(31),
        baseline_rate: None,
        source_equals_extract: true,
        ..attack(AttackKind::Probabilistic, "register", 31.0, Some([0.48, 0.74]))
    };
    let both = IntersectionDetail { common: 40, unique_in_both: 12, newly_unique: 7, ..IntersectionDetail::default() };
    let intersection =
        LinkageAttack { intersection: Some(both), ..attack(AttackKind::Intersection, "september", 12.0, None) };
    let followed = LinkageAttack { correct: Some(20), ..attack(AttackKind::Release, "october", 20.0, None) };
    let attacks = || {
        vec![
            attack(AttackKind::Exact, "crm", 12.5, None),
            truth.clone(),
            followed.clone(),
            intersection.clone(),
            attack(AttackKind::Release, "august", 4.0, None),
        ]
    };
    let mut with_pseudonyms = linked(attacks());
    if let (Some(Outcome::Measured { value, .. }), Some(Outcome::Measured { value: other, .. })) =
        (&mut with_pseudonyms.linkage, reversed(100, 50, 50).linkage)
    {
        value.pseudonyms = other.pseudonyms;
    }
    let limits = links(1.0).with("max_relinked_share", 0.05);
    let (dataset, weak) = (dataset(), reversed(100, 50, 1));
    let known = |subjects, found| KnownTruth {
        subjects,
        claimed: subjects,
        found,
        expected_correct: super::super::as_float(found),
        complete: false,
    };
    let scored = |known, expected| LinkageAttack {
        known_truth: Some(known),
        ..attack(AttackKind::Exact, "crm", expected, None)
    };
    let judged_truth = |attack| judge(Case::new(&dataset, &linked(vec![attack]), &policy_of(&share(0.1))));
    let unknown = linked(vec![undefined(AttackKind::Tolerant)]);
    vec![
        judge(Case::new(&dataset, &with_pseudonyms, &policy_of(&limits))),
        judge(Case::new(&dataset, &linked(attacks()), &policy())),
        judge(Case::new(&dataset, &weak, &policy())),
        judge(Case::new(&dataset, &unknown, &policy_of(&share(0.1)))),
        judged_truth(scored(known(8, 8), 12.5)),
        judged_truth(scored(known(45, 1), 1.0)),
    ]
}

#[test]
fn a_limit_on_linkage_is_no_gate_on_being_singled_out() {
    let nobody_counted = Measures { uniqueness: None, ..linked(vec![attack(AttackKind::Exact, "crm", 1.0, None)]) };
    for limits in [share(1.0), links(1e9)] {
        let got = verdict_of(&nobody_counted, &limits);
        assert_eq!(
            got,
            (VerdictOutcome::Review, vec![FindingCode::NoRiskGate, FindingCode::UngatedColumn]),
            "{limits:?}"
        );
    }
}

/// The verdict and what became of the waiver, where two sources link on the same columns.
fn waived_for(source: Option<&str>, sources: &[&str]) -> (VerdictOutcome, WaiverState, Vec<(Option<String>, bool)>) {
    let attacks = sources.iter().map(|name| attack(AttackKind::Exact, name, 40.0, None)).collect();
    let waiver = Waiver {
        finding: FindingCode::Linkable,
        dataset: None,
        columns: Some(vec!["city".to_owned()]),
        source: source.map(str::to_owned),
        limit: None,
        reason: "r".to_owned(),
        approved_by: "a".to_owned(),
        ticket: None,
        expires: "2026-12-31".to_owned(),
    };
    let (dataset, measures, policy) = (dataset(), linked(attacks), policy_of(&share(0.1)));
    let as_of = "2026-11-22".parse().ok();
    let judgement = judge(Case { waivers: &[waiver], as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) });
    let found = judgement.findings.iter().filter(|finding| finding.code == FindingCode::Linkable);
    let found = found.map(|finding| (finding.source.clone(), finding.waived)).collect();
    (judgement.verdict.outcome, judgement.waivers[0].state, found)
}

#[test]
fn a_waiver_of_one_source_leaves_another_on_the_same_columns_open() {
    let found = |crm, orders| vec![(Some("crm".to_owned()), crm), (Some("orders".to_owned()), orders)];
    let both = ["crm", "orders"];
    let named = waived_for(Some("orders"), &both);
    assert_eq!(named, (VerdictOutcome::Fail, WaiverState::InForce, found(false, true)));
    let nameless = waived_for(None, &both);
    assert_eq!(nameless, (VerdictOutcome::Fail, WaiverState::Unused, found(false, false)));
    let other = waived_for(Some("ledger"), &both);
    assert_eq!(other, (VerdictOutcome::Fail, WaiverState::Unused, found(false, false)));
    for source in [None, Some("crm")] {
        let only = waived_for(source, &["crm"]);
        assert_eq!(only, (VerdictOutcome::Pass, WaiverState::InForce, vec![(Some("crm".to_owned()), true)]));
    }
}

#[test]
fn a_reason_without_a_figure_is_told_in_words() {
    let reason = |code: &str| vec![UndefinedField { field: "attack_rate".to_owned(), reason: code.to_owned() }];
    for code in ["no-item", "no-subject", "same-records", "constant", "nobody", "too-few-subjects"] {
        let without = LinkageAttack { undefined: reason(code), ..undefined(AttackKind::Scoreboard) };
        let judgement = judge(Case::new(&dataset(), &linked(vec![without]), &policy()));
        assert!(!judgement.verdict.reasons[0].contains(&format!(": {code}")), "{code}");
    }
}
