//! The cheapest proposal, for a small table.

use super::cuts::View;
use super::{Problem, Proposal};
use crate::stop::Watch;
use crate::tabular::audit::AuditError;
use crate::tabular::program::{Cover, cheapest};
use crate::tabular::simplex::Trouble;

/// Rounds of the integer program and the audit.
const ROUNDS: usize = 60;

/// The cheapest proposal and the proof that it is, or `None` when it was not found within the limits.
///
/// Every row is true of every safe suppression, so the cheapest choice that satisfies the rows found so far costs no more
/// than the cheapest safe one. As soon as one passes the audit it is that.
pub(super) fn propose(
    problem: &Problem<'_>,
    known: &Proposal,
    watch: Watch<'_>,
) -> Result<Option<Proposal>, AuditError> {
    let given = problem.given();
    // The given cells are free; among suppressions of the same cost the one with fewer cells comes first.
    #[expect(clippy::cast_precision_loss, reason = "the cost of what is found is compared exactly")]
    let costs: Vec<f64> = problem.costs.iter().map(|&cost| cost as f64).collect();
    let mut covers: Vec<Cover> = Vec::new();
    let mut chosen = given.clone();
    for _ in 0..ROUNDS {
        let gaps = problem.gaps(&chosen, watch)?;
        let cost = problem.cost(&chosen);
        if cost >= known.cost {
            // Nothing can be cheaper than what is known.
            return Ok(Some(Proposal { is_optimal: true, ..known.clone() }));
        }
        if gaps.is_empty() {
            return Ok(Some(Proposal { suppressed: chosen, cost, is_optimal: true }));
        }
        let view = match View::new(problem, &chosen, watch.stop) {
            Ok(view) => view,
            Err(trouble) => return give_up(trouble),
        };
        let before = covers.len();
        for gap in gaps {
            match view.missing(problem, &chosen, &problem.protect[gap.protect], gap.attack, watch.stop) {
                Ok(found) => covers.extend(found),
                Err(trouble) => return give_up(trouble),
            }
        }
        if covers.len() == before {
            return Ok(None);
        }
        let Some(mut next) = cheapest(&costs, &covers) else { return Ok(None) };
        for (next, given) in next.iter_mut().zip(&given) {
            *next |= given;
        }
        chosen = next;
    }
    Ok(None)
}

fn give_up(trouble: Trouble) -> Result<Option<Proposal>, AuditError> {
    match trouble {
        Trouble::Infeasible => Err(AuditError::Inconsistent),
        Trouble::Stopped(reason) => Err(AuditError::Stopped(reason)),
        Trouble::Overflow | Trouble::TooLarge => Ok(None),
    }
}
