//! The share of people above a risk, with the limit.

use super::axes::{Plot, QUARTERS, axis_label, described};
use super::font::text_width;
use super::scene::{Anchor, Canvas, Ink, SMALL, Scene};
use crate::number::{count, percent, ratio};
use crate::report::messages;
use crate::report::risk::{self, Above};
use crate::report::summary::{headline_set, names, population};
use crate::result::{ScanResult, Uniqueness};

/// None where every class has one size: the picture would be one upright line.
pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, uniqueness: &Uniqueness) -> Option<Scene> {
    let set = headline_set(result, uniqueness);
    let whole = population(&result.dataset, set);
    let steps = risk::above(result, set);
    let share = |step: &Above| ratio(step.members, whole).unwrap_or(0.0);
    let inner = steps.iter().map(share).filter(|share| *share > 0.0 && *share < 1.0).count();
    if whole == 0 || inner == 0 {
        return None;
    }
    let units = messages::unit(set.reading, 2);
    let columns: Vec<String> = set.columns.iter().map(|column| canvas.name(column)).collect();
    let subtitle = format!("Individual risk: 1 / class size on {}", messages::list(&columns));
    let mut scene = canvas.scene(format!("Share of {units} above a risk"), subtitle, 530);
    canvas.end_at(&mut scene, 820);
    let plot = Plot::of(canvas.either([170, 1520, 210, 720], [104, 736, 66, 420]));
    plot.levels(&mut scene, QUARTERS, Ink::Muted);
    for risk in QUARTERS {
        let anchor = if risk > 0.99 { Anchor::End } else { Anchor::Middle };
        scene.text((plot.x(risk), plot.bottom + 32), &axis_label(risk), SMALL, Ink::Text, anchor);
    }
    plot.name(&mut scene, canvas.either(72, 78), "risk: chance of picking the right person");
    let k = u64::from(result.policy.k.max(1));
    let at_limit = steps.iter().find(|step| step.size == k).map(share);
    limit(&mut scene, &plot, k, at_limit);
    let points: Vec<(f64, f64)> = steps.iter().map(|step| (step.risk, share(step))).collect();
    scene.path(staircase(&plot, &points), Ink::Main, 5);
    if let Some(share) = at_limit {
        let at = plot.at(1.0 / crate::number::as_float(k), share);
        scene.dot(at, 14, Ink::Text, false);
        scene.dot(at, 8, Ink::Main, true);
    }
    let words = steps.iter().map(|step| format!("above {}: {}", percent(step.risk), percent(share(step))));
    let on = messages::list(&names(&set.columns));
    let description = format!("On {on}, limit k = {}. {}", count(k), described(words));
    Some(scene.described(description).of_figures(points.iter().map(|(_, share)| *share)))
}

/// The line of a share that holds from each risk to the next; below the first everybody counts.
fn staircase(plot: &Plot, points: &[(f64, f64)]) -> Vec<(i32, i32)> {
    let mut line = vec![plot.at(0.0, 1.0)];
    let mut height = 1.0;
    for (risk, share) in points {
        line.extend([plot.at(*risk, height), plot.at(*risk, *share)]);
        height = *share;
    }
    line.push(plot.at(1.0, height));
    line
}

/// The limit as an upright line, with the share above it; what lies on its right is over the limit.
fn limit(scene: &mut Scene, plot: &Plot, k: u64, share: Option<f64>) {
    let at = plot.x(1.0 / crate::number::as_float(k));
    scene.area((at, plot.top), (plot.right, plot.bottom), Ink::AlarmTint);
    for level in QUARTERS {
        scene.line((at, plot.y(level)), (plot.right, plot.y(level)), Ink::Grid, 2);
    }
    scene.dashes((at, plot.top - 14), (at, plot.bottom), Ink::Alarm);
    let above = share.map_or_else(String::new, |share| format!(": {} above", percent(share)));
    let label = format!("limit 1/{}{above}", count(k));
    let is_right = at + 10 + text_width(&label, SMALL) > plot.right;
    let (start, anchor) = if is_right { (at - 10, Anchor::End) } else { (at + 10, Anchor::Start) };
    scene.text((start, plot.top - 26), &label, SMALL, Ink::Alarm, anchor);
}
