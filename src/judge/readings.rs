//! Columns of which the data do not say whether they are static: both readings are measured, and both are judged.
//!
//! Read as static, an unclear column is in the larger static set and in no gated point that nobody declared; read as an
//! event column, it is in no static set and in the larger point. A limit that breaks whichever reading holds fails. Where
//! limits break under one reading only a person must look, as in every case until somebody declares what the column is.

use super::checks::Held;
use super::{Case, Hearing, finding, list, percent};
use crate::measure::{attribute, unicity, uniqueness};
use crate::plan::Limit;
use crate::result::{CheckOutcome, DatasetColumn, Figure, Finding, FindingCode, Gate, GateSet, Severity, Variability};

/// Under which reading of the unclear columns a figure is what leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Under either, or there is no unclear column.
    Either,
    /// Where they are static.
    Static,
    /// Where they are event columns.
    Event,
}

/// The figures of a gate that count unclear columns in.
pub(super) fn unclear_figures<'a>(hearing: Hearing<'a>, gate: &Gate, row: &Limit) -> Vec<&'a Figure> {
    let id = match gate.set {
        Some(GateSet::Static) => format!("{}.static_unclear.{}", row.measure, row.figure),
        None if row.measure == unicity::NAME => format!("{}_unclear", row.figure_id(None)),
        _ => return Vec::new(),
    };
    hearing.figures.iter().filter(|figure| figure.id == id).collect()
}

/// The reading that a figure belongs to.
pub(super) fn reading_of(hearing: Hearing<'_>, figure: &Figure) -> Reading {
    let is_of_set = |figure: &Figure, set: &str| {
        let mut measures = [uniqueness::NAME, attribute::NAME].into_iter();
        measures.any(|measure| figure.id.strip_prefix(measure).is_some_and(|id| id.starts_with(set)))
    };
    let larger_set = |figure: &Figure| is_of_set(figure, ".static_unclear.");
    let larger_point = |figure: &Figure| figure.id.starts_with("unicity.gated_") && figure.id.ends_with("_unclear");
    let of_set = is_of_set(figure, ".static");
    let of_point = figure.id.starts_with("unicity.gated_");
    let both =
        (of_set && hearing.figures.iter().any(larger_set)) || (of_point && hearing.figures.iter().any(larger_point));
    let counts_unclear = larger_set(figure) || larger_point(figure);
    // Read as static, unclear columns are in the set and not in the point; read as event columns, the other way round.
    match (both, of_set == counts_unclear) {
        (false, _) => Reading::Either,
        (true, true) => Reading::Static,
        (true, false) => Reading::Event,
    }
}

/// The finding of a broken limit, weighed: where limits break under one reading only, it is one to look at.
pub(super) fn weighed(hearing: Hearing<'_>, held: &[Held<'_>], this: &Held<'_>, found: Finding) -> Finding {
    let other = match this.reading {
        Reading::Either => return found,
        Reading::Static => Reading::Event,
        Reading::Event => Reading::Static,
    };
    if held.iter().any(|held| held.reading == other && held.check.outcome == CheckOutcome::Breaks) {
        return found;
    }
    let unclear = hearing.case.quasi_identifiers().filter(|column| column.is_unclear());
    let unclear: Vec<String> = unclear.map(|column| column.name.clone()).collect();
    let (is, kind) = match (this.reading, unclear.len()) {
        (Reading::Static, 1) => ("is", "static"),
        (Reading::Static, _) => ("are", "static"),
        (_, 1) => ("is", "an event column"),
        _ => ("are", "event columns"),
    };
    let message = format!("{}, if {} {is} {kind}, which the data do not show", found.message, list(&unclear));
    Finding { severity: Severity::Medium, message, ..found }
}

/// What is said of columns of which some subjects show several values.
pub(super) fn findings(case: Case<'_>) -> Vec<Finding> {
    case.quasi_identifiers().filter_map(|column| of_column(case, column)).collect()
}

fn of_column(case: Case<'_>, column: &DatasetColumn) -> Option<Finding> {
    let (comparable, varying) = (column.facts.comparable_subjects?, column.facts.varying_subjects?);
    let share = column.facts.share_varying?;
    let name = &column.name;
    let counted = format!(
        "`{name}` changes within {varying} of the {comparable} {} with at least two values ({})",
        if comparable == 1 { "subject" } else { "subjects" },
        percent(share)
    );
    let found = |code, severity, message: String| {
        let found = finding(code, severity, uniqueness::NAME, message).on([name]);
        Some(Finding { measured: Some(share), ..found })
    };
    let declared = case.declarations.varies(name);
    let contradicts = match declared {
        Some(true) => varying * 10 <= comparable,
        Some(false) => varying * 10 >= comparable * 9,
        None => false,
    };
    if contradicts && case.declarations.reason_for(name).is_none() {
        let varies = declared == Some(true);
        let message = format!("{counted}, but it is declared with `varies = {varies}` without a `reason`");
        return found(FindingCode::VariesContradicted, Severity::Medium, message);
    }
    match column.variability()? {
        Variability::Unclear => {
            let message = format!(
                "{counted}, so the data do not show whether it is static or an event column; both were measured, and \
                 declaring `varies = true` or `varies = false` for the column settles it"
            );
            found(FindingCode::StaticUnclear, Severity::Medium, message)
        }
        Variability::NearlyStatic => {
            let message = format!("{counted}; it is treated as static, and a subject counts with each of its values");
            found(FindingCode::NearlyStatic, Severity::Note, message)
        }
        Variability::Static | Variability::Event => None,
    }
}
