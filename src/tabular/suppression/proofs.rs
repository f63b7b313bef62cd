//! Why a suppression is safe: for each thing that is asked, a table that fits all that is published and shows it possible.

use super::moves::{Change, Moves, Search};
use super::{Insider, Problem};
use crate::tabular::audit::{Fears, Published, Range, Target};

/// A value that a cell must be able to have.
#[derive(Debug)]
pub(super) struct Demand {
    pub(super) cell: u32,
    pub(super) upwards: bool,
    /// How far from the true value.
    pub(super) need: i64,
    /// The insiders that must not be able to rule it out, as places in the list of insiders, and how far they are to be
    /// kept from the true value.
    fears: Vec<(u32, i64)>,
}

/// The proofs that a suppression is safe.
///
/// # Method
/// A proof of a demand is a change of suppressed cells that leaves every sum as it is and moves the cell as far as is asked
/// and no cell below its floor: the true table with this change fits all that is published. It holds against an insider
/// whose cell it leaves alone, or does not lower below what that one knows. So showing a cell again can only harm the
/// demands of which a proof changes this cell.
pub(super) struct Proofs<'a> {
    pub(super) problem: &'a Problem<'a>,
    pub(super) moves: Moves<'a>,
    pub(super) demands: Vec<Demand>,
    /// For each demand the changes that prove it.
    changes: Vec<Vec<Change>>,
    /// For each cell the demands of which a proof changes it, and perhaps some that had one.
    of_cell: Vec<Vec<u32>>,
    /// Proofs that were dropped, to be taken up again where a trial fails.
    dropped: Vec<(u32, Change)>,
    /// What has been spent on looking for moves.
    pub(super) work: u64,
}

impl<'a> Proofs<'a> {
    /// No proof yet. `None` where a sum has so many cells that some are left undecided.
    pub(super) fn new(problem: &'a Problem<'a>) -> Option<Self> {
        let targets: Vec<Target> =
            problem.protect.iter().map(|protect| Target { cell: protect.cell, needed: Some(protect.needed) }).collect();
        // An insider whose cell is shown knows nothing that is not published: all cells may be suppressed.
        let bounds: Vec<Range> = problem.floors.iter().map(|&floor| Range::from(floor)).collect();
        let published = Published { relations: problem.relations, bounds: &bounds };
        let fears = Fears::of(&published, problem.insiders, &targets);
        if !problem.insiders.is_empty() && !fears.crowded.is_empty() {
            return None;
        }
        let mut demands = Vec::new();
        let mut of_cell: Vec<Vec<usize>> = vec![Vec::new(); problem.values.len()];
        for protect in problem.protect {
            let value = problem.values[protect.cell as usize];
            let down = value.saturating_sub(protect.needed.0).max(0);
            let up = protect.needed.1.saturating_sub(value).max(0);
            // At least one further value, in one direction or the other.
            for (upwards, need) in [(true, if down == 0 { up.max(1) } else { up }), (false, down)] {
                if need > 0 {
                    of_cell[protect.cell as usize].push(demands.len());
                    demands.push(Demand { cell: protect.cell, upwards, need, fears: Vec::new() });
                }
            }
        }
        for (place, &insider) in (0_u32..).zip(problem.insiders) {
            for target in fears.of_insider(insider) {
                let value = problem.values[target.cell as usize];
                let down = target.needed.map_or(0, |needed| value.saturating_sub(needed.0).max(0));
                for &at in &of_cell[target.cell as usize] {
                    let need = if demands[at].upwards { demands[at].need } else { down };
                    if need > 0 {
                        demands[at].fears.push((place, need));
                    }
                }
            }
        }
        let (changes, cells) = (vec![Vec::new(); demands.len()], vec![Vec::new(); problem.values.len()]);
        let moves = Moves::new(problem);
        Some(Self { problem, moves, demands, changes, of_cell: cells, dropped: Vec::new(), work: 0 })
    }

    fn holds(&self, proof: &Change, insider: Insider) -> bool {
        match proof.binary_search_by_key(&insider.cell, |change| change.0) {
            Err(_) => true,
            Ok(at) => {
                !insider.is_alone
                    && self.problem.values[insider.cell as usize].saturating_add(proof[at].1) >= insider.amount
            }
        }
    }

    /// Somebody against whom a demand has no proof that leaves `without` alone, and what is asked there: an outsider, or an
    /// insider.
    pub(super) fn open(&self, demand: u32, without: Option<u32>) -> Option<(Option<Insider>, i64)> {
        let left = |proof: &&Change| without.is_none_or(|cell| proof.binary_search_by_key(&cell, |it| it.0).is_err());
        let asked = &self.demands[demand as usize];
        let mut proofs = self.changes[demand as usize].iter().filter(left).peekable();
        if proofs.peek().is_none() {
            return Some((None, asked.need));
        }
        let proofs: Vec<&Change> = proofs.collect();
        let is_open = |&&(insider, _): &&(u32, i64)| {
            let insider = self.problem.insiders[insider as usize];
            !proofs.iter().any(|proof| self.holds(proof, insider))
        };
        asked.fears.iter().find(is_open).map(|&(insider, need)| (Some(self.problem.insiders[insider as usize]), need))
    }

    pub(super) fn add(&mut self, demand: u32, proof: Change) {
        for &(cell, _) in &proof {
            let of = &mut self.of_cell[cell as usize];
            if of.last() != Some(&demand) {
                of.push(demand);
            }
        }
        self.changes[demand as usize].push(proof);
    }

    /// Looks for the cheapest move that somebody cannot rule out.
    pub(super) fn find(
        &mut self,
        demand: u32,
        insider: Option<Insider>,
        need: i64,
        weight: &dyn Fn(u32) -> Option<i64>,
    ) -> Option<Change> {
        let Demand { cell, upwards, .. } = self.demands[demand as usize];
        self.moves.find(&Search { cell, upwards, need, insider, weight }, &mut self.work)
    }

    /// The demands of which a proof changes a cell.
    pub(super) fn harmed_by(&mut self, cell: u32) -> Vec<u32> {
        let mut demands = std::mem::take(&mut self.of_cell[cell as usize]);
        demands.sort_unstable();
        demands.dedup();
        let proofs = &self.changes;
        let changes = |proof: &Change| proof.binary_search_by_key(&cell, |change| change.0).is_ok();
        demands.retain(|&demand| proofs[demand as usize].iter().any(changes));
        self.of_cell[cell as usize].clone_from(&demands);
        demands
    }

    /// Drops every proof that changes a cell.
    pub(super) fn drop_all(&mut self, cell: u32) {
        for demand in self.harmed_by(cell) {
            let all = std::mem::take(&mut self.changes[demand as usize]);
            let (gone, left) = all.into_iter().partition(|proof| proof.binary_search_by_key(&cell, |it| it.0).is_ok());
            self.changes[demand as usize] = left;
            self.dropped.extend(gone.into_iter().map(|proof: Change| (demand, proof)));
        }
        self.of_cell[cell as usize].clear();
    }

    /// Forgets what was dropped so far.
    pub(super) fn settle(&mut self) {
        self.dropped.clear();
    }

    /// Goes back to the proofs of an earlier suppression, to be called with what was suppressed when [`Self::settle`] was
    /// called last.
    pub(super) fn roll_back(&mut self, chosen: &[bool]) {
        let dropped = std::mem::take(&mut self.dropped);
        let is_left = |proof: &Change| proof.iter().all(|&(cell, _)| chosen[cell as usize]);
        // What was added since may change cells that were not suppressed then.
        for cell in (0_u32..).zip(chosen).filter(|(_, chosen)| !**chosen).map(|(cell, _)| cell) {
            self.drop_all(cell);
        }
        self.dropped.clear();
        for (demand, proof) in dropped {
            if is_left(&proof) {
                self.add(demand, proof);
            }
        }
    }
}
