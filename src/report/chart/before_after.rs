//! What the recommended change does: each figure before and after it.

use super::axes::{Entry, QUARTERS, Rows, axis_label, described, legend, number};
use super::scene::{Anchor, Canvas, Ink, LABEL, Point, SMALL, Scene, fitted};
use super::trade_off::changes;
use crate::number::percent;
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::summary::{ChangedFigure, changed_figures, recommended};
use crate::result::ScanResult;

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult) -> Option<Scene> {
    let advice = recommended(result)?;
    let figures = changed_figures(result, advice);
    let number = number(figures.len())?;
    let subtitle = changes(advice, |column| canvas.name(column), |rule| canvas.text(rule));
    let edges = canvas.either([640, 1260, 240, (560 / number).min(130), 1560], [30, 520, 92, 112, 744]);
    let rows = Rows::of(edges, number, (0.0, 1.0));
    let mut scene = canvas.scene("The recommended change, before and after", subtitle, rows.plot.bottom + 56);
    canvas.end_at(&mut scene, rows.plot.bottom + 56);
    key(canvas, &mut scene);
    for share in QUARTERS {
        let at = rows.plot.x(share);
        scene.line((at, rows.plot.top), (at, rows.plot.bottom), Ink::Grid, 2);
        scene.text((at, rows.plot.bottom + 28), &axis_label(share), SMALL, Ink::Muted, Anchor::Middle);
    }
    for (place, figure) in (0_i32..).zip(&figures) {
        row(canvas, &mut scene, &rows, rows.middle(place), figure);
    }
    let words = figures.iter().map(|figure| format!("{} {}", figure.label, both(figure)));
    let change = changes(advice, printable, printable);
    Some(
        scene
            .described(format!("{change}. {}", described(words)))
            .of_figures(figures.iter().map(|figure| figure.before)),
    )
}

fn both(figure: &ChangedFigure) -> String {
    format!("{} → {}", percent(figure.before), percent(figure.after))
}

fn key(canvas: &Canvas<'_>, scene: &mut Scene) {
    let after = |scene: &mut Scene, at: Point| scene.dot(at, 13, Ink::Main, true);
    let entries: [Entry<'_>; 2] = [(&square, messages::AS_IT_IS), (&after, "with the change")];
    legend(scene, canvas.either((84, 186), (30, 34)), 60, &entries);
}

fn square(scene: &mut Scene, (x, y): Point) {
    scene.area((x - 12, y - 12), (x + 12, y + 12), Ink::Alarm);
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, rows: &Rows, height: i32, figure: &ChangedFigure) {
    let plot = &rows.plot;
    // Where there is little room the name stands above its marks.
    let height = if canvas.is_narrow() {
        let name = fitted(&figure.label, SMALL, rows.figures - plot.left);
        scene.name_over_lines((plot.left, height - 30), &name, SMALL);
        height + 18
    } else {
        let label = fitted(&figure.label, SMALL, plot.left - 80);
        scene.text((plot.left - 30, height), &label, SMALL, Ink::Text, Anchor::End);
        height
    };
    let (before, after) = (plot.x(figure.before), plot.x(figure.after));
    scene.line((before, height), (after, height), Ink::Muted, 5);
    square(scene, (before, height));
    scene.dot((after, height), 13, Ink::Main, true);
    scene.text((rows.figures, height), &both(figure), canvas.either(LABEL, SMALL), Ink::Text, Anchor::End);
}
