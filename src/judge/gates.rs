//! The gates of the policy, each with the sentences it can end in.

use super::{Case, Gated};
use crate::measure::uniqueness;
use crate::result::{
    DatasetColumn, Finding, FindingCode, NotMeasured, Outcome, Policy, Role, SetStatistics, Severity, Uniqueness, Unit,
};

/// Applies every gate that can be applied, and says of the others why not.
pub(super) fn apply(case: Case<'_>) -> Gated {
    let mut gated = Gated {
        findings: Vec::new(),
        not_measured: Vec::new(),
        applied: 0,
        doubts: Vec::new(),
        incomplete: Vec::new(),
    };
    gated.findings.extend(direct_identifiers(case));
    gated.findings.extend(records_without_subject(case));
    gated.findings.extend(no_subject(case));
    gated.findings.extend(subjects_not_in_map(case));
    gated.findings.extend(guessed_roles(case));
    let reason = "cells are not searched for identifiers by this version; only roles and headings were looked at";
    gated.not_measured.push(NotMeasured { measure: "identifiers".to_owned(), reason: reason.to_owned() });
    crowds(case, &mut gated);
    known_points(case, &mut gated);
    gated
}

fn finding(code: FindingCode, severity: Severity, measure: &str, message: String) -> Finding {
    let (columns, measured, limit, waived) = (Vec::new(), None, None, false);
    Finding { code, severity, measure: measure.to_owned(), columns, message, measured, limit, waived }
}

fn direct_identifiers(case: Case<'_>) -> Vec<Finding> {
    let direct = Some(Role::DirectIdentifier);
    let named = case.dataset.columns.iter().filter(|column| Some(column.role) == direct || column.looks_like == direct);
    named
        .map(|column| {
            let (how, severity) = match (column.looks_like, column.guessed) {
                (Some(_), _) => ("has no declared role, but its heading names", Severity::Medium),
                (None, true) => ("looks like", Severity::High),
                (None, false) => ("is declared as", Severity::Critical),
            };
            let message = format!("column `{}` {how} a direct identifier, and it is part of the extract", column.name);
            let code = FindingCode::DirectIdentifierPresent;
            Finding { columns: vec![column.name.clone()], ..finding(code, severity, "roles", message) }
        })
        .collect()
}

fn records_without_subject(case: Case<'_>) -> Option<Finding> {
    let left_out = case.dataset.records_without_subject;
    let column = case.dataset.subject.as_ref().filter(|_| left_out > 0)?;
    let message = format!(
        "{left_out} of {} records have no value in the subject column `{column}`; they are in no crowd and in no share",
        case.dataset.records
    );
    let code = FindingCode::RecordsWithoutSubject;
    Some(Finding {
        columns: vec![column.clone()],
        measured: Some(as_float(left_out)),
        limit: Some(0.0),
        ..finding(code, Severity::Medium, "roles", message)
    })
}

/// Five purchases of one customer look like a safe group of five when each record counts as its own subject.
fn no_subject(case: Case<'_>) -> Option<Finding> {
    let looks_like_one = |column: &&DatasetColumn| column.looks_like == Some(Role::Subject);
    let column = case.dataset.columns.iter().find(looks_like_one).filter(|_| case.dataset.subject.is_none())?;
    let message = format!(
        "no subject is declared, so each record counts as its own, but column `{}` looks like the subject",
        column.name
    );
    let found = finding(FindingCode::NoSubject, Severity::Medium, "roles", message);
    Some(Finding { columns: vec![column.name.clone()], ..found })
}

/// A card that is not in the map counts as a person of its own, which can make a crowd look larger than it is.
fn subjects_not_in_map(case: Case<'_>) -> Option<Finding> {
    let unmapped = case.dataset.subjects_not_in_map.filter(|&unmapped| unmapped > 0)?;
    let message = format!(
        "{unmapped} subject values are not in the subject map and count as persons of their own; crowds may be smaller than shown"
    );
    let found = finding(FindingCode::SubjectsNotInMap, Severity::Medium, "roles", message);
    Some(Finding { measured: Some(as_float(unmapped)), limit: Some(0.0), ..found })
}

fn guessed_roles(case: Case<'_>) -> Option<Finding> {
    let guessed = case.dataset.columns.iter().filter(|column| column.guessed);
    let columns: Vec<String> = guessed.map(|column| column.name.clone()).collect();
    let message = "the roles of the columns were guessed, not declared; a guess never passes".to_owned();
    let found = finding(FindingCode::GuessedRoles, Severity::Medium, "roles", message);
    (!columns.is_empty()).then_some(Finding { columns, ..found })
}

pub(super) fn no_risk_gate() -> Finding {
    let message = "no gate on the risk of being singled out could be applied, so nothing was shown to be safe";
    finding(FindingCode::NoRiskGate, Severity::Medium, "policy", message.to_owned())
}

/// The gates that the crowds answer: the smallest class of the static set, and of the full set when the policy asks.
fn crowds(case: Case<'_>, gated: &mut Gated) {
    let (unit, value) = match &case.measures.uniqueness {
        Some(Outcome::Measured { unit, value }) => (*unit, value),
        Some(Outcome::Undefined { explanation, .. }) => {
            let message = format!("the size of the smallest crowd is unknown: {explanation}");
            gated.findings.push(finding(FindingCode::UnknownRisk, Severity::Critical, uniqueness::NAME, message));
            gated.applied += 1;
            return;
        }
        Some(Outcome::Incomplete { explanation, .. }) => {
            gated.incomplete.push(format!("the crowds were not counted to the end: {explanation}"));
            return;
        }
        None => {
            let reason = "crowds were not measured: no quasi-identifier is declared, or the measure was not asked for";
            gated
                .not_measured
                .push(NotMeasured { measure: "static-smallest-class".to_owned(), reason: reason.to_owned() });
            return;
        }
    };
    match &value.static_set {
        Some(set) if set.columns == value.full.columns => smallest_class(case.policy, unit, set, "full", gated),
        Some(set) => smallest_class(case.policy, unit, set, "static", gated),
        None => gated.not_measured.push(NotMeasured {
            measure: "static-smallest-class".to_owned(),
            reason: "no quasi-identifier is constant within every subject, so there is no static set to gate"
                .to_owned(),
        }),
    }
    let same = value.static_set.as_ref().is_some_and(|set| set.columns == value.full.columns);
    if case.policy.gate_any_record && !same {
        smallest_class(case.policy, unit, &value.full, "full", gated);
    }
    gated.findings.extend(wildcard_lowers_risk(case.policy, value));
}

fn smallest_class(policy: &Policy, unit: Unit, set: &SetStatistics, which: &str, gated: &mut Gated) {
    gated.applied += 1;
    let measure = uniqueness::NAME;
    let Some(smallest) = set.smallest_class else {
        let message = format!("the smallest class of the {which} set is not defined");
        let unknown = finding(FindingCode::UnknownRisk, Severity::Critical, measure, message);
        gated.findings.push(Finding { columns: set.columns.clone(), ..unknown });
        return;
    };
    if smallest >= u64::from(policy.k) {
        return;
    }
    let (one, many) = match unit {
        Unit::Subject => ("subject", "subjects"),
        Unit::Record => ("record", "records"),
    };
    let noun = if smallest == 1 { one } else { many };
    let which = match (set.columns.len(), which) {
        (1, "static") => "the static quasi-identifier".to_owned(),
        (1, _) => "the quasi-identifier".to_owned(),
        (columns, "static") => format!("the {columns} static quasi-identifiers"),
        (columns, _) => format!("all {columns} quasi-identifiers"),
    };
    let message =
        format!("the smallest crowd on {which} is {smallest} {noun}; the policy asks for at least {}", policy.k);
    gated.findings.push(Finding {
        columns: set.columns.clone(),
        measured: Some(as_float(smallest)),
        limit: Some(f64::from(policy.k)),
        ..finding(FindingCode::SmallClass, Severity::High, measure, message)
    });
}

/// With `wildcard`, a crowd that is large only because blanks match everything.
fn wildcard_lowers_risk(policy: &Policy, value: &Uniqueness) -> Option<Finding> {
    let beside = value.own_category.as_ref()?;
    let pairs = [
        (value.static_set.as_ref().and_then(|set| set.smallest_class), beside.static_smallest_class),
        (value.full.smallest_class.filter(|_| policy.gate_any_record), beside.full_smallest_class),
    ];
    let k = u64::from(policy.k);
    let lowered =
        |(wild, own): (Option<u64>, Option<u64>)| own.filter(|&own| own < k && wild.is_some_and(|wild| wild >= k));
    let own = pairs.into_iter().find_map(lowered)?;
    let message = format!(
        "the smallest crowd reaches {k} only because missing cells match everything; as a category of their own it is {own}"
    );
    let code = FindingCode::WildcardLowersRisk;
    let found = finding(code, Severity::Medium, uniqueness::NAME, message);
    Some(Finding { measured: Some(as_float(own)), limit: Some(f64::from(policy.k)), ..found })
}

/// The gate on unicity, the average case of several known events. It is not measured by this version, so an extract
/// with event columns is at best for review.
fn known_points(case: Case<'_>, gated: &mut Gated) {
    let quasi_identifiers = || case.dataset.columns.iter().filter(|column| column.role == Role::QuasiIdentifier);
    let has_events = quasi_identifiers().any(|column| column.constant_per_subject == Some(false));
    let reason = if has_events {
        gated.doubts.push(
            "the extract has event columns, and how many known events single a subject out is not measured by this version"
                .to_owned(),
        );
        "not measured by this version"
    } else if case.dataset.subject.is_none() {
        "no subject is declared, so there are no histories of events"
    } else {
        "no quasi-identifier varies within a subject, so there are no events"
    };
    gated.not_measured.push(NotMeasured { measure: "unicity".to_owned(), reason: reason.to_owned() });
}

#[expect(clippy::cast_precision_loss, reason = "counts of records fit 32 bits")]
fn as_float(count: u64) -> f64 {
    count as f64
}
