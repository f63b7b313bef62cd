//! The runs of a dataset side by side, and all datasets, for a terminal and for other programs.

use unicode_width::UnicodeWidthStr;

use super::ReportError;
use super::chart::trend_title;
use super::csv::{joined, neutral, unit};
use super::escape::printable;
use super::json;
use super::layout::{Page, TextStyle, cut};
use super::messages;
use crate::number::{count, counted, value};
use crate::result::{
    DatasetHistory, DatasetOverview, Figure, FigureValue, HistoryRun, Overview, RecordedFigure, RecordedLimit,
    ScanChange, VerdictOutcome,
};

/// The bytes of the JSON document.
///
/// # Errors
/// As [`render_json`](super::render_json).
pub fn render_history_json(history: &DatasetHistory) -> Result<Vec<u8>, ReportError> {
    json::render(history)
}

/// The columns of the CSV file, in their fixed order.
const HEAD: &str = "dataset,run,started_at,finished_at,verdict,exit_code,version,same_as,release,records,subjects,open_findings,\
                    changed,missed_before,figure,columns,parameter,unit,status,value,low,high,reason,gate,limit,outcome,waived";

/// A history as CSV (RFC 4180, UTF-8), with a header: one row for each figure of a run, or for each limit on it; a run
/// without a figure has one row, with the reason where there is no result.
///
/// A figure without a number has an empty `value` and a `status` that is not `measured`. Text that a spreadsheet would take
/// for a formula begins with an apostrophe.
///
/// # Errors
/// [`ReportError::Csv`] when a row cannot be written, which memory rules out.
pub fn render_history_csv(history: &DatasetHistory) -> Result<Vec<u8>, ReportError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(HEAD.split(',')).map_err(|_| ReportError::Csv)?;
    let (missed, changes) = (history.missed(), history.changes());
    for (place, run) in history.runs.iter().enumerate() {
        let what = changes.get(place).map_or_else(String::new, |changes| changed(changes));
        let of_run = of_run(history, run, what, missed.get(place).copied().unwrap_or(0));
        let rows: Vec<Vec<String>> = run.figures.iter().flat_map(of_figure).collect();
        let empty = vec![of_no_figure(run)];
        for row in if rows.is_empty() { &empty } else { &rows } {
            writer.write_record(of_run.iter().chain(row)).map_err(|_| ReportError::Csv)?;
        }
    }
    writer.into_inner().map_err(|_| ReportError::Csv)
}

fn of_run(history: &DatasetHistory, run: &HistoryRun, changed: String, missed: u32) -> Vec<String> {
    vec![
        neutral(&history.dataset),
        neutral(&run.run),
        neutral(&run.started_at),
        neutral(&run.finished_at),
        verdict(run).to_lowercase().replace(' ', "-"),
        run.exit_code.to_string(),
        neutral(&run.version),
        run.same_as.as_deref().map_or_else(String::new, neutral),
        run.release.as_deref().map_or_else(String::new, neutral),
        run.records.to_string(),
        run.subjects.map_or_else(String::new, |subjects| subjects.to_string()),
        run.open_findings.to_string(),
        changed,
        missed.to_string(),
    ]
}

/// What stands behind a run that has no figure: why.
fn of_no_figure(run: &HistoryRun) -> Vec<String> {
    let mut row = vec![String::new(); 13];
    "not-measured".clone_into(&mut row[4]);
    row[8] = run.why.as_deref().map_or_else(String::new, neutral);
    row
}

/// A row for each limit on a figure, or one without.
fn of_figure(recorded: &RecordedFigure) -> Vec<Vec<String>> {
    let figure = &recorded.figure;
    let status: &str = (&figure.value).into();
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    let interval = figure.value.interval();
    let of_figure = vec![
        neutral(&figure.id),
        joined(&figure.columns),
        figure.about.as_deref().map_or_else(String::new, neutral),
        unit(figure.unit).to_owned(),
        status.to_owned(),
        number(figure.value.value()),
        number(interval.map(|[low, _]| low)),
        number(interval.map(|[_, high]| high)),
        figure.value.reason().map_or_else(String::new, neutral),
    ];
    let of_limit = |limit: &RecordedLimit| {
        let held = [
            neutral(&limit.gate),
            number(limit.limit),
            messages::check_outcome(limit.outcome).to_owned(),
            messages::yes_no(limit.waived).to_owned(),
        ];
        of_figure.iter().cloned().chain(held).collect()
    };
    let rows: Vec<Vec<String>> = recorded.limits.iter().map(of_limit).collect();
    if rows.is_empty() {
        return vec![of_figure.iter().cloned().chain(vec![String::new(); 4]).collect()];
    }
    rows
}

fn changed(changes: &[ScanChange]) -> String {
    changes.iter().map(|change| change.name()).collect::<Vec<_>>().join("; ")
}

/// A verdict in a word; two where there is none.
pub(crate) fn verdict_word(verdict: Option<VerdictOutcome>) -> &'static str {
    verdict.map_or("NO RESULT", messages::verdict)
}

/// The verdict of a run.
pub(super) fn verdict(run: &HistoryRun) -> &'static str {
    verdict_word(run.verdict)
}

/// Figures beside each other in a terminal.
const FIGURES: usize = 6;
/// Width of a figure.
const FIGURE_WIDTH: usize = 9;

/// The text for a terminal, ending with a newline: one line a run, the newest first, with the figures that have a limit; at
/// most `most` runs.
#[must_use]
pub fn render_history_text(history: &DatasetHistory, style: &TextStyle, most: usize) -> String {
    let mut page = Page::new(style);
    let figures = history.limited_figures();
    // The time, the verdict, and at least two blanks before each figure.
    let room = page.style.width.saturating_sub(2 + 16 + 2 + 10) / FIGURE_WIDTH;
    let shown = &figures[..figures.len().min(room.min(FIGURES))];
    let runs = counted(history.runs.len() as u64, "run", "runs");
    page.paragraph(
        "",
        &format!("reidrisk {}   {}   {runs}", printable(&history.tool.version), printable(&history.dataset)),
    );
    page.line("");
    let heads: Vec<String> =
        (1..=shown.len()).map(|place| format!("{:>FIGURE_WIDTH$}", format!("[{place}]"))).collect();
    let heads = heads.concat();
    page.line(&format!("  {:<16}  {:<10}{heads}", "UTC", "verdict"));
    let (missed, changes) = (history.missed(), history.changes());
    for place in (0..history.runs.len()).rev().take(most) {
        run_line(&mut page, &history.runs[place], shown);
        if !changes[place].is_empty() {
            page.paragraph("      ", &format!("changed: {}", changed(&changes[place]).replace("; ", ", ")));
        }
        if missed[place] > 0 {
            page.line(&format!("  {} before", counted(u64::from(missed[place]), "missed run", "missed runs")));
        }
    }
    let left_out = history.runs.len().saturating_sub(most);
    if left_out > 0 {
        page.paragraph(
            "  ",
            &format!("and {} earlier; `--last {}` shows all", count(left_out as u64), history.runs.len()),
        );
    }
    page.line("");
    for (place, figure) in shown.iter().enumerate() {
        let limit = history.runs.iter().rev().find_map(|run| run.figure(figure)?.limit());
        let limit = limit.map_or_else(String::new, |limit| format!("; limit {}", value(limit, figure.unit)));
        page.paragraph(&format!("  [{}] ", place + 1), &format!("{}{limit}", trend_title(figure)));
    }
    if figures.len() > shown.len() {
        let more = counted((figures.len() - shown.len()) as u64, "more figure", "more figures");
        page.paragraph("  ", &format!("{more} with a limit in `--format csv`"));
    }
    page.paragraph("  ", "* breaches its limit; - no figure; ? not defined, or cut off by a limit of time or memory.");
    page.text
}

fn run_line(page: &mut Page, run: &HistoryRun, figures: &[&Figure]) {
    let time = run.started_at.get(..16).unwrap_or(&run.started_at).replace('T', " ");
    let cells: Vec<String> = figures.iter().map(|figure| format!("{:>FIGURE_WIDTH$}", cell(run, figure))).collect();
    let cells = cells.concat();
    let verdict = verdict(run);
    let code = match run.verdict {
        Some(VerdictOutcome::Pass) => "32",
        Some(VerdictOutcome::Review) => "33",
        _ => "31",
    };
    let gap = " ".repeat(10_usize.saturating_sub(verdict.width()));
    let same = if run.same_as.is_some() { "  unchanged input" } else { "" };
    let line = format!("  {}  {}{gap}{cells}", printable(&time), page.paint(verdict, code));
    let fits = 2 + 16 + 2 + 10 + FIGURE_WIDTH * figures.len() + same.len() <= page.style.width;
    page.line(&if fits { line + same } else { line });
    if let Some(label) = &run.release {
        page.paragraph("      ", &format!("release {}", printable(label)));
    }
    if let Some(why) = &run.why {
        page.paragraph("      ", &printable(why));
    }
}

/// A figure of a run, as short as it can be.
fn cell(run: &HistoryRun, figure: &Figure) -> String {
    let Some(recorded) = run.figure(figure) else { return "-".to_owned() };
    let mark = if recorded.passes() == Some(false) { "*" } else { "" };
    match &recorded.figure.value {
        FigureValue::Measured { value: number, .. } => {
            cut(&format!("{}{mark}", value(*number, figure.unit).replace(' ', "")), FIGURE_WIDTH - 1)
        }
        FigureValue::Undefined { .. } | FigureValue::Incomplete { .. } => format!("?{mark}"),
    }
}

/// All datasets for a terminal, ending with a newline.
#[must_use]
pub fn render_overview_text(overview: &Overview, style: &TextStyle) -> String {
    let mut page = Page::new(style);
    let datasets = counted(overview.datasets.len() as u64, "dataset", "datasets");
    page.paragraph("", &format!("reidrisk {}   {datasets}", printable(&overview.tool.version)));
    page.line("");
    for dataset in &overview.datasets {
        dataset_lines(&mut page, dataset);
    }
    page.text
}

fn dataset_lines(page: &mut Page, dataset: &DatasetOverview) {
    let Some(newest) = dataset.recent.newest() else { return };
    let name = printable(&dataset.recent.dataset);
    let runs = counted(dataset.runs, "run", "runs");
    let passed = dataset.last_pass.as_ref().map_or_else(
        || "never passed".to_owned(),
        |passed| format!("last PASS {}", messages::time(&printable(&passed.finished_at))),
    );
    let time = messages::time(&printable(&newest.finished_at));
    page.paragraph(&format!("  {:<10}  ", verdict(newest)), &format!("{name}   {time}   {runs}, {passed}"));
    if dataset.overdue > 0 {
        let overdue = counted(u64::from(dataset.overdue), "run is", "runs are");
        page.paragraph("              ", &format!("{overdue} missing since then"));
    }
    for sentence in newest.why.iter().chain(&dataset.trouble) {
        page.paragraph("              ", &printable(sentence));
    }
}

#[cfg(test)]
#[path = "test/history.rs"]
mod test;
