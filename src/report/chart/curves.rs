//! Shares by number of known points: lines with their intervals against a limit, each named at its end.

use super::axes::{Plot, QUARTERS, limit_label, number, position};
use super::font::text_width;
use super::scene::{Anchor, Canvas, Ink, LABEL, NARROW_WIDTH, Point, SMALL, Scene, fitted};
use crate::number::percent;
use crate::result::UnicityResult;

/// One line of the picture.
pub(super) struct Line {
    /// What it is about, as it is drawn; the second part stands below the first.
    pub(super) label: [String; 2],
    /// The same as it is described.
    pub(super) described: String,
    /// Known points, share and interval, ascending.
    pub(super) points: Vec<(u32, f64, Option<[f64; 2]>)>,
    /// Whether it is the one that the picture is about.
    pub(super) is_main: bool,
    /// The number of known points that gets a ring and its figure.
    pub(super) ring: Option<u32>,
}

/// The points of a line: the results that have a share.
pub(super) fn points<'a>(results: impl IntoIterator<Item = &'a UnicityResult>) -> Vec<(u32, f64, Option<[f64; 2]>)> {
    let figures = results.into_iter().filter_map(|point| Some((point.known_points, point.share?, point.interval)));
    figures.collect()
}

/// The place of a share at a number of known points.
fn place(plot: &Plot, known: u32, share: f64) -> Point {
    (position(f64::from(known), plot.across, (plot.left + 40, plot.right - 40)), plot.y(share))
}

/// The picture of the first of the lines, all of which are described; `None` when none of them has a point.
pub(super) fn draw(
    canvas: &Canvas<'_>,
    (title, subtitle): (&str, String),
    lines: &[Line],
    shown: usize,
    limit: Option<f64>,
) -> Option<Scene> {
    let description = super::axes::described(lines.iter().map(|line| {
        let figures: Vec<String> =
            line.points.iter().map(|(known, share, _)| format!("{known}: {}", percent(*share))).collect();
        format!("{}: {}", line.described, figures.join(", "))
    }));
    let lines = &lines[..lines.len().min(shown)];
    let known = || lines.iter().flat_map(|line| &line.points).map(|(known, ..)| *known);
    let (first, last) = (known().min()?, known().max()?);
    let has_notes = lines.iter().any(|line| !line.label[1].is_empty());
    let row = if has_notes { 70 } else { 44 };
    let mut scene = canvas.scene(title, subtitle, 596 + row * number(lines.len())?);
    let plot = Plot {
        across: (f64::from(first), f64::from(last.max(first + 1))),
        ..Plot::of(canvas.either([170, 1090, 200, 770], [104, 750, 76, 476]))
    };
    plot.levels(&mut scene, QUARTERS, Ink::Muted);
    for known in (first..=last).step_by(((last - first) / 10).max(1) as usize) {
        let (at, _) = place(&plot, known, 0.0);
        scene.text((at, plot.bottom + 32), &known.to_string(), SMALL, Ink::Text, Anchor::Middle);
    }
    plot.name(&mut scene, 74, "known points");
    // The main line lies above the others.
    let mut ordered: Vec<(usize, &Line)> = lines.iter().enumerate().collect();
    ordered.sort_by_key(|(_, line)| line.is_main);
    for (_, line) in &ordered {
        ribbon(&mut scene, &plot, line);
    }
    if let Some(limit) = limit {
        limit_line(&mut scene, &plot, lines, limit);
    }
    for (index, line) in &ordered {
        path(&mut scene, &plot, *index, line);
    }
    if canvas.is_narrow() {
        key(&mut scene, plot.bottom + 130, row, lines);
    } else {
        labels(&mut scene, &plot, row, lines);
    }
    scene.described(format!("Share singled out by number of known points. {description}"))
}

/// The interval of a sampled line; an exact one has no width, and a single point no area.
fn ribbon(scene: &mut Scene, plot: &Plot, line: &Line) {
    let edges = || line.points.iter().filter_map(|(known, _, interval)| Some((*known, (*interval)?)));
    if edges().count() < 2 || !edges().any(|(_, [low, high])| high > low) {
        return;
    }
    let upper = edges().map(|(known, [_, high])| place(plot, known, high));
    let lower = edges().map(|(known, [low, _])| place(plot, known, low));
    let points = upper.chain(lower.collect::<Vec<_>>().into_iter().rev()).collect();
    scene.polygon(points, if line.is_main { Ink::Scale(1) } else { Ink::Scale(0) });
}

fn limit_line(scene: &mut Scene, plot: &Plot, lines: &[Line], limit: f64) {
    let height = plot.y(limit);
    scene.dashes((plot.left, height), (plot.right, height), Ink::Alarm);
    let label = limit_label(limit);
    let width = text_width(&label, SMALL);
    // Above or below, at the end or at the start: where it keeps furthest from all lines, those of the grid included.
    let room = |(from, at): (i32, i32)| {
        let grid = QUARTERS.iter().map(|share| (plot.y(*share) - at).abs() + 6);
        let curves = lines.iter().filter_map(|line| nearest(plot, line, (from, from + width), at));
        grid.chain(curves).min().unwrap_or(0).min(40)
    };
    let (end, start) = (plot.right - 8 - width, plot.left + 8);
    let places = [(end, height - 22), (end, height + 22), (start, height - 22), (start, height + 22)];
    // The first of equals.
    let best = places.into_iter().rev().max_by_key(|place| room(*place)).unwrap_or(places[0]);
    // A line of the grid that is still too near ends beside the words.
    if QUARTERS.iter().any(|share| (plot.y(*share) - best.1).abs() < SMALL / 2) {
        let half = SMALL / 2;
        scene.area((best.0 - 6, best.1 - half), (best.0 + width + 6, best.1 + half), Ink::Paper);
    }
    scene.text(best, &label, SMALL, Ink::Alarm, Anchor::Start);
}

/// How far a line keeps from a height between two places; none where it does not pass there.
fn nearest(plot: &Plot, line: &Line, (from, to): (i32, i32), height: i32) -> Option<i32> {
    let points: Vec<(i32, i32)> = line.points.iter().map(|(known, share, _)| place(plot, *known, *share)).collect();
    let between = |two: &[(i32, i32)]| {
        let ((left, first), (right, last)) = (two[0], two[1]);
        let steps = (from.max(left)..=to.min(right)).step_by(8);
        steps.map(|at| (first + (last - first) * (at - left) / (right - left).max(1) - height).abs()).min()
    };
    points.windows(2).filter_map(between).min()
}

fn ink(line: &Line) -> Ink {
    if line.is_main { Ink::Main } else { Ink::Muted }
}

/// The line and its marks; the marks of lines beside the main one alternate, so that they can be told apart.
fn path(scene: &mut Scene, plot: &Plot, index: usize, line: &Line) {
    let ink = ink(line);
    let points: Vec<_> = line.points.iter().map(|(known, share, _)| place(plot, *known, *share)).collect();
    scene.path(points.clone(), ink, if line.is_main { 5 } else { 3 });
    for at in points {
        scene.dot(at, if line.is_main { 9 } else { 8 }, ink, line.is_main || index.is_multiple_of(2));
    }
    for (known, share, _) in &line.points {
        if line.ring == Some(*known) {
            let at = place(plot, *known, *share);
            scene.dot(at, 22, Ink::Text, false);
            scene.dot(at, 10, ink, true);
            scene.text((at.0, at.1 - 42), &percent(*share), LABEL, Ink::Text, Anchor::Middle);
        }
    }
}

/// Names the lines at their ends, moved apart and kept inside the picture.
fn labels(scene: &mut Scene, plot: &Plot, row: i32, lines: &[Line]) {
    let mut ends: Vec<((i32, i32), &Line)> = lines
        .iter()
        .filter_map(|line| line.points.last().map(|(known, share, _)| (place(plot, *known, *share), line)))
        .collect();
    ends.sort_by_key(|(end, line)| (end.1, !line.is_main));
    let mut heights: Vec<i32> = Vec::new();
    for ((_, y), _) in &ends {
        heights.push(heights.last().map_or(*y, |last| (*y).max(last + row)));
    }
    // What ran over the lower edge moves up again.
    let mut lowest = plot.bottom + 40;
    for height in heights.iter_mut().rev() {
        *height = (*height).min(lowest);
        lowest = *height - row;
    }
    let left = plot.right + 50;
    for ((end, line), height) in ends.into_iter().zip(heights) {
        scene.line((end.0 + 14, end.1), (left - 8, height), Ink::Grid, 2);
        named(scene, (left, height), FILE_RIGHT - left, line);
    }
}

/// Right edge of the labels.
const FILE_RIGHT: i32 = 1585;

/// The lines and their names below the picture.
fn key(scene: &mut Scene, top: i32, row: i32, lines: &[Line]) {
    for (place, line) in (0_i32..).zip(lines) {
        let height = top + place * row;
        let is_filled = line.is_main || place % 2 == 0;
        scene.line((16, height), (66, height), ink(line), if line.is_main { 5 } else { 3 });
        scene.dot((41, height), 8, ink(line), is_filled);
        named(scene, (84, height), NARROW_WIDTH - 94, line);
    }
}

fn named(scene: &mut Scene, (left, height): (i32, i32), room: i32, line: &Line) {
    let [first, second] = &line.label;
    let ink = if line.is_main { Ink::Main } else { Ink::Text };
    if second.is_empty() {
        scene.text((left, height), &fitted(first, SMALL, room), SMALL, ink, Anchor::Start);
        return;
    }
    scene.two_lines((left, height), [first, second], room, ink, [15, 15]);
}
