//! Which two columns together single people out: a half matrix with the share in each cell.

use super::axes::{Frame, and_more, cell_text, described, number};
use super::scene::{Anchor, Canvas, Ink, LABEL, NARROW_WIDTH, Point, SMALL, Scene, fitted};
use crate::number::{percent, ratio};
use crate::report::messages;
use crate::report::ranking::Kind;
use crate::report::summary::{names, pair_columns, population};
use crate::result::{Dataset, SetStatistics, Uniqueness};

/// Most columns in the picture.
const SHOWN: usize = 12;
/// The same where there is little room.
const SHOWN_NARROW: usize = 6;
/// Most cells with an outline, of static columns and of others.
const OUTLINED: usize = 3;

struct Pair<'a> {
    row: usize,
    column: usize,
    share: f64,
    set: &'a SetStatistics,
}

pub(super) fn draw(canvas: &Canvas<'_>, dataset: &Dataset, uniqueness: &Uniqueness) -> Option<Scene> {
    let columns = pair_columns(uniqueness, canvas.either(SHOWN, SHOWN_NARROW));
    let pairs = pairs(dataset, uniqueness, &columns);
    let length = number(columns.len()).filter(|_| !pairs.is_empty())?;
    let title = format!("Share of {} unique on two columns", messages::unit(uniqueness.full.reading, 2));
    let subtitle = "Read along the row and down from the name to find a pair".to_owned()
        + &and_more(columns.len(), uniqueness.quasi_identifiers.len(), messages::more);
    // The last name needs room on the right of its place on the diagonal.
    let (width, height) = canvas
        .either(((1100 / length).min(170), (680 / length).min(110)), (((NARROW_WIDTH - 190) / length).min(150), 64));
    let (first_left, first_top) = canvas.either((60, 180), (10, 8));
    let bottom = first_top + height * length;
    let mut scene = canvas.scene(title, subtitle, bottom + 166);
    let frame = |row: usize, column: usize| {
        let step = |index: usize, size: i32| i32::try_from(index).unwrap_or(0) * size;
        Frame { left: first_left + step(column, width), top: first_top + step(row, height), width, height }
    };
    let is_fine = rounding_hides_a_difference(&pairs) && !canvas.is_narrow();
    for pair in &pairs {
        let size = if width < 120 { 22 } else { SMALL }.min(height / 2 + 2);
        frame(pair.row, pair.column).cell(&mut scene, pair.share, is_fine, size, width);
    }
    let worst = worst(dataset, &pairs);
    for pair in &worst {
        let (from, to) = frame(pair.row, pair.column).corners(3);
        scene.frame(from, to, Ink::Alarm, 5);
    }
    let size = canvas.either(LABEL, SMALL);
    for (index, name) in columns.iter().enumerate() {
        let Frame { left, top, .. } = frame(index, index);
        let room = (scene.size.0 - left - canvas.either(54, 14)).min(420);
        let name = fitted(&canvas.name(name), size, room);
        scene.text((left + 14, top + height / 2), &name, size, Ink::Text, Anchor::Start);
    }
    legend(canvas, &mut scene, bottom + 20);
    let parts = worst.iter().map(|pair| format!("{}: {}", names(&pair.set.columns).join(" and "), percent(pair.share)));
    let words = if worst.is_empty() {
        "No pair of columns singles anybody out.".to_owned()
    } else {
        format!("Riskiest pairs, of static columns and with an event column apart: {}", described(parts))
    };
    Some(scene.described(words).of_figures(pairs.iter().map(|pair| pair.share)))
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

/// The riskiest pairs that single anybody out: of static columns, and of those with an event column.
fn worst<'a, 'b>(dataset: &Dataset, pairs: &'a [Pair<'b>]) -> Vec<&'a Pair<'b>> {
    let of_kind = |kind| {
        let is_it = |pair: &&Pair<'_>| pair.share > 0.0 && Kind::of(dataset, &pair.set.columns) == kind;
        let mut ranked: Vec<&Pair<'_>> = pairs.iter().filter(is_it).collect();
        ranked.sort_by(|left, right| right.share.total_cmp(&left.share));
        ranked.truncate(OUTLINED);
        ranked
    };
    Kind::ALL.into_iter().flat_map(of_kind).collect()
}

/// Whether two pairs with different shares would have the same figure in their cells.
fn rounding_hides_a_difference(pairs: &[Pair<'_>]) -> bool {
    let mut cells: Vec<(String, u64)> =
        pairs.iter().map(|pair| (cell_text(pair.share, false), pair.share.to_bits())).collect();
    cells.sort_unstable();
    cells.windows(2).any(|two| two[0].0 == two[1].0 && two[0].1 != two[1].1)
}

/// The steps of the scale below each other, or in three columns below a narrow matrix that ends at `below`.
fn legend(canvas: &Canvas<'_>, scene: &mut Scene, below: i32) {
    let steps = ["under 0.1 %", "0.1 to 1 %", "1 to 5 %", "5 to 20 %", "20 to 50 %", "50 % and more"];
    for (index, label) in (0_u8..).zip(steps) {
        let (place, half, is_second) = (i32::from(index), i32::from(index / 2), i32::from(index % 2));
        let at = canvas.either((1230, 190 + place * 44), (10 + half * 250, below + is_second * 46));
        let (from, to) = swatch(at);
        scene.area(from, to, Ink::Scale(index));
        scene.frame(from, to, Ink::Muted, 1);
        scene.text((at.0 + 64, at.1 + 18), label, 24, Ink::Muted, Anchor::Start);
    }
    let at = canvas.either((1230, 460), (10, below + 92));
    let (from, to) = swatch(at);
    scene.frame(from, to, Ink::Alarm, 5);
    let size = canvas.either(SMALL, 24);
    scene.text((at.0 + 64, at.1 + 18), "riskiest pairs", size, Ink::Muted, Anchor::Start);
}

fn swatch(at: Point) -> (Point, Point) {
    (at, (at.0 + 48, at.1 + 36))
}
