//! Attacks that look up persons of the source among the subjects of the extract: what they claim, counted by subject.

use std::collections::BTreeSet;

use super::LinkedTables;
use super::truth::Known;
use super::written::{self, RATE, undefined};
use crate::number::{as_float, ratio};
use crate::result::{KnownTruth, LinkageAttack};

/// What a reader must know of such rates.
pub(super) const NOTE: &str =
    "the rates are shares of the subjects of the extract; persons are looked up from the source";

/// A person of the source and the one subject of the extract who is claimed to be that person.
pub(super) type Claim = (u32, u32);

/// Writes down what is claimed, and where truth is known how much of it is right.
///
/// `links` are the claims, `claim_rate` is the share of subjects whom somebody is claimed to be. `correct` are the subjects
/// whom the right person is claimed to be, each once, and `precision` is the share of claims that are right. Without
/// truth there is no rate, and the reason is given.
pub(super) fn score(attack: &mut LinkageAttack, linked: &LinkedTables, claims: &[Claim]) {
    attack.links = Some(claims.len() as u64);
    attack.claim_rate = ratio(subjects(claims.iter()), attack.subjects);
    let Some(truth) = &linked.truth else {
        return undefined(attack, RATE, "no-truth");
    };
    let right = || claims.iter().filter(|&&(person, subject)| truth.are_one(subject, person));
    written::score(attack, subjects(right()), right().count() as u64, truth.in_source());
}

/// What persons say of one subject: each is claimed to be it, or one of several who are tied.
#[derive(Debug, Clone, Copy, Default)]
struct Claimed {
    persons: u32,
    /// Persons who are the subject by the truth.
    right: u32,
    /// Sums of 1 / the number of tied subjects, over all persons and over the right ones.
    weight: f64,
    right_weight: f64,
}

/// Who is claimed to be whom, gathered by subject.
#[derive(Debug, Clone)]
pub(super) struct Gathered {
    of_subject: Vec<Claimed>,
}

impl Gathered {
    pub(super) fn new(subjects: usize) -> Self {
        Self { of_subject: vec![Claimed::default(); subjects] }
    }

    /// Adds that a person is taken for a subject, or for one of `tied` of whom it is one; whether rightly. Persons come
    /// in ascending order.
    pub(super) fn add(&mut self, subject: u32, tied: usize, is_right: bool) {
        let weight = 1.0 / as_float(tied as u64);
        let claimed = &mut self.of_subject[subject as usize];
        claimed.persons += 1;
        claimed.weight += weight;
        claimed.right += u32::from(is_right);
        claimed.right_weight += if is_right { weight } else { 0.0 };
    }

    /// Writes the links to be expected to be right. Of a subject that several persons are taken for, one person is picked
    /// at random, and one of the subjects that this person is tied with. Where the right person is known, its chance
    /// counts: that is what a look-up of that very person finds.
    pub(super) fn write(&self, attack: &mut LinkageAttack, known: Option<&Known<'_>>) {
        let mut of_known = known.map(|known| KnownTruth { subjects: known.subjects(), ..KnownTruth::default() });
        let mut unknown = 0.0;
        for (subject, claimed) in (0..).zip(&self.of_subject).filter(|(_, claimed)| claimed.persons > 0) {
            let is_known = known.is_some_and(|known| !known.of(subject).is_empty());
            match &mut of_known {
                Some(of_known) if is_known => {
                    of_known.claimed += 1;
                    of_known.found += u64::from(claimed.right > 0);
                    of_known.expected_correct += claimed.right_weight.min(1.0);
                }
                // A key that several subjects bear takes nothing away, and what it shows to be right counts.
                _ => {
                    let mean = claimed.weight / f64::from(claimed.persons);
                    unknown += (mean / f64::from(claimed.persons)).max(claimed.right_weight.min(1.0));
                }
            }
        }
        attack.known_truth = of_known;
        attack.expected_correct = Some(of_known.map_or(0.0, |known| known.expected_correct) + unknown);
    }
}

fn subjects<'a>(claims: impl Iterator<Item = &'a Claim>) -> u64 {
    claims.map(|&(_, subject)| subject).collect::<BTreeSet<u32>>().len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::linkage::tolerant::example::{Row, linked};
    use crate::measure::linkage::{Comparison, SubjectKeys};
    use crate::result::AttackKind;

    #[test]
    fn several_persons_who_are_taken_for_one_subject_count_once() {
        let rows = |people: u32| -> Vec<Row> { (0..people).map(|person| (person, vec!["x"])).collect() };
        let mut linked = linked(&[("item", Comparison::Equal)], &rows(4), &rows(6));
        let keys = |keys: &[u32]| keys.iter().copied().map(Some).collect();
        linked.truth = Some(SubjectKeys { ours: keys(&[0, 1, 2, 3]), theirs: keys(&[0, 0, 1, 7, 8, 9]) });
        let mut attack = linked.attack(AttackKind::Scoreboard);
        // Five persons for the first subject, two of them rightly, and one for the last, wrongly.
        score(&mut attack, &linked, &[(0, 0), (1, 0), (3, 0), (4, 0), (5, 0), (2, 3)]);
        assert_eq!((attack.links, attack.claim_rate, attack.correct), (Some(6), Some(0.5), Some(1)));
        assert_eq!((attack.precision, attack.recall), (Some(2.0 / 6.0), Some(0.5)));
    }
}
