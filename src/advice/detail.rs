//! How much of the detail of the quasi-identifiers a recipe keeps.

use super::recipe::{Recipe, Step};
use crate::recode::Ladder;
use crate::table::Table;

/// Share of the detail of each column that each of its coarser forms keeps.
///
/// # Definition
/// `H(form) / H(today)`, where `H` is the Shannon entropy of the values over the records, a missing cell being a value.
/// A form is a function of today's value, so this is the information about today's value that it keeps. A recipe keeps
/// the mean over the quasi-identifiers: a column as it is counts 1, one that is left out 0. A column with the same value
/// in all records has no detail to lose and is not in the mean.
///
/// Another pseudonym in each period loses who belongs together over periods: of the pairs of records of one subject the
/// share that no longer has one pseudonym, which counts like that share of one column.
///
/// Source: de Waal and Willenborg, *Information loss through global recoding and local suppression*, Netherlands
/// Official Statistics 14, 1999 (entropy as the loss of a recoding); Gionis and Tassa, IEEE TKDE 21(2), 2009.
pub(super) struct Detail {
    /// `None` for a column without detail.
    shares: Vec<Option<Vec<f64>>>,
    /// The entropy of each column as it is, in nats.
    today: Vec<f64>,
    /// What is lost beside the columns, as much as of so many columns.
    lost: f64,
}

impl Detail {
    /// `table` holds the columns of today, then the forms of the first, of the second, and so on.
    pub(super) fn new(table: &Table, ladders: &[Ladder]) -> Self {
        let mut form = ladders.len();
        let mut shares = Vec::with_capacity(ladders.len());
        let mut of_today = Vec::with_capacity(ladders.len());
        for (column, ladder) in ladders.iter().enumerate() {
            let forms = form..form + ladder.rungs.len();
            form = forms.end;
            let today = entropy_of(table, column);
            let share = |form: usize| (entropy_of(table, form) / today).clamp(0.0, 1.0);
            of_today.push(today);
            shares.push((today > 0.0).then(|| forms.map(share).collect()));
        }
        Self { shares, today: of_today, lost: 0.0 }
    }

    /// The same where something is lost beside the columns: as much detail as of so many of them.
    pub(super) fn losing(self, lost: f64) -> Self {
        Self { lost, ..self }
    }

    /// The sum over the columns that keeps so large a share.
    pub(super) fn sum_of(&self, share: f64) -> f64 {
        let columns = self.shares.iter().flatten().count();
        share * crate::number::as_float(columns as u64) + self.lost
    }

    /// What one column keeps after a step. A column without detail counts a trifle, so that it is not left out for nothing.
    pub(super) fn of(&self, column: usize, step: Step) -> f64 {
        match (&self.shares[column], step) {
            (_, Step::Dropped) => 0.0,
            (None, _) => 1e-7,
            (Some(_), Step::AsIs) => 1.0,
            (Some(shares), Step::Rung(rung)) => shares[rung],
        }
    }

    /// The entropy that one column has after a step, in nats.
    pub(super) fn nats(&self, column: usize, step: Step) -> f64 {
        self.of(column, step) * self.today[column]
    }

    /// The sum of [`Self::of`] over the columns.
    pub(super) fn sum(&self, recipe: &Recipe) -> f64 {
        recipe.steps().enumerate().map(|(column, step)| self.of(column, step)).sum()
    }

    /// The share that a recipe keeps; `None` when no column has any detail.
    pub(super) fn kept(&self, recipe: &Recipe) -> Option<f64> {
        let (mut sum, mut columns) = (0.0, 0_u32);
        for (shares, step) in self.shares.iter().zip(recipe.steps()) {
            let Some(shares) = shares else { continue };
            columns += 1;
            sum += match step {
                Step::AsIs => 1.0,
                Step::Rung(rung) => shares[rung],
                Step::Dropped => 0.0,
            };
        }
        (columns > 0).then(|| ((sum - self.lost) / f64::from(columns)).max(0.0))
    }
}

fn entropy_of(table: &Table, column: usize) -> f64 {
    entropy(table.columns()[column].records_by_value())
}

/// Shannon entropy in nats: `ln n - (1/n) sum c ln c`, summed from the smallest count to the largest, so that the order
/// of the codes, which is that of the records, does not show in the last digits.
fn entropy(mut counts: Vec<u32>) -> f64 {
    counts.sort_unstable();
    let total: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    if counts.iter().filter(|&&count| count > 0).count() < 2 {
        return 0.0;
    }
    let weighted: f64 =
        counts.iter().filter(|&&count| count > 1).map(|&count| f64::from(count) * f64::from(count).ln()).sum();
    (total.ln() - weighted / total).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::entropy;

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-12
    }

    #[test]
    fn equal_shares_have_the_logarithm_of_their_number() {
        assert!(close(entropy(vec![7, 7, 7, 7]), 4_f64.ln()));
        assert!(close(entropy(vec![1, 1]), 2_f64.ln()));
    }

    #[test]
    fn a_quarter_and_three_quarters_have_the_entropy_of_the_definition() {
        assert!(close(entropy(vec![1, 3]), -(0.25 * 0.25_f64.ln() + 0.75 * 0.75_f64.ln())));
    }

    #[test]
    fn one_value_and_no_value_have_none() {
        assert!(entropy(vec![9]) == 0.0 && entropy(vec![]) == 0.0 && entropy(vec![0, 4]) == 0.0);
    }

    #[test]
    fn the_order_of_the_codes_does_not_show() {
        let counts: Vec<u32> = (1..2_000).map(|number| number * number % 977).collect();
        let mut other = counts.clone();
        other.reverse();
        assert_eq!(entropy(counts).to_bits(), entropy(other).to_bits());
    }
}
