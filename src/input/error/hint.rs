//! What to do about an extract that could not be read.

use std::io;

use super::InputError;

impl InputError {
    /// What the user can change, when there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Sheet(error) => return Some(error.hint()),
            Self::OpenReading { column, doubt } => return doubt.hint(column),
            Self::DamagedColumn { .. } => "write the file again with another tool",
            Self::Memory { .. } => "raise `--memory`, name a folder with `--spill`, or name fewer columns",
            Self::Internal { .. } => "please report this as a bug, without the data",
            _ => {
                let hints = [self.hint_on_files(), self.hint_on_text()];
                let hints = hints.into_iter().chain([self.hint_on_columns(), self.hint_on_records()]);
                hints.flatten().next()?
            }
        };
        Some(hint.to_owned())
    }

    /// Files that are named, found and opened.
    fn hint_on_files(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound { .. } => "check the spelling of the path; it is relative to the working folder",
            Self::NoFiles { .. } => "name a .csv, .tsv, .ndjson, .parquet, .arrow or .xlsx file (also as .gz or .zst)",
            Self::NamedTwice { .. } => "name each file only once",
            Self::SameContent { .. } => "name only one of the two",
            Self::NotRead { .. } => "name the files, or use a glob such as 'folder/*.csv'",
            Self::Unreadable { kind: io::ErrorKind::PermissionDenied, .. } => "check the read permission of the file",
            Self::ArchiveOfSeveral { .. } => "unpack it, and name the files or their folder",
            Self::Foreign { way, .. } => *way,
            Self::Compression { .. } => "copy or compress the file again",
            Self::Changed { .. } => "scan again when no program is writing to the file",
            _ => return None,
        })
    }

    /// How the bytes of a text file are read.
    fn hint_on_text(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoDelimiter { .. } => {
                "name it with `--delimiter`; for fields of fixed width declare `layout` under `[dataset]`; where lines of \
                 a title stand above the table, name their number with `--skip`"
            }
            Self::Ebcdic { .. } => {
                "name its code page, such as `--encoding cp037` (or cp273, cp500, cp1047), and its fields with `layout` \
                 under `[dataset]`"
            }
            Self::NothingBelow { .. } => "skip fewer lines with `--skip`",
            Self::Unlaid { .. } => {
                "declare a field for every character of a record; give unused fields the role `ignore`"
            }
            Self::IdleOption { .. } => "remove it",
            Self::Encoding { encoding: "UTF-8", .. } => {
                "if the file is Western European text, use `--encoding windows-1252`"
            }
            Self::Encoding { .. } => "name the encoding with `--encoding`",
            Self::ZeroByte { .. } => "if the file is UTF-16, use `--encoding utf-16le` or `--encoding utf-16be`",
            Self::UnfitEscape { .. } => "write the file again with a program that writes whole characters",
            _ => return None,
        })
    }

    /// The columns of a file, and those that the names of folders make.
    fn hint_on_columns(&self) -> Option<&'static str> {
        Some(match self {
            Self::LooksLikeData { .. } => {
                "use `--no-header` if it is a record, or set `header = true` under `[dataset]` if it names the columns"
            }
            Self::CellAsName { .. } => "use `--no-header` if the first line is a record; otherwise rename the column",
            Self::UnnamedValue { .. } => "give the last column a name",
            Self::TooManyColumns { .. } => {
                "keep only the columns that leave with the extract; turn repeated columns, such as one per day, into records"
            }
            Self::UnnamedColumn { .. } | Self::DuplicateColumn { .. } => {
                "give every column its own name; if the file has no header, set `header = false`"
            }
            Self::MissingColumn { .. } | Self::ExtraColumn { .. } => {
                "all files of one extract need the same columns; scan other files separately"
            }
            Self::PartitionText { .. } => {
                "give the folder a name in UTF-8, with other bytes written as `%` and two digits"
            }
            Self::PartitionRepeats { .. } => {
                "it is unknown which of the two leaves with the records: write the files without the column, or move them \
                 into a folder whose name has no `=`"
            }
            Self::PartitionsDiffer { .. } => {
                "folders such as `month=2024-01` are columns: all files of one extract need the same ones, in the same order"
            }
            _ => return None,
        })
    }

    /// Records, their fields and their cells.
    fn hint_on_records(&self) -> Option<&'static str> {
        Some(match self {
            Self::Ragged { .. } => {
                "check the quotes in this line, or name the delimiter with `--delimiter`; lines that are not records are \
                 left out with `--skip`, `--footer` and `--comment`"
            }
            Self::OpenQuote { .. } => "check the quotes, or name the quote character in the configuration",
            Self::FieldTooLong { .. } | Self::RecordTooLong { .. } => "check the quotes and the delimiter",
            Self::NotAnObject { .. } => "write one object per line, such as {\"name\": 1}",
            Self::UnknownKey { .. } => {
                "give the first record every key, with null where there is no value; write keys that are values as values"
            }
            Self::NestedKey { .. } => "flatten nested values into separate keys",
            Self::Nested { .. } => "flatten nested values into separate columns, or give the column the role `ignore`",
            Self::UnsupportedValues { .. } => "write the column as text or numbers, or give it the role `ignore`",
            Self::UnfitCell { declared: "date" | "timestamp", .. } => {
                "correct the cell, name it in `null_value` if it means missing, declare how dates are written with `format`, allow \
                 some with `allow_invalid`, or declare `type = \"text\"`"
            }
            Self::UnfitCell { .. } => {
                "correct the cell, name it in `null_value` if it means missing, allow some with `allow_invalid`, or declare \
                 `type = \"text\"`"
            }
            _ => return None,
        })
    }
}
