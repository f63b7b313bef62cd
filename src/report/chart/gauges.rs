//! Gauges of the risk by three attackers, each against its limit.

use super::axes::{QUARTERS, Rows, axis_label, described, limit_label, number};
use super::scene::{Anchor, Canvas, Ink, LABEL, NOTE, SMALL, Scene, fitted};
use crate::number::percent;
use crate::report::messages;
use crate::report::risk::{self, Attacker};
use crate::result::ScanResult;

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult) -> Option<Scene> {
    let attackers = risk::attackers(result);
    let number = number(attackers.len()).filter(|_| attackers.iter().any(|attacker| attacker.risk.is_some()))?;
    let subtitle = "Chance of finding the right person; hatched: above the limit";
    let edges = canvas.either([70, 1390, 190, 190, 1560], [20, 590, 10, 146, 744]);
    let rows = Rows::of(edges, number, (0.0, 1.0));
    let mut scene = canvas.scene("Risk by three attackers", subtitle, rows.plot.bottom + 50);
    canvas.end_at(&mut scene, rows.plot.bottom + 62);
    for (place, attacker) in (0_i32..).zip(&attackers) {
        gauge(canvas, &mut scene, &rows, rows.middle(place), attacker);
    }
    for share in QUARTERS {
        let anchor = if share == 0.0 { Anchor::Start } else { Anchor::Middle };
        scene.text((rows.plot.x(share), rows.plot.bottom + 26), &axis_label(share), SMALL, Ink::Muted, anchor);
    }
    let words = attackers.iter().map(|attacker| format!("{}: {} ({})", attacker.name, value(attacker), attacker.what));
    let figures = attackers.iter().filter_map(|attacker| attacker.risk);
    Some(scene.described(described(words)).of_figures(figures))
}

fn value(attacker: &Attacker<'_>) -> String {
    attacker.risk.map_or_else(|| messages::NOT_KNOWN.to_owned(), percent)
}

/// A name, what the figure is, and a bar filled up to it.
fn gauge(canvas: &Canvas<'_>, scene: &mut Scene, rows: &Rows, height: i32, attacker: &Attacker<'_>) {
    let plot = &rows.plot;
    let half = canvas.either(22, 18);
    let middle = height + canvas.either(34, 34);
    let is_over = attacker.risk.zip(attacker.limit).is_some_and(|(risk, limit)| risk > limit);
    scene.text((plot.left, middle - half - 50), attacker.name, LABEL, Ink::Text, Anchor::Start);
    let what = fitted(&canvas.text(&attacker.what), NOTE, rows.figures - plot.left);
    scene.text((plot.left, middle - half - 18), &what, NOTE, Ink::Muted, Anchor::Start);
    scene.area((plot.left, middle - half), (plot.right, middle + half), Ink::Grid);
    let ink = if is_over { Ink::Alarm } else { Ink::Text };
    scene.text((rows.figures, middle), &value(attacker), LABEL, ink, Anchor::End);
    if let Some(risk) = attacker.risk {
        let end = plot.x(risk).max(plot.left + 3);
        if is_over {
            scene.hatch((plot.left, middle - half), (end, middle + half), Ink::Alarm);
        } else {
            scene.area((plot.left, middle - half), (end, middle + half), Ink::Main);
        }
    }
    if let Some(limit) = attacker.limit {
        let at = plot.x(limit);
        scene.line((at, middle - half - 8), (at, middle + half + 8), Ink::Text, 5);
        scene.text((rows.figures, middle - half - 50), &limit_label(limit), NOTE, Ink::Text, Anchor::End);
    }
}
