//! What a cell can be read as, and the one spelling that equal values share.
//!
//! Every cell admits some readings; a column has the reading that all its cells admit. The set of readings of a
//! column is an intersection, so it depends neither on the order of the records nor on how they were split.
//!
//! | reading | spellings |
//! |---|---|
//! | number | sign, digits, point, exponent; no leading zero (`007` is text), no thousands separator, at most 28 significant digits, 400 before or after the point when written out; whole numbers only: integer |
//! | number with decimal comma | in every cell exactly two decimals behind a comma (`1.234,56`, `1 234,56`, `12,30`), so that nothing else can be meant |
//! | date | `YYYY-MM-DD`, `YYYY/MM/DD`, `DD.MM.YYYY`; `DD/MM/YYYY` or `MM/DD/YYYY` when some cell of the column settles which |
//! | timestamp | a date in any of these spellings under the same rule, `T` or a blank, `HH:MM`, seconds and up to nine digits of fraction if wanted |
//! | zoned timestamp | the same with `Z` or an offset (`+02:00`, `+0200`, `+02`), the date without doubt about day and month |
//! | time | `HH:MM`, seconds and fraction if wanted |
//! | boolean | `true`, `false`, also with capitals |
//!
//! `YYYYMMDD` is an integer: nothing tells it from an amount. `NaN` counts as missing in a column of numbers and is
//! text elsewhere.
//!
//! Years of two digits are text: nothing tells the century.
//!
//! Codes such as `1E5`, `100000` and `+100000` may mean three things, floats such as `1e-05` and `0.5` never do. So a
//! column with a leading `+` or an exponent holds numbers only if some cell of it has a decimal point.

use std::fmt::Write as _;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use crate::result::ColumnType;

/// The readings that a cell, or all cells of a column so far, admit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Readings(u16);

impl Readings {
    const WHOLE: u16 = 1;
    const NUMBER: u16 = 1 << 1;
    const DATE: u16 = 1 << 2;
    const DATE_DAY_FIRST: u16 = 1 << 3;
    const DATE_MONTH_FIRST: u16 = 1 << 4;
    const TIMESTAMP: u16 = 1 << 5;
    const ZONED: u16 = 1 << 6;
    const TIME: u16 = 1 << 7;
    const BOOLEAN: u16 = 1 << 8;
    /// No cell that holds a value was seen.
    const NOTHING_SEEN: u16 = 1 << 9;
    const TIMESTAMP_DAY_FIRST: u16 = 1 << 10;
    const TIMESTAMP_MONTH_FIRST: u16 = 1 << 11;
    /// Numbers without a leading `+` or an exponent.
    const PLAIN: u16 = 1 << 12;
    /// Numbers without a decimal point.
    const NO_POINT: u16 = 1 << 13;
    /// Numbers with a decimal comma.
    const COMMA: u16 = 1 << 14;

    /// Nothing seen yet: every reading is open.
    pub(super) const fn all() -> Self {
        Self((1 << 15) - 1)
    }

    /// What both admit.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether only text is left, whatever else comes.
    pub(super) const fn is_text(self) -> bool {
        self.0 == 0
    }

    /// The reading of a column whose cells admit these.
    pub(super) fn settle(self) -> Reading {
        let has = |reading| self.0 & reading != 0;
        if has(Self::NOTHING_SEEN) {
            Reading::Empty
        } else if has(Self::NUMBER) && !has(Self::PLAIN) && has(Self::NO_POINT) {
            Reading::Text
        } else if has(Self::WHOLE) {
            Reading::Integer
        } else if has(Self::NUMBER) {
            Reading::Decimal
        } else if has(Self::COMMA) {
            Reading::DecimalComma
        } else if has(Self::DATE) {
            Reading::Date(DayOrder::Clear)
        } else if has(Self::DATE_DAY_FIRST) && !has(Self::DATE_MONTH_FIRST) {
            Reading::Date(DayOrder::DayFirst)
        } else if has(Self::DATE_MONTH_FIRST) && !has(Self::DATE_DAY_FIRST) {
            Reading::Date(DayOrder::MonthFirst)
        } else if has(Self::TIMESTAMP) {
            Reading::Timestamp(DayOrder::Clear)
        } else if has(Self::TIMESTAMP_DAY_FIRST) && !has(Self::TIMESTAMP_MONTH_FIRST) {
            Reading::Timestamp(DayOrder::DayFirst)
        } else if has(Self::TIMESTAMP_MONTH_FIRST) && !has(Self::TIMESTAMP_DAY_FIRST) {
            Reading::Timestamp(DayOrder::MonthFirst)
        } else if has(Self::ZONED) {
            Reading::ZonedTimestamp
        } else if has(Self::TIME) {
            Reading::Time
        } else if has(Self::BOOLEAN) {
            Reading::Boolean
        } else {
            Reading::Text
        }
    }
}

/// Which part of a date with slashes comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayOrder {
    /// The spelling itself says it.
    Clear,
    /// `DD/MM/YYYY`.
    DayFirst,
    /// `MM/DD/YYYY`.
    MonthFirst,
}

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Numbers, all whole.
    Integer,
    /// Numbers.
    Decimal,
    /// Numbers with a decimal comma.
    DecimalComma,
    /// Dates.
    Date(DayOrder),
    /// Timestamps without a zone.
    Timestamp(DayOrder),
    /// Timestamps with a zone.
    ZonedTimestamp,
    /// Times of day.
    Time,
    /// Booleans.
    Boolean,
    /// Bytes.
    Text,
    /// No value at all.
    Empty,
}

impl Reading {
    /// The type that the column gets.
    pub(super) const fn column_type(self) -> ColumnType {
        match self {
            Self::Integer => ColumnType::Integer,
            Self::Decimal | Self::DecimalComma => ColumnType::Decimal,
            Self::Date(_) => ColumnType::Date,
            Self::Timestamp(_) => ColumnType::Timestamp,
            Self::ZonedTimestamp => ColumnType::ZonedTimestamp,
            Self::Time => ColumnType::Time,
            Self::Boolean => ColumnType::Boolean,
            Self::Text => ColumnType::Text,
            Self::Empty => ColumnType::Empty,
        }
    }

    /// Whether `NaN` counts as missing under this reading.
    pub(super) const fn not_a_number_is_missing(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::DecimalComma | Self::Empty)
    }
}

/// Whether a cell spells the float that is not a number.
pub(super) fn is_not_a_number(cell: &[u8]) -> bool {
    cell == b"NaN" || cell == b"nan"
}

/// The readings that a cell with a value admits.
pub(super) fn readings_of(cell: &[u8]) -> Readings {
    const LONGEST_TYPED: usize = 400;
    if is_not_a_number(cell) {
        return Readings(
            Readings::WHOLE
                | Readings::NUMBER
                | Readings::PLAIN
                | Readings::NO_POINT
                | Readings::COMMA
                | Readings::NOTHING_SEEN,
        );
    }
    let (Some(first), true) = (cell.first(), cell.len() <= LONGEST_TYPED) else { return Readings(0) };
    if matches!(first, b't' | b'T' | b'f' | b'F') {
        return Readings(if boolean(cell).is_some() { Readings::BOOLEAN } else { 0 });
    }
    if !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.') {
        return Readings(0);
    }
    let mut canonical = String::new();
    if let Some(whole) = write_number(cell, &mut canonical) {
        return Readings(number_readings(cell, whole));
    }
    if with_point(cell).is_some_and(|number| write_number(&number, &mut canonical).is_some()) {
        return Readings(Readings::COMMA);
    }
    let time = if time(cell).is_some() { Readings::TIME } else { 0 };
    Readings(date_readings(cell) | timestamp_readings(cell) | time)
}

/// The readings of a number.
fn number_readings(cell: &[u8], whole: bool) -> u16 {
    let mut admitted = Readings::NUMBER;
    let point = cell.contains(&b'.');
    let signed_or_scaled = cell.iter().any(|byte| matches!(byte, b'+' | b'e' | b'E'));
    for (fits, reading) in
        [(whole, Readings::WHOLE), (!point, Readings::NO_POINT), (!signed_or_scaled, Readings::PLAIN)]
    {
        admitted |= if fits { reading } else { 0 };
    }
    admitted
}

/// The timestamp readings that a cell admits.
fn timestamp_readings(cell: &[u8]) -> u16 {
    match timestamp(cell, DayOrder::Clear) {
        Some((_, Some(_))) => return Readings::ZONED,
        // As with dates, such a cell fits into a column of either order.
        Some((_, None)) => {
            return Readings::TIMESTAMP | Readings::TIMESTAMP_DAY_FIRST | Readings::TIMESTAMP_MONTH_FIRST;
        }
        None => {}
    }
    let mut admitted = 0;
    for (order, reading) in
        [(DayOrder::DayFirst, Readings::TIMESTAMP_DAY_FIRST), (DayOrder::MonthFirst, Readings::TIMESTAMP_MONTH_FIRST)]
    {
        if matches!(timestamp(cell, order), Some((_, None))) {
            admitted |= reading;
        }
    }
    admitted
}

/// The date readings that a cell admits.
fn date_readings(cell: &[u8]) -> u16 {
    if date(cell, DayOrder::Clear).is_some() {
        // Such a cell fits into a column of either order.
        return Readings::DATE | Readings::DATE_DAY_FIRST | Readings::DATE_MONTH_FIRST;
    }
    let mut admitted = 0;
    if date(cell, DayOrder::DayFirst).is_some() {
        admitted |= Readings::DATE_DAY_FIRST;
    }
    if date(cell, DayOrder::MonthFirst).is_some() {
        admitted |= Readings::DATE_MONTH_FIRST;
    }
    admitted
}

/// Appends the canonical spelling of a cell to `canonical`; `None` when the cell does not admit the reading or has no
/// canonical spelling other than its bytes (text).
pub(super) fn write_canonical(cell: &[u8], reading: Reading, canonical: &mut String) -> Option<()> {
    match reading {
        Reading::Integer | Reading::Decimal => write_number(cell, canonical).map(drop),
        Reading::DecimalComma => write_number(&with_point(cell)?, canonical).map(drop),
        Reading::Date(order) => {
            let date = date(cell, order).or_else(|| date(cell, DayOrder::Clear))?;
            write!(canonical, "{date}").ok()
        }
        Reading::Timestamp(order) => match timestamp(cell, order).or_else(|| timestamp(cell, DayOrder::Clear))? {
            (local, None) => write!(canonical, "{local}").ok(),
            (_, Some(_)) => None,
        },
        Reading::ZonedTimestamp => {
            let (_, instant) = timestamp(cell, DayOrder::Clear)?;
            write!(canonical, "{}Z", instant?).ok()
        }
        Reading::Time => write!(canonical, "{}", time(cell)?).ok(),
        Reading::Boolean => canonical.write_str(if boolean(cell)? { "true" } else { "false" }).ok(),
        Reading::Text | Reading::Empty => None,
    }
}

/// A number with a decimal comma spelled with a point: two decimals, as amounts have, so that a list of codes (`3,1`) or
/// grouped thousands (`1,234`) is never taken for one; thousands bare or set apart by one sign, a point or a blank.
fn with_point(cell: &[u8]) -> Option<Vec<u8>> {
    let (whole, decimals) = cell.split_at_checked(cell.len().checked_sub(3)?)?;
    if decimals[0] != b',' || !decimals[1..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (sign, digits) = whole.split_at(usize::from(matches!(whole.first(), Some(b'-' | b'+'))));
    let mut number = sign.to_vec();
    number.extend(ungrouped(digits)?);
    number.push(b'.');
    number.extend_from_slice(&decimals[1..]);
    Some(number)
}

/// Digits without the one sign that sets groups of three apart.
fn ungrouped(digits: &[u8]) -> Option<Vec<u8>> {
    const SEPARATORS: [&str; 4] = [".", " ", "\u{a0}", "\u{202f}"];
    if digits.iter().all(u8::is_ascii_digit) {
        return (!digits.is_empty()).then(|| digits.to_vec());
    }
    let text = std::str::from_utf8(digits).ok()?;
    let separator = SEPARATORS.into_iter().find(|separator| text.contains(separator))?;
    let (first, rest) = text.split_once(separator)?;
    let numeric = |group: &str, shortest: usize| {
        (shortest..=3).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit())
    };
    let grouped = numeric(first, 1) && rest.split(separator).all(|group| numeric(group, 3));
    grouped.then(|| text.replace(separator, "").into_bytes())
}

/// Appends the canonical spelling of a number and says whether it is whole; `None` when the cell is no number.
fn write_number(cell: &[u8], canonical: &mut String) -> Option<bool> {
    const MOST_DIGITS: i64 = 28;
    /// Digits before the point, or zeros behind it: every double-precision float fits.
    const MOST_ZEROS: i64 = 400;
    let (negative, unsigned) = match cell {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, cell),
    };
    let (mantissa, exponent) = match unsigned.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&unsigned[..at], exponent(&unsigned[at + 1..])?),
        None => (unsigned, 0),
    };
    let (before, after) = match mantissa.iter().position(|&byte| byte == b'.') {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, &[][..]),
    };
    let no_digit = before.is_empty() && after.is_empty();
    let leading_zero = before.len() > 1 && before[0] == b'0';
    if no_digit || leading_zero || !before.iter().chain(after).all(u8::is_ascii_digit) {
        return None;
    }
    let digits: Vec<u8> = before.iter().chain(after).copied().collect();
    let Some(start) = digits.iter().position(|&digit| digit != b'0') else {
        canonical.push('0');
        return Some(true);
    };
    let end = digits.iter().rposition(|&digit| digit != b'0').map_or(digits.len(), |last| last + 1);
    let significant = &digits[start..end];
    let length = i64::try_from(significant.len()).ok()?;
    // Digits before the point; zero or less when the number begins with `0.`.
    let point = i64::try_from(before.len()).ok()? - i64::try_from(start).ok()? + exponent;
    if length > MOST_DIGITS || point.abs() > MOST_ZEROS {
        return None;
    }
    if negative {
        canonical.push('-');
    }
    write_digits(significant, point, canonical);
    Some(point >= length)
}

/// Writes `significant` digits with the point after `point` of them.
fn write_digits(significant: &[u8], point: i64, canonical: &mut String) {
    if point <= 0 {
        canonical.push_str("0.");
        (point..0).for_each(|_| canonical.push('0'));
    }
    let mut position = 0;
    for &digit in significant {
        if position == point && position > 0 {
            canonical.push('.');
        }
        canonical.push(char::from(digit));
        position += 1;
    }
    (position..point).for_each(|_| canonical.push('0'));
}

/// The exponent of a number: an optional sign and up to five digits.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let magnitude = i64::from(number_of(digits, 1, 5)?);
    Some(if negative { -magnitude } else { magnitude })
}

/// The number that `shortest` to `longest` digits spell.
fn number_of(digits: &[u8], shortest: usize, longest: usize) -> Option<i32> {
    if digits.len() < shortest || digits.len() > longest || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0')))
}

/// A date in the spelling that `order` stands for.
fn date(cell: &[u8], order: DayOrder) -> Option<Date> {
    let separator = *cell.iter().find(|byte| !byte.is_ascii_digit())?;
    let mut parts = cell.split(|&byte| byte == separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = match (order, separator) {
        (DayOrder::Clear, b'-' | b'/') => (number_of(first, 4, 4)?, number_of(second, 2, 2)?, number_of(third, 2, 2)?),
        (DayOrder::Clear, b'.') | (DayOrder::DayFirst, b'/') => day_month_year(first, second, third)?,
        (DayOrder::MonthFirst, b'/') => day_month_year(second, first, third)?,
        _ => return None,
    };
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Year, month and day from their spellings with one or two digits for day and month.
fn day_month_year(day: &[u8], month: &[u8], year: &[u8]) -> Option<(i32, i32, i32)> {
    Some((number_of(year, 4, 4)?, number_of(month, 1, 2)?, number_of(day, 1, 2)?))
}

/// A time of day.
fn time(cell: &[u8]) -> Option<Time> {
    let hour = number_of(cell.get(0..2)?, 2, 2)?;
    let minute = number_of(cell.get(3..5)?, 2, 2)?;
    if cell[2] != b':' {
        return None;
    }
    let (second, nanosecond) = match cell.get(5..)? {
        [] => (0, 0),
        [b':', tens, ones] => (number_of(&[*tens, *ones], 2, 2)?, 0),
        [b':', tens, ones, b'.', fraction @ ..] => (number_of(&[*tens, *ones], 2, 2)?, nanoseconds(fraction)?),
        _ => return None,
    };
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, nanosecond).ok()
}

/// Nanoseconds of a fraction of up to nine digits.
fn nanoseconds(fraction: &[u8]) -> Option<i32> {
    let number = number_of(fraction, 1, 9)?;
    let missing = u32::try_from(9 - fraction.len()).ok()?;
    Some(number * 10_i32.pow(missing))
}

/// A timestamp as written, its date in the spelling that `order` stands for, and the same instant in UTC when it has a
/// zone or an offset.
fn timestamp(cell: &[u8], order: DayOrder) -> Option<(DateTime, Option<DateTime>)> {
    let end_of_date = cell.iter().position(|byte| matches!(byte, b'T' | b' '))?;
    let date = date(&cell[..end_of_date], order)?;
    let rest = &cell[end_of_date + 1..];
    let zone_at = rest.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-')).unwrap_or(rest.len());
    let local = DateTime::from_parts(date, time(&rest[..zone_at])?);
    if zone_at == rest.len() {
        return Some((local, None));
    }
    let instant = local.checked_sub(offset(&rest[zone_at..])?).ok()?;
    Some((local, Some(instant)))
}

/// An offset from UTC.
fn offset(text: &[u8]) -> Option<SignedDuration> {
    let (sign, digits) = match text {
        b"Z" => return Some(SignedDuration::ZERO),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [_, _] => (number_of(digits, 2, 2)?, 0),
        [_, _, _, _] => (number_of(&digits[..2], 2, 2)?, number_of(&digits[2..], 2, 2)?),
        [_, _, b':', _, _] => (number_of(&digits[..2], 2, 2)?, number_of(&digits[3..], 2, 2)?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then(|| SignedDuration::from_secs(i64::from(sign * (hours * 3600 + minutes * 60))))
}

/// A boolean in one of the usual capitalisations.
fn boolean(cell: &[u8]) -> Option<bool> {
    match cell {
        b"true" | b"True" | b"TRUE" => Some(true),
        b"false" | b"False" | b"FALSE" => Some(false),
        _ => None,
    }
}
