//! What the spelling of cells says: values that may stand for nobody, blanks, rounded numbers, suppression marks.

use super::{Case, Gated, finding};
use crate::number::as_float;
use crate::plan::{counted, grouped};
use crate::result::{ColumnType, DatasetColumn, Finding, FindingCode, MissingMode, Outcome, Role, Severity};

/// Name that such findings give as their measure.
const NAME: &str = "cells";

/// Adds what is found in the spelling of cells.
pub(super) fn apply(case: Case<'_>, gated: &mut Gated) {
    for column in &case.dataset.columns {
        let found = [
            placeholders(column),
            declared_missing(case, column),
            invalid(case, column),
            trimmed_join(column),
            joined_by_type(column),
            joined_by_reading(case, gated, column),
            spelled_alike(case, column),
            rounded(column),
            suppressed(case, column),
        ];
        gated.findings.extend(found.into_iter().flatten());
    }
    gated.findings.extend(dominant_subject(case));
}

/// In the subject column it decides who is a person; elsewhere it is a value like others.
fn by_role(column: &DatasetColumn) -> Severity {
    if column.role == Role::Subject { Severity::Medium } else { Severity::Note }
}

fn on(column: &DatasetColumn, number: u64, code: FindingCode, severity: Severity, message: String) -> Finding {
    Finding { measured: Some(as_float(number)), ..finding(code, severity, NAME, message).on([&column.name]) }
}

/// `3 cells of column `age` hold something`.
fn holding(column: &DatasetColumn, cells: u64, something: &str) -> String {
    let verb = if cells == 1 { "holds" } else { "hold" };
    format!("{} of column `{}` {verb} {something}", counted(cells, "cell", "cells"), column.name)
}

fn placeholders(column: &DatasetColumn) -> Option<Finding> {
    let cells = column.facts.placeholder_cells.filter(|&cells| cells > 0)?;
    let taken = if cells == 1 { "counts as a value" } else { "count as values" };
    let spelling = format!("text that often stands for a missing value, but {taken}");
    let message = holding(column, cells, &spelling);
    Some(on(column, cells, FindingCode::PlaceholderValues, by_role(column), message))
}

/// A real value that is declared missing hides whoever holds it, while the file still shows it.
fn declared_missing(case: Case<'_>, column: &DatasetColumn) -> Option<Finding> {
    let spellings = column.facts.unlisted_spellings.filter(|_| case.declarations.reason_for(&column.name).is_none())?;
    let message = format!(
        "{} declared missing or suppressed in column `{}` {} on no list of placeholders; the file still contains the cells",
        counted(spellings, "value", "values"),
        column.name,
        if spellings == 1 { "is" } else { "are" },
    );
    Some(on(column, spellings, FindingCode::PlaceholderValues, Severity::Medium, message))
}

/// A cell that counts as missing because it does not fit what is declared may hide its holder, as above.
fn invalid(case: Case<'_>, column: &DatasetColumn) -> Option<Finding> {
    let cells = column.facts.invalid_cells.filter(|_| case.declarations.reason_for(&column.name).is_none())?;
    let message = format!(
        "{} of column `{}` {} not fit its declaration and {} as missing; the file still contains {}",
        counted(cells, "cell", "cells"),
        column.name,
        if cells == 1 { "does" } else { "do" },
        if cells == 1 { "counts" } else { "count" },
        if cells == 1 { "it" } else { "them" },
    );
    let counts = matches!(column.role, Role::Subject | Role::QuasiIdentifier | Role::Sensitive | Role::Weight);
    let severity = if counts { Severity::Medium } else { Severity::Note };
    Some(on(column, cells, FindingCode::PlaceholderValues, severity, message))
}

/// One subject with so many records may be many, or nobody.
fn dominant_subject(case: Case<'_>) -> Option<Finding> {
    let dominant = case.dataset.facts.dominant_subject?;
    let column = case.dataset.columns.iter().find(|column| column.role == Role::Subject)?;
    let message = format!(
        "one value of the subject column `{}` has {} of {} records, more than the next ten together ({}); it may be a \
         placeholder",
        column.name,
        grouped(dominant.records),
        grouped(case.dataset.records),
        grouped(dominant.next_ten_records)
    );
    Some(on(column, dominant.records, FindingCode::PlaceholderValues, Severity::Medium, message))
}

fn trimmed_join(column: &DatasetColumn) -> Option<Finding> {
    let joined = column.facts.values_joined_by_trimming.filter(|&joined| joined > 0)?;
    let message = format!(
        "without spaces at the ends of cells, column `{}` has {} fewer",
        column.name,
        counted(joined, "distinct value", "distinct values")
    );
    Some(on(column, joined, FindingCode::TrimmedJoin, by_role(column), message))
}

/// A declared type makes one value of spellings that the file still tells apart, such as `0800` and `800`.
fn joined_by_type(column: &DatasetColumn) -> Option<Finding> {
    column.facts.found_type.filter(|_| column.column_type != ColumnType::Text)?;
    let message = format!(
        "column `{}` is declared as {} and its cells read as {}; values that count as one remain distinct in the file",
        column.name,
        column.column_type.name(),
        column.facts.found_type.map_or("", ColumnType::name),
    );
    Some(finding(FindingCode::TrimmedJoin, Severity::Medium, NAME, message).on([&column.name]))
}

/// Several spellings of one value count as one while the file tells them apart: the offset of a moment shows where somebody
/// is, and the spelling of a number or a date which system wrote it.
fn joined_by_reading(case: Case<'_>, gated: &Gated, column: &DatasetColumn) -> Option<Finding> {
    let joined = column.facts.values_joined_by_reading.filter(|&joined| joined > 0 && !column.is_dropped())?;
    let is_known = matches!(column.role, Role::Subject | Role::QuasiIdentifier)
        || super::coverage::is_in_gated_point(gated, &column.name);
    let is_told = column.facts.found_type.is_some() || case.declarations.reason_for(&column.name).is_some();
    if !is_known || is_told {
        return None;
    }
    let message = format!(
        "column `{}` has {} fewer once its cells are read as {}; they remain distinct in the file",
        column.name,
        counted(joined, "distinct value", "distinct values"),
        column.column_type.name(),
    );
    Some(on(column, joined, FindingCode::TrimmedJoin, Severity::Medium, message))
}

/// Spellings of one person count as several people, which makes classes look larger than they are.
fn spelled_alike(case: Case<'_>, column: &DatasetColumn) -> Option<Finding> {
    let alike = column.facts.spelled_alike.filter(|&alike| alike > 0)?;
    let is_said = |reason: &String| !reason.trim().is_empty();
    let of_subject = case.declarations.subject_reason.as_ref().is_some_and(is_said);
    if of_subject || case.declarations.reason_for(&column.name).is_some() {
        return None;
    }
    let message = format!(
        "{} of the subject column `{}` {} from others in letter case, accents, signs or the spelling of a number alone, and \
         count as different subjects",
        counted(alike, "value", "values"),
        column.name,
        if alike == 1 { "differs" } else { "differ" },
    );
    Some(on(column, alike, FindingCode::SubjectSpelledAlike, Severity::Medium, message))
}

fn rounded(column: &DatasetColumn) -> Option<Finding> {
    let cells = column.facts.rounded_identifier_cells.filter(|&cells| cells > 0)?;
    let number = "a number rounded by a spreadsheet; different numbers may have become one";
    let message = holding(column, cells, number);
    Some(on(column, cells, FindingCode::RoundedIdentifier, Severity::Medium, message))
}

/// As a value of its own a mark makes classes smaller, which is safe to count; as a wildcard it makes them larger.
fn suppressed(case: Case<'_>, column: &DatasetColumn) -> Option<Finding> {
    let cells = column.facts.suppressed_cells.filter(|&cells| cells > 0)?;
    let is_wildcard = matches!(&case.measures.uniqueness, Some(Outcome::Measured { value, .. }) if value.missing == MissingMode::Wildcard);
    let (severity, how) = if is_wildcard {
        (Severity::Medium, "a mark matches every value")
    } else {
        (Severity::Note, "a mark counts as a separate value")
    };
    let mark = format!("a suppression mark in a record that is not fully suppressed; {how}");
    let message = holding(column, cells, &mark);
    Some(on(column, cells, FindingCode::SuppressedCells, severity, message))
}
