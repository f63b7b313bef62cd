//! How many claimed links are right, where it is known who is who.

use hashbrown::HashMap;

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
    let key = |keys: &[Option<u32>], subject: u32| keys.get(subject as usize).copied().flatten();
    let mut correct = 0;
    let mut last = None;
    for (ours, theirs) in sole_partners(&linked.ours, &linked.theirs, set, stop)? {
        let our_key = key(&keys.ours, ours);
        if our_key.is_some() && our_key == key(&keys.theirs, theirs) && last != Some(ours) {
            correct += 1;
            last = Some(ours);
        }
    }
    let theirs = holders(&keys.theirs);
    let ours = holders(&keys.ours);
    let in_source = ours.iter().filter(|(key, _)| theirs.contains_key(*key)).map(|(_, holders)| holders).sum();
    let repeated = ours.values().chain(theirs.values()).any(|&holders| holders > 1);
    Ok(Scored { correct, in_source, repeated })
}

/// How many subjects have each key.
fn holders(keys: &[Option<u32>]) -> HashMap<u32, u64, foldhash::fast::FixedState> {
    let mut holders: HashMap<u32, u64, _> = HashMap::default();
    for key in keys.iter().copied().flatten() {
        *holders.entry(key).or_default() += 1;
    }
    holders
}
