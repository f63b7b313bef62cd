//! Equal cells, equal number: the distinct tuples of several columns, numbered.
//!
//! Nothing is hashed. While the product of the cardinalities is small, the number of a tuple is its place in that
//! product (one multiplication a column and record). When the product grows too large, the tuples so far are numbered
//! densely together with the next column: records are sorted by the narrower of the two, and within each of its
//! values the other is numbered by what was given last.

use std::sync::Arc;

use rayon::prelude::*;

use super::order::Order;
use super::{Buffer, Codes, Ground, Table};
use crate::with_codes;

/// Products up to this need not be dense, however few the records are.
const SPARSE: u64 = 1 << 16;

/// Records that are numbered at a time, so that their numbers stay in the first-level cache from column to column.
const BLOCK: usize = 1 << 12;

/// One number a record.
pub(super) struct TupleNumbers {
    pub(super) of_record: Vec<u32>,
    /// Every number is below this; not every one need occur.
    pub(super) bound: u32,
}

/// The same where the columns may lie on a ground: the numbers lie there too.
pub(super) struct Numbers {
    pub(super) of_record: Buffer<u32>,
    pub(super) bound: u32,
}

/// The codes of a column, and a number that is above each of them.
pub(super) type Coded<'a> = (&'a Codes, u32);

/// Possible tuples up to which each has a number, whether it occurs or not.
pub(super) fn most_tuples(table: &Table) -> u64 {
    most_tuples_of(table.records())
}

fn most_tuples_of(records: usize) -> u64 {
    (records as u64).max(SPARSE).min(u64::from(u32::MAX - 1))
}

/// Numbers the tuples of `columns`; two records have the same number exactly when they agree on all of them.
pub(super) fn number_tuples(table: &Table, columns: &[usize]) -> TupleNumbers {
    let columns = columns.iter().map(|&column| &table.columns()[column]);
    let columns = columns.map(|column| (&column.codes, column.cardinality)).collect();
    let Numbers { of_record, bound } = number_records(columns, table.records(), None);
    TupleNumbers { of_record: of_record.into_vec(), bound }
}

/// [`number_tuples`] of so many records, with numbers on a ground where there is one.
pub(super) fn number_records(mut columns: Vec<Coded<'_>>, records: usize, ground: Option<&Arc<dyn Ground>>) -> Numbers {
    let limit = most_tuples_of(records);
    // Narrow columns first: their product stays small for longest.
    columns.sort_by_key(|&(_, cardinality)| cardinality);
    let mut numbers = Numbers { of_record: Buffer::zeroed(ground, records), bound: 1 };
    let mut waiting = columns.as_slice();
    while let Some((&next, behind)) = waiting.split_first() {
        let fitting = fitting(waiting, numbers.bound, limit);
        if fitting == 0 {
            numbers = refined(numbers, next);
            waiting = behind;
            // Numbered densely, and each record differs from all others: no further column tells more.
            if numbers.bound as usize == records {
                break;
            }
        } else {
            multiply(&waiting[..fitting], &mut numbers);
            waiting = &waiting[fitting..];
        }
    }
    numbers
}

/// How many of the columns can be multiplied to `bound` without going over `limit`.
fn fitting(columns: &[Coded<'_>], bound: u32, limit: u64) -> usize {
    let mut product = u64::from(bound);
    let within = |&&(_, cardinality): &&Coded<'_>| {
        product = product.saturating_mul(u64::from(cardinality.max(1)));
        product <= limit
    };
    columns.iter().take_while(within).count()
}

fn multiply(columns: &[Coded<'_>], numbers: &mut Numbers) {
    let is_first = numbers.bound == 1;
    numbers.of_record.as_mut_slice().par_chunks_mut(BLOCK).enumerate().for_each(|(block, numbers)| {
        let start = block * BLOCK;
        if is_first {
            // They are 0; but reading untouched memory before it is written costs a second page fault.
            numbers.fill(0);
        }
        for &(codes, cardinality) in columns {
            let cardinality = cardinality.max(1);
            with_codes!(codes, codes => {
                let codes = &codes[start..start + numbers.len()];
                for (number, &code) in numbers.iter_mut().zip(codes) {
                    *number = *number * cardinality + u32::from(code);
                }
            });
        }
    });
    for &(_, cardinality) in columns {
        numbers.bound *= cardinality.max(1);
    }
}

/// Dense numbers of the pairs (number so far, code).
fn refined(numbers: Numbers, (codes, cardinality): Coded<'_>) -> Numbers {
    let bound = numbers.bound;
    let numbers = Codes::U32(numbers.of_record);
    let ground = numbers.ground();
    if cardinality <= bound {
        pair_numbers((codes, cardinality), (&numbers, bound), ground)
    } else {
        pair_numbers((&numbers, bound), (codes, cardinality), ground)
    }
}

/// Dense numbers of pairs; `outer` is sorted by, `inner` is numbered in each group.
fn pair_numbers(
    (outer, outer_bound): Coded<'_>,
    (inner, inner_bound): Coded<'_>,
    ground: Option<&Arc<dyn Ground>>,
) -> Numbers {
    let order = Order::by(outer, outer_bound, None);
    // Each task remembers a number for every inner code, so there are few.
    let tasks = rayon::current_num_threads().clamp(1, 4);
    let cuts = cuts(order.starts(), tasks);
    let inner = order.applied_to(inner);
    let mut sorted: Buffer<u32> = Buffer::zeroed(ground, order.len());
    let mut slices: Vec<(&[u32], &mut [u32])> = Vec::with_capacity(tasks);
    let mut rest = sorted.as_mut_slice();
    for groups in cuts.windows(2) {
        let starts = &order.starts()[groups[0]..=groups[1]];
        let length = (starts[starts.len() - 1] - starts[0]) as usize;
        let (slice, behind) = rest.split_at_mut(length);
        rest = behind;
        slices.push((starts, slice));
    }
    let counts: Vec<u32> = slices
        .par_iter_mut()
        .map(|(starts, numbers)| {
            let mut given: Buffer<u32> = Buffer::zeroed(ground, inner_bound as usize);
            let given = given.as_mut_slice();
            with_codes!(&inner, codes => number_groups(starts, given, numbers, |place| u32::from(codes[place])))
        })
        .collect();
    let mut first = 0;
    for ((_, numbers), count) in slices.iter_mut().zip(&counts) {
        numbers.par_iter_mut().for_each(|number| *number += first);
        first += count;
    }
    drop((slices, inner));
    Numbers { of_record: order.restored(sorted), bound: first }
}

/// Numbers the codes of each group anew; returns how many numbers were given.
///
/// Numbers only grow, so a code has been seen in this group when the number it was given last, kept one higher so that 0
/// means none, is at least the first of the group.
fn number_groups(starts: &[u32], given: &mut [u32], numbers: &mut [u32], code_of: impl Fn(usize) -> u32) -> u32 {
    let first = starts[0];
    let mut next = 0;
    for group in starts.windows(2) {
        let first_of_group = next;
        for place in group[0]..group[1] {
            let known = &mut given[code_of(place as usize) as usize];
            if *known <= first_of_group {
                next += 1;
                *known = next;
            }
            numbers[(place - first) as usize] = *known - 1;
        }
    }
    next
}

/// Groups cut into about equal numbers of records: the first group of each part, and the number of groups at last.
pub(super) fn cuts(starts: &[u32], parts: usize) -> Vec<usize> {
    let groups = starts.len() - 1;
    let records = starts[groups] as usize;
    let mut cuts: Vec<usize> =
        (0..parts).map(|part| starts.partition_point(|&start| (start as usize) < records * part / parts)).collect();
    cuts[0] = 0;
    cuts.push(groups);
    for place in 1..cuts.len() {
        cuts[place] = cuts[place].clamp(cuts[place - 1], groups);
    }
    cuts
}
