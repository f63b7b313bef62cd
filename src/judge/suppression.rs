//! What suppressed records show that no limit sees.
//!
//! A record without any quasi-identifier is in no class, no share and no history. Whoever knows somebody and finds nobody of
//! the kind in the file knows the person to be among these records; so they are a class of their own, of which each column
//! that is filled tells something. Columns that nobody knows and nobody limits are held by the rules of their roles, which
//! count suppressed records too.

use super::{Case, Gated, finding, row_of};
use crate::measure::{attribute, inference};
use crate::number::as_float;
use crate::plan::counted;
use crate::result::{DatasetColumn, Finding, FindingCode, Role, Severity, ShownInSuppressed};

/// Name that such findings give as their measure.
const NAME: &str = "cells";

/// Adds a finding for each column that suppressed records fill.
pub(super) fn apply(case: Case<'_>, gated: &mut Gated) {
    let columns = case.dataset.columns.iter().filter(|column| !column.is_dropped());
    gated.findings.extend(columns.filter_map(|column| of_column(case, column)));
}

fn of_column(case: Case<'_>, column: &DatasetColumn) -> Option<Finding> {
    let shown = column.facts.shown_in_suppressed.filter(|shown| shown.cells > 0)?;
    let why = why_open(case, column, shown);
    let subjects = counted(shown.subjects, "subject", "subjects");
    let message = format!(
        "{} of column `{}` {} a value in suppressed records{}{}",
        counted(shown.cells, "cell", "cells"),
        column.name,
        if shown.cells == 1 { "holds" } else { "hold" },
        if case.dataset.subject.is_some() { format!(" ({subjects})") } else { String::new() },
        why.as_deref().map(|why| format!("; {why}")).unwrap_or_default(),
    );
    let severity = if why.is_some() { Severity::Medium } else { Severity::Note };
    let found = finding(FindingCode::SuppressedRecordFilled, severity, NAME, message).on([&column.name]);
    Some(Finding { measured: Some(as_float(shown.cells)), ..found })
}

/// Why a person must look at it: others may know the column, or it is sensitive and these records are no safe class.
fn why_open(case: Case<'_>, column: &DatasetColumn, shown: ShownInSuppressed) -> Option<String> {
    if shown.known {
        return Some("others may know it, but no limit on known points or links sees these records".to_owned());
    }
    if column.role != Role::Sensitive {
        return None;
    }
    let is_limit = |measure: &str| [attribute::NAME, inference::NAME].contains(&measure);
    let mut gates = case.policy.gates.iter().filter_map(row_of);
    if gates.any(|row| is_limit(row.measure)) {
        return Some("it is sensitive, and the limits on sensitive columns do not see these records".to_owned());
    }
    if case.declarations.reason_for(&column.name).is_some() {
        return None;
    }
    let k = u64::from(case.policy.k);
    if shown.subjects < k {
        return Some(format!("it is sensitive, and these are fewer than {k}"));
    }
    (shown.values == 1).then(|| "it is sensitive, and all of them have the same".to_owned())
}
