//! Expected population uniques and correct matches among the sample uniques, from a log-linear model of the cells.

use crate::number::as_float;

/// Two risks of one cell with one member in the sample.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CellRisk {
    /// The probability that it has one member in the population.
    pub unique: f64,
    /// The expected value of one over its members in the population: the chance of a correct match.
    pub correct: f64,
}

/// The risks of a cell whose model expects `mean` members in a sample of a share `fraction` of the population.
///
/// # Definition
/// The other members in the population are Poisson with mean `v = (1−π) μ / π`: `e^−v` and `(1 − e^−v)/v`, 1 at `v = 0`.
/// Summed over the cells with one member they are `τ₁` and `τ₂`. Sources: Skinner & Holmes, *Journal of Official
/// Statistics* 14:361–372 (1998); Elamir & Skinner, *Journal of Official Statistics* 22:525–539 (2006); Skinner & Shlomo,
/// *Journal of the American Statistical Association* 103:989–1001 (2008). Programs that take the sample mean itself for the
/// mean of the others, without the division by `π`, compute something else.
#[must_use]
pub fn cell_risk(mean: f64, fraction: f64) -> CellRisk {
    let others = (1.0 - fraction) * mean / fraction;
    let correct = if others < 1e-8 { 1.0 - others / 2.0 } else { -(-others).exp_m1() / others };
    CellRisk { unique: (-others).exp(), correct }
}

/// Cells of a table that occur, each with its category in every column and its members in the sample.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OccurringCells {
    /// Categories of each column.
    pub cardinalities: Vec<u32>,
    /// The category of every column, cell after cell.
    pub codes: Vec<u32>,
    /// Members of each cell, at least 1.
    pub members: Vec<u64>,
}

/// What the mean of every occurring cell is with all interactions of two columns.
#[derive(Debug, Clone, PartialEq)]
pub enum TwoWay {
    /// The fitted means, in the order of the cells.
    Fitted(Vec<f64>),
    /// The product of the categories, times the pairs of columns, is beyond the limit.
    TooLarge,
    /// The fit did not settle.
    NotSettled,
}

/// Cells of the whole table times pairs of columns that are fitted at most; about a second of work.
pub const MOST_WORK: u64 = 1 << 20;
const MOST_ROUNDS: usize = 100;
/// How near the fitted margins must be to the observed ones, relative to the members of the sample.
const MARGIN: f64 = 1e-8;

impl OccurringCells {
    fn cells(&self) -> impl Iterator<Item = (&[u32], f64)> {
        self.codes
            .chunks_exact(self.cardinalities.len().max(1))
            .zip(&self.members)
            .map(|(cell, &members)| (cell, as_float(members)))
    }

    /// Adds a cell by its place in the product of the categories, the last column fastest.
    pub fn push(&mut self, place: usize, members: u64) {
        let mut stride: usize = self.cardinalities.iter().map(|&categories| categories as usize).product();
        for categories in self.cardinalities.iter().map(|&categories| categories as usize) {
            stride /= categories;
            self.codes.push(u32::try_from(place / stride % categories).unwrap_or(u32::MAX));
        }
        self.members.push(members);
    }

    /// Members of the sample.
    #[must_use]
    pub fn total(&self) -> f64 {
        as_float(self.members.iter().sum())
    }

    /// The mean of every occurring cell when the columns are independent: `n Π p_a`.
    #[must_use]
    pub fn independent(&self) -> Vec<f64> {
        let total = self.total();
        let shares: Vec<Vec<f64>> = (0..self.cardinalities.len()).map(|column| self.shares(column, total)).collect();
        let mean =
            |cell: &[u32]| cell.iter().zip(&shares).map(|(&code, shares)| shares[code as usize]).product::<f64>();
        self.cells().map(|(cell, _)| total * mean(cell)).collect()
    }

    fn shares(&self, column: usize, total: f64) -> Vec<f64> {
        let mut shares = vec![0.0; self.cardinalities[column] as usize];
        for (cell, members) in self.cells() {
            shares[cell[column] as usize] += members / total;
        }
        shares
    }

    /// The mean of every occurring cell with all interactions of two columns, by iterative proportional fitting on the
    /// whole product of the categories (Deming & Stephan 1940). No cell is taken to be impossible.
    #[must_use]
    pub fn two_way(&self) -> TwoWay {
        let columns = self.cardinalities.len();
        if columns < 3 {
            // One or two columns: the model says what was counted.
            return TwoWay::Fitted(self.members.iter().copied().map(as_float).collect());
        }
        let pairs: Vec<(usize, usize)> =
            (0..columns).flat_map(|one| (one + 1..columns).map(move |other| (one, other))).collect();
        let grid =
            self.cardinalities.iter().try_fold(1_u64, |grid, &categories| grid.checked_mul(u64::from(categories)));
        let work = grid.and_then(|grid| grid.checked_mul(pairs.len() as u64));
        let Some(grid) = grid.filter(|_| work.is_some_and(|work| work <= MOST_WORK)) else {
            return TwoWay::TooLarge;
        };
        let grid = usize::try_from(grid).unwrap_or(0);
        let mut fit = Fit::new(self, grid, pairs);
        if fit.settle(self.total()) {
            TwoWay::Fitted(self.cells().map(|(cell, _)| fit.at(cell)).collect())
        } else {
            TwoWay::NotSettled
        }
    }
}

/// The whole table while it is fitted.
struct Fit {
    means: Vec<f64>,
    /// How far cells lie apart that differ by one category of a column.
    strides: Vec<usize>,
    cardinalities: Vec<usize>,
    /// For each pair of columns the members of each pair of categories.
    margins: Vec<((usize, usize), Vec<f64>)>,
}

impl Fit {
    fn new(cells: &OccurringCells, grid: usize, pairs: Vec<(usize, usize)>) -> Self {
        let cardinalities: Vec<usize> = cells.cardinalities.iter().map(|&categories| categories as usize).collect();
        let mut strides = vec![1; cardinalities.len()];
        for column in (0..cardinalities.len().saturating_sub(1)).rev() {
            strides[column] = strides[column + 1] * cardinalities[column + 1];
        }
        let margin = |(one, other): (usize, usize)| {
            let mut sums = vec![0.0; cardinalities[one] * cardinalities[other]];
            for (cell, members) in cells.cells() {
                sums[cell[one] as usize * cardinalities[other] + cell[other] as usize] += members;
            }
            ((one, other), sums)
        };
        let margins = pairs.into_iter().map(margin).collect();
        Self { means: vec![1.0; grid], strides, margins, cardinalities }
    }

    fn at(&self, cell: &[u32]) -> f64 {
        self.means[cell.iter().zip(&self.strides).map(|(&code, stride)| code as usize * stride).sum::<usize>()]
    }

    /// Scales to each margin in turn until all are met.
    fn settle(&mut self, total: f64) -> bool {
        for _ in 0..MOST_ROUNDS {
            let mut apart = 0.0_f64;
            for pair in 0..self.margins.len() {
                apart = apart.max(self.scale(pair));
            }
            if apart <= MARGIN * total {
                return true;
            }
        }
        false
    }

    /// Scales to one margin; how far it was off before.
    fn scale(&mut self, pair: usize) -> f64 {
        let ((one, other), margin) = &self.margins[pair];
        let place = |cell: usize| {
            let code = |column: usize| cell / self.strides[column] % self.cardinalities[column];
            code(*one) * self.cardinalities[*other] + code(*other)
        };
        let mut sums = vec![0.0; margin.len()];
        for (cell, mean) in self.means.iter().enumerate() {
            sums[place(cell)] += mean;
        }
        let apart = sums.iter().zip(margin).map(|(sum, wanted)| f64::abs(sum - wanted)).fold(0.0, f64::max);
        for (sum, wanted) in sums.iter_mut().zip(margin) {
            *sum = if *sum > 0.0 { wanted / *sum } else { 0.0 };
        }
        let factors: Vec<usize> = (0..self.means.len()).map(place).collect();
        for (mean, factor) in self.means.iter_mut().zip(factors) {
            *mean *= sums[factor];
        }
        apart
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn cells(cardinalities: &[u32], counts: impl IntoIterator<Item = u64>) -> OccurringCells {
        let mut found = OccurringCells { cardinalities: cardinalities.to_vec(), ..OccurringCells::default() };
        for (place, members) in counts.into_iter().enumerate().filter(|&(_, members)| members > 0) {
            found.push(place, members);
        }
        found
    }

    #[test]
    fn the_published_table_comes_out() {
        let all: Value = serde_json::from_str(include_str!("../../tests/data/vectors/population.json")).unwrap();
        let example = &all["loglinear_2x2x2"];
        let flat = |name: &str| -> Vec<f64> {
            let table = example[name].as_array().unwrap();
            let rows = table.iter().flat_map(|plane| plane.as_array().unwrap());
            rows.flat_map(|row| row.as_array().unwrap()).map(|cell| cell.as_f64().unwrap()).collect()
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of a table")]
        let table = cells(&[2, 2, 2], flat("table").into_iter().map(|members| members as u64));
        let means = table.independent();
        let expected: Vec<f64> =
            flat("mu").into_iter().zip(flat("table")).filter(|cell| cell.1 > 0.0).map(|cell| cell.0).collect();
        assert!(means.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-12));
        let fraction = example["pi"].as_f64().unwrap();
        let uniques = means.iter().zip(&table.members).filter(|(_, members)| **members == 1);
        let risks: Vec<CellRisk> = uniques.map(|(mean, _)| cell_risk(*mean, fraction)).collect();
        let near = |found: f64, expected: &Value| (found - expected.as_f64().unwrap()).abs() < 1e-12 * found;
        assert!(near(risks.iter().map(|risk| risk.unique).sum(), &example["tau1"]));
        assert!(near(risks.iter().map(|risk| risk.correct).sum(), &example["tau2"]));
        for (place, risk) in risks.iter().enumerate() {
            assert!(
                near(risk.unique, &example["per_cell_r1"][place]) && near(risk.correct, &example["per_cell_r2"][place])
            );
        }
    }

    #[test]
    fn a_whole_population_leaves_nobody_else() {
        assert_eq!(cell_risk(3.0, 1.0), CellRisk { unique: 1.0, correct: 1.0 });
        let tiny = cell_risk(1e-12, 0.5);
        assert!((tiny.correct - 1.0).abs() < 1e-11 && (tiny.unique - 1.0).abs() < 1e-11);
    }

    #[test]
    fn a_table_beyond_the_limit_is_not_fitted() {
        let table = OccurringCells { cardinalities: vec![3_000; 3], codes: vec![0, 1, 2], members: vec![1] };
        assert_eq!(table.two_way(), TwoWay::TooLarge);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn fitted_means_have_the_margins_of_every_pair(counts in prop::collection::vec(0_u64..6, 24)) {
            prop_assume!(counts.iter().any(|&members| members > 0));
            let table = cells(&[2, 3, 4], counts.iter().copied());
            let pairs = vec![(0, 1), (0, 2), (1, 2)];
            let mut fit = Fit::new(&table, 24, pairs);
            // Margins of zeros can leave a fit that comes close ever more slowly.
            prop_assume!(fit.settle(table.total()));
            for ((one, other), margin) in fit.margins.clone() {
                let mut sums = vec![0.0; margin.len()];
                for (place, mean) in fit.means.iter().enumerate() {
                    let code = |column: usize| place / fit.strides[column] % fit.cardinalities[column];
                    sums[code(one) * fit.cardinalities[other] + code(other)] += mean;
                }
                prop_assert!(sums.iter().zip(&margin).all(|(sum, wanted)| (sum - wanted).abs() < 1e-6));
            }
            // No interaction of three columns: the odds ratios do not depend on the third.
            let odds = |third: usize| {
                let at = |one: u32, two: u32| fit.at(&[one, two, u32::try_from(third).unwrap()]);
                at(0, 0) * at(1, 1) / (at(0, 1) * at(1, 0))
            };
            let odds: Vec<f64> = (0..4).map(odds).collect();
            if counts.iter().all(|&members| members > 0) {
                prop_assert!(odds.iter().all(|ratio| (ratio / odds[0] - 1.0).abs() < 1e-6), "{odds:?}");
            }
        }

        #[test]
        fn a_correct_match_is_likelier_than_being_alone(mean in 0.0_f64..50.0, fraction in 0.001_f64..=1.0) {
            let risk = cell_risk(mean, fraction);
            prop_assert!(risk.unique <= risk.correct + 1e-12 && risk.correct <= 1.0 && risk.unique >= 0.0);
        }
    }
}
