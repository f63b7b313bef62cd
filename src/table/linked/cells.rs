//! The counter of a class whose rows each stand for one subject and so many of its records.

use crate::table::cell::Cell;

/// Subjects, and records by the number that comes with each row.
#[derive(Clone, Copy, Default)]
pub(super) struct WeightCell {
    crowd: u32,
    records: u32,
}

impl Cell for WeightCell {
    const SUBJECTS: bool = true;
    const RECORDS: bool = true;

    /// One subject with that many records.
    #[inline]
    fn touch(&mut self, records: u32) {
        self.crowd += 1;
        self.records += records;
    }
    #[inline]
    fn crowd(&self) -> u32 {
        self.crowd
    }
    #[inline]
    fn records(&self) -> u32 {
        self.records
    }
    fn absorb(&mut self, other: Self) {
        self.crowd += other.crowd;
        self.records += other.records;
    }
}
