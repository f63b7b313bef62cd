//! Delimited text: blocks of whole records to cells.
//!
//! Two ways lead to the same cells. A block with a quote byte goes through `csv-core`; any other block is scanned
//! eight bytes at a time, which is several times faster. Tests hold them against each other and against the `csv`
//! crate.
//!
//! A record needs exactly as many fields as there are columns, and one more without a value where every record is closed
//! by a delimiter. Empty lines are skipped, except in a file of one column, where an empty line is a record whose cell is
//! missing. Comments, lines of blanks and repeated headings are left out, and counted.

use csv_core::ReadRecordResult;
use memchr::{memchr, memchr_iter, memchr3};

use super::blocks::TextBlock;
use super::cells::{CellBlock, LONGEST_CELL, bytes_of, is_short, key_of, long_key, short_key};
use super::error::{InputError, shown};
use super::left_out::Width;
use super::sniff::Dialect;
use crate::result::NoRecord;

/// What is needed to turn a block into cells.
pub(super) struct Layout<'a> {
    /// File name, for messages.
    pub(super) file: &'a str,
    /// Column names in the order of the file, for messages.
    pub(super) columns: &'a [String],
    /// Delimiter and quote.
    pub(super) dialect: Dialect,
}

/// Extra bytes at the end of a text that is scanned, so that eight bytes can be read anywhere.
const PADDING: usize = 8;

impl Layout<'_> {
    /// The cells of a block.
    pub(super) fn parse(&self, block: TextBlock) -> Result<CellBlock, InputError> {
        check_text(&block, self.file)?;
        let first_line = block.first_line;
        let mut cells = match (self.dialect.separator, self.dialect.quote) {
            (Some(_), _) => {
                let text = self.dialect.separated(&block.text).into_owned();
                self.parse_plain(TextBlock { text, ..block })
            }
            (None, Some(quote)) if memchr(quote, &block.text).is_some() => self.parse_quoted(&block),
            (None, _) => self.parse_plain(block),
        }?;
        if self.dialect.is_closed && cells.column(self.columns.len()).iter().any(|&key| key != 0) {
            return Err(InputError::UnnamedValue { file: shown(self.file), line: first_line });
        }
        if self.dialect.header {
            self.drop_headings(&mut cells);
        }
        Ok(cells)
    }

    /// Fields of a record.
    fn fields(&self) -> usize {
        self.columns.len() + usize::from(self.dialect.is_closed)
    }

    /// Takes out records that are the heading once more. In a file of one column its name may be a value.
    fn drop_headings(&self, cells: &mut CellBlock) {
        let [first, _, ..] = self.columns else { return };
        let name = first.as_bytes();
        let key = if name.len() <= 7 { short_key(name) } else { long_key(0, name.len()) };
        // The place of a long cell stands in the lower half of its key.
        let compared = if is_short(key) { u64::MAX } else { !0 << 32 };
        let mut record = 0;
        while record < cells.records {
            if (cells.column(0)[record] ^ key) & compared == 0 && self.is_heading(cells, record) {
                cells.remove(record);
                // Where the first line may be a record, what equals it may be one as well.
                let is_certain = self.dialect.is_certain;
                cells.left_out.add(if is_certain { NoRecord::RepeatedHeading } else { NoRecord::LikeRecord }, 1);
            } else {
                record += 1;
            }
        }
    }

    fn is_heading(&self, cells: &CellBlock, record: usize) -> bool {
        let mut short = [0; 8];
        self.columns.iter().enumerate().all(|(column, name)| {
            bytes_of(cells.column(column)[record], &cells.text, &mut short).trim_ascii() == name.as_bytes()
        })
    }

    /// Where a line ends that is no record: a comment or, in a file of several columns, blanks.
    fn no_record(&self, text: &[u8], start: usize) -> Option<(usize, NoRecord)> {
        let end = || start + memchr(self.dialect.line_end, &text[start..]).map_or(text.len() - start, |at| at + 1);
        if self.dialect.comment.is_some_and(|comment| text[start..].starts_with(comment.bytes())) {
            let end = end();
            let width = Width::Fields(self.columns.len());
            return Some((end, width.declared(NoRecord::Comment, text[start..end].trim_ascii(), self.dialect)));
        }
        let is_blank = |line: &[u8]| {
            self.columns.len() > 1 && line.trim_ascii().is_empty() && !line.contains(&self.dialect.delimiter)
        };
        (matches!(text.get(start), Some(b' ' | b'\t')) && is_blank(&text[start..end()]))
            .then(|| (end(), NoRecord::Blank))
    }

    /// Most records that a text can hold: by its line ends, and by a byte for every field.
    fn most_records(&self, text: &[u8]) -> usize {
        let ends = memchr_iter(b'\n', text).count() + memchr_iter(b'\r', text).count();
        ends.min(text.len() / self.fields() + 1)
    }

    fn parse_plain(&self, block: TextBlock) -> Result<CellBlock, InputError> {
        let TextBlock { mut text, first_line, .. } = block;
        let stride = self.most_records(&text);
        let end = text.len();
        text.resize(end + PADDING, b'\n');
        let last_column = self.fields() - 1;
        let keys = vec![0; stride * self.fields()];
        let mut cells = CellBlock { text, keys, stride, ..CellBlock::default() };
        let may_begin_otherwise = |byte: u8| matches!(byte, b' ' | b'\t') || self.dialect.comment.is_some();
        let finder = FieldEnds::new(self.dialect.delimiter);
        let mut position = 0;
        while position < end {
            if last_column > 0 && matches!(cells.text[position], b'\n' | b'\r') {
                position += 1;
                continue;
            }
            let record_start = position;
            if may_begin_otherwise(cells.text[position])
                && let Some((after, kind)) = self.no_record(&cells.text[..end], position)
            {
                cells.left_out.add_line(kind, &cells.text[position..after.min(end)]);
                position = after;
                continue;
            }
            for column in 0..=last_column {
                let (key, length) = finder.field(&cells.text, position);
                let field_end = position + length;
                let at_delimiter = cells.text[field_end] == self.dialect.delimiter;
                if at_delimiter != (column < last_column) {
                    return Err(self.ragged(&cells.text[..end], record_start, first_line));
                }
                if length > LONGEST_CELL {
                    return Err(self.too_long(&cells.text[..position], column, first_line));
                }
                cells.keys[column * stride + cells.records] = key;
                position = field_end + 1;
            }
            cells.records += 1;
            if cells.text[position - 1] == b'\r' && position < end && cells.text[position] == b'\n' {
                position += 1;
            }
        }
        cells.first_line = self.first_line(&cells.text[..end], first_line, cells.records);
        Ok(cells)
    }

    /// The first line of a block in which every record is one line.
    fn first_line(&self, text: &[u8], first_line: u64, records: usize) -> Option<u64> {
        (memchr_iter(self.dialect.line_end, text).count() == records).then_some(first_line)
    }

    fn parse_quoted(&self, block: &TextBlock) -> Result<CellBlock, InputError> {
        let stride = self.most_records(&block.text);
        let columns = self.fields();
        let mut cells = CellBlock { keys: vec![0; stride * columns], stride, ..CellBlock::default() };
        // Unquoted text is never longer than quoted text.
        cells.text = vec![0; block.text.len() + PADDING];
        let mut reader = reader_of(self.dialect);
        let mut ends = vec![0; columns + 1];
        let (mut position, mut written) = (0, 0);
        while let Some(start) = self.next_record(&block.text, position) {
            if let Some(after) = self.empty_line(&block.text, start) {
                // The key of the empty cell is 0.
                cells.records += 1;
                position = after;
                continue;
            }
            if let Some((after, kind)) = self.no_record(&block.text, start) {
                cells.left_out.add_line(kind, &block.text[start..after.min(block.text.len())]);
                position = after;
                continue;
            }
            let (result, read, wrote, fields) =
                reader.read_record(&block.text[start..], &mut cells.text[written..], &mut ends);
            if fields != columns || !matches!(result, ReadRecordResult::Record) {
                return Err(self.ragged(&block.text, start, block.first_line));
            }
            let mut field_start = 0;
            for (column, &field_end) in ends[..columns].iter().enumerate() {
                let cell = &cells.text[written + field_start..written + field_end];
                if cell.len() > LONGEST_CELL {
                    return Err(self.too_long(&block.text[..start], column, block.first_line));
                }
                let key = key_of(cell, written + field_start);
                cells.keys[column * stride + cells.records] = key;
                field_start = field_end;
            }
            cells.records += 1;
            written += wrote;
            position = start + read;
            if block.text[position - 1] == b'\r' && block.text.get(position) == Some(&b'\n') {
                position += 1;
            }
        }
        cells.first_line = self.first_line(&block.text, block.first_line, cells.records);
        Ok(cells)
    }

    /// Where the next record begins at or after `position`; `None` at the end.
    fn next_record(&self, text: &[u8], position: usize) -> Option<usize> {
        if self.columns.len() == 1 {
            return (position < text.len()).then_some(position);
        }
        text[position..].iter().position(|byte| !matches!(byte, b'\n' | b'\r')).map(|skipped| position + skipped)
    }

    /// Where the empty line at `start` ends, in a file of one column; `None` when there is none.
    fn empty_line(&self, text: &[u8], start: usize) -> Option<usize> {
        match text[start..] {
            [b'\r', b'\n', ..] if self.columns.len() == 1 => Some(start + 2),
            [b'\n' | b'\r', ..] if self.columns.len() == 1 => Some(start + 1),
            _ => None,
        }
    }

    /// The error for a record with another number of fields.
    fn ragged(&self, text: &[u8], start: usize, first_line: u64) -> InputError {
        InputError::Ragged {
            file: shown(self.file),
            line: first_line + memchr_iter(self.dialect.line_end, &text[..start]).count() as u64,
            expected: self.fields(),
            found: count_fields(&text[start..], self.dialect),
        }
    }

    fn too_long(&self, before: &[u8], column: usize, first_line: u64) -> InputError {
        InputError::FieldTooLong {
            file: shown(self.file),
            column: shown(self.columns.get(column).map_or("", String::as_str)),
            line: first_line + memchr_iter(self.dialect.line_end, before).count() as u64,
        }
    }
}

/// A new `csv-core` reader drops a byte order mark; by then it is gone already, so one that is left belongs to a cell.
fn skip_byte_order_mark_logic(reader: &mut csv_core::Reader) {
    reader.read_record(b"\n", &mut [0; 1], &mut [0; 1]);
}

/// Fields of the first record of a text.
fn count_fields(text: &[u8], dialect: Dialect) -> usize {
    first_record(text, dialect).0.len()
}

/// A `csv-core` reader for a dialect.
fn reader_of(dialect: Dialect) -> csv_core::Reader {
    let mut builder = csv_core::ReaderBuilder::new();
    builder.delimiter(dialect.delimiter);
    match dialect.quote {
        Some(quote) => builder.quote(quote),
        None => builder.quoting(false),
    };
    let mut reader = builder.build();
    skip_byte_order_mark_logic(&mut reader);
    reader
}

/// Number of fields and end of each of the first `most` records of a text.
pub(super) fn field_counts(text: &[u8], dialect: Dialect, most: usize) -> Vec<(usize, usize)> {
    let mut reader = reader_of(dialect);
    // Only ends are counted, so the fields themselves may be overwritten.
    let (mut output, mut ends) = ([0; 4096], [0; 256]);
    let (mut read, mut fields) = (0, 0);
    let mut counts = Vec::new();
    while counts.len() < most {
        let (result, in_count, _, end_count) = reader.read_record(&text[read..], &mut output, &mut ends);
        read += in_count;
        fields += end_count;
        match result {
            ReadRecordResult::Record => counts.push((std::mem::take(&mut fields), read)),
            ReadRecordResult::End => break,
            ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
        }
    }
    counts
}

/// The fields of the first record that is not an empty line, and where it ends.
///
/// A record that the text cuts off is given as far as it goes.
pub(super) fn first_record(text: &[u8], dialect: Dialect) -> (Vec<Vec<u8>>, usize) {
    let mut reader = reader_of(dialect);
    let mut output = vec![0; text.len() + PADDING];
    let mut ends = vec![0; 64];
    let (mut read, mut written, mut fields) = (0, 0, 0);
    loop {
        let (result, in_count, out_count, end_count) =
            reader.read_record(&text[read..], &mut output[written..], &mut ends[fields..]);
        read += in_count;
        written += out_count;
        fields += end_count;
        match result {
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
            // No input left: the next call sees an empty text, which ends the record.
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull | ReadRecordResult::Record | ReadRecordResult::End => break,
        }
    }
    let starts = std::iter::once(0).chain(ends[..fields].iter().copied());
    let record = starts.zip(&ends[..fields]).map(|(start, &end)| output[start..end].to_vec()).collect();
    if text.get(read.wrapping_sub(1)) == Some(&b'\r') && text.get(read) == Some(&b'\n') {
        read += 1;
    }
    (record, read)
}

/// Refuses zero bytes and invalid UTF-8.
pub(super) fn check_text(block: &TextBlock, file: &str) -> Result<(), InputError> {
    let line_at = |at: usize| block.first_line + memchr_iter(b'\n', &block.text[..at]).count() as u64;
    if let Some(at) = memchr(0, &block.text) {
        return Err(InputError::ZeroByte { file: shown(file), line: line_at(at) });
    }
    std::str::from_utf8(&block.text).map(drop).map_err(|error| InputError::Encoding {
        file: shown(file),
        encoding: "UTF-8",
        line: line_at(error.valid_up_to()),
    })
}

/// Finds where a field ends: at a delimiter, a line feed or a carriage return.
struct FieldEnds {
    delimiter: u8,
    delimiters: u64,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the highest bit of every zero byte; bytes above the first zero may be marked wrongly.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

impl FieldEnds {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, delimiters: ONES * u64::from(delimiter) }
    }

    /// Key and length of the field at `position`. The text ends with a line end and eight more bytes.
    #[inline]
    fn field(&self, text: &[u8], position: usize) -> (u64, usize) {
        const LINE_FEEDS: u64 = ONES * b'\n' as u64;
        const RETURNS: u64 = ONES * b'\r' as u64;
        let word = text[position..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let ends = zero_bytes(word ^ self.delimiters) | zero_bytes(word ^ LINE_FEEDS) | zero_bytes(word ^ RETURNS);
        if ends == 0 {
            return self.long_field(text, position);
        }
        let length = ends.trailing_zeros() / 8;
        let key = word & ((1 << (8 * length)) - 1) | u64::from(length) << 56;
        (key, length as usize)
    }

    /// A field of more than seven bytes.
    fn long_field(&self, text: &[u8], position: usize) -> (u64, usize) {
        let rest = &text[position + 8..];
        let length = 8 + memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
        // A field that is too long is refused by the caller before its key is used.
        (long_key(position, length.min(LONGEST_CELL)), length)
    }
}
