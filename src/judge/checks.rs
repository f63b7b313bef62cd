//! Limits held against figures: one check for each gate and figure that it speaks of, whatever comes of it.
//!
//! A gate names its figures through the row of its limit. Nothing here knows what a figure means: it is compared as it
//! is, of an estimate the worse end of its interval, without a tolerance, and equality holds.

use super::linkage::known_figures;
use super::readings::{Reading, reading_of, unclear_figures};
use super::{Hearing, coverage, points, ratchet, row_of};
use crate::measure::{self, aggregates, linkage, unicity, uniqueness};
use crate::plan::Limit;
use crate::result::{
    Check, CheckOutcome, Comparison, Figure, FigureValue, Gate, GateMeasure, GateOrigin, GateSet, Outcome,
};

/// A check, with what was compared.
#[derive(Debug, Clone)]
pub(super) struct Held<'a> {
    pub(super) gate: &'a Gate,
    pub(super) row: Option<&'static Limit>,
    pub(super) figure: Option<&'a Figure>,
    pub(super) check: Check,
    /// Under which reading of unclear columns the figure is what leaves.
    pub(super) reading: Reading,
}

/// Every limit of the policy held against its figures, in the order of the policy.
pub(super) fn of_limits(hearing: Hearing<'_>) -> Vec<Held<'_>> {
    let gates = hearing.case.policy.gates.iter().filter(|gate| !gate.measure.is_rule_of_form());
    gates.flat_map(|gate| of_gate(hearing, gate)).collect()
}

fn of_gate<'a>(hearing: Hearing<'a>, gate: &'a Gate) -> Vec<Held<'a>> {
    let row = row_of(gate);
    let alone = |outcome, reason: String| {
        vec![Held { gate, row, figure: None, check: open(gate, outcome, reason), reading: Reading::Either }]
    };
    let is_of_totals = row.is_some_and(|row| row.measure == aggregates::NAME);
    if hearing.case.declarations.aggregate && !is_of_totals {
        let reason = "the file is declared to hold totals, so its rows are not persons";
        return alone(CheckOutcome::NotApplicable, reason.to_owned());
    }
    let Some(row) = row else {
        return alone(CheckOutcome::Unknown, "no measure of this version computes its figure".to_owned());
    };
    if let Some(reason) = ratchet::unresolved(gate, hearing.case.baseline) {
        return alone(CheckOutcome::Unknown, reason);
    }
    if gate.limit.is_none() {
        let reason = format!("the policy requires it, but `{}` is not declared", row.key);
        return alone(CheckOutcome::Unknown, reason);
    }
    if let Some((outcome, reason)) = not_comparable(hearing, gate, row) {
        return alone(outcome, reason);
    }
    let figures = figures_of(hearing, gate, row);
    if figures.is_empty() {
        let (outcome, reason) = without_figure(hearing, gate, row);
        return alone(outcome, reason);
    }
    let held = |figure| {
        let check = match points::nobody_is_active(hearing.case, row, figure) {
            Some(reason) => open(gate, CheckOutcome::NotApplicable, reason),
            None if !ratchet::knows(gate, figure, row) => {
                ratchet::of_other(ended(gate, CheckOutcome::Unknown).of(figure))
            }
            None => compare(gate, figure),
        };
        Held { gate, row: Some(row), figure: Some(figure), check, reading: reading_of(hearing, figure) }
    };
    figures.into_iter().map(held).collect()
}

/// A check of a gate that ended so.
pub(super) fn ended(gate: &Gate, outcome: CheckOutcome) -> Check {
    Check {
        gate: gate.id.clone(),
        figure: None,
        columns: Vec::new(),
        about: None,
        compared: None,
        limit: limit_of(gate).map(|(limit, _)| limit),
        outcome,
        reason: None,
        finding: None,
        waived: false,
    }
}

/// A check that compared nothing.
pub(super) fn open(gate: &Gate, outcome: CheckOutcome, reason: String) -> Check {
    Check { reason: Some(reason), ..ended(gate, outcome) }
}

impl Check {
    /// The same check, of this figure.
    pub(super) fn of(self, figure: &Figure) -> Self {
        let (id, columns, about) = (figure.id.clone(), figure.columns.clone(), figure.about.clone());
        Self { figure: Some(id), columns, about, ..self }
    }
}

/// The limit in the unit of the figure, and the side on which it holds. A risk is held as the class size it asks for.
fn limit_of(gate: &Gate) -> Option<(f64, Comparison)> {
    if gate.measure == GateMeasure::HIGHEST_RISK {
        return gate.limit_as_k.map(|k| (f64::from(k), Comparison::AtLeast));
    }
    gate.limit.map(|limit| (limit, gate.comparison))
}

fn compare(gate: &Gate, figure: &Figure) -> Check {
    let open = |outcome, reason: &str| open(gate, outcome, reason.to_owned()).of(figure);
    let (value, interval) = match &figure.value {
        FigureValue::Measured { value, interval } => (*value, interval.unwrap_or([*value; 2])),
        FigureValue::Undefined { reason } => return open(CheckOutcome::Unknown, reason),
        FigureValue::Incomplete { reason } => return open(CheckOutcome::CutOff, reason),
    };
    let Some((limit, comparison)) = limit_of(gate) else {
        return open(CheckOutcome::Unknown, "the limit has no known class size");
    };
    let compared = comparison.compared(value, interval);
    if ![compared, interval[0], interval[1]].iter().all(|number| number.is_finite()) {
        return open(CheckOutcome::Unknown, "the computation did not give a finite number");
    }
    let outcome = if comparison.holds(compared, limit) { CheckOutcome::Holds } else { CheckOutcome::Breaks };
    Check { compared: Some(compared), ..ended(gate, outcome).of(figure) }
}

/// Why a gate cannot be held against anything although its limit is declared.
fn not_comparable(hearing: Hearing<'_>, gate: &Gate, row: &Limit) -> Option<(CheckOutcome, String)> {
    if let Some(reason) = coverage::cannot_break(gate, row) {
        return Some((CheckOutcome::NotApplicable, reason));
    }
    if coverage::counts_people(row) && coverage::is_all_suppressed(hearing) {
        let reason = "every record is suppressed, so there is nobody to measure";
        return Some((CheckOutcome::NotApplicable, reason.to_owned()));
    }
    if row.measure == unicity::NAME
        && let Some(unseen) = points::unseen(hearing.case)
    {
        return Some(unseen.outcome(gate));
    }
    let Some(Outcome::Measured { unit, .. }) = hearing.case.measures.outcome(row.measure) else { return None };
    // Without a subject the record is the subject; a figure in records about subjects would answer another question.
    let is_other = gate.unit.is_some_and(|asked| asked != unit)
        && row.measure != linkage::NAME
        && (hearing.case.dataset.subject.is_some() || row.measure == unicity::NAME);
    let reason = "the limit is in subjects, but the figure was counted in records";
    is_other.then(|| (CheckOutcome::Unknown, reason.to_owned()))
}

/// The figures that a gate speaks of.
fn figures_of<'a>(hearing: Hearing<'a>, gate: &Gate, row: &Limit) -> Vec<&'a Figure> {
    let of_set = |set: Option<GateSet>| {
        let id = row.figure_id(set);
        hearing.figures.iter().filter(move |figure| figure.id == id)
    };
    let whole = of_set(Some(GateSet::Full)).next();
    if gate.set == Some(GateSet::AllSubsets) {
        let smaller = of_set(gate.set).filter(|figure| whole.is_none_or(|whole| figure.columns != whole.columns));
        return worst_set(gate, smaller).into_iter().collect();
    }
    // Where every quasi-identifier is static, both sets are one: its figure is compared, and told, once.
    let is_one = gate.set == Some(GateSet::Full)
        && of_set(Some(GateSet::Static))
            .next()
            .is_some_and(|fixed| whole.is_some_and(|whole| whole.columns == fixed.columns))
        && hearing.case.policy.gates.iter().any(|other| {
            other.set == Some(GateSet::Static) && other.class_limit().is_some() && gate.class_limit().is_some()
        });
    let set = if is_one { Some(GateSet::Static) } else { gate.set };
    let below = gate.limit_as_k.filter(|_| gate.measure == GateMeasure::SHARE_AT_RISK).map(|k| format!("below {k}"));
    let figures = of_set(set).chain(unclear_figures(hearing, gate, row)).chain(known_figures(hearing, row));
    figures.filter(|figure| below.is_none() || figure.about == below).collect()
}

/// Of all smaller sets the one that decides: one without a number, else the smallest set that breaks the limit, else the
/// one that comes closest to it.
fn worst_set<'a>(gate: &Gate, figures: impl Iterator<Item = &'a Figure>) -> Option<&'a Figure> {
    let rank = |figure: &Figure| match compare(gate, figure).outcome {
        CheckOutcome::Breaks => (1, figure.columns.len()),
        CheckOutcome::Holds => (2, 0),
        _ => (0, 0),
    };
    let number = |figure: &Figure| figure.value.value().unwrap_or(f64::NEG_INFINITY);
    figures.min_by(|left, right| rank(left).cmp(&rank(right)).then(number(left).total_cmp(&number(right))))
}

/// What a gate without a figure ends in, and why.
fn without_figure(hearing: Hearing<'_>, gate: &Gate, row: &Limit) -> (CheckOutcome, String) {
    let unknown = |reason: String| (CheckOutcome::Unknown, reason);
    let is_plain = gate.measure == GateMeasure::SMALLEST_CLASS && gate.origin != GateOrigin::Preset;
    match hearing.case.measures.outcome(row.measure) {
        Some(Outcome::Measured { .. }) if row.measure == uniqueness::NAME => match gate.set {
            Some(GateSet::Static) if !is_counted(hearing, "uniqueness.static.smallest_class") => {
                let reason = "no quasi-identifier is constant within every subject, so there is no static set to gate";
                (CheckOutcome::NotApplicable, reason.to_owned())
            }
            Some(GateSet::AllSubsets) => (CheckOutcome::NotApplicable, "there is no smaller set of columns".to_owned()),
            _ => unknown("it was not counted".to_owned()),
        },
        Some(Outcome::Measured { .. }) if row.measure == linkage::NAME => unknown(super::linkage::no_source(gate)),
        Some(Outcome::Measured { .. }) => unknown("the measure did not give this figure".to_owned()),
        Some(Outcome::Undefined { explanation, .. }) => unknown(explanation),
        Some(Outcome::Incomplete { explanation, .. }) => (CheckOutcome::CutOff, explanation),
        None if row.measure == uniqueness::NAME => {
            let reason = "equivalence classes were not counted: no quasi-identifier is declared, or the measure was not requested";
            let outcome = if is_plain { CheckOutcome::NotApplicable } else { CheckOutcome::Unknown };
            (outcome, reason.to_owned())
        }
        None if row.measure == linkage::NAME => unknown(super::linkage::no_source(gate)),
        None if measure::NAMES.contains(&row.measure) => unknown(format!("`{}` was not measured", row.measure)),
        None => unknown(format!("`{}` is not measured by this version", row.measure)),
    }
}

fn is_counted(hearing: Hearing<'_>, id: &str) -> bool {
    hearing.figures.iter().any(|figure| figure.id == id)
}
