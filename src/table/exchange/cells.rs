//! Sets of few possible classes: cells of each part of subjects, added up, and ranked for the way back.

use std::collections::BTreeSet;

use super::blob::{self, Reader, push_varint};
use super::plan::{CountPlan, Key};
use super::{Emit, ExchangeError, Kind, PartTable, Row, part, sizes_row};
use crate::stop::{Stop, Watch};
use crate::table::cell::{Cell, FullCell, RecordCell};
use crate::table::counts::SizeTally;
use crate::table::cubes::CubeLimits;
use crate::table::dense::{cells_of_batch, for_each_batch};
use crate::table::ranked::Ranked;
use crate::table::{ColumnSet, Recoding, Table};

/// Sums of different parts carry this instead of a part.
const SUMMED: u32 = 0;

/// What is counted in a part of subjects, as sets of its table with a further column for each lead that has hot codes.
pub(super) struct Items {
    recodings: Vec<Recoding>,
    pub(super) sets: Vec<ColumnSet>,
    /// Possible classes of each.
    cells: Vec<usize>,
    /// Of an item of hot codes, how many codes its last column has; the last of them stands for all that are not hot.
    hot: Vec<Option<usize>>,
}

impl Items {
    pub(super) fn new(plan: &CountPlan) -> Self {
        let columns = &plan.subject_columns;
        let leads: BTreeSet<u32> = plan.items.iter().filter_map(|item| item.hot_of).collect();
        let recoded: Vec<(usize, Recoding)> = leads.iter().filter_map(|&lead| recoding(plan, lead as usize)).collect();
        let mut items = Self { recodings: Vec::new(), sets: Vec::new(), cells: Vec::new(), hot: Vec::new() };
        for item in &plan.items {
            let place = item.hot_of.and_then(|lead| leads.iter().position(|&other| other == lead));
            let hot = place.and_then(|place| recoded.get(place).map(|recoded| (place, recoded)));
            let mut set: Vec<usize> = plan.local_set(item.set, columns).columns().to_vec();
            let cardinality = |&place: &usize| plan.cardinalities[columns[place]].max(1) as usize;
            if let Some((place, (lead, _))) = hot {
                set.retain(|&column| columns[column] != *lead);
                items.cells.push(set.iter().map(cardinality).product::<usize>());
                set.push(columns.len() + place);
            } else {
                items.cells.push(set.iter().map(cardinality).product());
            }
            let codes = hot.map(|(_, (_, recoding))| recoding.cardinality as usize);
            if let (Some(codes), Some(cells)) = (codes, items.cells.last_mut()) {
                *cells *= codes;
            }
            items.hot.push(codes);
            items.sets.push(ColumnSet::new(set));
        }
        items.recodings = recoded.into_iter().map(|(_, recoding)| recoding).collect();
        items
    }

    /// The table of a part with the further columns.
    pub(super) fn table(&self, part: PartTable) -> Table {
        part.table.with_recoded(&self.recodings)
    }

    /// Whether a cell is of records that are counted elsewhere.
    fn is_elsewhere(&self, item: usize, cell: usize) -> bool {
        self.hot[item].is_some_and(|codes| cell % codes == codes - 1)
    }
}

/// The lead of an exchange, and its hot codes numbered, with one more code for all others.
fn recoding(plan: &CountPlan, exchange: usize) -> Option<(usize, Recoding)> {
    let Key::Code { column: lead, hot, .. } = &plan.exchanges.get(exchange)?.key else { return None };
    let column = plan.subject_columns.iter().position(|column| column == lead)?;
    let others = u32::try_from(hot.len()).ok()?;
    let mut map = vec![others; plan.cardinalities[*lead] as usize];
    for (number, &code) in (0..).zip(hot) {
        *map.get_mut(code as usize)? = number;
    }
    Some((*lead, Recoding { column, map, cardinality: others + 1, missing: None }))
}

/// [`Step::Cells`](super::Step::Cells) of one part.
pub(super) fn cells_of_part(
    plan: &CountPlan,
    part: u32,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
    emit: Emit<'_>,
    stop: &Stop,
) -> Result<(), ExchangeError> {
    if part >= plan.subject_parts {
        return Err(ExchangeError::Damaged("a part of a lead has no cells"));
    }
    let mut records = part::PartRecords::new(plan, part)?;
    for row in rows {
        records.add(row?)?;
    }
    let items = Items::new(plan);
    let table = items.table(records.into_table()?);
    let blobs = match plan.subjects {
        Some(_) => blobs::<FullCell>(&table, &items, part, stop)?,
        None => blobs::<RecordCell>(&table, &items, part, stop)?,
    };
    for (item, blob) in (0..).zip(blobs) {
        emit(Row { part: item, kind: Kind::Cells, blob })?;
    }
    Ok(())
}

fn blobs<C: Cell>(table: &Table, items: &Items, part: u32, stop: &Stop) -> Result<Vec<Vec<u8>>, ExchangeError> {
    let CubeLimits { batch_bytes, .. } = crate::table::count::Tuning::DEFAULT.cubes;
    let sets = items.sets.iter().enumerate().collect();
    let mut blobs = for_each_batch::<C, _>(table, sets, batch_bytes, Watch::quiet(stop), |batch, parts| {
        let cells = cells_of_batch::<C>(table, batch, parts, stop)?;
        let encoded = batch.sets.iter().zip(cells).map(|(&(item, _), cells)| {
            let cells = cells.iter().enumerate().filter(|&(cell, _)| !items.is_elsewhere(item, cell));
            (item, encode(part, cells.map(|(cell, counted)| (cell, counted.size(), counted.records().into()))))
        });
        Ok(encoded.collect())
    })?;
    blobs.sort_unstable_by_key(|&(item, _)| item);
    blobs.into_iter().map(|(_, blob)| blob).collect()
}

/// Cells that are not empty: how far each is from the one before, its subjects, and the records above them.
fn encode(from: u32, cells: impl Iterator<Item = (usize, u32, u64)>) -> Result<Vec<u8>, ExchangeError> {
    let mut raw = Vec::new();
    push_varint(&mut raw, from.into());
    let mut next = 0;
    for (cell, size, records) in cells.filter(|&(_, size, _)| size > 0) {
        push_varint(&mut raw, (cell - next) as u64);
        push_varint(&mut raw, size.into());
        push_varint(&mut raw, records - u64::from(size));
        next = cell + 1;
    }
    blob::pack(&raw)
}

/// Adds what [`encode`] wrote, and returns the part that it is from.
fn add(sum: &mut [(u32, u64)], blob: &[u8]) -> Result<u32, ExchangeError> {
    let raw = blob::unpack(blob)?;
    let mut reader = Reader::new(&raw);
    let from = reader.narrow()?;
    let mut next = 0_usize;
    let damaged = ExchangeError::Damaged("a cell is not of the plan");
    while !reader.is_empty() {
        let gap = usize::try_from(reader.varint()?).map_err(|_| damaged)?;
        let cell = next.checked_add(gap).ok_or(damaged)?;
        let (size, records) = (reader.narrow()?, reader.varint()?);
        let sum = sum.get_mut(cell).ok_or(damaged)?;
        sum.0 = sum.0.checked_add(size).ok_or(damaged)?;
        sum.1 = records.checked_add(size.into()).and_then(|records| sum.1.checked_add(records)).ok_or(damaged)?;
        next = cell + 1;
    }
    Ok(from)
}

/// [`Step::Merge`](super::Step::Merge) of one item.
pub(super) fn merge(
    plan: &CountPlan,
    item: u32,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
    emit: Emit<'_>,
) -> Result<(), ExchangeError> {
    let items = Items::new(plan);
    let planned = plan.items.get(item as usize).ok_or(NOT_PLANNED)?;
    let mut cells = vec![(0, 0); items.cells[item as usize]];
    let mut seen = BTreeSet::new();
    for row in rows {
        if !seen.insert(add(&mut cells, &row?.blob)?) {
            return Err(ExchangeError::Damaged("a part was counted twice"));
        }
    }
    let mut tally = SizeTally::new();
    cells.iter().filter(|cell| cell.0 > 0).for_each(|&(size, records)| tally.add(size, records));
    let (sizes, record_pairs) = tally.finish();
    emit(sizes_row(planned.set, SUMMED, &sizes, record_pairs)?)?;
    if plan.subjects.is_none() {
        return Ok(());
    }
    let cells = cells.iter().enumerate().map(|(cell, &(size, records))| (cell, size, records));
    emit(Row { part: item, kind: Kind::Cells, blob: encode(SUMMED, cells)? })
}

const NOT_PLANNED: ExchangeError = ExchangeError::Damaged("an item is not of the plan");

/// The sums of [`Step::Merge`](super::Step::Merge), made ready for [`Step::Finish`](super::Step::Finish).
pub struct Side {
    pub(super) items: Items,
    /// Items of whole sets, ranked.
    pub(super) dense: Vec<(usize, Ranked)>,
    /// Items of hot codes: the subjects in each cell.
    pub(super) hot: Vec<(usize, Vec<u32>)>,
}

impl Side {
    /// From the rows of [`Kind::Cells`] that [`Step::Merge`](super::Step::Merge) gave.
    ///
    /// # Errors
    /// When a row is damaged, or an item is missing or comes twice.
    pub fn new(
        plan: &CountPlan,
        rows: impl Iterator<Item = Result<Row, ExchangeError>>,
    ) -> Result<Self, ExchangeError> {
        let items = Items::new(plan);
        let mut side = Self { dense: Vec::new(), hot: Vec::new(), items };
        let mut seen = BTreeSet::new();
        for row in rows {
            let row = row?;
            let item = row.part as usize;
            let mut cells = vec![(0, 0); *side.items.cells.get(item).ok_or(NOT_PLANNED)?];
            let from = add(&mut cells, &row.blob)?;
            if row.kind != Kind::Cells || from != SUMMED || !seen.insert(item) {
                return Err(ExchangeError::Damaged("a row is no sum of cells, or comes twice"));
            }
            if side.items.hot[item].is_some() {
                side.hot.push((item, cells.into_iter().map(|(size, _)| size).collect()));
            } else {
                side.dense.push((item, Ranked::new::<FullCell>(cells.iter().copied())));
            }
        }
        if seen.len() == plan.items.len() { Ok(side) } else { Err(ExchangeError::Damaged("cells got lost")) }
    }
}
