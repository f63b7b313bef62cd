//! The smallest class of each subject of a part, over all that counted its records.

use std::ops::Range;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::blob::{self, Reader};
use super::cells::Side;
use super::lead::LARGE;
use super::plan::CountPlan;
use super::{Emit, ExchangeError, Kind, Row, number_row, part, smallest_row};
use crate::stop::Stop;
use crate::table::counts::tally_smallest;
use crate::table::dense::{BLOCK, Prefix};
use crate::table::ranked::smallest_in_stretch;
use crate::table::{ColumnSet, Table};

/// Sets that are passed over together while a block of records lies in cache.
const SETS_A_PASS: usize = 16;

/// The smallest class so far of each subject of a part on one set.
struct Smallest {
    /// [`LARGE`] where it is in `large`, or there is none yet.
    small: Vec<u8>,
    large: HashMap<u32, u32, foldhash::fast::FixedState>,
}

impl Smallest {
    fn new(subjects: usize) -> Self {
        Self { small: vec![LARGE; subjects], large: HashMap::default() }
    }

    #[inline]
    fn lower(&mut self, subject: u32, size: u32) {
        let entry = &mut self.small[subject as usize];
        match u8::try_from(size) {
            Ok(size) if size != LARGE => *entry = size.min(*entry),
            _ if *entry == LARGE => {
                self.large.entry(subject).and_modify(|least| *least = size.min(*least)).or_insert(size);
            }
            _ => {}
        }
    }

    /// How many subjects have which smallest class, ascending; subjects without any are left out.
    fn tally(&self) -> Vec<(u32, u64)> {
        let sizes = (0_u32..).zip(&self.small).filter_map(|(subject, &size)| {
            if size == LARGE { self.large.get(&subject).copied() } else { Some(size.into()) }
        });
        tally_smallest(sizes)
    }
}

/// [`Step::Finish`](super::Step::Finish) of one part of subjects.
pub(super) fn finish(
    plan: &CountPlan,
    part: u32,
    side: Option<&Side>,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
    emit: Emit<'_>,
    stop: &Stop,
) -> Result<(), ExchangeError> {
    let of_plan = part < plan.subject_parts;
    let subjects = plan.subjects.filter(|_| of_plan).ok_or(ExchangeError::Damaged("a part has no subjects"))?;
    let first = part * plan.subjects_a_part;
    let range = first..first.saturating_add(plan.subjects_a_part).min(subjects);
    let mut records = part::PartRecords::new(plan, part)?;
    let mut smallest: Vec<Smallest> = plan.large.iter().map(|_| Smallest::new(range.len())).collect();
    let mut received = 0;
    for row in rows {
        let row = row?;
        stop.check()?;
        match row.kind {
            Kind::Routed => records.add(row)?,
            Kind::Minima => received += take_minima(plan, &range, &mut smallest, &row.blob)?,
            _ => return Err(ExchangeError::Damaged("a row has nothing to do with subjects")),
        }
    }
    if plan.has_cells() {
        let side = side.ok_or(ExchangeError::Damaged("the sums of cells are missing"))?;
        let part_table = records.into_table()?;
        let subjects: Vec<u32> = part_table.subjects.iter().map(|subject| subject - first).collect();
        let table = side.items.table(part_table);
        dense(plan, part, side, &table, emit, stop)?;
        hot(plan, side, &table, &subjects, &mut smallest, stop)?;
    }
    for (&set, smallest) in plan.large.iter().zip(&smallest) {
        emit(smallest_row(set, part, &smallest.tally())?)?;
    }
    emit(number_row(Kind::Received, part, received)?)
}

/// Lowers what a part of a lead found, and returns for how many subjects.
fn take_minima(
    plan: &CountPlan,
    range: &Range<u32>,
    smallest: &mut [Smallest],
    blob: &[u8],
) -> Result<u64, ExchangeError> {
    let raw = blob::unpack(blob)?;
    let mut reader = Reader::new(&raw);
    let damaged = ExchangeError::Damaged("smallest classes are not of the plan");
    let exchange = plan.exchanges.get(reader.narrow()? as usize).ok_or(damaged)?;
    let count = reader.narrow()? as usize;
    if count > raw.len() {
        return Err(damaged);
    }
    let mut subjects = Vec::with_capacity(count);
    let mut subject = 0_u64;
    for _ in 0..count {
        subject += u64::from(reader.narrow()?);
        let known = u32::try_from(subject).ok().filter(|subject| range.contains(subject)).ok_or(damaged)?;
        subjects.push(known - range.start);
    }
    for set in &exchange.sets {
        let place = plan.large.binary_search(set).map_err(|_| damaged)?;
        let smallest = &mut smallest[place];
        let plane = reader.take(count)?;
        if plane.contains(&0) {
            return Err(damaged);
        }
        for (&subject, &size) in subjects.iter().zip(plane) {
            // What stands for a large class is above all small ones and changes nothing.
            let entry = &mut smallest.small[subject as usize];
            *entry = size.min(*entry);
        }
        for (&subject, _) in subjects.iter().zip(plane).filter(|(_, size)| **size == LARGE) {
            smallest.lower(subject, reader.narrow()?.max(1));
        }
    }
    reader.end()?;
    Ok(count as u64)
}

/// The sets that are counted by subject alone.
fn dense(
    plan: &CountPlan,
    part: u32,
    side: &Side,
    table: &Table,
    emit: Emit<'_>,
    stop: &Stop,
) -> Result<(), ExchangeError> {
    let mut ranked: Vec<_> =
        side.dense.iter().map(|(item, ranked)| (*item, (&side.items.sets[*item], ranked))).collect();
    ranked.sort_unstable_by_key(|&(_, (set, _))| set);
    let passes = ranked.par_chunks(SETS_A_PASS).map(|pass| {
        let sets: Vec<_> = pass.iter().map(|&(_, set)| set).collect();
        let tallies = smallest_in_stretch(table, &sets, 0..table.records(), stop)?;
        let rows = pass.iter().zip(tallies).map(|(&(item, (_, ranked)), tally)| {
            let sizes = ranked.sizes().iter().map(|size| size.size).zip(tally);
            let smallest: Vec<(u32, u64)> = sizes.filter(|&(_, subjects)| subjects > 0).collect();
            smallest_row(plan.items[item].set, part, &smallest)
        });
        rows.collect::<Result<Vec<Row>, ExchangeError>>()
    });
    for row in passes.collect::<Result<Vec<_>, ExchangeError>>()?.into_iter().flatten() {
        emit(row)?;
    }
    Ok(())
}

/// Records with hot codes lower the smallest classes of their subjects.
fn hot(
    plan: &CountPlan,
    side: &Side,
    table: &Table,
    subjects: &[u32],
    smallest: &mut [Smallest],
    stop: &Stop,
) -> Result<(), ExchangeError> {
    let item_of = |set: u32| side.hot.iter().find(|(item, _)| plan.items[*item].set == set);
    smallest.par_iter_mut().zip(&plan.large).try_for_each(|(smallest, &set)| {
        let Some((item, sizes)) = item_of(set) else { return Ok(()) };
        lower_by_cells(table, &side.items.sets[*item], sizes, subjects, smallest, stop)
    })
}

fn lower_by_cells(
    table: &Table,
    set: &ColumnSet,
    sizes: &[u32],
    subjects: &[u32],
    smallest: &mut Smallest,
    stop: &Stop,
) -> Result<(), ExchangeError> {
    let mut prefix = Prefix::new();
    for start in (0..table.records()).step_by(BLOCK) {
        stop.check()?;
        let block = start..(start + BLOCK).min(table.records());
        prefix.forget();
        let numbers = prefix.of(table, set.columns(), block.clone());
        for (record, &number) in block.zip(numbers) {
            // An empty cell is one of records that are counted elsewhere.
            let size = sizes[number as usize];
            if size > 0 {
                smallest.lower(subjects[table.subject_of(record) as usize], size);
            }
        }
    }
    Ok(())
}
