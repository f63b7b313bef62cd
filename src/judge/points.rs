//! What is said of known points, and what follows where they were not measured.

use super::checks::{Held, open};
use super::{Case, Gated, Hearing, finding, list, percent, percent_beside};
use crate::measure::unicity::NAME;
use crate::plan::{Limit, grouped};
use crate::result::{
    Check, CheckOutcome, DatasetColumn, Figure, FindingCode, Gate, GateMeasure, GateOrigin, NotMeasured, Outcome,
    Severity, UnicityGate,
};

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
    let has_events = case.quasi_identifiers().any(DatasetColumn::is_event);
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
            _ => format!("unicity (subjects singled out by known events) {}", self.why),
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
    let set_by_somebody = |gate: &Gate| gate.measure == GateMeasure::UNICITY && gate.origin != GateOrigin::Default;
    if unseen.has_events && !case.policy.gates.iter().any(set_by_somebody) {
        let why = unseen.why;
        gated
            .doubts
            .push(format!("the extract has event columns, but unicity (subjects singled out by known events) {why}"));
    }
    gated.not_measured.push(NotMeasured { measure: NAME.to_owned(), reason: unseen.reason.to_owned() });
}

/// A share singled out beyond its limit, in words.
pub(super) fn sentence(case: Case<'_>, held: &Held<'_>, figure: &Figure) -> Option<String> {
    let limit = held.check.limit?;
    let gate = gate_of(case, figure)?;
    let is_active = held.gate.measure == GateMeasure::UNICITY_ACTIVE;
    let described = described(gate, figure, limit, is_active)?;
    Some(format!("{described}; the policy allows at most {}", percent(limit)))
}

/// The share with its denominator and its interval, in words.
fn described(gate: &UnicityGate, figure: &Figure, limit: f64, is_active: bool) -> Option<String> {
    let interval = figure
        .value
        .interval()
        .map_or_else(String::new, |[low, high]| format!(" (95 % interval {} to {})", percent(low), percent(high)));
    let who = if is_active {
        format!(
            "{} subjects with at least {} such points, of {} with an event,",
            grouped(gate.subjects_active),
            gate.known_points,
            grouped(gate.subjects)
        )
    } else {
        format!("{} subjects with an event", grouped(gate.subjects))
    };
    Some(format!(
        "{} of all {who} are singled out by {} of {}{interval}",
        percent_beside(figure.value.value()?, limit),
        figure.about.as_deref().unwrap_or("known points"),
        list(&figure.columns),
    ))
}

/// The gated point that a figure is of.
fn gate_of<'a>(case: Case<'a>, figure: &Figure) -> Option<&'a UnicityGate> {
    let Some(Outcome::Measured { value, .. }) = &case.measures.unicity else { return None };
    value.gates.iter().find(|gate| gate.point == figure.columns)
}

/// Why a limit on the subjects with enough points has nothing to limit; `None` where it has, or where it is not known.
pub(super) fn nobody_is_active(case: Case<'_>, row: &Limit, figure: &Figure) -> Option<String> {
    let gate = gate_of(case, figure).filter(|_| row.gate == GateMeasure::UNICITY_ACTIVE.name())?;
    let is_nobody = gate.subjects_active == 0 && gate.undefined.is_none();
    is_nobody.then(|| format!("no subject has {} points", gate.known_points))
}

/// Subjects with few events that hide what becomes of those with many, where nobody limited these.
pub(super) fn diluted(hearing: Hearing<'_>, gated: &mut Gated) {
    let case = hearing.case;
    let limits_of = |measure: GateMeasure| {
        let on_measure = case.policy.gates.iter().filter(move |gate| gate.measure == measure);
        on_measure.filter_map(|gate| gate.limit).filter(|&limit| limit < 1.0)
    };
    let strictest = limits_of(GateMeasure::UNICITY).reduce(f64::min);
    let (Some(limit), None) = (strictest, limits_of(GateMeasure::UNICITY_ACTIVE).next()) else { return };
    let ids = ["unicity.gated_share_active", "unicity.gated_share_active_unclear"];
    for figure in hearing.figures.iter().filter(|figure| ids.contains(&figure.id.as_str())) {
        let Some(gate) = gate_of(case, figure) else { continue };
        let holds = gate.upper().is_some_and(|upper| upper <= limit);
        let upper = gate.upper_active().filter(|&upper| upper > limit);
        let (true, Some(upper)) = (holds && gate.subjects_active >= u64::from(case.policy.k), upper) else { continue };
        let Some(described) = described(gate, figure, limit, true) else { continue };
        let message = format!(
            "{described}; the policy allows at most {} over all subjects, and `max_unicity_active` is not declared",
            percent(limit)
        );
        let (code, gate) = (FindingCode::UnicityDiluted, Gate::at_most(GateMeasure::UNICITY_ACTIVE, None, limit));
        let check = open(&gate, CheckOutcome::Unknown, "no separate limit is declared".to_owned()).of(figure);
        let check = Check { compared: Some(upper), finding: Some(code), ..check };
        let found = finding(code, Severity::Medium, NAME, message).of_check(&check);
        gated.add(check, found);
    }
}
