//! The runs of a dataset as one HTML page: trend charts, and a table of the runs.

use askama::Template;

use super::safety::{Head, SCRIPT, style_named};
use super::table::{Cell, Table};
use crate::number::{counted, value};
use crate::report::chart::{trend_charts, trend_title};
use crate::report::escape::printable;
use crate::report::history::verdict;
use crate::report::{ReportError, messages};
use crate::result::{DatasetHistory, Figure, FigureValue, HistoryRun, VerdictOutcome};

/// Style of the pages over many runs, behind that of a report.
pub(super) const STYLE: &str = include_str!("../../../templates/history.css");

/// Figures beside each other in the table of runs.
const FIGURES: usize = 6;

/// Everything the template shows; every text is printable, the template escapes it for HTML.
#[derive(Template)]
#[template(path = "history.html")]
struct Page {
    head: Head,
    script: &'static str,
    verdict: &'static str,
    class: &'static str,
    shape: &'static str,
    name: String,
    time: String,
    size: String,
    tiles: Vec<[String; 3]>,
    charts: Vec<Picture>,
    more_figures: String,
    table: Table,
    footer: String,
}

struct Picture {
    title: String,
    subtitle: String,
    svg: String,
}

/// The history of a dataset as one HTML page that needs no other file.
///
/// # Errors
/// [`ReportError::Page`] when a part cannot be drawn.
pub fn render_history_html(history: &DatasetHistory) -> Result<String, ReportError> {
    let newest = history.newest();
    let word = newest.map_or("NO RESULT", verdict);
    let (class, shape) = super::page::look_of(newest.and_then(|run| run.verdict));
    let name = printable(&history.dataset);
    let style = style_named(&format!("reidrisk history {name} · {word}"), STYLE);
    let figures = history.limited_figures();
    let charts = trend_charts(history);
    let left_out = figures.len().saturating_sub(charts.len());
    let picture = |chart: &crate::report::Chart| Picture {
        title: chart.title.clone(),
        subtitle: chart.subtitle.clone(),
        svg: chart.inline_svg(true),
    };
    let page = Page {
        head: Head::new(format!("History: {name}"), style),
        script: SCRIPT,
        verdict: word,
        class,
        shape,
        name,
        time: newest.map_or_else(String::new, |run| messages::time(&printable(&run.finished_at))),
        size: counted(history.runs.len() as u64, "run", "runs"),
        tiles: tiles(history),
        more_figures: match left_out {
            0 => String::new(),
            more => format!(
                "{} not drawn, because no run has a number of it or eight are drawn already; `history --format csv` lists all.",
                counted(more as u64, "figure with a limit is", "figures with a limit are")
            ),
        },
        charts: charts.iter().map(picture).collect(),
        table: table(history, &figures),
        footer: format!(
            "reidrisk {}. This page holds counts and names of columns, no cell of the data.",
            printable(&history.tool.version)
        ),
    };
    page.render().map_err(|_| ReportError::Page)
}

/// What is to be known at once: a label, a value, a note.
fn tiles(history: &DatasetHistory) -> Vec<[String; 3]> {
    let passed = history.last_pass();
    let failed = history.runs.iter().filter(|run| run.verdict.is_none()).count();
    let incomplete = history.runs.iter().filter(|run| run.verdict == Some(VerdictOutcome::Incomplete)).count();
    let missed: u64 = history.missed().into_iter().map(u64::from).sum();
    let since = |run: &HistoryRun| run.finished_at.get(..10).map_or_else(|| printable(&run.finished_at), printable);
    let rhythm = history.rhythm().map_or_else(
        || "too few days for a rule".to_owned(),
        |days| match days {
            1 => "one run a day as a rule".to_owned(),
            days => format!("one run every {} as a rule", counted(u64::from(days.unsigned_abs()), "day", "days")),
        },
    );
    vec![
        ["Last PASS".to_owned(), passed.map_or_else(|| "never".to_owned(), since), String::new()],
        ["Missed runs".to_owned(), missed.to_string(), rhythm],
        [
            "Without a result".to_owned(),
            failed.to_string(),
            format!("and {}", counted(incomplete as u64, "incomplete run", "incomplete runs")),
        ],
    ]
}

/// The cell of a figure in the row of a run, by its place.
type Figured<'a> = Box<dyn Fn(&usize) -> Cell + 'a>;

/// The runs, newest first.
fn table(history: &DatasetHistory, figures: &[&Figure]) -> Table {
    let (missed, changes) = (history.missed(), history.changes());
    let places: Vec<usize> = (0..history.runs.len()).rev().collect();
    let run = |place: &usize| &history.runs[*place];
    let notes = |place: &usize| {
        let named = changes[*place].iter().map(|change| format!("{} changed", change.name()));
        let missed = (missed[*place] > 0)
            .then(|| format!("{} before", counted(u64::from(missed[*place]), "missed run", "missed runs")));
        let release = run(place).release.as_deref().map(|label| format!("release {}", printable(label)));
        let same = run(place).same_as.as_ref().map(|_| "unchanged input".to_owned());
        let why = run(place).why.as_deref().map(printable);
        Cell::text(release.into_iter().chain(named).chain(missed).chain(same).chain(why).collect::<Vec<_>>().join("; "))
    };
    let time = |place: &usize| Cell::text(messages::time(&printable(&run(place).started_at)));
    let word = |place: &usize| Cell::text(verdict(run(place)));
    let records = |place: &usize| {
        Cell::optional_words(run(place).verdict.map(|_| crate::number::count(run(place).records)), messages::NONE)
    };
    let shown = &figures[..figures.len().min(FIGURES)];
    let titles: Vec<String> = shown.iter().map(|figure| trend_title(figure)).collect();
    let cells: Vec<Figured<'_>> = shown
        .iter()
        .map(|figure| {
            let figure: &Figure = figure;
            Box::new(move |place: &usize| figure_cell(&history.runs[*place], figure)) as Figured<'_>
        })
        .collect();
    let mut columns: Vec<super::table::Column<'_, usize>> =
        vec![("Started", &time), ("Verdict", &word), ("Records", &records)];
    columns.extend(titles.iter().zip(&cells).map(|(title, cell)| (title.as_str(), &**cell as &dyn Fn(&usize) -> Cell)));
    columns.push(("Notes", &notes));
    Table::of("Runs, the newest first", &places, &columns)
}

fn figure_cell(run: &HistoryRun, figure: &Figure) -> Cell {
    let Some(recorded) = run.figure(figure) else { return Cell::number(messages::NONE) };
    let words = match recorded.figure.value {
        FigureValue::Measured { value: number, .. } => value(number, figure.unit),
        FigureValue::Undefined { .. } => "not defined".to_owned(),
        FigureValue::Incomplete { .. } => "cut off".to_owned(),
    };
    let over = match (recorded.passes(), recorded.figure.value.value()) {
        (Some(false), Some(_)) => " (breaches its limit)",
        (Some(false), None) => " (cannot hold its limit)",
        _ => "",
    };
    Cell::number(format!("{words}{over}"))
}
