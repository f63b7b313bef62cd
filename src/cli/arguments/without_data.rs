//! What can be typed after the verbs that read no extract.

use std::path::PathBuf;

use clap::Args;

use super::format::{any_format, one_file};
use crate::report::Format;

/// Flags of `report`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArguments {
    /// A result.json, or a run folder that holds one
    #[arg(value_name = "RESULT")]
    pub(in crate::cli) result: PathBuf,
    /// Where to write: a file, or a folder for the default name [default: standard output]
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// What to render
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = one_file())]
    pub(in crate::cli) format: &'static Format,
    /// Several views as files in the folder --out, as `scan --emit` writes them
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "out", conflicts_with = "format",
          value_parser = any_format())]
    pub(in crate::cli) emit: Vec<&'static Format>,
}

/// Flags of `explain`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExplainArguments {
    /// Code of a finding, name of a measure, key or flag of a setting, or `configuration` for all of these [default: list
    /// all]
    #[arg(value_name = "CODE")]
    pub(in crate::cli) code: Option<String>,
}

/// Flags of `check`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArguments {
    /// Configuration file
    #[arg(value_name = "FILE", default_value = "reidrisk.toml")]
    pub(in crate::cli) config: PathBuf,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(in crate::cli) shell: clap_complete::Shell,
}

/// Flags of `man`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ManArguments {
    /// A verb, for its own page [default: the page of the program]
    #[arg(value_name = "VERB")]
    pub(in crate::cli) verb: Option<String>,
}
