//! What is said of equivalence classes.

use super::checks::Held;
use super::{Gated, Hearing, finding, list, percent, percent_beside, plain};
use crate::measure::uniqueness::NAME;
use crate::number::as_float;
use crate::result::{Figure, FindingCode, GateMeasure, GateSet, Outcome, Severity, Uniqueness, Unit};

/// A figure of the classes beyond its limit, in words.
pub(super) fn sentence(hearing: Hearing<'_>, held: &Held<'_>, figure: &Figure) -> Option<String> {
    let Some(Outcome::Measured { unit, value }) = &hearing.case.measures.uniqueness else { return None };
    let (compared, limit) = (held.check.compared?, held.check.limit?);
    if held.gate.set == Some(GateSet::AllSubsets) {
        return Some(smaller_sets(hearing, figure, compared, limit));
    }
    let which = set_in_words(value, figure);
    if held.gate.class_limit().is_none() {
        let what = match held.gate.measure.name() {
            "average-risk" => "the average prosecutor risk of subjects".to_owned(),
            "unique-share" => "the share of sample uniques among the subjects".to_owned(),
            _ => format!("the share of subjects in classes {}", figure.about.as_deref().unwrap_or("below k")),
        };
        let (value, limit) = (percent_beside(compared, limit), percent(limit));
        return Some(format!("{what} on {which} is {value}; the policy allows at most {limit}"));
    }
    let noun = if *unit == Unit::Subject { "subject" } else { "record" };
    let noun = if compared <= 1.0 { noun.to_owned() } else { format!("{noun}s") };
    let risk = match held.gate.limit {
        Some(limit) if held.gate.measure == GateMeasure::HIGHEST_RISK => {
            format!(", for a prosecutor risk of at most {limit:.4}")
        }
        _ => String::new(),
    };
    Some(format!(
        "the smallest equivalence class on {which} is {} {noun}; the policy requires at least {}{risk}",
        plain(compared),
        plain(limit)
    ))
}

fn set_in_words(value: &Uniqueness, figure: &Figure) -> String {
    let is_whole = figure.columns == value.full.columns;
    if figure.id.starts_with("uniqueness.static_unclear.") && figure.columns.len() > 1 && !is_whole {
        return format!("the {} quasi-identifiers that are or may be static", figure.columns.len());
    }
    match (figure.columns.len(), is_whole) {
        (1, false) => "the static quasi-identifier".to_owned(),
        (1, true) => "the quasi-identifier".to_owned(),
        (columns, false) => format!("the {columns} static quasi-identifiers"),
        (columns, true) => format!("all {columns} quasi-identifiers"),
    }
}

/// How many smaller sets break the limit, and the smallest of them.
fn smaller_sets(hearing: Hearing<'_>, worst: &Figure, smallest: f64, k: f64) -> String {
    let whole = hearing.figures.iter().find(|figure| figure.id == "uniqueness.full.smallest_class");
    let sets = || {
        let of_set = hearing.figures.iter().filter(|figure| figure.id == worst.id);
        of_set.filter(|figure| whole.is_none_or(|whole| figure.columns != whole.columns))
    };
    let breaking = sets().filter(|figure| figure.value.value().is_some_and(|smallest| smallest < k)).count();
    format!(
        "{breaking} of {} smaller sets of columns also have a class below {}; {} already {} one of {}",
        sets().count(),
        plain(k),
        list(&worst.columns),
        if worst.columns.len() == 1 { "has" } else { "have" },
        plain(smallest),
    )
}

/// With `wildcard`, a class that is large only because blanks match everything.
pub(super) fn wildcard_lowers_risk(hearing: Hearing<'_>, gated: &mut Gated) {
    let Some(Outcome::Measured { value, .. }) = &hearing.case.measures.uniqueness else { return };
    let (policy, Some(beside)) = (hearing.case.policy, &value.own_category) else { return };
    let pairs = [
        (value.static_set.as_ref().and_then(|set| set.smallest_class), beside.static_smallest_class),
        (value.full.smallest_class.filter(|_| policy.gate_any_record), beside.full_smallest_class),
    ];
    let k = u64::from(policy.k);
    let lowered =
        |(wild, own): (Option<u64>, Option<u64>)| own.filter(|&own| own < k && wild.is_some_and(|wild| wild >= k));
    let is_gated = policy.gates.iter().any(|gate| gate.class_limit().is_some());
    let Some(own) = pairs.into_iter().find_map(lowered).filter(|_| is_gated) else { return };
    let message = format!(
        "the smallest class reaches {k} only because missing cells match every value; with missing cells as their own category it is {own}"
    );
    let found = finding(FindingCode::WildcardLowersRisk, Severity::Medium, NAME, message);
    gated.findings.push(found.beyond(as_float(own), f64::from(policy.k)));
}
