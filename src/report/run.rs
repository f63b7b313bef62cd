//! Writes one run to disk, whole or not at all.
//!
//! All files go into a hidden folder beside the final one, are flushed to the disk, and the folder is renamed into
//! place. A process that dies leaves at most a hidden folder, which the next run removes.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use super::escape::folder_name;
use super::{Format, ReportError, TextStyle, render_json};
use crate::printable::printable;
use crate::result::{Audience, ScanResult};
use crate::unfinished::{PARTIAL_PREFIX, Unfinished, remove_stale, sync_folder};

/// So much of an earlier result is read at most.
const LARGEST_RESULT: u64 = 256 << 20;
/// Files beside those of a result, by relative path: each is written piece by piece, so that it need not fit the memory.
pub type Further<'a> = BTreeMap<String, &'a dyn Fn(&mut dyn Write) -> io::Result<()>>;

/// Writes `OUT/<dataset>/<run id>/` with `result.json` (always), the views of `emit` and further files by relative path,
/// and lets `OUT/<dataset>/latest` name it. Returns the folder. The files of an internal result are readable by their owner
/// alone, where the system has such rights.
///
/// The name of the dataset is turned into a plain folder name. A run folder that exists is kept; the new one then
/// gets the suffix `-2`, `-3`, … Two names that become one folder name are two datasets, whose runs would be taken for
/// each other; the second one is refused.
///
/// # Errors
/// When a view cannot be made, the folder holds runs of another dataset, or something cannot be written. Nothing half-written stays.
pub fn write_run(
    out: &Path,
    result: &ScanResult,
    emit: &[&Format],
    further: &Further<'_>,
) -> Result<PathBuf, ReportError> {
    // Everything the run folder will hold, by relative path, is made before anything is written.
    let mut files = render_views(result, emit)?;
    files.insert("result.json".to_owned(), render_json(result)?);
    let home = out.join(folder_name(&result.dataset.name));
    fs::create_dir_all(&home).map_err(|error| ReportError::create("the output folder", &home, &error))?;
    refuse_other_dataset(&home, &result.dataset.name)?;
    remove_stale(&home, &result.run.finished_at);

    let id = folder_name(&result.run.id);
    let partial = Unfinished::claim(&home, &format!("{PARTIAL_PREFIX}{id}"));
    run_folders(result.run.audience)
        .create(&partial.path)
        .map_err(|error| ReportError::create("the report folder", &partial.path, &error))?;
    partial.mark().map_err(|error| ReportError::write("the report folder", &partial.path, &error))?;
    for (name, bytes) in &files {
        let path = partial.path.join(name);
        write_file(result.run.audience, &path, &|out| out.write_all(bytes))
            .map_err(|error| ReportError::write("the report file", &path, &error))?;
    }
    for (name, write) in further {
        let path = partial.path.join(name);
        write_file(result.run.audience, &path, write)
            .map_err(|error| ReportError::write("the report file", &path, &error))?;
    }
    partial.unmark();
    let folder = move_into_place(&partial, &home, &id)
        .map_err(|error| ReportError::write("the report folder", &home.join(&id), &error))?;
    point_latest_to(&home, &folder).map_err(|error| ReportError::write("the file", &home.join("latest"), &error))?;
    Ok(folder)
}

/// The views of `emit` as files, by relative path.
///
/// # Errors
/// When a view cannot be made.
pub fn render_views(result: &ScanResult, emit: &[&Format]) -> Result<BTreeMap<String, Vec<u8>>, ReportError> {
    let style = TextStyle { width: 100, color: false, unicode: true };
    let mut files = BTreeMap::new();
    for format in emit {
        files.extend(format.files(result, &style)?);
    }
    Ok(files)
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
    let earlier = fs::read_to_string(home.join("latest")).ok().and_then(|latest| {
        let file = File::open(home.join(latest.trim()).join("result.json")).ok()?;
        serde_json::from_reader::<_, Earlier>(io::BufReader::new(file.take(LARGEST_RESULT))).ok()
    });
    match earlier {
        Some(earlier) if earlier.dataset.name != name => {
            Err(ReportError::OtherDataset { path: printable(&home.to_string_lossy()) })
        }
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

/// Renames the finished folder; an existing run is never replaced.
fn move_into_place(partial: &Unfinished, home: &Path, id: &str) -> io::Result<PathBuf> {
    sync_folder(&partial.path)?;
    let mut attempt = 1_u32;
    loop {
        let folder = home.join(if attempt == 1 { id.to_owned() } else { format!("{id}-{attempt}") });
        // The system refuses to rename over a folder that holds something, but not over an empty one.
        if fs::symlink_metadata(&folder).is_err() {
            match partial.put(&folder) {
                Ok(()) => {
                    sync_folder(home)?;
                    return Ok(folder);
                }
                Err(error) if fs::symlink_metadata(&folder).is_err() => return Err(error),
                Err(_) => {}
            }
        }
        attempt += 1;
    }
}

fn point_latest_to(home: &Path, folder: &Path) -> io::Result<()> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // The name of the run is in it, because a process elsewhere may have the same number.
    let partial = Unfinished::claim(home, &format!("{PARTIAL_PREFIX}latest-{name}"));
    write_file(Audience::Overview, &partial.path, &|out| writeln!(out, "{name}"))?;
    fs::rename(&partial.path, home.join("latest"))?;
    sync_folder(home)
}
