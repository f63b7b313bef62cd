//! The result for a terminal: verdict first, then the figures behind it.

use unicode_width::UnicodeWidthStr;

use super::checks::{self, rows};
use super::escape::{printable, shortened};
use super::figures::sentences;
use super::headline::headline;
use super::layout::{Page, TextStyle};
use super::messages;
use super::summary::{classes, headline_set, reasons_lead, unsaid, unsaid_reasons};
use crate::number::{bytes, duration};
use crate::result::{Finding, FindingCode, Role, ScanResult, Severity, VerdictOutcome};

/// Most findings, columns and sets that are listed.
const LISTED: usize = 5;

/// What stands at the end of a text beside the result itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ending<'a> {
    /// The place of the written report.
    pub report: Option<&'a str>,
    /// What to type next, and what for.
    pub next: Option<&'a str>,
}

/// The result as text for a terminal, ending with a newline. No line is wider than `style.width`, except where a single
/// word is.
#[must_use]
pub fn render_text(result: &ScanResult, style: &TextStyle, ending: &Ending<'_>) -> String {
    let mut page = Page::new(style);
    heading(&mut page, result);
    verdict(&mut page, result);
    figures(&mut page, result);
    findings(&mut page, result);
    waivers(&mut page, result);
    not_measured(&mut page, result);
    closing(&mut page, result, ending);
    page.text
}

fn heading(page: &mut Page, result: &ScanResult) {
    let dataset = &result.dataset;
    let counts = messages::dataset_size(dataset);
    let name = shortened(&printable(&dataset.name), 60);
    let version = printable(&result.tool.version);
    if let Some(stamp) = result.run.audience.stamp() {
        page.paragraph("", &messages::restricted(stamp));
    }
    page.paragraph("", &format!("reidrisk {version}   {name}   {counts}"));
    if dataset.columns.iter().any(|column| column.guessed) {
        page.paragraph("note: ", messages::ROLES_GUESSED);
    }
    let has_quasi = dataset.columns.iter().any(|column| column.role == Role::QuasiIdentifier);
    let is_table = !has_quasi && super::aggregates::is_finished(result);
    if dataset.subject.is_none() && !is_table {
        page.paragraph("note: ", messages::NO_SUBJECT);
    }
    if let Some(days) = messages::judged_on(&result.policy) {
        page.paragraph("note: ", &days);
    }
    if let Some(baseline) = messages::baseline(result) {
        page.paragraph("note: ", &baseline);
    }
    page.line("");
}

fn verdict(page: &mut Page, result: &ScanResult) {
    let outcome = result.verdict.outcome;
    let word = messages::verdict(outcome);
    let indent = " ".repeat(word.len() + 4);
    let lead = headline(result);
    let words = messages::verdict_words(result);
    if words == word {
        page.marked(word, verdict_colour(outcome), indent.len(), &lead.sentence);
    } else {
        // Several words have a line of their own.
        let painted = page.paint(&words, verdict_colour(outcome));
        page.line(&format!("  {painted}"));
        page.paragraph(&indent, &lead.sentence);
    }
    for line in &lead.under {
        page.paragraph(&indent, line);
    }
    if reasons_lead(result) {
        for reason in unsaid_reasons(result).take(LISTED) {
            page.paragraph(&indent, &printable(reason));
        }
    }
    page.line("");
}

fn figures(page: &mut Page, result: &ScanResult) {
    let figures = rows(result);
    if figures.is_empty() {
        return;
    }
    let mut rows = vec![messages::FIGURE_HEADS.map(str::to_owned)];
    rows.extend(figures.into_iter().map(|row| [row.label, row.value, row.limit, row.outcome]));
    page.table(&rows);
    if result.checks.is_empty() {
        page.paragraph("  ", messages::NO_CHECKS);
    }
    page.line("");
    if let Some(uniqueness) = classes(result) {
        page.paragraph("  ", messages::reading_sentence(headline_set(result, uniqueness).reading));
    }
    for sentence in sentences(result, LISTED) {
        page.paragraph("  ", &sentence);
    }
    page.line("");
}

fn findings(page: &mut Page, result: &ScanResult) {
    let findings = &result.findings;
    if findings.is_empty() && result.verdict.outcome == VerdictOutcome::Pass {
        page.paragraph("  ", "No findings: every limit was measured and holds.");
    }
    let (without_role, others): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.code == FindingCode::UndeclaredColumn && !finding.waived);
    for finding in others.iter().take(LISTED * 2) {
        let severity = finding.severity.name().to_uppercase();
        let waived = messages::waived(finding.waived);
        let since = messages::since(finding);
        let sentence = format!("{}{waived}{since}: {}", finding.code.name(), printable(&finding.message));
        page.marked(&severity, severity_colour(finding.severity), 12, &sentence);
    }
    if others.len() > LISTED * 2 {
        page.line(&format!("  {} {}", others.len() - LISTED * 2, messages::MORE));
    }
    if let Some(first) = without_role.first() {
        // Each of them has to get a role, so all are named, in one sentence.
        let columns: Vec<String> = without_role.iter().flat_map(|finding| &finding.columns).cloned().collect();
        let sentence = format!("{}: {}", first.code.name(), messages::without_role(&columns));
        page.marked(&first.severity.name().to_uppercase(), severity_colour(first.severity), 12, &sentence);
    }
    if !reasons_lead(result) {
        for reason in unsaid(result).into_iter().take(LISTED) {
            page.paragraph("  ", &reason);
        }
    }
    if let (VerdictOutcome::Pass, Some(uniqueness)) = (result.verdict.outcome, classes(result)) {
        page.paragraph("  ", &messages::columns_counted(&result.dataset, uniqueness.quasi_identifiers.len()));
    }
    if !page.text.ends_with("\n\n") {
        page.line("");
    }
}

fn waivers(page: &mut Page, result: &ScanResult) {
    if result.waivers.is_empty() {
        return;
    }
    page.line(&format!("  {}", "Waivers (they change the verdict, never a figure)"));
    for record in result.waivers.iter().take(LISTED * 2) {
        page.paragraph("    ", &messages::waiver(record));
    }
    page.line("");
}

fn not_measured(page: &mut Page, result: &ScanResult) {
    if result.not_measured.is_empty() {
        return;
    }
    page.line("  Not measured");
    for (name, reason) in checks::not_measured(result) {
        page.paragraph("    ", &format!("{name}: {reason}"));
    }
    page.line("");
}

fn closing(page: &mut Page, result: &ScanResult, ending: &Ending<'_>) {
    if let Some(path) = ending.report {
        page.line(&format!("report  {}", printable(path)));
    }
    if let Some(next) = ending.next {
        page.paragraph("next    ", &printable(next));
    }
    let outcome = messages::verdict(result.verdict.outcome);
    let left = format!("exit {} ({outcome})", result.verdict.exit_code);
    let peak = result.run.peak_memory_bytes.map_or_else(String::new, |peak| format!(", peak {}", bytes(peak)));
    let right = format!("{}{peak}", duration(result.run.elapsed_ms));
    let gap = page.style.width.saturating_sub(left.width() + right.width()).max(2);
    page.line(&format!("{left}{}{right}", " ".repeat(gap)));
}

/// ANSI codes of the verdict; bold in every case, so that a terminal without colours still marks it.
fn verdict_colour(outcome: VerdictOutcome) -> &'static str {
    match outcome {
        VerdictOutcome::Pass => "1;34",
        VerdictOutcome::Review => "1;33",
        VerdictOutcome::Fail => "1;31",
        VerdictOutcome::Incomplete => "1;35",
    }
}

fn severity_colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Note | Severity::Low => "2",
        Severity::Medium => "33",
        Severity::High | Severity::Critical => "31",
    }
}
