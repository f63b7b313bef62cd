//! Tables of the page as plain data.

use crate::number::count;
use crate::report::messages;

/// Most rows of a table; the rest is in `result.json`.
pub(super) const ROWS: usize = 50;
/// A table with more rows can be filtered, and is folded where it repeats a picture.
const LONG: usize = 12;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) numeric: bool,
    pub(super) mono: bool,
}

impl Cell {
    /// Words.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: false, mono: false }
    }

    /// A figure, set flush right.
    pub(super) fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: true, mono: false }
    }

    /// A hash or another string to compare letter by letter.
    pub(super) fn mono(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: false, mono: true }
    }

    /// A figure that may not exist; it is then said in words.
    pub(super) fn optional(text: Option<String>) -> Self {
        Self::optional_words(text, messages::NOT_DEFINED)
    }

    /// A figure, or words of its own where there is none.
    pub(super) fn optional_words(text: Option<String>, otherwise: &str) -> Self {
        Self::number(text.unwrap_or_else(|| otherwise.to_owned()))
    }
}

/// A table whose first column names the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) head: Vec<Cell>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// How many rows were left out.
    pub(super) more: String,
    pub(super) has_more: bool,
    /// Whether it is closed at first. Printing opens it.
    pub(super) is_folded: bool,
}

impl Table {
    /// A table with at most [`ROWS`] of `rows`. The heads of the columns are numeric where the first row is.
    pub(super) fn new(
        caption: impl Into<String>,
        head: &[&str],
        rows: impl ExactSizeIterator<Item = Vec<Cell>>,
    ) -> Self {
        let left_out = rows.len().saturating_sub(ROWS);
        let rows: Vec<Vec<Cell>> = rows.take(ROWS).collect();
        let is_numeric = |column: usize| rows.first().and_then(|row| row.get(column)).is_some_and(|cell| cell.numeric);
        let head = head.iter().enumerate().map(|(column, text)| Cell {
            text: (*text).to_owned(),
            numeric: is_numeric(column),
            mono: false,
        });
        Self {
            caption: caption.into(),
            head: head.collect(),
            more: count(left_out as u64),
            has_more: left_out > 0,
            is_folded: false,
            rows,
        }
    }

    /// The same, closed at first: for the data of a picture, and for lists that few will read.
    pub(super) fn folded(self) -> Self {
        Self { is_folded: true, ..self }
    }

    /// Whether there is an order to change.
    pub(super) fn is_sortable(&self) -> bool {
        self.rows.len() > 2
    }

    /// Whether there is enough to look for something in.
    pub(super) fn is_long(&self) -> bool {
        self.rows.len() > LONG
    }
}
