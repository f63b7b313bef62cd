//! What each single coarsening would do to the curve of known points.

use super::axes::and_more;
use super::curves::{self, Line};
use super::scene::{Canvas, Scene};
use crate::report::escape::printable;
use crate::report::known_points::limit;
use crate::report::{messages, sweep};
use crate::result::{ScanResult, UnicityResolutions};

/// Most lines in the picture.
const SHOWN: usize = 9;

pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, study: &UnicityResolutions) -> Option<Scene> {
    let is_single = |steps: &&[usize]| steps.iter().filter(|place| **place > 0).count() <= 1;
    let single = sweep::choices(study).into_iter().filter(is_single);
    let lines: Vec<Line> = single.map(|steps| line(canvas, result, study, steps)).collect();
    if lines.len() < 2 || sweep::known(study).len() < 2 {
        return None;
    }
    let subtitle = "Share of subjects still singled out; all other columns as they are; band: 95 % interval".to_owned()
        + &and_more(SHOWN, lines.len(), messages::more_curves);
    curves::draw(canvas, ("What each single change would do to the curve", subtitle), &lines, SHOWN, limit(result))
}

fn line(canvas: &Canvas<'_>, result: &ScanResult, study: &UnicityResolutions, steps: &[usize]) -> Line {
    let is_main = steps.iter().all(|place| *place == 0);
    Line {
        label: [label(canvas, study, steps), String::new()],
        described: sweep::label(study, steps),
        points: curves::points(sweep::known(study).into_iter().filter_map(|known| sweep::cell(study, steps, known))),
        is_main,
        ring: if is_main { sweep::judged(result, study) } else { None },
    }
}

/// As [`sweep::label`], with names as they can be drawn.
fn label(canvas: &Canvas<'_>, study: &UnicityResolutions, steps: &[usize]) -> String {
    let changed = study.axes.iter().zip(steps).find(|(_, place)| **place > 0);
    changed.and_then(|(axis, place)| Some((axis, axis.steps.get(*place)?))).map_or_else(
        || messages::AS_IT_IS.to_owned(),
        |(axis, rule)| messages::change(&canvas.name(&axis.column), &canvas.text(&printable(rule))),
    )
}
