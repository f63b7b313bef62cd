//! How the share of subjects that are alone grows with the number of known columns.

use super::axes::{Plot, QUARTERS, described, number};
use super::scene::{Anchor, Canvas, Ink, LABEL, Scene};
use crate::number::{percent, ratio};
use crate::report::messages;
use crate::report::ranking::Kind;
use crate::report::summary::{SizeShares, population, shares_by_size};
use crate::result::{Dataset, Uniqueness};

/// Labels nearer than this to each other, in pixels, would overlap.
const APART: i32 = 36;
/// Half the length of the bar that marks the median.
const HALF: i32 = 24;

pub(super) fn draw(canvas: &Canvas<'_>, dataset: &Dataset, uniqueness: &Uniqueness) -> Option<Scene> {
    let sizes = with_full(dataset, uniqueness)?;
    let full = &uniqueness.full;
    let title = format!("Share of {} unique, by number of known columns", messages::unit(full.reading, 2));
    let plot = Plot::of(canvas.either([170, 1540, 230, 740], [104, 752, 100, 480]));
    let width = (plot.right - plot.left) / number(sizes.len())?;
    let subtitle = match Kind::of(dataset, &full.columns) {
        Kind::Static => "All combinations of columns of each size",
        Kind::Event => {
            "All combinations with an event column, by size; those of static columns alone stand in the table"
        }
    };
    let mut scene = canvas.scene(title, subtitle, 610);
    plot.levels(&mut scene, QUARTERS, Ink::Muted);
    legend(canvas, &mut scene, &plot);
    for (index, size) in (0_i32..).zip(&sizes) {
        let middle = plot.left + index * width + width / 2;
        column(canvas, &mut scene, &plot, size, middle);
        let all = if size.columns == full.columns.len() { "all " } else { "" };
        let label = format!("{all}{}", size.columns);
        scene.text((middle, plot.bottom + 34), &label, LABEL, Ink::Text, Anchor::Middle);
        scene.text((middle, plot.bottom + 70), &messages::sets(size.sets), 24, Ink::Muted, Anchor::Middle);
    }
    plot.name(&mut scene, 110, "columns known");
    let words = sizes.iter().map(|size| {
        let [best, median, worst] = [size.best, size.median, size.worst].map(percent);
        let (columns, sets) = (messages::columns(size.columns), messages::sets(size.sets));
        format!("{columns} known, {sets}: least {best}, median {median}, most {worst}")
    });
    Some(scene.described(described(words)).of_figures(sizes.iter().map(|size| size.worst)))
}

/// The sizes of the sets of the kind of all columns and, where it ends earlier, that of all columns.
fn with_full(dataset: &Dataset, uniqueness: &Uniqueness) -> Option<Vec<SizeShares>> {
    let full = &uniqueness.full;
    let mut sizes = shares_by_size(dataset, uniqueness, Kind::of(dataset, &full.columns));
    if sizes.last().is_some_and(|size| size.columns < full.columns.len()) {
        let share = ratio(full.unique_subjects, population(dataset, full))?;
        sizes.push(SizeShares { columns: full.columns.len(), sets: 1, best: share, median: share, worst: share });
    }
    Some(sizes)
}

fn legend(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot) {
    let height = plot.top - canvas.either(64, 66);
    let (left, step) = canvas.either((plot.left, 290), (20, 250));
    scene.dot((left + 12, height), 12, Ink::Alarm, true);
    scene.label((left + 36, height), "riskiest set");
    median_bar(scene, left + step + 12, height);
    scene.label((left + step + 48, height), "median set");
    scene.dot((left + 2 * step + 12, height), 8, Ink::Main, true);
    scene.label((left + 2 * step + 32, height), "safest set");
}

/// The mark of the median: a bar, because a dot would hide behind the riskiest set when both are near.
fn median_bar(scene: &mut Scene, middle: i32, height: i32) {
    scene.area((middle - HALF, height - 4), (middle + HALF, height + 4), Ink::Main);
}

fn column(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, size: &SizeShares, middle: i32) {
    let (best, median, worst) = (plot.y(size.best), plot.y(size.median), plot.y(size.worst));
    scene.line((middle, best), (middle, worst), Ink::Muted, 4);
    scene.dot((middle, worst), 12, Ink::Alarm, true);
    if size.sets > 1 {
        median_bar(scene, middle, median);
        scene.dot((middle, best), 8, Ink::Main, true);
    }
    if canvas.is_narrow() {
        // Beside the marks there is no room: only the riskiest set is labelled, above its dot.
        scene.text((middle, worst - 30), &percent(size.worst), 24, Ink::Alarm, Anchor::Middle);
        return;
    }
    let figures = [(size.worst, Ink::Alarm), (size.median, Ink::Text), (size.best, Ink::Muted)];
    labels(scene, plot, middle, if size.sets > 1 { &figures } else { &figures[..1] });
}

/// Labels the marks, each figure once: on the right, or on the left where another label is too near.
fn labels(scene: &mut Scene, plot: &Plot, middle: i32, figures: &[(f64, Ink)]) {
    let mut written: Vec<String> = Vec::new();
    let (mut right, mut left) = (Vec::new(), Vec::new());
    for (share, ink) in figures {
        let (text, height) = (percent(*share), beside_the_lines(plot, plot.y(*share)));
        let is_free = |heights: &[i32]| heights.iter().all(|other| (other - height).abs() >= APART);
        if written.contains(&text) {
            continue;
        }
        if is_free(&right) {
            scene.text((middle + HALF + 12, height), &text, LABEL, *ink, Anchor::Start);
            right.push(height);
        } else if is_free(&left) {
            scene.text((middle - HALF - 12, height), &text, LABEL, *ink, Anchor::End);
            left.push(height);
        }
        written.push(text);
    }
}

/// The height for a label, moved where a line of the grid would run through it.
fn beside_the_lines(plot: &Plot, height: i32) -> i32 {
    let lines = QUARTERS.map(|share| plot.y(share));
    match lines.into_iter().find(|line| (line - height).abs() < 20) {
        Some(line) if height > line && line != plot.bottom => line + 22,
        Some(line) => line - 22,
        None => height,
    }
}
