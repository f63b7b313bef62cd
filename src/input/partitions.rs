//! Columns that stand in the names of folders: `month=2024-01/part-0.parquet` has a column `month`.
//!
//! Only the folders right above a file count, as far up as their names have this form. What stands behind the sign is
//! a cell like any other, with signs written as `%2F` decoded; an empty one and the name that Hive gives to a missing
//! value are missing. Such a name may be no text, or the file may have a column of the same name: both are refused,
//! since two readings of one file must not give different records.

use std::collections::HashSet;
use std::path::{Component, Path};

use super::error::{InputError, shown};
use super::heading::is_cell_like;
use super::sniff::is_data;

/// What Hive writes for a missing value.
const MISSING: &str = "__HIVE_DEFAULT_PARTITION__";

/// A column of one value, which stands in the name of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partition {
    /// Name of the column.
    pub(super) column: String,
    /// The cell of every record; empty where it is missing.
    pub(super) cell: Vec<u8>,
}

/// Whether the name of a folder stands for a column and its value. What looks like a cell is no name of a column.
pub(super) fn is_partition(folder: &str) -> bool {
    let column = folder.split_once('=').map_or("", |(column, _)| column.trim());
    !column.is_empty() && !is_data(column.as_bytes()) && !is_cell_like(column)
}

/// The name of the column that the name of a folder stands for.
pub(super) fn column_of(folder: &str) -> &str {
    folder.split_once('=').map_or(folder, |(column, _)| column)
}

/// The columns that stand in the names of the folders of a file, the outer ones first. `file` is its name, for messages.
pub(super) fn partitions(file: &str, path: &Path) -> Result<Vec<Partition>, InputError> {
    let mut partitions = Vec::new();
    for folder in folders_above(path) {
        let Some((column, value)) = folder.split_once('=') else { break };
        let decoded = decoded(column.trim()).zip(decoded(value));
        let (column, cell) = decoded.ok_or_else(|| InputError::PartitionText { file: shown(file) })?;
        let cell = if cell == MISSING { Vec::new() } else { cell.into_bytes() };
        partitions.push(Partition { column, cell });
    }
    partitions.reverse();
    Ok(partitions)
}

/// Names of the folders right above a file that stand for columns, the inner ones first.
fn folders_above(path: &Path) -> impl Iterator<Item = String> {
    let folders = path.parent().into_iter().flat_map(Path::components).rev();
    let names = folders.map(|folder| match folder {
        Component::Normal(name) => name.to_string_lossy().into_owned(),
        _ => String::new(),
    });
    names.take_while(|name| is_partition(name))
}

/// The name of the folder that holds the folders of the partitions of a file; `None` where there are no partitions, or
/// it has no name.
pub(super) fn root_name(path: &Path) -> Option<String> {
    let depth = folders_above(path).count();
    let root = path.parent()?.ancestors().nth(depth).filter(|_| depth > 0)?;
    root.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// A text with its signs such as `%2F` decoded; `None` where that is no text.
fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let sign = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let sign = sign.filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let sign = sign.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        decoded.push(sign.unwrap_or(bytes[at]));
        at += if sign.is_some() { 3 } else { 1 };
    }
    // Such a file was named by a system whose names are no text: a sign stands for what could not be read.
    let text = String::from_utf8(decoded).ok()?;
    (!text.contains(['\0', char::REPLACEMENT_CHARACTER])).then_some(text)
}

/// Refuses a column that stands in the file and in the names of its folders, or twice in those.
pub(super) fn refuse_repeats(file: &str, columns: &[String], partitions: &[Partition]) -> Result<(), InputError> {
    let mut known: HashSet<&String> = columns.iter().collect();
    match partitions.iter().find(|partition| !known.insert(&partition.column)) {
        Some(partition) => Err(InputError::PartitionRepeats { file: shown(file), column: shown(&partition.column) }),
        None => Ok(()),
    }
}

/// Refuses a file whose folders name other columns than those of the first file.
pub(super) fn refuse_others(file: (&str, &[Partition]), first: (&str, &[Partition])) -> Result<(), InputError> {
    let names = |partitions: &[Partition]| -> Vec<String> {
        partitions.iter().map(|partition| partition.column.clone()).collect()
    };
    if names(file.1) == names(first.1) {
        return Ok(());
    }
    Err(InputError::PartitionsDiffer { file: shown(file.0), first_file: shown(first.0) })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{partitions, root_name};

    fn found(path: &str) -> Vec<(String, String)> {
        let found = partitions("f", Path::new(path)).unwrap();
        found.into_iter().map(|part| (part.column, String::from_utf8(part.cell).unwrap())).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(column, cell)| (column.to_owned(), cell.to_owned())).collect()
    }

    #[test]
    fn the_folders_right_above_a_file_are_its_columns() {
        assert_eq!(found("a/x=1/out/year=2024/month=01/f.csv"), pairs(&[("year", "2024"), ("month", "01")]));
        assert_eq!(found("x=1/out/f.csv"), pairs(&[]));
        assert_eq!(found("f.csv"), pairs(&[]));
        assert_eq!(found("./k=/f.csv"), pairs(&[("k", "")]));
        assert_eq!(root_name(Path::new("a/out/year=2024/month=01/f.csv")).as_deref(), Some("out"));
        assert_eq!(root_name(Path::new("a/out/f.csv")), None);
        assert_eq!(root_name(Path::new("k=1/f.csv")), None);
    }

    #[test]
    fn signs_are_decoded_and_a_missing_value_is_missing() {
        assert_eq!(found("o/at=08%3A30/f.csv"), pairs(&[("at", "08:30")]));
        assert_eq!(found("o/city=K%C3%B6ln/f.csv"), pairs(&[("city", "Köln")]));
        assert_eq!(found("o/share=50%/f.csv"), pairs(&[("share", "50%")]));
        assert_eq!(found("o/k=__HIVE_DEFAULT_PARTITION__/f.csv"), pairs(&[("k", "")]));
        assert!(partitions("f", Path::new("o/k=%FF/f.csv")).is_err());
        assert!(partitions("f", Path::new("o/k=%00/f.csv")).is_err());
    }
}
