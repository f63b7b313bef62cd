//! What changed since an earlier run: findings of the file itself, and what became of the others.
//!
//! A baseline never makes a scan better than its figures: with `fail_on_new` a finding that was there before and did not get
//! worse does not fail, but it stays open, so that the verdict is at best `review`. What may never be waived is never tolerated
//! either. A baseline that cannot be used is a finding, and every other finding then counts as new.

use std::collections::BTreeMap;

use super::{Case, Gated, finding};
use crate::compare::{self, Side, Spread};
use crate::plan::counted;
use crate::result::{Figure, Finding, FindingCode, FindingState, Policy, Severity};

/// Name that such findings give as their measure.
const NAME: &str = "baseline";

/// Adds what is different about the file, or why nothing was compared.
pub(super) fn apply(case: Case<'_>, gated: &mut Gated) {
    let Some(baseline) = case.baseline else { return };
    if let Some(refused) = &baseline.refused {
        let message = format!("the baseline cannot be compared with: {refused}");
        gated.findings.push(finding(FindingCode::BaselineUnusable, Severity::Medium, NAME, message));
    }
    let Some(earlier) = baseline.usable() else {
        if baseline.refused.is_none() {
            let message = "there is no earlier run of this dataset, so nothing is known of changes to the file; this run \
                           can be the baseline of the next one";
            gated.findings.push(finding(FindingCode::NoBaseline, Severity::Note, NAME, message.to_owned()));
        }
        return;
    };
    let drifted = compare::drift(earlier, &baseline.nights, case.dataset);
    gated.findings.extend(drifted.into_iter().map(|drift| {
        let found = finding(drift.code, Severity::Medium, NAME, drift.message).on(&drift.columns);
        match drift.beyond {
            Some([measured, limit]) => found.beyond(measured, limit),
            None => found,
        }
    }));
}

/// Says of each finding that counts what became of it since the earlier run, and returns those that are gone.
pub(super) fn mark(case: Case<'_>, figures: &[Figure], gated: &mut Gated) -> Vec<Finding> {
    let Some(baseline) = case.baseline else { return Vec::new() };
    let Some(earlier) = baseline.usable() else {
        // Nothing is known of any finding, so each counts as new.
        gated.findings.iter_mut().filter(|it| it.is_open()).for_each(|it| it.since = Some(FindingState::New));
        return Vec::new();
    };
    let spread = Spread::of(baseline.figures.iter().map(Vec::as_slice));
    let now = Side { figures, checks: &gated.checks, findings: &gated.findings };
    let compared = compare::compare_findings(Side::from(earlier), now, &spread);
    let (before, after) = (numbers(&earlier.findings), numbers(&gated.findings));
    let (gone, there): (Vec<_>, Vec<_>) = compared.into_iter().partition(|it| it.state == FindingState::Gone);
    for finding in gated.findings.iter_mut().filter(|finding| finding.is_open()) {
        let name = name(finding);
        let state = there.iter().find(|it| self::name(&it.finding) == name).map_or(FindingState::New, |it| it.state);
        // Of several findings with one name nobody can say which of them was there before.
        let is_one_of_more = after.get(&name) > before.get(&name);
        finding.since = Some(if is_one_of_more { FindingState::New } else { state });
    }
    gone.into_iter().map(|it| it.finding).collect()
}

/// What tells a finding from the others.
type Name = (FindingCode, String, Vec<String>, [Option<String>; 3]);

fn name(finding: &Finding) -> Name {
    let Finding { code, measure, columns, source, figure, about, .. } = finding;
    (*code, measure.clone(), columns.clone(), [source.clone(), figure.clone(), about.clone()])
}

/// How many findings of each name count.
fn numbers(findings: &[Finding]) -> BTreeMap<Name, usize> {
    let mut numbers = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.is_open()) {
        *numbers.entry(name(finding)).or_default() += 1;
    }
    numbers
}

/// Whether a finding does not fail because it was there before: only where the policy says so, and never what no waiver may
/// cover.
pub(super) fn is_tolerated(finding: &Finding, policy: &Policy) -> bool {
    policy.fail_on_new
        && finding.code.can_be_waived()
        && matches!(finding.since, Some(FindingState::Unchanged | FindingState::Better))
}

/// What a review says that would fail without the baseline.
pub(super) fn headline(case: Case<'_>, gated: &Gated) -> Option<String> {
    let earlier = case.baseline?.usable()?;
    let from = case.policy.fails_from();
    let tolerated = |it: &&Finding| it.is_open() && it.severity >= from && is_tolerated(it, case.policy);
    let known = gated.findings.iter().filter(tolerated).count() as u64;
    let open = gated.findings.iter().filter(|it| it.is_open());
    let new =
        open.filter(|it| !matches!(it.since, Some(FindingState::Unchanged | FindingState::Better))).count() as u64;
    (known > 0).then(|| {
        let known = counted(known, "finding that fails is", "findings that fail are");
        let new = if new == 0 { "none is new or worse".to_owned() } else { format!("{new} below them new or worse") };
        format!("{known} known from run {}; {new}", earlier.run)
    })
}
