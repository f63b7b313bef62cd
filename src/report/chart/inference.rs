//! Attack rates with their intervals, between control and baseline.

use super::axes::{Rows, and_more, described, number, round_above};
use super::scene::{Anchor, Canvas, Ink, LABEL, SMALL, Scene, fitted};
use crate::number::percent;
use crate::report::escape::printable;
use crate::report::inference::{attacks, method, method_in_a_word};
use crate::report::messages;
use crate::result::{Evidence, Inference};

/// Most attacks in the picture.
const SHOWN: usize = 12;

/// The rate of every attack as a bar with its interval; the baseline as a line across it.
pub(super) fn draw(canvas: &Canvas<'_>, value: &Inference) -> Option<Scene> {
    let mut rows = attacks(value);
    rows.sort_by(|(_, one), (_, other)| other.advantage.total_cmp(&one.advantage));
    let all = rows.len();
    rows.truncate(SHOWN);
    let rows_number = number(rows.len()).filter(|&rows| rows > 0)?;
    let largest = rows.iter().map(|(_, attack)| attack.interval[1].max(attack.baseline_rate)).fold(0.0, f64::max);
    let (high, step) = round_above(largest);
    let edges = canvas.either([520, 1400, 190, 590 / rows_number.max(4), 1560], [330, 610, 80, 64, 752]);
    let plot = Rows::of(edges, rows_number, (0.0, high));
    let subtitle =
        "Right guesses about people left out, with 95 % interval; the line across is the baseline without the extract"
            .to_owned()
            + &and_more(rows.len(), all, messages::more);
    let mut scene =
        canvas.scene("How often a model guesses the sensitive value right", subtitle, plot.plot.bottom + 60);
    plot.axis(canvas, &mut scene, step, 3);
    let size = canvas.either(LABEL, SMALL);
    for (place, (secret, attack)) in (0_i32..).zip(&rows) {
        let height = plot.middle(place);
        let left = plot.plot.left;
        let name = format!("{}, {}", canvas.name(&secret.column), method_in_a_word(attack.method));
        let name = fitted(&name, size, left - canvas.either(90, 40));
        scene.text((left - canvas.either(30, 22), height), &name, size, Ink::Text, Anchor::End);
        let half = (plot.height / 4).max(6);
        let ink = if attack.evidence == Evidence::Found { Ink::Alarm } else { Ink::Main };
        scene.area((left, height - half), (plot.plot.x(attack.attack_rate), height + half), ink);
        plot.whisker(&mut scene, height, Some(attack.interval), half / 2);
        let at = plot.plot.x(attack.baseline_rate);
        scene.area((at - 2, height - half - 8), (at + 2, height + half + 8), Ink::Text);
        scene.text((plot.figures, height), &percent(attack.attack_rate), size, Ink::Text, Anchor::End);
    }
    let words = rows.iter().map(|(secret, attack)| {
        let (rate, baseline) = (percent(attack.attack_rate), percent(attack.baseline_rate));
        format!("{}, {}: {rate}, baseline {baseline}", printable(&secret.column), method(attack.method))
    });
    Some(scene.described(described(words)).of_figures(rows.iter().map(|(_, attack)| attack.attack_rate)))
}
