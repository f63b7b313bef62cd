//! How far two values of a sensitive column are apart, as it is declared.

use std::fmt;
use std::path::{Path, PathBuf};

/// A ground distance for t-closeness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SensitiveDistance {
    /// Any two values are equally far apart.
    Equal,
    /// By rank among the values that occur.
    Rank,
    /// By the difference of the numbers.
    Value,
    /// By a taxonomy: a file with one line a value, the value first, then what it is part of on each level.
    Taxonomy(PathBuf),
}

impl SensitiveDistance {
    /// What can be written.
    pub const WORDS: &'static str = "`equal`, `rank`, `value` or `taxonomy:FILE`";

    /// Reads a distance; a file is relative to `folder`.
    #[must_use]
    pub fn parse(text: &str, folder: Option<&Path>) -> Option<Self> {
        Some(match text.trim() {
            "equal" => Self::Equal,
            "rank" => Self::Rank,
            "value" => Self::Value,
            other => {
                let file = other.strip_prefix("taxonomy:").map(str::trim).filter(|file| !file.is_empty())?;
                Self::Taxonomy(folder.map_or_else(|| file.into(), |folder| folder.join(file)))
            }
        })
    }

    /// Its file, where it has one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Taxonomy(file) => Some(file),
            Self::Equal | Self::Rank | Self::Value => None,
        }
    }
}

impl fmt::Display for SensitiveDistance {
    /// Without the folders of the machine.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal => formatter.write_str("equal"),
            Self::Rank => formatter.write_str("rank"),
            Self::Value => formatter.write_str("value"),
            Self::Taxonomy(file) => {
                write!(formatter, "taxonomy:{}", file.file_name().unwrap_or_default().to_string_lossy())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::SensitiveDistance;

    #[test]
    fn a_distance_is_a_name_or_a_taxonomy_with_its_file() {
        for name in ["equal", "rank", "value"] {
            assert_eq!(SensitiveDistance::parse(name, None).map(|found| found.to_string()).as_deref(), Some(name));
        }
        let tree = SensitiveDistance::parse("taxonomy:icd.csv", Some(Path::new("/srv/secret"))).unwrap();
        assert_eq!(tree.file(), Some(Path::new("/srv/secret/icd.csv")));
        assert_eq!(tree.to_string(), "taxonomy:icd.csv");
        for wrong in ["", "taxonomy:", "ordered", "Rank", "hierarchy:icd.csv:1"] {
            assert_eq!(SensitiveDistance::parse(wrong, None), None, "{wrong}");
        }
    }
}
