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
use super::written::{self, RATE, or_undefined, undefined};
use super::{LinkedTables, guess, varies};
use crate::number::ratio;
use crate::result::{AttackKind, LinkageAttack, LinkedSet, Reading};
use crate::stop::{Stop, StopReason};
use crate::table::{ColumnSet, LinkedCounts, lattice, lattice_size, linked_counts};
use figures::linked_set;
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
    let scored = linked.truth.as_ref().map(|keys| truth::score(linked, keys, &full, stop)).transpose()?;
    let set =
        |(set, counts): (&ColumnSet, _)| linked_set(linked.names(set.columns().iter().copied()), counts, subjects);
    let column_sets: Vec<LinkedSet> = sets.iter().zip(&counts).map(set).collect();
    let mut attack = LinkageAttack {
        reading: Some(linked.reading(varies(ours))),
        baseline_rate: guess::baseline(linked),
        ..linked.attack(AttackKind::Exact)
    };
    let mut expected = Expected::default();
    if let (Some(counts), Some(full)) = (counts.last(), column_sets.last()) {
        for class in &counts.subjects {
            expected.add_unknown(class.theirs, class.subjects);
        }
        describe(&mut attack, counts, full);
    }
    let known = linked.known();
    if let Some(known) = &known {
        truth::settle(&mut expected, linked, known, stop)?;
    }
    expected.write(&mut attack, known.as_ref());
    rate(&mut attack, scored.as_ref());
    attack.column_sets = column_sets;
    let apart = columns_apart(&attack);
    written::nothing_compared(&mut attack, &apart);
    notes::add(&mut attack, linked, scored.as_ref(), largest);
    Ok(attack)
}

/// Columns of the largest sets of the lattice that are counted.
fn largest_set(columns: usize) -> usize {
    let most = if columns <= EVERY_SUBSET { columns } else { LARGEST_SET };
    (1..=most).rev().find(|&size| lattice_size(columns, size) <= MOST_SETS).unwrap_or(0)
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
fn describe(attack: &mut LinkageAttack, counts: &LinkedCounts, full: &LinkedSet) {
    attack.population_mismatch = Some(figures::population_mismatch(counts));
    attack.links = Some(full.unique);
    attack.k_map = or_undefined(attack, full.k_map, "k_map", "no-overlap");
    attack.delta_presence = or_undefined(attack, figures::delta_presence(counts), "delta_presence", "no-key");
    let overlaps = attack.reading == Some(Reading::AnyRecord);
    let journalist = figures::journalist(counts).filter(|_| !overlaps);
    let why = if overlaps { "event-columns" } else { "no-overlap" };
    attack.journalist = or_undefined(attack, journalist, "journalist", why);
    written::matches(attack, full);
}

/// The other rates, and the reason for each that there is not.
fn rate(attack: &mut LinkageAttack, scored: Option<&Scored>) {
    let claimed = ratio(attack.unique.unwrap_or(0), attack.subjects);
    attack.claim_rate = or_undefined(attack, claimed, "claim_rate", "empty");
    if let Some(scored) = scored {
        written::score(attack, scored.correct, scored.correct, scored.in_source);
    }
    if attack.attack_rate.is_none() {
        undefined(attack, RATE, "empty");
    }
    let why = if attack.subjects == 0 { "empty" } else { "empty-source" };
    attack.baseline_rate = or_undefined(attack, attack.baseline_rate, "baseline_rate", why);
}
