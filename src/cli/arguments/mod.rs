//! What can be typed.

mod format;
mod look;
mod manners;
mod scan;
#[cfg(test)]
mod tests;
mod typed;
mod without_data;

use clap::{Parser, Subcommand};

pub(super) use look::{InitArguments, InspectArguments, InspectFormat};
pub(super) use manners::{Manners, ShowProgress, When};
pub(super) use scan::{EXIT_ZERO, ScanArguments};
pub(super) use without_data::{CheckArguments, CompletionsArguments, ExplainArguments, ManArguments, ReportArguments};

const EXIT_CODES: &str = "\
Exit codes:
  0    pass; also review with --allow-review
  1    fail, or review: roles only guessed, or findings below --fail-on
  2    the command line or the configuration is wrong
  3    input or output: something cannot be read or written
  4    incomplete: a gate's measure ended at a time or memory limit
  70   internal error (a bug); no result is written
  130  interrupted";

const SCAN_EXAMPLES: &str = "\
Examples:
  reidrisk scan transactions.csv
  reidrisk scan transactions.csv --subject card --quasi posted_at,merchant,amount
  reidrisk scan 'night/*.parquet' --config reidrisk.toml --coarsen posted_at=day --coarsen amount=round:10
  reidrisk scan - --format json < extract.csv";

const INSPECT_EXAMPLES: &str = "\
Examples:
  reidrisk inspect transactions.csv
  reidrisk inspect transactions.csv --subject card --format json";

const INIT_EXAMPLES: &str = "\
Examples:
  reidrisk init transactions.csv
  reidrisk init transactions.csv --subject card --output -";

/// Measures the re-identification risk of a dataset before it is shared.
#[derive(Debug, Parser)]
#[command(name = "reidrisk", version, after_long_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Arguments {
    /// How the program speaks.
    #[command(flatten)]
    pub(super) manners: Manners,
    /// What to do.
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Measure a dataset, judge it, write a report, set the exit code
    #[command(after_help = SCAN_EXAMPLES, after_long_help = format!("{SCAN_EXAMPLES}\n\n{EXIT_CODES}"))]
    Scan(Box<ScanArguments>),
    /// Render a stored result.json again; the data is not needed
    Report(ReportArguments),
    /// Say what a finding or a measure means, what to do, and what a setting takes
    Explain(ExplainArguments),
    /// Say what the columns are: types, counts, roles and why; no risk, no verdict
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Box<InspectArguments>),
    /// Write a commented reidrisk.toml with the roles that are guessed
    #[command(after_help = INIT_EXAMPLES)]
    Init(Box<InitArguments>),
    /// Check a configuration file, and the files it names, without reading data
    Check(CheckArguments),
    /// Print the JSON Schema of result.json
    Schema,
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man(ManArguments),
}
