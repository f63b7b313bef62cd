//! Which further cells of a planned table to suppress, and the audit of the table as it would then be published.

use super::finished::audit_counts;
use super::planned::PlannedCells;
use crate::plan::{AggregatePlan, Negatives, Statistic};
use crate::result::{AggregateTable, TableSuppression};
use crate::stop::{StopReason, Watch};
use crate::tabular::audit::{AuditError, Insider, Published, Range, Target};
use crate::tabular::needed;
use crate::tabular::suppression::{Problem, Protect, propose};

/// Cells up to which a suppression is looked for.
const MOST_CELLS: usize = 12_000;

/// The proposal for a table with unsafe cells; none where the cells are no sums of amounts from 0 up, where the table is
/// too large, or where nothing safe was found. With it, for each cell whether it is suppressed.
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
    let is_sum = matches!(plan.statistic, Statistic::Count | Statistic::Sum(_)) && plan.negatives == Negatives::Refuse;
    let addresses = cells.index.cells();
    if !is_sum || !table.margins || addresses.len() > MOST_CELLS {
        return Ok(None);
    }
    let values = cells.values(0);
    let relations = cells.index.layout().relations(addresses);
    let (protect, insiders) = asked(plan, cells, is_unsafe);
    // A cell of 0 is not free: whoever looks for it finds a gap.
    let costs: Vec<i64> = values.iter().map(|&value| value.max(1)).collect();
    let problem = Problem {
        layout: cells.index.layout(),
        cells: addresses,
        relations: &relations,
        values: &values,
        costs: &costs,
        protect: &protect,
        insiders: &insiders,
    };
    let proposal = match propose(&problem, watch) {
        Ok(Some(proposal)) => proposal,
        Ok(None) | Err(AuditError::Inconsistent) => return Ok(None),
        Err(AuditError::Stopped(reason)) => return Err(reason),
    };
    let bounds: Vec<Range> = values
        .iter()
        .zip(&proposal.suppressed)
        .map(|(&value, &suppressed)| if suppressed { Range::hidden() } else { Range::shown(value) })
        .collect();
    let published = Published { relations: &relations, bounds: &bounds };
    let targets: Vec<Target> =
        protect.iter().map(|protect| Target { cell: protect.cell, needed: Some(protect.needed) }).collect();
    let audit = match audit_counts(&published, &targets, &insiders, watch) {
        Ok(audit) => audit,
        Err(AuditError::Inconsistent) => return Ok(None),
        Err(AuditError::Stopped(reason)) => return Err(reason),
    };
    let is_safe = audit.recoverable_cells.max(audit.recoverable_by_insider) == 0
        && audit.narrow_cells.max(audit.narrow_by_insider) == 0
        && audit.undecided_cells == 0;
    if !is_safe {
        return Ok(None);
    }
    let suppressed = proposal.suppressed.iter().filter(|&&suppressed| suppressed).count() as u64;
    let primary = protect.len() as u64;
    let told = TableSuppression {
        primary_cells: primary,
        secondary_cells: suppressed - primary,
        published_cells: addresses.len() as u64 - suppressed,
        value_kept: value_kept(cells, &values, &proposal.suppressed),
        is_optimal: proposal.is_optimal,
        is_safe,
        audit: Some(audit),
    };
    Ok(Some((told, proposal.suppressed)))
}

/// The unsafe cells with the widest interval that any side asks for, and who is to be feared in each.
fn asked(plan: &AggregatePlan, cells: &PlannedCells, is_unsafe: &[bool]) -> (Vec<Protect>, Vec<Insider>) {
    let (mut protect, mut insiders) = (Vec::new(), Vec::new());
    for (cell, _) in is_unsafe.iter().enumerate().filter(|(_, found)| **found) {
        let number = u32::try_from(cell).unwrap_or(u32::MAX);
        let mut whole: Option<(i64, i64)> = None;
        for sums in cells.sums.iter().flatten() {
            let found = sums.cell(cell);
            let (low, up) = needed(plan.rules.iter().map(|rule| rule.rule), &found);
            whole = Some(whole.map_or((low, up), |whole| (whole.0.min(low), whole.1.max(up))));
            match (found.contributors, found.largest.first()) {
                (0, _) | (2.., None) => {}
                (1, _) => insiders.push(Insider { cell: number, amount: found.total, is_alone: true }),
                (_, Some(&amount)) => insiders.push(Insider { cell: number, amount, is_alone: false }),
            }
        }
        protect.push(Protect { cell: number, needed: whole.unwrap_or((0, i64::MAX)) });
    }
    insiders.sort_by_key(|insider| (insider.cell, insider.amount, insider.is_alone));
    insiders.dedup();
    (protect, insiders)
}

/// The share of the total of all inner cells that stays published.
#[expect(clippy::cast_precision_loss, reason = "a share")]
fn value_kept(cells: &PlannedCells, values: &[i64], suppressed: &[bool]) -> Option<f64> {
    let (mut all, mut kept) = (0_i128, 0_i128);
    for (cell, &address) in cells.index.cells().iter().enumerate() {
        if cells.index.layout().is_inner(address) {
            all += i128::from(values[cell]);
            kept += if suppressed[cell] { 0 } else { i128::from(values[cell]) };
        }
    }
    (all > 0).then(|| kept as f64 / all as f64)
}
