//! What agreements tell: the weight of every level of a compared column, and an invented pair step by step.

use super::axes::{Rows, and_more, described, number};
use super::scene::{Anchor, Canvas, Ink, NARROW_WIDTH, Scene, fitted};
use crate::number::{count, percent};
use crate::report::escape::printable;
use crate::report::linkage;
use crate::report::messages;
use crate::result::{Linkage, LinkageAttack, ProbabilisticDetail};

/// Most levels that are drawn.
const SHOWN: usize = 18;
/// Most steps of the invented pair.
const STEPS: usize = 9;
/// Size of names and figures: many rows stand below each other.
const ROW: i32 = 24;

/// The strongest attack that learned weights.
fn learned(value: &Linkage) -> Option<(&LinkageAttack, &ProbabilisticDetail)> {
    linkage::ranked(value).into_iter().find_map(|attack| Some((attack, attack.probabilistic.as_ref()?)))
}

/// A bar that adds a weight and ends at their sum, with a name before and its figure behind it.
struct Bar {
    /// Begins a group of rows; empty within one.
    group: String,
    name: String,
    weight: f64,
    to: f64,
    /// Whether it is the sum of all others.
    is_total: bool,
}

/// The weights of every level.
pub(super) fn weights(canvas: &Canvas<'_>, value: &Linkage) -> Option<Scene> {
    let (attack, detail) = learned(value)?;
    let mut bars = Vec::new();
    let mut parts = Vec::new();
    for column in &detail.columns {
        for (place, level) in column.levels.iter().enumerate().filter(|(_, level)| level.weight.is_finite()) {
            let group = if place == 0 { canvas.name(&column.column) } else { String::new() };
            let (name, weight) = (printable(&level.level), level.weight);
            parts.push(format!("{} {name} {}", printable(&column.column), messages::signed(weight)));
            bars.push(Bar { group, name: canvas.text(&name), weight, to: weight, is_total: false });
        }
    }
    let label = canvas.text(&messages::attack_label(attack));
    let subtitle = format!("Match weight in bits ({label}); right: for a link, left: against")
        + &and_more(SHOWN, bars.len(), messages::more_rows);
    bars.truncate(SHOWN);
    let scene = picture(canvas, ["How much each agreement tells", &subtitle], (68, (290, 360)), &bars)?;
    Some(scene.described(described(parts)))
}

/// An invented pair: how its weights add up.
pub(super) fn waterfall(canvas: &Canvas<'_>, value: &Linkage) -> Option<Scene> {
    let (_, detail) = learned(value)?;
    let mut sum = 0.0;
    let mut bars = Vec::new();
    let mut parts = Vec::new();
    for step in detail.example.iter().filter(|step| step.weight.is_finite()) {
        sum += step.weight;
        let name = messages::waterfall_step(&step.label);
        parts.push(format!("{name} {}", messages::signed(step.weight)));
        bars.push(bar(canvas.text(&name), step.weight, sum));
    }
    // What has no row of its own is part of the sum all the same.
    let rest: Vec<Bar> = bars.split_off(bars.len().min(STEPS));
    if !rest.is_empty() {
        let name = format!("{} further steps", count(rest.len() as u64));
        bars.push(bar(name, rest.iter().map(|bar| bar.weight).sum(), sum));
    }
    number(bars.len())?;
    // No weight makes a link certain, though a number of this kind cannot tell it from 1.
    let probability = percent((1.0 / (1.0 + (-sum).exp2())).clamp(1e-12, 1.0 - 1e-12));
    let total = format!("together: {probability} likely");
    parts.push(format!("{total} {}", messages::signed(sum)));
    bars.push(Bar { is_total: true, ..bar(total, sum, sum) });
    let words =
        ["How a link comes about: an invented pair", "Weights add up, in bits; nobody in the extract is shown here"];
    Some(picture(canvas, words, (78, (60, 16)), &bars)?.described(described(parts)))
}

fn bar(name: String, weight: f64, to: f64) -> Bar {
    Bar { group: String::new(), name, weight, to, is_total: false }
}

/// Bars below each other; the height of a row where there is little room, and where names of groups end in each form.
fn picture(
    canvas: &Canvas<'_>,
    [title, subtitle]: [&str; 2],
    (narrow_row, ends): (i32, (i32, i32)),
    bars: &[Bar],
) -> Option<Scene> {
    let number = number(bars.len())?;
    let edges = || bars.iter().flat_map(|bar| [bar.to - bar.weight, bar.to]);
    let (low, high) = (edges().fold(0.0, f64::min), edges().fold(0.0, f64::max));
    // A little more on both sides, so that figures at the ends of bars have room.
    let margin = ((high - low) * 0.12).max(1.0);
    let range = (if low < 0.0 { low - margin } else { 0.0 }, high + margin);
    let edges = canvas.either([800, 1460, 160, (660 / number).min(76), 1560], [70, 660, 16, narrow_row, 744]);
    let rows = Rows::of(edges, number, range);
    let groups = canvas.either((60, ends.0), (16, ends.1));
    let bottom = rows.plot.bottom;
    let mut scene = canvas.scene(title, subtitle, bottom + 30);
    canvas.end_at(&mut scene, bottom + 30);
    let zero = rows.plot.x(0.0);
    scene.line((zero, rows.plot.top), (zero, bottom), Ink::Muted, 3);
    for (place, bar) in (0_i32..).zip(bars) {
        let top = rows.plot.top + place * rows.height;
        if !bar.group.is_empty() && place > 0 {
            scene.line((groups.0, top), (rows.figures, top), Ink::Grid, 2);
        }
        row(canvas, &mut scene, &rows, (rows.middle(place), groups), bar);
    }
    Some(scene)
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, rows: &Rows, (height, (left, right)): (i32, (i32, i32)), bar: &Bar) {
    /// Where names of rows end.
    const NAMES: i32 = 770;
    let height = if canvas.is_narrow() {
        let name = if bar.group.is_empty() { bar.name.clone() } else { format!("{}: {}", bar.group, bar.name) };
        scene.name_over_lines((left, height - 17), &fitted(&name, ROW, NARROW_WIDTH - 32), ROW);
        height + 15
    } else {
        let ink = if bar.is_total { Ink::Text } else { Ink::Muted };
        scene.text((left, height), &fitted(&bar.group, ROW, right - left - 10), ROW, Ink::Text, Anchor::Start);
        scene.text((NAMES, height), &fitted(&bar.name, ROW, NAMES - right), ROW, ink, Anchor::End);
        height
    };
    let begin = bar.to - bar.weight;
    let (from, to) = (rows.plot.x(begin.min(bar.to)), rows.plot.x(begin.max(bar.to)));
    let half = (rows.height / 3).min(canvas.either(20, 13));
    let corners = ((from, height - half), (to.max(from + 3), height + half));
    if bar.to < begin {
        // Against a link: hatched, so that it stands out without colour.
        scene.hatch(corners.0, corners.1, Ink::Alarm);
    } else {
        scene.area(corners.0, corners.1, if bar.is_total { Ink::Text } else { Ink::Main });
    }
    scene.name_over_lines((to + 12, height), &messages::signed(bar.weight), ROW);
}
