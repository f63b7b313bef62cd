//! The command line: what was typed becomes a plan, a call, and an exit code.
//!
//! Only this room reads the clock, the environment and the terminal. Standard output carries the result and nothing
//! else; everything else goes to standard error.

mod advise;
mod arguments;
mod check;
mod clock;
mod cluster;
mod compare;
mod completions;
mod exit;
mod explain;
mod files;
mod flags;
mod history;
mod init;
mod inspect;
mod kept;
mod night_scan;
mod nightly;
mod panics;
mod printer;
mod progress;
mod release;
mod repeat;
mod report;
mod rows;
mod scan;
mod verify;
mod watch;
mod worker;

use std::ffi::OsString;
use std::io::Write as _;

use clap::{CommandFactory, FromArgMatches};

use arguments::{Arguments, SchemaOf, Verb};
use exit::ExitStatus;
use printer::Printer;

use crate::printable::{is_invisible, printable};
use crate::report::{
    ADVISORY_SCHEMA, CERTIFICATE_SCHEMA, COMPARISON_SCHEMA, HISTORY_SCHEMA, NIGHT_SCHEMA, NOTIFICATION_SCHEMA,
    RECORD_SCHEMA, RESULT_SCHEMA,
};

/// Runs the program with its arguments (the first is its own name) and returns the exit code.
///
/// A panic anywhere becomes code 70 and a message that holds a place in the source and nothing else.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    guard(|| run_verb(arguments).code())
}

/// The exit code that `program` returns, or 70 when it panicked. The message of a panic may hold cell values, so only
/// its place in the source is printed. For programs of one's own on top of this library; [`run`] does it by itself.
pub fn guard(program: impl FnOnce() -> u8) -> u8 {
    panics::guard(program).unwrap_or(ExitStatus::Internal.code())
}

/// Prints help, or what is wrong with the command line. A word of it may be the name of a file that tries to steer the
/// terminal.
fn tell(error: &clap::Error) {
    let plain = error.render().to_string();
    let steers = |character: char| character != '\n' && is_invisible(character);
    // Help that nobody reads any more (a closed pipe) is no mistake.
    let _ = if plain.contains(steers) {
        let lines: Vec<String> = plain.lines().map(printable).collect();
        writeln!(std::io::stderr().lock(), "{}", lines.join("\n"))
    } else {
        error.print()
    };
}

/// A verb that ends otherwise than well says how.
fn run_verb(arguments: Vec<OsString>) -> ExitStatus {
    let parsed = Arguments::command().try_get_matches_from(arguments);
    let arguments = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => {
            tell(&error);
            return if error.use_stderr() { ExitStatus::Usage } else { ExitStatus::Success };
        }
    };
    let printer = Printer::new(&arguments.manners);
    let ended = match arguments.verb {
        Verb::Scan(scan) => scan::scan_verb(&scan, &arguments.manners, &printer),
        Verb::Nightly(nightly) => nightly::nightly_verb(&nightly, &printer),
        Verb::NightScan(scan) => night_scan::night_scan_verb(&scan, &arguments.manners, &printer),
        Verb::Cluster(cluster) => cluster::cluster_verb(&cluster, &arguments.manners, &printer),
        Verb::Worker => worker::worker_verb(&printer),
        Verb::Advise(advise) => advise::advise_verb(&advise, &arguments.manners, &printer),
        Verb::Release(release) => release::release_verb(&release, &arguments.manners, &printer),
        Verb::Verify(verify) => verify::verify_verb(&verify, &printer),
        Verb::Compare(compare) => compare::compare_verb(&compare, &printer),
        Verb::History(history) => history::history_verb(&history, &printer),
        Verb::Report(report) if !report.verify.is_empty() => repeat::repeat(&report, &arguments.manners, &printer),
        Verb::Report(report) => report::report_verb(&report, &printer),
        Verb::Explain(explain) => explain::explain_verb(&explain, &printer),
        Verb::Inspect(inspect) => inspect::inspect_verb(&inspect, &arguments.manners, &printer),
        Verb::Init(init) => init::init_verb(&init, &arguments.manners, &printer),
        Verb::Check(check) => check::check_verb(&check, &printer),
        Verb::Schema(schema) => {
            let text = match schema.of {
                SchemaOf::Result => RESULT_SCHEMA,
                SchemaOf::Certificate => CERTIFICATE_SCHEMA,
                SchemaOf::Advice => ADVISORY_SCHEMA,
                SchemaOf::Comparison => COMPARISON_SCHEMA,
                SchemaOf::Record => RECORD_SCHEMA,
                SchemaOf::Night => NIGHT_SCHEMA,
                SchemaOf::Notification => NOTIFICATION_SCHEMA,
                SchemaOf::History => HISTORY_SCHEMA,
            };
            printer.result(text.as_bytes())
        }
        Verb::Completions(completions) => completions::completions_verb(&completions, &printer),
        Verb::Man(man) => completions::man_verb(&man, &printer),
    };
    ended.err().unwrap_or(ExitStatus::Success)
}
