//! Counting with one cell for every possible class: no hashing, one sequential pass.
//!
//! Sets whose product of cardinalities is small are counted in batches. A batch takes a block of records at a time and
//! counts all of its sets over it while the block lies in the first-level cache and the cells of the batch in the
//! second-level cache. Sets that share all columns but the last share the work for the shared part.

use std::ops::Range;

use rayon::prelude::*;

use super::cell::Cell;
use super::counts::SetCounts;
use super::numbers;
use super::ranked::{self, Ranked, RankedSet};
use super::records::stretches;
use super::{Column, ColumnSet, Table};
use crate::stop::{Stop, StopReason, Watch};
use crate::with_codes;

/// Records of one block: the subjects, the shared prefix and the classes on sets side by side are 4 bytes a record each.
pub(super) const BLOCK: usize = 1024;

/// Sets that are counted side by side.
const ABREAST: usize = 4;

/// Sets to be counted together, with their positions in the caller's list.
pub(super) struct Batch<'a> {
    pub(super) sets: Vec<(usize, &'a ColumnSet)>,
}

/// Splits sets, in lexicographic order, into batches whose cells fit `budget` bytes (a larger set stands alone).
fn batches<'a, C: Cell>(table: &Table, mut sets: Vec<(usize, &'a ColumnSet)>, budget: usize) -> Vec<Batch<'a>> {
    sets.sort_unstable_by_key(|&(_, set)| set);
    let mut batches: Vec<Batch<'a>> = Vec::new();
    let mut room = 0;
    for (index, set) in sets {
        let bytes = cells_of(table, set).unwrap_or(usize::MAX).saturating_mul(size_of::<C>());
        match batches.last_mut() {
            Some(batch) if bytes <= room => {
                room -= bytes;
                batch.sets.push((index, set));
            }
            _ => {
                room = budget.saturating_sub(bytes);
                batches.push(Batch { sets: vec![(index, set)] });
            }
        }
    }
    batches
}

/// Product of the cardinalities of a set; `None` when it does not fit.
pub(super) fn cells_of(table: &Table, set: &ColumnSet) -> Option<usize> {
    set.columns()
        .iter()
        .try_fold(1_usize, |product, &column| product.checked_mul(table.columns()[column].cardinality.max(1) as usize))
}

/// Hands the sets to `count` in batches that are counted in parallel, with the number of stretches to cut the records into.
pub(super) fn for_each_batch<C: Cell, R: Send>(
    table: &Table,
    sets: Vec<(usize, &ColumnSet)>,
    batch_bytes: usize,
    watch: Watch<'_>,
    count: impl Fn(&Batch<'_>, usize) -> Result<Vec<R>, StopReason> + Sync,
) -> Result<Vec<R>, StopReason> {
    let batches = batches::<C>(table, sets, batch_bytes);
    // Few batches: cut the records as well, so that no core is idle.
    let threads = rayon::current_num_threads();
    let parts = if batches.len() >= 4 * threads { 1 } else { (4 * threads).div_ceil(batches.len().max(1)) };
    let parts = parts.min(table.records() / 4096 + 1);
    let counted: Vec<Vec<R>> = batches
        .par_iter()
        .with_max_len(1)
        .map(|batch| {
            let counted = count(batch, parts)?;
            watch.progress.advance(counted.len() as u64);
            Ok(counted)
        })
        .collect::<Result<_, _>>()?;
    Ok(counted.into_iter().flatten().collect())
}

/// The cells of each set of a batch, in the order of its columns, the last one running fastest.
pub(super) fn cells_of_batch<C: Cell>(
    table: &Table,
    batch: &Batch<'_>,
    parts: usize,
    stop: &Stop,
) -> Result<Vec<Vec<C>>, StopReason> {
    let stretches = stretches(table.records(), table.subject_of_record(), parts);
    let count = |stretch: &Range<usize>| count_stretch(table, batch, stretch.clone(), stop);
    let partial: Vec<Vec<Vec<C>>> = stretches.par_iter().map(count).collect::<Result<_, _>>()?;
    Ok(added(partial, C::absorb))
}

/// Counts every set of a batch, with the records cut into `parts` stretches that are counted in parallel.
pub(super) fn count_batch<C: Cell>(
    table: &Table,
    batch: &Batch<'_>,
    parts: usize,
    stop: &Stop,
) -> Result<Vec<(usize, SetCounts)>, StopReason> {
    let cells = cells_of_batch::<C>(table, batch, parts, stop)?;
    let mut sets = Vec::with_capacity(batch.sets.len());
    for (&(place, set), cells) in batch.sets.iter().zip(cells) {
        let ranked = Ranked::new::<C>(cells.iter().map(|cell| (cell.size(), cell.records())));
        sets.push(RankedSet { place, set, ranked });
    }
    ranked::counts::<C>(table, sets, parts, stop)
}

/// One array of cells for each set.
fn count_stretch<C: Cell>(
    table: &Table,
    batch: &Batch<'_>,
    stretch: Range<usize>,
    stop: &Stop,
) -> Result<Vec<Vec<C>>, StopReason> {
    let size = |set| cells_of(table, set).unwrap_or(0);
    let mut cells: Vec<Vec<C>> = batch.sets.iter().map(|&(_, set)| vec![C::default(); size(set)]).collect();
    let mut stamps = vec![0_u32; BLOCK];
    let mut numbers: [Vec<u32>; ABREAST] = std::array::from_fn(|_| vec![0; BLOCK]);
    let mut prefix = Prefix::new();
    for start in stretch.clone().step_by(BLOCK) {
        stop.check()?;
        let block = start..(start + BLOCK).min(stretch.end);
        let stamps = &mut stamps[..block.len()];
        if let Some(subjects) = table.subject_of_record() {
            stamps.iter_mut().zip(&subjects[block.clone()]).for_each(|(stamp, subject)| *stamp = subject + 1);
        } else if C::SUBJECTS {
            // Each record is its own subject.
            let numbers = (1..).skip(block.start).take(stamps.len());
            stamps.iter_mut().zip(numbers).for_each(|(stamp, number)| *stamp = number);
        }
        prefix.forget();
        for (cells, sets) in cells.chunks_mut(ABREAST).zip(batch.sets.chunks(ABREAST)) {
            for ((_, set), numbers) in sets.iter().zip(&mut numbers) {
                let (last, shared) = set.columns().split_last().expect("a column set is not empty");
                let prefix = prefix.of(table, shared, block.clone());
                let Column { codes, cardinality, .. } = &table.columns()[*last];
                with_codes!(codes, codes => numbers::of_parts(prefix, *cardinality, &codes[block.clone()], numbers));
            }
            touch_each(cells, &numbers, stamps);
        }
    }
    Ok(cells)
}

/// One record after the other touches its cell in each of the sets. While the processor waits for the cells of one set it
/// works on those of another.
fn touch_each<C: Cell>(cells: &mut [Vec<C>], numbers: &[Vec<u32>; ABREAST], stamps: &[u32]) {
    if let [one, two, three, four] = cells {
        let [first, second, third, fourth] = numbers;
        let records = first.iter().zip(second).zip(third).zip(fourth).zip(stamps);
        for ((((&first, &second), &third), &fourth), &stamp) in records {
            one[first as usize].touch(stamp);
            two[second as usize].touch(stamp);
            three[third as usize].touch(stamp);
            four[fourth as usize].touch(stamp);
        }
        return;
    }
    for (cells, numbers) in cells.iter_mut().zip(numbers) {
        numbers.iter().zip(stamps).for_each(|(&number, &stamp)| cells[number as usize].touch(stamp));
    }
}

/// The number of the class on all columns of a set but the last, for each record of a block.
pub(super) struct Prefix<'a> {
    columns: Option<&'a [usize]>,
    numbers: Vec<u32>,
}

impl<'a> Prefix<'a> {
    pub(super) fn new() -> Self {
        Self { columns: None, numbers: vec![0; BLOCK] }
    }

    pub(super) fn forget(&mut self) {
        self.columns = None;
    }

    pub(super) fn of(&mut self, table: &Table, columns: &'a [usize], block: Range<usize>) -> &[u32] {
        let numbers = &mut self.numbers[..block.len()];
        if self.columns != Some(columns) {
            self.columns = Some(columns);
            let Some((&first, others)) = columns.split_first() else {
                numbers.fill(0);
                return numbers;
            };
            with_codes!(&table.columns()[first].codes, codes => {
                numbers.iter_mut().zip(&codes[block.clone()]).for_each(|(number, &code)| *number = code.into());
            });
            for &column in others {
                let Column { codes, cardinality, .. } = &table.columns()[column];
                with_codes!(codes, codes => numbers::extend(numbers, *cardinality, &codes[block.clone()]));
            }
        }
        numbers
    }
}

/// What the stretches counted, added up place by place.
pub(super) fn added<T>(stretches: Vec<Vec<Vec<T>>>, add: impl Fn(&mut T, T)) -> Vec<Vec<T>> {
    let mut stretches = stretches.into_iter();
    let mut total = stretches.next().unwrap_or_default();
    for stretch in stretches {
        for (total, counted) in total.iter_mut().zip(stretch) {
            total.iter_mut().zip(counted).for_each(|(total, counted)| add(total, counted));
        }
    }
    total
}
