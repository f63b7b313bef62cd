//! The smallest sets of columns on which somebody is alone, and the scores that rest on them.
//!
//! # Definition
//! A set of quasi-identifiers is *minimal unique* (an MSU) for a record when its class there has one subject, without subjects one
//! record, and on no proper subset. A *special unique* is alone on a proper subset of the quasi-identifiers already: somebody who
//! stands out so clearly is likely to stand out in the population too. A subject is alone on a set when one of its records is.
//!
//! The SUDA score is the sum of the weights of all MSUs, with the weights of Elliot et al. and with those of the IHSN. DIS is
//! the probability that a match with a unique record is correct, from the classes of one and of two subjects and the
//! sampling fraction; DIS-SUDA spreads it over the subjects by their scores. `scores.rs` has the formulas.
//!
//! Sources: Elliot, Manning & Ford 2002 (special uniques); Elliot, Manning, Mayes, Gurd & Bane 2005 (scores); Manning, Haglin &
//! Keane, Data Mining and Knowledge Discovery 16, 2008 (SUDA2); Skinner & Elliot, JRSS B 64, 2002 (DIS). The scores and
//! contributions are those of the R package sdcMicro, for three columns and more.
//!
//! # Guarantee
//! Every count equals that of difference sets (`table/test/oracle.rs`), for any number of threads and any order of the records. Sums of
//! scores run over distinct scores in ascending order, so that equal input gives equal bytes.
//!
//! # Edge cases
//! No record with a subject: undefined (`empty`). Missing cells that match everything: undefined (`wildcard`), unless no cell is
//! missing. A record that is not alone on all quasi-identifiers has no MSU and the score 0. Several records of one subject may have
//! classes that overlap with those of others, and then no sample of a population is behind them: DIS is undefined (`overlap`).

mod entry;
mod figures;
mod list;
mod scores;
mod statistics;
#[cfg(test)]
mod test;

pub use entry::{MEASURE, exceeds, settings};
pub use figures::figures;
pub use list::{SingleFigure, SingleFigures, single_figures};

use crate::measure::CutOff;
use crate::result::{MissingMode, Outcome, Reading, SpecialUniques, Unit};
use crate::stop::{StopReason, Watch};
use crate::table::{ColumnSet, MinimalSets, SetCounts, Table, count_sets, minimal_sets};

/// The name under `measures`.
pub const NAME: &str = "special_uniques";

/// What the measure needs to know beside the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Largest sets to search.
    pub max_msu: usize,
    /// What a missing cell matches.
    pub missing: MissingMode,
    /// Share of the population that is in the extract, where it is declared.
    pub sampling_fraction: Option<f64>,
}

/// What was counted, before anything is made of it.
struct Counted {
    minimal: MinimalSets,
    /// The classes on all columns.
    full: SetCounts,
    reading: Reading,
}

/// Searches every set of up to `max_msu` columns. All columns of the table are quasi-identifiers.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end. A time limit is not an error: it gives
/// [`Outcome::Incomplete`].
///
/// # Panics
/// When there are as many sets as [`MOST_MINIMAL_SETS`](crate::table::MOST_MINIMAL_SETS).
pub fn measure(table: &Table, settings: Settings, watch: Watch<'_>) -> Result<Outcome<SpecialUniques>, StopReason> {
    if let Some(undefined) = undefined(table, settings.missing) {
        return Ok(undefined);
    }
    let unit = if table.has_subjects() { Unit::Subject } else { Unit::Record };
    let cut_off = CutOff {
        timeout: "the time limit was reached before every set of columns was searched for special uniques",
        memory: "the memory limit was reached before every set of columns was searched for special uniques",
        work_limit: "searching every set of columns for special uniques exceeds the work limit",
    };
    let measured = count(table, settings, watch).map(|counted| statistics::describe(table, settings, &counted));
    cut_off.outcome(unit, measured)
}

/// Why there is nothing to search.
fn undefined<T>(table: &Table, missing: MissingMode) -> Option<Outcome<T>> {
    if table.records() == 0 {
        return Some(Outcome::undefined("empty", "there is no record with a subject"));
    }
    let has_missing = table.columns().iter().any(|column| column.missing.is_some());
    (missing == MissingMode::Wildcard && has_missing).then(|| {
        let words = "missing cells match every value, so there are no classes; count them as a category of their own";
        Outcome::undefined("wildcard", words)
    })
}

fn count(table: &Table, settings: Settings, watch: Watch<'_>) -> Result<Counted, StopReason> {
    let columns = table.columns().len();
    let full = ColumnSet::new(0..columns);
    watch.progress.begin("special uniques", None, "column sets");
    let minimal = minimal_sets(table, settings.max_msu, watch)?;
    let full = count_sets(table, &[full], watch)?.pop().unwrap_or_default();
    watch.progress.end();
    Ok(Counted { minimal, full, reading: reading(table) })
}

/// The reading of a class on all columns.
fn reading(table: &Table) -> Reading {
    if !table.has_subjects() {
        Reading::Record
    } else if (0..table.columns().len()).all(|column| table.constant_per_subject(column) == Some(true)) {
        Reading::SubjectAttributes
    } else {
        Reading::AnyRecord
    }
}
