//! Text in fields of fixed width: blocks of lines to cells.
//!
//! A line may end before its last fields, whose cells are missing then. Text outside of the declared fields is refused: it
//! would leave with the file and be in no figure.

use memchr::memchr_iter;

use super::blocks::TextBlock;
use super::cells::{CellBlock, CellBlockBuilder};
use super::delimited::check_text;
use super::error::{InputError, shown};
use super::left_out::Width;
use super::sniff::Dialect;
use crate::plan::FixedField;
use crate::result::NoRecord;

/// What is needed to turn a block into cells.
pub(super) struct FixedRecords<'a> {
    /// File name, for messages.
    pub(super) file: &'a str,
    /// The fields, by position.
    pub(super) fields: &'a [FixedField],
    /// Line end and comments.
    pub(super) dialect: Dialect,
}

impl FixedRecords<'_> {
    /// The cells of a block. Blanks around them fill the field and are no part of them.
    pub(super) fn parse(&self, block: &TextBlock) -> Result<CellBlock, InputError> {
        check_text(block, self.file)?;
        let text = std::str::from_utf8(&block.text).map_err(|_| InputError::Internal { file: shown(self.file) })?;
        let mut cells = CellBlockBuilder::new(self.fields.len());
        for (line, record) in (block.first_line..).zip(text.split(char::from(self.dialect.line_end))) {
            let record = record.trim_end_matches('\r');
            if self.dialect.comment.is_some_and(|comment| record.starts_with(comment.text())) {
                let width = Width::Characters(self.fields.last().map_or(0, FixedField::end));
                let line = record.as_bytes();
                cells.left_out.add_line(width.declared(NoRecord::Comment, line, self.dialect), line);
            } else if !record.is_empty() && record.trim().is_empty() {
                cells.left_out.add(NoRecord::Blank, 1);
            } else if !record.is_empty() {
                self.take(record, line, &mut cells)?;
            }
        }
        let is_regular = memchr_iter(self.dialect.line_end, &block.text).count() == cells.records();
        Ok(CellBlock { first_line: is_regular.then_some(block.first_line), ..cells.finish() })
    }

    fn take(&self, record: &str, line: u64, cells: &mut CellBlockBuilder) -> Result<(), InputError> {
        let refused = |problem| InputError::Unlaid { file: shown(self.file), line, problem };
        let mut at = 0;
        let mut rest = record;
        for field in self.fields {
            let (gap, from_field) = split(rest, field.start - 1 - at);
            let (cell, after) = split(from_field, field.length);
            if !gap.trim().is_empty() {
                return Err(refused("there is text between its fields"));
            }
            cells.push(cell.trim().as_bytes()).ok_or_else(|| refused("a field is larger than 16 MiB"))?;
            (at, rest) = (field.end(), after);
        }
        if rest.trim().is_empty() { Ok(()) } else { Err(refused("text follows its last field")) }
    }
}

/// A text behind and before its first characters; all of it where it has fewer.
fn split(text: &str, characters: usize) -> (&str, &str) {
    if let Some(parts) = text.split_at_checked(characters).filter(|(before, _)| before.is_ascii()) {
        return parts;
    }
    let at = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// Puts line ends into a text that has none, behind every record.
pub(super) struct Wrapping {
    length: u64,
    /// Characters of the record that is not at its end.
    begun: u64,
}

impl Wrapping {
    /// Records of so many characters.
    pub(super) fn new(length: u64) -> Self {
        Self { length, begun: 0 }
    }

    /// Appends text, with a line end behind every record. `false` when a line end stands within a record.
    pub(super) fn append(&mut self, from: &str, to: &mut Vec<u8>) -> bool {
        for character in from.chars() {
            if matches!(character, '\n' | '\r') {
                if self.begun > 0 {
                    return false;
                }
                continue;
            }
            to.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            self.begun += 1;
            if self.begun == self.length {
                to.push(b'\n');
                self.begun = 0;
            }
        }
        true
    }

    /// Whether the text ended with a record.
    pub(super) fn is_whole(&self) -> bool {
        self.begun == 0
    }
}

/// Whether a sample has a line end.
pub(super) fn has_line_end(text: &[u8]) -> bool {
    memchr_iter(b'\n', text).next().is_some() || memchr_iter(b'\r', text).next().is_some()
}
