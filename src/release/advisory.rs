//! From what a search found to what is told.

use super::{Proposal, Searched, Standing};
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
    pub fn advisory(&self, plan: &Plan) -> Advisory {
        let Standing { dataset, records, subjects, k, passes, figures, objections, .. } = &self.before;
        let limits = Limits::of(plan);
        let judged = self.searches.iter().enumerate().flat_map(|(place, search)| {
            let is_best = self.best == Some(place);
            search.plans.judged.iter().enumerate().map(move |(plan, judged)| (search, plan, judged, is_best))
        });
        let planned = |(search, place, judged, is_best): (&Searched, usize, &JudgedPlan, bool)| {
            self.planned(search, (place, judged), is_best, &limits)
        };
        let all: Vec<PlannedRelease> = judged.map(planned).collect();
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
            possible: self.searches.iter().map(|search| search.plans.possible).sum(),
            judged: self.searches.iter().map(|search| search.plans.judged.len() as u64).sum(),
            complete: self.searches.iter().all(|search| search.plans.complete),
            plans,
            recommended,
            remains: self.remains.clone(),
            saved_by_removal: self.saved_by_removal.clone(),
        }
    }

    fn planned(
        &self,
        search: &Searched,
        (place, judged): (usize, &JudgedPlan),
        is_best: bool,
        limits: &Limits,
    ) -> PlannedRelease {
        let removal = search.removals.get(place).copied().flatten();
        let figures = &judged.judged.figures;
        let left = removal.map_or(0, |removal| removal.removed);
        let advice = Advice {
            before: Some(self.before.figures.clone()),
            after: Some(figures.clone()),
            detail_kept: judged.detail,
            reaches_limits: judged.judged.passes(),
            recommended: is_best && search.plans.best == Some(place),
            ..search.plans.written(judged)
        };
        // Under a rotation the subjects are persons within a period.
        let subjects = search.rotation.as_ref().map_or(self.before.subjects, |(_, subjects)| *subjects);
        let exposed = limits.exposed(figures, subjects.saturating_sub(left));
        PlannedRelease {
            advice,
            exposed,
            removal,
            rotation: search.rotation.as_ref().map(|(rotation, _)| rotation.clone()),
        }
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
