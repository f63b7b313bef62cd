//! Tables whose columns are brought to the extract by a key.

use super::{ConfigError, shown_name};

/// A table of customers, accounts or cards: its columns are brought to every record of the extract by a key.
///
/// All of its columns come with it, since all of them leave with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableJoin {
    /// Files, folder or glob.
    pub files: Vec<String>,
    /// What it is called; else the name of its first file.
    pub name: Option<String>,
    /// The column of the extract, or of a table brought before, that holds the key.
    pub key: String,
    /// The column of the table that holds it, where it has another name there.
    pub their_key: Option<String>,
}

impl TableJoin {
    /// The column of the table that holds the key.
    #[must_use]
    pub fn key_there(&self) -> &String {
        self.their_key.as_ref().unwrap_or(&self.key)
    }

    /// The name that a column of the table has in the extract: its own, behind that of the table where it is taken.
    pub fn name_of<'known>(column: &str, table: &str, mut known: impl Iterator<Item = &'known str>) -> String {
        if known.any(|name| name == column) { format!("{table}.{column}") } else { column.to_owned() }
    }

    /// The mistake that a key is not a column of the table, or cannot be read as values.
    #[must_use]
    pub fn lacks_key(&self, table: &str) -> ConfigError {
        let message = format!("`{}` has no column `{}` to join on", shown_name(table), shown_name(self.key_there()));
        ConfigError::new("unknown-column", message).with_hint("name the column of the table with `their_key`")
    }
}
