//! Exact linkage: equal values on every shared column.
//!
//! # Definition
//! A class is a combination of values of the shared columns, with f distinct subjects of the extract and F of the
//! source. A subject of the extract matches nobody (F = 0), one (`unique`, a claimed link) or several (`ambiguous`). A
//! missing cell matches nobody. Where each subject of the extract stands in one class, the classes do not overlap and
//! the source serves as the population: k-map, journalist and marketer risk. Where a shared column varies within a
//! subject, the subject takes its record with the smallest F > 0 (then the smallest f): the worst case of one known
//! event; journalist and marketer risk are undefined there.
//!
//! With m = max(F, f) and sums over classes with f, F > 0:
//!
//! | figure | formula |
//! |---|---|
//! | expected correct links | sum of f / F, with what truth says of a subject in place of its 1 / F (`expected.rs`) |
//! | k-map | smallest F |
//! | delta-presence | smallest and largest f / F over **all** classes of the source, at most 1 |
//! | population mismatch | classes with f > F |
//! | journalist, highest | 1 / smallest m |
//! | journalist, average | the larger of classes / sum of m, and (sum of f / m) / (sum of f) |
//! | marketer | sum of f / m / subjects of the extract; `column_sets` have the same sum |
//!
//! Sources: Sweeney, IJUFKS 10(5), 2002; El Emam & Dankar, JAMIA 15(5), 2008, and El Emam, *Guide to the
//! De-Identification of Personal Health Information*, 2013 (k-map, journalist, marketer); Nergiz, Atzori & Clifton,
//! SIGMOD 2007 (delta-presence).
//!
//! # Rates
//! `attack_rate` is expected correct links / subjects of the extract. Everybody was counted, so its interval is the rate
//! itself. Where a subject takes one of several records and its right person is known, the record counts on which the
//! right person is found among the fewest: the worst case of one known event. The baseline is that of `guess.rs`.
//!
//! # Guarantee
//! Counts equal those of [`oracle`]; sums are over sizes in ascending order, so that equal input gives equal bytes for
//! any number of threads and any order of the records.
//!
//! # Edge cases
//! No subject in the extract: rates are undefined (`empty`). Nobody matches: counts are 0, a note says so in words, and
//! `k_map` and `journalist` are undefined (`no-overlap`). Where some shared column has no value in common at all, nothing
//! was compared, so every rate is undefined (`no-overlap`) and the notes name the column. Without a key in the source,
//! `delta_presence` is (`no-key`).

mod figures;
mod notes;
#[doc(hidden)]
pub mod oracle;
#[cfg(test)]
mod test;
mod truth;

use super::expected::Expected;
use super::{LinkedTables, guess};
use crate::result::{AttackKind, LinkageAttack, LinkedSet, Reading, UndefinedField};
use crate::stop::{Stop, StopReason};
use crate::table::{ColumnSet, LinkedCounts, Table, lattice, lattice_size, linked_counts};
use figures::Figures;
use truth::Scored;

/// Up to so many shared columns every subset is counted.
const EVERY_SUBSET: usize = 10;

/// Columns of the largest sets beside the full one, where there are more shared columns.
const LARGEST_SET: usize = 3;

/// Sets that are counted at most, beside the full one.
const MOST_SETS: u64 = 5_000;

/// Links the extract with the source by equal values on every shared column, and on every subset of them.
///
/// # Errors
/// The reason, when `stop` was raised before the end.
pub fn attack(linked: &LinkedTables, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    let (ours, theirs) = (&linked.ours, &linked.theirs);
    let columns = ours.columns().len();
    let largest = largest_set(columns);
    let full = ColumnSet::new(0..columns);
    let mut sets = lattice(columns, largest);
    if sets.last() != Some(&full) {
        sets.push(full.clone());
    }
    let counts = linked_counts(ours, theirs, &sets, stop)?;
    let subjects = ours.subjects() as u64;
    let of_full = counts.last().map(|counts| Figures::new(counts, subjects)).unwrap_or_default();
    let scored = linked.truth.as_ref().map(|keys| truth::score(linked, keys, &full, stop)).transpose()?;
    let mut expected = Expected::default();
    let of_subjects = counts.last().map_or(&[][..], |counts| &counts.subjects);
    for class in of_subjects {
        expected.add_unknown(class.theirs, class.subjects);
    }
    let known = linked.known();
    if let Some(known) = &known {
        truth::settle(&mut expected, linked, known, stop)?;
    }
    let names = |set: &ColumnSet| set.columns().iter().map(|&column| linked.columns[column].name.clone()).collect();
    let mut attack = LinkageAttack {
        reading: Some(reading(ours)),
        column_sets: sets.iter().zip(&counts).map(|(set, counts)| linked_set(names(set), counts, subjects)).collect(),
        ..linked.attack(AttackKind::Exact)
    };
    if let Some(counts) = counts.last() {
        describe(&mut attack, counts, &of_full);
    }
    expected.write(&mut attack, known.as_ref());
    rate(&mut attack, scored.as_ref(), guess::baseline(linked));
    let apart = columns_apart(&attack);
    if !apart.is_empty() {
        super::nothing_compared(&mut attack, &apart);
    }
    notes::add(&mut attack, linked, scored.as_ref(), largest);
    Ok(attack)
}

/// Columns of the largest sets of the lattice that are counted.
fn largest_set(columns: usize) -> usize {
    let most = if columns <= EVERY_SUBSET { columns } else { LARGEST_SET };
    (1..=most).rev().find(|&size| lattice_size(columns, size) <= MOST_SETS).unwrap_or(0)
}

fn reading(ours: &Table) -> Reading {
    let varies = |column: usize| ours.constant_per_subject(column) == Some(false);
    if !ours.has_subjects() {
        Reading::Record
    } else if (0..ours.columns().len()).any(varies) {
        Reading::AnyRecord
    } else {
        Reading::SubjectAttributes
    }
}

fn linked_set(columns: Vec<String>, counts: &LinkedCounts, subjects: u64) -> LinkedSet {
    let figures = Figures::new(counts, subjects);
    LinkedSet {
        columns,
        unique: figures.unique,
        ambiguous: figures.ambiguous,
        no_match: figures.no_match,
        one_to_one: figures.one_to_one,
        expected_correct: figures.expected_correct,
        k_map: figures.k_map,
    }
}

/// Shared columns of which no value occurs on both sides: on each alone nobody matches.
fn columns_apart(attack: &LinkageAttack) -> Vec<String> {
    if attack.subjects == 0 || attack.source_subjects == 0 {
        return Vec::new();
    }
    let alone = attack.column_sets.iter().filter(|set| set.columns.len() == 1);
    let apart = alone.filter(|set| set.unique == 0 && set.ambiguous == 0);
    apart.flat_map(|set| set.columns.clone()).collect()
}

/// The figures of all shared columns together.
fn describe(attack: &mut LinkageAttack, counts: &LinkedCounts, figures: &Figures) {
    attack.unique = Some(figures.unique);
    attack.ambiguous = Some(figures.ambiguous);
    attack.no_match = Some(figures.no_match);
    attack.one_to_one = Some(figures.one_to_one);
    attack.population_mismatch = Some(figures::population_mismatch(counts));
    attack.links = Some(figures.unique);
    attack.k_map = figures.k_map.or_else(|| undefined(attack, "k_map", "no-overlap"));
    attack.delta_presence = figures::delta_presence(counts).or_else(|| undefined(attack, "delta_presence", "no-key"));
    if attack.reading == Some(Reading::AnyRecord) {
        attack.journalist = undefined(attack, "journalist", "event-columns");
        attack.marketer = undefined(attack, "marketer", "event-columns");
    } else {
        attack.journalist = figures::journalist(counts).or_else(|| undefined(attack, "journalist", "no-overlap"));
        attack.marketer =
            ratio(figures.expected_correct, attack.subjects).or_else(|| undefined(attack, "marketer", "empty"));
    }
}

/// The rates, and whether they are better than a guess.
fn rate(attack: &mut LinkageAttack, scored: Option<&Scored>, baseline: Option<f64>) {
    let (subjects, claimed) = (attack.subjects, attack.unique.unwrap_or(0));
    attack.claim_rate = ratio(count(claimed), subjects).or_else(|| undefined(attack, "claim_rate", "empty"));
    if let Some(scored) = scored {
        attack.correct = Some(scored.correct);
        attack.precision = ratio(count(scored.correct), claimed).or_else(|| undefined(attack, "precision", "no-links"));
        attack.recall =
            ratio(count(scored.correct), scored.in_source).or_else(|| undefined(attack, "recall", "no-true-partners"));
    }
    if attack.attack_rate.is_none() {
        undefined::<f64>(attack, "attack_rate", "empty");
        undefined::<f64>(attack, "interval", "empty");
    }
    attack.baseline_rate =
        baseline.or_else(|| undefined(attack, "baseline_rate", if subjects == 0 { "empty" } else { "empty-source" }));
    attack.evidence = guess::evidence(attack.attack_rate, attack.baseline_rate);
}

/// Lists the field as null for this reason.
fn undefined<T>(attack: &mut LinkageAttack, field: &str, reason: &str) -> Option<T> {
    attack.undefined.push(UndefinedField { field: field.to_owned(), reason: reason.to_owned() });
    None
}

/// `None` when there is nothing to divide by.
fn ratio(part: f64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part / count(whole))
}

#[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^53")]
fn count(count: u64) -> f64 {
    count as f64
}
