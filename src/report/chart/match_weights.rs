//! What agreements tell: the weight of every level of a compared column, and an invented pair step by step.

use super::scene::{Anchor, Canvas, Ink, NARROW_WIDTH, Scene, fitted};
use super::{Drawing, position};
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

/// A bar from one weight to another with a name before and a figure behind it.
struct Bar {
    /// Begins a group of rows; empty within one.
    group: String,
    name: String,
    from: f64,
    to: f64,
    figure: String,
    /// Whether it is the sum of all others.
    is_total: bool,
}

struct Plot {
    /// Where group names begin and end.
    groups: (i32, i32),
    /// Where row names end.
    names: i32,
    left: i32,
    right: i32,
    top: i32,
    row: i32,
    range: (f64, f64),
}

/// The weights of every level.
pub(super) fn weights(canvas: &Canvas<'_>, value: &Linkage) -> Option<Drawing> {
    let (attack, detail) = learned(value)?;
    let mut bars = Vec::new();
    let mut parts = Vec::new();
    for column in &detail.columns {
        for (place, level) in column.levels.iter().enumerate().filter(|(_, level)| level.weight.is_finite()) {
            let group = if place == 0 { canvas.name(&column.column) } else { String::new() };
            let name = canvas.text(&printable(&level.level));
            let figure = messages::signed(level.weight);
            parts.push(format!("{} {} {figure}", printable(&column.column), printable(&level.level)));
            bars.push(Bar { group, name, from: 0.0, to: level.weight, figure, is_total: false });
        }
    }
    let mut subtitle = format!(
        "Match weight in bits ({}); right: for a link, left: against",
        canvas.text(&messages::attack_label(attack))
    );
    if bars.len() > SHOWN {
        subtitle += &messages::more_rows(bars.len() - SHOWN);
    }
    bars.truncate(SHOWN);
    let plot = canvas.either(
        Plot { groups: (60, 290), names: 770, left: 800, right: 1460, top: 160, row: 0, range: (0.0, 0.0) },
        Plot { groups: (16, 360), names: 0, left: 70, right: 660, top: 16, row: 68, range: (0.0, 0.0) },
    );
    picture(canvas, "How much each agreement tells", &subtitle, plot, &bars, &parts.join("; "))
}

/// An invented pair: how its weights add up.
pub(super) fn waterfall(canvas: &Canvas<'_>, value: &Linkage) -> Option<Drawing> {
    let (_, detail) = learned(value)?;
    let steps: Vec<_> = detail.example.iter().filter(|step| step.weight.is_finite()).collect();
    if steps.is_empty() {
        return None;
    }
    let mut sum = 0.0;
    let mut bars = Vec::new();
    let mut rest = 0.0;
    for (place, step) in steps.iter().enumerate() {
        sum += step.weight;
        // What has no row of its own is part of the sum all the same.
        if place >= STEPS {
            rest += step.weight;
            continue;
        }
        let name = canvas.text(&messages::waterfall_step(&step.label));
        let figure = messages::signed(step.weight);
        bars.push(Bar { group: String::new(), name, from: sum - step.weight, to: sum, figure, is_total: false });
    }
    if steps.len() > STEPS {
        let name = format!("{} further steps", count((steps.len() - STEPS) as u64));
        bars.push(Bar {
            group: String::new(),
            name,
            from: sum - rest,
            to: sum,
            figure: messages::signed(rest),
            is_total: false,
        });
    }
    // No weight makes a link certain, though a number of this kind cannot tell it from 1.
    let probability = percent((1.0 / (1.0 + (-sum).exp2())).clamp(1e-12, 1.0 - 1e-12));
    let name = messages::waterfall_total(&probability);
    bars.push(Bar { group: String::new(), name, from: 0.0, to: sum, figure: messages::signed(sum), is_total: true });
    let parts: Vec<String> = steps
        .iter()
        .map(|step| format!("{} {}", messages::waterfall_step(&step.label), messages::signed(step.weight)))
        .collect();
    let description =
        format!("{}; {} {}", parts.join("; "), messages::waterfall_total(&probability), messages::signed(sum));
    let plot = canvas.either(
        Plot { groups: (60, 60), names: 770, left: 800, right: 1460, top: 160, row: 0, range: (0.0, 0.0) },
        Plot { groups: (16, 16), names: 0, left: 70, right: 660, top: 16, row: 78, range: (0.0, 0.0) },
    );
    picture(
        canvas,
        "How a link comes about: an invented pair",
        "Weights add up, in bits; nobody in the extract is shown here",
        plot,
        &bars,
        &description,
    )
}

fn picture(
    canvas: &Canvas<'_>,
    title: &str,
    subtitle: &str,
    mut plot: Plot,
    bars: &[Bar],
    description: &str,
) -> Option<Drawing> {
    let rows = i32::try_from(bars.len()).ok().filter(|rows| *rows > 0)?;
    let edges = || bars.iter().flat_map(|bar| [bar.from, bar.to]);
    let (low, high) = (edges().fold(0.0, f64::min), edges().fold(0.0, f64::max));
    // A little more on both sides, so that figures at the ends of bars have room.
    let margin = ((high - low) * 0.12).max(1.0);
    plot.range = (if low < 0.0 { low - margin } else { 0.0 }, high + margin);
    if !canvas.is_narrow() {
        plot.row = (660 / rows).min(76);
    }
    let bottom = plot.top + plot.row * rows;
    let mut scene = canvas.scene(title, subtitle, bottom + 30);
    canvas.end_at(&mut scene, bottom + 30);
    let zero = position(0.0, plot.range, (plot.left, plot.right));
    scene.line((zero, plot.top), (zero, bottom), Ink::Muted, 3);
    for (place, bar) in (0_i32..).zip(bars) {
        let top = plot.top + place * plot.row;
        if !bar.group.is_empty() && place > 0 {
            scene.line((plot.groups.0, top), (canvas.either(1560, 744), top), Ink::Grid, 2);
        }
        row(canvas, &mut scene, &plot, top + plot.row / 2, bar);
    }
    Some(Drawing {
        title: title.to_owned(),
        subtitle: subtitle.to_owned(),
        description: format!("{description}."),
        scene,
    })
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, height: i32, bar: &Bar) {
    let ink = if bar.is_total { Ink::Text } else { Ink::Muted };
    let (left, right) = plot.groups;
    let height = if canvas.is_narrow() {
        let name = if bar.group.is_empty() { bar.name.clone() } else { format!("{}: {}", bar.group, bar.name) };
        scene.name_over_lines((left, height - 17), &fitted(&name, ROW, NARROW_WIDTH - 32), ROW);
        height + 15
    } else {
        let group = fitted(&bar.group, ROW, right - left - 10);
        scene.text((left, height), &group, ROW, Ink::Text, Anchor::Start);
        scene.text((plot.names, height), &fitted(&bar.name, ROW, plot.names - right), ROW, ink, Anchor::End);
        height
    };
    let at = |weight: f64| position(weight, plot.range, (plot.left, plot.right));
    let (from, to) = (at(bar.from.min(bar.to)), at(bar.from.max(bar.to)));
    let half = (plot.row / 3).min(canvas.either(20, 13));
    let corners = ((from, height - half), (to.max(from + 3), height + half));
    if bar.to < bar.from {
        // Against a link: hatched, so that it stands out without colour.
        scene.hatch(corners.0, corners.1, Ink::Alarm);
    } else {
        scene.area(corners.0, corners.1, if bar.is_total { Ink::Text } else { Ink::Main });
    }
    scene.name_over_lines((to + 12, height), &bar.figure, ROW);
}
