//! Two results compared, as text for a terminal and as JSON.

use super::ReportError;
use super::escape::{printable, shortened};
use super::json;
use super::layout::{Page, TextStyle};
use super::markdown::escape;
use super::messages;
use crate::number::{count, percent, value};
use crate::result::{
    ComparedFigure, ComparedFinding, ComparedResults, ComparedRun, FigureState, FigureUnit, FigureValue, FindingState,
    VerdictOutcome,
};

/// Lines of one kind that a terminal shows.
const SHOWN: usize = 20;

/// The bytes of the JSON document.
///
/// # Errors
/// As [`render_json`](super::render_json).
pub fn render_comparison_json(compared: &ComparedResults) -> Result<Vec<u8>, ReportError> {
    json::render(compared)
}

/// The text for a terminal, ending with a newline: verdicts, circumstances, findings by what became of them, figures.
#[must_use]
pub fn render_comparison_text(compared: &ComparedResults, style: &TextStyle) -> String {
    let mut page = Page::new(style);
    let version = printable(&compared.tool.version);
    page.paragraph("", &format!("reidrisk {version}   {}", printable(&compared.new.dataset)));
    page.line("");
    page.paragraph("  old  ", &run(&compared.old));
    page.paragraph("  new  ", &run(&compared.new));
    page.line("");
    page.paragraph("  ", &sum(compared));
    circumstances(&mut page, compared);
    for state in [FindingState::New, FindingState::Worse, FindingState::Better, FindingState::Gone] {
        findings(&mut page, compared, state);
    }
    figures(&mut page, compared);
    page.text
}

/// The comparison for a pull request, ending with a newline: what is new, worse, better and gone. Holds no HTML and no link.
#[must_use]
pub fn render_comparison_markdown(compared: &ComparedResults) -> String {
    let (name, lead) = (printable(&compared.new.dataset), if compared.is_worse() { "worse" } else { "not worse" });
    let mut lines = vec![format!("## {}: {lead}", escape(&shortened(&name, 80))), String::new()];
    lines.push(format!("- old: {}", escape(&run(&compared.old))));
    lines.push(format!("- new: {}", escape(&run(&compared.new))));
    lines.extend([String::new(), escape(&sum(compared))]);
    if !compared.circumstances.is_empty() {
        lines.extend([String::new(), "### Changed about the scan".to_owned(), String::new()]);
        lines.extend(compared.circumstances.iter().take(SHOWN).map(|it| format!("- {}", escape(&it.message))));
    }
    let findings: Vec<&ComparedFinding> =
        compared.findings.iter().filter(|it| it.state != FindingState::Unchanged).collect();
    if !findings.is_empty() {
        lines.extend([String::new(), "### Findings".to_owned(), String::new()]);
        lines.extend(findings.iter().take(SHOWN).map(|it| {
            let state: &str = it.state.into();
            let severity = it.finding.severity.name().to_uppercase();
            let message = escape(&printable(&it.finding.message));
            format!("- {state}: **{severity}** {}: {message}", escape(it.finding.code.name()))
        }));
    }
    let figures: Vec<&ComparedFigure> =
        compared.figures.iter().filter(|figure| figure.old.is_some() && figure.new.is_some()).collect();
    if !figures.is_empty() {
        lines.extend([String::new(), "### Figures".to_owned(), String::new()]);
        lines
            .extend(figures.iter().take(SHOWN).map(|it| format!("- {}: {}", word(it.state), escape(&figure_line(it)))));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn run(run: &ComparedRun) -> String {
    let verdict = match run.verdict {
        VerdictOutcome::Pass => "PASS",
        VerdictOutcome::Review => "REVIEW",
        VerdictOutcome::Fail => "FAIL",
        VerdictOutcome::Incomplete => "INCOMPLETE",
    };
    let size = format!("{} records, {} subjects", count(run.records), count(run.subjects));
    format!("{verdict}, {}, {size}", messages::time(&run.finished_at))
}

/// One sentence that says it all.
fn sum(compared: &ComparedResults) -> String {
    let of = |state| compared.number_of(state);
    let parts = [
        (of(FindingState::New), "new"),
        (of(FindingState::Worse), "worse"),
        (of(FindingState::Unchanged), "unchanged"),
        (of(FindingState::Better), "better"),
        (of(FindingState::Gone), "gone"),
    ];
    let counts: Vec<String> = parts.iter().map(|(number, word)| format!("{number} {word}")).collect();
    let lead = if compared.is_worse() { "Worse" } else { "Not worse" };
    let figures = format!(
        "{} changed so that it matters",
        crate::number::counted(compared.figures.len() as u64, "figure", "figures")
    );
    format!("{lead}. Findings: {}. {figures}, {} did not.", counts.join(", "), count(compared.unchanged_figures))
}

fn circumstances(page: &mut Page, compared: &ComparedResults) {
    if compared.circumstances.is_empty() {
        return;
    }
    page.line("");
    page.line("  Changed about the scan, so that figures may not be comparable");
    for circumstance in compared.circumstances.iter().take(SHOWN) {
        page.paragraph("    ", &circumstance.message);
    }
    more(page, compared.circumstances.len());
}

fn findings(page: &mut Page, compared: &ComparedResults, state: FindingState) {
    let of: Vec<&ComparedFinding> = compared.findings.iter().filter(|it| it.state == state).collect();
    if of.is_empty() {
        return;
    }
    page.line("");
    page.line(match state {
        FindingState::New => "  New findings",
        FindingState::Worse => "  Worse findings",
        FindingState::Unchanged => "  Unchanged findings",
        FindingState::Better => "  Better findings",
        FindingState::Gone => "  Findings that are gone",
    });
    for compared in of.iter().take(SHOWN) {
        let finding = &compared.finding;
        let was = compared.old_severity.filter(|was| *was != finding.severity && state != FindingState::Gone);
        let was = was.map_or(String::new(), |was| format!(" (was {})", was.name()));
        let sentence = format!("{}{was}: {}", finding.code.name(), printable(&finding.message));
        page.paragraph(&format!("    {:<10}", finding.severity.name().to_uppercase()), &sentence);
    }
    more(page, of.len());
}

fn figures(page: &mut Page, compared: &ComparedResults) {
    // Where columns differ, so do most figures: a person reads of those that both results have.
    let (both, one): (Vec<&ComparedFigure>, Vec<&ComparedFigure>) =
        compared.figures.iter().partition(|figure| figure.old.is_some() && figure.new.is_some());
    if !both.is_empty() {
        page.line("");
        let least = percent(compared.least_change);
        page.line(&format!("  Figures that changed by {least} or more, or across a limit"));
        for figure in both.iter().take(SHOWN) {
            page.paragraph(&format!("    {:<7}", word(figure.state)), &figure_line(figure));
        }
        more(page, both.len());
    }
    if !one.is_empty() {
        page.line("");
        let figures = crate::number::counted(one.len() as u64, "figure is", "figures are");
        page.paragraph(
            "  ",
            &format!("{figures} in one result only, such as those on columns that the other has not."),
        );
    }
}

fn word(state: FigureState) -> &'static str {
    match state {
        FigureState::Lost => "lost",
        FigureState::Worse => "worse",
        FigureState::Moved => "moved",
        FigureState::Better => "better",
        FigureState::Found => "found",
    }
}

fn figure_line(figure: &ComparedFigure) -> String {
    let columns =
        if figure.columns.is_empty() { String::new() } else { format!(" ({})", messages::few(&figure.columns)) };
    let about = figure.about.as_deref().map_or(String::new(), |about| format!(", {about}"));
    let [old, new] = [&figure.old, &figure.new].map(|of| shown(of.as_ref(), figure.unit));
    let by = figure.difference.map_or(String::new(), |[low, high]| {
        let [low, high] = [low, high].map(|end| signed(end, figure.unit));
        format!("; difference {low} to {high}")
    });
    printable(&format!("{}{about}{columns}: {old}, now {new}{by}", figure.label))
}

fn signed(number: f64, unit: FigureUnit) -> String {
    let sign = if number < 0.0 { "-" } else { "+" };
    let unit = if unit == FigureUnit::Share { "pp" } else { return format!("{sign}{}", value(number.abs(), unit)) };
    format!("{sign}{:.1} {unit}", number.abs() * 100.0)
}

fn shown(of: Option<&FigureValue>, unit: FigureUnit) -> String {
    match of {
        None => "not there".to_owned(),
        Some(FigureValue::Measured { value: number, .. }) => value(*number, unit),
        Some(FigureValue::Undefined { .. }) => "undefined".to_owned(),
        Some(FigureValue::Incomplete { .. }) => "incomplete".to_owned(),
    }
}

fn more(page: &mut Page, all: usize) {
    if all > SHOWN {
        page.paragraph("    ", &format!("and {} more; `--format json` lists all", all - SHOWN));
    }
}
