//! What each column adds to the share of subjects that are alone.

use super::scene::{Anchor, Ink, LABEL, Scene, fitted, text_width};
use super::{Chart, axis_label, position, round_above};
use crate::report::escape::printable;
use crate::report::number::percent;
use crate::report::summary::riskiest_columns;
use crate::report::words;
use crate::result::{ColumnEffect, Uniqueness};

/// Most columns in the picture.
const SHOWN: usize = 12;
const LEFT: i32 = 440;
const RIGHT: i32 = 1400;
const TOP: i32 = 220;
const BOTTOM: i32 = 810;

pub(super) fn chart(uniqueness: &Uniqueness) -> Option<Chart> {
    let ranked = riskiest_columns(uniqueness);
    let effects: Vec<&ColumnEffect> =
        ranked.iter().copied().filter(|effect| effect.shapley.or(effect.leave_one_out).is_some()).take(SHOWN).collect();
    let rows = i32::try_from(effects.len()).ok().filter(|rows| *rows > 0)?;
    let left_out = ranked.len() - effects.len();
    let mut subtitle = words::CHART_COLUMN_EFFECTS_SUBTITLE.to_owned();
    if left_out > 0 {
        subtitle += &words::more(left_out);
    }
    let title = words::chart_column_effects(words::unit(uniqueness.full.reading, 2));
    let mut scene = Scene::titled(&title, &subtitle);
    let figures = || effects.iter().flat_map(|effect| figures(effect));
    let (high, step) = round_above(figures().fold(0.0, f64::max));
    let low = figures().fold(0.0, f64::min);
    legend(&mut scene, &effects);
    let height = (BOTTOM - TOP) / rows.max(4);
    axis(&mut scene, (low, high), step, TOP + height * rows);
    for (index, effect) in (0_i32..).zip(&effects) {
        row(&mut scene, effect, TOP + index * height + height / 2, (low, high));
    }
    let parts = effects.iter().map(|effect| format!("{} {}", printable(&effect.column), value(effect)));
    let description = format!("{}.", parts.collect::<Vec<_>>().join("; "));
    Some(Chart { name: "column-effects", title, description, scene })
}

fn figures(effect: &ColumnEffect) -> Vec<f64> {
    let [low, high] = effect.interval.map_or([None, None], |interval| interval.map(Some));
    [effect.leave_one_out, effect.shapley, low, high].into_iter().flatten().collect()
}

fn value(effect: &ColumnEffect) -> String {
    effect.shapley.or(effect.leave_one_out).map_or_else(|| words::NOT_DEFINED.to_owned(), percent)
}

/// The legend at the left edge, away from the lines of the axis, and the head of the figures on the right.
fn legend(scene: &mut Scene, effects: &[&ColumnEffect]) {
    let mut at = 72;
    let height = 166;
    let head = if effects.iter().any(|effect| effect.shapley.is_some()) { "Shapley value" } else { "leave-one-out" };
    scene.text((1560, height), head, 26, Ink::Muted, Anchor::End);
    if effects.iter().any(|effect| effect.shapley.is_some()) {
        scene.dot((at, height), 11, Ink::Main, true);
        let label = if effects.iter().any(|effect| effect.interval.is_some()) {
            "Shapley value with 95 % interval"
        } else {
            "Shapley value"
        };
        scene.text((at + 24, height), label, 26, Ink::Muted, Anchor::Start);
        at += 24 + text_width(label, 26) + 60;
    }
    if effects.iter().any(|effect| effect.leave_one_out.is_some()) {
        scene.dot((at, height), 11, Ink::Alarm, false);
        scene.text((at + 24, height), "leave-one-out", 26, Ink::Muted, Anchor::Start);
    }
}

fn axis(scene: &mut Scene, (low, high): (f64, f64), step: f64, bottom: i32) {
    // The first multiple of the step inside the axis.
    let mut tick = (low / step).ceil() * step;
    while tick <= high + step / 2.0 {
        let at = position(tick, (low, high), (LEFT, RIGHT));
        let is_zero = tick.abs() < step / 2.0;
        scene.line((at, TOP), (at, bottom), if is_zero { Ink::Muted } else { Ink::Grid }, if is_zero { 3 } else { 2 });
        scene.text((at, bottom + 30), &axis_label(tick), 26, Ink::Muted, Anchor::Middle);
        tick += step;
    }
}

fn row(scene: &mut Scene, effect: &ColumnEffect, height: i32, range: (f64, f64)) {
    let name = fitted(&printable(&effect.column), LABEL, LEFT - 90);
    scene.text((LEFT - 30, height), &name, LABEL, Ink::Text, Anchor::End);
    let at = |value: f64| position(value, range, (LEFT, RIGHT));
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
    scene.text((1560, height), &value(effect), LABEL, Ink::Text, Anchor::End);
}
