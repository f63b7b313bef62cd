//! The cells of planned tables of totals with their labels, for those who hold the extract: never part of a result.

use std::io::{self, Write};

use crate::measure::aggregates::{CellStatus, Sheet, TableRecords};
use crate::plan::{AggregatePlan, Plan};
use crate::recode::{TableLabel, TableLabels};
use crate::result::NotMeasured;
use crate::stop::{StopReason, Watch};

/// One row for each cell of each planned table, margins included, in the order of tables and codes.
#[derive(Debug)]
pub struct CellList {
    tables: Vec<Listed>,
}

/// The cells of one table.
#[derive(Debug)]
struct Listed {
    name: String,
    dimensions: Vec<String>,
    rules: Vec<String>,
    labels: TableLabels,
    sheet: Sheet,
}

/// The first line: whoever opens the file sees it before anything else.
const STAMP: &str = "RESTRICTED: cells of tables of totals by name. Not for the recipient of the tables.";

impl CellList {
    /// What it is called where a result says that it is missing.
    pub const NAME: &str = "cells";

    /// Measures every planned table cell by cell; `None` where there is none.
    ///
    /// # Errors
    /// When told to end, or a table has too many cells.
    pub(super) fn of(
        plan: &Plan,
        totals: &[Option<TableRecords>],
        labels: &[Option<TableLabels>],
        watch: Watch<'_>,
    ) -> Result<Option<Self>, StopReason> {
        let mut tables = Vec::new();
        for (declared, (records, labels)) in plan.aggregates.iter().zip(totals.iter().zip(labels)) {
            let (true, Some(records), Some(labels)) = (declared.is_planned(), records, labels) else { continue };
            tables.push(Listed::of(declared, labels, Sheet::of(declared, records, watch)?));
        }
        Ok((!tables.is_empty()).then_some(Self { tables }))
    }

    /// [`Self::of`] for whoever asked for the list, and beside it why there is none.
    ///
    /// # Errors
    /// When the program is asked to end.
    pub(super) fn asked_for(
        plan: &Plan,
        totals: &[Option<TableRecords>],
        labels: &[Option<TableLabels>],
        watch: Watch<'_>,
    ) -> Result<(Option<Self>, Option<NotMeasured>), StopReason> {
        let missing = |reason: &str| Some(NotMeasured { measure: Self::NAME.to_owned(), reason: reason.to_owned() });
        match Self::of(plan, totals, labels, watch) {
            Ok(Some(cells)) => Ok((Some(cells), None)),
            Ok(None) => Ok((None, missing("no table of totals is planned"))),
            Err(StopReason::Interrupt) => Err(StopReason::Interrupt),
            Err(_) => Ok((None, missing("a limit was reached before every cell was listed"))),
        }
    }

    /// Writes it as CSV, with the stamp as its first line.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let most = self.tables.iter().map(|table| table.dimensions.len()).max().unwrap_or(0);
        write!(out, "{STAMP}\ntable,status,rules")?;
        for place in 1..=most {
            write!(out, ",dimension_{place},label_{place}")?;
        }
        writeln!(out)?;
        self.tables.iter().try_for_each(|table| table.write(most, out))
    }
}

impl Listed {
    fn of(declared: &AggregatePlan, labels: &TableLabels, sheet: Sheet) -> Self {
        Self {
            name: declared.name.clone(),
            dimensions: declared.by.iter().map(|dimension| dimension.column.clone()).collect(),
            rules: declared.rules.iter().map(ToString::to_string).collect(),
            labels: labels.clone(),
            sheet,
        }
    }

    fn write(&self, most: usize, out: &mut dyn Write) -> io::Result<()> {
        let labels: Vec<Vec<&TableLabel>> =
            (0..self.dimensions.len()).map(|dimension| self.labels.codes(dimension).collect()).collect();
        for cell in &self.sheet.cells {
            let broken: Vec<&str> = cell.broken.iter().map(|&rule| self.rules[rule].as_str()).collect();
            write!(out, "{},{},{}", quoted(&self.name), status(cell.status), quoted(&broken.join(" ")))?;
            for (dimension, (labels, &code)) in self.dimensions.iter().zip(labels.iter().zip(&cell.codes)) {
                let label = labels.get(code as usize).copied().map_or("", TableLabel::in_file);
                write!(out, ",{},{}", quoted(dimension), quoted(label))?;
            }
            writeln!(out, "{}", ",,".repeat(most - self.dimensions.len()))?;
        }
        Ok(())
    }
}

fn status(status: CellStatus) -> &'static str {
    status.into()
}

/// A field of CSV. What a spreadsheet would take for a formula begins with an apostrophe.
fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_label_stays_one_field_and_no_formula() {
        let cases = [("a", "a"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=1+1", "'=1+1"), ("", "")];
        for (text, field) in cases {
            assert_eq!(quoted(text), field);
        }
    }
}
