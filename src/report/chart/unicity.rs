//! How many known points single a subject out: one line for each curve, with its interval, against the limit.

use super::Drawing;
use super::curves::{self, Line};
use super::scene::Canvas;
use crate::number::percent;
use crate::report::known_points::{gated_number, limit};
use crate::report::messages;
use crate::result::{Cohort, ScanResult, Unicity, UnicityCurve};

/// Most curves in the picture.
const SHOWN: usize = 6;

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, unicity: &Unicity) -> Option<Drawing> {
    let all = candidates(unicity);
    let shown: Vec<(usize, &UnicityCurve)> = all.iter().copied().take(SHOWN).collect();
    let lines: Vec<Line> = shown.iter().map(|(place, curve)| line(canvas, unicity, *place, curve)).collect();
    let title = "How many known points single a subject out".to_owned();
    let mut subtitle =
        messages::chart_unicity_subtitle(shown.first().map(|(_, curve)| curve.cohort_in_words()).as_deref());
    if all.len() > shown.len() {
        subtitle += &messages::more_curves(all.len() - shown.len());
    }
    let scene = curves::draw(canvas, (&title, &subtitle), &lines, limit(result))?;
    Some(Drawing { description: description(&shown), title, subtitle, scene })
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
    let is_gated = unicity.gated_curve == Some(place);
    let columns: Vec<String> = curve.point.iter().map(|column| canvas.name(column)).collect();
    Line {
        label: [columns.join(" + "), canvas.text(&curve.notes().join(", "))],
        points: figures(curve),
        is_main: is_gated,
        ring: is_gated.then(|| gated_number(unicity)),
    }
}

/// The results of a curve that have a share.
fn figures(curve: &UnicityCurve) -> Vec<(u32, f64, Option<[f64; 2]>)> {
    let figures = curve.results.iter().filter_map(|point| Some((point.known_points, point.share?, point.interval)));
    figures.collect()
}

fn description(shown: &[(usize, &UnicityCurve)]) -> String {
    let curves = shown.iter().map(|(_, curve)| {
        let figures: Vec<String> =
            figures(curve).iter().map(|(known, share, _)| format!("{known}: {}", percent(*share))).collect();
        format!("{}: {}", messages::curve_label(curve), figures.join(", "))
    });
    format!("{} {}.", messages::UNICITY_DESCRIPTION, curves.collect::<Vec<_>>().join("; "))
}
