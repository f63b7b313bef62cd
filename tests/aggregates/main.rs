//! Tables of totals through the binary: planned from the extract, finished, and beside other releases.

#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "../files_as_they_come/workbooks.rs"]
mod workbooks;

mod differencing;
mod earlier;
mod finished;
mod formats;
mod planned;
mod purchase_cards;
mod releasing;
