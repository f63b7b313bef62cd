//! What was read, and what was not: lines that are no records, and what joined tables leave unsaid: keys that are missing
//! or repeated, and rows of people without a record.

use super::{Case, Gated, as_float, finding};
use crate::plan::counted;
use crate::result::{Finding, FindingCode, InputFile, JoinedTable, Severity};

/// Name that findings of joined tables give as their measure.
const NAME: &str = "tables";

/// Adds what is found of the files and of the tables that were joined.
pub(super) fn apply(case: Case<'_>, gated: &mut Gated) {
    let tables = case.dataset.joined.iter();
    let files = case.dataset.files.iter().chain(tables.clone().flat_map(|table| &table.files));
    gated.findings.extend(files.filter_map(left_out));
    gated.findings.extend(tables.flat_map(|table| [missing(table), repeated(table), unmeasured(table)]).flatten());
}

/// What was left out is told, whoever said that it is no record; what may hold people asks for a look.
fn left_out(file: &InputFile) -> Option<Finding> {
    let what = file.left_out_in_words()?;
    let lines: u64 = file.left_out.iter().map(|left| left.lines).sum();
    let message = format!("`{}` holds skipped lines that are not records: {what}", file.name);
    let is_doubtful = file.left_out.iter().any(|left| left.what.may_hold_people());
    let severity = if is_doubtful { Severity::Medium } else { Severity::Note };
    let found = finding(FindingCode::LinesLeftOut, severity, "files", message);
    Some(Finding { measured: Some(as_float(lines)), ..found })
}

fn on(table: &JoinedTable, number: u64, code: FindingCode, message: String) -> Option<Finding> {
    let found = finding(code, Severity::Medium, NAME, message).on([&table.key]);
    (number > 0).then(|| Finding { measured: Some(as_float(number)), ..found })
}

fn missing(table: &JoinedTable) -> Option<Finding> {
    let records = table.records_without_row;
    let message = format!(
        "{} a key in column `{}` that is missing from table `{}`; the columns of the table are missing there",
        counted(records, "record has", "records have"),
        table.key,
        table.name
    );
    on(table, records, FindingCode::JoinKeyMissing, message)
}

fn repeated(table: &JoinedTable) -> Option<Finding> {
    let keys = table.repeated_keys;
    let message = format!(
        "{} in several rows of table `{}`; where the rows differ, its columns are missing, in {}",
        counted(keys, "key occurs", "keys occur"),
        table.name,
        counted(table.records_with_several_rows, "record", "records")
    );
    on(table, keys, FindingCode::JoinKeyRepeated, message)
}

fn unmeasured(table: &JoinedTable) -> Option<Finding> {
    let rows = table.rows_without_record;
    let message = format!(
        "{} of table `{}` {} no record, so the people in them appear in no figure",
        counted(rows, "row", "rows"),
        table.name,
        if rows == 1 { "matches" } else { "match" }
    );
    on(table, rows, FindingCode::JoinRowsUnmeasured, message)
}
