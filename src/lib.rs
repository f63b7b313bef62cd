//! `reidrisk` measures the re-identification risk of a dataset before it is shared.
//!
//! # Reading order
//! The README's first screen; this page; [`table`], the idea everything rests on, with a worked table of six records;
//! one measure from end to end, [`measure::uniqueness`]; [`judge`]; then a report under `reports/sample/`.
//!
//! # What flows through the house
//! ```text
//! reidrisk.toml + flags ──►        Plan ─┐
//!                                         ├─► input: files ──► Extract (coded columns, values behind the codes)
//! extract files ──────────────────────────┘         │
//!                                                   ▼  recode: roles, coarsening, cards to customers
//!                                                 Table (codes only, records sorted by subject)
//! what the recipient holds ──► input ──► LinkedTables (both sides, one code space)
//!                                                   │
//!                                                   ▼  measure/*: Table ──► Outcome
//!                                                   ▼  judge: Outcomes × policy ──► findings, verdict
//!                                                   ▼  advice: coarser columns ──► what to change, counted
//!                                              ScanResult (one serde value; holds no cell value)
//!                                                   └─► report: text, JSON, HTML, charts, the run folder
//! ```
//! One street, one direction: [`scan::scan`] is its map, on one screen. [`result::ScanResult`] is the waist: everything
//! before it computes, everything after it only shows or stores.
//!
//! # Code map
//! | room | what it does | what it never does |
//! |---|---|---|
//! | [`cli`] | verbs, flags, progress, signals, exit codes | compute |
//! | [`plan`] | what a scan is asked to do, as plain data: [`plan::Plan`] | IO; know a flag or a file |
//! | [`config`] | `reidrisk.toml` and flags to one plan; the table of all settings | look at data |
//! | [`input`] | files to coded columns; it and `output` alone name Polars | judge what a column means |
//! | [`detect`] | card numbers, IBAN, e-mail and the like in the bytes of a cell | IO; keep a cell |
//! | [`recode`] | roles, coarsening rules, subject map; two sides in one code space | IO |
//! | [`table`] | column sets, equivalence classes: the fast heart | IO, clock, environment, chance |
//! | [`tabular`] | tables of totals: rules, audit, suppression, differences | IO, clock, environment, chance; know of people |
//! | [`measure`] | one folder a measure, each with a brute-force twin; attacks in [`measure::linkage`] | IO, clock, environment, chance |
//! | [`learn`] | guesses of one value of a person from others: a forest, the nearest neighbour | IO, clock, environment, chance |
//! | [`stats`] | thresholds, intervals, residual risk, seeded orders | ambient randomness |
//! | [`spill`] | what does not fit in memory: columns in mapped files, and counting in files | hold a cell value |
//! | [`inspect`] | what the columns are, before anything is measured | measure, judge |
//! | [`judge`] | figures against policy: findings, verdict | compute a figure |
//! | [`compare`] | two results: what moved, and whether it matters | IO, clock; compute a measure |
//! | [`advice`] | what to change, each proposal counted | estimate, see a value |
//! | [`glossary`] | the words of the field, for `explain` and the report | decide |
//! | [`release`] | writes the treated extract, and judges the bytes that were written | decide by itself what a figure means |
//! | [`report`] | views of the result | see anything but the result |
//! | [`history`] | the folder of each run, the chain of records, the index over them | see anything but results and records; decide |
//!
//! # Invariants, kept by tests
//! - Same records, plan, seed and version give the same bytes in `measures`, `findings` and `verdict`, for any number of
//!   threads, order of records, split into files and file format.
//! - No cell value reaches a result, an error, a log or a panic message ([`secret::Secret`]).
//! - A measure that is undefined or was cut off never passes a gate and is never shown as 0; an attack that does no
//!   better than guessing is no evidence, never safe.
//! - Bad input ends in one sentence and an exit code, and leaves nothing half written.

pub mod advice;
pub(crate) mod bounded;
#[cfg(feature = "cli")]
pub mod cli;
pub(crate) mod column_name;
pub mod compare;
pub mod config;
pub mod detect;
pub mod glossary;
pub mod history;
pub mod input;
pub mod inspect;
pub mod judge;
pub mod learn;
pub mod measure;
pub(crate) mod number;
pub mod output;
pub mod plan;
pub(crate) mod printable;
pub mod recode;
pub mod release;
pub mod report;
pub mod result;
pub mod scan;
pub mod secret;
pub mod spill;
pub mod stats;
pub mod stop;
pub mod table;
pub mod tabular;
#[cfg(test)]
pub(crate) mod tries;
pub(crate) mod unfinished;
pub(crate) mod word_list;
