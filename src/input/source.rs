//! From what the user typed to files whose kind and columns are known.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::delimited::first_record;
use super::error::{InputError, shown};
use super::sniff::{self, Dialect, Kind};
use super::stored::{Compression, Place, Rest, decompressed_head, encoding_name};
use super::{arrow, columnar, excel, headless, ndjson};
use crate::plan::{InputOptions, TextEncoding};
use crate::result::ColumnType;

/// Bytes at the beginning of a file from which its kind is found.
const SAMPLE: usize = 1 << 20;

/// Endings of names of data files, without that of their compression.
const EXTENSIONS: [&str; 18] = [
    "csv", "tsv", "tab", "txt", "ndjson", "jsonl", "json", "parquet", "pq", "arrow", "feather", "ipc", "arrows",
    "xlsx", "xlsm", "xlsb", "xls", "ods",
];

/// The files of one extract: found, opened once, with known columns; ready to be read.
#[derive(Debug)]
pub struct Source {
    pub(super) files: Vec<SourceFile>,
    pub(super) columns: Vec<String>,
    pub(super) options: InputOptions,
    name: String,
}

/// One file of an extract.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Name without folder; `-` for standard input.
    pub(super) name: String,
    /// Where it lies.
    pub(super) place: Place,
    /// How it is compressed.
    pub(super) compression: Compression,
    /// How it is to be read.
    pub(super) format: Format,
    /// Its columns, in its own order.
    pub(super) columns: Vec<String>,
    /// For every column of the extract its position in this file.
    pub(super) positions: Vec<usize>,
}

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Delimited text.
    Delimited(Dialect, TextEncoding),
    /// One JSON object a line.
    Ndjson(TextEncoding),
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC file.
    ArrowFile,
    /// Arrow IPC stream.
    ArrowStream,
    /// The sheet of a spreadsheet.
    Sheet,
}

/// Finds the files that `inputs` mean, looks at the beginning of each, and checks that all have the same columns.
///
/// An input is a file, a folder (the data files directly in it, by name; there may be little else), a pattern such as `data/*.csv`, or `-` for
/// standard input. The kind of a file is found from its content first and its name second.
///
/// # Errors
/// When an input leads nowhere, a folder holds what would not be read, a first line may be names or data, a file cannot be opened or recognised, column names are empty or repeated, or the
/// columns of two files differ.
pub fn open(inputs: &[String], options: &InputOptions) -> Result<Source, InputError> {
    let mut found = Vec::new();
    for input in inputs {
        resolve(input, &mut found)?;
    }
    refuse_repeats(&found)?;
    let mut files: Vec<SourceFile> = Vec::with_capacity(found.len());
    for input in &found {
        let mut file = open_file(input, options)?;
        check_names(&file)?;
        let first = files.first().unwrap_or(&file);
        file.positions = positions(&file, first)?;
        files.push(file);
    }
    let (Some(first), Some(input)) = (files.first(), found.first()) else {
        return Err(InputError::NoFiles { input: shown(&inputs.join(" ")) });
    };
    Ok(Source {
        columns: first.columns.clone(),
        name: input.path().map_or_else(|| "stdin".to_owned(), stem),
        options: options.clone(),
        files,
    })
}

impl Source {
    /// Declares types of columns, beside those of the options.
    pub fn declare_types(&mut self, types: impl IntoIterator<Item = (String, ColumnType)>) {
        self.options.column_types.extend(types);
    }

    /// Names of the columns, in the order of the first file.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Name of the first file without the endings that tell its kind and compression; `stdin` for standard input.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Stored bytes of all files together; `None` when a stream is among them.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.files.iter().map(|file| file.place.bytes()).sum()
    }
}

/// One file that an input means.
enum Found {
    Stdin,
    File(PathBuf),
}

impl Found {
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::File(path) => Some(path),
        }
    }

    /// Name without folder.
    fn name(&self) -> String {
        self.path().map_or_else(|| "-".to_owned(), file_name)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "?".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Appends the files that one input means.
fn resolve(input: &str, found: &mut Vec<Found>) -> Result<(), InputError> {
    if input == "-" {
        found.push(Found::Stdin);
        return Ok(());
    }
    let path = Path::new(input);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => folder(input, path, found),
        Ok(_) => {
            found.push(Found::File(path.to_path_buf()));
            Ok(())
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(InputError::unreadable(&file_name(path), &error)),
        Err(_) if input.contains(['*', '?', '[']) => pattern(input, found),
        Err(_) => Err(InputError::NotFound { input: shown(input) }),
    }
}

/// The data files directly in a folder, by name. Anything else that may hold records is refused: it would be missing
/// from the figures without a word.
fn folder(input: &str, path: &Path, found: &mut Vec<Found>) -> Result<(), InputError> {
    let refuse = |error: io::Error| InputError::unreadable(&file_name(path), &error);
    let (mut files, mut other_files, mut folders) = (Vec::new(), 0, 0);
    for entry in fs::read_dir(path).map_err(refuse)? {
        let entry = entry.map_err(refuse)?.path();
        let (name, is_folder) = (file_name(&entry), entry.is_dir());
        if is_left_out(&name, is_folder) {
            continue;
        }
        if is_folder {
            folders += 1;
        } else if entry.is_file() && has_known_ending(&name) {
            files.push(entry);
        } else {
            other_files += 1;
        }
    }
    if !files.is_empty() && other_files + folders > 0 {
        return Err(InputError::NotRead { input: shown(input), files: other_files, folders });
    }
    append_sorted(input, files, found)
}

/// The files that a pattern matches, by path.
fn pattern(input: &str, found: &mut Vec<Found>) -> Result<(), InputError> {
    // As in a shell, a star does not match hidden files.
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::default() };
    let matches = glob::glob_with(input, options).map_err(|_| InputError::Pattern { input: shown(input) })?;
    let mut files = Vec::new();
    for path in matches {
        let path = path.map_err(|error| InputError::unreadable(&file_name(error.path()), error.error()))?;
        if path.is_file() {
            files.push(path);
        }
    }
    append_sorted(input, files, found)
}

fn append_sorted(input: &str, mut files: Vec<PathBuf>, found: &mut Vec<Found>) -> Result<(), InputError> {
    if files.is_empty() {
        return Err(InputError::NoFiles { input: shown(input) });
    }
    files.sort();
    found.extend(files.into_iter().map(Found::File));
    Ok(())
}

/// Whether a name in a folder is passed over in silence: hidden ones and those that other programs mark by `_`, our
/// own configuration and reports, notes, licences and checksums.
fn is_left_out(name: &str, is_folder: bool) -> bool {
    let lower = name.to_lowercase();
    if lower.starts_with(['.', '_']) || is_folder {
        return lower.starts_with(['.', '_']) || lower == "reports";
    }
    let (stem, ending) = lower.split_once('.').unwrap_or((&lower, ""));
    let is_note =
        ["readme", "license", "licence", "copying", "notice"].contains(&stem) && ["", "txt"].contains(&ending);
    let last_ending = lower.rsplit_once('.').map_or("", |(_, last)| last);
    is_note || ["md", "sha256"].contains(&last_ending) || ["sha256sums", "reidrisk.toml"].contains(&lower.as_str())
}

/// Whether a name ends like that of a data file.
fn has_known_ending(name: &str) -> bool {
    EXTENSIONS.contains(&split_name(name).1.as_str())
}

/// Name and ending (lower case) of a file, without the ending of its compression.
fn split_name(name: &str) -> (&str, String) {
    let plain = match name.rsplit_once('.') {
        Some((plain, ending)) if is_one_of(ending, &["gz", "gzip", "zst", "zstd"]) => plain,
        _ => name,
    };
    match plain.rsplit_once('.') {
        Some((stem, ending)) if is_one_of(ending, &EXTENSIONS) => (stem, ending.to_ascii_lowercase()),
        _ => (plain, String::new()),
    }
}

fn is_one_of(ending: &str, known: &[&str]) -> bool {
    known.iter().any(|other| ending.eq_ignore_ascii_case(other))
}

/// Name of a file without the endings that tell its kind and compression.
fn stem(path: &Path) -> String {
    split_name(&file_name(path)).0.to_owned()
}

/// Refuses a file that is named twice.
fn refuse_repeats(found: &[Found]) -> Result<(), InputError> {
    let mut seen = HashMap::new();
    for (index, file) in found.iter().enumerate() {
        let key = file.path().map(|path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf()));
        if seen.insert(key, index).is_some() {
            return Err(InputError::NamedTwice { input: shown(&file.name()) });
        }
    }
    Ok(())
}

/// Reads the beginning of a file; `true` when that is all of it.
fn read_head(name: &str, reader: &mut dyn Read) -> Result<(Vec<u8>, bool), InputError> {
    let mut head = Vec::new();
    reader.take(SAMPLE as u64).read_to_end(&mut head).map_err(|error| InputError::unreadable(name, &error))?;
    let whole = head.len() < SAMPLE;
    Ok((head, whole))
}

/// Opens a file and finds its kind and columns.
fn open_file(found: &Found, options: &InputOptions) -> Result<SourceFile, InputError> {
    let name = found.name();
    let refuse = |error: io::Error| InputError::unreadable(&name, &error);
    let mut reader: Box<dyn Read + Send> = match found {
        Found::Stdin => Box::new(io::stdin()),
        Found::File(path) => Box::new(File::open(path).map_err(refuse)?),
    };
    let metadata = found.path().map(fs::metadata).transpose().map_err(refuse)?.filter(fs::Metadata::is_file);
    let (head, head_is_all) = read_head(&name, &mut reader)?;
    if head.is_empty() {
        return Err(InputError::Empty { file: shown(&name) });
    }
    let compression = Compression::of(&head);
    let (sample, whole) = decompressed_head(&head, head_is_all, SAMPLE);
    if sample.is_empty() {
        return Err(if whole {
            InputError::Empty { file: shown(&name) }
        } else {
            InputError::Compression { file: shown(&name), compression: compression.name() }
        });
    }
    let place = match (found.path(), metadata) {
        (Some(path), Some(metadata)) => {
            Place::File { path: path.to_path_buf(), bytes: metadata.len(), modified: metadata.modified().ok() }
        }
        _ => Place::Stream { head, rest: Rest::new(reader) },
    };
    let (format, columns) = recognise(&name, &place, compression, &sample, whole, options)?;
    Ok(SourceFile { name, place, compression, format, columns, positions: Vec::new() })
}

/// Finds how a file is to be read, and its columns.
fn recognise(
    name: &str,
    place: &Place,
    compression: Compression,
    sample: &[u8],
    whole: bool,
    options: &InputOptions,
) -> Result<(Format, Vec<String>), InputError> {
    let extension = split_name(name).1;
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
        Kind::Parquet => Ok((Format::Parquet, columnar::parquet_columns(name, binary("Parquet")?)?)),
        Kind::ArrowFile => {
            Ok((Format::ArrowFile, arrow::columns(name, opened(name, binary("Arrow")?)?, arrow::Kind::File)?))
        }
        Kind::ArrowStream => {
            let file = opened(name, binary("Arrow stream")?)?;
            Ok((Format::ArrowStream, arrow::columns(name, file, arrow::Kind::Stream)?))
        }
        Kind::Sheet => {
            let columns = excel::columns(name, binary("spreadsheet")?)?;
            // The option to say that there is no header is for text only.
            if options.header != Some(true) && columns.iter().any(|column| sniff::is_data(column.as_bytes())) {
                let problem = "its first row looks like data, not column names; save it as CSV and say `--no-header`, \
                               or set `header = true` under `[dataset]`";
                return Err(InputError::Format { file: shown(name), format: "spreadsheet", problem });
            }
            Ok((Format::Sheet, columns))
        }
        Kind::JsonArray => {
            let problem = "it holds one JSON array; write one object a line";
            Err(InputError::Format { file: shown(name), format: "NDJSON", problem })
        }
        kind => {
            check_sample(name, sample, whole, encoding, &text)?;
            if kind == Kind::Ndjson {
                let columns = ndjson::columns(name, &text)?;
                if options.header != Some(true) && columns.iter().any(|column| sniff::is_data(column.as_bytes())) {
                    let problem = "some of its keys look like data, not column names; write them as values, or set \
                                   `header = true` under `[dataset]`";
                    return Err(InputError::Format { file: shown(name), format: "NDJSON", problem });
                }
                return Ok((Format::Ndjson(encoding), columns));
            }
            let dialect = sniff::dialect_of(&text, whole, &extension, options);
            let columns = header(name, &text, whole, dialect)?;
            if options.header.is_none() && dialect.header {
                refuse_data(name, &text, dialect)?;
            }
            Ok((Format::Delimited(dialect, encoding), columns))
        }
    }
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
        return Err(InputError::Encoding { file: shown(name), encoding: encoding_name(encoding), line });
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
fn header(name: &str, text: &str, whole: bool, dialect: Dialect) -> Result<Vec<String>, InputError> {
    let (record, end) = first_record(text.as_bytes(), dialect);
    if end == text.len() && !whole {
        let problem = "its first record is longer than 1 MiB";
        return Err(InputError::Format { file: shown(name), format: "delimited", problem });
    }
    if dialect.header {
        return Ok(record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect());
    }
    Ok((1..=record.len()).map(|position| format!("column_{position}")).collect())
}

/// Refuses a header of which some cells look like data: as names they would be shown everywhere.
fn refuse_data(name: &str, text: &str, dialect: Dialect) -> Result<(), InputError> {
    let (record, _) = first_record(text.as_bytes(), dialect);
    let reads_like_data = record.iter().any(|cell| cell.trim_ascii().is_empty() || sniff::is_data(cell));
    if !reads_like_data && !headless::is_record(text, dialect) {
        return Ok(());
    }
    let blank = text.bytes().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    let line = 1 + blank.filter(|&byte| byte == dialect.line_end).count() as u64;
    Err(InputError::LooksLikeData { file: shown(name), line })
}

/// Refuses empty and repeated column names.
fn check_names(file: &SourceFile) -> Result<(), InputError> {
    let mut seen = HashMap::new();
    if file.columns.is_empty() {
        return Err(InputError::Empty { file: shown(&file.name) });
    }
    for (index, column) in file.columns.iter().enumerate() {
        if column.is_empty() {
            return Err(InputError::UnnamedColumn { file: shown(&file.name), position: index + 1 });
        }
        if let Some(first) = seen.insert(column, index) {
            return Err(InputError::DuplicateColumn { file: shown(&file.name), first: first + 1, second: index + 1 });
        }
    }
    Ok(())
}

/// For every column of the first file its position in this file.
fn positions(file: &SourceFile, first: &SourceFile) -> Result<Vec<usize>, InputError> {
    let by_name: HashMap<&String, usize> = file.columns.iter().zip(0..).collect();
    let mut positions = Vec::with_capacity(first.columns.len());
    for column in &first.columns {
        // Named by the first file: what stands in the first line of another file may be cells.
        positions.push(*by_name.get(column).ok_or_else(|| InputError::MissingColumn {
            file: shown(&file.name),
            column: shown(column),
            first_file: shown(&first.name),
        })?);
    }
    match file.columns.iter().find(|column| !first.columns.contains(column)) {
        None => Ok(positions),
        Some(column) => Err(InputError::ExtraColumn {
            file: shown(&file.name),
            column: shown(column),
            first_file: shown(&first.name),
        }),
    }
}
