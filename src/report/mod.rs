//! Views of a [`ScanResult`](crate::result::ScanResult): terminal text, `result.json`, one HTML page, charts.
//!
//! This room sees nothing but the result, so it cannot show a cell value. Every name in a result (column, file,
//! dataset) is hostile: `escape.rs` makes it harmless before it reaches a terminal, a page, a picture or a path.

mod chart;
mod error;
pub(crate) mod escape;
#[cfg(test)]
mod fixture;
mod html;
mod json;
mod number;
mod run;
mod summary;
#[cfg(test)]
mod test;
mod text;
mod words;

pub use chart::{Chart, charts};
pub use error::ReportError;
pub use html::render_html;
pub use json::{json_schema, read_json, render_json};
pub use run::{remove_partial_runs_of_this_process, write_run};
pub use text::{TextStyle, render_text};

/// A view that a run can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Emit {
    /// One HTML page, `index.html`.
    Html,
    /// Charts as PNG pictures in `plots/`.
    Png,
    /// Charts as SVG pictures in `plots/`.
    Svg,
    /// `result.json`, which is always written.
    Json,
}
