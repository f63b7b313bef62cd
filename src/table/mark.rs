//! Marks of classes of which only matters whether they have one subject, and which.

/// The mark of a class that a record joins: 0 of none, the stamp of the only subject, or all bits of several. Without a branch, as
/// it is hard to predict.
#[inline]
pub(super) fn joined(mark: u32, stamp: u32) -> u32 {
    let several = u32::from(mark != 0) & u32::from(mark != stamp);
    stamp | several.wrapping_neg()
}
