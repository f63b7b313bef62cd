//! The one place that names the solver of integer programs.
//!
//! Its answers are not trusted: the caller checks that one satisfies every row, and what is built on it is audited.

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, Variable};

/// Nodes after which a search for an optimum is given up. Fixed, so that the answer does not depend on the machine.
const NODES: u64 = 2_000;

/// `Σ weight · choice ≥ need`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cover {
    pub(super) weights: Vec<(u32, f64)>,
    pub(super) need: f64,
}

impl Cover {
    /// Whether the choice satisfies the row; a hair of tolerance, since weights are rounded.
    pub(super) fn holds(&self, chosen: &[bool]) -> bool {
        let sum: f64 = self.weights.iter().filter(|weight| chosen[weight.0 as usize]).map(|weight| weight.1).sum();
        sum >= self.need * (1.0 - 1e-9)
    }
}

/// The cheapest choice that satisfies every row; `None` when there is none, or none was found and proven the cheapest.
pub(super) fn cheapest(costs: &[f64], covers: &[Cover]) -> Option<Vec<bool>> {
    let mut used = vec![false; costs.len()];
    for &(at, _) in covers.iter().flat_map(|cover| &cover.weights) {
        used[at as usize] = true;
    }
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let variables: Vec<Option<Variable>> =
        costs.iter().zip(&used).map(|(&cost, &used)| used.then(|| problem.add_binary_var(cost))).collect();
    for cover in covers {
        let row: Vec<(Variable, f64)> = cover
            .weights
            .iter()
            .filter_map(|&(at, weight)| variables[at as usize].map(|variable| (variable, weight)))
            .collect();
        problem.add_constraint(row, ComparisonOp::Ge, cover.need);
    }
    let mut options = SolveOptions::default();
    options.node_limit = Some(NODES);
    let outcome = problem.solve_with(options).ok()?;
    if !outcome.is_optimal() {
        return None;
    }
    let solution = outcome.into_solution().ok()?;
    let chosen: Vec<bool> =
        variables.iter().map(|variable| variable.is_some_and(|variable| solution.var_value(variable) > 0.5)).collect();
    covers.iter().all(|cover| cover.holds(&chosen)).then_some(chosen)
}
