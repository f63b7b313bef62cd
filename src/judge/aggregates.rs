//! Tables of totals: what is found whatever the limits say, what a preset asks of them, and whether they are the file in hand.
//!
//! An unsafe cell that is published is a finding, also where a limit allows some. A table says nothing of the records of an
//! extract: its figures are on no column, so they cover none.

use super::presets::{AGGREGATE_BANK, AGGREGATE_CMS, rules_of_preset};
use super::{Case, Gated, Hearing, finding, percent};
use crate::measure::aggregates::NAME;
use crate::number::{count, ratio};
use crate::plan::{AggregatePlan, RulePlan, counted, shown_name};
use crate::result::{
    AggregateTable, Aggregates, CheckOutcome, Figure, Finding, FindingCode, Outcome, RuleCells, Severity,
    TableDifferences, TableForm, TableSide,
};

/// Independent totals for each subject beyond which most amounts must be expected to be reconstructed.
const RECONSTRUCTION: f64 = 0.5;

/// The measured tables; none where they were not measured.
fn tables(case: Case<'_>) -> &[AggregateTable] {
    match &case.measures.aggregates {
        Some(Outcome::Measured { value: Aggregates { tables }, .. }) => tables,
        _ => &[],
    }
}

/// Adds what is found of tables.
pub(super) fn apply(hearing: Hearing<'_>, gated: &mut Gated) {
    let case = hearing.case;
    for table in tables(case) {
        let found = [
            unsafe_cells(table, gated),
            inconsistent(table),
            beside_extract(table),
            determined(table),
            cut_off(table),
            reconstruction(table),
            contributor_unclear(case, table),
            without_rule(table),
            below_preset(case, table),
        ];
        gated.findings.extend(found.into_iter().flatten());
    }
}

fn of_tables(code: FindingCode, severity: Severity, message: String) -> Finding {
    finding(code, severity, NAME, message)
}

/// Where a gate found them already, they are told once.
fn unsafe_cells(table: &AggregateTable, gated: &Gated) -> Option<Finding> {
    let cells = table.unsafe_published_cells.filter(|&cells| cells > 0)?;
    let is_told = gated
        .checks
        .iter()
        .any(|check| check.finding == Some(FindingCode::UnsafeCell) && check.about.as_ref() == Some(&table.name));
    let found = || of_tables(FindingCode::UnsafeCell, Severity::High, unsafe_words(table)).counting(cells);
    (!is_told).then(found)
}

/// What is said of a broken limit on a table; none where it has no words of its own.
pub(super) fn sentence(case: Case<'_>, figure: &Figure) -> Option<String> {
    let table = tables(case).iter().find(|table| figure.about.as_ref() == Some(&table.name))?;
    let (_, name) = figure.name();
    let named = shown_name(&table.name);
    let audit = table.audit.as_ref();
    match name {
        "unsafe_cells" => Some(unsafe_words(table)),
        "recoverable_cells" => audit.map(|audit| {
            let suppressed = counted(audit.suppressed_cells, "suppressed cell", "suppressed cells");
            let number = count(figure.value.value().map_or(0, whole));
            format!("table `{named}`: {number} of {suppressed} can be computed exactly from what is published")
        }),
        "narrow_cells" => audit.map(|audit| {
            let suppressed = counted(audit.suppressed_cells, "suppressed cell", "suppressed cells");
            let number = count(figure.value.value().map_or(0, whole));
            let undecided = if audit.undecided_cells == 0 {
                String::new()
            } else {
                let cells = count(audit.undecided_cells);
                format!(", or may be: of {cells} nobody says who contributes, or the computation gave no answer")
            };
            format!(
                "table `{named}`: {number} of {suppressed} can be computed more closely than the rules allow{undecided}"
            )
        }),
        "differencing_cells" => table.differences.as_ref().map(|found| {
            let pairs = counted(found.unsafe_differences, "unsafe difference", "unsafe differences");
            let cells = counted(found.cells, "cell", "cells");
            let undecided = if found.undecided_cells == 0 {
                String::new()
            } else {
                let more = counted(found.undecided_cells, "cell", "cells");
                format!("; of {more} that changed since an earlier release no file says who makes the difference")
            };
            format!("table `{named}`: {pairs} between totals, of {cells}{}{undecided}", difference_words(found))
        }),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of cells, whole and not negative")]
fn whole(number: f64) -> u64 {
    number as u64
}

/// What unsafe differences are made of, for those kinds that there are.
fn difference_words(found: &TableDifferences) -> String {
    let kinds = [
        (found.single, "tell of one contributor alone"),
        (found.between_tables, "are with another table"),
        (found.joiners, "hold somebody who joined"),
        (found.leavers, "hold somebody who left"),
        (found.few_moved, "hide few who joined or left among changed amounts"),
        (found.by_amounts, "are unsafe by their amounts"),
    ];
    let words: Vec<String> =
        kinds.iter().filter(|(pairs, _)| *pairs > 0).map(|(pairs, what)| format!("{} {what}", count(*pairs))).collect();
    if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) }
}

fn unsafe_words(table: &AggregateTable) -> String {
    let cells = table.unsafe_published_cells.unwrap_or(0);
    let share = ratio(cells, table.cells).map_or_else(String::new, |share| format!(" ({})", percent(share)));
    let by_rule: Vec<String> = table
        .rules
        .iter()
        .filter_map(|rule| rule.unsafe_cells.filter(|&cells| cells > 0).map(|cells| (rule, cells)))
        .map(|(rule, cells)| format!("`{}` {}", shown_name(&rule.rule), count(cells)))
        .collect();
    let rules = if by_rule.is_empty() { String::new() } else { format!("; by rule: {}", by_rule.join(", ")) };
    let verb = if cells == 1 { "is" } else { "are" };
    let all = counted(table.cells, "cell", "cells");
    format!("table `{}`: {} of {all}{share} {verb} unsafe and published{rules}", shown_name(&table.name), count(cells))
}

fn inconsistent(table: &AggregateTable) -> Option<Finding> {
    let found = table.consistency.as_ref()?;
    let is_open = found.inconsistent_sums > 0 || found.infeasible;
    let message = if found.inconsistent_sums > 0 {
        let sums = counted(found.inconsistent_sums, "margin does", "margins do");
        format!("table `{}`: {sums} not equal the sum of its cells", shown_name(&table.name))
    } else {
        format!("table `{}`: no table of amounts fits all that is published", shown_name(&table.name))
    };
    let found = of_tables(FindingCode::InconsistentMargins, Severity::High, message).counting(found.inconsistent_sums);
    is_open.then_some(found)
}

fn beside_extract(table: &AggregateTable) -> Option<Finding> {
    let found = table.beside_extract.as_ref().filter(|found| found.unsafe_differences > 0)?;
    let cells = counted(found.unsafe_differences, "cell tells", "cells tell");
    let hidden = if found.told_cells == 0 {
        String::new()
    } else {
        format!("; {} suppressed, and follow from the extract", count(found.told_cells))
    };
    let message = format!(
        "table `{}`: {cells} of people whom the extract does not show, or shows where the table hides them{hidden}",
        shown_name(&table.name)
    );
    Some(of_tables(FindingCode::Differencing, Severity::High, message).counting(found.unsafe_differences))
}

fn determined(table: &AggregateTable) -> Option<Finding> {
    let found = table.determination.as_ref().filter(|found| found.determined_subjects > 0)?;
    let subjects = counted(found.determined_subjects, "subject", "subjects");
    let message =
        format!("table `{}`: the published totals determine the amount of {subjects}", shown_name(&table.name));
    Some(of_tables(FindingCode::DeterminedSubject, Severity::High, message).counting(found.determined_subjects))
}

/// What was cut off may have found something.
fn cut_off(table: &AggregateTable) -> Option<Finding> {
    let is_cut = table.determination.as_ref().is_some_and(|found| !found.complete)
        || table.differences.as_ref().is_some_and(|found| !found.complete);
    let message = format!("table `{}`: not every difference or subject was looked at", shown_name(&table.name));
    is_cut.then(|| of_tables(FindingCode::IncompleteMeasure, Severity::High, message))
}

fn reconstruction(table: &AggregateTable) -> Option<Finding> {
    let found = table.determination.as_ref().filter(|found| found.is_exposed)?;
    let share = found.reconstruction.unwrap_or(1.0);
    let message = format!(
        "table `{}`: {} independent totals of {} subjects, so most amounts must be expected to be reconstructed",
        shown_name(&table.name),
        count(found.rank),
        count(found.subjects)
    );
    let code = FindingCode::ReconstructionExposure;
    Some(of_tables(code, Severity::Medium, message).beyond(share, RECONSTRUCTION))
}

/// Cards instead of their holders, records instead of people, or nobody: the rules then protect somebody else.
fn contributor_unclear(case: Case<'_>, table: &AggregateTable) -> Option<Finding> {
    if table.form != TableForm::Planned {
        return None;
    }
    let named = shown_name(&table.name);
    let without: u64 = table.sides.iter().map(|side| side.records_without_contributor).max().unwrap_or(0);
    let has_subject = table.sides.iter().any(|side| side.is_subject);
    let message = if let Some(subject) = case.dataset.subject.as_ref().filter(|_| !has_subject) {
        format!("table `{named}`: no side is the subject `{}`, so its people are not counted", shown_name(subject))
    } else if !case.declarations.no_subject && table.sides.iter().any(|side| side.contributor.is_none()) {
        format!("table `{named}`: no contributor and no subject is declared, so each record counts as a contributor")
    } else if let Some(side) = unprotected(table) {
        let column = side.contributor.as_deref().unwrap_or_default();
        format!("table `{named}`: no rule is for the subject `{}`", shown_name(column))
    } else if without > 0 {
        let records = counted(without, "record has", "records have");
        format!("table `{named}`: {records} no contributor, and count as one contributor together")
    } else {
        return None;
    };
    Some(of_tables(FindingCode::ContributorUnclear, Severity::Medium, message))
}

/// The side of the subject, where no rule is for it whoever asked.
fn unprotected(table: &AggregateTable) -> Option<&TableSide> {
    let protects = |rule: &RuleCells, place: usize| {
        let is_plain = RulePlan::parse(&rule.rule).is_ok_and(|rule| rule.protects_everybody());
        is_plain && (rule.sides.is_empty() || rule.sides.iter().any(|found| found.side == place))
    };
    let mut subjects = table.sides.iter().enumerate().filter(|(_, side)| side.is_subject);
    let bare = subjects.find(|(place, _)| !table.rules.iter().any(|rule| protects(rule, *place)));
    bare.map(|(_, side)| side)
}

/// A table without a rule that protects everybody: that no cell is unsafe then says nothing.
fn without_rule(table: &AggregateTable) -> Option<Finding> {
    let protects = |rule: &RuleCells| RulePlan::parse(&rule.rule).is_ok_and(|rule| rule.protects_everybody());
    let message = format!("no rule says when a cell of table `{}` is unsafe", shown_name(&table.name));
    (!table.rules.iter().any(protects)).then(|| of_tables(FindingCode::UnknownRisk, Severity::Critical, message))
}

/// What a preset for totals asks of a table and the table does not have: without it nothing was shown to be safe.
fn below_preset(case: Case<'_>, table: &AggregateTable) -> Option<Finding> {
    let preset =
        case.policy.preset.as_ref().filter(|preset| [AGGREGATE_CMS, AGGREGATE_BANK].contains(&preset.id.as_str()))?;
    let named = shown_name(&table.name);
    let unknown = |message: String| Some(of_tables(FindingCode::UnknownRisk, Severity::Critical, message));
    if preset.id == AGGREGATE_BANK && table.sides.len() < 2 {
        return unknown(format!("preset `{}` protects merchants as well, but table `{named}` has one side", preset.id));
    }
    let rules = table.rules.iter().filter_map(|rule| RulePlan::parse(&rule.rule).ok());
    let sides = table.sides.iter().filter_map(|side| side.contributor.clone());
    let declared = AggregatePlan {
        rules: rules.collect(),
        sides: sides.collect(),
        ..AggregatePlan::new(String::new(), Vec::new())
    };
    let is_quantile = table.statistic == "quantile";
    let mut lacking = rules_of_preset(&preset.id, &declared);
    lacking.retain(|rule| !is_quantile || !rule.rule.is_of_amounts());
    let first = lacking.first()?;
    unknown(format!(
        "preset `{}` asks for `{}`, but table `{named}` was not held to it",
        preset.id,
        shown_name(&first.to_string())
    ))
}

/// Whether the input is declared to hold totals, and each of its files is one of the finished tables that were measured.
pub(super) fn is_the_input(case: Case<'_>) -> bool {
    let hashes = || {
        let finished = tables(case).iter().filter(|table| table.form == TableForm::Finished);
        finished.filter_map(|table| table.file.as_ref()?.sha256.as_ref())
    };
    let is_measured =
        |file: &crate::result::InputFile| file.sha256.as_ref().is_some_and(|hash| hashes().any(|it| it == hash));
    case.declarations.aggregate && !case.dataset.files.is_empty() && case.dataset.files.iter().all(is_measured)
}

/// Whether a column of the input is one that the declaration of the table speaks of.
pub(super) fn explains(case: Case<'_>, column: &str) -> bool {
    let is_of = |table: &AggregateTable, file: &crate::result::InputFile| {
        let hash = table.file.as_ref().and_then(|file| file.sha256.as_ref());
        table.form == TableForm::Finished && hash.is_some() && hash == file.sha256.as_ref()
    };
    let explained = |file: &crate::result::InputFile| {
        tables(case).iter().any(|table| is_of(table, file) && table.columns.iter().any(|name| name == column))
    };
    is_the_input(case) && case.dataset.files.iter().all(explained)
}

/// Whether a limit on unsafe cells of the input was held against a figure.
pub(super) fn is_gated(case: Case<'_>, gated: &Gated) -> bool {
    let is_held = |outcome| matches!(outcome, CheckOutcome::Holds | CheckOutcome::Breaks);
    let is_of_cells = |id: &Option<String>| id.as_deref() == Some("aggregates.unsafe_cells");
    is_the_input(case) && gated.checks.iter().any(|check| is_of_cells(&check.figure) && is_held(check.outcome))
}
