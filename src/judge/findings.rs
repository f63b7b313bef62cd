//! From checks to findings: one for each figure that breaks a limit, and one for each reason why nothing was compared.

use super::checks::Held;
use super::{Gated, Hearing, classes, finding, linkage, list, percent, percent_beside, plain, points, readings};
use crate::measure::{aggregates, linkage as linkages, original, unicity, uniqueness};
use crate::result::{CheckOutcome, Comparison, Figure, FigureUnit, Finding, FindingCode, NotMeasured, Severity};

/// Adds the findings of these checks, and the checks with the findings that speak of them.
pub(super) fn speak(hearing: Hearing<'_>, mut held: Vec<Held<'_>>, gated: &mut Gated) {
    for place in 0..held.len() {
        let this = &held[place];
        let found = match this.check.outcome {
            CheckOutcome::Holds | CheckOutcome::NotApplicable => None,
            CheckOutcome::Unknown if points::is_doubt(hearing.case, this) => None,
            CheckOutcome::Unknown => Some(open(hearing, this, FindingCode::UnknownRisk, Severity::Critical)),
            CheckOutcome::CutOff => Some(open(hearing, this, FindingCode::IncompleteMeasure, Severity::Medium)),
            CheckOutcome::Breaks => Some(readings::weighed(hearing, &held, this, broken(hearing, this))),
        };
        // Two gates that one figure breaks share the finding of the stricter one, and a reason is told once.
        let is_new = match (&found, this.check.outcome) {
            (Some(_), CheckOutcome::Breaks) => is_strictest(&held, place),
            (Some(found), _) => !gated.findings.iter().any(|other| other.message == found.message),
            (None, _) => false,
        };
        held[place].check.finding = found.as_ref().map(|found| found.code);
        gated.findings.extend(found.filter(|_| is_new));
    }
    gated.not_measured.extend(held.iter().filter_map(not_measured));
    gated.checks.extend(held.into_iter().map(|held| held.check));
}

/// Whether no other gate that the same figure breaks asks for more; of equals the first counts.
fn is_strictest(held: &[Held<'_>], place: usize) -> bool {
    let this = &held[place].check;
    let asks_more = |(at, other): (usize, &Held<'_>)| {
        let check = &other.check;
        let same = check.outcome == CheckOutcome::Breaks
            && (&check.figure, &check.columns, &check.about) == (&this.figure, &this.columns, &this.about);
        let stricter = match (check.limit, this.limit, other.comparison()) {
            (Some(theirs), Some(ours), Comparison::AtLeast) => theirs > ours || (theirs >= ours && at < place),
            (Some(theirs), Some(ours), _) => theirs < ours || (theirs <= ours && at < place),
            _ => at < place,
        };
        same && at != place && stricter
    };
    !held.iter().enumerate().any(asks_more)
}

impl Held<'_> {
    /// How the figure was compared: a risk is compared as the class size it asks for.
    pub(super) fn comparison(&self) -> Comparison {
        if self.gate.class_limit().is_some() { Comparison::AtLeast } else { self.gate.comparison }
    }

    /// The measure that gives the figure.
    pub(super) fn measure(&self) -> &str {
        self.row.map_or(self.gate.measure.name(), |row| row.measure)
    }
}

fn broken(hearing: Hearing<'_>, held: &Held<'_>) -> Finding {
    let sentence = match (held.measure(), held.figure) {
        (uniqueness::NAME, Some(figure)) => classes::sentence(hearing, held, figure),
        (unicity::NAME, Some(figure)) => points::sentence(hearing.case, held, figure),
        (linkages::NAME, Some(figure)) => linkage::sentence(hearing, held, figure),
        (aggregates::NAME, Some(figure)) => super::aggregates::sentence(hearing.case, figure),
        (original::NAME, Some(figure)) => super::original::sentence(held.gate, figure),
        _ => None,
    };
    let message = sentence.or_else(|| held.figure.map(|figure| plain_sentence(held, figure))).unwrap_or_default();
    let code = held.row.map_or(FindingCode::LimitBroken, |row| row.finding);
    named(hearing, held, finding(code, Severity::High, held.measure(), message))
}

/// The finding with the figure, the numbers and the source of its check.
fn named(hearing: Hearing<'_>, held: &Held<'_>, found: Finding) -> Finding {
    let source = held.figure.and_then(|figure| linkage::source(hearing, figure));
    Finding { source, ..found.of_check(&held.check) }
}

/// What is said where a measure has no words of its own.
fn plain_sentence(held: &Held<'_>, figure: &Figure) -> String {
    let (compared, limit) = (held.check.compared.unwrap_or(f64::NAN), held.check.limit.unwrap_or(f64::NAN));
    let (value, limit) = match figure.unit {
        FigureUnit::Share => (percent_beside(compared, limit), percent(limit)),
        _ => (plain(compared), plain(limit)),
    };
    let on = if figure.columns.is_empty() { String::new() } else { format!(" on {}", list(&figure.columns)) };
    let asks = match held.comparison() {
        Comparison::AtLeast => "requires at least",
        Comparison::AtMost | Comparison::NoneBreaks => "allows at most",
    };
    format!("the {}{on} is {value}; the policy {asks} {limit}", figure.label)
}

/// A finding of a check that compared nothing.
fn open(hearing: Hearing<'_>, held: &Held<'_>, code: FindingCode, severity: Severity) -> Finding {
    let reason = held.check.reason.as_deref().unwrap_or_default();
    let is_cut_off = held.check.outcome == CheckOutcome::CutOff;
    let message = match held.figure {
        None => format!("the limit `{}` cannot be judged: {reason}", held.gate.id),
        Some(figure) => match linkage::without_figure(hearing, figure) {
            Some(message) => message,
            None if is_cut_off => format!("`{}` was not fully measured: {reason}", held.measure()),
            None => format!("the {} is undefined: {reason}", figure.label),
        },
    };
    named(hearing, held, finding(code, severity, held.measure(), message))
}

/// What is listed as not measured where a gate has nothing to speak of.
fn not_measured(held: &Held<'_>) -> Option<NotMeasured> {
    let is_listed = held.check.outcome == CheckOutcome::NotApplicable && held.measure() != unicity::NAME;
    let reason = held.check.reason.clone().filter(|_| is_listed)?;
    let name = if held.gate.class_limit().is_some() { "static-smallest-class" } else { &held.gate.id };
    Some(NotMeasured { measure: name.to_owned(), reason })
}
