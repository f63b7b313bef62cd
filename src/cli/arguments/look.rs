//! What can be typed after `inspect` and `init`, which look at an extract and measure nothing.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::typed::{INIT, INSPECT, Typed};

/// Flags of `inspect`.
#[derive(Debug, Args)]
pub(in crate::cli) struct InspectArguments {
    /// Files, folders, globs, or `-` for standard input; together they are one dataset
    #[arg(required = true, value_name = "INPUT")]
    pub(in crate::cli) inputs: Vec<String>,
    /// Configuration file [default: reidrisk.toml beside the first INPUT]
    #[arg(long, value_name = "FILE", env = "REIDRISK_CONFIG", hide_env_values = true)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: InspectFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Typed<INSPECT>,
}

/// What `inspect` can print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum InspectFormat {
    /// A table for people.
    Text,
    /// One JSON document.
    Json,
    /// A Markdown table.
    Md,
}

/// Flags of `init`.
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArguments {
    /// Files, folders, globs, or `-` for standard input; together they are one dataset
    #[arg(required = true, value_name = "INPUT")]
    pub(in crate::cli) inputs: Vec<String>,
    /// Where to write, `-` for standard output [default: reidrisk.toml beside the first INPUT]
    #[arg(long, visible_alias = "config", value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) settings: Typed<INIT>,
}
