//! `reidrisk init`: a first configuration, for a person to confirm.

use std::path::{Path, PathBuf};

use super::arguments::{InitArguments, Manners};
use super::exit::ExitStatus;
use super::files::{shown, unwritable, write_once};
use super::flags::merged;
use super::inspect::look_at;
use super::printer::Printer;
use super::scan::shell_word;
use crate::config::{config_beside, starting_config};
use crate::plan::ConfigError;

pub(super) fn init_verb(arguments: &InitArguments, manners: &Manners, printer: &Printer) -> Result<(), ExitStatus> {
    // Whether it may be written is told before a large extract is read.
    let target = target(arguments).map_err(|error| printer.config_failure(&error))?;
    let plan = merged(&arguments.inputs, &arguments.settings.given, None, printer);
    let plan = plan.map_err(|error| printer.config_failure(&error))?;
    let text = starting_config(&look_at(&plan, manners, printer)?, &plan);
    match &target {
        None => printer.result(text.as_bytes()),
        Some(file) => write(file, &text, &arguments.inputs, printer),
    }
}

/// Where the configuration goes; `None` for standard output, as nothing is beside standard input.
fn target(arguments: &InitArguments) -> Result<Option<PathBuf>, ConfigError> {
    let beside = || arguments.inputs.first().and_then(|input| config_beside(input));
    let file = arguments.output.clone().or_else(beside).filter(|file| file.as_os_str() != "-");
    match file {
        Some(file) if std::fs::symlink_metadata(&file).is_ok() => Err(exists(&file)),
        file => Ok(file),
    }
}

fn exists(file: &Path) -> ConfigError {
    let message = format!("`{}` already exists and is not overwritten", shown(file));
    ConfigError::new("exists", message)
        .with_hint("name another file with `--output`, `-` for standard output, or remove this one first")
}

/// Writes beside the file and gives it its name only when nothing has that name, so that nobody reads half of it and
/// nothing is lost.
fn write(file: &Path, text: &str, inputs: &[String], printer: &Printer) -> Result<(), ExitStatus> {
    write_once(file, text.as_bytes()).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => printer.config_failure(&exists(file)),
        _ => unwritable(file, &error, printer),
    })?;
    if printer.quiet() {
        return Ok(());
    }
    let name = shown(file);
    let words: Vec<String> = inputs.iter().map(|input| shell_word(input)).collect();
    let beside = inputs.first().and_then(|input| config_beside(input));
    let is_elsewhere = beside.as_deref() != Some(file);
    let config = is_elsewhere.then(|| format!(" --config {}", shell_word(&file.display().to_string())));
    let config = config.unwrap_or_default();
    let message = format!("wrote   {name}\nnext    correct its roles, then: reidrisk scan {}{config}", words.join(" "));
    printer.result(message.as_bytes())
}
