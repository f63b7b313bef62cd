//! `reidrisk scan`: measure, judge, write, print.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ArgMatches;

use super::arguments::{Manners, ScanArguments, ScanFormat};
use super::clock::SystemClock;
use super::exit::ExitStatus;
use super::flags::plan_of;
use super::interrupt::{end_after, end_on_signals};
use super::printer::Printer;
use super::progress::TerminalProgress;
use crate::config::{Plan, Resolved, shown_name};
use crate::report::{Emit, TextStyle, render_json, render_text, write_run};
use crate::result::{ScanResult, VerdictOutcome};
use crate::scan::{ScanError, scan};
use crate::stop::Stop;

pub(super) fn scan_verb(
    arguments: &ScanArguments,
    matches: Option<&ArgMatches>,
    manners: &Manners,
    printer: &Printer,
) -> ExitStatus {
    let resolved = match plan_of(arguments, matches) {
        Ok(resolved) => resolved,
        Err(error) => return printer.config_failure(&error),
    };
    tell_origins(&resolved, printer);
    let finished = measure(&resolved.plan, manners, printer)
        .and_then(|result| write(arguments, &result, printer).map(|()| result));
    match finished {
        Ok(result) => ExitStatus::of_result(&result, arguments.verdict.exit_zero),
        Err(status) => status,
    }
}

fn tell_origins(resolved: &Resolved, printer: &Printer) {
    for origin in &resolved.origins {
        printer.detail(&format!("setting {} = {} ({})", origin.setting, shown_name(&origin.value), origin.source));
    }
}

/// Runs the pipeline in a pool of the planned number of threads.
fn measure(plan: &Plan, manners: &Manners, printer: &Printer) -> Result<ScanResult, ExitStatus> {
    let clock = SystemClock::start();
    let stop = Stop::default();
    end_on_signals(&stop, printer)?;
    end_after(plan.timeout, &stop);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.threads.unwrap_or(0)).build().map_err(|_| {
        printer.failure("the worker threads cannot be started", Some("ask for fewer with `--threads`"));
        ExitStatus::InputOutput
    })?;
    let progress = TerminalProgress::new(manners);
    pool.install(|| scan(plan, &clock, &progress, &stop)).map_err(|error| {
        match &error {
            ScanError::Config(mistake) => {
                printer.config_failure(mistake);
            }
            other => printer.failure(&other.to_string(), other.hint().as_deref()),
        }
        ExitStatus::Code(error.exit_code())
    })
}

/// Writes the run folder, then prints the result, so that what is printed is on disk.
fn write(arguments: &ScanArguments, result: &ScanResult, printer: &Printer) -> Result<(), ExitStatus> {
    let emit: BTreeSet<Emit> = arguments.emit.iter().copied().collect();
    let folder = write_run(&arguments.out, result, &emit).map_err(|error| printer.report_failure(&error))?;
    if printer.quiet() && result.verdict.outcome == VerdictOutcome::Pass {
        return Ok(());
    }
    let place = shown_place(&folder, &emit);
    match arguments.format {
        ScanFormat::Text => printer.result(render_text(result, &text_style(printer), Some(&place)).as_bytes()),
        ScanFormat::Json => {
            printer.note(&format!("report {place}"));
            let json = render_json(result).map_err(|error| printer.report_failure(&error))?;
            printer.result(&json)
        }
    }
}

/// Where the page is, or the result when no page was asked for.
fn shown_place(folder: &Path, emit: &BTreeSet<Emit>) -> String {
    let file = if emit.contains(&Emit::Html) { "index.html" } else { "result.json" };
    folder
        .join(file)
        .display()
        .to_string()
        .chars()
        .map(|letter| if letter.is_control() { '?' } else { letter })
        .collect()
}

pub(super) fn text_style(printer: &Printer) -> TextStyle {
    TextStyle { width: printer.width(), color: printer.color(), unicode: printer.unicode() }
}
