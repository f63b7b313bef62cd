//! Which further cells to suppress so that nothing that is asked to be protected can be computed.
//!
//! # Definition
//! Given are the cells that must be suppressed, each with the values its [`Interval`] must reach,
//! the insiders to fear, and what it costs to suppress a cell. A *proposal* is a set of further cells with which the
//! audit finds every given cell protected, from outsiders and from each insider that shares a sum with it. Everything asked of
//! a proposal is proven by a table that fits; whoever shows it audits it first all the same.
//!
//! # Method
//! A heuristic looks, for each value that a cell must be able to have, for the cheapest change of cells that leaves every sum
//! as it is and shows it possible (`moves.rs`), and suppresses these cells; where there is none it asks linear programs, or
//! the rows of `cuts.rs`. Then it shows again every cell without which everything asked still has such a proof. For small
//! tables an integer program over these rows finds the cheapest proposal and proves that it is.

mod cuts;
mod heuristic;
mod moves;
mod optimal;
mod proofs;
#[cfg(test)]
mod test;

use super::audit::{AuditError, Depth, Insider, Interval, Published, Range, Target, audit, audit_insiders};
use super::{Layout, Relation};
use crate::stop::Watch;

/// Cells up to which the cheapest proposal is looked for.
const SMALL: usize = 150;

/// A cell that must be suppressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protect {
    /// The cell.
    pub cell: u32,
    /// The interval must reach from here or below to here or above.
    pub needed: (i64, i64),
}

/// A table of which cells are to be suppressed.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// Its dimensions.
    pub layout: &'a Layout,
    /// Ascending addresses of its cells.
    pub cells: &'a [u64],
    /// The sums among them.
    pub relations: &'a [Relation],
    /// Their values.
    pub values: &'a [i64],
    /// The least that everybody knows each to be when it is suppressed; 0 where amounts are not negative. None is above its
    /// value.
    pub floors: &'a [i64],
    /// What it costs to suppress each; none negative.
    pub costs: &'a [i64],
    /// The cells that must be suppressed, each once.
    pub protect: &'a [Protect],
    /// Contributors that know an amount of their own.
    pub insiders: &'a [Insider],
}

/// A suppression that passed the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// For each cell whether it is suppressed, given cells among them.
    pub suppressed: Vec<bool>,
    /// What suppressing the further cells costs.
    pub cost: i128,
    /// Whether it is proven that none costs less.
    pub is_optimal: bool,
}

/// Who attacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attack {
    Outsider,
    Insider(Insider),
}

/// A cell that is not protected from an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap {
    protect: usize,
    attack: Attack,
}

/// The cheapest proposal where the table is small, a cheap one else; `None` when none was found, which says nothing about
/// the table.
///
/// # Errors
/// When the values do not fit the sums, and when told to end.
///
/// # Panics
/// When a cell is named that the table does not have.
pub fn propose(problem: &Problem<'_>, watch: Watch<'_>) -> Result<Option<Proposal>, AuditError> {
    // Where the cheapest is looked for in any case, little is spent on coming near it.
    let work = if problem.cells.len() <= SMALL { heuristic::WORK / 10 } else { heuristic::WORK };
    let Some(cheap) = heuristic::propose(problem, work, watch)? else { return Ok(None) };
    if problem.cells.len() <= SMALL
        && let Some(best) = optimal::propose(problem, &cheap, watch)?
    {
        return Ok(Some(best));
    }
    Ok(Some(cheap))
}

impl Problem<'_> {
    fn cost(&self, chosen: &[bool]) -> i128 {
        let given: std::collections::HashSet<u32> = self.protect.iter().map(|protect| protect.cell).collect();
        (0_u32..)
            .zip(chosen.iter().zip(self.costs))
            .filter(|(cell, (chosen, _))| **chosen && !given.contains(cell))
            .map(|(_, (_, &cost))| i128::from(cost))
            .sum()
    }

    fn given(&self) -> Vec<bool> {
        let mut chosen = vec![false; self.values.len()];
        for protect in self.protect {
            chosen[protect.cell as usize] = true;
        }
        chosen
    }

    /// What everybody knows when these cells are suppressed.
    #[must_use]
    pub fn bounds(&self, chosen: &[bool]) -> Vec<Range> {
        let cells = self.values.iter().zip(self.floors).zip(chosen);
        cells.map(|((&value, &floor), &chosen)| if chosen { Range::from(floor) } else { Range::shown(value) }).collect()
    }

    /// The given cells that this suppression does not protect; a cell about which the audit gave no answer is one.
    fn gaps(&self, chosen: &[bool], watch: Watch<'_>) -> Result<Vec<Gap>, AuditError> {
        let bounds = self.bounds(chosen);
        let published = Published { relations: self.relations, bounds: &bounds };
        let targets: Vec<Target> =
            self.protect.iter().map(|protect| Target { cell: protect.cell, needed: Some(protect.needed) }).collect();
        let is_open = |interval: &Option<Interval>| {
            interval.is_none_or(|found| found.is_protected != Some(true) || found.is_recoverable())
        };
        let found = audit(&published, &targets, Depth::Decide, watch)?;
        let mut gaps: Vec<Gap> = found
            .iter()
            .enumerate()
            .filter(|(_, interval)| is_open(interval))
            .map(|(protect, _)| Gap { protect, attack: Attack::Outsider })
            .collect();
        if self.insiders.is_empty() {
            return Ok(gaps);
        }
        let place: std::collections::HashMap<u32, usize> =
            self.protect.iter().enumerate().map(|(at, protect)| (protect.cell, at)).collect();
        for (at, cell, interval) in audit_insiders(&published, self.insiders, &targets, watch)? {
            if is_open(&interval)
                && let Some(&protect) = place.get(&cell)
            {
                gaps.push(Gap { protect, attack: Attack::Insider(self.insiders[at]) });
            }
        }
        Ok(gaps)
    }
}
