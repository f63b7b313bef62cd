//! Attacks that look up persons of the source among the subjects of the extract: what they claim, counted by subject.

use std::collections::BTreeSet;

use super::{LinkedTables, share, undefined};
use crate::result::LinkageAttack;

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
    attack.claim_rate = share(subjects(claims.iter()), attack.subjects);
    let Some(truth) = &linked.truth else {
        return undefined(attack, &["attack_rate", "interval"], "no-truth");
    };
    let right = || claims.iter().filter(|&&(person, subject)| truth.are_one(subject, person));
    let correct = subjects(right());
    attack.correct = Some(correct);
    attack.precision = share(right().count() as u64, claims.len() as u64);
    attack.recall = share(correct, truth.in_source());
    if attack.precision.is_none() {
        undefined(attack, &["precision"], "no-links");
    }
    if attack.recall.is_none() {
        undefined(attack, &["recall"], "no-true-partners");
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
