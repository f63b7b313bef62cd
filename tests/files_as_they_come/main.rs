//! Files as people of this job get them: each kind with its right answer, written down before the first run.

#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

mod containers;
mod workbooks;
