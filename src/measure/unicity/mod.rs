//! How many known points single a subject out: "four purchases are enough".
//!
//! # Definition
//! A *point* is a tuple of cells of one event (a day and a merchant), the trace `T` of a subject the set of its distinct
//! points. Of `p` known points `I`, `match(I)` is the number of subjects whose trace holds all of `I`; they single their
//! subject out when `match(I) < crowd_below` (2: nobody else matches). Unicity at `p` is the mean over the subjects of a
//! cohort of the probability that `p` known points, chosen as the [`Attacker`] does, single the
//! subject out. One known point is always answered over every choice; more are, while the work stays within
//! [`Settings::work_limit`], and else by one draw for each of [`Settings::draws`] sampled subjects, held against *all*
//! subjects, with a 95 % Wilson interval. The other subjects are never sampled: among fewer of them the risk would look higher than it is.
//!
//! Known attributes join the point: whoever knows the birth year as well looks among the points of people of that year.
//! Columns under a tolerance are matched by ranges instead of cells (`windows.rs`).
//!
//! What a limit is held against is a figure of its own, the [gate](crate::result::UnicityGate), which nothing that is
//! asked of curves changes (`gate/mod.rs`).
//!
//! Unicity is uniqueness *given exact knowledge of p events*. It is neither a probability that somebody has such
//! knowledge nor, for an extract of a part of the customers, uniqueness among all of them: it is an upper bound for that.
//!
//! Sources: de Montjoye, Hidalgo, Verleysen & Blondel, *Scientific Reports* 3:1376, 2013; de Montjoye, Radaelli, Singh &
//! Pentland, *Science* 347:536–539, 2015. The attackers that know places, times and counts (`mobility.rs`): Pellungrini,
//! Pappalardo, Pratesi & Monreale, *ACM TIST* 9(3):31, 2017.
//!
//! # Guarantee
//! Exact shares equal those of `test/oracle.rs`. All figures are the same for any number of threads and any order of the
//! records, as long as [`ColumnValues::keys`] are given: draws depend on the seed and on values, never on numbering.
//!
//! # Edge cases
//! No subject declared, fewer than two subjects, no record that gives a point, the same point everywhere, tolerances that
//! cover everything: undefined, with words. No subject with so many points: the result has no share, with words.
//!
//! # Cost
//! See [`PointIndex`] for the index; a draw passes over its shortest list once. `test/oracle.rs` compares everybody with
//! everybody.

mod attack;
mod curve;
mod entry;
mod exposures;
mod figures;
mod gate;
mod matching;
pub mod mobility;
mod places;
mod resolution;
mod settings;
mod study;
#[cfg(test)]
mod test;
mod trace;
mod windows;

pub use exposures::{distinct_points, exposures};
pub use settings::{Axis, ColumnValues, GateSettings, GatedPoint, Mobility, Point, Settings, Step, Tolerance, Within};

pub use entry::{LIMITS, MEASURE};
pub use figures::figures;

use crate::measure::CutOff;
use crate::result::{Attacker, Outcome, Unicity, UnicityCurve, UnicityGate, UnicityUndefined, Unit};
use crate::stop::{StopReason, Watch};
use crate::table::{PointIndex, Table};
use curve::{Asked, SizeCounts};
use gate::Effort;
use matching::Matching;
use study::Study;
use trace::Traces;
use windows::Windows;

/// The name under `measures`.
pub const NAME: &str = "unicity";

/// Measures a curve for each point, attacker and cohort.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end. A time limit is not an error: it gives
/// [`Outcome::Incomplete`].
///
/// # Panics
/// When the settings name a column that the table does not have, or say of fewer codes than a column has whether they
/// are visible or what they are coarsened to.
pub fn measure(table: &Table, settings: &Settings, watch: Watch<'_>) -> Result<Outcome<Unicity>, StopReason> {
    if let Some(undefined) = not_measurable(table, settings) {
        return Ok(undefined.into());
    }
    let cut_off = CutOff {
        timeout: "the time limit was reached before every curve was measured",
        memory: "the memory limit was reached before every curve was measured",
        work_limit: "matching the known points takes too many comparisons on this extract",
    };
    let measured = match measure_points(table, settings, watch) {
        Ok(value) if has_no_figure(&value) => {
            let words = value.curves.into_iter().find_map(|curve| curve.undefined);
            return Ok(words.unwrap_or_else(|| undefined("no-curve", "no attacker or no cohort was asked for")).into());
        }
        measured => measured,
    };
    cut_off.outcome(Unit::Subject, measured)
}

fn has_no_figure(value: &Unicity) -> bool {
    let gated = value.gates.iter().any(|gate| gate.share.is_some());
    !gated && value.curves.iter().all(|curve| curve.undefined.is_some())
}

fn undefined(reason: &str, explanation: &str) -> UnicityUndefined {
    UnicityUndefined { reason: reason.to_owned(), explanation: explanation.to_owned() }
}

/// Why no curve at all can be measured, if so.
fn not_measurable(table: &Table, settings: &Settings) -> Option<UnicityUndefined> {
    if table.records() == 0 {
        let no_subject = table.records_without_subject() > 0;
        let words = if no_subject { "no record has a subject" } else { "the extract has no record" };
        return Some(undefined("empty", words));
    }
    if !table.has_subjects() {
        return Some(undefined(
            "no-subject",
            "no subject column is declared, so it is not known which events belong to the same person",
        ));
    }
    if table.subjects() < 2 {
        return Some(undefined("one-subject", "the extract holds one subject only, so nobody else can match"));
    }
    let points = settings.points.iter();
    let no_column = settings.points.is_empty() || points.clone().any(|point| point.columns.is_empty());
    no_column.then(|| undefined("no-point", "no column says what one known event is"))
}

fn measure_points(table: &Table, settings: &Settings, watch: Watch<'_>) -> Result<Unicity, StopReason> {
    let mut unicity = Unicity::default();
    // Each gate is measured on the index of a curve where that tells it the same, else on one of its own.
    let gated_points = &settings.gate.points;
    let mut gates: Vec<Option<UnicityGate>> = vec![None; gated_points.len()];
    let gate_on = |index: &PointIndex<'_>, gated| gate::measure(index, gated, settings, Effort::default(), watch.stop);
    for (place, point) in settings.points.iter().enumerate() {
        watch.progress.begin("index points", Some(table.records() as u64), "records");
        let index = PointIndex::new(table, &point.cells(), watch.stop)?;
        watch.progress.end();
        for (gate, gated) in gates.iter_mut().zip(gated_points) {
            if gate.is_none() && gate::can_share(&index, point, gated) {
                *gate = Some(gate_on(&index, gated)?);
            }
        }
        unicity.curves.extend(measure_point(&index, settings, point, watch)?);
        if let (0, Some(axes)) = (place, &settings.resolutions)
            && not_a_point(&index, point).is_none()
        {
            unicity.resolutions = Some(resolution::measure_resolutions(&index, settings, point, axes, watch)?);
        }
    }
    if let Some(mobility) = &settings.mobility {
        unicity.mobility = places::measure_mobility(table, settings, mobility, watch)?;
    }
    let finished = gates.into_iter().zip(gated_points).map(|(gate, gated)| match gate {
        Some(gate) => Ok(gate),
        None => gate_on(&gate::index(table, gated, watch.stop)?, gated),
    });
    unicity.gates = finished.collect::<Result<_, StopReason>>()?;
    gate::show(&mut unicity);
    Ok(unicity)
}

/// The curves of one point: for each attacker its cohorts.
fn measure_point(
    index: &PointIndex<'_>,
    settings: &Settings,
    point: &Point,
    watch: Watch<'_>,
) -> Result<Vec<UnicityCurve>, StopReason> {
    if let Some(reason) = not_a_point(index, point) {
        return Ok(undefined_curves(index, point, &reason));
    }
    let counts = SizeCounts::new(index.trace_sizes(), settings.known_points().last().copied().unwrap_or(1));
    let traces = Traces::new(index, &settings.columns, point);
    let subject = Subject { index, traces: &traces, counts: &counts, settings, point };
    if point.within.is_empty() {
        let lone_points = index.points_below(point.below());
        return curves(&subject, index, Some(&lone_points), watch);
    }
    match Windows::new(index, point, &settings.columns) {
        Ok(windows) => curves(&subject, &windows, None, watch),
        Err(reason) => Ok(undefined_curves(index, point, &reason)),
    }
}

/// What the curves of one point share.
struct Subject<'a> {
    index: &'a PointIndex<'a>,
    traces: &'a Traces<'a>,
    counts: &'a SizeCounts,
    settings: &'a Settings,
    point: &'a Point,
}

fn curves<C: Matching>(
    subject: &Subject<'_>,
    matching: &C,
    lone_points: Option<&[u32]>,
    watch: Watch<'_>,
) -> Result<Vec<UnicityCurve>, StopReason> {
    let Subject { index, traces, counts, settings, point } = subject;
    let mut study = Study::new(matching, traces, index.trace_sizes(), watch.stop);
    study.below = point.below();
    study.work_limit = settings.work_limit;
    study.seed = settings.seed;
    study.lone_points = lone_points;
    let known_points = settings.known_points();
    let mut curves = Vec::new();
    for &attacker in &point.attackers {
        if attacker == Attacker::Consecutive && point.order.is_none() {
            let reason = undefined("no-order", "no column says in which order events follow each other");
            curves.extend(empty_curves(index, point, attacker, Some(&reason)));
            continue;
        }
        watch.progress.begin("match points", Some(known_points.len() as u64), "numbers of known points");
        let asked = Asked { known_points: &known_points, draws: settings.draws, counts };
        let results = curve::results(&study, &asked, attacker, &point.cohorts, watch.progress)?;
        watch.progress.end();
        for (mut curve, results) in empty_curves(index, point, attacker, None).zip(results) {
            curve.results = results;
            if curve.cohort == crate::result::Cohort::Fixed {
                curve.cohort_points = counts.floor();
            }
            curves.push(curve);
        }
    }
    Ok(curves)
}

/// Why knowing points of this kind says nothing at all, if so.
fn not_a_point(index: &PointIndex<'_>, point: &Point) -> Option<UnicityUndefined> {
    let table = index.table();
    if point.known_attributes.iter().any(|&column| table.constant_per_subject(column) != Some(true)) {
        return Some(undefined(
            "attribute-varies",
            "a known attribute has several values within one subject, so it is no attribute of the subject",
        ));
    }
    match index.points() {
        0 if index.records_hidden() > 0 => {
            Some(undefined("nothing-visible", "none of the events is visible to the attacker"))
        }
        0 => Some(undefined("all-missing", "in every record a column of the point is missing")),
        1 => Some(undefined("constant-point", "every record has the same point, so knowing it tells nobody apart")),
        _ => None,
    }
}

fn undefined_curves(index: &PointIndex<'_>, point: &Point, reason: &UnicityUndefined) -> Vec<UnicityCurve> {
    point.attackers.iter().flat_map(|&attacker| empty_curves(index, point, attacker, Some(reason))).collect()
}

/// The curves of one attacker before there are results.
fn empty_curves<'a>(
    index: &'a PointIndex<'_>,
    point: &'a Point,
    attacker: Attacker,
    undefined: Option<&'a UnicityUndefined>,
) -> impl Iterator<Item = UnicityCurve> + 'a {
    let name = |column: usize| index.table().columns()[column].name.clone();
    point.cohorts.iter().map(move |&cohort| UnicityCurve {
        point: index.table().names(&point.columns),
        coarsen: point.coarsen.clone(),
        within: point.within.iter().map(|within| (name(within.column), within.label.clone())).collect(),
        visible: point.visible.iter().map(|(column, _)| name(*column)).collect(),
        attacker,
        known_attributes: index.table().names(&point.known_attributes),
        cohort,
        crowd_below: point.below(),
        points: index.points(),
        records_without_point: index.records_without_point(),
        records_hidden: index.records_hidden(),
        undefined: undefined.cloned(),
        ..UnicityCurve::default()
    })
}
