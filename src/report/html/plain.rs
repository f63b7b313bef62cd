//! Sections of measures that have no page of their own here: what the measure says, with its figures and their limits.

use super::section::{Section, quoted};
use super::table::{Cell, Table};
use crate::report::escape::printable;
use crate::report::{checks, messages};
use crate::result::{Figure, ScanResult};

/// One section for each measure that brought one.
pub(super) fn sections(result: &ScanResult) -> Vec<Section> {
    let section = |from: &crate::result::Section| {
        let figures: Vec<&Figure> = from.rows.iter().filter_map(|row| checks::of_row(result, row)).collect();
        let rows: Vec<Vec<Cell>> =
            figures.into_iter().flat_map(|figure| checks::rows_of(result, figure)).map(cells).collect();
        let sentences = |lines: &[String]| lines.iter().map(|line| printable(line)).collect::<Vec<_>>();
        Section {
            id: format!("measure-{}", plain_id(&from.measure)).into(),
            title: printable(&from.title).into(),
            answer: printable(&from.answer),
            tables: vec![Table::new(messages::SECTION_CAPTION, &messages::FIGURE_HEADS, rows.into_iter())],
            reading: sentences(&from.how_to_read),
            todo: sentences(&from.what_to_do).iter().map(|line| quoted(line)).collect(),
            ..Section::default()
        }
    };
    result.sections.iter().map(section).collect()
}

/// A row of a table of figures.
fn cells(row: checks::Row) -> Vec<Cell> {
    vec![Cell::text(row.label), Cell::number(row.value), Cell::number(row.limit), Cell::text(row.outcome)]
}

/// The name of a measure as a part of an identifier of the page.
fn plain_id(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}
