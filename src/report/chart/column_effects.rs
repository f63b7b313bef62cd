//! What each column adds to the share of subjects that are alone.

use super::axes::{Entry, Rows, and_more, described, legend, number, round_above};
use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene, fitted};
use crate::number::percent;
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::summary::riskiest_columns;
use crate::result::{ColumnEffect, Uniqueness};

/// Most columns in the picture.
const SHOWN: usize = 12;

pub(super) fn draw(canvas: &Canvas<'_>, uniqueness: &Uniqueness) -> Option<Scene> {
    let ranked = riskiest_columns(uniqueness);
    let has_figure = |effect: &&ColumnEffect| effect.shapley.or(effect.leave_one_out).is_some();
    let effects: Vec<&ColumnEffect> = ranked.iter().copied().filter(has_figure).take(SHOWN).collect();
    let number = number(effects.len())?;
    let units = messages::unit(uniqueness.full.reading, 2);
    let title = format!("What each column adds to the share of {units} alone");
    let subtitle =
        "Further right: the column reveals more".to_owned() + &and_more(effects.len(), ranked.len(), messages::more);
    let figures = |effect: &&ColumnEffect| {
        let interval = effect.interval.map_or([None, None], |interval| interval.map(Some));
        [effect.leave_one_out, effect.shapley].into_iter().chain(interval).flatten().collect::<Vec<_>>()
    };
    let figures = || effects.iter().flat_map(figures);
    let (high, step) = round_above(figures().fold(0.0, f64::max));
    let edges = canvas.either([440, 1400, 220, 590 / number.max(4), 1560], [260, 610, 110, 64, 752]);
    let rows = Rows::of(edges, number, (figures().fold(0.0, f64::min), high));
    let mut scene = canvas.scene(title, subtitle, rows.plot.bottom + 60);
    key(canvas, &mut scene, &effects, rows.figures);
    rows.axis(canvas, &mut scene, step, 3);
    for (place, effect) in (0_i32..).zip(&effects) {
        row(canvas, &mut scene, &rows, rows.middle(place), effect);
    }
    Some(
        scene.described(described(
            effects.iter().map(|effect| format!("{} {}", printable(&effect.column), value(effect))),
        )),
    )
}

fn value(effect: &ColumnEffect) -> String {
    effect.shapley.or(effect.leave_one_out).map_or_else(|| messages::NOT_DEFINED.to_owned(), percent)
}

/// The legend at the left edge, away from the lines of the axis, and the head of the figures on the right.
fn key(canvas: &Canvas<'_>, scene: &mut Scene, effects: &[&ColumnEffect], figures: i32) {
    let (shapley, left_out) = ("Shapley value", "leave-one-out");
    let has_shapley = effects.iter().any(|effect| effect.shapley.is_some());
    let has_interval = effects.iter().any(|effect| effect.interval.is_some());
    let at = canvas.either((72, 166), (20, 30));
    if !canvas.is_narrow() {
        let head = if has_shapley { shapley } else { left_out };
        scene.text((figures, at.1), head, SMALL, Ink::Muted, Anchor::End);
    }
    let label = if has_interval && !canvas.is_narrow() { "Shapley value with 95 % interval" } else { shapley };
    let mut entries: Vec<Entry<'_>> = Vec::new();
    if has_shapley {
        entries.push((&|scene, at| scene.dot(at, 11, Ink::Main, true), label));
    }
    if effects.iter().any(|effect| effect.leave_one_out.is_some()) {
        entries.push((&|scene, at| scene.dot(at, 11, Ink::Alarm, false), left_out));
    }
    legend(scene, at, 60, &entries);
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, rows: &Rows, height: i32, effect: &ColumnEffect) {
    let size = canvas.either(LABEL, SMALL);
    let left = rows.plot.left;
    let name = fitted(&canvas.name(&effect.column), size, left - canvas.either(90, 40));
    scene.text((left - canvas.either(30, 22), height), &name, size, Ink::Text, Anchor::End);
    rows.whisker(scene, height, effect.interval, 10);
    if let Some(leave_one_out) = effect.leave_one_out {
        scene.dot((rows.plot.x(leave_one_out), height), 11, Ink::Alarm, false);
    }
    if let Some(shapley) = effect.shapley {
        scene.dot((rows.plot.x(shapley), height), 11, Ink::Main, true);
    }
    scene.text((rows.figures, height), &value(effect), size, Ink::Text, Anchor::End);
}
