//! How large the classes are: share of records by class size, sizes below the limit hatched.

use super::axes::{Plot, described, number, round_above, ticks};
use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene, fitted};
use crate::number::{count, percent, ratio};
use crate::report::messages;
use crate::report::summary::{counted_records, headline_set, size_bars};
use crate::result::{ScanResult, Uniqueness};

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, uniqueness: &Uniqueness) -> Option<Scene> {
    let set = headline_set(result, uniqueness);
    let k = result.policy.k;
    let bars = size_bars(set, k)?;
    let records = counted_records(&result.dataset);
    let shares: Vec<f64> = bars.iter().map(|bar| ratio(bar.records, records).unwrap_or(0.0)).collect();
    let units = messages::unit(set.reading, 2);
    let title = format!("Class sizes: how many {units} look the same");
    let columns: Vec<String> = set.columns.iter().map(|column| canvas.name(column)).collect();
    let subtitle = format!("Share of records by the size of their class on {}", messages::list(&columns));
    let mut scene = canvas.scene(title, subtitle, 570);
    let (top, step) = round_above(shares.iter().copied().fold(0.0, f64::max));
    let plot = Plot { up: (0.0, top), ..Plot::of(canvas.either([300, 1560, 220, 690], [96, 752, 74, 336])) };
    plot.levels(&mut scene, ticks(0.0, top, step), Ink::Muted);

    let width = (plot.right - plot.left) / number(bars.len())?;
    let rows = [34, 78, 118].map(|below| plot.bottom + below);
    let margin = canvas.either(22, 12);
    let size = canvas.either(LABEL, 25);
    for (index, (bar, share)) in (0_i32..).zip(bars.iter().zip(&shares)) {
        let left = plot.left + index * width;
        let (from, to) = (left + margin, left + width - margin);
        let height = plot.y(*share).min(plot.bottom - 4);
        let is_alarming = bar.is_below(k) && bar.records > 0;
        if is_alarming {
            scene.hatch((from, height), (to, plot.bottom), Ink::Alarm);
        } else if bar.records > 0 {
            scene.area((from, height), (to, plot.bottom), Ink::Main);
        }
        let middle = i32::midpoint(from, to);
        let ink = if is_alarming { Ink::Alarm } else { Ink::Text };
        scene.text((middle, rows[0]), &bar.label(), size, Ink::Text, Anchor::Middle);
        scene.text((middle, rows[1]), &fitted(&percent(*share), size, width), size, ink, Anchor::Middle);
        scene.text((middle, rows[2]), &fitted(&count(bar.classes), 24, width - 6), 24, Ink::Muted, Anchor::Middle);
        if bar.from == u64::from(k) {
            limit(&mut scene, &plot, left, k, canvas.is_narrow());
        }
    }
    legend(canvas, &mut scene, &plot, rows, units, k);
    Some(scene.described(described(bars.iter().zip(&shares).map(|(bar, share)| {
        format!("size {}: {} with {} of records", bar.label(), messages::classes(bar.classes), percent(*share))
    }))))
}

fn limit(scene: &mut Scene, plot: &Plot, at: i32, k: u32, is_narrow: bool) {
    scene.dashes((at, plot.top - 40), (at, plot.bottom), Ink::Text);
    let label = format!("limit k = {}", count(u64::from(k)));
    // In a narrow picture the right half may have no room for the words.
    let (start, anchor) = if is_narrow && at > i32::midpoint(plot.left, plot.right) {
        (at - 10, Anchor::End)
    } else {
        (at + 10, Anchor::Start)
    };
    scene.text((start, plot.top - 50), &label, SMALL, Ink::Text, anchor);
}

/// What the three rows of figures are, and what hatching means.
fn legend(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, rows: [i32; 3], units: &str, k: u32) {
    let mut line = |left: i32, height: i32, text: &str| {
        scene.text((left, height), text, canvas.either(SMALL, 24), Ink::Muted, Anchor::Start);
    };
    if canvas.is_narrow() {
        line(16, rows[2] + 58, &format!("Rows: {units} in a class, share of records, classes."));
        line(16, rows[2] + 94, "Hatched: classes smaller than the limit.");
        return;
    }
    line(60, rows[0], &format!("{units} in a class"));
    line(60, rows[1], "records");
    line(60, rows[2], "classes");
    line(60, plot.top - 50, "share of records");
    let k = count(u64::from(k));
    line(60, rows[2] + 54, &format!("Bar: share of records. Hatched: classes smaller than the limit k = {k}."));
}
