//! Random tables for the tests of this room.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::audit::Range;
use super::{Dimension, Layout, Relation};

/// A table in which every sum holds.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) layout: Layout,
    pub(super) cells: Vec<u64>,
    pub(super) relations: Vec<Relation>,
    pub(super) values: Vec<i64>,
    /// The least that everybody knows each cell to be.
    pub(super) floors: Vec<i64>,
}

impl Sample {
    /// What everybody knows when these cells are suppressed.
    pub(super) fn bounds(&self, hidden: &[u32]) -> Vec<Range> {
        let mut bounds: Vec<Range> = self.values.iter().map(|&value| Range::shown(value)).collect();
        for &cell in hidden {
            bounds[cell as usize] = Range::from(self.floors[cell as usize]);
        }
        bounds
    }
}

/// The table over inner cells with values from 0 to `most` and all margins; a tenth of the inner cells is empty. Every
/// dimension has a total and up to `members` members, one of them at times a group of two.
pub(super) fn random_table(random: &mut ChaCha8Rng, dimensions: usize, most: i64, members: u32) -> Sample {
    let dimensions = (0..dimensions)
        .map(|_| {
            let count = random.random_range(2..=members);
            let mut parents: Vec<Option<u32>> = std::iter::once(None).chain((0..count).map(|_| Some(0))).collect();
            if random.random_bool(0.25) {
                parents.extend([Some(1), Some(1)]);
            }
            Dimension::new(parents).unwrap()
        })
        .collect();
    table(random, dimensions, most, 0.1)
}

pub(super) fn table(random: &mut ChaCha8Rng, dimensions: Vec<Dimension>, most: i64, empty: f64) -> Sample {
    let layout = Layout::new(dimensions).unwrap();
    let count: u64 = layout.dimensions().iter().map(|dimension| dimension.codes() as u64).product();
    let mut sums = vec![None; usize::try_from(count).unwrap()];
    for address in 0..count {
        if layout.is_inner(address) && !random.random_bool(empty) {
            let value = random.random_range(0..=most);
            for over in layout.over(address) {
                let sum = &mut sums[usize::try_from(over).unwrap()];
                *sum = Some(sum.unwrap_or(0) + value);
            }
        }
    }
    let (cells, values): (Vec<u64>, Vec<i64>) =
        (0..count).zip(sums).filter_map(|(cell, sum)| Some((cell, sum?))).unzip();
    let relations = layout.relations(&cells);
    let floors = vec![0; values.len()];
    Sample { layout, cells, relations, values, floors }
}

/// A [`random_table`] from which up to `most` was taken back in each inner cell; of each cell is known whether it is below
/// 0, and then how far at most.
pub(super) fn signed_table(random: &mut ChaCha8Rng, dimensions: usize, most: i64, members: u32) -> Sample {
    let mut sample = random_table(random, dimensions, most, members);
    for &address in &sample.cells {
        if sample.layout.is_inner(address) && random.random_bool(0.5) {
            let taken = random.random_range(0..=most);
            for over in sample.layout.over(address) {
                let place = sample.cells.binary_search(&over).unwrap();
                sample.values[place] -= taken;
            }
        }
    }
    sample.floors = sample.values.iter().map(|&value| value.min(0)).collect();
    sample
}
