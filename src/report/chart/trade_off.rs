//! What each proposal costs and gains: detail kept against subjects left in small crowds.

use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene, fitted};
use super::{Drawing, axis_label, position, round_above};
use crate::number::{count, percent, ratio};
use crate::report::messages;
use crate::report::summary::{exposed, headline_set, population, proposals};
use crate::result::{Advice, ScanResult, Uniqueness};

struct Plot {
    left: i32,
    right: i32,
    top: i32,
    /// Where nobody is left in a small crowd.
    zero: i32,
    /// The lower edge of the strip of what is within the limit.
    bottom: i32,
    /// The highest share on the axis.
    highest: f64,
}

impl Plot {
    fn point(&self, detail: f64, share: f64) -> (i32, i32) {
        (
            position(detail, (0.0, 1.0), (self.left, self.right)),
            position(share, (0.0, self.highest), (self.zero, self.top)),
        )
    }
}

/// One proposal with both figures.
struct Spot<'a> {
    advice: &'a Advice,
    detail: f64,
    share: f64,
}

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, uniqueness: &Uniqueness) -> Option<Drawing> {
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
    let k = result.policy.k;
    let title = "What each proposal costs and what it gains".to_owned();
    let subtitle = format!(
        "Upright: {} left in crowds below {}. Further down is safer.",
        messages::unit(set.reading, 2),
        count(u64::from(k))
    );
    let mut scene = canvas.scene(&title, &subtitle, 640);
    let highest = round_above(spots.iter().map(|spot| spot.share).fold(now, f64::max)).0;
    let plot = canvas.either(
        Plot { left: 190, right: 1530, top: 240, zero: 720, bottom: 770, highest },
        Plot { left: 108, right: 736, top: 116, zero: 470, bottom: 514, highest },
    );
    let first = spots.iter().find(|spot| spot.advice.recommended);
    frame(canvas, &mut scene, &plot, k, first.map(|spot| spot.detail));
    legend(canvas, &mut scene);
    frontier(&mut scene, &plot, &spots, now);
    for spot in &spots {
        let at = plot.point(spot.detail, spot.share);
        scene.dot(at, 11, Ink::Main, true);
    }
    square(&mut scene, plot.point(1.0, now));
    if let Some(spot) = first {
        recommended(canvas, &mut scene, &plot, spot);
    }
    Some(Drawing { description: description(&spots, now), title, subtitle, scene })
}

fn frame(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, k: u32, ringed: Option<f64>) {
    scene.area((plot.left, plot.top), (plot.right, plot.zero), Ink::AlarmTint);
    scene.area((plot.left, plot.zero), (plot.right, plot.bottom), Ink::Scale(1));
    let (highest, step) = round_above(plot.highest);
    let mut value = 0.0;
    while value <= highest + step / 2.0 {
        let (_, height) = plot.point(0.0, value);
        let ink = if value == 0.0 { Ink::Text } else { Ink::Grid };
        scene.line((plot.left, height), (plot.right, height), ink, 2);
        scene.text((plot.left - 14, height), &axis_label(value), SMALL, Ink::Muted, Anchor::End);
        value += step;
    }
    for detail in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (at, _) = plot.point(detail, 0.0);
        let anchor = if detail > 0.99 { Anchor::End } else { Anchor::Middle };
        scene.text((at, plot.bottom + 28), &axis_label(detail), SMALL, Ink::Muted, anchor);
    }
    let inside = i32::midpoint(plot.zero, plot.bottom);
    // At the end of the strip that the ring leaves free.
    let (at, anchor) = match ringed {
        Some(detail) if detail < 0.5 => (plot.right - 14, Anchor::End),
        _ => (plot.left + 14, Anchor::Start),
    };
    scene.text(
        (at, inside),
        &format!("nobody in a crowd below {}", count(u64::from(k))),
        canvas.either(SMALL, 24),
        Ink::Text,
        anchor,
    );
    scene.text((plot.left + 14, plot.top + 26), "over the limit", canvas.either(SMALL, 24), Ink::Alarm, Anchor::Start);
    let middle = i32::midpoint(plot.left, plot.right);
    scene.text((middle, plot.bottom + 66), "detail of the quasi-identifiers kept", SMALL, Ink::Muted, Anchor::Middle);
}

fn legend(canvas: &Canvas<'_>, scene: &mut Scene) {
    let (left, height) = canvas.either((84, 176), (26, 30));
    let steps = canvas.either([0, 240], [0, 150]);
    square(scene, (left, height));
    scene.text((left + 24, height), messages::AS_IT_IS, SMALL, Ink::Muted, Anchor::Start);
    scene.dot((left + steps[1], height), 11, Ink::Main, true);
    scene.text((left + steps[1] + 24, height), "with a proposal", SMALL, Ink::Muted, Anchor::Start);
}

fn square(scene: &mut Scene, (x, y): (i32, i32)) {
    scene.area((x - 11, y - 11), (x + 11, y + 11), Ink::Alarm);
}

/// Joins the proposals that none other beats in both figures, from the extract as it is on.
fn frontier(scene: &mut Scene, plot: &Plot, spots: &[Spot<'_>], now: f64) {
    let mut ranked: Vec<(f64, f64)> = spots.iter().map(|spot| (spot.detail, spot.share)).collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.total_cmp(&right.1)));
    let mut best = now;
    let mut points = vec![plot.point(1.0, now)];
    for (detail, share) in ranked {
        if share < best {
            best = share;
            points.push(plot.point(detail, share));
        }
    }
    if points.len() > 1 {
        scene.path(points, Ink::Muted, 3);
    }
}

/// A ring around the recommended proposal, and what the ring means under the plot, where nothing is in the way.
fn recommended(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, spot: &Spot<'_>) {
    let at = plot.point(spot.detail, spot.share);
    scene.dot(at, 24, Ink::Text, false);
    scene.dot(at, 11, Ink::Main, true);
    let size = canvas.either(LABEL, SMALL);
    let changes = spot.advice.changes.iter();
    let named: Vec<String> =
        changes.map(|change| messages::change(&canvas.name(&change.column), &canvas.text(&change.rule))).collect();
    let height = plot.bottom + 102;
    scene.dot((plot.left + 16, height), 16, Ink::Text, false);
    scene.dot((plot.left + 16, height), 8, Ink::Main, true);
    let label = fitted(&messages::recommended(&named), size, plot.right - plot.left - 44);
    scene.text((plot.left + 44, height), &label, size, Ink::Text, Anchor::Start);
}

fn description(spots: &[Spot<'_>], now: f64) -> String {
    let parts = spots.iter().take(12).map(|spot| {
        let named: Vec<String> = spot
            .advice
            .changes
            .iter()
            .map(|change| {
                let printable = crate::report::escape::printable;
                messages::change(&printable(&change.column), &printable(&change.rule))
            })
            .collect();
        messages::trade_off_part(&named, &percent(spot.detail), &percent(spot.share), spot.advice.recommended)
    });
    format!("As it is: {} in small crowds. {}.", percent(now), parts.collect::<Vec<_>>().join("; "))
}
