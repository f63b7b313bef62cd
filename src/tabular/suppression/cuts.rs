//! Why a suppression does not protect a cell: a row that every suppression that does satisfies.

use super::{Attack, Problem, Protect};
use crate::stop::Stop;
use crate::tabular::program::Cover;
use crate::tabular::simplex::{Bound, Equation, Tableau, Trouble};

/// The attackers' view of a whole table in which some cells are suppressed: every cell is a variable, and the cells that
/// are shown have no room to move.
///
/// # Method
/// At the largest value of a cell its row of the tableau writes it as a constant plus multiples of cells. A suppressed
/// cell in it cannot help; a cell that is shown could, if it were suppressed, by as much as it can fall, or without limit
/// where it helps by rising. What is missing must come from these: a row over choices of cells (Fischetti and Salazar,
/// 2001, *Solving the cell suppression problem on tabular data with linear constraints*).
pub(super) struct View {
    first: Tableau,
    equations: Vec<Equation>,
}

impl View {
    pub(super) fn new(problem: &Problem<'_>, chosen: &[bool], stop: &Stop) -> Result<Self, Trouble> {
        let bounds: Vec<(i64, Option<i64>)> = problem
            .values
            .iter()
            .zip(problem.floors)
            .zip(chosen)
            .map(|((&value, &floor), &chosen)| if chosen { (floor, None) } else { (value, Some(value)) })
            .collect();
        let equations: Vec<Equation> = problem
            .relations
            .iter()
            .map(|relation| Equation {
                terms: relation.parts.iter().map(|&part| (part, 1)).chain([(relation.total, -1)]).collect(),
                value: 0,
            })
            .collect();
        let first = Tableau::new(&bounds, &equations, stop)?;
        if first.verify(&equations) { Ok(Self { first, equations }) } else { Err(Trouble::Overflow) }
    }

    /// What setting it up has cost, in entries of the tableau.
    pub(super) fn work(&self) -> u64 {
        self.first.work() + self.first.size()
    }

    /// The rows that say what is missing for a cell, at most one for each direction, towards what an attacker knows.
    pub(super) fn missing(
        &self,
        problem: &Problem<'_>,
        chosen: &[bool],
        protect: &Protect,
        attack: Attack,
        stop: &Stop,
    ) -> Result<Vec<Cover>, Trouble> {
        let mut covers = Vec::new();
        for upwards in [true, false] {
            let mut tableau = self.first.clone();
            if let Attack::Insider(insider) = attack
                && chosen[insider.cell as usize]
            {
                let up = insider.is_alone.then_some(insider.amount);
                let low = insider.amount.max(problem.floors[insider.cell as usize]);
                tableau.tighten(insider.cell, low, up, stop)?;
            }
            let goal = i128::from(if upwards { protect.needed.1 } else { protect.needed.0 });
            let end = tableau.bound(protect.cell, upwards, Some(goal), stop)?;
            let Bound::Exact(reached) = end else { continue };
            if !tableau.verify(&self.equations) {
                return Err(Trouble::Overflow);
            }
            let short = if upwards { goal - reached } else { reached - goal };
            if short <= 0 {
                continue;
            }
            let Some((den, terms)) = tableau.in_terms_of_others(protect.cell) else { continue };
            covers.push(cover(problem, chosen, attack, &terms, den, short, upwards));
        }
        Ok(covers)
    }
}

#[expect(clippy::cast_precision_loss, reason = "weights are rounded; what is chosen by them is audited exactly")]
fn cover(
    problem: &Problem<'_>,
    chosen: &[bool],
    attack: Attack,
    terms: &[(u32, i64)],
    den: i64,
    short: i128,
    upwards: bool,
) -> Cover {
    // The end is a multiple of `1 / den` and was rounded inwards: at least this much is missing.
    let need = short as f64 - 1.0 + 1.0 / den as f64;
    let mut weights = Vec::new();
    for &(cell, coefficient) in terms {
        if chosen[cell as usize] {
            continue;
        }
        let (value, mut floor) = (problem.values[cell as usize], problem.floors[cell as usize]);
        if let Attack::Insider(insider) = attack
            && insider.cell == cell
        {
            if insider.is_alone {
                continue;
            }
            floor = floor.max(insider.amount);
        }
        let room = value.saturating_sub(floor);
        let helps_by_rising = (coefficient > 0) == upwards;
        let gain = if helps_by_rising { need } else { coefficient.unsigned_abs() as f64 * room as f64 / den as f64 };
        if gain > 0.0 {
            weights.push((cell, (gain / need).min(1.0)));
        }
    }
    Cover { weights, need: 1.0 }
}
