//! Parquet and Arrow IPC, through polars: slice by slice, column by column.
//!
//! Values are spelled canonically and coded like text, so that the same records give the same values whatever the
//! format. Decoders may panic over damaged files; such a panic ends here as an error without its message, which may
//! quote cells. Parquet is decoded from memory rather than from a memory map, because a map of a file that somebody
//! truncates meanwhile ends the process; only files too large for that are mapped.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use polars_core::prelude::{ArrowSchema, DataFrame, PolarsResult, Series};
use polars_io::SerReader;
use polars_io::ipc::{IpcReader, IpcStreamReader};
use polars_io::mmap::MmapBytesReader;
use polars_io::parquet::metadata::FileMetadataRef;
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};
use rayon::prelude::*;

use super::beside;
use super::coder::ColumnCoder;
use super::error::{InputError, shown};
use super::read::Collector;
use super::source::SourceFile;
use super::stored::{Account, hash_bytes, hash_file};
use super::typed::{Refusal, push_series};
use crate::stop::Progress;

/// Rows of one column that are decoded at once.
const SLICE_ROWS: usize = 1 << 20;

/// Larger Parquet files are mapped instead of read into memory.
const LARGEST_IN_MEMORY: u64 = 4 << 30;

/// Bytes of an Arrow file whose columns are decoded together.
const ARROW_PASS_BYTES: u64 = 128 << 20;

const UNREADABLE: &str = "its parts do not fit together, or it ends too early";

/// Runs a decoder; an error or a panic in it becomes `None`.
fn guarded<T>(decode: impl FnOnce() -> PolarsResult<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(decode)).ok()?.ok()
}

fn format_error(name: &str, format: &'static str) -> InputError {
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

/// Column names of an Arrow IPC file.
pub(super) fn arrow_file_columns(name: &str, path: &Path) -> Result<Vec<String>, InputError> {
    let file = open(name, path)?;
    guarded(|| IpcReader::new(file).schema().map(|schema| names(&schema))).ok_or_else(|| format_error(name, "Arrow"))
}

/// Column names of an Arrow IPC stream.
pub(super) fn arrow_stream_columns(name: &str, path: &Path) -> Result<Vec<String>, InputError> {
    let file = open(name, path)?;
    guarded(|| IpcStreamReader::new(file).arrow_schema().map(|schema| names(&schema)))
        .ok_or_else(|| format_error(name, "Arrow stream"))
}

/// The bytes of a Parquet file.
enum Stored {
    Memory(Arc<[u8]>),
    Mapped(File),
}

impl Stored {
    /// Reads (or maps) a file and gives its account.
    fn load(file: &SourceFile, path: &Path, memory: Option<u64>) -> Result<(Self, Account), InputError> {
        let largest = memory.map_or(LARGEST_IN_MEMORY, |limit| (limit / 4).min(LARGEST_IN_MEMORY));
        if file.place.bytes().is_some_and(|bytes| bytes > largest) {
            return Ok((Self::Mapped(open(&file.name, path)?), hash_file(&file.name, &file.place)?));
        }
        let bytes = std::fs::read(path).map_err(|error| InputError::unreadable(&file.name, &error))?;
        let account = hash_bytes(&file.name, &file.place, &bytes)?;
        Ok((Self::Memory(bytes.into()), account))
    }

    /// A reader of its own for one decoder.
    fn reader(&self, name: &str) -> Result<Box<dyn MmapBytesReader>, InputError> {
        match self {
            Self::Memory(bytes) => Ok(Box::new(Cursor::new(Arc::clone(bytes)))),
            Self::Mapped(file) => Ok(Box::new(file.try_clone().map_err(|error| InputError::unreadable(name, &error))?)),
        }
    }
}

/// Reads a Parquet file into the columns.
pub(super) fn read_parquet(
    file: &SourceFile,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let path = file.place.path().ok_or_else(|| format_error(&file.name, "Parquet"))?;
    let (stored, account) = Stored::load(file, path, collector.memory)?;
    let reader = stored.reader(&file.name)?;
    let metadata = guarded(|| ParquetReader::new(reader).get_metadata().cloned())
        .ok_or_else(|| format_error(&file.name, "Parquet"))?;
    let mut groups = Vec::with_capacity(metadata.row_groups.len());
    for group in &metadata.row_groups {
        groups.push(group.num_rows());
    }
    if groups.iter().sum::<usize>() != metadata.num_rows {
        return Err(format_error(&file.name, "Parquet"));
    }
    let said = metadata.key_value_metadata().iter().flatten();
    let pairs = said.filter_map(|pair| Some((pair.key.as_str(), pair.value.as_deref()?)));
    collector.beside.extend(beside::in_metadata(pairs));
    let mut reported = 0;
    for (start, rows) in slices(&groups) {
        let decode = |column| {
            let reader = stored.reader(&file.name)?;
            decode_parquet(reader, &metadata, column, start, rows).ok_or_else(|| damaged(file, column))
        };
        take_columns(file, collector, rows, decode)?;
        let done = share(account.bytes, start + rows, metadata.num_rows);
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

/// Start and length of the slices that are decoded one after the other; none spans two row groups.
fn slices(groups: &[usize]) -> Vec<(usize, usize)> {
    let mut slices = Vec::new();
    let mut start = 0;
    for &rows in groups {
        for offset in (0..rows).step_by(SLICE_ROWS) {
            slices.push((start + offset, SLICE_ROWS.min(rows - offset)));
        }
        start += rows;
    }
    slices
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

fn damaged(file: &SourceFile, column: usize) -> InputError {
    let column = shown(file.columns.get(column).map_or("?", String::as_str));
    InputError::DamagedColumn { file: shown(&file.name), column, problem: "it cannot be decoded" }
}

/// Decodes and codes the same rows of every column.
fn take_columns(
    file: &SourceFile,
    collector: &mut Collector<'_>,
    rows: usize,
    decode: impl Fn(usize) -> Result<DataFrame, InputError> + Sync,
) -> Result<(), InputError> {
    let stop = collector.stop;
    let results: Vec<Result<(), InputError>> = collector
        .coders
        .par_iter_mut()
        .zip(&file.positions)
        .with_max_len(1)
        .map(|(coder, &position)| {
            stop.check()?;
            let frame = decode(position)?;
            let series = frame.columns().first().ok_or_else(|| damaged(file, position))?.as_materialized_series();
            take_series(file, position, coder, series, rows)
        })
        .collect();
    results.into_iter().collect::<Result<(), _>>()?;
    collector.took(rows as u64)
}

/// Codes one slice of a column.
fn take_series(
    file: &SourceFile,
    position: usize,
    coder: &mut ColumnCoder,
    series: &Series,
    rows: usize,
) -> Result<(), InputError> {
    let name = || shown(&file.columns[position]);
    if series.len() != rows {
        let problem = "it has another number of values than the file has records";
        return Err(InputError::DamagedColumn { file: shown(&file.name), column: name(), problem });
    }
    let take =
        |coder: &mut ColumnCoder| catch_unwind(AssertUnwindSafe(|| coder.take_with(|sink| push_series(series, sink))));
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

/// Reads an Arrow IPC file into the columns.
pub(super) fn read_arrow_file(
    file: &SourceFile,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    read_arrow(file, "Arrow", collector, progress, |file, columns| {
        IpcReader::new(file).set_rechunk(false).with_projection(Some(columns)).finish()
    })
}

/// Reads an Arrow IPC stream into the columns.
pub(super) fn read_arrow_stream(
    file: &SourceFile,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let path = file.place.path().ok_or_else(|| format_error(&file.name, "Arrow stream"))?;
    check_end_marker(&file.name, path)?;
    read_arrow(file, "Arrow stream", collector, progress, |file, columns| {
        IpcStreamReader::new(file).set_rechunk(false).with_projection(Some(columns)).finish()
    })
}

/// A stream that ends between two batches looks whole, but for its end marker.
fn check_end_marker(name: &str, path: &Path) -> Result<(), InputError> {
    let refuse = |error: std::io::Error| InputError::unreadable(name, &error);
    let mut file = open(name, path)?;
    let mut last = [1; 8];
    if file.seek(SeekFrom::End(-8)).is_ok() {
        file.read_exact(&mut last).map_err(refuse)?;
    }
    if last == [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0] { Ok(()) } else { Err(format_error(name, "Arrow stream")) }
}

/// Reads an Arrow file in passes of some columns each.
fn read_arrow(
    file: &SourceFile,
    format: &'static str,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
    decode: impl Fn(File, Vec<usize>) -> PolarsResult<DataFrame>,
) -> Result<Account, InputError> {
    let path = file.place.path().ok_or_else(|| format_error(&file.name, format))?;
    let account = hash_file(&file.name, &file.place)?;
    let width = file.columns.len();
    let passes = usize::try_from(account.bytes / ARROW_PASS_BYTES).unwrap_or(usize::MAX).clamp(1, width);
    let mut records = None;
    let order: Vec<usize> = (0..width).collect();
    for columns in order.chunks(width.div_ceil(passes)) {
        collector.stop.check()?;
        // Coders in the order of the extract, columns of the file in theirs; a projection must be ascending.
        let mut positions: Vec<usize> = columns.iter().map(|&column| file.positions[column]).collect();
        positions.sort_unstable();
        let opened = open(&file.name, path)?;
        let frame = guarded(|| decode(opened, positions.clone())).ok_or_else(|| format_error(&file.name, format))?;
        let rows = *records.get_or_insert(frame.height());
        let found: Vec<Result<(), InputError>> = collector.coders[columns[0]..columns[0] + columns.len()]
            .par_iter_mut()
            .zip(&file.positions[columns[0]..])
            .with_max_len(1)
            .map(|(coder, &position)| {
                let place = positions.binary_search(&position).unwrap_or(usize::MAX);
                let column = frame.columns().get(place).ok_or_else(|| damaged(file, position))?;
                take_series(file, position, coder, column.as_materialized_series(), rows)
            })
            .collect();
        found.into_iter().collect::<Result<(), _>>()?;
    }
    progress.advance(account.bytes);
    file.place.check_unchanged(&file.name, account.bytes)?;
    collector.took(records.unwrap_or(0) as u64)?;
    Ok(account)
}
