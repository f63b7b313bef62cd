//! Why an extract could not be read, and what to do about it.

use std::io;

use super::classify::Doubt;
use super::places::Place;
use crate::printable::printable_within;
use crate::stop::StopReason;

/// Characters of a name that are shown.
const LONGEST_NAME: usize = 100;

/// A file, column or input name made safe to show: control characters are escaped and long names are cut.
///
/// Names come from outside and may hold terminal escapes.
pub(super) fn shown(name: &str) -> String {
    printable_within(name, LONGEST_NAME)
}

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
    #[error("`{input}` holds no data file")]
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
    #[error("`{input}` also holds {}, which would not be read", others(*.files, *.folders))]
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
    /// A workbook with more than one sheet that holds cells.
    #[error("{sheets} sheets of `{file}` hold cells, and none is named: {names}")]
    SeveralSheets {
        /// File name.
        file: String,
        /// Sheets that hold cells.
        sheets: usize,
        /// Their names.
        names: String,
    },
    /// A sheet is named that the workbook does not have.
    #[error("`{file}` has no sheet `{sheet}`; its sheets are {names}")]
    NoSuchSheet {
        /// File name.
        file: String,
        /// The sheet as named.
        sheet: String,
        /// The names of its sheets.
        names: String,
    },
    /// A named sheet holds no cell, or none between the rows that are passed over.
    #[error("sheet `{sheet}` of `{file}` holds no cell that is read")]
    EmptySheet {
        /// File name.
        file: String,
        /// Name of the sheet.
        sheet: String,
    },
    /// The first rows of a sheet are a title.
    #[error(
        "row {heading} of sheet `{sheet}` of `{file}` looks like the heading, with a title above it (sheets: {names})"
    )]
    TitleRows {
        /// File name.
        file: String,
        /// Name of the sheet.
        sheet: String,
        /// Row of what looks like the heading, counted from 1.
        heading: usize,
        /// The names of all sheets.
        names: String,
    },
    /// Several sheets are to be read as one table, and one of them has other columns.
    #[error(
        "the sheets of `{file}` that are to be read do not have the same columns: number {number} of them differs from the first"
    )]
    OtherColumns {
        /// File name.
        file: String,
        /// Its place among the sheets that are read, counted from 1.
        number: usize,
    },
    /// A column of a spreadsheet holds formulas, and no value of them was stored.
    #[error("column `{column}` of `{file}` holds formulas without stored values")]
    UnstoredFormulas {
        /// File name.
        file: String,
        /// Column name.
        column: String,
    },
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
    #[error("`{file}` holds {files} files that may be tables, but only one can be read")]
    ArchiveOfSeveral {
        /// File name.
        file: String,
        /// Files in it, without notes, licences and hidden ones.
        files: usize,
    },
    /// A format that is known, and not read.
    #[error("`{file}` is a file of the format {format}, which is not read")]
    Foreign {
        /// File name.
        file: String,
        /// The format.
        format: &'static str,
        /// How to make a file of it that is read.
        way: &'static str,
    },
    /// Text in which nothing stands between fields, and that is no list of single values.
    #[error("no delimiter was found in `{file}`")]
    NoDelimiter {
        /// File name.
        file: String,
    },
    /// Text of a mainframe, and nobody said of which code page.
    #[error("`{file}` looks like EBCDIC, the text of a mainframe")]
    Ebcdic {
        /// File name.
        file: String,
    },
    /// A name of a column that is an identifier or a text of another kind.
    ///
    /// The name is not told: it may be a cell.
    #[error("what should name column {position} of `{file}` looks like a cell")]
    CellAsName {
        /// File name.
        file: String,
        /// Position, counted from 1.
        position: usize,
    },
    /// All lines are to be left out.
    #[error("`{file}` has no line below the {} that are to be skipped", counted(*.skip, "line"))]
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
    #[error("`{option}` says nothing of `{file}`, which is a {format} file")]
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
    #[error("column {position} of `{file}` is none of the columns of `{first_file}`")]
    ExtraColumn {
        /// File name.
        file: String,
        /// Position, counted from 1.
        position: usize,
        /// Name of the first file.
        first_file: String,
    },
    /// The name of a folder that stands for a column and its value is no text.
    #[error("the name of a folder of `{file}` stands for a column, but is no text")]
    PartitionText {
        /// File name.
        file: String,
    },
    /// A column stands in the name of a folder, and in the file or another folder as well.
    #[error(
        "column `{column}` stands in the name of a folder of `{file}`, and a second time in the file or another folder"
    )]
    PartitionRepeats {
        /// File name.
        file: String,
        /// The column.
        column: String,
    },
    /// The folders of a file name other columns than those of the first file.
    #[error("the folders of `{file}` name other columns than those of `{first_file}`")]
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
    #[error("column `{column}` is declared {declared}, and {}", unfit_cells(*.cells, place))]
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
    #[error("how column `{column}` is to be read is open: {}", doubt.sentence())]
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
    #[error("reading was ended early")]
    Stopped(StopReason),
    /// A mistake of this program, not of the data.
    #[error("reading `{file}` failed inside the program")]
    Internal {
        /// File name.
        file: String,
    },
}

/// What the system said, in words of our own: its messages may hold whole paths.
fn describe(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound => "it does not exist",
        io::ErrorKind::PermissionDenied => "permission denied",
        io::ErrorKind::IsADirectory => "it is a folder",
        io::ErrorKind::UnexpectedEof => "it ends too early",
        io::ErrorKind::OutOfMemory => "there is not enough memory",
        io::ErrorKind::Interrupted => "reading was interrupted",
        _ => "the system reports an input error",
    }
}

/// A number and what is counted, in the singular or plural.
fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Which cells cannot be read as declared.
fn unfit_cells(cells: u64, first: &Place) -> String {
    match cells {
        1 => format!("its cell in {first} cannot be read so"),
        cells => format!("{} of its cells cannot be read so, the first in {first}", grouped(cells)),
    }
}

/// What a folder holds besides the files that are read.
fn others(files: usize, folders: usize) -> String {
    match (files, folders) {
        (files, 0) => counted(files as u64, "other file"),
        (0, folders) => counted(folders as u64, "folder"),
        (files, folders) => {
            format!("{} and {}", counted(files as u64, "other file"), counted(folders as u64, "folder"))
        }
    }
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in MiB with one digit after the point, smaller ones in bytes.
fn size(bytes: u64) -> String {
    const MEBIBYTE: u64 = 1 << 20;
    if bytes < MEBIBYTE {
        return format!("{} byte{}", grouped(bytes), if bytes == 1 { "" } else { "s" });
    }
    match (bytes / MEBIBYTE, bytes % MEBIBYTE * 10 / MEBIBYTE) {
        (whole, 0) => format!("{} MiB", grouped(whole)),
        (whole, tenths) => format!("{}.{tenths} MiB", grouped(whole)),
    }
}

impl InputError {
    /// What the user can change, when there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotFound { .. } => "check the path for spelling; it starts in the working folder",
            Self::NoFiles { .. } => "name a .csv, .tsv, .ndjson, .parquet, .arrow or .xlsx file (also as .gz or .zst)",
            Self::NamedTwice { .. } => "name every file once",
            Self::SameContent { .. } => "name only one of the two",
            Self::NotRead { .. } => "name the files, or use a glob such as 'folder/*.csv'",
            Self::LooksLikeData { .. } => {
                "say `--no-header` if it is a record, or set `header = true` under `[dataset]` if it names the columns"
            }
            Self::UnstoredFormulas { .. } => {
                "open the file in a spreadsheet program and save it, so that values are stored"
            }
            Self::SeveralSheets { .. } => {
                "name one with `--sheet` (`sheet` under `[dataset]`), several of one heading as a list, or all of them as \
                 `*`; `--skip` (`skip`) passes over rows above the heading"
            }
            Self::NoSuchSheet { .. } => {
                "name a sheet, or its number counted from 1, with `--sheet` (`sheet` under `[dataset]`)"
            }
            Self::EmptySheet { .. } => {
                "check `--sheet`, `--skip` and `--footer` (`sheet`, `skip` and `footer` under `[dataset]`)"
            }
            Self::TitleRows { heading, .. } => {
                let skip = heading.saturating_sub(1);
                return Some(format!(
                    "if it is the heading, say `--skip {skip}` (`skip = {skip}` under `[dataset]`); `--sheet` (`sheet`) names \
                     another sheet"
                ));
            }
            Self::OtherColumns { .. } => "name sheets of one heading with `--sheet` (`sheet` under `[dataset]`)",
            Self::Unreadable { kind: io::ErrorKind::PermissionDenied, .. } => "check who may read the file",
            Self::ArchiveOfSeveral { .. } => "unpack it, and name the files or their folder",
            Self::Foreign { way, .. } => way,
            Self::NoDelimiter { .. } => {
                "name it with `--delimiter`; for fields of fixed width declare `layout` under `[dataset]`; where lines of \
                 a title stand above the table, name their number with `--skip`"
            }
            Self::Ebcdic { .. } => {
                "name its code page, such as `--encoding cp037` (or cp273, cp500, cp1047), and its fields with `layout` \
                 under `[dataset]`"
            }
            Self::CellAsName { .. } => {
                "say `--no-header` if the first line is a record; else give the column another name"
            }
            Self::NothingBelow { .. } => "name fewer lines with `--skip`",
            Self::Unlaid { .. } => {
                "declare a field for every character of a record; one that is not used can be ignored"
            }
            Self::IdleOption { .. } => "leave it out",
            Self::UnnamedValue { .. } => "give the last column a name",
            Self::Compression { .. } => "copy or compress the file again",
            Self::Encoding { encoding: "UTF-8", .. } => {
                "if the file is Western European text, use `--encoding windows-1252`"
            }
            Self::Encoding { .. } => "name the encoding with `--encoding`",
            Self::ZeroByte { .. } => "if the file is UTF-16, use `--encoding utf-16le` or `--encoding utf-16be`",
            Self::TooManyColumns { .. } => {
                "keep the columns that leave with the extract; columns of one kind, such as days, read better as records"
            }
            Self::UnnamedColumn { .. } | Self::DuplicateColumn { .. } => {
                "give every column its own name; if the file has no header, set `header = false`"
            }
            Self::MissingColumn { .. } | Self::ExtraColumn { .. } => {
                "all files of one extract need the same columns; scan other files on their own"
            }
            Self::PartitionText { .. } => {
                "give the folder a name in UTF-8, with other bytes written as `%` and two digits"
            }
            Self::PartitionRepeats { .. } => {
                "which of the two leaves with the records is not known: write the files without the column, or move them \
                 into a folder whose name has no `=`"
            }
            Self::PartitionsDiffer { .. } => {
                "folders such as `month=2024-01` are columns: all files of one extract need the same ones, in the same order"
            }
            Self::Ragged { .. } => {
                "check the quotes in this line, or name the delimiter with `--delimiter`; lines that are no records are \
                 left out with `--skip`, `--footer` and `--comment`"
            }
            Self::OpenQuote { .. } => "check the quotes, or name the quote character in the configuration",
            Self::FieldTooLong { .. } | Self::RecordTooLong { .. } => "check the quotes and the delimiter",
            Self::NotAnObject { .. } => "write one object a line, such as {\"name\": 1}",
            Self::UnknownKey { .. } => {
                "give the first record every key, with null where there is no value; write keys that are values as values"
            }
            Self::NestedKey { .. } => "flatten nested values into keys of their own",
            Self::Nested { .. } => {
                "flatten nested values into columns of their own, or give the column the role `ignore`"
            }
            Self::UnsupportedValues { .. } => "write the column as text or numbers, or give it the role `ignore`",
            Self::UnfitCell { declared: "date" | "timestamp", .. } => {
                "correct the cell, name it in `null_value` if it means missing, say how dates are written with `format`, allow \
                 some with `allow_invalid`, or declare `type = \"text\"`"
            }
            Self::UnfitCell { .. } => {
                "correct the cell, name it in `null_value` if it means missing, allow some with `allow_invalid`, or declare \
                 `type = \"text\"`"
            }
            Self::OpenReading { column, doubt } => return doubt.hint(column),
            Self::DamagedColumn { .. } => "write the file again with another tool",
            Self::Changed { .. } => "read the file again when nobody writes to it",
            Self::Memory { .. } => "raise `--memory`, or name fewer columns",
            Self::Internal { .. } => "please report this as a bug, without the data",
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// A file that the system refuses.
    pub(super) fn unreadable(file: &str, error: &io::Error) -> Self {
        Self::Unreadable { file: shown(file), kind: error.kind() }
    }
}

impl From<StopReason> for InputError {
    fn from(reason: StopReason) -> Self {
        Self::Stopped(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::{grouped, others, shown, size};

    #[test]
    fn counts_and_sizes_are_written_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [1, 4096, 1 << 20, 3 << 19, 2 << 30].map(size),
            ["1 byte", "4,096 bytes", "1 MiB", "1.5 MiB", "2,048 MiB"]
        );
        assert_eq!(others(1, 0), "1 other file");
        assert_eq!(others(0, 2), "2 folders");
        assert_eq!(others(2, 1), "2 other files and 1 folder");
    }

    #[test]
    fn names_from_outside_cannot_move_the_cursor_or_reorder_text() {
        assert_eq!(shown("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\u{a}");
        assert_eq!(shown("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(shown(&"n".repeat(500)).chars().count(), 101);
    }
}
