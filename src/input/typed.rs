//! Typed values to cells: one spelling for every value, the one that text would have.

use std::fmt::Write as _;
use std::hash::Hash;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};
use polars_arrow::array::{
    Array, BinaryArray, BinaryViewArray, BooleanArray, DictionaryArray, DictionaryKey, FixedSizeBinaryArray,
    FixedSizeListArray, ListArray, MapArray, PrimitiveArray, StructArray, Utf8Array, Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, IntegerType, PhysicalType, TimeUnit};
use polars_arrow::types::NativeType;

use super::arrow_check::is_nested;
use super::beside::Outside;
use super::cells::LONGEST_CELL;
use super::coder::{Beneath, CellSink, Within};

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

/// Numbers of more digits are refused.
const MOST_DIGITS: usize = 38;

/// What has no spelling.
const NOT_SPELLED: &str = "numbers of more than 38 digits, half-precision floats or intervals";

/// Values of one type as they were decoded, piece by piece.
pub(super) type Pieces = [Box<dyn Array>];

/// Pushes every value of a column of this type.
pub(super) fn push_values(pieces: &Pieces, data_type: &ArrowDataType, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    use ArrowDataType as Type;
    match data_type.to_storage() {
        Type::Int8 => push_integers::<i8>(pieces, sink),
        Type::Int16 => push_integers::<i16>(pieces, sink),
        Type::Int32 => push_integers::<i32>(pieces, sink),
        Type::Int64 => push_integers::<i64>(pieces, sink),
        Type::UInt8 => push_integers::<u8>(pieces, sink),
        Type::UInt16 => push_integers::<u16>(pieces, sink),
        Type::UInt32 => push_integers::<u32>(pieces, sink),
        Type::UInt64 => push_spelled(numbers::<u64>(pieces)?, sink, |number, cell| write!(cell, "{number}").ok()),
        Type::Float32 => {
            let bits = numbers::<f32>(pieces)?.map(|value| value.filter(|value| !value.is_nan()).map(f32::to_bits));
            push_spelled(bits, sink, |bits, cell| write!(cell, "{}", f32::from_bits(bits)).ok())
        }
        Type::Float64 => {
            let bits = numbers::<f64>(pieces)?.map(|value| value.filter(|value| !value.is_nan()).map(f64::to_bits));
            push_spelled(bits, sink, |bits, cell| write!(cell, "{}", f64::from_bits(bits)).ok())
        }
        Type::Decimal32(digits, scale) => push_decimals(numbers::<i32>(pieces)?, *digits, *scale, sink),
        Type::Decimal64(digits, scale) => push_decimals(numbers::<i64>(pieces)?, *digits, *scale, sink),
        Type::Decimal(digits, scale) => push_decimals(numbers::<i128>(pieces)?, *digits, *scale, sink),
        Type::Boolean => {
            let spelled = |value| if value { &b"true"[..] } else { b"false" };
            let values = all::<BooleanArray>(pieces)?.into_iter().flatten();
            values.for_each(|value| sink.push(value.map_or(b"", spelled)));
            Ok(())
        }
        Type::Utf8 | Type::LargeUtf8 | Type::Utf8View => push_texts(pieces, data_type.to_storage(), sink),
        Type::Binary | Type::LargeBinary | Type::BinaryView | Type::FixedSizeBinary(_) => {
            push_bytes(pieces, data_type.to_storage(), sink)
        }
        Type::Null => {
            (0..length(pieces)).for_each(|_| sink.push(b""));
            Ok(())
        }
        Type::Dictionary(keys, values, _) => push_decoded(pieces, *keys, values, sink),
        Type::List(_) | Type::LargeList(_) | Type::FixedSizeList(..) | Type::Struct(_) | Type::Map(..) => {
            push_within(pieces, sink)
        }
        Type::Decimal256(..) | Type::Float16 | Type::Interval(_) => push_missing_alone(pieces, sink, NOT_SPELLED),
        time => push_times(pieces, time, sink),
    }
}

/// Searches all values of a dictionary. Records need not have each of them, and they leave with the file all the same.
pub(super) fn search_values(values: &dyn Array, outside: &mut Outside) {
    // A value without a spelling is told where a record has it.
    let _ = push_values(&[values.to_boxed()], values.dtype(), &mut CellSink::Outside(outside));
}

/// Searches what lies in cells that are missing: a format that keeps a mark for them may keep their values, too. Of nested
/// values nothing is searched, nor of keys, whose dictionary is.
pub(super) fn search_beneath(pieces: &Pieces, outside: &mut Outside) {
    for piece in pieces {
        let Some(validity) = piece.validity().filter(|validity| validity.unset_bits() > 0) else { continue };
        let is_flat = !matches!(piece.dtype().to_physical_type(), PhysicalType::Dictionary(_));
        if is_flat && !is_nested(piece.dtype()) {
            let beneath = Beneath { outside, validity, row: 0 };
            let _ = push_values(&[piece.with_validity(None)], piece.dtype(), &mut CellSink::Beneath(beneath));
        }
    }
}

/// Pushes dates, times of day, moments and durations.
fn push_times(pieces: &Pieces, data_type: &ArrowDataType, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    use ArrowDataType as Type;
    match data_type {
        Type::Date32 => push_spelled(numbers::<i32>(pieces)?, sink, write_date),
        // Days, counted in milliseconds.
        Type::Date64 => push_spelled(numbers::<i64>(pieces)?, sink, |count, cell| match day_of(count) {
            Some(day) => write_date(day, cell),
            None => write_timestamp(count, TimeUnit::Millisecond, "", cell),
        }),
        Type::Time32(unit) => {
            push_spelled(numbers::<i32>(pieces)?, sink, |count, cell| write_time(i64::from(count), *unit, cell))
        }
        Type::Time64(unit) => push_spelled(numbers::<i64>(pieces)?, sink, |count, cell| write_time(count, *unit, cell)),
        Type::Timestamp(unit, zone) => {
            let suffix = if zone.as_ref().is_some_and(|zone| !zone.is_empty()) { "Z" } else { "" };
            push_spelled(numbers::<i64>(pieces)?, sink, |count, cell| write_timestamp(count, *unit, suffix, cell))
        }
        Type::Duration(unit) => push_spelled(numbers::<i64>(pieces)?, sink, |count, cell| {
            let count = if *unit == TimeUnit::Second { count.checked_mul(1_000)? } else { count };
            write!(cell, "{count}").ok()
        }),
        _ => push_missing_alone(pieces, sink, "values of an unknown type"),
    }
}

fn length(pieces: &Pieces) -> usize {
    pieces.iter().map(|piece| piece.len()).sum()
}

/// The pieces as what they must be.
fn all<A: Array + 'static>(pieces: &Pieces) -> Result<Vec<&A>, Refusal> {
    pieces.iter().map(|piece| piece.as_any().downcast_ref().ok_or(Refusal::Damaged)).collect()
}

fn numbers<T: NativeType>(pieces: &Pieces) -> Result<impl Iterator<Item = Option<T>>, Refusal> {
    let pieces = all::<PrimitiveArray<T>>(pieces)?;
    Ok(pieces.into_iter().flat_map(|piece| piece.iter().map(Option::<&T>::copied)))
}

/// Pushes integers of one physical type.
fn push_integers<T: NativeType + Into<i64>>(pieces: &Pieces, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    for piece in all::<PrimitiveArray<T>>(pieces)? {
        piece.iter().for_each(|value| match value {
            Some(&number) => sink.push_integer(number.into()),
            None => sink.push(b""),
        });
    }
    Ok(())
}

/// Pushes decimal numbers of so many digits, so many of them behind the point.
fn push_decimals<T: Copy + Eq + Hash + Into<i128>>(
    values: impl Iterator<Item = Option<T>>,
    digits: usize,
    scale: usize,
    sink: &mut CellSink<'_>,
) -> Result<(), Refusal> {
    let is_known = (1..=MOST_DIGITS).contains(&digits) && scale <= digits;
    push_spelled(values, sink, |unscaled, cell| is_known.then(|| write_decimal(unscaled.into(), scale, cell)).flatten())
}

/// Pushes the values of this type behind the keys of dictionaries.
fn push_decoded(
    pieces: &Pieces,
    keys: IntegerType,
    values: &ArrowDataType,
    sink: &mut CellSink<'_>,
) -> Result<(), Refusal> {
    match keys {
        IntegerType::Int8 => push_dictionaries::<i8>(pieces, values, sink),
        IntegerType::Int16 => push_dictionaries::<i16>(pieces, values, sink),
        IntegerType::Int32 => push_dictionaries::<i32>(pieces, values, sink),
        IntegerType::Int64 => push_dictionaries::<i64>(pieces, values, sink),
        IntegerType::UInt8 => push_dictionaries::<u8>(pieces, values, sink),
        IntegerType::UInt16 => push_dictionaries::<u16>(pieces, values, sink),
        IntegerType::UInt32 => push_dictionaries::<u32>(pieces, values, sink),
        IntegerType::UInt64 => push_dictionaries::<u64>(pieces, values, sink),
        IntegerType::Int128 | IntegerType::UInt128 => Err(Refusal::Unsupported("values of an unknown type")),
    }
}

/// Pushes each value of a dictionary once as long as the sink gives codes. A key that is missing or beyond the dictionary
/// stands for no value: the first is a missing cell, the second damage.
fn push_dictionaries<K: DictionaryKey>(
    pieces: &Pieces,
    data_type: &ArrowDataType,
    sink: &mut CellSink<'_>,
) -> Result<(), Refusal> {
    for piece in all::<DictionaryArray<K>>(pieces)? {
        let values = piece.values();
        let mut known: Vec<Option<u32>> = vec![None; values.len()];
        for key in piece.keys() {
            let Some(&key) = key else {
                sink.push(b"");
                continue;
            };
            let key: usize = key.try_into().map_err(|_| Refusal::Damaged)?;
            if let Some(code) = *known.get(key).ok_or(Refusal::Damaged)? {
                sink.push_code(code);
                continue;
            }
            push_values(&[values.sliced(key, 1)], data_type, sink)?;
            known[key] = sink.last_code();
        }
    }
    Ok(())
}

/// Pushes values without a spelling: where only missing cells count, the others are some text.
fn push_missing_alone(pieces: &Pieces, sink: &mut CellSink<'_>, what: &'static str) -> Result<(), Refusal> {
    let nulls = pieces.iter().map(|piece| piece.null_count()).sum();
    push_nested(length(pieces), nulls, sink).map_err(|_| Refusal::Unsupported(what))
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

/// Pushes text of one of three storages.
fn push_texts(pieces: &Pieces, storage: &ArrowDataType, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    fn push<'a>(texts: impl Iterator<Item = Option<&'a str>>, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
        texts.map(Option::unwrap_or_default).try_for_each(|text| push_text(text.as_bytes(), sink))
    }
    match storage {
        ArrowDataType::Utf8 => push(all::<Utf8Array<i32>>(pieces)?.into_iter().flatten(), sink),
        ArrowDataType::LargeUtf8 => push(all::<Utf8Array<i64>>(pieces)?.into_iter().flatten(), sink),
        _ => push(all::<Utf8ViewArray>(pieces)?.into_iter().flatten(), sink),
    }
}

/// Pushes bytes that are text, of one of four storages.
fn push_bytes(pieces: &Pieces, storage: &ArrowDataType, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    fn push<'a>(values: impl Iterator<Item = Option<&'a [u8]>>, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
        for value in values.map(Option::unwrap_or_default) {
            if std::str::from_utf8(value).is_ok() {
                push_text(value, sink)?;
            } else {
                let visible = String::from_utf8_lossy(value);
                push_visible(visible.as_bytes(), sink, Refusal::Unsupported("bytes that are not text"))?;
            }
        }
        Ok(())
    }
    match storage {
        ArrowDataType::Binary => push(all::<BinaryArray<i32>>(pieces)?.into_iter().flatten(), sink),
        ArrowDataType::LargeBinary => push(all::<BinaryArray<i64>>(pieces)?.into_iter().flatten(), sink),
        ArrowDataType::FixedSizeBinary(_) => {
            push(all::<FixedSizeBinaryArray>(pieces)?.into_iter().flat_map(FixedSizeBinaryArray::iter), sink)
        }
        _ => push(all::<BinaryViewArray>(pieces)?.into_iter().flatten(), sink),
    }
}

/// A value without a spelling cannot be coded; where only missing cells count it is some text that was not read.
fn push_unspelled(sink: &mut CellSink<'_>, refusal: Refusal) -> Result<(), Refusal> {
    push_visible(b"", sink, refusal)
}

/// [`push_unspelled`] of a value of which so much can be searched.
fn push_visible(visible: &[u8], sink: &mut CellSink<'_>, refusal: Refusal) -> Result<(), Refusal> {
    if sink.gives_codes() {
        return Err(refusal);
    }
    sink.push_unread(visible);
    Ok(())
}

/// Nested values that are not decoded cannot be coded; where only missing cells count, their order does not matter.
pub(super) fn push_nested(rows: usize, nulls: usize, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    if sink.gives_codes() {
        return Err(Refusal::Nested);
    }
    for row in 0..rows {
        if row < nulls { sink.push(b"") } else { sink.push_unread(b"") }
    }
    Ok(())
}

/// Nested values cannot be coded; where only missing cells count, all that each holds is one text to be searched.
fn push_within(pieces: &Pieces, sink: &mut CellSink<'_>) -> Result<(), Refusal> {
    if sink.gives_codes() {
        return Err(Refusal::Nested);
    }
    for piece in pieces {
        for row in 0..piece.len() {
            if piece.is_null(row) {
                sink.push(b"");
                continue;
            }
            let mut within = Within::new();
            add_value(piece.as_ref(), row, &mut within)?;
            sink.push_within(within);
        }
    }
    Ok(())
}

/// Adds what a value holds, in its order; of one that is null nothing.
fn add_value(array: &dyn Array, row: usize, within: &mut Within) -> Result<(), Refusal> {
    use ArrowDataType as Type;
    fn of<A: Array + 'static>(array: &dyn Array) -> Result<&A, Refusal> {
        array.as_any().downcast_ref().ok_or(Refusal::Damaged)
    }
    if array.is_null(row) {
        return Ok(());
    }
    let (values, range) = match array.dtype().to_storage() {
        Type::Struct(_) => {
            let fields = of::<StructArray>(array)?.values();
            return fields.iter().try_for_each(|field| add_value(field.as_ref(), row, within));
        }
        Type::List(_) => {
            let list = of::<ListArray<i32>>(array)?;
            let (start, end) = list.offsets().start_end(row);
            (list.values(), start..end)
        }
        Type::LargeList(_) => {
            let list = of::<ListArray<i64>>(array)?;
            let (start, end) = list.offsets().start_end(row);
            (list.values(), start..end)
        }
        Type::FixedSizeList(..) => {
            let list = of::<FixedSizeListArray>(array)?;
            (list.values(), row * list.size()..(row + 1) * list.size())
        }
        Type::Map(..) => {
            let map = of::<MapArray>(array)?;
            let (start, end) = map.offsets().start_end(row);
            (map.field(), start..end)
        }
        flat => return push_values(&[array.sliced(row, 1)], flat, &mut CellSink::Within(within)),
    };
    range.into_iter().try_for_each(|place| add_value(values.as_ref(), place, within))
}

/// The day that a count of milliseconds stands for; `None` where it is none.
fn day_of(count: i64) -> Option<i32> {
    const DAY: i64 = 86_400_000;
    i32::try_from(count / DAY).ok().filter(|_| count % DAY == 0)
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

/// So many of these units.
fn span(count: i64, unit: TimeUnit) -> SignedDuration {
    match unit {
        TimeUnit::Second => SignedDuration::from_secs(count),
        TimeUnit::Millisecond => SignedDuration::from_millis(count),
        TimeUnit::Microsecond => SignedDuration::from_micros(count),
        TimeUnit::Nanosecond => SignedDuration::from_nanos(count),
    }
}

fn write_time(count: i64, unit: TimeUnit, cell: &mut String) -> Option<()> {
    let time = Time::midnight().checked_add(span(count, unit)).ok()?;
    write!(cell, "{time}").ok()
}

fn write_timestamp(count: i64, unit: TimeUnit, suffix: &str, cell: &mut String) -> Option<()> {
    // The decoder of old 96-bit timestamps puts all that do not fit into 64 bits on the ends of the range, where
    // different instants would become one value.
    if count == i64::MAX || count == i64::MIN {
        return None;
    }
    let timestamp = DateTime::constant(1970, 1, 1, 0, 0, 0, 0).checked_add(span(count, unit)).ok()?;
    write!(cell, "{timestamp}{suffix}").ok()
}
