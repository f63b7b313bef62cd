//! What charts share: plots with two axes, rows of marks below each other, legends and cells.

use super::font::text_width;
use super::scene::{Anchor, Canvas, Ink, Point, SMALL, Scene, fitted};
use crate::report::messages;

/// Where marks stand, and which values lie on the edges.
pub(super) struct Plot {
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
    /// The values on the left and on the right edge.
    pub(super) across: (f64, f64),
    /// The values on the lower and on the upper edge.
    pub(super) up: (f64, f64),
}

/// Shares with a line across a picture of all shares.
pub(super) const QUARTERS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

impl Plot {
    /// A plot of shares of one thing by shares of another: edges left, right, top and bottom.
    pub(super) fn of([left, right, top, bottom]: [i32; 4]) -> Self {
        Self { left, right, top, bottom, across: (0.0, 1.0), up: (0.0, 1.0) }
    }

    pub(super) fn x(&self, value: f64) -> i32 {
        position(value, self.across, (self.left, self.right))
    }

    pub(super) fn y(&self, value: f64) -> i32 {
        position(value, self.up, (self.bottom, self.top))
    }

    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        (self.x(x), self.y(y))
    }

    /// Level lines at shares, each of which stands on the left of its line.
    pub(super) fn levels(&self, scene: &mut Scene, shares: impl IntoIterator<Item = f64>, zero: Ink) {
        for share in shares {
            let height = self.y(share);
            let ink = if share == 0.0 { zero } else { Ink::Grid };
            scene.line((self.left, height), (self.right, height), ink, 2);
            scene.text((self.left - 14, height), &axis_label(share), SMALL, Ink::Muted, Anchor::End);
        }
    }

    /// What the level axis is, so far below it.
    pub(super) fn name(&self, scene: &mut Scene, below: i32, name: &str) {
        let middle = i32::midpoint(self.left, self.right);
        scene.text((middle, self.bottom + below), name, SMALL, Ink::Muted, Anchor::Middle);
    }
}

/// Rows of marks below each other on one axis: names on the left, or above where there is little room; figures on the
/// right.
pub(super) struct Rows {
    pub(super) plot: Plot,
    /// Height of a row.
    pub(super) height: i32,
    /// Where the figures end.
    pub(super) figures: i32,
}

impl Rows {
    /// So many rows from left to right and from the top on, each of some height, with the range of their axis.
    pub(super) fn of([left, right, top, height, figures]: [i32; 5], rows: i32, across: (f64, f64)) -> Self {
        let plot = Plot { left, right, top, bottom: top + height * rows, across, up: (0.0, 1.0) };
        Self { plot, height, figures }
    }

    /// The middle of a row.
    pub(super) fn middle(&self, place: i32) -> i32 {
        self.plot.top + place * self.height + self.height / 2
    }

    /// Upright lines at multiples of a step with their shares below. Where there is little room, zero, half and end alone:
    /// more would run into each other.
    pub(super) fn axis(&self, canvas: &Canvas<'_>, scene: &mut Scene, step: f64, zero_width: i32) {
        let Plot { top, bottom, across: (low, high), .. } = self.plot;
        let step = canvas.either(step, high / 2.0);
        for tick in ticks((low / step).ceil() * step, high, step) {
            let at = self.plot.x(tick);
            let (ink, width) = if tick.abs() < step / 2.0 { (Ink::Muted, zero_width) } else { (Ink::Grid, 2) };
            scene.line((at, top), (at, bottom), ink, width);
            scene.text((at, bottom + 30), &axis_label(tick), SMALL, Ink::Muted, Anchor::Middle);
        }
    }

    /// The interval of an estimate in a row.
    pub(super) fn whisker(&self, scene: &mut Scene, height: i32, interval: Option<[f64; 2]>, half: i32) {
        let Some(ends) = interval.map(|interval| interval.map(|share| self.plot.x(share))) else { return };
        scene.line((ends[0], height), (ends[1], height), Ink::Main, 4);
        for end in ends {
            scene.line((end, height - half), (end, height + half), Ink::Main, 3);
        }
    }
}

/// How a mark of a legend is drawn, and what it means.
pub(super) type Entry<'a> = (&'a dyn Fn(&mut Scene, Point), &'a str);

/// Marks of a legend beside each other, each with what it means.
pub(super) fn legend(scene: &mut Scene, (mut at, height): Point, gap: i32, entries: &[Entry<'_>]) {
    for (draw, label) in entries {
        draw(scene, (at, height));
        scene.label((at + 24, height), label);
        at += 24 + text_width(label, SMALL) + gap;
    }
}

/// A rectangle to draw in.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Frame {
    /// Its corners, moved inwards.
    pub(super) fn corners(self, inwards: i32) -> (Point, Point) {
        let Self { left, top, width, height } = self;
        ((left + inwards, top + inwards), (left + width - inwards, top + height - inwards))
    }

    pub(super) fn middle(self) -> Point {
        (self.left + self.width / 2, self.top + self.height / 2)
    }

    /// A share in a cell of a map, the darker the larger it is; its figure no wider than `room`.
    pub(super) fn cell(self, scene: &mut Scene, share: f64, is_fine: bool, size: i32, room: i32) {
        let step = scale(share);
        let (from, to) = self.corners(2);
        scene.area(from, to, Ink::Scale(step));
        let figure = fitted(&cell_text(share, is_fine), size, room);
        scene.text(self.middle(), &figure, size, Ink::OnScale(step), Anchor::Middle);
    }
}

/// Shares from which on a cell has the next darker step.
const STEPS: [f64; 5] = [0.001, 0.01, 0.05, 0.2, 0.5];

/// Step of the scale of a map, 0 to 5.
fn scale(share: f64) -> u8 {
    STEPS.iter().fold(0, |step, bound| step + u8::from(share >= *bound))
}

/// The mark of what an attack finds of the control: a hollow square.
pub(super) fn control_mark(scene: &mut Scene, (x, y): Point) {
    scene.area((x - 11, y - 11), (x + 11, y + 11), Ink::Paper);
    scene.frame((x - 11, y - 11), (x + 11, y + 11), Ink::Alarm, 4);
}

/// A share in a cell: as short as it can be, with one decimal where that tells cells apart.
pub(super) fn cell_text(share: f64, is_fine: bool) -> String {
    if share == 0.0 {
        "0".to_owned()
    } else if share < 0.001 {
        "< 0.1 %".to_owned()
    } else if is_fine && (0.9995..1.0).contains(&share) {
        "> 99.9 %".to_owned()
    } else if share < 0.0995 || (is_fine && share < 1.0) {
        format!("{:.1} %", share * 100.0)
    } else if (0.995..1.0).contains(&share) {
        "> 99 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// The number of things that a picture shows; none where it would show nothing.
pub(super) fn number(things: usize) -> Option<i32> {
    i32::try_from(things).ok().filter(|number| *number > 0)
}

/// What a picture shows, for those who cannot see it.
pub(super) fn described(parts: impl IntoIterator<Item = String>) -> String {
    format!("{}.", parts.into_iter().collect::<Vec<_>>().join("; "))
}

/// What is left out of a picture, behind its subtitle; nothing where nothing is.
pub(super) fn and_more(shown: usize, all: usize, more: fn(usize) -> String) -> String {
    if all > shown { more(all - shown) } else { String::new() }
}

/// The limit of a share across a picture.
pub(super) fn limit_label(limit: f64) -> String {
    messages::limit_share(&crate::number::percent(limit))
}

/// Multiples of a step up to a value, which may be missed by less than half a step.
pub(super) fn ticks(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(from), move |tick| Some(tick + step)).take_while(move |tick| *tick <= to + step / 2.0)
}

/// The position of `value` on an axis from `low` to `high` that runs over the pixels `from` to `to`.
#[expect(clippy::cast_possible_truncation, reason = "between two pixels of the picture")]
pub(super) fn position(value: f64, (low, high): (f64, f64), (from, to): (i32, i32)) -> i32 {
    let share = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
    from + (share * f64::from(to - from)).round() as i32
}

/// The smallest round share that is at least `share`, and the step of its grid.
pub(super) fn round_above(share: f64) -> (f64, f64) {
    let tops = [(0.001, 0.000_25), (0.002, 0.000_5), (0.005, 0.001), (0.01, 0.002_5), (0.02, 0.005), (0.05, 0.01)];
    let larger = [(0.1, 0.025), (0.2, 0.05), (0.4, 0.1), (0.6, 0.2), (0.8, 0.2), (1.0, 0.25)];
    tops.into_iter().chain(larger).find(|(top, _)| *top >= share).unwrap_or((1.0, 0.25))
}

/// A share on an axis: as short as it can be.
pub(super) fn axis_label(share: f64) -> String {
    // Adding 0 turns a negative zero into zero.
    let percent = (share * 100_000.0).round() / 1000.0 + 0.0;
    format!("{percent} %")
}
