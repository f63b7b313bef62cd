//! The measure written down as its definition reads, to hold the fast path against: everybody against everybody.

#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

use std::collections::{BTreeMap, BTreeSet};

use crate::measure::unicity::Tolerance;
use crate::result::Attacker;

/// A point as plain cells.
pub(super) type PlainPoint = Vec<i64>;

/// One subject: the point of each of its records, with a time, in any order.
pub(super) type PlainSubject = Vec<(PlainPoint, i64)>;

/// When two cells of a point agree: `None` when they must be equal.
pub(super) type Windows = Vec<Option<Tolerance>>;

/// Whether a cell may be the known one.
pub(super) fn agrees(known: i64, other: i64, window: Option<Tolerance>) -> bool {
    let distance = (i128::from(known) - i128::from(other)).abs();
    match window {
        None => known == other,
        Some(Tolerance::Absolute(span)) => distance <= i128::from(span),
        Some(Tolerance::Millionths(millionths)) => {
            distance * 1_000_000 <= i128::from(known).abs() * i128::from(millionths)
        }
    }
}

/// Subjects that have, for each known point, a point that agrees with it.
pub(super) fn matches(subjects: &[PlainSubject], known: &[&PlainPoint], windows: &Windows) -> usize {
    let point_agrees = |known: &PlainPoint, other: &PlainPoint| {
        known.iter().zip(other).zip(windows).all(|((&known, &other), &window)| agrees(known, other, window))
    };
    let has = |subject: &PlainSubject, known: &PlainPoint| subject.iter().any(|(point, _)| point_agrees(known, point));
    subjects.iter().filter(|subject| known.iter().all(|known| has(subject, known))).count()
}

/// The distinct points of a subject.
pub(super) fn trace(subject: &PlainSubject) -> Vec<&PlainPoint> {
    subject.iter().map(|(point, _)| point).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Probability that `known` points, chosen as the attacker does, leave fewer than `below` matching subjects.
///
/// `key` orders points that the attacker cannot tell apart otherwise. The subject has at least `known` points.
pub(super) fn exposure(
    subjects: &[PlainSubject],
    subject: usize,
    attacker: Attacker,
    known: usize,
    below: usize,
    windows: &Windows,
    key: &dyn Fn(&PlainPoint) -> u64,
) -> f64 {
    let own = &subjects[subject];
    let mut points = trace(own);
    let unique = |known: &[&PlainPoint]| matches(subjects, known, windows) < below;
    match attacker {
        Attacker::Uniform | Attacker::Rarest => {
            let choices = choices(&points, known);
            let found = choices.iter().filter(|choice| unique(choice)).count();
            if attacker == Attacker::Rarest {
                f64::from(u8::from(found > 0))
            } else {
                found as f64 / choices.len() as f64
            }
        }
        Attacker::Frequent => {
            let mut counts: BTreeMap<&PlainPoint, usize> = BTreeMap::new();
            for (point, _) in own {
                *counts.entry(point).or_default() += 1;
            }
            points.sort_by_key(|point| (std::cmp::Reverse(counts[*point]), key(point)));
            f64::from(u8::from(unique(&points[..known])))
        }
        Attacker::Consecutive => {
            let first =
                |point: &PlainPoint| own.iter().filter(|(other, _)| other == point).map(|&(_, time)| time).min();
            points.sort_by_key(|point| (first(point), key(point)));
            let found = points.windows(known).filter(|window| unique(window)).count();
            found as f64 / (points.len() - known + 1) as f64
        }
    }
}

/// Every choice of `some` of the points.
pub(super) fn choices<'a, T>(points: &[&'a T], some: usize) -> Vec<Vec<&'a T>> {
    if some == 0 {
        return vec![Vec::new()];
    }
    let with_first = |place: usize| {
        let rest = choices(&points[place + 1..], some - 1);
        rest.into_iter().map(move |mut choice| {
            choice.insert(0, points[place]);
            choice
        })
    };
    (0..points.len()).flat_map(with_first).collect()
}

/// A point in which a missing cell is a value.
pub(super) type GapPoint = Vec<Option<i64>>;

/// What a gate says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PlainGate {
    /// Subjects with an event.
    pub(super) subjects: usize,
    /// Those with at least 4 distinct points.
    pub(super) active: usize,
    /// Mean over the subjects with an event; `None` without one.
    pub(super) share: Option<f64>,
    /// Mean over the active ones; `None` without one.
    pub(super) share_active: Option<f64>,
}

/// The gate over subjects that are given by the points of their records: every choice of min(4, own points) of everybody
/// against everybody.
pub(super) fn gate(subjects: &[Vec<GapPoint>]) -> PlainGate {
    let trace = |points: &Vec<GapPoint>| -> BTreeSet<GapPoint> {
        points.iter().filter(|point| point.iter().any(Option::is_some)).cloned().collect()
    };
    let traces: Vec<BTreeSet<GapPoint>> = subjects.iter().map(trace).filter(|trace| !trace.is_empty()).collect();
    let alone = |choice: &[&GapPoint]| {
        traces.iter().filter(|trace| choice.iter().all(|&point| trace.contains(point))).count() == 1
    };
    let exposure = |trace: &BTreeSet<GapPoint>| {
        let choices = choices(&trace.iter().collect::<Vec<_>>(), trace.len().min(4));
        choices.iter().filter(|choice| alone(choice)).count() as f64 / choices.len() as f64
    };
    let exposures: Vec<(usize, f64)> = traces.iter().map(|trace| (trace.len(), exposure(trace))).collect();
    let mean = |least: usize| {
        let of: Vec<f64> = exposures.iter().filter(|(size, _)| *size >= least).map(|&(_, exposure)| exposure).collect();
        (of.len(), (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64))
    };
    let ((subjects, share), (active, share_active)) = (mean(1), mean(4));
    PlainGate { subjects, active, share, share_active }
}
