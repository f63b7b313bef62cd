//! Parquet and Arrow IPC: typed columns, one batch of records at a time.
//!
//! A column is stored as its type where every value of it fits, and as text otherwise: whole numbers in 64 bits, decimal
//! numbers in 128 bits with the most decimals of any value, dates, times of day in nanoseconds, moments in microseconds (those
//! with a zone in UTC), booleans.
//! Everything behind a batch is made from the cells of its records, so no value can be in the file that no record has.

use std::io::{self, Write};
use std::sync::Arc;

use polars_arrow::array::{Array, BooleanArray, PrimitiveArray, Utf8Array};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit};
use polars_arrow::io::ipc::IpcField;
use polars_arrow::io::ipc::write::{FileWriter as ArrowWriter, WriteOptions as ArrowOptions};
use polars_arrow::record_batch::RecordBatchT;
use polars_arrow::types::NativeType;
use polars_error::{PolarsError, PolarsResult};
use polars_parquet::write::{
    CompressionOptions, FileWriter as ParquetWriter, StatisticsOptions, Version, WriteOptions, get_dtype_encoding,
    row_group_iter,
};
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
    parquet(writer, CompressionOptions::Zstd(None), columns, order, stop)
}

/// With the compression as asked: a test looks into the pages.
pub(super) fn parquet(
    writer: impl Write,
    compression: CompressionOptions,
    columns: &[Column<'_>],
    order: &[u32],
    stop: &Stop,
) -> Result<(), OutputError> {
    let cells: Vec<Cells> = columns.iter().map(Cells::of).collect();
    let schema = schema(columns, &cells);
    let statistics = StatisticsOptions::empty();
    let options = WriteOptions { statistics, compression, version: Version::V1, data_page_size: None };
    let encodings = schema.iter_values().map(|field| get_dtype_encoding(field.dtype())).collect();
    let mut parquet = ParquetWriter::try_new(writer, schema, options).map_err(io_error)?;
    for records in order.chunks(BATCH) {
        stop.check()?;
        let batch = batch(columns, &cells, records).map_err(io_error)?;
        let fields = parquet.parquet_schema().fields().to_vec();
        let group = row_group_iter(batch, Clone::clone(&encodings), fields, options);
        parquet.write(records.len() as u64, group).map_err(io_error)?;
    }
    parquet.end(None).map_err(io_error)?;
    Ok(())
}

pub(super) fn write_arrow(
    writer: impl Write,
    columns: &[Column<'_>],
    order: &[u32],
    stop: &Stop,
) -> Result<(), OutputError> {
    let cells: Vec<Cells> = columns.iter().map(Cells::of).collect();
    let schema = Arc::new(schema(columns, &cells));
    let plain = columns.iter().map(|_| IpcField { fields: Vec::new(), dictionary_id: None }).collect();
    let options = ArrowOptions { compression: None };
    let mut arrow = ArrowWriter::try_new(writer, schema, Some(plain), options).map_err(io_error)?;
    for records in order.chunks(BATCH) {
        stop.check()?;
        arrow.write(&batch(columns, &cells, records).map_err(io_error)?, None).map_err(io_error)?;
    }
    arrow.finish().map_err(io_error)?;
    Ok(())
}

/// The values of a column as they are stored, by code.
enum Cells {
    Text,
    Whole(Vec<Option<i64>>),
    Decimal {
        values: Vec<Option<i128>>,
        scale: usize,
    },
    Day(Vec<Option<i32>>),
    Clock(Vec<Option<i64>>),
    /// Microseconds since 1970; whether in UTC, or of an unknown zone.
    Moment {
        values: Vec<Option<i64>>,
        in_utc: bool,
    },
    Boolean(Vec<Option<bool>>),
}

impl Cells {
    fn of(column: &Column<'_>) -> Self {
        let typed = match column.column_type {
            ColumnType::Integer => all(column, |value| value.parse().ok()).map(Self::Whole),
            ColumnType::Decimal => decimals(column),
            ColumnType::Date => all(column, day).map(Self::Day),
            ColumnType::Time => all(column, clock).map(Self::Clock),
            ColumnType::Timestamp => all(column, moment).map(|values| Self::Moment { values, in_utc: false }),
            ColumnType::ZonedTimestamp => {
                let in_utc = |value: &str| moment(value.strip_suffix('Z')?);
                all(column, in_utc).map(|values| Self::Moment { values, in_utc: true })
            }
            ColumnType::Boolean => all(column, |value| value.parse().ok()).map(Self::Boolean),
            ColumnType::Text | ColumnType::Empty => None,
        };
        typed.unwrap_or(Self::Text)
    }

    fn data_type(&self) -> ArrowDataType {
        match self {
            Self::Text => ArrowDataType::LargeUtf8,
            Self::Whole(_) => ArrowDataType::Int64,
            Self::Decimal { scale, .. } => ArrowDataType::Decimal(DIGITS, *scale),
            Self::Day(_) => ArrowDataType::Date32,
            Self::Clock(_) => ArrowDataType::Time64(TimeUnit::Nanosecond),
            Self::Moment { in_utc, .. } => {
                ArrowDataType::Timestamp(TimeUnit::Microsecond, in_utc.then(|| "UTC".into()))
            }
            Self::Boolean(_) => ArrowDataType::Boolean,
        }
    }

    /// The cells of some records.
    fn taken(&self, column: &Column<'_>, records: &[u32]) -> Box<dyn Array> {
        let codes = || records.iter().map(|&record| column.codes.get(record as usize));
        match self {
            Self::Text => {
                let value = |code| Some(column.values.get(code)).filter(|value| !value.is_empty());
                Utf8Array::<i64>::from_iter(codes().map(value)).boxed()
            }
            Self::Whole(values) | Self::Clock(values) | Self::Moment { values, .. } => self.numbers(values, codes()),
            Self::Decimal { values, .. } => self.numbers(values, codes()),
            Self::Day(values) => self.numbers(values, codes()),
            Self::Boolean(values) => BooleanArray::from_iter(codes().map(|code| values[code as usize])).boxed(),
        }
    }

    /// The numbers behind some codes.
    fn numbers<T: NativeType>(&self, values: &[Option<T>], codes: impl Iterator<Item = u32>) -> Box<dyn Array> {
        let numbers = PrimitiveArray::from_iter(codes.map(|code| values[code as usize]));
        numbers.to(self.data_type()).boxed()
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

fn schema(columns: &[Column<'_>], cells: &[Cells]) -> ArrowSchema {
    let fields = columns.iter().zip(cells);
    fields.map(|(column, cells)| Field::new(column.name.into(), cells.data_type(), true)).collect()
}

fn batch(columns: &[Column<'_>], cells: &[Cells], records: &[u32]) -> PolarsResult<RecordBatchT<Box<dyn Array>>> {
    let taken: Vec<Box<dyn Array>> =
        columns.par_iter().zip(cells).map(|(column, cells)| cells.taken(column, records)).collect();
    RecordBatchT::try_new(records.len(), Arc::new(schema(columns, cells)), taken)
}

/// Only what the system said; a message could hold a cell.
fn io_error(error: PolarsError) -> io::Error {
    match error {
        PolarsError::IO { error, .. } => error.kind().into(),
        _ => io::ErrorKind::InvalidData.into(),
    }
}
