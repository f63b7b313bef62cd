//! Tolerant linkage: dates and numbers within a tolerance, text after normalisation.
//!
//! # Definition
//! A record of the extract matches one of the source when they agree on every shared column: by equality, by their
//! normal form (`../normalise.rs`), or because two numbers or dates lie no farther apart than the tolerance of the column,
//! both ends included. A tolerance in per cent is of the magnitude of the *source's* value, which is what the attacker
//! knows: |ours - theirs| <= share |theirs|. A missing cell matches nothing, on either side.
//!
//! Being close is not transitive, so there are no classes; everything is counted around each subject:
//!
//! | name | counts |
//! |---|---|
//! | F of a record of the extract | distinct subjects of the source with a record that matches it |
//! | f of a record of the source | distinct subjects of the extract with a record that matches it |
//!
//! A subject takes its record with the smallest F above 0; among equals the one with the most to be expected. A subject
//! of the source stands for the one of its matching records with the smallest f. Then
//! - `unique`, `ambiguous`, `no_match`: F = 1, F > 1, no record with F > 0;
//! - `one_to_one`: F = 1, and f = 1 of the one who matches;
//! - `k_map`: the smallest F of a subject who matches;
//! - `expected_correct`: the sum over subjects of 1 / F, with what truth says of a subject in its place
//!   (`../expected.rs`); of several records the one on which the right person is found among the fewest;
//! - `marketer`: the sum over subjects of the mean of 1 / max(F, f) over those who match, / subjects of the extract.
//!   `column_sets` have the same sum. Where a subject of the source is matched by more subjects of the extract than match
//!   the other way, the source does not hold everybody, and no more of them can be right. With equality alone these are
//!   the figures of exact linkage, where f and F are the sizes of the two classes;
//! - `links`: subjects with F = 1 whose best records lead to one and the same subject. Each is a claim, and no more.
//!
//! `attack_rate` is `expected_correct` / `subjects`; everybody was counted, so its interval is the rate itself. The
//! baseline is that of `guess.rs`. `column_sets` has the full set and each set without one column: what a column adds is
//! what is lost without it.
//!
//! Sources: k-map after Sweeney, Computational Disclosure Control, thesis, MIT (2001). Values within an interval count as
//! found, as in `dRisk` of sdcMicro (Templ, Kowarik and Meindl, Journal of Statistical Software 67(4), 2015), here with
//! the tolerance that the plan states.
//!
//! # Guarantee
//! Every count equals that of [`oracle`], for any order of records and number of threads. Sums are of whole numbers.
//!
//! # Edge cases
//! Nobody on either side: no rate, with a reason. A column that is compared for equality and has no value in common:
//! nothing was compared, so no rate either (`no-overlap`). A tolerance that covers every value: said in the notes; the column
//! then asks only that the cell is filled. More than [`MOST_COMPARISONS`] pairs to compare: the set has no figures and
//! the notes say so, on any machine alike. Texts that are made of punctuation alone are compared as they are.
//!
//! # Cost
//! Records are grouped by the columns that must be equal and sorted by the number that leaves the fewest pairs; for
//! each record the stretch of numbers within reach is found by bisection and the rest is compared pair by pair, once
//! from either side: O(n log n + pairs). Sets without numbers are counted by class. 40 bytes a record and side, 8 more
//! for every further number, and 24 more while two numbers are weighed against each other.

mod columns;
#[cfg(test)]
pub(super) mod example;
mod matching;
#[doc(hidden)]
pub mod oracle;
mod points;
#[cfg(test)]
mod test;
mod window;

use self::columns::{Compared, compared};
use self::matching::{CERTAIN, Hit, hits};
use self::points::Shape;
use super::expected::Expected;
use super::truth::Known;
use super::written::{self, RATE, without_rate};
use super::{LinkedTables, guess, varies};
use crate::number::ratio;
use crate::result::{AttackKind, LinkageAttack, LinkedSet, Reading};
use crate::stop::{Stop, StopReason};
use crate::table::Table;

/// Pairs of records that are compared at most, over all sets of columns: about half a minute on two cores.
pub const MOST_COMPARISONS: u64 = 8_000_000_000;

/// Joins the two sides as the comparisons of their columns say.
///
/// # Errors
/// When the computation was told to stop.
pub fn attack(linked: &LinkedTables, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    attack_within(linked, MOST_COMPARISONS, stop)
}

fn attack_within(linked: &LinkedTables, mut budget: u64, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    let mut attack = beginning(linked);
    if linked.ours.subjects() == 0 || linked.theirs.subjects() == 0 || linked.columns.is_empty() {
        let reason = if linked.columns.is_empty() { "no-columns" } else { "empty" };
        let words = "one side has no subjects, or no column is shared: there is nothing to link";
        return Ok(without_rate(attack, RATE, reason, words));
    }
    let (columns, notes) = compared(linked);
    attack.notes = notes;
    let tables = [&linked.ours, &linked.theirs];
    let known = linked.known();
    for set in sets(linked.columns.len()) {
        let shape = Shape::new(tables, &columns, &set);
        // Only all columns together are an attack; of the smaller sets nothing is scored.
        let is_whole = set.len() == linked.columns.len();
        match hits(tables, &shape, known.as_ref().filter(|_| is_whole), &mut budget, stop)? {
            Some(hits) => {
                let counted = counted(linked, &set, &hits);
                if is_whole {
                    conclude(&mut attack, linked, known.as_ref(), &counted, &hits);
                    written::nothing_compared(&mut attack, &columns_apart(linked, &columns));
                }
                attack.column_sets.push(counted);
            }
            None if is_whole => {
                let words = "the tolerances leave more pairs of records to compare than are ever compared; narrow a \
                             tolerance, or share one more column";
                attack = without_rate(attack, RATE, "too-costly", words);
            }
            None => {
                let names = linked.names(set).join("`, `");
                attack.notes.push(format!("`{names}` leaves too many pairs of records to compare and has no figures"));
            }
        }
    }
    Ok(attack)
}

/// Columns that are compared by keys, none of which occurs on both sides.
fn columns_apart(linked: &LinkedTables, columns: &[Compared]) -> Vec<String> {
    let apart = columns.iter().enumerate().filter(|(place, column)| {
        let Compared::Key(keys) = column else { return false };
        let seen = |table: &Table| {
            let mut seen = vec![false; keys.count as usize];
            let cells = &table.columns()[*place];
            for key in cells.values().filter_map(|value| keys.of_code[value as usize]) {
                seen[key as usize] = true;
            }
            seen
        };
        !seen(&linked.ours).iter().zip(seen(&linked.theirs)).any(|(ours, theirs)| *ours && theirs)
    });
    apart.map(|(place, _)| linked.columns[place].name.clone()).collect()
}

/// The full set, then each set without one column, in their order.
fn sets(columns: usize) -> Vec<Vec<usize>> {
    let mut sets = vec![(0..columns).collect()];
    if columns > 1 {
        sets.extend((0..columns).map(|left_out| (0..columns).filter(|&column| column != left_out).collect()));
    }
    sets
}

/// Before anybody is compared. Records of the source without a subject are subjects, too.
fn beginning(linked: &LinkedTables) -> LinkageAttack {
    let varies = varies(&linked.ours) || varies(&linked.theirs);
    LinkageAttack {
        reading: Some(if varies { Reading::AnyRecord } else { linked.reading(false) }),
        baseline_rate: guess::baseline(linked),
        ..linked.attack(AttackKind::Tolerant)
    }
}

/// What a set of columns links.
fn counted(linked: &LinkedTables, set: &[usize], hits: &[Option<Hit>]) -> LinkedSet {
    let count = |test: &dyn Fn(&Hit) -> bool| hits.iter().flatten().filter(|hit| test(hit)).count() as u64;
    let expected: u128 = hits.iter().flatten().map(|hit| u128::from(hit.expected)).sum();
    LinkedSet {
        columns: linked.names(set.iter().copied()),
        unique: count(&|hit| hit.matches == 1),
        ambiguous: count(&|hit| hit.matches > 1),
        no_match: hits.iter().filter(|hit| hit.is_none()).count() as u64,
        one_to_one: count(&|hit| hit.expected == CERTAIN),
        expected_correct: as_links(expected),
        k_map: hits.iter().flatten().map(|hit| u64::from(hit.matches)).min(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share; the sum is exact until here")]
fn as_links(expected: u128) -> f64 {
    expected as f64 / CERTAIN as f64
}

/// The figures of the full set.
fn conclude(
    attack: &mut LinkageAttack,
    linked: &LinkedTables,
    known: Option<&Known<'_>>,
    full: &LinkedSet,
    hits: &[Option<Hit>],
) {
    let links = hits.iter().flatten().filter(|hit| hit.only.is_some()).count() as u64;
    written::matches(attack, full);
    attack.k_map = full.k_map;
    attack.links = Some(links);
    attack.claim_rate = ratio(links, attack.subjects);
    if links < full.unique {
        attack.notes.push(format!(
            "{} subjects match exactly one subject of the source in several records, but not the same one in each; no \
             link is claimed for them",
            full.unique - links
        ));
    }
    let mut expected = Expected::default();
    for (subject, hit) in (0..).zip(hits).filter_map(|(subject, hit)| Some((subject, (*hit)?))) {
        expected.add(hit.chance, known.is_some_and(|known| !known.of(subject).is_empty()));
    }
    expected.write(attack, known);
    if let Some(truth) = &linked.truth {
        let is_right = |(subject, hit): &(u32, &Option<Hit>)| {
            hit.and_then(|hit| hit.only).is_some_and(|only| truth.are_one(*subject, only))
        };
        let correct = (0..).zip(hits).filter(is_right).count() as u64;
        written::score(attack, correct, correct, truth.in_source());
    }
}
