//! How many values the class of a person has, and how far classes are from the extract.

use super::axes::{Plot, Rows, and_more, described, limit_label, number, round_above, ticks};
use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene, fitted};
use crate::number::{count, percent, ratio};
use crate::report::attribute::{headline_set, most_telling};
use crate::report::escape::printable;
use crate::report::messages;
use crate::result::{Attribute, Figure, ScanResult, SensitiveColumn};

/// Most columns in the picture.
const SHOWN: usize = 12;

/// Numbers of distinct values that share a bar: the least of each and what it is called.
const BARS: [(u64, &str); 5] = [(1, "1"), (2, "2"), (3, "3 to 4"), (5, "5 to 9"), (10, "10 or more")];

/// Members by the number of distinct values in their class, of the column that tells most.
pub(super) fn values(canvas: &Canvas<'_>, value: &Attribute) -> Option<Scene> {
    let (_, set) = headline_set(value);
    let secret = most_telling(set)?;
    let members = |place: usize| -> u64 {
        let (least, next) = (BARS[place].0, BARS.get(place + 1).map_or(u64::MAX, |next| next.0));
        let of_bar = secret.diversity.iter().filter(|counted| (least..next).contains(&counted.values));
        of_bar.map(|counted| counted.members).sum()
    };
    let bars: Vec<(&str, u64)> = BARS.iter().enumerate().map(|(place, (_, label))| (*label, members(place))).collect();
    let units = messages::unit(set.reading, 2);
    let title = "How many values the class of a person has";
    let name = canvas.name(&secret.column);
    let subtitle = format!("Share of {units} by the number of distinct values of {name} in their class");
    let drawn = canvas.scene(title, subtitle, 500);
    let (scene, shares) = members_in_bars(canvas, drawn, &bars, set.members, "distinct values in the class")?;
    let words = bars.iter().zip(&shares).map(|((label, _), share)| format!("{label}: {}", percent(*share)));
    let description = format!("Distinct values of {} in a class. {}", printable(&secret.column), described(words));
    Some(scene.described(description).of_figures(shares))
}

/// A bar for each group of members, of so many in all, the first one hatched; and their shares.
pub(super) fn members_in_bars(
    canvas: &Canvas<'_>,
    mut scene: Scene,
    bars: &[(&str, u64)],
    whole: u64,
    axis: &str,
) -> Option<(Scene, Vec<f64>)> {
    let shares: Vec<f64> = bars.iter().map(|(_, members)| ratio(*members, whole).unwrap_or(0.0)).collect();
    let (top, step) = round_above(shares.iter().copied().fold(0.0, f64::max));
    let plot = Plot { up: (0.0, top), ..Plot::of(canvas.either([200, 1540, 190, 690], [104, 752, 40, 340])) };
    plot.levels(&mut scene, ticks(0.0, top, step), Ink::Muted);
    let width = (plot.right - plot.left) / number(bars.len())?;
    let margin = canvas.either(22, 10);
    let size = canvas.either(LABEL, 24);
    for (place, ((label, members), share)) in bars.iter().zip(&shares).enumerate() {
        let left = plot.left + number(place).unwrap_or(0) * width;
        let (from, to) = (left + margin, left + width - margin);
        let height = plot.y(*share).min(plot.bottom - 4);
        if *members > 0 && place == 0 {
            scene.hatch((from, height), (to, plot.bottom), Ink::Alarm);
        } else if *members > 0 {
            scene.area((from, height), (to, plot.bottom), Ink::Main);
        }
        let middle = i32::midpoint(from, to);
        scene.text((middle, plot.bottom + 34), &fitted(label, size, width), size, Ink::Text, Anchor::Middle);
        scene.text((middle, plot.bottom + 74), &fitted(&percent(*share), size, width), size, Ink::Text, Anchor::Middle);
        let members = fitted(&count(*members), 24, width - 6);
        scene.text((middle, plot.bottom + 112), &members, 24, Ink::Muted, Anchor::Middle);
    }
    plot.name(&mut scene, 152, axis);
    Some((scene, shares))
}

/// The distance t of each column, with the limit.
pub(super) fn closeness(canvas: &Canvas<'_>, result: &ScanResult, value: &Attribute) -> Option<Scene> {
    let (name, set) = headline_set(value);
    let mut columns: Vec<(&SensitiveColumn, f64)> =
        set.secrets.iter().filter_map(|secret| Some((secret, secret.t?))).collect();
    columns.sort_by(|one, other| other.1.total_cmp(&one.1));
    let all = columns.len();
    columns.truncate(SHOWN);
    let rows_number = number(columns.len()).filter(|&rows| rows > 0)?;
    let id = format!("attribute.{name}.t");
    let is_t = |figure: &&Figure| figure.id == id;
    let limit = result.figures.iter().filter(is_t).find_map(|figure| crate::report::checks::limit(result, figure));
    let largest = columns.iter().map(|&(_, t)| t).chain(limit).fold(0.0, f64::max);
    let (high, step) = round_above(largest);
    let edges = canvas.either([440, 1400, 190, 590 / rows_number.max(4), 1560], [260, 610, 60, 60, 752]);
    let rows = Rows::of(edges, rows_number, (0.0, high));
    let subtitle = "Largest distance t of a class from the whole extract; 0 %: every class is like the extract"
        .to_owned()
        + &and_more(columns.len(), all, messages::more);
    let mut scene = canvas.scene("How far classes are from the extract", subtitle, rows.plot.bottom + 60);
    rows.axis(canvas, &mut scene, step, 3);
    let size = canvas.either(LABEL, SMALL);
    for (place, &(secret, t)) in (0_i32..).zip(&columns) {
        let height = rows.middle(place);
        let left = rows.plot.left;
        let name = fitted(&canvas.name(&secret.column), size, left - canvas.either(90, 40));
        scene.text((left - canvas.either(30, 22), height), &name, size, Ink::Text, Anchor::End);
        let half = (rows.height / 4).max(6);
        let ink = if limit.is_some_and(|limit| t > limit) { Ink::Alarm } else { Ink::Main };
        scene.area((left, height - half), (rows.plot.x(t), height + half), ink);
        scene.text((rows.figures, height), &percent(t), size, Ink::Text, Anchor::End);
    }
    if let Some(limit) = limit {
        let at = rows.plot.x(limit);
        scene.dashes((at, rows.plot.top), (at, rows.plot.bottom), Ink::Alarm);
        scene.text((at, rows.plot.top - 20), &limit_label(limit), SMALL, Ink::Alarm, Anchor::Middle);
    }
    let words = columns.iter().map(|(secret, t)| format!("{} {}", printable(&secret.column), percent(*t)));
    Some(scene.described(described(words)).of_figures(columns.iter().map(|&(_, t)| t)))
}
