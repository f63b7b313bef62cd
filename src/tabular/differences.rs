//! Differences of released cells: an outsider who holds two totals holds what lies between them.
//!
//! # Definition
//! The difference of two released cells of the same measure is a released cell as well. Its contributors are those of one
//! cell only, and those of both whose amounts differ; everybody else cancels out. It gives people away when
//!
//! - it has fewer than `fewest` contributors, and at least one. This covers nested cells (ages 18 to 65 less ages 18 to 64),
//!   a cell that was released again with one record corrected, and cells that exchange a few people: the difference of two
//!   people's amounts tells each of them the amount of the other, as a cell of two people does, so it counts like one;
//! - or the rules for amounts hold for its amounts without their signs (only for pairs that belong together: a total and
//!   its part, and the same cell in two releases);
//! - or, for the same cell in two releases, fewer than `fewest` contributors came or left, although amounts of others
//!   changed as well: whoever knows roughly how those change knows roughly what the few add.
//!
//! A pair of cells that both have fewer than `fewest` contributors is left out: each of them is unsafe by itself.
//! Numbers of contributors alone decide nothing: equal ones may hide that one came and one left.
//!
//! # Cost
//! Two cells with fewer than `fewest` contributors apart share one of their `fewest` rarest contributors, so only cells
//! that do are compared, the smaller ones first. What is left is counted, and beyond a limit the answer is incomplete.

use std::collections::HashMap;

use rayon::prelude::*;

use super::contributors::{Change, Contributors};
use crate::stop::{Stop, StopReason};

/// A released cell and where it stands.
#[derive(Debug, Clone)]
pub struct Released {
    /// Who is in it.
    pub contributors: Contributors,
    /// What was counted or summed. Only cells of one measure are compared.
    pub measure: u32,
}

/// Two cells that belong together, as places in the list of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Related {
    /// A total and one of its parts.
    Nested(u32, u32),
    /// The same cell, earlier and later.
    Consecutive(u32, u32),
}

/// Whether amounts, in descending order and without signs, are unsafe.
pub type AmountRule<'a> = &'a (dyn Fn(&[u128]) -> bool + Sync);

/// Which differences give people away.
#[derive(Clone, Copy)]
pub struct DifferenceLimits<'a> {
    /// The smallest number of contributors that a difference may have.
    pub fewest: u64,
    /// Whether amounts, in descending order and without signs, are unsafe by another rule.
    pub unsafe_amounts: Option<AmountRule<'a>>,
    /// Elements of contributor sets that may be looked at. Beyond it the answer is incomplete.
    pub work: u64,
}

/// Why a difference gives people away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It has fewer contributors than allowed.
    Few,
    /// It has enough, and is unsafe by its amounts.
    Amounts,
    /// Few contributors came or left while the amounts of others changed.
    FewMoved,
}

/// Two cells whose difference gives people away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnsafePair {
    /// The cell that comes first in the list.
    pub first: u32,
    /// The other.
    pub second: u32,
    /// Why.
    pub why: Why,
    /// Contributors of the first cell who are not in the second.
    pub only_first: u64,
    /// Contributors of the second cell who are not in the first.
    pub only_second: u64,
    /// Contributors of both whose amounts differ.
    pub changed: u64,
}

impl UnsafePair {
    fn new(places: [u32; 2], cells: &[Released], why: Why) -> Self {
        let [first, second] = [places[0].min(places[1]), places[0].max(places[1])];
        let [one, two] = [first, second].map(|place| &cells[place as usize].contributors);
        let Change { only_first, only_second, changed, .. } = one.change(two);
        Self { first, second, why, only_first, only_second, changed }
    }

    /// Whether it is made by people of each cell who are not in the other: the amounts of some less the amounts of others.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        self.only_first > 0 && self.only_second > 0
    }

    /// How many contributors the difference is made by.
    #[must_use]
    pub fn contributors(&self) -> u64 {
        self.only_first + self.only_second + self.changed
    }
}

/// What the differences of the released cells give away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Pairs of cells that were compared contributor by contributor.
    pub compared: u64,
    /// The pairs that give people away.
    pub pairs: Vec<UnsafePair>,
    /// Whether everything was compared. If not, there may be more pairs.
    pub complete: bool,
}

impl Differences {
    /// The pairs for one reason.
    pub fn by(&self, why: Why) -> impl Iterator<Item = &UnsafePair> {
        self.pairs.iter().filter(move |pair| pair.why == why)
    }

    /// Which of so many cells are in a pair.
    #[must_use]
    pub fn cells(&self, count: usize) -> Vec<bool> {
        let mut cells = vec![false; count];
        for place in self.pairs.iter().flat_map(|pair| [pair.first, pair.second]) {
            cells[place as usize] = true;
        }
        cells
    }
}

/// Compares all cells of one measure with each other, and pairs that belong together by every rule.
///
/// # Errors
/// When it is time to end.
pub fn differences(
    cells: &[Released],
    related: &[Related],
    limits: &DifferenceLimits<'_>,
    stop: &Stop,
) -> Result<Differences, StopReason> {
    let mut found = Differences { complete: true, ..Differences::default() };
    let mut work = 0_u64;
    search(cells, limits, stop, &mut found, &mut work)?;
    belonging(cells, related, limits, stop, &mut found, &mut work)?;
    Ok(found)
}

/// Cells that are compared before it is looked whether to go on. The limit of work is held between them, so that what is
/// found does not depend on the number of threads.
const BLOCK: usize = 256;

/// What writing down a pair counts as.
const PAIR: u64 = 1_000;

/// What the comparison of one cell with others gave.
#[derive(Default)]
struct Seen {
    work: u64,
    compared: u64,
    few: Vec<UnsafePair>,
}

/// Finds every pair of one measure with fewer contributors apart than allowed.
fn search(
    cells: &[Released],
    limits: &DifferenceLimits<'_>,
    stop: &Stop,
    found: &mut Differences,
    work: &mut u64,
) -> Result<(), StopReason> {
    let index = Index::new(cells, limits.fewest);
    *work += index.work;
    let ranks: Vec<u32> = (0..u32::try_from(cells.len()).unwrap_or(u32::MAX)).collect();
    for block in ranks.chunks(BLOCK) {
        stop.check()?;
        if *work > limits.work {
            found.complete = false;
            return Ok(());
        }
        let seen: Vec<Seen> = block.par_iter().map(|&rank| index.compare(cells, rank, limits)).collect();
        for seen in seen {
            *work += seen.work + seen.few.len() as u64 * PAIR;
            found.compared += seen.compared;
            found.pairs.extend(seen.few);
        }
    }
    Ok(())
}

/// Which cells have a contributor among their rarest.
struct Index {
    /// Cells by their number of contributors, ascending, then by place.
    order: Vec<u32>,
    /// The rarest contributors of each cell, by rank in `order`.
    rarest: Vec<Vec<u32>>,
    /// The ranks of the cells that have a contributor of a measure among their rarest, ascending.
    ranks: HashMap<(u32, u32), Vec<u32>>,
    work: u64,
}

impl Index {
    fn new(cells: &[Released], fewest: u64) -> Self {
        let fewest = usize::try_from(fewest).unwrap_or(usize::MAX);
        let mut order: Vec<u32> = (0..u32::try_from(cells.len()).unwrap_or(u32::MAX)).collect();
        order.sort_by_key(|&cell| cells[cell as usize].contributors.count());
        let mut spread: Vec<u32> = Vec::new();
        for who in cells.iter().flat_map(|cell| cell.contributors.who()) {
            if spread.len() <= who as usize {
                spread.resize(who as usize + 1, 0);
            }
            spread[who as usize] += 1;
        }
        let rarest: Vec<Vec<u32>> = order
            .par_iter()
            .map(|&cell| {
                let mut all: Vec<u32> = cells[cell as usize].contributors.who().iter().collect();
                let rarity = |who: &u32| (spread[*who as usize], *who);
                if fewest < all.len() {
                    all.select_nth_unstable_by_key(fewest, rarity);
                    all.truncate(fewest);
                }
                all
            })
            .collect();
        let mut ranks: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
        for (rank, (&cell, rarest)) in (0_u32..).zip(order.iter().zip(&rarest)) {
            for &who in rarest {
                ranks.entry((cells[cell as usize].measure, who)).or_default().push(rank);
            }
        }
        let work = cells.iter().map(|cell| cell.contributors.count()).sum();
        Self { order, rarest, ranks, work }
    }

    /// Compares the cell at a rank with those before it that share one of its rarest contributors.
    fn compare(&self, cells: &[Released], rank: u32, limits: &DifferenceLimits<'_>) -> Seen {
        let mut seen = Seen::default();
        let cell = &cells[self.order[rank as usize] as usize];
        let mine = &cell.contributors;
        // Cells before this one have at most as many contributors: below the least number both are unsafe by themselves.
        if mine.count() < limits.fewest {
            return seen;
        }
        let mut others: Vec<u32> = Vec::new();
        for who in &self.rarest[rank as usize] {
            let Some(ranks) = self.ranks.get(&(cell.measure, *who)) else { continue };
            let before = &ranks[..ranks.partition_point(|&other| other < rank)];
            let near = before.partition_point(|&other| {
                let theirs = cells[self.order[other as usize] as usize].contributors.count();
                theirs + limits.fewest <= mine.count()
            });
            others.extend_from_slice(&before[near..]);
        }
        seen.work += others.len() as u64;
        others.sort_unstable();
        others.dedup();
        for other in others {
            let place = self.order[other as usize];
            let theirs = &cells[place as usize].contributors;
            seen.work += mine.count() + theirs.count();
            seen.compared += 1;
            if mine.moved(theirs) >= limits.fewest {
                continue;
            }
            let apart = mine.apart(theirs, limits.fewest);
            if apart > 0 && apart < limits.fewest {
                let places = [place, self.order[rank as usize]];
                seen.few.push(UnsafePair::new(places, cells, Why::Few));
            }
        }
        seen
    }
}

/// Judges pairs that belong together and are far enough apart by number.
fn belonging(
    cells: &[Released],
    related: &[Related],
    limits: &DifferenceLimits<'_>,
    stop: &Stop,
    found: &mut Differences,
    work: &mut u64,
) -> Result<(), StopReason> {
    for block in related.chunks(BLOCK) {
        stop.check()?;
        if *work > limits.work {
            found.complete = false;
            return Ok(());
        }
        let judged: Vec<Option<UnsafePair>> = block.par_iter().map(|pair| judge(cells, *pair, limits)).collect();
        for (pair, judged) in block.iter().zip(judged) {
            let (Related::Nested(one, two) | Related::Consecutive(one, two)) = *pair;
            *work += cells[one as usize].contributors.count() + cells[two as usize].contributors.count();
            found.compared += 1;
            found.pairs.extend(judged);
        }
    }
    Ok(())
}

/// The pair, if its amounts are unsafe or, between releases, only few came or left.
fn judge(cells: &[Released], pair: Related, limits: &DifferenceLimits<'_>) -> Option<UnsafePair> {
    let (Related::Nested(one, two) | Related::Consecutive(one, two)) = pair;
    let places = [one, two];
    let [one, two] = places.map(|place| &cells[place as usize].contributors);
    if one.count() < limits.fewest && two.count() < limits.fewest {
        return None;
    }
    let change = one.change(two);
    if change.contributors() < limits.fewest {
        return None;
    }
    let few = (1..limits.fewest).contains(&change.moved()) && matches!(pair, Related::Consecutive(..));
    let by_amounts = limits.unsafe_amounts.is_some_and(|rule| rule(&change.amounts));
    let why = if by_amounts { Why::Amounts } else { Why::FewMoved };
    (by_amounts || few).then(|| UnsafePair::new(places, cells, why))
}

#[cfg(test)]
mod tests;
