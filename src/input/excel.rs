//! Spreadsheets: the one sheet that holds cells, its first row being the header.
//!
//! Rows without any value are skipped when there are several columns, as empty lines of text are. A column of dates
//! whose cells all lie at midnight holds dates, one whose cells all lie on day zero holds times, any other holds
//! timestamps. A cell with an error such as `#N/A` is missing. A column of formulas without stored values is refused:
//! whoever wrote the file did not compute them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, ExcelDateTime, Range};

use super::beside;
use super::cells::{CellBlock, CellBlockBuilder};
use super::error::{InputError, shown};
use super::read::Collector;
use super::sheets::{self, Refused, Sheet, is_blank};
use super::source::SourceFile;
use super::stored::{Account, hash_bytes};
use crate::stop::Progress;

fn format_error(name: &str, refused: Refused) -> InputError {
    InputError::Format { file: shown(name), format: "spreadsheet", problem: refused.problem() }
}

/// The only sheet that holds any cells.
fn only_sheet(name: &str, bytes: &[u8]) -> Result<Sheet, InputError> {
    // A panic over a damaged file must not end the program, nor show what it says.
    let sheets = catch_unwind(AssertUnwindSafe(|| sheets::filled(bytes))).unwrap_or(Err(Refused::Damaged));
    let mut sheets = sheets.map_err(|refused| format_error(name, refused))?;
    if sheets.len() > 1 {
        return Err(InputError::SeveralSheets { file: shown(name), sheets: sheets.len() });
    }
    sheets.pop().ok_or_else(|| InputError::Empty { file: shown(name) })
}

/// What a cell takes while its sheet is read: as the reader holds it, and as a key.
const BYTES_A_CELL: u64 = 32;

/// Refuses a column whose formulas have no stored value in any row.
fn refuse_unstored(file: &SourceFile, sheet: &Sheet) -> Result<(), InputError> {
    let Some((first_row, first_column)) = sheet.cells.start() else { return Ok(()) };
    let mut stored: BTreeMap<usize, bool> = BTreeMap::new();
    for &(row, column) in &sheet.formulas {
        if row <= first_row || column < first_column {
            continue;
        }
        let value = sheet.cells.get_value((row, column));
        *stored.entry((column - first_column) as usize).or_default() |= value.is_some_and(|value| !is_blank(value));
    }
    match stored.into_iter().find(|(_, stored)| !stored).and_then(|(column, _)| file.columns.get(column)) {
        None => Ok(()),
        Some(column) => Err(InputError::UnstoredFormulas { file: shown(&file.name), column: shown(column) }),
    }
}

fn load(name: &str, path: &Path) -> Result<Vec<u8>, InputError> {
    std::fs::read(path).map_err(|error| InputError::unreadable(name, &error))
}

/// Column names: the first row of the sheet.
pub(super) fn columns(name: &str, path: &Path) -> Result<Vec<String>, InputError> {
    let sheet = only_sheet(name, &load(name, path)?)?.cells;
    let header = sheet.rows().next().ok_or_else(|| InputError::Empty { file: shown(name) })?;
    let mut names = Vec::with_capacity(header.len());
    for cell in header {
        let mut column = String::new();
        write_cell(cell, DateKind::of(std::iter::once(cell)), &mut column);
        names.push(column.trim().to_owned());
    }
    Ok(names)
}

/// Reads the sheet into the columns.
pub(super) fn read(
    file: &SourceFile,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let path = file.place.path().ok_or_else(|| format_error(&file.name, Refused::Damaged))?;
    let bytes = load(&file.name, path)?;
    let account = hash_bytes(&file.name, &file.place, &bytes)?;
    let sheet = only_sheet(&file.name, &bytes)?;
    refuse_unstored(file, &sheet)?;
    let (rows, columns) = sheet.cells.get_size();
    collector.afford((rows as u64).saturating_mul(columns as u64).saturating_mul(BYTES_A_CELL))?;
    let block = cells(file, &sheet.cells)?;
    collector.take(&[block], &file.positions)?;
    let numbers = |column: usize| {
        let cells = sheet.cells.rows().skip(1).filter_map(move |row| row.get(column));
        cells.filter_map(|cell| if let Data::Float(number) = cell { Some(*number) } else { None })
    };
    for (coder, &position) in collector.coders.iter_mut().zip(&file.positions) {
        coder.note_long_numbers(numbers(position));
        let is_date = |row: &[Data]| matches!(row.get(position), Some(Data::DateTime(date)) if !date.is_duration());
        if sheet.cells.rows().skip(1).any(is_date) {
            coder.note_real_dates();
        }
    }
    let first = sheet.cells.start().map_or(0, |(_, column)| column as usize);
    collector.beside.extend(beside::in_comments(&bytes, &file.columns, first));
    progress.advance(account.bytes);
    Ok(account)
}

fn cells(file: &SourceFile, sheet: &Range<Data>) -> Result<CellBlock, InputError> {
    let width = file.columns.len();
    let kinds: Vec<DateKind> =
        (0..width).map(|column| DateKind::of(sheet.rows().skip(1).filter_map(|row| row.get(column)))).collect();
    let mut block = CellBlockBuilder::new(width);
    let mut text = String::new();
    for (line, row) in (2..).zip(sheet.rows().skip(1)) {
        if width > 1 && row.iter().all(|cell| matches!(cell, Data::Empty)) {
            continue;
        }
        for ((cell, kind), column) in row.iter().zip(&kinds).zip(&file.columns) {
            text.clear();
            write_cell(cell, *kind, &mut text);
            let too_long = || InputError::FieldTooLong { file: shown(&file.name), column: shown(column), line };
            block.push(text.as_bytes()).ok_or_else(too_long)?;
        }
    }
    Ok(block.finish())
}

/// What the dates of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DateKind {
    Date,
    Time,
    Timestamp,
}

impl DateKind {
    fn of<'a>(cells: impl Iterator<Item = &'a Data>) -> Self {
        let (mut on_day_zero, mut at_midnight) = (true, true);
        for cell in cells {
            if let Data::DateTime(date) = cell {
                on_day_zero &= (0.0..1.0).contains(&date.as_f64());
                let (.., hour, minute, second, milli) = date.to_ymd_hms_milli();
                at_midnight &= (hour, minute, second, milli) == (0, 0, 0, 0);
            }
        }
        match (on_day_zero, at_midnight) {
            (true, _) => Self::Time,
            (false, true) => Self::Date,
            (false, false) => Self::Timestamp,
        }
    }
}

fn write_cell(cell: &Data, kind: DateKind, text: &mut String) {
    // Writing into a string cannot fail.
    let _ = match cell {
        Data::Empty | Data::Error(_) => Ok(()),
        Data::Int(number) => write!(text, "{number}"),
        Data::Float(number) if number.is_nan() => Ok(()),
        Data::Float(number) => write!(text, "{number}"),
        Data::String(value) | Data::DateTimeIso(value) | Data::DurationIso(value) => text.write_str(value),
        Data::Bool(value) => write!(text, "{value}"),
        Data::DateTime(date) if date.is_duration() => write!(text, "{}", (date.as_f64() * 86_400_000.0).round()),
        Data::DateTime(date) => write_date(date, kind, text),
    };
}

fn write_date(date: &ExcelDateTime, kind: DateKind, text: &mut String) -> std::fmt::Result {
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    match kind {
        DateKind::Date => write!(text, "{year:04}-{month:02}-{day:02}"),
        DateKind::Time => write!(text, "{hour:02}:{minute:02}:{second:02}.{milli:03}"),
        DateKind::Timestamp => {
            write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}")
        }
    }
}
