//! `reidrisk` measures the re-identification risk of a dataset before it is shared.

pub mod config;
pub mod input;
pub mod measure;
pub mod report;
pub mod result;
pub mod secret;
pub mod stats;
pub mod stop;
pub mod table;
pub mod treatment;
