//! The cells of a workbook.
//!
//! A reader lays the cells of a sheet out as one rectangle, from the first used row and column to the last. One cell
//! far away from all others makes that rectangle larger than any memory, so the rectangle is measured before it is laid
//! out.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{BufReader, Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    Cell, Data, OdsError, Range, Reader, SheetType, SheetVisible, Sheets, XlsError, open_workbook_auto_from_rs,
};
use quick_xml::events::{BytesStart, Event};

use super::biff;
use super::literals::holds_literal;

/// A sheet with its formulas.
pub(super) struct Sheet {
    pub(super) cells: Range<Data>,
    /// Where formulas stand, by row and column; only where some cell below the header is blank.
    pub(super) formulas: Vec<(u32, u32)>,
    /// Whether formulas of a binary workbook hold texts or long numbers; those of others are parts of the workbook.
    pub(super) has_literals: bool,
}

/// Why a workbook cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is damaged or has no sheet.
    Damaged,
    /// A cell lies far away from the others.
    Far,
    /// It is protected by a password.
    Encrypted,
}

impl Refused {
    /// In words.
    pub(super) const fn problem(self) -> &'static str {
        match self {
            Self::Damaged => "it has no sheet, is damaged, or ends too early",
            Self::Far => "a cell is far away from the others, so its sheet is nearly empty; remove that cell",
            Self::Encrypted => {
                "it is protected by a password; open it in a spreadsheet program and save it without one"
            }
        }
    }
}

/// Sheets of fewer cells are laid out whatever they hold; larger ones must hold one in [`SPARSEST`].
const SMALL: u64 = 1 << 22;
const SPARSEST: u64 = 100;

/// Whether a rectangle of so many cells is too large for what is in it.
pub(super) fn is_far(area: u64, filled: u64) -> bool {
    area > SMALL && area / SPARSEST > filled
}

/// What a workbook says of a sheet.
pub(super) struct SheetName {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Its place among all sheets of the workbook, charts too.
    position: usize,
}

/// An open workbook.
pub(super) struct Workbook<'bytes> {
    book: Book<'bytes>,
    /// Its sheets; charts and macros are none.
    pub(super) names: Vec<SheetName>,
    /// The cells of those sheets that have been looked at.
    cells: BTreeMap<usize, Range<Data>>,
}

impl<'bytes> Workbook<'bytes> {
    pub(super) fn open(bytes: &'bytes [u8]) -> Result<Self, Refused> {
        guarded(|| {
            if is_encrypted(bytes) {
                return Err(Refused::Encrypted);
            }
            check_document(bytes)?;
            biff::check(bytes)?;
            let book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| match error {
                calamine::Error::Xls(XlsError::Password) | calamine::Error::Ods(OdsError::Password) => {
                    Refused::Encrypted
                }
                _ => Refused::Damaged,
            })?;
            let all = book.sheets_metadata().iter().enumerate();
            let sheets = all.filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet);
            let name = |(position, sheet): (usize, &calamine::Sheet)| SheetName {
                name: sheet.name.clone(),
                hidden: sheet.visible != SheetVisible::Visible,
                position,
            };
            let names = sheets.map(name).collect();
            if book.sheets_metadata().is_empty() {
                return Err(Refused::Damaged);
            }
            Ok(Self { book, names, cells: BTreeMap::new() })
        })
    }

    /// The place of a sheet by its name, or by its number counted from 1.
    pub(super) fn place_of(&self, sheet: &str) -> Option<usize> {
        let by_number = || sheet.parse::<usize>().ok()?.checked_sub(1).filter(|&place| place < self.names.len());
        self.names.iter().position(|known| known.name == sheet).or_else(by_number)
    }

    /// The places of the sheets that hold cells; hidden ones count.
    pub(super) fn filled(&mut self) -> Result<Vec<usize>, Refused> {
        let mut filled = Vec::new();
        for place in 0..self.names.len() {
            if self.cells(place)?.used_cells().next().is_some() {
                filled.push(place);
            }
        }
        Ok(filled)
    }

    fn cells(&mut self, place: usize) -> Result<&Range<Data>, Refused> {
        let Self { book, names, cells } = self;
        match cells.entry(place) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(room) => {
                let SheetName { name, position, .. } = &names[place];
                Ok(room.insert(guarded(|| cells_of(book, *position, name))?))
            }
        }
    }

    /// A sheet.
    pub(super) fn sheet(&mut self, place: usize) -> Result<Sheet, Refused> {
        self.cells(place)?;
        let cells = self.cells.remove(&place).unwrap_or_default();
        let has_gaps = cells.rows().skip(1).flatten().any(is_blank);
        let Self { book, names, .. } = self;
        let formulas = if has_gaps { guarded(|| formulas_of(book, &names[place].name))? } else { Vec::new() };
        // A formula that cannot be read may hold anything.
        let has_literals = guarded(|| has_literals(book, &names[place].name)).unwrap_or(true);
        Ok(Sheet { cells, formulas, has_literals })
    }
}

/// A panic over a damaged file must not end the program, nor show what it says.
fn guarded<T>(read: impl FnOnce() -> Result<T, Refused>) -> Result<T, Refused> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(Refused::Damaged))
}

/// Whether a workbook is protected by a password: a package within a file system, or a part of an open document.
fn is_encrypted(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"PK") {
        let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return false };
        let Ok(manifest) = archive.by_name("META-INF/manifest.xml") else { return false };
        let mut text = Vec::new();
        let read = manifest.take(LONGEST_MANIFEST).read_to_end(&mut text);
        return read.is_ok() && memchr::memmem::find(&text, b"encryption-data").is_some();
    }
    biff::is_encrypted_package(bytes)
}

/// So much of the list of the parts of an open document is read.
const LONGEST_MANIFEST: u64 = 1 << 20;

/// Whether a cell holds nothing.
pub(super) fn is_blank(cell: &Data) -> bool {
    matches!(cell, Data::Empty) || matches!(cell, Data::String(text) if text.is_empty())
}

type Book<'bytes> = Sheets<Cursor<&'bytes [u8]>>;

fn cells_of(book: &mut Book<'_>, position: usize, name: &str) -> Result<Range<Data>, Refused> {
    let damaged = |_| Refused::Damaged;
    let mut cells = Vec::new();
    match book {
        Sheets::Xlsx(book) => {
            let mut reader = book.worksheet_cells_reader(name).map_err(|_| Refused::Damaged)?;
            while let Some(cell) = reader.next_cell().map_err(|_| Refused::Damaged)? {
                push(&mut cells, cell.get_position(), Data::from(cell.get_value().clone()));
            }
        }
        Sheets::Xlsb(book) => {
            let mut reader = book.worksheet_cells_reader(name).map_err(|_| Refused::Damaged)?;
            while let Some(cell) = reader.next_cell().map_err(|_| Refused::Damaged)? {
                push(&mut cells, cell.get_position(), Data::from(cell.get_value().clone()));
            }
        }
        // These are laid out when the workbook is opened.
        _ => return book.worksheet_range_at(position).ok_or(Refused::Damaged)?.map_err(damaged),
    }
    laid_out(cells)
}

fn push(cells: &mut Vec<Cell<Data>>, place: (u32, u32), value: Data) {
    if !matches!(value, Data::Empty) {
        cells.push(Cell::new(place, value));
    }
}

/// Lays cells out, unless the rectangle around them is too large.
fn laid_out(cells: Vec<Cell<Data>>) -> Result<Range<Data>, Refused> {
    let places = || cells.iter().map(Cell::get_position);
    let span = |of: fn((u32, u32)) -> u32| {
        let numbers = || places().map(of);
        numbers().max().zip(numbers().min()).map_or(0, |(last, first)| u64::from(last - first) + 1)
    };
    if is_far(span(|place| place.0).saturating_mul(span(|place| place.1)), cells.len() as u64) {
        return Err(Refused::Far);
    }
    Ok(Range::from_sparse(cells))
}

fn formulas_of(book: &mut Book<'_>, name: &str) -> Result<Vec<(u32, u32)>, Refused> {
    let mut formulas = Vec::new();
    match book {
        Sheets::Xlsx(book) => {
            let mut reader = book.worksheet_cells_reader(name).map_err(|_| Refused::Damaged)?;
            while let Some(cell) = reader.next_formula().map_err(|_| Refused::Damaged)? {
                formulas.extend((!cell.get_value().is_empty()).then(|| cell.get_position()));
            }
        }
        Sheets::Xlsb(book) => {
            let mut reader = book.worksheet_cells_reader(name).map_err(|_| Refused::Damaged)?;
            while let Some(cell) = reader.next_formula().map_err(|_| Refused::Damaged)? {
                formulas.extend((!cell.get_value().is_empty()).then(|| cell.get_position()));
            }
        }
        _ => {
            let range = book.worksheet_formula(name).map_err(|_| Refused::Damaged)?;
            let Some((first_row, first_column)) = range.start() else { return Ok(formulas) };
            for (row, column, formula) in range.used_cells() {
                let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else { continue };
                formulas.extend((!formula.is_empty()).then_some((first_row + row, first_column + column)));
            }
        }
    }
    Ok(formulas)
}

/// Whether formulas of a sheet of a binary workbook hold texts or long numbers.
fn has_literals(book: &mut Book<'_>, name: &str) -> Result<bool, Refused> {
    match book {
        Sheets::Xls(book) => {
            let formulas = book.worksheet_formula(name).map_err(|_| Refused::Damaged)?;
            Ok(formulas.used_cells().any(|(_, _, formula)| holds_literal(formula)))
        }
        Sheets::Xlsb(book) => {
            let mut reader = book.worksheet_cells_reader(name).map_err(|_| Refused::Damaged)?;
            while let Some(cell) = reader.next_formula().map_err(|_| Refused::Damaged)? {
                if holds_literal(cell.get_value()) {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}

/// The most rows and columns that a sheet has.
const MOST_ROWS: u64 = 1 << 20;
const MOST_COLUMNS: u64 = 1 << 14;

/// Measures the sheets of an open document, which says of rows and cells how often they are repeated. Other workbooks
/// are let through.
fn check_document(bytes: &[u8]) -> Result<(), Refused> {
    if !bytes.starts_with(b"PK") {
        return Ok(());
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refused::Damaged)?;
    let Ok(content) = archive.by_name("content.xml") else { return Ok(()) };
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(content));
    reader.config_mut().check_end_names = false;
    let (mut table, mut buffer) = (Table::default(), Vec::new());
    loop {
        match reader.read_event_into(&mut buffer).map_err(|_| Refused::Damaged)? {
            Event::Eof => return Ok(()),
            Event::Start(tag) => match tag.name().as_ref() {
                "table:table" => table = Table::default(),
                "table:table-row" => table.begin_row(repeats(&tag, "table:number-rows-repeated", MOST_ROWS)),
                "table:table-cell" | "table:covered-table-cell" => table.cell(&tag),
                _ => {}
            },
            Event::Empty(tag) if tag.name().as_ref() == "table:table-cell" => table.cell(&tag),
            Event::End(tag) if tag.name().as_ref() == "table:table-row" => table.end_row()?,
            _ => {}
        }
        buffer.clear();
    }
}

/// A number of repeats; 1 where none is said.
fn repeats(tag: &BytesStart<'_>, name: &str, most: u64) -> u64 {
    let written = tag.try_get_attribute(name).ok().flatten();
    let number = written.and_then(|written| written.value.parse().ok());
    number.unwrap_or(1).min(most)
}

/// How far the filled cells of a table reach, and how many there are.
#[derive(Default)]
struct Table {
    /// Rows before the one at hand.
    rows: u64,
    row_repeats: u64,
    /// Cells of the row so far, up to the last filled one, and filled ones.
    columns: u64,
    last: u64,
    in_row: u64,
    first_row: Option<u64>,
    widest: u64,
    filled: u64,
}

impl Table {
    fn begin_row(&mut self, repeats: u64) {
        (self.row_repeats, self.columns, self.last, self.in_row) = (repeats, 0, 0, 0);
    }

    fn cell(&mut self, tag: &BytesStart<'_>) {
        let repeats = repeats(tag, "table:number-columns-repeated", MOST_COLUMNS);
        self.columns = (self.columns + repeats).min(MOST_COLUMNS);
        let is_filled = tag.attributes().flatten().any(|attribute| {
            let name: &str = attribute.key.as_ref();
            name.starts_with("office:") || name == "table:formula"
        });
        if is_filled {
            self.last = self.columns;
            self.in_row += repeats;
        }
    }

    fn end_row(&mut self) -> Result<(), Refused> {
        if self.in_row > 0 {
            let first = *self.first_row.get_or_insert(self.rows);
            self.widest = self.widest.max(self.last);
            self.filled += self.in_row * self.row_repeats;
            let area = (self.rows + self.row_repeats - first).saturating_mul(self.widest);
            if is_far(area, self.filled) {
                return Err(Refused::Far);
            }
        }
        self.rows = (self.rows + self.row_repeats).min(MOST_ROWS);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use calamine::{Cell, Data};

    use super::{Refused, is_far, laid_out};

    #[test]
    fn a_cell_far_away_is_refused_before_it_is_laid_out() {
        let cell = |row, column| Cell::new((row, column), Data::Int(1));
        assert_eq!(laid_out(vec![cell(0, 0), cell(u32::MAX, u32::MAX)]).unwrap_err(), Refused::Far);
        let near = laid_out(vec![cell(3, 2), cell(4, 5)]).unwrap();
        assert_eq!((near.start(), near.end()), (Some((3, 2)), Some((4, 5))));
        assert!(laid_out(Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn a_large_sheet_needs_only_some_of_its_cells() {
        assert!(!is_far(1 << 22, 0));
        assert!(!is_far(200_000_000, 2_000_000));
        assert!(is_far(200_000_000, 1_000_000));
    }
}
