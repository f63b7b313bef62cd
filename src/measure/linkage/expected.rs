//! Links to be expected to be right: the count that limits are held against, the same for every attack.
//!
//! # Definition
//! F are the persons whom an attack claims for a subject. Who picks one of them at random is right with the chance 1 / F.
//! Where the right person of the subject is known the chance is what it is: the share of right ones among the F, and so 0
//! where the right one is not among them. The sum is over all subjects of the extract, whether their right person is
//! known or not: what nobody has shown to be wrong counts.
//!
//! # Guarantee
//! Truth takes away the links of a subject only where its right person is in the source and not among the claimed; it
//! lowers the count of nobody else. Sums run over sizes in ascending order, so that equal claims give equal bytes.

use std::collections::BTreeMap;

use super::truth::Known;
use super::{LinkedTables, written};
use crate::number::as_float;
use crate::result::{KnownTruth, LinkageAttack};

/// So many right ones among so many claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chance {
    /// How many are claimed; at least 1.
    pub(super) of: u32,
    /// How many of them are right; 1 where that is not known.
    pub(super) right: u32,
}

impl Chance {
    /// Of persons who are claimed for a subject, of whom so many are right where that is known.
    pub(super) fn new(of: u32, right: Option<u32>) -> Self {
        Self { of, right: right.unwrap_or(1) }
    }

    /// The larger of two chances; of equal ones that of fewer persons.
    pub(super) fn larger(self, other: Self) -> Self {
        let weight = |one: Self, by: Self| u64::from(one.right) * u64::from(by.of);
        let is_first = (weight(self, other), other.of) >= (weight(other, self), self.of);
        if is_first { self } else { other }
    }
}

/// The claims of an attack, subject by subject.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    all: BTreeMap<(u32, u32), u64>,
    of_known: BTreeMap<(u32, u32), u64>,
}

impl Expected {
    /// Adds subjects of whom nothing is known, each with so many claimed persons.
    pub(super) fn add_unknown(&mut self, of: u32, subjects: u64) {
        *self.all.entry((of, 1)).or_default() += subjects;
    }

    /// Adds a subject with its claimed persons.
    pub(super) fn add(&mut self, chance: Chance, is_known: bool) {
        let key = (chance.of, chance.right);
        *self.all.entry(key).or_default() += 1;
        if is_known {
            *self.of_known.entry(key).or_default() += 1;
        }
    }

    /// Puts what is known of a subject in the place of what was added as unknown.
    pub(super) fn settle(&mut self, added: u32, chance: Chance) {
        if let Some(subjects) = self.all.get_mut(&(added, 1)) {
            *subjects = subjects.saturating_sub(1);
        }
        self.add(chance, true);
    }

    /// Writes the count, the rate over all subjects, and what is known of whom.
    pub(super) fn write(&self, attack: &mut LinkageAttack, known: Option<&Known<'_>>) {
        attack.expected_correct = Some(sum(&self.all));
        written::rate(attack);
        attack.known_truth = known.map(|known| KnownTruth {
            subjects: known.subjects(),
            claimed: self.of_known.values().sum(),
            found: self.of_known.iter().filter(|((_, right), _)| *right > 0).map(|(_, subjects)| subjects).sum(),
            expected_correct: sum(&self.of_known),
            complete: false,
        });
    }
}

fn sum(chances: &BTreeMap<(u32, u32), u64>) -> f64 {
    // A whole number of certain links stays whole.
    let links = |(&(of, right), &subjects): (&(u32, u32), &u64)| as_float(subjects * u64::from(right)) / f64::from(of);
    chances.iter().map(links).fold(0.0, |sum, links| sum + links)
}

impl LinkedTables {
    /// Who is known to be whom, where a truth was given.
    pub(super) fn known(&self) -> Option<Known<'_>> {
        self.truth.as_ref().map(Known::new)
    }
}
