//! Each subject's own figure, for those who may see figures of single subjects.

use rayon::prelude::*;

use super::attack::Attack;
use super::matching::Matching;
use super::not_a_point;
use super::settings::{Point, Settings};
use super::trace::Traces;
use super::windows::Windows;
use crate::result::Attacker;
use crate::stop::{Stop, StopReason};
use crate::table::{PointIndex, Table};

/// For each subject of the table, by its number, the probability that `known` points, chosen as `attacker` does, single
/// it out: over every choice, never sampled.
///
/// `None` for a subject with fewer points, for one whose choices cost more than [`Settings::work_limit`] divided among
/// the subjects (but at least a million looks), and for all when the point says nothing or its order is not known. The
/// numbers of the subjects are those of the table; they stand in no result, and a report for an overview holds none of
/// this.
///
/// # Errors
/// The reason, when `stop` was raised.
///
/// # Panics
/// As [`measure`](super::measure).
pub fn exposures(
    table: &Table,
    settings: &Settings,
    point: &Point,
    attacker: Attacker,
    known: u32,
    stop: &Stop,
) -> Result<Vec<Option<f64>>, StopReason> {
    let nothing = vec![None; table.subjects()];
    if known == 0 || !table.has_subjects() || table.subjects() < 2 || point.columns.is_empty() {
        return Ok(nothing);
    }
    let index = PointIndex::new(table, &point.cells(), stop)?;
    let unordered = attacker == Attacker::Consecutive && point.order.is_none();
    if unordered || not_a_point(&index, point).is_some() {
        return Ok(nothing);
    }
    let limit = (settings.work_limit / table.subjects() as u64).max(1_000_000);
    let traces = Traces::new(&index, &settings.columns, point);
    let attack = Asked { attacker, known: known as usize, below: point.below(), limit };
    if point.within.is_empty() {
        return attack.all(&index, &traces, table.subjects(), stop);
    }
    match Windows::new(&index, point, &settings.columns) {
        Ok(windows) => attack.all(&windows, &traces, table.subjects(), stop),
        Err(_) => Ok(nothing),
    }
}

/// Distinct points of each subject of the table, by its number.
///
/// # Errors
/// The reason, when `stop` was raised.
pub fn distinct_points(table: &Table, point: &Point, stop: &Stop) -> Result<Vec<u32>, StopReason> {
    if !table.has_subjects() || point.columns.is_empty() {
        return Ok(vec![0; table.subjects()]);
    }
    Ok(PointIndex::new(table, &point.cells(), stop)?.trace_sizes().to_vec())
}

struct Asked {
    attacker: Attacker,
    known: usize,
    below: u32,
    limit: u64,
}

impl Asked {
    fn all<C: Matching>(
        &self,
        matching: &C,
        traces: &Traces<'_>,
        subjects: usize,
        stop: &Stop,
    ) -> Result<Vec<Option<f64>>, StopReason> {
        let start = || (Attack::new(matching, self.attacker, self.below, self.limit), Vec::new());
        let of_subject = |(attack, points): &mut (Attack<'_, C>, Vec<_>), subject: usize| {
            stop.check()?;
            traces.read(u32::try_from(subject).unwrap_or(u32::MAX), points);
            if points.len() < self.known {
                return Ok(None);
            }
            let exposure = attack.exposure(points, self.known);
            attack.take_work();
            #[expect(clippy::cast_precision_loss, reason = "one rounding, far below the digits shown")]
            Ok(exposure.ok().map(|exposure| exposure.unique as f64 / exposure.choices as f64))
        };
        (0..subjects).into_par_iter().map_init(start, of_subject).collect()
    }
}
