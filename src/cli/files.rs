//! Files that verbs write, whole or not at all.

use std::io;
use std::path::Path;

use super::exit::ExitStatus;
use super::printer::Printer;
use crate::plan::{refusal, shown_name};
use crate::unfinished::{Readers, remove_dead, replace, write_new};

/// Writes a file for its owner, in the place of one that is there. What a process that was killed left beside it goes first.
pub(super) fn write_anew(file: &Path, bytes: &[u8]) -> io::Result<()> {
    remove_dead(file);
    replace(file, bytes, Readers::Owner)
}

/// [`write_anew`], where nothing may have the name yet.
pub(super) fn write_once(file: &Path, bytes: &[u8]) -> io::Result<()> {
    remove_dead(file);
    write_new(file, bytes, Readers::Owner)
}

/// Tells why a file or folder cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error, printer: &Printer) -> ExitStatus {
    refused(path, "written", error, printer)
}

/// Tells why a file or folder cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error, printer: &Printer) -> ExitStatus {
    refused(path, "read", error, printer)
}

fn refused(path: &Path, verb: &str, error: &io::Error, printer: &Printer) -> ExitStatus {
    let (reason, hint) = refusal(error.kind());
    printer.failure(&format!("`{}` cannot be {verb}: {reason}", shown(path)), Some(hint));
    ExitStatus::InputOutput
}

pub(super) fn shown(path: &Path) -> String {
    shown_name(&path.display().to_string())
}
