//! `summary.csv`: one row for each figure and limit, for spreadsheets and scripts.

use std::collections::BTreeMap;

use super::ReportError;
use super::checks;
use super::escape::printable;
use super::messages;
use crate::result::{Check, Figure, FigureUnit, ScanResult};

/// The columns, in their fixed order.
const HEAD: &str = "dataset,run,measure,figure,columns,parameter,value,low,high,limit,unit,status,reason,handling,gate,\
                    outcome,finding,waived";

/// The figures of a result as CSV (RFC 4180, UTF-8), with a header: one row for each figure, or for each limit that it is
/// held to; then the limits without a figure.
///
/// A figure without a value has an empty `value`, a `status` that is not `measured`, and its `reason`. Shares are
/// between 0 and 1. `low` and `high` are the interval of an estimate, empty where the figure is exact. Sets of the lattice
/// without a limit are left to `result.json`. Text that a spreadsheet would take for a formula begins with an apostrophe.
///
/// # Errors
/// [`ReportError::Csv`] when a row cannot be written, which memory rules out.
pub fn render_csv(result: &ScanResult) -> Result<Vec<u8>, ReportError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(HEAD.split(',')).map_err(|_| ReportError::Csv)?;
    let dataset = neutral(&result.dataset.name);
    let run = neutral(&result.run.id);
    let handling = result.run.audience.stamp().unwrap_or_default().to_owned();
    for row in rows(result) {
        let of_all = [("dataset", &dataset), ("run", &run), ("handling", &handling)];
        let of_row =
            |head: &str| row.get(head).or(of_all.iter().find(|(name, _)| *name == head).map(|(_, text)| *text));
        let fields = HEAD.split(',').map(|head| of_row(head).map_or("", String::as_str));
        writer.write_record(fields).map_err(|_| ReportError::Csv)?;
    }
    writer.into_inner().map_err(|_| ReportError::Csv)
}

/// One figure, or one limit on it: what stands under each head; nothing where there is none.
type Row = BTreeMap<&'static str, String>;

fn rows(result: &ScanResult) -> Vec<Row> {
    let mut rows = about_the_scan(result);
    rows.extend(result.figures.iter().flat_map(|figure| of_figure(result, figure)));
    let status = || ("status", "not-measured".to_owned());
    let without = result.checks.iter().filter(|check| check.figure.is_none());
    rows.extend(without.map(|check| {
        // A rule of form has no number, and a limit without a figure says why.
        held(Row::from([("measure", "gate".to_owned()), ("columns", joined(&check.columns)), status()]), check)
    }));
    rows.extend(result.not_measured.iter().map(|entry| {
        let of = ("parameter", neutral(&entry.measure));
        Row::from([("measure", "not-measured".to_owned()), of, ("reason", neutral(&entry.reason)), status()])
    }));
    rows
}

/// What is no figure of a measure: the verdict, the size of the extract, and whether attacks found anything.
fn about_the_scan(result: &ScanResult) -> Vec<Row> {
    let row = |measure: &str, figure: &str, unit: &str, value: String| {
        let [measure, figure, unit, status] = [measure, figure, unit, "measured"].map(str::to_owned);
        Row::from([("measure", measure), ("figure", figure), ("unit", unit), ("status", status), ("value", value)])
    };
    let (dataset, verdict) = (&result.dataset, &result.verdict);
    let mut rows = vec![
        row("verdict", "outcome", "", messages::verdict(verdict.outcome).to_lowercase()),
        row("verdict", "exit_code", "", verdict.exit_code.to_string()),
        row("dataset", "records", "record", dataset.records.to_string()),
        row("dataset", "subjects", "subject", dataset.subjects.to_string()),
        row("dataset", "records_without_subject", "record", dataset.records_without_subject.to_string()),
    ];
    if let Some(value) = super::linkage::measured(result) {
        rows.extend(value.attacks.iter().map(|attack| {
            let mut row = row("linkage", "evidence", "", messages::evidence(attack).to_owned());
            row.insert("columns", joined(&attack.columns));
            row.insert("parameter", neutral(&format!("{}; {}", attack.attack.name(), attack.with)));
            row
        }));
    }
    rows
}

/// A row for each limit on a figure, or one where it is held to none. None for sets of the lattice without a limit.
fn of_figure(result: &ScanResult, figure: &Figure) -> Vec<Row> {
    let (measure, name) = figure.name();
    let mut checks = checks::of(result, figure).peekable();
    if checks.peek().is_none() && measure == "uniqueness.set" {
        return Vec::new();
    }
    let status: &str = (&figure.value).into();
    let mut row = Row::from([
        ("measure", neutral(measure)),
        ("figure", neutral(name)),
        ("columns", joined(&figure.columns)),
        ("parameter", figure.about.as_deref().map_or_else(String::new, neutral)),
        ("unit", unit(figure.unit).to_owned()),
        ("status", status.to_owned()),
        ("reason", figure.value.reason().map_or_else(String::new, neutral)),
    ]);
    row.extend(figure.value.value().map(|value| ("value", value.to_string())));
    if let Some([low, high]) = figure.value.interval() {
        row.extend([("low", low.to_string()), ("high", high.to_string())]);
    }
    let rows: Vec<Row> = checks.map(|check| held(row.clone(), check)).collect();
    if rows.is_empty() { vec![row] } else { rows }
}

/// The row with what it was held to.
fn held(mut row: Row, check: &Check) -> Row {
    let outcome = messages::check_outcome(check.outcome).to_owned();
    let has_figure = row.get("status").is_some_and(|status| status == "measured");
    let has_reason = row.get("reason").is_some_and(|reason| !reason.is_empty());
    match &check.reason {
        Some(reason) if !has_figure => row.extend([("reason", neutral(reason))]),
        None if !has_figure && !has_reason => row.extend([("reason", outcome.clone())]),
        _ => {}
    }
    row.extend(check.limit.map(|limit| ("limit", limit.to_string())));
    row.extend(check.finding.map(|code| ("finding", code.name().to_owned())));
    row.extend([
        ("gate", neutral(&check.gate)),
        ("outcome", outcome),
        ("waived", messages::yes_no(check.waived).to_owned()),
    ]);
    row
}

/// What a number counts, in the singular.
pub(super) fn unit(unit: FigureUnit) -> &'static str {
    match unit {
        FigureUnit::Share => "share",
        FigureUnit::Subjects => "subject",
        FigureUnit::Records => "record",
        FigureUnit::Classes => "class",
        FigureUnit::Columns => "column",
        FigureUnit::Links => "link",
        FigureUnit::Values => "value",
        FigureUnit::Number => "",
    }
}

/// Names of columns, each harmless by itself, so that they stay so when the list is split.
pub(super) fn joined(columns: &[String]) -> String {
    columns.iter().map(|column| neutral(column)).collect::<Vec<_>>().join("; ")
}

/// The text without what cannot be seen, and with an apostrophe before what a spreadsheet would compute.
pub(super) fn neutral(text: &str) -> String {
    let shown = printable(text);
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠', '\''])
        || text.starts_with(['\t', '\r']);
    if is_formula { format!("'{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::{HEAD, neutral, render_csv};
    use crate::report::fixture;
    use crate::result::{Audience, Outcome, ScanResult};

    fn parsed(result: &ScanResult) -> Vec<Vec<String>> {
        let bytes = render_csv(result).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    fn place(head: &str) -> usize {
        HEAD.split(',').position(|name| name == head).unwrap()
    }

    #[test]
    fn every_row_has_every_column_and_a_figure_or_its_reason() {
        let results: [fn() -> ScanResult; 6] = [
            fixture::failing,
            fixture::undefined,
            fixture::incomplete,
            fixture::wildcard,
            fixture::linked,
            fixture::swept,
        ];
        for result in results {
            let rows = parsed(&result());
            assert_eq!(rows[0], HEAD.split(',').collect::<Vec<_>>());
            for row in &rows[1..] {
                assert_eq!(row.len(), 18);
                let has_figure = row[place("status")] == "measured";
                assert_eq!(has_figure, !row[place("value")].is_empty(), "{row:?}");
                assert_eq!(has_figure, row[place("reason")].is_empty(), "{row:?}");
            }
        }
    }

    #[test]
    fn the_figures_are_those_of_the_result() {
        let result = fixture::failing();
        let Some(Outcome::Measured { value, .. }) = &result.measures.uniqueness else { panic!("measured") };
        let rows = parsed(&result);
        let figure = |measure: &str, name: &str| {
            let row = rows.iter().find(|row| row[place("measure")] == measure && row[place("figure")] == name).unwrap();
            (row[place("value")].clone(), row[place("limit")].clone())
        };
        let set = value.static_set.as_ref().unwrap();
        let smallest = set.smallest_class.unwrap().to_string();
        assert_eq!(figure("uniqueness.static", "smallest_class"), (smallest, "5".to_owned()));
        assert_eq!(figure("uniqueness.full", "unique_subjects").0, value.full.unique_subjects.to_string());
        let average = set.risk.average_record.unwrap();
        assert_eq!(
            figure("uniqueness.static", "average_record").0.parse::<f64>().unwrap().to_bits(),
            average.to_bits()
        );
        assert_eq!(figure("verdict", "outcome").0, "fail");
    }

    #[test]
    fn attacks_stand_with_their_limit_interval_and_source() {
        let rows = parsed(&fixture::linked());
        let row = |figure: &str, about: &str| {
            let is_it = |row: &&Vec<String>| {
                row[place("measure")] == "linkage" && row[place("figure")] == figure && row[place("parameter")] == about
            };
            rows.iter().find(is_it).unwrap()
        };
        let rate = row("attack_rate", "probabilistic; members.csv");
        assert_eq!([&rate[place("value")], &rate[place("high")], &rate[place("limit")]], ["0.937", "0.946", "0.05"]);
        let unknown = row("attack_rate", "tolerant; visitors.csv");
        assert_eq!([&unknown[place("value")], &unknown[place("status")]], ["", "undefined"]);
        assert_eq!(unknown[place("reason")], "no column is shared");
        assert!(rows.iter().any(|row| row[place("measure")] == "linkage.column_sets"));
        assert!(rows.iter().any(|row| row[place("measure")] == "linkage.pseudonyms" && row[place("value")] == "2881"));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=cmd()", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1"] {
            assert!(neutral(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(neutral("a=b"), "a=b");
        for row in parsed(&fixture::hostile()) {
            for cell in row.iter().flat_map(|cell| cell.split("; ")) {
                let is_number = cell.parse::<f64>().is_ok();
                assert!(is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{row:?}");
            }
        }
    }

    #[test]
    fn only_a_result_for_the_inside_is_stamped() {
        let mut result = fixture::failing();
        assert!(parsed(&result)[1..].iter().all(|row| row[place("handling")].is_empty()));
        result.run.audience = Audience::Internal;
        assert!(parsed(&result)[1..].iter().all(|row| row[place("handling")] == "RESTRICTED"));
    }
}
