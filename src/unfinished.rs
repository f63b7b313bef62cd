//! What this process is writing and has not finished: hidden, known to the handler of Ctrl-C, and removed by the next
//! process when this one dies.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::printable::hexadecimal;

/// How names of hidden files and folders of ours begin.
pub(crate) const PARTIAL_PREFIX: &str = ".partial-";
/// File inside a folder that is being written; says where its process number counts.
const OWNER: &str = ".owner";
/// How long nobody must have touched a folder of an unknown process before it is taken for abandoned.
const ABANDONED_AFTER: Duration = Duration::from_hours(24);

/// So much of the name of a file is in the name of its hidden one: a name may be as long as the system allows.
const LONGEST_STEM: usize = 40;

/// Folders and files that this process is writing and that are not in place yet.
static UNFINISHED: LazyLock<Mutex<BTreeSet<PathBuf>>> = LazyLock::new(|| Mutex::new(BTreeSet::new()));

/// Whether this process has put something whole in its place.
static IS_WRITTEN: AtomicBool = AtomicBool::new(false);

/// Removes whatever this process has begun to write and not finished, and says whether it has finished something. For a
/// handler of Ctrl-C.
#[cfg(feature = "cli")]
pub(crate) fn remove_unfinished_of_this_process() -> bool {
    let paths = std::mem::take(&mut *unfinished());
    for path in &paths {
        remove(path);
    }
    IS_WRITTEN.load(Ordering::SeqCst)
}

/// Makes a rename durable. Only Unix lets a folder be opened and flushed.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A path that is removed again unless it was renamed into place.
pub(crate) struct Unfinished {
    pub(crate) path: PathBuf,
}

impl Unfinished {
    /// A path in `home` that no other run uses: the process number and, where needed, a counter follow `stem`.
    pub(crate) fn claim(home: &Path, stem: &str) -> Self {
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

    /// As [`Unfinished::claim`], with the mark of this process in the name itself: from the moment it is made to the
    /// moment it is renamed into place, whoever finds it knows whose it is.
    pub(crate) fn claim_marked(home: &Path, stem: &str) -> Self {
        match place_of_process() {
            Some(place) => Self::claim(home, &format!("{stem}-{}", tag(&place))),
            None => Self::claim(home, stem),
        }
    }

    /// Says in the folder whose it is.
    ///
    /// # Errors
    /// When the mark cannot be written.
    pub(crate) fn mark(&self) -> io::Result<()> {
        let Some(place) = place_of_process() else { return Ok(()) };
        let mut file = OpenOptions::new().write(true).create_new(true).open(self.path.join(OWNER))?;
        file.write_all(place.as_bytes())?;
        file.sync_all()
    }

    /// Renames what is whole to its name. Once the handler of Ctrl-C has begun to remove it, it is not renamed any more: else
    /// a part of it could stand under its name.
    ///
    /// # Errors
    /// When the system does not rename it, or the process is being ended.
    pub(crate) fn put(&self, to: &Path) -> io::Result<()> {
        self.give_name(to, |from, to| fs::rename(from, to))?;
        IS_WRITTEN.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Gives what is whole its name while the handler of Ctrl-C waits, and not once that has begun to remove it.
    fn give_name(&self, to: &Path, rename: impl Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
        let mut registry = unfinished();
        if !registry.contains(&self.path) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        rename(&self.path, to)?;
        registry.remove(&self.path);
        Ok(())
    }

    /// Takes the mark away again.
    pub(crate) fn unmark(&self) {
        remove(&self.path.join(OWNER));
    }
}

/// Who may read a new file, where the system has such rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever may read new files of its folder.
    OfFolder,
    /// Its owner alone: it may hold something that is not for others.
    Owner,
}

/// Writes a file under its name, in the place of one that is there. Nobody ever reads half of it, and it is on the disk when
/// this returns: its bytes, and the name in the folder.
///
/// # Errors
/// When it cannot be written, or the process is being ended. What was there before then stays.
pub(crate) fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let (partial, folder) = written_beside(path, bytes, readers)?;
    partial.give_name(path, |from, to| fs::rename(from, to))?;
    sync_folder(&folder)
}

/// [`replace`], where nothing may have the name yet: of two who write the same name one is refused.
///
/// # Errors
/// As [`replace`]; [`io::ErrorKind::AlreadyExists`] where something has the name.
#[cfg(feature = "cli")]
pub(crate) fn write_new(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let (partial, folder) = written_beside(path, bytes, readers)?;
    partial.give_name(path, rename_to_free)?;
    sync_folder(&folder)
}

/// The bytes in a hidden file beside the one that they are for, flushed to the disk; and the folder of both.
fn written_beside(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<(Unfinished, PathBuf)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem: String = name.trim_start_matches('.').chars().take(LONGEST_STEM).collect();
    let partial = Unfinished::claim_marked(folder, &format!("{PARTIAL_PREFIX}{stem}"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = readers;
    let mut file = options.open(&partial.path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok((partial, folder.to_owned()))
}

/// Renames a file to a name that nothing has. A second name for the file is refused where there is one; a file system that
/// gives no second name keeps the place with an empty file first.
#[cfg(feature = "cli")]
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => {
            // What cannot be removed is left for the next process: the file has its name.
            remove(from);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            drop(OpenOptions::new().write(true).create_new(true).open(to)?);
            fs::rename(from, to).inspect_err(|_| remove(to))
        }
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

/// [`remove_stale`] in the folder of a file, of processes of this place alone: of others nobody knows without the time.
#[cfg(feature = "cli")]
pub(crate) fn remove_dead(file: &Path) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    remove_stale(folder, "");
}

/// Removes what dead processes left half-written.
///
/// Other machines and containers may write to the same folder, and their process numbers say nothing here. So what
/// bears our own mark goes when its process is dead, and anything else when nobody touched it for a day.
pub(crate) fn remove_stale(home: &Path, finished_at: &str) {
    let now = finished_at.parse::<jiff::Timestamp>().ok().map(SystemTime::from);
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(process_of_partial) else { continue };
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let is_old = modified.zip(now).is_some_and(|(time, now)| time + ABANDONED_AFTER < now);
        let place = place_of_process();
        let is_named = place.as_deref().is_some_and(|place| has_tag(&name.to_string_lossy(), &tag(place)));
        let is_stale = match (fs::read_to_string(entry.path().join(OWNER)).ok(), place) {
            _ if is_named => !may_be_running(process),
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
pub(crate) fn place_of_process() -> Option<String> {
    let start = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}\n", start.trim(), space.display()))
}

/// A place in a name: as many letters as no two places share by chance.
fn tag(place: &str) -> String {
    hexadecimal(&Sha256::digest(place.as_bytes())[..8])
}

/// Whether a name was claimed under this tag.
fn has_tag(name: &str, tag: &str) -> bool {
    let stem = name.rsplit_once('-').map_or("", |(stem, _)| stem);
    let last = stem.rsplit_once('-').map_or("", |(_, last)| last);
    last.split('.').next() == Some(tag)
}

/// The process number in the name of a hidden folder or file of ours.
fn process_of_partial(name: &str) -> Option<u32> {
    name.strip_prefix(PARTIAL_PREFIX)?.rsplit_once('-')?.1.parse().ok()
}

/// Whether a process may still run. Where the system does not tell, it may.
fn may_be_running(process: u32) -> bool {
    if process == std::process::id() || !Path::new("/proc/self").exists() {
        return true;
    }
    match fs::read_to_string(format!("/proc/{process}/stat")) {
        Ok(account) => !has_ended(&account),
        Err(_) => Path::new(&format!("/proc/{process}")).exists(),
    }
}

/// Whether a process has ended and nobody has asked for its end yet: in a container nobody may ever ask.
fn has_ended(account: &str) -> bool {
    // The name of the program, in parentheses, may hold any sign.
    let state = account.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    matches!(state, Some('Z' | 'X' | 'x'))
}

#[cfg(test)]
mod tests {
    use super::{Unfinished, fs, has_tag, place_of_process, process_of_partial, remove_stale, tag};

    /// Above every number that a system gives.
    const DEAD: u32 = u32::MAX;

    #[test]
    fn what_a_dead_process_of_this_place_left_goes_at_once_and_of_another_place_after_a_day() {
        let home = tempfile::tempdir().unwrap();
        let marked = Unfinished::claim_marked(home.path(), ".partial-release");
        let name = marked.path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(process_of_partial(&name), Some(std::process::id()));
        let Some(place) = place_of_process() else { return };
        assert!(has_tag(&name, &tag(&place)));
        fs::create_dir(&marked.path).unwrap();
        let of = |tag: &str, attempt: &str| home.path().join(format!(".partial-release-{tag}{attempt}-{DEAD}"));
        let ours = [of(&tag(&place), ""), of(&tag(&place), ".2")];
        let theirs = of(&tag("another place"), "");
        for folder in ours.iter().chain([&theirs]) {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("half.csv"), "half").unwrap();
        }
        remove_stale(home.path(), "2000-01-01T00:00:00Z");
        assert!(ours.iter().all(|folder| !folder.exists()));
        assert!(theirs.exists() && marked.path.exists());
        remove_stale(home.path(), "2999-01-01T00:00:00Z");
        assert!(!theirs.exists() && marked.path.exists());
    }

    #[test]
    fn a_process_that_ended_and_was_not_asked_for_does_not_run() {
        use super::has_ended;
        assert!(has_ended("7 (reidrisk) Z 1 7 7 0") && has_ended("7 (a) R) X 1"));
        assert!(!has_ended("7 (Z) R 1 7") && !has_ended("7 (a) Z) S 1") && !has_ended(""));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let number = child.id();
        while super::may_be_running(number) {
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }

    #[test]
    fn what_is_being_removed_is_not_put_in_place() {
        let home = tempfile::tempdir().unwrap();
        let (whole, ended) =
            (Unfinished::claim(home.path(), ".partial-w"), Unfinished::claim(home.path(), ".partial-e"));
        fs::write(&whole.path, "whole").unwrap();
        fs::write(&ended.path, "whole").unwrap();
        whole.put(&home.path().join("whole")).unwrap();
        // As the handler does before it removes anything.
        assert!(super::unfinished().remove(&ended.path));
        let refused = ended.put(&home.path().join("ended")).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::Interrupted);
        drop((whole, ended));
        let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["whole"]);
    }

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

    #[test]
    fn a_file_is_put_in_place_whole_with_its_rights_and_leaves_nothing_beside_it() {
        use super::{Readers, replace};
        let home = tempfile::tempdir().unwrap();
        let long = "n".repeat(250);
        for name in ["report.json", ".chain", long.as_str(), "ä".repeat(100).as_str()] {
            let path = home.path().join(name);
            for bytes in ["first", "second, and longer", ""] {
                replace(&path, bytes.as_bytes(), Readers::Owner).unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap(), bytes);
            }
            #[cfg(unix)]
            {
                let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
                assert_eq!(mode & 0o777, 0o600, "{name}");
            }
        }
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 4);
        assert!(replace(&home.path().join("no folder/file"), b"", Readers::OfFolder).is_err());
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_new_file_never_takes_the_place_of_another() {
        use super::{Readers, write_new};
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        write_new(&path, b"first", Readers::Owner).unwrap();
        let refused = write_new(&path, b"second", Readers::Owner).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(
            (fs::read(&path).unwrap().as_slice(), fs::read_dir(home.path()).unwrap().count()),
            (&b"first"[..], 1)
        );
    }

    #[test]
    fn a_file_that_the_handler_of_ctrl_c_removes_gets_no_name() {
        use super::{Readers, written_beside};
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        let (partial, folder) = written_beside(&path, b"secret", Readers::Owner).unwrap();
        assert_eq!(folder, home.path());
        let name = partial.path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(process_of_partial(&name), Some(std::process::id()), "the next process knows whose it is");
        assert!(super::unfinished().remove(&partial.path), "the handler knows it");
        let refused = partial.give_name(&path, |from, to| fs::rename(from, to)).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::Interrupted);
        drop(partial);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
