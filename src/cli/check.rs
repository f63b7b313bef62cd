//! `reidrisk check`: is a configuration right? No data is read.

use super::arguments::CheckArguments;
use super::clock::today;
use super::exit::ExitStatus;
use super::printer::Printer;
use crate::config::{ConfigError, ConfigFile, Settings, check_rules, find_waivers, read_waivers, resolve, shown_name};

pub(super) fn check_verb(arguments: &CheckArguments, printer: &Printer) -> ExitStatus {
    // Merging finds what no single key shows; the input stands for any.
    let checked = ConfigFile::read(&arguments.config)
        .and_then(|file| resolve(vec!["-".to_owned()], Settings::default(), Some(file), &|_| String::new()))
        .and_then(|resolved| check_rules(&resolved.plan).map(|()| resolved))
        .and_then(|resolved| check_waivers(arguments).map(|()| resolved));
    match checked {
        Err(error) => printer.config_failure(&error),
        Ok(resolved) => {
            for origin in &resolved.origins {
                printer.detail(&format!("setting {} = {} ({})", origin.setting, origin.value, origin.source));
            }
            let name = shown_name(&arguments.config.display().to_string());
            let told = if printer.quiet() { Ok(()) } else { printer.result(format!("{name}: valid").as_bytes()) };
            told.err().unwrap_or(ExitStatus::Success)
        }
    }
}

/// The waivers beside the configuration, where there are some.
fn check_waivers(arguments: &CheckArguments) -> Result<(), ConfigError> {
    find_waivers(Some(&arguments.config), "-").map_or(Ok(()), |path| read_waivers(&path, today()).map(|_| ()))
}
