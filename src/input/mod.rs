//! From files to coded columns.
//!
//! Reading order: [`open`] finds the files and looks at their beginnings (`find`, `aside`, `partitions`, `archive`, `source`,
//! `recognise`, `foreign`, `sniff`); [`read()`] moves their content through `stored` (hash, decompression, encoding),
//! `blocks` or `json_frame` (whole records), `pump` and `delimited`, `fixed`, `ndjson` (`json_keys`), `columnar` (Parquet;
//! `pages`), `arrow` (`arrow_check`) or `excel` (`sheets`, `sheet_choice`) (cells) into `coder` and `values`, which give
//! every distinct value of a column a code; at the end `classify` finds the type of the column and the one spelling that
//! equal values share.
//!
//! # Invariants
//! - No error holds a cell value.
//! - Types, missing cells and which cells are equal depend on the records alone: not on their order, the split into
//!   files and blocks, the number of threads or the file format.
//! - Text is streamed: besides codes and dictionaries a few blocks are in memory, however large or compressed a file.
//! - No length that a file states is believed before it was held against what is left of the file and of the memory.
//! - What is hashed is what is decoded: a file is opened once for both.
//! - Polars and its types are named in `arrow`, `arrow_check`, `columnar`, `pages` and `typed` only.

mod archive;
mod arrow;
mod arrow_aside;
mod arrow_check;
mod arrow_passing;
mod aside;
mod beside;
mod biff;
mod blocks;
mod cells;
mod classify;
mod coder;
mod columnar;
mod declared;
mod delimited;
mod displayed;
mod error;
mod excel;
mod extract;
mod find;
mod fixed;
mod foreign;
mod frame;
mod heading;
mod headless;
mod json_frame;
mod json_keys;
mod left_out;
mod list;
mod literals;
#[cfg(feature = "cli")]
mod names;
mod ndjson;
mod pages;
mod partitions;
mod parts;
mod places;
mod pump;
mod read;
mod reason;
mod recognise;
mod rules;
mod sheet_choice;
mod sheets;
mod sniff;
mod source;
mod stored;
mod suspects;
mod tail;
#[cfg(test)]
mod test;
mod transcoder;
mod typed;
mod values;

pub use classify::Doubt;
pub use error::{InputError, SheetError};
pub use extract::{CellCounts, CodedColumn, Extract, ExtractColumn, FoundBeside};
#[cfg(feature = "cli")]
pub(crate) use find::stem;
#[cfg(feature = "cli")]
pub(crate) use names::NameWatch;
pub use places::Place;
pub use read::{Allowance, read, read_all};
pub use source::{Source, open};
#[cfg(feature = "cli")]
pub(crate) use source::{hashed, sizes};
pub use suspects::{is_placeholder, placeholder_kind};
