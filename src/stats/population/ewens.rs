//! The model of Ewens: that of Pitman at its border `α = 0`.

use super::{NotEstimated, SizeHistogram};
use crate::number::as_float;
use crate::stats::gamma::digamma_step;

/// The model fitted to a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ewens {
    /// Its parameter, above 0.
    pub theta: f64,
}

impl Ewens {
    /// Maximum likelihood: the `θ` with `u = Σ_{0 ≤ i < n} θ / (θ + i)`, which grows with `θ`. Source: Ewens, *Theoretical
    /// Population Biology* 3:87–112 (1972).
    ///
    /// # Errors
    /// [`NotEstimated::Empty`]; [`NotEstimated::AllUnique`] when all classes have one member, which holds for no finite
    /// `θ`; [`NotEstimated::NoSolution`] when there is one class, which holds for no `θ` above 0.
    pub fn fit(histogram: &SizeHistogram) -> Result<Self, NotEstimated> {
        let (members, classes) = (histogram.members(), histogram.classes());
        match classes {
            0 => return Err(NotEstimated::Empty),
            _ if classes == members => return Err(NotEstimated::AllUnique),
            1 => return Err(NotEstimated::NoSolution),
            _ => {}
        }
        let (n, u) = (as_float(members), as_float(classes));
        // The first term is 1 for any θ and is left out on both sides.
        let others = |theta: f64| theta * digamma_step(theta + 1.0, n - 1.0) - (u - 1.0);
        let (mut low, mut high) = (-60.0_f64, 80.0_f64);
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if others(middle.exp()) < 0.0 { low = middle } else { high = middle }
        }
        Ok(Self { theta: f64::midpoint(low, high).exp() })
    }

    /// `E[S₁] = N θ / (N − 1 + θ)` in a population of `N`.
    #[must_use]
    pub fn uniques(self, population: u64) -> f64 {
        let whole = as_float(population);
        whole * self.theta / (whole - 1.0 + self.theta)
    }
}
