//! Where a record stands in its file, told in an error: by line where that is known.

use std::fmt;

use super::error::shown;
use crate::plan::grouped;
use crate::result::InputFile;

/// Where the records of an extract stand: one mark a block of records.
#[derive(Debug, Default)]
pub(super) struct Places {
    marks: Vec<Mark>,
}

/// Where a block of records begins.
#[derive(Debug, Clone, Copy)]
struct Mark {
    /// Records before it, in all files.
    record: u64,
    /// The line of its first record, where each of its records is one line.
    line: Option<u64>,
}

/// A record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// File name, fit to be shown.
    pub file: String,
    /// Record, counted from 1 without the header.
    pub record: u64,
    /// Line, counted from 1, where it is known.
    pub line: Option<u64>,
}

impl Places {
    /// Marks where a block begins, behind so many records of all files.
    pub(super) fn mark(&mut self, record: u64, line: Option<u64>) {
        // Blocks of which nothing is known need no mark of their own.
        if line.is_some() || self.marks.last().is_none_or(|last| last.line.is_some()) {
            self.marks.push(Mark { record, line });
        }
    }

    /// The place of a record, counted from 0 over all files.
    pub(super) fn of(&self, record: u64, files: &[InputFile]) -> Place {
        let known = self.marks.partition_point(|mark| mark.record <= record);
        let mark = known.checked_sub(1).map(|last| self.marks[last]);
        let line = mark.and_then(|mark| Some(mark.line? + (record - mark.record)));
        let (mut in_file, mut file) = (record, "");
        for other in files {
            file = &other.name;
            if in_file < other.records {
                break;
            }
            in_file -= other.records;
        }
        Place { file: shown(file), record: in_file + 1, line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "line {} of `{}`", grouped(line), self.file),
            None => write!(formatter, "record {} of `{}`", grouped(self.record), self.file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Places;
    use crate::result::InputFile;

    #[test]
    fn a_record_is_told_by_its_line_where_every_record_of_its_block_is_one() {
        let file = |name: &str, records| InputFile {
            name: name.to_owned(),
            bytes: 0,
            sha256: None,
            records,
            left_out: Vec::new(),
        };
        let files = [file("a.csv", 10), file("b.parquet", 5), file("c.csv", 3)];
        let mut places = Places::default();
        for (record, line) in [(0, Some(2)), (6, None), (10, None), (15, Some(2))] {
            places.mark(record, line);
        }
        for (record, told) in [
            (0, "line 2 of `a.csv`"),
            (5, "line 7 of `a.csv`"),
            (6, "record 7 of `a.csv`"),
            (12, "record 3 of `b.parquet`"),
            (17, "line 4 of `c.csv`"),
        ] {
            assert_eq!(places.of(record, &files).to_string(), told);
        }
    }
}
