//! Who answers the counting questions of a measure.

use super::{ColumnSet, SetCounts, Table, count_sets, unique_subjects, wildcard_counts};
use crate::stop::{StopReason, Watch};

/// Answers the counting questions of a measure about one table; every one of them gives the same counts.
pub trait Counting: Sync {
    /// As [`count_sets`].
    ///
    /// # Errors
    /// The reason, when `watch.stop` was raised before the end or the memory does not do. One that could not keep what it
    /// counts with, or does not know the answer yet, remembers why and ends as if interrupted.
    fn count_sets(&self, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason>;

    /// As [`unique_subjects`].
    ///
    /// # Errors
    /// As [`Counting::count_sets`].
    fn unique_subjects(&self, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<u64>, StopReason> {
        let counts = self.count_sets(sets, watch)?;
        Ok(counts.iter().map(|counts| counts.subjects_below(2)).collect())
    }

    /// As [`wildcard_counts`]. Whoever has only parts of the records cannot tell: a missing cell that matches everything is in
    /// many classes, which no part has whole.
    ///
    /// # Errors
    /// As [`Counting::count_sets`]; [`StopReason::WorkLimit`] from whoever cannot tell.
    fn wildcard_counts(&self, sets: &[ColumnSet], _watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason> {
        if sets.is_empty() { Ok(Vec::new()) } else { Err(StopReason::WorkLimit) }
    }
}

/// Counts in memory.
#[derive(Debug, Clone, Copy)]
pub struct InMemory<'a> {
    /// What is counted.
    pub table: &'a Table,
    /// Bytes that [`unique_subjects`] may take beside the table and [`scratch_bytes`](super::scratch_bytes); `None` for any.
    pub spare_bytes: Option<u64>,
}

impl Counting for InMemory<'_> {
    fn count_sets(&self, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason> {
        count_sets(self.table, sets, watch)
    }

    fn unique_subjects(&self, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<u64>, StopReason> {
        unique_subjects(self.table, sets, self.spare_bytes, watch)
    }

    fn wildcard_counts(&self, sets: &[ColumnSet], watch: Watch<'_>) -> Result<Vec<SetCounts>, StopReason> {
        wildcard_counts(self.table, sets, watch)
    }
}
