//! One configuration file as a whole: its text, and every mistake that is found in it.

use std::cell::RefCell;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::plan::{ConfigError, shown_name};

/// The bytes of a text that something stands in.
pub(super) type Span = std::ops::Range<usize>;

/// Keys whose values are cells.
const OF_CELLS: [&str; 5] = ["null_value", "null_values", "real_values", "suppression_marks", "visible"];

/// One configuration file, and what is wrong with it.
pub(super) struct Document<'text> {
    file: &'text str,
    text: &'text str,
    pub(super) folder: &'text Path,
    mistakes: RefCell<Vec<(usize, ConfigError)>>,
    values: RefCell<Vec<Value>>,
}

/// Where a value stands, and whether it is a cell.
struct Value {
    span: Span,
    is_cell: bool,
}

/// Why a value cannot be taken.
#[derive(Debug)]
pub(super) enum Problem {
    /// It was reported already, at a part of the value.
    Reported,
    /// It is reported where the value stands.
    Found {
        code: &'static str,
        message: String,
        hint: Option<String>,
        span: Span,
        /// Whether the sentence is about the value alone, so that the command line can say it with the flag.
        of_value: bool,
    },
}

impl Problem {
    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        match self {
            Self::Reported => Self::Reported,
            Self::Found { code, message, span, of_value, .. } => {
                Self::Found { code, message, hint: Some(hint.into()), span, of_value }
            }
        }
    }

    /// The mistake without a place, for a flag.
    pub(super) fn into_error(self) -> Option<ConfigError> {
        let Self::Found { code, message, hint, .. } = self else { return None };
        let error = ConfigError::new(code, message);
        Some(match hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        })
    }
}

impl<'text> Document<'text> {
    /// `folder` is where relative files of it are looked for.
    pub(super) fn new(file: &'text str, text: &'text str, folder: &'text Path) -> Self {
        Self { file, text, folder, mistakes: RefCell::default(), values: RefCell::default() }
    }

    /// Its table, or the mistake that keeps it from being TOML. What stands there may be a file of data that somebody
    /// named by mistake, so the place is told and no line is shown.
    pub(super) fn parse(&self) -> Result<DeTable<'text>, ConfigError> {
        let table = DeTable::parse(self.text).map(Spanned::into_inner).map_err(|error| {
            let message = error.message().lines().next().unwrap_or("not TOML");
            let message = format!("not valid TOML: {}", shown_name(message));
            ConfigError::new("syntax", message).at_line(self.file, self.text, error.span().unwrap_or(0..0))
        })?;
        table.iter().for_each(|(key, value)| self.note(value, OF_CELLS.contains(&key.get_ref().as_ref())));
        Ok(table)
    }

    /// Notes where the values in a value stand.
    fn note(&self, value: &Spanned<DeValue<'text>>, is_cell: bool) {
        match value.get_ref() {
            DeValue::Table(table) => {
                for (key, value) in table {
                    self.note(value, is_cell || OF_CELLS.contains(&key.get_ref().as_ref()));
                }
            }
            DeValue::Array(values) => values.iter().for_each(|value| self.note(value, is_cell)),
            _ => self.values.borrow_mut().push(Value { span: value.span(), is_cell }),
        }
    }

    /// The text with signs in place of every value that the mistake at `span` is not about, and of every cell.
    fn discreet(&self, span: &Span) -> String {
        let (mut text, mut shown) = (String::with_capacity(self.text.len()), 0);
        let mut values = self.values.borrow_mut();
        values.sort_by_key(|value| value.span.start);
        for Value { span: place, .. } in values.iter().filter(|value| value.is_cell || value.span != *span) {
            let (Some(before), Some(hidden)) = (self.text.get(shown..place.start), self.text.get(place.clone())) else {
                continue;
            };
            text.push_str(before);
            text.extend(hidden.chars().map(sign));
            shown = place.end;
        }
        text.push_str(self.text.get(shown..).unwrap_or_default());
        text
    }

    pub(super) fn report(&self, problem: Problem) {
        let Problem::Found { span, .. } = &problem else { return };
        let span = span.clone();
        if let Some(error) = problem.into_error() {
            let place = span.start;
            let text = self.discreet(&span);
            self.mistakes.borrow_mut().push((place, error.at(self.file, &text, span)));
        }
    }

    /// Every mistake that was found, in the order of the file.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|(place, _)| *place);
        ConfigError::all(mistakes.into_iter().map(|(_, error)| error).collect())
    }
}

/// A sign that takes the place of a character: as many bytes as it, so that every place stays where it is.
fn sign(character: char) -> char {
    match (character, character.len_utf8()) {
        ('\n' | '\r', _) => character,
        (_, 1) => '*',
        (_, 2) => '\u{b7}',
        (_, 3) => '\u{2026}',
        _ => '\u{1d13d}',
    }
}
