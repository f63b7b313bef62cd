//! Where typed sources put their cells.

use polars_arrow::bitmap::Bitmap;

use super::{PassedColumn, ValueCoder};
use crate::input::beside::Outside;
use crate::input::cells::LONGEST_CELL;

/// Stands for a value without a spelling.
const UNREAD: &[u8] = b"[]";

/// Where a typed source puts its cells.
pub(in crate::input) enum CellSink<'a> {
    /// Codes are wanted.
    Codes(&'a mut ValueCoder, &'a mut Vec<u32>),
    /// Only type and missing cells are wanted.
    Look(&'a mut PassedColumn),
    /// Values within one value become one text.
    Within(&'a mut Within),
    /// Values that are no cells.
    Outside(&'a mut Outside),
    /// Values of which those in missing cells count.
    Beneath(Beneath<'a>),
}

/// Where the values go that lie in cells that are missing.
pub(in crate::input) struct Beneath<'a> {
    pub(in crate::input) outside: &'a mut Outside,
    /// Which rows are not missing.
    pub(in crate::input) validity: &'a Bitmap,
    /// The row at hand.
    pub(in crate::input) row: usize,
}

impl Beneath<'_> {
    fn take(&mut self, value: &[u8]) {
        if !value.is_empty() && self.validity.get(self.row) == Some(false) {
            self.outside.take(value);
        }
        self.row += 1;
    }
}

/// What a list or a structure holds, as one text in which identifiers can be looked for.
pub(in crate::input) struct Within {
    text: Vec<u8>,
    is_unread: bool,
}

impl Within {
    pub(in crate::input) fn new() -> Self {
        Self { text: b"[".to_vec(), is_unread: false }
    }

    /// Adds a value. What makes the text longer than a cell may be is not read.
    pub(in crate::input) fn add(&mut self, value: &[u8]) {
        if self.text.len().saturating_add(value.len()) > LONGEST_CELL {
            self.is_unread = true;
            return;
        }
        if self.text.len() > 1 {
            self.text.extend_from_slice(b"; ");
        }
        self.text.extend_from_slice(value);
    }

    /// Takes notice of a value without a spelling.
    pub(in crate::input) fn note_unread(&mut self) {
        self.is_unread = true;
    }
}

impl CellSink<'_> {
    /// Takes a cell given by its bytes; an empty one is missing.
    pub(in crate::input) fn push(&mut self, cell: &[u8]) {
        match self {
            Self::Codes(values, codes) => codes.push(values.code_of_bytes(cell)),
            Self::Look(column) => column.look_at(cell),
            Self::Within(within) => within.add(cell),
            Self::Outside(outside) => outside.take(cell),
            Self::Beneath(beneath) => beneath.take(cell),
        }
    }

    /// Takes a whole number.
    pub(in crate::input) fn push_integer(&mut self, number: i64) {
        match self {
            Self::Codes(values, codes) => codes.push(values.code_of_integer(number)),
            _ => self.push(number.to_string().as_bytes()),
        }
    }

    /// Takes a value without a spelling, of which so much can be searched. Where codes are wanted there is no such value.
    pub(in crate::input) fn push_unread(&mut self, visible: &[u8]) {
        match self {
            Self::Codes(..) | Self::Outside(_) | Self::Beneath(_) => {}
            Self::Look(column) => column.note_unread(),
            Self::Within(within) => within.note_unread(),
        }
        self.push(if visible.is_empty() { UNREAD } else { visible });
    }

    /// Takes a list or a structure. Where codes are wanted there is no such value.
    pub(in crate::input) fn push_within(&mut self, mut within: Within) {
        within.text.push(b']');
        if within.is_unread { self.push_unread(&within.text) } else { self.push(&within.text) }
    }

    /// Whether codes are wanted.
    pub(in crate::input) fn gives_codes(&self) -> bool {
        matches!(self, Self::Codes(..))
    }

    /// Takes a cell that has been seen before under this code, see [`CellSink::last_code`].
    pub(in crate::input) fn push_code(&mut self, code: u32) {
        if let Self::Codes(_, codes) = self {
            codes.push(code);
        }
    }

    /// The code of the cell taken last; `None` when codes are not wanted.
    pub(in crate::input) fn last_code(&self) -> Option<u32> {
        match self {
            Self::Codes(_, codes) => codes.last().copied(),
            _ => None,
        }
    }
}
