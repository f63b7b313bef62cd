//! Which sheets of a workbook are read, and which of their rows are the table.
//!
//! A sheet is named by its name, or by a number counted from 1; a name comes before a number. Without a name there may
//! be one sheet that holds cells. Rows above the heading are passed over where `skip` says how many there are: they are
//! looked for only to say so, since a title that is taken for a heading gives every column a wrong name.

use calamine::{Cell, Data, Range};

use super::error::{InputError, SheetError, shown};
use super::left_out::LeftOut;
use super::sheets::{Refused, Sheet, SheetName, Workbook, is_blank};
use super::sniff::is_data;
use crate::plan::InputOptions;
use crate::result::NoRecord;

/// Stands for all sheets that hold cells.
const ALL: &str = "*";

/// So many names of sheets are told.
const MOST_NAMES: usize = 20;

/// The tables of the chosen sheets, in the order of their choice, at least one; and what was left out.
pub(super) fn tables(name: &str, bytes: &[u8], options: &InputOptions) -> Result<(Vec<Sheet>, LeftOut), InputError> {
    let refuse =
        |refused: Refused| InputError::Format { file: shown(name), format: "spreadsheet", problem: refused.problem() };
    let mut book = Workbook::open(bytes).map_err(refuse)?;
    let (mut tables, mut left_out) = (Vec::new(), LeftOut::default());
    let chosen = chosen(name, &mut book, options)?;
    let filled = book.filled().map_err(refuse)?;
    let unread = filled.iter().filter(|place| !chosen.contains(place)).count();
    left_out.add(NoRecord::UnreadSheet, unread as u64);
    for place in chosen {
        let sheet = book.sheet(place).map_err(refuse)?;
        let sheet = table(sheet, options, &mut left_out);
        if sheet.cells.is_empty() {
            return Err(SheetError::EmptySheet { file: shown(name), sheet: shown(&book.names[place].name) }.into());
        }
        refuse_title(name, &book, place, &sheet)?;
        tables.push(sheet);
    }
    Ok((tables, left_out))
}

/// The places of the chosen sheets.
fn chosen(name: &str, book: &mut Workbook<'_>, options: &InputOptions) -> Result<Vec<usize>, InputError> {
    let refuse =
        |refused: Refused| InputError::Format { file: shown(name), format: "spreadsheet", problem: refused.problem() };
    let is_all = options.sheets.iter().any(|sheet| sheet == ALL && book.place_of(sheet).is_none());
    if options.sheets.is_empty() || is_all {
        let filled = book.filled().map_err(refuse)?;
        return match filled.len() {
            0 => Err(InputError::Empty { file: shown(name) }),
            1 => Ok(filled),
            _ if is_all => Ok(filled),
            sheets => {
                let names = listed(&book.names, &filled);
                Err(SheetError::SeveralSheets { file: shown(name), sheets, names }.into())
            }
        };
    }
    let mut places = Vec::with_capacity(options.sheets.len());
    for sheet in &options.sheets {
        let place = book.place_of(sheet).ok_or_else(|| {
            let all: Vec<usize> = (0..book.names.len()).collect();
            SheetError::NoSuchSheet { file: shown(name), sheet: shown(sheet), names: listed(&book.names, &all) }
        })?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(places)
}

/// Names of sheets, fit to be shown; hidden ones are marked.
fn listed(names: &[SheetName], places: &[usize]) -> String {
    let name = |&place: &usize| {
        let SheetName { name, hidden, .. } = &names[place];
        format!("`{}`{}", shown(name), if *hidden { " (hidden)" } else { "" })
    };
    let mut listed: Vec<String> = places.iter().take(MOST_NAMES).map(name).collect();
    if let Some(more) = places.len().checked_sub(MOST_NAMES).filter(|&more| more > 0) {
        listed.push(format!("and {more} more"));
    }
    listed.join(", ")
}

/// The rows of a sheet that are the table: without those above the heading and those below the records.
fn table(sheet: Sheet, options: &InputOptions, left_out: &mut LeftOut) -> Sheet {
    let (skip, footer) = (options.skip.unwrap_or(0), options.footer.unwrap_or(0));
    let Some((first_row, first_column)) = sheet.cells.start() else { return sheet };
    if skip == 0 && footer == 0 {
        return sheet;
    }
    // Blank rows below the records do not count.
    let cells_in = |row: &[Data]| row.iter().filter(|cell| !is_blank(cell)).count();
    let filled = (u64::from(first_row)..).zip(sheet.cells.rows().map(cells_in)).filter(|(_, cells)| *cells > 0);
    let all: Vec<(u64, usize)> = filled.collect();
    let mut filled: Vec<u64> = all.iter().map(|(row, _)| *row).collect();
    filled.truncate(filled.len().saturating_sub(usize::try_from(footer).unwrap_or(usize::MAX)));
    let end = filled.last().map_or(0, |row| row + 1);
    let mut kept = Vec::new();
    for (row, column, cell) in sheet.cells.used_cells() {
        let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else { continue };
        let (row, column) = (first_row + row, first_column + column);
        if (skip..end).contains(&u64::from(row)) {
            kept.push(Cell::new((row, column), cell.clone()));
        }
    }
    let cells = Range::from_sparse(kept);
    let (_, columns) = cells.get_size();
    for (row, filled) in all.into_iter().filter(|(row, _)| !(skip..end).contains(row)) {
        let kind = if row < skip { NoRecord::Above } else { NoRecord::Footer };
        left_out.add(if 2 * filled > columns { NoRecord::LikeRecord } else { kind }, 1);
    }
    for (row, _, cell) in sheet.cells.used_cells() {
        let is_kept = u32::try_from(row).is_ok_and(|row| (skip..end).contains(&u64::from(first_row + row)));
        if !is_kept {
            left_out.keep(cell.to_string().as_bytes());
        }
    }
    Sheet { cells, ..sheet }
}

/// Refuses a sheet whose first rows are a title: one cell each, above a row of names under which every row fits.
fn refuse_title(name: &str, book: &Workbook<'_>, place: usize, sheet: &Sheet) -> Result<(), InputError> {
    let Some(rows) = rows_of_title(&sheet.cells) else { return Ok(()) };
    let first = sheet.cells.start().map_or(0, |(row, _)| row as usize);
    Err(SheetError::TitleRows {
        file: shown(name),
        sheet: shown(&book.names[place].name),
        heading: first + rows + 1,
        names: listed(&book.names, &(0..book.names.len()).collect::<Vec<_>>()),
    }
    .into())
}

/// How many rows stand above the heading; `None` where the first row may be it.
fn rows_of_title(cells: &Range<Data>) -> Option<usize> {
    let is_filled = |cell: &&Data| !is_blank(cell);
    let filled = |row: &[Data]| row.iter().filter(is_filled).count();
    let rows = cells.rows().take_while(|row| filled(row) < 2).count();
    let heading = cells.rows().nth(rows).filter(|_| rows > 0)?;
    let is_name = |cell: &Data| matches!(cell, Data::String(text) if !is_data(text.as_bytes()));
    let first = heading.iter().position(|cell| !is_blank(cell))?;
    let names = &heading[first..];
    let names = &names[..=names.iter().rposition(|cell| !is_blank(cell))?];
    let fits = |row: &[Data]| {
        let outside = row[..first].iter().chain(&row[first + names.len()..]);
        outside.filter(is_filled).count() == 0
    };
    let mut below = cells.rows().skip(rows + 1).filter(|row| filled(row) > 0).peekable();
    let is_table = below.peek().is_some() && names.iter().all(is_name) && below.all(fits);
    is_table.then_some(rows)
}

#[cfg(test)]
mod tests {
    use calamine::{Cell, Data, Range};

    use crate::input::left_out::LeftOut;
    use crate::result::{LeftOutLines, NoRecord};

    use super::{rows_of_title, table};
    use crate::input::sheets::Sheet;
    use crate::plan::InputOptions;

    fn range(rows: &[&[&str]]) -> Range<Data> {
        let mut cells = Vec::new();
        for (row, content) in (0..).zip(rows) {
            for (column, text) in (0..).zip(*content).filter(|(_, text)| !text.is_empty()) {
                cells.push(Cell::new((row, column), Data::String((*text).to_owned())));
            }
        }
        Range::from_sparse(cells)
    }

    #[test]
    fn rows_of_one_cell_above_a_row_of_names_are_a_title() {
        assert_eq!(rows_of_title(&range(&[&["Claims"], &[], &["id", "sex"], &["a", "f"], &["b", "m"]])), Some(2));
        assert_eq!(rows_of_title(&range(&[&["", "Claims"], &["id", "sex"], &["a", ""]])), Some(1));
    }

    #[test]
    fn a_table_from_its_first_row_on_has_no_title() {
        let tables: [&[&[&str]]; 4] = [
            &[&["id", "sex"], &["a", "f"]],
            &[&["id"], &["a"], &["b"]],
            // A row that is wider than what would be the heading, and a heading that may be cells.
            &[&["id"], &["x", "y"], &["a", "b", "c"]],
            &[&["id"], &["1", "2"], &["3", "4"]],
        ];
        for rows in tables {
            assert_eq!(rows_of_title(&range(rows)), None, "{rows:?}");
        }
    }

    fn sheet(cells: Range<Data>) -> Sheet {
        Sheet { cells, formulas: Vec::new(), has_literals: false }
    }

    #[test]
    fn skip_and_footer_count_rows_of_the_sheet() {
        let cells = range(&[&["Claims"], &["", "id", "sex"], &["", "a", "f"], &["Total", "1"]]);
        let options = InputOptions { skip: Some(1), footer: Some(1), ..InputOptions::default() };
        let mut left_out = LeftOut::default();
        let cells = table(sheet(cells), &options, &mut left_out).cells;
        let one_line = |what| LeftOutLines { what, lines: 1 };
        assert_eq!(left_out.lines(), [one_line(NoRecord::Above), one_line(NoRecord::LikeRecord)]);
        assert_eq!((cells.start(), cells.end()), (Some((1, 1)), Some((2, 2))));
        let options = InputOptions { skip: Some(9), ..InputOptions::default() };
        assert!(table(sheet(cells), &options, &mut left_out).cells.is_empty());
    }
}
