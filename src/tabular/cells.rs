//! From records to cells: who contributes how much to every cell of a table and to all of its margins.
//!
//! # Guarantee
//! Exact, in whole numbers; the same for any order of the records and any number of threads.
//!
//! # Advice for hackers
//! A margin sums the cells below it, and a contributor of several of them is one contributor of the margin. So records are
//! brought together by contributor, not by cell: what one contributor adds to every cell over its records is summed in a
//! small table of the thread, and then enters the statistics of each of these cells once. No list of pairs of a cell and a
//! contributor is ever kept, and no margin looks at records.

use rayon::prelude::*;

use super::Layout;
use super::rules::{Contributions, MOST_LARGEST};
use crate::stop::{Stop, StopReason};

/// Buckets into which records are brought by contributor.
const BUCKETS: usize = 1 << 10;
/// Pairs of an inner cell and a cell over it, beyond which a table is not counted.
const MOST_PAIRS: usize = 1 << 26;
/// A record that is in no cell.
pub const NO_CELL: u32 = u32::MAX;

/// The cells of a table that have records, margins included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellIndex {
    layout: Layout,
    cells: Vec<u64>,
    /// For each inner cell the places of all cells over it, one after another.
    over: Vec<u32>,
    /// Where those of each inner cell begin; one more entry than inner cells.
    starts: Vec<usize>,
}

impl CellIndex {
    /// The cells over these inner ones, whose addresses ascend.
    ///
    /// # Errors
    /// When there are too many.
    pub fn new(layout: Layout, inner: &[u64]) -> Result<Self, StopReason> {
        let (mut addresses, mut starts) = (Vec::new(), vec![0]);
        for &address in inner {
            addresses.append(&mut layout.over(address));
            if addresses.len() > MOST_PAIRS {
                return Err(StopReason::WorkLimit);
            }
            starts.push(addresses.len());
        }
        let mut cells = addresses.clone();
        cells.par_sort_unstable();
        cells.dedup();
        let place = |address: &u64| u32::try_from(cells.partition_point(|cell| cell < address)).unwrap_or(NO_CELL);
        let over = addresses.par_iter().map(place).collect();
        Ok(Self { layout, cells, over, starts })
    }

    /// The dimensions.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Addresses of all cells that have records, ascending.
    #[must_use]
    pub fn cells(&self) -> &[u64] {
        &self.cells
    }

    /// Number of inner cells.
    #[must_use]
    pub fn inner_cells(&self) -> usize {
        self.starts.len() - 1
    }

    /// Places of all cells over an inner one, itself among them.
    ///
    /// # Panics
    /// When there is no such inner cell.
    #[must_use]
    pub fn over(&self, inner: u32) -> &[u32] {
        &self.over[self.starts[inner as usize]..self.starts[inner as usize + 1]]
    }

    /// Bytes that an index and the statistics of one side and column of amounts need at most, before they are made: for so
    /// many cells, pairs of an inner cell and a cell over it, and threads. A table with more pairs than are counted is refused.
    #[must_use]
    pub fn bytes(cells: u64, pairs: u64, threads: u64) -> u64 {
        let pairs = pairs.min(MOST_PAIRS as u64);
        let cells = cells.min(pairs);
        let a_thread = (size_of::<Cell<MOST_LARGEST>>() + size_of::<Sum>()) as u64;
        let kept = (3 * size_of::<i64>() + 1 + MOST_LARGEST * size_of::<i64>()) as u64;
        pairs * (2 * size_of::<u64>() + size_of::<u32>()) as u64 + cells * (8 + kept + threads * a_thread)
    }

    /// For each cell, whether it is all there is of a total over it that could be made of several.
    #[must_use]
    pub fn whole_totals(&self) -> Vec<bool> {
        let mut whole = vec![false; self.cells.len()];
        let members: Vec<Vec<u32>> = self.layout.dimensions().iter().map(super::Dimension::members).collect();
        for relation in self.layout.relations(&self.cells) {
            let along = relation.dimension as usize;
            let code = self.layout.code(self.cells[relation.total as usize], along);
            if let ([only], true) = (relation.parts.as_slice(), members[along][code as usize] > 1) {
                whole[*only as usize] = true;
            }
        }
        whole
    }
}

/// Records as they are summed: three columns of one length.
#[derive(Clone, Copy)]
pub struct Entries<'a> {
    /// The inner cell of each record, or [`NO_CELL`].
    pub cells: &'a [u32],
    /// Who contributes it, below `contributors`.
    pub contributors: &'a [u32],
    /// How many contributors there are.
    pub distinct: usize,
    /// The amount of each record; 1 where records are counted.
    pub amounts: Option<&'a [i64]>,
    /// The contributors that asked for protection.
    pub asked: Option<&'a [bool]>,
}

/// Why records are not summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSummed {
    /// The amounts are so large that a sum might not be exact.
    TooLarge,
    /// Told to end.
    Stopped(StopReason),
}

impl From<StopReason> for NotSummed {
    fn from(reason: StopReason) -> Self {
        Self::Stopped(reason)
    }
}

/// What contributors add to every cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellSums {
    contributors: Vec<u64>,
    totals: Vec<i64>,
    lowest: Vec<i64>,
    asked: Vec<bool>,
    /// The largest contributions of each cell, `kept` of them.
    largest: Vec<i64>,
    kept: usize,
}

/// What is done with the sign of a contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It stays.
    KeptRelease,
    /// A contribution counts without it.
    Absolute,
}

impl CellSums {
    /// Sums the records of each contributor within every cell, and keeps the `largest` largest contributions of each.
    ///
    /// # Errors
    /// When amounts are too large, or the work is told to end.
    pub fn of(
        index: &CellIndex,
        entries: Entries<'_>,
        sign: Sign,
        largest: usize,
        stop: &Stop,
    ) -> Result<Self, NotSummed> {
        match largest {
            0..=2 => sums::<2>(index, entries, sign, stop),
            3..=4 => sums::<4>(index, entries, sign, stop),
            _ => sums::<MOST_LARGEST>(index, entries, sign, stop),
        }
    }

    /// What rules look at of a cell, by its place in [`CellIndex::cells`].
    ///
    /// # Panics
    /// When there is no such cell.
    #[must_use]
    pub fn cell(&self, place: usize) -> Contributions<'_> {
        let contributors = self.contributors[place];
        let known = self.kept.min(usize::try_from(contributors).unwrap_or(self.kept));
        let first = place * self.kept;
        Contributions { contributors, total: self.totals[place], largest: &self.largest[first..first + known] }
    }

    /// The least contribution to a cell.
    ///
    /// # Panics
    /// When there is no such cell.
    #[must_use]
    pub fn lowest(&self, place: usize) -> i64 {
        self.lowest[place]
    }

    /// Whether the largest contributor of a cell, or one of them, asked for protection.
    ///
    /// # Panics
    /// When there is no such cell.
    #[must_use]
    pub fn has_asked(&self, place: usize) -> bool {
        self.asked[place]
    }

    /// Every contribution of a cell raised by the same amount, so that the lowest is zero, where one is below. `None` where
    /// the sum does not fit.
    #[must_use]
    pub fn shifted(mut self) -> Option<Self> {
        for place in 0..self.totals.len() {
            let shift = self.lowest[place].min(0).checked_neg()?;
            if shift == 0 {
                continue;
            }
            let all = i64::try_from(self.contributors[place]).ok()?.checked_mul(shift)?;
            self.totals[place] = self.totals[place].checked_add(all)?;
            let known = self.kept.min(usize::try_from(self.contributors[place]).ok()?);
            for amount in &mut self.largest[place * self.kept..place * self.kept + known] {
                *amount = amount.checked_add(shift)?;
            }
            self.lowest[place] = 0;
        }
        Some(self)
    }
}

/// One record.
#[derive(Debug, Clone, Copy, Default)]
struct Item {
    contributor: u32,
    cell: u32,
    amount: i64,
}

impl Item {
    fn key(&self) -> u64 {
        u64::from(self.contributor) << 32 | u64::from(self.cell)
    }
}

/// The statistics of a cell.
#[derive(Debug, Clone, Copy)]
struct Cell<const K: usize> {
    contributors: u64,
    total: i64,
    lowest: i64,
    largest: [i64; K],
    asked: bool,
}

impl<const K: usize> Cell<K> {
    const EMPTY: Self = Self { contributors: 0, total: 0, lowest: i64::MAX, largest: [i64::MIN; K], asked: false };

    fn add(&mut self, amount: i64, asked: bool) {
        self.contributors += 1;
        self.total += amount;
        self.lowest = self.lowest.min(amount);
        self.place(amount, asked);
    }

    fn place(&mut self, amount: i64, asked: bool) {
        if amount > self.largest[0] {
            self.asked = asked;
        } else if amount == self.largest[0] {
            self.asked |= asked;
        }
        if amount <= self.largest[K - 1] {
            return;
        }
        let mut at = K - 1;
        while at > 0 && self.largest[at - 1] < amount {
            self.largest[at] = self.largest[at - 1];
            at -= 1;
        }
        self.largest[at] = amount;
    }

    /// The statistics of two parts of the contributors.
    fn join(mut self, other: &Self) -> Self {
        if other.contributors == 0 {
            return self;
        }
        let (ours, theirs) = (self.largest[0], other.largest[0]);
        let asked = match ours.cmp(&theirs) {
            _ if self.contributors == 0 => other.asked,
            std::cmp::Ordering::Less => other.asked,
            std::cmp::Ordering::Equal => self.asked || other.asked,
            std::cmp::Ordering::Greater => self.asked,
        };
        for &amount in other.largest.iter().take_while(|&&amount| amount != i64::MIN) {
            self.place(amount, false);
        }
        self.contributors += other.contributors;
        self.total += other.total;
        self.lowest = self.lowest.min(other.lowest);
        self.asked = asked;
        self
    }
}

/// What one contributor adds to a cell, while it is summed.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// Whose it is: the number of a contributor and one.
    of: u32,
    amount: i64,
}

/// What a thread works with.
struct Bench<const K: usize> {
    cells: Vec<Cell<K>>,
    sums: Vec<Sum>,
    touched: Vec<u32>,
}

fn sums<const K: usize>(
    index: &CellIndex,
    entries: Entries<'_>,
    sign: Sign,
    stop: &Stop,
) -> Result<CellSums, NotSummed> {
    let (mut items, starts) = by_contributor(entries)?;
    stop.check()?;
    let empty = || Bench::<K> {
        cells: vec![Cell::EMPTY; index.cells.len()],
        sums: vec![Sum::default(); index.cells.len()],
        touched: Vec::new(),
    };
    let buckets = split_at(&mut items, &starts);
    // As many parts as threads: each has the statistics of every cell.
    let parts = rayon::current_num_threads().min(buckets.len()).max(1);
    let mut dealt: Vec<Vec<&mut [Item]>> = (0..parts).map(|_| Vec::new()).collect();
    for (place, bucket) in buckets.into_iter().enumerate() {
        dealt[place % parts].push(bucket);
    }
    let add = |buckets: Vec<&mut [Item]>| -> Result<Vec<Cell<K>>, StopReason> {
        let mut bench = empty();
        for bucket in buckets {
            stop.check()?;
            bucket.sort_unstable_by_key(Item::key);
            for run in bucket.chunk_by(|one, other| one.contributor == other.contributor) {
                add_contributor(index, run, entries.asked, sign, &mut bench);
            }
        }
        Ok(bench.cells)
    };
    let parts: Vec<Vec<Cell<K>>> = dealt.into_par_iter().map(add).collect::<Result<_, _>>()?;
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_else(|| empty().cells);
    for part in parts {
        all.par_iter_mut().zip(part.par_iter()).for_each(|(cell, other)| *cell = cell.join(other));
    }
    Ok(finished(&all))
}

fn finished<const K: usize>(cells: &[Cell<K>]) -> CellSums {
    CellSums {
        contributors: cells.iter().map(|cell| cell.contributors).collect(),
        totals: cells.iter().map(|cell| cell.total).collect(),
        lowest: cells.iter().map(|cell| if cell.contributors == 0 { 0 } else { cell.lowest }).collect(),
        asked: cells.iter().map(|cell| cell.asked).collect(),
        largest: cells
            .iter()
            .flat_map(|cell| cell.largest)
            .map(|amount| if amount == i64::MIN { 0 } else { amount })
            .collect(),
        kept: K,
    }
}

/// Adds the records of one contributor, those of a cell side by side.
fn add_contributor<const K: usize>(
    index: &CellIndex,
    run: &[Item],
    asked: Option<&[bool]>,
    sign: Sign,
    bench: &mut Bench<K>,
) {
    let Some(first) = run.first() else { return };
    let asked = asked.is_some_and(|asked| asked[first.contributor as usize]);
    let signed = |amount: i64| if sign == Sign::Absolute { amount.abs() } else { amount };
    let of = first.contributor + 1;
    let mut cells = run.chunk_by(|one, other| one.cell == other.cell).peekable();
    while let Some(records) = cells.next() {
        let amount: i64 = records.iter().map(|record| record.amount).sum();
        let over = index.over(records[0].cell);
        if bench.touched.is_empty() && cells.peek().is_none() {
            // Who has one inner cell adds the same to everything over it.
            for &cell in over {
                bench.cells[cell as usize].add(signed(amount), asked);
            }
            return;
        }
        for &cell in over {
            let sum = &mut bench.sums[cell as usize];
            if sum.of == of {
                sum.amount += amount;
            } else {
                *sum = Sum { of, amount };
                bench.touched.push(cell);
            }
        }
    }
    for cell in bench.touched.drain(..) {
        bench.cells[cell as usize].add(signed(bench.sums[cell as usize].amount), asked);
    }
}

/// The records that are in a cell, those of neighbouring contributors together, and where each bucket of these begins.
fn by_contributor(entries: Entries<'_>) -> Result<(Vec<Item>, Vec<usize>), NotSummed> {
    let mut shift = 0;
    while entries.distinct >> shift > BUCKETS {
        shift += 1;
    }
    let buckets = (entries.distinct >> shift) + 1;
    let records = entries.cells.len();
    let chunk = records.div_ceil(rayon::current_num_threads().max(1)).max(1);
    let ranges: Vec<_> = (0..records).step_by(chunk).map(|start| start..records.min(start + chunk)).collect();
    let amount = |record: usize| entries.amounts.map_or(1, |amounts| amounts[record]);
    let bucket = |record: usize| (entries.contributors[record] >> shift) as usize;
    let is_in = |record: &usize| entries.cells[*record] != NO_CELL;
    let counted: Vec<(Vec<usize>, u128)> = ranges
        .par_iter()
        .map(|range| {
            let (mut counts, mut size) = (vec![0_usize; buckets], 0_u128);
            for record in range.clone().filter(is_in) {
                counts[bucket(record)] += 1;
                size += u128::from(amount(record).unsigned_abs());
            }
            (counts, size)
        })
        .collect();
    // No sum of any of these amounts, with any sign, can leave the range of a whole number of 64 bits.
    let size: u128 = counted.iter().map(|(_, size)| size).sum();
    if size > u128::from(u64::MAX / 4) {
        return Err(NotSummed::TooLarge);
    }
    let (mut borders, mut starts, mut total) = (Vec::with_capacity(buckets * ranges.len()), vec![0], 0);
    for place in 0..buckets {
        for (counts, _) in &counted {
            total += counts[place];
            borders.push(total);
        }
        starts.push(total);
    }
    let mut items = vec![Item::default(); total];
    let mut pens: Vec<Vec<std::slice::IterMut<'_, Item>>> =
        ranges.iter().map(|_| Vec::with_capacity(buckets)).collect();
    let mut rest = items.as_mut_slice();
    let mut before = 0;
    for (place, &border) in borders.iter().enumerate() {
        let (first, others) = rest.split_at_mut(border - before);
        pens[place % ranges.len()].push(first.iter_mut());
        (rest, before) = (others, border);
    }
    ranges.into_par_iter().zip(pens).for_each(|(range, mut pens)| {
        for record in range.filter(is_in) {
            if let Some(slot) = pens[bucket(record)].next() {
                *slot = Item {
                    contributor: entries.contributors[record],
                    cell: entries.cells[record],
                    amount: amount(record),
                };
            }
        }
    });
    Ok((items, starts))
}

/// The parts of a list that begin at `starts`, the last of which is its end.
fn split_at<'a, T>(list: &'a mut [T], starts: &[usize]) -> Vec<&'a mut [T]> {
    let mut rest = list;
    let mut parts = Vec::with_capacity(starts.len());
    for pair in starts.windows(2) {
        let (first, others) = rest.split_at_mut(pair[1] - pair[0]);
        parts.push(first);
        rest = others;
    }
    parts
}

#[cfg(test)]
mod test;
