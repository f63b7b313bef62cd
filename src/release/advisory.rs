//! From what a search found to what is told.

use super::{Proposal, Standing};
use crate::advice::JudgedPlan;
use crate::number::ratio;
use crate::plan::Plan;
use crate::result::{
    ADVISORY_VERSION, Advice, Advisory, ColumnGone, GateMeasure, GateSet, Headline, PlannedRelease, Tool,
};

/// Which shares the policy has limits for.
#[expect(clippy::struct_excessive_bools, reason = "each share has a limit or not")]
struct Limits {
    fixed: bool,
    full: bool,
    points: bool,
    links: bool,
}

impl Limits {
    fn of(plan: &Plan) -> Self {
        let gates = &plan.policy.gates;
        let on = |set: GateSet| gates.iter().any(|gate| gate.set == Some(set) && gate.class_limit().is_some());
        let points = [GateMeasure::UNICITY, GateMeasure::UNICITY_ACTIVE];
        Self {
            fixed: on(GateSet::Static),
            full: on(GateSet::Full),
            points: gates.iter().any(|gate| points.contains(&gate.measure)),
            links: gates.iter().any(|gate| gate.measure.name().contains("linked")),
        }
    }

    fn exposed(&self, figures: &Headline, subjects: u64) -> Option<f64> {
        let share = |below: Option<u64>| ratio(below?, subjects);
        let shares = [
            share(figures.static_subjects_below_k).filter(|_| self.fixed),
            share(figures.full_subjects_below_k).filter(|_| self.full),
            figures.unicity.filter(|_| self.points),
            figures.linked.filter(|_| self.links),
        ];
        shares.into_iter().flatten().max_by(f64::total_cmp)
    }
}

impl Proposal {
    /// The plans that no other beats, the one to take, and what they rest on.
    #[must_use]
    pub fn told(&self, plan: &Plan) -> Advisory {
        let Standing { dataset, records, subjects, k, passes, figures, objections, .. } = &self.before;
        let limits = Limits::of(plan);
        let planned = |(place, judged): (usize, &JudgedPlan)| self.planned(place, judged, &limits);
        let all: Vec<PlannedRelease> = self.plans.judged.iter().enumerate().map(planned).collect();
        let plans = frontier(&all);
        let recommended = plans.iter().position(|planned| planned.advice.recommended);
        let gone = |(column, reason): &(String, String)| ColumnGone { column: column.clone(), reason: reason.clone() };
        Advisory {
            advisory_version: ADVISORY_VERSION.to_owned(),
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            dataset: dataset.clone(),
            records: *records,
            subjects: *subjects,
            k: *k,
            passes_now: *passes,
            now: figures.clone(),
            exposed_now: limits.exposed(figures, *subjects),
            objections: objections.clone(),
            must_go: self.must_go.iter().map(gone).collect(),
            possible: self.plans.possible,
            judged: self.plans.judged.len() as u64,
            complete: self.plans.complete,
            plans,
            recommended,
            remains: self.remains.clone(),
            saved_by_removal: self.saved_by_removal.clone(),
        }
    }

    fn planned(&self, place: usize, judged: &JudgedPlan, limits: &Limits) -> PlannedRelease {
        let removal = self.removals.get(place).copied().flatten();
        let figures = &judged.judged.figures;
        let left = removal.map_or(0, |removal| removal.removed);
        let advice = Advice {
            before: Some(self.before.figures.clone()),
            after: Some(figures.clone()),
            detail_kept: judged.detail,
            reaches_limits: judged.judged.passes(),
            recommended: self.plans.best == Some(place),
            ..self.plans.written(judged)
        };
        PlannedRelease { advice, exposed: limits.exposed(figures, self.before.subjects.saturating_sub(left)), removal }
    }
}

/// The plans that no other beats in detail and exposure, and the recommended one; most detail first.
fn frontier(all: &[PlannedRelease]) -> Vec<PlannedRelease> {
    let point = |planned: &PlannedRelease| (planned.advice.detail_kept.unwrap_or(0.0), planned.exposed.unwrap_or(1.0));
    let points: Vec<((f64, f64), bool)> =
        all.iter().map(|planned| (point(planned), planned.advice.reaches_limits)).collect();
    let is_beaten = |place: usize| {
        let ((detail, exposed), passes) = points[place];
        points.iter().enumerate().any(|(other, &((more, less), reaches))| {
            let as_good = more >= detail && less <= exposed && reaches >= passes;
            as_good && (more > detail || less < exposed || (reaches && !passes) || other < place)
        })
    };
    let kept = all.iter().enumerate().filter(|(place, planned)| planned.advice.recommended || !is_beaten(*place));
    let mut kept: Vec<PlannedRelease> = kept.map(|(_, planned)| planned.clone()).collect();
    kept.sort_by(|one, other| {
        let (one, other) = (point(one), point(other));
        other.0.total_cmp(&one.0).then(one.1.total_cmp(&other.1))
    });
    kept
}
