//! Who is asked about whom: folds and samples that the order of the rows has no say in.
//!
//! Both are drawn by a place in the order of [`Features::canonical`](super::Features::canonical), through a hash of it. The place alone
//! would not do: rows that are equal but for the target are neighbours there, and dealt out in turn they would put as many of each
//! target on both sides, so that a guess would be right more often than it is of strangers.

use super::features::number;
use crate::stats::mix;

/// Keeps draws for one purpose apart from those for another.
const SAMPLED: u64 = 0x5A4D_504C;
const FOLDED: u64 = 0x464F_4C44;

/// The places that are drawn, ascending: all of them where there are at most `most`.
#[must_use]
pub fn sample(places: usize, most: usize, seed: u64) -> Vec<u32> {
    if places <= most {
        return (0..places).map(number).collect();
    }
    let mut drawn = shuffled(places, mix(seed, SAMPLED));
    drawn.truncate(most);
    drawn.sort_unstable();
    drawn
}

/// The fold of each of so many places, 0 up to `folds`: as many in each, or one more.
#[must_use]
pub fn folds(places: usize, folds: u8, seed: u64) -> Vec<u8> {
    let mut of_place = vec![0; places];
    for (turn, place) in shuffled(places, mix(seed, FOLDED)).into_iter().enumerate() {
        of_place[place as usize] = u8::try_from(turn % usize::from(folds.max(1))).unwrap_or(0);
    }
    of_place
}

fn shuffled(places: usize, seed: u64) -> Vec<u32> {
    let mut drawn: Vec<(u64, u32)> = (0..places).map(|place| (mix(seed, place as u64), number(place))).collect();
    drawn.sort_unstable();
    drawn.into_iter().map(|(_, place)| place).collect()
}
