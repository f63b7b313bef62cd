//! Seeded random orders and the interval of a mean.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::number::as_float;

/// Uniformly random orders of 0..n, the same for the same seed on every machine and in every version.
pub struct SeededOrders {
    generator: ChaCha8Rng,
    length: usize,
}

impl SeededOrders {
    /// Orders of `length` things.
    #[must_use]
    pub fn new(seed: u64, length: usize) -> Self {
        Self { generator: ChaCha8Rng::seed_from_u64(seed), length }
    }
}

impl Iterator for SeededOrders {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.length).collect();
        order.shuffle(&mut self.generator);
        Some(order)
    }
}

/// Mean of draws and its 95 % interval by the normal approximation (mean ± 1.96 standard errors).
///
/// `None` with fewer than two draws, where there is no standard error.
#[must_use]
pub fn mean_interval(draws: &[f64]) -> Option<(f64, [f64; 2])> {
    if draws.len() < 2 {
        return None;
    }
    let count = as_float(draws.len() as u64);
    let mean = draws.iter().sum::<f64>() / count;
    let squares: f64 = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    Some((mean, [mean - 1.96 * error, mean + 1.96 * error]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_those_of_the_seed() {
        let three: Vec<Vec<usize>> = SeededOrders::new(7, 5).take(3).collect();
        assert_eq!(three, SeededOrders::new(7, 5).take(3).collect::<Vec<_>>());
        assert_ne!(three, SeededOrders::new(8, 5).take(3).collect::<Vec<_>>());
        assert!(three.iter().all(|order| (0..5).all(|item| order.contains(&item))));
    }

    #[test]
    fn all_orders_are_about_equally_likely() {
        // Chi-square with 5 degrees of freedom: 20.5 is exceeded with probability 0.001.
        let mut seen = std::collections::BTreeMap::new();
        for order in SeededOrders::new(1, 3).take(6000) {
            *seen.entry(order).or_insert(0_i32) += 1;
        }
        let statistic: f64 = seen.values().map(|&count| f64::from(count - 1000).powi(2) / 1000.0).sum();
        assert!(seen.len() == 6 && statistic < 20.5, "chi-square {statistic}");
    }

    #[test]
    fn the_interval_of_equal_draws_is_the_mean_itself() {
        assert_eq!(mean_interval(&[0.25, 0.25, 0.25]), Some((0.25, [0.25, 0.25])));
        assert_eq!(mean_interval(&[0.25]), None);
    }
}
