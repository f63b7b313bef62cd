//! With what resources a verb runs, and who may read what it leaves.

use std::time::Duration;

use clap::Args;

use super::numbers::thread_count;
use crate::config::{AUDIENCES, named, parse_duration, parse_size};
use crate::result::Audience;

/// With what resources.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(in crate::cli) struct RunningArguments {
    /// Seed of everything drawn by chance [default: 0]
    #[arg(long, value_name = "N", env = "REIDRISK_SEED", hide_env_values = true)]
    pub(in crate::cli) seed: Option<u64>,
    #[command(flatten)]
    pub(in crate::cli) limits: LimitArguments,
    /// Who may read the report: overview or internal [default: overview]
    ///
    /// With internal every view is stamped RESTRICTED, and only the owner of the files may read them. Both hold the
    /// same figures: internal adds no detail yet.
    #[arg(long, value_name = "WHO", value_parser = |text: &str| named::<Audience>(text, &AUDIENCES),
          env = "REIDRISK_AUDIENCE", hide_env_values = true)]
    pub(in crate::cli) audience: Option<Audience>,
}

/// How much of the machine and of the day.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(in crate::cli) struct LimitArguments {
    /// Worker threads, 1 to 1,024 [default: all of the machine]
    #[arg(long, value_name = "N", value_parser = thread_count, env = "REIDRISK_THREADS", hide_env_values = true)]
    pub(in crate::cli) threads: Option<usize>,
    /// Memory that the scan may use, such as 512MiB or 2G [default: 80 % of what is available, on Linux]
    #[arg(long, value_name = "SIZE", value_parser = parse_size, env = "REIDRISK_MEMORY", hide_env_values = true)]
    pub(in crate::cli) memory: Option<u64>,
    /// Time after which the scan ends as incomplete, such as 90s, 10m or 1h30m
    #[arg(long, value_name = "DUR", value_parser = parse_duration, env = "REIDRISK_TIMEOUT", hide_env_values = true)]
    pub(in crate::cli) timeout: Option<Duration>,
}
