//! Tables of totals: cells by rule, the shape of a table, what is suppressed, and how wide intervals are.

use super::axes::{Entry, Rows, described, legend, number, round_above};
use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene, fitted};
use crate::number::{count, percent, ratio};
use crate::report::escape::printable;
use crate::result::{AggregateTable, Aggregates, TableShape, WidthBand};

/// Most bars in a picture.
const SHOWN: usize = 10;

/// A bar: what it is called, where it begins and ends as numbers of cells, and whether it is of something bad.
struct Bar {
    name: String,
    from: u64,
    to: u64,
    is_bad: bool,
}

impl Bar {
    fn new(name: impl Into<String>, cells: u64, is_bad: bool) -> Self {
        Self { name: name.into(), from: 0, to: cells, is_bad }
    }

    fn cells(&self) -> u64 {
        self.to - self.from
    }
}

/// Bars below each other, as shares of `all`.
fn bars(canvas: &Canvas<'_>, [title, subtitle]: [&str; 2], bars: &[Bar], all: u64) -> Option<Scene> {
    let rows_number = number(bars.len())?;
    let share = |cells: u64| ratio(cells, all).unwrap_or(0.0);
    let (high, step) = round_above(bars.iter().map(|bar| share(bar.to)).fold(0.0, f64::max));
    let edges = canvas.either([520, 1330, 190, 590 / rows_number.max(4), 1560], [300, 560, 40, 60, 752]);
    let rows = Rows::of(edges, rows_number, (0.0, high));
    let mut scene = canvas.scene(title, subtitle, rows.plot.bottom + 60);
    rows.axis(canvas, &mut scene, step, 3);
    let size = canvas.either(LABEL, SMALL);
    for (place, bar) in (0_i32..).zip(bars) {
        let (height, left) = (rows.middle(place), rows.plot.left);
        let name = fitted(&canvas.text(&bar.name), size, left - canvas.either(90, 40));
        scene.text((left - canvas.either(30, 22), height), &name, size, Ink::Text, Anchor::End);
        let half = (rows.height / 4).clamp(6, 40);
        let [from, to] = [bar.from, bar.to].map(|cells| rows.plot.x(share(cells)));
        let corners = ((from, height - half), (to.max(from + 2), height + half));
        if bar.is_bad && bar.cells() > 0 {
            scene.hatch(corners.0, corners.1, Ink::Alarm);
        } else if bar.cells() > 0 {
            scene.area(corners.0, corners.1, Ink::Main);
        }
        let figure = format!("{} ({})", count(bar.cells()), percent(share(bar.cells())));
        scene.text(
            (rows.figures, height),
            &fitted(&figure, size, canvas.either(220, 190)),
            size,
            Ink::Text,
            Anchor::End,
        );
    }
    let words = bars.iter().map(|bar| format!("{}: {} of {}", printable(&bar.name), count(bar.cells()), count(all)));
    let shares: Vec<f64> = bars.iter().map(|bar| share(bar.cells())).collect();
    canvas.end_at(&mut scene, rows.plot.bottom + 80);
    Some(scene.described(described(words)).of_figures(shares))
}

/// Cells that each rule finds unsafe.
pub(super) fn rules(canvas: &Canvas<'_>, table: &AggregateTable) -> Option<Scene> {
    let found = table.rules.iter().filter_map(|rule| Some(Bar::new(printable(&rule.rule), rule.unsafe_cells?, true)));
    let mut all: Vec<Bar> = found.take(SHOWN).collect();
    if all.is_empty() {
        return None;
    }
    all.push(Bar::new("any rule", table.unsafe_cells?, true));
    let subtitle = format!("Share of the {} cells of the table, margins included", count(table.cells));
    bars(canvas, ["How many cells each rule finds unsafe", &subtitle], &all, table.cells)
}

/// What stays published once everything is suppressed that has to be.
pub(super) fn suppression(canvas: &Canvas<'_>, value: &Aggregates) -> Option<Scene> {
    let (table, found) = value.tables.iter().find_map(|table| Some((table, table.suppression.as_ref()?)))?;
    let all = table.cells;
    let after = all.checked_sub(found.primary_cells)?;
    let published = after.checked_sub(found.secondary_cells)?;
    let steps = [
        Bar::new("all cells", all, false),
        Bar { name: "unsafe by a rule".to_owned(), from: after, to: all, is_bad: true },
        Bar { name: "so that these cannot be computed".to_owned(), from: published, to: after, is_bad: true },
        Bar::new("published", published, false),
    ];
    let subtitle = "From all cells of the table to those that stay published under the proposed suppression";
    bars(canvas, ["What has to be suppressed", subtitle], &steps, all)
}

/// Suppressed cells by the width of the interval that an outsider computes, as a multiple of what the rules ask for.
pub(super) fn intervals(canvas: &Canvas<'_>, value: &Aggregates) -> Option<Scene> {
    let audits =
        value.tables.iter().filter_map(|table| table.audit.as_ref()).filter(|audit| audit.suppressed_cells > 0);
    let audit = audits.max_by_key(|audit| audit.narrow_cells)?;
    let name = |band: &WidthBand| match band.to {
        Some(to) if to <= 0.0 => "0: computed exactly".to_owned(),
        Some(to) => format!("{} to {} times", band.from, to),
        None => format!("{} times and more", band.from),
    };
    let is_narrow = |band: &WidthBand| band.to.is_some_and(|to| to <= 1.0);
    let all: Vec<Bar> = audit.widths.iter().map(|band| Bar::new(name(band), band.cells, is_narrow(band))).collect();
    let subtitle =
        "Width of the interval that can be computed for a suppressed cell, against the width that its rule asks for";
    bars(canvas, ["How closely suppressed cells can be computed", subtitle], &all, audit.suppressed_cells)
}

/// The table by two dimensions: each field stands for the cells over one code of each.
pub(super) fn shape(canvas: &Canvas<'_>, table: &AggregateTable) -> Option<Scene> {
    let shape: &TableShape = table.shape.as_ref()?;
    let (rows, columns) = (i32::try_from(shape.rows).ok()?, i32::try_from(shape.columns).ok()?);
    if rows == 0 || columns == 0 {
        return None;
    }
    let name =
        |place: usize| table.dimensions.get(place).map_or_else(String::new, |dimension| canvas.name(&dimension.column));
    let across = shape.column_dimension.map_or_else(String::new, |place| format!(" by {}", name(place)));
    let subtitle =
        format!("Cells by {}{across}: totals first, then the order of the labels", name(shape.row_dimension));
    let mut scene = canvas.scene("Where unsafe and suppressed cells lie", subtitle, 760);
    let [left, right, top, bottom] = canvas.either([120, 1480, 210, 800], [30, 730, 100, 700]);
    let (width, tall) = (((right - left) / columns).clamp(2, 120), ((bottom - top) / rows).clamp(2, 90));
    let gap = if width.min(tall) > 8 { 2 } else { 0 };
    let mut counts = [0_u64; 3];
    for row in 0..rows {
        for column in 0..columns {
            let field = usize::try_from(row * columns + column).ok()?;
            let of = |numbers: &[u32]| numbers.get(field).copied().unwrap_or(0);
            let [safe, bad, hidden] = [of(&shape.safe), of(&shape.unsafe_cells), of(&shape.suppressed)];
            for (count, number) in counts.iter_mut().zip([safe, bad, hidden]) {
                *count += u64::from(number);
            }
            let from = (left + column * width, top + row * tall);
            let to = (from.0 + width - gap, from.1 + tall - gap);
            if bad > 0 && safe + hidden > 0 && width.min(tall) > 12 {
                scene.hatch(from, to, Ink::Alarm);
            } else if bad > 0 {
                scene.area(from, to, Ink::Alarm);
            } else if hidden > 0 {
                scene.area(from, to, Ink::Muted);
            } else if safe > 0 {
                scene.area(from, to, Ink::Scale(2));
            }
        }
    }
    let mark = |ink: Ink| {
        move |scene: &mut Scene, (at, height): (i32, i32)| {
            scene.area((at - 10, height - 10), (at + 10, height + 10), ink);
        }
    };
    let (unsafe_mark, hidden_mark, safe_mark) = (mark(Ink::Alarm), mark(Ink::Muted), mark(Ink::Scale(2)));
    let partly = |scene: &mut Scene, (at, height): (i32, i32)| {
        scene.hatch((at - 12, height - 12), (at + 12, height + 12), Ink::Alarm);
    };
    let height = canvas.either(175, 60);
    let entries: [Entry<'_>; 4] =
        [(&unsafe_mark, "all unsafe"), (&partly, "some unsafe"), (&hidden_mark, "suppressed"), (&safe_mark, "safe")];
    legend(&mut scene, (left + 10, height), canvas.either(40, 20), &entries);
    canvas.end_at(&mut scene, top + rows * tall + 40);
    let [safe, bad, hidden] = counts.map(count);
    let words = [format!("{bad} cells are unsafe"), format!("{hidden} are suppressed"), format!("{safe} are safe")];
    Some(scene.described(described(words)))
}
