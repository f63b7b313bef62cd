//! What each proposal costs and gains: detail kept against subjects left in small classes.

use super::axes::{Plot, QUARTERS, axis_label, round_above, ticks};
use super::scene::{Anchor, Canvas, Ink, LABEL, Point, SMALL, Scene, fitted};
use crate::number::{count, percent, ratio};
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::summary::{exposed, headline_set, population, proposals};
use crate::result::{Advice, ScanResult, Uniqueness};

/// One proposal with both figures.
struct Spot<'a> {
    advice: &'a Advice,
    detail: f64,
    share: f64,
}

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, uniqueness: &Uniqueness) -> Option<Scene> {
    let set = headline_set(result, uniqueness);
    let whole = population(&result.dataset, set);
    let share = |headline| ratio(exposed(result, headline)?, whole);
    let now = proposals(result).find_map(|advice| share(advice.before.as_ref()?))?;
    let spots: Vec<Spot<'_>> = proposals(result)
        .filter_map(|advice| Some(Spot { advice, detail: advice.detail_kept?, share: share(advice.after.as_ref()?)? }))
        .collect();
    if spots.is_empty() {
        return None;
    }
    let k = count(u64::from(result.policy.k));
    let units = messages::unit(set.reading, 2);
    let subtitle = format!("Upright: {units} left in classes below {k}. Further down is safer.");
    let mut scene = canvas.scene("What each proposal costs and what it gains", subtitle, 540);
    let (highest, step) = round_above(spots.iter().map(|spot| spot.share).fold(now, f64::max));
    // The plot ends where nobody is left in a small class; a strip of what is within the limit stands below it.
    let edges = canvas.either([190, 1530, 240, 720], [108, 736, 86, 370]);
    let plot = Plot { up: (0.0, highest), ..Plot::of(edges) };
    let end = canvas.either(770, 414);
    let first = spots.iter().find(|spot| spot.advice.recommended);
    frame(&mut scene, &plot, (end, step));
    // The words stand at the end of the strip that the ring leaves free.
    let (at, anchor) = match first {
        Some(spot) if spot.detail < 0.5 => (plot.right - 14, Anchor::End),
        _ => (plot.left + 14, Anchor::Start),
    };
    let (size, inside) = (canvas.either(SMALL, 24), i32::midpoint(plot.bottom, end));
    scene.text((at, inside), &format!("nobody in a class below {k}"), size, Ink::Text, anchor);
    scene.text((plot.left + 14, plot.top + 26), "over the limit", size, Ink::Alarm, Anchor::Start);
    Plot { bottom: end, ..plot }.name(&mut scene, 66, "detail of the quasi-identifiers kept");
    legend(canvas, &mut scene);
    frontier(&mut scene, &plot, &spots, now);
    for spot in &spots {
        scene.dot(plot.at(spot.detail, spot.share), 11, Ink::Main, true);
    }
    square(&mut scene, plot.at(1.0, now));
    if let Some(spot) = first {
        recommended(canvas, &mut scene, &plot, end, spot);
    }
    let shares: Vec<f64> = spots.iter().map(|spot| spot.share).chain([now]).collect();
    Some(scene.described(description(&spots, now)).of_figures(shares))
}

fn frame(scene: &mut Scene, plot: &Plot, (end, step): (i32, f64)) {
    scene.area((plot.left, plot.top), (plot.right, plot.bottom), Ink::AlarmTint);
    scene.area((plot.left, plot.bottom), (plot.right, end), Ink::Scale(1));
    plot.levels(scene, ticks(0.0, plot.up.1, step), Ink::Text);
    for detail in QUARTERS {
        let anchor = if detail > 0.99 { Anchor::End } else { Anchor::Middle };
        scene.text((plot.x(detail), end + 28), &axis_label(detail), SMALL, Ink::Muted, anchor);
    }
}

fn legend(canvas: &Canvas<'_>, scene: &mut Scene) {
    let (left, height) = canvas.either((84, 176), (26, 30));
    let second = left + canvas.either(240, 150);
    square(scene, (left, height));
    scene.label((left + 24, height), messages::AS_IT_IS);
    scene.dot((second, height), 11, Ink::Main, true);
    scene.label((second + 24, height), "with a proposal");
}

fn square(scene: &mut Scene, (x, y): Point) {
    scene.area((x - 11, y - 11), (x + 11, y + 11), Ink::Alarm);
}

/// Joins the proposals that none other beats in both figures, from the extract as it is on.
fn frontier(scene: &mut Scene, plot: &Plot, spots: &[Spot<'_>], now: f64) {
    let mut ranked: Vec<(f64, f64)> = spots.iter().map(|spot| (spot.detail, spot.share)).collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.total_cmp(&right.1)));
    let mut best = now;
    let mut points = vec![plot.at(1.0, now)];
    for (detail, share) in ranked {
        if share < best {
            best = share;
            points.push(plot.at(detail, share));
        }
    }
    if points.len() > 1 {
        scene.path(points, Ink::Muted, 3);
    }
}

/// A ring around the recommended proposal, and what the ring means under the plot, where nothing is in the way.
fn recommended(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, end: i32, spot: &Spot<'_>) {
    let at = plot.at(spot.detail, spot.share);
    scene.dot(at, 24, Ink::Text, false);
    scene.dot(at, 11, Ink::Main, true);
    let size = canvas.either(LABEL, SMALL);
    let changes = changes(spot.advice, |column| canvas.name(column), |rule| canvas.text(rule));
    let height = end + 102;
    scene.dot((plot.left + 16, height), 16, Ink::Text, false);
    scene.dot((plot.left + 16, height), 8, Ink::Main, true);
    let label = fitted(&format!("try first: {changes}"), size, plot.right - plot.left - 44);
    scene.text((plot.left + 44, height), &label, size, Ink::Text, Anchor::Start);
}

pub(super) fn changes(advice: &Advice, name: impl Fn(&str) -> String, rule: impl Fn(&str) -> String) -> String {
    let changes = advice.changes.iter().map(|change| messages::change(&name(&change.column), &rule(&change.rule)));
    changes.collect::<Vec<_>>().join(", ")
}

fn description(spots: &[Spot<'_>], now: f64) -> String {
    let parts = spots.iter().take(12).map(|Spot { advice, detail, share }| {
        let changes = changes(advice, printable, printable);
        let mark = if advice.recommended { " (recommended)" } else { "" };
        let (detail, share) = (percent(*detail), percent(*share));
        format!("{changes}{mark}: {detail} of detail kept, {share} left in small classes")
    });
    format!("As it is: {} in small classes. {}", percent(now), super::axes::described(parts))
}
