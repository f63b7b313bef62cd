//! From what the user typed to files.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::aside;
use super::error::{InputError, shown};
use super::partitions::{column_of, is_partition};

/// Endings of names of data files, without that of their compression.
const EXTENSIONS: [&str; 18] = [
    "csv", "tsv", "tab", "txt", "ndjson", "jsonl", "json", "parquet", "pq", "arrow", "feather", "ipc", "arrows",
    "xlsx", "xlsm", "xlsb", "xls", "ods",
];

/// One file that an input means.
pub(super) enum Found {
    Stdin,
    File(PathBuf),
}

impl Found {
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::File(path) => Some(path),
        }
    }

    /// Name without folder.
    pub(super) fn name(&self) -> String {
        self.path().map_or_else(|| "-".to_owned(), file_name)
    }
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "?".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Appends the files that one input means; to `skipped` the files of a folder that are not read and may say something.
pub(super) fn resolve(input: &str, found: &mut Vec<Found>, skipped: &mut Vec<PathBuf>) -> Result<(), InputError> {
    if input == "-" {
        found.push(Found::Stdin);
        return Ok(());
    }
    let path = Path::new(input);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => folder(input, path, found, skipped),
        Ok(_) => {
            found.push(Found::File(path.to_path_buf()));
            Ok(())
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(InputError::unreadable(&file_name(path), &error)),
        Err(_) if input.contains(['*', '?', '[']) => pattern(input, found),
        Err(_) => Err(InputError::NotFound { input: shown(input) }),
    }
}

/// Folders within folders beyond this are refused: no table has so many columns in the names of its folders.
const DEEPEST: usize = 32;

/// The data files directly in a folder, by name; of a folder whose only folders are named like `month=2024-01`, those
/// in these. Anything else that may hold records is refused: it would be missing from the figures without a word. What is
/// left out all the same leaves with the folder, so it is told.
fn folder(input: &str, path: &Path, found: &mut Vec<Found>, skipped: &mut Vec<PathBuf>) -> Result<(), InputError> {
    let mut files = Vec::new();
    files_in(input, path, 0, (&mut files, skipped))?;
    append_sorted(input, files, found)
}

/// Appends the data files of a folder, and those that are skipped.
fn files_in(
    input: &str,
    path: &Path,
    depth: usize,
    (found, skipped): (&mut Vec<PathBuf>, &mut Vec<PathBuf>),
) -> Result<(), InputError> {
    // The name of an inner folder may hold a cell.
    let refuse = |error: io::Error| InputError::unreadable(input, &error);
    let (mut files, mut other_files) = (Vec::new(), 0);
    let (mut folders, mut partitions) = (0, Vec::new());
    for entry in fs::read_dir(path).map_err(refuse)? {
        let entry = entry.map_err(refuse)?.path();
        let (name, is_folder) = (file_name(&entry), entry.is_dir());
        if is_left_out(&name, is_folder) {
            aside::add(&entry, skipped);
            continue;
        }
        if is_folder && is_partition(&name) {
            partitions.push(entry);
        } else if is_folder {
            folders += 1;
        } else if entry.is_file() && has_known_ending(&name) {
            files.push(entry);
        } else {
            other_files += 1;
        }
    }
    let of_one_column = |first: &PathBuf| {
        let column = column_of(&file_name(first)).to_owned();
        partitions.iter().all(|folder| column_of(&file_name(folder)) == column)
    };
    let are_read = files.is_empty() && depth < DEEPEST && partitions.first().is_some_and(of_one_column);
    if !are_read {
        folders += partitions.len();
        partitions.clear();
    }
    let is_partitioned = depth > 0 || !partitions.is_empty();
    if (is_partitioned || !files.is_empty()) && other_files + folders > 0 {
        return Err(InputError::NotRead { input: shown(input), files: other_files, folders });
    }
    partitions.sort();
    found.append(&mut files);
    partitions.iter().try_for_each(|folder| files_in(input, folder, depth + 1, (&mut *found, &mut *skipped)))
}

/// The files that a pattern matches, by path.
fn pattern(input: &str, found: &mut Vec<Found>) -> Result<(), InputError> {
    // As in a shell, a star does not match hidden files.
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::default() };
    let matches = glob::glob_with(input, options).map_err(|_| InputError::Pattern { input: shown(input) })?;
    let mut files = Vec::new();
    for path in matches {
        let path = path.map_err(|error| InputError::unreadable(&file_name(error.path()), error.error()))?;
        if path.is_file() {
            files.push(path);
        }
    }
    append_sorted(input, files, found)
}

fn append_sorted(input: &str, mut files: Vec<PathBuf>, found: &mut Vec<Found>) -> Result<(), InputError> {
    if files.is_empty() {
        return Err(InputError::NoFiles { input: shown(input) });
    }
    files.sort();
    found.extend(files.into_iter().map(Found::File));
    Ok(())
}

/// Whether what has this name in a folder or an archive is not read: hidden ones and those that other programs mark by `_`,
/// our own configuration and reports, notes, licences and checksums.
pub(super) fn is_left_out(name: &str, is_folder: bool) -> bool {
    let lower = name.to_lowercase();
    if lower.starts_with(['.', '_']) || is_folder {
        return lower.starts_with(['.', '_']) || lower == "reports";
    }
    let (stem, ending) = lower.split_once('.').unwrap_or((&lower, ""));
    let is_note =
        ["readme", "license", "licence", "copying", "notice"].contains(&stem) && ["", "txt"].contains(&ending);
    let last_ending = lower.rsplit_once('.').map_or("", |(_, last)| last);
    is_note
        || ["md", "sha256"].contains(&last_ending)
        || ["sha256sums", "reidrisk.toml", "reidrisk-waivers.toml"].contains(&lower.as_str())
}

/// Whether a name ends like that of a data file.
fn has_known_ending(name: &str) -> bool {
    EXTENSIONS.contains(&split_name(name).1.as_str())
        || name.rsplit_once('.').is_some_and(|(_, ending)| is_one_of(ending, &["zip"]))
}

/// Name and ending (lower case) of a file, without the ending of its compression or archive.
pub(super) fn split_name(name: &str) -> (&str, String) {
    let plain = match name.rsplit_once('.') {
        Some((plain, ending)) if is_one_of(ending, &["gz", "gzip", "zst", "zstd", "zip"]) => plain,
        _ => name,
    };
    match plain.rsplit_once('.') {
        Some((stem, ending)) if is_one_of(ending, &EXTENSIONS) => (stem, ending.to_ascii_lowercase()),
        _ => (plain, String::new()),
    }
}

fn is_one_of(ending: &str, known: &[&str]) -> bool {
    known.iter().any(|other| ending.eq_ignore_ascii_case(other))
}

/// Name of a file without the endings that tell its kind and compression.
pub(crate) fn stem(path: &Path) -> String {
    split_name(&file_name(path)).0.to_owned()
}

/// Refuses a file that is named twice.
pub(super) fn refuse_repeats(found: &[Found]) -> Result<(), InputError> {
    let mut seen = HashMap::new();
    for (index, file) in found.iter().enumerate() {
        let key = file.path().map(|path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf()));
        if seen.insert(key, index).is_some() {
            return Err(InputError::NamedTwice { input: shown(&file.name()) });
        }
    }
    Ok(())
}
