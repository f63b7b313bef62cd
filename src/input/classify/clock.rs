//! Times of day, timestamps and zones.

use std::str::from_utf8;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::dates::{DateCell, DateOrder, date};
use super::number_of;

/// A time of day, and whether it is the end of the day (`24:00`), which is midnight of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) time: Time,
    pub(super) ends_day: bool,
}

/// A time of day on 24 or 12 hours; `None` when the text is none.
pub(super) fn clock(text: &[u8]) -> Option<Clock> {
    let colon = text.iter().position(|&byte| byte == b':').filter(|at| (1..=2).contains(at))?;
    let (text, afternoon) = half_of_day(text);
    let hour = number_of(&text[..colon], 1, 2)?;
    let minute = number_of(text.get(colon + 1..colon + 3)?, 2, 2)?;
    let (second, nanosecond) = match text.get(colon + 3..)? {
        [] => (0, 0),
        [b':', tens, ones] => (number_of(&[*tens, *ones], 2, 2)?, 0),
        [b':', tens, ones, b'.' | b',', fraction @ ..] => (number_of(&[*tens, *ones], 2, 2)?, nanoseconds(fraction)?),
        _ => return None,
    };
    let ends_day = hour == 24 && (minute, second, nanosecond) == (0, 0, 0) && afternoon.is_none();
    let hour = match afternoon {
        None if ends_day => 0,
        None => hour,
        Some(afternoon) if (1..=12).contains(&hour) => hour % 12 + if afternoon { 12 } else { 0 },
        Some(_) => return None,
    };
    let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, nanosecond);
    Some(Clock { time: time.ok()?, ends_day })
}

/// Takes `AM` or `p.m.` off the end; whether it is the afternoon.
fn half_of_day(text: &[u8]) -> (&[u8], Option<bool>) {
    const HALVES: [(&str, bool); 4] = [("am", false), ("pm", true), ("a.m.", false), ("p.m.", true)];
    if !matches!(text.last(), Some(b'm' | b'M' | b'.')) {
        return (text, None);
    }
    for (half, afternoon) in HALVES {
        if let Some(at) = text.len().checked_sub(half.len())
            && text[at..].eq_ignore_ascii_case(half.as_bytes())
        {
            let rest = &text[..at];
            // What a 12-hour clock puts before it may be a narrow blank.
            return (from_utf8(rest).map_or(rest, |rest| rest.trim_end().as_bytes()), Some(afternoon));
        }
    }
    (text, None)
}

/// Nanoseconds of a fraction of up to nine digits.
pub(super) fn nanoseconds(fraction: &[u8]) -> Option<i32> {
    let number = number_of(fraction, 1, 9)?;
    let missing = u32::try_from(9 - fraction.len()).ok()?;
    Some(number * 10_i32.pow(missing))
}

/// A date with a time of day as written, and the offset from UTC where it has a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MomentCell {
    pub(super) date: DateCell,
    clock: Clock,
    offset: Option<SignedDuration>,
}

impl MomentCell {
    pub(super) fn is_zoned(&self) -> bool {
        self.offset.is_some()
    }

    /// The moment in this order of the date: as written, or in UTC where it has a zone.
    pub(super) fn moment(&self, order: DateOrder) -> Option<DateTime> {
        self.at(self.date.day(order)?)
    }

    pub(super) fn at(&self, mut day: Date) -> Option<DateTime> {
        if self.clock.ends_day {
            day = day.tomorrow().ok()?;
        }
        let local = DateTime::from_parts(day, self.clock.time);
        self.offset.map_or(Some(local), |offset| local.checked_sub(offset).ok())
    }
}

/// Reads a date with a time of day; `None` when the cell is none in any order.
pub(super) fn moment(cell: &[u8]) -> Option<MomentCell> {
    const LONGEST: usize = 64;
    if cell.len() < 12 || cell.len() > LONGEST {
        return None;
    }
    let Some(colon) = cell.iter().position(|&byte| byte == b':') else { return db2(cell) };
    let digits = cell[..colon].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let start = colon - digits;
    let before = &cell[..start];
    let day = if let Some(day) = before.strip_suffix(b"T") {
        day
    } else {
        let trimmed = from_utf8(before).ok()?.trim_end();
        if trimmed.len() == before.len() {
            return None;
        }
        trimmed.strip_suffix(',').unwrap_or(trimmed).as_bytes()
    };
    let (time, offset) = zone(&cell[start..])?;
    Some(MomentCell { date: date(day)?, clock: clock(time)?, offset })
}

/// A timestamp as DB2 writes it: `2025-05-17-13.45.30.123456`.
fn db2(cell: &[u8]) -> Option<MomentCell> {
    let (day, rest) = cell.split_at_checked(10)?;
    let [b'-', h1, h2, b'.', m1, m2, b'.', s1, s2, rest @ ..] = rest else { return None };
    let mut time = vec![*h1, *h2, b':', *m1, *m2, b':', *s1, *s2];
    time.extend_from_slice(rest);
    Some(MomentCell { date: date(day)?, clock: clock(&time)?, offset: None })
}

/// Takes the zone off the end of a time; `None` when what stands there is none.
fn zone(text: &[u8]) -> Option<(&[u8], Option<SignedDuration>)> {
    for name in ["Z", "UTC", "GMT"] {
        if let Some(time) = text.strip_suffix(name.as_bytes()) {
            return Some((time.trim_ascii_end(), Some(SignedDuration::ZERO)));
        }
    }
    match text.iter().position(|byte| matches!(byte, b'+' | b'-')) {
        Some(at) => Some((text[..at].trim_ascii_end(), Some(offset(&text[at..])?))),
        None => Some((text, None)),
    }
}

/// An offset from UTC.
pub(super) fn offset(text: &[u8]) -> Option<SignedDuration> {
    let (sign, digits) = match text {
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
