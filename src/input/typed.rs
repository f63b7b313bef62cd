//! Typed values to cells: one spelling for every value, the one that text would have.

use std::fmt::Write as _;
use std::hash::Hash;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};
use polars_core::prelude::{DataType, Series, TimeUnit};

use super::cells::LONGEST_CELL;
use super::coder::CellSink;

/// Why a column cannot become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It holds lists or structures.
    Nested,
    /// It holds values that have no spelling.
    Unsupported(&'static str),
    /// The decoder gave something other than it promised.
    Damaged,
}

/// Pushes integers of one physical type.
macro_rules! push_integers {
    ($series:expr, $typed:ident, $sink:expr) => {{
        let values = $series.$typed().map_err(|_| Refusal::Damaged)?;
        values.iter().for_each(|value| match value {
            Some(number) => $sink.push_integer(i64::from(number)),
            None => $sink.push(b""),
        });
        Ok(())
    }};
}

/// Pushes every value of a series. `is_day` says that its timestamps are days, counted in milliseconds.
pub(super) fn push_series(series: &Series, is_day: bool, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    let broken = |_| Refusal::Damaged;
    match series.dtype() {
        DataType::Int8 => push_integers!(series, i8, sink),
        DataType::Int16 => push_integers!(series, i16, sink),
        DataType::Int32 => push_integers!(series, i32, sink),
        DataType::Int64 => push_integers!(series, i64, sink),
        DataType::UInt8 => push_integers!(series, u8, sink),
        DataType::UInt16 => push_integers!(series, u16, sink),
        DataType::UInt32 => push_integers!(series, u32, sink),
        DataType::UInt64 => {
            push_spelled(series.u64().map_err(broken)?.iter(), sink, |number, cell| write!(cell, "{number}").ok())
        }
        DataType::Float32 => {
            let bits = series.f32().map_err(broken)?.iter().map(|value| value.filter(|value| !value.is_nan()));
            push_spelled(bits.map(|value| value.map(f32::to_bits)), sink, |bits, cell| {
                write!(cell, "{}", f32::from_bits(bits)).ok()
            })
        }
        DataType::Float64 => {
            let bits = series.f64().map_err(broken)?.iter().map(|value| value.filter(|value| !value.is_nan()));
            push_spelled(bits.map(|value| value.map(f64::to_bits)), sink, |bits, cell| {
                write!(cell, "{}", f64::from_bits(bits)).ok()
            })
        }
        DataType::Decimal(_, scale) => {
            let values = series.decimal().map_err(broken)?;
            push_spelled(values.physical().iter(), sink, |unscaled, cell| write_decimal(unscaled, *scale, cell))
        }
        DataType::Boolean => {
            let spelled = |value| if value { &b"true"[..] } else { b"false" };
            series.bool().map_err(broken)?.iter().for_each(|value| sink.push(value.map_or(b"", spelled)));
            Ok(())
        }
        DataType::String => {
            let values = series.str().map_err(broken)?.iter();
            values.map(Option::unwrap_or_default).try_for_each(|value| push_text(value.as_bytes(), sink))
        }
        DataType::Binary => push_bytes(series, sink),
        DataType::Date => push_spelled(series.date().map_err(broken)?.physical().iter(), sink, write_date),
        DataType::Time => push_spelled(series.time().map_err(broken)?.physical().iter(), sink, write_time),
        DataType::Datetime(unit, zone) => {
            let values = series.datetime().map_err(broken)?.physical().iter();
            let suffix = if zone.is_some() { "Z" } else { "" };
            push_spelled(values, sink, |count, cell| match day_of(count, *unit).filter(|_| is_day) {
                Some(day) => write_date(day, cell),
                None => write_timestamp(count, *unit, suffix, cell),
            })
        }
        DataType::Duration(_) => {
            push_spelled(series.duration().map_err(broken)?.physical().iter(), sink, |count, cell| {
                write!(cell, "{count}").ok()
            })
        }
        DataType::Null => {
            (0..series.len()).for_each(|_| sink.push(b""));
            Ok(())
        }
        DataType::Categorical(..) | DataType::Enum(..) => {
            let text = series.cast(&DataType::String).map_err(broken)?;
            text.str().map_err(broken)?.iter().for_each(|value| sink.push(value.unwrap_or_default().as_bytes()));
            Ok(())
        }
        DataType::List(_) | DataType::Struct(_) => push_nested(series.len(), series.null_count(), sink),
        _ => Err(Refusal::Unsupported("values of an unknown type")),
    }
}

/// Pushes values, each spelled once as long as the sink gives codes. `None` is missing.
fn push_spelled<T: Copy + Eq + Hash>(
    values: impl Iterator<Item = Option<T>>,
    sink: &mut CellSink<'_>,
    spell: impl Fn(T, &mut String) -> Option<()>,
) -> Result<(), Refusal> {
    let mut known: HashMap<T, u32, FixedState> = HashMap::default();
    let mut cell = String::new();
    for value in values {
        let Some(value) = value else {
            sink.push(b"");
            continue;
        };
        if let Some(&code) = known.get(&value) {
            sink.push_code(code);
            continue;
        }
        cell.clear();
        if spell(value, &mut cell).is_none() {
            push_unspelled(sink, Refusal::Unsupported("dates or times outside the supported range"))?;
            continue;
        }
        sink.push(cell.as_bytes());
        if let Some(code) = sink.last_code() {
            known.insert(value, code);
        }
    }
    Ok(())
}

/// Pushes text, unless it is longer than a field of a text file may be.
fn push_text(text: &[u8], sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    if text.len() > LONGEST_CELL {
        return push_unspelled(sink, Refusal::Unsupported("a value larger than 16 MiB"));
    }
    sink.push(text);
    Ok(())
}

/// Pushes bytes that are text.
fn push_bytes(series: &Series, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    for value in series.binary().map_err(|_| Refusal::Damaged)?.iter() {
        let value = value.unwrap_or_default();
        match std::str::from_utf8(value) {
            Ok(_) => push_text(value, sink)?,
            Err(_) => push_unspelled(sink, Refusal::Unsupported("bytes that are not text"))?,
        }
    }
    Ok(())
}

/// A value without a spelling cannot be coded; where only missing cells count it is some text.
fn push_unspelled(sink: &mut CellSink<'_>, refusal: Refusal) -> Result<(), Refusal> {
    if sink.gives_codes() {
        return Err(refusal);
    }
    sink.push(b"[]");
    Ok(())
}

/// Nested values cannot be coded; where only missing cells count, neither their content nor their order matters.
pub(super) fn push_nested(rows: usize, nulls: usize, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    if sink.gives_codes() {
        return Err(Refusal::Nested);
    }
    (0..rows).for_each(|row| sink.push(if row < nulls { b"" } else { b"[]" }));
    Ok(())
}

/// The day that a count of milliseconds stands for; `None` where it is none.
fn day_of(count: i64, unit: TimeUnit) -> Option<i32> {
    const DAY: i64 = 86_400_000;
    let is_whole = unit == TimeUnit::Milliseconds && count % DAY == 0;
    i32::try_from(count / DAY).ok().filter(|_| is_whole)
}

fn write_decimal(unscaled: i128, scale: usize, cell: &mut String) -> Option<()> {
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    write!(cell, "{sign}{whole}{point}{fraction}").ok()
}

fn write_date(days: i32, cell: &mut String) -> Option<()> {
    let span = 0.days().try_days(days).ok()?;
    let date = Date::constant(1970, 1, 1).checked_add(span).ok()?;
    write!(cell, "{date}").ok()
}

fn write_time(nanoseconds: i64, cell: &mut String) -> Option<()> {
    let time = Time::midnight().checked_add(SignedDuration::from_nanos(nanoseconds)).ok()?;
    write!(cell, "{time}").ok()
}

fn write_timestamp(count: i64, unit: TimeUnit, suffix: &str, cell: &mut String) -> Option<()> {
    // The decoder of old 96-bit timestamps puts all that do not fit into 64 bits on the ends of the range, where
    // different instants would become one value.
    if count == i64::MAX || count == i64::MIN {
        return None;
    }
    let since = match unit {
        TimeUnit::Nanoseconds => SignedDuration::from_nanos(count),
        TimeUnit::Microseconds => SignedDuration::from_micros(count),
        TimeUnit::Milliseconds => SignedDuration::from_millis(count),
    };
    let timestamp = DateTime::constant(1970, 1, 1, 0, 0, 0, 0).checked_add(since).ok()?;
    write!(cell, "{timestamp}{suffix}").ok()
}
