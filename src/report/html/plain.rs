//! Sections of measures that have no page of their own here: what the measure says, with its figures and their limits.

use super::section::{Section, quoted};
use super::table::{Cell, Table};
use crate::report::checks;
use crate::report::escape::printable;
use crate::result::ScanResult;

/// One section for each measure that brought one.
pub(super) fn sections(result: &ScanResult) -> Vec<Section> {
    let section = |from: &crate::result::Section| {
        let figures = from.rows.iter().filter_map(|row| checks::of_row(result, row));
        let rows: Vec<checks::Row> = figures.flat_map(|figure| checks::rows_of(result, figure)).collect();
        let table = Table::of(
            "Figures of this measure and what they are held to",
            &rows,
            &[
                ("Measure", &|row| Cell::text(&row.label)),
                ("Value", &|row| Cell::number(&row.value)),
                ("Limit", &|row| Cell::number(&row.limit)),
                ("Outcome", &|row| Cell::text(&row.outcome)),
            ],
        );
        Section {
            id: format!("measure-{}", from.measure.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")).into(),
            title: printable(&from.title).into(),
            answer: printable(&from.answer),
            tables: vec![table],
            reading: from.how_to_read.iter().map(|line| printable(line)).collect(),
            todo: from.what_to_do.iter().map(|line| quoted(&printable(line))).collect(),
            ..Section::default()
        }
    };
    result.sections.iter().map(section).collect()
}
