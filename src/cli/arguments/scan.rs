//! What can be typed after `scan`.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};
use jiff::civil::Date;

use super::format::{any_format, one_file};
use super::numbers::{at_least_one, class_limit};
use super::{LinkageArguments, ReadingArguments, RoleArguments, RunningArguments, UnicityArguments};
use crate::config::{MISSING_MODES, SEVERITIES, named, parse_date};
use crate::report::Format;
use crate::result::{MissingMode, Severity};

/// Flags of `scan`.
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
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "REIDRISK_FORMAT", hide_env_values = true,
          value_parser = one_file())]
    pub(in crate::cli) format: &'static Format,
    /// What to write into the report folder
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "html,png,json",
        value_parser = any_format(),
        env = "REIDRISK_EMIT",
        hide_env_values = true
    )]
    pub(in crate::cli) emit: Vec<&'static Format>,
    #[command(flatten)]
    pub(in crate::cli) roles: RoleArguments,
    #[command(flatten)]
    pub(in crate::cli) extent: ExtentArguments,
    #[command(flatten)]
    pub(in crate::cli) unicity: UnicityArguments,
    #[command(flatten)]
    pub(in crate::cli) linkage: LinkageArguments,
    #[command(flatten)]
    pub(in crate::cli) verdict: VerdictArguments,
    #[command(flatten)]
    pub(in crate::cli) running: RunningArguments,
    #[command(flatten)]
    pub(in crate::cli) reading: ReadingArguments,
}

/// What is computed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Extent")]
pub(in crate::cli) struct ExtentArguments {
    /// What a missing cell matches: own-category (other missing cells) or wildcard (everything)
    #[arg(long, value_name = "MODE", value_parser = |text: &str| named::<MissingMode>(text, &MISSING_MODES),
          env = "REIDRISK_MISSING", hide_env_values = true)]
    pub(in crate::cli) missing: Option<MissingMode>,
    /// Measures to compute [default: all that the roles allow]
    #[arg(long, value_name = "LIST", value_delimiter = ',', env = "REIDRISK_MEASURES", hide_env_values = true)]
    pub(in crate::cli) measures: Option<Vec<String>>,
    /// Largest set of columns to count [default: 3]
    #[arg(long, value_name = "N", value_parser = at_least_one, env = "REIDRISK_MAX_SET", hide_env_values = true)]
    pub(in crate::cli) max_set: Option<usize>,
}

/// What the answer is judged by.
#[derive(Debug, Args)]
#[command(next_help_heading = "Verdict")]
pub(in crate::cli) struct VerdictArguments {
    /// Smallest allowed class, in subjects, at least 2 [default: 5]
    #[arg(long, value_name = "N", value_parser = class_limit, env = "REIDRISK_K", hide_env_values = true)]
    pub(in crate::cli) k: Option<u32>,
    /// Severity that fails: low, medium, high or critical [default: high]
    #[arg(long, value_name = "LEVEL", value_parser = |text: &str| named::<Severity>(text, &SEVERITIES),
          env = "REIDRISK_FAIL_ON", hide_env_values = true)]
    pub(in crate::cli) fail_on: Option<Severity>,
    /// Exit with 0 when the verdict is REVIEW
    #[arg(long, action = ArgAction::SetTrue, value_parser = BoolishValueParser::new(),
          env = "REIDRISK_ALLOW_REVIEW", hide_env_values = true)]
    pub(in crate::cli) allow_review: bool,
    /// Exceptions to the limits [default: reidrisk-waivers.toml beside the configuration]
    #[arg(long, value_name = "FILE", env = "REIDRISK_WAIVERS", hide_env_values = true)]
    pub(in crate::cli) waivers: Option<PathBuf>,
    /// Judge agreement and waivers for this day, such as 2027-02-28 [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = parse_date, env = "REIDRISK_AS_OF", hide_env_values = true)]
    pub(in crate::cli) as_of: Option<Date>,
    /// Exit with 0 instead of 1; the result keeps the true code
    #[arg(long, action = ArgAction::SetTrue, value_parser = BoolishValueParser::new(),
          env = "REIDRISK_EXIT_ZERO", hide_env_values = true)]
    pub(in crate::cli) exit_zero: bool,
}
