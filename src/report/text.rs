//! The result for a terminal: verdict first, then the figures behind it.

use unicode_width::UnicodeWidthStr;

use super::escape::{ascii, printable, shortened};
use super::number::{bytes, count, duration, percent, share};
use super::summary::{
    Crowds, blocking, crowds, headline, headline_detail, headline_set, is_gated, names, optional_count, population,
    reasons_lead, records_below, riskiest_columns, riskiest_sets, unsaid_reasons,
};
use super::words;
use crate::result::{FindingCode, ScanResult, SetStatistics, Severity, Uniqueness, VerdictOutcome};

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns of the terminal; at least 40 are used.
    pub width: usize,
    /// Whether colours may be used. The meaning never depends on them.
    pub color: bool,
    /// Whether characters outside ASCII may be used; otherwise they are escaped.
    pub unicode: bool,
}

/// Most findings, columns and sets that are listed.
const LISTED: usize = 5;
/// Width of the columns "value" and "limit" of the table of figures.
const VALUE_WIDTH: usize = 11;
const LIMIT_WIDTH: usize = 6;
/// Width of the code of the one finding that speaks of the smallest class.
const FINDING_WIDTH: usize = 11;

/// The result as text for a terminal, ending with a newline.
///
/// `report_path` is shown as the place of the written report. No line is wider than `style.width`, except where a
/// single word is.
#[must_use]
pub fn render_text(result: &ScanResult, style: &TextStyle, report_path: Option<&str>) -> String {
    let mut page = Page { style: TextStyle { width: style.width.max(40), ..*style }, text: String::new() };
    heading(&mut page, result);
    verdict(&mut page, result);
    if let Crowds::Measured(uniqueness) = crowds(result) {
        figures(&mut page, result, uniqueness);
    }
    findings(&mut page, result);
    waivers(&mut page, result);
    not_measured(&mut page, result);
    closing(&mut page, result, report_path);
    page.text
}

fn heading(page: &mut Page, result: &ScanResult) {
    let dataset = &result.dataset;
    let counts = words::dataset_size(dataset);
    let name = shortened(&printable(&dataset.name), 60);
    let version = printable(&result.tool.version);
    page.paragraph("", &format!("reidrisk {version}   {name}   {counts}"));
    if dataset.columns.iter().any(|column| column.guessed) {
        page.paragraph("note: ", words::ROLES_GUESSED);
    }
    if dataset.subject.is_none() {
        page.paragraph("note: ", words::NO_SUBJECT);
    }
    page.line("");
}

fn verdict(page: &mut Page, result: &ScanResult) {
    let outcome = result.verdict.outcome;
    let word = words::verdict(outcome);
    let indent = " ".repeat(word.len() + 4);
    let of_crowds = match crowds(result) {
        Crowds::Measured(uniqueness) => headline(result, headline_set(result, uniqueness)),
        Crowds::Missing { explanation, .. } => words::unknown_risk(&explanation),
    };
    let blocking = blocking(result);
    let sentence = blocking.as_ref().unwrap_or(&of_crowds).clone();
    let before = page.text.len();
    page.paragraph(&indent, &sentence);
    let painted = page.paint(word, verdict_colour(outcome));
    // The word takes the place of the first indent.
    page.text.replace_range(before..before + indent.len(), &format!("  {painted}  "));
    if blocking.is_some() {
        page.paragraph(&indent, &of_crowds);
    }
    let detail = match crowds(result) {
        Crowds::Measured(uniqueness) => headline_detail(result, headline_set(result, uniqueness)),
        Crowds::Missing { .. } => words::verdict_sentence(outcome).to_owned(),
    };
    page.paragraph(&indent, &detail);
    if reasons_lead(result) {
        for reason in unsaid_reasons(result).take(LISTED) {
            page.paragraph(&indent, &printable(reason));
        }
    }
    page.line("");
}

fn figures(page: &mut Page, result: &ScanResult, uniqueness: &Uniqueness) {
    let k = result.policy.k;
    let set = headline_set(result, uniqueness);
    let limit = if is_gated(result, set) { count(u64::from(k)) } else { "-".to_owned() };
    let columns = names(&set.columns).join(", ");
    let units = words::unit(set.reading, 2);
    page.row(["Measure", "Value", "Limit", "Finding"]);
    let finding = result
        .findings
        .iter()
        .find(|finding| finding.code == FindingCode::SmallClass && finding.columns == set.columns);
    page.row([
        &format!("smallest class ({columns})"),
        &optional_count(set.smallest_class),
        &limit,
        &finding.map(|finding| finding.code.name().to_owned()).unwrap_or_default(),
    ]);
    page.row([&format!("{units} alone ({columns})"), &population_share(result, set), "", ""]);
    let below = records_below(set, k);
    page.row([&format!("records in crowds below {}", count(u64::from(k))), &optional_count(below), "", ""]);
    page.row(["average risk of a record", &set.risk.average_record.map_or_else(undefined, percent), "", ""]);
    let full = &uniqueness.full;
    if full.columns != set.columns {
        let label = format!("{} alone on {}", words::unit(full.reading, 2), words::all_columns(full.columns.len()));
        page.row([&label, &population_share(result, full), "", ""]);
    }
    page.line("");
    page.paragraph("  ", words::reading_sentence(set.reading));
    revealing(page, result, uniqueness);
    page.line("");
}

fn revealing(page: &mut Page, result: &ScanResult, uniqueness: &Uniqueness) {
    let columns: Vec<String> = riskiest_columns(uniqueness)
        .into_iter()
        .filter_map(|effect| {
            let value = effect.shapley.or(effect.leave_one_out).filter(|value| *value > 0.0)?;
            Some(format!("{} ({})", shortened(&printable(&effect.column), 60), percent(value)))
        })
        .take(LISTED)
        .collect();
    if !columns.is_empty() {
        page.paragraph("  ", &format!("Most revealing columns: {}", columns.join(", ")));
    }
    let sets = riskiest_sets(uniqueness);
    if let Some(worst) = sets.first().filter(|set| set.unique_subjects > 0) {
        let columns = words::list(&names(&worst.columns));
        let share = population_share(result, worst);
        let units = words::unit(worst.reading, 2);
        page.paragraph(
            "  ",
            &format!("Riskiest set of at most {}: {columns} ({share} of {units} alone)", uniqueness.max_set),
        );
    }
}

fn findings(page: &mut Page, result: &ScanResult) {
    let findings = &result.findings;
    if findings.is_empty() && result.verdict.outcome == VerdictOutcome::Pass {
        page.paragraph("  ", words::NOTHING_FOUND);
    }
    for finding in findings.iter().take(LISTED * 2) {
        let severity = words::severity(finding.severity).to_uppercase();
        let waived = if finding.waived { " (waived)" } else { "" };
        let before = page.text.len();
        page.paragraph(&" ".repeat(12), &format!("{}{waived}: {}", finding.code.name(), printable(&finding.message)));
        let painted = page.paint(&severity, severity_colour(finding.severity));
        let gap = " ".repeat(10_usize.saturating_sub(severity.len()));
        page.text.replace_range(before..before + 12, &format!("  {painted}{gap}"));
    }
    if findings.len() > LISTED * 2 {
        page.line(&format!("  {} {}", findings.len() - LISTED * 2, words::MORE));
    }
    if !reasons_lead(result) {
        for reason in unsaid_reasons(result).take(LISTED) {
            page.paragraph("  ", &format!("{} {}", words::CAVEAT, printable(reason)));
        }
    }
    if let (VerdictOutcome::Pass, Crowds::Measured(uniqueness)) = (result.verdict.outcome, crowds(result)) {
        page.paragraph("  ", &words::columns_counted(&result.dataset, uniqueness.quasi_identifiers.len()));
    }
    if !page.text.ends_with("\n\n") {
        page.line("");
    }
}

fn waivers(page: &mut Page, result: &ScanResult) {
    if result.waivers.is_empty() {
        return;
    }
    page.line(&format!("  {}", words::WAIVERS));
    for record in result.waivers.iter().take(LISTED * 2) {
        page.paragraph("    ", &words::waiver(record));
    }
    page.line("");
}

fn not_measured(page: &mut Page, result: &ScanResult) {
    if result.not_measured.is_empty() {
        return;
    }
    page.line("  Not measured");
    for entry in &result.not_measured {
        let has_crowds = matches!(crowds(result), Crowds::Measured(_));
        let name = words::not_measured_name(&entry.measure, has_crowds);
        page.paragraph("    ", &format!("{name}: {}", printable(&entry.reason)));
    }
    page.line("");
}

fn closing(page: &mut Page, result: &ScanResult, report_path: Option<&str>) {
    if let Some(path) = report_path {
        page.line(&format!("report  {}", printable(path)));
    }
    let outcome = words::verdict(result.verdict.outcome);
    let left = format!("exit {} ({outcome})", result.verdict.exit_code);
    let peak = result.run.peak_memory_bytes.map_or_else(String::new, |peak| format!(", peak {}", bytes(peak)));
    let right = format!("{}{peak}", duration(result.run.elapsed_ms));
    let gap = page.style.width.saturating_sub(left.width() + right.width()).max(2);
    page.line(&format!("{left}{}{right}", " ".repeat(gap)));
}

fn population_share(result: &ScanResult, set: &SetStatistics) -> String {
    share(set.unique_subjects, population(&result.dataset, set))
}

fn undefined() -> String {
    words::NOT_DEFINED.to_owned()
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
        Severity::Low => "2",
        Severity::Medium => "33",
        Severity::High | Severity::Critical => "31",
    }
}

/// Text that grows line by line.
struct Page {
    style: TextStyle,
    text: String,
}

impl Page {
    /// One line as it is, without blanks at its end.
    fn line(&mut self, line: &str) {
        let line = self.spelled(line);
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Words wrapped to the width; the first line begins with `lead`, the others with as many blanks.
    fn paragraph(&mut self, lead: &str, sentence: &str) {
        let sentence = self.wrappable(sentence);
        let mut line = lead.to_owned();
        let mut is_empty = true;
        for word in sentence.split(' ') {
            if !is_empty && line.width() + 1 + word.width() > self.style.width {
                self.finish(&line);
                line = " ".repeat(lead.width());
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        self.finish(&line);
    }

    fn finish(&mut self, line: &str) {
        self.text.push_str(line.replace('\u{a0}', " ").trim_end());
        self.text.push('\n');
    }

    /// A row of the table of figures: label left, value and limit right, finding left.
    fn row(&mut self, cells: [&str; 4]) {
        let [label, value, limit, finding] = cells.map(|cell| self.spelled(cell));
        let label_width = self.style.width.saturating_sub(2 + VALUE_WIDTH + LIMIT_WIDTH + 5 + FINDING_WIDTH).max(16);
        let label = self.spelled(&cut(&label, label_width));
        let pad = " ".repeat(label_width.saturating_sub(label.width()));
        let value_gap = " ".repeat(VALUE_WIDTH.saturating_sub(value.width()));
        let limit_gap = " ".repeat(LIMIT_WIDTH.saturating_sub(limit.width()));
        self.line(&format!("  {label}{pad}  {value_gap}{value} {limit_gap}{limit}  {finding}"));
    }

    /// The text as this terminal can show it.
    fn spelled(&self, text: &str) -> String {
        if self.style.unicode { text.replace('\u{a0}', " ") } else { ascii(text) }
    }

    /// As [`Page::spelled`], but keeping the blanks at which a line must not break.
    fn wrappable(&self, text: &str) -> String {
        if self.style.unicode {
            return text.to_owned();
        }
        text.split('\u{a0}').map(ascii).collect::<Vec<_>>().join("\u{a0}")
    }

    fn paint(&self, word: &str, code: &str) -> String {
        if self.style.color { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() }
    }
}

/// The text cut to a width on the screen, keeping a closing bracket.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let end = if text.ends_with(')') { "…)" } else { "…" };
    // Three dots stand for the mark in ASCII.
    let room = width.saturating_sub(end.len());
    let mut short = String::new();
    for character in text.chars() {
        short.push(character);
        if short.width() > room {
            short.pop();
            break;
        }
    }
    short.trim_end_matches([' ', ',']).to_owned() + end
}
