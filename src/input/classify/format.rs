//! Dates and times in a declared spelling.

use std::fmt::Write as _;

use jiff::civil::{Date, DateTime, Time};

use super::clock::{nanoseconds, offset};
use super::dates::full_year;
use super::months::month;
use super::number_of;
use crate::plan::{DateFormat, FormatPart};

/// Appends the canonical spelling of a cell that is written in a format; `None` when it is not.
pub(in crate::input) fn write_formatted(cell: &[u8], format: &DateFormat, canonical: &mut String) -> Option<()> {
    let mut rest = std::str::from_utf8(cell).ok()?;
    let (mut year, mut month_number, mut day) = (0, 0, 0);
    let (mut hour, mut minute, mut second, mut fraction) = (0, 0, 0, 0);
    let (mut half_hour, mut afternoon, mut zone, mut has_date) = (false, false, None, false);
    for part in format.parts() {
        match *part {
            FormatPart::Year => (year, has_date) = (digits(&mut rest, 4, 4)?, true),
            FormatPart::ShortYear => (year, has_date) = (full_year(digits(&mut rest, 2, 2)?), true),
            FormatPart::Month { short } => month_number = digits(&mut rest, if short { 1 } else { 2 }, 2)?,
            FormatPart::MonthName => month_number = name(&mut rest)?,
            FormatPart::Day { short } => day = digits(&mut rest, if short { 1 } else { 2 }, 2)?,
            FormatPart::Hour { short } => hour = digits(&mut rest, if short { 1 } else { 2 }, 2)?,
            FormatPart::HalfHour { short } => {
                hour = digits(&mut rest, if short { 1 } else { 2 }, 2).filter(|hour| (1..=12).contains(hour))?;
                half_hour = true;
            }
            FormatPart::Minute => minute = digits(&mut rest, 2, 2)?,
            FormatPart::Second => second = digits(&mut rest, 2, 2)?,
            FormatPart::Fraction => {
                let length = rest.bytes().take_while(u8::is_ascii_digit).count();
                fraction = nanoseconds(&rest.as_bytes()[..length])?;
                rest = &rest[length..];
            }
            FormatPart::Half => afternoon = half(&mut rest)?,
            FormatPart::Zone => {
                let is_utc = matches!(rest, "Z" | "UTC" | "GMT");
                zone = Some(if is_utc { jiff::SignedDuration::ZERO } else { offset(rest.as_bytes())? });
                rest = "";
            }
            FormatPart::Sign(sign) => rest = rest.strip_prefix(sign)?,
        }
    }
    if !rest.is_empty() {
        return None;
    }
    if half_hour {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    let ends_day = (hour, minute, second, fraction) == (24, 0, 0, 0);
    let hour = if ends_day { 0 } else { hour };
    let small = |number: i32| i8::try_from(number).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, fraction).ok()?;
    if !has_date {
        return write!(canonical, "{time}").ok();
    }
    let date = Date::new(i16::try_from(year).ok()?, small(month_number)?, small(day)?).ok()?;
    if format.column_type() == crate::result::ColumnType::Date {
        return write!(canonical, "{date}").ok();
    }
    let local = DateTime::from_parts(if ends_day { date.tomorrow().ok()? } else { date }, time);
    match zone {
        None => write!(canonical, "{local}").ok(),
        Some(offset) => write!(canonical, "{}Z", local.checked_sub(offset).ok()?).ok(),
    }
}

/// Takes a number off the beginning, as many digits as there are.
fn digits(rest: &mut &str, shortest: usize, longest: usize) -> Option<i32> {
    let length = rest.bytes().take(longest).take_while(u8::is_ascii_digit).count();
    let number = number_of(&rest.as_bytes()[..length], shortest, longest)?;
    *rest = &rest[length..];
    Some(number)
}

/// Takes the name of a month off the beginning, with the point behind a short one.
fn name(rest: &mut &str) -> Option<i32> {
    let end = rest.find(|sign: char| !sign.is_alphabetic()).unwrap_or(rest.len());
    let number = month(&rest[..end])?;
    *rest = &rest[end..];
    Some(number)
}

/// Takes the half of the day off the beginning; whether it is the afternoon.
fn half(rest: &mut &str) -> Option<bool> {
    for (spelled, afternoon) in [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)] {
        if rest.get(..spelled.len()).is_some_and(|start| start.eq_ignore_ascii_case(spelled)) {
            *rest = &rest[spelled.len()..];
            return Some(afternoon);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::write_formatted;
    use crate::plan::DateFormat;

    fn read(format: &str, cell: &str) -> Option<String> {
        let mut canonical = String::new();
        write_formatted(cell.as_bytes(), &DateFormat::parse(format).unwrap(), &mut canonical).map(|()| canonical)
    }

    #[test]
    fn cells_are_read_as_their_format_says() {
        for (format, cell, expected) in [
            ("DD.MM.YY", "17.05.25", "2025-05-17"),
            ("YY-MM-DD", "69-05-17", "1969-05-17"),
            ("DD/MM/YYYY", "05/06/2025", "2025-06-05"),
            ("MM/DD/YYYY", "05/06/2025", "2025-05-06"),
            ("YYYYMMDD", "20250517", "2025-05-17"),
            ("D-MON-YY", "7-März-25", "2025-03-07"),
            ("D. MON YYYY", "7. Mai 2025", "2025-05-07"),
            ("MM/DD/YYYY h:mm AM", "05/06/2025 5:07 PM", "2025-05-06T17:07:00"),
            ("MM/DD/YYYY hh:mm:ss AM", "05/06/2025 12:07:01 a.m.", "2025-05-06T00:07:01"),
            ("YYYY-MM-DDTHH:mm:ss,fff", "2025-05-06T17:07:01,250", "2025-05-06T17:07:01.25"),
            ("YYYY-MM-DD HH:mm", "2025-12-31 24:00", "2026-01-01T00:00:00"),
            ("YYYY-MM-DD HH:mm Z", "2025-05-06 17:07 +02:00", "2025-05-06T15:07:00Z"),
            ("YYYY-MM-DD HH:mm Z", "2025-05-06 17:07 UTC", "2025-05-06T17:07:00Z"),
            ("HHmm", "1707", "17:07:00"),
        ] {
            assert_eq!(read(format, cell).as_deref(), Some(expected), "{format} {cell}");
        }
        for (format, cell) in [
            ("DD.MM.YY", "17.05.2025"),
            ("DD.MM.YY", "7.5.25"),
            ("DD.MM.YY", "17/05/25"),
            ("DD/MM/YYYY", "05/13/2025"),
            ("D-MON-YY", "7-MAZ-25"),
            ("h:mm AM", "13:07 PM"),
            ("h:mm AM", "5:07"),
            ("DD.MM.YY", ""),
            ("DD.MM.YY", "é7.05.25"),
        ] {
            assert_eq!(read(format, cell), None, "{format} {cell}");
        }
    }
}
