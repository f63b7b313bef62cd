//! Files that verbs write, whole or not at all.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::exit::ExitStatus;
use super::printer::Printer;
use crate::plan::{refusal, shown_name};

/// The bytes in a file beside the one they are for, so that nobody ever reads half of it.
pub(super) fn written_beside(file: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut partial = tempfile::Builder::new().prefix(".reidrisk-").tempfile_in(folder)?;
    partial.write_all(bytes)?;
    partial.as_file().sync_all()?;
    Ok(partial)
}

/// Tells why a file or folder cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error, printer: &Printer) -> ExitStatus {
    let (reason, hint) = refusal(error.kind());
    printer.failure(&format!("`{}` cannot be written: {reason}", shown(path)), Some(hint));
    ExitStatus::InputOutput
}

pub(super) fn shown(path: &Path) -> String {
    shown_name(&path.display().to_string())
}
