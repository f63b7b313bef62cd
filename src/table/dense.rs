//! Counting with one cell for every possible class: no hashing, one sequential pass.
//!
//! Sets whose product of cardinalities is small are counted in batches. A batch takes a block of records at a time and
//! counts all of its sets over it while the block lies in the first-level cache and the cells of the batch in the
//! second-level cache. Sets that share all columns but the last share the work for the shared part.

use std::ops::Range;

use rayon::prelude::*;

use super::cell::Cell;
use super::counts::{SetCounts, SizeCount, SizeTally};
use super::records::stretches;
use super::{Codes, ColumnSet, Table};
use crate::stop::{Stop, StopReason, Watch};
use crate::with_codes;

/// Records of one block: the shared prefix and the subjects of a block are 4 bytes a record each.
const BLOCK: usize = 4096;

/// Sets to be counted together, with their positions in the caller's list.
pub(super) struct Batch<'a> {
    pub(super) sets: Vec<(usize, &'a ColumnSet)>,
}

impl Batch<'_> {
    /// Whether the cells of a set come from those of the next one, which has one column more and each class of which is one of
    /// the parts of a class: they lie side by side. So no record is looked at.
    fn is_rolled_up<C: Cell>(&self, place: usize) -> bool {
        let next = C::ROLLS_UP.then(|| self.sets.get(place + 1)).flatten();
        let shared = next.and_then(|(_, next)| next.columns().split_last()).map(|(_, shared)| shared);
        shared == Some(self.sets[place].1.columns())
    }
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
            watch.progress.advance(batch.sets.len() as u64);
            Ok(counted)
        })
        .collect::<Result<_, _>>()?;
    Ok(counted.into_iter().flatten().collect())
}

/// What `read` says of the cells of each set, with the place of the set.
pub(super) fn cells_of_sets<C: Cell, R: Send>(
    table: &Table,
    sets: Vec<(usize, &ColumnSet)>,
    batch_bytes: usize,
    watch: Watch<'_>,
    read: impl Fn(&[C]) -> R + Sync,
) -> Result<Vec<(usize, R)>, StopReason> {
    for_each_batch::<C, _>(table, sets, batch_bytes, watch, |batch, parts| {
        let cells = cells_of_batch::<C>(table, batch, parts, watch.stop)?;
        Ok(batch.sets.iter().zip(cells).map(|((place, _), cells)| (*place, read(&cells))).collect())
    })
}

/// The cells of each set of a batch.
fn cells_of_batch<C: Cell>(
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
    let stretches = stretches(table.records(), table.subject_of_record(), parts);
    let cells = cells_of_batch::<C>(table, batch, parts, stop)?;
    let ranked: Vec<Ranked> = cells.into_iter().map(|cells| Ranked::new(&cells)).collect();
    let smallest: Vec<Vec<u64>> = if C::RECORDS {
        let parts: Vec<Vec<Vec<u64>>> = stretches
            .par_iter()
            .map(|stretch| smallest_in_stretch(table, batch, &ranked, stretch.clone(), stop))
            .collect::<Result<_, _>>()?;
        added(parts, |total, counted| *total += counted)
    } else {
        Vec::new()
    };
    let counts = ranked.into_iter().enumerate().map(|(place, ranked)| {
        let subjects = smallest.get(place).map(Vec::as_slice);
        (batch.sets[place].0, ranked.into_counts::<C>(subjects))
    });
    Ok(counts.collect())
}

/// First pass: one cell array a set.
fn count_stretch<C: Cell>(
    table: &Table,
    batch: &Batch<'_>,
    stretch: Range<usize>,
    stop: &Stop,
) -> Result<Vec<Vec<C>>, StopReason> {
    let size = |set| cells_of(table, set).unwrap_or(0);
    let mut cells: Vec<Vec<C>> = batch.sets.iter().map(|&(_, set)| vec![C::default(); size(set)]).collect();
    let mut stamps = vec![0_u32; BLOCK];
    let mut prefix = Prefix::new();
    for start in stretch.clone().step_by(BLOCK) {
        stop.check()?;
        let block = start..(start + BLOCK).min(stretch.end);
        let stamps = &mut stamps[..block.len()];
        if let Some(subjects) = table.subject_of_record() {
            stamps.iter_mut().zip(&subjects[block.clone()]).for_each(|(stamp, subject)| *stamp = subject + 1);
        }
        prefix.forget();
        for (place, (cells, (_, set))) in cells.iter_mut().zip(&batch.sets).enumerate() {
            if batch.is_rolled_up::<C>(place) {
                continue;
            }
            let (last, shared) = set.columns().split_last().expect("a column set is not empty");
            let prefix = prefix.of(table, shared, block.clone());
            let column = &table.columns()[*last];
            let cardinality = column.cardinality;
            with_codes!(&column.codes, codes => {
                for ((&prefix, &code), &stamp) in prefix.iter().zip(&codes[block.clone()]).zip(stamps.iter()) {
                    cells[(prefix * cardinality + u32::from(code)) as usize].touch(stamp);
                }
            });
        }
    }
    for place in (0..cells.len()).rev().filter(|&place| batch.is_rolled_up::<C>(place)) {
        let (wholes, parts) = cells.split_at_mut(place + 1);
        let whole = &mut wholes[place];
        let width = parts[0].len() / whole.len().max(1);
        for (cell, parts) in whole.iter_mut().zip(parts[0].chunks(width.max(1))) {
            for &part in parts {
                cell.absorb(part);
            }
        }
    }
    Ok(cells)
}

/// The number of the class on all columns of a set but the last, for each record of a block.
struct Prefix<'a> {
    columns: Option<&'a [usize]>,
    numbers: Vec<u32>,
}

impl<'a> Prefix<'a> {
    fn new() -> Self {
        Self { columns: None, numbers: vec![0; BLOCK] }
    }

    fn forget(&mut self) {
        self.columns = None;
    }

    fn of(&mut self, table: &Table, columns: &'a [usize], block: Range<usize>) -> &[u32] {
        let numbers = &mut self.numbers[..block.len()];
        if self.columns != Some(columns) {
            numbers.fill(0);
            for &column in columns {
                let column = &table.columns()[column];
                extend(numbers, &column.codes, column.cardinality, block.clone());
            }
            self.columns = Some(columns);
        }
        numbers
    }
}

fn extend(numbers: &mut [u32], codes: &Codes, cardinality: u32, block: Range<usize>) {
    with_codes!(codes, codes => {
        for (number, &code) in numbers.iter_mut().zip(&codes[block]) {
            *number = *number * cardinality + u32::from(code);
        }
    });
}

/// What the stretches counted, added up place by place.
fn added<T>(stretches: Vec<Vec<Vec<T>>>, add: impl Fn(&mut T, T)) -> Vec<Vec<T>> {
    let mut stretches = stretches.into_iter();
    let mut total = stretches.next().unwrap_or_default();
    for stretch in stretches {
        for (total, counted) in total.iter_mut().zip(stretch) {
            total.iter_mut().zip(counted).for_each(|(total, counted)| add(total, counted));
        }
    }
    total
}

/// The class of each cell as its rank among the sizes that occur: small numbers that can index an array, and whose
/// order is the order of the classes, so that the smallest rank among a subject's records tells the smallest class.
struct Ranked {
    rank_of_cell: Codes,
    sizes: Vec<SizeCount>,
    record_pairs: u128,
}

impl Ranked {
    fn new<C: Cell>(cells: &[C]) -> Self {
        let mut tally = SizeTally::new();
        for cell in cells.iter().filter(|cell| cell.size() > 0) {
            tally.add(cell.size(), cell.records());
        }
        let (sizes, record_pairs) = tally.finish();
        if !C::RECORDS {
            return Self { rank_of_cell: Codes::U8(Vec::new()), sizes, record_pairs };
        }
        // Most classes are small: their rank is looked up, that of the few larger ones is searched.
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer sizes than records")]
        let search = |size: u32| sizes.partition_point(|row| row.size < size) as u32;
        let small: Vec<u32> = (0..1024).map(search).collect();
        // An empty cell gets rank 0 like the smallest class; no record asks for it.
        let rank = |cell: &C| small.get(cell.size() as usize).copied().unwrap_or_else(|| search(cell.size()));
        let rank_of_cell = Codes::from_codes(sizes.len(), cells.iter().map(rank));
        Self { rank_of_cell, sizes, record_pairs }
    }

    fn into_counts<C: Cell>(self, subjects: Option<&[u64]>) -> SetCounts {
        let Self { sizes, record_pairs, .. } = self;
        let subjects_by_smallest = match subjects {
            Some(subjects) => {
                let sizes = sizes.iter().map(|size| size.size).zip(subjects.iter().copied());
                sizes.filter(|&(_, count)| count > 0).collect()
            }
            None if C::SUBJECTS => Vec::new(),
            None => sizes.iter().map(|size| (size.size, size.records)).collect(),
        };
        SetCounts { sizes, record_pairs, subjects_by_smallest }
    }
}

/// Second pass: for each set, how many subjects have each rank as the smallest among their records.
fn smallest_in_stretch(
    table: &Table,
    batch: &Batch<'_>,
    ranked: &[Ranked],
    stretch: Range<usize>,
    stop: &Stop,
) -> Result<Vec<Vec<u64>>, StopReason> {
    let mut tallies: Vec<Vec<u64>> = ranked.iter().map(|ranked| vec![0; ranked.sizes.len()]).collect();
    // A subject's records may lie on both sides of a block border, so its smallest rank so far is carried over.
    let mut carried = vec![u32::MAX; ranked.len()];
    let mut smallest_so_far = vec![0_u32; BLOCK];
    let mut prefix = Prefix::new();
    let mut borders = Borders::new();
    for start in stretch.clone().step_by(BLOCK) {
        stop.check()?;
        let block = start..(start + BLOCK).min(stretch.end);
        borders.find(table, block.clone());
        prefix.forget();
        for (place, (_, set)) in batch.sets.iter().enumerate() {
            let (last, shared) = set.columns().split_last().expect("a column set is not empty");
            let prefix = prefix.of(table, shared, block.clone());
            let column = &table.columns()[*last];
            let smallest_so_far = &mut smallest_so_far[..block.len()];
            with_codes!(&column.codes, codes => with_codes!(&ranked[place].rank_of_cell, ranks => {
                let numbers = prefix.iter().zip(&codes[block.clone()]);
                let numbers = numbers.map(|(&prefix, &code)| (prefix * column.cardinality + u32::from(code)) as usize);
                let mut smallest = carried[place];
                // Without a branch: a restart of all ones lifts the smallest so far above every rank.
                for ((number, &restart), so_far) in numbers.zip(&borders.restarts).zip(smallest_so_far.iter_mut()) {
                    smallest = u32::from(ranks[number]).min(smallest | restart);
                    *so_far = smallest;
                }
                carried[place] = smallest;
            }));
            let tally = &mut tallies[place];
            borders.ends.iter().for_each(|&end| tally[smallest_so_far[end as usize] as usize] += 1);
        }
    }
    Ok(tallies)
}

/// Where the records of one subject begin and end within a block.
struct Borders {
    /// All ones at the first record of a subject, else zero.
    restarts: Vec<u32>,
    /// The last record of each subject that ends in the block.
    ends: Vec<u32>,
}

impl Borders {
    fn new() -> Self {
        Self { restarts: Vec::with_capacity(BLOCK), ends: Vec::with_capacity(BLOCK) }
    }

    fn find(&mut self, table: &Table, block: Range<usize>) {
        let subjects = table.subject_of_record().unwrap_or_default();
        self.restarts.clear();
        self.restarts
            .push(u32::MAX * u32::from(block.start == 0 || subjects[block.start] != subjects[block.start - 1]));
        let neighbours = subjects[block.clone()].windows(2);
        self.restarts.extend(neighbours.map(|pair| u32::from(pair[0] != pair[1]).wrapping_neg()));
        let ends = &table.subject_starts()[subjects[block.start] as usize + 1..];
        let ends = ends.iter().take_while(|&&end| end as usize <= block.end);
        self.ends.clear();
        #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
        self.ends.extend(ends.map(|end| end - 1 - block.start as u32));
    }
}
