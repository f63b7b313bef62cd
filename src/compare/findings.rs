//! Findings side by side.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::figures::{self, Name};
use super::{Least, Side};
use crate::result::{ComparedFinding, FigureState, FigureUnit, Finding, FindingCode, FindingState};

/// What tells a finding from the others of a result.
type Known<'a> = (FindingCode, &'a str, &'a [String], Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// Findings that count, by name; of several with one name the gravest.
fn open(result: Side<'_>) -> BTreeMap<Known<'_>, &Finding> {
    let mut found = BTreeMap::new();
    for finding in result.findings.iter().filter(|finding| finding.is_open()) {
        let Finding { code, measure, columns, source, figure, about, .. } = finding;
        let name: Known<'_> = (*code, measure, columns, source.as_deref(), figure.as_deref(), about.as_deref());
        let kept = found.entry(name).or_insert(finding);
        if finding.severity > kept.severity {
            *kept = finding;
        }
    }
    found
}

/// Every finding that counts in either result, by state and then the gravest first.
pub(super) fn compared(old: Side<'_>, new: Side<'_>, least: Least<'_>) -> Vec<ComparedFinding> {
    let (before, after) = (open(old), open(new));
    let mut all: Vec<ComparedFinding> = after
        .iter()
        .map(|(name, finding)| match before.get(name) {
            None => compared_finding(FindingState::New, finding, None),
            Some(was) => compared_finding(state(old, new, was, finding, least), finding, Some(was)),
        })
        .collect();
    let gone = before.iter().filter(|(name, _)| !after.contains_key(*name));
    all.extend(gone.map(|(_, was)| compared_finding(FindingState::Gone, was, Some(was))));
    all.sort_by_key(|it| (it.state, std::cmp::Reverse(it.finding.severity)));
    all
}

fn compared_finding(state: FindingState, finding: &Finding, was: Option<&Finding>) -> ComparedFinding {
    ComparedFinding {
        state,
        finding: finding.clone(),
        old_severity: was.map(|was| was.severity),
        old_measured: was.and_then(|was| was.measured),
    }
}

fn state(old: Side<'_>, new: Side<'_>, was: &Finding, is: &Finding, least: Least<'_>) -> FindingState {
    match is.severity.cmp(&was.severity) {
        Ordering::Greater => return FindingState::Worse,
        Ordering::Less => return FindingState::Better,
        Ordering::Equal => {}
    }
    let figure = is.figure.as_deref().map(|id| (id, &is.columns[..], is.about.as_deref()));
    let is_figure =
        |result: Side<'_>, name: Name<'_>| result.figures.iter().any(|figure| figures::name(figure) == name);
    match figure.filter(|&name| is_figure(old, name) || is_figure(new, name)) {
        Some(name) => match figures::state_of(old, new, name, least) {
            None => FindingState::Unchanged,
            Some(FigureState::Better | FigureState::Found) => FindingState::Better,
            Some(FigureState::Worse | FigureState::Lost) => FindingState::Worse,
            Some(FigureState::Moved) => more_is_worse(was, is, least.change),
        },
        None => more_is_worse(was, is, least.change),
    }
}

/// Where no limit says which way is worse, more of what was found is; and a number that is not there any more is no better
/// than the one that was.
fn more_is_worse(was: &Finding, is: &Finding, least: f64) -> FindingState {
    match (was.measured, is.measured) {
        (Some(_), None) => FindingState::Worse,
        (None, Some(_)) => FindingState::Better,
        (Some(old), Some(new)) if figures::numbers_matter(old, new, FigureUnit::Number, least) => {
            if new > old {
                FindingState::Worse
            } else {
                FindingState::Better
            }
        }
        _ => FindingState::Unchanged,
    }
}
