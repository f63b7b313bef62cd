//! From `reidrisk.toml` and flags to a [`Plan`](crate::plan::Plan).
//!
//! Every setting is one row of the table [`settings()`]: its key, its flag, its environment variable, its words, how it is
//! read and how it is shown; the [reference](explain_setting) is made from it. A flag comes before an environment variable,
//! that before the configuration file, that before the default. Reading the configuration file is the only input of this room;
//! everything else is a function of what it is given.
//!
//! `docs/configuration.md` has a `reidrisk.toml` with every section, and the rules that lie behind the keys.
//!
//! Files named in it are relative to its folder. Any role in it, or `--quasi` on the command line, turns guessing off.

mod aggregates;
mod columns;
mod declared;
mod document;
mod file;
mod holds;
mod kind;
mod layers;
mod linkage;
mod loosened;
mod night;
mod places;
mod policy;
mod reader;
mod reference;
mod rewrite;
mod setting;
mod settings;
mod signs;
mod template;
#[cfg(test)]
mod tests;
mod unicity;
mod waivers;

pub use declared::check_treatment;
pub use file::{CONFIG_FILE_NAME, ConfigFile};
pub use layers::{list_cells, list_records, list_subjects, resolve};
pub use night::{Manifest, ManifestEntry, NightFile, parse_night, read_night};
pub use places::{config_beside, find_config, find_waivers};
pub use reference::{ALL_SETTINGS, SettingPage, explain_setting};
pub use rewrite::rewritten;
pub use setting::{Flag, Given, Setting, Verbs};
pub use settings::settings;
pub use template::starting_config;
pub use waivers::{WAIVER_HORIZON_DAYS, WAIVERS_FILE_NAME, parse_waivers, read_hashed_waivers, read_waivers};
