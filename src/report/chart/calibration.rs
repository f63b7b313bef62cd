//! How far stated probabilities of links are right.

use super::scene::{Anchor, Canvas, Ink, SMALL, Scene, fitted};
use super::{Drawing, axis_label, position};
use crate::number::ratio;
use crate::report::{linkage, messages};
use crate::result::{Linkage, LinkageAttack};

/// Most attacks in the picture.
const SHOWN: usize = 3;
/// Size of the second line of a name.
const NOTE: i32 = 24;

/// An attack whose stated probabilities can be held against the truth.
struct Line<'a> {
    attack: &'a LinkageAttack,
    /// Mean stated probability and share that is right, by rising probability.
    points: Vec<(f64, f64)>,
    expected: f64,
    correct: u64,
}

struct Plot {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

impl Plot {
    fn at(&self, (stated, right): (f64, f64)) -> (i32, i32) {
        let along = position(stated, (0.0, 1.0), (self.left, self.right));
        (along, position(right, (0.0, 1.0), (self.bottom, self.top)))
    }
}

pub(super) fn draw(canvas: &Canvas<'_>, value: &Linkage) -> Option<Drawing> {
    let lines: Vec<Line<'_>> = linkage::ranked(value).into_iter().filter_map(line).take(SHOWN).collect();
    let number = i32::try_from(lines.len()).ok().filter(|number| *number > 0)?;
    let mut scene = canvas.scene(messages::CHART_CALIBRATION, messages::CHART_CALIBRATION_SUBTITLE, 780 + 76 * number);
    let plot = canvas.either(
        Plot { left: 240, right: 960, top: 206, bottom: 780 },
        Plot { left: 110, right: 704, top: 68, bottom: 640 },
    );
    axes(canvas, &mut scene, &plot);
    for (place, line) in lines.iter().enumerate() {
        let points: Vec<_> = line.points.iter().map(|point| plot.at(*point)).collect();
        scene.path(points.clone(), ink(place), if place == 0 { 5 } else { 3 });
        for at in points {
            scene.dot(at, 11, ink(place), place != 1);
        }
    }
    let (left, top, room) = canvas.either((1030, 320, 540), (24, 770, 710));
    for (place, line) in (0_i32..).zip(&lines) {
        let height = top + place * canvas.either(110, 76);
        let mark = usize::try_from(place).unwrap_or(0);
        scene.line((left, height), (left + 50, height), ink(mark), if place == 0 { 5 } else { 3 });
        scene.dot((left + 25, height), 11, ink(mark), place != 1);
        let label = canvas.text(&messages::attack_label(line.attack));
        scene.text((left + 66, height - 16), &fitted(&label, SMALL, room - 66), SMALL, Ink::Text, Anchor::Start);
        let totals = messages::calibrated(line.expected, line.correct);
        scene.text((left + 66, height + 17), &fitted(&totals, NOTE, room - 66), NOTE, Ink::Muted, Anchor::Start);
    }
    let parts: Vec<String> = lines
        .iter()
        .map(|line| {
            format!("{}: {}", messages::attack_label(line.attack), messages::calibrated(line.expected, line.correct))
        })
        .collect();
    Some(Drawing {
        title: messages::CHART_CALIBRATION.to_owned(),
        subtitle: messages::CHART_CALIBRATION_SUBTITLE.to_owned(),
        description: format!("{}.", parts.join("; ")),
        scene,
    })
}

/// The points of an attack; none where no truth says what is right.
#[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
fn line(attack: &LinkageAttack) -> Option<Line<'_>> {
    let known = || attack.calibration.iter().filter(|bin| bin.links > 0 && bin.expected.is_finite());
    let points: Vec<(f64, f64)> =
        known().filter_map(|bin| Some((bin.expected / bin.links as f64, ratio(bin.correct?, bin.links)?))).collect();
    let expected = known().filter(|bin| bin.correct.is_some()).map(|bin| bin.expected).sum();
    let correct = known().filter_map(|bin| bin.correct).sum();
    (!points.is_empty()).then_some(Line { attack, points, expected, correct })
}

fn ink(place: usize) -> Ink {
    match place {
        0 => Ink::Main,
        1 => Ink::Alarm,
        _ => Ink::Muted,
    }
}

fn axes(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot) {
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (along, up) = plot.at((share, share));
        let ink = if share == 0.0 { Ink::Muted } else { Ink::Grid };
        scene.line((plot.left, up), (plot.right, up), ink, 2);
        scene.line((along, plot.top), (along, plot.bottom), ink, 2);
        scene.text((plot.left - 14, up), &axis_label(share), SMALL, Ink::Muted, Anchor::End);
        scene.text((along, plot.bottom + 30), &axis_label(share), SMALL, Ink::Muted, Anchor::Middle);
    }
    scene.line(plot.at((0.0, 0.0)), plot.at((1.0, 1.0)), Ink::Muted, 3);
    let middle = i32::midpoint(plot.left, plot.right);
    scene.text((middle, plot.bottom + 74), "stated probability", SMALL, Ink::Muted, Anchor::Middle);
    let above = plot.top - canvas.either(42, 36);
    scene.text((plot.left - 90, above), "share right", SMALL, Ink::Muted, Anchor::Start);
}
