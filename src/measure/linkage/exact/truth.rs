//! How many claimed links are right, where it is known who is who.

use rayon::prelude::*;

use crate::measure::linkage::expected::{Chance, Expected};
use crate::measure::linkage::keys::{Groups, Keys};
use crate::measure::linkage::truth::{Known, of_key};
use crate::measure::linkage::{LinkedTables, SubjectKeys};
use crate::stop::{Stop, StopReason};
use crate::table::{ColumnSet, Table, sole_partners};

/// Claimed links, held against the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scored {
    /// Subjects whose claimed link is right.
    pub(super) correct: u64,
    /// Subjects whose key somebody in the source has.
    pub(super) in_source: u64,
    /// Whether several subjects of one side have the same key.
    pub(super) repeated: bool,
}

/// Scores the links on `set`. A subject with several links, by different records, is right when one of them is: the
/// worst case of one known event.
pub(super) fn score(
    linked: &LinkedTables,
    keys: &SubjectKeys,
    set: &ColumnSet,
    stop: &Stop,
) -> Result<Scored, StopReason> {
    let mut correct = 0;
    let mut last = None;
    for (ours, theirs) in sole_partners(&linked.ours, &linked.theirs, set, stop)? {
        if keys.are_one(ours, theirs) && last != Some(ours) {
            correct += 1;
            last = Some(ours);
        }
    }
    Ok(Scored { correct, in_source: keys.in_source(), repeated: keys.repeat() })
}

/// Puts what is known of each subject that matches in the place of the 1 / F of the record it takes.
pub(super) fn settle(
    expected: &mut Expected,
    linked: &LinkedTables,
    known: &Known<'_>,
    stop: &Stop,
) -> Result<(), StopReason> {
    stop.check()?;
    let tables = [&linked.ours, &linked.theirs];
    let mut groups = Groups::new(tables);
    for (place, column) in linked.ours.columns().iter().enumerate() {
        groups.refine(tables, place, &Keys::equal(column));
    }
    let [ours, theirs] = groups.into_records();
    // Each person once in each class, by class.
    let mut persons: Vec<(u64, u32)> = in_classes(&linked.theirs, &theirs);
    drop(theirs);
    persons.par_sort_unstable();
    persons.dedup();
    stop.check()?;
    let mut subjects: Vec<(u32, u64)> =
        in_classes(&linked.ours, &ours).into_iter().map(|(class, subject)| (subject, class)).collect();
    drop(ours);
    subjects.retain(|&(subject, _)| !known.of(subject).is_empty());
    subjects.par_sort_unstable();
    subjects.dedup();
    for records in subjects.chunk_by(|one, other| one.0 == other.0) {
        stop.check()?;
        let subject = records[0].0;
        let matches = records.iter().map(|&(_, class)| of_key(&persons, class)).filter(|persons| !persons.is_empty());
        let chance = |persons: &[(u64, u32)]| {
            let is_in = |person: u32| persons.binary_search_by_key(&person, |&(_, other)| other).is_ok();
            Chance::new(u32::try_from(persons.len()).unwrap_or(u32::MAX), known.right(subject, is_in))
        };
        let chances = matches.map(chance);
        let Some((fewest, best)) = chances.fold(None, |so_far: Option<(u32, Chance)>, next| {
            Some(so_far.map_or((next.of, next), |(fewest, best)| (fewest.min(next.of), best.larger(next))))
        }) else {
            continue;
        };
        expected.settle(fewest, best);
    }
    Ok(())
}

/// The class and the subject of each record that has one.
fn in_classes(table: &Table, classes: &[Option<u64>]) -> Vec<(u64, u32)> {
    classes.iter().enumerate().filter_map(|(record, class)| Some(((*class)?, table.subject_of(record)))).collect()
}
