//! `reidrisk report`: render a stored result again.

use std::path::{Path, PathBuf};

use super::arguments::ReportArguments;
use super::exit::ExitStatus;
use super::files::{shown, unreadable, unwritable, write_anew};
use super::printer::Printer;
use crate::bounded::{LARGEST_RESULT, read_at_most};
use crate::history::check_result;
use crate::report::{Format, TextStyle, read_json, render_views};
use crate::result::ScanResult;

pub(super) fn report_verb(arguments: &ReportArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let result = read(&arguments.result, printer)?;
    if let (Some(folder), false) = (&arguments.out, arguments.emit.is_empty()) {
        return write_views(&result, folder, &arguments.emit, printer);
    }
    let Some(out) = &arguments.out else {
        return printer.result(&rendered(&result, arguments.format, &printer.style(), printer)?);
    };
    let style = TextStyle { color: false, ..printer.style() };
    let bytes = rendered(&result, arguments.format, &style, printer)?;
    let file = if out.is_dir() { out.join(arguments.format.file) } else { out.clone() };
    write_file(&file, &bytes, printer)?;
    printer.note(&format!("report {}", shown(&file)));
    Ok(())
}

/// Writes the views that `scan --emit` would write into a folder, which is made where it is missing.
fn write_views(result: &ScanResult, folder: &Path, emit: &[&Format], printer: &Printer) -> Result<(), ExitStatus> {
    if emit.iter().any(|format| !format.is_of_result()) {
        let hint = "scan the extract again with `--emit subjects,records,cells --audience internal`";
        printer.failure("a result contains no figures of individual subjects", Some(hint));
        return Err(ExitStatus::Usage);
    }
    let files = render_views(result, emit).map_err(|error| printer.report_failure(&error))?;
    for (name, bytes) in files {
        let file = folder.join(name);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent).map_err(|error| unwritable(parent, &error, printer))?;
        }
        write_file(&file, &bytes, printer)?;
    }
    printer.note(&format!("report {}", shown(folder)));
    Ok(())
}

fn write_file(file: &Path, bytes: &[u8], printer: &Printer) -> Result<(), ExitStatus> {
    write_anew(file, bytes).map_err(|error| unwritable(file, &error, printer))
}

/// A stored result: a file, or the folder of a run.
pub(super) fn read(place: &Path, printer: &Printer) -> Result<ScanResult, ExitStatus> {
    let file: PathBuf = if place.is_dir() { place.join("result.json") } else { place.to_owned() };
    let taken = read_at_most(&file, LARGEST_RESULT).map_err(|error| unreadable(&file, &error, printer))?;
    let Some(bytes) = taken else {
        let message = format!("`{}` is larger than {} MiB, so it is not a result", shown(&file), LARGEST_RESULT >> 20);
        printer.failure(&message, Some("name a `result.json` of this program"));
        return Err(ExitStatus::InputOutput);
    };
    check_result(&file, &bytes).map_err(|error| {
        printer.failure(&error.to_string(), Some(error.hint()));
        ExitStatus::InputOutput
    })?;
    let mut result = read_json(&bytes).map_err(|error| {
        printer.failure(&format!("`{}`: {error}", shown(&file)), Some(error.hint()));
        ExitStatus::InputOutput
    })?;
    // Results of schema 1.0 have the numbers of their measures, and no list of them. Checks cannot be made up later.
    if result.figures.is_empty() {
        result.figures = crate::measure::figures(&result.measures, &result.dataset, &result.policy);
    }
    Ok(result)
}

/// The result in a format that is one text or file.
pub(super) fn rendered(
    result: &ScanResult,
    format: &Format,
    style: &TextStyle,
    printer: &Printer,
) -> Result<Vec<u8>, ExitStatus> {
    let files = format.files(result, style).map_err(|error| printer.report_failure(&error))?;
    Ok(files.into_iter().flat_map(|(_, bytes)| bytes).collect())
}
