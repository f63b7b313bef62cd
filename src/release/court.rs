//! The judge of plans: each is applied to the extract that was read, measured and judged by the code of the scan.

use std::collections::BTreeSet;

use super::advise::parsed;
use super::case::{ReadCase, headline, standing, standing_findings};
use super::plans;
use crate::advice::{Judge, Objection, PlanJudgement};
use crate::measure::linkage;
use crate::plan::{Extent, Plan};
use crate::result::{Finding, FindingCode, Headline, Removal, VerdictOutcome};
use crate::scan::{Examined, ScanError};
use crate::stop::StopReason;

/// What judging a plan costs, in column sets, and in records beside those of the extract.
const JUDGING: (u64, u64) = (100, 20_000);
/// How many times as much where people are followed from one period to the next.
const ROTATED: u64 = 10;

/// Judges plans on the extract that was read.
pub(super) struct Court<'a> {
    pub(super) case: &'a ReadCase<'a>,
    pub(super) base: Plan,
    /// The columns that leave.
    pub(super) leaving: &'a [String],
    pub(super) names: &'a [String],
    pub(super) records: u64,
    pub(super) removals: Vec<Option<Removal>>,
    /// What stands in the way of every plan that was judged so far.
    pub(super) remains: Option<Vec<String>>,
}

impl Judge for Court<'_> {
    fn judged(&mut self, rules: &[Option<Vec<String>>]) -> Result<PlanJudgement, StopReason> {
        let plan = self.plan_of(rules);
        let tried = self.examined(&Plan { extent: Extent::Trial, ..plan.clone() });
        let tried = tried.and_then(|tried| {
            // Where pseudonyms are rotated a trial leaves out who follows people from one period to the next.
            let is_rotated = plan.rotate.is_some();
            let is_open = |found: &Finding| is_close(found) || (is_rotated && found.measure == linkage::NAME);
            let is_asked_anew = is_rotated || standing_findings(&tried).count() > 0;
            if is_asked_anew && standing_findings(&tried).all(is_open) { self.examined(&plan) } else { Ok(tried) }
        });
        match tried {
            Ok(examined) => {
                self.removals.push(examined.dataset.facts.removal);
                let messages: Vec<String> = standing_findings(&examined).map(|found| found.message.clone()).collect();
                self.keep_remains(&messages);
                Ok(PlanJudgement { objections: self.objections(&examined), figures: headline(&examined) })
            }
            Err(error) => {
                self.removals.push(None);
                self.keep_remains(&[error.to_string()]);
                refused(&error)
            }
        }
    }

    fn confirmed(&mut self, rules: &[Option<Vec<String>>]) -> Result<PlanJudgement, StopReason> {
        match self.examined(&self.plan_of(rules)) {
            Ok(examined) => Ok(PlanJudgement { objections: self.objections(&examined), figures: headline(&examined) }),
            Err(error) => refused(&error),
        }
    }

    fn cost(&self) -> u64 {
        let (sets, more) = JUDGING;
        let rotated = if self.base.rotate.is_some() { ROTATED } else { 1 };
        sets * (self.records + more) * rotated
    }
}

impl Court<'_> {
    fn plan_of(&self, rules: &[Option<Vec<String>>]) -> Plan {
        let mut plan = self.base.clone();
        plan.coarsen.extend(parsed(&self.base, self.names, rules));
        plan
    }

    /// What is measured of a plan: as a scan measures it, and linkage, where all else passes, once more as of the file that
    /// is written, which lacks the truth.
    fn examined(&self, plan: &Plan) -> Result<Examined, ScanError> {
        let mut whole = self.case.examined(plan)?;
        let mut written = plan.clone();
        plans::leave_truth_out(&mut written, |name| self.leaving.contains(name));
        if written.linkage == plan.linkage || !standing(&whole).passes {
            return Ok(whole);
        }
        written.measures = vec![linkage::NAME.to_owned()];
        let Examined { judgement, measures, .. } = self.case.examined(&written)?;
        let of_linkage = |found: &Finding| found.measure == linkage::NAME;
        whole.judgement.findings.extend(judgement.findings.into_iter().filter(of_linkage));
        whole.judgement.figures.retain(|figure| !figure.id.starts_with("linkage."));
        let figures = judgement.figures.into_iter().filter(|figure| figure.id.starts_with("linkage."));
        whole.judgement.figures.extend(figures);
        whole.measures.linkage = measures.linkage;
        Ok(whole)
    }

    fn objections(&self, examined: &Examined) -> Vec<Objection> {
        let found: BTreeSet<Objection> =
            standing_findings(examined).map(|found| self.objection(found, examined)).collect();
        if found.is_empty() && examined.judgement.verdict.outcome == VerdictOutcome::Incomplete {
            return vec![Objection { gate: "incomplete".to_owned(), columns: None }];
        }
        found.into_iter().collect()
    }

    /// The columns whose classes a limit on sensitive columns looks at: the finding itself names the sensitive column.
    /// Without such a limit nothing follows for finer plans: their classes are smaller, and may be too small to be told.
    fn classes_of<'a>(&self, found: &Finding, examined: &'a Examined) -> Option<&'a Vec<String>> {
        let is_of_static = found.figure.as_deref().is_some_and(|figure| figure.starts_with("attribute.static."));
        if !is_of_static || self.base.suppress.is_some() {
            return None;
        }
        let value = examined.measures.attribute.as_ref()?.value()?;
        value.static_set.as_ref().map(|set| &set.columns)
    }

    fn keep_remains(&mut self, messages: &[String]) {
        match &mut self.remains {
            Some(remains) => remains.retain(|words| messages.contains(words)),
            None => self.remains = Some(messages.to_vec()),
        }
    }

    fn objection(&self, found: &Finding, examined: &Examined) -> Objection {
        let parts = [found.figure.as_deref(), found.source.as_deref(), found.about.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        let place = |name: &String| self.names.iter().position(|other| other == name);
        let looked_at = self.classes_of(found, examined).unwrap_or(&found.columns);
        let columns: Vec<usize> = looked_at.iter().filter_map(place).collect();
        // Who shares a history with whom depends on who is left out.
        let is_open = found.code == FindingCode::SmallHistoryCrowd && self.base.suppress.is_some();
        let is_of_detail = OF_DETAIL.contains(&found.code) && !columns.is_empty() && !is_open;
        Objection {
            gate: format!("{} {}", found.code.name(), parts.join(" ")),
            columns: is_of_detail.then_some(columns),
        }
    }
}

/// Whether draws leave open what a count may decide.
fn is_close(found: &Finding) -> bool {
    let gap = found.measured.zip(found.limit).map(|(measured, limit)| measured - limit);
    found.code == FindingCode::HighUnicity && gap.is_some_and(|gap| gap < 0.01)
}

/// Codes of findings that speak of how much some columns show: what they say of a plan they say of finer ones.
const OF_DETAIL: [FindingCode; 15] = [
    FindingCode::SmallClass,
    FindingCode::HighUnicity,
    FindingCode::HighAverageRisk,
    FindingCode::HighUniqueShare,
    FindingCode::HighShareAtRisk,
    FindingCode::SpecialUnique,
    FindingCode::DateTooFine,
    FindingCode::AgeNotPooled,
    FindingCode::PlaceTooFine,
    FindingCode::Linkable,
    FindingCode::Relinkable,
    FindingCode::HomogeneousClass,
    FindingCode::AttributeDisclosure,
    FindingCode::SmallHistoryCrowd,
    FindingCode::LimitBroken,
];

/// A plan that cannot be carried out, from which nothing follows for others; or why the search ends.
fn refused(error: &ScanError) -> Result<PlanJudgement, StopReason> {
    match error {
        ScanError::Interrupted => Err(StopReason::Interrupt),
        ScanError::TimedOut => Err(StopReason::Timeout),
        ScanError::OutOfMemory => Err(StopReason::Memory),
        _ => {
            let objection = Objection { gate: "cannot be applied".to_owned(), columns: None };
            Ok(PlanJudgement { objections: vec![objection], figures: Headline::default() })
        }
    }
}
