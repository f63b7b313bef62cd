//! The population through the binary, and the Gaussian copula on populations of which the truth is known.

#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

mod copula;
mod scan;
