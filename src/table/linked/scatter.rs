//! Rows brought together by the partition of their class.
//!
//! # Advice for hackers
//! Each stretch of rows is scattered into memory of its own behind moving pens, one for each partition; a partition is
//! then read stretch by stretch, so that the subjects of its rows still ascend. The memory is kept from set to set:
//! fresh pages cost more than what is written to them.

use rayon::prelude::*;

use super::rows::{BLOCK, Block, Number, Rows, Wanted};
use crate::stop::{Stop, StopReason};

/// Which partition a class belongs to.
pub(super) trait Split<N>: Copy + Sync {
    fn partition(self, number: N) -> usize;
    fn partitions(self) -> usize;
}

/// Neighbouring numbers: all that are equal without their lowest bits.
#[derive(Clone, Copy)]
pub(super) struct Ranges {
    pub(super) bits: u32,
    pub(super) partitions: usize,
}

impl Split<u32> for Ranges {
    #[inline]
    fn partition(self, number: u32) -> usize {
        (number >> self.bits) as usize
    }
    fn partitions(self) -> usize {
        self.partitions
    }
}

/// Numbers with equal highest bits of a hash.
#[derive(Clone, Copy)]
pub(super) struct Hashed {
    pub(super) bits: u32,
}

impl Split<u64> for Hashed {
    #[inline]
    fn partition(self, number: u64) -> usize {
        // In two steps, as a shift by all 64 bits is none.
        (spread(number) >> 1 >> (63 - self.bits)) as usize
    }
    fn partitions(self) -> usize {
        1 << self.bits
    }
}

/// Spreads numbers that differ in any bit over the high bits. Different numbers stay different.
#[inline]
pub(in crate::table) fn spread(number: u64) -> u64 {
    let number = (number ^ (number >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (number ^ (number >> 29)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// The rows of one stretch, by partition.
#[derive(Default)]
struct Stretch<N> {
    numbers: Vec<N>,
    /// Empty when nothing comes with a row.
    payloads: Vec<u32>,
    /// Where each partition begins; one more entry than partitions.
    starts: Vec<u32>,
    foreign: bool,
}

/// The rows of one side, by partition.
#[derive(Default)]
pub(super) struct Partitions<N> {
    stretches: Vec<Stretch<N>>,
    used: usize,
}

impl<N: Number> Partitions<N> {
    /// Scatters the rows, over what was scattered before.
    pub(super) fn scatter(
        &mut self,
        rows: &Rows<'_>,
        wanted: Wanted,
        split: impl Split<N>,
        stop: &Stop,
    ) -> Result<(), StopReason> {
        let stretches = rows.stretches(2 * rayon::current_num_threads());
        self.used = stretches.len();
        if self.stretches.len() < self.used {
            self.stretches.resize_with(self.used, Stretch::default);
        }
        self.stretches.par_iter_mut().zip(stretches).with_max_len(1).try_for_each(|(scattered, stretch)| {
            let mut block = Block::<N>::default();
            let starts = &mut scattered.starts;
            starts.clear();
            starts.resize(split.partitions() + 1, 0);
            for start in stretch.clone().step_by(BLOCK) {
                stop.check()?;
                rows.fill(start..(start + BLOCK).min(stretch.end), Wanted::Nothing, &mut block);
                block.numbers.iter().for_each(|number| starts[split.partition(*number) + 1] += 1);
            }
            scattered.foreign = block.foreign;
            let mut total = 0;
            for start in starts.iter_mut() {
                total += *start;
                *start = total;
            }
            scattered.make_room(total as usize, wanted);
            let mut pens = scattered.starts.clone();
            for start in stretch.clone().step_by(BLOCK) {
                stop.check()?;
                rows.fill(start..(start + BLOCK).min(stretch.end), wanted, &mut block);
                scattered.write(&block, split, &mut pens);
            }
            Ok(())
        })
    }

    /// Whether a row has a key that the other side cannot have.
    pub(super) fn foreign(&self) -> bool {
        self.stretches[..self.used].iter().any(|stretch| stretch.foreign)
    }

    /// Rows of a partition.
    pub(super) fn len(&self, partition: usize) -> usize {
        let of = |stretch: &Stretch<N>| (stretch.starts[partition + 1] - stretch.starts[partition]) as usize;
        self.stretches[..self.used].iter().map(of).sum()
    }

    /// The numbers of a partition and what comes with them, in pieces; together their subjects ascend.
    pub(super) fn pieces(&self, partition: usize) -> impl Iterator<Item = (&[N], &[u32])> {
        self.stretches[..self.used].iter().map(move |stretch| {
            let range = stretch.starts[partition] as usize..stretch.starts[partition + 1] as usize;
            let payloads = if stretch.payloads.is_empty() { &[][..] } else { &stretch.payloads[range.clone()] };
            (&stretch.numbers[range], payloads)
        })
    }
}

impl<N: Number> Stretch<N> {
    fn make_room(&mut self, rows: usize, wanted: Wanted) {
        // Not cleared before, so that only what is new gets written twice.
        self.numbers.resize(rows, N::default());
        self.payloads.resize(if wanted == Wanted::Nothing { 0 } else { rows }, 0);
    }

    fn write(&mut self, block: &Block<N>, split: impl Split<N>, pens: &mut [u32]) {
        if self.payloads.is_empty() {
            for &number in &block.numbers {
                let pen = &mut pens[split.partition(number)];
                self.numbers[*pen as usize] = number;
                *pen += 1;
            }
        } else {
            for (&number, &payload) in block.numbers.iter().zip(&block.payloads) {
                let pen = &mut pens[split.partition(number)];
                self.numbers[*pen as usize] = number;
                self.payloads[*pen as usize] = payload;
                *pen += 1;
            }
        }
    }
}
