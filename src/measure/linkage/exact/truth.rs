//! How many claimed links are right, where it is known who is who.

use crate::measure::linkage::{LinkedTables, SubjectKeys};
use crate::stop::{Stop, StopReason};
use crate::table::{ColumnSet, sole_partners};

/// Claimed links, held against the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scored {
    /// Subjects whose claimed link is right.
    pub(super) correct: u64,
    /// Subjects whose key somebody in the source has.
    pub(super) in_source: u64,
    /// Whether several subjects of one side have the same key.
    pub(super) repeated: bool,
}

/// Scores the links on `set`. A subject with several links, by different records, is right when one of them is: the
/// worst case of one known event.
pub(super) fn score(
    linked: &LinkedTables,
    keys: &SubjectKeys,
    set: &ColumnSet,
    stop: &Stop,
) -> Result<Scored, StopReason> {
    let mut correct = 0;
    let mut last = None;
    for (ours, theirs) in sole_partners(&linked.ours, &linked.theirs, set, stop)? {
        if keys.are_one(ours, theirs) && last != Some(ours) {
            correct += 1;
            last = Some(ours);
        }
    }
    Ok(Scored { correct, in_source: keys.in_source(), repeated: keys.repeat() })
}
