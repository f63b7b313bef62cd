//! Parquet, through the decoders of polars: slice by slice, column by column.
//!
//! Values are spelled canonically and coded like text, so that the same records give the same values whatever the
//! format. Decoders may panic over damaged files; such a panic ends here as an error without its message, which may
//! quote cells. Nothing is mapped: a map of a file that somebody truncates meanwhile ends the process, and what is touched
//! of it counts as memory. A column that is refused is not decoded.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_error::PolarsResult;
use polars_parquet::parquet::metadata::{ColumnChunkMetadata, RowGroupMetadata};
use polars_parquet::parquet::page::DictPage;
use polars_parquet::parquet::read::{BasicDecompressor, PageReader};
use polars_parquet::read::{FileMetadata, Filter, column_iter_to_arrays, infer_schema, read_metadata};
use rayon::prelude::*;

use super::arrow::without_prefix;
use super::arrow_check::{check_schema_message, is_nested};
use super::beside;
use super::coder::{CellSink, ColumnCoder};
use super::error::{InputError, shown};
use super::left_out::LeftOut;
use super::pages::{self, Extent};
use super::read::Collector;
use super::source::SourceFile;
use super::stored::{Account, hash_bytes, hash_file, open_file};
use super::typed::{Pieces, Refusal, push_nested, push_values};
use crate::result::NoRecord;
use crate::stop::Progress;

/// Rows of one column that are decoded at once.
const SLICE_ROWS: usize = 1 << 20;

/// Slices that a column takes without waiting for the others: a few seconds of reading, after which limits are looked at.
const MOST_SLICES: usize = 16;

/// Bytes of each part between columns that are searched.
const MOST_ASIDE: u64 = 16 << 20;

/// Larger Parquet files are read part by part.
const LARGEST_IN_MEMORY: u64 = 4 << 30;

const UNREADABLE: &str = "its parts do not fit together, or it ends too early";

/// Runs a decoder; an error or a panic in it becomes `None`.
pub(super) fn guarded<T>(decode: impl FnOnce() -> PolarsResult<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(decode)).ok()?.ok()
}

pub(super) fn format_error(name: &str, format: &'static str) -> InputError {
    InputError::Format { file: shown(name), format, problem: UNREADABLE }
}

fn names(schema: &ArrowSchema) -> Vec<String> {
    schema.iter_names().map(|name| name.trim().to_owned()).collect()
}

/// Column names of a Parquet file.
pub(super) fn parquet_columns(name: &str, path: &Path) -> Result<Vec<String>, InputError> {
    let mut file = open_file(name, path)?;
    guarded(|| infer_schema(&read_metadata(&mut file)?).map(|schema| names(&schema)))
        .ok_or_else(|| format_error(name, "Parquet"))
}

/// Bytes of which any part can be read.
trait Bytes: Read + Seek {}

impl<R: Read + Seek> Bytes for R {}

/// The bytes of a Parquet file.
enum Stored {
    Memory(Arc<[u8]>),
    /// A file that is too large for that. Only one thread reads at a time, for they share its position.
    File(Mutex<File>),
}

impl Stored {
    /// Reads (or keeps open) a file and gives its account. It is opened once, so what is hashed is what will be decoded.
    fn load(file: &SourceFile, path: &Path, memory: Option<u64>) -> Result<(Self, Account), InputError> {
        let refuse = |error: std::io::Error| InputError::unreadable(&file.name, &error);
        let largest = memory.map_or(LARGEST_IN_MEMORY, |limit| (limit / 4).min(LARGEST_IN_MEMORY));
        let mut opened = open_file(&file.name, path)?;
        let length = opened.metadata().map_err(refuse)?.len();
        if length > largest {
            let account = hash_file(&file.name, &file.place, &opened)?;
            return Ok((Self::File(Mutex::new(opened)), account));
        }
        let mut bytes = reserved(length).map_err(refuse)?;
        opened.read_to_end(&mut bytes).map_err(refuse)?;
        let account = hash_bytes(&file.name, &file.place, &bytes)?;
        Ok((Self::Memory(bytes.into()), account))
    }

    /// Bytes that it holds itself.
    fn bytes(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(_) => 0,
        }
    }

    /// A reader from the beginning, for one thread alone.
    fn reader(&self, name: &str) -> Result<Box<dyn Bytes>, InputError> {
        let refuse = |error: std::io::Error| InputError::unreadable(name, &error);
        match self {
            Self::Memory(bytes) => Ok(Box::new(Cursor::new(Arc::clone(bytes)))),
            Self::File(file) => {
                let mut own = locked(file).try_clone().map_err(refuse)?;
                own.rewind().map_err(refuse)?;
                Ok(Box::new(own))
            }
        }
    }

    /// A part of the file; shorter where the file ends before.
    fn part(&self, range: Range<u64>) -> std::io::Result<Vec<u8>> {
        let length = range.end.saturating_sub(range.start);
        let mut part = reserved(length)?;
        match self {
            Self::Memory(bytes) => {
                let mut reader = Cursor::new(bytes);
                reader.set_position(range.start);
                reader.take(length).read_to_end(&mut part)?;
            }
            Self::File(file) => {
                let mut file = locked(file);
                file.seek(SeekFrom::Start(range.start))?;
                (&mut *file).take(length).read_to_end(&mut part)?;
            }
        }
        Ok(part)
    }
}

fn locked(file: &Mutex<File>) -> MutexGuard<'_, File> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Room for so many bytes, where there is.
fn reserved(bytes: u64) -> std::io::Result<Vec<u8>> {
    let mut room = Vec::new();
    let length = usize::try_from(bytes).map_err(|_| std::io::ErrorKind::OutOfMemory)?;
    room.try_reserve_exact(length).map_err(|_| std::io::ErrorKind::OutOfMemory)?;
    Ok(room)
}

/// A Parquet file that is ready to be decoded.
struct Parquet<'a> {
    file: &'a SourceFile,
    stored: Stored,
    metadata: FileMetadata,
    /// The columns of the file.
    fields: Vec<Field>,
    /// For every row group what decoding each column takes.
    extents: Vec<Vec<Extent>>,
}

impl<'a> Parquet<'a> {
    /// Reads what the file says of itself, and checks it.
    fn open(file: &'a SourceFile, stored: Stored) -> Result<Self, InputError> {
        let refused = || format_error(&file.name, "Parquet");
        let mut reader = stored.reader(&file.name)?;
        let described = guarded(|| {
            let metadata = read_metadata(&mut reader)?;
            let schema = infer_schema(&metadata)?;
            Ok((metadata, schema))
        });
        let (metadata, schema) = described.ok_or_else(refused)?;
        let mut rows = 0_usize;
        for group in &metadata.row_groups {
            rows = rows.checked_add(group.num_rows()).ok_or_else(refused)?;
        }
        if rows != metadata.num_rows || schema.len() != file.columns.len() {
            return Err(refused());
        }
        let roots: Vec<&str> = schema.iter_names().map(AsRef::as_ref).collect();
        let reader = stored.reader(&file.name)?;
        let extents = catch_unwind(AssertUnwindSafe(|| pages::extents(reader, &metadata, &roots)));
        let extents = extents.ok().and_then(Result::ok).ok_or_else(refused)?;
        let fields = schema.iter_values().cloned().collect();
        Ok(Self { file, stored, metadata, fields, extents })
    }

    /// Decodes some rows of a column.
    fn decoded(&self, field: &Field, slice: Slice) -> Option<Vec<Box<dyn Array>>> {
        guarded(|| {
            let group = &self.metadata.row_groups[slice.group];
            let (mut pages, mut types) = (Vec::new(), Vec::new());
            for chunk in group.columns_under_root_iter(&field.name).into_iter().flatten() {
                let part = Cursor::new(self.stored.part(chunk.byte_range())?.into());
                let reader = PageReader::new(part, chunk, Vec::new(), usize::MAX);
                pages.push(BasicDecompressor::new(reader, Vec::new()));
                types.push(&chunk.descriptor().descriptor.primitive_type);
            }
            let is_whole = slice.rows == group.num_rows();
            let rows = (!is_whole).then(|| Filter::new_ranged(slice.offset, slice.offset + slice.rows));
            let (arrays, _) = column_iter_to_arrays(pages, types, field.clone(), rows)?;
            Ok(arrays)
        })
    }

    /// Decodes and codes some rows of a column.
    fn take_column(&self, position: usize, coder: &mut ColumnCoder, slice: Slice) -> Result<(), InputError> {
        let field = &self.fields[position];
        if is_nested(field.dtype()) && coder.is_coded() && !coder.pass_over() {
            return Err(nested(self.file, position));
        }
        let arrays = self.decoded(field, slice).ok_or_else(|| damaged(self.file, position))?;
        take_values(self.file, position, coder, &arrays, field.dtype(), slice.rows)
    }

    /// Searches the dictionaries of all columns: a value that no record has leaves with the file, such as a category of
    /// which all records were taken out.
    fn search_dictionaries(&self, collector: &mut Collector<'_>) -> Result<(), InputError> {
        for group in &self.metadata.row_groups {
            for (&position, outside) in self.file.positions.iter().zip(&mut collector.outside_of) {
                collector.stop.check()?;
                let chunks = group.columns_under_root_iter(&self.fields[position].name);
                for chunk in chunks.into_iter().flatten() {
                    let page = guarded(|| self.dictionary(chunk)).ok_or_else(|| damaged(self.file, position))?;
                    if let Some(page) = page {
                        pages::search_page(&page.buffer, chunk.physical_type(), outside);
                    }
                }
            }
        }
        Ok(())
    }

    /// The dictionary of a column of a row group; `None` where it has none.
    fn dictionary(&self, chunk: &ColumnChunkMetadata) -> PolarsResult<Option<DictPage>> {
        let mut range = chunk.byte_range();
        if chunk.dictionary_page_offset().is_some() {
            range.end = u64::try_from(chunk.data_page_offset()).unwrap_or(range.end).clamp(range.start, range.end);
        }
        let part = Cursor::new(self.stored.part(range)?.into());
        let reader = PageReader::new(part, chunk, Vec::new(), usize::MAX);
        Ok(BasicDecompressor::new(reader, Vec::new()).read_dict_page()?)
    }

    /// Takes bytes of the file that belong to no column, index or footer: zeros say nothing, all else was not read.
    fn take_aside(&self, bytes: u64, left_out: &mut LeftOut) -> Result<(), InputError> {
        let unreadable = |error: std::io::Error| InputError::unreadable(&self.file.name, &error);
        let tail = self.stored.part(bytes.saturating_sub(8)..bytes.saturating_sub(4)).map_err(unreadable)?;
        let footer = tail.try_into().map_or(0, u32::from_le_bytes);
        let mut at = 0;
        let end = bytes.saturating_sub(8 + u64::from(footer));
        let mut footer = pages::Footer::new(self.stored.part(end..bytes.saturating_sub(8)).map_err(unreadable)?);
        for range in pages::known(&self.metadata, end) {
            let gap = at..range.start.max(at);
            if let Some(part) = self.first_said(gap.clone()).map_err(unreadable)? {
                let is_whole = part.len() as u64 == gap.end - gap.start;
                if !(is_whole && footer.is_repeated(&part)) {
                    left_out.add(NoRecord::OtherPart, 1);
                    left_out.keep_visible(&part);
                }
            }
            at = at.max(range.end);
        }
        Ok(())
    }

    /// The first stretch of a part of the file that is not all zeros; `None` where zeros are all there is.
    fn first_said(&self, gap: Range<u64>) -> std::io::Result<Option<Vec<u8>>> {
        let mut at = gap.start;
        while at < gap.end {
            let end = gap.end.min(at.saturating_add(MOST_ASIDE));
            let part = self.stored.part(at..end)?;
            if part.iter().any(|&byte| byte != 0) {
                return Ok(Some(part));
            }
            at = end;
        }
        Ok(None)
    }

    /// Bytes that decoding some rows of a column takes.
    fn needed(&self, position: usize, slice: Slice) -> u64 {
        let extent = &self.extents[slice.group][position];
        let is_copied = is_copied(self.fields[position].dtype());
        if is_copied { extent.copied_bytes(slice.rows) } else { extent.bytes(slice.rows) }
    }

    /// Bytes that decoding some rows of each wanted column takes, ascending.
    fn needed_by_column(&self, slice: Slice) -> Vec<u64> {
        let mut needed: Vec<u64> = self.file.positions.iter().map(|&position| self.needed(position, slice)).collect();
        needed.sort_unstable();
        needed
    }

    /// How many of the next slices, at least one, every column may take without waiting for the others: what they could
    /// add to the columns at most must leave the memory limit alone, which is looked at between stretches only.
    fn stretch(&self, slices: &[Slice], collector: &Collector<'_>) -> usize {
        let mut added = 0_u64;
        let affordable = slices.iter().take(MOST_SLICES).take_while(|&&slice| {
            // Codes, and values with their place in a dictionary.
            let codes = 4 * (slice.rows as u64).saturating_mul(self.file.positions.len() as u64);
            let values: u64 = self.needed_by_column(slice).iter().fold(0, |sum, bytes| sum.saturating_add(*bytes));
            added = added.saturating_add(codes).saturating_add(values.saturating_mul(3));
            collector.afford(self.stored.bytes().saturating_add(added)).is_ok()
        });
        affordable.count().max(1)
    }

    /// Decodes and codes the same rows of every column, slice by slice: as many columns at once as there are threads,
    /// where memory allows. No column waits for another before the end of the last slice.
    fn take(&self, slices: &[Slice], collector: &mut Collector<'_>) -> Result<(), InputError> {
        let mut is_parallel = true;
        for &slice in slices {
            is_parallel &= collector.afford_together(self.stored.bytes(), &self.needed_by_column(slice))?;
        }
        let stop = collector.stop;
        let take = |(coder, &position): (&mut ColumnCoder, &usize)| {
            slices.iter().try_for_each(|&slice| {
                stop.check()?;
                self.take_column(position, coder, slice)
            })
        };
        let columns = collector.coders.iter_mut().zip(&self.file.positions);
        let results: Vec<Result<(), InputError>> = if is_parallel {
            columns.collect::<Vec<_>>().into_par_iter().with_max_len(1).map(take).collect()
        } else {
            columns.map(take).collect()
        };
        results.into_iter().collect::<Result<(), _>>()?;
        collector.took(slices.iter().map(|slice| slice.rows as u64).sum())
    }
}

/// What a pair of the metadata says. The schema of Arrow is encoded, so that what it says is taken out of it; the names of its
/// columns have been read.
fn texts_of(key: &str, value: Option<&str>) -> Vec<String> {
    let mut texts: Vec<String> = [Some(key), value].into_iter().flatten().map(str::to_owned).collect();
    if key == "ARROW:schema" {
        let encoded = value.map(|value| BASE64_STANDARD.decode(value.trim()));
        let names = encoded.and_then(Result::ok).and_then(|message| {
            let names = check_schema_message(without_prefix(&message).ok()?).ok()?;
            Some(names.into_iter().map(str::to_owned).collect::<Vec<_>>())
        });
        texts.extend(names.into_iter().flatten());
    }
    texts
}

/// Whether a decoder copies texts of this type one by one, where it otherwise keeps views of those of a dictionary.
fn is_copied(data_type: &ArrowDataType) -> bool {
    match data_type.to_storage() {
        ArrowDataType::Utf8 | ArrowDataType::LargeUtf8 | ArrowDataType::Binary | ArrowDataType::LargeBinary => true,
        ArrowDataType::List(field)
        | ArrowDataType::LargeList(field)
        | ArrowDataType::FixedSizeList(field, _)
        | ArrowDataType::Map(field, _) => is_copied(field.dtype()),
        ArrowDataType::Struct(fields) => fields.iter().any(|field| is_copied(field.dtype())),
        ArrowDataType::Dictionary(_, values, _) => is_copied(values),
        _ => false,
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
    let parquet = Parquet::open(file, stored)?;
    let metadata = &parquet.metadata;
    let pairs = metadata.key_value_metadata().iter().flatten();
    let texts: Vec<String> = pairs.flat_map(|pair| texts_of(&pair.key, pair.value.as_deref())).collect();
    collector.beside.extend(beside::in_metadata(texts.iter().map(String::as_str)));
    parquet.search_dictionaries(collector)?;
    parquet.take_aside(account.bytes, &mut collector.left_out)?;
    collector.search_left_out();
    let groups: Vec<usize> = metadata.row_groups.iter().map(RowGroupMetadata::num_rows).collect();
    let mut reported = 0;
    let all: Vec<Slice> = slices(&groups).collect();
    let mut rest = all.as_slice();
    while let Some((stretch, behind)) = rest.split_at_checked(parquet.stretch(rest, collector)) {
        parquet.take(stretch, collector)?;
        let end = stretch.last().map_or(0, |slice| slice.end);
        let done = share(account.bytes, end, metadata.num_rows);
        progress.advance(done - reported);
        (reported, rest) = (done, behind);
    }
    file.place.check_unchanged(&file.name, account.bytes)?;
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
    /// Rows of the group before it.
    offset: usize,
    /// Rows of the file up to its end.
    end: usize,
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
        offsets.map(move |offset| {
            let taken = SLICE_ROWS.min(rows - offset);
            Slice { group, offset, end: start + offset + taken, rows: taken }
        })
    })
}

pub(super) fn nested(file: &SourceFile, position: usize) -> InputError {
    InputError::Nested { file: shown(&file.name), column: shown(&file.columns[position]) }
}

pub(super) fn damaged(file: &SourceFile, column: usize) -> InputError {
    let column = shown(file.columns.get(column).map_or("?", String::as_str));
    InputError::DamagedColumn { file: shown(&file.name), column, problem: "it cannot be decoded" }
}

/// Codes one slice of a column of this type.
pub(super) fn take_values(
    file: &SourceFile,
    position: usize,
    coder: &mut ColumnCoder,
    pieces: &Pieces,
    data_type: &ArrowDataType,
    rows: usize,
) -> Result<(), InputError> {
    use ArrowDataType as Type;
    let name = || shown(&file.columns[position]);
    if pieces.iter().map(|piece| piece.len()).sum::<usize>() != rows {
        let problem = "its number of values differs from the number of records of the file";
        return Err(InputError::DamagedColumn { file: shown(&file.name), column: name(), problem });
    }
    let storage = data_type.to_storage();
    if storage.is_numeric() || matches!(storage, Type::Decimal32(..) | Type::Decimal64(..) | Type::Decimal(..)) {
        coder.note_typed_numbers();
    }
    if matches!(storage, Type::Date32 | Type::Date64 | Type::Timestamp(..)) {
        coder.note_real_dates();
    }
    let take = |coder: &mut ColumnCoder| {
        catch_unwind(AssertUnwindSafe(|| coder.take_with(|sink| push_values(pieces, data_type, sink))))
    };
    let mut pushed = take(coder);
    // A column that nobody asked for is no reason to refuse the file: it is searched, and not coded.
    if matches!(pushed, Ok(Err(Refusal::Nested | Refusal::Unsupported(_)))) && coder.pass_over() {
        pushed = take(coder);
    }
    match pushed {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Refusal::Nested)) => Err(nested(file, position)),
        Ok(Err(Refusal::Unsupported(found))) => {
            Err(InputError::UnsupportedValues { file: shown(&file.name), column: name(), found })
        }
        Ok(Err(Refusal::Damaged)) | Err(_) => Err(damaged(file, position)),
    }
}

/// Takes a column of lists or structures that cannot be decoded: only its missing cells count, and nothing of it is read.
pub(super) fn take_nested(
    file: &SourceFile,
    position: usize,
    coder: &mut ColumnCoder,
    rows: usize,
    nulls: usize,
) -> Result<(), InputError> {
    let push = |sink: &mut CellSink<'_>| push_nested(rows, nulls, sink);
    let mut pushed = coder.take_with(push);
    if pushed.is_err() && coder.pass_over() {
        pushed = coder.take_with(push);
    }
    pushed.map_err(|_| nested(file, position))
}
