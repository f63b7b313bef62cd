//! How the program speaks, whatever the verb.

use clap::{Args, ValueEnum};

/// Flags of every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output options")]
pub(in crate::cli) struct Manners {
    /// Print nothing unless the verdict is not PASS
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(in crate::cli) quiet: bool,
    /// Print where each setting came from
    #[arg(short, long, global = true)]
    pub(in crate::cli) verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(env = "REIDRISK_COLOR", hide_env_values = true)]
    pub(in crate::cli) color: When,
    /// When to show how far a long stage is
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(env = "REIDRISK_PROGRESS", hide_env_values = true)]
    pub(in crate::cli) progress: ShowProgress,
}

/// When to do something that depends on the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum When {
    /// On a terminal.
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// How to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShowProgress {
    /// A moving line on a terminal, else one plain line a stage; nothing with --quiet.
    Auto,
    /// The same, even with --quiet.
    Always,
    /// Nothing.
    Never,
}
