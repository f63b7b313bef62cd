//! Where typed sources put their cells.

use super::{PassedColumn, ValueCoder};

/// Where a typed source puts its cells.
pub(in crate::input) enum CellSink<'a> {
    /// Codes are wanted.
    Codes(&'a mut ValueCoder, &'a mut Vec<u32>),
    /// Only type and missing cells are wanted.
    Look(&'a mut PassedColumn),
}

impl CellSink<'_> {
    /// Takes a cell given by its bytes; an empty one is missing.
    pub(in crate::input) fn push(&mut self, cell: &[u8]) {
        match self {
            Self::Codes(values, codes) => codes.push(values.code_of_bytes(cell)),
            Self::Look(column) => column.look_at(cell),
        }
    }

    /// Takes a whole number.
    pub(in crate::input) fn push_integer(&mut self, number: i64) {
        match self {
            Self::Codes(values, codes) => codes.push(values.code_of_integer(number)),
            Self::Look(column) => column.look_at(number.to_string().as_bytes()),
        }
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
            Self::Look(..) => None,
        }
    }
}
