//! What a file is, found from its first bytes.
//!
//! # Rules
//! - **Encoding**: a byte order mark decides. Without one, text in which nearly every other byte is zero is UTF-16;
//!   valid UTF-8 is UTF-8; anything else is Windows-1252.
//! - **Delimiter**: of comma, semicolon, tab, bar, circumflex, Ctrl-A and the unit separator the one that cuts all records
//!   of the sample into the same number of fields, at least two; of several the one with most fields. If none does, the
//!   one that cuts the first record into most fields: reading then stops at the first record that does not fit. If none
//!   occurs in the first record the file has one column, where it reads like a list of values; else it is refused.
//! - **Quote**: `"`, unless every field of the first record stands in single quotes.
//! - **Header**: present, unless every cell of the first record is empty or a number, date, time or boolean, and at
//!   least one is not empty. Columns without a header are named `column_1`, `column_2`, … When only some cells of the
//!   first record look like data (or are empty) it is refused, because names are shown and data must not be.
//! - **Line end**: line feed, with or without a carriage return before it; a carriage return alone in files that hold
//!   no line feed.

use std::borrow::Cow;

use memchr::memchr;

use super::classify::readings_of;
use super::delimited::first_record;
use super::frame::{self, Fit};
use super::headless;
use super::left_out::Width;
use super::tail::last_line;
use super::transcoder::Transcoder;
use crate::plan::{InputOptions, Sign, TextEncoding};
use crate::result::NoRecord;

/// How text in fields is written.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the text")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Between fields: the byte that stands there, or that takes the place of `separator` before fields are looked for.
    pub(super) delimiter: u8,
    /// Between fields, where it is more than one byte.
    pub(super) separator: Option<Sign>,
    /// Around fields, unless there is none.
    pub(super) quote: Option<u8>,
    /// At the end of records.
    pub(super) line_end: u8,
    /// Whether the first record holds the names of the columns.
    pub(super) header: bool,
    /// Lines above the first record.
    pub(super) skip: u64,
    /// Those of them that may be records, where the options say how many there are.
    pub(super) like_records: u64,
    /// Whether the last of them names the delimiter.
    pub(super) names_delimiter: bool,
    /// Lines below the last record, where the options say how many.
    pub(super) footer: Option<u64>,
    /// What lines begin with that are no records.
    pub(super) comment: Option<Sign>,
    /// Whether every record ends with a delimiter behind its last field.
    pub(super) is_closed: bool,
    /// Whether the first record holds names beyond doubt: somebody says so, or the cells beneath one of them are no texts.
    pub(super) is_certain: bool,
}

impl Dialect {
    /// Stands for a separator of several bytes. No text holds it.
    pub(super) const SEPARATED: u8 = 0xff;

    /// Fields between single bytes, under a heading.
    pub(super) const fn separated_by(delimiter: u8) -> Self {
        Self {
            delimiter,
            separator: None,
            quote: Some(b'"'),
            line_end: b'\n',
            header: true,
            skip: 0,
            like_records: 0,
            names_delimiter: false,
            footer: None,
            comment: None,
            is_closed: false,
            is_certain: false,
        }
    }

    /// The text with one byte between fields.
    pub(super) fn separated<'text>(&self, text: &'text [u8]) -> Cow<'text, [u8]> {
        let Some(separator) = self.separator else { return Cow::Borrowed(text) };
        let mut rewritten = Vec::with_capacity(text.len());
        let mut start = 0;
        for at in memchr::memmem::find_iter(text, separator.bytes()) {
            rewritten.extend_from_slice(&text[start..at]);
            rewritten.push(Self::SEPARATED);
            start = at + separator.bytes().len();
        }
        rewritten.extend_from_slice(&text[start..]);
        Cow::Owned(rewritten)
    }
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

/// A sample of text, and how it is written.
pub(super) struct Written<'text> {
    pub(super) dialect: Dialect,
    /// The sample from its first record on, one byte between fields, without comments.
    pub(super) text: Cow<'text, [u8]>,
    /// Whether something stands between fields, or somebody said so.
    pub(super) is_delimited: bool,
    /// The line of the first record with another number of fields than the first one, and both numbers; not looked for
    /// where comments were taken out.
    pub(super) odd: Option<(u64, usize, usize)>,
}

/// How a sample is written; what the options name is taken as named. `whole` when the sample is the whole text.
pub(super) fn written<'text>(text: &'text str, whole: bool, extension: &str, options: &InputOptions) -> Written<'text> {
    let bytes = text.as_bytes();
    let line_end = if memchr(b'\n', bytes).is_none() && memchr(b'\r', bytes).is_some() { b'\r' } else { b'\n' };
    let mut dialect = Dialect { line_end, ..Dialect::separated_by(b',') };
    dialect.footer = options.footer;
    dialect.comment = options.comment;
    let named_in_file = if options.skip.is_none() { frame::named_delimiter(bytes) } else { None };
    dialect.names_delimiter = named_in_file.is_some();
    dialect.skip = options.skip.unwrap_or(u64::from(dialect.names_delimiter));
    let mut sample = frame::below(bytes, dialect.skip, line_end);
    let above_end = bytes.len() - sample.len();
    // Where the sample ends before the text does, what stands below the records is not in it.
    for _ in 0..options.footer.filter(|_| whole).unwrap_or(0) {
        sample = &sample[..last_line(sample, line_end).unwrap_or(0)];
    }
    let mut text = Cow::Borrowed(sample);
    if let Some(comment) = options.comment {
        text = Cow::Owned(frame::without_comments(&text, comment, line_end));
    }
    let named = options.delimiter.or(named_in_file.map(Sign::of_byte));
    dialect.separator = named.filter(|sign| sign.byte().is_none());
    dialect.quote = match (options.quote, dialect.separator) {
        (Some(quote), _) => quote,
        // Where a separator may stand within quotes it cannot be told from one that separates.
        (None, Some(_)) => None,
        (None, None) => Some(quote_of(&text)),
    };
    if dialect.separator.is_some() {
        text = Cow::Owned(dialect.separated(&text).into_owned());
    }
    let named = named.map(|sign| sign.byte().unwrap_or(Dialect::SEPARATED));
    let search = options.skip.is_none() && options.header != Some(false) && options.layout.is_empty();
    let (delimiter, fit) = delimiter_of(&text, whole, extension, named, dialect, search);
    dialect.delimiter = delimiter;
    if fit.start > 0 {
        dialect.skip += frame::lines_before(&text, fit.start, line_end);
        text = Cow::Owned(text[fit.start..].to_vec());
    }
    dialect.header = options.header.unwrap_or_else(|| has_header(&text, dialect));
    dialect.is_closed = is_closed(&text, whole, dialect);
    dialect.is_certain = options.header == Some(true) || (dialect.header && headless::is_heading(&text, dialect));
    if options.skip.is_some() {
        let width = match options.layout.last() {
            Some(last) => Width::Characters(last.end()),
            None => Width::Fields(fit.fields),
        };
        let above = &bytes[..above_end];
        let lines = above.split(|&byte| byte == line_end).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let like = lines.filter(|line| width.declared(NoRecord::Above, line, dialect) == NoRecord::LikeRecord);
        dialect.like_records = like.count() as u64;
    }
    let odd = fit.odd.filter(|_| !dialect.is_closed && dialect.comment.is_none());
    let line = |place| dialect.skip + 1 + frame::lines_before(&text, place, line_end);
    let odd = odd.map(|(place, found)| (line(place), fit.fields, found));
    Written { dialect, text, is_delimited: fit.fields > 1 || named.is_some(), odd }
}

/// The quote character of a sample.
fn quote_of(text: &[u8]) -> u8 {
    let first = text.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty()).unwrap_or_default();
    let single = |field: &[u8]| field.len() > 1 && field.starts_with(b"'") && field.ends_with(b"'");
    let all_single = DELIMITERS
        .iter()
        .any(|delimiter| first.contains(delimiter) && first.split(|byte| byte == delimiter).all(single));
    if all_single { b'\'' } else { b'"' }
}

/// What is looked for between fields, the most usual first.
const DELIMITERS: [u8; 7] = *b",;\t|^\x01\x1f";

/// The delimiter of a sample, unless it is named, and how the sample divides under it.
fn delimiter_of(
    text: &[u8],
    whole: bool,
    extension: &str,
    named: Option<u8>,
    dialect: Dialect,
    search: bool,
) -> (u8, Fit) {
    let fit_under = |delimiter| frame::fit(text, whole, Dialect { delimiter, ..dialect }, SAMPLE_RECORDS, search);
    if let Some(named) = named {
        return (named, fit_under(named));
    }
    let mut candidates = DELIMITERS;
    if extension == "tsv" || extension == "tab" {
        candidates[..3].rotate_right(1);
    }
    let fits = candidates.map(|delimiter| (delimiter, fit_under(delimiter)));
    // Of those with equally many fields the first one.
    let best = |fits: &mut dyn Iterator<Item = (u8, Fit)>| {
        fits.reduce(|best, next| if next.1.fields > best.1.fields { next } else { best })
    };
    let consistent = best(&mut fits.into_iter().filter(|(_, fit)| fit.consistent && fit.fields > 1));
    consistent.or_else(|| best(&mut fits.into_iter())).unwrap_or((candidates[0], Fit::default()))
}

/// Whether all records of a sample end with a delimiter behind their last field, so that it closes the record and begins
/// no column. The heading may end in one or not.
fn is_closed(text: &[u8], whole: bool, dialect: Dialect) -> bool {
    let (names, mut position) = first_record(text, dialect);
    let ends_open = names.last().is_some_and(|last| !last.trim_ascii().is_empty());
    if names.len() < 2 || (dialect.header && ends_open && !whole && position >= text.len()) {
        return false;
    }
    let width = names.len() + usize::from(dialect.header && ends_open);
    let mut records = if dialect.header { 0 } else { usize::from(!ends_open) };
    if !dialect.header && ends_open {
        return false;
    }
    while records < SAMPLE_RECORDS && position < text.len() {
        let (record, end) = first_record(&text[position..], dialect);
        position += end;
        let is_cut = position >= text.len() && !whole;
        let is_record = record.len() > 1 && !is_cut;
        if is_record && (record.len() != width || record.last().is_some_and(|last| !last.trim_ascii().is_empty())) {
            return false;
        }
        records += usize::from(is_record);
    }
    records > 0 || (dialect.header && !ends_open)
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
