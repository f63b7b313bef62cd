//! The file that leaves is the file that was read, not the one that was measured.

use super::*;
use crate::result::Treatment;

fn downstream() -> Treatment {
    Treatment {
        applied: "downstream".to_owned(),
        approved_by: "officer".to_owned(),
        reason: "the exporter applies it".to_owned(),
        expires: "2026-12-31".to_owned(),
    }
}

/// `city` under a rule that changed so many cells.
fn coarsened(cells: Option<u64>) -> Dataset {
    let mut dataset = dataset();
    dataset.columns[1].coarsen = vec!["prefix:3".to_owned()];
    dataset.columns[1].facts.changed_cells = cells;
    dataset
}

/// With a name under `drop`, too.
fn named() -> Dataset {
    let mut dataset = coarsened(Some(40));
    let mut name = column("name", Role::DirectIdentifier, true);
    (name.coarsen, name.facts.changed_cells) = (vec!["drop".to_owned()], Some(100));
    dataset.columns.push(name);
    dataset
}

fn judged_under(dataset: &Dataset, treatment: Option<Treatment>, days: [&str; 2], smallest: u64) -> Judgement {
    let (measures, policy) = (measured(uniqueness(Some(smallest), 9)), policy());
    let declarations = Declarations { treatment, ..Declarations::default() };
    let [as_of, today] = days.map(|day| day.parse().ok());
    judge(Case { declarations: &declarations, as_of, today, ..Case::new(dataset, &measures, &policy) })
}

const DAY: [&str; 2] = ["2026-11-22"; 2];

#[test]
fn a_file_that_does_not_hold_its_treatment_is_reviewed_at_best() {
    let judgement = judged_under(&coarsened(Some(40)), None, DAY, 9);
    assert_eq!((judgement.verdict.outcome, judgement.verdict.exit_code), (VerdictOutcome::Review, 1));
    let found = &judgement.findings[0];
    assert_eq!((found.code, found.severity), (FindingCode::TreatmentNotApplied, Severity::Medium));
    assert_eq!((found.columns.as_slice(), found.measured), (["city".to_owned()].as_slice(), Some(40.0)));
    assert_eq!(
        judgement.verdict.headline.as_deref(),
        Some("would pass after this 1 change, which this file does not contain")
    );
    let two = judged_under(&named(), None, DAY, 9);
    assert_eq!(two.verdict.headline, None, "the name is open as well");
    let fail = judged_under(&coarsened(Some(40)), None, DAY, 1);
    assert_eq!((fail.verdict.outcome, fail.verdict.headline), (VerdictOutcome::Fail, None));
}

#[test]
fn several_changes_are_counted_by_column() {
    let mut dataset = coarsened(Some(40));
    dataset.columns.push(DatasetColumn { name: "day".to_owned(), role: Role::Ignore, ..dataset.columns[1].clone() });
    let judgement = judged_under(&dataset, None, DAY, 9);
    assert_eq!(judgement.findings[0].measured, Some(80.0));
    let headline = judgement.verdict.headline.unwrap();
    assert_eq!(headline, "would pass after these 2 changes, which this file does not contain");
}

#[test]
fn rules_that_change_nothing_are_no_treatment_and_uncounted_ones_are() {
    let calm = judged_under(&coarsened(Some(0)), None, DAY, 9);
    assert_eq!((calm.verdict.outcome, calm.findings.len()), (VerdictOutcome::Pass, 0));
    assert_eq!(calm.verdict.headline, None);
    let unknown = judged_under(&coarsened(None), None, DAY, 9);
    assert_eq!(unknown.verdict.outcome, VerdictOutcome::Review);
    assert_eq!(unknown.findings[0].measured, None);
}

#[test]
fn a_treatment_that_is_declared_downstream_passes_and_is_told() {
    let judgement = judged_under(&coarsened(Some(40)), Some(downstream()), DAY, 9);
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Pass);
    assert_eq!(judgement.verdict.headline.as_deref(), Some("PASS if treated downstream"));
    assert!(judgement.findings[0].waived);
    assert!(judgement.verdict.reasons[1].contains("approved by officer until 2026-12-31"));
    let broken = judged_under(&coarsened(Some(40)), Some(downstream()), DAY, 1);
    assert_eq!(broken.verdict.outcome, VerdictOutcome::Fail, "limits are held as ever");
}

#[test]
fn a_declared_treatment_counts_only_whole_and_while_it_holds() {
    let outcome = |treatment, days| judged_under(&coarsened(Some(40)), Some(treatment), days, 9).verdict.outcome;
    let until = |expires: &str| Treatment { expires: expires.to_owned(), ..downstream() };
    assert_eq!(outcome(until("2026-11-22"), DAY), VerdictOutcome::Pass, "the last day is within");
    assert_eq!(outcome(until("2026-11-21"), DAY), VerdictOutcome::Review);
    assert_eq!(outcome(until("2026-11-22"), ["2026-11-22", "2026-11-23"]), VerdictOutcome::Review, "over today");
    assert_eq!(outcome(until("2026-11-22"), ["2026-11-23", "2026-11-22"]), VerdictOutcome::Review, "over as asked");
    assert_eq!(outcome(until("2027-05-21"), DAY), VerdictOutcome::Pass, "180 days");
    assert_eq!(outcome(until("2027-05-22"), DAY), VerdictOutcome::Review, "181 days");
    assert_eq!(
        outcome(until("2027-05-22"), ["2027-01-01", "2026-11-22"]),
        VerdictOutcome::Review,
        "from the earlier day"
    );
    assert_eq!(outcome(until("soon"), DAY), VerdictOutcome::Review);
    assert_eq!(outcome(downstream(), ["2026-11-22", "unknown"]), VerdictOutcome::Review, "no day, no end");
    for part in ["", "  "] {
        assert_eq!(outcome(Treatment { approved_by: part.to_owned(), ..downstream() }, DAY), VerdictOutcome::Review);
        assert_eq!(outcome(Treatment { reason: part.to_owned(), ..downstream() }, DAY), VerdictOutcome::Review);
    }
    assert_eq!(outcome(Treatment { applied: "upstream".to_owned(), ..downstream() }, DAY), VerdictOutcome::Review);
}

#[test]
fn a_name_that_is_dropped_downstream_is_silenced_and_one_that_is_not_fails() {
    let dropped = judged_under(&named(), Some(downstream()), DAY, 9);
    assert_eq!(dropped.verdict.outcome, VerdictOutcome::Pass, "{:?}", dropped.findings);
    let undeclared = judged_under(&named(), None, DAY, 9);
    assert_eq!(undeclared.verdict.outcome, VerdictOutcome::Fail);
    let mut kept = named();
    kept.columns[2].coarsen = vec!["prefix:3".to_owned()];
    assert_eq!(judged_under(&kept, Some(downstream()), DAY, 9).verdict.outcome, VerdictOutcome::Fail);
}

#[test]
fn a_waiver_covers_no_treatment() {
    let (dataset, measures, policy) = (coarsened(Some(40)), measured(uniqueness(Some(9), 9)), policy());
    let waiver = Waiver {
        finding: FindingCode::TreatmentNotApplied,
        dataset: None,
        columns: None,
        source: None,
        limit: None,
        reason: "r".to_owned(),
        approved_by: "officer".to_owned(),
        ticket: None,
        expires: "2026-12-31".to_owned(),
    };
    let (waivers, as_of) = ([waiver], "2026-11-22".parse().ok());
    let judgement = judge(Case { waivers: &waivers, as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) });
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Review);
}

#[test]
fn a_note_is_told_and_changes_no_verdict_whatever_fails() {
    let note = || finding(FindingCode::NearlyStatic, Severity::Note, "m", "a sentence".to_owned());
    for fail_on in [Severity::Note, Severity::Low, Severity::Critical] {
        let policy = Policy { fail_on, ..policy() };
        let told = verdict(&Gated { findings: vec![note()], ..Gated::default() }, &policy);
        assert_eq!((told.outcome, told.exit_code), (VerdictOutcome::Pass, 0), "{fail_on:?}");
        let low = finding(FindingCode::UnusedWaiver, Severity::Low, "m", "a sentence".to_owned());
        let both = verdict(&Gated { findings: vec![note(), low], ..Gated::default() }, &policy);
        let fails = fail_on <= Severity::Low;
        assert_eq!(both.outcome == VerdictOutcome::Fail, fails, "{fail_on:?}");
    }
}
