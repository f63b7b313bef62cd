//! Columns that are declared to be counted in no class, and that leave all the same: which of them need a reason.
//!
//! One by one those that look identifying; and those that do not, where they look identifying together. A reason beside one of
//! several does not settle what they show together: each of them needs its own.

use std::collections::BTreeSet;

use super::roles::has_reason;
use super::{Hearing, finding, list, percent, plain};
use crate::printable::listed;
use crate::result::{DatasetColumn, Finding, FindingCode, IDENTIFYING_SHARE, Role, Severity};

/// Words in a cell, on average, from which on anything may stand in it.
const SENTENCE: f64 = 3.0;

/// What is found of one column by itself.
pub(super) fn unreasoned(hearing: Hearing<'_>, column: &DatasetColumn) -> Option<Finding> {
    // Every subject has a value of its own; words in it are another matter.
    let is_subject = column.role == Role::Subject && is_declared(column);
    let is_explained = is_subject && has_reason(hearing.case);
    if !(is_subject || is_left_aside(column)) || is_explained || is_reasoned(hearing, column) {
        return None;
    }
    let own = column.facts.share_with_own_value.filter(|&share| share >= IDENTIFYING_SHARE);
    let words = column.facts.average_words.filter(|&words| words >= SENTENCE);
    if own.is_none() && words.is_none() && is_unknown(hearing, column) {
        let (name, role) = (&column.name, column.role.name());
        let message =
            format!("column `{name}` is declared `{role}` without a reason, and its values were not compared");
        return Some(finding(FindingCode::UnreasonedColumn, Severity::Medium, "roles", message).on([name]));
    }
    let (why, measured, limit) = match (own, words) {
        (Some(share), _) => {
            let (share_of, who) = (percent(share), people(hearing));
            (format!("{share_of} of the {who} have a value that nobody else has"), share, IDENTIFYING_SHARE)
        }
        (None, Some(words)) => (format!("its cells contain {} words on average", plain(words)), words, SENTENCE),
        (None, None) => return None,
    };
    let (name, role) = (&column.name, column.role.name());
    let message = format!("column `{name}` is declared `{role}` without a reason, and {why}");
    let found = finding(FindingCode::UnreasonedColumn, Severity::Medium, "roles", message);
    Some(found.on([name]).beyond(measured, limit))
}

/// What is found of columns that look harmless one by one: of those without a reason, beside all of them.
pub(super) fn unreasoned_together(hearing: Hearing<'_>) -> Option<Finding> {
    let is_open = |column: &&DatasetColumn| {
        is_left_aside(column) && !is_reasoned(hearing, column) && unreasoned(hearing, column).is_none()
    };
    let open: Vec<&DatasetColumn> = hearing.case.dataset.columns.iter().filter(is_open).collect();
    let unknown = not_counted(hearing, &open);
    let all = hearing.case.dataset.facts.left_aside.as_ref();
    let all = all.filter(|all| all.share_with_own_combination >= IDENTIFYING_SHARE);
    if !unknown.is_empty() {
        let message = format!("{}, and {} values were not compared together", declared(&unknown), its(&unknown));
        return Some(finding(FindingCode::UnreasonedColumn, Severity::Medium, "roles", message).on(names(&unknown)));
    }
    let all = all?;
    let open: Vec<&DatasetColumn> = open.into_iter().filter(|column| all.columns.contains(&column.name)).collect();
    if open.is_empty() {
        return None;
    }
    let others: Vec<String> =
        all.columns.iter().filter(|name| !names(&open).any(|open| open == *name)).cloned().collect();
    let others = if others.is_empty() { String::new() } else { format!(" and those of {}", list(&others)) };
    let (share_of, who) = (percent(all.share_with_own_combination), people(hearing));
    let have = format!("{share_of} of the {who} have a combination of {} values{others}", its(&open));
    let message = format!("{}, and {have} that nobody else has", declared(&open));
    let found = finding(FindingCode::UnreasonedColumn, Severity::Medium, "roles", message).on(names(&open));
    Some(found.beyond(all.share_with_own_combination, IDENTIFYING_SHARE))
}

/// The open columns that should have been counted with others, and were not.
fn not_counted<'a>(hearing: Hearing<'_>, open: &[&'a DatasetColumn]) -> Vec<&'a DatasetColumn> {
    let singles_out_few = |column: &DatasetColumn| {
        let few = column.facts.share_with_own_value.is_some_and(|share| share < IDENTIFYING_SHARE);
        is_left_aside(column) && few && column.distinct.is_some_and(|distinct| distinct > 1)
    };
    let dataset = hearing.case.dataset;
    let counted = dataset.facts.left_aside.as_ref().map_or(&[][..], |all| all.columns.as_slice());
    if dataset.columns.iter().filter(|column| singles_out_few(column)).count() < 2 {
        return Vec::new();
    }
    open.iter().copied().filter(|column| singles_out_few(column) && !counted.contains(&column.name)).collect()
}

/// `columns `a` and `b` are declared `ignore` without a reason`.
fn declared(columns: &[&DatasetColumn]) -> String {
    let named: Vec<String> = names(columns).cloned().collect();
    let roles: BTreeSet<&str> = columns.iter().map(|column| column.role.name()).collect();
    let roles: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
    let (noun, verb) = if columns.len() == 1 { ("column", "is") } else { ("columns", "are") };
    format!("{noun} {} {verb} declared {} without a reason", list(&named), listed(&roles))
}

fn names<'a>(columns: &[&'a DatasetColumn]) -> impl Iterator<Item = &'a String> {
    columns.iter().map(|column| &column.name)
}

fn its(columns: &[&DatasetColumn]) -> &'static str {
    if columns.len() == 1 { "its" } else { "their" }
}

fn people(hearing: Hearing<'_>) -> &'static str {
    if hearing.case.dataset.subject.is_some() { "subjects" } else { "records" }
}

fn is_declared(column: &DatasetColumn) -> bool {
    !column.guessed && !column.facts.undeclared
}

/// Whether a column is declared to be counted in no class, and leaves with the file.
fn is_left_aside(column: &DatasetColumn) -> bool {
    let has_role = matches!(column.role, Role::Ignore | Role::Sensitive | Role::Weight);
    has_role && is_declared(column) && !column.is_dropped()
}

fn is_reasoned(hearing: Hearing<'_>, column: &DatasetColumn) -> bool {
    hearing.case.declarations.reason_for(&column.name).is_some()
}

/// Whether nobody knows what a column with values shows: these have no spelling, as lists have none, or did not fit into
/// memory. What is unknown is not harmless.
fn is_unknown(hearing: Hearing<'_>, column: &DatasetColumn) -> bool {
    column.distinct.is_none() && column.missing < hearing.case.dataset.records
}
