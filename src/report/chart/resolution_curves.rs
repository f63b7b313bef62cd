//! What each single coarsening would do to the curve of known points.

use super::Drawing;
use super::curves::{self, Line};
use super::scene::Canvas;
use crate::number::percent;
use crate::report::known_points::limit;
use crate::report::{messages, sweep};
use crate::result::{ScanResult, UnicityResolutions};

/// Most lines in the picture.
const SHOWN: usize = 9;

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, study: &UnicityResolutions) -> Option<Drawing> {
    let choices = sweep::choices(study);
    let single: Vec<&[usize]> =
        choices.into_iter().filter(|steps| steps.iter().filter(|place| **place > 0).count() <= 1).collect();
    let known = sweep::known(study);
    if single.len() < 2 || known.len() < 2 {
        return None;
    }
    let lines: Vec<Line> = single.iter().take(SHOWN).map(|steps| line(canvas, result, study, steps)).collect();
    let title = "What each single change would do to the curve".to_owned();
    let mut subtitle =
        "Share of subjects still singled out; all other columns as they are; band: 95 % interval".to_owned();
    if single.len() > lines.len() {
        subtitle += &messages::more_curves(single.len() - lines.len());
    }
    let scene = curves::draw(canvas, (&title, &subtitle), &lines, limit(result))?;
    Some(Drawing { description: description(study, &single), title, subtitle, scene })
}

fn line(canvas: &Canvas<'_>, result: &ScanResult, study: &UnicityResolutions, steps: &[usize]) -> Line {
    let is_main = steps.iter().all(|place| *place == 0);
    Line {
        label: [label(canvas, study, steps), String::new()],
        points: points(study, steps),
        is_main,
        ring: if is_main { sweep::judged(result, study) } else { None },
    }
}

/// As [`sweep::label`], with names as they can be drawn.
fn label(canvas: &Canvas<'_>, study: &UnicityResolutions, steps: &[usize]) -> String {
    let changed = study.axes.iter().zip(steps).find(|(_, place)| **place > 0);
    changed.and_then(|(axis, place)| Some((axis, axis.steps.get(*place)?))).map_or_else(
        || messages::AS_IT_IS.to_owned(),
        |(axis, rule)| {
            messages::change(&canvas.name(&axis.column), &canvas.text(&crate::report::escape::printable(rule)))
        },
    )
}

fn points(study: &UnicityResolutions, steps: &[usize]) -> Vec<(u32, f64, Option<[f64; 2]>)> {
    let results = sweep::known(study).into_iter().filter_map(|known| sweep::cell(study, steps, known));
    results.filter_map(|point| Some((point.known_points, point.share?, point.interval))).collect()
}

fn description(study: &UnicityResolutions, single: &[&[usize]]) -> String {
    let lines = single.iter().map(|steps| {
        let figures: Vec<String> =
            points(study, steps).iter().map(|(known, share, _)| format!("{known}: {}", percent(*share))).collect();
        format!("{}: {}", sweep::label(study, steps), figures.join(", "))
    });
    format!("{} {}.", messages::UNICITY_DESCRIPTION, lines.collect::<Vec<_>>().join("; "))
}
