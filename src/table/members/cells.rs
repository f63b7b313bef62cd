//! A cell for each pair of a class and a value, where each record is a member.
//!
//! # Advice for hackers
//! Adding one to a cell costs more than reading a code. Columns of few values are counted together, a cell for each
//! combination of their values, and told apart at the end.

use std::ops::Range;

use rayon::prelude::*;

use super::super::dense::{BLOCK, Prefix, cells_of};
use super::super::numbers;
use super::super::records::stretches;
use super::super::{Column, ColumnSet, Table};
use crate::stop::{Stop, StopReason};
use crate::with_codes;

/// Cells of all columns together, for each thread: a few megabytes.
const MOST_CELLS: usize = 1 << 20;
/// Combinations of values up to which columns are counted together.
const JOINT_VALUES: usize = 64;
/// Cells to a record: clearing and reading them must not cost more than counting.
const CELLS_A_RECORD: usize = 2;

/// What is counted together.
pub(super) struct Plan<'a> {
    set: &'a ColumnSet,
    bound: usize,
    /// Places of the columns that are counted together, and the combinations of their values.
    joints: Vec<(Vec<usize>, usize)>,
}

/// Whether each record is a member and cells are few.
pub(super) fn plan<'a>(table: &Table, set: &'a ColumnSet, columns: &[Column]) -> Option<Plan<'a>> {
    if table.has_subjects() || set.is_empty() || table.records() == 0 {
        return None;
    }
    let bound = cells_of(table, set).filter(|&bound| bound <= MOST_CELLS)?;
    let joints = joints(columns);
    let width: usize = joints.iter().map(|(_, width)| width).sum();
    let cells = bound.checked_mul(width)?;
    (cells <= MOST_CELLS.min((table.records() * CELLS_A_RECORD).max(1 << 8))).then_some(Plan { set, bound, joints })
}

/// The widest columns first, each with the narrower ones that still fit.
fn joints(columns: &[Column]) -> Vec<(Vec<usize>, usize)> {
    let width = |place: usize| columns[place].cardinality.max(1) as usize;
    let mut places: Vec<usize> = (0..columns.len()).collect();
    places.sort_by_key(|&place| std::cmp::Reverse(width(place)));
    let mut joints: Vec<(Vec<usize>, usize)> = Vec::new();
    for place in places {
        match joints.iter_mut().find(|(_, all)| *all * width(place) <= JOINT_VALUES) {
            Some((together, all)) => {
                together.push(place);
                *all *= width(place);
            }
            None => joints.push((vec![place], width(place))),
        }
    }
    joints
}

/// The bound of the classes, and for each column the members of each pair of a class and a value.
pub(super) fn count(
    table: &Table,
    plan: &Plan<'_>,
    columns: &[Column],
    stop: &Stop,
) -> Result<(usize, Vec<Vec<u32>>), StopReason> {
    let parts = rayon::current_num_threads().min(table.records() / (1 << 14) + 1);
    let stretches = stretches(table.records(), None, parts);
    let count = |stretch: &Range<usize>| count_stretch(table, plan, columns, stretch.clone(), stop);
    let counted: Vec<Vec<Vec<u32>>> = stretches.par_iter().map(count).collect::<Result<_, _>>()?;
    let mut counted = counted.into_iter();
    let mut cells = counted.next().unwrap_or_default();
    for other in counted {
        for (cells, other) in cells.iter_mut().zip(other) {
            cells.iter_mut().zip(other).for_each(|(cell, other)| *cell += other);
        }
    }
    Ok((plan.bound, by_column(plan, columns, cells)))
}

/// For each joint the records of a stretch in each of its cells.
fn count_stretch(
    table: &Table,
    plan: &Plan<'_>,
    columns: &[Column],
    stretch: Range<usize>,
    stop: &Stop,
) -> Result<Vec<Vec<u32>>, StopReason> {
    let mut cells: Vec<Vec<u32>> = plan.joints.iter().map(|&(_, width)| vec![0; plan.bound * width]).collect();
    let mut prefix = Prefix::new();
    let mut places = vec![0_u32; BLOCK];
    for start in stretch.clone().step_by(BLOCK) {
        stop.check()?;
        let block = start..(start + BLOCK).min(stretch.end);
        let places = &mut places[..block.len()];
        prefix.forget();
        let classes = prefix.of(table, plan.set.columns(), block.clone());
        for ((together, _), cells) in plan.joints.iter().zip(&mut cells) {
            for (number, &place) in together.iter().enumerate() {
                let Column { codes, cardinality, .. } = &columns[place];
                with_codes!(codes, codes => match number {
                    0 => numbers::of_parts(classes, (*cardinality).max(1), &codes[block.clone()], places),
                    _ => numbers::extend(places, (*cardinality).max(1), &codes[block.clone()]),
                });
            }
            for &place in places.iter() {
                cells[place as usize] += 1;
            }
        }
    }
    Ok(cells)
}

/// The cells of each joint told apart: for each column the members of each pair of a class and a value.
fn by_column(plan: &Plan<'_>, columns: &[Column], cells: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    let mut apart = vec![Vec::new(); columns.len()];
    for ((together, width), cells) in plan.joints.iter().zip(cells) {
        if let [only] = together.as_slice() {
            apart[*only] = cells;
            continue;
        }
        for (number, &place) in together.iter().enumerate() {
            let values = columns[place].cardinality.max(1) as usize;
            // A code stands above the combinations of the columns behind it.
            let behind: usize =
                together[number + 1..].iter().map(|&place| columns[place].cardinality.max(1) as usize).product();
            let value_of: Vec<usize> = (0..*width).map(|joint| joint / behind % values).collect();
            let mut own = vec![0; plan.bound * values];
            for (own, row) in own.chunks_exact_mut(values).zip(cells.chunks_exact(*width)) {
                row.iter().zip(&value_of).for_each(|(&members, &value)| own[value] += members);
            }
            apart[place] = own;
        }
    }
    apart
}
