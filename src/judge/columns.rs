//! Columns that leave with the others and that nobody answers for.

use super::{Gated, Hearing, coverage, finding, list, percent, plain};
use crate::result::{DatasetColumn, Finding, FindingCode, NotMeasured, Role, Severity};

/// Share of the subjects with a value of their own from which on a column looks identifying.
const IDENTIFYING_SHARE: f64 = 0.2;
/// Words in a cell, on average, from which on anything may stand in it.
const SENTENCE: f64 = 3.0;

/// Adds what is found of columns that are in no figure.
pub(super) fn apply(hearing: Hearing<'_>, gated: &mut Gated) {
    let columns = hearing.case.dataset.columns.iter().filter(|column| !column.is_dropped());
    let found: Vec<Finding> =
        columns.filter_map(|column| undeclared(gated, column).or_else(|| unreasoned(hearing, column))).collect();
    gated.findings.extend(found);
    gated.not_measured.extend(sensitive(hearing));
    if hearing.case.declarations.aggregate {
        let message = "a table of totals is declared, and this version does not measure what totals give away";
        let code = FindingCode::AggregatesNotMeasured;
        gated.findings.push(finding(code, Severity::Medium, "aggregates", message.to_owned()));
    }
}

/// A column of a gated point is known to others by declaration, and limited.
fn undeclared(gated: &Gated, column: &DatasetColumn) -> Option<Finding> {
    let is_open = column.facts.undeclared && !coverage::is_in_gated_point(gated, &column.name);
    let message = format!("column `{}` has no role, and it leaves with the others", column.name);
    is_open.then(|| finding(FindingCode::UndeclaredColumn, Severity::Medium, "roles", message).on([&column.name]))
}

fn unreasoned(hearing: Hearing<'_>, column: &DatasetColumn) -> Option<Finding> {
    let is_left_aside = matches!(column.role, Role::Ignore | Role::Sensitive | Role::Weight);
    let is_declared = !column.guessed && !column.facts.undeclared;
    let has_reason = hearing.case.declarations.reason_for(&column.name).is_some();
    if !is_left_aside || !is_declared || has_reason {
        return None;
    }
    let own = column.facts.share_with_own_value.filter(|&share| share >= IDENTIFYING_SHARE);
    let words = column.facts.average_words.filter(|&words| words >= SENTENCE);
    let (why, measured, limit) = match (own, words) {
        (Some(share), _) => {
            let who = if hearing.case.dataset.subject.is_some() { "subjects" } else { "records" };
            (format!("{} of the {who} hold a value that nobody else holds", percent(share)), share, IDENTIFYING_SHARE)
        }
        (None, Some(words)) => (format!("its cells hold {} words on average", plain(words)), words, SENTENCE),
        (None, None) => return None,
    };
    let (name, role) = (&column.name, column.role.name());
    let message = format!("column `{name}` is declared `{role}` without a reason, and {why}");
    let found = finding(FindingCode::UnreasonedColumn, Severity::Medium, "roles", message);
    Some(found.on([name]).beyond(measured, limit))
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
    let reason = format!("what a recipient learns from the sensitive {noun} {} is not measured", list(&names));
    (!names.is_empty()).then(|| NotMeasured { measure: "attribute".to_owned(), reason })
}
