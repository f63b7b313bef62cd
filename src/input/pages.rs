//! What a Parquet file says of the lengths of its pages, checked before a decoder believes it.
//!
//! A page states how long it is, how long it will be once unpacked, and how many values it holds. Each is held against
//! what is left of its column, which in turn must lie inside the file; together they tell what decoding takes.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use memchr::memmem;
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::metadata::{ColumnChunkMetadata, RowGroupMetadata};
use polars_parquet::parquet::page::ParquetPageHeader;
use polars_parquet::parquet::schema::types::PhysicalType;
use polars_parquet::read::FileMetadata;
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;
use polars_parquet_format::{ColumnChunk, ColumnMetaData};

use super::arrow_check::Damaged;
use super::beside::Outside;

/// Before the first column stands a magic word, behind the last one another and the length of the footer.
const HEAD: u64 = 4;
const TAIL: u64 = 8;

/// The bytes that a decoder adds to a value: a view of it, its code, and the code once more while it is packed.
const BYTES_A_VALUE: u64 = 24;

/// What decoding a column of a row group takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// Values in it; more than rows where they are nested.
    values: u64,
    /// Bytes of all its pages, unpacked.
    unpacked: u64,
    /// Bytes that are needed whatever part is decoded: the stored pages, the largest page twice, and the dictionary.
    fixed: u64,
    /// Bytes that every value takes beside those of the pages.
    value_bytes: u64,
    /// Bytes of all its dictionaries, unpacked: as long may a value be that is written as a code.
    longest: u64,
    is_nested: bool,
}

impl Extent {
    /// Bytes that it takes to decode so many rows.
    pub(super) fn bytes(&self, rows: usize) -> u64 {
        let rows = if self.is_nested { self.values } else { (rows as u64).min(self.values) };
        // Values of one column may be of unequal length, so a part of them may have twice its share of the bytes.
        let share = u128::from(self.unpacked) * u128::from(rows) * 2 / u128::from(self.values.max(1));
        let share = u64::try_from(share).unwrap_or(u64::MAX).min(self.unpacked);
        let values = rows.saturating_mul(self.value_bytes);
        self.fixed.saturating_add(share).saturating_add(values)
    }

    /// Bytes that it takes to decode so many rows where each value is copied out of its dictionary.
    pub(super) fn copied_bytes(&self, rows: usize) -> u64 {
        let rows = if self.is_nested { self.values } else { (rows as u64).min(self.values) };
        self.bytes(usize::try_from(rows).unwrap_or(usize::MAX)).saturating_add(rows.saturating_mul(self.longest))
    }

    fn join(&mut self, other: Self) {
        self.values = self.values.max(other.values);
        self.unpacked = self.unpacked.saturating_add(other.unpacked);
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.value_bytes = self.value_bytes.saturating_add(other.value_bytes);
        self.longest = self.longest.saturating_add(other.longest);
        self.is_nested = true;
    }
}

/// The parts of a file that hold columns and what is said of them, by their beginning, with its first bytes and the place `end`
/// where the footer begins.
pub(super) fn known(metadata: &FileMetadata, end: u64) -> Vec<Range<u64>> {
    let range = |start: Option<i64>, length: Option<i32>| {
        let start = u64::try_from(start?).ok()?;
        Some(start..start.saturating_add(u64::try_from(length?).ok()?))
    };
    let (mut known, mut open) = (vec![0..HEAD, end..end], Vec::new());
    for chunk in metadata.row_groups.iter().flat_map(RowGroupMetadata::parquet_columns) {
        known.extend(chunk_range(chunk));
        known.extend(range(chunk.bloom_filter_offset(), chunk.bloom_filter_length()));
        if chunk.bloom_filter_length().is_none() {
            open.extend(chunk.bloom_filter_offset().and_then(|start| u64::try_from(start).ok()));
        }
        known.extend(range(chunk.offset_index_offset(), chunk.offset_index_length()));
        known.extend(range(chunk.column_index_offset(), chunk.column_index_length()));
    }
    // A filter of which nobody says how long it is reaches to what comes next.
    let next = |start: u64| known.iter().map(|range| range.start).filter(|&next| next > start).min();
    let open: Vec<Range<u64>> = open.into_iter().filter_map(|start| Some(start..next(start)?)).collect();
    known.extend(open);
    known.retain(|range| range.start <= end);
    known.sort_unstable_by_key(|range| (range.start, range.end));
    known
}

/// The bytes of a chunk; none where they are nowhere.
fn chunk_range(chunk: &ColumnChunkMetadata) -> Option<Range<u64>> {
    let start = u64::try_from(chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset())).ok()?;
    let length = u64::try_from(chunk.compressed_size()).ok()?;
    Some(start..start.checked_add(length)?)
}

/// Parts that are looked for in the whole footer and not found, from which on no other is looked for: each takes a pass.
const MOST_MISSED: usize = 64;

/// The bytes of a footer, which Polars and old writers repeat in parts: behind every column, what the footer says of it.
pub(super) struct Footer {
    bytes: Vec<u8>,
    /// Where the last part that was found ends: columns follow one another in both places.
    at: usize,
    missed: usize,
}

impl Footer {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0, missed: 0 }
    }

    /// Whether some bytes behind a column are what the footer says of it, byte for byte, and no text beside. What differs in one
    /// byte may be a text that somebody put there, also in a field that no reader knows.
    pub(super) fn is_repeated(&mut self, bytes: &[u8]) -> bool {
        // A structure ends with a zero, and so may its last number.
        let length = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        is_of_column(bytes) && self.find(&bytes[..length])
    }

    fn find(&mut self, part: &[u8]) -> bool {
        if self.missed >= MOST_MISSED {
            return false;
        }
        let behind = memmem::find(&self.bytes[self.at..], part).map(|place| self.at + place);
        let Some(place) = behind.or_else(|| memmem::find(&self.bytes, part)) else {
            self.missed += 1;
            return false;
        };
        self.at = place + part.len();
        true
    }
}

/// Whether some bytes say what a footer says of a column, without pairs of texts.
fn is_of_column(bytes: &[u8]) -> bool {
    let is_plain = |said: ColumnMetaData| said.key_value_metadata.is_none_or(|pairs| pairs.is_empty());
    let is_end = |rest: &[u8]| rest.iter().all(|&byte| byte == 0);
    // What lists and texts of so many bytes take once they are read.
    let most = bytes.len().saturating_mul(64);
    let (mut chunk, mut said) = (bytes, bytes);
    let chunk_said = ColumnChunk::read_from_in_protocol(&mut TCompactInputProtocol::new(&mut chunk, most));
    let is_chunk = chunk_said.ok().and_then(|chunk| chunk.meta_data).is_some_and(is_plain) && is_end(chunk);
    let is_said = ColumnMetaData::read_from_in_protocol(&mut TCompactInputProtocol::new(&mut said, most));
    is_chunk || (is_said.is_ok_and(is_plain) && is_end(said))
}

/// Searches the values of a dictionary as it is stored.
pub(super) fn search_page(page: &[u8], kind: PhysicalType, outside: &mut Outside) {
    let mut rest = page;
    match kind {
        PhysicalType::ByteArray => {
            while let Some((length, behind)) = rest.split_first_chunk::<4>() {
                let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
                let Some((value, behind)) = behind.split_at_checked(length) else { return };
                outside.take(value);
                rest = behind;
            }
        }
        PhysicalType::FixedLenByteArray(width) if width > 0 => {
            rest.chunks_exact(width).for_each(|value| outside.take(value));
        }
        PhysicalType::Int64 => {
            while let Some((number, behind)) = rest.split_first_chunk::<8>() {
                outside.take(i64::from_le_bytes(*number).to_string().as_bytes());
                rest = behind;
            }
        }
        _ => {}
    }
}

/// For every row group what decoding each of the columns `roots` takes, in their order.
pub(super) fn extents(
    reader: impl Read + Seek,
    metadata: &FileMetadata,
    roots: &[&str],
) -> Result<Vec<Vec<Extent>>, Damaged> {
    let mut reader = BufReader::new(reader);
    let bytes = reader.seek(SeekFrom::End(0)).map_err(|_| Damaged)?;
    metadata.row_groups.iter().map(|group| group_extents(&mut reader, bytes, group, roots)).collect()
}

fn group_extents<R: Read + Seek>(
    reader: &mut BufReader<R>,
    bytes: u64,
    group: &RowGroupMetadata,
    roots: &[&str],
) -> Result<Vec<Extent>, Damaged> {
    let mut extents = Vec::with_capacity(roots.len());
    for root in roots {
        let mut whole: Option<Extent> = None;
        for chunk in group.columns_under_root_iter(root).ok_or(Damaged)? {
            let extent = chunk_extent(reader, bytes, chunk, group.num_rows())?;
            match &mut whole {
                Some(whole) => whole.join(extent),
                None => whole = Some(extent),
            }
        }
        extents.push(whole.ok_or(Damaged)?);
    }
    Ok(extents)
}

fn chunk_extent<R: Read + Seek>(
    reader: &mut BufReader<R>,
    bytes: u64,
    chunk: &ColumnChunkMetadata,
    rows: usize,
) -> Result<Extent, Damaged> {
    let start = count(chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset()))?;
    let length = count(chunk.compressed_size())?;
    if rows == 0 && length == 0 && chunk.num_values() == 0 {
        // Some writers give a group without rows no page, and then no place.
        return Ok(Extent { is_nested: chunk.descriptor().descriptor.max_rep_level > 0, ..Extent::default() });
    }
    let end = start.checked_add(length).filter(|&end| end <= bytes.saturating_sub(TAIL)).ok_or(Damaged)?;
    let descriptor = &chunk.descriptor().descriptor;
    let is_nested = descriptor.max_rep_level > 0;
    let values = count(chunk.num_values())?;
    if start < HEAD || count(chunk.uncompressed_size()).is_err() || (!is_nested && values != rows as u64) {
        return Err(Damaged);
    }
    let width = if let PhysicalType::FixedLenByteArray(width) = chunk.physical_type() { width as u64 } else { 0 };
    let mut extent = Extent {
        values,
        fixed: length,
        value_bytes: BYTES_A_VALUE.saturating_add(width),
        is_nested,
        ..Extent::default()
    };
    reader.seek(SeekFrom::Start(start)).map_err(|_| Damaged)?;
    let (mut at, mut seen, mut largest) = (start, 0_u64, 0);
    while at < end && seen < values {
        let page = page(reader, end - at, chunk.compression())?;
        at += page.stored;
        seen = seen.checked_add(page.values).ok_or(Damaged)?;
        extent.unpacked = extent.unpacked.saturating_add(page.unpacked);
        largest = page.unpacked.max(largest);
        extent.fixed = extent.fixed.saturating_add(page.dictionary);
        extent.longest = extent.longest.saturating_add(if page.dictionary > 0 { page.unpacked } else { 0 });
    }
    extent.fixed = extent.fixed.saturating_add(2 * largest);
    if seen == values { Ok(extent) } else { Err(Damaged) }
}

/// One page of a column.
struct Page {
    /// Bytes in the file, with its header.
    stored: u64,
    unpacked: u64,
    /// Values, or 0 for a dictionary.
    values: u64,
    /// Bytes of the dictionary that it is.
    dictionary: u64,
}

/// Reads the header of a page, which has `left` bytes at most, and passes over its content.
fn page<R: Read + Seek>(reader: &mut BufReader<R>, left: u64, compression: Compression) -> Result<Page, Damaged> {
    let most = usize::try_from(left).unwrap_or(usize::MAX);
    let mut counted = Counted { reader: reader.by_ref().take(left), bytes: 0 };
    let header = ParquetPageHeader::read_from_in_protocol(&mut TCompactInputProtocol::new(&mut counted, most));
    let header = header.map_err(|_| Damaged)?;
    let header_bytes = counted.bytes;
    let packed = count(header.compressed_page_size.into())?;
    let unpacked = count(header.uncompressed_page_size.into())?;
    let stored = header_bytes.checked_add(packed).filter(|&stored| stored <= left && stored > 0).ok_or(Damaged)?;
    if compression == Compression::Uncompressed && unpacked != packed {
        return Err(Damaged);
    }
    reader.seek_relative(i64::try_from(packed).map_err(|_| Damaged)?).map_err(|_| Damaged)?;
    let mut page = Page { stored, unpacked, values: 0, dictionary: 0 };
    if let Some(dictionary) = &header.dictionary_page_header {
        let values = count(dictionary.num_values.into())?;
        // No value of a dictionary is shorter than a byte.
        if values > unpacked {
            return Err(Damaged);
        }
        page.dictionary = unpacked.saturating_add(values.saturating_mul(BYTES_A_VALUE));
    } else if let Some(data) = &header.data_page_header {
        page.values = count(data.num_values.into())?;
    } else if let Some(data) = &header.data_page_header_v2 {
        page.values = count(data.num_values.into())?;
        let levels = count(data.definition_levels_byte_length.into())?
            .saturating_add(count(data.repetition_levels_byte_length.into())?);
        if levels > packed || levels > unpacked || data.num_nulls < 0 || data.num_nulls > data.num_values {
            return Err(Damaged);
        }
    }
    Ok(page)
}

/// A length or a number; none is negative.
fn count(number: i64) -> Result<u64, Damaged> {
    u64::try_from(number).map_err(|_| Damaged)
}

/// Counts the bytes that are read.
struct Counted<R> {
    reader: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.bytes += count as u64;
        Ok(count)
    }
}
