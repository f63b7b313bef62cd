//! What a file is, found from its first bytes.
//!
//! # Rules
//! - **Encoding**: a byte order mark decides. Without one, text in which nearly every other byte is zero is UTF-16;
//!   valid UTF-8 is UTF-8; anything else is Windows-1252.
//! - **Delimiter**: of comma, semicolon, tab and bar the one that cuts all records of the sample into the same number
//!   of fields, at least two; of several the one with most fields. If none does, the one that cuts the first record
//!   into most fields: reading then stops at the first record that does not fit. If none occurs in the first record
//!   the file has one column.
//! - **Quote**: `"`, unless every field of the first record stands in single quotes.
//! - **Header**: present, unless every cell of the first record is empty or a number, date, time or boolean, and at
//!   least one is not empty. Columns without a header are named `column_1`, `column_2`, … When only some cells of the
//!   first record look like data (or are empty) it is refused, because names are shown and data must not be.
//! - **Line end**: line feed, with or without a carriage return before it; a carriage return alone in files that hold
//!   no line feed.

use memchr::memchr;

use super::classify::readings_of;
use super::delimited::{field_counts, first_record};
use super::transcoder::Transcoder;
use crate::plan::{InputOptions, TextEncoding};

/// How delimited text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Between fields.
    pub(super) delimiter: u8,
    /// Around fields, unless there is none.
    pub(super) quote: Option<u8>,
    /// At the end of records.
    pub(super) line_end: u8,
    /// Whether the first record holds the names of the columns.
    pub(super) header: bool,
}

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Delimited text, once the dialect is known.
    Delimited,
    /// One JSON object a line.
    Ndjson,
    /// One JSON array of objects.
    JsonArray,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC file.
    ArrowFile,
    /// Arrow IPC stream.
    ArrowStream,
    /// A spreadsheet.
    Sheet,
}

/// The kind of a file by its first bytes (decompressed) and its name.
pub(super) fn kind_of(head: &[u8], text: &str, extension: &str) -> Kind {
    match head {
        [b'P', b'A', b'R', b'1', ..] => return Kind::Parquet,
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => return Kind::ArrowFile,
        [0xff, 0xff, 0xff, 0xff, _, _, _, _, ..] => return Kind::ArrowStream,
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => return Kind::Sheet,
        _ => {}
    }
    match extension {
        "parquet" | "pq" => Kind::Parquet,
        "arrow" | "feather" | "ipc" => Kind::ArrowFile,
        "arrows" => Kind::ArrowStream,
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Kind::Sheet,
        "ndjson" | "jsonl" => Kind::Ndjson,
        _ => kind_of_text(text, extension),
    }
}

fn kind_of_text(text: &str, extension: &str) -> Kind {
    let text = text.trim_start();
    let line = text.lines().next().unwrap_or_default().trim_end();
    let begins_list = || text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'));
    let is_object = extension == "json" || line == "{" || (line.ends_with('}') && line.contains("\":"));
    if line.starts_with('{') && is_object {
        Kind::Ndjson
    } else if line.starts_with('[') && (extension == "json" || begins_list()) {
        Kind::JsonArray
    } else {
        Kind::Delimited
    }
}

/// The encoding of a sample; `whole` when the sample is the whole text.
pub(super) fn encoding_of(sample: &[u8], whole: bool) -> TextEncoding {
    match sample {
        [0xef, 0xbb, 0xbf, ..] => return TextEncoding::Utf8,
        [0xff, 0xfe, ..] => return TextEncoding::Utf16Le,
        [0xfe, 0xff, ..] => return TextEncoding::Utf16Be,
        _ => {}
    }
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let (pairs, even, odd) = (sample.len() / 2, zeros(0), zeros(1));
    if pairs > 0 && odd * 10 >= pairs * 4 && even * 20 <= pairs {
        return TextEncoding::Utf16Le;
    }
    if pairs > 0 && even * 10 >= pairs * 4 && odd * 20 <= pairs {
        return TextEncoding::Utf16Be;
    }
    match std::str::from_utf8(sample) {
        Ok(_) => TextEncoding::Utf8,
        // The sample may end in the middle of a character.
        Err(error) if error.error_len().is_none() && !whole => TextEncoding::Utf8,
        Err(_) => TextEncoding::Windows1252,
    }
}

/// A sample as UTF-8, without a byte order mark, as far as it is valid.
pub(super) fn sample_text(sample: &[u8], encoding: TextEncoding) -> String {
    let mut text = Vec::new();
    match Transcoder::new(encoding) {
        // A mistake is reported, with its line, when the file is read.
        Some(mut transcoder) => drop(transcoder.append(sample, &mut text, false)),
        None => text.extend_from_slice(sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample)),
    }
    let valid = std::str::from_utf8(&text).map_or_else(|error| error.valid_up_to(), str::len);
    text.truncate(valid);
    String::from_utf8(text).unwrap_or_default()
}

/// Records of the sample that are looked at.
const SAMPLE_RECORDS: usize = 1000;

/// The dialect of a sample; what the options name is taken as named. `whole` when the sample is the whole text.
pub(super) fn dialect_of(text: &str, whole: bool, extension: &str, options: &InputOptions) -> Dialect {
    let bytes = text.as_bytes();
    let line_end = if memchr(b'\n', bytes).is_none() && memchr(b'\r', bytes).is_some() { b'\r' } else { b'\n' };
    let quote = options.quote.unwrap_or_else(|| Some(quote_of(text)));
    let dialect = |delimiter| Dialect { delimiter, quote, line_end, header: true };
    let named = options.delimiter.and_then(|sign| sign.byte());
    let delimiter = named.unwrap_or_else(|| delimiter_of(bytes, whole, extension, dialect));
    let header = options.header.unwrap_or_else(|| has_header(bytes, dialect(delimiter)));
    Dialect { header, ..dialect(delimiter) }
}

/// The quote character of a sample.
fn quote_of(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
    let single = |field: &str| field.len() > 1 && field.starts_with('\'') && field.ends_with('\'');
    let all_single =
        [',', ';', '\t', '|'].iter().any(|&delimiter| first.contains(delimiter) && first.split(delimiter).all(single));
    if all_single { b'\'' } else { b'"' }
}

/// The delimiter of a sample.
fn delimiter_of(text: &[u8], whole: bool, extension: &str, dialect: impl Fn(u8) -> Dialect) -> u8 {
    let candidates = if extension == "tsv" || extension == "tab" { *b"\t,;|" } else { *b",;\t|" };
    let mut best_consistent = (1, candidates[0]);
    let mut best_first = (1, candidates[0]);
    for delimiter in candidates {
        let (first, consistent) = first_and_consistent(text, whole, dialect(delimiter));
        if first > best_first.0 {
            best_first = (first, delimiter);
        }
        if consistent && first > best_consistent.0 {
            best_consistent = (first, delimiter);
        }
    }
    if best_consistent.0 > 1 { best_consistent.1 } else { best_first.1 }
}

/// Fields of the first record, and whether all other records of the sample have as many.
fn first_and_consistent(text: &[u8], whole: bool, dialect: Dialect) -> (usize, bool) {
    let mut counts = field_counts(text, dialect, SAMPLE_RECORDS);
    let Some(&(first, _)) = counts.first() else { return (0, false) };
    // The last record of a sample may be cut off.
    counts.pop_if(|(_, end)| *end == text.len() && !whole);
    (first, counts.iter().all(|&(count, _)| count == first))
}

/// Whether a cell of the first record looks like data: a number, date, time or boolean, or digits without a letter.
pub(super) fn is_data(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    let spells_number = cell.iter().any(u8::is_ascii_digit) && !cell.iter().any(is_letter);
    !cell.is_empty() && (spells_number || !readings_of(cell).is_text())
}

/// Whether the first record holds names.
fn has_header(text: &[u8], dialect: Dialect) -> bool {
    let (record, _) = first_record(text, dialect);
    let is_value = |cell: &Vec<u8>| !cell.is_empty() && !readings_of(cell.trim_ascii()).is_text();
    let has_value = record.iter().any(is_value);
    !(has_value && record.iter().all(|cell| cell.trim_ascii().is_empty() || is_value(cell)))
}
