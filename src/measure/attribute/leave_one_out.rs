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

use super::numbers::Top;
use crate::number::as_float;
use crate::table::{ClassMembers, ValueLists};

/// Right guesses, by the number of values that are tied.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Guesses {
    /// Those of fewer ties than there are entries.
    few: [u64; 16],
    many: BTreeMap<u64, u64>,
}

impl Guesses {
    fn add(&mut self, tied: u64, right: u64) {
        match usize::try_from(tied).ok().and_then(|tied| self.few.get_mut(tied)) {
            Some(few) => *few += right,
            None => *self.many.entry(tied).or_insert(0) += right,
        }
    }

    pub(super) fn absorb(&mut self, other: &Self) {
        self.few.iter_mut().zip(other.few).for_each(|(own, other)| *own += other);
        other.many.iter().for_each(|(&tied, &right)| self.add(tied, right));
    }

    /// Guesses that are right, ties split evenly.
    pub(super) fn right(&self) -> f64 {
        let few = (0..).zip(self.few).filter(|&(_, right)| right > 0);
        let all = few.chain(self.many.iter().map(|(&tied, &right)| (tied, right)));
        // Nothing has no sign.
        all.map(|(tied, right)| as_float(right) / as_float(tied)).sum::<f64>() + 0.0
    }
}

impl Top {
    /// Values of the member that are among the most frequent of the others, and how many those are; `own` has the holders
    /// of each value of the member, itself among them.
    fn without(self, own: impl Iterator<Item = u64>) -> Option<(u64, u64)> {
        let (mut highest, mut below) = (0, 0);
        for holders in own {
            highest += u64::from(holders == self.most);
            below += u64::from(holders + 1 == self.most);
        }
        self.without_some(highest, below)
    }

    /// The same of a member with so many of the most frequent values, and so many of those with one holder less.
    fn without_some(self, highest: u64, below: u64) -> Option<(u64, u64)> {
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

    /// Adds the right guesses of a class with these most frequent values, by the number of values that are tied.
    pub(super) fn add(&self, class: &ClassMembers<'_>, top: Top, by_value: &[u64], right: &mut Guesses) {
        let is_alone = class.members == 1;
        let mut tell = |found: Option<(u64, u64)>, members: u64| {
            if let Some((own, tied)) = found.filter(|&(own, _)| own > 0) {
                right.add(tied, own * members * u64::from(class.classes));
            }
        };
        if is_alone {
            return tell(self.release.without(class.values.iter().map(|&(value, _)| by_value[value as usize])), 1);
        }
        let place = |value: u32| class.values.binary_search_by_key(&value, |&(value, _)| value).unwrap_or(0);
        match class.lists {
            // Everybody has one value, so only those with the one most frequent value can be guessed.
            None => tell(top.without(std::iter::once(top.most)), top.most),
            Some(ValueLists::Masks(masks)) => {
                let (mut highest, mut below) = (0, 0);
                for &(value, holders) in class.values {
                    highest |= u64::from(u64::from(holders) == top.most) << value;
                    below |= u64::from(u64::from(holders) + 1 == top.most) << value;
                }
                let own = |mask: u64, of: u64| u64::from((mask & of).count_ones());
                for &mask in masks {
                    tell(top.without_some(own(mask, highest), own(mask, below)), 1);
                }
            }
            Some(lists) => lists.for_each(|list| {
                let holders = list.iter().map(|&value| u64::from(class.values[place(value)].1));
                tell(top.without(holders), 1);
            }),
        }
    }
}
