//! From the cells of a set to its counts: classes by size, and the smallest class of each subject.

use std::ops::Range;

use rayon::prelude::*;

use super::cell::Cell;
use super::counts::{SetCounts, SizeCount, SizeTally};
use super::dense::{BLOCK, Prefix, added};
use super::records::stretches;
use super::{Codes, Column, ColumnSet, Table};
use crate::stop::{Stop, StopReason};
use crate::with_codes;

/// A set whose cells are counted, with its place among the sets of the caller.
pub(super) struct RankedSet<'a> {
    pub(super) place: usize,
    pub(super) set: &'a ColumnSet,
    pub(super) ranked: Ranked,
}

/// The counts of each set. Where records differ from subjects they are passed over once more, in `parts` stretches.
pub(super) fn counts<C: Cell>(
    table: &Table,
    sets: Vec<RankedSet<'_>>,
    parts: usize,
    stop: &Stop,
) -> Result<Vec<(usize, SetCounts)>, StopReason> {
    let smallest: Vec<Vec<u64>> = if C::RECORDS {
        let stretches = stretches(table.records(), table.subject_of_record(), parts);
        let ranked: Vec<(&ColumnSet, &Ranked)> = sets.iter().map(|set| (set.set, &set.ranked)).collect();
        let smallest = |stretch: &Range<usize>| smallest_in_stretch(table, &ranked, stretch.clone(), stop);
        let parts = stretches.par_iter().map(smallest).collect::<Result<_, _>>()?;
        added(parts, |total, counted| *total += counted)
    } else {
        Vec::new()
    };
    let counts = sets.into_iter().enumerate().map(|(index, RankedSet { place, ranked, .. })| {
        (place, ranked.into_counts::<C>(smallest.get(index).map(Vec::as_slice)))
    });
    Ok(counts.collect())
}

/// As [`counts`], for so many sets that each thread takes some of them.
pub(super) fn counts_of_many<C: Cell>(
    table: &Table,
    mut sets: Vec<RankedSet<'_>>,
    stop: &Stop,
) -> Result<Vec<(usize, SetCounts)>, StopReason> {
    sets.sort_by_key(|set| set.set);
    let threads = rayon::current_num_threads();
    let a_batch = sets.len().div_ceil(4 * threads).clamp(1, 16);
    let parts = if sets.len() >= 4 * threads { 1 } else { threads.min(table.records() / 4096 + 1) };
    let mut batches = Vec::new();
    while !sets.is_empty() {
        let rest = sets.split_off(a_batch.min(sets.len()));
        batches.push(std::mem::replace(&mut sets, rest));
    }
    let counted = batches.into_par_iter().with_max_len(1).map(|batch| counts::<C>(table, batch, parts, stop));
    Ok(counted.collect::<Result<Vec<_>, _>>()?.concat())
}

/// The class of each cell as its rank among the sizes that occur: small numbers that can index an array, and whose
/// order is the order of the classes, so that the smallest rank among a subject's records tells the smallest class.
pub(super) struct Ranked {
    rank_of_cell: Codes,
    sizes: Vec<SizeCount>,
    record_pairs: u128,
}

impl Ranked {
    /// From the subjects and records of each cell.
    pub(super) fn new<C: Cell>(cells: impl ExactSizeIterator<Item = (u32, impl Into<u64>)> + Clone) -> Self {
        let mut tally = SizeTally::new();
        cells.clone().filter(|&(size, _)| size > 0).for_each(|(size, records)| tally.add(size, records));
        let (sizes, record_pairs) = tally.finish();
        if !C::RECORDS {
            return Self { rank_of_cell: Codes::with_capacity(0, 0), sizes, record_pairs };
        }
        // Most classes are small: their rank is looked up, that of the few larger ones is searched.
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer sizes than records")]
        let search = |size: u32| sizes.partition_point(|row| row.size < size) as u32;
        let small: Vec<u32> = (0..1024).map(search).collect();
        // An empty cell gets rank 0 like the smallest class; no record asks for it.
        let rank = |size: u32| small.get(size as usize).copied().unwrap_or_else(|| search(size));
        let rank_of_cell = Codes::from_codes(sizes.len(), cells.map(|(size, _)| rank(size)));
        Self { rank_of_cell, sizes, record_pairs }
    }

    /// The sizes that occur, ascending: a rank is a place in them.
    pub(super) fn sizes(&self) -> &[SizeCount] {
        &self.sizes
    }

    pub(super) fn into_counts<C: Cell>(self, subjects: Option<&[u64]>) -> SetCounts {
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

/// For each set, how many subjects have each rank as the smallest among their records.
pub(super) fn smallest_in_stretch(
    table: &Table,
    sets: &[(&ColumnSet, &Ranked)],
    stretch: Range<usize>,
    stop: &Stop,
) -> Result<Vec<Vec<u64>>, StopReason> {
    let mut tallies: Vec<Vec<u64>> = sets.iter().map(|(_, ranked)| vec![0; ranked.sizes.len()]).collect();
    // A subject's records may lie on both sides of a block border, so its smallest rank so far is carried over.
    let mut carried = vec![u32::MAX; sets.len()];
    let mut smallest_so_far = vec![0_u32; BLOCK];
    let mut prefix = Prefix::new();
    let mut borders = Borders::new();
    for start in stretch.clone().step_by(BLOCK) {
        stop.check()?;
        let block = start..(start + BLOCK).min(stretch.end);
        borders.find(table, block.clone());
        prefix.forget();
        for (((set, ranked), carried), tally) in sets.iter().zip(&mut carried).zip(&mut tallies) {
            let (last, shared) = set.columns().split_last().expect("a column set is not empty");
            let prefix = prefix.of(table, shared, block.clone());
            let Column { codes, cardinality, .. } = &table.columns()[*last];
            let smallest_so_far = &mut smallest_so_far[..block.len()];
            with_codes!(codes, codes => with_codes!(&ranked.rank_of_cell, ranks => {
                let numbers = prefix.iter().zip(&codes[block.clone()]);
                let numbers = numbers.map(|(&prefix, &code)| (prefix * cardinality + u32::from(code)) as usize);
                let mut smallest = *carried;
                // Without a branch: a restart of all ones lifts the smallest so far above every rank.
                for ((number, &restart), so_far) in numbers.zip(&borders.restarts).zip(smallest_so_far.iter_mut()) {
                    smallest = u32::from(ranks[number]).min(smallest | restart);
                    *so_far = smallest;
                }
                *carried = smallest;
            }));
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
