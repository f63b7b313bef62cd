//! What was found, what to change, and what nobody measured.

use super::first::predicted;
use super::section::{FindingLine, Section, figures, plain, quoted, sentences};
use super::table::{Cell, ROWS, Table};
use crate::report::escape::printable;
use crate::report::number::{count, figure, percent};
use crate::report::summary::{Crowds, alternatives, crowds, names, proposals, reasons_lead, unsaid_reasons};
use crate::report::{Chart, linkage, messages};
use crate::result::{Advice, Finding, Outcome, ScanResult, Uniqueness, VerdictOutcome};

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
        tables.push(Table::new(messages::FINDINGS_CAPTION, &messages::FINDING_HEADS, findings.iter().map(row)));
    }
    Section {
        id: "findings",
        title: messages::FINDINGS_TITLE,
        answer: messages::findings_answer(findings.len(), waived),
        findings: findings.iter().take(SENTENCES).map(FindingLine::new).collect(),
        lines,
        tables,
        reading: messages::owned(messages::FINDINGS_READING),
        todo: sentences(messages::FINDINGS_TODO),
        ..Section::default()
    }
}

fn row(finding: &Finding) -> Vec<Cell> {
    vec![
        Cell::text(finding.code.name()),
        Cell::text(messages::severity(finding.severity)),
        Cell::text(printable(&finding.measure)),
        Cell::text(if finding.columns.is_empty() { "–".to_owned() } else { names(&finding.columns).join(", ") }),
        Cell::optional_words(finding.measured.map(figure), "–"),
        Cell::optional_words(finding.limit.map(figure), "–"),
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
    let reaching = tried.iter().filter(|advice| advice.reaches_limits).count();
    let answer = match (recommended, uniqueness) {
        (Some(advice), Some(_)) => {
            messages::try_first_then(&plain(&printable(&advice.action)), &predicted(result, advice))
        }
        _ => messages::advice_answer(tried.len(), reaching),
    };
    let mut tables = Vec::new();
    if !rows.is_empty() {
        tables.push(Table::new(messages::advice_caption(tried.len()), &messages::ADVICE_HEADS, rows.into_iter()));
        tables.push(Table::new(messages::CONFIG_CAPTION, &messages::CONFIG_HEADS, configs.into_iter()).folded());
    }
    let mut todo = sentences(messages::ADVICE_TODO);
    todo.extend(alternatives(result).map(|advice| quoted(&printable(&advice.action))));
    Some(Section {
        id: "advice",
        title: messages::ADVICE_TITLE,
        answer,
        figures: figures(charts, &["trade-off"]),
        tables,
        reading: messages::owned(messages::ADVICE_READING),
        todo,
        ..Section::default()
    })
}

fn advice_row(result: &ScanResult, advice: &Advice) -> Vec<Cell> {
    let place = if advice.recommended {
        messages::RECOMMENDED
    } else if advice.reaches_limits {
        messages::LIMITS_REACHED
    } else {
        messages::LIMITS_MISSED
    };
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
    let mut entries: Vec<(String, String)> = Vec::new();
    let mut ended = |name: &str, explanation: Option<&String>| {
        entries.extend(explanation.map(|explanation| (name.to_owned(), printable(explanation))));
    };
    ended("uniqueness", result.measures.uniqueness.as_ref().and_then(why));
    ended("identifiers", result.measures.identifiers.as_ref().and_then(why));
    ended("unicity", result.measures.unicity.as_ref().and_then(why));
    ended("linkage", result.measures.linkage.as_ref().and_then(why));
    entries.extend(unknown_attacks(result));
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
        id: "not-measured",
        title: messages::NOT_MEASURED_TITLE,
        answer: messages::not_measured_answer(entries.len()),
        tables,
        reading: messages::owned(messages::NOT_MEASURED_READING),
        todo: sentences(messages::NOT_MEASURED_TODO),
        ..Section::default()
    }
}

/// Attacks without a figure, each with its reason.
fn unknown_attacks(result: &ScanResult) -> Vec<(String, String)> {
    let attacks = linkage::measured(result).map_or(&[][..], |linkage| &linkage.attacks);
    let unknown = attacks.iter().filter(|attack| linkage::rate(attack).is_none()).take(ROWS);
    unknown.map(|attack| (messages::attack_label(attack), messages::attack_unknown(attack))).collect()
}

/// Why a measure has no figure; none when it has.
fn why<T>(outcome: &Outcome<T>) -> Option<&String> {
    match outcome {
        Outcome::Measured { .. } => None,
        Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. } => Some(explanation),
    }
}
