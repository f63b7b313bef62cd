//! Spreadsheets: the one sheet that holds cells, its first row being the header.
//!
//! Rows without any value are skipped when there are several columns, as empty lines of text are. A column of dates
//! whose cells all lie at midnight holds dates, one whose cells all lie on day zero holds times, any other holds
//! timestamps. Formula errors such as `#N/A` are text.

use std::fmt::Write as _;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, ExcelDateTime, Range, Reader, SheetType};

use super::cells::{CellBlock, CellBlockBuilder};
use super::error::{InputError, shown};
use super::read::Collector;
use super::source::SourceFile;
use super::stored::{Account, hash_bytes};
use crate::stop::Progress;

fn format_error(name: &str) -> InputError {
    let problem = "it has no sheet, is damaged, or ends too early";
    InputError::Format { file: shown(name), format: "spreadsheet", problem }
}

/// The cells of the only sheet that holds any.
fn only_sheet(name: &str, bytes: &[u8]) -> Result<Range<Data>, InputError> {
    // A panic over a damaged file must not end the program, nor show what it says.
    let sheets = catch_unwind(AssertUnwindSafe(|| filled_sheets(bytes)));
    let mut sheets = sheets.ok().flatten().ok_or_else(|| format_error(name))?;
    if sheets.len() > 1 {
        return Err(InputError::SeveralSheets { file: shown(name), sheets: sheets.len() });
    }
    sheets.pop().ok_or_else(|| InputError::Empty { file: shown(name) })
}

/// The sheets that hold cells; hidden ones count, charts do not. `None` when the file is damaged or has no sheet.
fn filled_sheets(bytes: &[u8]) -> Option<Vec<Range<Data>>> {
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).ok()?;
    let kinds: Vec<SheetType> = book.sheets_metadata().iter().map(|sheet| sheet.typ).collect();
    let mut filled = Vec::new();
    for (position, kind) in kinds.iter().enumerate() {
        if *kind != SheetType::WorkSheet {
            continue;
        }
        let sheet = book.worksheet_range_at(position)?.ok()?;
        if sheet.used_cells().next().is_some() {
            filled.push(sheet);
        }
    }
    (!kinds.is_empty()).then_some(filled)
}

fn load(name: &str, path: &Path) -> Result<Vec<u8>, InputError> {
    std::fs::read(path).map_err(|error| InputError::unreadable(name, &error))
}

/// Column names: the first row of the sheet.
pub(super) fn columns(name: &str, path: &Path) -> Result<Vec<String>, InputError> {
    let sheet = only_sheet(name, &load(name, path)?)?;
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
    let path = file.place.path().ok_or_else(|| format_error(&file.name))?;
    let bytes = load(&file.name, path)?;
    let account = hash_bytes(&file.name, &file.place, &bytes)?;
    let sheet = only_sheet(&file.name, &bytes)?;
    let block = cells(file, &sheet)?;
    collector.take(&[block], &file.positions)?;
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
        Data::Empty => Ok(()),
        Data::Int(number) => write!(text, "{number}"),
        Data::Float(number) if number.is_nan() => Ok(()),
        Data::Float(number) => write!(text, "{number}"),
        Data::String(value) | Data::DateTimeIso(value) | Data::DurationIso(value) => text.write_str(value),
        Data::Bool(value) => write!(text, "{value}"),
        Data::DateTime(date) if date.is_duration() => write!(text, "{}", (date.as_f64() * 86_400_000.0).round()),
        Data::DateTime(date) => write_date(date, kind, text),
        Data::Error(error) => write!(text, "{error}"),
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
