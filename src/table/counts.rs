//! The answer to the counting question: how large are the classes of a column set.

use hashbrown::HashMap;

/// Classes of one column set. Sizes count distinct subjects; without subjects each record is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetCounts {
    /// Classes by size, ascending, each size once.
    pub sizes: Vec<SizeCount>,
    /// Ordered pairs of different records in the same class: the sum of f(f - 1) over classes of f records.
    pub record_pairs: u128,
    /// Subjects by the smallest class among their records, ascending: (size, subjects).
    pub subjects_by_smallest: Vec<(u32, u64)>,
}

/// Classes of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeCount {
    /// Distinct subjects in a class.
    pub size: u32,
    /// Classes of this size.
    pub classes: u64,
    /// Records in them.
    pub records: u64,
}

impl SetCounts {
    /// Non-empty classes.
    #[must_use]
    pub fn classes(&self) -> u64 {
        self.sizes.iter().map(|size| size.classes).sum()
    }

    /// Subjects in the smallest class; `None` without records.
    #[must_use]
    pub fn smallest_class(&self) -> Option<u32> {
        self.sizes.first().map(|size| size.size)
    }

    /// Records in classes of fewer than `bound` subjects.
    #[must_use]
    pub fn records_below(&self, bound: u32) -> u64 {
        self.sizes.iter().take_while(|size| size.size < bound).map(|size| size.records).sum()
    }

    /// Subjects with at least one record in a class of fewer than `bound` subjects.
    #[must_use]
    pub fn subjects_below(&self, bound: u32) -> u64 {
        self.subjects_by_smallest.iter().take_while(|(smallest, _)| *smallest < bound).map(|(_, count)| count).sum()
    }
}

/// Sizes below this are tallied in an array; the few larger classes are listed and sorted at the end.
const SMALL: usize = 1024;

/// Collects classes one at a time.
#[derive(Debug, Clone)]
pub(super) struct SizeTally {
    small: Vec<(u64, u64)>,
    large: Vec<SizeCount>,
    record_pairs: u128,
}

impl SizeTally {
    pub(super) fn new() -> Self {
        Self { small: vec![(0, 0); SMALL], large: Vec::new(), record_pairs: 0 }
    }

    /// One class of `size` subjects and `records` records.
    #[inline]
    pub(super) fn add(&mut self, size: u32, records: impl Into<u64>) {
        let records = records.into();
        self.record_pairs += u128::from(records) * u128::from(records.saturating_sub(1));
        match self.small.get_mut(size as usize) {
            Some((classes, total)) => {
                *classes += 1;
                *total += records;
            }
            None => self.large.push(SizeCount { size, classes: 1, records }),
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.small.iter_mut().zip(other.small) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
        self.large.extend(other.large);
        self.record_pairs += other.record_pairs;
    }

    /// Sizes ascending, each once, and the record pairs.
    pub(super) fn finish(mut self) -> (Vec<SizeCount>, u128) {
        let mut sizes: Vec<SizeCount> = Vec::new();
        for (size, (classes, records)) in (0_u32..).zip(self.small) {
            if classes > 0 {
                sizes.push(SizeCount { size, classes, records });
            }
        }
        self.large.sort_unstable_by_key(|class| class.size);
        for class in self.large {
            match sizes.last_mut() {
                Some(last) if last.size == class.size => {
                    last.classes += class.classes;
                    last.records += class.records;
                }
                _ => sizes.push(class),
            }
        }
        (sizes, self.record_pairs)
    }
}

/// Counts how often each class size occurs among subjects: (size, subjects), ascending.
pub(super) fn tally_smallest(smallest: impl Iterator<Item = u32>) -> Vec<(u32, u64)> {
    let mut small = vec![0_u64; SMALL];
    let mut large: HashMap<u32, u64, foldhash::fast::FixedState> = HashMap::default();
    for size in smallest {
        match small.get_mut(size as usize) {
            Some(count) => *count += 1,
            None => *large.entry(size).or_default() += 1,
        }
    }
    let mut tally: Vec<(u32, u64)> = (0_u32..).zip(small).filter(|&(_, count)| count > 0).collect();
    let first_large = tally.len();
    tally.extend(large);
    tally[first_large..].sort_unstable();
    tally
}
