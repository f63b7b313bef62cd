//! How few columns single somebody out, and which columns do.

use super::axes::{Plot, Rows, and_more, described, number, round_above, ticks};
use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene, fitted};
use crate::number::{count, percent, ratio};
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::special_uniques::by_smallest;
use crate::result::{MsuColumn, SpecialUniques};

/// Most columns in the picture.
const SHOWN: usize = 12;
/// Most sizes in the picture.
const SIZES: usize = 12;

/// Subjects by the size of their smallest MSU.
pub(super) fn sizes(canvas: &Canvas<'_>, value: &SpecialUniques) -> Option<Scene> {
    let mut bars = by_smallest(value);
    if bars.len() > SIZES {
        // Larger sets single out few; the last two bars are those beyond the search.
        let others: u64 = bars.drain(SIZES - 2..bars.len() - 1).map(|(_, subjects)| subjects).sum();
        bars.insert(SIZES - 2, ("more".to_owned(), others));
    }
    let shares: Vec<f64> = bars.iter().map(|(_, subjects)| ratio(*subjects, value.subjects).unwrap_or(0.0)).collect();
    let units = messages::unit(value.reading, 2);
    let title = format!("How few columns single out {units}");
    let subtitle = format!("Share of {units} by the size of the smallest set of columns on which they are alone");
    let mut scene = canvas.scene(title, subtitle, 500);
    let (top, step) = round_above(shares.iter().copied().fold(0.0, f64::max));
    let plot = Plot { up: (0.0, top), ..Plot::of(canvas.either([200, 1540, 190, 690], [104, 752, 40, 340])) };
    plot.levels(&mut scene, ticks(0.0, top, step), Ink::Muted);
    let width = (plot.right - plot.left) / number(bars.len())?;
    let margin = canvas.either(22, 10);
    let size = canvas.either(LABEL, 24);
    let is_unique = |place: usize| place + 1 < bars.len();
    for (place, ((label, subjects), share)) in bars.iter().zip(&shares).enumerate() {
        let left = plot.left + number(place).unwrap_or(0) * width;
        let (from, to) = (left + margin, left + width - margin);
        let height = plot.y(*share).min(plot.bottom - 4);
        let ink = if is_unique(place) { Ink::Alarm } else { Ink::Main };
        if *subjects > 0 && is_unique(place) {
            scene.hatch((from, height), (to, plot.bottom), ink);
        } else if *subjects > 0 {
            scene.area((from, height), (to, plot.bottom), ink);
        }
        let middle = i32::midpoint(from, to);
        scene.text((middle, plot.bottom + 34), label, size, Ink::Text, Anchor::Middle);
        scene.text((middle, plot.bottom + 74), &fitted(&percent(*share), size, width), size, Ink::Text, Anchor::Middle);
        let subjects = fitted(&count(*subjects), 24, width - 6);
        scene.text((middle, plot.bottom + 112), &subjects, 24, Ink::Muted, Anchor::Middle);
    }
    plot.name(&mut scene, 152, "columns that suffice");
    let words = bars.iter().zip(&shares).map(|((label, _), share)| match label.as_str() {
        "none" => format!("not singled out by all columns: {}", percent(*share)),
        "more" => format!("more columns: {}", percent(*share)),
        label => format!("{label} columns: {}", percent(*share)),
    });
    let unique = shares[..shares.len() - 1].to_vec();
    Some(scene.described(described(words)).of_figures(unique))
}

/// What each column contributes to the scores.
pub(super) fn columns(canvas: &Canvas<'_>, value: &SpecialUniques) -> Option<Scene> {
    let mut columns: Vec<&MsuColumn> = value.columns.iter().filter(|column| column.elliot.is_some()).collect();
    let share = |column: &&MsuColumn| column.elliot.unwrap_or(0.0);
    columns.sort_by(|one, other| share(other).total_cmp(&share(one)));
    let all = columns.len();
    columns.truncate(SHOWN);
    let rows_number = number(columns.len())?;
    let (high, step) = round_above(columns.iter().map(share).fold(0.0, f64::max));
    let edges = canvas.either([440, 1400, 190, 590 / rows_number.max(4), 1560], [260, 610, 40, 60, 752]);
    let rows = Rows::of(edges, rows_number, (0.0, high));
    let subtitle =
        "Share of the SUDA scores (Elliot weights) that comes from sets with the column; they do not sum to 100 %"
            .to_owned()
            + &and_more(columns.len(), all, messages::more);
    let mut scene = canvas.scene("Which columns make special uniques", subtitle, rows.plot.bottom + 60);
    rows.axis(canvas, &mut scene, step, 3);
    let size = canvas.either(LABEL, SMALL);
    for (place, column) in (0_i32..).zip(&columns) {
        let height = rows.middle(place);
        let left = rows.plot.left;
        let name = fitted(&canvas.name(&column.column), size, left - canvas.either(90, 40));
        scene.text((left - canvas.either(30, 22), height), &name, size, Ink::Text, Anchor::End);
        let half = (rows.height / 4).max(6);
        scene.area((left, height - half), (rows.plot.x(share(column)), height + half), Ink::Main);
        scene.text((rows.figures, height), &percent(share(column)), size, Ink::Text, Anchor::End);
    }
    let words = columns.iter().map(|column| format!("{} {}", printable(&column.column), percent(share(column))));
    Some(scene.described(described(words)).of_figures(columns.iter().map(share)))
}
