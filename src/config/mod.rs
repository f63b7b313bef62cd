//! From `reidrisk.toml` and flags to a [`Plan`].
//!
//! A flag comes before an environment variable, that before the configuration file, that before the default. Reading
//! the configuration file is the only input of this room; everything else is a function of what it is given.
//!
//! # `reidrisk.toml`
//!
//! ```toml
//! [dataset]                 # how the files are read
//! name = "card_transactions"
//! delimiter = ";"           # also `quote`, `header`, `encoding`; found from the file when absent
//! null_values = ["NA"]
//!
//! [subject]                 # who a record belongs to
//! column = "card"
//! map = { file = "cards.csv", from = "card", to = "customer" }
//!
//! [columns.posted_at]       # what a column is, and how coarse it is counted
//! role = "quasi-identifier"
//! coarsen = ["day"]
//!
//! [policy]                  # what the answer is judged by
//! k = 5                     # also `fail_on`, `allow_review`, `gate_any_record`
//!
//! [scan]                    # what is computed, and with what resources
//! max_set = 3               # also `measures`, `missing`, `seed`, `threads`, `memory`, `timeout`, `audience`
//! ```
//!
//! Files named in it are relative to its folder. Any role in it, or `--quasi` on the command line, turns guessing off.

mod error;
mod file;
mod find;
mod merge;
mod names;
mod places;
mod plan;
mod quantity;
mod reader;
mod refusal;
mod settings;
mod template;
#[cfg(test)]
mod tests;

pub use error::ConfigError;
pub use file::{CONFIG_FILE_NAME, ConfigFile};
pub use find::{config_beside, find_config};
pub use merge::{Origin, Resolved, check_columns, check_rules, resolve};
pub use names::{did_you_mean, shown_name, split_names};
pub use plan::{InputOptions, Plan, RolePlan, SubjectMap, TextEncoding};
pub use quantity::{counted, grouped, parse_duration, parse_size};
pub use refusal::refusal;
pub use settings::{
    AUDIENCES, ENCODINGS, MISSING_MODES, MOST_THREADS, SEVERITIES, SMALLEST_K, Settings, check_measures, named,
    parse_delimiter, parse_quote,
};
pub use template::starting_config;
