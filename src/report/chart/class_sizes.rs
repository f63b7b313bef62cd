//! How large the crowds are: share of records by class size, sizes below the limit hatched.

use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene, fitted};
use super::{Drawing, axis_label, position, round_above};
use crate::number::{count, percent, ratio};
use crate::report::messages;
use crate::report::summary::{SizeBar, counted_records, headline_set, size_bars};
use crate::result::{ScanResult, Uniqueness};

/// Where the bars stand.
struct Plot {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

const WIDE: Plot = Plot { left: 300, right: 1560, top: 220, bottom: 690 };
const NARROW: Plot = Plot { left: 96, right: 752, top: 84, bottom: 420 };

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, uniqueness: &Uniqueness) -> Option<Drawing> {
    let set = headline_set(result, uniqueness);
    let k = result.policy.k;
    let bars = size_bars(set, k)?;
    let records = counted_records(&result.dataset);
    let shares: Vec<f64> = bars.iter().map(|bar| ratio(bar.records, records).unwrap_or(0.0)).collect();
    let units = messages::unit(set.reading, 2);
    let columns: Vec<String> = set.columns.iter().map(|column| canvas.name(column)).collect();
    let title = format!("How many {units} stand together in a class");
    let subtitle = format!("Share of records by the size of their class on {}", messages::list(&columns));
    let mut scene = canvas.scene(&title, &subtitle, 660);
    let plot = canvas.either(WIDE, NARROW);
    let (top, step) = round_above(shares.iter().copied().fold(0.0, f64::max));
    axis(&mut scene, &plot, top, step);

    let width = (plot.right - plot.left) / i32::try_from(bars.len()).ok()?;
    let rows = [34, 78, 118].map(|below| plot.bottom + below);
    let margin = canvas.either(22, 12);
    let size = canvas.either(LABEL, 25);
    for (index, (bar, share)) in (0_i32..).zip(bars.iter().zip(&shares)) {
        let left = plot.left + index * width;
        let (from, to) = (left + margin, left + width - margin);
        let height = position(*share, (0.0, top), (plot.bottom, plot.top)).min(plot.bottom - 4);
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
    legend(canvas, &mut scene, rows, units, k);
    Some(Drawing { description: description(&bars, &shares), title, subtitle, scene })
}

fn axis(scene: &mut Scene, plot: &Plot, top: f64, step: f64) {
    let mut value = 0.0;
    while value <= top + step / 2.0 {
        let height = position(value, (0.0, top), (plot.bottom, plot.top));
        let ink = if value == 0.0 { Ink::Muted } else { Ink::Grid };
        scene.line((plot.left, height), (plot.right, height), ink, 2);
        scene.text((plot.left - 14, height), &axis_label(value), SMALL, Ink::Muted, Anchor::End);
        value += step;
    }
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
fn legend(canvas: &Canvas<'_>, scene: &mut Scene, rows: [i32; 3], units: &str, k: u32) {
    let meaning =
        format!("Bar: share of records. Hatched: classes smaller than the limit k = {}.", count(u64::from(k)));
    if canvas.is_narrow() {
        let lines = [
            format!("Rows: {units} in a class, share of records, classes."),
            "Hatched: classes smaller than the limit.".to_owned(),
        ];
        for (line, height) in lines.iter().zip([rows[2] + 58, rows[2] + 94]) {
            scene.text((16, height), line, 24, Ink::Muted, Anchor::Start);
        }
        return;
    }
    for (height, head) in rows.into_iter().zip([format!("{units} in a class"), "records".into(), "classes".into()]) {
        scene.text((60, height), &head, SMALL, Ink::Muted, Anchor::Start);
    }
    scene.text((60, WIDE.top - 50), "share of records", SMALL, Ink::Muted, Anchor::Start);
    scene.text((60, rows[2] + 54), &meaning, SMALL, Ink::Muted, Anchor::Start);
}

fn description(bars: &[SizeBar], shares: &[f64]) -> String {
    let parts = bars.iter().zip(shares).map(|(bar, share)| {
        format!("size {}: {} with {} of records", bar.label(), messages::classes(bar.classes), percent(*share))
    });
    format!("{}.", parts.collect::<Vec<_>>().join("; "))
}
