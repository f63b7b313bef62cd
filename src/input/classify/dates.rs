//! Dates: which days a cell may mean, and what settles it.

use jiff::civil::Date;

use super::months::month;
use super::number_of;

/// The order of the parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "what comes first is what they say")]
pub(in crate::input) enum DateOrder {
    /// `17/05/2025`.
    DayFirst,
    /// `05/17/2025`.
    MonthFirst,
    /// `25/05/17`, of a year with two digits only: one with four is clear.
    YearFirst,
}

/// What a cell says of the order of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateForm {
    /// The spelling itself says it.
    Clear,
    /// Eight digits, `20250517`, or six, `930517`.
    Compact,
    /// Points: the day comes first unless a cell of the column says otherwise.
    Points,
    /// Slashes or dashes: a cell of the column must say it.
    Signs,
    /// The same with two digits of the year, and the first and last number.
    ShortSigns(i32, i32),
}

/// The days that a cell may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateCell {
    pub(super) form: DateForm,
    /// The day first, the month first, the year first; all the same where the form is clear.
    pub(super) days: [Option<Date>; 3],
}

impl DateCell {
    /// A day that the spelling alone settles.
    fn clear(form: DateForm, year: i32, month: i32, day: i32) -> Option<Self> {
        let date = day_of(year, month, day)?;
        Some(Self { form, days: [Some(date); 3] })
    }

    /// The day in this order.
    pub(super) fn day(&self, order: DateOrder) -> Option<Date> {
        self.days[order as usize]
    }
}

fn day_of(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A year of two digits: 00 to 68 are of this century, 69 to 99 of the last one, as POSIX has it. No clock is asked, so
/// that a file means the same in every year.
pub(super) const fn full_year(short: i32) -> i32 {
    if short <= 68 { 2000 + short } else { 1900 + short }
}

/// Reads a date; `None` when the cell is none in any order.
pub(super) fn date(cell: &[u8]) -> Option<DateCell> {
    const LONGEST: usize = 24;
    if cell.len() < 6 || cell.len() > LONGEST {
        return None;
    }
    // The usual spelling first.
    if let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *cell {
        let year = number_of(&[y1, y2, y3, y4], 4, 4);
        if let (Some(year), Some(month), Some(day)) = (year, number_of(&[m1, m2], 2, 2), number_of(&[d1, d2], 2, 2)) {
            return DateCell::clear(DateForm::Clear, year, month, day);
        }
    }
    let separator = *cell.iter().find(|byte| !byte.is_ascii_digit())?;
    let mut parts = cell.split(|&byte| byte == separator);
    if let (b'-' | b'/' | b'.', Some(first), Some(second), Some(third), None) =
        (separator, parts.next(), parts.next(), parts.next(), parts.next())
        && [first, second].into_iter().flatten().all(u8::is_ascii_digit)
    {
        return by_numbers(first, second, third, separator);
    }
    by_name(std::str::from_utf8(cell).ok()?)
}

/// A date of three numbers.
fn by_numbers(first: &[u8], second: &[u8], third: &[u8], separator: u8) -> Option<DateCell> {
    let middle = number_of(second, 1, 2)?;
    if first.len() == 4 {
        return DateCell::clear(DateForm::Clear, number_of(first, 4, 4)?, middle, number_of(third, 1, 2)?);
    }
    let start = number_of(first, 1, 2)?;
    let (year, is_short) = match third.len() {
        4 => (number_of(third, 4, 4)?, false),
        2 => (full_year(number_of(third, 2, 2)?), true),
        _ => return None,
    };
    let (day_first, month_first) = (day_of(year, middle, start), day_of(year, start, middle));
    let (form, year_first) = match (separator, is_short) {
        (b'.', _) => (DateForm::Points, None),
        (_, false) => (DateForm::Signs, None),
        (_, true) => {
            let end = number_of(third, 2, 2)?;
            let year_first = if first.len() == 2 { day_of(full_year(start), middle, end) } else { None };
            (DateForm::ShortSigns(start, end), year_first)
        }
    };
    let days = [day_first, month_first, year_first];
    days.iter().any(Option::is_some).then_some(DateCell { form, days })
}

/// A date with the name of its month: `17-MAY-2025`, `17. Mai 2025`, `May 17, 2025`, `2025-May-17`. A year of two digits
/// stands last.
fn by_name(cell: &str) -> Option<DateCell> {
    let is_between = |sign: char| matches!(sign, ' ' | '-' | '/' | ',' | '.' | '\u{a0}');
    let mut parts = cell.split(is_between).filter(|part| !part.is_empty() && *part != "de");
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, name, day) = match month(first) {
        Some(_) => (third, first, second),
        None if first.len() == 4 => (first, second, third),
        None => (third, second, first),
    };
    let year = year.as_bytes();
    let year = number_of(year, 4, 4).or_else(|| number_of(year, 2, 2).map(full_year))?;
    DateCell::clear(DateForm::Clear, year, month(name)?, number_of(day.as_bytes(), 1, 2)?)
}

/// A day written as eight digits, of 1900 to 2099, or as six with a short year in front: such a number may be an amount as
/// well.
pub(super) fn compact_day(cell: &[u8]) -> Option<Date> {
    if cell.len() == 6 {
        let [year, month, day] = pairs(cell)?;
        return day_of(full_year(year), month, day);
    }
    let cell: &[u8; 8] = cell.try_into().ok()?;
    if !matches!(cell, [b'1', b'9', ..] | [b'2', b'0', ..]) {
        return None;
    }
    day_of(number_of(&cell[..4], 4, 4)?, number_of(&cell[4..6], 2, 2)?, number_of(&cell[6..], 2, 2)?)
}

/// The three numbers of two digits each.
fn pairs(cell: &[u8]) -> Option<[i32; 3]> {
    Some([number_of(cell.get(..2)?, 2, 2)?, number_of(cell.get(2..4)?, 2, 2)?, number_of(cell.get(4..)?, 2, 2)?])
}

/// What the cells of a column say that only all of them together can settle. Sets of small numbers, so that neither
/// order nor repetition matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateEvidence {
    /// Days written as eight digits, by their number modulo 64.
    compact_days: u64,
    /// Their months, likewise.
    compact_months: u64,
    /// The years, months and days of days written as six digits.
    short_years: u128,
    short_months: u32,
    short_days: u32,
    /// First numbers of dates with a short year.
    firsts: u32,
    /// Last numbers of them.
    lasts: u32,
}

impl DateEvidence {
    /// Nothing seen yet.
    pub(super) const NONE: Self = Self {
        compact_days: 0,
        compact_months: 0,
        short_years: 0,
        short_months: 0,
        short_days: 0,
        firsts: 0,
        lasts: 0,
    };

    /// That of both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            compact_days: self.compact_days | other.compact_days,
            compact_months: self.compact_months | other.compact_months,
            short_years: self.short_years | other.short_years,
            short_months: self.short_months | other.short_months,
            short_days: self.short_days | other.short_days,
            firsts: self.firsts | other.firsts,
            lasts: self.lasts | other.lasts,
        }
    }

    /// Takes a day of eight or six digits.
    pub(super) fn take_compact(&mut self, cell: &[u8], day: Date) {
        if let Some([year, month, day]) = pairs(cell).filter(|_| cell.len() == 6) {
            self.short_years |= 1 << year;
            self.short_months |= 1 << month;
            self.short_days |= 1 << day;
            return;
        }
        let months = u32::from(day.year().unsigned_abs()) * 12 + u32::from(day.month().unsigned_abs());
        // Months of 32 days keep days apart that lie near each other.
        self.compact_days |= 1 << ((months * 32 + u32::from(day.day().unsigned_abs())) % 61);
        self.compact_months |= 1 << (months % 61);
    }

    /// Takes the first and last number of a date with a short year.
    pub(super) fn take_short(&mut self, first: i32, last: i32) {
        let bit = |number: i32| u32::try_from(number).ok().and_then(|number| 1_u32.checked_shl(number)).unwrap_or(0);
        self.firsts |= bit(first);
        self.lasts |= bit(last);
    }

    /// Whether chance does not explain that all numbers of a column are days: of numbers with a year in front one in
    /// twenty-seven is a day, and five such are none in ten million. Numbers given one after the other leave a month
    /// only through numbers that are no days.
    ///
    /// Six digits may be codes of three levels, or days with the year behind. So nearly every day of a month must occur, and
    /// half of the months; and in front a number that is no day, or so few that they are not the days of a month.
    pub(super) fn shows_compact_days(self) -> bool {
        const NO_DAYS: u128 = !0xffff_fffe;
        const FEW_YEARS: u32 = 7;
        let long = self.compact_days.count_ones() >= 5 && self.compact_months.count_ones() >= 2;
        let is_year = self.short_years & NO_DAYS != 0 || self.short_years.count_ones() <= FEW_YEARS;
        let short = is_year && self.short_months.count_ones() >= 6 && self.short_days.count_ones() >= 28;
        if self.has_short_days() { short && self.compact_days == 0 } else { long }
    }

    /// Whether some cell is a number of six digits that may be a day.
    pub(super) const fn has_short_days(self) -> bool {
        self.short_days != 0
    }

    /// Whether the short year stands last beyond doubt: more than twelve different numbers stand first, at most three
    /// last, and none of these is how a month begins or ends.
    pub(super) fn shows_year_last(self) -> bool {
        const EDGES_OF_MONTHS: u32 = 1 << 1 | 1 << 28 | 1 << 29 | 1 << 30 | 1 << 31;
        self.firsts.count_ones() > 12 && self.lasts.count_ones() <= 3 && self.lasts & EDGES_OF_MONTHS == 0
    }
}
