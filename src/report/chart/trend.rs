//! A figure by night: its value with its interval, the limit as a step line, gaps left open, and marks where something
//! other than the data changed.

use super::axes::{Entry, Plot, described, legend, round_above, ticks};
use super::scene::{Anchor, Canvas, Ink, Point, SMALL, Scene, fitted};
use crate::number::value;
use crate::report::escape::printable;
use crate::report::messages;
use crate::result::{
    DatasetHistory, Figure, FigureUnit, FigureValue, HistoryRun, RecordedFigure, ScanChange, VerdictOutcome,
};

/// A history, and what was found about each of its runs.
#[derive(Clone, Copy)]
pub(super) struct Nights<'a> {
    pub(super) history: &'a DatasetHistory,
    pub(super) missed: &'a [u32],
    pub(super) changes: &'a [Vec<ScanChange>],
}

/// One run in the picture.
struct Night<'a> {
    /// Days since the first one, with the part of a day: several runs of one day stand beside each other.
    day: f64,
    run: &'a HistoryRun,
    figure: Option<&'a RecordedFigure>,
    /// Whether a run before it was missed.
    is_after_gap: bool,
    changes: &'a [ScanChange],
}

impl Night<'_> {
    fn value(&self) -> Option<f64> {
        self.figure?.figure.value.value()
    }

    fn limit(&self) -> Option<f64> {
        self.figure?.limit()
    }
}

/// The picture of one figure; none where no run has a number of it.
pub(super) fn draw(canvas: &Canvas<'_>, nights: &Nights<'_>, figure: &Figure) -> Option<Scene> {
    let all = of(nights, figure);
    let (first, last) = (all.first()?, all.last()?);
    let numbers = || all.iter().filter_map(Night::value);
    numbers().next()?;
    let highest = |night: &Night<'_>| {
        let upper = night.figure.and_then(|it| it.figure.value.upper());
        upper.into_iter().chain(night.limit()).fold(0.0, f64::max)
    };
    let (top, step) = scale(all.iter().map(highest).fold(0.0, f64::max), figure.unit);
    let title = title(figure);
    let subtitle = "By night; band: 95 % interval; dashes: limit; gaps: no run or no number".to_owned();
    let mut scene = canvas.scene(&title, subtitle, 760);
    let plot = Plot {
        across: across(first, last),
        up: (0.0, top),
        ..Plot::of(canvas.either([170, 1540, 190, 690], [120, 744, 76, 476]))
    };
    levels(&mut scene, &plot, step, figure.unit);
    dates(&mut scene, &plot, first, last);
    for segment in segments(&all) {
        ribbon(&mut scene, &plot, segment);
    }
    limit_steps(&mut scene, &plot, &all, figure.unit);
    for segment in segments(&all) {
        curve(&mut scene, &plot, segment);
    }
    without_number(&mut scene, &plot, &all);
    marks(&mut scene, &plot, &all);
    key(&mut scene, canvas, plot.bottom + canvas.either(128, 136));
    Some(scene.described(description(&title, &all, figure.unit)))
}

/// What a figure is about, in a line.
pub(in crate::report) fn title(figure: &Figure) -> String {
    let columns =
        if figure.columns.is_empty() { String::new() } else { format!(" ({})", messages::few(&figure.columns)) };
    // The label of some figures says it already.
    let about = figure.about.as_deref().filter(|about| !figure.label.contains(about));
    let about = about.map_or_else(String::new, |about| format!(", {about}"));
    printable(&messages::capitalised(&format!("{}{about}{columns}", figure.label)))
}

fn of<'a>(nights: &Nights<'a>, figure: &Figure) -> Vec<Night<'a>> {
    let runs = &nights.history.runs;
    let Some(start) = runs.iter().find_map(HistoryRun::start) else { return Vec::new() };
    let night = |(place, run): (usize, &'a HistoryRun)| {
        Some(Night {
            day: run.start()?.duration_since(start).as_secs_f64() / SECONDS_OF_DAY,
            run,
            figure: run.figure(figure),
            is_after_gap: nights.missed.get(place).is_some_and(|missed| *missed > 0),
            changes: nights.changes.get(place).map_or(&[], Vec::as_slice),
        })
    };
    runs.iter().enumerate().filter_map(night).collect()
}

const SECONDS_OF_DAY: f64 = 86_400.0;

/// The ends of the axis of time. A single run stands at its beginning.
fn across(first: &Night<'_>, last: &Night<'_>) -> (f64, f64) {
    (first.day, if last.day > first.day { last.day } else { first.day + 1.0 })
}

/// The value at the top of the axis, and the step of its grid.
fn scale(highest: f64, unit: FigureUnit) -> (f64, f64) {
    if unit == FigureUnit::Share {
        return round_above(highest);
    }
    let mut step = 1.0;
    // 1, 2, 5, 10, 20, 50, …
    let mut factors = [2.0, 2.5, 2.0].into_iter().cycle();
    while step * 5.0 < highest {
        step *= factors.next().unwrap_or(2.0);
    }
    ((highest / step).ceil().max(1.0) * step, step)
}

fn levels(scene: &mut Scene, plot: &Plot, step: f64, unit: FigureUnit) {
    if unit == FigureUnit::Share {
        plot.levels(scene, ticks(0.0, plot.up.1, step), Ink::Muted);
        return;
    }
    for number in ticks(0.0, plot.up.1, step) {
        let height = plot.y(number);
        scene.line((plot.left, height), (plot.right, height), if number == 0.0 { Ink::Muted } else { Ink::Grid }, 2);
        scene.text((plot.left - 14, height), &value(number, unit), SMALL, Ink::Muted, Anchor::End);
    }
}

/// The first and the last day below the axis; within one day, the minutes.
fn dates(scene: &mut Scene, plot: &Plot, first: &Night<'_>, last: &Night<'_>) {
    let length = if first.run.day() == last.run.day() { "2026-11-29T02:00".len() } else { "2026-11-29".len() };
    let moment = |night: &Night<'_>| night.run.started_at.get(..length).unwrap_or_default().replace('T', " ");
    scene.text((plot.left, plot.bottom + 76), &moment(first), SMALL, Ink::Muted, Anchor::Start);
    if last.day > first.day {
        scene.text((plot.right, plot.bottom + 76), &moment(last), SMALL, Ink::Muted, Anchor::End);
    }
}

/// Runs of nights with a number and without a gap.
fn segments<'a, 'b>(all: &'a [Night<'b>]) -> Vec<&'a [Night<'b>]> {
    let mut segments = Vec::new();
    let mut start = 0;
    for place in 0..=all.len() {
        let ends = all.get(place).is_none_or(|night| night.value().is_none() || night.is_after_gap);
        if ends {
            if place > start {
                segments.push(&all[start..place]);
            }
            let has_number = all.get(place).is_some_and(|night| night.value().is_some());
            start = if has_number { place } else { place + 1 };
        }
    }
    segments
}

/// The points of a line. Of many nights in one place of the picture the lowest and the highest stay, so that no outlier is
/// lost.
fn thinned(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    let mut column: Vec<Point> = Vec::new();
    let mut close = |column: &mut Vec<Point>| {
        let (low, high) = (column.iter().min_by_key(|at| at.1).copied(), column.iter().max_by_key(|at| at.1).copied());
        let ends = [column.first().copied(), low, high, column.last().copied()];
        for at in ends.into_iter().flatten() {
            if kept.last() != Some(&at) {
                kept.push(at);
            }
        }
        column.clear();
    };
    for at in points {
        if column.first().is_some_and(|first| first.0 != at.0) {
            close(&mut column);
        }
        column.push(at);
    }
    close(&mut column);
    kept
}

fn ribbon(scene: &mut Scene, plot: &Plot, segment: &[Night<'_>]) {
    let ends = || {
        segment.iter().filter_map(|night| {
            let value = night.value()?;
            Some((night.day, night.figure?.figure.value.interval().unwrap_or([value; 2])))
        })
    };
    if segment.len() < 2 || !ends().any(|(_, [low, high])| high > low) {
        return;
    }
    let upper = thinned(ends().map(|(day, [_, high])| plot.at(day, high)));
    let lower = thinned(ends().map(|(day, [low, _])| plot.at(day, low)));
    scene.polygon(upper.into_iter().chain(lower.into_iter().rev()).collect(), Ink::Scale(1));
}

/// Most nights that are drawn as dots of their own.
const DOTS: usize = 120;

fn curve(scene: &mut Scene, plot: &Plot, segment: &[Night<'_>]) {
    let places = || segment.iter().filter_map(|night| Some(plot.at(night.day, night.value()?)));
    let points = thinned(places());
    if points.len() > 1 {
        scene.path(points, Ink::Main, 4);
    }
    if segment.len() <= DOTS {
        for (night, at) in segment.iter().zip(places()) {
            let is_over = night.figure.and_then(RecordedFigure::passes) == Some(false);
            scene.dot(at, 7, if is_over { Ink::Alarm } else { Ink::Main }, !is_over);
        }
    }
}

/// The limit, level while it stays and upright where it changed.
fn limit_steps(scene: &mut Scene, plot: &Plot, all: &[Night<'_>], unit: FigureUnit) {
    let limits: Vec<(f64, f64)> = all.iter().filter_map(|night| Some((night.day, night.limit()?))).collect();
    let Some(&(_, newest)) = limits.last() else { return };
    let mut start = 0;
    for place in 1..=limits.len() {
        let is_same = limits.get(place).is_some_and(|(_, limit)| limit.total_cmp(&limits[start].1).is_eq());
        if is_same {
            continue;
        }
        let (from, limit) = limits[start];
        // The limit of a night holds until the next one; the last until the end of the picture.
        let until = limits.get(place).map_or(plot.across.1, |(day, _)| *day);
        let from = if start == 0 { plot.across.0 } else { from };
        scene.dashes(plot.at(from, limit), plot.at(until, limit), Ink::Alarm);
        if let Some((_, next)) = limits.get(place) {
            scene.line(plot.at(until, limit), plot.at(until, *next), Ink::Alarm, 3);
        }
        start = place;
    }
    let label = format!("limit {}", value(newest, unit));
    let height = plot.y(newest);
    let height = if height - plot.top < 40 { height + 22 } else { height - 22 };
    scene.name_over_lines((plot.left + 12, height), &label, SMALL);
}

/// Nights without a number stand on the axis: a ring where a gate was cut off or undefined, a cross where there is no result.
fn without_number(scene: &mut Scene, plot: &Plot, all: &[Night<'_>]) {
    for night in all.iter().filter(|night| night.value().is_none()) {
        let at = plot.at(night.day, 0.0);
        if night.run.verdict.is_some() {
            scene.dot(at, 10, Ink::Alarm, false);
        } else {
            cross(scene, at);
        }
    }
}

fn cross(scene: &mut Scene, (x, y): Point) {
    for turn in [1, -1] {
        scene.line((x - 9, y - 9 * turn), (x + 9, y + 9 * turn), Ink::Alarm, 4);
    }
}

/// Marks below the axis where the configuration, the waivers or the version changed, and where runs were missed.
fn marks(scene: &mut Scene, plot: &Plot, all: &[Night<'_>]) {
    let mut last_at: Option<i32> = None;
    for night in all {
        let at = plot.x(night.day);
        let letters: String = night.changes.iter().map(|change| letter(*change)).collect();
        if !letters.is_empty() {
            scene.line((at, plot.bottom), (at, plot.bottom + 18), Ink::Text, 4);
            // Letters that would run into each other are left out; the ticks and the table stay.
            if last_at.is_none_or(|last| at - last >= 40) {
                scene.text((at, plot.bottom + 38), &letters, SMALL, Ink::Text, Anchor::Middle);
                last_at = Some(at);
            }
        }
    }
}

fn letter(change: ScanChange) -> char {
    match change {
        ScanChange::Configuration => 'C',
        ScanChange::Waivers => 'W',
        ScanChange::Version => 'V',
    }
}

fn key(scene: &mut Scene, canvas: &Canvas<'_>, height: i32) {
    let over: &dyn Fn(&mut Scene, Point) = &|scene, at| scene.dot(at, 7, Ink::Alarm, false);
    let failed: &dyn Fn(&mut Scene, Point) = &|scene, at| cross(scene, at);
    let unknown: &dyn Fn(&mut Scene, Point) = &|scene, at| scene.dot(at, 10, Ink::Alarm, false);
    let tick: &dyn Fn(&mut Scene, Point) = &|scene, at| scene.line((at.0, at.1 - 9), (at.0, at.1 + 9), Ink::Text, 4);
    let changed = "changed: C configuration, W waivers, V version";
    let marks: [Entry<'_>; 3] =
        [(over, "breaches its limit"), (unknown, "not measured (on the axis)"), (failed, "no result")];
    if canvas.is_narrow() {
        legend(scene, (20, height), 30, &marks[..2]);
        legend(scene, (20, height + 44), 30, &[marks[2], (tick, &fitted(changed, SMALL, 540))]);
    } else {
        legend(scene, (LEGEND_LEFT, height), 44, &[marks[0], marks[1], marks[2], (tick, changed)]);
    }
}

/// Where a legend with room begins.
const LEGEND_LEFT: i32 = 180;

fn description(title: &str, all: &[Night<'_>], unit: FigureUnit) -> String {
    let numbers: Vec<f64> = all.iter().filter_map(Night::value).collect();
    let shown =
        |number: Option<f64>| number.map_or_else(|| messages::NOT_KNOWN.to_owned(), |number| value(number, unit));
    let over = all.iter().filter(|night| night.figure.and_then(RecordedFigure::passes) == Some(false)).count();
    let failed = all.iter().filter(|night| night.run.verdict.is_none()).count();
    let incomplete = all.iter().filter(|night| night.run.verdict == Some(VerdictOutcome::Incomplete)).count();
    let gaps = all.iter().filter(|night| night.is_after_gap).count();
    let counted = |number: usize, one, many| crate::number::counted(number as u64, one, many);
    described([
        format!("{title}: {}", counted(all.len(), "run", "runs")),
        format!("lowest {}", shown(numbers.iter().copied().min_by(f64::total_cmp))),
        format!("highest {}", shown(numbers.iter().copied().max_by(f64::total_cmp))),
        format!("newest {}", all.last().map_or_else(|| messages::NOT_KNOWN.to_owned(), newest)),
        counted(over, "run breaches its limit", "runs breach their limit"),
        counted(failed, "run without a result", "runs without a result"),
        counted(incomplete, "incomplete run", "incomplete runs"),
        counted(gaps, "gap", "gaps"),
    ])
}

fn newest(night: &Night<'_>) -> String {
    match night.figure.map(|it| (&it.figure.value, it.figure.unit)) {
        Some((FigureValue::Measured { value: number, .. }, unit)) => value(*number, unit),
        Some((FigureValue::Undefined { .. }, _)) => "undefined".to_owned(),
        Some((FigureValue::Incomplete { .. }, _)) => "incomplete".to_owned(),
        None => messages::NOT_KNOWN.to_owned(),
    }
}

/// A line of the newest nights for a row of a table, 240 by 44 units: the value with gaps left open, the limit, and below it
/// a mark for each night. None where there is no figure to draw.
pub(in crate::report) struct Spark {
    /// The elements of the picture.
    pub(in crate::report) marks: String,
    /// What can be seen in it.
    pub(in crate::report) label: String,
}

/// The line of a dataset.
pub(in crate::report) fn spark(history: &DatasetHistory) -> Option<Spark> {
    let figure = history.headline_figure()?;
    let (missed, changes) = (history.missed(), history.changes());
    let all = of(&Nights { history, missed: &missed, changes: &changes }, figure);
    let (first, last) = (all.first()?, all.last()?);
    let top = all.iter().filter_map(|night| Some(night.value()?.max(night.limit().unwrap_or(0.0)))).fold(0.0, f64::max);
    let mut scene = Scene {
        title: String::new(),
        subtitle: String::new(),
        description: String::new(),
        size: (240, 44),
        top: 0,
        is_of_zeros: false,
        marks: Vec::new(),
    };
    let plot =
        Plot { across: across(first, last), up: (0.0, if top > 0.0 { top } else { 1.0 }), ..Plot::of([6, 234, 4, 30]) };
    if let Some(limit) = all.iter().rev().find_map(Night::limit) {
        let height = plot.y(limit);
        scene.line((plot.left, height), (plot.right, height), Ink::Alarm, 1);
    }
    for segment in segments(&all) {
        let points: Vec<Point> = segment.iter().filter_map(|night| Some(plot.at(night.day, night.value()?))).collect();
        if let [at] = points[..] {
            scene.dot(at, 2, Ink::Main, true);
        } else {
            scene.path(points, Ink::Main, 2);
        }
    }
    for night in &all {
        let at = plot.x(night.day);
        // The tall marks are the nights to look at; colour only repeats it.
        let (height, ink) = match night.run.verdict {
            Some(VerdictOutcome::Pass) => (3, Ink::Main),
            Some(VerdictOutcome::Review) => (6, Ink::Muted),
            Some(VerdictOutcome::Fail) => (10, Ink::Alarm),
            Some(VerdictOutcome::Incomplete) | None => (10, Ink::Muted),
        };
        scene.area((at - 1, 43 - height), (at + 1, 43), ink);
    }
    let label = description(&title(figure), &all, figure.unit);
    Some(Spark { marks: super::svg::marks(&scene, super::svg::Colours::Named), label })
}

#[cfg(test)]
mod tests {
    use super::{scale, thinned};
    use crate::result::FigureUnit;

    #[test]
    fn the_axis_of_counts_ends_on_a_round_number() {
        for (highest, expected) in [(0.0, 1.0), (1.0, 1.0), (5.0, 5.0), (7.0, 8.0), (23.0, 25.0), (1_234.0, 1_500.0)] {
            let (top, step) = scale(highest, FigureUnit::Subjects);
            assert!((top - expected).abs() < 1e-9, "{highest}: {top}");
            assert!(top / step <= 6.0);
        }
    }

    #[test]
    fn of_many_nights_in_one_place_the_outliers_stay() {
        let kept = thinned([(1, 5), (1, 90), (1, 2), (1, 6), (2, 5)].into_iter());
        assert_eq!(kept, [(1, 5), (1, 2), (1, 90), (1, 6), (2, 5)]);
        let many: Vec<_> = thinned((0..10_000).map(|night| (night / 100, night % 7)));
        assert!(many.len() <= 400, "{}", many.len());
    }
}
