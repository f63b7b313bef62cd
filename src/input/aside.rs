//! Files of a folder that are not read: hidden ones, notes, what other programs put beside their data.
//!
//! # Rule
//! Whoever sends the folder sends them too. So they are searched as far as they are text, and told
//! ([`NoRecord::OtherFile`]), as the other files of an archive are. Passed over are only files that say nothing of people: empty
//! ones, checksums in the form of Hadoop, and the configuration, the waivers and the reports of this program.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::find::file_name;
use super::left_out::LeftOut;
use crate::result::NoRecord;

/// So much of all these files together is searched.
const MOST_SEARCHED: u64 = 16 << 20;

/// So many files within a skipped folder are told one by one; a folder of more counts as one.
const MOST_FILES: usize = 1_000;

/// Folders within folders beyond this are told as one.
const DEEPEST: usize = 32;

/// What this program writes into its folder of reports beside a folder for each dataset.
const OF_REPORTS: [&str; 4] = ["history.sqlite", "history.sqlite-wal", "history.sqlite-shm", "index.html"];

/// Appends a file, or the files of a folder, that is left out, where it may say something.
pub(super) fn add(path: &Path, skipped: &mut Vec<PathBuf>) {
    let name = file_name(path).to_lowercase();
    let is_own = if path.is_dir() {
        name == "reports" && holds_reports(path)
    } else {
        matches!(name.as_str(), "reidrisk.toml" | "reidrisk-waivers.toml")
    };
    if is_own {
        return;
    }
    let mut files = Vec::new();
    if collect(path, 0, &mut files) {
        files.sort();
        skipped.append(&mut files);
    } else {
        skipped.push(path.to_path_buf());
    }
}

/// Collects the files below a path that may say something; `false` where there are too many, or a folder cannot be read.
fn collect(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> bool {
    // A link to a folder is told and not followed: it may lead in a circle.
    let Ok(metadata) = fs::symlink_metadata(path) else { return false };
    if metadata.is_dir() {
        let Ok(entries) = fs::read_dir(path) else { return false };
        let mut entries = entries.map(|entry| entry.map(|entry| entry.path()));
        return depth < DEEPEST && entries.all(|entry| entry.is_ok_and(|entry| collect(&entry, depth + 1, files)));
    }
    if !is_empty(path) && !is_checksum(path) {
        files.push(path.to_path_buf());
    }
    files.len() <= MOST_FILES
}

fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0)
}

/// Whether a folder that is named like that of our reports holds, beside folders and hidden files, only what this program writes.
fn holds_reports(path: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(path) else { return false };
    entries.all(|entry| {
        entry.is_ok_and(|entry| {
            let name = file_name(&entry.path());
            entry.path().is_dir() || name.starts_with('.') || OF_REPORTS.contains(&name.as_str())
        })
    })
}

/// Bytes that a file of checksums begins with, before the number of bytes that each of them covers.
const CHECKSUM: &[u8; 4] = b"crc\0";

/// Bytes of a checksum.
const CHECKSUM_BYTES: u64 = 4;

/// Whether a file holds what Hadoop and Spark write for `NAME` as `.NAME.crc`: one checksum for each stretch of `NAME` and no
/// byte more. By its name alone it could hold anything.
fn is_checksum(path: &Path) -> bool {
    let name = file_name(path);
    let Some(of) = name.strip_prefix('.').and_then(|name| name.strip_suffix(".crc")) else { return false };
    let length = |path: &Path| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
    let mut head = [0; 8];
    let is_read = length(path).is_some() && File::open(path).is_ok_and(|mut file| file.read_exact(&mut head).is_ok());
    let (begin, stretch) = head.split_at(CHECKSUM.len());
    let stretch = stretch.try_into().map_or(0, u32::from_be_bytes);
    let (Some(own), Some(covered)) = (length(path), length(&path.with_file_name(of))) else { return false };
    let checksums = covered.div_ceil(u64::from(stretch.max(1)));
    is_read
        && begin == CHECKSUM
        && stretch >= 512
        && own == head.len() as u64 + checksums.saturating_mul(CHECKSUM_BYTES)
}

/// What the skipped files say.
pub(super) fn left_out(skipped: &[PathBuf]) -> LeftOut {
    let (mut left_out, mut rest) = (LeftOut::default(), MOST_SEARCHED);
    for path in skipped {
        left_out.add(NoRecord::OtherFile, 1);
        left_out.name_file(&file_name(path));
        // To open a pipe would wait for somebody who writes.
        let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        let mut content = Vec::new();
        if is_file && let Ok(file) = File::open(path) {
            // What was read before an error is searched.
            let _ = file.take(rest).read_to_end(&mut content);
        }
        rest -= content.len() as u64;
        left_out.keep_visible(&content);
    }
    left_out
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{add, left_out};
    use crate::result::NoRecord;

    fn skipped(folder: &Path) -> Vec<String> {
        let mut skipped = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            add(&entry.unwrap().path(), &mut skipped);
        }
        let names = skipped.iter().map(|path| path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"));
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn write(folder: &Path, files: &[(&str, &[u8])]) {
        for (name, bytes) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    #[test]
    fn what_may_say_something_is_told_with_the_files_of_folders() {
        let folder = tempfile::tempdir().unwrap();
        let told: [(&str, &[u8]); 7] = [
            (".a.csv.swp", b"x"),
            (".git/objects/ab/cd", b"x"),
            ("README.txt", b"x"),
            ("_delta_log/00000000000000000000.json", b"{}"),
            ("_mapping.csv", b"x"),
            ("notes.md", b"x"),
            ("reports/raw.csv", b"x"),
        ];
        write(folder.path(), &told);
        write(folder.path(), &[("_SUCCESS", b""), ("reidrisk.toml", b"x"), ("reidrisk-waivers.toml", b"x")]);
        assert_eq!(skipped(folder.path()), told.map(|(name, _)| name));
    }

    #[test]
    fn reports_of_this_program_are_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let files: [(&str, &[u8]); 4] = [
            ("reports/history.sqlite", b"x"),
            ("reports/index.html", b"x"),
            ("reports/.page.lock", b"x"),
            ("reports/a/20260101T000000Z-1/result.json", b"x"),
        ];
        write(folder.path(), &files);
        assert_eq!(skipped(folder.path()), [""; 0]);
    }

    #[test]
    fn only_what_has_the_form_of_checksums_is_passed_over_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let sums = |count: usize| [&b"crc\0\0\0\x02\0"[..], &vec![b'x'; 4 * count]].concat();
        write(folder.path(), &[("a.csv", &[b'x'; 1000])]);
        for (bytes, is_told) in [(sums(2), false), (sums(3), true), (b"Anna Schmidt, Hull".to_vec(), true)] {
            write(folder.path(), &[(".a.csv.crc", &bytes)]);
            assert_eq!(skipped(folder.path()).contains(&".a.csv.crc".to_owned()), is_told);
        }
        write(folder.path(), &[(".gone.csv.crc", &sums(0))]);
        assert!(skipped(folder.path()).contains(&".gone.csv.crc".to_owned()));
    }

    #[test]
    fn skipped_files_are_searched_with_their_names() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("_a.csv", b"jane@example.org\n"), (".jane@example.org.csv", b"x")]);
        let mut left_out = left_out(&[folder.path().join("_a.csv"), folder.path().join(".jane@example.org.csv")]);
        let told = left_out.lines();
        let of = |what| told.iter().find(|told| told.what == what).map_or(0, |told| told.lines);
        assert_eq!((of(NoRecord::OtherFile), of(NoRecord::FileName)), (2, 1));
        assert!(left_out.take_texts().iter().any(|text| text == b"jane@example.org"));
    }
}
