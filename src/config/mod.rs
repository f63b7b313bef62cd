//! From `reidrisk.toml` and flags to a [`Plan`].

mod plan;

pub use plan::{InputOptions, Plan, RolePlan, SubjectMap, TextEncoding};
