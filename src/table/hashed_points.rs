//! Points of far more possible tuples than records: numbered through hash tables that stay in cache.
//!
//! The cells of a record make one number, its key. Records are scattered by a hash of the key into partitions; all records
//! of a point lie in one, in their order. So each partition is numbered and its classes are listed while it lies in cache,
//! and the subjects of a point ascend by themselves.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::linked::{HashPlaces, Places, spread};
use super::points::{NO_POINT, PointRange};
use super::records::stretches;
use super::{Codes, Table};
use crate::stop::{Stop, StopReason};
use crate::with_codes;

/// Records whose keys are made at a time, so that they stay in the first-level cache.
const BLOCK: usize = 4096;

/// Records of a partition, as a power of two, where there are partitions enough.
const PARTITION_BITS: u32 = 13;

/// Partitions that are written to at the same time without pushing each other out of the cache, as a power of two.
const MOST_PARTITION_BITS: u32 = 12;

/// Bytes a record while points are numbered, beside the numbers themselves: its key, its number, a count for its class.
pub(super) const BYTES: usize = 8 + 4 + 4;

/// The cells of some columns as one number.
pub(super) struct Keys<'a> {
    columns: Vec<(&'a Codes, u64)>,
}

impl<'a> Keys<'a> {
    /// `None` where the tuples of the columns cannot be told apart in 64 bits, or are so few that each may have a number.
    pub(super) fn of(table: &'a Table, columns: &[usize], few: u64) -> Option<Self> {
        let columns = columns.iter().map(|&column| &table.columns()[column]);
        let columns: Vec<_> = columns.map(|column| (&column.codes, u64::from(column.cardinality.max(1)))).collect();
        let tuples = columns.iter().try_fold(1_u64, |product, &(_, cardinality)| product.checked_mul(cardinality))?;
        (tuples > few).then_some(Self { columns })
    }

    /// The keys of a block of records.
    fn fill(&self, records: Range<usize>, keys: &mut Vec<u64>) {
        keys.clear();
        keys.resize(records.len(), 0);
        for &(codes, cardinality) in &self.columns {
            with_codes!(codes, codes => {
                for (key, &code) in keys.iter_mut().zip(&codes[records.clone()]) {
                    *key = *key * cardinality + u64::from(code);
                }
            });
        }
    }
}

/// The points of all records.
pub(super) struct Listed {
    pub(super) of_record: Vec<u32>,
    pub(super) bound: u32,
    pub(super) classes: PointRange,
    /// Distinct points of each subject.
    pub(super) trace_sizes: Vec<u32>,
}

/// How many partitions suit the table, as a power of two.
pub(super) fn partition_bits(table: &Table) -> u32 {
    (table.records() >> PARTITION_BITS).checked_ilog2().unwrap_or(0).min(MOST_PARTITION_BITS)
}

/// Numbers the points of all records but those that `of_record` says have none, and lists who has each.
pub(super) fn list(
    table: &Table,
    keys: &Keys<'_>,
    of_record: Vec<u32>,
    bits: u32,
    stop: &Stop,
) -> Result<Listed, StopReason> {
    let parts = (2 * rayon::current_num_threads()).min(table.records() / BLOCK + 1);
    let scatter = |records: Range<usize>| Stretch::new(keys, &of_record, records, bits, stop);
    let mut stretches: Vec<Stretch> = stretches(table.records(), table.subject_of_record(), parts)
        .into_par_iter()
        .with_max_len(1)
        .map(scatter)
        .collect::<Result<_, _>>()?;
    let numbered: Vec<Vec<u32>> = by_partition(&mut stretches, bits)
        .into_par_iter()
        .map_init(Numbering::default, |numbering, pieces| {
            stop.check()?;
            Ok(numbering.number(table, pieces))
        })
        .collect::<Result<_, _>>()?;
    let points: usize = numbered.iter().map(Vec::len).sum();
    let pairs: usize = numbered.iter().flatten().map(|&count| count as usize).sum();
    let (mut starts, mut subjects) = (vec![0_u32; points + 1], vec![0_u32; pairs]);
    let of_record: Vec<AtomicU32> = of_record.into_iter().map(AtomicU32::new).collect();
    let trace_sizes: Vec<AtomicU32> = (0..table.subjects()).map(|_| AtomicU32::new(0)).collect();
    let mut tasks = Vec::with_capacity(numbered.len());
    let (mut starts_left, mut subjects_left) = (&mut starts[..points], &mut subjects[..]);
    let (mut first_point, mut first_pair) = (0, 0);
    for (pieces, counts) in by_partition(&mut stretches, bits).into_iter().zip(numbered) {
        let pairs: usize = counts.iter().map(|&count| count as usize).sum();
        let (starts, later_starts) = std::mem::take(&mut starts_left).split_at_mut(counts.len());
        let (subjects, later_subjects) = std::mem::take(&mut subjects_left).split_at_mut(pairs);
        (starts_left, subjects_left) = (later_starts, later_subjects);
        tasks.push(Task { pieces, first_point, first_pair, starts, subjects });
        first_point += to_u32(counts.len());
        first_pair += to_u32(pairs);
        let mut next = tasks.last().map_or(0, |task| task.first_pair);
        if let Some(task) = tasks.last_mut() {
            for (start, count) in task.starts.iter_mut().zip(counts) {
                *start = next;
                next += count;
            }
        }
    }
    tasks.into_par_iter().try_for_each_init(Vec::new, |cells, task| {
        stop.check()?;
        task.write(table, cells, &of_record, &trace_sizes);
        Ok(())
    })?;
    starts[points] = first_pair;
    let plain = |numbers: Vec<AtomicU32>| numbers.into_iter().map(AtomicU32::into_inner).collect();
    Ok(Listed {
        of_record: plain(of_record),
        bound: first_point,
        classes: PointRange { starts, subjects },
        trace_sizes: plain(trace_sizes),
    })
}

/// The records of one stretch, by partition.
struct Stretch {
    /// The key of each record; once the partition is numbered, the number of its point within the partition.
    keys: Vec<u64>,
    records: Vec<u32>,
    /// Where each partition begins; one more entry than partitions.
    starts: Vec<u32>,
}

impl Stretch {
    fn new(
        keys: &Keys<'_>,
        of_record: &[u32],
        stretch: Range<usize>,
        bits: u32,
        stop: &Stop,
    ) -> Result<Self, StopReason> {
        let mut block_keys = Vec::with_capacity(BLOCK);
        let mut starts = vec![0_u32; (1 << bits) + 1];
        let blocks = || stretch.clone().step_by(BLOCK).map(|start| start..(start + BLOCK).min(stretch.end));
        for block in blocks() {
            stop.check()?;
            keys.fill(block.clone(), &mut block_keys);
            for (&key, &point) in block_keys.iter().zip(&of_record[block]) {
                starts[partition(key, bits) + 1] += u32::from(point != NO_POINT);
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut pens = starts.clone();
        let (mut scattered, mut records) = (vec![0_u64; total as usize], vec![0_u32; total as usize]);
        for block in blocks() {
            stop.check()?;
            keys.fill(block.clone(), &mut block_keys);
            for ((&key, &point), record) in block_keys.iter().zip(&of_record[block.clone()]).zip(to_u32(block.start)..)
            {
                if point != NO_POINT {
                    let pen = &mut pens[partition(key, bits)];
                    scattered[*pen as usize] = key;
                    records[*pen as usize] = record;
                    *pen += 1;
                }
            }
        }
        Ok(Self { keys: scattered, records, starts })
    }
}

/// What lies of one partition in one stretch.
struct Piece<'a> {
    keys: &'a mut [u64],
    records: &'a [u32],
}

/// The pieces of each partition, in the order of the records.
fn by_partition(stretches: &mut [Stretch], bits: u32) -> Vec<Vec<Piece<'_>>> {
    let mut partitions: Vec<Vec<Piece<'_>>> = (0..1 << bits).map(|_| Vec::with_capacity(stretches.len())).collect();
    for stretch in stretches {
        let (mut keys, mut records) = (stretch.keys.as_mut_slice(), stretch.records.as_slice());
        for (partition, borders) in partitions.iter_mut().zip(stretch.starts.windows(2)) {
            let length = (borders[1] - borders[0]) as usize;
            let (of_partition, later) = std::mem::take(&mut keys).split_at_mut(length);
            let (its_records, later_records) = records.split_at(length);
            partition.push(Piece { keys: of_partition, records: its_records });
            (keys, records) = (later, later_records);
        }
    }
    partitions
}

fn partition(key: u64, bits: u32) -> usize {
    // In two steps, as a shift by all 64 bits is none.
    (spread(key) >> 1 >> (63 - bits)) as usize
}

/// Scratch space of one thread.
struct Numbering {
    places: HashPlaces,
    /// The last subject of each point, plus one.
    stamps: Vec<u32>,
}

impl Default for Numbering {
    fn default() -> Self {
        Self { places: HashPlaces::new(), stamps: Vec::new() }
    }
}

impl Numbering {
    /// Replaces the keys by the numbers of the points in the partition; returns how many subjects have each.
    fn number(&mut self, table: &Table, pieces: Vec<Piece<'_>>) -> Vec<u32> {
        self.places.clear();
        self.stamps.clear();
        let mut counts: Vec<u32> = Vec::new();
        for Piece { keys, records } in pieces {
            for (key, &record) in keys.iter_mut().zip(records) {
                let place = self.places.place(*key);
                *key = place as u64;
                let stamp = table.subject_of(record as usize) + 1;
                if place == counts.len() {
                    counts.push(1);
                    self.stamps.push(stamp);
                } else {
                    counts[place] += u32::from(self.stamps[place] != stamp);
                    self.stamps[place] = stamp;
                }
            }
        }
        counts
    }
}

/// What is written of one partition.
struct Task<'a> {
    pieces: Vec<Piece<'a>>,
    first_point: u32,
    first_pair: u32,
    /// Where the subjects of each point of the partition begin.
    starts: &'a mut [u32],
    /// The subjects of its points.
    subjects: &'a mut [u32],
}

impl Task<'_> {
    /// `cells` is scratch space: of each point the last subject, plus one, and where the next one is written.
    fn write(self, table: &Table, cells: &mut Vec<(u32, u32)>, of_record: &[AtomicU32], trace_sizes: &[AtomicU32]) {
        cells.clear();
        cells.extend(self.starts.iter().map(|&start| (0, start - self.first_pair)));
        for Piece { keys, records } in self.pieces {
            for (&mut number, &record) in keys.iter_mut().zip(records) {
                #[expect(clippy::cast_possible_truncation, reason = "fewer points than records")]
                let number = number as u32;
                of_record[record as usize].store(self.first_point + number, Ordering::Relaxed);
                let subject = table.subject_of(record as usize);
                let (stamp, pen) = &mut cells[number as usize];
                if *stamp != subject + 1 {
                    *stamp = subject + 1;
                    self.subjects[*pen as usize] = subject;
                    *pen += 1;
                    trace_sizes[subject as usize].fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
fn to_u32(number: usize) -> u32 {
    number as u32
}
