//! Folders in which contributors of released cells are kept: for the eyes of their owner.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::clock::random_bytes;
use super::exit::ExitStatus;
use super::files::{unwritable, write_anew, write_once};
use super::printer::Printer;
use crate::plan::Plan;
use crate::scan::{KEY_FILE, KeptFile, holds_releases};
use crate::unfinished::sync_folder;

/// Makes every folder that a table names, with a key of its own, where it is not there yet.
pub(super) fn make_folders(plan: &Plan, printer: &Printer) -> Result<(), ExitStatus> {
    let planned = plan.aggregates.iter().filter(|table| table.is_planned());
    for folder in planned.filter_map(|table| table.contributors.as_ref()) {
        make_folder(folder).map_err(|error| unwritable(folder, &error, printer))?;
    }
    Ok(())
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if !folder.is_dir() {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(folder)?;
        sync_folder(folder.parent().filter(|home| !home.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    }
    let key = folder.join(KEY_FILE);
    // Beside releases a missing key is a mistake, which reading tells: another key would recognise nobody. Whatever else lies
    // there, such as the folder of lost files of a disk, says nothing.
    if fs::symlink_metadata(&key).is_ok() || holds_releases(folder)? {
        return Ok(());
    }
    let bytes = random_bytes().ok_or_else(|| io::Error::other("the system has no random numbers"))?;
    // Whoever comes first wins.
    match write_once(&key, &bytes) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        written => written,
    }
}

/// Writes what later scans compare with. The same release again is the same file.
pub(super) fn write_kept(files: &[KeptFile], printer: &Printer) -> Result<(), ExitStatus> {
    keep(files, printer).map(Keeping::stay)
}

/// [`write_kept`], until what it is of leaves: files that were not there before go again unless they are told to stay.
pub(super) fn keep(files: &[KeptFile], printer: &Printer) -> Result<Keeping, ExitStatus> {
    let mut keeping = Keeping { new: Vec::new() };
    for KeptFile { folder, name, bytes } in files {
        let path = folder.join(name);
        let is_new = fs::symlink_metadata(&path).is_err();
        write_anew(&path, bytes).map_err(|error| unwritable(&path, &error, printer))?;
        if is_new {
            keeping.new.push(path);
        }
    }
    Ok(keeping)
}

/// Files of a release that has not left yet. A process that is killed before it does leaves them: a later release is then
/// compared with one that nobody has, which holds back more and never less.
pub(super) struct Keeping {
    new: Vec<PathBuf>,
}

impl Keeping {
    /// What they are of has left.
    pub(super) fn stay(mut self) {
        self.new.clear();
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        for path in &self.new {
            // What cannot be removed holds back more, and never less.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_gets_a_key_whatever_lies_in_it_but_releases() {
        let home = tempfile::tempdir().unwrap();
        for stray in [".gitkeep", "lost+found", ".partial-key-1", "notes.txt"] {
            let folder = home.path().join(stray).join("kept");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(stray), "").unwrap();
            make_folder(&folder).unwrap();
            let key = fs::read(folder.join(KEY_FILE)).unwrap();
            assert_eq!(key.len(), 32);
            make_folder(&folder).unwrap();
            assert_eq!(fs::read(folder.join(KEY_FILE)).unwrap(), key, "one key for ever");
            assert_eq!(names(&folder).len(), 2);
        }
        let orphaned = home.path().join("orphaned");
        fs::create_dir(&orphaned).unwrap();
        fs::write(orphaned.join("0.cells"), "").unwrap();
        make_folder(&orphaned).unwrap();
        assert_eq!(names(&orphaned), ["0.cells"]);
    }

    #[test]
    fn what_is_kept_of_a_release_that_does_not_leave_goes_again_and_what_was_there_stays() {
        let home = tempfile::tempdir().unwrap();
        let manners = super::super::arguments::Manners {
            quiet: true,
            verbose: false,
            color: super::super::arguments::When::Never,
            progress: super::super::arguments::ShowProgress::Never,
        };
        let printer = Printer::new(&manners);
        let file = |name: &str| KeptFile { folder: home.path().to_owned(), name: name.to_owned(), bytes: vec![1] };
        write_kept(&[file("a.cells")], &printer).unwrap();
        drop(keep(&[file("a.cells"), file("b.cells")], &printer).unwrap());
        assert_eq!(names(home.path()), ["a.cells"]);
        keep(&[file("b.cells")], &printer).unwrap().stay();
        assert_eq!(names(home.path()), ["a.cells", "b.cells"]);
    }
}
