//! From what the user typed to files whose kind and columns are known.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::archive;
use super::error::{InputError, shown};
use super::find::{Found, refuse_repeats, resolve, split_name, stem};
use super::json_frame::JsonLayout;
use super::left_out::LeftOut;
use super::partitions::{self, Partition};
use super::recognise::recognise;
use super::sniff::Dialect;
#[cfg(feature = "cli")]
use super::stored::hashed_file;
use super::stored::{Compression, Place, Rest, decompressed_head};
use super::{foreign, heading};
use crate::plan::{InputOptions, TextEncoding};
use crate::result::ColumnType;
#[cfg(feature = "cli")]
use crate::result::InputFile;

/// Bytes at the beginning of a file from which its kind is found.
const SAMPLE: usize = 1 << 20;

/// The files of one extract: found, opened once, with known columns; ready to be read.
#[derive(Debug)]
pub struct Source {
    pub(super) files: Vec<SourceFile>,
    pub(super) columns: Vec<String>,
    pub(super) options: InputOptions,
    /// Columns that are wanted only if their cells have a spelling.
    pub(super) guessed: HashSet<String>,
    /// Files of the folders that are not read, and are told.
    pub(super) skipped: Vec<PathBuf>,
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
    /// For every column of the extract that is one of the files' its position in this file.
    pub(super) positions: Vec<usize>,
    /// The columns behind these, which stand in the names of its folders.
    pub(super) partitions: Vec<Partition>,
    /// What it holds beside its table, as far as that is known before it is read.
    pub(super) left_out: LeftOut,
}

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Delimited text.
    Delimited(Dialect, TextEncoding),
    /// Text in fields of fixed width, which the options name.
    Fixed(Dialect, TextEncoding),
    /// JSON records.
    Ndjson(TextEncoding, JsonLayout),
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
/// An input is a file, a folder (the data files directly in it, by name; there may be little else; or folders such as
/// `month=2024-01`, whose names are a column more), a pattern such as `data/*.csv`, or `-` for
/// standard input. The kind of a file is found from its content first and its name second.
///
/// # Errors
/// When an input leads nowhere, a folder holds what would not be read, a first line may be names or data, a file cannot be
/// opened or recognised, column names are empty or repeated, or the columns of two files differ.
pub fn open(inputs: &[String], options: &InputOptions) -> Result<Source, InputError> {
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    for input in inputs {
        resolve(input, &mut found, &mut skipped)?;
    }
    refuse_repeats(&found)?;
    let mut files: Vec<SourceFile> = Vec::with_capacity(found.len());
    for input in &found {
        let mut file = open_file(input, options)?;
        heading::check(&file, options.header == Some(true))?;
        let first = files.first().unwrap_or(&file);
        partitions::refuse_others((&file.name, &file.partitions), (&first.name, &first.partitions))?;
        file.positions = positions(&file, first)?;
        files.push(file);
    }
    let (Some(first), Some(input)) = (files.first(), found.first()) else {
        return Err(InputError::NoFiles { input: shown(&inputs.join(" ")) });
    };
    let in_folders = first.partitions.iter().map(|partition| &partition.column);
    let name = |path: &Path| partitions::root_name(path).unwrap_or_else(|| stem(path));
    Ok(Source {
        columns: first.columns.iter().chain(in_folders).cloned().collect(),
        name: input.path().map_or_else(|| "stdin".to_owned(), name),
        options: options.clone(),
        guessed: HashSet::new(),
        skipped,
        files,
    })
}

impl Source {
    /// Declares types of columns, beside those of the options.
    pub fn declare_types(&mut self, types: impl IntoIterator<Item = (String, ColumnType)>) {
        self.options.column_types.extend(types);
    }

    /// Says of which columns nobody declared that they are used. Where the cells of such a column have no spelling, as
    /// lists have none, it is passed over; any other column that is wanted is refused then.
    pub fn pass_over_unspelled(&mut self, is_declared: impl Fn(&str) -> bool) {
        self.guessed = self.columns.iter().filter(|column| !is_declared(column)).cloned().collect();
    }

    /// Says which files a configuration names. Those in the folder of the extract are known, so they are not told as skipped.
    pub fn know_files(&mut self, named: &[PathBuf]) {
        if !self.skipped.is_empty() {
            let known: HashSet<PathBuf> = named.iter().filter_map(|path| path.canonicalize().ok()).collect();
            self.skipped.retain(|path| path.canonicalize().map_or(true, |path| !known.contains(&path)));
        }
    }

    /// Names of the columns, in the order of the first file; those that stand in the names of folders come last.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The byte between the fields of the first file, where it is a delimited text.
    #[must_use]
    pub fn delimiter(&self) -> Option<u8> {
        match &self.files.first()?.format {
            Format::Delimited(dialect, _) if dialect.separator.is_none() => Some(dialect.delimiter),
            _ => None,
        }
    }

    /// Name of the first file without the endings that tell its kind and compression; `stdin` for standard input; of a
    /// file whose folders are columns, the name of the folder that holds these.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its files with their hashes, unread; none where that is not all there is to know of them, as of a stream and of files
    /// in whose folders columns stand.
    #[cfg(feature = "cli")]
    pub(crate) fn hashed(&self) -> Option<Vec<InputFile>> {
        let hashed = |file: &SourceFile| match &file.place {
            Place::File { path, .. } if file.partitions.is_empty() => hashed_file(&file.name, path).ok(),
            _ => None,
        };
        self.files.iter().map(hashed).collect()
    }

    /// Stored bytes of all files together; `None` when a stream is among them.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.files.iter().map(|file| file.place.bytes()).sum()
    }
}

/// The files that `inputs` mean with their hashes, as [`Source::hashed`], without a look at what they hold; none also where
/// one of them cannot be found or read, or a folder holds files that are skipped.
#[cfg(feature = "cli")]
pub(crate) fn hashed(inputs: &[String]) -> Option<Vec<InputFile>> {
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    for input in inputs {
        resolve(input, &mut found, &mut skipped).ok()?;
    }
    // What they say has no hash, and another file may lie there tomorrow.
    if !skipped.is_empty() {
        return None;
    }
    let hashed = |found: &Found| {
        let (name, path) = (found.name(), found.path()?);
        let is_whole = partitions::partitions(&name, path).is_ok_and(|columns| columns.is_empty());
        if is_whole { hashed_file(&name, path).ok() } else { None }
    };
    found.iter().map(hashed).collect()
}

/// The sizes of the files that `inputs` mean, in the order in which they are read; none where that is not known.
#[cfg(feature = "cli")]
pub(crate) fn sizes(inputs: &[String]) -> Option<Vec<u64>> {
    let mut found = Vec::new();
    for input in inputs {
        resolve(input, &mut found, &mut Vec::new()).ok()?;
    }
    found.iter().map(|found| Some(fs::metadata(found.path()?).ok()?.len())).collect()
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
    let Opened { compression, sample, whole, inside, mut left_out } = look(found, &name, &head, head_is_all)?;
    foreign::refuse(&name, &head, &sample)?;
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
    let kind_name = inside.as_deref().unwrap_or(&name);
    let (format, columns) = recognise((&name, kind_name), &place, compression, &sample, whole, options)?;
    let partitions = match found.path() {
        Some(path) => partitions::partitions(&name, path)?,
        None => Vec::new(),
    };
    partitions::refuse_repeats(&name, &columns, &partitions)?;
    left_out.name_file(&name);
    Ok(SourceFile { name, place, compression, format, columns, positions: Vec::new(), partitions, left_out })
}

/// The beginning of a file without its compression.
struct Opened {
    compression: Compression,
    sample: Vec<u8>,
    /// Whether that is all of it.
    whole: bool,
    /// Name of the table in an archive.
    inside: Option<String>,
    /// What an archive holds beside it.
    left_out: LeftOut,
}

/// Unpacks the beginning of a file.
fn look(found: &Found, name: &str, head: &[u8], head_is_all: bool) -> Result<Opened, InputError> {
    let refuse = |error: io::Error| InputError::unreadable(name, &error);
    if let Some(path) = found.path().filter(|_| archive::is_archive(head)) {
        // What is damaged and has the name of a workbook is told as one.
        let is_workbook = ["xlsx", "xlsm", "xlsb", "ods"].contains(&split_name(name).1.as_str());
        let table = match archive::table_of(name, File::open(path).map_err(refuse)?) {
            Err(InputError::Compression { .. }) if is_workbook => None,
            table => table?,
        };
        if let Some(table) = table {
            let opened = File::open(path).map_err(refuse)?;
            let (sample, whole) = archive::head(opened, table.part, SAMPLE).map_err(refuse)?;
            if Compression::of(&sample) != Compression::None {
                let problem = "the file inside is compressed once more; unpack it";
                return Err(InputError::Format { file: shown(name), format: "ZIP", problem });
            }
            let archive::Table { name, part, left_out } = table;
            return Ok(Opened { compression: Compression::Zip(part), sample, whole, inside: Some(name), left_out });
        }
    }
    let (sample, whole) = decompressed_head(head, head_is_all, SAMPLE);
    Ok(Opened { compression: Compression::of(head), sample, whole, inside: None, left_out: LeftOut::default() })
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
    let known: HashSet<&String> = first.columns.iter().collect();
    match file.columns.iter().position(|column| !known.contains(column)) {
        None => Ok(positions),
        Some(index) => Err(InputError::ExtraColumn {
            file: shown(&file.name),
            position: index + 1,
            first_file: shown(&first.name),
        }),
    }
}
