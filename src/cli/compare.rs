//! `reidrisk compare`: two stored results, what moved and whether it matters.

use super::arguments::{CompareArguments, CompareFormat};
use super::exit::ExitStatus;
use super::printer::Printer;
use super::report::read;
use crate::compare::{LEAST_CHANGE, compare};
use crate::report::{render_comparison_json, render_comparison_text};

pub(super) fn compare_verb(arguments: &CompareArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let (old, new) = (read(&arguments.old, printer)?, read(&arguments.new, printer)?);
    let least = arguments.least_change.map_or(LEAST_CHANGE, f64::from);
    let compared = compare(&old, &new, least);
    let bytes = match arguments.format {
        CompareFormat::Text => render_comparison_text(&compared, &printer.style()).into_bytes(),
        CompareFormat::Json => render_comparison_json(&compared).map_err(|error| printer.report_failure(&error))?,
    };
    if !printer.quiet() || compared.is_worse() {
        printer.result(&bytes)?;
    }
    if compared.is_worse() { Err(ExitStatus::Code(1)) } else { Ok(()) }
}
