//! The Gaussian copula of the columns: fitted to the shares of values and of pairs of them alone, so that the order of
//! values and records means nothing.

use rayon::prelude::*;

use super::members::Members;
use crate::number::as_float;
use crate::result::{CopulaFit, CopulaRisk};
use crate::stats::copula::{GaussianCopula, Marginal, correctness, entropy, uniqueness};
use crate::stats::mix;
use crate::stop::{StopReason, Watch};
use crate::table::{ColumnSet, Table, class_sizes};

/// Persons drawn from the model.
const DRAWS: u64 = 2_000;

/// A fitted copula, and the probabilities of the cells of persons drawn from it.
pub(super) struct Copula {
    model: GaussianCopula,
    /// Ascending.
    shares: Vec<f64>,
    /// The probabilities of the values of each sample unique, ascending.
    alone: Vec<f64>,
    members: f64,
}

impl Copula {
    /// `None` where the model has no column, or more than can be integrated over.
    pub(super) fn fit(
        table: &Table,
        set: &ColumnSet,
        members: &Members,
        independent: &[f64],
        seed: u64,
        watch: Watch<'_>,
    ) -> Result<Option<Self>, StopReason> {
        let columns = set.columns();
        let held = |column: &usize| table.subjects_by_value(*column).into_iter().map(u64::from).collect::<Vec<_>>();
        let counts: Vec<Vec<u64>> = columns.iter().map(held).collect();
        let marginals = counts.iter().map(|counts| Marginal::empirical(counts)).collect();
        let entropies: Vec<f64> = counts.into_iter().map(entropy_of).collect();
        let pairs: Vec<(usize, usize)> =
            (0..columns.len()).flat_map(|one| (one + 1..columns.len()).map(move |other| (one, other))).collect();
        let sets: Vec<ColumnSet> =
            pairs.iter().map(|&(one, other)| ColumnSet::new([columns[one], columns[other]])).collect();
        let sizes = class_sizes(table, &sets, watch)?;
        let information: Vec<f64> = pairs
            .iter()
            .zip(sizes)
            .map(|(&(one, other), sizes)| {
                let together = entropy(sizes.into_iter().map(|(size, classes)| (u64::from(size), classes)));
                entropies[one] + entropies[other] - together
            })
            .collect();
        watch.stop.check()?;
        let Some(model) = GaussianCopula::fit(marginals, &information, members.count(), mix(seed, 1)) else {
            return Ok(None);
        };
        let share = |number: u64| {
            watch.stop.check()?;
            Ok(model.share(&model.draw(mix(seed, 2), number)))
        };
        let mut shares: Vec<f64> = (0..DRAWS).into_par_iter().map(share).collect::<Result<_, StopReason>>()?;
        shares.sort_unstable_by(f64::total_cmp);
        let whole = as_float(members.count());
        let own = independent.iter().map(|mean| mean / whole).collect();
        Ok(Some(Self { model, shares, alone: own, members: whole }))
    }

    /// The means over persons drawn from the model.
    pub(super) fn risk(&self, population: u64) -> CopulaRisk {
        let whole = as_float(population);
        let mean = |of: fn(f64, f64) -> f64| {
            self.shares.iter().map(|&share| of(share, whole)).sum::<f64>() / as_float(self.shares.len() as u64)
        };
        let own: f64 = self.alone.iter().map(|&share| uniqueness(share, whole)).sum();
        CopulaRisk {
            uniqueness: mean(uniqueness),
            correctness: mean(correctness),
            sample_uniqueness: own / self.members,
        }
    }

    pub(super) fn described(self) -> CopulaFit {
        CopulaFit {
            draws: DRAWS,
            correlations: self.model.correlations().to_vec(),
            unmatched_pairs: self.model.unmatched(),
        }
    }
}

/// The entropy of counts, added up from the smallest on, so that their order does not matter.
fn entropy_of(mut counts: Vec<u64>) -> f64 {
    counts.sort_unstable();
    entropy(counts.into_iter().filter(|&count| count > 0).map(|count| (count, 1)))
}
