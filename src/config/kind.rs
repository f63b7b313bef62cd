//! Kinds of values: what may be written, how it is read, how the record shows it, and by which names.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method is not general over both lifetimes"
)]

use std::fmt::Display;
use std::path::PathBuf;

use jiff::civil::Date;
use strum::VariantArray;

use super::document::Problem;
use super::reader::Written;
use super::settings::{file_name, list};
use crate::plan::{Range, counted, shown_name};
use crate::printable::each_once;

/// What may be written where spellings are named.
pub(super) const SPELLINGS: &str = "a text or a list of texts";

type Reading<T> = Box<dyn Fn(&Written<'_, '_>) -> Result<T, Problem> + Send + Sync>;

/// A kind of value, for settings that are read into one field of the plan.
pub(super) struct Kind<T> {
    /// What may be written, in words.
    pub(super) words: String,
    pub(super) read: Reading<T>,
    /// The value for the record. No cell value may be in it.
    pub(super) show: Box<dyn Fn(&T) -> String + Send + Sync>,
}

/// What a name of a list can stand for.
pub(super) trait Name: Copy + PartialEq + Send + Sync + 'static {}
impl<T: Copy + PartialEq + Send + Sync + 'static> Name for T {}

impl<T: 'static> Kind<T> {
    pub(super) fn new(
        words: impl Into<String>,
        read: impl Fn(&Written<'_, '_>) -> Result<T, Problem> + Send + Sync + 'static,
        show: impl Fn(&T) -> String + Send + Sync + 'static,
    ) -> Self {
        Self { words: words.into(), read: Box::new(read), show: Box::new(show) }
    }

    /// A value that nobody has to give; `unset` says what holds then.
    pub(super) fn or(self, unset: &'static str) -> Kind<Option<T>> {
        let Self { words, read, show } = self;
        let show = move |value: &Option<T>| value.as_ref().map_or_else(|| unset.to_owned(), &show);
        Kind::new(words, move |value| read(value).map(Some), show)
    }
}

/// A whole number in a range; `u64::MAX` is no bound.
pub(super) fn whole<T: TryFrom<u64> + Display + 'static>(least: u64, most: u64) -> Kind<T> {
    Kind::new(Range::Whole(least, most).expected(), move |value| value.whole(least, most), T::to_string)
}

/// A number, whole or decimal.
pub(super) fn number(range: Range) -> Kind<f64> {
    Kind::new(range.expected(), move |value| value.number(range), f64::to_string)
}

pub(super) fn boolean() -> Kind<bool> {
    Kind::new("`true` or `false`", |value| value.boolean(), bool::to_string)
}

/// A text that is not blank.
pub(super) fn words() -> Kind<String> {
    Kind::new("a text", |value| value.words(), |text| shown_name(text))
}

/// A folder, resolved as files are.
pub(super) fn folder() -> Kind<PathBuf> {
    Kind::new("the name of a folder", |value| value.file(), |folder: &PathBuf| file_name(folder))
}

pub(super) fn day() -> Kind<Date> {
    Kind::new("a day, such as 2027-02-28", |value| value.date(), Date::to_string)
}

/// Names of columns.
pub(super) fn columns() -> Kind<Vec<String>> {
    Kind::new(
        "a column or a list of columns",
        |value| value.columns(),
        |names| list(names.iter().map(|name| shown_name(name))),
    )
}

/// A text that `parse` accepts.
pub(super) fn parsed<T: 'static>(
    words: &'static str,
    parse: fn(&str) -> Result<T, String>,
    show: fn(&T) -> String,
) -> Kind<T> {
    Kind::new(words, move |value| value.parsed(parse), show)
}

/// One of the names of a list. The first name of a value is the one that is shown.
pub(super) fn named<T: Name>(names: impl Into<Vec<(&'static str, T)>>) -> Kind<T> {
    let names = names.into();
    let (words, shown) = (format!("one of {}", listed(&names)), names.clone());
    Kind::new(words, move |value| value.named(&names), move |value| name_of(&shown, *value))
}

/// Some of the names of a list, each once, in the order in which they are written first.
pub(super) fn several<T: Name>(names: impl Into<Vec<(&'static str, T)>>) -> Kind<Vec<T>> {
    let names = names.into();
    let (words, shown) = (format!("one or a list of {}", listed(&names)), names.clone());
    let read = move |value: &Written<'_, '_>| value.each(|item| item.named(&names)).map(each_once);
    Kind::new(words, read, move |values| list(values.iter().map(|value| name_of(&shown, *value))))
}

fn listed<T>(names: &[(&'static str, T)]) -> String {
    list(names.iter().map(|(name, _)| name))
}

/// The name of a value in a list of names.
pub(super) fn name_of<T: PartialEq + Copy>(known: &[(&'static str, T)], value: T) -> String {
    known.iter().find(|(_, other)| *other == value).map_or("", |(name, _)| name).to_owned()
}

/// Each value of a type under the name that results have for it.
pub(super) fn names<T: VariantArray + Copy + Into<&'static str>>() -> Vec<(&'static str, T)> {
    T::VARIANTS.iter().map(|&value| (value.into(), value)).collect()
}

/// What the records of a dataset may be, and whether they are totals.
pub(super) const KINDS: [(&str, bool); 2] = [("records", false), ("aggregate", true)];

/// Spellings, which stand in cells: they are counted, not told.
pub(super) fn spellings() -> Kind<Vec<String>> {
    let show = |spellings: &Vec<String>| counted(spellings.len() as u64, "value", "values");
    Kind::new(SPELLINGS, |value| value.texts(), show)
}
