//! A finished table: whether its margins hold, which published cells are unsafe, and what can be computed about the
//! suppressed ones.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::earlier::{Earlier, Known, Least, Release};
use super::shape_of;
use crate::plan::{AggregatePlan, FinishedPlan, Negatives, Statistic};
use crate::result::{
    AggregateTable, RuleCells, SideCells, TableAudit, TableConsistency, TableDifferences, TableDimension, TableFile,
    TableForm, TableSide, UndefinedField, WidthBand,
};
use crate::stop::{StopReason, Watch};
use crate::tabular::audit::{
    AuditError, Depth, Insider, Interval, Published, Range, Target, audit, audit_insiders, components,
};
use crate::tabular::{CellIndex, Contributions, Layout, PLAIN_PERCENT, Relation, Rule, needed};

/// Suppressed cells up to which both ends of every interval are computed, not only what is decided by them.
const WIDTHS: usize = 20_000;
/// Where the bands of widths begin, as multiples of what is asked for.
const BANDS: [f64; 6] = [0.0, 0.5, 1.0, 2.0, 5.0, 10.0];

/// What a file says of one finished table: addresses and whole numbers, no label.
#[derive(Debug, Clone)]
pub struct FinishedRecords {
    /// The file.
    pub file: TableFile,
    /// Its dimensions.
    pub layout: Layout,
    /// The cells of the file by ascending address, each once.
    pub cells: Vec<FinishedCell>,
    /// What values are rounded to a multiple of, in minor units; 1 where they are not.
    pub rounding: u32,
    /// Digits behind the point of the unit of amounts.
    pub decimals: u32,
    /// What the codes of each dimension are called, as opaque numbers.
    pub labels: Vec<super::Labels>,
}

/// A cell of the file, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedCell {
    /// Where it is in the table.
    pub address: u64,
    /// Its value; of a suppressed cell the true one, where the file tells it.
    pub value: Option<i64>,
    /// Whether it is suppressed. A cell that is not has a value.
    pub is_suppressed: bool,
    /// How many contribute, where the file tells it.
    pub contributors: Option<u64>,
    /// The largest contributions, the largest first, as far as the file tells them.
    pub largest: Vec<i64>,
}

/// The finished tables of one declaration: the one that leaves, where it is finished, and earlier releases, oldest first.
#[derive(Debug, Clone, Default)]
pub struct FinishedTables {
    /// The table; `None` where it is planned.
    pub table: Option<FinishedRecords>,
    /// Earlier releases of it.
    pub earlier: Vec<FinishedRecords>,
    /// The records that this program made it of, where it did: what the file hides is then known.
    pub made_of: Option<std::sync::Arc<super::TableRecords>>,
}

/// What an outsider holds beside a finished table.
#[derive(Clone, Copy, Default)]
pub struct BesideIt<'a> {
    /// Earlier releases of it.
    pub earlier: &'a [FinishedRecords],
    /// Other finished tables of the same release.
    pub others: &'a [(&'a AggregatePlan, &'a FinishedRecords)],
    /// The addresses of the suppressed cells that must stay hidden; all of them where nobody knows which were only suppressed
    /// besides. Whoever contributes to any suppressed cell is to be feared all the same.
    pub protect: Option<&'a HashSet<u64>>,
}

/// A finished table with all its margins.
struct Cells<'a> {
    addresses: Vec<u64>,
    relations: Vec<Relation>,
    /// What the file says; `None` for a margin that it has not.
    stated: Vec<Option<&'a FinishedCell>>,
    bounds: Vec<Range>,
    derived: u64,
}

/// Measures a table that is read from a file.
///
/// # Errors
/// When told to end, or the table has too many cells.
pub fn measure_finished(
    plan: &AggregatePlan,
    finished: &FinishedPlan,
    records: &FinishedRecords,
    beside: BesideIt<'_>,
    watch: Watch<'_>,
) -> Result<AggregateTable, StopReason> {
    let inner: Vec<u64> =
        records.cells.iter().map(|cell| cell.address).filter(|&address| records.layout.is_inner(address)).collect();
    let index = CellIndex::new(records.layout.clone(), &inner)?;
    let (known, differences) = beside.compared(plan, records);
    let cells = complete(records, &index, &known);
    let mut table = AggregateTable {
        name: plan.name.clone(),
        form: TableForm::Finished,
        file: Some(records.file.clone()),
        statistic: plan.statistic.name().to_owned(),
        margins: plan.margins,
        dimensions: dimensions(plan, &records.layout),
        sides: vec![TableSide { contributor: finished.count.clone(), ..TableSide::default() }],
        records: records.cells.len() as u64,
        cells: cells.addresses.len() as u64,
        inner_cells: inner.len() as u64,
        differences,
        ..AggregateTable::default()
    };
    let is_unsafe = hold(plan, &cells, &mut table);
    let suppressed: Vec<bool> = cells.stated.iter().map(|cell| cell.is_none_or(|cell| cell.is_suppressed)).collect();
    if index.cells() == cells.addresses {
        table.shape = shape_of(&index, is_unsafe.as_deref(), Some(&suppressed));
    }
    if !matches!(plan.statistic, Statistic::Count | Statistic::Sum(_)) {
        undefined(&mut table, "audit", "not-a-sum");
        return Ok(table);
    }
    // Whoever may hold less than nothing leaves no interval an end.
    if plan.negatives != Negatives::Refuse {
        undefined(&mut table, "audit", "signed-table");
        return Ok(table);
    }
    if cells.stated.iter().flatten().any(|stated| stated.value.is_some_and(|value| value < 0)) {
        undefined(&mut table, "audit", "negative-amounts");
        return Ok(table);
    }
    let mut consistency = consistency(records, &cells);
    if consistency.inconsistent_sums > 0 {
        undefined(&mut table, "audit", "inconsistent-margins");
    } else {
        match audit_table(plan, &cells, beside.protect, watch) {
            Ok(found) => table.audit = Some(TableAudit { told_cells: known.len() as u64, ..found }),
            Err(AuditError::Stopped(reason)) => return Err(reason),
            Err(AuditError::Inconsistent) => {
                consistency.infeasible = true;
                undefined(&mut table, "audit", "inconsistent-margins");
            }
        }
    }
    table.consistency = Some(consistency);
    Ok(table)
}

impl BesideIt<'_> {
    /// What other releases tell of suppressed cells, and what differences with earlier ones say; `None` where there is nothing
    /// to compare with.
    fn compared(self, plan: &AggregatePlan, records: &FinishedRecords) -> (Known, Option<TableDifferences>) {
        let present = Release::of_file(plan, records);
        let is_alike = |other: &AggregatePlan| {
            let file = |plan: &AggregatePlan| plan.table.as_ref().and_then(|table| table.value.clone());
            other.statistic == plan.statistic && (plan.statistic != Statistic::Count || file(plan) == file(other))
        };
        let earlier: Vec<Release<'_>> = self.earlier.iter().map(|records| Release::of_file(plan, records)).collect();
        let others = self.others.iter().filter(|(other, _)| is_alike(other));
        let others: Vec<Release<'_>> = others.map(|(plan, records)| Release::of_file(plan, records)).collect();
        let known = earlier.iter().chain(&others).flat_map(|other| present.shown_by(other)).collect();
        if earlier.is_empty() && self.others.is_empty() {
            return (known, None);
        }
        let mut all = TableDifferences { complete: true, releases: 1, ..TableDifferences::default() };
        let found = Earlier::compare(&present, &earlier, Least::of(plan));
        found.add_to(&mut all);
        all.cells = found.cells.len() as u64;
        (known, Some(all))
    }
}

fn undefined(table: &mut AggregateTable, field: &str, reason: &str) {
    table.undefined.push(UndefinedField::new(field, reason));
}

fn dimensions(plan: &AggregatePlan, layout: &Layout) -> Vec<TableDimension> {
    let described = |(dimension, tree): (&crate::plan::DimensionPlan, &crate::tabular::Dimension)| TableDimension {
        column: dimension.column.clone(),
        coarsen: None,
        codes: tree.codes() as u64,
        totals: (0..u32::try_from(tree.codes()).unwrap_or(u32::MAX)).filter(|&code| tree.has_members(code)).count()
            as u64,
    };
    plan.by.iter().zip(layout.dimensions()).map(described).collect()
}

/// The table with the margins that are not in the file: those that follow from their cells are as good as published.
fn complete<'a>(records: &'a FinishedRecords, index: &CellIndex, known: &Known) -> Cells<'a> {
    let mut addresses: Vec<u64> =
        index.cells().iter().copied().chain(records.cells.iter().map(|cell| cell.address)).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let relations = records.layout.relations(&addresses);
    let stated: Vec<Option<&FinishedCell>> = addresses
        .iter()
        .map(|address| {
            let at = records.cells.binary_search_by_key(address, |cell| cell.address).ok()?;
            records.cells.get(at)
        })
        .collect();
    let mut bounds: Vec<Range> = stated
        .iter()
        .map(|stated| match stated {
            Some(cell) if !cell.is_suppressed => cell.value.map_or(Range::hidden(), |value| {
                if records.rounding > 1 { Range::rounded(value, records.rounding) } else { Range::shown(value) }
            }),
            Some(cell) => known.get(&cell.address).map_or(Range::hidden(), |&(value, rounding)| {
                if rounding > 1 { Range::rounded(value, rounding) } else { Range::shown(value) }
            }),
            None => Range::hidden(),
        })
        .collect();
    let mut derived = 0;
    let mut goes_on = records.rounding <= 1;
    while goes_on {
        goes_on = false;
        for relation in &relations {
            let total = relation.total as usize;
            if stated[total].is_some() || bounds[total].is_known() {
                continue;
            }
            let parts = relation.parts.iter().map(|&part| bounds[part as usize]);
            if relation.parts.iter().all(|&part| bounds[part as usize].is_known())
                && let Some(sum) = parts.map(|part| part.low).try_fold(0_i64, i64::checked_add)
            {
                bounds[total] = Range::shown(sum);
                derived += 1;
                goes_on = true;
            }
        }
    }
    Cells { addresses, relations, stated, bounds, derived }
}

/// Whether sums of which every cell is published hold, each rounded value allowed half a base.
fn consistency(records: &FinishedRecords, cells: &Cells<'_>) -> TableConsistency {
    let stated = |cell: u32| {
        cells.stated[cell as usize]
            .filter(|stated| !stated.is_suppressed)
            .and_then(|stated| stated.value)
            .map(i128::from)
    };
    let half = i128::from(records.rounding / 2);
    let mut found = TableConsistency { derived_cells: cells.derived, ..TableConsistency::default() };
    for relation in &cells.relations {
        let Some(total) = stated(relation.total) else { continue };
        let Some(sum) = relation.parts.iter().map(|&part| stated(part)).sum::<Option<i128>>() else { continue };
        found.checked_sums += 1;
        let allowed = half * (relation.parts.len() as i128 + 1);
        found.inconsistent_sums += u64::from((sum - total).abs() > allowed);
    }
    found
}

/// Who contributes to a cell, as far as the file tells it: without a contributor every record of a count is one.
fn contributors(plan: &AggregatePlan, cell: &FinishedCell) -> Option<u64> {
    let counts_records = plan.statistic == Statistic::Count && plan.contributor.is_none() && plan.sides.is_empty();
    let records = cell.value.filter(|_| counts_records).and_then(|value| u64::try_from(value).ok());
    cell.contributors.or(records)
}

/// Whether a cell is unsafe under a rule; `None` where the file does not tell enough.
fn is_unsafe(plan: &AggregatePlan, rule: Rule, cell: &FinishedCell) -> Option<bool> {
    let contributors = contributors(plan, cell)?;
    let needed = u64::try_from(rule.largest_needed()).unwrap_or(u64::MAX).min(contributors);
    if contributors > 0 && (cell.largest.len() as u64) < needed {
        return None;
    }
    Some(rule.is_unsafe(&Contributions { contributors, total: cell.value?, largest: &cell.largest }))
}

/// Applies each rule to each cell of the file. A published cell of which the file does not tell enough leaves the rule
/// undefined.
fn hold(plan: &AggregatePlan, cells: &Cells<'_>, table: &mut AggregateTable) -> Option<Vec<bool>> {
    let mut any = vec![false; cells.stated.len()];
    let mut is_known = true;
    for rule in &plan.rules {
        let mut number = Some(0);
        for (stated, any) in cells.stated.iter().zip(&mut any) {
            let Some(cell) = stated else { continue };
            match is_unsafe(plan, rule.rule, cell).filter(|_| rule.rule != Rule::GroupDisclosure) {
                Some(found) => {
                    *any |= found;
                    number = number.map(|number| number + u64::from(found));
                }
                None if cell.is_suppressed => {}
                None => number = None,
            }
        }
        is_known &= number.is_some();
        let sides = number.iter().map(|&unsafe_cells| SideCells { side: 0, unsafe_cells }).collect();
        table.rules.push(RuleCells { rule: rule.to_string(), unsafe_cells: number, sides });
    }
    if !is_known {
        for field in ["unsafe_cells", "unsafe_published_cells"] {
            undefined(table, field, "no-contributors");
        }
        return None;
    }
    let is_published = |cell: usize| cells.stated[cell].is_some_and(|stated| !stated.is_suppressed);
    table.unsafe_cells = Some(any.iter().filter(|&&found| found).count() as u64);
    table.unsafe_published_cells =
        Some(any.iter().enumerate().filter(|(cell, found)| **found && is_published(*cell)).count() as u64);
    Some(any)
}

/// From where to where the interval of a suppressed cell must reach; `None` where the file does not tell its value.
fn wanted(plan: &AggregatePlan, cell: &FinishedCell) -> Option<(i64, i64)> {
    let total = cell.value?;
    let rules = || plan.rules.iter().map(|rule| rule.rule);
    let is_untold = |rule: Rule| is_unsafe(plan, rule, cell).is_none();
    // Where the file does not tell who contributes, every rule may be what the cell was suppressed for.
    let contributors = contributors(plan, cell);
    let cell = Contributions { contributors: contributors.unwrap_or(1), total, largest: &cell.largest };
    let (mut low, mut up) = needed(rules().filter(|&rule| !is_untold(rule)), &cell);
    if rules().any(is_untold) {
        let level = (i128::from(total) * i128::from(PLAIN_PERCENT) + 99).div_euclid(100).max(1);
        low = low.min(i64::try_from((i128::from(total) - level).max(0)).unwrap_or(0));
        up = up.max(i64::try_from(i128::from(total) + level).unwrap_or(i64::MAX));
    }
    Some((low, up))
}

/// The audit of the suppressed cells.
fn audit_table(
    plan: &AggregatePlan,
    cells: &Cells<'_>,
    protect: Option<&HashSet<u64>>,
    watch: Watch<'_>,
) -> Result<TableAudit, AuditError> {
    let published = Published { relations: &cells.relations, bounds: &cells.bounds };
    let suppressed: Vec<Target> = (0_u32..)
        .zip(&cells.stated)
        .filter_map(|(cell, stated)| stated.filter(|stated| stated.is_suppressed).map(|stated| (cell, stated)))
        .map(|(cell, stated)| Target { cell, needed: wanted(plan, stated) })
        .collect();
    let insiders: Vec<Insider> = suppressed
        .iter()
        .filter_map(|target| insider(plan, cells.stated[target.cell as usize]?, target.cell))
        .collect();
    let is_protected =
        |target: &&Target| protect.is_none_or(|protect| protect.contains(&cells.addresses[target.cell as usize]));
    let targets: Vec<Target> = suppressed.iter().filter(is_protected).copied().collect();
    let mut found = audit_counts(&published, &targets, &insiders, watch)?;
    let is_unknown =
        |target: &&Target| cells.stated[target.cell as usize].is_some_and(|stated| !is_insider_known(plan, stated));
    // Somebody may be alone in such a cell and subtract itself: of them nothing is sure.
    found.undecided_cells = found.undecided_cells.max(suppressed.iter().filter(is_unknown).count() as u64);
    found.suppressed_cells = suppressed.len() as u64;
    Ok(found)
}

/// Whether the file tells of a suppressed cell who of its contributors is to be feared. Records that each count as a
/// contributor know one record of it.
fn is_insider_known(plan: &AggregatePlan, stated: &FinishedCell) -> bool {
    let counts_records = plan.statistic == Statistic::Count && plan.contributor.is_none() && plan.sides.is_empty();
    match contributors(plan, stated) {
        None => false,
        Some(0) => true,
        Some(1) => stated.value.is_some(),
        Some(_) => counts_records || !stated.largest.is_empty(),
    }
}

/// The contributor to fear of a suppressed cell: the only one, or the largest.
fn insider(plan: &AggregatePlan, stated: &FinishedCell, cell: u32) -> Option<Insider> {
    match contributors(plan, stated)? {
        0 => None,
        1 => stated.value.map(|amount| Insider { cell, amount, is_alone: true }),
        _ => stated.largest.first().map(|&amount| Insider { cell, amount, is_alone: false }),
    }
}

/// What an audit finds, counted.
pub(super) fn audit_counts(
    published: &Published<'_>,
    targets: &[Target],
    insiders: &[Insider],
    watch: Watch<'_>,
) -> Result<TableAudit, AuditError> {
    let depth = if targets.len() <= WIDTHS { Depth::Ends } else { Depth::Decide };
    let intervals = audit(published, targets, depth, watch)?;
    let inside = audit_insiders(published, insiders, targets, watch)?;
    let (components, largest) = components(published)?;
    let count =
        |is: &dyn Fn(&Interval) -> bool| intervals.iter().flatten().filter(|interval| is(interval)).count() as u64;
    let by_insider = |is: &dyn Fn(&Interval) -> bool| {
        let found = inside.iter().filter(|(_, _, interval)| interval.as_ref().is_some_and(is));
        found.map(|(_, cell, _)| *cell).collect::<BTreeSet<u32>>().len() as u64
    };
    let undecided = targets.iter().zip(&intervals).filter(|(_, interval)| interval.is_none());
    let undecided = undecided.map(|(target, _)| target.cell);
    let undecided_inside = inside.iter().filter(|(_, _, interval)| interval.is_none()).map(|(_, cell, _)| *cell);
    let undecided: BTreeSet<u32> = undecided.chain(undecided_inside).collect();
    Ok(TableAudit {
        suppressed_cells: targets.len() as u64,
        recoverable_cells: count(&Interval::is_recoverable),
        narrow_cells: count(&is_narrow),
        recoverable_by_insider: by_insider(&Interval::is_recoverable),
        narrow_by_insider: by_insider(&is_narrow),
        undecided_cells: undecided.len() as u64,
        told_cells: 0,
        components: components as u64,
        largest_component: largest as u64,
        widths: if depth == Depth::Ends { widths(&intervals, targets) } else { Vec::new() },
    })
}

/// How many intervals are how many times as wide as asked.
fn widths(intervals: &[Option<Interval>], targets: &[Target]) -> Vec<WidthBand> {
    let needs: HashMap<u32, Option<(i64, i64)>> = targets.iter().map(|target| (target.cell, target.needed)).collect();
    let band = |(at, &from): (usize, &f64)| WidthBand { from, to: BANDS.get(at + 1).copied(), cells: 0 };
    let mut widths: Vec<WidthBand> = BANDS.iter().enumerate().map(band).collect();
    for interval in intervals.iter().flatten() {
        let multiple = multiple(interval, needs.get(&interval.cell).copied().flatten());
        if let Some(band) = widths.iter_mut().rev().find(|band| multiple >= band.from) {
            band.cells += 1;
        }
    }
    widths
}

/// Whether an interval is narrower than asked. Where the true value is not known, narrower than a plain share of the value
/// in its middle on both sides.
fn is_narrow(interval: &Interval) -> bool {
    if interval.is_recoverable() {
        return true;
    }
    match (interval.is_protected, interval.up) {
        (Some(is_protected), _) => !is_protected,
        (None, None) => false,
        (None, Some(up)) => {
            let (low, up) = (i128::from(interval.low), i128::from(up));
            (up - low) * 100 < (up + low) * i128::from(PLAIN_PERCENT)
        }
    }
}

/// Width of an interval as a multiple of the one that is asked for.
#[expect(clippy::cast_precision_loss, reason = "for a picture")]
fn multiple(interval: &Interval, needed: Option<(i64, i64)>) -> f64 {
    let Some(up) = interval.up else { return f64::INFINITY };
    let width = (i128::from(up) - i128::from(interval.low)) as f64;
    let asked = needed.map_or_else(
        || (i128::from(up) + i128::from(interval.low)) as f64 * PLAIN_PERCENT as f64 / 100.0,
        |(low, up)| (i128::from(up) - i128::from(low)) as f64,
    );
    if asked > 0.0 { width / asked } else { f64::INFINITY }
}
