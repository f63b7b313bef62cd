//! The members of the sample: whose class has how many members and which weight, and who belongs together.

use crate::result::NoEstimate;
use crate::stats::population::SizeHistogram;
use crate::table::{ClassWeight, Column, ColumnSet, Table, weighted_classes};

/// The members of a sample, in the order of the table: subjects, or without a subject the records.
pub(super) struct Members {
    /// The class of each.
    pub(super) classes: Vec<ClassWeight>,
    pub(super) weights: Weights,
    /// Who belongs together; `None` where no column says so.
    pub(super) groups: Option<Groups>,
}

/// For how many of the population members stand.
pub(super) enum Weights {
    /// No column of weights is declared.
    None,
    /// The unit of [`ClassWeight::weight`], and what all weights add up to.
    Numbers { column: String, unit: f64, total: f64 },
    /// Why the declared weights cannot be used.
    Unusable(NoEstimate),
}

/// Who belongs together.
pub(super) struct Groups {
    pub(super) column: String,
    /// A group for each member; `None` for one that belongs to nobody. Or why there are no groups.
    pub(super) of_member: Result<Vec<Option<u32>>, NoEstimate>,
}

impl Members {
    pub(super) fn of(table: &Table, set: &ColumnSet) -> Self {
        let (numbers, weights) = match weights_of(table) {
            None => (vec![0; table.subjects()], Weights::None),
            Some(Err(why)) => (vec![0; table.subjects()], Weights::Unusable(why)),
            Some(Ok(Found { column, numbers, unit })) => {
                let sum: i128 = numbers.iter().map(|&number| i128::from(number)).sum();
                (numbers, Weights::Numbers { column, unit, total: in_units(sum, unit) })
            }
        };
        Self { classes: weighted_classes(table, set, &numbers), weights, groups: groups_of(table) }
    }

    /// Members of the sample.
    pub(super) fn count(&self) -> u64 {
        self.classes.len() as u64
    }

    /// How many classes have each number of members.
    pub(super) fn histogram(&self) -> SizeHistogram {
        let mut members: Vec<u32> = self.classes.iter().map(|class| class.members).collect();
        members.sort_unstable();
        let sizes = members.chunk_by(|one, other| one == other);
        SizeHistogram::new(sizes.map(|same| (u64::from(same[0]), same.len() as u64 / u64::from(same[0]))))
    }
}

/// A sum of weights as a number.
#[expect(clippy::cast_precision_loss, reason = "sums of weights need no more than 53 bits")]
pub(super) fn in_units(sum: i128, unit: f64) -> f64 {
    sum as f64 / unit
}

struct Found {
    column: String,
    numbers: Vec<i64>,
    unit: f64,
}

/// The weight of each member in whole units of the last decimal.
fn weights_of(table: &Table) -> Option<Result<Found, NoEstimate>> {
    let refuse = |reason: &str, words: &str| Some(Err(NoEstimate::new(reason, words)));
    let weight = match table.weights() {
        [] => return None,
        [weight] => weight,
        _ => return refuse("several-weights", "several columns have the role `weight`; one can be used"),
    };
    let Some(behind) = &weight.numbers else {
        return refuse("weights-not-numbers", "the column of weights does not hold numbers");
    };
    if !is_constant(table, &weight.column) {
        return refuse("weights-vary", "some subjects have records with different weights");
    }
    let of_member = |record: usize| behind[weight.column.value_of(record) as usize].filter(|&number| number > 0);
    let numbers: Option<Vec<i64>> = table.first_records().map(of_member).collect();
    let Some(numbers) = numbers else {
        return refuse("weights-missing", "some weights are missing, zero or negative");
    };
    let unit = 10_f64.powi(i32::try_from(weight.decimals).unwrap_or(0));
    Some(Ok(Found { column: weight.column.name.clone(), numbers, unit }))
}

/// Whether each subject has one value in a column; without subjects it has.
fn is_constant(table: &Table, column: &Column) -> bool {
    table.first_records().zip(0_u32..).all(|(first, subject)| {
        let value = column.value_of(first);
        table.records_of(subject).all(|record| column.value_of(record) == value)
    })
}

fn groups_of(table: &Table) -> Option<Groups> {
    let column = table.group()?;
    let group = |record: usize| Some(column.value_of(record)).filter(|value| Some(*value) != column.missing);
    let of_member = if is_constant(table, column) {
        Ok(table.first_records().map(group).collect())
    } else {
        let words = "some subjects have records in different groups, so it is unclear who belongs together";
        Err(NoEstimate::new("groups-vary", words))
    };
    Some(Groups { column: column.name.clone(), of_member })
}
