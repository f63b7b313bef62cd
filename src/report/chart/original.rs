//! A release beside its original: what each attack finds, and how near records come.

use super::axes::{Entry, Plot, QUARTERS, Rows, control_mark, described, legend, number, round_above, ticks};
use super::scene::{Anchor, Canvas, Ink, Point, SMALL, Scene, fitted};
use crate::number::{figure as shown, percent};
use crate::report::messages;
use crate::report::original::{evidence_in_words, held, name};
use crate::result::{Original, OriginalAttack, OriginalEvidence};

/// Most attacks in the picture.
const SHOWN: usize = 10;

/// The rate of each attack on people of the original, beside the guess and people of the control.
pub(super) fn attacks(canvas: &Canvas<'_>, value: &Original) -> Option<Scene> {
    let attacks: Vec<&OriginalAttack> =
        value.attacks.iter().filter(|attack| attack.attack.is_some()).take(SHOWN).collect();
    let rows_number = number(attacks.len())?;
    let uppers = attacks.iter().flat_map(|attack| [held(attack), attack.control, attack.baseline]).flatten();
    let (high, step) = round_above(uppers.map(|rate| rate.interval[1].max(rate.rate)).fold(0.01, f64::max));
    let edges = canvas.either([600, 1360, 206, (560 / rows_number).min(110), 1560], [40, 600, 96, 132, 750]);
    let rows = Rows::of(edges, rows_number, (0.0, high));
    let subtitle = "Share of attempts that succeed; whisker: 95 % interval".to_owned();
    let mut scene =
        canvas.scene("What the release tells of the people in its original", subtitle, rows.plot.bottom + 60);
    let dot = |scene: &mut Scene, at: Point| scene.dot(at, 12, Ink::Main, true);
    let ring = |scene: &mut Scene, at: Point| scene.dot(at, 12, Ink::Main, false);
    let entries: [Entry<'_>; 4] =
        [(&dot, "original"), (&ring, messages::NO_EVIDENCE), (&control_mark, "control"), (&diamond, "guess")];
    legend(&mut scene, canvas.either((72, 166), (28, 32)), canvas.either(60, 36), &entries);
    rows.axis(canvas, &mut scene, step, 3);
    for (place, attack) in (0_i32..).zip(&attacks) {
        row(canvas, &mut scene, &rows, rows.middle(place), attack);
    }
    let words = attacks.iter().map(|attack| {
        let share = |rate: Option<crate::result::OriginalRate>| {
            rate.map_or_else(|| "none".to_owned(), |rate| percent(rate.rate))
        };
        format!(
            "{}: original {}, control {}, guess {}, {}",
            name(attack),
            share(held(attack)),
            share(attack.control),
            share(attack.baseline),
            evidence_in_words(attack.evidence)
        )
    });
    let shares = attacks.iter().filter_map(|attack| held(attack)).map(|rate| rate.interval[1]);
    Some(scene.described(described(words)).of_figures(shares))
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, rows: &Rows, height: i32, attack: &OriginalAttack) {
    let label = messages::capitalised(&name(attack));
    let height = if canvas.is_narrow() {
        scene.name_over_lines((16, height - 38), &fitted(&label, SMALL, 720), SMALL);
        height + 18
    } else {
        scene.text((rows.plot.left - 30, height), &fitted(&label, SMALL, 540), SMALL, Ink::Text, Anchor::End);
        height
    };
    let Some(rate) = held(attack) else { return };
    rows.whisker(scene, height, Some(rate.interval), 11);
    if let Some(control) = attack.control {
        control_mark(scene, (rows.plot.x(control.rate), height));
    }
    scene.dot((rows.plot.x(rate.rate), height), 13, Ink::Main, attack.evidence == OriginalEvidence::Evidence);
    if let Some(guess) = attack.baseline {
        diamond(scene, (rows.plot.x(guess.rate), height));
    }
    scene.text((rows.figures, height), &percent(rate.rate), SMALL, Ink::Text, Anchor::End);
}

fn diamond(scene: &mut Scene, (x, y): Point) {
    scene.polygon(vec![(x, y - 8), (x + 8, y), (x, y + 8), (x - 8, y)], Ink::Muted);
}

/// How large a share of the records lies how near to the original: the release, and the control beside it.
pub(super) fn distances(canvas: &Canvas<'_>, value: &Original) -> Option<Scene> {
    let last = f64::from(number(value.distances.closest.len())? - 1).max(1.0);
    let control = value.control_distances.as_ref().map(|found| &found.closest);
    let all = value.distances.closest.iter().chain(control.into_iter().flatten());
    let (high, step) = round_above(all.copied().fold(0.01, f64::max));
    let title = "How near records come to the original";
    let subtitle = "Share of records whose closest record of the original is at most so far away; 0: equal";
    let mut scene = canvas.scene(title, subtitle, 620);
    let mut plot = Plot::of(canvas.either([200, 1500, 240, 740], [104, 740, 96, 470]));
    plot.across = (0.0, high);
    plot.levels(&mut scene, QUARTERS, Ink::Muted);
    for tick in ticks(0.0, high, canvas.either(step, high / 2.0)) {
        let at = plot.x(tick);
        scene.line((at, plot.top), (at, plot.bottom), Ink::Grid, 2);
        scene.text((at, plot.bottom + 30), &shown(tick), SMALL, Ink::Muted, Anchor::Middle);
    }
    let line = |quantiles: &[f64]| -> Vec<Point> {
        (0_i32..).zip(quantiles).map(|(place, &distance)| plot.at(distance, f64::from(place) / last)).collect()
    };
    if let Some(control) = control {
        scene.path(line(control), Ink::Alarm, 4);
    }
    scene.path(line(&value.distances.closest), Ink::Main, 6);
    let release = |scene: &mut Scene, (x, y): Point| scene.line((x - 14, y), (x + 14, y), Ink::Main, 6);
    let others = |scene: &mut Scene, (x, y): Point| scene.line((x - 14, y), (x + 14, y), Ink::Alarm, 4);
    let mut entries: Vec<Entry<'_>> = vec![(&release, "release")];
    if control.is_some() {
        entries.push((&others, "control: people who were not used"));
    }
    legend(&mut scene, canvas.either((72, 176), (28, 40)), canvas.either(60, 36), &entries);
    plot.name(&mut scene, 74, "distance to the closest record");
    let words = |whose: &str, quantiles: &[f64]| {
        let at = |place: usize| quantiles.get(place).map_or_else(|| "none".to_owned(), |number| shown(*number));
        format!("{whose}: 5 % of the records within {}, half within {}", at(1), at(10))
    };
    let parts =
        std::iter::once(words("release", &value.distances.closest)).chain(control.map(|found| words("control", found)));
    Some(scene.described(described(parts)))
}
