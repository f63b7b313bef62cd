//! Which steps of coarsening hide people from known points: heat maps of two columns, one for each step of a third, or
//! one for each number of known points.

use super::axes::{Frame, and_more, number};
use super::font::text_width;
use super::scene::{Anchor, Canvas, Ink, NARROW_WIDTH, SMALL, Scene, fitted};
use crate::number::percent;
use crate::report::escape::printable;
use crate::report::known_points::limit;
use crate::report::{messages, sweep};
use crate::result::{ScanResult, UnicityResolutions, UnicityResult};

/// Most maps beside and below each other.
const SHOWN: usize = 6;
/// The same where there is little room.
const SHOWN_NARROW: usize = 4;
/// Most steps of a column that are drawn.
const STEPS: usize = 8;
/// Size of the figures and names in a map.
const FIGURE: i32 = 24;
/// Size of names on two lines.
const HALF: i32 = 21;
/// Room above the cells: for the name of the map, of the second column, and of its steps.
const HEAD: i32 = 116;

/// One map: its name, and the steps that are fixed in it.
struct Map {
    name: String,
    known: u32,
    /// Place on the third axis.
    third: usize,
}

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, study: &UnicityResolutions) -> Option<Scene> {
    let judged = sweep::judged(result, study)?;
    let maps = maps(canvas, study, judged);
    let all = maps.len();
    let maps: Vec<Map> = maps.into_iter().take(canvas.either(SHOWN, SHOWN_NARROW)).collect();
    let rows = number(steps(study, 0)).filter(|_| !maps.is_empty())?;
    let points = if study.axes.len() > 2 { format!(" by {}", messages::known_points(judged)) } else { String::new() };
    let further = if study.axes.len() > 3 { "; further columns as they are" } else { "" };
    let subtitle = format!("Share of subjects still singled out{points}; darker is riskier{further}")
        + &and_more(maps.len(), all, |more| {
            format!("; {} in the table", messages::counted(more as u64, "more map", "more maps"))
        });
    let number = number(maps.len())?;
    let wide = match number {
        1 => 1,
        2 | 4 => 2,
        _ => 3,
    };
    let across = canvas.either(wide, 1);
    let down = (number + across - 1) / across;
    let narrow_map = HEAD + 26 + 58 * rows;
    let title = "What coarser values would hide from known points";
    let mut scene = canvas.scene(title, subtitle, 20 + down * narrow_map + 110);
    let area = canvas.either(
        Frame { left: 50, top: 160, width: 1500, height: 650 },
        Frame { left: 8, top: 10, width: NARROW_WIDTH - 16, height: down * narrow_map },
    );
    let (width, height) = (area.width / across, area.height / down);
    for (place, map) in (0_i32..).zip(&maps) {
        let (left, top) = (area.left + place % across * width, area.top + place / across * height);
        draw_map(canvas, &mut scene, Frame { left, top, width: width - 24, height: height - 16 }, result, study, map);
    }
    legend(canvas, &mut scene, area.top + area.height + 34, limit(result));
    let shares = study.cells.iter().filter_map(|cell| cell.result.share);
    Some(scene.described(description(result, study, judged)).of_figures(shares))
}

/// Steps of an axis that are drawn; one where there is no such axis.
fn steps(study: &UnicityResolutions, axis: usize) -> usize {
    study.axes.get(axis).map_or(1, |axis| axis.steps.len()).min(STEPS)
}

/// A map for each step of the third column, else one for each number of known points.
fn maps(canvas: &Canvas<'_>, study: &UnicityResolutions, judged: u32) -> Vec<Map> {
    match study.axes.get(2) {
        Some(axis) => axis
            .steps
            .iter()
            .enumerate()
            .map(|(third, rule)| {
                let name = messages::change(&canvas.name(&axis.column), &canvas.text(&printable(rule)));
                Map { name, known: judged, third }
            })
            .collect(),
        None => sweep::known(study)
            .into_iter()
            .map(|known| Map { name: messages::known_points(known), known, third: 0 })
            .collect(),
    }
}

fn draw_map(
    canvas: &Canvas<'_>,
    scene: &mut Scene,
    frame: Frame,
    result: &ScanResult,
    study: &UnicityResolutions,
    map: &Map,
) {
    let (rows, columns) = (steps(study, 0), steps(study, 1));
    let (Ok(row_number), Ok(column_number)) = (i32::try_from(rows), i32::try_from(columns)) else { return };
    let names = names_width(canvas, study, rows, frame.width);
    let (left, top) = (frame.left + names, frame.top + HEAD);
    let width = ((frame.width - names) / column_number).min(240);
    let height = ((frame.height - HEAD) / row_number).min(96);
    let name = fitted(&map.name, SMALL, frame.width - names);
    scene.text((left, frame.top + 14), &name, SMALL, Ink::Text, Anchor::Start);
    if let Some(axis) = study.axes.first() {
        let heading = fitted(&canvas.name(&axis.column), FIGURE, names - 12);
        scene.text((left - 12, top - 22), &heading, FIGURE, Ink::Muted, Anchor::End);
    }
    if let Some(axis) = study.axes.get(1) {
        let heading = fitted(&canvas.name(&axis.column), FIGURE, frame.width - names);
        scene.text((left + 4, frame.top + 48), &heading, FIGURE, Ink::Muted, Anchor::Start);
        heads(canvas, scene, study, (left, top), width, columns);
    }
    let name = |axis: usize, place: usize, room: i32| fitted(&step_name(canvas, study, axis, place), FIGURE, room);
    for (row, down) in (0..rows).zip(0_i32..) {
        let middle = top + down * height + height / 2;
        scene.text((left - 12, middle), &name(0, row, names - 16), FIGURE, Ink::Muted, Anchor::End);
        for (column, across) in (0..columns).zip(0_i32..) {
            let mut chosen = vec![0; study.axes.len()];
            for (axis, place) in [row, column, map.third].into_iter().enumerate().take(chosen.len()) {
                chosen[axis] = place;
            }
            let at = Frame { left: left + across * width, top: top + down * height, width, height };
            draw_cell(scene, at, sweep::cell(study, &chosen, map.known), limit(result));
        }
    }
}

/// The steps of the second column above its cells: each on one line, or on two where all of them then fit.
fn heads(
    canvas: &Canvas<'_>,
    scene: &mut Scene,
    study: &UnicityResolutions,
    (left, top): (i32, i32),
    width: i32,
    columns: usize,
) {
    let names: Vec<String> = (0..columns).map(|place| step_name(canvas, study, 1, place)).collect();
    let room = width - 6;
    let is_wide = |size: i32| names.iter().any(|name| text_width(name, size) > room);
    for (name, place) in names.iter().zip(0_i32..) {
        let middle = left + place * width + width / 2;
        if let Some([first, second]) = two_lines(name).filter(|_| is_wide(FIGURE)) {
            let (first, second) = (fitted(&first, HALF, room), fitted(&second, HALF, room));
            scene.text((middle, top - 34), &first, HALF, Ink::Muted, Anchor::Middle);
            scene.text((middle, top - 13), &second, HALF, Ink::Muted, Anchor::Middle);
        } else {
            let size = if is_wide(FIGURE) { HALF } else { FIGURE };
            scene.text((middle, top - 22), &fitted(name, size, room), size, Ink::Muted, Anchor::Middle);
        }
    }
}

/// A name parted at its blank or sign that lies nearest to the middle; none where there is none.
fn two_lines(name: &str) -> Option<[String; 2]> {
    let middle = name.len() / 2;
    let ends = name.char_indices().filter(|(_, letter)| " :,_-".contains(*letter)).map(|(at, _)| at + 1);
    let at = ends.filter(|end| *end < name.len()).min_by_key(|end| end.abs_diff(middle))?;
    Some([name[..at].trim_end().to_owned(), name[at..].to_owned()])
}

/// Room for the names of the rows: as much as they need, and not more than two fifths.
fn names_width(canvas: &Canvas<'_>, study: &UnicityResolutions, rows: usize, width: i32) -> i32 {
    let column = study.axes.first().map(|axis| canvas.name(&axis.column)).unwrap_or_default();
    let names = (0..rows).map(|place| step_name(canvas, study, 0, place)).chain([column]);
    let widest = names.map(|name| text_width(&fitted(&name, FIGURE, width), FIGURE)).max().unwrap_or(0);
    (widest + 24).clamp(100, (width * 2 / 5).max(100))
}

/// The name of a step.
fn step_name(canvas: &Canvas<'_>, study: &UnicityResolutions, axis: usize, place: usize) -> String {
    let rule = study.axes.get(axis).and_then(|axis| axis.steps.get(place));
    rule.map(|rule| canvas.text(&printable(rule))).unwrap_or_default()
}

fn draw_cell(scene: &mut Scene, at: Frame, point: Option<&UnicityResult>, limit: Option<f64>) {
    let Some((point, share)) = point.and_then(|point| Some((point, point.share?))) else {
        let (from, to) = at.corners(2);
        scene.frame(from, to, Ink::Grid, 2);
        scene.text(at.middle(), "not known", FIGURE, Ink::Muted, Anchor::Middle);
        return;
    };
    at.cell(scene, share, false, FIGURE.min(at.height / 2 + 4), at.width - 6);
    if limit.is_some_and(|limit| point.keeps_to(limit)) {
        let (from, to) = at.corners(3);
        scene.frame(from, to, Ink::Text, 5);
    }
}

fn legend(canvas: &Canvas<'_>, scene: &mut Scene, top: i32, limit: Option<f64>) {
    let Some(limit) = limit else { return };
    let left = canvas.either(60, 10);
    scene.frame((left, top - 18), (left + 48, top + 18), Ink::Text, 5);
    let text = format!("framed: within the limit of {}, by the upper end of the interval", percent(limit));
    let text = fitted(&text, FIGURE, canvas.either(1400, 660));
    scene.text((left + 64, top), &text, FIGURE, Ink::Text, Anchor::Start);
}

fn description(result: &ScanResult, study: &UnicityResolutions, judged: u32) -> String {
    let sentences = sweep::advice(result, study).sentences.join(" ");
    let known = messages::known_points(judged);
    let what = format!("Share singled out at each step of coarsening; the words speak of {known}. {sentences}");
    what.trim_end().to_owned()
}
