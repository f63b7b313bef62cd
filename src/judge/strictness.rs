//! Whether one set of limits asks for as much as another, so that a run cannot pass by asking for less than was declared.

use super::presets::policy_of;
use crate::plan::Limits;
use crate::result::{Comparison, Gate, GateMeasure};

/// Whether `after` lets something pass that `before` does not: some gate of `before` has no equal and no stricter one in
/// `after`.
///
/// Limits that cannot be compared, such as a number and one relative to a baseline without a bound, count as looser. What
/// moves the exit code alone, as `fail_on` does, is no limit.
#[must_use]
pub fn loosens(before: &Limits, after: &Limits) -> bool {
    let (before, after) = (asked_of(before), asked_of(after));
    !before.iter().all(|gate| after.iter().any(|other| implies(other, gate)))
}

/// The gates of limits, and those that stand for what asks for a look while nobody limits it: people with many events who
/// are singled out, and attacks that beat guessing.
fn asked_of(limits: &Limits) -> Vec<Gate> {
    let mut gates = policy_of(limits).gates;
    let has = |gates: &[Gate], measures: &[GateMeasure]| gates.iter().any(|gate| measures.contains(&gate.measure));
    let of_events = gates.iter().filter(|gate| gate.measure == GateMeasure::UNICITY).filter_map(|gate| gate.limit);
    let strictest = of_events.reduce(f64::min).filter(|_| !has(&gates, &[GateMeasure::UNICITY_ACTIVE]));
    let is_linked = has(&gates, &[GateMeasure::LINKED_SHARE, GateMeasure::CORRECT_LINKS]);
    let is_relinked = has(&gates, &[GateMeasure::RELINKED_SHARE]);
    let of_attacks =
        [(!is_linked).then_some(GateMeasure::LINKED_SHARE), (!is_relinked).then_some(GateMeasure::RELINKED_SHARE)];
    gates.extend(strictest.map(|limit| Gate::at_most(GateMeasure::UNICITY_ACTIVE, None, limit)));
    gates.extend(of_attacks.into_iter().flatten().map(|share| Gate::at_most(share, None, 0.0)));
    gates
}

/// Whether everything that keeps to `gate` keeps to `other` as well.
fn implies(gate: &Gate, other: &Gate) -> bool {
    if gate.set != other.set {
        return false;
    }
    // The highest risk is one by the smallest class.
    if let (Some(k), Some(least)) = (gate.class_limit(), other.class_limit()) {
        return k >= least;
    }
    let is_same = gate.measure == other.measure && gate.comparison == other.comparison;
    // A limit on people in small classes says how small.
    let is_as_wide = gate.measure != GateMeasure::SHARE_AT_RISK || gate.limit_as_k >= other.limit_as_k;
    is_same && is_as_wide && (gate.comparison == Comparison::NoneBreaks || is_as_strict(gate, other))
}

/// Whether the limit of a gate is at least as strict as that of another one on the same figure.
fn is_as_strict(gate: &Gate, other: &Gate) -> bool {
    let holds = |one: f64, other: f64| match gate.comparison {
        Comparison::AtLeast => one >= other,
        _ => one <= other,
    };
    let bounded = |bound: Option<f64>, least: Option<f64>| match (bound, least) {
        (_, None) => true,
        (bound, Some(least)) => bound.is_some_and(|bound| holds(bound, least)),
    };
    match (&gate.ratchet, &other.ratchet) {
        (Some(rule), Some(least)) => holds(rule.change, least.change) && bounded(rule.bound, least.bound),
        (None, Some(_)) => false,
        // The figure of a baseline can be anything, the bound cannot be passed.
        (Some(rule), None) => other.limit.is_some() && bounded(rule.bound, other.limit),
        // A limit that a preset leaves open fails until somebody declares it.
        (None, None) => gate.limit.is_none_or(|limit| other.limit.is_some_and(|least| holds(limit, least))),
    }
}
