//! Could a model built on the people whom the recipient knows predict a sensitive column of the others?
//!
//! # Definition
//! The people of the extract are dealt into five folds. Of each fold the sensitive value is guessed from the quasi-identifiers,
//! by models built on the other four: a random forest, and the nearest neighbour by Gower's distance (`crate::learn`). So
//! nobody's own record is among those that a guess about it is made from.
//!
//! | number | is |
//! |---|---|
//! | attack rate | right guesses / people asked about |
//! | baseline | the same with the one value that is right most often: no column of the extract is seen |
//! | control | the same guesses, each held against another person of the fold: no connection with the person is left |
//! | advantage | (attack rate - baseline) / (1 - baseline), at least 0 |
//! | residual risk | (attack - control) / (1 - control), of the centres of Wilson's intervals, cut to 0 and 1 |
//!
//! The advantage is a share of those of whom the baseline is wrong. As a plain difference a sickness of one in a hundred could be guessed
//! of all who have it and gain one point; so could what is known of few among many missing cells.
//!
//! There is evidence only where the lower end of the interval of the attack is above the baseline and above the control. No evidence is
//! not safety: another model, or more known people, may find more.
//!
//! A number with more than 20 distinct values is right within 5 % of the true one, |g - s| <= |s| / 20, and guessed as such: the numbers
//! are put in windows that one guess is right of. Any other value is right where it is equal; a missing cell is a value of its
//! own. A subject that holds several values with `any` is guessed right by each.
//!
//! Source: Giomi, Boenisch, Wehmeyer & Tasnádi, *Proceedings on Privacy Enhancing Technologies* 2023(2), for attack, baseline, control
//! and residual risk; Breiman, Machine Learning 45(1), 2001; Gower, Biometrics 27(4), 1971; Wilson, JASA 22(158), 1927.
//!
//! Segments are what a predicate on quasi-identifiers addresses: the classes of all sets of one and of two columns, and of all columns.
//!
//! # Edge cases
//! Fewer than 20 people (`few-people`), one value of the sensitive column (`constant`), none (`all-missing`), quasi-identifiers that
//! are the same for everybody (`one-class`): no attack, and limits fail. No record with a subject: undefined (`empty`).
//!
//! # Guarantee
//! The same records, plan and seed give the same numbers in any order of the records, split of the files, and number of threads.
//!
//! # Cost
//! At most [`PEOPLE`] people are looked at, [`UNASKED`] where neither a limit nor a name asks for it; of the nearest neighbour
//! [`ASKED`] asked about from [`NEIGHBOURS`]; the sample is drawn by the values, and its size is part of the result.

mod attack;
mod entry;
mod figures;
mod groups;
mod people;
mod segments;
#[cfg(test)]
mod test;

pub use entry::MEASURE;
pub use figures::figures;

use crate::measure::CutOff;
use crate::measure::attribute::SecretValues;
use crate::result::{Inference, InferredColumn, MissingMode, Outcome, SensitiveValue, UndefinedField, Unit};
use crate::stop::{StopReason, Watch};
use crate::table::Table;

/// The name under `measures`.
pub const NAME: &str = "inference";

/// Most people that are looked at, and trees, where nobody asks for more: a fraction of a second.
pub const UNASKED: (usize, u32) = (2_000, 16);
/// Most people that are looked at where a limit or a name asks for it.
pub const PEOPLE: usize = 20_000;
/// Most people that the nearest neighbour is asked about.
pub const ASKED: usize = 5_000;
/// Most people among whom the nearest is looked for.
pub const NEIGHBOURS: usize = 4_000;
/// Parts that people are dealt into.
const FOLDS: u8 = 5;
/// Fewest people of whom anything can be said.
const FEWEST: usize = 20;

/// What is known of the values of a quasi-identifier. One entry a code; holds no value.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Numbers that depend on the values alone.
    pub keys: &'a [u64],
    /// The values as whole numbers, where they have an order.
    pub numbers: Option<&'a [Option<i64>]>,
}

/// What is known of the values of a sensitive column.
#[derive(Debug, Clone, Copy)]
struct Secret<'a> {
    value: SensitiveValue,
    keys: &'a [u64],
    /// Where a number may be guessed within a part.
    numbers: Option<&'a [Option<i64>]>,
}

/// What the measure needs to know beside the table.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// Segments below this are counted.
    pub k: u32,
    /// What a missing cell matches.
    pub missing: MissingMode,
    /// Of what is drawn.
    pub seed: u64,
    /// Trees of a forest.
    pub trees: u32,
    /// Most people that are looked at.
    pub people: usize,
    /// What is known of each quasi-identifier.
    pub known: &'a [Known<'a>],
    /// What is known of each sensitive column of the table.
    pub secrets: &'a [SecretValues],
}

/// Attacks every sensitive column of the table. All columns of the table are quasi-identifiers.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end. A time limit is not an error: it gives
/// [`Outcome::Incomplete`].
pub fn measure(table: &Table, settings: Settings<'_>, watch: Watch<'_>) -> Result<Outcome<Inference>, StopReason> {
    if table.records() == 0 {
        return Ok(Outcome::undefined("empty", "there is no record with a subject"));
    }
    let unit = if table.has_subjects() { Unit::Subject } else { Unit::Record };
    let cut_off = CutOff {
        timeout: "the time limit was reached before every sensitive column was guessed",
        memory: "the memory limit was reached before every sensitive column was guessed",
        work_limit: "guessing the sensitive columns exceeds the work limit",
    };
    watch.progress.begin("inference", Some(table.sensitive().len() as u64), "columns");
    let measured = measure_columns(table, settings, watch);
    watch.progress.end();
    cut_off.outcome(unit, measured)
}

fn measure_columns(table: &Table, settings: Settings<'_>, watch: Watch<'_>) -> Result<Inference, StopReason> {
    let columns: Vec<usize> = (0..table.columns().len()).collect();
    let mut secrets = Vec::new();
    for place in 0..table.sensitive().len().min(settings.secrets.len()) {
        secrets.push(of_column(table, place, settings, watch)?);
        watch.progress.advance(1);
    }
    Ok(Inference {
        columns: table.names(&columns),
        subjects: table.subjects() as u64,
        sampled: table.subjects().min(settings.people) as u64,
        folds: FOLDS.into(),
        secrets,
        segments: segments::segments(table, settings.k, settings.missing, watch)?,
    })
}

fn of_column(
    table: &Table,
    place: usize,
    settings: Settings<'_>,
    watch: Watch<'_>,
) -> Result<InferredColumn, StopReason> {
    let (column, values) = (&table.sensitive()[place], &settings.secrets[place]);
    let numbers = values.numbers.as_deref().filter(|_| values.is_amount);
    let secret = Secret { value: values.value, keys: &values.keys, numbers };
    let Settings { known, people, seed, .. } = settings;
    let people = people::People::new(table, known, column, secret, people, seed, watch.stop)?;
    let reason = if people.is_missing_only {
        Some("all-missing")
    } else if people.features.rows() < FEWEST {
        Some("few-people")
    } else if people.values < 2 {
        Some("constant")
    } else if table.columns().is_empty() {
        Some("nothing-known")
    } else if people.is_one_class() {
        Some("one-class")
    } else {
        None
    };
    let found = InferredColumn {
        column: column.name.clone(),
        value: values.value,
        values: people.values,
        within: people.is_within(),
        attacks: Vec::new(),
        worst_group: None,
        groups: 0,
        sure: 0,
        sure_right: 0,
        undefined: Vec::new(),
    };
    match reason {
        Some(reason) => {
            let undefined = vec![UndefinedField { field: "attacks".to_owned(), reason: reason.to_owned() }];
            Ok(InferredColumn { undefined, ..found })
        }
        None => attack::attacks(table, &people, settings, found, watch.stop),
    }
}
