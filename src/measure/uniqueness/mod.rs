//! How many subjects are alone on a combination of quasi-identifiers, and which columns make it so.
//!
//! # Definition
//! Two records are equivalent on a column set when they agree on each of its columns. The *class* of a record is the
//! number of distinct subjects in its equivalence class. A class of one subject singles that subject out, however many
//! records it holds.
//!
//! Three readings, never mixed up ([`Reading`]): *subject-attributes* when every column of the set is constant within
//! every subject; *any-record* when some column varies, so that a subject is exposed if any of its records is (the
//! worst case of one known event); *record* when no subject is declared.
//!
//! Sources: Samarati & Sweeney 1998 and Sweeney, IJUFKS 10(5), 2002 (k-anonymity); El Emam, *Guide to the
//! De-Identification of Personal Health Information*, 2013 (prosecutor risk); Motwani & Xu, VLDB workshop 2007
//! (distinction, separation); Shapley 1953.
//!
//! # Guarantee
//! Every count equals that of `test/oracle.rs`, for any number of threads and any order of the records. Averages are sums in
//! a fixed order, so that equal input gives equal bytes.
//!
//! # Edge cases
//! No record with a subject: undefined (`empty`), not 0. No quasi-identifier: not measured. A set of one class is as
//! valid as any other. A class of exactly k subjects is not below k. One record: separation is undefined.

mod effects;
mod entry;
mod figures;
mod statistics;
#[cfg(test)]
mod test;

pub use entry::{LIMITS, MEASURE};
pub use figures::figures;

use std::collections::HashMap;

use crate::measure::CutOff;
use crate::result::{MissingMode, Outcome, OwnCategory, Reading, SetStatistics, Uniqueness, Unit};
use crate::stop::{StopReason, Watch};
use crate::table::{ColumnSet, Counting, Outline, SetCounts, lattice};
use statistics::Shape;
pub(in crate::measure) use statistics::THRESHOLDS;

/// The name under `measures`.
pub const NAME: &str = "uniqueness";

/// What the measure needs to know beside the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The policy's smallest allowed class; adds a row to `below` and a threshold 1/k to `at_risk`.
    pub k: u32,
    /// Largest set size of the lattice.
    pub max_set: usize,
    /// What a missing cell matches.
    pub missing: MissingMode,
    /// Seed of sampled Shapley values.
    pub seed: u64,
    /// Whether the effect of each column is asked for.
    pub effects: bool,
}

/// Measures the classes of the full set, the static set and every set of up to `max_set` columns. Where the data do not say
/// whether some columns are static, also of the static set with those.
///
/// All columns of the table are quasi-identifiers. `counting` answers how large their classes are; who answers, and where the
/// records are, changes no figure.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end. A time limit is not an error: it gives
/// [`Outcome::Incomplete`].
pub fn measure(
    table: &Outline,
    settings: &Settings,
    counting: &dyn Counting,
    watch: Watch<'_>,
) -> Result<Outcome<Uniqueness>, StopReason> {
    if table.records == 0 {
        let words = if table.records_without_subject > 0 {
            "no record has a subject, so there are no equivalence classes to count"
        } else {
            "the extract has no record"
        };
        return Ok(Outcome::undefined("empty", words));
    }
    let unit = if table.subjects.is_some() { Unit::Subject } else { Unit::Record };
    let cut_off = CutOff {
        timeout: "the time limit was reached before every column set was counted",
        memory: "the memory limit was reached before every column set was counted",
        work_limit: "matching missing cells with everything takes too many comparisons on this extract; count them as a \
                     category of their own, or name fewer columns",
    };
    cut_off.outcome(unit, measure_lattice(table, settings, counting, watch))
}

fn measure_lattice(
    table: &Outline,
    settings: &Settings,
    counting: &dyn Counting,
    watch: Watch<'_>,
) -> Result<Uniqueness, StopReason> {
    let columns = table.columns.len();
    let full = ColumnSet::new(0..columns);
    let static_set = columns_where(table, |column| table.is_static(column));
    let has_unclear = (0..columns).any(|column| table.is_unclear(column));
    let or_unclear = |column| table.is_static(column) || table.is_unclear(column);
    let static_unclear = has_unclear.then(|| columns_where(table, or_unclear)).flatten();
    let lattice = lattice(columns, settings.max_set);
    let mut wanted = lattice.clone();
    wanted.push(full.clone());
    wanted.extend(static_set.iter().chain(&static_unclear).cloned());
    let own_category = settings.missing == MissingMode::OwnCategory;
    wanted.sort_unstable();
    wanted.dedup();

    watch.progress.begin("count", Some(wanted.len() as u64), "column sets");
    let counts = Counted::new((table, counting), settings.missing, wanted, watch)?;
    watch.progress.end();
    let describe = |set: &ColumnSet| counts.describe(table, settings.k, set);
    let (column_effects, shapley_method) = match (settings.effects, own_category) {
        (true, true) => effects::measure_effects((table, counting), settings, &counts.by_set, watch)?,
        (true, false) => effects::undefined_effects(table, "wildcard"),
        (false, _) => effects::undefined_effects(table, "not-asked"),
    };
    Ok(Uniqueness {
        quasi_identifiers: table.columns.iter().map(|column| column.name.clone()).collect(),
        max_set: settings.max_set,
        missing: settings.missing,
        full: describe(&full),
        static_set: static_set.as_ref().map(describe),
        static_unclear: static_unclear.as_ref().map(describe),
        own_category: own_category_beside(counting, settings.missing, &full, static_set.as_ref(), watch)?,
        sets: lattice.iter().map(describe).collect(),
        column_effects,
        shapley_method,
    })
}

/// The columns for which something holds; `None` when there is none.
fn columns_where(table: &Outline, holds: impl Fn(usize) -> bool) -> Option<ColumnSet> {
    let set = ColumnSet::new((0..table.columns.len()).filter(|&column| holds(column)));
    (!set.is_empty()).then_some(set)
}

/// Classes do not overlap only where nobody varies: a nearly static column shows some subjects in several.
fn reading(table: &Outline, set: &ColumnSet) -> Reading {
    if table.subjects.is_none() {
        Reading::Record
    } else if set.columns().iter().all(|&column| table.columns[column].constant_per_subject == Some(true)) {
        Reading::SubjectAttributes
    } else {
        Reading::AnyRecord
    }
}

/// Counts by set, and which sets were matched by wildcard.
struct Counted {
    by_set: HashMap<ColumnSet, SetCounts>,
    missing: MissingMode,
}

impl Counted {
    fn new(
        (table, counting): (&Outline, &dyn Counting),
        missing: MissingMode,
        sets: Vec<ColumnSet>,
        watch: Watch<'_>,
    ) -> Result<Self, StopReason> {
        let (wild, plain): (Vec<_>, Vec<_>) = sets.into_iter().partition(|set| is_wild(table, missing, set));
        let counts = counting.count_sets(&plain, watch)?;
        let wild_counts = counting.wildcard_counts(&wild, watch)?;
        let by_set = plain.into_iter().zip(counts).chain(wild.into_iter().zip(wild_counts)).collect();
        Ok(Self { by_set, missing })
    }

    fn describe(&self, table: &Outline, k: u32, set: &ColumnSet) -> SetStatistics {
        let shape = Shape {
            columns: table.names(set.columns()),
            reading: reading(table, set),
            records: table.records,
            subjects: table.people(),
            wildcard: is_wild(table, self.missing, set),
        };
        statistics::describe(shape, &self.by_set[set], k)
    }
}

/// Without a missing cell in the set, wildcard and own category are the same relation, and classes exist.
fn is_wild(table: &Outline, missing: MissingMode, set: &ColumnSet) -> bool {
    let has_missing = |&column: &usize| table.columns[column].has_missing;
    missing == MissingMode::Wildcard && set.columns().iter().any(has_missing)
}

/// Wildcard matching can only lower the measured risk, so the stricter reading is shown beside it.
fn own_category_beside(
    counting: &dyn Counting,
    missing: MissingMode,
    full: &ColumnSet,
    static_set: Option<&ColumnSet>,
    watch: Watch<'_>,
) -> Result<Option<OwnCategory>, StopReason> {
    if missing == MissingMode::OwnCategory {
        return Ok(None);
    }
    let smallest = |set: &ColumnSet| {
        let counts = counting.count_sets(std::slice::from_ref(set), Watch::quiet(watch.stop))?;
        Ok(counts[0].smallest_class().map(u64::from))
    };
    let full_smallest_class = smallest(full)?;
    let static_smallest_class = static_set.map(smallest).transpose()?.flatten();
    Ok(Some(OwnCategory { full_smallest_class, static_smallest_class }))
}
