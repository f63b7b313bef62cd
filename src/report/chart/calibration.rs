//! How far stated probabilities of links are right.

use super::axes::{Plot, QUARTERS, axis_label, described, number};
use super::scene::{Anchor, Canvas, Ink, SMALL, Scene};
use crate::number::{as_float, count, ratio, whole};
use crate::report::{linkage, messages};
use crate::result::{Linkage, LinkageAttack};

/// Most attacks in the picture.
const SHOWN: usize = 3;

/// An attack whose stated probabilities can be held against the truth.
struct Line {
    label: String,
    /// Mean stated probability and share that is right, by rising probability.
    points: Vec<(f64, f64)>,
    /// Links that should be right, and that are.
    totals: String,
}

pub(super) fn draw(canvas: &Canvas<'_>, value: &Linkage) -> Option<Scene> {
    let lines: Vec<Line> = linkage::ranked(value).into_iter().filter_map(line).take(SHOWN).collect();
    let title = "How far the attacker can trust a link";
    let subtitle = "Share of links that are right, by stated probability; on the diagonal it is as stated";
    let mut scene = canvas.scene(title, subtitle, 780 + 76 * number(lines.len())?);
    let plot = Plot::of(canvas.either([240, 960, 206, 780], [110, 704, 68, 640]));
    axes(canvas, &mut scene, &plot);
    for (place, line) in lines.iter().enumerate() {
        let points: Vec<_> = line.points.iter().map(|(stated, right)| plot.at(*stated, *right)).collect();
        let (ink, width, is_filled) = look(place);
        scene.path(points.clone(), ink, width);
        for at in points {
            scene.dot(at, 11, ink, is_filled);
        }
    }
    let (left, top, room) = canvas.either((1030, 320, 540), (24, 770, 710));
    for ((place, line), row) in lines.iter().enumerate().zip(0_i32..) {
        let height = top + row * canvas.either(110, 76);
        let (ink, width, is_filled) = look(place);
        scene.line((left, height), (left + 50, height), ink, width);
        scene.dot((left + 25, height), 11, ink, is_filled);
        let label = canvas.text(&line.label);
        scene.two_lines((left + 66, height), [&label, &line.totals], room - 66, Ink::Text, [16, 17]);
    }
    Some(scene.described(described(lines.iter().map(|line| format!("{}: {}", line.label, line.totals)))))
}

/// The points of an attack; none where no truth says what is right.
fn line(attack: &LinkageAttack) -> Option<Line> {
    let known = || attack.calibration.iter().filter(|bin| bin.links > 0 && bin.expected.is_finite());
    let points: Vec<(f64, f64)> =
        known().filter_map(|bin| Some((bin.expected / as_float(bin.links), ratio(bin.correct?, bin.links)?))).collect();
    let expected = known().filter(|bin| bin.correct.is_some()).map(|bin| bin.expected).sum();
    let correct = known().filter_map(|bin| bin.correct).sum();
    let totals = format!("expected {}, right {}", whole(expected), count(correct));
    (!points.is_empty()).then(|| Line { label: messages::attack_label(attack), points, totals })
}

/// The colour of a line, its width, and whether its dots are filled.
fn look(place: usize) -> (Ink, i32, bool) {
    match place {
        0 => (Ink::Main, 5, true),
        1 => (Ink::Alarm, 3, false),
        _ => (Ink::Muted, 3, true),
    }
}

fn axes(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot) {
    for share in QUARTERS {
        let (along, up) = plot.at(share, share);
        let ink = if share == 0.0 { Ink::Muted } else { Ink::Grid };
        scene.line((plot.left, up), (plot.right, up), ink, 2);
        scene.line((along, plot.top), (along, plot.bottom), ink, 2);
        scene.text((plot.left - 14, up), &axis_label(share), SMALL, Ink::Muted, Anchor::End);
        scene.text((along, plot.bottom + 30), &axis_label(share), SMALL, Ink::Muted, Anchor::Middle);
    }
    scene.line(plot.at(0.0, 0.0), plot.at(1.0, 1.0), Ink::Muted, 3);
    plot.name(scene, 74, "stated probability");
    let above = plot.top - canvas.either(42, 36);
    scene.label((plot.left - 90, above), "share right");
}
