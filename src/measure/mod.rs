//! The measures: one folder each, with its definition, its fast path, its brute-force twin and its tests.
//!
//! A measure reads a [`Table`](crate::table::Table) and ends in an [`Outcome`](crate::result::Outcome). It does no IO
//! and reads no clock, no environment and no ambient randomness.

pub mod identifiers;
pub mod linkage;
pub mod unicity;
pub mod uniqueness;

/// Names of all measures, as `--measures` takes them.
pub const NAMES: [&str; 4] = [uniqueness::NAME, unicity::NAME, identifiers::NAME, linkage::NAME];
