//! What an outsider can compute about the cells that a table does not show.
//!
//! # Definition
//! Everybody knows a [`Range`] for each cell: both ends are equal for a cell that is shown, half a rounding base apart
//! from the number shown where the table is rounded, 0 and open for a suppressed one. The [`Interval`] of a cell runs from
//! the smallest to the largest value that it has in any table within these ranges in which every sum holds, rounded
//! inwards to whole numbers, since every true value is one.
//!
//! A cell is *recoverable* when both ends are equal, and *protected* when the interval reaches at least as far as is
//! asked on both sides. For whole numbers the interval may be wider than the values that whole tables have, never
//! narrower; in a table of two dimensions with margins both are the same.
//!
//! Everything is computed exactly. Numbers that outgrow their type leave a cell undecided, which is never safe, and ranges
//! that no table fits are [`AuditError::Inconsistent`].

mod insider;
mod presolve;
mod reach;
#[cfg(test)]
mod test;

use rayon::prelude::*;
use thiserror::Error;

use super::Relation;
use super::simplex::{Bound, Tableau, Trouble};
use crate::stop::{StopReason, Watch};
pub(crate) use insider::Fears;
pub use insider::{Insider, audit_insiders};
use presolve::{Component, reduce};
pub(crate) use reach::{Asked, Reach};

/// Cells of one component that one thread looks at in a row. Fixed, so that nothing depends on the number of threads.
const TURN: usize = 256;
/// Cells up to which one thread is faster than many.
const ALONE: usize = 1_000;

/// What everybody knows of a value, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Smallest possible value.
    pub low: i64,
    /// Largest possible value, if there is one.
    pub up: Option<i64>,
}

impl Range {
    /// A value that is shown.
    #[must_use]
    pub fn shown(value: i64) -> Self {
        Self { low: value, up: Some(value) }
    }

    /// A value of which nothing is known but that it is not negative.
    #[must_use]
    pub fn hidden() -> Self {
        Self { low: 0, up: None }
    }

    /// A value of which nothing is known but that it is not below its floor.
    #[must_use]
    pub fn from(floor: i64) -> Self {
        Self { low: floor, up: None }
    }

    /// A value that is shown rounded to a multiple of `base`, where negative values do not occur.
    #[must_use]
    pub fn rounded(value: i64, base: u32) -> Self {
        let half = i64::from(base / 2);
        Self { low: value.saturating_sub(half).max(0), up: Some(value.saturating_add(half)) }
    }

    /// Whether there is one possible value.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.up == Some(self.low)
    }

    fn is_empty(self) -> bool {
        self.up.is_some_and(|up| up < self.low)
    }
}

/// Groups of unknown cells that hang together through sums: how many, and how many cells the largest has.
///
/// # Errors
/// When single sums already show that no table fits.
pub fn components(published: &Published<'_>) -> Result<(usize, usize), AuditError> {
    let reduced = reduce(published)?;
    let largest = reduced.components.iter().map(|component| component.cells.len()).max().unwrap_or(0);
    Ok((reduced.components.len(), largest))
}

/// What everybody knows of a table.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// The sums that hold in the true table.
    pub relations: &'a [Relation],
    /// One range for each cell.
    pub bounds: &'a [Range],
}

/// A cell whose interval is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The cell.
    pub cell: u32,
    /// The interval must reach from here or below to here or above for the cell to be protected.
    pub needed: Option<(i64, i64)>,
}

/// How far an audit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Until it is known whether each cell is recoverable, and whether it is protected.
    Decide,
    /// Until both ends of every interval are known.
    Ends,
}

/// The values that a cell can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The cell.
    pub cell: u32,
    /// Smallest value. Where only a decision was asked for it is a value that the cell can have.
    pub low: i64,
    /// Largest value, `None` for no limit. Where only a decision was asked for it is a value that the cell can have.
    pub up: Option<i64>,
    /// Whether both ends are the outermost ones.
    pub is_complete: bool,
    /// Whether the interval reaches as far as was asked, when that was asked.
    pub is_protected: Option<bool>,
}

impl Interval {
    /// Whether the value follows from what is published.
    #[must_use]
    pub fn is_recoverable(&self) -> bool {
        self.up == Some(self.low)
    }
}

/// Why there is no audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuditError {
    /// No table fits what is published.
    #[error("no table fits the published cells")]
    Inconsistent,
    /// The audit was told to end.
    #[error("the audit was told to end")]
    Stopped(StopReason),
}

/// The interval of each target, in their order; `None` where none could be computed, which is never safe.
///
/// # Errors
/// When no table fits the ranges, and when told to end.
///
/// # Panics
/// When a relation or a target names a cell without a range.
pub fn audit(
    published: &Published<'_>,
    targets: &[Target],
    depth: Depth,
    watch: Watch<'_>,
) -> Result<Vec<Option<Interval>>, AuditError> {
    let reduced = reduce(published)?;
    let mut home = vec![(u32::MAX, 0_u32); published.bounds.len()];
    for (at, component) in (0_u32..).zip(&reduced.components) {
        for (place, &cell) in (0_u32..).zip(&component.cells) {
            home[cell as usize] = (at, place);
        }
    }
    let mut intervals: Vec<Option<Interval>> =
        targets.iter().map(|target| known(target, reduced.bounds[target.cell as usize])).collect();
    // Every component is solved, asked about or not: a table that nothing fits is found out.
    let mut asked = vec![Vec::new(); reduced.components.len()];
    for (at, target) in targets.iter().enumerate() {
        let (component, _) = home[target.cell as usize];
        if component != u32::MAX {
            asked[component as usize].push(at);
        }
    }
    let pairs: Vec<(&Component, &Vec<usize>)> = reduced.components.iter().zip(&asked).collect();
    let solved = each(&pairs, published.bounds.len(), |(component, asked)| {
        let tableau = match start(component, published, watch) {
            Ok(tableau) => tableau,
            Err(Trouble::Infeasible) => return Err(AuditError::Inconsistent),
            Err(Trouble::Stopped(reason)) => return Err(AuditError::Stopped(reason)),
            Err(Trouble::Overflow | Trouble::TooLarge) => return Ok(asked.iter().map(|&at| (at, None)).collect()),
        };
        let turns: Vec<&[usize]> = asked.chunks(TURN).collect();
        let found = each(&turns, component.cells.len(), |turn| {
            let work: Vec<(Target, u32)> =
                turn.iter().map(|&at| (targets[at], home[targets[at].cell as usize].1)).collect();
            let found = settle_all(&tableau, component, &work, &reduced.bounds, depth, watch)?;
            Ok(turn.iter().copied().zip(found).collect::<Vec<_>>())
        })?;
        Ok(found.into_iter().flatten().collect::<Vec<_>>())
    })?;
    for (at, interval) in solved.into_iter().flatten() {
        intervals[at] = interval;
    }
    Ok(intervals)
}

/// Does the same for each item, on all threads where the table is large enough to make up for it.
fn each<T: Sync, R: Send>(
    items: &[T],
    cells: usize,
    work: impl Fn(&T) -> Result<R, AuditError> + Sync + Send,
) -> Result<Vec<R>, AuditError> {
    if cells < ALONE { items.iter().map(work).collect() } else { items.par_iter().map(work).collect() }
}

/// The interval of a cell that follows from a chain of sums.
fn known(target: &Target, range: Range) -> Option<Interval> {
    range.is_known().then(|| Interval {
        cell: target.cell,
        low: range.low,
        up: range.up,
        is_complete: true,
        is_protected: target.needed.map(|(low, up)| range.low <= low && range.low >= up),
    })
}

/// A first vertex of a component.
fn start(component: &Component, published: &Published<'_>, watch: Watch<'_>) -> Result<Tableau, Trouble> {
    let bounds: Vec<(i64, Option<i64>)> = component
        .cells
        .iter()
        .map(|&cell| (published.bounds[cell as usize].low, published.bounds[cell as usize].up))
        .collect();
    let tableau = Tableau::new(&bounds, &component.equations, watch.stop)?;
    // Cannot fail; when it does, nothing computed from here on could be trusted.
    if tableau.verify(&component.equations) { Ok(tableau) } else { Err(Trouble::Overflow) }
}

/// The intervals of some cells of one component, one after the other from where the last one ended.
fn settle_all(
    first: &Tableau,
    component: &Component,
    work: &[(Target, u32)],
    outer: &[Range],
    depth: Depth,
    watch: Watch<'_>,
) -> Result<Vec<Option<Interval>>, AuditError> {
    let mut found = Vec::with_capacity(work.len());
    let tableau = &mut first.clone();
    for (target, var) in work {
        match settle(tableau, *target, *var, outer[target.cell as usize], depth, watch) {
            Ok(interval) => found.push(interval),
            Err(Trouble::Stopped(reason)) => return Err(AuditError::Stopped(reason)),
            Err(Trouble::Infeasible) => return Err(AuditError::Inconsistent),
            Err(Trouble::Overflow | Trouble::TooLarge) => {
                // The tableau may be in the middle of a step.
                *tableau = first.clone();
                found.push(None);
            }
        }
        watch.progress.advance(1);
    }
    // Every bound rests on the tableau; one that does not satisfy the sums is worth nothing.
    if !tableau.verify(&component.equations) {
        return Ok(vec![None; work.len()]);
    }
    Ok(found)
}

/// One end of an interval.
#[derive(Debug, Clone, Copy)]
struct End {
    /// `None` for no limit.
    value: Option<i128>,
    is_outermost: bool,
}

fn settle(
    tableau: &mut Tableau,
    target: Target,
    var: u32,
    outer: Range,
    depth: Depth,
    watch: Watch<'_>,
) -> Result<Option<Interval>, Trouble> {
    let (mut low_goal, mut up_goal) = (Some(i128::from(outer.low)), outer.up.map(i128::from));
    if depth == Depth::Decide
        && let Some((low, up)) = target.needed
    {
        low_goal = Some(i128::from(low.max(outer.low)));
        up_goal = Some(up_goal.map_or(i128::from(up), |outer| outer.min(i128::from(up))));
    } else if depth == Depth::Decide {
        // Two values are enough to see that it is not recoverable.
        let (low, high) = tableau.seen(var);
        low_goal = Some(low);
        up_goal = Some(if low < high { high } else { low.saturating_add(1) });
    }
    let mut up = end(tableau, var, true, up_goal, outer, watch)?;
    let mut low = end(tableau, var, false, low_goal, outer, watch)?;
    if up.value.is_some_and(|up| low.value.is_some_and(|low| up <= low)) && !(up.is_outermost && low.is_outermost) {
        up = end(tableau, var, true, outer.up.map(i128::from), outer, watch)?;
        low = end(tableau, var, false, Some(i128::from(outer.low)), outer, watch)?;
    }
    let narrow = |value: Option<i128>| value.map(i64::try_from).transpose().map_err(|_| Trouble::Overflow);
    let (Some(low_value), up_value) = (narrow(low.value)?, narrow(up.value)?) else { return Ok(None) };
    if up_value.is_some_and(|up| up < low_value) {
        // The only points are between two whole numbers, and the true value is a whole number.
        return Err(Trouble::Infeasible);
    }
    Ok(Some(Interval {
        cell: target.cell,
        low: low_value,
        up: up_value,
        is_complete: low.is_outermost && up.is_outermost,
        is_protected: target.needed.map(|(low, up)| low_value <= low && up_value.is_none_or(|value| value >= up)),
    }))
}

fn end(
    tableau: &mut Tableau,
    var: u32,
    upwards: bool,
    goal: Option<i128>,
    outer: Range,
    watch: Watch<'_>,
) -> Result<End, Trouble> {
    let outermost = if upwards { outer.up.map(i128::from) } else { Some(i128::from(outer.low)) };
    let (low, high) = tableau.seen(var);
    let seen = if upwards { high } else { low };
    if let Some(goal) = goal
        && (if upwards { seen >= goal } else { seen <= goal })
    {
        return Ok(End { value: Some(seen), is_outermost: Some(seen) == outermost });
    }
    Ok(match tableau.bound(var, upwards, goal, watch.stop)? {
        Bound::Exact(value) => End { value: Some(value), is_outermost: true },
        Bound::AtLeastThis(value) => End { value: Some(value), is_outermost: Some(value) == outermost },
        Bound::Unbounded => End { value: None, is_outermost: true },
    })
}
