//! `reidrisk check`: is a configuration right, and are the files it names? The extract is not read.

use super::arguments::CheckArguments;
use super::clock::today;
use super::exit::ExitStatus;
use super::files::shown;
use super::flags::print_settings;
use super::printer::Printer;
use crate::config::{ConfigFile, check_treatment, find_waivers, read_waivers, resolve};
use crate::plan::{ConfigError, Plan, check_rules};
use crate::stop::Stop;

pub(super) fn check_verb(arguments: &CheckArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let plan = plan_of(arguments).map_err(|error| printer.config_failure(&error))?;
    let name = shown(&arguments.config);
    crate::inspect::check_files(&plan, &Stop::default()).map_err(|error| {
        let hint = error.hint();
        let hint = hint.as_deref().unwrap_or("relative file names are resolved from the folder of the configuration");
        printer.failure(&format!("{name} names an unusable file: {error}"), Some(hint));
        ExitStatus::Code(error.exit_code())
    })?;
    print_settings(&plan, printer);
    if printer.quiet() { Ok(()) } else { printer.result(format!("{name}: valid").as_bytes()) }
}

/// Merging finds what no single key shows; the input stands for any.
fn plan_of(arguments: &CheckArguments) -> Result<Plan, ConfigError> {
    let file = ConfigFile::read(&arguments.config)?;
    let plan = resolve(vec!["-".to_owned()], &[], Some(file))?;
    check_rules(&plan)?;
    check_treatment(&plan, today())?;
    // The waivers beside the configuration, where there are some.
    find_waivers(Some(&arguments.config), "-").map(|path| read_waivers(&path, today())).transpose()?;
    Ok(plan)
}
