//! What each column adds to the share of subjects that are alone.

use super::font::text_width;
use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene, fitted};
use super::{Drawing, axis_label, position, round_above};
use crate::number::percent;
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::summary::riskiest_columns;
use crate::result::{ColumnEffect, Uniqueness};

/// Most columns in the picture.
const SHOWN: usize = 12;

struct Plot {
    left: i32,
    right: i32,
    top: i32,
    /// Height of a row.
    row: i32,
    /// Where the figures end.
    figures: i32,
}

pub(super) fn draw(canvas: &Canvas<'_>, uniqueness: &Uniqueness) -> Option<Drawing> {
    let ranked = riskiest_columns(uniqueness);
    let has_figure = |effect: &&ColumnEffect| effect.shapley.or(effect.leave_one_out).is_some();
    let effects: Vec<&ColumnEffect> = ranked.iter().copied().filter(has_figure).take(SHOWN).collect();
    let rows = i32::try_from(effects.len()).ok().filter(|rows| *rows > 0)?;
    let left_out = ranked.len() - effects.len();
    let mut subtitle = "Further right: the column reveals more".to_owned();
    if left_out > 0 {
        subtitle += &messages::more(left_out);
    }
    let title = format!("What each column adds to the share of {} alone", messages::unit(uniqueness.full.reading, 2));
    let plot = canvas.either(
        Plot { left: 440, right: 1400, top: 220, row: 590 / rows.max(4), figures: 1560 },
        Plot { left: 260, right: 610, top: 110, row: 64, figures: 752 },
    );
    let bottom = plot.top + plot.row * rows;
    let mut scene = canvas.scene(&title, &subtitle, bottom + 60);
    let figures = || effects.iter().flat_map(|effect| figures(effect));
    let (high, step) = round_above(figures().fold(0.0, f64::max));
    let low = figures().fold(0.0, f64::min);
    legend(canvas, &mut scene, &effects, plot.figures);
    // Labels of the axis would run into each other where there is little room.
    axis(&mut scene, &plot, (low, high), canvas.either(step, high / 2.0), bottom);
    for (index, effect) in (0_i32..).zip(&effects) {
        row(canvas, &mut scene, effect, (&plot, plot.top + index * plot.row + plot.row / 2), (low, high));
    }
    let parts = effects.iter().map(|effect| format!("{} {}", printable(&effect.column), value(effect)));
    let description = format!("{}.", parts.collect::<Vec<_>>().join("; "));
    Some(Drawing { title, subtitle, description, scene })
}

fn figures(effect: &ColumnEffect) -> Vec<f64> {
    let [low, high] = effect.interval.map_or([None, None], |interval| interval.map(Some));
    [effect.leave_one_out, effect.shapley, low, high].into_iter().flatten().collect()
}

fn value(effect: &ColumnEffect) -> String {
    effect.shapley.or(effect.leave_one_out).map_or_else(|| messages::NOT_DEFINED.to_owned(), percent)
}

/// The legend at the left edge, away from the lines of the axis, and the head of the figures on the right.
fn legend(canvas: &Canvas<'_>, scene: &mut Scene, effects: &[&ColumnEffect], figures: i32) {
    let has_shapley = effects.iter().any(|effect| effect.shapley.is_some());
    let has_interval = effects.iter().any(|effect| effect.interval.is_some());
    let (mut at, height) = canvas.either((72, 166), (20, 30));
    if !canvas.is_narrow() {
        let head = if has_shapley { messages::SHAPLEY_VALUE } else { messages::LEAVE_ONE_OUT };
        scene.text((figures, height), head, SMALL, Ink::Muted, Anchor::End);
    }
    if has_shapley {
        scene.dot((at, height), 11, Ink::Main, true);
        let label = if has_interval && !canvas.is_narrow() {
            "Shapley value with 95 % interval"
        } else {
            messages::SHAPLEY_VALUE
        };
        scene.text((at + 24, height), label, SMALL, Ink::Muted, Anchor::Start);
        at += 24 + text_width(label, SMALL) + 60;
    }
    if effects.iter().any(|effect| effect.leave_one_out.is_some()) {
        scene.dot((at, height), 11, Ink::Alarm, false);
        scene.text((at + 24, height), messages::LEAVE_ONE_OUT, SMALL, Ink::Muted, Anchor::Start);
    }
}

fn axis(scene: &mut Scene, plot: &Plot, (low, high): (f64, f64), step: f64, bottom: i32) {
    // The first multiple of the step inside the axis.
    let mut tick = (low / step).ceil() * step;
    while tick <= high + step / 2.0 {
        let at = position(tick, (low, high), (plot.left, plot.right));
        let is_zero = tick.abs() < step / 2.0;
        let (ink, width) = if is_zero { (Ink::Muted, 3) } else { (Ink::Grid, 2) };
        scene.line((at, plot.top), (at, bottom), ink, width);
        scene.text((at, bottom + 30), &axis_label(tick), SMALL, Ink::Muted, Anchor::Middle);
        tick += step;
    }
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, effect: &ColumnEffect, (plot, height): (&Plot, i32), range: (f64, f64)) {
    let size = canvas.either(LABEL, SMALL);
    let gap = canvas.either(30, 22);
    let name = fitted(&canvas.name(&effect.column), size, plot.left - canvas.either(90, 40));
    scene.text((plot.left - gap, height), &name, size, Ink::Text, Anchor::End);
    let at = |value: f64| position(value, range, (plot.left, plot.right));
    if let Some([low, high]) = effect.interval {
        let (from, to) = (at(low), at(high));
        scene.line((from, height), (to, height), Ink::Main, 4);
        for end in [from, to] {
            scene.line((end, height - 10), (end, height + 10), Ink::Main, 3);
        }
    }
    if let Some(leave_one_out) = effect.leave_one_out {
        scene.dot((at(leave_one_out), height), 11, Ink::Alarm, false);
    }
    if let Some(shapley) = effect.shapley {
        scene.dot((at(shapley), height), 11, Ink::Main, true);
    }
    scene.text((plot.figures, height), &value(effect), size, Ink::Text, Anchor::End);
}
