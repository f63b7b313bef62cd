//! What was found, what to change, and what nobody measured.

use super::first::predicted;
use super::section::{FindingLine, Section, figures, plain, quoted, sentences};
use super::table::{Cell, ROWS, Table};
use crate::number::{count, percent};
use crate::report::escape::printable;
use crate::report::summary::{Crowds, alternatives, crowds, names, proposals, reasons_lead, unsaid_reasons};
use crate::report::{Chart, checks, messages};
use crate::result::{Advice, Check, CheckOutcome, Finding, ScanResult, Uniqueness, VerdictOutcome};

/// Findings written out as sentences; the table holds [`ROWS`].
const SENTENCES: usize = 10;

pub(super) fn findings(result: &ScanResult, uniqueness: Option<&Uniqueness>) -> Section {
    let findings = &result.findings;
    let waived = findings.iter().filter(|finding| finding.waived).count();
    let lead = if reasons_lead(result) { messages::WHY } else { messages::CAVEAT };
    let mut lines: Vec<_> =
        unsaid_reasons(result).map(|reason| quoted(&format!("{lead} {}", printable(reason)))).take(ROWS).collect();
    if let (VerdictOutcome::Pass, Some(uniqueness)) = (result.verdict.outcome, uniqueness) {
        lines.push(quoted(&messages::columns_counted(&result.dataset, uniqueness.quasi_identifiers.len())));
    }
    let mut tables = Vec::new();
    if !findings.is_empty() {
        tables.push(Table::new(
            messages::FINDINGS_CAPTION,
            &messages::FINDING_HEADS,
            findings.iter().map(|finding| row(result, finding)),
        ));
    }
    tables.extend(limits(result));
    Section {
        id: "findings".into(),
        title: messages::FINDINGS_TITLE.into(),
        answer: messages::findings_answer(findings.len(), waived),
        findings: findings.iter().take(SENTENCES).map(FindingLine::new).collect(),
        lines,
        tables,
        reading: messages::owned(messages::FINDINGS_READING),
        todo: sentences(messages::FINDINGS_TODO),
        ..Section::default()
    }
}

/// Every limit with the figure that was held to it, also those that hold; nothing for a result without checks.
fn limits(result: &ScanResult) -> Option<Table> {
    let mut checks: Vec<&Check> = result.checks.iter().collect();
    // Those that do not hold first: a long table is cut.
    checks.sort_by_key(|check| matches!(check.outcome, CheckOutcome::Holds | CheckOutcome::NotApplicable));
    let rows = checks.into_iter().map(|check| limit_row(result, check));
    (!result.checks.is_empty()).then(|| Table::new(messages::CHECKS_CAPTION, &messages::CHECK_HEADS, rows))
}

fn limit_row(result: &ScanResult, check: &Check) -> Vec<Cell> {
    let figure = result.figures.iter().find(|figure| check.is_of(figure));
    let gate = result.policy.gates.iter().find(|gate| gate.id == check.gate);
    let on = || format!("{} ({})", printable(&check.gate), names(&check.columns).join(", "));
    let label = match (figure, gate) {
        (Some(figure), _) => checks::label(figure),
        (None, Some(gate)) if check.columns.is_empty() => messages::gate_name(gate),
        (None, Some(gate)) => format!("{} ({})", messages::gate_name(gate), names(&check.columns).join(", ")),
        (None, None) => on(),
    };
    let reason = check.reason.as_deref().map_or_else(|| "–".to_owned(), printable);
    let limit = match (check.limit, figure) {
        (Some(limit), Some(figure)) => Some(crate::number::value(limit, figure.unit)),
        (limit, None) => limit.zip(gate).map(|(limit, gate)| messages::gate_limit(gate, limit)),
        (None, Some(_)) => None,
    };
    vec![
        Cell::text(label),
        Cell::optional_words(figure.map(|figure| checks::value_in_words(figure, check.limit)), "–"),
        Cell::optional_words(limit, "–"),
        Cell::text(checks::outcome(check)),
        Cell::text(reason),
    ]
}

fn row(result: &ScanResult, finding: &Finding) -> Vec<Cell> {
    let figure = result.figures.iter().find(|figure| checks::is_about(finding, figure));
    let written = |number: f64, limit: Option<f64>| match figure {
        Some(figure) => crate::number::value_beside(number, figure.unit, limit.unwrap_or(number)),
        None => crate::number::figure(number),
    };
    vec![
        Cell::text(finding.code.name()),
        Cell::text(messages::severity(finding.severity)),
        Cell::text(printable(&finding.measure)),
        Cell::text(if finding.columns.is_empty() { "–".to_owned() } else { names(&finding.columns).join(", ") }),
        Cell::optional_words(finding.measured.map(|number| written(number, finding.limit)), "–"),
        Cell::optional_words(finding.limit.map(|number| written(number, None)), "–"),
        Cell::text(if finding.waived { messages::WAIVED } else { messages::OPEN }),
    ]
}

pub(super) fn advice(result: &ScanResult, uniqueness: Option<&Uniqueness>, charts: &[Chart]) -> Option<Section> {
    if result.advice.is_empty() {
        return None;
    }
    let tried: Vec<&Advice> = proposals(result).collect();
    let rows: Vec<Vec<Cell>> = tried.iter().map(|advice| advice_row(result, advice)).collect();
    let configs: Vec<Vec<Cell>> = tried
        .iter()
        .filter_map(|advice| {
            let lines = advice.config.as_ref()?.lines().map(printable).collect::<Vec<_>>().join(" ⏎ ");
            let flags = advice.flags.as_deref().map(printable).unwrap_or_default();
            Some(vec![Cell::text(plain(&printable(&advice.action))), Cell::mono(lines), Cell::mono(flags)])
        })
        .collect();
    let recommended = tried.iter().find(|advice| advice.recommended);
    let answer = match (recommended, uniqueness) {
        (Some(advice), Some(_)) => {
            messages::try_first_then(&plain(&printable(&advice.action)), &predicted(result, advice))
        }
        _ => messages::advice_answer(tried.len()),
    };
    let mut tables = Vec::new();
    if !rows.is_empty() {
        tables.push(Table::new(messages::advice_caption(tried.len()), &messages::ADVICE_HEADS, rows.into_iter()));
        tables.push(Table::new(messages::CONFIG_CAPTION, &messages::CONFIG_HEADS, configs.into_iter()).folded());
    }
    let mut todo = sentences(messages::ADVICE_TODO);
    todo.extend(alternatives(result).map(|advice| quoted(&printable(&advice.action))));
    Some(Section {
        id: "advice".into(),
        title: messages::ADVICE_TITLE.into(),
        answer,
        figures: figures(charts, &["trade-off"]),
        tables,
        reading: messages::owned(messages::ADVICE_READING),
        todo,
        ..Section::default()
    })
}

fn advice_row(result: &ScanResult, advice: &Advice) -> Vec<Cell> {
    let place = if advice.recommended { messages::RECOMMENDED } else { "" };
    let after = advice.after.as_ref();
    let (smallest, exposed) = if speaks_of_static(result) {
        (
            after.and_then(|figures| figures.static_smallest_class),
            after.and_then(|figures| figures.static_subjects_below_k),
        )
    } else {
        (after.and_then(|figures| figures.full_smallest_class), after.and_then(|figures| figures.full_subjects_below_k))
    };
    vec![
        Cell::text(plain(&printable(&advice.action))),
        Cell::optional(smallest.map(count)),
        Cell::optional(exposed.map(count)),
        Cell::optional(advice.risk_removed.map(percent)),
        Cell::optional(advice.detail_kept.map(percent)),
        Cell::text(place),
    ]
}

/// Whether the headline speaks of the static columns.
fn speaks_of_static(result: &ScanResult) -> bool {
    match crowds(result) {
        Crowds::Measured(uniqueness) => {
            crate::report::summary::headline_set(result, uniqueness).columns != uniqueness.full.columns
        }
        Crowds::Missing { .. } => false,
    }
}

pub(super) fn not_measured(result: &ScanResult) -> Section {
    // What was asked for and has no number, each reason once; then what was not asked for or does not apply.
    let mut entries: Vec<(String, String)> = Vec::new();
    for figure in result.figures.iter().filter(|figure| !figure.id.starts_with("uniqueness.set.")) {
        let Some(reason) = figure.value.reason() else { continue };
        let entry = (checks::label(figure), printable(reason));
        if entries.len() < ROWS && !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    let has_crowds = matches!(crowds(result), Crowds::Measured(_));
    let listed = result.not_measured.iter().take(ROWS);
    entries.extend(
        listed.map(|entry| (messages::not_measured_name(&entry.measure, has_crowds), printable(&entry.reason))),
    );
    let rows = entries.iter().map(|(name, reason)| vec![Cell::text(name), Cell::text(reason)]);
    let tables = if entries.is_empty() {
        Vec::new()
    } else {
        vec![Table::new(messages::NOT_MEASURED_CAPTION, &messages::NOT_MEASURED_HEADS, rows)]
    };
    Section {
        id: "not-measured".into(),
        title: messages::NOT_MEASURED_TITLE.into(),
        answer: messages::not_measured_answer(entries.len()),
        tables,
        reading: messages::owned(messages::NOT_MEASURED_READING),
        todo: sentences(messages::NOT_MEASURED_TODO),
        ..Section::default()
    }
}
