//! `reidrisk.toml`: from its text to a draft of the plan.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::document::Document;
use super::layers::{Origins, file_origin, note};
use super::places::{column_lines, shared_name};
use super::reader::Section;
use super::setting::Draft;
use super::settings::settings;
use super::{columns, declared};
use crate::bounded::read_at_most;
use crate::plan::{ConfigError, refusal, shown_name};
use crate::printable::hexadecimal;
use crate::result::ConfigPlaces;

/// Name of the configuration file that is looked for beside the first input.
pub const CONFIG_FILE_NAME: &str = "reidrisk.toml";

/// Every section, in the order of the documentation.
pub(super) const SECTIONS: [&str; 12] = [
    "dataset",
    "subject",
    "columns",
    "population",
    "recipient",
    "policy",
    "release",
    "scan",
    "special_uniques",
    "unicity",
    "linkage",
    "notify",
];

/// The tables of totals: a list of tables instead of a section.
pub(super) const AGGREGATES: &str = "aggregates";

/// A configuration file that was read and found to be right.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigFile {
    /// Where it was found.
    pub path: PathBuf,
    /// What it says; relative files in it are resolved against its folder.
    pub(super) draft: Draft,
    /// Which entries it says something of.
    pub(super) origins: Origins,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Where it speaks of columns.
    pub places: ConfigPlaces,
}

impl ConfigFile {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// When it cannot be read, is not UTF-8 or TOML; else every unknown key and every wrong value in it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(path, &read_bytes(path, "configuration")?)
    }

    /// Reads a configuration from bytes; `path` gives its name in messages and the folder of relative files.
    ///
    /// # Errors
    /// As [`ConfigFile::read`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = open_text(&name, bytes)?;
        let document = Document::new(&name, text, path.parent().unwrap_or(Path::new("")));
        let table = document.parse()?;
        let (mut draft, mut origins) = (Draft::default(), Origins::new());
        let whole = Section::whole(&document, &table, section_of);
        for section in SECTIONS {
            if let Some(section) = whole.get(section, |value| value.table("a table")) {
                read_section(section.elsewhere(section_of), &mut draft, &mut origins, &file_origin(path));
            }
        }
        if let (Some(value), Some(row)) = (whole.take(AGGREGATES), settings().iter().find(|row| row.name == AGGREGATES))
        {
            whole.reported(row.set(&mut draft, &value));
            note(&mut origins, row, &file_origin(path));
        }
        drop(whole);
        let places = ConfigPlaces { file: shared_name(path), columns: column_lines(text, &table) };
        document.finish()?;
        Ok(Self { path: path.to_owned(), draft, origins, sha256: hexadecimal(&Sha256::digest(bytes)), places })
    }
}

pub(super) fn read_section(mut section: Section<'_, '_>, draft: &mut Draft, origins: &mut Origins, origin: &str) {
    let name = section.name();
    let rows = settings().iter().filter(|setting| setting.section == name);
    if name == "columns" {
        return columns::read(draft, &mut section, |row| note(origins, row, origin));
    }
    // What the recipient holds is no term of an agreement.
    if name == "recipient" && section.says_more_than("holds") {
        declared::recipient(draft);
    }
    for setting in rows {
        if let Some(value) = section.take_spelled(setting.name, setting.old) {
            section.reported(setting.set(draft, &value));
            note(origins, setting, origin);
        }
    }
}

/// The section that a key stands in, for keys that were written into another one.
fn section_of(key: &str) -> Option<&'static str> {
    let mut rows = settings().iter().filter(|setting| !setting.section.is_empty() && setting.section != "columns");
    rows.find(|setting| setting.name == key || setting.old == Some(key)).map(|setting| setting.section)
}

/// Nobody writes a larger configuration; whoever names a larger file has named another one.
const LARGEST: u64 = 4 << 20;

pub(super) fn read_bytes(path: &Path, what: &str) -> Result<Vec<u8>, ConfigError> {
    let name = || shown_name(&path.display().to_string());
    let read = read_at_most(path, LARGEST).map_err(|error| {
        let (reason, hint) = refusal(error.kind());
        ConfigError::new("unreadable", format!("{what} `{}` cannot be read: {reason}", name())).with_hint(hint)
    })?;
    read.ok_or_else(|| {
        let message = format!("{what} `{}` is larger than {} MiB", name(), LARGEST >> 20);
        ConfigError::new("too-large", message).with_hint("check that it is not a data file")
    })
}

/// The bytes of a configuration file as text.
pub(super) fn open_text<'text>(name: &str, bytes: &'text [u8]) -> Result<&'text str, ConfigError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() + 1;
        let message = format!("configuration `{}` is not valid UTF-8 in line {line}", shown_name(name));
        ConfigError::new("not-utf-8", message).with_hint("save the file as UTF-8")
    })
}
