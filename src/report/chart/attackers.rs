//! Attacks by linkage: what each finds, beside its control and what guessing finds.

use super::axes::{Entry, Rows, and_more, control_mark, legend, limit_label, number, round_above};
use super::font::text_width;
use super::scene::{Anchor, Canvas, Ink, NOTE, Point, SMALL, Scene, fitted};
use crate::number::percent;
use crate::report::{linkage, messages};
use crate::result::{Evidence, Linkage, LinkageAttack, ScanResult};

/// Most attacks in the picture.
const SHOWN: usize = 8;

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, value: &Linkage) -> Option<Scene> {
    let mut attacks: Vec<&LinkageAttack> = linkage::ranked(value).into_iter().take(SHOWN).collect();
    // Attacks that one limit speaks of stand together.
    attacks.sort_by_key(|attack| attack.follows());
    let number = number(attacks.len())?;
    let whisker =
        if attacks.iter().any(|attack| linkage::interval(attack).is_some()) { "; whisker: 95 % interval" } else { "" };
    let subtitle = format!("Share of subjects found{whisker}")
        + &and_more(attacks.len(), value.attacks.len(), messages::more_rows);
    let limits = attacks.iter().filter_map(|attack| linkage::limit(result, attack));
    let shares = attacks.iter().flat_map(|attack| [linkage::upper(attack), attack.baseline_rate, attack.control_rate]);
    let shares = shares.flatten().filter(|share| share.is_finite());
    let (high, step) = round_above(shares.chain(limits).fold(0.01, f64::max));
    let edges = canvas.either([530, 1360, 206, (560 / number).min(110), 1560], [40, 620, 96, 132, 750]);
    let rows = Rows::of(edges, number, (0.0, high));
    let mut scene = canvas.scene("Whom each attack finds, beside guessing", subtitle, rows.plot.bottom + 130);
    canvas.end_at(&mut scene, rows.plot.bottom + 110);
    key(canvas, &mut scene, &attacks);
    rows.axis(canvas, &mut scene, step, 3);
    limit_lines(&mut scene, &rows, result, &attacks);
    for (place, attack) in (0_i32..).zip(&attacks) {
        row(canvas, &mut scene, &rows, rows.middle(place), attack);
    }
    let parts: Vec<String> = attacks.iter().map(|attack| messages::attack_sentence(attack)).collect();
    let shares = attacks.iter().flat_map(|attack| [linkage::upper(attack), attack.baseline_rate, attack.control_rate]);
    // Where an attack has no figure the picture says so, which is something.
    let unknown = attacks.iter().filter(|attack| linkage::rate(attack).is_none()).map(|_| f64::NAN);
    Some(scene.described(format!("{}.", parts.join(". "))).of_figures(shares.flatten().chain(unknown)))
}

fn key(canvas: &Canvas<'_>, scene: &mut Scene, attacks: &[&LinkageAttack]) {
    type Draw = fn(&mut Scene, Point);
    let entries: [(bool, Draw, &str); 4] = [
        (true, |scene, at| scene.dot(at, 12, Ink::Main, true), "attack"),
        (
            attacks.iter().any(|attack| attack.evidence == Evidence::None),
            |scene, at| scene.dot(at, 12, Ink::Main, false),
            messages::NO_EVIDENCE,
        ),
        (attacks.iter().any(|attack| attack.control_rate.is_some()), control_mark, "control"),
        (attacks.iter().any(|attack| attack.baseline_rate.is_some()), |scene, at| diamond(scene, at, 12), "guessing"),
    ];
    let shown = entries.iter().filter(|(is_there, ..)| *is_there);
    let shown: Vec<Entry<'_>> = shown.map(|(_, draw, label)| (draw as _, *label)).collect();
    legend(scene, canvas.either((72, 166), (28, 32)), canvas.either(60, 36), &shown);
}

/// The mark of guessing.
fn diamond(scene: &mut Scene, (x, y): Point, half: i32) {
    scene.polygon(vec![(x, y - half), (x + half, y), (x, y + half), (x - half, y)], Ink::Muted);
}

/// A dashed line over the rows that a limit speaks of, its value below the axis.
fn limit_lines(scene: &mut Scene, rows: &Rows, result: &ScanResult, attacks: &[&LinkageAttack]) {
    let mut drawn: Vec<(i32, String)> = Vec::new();
    for (place, attack) in (0_i32..).zip(attacks) {
        let Some(limit) = linkage::limit(result, attack) else { continue };
        let (at, top) = (rows.plot.x(limit), rows.plot.top + place * rows.height);
        scene.dashes((at, top), (at, top + rows.height), Ink::Alarm);
        let label = limit_label(limit);
        if !drawn.iter().any(|(_, other)| *other == label) {
            drawn.push((at, label));
        }
    }
    for ((at, label), below) in drawn.into_iter().zip([66, 98, 130]) {
        let half = text_width(&label, SMALL) / 2;
        let middle = at.clamp(rows.plot.left + half - 10, rows.figures - half);
        scene.text((middle, rows.plot.bottom + below), &label, SMALL, Ink::Alarm, Anchor::Middle);
    }
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, rows: &Rows, height: i32, attack: &LinkageAttack) {
    let name = messages::attack_name(attack.attack);
    let source = canvas.text(&linkage::source(attack));
    // Where there is little room the names stand above their marks.
    let height = if canvas.is_narrow() {
        scene.name_over_lines((16, height - 38), &fitted(&format!("{name}, {source}"), SMALL, 720), SMALL);
        height + 18
    } else {
        scene.two_lines((60, height), [name, &source], 440, Ink::Text, [15, 16]);
        height
    };
    let figure = (rows.figures, height);
    let Some(rate) = linkage::rate(attack) else {
        scene.text(figure, messages::NOT_KNOWN, SMALL, Ink::Alarm, Anchor::End);
        return;
    };
    rows.whisker(scene, height, linkage::interval(attack), 11);
    if let Some(control) = attack.control_rate.filter(|control| control.is_finite()) {
        control_mark(scene, (rows.plot.x(control), height));
    }
    let has_evidence = attack.evidence != Evidence::None;
    scene.dot((rows.plot.x(rate), height), 13, Ink::Main, has_evidence);
    // A ring is no better than guessing, so the two often stand in one place: the smaller mark inside.
    if let Some(guess) = attack.baseline_rate.filter(|guess| guess.is_finite()) {
        diamond(scene, (rows.plot.x(guess), height), if has_evidence { 12 } else { 7 });
    }
    let none = |room: i32| fitted(messages::NO_EVIDENCE, NOTE, rows.figures - rows.plot.right - room);
    if has_evidence {
        scene.text(figure, &percent(rate), SMALL, Ink::Text, Anchor::End);
    } else if canvas.is_narrow() {
        scene.text(figure, &none(0), NOTE, Ink::Muted, Anchor::End);
    } else {
        scene.text((rows.figures, height - 15), &percent(rate), SMALL, Ink::Text, Anchor::End);
        scene.text((rows.figures, height + 16), &none(20), NOTE, Ink::Muted, Anchor::End);
    }
}
