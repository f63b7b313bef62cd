//! One configuration file as a whole: its text, and every mistake that is found in it.

use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::DeTable;

use crate::plan::{ConfigError, shown_name};

/// One configuration file, and what is wrong with it.
pub(super) struct Document<'text> {
    file: &'text str,
    text: &'text str,
    pub(super) folder: &'text Path,
    mistakes: RefCell<Vec<(usize, ConfigError)>>,
}

/// Why a value cannot be taken.
#[derive(Debug)]
pub(super) enum Problem {
    /// It was told already, at a part of the value.
    Told,
    /// It is told where the value stands.
    Found {
        code: &'static str,
        message: String,
        hint: Option<String>,
        span: Range<usize>,
        /// Whether the sentence is about the value alone, so that the command line can say it with the flag.
        of_value: bool,
    },
}

impl Problem {
    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        match self {
            Self::Told => Self::Told,
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
        Self { file, text, folder, mistakes: RefCell::default() }
    }

    /// Its table, or the mistake that keeps it from being TOML.
    pub(super) fn parse(&self) -> Result<DeTable<'text>, ConfigError> {
        DeTable::parse(self.text).map(Spanned::into_inner).map_err(|error| {
            let message = error.message().lines().next().unwrap_or("not TOML");
            let message = format!("not valid TOML: {}", shown_name(message));
            ConfigError::new("syntax", message).at(self.file, self.text, error.span().unwrap_or(0..0))
        })
    }

    pub(super) fn tell(&self, problem: Problem) {
        let Problem::Found { span, .. } = &problem else { return };
        let span = span.clone();
        if let Some(error) = problem.into_error() {
            let place = span.start;
            self.mistakes.borrow_mut().push((place, error.at(self.file, self.text, span)));
        }
    }

    /// Every mistake that was found, in the order of the file.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|(place, _)| *place);
        ConfigError::all(mistakes.into_iter().map(|(_, error)| error).collect())
    }
}
