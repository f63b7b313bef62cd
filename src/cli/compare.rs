//! `reidrisk compare`: two stored results, what moved and whether it matters.

use std::path::Path;

use super::arguments::{CompareArguments, CompareFormat};
use super::exit::ExitStatus;
use super::printer::Printer;
use super::report::read;
use crate::compare::{LEAST_CHANGE, Spread, compare};
use crate::report::{render_comparison_json, render_comparison_markdown, render_comparison_text};
use crate::scan::figures_before;

pub(super) fn compare_verb(arguments: &CompareArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let (old, new) = (read(&arguments.old, printer)?, read(&arguments.new, printer)?);
    let least = arguments.least_change.map_or(LEAST_CHANGE, f64::from);
    let folder = if arguments.new.is_dir() { Some(arguments.new.as_path()) } else { arguments.new.parent() };
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let nights = figures_before(folder, &new.dataset.name, &new.run.started_at);
    let spread = Spread::of(nights.iter().map(Vec::as_slice));
    let compared = compare(&old, &new, least, &spread);
    let bytes = match arguments.format {
        CompareFormat::Text => render_comparison_text(&compared, &printer.style()).into_bytes(),
        CompareFormat::Md => render_comparison_markdown(&compared).into_bytes(),
        CompareFormat::Json => render_comparison_json(&compared).map_err(|error| printer.report_failure(&error))?,
    };
    if !printer.quiet() || compared.is_worse() {
        printer.result(&bytes)?;
    }
    if compared.is_worse() { Err(ExitStatus::Code(1)) } else { Ok(()) }
}
