//! The command line.

mod manners;
#[cfg(test)]
mod tests;
mod typed;
mod verbs;

use clap::{Parser, Subcommand};

pub(super) use manners::{Manners, ShowProgress, When};
pub(super) use verbs::*;

const EXIT_CODES: &str = include_str!("exit_codes.txt").trim_ascii_end();
const SCAN_EXAMPLES: &str = include_str!("scan_examples.txt").trim_ascii_end();
const NIGHTLY_EXAMPLES: &str = include_str!("nightly_examples.txt").trim_ascii_end();
const ADVISE_EXAMPLES: &str = include_str!("advise_examples.txt").trim_ascii_end();
const RELEASE_EXAMPLES: &str = include_str!("release_examples.txt").trim_ascii_end();
const INSPECT_EXAMPLES: &str = include_str!("inspect_examples.txt").trim_ascii_end();
const INIT_EXAMPLES: &str = include_str!("init_examples.txt").trim_ascii_end();

/// Measures the re-identification risk of a dataset before it is shared.
#[derive(Debug, Parser)]
#[command(name = "reidrisk", version, after_long_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Arguments {
    /// Output options.
    #[command(flatten)]
    pub(super) manners: Manners,
    /// The verb.
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Measure re-identification risk, judge it, write a report and set the exit code
    #[command(after_help = SCAN_EXAMPLES, after_long_help = format!("{SCAN_EXAMPLES}\n\n{EXIT_CODES}"))]
    Scan(Box<ScanArguments>),
    /// Scan many datasets, each in a process of its own, and skip those that did not change
    #[command(after_help = NIGHTLY_EXAMPLES, after_long_help = format!("{NIGHTLY_EXAMPLES}\n\n{EXIT_CODES}"))]
    Nightly(NightlyArguments),
    /// Scan one dataset of a night
    #[command(hide = true)]
    NightScan(Box<NightScanArguments>),
    /// Say what a scan on a cluster does next
    #[command(hide = true)]
    Cluster(Box<ClusterArguments>),
    /// Work on a part of a scan on a cluster
    #[command(hide = true)]
    Worker,
    /// Find the plan that keeps the most detail and passes every gate, and write its configuration
    #[command(after_help = ADVISE_EXAMPLES)]
    Advise(Box<AdviseArguments>),
    /// Write the treated extract, scan the written bytes, and certify them if they pass
    #[command(after_help = RELEASE_EXAMPLES)]
    Release(Box<ReleaseArguments>),
    /// Check that files are those that a certificate names, and that its agreement and waivers still run
    Verify(VerifyArguments),
    /// Compare two stored results: what is new, worse, better or gone
    Compare(CompareArguments),
    /// Show the runs of a dataset or of all, and check that their records are those that were written
    History(HistoryArguments),
    /// Render a stored result.json again, without the data
    Report(ReportArguments),
    /// Explain a finding, a measure, a term or a setting, and what to do
    Explain(ExplainArguments),
    /// List the columns with types, counts, roles and reasons; no risk, no verdict
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Box<InspectArguments>),
    /// Write a commented reidrisk.toml with the guessed roles
    #[command(after_help = INIT_EXAMPLES)]
    Init(Box<InitArguments>),
    /// Check a configuration file and the files it names, without reading data
    Check(CheckArguments),
    /// Print the JSON Schema of result.json, of a certificate, of advice, of a comparison, of a record, of a night, of a
    /// notification or of a history
    Schema(SchemaArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man(ManArguments),
}
