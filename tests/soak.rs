//! Two thousand scans in one process, of files of every format, whole and damaged: memory does not grow with their number,
//! and none of them panics.
//!
//! A program of its own, for the memory that it measures is that of its process.

#[allow(dead_code, reason = "each program uses a part of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use reidrisk::config::{ConfigFile, resolve};
use reidrisk::report::render_markdown;
use reidrisk::scan::scan;
use reidrisk::stop::{NoProgress, Stop};
use support::{StoppedClock, repository_file};

/// Scans in all.
const SCANS: usize = 2_000;
/// After so many the libraries below hold what they keep.
const WARM: usize = 500;
/// So much more memory may be held at the end than after the first of them: what an allocator keeps in pieces.
const MOST_GROWTH: u64 = 24 << 20;

/// Every file below these folders that is read in a moment, whatever is wrong with it.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["good_input", "bad_input", "mutated", "cases"]
        .map(|name| repository_file(&format!("tests/data/{name}")))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of test files") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.extension().is_some_and(|end| end == "md" || end == "toml") && is_small(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn is_small(path: &Path) -> bool {
    fs::metadata(path).expect("a file").len() < 50_000
}

/// The bytes of memory that this process holds; `None` where the system does not tell.
fn held() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

/// Whether a file gave a result, which is then made a page of.
fn is_scanned(file: &Path, number: usize) -> bool {
    let config = "[dataset]\nname = \"soak\"\n[scan]\nmax_set = 2\n";
    let place = file.with_file_name("reidrisk.toml");
    let Ok(read) = ConfigFile::parse(&place, config.as_bytes()) else { return false };
    let Ok(mut plan) = resolve(vec![file.to_string_lossy().into_owned()], &[], Some(read)) else { return false };
    // No two scans in a row are of the same plan.
    plan.seed = number as u64;
    let Ok(result) = scan(&plan, &StoppedClock(Timestamp::UNIX_EPOCH), &NoProgress, &Stop::default()) else {
        return false;
    };
    !render_markdown(&result).is_empty()
}

#[test]
fn two_thousand_scans_in_a_row_keep_within_steady_memory() {
    let files = files();
    assert!(files.len() > 100, "{} files", files.len());
    let (mut results, mut warm) = (0, None);
    for number in 0..SCANS {
        results += usize::from(is_scanned(&files[number % files.len()], number));
        if number == WARM {
            warm = held();
        }
    }
    assert!(results > SCANS / 3 && results < SCANS, "{results} results of {SCANS} scans");
    if let Some((warm, held)) = warm.zip(held()) {
        println!("{results} results of {SCANS} scans of {} files; {} MiB, {} MiB", files.len(), warm >> 20, held >> 20);
        assert!(held < warm + MOST_GROWTH, "{warm} bytes after {WARM} scans, {held} after {SCANS}");
    }
}
