//! Folders in which contributors of released cells are kept: for the eyes of their owner.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::clock::random_bytes;
use super::exit::ExitStatus;
use super::files::{unwritable, written_beside};
use super::printer::Printer;
use crate::plan::Plan;
use crate::scan::{KEY_FILE, KeptFile};

/// Makes every folder that a table names, with a key of its own, where it is not there yet.
pub(super) fn make_folders(plan: &Plan, printer: &Printer) -> Result<(), ExitStatus> {
    let planned = plan.aggregates.iter().filter(|table| table.is_planned());
    for folder in planned.filter_map(|table| table.contributors.as_ref()) {
        make_folder(folder).map_err(|error| unwritable(folder, &error, printer))?;
    }
    Ok(())
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)?;
    let key = folder.join(KEY_FILE);
    let holds_any = || Ok::<bool, std::io::Error>(fs::read_dir(folder)?.next().is_some());
    // In a folder that holds something a missing key is a mistake, which reading tells: another key would recognise nobody.
    if key.exists() || holds_any()? {
        return Ok(());
    }
    let bytes = random_bytes().ok_or_else(|| std::io::Error::other("the system has no random numbers"))?;
    // A file beside it that only the owner may read; whoever comes first wins.
    match written_beside(&key, &bytes)?.persist_noclobber(&key) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

/// Writes what later scans compare with. The same release again is the same file.
pub(super) fn write_kept(files: &[KeptFile], printer: &Printer) -> Result<(), ExitStatus> {
    for KeptFile { folder, name, bytes } in files {
        let path = folder.join(name);
        let written = written_beside(&path, bytes).and_then(|file| file.persist(&path).map_err(|error| error.error));
        let written = written.and_then(|mut file| file.flush());
        written.map_err(|error| unwritable(&path, &error, printer))?;
    }
    Ok(())
}
