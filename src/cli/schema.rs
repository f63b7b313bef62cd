//! `reidrisk schema`: the contract of result.json.

use super::exit::ExitStatus;
use super::printer::Printer;
use crate::report::json_schema;

pub(super) fn schema_verb(printer: &Printer) -> ExitStatus {
    printer.result(json_schema().as_bytes()).err().unwrap_or(ExitStatus::Success)
}
