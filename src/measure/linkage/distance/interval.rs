//! Whether the true values lie close to the released ones: `dRisk`.

use std::ops::Range;

use rayon::prelude::*;

use super::scale::Scale;
use crate::measure::linkage::{LinkedTables, SubjectKeys};
use crate::stop::{Stop, StopReason};
use crate::table::Table;

/// Pairs of a subject and the same person in the source, and how many of them have values close together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inside {
    /// Pairs of partners.
    pub(super) pairs: u64,
    /// Those of which some record of the one lies in the interval around a record of the other, in every number: by
    /// standard deviations and by median deviations.
    pub(super) inside: [u64; 2],
}

/// Counts over every pair of partners; `None` where that means more than `most` pairs of records.
pub(super) fn inside(
    linked: &LinkedTables,
    truth: &SubjectKeys,
    scales: &[Scale],
    most: u64,
    stop: &Stop,
) -> Result<Option<Inside>, StopReason> {
    let pairs = pairs(truth);
    let length = |(one, other): &(u32, u32)| {
        let [ours, theirs] = [records(&linked.ours, *one), records(&linked.theirs, *other)];
        ours.len() as u64 * theirs.len() as u64
    };
    if pairs.iter().map(length).fold(0_u64, u64::saturating_add) > most {
        return Ok(None);
    }
    let close = |&(one, other): &(u32, u32)| {
        stop.check()?;
        let [ours, theirs] = [records(&linked.ours, one), records(&linked.theirs, other)];
        Ok([0, 1].map(|kind| {
            ours.clone().any(|ours| theirs.clone().any(|theirs| are_close(linked, scales, kind, [ours, theirs])))
        }))
    };
    let close: Vec<[bool; 2]> = pairs.par_iter().map(close).collect::<Result<_, _>>()?;
    let count = |kind: usize| close.iter().filter(|pair| pair[kind]).count() as u64;
    Ok(Some(Inside { pairs: pairs.len() as u64, inside: [count(0), count(1)] }))
}

/// Whether a record of the source lies in the interval around one of the extract, in every number that both have; at
/// least one.
#[expect(clippy::cast_precision_loss, reason = "a distance needs no more digits than its bound")]
fn are_close(linked: &LinkedTables, scales: &[Scale], kind: usize, [ours, theirs]: [usize; 2]) -> bool {
    let apart = |scale: &Scale| {
        let code = |table: &Table, record: usize| table.columns()[scale.column].codes.get(record);
        let [ours, theirs] = [scale.number(code(&linked.ours, ours))?, scale.number(code(&linked.theirs, theirs))?];
        Some(ours.abs_diff(theirs) as f64 <= scale.half_widths[kind])
    };
    let mut compared = scales.iter().filter_map(apart).peekable();
    compared.peek().is_some() && compared.all(|is_close| is_close)
}

/// Every pair of a subject of either side with the same key, by subject of the extract.
fn pairs(truth: &SubjectKeys) -> Vec<(u32, u32)> {
    let mut theirs: Vec<(u32, u32)> =
        (0..).zip(&truth.theirs).filter_map(|(person, key)| Some(((*key)?, person))).collect();
    theirs.sort_unstable();
    let partners = |key: u32| {
        let begin = theirs.partition_point(|&(other, _)| other < key);
        theirs[begin..].iter().take_while(move |&&(other, _)| other == key).map(|&(_, person)| person)
    };
    let of_subject = |(subject, key): (u32, &Option<u32>)| {
        key.map(|key| partners(key).map(move |person| (subject, person))).into_iter().flatten()
    };
    (0..).zip(&truth.ours).flat_map(of_subject).collect()
}

/// The records of a subject.
fn records(table: &Table, subject: u32) -> Range<usize> {
    table.subject_of_record().map_or(subject as usize..subject as usize + 1, |subjects| {
        let begin = subjects.partition_point(|&other| other < subject);
        begin..begin + subjects[begin..].partition_point(|&other| other == subject)
    })
}
