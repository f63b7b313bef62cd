//! Coded columns and their equivalence classes: the fast heart.
//!
//! A record hides in its equivalence class, a crowd of distinct subjects that share its values on a column set.
//! [`count_sets`] counts the classes of hundreds of column sets over tens of millions of records. Four ideas carry it:
//!
//! 1. Codes are as narrow as a column allows ([`Codes`]), and records are sorted by subject once ([`Table`]), so
//!    that the distinct subjects of a class are counted in one pass by remembering the last subject of each class.
//! 2. A set with few possible classes has one cell for each (`dense.rs`): no hashing, and a block of records is
//!    passed over for many sets while it lies in cache.
//! 3. Records add up where distinct subjects do not: a few wide sets give the records of all sets within them (`cubes.rs`),
//!    and what a subject repeats is taken off (`repeats.rs`), found once for all sets (`agreement.rs`).
//! 4. Any other set is counted within the groups of its column of largest cardinality (`grouped.rs`).
//!
//! Where the columns do not fit in memory, they lie on a [`Ground`]; where the records do not fit, [`exchange`] counts them in parts
//! with the same kernels.
//!
//! `test/oracle.rs` counts the obvious way; both are compared on thousands of random tables.
//!
//! A worked table, subjects `a`, `a`, `b`, `c`, `c`, `c` and two columns:
//!
//! | record | subject | city | day | class on {city} | class on {city, day} |
//! |---|---|---|---|---|---|
//! | 0 | a | 0 | 0 | {a, b}: size 2 | {a, b}: size 2 |
//! | 1 | a | 1 | 1 | {a, c}: size 2 | {a}: size 1 |
//! | 2 | b | 0 | 0 | {a, b}: size 2 | {a, b}: size 2 |
//! | 3 | c | 1 | 0 | {a, c}: size 2 | {c}: size 1 |
//! | 4 | c | 1 | 0 | {a, c}: size 2 | {c}: size 1 |
//! | 5 | c | 1 | 2 | {a, c}: size 2 | {c}: size 1 |
//!
//! On {city, day}, records 3 and 4 look like a group of two, yet both belong to `c`: a class of one.

mod agreement;
mod buffer;
mod cell;
mod classes;
mod codes;
mod column;
mod combinations;
mod count;
mod counting;
mod counts;
mod cubes;
mod dense;
mod dictionary;
pub mod exchange;
mod grouped;
mod hashed_points;
mod histories;
pub mod linked;
mod mark;
mod members;
mod minimal;
mod numbers;
mod order;
mod outline;
mod periods;
mod point_numbers;
mod points;
mod ranked;
mod records;
mod removal;
mod repeats;
mod sets;
mod smallest;
#[cfg(test)]
mod test;
mod unique;
mod variation;
mod wildcard;

#[cfg(test)]
pub(crate) use buffer::test::Meadow;
pub use buffer::{Buffer, Ground, Room};
pub use classes::{
    ClassHistogram, ClassValues, ClassWeight, ValueCount, class_values, classes_of_records, smallest_classes,
    weighted_classes,
};
pub use codes::Codes;
pub use column::{Attributes, Column, Recoding, SubjectCodes, SubjectOrder, Weight};
pub use combinations::{CombinedColumn, OwnCombinations, own_combinations};
pub use count::{class_sizes, count_sets, count_within, scratch_bytes};
pub use counting::{Counting, InMemory};
pub use counts::{SetCounts, SizeCount};
pub use dictionary::Dictionary;
pub use histories::{HistoryClasses, history_classes};
pub use linked::{LinkedClasses, LinkedCounts, LinkedSubjects, linked_counts, sole_partners};
pub use members::{ClassMembers, ClassMembership, MemberValue, ValueLists};
pub use minimal::{MOST_MINIMAL_SETS, MinimalCounts, MinimalSet, MinimalSets, minimal_bytes, minimal_sets};
pub use outline::{ColumnOutline, Outline};
pub use points::{PointColumns, PointIndex};
pub use records::{Table, TooManyRecords};
pub use removal::{ClassLimits, too_exposed};
pub use sets::{ColumnSet, lattice, lattice_size};
#[cfg(test)]
pub(crate) use test::oracle;
pub use unique::unique_subjects;
pub use variation::Variation;
pub use wildcard::wildcard_counts;
