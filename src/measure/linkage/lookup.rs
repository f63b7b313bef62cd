//! Attacks that look up persons of the source among the subjects of the extract: what they claim, counted by subject.

use std::collections::BTreeSet;

use super::{LinkedTables, undefined};
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

/// A share; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share")]
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
