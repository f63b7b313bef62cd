//! Tables of totals through the binary: planned from the extract, finished, and beside other releases.

#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

mod differencing;
mod earlier;
mod finished;
mod planned;
mod purchase_cards;
mod releasing;
