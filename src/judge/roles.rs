//! What the roles of the columns say, and who the person is that a record belongs to: nobody declared, declared, or
//! better named by another column; and columns that leave with the others without a role.

use super::{Case, Gated, Hearing, coverage, finding, left_aside, list};
use crate::plan::{counted, grouped};
use crate::result::{DatasetColumn, Finding, FindingCode, NotMeasured, Role, Severity, SubjectCandidate};

/// Of this many records one without a subject is too many.
const ONE_IN: u64 = 20;
/// Fewer subjects that could vary do not show that a column is one of events.
const FEWEST_COMPARABLE: u64 = 20;

/// Every finding about roles but direct identifiers.
pub(super) fn findings(case: Case<'_>) -> Vec<Finding> {
    let of_subject = [records_without_subject(case), no_subject(case), worse_subject(case), subjects_not_in_map(case)];
    of_subject.into_iter().chain([guessed_roles(case)]).flatten().collect()
}

/// Columns that are direct identifiers by role or heading, and not permitted.
pub(super) fn direct_identifiers(case: Case<'_>) -> Vec<Finding> {
    let direct = Some(Role::DirectIdentifier);
    let named = case.dataset.columns.iter().filter(|column| Some(column.role) == direct || column.looks_like == direct);
    let permitted = |name: &String| case.policy.permitted_identifiers.contains(name);
    named
        .filter(|column| !permitted(&column.name))
        .map(|column| {
            let (how, severity) = match (column.looks_like, column.guessed) {
                (Some(_), _) if column.role == Role::Subject => {
                    ("is declared as the subject, but its heading names", Severity::Medium)
                }
                (Some(_), _) => ("has no declared role, but its heading names", Severity::Medium),
                (None, true) => ("looks like", Severity::High),
                (None, false) => ("is declared as", Severity::Critical),
            };
            let message = format!("column `{}` {how} a direct identifier, but it is part of the extract", column.name);
            finding(FindingCode::DirectIdentifierPresent, severity, "roles", message).on([&column.name])
        })
        .collect()
}

/// A card that is not in the map counts as a person of its own, which can make a class look larger than it is.
fn subjects_not_in_map(case: Case<'_>) -> Option<Finding> {
    let unmapped = case.dataset.subjects_not_in_map.filter(|&unmapped| unmapped > 0)?;
    let message = format!(
        "{unmapped} subject values are missing from the subject map and count as separate persons; classes may be smaller than shown"
    );
    Some(finding(FindingCode::SubjectsNotInMap, Severity::Medium, "roles", message).counting(unmapped))
}

fn guessed_roles(case: Case<'_>) -> Option<Finding> {
    let guessed = case.dataset.columns.iter().filter(|column| column.guessed);
    let columns: Vec<String> = guessed.map(|column| column.name.clone()).collect();
    let message = "the roles of the columns were guessed, not declared; a guess never passes".to_owned();
    let found = finding(FindingCode::GuessedRoles, Severity::Medium, "roles", message);
    (!columns.is_empty()).then(|| found.on(&columns))
}

/// Whether a person gave a reason for the subject.
pub(super) fn has_reason(case: Case<'_>) -> bool {
    case.declarations.subject_reason.as_ref().is_some_and(|reason| !reason.trim().is_empty())
}

fn records_without_subject(case: Case<'_>) -> Option<Finding> {
    let left_out = case.dataset.records_without_subject;
    let column = case.dataset.subject.as_ref().filter(|_| left_out > 0)?;
    let message = format!(
        "{left_out} of {} records have no value in the subject column `{column}`; they belong to no equivalence class and count in no share",
        case.dataset.records
    );
    let is_large = left_out.saturating_mul(ONE_IN) >= case.dataset.records;
    let severity = if is_large { Severity::High } else { Severity::Medium };
    Some(finding(FindingCode::RecordsWithoutSubject, severity, "roles", message).on([column]).counting(left_out))
}

/// Five purchases of one customer look like a safe group of five when each record counts as its own subject.
fn no_subject(case: Case<'_>) -> Option<Finding> {
    // A table of totals has a finding of its own.
    if case.dataset.subject.is_some() || case.declarations.aggregate {
        return None;
    }
    let by_counts = |name: &str| case.dataset.facts.subject_candidates.iter().find(|found| found.column == name);
    let looks_like_one =
        case.dataset.columns.iter().filter(|it| it.looks_like == Some(Role::Subject) || by_counts(&it.name).is_some());
    let columns: Vec<String> = looks_like_one.map(|column| column.name.clone()).collect();
    let said = case.declarations.no_subject;
    if said && (columns.is_empty() || has_reason(case)) {
        return None;
    }
    let (verb, counts) = match columns.as_slice() {
        [one] => ("looks", by_counts(one).map_or_else(String::new, |found| format!(" ({})", in_numbers(found)))),
        _ => ("look", String::new()),
    };
    let noun = if columns.len() == 1 { "column" } else { "columns" };
    let like = || format!("{noun} {} {verb} like the subject{counts}", list(&columns));
    let message = match (said, columns.is_empty()) {
        (_, true) => {
            "no subject is declared, so each record counts as a person, but no declaration confirms that".to_owned()
        }
        (false, false) => format!("no subject is declared, so each record counts as a person, but {}", like()),
        (true, false) => format!("each record is declared a separate person without a reason, but {}", like()),
    };
    Some(finding(FindingCode::NoSubject, Severity::Medium, "roles", message).on(&columns))
}

fn in_numbers(found: &SubjectCandidate) -> String {
    format!("{} in {}", counted(found.values, "value", "values"), counted(found.records, "record", "records"))
}

/// Several accounts of one customer look like several people.
fn worse_subject(case: Case<'_>) -> Option<Finding> {
    let subject = case.dataset.subject.as_ref().filter(|_| !has_reason(case))?;
    let with_subject = case.dataset.records.saturating_sub(case.dataset.records_without_subject);
    let one_each = with_subject == case.dataset.subjects;
    let is_better =
        |found: &&SubjectCandidate| found.constant_within && (one_each || found.groups_subjects == Some(true));
    let better: Vec<&SubjectCandidate> = case.dataset.facts.subject_candidates.iter().filter(is_better).collect();
    let [first, ..] = better[..] else { return None };
    let columns: Vec<String> = better.iter().map(|found| found.column.clone()).collect();
    let (noun, verb) = if columns.len() == 1 { ("column", "groups") } else { ("columns", "group") };
    let message = format!(
        "{noun} {} {verb} the {} subjects of `{subject}` and may be the person: `{}` has {}",
        list(&columns),
        grouped(case.dataset.subjects),
        first.column,
        in_numbers(first)
    );
    Some(finding(FindingCode::WorseSubject, Severity::Medium, "roles", message).on(&columns))
}

/// Adds what is found of columns that are in no figure.
pub(super) fn of_columns(hearing: Hearing<'_>, gated: &mut Gated) {
    let columns = hearing.case.dataset.columns.iter().filter(|column| !column.is_dropped());
    let found: Vec<Finding> = columns
        .filter_map(|column| undeclared(hearing, gated, column).or_else(|| left_aside::unreasoned(hearing, column)))
        .collect();
    gated.findings.extend(found);
    gated.findings.extend(left_aside::unreasoned_together(hearing));
    gated.not_measured.extend(sensitive(hearing));
    if hearing.case.declarations.aggregate && !super::aggregates::is_the_input(hearing.case) {
        let message = "the input is declared to hold totals, but no table of `[[aggregates]]` is this file";
        let code = FindingCode::AggregatesNotMeasured;
        gated.findings.push(finding(code, Severity::Medium, "aggregates", message.to_owned()));
    }
}

/// An event column of a gated point is known to others by declaration, and limited. A static one is not: a share of all may
/// be singled out by a point, and nobody by what never changes.
fn undeclared(hearing: Hearing<'_>, gated: &Gated, column: &DatasetColumn) -> Option<Finding> {
    let is_explained = super::aggregates::explains(hearing.case, &column.name);
    let is_in_point = coverage::is_in_gated_point(gated, &column.name);
    let is_open = column.facts.undeclared && !is_explained && !(is_in_point && is_shown_to_vary(column));
    let limited = "; known points limit event columns alone, and the data do not show that it is one";
    let why = if is_in_point { limited } else { "" };
    let message = format!("column `{}` has no role, but leaves with the others{why}", column.name);
    is_open.then(|| finding(FindingCode::UndeclaredColumn, Severity::Medium, "roles", message).on([&column.name]))
}

/// Whether the data show that a column is one of events, by the rule for quasi-identifiers.
pub(super) fn is_shown_to_vary(column: &DatasetColumn) -> bool {
    let counts = column.facts.comparable_subjects.zip(column.facts.varying_subjects);
    counts.is_some_and(|(comparable, varying)| comparable >= FEWEST_COMPARABLE && varying * 10 >= comparable * 9)
}

/// Sensitive columns that no figure is on; whether cells hold identifiers says nothing of what they tell.
fn sensitive(hearing: Hearing<'_>) -> Option<NotMeasured> {
    let is_measured = |name: &String| {
        let mut figures = hearing.figures.iter().filter(|figure| !figure.id.starts_with("identifiers."));
        figures.any(|figure| figure.columns.contains(name))
    };
    let sensitive = hearing.case.dataset.columns.iter().filter(|column| column.role == Role::Sensitive);
    let names: Vec<String> = sensitive.map(|column| column.name.clone()).filter(|name| !is_measured(name)).collect();
    let noun = if names.len() == 1 { "column" } else { "columns" };
    let reason = format!("attribute disclosure from the sensitive {noun} {} is not measured", list(&names));
    (!names.is_empty()).then(|| NotMeasured { measure: "sensitive".to_owned(), reason })
}
