//! Views of a [`ScanResult`](crate::result::ScanResult): terminal text, `result.json`, one HTML page, charts.
//!
//! This room sees nothing but the result, so it cannot show a cell value. Every name in a result (column, file,
//! dataset) is hostile: `escape.rs` makes it harmless before it reaches a terminal, a page, a picture or a path.

mod chart;
mod columns;
mod csv;
mod error;
pub(crate) mod escape;
mod figures;
#[cfg(test)]
mod fixture;
mod github;
mod headline;
mod html;
mod json;
mod known_points;
mod layout;
mod linkage;
mod markdown;
mod messages;
mod number;
mod run;
mod summary;
mod sweep;
#[cfg(test)]
mod test;
mod text;

pub use self::csv::render_csv;
pub use chart::{Chart, charts};
pub use columns::render_columns_text;
pub use error::ReportError;
pub use github::render_github;
pub use html::render_html;
pub use json::{json_schema, read_json, render_inspection_json, render_json};
pub use layout::TextStyle;
pub use markdown::{render_columns_markdown, render_markdown};
pub use run::{remove_partial_runs_of_this_process, render_views, write_run, write_run_with};
pub use text::{Ending, render_text, render_text_with};

/// A view that a run can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Emit {
    /// One HTML page, `index.html`.
    Html,
    /// Charts as PNG pictures in `plots/`.
    Png,
    /// Charts as SVG pictures in `plots/`.
    Svg,
    /// `result.json`, which is always written.
    Json,
    /// One row a figure, `summary.csv`.
    Csv,
    /// A summary for pull requests, `summary.md`.
    Md,
    /// One row a subject, `subjects.csv`; by `scan` only, and for an internal audience only.
    Subjects,
}
