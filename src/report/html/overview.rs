//! All datasets below one folder of reports, as one HTML page.

use std::fmt::Write as _;

use askama::Template;

use super::history::STYLE;
use super::safety::{Head, SCRIPT, style_named};
use crate::number::counted;
use crate::report::chart::{Spark, spark, trend_title};
use crate::report::escape::printable;
use crate::report::history::verdict;
use crate::report::{ReportError, messages};
use crate::result::{DatasetOverview, Overview, VerdictOutcome};

/// Everything the template shows; every text is printable, the template escapes it for HTML.
#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    head: Head,
    script: &'static str,
    headline: String,
    rows: Vec<Row>,
    footer: String,
}

/// One dataset.
struct Row {
    name: String,
    /// Link to the page of the newest result; empty where there is none.
    link: String,
    verdict: &'static str,
    class: &'static str,
    shape: &'static str,
    finished: String,
    spark: Option<Spark>,
    figure: String,
    last_pass: String,
    runs: String,
    notes: Vec<String>,
}

/// The overview as one HTML page that needs no other file; its links lead to the pages of the runs beside it.
///
/// # Errors
/// [`ReportError::Page`] when a part cannot be drawn.
pub fn render_overview_html(overview: &Overview) -> Result<String, ReportError> {
    let headline = headline(overview);
    let page = Page {
        head: Head::new(headline.clone(), style_named("reidrisk datasets", STYLE)),
        script: SCRIPT,
        headline,
        rows: overview.datasets.iter().filter_map(row).collect(),
        footer: format!(
            "reidrisk {}. This page holds counts and names of datasets, no cell of the data.",
            printable(&overview.tool.version)
        ),
    };
    page.render().map_err(|_| ReportError::Page)
}

/// How many datasets stand how.
fn headline(overview: &Overview) -> String {
    let number = |outcome: Option<VerdictOutcome>| {
        let is_it = |dataset: &&DatasetOverview| dataset.recent.newest().is_some_and(|run| run.verdict == outcome);
        overview.datasets.iter().filter(is_it).count()
    };
    let kinds = [
        (Some(VerdictOutcome::Fail), "FAIL"),
        (None, "without a result"),
        (Some(VerdictOutcome::Incomplete), "INCOMPLETE"),
        (Some(VerdictOutcome::Review), "REVIEW"),
        (Some(VerdictOutcome::Pass), "PASS"),
    ];
    let by_kind: Vec<String> = kinds
        .into_iter()
        .map(|(outcome, word)| (number(outcome), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let datasets = counted(overview.datasets.len() as u64, "dataset", "datasets");
    if by_kind.is_empty() { datasets } else { format!("{datasets}: {}", by_kind.join(", ")) }
}

fn row(dataset: &DatasetOverview) -> Option<Row> {
    let newest = dataset.recent.newest()?;
    let (class, shape) = super::page::look_of(newest.verdict);
    let overdue = (dataset.overdue > 0)
        .then(|| format!("{} missing since then", counted(u64::from(dataset.overdue), "run is", "runs are")));
    let missed: u64 = dataset.recent.missed().into_iter().map(u64::from).sum();
    let missed = (missed > 0).then(|| {
        let among = counted(dataset.recent.runs.len() as u64, "run", "runs");
        format!("{} among the last {among}", counted(missed, "run was missed", "runs were missed"))
    });
    let same = newest.same_as.as_ref().map(|_| "unchanged input".to_owned());
    let sentences = newest.why.iter().chain(&dataset.trouble).map(|sentence| printable(sentence));
    Some(Row {
        name: printable(&dataset.recent.dataset),
        link: dataset
            .latest
            .as_ref()
            .map_or_else(String::new, |run| format!("{}/{}/index.html", address(&dataset.folder), address(run))),
        verdict: verdict(newest),
        class,
        shape,
        finished: messages::time(&printable(&newest.finished_at)),
        spark: spark(&dataset.recent),
        figure: dataset.recent.headline_figure().map_or_else(String::new, trend_title),
        last_pass: dataset
            .last_pass
            .as_ref()
            .map_or_else(|| "never".to_owned(), |passed| messages::time(&printable(&passed.finished_at))),
        runs: crate::number::count(dataset.runs),
        notes: overdue.into_iter().chain(missed).chain(same).chain(sentences).collect(),
    })
}

/// A name as a part of an address: whatever is no letter or digit of ASCII is written by its bytes.
fn address(name: &str) -> String {
    let mut address = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}
