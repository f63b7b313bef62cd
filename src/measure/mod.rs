//! The measures: one folder each, with its definition, its fast path, its brute-force twin and its tests.
//!
//! A measure reads a [`Table`](crate::table::Table) and ends in an [`Outcome`](crate::result::Outcome). It does no IO
//! and reads no clock, no environment and no ambient randomness.

pub mod aggregates;
pub mod attribute;
mod figures;
pub mod histories;
pub mod identifiers;
pub mod inference;
pub mod linkage;
pub mod original;
pub mod population;
mod registry;
pub mod special_uniques;
pub mod unicity;
pub mod uniqueness;

pub use figures::{FigureContext, figures};
use registry::CutOff;
pub use registry::{
    Measure, MeasureInput, NotRun, Page, Run, no_section, plain_section, too_much_memory, too_much_memory_but,
};

use crate::plan::Limit;
use crate::result::{Figure, Section};

/// Every measure. What is not here is not run, has no key, no flag, no page and no part of a report; what is here has all
/// of them.
pub const ALL: &[Measure] = &[
    uniqueness::MEASURE,
    special_uniques::MEASURE,
    unicity::MEASURE,
    identifiers::MEASURE,
    linkage::MEASURE,
    population::MEASURE,
    aggregates::MEASURE,
    attribute::MEASURE,
    histories::MEASURE,
    inference::MEASURE,
    original::MEASURE,
];

/// Names of all measures, as `--measures` takes them.
pub const NAMES: [&str; ALL.len()] = names();

const fn names() -> [&'static str; ALL.len()] {
    let mut names = [""; ALL.len()];
    let mut place = 0;
    while place < ALL.len() {
        names[place] = ALL[place].name;
        place += 1;
    }
    names
}

/// The measure of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Measure> {
    ALL.iter().find(|measure| measure.name == name)
}

/// Every limit that a policy can set, in the order in which they are documented.
pub fn limits() -> impl Iterator<Item = &'static Limit> {
    ALL.iter().flat_map(|measure| measure.limits)
}

/// What every measure has to say for which a view may have no part of its own.
#[must_use]
pub fn sections(figures: &[Figure]) -> Vec<Section> {
    ALL.iter().flat_map(|measure| (measure.sections)(measure, figures)).collect()
}
