//! Parquet and Arrow IPC: typed columns, one batch of records at a time.
//!
//! A column is stored as its type where every value of it fits, and as text otherwise: whole numbers in 64 bits, decimal
//! numbers in 128 bits with the most decimals of any value, dates, times of day in nanoseconds, moments in microseconds (those
//! with a zone in UTC), booleans.
//! Everything behind a batch is made from the cells of its records, so no value can be in the file that no record has.

use std::io::{self, Write};

use polars_arrow::io::ipc::IpcField;
use polars_core::frame::DataFrame;
use polars_core::prelude::{
    Column as Series, CompatLevel, DataType, Field, Int32Chunked, Int64Chunked, Int128Chunked, IntoColumn as _,
    IntoSeries as _, NamedFrom as _, PolarsError, PolarsResult, Schema, TimeUnit, TimeZone,
};
use polars_io::SerWriter as _;
use polars_io::ipc::IpcWriter;
use polars_io::parquet::write::{ParquetCompression, ParquetWriter, StatisticsOptions};
use rayon::prelude::*;

use super::{BATCH, Column, OutputError};
use crate::result::ColumnType;
use crate::stop::Stop;

pub(super) fn write_parquet(
    writer: impl Write,
    columns: &[Column<'_>],
    order: &[u32],
    stop: &Stop,
) -> Result<(), OutputError> {
    parquet(writer, ParquetCompression::Zstd(None), columns, order, stop)
}

/// With the compression as asked: a test looks into the pages.
pub(super) fn parquet(
    writer: impl Write,
    compression: ParquetCompression,
    columns: &[Column<'_>],
    order: &[u32],
    stop: &Stop,
) -> Result<(), OutputError> {
    let cells: Vec<Cells> = columns.iter().map(Cells::of).collect();
    let schema = schema(columns, &cells);
    let parquet = ParquetWriter::new(writer).with_compression(compression);
    let parquet = parquet.with_statistics(StatisticsOptions::empty()).set_parallel(false);
    let mut parquet = parquet.batched(&schema).map_err(io_error)?;
    for records in order.chunks(BATCH) {
        stop.check()?;
        parquet.write_batch(&batch(columns, &cells, records).map_err(io_error)?).map_err(io_error)?;
    }
    parquet.finish().map_err(io_error)?;
    Ok(())
}

pub(super) fn write_arrow(
    writer: impl Write,
    columns: &[Column<'_>],
    order: &[u32],
    stop: &Stop,
) -> Result<(), OutputError> {
    let cells: Vec<Cells> = columns.iter().map(Cells::of).collect();
    let schema = schema(columns, &cells);
    let arrow = IpcWriter::new(writer).with_compat_level(CompatLevel::oldest());
    let plain = columns.iter().map(|_| IpcField { fields: Vec::new(), dictionary_id: None }).collect();
    let mut arrow = arrow.batched(&schema, plain).map_err(io_error)?;
    for records in order.chunks(BATCH) {
        stop.check()?;
        arrow.write_batch(&batch(columns, &cells, records).map_err(io_error)?).map_err(io_error)?;
    }
    arrow.finish().map_err(io_error)?;
    Ok(())
}

/// The values of a column as they are stored, by code.
enum Cells {
    Text,
    Whole(Vec<Option<i64>>),
    Decimal { values: Vec<Option<i128>>, scale: usize },
    Day(Vec<Option<i32>>),
    Clock(Vec<Option<i64>>),
    Moment(Vec<Option<i64>>, Option<TimeZone>),
    Boolean(Vec<Option<bool>>),
}

impl Cells {
    fn of(column: &Column<'_>) -> Self {
        let typed = match column.column_type {
            ColumnType::Integer => all(column, |value| value.parse().ok()).map(Self::Whole),
            ColumnType::Decimal => decimals(column),
            ColumnType::Date => all(column, day).map(Self::Day),
            ColumnType::Time => all(column, clock).map(Self::Clock),
            ColumnType::Timestamp => all(column, moment).map(|values| Self::Moment(values, None)),
            ColumnType::ZonedTimestamp => {
                let in_utc = |value: &str| moment(value.strip_suffix('Z')?);
                all(column, in_utc).map(|values| Self::Moment(values, Some(TimeZone::UTC)))
            }
            ColumnType::Boolean => all(column, |value| value.parse().ok()).map(Self::Boolean),
            ColumnType::Text | ColumnType::Empty => None,
        };
        typed.unwrap_or(Self::Text)
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Text => DataType::String,
            Self::Whole(_) => DataType::Int64,
            Self::Decimal { scale, .. } => DataType::Decimal(DIGITS, *scale),
            Self::Day(_) => DataType::Date,
            Self::Clock(_) => DataType::Time,
            Self::Moment(_, zone) => DataType::Datetime(TimeUnit::Microseconds, zone.clone()),
            Self::Boolean(_) => DataType::Boolean,
        }
    }

    /// The cells of some records.
    fn taken(&self, column: &Column<'_>, records: &[u32]) -> PolarsResult<Series> {
        let name = || column.name.into();
        let codes = || records.iter().map(|&record| column.codes.get(record as usize));
        Ok(match self {
            Self::Text => {
                let cells: Vec<Option<&str>> =
                    codes().map(|code| Some(column.values.get(code)).filter(|value| !value.is_empty())).collect();
                polars_core::prelude::Series::new(name(), cells).into_column()
            }
            Self::Whole(values) => {
                let cells: Int64Chunked = codes().map(|code| values[code as usize]).collect();
                cells.with_name(name()).into_series().into_column()
            }
            Self::Decimal { values, scale } => {
                let cells: Int128Chunked = codes().map(|code| values[code as usize]).collect();
                cells.with_name(name()).into_decimal(DIGITS, *scale)?.into_series().into_column()
            }
            Self::Day(values) => {
                let cells: Int32Chunked = codes().map(|code| values[code as usize]).collect();
                cells.with_name(name()).into_date().into_series().into_column()
            }
            Self::Clock(values) => {
                let cells: Int64Chunked = codes().map(|code| values[code as usize]).collect();
                cells.with_name(name()).into_time().into_series().into_column()
            }
            Self::Moment(values, zone) => {
                let cells: Int64Chunked = codes().map(|code| values[code as usize]).collect();
                cells.with_name(name()).into_datetime(TimeUnit::Microseconds, zone.clone()).into_series().into_column()
            }
            Self::Boolean(values) => {
                let cells: Vec<Option<bool>> = codes().map(|code| values[code as usize]).collect();
                polars_core::prelude::Series::new(name(), cells).into_column()
            }
        })
    }
}

/// Digits of a decimal number.
const DIGITS: usize = 38;

/// Every value read so; `None` where one cannot be.
fn all<T>(column: &Column<'_>, read: impl Fn(&str) -> Option<T>) -> Option<Vec<Option<T>>> {
    let read = |value: &str| if value.is_empty() { Some(None) } else { read(value).map(Some) };
    column.values.iter().map(read).collect()
}

fn decimals(column: &Column<'_>) -> Option<Cells> {
    let decimals = |value: &str| value.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let scale = column.values.iter().map(decimals).max().unwrap_or(0);
    let units = |value: &str| {
        let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
        let digits = format!("{whole}{fraction:0<scale$}");
        let figures = digits.bytes().filter(u8::is_ascii_digit).count();
        (figures <= DIGITS).then(|| digits.parse().ok()).flatten()
    };
    if scale > DIGITS { None } else { all(column, units).map(|values| Cells::Decimal { values, scale }) }
}

/// Days since 1970.
fn day(value: &str) -> Option<i32> {
    let date: jiff::civil::Date = value.parse().ok()?;
    i32::try_from(date.duration_since(jiff::civil::Date::constant(1970, 1, 1)).as_hours() / 24).ok()
}

/// Nanoseconds since midnight.
fn clock(value: &str) -> Option<i64> {
    let time: jiff::civil::Time = value.parse().ok()?;
    i64::try_from(time.duration_since(jiff::civil::Time::midnight()).as_nanos()).ok()
}

/// Microseconds since 1970; `None` for a finer moment.
fn moment(value: &str) -> Option<i64> {
    let moment: jiff::civil::DateTime = value.parse().ok()?;
    let epoch = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let nanoseconds = moment.duration_since(epoch).as_nanos();
    (nanoseconds % 1_000 == 0).then(|| i64::try_from(nanoseconds / 1_000).ok()).flatten()
}

fn schema(columns: &[Column<'_>], cells: &[Cells]) -> Schema {
    columns.iter().zip(cells).map(|(column, cells)| Field::new(column.name.into(), cells.data_type())).collect()
}

fn batch(columns: &[Column<'_>], cells: &[Cells], records: &[u32]) -> PolarsResult<DataFrame> {
    let taken: PolarsResult<Vec<Series>> =
        columns.par_iter().zip(cells).map(|(column, cells)| cells.taken(column, records)).collect();
    DataFrame::new(records.len(), taken?)
}

/// Only what the system said; a message could hold a cell.
fn io_error(error: PolarsError) -> io::Error {
    match error {
        PolarsError::IO { error, .. } => error.kind().into(),
        _ => io::ErrorKind::InvalidData.into(),
    }
}
