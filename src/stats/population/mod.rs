//! How many classes of a population have one member, from the class sizes of a sample of it.
//!
//! # Definition
//! `n` units are drawn from `N` without replacement, each set of `n` alike; `s_i` classes of the sample have `i` members,
//! `u` classes in all. Estimated is `S₁`, the classes that have one member in the population. The models are those of
//! their files; [`estimate`] computes all of them and chooses by the rule of Dankar, El Emam, Neisa & Roffey, *BMC
//! Medical Informatics and Decision Making* 12:66 (2012).
//!
//! # Guarantee
//! An estimate is within `0 ≤ S₁ ≤ min(N, s₁ N / n)`, which holds of the truth because a class of one member that is
//! drawn has one member in the sample; otherwise there is none, with the reason. Cost: proportional to the distinct class
//! sizes.
//!
//! # Edge cases
//! No class of one member in the sample: no member of the sample is unique in the population, so `S₁` is 0. A sample that
//! is the population: nothing is estimated, `S₁ = s₁`.

mod ewens;
mod pitman;
mod rule;
mod slide;
#[cfg(test)]
mod test;
mod zayatz;

pub use ewens::Ewens;
pub use pitman::Pitman;
pub use rule::{Estimates, Model, PitmanValue, Rule, estimate};
pub use slide::SlideNegativeBinomial;
pub use zayatz::zayatz;

use crate::number::as_float;

/// How many classes of a sample have each size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SizeHistogram {
    /// Size and number of classes, ascending, without zeros.
    sizes: Vec<(u64, u64)>,
}

impl SizeHistogram {
    /// From sizes and numbers of classes in any order; those of size or number 0 are left out.
    #[must_use]
    pub fn new(sizes: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut sizes: Vec<(u64, u64)> = sizes.into_iter().filter(|&(size, classes)| size > 0 && classes > 0).collect();
        sizes.sort_unstable();
        sizes.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            earlier.1 += if same { later.1 } else { 0 };
            same
        });
        Self { sizes }
    }

    /// Members of the sample, `n`.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.sizes.iter().map(|&(size, classes)| size * classes).sum()
    }

    /// Classes of the sample, `u`.
    #[must_use]
    pub fn classes(&self) -> u64 {
        self.sizes.iter().map(|&(_, classes)| classes).sum()
    }

    /// Classes of this size, `s_i`.
    #[must_use]
    pub fn of_size(&self, size: u64) -> u64 {
        self.sizes.binary_search_by_key(&size, |&(size, _)| size).map_or(0, |place| self.sizes[place].1)
    }

    /// Sizes and numbers of classes as numbers to compute with.
    fn floats(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.sizes.iter().map(|&(size, classes)| (as_float(size), as_float(classes)))
    }
}

/// Why a model gives no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum NotEstimated {
    /// The sample has no member.
    Empty,
    /// The population is declared smaller than the sample.
    PopulationTooSmall,
    /// The sample is the population.
    WholePopulation,
    /// Every member of the sample is alone in its class.
    AllUnique,
    /// No class of the sample has two members.
    NoPairs,
    /// The equations of the model have no solution on this sample.
    NoSolution,
    /// The estimate is not one that a population can have.
    OutOfRange,
    /// Not computed, to reproduce another program.
    NotUsed,
}

impl NotEstimated {
    /// Its stable kebab-case code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The reason in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Empty => "there is nobody in the sample",
            Self::PopulationTooSmall => "the declared population is smaller than the sample",
            Self::WholePopulation => "the sample is the whole population, so nothing is estimated",
            Self::AllUnique => {
                "everybody in the sample is unique, so the model has no maximum and any number is possible"
            }
            Self::NoPairs => "no class has exactly two members, which the model needs",
            Self::NoSolution => "the equations of the model have no solution for these class sizes",
            Self::OutOfRange => "the model gives a number that is not possible in this population",
            Self::NotUsed => "not computed, to reproduce another program",
        }
    }
}

/// The estimate, where a population of `population` can have it.
fn within(estimate: f64, histogram: &SizeHistogram, population: u64) -> Result<f64, NotEstimated> {
    let (members, whole) = (as_float(histogram.members()), as_float(population));
    let most = whole.min(as_float(histogram.of_size(1)) * whole / members);
    // Rounding must not turn an estimate at the bound away.
    let slack = most * 1e-9;
    if estimate.is_finite() && estimate >= -slack && estimate <= most + slack {
        Ok(estimate.clamp(0.0, most))
    } else {
        Err(NotEstimated::OutOfRange)
    }
}
