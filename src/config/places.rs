//! Where the configuration file is looked for, and where it speaks of each column, for views that point there.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use toml::de::DeTable;

use super::{CONFIG_FILE_NAME, WAIVERS_FILE_NAME};

/// `reidrisk.toml` beside the first input, if it is there.
///
/// Beside a file is its folder, beside a folder is inside it, beside a glob is its part before the first sign of a
/// pattern. There is none beside standard input.
#[must_use]
pub fn find_config(first_input: &str) -> Option<PathBuf> {
    config_beside(first_input).filter(|candidate| candidate.is_file())
}

/// Where [`find_config`] would look, whether or not there is a file; none beside standard input.
#[must_use]
pub fn config_beside(first_input: &str) -> Option<PathBuf> {
    Some(folder_of(first_input)?.join(CONFIG_FILE_NAME))
}

/// `reidrisk-waivers.toml` beside the configuration file, or beside the first input where there is no configuration.
#[must_use]
pub fn find_waivers(config: Option<&Path>, first_input: &str) -> Option<PathBuf> {
    let folder = match config {
        Some(config) => config.parent()?.to_owned(),
        None => folder_of(first_input)?,
    };
    let candidate = folder.join(WAIVERS_FILE_NAME);
    candidate.is_file().then_some(candidate)
}

fn folder_of(input: &str) -> Option<PathBuf> {
    if input == "-" {
        return None;
    }
    let path = Path::new(input);
    if path.is_dir() {
        return Some(path.to_owned());
    }
    if path.exists() {
        return path.parent().map(Path::to_owned);
    }
    let is_pattern = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let parent = path.parent()?;
    Some(parent.components().take_while(|part| !is_pattern(part)).collect())
}

/// The line of each column's entry, counted from 1: its `[columns.NAME]`, else the `column` of `[subject]`.
pub(super) fn column_lines(text: &str, document: &DeTable<'_>) -> BTreeMap<String, u64> {
    let mut lines = BTreeMap::new();
    let table = |name: &str| document.get(name).and_then(|section| section.get_ref().as_table());
    if let Some(subject) = table("subject").and_then(|subject| subject.get("column"))
        && let Some(name) = subject.get_ref().as_str()
    {
        lines.insert(name.trim().to_owned(), line_of(text, subject.span().start));
    }
    for key in table("columns").into_iter().flat_map(DeTable::keys) {
        let name: &str = key.get_ref();
        lines.insert(name.trim().to_owned(), line_of(text, key.span().start));
    }
    lines
}

fn line_of(text: &str, place: usize) -> u64 {
    let before = text.as_bytes().iter().take(place);
    before.filter(|&&byte| byte == b'\n').count() as u64 + 1
}

/// The path where it is relative and stays below the working folder, with `/` between its parts; else the name of the
/// file alone, because a result does not name the folders of a machine.
pub(super) fn shared_name(path: &Path) -> String {
    let name = || path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            _ => return name(),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{find_config, shared_name};
    use crate::config::ConfigFile;

    #[test]
    fn the_configuration_is_found_beside_files_in_folders_and_before_patterns() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("reidrisk.toml");
        fs::write(&config, "").unwrap();
        fs::write(folder.path().join("a.csv"), "").unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        let found = |input: &str| find_config(folder.path().join(input).to_str().unwrap());
        assert_eq!(found("a.csv"), Some(config.clone()));
        assert_eq!(found(""), Some(config.clone()));
        assert_eq!(found("*.csv"), Some(config.clone()));
        assert_eq!(found("2026-*/x.csv"), Some(config));
        assert_eq!(found("sub"), None);
        assert_eq!(find_config("-"), None);
    }

    #[test]
    fn the_line_of_a_column_is_that_of_its_entry() {
        let text = "# first\n[subject]\ncolumn = \"card\"\n\n[columns.\"a\\nb\"]\nrole = \"ignore\"\n[columns]\nage.role = \"ignore\"\n";
        let places = ConfigFile::parse(Path::new("conf/reidrisk.toml"), text.as_bytes()).unwrap().places;
        let lines: Vec<_> = places.columns.iter().map(|(name, line)| (name.as_str(), *line)).collect();
        assert_eq!(lines, [("a\nb", 5), ("age", 8), ("card", 3)]);
        assert_eq!(places.file, "conf/reidrisk.toml");
    }

    #[test]
    fn no_folder_of_the_machine_is_named() {
        for (path, name) in [
            ("reidrisk.toml", "reidrisk.toml"),
            ("./a/b.toml", "a/b.toml"),
            ("/home/x/b.toml", "b.toml"),
            ("../b.toml", "b.toml"),
        ] {
            assert_eq!(shared_name(Path::new(path)), name);
        }
    }
}
