//! Which further cells of a planned table to suppress, and the audit of the table as it would then be published.

use super::contributors::Contributors;
use super::finished::audit_counts;
use super::planned::PlannedCells;
use crate::plan::{AggregatePlan, Negatives, Statistic};
use crate::result::{AggregateTable, TableAudit, TableSuppression};
use crate::stop::{Stop, StopReason, Watch};
use crate::tabular::audit::{AuditError, Insider, Published, Target};
use crate::tabular::suppression::{Problem, Protect, propose};
use crate::tabular::{CellSums, Entries, NotSummed, Sign, needed_around};

/// Cells up to which a suppression is looked for.
const MOST_CELLS: usize = 12_000;

/// The proposal for a table with unsafe cells; none where the cells are no sums, where amounts below 0 are refused and
/// there are some, where the table is too large, or where nothing safe was found. With it, for each cell whether it is
/// suppressed.
///
/// # Amounts below zero
/// What an attacker knows beforehand of a cell is a floor. Assumed is the strongest attacker who knows nothing untrue: of
/// every suppressed cell whether it is below 0, and if so how far; who knows less computes no narrower interval. In a table
/// without amounts below 0 this is the usual attacker, who knows that nothing is. Somebody who does not know how far unsafe
/// cells are below 0 must not compute that either, which is a second audit. How far an interval must reach follows
/// from the contributions without their sign, since these are what is to be protected: a total near 0 may hide large ones.
///
/// # Errors
/// When told to end.
pub(super) fn suppression(
    plan: &AggregatePlan,
    table: &AggregateTable,
    cells: &PlannedCells,
    watch: Watch<'_>,
) -> Result<Option<(TableSuppression, Vec<bool>)>, StopReason> {
    let Some(is_unsafe) = cells.is_unsafe.as_ref().filter(|found| found.contains(&true)) else { return Ok(None) };
    let is_sum = matches!(plan.statistic, Statistic::Count | Statistic::Sum(_));
    let addresses = cells.index.cells();
    if !is_sum || !table.margins || addresses.len() > MOST_CELLS {
        return Ok(None);
    }
    let statistics = match Statistics::of(plan, cells, watch.stop) {
        Ok(statistics) => statistics,
        Err(NotSummed::TooLarge) => return Ok(None),
        Err(NotSummed::Stopped(reason)) => return Err(reason),
    };
    let values = cells.values(0);
    let floors: Vec<i64> = values.iter().map(|&value| value.min(0)).collect();
    let relations = cells.index.layout().relations(addresses);
    let (protect, insiders) = asked(plan, &statistics, &values, is_unsafe);
    // A cell of 0 is not free: whoever looks for it finds a gap.
    let costs: Vec<i64> = values.iter().map(|&value| value.saturating_abs().max(1)).collect();
    let problem = Problem {
        layout: cells.index.layout(),
        cells: addresses,
        relations: &relations,
        values: &values,
        floors: &floors,
        costs: &costs,
        protect: &protect,
        insiders: &insiders,
    };
    let proposal = match propose(&problem, watch) {
        Ok(Some(proposal)) => proposal,
        Ok(None) | Err(AuditError::Inconsistent) => return Ok(None),
        Err(AuditError::Stopped(reason)) => return Err(reason),
    };
    let level = |cell| statistics.level(plan, cell);
    let Some(audit) = safe_audit(&problem, &proposal.suppressed, level, watch)? else { return Ok(None) };
    let suppressed = proposal.suppressed.iter().filter(|&&suppressed| suppressed).count() as u64;
    let primary = protect.len() as u64;
    let suppression = TableSuppression {
        primary_cells: primary,
        secondary_cells: suppressed - primary,
        published_cells: addresses.len() as u64 - suppressed,
        value_kept: value_kept(cells, &values, &proposal.suppressed),
        is_optimal: proposal.is_optimal,
        is_safe: true,
        audit: Some(audit),
    };
    Ok(Some((suppression, proposal.suppressed)))
}

/// The audit of the table as it would be published; `None` where somebody computes a cell that is to be protected, or nobody
/// can tell.
fn safe_audit(
    problem: &Problem<'_>,
    suppressed: &[bool],
    level: impl Fn(usize) -> i128,
    watch: Watch<'_>,
) -> Result<Option<TableAudit>, StopReason> {
    let bounds = problem.bounds(suppressed);
    let published = Published { relations: problem.relations, bounds: &bounds };
    let protect = problem.protect.iter();
    let targets: Vec<Target> =
        protect.map(|protect| Target { cell: protect.cell, needed: Some(protect.needed) }).collect();
    let audit = match audit_counts(&published, &targets, problem.insiders, watch) {
        Ok(audit) => audit,
        Err(AuditError::Inconsistent) => return Ok(None),
        Err(AuditError::Stopped(reason)) => return Err(reason),
    };
    let is_safe = audit.recoverable_cells.max(audit.recoverable_by_insider) == 0
        && audit.narrow_cells.max(audit.narrow_by_insider) == 0
        && audit.undecided_cells == 0
        && hides_below_zero(problem, suppressed, level, watch)?;
    Ok(is_safe.then_some(audit))
}

/// Whether somebody who does not know how far the unsafe cells below 0 are below it computes it no closer than their level. The
/// attacker above knows it beforehand, so of these cells nothing was asked below their values.
fn hides_below_zero(
    problem: &Problem<'_>,
    suppressed: &[bool],
    level: impl Fn(usize) -> i128,
    watch: Watch<'_>,
) -> Result<bool, StopReason> {
    let mut floors = problem.floors.to_vec();
    let mut targets = Vec::new();
    for &Protect { cell, .. } in problem.protect {
        let value = problem.values[cell as usize];
        if value < 0 {
            let needed = needed_around(value, i64::MIN, level(cell as usize));
            floors[cell as usize] = needed.0;
            targets.push(Target { cell, needed: Some(needed) });
        }
    }
    if targets.is_empty() {
        return Ok(true);
    }
    let bounds = Problem { floors: &floors, ..*problem }.bounds(suppressed);
    match audit_counts(&Published { relations: problem.relations, bounds: &bounds }, &targets, &[], watch) {
        Ok(audit) => Ok(audit.recoverable_cells + audit.narrow_cells + audit.undecided_cells == 0),
        Err(AuditError::Inconsistent) => Ok(false),
        Err(AuditError::Stopped(reason)) => Err(reason),
    }
}

/// What contributors add to every cell, by side.
struct Statistics {
    /// As the rules take the amounts.
    ruled: Vec<CellSums>,
    /// Without their sign, where that is something else.
    absolute: Vec<CellSums>,
    /// With their sign, where that is something else.
    signed: Vec<CellSums>,
}

impl Statistics {
    fn of(plan: &AggregatePlan, cells: &PlannedCells, stop: &Stop) -> Result<Self, NotSummed> {
        let ruled = cells.sums.first().cloned().unwrap_or_default();
        let is_signed = plan.negatives != Negatives::Refuse && plan.statistic != Statistic::Count;
        let largest = plan.rules.iter().map(|rule| rule.rule.largest_needed()).max().unwrap_or(0).max(1);
        let amounts = cells.amounts.first().and_then(Option::as_deref);
        let by = |sign: Sign| {
            let of = |side: &Contributors| {
                let (distinct, asked) = (side.distinct, side.asked.as_deref());
                let contributors = &side.of_record;
                let entries = Entries { cells: &cells.cell_of_record, contributors, distinct, amounts, asked };
                CellSums::of(&cells.index, entries, sign, largest, stop)
            };
            cells.sides.iter().map(of).collect::<Result<Vec<_>, _>>()
        };
        let signed = if is_signed { by(Sign::KeptRelease)? } else { Vec::new() };
        let absolute = if plan.negatives == Negatives::Shift && is_signed { by(Sign::Absolute)? } else { Vec::new() };
        Ok(Self { ruled, absolute, signed })
    }

    /// How far from its value the interval of a cell must reach for every rule, on every side.
    fn level(&self, plan: &AggregatePlan, cell: usize) -> i128 {
        let sums = self.ruled.iter().chain(&self.absolute).map(|sums| sums.cell(cell));
        sums.flat_map(|found| plan.rules.iter().map(move |rule| rule.rule.level(&found))).max().unwrap_or(0)
    }

    /// The contributor to fear on each side of a cell: the only one, who knows its value, or the one that adds most. What
    /// the others add together is below 0 at most as far as it is, so the cell is at least the smaller of both.
    fn insiders(&self, cell: usize, value: i64) -> impl Iterator<Item = (i64, bool)> {
        let sums = if self.signed.is_empty() { &self.ruled } else { &self.signed };
        sums.iter().filter_map(move |sums| {
            let found = sums.cell(cell);
            match (found.contributors, found.largest.first()) {
                (0, _) | (2.., None) => None,
                (1, _) => Some((value, true)),
                (_, Some(&amount)) => Some((amount.min(value), false)),
            }
        })
    }
}

/// The unsafe cells with the widest interval that any side asks for, and who is to be feared in each.
fn asked(
    plan: &AggregatePlan,
    statistics: &Statistics,
    values: &[i64],
    is_unsafe: &[bool],
) -> (Vec<Protect>, Vec<Insider>) {
    let (mut protect, mut insiders) = (Vec::new(), Vec::new());
    for (cell, _) in is_unsafe.iter().enumerate().filter(|(_, found)| **found) {
        let (number, value) = (u32::try_from(cell).unwrap_or(u32::MAX), values[cell]);
        let needed = needed_around(value, value.min(0), statistics.level(plan, cell));
        protect.push(Protect { cell: number, needed });
        let found = statistics.insiders(cell, value);
        insiders.extend(found.map(|(amount, is_alone)| Insider { cell: number, amount, is_alone }));
    }
    insiders.sort_by_key(|insider| (insider.cell, insider.amount, insider.is_alone));
    insiders.dedup();
    (protect, insiders)
}

/// The share of the total of all inner cells that stays published, without regard to signs.
#[expect(clippy::cast_precision_loss, reason = "a share")]
fn value_kept(cells: &PlannedCells, values: &[i64], suppressed: &[bool]) -> Option<f64> {
    let (mut all, mut kept) = (0_i128, 0_i128);
    for (cell, &address) in cells.index.cells().iter().enumerate() {
        if cells.index.layout().is_inner(address) {
            let value = i128::from(values[cell]).abs();
            all += value;
            kept += if suppressed[cell] { 0 } else { value };
        }
    }
    (all > 0).then(|| kept as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tabular::{Dimension, Layout};

    /// Whether -5 in the corner of a table of four hidden cells, opposite of `corner`, is hidden on both sides by 3.
    fn is_hidden_beside(corner: i64) -> bool {
        let pair = || Dimension::new(vec![None, Some(0), Some(0)]).unwrap();
        let layout = Layout::new(vec![pair(), pair()]).unwrap();
        let cells: Vec<u64> = (0..9).collect();
        let relations = layout.relations(&cells);
        let inner = |address: u64| match (layout.code(address, 0), layout.code(address, 1)) {
            (1, 1) => -5,
            (1, 2) => 20,
            (2, 1) => 7,
            (2, 2) => corner,
            _ => 0,
        };
        let values: Vec<i64> = cells
            .iter()
            .map(|&over| cells.iter().filter(|&&at| layout.over(at).contains(&over)).map(|&at| inner(at)).sum())
            .collect();
        let suppressed: Vec<bool> = cells.iter().map(|&address| layout.is_inner(address)).collect();
        let floors: Vec<i64> = values.iter().map(|&value| value.min(0)).collect();
        let at = values.iter().position(|&value| value == -5).unwrap();
        let protect = [Protect { cell: u32::try_from(at).unwrap(), needed: needed_around(-5, -5, 3) }];
        let problem = Problem {
            layout: &layout,
            cells: &cells,
            relations: &relations,
            values: &values,
            floors: &floors,
            costs: &values,
            protect: &protect,
            insiders: &[],
        };
        let stop = Stop::default();
        hides_below_zero(&problem, &suppressed, |_| 3, Watch::quiet(&stop)).unwrap()
    }

    #[test]
    fn a_cell_below_zero_is_hidden_on_both_sides_or_not_at_all() {
        // What -5 loses the opposite corner loses too, and that cannot fall below 0.
        assert!(is_hidden_beside(9) && is_hidden_beside(3));
        assert!(!is_hidden_beside(2) && !is_hidden_beside(0));
    }
}
