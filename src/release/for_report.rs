//! The plan that a report recommends: found by the search of `advise`, told beside the figures of the scan.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::advise::Scope;
use super::case::{ReadCase, for_verdict, headline};
use crate::advice::dropped_in_words;
use crate::input::Extract;
use crate::number::ratio;
use crate::plan::{CoarsenRule, Extent, Plan};
use crate::result::{Advice, Headline, Role};
use crate::scan::{Clock, Examined, ScanError};
use crate::stop::{Progress, Stop, Watch};

/// Work that a search within a scan may take, in records times column sets.
const WORK: u64 = 200_000_000;

/// Whether a scan looks for a plan itself: where roles are declared, and the extract is small enough for the plans to be
/// judged within the time of a scan.
pub(crate) fn is_searched(plan: &Plan, extract: &Extract) -> bool {
    let fits = plan.memory.is_none_or(|allowed| extract.bytes() * 3 <= allowed) && !extract.is_mapped();
    let is_small = extract.records <= 50_000;
    fits && is_small && plan.extent == Extent::Report && !plan.roles.guess && !plan.as_released
}

/// The plan that keeps the most detail and would be released, with its figures as a scan of the same extract gives them;
/// `None` where there is none, or the search is not possible.
///
/// # Errors
/// When the program was asked to end.
pub(crate) fn recommended(
    plan: &Plan,
    extract: &Extract,
    today: Date,
    scanned: &Examined,
    (clock, progress, stop): (&dyn Clock, &dyn Progress, &Stop),
) -> Result<Option<Advice>, ScanError> {
    let case = ReadCase { extract, name: &scanned.dataset.name, today, clock, stop };
    let ended = |error: &ScanError| matches!(error, ScanError::Interrupted);
    let watch = Watch { progress, stop };
    let proposal = match case.proposal(plan, Scope { work: WORK, is_whole: false }, watch) {
        Ok(proposal) => proposal,
        Err(super::ReleaseError::Scan(error)) if ended(&error) => return Err(error),
        // What stands in the way of a release is told by the scan itself.
        Err(_) => return Ok(None),
    };
    let Some((search, best)) = proposal.recommended() else { return Ok(None) };
    let mut changed = plan.clone();
    changed.coarsen.extend(proposal.plan.as_ref().map(|plan| plan.coarsen.clone()).unwrap_or_default());
    // What does not leave stays in the scan, unless it must go.
    let must_go: BTreeMap<&str, Role> =
        proposal.must_go.iter().map(|(name, _)| (name.as_str(), role(plan, name))).collect();
    changed.coarsen.retain(|name, rules| {
        plan.coarsen.contains_key(name)
            || *rules != [CoarsenRule::Drop]
            || is_counted(plan, name)
            || must_go.contains_key(name.as_str())
    });
    let after = match case.examined(&for_verdict(changed)) {
        Ok(examined) => headline(&examined),
        Err(error) if ended(&error) => return Err(error),
        Err(_) => return Ok(None),
    };
    let others = must_go.into_iter().filter(|(_, role)| *role != Role::QuasiIdentifier);
    let written = search.plans.written(best);
    if best.rules.iter().all(Option::is_none) && proposal.must_go.is_empty() {
        return Ok(None);
    }
    let before = headline(scanned);
    let advice = Advice {
        risk_removed: risk_removed(&before, &after),
        detail_kept: best.detail,
        before: Some(before),
        after: Some(after),
        reaches_limits: true,
        recommended: true,
        ..written
    };
    Ok(Some(dropped_in_words(advice, others.map(|(name, role)| (name, role.name())))))
}

fn role(plan: &Plan, name: &str) -> Role {
    plan.roles.declared.get(name).copied().unwrap_or(Role::Ignore)
}

fn is_counted(plan: &Plan, name: &str) -> bool {
    role(plan, name) == Role::QuasiIdentifier
}

/// The share of subjects in small classes, or singled out, that are so no more.
fn risk_removed(before: &Headline, after: &Headline) -> Option<f64> {
    let classes = before
        .static_subjects_below_k
        .filter(|below| *below > 0)
        .and_then(|below| ratio(below.saturating_sub(after.static_subjects_below_k.unwrap_or(0)), below));
    let points = before.unicity.filter(|share| *share > 0.0);
    let points = points.map(|share| ((share - after.unicity.unwrap_or(0.0)) / share).clamp(0.0, 1.0));
    classes.or(points)
}
