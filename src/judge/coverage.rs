//! Whether every quasi-identifier is under a limit that was measured.
//!
//! A PASS rests on limits, and a limit speaks of the columns of its figure only. A static column is covered by a limit on
//! the static set, any column by a class limit on the full set, an event column by a gated point. Event columns are also
//! covered together, by one limit: whoever knows a record knows all of them at once. A limit that nothing can break covers
//! nothing, and linkage covers nothing: it speaks of sources that somebody thought of.

use super::{Gated, Hearing, finding, list, roles, row_of};
use crate::measure::{self, unicity, uniqueness};
use crate::plan::{Limit, Range};
use crate::result::{
    Check, CheckOutcome, Comparison, DatasetColumn, Finding, FindingCode, Gate, GateOrigin, Role, Severity,
};

/// Why nothing can break a limit; `None` where something can. Shares and risks are at most 1, a class holds at least one
/// subject.
pub(super) fn cannot_break(gate: &Gate, row: &Limit) -> Option<String> {
    let limit = gate.limit?;
    let is_share_of_people = row.range == Range::SHARE && counts_people(row);
    let beyond_every_share = gate.comparison == Comparison::AtMost && is_share_of_people && limit >= 1.0;
    let no_class_below = gate.class_limit().or(gate.limit_as_k).is_some_and(|k| k <= 1);
    (beyond_every_share || no_class_below).then(|| "nothing can breach this limit, so it is not a gate".to_owned())
}

/// Whether the measure behind a limit counts people of the extract.
pub(super) fn counts_people(row: &Limit) -> bool {
    measure::named(row.measure).is_some_and(|measure| measure.counts_people)
}

/// Whether every record is suppressed, so that there is nobody to measure.
pub(super) fn is_all_suppressed(hearing: Hearing<'_>) -> bool {
    let dataset = hearing.case.dataset;
    dataset.records > 0 && dataset.facts.suppressed_records.is_some_and(|suppressed| suppressed >= dataset.records)
}

/// Adds what is found of columns and limits once every limit was held.
pub(super) fn apply(hearing: Hearing<'_>, gated: &mut Gated) {
    let found = ungated(hearing, gated).chain(unjoined(hearing, gated)).chain(gate_left_out(hearing, gated));
    let found: Vec<Finding> = found.collect();
    gated.findings.extend(found);
}

fn ungated<'a>(hearing: Hearing<'a>, gated: &'a Gated) -> impl Iterator<Item = Finding> + 'a {
    let is_open = move |column: &&DatasetColumn| !is_answered(hearing, gated, column);
    hearing.case.quasi_identifiers().filter(is_open).map(move |column| {
        let name = &column.name;
        let message = if is_empty(column) {
            format!("quasi-identifier `{name}` has no value, so it was not measured")
        } else if column.is_event() {
            format!(
                "quasi-identifier `{name}` varies within subjects, and no measured limit covers it: it is in no gated \
                 point, and `gate_any_record` is not set"
            )
        } else {
            format!("no measured limit covers quasi-identifier `{name}`")
        };
        finding(FindingCode::UngatedColumn, Severity::Medium, "policy", message).on([name])
    })
}

/// Event columns of gated points that no limit covers together. Each may be harmless alone while all of them single
/// everybody out, so points share the columns out among them for a reason only.
fn unjoined(hearing: Hearing<'_>, gated: &Gated) -> Option<Finding> {
    let known = hearing.case.dataset.columns.iter().filter(|column| is_known_event(column));
    let in_reach: Vec<String> =
        known.map(|column| column.name.clone()).filter(|name| is_in_gated_point(gated, name)).collect();
    let joins = |check: &Check| is_held(check) && covers(check) && in_reach.iter().all(|it| check.columns.contains(it));
    if in_reach.is_empty() || is_left_out_for_a_reason(hearing, gated) || gated.checks.iter().any(joins) {
        return None;
    }
    let message = format!(
        "known points limit the event columns {} apart, and no measured limit covers them together, as a record shows \
         them",
        list(&in_reach)
    );
    Some(finding(FindingCode::UngatedColumn, Severity::Medium, "policy", message).on(&in_reach))
}

/// An event column that others may know: by its role, or because a point names it and nobody gave it a role.
fn is_known_event(column: &DatasetColumn) -> bool {
    let is_quasi_identifier = column.role == Role::QuasiIdentifier && column.is_event();
    is_quasi_identifier || column.facts.undeclared && roles::is_shown_to_vary(column)
}

/// Whether somebody says why the declared points leave something out.
fn is_left_out_for_a_reason(hearing: Hearing<'_>, gated: &Gated) -> bool {
    hearing.case.declarations.points_reason.as_ref().is_some_and(|reason| !reason.trim().is_empty())
        && gated.checks.iter().any(|check| is_held(check) && is_of_points(check))
}

/// A column without a single value, or one that is dropped.
fn is_empty(column: &DatasetColumn) -> bool {
    column.distinct == Some(0) || column.facts.measured == Some(false)
}

/// Whether a limit covers the column, a reason stands for it, or the limit that would cover it fails already.
fn is_answered(hearing: Hearing<'_>, gated: &Gated, column: &DatasetColumn) -> bool {
    let measure = if column.is_event() { unicity::NAME } else { uniqueness::NAME };
    let fails = gated.checks.iter().any(|check| {
        let is_open = matches!(check.outcome, CheckOutcome::Unknown | CheckOutcome::CutOff) && check.finding.is_some();
        let gate = || hearing.case.policy.gates.iter().find(|gate| gate.id == check.gate);
        is_open && gate().and_then(row_of).is_some_and(|row| row.measure == measure)
    });
    let is_left_out = column.is_event() && is_left_out_for_a_reason(hearing, gated);
    fails || !is_empty(column) && (is_left_out || is_covered(gated, &column.name))
}

/// Whether a limit was held against a figure on this column.
fn is_covered(gated: &Gated, column: &str) -> bool {
    gated.checks.iter().any(|check| is_held_on(check, column) && covers(check))
}

/// Whether the figure of a check speaks of the columns of the check: classes on them, or points of them.
fn covers(check: &Check) -> bool {
    let id = check.figure.as_deref().unwrap_or_default();
    let of_static = ["uniqueness.static.", "uniqueness.static_unclear."];
    let is_of_classes = of_static.iter().any(|set| id.starts_with(set)) || id == "uniqueness.full.smallest_class";
    is_of_classes || is_of_points(check)
}

/// Whether a limit was held against known points of this column.
pub(super) fn is_in_gated_point(gated: &Gated, column: &str) -> bool {
    gated.checks.iter().any(|check| is_held_on(check, column) && is_of_points(check))
}

fn is_of_points(check: &Check) -> bool {
    matches!(check.figure.as_deref(), Some("unicity.gated_share" | "unicity.gated_share_unclear"))
}

fn is_held(check: &Check) -> bool {
    matches!(check.outcome, CheckOutcome::Holds | CheckOutcome::Breaks)
}

fn is_held_on(check: &Check, column: &str) -> bool {
    is_held(check) && check.columns.iter().any(|name| name == column)
}

/// What flags and variables of this run leave out or ask less for, in one finding.
fn gate_left_out(hearing: Hearing<'_>, gated: &Gated) -> Option<Finding> {
    let loosened = hearing.case.declarations.loosened_by.iter().map(|origin| loosened(origin));
    let told: Vec<String> = without_columns(hearing, gated).into_iter().chain(loosened).collect();
    let found = finding(FindingCode::GateLeftOut, Severity::Medium, "policy", told.join("; "));
    (!told.is_empty()).then_some(found)
}

/// What a flag or a variable asks less for than the configuration.
fn loosened(origin: &str) -> String {
    match origin {
        "--point" => format!("{origin} replaces the known points that the configuration declares"),
        "--subject" | "--quasi" | "--sensitive" | "--direct" | "--weight" | "--ignore" => {
            format!("{origin} takes a column out of the role that the configuration gives it, or replaces the subject")
        }
        _ => format!("{origin} asks for less than the limits of the configuration, or than the default ones"),
    }
}

/// A default limit that a flag of this run took its columns or its measure from.
fn without_columns(hearing: Hearing<'_>, gated: &Gated) -> Option<String> {
    let (case, flags) = (hearing.case, &hearing.case.declarations.narrowed_by);
    let names = |flag: &str| flags.iter().any(|narrowed| narrowed.trim_start_matches('-').starts_with(flag));
    let is_quiet = |gate: &&Gate| {
        let mut checks = gated.checks.iter().filter(|check| check.gate == gate.id);
        checks.any(|check| match check.outcome {
            CheckOutcome::NotApplicable => true,
            CheckOutcome::Unknown => check.finding.is_none(),
            _ => false,
        })
    };
    let is_taken = |gate: &&Gate| match gate.measure.name() {
        "smallest-class" => names("ignore") || (names("measures") && case.measures.uniqueness.is_none()),
        "unicity" => names("ignore") || (names("measures") && case.quasi_identifiers().any(DatasetColumn::is_event)),
        _ => false,
    };
    let defaults = case.policy.gates.iter().filter(|gate| gate.origin == GateOrigin::Default);
    let left_out: Vec<String> =
        defaults.filter(is_quiet).filter(is_taken).map(|gate| format!("`{}`", gate.id)).collect();
    let is_told = !flags.is_empty() && !left_out.is_empty();
    is_told.then(|| {
        format!(
            "{} on the command line leaves the default {} {} with nothing to limit",
            flags.join(" and "),
            if left_out.len() == 1 { "limit" } else { "limits" },
            left_out.join(" and ")
        )
    })
}
