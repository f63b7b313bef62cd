//! What attacks write down alike: counts and rates, and the reason where there is none.

use super::guess::evidence;
use super::{no_common_value, shown};
use crate::number::{as_float, ratio};
use crate::result::{Evidence, LinkageAttack, LinkedSet, Reading, UndefinedField};

/// The fields of the rate, for [`without_rate`].
pub(super) const RATE: &[&str] = &["attack_rate", "interval"];

/// The same with the baseline, where that has no meaning either.
pub(super) const RATE_AND_BASELINE: &[&str] = &["attack_rate", "interval", "baseline_rate"];

/// Lists fields as null for this reason, each once.
pub(super) fn undefined(attack: &mut LinkageAttack, fields: &[&str], reason: &str) {
    for &field in fields {
        if attack.undefined.iter().all(|entry| entry.field != field) {
            attack.undefined.push(UndefinedField::new(field, reason));
        }
    }
}

/// The value of a field; where there is none, the field is listed as null for this reason.
pub(super) fn or_undefined<T>(attack: &mut LinkageAttack, value: Option<T>, field: &str, reason: &str) -> Option<T> {
    if value.is_none() {
        undefined(attack, &[field], reason);
    }
    value
}

/// The attack without these fields, for a reason that the notes give in words.
pub(super) fn without_rate(mut attack: LinkageAttack, fields: &[&str], reason: &str, words: &str) -> LinkageAttack {
    undefined(&mut attack, fields, reason);
    attack.notes.push(words.to_owned());
    attack
}

/// Takes back the rates of an attack that had nothing to compare: no value of the columns `apart` occurs on both sides.
/// Counts stay, shares become undefined (`no-overlap`), and the notes name the columns. Nothing without such a column.
pub(super) fn nothing_compared(attack: &mut LinkageAttack, apart: &[String]) {
    if apart.is_empty() {
        return;
    }
    let rates = [
        ("attack_rate", attack.attack_rate.take().is_some()),
        ("interval", attack.interval.take().is_some()),
        ("claim_rate", attack.claim_rate.take().is_some()),
        ("marketer", attack.marketer.take().is_some()),
        ("recall", attack.recall.take().is_some()),
    ];
    for (field, _) in rates.into_iter().filter(|(_, was_there)| *was_there) {
        undefined(attack, &[field], "no-overlap");
    }
    attack.evidence = Evidence::Unknown;
    attack.notes.extend(apart.iter().map(|column| no_common_value(&shown(column))));
    attack.notes.push(
        "nobody can be compared, so there is no rate: the source holds other people, or both sides are spelled \
         differently"
            .to_owned(),
    );
}

/// Who matches on all shared columns, and marketer risk, which is of classes that do not overlap.
pub(super) fn matches(attack: &mut LinkageAttack, full: &LinkedSet) {
    attack.unique = Some(full.unique);
    attack.ambiguous = Some(full.ambiguous);
    attack.no_match = Some(full.no_match);
    attack.one_to_one = Some(full.one_to_one);
    let overlaps = attack.reading == Some(Reading::AnyRecord);
    let marketer = rate_of(full.expected_correct, attack.subjects).filter(|_| !overlaps);
    attack.marketer = or_undefined(attack, marketer, "marketer", if overlaps { "event-columns" } else { "empty" });
}

/// Links to be expected, over all subjects of the extract; `None` without a subject.
pub(super) fn rate_of(links: f64, subjects: u64) -> Option<f64> {
    (subjects > 0).then(|| links / as_float(subjects))
}

/// The rate of the links to be expected, whose interval is the rate itself as everybody was counted, and what it shows.
pub(super) fn rate(attack: &mut LinkageAttack) {
    attack.attack_rate = attack.expected_correct.and_then(|links| rate_of(links, attack.subjects));
    attack.interval = attack.attack_rate.map(|rate| [rate; 2]);
    attack.evidence = evidence(attack.attack_rate, attack.baseline_rate);
}

/// How right the links are: `correct` subjects of those `in_source`, by `right` of the links.
pub(super) fn score(attack: &mut LinkageAttack, correct: u64, right: u64, in_source: u64) {
    attack.correct = Some(correct);
    let precision = ratio(right, attack.links.unwrap_or(0));
    attack.precision = or_undefined(attack, precision, "precision", "no-links");
    attack.recall = or_undefined(attack, ratio(correct, in_source), "recall", "no-true-partners");
}

/// A count from a sum of shares of links or subjects.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2^32 links or subjects")]
pub(super) fn whole(sum: f64) -> u64 {
    sum.round() as u64
}
