//! Sets of few possible classes: one cell for each, and the rows of both sides stream past.

use std::ops::Range;

use rayon::prelude::*;

use super::rows::{BLOCK, Block, Payload, Rows, Wanted};
use super::tally::{PairTally, without_overlap};
use super::{LinkedCounts, Sides};
use crate::stop::{Stop, StopReason};
use crate::table::cell::Cell;

/// The rank of a class that one of the sides does not have.
const UNSHARED: u32 = u32::MAX;

pub(super) fn count<O: Cell, T: Cell>(sides: &Sides<'_>) -> Result<LinkedCounts, StopReason> {
    let possible = sides.our.possible_classes() as usize;
    let (ours, _) = cells_of::<O>(sides.our, possible, sides.stop)?;
    let (theirs, foreign) = cells_of::<T>(sides.their, possible, sides.stop)?;
    let mut classes = PairTally::new();
    let mut only_theirs = foreign;
    for (ours, theirs) in ours.iter().zip(&theirs) {
        if ours.size() > 0 && theirs.size() > 0 {
            classes.add((theirs.size(), ours.size()), 1, ours.records().into());
        }
        only_theirs |= ours.size() == 0 && theirs.size() > 0;
    }
    if !matches!(sides.our.payload, Payload::Subjects(_)) {
        return Ok(without_overlap(classes, only_theirs));
    }
    let pairs: Vec<(u32, u32)> = ours.iter().zip(&theirs).map(|(our, their)| (their.size(), our.size())).collect();
    let subjects = subjects_by_class(sides.our, &pairs, sides.stop)?.into_subjects();
    Ok(LinkedCounts { classes: classes.into_classes(), subjects, only_theirs })
}

/// One cell a class, and whether a row has a key that the other side cannot have.
fn cells_of<C: Cell>(rows: &Rows<'_>, possible: usize, stop: &Stop) -> Result<(Vec<C>, bool), StopReason> {
    let wanted = if C::SUBJECTS { Wanted::Touch } else { Wanted::Nothing };
    let count = |stretch: Range<usize>| {
        let mut cells = vec![C::default(); possible];
        let mut block = Block::<u32>::default();
        for start in stretch.clone().step_by(BLOCK) {
            stop.check()?;
            rows.fill(start..(start + BLOCK).min(stretch.end), wanted, &mut block);
            if C::SUBJECTS {
                for (&number, &payload) in block.numbers.iter().zip(&block.payloads) {
                    cells[number as usize].touch(payload);
                }
            } else {
                block.numbers.iter().for_each(|&number| cells[number as usize].touch(0));
            }
        }
        Ok((cells, block.foreign))
    };
    let counted = rows.stretches(2 * rayon::current_num_threads()).into_par_iter().map(count);
    let joined = counted.try_reduce_with(|(mut cells, foreign), (others, other_foreign)| {
        cells.iter_mut().zip(others).for_each(|(cell, other)| cell.absorb(other));
        Ok((cells, foreign || other_foreign))
    });
    joined.unwrap_or_else(|| Ok((vec![C::default(); possible], false)))
}

/// Subjects of ours by the class they take.
fn subjects_by_class(rows: &Rows<'_>, pairs: &[(u32, u32)], stop: &Stop) -> Result<PairTally, StopReason> {
    let mut sizes: Vec<(u32, u32)> = pairs.iter().copied().filter(|pair| pair.0 > 0 && pair.1 > 0).collect();
    sizes.sort_unstable();
    sizes.dedup();
    #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^32 classes have a cell each")]
    let rank = |pair: &(u32, u32)| sizes.binary_search(pair).map_or(UNSHARED, |rank| rank as u32);
    let ranks: Vec<u32> = pairs.iter().map(rank).collect();
    let count = |stretch: Range<usize>| {
        let mut taken = vec![0_u64; sizes.len()];
        let mut take = |rank: u32| {
            if let Some(taken) = taken.get_mut(rank as usize) {
                *taken += 1;
            }
        };
        let (mut subject, mut smallest) = (0, UNSHARED);
        let mut block = Block::<u32>::default();
        for start in stretch.clone().step_by(BLOCK) {
            stop.check()?;
            rows.fill(start..(start + BLOCK).min(stretch.end), Wanted::Stamp, &mut block);
            for (&number, &stamp) in block.numbers.iter().zip(&block.payloads) {
                if stamp != subject {
                    take(smallest);
                    (subject, smallest) = (stamp, UNSHARED);
                }
                smallest = smallest.min(ranks[number as usize]);
            }
        }
        take(smallest);
        Ok(taken)
    };
    let stretches = rows.stretches(2 * rayon::current_num_threads());
    let taken: Vec<Vec<u64>> = stretches.into_par_iter().map(count).collect::<Result<_, _>>()?;
    let mut tally = PairTally::new();
    for taken in taken {
        for (&pair, taken) in sizes.iter().zip(taken).filter(|(_, taken)| *taken > 0) {
            tally.add(pair, taken, 0);
        }
    }
    Ok(tally)
}
