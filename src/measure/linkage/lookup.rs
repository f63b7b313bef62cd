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
/// `links` are the subjects whom somebody is claimed to be, `correct` those of them who are it, so that several persons
/// who are all taken for one subject count once; `precision` is of the claims. Without truth there is no rate, and the reason is given.
pub(super) fn score(attack: &mut LinkageAttack, linked: &LinkedTables, claims: &[Claim]) {
    let claimed = subjects(claims.iter());
    attack.links = Some(claimed);
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
