//! `summary.csv`: one row for each figure of each measure, for spreadsheets and scripts.

mod linkage_rows;

use super::ReportError;
use super::escape::printable;
use super::{known_points, messages, sweep};
use crate::result::{
    ColumnEffect, Finding, FindingCode, Identifiers, MobilityResult, Outcome, ScanResult, SetStatistics,
    UndefinedField, Unicity, UnicityResult, Uniqueness, Unit,
};

/// The columns, in their fixed order.
const HEAD: [&str; 14] = [
    "dataset",
    "run",
    "measure",
    "figure",
    "columns",
    "parameter",
    "value",
    "low",
    "high",
    "limit",
    "unit",
    "status",
    "reason",
    "handling",
];

/// The figures of a result as CSV (RFC 4180, UTF-8), one row each, with a header.
///
/// A figure without a value has an empty `value`, a `status` that is not `measured`, and its `reason`. Shares are
/// between 0 and 1. The sets of the lattice are left to `result.json`. Text that a spreadsheet would take for a formula
/// begins with an apostrophe.
///
/// # Errors
/// [`ReportError::Csv`] when a row cannot be written, which memory rules out.
pub fn render_csv(result: &ScanResult) -> Result<Vec<u8>, ReportError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(HEAD).map_err(|_| ReportError::Csv)?;
    let dataset = neutral(&result.dataset.name);
    let run = neutral(&result.run.id);
    let handling = result.run.audience.stamp().unwrap_or_default();
    for row in rows(result) {
        let fields = [
            &dataset,
            &run,
            row.measure,
            row.figure,
            &row.columns,
            &row.parameter,
            &row.value,
            &row.low,
            &row.high,
            &row.limit,
            row.unit,
            row.status,
            &row.reason,
            handling,
        ];
        writer.write_record(fields).map_err(|_| ReportError::Csv)?;
    }
    writer.into_inner().map_err(|_| ReportError::Csv)
}

/// One figure.
#[derive(Clone, Default)]
struct Row<'a> {
    measure: &'a str,
    figure: &'a str,
    columns: String,
    parameter: String,
    value: String,
    low: String,
    high: String,
    limit: String,
    unit: &'a str,
    status: &'a str,
    reason: String,
}

const MEASURED: &str = "measured";

impl<'a> Row<'a> {
    fn measured(measure: &'a str, figure: &'a str, unit: &'a str, value: String) -> Self {
        Self { measure, figure, unit, value, status: MEASURED, ..Self::default() }
    }

    /// A figure that may be null; `undefined` knows why.
    fn perhaps(
        measure: &'a str,
        figure: &'a str,
        unit: &'a str,
        value: Option<String>,
        undefined: &[UndefinedField],
    ) -> Self {
        let reason = || {
            let entry =
                undefined.iter().find(|entry| entry.field == figure || entry.field.ends_with(&format!(".{figure}")));
            neutral(messages::undefined_reason(entry.map_or("not defined", |entry| &entry.reason)))
        };
        match value {
            Some(value) => Self::measured(measure, figure, unit, value),
            None => Self { measure, figure, unit, status: "undefined", reason: reason(), ..Self::default() },
        }
    }

    fn of(self, columns: &str) -> Self {
        Self { columns: columns.to_owned(), ..self }
    }

    fn at(self, parameter: String) -> Self {
        Self { parameter, ..self }
    }

    fn within(self, interval: Option<[f64; 2]>) -> Self {
        let bound = |side: usize| interval.map_or_else(String::new, |interval| interval[side].to_string());
        Self { low: bound(0), high: bound(1), ..self }
    }

    fn held_to(self, limit: Option<f64>) -> Self {
        Self { limit: limit.map_or_else(String::new, |limit| limit.to_string()), ..self }
    }
}

fn rows(result: &ScanResult) -> Vec<Row<'_>> {
    let mut rows = verdict_rows(result);
    let measures = &result.measures;
    if let Some(outcome) = &measures.uniqueness {
        push(&mut rows, "uniqueness", outcome, |rows, value, unit| uniqueness_rows(rows, result, value, unit));
    }
    if let Some(outcome) = &measures.unicity {
        push(&mut rows, "unicity", outcome, |rows, value, unit| unicity_rows(rows, result, value, unit));
    }
    if let Some(outcome) = &measures.linkage {
        push(&mut rows, "linkage", outcome, |rows, value, unit| linkage_rows::push(rows, result, value, unit));
    }
    if let Some(outcome) = &measures.identifiers {
        push(&mut rows, "identifiers", outcome, |rows, value, _| identifier_rows(rows, value));
    }
    let left_out = result.not_measured.iter().map(|entry| Row {
        measure: "not-measured",
        figure: "",
        parameter: neutral(&entry.measure),
        status: "not-measured",
        reason: neutral(&entry.reason),
        ..Row::default()
    });
    rows.extend(left_out);
    rows
}

fn verdict_rows(result: &ScanResult) -> Vec<Row<'_>> {
    let verdict = &result.verdict;
    let outcome = messages::verdict(verdict.outcome).to_lowercase();
    vec![
        Row::measured("verdict", "outcome", "", outcome),
        Row::measured("verdict", "exit_code", "", verdict.exit_code.to_string()),
        Row::measured("dataset", "records", "record", result.dataset.records.to_string()),
        Row::measured("dataset", "subjects", "subject", result.dataset.subjects.to_string()),
        Row::measured(
            "dataset",
            "records_without_subject",
            "record",
            result.dataset.records_without_subject.to_string(),
        ),
    ]
}

/// The rows of a measure that has figures, or the one that says why it has none.
fn push<'a, T>(
    rows: &mut Vec<Row<'a>>,
    measure: &'a str,
    outcome: &'a Outcome<T>,
    figures: impl FnOnce(&mut Vec<Row<'a>>, &'a T, &'a str),
) {
    let without = |status, explanation: &str| Row { measure, status, reason: neutral(explanation), ..Row::default() };
    match outcome {
        Outcome::Measured { unit, value } => figures(rows, value, unit_name(*unit)),
        Outcome::Undefined { explanation, .. } => rows.push(without("undefined", explanation)),
        Outcome::Incomplete { explanation, .. } => rows.push(without("incomplete", explanation)),
    }
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Subject => "subject",
        Unit::Record => "record",
    }
}

fn uniqueness_rows<'a>(rows: &mut Vec<Row<'a>>, result: &'a ScanResult, value: &'a Uniqueness, unit: &'a str) {
    set_rows(rows, result, "uniqueness.full", &value.full, unit);
    if let Some(set) = &value.static_set {
        set_rows(rows, result, "uniqueness.static", set, unit);
    }
    for effect in &value.column_effects {
        effect_rows(rows, effect);
    }
}

fn set_rows<'a>(
    rows: &mut Vec<Row<'a>>,
    result: &'a ScanResult,
    measure: &'a str,
    set: &'a SetStatistics,
    unit: &'a str,
) {
    let columns = joined(&set.columns);
    let count = |figure, unit, value: Option<u64>| {
        Row::perhaps(measure, figure, unit, value.map(|value| value.to_string()), &set.undefined)
    };
    let share = |figure, value: Option<f64>| {
        Row::perhaps(measure, figure, "share", value.map(|value| value.to_string()), &set.undefined)
    };
    let is_small = |finding: &&Finding| finding.code == FindingCode::SmallClass && finding.columns == set.columns;
    let limit = result.findings.iter().find(is_small).and_then(|finding| finding.limit);
    let mut figures = vec![
        count("classes", "class", set.classes),
        count("smallest_class", unit, set.smallest_class).held_to(limit),
        count("unique_classes", "class", set.unique_classes),
        count("unique_records", "record", Some(set.unique_records)),
        count("unique_subjects", unit, Some(set.unique_subjects)),
        share("highest", set.risk.highest),
        share("average_record", set.risk.average_record),
        share("average_subject", set.risk.average_subject),
        share("distinction", set.distinction),
        share("separation", set.separation),
    ];
    for below in &set.below {
        figures.push(count("records_below", "record", Some(below.records)).at(below.k.to_string()));
        figures.push(count("subjects_below", unit, Some(below.subjects)).at(below.k.to_string()));
    }
    for risk in &set.risk.at_risk {
        figures.push(count("records_at_risk", "record", Some(risk.records)).at(risk.threshold.to_string()));
        figures.push(count("subjects_at_risk", unit, Some(risk.subjects)).at(risk.threshold.to_string()));
    }
    rows.extend(figures.into_iter().map(|row| row.of(&columns)));
}

fn effect_rows<'a>(rows: &mut Vec<Row<'a>>, effect: &'a ColumnEffect) {
    let columns = neutral(&effect.column);
    let share = |figure, value: Option<f64>| {
        let value = value.map(|value| value.to_string());
        Row::perhaps("uniqueness.column_effects", figure, "share", value, &effect.undefined).of(&columns)
    };
    rows.push(share("leave_one_out", effect.leave_one_out));
    rows.push(share("shapley", effect.shapley).within(effect.interval));
}

fn unicity_rows<'a>(rows: &mut Vec<Row<'a>>, result: &'a ScanResult, value: &'a Unicity, unit: &'a str) {
    let limit = known_points::limit(result);
    let judged = known_points::gated_number(value);
    for (place, curve) in value.curves.iter().enumerate() {
        let columns = joined(&curve.point);
        let about = |what: &str| {
            neutral(&format!("{what}; {}; {}", messages::curve_notes(curve).join(", "), messages::cohort(curve)))
        };
        if let Some(undefined) = &curve.undefined {
            let reason = neutral(&undefined.explanation);
            let row = Row {
                measure: "unicity",
                figure: "share",
                unit: "share",
                status: "undefined",
                reason,
                ..Row::default()
            };
            rows.push(row.of(&columns).at(about("")));
        }
        for point in &curve.results {
            let is_gated = value.gated_curve == Some(place) && point.known_points == judged;
            let row = share_row("unicity", point).held_to(limit.filter(|_| is_gated));
            let parameter = about(&point.known_points.to_string());
            rows.push(row.of(&columns).at(parameter.clone()));
            let subjects = Row::measured("unicity", "subjects", unit, point.subjects.to_string());
            rows.push(subjects.of(&columns).at(parameter));
        }
    }
    rows.extend(value.mobility.iter().flat_map(mobility_rows));
    let Some(study) = &value.resolutions else { return };
    for cell in &study.cells {
        let what = format!("{}; {}", cell.result.known_points, sweep::label(study, &cell.steps));
        rows.push(share_row("unicity.resolutions", &cell.result).of(&joined(&study.point)).at(neutral(&what)));
    }
}

/// A share of known points, or why there is none.
fn share_row<'a>(measure: &'a str, point: &UnicityResult) -> Row<'a> {
    let share = point.share.map(|share| share.to_string());
    let row = Row::perhaps(measure, "share", "share", share, &[]).within(point.interval);
    match (&point.share, &point.reason) {
        (None, Some(reason)) => Row { reason: neutral(reason), ..row },
        _ => row,
    }
}

/// The worst case of an attack on places: mean risk, and the share found for certain.
fn mobility_rows(attack: &MobilityResult) -> [Row<'_>; 2] {
    let known = attack.known.map_or_else(String::new, |known| format!("; {known} known"));
    let parameter = neutral(&format!("{}{known}", messages::mobility_attack(attack.attack)));
    let row = |figure, value: Option<f64>| {
        let row = Row::perhaps("unicity.mobility", figure, "share", value.map(|value| value.to_string()), &[]);
        let row = match (value, &attack.reason) {
            (None, Some(reason)) => Row { reason: neutral(reason), ..row },
            _ => row,
        };
        row.of(&joined(&attack.place)).at(parameter.clone())
    };
    let certain = row("share_at_risk_1", attack.share_at_risk_1).within(attack.interval);
    [row("mean_risk", attack.mean_risk), certain]
}

fn identifier_rows<'a>(rows: &mut Vec<Row<'a>>, value: &'a Identifiers) {
    rows.push(Row::measured("identifiers", "columns_searched", "column", value.columns_searched.to_string()));
    for found in &value.columns {
        let columns = neutral(&found.column);
        let records = Row::measured("identifiers", "records", "record", found.records.to_string());
        rows.push(records.of(&columns).at(found.kind.name().to_owned()));
        let share = Row::measured("identifiers", "share", "share", found.share.to_string());
        rows.push(share.of(&columns).at(found.kind.name().to_owned()));
    }
}

/// Names of columns, each harmless by itself, so that they stay so when the list is split.
fn joined(columns: &[String]) -> String {
    columns.iter().map(|column| neutral(column)).collect::<Vec<_>>().join("; ")
}

/// The text without what cannot be seen, and with an apostrophe before what a spreadsheet would compute.
fn neutral(text: &str) -> String {
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
        HEAD.iter().position(|name| *name == head).unwrap()
    }

    #[test]
    fn every_row_has_every_column_and_a_figure_or_its_reason() {
        for result in [
            fixture::failing(),
            fixture::undefined(),
            fixture::incomplete(),
            fixture::wildcard(),
            fixture::linked(),
            fixture::swept(),
        ] {
            let rows = parsed(&result);
            assert_eq!(rows[0], HEAD);
            for row in &rows[1..] {
                assert_eq!(row.len(), HEAD.len());
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
