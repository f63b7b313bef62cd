//! Whether the true values lie close to the released ones: `dRisk`.

use rayon::prelude::*;

use super::scale::Scale;
use crate::measure::linkage::LinkedTables;
use crate::measure::linkage::truth::Partners;
use crate::stop::{Stop, StopReason};
use crate::table::Table;

/// Pairs of a subject and the same person in the source, and how many of them have values close together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Inside {
    /// Pairs of partners.
    pub(super) pairs: u64,
    /// Those of which some record of the one lies in the interval around a record of the other, in every number: by
    /// standard deviations and by median deviations.
    pub(super) inside: [u64; 2],
}

/// Counts over every pair of partners; `None` where that means more than `most` pairs of records, as where a key is that
/// of many.
pub(super) fn inside(
    linked: &LinkedTables,
    partners: &Partners,
    scales: &[Scale],
    most: u64,
    stop: &Stop,
) -> Result<Option<Inside>, StopReason> {
    let people = u32::try_from(linked.theirs.subjects()).unwrap_or(u32::MAX);
    let of_extract = |person: u32| partners.of(person).iter().map(|&(_, subject)| linked.ours.records_of(subject));
    // There are at least as many pairs of records as of people.
    let mut work = 0_u64;
    for person in 0..people {
        stop.check()?;
        let theirs = linked.theirs.records_of(person).len() as u64;
        for ours in of_extract(person) {
            work = work.saturating_add(theirs * ours.len() as u64);
            if work > most {
                return Ok(None);
            }
        }
    }
    let of_person = |person: u32| {
        stop.check()?;
        let theirs = linked.theirs.records_of(person);
        let mut found = Inside::default();
        for ours in of_extract(person) {
            found.pairs += 1;
            for (kind, inside) in found.inside.iter_mut().enumerate() {
                let is_close = |ours| theirs.clone().any(|theirs| are_close(linked, scales, kind, [ours, theirs]));
                *inside += u64::from(ours.clone().any(is_close));
            }
        }
        Ok(found)
    };
    (0..people).into_par_iter().map(of_person).try_reduce(Inside::default, |one, other| Ok(one.and(other))).map(Some)
}

impl Inside {
    fn and(self, other: Self) -> Self {
        let [one, robust] = self.inside;
        Self { pairs: self.pairs + other.pairs, inside: [one + other.inside[0], robust + other.inside[1]] }
    }
}

/// Whether a record of the source lies in the interval around one of the extract, in every number that both have; at
/// least one.
#[expect(clippy::cast_precision_loss, reason = "a distance needs no more digits than its bound")]
fn are_close(linked: &LinkedTables, scales: &[Scale], kind: usize, [ours, theirs]: [usize; 2]) -> bool {
    let apart = |scale: &Scale| {
        let code = |table: &Table, record: usize| table.columns()[scale.column].value_of(record);
        let [ours, theirs] = [scale.number(code(&linked.ours, ours))?, scale.number(code(&linked.theirs, theirs))?];
        Some(ours.abs_diff(theirs) as f64 <= scale.half_widths[kind])
    };
    let mut compared = scales.iter().filter_map(apart).peekable();
    compared.peek().is_some() && compared.all(|is_close| is_close)
}
