//! Files as banks, shops and spreadsheets write them: what their records and columns are, and what is refused instead of
//! guessed.

mod containers;
mod fixed;
mod foreign;
mod frames;
mod headings;
mod tables;
mod types;
pub(crate) mod workbooks;
mod world;
