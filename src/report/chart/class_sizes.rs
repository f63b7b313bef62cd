//! How large the crowds are: share of records by class size, sizes below the limit hatched.

use super::scene::{Anchor, Ink, LABEL, Scene, fitted};
use super::{Chart, axis_label, position, round_above};
use crate::report::number::{count, percent, ratio};
use crate::report::summary::{SizeBar, counted_records, headline_set, names, size_bars};
use crate::report::words;
use crate::result::{ScanResult, Uniqueness};

const LEFT: i32 = 300;
const RIGHT: i32 = 1560;
const TOP: i32 = 220;
const BOTTOM: i32 = 690;
/// Heights of the three rows of figures under the axis, and of the legend.
const ROWS: [i32; 3] = [BOTTOM + 34, BOTTOM + 78, BOTTOM + 118];
const LEGEND: i32 = BOTTOM + 172;

pub(super) fn chart(result: &ScanResult, uniqueness: &Uniqueness) -> Option<Chart> {
    let set = headline_set(result, uniqueness);
    let k = result.policy.k;
    let bars = size_bars(set, k)?;
    let records = counted_records(&result.dataset);
    let shares: Vec<f64> = bars.iter().map(|bar| ratio(bar.records, records).unwrap_or(0.0)).collect();
    let units = words::unit(set.reading, 2);
    let columns = names(&set.columns).join(", ");
    let title = words::chart_class_sizes(units);
    let mut scene = Scene::titled(&title, &format!("Classes on {columns}"));
    let (top, step) = round_above(shares.iter().copied().fold(0.0, f64::max));
    axis(&mut scene, top, step);

    let width = (RIGHT - LEFT) / i32::try_from(bars.len()).ok()?;
    for (index, (bar, share)) in (0_i32..).zip(bars.iter().zip(&shares)) {
        let left = LEFT + index * width;
        let (from, to) = (left + 22, left + width - 22);
        let height = position(*share, (0.0, top), (BOTTOM, TOP));
        if bar.is_below(k) {
            if bar.records > 0 {
                scene.hatch((from, height.min(BOTTOM - 4)), (to, BOTTOM), Ink::Alarm);
            }
        } else if bar.records > 0 {
            scene.area((from, height.min(BOTTOM - 3)), (to, BOTTOM), Ink::Main);
        }
        let middle = i32::midpoint(from, to);
        let ink = if bar.is_below(k) && bar.records > 0 { Ink::Alarm } else { Ink::Text };
        let classes = fitted(&count(bar.classes), 26, width - 6);
        scene.text((middle, ROWS[0]), &bar.label(), LABEL, Ink::Text, Anchor::Middle);
        scene.text((middle, ROWS[1]), &percent(*share), LABEL, ink, Anchor::Middle);
        scene.text((middle, ROWS[2]), &classes, 26, Ink::Muted, Anchor::Middle);
        if bar.from == u64::from(k) {
            limit(&mut scene, left, k);
        }
    }
    for (height, head) in ROWS.into_iter().zip([format!("{units} in a class"), "records".into(), "classes".into()]) {
        scene.text((60, height), &head, 26, Ink::Muted, Anchor::Start);
    }
    scene.text((60, LEGEND), &words::chart_class_sizes_legend(k), 26, Ink::Muted, Anchor::Start);
    Some(Chart { name: "class-sizes", description: description(&bars, &shares), title, scene })
}

fn axis(scene: &mut Scene, top: f64, step: f64) {
    scene.text((60, TOP - 50), "share of records", 26, Ink::Muted, Anchor::Start);
    let mut value = 0.0;
    while value <= top + step / 2.0 {
        let height = position(value, (0.0, top), (BOTTOM, TOP));
        scene.line((LEFT, height), (RIGHT, height), if value == 0.0 { Ink::Muted } else { Ink::Grid }, 2);
        scene.text((LEFT - 14, height), &axis_label(value), 26, Ink::Muted, Anchor::End);
        value += step;
    }
}

fn limit(scene: &mut Scene, at: i32, k: u32) {
    for start in (TOP - 40..BOTTOM).step_by(24) {
        scene.line((at, start), (at, (start + 14).min(BOTTOM)), Ink::Text, 3);
    }
    scene.text((at + 10, TOP - 50), &format!("limit k = {}", count(u64::from(k))), 26, Ink::Text, Anchor::Start);
}

fn description(bars: &[SizeBar], shares: &[f64]) -> String {
    let parts = bars.iter().zip(shares).map(|(bar, share)| {
        format!("size {}: {} with {} of records", bar.label(), words::classes(bar.classes), percent(*share))
    });
    format!("{}.", parts.collect::<Vec<_>>().join("; "))
}
