//! What can be typed after `scan`.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, ValueEnum};

use super::typed::{SCAN, Typed};
use crate::report::Emit;

/// Flags of `scan`: those of the settings, and those of the edge of the program.
#[derive(Debug, Args)]
pub(in crate::cli) struct ScanArguments {
    /// Files, folders, globs, or `-` for standard input; together they are one dataset
    #[arg(required = true, value_name = "INPUT")]
    pub(in crate::cli) inputs: Vec<String>,
    /// Configuration file [default: reidrisk.toml beside the first INPUT]
    #[arg(long, value_name = "FILE", env = "REIDRISK_CONFIG", hide_env_values = true)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Folder for reports
    #[arg(long, value_name = "DIR", default_value = "reports", env = "REIDRISK_OUT", hide_env_values = true)]
    pub(in crate::cli) out: PathBuf,
    /// What to print on standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "REIDRISK_FORMAT", hide_env_values = true)]
    pub(in crate::cli) format: ScanFormat,
    /// What to write into the report folder
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "html,png,json",
        env = "REIDRISK_EMIT",
        hide_env_values = true
    )]
    pub(in crate::cli) emit: Vec<Emit>,
    #[command(flatten)]
    pub(in crate::cli) settings: Typed<SCAN>,
    #[command(flatten)]
    pub(in crate::cli) verdict: VerdictArguments,
}

/// What to print on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ScanFormat {
    /// A summary for people.
    Text,
    /// The whole result as one JSON document.
    Json,
    /// A summary for pull requests.
    Md,
    /// One workflow command of GitHub Actions for the verdict and each finding.
    Github,
}

/// What becomes of the verdict, beside the settings of the policy.
#[derive(Debug, Args)]
#[command(next_help_heading = "Verdict")]
pub(in crate::cli) struct VerdictArguments {
    /// Exceptions to the limits [default: reidrisk-waivers.toml beside the configuration]
    #[arg(long, value_name = "FILE", env = "REIDRISK_WAIVERS", hide_env_values = true)]
    pub(in crate::cli) waivers: Option<PathBuf>,
    /// Exit with 0 instead of 1; the result keeps the true code
    #[arg(long, action = ArgAction::SetTrue, value_parser = BoolishValueParser::new(),
          env = EXIT_ZERO, hide_env_values = true)]
    pub(in crate::cli) exit_zero: bool,
}

/// The environment variable of `--exit-zero`.
pub(in crate::cli) const EXIT_ZERO: &str = "REIDRISK_EXIT_ZERO";
