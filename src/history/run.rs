//! Writes one run to disk, whole or not at all.
//!
//! All files go into a hidden folder beside the final one, are flushed to the disk, and the folder is renamed into
//! place. A process that dies leaves at most a hidden folder, which the next run removes. The record goes into the folder
//! under a lock, when it is known which record it follows.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::chain::{Link, Locked, Note, RUN_LOCK, last, write_note};
use super::store::{RECORD_FILE, hash_of, home_of};
use crate::bounded::{LARGEST_RESULT, read_at_most};
use crate::printable::printable;
use crate::report::escape::folder_name;
use crate::report::{Format, ReportError, render_json, render_record_json, render_views};
use crate::result::{Audience, RunRecord, ScanResult};
use crate::unfinished::{PARTIAL_PREFIX, Readers, Unfinished, remove_stale, replace, sync_folder};

/// Files beside those of a result, by relative path: each is written piece by piece, so that it need not fit the memory.
pub type Further<'a> = BTreeMap<String, &'a dyn Fn(&mut dyn Write) -> io::Result<()>>;

/// Writes `OUT/<dataset>/<run id>/` with `result.json` and `record.json` (always), the views of `emit` and further files by
/// relative path, and lets `OUT/<dataset>/latest` name it. Returns the folder. The files of an internal result are readable
/// by their owner alone, where the system has such rights.
///
/// `record` is the record of the result; its place in the chain, the hash of `result.json` and the name of the folder are
/// set here. The name of the dataset is turned into a plain folder name. A run folder that exists is kept; the new one then
/// gets the suffix `-2`, `-3`, … Two names that become one folder name are two datasets, whose runs would be taken for
/// each other; the second one is refused.
///
/// # Guarantee
/// A process may end at any moment, and others may write at the same time: every folder in place is whole, and every
/// record follows the one that was last when it was written.
///
/// # Errors
/// When a view cannot be made, the folder holds runs of another dataset, or something cannot be written. Nothing half-written stays.
pub fn write_run(
    out: &Path,
    result: &ScanResult,
    emit: &[&Format],
    further: &Further<'_>,
    record: RunRecord,
) -> Result<PathBuf, ReportError> {
    // Everything the run folder will hold, by relative path, is made before anything is written.
    let mut files = render_views(result, emit)?;
    let json = render_json(result)?;
    let record = RunRecord { result_sha256: Some(hash_of(&json)), ..record };
    files.insert("result.json".to_owned(), json);
    let audience = result.run.audience;
    let written = begin(out, record, audience)?;
    for (name, bytes) in &files {
        let path = written.partial.path.join(name);
        write_file(audience, &path, &|out| out.write_all(bytes))
            .map_err(|error| ReportError::write("the report file", &path, &error))?;
    }
    for (name, write) in further {
        let path = written.partial.path.join(name);
        write_file(audience, &path, write).map_err(|error| ReportError::write("the report file", &path, &error))?;
    }
    let (folder, _lock) = written.put(audience)?;
    let home = home_of(out, &result.dataset.name);
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let latest = home.join("latest");
    replace(&latest, format!("{name}\n").as_bytes(), Readers::OfFolder)
        .map_err(|error| ReportError::write("the file", &latest, &error))?;
    Ok(folder)
}

/// Writes the folder of a run that has no result of its own, with its record alone: nothing could be measured. `latest` goes on
/// naming the newest run with a result.
///
/// # Errors
/// As [`write_run`].
pub fn write_record(out: &Path, record: RunRecord) -> Result<PathBuf, ReportError> {
    write_record_beside(out, record, &BTreeMap::new())
}

/// [`write_record`] of a run for which nothing was computed again, with what it tells of the earlier result, by relative path.
///
/// # Errors
/// As [`write_run`].
pub fn write_record_beside(
    out: &Path,
    record: RunRecord,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<PathBuf, ReportError> {
    let audience = Audience::Overview;
    let written = begin(out, RunRecord { result_sha256: None, ..record }, audience)?;
    for (name, bytes) in files {
        let path = written.partial.path.join(name);
        write_file(audience, &path, &|out| out.write_all(bytes))
            .map_err(|error| ReportError::write("the report file", &path, &error))?;
    }
    let (folder, _lock) = written.put(audience)?;
    Ok(folder)
}

/// A run that is being written.
struct Begun {
    home: PathBuf,
    partial: Unfinished,
    record: RunRecord,
}

/// Makes the hidden folder of a run.
fn begin(out: &Path, record: RunRecord, audience: Audience) -> Result<Begun, ReportError> {
    let home = home_of(out, &record.dataset);
    fs::create_dir_all(&home).map_err(|error| ReportError::create("the output folder", &home, &error))?;
    refuse_other_dataset(&home, &record.dataset)?;
    remove_stale(&home, &record.finished_at);
    // Marked in its name as well, so that it is known at every moment whose it is.
    let partial = Unfinished::claim_marked(&home, &format!("{PARTIAL_PREFIX}{}", folder_name(&record.run)));
    run_folders(audience)
        .create(&partial.path)
        .map_err(|error| ReportError::create("the report folder", &partial.path, &error))?;
    partial.mark().map_err(|error| ReportError::write("the report folder", &partial.path, &error))?;
    Ok(Begun { home, partial, record })
}

impl Begun {
    /// Writes the record and puts the folder in its place, under the lock of the dataset, which is handed back.
    fn put(self, audience: Audience) -> Result<(PathBuf, Locked), ReportError> {
        let Self { home, partial, record } = self;
        let id = folder_name(&record.run);
        let lock = Locked::wait(&home, RUN_LOCK)?;
        let before = last(&home).map_err(|error| ReportError::write("the output folder", &home, &error))?;
        let mut attempt = 1_u32;
        let (run, folder) = loop {
            let run = if attempt == 1 { id.clone() } else { format!("{id}-{attempt}") };
            let folder = home.join(&run);
            // The system refuses to rename over a folder that holds something, but not over an empty one.
            if fs::symlink_metadata(&folder).is_err() {
                break (run, folder);
            }
            attempt += 1;
        };
        let failed = |error: &io::Error| ReportError::write("the report folder", &folder, error);
        let previous = before.as_ref().map(|link| link.sha256.clone());
        let bytes = render_record_json(&RunRecord { run: run.clone(), previous, ..record })?;
        let path = partial.path.join(RECORD_FILE);
        // A run that was begun anew after a full disk may have left one.
        write_file(audience, &path, &|out| out.write_all(&bytes))
            .map_err(|error| ReportError::write("the report file", &path, &error))?;
        partial.unmark();
        sync_folder(&partial.path).map_err(|error| failed(&error))?;
        let note = Note { newest: Link { run, sha256: hash_of(&bytes) }, before, is_in_place: false };
        write_note(&home, &note)?;
        partial.put(&folder).and_then(|()| sync_folder(&home)).map_err(|error| failed(&error))?;
        // The run is in place. Without the second note the first one still leads to it.
        let _ = write_note(&home, &Note { is_in_place: true, ..note });
        Ok((folder, lock))
    }
}

/// Refuses a folder whose newest run is of a dataset of another name. Whatever else is there is left alone.
fn refuse_other_dataset(home: &Path, name: &str) -> Result<(), ReportError> {
    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }
    #[derive(serde::Deserialize)]
    struct Earlier {
        dataset: Named,
    }
    #[derive(serde::Deserialize)]
    struct Recorded {
        dataset: String,
    }
    fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
        serde_json::from_slice(&read_at_most(path, LARGEST_RESULT).ok()??).ok()
    }
    let of_run = |run: &str| {
        let record = read(&home.join(run).join(RECORD_FILE)).map(|record: Recorded| record.dataset);
        record.or_else(|| read(&home.join(run).join("result.json")).map(|result: Earlier| result.dataset.name))
    };
    let latest = fs::read_to_string(home.join("latest")).ok();
    // Before the first result there may be runs that could not be measured.
    let newest = || super::chain::read_note(home).map(|note| note.newest.run);
    let earlier = latest.and_then(|latest| of_run(latest.trim())).or_else(|| of_run(&newest()?));
    match earlier {
        Some(earlier) if earlier != name => Err(ReportError::OtherDataset { path: printable(&home.to_string_lossy()) }),
        _ => Ok(()),
    }
}

/// Makes folders that only their owner may look into when they are for the inside.
fn run_folders(audience: Audience) -> fs::DirBuilder {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    if audience == Audience::Internal {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    #[cfg(not(unix))]
    let _ = audience;
    builder
}

/// Writes a file that only its owner may read when it is for the inside: nobody else can at any time. Where the system
/// has no such rights, a new file has those of its folder.
fn write_file(audience: Audience, path: &Path, write: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if let Some(parent) = path.parent()
        && !parent.is_dir()
    {
        run_folders(audience).recursive(true).create(parent)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if audience == Audience::Internal {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = io::BufWriter::new(options.open(path)?);
    write(&mut file)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

#[cfg(test)]
mod test;
