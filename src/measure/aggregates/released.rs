//! A table that this program wrote, read again and audited with what the records say of it.
//!
//! The file shows less than whoever wrote it knows: not who contributes, and not what it hides. Both are taken from the records
//! that it was made of, cell by cell, recognised by labels; what is *published* is taken from the file alone. A file whose
//! cells are not exactly those of the records, or that publishes another value, is not measured, and so never passes.

use std::collections::{HashMap, HashSet};

use super::finished::{BesideIt, FinishedCell, FinishedRecords, measure_finished};
use super::planned::{PlannedCells, measure_planned};
use super::records::TableRecords;
use super::releases::{Compared, compare};
use super::shape::shape_of;
use crate::plan::{AggregatePlan, FinishedPlan};
use crate::result::{AggregateTable, TableAudit, TableForm, UndefinedField};
use crate::stop::{StopReason, Watch};

/// Measures the file of a table that was made of these records. `beside` holds what an outsider has beside it.
///
/// # Errors
/// When told to end, or the table has too many cells.
pub(super) fn measure_released(
    plan: &AggregatePlan,
    finished: &FinishedPlan,
    (file, records): (&FinishedRecords, &TableRecords),
    beside: BesideIt<'_>,
    watch: Watch<'_>,
) -> Result<AggregateTable, StopReason> {
    let declared = AggregatePlan { table: None, ..plan.clone() };
    let (planned, cells) = measure_planned(&declared, records, watch.stop)?;
    let base = AggregateTable {
        form: TableForm::Finished,
        file: Some(file.file.clone()),
        records: file.cells.len() as u64,
        audit: None,
        shape: None,
        ..planned
    };
    let Some(places) = places(file, records, &cells) else {
        return Ok(AggregateTable { unsafe_cells: None, unsafe_published_cells: None, ..unlike(base) });
    };
    let mut hidden = vec![true; cells.index.cells().len()];
    for (cell, &place) in file.cells.iter().zip(&places) {
        hidden[place] = cell.is_suppressed;
    }
    let mut table = AggregateTable {
        shape: shape_of(&cells.index, cells.is_unsafe.as_deref(), Some(&hidden)),
        unsafe_published_cells: cells.is_unsafe.as_ref().map(|found| {
            found.iter().zip(&hidden).filter(|(is_unsafe, hidden)| **is_unsafe && !**hidden).count() as u64
        }),
        ..base
    };
    if !audit_sides(&mut table, (plan, finished), (file, &places, &cells), beside, watch)? {
        return Ok(table);
    }
    let published: HashSet<u64> =
        cells.index.cells().iter().zip(&hidden).filter(|(_, hidden)| !**hidden).map(|(cell, _)| *cell).collect();
    let found = compare(&declared, records, beside.earlier, Some(&published), watch.stop)?;
    let Compared { differences, determination, undefined, .. } = found;
    (table.differences, table.determination) = (differences, determination);
    table.undefined.extend(undefined);
    Ok(table)
}

/// Adds the worst audit of all sides to the table; `false` where one could not be audited, and so nothing is known.
fn audit_sides(
    table: &mut AggregateTable,
    (plan, finished): (&AggregatePlan, &FinishedPlan),
    (file, places, cells): (&FinishedRecords, &[usize], &PlannedCells),
    beside: BesideIt<'_>,
    watch: Watch<'_>,
) -> Result<bool, StopReason> {
    // What is safe by itself was only suppressed so that something else cannot be computed.
    let is_unsafe = |place: usize| cells.is_unsafe.as_ref().is_none_or(|found| found[place]);
    let protect: HashSet<u64> = file
        .cells
        .iter()
        .zip(places)
        .filter(|(cell, place)| cell.is_suppressed && is_unsafe(**place))
        .map(|(cell, _)| cell.address)
        .collect();
    let beside = BesideIt { protect: Some(&protect), ..beside };
    let mut audit: Option<TableAudit> = None;
    for side in 0..cells.sides.len() {
        let with_people = with_people(file, places, cells, side);
        let found = measure_finished(&of_side(plan, side), finished, &with_people, beside, watch)?;
        table.consistency = found.consistency;
        let Some(more) = found.audit else {
            table.undefined.extend(found.undefined.into_iter().filter(|entry| entry.field == "audit"));
            table.audit = None;
            return Ok(false);
        };
        audit = Some(audit.map_or(more.clone(), |known| worse(known, &more)));
    }
    table.audit = audit;
    Ok(true)
}

/// A file that is not the table of the records: none of its figures is there.
fn unlike(table: AggregateTable) -> AggregateTable {
    let undefined = |field: &str| UndefinedField::new(field, "not-the-extract");
    let undefined = ["unsafe_cells", "unsafe_published_cells", "audit", "differences"].map(undefined).into();
    AggregateTable { undefined, ..table }
}

/// The rules for one side, as those of a table that has no other.
fn of_side(plan: &AggregatePlan, side: usize) -> AggregatePlan {
    let name = plan.contributors().get(side).copied().flatten().map(str::to_owned);
    let is_for = |of: &Option<String>| of.is_none() || *of == name;
    let rules = plan.rules.iter().filter(|rule| is_for(&rule.side)).cloned().collect();
    AggregatePlan { rules, contributor: name, sides: Vec::new(), ..plan.clone() }
}

/// For each cell of the file its place among the cells of the records; `None` where they are not the same cells with the same
/// published values.
fn places(file: &FinishedRecords, records: &TableRecords, cells: &PlannedCells) -> Option<Vec<usize>> {
    let decimals = records.amounts.first().map_or(0, |amounts| amounts.decimals);
    // Zeros at the end of every amount are not told by the file.
    let unit = 10_i64.checked_pow(decimals.checked_sub(file.decimals)?)?;
    let codes: Vec<Vec<Option<u32>>> = file
        .labels
        .iter()
        .zip(&records.axes)
        .map(|(theirs, axis)| {
            let ours: HashMap<Option<u128>, u32> = axis.labels.iter().copied().zip(0..).collect();
            theirs.iter().map(|label| ours.get(label).copied()).collect()
        })
        .collect();
    let values = cells.values(0);
    let layout = cells.index.layout();
    let place = |cell: &FinishedCell| {
        let codes = codes
            .iter()
            .enumerate()
            .map(|(dimension, codes)| codes.get(file.layout.code(cell.address, dimension) as usize).copied().flatten());
        let place = cells.index.cells().binary_search(&layout.address(&codes.collect::<Option<Vec<u32>>>()?)).ok()?;
        let is_it = cell.is_suppressed || cell.value.and_then(|value| value.checked_mul(unit)) == Some(values[place]);
        is_it.then_some(place)
    };
    let places: Vec<usize> = file.cells.iter().map(place).collect::<Option<_>>()?;
    let distinct: HashSet<usize> = places.iter().copied().collect();
    (distinct.len() == values.len() && places.len() == values.len()).then_some(places)
}

/// The cells of the file with the true values and the contributors of one side.
fn with_people(file: &FinishedRecords, places: &[usize], cells: &PlannedCells, side: usize) -> FinishedRecords {
    let sums = cells.sums.first().and_then(|sides| sides.get(side));
    let cell = |(cell, &place): (&FinishedCell, &usize)| {
        let found = sums.map(|sums| sums.cell(place));
        FinishedCell {
            value: found.map(|found| found.total),
            contributors: found.map(|found| found.contributors),
            largest: found.map(|found| found.largest.to_vec()).unwrap_or_default(),
            ..cell.clone()
        }
    };
    FinishedRecords { cells: file.cells.iter().zip(places).map(cell).collect(), ..file.clone() }
}

/// The worse of two audits of one table, figure by figure.
fn worse(one: TableAudit, other: &TableAudit) -> TableAudit {
    TableAudit {
        recoverable_cells: one.recoverable_cells.max(other.recoverable_cells),
        narrow_cells: one.narrow_cells.max(other.narrow_cells),
        recoverable_by_insider: one.recoverable_by_insider.max(other.recoverable_by_insider),
        narrow_by_insider: one.narrow_by_insider.max(other.narrow_by_insider),
        undecided_cells: one.undecided_cells.max(other.undecided_cells),
        told_cells: one.told_cells.max(other.told_cells),
        ..one
    }
}
