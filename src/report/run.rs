//! Writes one run to disk, whole or not at all.
//!
//! All files go into a hidden folder beside the final one, are flushed to the disk, and the folder is renamed into
//! place. A process that dies leaves at most a hidden folder, which the next run removes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::escape::folder_name;
use super::{Format, ReportError, TextStyle, render_json};
use crate::printable::printable;
use crate::result::{Audience, ScanResult};

/// So much of an earlier result is read at most.
const LARGEST_RESULT: u64 = 256 << 20;
const PARTIAL_PREFIX: &str = ".partial-";
/// File inside a folder that is being written; says where its process number counts.
const OWNER: &str = ".owner";
/// How long nobody must have touched a folder of an unknown process before it is taken for abandoned.
const ABANDONED_AFTER: Duration = Duration::from_hours(24);

/// Folders and files that this process is writing and that are not in place yet.
static UNFINISHED: LazyLock<Mutex<BTreeSet<PathBuf>>> = LazyLock::new(|| Mutex::new(BTreeSet::new()));

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
    further: BTreeMap<String, Vec<u8>>,
) -> Result<PathBuf, ReportError> {
    // Everything the run folder will hold, by relative path, is made before anything is written.
    let mut files = render_views(result, emit)?;
    files.insert("result.json".to_owned(), render_json(result)?);
    files.extend(further);
    let home = out.join(folder_name(&result.dataset.name));
    fs::create_dir_all(&home).map_err(|error| ReportError::create("the output folder", &home, &error))?;
    refuse_other_dataset(&home, &result.dataset.name)?;
    remove_stale_runs(&home, &result.run.finished_at);

    let id = folder_name(&result.run.id);
    let partial = Unfinished::claim(&home, &format!("{PARTIAL_PREFIX}{id}"));
    run_folders(result.run.audience)
        .create(&partial.path)
        .map_err(|error| ReportError::create("the report folder", &partial.path, &error))?;
    let owner = partial.path.join(OWNER);
    if let Some(place) = place_of_process() {
        write_file(Audience::Overview, &owner, place.as_bytes())
            .map_err(|error| ReportError::write("the file", &owner, &error))?;
    }
    for (name, bytes) in &files {
        let path = partial.path.join(name);
        write_file(result.run.audience, &path, bytes)
            .map_err(|error| ReportError::write("the report file", &path, &error))?;
    }
    remove(&owner);
    let folder = move_into_place(&partial.path, &home, &id)
        .map_err(|error| ReportError::write("the report folder", &home.join(&id), &error))?;
    IS_WRITTEN.store(true, Ordering::SeqCst);
    point_latest_to(&home, &folder).map_err(|error| ReportError::write("the file", &home.join("latest"), &error))?;
    Ok(folder)
}

/// Whether this process has put a whole run in its place.
static IS_WRITTEN: AtomicBool = AtomicBool::new(false);

/// Removes whatever this process has begun to write and not finished, and says whether it has finished a run. For a
/// handler of Ctrl-C.
pub fn remove_partial_runs_of_this_process() -> bool {
    let paths = std::mem::take(&mut *unfinished());
    for path in &paths {
        remove(path);
    }
    IS_WRITTEN.load(Ordering::SeqCst)
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
fn write_file(audience: Audience, path: &Path, bytes: &[u8]) -> io::Result<()> {
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
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Renames the finished folder; an existing run is never replaced.
fn move_into_place(partial: &Path, home: &Path, id: &str) -> io::Result<PathBuf> {
    sync_folder(partial)?;
    let mut attempt = 1_u32;
    loop {
        let folder = home.join(if attempt == 1 { id.to_owned() } else { format!("{id}-{attempt}") });
        // The system refuses to rename over a folder that holds something, but not over an empty one.
        if fs::symlink_metadata(&folder).is_err() {
            match fs::rename(partial, &folder) {
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
    write_file(Audience::Overview, &partial.path, format!("{name}\n").as_bytes())?;
    fs::rename(&partial.path, home.join("latest"))?;
    sync_folder(home)
}

/// Makes a rename durable. Only Unix lets a folder be opened and flushed.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A path that is removed again unless it was renamed into place.
struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// A path in `home` that no other run uses: the process number and, where needed, a counter follow `stem`.
    fn claim(home: &Path, stem: &str) -> Self {
        let process = std::process::id();
        let mut registry = unfinished();
        let mut path = home.join(format!("{stem}-{process}"));
        let mut attempt = 1_u32;
        // What is there under our own number may be of a process that has the same number elsewhere.
        while registry.contains(&path) || fs::symlink_metadata(&path).is_ok() {
            attempt += 1;
            path = home.join(format!("{stem}.{attempt}-{process}"));
        }
        registry.insert(path.clone());
        Self { path }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        remove(&self.path);
        unfinished().remove(&self.path);
    }
}

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // A panic elsewhere leaves the set as it was, so a poisoned lock is still right.
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes a folder or file as far as possible; what cannot be removed is left for the next run.
fn remove(path: &Path) {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let _ = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

/// Removes what dead processes left half-written.
///
/// Other machines and containers may write to the same folder, and their process numbers say nothing here. So what
/// bears our own mark goes when its process is dead, and anything else when nobody touched it for a day.
fn remove_stale_runs(home: &Path, finished_at: &str) {
    let now = finished_at.parse::<jiff::Timestamp>().ok().map(SystemTime::from);
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(process_of_partial) else { continue };
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let is_old = modified.zip(now).is_some_and(|(time, now)| time + ABANDONED_AFTER < now);
        let is_stale = match (fs::read_to_string(entry.path().join(OWNER)).ok(), place_of_process()) {
            (Some(mark), Some(place)) if mark == place => !may_be_running(process),
            (Some(_), _) => is_old,
            (None, _) => is_old && !may_be_running(process),
        };
        if is_stale {
            remove(&entry.path());
        }
    }
}

/// Names the start of the system and the space of process numbers this process lives in, so that a number in it means
/// the same process; none where the system does not tell.
pub(super) fn place_of_process() -> Option<String> {
    let start = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}\n", start.trim(), space.display()))
}

/// The process number in the name of a hidden folder or file of ours.
fn process_of_partial(name: &str) -> Option<u32> {
    name.strip_prefix(PARTIAL_PREFIX)?.rsplit_once('-')?.1.parse().ok()
}

/// Whether a process may still run. Where the system does not tell, it may.
fn may_be_running(process: u32) -> bool {
    process == std::process::id()
        || !Path::new("/proc/self").exists()
        || Path::new(&format!("/proc/{process}")).exists()
}

#[cfg(test)]
mod tests {
    use super::{Unfinished, fs, process_of_partial};

    #[test]
    fn what_was_claimed_and_not_renamed_is_removed() {
        let home = tempfile::tempdir().unwrap();
        let first = Unfinished::claim(home.path(), ".partial-a");
        let second = Unfinished::claim(home.path(), ".partial-a");
        assert_ne!(first.path, second.path);
        for partial in [&first, &second] {
            let name = partial.path.file_name().unwrap().to_str().unwrap();
            assert_eq!(process_of_partial(name), Some(std::process::id()), "{name}");
        }
        fs::create_dir_all(first.path.join("plots")).unwrap();
        fs::write(&second.path, "half").unwrap();
        drop((first, second));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
