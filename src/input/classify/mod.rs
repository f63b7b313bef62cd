//! What a cell can be read as, and the one spelling that equal values share.
//!
//! Every cell admits some readings; a column has the reading that all its cells admit. What is known of a column is an
//! intersection of readings and a union of signs, so it depends neither on the order of the records nor on how they were
//! split.
//!
//! - *number*: sign, digits, point, exponent; no leading zero (`007` is text), at most 28 significant digits, 400
//!   before or after the point when written out; whole numbers only: integer.
//! - *amount*: a number with thousands in groups of three (point, comma, blank, apostrophe; behind commas also
//!   `1,23,456`), a decimal comma, a minus behind it or of U+2212, in parentheses, with a sign or ISO code of one
//!   currency before or behind it, with a leading apostrophe.
//! - *date*: `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYY.MM.DD`; `DD.MM.YYYY`, or `MM.DD.YYYY` when some cell settles it;
//!   `DD/MM/YYYY`, `MM/DD/YYYY` and the same with dashes when some cell settles which; years of two digits (last; 00-68
//!   is 20xx, 69-99 is 19xx); names of months in four languages (`17-MAY-25`, `17. Mai 2025`, `May 17, 2025`).
//! - *date of eight digits*: `YYYYMMDD` of 1900 to 2099 in every cell, at least five days of at least two months; else
//!   integer.
//! - *date of six digits*: `YYMMDD` in every cell, nearly every day of a month and half of the months among them, and
//!   in front a number that is no day or at most seven numbers; else integer.
//! - *timestamp*: a date in any of these spellings (not of eight or six digits) under the same rule, `T` or a blank, a
//!   time; `2025-05-17-13.45.30.123456`.
//! - *zoned timestamp*: the same with `Z`, `UTC`, `GMT` or an offset (`+02:00`, `+0200`, `+02`).
//! - *time*: `HH:MM`, seconds and up to nine digits of fraction behind a point or comma if wanted; `5:07 PM`; `24:00`
//!   is midnight, of the next day where there is a date.
//! - *boolean*: `true`, `false`, also with capitals.
//!
//! `NaN` counts as missing in a column of numbers and is text elsewhere.
//!
//! # What settles the decimal sign
//! `1.000` is one or a thousand. A column that holds such a cell is read
//! - as any cell allows that can be read one way only: `12.5`, `0.125` and `1234.567` have a decimal point, `89,9`,
//!   `1.234,56` and `1.234.567` have not;
//! - else as grouped, when some cell is a whole number of 1 to 999 without a sign and none is a larger one: whoever
//!   groups thousands leaves these bare, and whoever writes three decimals writes them always;
//! - else not at all: it is text, and a question where the column counts. So a thousand is never read as one. Bare
//!   numbers above 999 settle nothing, because some write `1500` beside `12.500`. Columns in which every number is at
//!   least 1 and has exactly three decimals (weights, coordinates of one town) are asked about too.
//!
//! The same holds of `1,000`. Numbers of typed files and of JSON have a decimal point.
//!
//! # What settles day and month
//! A cell that can be read in one order only. With a year of two digits the year may stand first as well (`25/05/17`):
//! it does not where more than twelve different numbers stand first and at most three last, none of them 1 or 28 to 31.
//!
//! Of several files each must settle it, and all in one way: else the column is text, and refused where it counts. So is
//! one in which real dates stand beside such texts.
//!
//! # Codes
//! Codes such as `1E5`, `100000` and `+100000` may mean three things, floats such as `1e-05` and `0.5` never do. So a
//! column with a leading `+` or an exponent holds numbers only if some cell of it has decimals. Amounts of two
//! currencies, or with and without one, cannot be compared and are text.

mod admits;
mod cell;
mod clock;
mod currency;
mod dates;
mod doubt;
mod format;
mod months;
mod numbers;
mod shows;

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::result::ColumnType;
pub(super) use cell::readings_of;
use clock::{MomentCell, clock, moment};
use currency::Currencies;
pub(super) use dates::DateOrder;
use dates::{DateCell, DateEvidence, DateForm, compact_day, date};
pub use doubt::Doubt;
pub(super) use format::write_formatted;
pub(super) use numbers::DecimalSign;
use numbers::{amount, write_amount, write_number};

/// The readings that a cell, or all cells of a column so far, admit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Readings {
    /// What every cell admits.
    admitted: u32,
    /// What some cell shows.
    seen: u32,
    currencies: Currencies,
    dates: DateEvidence,
}

impl Readings {
    /// Nothing seen yet: every reading is open.
    pub(super) const fn all() -> Self {
        let dates = DateEvidence::NONE;
        Self { admitted: admits::ALL, seen: 0, currencies: Currencies::None, dates }
    }

    /// What a typed file says of a column of numbers: their decimal sign is a point.
    pub(super) const fn of_typed_numbers() -> Self {
        Self { seen: shows::TYPED_NUMBER, ..Self::all() }
    }

    /// What a typed file or a sheet says of a column of dates.
    pub(super) const fn of_real_dates() -> Self {
        Self { seen: shows::REAL_DATE, ..Self::all() }
    }

    /// Text, whatever else comes.
    const fn text() -> Self {
        Self { admitted: 0, seen: shows::VALUE, ..Self::all() }
    }

    /// What both admit.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            admitted: self.admitted & other.admitted,
            seen: self.seen | other.seen,
            currencies: self.currencies.and(other.currencies),
            dates: self.dates.and(other.dates),
        }
    }

    /// The kinds of values that [`Readings::kinds`] tells apart.
    pub(super) const KINDS: [u32; 7] =
        [admits::POINT, admits::COMMA, admits::DATE, admits::TIMESTAMP, admits::ZONED, admits::TIME, admits::BOOLEAN];

    /// The kinds of values that all cells can be, as bits.
    pub(super) const fn kinds(self) -> u32 {
        self.admitted & admits::KINDS
    }

    /// Whether only text is left, whatever else comes.
    pub(super) const fn is_text(self) -> bool {
        self.admitted & admits::KINDS == 0
    }

    const fn has(self, reading: u32) -> bool {
        self.admitted & reading != 0
    }

    const fn shows(self, sign: u32) -> bool {
        self.seen & sign != 0
    }

    /// The reading of a column whose cells admit these; or the doubt because of which it has none but text.
    pub(super) fn settle(self) -> Result<Reading, Doubt> {
        if !self.shows(shows::VALUE) {
            return Ok(Reading::Empty);
        }
        if self.has(admits::POINT | admits::COMMA) && !(self.has(admits::DATE) && self.dates.shows_compact_days()) {
            return self.settle_number();
        }
        for (kind, reading) in [
            (admits::DATE, Reading::Date as fn(DateOrders) -> Reading),
            (admits::TIMESTAMP, Reading::Timestamp),
            (admits::ZONED, Reading::ZonedTimestamp),
        ] {
            if self.has(kind) && !self.has_doubtful_days() {
                return self.orders().map(reading);
            }
        }
        Ok(match self {
            _ if self.has(admits::TIME) => Reading::Time,
            _ if self.has(admits::BOOLEAN) => Reading::Boolean,
            _ => Reading::Text,
        })
    }

    /// Whether the order of dates is to be settled for each file.
    pub(super) const fn asks_each_file(self) -> bool {
        self.has(admits::DATE | admits::TIMESTAMP | admits::ZONED) && self.shows(shows::SIGNS | shows::POINTS)
    }

    /// [`Readings::settle`] for a column of several files: each of them must settle the order of its dates, and all must
    /// have one order. Points put the day first in every file unless all files say otherwise.
    pub(super) fn settle_files(self, files: &[Self]) -> Result<Reading, Doubt> {
        if files.len() < 2 || !self.asks_each_file() {
            return self.settle();
        }
        let signs: Vec<_> = files.iter().filter(|file| file.shows(shows::SIGNS)).map(|file| file.orders()).collect();
        if signs.contains(&Err(Doubt::OrderOpen)) {
            return Err(Doubt::OrderOpenInFile);
        }
        let mut settled = signs.iter().flatten().map(|orders| orders.signs);
        let first = settled.next();
        if settled.any(|order| Some(order) != first) {
            return Err(Doubt::OrdersDiffer);
        }
        let is_month_first = self.has(admits::POINTS_MONTH_FIRST) && !self.has(admits::POINTS_DAY_FIRST);
        let is_open = |file: &Self| file.shows(shows::POINTS) && file.has(admits::POINTS_DAY_FIRST);
        if is_month_first && files.iter().any(is_open) {
            return Err(Doubt::OrderOpenInFile);
        }
        self.settle()
    }

    /// Whether some cell is a number of six digits of which the others do not show that it is a day.
    fn has_doubtful_days(self) -> bool {
        self.dates.has_short_days() && !self.dates.shows_compact_days()
    }

    fn settle_number(self) -> Result<Reading, Doubt> {
        match self.currencies {
            Currencies::Several => return Err(Doubt::Currencies),
            Currencies::One(_) if self.shows(shows::NO_CURRENCY) => return Err(Doubt::PartlyCurrency),
            Currencies::One(_) | Currencies::None => {}
        }
        let sign = self.decimal_sign()?;
        let (whole, decimals) = match sign {
            DecimalSign::Point => (admits::WHOLE_POINT, shows::POINT_DECIMALS),
            DecimalSign::Comma => (admits::WHOLE_COMMA, shows::COMMA_DECIMALS),
        };
        if self.shows(shows::SIGNED) && !self.shows(decimals) {
            return Err(Doubt::Codes);
        }
        Ok(if self.has(whole) { Reading::Integer(sign) } else { Reading::Decimal(sign) })
    }

    /// The reading of a column of this type; `None` when some cell is not of it.
    pub(super) fn settle_as(self, declared: ColumnType) -> Option<Result<Reading, Doubt>> {
        if !self.shows(shows::VALUE) {
            return Some(Ok(Reading::Empty));
        }
        let ordered = |kind, reading: fn(DateOrders) -> Reading| match self.orders() {
            Err(Doubt::OrdersContradict) => None,
            orders => self.has(kind).then_some(orders.map(reading)),
        };
        let plain = |kind, reading| self.has(kind).then_some(Ok(reading));
        match declared {
            ColumnType::Integer => {
                // What is declared whole cannot be read by a sign that leaves decimals.
                let signs = [(admits::POINT, admits::WHOLE_POINT), (admits::COMMA, admits::WHOLE_COMMA)];
                let broken = signs.iter().filter(|(_, whole)| !self.has(*whole));
                let left = Self { admitted: broken.fold(self.admitted, |left, (sign, _)| left & !sign), ..self };
                left.settle_as(ColumnType::Decimal).map(|reading| {
                    reading.map(
                        |reading| if let Reading::Decimal(sign) = reading { Reading::Integer(sign) } else { reading },
                    )
                })
            }
            ColumnType::Decimal if self.currencies == Currencies::Several => Some(Err(Doubt::Currencies)),
            ColumnType::Decimal => {
                self.has(admits::POINT | admits::COMMA).then(|| self.decimal_sign().map(Reading::Decimal))
            }
            ColumnType::Date if self.has_doubtful_days() => None,
            ColumnType::Date => ordered(admits::DATE, Reading::Date),
            ColumnType::Timestamp => ordered(admits::TIMESTAMP, Reading::Timestamp),
            ColumnType::ZonedTimestamp => ordered(admits::ZONED, Reading::ZonedTimestamp),
            ColumnType::Time => plain(admits::TIME, Reading::Time),
            ColumnType::Boolean => plain(admits::BOOLEAN, Reading::Boolean),
            ColumnType::Text => Some(Ok(Reading::Text)),
            ColumnType::Empty => None,
        }
    }

    /// The decimal sign of numbers, see the head of this module.
    fn decimal_sign(self) -> Result<DecimalSign, Doubt> {
        let grouped = self.shows(shows::BARE_SMALL) && !self.shows(shows::BARE_LARGE);
        let doubts = (self.shows(shows::DOUBTFUL_POINT), self.shows(shows::DOUBTFUL_COMMA));
        match (self.has(admits::POINT), self.has(admits::COMMA)) {
            (true, false) => Ok(DecimalSign::Point),
            (false, _) => Ok(DecimalSign::Comma),
            (true, true) if self.shows(shows::TYPED_NUMBER) => Ok(DecimalSign::Point),
            (true, true) => match doubts {
                (false, false) => Ok(DecimalSign::Point),
                (true, false) if grouped => Ok(DecimalSign::Comma),
                (false, true) if grouped => Ok(DecimalSign::Point),
                _ => Err(Doubt::DecimalSign),
            },
        }
    }

    /// The orders of dates with points and of those with other signs.
    fn orders(self) -> Result<DateOrders, Doubt> {
        let points = match (self.has(admits::POINTS_DAY_FIRST), self.has(admits::POINTS_MONTH_FIRST)) {
            (true, _) => DateOrder::DayFirst,
            (false, true) => DateOrder::MonthFirst,
            (false, false) => return Err(Doubt::OrdersContradict),
        };
        let year_first = self.has(admits::SIGNS_YEAR_FIRST) && !self.dates.shows_year_last();
        if self.shows(shows::SIGNS) && self.shows(shows::REAL_DATE) {
            return Err(Doubt::RealDatesBeside);
        }
        let left = (self.has(admits::SIGNS_DAY_FIRST), self.has(admits::SIGNS_MONTH_FIRST), year_first);
        let signs = match left {
            _ if !self.shows(shows::SIGNS) => DateOrder::DayFirst,
            (true, false, false) => DateOrder::DayFirst,
            (false, true, false) => DateOrder::MonthFirst,
            (false, false, true) => DateOrder::YearFirst,
            (false, false, false) => return Err(Doubt::OrdersContradict),
            _ => return Err(Doubt::OrderOpen),
        };
        Ok(DateOrders { points, signs })
    }
}

/// Which part of a date comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateOrders {
    /// In dates with points.
    pub(super) points: DateOrder,
    /// In dates with slashes or dashes that do not follow a year of four digits.
    pub(super) signs: DateOrder,
}

impl DateOrders {
    fn of(self, form: DateForm) -> DateOrder {
        match form {
            DateForm::Signs | DateForm::ShortSigns(..) => self.signs,
            DateForm::Clear | DateForm::Compact | DateForm::Points => self.points,
        }
    }
}

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Numbers, all whole.
    Integer(DecimalSign),
    /// Numbers.
    Decimal(DecimalSign),
    /// Dates.
    Date(DateOrders),
    /// Timestamps without a zone.
    Timestamp(DateOrders),
    /// Timestamps with a zone.
    ZonedTimestamp(DateOrders),
    /// Times of day.
    Time,
    /// Booleans.
    Boolean,
    /// Cells of this type in a spelling that is declared.
    Declared(ColumnType),
    /// Bytes.
    Text,
    /// No value at all.
    Empty,
}

impl Reading {
    /// The type that the column gets.
    pub(super) const fn column_type(self) -> ColumnType {
        match self {
            Self::Integer(_) => ColumnType::Integer,
            Self::Decimal(_) => ColumnType::Decimal,
            Self::Date(_) => ColumnType::Date,
            Self::Timestamp(_) => ColumnType::Timestamp,
            Self::ZonedTimestamp(_) => ColumnType::ZonedTimestamp,
            Self::Time => ColumnType::Time,
            Self::Boolean => ColumnType::Boolean,
            Self::Declared(declared) => declared,
            Self::Text => ColumnType::Text,
            Self::Empty => ColumnType::Empty,
        }
    }

    /// Whether `NaN` counts as missing under this reading.
    pub(super) const fn not_a_number_is_missing(self) -> bool {
        matches!(
            self,
            Self::Integer(_)
                | Self::Decimal(_)
                | Self::Declared(ColumnType::Integer | ColumnType::Decimal)
                | Self::Empty
        )
    }
}

/// Whether a cell spells the float that is not a number.
pub(super) fn is_not_a_number(cell: &[u8]) -> bool {
    cell == b"NaN" || cell == b"nan"
}

/// Appends the canonical spelling of a cell to `canonical`; `None` when the cell does not admit the reading or has no
/// canonical spelling other than its bytes (text).
pub(super) fn write_canonical(cell: &[u8], reading: Reading, canonical: &mut String) -> Option<()> {
    match reading {
        Reading::Integer(sign) | Reading::Decimal(sign) => {
            if sign == DecimalSign::Point && write_number(cell, canonical).is_some() {
                return Some(());
            }
            write_amount(&amount(cell)?, sign, None, canonical).map(drop)
        }
        Reading::Date(orders) => {
            let date = any_date(cell)?;
            write!(canonical, "{}", date.day(orders.of(date.form))?).ok()
        }
        Reading::Timestamp(orders) => write!(canonical, "{}", moment_in(cell, orders, false)?).ok(),
        Reading::ZonedTimestamp(orders) => write!(canonical, "{}Z", moment_in(cell, orders, true)?).ok(),
        Reading::Time => write!(canonical, "{}", clock(cell)?.time).ok(),
        Reading::Boolean => canonical.write_str(if boolean(cell)? { "true" } else { "false" }).ok(),
        Reading::Declared(_) | Reading::Text | Reading::Empty => None,
    }
}

/// Appends the canonical spelling of a number whose decimal sign is declared, and says whether it is whole; `group` is
/// the only sign allowed between thousands, where one is declared.
pub(super) fn write_declared_number(
    cell: &[u8],
    sign: DecimalSign,
    group: Option<&str>,
    canonical: &mut String,
) -> Option<bool> {
    if sign == DecimalSign::Point
        && let Some(is_whole) = write_number(cell, canonical)
    {
        return Some(is_whole);
    }
    write_amount(&amount(cell)?, sign, group, canonical)
}

/// A date in any spelling.
fn any_date(cell: &[u8]) -> Option<DateCell> {
    let compact = |day: Date| DateCell { form: DateForm::Compact, days: [Some(day); 3] };
    date(cell).or_else(|| compact_day(cell).map(compact))
}

fn moment_in(cell: &[u8], orders: DateOrders, zoned: bool) -> Option<jiff::civil::DateTime> {
    let moment = moment(cell).filter(|moment: &MomentCell| moment.is_zoned() == zoned)?;
    moment.moment(orders.of(moment.date.form))
}

/// The number that `shortest` to `longest` digits spell.
fn number_of(digits: &[u8], shortest: usize, longest: usize) -> Option<i32> {
    if digits.len() < shortest || digits.len() > longest || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0')))
}

/// A boolean in one of the usual capitalisations.
fn boolean(cell: &[u8]) -> Option<bool> {
    match cell {
        b"true" | b"True" | b"TRUE" => Some(true),
        b"false" | b"False" | b"FALSE" => Some(false),
        _ => None,
    }
}
