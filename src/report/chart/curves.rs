//! Shares by number of known points: lines with their intervals against a limit, each named at its end.

use super::axes::{Plot, QUARTERS, and_more, described, limit_label, number, position};
use super::font::text_width;
use super::scene::{Anchor, Canvas, Ink, LABEL, NARROW_WIDTH, Point, SMALL, Scene, fitted};
use crate::number::percent;
use crate::report::escape::printable;
use crate::report::known_points::{gated_number, limit};
use crate::report::{messages, sweep};
use crate::result::{Cohort, ScanResult, Unicity, UnicityCurve, UnicityResolutions, UnicityResult};

/// One line of the picture.
struct Line {
    /// What it is about, as it is drawn; the second part stands below the first.
    label: [String; 2],
    /// The same as it is described.
    described: String,
    /// Known points, share and interval, ascending.
    points: Vec<(u32, f64, Option<[f64; 2]>)>,
    /// Whether it is the one that the picture is about.
    is_main: bool,
    /// The number of known points that gets a ring and its figure.
    ring: Option<u32>,
}

/// Most curves in the picture.
const CURVES: usize = 6;

/// How many known points single a subject out: one line for each curve, with its interval, against the limit.
pub(super) fn unicity(canvas: &Canvas<'_>, result: &ScanResult, unicity: &Unicity) -> Option<Scene> {
    let all = candidates(unicity);
    let shown = &all[..all.len().min(CURVES)];
    let lines: Vec<Line> = shown.iter().map(|(place, curve)| line_of_curve(canvas, unicity, *place, curve)).collect();
    let cohort = shown.first().map_or_else(String::new, |(_, curve)| format!(" ({})", curve.cohort_in_words()));
    let subtitle = format!("Share singled out{cohort}; band: 95 % interval; ring: what is judged")
        + &and_more(shown.len(), all.len(), messages::more_curves);
    draw(canvas, ("How many known points single a subject out", subtitle), &lines, CURVES, limit(result))
}

/// The curves with a figure, the judged one first. Where a definition has one over the same subjects throughout, its
/// twin over all eligible subjects stays in the tables: the two lie on each other.
fn candidates(unicity: &Unicity) -> Vec<(usize, &UnicityCurve)> {
    let figures = |curve: &UnicityCurve| curve.results.iter().any(|point| point.share.is_some());
    let same = |left: &UnicityCurve, right: &UnicityCurve| {
        messages::curve_label(left) == messages::curve_label(right) && left.visible == right.visible
    };
    let has_fixed = |curve: &UnicityCurve| {
        unicity.curves.iter().any(|other| other.cohort == Cohort::Fixed && figures(other) && same(curve, other))
    };
    let mut curves: Vec<(usize, &UnicityCurve)> = unicity
        .curves
        .iter()
        .enumerate()
        .filter(|(_, curve)| figures(curve) && (curve.cohort == Cohort::Fixed || !has_fixed(curve)))
        .collect();
    curves.sort_by_key(|(place, _)| (unicity.gated_curve != Some(*place), *place));
    curves
}

fn line_of_curve(canvas: &Canvas<'_>, unicity: &Unicity, place: usize, curve: &UnicityCurve) -> Line {
    let is_main = unicity.gated_curve == Some(place);
    let columns: Vec<String> = curve.point.iter().map(|column| canvas.name(column)).collect();
    Line {
        label: [columns.join(" + "), canvas.text(&curve.notes().join(", "))],
        described: messages::curve_label(curve),
        points: points(&curve.results),
        is_main,
        ring: is_main.then(|| gated_number(unicity)),
    }
}

/// Most lines in the picture.
const CHOICES: usize = 9;

/// What each single coarsening would do to the curve of known points.
pub(super) fn resolutions(canvas: &Canvas<'_>, result: &ScanResult, study: &UnicityResolutions) -> Option<Scene> {
    let is_single = |steps: &&[usize]| steps.iter().filter(|place| **place > 0).count() <= 1;
    let single = sweep::choices(study).into_iter().filter(is_single);
    let lines: Vec<Line> = single.map(|steps| line_of_choice(canvas, result, study, steps)).collect();
    if lines.len() < 2 || sweep::known(study).len() < 2 {
        return None;
    }
    let subtitle = "Share of subjects still singled out; all other columns as they are; band: 95 % interval".to_owned()
        + &and_more(CHOICES, lines.len(), messages::more_curves);
    draw(canvas, ("What each single change would do to the curve", subtitle), &lines, CHOICES, limit(result))
}

fn line_of_choice(canvas: &Canvas<'_>, result: &ScanResult, study: &UnicityResolutions, steps: &[usize]) -> Line {
    let is_main = steps.iter().all(|place| *place == 0);
    Line {
        label: [label(canvas, study, steps), String::new()],
        described: sweep::label(study, steps),
        points: points(sweep::known(study).into_iter().filter_map(|known| sweep::cell(study, steps, known))),
        is_main,
        ring: if is_main { sweep::judged(result, study) } else { None },
    }
}

/// As [`sweep::label`], with names as they can be drawn.
fn label(canvas: &Canvas<'_>, study: &UnicityResolutions, steps: &[usize]) -> String {
    let changed = study.axes.iter().zip(steps).find(|(_, place)| **place > 0);
    changed.and_then(|(axis, place)| Some((axis, axis.steps.get(*place)?))).map_or_else(
        || messages::AS_IT_IS.to_owned(),
        |(axis, rule)| messages::change(&canvas.name(&axis.column), &canvas.text(&printable(rule))),
    )
}

/// The points of a line: the results that have a share.
fn points<'a>(results: impl IntoIterator<Item = &'a UnicityResult>) -> Vec<(u32, f64, Option<[f64; 2]>)> {
    let figures = results.into_iter().filter_map(|point| Some((point.known_points, point.share?, point.interval)));
    figures.collect()
}

/// The place of a share at a number of known points.
fn place(plot: &Plot, known: u32, share: f64) -> Point {
    (position(f64::from(known), plot.across, (plot.left + 40, plot.right - 40)), plot.y(share))
}

/// The picture of the first of the lines, all of which are described; `None` when none of them has a point.
fn draw(
    canvas: &Canvas<'_>,
    (title, subtitle): (&str, String),
    lines: &[Line],
    shown: usize,
    limit: Option<f64>,
) -> Option<Scene> {
    let description = described(lines.iter().map(|line| {
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
    let shares = lines.iter().flat_map(|line| &line.points).map(|(_, share, _)| *share);
    Some(scene.described(format!("Share singled out by number of known points. {description}")).of_figures(shares))
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
