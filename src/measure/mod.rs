//! The measures: one folder each, with its definition, its fast path, its brute-force twin and its tests.
//!
//! A measure reads a [`Table`](crate::table::Table) and ends in an [`Outcome`](crate::result::Outcome). It does no IO
//! and reads no clock, no environment and no ambient randomness.

mod figures;
pub mod identifiers;
pub mod linkage;
pub mod unicity;
pub mod uniqueness;

pub use figures::{FigureContext, figures};

use crate::plan::{Limit, Range};
use crate::result::Comparison;

/// Names of all measures, as `--measures` takes them.
pub const NAMES: [&str; 4] = [uniqueness::NAME, unicity::NAME, identifiers::NAME, linkage::NAME];

/// A limit that a policy can ask for on a measure that is not built yet: it never passes.
const INFERENCE_ADVANTAGE: Limit = Limit {
    key: "max_inference_advantage",
    gate: "inference-advantage",
    measure: "inference",
    set: None,
    comparison: Comparison::AtMost,
    range: Range::SHARE,
    sentence: "largest allowed advantage of guessing a sensitive value with the extract over guessing without it",
};

/// Every limit that a policy can set, in the order in which they are documented.
pub fn limits() -> impl Iterator<Item = &'static Limit> {
    let of_measures = [uniqueness::LIMITS, unicity::LIMITS, linkage::LIMITS];
    of_measures.into_iter().flatten().chain([&INFERENCE_ADVANTAGE])
}
