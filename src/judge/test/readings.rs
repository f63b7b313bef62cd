//! Columns of which the data do not say whether they are static: every way in which the limits can break.

use super::*;

fn varies(name: &str, comparable: u64, varying: u64, variation: Variability) -> DatasetColumn {
    let mut column = column(name, Role::QuasiIdentifier, false);
    column.facts.comparable_subjects = Some(comparable);
    column.facts.varying_subjects = Some(varying);
    column.facts.share_varying = Some(as_float(varying) / as_float(comparable));
    column.facts.variation = Some(variation);
    column
}

fn with(column: DatasetColumn) -> Dataset {
    let mut dataset = dataset();
    dataset.columns.push(column);
    dataset.columns.push(super::column("day", Role::QuasiIdentifier, false));
    dataset
}

fn gate(point: &[&str], reading: GateReading, breaks: bool) -> UnicityGate {
    let share = if breaks { 0.5 } else { 0.1 };
    UnicityGate {
        point: point.iter().map(|&name| name.to_owned()).collect(),
        reading,
        known_points: 4,
        subjects: 50,
        share: Some(share),
        interval: Some([share, share]),
        ..UnicityGate::default()
    }
}

/// Whether each limit breaks: on the static set without and with the unclear column, on the point without and with it.
fn measures([fixed, fixed_unclear, events, events_unclear]: [bool; 4]) -> Measures {
    let smallest = |breaks: bool| Some(if breaks { 1 } else { 9 });
    let mut value = uniqueness(smallest(fixed), 1);
    value.full = set(&["city", "district", "day"], Some(1));
    value.static_unclear = Some(set(&["city", "district"], smallest(fixed_unclear)));
    let gates = vec![
        gate(&["day"], GateReading::Certain, events),
        gate(&["district", "day"], GateReading::Unclear, events_unclear),
    ];
    let unicity = Outcome::Measured { unit: Unit::Subject, value: Unicity { gates, ..Unicity::default() } };
    Measures { unicity: Some(unicity), ..measured(value) }
}

#[test]
fn limits_that_break_under_both_readings_fail_and_under_one_ask_for_review() {
    let dataset = with(varies("district", 40, 20, Variability::Unclear));
    for case in 0..16_u8 {
        let breaks = [0, 1, 2, 3].map(|bit| case >> bit & 1 == 1);
        let [fixed, fixed_unclear, events, events_unclear] = breaks;
        let (as_static, as_event) = (fixed_unclear || events, fixed || events_unclear);
        let judgement = judge(Case::new(&dataset, &measures(breaks), &policy()));
        let both = as_static && as_event;
        let outcome = if both { VerdictOutcome::Fail } else { VerdictOutcome::Review };
        assert_eq!(judgement.verdict.outcome, outcome, "{breaks:?}");
        let broken = judgement.findings.iter().filter(|finding| finding.figure.is_some());
        let severity = if both { Severity::High } else { Severity::Medium };
        assert!(broken.clone().all(|finding| finding.severity == severity), "{breaks:?}");
        assert_eq!(broken.count(), breaks.iter().filter(|&&breaks| breaks).count(), "{breaks:?}");
        let unclear: Vec<_> =
            judgement.findings.iter().filter(|finding| finding.code == FindingCode::StaticUnclear).collect();
        assert_eq!((unclear.len(), unclear[0].measured), (1, Some(0.5)));
        let is_of_class_or_point = |check: &&Check| {
            check.figure.as_ref().is_some_and(|id| id.starts_with("uniqueness.") || id.starts_with("unicity."))
        };
        let checks = judgement.checks.iter().filter(is_of_class_or_point).count();
        assert_eq!(checks, 4, "a check for each limit under each reading");
    }
}

#[test]
fn a_finding_under_one_reading_says_which() {
    let dataset = with(varies("district", 40, 20, Variability::Unclear));
    let message = |breaks| {
        let findings = judge(Case::new(&dataset, &measures(breaks), &policy())).findings;
        findings.into_iter().find(|finding| finding.figure.is_some()).unwrap().message
    };
    let as_static = message([false, true, false, false]);
    assert!(as_static.ends_with(", if `district` is static, which the data do not show"), "{as_static}");
    let as_event = message([false, false, false, true]);
    assert!(as_event.ends_with(", if `district` is an event column, which the data do not show"), "{as_event}");
}

#[test]
fn a_declared_point_counts_under_both_readings() {
    let dataset = with(varies("district", 40, 20, Variability::Unclear));
    let mut measures = measures([false, true, true, false]);
    let Some(Outcome::Measured { value, .. }) = &mut measures.unicity else { panic!("it is measured") };
    value.gates.truncate(1);
    let judgement = judge(Case::new(&dataset, &measures, &policy()));
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail);
    let severity = |code| judgement.findings.iter().find(|finding| finding.code == code).unwrap().severity;
    assert_eq!(severity(FindingCode::HighUnicity), Severity::High);
    assert_eq!(severity(FindingCode::SmallClass), Severity::Medium);
}

#[test]
fn a_nearly_static_column_is_told_and_changes_no_verdict() {
    let dataset = with(varies("district", 40, 1, Variability::NearlyStatic));
    let mut measures = measures([false; 4]);
    let Some(Outcome::Measured { value, .. }) = &mut measures.unicity else { panic!("it is measured") };
    value.gates.truncate(1);
    let Some(Outcome::Measured { value, .. }) = &mut measures.uniqueness else { panic!("it is measured") };
    value.static_set = value.static_unclear.take();
    let judgement = judge(Case::new(&dataset, &measures, &policy()));
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Pass);
    let told: Vec<_> = judgement.findings.iter().map(|it| (it.code, it.severity, it.measured)).collect();
    assert_eq!(told, [(FindingCode::NearlyStatic, Severity::Note, Some(0.025))]);
}

#[test]
fn a_declaration_against_the_data_needs_a_reason() {
    let contradicted = |varies: bool, varying, reason: Option<&str>| {
        let variation = if varies { Variability::Event } else { Variability::Static };
        let dataset = with(self::varies("district", 40, varying, variation));
        let said = ColumnDeclaration { varies: Some(varies), reason: reason.map(str::to_owned), permitted: None };
        let declarations = Declarations { columns: [("district".to_owned(), said)].into(), ..Declarations::default() };
        let (measures, policy) = (Measures::default(), policy());
        let case = Case { declarations: &declarations, ..Case::new(&dataset, &measures, &policy) };
        judge(case)
            .findings
            .iter()
            .any(|finding| finding.code == FindingCode::VariesContradicted && finding.severity == Severity::Medium)
    };
    for (varies, varying, expected) in
        [(true, 0, true), (true, 4, true), (true, 5, false), (false, 36, true), (false, 35, false), (false, 0, false)]
    {
        assert_eq!(contradicted(varies, varying, None), expected, "{varies} {varying}");
        assert!(!contradicted(varies, varying, Some("it is a home")), "{varies} {varying}");
        assert_eq!(contradicted(varies, varying, Some(" ")), expected, "a blank reason is none");
    }
}
