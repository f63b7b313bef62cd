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
//! [recipient]               # who is to receive it, and under which agreement
//! purpose = "fraud study"   # also `name`, `agreement`, `ends`, `allowed_columns`, `consent`, …
//!
//! [[recipient.holds]]       # what it can join the extract to, one section a source
//! file = "members.csv"      # also `name`, `subject`, `on`, `truth`, `attacks`, `hold_out`, …
//!
//! [policy]                  # what the answer is judged by
//! preset = "controlled-k5"  # also `k`, `max_risk`, `max_unicity`, … , `fail_on`, `allow_review`, `severities`
//!
//! [scan]                    # what is computed, and with what resources
//! max_set = 3               # also `measures`, `missing`, `seed`, `threads`, `memory`, `timeout`, `audience`
//! ```
//!
//! Files named in it are relative to its folder. Any role in it, or `--quasi` on the command line, turns guessing off.

mod against;
mod error;
mod file;
mod find;
mod holds;
mod linkage;
mod merge;
mod names;
mod places;
mod plan;
mod policy;
mod quantity;
mod reader;
mod refusal;
mod settings;
mod template;
#[cfg(test)]
mod tests;
mod unicity;
mod waivers;

pub use against::AgainstFlags;
pub use error::ConfigError;
pub use file::{CONFIG_FILE_NAME, ConfigFile};
pub use find::{config_beside, find_config, find_waivers};
pub use linkage::{ATTACKS, Attack, KnownIdentifiers, LinkagePlan, OnColumn, SourcePlan, TextComparison, TruthColumns};
pub use merge::{Origin, Resolved, check_columns, check_rules, resolve, shown_list};
pub use names::{did_you_mean, shown_name, split_names};
pub use plan::{
    ConsentRegister, InputOptions, Plan, RecipientPlan, RolePlan, SUPPRESSION_MARKS, SubjectMap, TextEncoding,
};
pub use policy::parse_date;
pub use quantity::{counted, grouped, parse_duration, parse_size};
pub use refusal::refusal;
pub use settings::{
    AUDIENCES, ENCODINGS, MISSING_MODES, MOST_THREADS, SEVERITIES, SMALLEST_K, Settings, check_measures, named,
    parse_delimiter, parse_quote,
};
pub use template::starting_config;
pub use unicity::{
    ATTACKERS, MOBILITY_ATTACKS, PointColumn, UnicityPlan, UnicitySettings, each_once, parse_known_points,
};
pub use waivers::{WAIVER_HORIZON_DAYS, WAIVERS_FILE_NAME, parse_waivers, read_waivers};
