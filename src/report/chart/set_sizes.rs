//! How the share of subjects that are alone grows with the number of known columns.

use super::scene::{Anchor, Ink, LABEL, Scene};
use super::{Chart, axis_label, position};
use crate::report::number::{percent, ratio};
use crate::report::summary::{SizeShares, population, shares_by_size};
use crate::report::words;
use crate::result::{Dataset, Uniqueness};

const LEFT: i32 = 170;
const RIGHT: i32 = 1540;
const TOP: i32 = 230;
const BOTTOM: i32 = 740;
/// Labels nearer than this to each other, in pixels, would overlap.
const APART: i32 = 36;
/// Half the length of the bar that marks the median.
const HALF: i32 = 24;
const GRID: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

pub(super) fn chart(dataset: &Dataset, uniqueness: &Uniqueness) -> Option<Chart> {
    let mut sizes = shares_by_size(dataset, uniqueness);
    let full = &uniqueness.full;
    if sizes.last().is_some_and(|size| size.columns < full.columns.len()) {
        let share = ratio(full.unique_subjects, population(dataset, full))?;
        sizes.push(SizeShares { columns: full.columns.len(), sets: 1, best: share, median: share, worst: share });
    }
    let steps = i32::try_from(sizes.len()).ok().filter(|steps| *steps > 0)?;
    let title = words::chart_set_sizes(words::unit(full.reading, 2));
    let mut scene = Scene::titled(&title, words::CHART_SET_SIZES_SUBTITLE);
    axis(&mut scene);
    legend(&mut scene);
    let width = (RIGHT - LEFT) / steps;
    for (index, size) in (0_i32..).zip(&sizes) {
        let middle = LEFT + index * width + width / 2;
        column(&mut scene, size, middle);
        let sets = words::sets(size.sets);
        let label =
            if size.columns == full.columns.len() { format!("all {}", size.columns) } else { size.columns.to_string() };
        scene.text((middle, BOTTOM + 34), &label, LABEL, Ink::Text, Anchor::Middle);
        scene.text((middle, BOTTOM + 72), &sets, 26, Ink::Muted, Anchor::Middle);
    }
    scene.text((i32::midpoint(LEFT, RIGHT), BOTTOM + 118), "columns known", LABEL, Ink::Muted, Anchor::Middle);
    let parts = sizes.iter().map(|size| {
        let [best, median, worst] = [size.best, size.median, size.worst].map(percent);
        format!(
            "{} known, {}: least {best}, median {median}, most {worst}",
            words::columns(size.columns),
            words::sets(size.sets)
        )
    });
    let description = format!("{}.", parts.collect::<Vec<_>>().join("; "));
    Some(Chart { name: "set-sizes", title, description, scene })
}

fn axis(scene: &mut Scene) {
    for share in GRID {
        let height = position(share, (0.0, 1.0), (BOTTOM, TOP));
        scene.line((LEFT, height), (RIGHT, height), if share == 0.0 { Ink::Muted } else { Ink::Grid }, 2);
        scene.text((LEFT - 14, height), &axis_label(share), 26, Ink::Muted, Anchor::End);
    }
}

fn legend(scene: &mut Scene) {
    let height = 166;
    scene.dot((LEFT + 12, height), 12, Ink::Alarm, true);
    scene.text((LEFT + 36, height), "riskiest set", 26, Ink::Muted, Anchor::Start);
    median_bar(scene, LEFT + 302, height);
    scene.text((LEFT + 338, height), "median set", 26, Ink::Muted, Anchor::Start);
    scene.dot((LEFT + 572, height), 8, Ink::Main, true);
    scene.text((LEFT + 596, height), "safest set", 26, Ink::Muted, Anchor::Start);
}

/// The mark of the median: a bar, because a dot would hide behind the riskiest set when both are near.
fn median_bar(scene: &mut Scene, middle: i32, height: i32) {
    scene.area((middle - HALF, height - 4), (middle + HALF, height + 4), Ink::Main);
}

fn column(scene: &mut Scene, size: &SizeShares, middle: i32) {
    let at = |share| position(share, (0.0, 1.0), (BOTTOM, TOP));
    let (best, median, worst) = (at(size.best), at(size.median), at(size.worst));
    scene.line((middle, best), (middle, worst), Ink::Muted, 4);
    scene.dot((middle, worst), 12, Ink::Alarm, true);
    let mut figures = vec![(size.worst, Ink::Alarm)];
    if size.sets > 1 {
        median_bar(scene, middle, median);
        scene.dot((middle, best), 8, Ink::Main, true);
        figures.extend([(size.median, Ink::Text), (size.best, Ink::Muted)]);
    }
    labels(scene, middle, &figures);
}

/// Labels the marks, each figure once: on the right, or on the left where another label is too near.
fn labels(scene: &mut Scene, middle: i32, figures: &[(f64, Ink)]) {
    let mut written: Vec<String> = Vec::new();
    let (mut right, mut left) = (Vec::new(), Vec::new());
    for (share, ink) in figures {
        let (text, height) = (percent(*share), beside_the_lines(position(*share, (0.0, 1.0), (BOTTOM, TOP))));
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
fn beside_the_lines(height: i32) -> i32 {
    let lines = GRID.map(|share| position(share, (0.0, 1.0), (BOTTOM, TOP)));
    match lines.into_iter().find(|line| (line - height).abs() < 20) {
        Some(line) if height > line && line != BOTTOM => line + 22,
        Some(line) => line - 22,
        None => height,
    }
}
