//! Each gate at, above and below its limit, undefined, cut off and inapplicable; the exit codes.

mod aggregates;
mod agreements;
mod attribute;
mod baselines;
mod cells;
mod codes;
mod inference;
mod laws;
mod left_aside;
mod linkage;
mod original;
mod policies;
mod population;
mod readings;
mod rests_on;
mod spine;
mod strictness;
mod treatments;
mod waivers;

use super::*;
use crate::plan::Limits;
use crate::result::*;

impl<'a> Case<'a> {
    /// Figures and limits alone, without agreement and waivers.
    pub(crate) fn new(dataset: &'a Dataset, measures: &'a Measures, policy: &'a Policy) -> Self {
        static NOTHING: std::sync::LazyLock<Declarations> = std::sync::LazyLock::new(Declarations::default);
        Self {
            dataset,
            measures,
            policy,
            recipient: None,
            declarations: &NOTHING,
            waivers: &[],
            as_of: None,
            today: None,
            baseline: None,
        }
    }
}

impl Limits {
    /// These limits and one more.
    fn with(mut self, key: &'static str, limit: f64) -> Self {
        self.values.insert(key, limit);
        self
    }
}

fn column(name: &str, role: Role, constant: bool) -> DatasetColumn {
    DatasetColumn {
        name: name.to_owned(),
        role,
        guessed: false,
        guess_reason: None,
        looks_like: None,
        column_type: ColumnType::Text,
        distinct: Some(3),
        missing: 0,
        constant_per_subject: Some(constant),
        coarsen: Vec::new(),
        facts: crate::result::ColumnFacts::default(),
    }
}

fn dataset() -> Dataset {
    Dataset {
        name: "d".to_owned(),
        files: Vec::new(),
        joined: Vec::new(),
        records: 100,
        subjects: 50,
        records_without_subject: 0,
        subjects_not_in_map: None,
        time_zone: None,
        day_start: None,
        subject: Some("card".to_owned()),
        columns: vec![column("card", Role::Subject, true), column("city", Role::QuasiIdentifier, true)],
        facts: crate::result::DatasetFacts::default(),
    }
}

fn set(columns: &[&str], smallest: Option<u64>) -> SetStatistics {
    SetStatistics {
        columns: columns.iter().map(|&name| name.to_owned()).collect(),
        reading: Reading::SubjectAttributes,
        classes: Some(1),
        smallest_class: smallest,
        unique_classes: Some(0),
        unique_records: 0,
        unique_subjects: 0,
        below: Vec::new(),
        risk: Risk { highest: None, average_record: None, average_subject: None, at_risk: Vec::new() },
        distinction: None,
        separation: None,
        class_sizes: None,
        undefined: Vec::new(),
    }
}

fn uniqueness(static_smallest: Option<u64>, full_smallest: u64) -> Uniqueness {
    Uniqueness {
        quasi_identifiers: vec!["city".to_owned(), "day".to_owned()],
        max_set: 3,
        missing: MissingMode::OwnCategory,
        full: set(&["city", "day"], Some(full_smallest)),
        static_set: static_smallest.map(|smallest| set(&["city"], Some(smallest))),
        static_unclear: None,
        own_category: None,
        sets: Vec::new(),
        column_effects: Vec::new(),
        shapley_method: ShapleyMethod::Exact,
    }
}

/// Cells that were searched, and in which nothing was found.
fn searched() -> Measures {
    let value = Identifiers { columns_searched: 2, columns: Vec::new(), correlated: Vec::new() };
    Measures { identifiers: Some(Outcome::Measured { unit: Unit::Record, value }), ..Measures::default() }
}

fn measured(value: Uniqueness) -> Measures {
    Measures { uniqueness: Some(Outcome::Measured { unit: Unit::Subject, value }), ..searched() }
}

fn policy() -> Policy {
    policy_of(&Limits::default())
}

fn judged(dataset: &Dataset, measures: &Measures, policy: &Policy) -> (VerdictOutcome, u8, Vec<FindingCode>) {
    let judgement = judge(Case::new(dataset, measures, policy));
    let codes = judgement.findings.iter().map(|finding| finding.code).collect();
    (judgement.verdict.outcome, judgement.verdict.exit_code, codes)
}

#[test]
fn the_smallest_static_class_is_gated_below_at_and_above_k() {
    for (smallest, outcome, code) in [
        (1, VerdictOutcome::Fail, 1),
        (4, VerdictOutcome::Fail, 1),
        (5, VerdictOutcome::Pass, 0),
        (6, VerdictOutcome::Pass, 0),
    ] {
        let (got, exit, findings) = judged(&dataset(), &measured(uniqueness(Some(smallest), 1)), &policy());
        assert_eq!((got, exit), (outcome, code), "smallest class {smallest}");
        assert_eq!(findings.contains(&FindingCode::SmallClass), smallest < 5);
    }
}

#[test]
fn the_full_set_is_gated_only_when_the_policy_asks() {
    let measures = measured(uniqueness(Some(9), 4));
    assert_eq!(judged(&dataset(), &measures, &policy()).0, VerdictOutcome::Pass);
    let strict = policy_of(&Limits { gate_any_record: Some(true), ..Limits::default() });
    assert_eq!(judged(&dataset(), &measures, &strict), (VerdictOutcome::Fail, 1, vec![FindingCode::SmallClass]));
}

#[test]
fn without_a_static_column_no_gate_is_left_and_the_verdict_is_review() {
    let (outcome, exit, codes) = judged(&dataset(), &measured(uniqueness(None, 1)), &policy());
    assert_eq!(
        (outcome, exit, codes),
        (VerdictOutcome::Review, 1, vec![FindingCode::NoRiskGate, FindingCode::UngatedColumn])
    );
    let lenient = Policy { allow_review: true, ..policy() };
    assert_eq!(judged(&dataset(), &measured(uniqueness(None, 1)), &lenient).1, 0);
}

#[test]
fn an_undefined_measure_fails_whatever_the_threshold_of_findings() {
    let (reason, explanation) = ("empty".to_owned(), "no record has a subject".to_owned());
    let measures = Measures { uniqueness: Some(Outcome::Undefined { reason, explanation }), ..searched() };
    let lenient = Policy { fail_on: Severity::Critical, ..policy() };
    assert_eq!(judged(&dataset(), &measures, &lenient), (VerdictOutcome::Fail, 1, vec![FindingCode::UnknownRisk]));
}

#[test]
fn a_gated_set_without_a_smallest_class_fails() {
    let mut value = uniqueness(Some(9), 9);
    value.static_set = Some(set(&["city"], None));
    assert_eq!(judged(&dataset(), &measured(value), &policy()).2, [FindingCode::UnknownRisk]);
}

#[test]
fn a_measure_cut_off_is_incomplete_and_never_passes() {
    let (reason, explanation) = ("timeout".to_owned(), "the time limit was over".to_owned());
    let measures = Measures { uniqueness: Some(Outcome::Incomplete { reason, explanation }), ..searched() };
    let lenient = Policy { allow_review: true, ..policy() };
    assert_eq!(
        judged(&dataset(), &measures, &lenient),
        (VerdictOutcome::Incomplete, 4, vec![FindingCode::IncompleteMeasure])
    );
}

#[test]
fn a_certain_fail_is_not_hidden_by_a_measure_cut_off() {
    let (reason, explanation) = ("timeout".to_owned(), "the time limit was over".to_owned());
    let measures = Measures { uniqueness: Some(Outcome::Incomplete { reason, explanation }), ..searched() };
    let mut dataset = dataset();
    dataset.columns.push(column("name", Role::DirectIdentifier, true));
    assert_eq!(judged(&dataset, &measures, &policy()).0, VerdictOutcome::Fail);
}

#[test]
fn a_measure_that_was_not_asked_for_leaves_no_gate() {
    let judgement = judge(Case::new(&dataset(), &searched(), &policy()));
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Review);
    assert!(judgement.not_measured.iter().any(|entry| entry.measure == "static-smallest-class"));
}

#[test]
fn guessed_roles_never_pass() {
    let mut dataset = dataset();
    dataset.columns[1].guessed = true;
    let (outcome, exit, codes) = judged(&dataset, &measured(uniqueness(Some(9), 9)), &policy());
    assert_eq!((outcome, exit, codes), (VerdictOutcome::Review, 1, vec![FindingCode::GuessedRoles]));
}

#[test]
fn event_columns_are_at_best_for_review_while_unicity_is_not_measured() {
    let mut dataset = dataset();
    dataset.columns.push(column("day", Role::QuasiIdentifier, false));
    assert_eq!(judged(&dataset, &measured(uniqueness(Some(9), 9)), &policy()).0, VerdictOutcome::Review);
}

#[test]
fn records_without_a_subject_are_a_finding() {
    let dataset = Dataset { records_without_subject: 2, ..dataset() };
    let judgement = judge(Case::new(&dataset, &measured(uniqueness(Some(9), 9)), &policy()));
    assert_eq!(judgement.findings[0].code, FindingCode::RecordsWithoutSubject);
    assert_eq!(judgement.findings[0].measured, Some(2.0));
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Review);
}

#[test]
fn subject_values_outside_the_map_are_a_finding() {
    let dataset = Dataset { subjects_not_in_map: Some(1), ..dataset() };
    let (outcome, _, codes) = judged(&dataset, &measured(uniqueness(Some(9), 9)), &policy());
    assert_eq!((outcome, codes), (VerdictOutcome::Review, vec![FindingCode::SubjectsNotInMap]));
    let complete = Dataset { subjects_not_in_map: Some(0), ..dataset };
    assert_eq!(judged(&complete, &measured(uniqueness(Some(9), 9)), &policy()).0, VerdictOutcome::Pass);
}

#[test]
fn a_direct_identifier_fails_declared_or_guessed() {
    for guessed in [false, true] {
        let mut dataset = dataset();
        let name = DatasetColumn { guessed, ..column("name", Role::DirectIdentifier, true) };
        dataset.columns.push(name);
        let (outcome, _, codes) = judged(&dataset, &measured(uniqueness(Some(9), 9)), &policy());
        assert_eq!((outcome, codes[0]), (VerdictOutcome::Fail, FindingCode::DirectIdentifierPresent));
        let told = judge(Case::new(&dataset, &measured(uniqueness(Some(9), 9)), &policy())).findings.swap_remove(0);
        assert_eq!(told.message.contains("is declared as"), !guessed, "{}", told.message);
    }
}

#[test]
fn an_unnamed_column_with_a_telling_heading_asks_for_review() {
    let mut dataset = dataset();
    dataset
        .columns
        .push(DatasetColumn { looks_like: Some(Role::DirectIdentifier), ..column("iban", Role::Ignore, true) });
    let (outcome, _, codes) = judged(&dataset, &measured(uniqueness(Some(9), 9)), &policy());
    assert_eq!((outcome, codes), (VerdictOutcome::Review, vec![FindingCode::DirectIdentifierPresent]));
    dataset.columns[2].looks_like = Some(Role::Subject);
    assert_eq!(judged(&dataset, &measured(uniqueness(Some(9), 9)), &policy()).0, VerdictOutcome::Pass);
    dataset.subject = None;
    let (outcome, _, codes) = judged(&dataset, &measured(uniqueness(Some(9), 9)), &policy());
    assert_eq!((outcome, codes), (VerdictOutcome::Review, vec![FindingCode::NoSubject]));
}

#[test]
fn findings_below_fail_on_ask_for_review() {
    let policy = Policy { fail_on: Severity::Critical, ..policy() };
    let (outcome, _, codes) = judged(&dataset(), &measured(uniqueness(Some(1), 1)), &policy);
    assert_eq!((outcome, codes), (VerdictOutcome::Review, vec![FindingCode::SmallClass]));
}

#[test]
fn a_class_that_only_blanks_make_large_asks_for_review() {
    let mut value = uniqueness(Some(5), 9);
    value.own_category = Some(OwnCategory { full_smallest_class: Some(1), static_smallest_class: Some(4) });
    let (outcome, _, codes) = judged(&dataset(), &measured(value), &policy());
    assert_eq!((outcome, codes), (VerdictOutcome::Review, vec![FindingCode::WildcardLowersRisk]));
}

#[test]
fn findings_come_worst_first() {
    let mut dataset = Dataset { records_without_subject: 1, ..dataset() };
    dataset.columns.push(column("name", Role::DirectIdentifier, true));
    let codes = judged(&dataset, &measured(uniqueness(Some(1), 1)), &policy()).2;
    let expected = [FindingCode::DirectIdentifierPresent, FindingCode::SmallClass, FindingCode::RecordsWithoutSubject];
    assert_eq!(codes, expected);
}
