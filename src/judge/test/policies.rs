//! Every preset and every limit: at, above and below, undefined, incomplete, not declared.

use proptest::prelude::*;

use super::*;

fn limits(preset: &str) -> Limits {
    Limits { preset: Some(preset.to_owned()), ..Limits::default() }
}

/// An extract of 50 subjects with one static and one event column.
fn with_events() -> Dataset {
    let mut dataset = dataset();
    dataset.columns.push(column("day", Role::QuasiIdentifier, false));
    dataset
}

/// Figures of the static set that keep every limit, then changed.
fn figures(change: impl Fn(&mut SetStatistics)) -> Measures {
    let mut value = uniqueness(Some(12), 12);
    let full = &mut value.full;
    full.reading = Reading::AnyRecord;
    let set = value.static_set.as_mut().unwrap();
    set.below = vec![Below { k: 5, records: 0, subjects: 0 }, Below { k: 12, records: 0, subjects: 0 }];
    set.risk.average_subject = Some(0.05);
    change(set);
    measured(value)
}

fn unicity(interval: Option<[f64; 2]>) -> Outcome<Unicity> {
    // What a curve says is judged by nobody.
    let result =
        UnicityResult { known_points: 4, share: Some(0.9), interval: Some([0.9, 0.9]), ..UnicityResult::default() };
    let gate = UnicityGate {
        point: vec!["day".to_owned()],
        known_points: 4,
        subjects: 50,
        share: interval.map(|[low, high]| low.midpoint(high)),
        interval,
        method: UnicityMethod::Sampled,
        draws: 50,
        ..UnicityGate::default()
    };
    let curve = UnicityCurve { point: vec!["day".to_owned()], results: vec![result], ..UnicityCurve::default() };
    Outcome::Measured {
        unit: Unit::Subject,
        value: Unicity { gates: vec![gate], curves: vec![curve], gated_curve: Some(0), ..Unicity::default() },
    }
}

fn with_unicity(interval: Option<[f64; 2]>) -> Measures {
    Measures { unicity: Some(unicity(interval)), ..figures(|_| {}) }
}

fn codes(dataset: &Dataset, measures: &Measures, limits: &Limits) -> Vec<FindingCode> {
    judged(dataset, measures, &policy_of(limits)).2
}

#[test]
fn a_limit_from_above_holds_below_and_at_it_and_breaks_above() {
    type Change = fn(&mut SetStatistics, u64);
    let table: [(Limits, Change, FindingCode); 3] = [
        (
            Limits::default().with("max_average_risk", 0.1),
            |set, hundredths| set.risk.average_subject = Some(super::as_float(hundredths) / 100.0),
            FindingCode::HighAverageRisk,
        ),
        (
            Limits::default().with("max_unique_share", 0.2),
            |set, subjects| set.unique_subjects = subjects,
            FindingCode::HighUniqueShare,
        ),
        (
            Limits::default().with("max_share_at_risk", 0.2),
            |set, subjects| set.below[0].subjects = subjects,
            FindingCode::HighShareAtRisk,
        ),
    ];
    for (limits, change, code) in table {
        for (figure, breaks) in [(9, false), (10, false), (11, true)] {
            let measures = figures(|set| change(set, figure));
            let (outcome, _, found) = judged(&dataset(), &measures, &policy_of(&limits));
            let expected = if breaks { vec![code] } else { vec![] };
            assert_eq!((outcome == VerdictOutcome::Fail, found), (breaks, expected), "{code:?} with {figure}");
        }
    }
}

#[test]
fn a_limit_whose_figure_is_undefined_fails_as_unknown() {
    let average = Limits::default().with("max_average_risk", 0.1);
    for undefined in [None, Some(f64::NAN), Some(f64::INFINITY)] {
        let measures = figures(|set| set.risk.average_subject = undefined);
        assert_eq!(codes(&dataset(), &measures, &average), [FindingCode::UnknownRisk], "{undefined:?}");
    }
    let at_risk = Limits::default().with("max_share_at_risk", 0.2);
    assert_eq!(codes(&dataset(), &figures(|set| set.below.clear()), &at_risk), [FindingCode::UnknownRisk]);
    let unique = Limits::default().with("max_unique_share", 0.9);
    let nobody = Dataset { subjects: 0, ..dataset() };
    assert_eq!(codes(&nobody, &figures(|_| {}), &unique), [FindingCode::UnknownRisk]);
}

#[test]
fn a_risk_becomes_the_class_size_of_the_published_table() {
    for (risk, k) in [(0.5, 2), (0.33, 4), (0.2, 5), (0.0909, 12), (1.0 / 11.0, 11), (0.09, 12), (0.05, 20)] {
        let policy = policy_of(&Limits::default().with("max_risk", risk));
        assert_eq!((policy.k, policy.gates[0].limit_as_k, policy.gates[0].limit), (k, Some(k), Some(risk)));
        assert_eq!(policy.name, "custom");
        for (smallest, breaks) in [(u64::from(k) - 1, true), (u64::from(k), false), (u64::from(k) + 1, false)] {
            let measures = figures(|set| set.smallest_class = Some(smallest));
            let found = judged(&dataset(), &measures, &policy).2;
            assert_eq!(found.contains(&FindingCode::SmallClass), breaks, "risk {risk}, smallest class {smallest}");
        }
    }
}

#[test]
fn the_upper_end_of_the_interval_of_unicity_is_compared() {
    let dataset = with_events();
    for (interval, outcome) in [
        ([0.1, 0.19], VerdictOutcome::Pass),
        ([0.2, 0.2], VerdictOutcome::Pass),
        ([0.1, 0.2], VerdictOutcome::Pass),
        ([0.1, 0.21], VerdictOutcome::Fail),
        ([0.3, 0.4], VerdictOutcome::Fail),
    ] {
        let got = judged(&dataset, &with_unicity(Some(interval)), &policy());
        assert_eq!(got.0, outcome, "{interval:?}");
        assert_eq!(got.2.contains(&FindingCode::HighUnicity), outcome == VerdictOutcome::Fail);
    }
}

#[test]
fn each_of_several_gated_points_is_compared_and_one_without_a_share_is_unknown() {
    let mut measures = with_unicity(Some([0.0, 0.0]));
    assert_eq!(judged(&with_events(), &measures, &policy()).0, VerdictOutcome::Pass);
    let Some(Outcome::Measured { value, .. }) = &mut measures.unicity else { panic!("measured above") };
    let worse = UnicityGate { share: Some(0.9), interval: Some([0.9, 0.9]), ..value.gates[0].clone() };
    value.gates.push(worse);
    assert_eq!(judged(&with_events(), &measures, &policy()).2, [FindingCode::HighUnicity]);
    let Some(Outcome::Measured { value, .. }) = &mut measures.unicity else { panic!("measured above") };
    value.gates[0].share = None;
    let found = judged(&with_events(), &measures, &policy()).2;
    assert_eq!(found, [FindingCode::UnknownRisk, FindingCode::HighUnicity]);
}

#[test]
fn unicity_undefined_fails_cut_off_is_incomplete_and_absent_is_at_best_for_review() {
    let dataset = with_events();
    assert_eq!(judged(&dataset, &with_unicity(None), &policy()).2, [FindingCode::UnknownRisk]);
    let not_a_number = with_unicity(Some([0.1, f64::NAN]));
    assert_eq!(judged(&dataset, &not_a_number, &policy()).2, [FindingCode::UnknownRisk]);
    let (reason, explanation) = ("x".to_owned(), "y".to_owned());
    let undefined = Outcome::Undefined { reason: reason.clone(), explanation: explanation.clone() };
    let measures = Measures { unicity: Some(undefined), ..figures(|_| {}) };
    assert_eq!(judged(&dataset, &measures, &policy()).0, VerdictOutcome::Fail);
    let measures = Measures { unicity: Some(Outcome::Incomplete { reason, explanation }), ..figures(|_| {}) };
    assert_eq!(judged(&dataset, &measures, &policy()).0, VerdictOutcome::Incomplete);
    assert_eq!(judged(&dataset, &figures(|_| {}), &policy()).0, VerdictOutcome::Review);
    // Whoever sets the limit wants to know.
    let own = Limits::default().with("max_unicity", 0.3);
    assert_eq!(codes(&dataset, &figures(|_| {}), &own), [FindingCode::UnknownRisk]);
}

#[test]
fn without_an_interval_or_a_gate_unicity_does_not_pass() {
    let dataset = with_events();
    let mut measures = with_unicity(Some([0.0, 0.0]));
    let Some(Outcome::Measured { value, .. }) = &mut measures.unicity else { panic!("it is measured") };
    value.gates[0].interval = None;
    assert_eq!(judged(&dataset, &measures, &policy()).2, [FindingCode::UnknownRisk]);
    let Some(Outcome::Measured { value, .. }) = &mut measures.unicity else { panic!("it is measured") };
    value.gates.clear();
    assert_eq!(judged(&dataset, &measures, &policy()).0, VerdictOutcome::Review);
}

#[test]
fn controlled_k5_holds_and_breaks_at_its_numbers() {
    let limits = limits("controlled-k5");
    assert_eq!(codes(&dataset(), &figures(|set| set.smallest_class = Some(5)), &limits), []);
    assert_eq!(codes(&dataset(), &figures(|set| set.smallest_class = Some(4)), &limits), [FindingCode::SmallClass]);
    let average = |average| figures(move |set| set.risk.average_subject = Some(average));
    assert_eq!(codes(&dataset(), &average(0.1), &limits), []);
    assert_eq!(codes(&dataset(), &average(0.100_000_1), &limits), [FindingCode::HighAverageRisk]);
    let at_risk = figures(|set| set.below[0].subjects = 1);
    assert_eq!(codes(&dataset(), &at_risk, &limits), [FindingCode::HighShareAtRisk]);
}

#[test]
fn public_009_holds_the_full_set_to_twelve_and_tells_of_smaller_sets() {
    let limits = limits("public-0.09");
    let policy = policy_of(&limits);
    assert_eq!((policy.k, policy.gate_any_record, policy.name.as_str()), (12, true, "public-0.09"));
    assert_eq!(policy.preset.as_ref().unwrap().version, 1);
    let with = |full: u64, subset: Option<u64>| {
        let mut value = uniqueness(Some(50), full);
        value.sets = vec![set(&["city"], Some(50)), set(&["day"], subset)];
        measured(value)
    };
    for (full, breaks) in [(11, true), (12, false), (13, false)] {
        let found = codes(&dataset(), &with(full, Some(50)), &limits);
        assert_eq!(found, if breaks { vec![FindingCode::SmallClass] } else { vec![] }, "{full}");
    }
    let both = codes(&dataset(), &with(3, Some(11)), &limits);
    assert_eq!(both, [FindingCode::SmallClass, FindingCode::SmallClass]);
    assert_eq!(codes(&dataset(), &with(12, None), &limits), [FindingCode::UnknownRisk]);
}

#[test]
fn gdpr_three_tests_never_pass_without_declared_numbers() {
    let dataset = dataset();
    let searched = Some(Outcome::Measured { unit: Unit::Record, value: Identifiers::default() });
    let measures = Measures { identifiers: searched, ..figures(|_| {}) };
    assert_eq!(codes(&dataset, &measures, &limits("gdpr-three-tests")), [FindingCode::UnknownRisk; 3]);
    let declared = limits("gdpr-three-tests")
        .with("max_unique_share", 0.1)
        .with("max_correct_links", 1.0)
        .with("max_inference_advantage", 0.1);
    let judgement = judge(Case::new(&dataset, &measures, &policy_of(&declared)));
    // The share is measured; links and inferences were not, so declaring them is not enough.
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail);
    let measures: Vec<&str> = judgement.findings.iter().map(|finding| finding.measure.as_str()).collect();
    assert_eq!(measures, ["linkage", "inference"]);
}

#[test]
fn gdpr_three_tests_holds_and_breaks_at_its_numbers() {
    let limits = limits("gdpr-three-tests").with("max_unique_share", 0.1);
    let (classes, shares) = ([(4, true), (5, false), (6, false)], [(4, false), (5, false), (6, true)]);
    for (smallest, breaks) in classes {
        let found = codes(&dataset(), &figures(|set| set.smallest_class = Some(smallest)), &limits);
        assert_eq!(found.contains(&FindingCode::SmallClass), breaks, "smallest class {smallest}");
    }
    for (unique, breaks) in shares {
        let found = codes(&dataset(), &figures(|set| set.unique_subjects = unique), &limits);
        assert_eq!(found.contains(&FindingCode::HighUniqueShare), breaks, "{unique} of 50");
    }
}

#[test]
fn the_house_limit_on_known_points_stands_beside_every_preset_for_records() {
    for preset in ["gdpr-three-tests", "public-0.09", "controlled-k5"] {
        let policy = policy_of(&limits(preset));
        for (upper, breaks) in [(0.19, false), (0.2, false), (0.200_001, true)] {
            let found = judged(&with_events(), &with_unicity(Some([0.0, upper])), &policy).2;
            assert_eq!(found.contains(&FindingCode::HighUnicity), breaks, "{preset} {upper}");
        }
        let undefined = judged(&with_events(), &with_unicity(None), &policy);
        assert_eq!(undefined.0, VerdictOutcome::Fail, "{preset}");
    }
}

#[test]
fn every_preset_fails_when_its_measures_are_undefined() {
    let undefined = |explanation: &str| (String::from("x"), explanation.to_owned());
    for preset in PRESETS {
        let (first, second) = (undefined("y"), undefined("z"));
        let measures = Measures {
            uniqueness: Some(Outcome::Undefined { reason: first.0, explanation: first.1 }),
            identifiers: Some(Outcome::Undefined { reason: second.0, explanation: second.1 }),
            ..searched()
        };
        let dataset = Dataset { columns: vec![column("colour", Role::QuasiIdentifier, true)], ..dataset() };
        let (outcome, exit, found) = judged(&dataset, &measures, &policy_of(&limits(preset)));
        assert_eq!((outcome, exit), (VerdictOutcome::Fail, 1), "{preset}");
        assert!(found.contains(&FindingCode::UnknownRisk), "{preset}");
    }
}

#[test]
fn a_preset_without_its_measure_fails_and_the_default_asks_for_review() {
    for preset in ["public-0.09", "controlled-k5", "gdpr-three-tests", "pci-columns", "hipaa-safe-harbor"] {
        let (outcome, exit, _) = judged(&dataset(), &Measures::default(), &policy_of(&limits(preset)));
        assert_eq!((outcome, exit), (VerdictOutcome::Fail, 1), "{preset}");
    }
    assert_eq!(judged(&dataset(), &Measures::default(), &policy()).0, VerdictOutcome::Review);
}

#[test]
fn every_preset_is_incomplete_when_its_measures_were_cut_off() {
    let (reason, explanation) = ("timeout".to_owned(), "the time was over".to_owned());
    let cut = |reason: &String, explanation: &String| (reason.clone(), explanation.clone());
    let measures = || {
        let (first, second) = (cut(&reason, &explanation), cut(&reason, &explanation));
        Measures {
            uniqueness: Some(Outcome::Incomplete { reason: first.0, explanation: first.1 }),
            identifiers: Some(Outcome::Incomplete { reason: second.0, explanation: second.1 }),
            ..searched()
        }
    };
    for preset in ["public-0.09", "controlled-k5", "pci-columns", "hipaa-safe-harbor"] {
        // A heading that says a place would break a rule of form already.
        let dataset = Dataset { columns: vec![column("colour", Role::QuasiIdentifier, true)], ..dataset() };
        let (outcome, exit, _) = judged(&dataset, &measures(), &policy_of(&limits(preset)));
        assert_eq!((outcome, exit), (VerdictOutcome::Incomplete, 4), "{preset}");
    }
    // Nobody declared its numbers, so it fails already.
    assert_eq!(judged(&dataset(), &measures(), &policy_of(&limits("gdpr-three-tests"))).0, VerdictOutcome::Fail);
}

#[test]
fn guessed_roles_pass_no_preset() {
    let mut dataset = dataset();
    dataset.columns[1].guessed = true;
    let searched = Some(Outcome::Measured { unit: Unit::Record, value: Identifiers::default() });
    for preset in PRESETS {
        let measures = Measures { identifiers: searched.clone(), ..figures(|_| {}) };
        let (outcome, exit, found) = judged(&dataset, &measures, &policy_of(&limits(preset)));
        assert!(found.contains(&FindingCode::GuessedRoles), "{preset}");
        assert!(outcome != VerdictOutcome::Pass && exit == 1, "{preset}");
    }
}

#[test]
fn own_limits_add_to_a_preset_and_never_loosen_it() {
    let loose = policy_of(&limits("controlled-k5").with("k", 2.0).with("max_average_risk", 0.9));
    assert_eq!(loose.k, 5);
    let measures = figures(|set| {
        set.smallest_class = Some(4);
        set.risk.average_subject = Some(0.5);
    });
    let found = judged(&dataset(), &measures, &loose).2;
    assert_eq!(found, [FindingCode::SmallClass, FindingCode::HighAverageRisk]);
    let strict = policy_of(&limits("controlled-k5").with("k", 20.0));
    assert_eq!(strict.k, 20);
    assert_eq!(judged(&dataset(), &figures(|_| {}), &strict).2, [FindingCode::SmallClass]);
}

#[test]
fn rules_of_form_alone_show_no_safety_from_being_singled_out() {
    let searched = Some(Outcome::Measured { unit: Unit::Record, value: Identifiers::default() });
    let measures = Measures { identifiers: searched, ..figures(|_| {}) };
    let form = limits("pci-columns");
    let (outcome, _, found) = judged(&dataset(), &measures, &policy_of(&form));
    assert_eq!((outcome, found), (VerdictOutcome::Review, vec![FindingCode::NoRiskGate, FindingCode::UngatedColumn]));
    let with_k = form.with("k", 5.0);
    assert_eq!(judged(&dataset(), &measures, &policy_of(&with_k)).0, VerdictOutcome::Pass);
}

#[test]
fn classes_in_records_do_not_answer_a_question_about_subjects() {
    let Some(Outcome::Measured { value, .. }) = figures(|_| {}).uniqueness else { panic!("it is measured") };
    let in_records = Measures { uniqueness: Some(Outcome::Measured { unit: Unit::Record, value }), ..searched() };
    assert_eq!(judged(&dataset(), &in_records, &policy()).2, [FindingCode::UnknownRisk]);
    // Without a subject the record is the subject.
    let without = Dataset { subject: None, ..dataset() };
    let declarations = &Declarations { no_subject: true, ..Declarations::default() };
    let judgement = judge(Case { declarations, ..Case::new(&without, &in_records, &policy()) });
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Pass);
}

#[test]
fn a_raised_severity_fails_and_no_severity_is_lowered() {
    let mut dataset = dataset();
    dataset.columns[1].guessed = true;
    let raised = |code, at_least| Limits { severities: vec![RaisedSeverity { code, at_least }], ..Limits::default() };
    let measures = figures(|_| {});
    let policy = policy_of(&raised(FindingCode::GuessedRoles, Severity::High));
    assert_eq!((judged(&dataset, &measures, &policy).0, policy.name.as_str()), (VerdictOutcome::Fail, "custom"));
    let low = policy_of(&raised(FindingCode::SmallClass, Severity::Low));
    let small = figures(|set| set.smallest_class = Some(1));
    assert_eq!(judged(&dataset, &small, &low).0, VerdictOutcome::Fail);
}

#[test]
fn policies_have_stable_names() {
    let name = |limits: &Limits| policy_of(limits).name;
    assert_eq!(name(&Limits::default()), "default");
    assert_eq!(name(&Limits { allow_review: Some(true), ..Limits::default().with("k", 5.0) }), "default");
    assert_eq!(name(&Limits::default().with("k", 6.0)), "custom");
    assert_eq!(name(&Limits { fail_on: Some(Severity::Low), ..Limits::default() }), "custom");
    assert_eq!(name(&Limits::default().with("max_unicity", 0.1)), "custom");
    assert_eq!(name(&limits("controlled-k5").with("k", 6.0)), "controlled-k5");
}

proptest! {
    #[test]
    fn a_stricter_class_limit_never_improves_the_verdict(smallest in 1_u64..30, k in 2_u32..30, more in 0_u32..10) {
        let rank = |k| {
            let policy = policy_of(&Limits::default().with("k", f64::from(k)));
            super::laws::rank(judged(&dataset(), &figures(|set| set.smallest_class = Some(smallest)), &policy).0)
        };
        prop_assert!(rank(k + more) >= rank(k));
    }
}
