//! Tables of the page as plain data.

use crate::number::{count, share};
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::summary::names;
use crate::result::Figure;

/// Most rows of a table; the rest is in `result.json`.
pub(super) const ROWS: usize = 50;
/// A table with more rows can be filtered.
const LONG: usize = 12;

/// The whole name of a figure of the result, so that what a page shows can be held against it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct FigureKey {
    /// Its `id`; empty where something else is shown.
    pub(super) id: String,
    /// Its columns, and what else tells it apart.
    pub(super) of: String,
}

impl FigureKey {
    /// The name of a figure, printable; empty for none.
    pub(super) fn of(figure: Option<&Figure>) -> Self {
        let Some(figure) = figure else { return Self::default() };
        let about = figure.about.as_deref().map(printable);
        let of: Vec<String> = names(&figure.columns).into_iter().chain(about).collect();
        Self { id: printable(&figure.id), of: of.join(", ") }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) numeric: bool,
    pub(super) mono: bool,
    /// The figure of the result that its first number is.
    pub(super) figure: FigureKey,
}

impl Cell {
    /// Words.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: false, mono: false, figure: FigureKey::default() }
    }

    /// A figure, set flush right.
    pub(super) fn number(text: impl Into<String>) -> Self {
        Self { numeric: true, ..Self::text(text) }
    }

    /// A hash or another string to compare letter by letter.
    pub(super) fn mono(text: impl Into<String>) -> Self {
        Self { mono: true, ..Self::text(text) }
    }

    /// The same, as the figure that it shows.
    pub(super) fn showing(self, figure: Option<&Figure>) -> Self {
        Self { figure: FigureKey::of(figure), ..self }
    }

    /// A name, or a sentence about one, that may hold anything.
    pub(super) fn name(name: &str) -> Self {
        Self::text(printable(name))
    }

    /// Names in a row.
    pub(super) fn names(columns: &[String]) -> Self {
        Self::text(names(columns).join(", "))
    }

    /// A number of things.
    pub(super) fn count(number: u64) -> Self {
        Self::number(count(number))
    }

    /// A number of things with its share of a whole: `5 (1.2 %)`.
    pub(super) fn part(part: u64, whole: u64) -> Self {
        Self::number(format!("{} ({})", count(part), share(part, whole)))
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

/// A column of a table: its head, and what stands in it for a row.
pub(super) type Column<'a, R> = (&'a str, &'a dyn Fn(&R) -> Cell);

/// A table whose first column names the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) head: Vec<Cell>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// How many rows were left out.
    pub(super) more: String,
    pub(super) has_more: bool,
    /// Whether it is closed at first; printed, its caption stands for it.
    pub(super) is_folded: bool,
    /// What other programs call the same figures; empty where they have no name for them.
    pub(super) elsewhere: &'static str,
}

impl Table {
    /// A table with at most [`ROWS`] of `rows`: of each column its head, and what stands in it for a row. The heads are
    /// numeric where the first row is.
    pub(super) fn of<R>(caption: impl Into<String>, rows: &[R], columns: &[Column<'_, R>]) -> Self {
        let left_out = rows.len().saturating_sub(ROWS);
        let cells = |row| columns.iter().map(|(_, cell)| cell(row)).collect();
        let rows: Vec<Vec<Cell>> = rows.iter().take(ROWS).map(cells).collect();
        let is_numeric = |column: usize| rows.first().is_some_and(|row| row[column].numeric);
        let head = columns.iter().enumerate();
        Self {
            caption: caption.into(),
            head: head.map(|(place, (head, _))| Cell { numeric: is_numeric(place), ..Cell::text(*head) }).collect(),
            more: count(left_out as u64),
            has_more: left_out > 0,
            is_folded: false,
            elsewhere: "",
            rows,
        }
    }

    /// A list of names with what is known of each.
    pub(super) fn facts(caption: impl Into<String>, heads: [&str; 2], facts: &[(String, Cell)]) -> Self {
        Self::of(caption, facts, &[(heads[0], &|(name, _)| Cell::text(name)), (heads[1], &|(_, cell)| cell.clone())])
    }

    /// The table, where it has a row.
    pub(super) fn any(self) -> Option<Self> {
        (!self.rows.is_empty()).then_some(self)
    }

    /// The same, closed at first: for the data of a picture, and for lists that few will read.
    pub(super) fn folded(self) -> Self {
        Self { is_folded: true, ..self }
    }

    /// The same, with what other programs call its figures.
    pub(super) fn called(self, elsewhere: &'static str) -> Self {
        Self { elsewhere, ..self }
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
