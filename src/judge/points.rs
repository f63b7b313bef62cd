//! What is said of known points, and what follows where they were not measured.

use super::checks::Held;
use super::number::{percent, percent_beside};
use super::{Case, Gated, list};
use crate::measure::unicity::NAME;
use crate::result::{CheckOutcome, DatasetColumn, Figure, Gate, GateOrigin, NotMeasured, Outcome, Role};

/// Why no curve of known points can be gated.
pub(super) struct Unseen {
    /// Whether the extract has events all the same.
    has_events: bool,
    reason: &'static str,
    why: &'static str,
}

/// Whether known points were not measured, or no curve of them can be gated.
pub(super) fn unseen(case: Case<'_>) -> Option<Unseen> {
    let no_curve = match &case.measures.unicity {
        None => false,
        Some(Outcome::Measured { value, .. }) if value.gates.is_empty() => true,
        Some(_) => return None,
    };
    let quasi_identifiers = || case.dataset.columns.iter().filter(|column| column.role == Role::QuasiIdentifier);
    let has_events = quasi_identifiers().any(DatasetColumn::is_event);
    let reason = match (has_events, no_curve) {
        (true, true) => "no group of event columns can be gated",
        (true, false) => "not measured",
        _ if case.dataset.subject.is_none() => "no subject is declared, so there are no histories of events",
        _ => "no quasi-identifier varies within a subject, so there are no events",
    };
    Some(Unseen { has_events, reason, why: if no_curve { "could not be measured" } else { "is not measured" } })
}

impl Unseen {
    /// How a gate on known points ends: with events nobody knows, without there is nothing to know.
    pub(super) fn outcome(&self, gate: &Gate) -> (CheckOutcome, String) {
        if !self.has_events {
            return (CheckOutcome::NotApplicable, self.reason.to_owned());
        }
        let reason = match gate.origin {
            GateOrigin::Default => self.reason.to_owned(),
            _ => format!("how many known events single a subject out {}", self.why),
        };
        (CheckOutcome::Unknown, reason)
    }
}

/// Whether a person must look, rather than the scan fail: nobody but the house set the limit.
pub(super) fn is_doubt(case: Case<'_>, held: &Held<'_>) -> bool {
    held.measure() == NAME && held.gate.origin == GateOrigin::Default && unseen(case).is_some()
}

/// Lists known points as not measured; with events and no limit of somebody's own a person must look.
pub(super) fn apply(case: Case<'_>, gated: &mut Gated) {
    let Some(unseen) = unseen(case) else { return };
    let set_by_somebody =
        |gate: &Gate| gate.measure == crate::result::GateMeasure::UNICITY && gate.origin != GateOrigin::Default;
    if unseen.has_events && !case.policy.gates.iter().any(set_by_somebody) {
        let why = unseen.why;
        gated
            .doubts
            .push(format!("the extract has event columns, and how many known events single a subject out {why}"));
    }
    gated.not_measured.push(NotMeasured { measure: NAME.to_owned(), reason: unseen.reason.to_owned() });
}

/// A share singled out beyond its limit, in words.
pub(super) fn sentence(case: Case<'_>, held: &Held<'_>, figure: &Figure) -> Option<String> {
    let Some(Outcome::Measured { value, .. }) = &case.measures.unicity else { return None };
    let (share, limit) = (figure.value.value()?, held.check.limit?);
    let interval = figure
        .value
        .interval()
        .map_or_else(String::new, |[low, high]| format!(" (95 % interval {} to {})", percent(low), percent(high)));
    let gate = value.gates.iter().find(|gate| gate.point == figure.columns)?;
    Some(format!(
        "{} of all {} subjects with an event are singled out by {} of {}{interval}; the policy allows at most {}",
        percent_beside(share, limit),
        gate.subjects,
        figure.about.as_deref().unwrap_or("known points"),
        list(&figure.columns),
        percent(limit)
    ))
}
