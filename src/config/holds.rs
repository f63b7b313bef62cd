//! `[[recipient.holds]]` and `[linkage]` of the configuration.

use std::path::Path;

use regex::Regex;
use toml::de::{DeTable, DeValue};

use super::linkage::{add_source, attacks_of, named_twice};
use super::policy::not_blank;
use super::reader::{Entry, Reader, entry};
use super::settings::{ENCODINGS, Settings, named, parse_delimiter, parse_quote};
use super::{
    ATTACKS, Attack, ConfigError, InputOptions, KnownIdentifiers, OnColumn, SourcePlan, TextComparison, TruthColumns,
    did_you_mean, shown_name,
};
use crate::recode::WithinRule;

/// Keys of `[linkage]`.
pub(super) const LINKAGE: [&str; 1] = ["known_identifiers"];
/// Keys of `[[recipient.holds]]`.
pub(super) const HOLDS: [&str; 13] = [
    "name",
    "file",
    "subject",
    "on",
    "truth",
    "truth_pattern",
    "attacks",
    "hold_out",
    "delimiter",
    "quote",
    "header",
    "encoding",
    "null_values",
];
pub(super) const ON: [&str; 4] = ["ours", "theirs", "within", "compare"];
const TRUTH: [&str; 2] = ["ours", "theirs"];
pub(super) const KNOWN_IDENTIFIERS: [&str; 4] = ["name", "file", "column", "pseudonym"];
const HOLDS_PLACE: &str = "recipient.holds";
const KNOWN_PLACE: &str = "linkage.known_identifiers";

/// Names of comparisons.
const COMPARISONS: [(&str, TextComparison); 2] =
    [("equal", TextComparison::Equal), ("normalised", TextComparison::Normalised)];

/// Reads every `[[recipient.holds]]`.
pub(super) fn read_holds<'text>(
    reader: Reader<'text>,
    recipient: &DeTable<'text>,
    folder: &Path,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    let Some(value) = entry(recipient, "recipient", "holds") else { return Ok(()) };
    let expected = "a table for each source, written as `[[recipient.holds]]`";
    let items: Vec<&toml::Spanned<DeValue<'text>>> = match value.value.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        DeValue::Table(_) => vec![value.value],
        _ => return Err(reader.wrong_type(&value, expected)),
    };
    for item in items {
        let one = Entry { key: HOLDS_PLACE.to_owned(), value: item };
        let table = item.get_ref().as_table().ok_or_else(|| reader.wrong_type(&one, expected))?;
        let (source, is_pseudonym) = read_source(reader, table, &one, folder)?;
        check_name(reader, source.name.as_ref(), &one, settings)?;
        // Whoever names shared columns says what others may know, so the rest is not guessed.
        settings.decides_roles |= !source.on.is_empty();
        add_source(&mut settings.linkage, source, is_pseudonym)
            .map_err(|reason| reader.error("attacks", reason, item.span()))?;
    }
    Ok(())
}

/// Checks that no source before, of either kind, has the name: a waiver of one would cover the other.
fn check_name<'text>(
    reader: Reader<'text>,
    name: Option<&String>,
    whole: &Entry<'_, 'text>,
    settings: &Settings,
) -> Result<(), ConfigError> {
    let Some(name) = name.filter(|name| settings.linkage.given_names().any(|other| other == *name)) else {
        return Ok(());
    };
    let message = format!("two sources are named `{}`", shown_name(name));
    Err(reader.error("source-twice", message, whole.value.span()).with_hint("give each its own `name`"))
}

fn read_source<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    whole: &Entry<'_, 'text>,
    folder: &Path,
) -> Result<(SourcePlan, bool), ConfigError> {
    reader.check_keys(HOLDS_PLACE, table, &HOLDS, |_| None)?;
    let get = |name: &str| entry(table, HOLDS_PLACE, name);
    let text = |name: &str| get(name).map(|value| reader.parsed(&value, not_blank)).transpose();
    let files = read_files(reader, get("file"), whole, folder)?;
    let on = get("on").map(|value| read_on(reader, &value)).transpose()?.unwrap_or_default();
    let asked = get("attacks").map(|value| read_attacks(reader, &value)).transpose()?.unwrap_or_default();
    let attacks = attacks_of(&asked).map_err(|reason| reader.error("attacks", reason, whole.value.span()))?;
    let is_pseudonym = attacks.is_none();
    let source = SourcePlan {
        left_out: Vec::new(),
        name: text("name")?,
        files,
        input: read_options(reader, table)?,
        subject: text("subject")?,
        on,
        truth: read_truth(reader, table, whole)?,
        attacks: attacks.unwrap_or_default(),
        hold_out: text("hold_out")?.map(|file| folder.join(file).to_string_lossy().into_owned()),
    };
    Ok((source, is_pseudonym))
}

/// A file name or a list of them, relative to the folder of the configuration.
fn read_files<'text>(
    reader: Reader<'text>,
    file: Option<Entry<'_, 'text>>,
    whole: &Entry<'_, 'text>,
    folder: &Path,
) -> Result<Vec<String>, ConfigError> {
    let Some(value) = file else { return Err(lacks(reader, whole, "file")) };
    let mut files = Vec::new();
    for (file, span) in reader.strings(&value)? {
        if file.trim().is_empty() {
            return Err(reader.error("wrong-value", "the name of a file must not be empty", span));
        }
        files.push(folder.join(file).to_string_lossy().into_owned());
    }
    if files.is_empty() { Err(lacks(reader, whole, "file")) } else { Ok(files) }
}

fn lacks<'text>(reader: Reader<'text>, whole: &Entry<'_, 'text>, key: &str) -> ConfigError {
    let (place, hint) = if whole.key == HOLDS_PLACE {
        ("[[recipient.holds]]", "write `file = \"members.csv\"`, and what it shares with the extract in `on`")
    } else {
        (
            "[linkage] known_identifiers",
            "write `known_identifiers = { file = \"cards.csv\", column = \"pan\", pseudonym = \"card\" }`",
        )
    };
    reader.error("missing-key", format!("`{place}` lacks `{key}`"), whole.value.span()).with_hint(hint)
}

fn read_options<'text>(reader: Reader<'text>, table: &DeTable<'text>) -> Result<InputOptions, ConfigError> {
    let get = |name: &str| entry(table, HOLDS_PLACE, name);
    let nulls = get("null_values").map(|value| reader.strings(&value)).transpose()?.unwrap_or_default();
    Ok(InputOptions {
        delimiter: get("delimiter").map(|value| reader.parsed(&value, parse_delimiter)).transpose()?,
        quote: get("quote").map(|value| reader.parsed(&value, parse_quote)).transpose()?,
        header: get("header").map(|value| reader.boolean(&value)).transpose()?,
        encoding: get("encoding").map(|value| reader.parsed(&value, |text| named(text, &ENCODINGS))).transpose()?,
        null_values: nulls.into_iter().map(|(text, _)| text).collect(),
        ..InputOptions::default()
    })
}

fn read_attacks<'text>(reader: Reader<'text>, value: &Entry<'_, 'text>) -> Result<Vec<Attack>, ConfigError> {
    let listed = reader.strings(value)?.into_iter().map(|(name, span)| {
        named(&name, &ATTACKS).map_err(|reason| {
            let message = format!("`{}` is not an attack", shown_name(&name));
            let meant = did_you_mean(&name, ATTACKS.map(|(known, _)| known));
            let hint = meant.map_or(reason, |meant| format!("did you mean `{meant}`?"));
            reader.error("unknown-attack", message, span).with_hint(hint)
        })
    });
    listed.collect()
}

/// A list of names, of texts `COL=THEIRS` and of tables.
fn read_on<'text>(reader: Reader<'text>, value: &Entry<'_, 'text>) -> Result<Vec<OnColumn>, ConfigError> {
    let items: Vec<&toml::Spanned<DeValue<'text>>> = match value.value.get_ref().as_array() {
        Some(list) => list.iter().collect(),
        None => vec![value.value],
    };
    let read = |item| read_on_column(reader, &Entry { key: value.key.clone(), value: item });
    let columns: Vec<OnColumn> = items.into_iter().map(read).collect::<Result<_, _>>()?;
    if columns.is_empty() {
        let hint = "name a column that both sides have, or leave `on` out for the quasi-identifiers of the same name";
        return Err(reader.error("wrong-value", "`on` names no column", value.value.span()).with_hint(hint));
    }
    match named_twice(&columns) {
        Some(name) => {
            let message = format!("`on` names column `{}` twice", shown_name(name));
            Err(reader.error("column-twice", message, value.value.span()))
        }
        None => Ok(columns),
    }
}

fn read_on_column<'text>(reader: Reader<'text>, item: &Entry<'_, 'text>) -> Result<OnColumn, ConfigError> {
    let span = || item.value.span();
    if let Some(name) = item.value.get_ref().as_str() {
        let name = not_blank(name).map_err(|reason| reader.error("wrong-value", reason, span()))?;
        return Ok(OnColumn { ours: name.clone(), theirs: name, within: None, compare: None });
    }
    let expected = "a column, or a table such as `{ ours = \"city\", theirs = \"home_town\" }`";
    let table = item.value.get_ref().as_table().ok_or_else(|| reader.wrong_type(item, expected))?;
    let place = "recipient.holds.on";
    reader.check_keys(place, table, &ON, |_| None)?;
    let get = |name: &str| entry(table, place, name);
    let text = |name: &str| get(name).map(|value| reader.parsed(&value, not_blank)).transpose();
    let within = get("within").map(|value| read_within(reader, &value)).transpose()?;
    let compare = get("compare").map(|value| reader.parsed(&value, |text| named(text, &COMPARISONS))).transpose()?;
    if within.is_some() && compare.is_some() {
        let message = "a column is compared either `within` a distance or as `compare` says";
        return Err(reader.error("two-comparisons", message, span()).with_hint("remove one of the two"));
    }
    let lack = "`on` has an entry without `ours`";
    let ours = text("ours")?.ok_or_else(|| reader.error("missing-key", lack, span()).with_hint(expected))?;
    let theirs = text("theirs")?.unwrap_or_else(|| ours.clone());
    Ok(OnColumn { ours, theirs, within, compare })
}

fn read_within<'text>(reader: Reader<'text>, value: &Entry<'_, 'text>) -> Result<WithinRule, ConfigError> {
    let written = match value.value.get_ref().as_integer() {
        Some(integer) => integer.as_str().to_owned(),
        None => reader.string(value)?,
    };
    WithinRule::parse(&written).map_err(|reason| {
        let message = format!("`{}` is not a tolerance: {reason}", shown_name(&written));
        let hint = "a tolerance is written as `2d`, `6h`, `5%` or `100`";
        reader.error("tolerance", message, value.value.span()).with_hint(hint)
    })
}

/// A name that both sides share, or a table with one of each.
fn read_truth<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    whole: &Entry<'_, 'text>,
) -> Result<Option<TruthColumns>, ConfigError> {
    let pattern = entry(table, HOLDS_PLACE, "truth_pattern");
    let pattern = pattern.map(|value| reader.parsed(&value, checked_pattern)).transpose()?;
    let Some(value) = entry(table, HOLDS_PLACE, "truth") else {
        return pattern.map_or(Ok(None), |_| {
            let message = "`truth_pattern` is given without `truth`";
            let hint = "name the column that says who is who, such as `truth = \"customer\"`";
            Err(reader.error("missing-key", message, whole.value.span()).with_hint(hint))
        });
    };
    if value.value.get_ref().as_str().is_some() {
        let name = reader.parsed(&value, not_blank)?;
        return Ok(Some(TruthColumns { ours: name.clone(), theirs: name, pattern }));
    }
    let expected = "a column, or a table such as `{ ours = \"customer\", theirs = \"member\" }`";
    let table = value.value.get_ref().as_table().ok_or_else(|| reader.wrong_type(&value, expected))?;
    let place = "recipient.holds.truth";
    reader.check_keys(place, table, &TRUTH, |_| None)?;
    let one = |name: &str| {
        let lack = || {
            let message = format!("`truth` lacks `{name}`");
            reader.error("missing-key", message, value.value.span()).with_hint(format!("write {expected}"))
        };
        reader.parsed(&entry(table, place, name).ok_or_else(lack)?, not_blank)
    };
    Ok(Some(TruthColumns { ours: one("ours")?, theirs: one("theirs")?, pattern }))
}

/// A regular expression with a group.
fn checked_pattern(written: &str) -> Result<String, String> {
    let pattern = Regex::new(written).map_err(|_| "it is not a regular expression".to_owned())?;
    if pattern.captures_len() < 2 {
        return Err("it has no group; put what is to be compared in brackets, such as `rec-([0-9]+)-`".to_owned());
    }
    Ok(written.to_owned())
}

/// Reads `[linkage]`.
pub(super) fn read_linkage<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    folder: &Path,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    reader.check_keys("linkage", table, &LINKAGE, super::file::section_of)?;
    let Some(value) = entry(table, "linkage", "known_identifiers") else { return Ok(()) };
    let items: Vec<&toml::Spanned<DeValue<'text>>> = match value.value.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        _ => vec![value.value],
    };
    for item in items {
        let whole = Entry { key: KNOWN_PLACE.to_owned(), value: item };
        let expected = "a table such as `{ file = \"cards.csv\", column = \"pan\", pseudonym = \"card\" }`";
        let known = item.get_ref().as_table().ok_or_else(|| reader.wrong_type(&whole, expected))?;
        reader.check_keys(KNOWN_PLACE, known, &KNOWN_IDENTIFIERS, |_| None)?;
        let get = |name: &str| entry(known, KNOWN_PLACE, name);
        let name = get("name").map(|value| reader.parsed(&value, not_blank)).transpose()?;
        check_name(reader, name.as_ref(), &whole, settings)?;
        let column = get("column").ok_or_else(|| lacks(reader, &whole, "column"))?;
        let pseudonyms = reader.strings(&get("pseudonym").ok_or_else(|| lacks(reader, &whole, "pseudonym"))?)?;
        let pseudonyms: Vec<String> = pseudonyms.into_iter().map(|(name, _)| name.trim().to_owned()).collect();
        if pseudonyms.is_empty() {
            return Err(lacks(reader, &whole, "pseudonym"));
        }
        settings.linkage.known_identifiers.push(KnownIdentifiers {
            name,
            files: read_files(reader, get("file"), &whole, folder)?,
            input: InputOptions::default(),
            column: reader.parsed(&column, not_blank)?,
            pseudonyms,
        });
    }
    Ok(())
}
