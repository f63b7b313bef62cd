//! The folders in which contributors of released cells are kept between scans.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ScanError;
use crate::measure::aggregates::{TableRecords, kept};
use crate::plan::{AggregatePlan, Plan, refusal, shown_name};
use crate::result::NotMeasured;
use crate::stop::{Stop, StopReason};
use crate::tabular::{KEPT_FILES, KeptFolder, KeptKey, KeptRelease};

/// The file of a folder that holds its key: 32 bytes.
pub(crate) const KEY_FILE: &str = "key";

/// Bytes of kept files that are read where no limit is set.
const MOST_BYTES: u64 = 4 << 30;

/// Contributors of a table to keep.
#[derive(Debug)]
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the command line alone writes it"))]
pub(crate) struct KeptFile {
    /// Where to.
    pub(crate) folder: PathBuf,
    /// What to call it.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// Reads every folder that a table names. A folder without a key and without releases is not there yet.
///
/// # Errors
/// When a file cannot be read or was not written by this program under the key of its folder: a release that is left out
/// would be one that nobody is compared with.
pub(super) fn read_folders(plan: &Plan) -> Result<BTreeMap<PathBuf, KeptFolder>, ScanError> {
    let mut folders = BTreeMap::new();
    for path in plan.aggregates.iter().filter_map(|table| table.contributors.as_ref()) {
        if !folders.contains_key(path)
            && let Some(folder) = read_folder(path, plan.memory.unwrap_or(MOST_BYTES))?
        {
            folders.insert(path.clone(), folder);
        }
    }
    Ok(folders)
}

fn read_folder(path: &Path, most: u64) -> Result<Option<KeptFolder>, ScanError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(|error| unreadable(path, &error))?.path();
        if file.extension() == Some(OsStr::new(KEPT_FILES)) {
            files.push(file);
        }
    }
    // The order of a folder is nobody's business.
    files.sort_unstable();
    let key_file = path.join(KEY_FILE);
    if !key_file.exists() {
        return if files.is_empty() { Ok(None) } else { Err(refused(&key_file, "it is missing")) };
    }
    let mut left = most;
    let key = read_file(&key_file, &mut left)?;
    let key = <[u8; 32]>::try_from(key).map_err(|_| refused(&key_file, "it is not a key of 32 bytes"))?;
    let key = KeptKey::new(key);
    let mut earlier = Vec::with_capacity(files.len());
    for file in &files {
        let bytes = read_file(file, &mut left)?;
        earlier.push(KeptRelease::from_bytes(&bytes, &key).map_err(|error| refused(file, &error.to_string()))?);
    }
    Ok(Some(KeptFolder { key, earlier: Arc::new(earlier) }))
}

/// The bytes of a plain file, if they are no more than what is left.
fn read_file(path: &Path, left: &mut u64) -> Result<Vec<u8>, ScanError> {
    let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !about.is_file() {
        return Err(refused(path, "it is not a file"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    // It may have grown since.
    file.take(left.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    *left = left.checked_sub(bytes.len() as u64).ok_or_else(|| refused(path, "it is larger than the memory limit"))?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &std::io::Error) -> ScanError {
    refused(path, refusal(error.kind()).0)
}

fn refused(path: &Path, reason: &str) -> ScanError {
    ScanError::KeptFile { file: path.to_string_lossy().into_owned(), reason: reason.to_owned() }
}

/// Whether a folder can keep contributors and recognise those that it kept.
pub(crate) fn keeps_contributors(folder: &Path) -> bool {
    folder.join(KEY_FILE).is_file()
}

/// Whether a folder holds releases.
///
/// # Errors
/// When it cannot be read.
#[cfg(feature = "cli")]
pub(crate) fn holds_releases(folder: &Path) -> std::io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        if entry?.path().extension() == Some(OsStr::new(KEPT_FILES)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What to keep of every planned table that names a folder, and of which tables nothing can be kept.
///
/// # Errors
/// When the program was asked to end.
pub(super) fn kept_files(
    plan: &Plan,
    totals: &[Option<TableRecords>],
    stop: &Stop,
) -> Result<(Vec<KeptFile>, Vec<NotMeasured>), StopReason> {
    let (mut files, mut not_kept) = (Vec::new(), Vec::new());
    for (table, records) in plan.aggregates.iter().zip(totals) {
        let (Some(_), Some(records)) = (&table.contributors, records) else { continue };
        match kept_of(table, records, None, stop)? {
            Some(of_table) => files.extend(of_table),
            None => not_kept.push(NotMeasured {
                measure: crate::measure::aggregates::NAME.to_owned(),
                reason: format!(
                    "the contributors of table `{}` cannot be kept, so no later release is compared with this one",
                    shown_name(&table.name)
                ),
            }),
        }
    }
    Ok((files, not_kept))
}

/// What to keep of a planned table: one file for each side and sum. `published` are the addresses of the cells that are shown;
/// all are where it is `None`. `None` where nothing can be kept, so that no later release could be compared with this one.
///
/// # Errors
/// When the program was asked to end.
pub(crate) fn kept_of(
    table: &AggregatePlan,
    records: &TableRecords,
    published: Option<&HashSet<u64>>,
    stop: &Stop,
) -> Result<Option<Vec<KeptFile>>, StopReason> {
    let (Some(folder), Some(before)) = (&table.contributors, &records.kept) else { return Ok(None) };
    let Some(all) = kept(table, records, published, stop)?.filter(|all| !all.is_empty()) else { return Ok(None) };
    let file = |one: &KeptRelease| {
        let bytes = one.to_bytes(&before.marks.key).ok()?;
        Some(KeptFile { folder: folder.clone(), name: KeptRelease::file_name(&bytes), bytes })
    };
    Ok(all.iter().map(file).collect())
}
