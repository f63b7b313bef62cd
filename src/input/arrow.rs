//! Arrow IPC files and streams, through the decoders of polars: batch by batch, column by column.
//!
//! The bytes are read once, from their beginning to their end: they are hashed as they pass, and every message is
//! decoded from the very bytes that were hashed. Nothing is decoded before `arrow_check` has held the lengths that a
//! message states against what is left of the file and of the memory. A decoder may still panic over damaged bytes;
//! that ends here as an error.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Seek as _, SeekFrom};

use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::io::ipc::IpcSchema;
use polars_arrow::io::ipc::format::ipc::planus::ReadAsRoot as _;
use polars_arrow::io::ipc::format::ipc::{DictionaryBatchRef, FooterRef, MetadataVersion, RecordBatchRef};
use polars_arrow::io::ipc::read::common::{read_dictionary, read_record_batch};
use polars_arrow::io::ipc::read::{Dictionaries, deserialize_footer, deserialize_schema};
use rayon::prelude::*;

use super::arrow_check::{
    Batch, Damaged, Extent, check_schema, check_schema_message, extent, is_nested, message, pairs, schema_texts,
};
use super::arrow_passing::{Passing, take};
use super::beside::{self, Outside};
use super::coder::ColumnCoder;
use super::columnar::{damaged, format_error, guarded, nested, take_nested, take_values};
use super::error::InputError;
use super::read::Collector;
use super::source::SourceFile;
use super::stored::{Account, Hashing};
use super::typed::{search_beneath, search_values};
use crate::stop::Progress;

/// What a file begins and ends with.
pub(super) const MAGIC: &[u8; 6] = b"ARROW1";
/// Length of the footer and the magic behind it.
const TAIL: usize = 10;
/// Before the length of a message; a length of zero ends a stream.
pub(super) const CONTINUATION: [u8; 4] = [0xff; 4];
/// The metadata of a message is small, whatever the size of its body.
pub(super) const LONGEST_METADATA: u64 = 64 << 20;
/// Bytes that are read at once.
const BUFFER: usize = 1 << 18;

/// Which of the two formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Stream,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::File => "Arrow",
            Self::Stream => "Arrow stream",
        }
    }
}

/// Why a message was not taken.
pub(super) enum Refused {
    /// It is not what it should be.
    Damaged,
    /// The system refused to read.
    System(io::Error),
    /// Something that has its own words.
    Other(InputError),
}

impl From<Damaged> for Refused {
    fn from(_: Damaged) -> Self {
        Self::Damaged
    }
}

impl From<InputError> for Refused {
    fn from(error: InputError) -> Self {
        Self::Other(error)
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Damaged } else { Self::System(error) }
    }
}

impl Refused {
    fn into_error(self, name: &str, kind: Kind) -> InputError {
        match self {
            Self::Damaged => format_error(name, kind.name()),
            Self::System(error) => InputError::unreadable(name, &error),
            Self::Other(error) => error,
        }
    }
}

/// Where a message of a file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Block {
    offset: u64,
    metadata: u64,
    body: u64,
}

/// What a file says of itself before its first record.
pub(super) struct Opening {
    pub(super) schema: ArrowSchema,
    ipc: IpcSchema,
    /// The messages of a file by their place; a stream has one after the other.
    blocks: Vec<Block>,
    /// Where the blocks of a file end and its footer begins.
    footer_at: u64,
    pub(super) footer: Vec<u8>,
    /// What it says beside names and types of columns.
    pub(super) texts: Vec<String>,
}

/// Names of the columns.
pub(super) fn columns(name: &str, file: File, kind: Kind) -> Result<Vec<String>, InputError> {
    let bytes = file.metadata().map_err(|error| InputError::unreadable(name, &error))?.len();
    let mut reader = BufReader::with_capacity(BUFFER, file);
    let opening = match kind {
        Kind::File => open_file(&mut reader, bytes),
        Kind::Stream => open_stream(&mut Passing { reader, at: 0, bytes }),
    };
    let opening = opening.map_err(|refused| refused.into_error(name, kind))?;
    Ok(opening.schema.iter_names().map(|name| name.trim().to_owned()).collect())
}

/// Reads the records into the columns.
pub(super) fn read(
    file: &SourceFile,
    kind: Kind,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, InputError> {
    let refuse = |error: io::Error| InputError::unreadable(&file.name, &error);
    let path = file.place.path().ok_or_else(|| format_error(&file.name, kind.name()))?;
    let mut opened = File::open(path).map_err(refuse)?;
    let bytes = opened.metadata().map_err(refuse)?.len();
    read_opened(file, kind, &mut opened, bytes, collector, progress)
        .map_err(|refused| refused.into_error(&file.name, kind))
}

fn read_opened(
    file: &SourceFile,
    kind: Kind,
    opened: &mut File,
    bytes: u64,
    collector: &mut Collector<'_>,
    progress: &dyn Progress,
) -> Result<Account, Refused> {
    let from_footer = match kind {
        Kind::File => Some(open_file(opened, bytes)?),
        Kind::Stream => None,
    };
    opened.seek(SeekFrom::Start(0))?;
    let hashing = Hashing::new(Box::new(opened.try_clone()?), progress);
    let mut passing = Passing { reader: BufReader::with_capacity(BUFFER, hashing), at: 0, bytes };
    let opening = match from_footer {
        Some(opening) => opening,
        None => open_stream(&mut passing)?,
    };
    if opening.schema.len() != file.columns.len() {
        return Err(Refused::Damaged);
    }
    collector.beside.extend(beside::in_metadata(opening.texts.iter().map(String::as_str)));
    let mut batches =
        Batches { file, collector, opening: &opening, dictionaries: Dictionaries::default(), held: HashMap::new() };
    match kind {
        Kind::File => batches.of_file(&mut passing)?,
        Kind::Stream => batches.of_stream(&mut passing)?,
    }
    Ok(passing.reader.into_inner().finish(&file.name, &file.place)?)
}

/// Reads the footer, and holds the places that it names against the file.
fn open_file(reader: &mut (impl io::Read + io::Seek), bytes: u64) -> Result<Opening, Refused> {
    let mut tail = [0; TAIL];
    reader.seek(SeekFrom::Start(bytes.checked_sub(TAIL as u64).ok_or(Refused::Damaged)?))?;
    reader.read_exact(&mut tail)?;
    let (length, magic) = tail.split_first_chunk::<4>().ok_or(Refused::Damaged)?;
    let length = u64::try_from(i32::from_le_bytes(*length)).map_err(|_| Refused::Damaged)?;
    let footer_at = (bytes - TAIL as u64).checked_sub(length).filter(|&at| at >= MAGIC.len() as u64);
    let footer_at = footer_at.filter(|_| magic == MAGIC && length <= LONGEST_METADATA).ok_or(Refused::Damaged)?;
    reader.seek(SeekFrom::Start(footer_at))?;
    let footer = take(reader, length)?;
    let blocks = blocks(&footer, footer_at)?;
    let texts = footer_texts(&footer)?;
    let metadata = guarded(|| deserialize_footer(&footer, bytes)).ok_or(Refused::Damaged)?;
    let schema = metadata.schema.as_ref().clone();
    check_types(&schema, &metadata.ipc_schema)?;
    Ok(Opening { schema, ipc: metadata.ipc_schema, blocks, footer_at, footer, texts })
}

fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}

/// What a footer says beside names and types of columns. Its schema has been checked.
fn footer_texts(footer: &[u8]) -> Result<Vec<String>, Damaged> {
    let footer = FooterRef::read_as_root(footer).map_err(|_| Damaged)?;
    let mut texts = pairs(footer.custom_metadata().map_err(|_| Damaged)?);
    texts.extend(schema_texts(footer.schema().map_err(|_| Damaged)?.ok_or(Damaged)?)?);
    Ok(owned(texts))
}

/// The messages that a footer names, by place. None reaches into another or into the footer.
fn blocks(footer: &[u8], footer_at: u64) -> Result<Vec<Block>, Damaged> {
    let footer = FooterRef::read_as_root(footer).map_err(|_| Damaged)?;
    check_schema(footer.schema().map_err(|_| Damaged)?.ok_or(Damaged)?)?;
    let dictionaries = footer.dictionaries().map_err(|_| Damaged)?.into_iter().flatten();
    let records = footer.record_batches().map_err(|_| Damaged)?.ok_or(Damaged)?;
    let mut blocks = Vec::new();
    for block in dictionaries.chain(records) {
        let [offset, metadata, body] = [block.offset(), i64::from(block.meta_data_length()), block.body_length()];
        let number = |length: i64| u64::try_from(length).map_err(|_| Damaged);
        blocks.push(Block { offset: number(offset)?, metadata: number(metadata)?, body: number(body)? });
    }
    blocks.sort_unstable();
    let mut free = MAGIC.len() as u64;
    for block in &blocks {
        let end = block.offset.checked_add(block.metadata).and_then(|end| end.checked_add(block.body));
        if block.offset < free || block.metadata > LONGEST_METADATA || end.is_none_or(|end| end > footer_at) {
            return Err(Damaged);
        }
        free = end.unwrap_or(u64::MAX);
    }
    Ok(blocks)
}

/// Reads the message that a stream begins with.
fn open_stream<R: io::Read>(passing: &mut Passing<R>) -> Result<Opening, Refused> {
    let metadata = passing.next_metadata()?.ok_or(Refused::Damaged)?;
    let texts = owned(check_schema_message(&metadata)?);
    let (schema, ipc, _) = guarded(|| deserialize_schema(&metadata)).ok_or(Refused::Damaged)?;
    check_types(&schema, &ipc)?;
    Ok(Opening { schema, ipc, blocks: Vec::new(), footer_at: passing.bytes, footer: Vec::new(), texts })
}

/// Fields of one name are one field of the schema; then nothing fits.
fn check_types(schema: &ArrowSchema, ipc: &IpcSchema) -> Result<(), Refused> {
    if schema.len() == ipc.fields.len() { Ok(()) } else { Err(Refused::Damaged) }
}

/// Takes the batches of a file into the columns.
struct Batches<'a, 'collector> {
    file: &'a SourceFile,
    collector: &'a mut Collector<'collector>,
    opening: &'a Opening,
    dictionaries: Dictionaries,
    /// Bytes of each dictionary.
    held: HashMap<i64, u64>,
}

impl Batches<'_, '_> {
    fn of_file<R: io::Read>(&mut self, passing: &mut Passing<R>) -> Result<(), Refused> {
        for block in &self.opening.blocks {
            passing.pass_aside(block.offset, self.opening, &mut self.collector.left_out)?;
            self.afford(block.metadata + block.body)?;
            let whole = passing.take(block.metadata + block.body)?;
            let (prefix, body) = whole
                .split_at_checked(usize::try_from(block.metadata).map_err(|_| Refused::Damaged)?)
                .ok_or(Refused::Damaged)?;
            self.message(without_prefix(prefix)?, body)?;
        }
        passing.pass_aside(self.opening.footer_at, self.opening, &mut self.collector.left_out)?;
        self.collector.search_left_out();
        // The footer that was believed is the one that was hashed.
        if passing.take(self.opening.footer.len() as u64)? != self.opening.footer {
            return Err(Refused::Damaged);
        }
        passing.pass_to(passing.bytes)
    }

    /// A stream that ends between two batches looks whole, but for its end mark.
    fn of_stream<R: io::Read>(&mut self, passing: &mut Passing<R>) -> Result<(), Refused> {
        while let Some(metadata) = passing.next_metadata()? {
            let body_bytes = message(&metadata, passing.left())?.body_bytes;
            self.afford(body_bytes)?;
            let body = passing.take(body_bytes)?;
            self.message(&metadata, &body)?;
        }
        if passing.left() == 0 { Ok(()) } else { Err(Refused::Damaged) }
    }

    /// Ends with a sentence where `bytes` more than the columns and dictionaries hold are not allowed.
    fn afford(&self, bytes: u64) -> Result<(), Refused> {
        Ok(self.collector.afford(self.dictionary_bytes().saturating_add(bytes))?)
    }

    fn dictionary_bytes(&self) -> u64 {
        self.held.values().fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }

    fn message(&mut self, metadata: &[u8], body: &[u8]) -> Result<(), Refused> {
        let message = message(metadata, body.len() as u64)?;
        message.texts.iter().for_each(|text| self.collector.outside.take(text.as_bytes()));
        match message.batch {
            Batch::Records(batch) => self.records(batch, message.version, body),
            Batch::Dictionary(batch) => self.dictionary(batch, message.version, body),
        }
    }

    fn dictionary(
        &mut self,
        batch: DictionaryBatchRef<'_>,
        version: MetadataVersion,
        body: &[u8],
    ) -> Result<(), Refused> {
        let (Ok(id), Ok(Some(data))) = (batch.id(), batch.data()) else { return Err(Refused::Damaged) };
        let fields = self.opening.schema.iter_values().zip(&self.opening.ipc.fields).enumerate();
        let mut fields = fields.filter_map(|(place, (field, ipc))| Some((place, values_of(id, field.dtype(), ipc)?)));
        let (place, values) = fields.next().ok_or(Refused::Damaged)?;
        let needed = extent(data, version, &[values], body)?.columns.iter().map(|column| column.bytes).sum();
        // The one that this one takes the place of stays until this one is decoded.
        self.afford((body.len() as u64).saturating_add(needed))?;
        let Opening { schema, ipc, .. } = self.opening;
        let dictionaries = &mut self.dictionaries;
        guarded(|| {
            let (mut reader, mut scratch) = (Cursor::new(body), Vec::new());
            read_dictionary(batch, schema, ipc, dictionaries, &mut reader, 0, &mut scratch, checked())
        })
        .ok_or(Refused::Damaged)?;
        self.held.insert(id, needed);
        let column = self.file.positions.iter().position(|&position| position == place);
        let outside = column.and_then(|column| self.collector.outside_of.get_mut(column));
        if let (Some(values), Some(outside)) = (self.dictionaries.get(&id), outside) {
            let search = || {
                search_values(values.as_ref(), outside);
                Ok(())
            };
            guarded(search).ok_or(Refused::Damaged)?;
        }
        Ok(())
    }

    fn records(&mut self, batch: RecordBatchRef<'_>, version: MetadataVersion, body: &[u8]) -> Result<(), Refused> {
        self.collector.stop.check().map_err(InputError::from)?;
        let types: Vec<&ArrowDataType> = self.opening.schema.iter_values().map(Field::dtype).collect();
        let extent = extent(batch, version, &types, body)?;
        let positions = self.file.positions.iter();
        let mut needed: Vec<u64> = positions.map(|&position| extent.columns[position].bytes).collect();
        needed.sort_unstable();
        let held = self.dictionary_bytes().saturating_add(body.len() as u64);
        let is_parallel = self.collector.afford_together(held, &needed)?;
        let column = Decoding {
            file: self.file,
            opening: self.opening,
            dictionaries: &self.dictionaries,
            batch,
            version,
            body,
            extent: &extent,
        };
        let coders = self.collector.coders.iter_mut().zip(&mut self.collector.outside_of);
        let columns = coders.zip(&self.file.positions);
        let taken: Vec<Result<(), InputError>> = if is_parallel {
            columns
                .collect::<Vec<_>>()
                .into_par_iter()
                .with_max_len(1)
                .map(|((coder, outside), &position)| column.take(coder, outside, position))
                .collect()
        } else {
            columns.map(|((coder, outside), &position)| column.take(coder, outside, position)).collect()
        };
        taken.into_iter().collect::<Result<(), _>>()?;
        Ok(self.collector.took(extent.rows as u64)?)
    }
}

/// What asks the decoder to check what it is given, which is how it comes.
fn checked<T: Default>() -> T {
    T::default()
}

/// The metadata of a message of a file, without its length and the mark before it.
pub(super) fn without_prefix(prefix: &[u8]) -> Result<&[u8], Damaged> {
    let (mut length, mut rest) = prefix.split_first_chunk::<4>().ok_or(Damaged)?;
    if *length == CONTINUATION {
        (length, rest) = rest.split_first_chunk::<4>().ok_or(Damaged)?;
    }
    let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| Damaged)?;
    rest.get(..length).ok_or(Damaged)
}

/// The type of the values of the dictionary `id`, where this type refers to it.
fn values_of<'a>(
    id: i64,
    data_type: &'a ArrowDataType,
    ipc: &polars_arrow::io::ipc::IpcField,
) -> Option<&'a ArrowDataType> {
    let storage = data_type.to_storage();
    if let ArrowDataType::Dictionary(_, values, _) = storage {
        return if ipc.dictionary_id == Some(id) { Some(values) } else { values_of(id, values, ipc) };
    }
    let children: Vec<&Field> = match storage {
        ArrowDataType::List(field)
        | ArrowDataType::LargeList(field)
        | ArrowDataType::FixedSizeList(field, _)
        | ArrowDataType::Map(field, _) => vec![field],
        ArrowDataType::Struct(fields) => fields.iter().collect(),
        ArrowDataType::Union(union) => union.fields.iter().collect(),
        _ => return None,
    };
    children.into_iter().zip(&ipc.fields).find_map(|(field, ipc)| values_of(id, field.dtype(), ipc))
}

/// One batch whose columns are decoded one by one.
struct Decoding<'a> {
    file: &'a SourceFile,
    opening: &'a Opening,
    dictionaries: &'a Dictionaries,
    batch: RecordBatchRef<'a>,
    version: MetadataVersion,
    body: &'a [u8],
    extent: &'a Extent,
}

impl Decoding<'_> {
    /// Decodes a column and takes it.
    fn take(&self, coder: &mut ColumnCoder, outside: &mut Outside, position: usize) -> Result<(), InputError> {
        let (_, field) = self.opening.schema.get_at_index(position).ok_or_else(|| damaged(self.file, position))?;
        if is_nested(field.dtype()) {
            if coder.is_coded() && !coder.pass_over() {
                return Err(nested(self.file, position));
            }
            let Some(values) = self.values(position) else {
                let nulls = self.extent.columns[position].nulls;
                return take_nested(self.file, position, coder, self.extent.rows, nulls);
            };
            return take_values(self.file, position, coder, &values, field.dtype(), self.extent.rows);
        }
        let values = self.values(position).ok_or_else(|| damaged(self.file, position))?;
        take_values(self.file, position, coder, &values, field.dtype(), self.extent.rows)?;
        let search = || {
            search_beneath(&values, outside);
            Ok(())
        };
        guarded(search).ok_or_else(|| damaged(self.file, position))
    }

    fn values(&self, position: usize) -> Option<Vec<Box<dyn Array>>> {
        guarded(|| {
            let (mut reader, mut scratch) = (Cursor::new(self.body), Vec::new());
            let Opening { schema, ipc, .. } = self.opening;
            let columns = Some(&[position][..]);
            let read = read_record_batch(
                self.batch,
                schema,
                ipc,
                columns,
                None,
                self.dictionaries,
                self.version,
                &mut reader,
                0,
                &mut scratch,
                checked(),
            )?;
            drop(scratch);
            Ok(read.into_arrays())
        })
    }
}
