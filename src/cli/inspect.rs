//! `reidrisk inspect`: what the columns are, before anything is measured.

use super::arguments::{InspectArguments, InspectFormat, Manners};
use super::exit::ExitStatus;
use super::flags::{config_of, merged, print_settings};
use super::printer::Printer;
use super::scan::watched;
use crate::plan::Plan;
use crate::report::{render_columns_markdown, render_columns_text, render_inspection_json};
use crate::result::{Dataset, Inspection, SCHEMA_VERSION, Tool};

pub(super) fn inspect_verb(
    arguments: &InspectArguments,
    manners: &Manners,
    printer: &Printer,
) -> Result<(), ExitStatus> {
    let config = config_of(arguments.config.as_ref(), &arguments.inputs);
    let plan = merged(&arguments.inputs, &arguments.settings.given, config.as_deref(), printer);
    let plan = plan.map_err(|error| printer.config_failure(&error))?;
    print_settings(&plan, printer);
    show(look_at(&plan, manners, printer)?, arguments.format, printer)
}

/// Reads the extract as far as its columns are known.
pub(super) fn look_at(plan: &Plan, manners: &Manners, printer: &Printer) -> Result<Dataset, ExitStatus> {
    watched(plan, manners, printer, |progress, stop| crate::inspect::inspect(plan, progress, stop))
}

fn show(dataset: Dataset, format: InspectFormat, printer: &Printer) -> Result<(), ExitStatus> {
    let tool = Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let inspection = Inspection { schema_version: SCHEMA_VERSION.to_owned(), tool, dataset };
    let bytes = match format {
        InspectFormat::Text => render_columns_text(&inspection, &printer.style()).into_bytes(),
        InspectFormat::Md => render_columns_markdown(&inspection).into_bytes(),
        InspectFormat::Json => render_inspection_json(&inspection).map_err(|error| printer.report_failure(&error))?,
    };
    printer.result(&bytes)
}
