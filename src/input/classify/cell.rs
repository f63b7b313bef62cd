//! What one cell admits and shows.

use super::clock::{clock, moment};
use super::currency::Currencies;
use super::dates::{DateCell, DateForm, compact_day, date};
use super::numbers::{DecimalSign, amount, doubtful_sign, write_amount, write_number};
use super::{Readings, admits, boolean, is_not_a_number, shows};

/// The readings that a cell with a value admits.
pub(in crate::input) fn readings_of(cell: &[u8]) -> Readings {
    const LONGEST_TYPED: usize = 400;
    if is_not_a_number(cell) {
        return Readings { admitted: admits::NUMBERS, ..Readings::all() };
    }
    let (Some(&first), true) = (cell.first(), cell.len() <= LONGEST_TYPED) else { return Readings::text() };
    if first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.') {
        // The plainest spellings are the usual ones.
        if let Some(readings) = plain_readings(cell) {
            return readings;
        }
    } else if boolean(cell).is_some() {
        return Readings { admitted: admits::BOOLEAN, ..Readings::text() };
    } else if !cell.iter().any(u8::is_ascii_digit) {
        return Readings::text();
    }
    if first.is_ascii_digit() || first.is_ascii_alphabetic() {
        if let Some(date) = date(cell) {
            return date_readings(&date, admits::DATE);
        }
        if let Some(moment) = moment(cell) {
            return date_readings(&moment.date, if moment.is_zoned() { admits::ZONED } else { admits::TIMESTAMP });
        }
        if clock(cell).is_some() {
            return Readings { admitted: admits::TIME, ..Readings::text() };
        }
    }
    amount_readings(cell).unwrap_or_else(Readings::text)
}

/// The readings of a number without groups, a decimal point at most; `None` for any other cell.
fn plain_readings(cell: &[u8]) -> Option<Readings> {
    let is_whole = write_number(cell, &mut String::new())?;
    let mut readings = Readings { admitted: admits::POINT, ..Readings::text() };
    let unsigned = cell.strip_prefix(b"-").or_else(|| cell.strip_prefix(b"+")).unwrap_or(cell);
    let is_scaled = unsigned.iter().any(|byte| matches!(byte, b'e' | b'E'));
    let has_point = unsigned.contains(&b'.');
    readings.admit(is_whole, admits::WHOLE_POINT);
    readings.show(true, shows::NO_CURRENCY);
    readings.show(has_point, shows::POINT_DECIMALS);
    readings.show(is_scaled || cell[0] == b'+', shows::SIGNED);
    if !has_point && !is_scaled {
        readings.admit(true, admits::NUMBERS);
        readings.show_bare(unsigned);
    }
    if doubtful_sign(unsigned).is_some() {
        readings.admit(true, admits::COMMA | admits::WHOLE_COMMA);
        readings.show(true, shows::DOUBTFUL_POINT);
    }
    if let Some(day) = compact_day(cell) {
        readings.admit(true, admits::DATE | admits::POINTS_ORDERS | admits::SIGNS_ORDERS);
        readings.dates.take_compact(cell, day);
    }
    Some(readings)
}

/// The readings of an amount that is not written as a plain number; `None` when it is none.
fn amount_readings(cell: &[u8]) -> Option<Readings> {
    let amount = amount(cell)?;
    let whole = |sign| write_amount(&amount, sign, None, &mut String::new());
    let (point, comma) = (whole(DecimalSign::Point), whole(DecimalSign::Comma));
    if point.is_none() && comma.is_none() {
        return None;
    }
    let mut readings = Readings { admitted: 0, ..Readings::text() };
    readings.admit(point.is_some(), admits::POINT);
    readings.admit(comma.is_some(), admits::COMMA);
    readings.admit(point == Some(true), admits::WHOLE_POINT);
    readings.admit(comma == Some(true), admits::WHOLE_COMMA);
    readings.show(point.is_some() && amount.body.contains(&b'.'), shows::POINT_DECIMALS);
    readings.show(comma.is_some() && amount.body.contains(&b','), shows::COMMA_DECIMALS);
    readings.show(amount.plus && amount.currency.is_none(), shows::SIGNED);
    match doubtful_sign(amount.body) {
        Some(DecimalSign::Point) => readings.show(true, shows::DOUBTFUL_POINT),
        Some(DecimalSign::Comma) => readings.show(true, shows::DOUBTFUL_COMMA),
        None => {}
    }
    if amount.body.iter().all(u8::is_ascii_digit) {
        readings.show_bare(amount.body);
    }
    match amount.currency {
        Some(currency) => readings.currencies = Currencies::One(currency),
        None => readings.show(true, shows::NO_CURRENCY),
    }
    Some(readings)
}

/// The readings of a date, by itself or with a time of day.
fn date_readings(date: &DateCell, kind: u32) -> Readings {
    let mut readings = Readings { admitted: kind | admits::POINTS_ORDERS | admits::SIGNS_ORDERS, ..Readings::text() };
    let (orders, bits): (u32, &[u32]) = match date.form {
        DateForm::Clear | DateForm::Compact => return readings,
        DateForm::Points => (admits::POINTS_ORDERS, &[admits::POINTS_DAY_FIRST, admits::POINTS_MONTH_FIRST]),
        DateForm::Signs | DateForm::ShortSigns(..) => {
            (admits::SIGNS_ORDERS, &[admits::SIGNS_DAY_FIRST, admits::SIGNS_MONTH_FIRST, admits::SIGNS_YEAR_FIRST])
        }
    };
    readings.admitted &= !orders;
    for (day, bit) in date.days.iter().zip(bits) {
        readings.admit(day.is_some(), *bit);
    }
    readings.show(orders == admits::SIGNS_ORDERS, shows::SIGNS);
    readings.show(orders == admits::POINTS_ORDERS, shows::POINTS);
    if let DateForm::ShortSigns(first, last) = date.form {
        readings.dates.take_short(first, last);
    }
    readings
}

impl Readings {
    fn admit(&mut self, admitted: bool, readings: u32) {
        self.admitted |= if admitted { readings } else { 0 };
    }

    fn show(&mut self, shown: bool, signs: u32) {
        self.seen |= if shown { signs } else { 0 };
    }

    /// Takes a whole number without signs. Zero says nothing: it stands beside `1.234` in columns of either kind.
    fn show_bare(&mut self, digits: &[u8]) {
        let is_zero = digits == b"0";
        self.show(digits.len() <= 3 && !is_zero, shows::BARE_SMALL);
        self.show(digits.len() > 3, shows::BARE_LARGE);
    }
}
