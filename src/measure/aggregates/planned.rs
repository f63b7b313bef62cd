//! A table made from the extract: its cells, who contributes to them, and the rules held against them.

use super::contributors::{Contributors, contributors_of};
use super::records::{Amounts, TableRecords};
use super::shape::shape_of;
use crate::plan::{AggregatePlan, Negatives, RulePlan, Statistic};
use crate::result::{
    AggregateTable, RuleCells, SideCells, TableAudit, TableDimension, TableForm, TableSide, UndefinedField,
};
use crate::stop::{Stop, StopReason};
use crate::tabular::{CellIndex, CellSums, Entries, Layout, NO_CELL, NotSummed, Rule, Sign, fewest_beside_quantile};

/// Possible cells up to which the cell of a record is looked up in a list of all of them.
const MOST_LISTED: u64 = 1 << 26;

/// A planned table with everything that is known of its cells.
pub struct PlannedCells {
    /// Its cells.
    pub index: CellIndex,
    /// The inner cell of each record of the extract, or [`NO_CELL`].
    pub cell_of_record: Vec<u32>,
    /// Who contributes each record, side by side.
    pub sides: Vec<Contributors>,
    /// For each column of amounts, in the order of the statistic, the amount of each record; none for a count of records.
    pub amounts: Vec<Option<Vec<i64>>>,
    /// For each of these and each side what contributors add to every cell; empty for a quantile, or where amounts are refused.
    pub sums: Vec<Vec<CellSums>>,
    /// Whether each cell is unsafe under a rule; `None` where rules could not be applied.
    pub is_unsafe: Option<Vec<bool>>,
    /// The same for each rule, in the order of the configuration; empty where they could not be applied.
    pub by_rule: Vec<Vec<bool>>,
}

impl PlannedCells {
    /// The published total of each cell over one of the columns of amounts, without regard to what is done with negative ones.
    #[must_use]
    pub fn values(&self, column: usize) -> Vec<i64> {
        let mut inner = vec![0_i64; self.index.inner_cells()];
        let amounts = self.amounts.get(column).and_then(Option::as_ref);
        for (record, &cell) in self.cell_of_record.iter().enumerate().filter(|(_, cell)| **cell != NO_CELL) {
            inner[cell as usize] += amounts.map_or(1, |amounts| amounts[record]);
        }
        let mut values = vec![0; self.index.cells().len()];
        for (cell, &value) in (0_u32..).zip(&inner) {
            for &over in self.index.over(cell) {
                values[over as usize] += value;
            }
        }
        values
    }
}

/// Measures a table that is made from the extract.
///
/// # Errors
/// When told to end, or the table has too many cells.
pub fn measure_planned(
    plan: &AggregatePlan,
    records: &TableRecords,
    stop: &Stop,
) -> Result<(AggregateTable, PlannedCells), StopReason> {
    let amounts: Vec<Option<Vec<i64>>> = amounts_of(plan, records);
    let (layout, addresses) = addresses(records)?;
    let (cell_of_record, inner) = numbered(&addresses, &layout);
    drop(addresses);
    stop.check()?;
    let index = CellIndex::new(layout, &inner)?;
    let sides: Vec<Contributors> =
        records.sides.iter().map(|side| contributors_of(side, records.asked.as_ref(), &cell_of_record)).collect();
    let in_cells = cell_of_record.iter().filter(|&&cell| cell != NO_CELL).count() as u64;
    let mut table = AggregateTable {
        name: plan.name.clone(),
        form: TableForm::Planned,
        statistic: plan.statistic.name().to_owned(),
        margins: plan.margins,
        dimensions: dimensions(plan, &index),
        sides: records.sides.iter().zip(&sides).map(|(side, found)| table_side(side, found)).collect(),
        records: in_cells,
        records_without_value: records.records as u64 - in_cells,
        cells: index.cells().len() as u64,
        inner_cells: index.inner_cells() as u64,
        // Nothing of a planned table is suppressed.
        audit: Some(TableAudit::default()),
        ..AggregateTable::default()
    };
    let mut cells =
        PlannedCells { index, cell_of_record, sides, amounts, sums: Vec::new(), is_unsafe: None, by_rule: Vec::new() };
    judge(plan, &mut table, &mut cells, stop)?;
    Ok((table, cells))
}

fn table_side(side: &super::Side, found: &Contributors) -> TableSide {
    TableSide {
        contributor: side.contributors.as_ref().map(|column| column.name.clone()),
        is_subject: side.is_subject,
        holdings: side.holdings.as_ref().map(|column| column.name.clone()),
        contributors: found.in_cells,
        records_without_contributor: found.records_without,
    }
}

fn dimensions(plan: &AggregatePlan, index: &CellIndex) -> Vec<TableDimension> {
    let described = |(dimension, tree): (&crate::plan::DimensionPlan, &crate::tabular::Dimension)| {
        let codes = 0..u32::try_from(tree.codes()).unwrap_or(u32::MAX);
        TableDimension {
            column: dimension.column.clone(),
            coarsen: dimension.rule.as_ref().map(ToString::to_string),
            codes: tree.codes() as u64,
            totals: codes.filter(|&code| tree.has_members(code)).count() as u64,
        }
    };
    plan.by.iter().zip(index.layout().dimensions()).map(described).collect()
}

/// The amount of each record in each column of the statistic, counts of records among them; 0 where it is missing.
fn amounts_of(plan: &AggregatePlan, records: &TableRecords) -> Vec<Option<Vec<i64>>> {
    let of = |amounts: &Amounts| {
        let mut values = vec![0_i64; records.records];
        amounts.values.apply_to(0..records.records, &mut values, |value, code| {
            *value = amounts.numbers[code as usize].unwrap_or(0);
        });
        Some(values)
    };
    let columns = records.amounts.iter().map(of);
    match plan.statistic {
        Statistic::Count => vec![None],
        Statistic::Mean(_) => columns.chain([None]).collect(),
        _ => columns.collect(),
    }
}

/// The address of the inner cell of each record; `u64::MAX` for one without an amount.
fn addresses(records: &TableRecords) -> Result<(Layout, Vec<u64>), StopReason> {
    let layout = Layout::new(records.axes.iter().map(|axis| axis.dimension.clone()).collect());
    let layout = layout.map_err(|_| StopReason::WorkLimit)?;
    let mut addresses = vec![0_u64; records.records];
    for (place, axis) in records.axes.iter().enumerate() {
        let mut codes = vec![0; records.axes.len()];
        let part: Vec<u64> = axis
            .code_of
            .iter()
            .map(|&code| {
                codes[place] = code;
                layout.address(&codes)
            })
            .collect();
        axis.values.apply_to(0..records.records, &mut addresses, |address, code| *address += part[code as usize]);
    }
    for amounts in &records.amounts {
        amounts.values.apply_to(0..records.records, &mut addresses, |address, code| {
            if amounts.numbers[code as usize].is_none() {
                *address = u64::MAX;
            }
        });
    }
    Ok((layout, addresses))
}

/// The number of the inner cell of each record, and the addresses of these cells, ascending.
fn numbered(addresses: &[u64], layout: &Layout) -> (Vec<u32>, Vec<u64>) {
    let possible = layout.dimensions().iter().map(|dimension| dimension.codes() as u64).product::<u64>();
    let in_cells = || addresses.iter().copied().filter(|&address| address != u64::MAX);
    let number = |place: usize| u32::try_from(place).unwrap_or(NO_CELL);
    if possible <= MOST_LISTED {
        let mut of_address = vec![NO_CELL; usize::try_from(possible).unwrap_or(0)];
        let place = |address: u64| usize::try_from(address).unwrap_or(usize::MAX);
        in_cells().for_each(|address| of_address[place(address)] = 0);
        let inner: Vec<u64> = (0..possible).filter(|&address| of_address[place(address)] == 0).collect();
        inner.iter().enumerate().for_each(|(at, &address)| of_address[place(address)] = number(at));
        let of = |&address: &u64| if address == u64::MAX { NO_CELL } else { of_address[place(address)] };
        return (addresses.iter().map(of).collect(), inner);
    }
    let mut inner: Vec<u64> = in_cells().collect();
    inner.sort_unstable();
    inner.dedup();
    let of = |&address: &u64| inner.binary_search(&address).map_or(NO_CELL, number);
    (addresses.iter().map(of).collect(), inner)
}

/// Holds every rule against every cell of every side.
fn judge(
    plan: &AggregatePlan,
    table: &mut AggregateTable,
    cells: &mut PlannedCells,
    stop: &Stop,
) -> Result<(), StopReason> {
    let whole = cells.index.whole_totals();
    table.group_disclosure_cells = Some(whole.iter().filter(|&&whole| whole).count() as u64);
    let mut refused = None;
    if let Statistic::Quantile { millionths, .. } = plan.statistic {
        let beside = beside_quantiles(cells, millionths, stop)?;
        hold(plan, table, cells, |rule, _, side, cell| match rule.rule {
            Rule::Frequency(least) => beside[side][cell] < least,
            Rule::GroupDisclosure => whole[cell],
            _ => false,
        });
        table.all_zero_cells = None;
        table.undefined.push(UndefinedField::new("all_zero_cells", "quantile"));
    } else {
        match sums_of(plan, cells, stop) {
            Ok(sums) => cells.sums = sums,
            Err(NotSummed::Stopped(reason)) => return Err(reason),
            Err(NotSummed::TooLarge) => refused = Some("amounts-too-large"),
        }
        if plan.negatives == Negatives::Refuse && refused.is_none() {
            let is_below = |sums: &CellSums| (0..cells.index.cells().len()).any(|cell| sums.lowest(cell) < 0);
            refused = cells.sums.iter().flatten().any(is_below).then_some("negative-amounts");
        }
        if refused.is_none() {
            table.all_zero_cells = all_zero_cells(cells);
            let sums = std::mem::take(&mut cells.sums);
            hold(plan, table, cells, |rule, column, side, cell| {
                let sums = &sums[column][side];
                match rule.rule {
                    Rule::GroupDisclosure => whole[cell],
                    primary if rule.on_request => primary.is_unsafe(&sums.cell(cell)) && is_asked(plan, sums, cell),
                    primary => primary.is_unsafe(&sums.cell(cell)),
                }
            });
            cells.sums = sums;
        }
    }
    if let Some(reason) = refused {
        let rules = plan.rules.iter();
        table.rules = rules.map(|rule| RuleCells { rule: rule.to_string(), ..RuleCells::default() }).collect();
        let fields = ["unsafe_cells", "unsafe_published_cells", "all_zero_cells", "rules.unsafe_cells"];
        table.undefined.extend(fields.map(|field| UndefinedField::new(field, reason)));
        cells.sums.clear();
    }
    table.shape = shape_of(&cells.index, cells.is_unsafe.as_deref(), None);
    Ok(())
}

/// Whether the largest contributor asked for protection and holds as much as that takes.
fn is_asked(plan: &AggregatePlan, sums: &CellSums, cell: usize) -> bool {
    let found = sums.cell(cell);
    let first = found.largest.first().copied().unwrap_or(0);
    plan.request.as_ref().is_some_and(|request| sums.has_asked(cell) && request.percent.is_reached(first, found.total))
}

/// Applies each rule to each cell, column of amounts and side that it is for.
fn hold(
    plan: &AggregatePlan,
    table: &mut AggregateTable,
    cells: &mut PlannedCells,
    is_unsafe: impl Fn(&RulePlan, usize, usize, usize) -> bool,
) {
    let number = cells.index.cells().len();
    let names = plan.contributors();
    let mut any = vec![false; number];
    for rule in &plan.rules {
        let mut of_rule = vec![false; number];
        let mut sides = Vec::new();
        for (side, of_side) in names.iter().enumerate().take(cells.sides.len()) {
            let is_for = rule.side.as_deref().is_none_or(|name| *of_side == Some(name));
            if !is_for {
                continue;
            }
            let mut unsafe_cells = 0;
            for (cell, found) in of_rule.iter_mut().enumerate() {
                let found_here = (0..cells.amounts.len()).any(|column| is_unsafe(rule, column, side, cell));
                unsafe_cells += u64::from(found_here);
                *found |= found_here;
            }
            sides.push(SideCells { side, unsafe_cells });
        }
        any.iter_mut().zip(&of_rule).for_each(|(any, found)| *any |= found);
        let unsafe_cells = Some(of_rule.iter().filter(|&&found| found).count() as u64);
        table.rules.push(RuleCells { rule: rule.to_string(), unsafe_cells, sides });
        cells.by_rule.push(of_rule);
    }
    let unsafe_cells = any.iter().filter(|&&found| found).count() as u64;
    (table.unsafe_cells, table.unsafe_published_cells) = (Some(unsafe_cells), Some(unsafe_cells));
    cells.is_unsafe = Some(any);
}

/// Cells of the side with most of them in which nobody adds anything to an amount.
fn all_zero_cells(cells: &PlannedCells) -> Option<u64> {
    let is_zero = |sums: &CellSums, cell: usize| sums.cell(cell).largest.first() == Some(&0) && sums.lowest(cell) == 0;
    let of = |sums: &CellSums| (0..cells.index.cells().len()).filter(|&cell| is_zero(sums, cell)).count() as u64;
    cells.sums.iter().flatten().map(of).max()
}

/// What contributors add to every cell, for each column of amounts and each side.
fn sums_of(plan: &AggregatePlan, cells: &PlannedCells, stop: &Stop) -> Result<Vec<Vec<CellSums>>, NotSummed> {
    let largest = plan.rules.iter().map(|rule| rule.rule.largest_needed()).max().unwrap_or(0);
    let sign = if plan.negatives == Negatives::Absolute { Sign::Absolute } else { Sign::KeptRelease };
    let of = |amounts: &Option<Vec<i64>>, side: &Contributors| {
        let entries = entries(cells, side, amounts.as_deref());
        let sums = CellSums::of(&cells.index, entries, sign, largest, stop)?;
        if plan.negatives == Negatives::Shift { sums.shifted().ok_or(NotSummed::TooLarge) } else { Ok(sums) }
    };
    cells.amounts.iter().map(|amounts| cells.sides.iter().map(|side| of(amounts, side)).collect()).collect()
}

fn entries<'a>(cells: &'a PlannedCells, side: &'a Contributors, amounts: Option<&'a [i64]>) -> Entries<'a> {
    Entries {
        cells: &cells.cell_of_record,
        contributors: &side.of_record,
        distinct: side.distinct,
        amounts,
        asked: side.asked.as_deref(),
    }
}

fn beside_quantiles(cells: &PlannedCells, millionths: u32, stop: &Stop) -> Result<Vec<Vec<u64>>, StopReason> {
    let amounts = cells.amounts.first().and_then(Option::as_deref);
    let of =
        |side: &Contributors| fewest_beside_quantile(&cells.index, entries(cells, side, amounts), millionths, stop);
    cells.sides.iter().map(of).collect()
}
