//! A cheap proposal for a table of any size.

use super::cuts::View;
use super::proofs::Proofs;
use super::{Attack, Insider, Problem, Proposal, Protect};
use crate::stop::Watch;
use crate::tabular::audit::{Asked, AuditError, Reach};
use crate::tabular::simplex::Trouble;

/// Attempts at one demand: each suppresses at least one further cell.
const ROUNDS: usize = 1_000;
/// What may be spent on making a safe proposal cheaper: corners of moves and entries of tableaus. Work and not time, so that
/// the proposal is the same on every machine.
pub(super) const WORK: u64 = 100_000_000;
/// What programs may cost before a proposal is safe; beyond it whole sums are suppressed.
const WORK_OF_REPAIR: u64 = 100_000_000;
/// What looking at a corner of a move costs, in entries of tableaus.
const CORNER: u64 = 6;
/// Cells of a table up to which every further cell is looked at again after each trial, by programs too.
const FEW: usize = 500;

/// A suppression on its way.
struct Draft<'a, 'w> {
    problem: &'a Problem<'a>,
    proofs: Proofs<'a>,
    chosen: Vec<bool>,
    given: Vec<bool>,
    /// What the programs have cost.
    programs: u64,
    /// Whether programs are asked where no move is found.
    by_programs: bool,
    watch: Watch<'w>,
}

pub(super) fn propose(problem: &Problem<'_>, work: u64, watch: Watch<'_>) -> Result<Option<Proposal>, AuditError> {
    let Some(proofs) = Proofs::new(problem) else { return Ok(None) };
    let given = problem.given();
    let mut draft = Draft { problem, proofs, chosen: given.clone(), given, programs: 0, by_programs: true, watch };
    if !draft.repair_all()? {
        return Ok(None);
    }
    let most = draft.spent() + work;
    draft.show_unused();
    // Moves show most of it again for little; programs are left for the rest.
    for by_programs in [false, true] {
        draft.by_programs = by_programs;
        draft.take_back(most)?;
    }
    draft.by_programs = problem.cells.len() <= FEW;
    draft.improve(most)?;
    draft.show_unused();
    let cost = problem.cost(&draft.chosen);
    Ok(Some(Proposal { suppressed: draft.chosen, cost, is_optimal: cost == 0 }))
}

impl<'a> Draft<'a, '_> {
    fn spent(&self) -> u64 {
        self.proofs.work * CORNER + self.programs
    }

    /// Suppresses more cells until every demand is proven; false when it does not get there.
    fn repair_all(&mut self) -> Result<bool, AuditError> {
        let mut demands: Vec<u32> = (0_u32..).zip(&self.proofs.demands).map(|(at, _)| at).collect();
        // Those that need most first: their moves serve the others as well.
        demands.sort_by_key(|&at| {
            let demand = &self.proofs.demands[at as usize];
            (std::cmp::Reverse(demand.need), demand.cell, demand.upwards)
        });
        let mut left = Vec::new();
        for demand in demands {
            self.watch.stop.check().map_err(AuditError::Stopped)?;
            if !self.by_moves(demand, None) {
                left.push(demand);
            }
        }
        for demand in left {
            if !self.repair(demand, None)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Proves a demand against everybody by moves, and suppresses what they change. False where a move is missing.
    fn by_moves(&mut self, demand: u32, banned: Option<u32>) -> bool {
        while let Some((insider, need)) = self.proofs.open(demand, None) {
            let (chosen, costs) = (&self.chosen, self.problem.costs);
            let weight = |cell: u32| match chosen[cell as usize] {
                _ if banned == Some(cell) => None,
                true => Some(0),
                false => Some(costs[cell as usize].max(1)),
            };
            let Some(change) = self.proofs.find(demand, insider, need, &weight) else { return false };
            for &(cell, _) in &change {
                self.chosen[cell as usize] = true;
            }
            self.proofs.add(demand, change);
        }
        true
    }

    /// Proves a demand by moves, by programs, or by suppressing what helps most; false where nothing helps.
    fn repair(&mut self, demand: u32, banned: Option<u32>) -> Result<bool, AuditError> {
        let mut reach = None;
        for _ in 0..ROUNDS {
            if self.by_moves(demand, banned) {
                return Ok(true);
            }
            let Some((insider, need)) = self.proofs.open(demand, None) else { return Ok(true) };
            if self.by_programs && self.programs < WORK_OF_REPAIR {
                if self.by_program(demand, insider, need, &mut reach)? {
                    continue;
                }
                reach = None;
                if self.by_rows(demand, insider, need, banned)? {
                    continue;
                }
            }
            // A trial that needs whole sums is not cheaper.
            if banned.is_some() || !self.widen(self.proofs.demands[demand as usize].cell) {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Proves that a demand holds against somebody as it is, by a linear program.
    fn by_program(
        &mut self,
        demand: u32,
        insider: Option<Insider>,
        need: i64,
        reach: &mut Option<Reach<'a>>,
    ) -> Result<bool, AuditError> {
        let asked = &self.proofs.demands[demand as usize];
        let value = self.problem.values[asked.cell as usize];
        let goal = if asked.upwards { value.checked_add(need) } else { value.checked_sub(need) };
        let Some(goal) = goal else { return Ok(false) };
        let reach = match reach {
            Some(reach) => reach,
            None => reach.insert(Reach::new(self.problem.relations, self.problem.bounds(&self.chosen))?),
        };
        let asked = Asked { cell: asked.cell, goal, upwards: asked.upwards, insider };
        let found = reach.change(asked, self.problem.values, self.watch)?;
        self.programs += reach.take_work();
        let is_proven = found.is_some();
        if let Some(change) = found {
            self.proofs.add(demand, change);
        }
        Ok(is_proven)
    }

    /// Suppresses the cells that help a demand most for what they cost. False where none does.
    fn by_rows(
        &mut self,
        demand: u32,
        insider: Option<Insider>,
        need: i64,
        banned: Option<u32>,
    ) -> Result<bool, AuditError> {
        let asked = &self.proofs.demands[demand as usize];
        let value = self.problem.values[asked.cell as usize];
        let (low, up) = if asked.upwards { (value, value.saturating_add(need)) } else { (value - need, value) };
        let protect = Protect { cell: asked.cell, needed: (low, up) };
        let attack = insider.map_or(Attack::Outsider, Attack::Insider);
        let before = self.chosen.clone();
        let stop = self.watch.stop;
        let found = View::new(self.problem, &before, stop).and_then(|view| {
            let covers = view.missing(self.problem, &before, &protect, attack, stop);
            covers.map(|covers| (covers, view.work()))
        });
        let (covers, work) = match found {
            Ok(found) => found,
            Err(Trouble::Infeasible) => return Err(AuditError::Inconsistent),
            Err(Trouble::Stopped(reason)) => return Err(AuditError::Stopped(reason)),
            Err(Trouble::Overflow | Trouble::TooLarge) => return Ok(false),
        };
        self.programs += work;
        for cover in covers {
            #[expect(clippy::cast_precision_loss, reason = "a preference among cells")]
            let price = |&(cell, weight): &(u32, f64)| (self.problem.costs[cell as usize] as f64 + 1.0) / weight;
            let is_free = |&&(cell, _): &&(u32, f64)| banned != Some(cell) && !before[cell as usize];
            let mut helpers: Vec<&(u32, f64)> = cover.weights.iter().filter(is_free).collect();
            helpers.sort_by(|one, other| price(one).total_cmp(&price(other)).then(one.0.cmp(&other.0)));
            for &&(cell, _) in &helpers {
                if cover.holds(&self.chosen) {
                    break;
                }
                self.chosen[cell as usize] = true;
            }
        }
        Ok(self.chosen != before)
    }

    /// Suppresses the cheapest sum through a cell as a whole; where all are, every sum of which something is suppressed. In
    /// the end that is the whole table, of which nothing can be computed. False when nothing is left to suppress.
    fn widen(&mut self, cell: u32) -> bool {
        let chosen = &self.chosen;
        let is_open = |cell: &u32| !chosen[*cell as usize];
        let cells = |at: usize| {
            let relation = &self.problem.relations[at];
            relation.parts.iter().chain([&relation.total]).copied()
        };
        let all = 0..self.problem.relations.len();
        let through = all.clone().filter(|&at| cells(at).any(|other| other == cell));
        let price = |at: usize| {
            let open: Vec<u32> = cells(at).filter(is_open).collect();
            let cost: i128 = open.iter().map(|&cell| i128::from(self.problem.costs[cell as usize])).sum();
            (!open.is_empty()).then_some((cost, open))
        };
        let found = through.filter_map(price).min().map(|(_, open)| open);
        let further = || {
            let touched = all.filter(|&at| cells(at).any(|cell| chosen[cell as usize]));
            touched.flat_map(cells).filter(is_open).collect()
        };
        let open: Vec<u32> = found.unwrap_or_else(further);
        for &cell in &open {
            self.chosen[cell as usize] = true;
        }
        !open.is_empty()
    }

    /// Cells that are suppressed besides the given ones, the dearest first.
    fn further(&self) -> Vec<u32> {
        let is_further = |&cell: &u32| self.chosen[cell as usize] && !self.given[cell as usize];
        let mut cells: Vec<u32> = (0_u32..).zip(&self.chosen).map(|(cell, _)| cell).filter(is_further).collect();
        cells.sort_by_key(|&cell| (std::cmp::Reverse(self.problem.costs[cell as usize]), cell));
        cells
    }

    /// Shows again every cell that no proof changes.
    fn show_unused(&mut self) {
        for cell in self.further() {
            self.chosen[cell as usize] = !self.proofs.harmed_by(cell).is_empty();
        }
    }

    /// Shows again every cell without which every demand still has its proofs, the dearest first.
    fn take_back(&mut self, most: u64) -> Result<(), AuditError> {
        for cell in self.further() {
            if self.spent() >= most {
                break;
            }
            self.show(cell)?;
        }
        self.proofs.settle();
        Ok(())
    }

    /// Shows a cell again if every demand keeps or finds a proof without it.
    fn show(&mut self, cell: u32) -> Result<bool, AuditError> {
        self.watch.stop.check().map_err(AuditError::Stopped)?;
        self.chosen[cell as usize] = false;
        let mut reach = None;
        for demand in self.proofs.harmed_by(cell) {
            while let Some((insider, need)) = self.proofs.open(demand, Some(cell)) {
                let (chosen, given, costs) = (&self.chosen, &self.given, self.problem.costs);
                let weight = |cell: u32| match (chosen[cell as usize], given[cell as usize]) {
                    (false, _) => None,
                    (true, true) => Some(0),
                    (true, false) => Some(costs[cell as usize]),
                };
                if let Some(change) = self.proofs.find(demand, insider, need, &weight) {
                    self.proofs.add(demand, change);
                } else if !self.by_programs || !self.by_program(demand, insider, need, &mut reach)? {
                    self.chosen[cell as usize] = true;
                    return Ok(false);
                }
            }
        }
        self.proofs.drop_all(cell);
        Ok(true)
    }

    /// Does without one cell after the other, and keeps what is cheaper.
    fn improve(&mut self, most: u64) -> Result<(), AuditError> {
        let mut cost = self.problem.cost(&self.chosen);
        let mut better = true;
        while better {
            better = false;
            for cell in self.further() {
                if self.spent() >= most {
                    return Ok(());
                }
                if !self.chosen[cell as usize] {
                    continue;
                }
                let before = self.chosen.clone();
                let found = self.without(cell, most)?;
                let other = self.problem.cost(&self.chosen);
                if found && other < cost {
                    (cost, better) = (other, true);
                    self.proofs.settle();
                } else {
                    self.proofs.roll_back(&before);
                    self.chosen = before;
                }
            }
        }
        Ok(())
    }

    /// Shows a cell and repairs what that harms with others.
    fn without(&mut self, cell: u32, most: u64) -> Result<bool, AuditError> {
        let before = self.chosen.clone();
        self.chosen[cell as usize] = false;
        let harmed = self.proofs.harmed_by(cell);
        self.proofs.drop_all(cell);
        for demand in harmed {
            if !self.repair(demand, Some(cell))? {
                return Ok(false);
            }
        }
        for other in self.further() {
            let is_new = !before[other as usize];
            if (is_new || self.chosen.len() <= FEW) && self.spent() < most {
                self.show(other)?;
            }
        }
        Ok(true)
    }
}
