//! How many of each pair of sizes, whatever the order in which they come.

use hashbrown::HashMap;

use super::{LinkedClasses, LinkedCounts, LinkedSubjects};

/// Sizes below this, on both sides, are tallied in an array.
const SMALL: u32 = 64;

/// Sums for each pair (theirs, ours).
#[derive(Clone)]
pub(super) struct PairTally {
    small: Vec<(u64, u64)>,
    large: HashMap<(u32, u32), (u64, u64), foldhash::fast::FixedState>,
}

impl PairTally {
    pub(super) fn new() -> Self {
        Self { small: vec![(0, 0); (SMALL * SMALL) as usize], large: HashMap::default() }
    }

    #[inline]
    pub(super) fn add(&mut self, (theirs, ours): (u32, u32), count: u64, records: u64) {
        let entry = if theirs < SMALL && ours < SMALL {
            &mut self.small[(theirs * SMALL + ours) as usize]
        } else {
            self.large.entry((theirs, ours)).or_default()
        };
        entry.0 += count;
        entry.1 += records;
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        for (mine, theirs) in self.small.iter_mut().zip(other.small) {
            *mine = (mine.0 + theirs.0, mine.1 + theirs.1);
        }
        for (pair, (count, records)) in other.large {
            self.add(pair, count, records);
        }
        self
    }

    /// The pairs that occur, ascending.
    fn finish(self) -> Vec<((u32, u32), (u64, u64))> {
        let small = (0_u32..).zip(self.small).filter(|(_, sums)| sums.0 > 0);
        let mut pairs: Vec<_> = small.map(|(place, sums)| ((place / SMALL, place % SMALL), sums)).collect();
        pairs.extend(self.large);
        pairs.sort_unstable();
        pairs
    }

    pub(super) fn into_classes(self) -> Vec<LinkedClasses> {
        let class = |((theirs, ours), (classes, records))| LinkedClasses { ours, theirs, classes, records };
        self.finish().into_iter().map(class).collect()
    }

    pub(super) fn into_subjects(self) -> Vec<LinkedSubjects> {
        let subject = |((theirs, ours), (subjects, _))| LinkedSubjects { ours, theirs, subjects };
        self.finish().into_iter().map(subject).collect()
    }
}

/// The counts where no subject of ours stands in two classes, so that each takes the one it has.
pub(super) fn without_overlap(classes: PairTally, only_theirs: bool) -> LinkedCounts {
    let classes = classes.into_classes();
    let subjects = classes.iter().map(|&LinkedClasses { ours, theirs, classes, .. }| LinkedSubjects {
        ours,
        theirs,
        subjects: u64::from(ours) * classes,
    });
    LinkedCounts { subjects: subjects.collect(), classes, only_theirs }
}
