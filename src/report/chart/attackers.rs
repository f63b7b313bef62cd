//! Attacks by linkage: what each finds, beside its control and what guessing finds.

use super::font::text_width;
use super::scene::{Anchor, Canvas, Ink, Point, SMALL, Scene, fitted};
use super::{Drawing, axis_label, position, round_above};
use crate::number::percent;
use crate::report::{linkage, messages};
use crate::result::{Evidence, Linkage, LinkageAttack, ScanResult};

/// Most attacks in the picture.
const SHOWN: usize = 8;
/// Size of the second line of a name.
const NOTE: i32 = 24;

struct Plot {
    /// Where names begin and how much room they have.
    names: (i32, i32),
    left: i32,
    right: i32,
    top: i32,
    row: i32,
    /// Where the figures end.
    figures: i32,
    high: f64,
}

impl Plot {
    fn at(&self, share: f64) -> i32 {
        position(share, (0.0, self.high), (self.left, self.right))
    }

    fn height(&self, place: i32) -> i32 {
        self.top + place * self.row + self.row / 2
    }
}

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, value: &Linkage) -> Option<Drawing> {
    let mut attacks: Vec<&LinkageAttack> = linkage::ranked(value).into_iter().take(SHOWN).collect();
    // Attacks that one limit speaks of stand together.
    attacks.sort_by_key(|attack| attack.follows());
    let rows = i32::try_from(attacks.len()).ok().filter(|rows| *rows > 0)?;
    let mut subtitle = "Share of subjects found; whisker: 95 % interval".to_owned();
    if value.attacks.len() > attacks.len() {
        subtitle += &messages::more_rows(value.attacks.len() - attacks.len());
    }
    let limits = attacks.iter().filter_map(|attack| linkage::limit(result, attack));
    let (high, step) =
        round_above(attacks.iter().flat_map(|attack| figures(attack)).chain(limits).fold(0.01, f64::max));
    let plot = canvas.either(
        Plot { names: (60, 440), left: 530, right: 1360, top: 206, row: (560 / rows).min(110), figures: 1560, high },
        Plot { names: (16, 720), left: 40, right: 620, top: 96, row: 132, figures: 750, high },
    );
    let bottom = plot.top + plot.row * rows;
    let mut scene = canvas.scene(messages::CHART_ATTACKERS, &subtitle, bottom + 130);
    canvas.end_at(&mut scene, bottom + 110);
    legend(canvas, &mut scene, &attacks);
    axis(&mut scene, &plot, canvas.either(step, high / 2.0), bottom);
    limit_lines(&mut scene, &plot, result, &attacks, bottom);
    for (place, attack) in (0_i32..).zip(&attacks) {
        row(canvas, &mut scene, &plot, plot.height(place), attack);
    }
    let parts: Vec<String> = attacks.iter().map(|attack| messages::attack_sentence(attack)).collect();
    Some(Drawing {
        title: messages::CHART_ATTACKERS.to_owned(),
        subtitle,
        description: format!("{}.", parts.join(". ")),
        scene,
    })
}

/// Every share that is drawn of an attack.
fn figures(attack: &LinkageAttack) -> Vec<f64> {
    let figures = [linkage::upper(attack), attack.baseline_rate, attack.control_rate];
    figures.into_iter().flatten().filter(|share| share.is_finite()).collect()
}

fn legend(canvas: &Canvas<'_>, scene: &mut Scene, attacks: &[&LinkageAttack]) {
    type Draw = fn(&mut Scene, Point);
    let has = |evidence| attacks.iter().any(|attack| attack.evidence == evidence);
    let entries: [(bool, Draw, &str); 4] = [
        (true, |scene, at| scene.dot(at, 12, Ink::Main, true), "attack"),
        (has(Evidence::None), |scene, at| scene.dot(at, 12, Ink::Main, false), "no evidence"),
        (attacks.iter().any(|attack| attack.control_rate.is_some()), square, "control"),
        (attacks.iter().any(|attack| attack.baseline_rate.is_some()), |scene, at| diamond(scene, at, 12), "guessing"),
    ];
    let (mut at, height) = canvas.either((72, 166), (28, 32));
    for (_, draw, label) in entries.into_iter().filter(|(is_there, ..)| *is_there) {
        draw(scene, (at, height));
        scene.text((at + 24, height), label, SMALL, Ink::Muted, Anchor::Start);
        at += 24 + text_width(label, SMALL) + canvas.either(60, 36);
    }
}

/// The mark of guessing.
fn diamond(scene: &mut Scene, (x, y): Point, half: i32) {
    scene.polygon(vec![(x, y - half), (x + half, y), (x, y + half), (x - half, y)], Ink::Muted);
}

/// The mark of the control.
fn square(scene: &mut Scene, (x, y): Point) {
    scene.area((x - 11, y - 11), (x + 11, y + 11), Ink::Paper);
    scene.frame((x - 11, y - 11), (x + 11, y + 11), Ink::Alarm, 4);
}

fn axis(scene: &mut Scene, plot: &Plot, step: f64, bottom: i32) {
    let mut tick = 0.0;
    while tick <= plot.high + step / 2.0 {
        let at = plot.at(tick);
        let (ink, width) = if tick == 0.0 { (Ink::Muted, 3) } else { (Ink::Grid, 2) };
        scene.line((at, plot.top), (at, bottom), ink, width);
        scene.text((at, bottom + 30), &axis_label(tick), SMALL, Ink::Muted, Anchor::Middle);
        tick += step;
    }
}

/// A dashed line over the rows that a limit speaks of, its value below the axis.
fn limit_lines(scene: &mut Scene, plot: &Plot, result: &ScanResult, attacks: &[&LinkageAttack], bottom: i32) {
    let mut drawn: Vec<(i32, String)> = Vec::new();
    for (place, attack) in (0_i32..).zip(attacks) {
        let Some(limit) = linkage::limit(result, attack) else { continue };
        let (at, top) = (plot.at(limit), plot.top + place * plot.row);
        scene.dashes((at, top), (at, top + plot.row), Ink::Alarm);
        let label = messages::limit_share(&percent(limit));
        if !drawn.iter().any(|(_, other)| *other == label) {
            drawn.push((at, label));
        }
    }
    for ((at, label), below) in drawn.into_iter().zip([66, 98, 130]) {
        let half = text_width(&label, SMALL) / 2;
        let middle = at.clamp(plot.left + half - 10, plot.figures - half);
        scene.text((middle, bottom + below), &label, SMALL, Ink::Alarm, Anchor::Middle);
    }
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, height: i32, attack: &LinkageAttack) {
    let name = messages::attack_name(attack.attack);
    let source = canvas.text(&linkage::source(attack));
    let (left, room) = plot.names;
    // Where there is little room the names stand above their marks.
    let height = if canvas.is_narrow() {
        let name = format!("{name}, {source}");
        scene.name_over_lines((left, height - 38), &fitted(&name, SMALL, room), SMALL);
        height + 18
    } else {
        scene.text((left, height - 15), &fitted(name, SMALL, room), SMALL, Ink::Text, Anchor::Start);
        scene.text((left, height + 16), &fitted(&source, NOTE, room), NOTE, Ink::Muted, Anchor::Start);
        height
    };
    let Some(rate) = linkage::rate(attack) else {
        scene.text((plot.figures, height), messages::NOT_KNOWN, SMALL, Ink::Alarm, Anchor::End);
        return;
    };
    if let Some([low, high]) = linkage::interval(attack) {
        let (from, to) = (plot.at(low), plot.at(high));
        scene.line((from, height), (to, height), Ink::Main, 4);
        for end in [from, to] {
            scene.line((end, height - 11), (end, height + 11), Ink::Main, 3);
        }
    }
    if let Some(control) = attack.control_rate.filter(|control| control.is_finite()) {
        square(scene, (plot.at(control), height));
    }
    let has_evidence = attack.evidence != Evidence::None;
    scene.dot((plot.at(rate), height), 13, Ink::Main, has_evidence);
    // A ring is no better than guessing, so the two often stand in one place: the smaller mark inside.
    if let Some(guess) = attack.baseline_rate.filter(|guess| guess.is_finite()) {
        diamond(scene, (plot.at(guess), height), if has_evidence { 12 } else { 7 });
    }
    let room = plot.figures - plot.right - 40;
    if has_evidence {
        scene.text((plot.figures, height), &percent(rate), SMALL, Ink::Text, Anchor::End);
    } else if canvas.is_narrow() {
        let label = fitted(messages::NO_EVIDENCE, NOTE, plot.figures - plot.right);
        scene.text((plot.figures, height), &label, NOTE, Ink::Muted, Anchor::End);
    } else {
        scene.text((plot.figures, height - 15), &percent(rate), SMALL, Ink::Text, Anchor::End);
        let label = fitted(messages::NO_EVIDENCE, NOTE, room + 20);
        scene.text((plot.figures, height + 16), &label, NOTE, Ink::Muted, Anchor::End);
    }
}
