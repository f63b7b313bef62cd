//! Reading values with their place: a file remembers which keys were taken.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{Document, Problem, Span};
use crate::plan::{Range, did_you_mean, hint_for, shown_name, split_names};

/// A table of a file. When it is let go of, every key that nobody took is a mistake.
pub(super) struct Section<'table, 'text> {
    document: &'table Document<'text>,
    /// The dotted name, empty for the whole file.
    place: String,
    table: &'table DeTable<'text>,
    span: Span,
    taken: RefCell<Vec<&'static str>>,
    /// The section that an unknown key belongs to.
    elsewhere: fn(&str) -> Option<&'static str>,
    /// Whether any name may stand here, as in `[columns]`.
    is_open: bool,
}

impl<'table, 'text> Section<'table, 'text> {
    pub(super) fn whole(
        document: &'table Document<'text>,
        table: &'table DeTable<'text>,
        elsewhere: fn(&str) -> Option<&'static str>,
    ) -> Self {
        Self::new(document, String::new(), table, 0..0).elsewhere(elsewhere)
    }

    fn new(document: &'table Document<'text>, place: String, table: &'table DeTable<'text>, span: Span) -> Self {
        Self { document, place, table, span, taken: RefCell::default(), elsewhere: |_| None, is_open: false }
    }

    /// The same table with a way to find where a key would belong.
    pub(super) fn elsewhere(mut self, elsewhere: fn(&str) -> Option<&'static str>) -> Self {
        self.elsewhere = elsewhere;
        self
    }

    /// The value under `key`, which is known from now on.
    pub(super) fn take(&self, key: &'static str) -> Option<Written<'table, 'text>> {
        self.taken.borrow_mut().push(key);
        self.table.get(key).map(|value| self.written(key, value))
    }

    /// The value under `key` or under its older spelling, which is accepted and not proposed.
    pub(super) fn take_spelled(&self, key: &'static str, old: Option<&'static str>) -> Option<Written<'table, 'text>> {
        let newer = self.take(key);
        let Some(old) = old else { return newer };
        let older = self.table.get(old).map(|value| self.written(old, value));
        self.taken.borrow_mut().extend(older.as_ref().map(|_| old));
        if let (Some(_), Some(older)) = (&newer, &older) {
            let message = format!("`{}` is an older spelling of `{key}`, which is also given", older.name());
            self.document.report(older.refused("two-spellings", message).with_hint(format!("write only `{key}`")));
        }
        newer.or(older)
    }

    /// What `read` makes of the value under `key`; `None` also where it is a mistake, which is then told.
    pub(super) fn get<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Written<'table, 'text>) -> Result<T, Problem>,
    ) -> Option<T> {
        self.take(key).and_then(|value| self.reported(read(&value)))
    }

    /// As [`Section::get`], for a key that must be there.
    pub(super) fn need<T>(
        &self,
        key: &'static str,
        lacks: &str,
        hint: &str,
        read: impl FnOnce(&Written<'table, 'text>) -> Result<T, Problem>,
    ) -> Option<T> {
        match self.take(key) {
            Some(value) => self.reported(read(&value)),
            None => self.reported(Err(self.refused("missing-key", format!("{lacks} lacks `{key}`")).with_hint(hint))),
        }
    }

    /// The value, or nothing once its mistake is reported.
    pub(super) fn reported<T>(&self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.document.report(problem)).ok()
    }

    /// A mistake of the whole table.
    pub(super) fn refused(&self, code: &'static str, message: impl Into<String>) -> Problem {
        Problem::Found { code, message: message.into(), hint: None, span: self.span.clone(), of_value: false }
    }

    /// Every entry, in the order of names, where any name may stand: the name, and its value.
    pub(super) fn entries(
        &mut self,
    ) -> impl Iterator<Item = (Key<'table>, Written<'table, 'text>)> + use<'table, 'text> {
        self.is_open = true;
        let (document, place) = (self.document, self.place.clone());
        self.table.iter().map(move |(key, value)| {
            let name: &str = key.get_ref();
            let written = Written::File { document, key: format!("{place}.{name}"), value };
            (Key { name, span: key.span() }, written)
        })
    }

    /// The dotted name.
    pub(super) fn name(&self) -> String {
        self.place.clone()
    }

    /// Whether the table has an entry other than `key`, or none at all.
    pub(super) fn says_more_than(&self, key: &str) -> bool {
        self.table.is_empty() || self.table.keys().any(|name| name.get_ref() != key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    fn written(&self, key: &str, value: &'table Spanned<DeValue<'text>>) -> Written<'table, 'text> {
        let key = if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) };
        Written::File { document: self.document, key, value }
    }

    fn unknown(&self, name: &str, span: Span) -> Problem {
        let taken = self.taken.borrow();
        let (what, code) = if self.place.is_empty() { ("section", "unknown-section") } else { ("key", "unknown-key") };
        let within = if self.place.is_empty() { String::new() } else { format!(" of `[{}]`", shown_name(&self.place)) };
        let message = format!("`{}` is not a {what}{within}", shown_name(name));
        let hint = match (self.elsewhere)(name) {
            Some(section) => format!("`{}` belongs in `[{section}]`", shown_name(name)),
            None => hint_for(name, taken.iter().copied(), || format!("{what}s here: {}", taken.join(", "))),
        };
        Problem::Found { code, message, hint: Some(hint), span, of_value: false }
    }
}

impl Drop for Section<'_, '_> {
    fn drop(&mut self) {
        let taken = self.taken.borrow().clone();
        let is_unknown = |name: &str| !self.is_open && !taken.contains(&name);
        for key in self.table.keys().filter(|key| is_unknown(key.get_ref())) {
            self.document.report(self.unknown(key.get_ref(), key.span()));
        }
    }
}

/// The name of an entry and where it stands.
pub(super) struct Key<'table> {
    pub(super) name: &'table str,
    span: Span,
}

impl Key<'_> {
    pub(super) fn refused(&self, code: &'static str, message: impl Into<String>) -> Problem {
        Problem::Found { code, message: message.into(), hint: None, span: self.span.clone(), of_value: false }
    }
}

/// A value as somebody wrote it: in a file, or behind a flag or in its environment variable.
#[derive(Clone)]
pub(super) enum Written<'table, 'text> {
    File { document: &'table Document<'text>, key: String, value: &'table Spanned<DeValue<'text>> },
    Flag { flag: &'table str, values: &'table [String] },
}

impl<'table, 'text> Written<'table, 'text> {
    pub(super) fn is_flag(&self) -> bool {
        matches!(self, Self::Flag { .. })
    }

    /// What a mistake calls it: the dotted key or the flag.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::File { key, .. } => key,
            Self::Flag { flag, .. } => flag,
        }
    }

    fn span(&self) -> Span {
        match self {
            Self::File { value, .. } => value.span(),
            Self::Flag { .. } => 0..0,
        }
    }

    /// A mistake at this value.
    pub(super) fn refused(&self, code: &'static str, message: impl Into<String>) -> Problem {
        Problem::Found { code, message: message.into(), hint: None, span: self.span(), of_value: false }
    }

    fn of_value(&self, code: &'static str, message: String) -> Problem {
        Problem::Found { code, message, hint: None, span: self.span(), of_value: true }
    }

    pub(super) fn wrong_type(&self, expected: &str) -> Problem {
        match self {
            Self::File { key, value, .. } => {
                let found = article(value.get_ref().type_str());
                self.of_value("wrong-type", format!("`{}` must be {expected}, not {found}", shown_name(key)))
            }
            Self::Flag { .. } => self.of_value("wrong-type", format!("expected {expected}")),
        }
    }

    fn out_of_range(&self, expected: &str) -> Problem {
        let message = match self {
            Self::File { key, .. } => format!("`{}` must be {expected}", shown_name(key)),
            Self::Flag { .. } => format!("expected {expected}"),
        };
        self.of_value("wrong-value", message)
    }

    /// A text that cannot be this value, for a reason.
    pub(super) fn wrong_text(&self, text: &str, reason: String) -> Problem {
        let message = match self {
            Self::File { key, .. } => format!("`{}` cannot be `{}`: {reason}", shown_name(key), shown_name(text)),
            Self::Flag { .. } => reason,
        };
        self.of_value("wrong-value", message)
    }

    fn value(&self) -> Option<&'table DeValue<'text>> {
        match self {
            Self::File { value, .. } => Some(value.get_ref()),
            Self::Flag { .. } => None,
        }
    }

    /// Whether it is one text: a flag always is one.
    pub(super) fn as_text(&self) -> Option<&'table str> {
        match self {
            Self::File { value, .. } => value.get_ref().as_str(),
            Self::Flag { values, .. } => values.first().map(String::as_str),
        }
    }

    pub(super) fn text(&self) -> Result<String, Problem> {
        self.as_text().map(str::to_owned).ok_or_else(|| self.wrong_type("a text in quotes"))
    }

    /// A text that `parse` accepts; its complaint is told at the value.
    pub(super) fn parsed<T>(&self, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, Problem> {
        let text = self.text()?;
        parse(&text).map_err(|reason| self.wrong_text(&text, reason))
    }

    /// A text that is not blank, trimmed.
    pub(super) fn words(&self) -> Result<String, Problem> {
        self.parsed(|text| match text.trim() {
            "" => Err("it must not be empty".to_owned()),
            words => Ok(words.to_owned()),
        })
    }

    /// The value under one of the names of a list (letter case does not count).
    pub(super) fn named<T: Copy>(&self, known: &[(&'static str, T)]) -> Result<T, Problem> {
        let text = self.text()?;
        let lower = text.to_ascii_lowercase();
        let found = known.iter().find(|(name, _)| *name == lower);
        found.map(|&(_, value)| value).ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|&(name, _)| name).collect();
            let problem = self.wrong_text(&text, format!("expected one of {}", names.join(", ")));
            match did_you_mean(&text, names) {
                Some(meant) => problem.with_hint(format!("did you mean `{meant}`?")),
                None => problem,
            }
        })
    }

    /// One of some names; another one is a mistake with a code of its own.
    pub(super) fn one_of(
        &self,
        known: impl IntoIterator<Item = &'static str>,
        code: &'static str,
        what: &str,
    ) -> Result<String, Problem> {
        let text = self.text()?;
        let known: Vec<&'static str> = known.into_iter().collect();
        if known.contains(&text.as_str()) {
            return Ok(text);
        }
        let hint = hint_for(&text, known.iter().copied(), || format!("{what}s: {}", known.join(", ")));
        Err(self.refused(code, format!("`{}` is not a {what}", shown_name(&text))).with_hint(hint))
    }

    pub(super) fn boolean(&self) -> Result<bool, Problem> {
        let written = match self {
            Self::File { value, .. } => value.get_ref().as_bool(),
            Self::Flag { .. } => self.as_text().and_then(|text| text.parse().ok()),
        };
        written.ok_or_else(|| self.wrong_type("`true` or `false`"))
    }

    /// A whole number in a range that fits its type; `u64::MAX` is no bound.
    pub(super) fn whole<T: TryFrom<u64>>(&self, least: u64, most: u64) -> Result<T, Problem> {
        let number = match self {
            Self::File { value, .. } => {
                let integer = value.get_ref().as_integer().ok_or_else(|| self.wrong_type("a whole number"))?;
                u64::from_str_radix(integer.as_str(), integer.radix()).ok()
            }
            Self::Flag { .. } => self.as_text().and_then(|text| text.parse().ok()),
        };
        let number = number.filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.out_of_range(&Range::Whole(least, most).expected()))
    }

    /// A number, whole or decimal, that `range` holds.
    pub(super) fn number(&self, range: Range) -> Result<f64, Problem> {
        let written = match self {
            Self::File { value, .. } => {
                let value = value.get_ref();
                let whole = value.as_integer().filter(|integer| integer.radix() == 10);
                let whole = whole.map(|integer| integer.as_str().to_owned());
                let written = whole.or_else(|| value.as_float().map(|float| float.as_str().to_owned()));
                Some(written.ok_or_else(|| self.wrong_type("a number"))?)
            }
            Self::Flag { .. } => self.as_text().map(str::to_owned),
        };
        let number = written.and_then(|written| written.parse::<f64>().ok());
        number.filter(|number| range.holds(*number)).ok_or_else(|| self.out_of_range(&range.expected()))
    }

    /// A day, written as a date of TOML or as a text in ISO 8601.
    pub(super) fn date(&self) -> Result<Date, Problem> {
        let written = match self.value().and_then(DeValue::as_datetime) {
            Some(day) => day.to_string(),
            None => self.as_text().map(str::to_owned).ok_or_else(|| self.wrong_type("a day"))?,
        };
        let day = written.parse().ok().filter(|_| written.len() == 10);
        day.ok_or_else(|| self.wrong_text(&written, "expected a day such as 2027-02-28".to_owned()))
    }

    pub(super) fn is_list(&self) -> bool {
        self.value().is_none_or(|value| value.as_array().is_some())
    }

    /// Each value of a list, or the one value; each that was typed behind a flag.
    pub(super) fn items(&self) -> Vec<Self> {
        match self {
            Self::File { document, key, value } => match value.get_ref().as_array() {
                Some(list) => list.iter().map(|value| Self::File { document, key: key.clone(), value }).collect(),
                None => vec![self.clone()],
            },
            Self::Flag { flag, values } => values.chunks(1).map(|values| Self::Flag { flag, values }).collect(),
        }
    }

    /// Reads each item into `all`. In a file every mistake is told, not the first alone.
    pub(super) fn each_with<A>(
        &self,
        all: &mut A,
        read: impl Fn(&mut A, &Self) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut failed = None;
        for item in self.items() {
            match (read(all, &item), self) {
                (Ok(()), _) => {}
                (Err(problem), Self::File { document, .. }) => {
                    document.report(problem);
                    failed = Some(Problem::Reported);
                }
                (Err(problem), Self::Flag { .. }) => return Err(problem),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// What `read` makes of each item.
    pub(super) fn each<T>(&self, read: impl Fn(&Self) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
        let mut made = Vec::new();
        self.each_with(&mut made, |made, item| read(item).map(|value| made.push(value)))?;
        Ok(made)
    }

    /// A text or a list of texts.
    pub(super) fn texts(&self) -> Result<Vec<String>, Problem> {
        self.each(|item| {
            item.as_text().map(str::to_owned).ok_or_else(|| item.wrong_type("a text in quotes or a list of them"))
        })
    }

    /// Names of columns. Behind a flag they are separated by commas, and a name that holds one stands in quotes.
    pub(super) fn columns(&self) -> Result<Vec<String>, Problem> {
        let texts = self.texts()?;
        if !self.is_flag() {
            return Ok(texts.into_iter().map(|name| name.trim().to_owned()).collect());
        }
        let lists = texts.iter().map(|list| split_names(list));
        let names: Vec<Vec<String>> = lists
            .collect::<Result<_, _>>()
            .map_err(|reason| self.refused("column-list", format!("{}: {reason}", self.name())))?;
        Ok(names.concat())
    }

    /// The name of a file; in a configuration it is relative to the folder of that.
    pub(super) fn file(&self) -> Result<PathBuf, Problem> {
        let name = self.words()?;
        Ok(self.beside(Path::new(&name)))
    }

    pub(super) fn beside(&self, file: &Path) -> PathBuf {
        self.folder().map_or_else(|| file.to_owned(), |folder| folder.join(file))
    }

    /// The folder that files in it are relative to; none for a flag.
    pub(super) fn folder(&self) -> Option<&'table Path> {
        match self {
            Self::File { document, .. } => Some(document.folder),
            Self::Flag { .. } => None,
        }
    }

    /// A whole number or a text, as text.
    pub(super) fn number_or_text(&self) -> Result<String, Problem> {
        match self.value().and_then(DeValue::as_integer) {
            Some(integer) => Ok(integer.as_str().to_owned()),
            None => self.text(),
        }
    }

    /// A table.
    pub(super) fn table(&self, expected: &str) -> Result<Section<'table, 'text>, Problem> {
        let Self::File { document, key, value } = self else { return Err(self.wrong_type(expected)) };
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong_type(expected))?;
        Ok(Section::new(document, key.clone(), table, value.span()))
    }
}

fn article(found: &str) -> String {
    let article = if found.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {found}")
}
