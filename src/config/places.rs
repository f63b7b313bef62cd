//! Where a configuration file speaks of each column, for views that point there.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use toml::de::DeTable;

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
    use std::path::Path;

    use super::shared_name;
    use crate::config::ConfigFile;

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
