//! What a scan is asked to do, as plain data: no IO, no TOML, no flags.
//!
//! This room lies below `config`, which reads flags and files into it, and below `recode`, `measure` and `judge`, which
//! do what it says.

mod limit;
mod limits;

pub use limit::{Limit, Range};
pub use limits::Limits;
