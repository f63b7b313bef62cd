//! Limits relative to an earlier run, such as `max_unicity = "baseline + 0.01"`.
//!
//! # Definition
//! The limit is the figure of the baseline plus the change. It is never looser than the limit that the baseline itself was
//! held to, so that small steps do not add up from night to night, and never looser than the bound written beside it.
//!
//! # Edge cases
//! Without a usable baseline, or where it has no number for the same figure on the same columns, there is no limit, and what
//! is held to none is unknown risk, which fails.

use super::row_of;
use crate::plan::{Limit, Range};
use crate::result::{Baseline, Check, Comparison, Earlier, Figure, Gate, Policy, RatchetFigure};

/// The policy with every limit that is relative to a baseline made a number, where it can be.
#[must_use]
pub fn resolved(policy: &Policy, baseline: Option<&Baseline>) -> Policy {
    let mut policy = policy.clone();
    let earlier = baseline.and_then(Baseline::usable);
    for gate in policy.gates.iter_mut().filter(|gate| gate.ratchet.is_some()) {
        resolve(gate, earlier);
    }
    policy.k = policy.gates.iter().filter_map(Gate::class_limit).max().unwrap_or(policy.k);
    policy
}

fn resolve(gate: &mut Gate, earlier: Option<&Earlier>) {
    let (row, comparison, id) = (row_of(gate), gate.comparison, gate.id.clone());
    let Some(ratchet) = &mut gate.ratchet else { return };
    (gate.limit, ratchet.figures) = (None, Vec::new());
    let (Some(earlier), Some(row)) = (earlier, row) else { return };
    let name = row.figure_id(gate.set);
    for figure in earlier.figures.iter().filter(|figure| figure.id == name) {
        let Some(value) = figure.value.value() else { continue };
        let (columns, about) = (figure.columns.clone(), figure.about.clone());
        ratchet.figures.push(RatchetFigure { columns, about, value });
    }
    let values = ratchet.figures.iter().map(|figure| figure.value + ratchet.change);
    let held = earlier.checks.iter().filter(|check| check.gate == id && check.figure.as_ref() == Some(&name));
    let limits = values.chain(held.filter_map(|check| check.limit)).chain(ratchet.bound);
    let strictest = match comparison {
        Comparison::AtLeast => limits.max_by(f64::total_cmp),
        Comparison::AtMost | Comparison::NoneBreaks => limits.min_by(f64::total_cmp),
    };
    gate.limit = strictest.filter(|_| !ratchet.figures.is_empty()).and_then(|limit| within(limit, row));
}

/// A number as its row takes it: whole where it must be, towards the stricter side, and in its range.
fn within(limit: f64, row: &Limit) -> Option<f64> {
    let stricter = match (row.range, row.comparison) {
        (Range::Between(least, most), _) => limit.clamp(least, most),
        (Range::Whole(least, _), Comparison::AtLeast) => limit.ceil().max(crate::number::as_float(least)),
        (Range::Whole(least, _), _) => limit.floor().max(crate::number::as_float(least)),
    };
    row.range.holds(stricter).then_some(stricter)
}

/// Why a gate has no limit although it is relative to a baseline; none where it is no such gate.
pub(super) fn unresolved(gate: &Gate, baseline: Option<&Baseline>) -> Option<String> {
    gate.ratchet.as_ref().filter(|_| gate.limit.is_none())?;
    Some(match baseline.map(|baseline| (baseline, baseline.usable())) {
        None => "the limit is relative to a baseline, and none is named: use `--baseline`".to_owned(),
        Some((baseline, None)) => match &baseline.refused {
            Some(refused) => format!("the limit is relative to a baseline that cannot be used: {refused}"),
            None => "the limit is relative to a baseline, and there is no earlier run".to_owned(),
        },
        Some(_) => "the limit is relative to a baseline that has no number for this figure".to_owned(),
    })
}

/// Whether a figure is one that the limit was made from. Another figure, such as one on other columns, has no limit.
pub(super) fn knows(gate: &Gate, figure: &Figure, row: &Limit) -> bool {
    let Some(ratchet) = &gate.ratchet else { return true };
    let is_same = |known: &RatchetFigure| known.columns == figure.columns && known.about == figure.about;
    figure.id == row.figure_id(gate.set) && ratchet.figures.iter().any(is_same)
}

/// What a check of another figure says.
pub(super) fn of_other(check: Check) -> Check {
    let reason = "the limit is relative to a baseline that has no number for this figure on these columns";
    Check { reason: Some(reason.to_owned()), ..check }
}
