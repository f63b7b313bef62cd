//! Which two columns together single people out: a half matrix with the share in each cell.

use super::Chart;
use super::scene::{Anchor, Ink, LABEL, Scene, fitted};
use crate::report::escape::printable;
use crate::report::number::{percent, ratio};
use crate::report::summary::{pair_columns, population};
use crate::report::words;
use crate::result::{Dataset, SetStatistics, Uniqueness};

/// Most columns in the picture.
const SHOWN: usize = 12;
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

pub(super) fn chart(dataset: &Dataset, uniqueness: &Uniqueness) -> Option<Chart> {
    let columns = pair_columns(uniqueness, SHOWN);
    let pairs = pairs(dataset, uniqueness, &columns);
    let length = i32::try_from(columns.len()).ok().filter(|_| !pairs.is_empty())?;
    let title = words::chart_pairs(words::unit(uniqueness.full.reading, 2));
    let left_out = uniqueness.quasi_identifiers.len() - columns.len();
    let mut subtitle = words::CHART_PAIRS_SUBTITLE.to_owned();
    if left_out > 0 {
        subtitle += &words::more(left_out);
    }
    let mut scene = Scene::titled(&title, &subtitle);
    let (width, height) = ((1100 / length).min(170), (680 / length).min(110));
    let corner = |row: usize, column: usize| {
        let step = |index: usize, size: i32| i32::try_from(index).unwrap_or(0) * size;
        (LEFT + step(column, width), TOP + step(row, height))
    };
    let is_fine = rounding_hides_a_difference(&pairs);
    for pair in &pairs {
        let (left, top) = corner(pair.row, pair.column);
        let step = scale(pair.share);
        scene.area((left + 2, top + 2), (left + width - 2, top + height - 2), Ink::Scale(step));
        let middle = (left + width / 2, top + height / 2);
        let size = if width < 120 { 22 } else { 26 }.min(height / 2 + 2);
        scene.text(middle, &cell(pair.share, is_fine), size, Ink::OnScale(step), Anchor::Middle);
    }
    for pair in worst(&pairs) {
        let (left, top) = corner(pair.row, pair.column);
        scene.frame((left + 3, top + 3), (left + width - 3, top + height - 3), Ink::Alarm, 5);
    }
    for (index, name) in columns.iter().enumerate() {
        let (left, top) = corner(index, index);
        let name = fitted(&printable(name), LABEL, 1560 - left - 14);
        let name = fitted(&name, LABEL, 420);
        scene.text((left + 14, top + height / 2), &name, LABEL, Ink::Text, Anchor::Start);
    }
    legend(&mut scene);
    Some(Chart { name: "pairs", description: description(&pairs), title, scene })
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
fn scale(share: f64) -> u8 {
    STEPS.iter().fold(0, |step, bound| step + u8::from(share >= *bound))
}

/// Whether two pairs with different shares would have the same figure in their cells.
fn rounding_hides_a_difference(pairs: &[Pair<'_>]) -> bool {
    let mut cells: Vec<(String, u64)> =
        pairs.iter().map(|pair| (cell(pair.share, false), pair.share.to_bits())).collect();
    cells.sort_unstable();
    cells.windows(2).any(|two| two[0].0 == two[1].0 && two[0].1 != two[1].1)
}

/// A share in a cell: as short as it can be, with one decimal where that tells cells apart.
fn cell(share: f64, is_fine: bool) -> String {
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
    for (index, label) in
        (0_u8..).zip(["under 0.1 %", "0.1 to 1 %", "1 to 5 %", "5 to 20 %", "20 to 50 %", "50 % and more"])
    {
        let height = top + i32::from(index) * 44;
        scene.area((left, height), (left + 48, height + 36), Ink::Scale(index));
        scene.frame((left, height), (left + 48, height + 36), Ink::Muted, 1);
        scene.text((left + 64, height + 18), label, 26, Ink::Muted, Anchor::Start);
    }
    scene.frame((left, top + 270), (left + 48, top + 306), Ink::Alarm, 5);
    scene.text((left + 64, top + 288), "riskiest pairs", 26, Ink::Muted, Anchor::Start);
}

fn description(pairs: &[Pair<'_>]) -> String {
    let ranked = worst(pairs);
    if ranked.is_empty() {
        return words::CHART_PAIRS_NONE.to_owned();
    }
    let name =
        |set: &SetStatistics| set.columns.iter().map(|column| printable(column)).collect::<Vec<_>>().join(" and ");
    let parts = ranked.iter().map(|pair| format!("{}: {}", name(pair.set), percent(pair.share)));
    format!("Riskiest pairs: {}.", parts.collect::<Vec<_>>().join("; "))
}
