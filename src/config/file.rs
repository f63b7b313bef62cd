//! `reidrisk.toml`: from its text to [`Settings`].

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::holds::{LINKAGE, read_linkage};
use super::places::{column_lines, shared_name};
use super::policy::{POLICY, RECIPIENT, read_policy, read_recipient};
use super::quantity::{parse_duration, parse_size};
use super::reader::{Entry, Reader, entry};
use super::settings::{
    AUDIENCES, ENCODINGS, MISSING_MODES, MOST_THREADS, Settings, check_measures, named, parse_delimiter, parse_quote,
    rule_hint,
};
use super::unicity::{UNICITY, read_unicity};
use super::{ConfigError, SubjectMap, did_you_mean, refusal, shown_name};
use crate::printable::hexadecimal;
use crate::recode::{CoarsenRule, TimeOrigin};
use crate::result::{ConfigPlaces, Role};

/// Name of the configuration file that is looked for beside the first input.
pub const CONFIG_FILE_NAME: &str = "reidrisk.toml";

pub(super) const SECTIONS: [&str; 8] =
    ["dataset", "subject", "columns", "recipient", "policy", "scan", "unicity", "linkage"];
pub(super) const DATASET: [&str; 8] =
    ["name", "delimiter", "quote", "header", "encoding", "null_values", "time_zone", "day_start"];
pub(super) const SUBJECT: [&str; 2] = ["column", "map"];
const SUBJECT_MAP: [&str; 3] = ["file", "from", "to"];
pub(super) const COLUMN: [&str; 3] = ["role", "coarsen", "permitted"];
/// What is computed, and with what resources.
pub(super) const SCAN: [&str; 8] =
    ["measures", "max_set", "missing", "seed", "threads", "memory", "timeout", "audience"];

/// A configuration file that was read and found to be right.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigFile {
    /// Where it was found.
    pub path: PathBuf,
    /// What it says; relative files in it are resolved against its folder.
    pub settings: Settings,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Where it speaks of columns.
    pub places: ConfigPlaces,
}

impl ConfigFile {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// When it cannot be read, is not UTF-8 or TOML, or holds an unknown key or a wrong value.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let name = shown_name(&path.display().to_string());
        let bytes = std::fs::read(path).map_err(|error| {
            let (reason, hint) = refusal(error.kind());
            ConfigError::new("unreadable", format!("configuration `{name}` cannot be read: {reason}")).with_hint(hint)
        })?;
        Self::parse(path, &bytes)
    }

    /// Reads a configuration from bytes; `path` gives its name in messages and the folder of relative files.
    ///
    /// # Errors
    /// As [`ConfigFile::read`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = open_text(&name, bytes)?;
        let reader = Reader { file: &name, text };
        let folder = path.parent().unwrap_or(Path::new(""));
        let document = DeTable::parse(text).map_err(|error| syntax_error(reader, &error))?;
        let settings = read_settings(reader, document.get_ref(), folder)?;
        let places = ConfigPlaces { file: shared_name(path), columns: column_lines(text, document.get_ref()) };
        Ok(Self { path: path.to_owned(), settings, sha256: hexadecimal(&Sha256::digest(bytes)), places })
    }
}

/// The bytes of a configuration file as text.
pub(super) fn open_text<'text>(name: &str, bytes: &'text [u8]) -> Result<&'text str, ConfigError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() + 1;
        let message = format!("configuration `{}` is not UTF-8 in line {line}", shown_name(name));
        ConfigError::new("not-utf-8", message).with_hint("save the file with the encoding UTF-8")
    })
}

pub(super) fn syntax_error(reader: Reader<'_>, error: &toml::de::Error) -> ConfigError {
    let message = error.message().lines().next().unwrap_or("not TOML");
    let message = format!("not valid TOML: {}", shown_name(message));
    reader.error("syntax", message, error.span().unwrap_or(0..0))
}

/// The section that a key stands in, for keys that were written into another one.
pub(super) fn section_of(key: &str) -> Option<&'static str> {
    let sections: [(&'static str, &[&str]); 6] = [
        ("dataset", &DATASET),
        ("policy", &POLICY),
        ("scan", &SCAN),
        ("recipient", &RECIPIENT),
        ("unicity", &UNICITY),
        ("linkage", &LINKAGE),
    ];
    sections.into_iter().find(|(_, keys)| keys.contains(&key)).map(|(section, _)| section)
}

fn read_settings<'text>(
    reader: Reader<'text>,
    document: &DeTable<'text>,
    folder: &Path,
) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    reader.check_keys("", document, &SECTIONS, section_of)?;
    if let Some(table) = reader.table(document, "", "dataset")? {
        read_dataset(reader, table, &mut settings)?;
    }
    if let Some(table) = reader.table(document, "", "subject")? {
        read_subject(reader, table, folder, &mut settings)?;
    }
    if let Some(table) = reader.table(document, "", "columns")? {
        read_columns(reader, table, folder, &mut settings)?;
    }
    if let Some(table) = reader.table(document, "", "recipient")? {
        read_recipient(reader, table, folder, &mut settings)?;
    }
    if let Some(table) = reader.table(document, "", "policy")? {
        read_policy(reader, table, &mut settings)?;
    }
    if let Some(table) = reader.table(document, "", "scan")? {
        read_scan(reader, table, &mut settings)?;
    }
    if let Some(table) = reader.table(document, "", "unicity")? {
        read_unicity(reader, table, &mut settings)?;
    }
    if let Some(table) = reader.table(document, "", "linkage")? {
        read_linkage(reader, table, folder, &mut settings)?;
    }
    Ok(settings)
}

fn read_dataset<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    reader.check_keys("dataset", table, &DATASET, section_of)?;
    let get = |name: &str| entry(table, "dataset", name);
    let not_empty = |text: &str| {
        if text.trim().is_empty() { Err("a name must not be empty".to_owned()) } else { Ok(text.trim().to_owned()) }
    };
    settings.dataset_name = get("name").map(|value| reader.parsed(&value, not_empty)).transpose()?;
    settings.input.delimiter = get("delimiter").map(|value| reader.parsed(&value, parse_delimiter)).transpose()?;
    settings.input.quote = get("quote").map(|value| reader.parsed(&value, parse_quote)).transpose()?;
    settings.input.header = get("header").map(|value| reader.boolean(&value)).transpose()?;
    settings.input.encoding =
        get("encoding").map(|value| reader.parsed(&value, |text| named(text, &ENCODINGS))).transpose()?;
    settings.zone_minutes = get("time_zone").map(|value| reader.parsed(&value, TimeOrigin::parse_zone)).transpose()?;
    settings.day_start_hour =
        get("day_start").map(|value| reader.parsed(&value, TimeOrigin::parse_day_start)).transpose()?;
    if let Some(value) = get("null_values") {
        settings.input.null_values = reader.strings(&value)?.into_iter().map(|(text, _)| text).collect();
    }
    Ok(())
}

fn read_subject<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    folder: &Path,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    reader.check_keys("subject", table, &SUBJECT, section_of)?;
    if let Some(value) = entry(table, "subject", "column") {
        settings.roles.insert(reader.string(&value)?.trim().to_owned(), Role::Subject);
        settings.decides_roles = true;
    }
    let Some(map) = reader.table(table, "subject", "map")? else { return Ok(()) };
    reader.check_keys("subject.map", map, &SUBJECT_MAP, |_| None)?;
    let get = |name: &str| {
        let Some(value) = entry(map, "subject.map", name) else {
            let span = table.get("map").map_or(0..0, toml::Spanned::span);
            let message = format!("`[subject] map` lacks `{name}`");
            let hint = "write `map = { file = \"cards.csv\", from = \"card\", to = \"customer\" }`";
            return Err(reader.error("missing-key", message, span).with_hint(hint));
        };
        reader.string(&value)
    };
    settings.subject_map = Some(SubjectMap { file: folder.join(get("file")?), from: get("from")?, to: get("to")? });
    Ok(())
}

fn read_columns<'text>(
    reader: Reader<'text>,
    columns: &DeTable<'text>,
    folder: &Path,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    for key in columns.keys() {
        let written: &str = key.get_ref();
        let place = format!("columns.{written}");
        let Some(table) = reader.table(columns, "columns", written)? else { continue };
        reader.check_keys(&place, table, &COLUMN, section_of)?;
        if table.is_empty() {
            let message = format!("`[{}]` says nothing about its column", shown_name(&place));
            let hint = "give it a `role`, a `coarsen` or `permitted`, or leave the section out";
            return Err(reader.error("empty-section", message, key.span()).with_hint(hint));
        }
        let name = written.trim().to_owned();
        if let Some(value) = entry(table, &place, "role") {
            let role = read_role(reader, &value)?;
            settings.decides_roles = true;
            declare(reader, settings, &name, role, &value)?;
        }
        if let Some(value) = entry(table, &place, "permitted")
            && reader.boolean(&value)?
        {
            settings.permitted_identifiers.insert(name.clone());
        }
        if let Some(value) = entry(table, &place, "coarsen") {
            let rules = read_rules(reader, &value, folder)?;
            settings.coarsen.insert(name, rules);
        }
    }
    Ok(())
}

fn declare(
    reader: Reader<'_>,
    settings: &mut Settings,
    name: &str,
    role: Role,
    value: &Entry<'_, '_>,
) -> Result<(), ConfigError> {
    let subject = settings.roles.iter().find(|&(_, role)| *role == Role::Subject).map(|(name, _)| name.clone());
    if let (Some(subject), Role::Subject) = (&subject, role)
        && subject != name
    {
        let message = format!("columns `{}` and `{}` are both the subject", shown_name(subject), shown_name(name));
        return Err(reader.error("two-subjects", message, value.value.span()).with_hint("name one column"));
    }
    match settings.roles.insert(name.to_owned(), role) {
        Some(before) if before != role => {
            let (name, before, role) = (shown_name(name), before.name(), role.name());
            let message = format!("column `{name}` is given two roles, `{before}` and `{role}`");
            Err(reader.error("two-roles", message, value.value.span()))
        }
        _ => Ok(()),
    }
}

fn read_role(reader: Reader<'_>, value: &Entry<'_, '_>) -> Result<Role, ConfigError> {
    let text = value.value.get_ref().as_str();
    let text = text.ok_or_else(|| {
        let found = value.value.get_ref().type_str();
        reader.error("wrong-type", format!("a role must be a text in quotes, not {found}"), value.value.span())
    })?;
    Role::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| {
        let names = Role::ALL.map(Role::name);
        let hint = match did_you_mean(text, names) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("roles: {}", names.join(", ")),
        };
        reader
            .error("unknown-role", format!("`{}` is not a role", shown_name(text)), value.value.span())
            .with_hint(hint)
    })
}

fn read_rules<'text>(
    reader: Reader<'text>,
    value: &Entry<'_, 'text>,
    folder: &Path,
) -> Result<Vec<CoarsenRule>, ConfigError> {
    let read = |(written, span): (String, std::ops::Range<usize>)| {
        CoarsenRule::parse(&written)
            .map(|rule| rule.relative_to(folder))
            .map_err(|error| reader.error("coarsen-rule", error.to_string(), span).with_hint(rule_hint(&written)))
    };
    reader.strings(value)?.into_iter().map(read).collect()
}

fn read_scan<'text>(reader: Reader<'text>, table: &DeTable<'text>, settings: &mut Settings) -> Result<(), ConfigError> {
    reader.check_keys("scan", table, &SCAN, section_of)?;
    let get = |name: &str| entry(table, "scan", name);
    if let Some(value) = get("measures") {
        let names: Vec<String> = reader.strings(&value)?.into_iter().map(|(name, _)| name).collect();
        check_measures(&names).map_err(|error| error.at(reader.file, reader.text, value.value.span()))?;
        settings.measures = Some(names);
    }
    settings.max_set = get("max_set").map(|value| reader.number(&value, 1..=u64::MAX)).transpose()?;
    settings.missing =
        get("missing").map(|value| reader.parsed(&value, |text| named(text, &MISSING_MODES))).transpose()?;
    settings.seed = get("seed").map(|value| reader.number(&value, 0..=u64::MAX)).transpose()?;
    settings.threads = get("threads").map(|value| reader.number(&value, 1..=MOST_THREADS as u64)).transpose()?;
    settings.memory = get("memory").map(|value| reader.parsed(&value, parse_size)).transpose()?;
    settings.timeout = get("timeout").map(|value| reader.parsed(&value, parse_duration)).transpose()?;
    settings.audience =
        get("audience").map(|value| reader.parsed(&value, |text| named(text, &AUDIENCES))).transpose()?;
    Ok(())
}
