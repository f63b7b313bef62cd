//! The smallest class among the records of each subject, while classes come in any order.
//!
//! Nearly every record asks for the entry of its subject, and the records of a class are spread over all subjects. So
//! what is asked is kept in one byte a subject, which stays in cache where four would not. A byte tells classes up to
//! [`EXACT`] exactly and larger ones roughly; only for the few subjects that so far have no small class is the exact
//! one looked at, in a table of its own.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use super::counts::tally_smallest;

/// Classes below this are their own level; larger ones have two levels for each doubling.
const EXACT: u32 = 192;

/// No class yet.
const NONE: u8 = u8::MAX;

/// One entry a subject.
pub(super) struct SmallestClasses {
    levels: Vec<AtomicU8>,
    /// The smallest class of subjects whose level is not exact; of the others anything.
    large: Vec<AtomicU32>,
}

impl SmallestClasses {
    /// Bytes of memory for one subject.
    pub(super) const BYTES: usize = 5;

    pub(super) fn new(subjects: usize) -> Self {
        let levels = (0..subjects).map(|_| AtomicU8::new(NONE)).collect();
        Self { levels, large: (0..subjects).map(|_| AtomicU32::new(u32::MAX)).collect() }
    }

    /// A record of `subject` hides in this class. The order of the threads does not matter to a minimum; a thread that
    /// is `alone` need not lock the memory.
    #[inline]
    pub(super) fn lower(&self, subject: usize, size: u32, alone: bool) {
        let entry = &self.levels[subject];
        let level = entry.load(Ordering::Relaxed);
        #[expect(clippy::cast_possible_truncation, reason = "smaller than EXACT, which fits")]
        let exact_level = if size < EXACT { size as u8 } else { NONE };
        if alone {
            // Without a branch on the outcome, which is hard to predict.
            entry.store(level.min(exact_level), Ordering::Relaxed);
        } else if exact_level < level {
            entry.fetch_min(exact_level, Ordering::Relaxed);
        }
        // One branch that is seldom taken, instead of two.
        if (size >= EXACT) & (u32::from(level) >= EXACT) {
            self.lower_large(subject, size, level);
        }
    }

    /// As [`SmallestClasses::lower`], for records given by their stamps: the number of the subject plus one.
    pub(super) fn lower_each(&self, stamps: &[u32], sizes: &[u32], alone: bool) {
        for (&stamp, &size) in stamps.iter().zip(sizes) {
            self.lower(stamp as usize - 1, size, alone);
        }
    }

    /// Neither the class nor any before it is small. A class of a higher level than one before cannot be the smallest.
    #[cold]
    #[inline(never)]
    fn lower_large(&self, subject: usize, size: u32, level: u8) {
        let new_level = rough_level(size);
        if new_level <= level {
            self.levels[subject].fetch_min(new_level, Ordering::Relaxed);
            self.large[subject].fetch_min(size, Ordering::Relaxed);
        }
    }

    /// The smallest class of each subject.
    pub(super) fn each(&self) -> impl Iterator<Item = u32> + '_ {
        self.levels.iter().zip(&self.large).map(|(level, large)| {
            let level = u32::from(level.load(Ordering::Relaxed));
            if level < EXACT { level } else { large.load(Ordering::Relaxed) }
        })
    }

    /// How often each class is the smallest of a subject: (size, subjects), ascending.
    pub(super) fn tally(&self) -> Vec<(u32, u64)> {
        tally_smallest(self.each())
    }
}

/// The level of a class of at least [`EXACT`]: two for each doubling, so that a higher level means a larger class.
#[expect(clippy::cast_possible_truncation, reason = "192 + 2 * 24 + 1 at most")]
fn rough_level(size: u32) -> u8 {
    let octave = size.ilog2();
    let half = (size >> (octave - 1)) & 1;
    (EXACT + (octave - EXACT.ilog2()) * 2 + half) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_rise_with_classes_and_fit_a_byte() {
        let sizes = (EXACT..100_000).chain([1 << 20, 1 << 30, u32::MAX - 1, u32::MAX]);
        let levels: Vec<u8> = sizes.map(rough_level).collect();
        assert!(levels.is_sorted());
        assert!(u32::from(levels[0]) >= EXACT && *levels.last().unwrap() < NONE);
    }

    #[test]
    fn the_smallest_of_any_classes_is_kept() {
        let sizes = [[5_u32, 191], [193, 192], [70_000, 70_001], [1 << 31, 400], [1, 1], [500, 499]];
        for alone in [true, false] {
            for turn in [0, 1] {
                let smallest = SmallestClasses::new(sizes.len());
                for (subject, pair) in sizes.iter().enumerate() {
                    smallest.lower(subject, pair[turn], alone);
                    smallest.lower(subject, pair[1 - turn], alone);
                }
                assert_eq!(smallest.tally(), [(1, 1), (5, 1), (192, 1), (400, 1), (499, 1), (70_000, 1)]);
            }
        }
    }
}
