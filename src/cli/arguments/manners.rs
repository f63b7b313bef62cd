//! Output options, common to all verbs.

use clap::{Args, ValueEnum};

/// Flags of every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output options")]
pub(in crate::cli) struct Manners {
    /// Suppress output on PASS
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(in crate::cli) quiet: bool,
    /// Print each setting and its source
    #[arg(short, long, global = true)]
    pub(in crate::cli) verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(env = "REIDRISK_COLOR", hide_env_values = true)]
    pub(in crate::cli) color: When,
    /// When to show progress of long stages
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(env = "REIDRISK_PROGRESS", hide_env_values = true)]
    pub(in crate::cli) progress: ShowProgress,
}

/// When to do something that depends on the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum When {
    /// On a terminal.
    Auto,
    /// Unconditionally.
    Always,
    /// Not at all.
    Never,
}

/// How to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShowProgress {
    /// A live line on a terminal, otherwise one plain line per stage; nothing with --quiet.
    Auto,
    /// As auto, even with --quiet.
    Always,
    /// No progress.
    Never,
}
