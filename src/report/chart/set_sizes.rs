//! How the share of subjects that are alone grows with the number of known columns.

use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene};
use super::{Drawing, axis_label, position};
use crate::number::{percent, ratio};
use crate::report::messages;
use crate::report::summary::{SizeShares, population, shares_by_size};
use crate::result::{Dataset, Uniqueness};

/// Labels nearer than this to each other, in pixels, would overlap.
const APART: i32 = 36;
/// Half the length of the bar that marks the median.
const HALF: i32 = 24;
const GRID: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

struct Plot {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

impl Plot {
    fn height(&self, share: f64) -> i32 {
        position(share, (0.0, 1.0), (self.bottom, self.top))
    }
}

pub(super) fn draw(canvas: &Canvas<'_>, dataset: &Dataset, uniqueness: &Uniqueness) -> Option<Drawing> {
    let sizes = with_full(dataset, uniqueness)?;
    let full = &uniqueness.full;
    let steps = i32::try_from(sizes.len()).ok().filter(|steps| *steps > 0)?;
    let title = format!("Share of {} alone, by number of known columns", messages::unit(full.reading, 2));
    let subtitle = "All combinations of columns of each size".to_owned();
    let mut scene = canvas.scene(&title, &subtitle, 610);
    let plot = canvas.either(
        Plot { left: 170, right: 1540, top: 230, bottom: 740 },
        Plot { left: 104, right: 752, top: 100, bottom: 480 },
    );
    axis(&mut scene, &plot);
    legend(canvas, &mut scene, &plot);
    let width = (plot.right - plot.left) / steps;
    for (index, size) in (0_i32..).zip(&sizes) {
        let middle = plot.left + index * width + width / 2;
        column(canvas, &mut scene, &plot, size, middle);
        let label =
            if size.columns == full.columns.len() { messages::all(size.columns) } else { size.columns.to_string() };
        scene.text((middle, plot.bottom + 34), &label, LABEL, Ink::Text, Anchor::Middle);
        scene.text((middle, plot.bottom + 70), &messages::sets(size.sets), 24, Ink::Muted, Anchor::Middle);
    }
    let middle = i32::midpoint(plot.left, plot.right);
    scene.text((middle, plot.bottom + 110), "columns known", SMALL, Ink::Muted, Anchor::Middle);
    Some(Drawing { description: description(&sizes), title, subtitle, scene })
}

/// The sizes of the lattice and, where it ends earlier, that of all columns.
fn with_full(dataset: &Dataset, uniqueness: &Uniqueness) -> Option<Vec<SizeShares>> {
    let mut sizes = shares_by_size(dataset, uniqueness);
    let full = &uniqueness.full;
    if sizes.last().is_some_and(|size| size.columns < full.columns.len()) {
        let share = ratio(full.unique_subjects, population(dataset, full))?;
        sizes.push(SizeShares { columns: full.columns.len(), sets: 1, best: share, median: share, worst: share });
    }
    Some(sizes)
}

fn description(sizes: &[SizeShares]) -> String {
    let parts = sizes.iter().map(|size| {
        let [best, median, worst] = [size.best, size.median, size.worst].map(percent);
        format!(
            "{} known, {}: least {best}, median {median}, most {worst}",
            messages::columns(size.columns),
            messages::sets(size.sets)
        )
    });
    format!("{}.", parts.collect::<Vec<_>>().join("; "))
}

fn axis(scene: &mut Scene, plot: &Plot) {
    for share in GRID {
        let height = plot.height(share);
        let ink = if share == 0.0 { Ink::Muted } else { Ink::Grid };
        scene.line((plot.left, height), (plot.right, height), ink, 2);
        scene.text((plot.left - 14, height), &axis_label(share), SMALL, Ink::Muted, Anchor::End);
    }
}

fn legend(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot) {
    let height = plot.top - canvas.either(64, 66);
    let left = canvas.either(plot.left, 20);
    let step = canvas.either(290, 250);
    scene.dot((left + 12, height), 12, Ink::Alarm, true);
    scene.text((left + 36, height), "riskiest set", SMALL, Ink::Muted, Anchor::Start);
    median_bar(scene, left + step + 12, height);
    scene.text((left + step + 48, height), "median set", SMALL, Ink::Muted, Anchor::Start);
    scene.dot((left + 2 * step + 12, height), 8, Ink::Main, true);
    scene.text((left + 2 * step + 32, height), "safest set", SMALL, Ink::Muted, Anchor::Start);
}

/// The mark of the median: a bar, because a dot would hide behind the riskiest set when both are near.
fn median_bar(scene: &mut Scene, middle: i32, height: i32) {
    scene.area((middle - HALF, height - 4), (middle + HALF, height + 4), Ink::Main);
}

fn column(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, size: &SizeShares, middle: i32) {
    let (best, median, worst) = (plot.height(size.best), plot.height(size.median), plot.height(size.worst));
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
    let mut figures = vec![(size.worst, Ink::Alarm)];
    if size.sets > 1 {
        figures.extend([(size.median, Ink::Text), (size.best, Ink::Muted)]);
    }
    labels(scene, plot, middle, &figures);
}

/// Labels the marks, each figure once: on the right, or on the left where another label is too near.
fn labels(scene: &mut Scene, plot: &Plot, middle: i32, figures: &[(f64, Ink)]) {
    let mut written: Vec<String> = Vec::new();
    let (mut right, mut left) = (Vec::new(), Vec::new());
    for (share, ink) in figures {
        let (text, height) = (percent(*share), beside_the_lines(plot, plot.height(*share)));
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
    let lines = GRID.map(|share| plot.height(share));
    match lines.into_iter().find(|line| (line - height).abs() < 20) {
        Some(line) if height > line && line != plot.bottom => line + 22,
        Some(line) => line - 22,
        None => height,
    }
}
