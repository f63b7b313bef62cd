//! From the beginning of a file to how it is read, and its columns.

use std::path::Path;

use super::delimited::first_record;
use super::error::{InputError, shown};
use super::find::split_name;
use super::json_keys::Records;
use super::sniff::{self, Dialect, Kind};
use super::source::Format;
use super::stored::{Compression, Place, open_file};
use super::{arrow, columnar, excel, fixed, foreign, headless, json_keys, list};
use crate::plan::{FixedField, InputOptions, TextEncoding};

/// Finds how a file is to be read, and its columns. The second of the names is that of the table within an archive.
pub(super) fn recognise(
    (name, kind_name): (&str, &str),
    place: &Place,
    compression: Compression,
    sample: &[u8],
    whole: bool,
    options: &InputOptions,
) -> Result<(Format, Vec<String>), InputError> {
    let extension = split_name(kind_name).1;
    let encoding = options.encoding.unwrap_or_else(|| sniff::encoding_of(sample, whole));
    let text = sniff::sample_text(sample, encoding);
    let kind = sniff::kind_of(sample, &text, &extension);
    let beginning = Beginning { name, place, compression, sample, text: &text, encoding, whole, options };
    match kind {
        Kind::Parquet => {
            refuse_idle(name, "Parquet", options)?;
            Ok((Format::Parquet, columnar::parquet_columns(name, beginning.stored_alone("Parquet")?)?))
        }
        Kind::ArrowFile => {
            refuse_idle(name, "Arrow", options)?;
            let file = open_file(name, beginning.stored_alone("Arrow")?)?;
            Ok((Format::ArrowFile, arrow::columns(name, file, arrow::Kind::File)?))
        }
        Kind::ArrowStream => {
            refuse_idle(name, "Arrow", options)?;
            let file = open_file(name, beginning.stored_alone("Arrow stream")?)?;
            Ok((Format::ArrowStream, arrow::columns(name, file, arrow::Kind::Stream)?))
        }
        Kind::Sheet => beginning.sheet(),
        kind => {
            if options.encoding.is_none() && foreign::is_ebcdic(sample) {
                return Err(InputError::Ebcdic { file: shown(name) });
            }
            if encoding.is_ebcdic() && foreign::is_ascii(sample) {
                let problem = "its bytes are ASCII text, of which nobody would read what is measured; remove `encoding` under \
                               `[dataset]` (`--encoding`), or name that of the text";
                return Err(InputError::Format { file: shown(name), format: "EBCDIC", problem });
            }
            check_sample(name, sample, whole, encoding, &text)?;
            if matches!(kind, Kind::Ndjson | Kind::JsonArray) {
                return beginning.json();
            }
            first_idle(name, "text", &[("sheet", !options.sheets.is_empty())])?;
            in_fields(name, &text, whole, &extension, encoding, options)
        }
    }
}

/// The beginning of a file, and what is known of the rest.
struct Beginning<'a> {
    name: &'a str,
    place: &'a Place,
    compression: Compression,
    sample: &'a [u8],
    /// The sample as text.
    text: &'a str,
    encoding: TextEncoding,
    /// Whether the sample is the whole file.
    whole: bool,
    options: &'a InputOptions,
}

impl Beginning<'_> {
    /// The path of a file of this format, which is read at any place: not compressed as a whole, and no stream.
    fn stored_alone(&self, format: &'static str) -> Result<&Path, InputError> {
        let refused = |problem| Err(InputError::Format { file: shown(self.name), format, problem });
        match self.place.path() {
            Some(path) if self.compression == Compression::None => Ok(path),
            Some(_) => refused("it is compressed as a whole; unpack it"),
            None => refused("it cannot be read from a stream; save it as a file"),
        }
    }

    /// Whether names of columns look like data, and nobody said that they are names.
    fn has_data_for_names(&self, columns: &[String]) -> bool {
        // The option to say that there is no header is for text only.
        self.options.header != Some(true) && columns.iter().any(|column| sniff::is_data(column.as_bytes()))
    }

    /// A workbook.
    fn sheet(&self) -> Result<(Format, Vec<String>), InputError> {
        let Self { name, options, .. } = *self;
        let refused = |problem| InputError::Format { file: shown(name), format: "spreadsheet", problem };
        refuse_idle_of_sheet(name, options)?;
        let path = self.stored_alone("spreadsheet")?;
        if let Some(problem) = not_a_workbook(self.sample, self.text) {
            return Err(refused(problem));
        }
        let columns = excel::columns(name, path, options)?;
        if self.has_data_for_names(&columns) {
            return Err(refused(
                "its first row looks like data, not column names; save it as CSV and use `--no-header`, or set \
                 `header = true` under `[dataset]`",
            ));
        }
        Ok((Format::Sheet, columns))
    }

    /// JSON: one object after the other, or a list of them.
    fn json(&self) -> Result<(Format, Vec<String>), InputError> {
        let Self { name, place, compression, encoding, .. } = *self;
        refuse_idle(name, "JSON", self.options)?;
        let layout = json_keys::layout_of(self.text);
        let records = Records { file: name, place, compression, encoding, layout };
        let columns = json_keys::columns(records, self.text, self.whole)?;
        if self.has_data_for_names(&columns) {
            let problem = "some of its keys look like data, not column names; write them as values, or set \
                           `header = true` under `[dataset]`";
            return Err(InputError::Format { file: shown(name), format: "NDJSON", problem });
        }
        Ok((Format::Ndjson(encoding, layout), columns))
    }
}

/// Why a file that has the name of a workbook is none, where it is text.
fn not_a_workbook(sample: &[u8], text: &str) -> Option<&'static str> {
    if sample.starts_with(b"PK") || sample.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) || memchr::memchr(0, sample).is_some()
    {
        return None;
    }
    let begin: String = text.trim_start().chars().take(2_000).collect::<String>().to_ascii_lowercase();
    let is_page =
        |begin: &str| ["<html", "<!doctype html", "<table", "mime-version:"].iter().any(|tag| begin.starts_with(tag));
    if is_page(&begin) || (begin.starts_with('<') && (begin.contains("<html") || begin.contains("<table"))) {
        return Some(
            "it is an HTML page named like a workbook; open it in a spreadsheet program and save it as xlsx or CSV",
        );
    }
    if begin.starts_with('<') {
        return Some("it is XML named like a workbook; open it in a spreadsheet program and save it as xlsx or CSV");
    }
    Some("it is text named like a workbook; give it the extension `.csv`")
}

/// Text in fields, between delimiters or of fixed width.
fn in_fields(
    name: &str,
    text: &str,
    whole: bool,
    extension: &str,
    encoding: TextEncoding,
    options: &InputOptions,
) -> Result<(Format, Vec<String>), InputError> {
    let sniff::Written { dialect, text, is_delimited, odd } = sniff::written(text, whole, extension, options);
    if text.trim_ascii().is_empty() {
        return Err(if dialect.skip > 0 {
            InputError::NothingBelow { file: shown(name), skip: dialect.skip }
        } else {
            InputError::Empty { file: shown(name) }
        });
    }
    if !options.layout.is_empty() {
        let end = options.layout.last().map_or(0, FixedField::end);
        if options.record_length.is_none() && text.len() > end && !fixed::has_line_end(&text) {
            let problem = "the file has no line ends; set the length of a record with `record_length`";
            return Err(InputError::Unlaid { file: shown(name), line: 1, problem });
        }
        let dialect = sniff::Dialect { skip: dialect.skip + u64::from(options.header == Some(true)), ..dialect };
        let names = options.layout.iter().map(|field| field.name.clone()).collect();
        return Ok((Format::Fixed(dialect, encoding), names));
    }
    let columns = header(name, &text, whole, dialect)?;
    if !is_delimited && !list::is_list(&text, whole, dialect) {
        return Err(InputError::NoDelimiter { file: shown(name) });
    }
    // It would be refused when it is read; until then what stands in its first line would be taken for names.
    if let Some((line, expected, found)) = odd.filter(|_| is_delimited) {
        return Err(InputError::Ragged { file: shown(name), line, expected, found });
    }
    if options.header.is_none() && dialect.header {
        refuse_data(name, &text, dialect)?;
    }
    Ok((Format::Delimited(dialect, encoding), columns))
}

/// Refuses samples that are no text.
fn check_sample(name: &str, sample: &[u8], whole: bool, encoding: TextEncoding, text: &str) -> Result<(), InputError> {
    let line_of = |bytes: &[u8]| 1 + memchr::memchr_iter(b'\n', bytes).count() as u64;
    if encoding == TextEncoding::Utf8
        && let Err(error) = std::str::from_utf8(sample)
        && (whole || error.error_len().is_some())
    {
        let line = line_of(&sample[..error.valid_up_to()]);
        return Err(InputError::Encoding { file: shown(name), encoding: encoding.name(), line });
    }
    if let Some(at) = text.find('\0') {
        return Err(InputError::ZeroByte { file: shown(name), line: line_of(&text.as_bytes()[..at]) });
    }
    if text.trim_matches(['\r', '\n']).is_empty() {
        return Err(InputError::Empty { file: shown(name) });
    }
    Ok(())
}

/// Column names of delimited text.
fn header(name: &str, text: &[u8], whole: bool, dialect: Dialect) -> Result<Vec<String>, InputError> {
    let (mut record, end) = first_record(text, dialect);
    if end == text.len() && !whole {
        let problem = "its first record is longer than 1 MiB";
        return Err(InputError::Format { file: shown(name), format: "delimited", problem });
    }
    if dialect.is_closed {
        record.pop_if(|last| last.trim_ascii().is_empty());
    }
    if dialect.header {
        return Ok(record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect());
    }
    Ok((1..=record.len()).map(|position| format!("column_{position}")).collect())
}

/// Refuses a header of which some cells look like data: as names they would be shown everywhere.
fn refuse_data(name: &str, text: &[u8], dialect: Dialect) -> Result<(), InputError> {
    let (mut record, _) = first_record(text, dialect);
    if dialect.is_closed {
        record.pop_if(|last| last.trim_ascii().is_empty());
    }
    let reads_like_data = record.iter().any(|cell| cell.trim_ascii().is_empty() || sniff::is_data(cell));
    if !reads_like_data && !headless::is_record(text, dialect) {
        return Ok(());
    }
    let blank = text.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    let line = dialect.skip + 1 + blank.filter(|&&byte| byte == dialect.line_end).count() as u64;
    Err(InputError::LooksLikeData { file: shown(name), line })
}

/// Refuses options about lines where there are none.
fn refuse_idle(name: &str, format: &'static str, options: &InputOptions) -> Result<(), InputError> {
    let given = [
        ("skip", options.skip.is_some()),
        ("footer", options.footer.is_some()),
        ("comment", options.comment.is_some()),
        ("layout", !options.layout.is_empty()),
        ("sheet", !options.sheets.is_empty()),
    ];
    first_idle(name, format, &given)
}

/// Refuses options that say nothing of the rows of a sheet.
fn refuse_idle_of_sheet(name: &str, options: &InputOptions) -> Result<(), InputError> {
    let given = [("comment", options.comment.is_some()), ("layout", !options.layout.is_empty())];
    first_idle(name, "spreadsheet", &given)
}

fn first_idle(name: &str, format: &'static str, given: &[(&'static str, bool)]) -> Result<(), InputError> {
    match given.iter().find(|(_, is_given)| *is_given) {
        Some(&(option, _)) => Err(InputError::IdleOption { file: shown(name), option, format }),
        None => Ok(()),
    }
}
