//! The crowd of those whose records are all the same: whoever knows the whole history of a person finds nobody else in a
//! crowd of one, and nothing more is to be known of the quasi-identifiers.
//!
//! # Definition
//! The history of a subject is the multiset of its records on all quasi-identifiers, after coarsening, or their set. Subjects with
//! the same history are a crowd. Known points ask what a part of a history singles out; this is the whole of it, the worst
//! that any number of known points can do.
//!
//! Source: Google Cloud Sensitive Data Protection, k-anonymity with `entity_id`: rows of an entity as one composite value.
//!
//! # Edge cases
//! Without a subject the measure is left out. No record with a subject: undefined (`empty`). Missing cells that match
//! everything: undefined (`wildcard`), unless no cell is missing.
//!
//! # Guarantee
//! Equal to maps of sorted rows (`table/histories.rs`), for any order of the records and number of threads.

mod entry;
#[cfg(test)]
mod test;

pub use entry::MEASURE;

use crate::measure::CutOff;
use crate::measure::figures::{FigureContext, not_measured};
use crate::number::ratio;
use crate::result::{CrowdSize, Crowds, Figure, FigureUnit, FigureValue, Histories, MissingMode, Outcome, Unit};
use crate::stop::{StopReason, Watch};
use crate::table::{ColumnSet, Table, history_classes};

/// The name under `measures`.
pub const NAME: &str = "histories";

/// The gate on the smallest crowd.
pub const CROWD_GATE: &str = "history-crowd";

/// Counts the crowds. All columns of the table are quasi-identifiers.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end. A time limit is not an error: it gives
/// [`Outcome::Incomplete`].
pub fn measure(
    table: &Table,
    k: u32,
    missing: MissingMode,
    watch: Watch<'_>,
) -> Result<Outcome<Histories>, StopReason> {
    if table.records() == 0 {
        return Ok(Outcome::undefined("empty", "there is no record with a subject"));
    }
    if missing == MissingMode::Wildcard && table.columns().iter().any(|column| column.missing.is_some()) {
        let words =
            "missing cells match every value, so histories cannot be equal; count them as a category of their own";
        return Ok(Outcome::undefined("wildcard", words));
    }
    let cut_off = CutOff {
        timeout: "the time limit was reached before every history was compared",
        memory: "the memory limit was reached before every history was compared",
        work_limit: "comparing every history exceeds the work limit",
    };
    watch.progress.begin("histories", None, "subjects");
    let columns = 0..table.columns().len();
    let counted = history_classes(table, &ColumnSet::new(columns.clone()), watch.stop);
    watch.progress.end();
    let described = counted.map(|counted| Histories {
        columns: table.names(&columns.collect::<Vec<_>>()),
        subjects: table.subjects() as u64,
        records: table.records() as u64,
        multiset: crowds(&counted.multiset, k),
        set: crowds(&counted.set, k),
    });
    cut_off.outcome(Unit::Subject, described)
}

fn crowds(sizes: &[(u32, u64)], k: u32) -> Crowds {
    let below = |bound: u32| {
        let small = sizes.iter().filter(|(size, _)| *size < bound);
        small.map(|&(size, crowds)| u64::from(size) * crowds).sum()
    };
    Crowds {
        crowds: sizes.iter().map(|(_, crowds)| crowds).sum(),
        smallest: sizes.first().map(|&(size, _)| u64::from(size)),
        alone: below(2),
        below_k: below(k),
        sizes: sizes.iter().map(|&(size, crowds)| CrowdSize { size: size.into(), crowds }).collect(),
    }
}

/// The smallest crowd, which limits are compared with; then who is alone, with records counted as often as they occur and once.
#[must_use]
pub fn figures(outcome: &Outcome<Histories>, context: FigureContext<'_>) -> Vec<Figure> {
    let gated = "smallest crowd of subjects with the same whole history";
    let Outcome::Measured { value, .. } = outcome else {
        let figure = Figure::new("histories.smallest_crowd", gated, FigureUnit::Subjects, not_measured(outcome));
        return vec![figure.on(&context.quasi_identifiers(false))];
    };
    let new = |id: &str, label: &str, unit: FigureUnit, value_of: FigureValue| {
        Figure::new(format!("histories.{id}"), label, unit, value_of).on(&value.columns)
    };
    let count = |id: &str, label: &str, number: u64| new(id, label, FigureUnit::Subjects, FigureValue::count(number));
    let share = |id: &str, label: &str, part: u64| {
        let share = FigureValue::perhaps(ratio(part, value.subjects), || "there is no subject".to_owned());
        new(id, label, FigureUnit::Share, share)
    };
    let smallest = |crowds: &Crowds| crowds.smallest.unwrap_or(0);
    vec![
        count("smallest_crowd", gated, smallest(&value.multiset)),
        count("alone", "subjects whose whole history nobody else has", value.multiset.alone),
        share("share_alone", "share of subjects whose whole history nobody else has", value.multiset.alone),
        count("below_k", "subjects in crowds of the same whole history below k", value.multiset.below_k),
        count("set.smallest_crowd", "smallest crowd of subjects with the same distinct records", smallest(&value.set)),
        count("set.alone", "subjects whose distinct records nobody else has", value.set.alone),
        share("set.share_alone", "share of subjects whose distinct records nobody else has", value.set.alone),
    ]
}
