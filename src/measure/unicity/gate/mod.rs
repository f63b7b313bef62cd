//! The figure that limits are held against: everybody with an event, whatever curves were asked for.
//!
//! # Definition
//! For each gated point, the mean over *all* subjects with an event of the probability that min(4, its own) of its
//! distinct points, chosen uniformly, match nobody else (`use-all`). Beside it the same mean over the *active* subjects,
//! those with at least 4 points: where many have few, the share over all hides what becomes of them.
//!
//! # Estimate
//! Over every choice of points where that is cheap enough; else over draws (`strata.rs`), with a seed of its own, until
//! the 95 % interval is narrow enough or every limit lies outside of it. Never a guess: where neither is reached within
//! the work limit, the measure is incomplete.

mod estimate;
mod strata;

use super::settings::{GatedPoint, Settings};
use super::study::{Members, Study, Tally};
use super::trace::Traces;
use super::{Point, undefined};
use crate::result::{Attacker, Cohort, GATED_KNOWN_POINTS, Unicity, UnicityCurve, UnicityGate, UnicityResult};
use crate::stop::{Stop, StopReason};
use crate::table::{ColumnSet, PointColumns, PointIndex, Table};
use strata::Strata;

pub(super) use strata::Effort;

/// Whether an index that was made for a curve tells a gate the same as one of its own would: the same columns, and no
/// record left out.
pub(super) fn can_share(index: &PointIndex<'_>, point: &Point, gated: &GatedPoint) -> bool {
    let set = |columns: &[usize]| ColumnSet::new(columns.iter().copied());
    let plain = point.known_attributes.is_empty() && index.records_without_point() + index.records_hidden() == 0;
    plain && set(&point.columns) == set(&gated.columns)
}

/// The index of a gate: a missing cell is a value, and everything is in sight.
pub(super) fn index<'a>(table: &'a Table, gated: &GatedPoint, stop: &Stop) -> Result<PointIndex<'a>, StopReason> {
    let columns = PointColumns { event: &gated.columns, missing_is_value: true, ..PointColumns::default() };
    PointIndex::new(table, &columns, stop)
}

/// Measures one gate on its index.
///
/// # Errors
/// [`StopReason::WorkLimit`] when the draws within the limit do not settle it.
pub(super) fn measure(
    index: &PointIndex<'_>,
    point: &GatedPoint,
    settings: &Settings,
    effort: Effort,
    stop: &Stop,
) -> Result<UnicityGate, StopReason> {
    let mut gate = without_share(index, point);
    if gate.subjects == 0 {
        let words = "in every record all columns of the point are missing, so nobody has an event";
        gate.undefined = Some(undefined("all-missing", words));
        return Ok(gate);
    }
    let traces = Traces::new(index, &settings.columns, &Point::new(point.columns.iter().copied()));
    let mut study = Study::new(index, &traces, index.trace_sizes(), stop);
    study.work_limit = settings.gate.work_limit;
    study.seed = effort.seed;
    let lone_points = index.points_below(2);
    study.lone_points = Some(&lone_points);
    let groups = [Members { least: 1 }, Members { least: GATED_KNOWN_POINTS }];
    if let Some(tallies) = study.exact(Attacker::Uniform, GATED_KNOWN_POINTS, &groups)? {
        let shares: Vec<Option<f64>> = tallies.iter().map(Tally::share).collect();
        (gate.share, gate.share_active) = (shares[0], shares[1]);
        (gate.interval, gate.interval_active) = (shares[0].map(|share| [share; 2]), shares[1].map(|share| [share; 2]));
        gate.subjects_drawn = gate.subjects;
        return Ok(gate);
    }
    let mut strata = Strata::new(&study, gate.subjects_active, gate.subjects - gate.subjects_active, effort);
    strata.draw_until_settled(&settings.gate.limits, settings.gate.draw_limit, stop)?;
    strata.write(&mut gate);
    Ok(gate)
}

fn without_share(index: &PointIndex<'_>, point: &GatedPoint) -> UnicityGate {
    let with = |points: u32| index.trace_sizes().iter().filter(|&&size| size >= points).count() as u64;
    let subjects = with(1);
    UnicityGate {
        point: index.table().names(&point.columns),
        reading: point.reading,
        coarsen: point.coarsen.clone(),
        known_points: GATED_KNOWN_POINTS,
        points: index.points(),
        records_without_point: index.records_without_point(),
        subjects,
        subjects_without_event: index.trace_sizes().len() as u64 - subjects,
        subjects_active: with(GATED_KNOWN_POINTS),
        ..UnicityGate::default()
    }
}

/// Repeats the worst gate as a curve of one figure, for views that show curves. It decides nothing.
pub(super) fn show(unicity: &mut Unicity) {
    let Some(gate) = unicity.worst_gate() else { return };
    let curve = UnicityCurve {
        point: gate.point.clone(),
        coarsen: gate.coarsen.clone(),
        attacker: Attacker::Uniform,
        cohort: Cohort::UseAll,
        crowd_below: 2,
        points: gate.points,
        records_without_point: gate.records_without_point,
        results: vec![UnicityResult {
            known_points: gate.known_points,
            subjects: gate.subjects,
            excluded: gate.subjects_without_event,
            share: gate.share,
            interval: gate.interval,
            method: gate.method,
            draws: gate.draws,
            ..UnicityResult::default()
        }],
        ..UnicityCurve::default()
    };
    unicity.gated_known_points = Some(gate.known_points);
    unicity.gated_curve = Some(unicity.curves.len());
    unicity.curves.push(curve);
}
