//! Tables of totals from files: finished tables that are audited, and bad ones that never pass.

mod finished;
#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "../support/mod.rs"]
mod support;
