//! The value of a member guessed from the others in its class.
//!
//! # Definition
//! Of each member the guess is the most frequent value of the *other* members of its class, and where it is alone that of
//! all other members of the release. t values that are equally frequent are each guessed with the chance 1 / t. A member
//! who holds several values is guessed right by each of them.
//!
//! # How
//! Without the member each of its values has one holder less. If some value outside of its own is as frequent as the most
//! frequent one, no value of its own is among the most frequent any more. Else all of its values with the highest number are, with the
//! values that were one below it and are not its own.

use std::collections::BTreeMap;

use crate::table::ClassMembers;

/// The most frequent values of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Top {
    /// Holders of the most frequent values.
    most: u64,
    /// Values with as many holders, and with one less.
    values: [u64; 2],
}

impl Top {
    fn of(holders: &(impl Iterator<Item = u64> + Clone)) -> Self {
        let most = holders.clone().max().unwrap_or(0);
        let with = |number: u64| holders.clone().filter(|&holders| holders == number && number > 0).count() as u64;
        Self { most, values: [with(most), with(most.saturating_sub(1))] }
    }

    /// Values of the member that are among the most frequent of the others, and how many those are; `own` has the holders
    /// of each value of the member, itself among them.
    fn without(self, own: impl Iterator<Item = u64>) -> Option<(u64, u64)> {
        let (mut highest, mut below) = (0, 0);
        for holders in own {
            highest += u64::from(holders == self.most);
            below += u64::from(holders + 1 == self.most);
        }
        // With one holder each, all of whom are gone, nobody is left.
        (highest == self.values[0] && self.most > 1).then(|| (highest, highest + self.values[1] - below))
    }
}

/// What a member is guessed by where it is alone in its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeaveOneOut {
    release: Top,
}

impl LeaveOneOut {
    pub(super) fn new(by_value: &[u64]) -> Self {
        Self { release: Top::of(&by_value.iter().copied()) }
    }

    /// Adds the right guesses of a class, by the number of values that are tied. `sorted` has its numbers, the largest
    /// first.
    pub(super) fn add(
        &self,
        class: &ClassMembers<'_>,
        sorted: &[u32],
        by_value: &[u64],
        right: &mut BTreeMap<u64, u64>,
    ) {
        let is_alone = class.members == 1;
        let mut tell = |found: Option<(u64, u64)>, members: u64| {
            if let Some((own, tied)) = found.filter(|&(own, _)| own > 0) {
                *right.entry(tied).or_insert(0) += own * members;
            }
        };
        if is_alone {
            return tell(self.release.without(class.values.iter().map(|&(value, _)| by_value[value as usize])), 1);
        }
        let top = Top::of(&sorted.iter().map(|&holders| u64::from(holders)));
        let Some(lists) = class.lists else {
            // Everybody has one value, so only those with the one most frequent value can be guessed.
            return tell(top.without(std::iter::once(top.most)), top.most);
        };
        let holders = |value: &u32| {
            let place = class.values.binary_search_by_key(value, |&(value, _)| value).unwrap_or(0);
            u64::from(class.values[place].1)
        };
        for list in lists.each() {
            tell(top.without(list.iter().map(holders)), 1);
        }
    }
}
