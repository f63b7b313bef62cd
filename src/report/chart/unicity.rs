//! How many known points single a subject out: one line for each curve, with its interval, against the limit.

use super::axes::and_more;
use super::curves::{self, Line};
use super::scene::{Canvas, Scene};
use crate::report::known_points::{gated_number, limit};
use crate::report::messages;
use crate::result::{Cohort, ScanResult, Unicity, UnicityCurve};

/// Most curves in the picture.
const SHOWN: usize = 6;

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, unicity: &Unicity) -> Option<Scene> {
    let all = candidates(unicity);
    let shown = &all[..all.len().min(SHOWN)];
    let lines: Vec<Line> = shown.iter().map(|(place, curve)| line(canvas, unicity, *place, curve)).collect();
    let cohort = shown.first().map_or_else(String::new, |(_, curve)| format!(" ({})", curve.cohort_in_words()));
    let subtitle = format!("Share singled out{cohort}; band: 95 % interval; ring: what is judged")
        + &and_more(shown.len(), all.len(), messages::more_curves);
    curves::draw(canvas, ("How many known points single a subject out", subtitle), &lines, SHOWN, limit(result))
}

/// The curves with a figure, the judged one first. Where a definition has one over the same subjects throughout, its
/// twin over all eligible subjects stays in the tables: the two lie on each other.
fn candidates(unicity: &Unicity) -> Vec<(usize, &UnicityCurve)> {
    let figures = |curve: &UnicityCurve| curve.results.iter().any(|point| point.share.is_some());
    let same = |left: &UnicityCurve, right: &UnicityCurve| {
        messages::curve_label(left) == messages::curve_label(right) && left.visible == right.visible
    };
    let has_fixed = |curve: &UnicityCurve| {
        unicity.curves.iter().any(|other| other.cohort == Cohort::Fixed && figures(other) && same(curve, other))
    };
    let mut curves: Vec<(usize, &UnicityCurve)> = unicity
        .curves
        .iter()
        .enumerate()
        .filter(|(_, curve)| figures(curve) && (curve.cohort == Cohort::Fixed || !has_fixed(curve)))
        .collect();
    curves.sort_by_key(|(place, _)| (unicity.gated_curve != Some(*place), *place));
    curves
}

fn line(canvas: &Canvas<'_>, unicity: &Unicity, place: usize, curve: &UnicityCurve) -> Line {
    let is_main = unicity.gated_curve == Some(place);
    let columns: Vec<String> = curve.point.iter().map(|column| canvas.name(column)).collect();
    Line {
        label: [columns.join(" + "), canvas.text(&curve.notes().join(", "))],
        described: messages::curve_label(curve),
        points: curves::points(&curve.results),
        is_main,
        ring: is_main.then(|| gated_number(unicity)),
    }
}
