//! Reading TOML values with their place, so that every mistake can be shown where it stands.

use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::policy::parse_date;
use super::{ConfigError, did_you_mean, grouped, shown_name};

/// The text of one configuration file and its name for messages.
#[derive(Clone, Copy)]
pub(super) struct Reader<'text> {
    pub(super) file: &'text str,
    pub(super) text: &'text str,
}

/// A value of the file and the dotted key it stands under.
pub(super) struct Entry<'table, 'text> {
    pub(super) key: String,
    pub(super) value: &'table Spanned<DeValue<'text>>,
}

impl<'text> Reader<'text> {
    pub(super) fn error(self, code: &'static str, message: impl Into<String>, span: Range<usize>) -> ConfigError {
        ConfigError::new(code, message).at(self.file, self.text, span)
    }

    /// Makes sure that a table holds nothing but `known` keys. `elsewhere` finds the section that an unknown key
    /// belongs to.
    pub(super) fn check_keys(
        self,
        place: &str,
        table: &DeTable<'text>,
        known: &[&str],
        elsewhere: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<(), ConfigError> {
        let unknown = table.keys().filter(|key| !known.contains(&key.get_ref().as_ref()));
        // The first in the file: the table itself is in the order of names.
        let Some(key) = unknown.min_by_key(|key| key.span().start) else { return Ok(()) };
        let name: &str = key.get_ref();
        let what = if place.is_empty() { "section" } else { "key" };
        let within = if place.is_empty() { String::new() } else { format!(" of `[{}]`", shown_name(place)) };
        let message = format!("`{}` is not a {what}{within}", shown_name(name));
        let hint = match (elsewhere(name), did_you_mean(name, known.iter().copied())) {
            (Some(section), _) => format!("`{}` belongs into `[{section}]`", shown_name(name)),
            (None, Some(meant)) => format!("did you mean `{meant}`?"),
            (None, None) => format!("{what}s here: {}", known.join(", ")),
        };
        let code = if place.is_empty() { "unknown-section" } else { "unknown-key" };
        Err(self.error(code, message, key.span()).with_hint(hint))
    }

    /// The table under `name`, if it is there.
    pub(super) fn table<'table>(
        self,
        parent: &'table DeTable<'text>,
        place: &str,
        name: &str,
    ) -> Result<Option<&'table DeTable<'text>>, ConfigError> {
        let Some(entry) = entry(parent, place, name) else { return Ok(None) };
        let table = entry.value.get_ref().as_table();
        table.map(Some).ok_or_else(|| self.wrong_type(&entry, "a table"))
    }

    pub(super) fn wrong_type(self, entry: &Entry<'_, 'text>, expected: &str) -> ConfigError {
        let found = entry.value.get_ref().type_str();
        let message = format!("`{}` must be {expected}, not {}", shown_name(&entry.key), article(found));
        self.error("wrong-type", message, entry.value.span())
    }

    /// A text, or an error.
    pub(super) fn string(self, entry: &Entry<'_, 'text>) -> Result<String, ConfigError> {
        entry.value.get_ref().as_str().map(str::to_owned).ok_or_else(|| self.wrong_type(entry, "a text in quotes"))
    }

    /// A text that `parse` accepts; its complaint is shown at the value.
    pub(super) fn parsed<T>(
        self,
        entry: &Entry<'_, 'text>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let text = self.string(entry)?;
        parse(&text).map_err(|reason| {
            let message = format!("`{}` cannot be `{}`: {reason}", shown_name(&entry.key), shown_name(&text));
            self.error("wrong-value", message, entry.value.span())
        })
    }

    pub(super) fn boolean(self, entry: &Entry<'_, 'text>) -> Result<bool, ConfigError> {
        entry.value.get_ref().as_bool().ok_or_else(|| self.wrong_type(entry, "`true` or `false`"))
    }

    /// A whole number in `range` that fits its type.
    pub(super) fn number<T: TryFrom<u64>>(
        self,
        entry: &Entry<'_, 'text>,
        range: RangeInclusive<u64>,
    ) -> Result<T, ConfigError> {
        let integer = entry.value.get_ref().as_integer().ok_or_else(|| self.wrong_type(entry, "a whole number"))?;
        let number =
            u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|number| range.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            let bounds = match (range.start(), *range.end()) {
                (least, u64::MAX) => format!("of at least {least}"),
                (least, most) => format!("from {least} to {}", grouped(most)),
            };
            let message = format!("`{}` must be a whole number {bounds}", shown_name(&entry.key));
            self.error("wrong-value", message, entry.value.span())
        })
    }

    /// A number in `range`, whole or decimal.
    pub(super) fn figure(self, entry: &Entry<'_, 'text>, range: RangeInclusive<f64>) -> Result<f64, ConfigError> {
        let value = entry.value.get_ref();
        let whole =
            value.as_integer().filter(|integer| integer.radix() == 10).map(|integer| integer.as_str().to_owned());
        let written = whole.or_else(|| value.as_float().map(|float| float.as_str().to_owned()));
        let written = written.ok_or_else(|| self.wrong_type(entry, "a number"))?;
        let number: Option<f64> = written.parse().ok();
        number.filter(|number| number.is_finite() && range.contains(number)).ok_or_else(|| {
            let bounds = match (*range.start(), *range.end()) {
                (least, f64::MAX) => format!("of at least {least}"),
                (least, most) => format!("from {least} to {most}"),
            };
            let message = format!("`{}` must be a number {bounds}", shown_name(&entry.key));
            self.error("wrong-value", message, entry.value.span())
        })
    }

    /// A day, written as a date of TOML or as a text.
    pub(super) fn date(self, entry: &Entry<'_, 'text>) -> Result<Date, ConfigError> {
        let written = match entry.value.get_ref().as_datetime() {
            Some(day) => day.to_string(),
            None => entry.value.get_ref().as_str().map(str::to_owned).ok_or_else(|| self.wrong_type(entry, "a day"))?,
        };
        parse_date(&written).map_err(|reason| {
            let message = format!("`{}` cannot be `{}`: {reason}", shown_name(&entry.key), shown_name(&written));
            self.error("wrong-value", message, entry.value.span())
        })
    }

    /// A text or a list of texts, each with its place.
    pub(super) fn strings(self, entry: &Entry<'_, 'text>) -> Result<Vec<(String, Range<usize>)>, ConfigError> {
        let expected = "a text in quotes or a list of them";
        if let Some(text) = entry.value.get_ref().as_str() {
            return Ok(vec![(text.to_owned(), entry.value.span())]);
        }
        let list = entry.value.get_ref().as_array().ok_or_else(|| self.wrong_type(entry, expected))?;
        list.iter()
            .map(|item| {
                let text = item.get_ref().as_str().map(|text| (text.to_owned(), item.span()));
                text.ok_or_else(|| self.wrong_type(&Entry { key: entry.key.clone(), value: item }, expected))
            })
            .collect()
    }
}

/// The value under `name` in the table that stands at `place`.
pub(super) fn entry<'table, 'text>(
    table: &'table DeTable<'text>,
    place: &str,
    name: &str,
) -> Option<Entry<'table, 'text>> {
    let key = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    table.get(name).map(|value| Entry { key, value })
}

fn article(found: &str) -> String {
    let article = if found.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {found}")
}
