//! `reidrisk advise`: the plan that keeps the most detail and would be released, and the configuration for it.

use std::path::{Path, PathBuf};

use super::arguments::{AdviseArguments, AdviseFormat, Manners};
use super::clock::SystemClock;
use super::exit::ExitStatus;
use super::files::{shown, unwritable, write_anew, write_once};
use super::flags::{Typed, config_of, judged_plan, print_settings};
use super::printer::Printer;
use super::release::release_failure;
use super::scan::{shell_word, typed_words, watched_as};
use crate::config::{ConfigFile, Given, resolve, rewritten};
use crate::plan::{ConfigError, Plan};
use crate::release::advise;
use crate::report::{frontier_chart, render_advisory_json, render_advisory_text};
use crate::result::Advisory;

pub(super) fn advise_verb(arguments: &AdviseArguments, manners: &Manners, printer: &Printer) -> Result<(), ExitStatus> {
    let typed = Typed {
        inputs: &arguments.inputs,
        config: arguments.config.as_ref(),
        waivers: arguments.waivers.as_ref(),
        given: &arguments.settings.given,
    };
    let plan = judged_plan(typed, printer).map_err(|error| printer.config_failure(&error))?;
    print_settings(&plan, printer);
    // Whether it can be written is told before a large extract is read.
    let source = arguments.write.as_ref().map(|target| Source::of(target, arguments));
    let source = source.transpose().map_err(|error| printer.config_failure(&error))?;
    let clock = SystemClock::start();
    let proposal = watched_as(
        &plan,
        manners,
        printer,
        |progress, stop| advise(&plan, &clock, progress, stop),
        |error| release_failure(error, printer),
    )?;
    let advisory = proposal.advisory(&plan);
    let written = match (&source, &proposal.plan) {
        (Some(source), Some(advised)) => Some(write(source, advised, &arguments.settings.given, printer)?),
        _ => None,
    };
    if let Some(file) = &arguments.chart {
        draw(file, &advisory, printer)?;
    }
    match arguments.format {
        AdviseFormat::Json => {
            let json = render_advisory_json(&advisory).map_err(|error| printer.report_failure(&error))?;
            printer.result(&json)?;
        }
        AdviseFormat::Text => {
            let next = next_step(arguments, proposal.plan.is_some());
            let text = render_advisory_text(&advisory, &printer.style(), written.as_deref(), next.as_deref());
            printer.result(text.as_bytes())?;
        }
    }
    if proposal.plan.is_some() { Ok(()) } else { Err(ExitStatus::Code(if advisory.complete { 1 } else { 4 })) }
}

/// Draws the plans; a file that is there is replaced.
fn draw(file: &Path, advisory: &Advisory, printer: &Printer) -> Result<(), ExitStatus> {
    let Some(chart) = frontier_chart(advisory) else {
        printer.note("no chart: no plan has figures");
        return Ok(());
    };
    let bytes = if file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg")) {
        chart.svg().into_bytes()
    } else {
        chart.png().map_err(|error| printer.report_failure(&error))?
    };
    write_anew(file, &bytes).map_err(|error| unwritable(file, &error, printer))
}

/// The configuration that the new one is made of.
struct Source {
    path: PathBuf,
    target: PathBuf,
    text: String,
}

impl Source {
    fn of(target: &Path, arguments: &AdviseArguments) -> Result<Self, ConfigError> {
        if std::fs::symlink_metadata(target).is_ok() {
            let message = format!("`{}` already exists and is not overwritten", shown(target));
            return Err(ConfigError::new("exists", message).with_hint("name another file with `--write`"));
        }
        let Some(path) = config_of(arguments.config.as_ref(), &arguments.inputs) else {
            return Err(ConfigError::new("no-configuration", "there is no configuration to write the plan into")
                .with_hint("write one with `reidrisk init`, and correct its roles"));
        };
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let (reason, hint) = crate::plan::refusal(error.kind());
            ConfigError::new("unreadable", format!("`{}` cannot be read: {reason}", shown(&path))).with_hint(hint)
        })?;
        Ok(Self { path, target: target.to_owned(), text })
    }
}

/// Writes the configuration, after reading it as `scan` would and comparing what it says with what is to be said.
fn write(source: &Source, plan: &Plan, given: &[Given], printer: &Printer) -> Result<String, ExitStatus> {
    let cannot = || {
        let message = format!("the plan cannot be written into a copy of `{}`", shown(&source.path));
        ConfigError::new("not-rewritable", message).with_hint(
            "write it into the folder of that configuration, which names files relative to it; give each column a section \
             `[columns.NAME]` of its own, and no rule by `--coarsen`; else copy the rules by hand",
        )
    };
    let failed = |error: ConfigError| printer.config_failure(&error);
    let text = rewritten(&source.path, &source.text, plan).ok_or_else(cannot).map_err(failed)?;
    let file = ConfigFile::parse(&source.target, text.as_bytes()).map_err(failed)?;
    let again = resolve(plan.inputs.clone(), given, Some(file)).map_err(failed)?;
    if !says_the_same(&again, plan) {
        return Err(failed(cannot()));
    }
    write_once(&source.target, text.as_bytes()).map_err(|error| unwritable(&source.target, &error, printer))?;
    Ok(shown(&source.target))
}

/// Whether two plans ask for the same, wherever their settings came from.
fn says_the_same(one: &Plan, other: &Plan) -> bool {
    // Where nothing was typed the configuration names the files and, by its own name, the dataset.
    let is_declared = one.inputs == one.files;
    let plain = |plan: &Plan| Plan {
        dataset_name: plan.dataset_name.clone().filter(|_| !is_declared),
        config_sha256: None,
        config: None,
        settings: Vec::new(),
        memory: None,
        waivers: Vec::new(),
        ..plan.clone()
    };
    plain(one) == plain(other)
}

fn next_step(arguments: &AdviseArguments, found: bool) -> Option<String> {
    let inputs = typed_words(&arguments.inputs, arguments.config.as_deref());
    let inputs = inputs.join(" ");
    match (&arguments.write, found) {
        (_, false) => None,
        (Some(target), true) => {
            let config = shell_word(&target.display().to_string());
            let inputs = if arguments.inputs.is_empty() { String::new() } else { format!("{inputs} ") };
            Some(format!("reidrisk release {inputs}--config {config} --to DIR"))
        }
        (None, true) => Some(format!("reidrisk advise {inputs} --write treated.toml    for the configuration")),
    }
}
