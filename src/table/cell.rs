//! What is kept for one class while records stream past.

/// Counter of one class. A default cell is an empty class.
///
/// Records come sorted by subject (within a part of the table), so the last subject seen is all that is needed to
/// count distinct ones. `stamp` is the subject's number plus one; 0 never occurs, so an empty cell needs no flag.
pub(super) trait Cell: Copy + Default + Send + Sync {
    /// Whether distinct subjects differ from records; when not, `stamp` is not looked at.
    const SUBJECTS: bool;
    /// Whether records are counted apart from subjects.
    const RECORDS: bool;

    /// One record of the class.
    fn touch(&mut self, stamp: u32);
    /// Distinct subjects so far.
    fn size(&self) -> u32;
    /// Records so far; equal to the size when records are not counted apart.
    #[inline]
    fn records(&self) -> u32 {
        self.size()
    }
    /// Adds a cell that counted other subjects.
    fn absorb(&mut self, other: Self);
    /// Takes off one record that repeats an earlier one of its subject; nothing where subjects are told by their stamps.
    #[inline]
    fn take_off(&mut self) {}
}

/// A cell that is known from those of the parts that more columns cut its class into, by [`Cell::absorb`].
pub(super) trait Additive: Cell {}

impl Additive for RecordCell {}

impl Additive for LoneCell {}

/// Records only: each record is its own subject.
#[derive(Clone, Copy, Default)]
pub(super) struct RecordCell(u32);

impl Cell for RecordCell {
    const SUBJECTS: bool = false;
    const RECORDS: bool = false;

    #[inline]
    fn touch(&mut self, _stamp: u32) {
        self.0 += 1;
    }
    #[inline]
    fn size(&self) -> u32 {
        self.0
    }
    fn absorb(&mut self, other: Self) {
        self.0 += other.0;
    }
    #[inline]
    fn take_off(&mut self) {
        self.0 -= 1;
    }
}

/// Records, and those of them that repeat an earlier one of their subject.
#[derive(Clone, Copy, Default)]
pub(super) struct RepeatCell {
    records: u32,
    repeats: u32,
}

impl Cell for RepeatCell {
    const SUBJECTS: bool = true;
    const RECORDS: bool = true;

    #[inline]
    fn touch(&mut self, _stamp: u32) {
        self.records += 1;
    }
    #[inline]
    fn size(&self) -> u32 {
        self.records - self.repeats
    }
    #[inline]
    fn records(&self) -> u32 {
        self.records
    }
    fn absorb(&mut self, other: Self) {
        self.records += other.records;
        self.repeats += other.repeats;
    }
    #[inline]
    fn take_off(&mut self) {
        self.repeats += 1;
    }
}

/// Distinct subjects only.
#[derive(Clone, Copy, Default)]
pub(super) struct SubjectCell {
    stamp: u32,
    size: u32,
}

impl Cell for SubjectCell {
    const SUBJECTS: bool = true;
    const RECORDS: bool = false;

    #[inline]
    fn touch(&mut self, stamp: u32) {
        self.size += u32::from(self.stamp != stamp);
        self.stamp = stamp;
    }
    #[inline]
    fn size(&self) -> u32 {
        self.size
    }
    fn absorb(&mut self, other: Self) {
        self.size += other.size;
    }
}

/// Distinct subjects and records.
#[derive(Clone, Copy, Default)]
pub(super) struct FullCell {
    stamp: u32,
    size: u32,
    records: u32,
}

impl Cell for FullCell {
    const SUBJECTS: bool = true;
    const RECORDS: bool = true;

    #[inline]
    fn touch(&mut self, stamp: u32) {
        self.size += u32::from(self.stamp != stamp);
        self.stamp = stamp;
        self.records += 1;
    }
    #[inline]
    fn size(&self) -> u32 {
        self.size
    }
    #[inline]
    fn records(&self) -> u32 {
        self.records
    }
    fn absorb(&mut self, other: Self) {
        self.size += other.size;
        self.records += other.records;
    }
}

/// Subjects, each a row, and their records by the number that comes with it.
#[derive(Clone, Copy, Default)]
pub(super) struct WeightCell {
    size: u32,
    records: u32,
}

impl Cell for WeightCell {
    const SUBJECTS: bool = true;
    const RECORDS: bool = true;

    /// One subject with that many records.
    #[inline]
    fn touch(&mut self, records: u32) {
        self.size += 1;
        self.records += records;
    }
    #[inline]
    fn size(&self) -> u32 {
        self.size
    }
    #[inline]
    fn records(&self) -> u32 {
        self.records
    }
    fn absorb(&mut self, other: Self) {
        self.size += other.size;
        self.records += other.records;
    }
}

/// Only whether a class has one subject, and which.
#[derive(Clone, Copy, Default)]
pub(super) struct LoneCell(u32);

impl LoneCell {
    /// No stamp is as high.
    const SEVERAL: u32 = u32::MAX;

    /// The stamp of the only subject.
    pub(super) fn stamp(self) -> Option<u32> {
        Some(self.0).filter(|&stamp| stamp != 0 && stamp != Self::SEVERAL)
    }
}

impl Cell for LoneCell {
    const SUBJECTS: bool = true;
    const RECORDS: bool = false;

    /// Without a branch: all bits are set as soon as a second subject comes.
    #[inline]
    fn touch(&mut self, stamp: u32) {
        let several = u32::from(self.0 != 0) & u32::from(self.0 != stamp);
        self.0 = stamp | several.wrapping_neg();
    }
    /// Two stands for any number of subjects above one.
    #[inline]
    fn size(&self) -> u32 {
        u32::from(self.0 != 0) + u32::from(self.0 == Self::SEVERAL)
    }
    fn absorb(&mut self, other: Self) {
        if other.0 != 0 {
            self.touch(other.0);
        }
    }
}
