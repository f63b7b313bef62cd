//! How many known points single a subject out: one line for each curve, with its interval, against the limit.

use super::scene::{Anchor, Canvas, Ink, SMALL, Scene, fitted};
use super::{Drawing, axis_label, position};
use crate::report::number::percent;
use crate::report::summary::{GATED_POINTS, unicity_limit};
use crate::report::words;
use crate::result::{ScanResult, Unicity, UnicityCurve, UnicityResult};

/// Most curves in the picture.
const SHOWN: usize = 4;
/// Labels nearer than this to each other, in pixels, would overlap.
const APART: i32 = 36;

struct Plot {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    points: (f64, f64),
}

impl Plot {
    fn point(&self, known: u32, share: f64) -> (i32, i32) {
        (
            position(f64::from(known), self.points, (self.left + 30, self.right - 30)),
            position(share, (0.0, 1.0), (self.bottom, self.top)),
        )
    }
}

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, unicity: &Unicity) -> Option<Drawing> {
    let shown = shown(unicity);
    let known = || shown.iter().flat_map(|(_, curve)| &curve.results).map(|point| point.known_points);
    let (first, last) = (known().min()?, known().max()?);
    let title = words::CHART_UNICITY.to_owned();
    let mut subtitle = words::CHART_UNICITY_SUBTITLE.to_owned();
    if unicity.curves.len() > shown.len() {
        subtitle += &words::more_curves(unicity.curves.len() - shown.len());
    }
    let mut scene = canvas.scene(&title, &subtitle, 600 + 40 * i32::try_from(shown.len()).unwrap_or(0));
    let points = (f64::from(first), f64::from(last.max(first + 1)));
    let plot = canvas.either(
        Plot { left: 170, right: 1120, top: 200, bottom: 760, points },
        Plot { left: 104, right: 750, top: 40, bottom: 460, points },
    );
    axis(&mut scene, &plot, (first, last));
    for (place, curve) in &shown {
        ribbon(&mut scene, &plot, curve, unicity.gated_curve == Some(*place));
    }
    if let Some(limit) = unicity_limit(result) {
        limit_line(&mut scene, &plot, limit);
    }
    let mut ends = Vec::new();
    for (place, curve) in &shown {
        ends.extend(line(canvas, &mut scene, &plot, curve, unicity.gated_curve == Some(*place)));
    }
    labels(canvas, &mut scene, &plot, ends);
    Some(Drawing { description: description(&shown), title, subtitle, scene })
}

/// The gated curve first, then the others in their order.
fn shown(unicity: &Unicity) -> Vec<(usize, &UnicityCurve)> {
    let mut curves: Vec<(usize, &UnicityCurve)> = unicity.curves.iter().enumerate().collect();
    curves.sort_by_key(|(place, _)| (unicity.gated_curve != Some(*place), *place));
    curves.truncate(SHOWN);
    curves
}

/// The results of a curve that have a share.
fn figures(curve: &UnicityCurve) -> impl Iterator<Item = (&UnicityResult, f64)> {
    curve.results.iter().filter_map(|point| Some((point, point.share?)))
}

fn axis(scene: &mut Scene, plot: &Plot, (first, last): (u32, u32)) {
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (_, height) = plot.point(first, share);
        let ink = if share == 0.0 { Ink::Muted } else { Ink::Grid };
        scene.line((plot.left, height), (plot.right, height), ink, 2);
        scene.text((plot.left - 14, height), &axis_label(share), SMALL, Ink::Muted, Anchor::End);
    }
    let step = ((last - first) / 10).max(1);
    for known in (first..=last).step_by(step as usize) {
        let (at, _) = plot.point(known, 0.0);
        scene.text((at, plot.bottom + 32), &known.to_string(), SMALL, Ink::Text, Anchor::Middle);
    }
    let middle = i32::midpoint(plot.left, plot.right);
    scene.text((middle, plot.bottom + 74), words::KNOWN_POINTS_AXIS, SMALL, Ink::Muted, Anchor::Middle);
}

fn ribbon(scene: &mut Scene, plot: &Plot, curve: &UnicityCurve, is_gated: bool) {
    let edges = || figures(curve).filter_map(|(point, _)| Some((point.known_points, point.interval?)));
    let upper = edges().map(|(known, [_, high])| plot.point(known, high));
    let lower = edges().map(|(known, [low, _])| plot.point(known, low));
    let points: Vec<_> = upper.chain(lower.collect::<Vec<_>>().into_iter().rev()).collect();
    // An exact curve has no width, and a single point no area.
    if points.len() > 2 && edges().any(|(_, [low, high])| high > low) {
        scene.polygon(points, if is_gated { Ink::Scale(1) } else { Ink::Scale(0) });
    }
}

fn limit_line(scene: &mut Scene, plot: &Plot, limit: f64) {
    let height = position(limit, (0.0, 1.0), (plot.bottom, plot.top));
    scene.dashes((plot.left, height), (plot.right, height), Ink::Text);
    let label = words::limit_share(&percent(limit));
    scene.text((plot.right - 8, height - 22), &label, SMALL, Ink::Text, Anchor::End);
}

/// Draws a curve; gives the place of its end and its label.
fn line(
    canvas: &Canvas<'_>,
    scene: &mut Scene,
    plot: &Plot,
    curve: &UnicityCurve,
    is_gated: bool,
) -> Option<((i32, i32), String, Ink)> {
    let ink = if is_gated { Ink::Main } else { Ink::Muted };
    let points: Vec<_> = figures(curve).map(|(point, share)| plot.point(point.known_points, share)).collect();
    let end = *points.last()?;
    scene.path(points.clone(), ink, if is_gated { 5 } else { 3 });
    for at in points {
        scene.dot(at, 8, ink, true);
    }
    let gated = figures(curve).find(|(point, _)| is_gated && point.known_points == GATED_POINTS);
    if let Some((point, share)) = gated {
        let at = plot.point(point.known_points, share);
        scene.dot(at, 20, Ink::Text, false);
        scene.dot(at, 9, ink, true);
        let above = if at.1 < plot.top + 60 { at.1 + 44 } else { at.1 - 44 };
        scene.text((at.0, above), &percent(share), SMALL, Ink::Text, Anchor::Middle);
    }
    let columns: Vec<String> = curve.point.iter().map(|column| canvas.name(column)).collect();
    let rules: Vec<String> =
        curve.coarsen.values().chain(curve.within.values()).map(|rule| canvas.text(rule)).collect();
    Some((end, words::curve_label(&columns, &rules, curve.attacker), ink))
}

/// Names the curves at their ends, moved apart; below the picture where it is narrow.
fn labels(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, mut ends: Vec<((i32, i32), String, Ink)>) {
    if canvas.is_narrow() {
        for (index, (_, label, ink)) in (0_i32..).zip(ends) {
            let height = plot.bottom + 120 + index * 40;
            scene.line((16, height), (66, height), ink, 5);
            scene.text((80, height), &fitted(&label, 24, 660), 24, Ink::Text, Anchor::Start);
        }
        return;
    }
    ends.sort_by_key(|(end, ..)| end.1);
    let mut lowest = i32::MIN;
    for ((x, y), label, ink) in ends {
        let height = if lowest == i32::MIN { y } else { y.max(lowest + APART) };
        lowest = height;
        let left = plot.right + 40;
        scene.line((x + 12, y), (left - 8, height), Ink::Grid, 2);
        scene.text((left, height), &fitted(&label, SMALL, 1570 - left), SMALL, ink, Anchor::Start);
    }
}

fn description(shown: &[(usize, &UnicityCurve)]) -> String {
    let curves = shown.iter().map(|(_, curve)| {
        let columns: Vec<String> = curve.point.iter().map(|column| crate::report::escape::printable(column)).collect();
        let figures = figures(curve).map(|(point, share)| format!("{}: {}", point.known_points, percent(share)));
        format!("{}: {}", columns.join(" + "), figures.collect::<Vec<_>>().join(", "))
    });
    format!("{} {}.", words::UNICITY_DESCRIPTION, curves.collect::<Vec<_>>().join("; "))
}
