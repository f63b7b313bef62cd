//! Which two columns together single people out: a half matrix with the share in each cell.

use super::Drawing;
use super::scene::{Anchor, Canvas, Ink, LABEL, NARROW_WIDTH, SMALL, Scene, fitted};
use crate::number::{percent, ratio};
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::summary::{pair_columns, population};
use crate::result::{Dataset, SetStatistics, Uniqueness};

/// Most columns in the picture.
const SHOWN: usize = 12;
/// The same where there is little room.
const SHOWN_NARROW: usize = 6;
/// Most cells with an outline.
const OUTLINED: usize = 5;
const LEFT: i32 = 60;
const TOP: i32 = 180;
/// Shares from which on a cell has the next darker step.
const STEPS: [f64; 5] = [0.001, 0.01, 0.05, 0.2, 0.5];

struct Pair<'a> {
    row: usize,
    column: usize,
    share: f64,
    set: &'a SetStatistics,
}

pub(super) fn draw(canvas: &Canvas<'_>, dataset: &Dataset, uniqueness: &Uniqueness) -> Option<Drawing> {
    let columns = pair_columns(uniqueness, canvas.either(SHOWN, SHOWN_NARROW));
    let pairs = pairs(dataset, uniqueness, &columns);
    let length = i32::try_from(columns.len()).ok().filter(|_| !pairs.is_empty())?;
    let title = format!("Share of {} alone on two columns", messages::unit(uniqueness.full.reading, 2));
    let left_out = uniqueness.quasi_identifiers.len() - columns.len();
    let mut subtitle = "Read along the row and down from the name to find a pair".to_owned();
    if left_out > 0 {
        subtitle += &messages::more(left_out);
    }
    // The last name needs room on the right of its place on the diagonal.
    let (width, height) = canvas
        .either(((1100 / length).min(170), (680 / length).min(110)), (((NARROW_WIDTH - 190) / length).min(150), 64));
    let (first_left, first_top) = canvas.either((LEFT, TOP), (10, 8));
    let bottom = first_top + height * length;
    let mut scene = canvas.scene(&title, &subtitle, bottom + 166);
    let corner = |row: usize, column: usize| {
        let step = |index: usize, size: i32| i32::try_from(index).unwrap_or(0) * size;
        (first_left + step(column, width), first_top + step(row, height))
    };
    let is_fine = rounding_hides_a_difference(&pairs);
    for pair in &pairs {
        let (left, top) = corner(pair.row, pair.column);
        let step = scale(pair.share);
        scene.area((left + 2, top + 2), (left + width - 2, top + height - 2), Ink::Scale(step));
        let middle = (left + width / 2, top + height / 2);
        let size = if width < 120 { 22 } else { SMALL }.min(height / 2 + 2);
        let figure = fitted(&cell_text(pair.share, is_fine && !canvas.is_narrow()), size, width);
        scene.text(middle, &figure, size, Ink::OnScale(step), Anchor::Middle);
    }
    for pair in worst(&pairs) {
        let (left, top) = corner(pair.row, pair.column);
        scene.frame((left + 3, top + 3), (left + width - 3, top + height - 3), Ink::Alarm, 5);
    }
    let size = canvas.either(LABEL, SMALL);
    for (index, name) in columns.iter().enumerate() {
        let (left, top) = corner(index, index);
        let room = (scene.size.0 - left - canvas.either(54, 14)).min(420);
        let name = fitted(&canvas.name(name), size, room);
        scene.text((left + 14, top + height / 2), &name, size, Ink::Text, Anchor::Start);
    }
    if canvas.is_narrow() {
        narrow_legend(&mut scene, bottom + 20);
    } else {
        legend(&mut scene);
    }
    Some(Drawing { description: description(&pairs), title, subtitle, scene })
}

/// The sets of two among the shown columns.
fn pairs<'a>(dataset: &Dataset, uniqueness: &'a Uniqueness, columns: &[&str]) -> Vec<Pair<'a>> {
    let index = |name: &String| columns.iter().position(|column| column == name);
    uniqueness
        .sets
        .iter()
        .filter_map(|set| {
            let [first, second] = set.columns.as_slice() else { return None };
            let (column, row) = (index(first)?, index(second)?);
            let share = ratio(set.unique_subjects, population(dataset, set))?;
            Some(Pair { row: row.max(column), column: row.min(column), share, set })
        })
        .collect()
}

/// The riskiest pairs that single anybody out.
fn worst<'a, 'b>(pairs: &'a [Pair<'b>]) -> Vec<&'a Pair<'b>> {
    let mut ranked: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.share > 0.0).collect();
    ranked.sort_by(|left, right| right.share.total_cmp(&left.share));
    ranked.truncate(OUTLINED);
    ranked
}

/// Step of the scale, 0 to 5.
pub(super) fn scale(share: f64) -> u8 {
    STEPS.iter().fold(0, |step, bound| step + u8::from(share >= *bound))
}

/// Whether two pairs with different shares would have the same figure in their cells.
fn rounding_hides_a_difference(pairs: &[Pair<'_>]) -> bool {
    let mut cells: Vec<(String, u64)> =
        pairs.iter().map(|pair| (cell_text(pair.share, false), pair.share.to_bits())).collect();
    cells.sort_unstable();
    cells.windows(2).any(|two| two[0].0 == two[1].0 && two[0].1 != two[1].1)
}

/// A share in a cell: as short as it can be, with one decimal where that tells cells apart.
pub(super) fn cell_text(share: f64, is_fine: bool) -> String {
    if share == 0.0 {
        "0".to_owned()
    } else if share < 0.001 {
        "< 0.1 %".to_owned()
    } else if share < 0.0995 {
        format!("{:.1} %", share * 100.0)
    } else if is_fine && (0.9995..1.0).contains(&share) {
        "> 99.9 %".to_owned()
    } else if is_fine && share < 1.0 {
        format!("{:.1} %", share * 100.0)
    } else if (0.995..1.0).contains(&share) {
        "> 99 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

fn legend(scene: &mut Scene) {
    let (left, top) = (1230, 190);
    for (index, label) in (0_u8..).zip(messages::PAIR_STEPS) {
        swatch(scene, (left, top + i32::from(index) * 44), index, label);
    }
    scene.frame((left, top + 270), (left + 48, top + 306), Ink::Alarm, 5);
    scene.text((left + 64, top + 288), messages::RISKIEST_PAIRS, SMALL, Ink::Muted, Anchor::Start);
}

/// The same in three columns below the matrix.
fn narrow_legend(scene: &mut Scene, top: i32) {
    for (index, label) in (0_u8..).zip(messages::PAIR_STEPS) {
        let (column, row) = (i32::from(index / 2), i32::from(index % 2));
        swatch(scene, (10 + column * 250, top + row * 46), index, label);
    }
    scene.frame((10, top + 92), (58, top + 128), Ink::Alarm, 5);
    scene.text((74, top + 110), messages::RISKIEST_PAIRS, 24, Ink::Muted, Anchor::Start);
}

fn swatch(scene: &mut Scene, (left, top): (i32, i32), step: u8, label: &str) {
    scene.area((left, top), (left + 48, top + 36), Ink::Scale(step));
    scene.frame((left, top), (left + 48, top + 36), Ink::Muted, 1);
    scene.text((left + 64, top + 18), label, 24, Ink::Muted, Anchor::Start);
}

fn description(pairs: &[Pair<'_>]) -> String {
    let ranked = worst(pairs);
    if ranked.is_empty() {
        return "No pair of columns singles anybody out.".to_owned();
    }
    let name =
        |set: &SetStatistics| set.columns.iter().map(|column| printable(column)).collect::<Vec<_>>().join(" and ");
    let parts = ranked.iter().map(|pair| format!("{}: {}", name(pair.set), percent(pair.share)));
    format!("Riskiest pairs: {}.", parts.collect::<Vec<_>>().join("; "))
}
