//! Views of a [`ScanResult`]: terminal text, `result.json`, one HTML page, charts.
//!
//! This room sees nothing but the result, so it cannot show a cell value. Every name in a result (column, file,
//! dataset) is hostile: `escape.rs` makes it harmless before it reaches a terminal, a page, a picture or a path.

mod advisory;
mod aggregates;
mod annotation;
mod attribute;
mod certificate;
mod chart;
mod checks;
mod columns;
mod comparison;
mod csv;
mod error;
pub(crate) mod escape;
mod figures;
#[cfg(test)]
pub(crate) mod fixture;
mod github;
mod headline;
mod history;
mod html;
mod inference;
mod json;
mod junit;
mod known_points;
#[cfg(test)]
#[path = "test/laws.rs"]
mod laws;
mod layout;
mod linkage;
mod markdown;
mod messages;
mod night;
mod original;
mod population;
mod prometheus;
mod ranking;
mod record;
mod risk;
mod sarif;
mod schemas;
mod special_uniques;
mod summary;
mod sweep;
#[cfg(test)]
mod test;
mod text;

pub use self::csv::render_csv;
pub use advisory::{render_advisory_json, render_advisory_text};
pub use certificate::{read_certificate, render_certificate_html, render_certificate_json};
pub use chart::{Chart, charts, frontier_chart, trend_charts};
pub use columns::render_columns_text;
pub use comparison::{render_comparison_json, render_comparison_markdown, render_comparison_text};
pub use error::ReportError;
pub use github::render_github;
pub(crate) use history::verdict_word;
pub use history::{render_history_csv, render_history_json, render_history_text, render_overview_text};
pub use html::{render_history_html, render_html, render_overview_html};
pub use json::{read_json, render_inspection_json, render_json};
pub use junit::render_junit;
pub use layout::TextStyle;
pub use markdown::{render_columns_markdown, render_markdown};
pub use night::{render_night_json, render_night_line, render_notification, width_of_names};
pub use prometheus::render_prometheus;
pub use record::{read_record, render_record_json};
pub use sarif::render_sarif;
pub use schemas::*;
pub use text::{Ending, render_text};

use std::collections::BTreeMap;

use crate::result::ScanResult;

/// Every format of a result. A new one is its renderer and a line here.
pub const FORMATS: &[Format] = &[
    Format::new("text", "report.txt", "The summary of a scan, for people", Render::Text),
    Format::new(
        "html",
        "index.html",
        "One HTML page",
        Render::File(|result| render_html(result).map(String::into_bytes)),
    ),
    Format::new("png", "plots/", "Charts as PNG pictures", Render::Charts("png", Chart::png)),
    Format::new("svg", "plots/", "Charts as SVG pictures", Render::Charts("svg", |chart| Ok(chart.svg().into_bytes()))),
    Format::new("json", "result.json", "The whole result as one JSON document", Render::File(render_json)),
    Format::new("csv", "summary.csv", "One row a figure", Render::File(render_csv)),
    Format::new(
        "md",
        "summary.md",
        "A summary for pull requests",
        Render::File(|result| Ok(render_markdown(result).into())),
    ),
    Format::new(
        "github",
        "github.txt",
        "Workflow commands of GitHub Actions",
        Render::File(|result| Ok(render_github(result).into())),
    ),
    Format::new("junit", "junit.xml", "Limits and findings as JUnit test cases", Render::File(render_junit)),
    Format::new("sarif", "result.sarif", "Findings as SARIF 2.1.0", Render::File(render_sarif)),
    Format::new(
        "prom",
        "reidrisk.prom",
        "Figures for the text file collector of Prometheus",
        Render::File(|result| Ok(render_prometheus(result).into())),
    ),
    Format::new("subjects", "subjects.csv", "One row a subject; for an internal audience only", Render::ByScan),
    Format::new("records", "records.csv", "One row a record; for an internal audience only", Render::ByScan),
    Format::new("cells", "cells.csv", "One row a cell of totals; for an internal audience only", Render::ByScan),
];

/// A way to show a result.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name, as `--format` and `--emit` take it.
    pub name: &'static str,
    /// The file it is written to, or the folder of its files.
    pub file: &'static str,
    /// What it is, for help.
    pub doc: &'static str,
    render: Render,
}

/// How a format comes about.
#[derive(Debug, Clone, Copy)]
enum Render {
    /// Text laid out for a terminal.
    Text,
    /// One file.
    File(fn(&ScanResult) -> Result<Vec<u8>, ReportError>),
    /// A file for each chart, with this ending.
    Charts(&'static str, fn(&Chart) -> Result<Vec<u8>, ReportError>),
    /// By the scan itself: a result holds nothing of single subjects.
    ByScan,
}

impl Format {
    const fn new(name: &'static str, file: &'static str, doc: &'static str, render: Render) -> Self {
        Self { name, file, doc, render }
    }

    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// Whether it is one text or file, which can stand on standard output.
    #[must_use]
    pub fn is_one_file(&self) -> bool {
        matches!(self.render, Render::Text | Render::File(_))
    }

    /// Whether a stored result can be rendered as it.
    #[must_use]
    pub fn is_of_result(&self) -> bool {
        !matches!(self.render, Render::ByScan)
    }

    /// Its files by relative path; none for a format that the scan itself makes.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn files(&self, result: &ScanResult, style: &TextStyle) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
        let one = |bytes| vec![(self.file.to_owned(), bytes)];
        match self.render {
            Render::Text => Ok(one(render_text(result, style, &Ending::default()).into_bytes())),
            Render::File(render) => render(result).map(one),
            Render::Charts(ending, render) => {
                let path = |chart: &Chart| format!("{}{}.{ending}", self.file, chart.name);
                charts(result).iter().map(|chart| Ok((path(chart), render(chart)?))).collect()
            }
            Render::ByScan => Ok(Vec::new()),
        }
    }
}

/// The views of `emit` as files, by relative path.
///
/// # Errors
/// When a view cannot be made.
pub fn render_views(result: &ScanResult, emit: &[&Format]) -> Result<BTreeMap<String, Vec<u8>>, ReportError> {
    let style = TextStyle { width: 100, color: false, unicode: true };
    let mut files = BTreeMap::new();
    for format in emit {
        files.extend(format.files(result, &style)?);
    }
    Ok(files)
}
