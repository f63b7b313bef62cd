//! Why an extract could not be read.

mod hint;
mod made;
mod sheet;
mod words;

use std::io;

pub(super) use self::made::shown;
pub use self::sheet::SheetError;
use self::words::{counted, describe, grouped, others, size, unfit_cells};
use super::classify::Doubt;
use super::places::Place;
use crate::stop::StopReason;

/// Why an extract could not be read.
///
/// Messages hold names of files and columns and positions, never a cell value. Lines count from 1 and include the
/// header; records count from 1 and leave it out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Nothing stands under this name.
    #[error("`{input}` does not exist")]
    NotFound {
        /// The input as typed.
        input: String,
    },
    /// The pattern is malformed.
    #[error("`{input}` is not a valid pattern for file names")]
    Pattern {
        /// The input as typed.
        input: String,
    },
    /// A folder or a pattern leads to no data file.
    #[error("`{input}` contains no data file")]
    NoFiles {
        /// The folder or pattern as typed.
        input: String,
    },
    /// The same file, or standard input, is named twice.
    #[error("`{input}` is named more than once; its records would count twice")]
    NamedTwice {
        /// The input.
        input: String,
    },
    /// Two files hold the same bytes: a copy, or two names of one file.
    #[error("`{first}` and `{second}` have the same content; its records would count twice")]
    SameContent {
        /// Name of the file read first.
        first: String,
        /// Name of the other one.
        second: String,
    },
    /// A folder holds more than the data files that would be read.
    #[error("`{input}` also contains {}, which would not be read", others(*.files, *.folders))]
    NotRead {
        /// The folder as typed.
        input: String,
        /// Files that have no ending of a data file.
        files: usize,
        /// Folders in it.
        folders: usize,
    },
    /// The first record may be data or names, and nobody said which.
    #[error("line {line} of `{file}` looks like data, not column names")]
    LooksLikeData {
        /// File name.
        file: String,
        /// Line, counted from 1.
        line: u64,
    },
    /// What stands in the way of the sheets of a workbook.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// The system refused to open or read a file.
    #[error("cannot read `{file}`: {}", describe(*.kind))]
    Unreadable {
        /// File name.
        file: String,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The file holds nothing.
    #[error("`{file}` is empty")]
    Empty {
        /// File name.
        file: String,
    },
    /// The name or the first bytes promise a format that the file does not hold, or one that cannot be read.
    #[error("`{file}` is not a readable {format} file: {problem}")]
    Format {
        /// File name.
        file: String,
        /// The format expected.
        format: &'static str,
        /// What is wrong with it, without cell values.
        problem: &'static str,
    },
    /// An archive holds several files that may be tables.
    #[error("`{file}` contains {files} files that may be tables, but only one can be read")]
    ArchiveOfSeveral {
        /// File name.
        file: String,
        /// Files in it, without notes, licences and hidden ones.
        files: usize,
    },
    /// A format that is known, and not read.
    #[error("`{file}` has the format {format}, which is not supported")]
    Foreign {
        /// File name.
        file: String,
        /// The format.
        format: &'static str,
        /// How to make a file of it that is read.
        way: &'static str,
    },
    /// Text in which nothing stands between fields, and that is no list of single values.
    #[error("no delimiter was detected in `{file}`")]
    NoDelimiter {
        /// File name.
        file: String,
    },
    /// Text of a mainframe, and nobody said of which code page.
    #[error("`{file}` looks like EBCDIC, a mainframe encoding")]
    Ebcdic {
        /// File name.
        file: String,
    },
    /// A name of a column that is an identifier or a text of another kind.
    ///
    /// The name is not told: it may be a cell.
    #[error("the heading of column {position} of `{file}` looks like a cell")]
    CellAsName {
        /// File name.
        file: String,
        /// Position, counted from 1.
        position: usize,
    },
    /// All lines are to be left out.
    #[error("`{file}` has no line below the {} to skip", counted(*.skip, "line"))]
    NothingBelow {
        /// File name.
        file: String,
        /// Lines to be skipped.
        skip: u64,
    },
    /// A record of fixed width that the layout does not describe.
    #[error("line {line} of `{file}` does not fit the layout: {problem}")]
    Unlaid {
        /// File name.
        file: String,
        /// Line, counted from 1.
        line: u64,
        /// What is wrong, without cell values.
        problem: &'static str,
    },
    /// An option that says nothing of files of this format.
    #[error("`{option}` does not apply to `{file}`, which is a {format} file")]
    IdleOption {
        /// File name.
        file: String,
        /// The option.
        option: &'static str,
        /// The format of the file.
        format: &'static str,
    },
    /// A value in the last column, which has no name.
    #[error("line {line} of `{file}` holds a value in the last column, which has no name")]
    UnnamedValue {
        /// File name.
        file: String,
        /// Line, counted from 1, or the first line of the part of the file that it lies in.
        line: u64,
    },
    /// Compressed data end early, are followed by other bytes, or are damaged.
    #[error("the {compression} data in `{file}` are damaged or end too early")]
    Compression {
        /// File name.
        file: String,
        /// `gzip`, `zstd` or `zip`.
        compression: &'static str,
    },
    /// Text is not in the encoding that the file seemed to have.
    #[error("`{file}` is not valid {encoding} in line {line}")]
    Encoding {
        /// File name.
        file: String,
        /// Name of the encoding.
        encoding: &'static str,
        /// Line, counted from 1.
        line: u64,
    },
    /// A zero byte in text.
    #[error("`{file}` holds a zero byte in line {line}, so it is not a text file")]
    ZeroByte {
        /// File name.
        file: String,
        /// Line, counted from 1.
        line: u64,
    },
    /// A text of JSON that spells what is no character.
    #[error(
        "`{file}` holds `\\u0000`, or half of a pair such as `\\ud800` alone, in line {line}; neither is a character of a text"
    )]
    UnfitEscape {
        /// File name.
        file: String,
        /// Line, counted from 1.
        line: u64,
    },
    /// A file with more columns than can be described.
    #[error("`{file}` has {} columns; at most {} are read", grouped(*.columns as u64), grouped(*.most as u64))]
    TooManyColumns {
        /// File name.
        file: String,
        /// Columns of the file.
        columns: usize,
        /// The most that are read.
        most: usize,
    },
    /// A column without a name.
    #[error("column {position} of `{file}` has no name")]
    UnnamedColumn {
        /// File name.
        file: String,
        /// Position, counted from 1.
        position: usize,
    },
    /// Two columns have one name.
    ///
    /// The name is not told: the first line of a file without a header holds cells.
    #[error("columns {first} and {second} of `{file}` have the same name")]
    DuplicateColumn {
        /// File name.
        file: String,
        /// Position of the first, counted from 1.
        first: usize,
        /// Position of the second, counted from 1.
        second: usize,
    },
    /// A file lacks a column of the first file.
    #[error("`{file}` has no column `{column}`, but `{first_file}` has")]
    MissingColumn {
        /// File name.
        file: String,
        /// The column.
        column: String,
        /// Name of the first file.
        first_file: String,
    },
    /// A file has a column that the first file lacks.
    ///
    /// Its name is not told: what stands in the first line of another file may be a cell.
    #[error("column {position} of `{file}` is not among the columns of `{first_file}`")]
    ExtraColumn {
        /// File name.
        file: String,
        /// Position, counted from 1.
        position: usize,
        /// Name of the first file.
        first_file: String,
    },
    /// The name of a folder that stands for a column and its value is no text.
    #[error("a folder of `{file}` names a column, but its name is not valid text")]
    PartitionText {
        /// File name.
        file: String,
    },
    /// A column stands in the name of a folder, and in the file or another folder as well.
    #[error("column `{column}` is named by a folder of `{file}` and again by the file or another folder")]
    PartitionRepeats {
        /// File name.
        file: String,
        /// The column.
        column: String,
    },
    /// The folders of a file name other columns than those of the first file.
    #[error("the folders of `{file}` name different columns from those of `{first_file}`")]
    PartitionsDiffer {
        /// File name.
        file: String,
        /// Name of the first file.
        first_file: String,
    },
    /// A record with more or fewer fields than there are columns.
    #[error("line {line} of `{file}` has {} instead of {expected}", counted(*.found as u64, "field"))]
    Ragged {
        /// File name.
        file: String,
        /// Line on which the record begins, counted from 1.
        line: u64,
        /// Columns.
        expected: usize,
        /// Fields found.
        found: usize,
    },
    /// A quoted field without its closing quote.
    #[error("a quoted field that begins in line {line} of `{file}` is never closed")]
    OpenQuote {
        /// File name.
        file: String,
        /// Line, counted from 1.
        line: u64,
    },
    /// A field that is larger than can be read.
    #[error("a field of column `{column}` in line {line} of `{file}` is larger than 16 MiB")]
    FieldTooLong {
        /// File name.
        file: String,
        /// Column.
        column: String,
        /// Line, counted from 1.
        line: u64,
    },
    /// A record that is larger than can be read.
    #[error("the record that begins in line {line} of `{file}` is larger than 64 MiB")]
    RecordTooLong {
        /// File name.
        file: String,
        /// Line, counted from 1.
        line: u64,
    },
    /// A line that is not a JSON object.
    #[error("line {line} of `{file}` is not one JSON object")]
    NotAnObject {
        /// File name.
        file: String,
        /// Line, counted from 1.
        line: u64,
    },
    /// A key that none of the records has from which the columns were found; it may be a value, so it is not shown.
    #[error("key {position} in line {line} of `{file}` is not among the keys of the first {records} records")]
    UnknownKey {
        /// File name.
        file: String,
        /// Position of the key in its object, counted from 1.
        position: usize,
        /// Line, counted from 1.
        line: u64,
        /// Records from which the columns are found, at most.
        records: usize,
    },
    /// A key that stands twice in one record.
    #[error("line {line} of `{file}` has the key `{column}` twice")]
    RepeatedKey {
        /// File name.
        file: String,
        /// The key.
        column: String,
        /// Line, counted from 1.
        line: u64,
    },
    /// A list or an object where a plain value is needed.
    #[error("column `{column}` of `{file}` holds nested values")]
    Nested {
        /// File name.
        file: String,
        /// Column.
        column: String,
    },
    /// A list or an object in a line of NDJSON.
    #[error("line {line} of `{file}` holds a nested value in `{column}`")]
    NestedKey {
        /// File name.
        file: String,
        /// Key.
        column: String,
        /// Line, counted from 1.
        line: u64,
    },
    /// A column of bytes that are not text, or of a type that has no plain spelling.
    #[error("column `{column}` of `{file}` holds {found}, which cannot be compared as values")]
    UnsupportedValues {
        /// File name.
        file: String,
        /// Column.
        column: String,
        /// What it holds.
        found: &'static str,
    },
    /// Cells that do not fit what was declared of their column, more than it allows.
    #[error("column `{column}` is declared {declared}, but {}", unfit_cells(*.cells, place))]
    UnfitCell {
        /// Column.
        column: String,
        /// Where the first one stands.
        place: Place,
        /// How many there are, one where it contradicts others.
        cells: u64,
        /// The declared type.
        declared: &'static str,
    },
    /// A column that can be read in several ways, and nothing in it settles which.
    #[error("the reading of column `{column}` is ambiguous: {}", doubt.sentence())]
    OpenReading {
        /// Column.
        column: String,
        /// What is open.
        doubt: Doubt,
    },
    /// A columnar file whose parts contradict each other or cannot be decoded.
    #[error("column `{column}` of `{file}` is damaged: {problem}")]
    DamagedColumn {
        /// File name.
        file: String,
        /// Column.
        column: String,
        /// What is wrong, without cell values.
        problem: &'static str,
    },
    /// The file is not the same after reading as it was before.
    #[error("`{file}` changed while it was read")]
    Changed {
        /// File name.
        file: String,
    },
    /// There are more distinct values or records than codes can name.
    #[error("column `{column}` has more than 4,294,967,295 distinct values")]
    TooManyValues {
        /// Column.
        column: String,
    },
    /// Codes and dictionaries are larger than the memory allowed.
    #[error(
        "the coded columns need more than the {} of memory allowed (after {} record{})",
        size(*.limit),
        grouped(*.records),
        if *.records == 1 { "" } else { "s" }
    )]
    Memory {
        /// The limit in bytes.
        limit: u64,
        /// Records read until then.
        records: u64,
    },
    /// Told to end early.
    #[error("reading was stopped early")]
    Stopped(StopReason),
    /// A mistake of this program, not of the data.
    #[error("reading `{file}` failed inside the program")]
    Internal {
        /// File name.
        file: String,
    },
}
