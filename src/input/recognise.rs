//! From the beginning of a file to how it is read, and its columns.

use std::fs::File;
use std::path::Path;

use super::delimited::first_record;
use super::error::{InputError, shown};
use super::find::split_name;
use super::json_keys::Records;
use super::sniff::{self, Dialect, Kind};
use super::source::Format;
use super::stored::{Compression, Place};
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
    let binary = |format: &'static str| match place.path() {
        Some(path) if compression == Compression::None => Ok(path),
        Some(_) => {
            Err(InputError::Format { file: shown(name), format, problem: "it is compressed as a whole; unpack it" })
        }
        None => Err(InputError::Format {
            file: shown(name),
            format,
            problem: "it cannot be read from a stream; save it as a file",
        }),
    };
    match sniff::kind_of(sample, &text, &extension) {
        Kind::Parquet => {
            refuse_idle(name, "Parquet", options)?;
            Ok((Format::Parquet, columnar::parquet_columns(name, binary("Parquet")?)?))
        }
        Kind::ArrowFile => {
            refuse_idle(name, "Arrow", options)?;
            Ok((Format::ArrowFile, arrow::columns(name, opened(name, binary("Arrow")?)?, arrow::Kind::File)?))
        }
        Kind::ArrowStream => {
            refuse_idle(name, "Arrow", options)?;
            let file = opened(name, binary("Arrow stream")?)?;
            Ok((Format::ArrowStream, arrow::columns(name, file, arrow::Kind::Stream)?))
        }
        Kind::Sheet => {
            refuse_idle_of_sheet(name, options)?;
            let path = binary("spreadsheet")?;
            if let Some(problem) = not_a_workbook(sample, &text) {
                return Err(InputError::Format { file: shown(name), format: "spreadsheet", problem });
            }
            let columns = excel::columns(name, path, options)?;
            // The option to say that there is no header is for text only.
            if options.header != Some(true) && columns.iter().any(|column| sniff::is_data(column.as_bytes())) {
                let problem = "its first row looks like data, not column names; save it as CSV and use `--no-header`, \
                               or set `header = true` under `[dataset]`";
                return Err(InputError::Format { file: shown(name), format: "spreadsheet", problem });
            }
            Ok((Format::Sheet, columns))
        }
        kind => {
            if options.encoding.is_none() && foreign::is_ebcdic(sample) {
                return Err(InputError::Ebcdic { file: shown(name) });
            }
            check_sample(name, sample, whole, encoding, &text)?;
            if matches!(kind, Kind::Ndjson | Kind::JsonArray) {
                refuse_idle(name, "JSON", options)?;
                let layout = json_keys::layout_of(&text);
                let records = Records { file: name, place, compression, encoding, layout };
                let columns = json_keys::columns(records, &text, whole)?;
                if options.header != Some(true) && columns.iter().any(|column| sniff::is_data(column.as_bytes())) {
                    let problem = "some of its keys look like data, not column names; write them as values, or set \
                                   `header = true` under `[dataset]`";
                    return Err(InputError::Format { file: shown(name), format: "NDJSON", problem });
                }
                return Ok((Format::Ndjson(encoding, layout), columns));
            }
            first_idle(name, "text", &[("sheet", !options.sheets.is_empty())])?;
            in_fields(name, &text, whole, &extension, encoding, options)
        }
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

fn opened(name: &str, path: &Path) -> Result<File, InputError> {
    File::open(path).map_err(|error| InputError::unreadable(name, &error))
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
