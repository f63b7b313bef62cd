//! The second question: the classes of column sets on two sides, an extract and what somebody else holds.
//!
//! Both tables have the same columns in one code space. A class is what records of either side with the same values on
//! the set have in common; it is counted as (distinct subjects of ours, distinct subjects of theirs). A record with a
//! missing cell on the set belongs to no class.
//!
//! Three ideas make fifteen sets of ten million records a side a matter of a second:
//!
//! 1. Only values that occur on both sides can match. The codes of each column are numbered anew without the others
//!    (`side.rs`), which makes columns narrow and the product of their cardinalities small.
//! 2. Where all columns of a set are constant within the subjects of a side, one row a subject is enough.
//! 3. A set of few possible classes has a cell for each, and the records stream past (`direct.rs`). Any other set is
//!    first scattered into partitions by the number of the class, then each partition is counted while it lies in cache
//!    (`partitioned.rs`): in one cell for each possible class, or in a small hash table of those that ours has.
//!
//! Which way a set goes decides its speed, never its counts; `test/oracle.rs` counts the obvious way.

mod direct;
mod pairs;
mod partitioned;
mod places;
mod rows;
mod scatter;
mod side;
mod tally;
#[cfg(test)]
mod test;

use super::cell::{Cell, FullCell, RecordCell, SubjectCell, WeightCell};
use super::{ColumnSet, Table};
use crate::stop::{Stop, StopReason};
use partitioned::Scratch;
use rows::{Payload, Rows};
use side::Joined;

pub use pairs::sole_partners;
pub(super) use places::{HashPlaces, Places};
pub(super) use scatter::spread;

/// Classes of one column set on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkedCounts {
    /// Classes that both sides have, by `theirs`, then by `ours`; each pair once.
    pub classes: Vec<LinkedClasses>,
    /// Subjects of ours with a class that both sides have, by the class they take: of those of their records the one
    /// of fewest subjects of theirs, then of fewest of ours. In the order of `classes`.
    pub subjects: Vec<LinkedSubjects>,
    /// Whether theirs has a class that ours has not.
    pub only_theirs: bool,
}

/// Classes of so many subjects a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkedClasses {
    /// Distinct subjects of ours in such a class, at least one.
    pub ours: u32,
    /// Distinct subjects of theirs in such a class, at least one.
    pub theirs: u32,
    /// Classes of this kind.
    pub classes: u64,
    /// Records of ours in them.
    pub records: u64,
}

/// Subjects of ours who take a class of so many subjects a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkedSubjects {
    /// Distinct subjects of ours in the class.
    pub ours: u32,
    /// Distinct subjects of theirs in the class.
    pub theirs: u32,
    /// Subjects of ours who take such a class.
    pub subjects: u64,
}

/// What decides between the ways of counting. The ways give the same counts; only their speed differs.
#[derive(Debug, Clone, Copy)]
struct Tuning {
    /// Possible classes up to which a set gets one cell for each, without scattering.
    direct_cells: u64,
    /// Possible classes up to which each gets a cell in its partition: for a row of either side, and in all.
    range_cells: (u64, u64),
    /// Cells of one partition, as a power of two.
    partition_bits: u32,
    /// Partitions of classes that are numbered through a hash table, as a power of two.
    hash_bits: u32,
    /// Possible classes of columns that are folded into one number.
    most_numbers: u128,
}

impl Tuning {
    const DEFAULT: Self = Self {
        direct_cells: 1 << 16,
        range_cells: (12, 1 << 28),
        partition_bits: 14,
        hash_bits: 11,
        most_numbers: 1 << 64,
    };

    /// For small tables it does not pay to clear and read many more cells than there are records.
    fn for_tables(ours: &Table, theirs: &Table) -> Self {
        let records = (ours.records() + theirs.records()) as u64;
        let default = Self::DEFAULT;
        Self {
            direct_cells: default.direct_cells.min(records.max(1 << 8)),
            hash_bits: default.hash_bits.min((records >> 12).checked_ilog2().unwrap_or(0)),
            ..default
        }
    }
}

/// Classes of each set on both sides, in the order of the sets.
///
/// # Guarantee
/// Equal to the brute-force count of every set (`test/oracle.rs`), for any number of threads and any order of the records.
///
/// # Errors
/// The reason, when `stop` was raised before the end.
///
/// # Panics
/// When a set names a column that one of the tables lacks.
///
/// # Cost
/// A few nanoseconds for each record of either side and set. Beside the tables: the columns with the codes of both
/// sides only, at most 12 bytes a record of either side, and 8 bytes a subject of ours.
pub fn linked_counts(
    ours: &Table,
    theirs: &Table,
    sets: &[ColumnSet],
    stop: &Stop,
) -> Result<Vec<LinkedCounts>, StopReason> {
    count_with(ours, theirs, sets, Tuning::for_tables(ours, theirs), stop)
}

fn count_with(
    ours: &Table,
    theirs: &Table,
    sets: &[ColumnSet],
    tuning: Tuning,
    stop: &Stop,
) -> Result<Vec<LinkedCounts>, StopReason> {
    let joined = Joined::new(ours, theirs, sets);
    let mut scratch = Scratch::default();
    let count = |set: &ColumnSet| {
        stop.check()?;
        let folded = joined.folded(set, tuning.most_numbers);
        let (our, their) = folded.rows(&joined);
        count_set(&our, &their, ours.subjects(), tuning, &mut scratch, stop)
    };
    sets.iter().map(count).collect()
}

/// Chooses the cells by what a row of each side stands for.
fn count_set(
    our: &Rows<'_>,
    their: &Rows<'_>,
    subjects: usize,
    tuning: Tuning,
    scratch: &mut Scratch,
    stop: &Stop,
) -> Result<LinkedCounts, StopReason> {
    let sides = Sides { our, their, subjects, tuning, stop };
    match (&our.payload, &their.payload) {
        (Payload::Nothing, Payload::Subjects(_)) => sides.count::<RecordCell, SubjectCell>(scratch),
        (Payload::Nothing, _) => sides.count::<RecordCell, RecordCell>(scratch),
        (Payload::Starts(_), Payload::Subjects(_)) => sides.count::<WeightCell, SubjectCell>(scratch),
        (Payload::Starts(_), _) => sides.count::<WeightCell, RecordCell>(scratch),
        (Payload::Subjects(_), Payload::Subjects(_)) => sides.count::<FullCell, SubjectCell>(scratch),
        (Payload::Subjects(_), _) => sides.count::<FullCell, RecordCell>(scratch),
    }
}

/// The rows of both sides on one set.
struct Sides<'a> {
    our: &'a Rows<'a>,
    their: &'a Rows<'a>,
    /// Subjects of ours.
    subjects: usize,
    tuning: Tuning,
    stop: &'a Stop,
}

impl Sides<'_> {
    fn count<O: Cell, T: Cell>(&self, scratch: &mut Scratch) -> Result<LinkedCounts, StopReason> {
        let Self { tuning, .. } = *self;
        let rows = (self.our.len + self.their.len) as u64;
        let range_cells = tuning.range_cells.1.min(tuning.range_cells.0 * rows);
        match self.our.possible_classes() {
            0 => Ok(LinkedCounts { only_theirs: self.their.has_key(), ..LinkedCounts::default() }),
            cells if cells <= u128::from(tuning.direct_cells) => direct::count::<O, T>(self),
            cells if cells <= u128::from(range_cells) => partitioned::count_ranges::<O, T>(self, scratch),
            _ => partitioned::count_hashed::<O, T>(self, scratch),
        }
    }
}
