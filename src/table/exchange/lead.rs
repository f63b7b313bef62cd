//! Sets of many possible classes: each part of a lead has whole classes of them.

use rayon::prelude::*;

use super::blob::{self, push_varint};
use super::plan::{CountPlan, Exchange};
use super::{Emit, ExchangeError, Kind, PartTable, Row, number_row, part, sizes_row};
use crate::stop::{Stop, StopReason};
use crate::table::cell::{Cell, FullCell, RecordCell};
use crate::table::count::by_lead;
use crate::table::counts::SizeTally;
use crate::table::grouped::{self, GroupLimits, GroupedSet, LeadView};
use crate::table::smallest::SmallestClasses;
use crate::table::{ColumnSet, Table};

/// Records up to which the classes of a group are numbered through a hash table.
const HASHED_RECORDS: usize = 1 << 16;

/// Subjects of one row, so that rows stay small.
const SUBJECTS_A_ROW: usize = 1 << 18;

/// Stands for a larger class, which follows.
pub(super) const LARGE: u8 = u8::MAX;

/// The smallest class of each subject of a part on one set: one byte, and in full where that does not do.
struct Plane {
    small: Vec<u8>,
    large: Vec<u32>,
}

/// [`Step::Classes`](super::Step::Classes) of one part.
pub(super) fn classes_of_part(
    plan: &CountPlan,
    part: u32,
    rows: &mut dyn Iterator<Item = Result<Row, ExchangeError>>,
    emit: Emit<'_>,
    stop: &Stop,
) -> Result<(), ExchangeError> {
    let exchange = plan.exchange_of(part).ok_or(ExchangeError::Damaged("a part of subjects has no lead"))?;
    let mut records = part::PartRecords::new(plan, part)?;
    for row in rows {
        records.add(row?)?;
    }
    let PartTable { table, subjects } = records.into_table()?;
    let counted = match plan.subjects {
        Some(_) => count::<FullCell>(plan, &plan.exchanges[exchange], &table, stop)?,
        None => count::<RecordCell>(plan, &plan.exchanges[exchange], &table, stop)?,
    };
    drop(table);
    let mut planes = Vec::new();
    for ((tally, plane), &set) in counted.into_iter().zip(&plan.exchanges[exchange].sets) {
        let (sizes, record_pairs) = tally.finish();
        emit(sizes_row(set, part, &sizes, record_pairs)?)?;
        planes.push(plane);
    }
    if plan.subjects.is_some() {
        send_minima(plan, exchange, &subjects, &planes, emit)?;
        emit(number_row(Kind::Sent, part, subjects.len() as u64)?)?;
    }
    Ok(())
}

/// The classes of each set of an exchange, in their order.
fn count<C: Cell>(
    plan: &CountPlan,
    exchange: &Exchange,
    table: &Table,
    stop: &Stop,
) -> Result<Vec<(SizeTally, Plane)>, StopReason> {
    let sets: Vec<ColumnSet> = exchange.sets.iter().map(|&set| plan.local_set(set, &exchange.columns)).collect();
    let mut counted: Vec<Option<(SizeTally, Plane)>> = sets.iter().map(|_| None).collect();
    for (lead, sets) in by_lead(table, sets.iter().enumerate().collect()) {
        let view = LeadView::new(table, lead, sets.iter().map(|&(_, set)| set), C::SUBJECTS);
        let sets: Vec<GroupedSet<'_>> =
            sets.into_iter().map(|(place, set)| GroupedSet { place, set, repeats: None }).collect();
        for (place, found) in count_under_lead::<C>(plan, table, &view, &sets, stop)? {
            counted[place] = Some(found);
        }
    }
    Ok(counted.into_iter().flatten().collect())
}

type Placed = (usize, (SizeTally, Plane));

fn count_under_lead<C: Cell>(
    plan: &CountPlan,
    table: &Table,
    view: &LeadView,
    sets: &[GroupedSet<'_>],
    stop: &Stop,
) -> Result<Vec<Placed>, StopReason> {
    let limits = GroupLimits { cells: plan.group_cells, hashed_records: HASHED_RECORDS };
    let count = |set: &GroupedSet<'_>, parts: usize| {
        let smallest = SmallestClasses::new(if C::RECORDS { table.subjects() } else { 0 });
        let tally = grouped::tally::<C>(table, view, set, parts, limits, &smallest, stop)?;
        Ok((set.place, (tally, plane(&smallest))))
    };
    // Either sets or groups are counted side by side, never both: a thread that waits for its groups must not begin a
    // further set, whose smallest classes take memory.
    let threads = rayon::current_num_threads();
    if sets.len() >= threads {
        sets.par_iter().with_max_len(1).map(|set| count(set, 1)).collect()
    } else {
        sets.iter().map(|set| count(set, 2 * threads)).collect()
    }
}

fn plane(smallest: &SmallestClasses) -> Plane {
    let mut large = Vec::new();
    let small = smallest.each().map(|size| match u8::try_from(size) {
        Ok(size) if size != LARGE => size,
        _ => {
            large.push(size);
            LARGE
        }
    });
    Plane { small: small.collect(), large }
}

/// A row for each part of subjects: the exchange, the subjects, and a plane for each of its sets.
fn send_minima(
    plan: &CountPlan,
    exchange: usize,
    subjects: &[u32],
    planes: &[Plane],
    emit: Emit<'_>,
) -> Result<(), ExchangeError> {
    let mut large: Vec<std::slice::Iter<'_, u32>> = planes.iter().map(|plane| plane.large.iter()).collect();
    let part_of = |place: usize| subjects[place] / plan.subjects_a_part;
    let mut start = 0;
    while start < subjects.len() {
        let part = part_of(start);
        let room = SUBJECTS_A_ROW.min(subjects.len() - start);
        let end =
            start + subjects[start..start + room].partition_point(|subject| subject / plan.subjects_a_part == part);
        let mut raw = Vec::with_capacity((end - start) * (planes.len() + 2) + 16);
        push_varint(&mut raw, exchange as u64);
        push_varint(&mut raw, (end - start) as u64);
        let mut last = 0;
        for &subject in &subjects[start..end] {
            push_varint(&mut raw, u64::from(subject - last));
            last = subject;
        }
        for (plane, large) in planes.iter().zip(&mut large) {
            let small = &plane.small[start..end];
            raw.extend_from_slice(small);
            let in_full = small.iter().map(|&size| usize::from(size == LARGE)).sum();
            large.by_ref().take(in_full).for_each(|&size| push_varint(&mut raw, size.into()));
        }
        emit(Row { part, kind: Kind::Minima, blob: blob::pack(&raw)? })?;
        start = end;
    }
    Ok(())
}
