//! Coarser points that bring known events below their limit, each measured anew.
//!
//! A study of resolutions holds the points of today against coarser versions of the extract. Here its cells only say what
//! to try: the figures come from measuring unicity with the columns coarsened, as a scan with the proposed flags does.

use super::recipe::{Recipe, Step, write};
use crate::measure::unicity::{self, ColumnValues, GateSettings, GatedPoint, Point, Settings};
use crate::recode::Ladder;
use crate::result::{Advice, Attacker, Headline, Outcome, Unicity, UnicityResolutions};
use crate::stop::{StopReason, Watch};
use crate::table::{Recoding, Table};

/// Measured anew at most; each costs as much as the measure itself.
const MOST_TRIED: usize = 12;
/// Proposals that are shown.
const MOST_SHOWN: usize = 3;

/// Proposes the least coarse versions of the study whose points single out no more than `limit`, or says that there is
/// none. Nothing where no study was asked for, the limit holds already, or tolerances and filters speak of the values as
/// they are today.
///
/// # Errors
/// The reason, when `watch.stop` was raised.
pub fn advise_known_points(
    table: &Table,
    settings: &Settings,
    ladders: &[Ladder],
    value: &Unicity,
    limit: f64,
    watch: Watch<'_>,
) -> Result<Vec<Advice>, StopReason> {
    let (Some(study), Some(before)) = (&value.resolutions, gated(value)) else { return Ok(Vec::new()) };
    let plain = settings.points.iter().all(|point| point.within.is_empty() && point.visible.is_empty());
    if before.upper <= limit || !plain {
        return Ok(Vec::new());
    }
    let mut reached: Vec<(Vec<usize>, Advice)> = Vec::new();
    for cell in candidates(study, before.known, limit).into_iter().take(MOST_TRIED) {
        let no_coarser = |(other, _): &(Vec<usize>, Advice)| other.iter().zip(&cell).all(|(other, step)| other <= step);
        if reached.len() == MOST_SHOWN || reached.iter().any(no_coarser) {
            continue;
        }
        let Some(recipe) = recipe_of(study, &cell, table, ladders) else { continue };
        let Some(after) = measured_anew(table, settings, ladders, &recipe, watch)? else { continue };
        if after.upper <= limit {
            reached.push((cell, proposal(table, ladders, &recipe, &before, &after)));
        }
    }
    if reached.is_empty() {
        let words = format!(
            "no coarser version of {} that was tried brings the subjects that {} known points single out to the limit; \
             share shorter histories with a new pseudonym each, or totals instead of events",
            study.point.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and "),
            before.known,
        );
        return Ok(vec![Advice { action: words, before: Some(only(before.share)), ..Advice::default() }]);
    }
    Ok(reached.into_iter().map(|(_, advice)| advice).collect())
}

/// What the gate looks at.
struct Gated {
    known: u32,
    share: f64,
    /// The upper end of the interval, which the limit is held against.
    upper: f64,
}

fn gated(value: &Unicity) -> Option<Gated> {
    let worst = value.worst_gate()?;
    Some(Gated { known: worst.known_points, share: worst.share?, upper: worst.upper()? })
}

/// Cells that leave no column out and may reach the limit, the least coarse first.
fn candidates(study: &UnicityResolutions, known: u32, limit: f64) -> Vec<Vec<usize>> {
    let keeps_all = |steps: &[usize]| steps.iter().zip(&study.axes).all(|(&step, axis)| step + 1 < axis.steps.len());
    let mut cells: Vec<Vec<usize>> = study
        .cells
        .iter()
        .filter(|cell| cell.result.known_points == known && keeps_all(&cell.steps))
        .filter(|cell| cell.result.share.is_some_and(|share| share <= limit))
        .map(|cell| cell.steps.clone())
        .collect();
    cells.sort_by_key(|steps| (steps.iter().sum::<usize>(), steps.clone()));
    cells
}

/// The rung of each column's ladder that a cell stands for; `None` when there is none.
fn recipe_of(study: &UnicityResolutions, cell: &[usize], table: &Table, ladders: &[Ladder]) -> Option<Recipe> {
    let mut recipe = Recipe::as_is(table.columns().len());
    for (axis, &step) in study.axes.iter().zip(cell) {
        if step == 0 {
            continue;
        }
        let column = table.columns().iter().position(|column| column.name == axis.column)?;
        let label = axis.steps.get(step)?;
        let rung = ladders.get(column)?.rungs.iter().position(|rung| rung.rules.join(" then ") == *label)?;
        recipe = recipe.with(column, Step::Rung(rung));
    }
    (recipe.changed() > 0).then_some(recipe)
}

/// The figure of the gate with the columns of the points replaced by their coarser forms.
fn measured_anew(
    table: &Table,
    settings: &Settings,
    ladders: &[Ladder],
    recipe: &Recipe,
    watch: Watch<'_>,
) -> Result<Option<Gated>, StopReason> {
    let rungs = recipe.steps().enumerate().filter_map(|(column, step)| match step {
        Step::Rung(rung) => Some((column, ladders.get(column)?.rungs.get(rung)?)),
        Step::AsIs | Step::Dropped => None,
    });
    let rungs: Vec<_> = rungs.collect();
    let recodings: Vec<Recoding> = rungs.iter().map(|(_, rung)| rung.recoding.clone()).collect();
    let coarser = table.clone().with_recoded(&recodings);
    let behind = |column: usize| {
        let place = rungs.iter().position(|(changed, _)| *changed == column);
        place.map_or(column, |place| table.columns().len() + place)
    };
    let plain = settings.points.iter().filter(|point| point.known_attributes.is_empty() && point.crowd_below <= 2);
    let points = plain.map(|point| Point {
        columns: point.columns.iter().map(|&column| behind(column)).collect(),
        attackers: vec![Attacker::Uniform],
        ..point.clone()
    });
    let mut columns = settings.columns.clone();
    columns.extend(rungs.iter().map(|(_, rung)| ColumnValues { keys: rung.keys.clone(), numbers: Vec::new() }));
    let gates = settings.gate.points.iter().map(|point| GatedPoint {
        columns: point.columns.iter().map(|&column| behind(column)).collect(),
        coarsen: point.coarsen.clone(),
        reading: point.reading,
    });
    let gate = GateSettings { points: gates.collect(), ..settings.gate.clone() };
    let points = points.collect();
    let asked = Settings { columns, points, gate, resolutions: None, mobility: None, ..settings.clone() };
    Ok(match unicity::measure(&coarser, &asked, watch)? {
        Outcome::Measured { value, .. } => gated(&value),
        Outcome::Undefined { .. } | Outcome::Incomplete { .. } => None,
    })
}

fn proposal(table: &Table, ladders: &[Ladder], recipe: &Recipe, before: &Gated, after: &Gated) -> Advice {
    let names: Vec<&str> = table.columns().iter().map(|column| column.name.as_str()).collect();
    let written = write(recipe, &names, ladders);
    let (action, now, then) = (&written.action, before.share * 100.0, after.share * 100.0);
    Advice {
        action: format!(
            "{action}: {then:.1} % of the subjects instead of {now:.1} % are singled out by {} known points",
            after.known
        ),
        before: Some(only(before.share)),
        after: Some(only(after.share)),
        risk_removed: (before.share > 0.0).then(|| ((before.share - after.share) / before.share).max(0.0)),
        ..written
    }
}

/// Classes are not counted for these proposals.
fn only(unicity: f64) -> Headline {
    Headline { unicity: Some(unicity), ..Headline::default() }
}
