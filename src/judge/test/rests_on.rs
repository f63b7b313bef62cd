//! What a PASS rests on: columns under limits, roles, reasons, the subject, and cells that are what they seem.

use rayon::prelude::*;

use super::spine::Draw;
use super::*;

fn declared(change: impl Fn(&mut Declarations)) -> Declarations {
    let mut declarations = Declarations::default();
    change(&mut declarations);
    declarations
}

/// Findings of an extract that passes but for one change.
fn findings_of(dataset: &Dataset, measures: &Measures, limits: &Limits, declarations: &Declarations) -> Judgement {
    judge(Case { declarations, ..Case::new(dataset, measures, &policy_of(limits)) })
}

fn told(judgement: &Judgement, code: FindingCode) -> Vec<(Severity, Vec<String>)> {
    let found = judgement.findings.iter().filter(|finding| finding.code == code);
    found.map(|finding| (finding.severity, finding.columns.clone())).collect()
}

fn good() -> Measures {
    measured(uniqueness(Some(9), 9))
}

fn plain(dataset: &Dataset) -> Judgement {
    findings_of(dataset, &good(), &Limits::default(), &Declarations::default())
}

pub(super) fn with_events(share: f64, active: f64, subjects_active: u64) -> (Dataset, Measures) {
    let mut dataset = dataset();
    dataset.columns.push(event("day"));
    let gate = UnicityGate {
        point: vec!["day".to_owned()],
        known_points: 4,
        subjects: 50,
        share: Some(share),
        interval: Some([share; 2]),
        subjects_active,
        share_active: (subjects_active > 0).then_some(active),
        interval_active: (subjects_active > 0).then_some([active; 2]),
        ..UnicityGate::default()
    };
    let value = Unicity { gates: vec![gate], ..Unicity::default() };
    let unicity = Some(Outcome::Measured { unit: Unit::Subject, value });
    (dataset, Measures { unicity, ..good() })
}

fn event(name: &str) -> DatasetColumn {
    let mut column = column(name, Role::QuasiIdentifier, false);
    column.facts.variation = Some(Variability::Event);
    column
}

#[test]
fn an_event_column_is_covered_by_a_point_or_a_limit_on_the_full_set_or_a_reason() {
    let (mut dataset, measures) = with_events(0.1, 0.1, 9);
    let of = |dataset: &Dataset, limits: &Limits, declarations: &Declarations| {
        told(&findings_of(dataset, &measures, limits, declarations), FindingCode::UngatedColumn)
    };
    let (plain, nothing) = (Limits::default(), Declarations::default());
    assert_eq!(of(&dataset, &plain, &nothing), []);
    dataset.columns.push(event("amount"));
    let open = [(Severity::Medium, vec!["amount".to_owned()])];
    assert_eq!(of(&dataset, &plain, &nothing), open);
    let reasoned = declared(|it| it.points_reason = Some("the recipient sees no amount".to_owned()));
    assert_eq!(of(&dataset, &plain, &reasoned), []);
    // Without a measured point there is nothing that the reason could speak of.
    assert_eq!(of(&dataset, &plain.clone().with("max_unicity", 1.0), &reasoned).len(), 2);
    dataset.columns.pop();
    let any_record = Limits { gate_any_record: Some(true), ..Limits::default().with("max_unicity", 1.0) };
    assert_eq!(of(&dataset, &any_record, &nothing), [], "the full set holds `day`");
}

/// Measures in which each of these points is gated on its own, and singles out nobody.
fn points_of(points: &[&[&str]]) -> Measures {
    let (_, mut measures) = with_events(0.0, 0.0, 0);
    let Some(Outcome::Measured { value, .. }) = &mut measures.unicity else { unreachable!() };
    let gate = |point: &&[&str]| UnicityGate {
        point: point.iter().map(|&name| name.to_owned()).collect(),
        ..value.gates[0].clone()
    };
    value.gates = points.iter().map(gate).collect();
    measures
}

#[test]
fn event_columns_of_several_points_are_covered_together_or_for_a_reason() {
    let mut dataset = dataset();
    dataset.columns.extend(["day", "shop", "amount"].map(event));
    let of = |points: &[&[&str]], limits: &Limits, declarations: &Declarations| {
        let judged = findings_of(&dataset, &points_of(points), limits, declarations);
        told(&judged, FindingCode::UngatedColumn)
    };
    let (plain, nothing) = (Limits::default(), Declarations::default());
    let all = [(Severity::Medium, ["day", "shop", "amount"].map(str::to_owned).to_vec())];
    let (single, pairs) = ([&["day"][..], &["shop"], &["amount"]], [&["day", "shop"][..], &["shop", "amount"]]);
    assert_eq!(of(&single, &plain, &nothing), all);
    assert_eq!(of(&pairs, &plain, &nothing), all);
    assert_eq!(of(&[&["day"], &["amount", "day", "shop"]], &plain, &nothing), []);
    let reasoned = declared(|it| it.points_reason = Some("a receipt shows one of them".to_owned()));
    assert_eq!(of(&single, &plain, &reasoned), []);
    assert_eq!(of(&single, &plain, &declared(|it| it.points_reason = Some(" ".to_owned()))), all);
    // What is in no point at all is told alone, and the others are joined.
    assert_eq!(of(&[&["day", "shop"]], &plain, &nothing), [(Severity::Medium, vec!["amount".to_owned()])]);
}

#[test]
fn a_limit_on_the_classes_of_a_record_covers_event_columns_together() {
    let mut dataset = dataset();
    dataset.columns.extend(["day", "shop"].map(event));
    let mut measures = points_of(&[&["day"], &["shop"]]);
    let mut value = uniqueness(Some(9), 9);
    value.full = set(&["city", "day", "shop"], Some(9));
    measures.uniqueness = measured(value).uniqueness;
    let any_record = Limits { gate_any_record: Some(true), ..Limits::default() };
    for (limits, found) in [(Limits::default(), 1), (any_record, 0)] {
        let judged = findings_of(&dataset, &measures, &limits, &Declarations::default());
        assert_eq!(told(&judged, FindingCode::UngatedColumn).len(), found);
    }
}

#[test]
fn columns_without_a_role_that_points_share_out_are_covered_together_too() {
    let mut dataset = dataset();
    for name in ["day", "shop"] {
        let mut open = column(name, Role::Ignore, false);
        open.facts =
            ColumnFacts { undeclared: true, comparable_subjects: Some(40), varying_subjects: Some(40), ..open.facts };
        dataset.columns.push(open);
    }
    for (points, outcome) in
        [(&[&["day"][..], &["shop"]][..], VerdictOutcome::Review), (&[&["day", "shop"]], VerdictOutcome::Pass)]
    {
        let judged = findings_of(&dataset, &points_of(points), &Limits::default(), &Declarations::default());
        assert_eq!(judged.verdict.outcome, outcome, "{points:?}");
    }
}

#[test]
fn a_column_without_a_value_is_covered_by_nothing() {
    let mut dataset = dataset();
    dataset.columns[1].distinct = Some(0);
    assert_eq!(told(&plain(&dataset), FindingCode::UngatedColumn), [(Severity::Medium, vec!["city".to_owned()])]);
}

#[test]
fn a_limit_that_nothing_can_break_is_no_gate() {
    let (dataset, measures) = with_events(1.0, 1.0, 9);
    let judged =
        findings_of(&dataset, &measures, &Limits::default().with("max_unicity", 1.0), &Declarations::default());
    let check = judged.checks.iter().find(|check| check.gate == "unicity").unwrap();
    assert_eq!((check.outcome, check.reason.is_some()), (CheckOutcome::NotApplicable, true));
    assert_eq!(judged.verdict.outcome, VerdictOutcome::Review);
    assert_eq!(told(&judged, FindingCode::UngatedColumn).len(), 1);
    let share =
        Policy { gates: vec![Gate::at_most(GateMeasure::UNIQUE_SHARE, Some(GateSet::Static), 1.0)], ..policy() };
    let judged = judge(Case::new(&super::dataset(), &good(), &share));
    assert_eq!(told(&judged, FindingCode::NoRiskGate).len(), 1);
}

#[test]
fn many_with_few_events_do_not_hide_that_the_others_are_singled_out() {
    let of = |active, subjects, limits: &Limits| {
        let (dataset, measures) = with_events(0.1, active, subjects);
        findings_of(&dataset, &measures, limits, &Declarations::default())
    };
    let plain = Limits::default();
    for (active, subjects, found) in [(0.9, 5, 1), (0.9, 4, 0), (0.2, 5, 0), (0.200_1, 5, 1), (0.0, 0, 0)] {
        let judged = of(active, subjects, &plain);
        assert_eq!(told(&judged, FindingCode::UnicityDiluted).len(), found, "{active} of {subjects}");
        let outcome = if found == 1 { VerdictOutcome::Review } else { VerdictOutcome::Pass };
        assert_eq!(judged.verdict.outcome, outcome);
    }
    for (limit, outcome) in [(0.9, VerdictOutcome::Pass), (0.89, VerdictOutcome::Fail)] {
        let judged = of(0.9, 5, &plain.clone().with("max_unicity_active", limit));
        assert_eq!((judged.verdict.outcome, told(&judged, FindingCode::UnicityDiluted).len()), (outcome, 0));
    }
    // Where nobody has so many points there is nobody to limit.
    assert_eq!(of(0.0, 0, &plain.with("max_unicity_active", 0.1)).verdict.outcome, VerdictOutcome::Pass);
}

#[test]
fn odd_spellings_are_a_finding_in_the_subject_column_and_a_note_elsewhere() {
    type Change = fn(&mut ColumnFacts);
    let changes: [(FindingCode, Change, Severity); 3] = [
        (FindingCode::PlaceholderValues, |facts| facts.placeholder_cells = Some(3), Severity::Note),
        (FindingCode::TrimmedJoin, |facts| facts.values_joined_by_trimming = Some(1), Severity::Note),
        (FindingCode::RoundedIdentifier, |facts| facts.rounded_identifier_cells = Some(9), Severity::Medium),
    ];
    for (code, change, elsewhere) in changes {
        for (place, severity) in [(0, Severity::Medium), (1, elsewhere)] {
            let mut dataset = dataset();
            change(&mut dataset.columns[place].facts);
            let judged = plain(&dataset);
            assert_eq!(told(&judged, code), [(severity, vec![dataset.columns[place].name.clone()])]);
            assert_eq!(judged.verdict.outcome == VerdictOutcome::Pass, severity == Severity::Note);
        }
    }
}

#[test]
fn a_subject_with_most_of_the_records_may_be_nobody() {
    let mut dataset = dataset();
    dataset.facts.dominant_subject = Some(DominantSubject { records: 30, next_ten_records: 20, other_subjects: 49 });
    assert_eq!(told(&plain(&dataset), FindingCode::PlaceholderValues), [(Severity::Medium, vec!["card".to_owned()])]);
}

#[test]
fn single_suppression_marks_are_a_note_unless_they_match_everything() {
    let mut dataset = dataset();
    dataset.columns[1].facts.suppressed_cells = Some(2);
    for (missing, severity) in [(MissingMode::OwnCategory, Severity::Note), (MissingMode::Wildcard, Severity::Medium)] {
        let measures = measured(Uniqueness { missing, ..uniqueness(Some(9), 9) });
        let judged = findings_of(&dataset, &measures, &Limits::default(), &Declarations::default());
        assert_eq!(told(&judged, FindingCode::SuppressedCells), [(severity, vec!["city".to_owned()])]);
    }
}

#[test]
fn where_every_record_is_suppressed_nothing_is_gated() {
    let mut dataset = dataset();
    dataset.facts.suppressed_records = Some(100);
    let explanation = "no record counts".to_owned();
    let undefined = Outcome::Undefined { reason: "empty".to_owned(), explanation };
    let measures = Measures { uniqueness: Some(undefined), ..searched() };
    let judged = findings_of(&dataset, &measures, &Limits::default(), &Declarations::default());
    assert_eq!(told(&judged, FindingCode::NoRiskGate).len(), 1);
    assert_eq!(judged.verdict.outcome, VerdictOutcome::Review);
    assert!(judged.figures.iter().any(|figure| figure.id == "dataset.suppressed_records"));
}

fn candidate(constant_within: bool, groups_subjects: Option<bool>) -> SubjectCandidate {
    SubjectCandidate { column: "city".to_owned(), values: 20, records: 100, constant_within, groups_subjects }
}

#[test]
fn without_a_subject_somebody_says_so_and_says_why_where_a_column_looks_like_one() {
    let mut dataset = Dataset { subject: None, ..dataset() };
    let count = |dataset: &Dataset, declarations: &Declarations| {
        let judged = findings_of(dataset, &good(), &Limits::default(), declarations);
        told(&judged, FindingCode::NoSubject)
    };
    let said = declared(|it| it.no_subject = true);
    let reasoned = declared(|it| (it.no_subject, it.subject_reason) = (true, Some("one row each".to_owned())));
    assert_eq!(count(&dataset, &Declarations::default()), [(Severity::Medium, vec![])]);
    assert_eq!(count(&dataset, &said), []);
    dataset.facts.subject_candidates = vec![candidate(false, None)];
    let named = [(Severity::Medium, vec!["city".to_owned()])];
    assert_eq!(count(&dataset, &Declarations::default()), named);
    assert_eq!(count(&dataset, &said), named);
    assert_eq!(count(&dataset, &reasoned), []);
}

#[test]
fn a_column_that_groups_subjects_is_a_better_one_unless_a_reason_says_otherwise() {
    let of = |found: SubjectCandidate, subjects, declarations: &Declarations| {
        let mut dataset = Dataset { subjects, ..dataset() };
        dataset.facts.subject_candidates = vec![found];
        told(&findings_of(&dataset, &good(), &Limits::default(), declarations), FindingCode::WorseSubject).len()
    };
    let nothing = Declarations::default();
    assert_eq!(of(candidate(true, Some(true)), 50, &nothing), 1);
    assert_eq!(of(candidate(true, Some(false)), 50, &nothing), 0);
    assert_eq!(of(candidate(true, Some(false)), 100, &nothing), 1, "one record a subject");
    assert_eq!(of(candidate(false, Some(true)), 50, &nothing), 0);
    let reasoned = declared(|it| it.subject_reason = Some("accounts are what is shared".to_owned()));
    assert_eq!(of(candidate(true, Some(true)), 50, &reasoned), 0);
}

#[test]
fn a_twentieth_of_the_records_without_subject_is_high() {
    for (without, severity) in [(4, Severity::Medium), (5, Severity::High)] {
        let judged = plain(&Dataset { records_without_subject: without, ..dataset() });
        assert_eq!(told(&judged, FindingCode::RecordsWithoutSubject), [(severity, vec!["card".to_owned()])]);
    }
}

#[test]
fn a_column_without_role_leaves_too() {
    let mut dataset = dataset();
    dataset.columns.push(column("tariff", Role::Ignore, true));
    assert_eq!(plain(&dataset).verdict.outcome, VerdictOutcome::Pass);
    dataset.columns[2].facts.undeclared = true;
    let judged = plain(&dataset);
    assert_eq!(told(&judged, FindingCode::UndeclaredColumn), [(Severity::Medium, vec!["tariff".to_owned()])]);
    assert_eq!(judged.verdict.outcome, VerdictOutcome::Review);
    // An event column of a gated point is known to others by declaration, and limited; a static one is not.
    let (mut events, measures) = with_events(0.1, 0.1, 0);
    events.columns[2] = column("day", Role::Ignore, true);
    events.columns[2].facts.undeclared = true;
    let judged = findings_of(&events, &measures, &Limits::default(), &Declarations::default());
    assert_eq!(told(&judged, FindingCode::UndeclaredColumn), [(Severity::Medium, vec!["day".to_owned()])]);
    events.columns[2].facts.comparable_subjects = Some(40);
    events.columns[2].facts.varying_subjects = Some(36);
    let judged = findings_of(&events, &measures, &Limits::default(), &Declarations::default());
    assert!(judged.checks.iter().any(|check| check.figure.as_deref() == Some("unicity.gated_share")));
    assert_eq!(told(&judged, FindingCode::UndeclaredColumn), []);
}

#[test]
fn a_column_that_looks_identifying_is_left_aside_for_a_reason_only() {
    for role in [Role::Ignore, Role::Sensitive, Role::Weight] {
        for (share, words, found) in [(0.2, 1.0, 1), (0.19, 2.9, 0), (0.0, 3.0, 1)] {
            let mut dataset = dataset();
            let facts =
                ColumnFacts { share_with_own_value: Some(share), average_words: Some(words), ..ColumnFacts::default() };
            dataset.columns.push(DatasetColumn { facts, ..column("memo", role, true) });
            assert_eq!(told(&plain(&dataset), FindingCode::UnreasonedColumn).len(), found, "{role:?} {share} {words}");
            let reasoned = declared(|it| {
                let reason = Some("free of people by contract".to_owned());
                it.columns.insert("memo".to_owned(), ColumnDeclaration { reason, ..ColumnDeclaration::default() });
            });
            let judged = findings_of(&dataset, &good(), &Limits::default(), &reasoned);
            assert_eq!(told(&judged, FindingCode::UnreasonedColumn), []);
        }
    }
}

#[test]
fn what_is_unknown_of_a_column_is_not_harmless() {
    for role in [Role::Ignore, Role::Sensitive] {
        for (distinct, missing, found) in [(None, 0, 1), (Some(3), 0, 0), (None, u64::MAX, 0)] {
            let mut dataset = dataset();
            let missing = missing.min(dataset.records);
            dataset.columns.push(DatasetColumn { distinct, missing, ..column("history", role, true) });
            assert_eq!(told(&plain(&dataset), FindingCode::UnreasonedColumn).len(), found, "{role:?} {distinct:?}");
            let reasoned = declared(|it| {
                let reason = Some("free of people by contract".to_owned());
                it.columns.insert("history".to_owned(), ColumnDeclaration { reason, ..ColumnDeclaration::default() });
            });
            let judged = findings_of(&dataset, &good(), &Limits::default(), &reasoned);
            assert_eq!(told(&judged, FindingCode::UnreasonedColumn), []);
        }
    }
}

#[test]
fn a_sensitive_column_that_no_measure_looks_at_is_told() {
    let mut dataset = dataset();
    dataset.columns.push(column("diagnosis", Role::Sensitive, true));
    assert!(plain(&dataset).not_measured.iter().any(|entry| entry.reason.contains("diagnosis")));
}

#[test]
fn flags_that_leave_a_default_limit_nothing_to_limit_are_told() {
    let narrowed = |flag: &str| declared(|it| it.narrowed_by = vec![flag.to_owned()]);
    let of = |dataset: &Dataset, flag: &str| {
        let judged = findings_of(dataset, &good(), &Limits::default(), &narrowed(flag));
        told(&judged, FindingCode::GateLeftOut).len()
    };
    let mut events = dataset();
    events.columns.push(event("day"));
    assert_eq!((of(&dataset(), "--ignore"), of(&dataset(), "--measures"), of(&events, "--measures")), (1, 0, 1));
    assert_eq!(told(&plain(&events), FindingCode::GateLeftOut), []);
}

#[test]
fn totals_are_not_measured() {
    let totals = declared(|it| it.aggregate = true);
    let judged = findings_of(&dataset(), &good(), &Limits::default(), &totals);
    assert_eq!(told(&judged, FindingCode::AggregatesNotMeasured), [(Severity::Medium, vec![])]);
}

#[test]
fn names_of_people_are_told_where_nobody_counts_or_permits_them() {
    let of = |role, placement, permitted| {
        let mut dataset = dataset();
        dataset.columns.push(column("memo", role, true));
        let (column, kind) = ("memo".to_owned(), IdentifierKind::PersonName);
        let found = IdentifierColumn { column, kind, placement, records: 40, share: 0.4, permitted };
        let value = Identifiers { columns_searched: 3, columns: vec![found], correlated: Vec::new() };
        let identifiers = Some(Outcome::Measured { unit: Unit::Record, value });
        let measures = Measures { identifiers, ..good() };
        let judged = findings_of(&dataset, &measures, &Limits::default(), &Declarations::default());
        told(&judged, FindingCode::NamesOfPeople)
    };
    let found = [(Severity::Medium, vec!["memo".to_owned()])];
    assert_eq!(of(Role::Ignore, Placement::WholeCell, false), found);
    assert_eq!(of(Role::Sensitive, Placement::WholeCell, false), found);
    assert_eq!(of(Role::Ignore, Placement::WholeCell, true), []);
    assert_eq!(of(Role::QuasiIdentifier, Placement::WholeCell, false), []);
    assert_eq!(of(Role::QuasiIdentifier, Placement::CellComment, false), found);
}

/// Judgements that show every finding about what a PASS rests on.
pub(super) fn judgements() -> [Judgement; 2] {
    let (mut dataset, mut measures) = with_events(0.1, 0.9, 20);
    dataset.facts.dominant_subject = Some(DominantSubject { records: 30, next_ten_records: 20, other_subjects: 49 });
    dataset.facts.subject_candidates = vec![candidate(true, Some(true))];
    let counts = ColumnFacts {
        placeholder_cells: Some(3),
        values_joined_by_trimming: Some(1),
        rounded_identifier_cells: Some(1_200),
        suppressed_cells: Some(2),
        ..ColumnFacts::default()
    };
    dataset.columns[0].facts = ColumnFacts { suppressed_cells: None, ..counts.clone() };
    dataset.columns[1].facts = counts;
    dataset.columns.push(event("amount"));
    let open = ColumnFacts { undeclared: true, ..ColumnFacts::default() };
    dataset.columns.push(DatasetColumn { facts: open, ..column("tariff", Role::Ignore, true) });
    for (name, share, words) in [("memo", 0.1, 3.5), ("code", 0.25, 1.0)] {
        let (share_with_own_value, average_words) = (Some(share), Some(words));
        let facts = ColumnFacts { share_with_own_value, average_words, ..ColumnFacts::default() };
        dataset.columns.push(DatasetColumn { facts, ..column(name, Role::Sensitive, true) });
    }
    for name in ["born", "area"] {
        let facts = ColumnFacts { share_with_own_value: Some(0.0), ..ColumnFacts::default() };
        dataset.columns.push(DatasetColumn { facts, ..column(name, Role::Ignore, true) });
    }
    let columns = ["memo", "born", "area"].map(str::to_owned).to_vec();
    dataset.facts.left_aside = Some(LeftAside { columns, share_with_own_combination: 0.63 });
    let (column, kind, placement) = ("memo".to_owned(), IdentifierKind::PersonName, Placement::WholeCell);
    let found = IdentifierColumn { column, kind, placement, records: 40, share: 0.4, permitted: false };
    let value = Identifiers { columns_searched: 3, columns: vec![found], correlated: Vec::new() };
    measures.identifiers = Some(Outcome::Measured { unit: Unit::Record, value });
    let first = findings_of(&dataset, &measures, &Limits::default(), &declared(|it| it.aggregate = true));
    let narrowed = declared(|it| {
        it.narrowed_by = vec!["--ignore".to_owned()];
        it.loosened_by = ["--sensitive", "--point", "REIDRISK_K"].map(str::to_owned).to_vec();
    });
    let second = findings_of(&Dataset { subject: None, ..super::dataset() }, &good(), &Limits::default(), &narrowed);
    [first, second]
}

/// Whether a limit that something can break was measured on this column, from the nested values alone.
fn is_covered(name: &str, measures: &Measures, policy: &Policy) -> bool {
    let holds = |columns: &[String]| columns.iter().any(|column| column == name);
    let Some(Outcome::Measured { value, .. }) = &measures.uniqueness else { return false };
    let gated = |set| policy.gates.iter().any(|gate| gate.set == Some(set) && gate.limit.is_some());
    let in_static = value.static_set.as_ref().is_some_and(|set| holds(&set.columns)) && gated(GateSet::Static);
    let in_full = holds(&value.full.columns) && gated(GateSet::Full);
    let limited = policy.gates.iter().any(|gate| gate.measure.name() == "unicity" && gate.limit < Some(1.0));
    let in_point = matches!(&measures.unicity, Some(Outcome::Measured { value, .. })
        if limited && value.gates.iter().any(|gate| holds(&gate.point)));
    in_static || in_full || in_point
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn a_pass_means_that_every_quasi_identifier_is_limited_and_every_column_has_a_role() {
    let passes = (0..160_000_u64).into_par_iter().filter(|&seed| {
        let mut draw = Draw(seed);
        let (mut dataset, measures, policy) = (draw.dataset(), draw.measures(), draw.policy());
        for column in dataset.columns.iter_mut().filter(|column| column.role == Role::Ignore) {
            column.facts.undeclared = draw.chance(50);
        }
        let declarations = declared(|it| it.no_subject = seed % 2 == 0);
        let judged = judge(Case { declarations: &declarations, ..Case::new(&dataset, &measures, &policy) });
        if judged.verdict.outcome != VerdictOutcome::Pass {
            return false;
        }
        assert!(dataset.subject.is_some() || declarations.no_subject, "{seed}");
        for column in &dataset.columns {
            assert!(!column.facts.undeclared, "{seed}: {} has no role", column.name);
            let is_quasi = column.role == Role::QuasiIdentifier;
            assert!(!is_quasi || is_covered(&column.name, &measures, &policy), "{seed}: {} is ungated", column.name);
        }
        true
    });
    let passes = passes.count();
    assert!(passes > 20, "{passes} pass");
}
