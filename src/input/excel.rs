//! Spreadsheets: the one sheet that holds cells, or those that are named (`sheet_choice`), the first row being the header.
//!
//! Several sheets are read as one table where their columns are the same, in whatever order.
//!
//! Rows without any value are skipped when there are several columns, as empty lines of text are. A column of dates
//! whose cells all lie at midnight holds dates, one whose cells all lie on day zero holds times, any other holds
//! timestamps. A cell with an error such as `#N/A` is missing. A column of formulas without stored values is refused:
//! whoever wrote the file did not compute them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use calamine::{Data, ExcelDateTime, Range};

use super::beside;
use super::cells::{CellBlock, CellBlockBuilder};
use super::error::{InputError, SheetError, shown};
use super::parts;
use super::read::Collector;
use super::sheet_choice;
use super::sheets::{Sheet, is_blank};
use super::source::SourceFile;
use super::stored::{Account, hash_bytes};
use crate::plan::InputOptions;
use crate::result::NoRecord;
use crate::stop::Progress;

/// What a cell takes while its sheet is read: as the reader holds it, and as a key.
const BYTES_A_CELL: u64 = 32;

/// Refuses a column whose formulas have no stored value in any row.
fn refuse_unstored(file: &SourceFile, sheet: &Sheet) -> Result<(), InputError> {
    let (Some((first_row, first_column)), Some((last_row, _))) = (sheet.cells.start(), sheet.cells.end()) else {
        return Ok(());
    };
    let mut stored: BTreeMap<usize, bool> = BTreeMap::new();
    for &(row, column) in &sheet.formulas {
        if row <= first_row || row > last_row || column < first_column {
            continue;
        }
        let value = sheet.cells.get_value((row, column));
        *stored.entry((column - first_column) as usize).or_default() |= value.is_some_and(|value| !is_blank(value));
    }
    let names = header(&sheet.cells);
    match stored.into_iter().find(|(_, stored)| !stored).and_then(|(column, _)| names.get(column)) {
        None => Ok(()),
        Some(column) => Err(SheetError::UnstoredFormulas { file: shown(&file.name), column: shown(column) }.into()),
    }
}

fn load(name: &str, path: &Path) -> Result<Vec<u8>, InputError> {
    std::fs::read(path).map_err(|error| InputError::unreadable(name, &error))
}

/// Column names: the first row of the first chosen sheet.
pub(super) fn columns(name: &str, path: &Path, options: &InputOptions) -> Result<Vec<String>, InputError> {
    let (tables, _) = sheet_choice::tables(name, &load(name, path)?, options)?;
    Ok(tables.first().map(|sheet| header(&sheet.cells)).unwrap_or_default())
}

/// The first row of a table.
fn header(cells: &Range<Data>) -> Vec<String> {
    let name = |cell: &Data| {
        let mut column = String::new();
        write_cell(cell, DateKind::of(std::iter::once(cell)), &mut column);
        column.trim().to_owned()
    };
    cells.rows().next().into_iter().flatten().map(name).collect()
}

/// Reads the sheets into the columns.
pub(super) fn read(
    file: &SourceFile,
    options: &InputOptions,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let path = file.place.path().ok_or_else(|| InputError::Internal { file: shown(&file.name) })?;
    let bytes = load(&file.name, path)?;
    let account = hash_bytes(&file.name, &file.place, &bytes)?;
    let (sheets, left_out) = sheet_choice::tables(&file.name, &bytes, options)?;
    collector.left_out.merge(left_out);
    collector.left_out.merge(parts::beside_cells(&bytes));
    let has_literals = sheets.iter().any(|sheet| sheet.has_literals);
    collector.left_out.add(NoRecord::OtherPart, u64::from(has_literals));
    collector.search_left_out();
    let mut needed = 0_u64;
    for sheet in &sheets {
        refuse_unstored(file, sheet)?;
        let (rows, columns) = sheet.cells.get_size();
        needed = needed.saturating_add((rows as u64).saturating_mul(columns as u64).saturating_mul(BYTES_A_CELL));
    }
    collector.afford(needed)?;
    // Of every sheet, for every column of the file, where it stands.
    let places: Vec<Vec<usize>> =
        (1..).zip(&sheets).map(|(number, sheet)| places(file, number, &sheet.cells)).collect::<Result<_, _>>()?;
    let kinds: Vec<DateKind> = (0..file.columns.len())
        .map(|column| DateKind::of(sheets.iter().zip(&places).flat_map(|(sheet, places)| below(sheet, places[column]))))
        .collect();
    for (sheet, places) in sheets.iter().zip(&places) {
        let block = cells(file, &sheet.cells, places, &kinds)?;
        collector.take(&[block], &file.positions)?;
        for (coder, &position) in collector.coders.iter_mut().zip(&file.positions) {
            let numbers = below(sheet, places[position]);
            coder.note_long_numbers(
                numbers.filter_map(|cell| if let Data::Float(number) = cell { Some(*number) } else { None }),
            );
            let is_date =
                |cell: &Data| matches!(cell, Data::DateTime(date) if !date.is_duration() && is_in_calendar(date));
            if below(sheet, places[position]).any(is_date) {
                coder.note_real_dates();
            }
        }
    }
    let first = sheets.first().and_then(|sheet| sheet.cells.start()).map_or(0, |(_, column)| column as usize);
    collector.beside.extend(beside::in_comments(&bytes, &file.columns, first));
    progress.advance(account.bytes);
    Ok(account)
}

/// The cells of a column below its name.
fn below(sheet: &Sheet, column: usize) -> impl Iterator<Item = &Data> {
    sheet.cells.rows().skip(1).filter_map(move |row| row.get(column))
}

/// For every column of the file where it stands in a sheet.
fn places(file: &SourceFile, number: usize, cells: &Range<Data>) -> Result<Vec<usize>, InputError> {
    let names = header(cells);
    if names == file.columns {
        return Ok((0..names.len()).collect());
    }
    let known: HashMap<&String, usize> = names.iter().zip(0..).collect();
    let places: Option<Vec<usize>> = file.columns.iter().map(|column| known.get(column).copied()).collect();
    let other = || SheetError::OtherColumns { file: shown(&file.name), number }.into();
    places.filter(|places| places.len() == names.len()).ok_or_else(other)
}

fn cells(
    file: &SourceFile,
    sheet: &Range<Data>,
    places: &[usize],
    kinds: &[DateKind],
) -> Result<CellBlock, InputError> {
    let width = file.columns.len();
    let mut block = CellBlockBuilder::new(width);
    let mut text = String::new();
    let first = u64::from(sheet.start().map_or(0, |(row, _)| row));
    for (line, row) in (first + 2..).zip(sheet.rows().skip(1)) {
        if width > 1 && row.iter().all(|cell| matches!(cell, Data::Empty)) {
            continue;
        }
        for ((&place, kind), column) in places.iter().zip(kinds).zip(&file.columns) {
            text.clear();
            write_cell(row.get(place).unwrap_or(&Data::Empty), *kind, &mut text);
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
            if let Data::DateTime(date) = cell
                && is_in_calendar(date)
            {
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

/// The days from 0 on that a sheet counts: up to the end of the year 9999, from the first day of 1900 or of 1904.
const DAYS: [f64; 2] = [2_958_466.0, 2_957_004.0];

/// Whether a number is a day that a sheet can show. Of all others the reader makes the first or the last day.
fn is_in_calendar(date: &ExcelDateTime) -> bool {
    let (year, month, day, ..) = date.to_ymd_hms_milli();
    let days = date.as_f64();
    let is_last = (year, month, day) == (9999, 12, 31);
    let is_last_day = |end: &f64| (end - 1.0..*end).contains(&days);
    (0.0..DAYS[0]).contains(&days) && (!is_last || DAYS.iter().any(is_last_day))
}

/// Writes a date; a number that is none as it stands, so that two numbers never become one value.
fn write_date(date: &ExcelDateTime, kind: DateKind, text: &mut String) -> std::fmt::Result {
    if !is_in_calendar(date) {
        return write!(text, "{}", date.as_f64());
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    match kind {
        DateKind::Date => write!(text, "{year:04}-{month:02}-{day:02}"),
        DateKind::Time => write!(text, "{hour:02}:{minute:02}:{second:02}.{milli:03}"),
        DateKind::Timestamp => {
            write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}")
        }
    }
}

#[cfg(test)]
mod tests {
    use calamine::{ExcelDateTime, ExcelDateTimeType};
    use proptest::prelude::*;

    use super::{DateKind, write_date};

    fn written(number: f64, kind: DateKind, is_1904: bool) -> String {
        let mut text = String::new();
        write_date(&ExcelDateTime::new(number, ExcelDateTimeType::DateTime, is_1904), kind, &mut text).unwrap();
        text
    }

    proptest! {
        #[test]
        fn two_days_of_a_sheet_are_never_one_value(
            first in prop_oneof![-10i64..10, 2_957_000i64..2_958_500, -4_000_000i64..4_000_000],
            second in prop_oneof![-10i64..10, 2_957_000i64..2_958_500, -4_000_000i64..4_000_000],
            is_1904 in any::<bool>(),
        ) {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let written = |day: i64| written(day as f64, DateKind::Date, is_1904);
            // Of 1904 the last day of the calendar of 1900 is beyond the end, where the reader gives the last day.
            prop_assume!(!is_1904 || ![first, second].contains(&2_958_465));
            prop_assert_eq!(written(first) == written(second), first == second);
        }
    }

    #[test]
    fn numbers_beyond_the_calendar_stand_as_they_are() {
        let of = |number| written(number, DateKind::Date, false);
        assert_eq!([of(45_000.0), of(2_958_465.0)], ["2023-03-15", "9999-12-31"]);
        assert_eq!([of(2_958_466.0), of(-1.0), of(3e9)], ["2958466", "-1", "3000000000"]);
        let kind = DateKind::of([-1.0, 45_000.0].map(date).iter());
        assert_eq!(kind, DateKind::Date, "a number that is no day says nothing of the others");
    }

    fn date(number: f64) -> calamine::Data {
        calamine::Data::DateTime(ExcelDateTime::new(number, ExcelDateTimeType::DateTime, false))
    }
}
