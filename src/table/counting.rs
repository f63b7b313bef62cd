//! Who answers the counting questions of a measure.

use super::{ColumnSet, SetCounts, Table, count_sets, unique_subjects};
use crate::stop::{StopReason, Watch};

/// Answers the counting questions of a measure about a table; every one of them gives the same counts.
pub trait Counting: Sync {
    /// As [`count_sets`].
    ///
    /// # Errors
    /// The reason, when `watch.stop` was raised before the end or the memory does not do. One that could not keep what it
    /// counts with remembers why and ends as if interrupted.
    fn count_sets(&self, table: &Table, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason>;

    /// As [`unique_subjects`].
    ///
    /// # Errors
    /// As [`Counting::count_sets`].
    fn unique_subjects(&self, table: &Table, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<u64>, StopReason> {
        let counts = self.count_sets(table, sets, watch)?;
        Ok(counts.iter().map(|counts| counts.subjects_below(2)).collect())
    }
}

/// Counts in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct InMemory {
    /// Bytes that [`unique_subjects`] may take beside the table and [`scratch_bytes`](super::scratch_bytes); `None` for any.
    pub spare_bytes: Option<u64>,
}

impl Counting for InMemory {
    fn count_sets(&self, table: &Table, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason> {
        count_sets(table, sets, watch)
    }

    fn unique_subjects(&self, table: &Table, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<u64>, StopReason> {
        unique_subjects(table, sets, self.spare_bytes, watch)
    }
}
