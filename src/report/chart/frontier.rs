//! The plans that no other beats: detail kept against the largest share of subjects that a limit finds exposed.

use super::axes::{Plot, QUARTERS, axis_label, round_above, ticks};
use super::scene::{Anchor, Canvas, Ink, SMALL, Scene, fitted};
use crate::number::percent;
use crate::report::advisory::changes;
use crate::result::{Advisory, PlannedRelease};

/// A plan with both figures.
struct Spot<'a> {
    plan: &'a PlannedRelease,
    detail: f64,
    exposed: f64,
}

pub(super) fn draw(canvas: &Canvas<'_>, advisory: &Advisory) -> Option<Scene> {
    let spots: Vec<Spot<'_>> = advisory
        .plans
        .iter()
        .filter_map(|plan| Some(Spot { plan, detail: plan.advice.detail_kept?, exposed: plan.exposed? }))
        .collect();
    if spots.is_empty() {
        return None;
    }
    let subtitle = "Upright: the largest share of subjects that a limit finds exposed. Filled: every limit holds.";
    let mut scene = canvas.scene("Plans that no other beats", subtitle.to_owned(), 540);
    let (highest, step) = round_above(spots.iter().map(|spot| spot.exposed).fold(0.05, f64::max));
    let edges = canvas.either([190, 1530, 200, 720], [108, 736, 86, 370]);
    let plot = Plot { up: (0.0, highest), ..Plot::of(edges) };
    plot.levels(&mut scene, ticks(0.0, highest, step), Ink::Text);
    for detail in QUARTERS {
        let anchor = if detail > 0.99 { Anchor::End } else { Anchor::Middle };
        scene.text((plot.x(detail), plot.bottom + 28), &axis_label(detail), SMALL, Ink::Muted, anchor);
    }
    plot.name(&mut scene, 66, "detail of the quasi-identifiers kept");
    if spots.len() > 1 {
        scene.path(spots.iter().map(|spot| plot.at(spot.detail, spot.exposed)).collect(), Ink::Muted, 3);
    }
    for spot in &spots {
        scene.dot(plot.at(spot.detail, spot.exposed), 11, Ink::Main, spot.plan.advice.reaches_limits);
    }
    if let Some(spot) = spots.iter().find(|spot| spot.plan.advice.recommended) {
        let at = plot.at(spot.detail, spot.exposed);
        scene.dot(at, 24, Ink::Text, false);
        scene.dot(at, 11, Ink::Main, true);
        let words = format!("ringed: {}", changes(spot.plan).replace('`', ""));
        let words = fitted(&words, SMALL, plot.right - plot.left);
        scene.text((plot.left, plot.bottom + 102), &words, SMALL, Ink::Text, Anchor::Start);
    }
    Some(scene.described(description(&spots)).of_figures(spots.iter().map(|spot| spot.exposed).collect::<Vec<_>>()))
}

fn description(spots: &[Spot<'_>]) -> String {
    let parts = spots.iter().map(|Spot { plan, detail, exposed }| {
        let mark = match (plan.advice.recommended, plan.advice.reaches_limits) {
            (true, _) => " (recommended)",
            (false, true) => " (passes)",
            (false, false) => "",
        };
        format!("{} of detail kept, {} exposed{mark}", percent(*detail), percent(*exposed))
    });
    super::axes::described(parts)
}
