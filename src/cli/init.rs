//! `reidrisk init`: a first configuration, for a person to confirm.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::arguments::{InitArguments, Manners};
use super::exit::ExitStatus;
use super::flags::merged;
use super::inspect::look_at;
use super::printer::Printer;
use super::scan::shell_word;
use crate::config::{config_beside, starting_config};
use crate::plan::{ConfigError, refusal, shown_name};

/// Where the configuration goes.
enum Target {
    Stdout,
    File(PathBuf),
}

pub(super) fn init_verb(
    arguments: &InitArguments,
    manners: &Manners,
    printer: &Printer,
) -> ExitStatus {
    // Whether it may be written is told before a large extract is read.
    let planned = target(arguments).and_then(|target| {
        let plan = merged(&arguments.inputs, &arguments.settings.given, None, printer)?;
        Ok((plan, target))
    });
    let (plan, target) = match planned {
        Ok(planned) => planned,
        Err(error) => return printer.config_failure(&error),
    };
    let written = look_at(&plan, manners, printer).and_then(|dataset| {
        let text = starting_config(&dataset, &plan);
        match &target {
            Target::Stdout => printer.result(text.as_bytes()),
            Target::File(file) => write(file, &text, &arguments.inputs, printer),
        }
    });
    written.err().unwrap_or(ExitStatus::Success)
}

fn target(arguments: &InitArguments) -> Result<Target, ConfigError> {
    let beside = || arguments.inputs.first().and_then(|input| config_beside(input));
    let file = match &arguments.output {
        Some(output) if output.as_os_str() == "-" => return Ok(Target::Stdout),
        Some(output) => output.clone(),
        None => match beside() {
            Some(file) => file,
            // Nothing is beside standard input.
            None => return Ok(Target::Stdout),
        },
    };
    if std::fs::symlink_metadata(&file).is_ok() { Err(exists(&file)) } else { Ok(Target::File(file)) }
}

fn exists(file: &Path) -> ConfigError {
    let message = format!("`{}` exists already and is not overwritten", shown(file));
    ConfigError::new("exists", message)
        .with_hint("name another file with `--output`, `-` for standard output, or remove this one first")
}

/// Writes beside the file and gives it its name only when nothing has that name, so that nobody reads half of it and
/// nothing is lost.
fn write(file: &Path, text: &str, inputs: &[String], printer: &Printer) -> Result<(), ExitStatus> {
    match write_new(file, text.as_bytes()) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(printer.config_failure(&exists(file)));
        }
        Err(error) => {
            let (reason, hint) = refusal(error.kind());
            printer.failure(&format!("`{}` cannot be written: {reason}", shown(file)), Some(hint));
            return Err(ExitStatus::InputOutput);
        }
    }
    if printer.quiet() {
        return Ok(());
    }
    let name = shown(file);
    let words: Vec<String> = inputs.iter().map(|input| shell_word(input)).collect();
    let beside = inputs.first().and_then(|input| config_beside(input));
    let config = if beside.as_deref() == Some(file) {
        String::new()
    } else {
        format!(" --config {}", shell_word(&file.display().to_string()))
    };
    let told = format!("wrote   {name}\nnext    correct its roles, then: reidrisk scan {}{config}", words.join(" "));
    printer.result(told.as_bytes())
}

fn write_new(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut partial = tempfile::Builder::new().prefix(".reidrisk-").tempfile_in(folder)?;
    partial.write_all(bytes)?;
    partial.as_file().sync_all()?;
    partial.persist_noclobber(file).map(drop).map_err(|error| error.error)
}

fn shown(path: &Path) -> String {
    shown_name(&path.display().to_string())
}
