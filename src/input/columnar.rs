//! Parquet and Arrow IPC, through polars: slice by slice, column by column.
//!
//! Values are spelled canonically and coded like text, so that the same records give the same values whatever the
//! format. Decoders may panic over damaged files; such a panic ends here as an error without its message, which may
//! quote cells. Parquet is decoded from memory rather than from a memory map, because a map of a file that somebody
//! truncates meanwhile ends the process; only files too large for that are mapped.

use std::fs::File;
use std::io::{Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use polars_arrow::datatypes::ArrowDataType;
use polars_core::prelude::{ArrowSchema, DataFrame, PolarsResult, Series};
use polars_io::SerReader;
use polars_io::mmap::MmapBytesReader;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};
use rayon::prelude::*;

use super::beside;
use super::coder::{CellSink, ColumnCoder};
use super::error::{InputError, shown};
use super::pages::{self, Extent};
use super::read::Collector;
use super::source::SourceFile;
use super::stored::{Account, hash_bytes, hash_file};
use super::typed::{Refusal, push_nested, push_series};
use crate::stop::Progress;

/// Rows of one column that are decoded at once.
const SLICE_ROWS: usize = 1 << 20;

/// Larger Parquet files are mapped instead of read into memory.
const LARGEST_IN_MEMORY: u64 = 4 << 30;

const UNREADABLE: &str = "its parts do not fit together, or it ends too early";

/// Runs a decoder; an error or a panic in it becomes `None`.
pub(super) fn guarded<T>(decode: impl FnOnce() -> PolarsResult<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(decode)).ok()?.ok()
}

pub(super) fn format_error(name: &str, format: &'static str) -> InputError {
    InputError::Format { file: shown(name), format, problem: UNREADABLE }
}

fn open(name: &str, path: &Path) -> Result<File, InputError> {
    File::open(path).map_err(|error| InputError::unreadable(name, &error))
}

fn names(schema: &ArrowSchema) -> Vec<String> {
    schema.iter_names().map(|name| name.trim().to_owned()).collect()
}

/// Column names of a Parquet file.
pub(super) fn parquet_columns(name: &str, path: &Path) -> Result<Vec<String>, InputError> {
    let file = open(name, path)?;
    guarded(|| ParquetReader::new(file).schema().map(|schema| names(&schema)))
        .ok_or_else(|| format_error(name, "Parquet"))
}

/// The bytes of a Parquet file.
enum Stored {
    Memory(Arc<[u8]>),
    Mapped(File),
}

impl Stored {
    /// Reads (or maps) a file and gives its account. It is opened once, so what is hashed is what will be decoded.
    fn load(file: &SourceFile, path: &Path, memory: Option<u64>) -> Result<(Self, Account), InputError> {
        let refuse = |error: std::io::Error| InputError::unreadable(&file.name, &error);
        let largest = memory.map_or(LARGEST_IN_MEMORY, |limit| (limit / 4).min(LARGEST_IN_MEMORY));
        let mut opened = open(&file.name, path)?;
        let length = opened.metadata().map_err(refuse)?.len();
        if length > largest {
            let account = hash_file(&file.name, &file.place, &opened)?;
            return Ok((Self::Mapped(opened), account));
        }
        let mut bytes = Vec::new();
        let refused = |_| refuse(std::io::ErrorKind::OutOfMemory.into());
        bytes.try_reserve_exact(usize::try_from(length).unwrap_or(usize::MAX)).map_err(refused)?;
        opened.read_to_end(&mut bytes).map_err(refuse)?;
        let account = hash_bytes(&file.name, &file.place, &bytes)?;
        Ok((Self::Memory(bytes.into()), account))
    }

    /// Bytes that it holds itself.
    fn bytes(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Mapped(_) => 0,
        }
    }

    /// A reader of its own for one decoder.
    fn reader(&self, name: &str) -> Result<Box<dyn MmapBytesReader>, InputError> {
        match self {
            Self::Memory(bytes) => Ok(Box::new(Cursor::new(Arc::clone(bytes)))),
            Self::Mapped(file) => Ok(Box::new(file.try_clone().map_err(|error| InputError::unreadable(name, &error))?)),
        }
    }
}

/// A Parquet file that is ready to be decoded.
struct Parquet<'a> {
    file: &'a SourceFile,
    stored: Stored,
    metadata: FileMetadataRef,
    /// For every column of the file, whether its timestamps are days.
    days: Vec<bool>,
    /// For every row group what decoding each column takes.
    extents: Vec<Vec<Extent>>,
}

impl<'a> Parquet<'a> {
    /// Reads what the file says of itself, and checks it.
    fn open(file: &'a SourceFile, stored: Stored) -> Result<Self, InputError> {
        let refused = || format_error(&file.name, "Parquet");
        let mut reader = ParquetReader::new(stored.reader(&file.name)?);
        let described = guarded(|| Ok((reader.get_metadata().cloned()?, reader.schema()?)));
        let (metadata, schema) = described.ok_or_else(refused)?;
        let mut rows = 0_usize;
        for group in &metadata.row_groups {
            rows = rows.checked_add(group.num_rows()).ok_or_else(refused)?;
        }
        if rows != metadata.num_rows || schema.len() != file.columns.len() {
            return Err(refused());
        }
        let roots: Vec<&str> = schema.iter_names().map(|name| name.as_str()).collect();
        let reader = stored.reader(&file.name)?;
        let extents = catch_unwind(AssertUnwindSafe(|| pages::extents(reader, &metadata, &roots)));
        let extents = extents.ok().and_then(Result::ok).ok_or_else(refused)?;
        let days = schema.iter_values().map(|field| is_day(field.dtype())).collect();
        Ok(Self { file, stored, metadata, days, extents })
    }

    /// Decodes and codes the same rows of every column: as many columns at once as there are threads, where memory
    /// allows.
    fn take(&self, slice: Slice, collector: &mut Collector<'_>) -> Result<(), InputError> {
        let extents = &self.extents[slice.group];
        let mut needed: Vec<u64> =
            self.file.positions.iter().map(|&position| extents[position].bytes(slice.rows)).collect();
        needed.sort_unstable();
        let is_parallel = collector.afford_together(self.stored.bytes(), &needed)?;
        let stop = collector.stop;
        let take = |(coder, &position): (&mut ColumnCoder, &usize)| {
            stop.check()?;
            let reader = self.stored.reader(&self.file.name)?;
            let frame = decode_parquet(reader, &self.metadata, position, slice.start, slice.rows)
                .ok_or_else(|| damaged(self.file, position))?;
            let series = frame.columns().first().ok_or_else(|| damaged(self.file, position))?.as_materialized_series();
            take_series(self.file, position, coder, series, slice.rows, self.days[position])
        };
        let columns = collector.coders.iter_mut().zip(&self.file.positions);
        let results: Vec<Result<(), InputError>> = if is_parallel {
            columns.collect::<Vec<_>>().into_par_iter().with_max_len(1).map(take).collect()
        } else {
            columns.map(take).collect()
        };
        results.into_iter().collect::<Result<(), _>>()?;
        collector.took(slice.rows as u64)
    }
}

/// Whether timestamps of this type are days, counted in milliseconds.
pub(super) fn is_day(data_type: &ArrowDataType) -> bool {
    matches!(data_type.to_storage(), ArrowDataType::Date64)
}

/// Reads a Parquet file into the columns.
pub(super) fn read_parquet(
    file: &SourceFile,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let path = file.place.path().ok_or_else(|| format_error(&file.name, "Parquet"))?;
    let (stored, account) = Stored::load(file, path, collector.memory)?;
    let parquet = Parquet::open(file, stored)?;
    let metadata = &parquet.metadata;
    let said = metadata.key_value_metadata().iter().flatten();
    let pairs = said.filter_map(|pair| Some((pair.key.as_str(), pair.value.as_deref()?)));
    collector.beside.extend(beside::in_metadata(pairs));
    let groups: Vec<usize> = metadata.row_groups.iter().map(|group| group.num_rows()).collect();
    let mut reported = 0;
    for slice in slices(&groups) {
        parquet.take(slice, collector)?;
        let done = share(account.bytes, slice.start + slice.rows, metadata.num_rows);
        progress.advance(done - reported);
        reported = done;
    }
    Ok(account)
}

/// The part of `bytes` that `done` of `all` rows stand for.
fn share(bytes: u64, done: usize, all: usize) -> u64 {
    let part = u128::from(bytes) * done as u128 / (all.max(1)) as u128;
    u64::try_from(part).unwrap_or(bytes)
}

/// Rows of one row group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slice {
    group: usize,
    start: usize,
    rows: usize,
}

/// The slices that are decoded one after the other; none spans two row groups.
fn slices(groups: &[usize]) -> impl Iterator<Item = Slice> {
    let starts = groups.iter().scan(0, |next, rows| {
        let start = *next;
        *next += rows;
        Some(start)
    });
    groups.iter().zip(starts).enumerate().flat_map(|(group, (&rows, start))| {
        let offsets = (0..rows).step_by(SLICE_ROWS);
        offsets.map(move |offset| Slice { group, start: start + offset, rows: SLICE_ROWS.min(rows - offset) })
    })
}

fn decode_parquet(
    reader: Box<dyn MmapBytesReader>,
    metadata: &FileMetadataRef,
    column: usize,
    start: usize,
    rows: usize,
) -> Option<DataFrame> {
    guarded(|| {
        let mut reader = ParquetReader::new(reader);
        reader.set_metadata(Arc::clone(metadata));
        // This strategy passes over the row groups outside of the slice without decoding them.
        reader
            .with_projection(Some(vec![column]))
            .with_slice(Some((start, rows)))
            .read_parallel(ParallelStrategy::RowGroups)
            .finish()
    })
}

pub(super) fn damaged(file: &SourceFile, column: usize) -> InputError {
    let column = shown(file.columns.get(column).map_or("?", String::as_str));
    InputError::DamagedColumn { file: shown(&file.name), column, problem: "it cannot be decoded" }
}

/// Codes one slice of a column. `is_day` says that its timestamps are days, counted in milliseconds.
pub(super) fn take_series(
    file: &SourceFile,
    position: usize,
    coder: &mut ColumnCoder,
    series: &Series,
    rows: usize,
    is_day: bool,
) -> Result<(), InputError> {
    let name = || shown(&file.columns[position]);
    if series.len() != rows {
        let problem = "it has another number of values than the file has records";
        return Err(InputError::DamagedColumn { file: shown(&file.name), column: name(), problem });
    }
    let take = |coder: &mut ColumnCoder| {
        catch_unwind(AssertUnwindSafe(|| coder.take_with(|sink| push_series(series, is_day, sink))))
    };
    let mut pushed = take(coder);
    // A column that nobody asked for is no reason to refuse the file: it is searched, and not coded.
    if matches!(pushed, Ok(Err(Refusal::Nested | Refusal::Unsupported(_)))) && coder.let_go() {
        pushed = take(coder);
    }
    match pushed {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Refusal::Nested)) => Err(InputError::Nested { file: shown(&file.name), column: name() }),
        Ok(Err(Refusal::Unsupported(found))) => {
            Err(InputError::UnsupportedValues { file: shown(&file.name), column: name(), found })
        }
        Ok(Err(Refusal::Damaged)) | Err(_) => Err(damaged(file, position)),
    }
}

/// Takes a column of lists or structures, of which only the missing cells count, without decoding it.
pub(super) fn take_nested(
    file: &SourceFile,
    position: usize,
    coder: &mut ColumnCoder,
    rows: usize,
    nulls: usize,
) -> Result<(), InputError> {
    let push = |sink: &mut CellSink<'_>| push_nested(rows, nulls, sink);
    let mut pushed = coder.take_with(push);
    if pushed.is_err() && coder.let_go() {
        pushed = coder.take_with(push);
    }
    pushed.map_err(|_| InputError::Nested { file: shown(&file.name), column: shown(&file.columns[position]) })
}
