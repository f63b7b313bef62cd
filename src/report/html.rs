//! The result as one HTML page: no network, whole without its script, readable without colour.

mod aggregates;
mod attribute;
mod classes;
mod decision;
mod first;
mod history;
mod inference;
mod known_points;
mod line;
mod link_tables;
mod linkage;
mod original;
mod overview;
mod page;
mod population;
mod ranks;
mod record;
pub(super) mod safety;
mod section;
mod sheet;
mod source;
mod special_uniques;
mod table;
#[cfg(test)]
mod test;
mod todo;

use askama::Template;

pub use self::history::render_history_html;
pub use self::overview::render_overview_html;
use self::page::Page;
pub(super) use self::todo::{recipe as recipe_in_words, steps as steps_in_words};
use super::ReportError;
use crate::result::ScanResult;

/// The result as one HTML page that needs no other file. Long tables show the riskiest 50 rows.
///
/// # Errors
/// [`ReportError::Page`] when a part cannot be drawn.
pub fn render_html(result: &ScanResult) -> Result<String, ReportError> {
    Page::new(result).render().map_err(|_| ReportError::Page)
}
