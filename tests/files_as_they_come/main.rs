//! Files as banks, shops and spreadsheets write them: what their records and columns are, and what is refused instead of
//! guessed.

#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

mod containers;
mod fixed;
mod foreign;
mod frames;
mod headings;
mod tables;
mod types;
mod workbooks;
mod world;
