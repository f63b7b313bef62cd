//! Figures side by side.

use std::collections::{BTreeMap, BTreeSet};

use super::drift::robust_deviation;
use super::{Least, Side};
use crate::measure;
use crate::number::as_float;
use crate::result::{CheckOutcome, ComparedFigure, Comparison, Figure, FigureState, FigureUnit, FigureValue, GateSet};

/// What tells a figure from the others of a result.
pub(super) type Name<'a> = (&'a str, &'a [String], Option<&'a str>);

pub(super) fn name(figure: &Figure) -> Name<'_> {
    (&figure.id, &figure.columns, figure.about.as_deref())
}

/// Fewer nights than this say nothing of a spread.
const FEWEST_NIGHTS: u64 = 5;

/// How much exact figures move from night to night, by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spread {
    nights: u64,
    deviations: BTreeMap<(String, Vec<String>, Option<String>), f64>,
}

impl Spread {
    /// The spread of the figures of some nights. Of a figure that fewer than five of them have there is none.
    #[must_use]
    pub fn of<'a>(nights: impl IntoIterator<Item = &'a [Figure]>) -> Self {
        let (mut number, mut values) = (0, BTreeMap::<_, Vec<f64>>::new());
        for figures in nights {
            number += 1;
            for figure in figures {
                let name = (figure.id.clone(), figure.columns.clone(), figure.about.clone());
                values.entry(name).or_default().extend(figure.value.value());
            }
        }
        let known = values.into_iter().filter(|(_, values)| as_float(FEWEST_NIGHTS) <= as_float(values.len() as u64));
        let deviations = known.filter_map(|(name, values)| Some((name, robust_deviation(&values)?))).collect();
        Self { nights: number, deviations }
    }

    /// The nights.
    #[must_use]
    pub fn nights(&self) -> u64 {
        self.nights
    }

    /// Whether there are enough nights to know a spread.
    pub(super) fn is_known(&self) -> bool {
        self.nights >= FEWEST_NIGHTS
    }

    /// Whether a change of a figure is no larger than usual from one night to another: three robust standard deviations of
    /// the difference of two. Unknown spreads, and those of figures that never moved, excuse nothing.
    fn explains(&self, (id, columns, about): Name<'_>, change: f64) -> bool {
        let key = (id.to_owned(), columns.to_vec(), about.map(str::to_owned));
        self.deviations.get(&key).is_some_and(|deviation| change.abs() <= 3.0 * std::f64::consts::SQRT_2 * deviation)
    }
}

/// Figures that changed so that it matters, the worse first; and how many did not.
pub(super) fn compared(old: Side<'_>, new: Side<'_>, least: Least<'_>) -> (Vec<ComparedFigure>, u64) {
    let [before, after] = [old, new].map(|result: Side<'_>| -> BTreeMap<Name<'_>, &Figure> {
        result.figures.iter().map(|figure| (name(figure), figure)).collect()
    });
    let names: BTreeSet<Name<'_>> = before.keys().chain(after.keys()).copied().collect();
    let mut unchanged = 0;
    let mut changed = Vec::new();
    for name in names {
        let (was, is) = (before.get(&name).copied(), after.get(&name).copied());
        let crossed = crosses(old, new, name);
        match state(was, is, least, crossed) {
            Some(state) => changed.extend(compared_figure(was, is, state)),
            None => unchanged += u64::from(was.is_some() && is.is_some()),
        }
    }
    changed.sort_by_key(|figure| figure.state);
    (changed, unchanged)
}

/// Whether a limit that is held against the figure holds in one result only.
fn crosses(old: Side<'_>, new: Side<'_>, name: Name<'_>) -> bool {
    let held = |result: Side<'_>| -> Vec<(String, bool)> {
        let of = result.checks.iter().filter(|check| {
            check.figure.as_deref() == Some(name.0) && check.columns == name.1 && check.about.as_deref() == name.2
        });
        let mut held: Vec<(String, bool)> = of
            .filter_map(|check| match check.outcome {
                CheckOutcome::Holds => Some((check.gate.clone(), true)),
                CheckOutcome::Breaks => Some((check.gate.clone(), false)),
                _ => None,
            })
            .collect();
        held.sort();
        held
    };
    let (before, after) = (held(old), held(new));
    before.iter().any(|(gate, holds)| after.iter().any(|(other, now)| gate == other && holds != now))
}

/// What became of the figure of this name between two results.
pub(super) fn state_of(old: Side<'_>, new: Side<'_>, name: Name<'_>, least: Least<'_>) -> Option<FigureState> {
    let [was, is] = [old, new].map(|result: Side<'_>| result.figures.iter().find(|figure| self::name(figure) == name));
    state(was, is, least, crosses(old, new, name))
}

/// What became of a figure; none where it did not change so that it matters, or has a number on neither side.
fn state(was: Option<&Figure>, is: Option<&Figure>, least: Least<'_>, crossed: bool) -> Option<FigureState> {
    let number = |figure: Option<&Figure>| figure.and_then(|figure| bounds(&figure.value));
    match (number(was), number(is)) {
        (None, None) => None,
        (Some(_), None) => Some(FigureState::Lost),
        (None, Some(_)) => Some(FigureState::Found),
        (Some(old), Some(new)) => {
            let figure = is?;
            let change = new.value - old.value;
            let is_usual = !is_estimate(old, new) && least.spread.explains(name(figure), change);
            let is_other = !is_usual && matters(old, new, figure.unit, least.change);
            (crossed && old.value.to_bits() != new.value.to_bits() || is_other).then(|| direction(&figure.id, change))
        }
    }
}

/// A number and the ends of its interval.
#[derive(Clone, Copy)]
struct Bounds {
    value: f64,
    low: f64,
    high: f64,
}

fn bounds(value: &FigureValue) -> Option<Bounds> {
    match value {
        FigureValue::Measured { value, interval } => {
            let [low, high] = interval.unwrap_or([*value; 2]);
            Some(Bounds { value: *value, low, high })
        }
        FigureValue::Undefined { .. } | FigureValue::Incomplete { .. } => None,
    }
}

/// Whether two numbers of a unit differ so that it matters.
pub(super) fn numbers_matter(old: f64, new: f64, unit: FigureUnit, least: f64) -> bool {
    let needed = if unit == FigureUnit::Share { least } else { least * old.abs().max(new.abs()) };
    // Shares of a lattice are quotients: half a percentage point is meant to matter however it was rounded.
    old.to_bits() != new.to_bits() && (new - old).abs() >= needed * (1.0 - 1e-9)
}

fn is_estimate(old: Bounds, new: Bounds) -> bool {
    [old, new].iter().any(|it| it.low < it.value || it.high > it.value)
}

fn matters(old: Bounds, new: Bounds, unit: FigureUnit, least: f64) -> bool {
    let [low, high] = difference(old, new);
    let is_clear = !is_estimate(old, new) || low > 0.0 || high < 0.0;
    is_clear && numbers_matter(old.value, new.value, unit, least)
}

/// The 95 % interval of new less old.
fn difference(old: Bounds, new: Bounds) -> [f64; 2] {
    let change = new.value - old.value;
    let below = (new.value - new.low).hypot(old.high - old.value);
    let above = (new.high - new.value).hypot(old.value - old.low);
    [change - below, change + above]
}

/// Whether a change of a figure is for the worse: as the limit that can be set on it says.
fn direction(id: &str, change: f64) -> FigureState {
    let sets = [None, Some(GateSet::Static), Some(GateSet::Full), Some(GateSet::AllSubsets)];
    let limit = measure::limits().find(|limit| sets.iter().any(|&set| limit.figure_id(set) == id));
    match limit.map(|limit| limit.comparison) {
        None => FigureState::Moved,
        Some(Comparison::AtMost) if change > 0.0 => FigureState::Worse,
        Some(Comparison::AtLeast) if change < 0.0 => FigureState::Worse,
        Some(_) => FigureState::Better,
    }
}

fn compared_figure(was: Option<&Figure>, is: Option<&Figure>, state: FigureState) -> Option<ComparedFigure> {
    let figure = is.or(was)?;
    let values = [was, is].map(|figure| figure.map(|figure| figure.value.clone()));
    let both = values.each_ref().map(|value| value.as_ref().and_then(bounds));
    let interval = |bounds: Bounds| bounds.low < bounds.value || bounds.high > bounds.value;
    let of_difference = match both {
        [Some(old), Some(new)] if interval(old) || interval(new) => Some(difference(old, new)),
        _ => None,
    };
    let [old, new] = values;
    Some(ComparedFigure {
        state,
        id: figure.id.clone(),
        label: figure.label.clone(),
        columns: figure.columns.clone(),
        about: figure.about.clone(),
        unit: figure.unit,
        old,
        new,
        difference: of_difference,
    })
}
