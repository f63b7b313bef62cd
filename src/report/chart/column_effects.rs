//! What each column adds to the share of subjects that are alone.

use super::axes::{Entry, Rows, and_more, described, legend, number, round_above};
use super::scene::{Anchor, Canvas, Ink, LABEL, NOTE, SMALL, Scene, fitted};
use crate::number::percent;
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::ranking::{self, Kind};
use crate::result::{ColumnEffect, ScanResult, Uniqueness};

/// Most columns in the picture; of each kind half of them where there are both.
const SHOWN: usize = 12;

/// One row: a column, or the name of the kind of those below it.
enum Line<'a> {
    Kind(&'static str),
    Column(&'a ColumnEffect),
}

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, uniqueness: &Uniqueness) -> Option<Scene> {
    let lines = lines(result, uniqueness);
    let columns = lines.iter().filter_map(|line| match line {
        Line::Column(effect) => Some(*effect),
        Line::Kind(_) => None,
    });
    let effects: Vec<&ColumnEffect> = columns.collect();
    let number = number(lines.len()).filter(|_| !effects.is_empty())?;
    let units = messages::unit(uniqueness.full.reading, 2);
    let title = format!("What each column adds to the share of unique {units}");
    let subtitle = "Further right: the column reveals more".to_owned()
        + &and_more(effects.len(), uniqueness.column_effects.len(), messages::more);
    let figures = |effect: &&ColumnEffect| {
        let interval = effect.interval.map_or([None, None], |interval| interval.map(Some));
        [effect.leave_one_out, effect.shapley].into_iter().chain(interval).flatten().collect::<Vec<_>>()
    };
    let figures = || effects.iter().flat_map(figures);
    let (high, step) = round_above(figures().fold(0.0, f64::max));
    let edges = canvas.either([440, 1400, 220, 590 / number.max(4), 1560], [260, 610, 110, 60, 752]);
    let rows = Rows::of(edges, number, (figures().fold(0.0, f64::min), high));
    let mut scene = canvas.scene(title, subtitle, rows.plot.bottom + 60);
    key(canvas, &mut scene, &effects, rows.figures);
    rows.axis(canvas, &mut scene, step, 3);
    for (place, line) in (0_i32..).zip(&lines) {
        let height = rows.middle(place);
        match line {
            Line::Kind(name) => {
                let room = rows.plot.left - canvas.either(90, 30);
                let left = canvas.either(60, 8);
                scene.name_over_lines((left, height + rows.height / 8), &fitted(name, NOTE, room), NOTE);
            }
            Line::Column(effect) => row(canvas, &mut scene, &rows, height, effect),
        }
    }
    let words = effects.iter().map(|effect| format!("{} {}", printable(&effect.column), value(effect)));
    Some(scene.described(described(words)).of_figures(figures()))
}

/// Static columns and event columns below each other, each ranked among its own; one kind alone needs no name.
fn lines<'a>(result: &ScanResult, uniqueness: &'a Uniqueness) -> Vec<Line<'a>> {
    let of_kind = |kind| {
        let ranked = ranking::columns(&result.dataset, uniqueness, kind);
        let has_figure = |effect: &&ColumnEffect| effect.shapley.or(effect.leave_one_out).is_some();
        (kind, ranked.into_iter().filter(has_figure).collect::<Vec<_>>())
    };
    let kinds: Vec<_> = Kind::ALL.into_iter().map(of_kind).filter(|(_, effects)| !effects.is_empty()).collect();
    let both = kinds.len() > 1;
    let most = if both { SHOWN / 2 } else { SHOWN };
    let written = |(kind, effects): (Kind, Vec<&'a ColumnEffect>)| {
        let name = if kind == Kind::Static { "Static columns" } else { "Event columns" };
        let head = both.then_some(Line::Kind(name));
        head.into_iter().chain(effects.into_iter().take(most).map(Line::Column))
    };
    kinds.into_iter().flat_map(written).collect()
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
