//! Stable counting sort of records by a code, and columns brought into the new order.
//!
//! # Advice for hackers
//! Fetching each record from its old place costs a cache miss a record once a column outgrows the cache. So columns are
//! read in their old order and written behind moving pens, one for each code, which the cache holds. More codes than
//! pens that fit are sorted in two steps: first into buckets of neighbouring codes, then within each bucket, which the
//! cache holds as well. Neither step looks at more memory than it touches in order. Of many records that need two steps,
//! each thread takes one stretch through the first, with pens and memory of its own; the second step finds a bucket in
//! as many pieces. Where the codes are on a ground, so is all that has an entry a record.

use std::ops::Range;

use rayon::prelude::*;

use bytemuck::Pod;

use super::{Buffer, Codes};
use crate::with_codes;

/// Pens that write at the same time without pushing each other out of the second-level cache.
const MOST_PENS: usize = 1 << 12;

/// Records from which on several threads share the first of two steps.
const MANY_RECORDS: usize = 1 << 18;

/// Records sorted by a code, ties in their old order.
pub(super) struct Order<'a> {
    keys: &'a Codes,
    /// Records with this code do not appear.
    left_out: Option<u32>,
    /// A bucket holds the codes that are equal without their lowest `shift` bits.
    shift: u32,
    /// Where each bucket begins in the new order; one more entry than buckets.
    buckets: Vec<u32>,
    /// Stretches of the old order, each of which is brought into the order of its buckets; one alone is sorted where one step
    /// is enough.
    stretches: Vec<Stretch>,
    /// Where each record of the new order stands after the first step; `None` when that is the new order.
    within: Option<Buffer<u32>>,
    /// Where the records of each code begin in the new order; one more entry than codes.
    starts: Vec<u32>,
}

/// Records that are taken through the first step together.
struct Stretch {
    /// Their places in the old order.
    records: Range<usize>,
    /// Where each bucket begins among all records after the first step; one more entry than buckets.
    buckets: Vec<u32>,
}

impl<'a> Order<'a> {
    /// Sorts by `keys`, all below `cardinality`. Records with the code `left_out` do not appear in the order.
    pub(super) fn by(keys: &'a Codes, cardinality: u32, left_out: Option<u32>) -> Self {
        let stretches = if keys.len() < MANY_RECORDS { 1 } else { rayon::current_num_threads() };
        Self::with_pens(keys, cardinality, left_out, MOST_PENS, stretches)
    }

    fn with_pens(keys: &'a Codes, cardinality: u32, left_out: Option<u32>, pens: usize, stretches: usize) -> Self {
        let cardinality = cardinality as usize;
        let mut shift = 0;
        while cardinality.div_ceil(1 << shift) > pens {
            shift += 1;
        }
        let number = if shift == 0 { 1 } else { stretches };
        let bounds: Vec<usize> = (0..=number).map(|stretch| keys.len() * stretch / number).collect();
        let records: Vec<Range<usize>> = bounds.windows(2).map(|ends| ends[0]..ends[1]).collect();
        let count = |records: Range<usize>| Stretch {
            buckets: counts_of(keys, records.clone(), cardinality.div_ceil(1 << shift), shift, left_out),
            records,
        };
        let mut stretches: Vec<Stretch> = records.into_par_iter().map(count).collect();
        let buckets = borders(&mut stretches);
        let mut order = Self { keys, left_out, shift, buckets, stretches, within: None, starts: Vec::new() };
        if shift == 0 {
            order.starts.clone_from(&order.buckets);
        } else {
            order.sort_within(cardinality);
        }
        order
    }

    /// Second step: sorts each bucket by the whole code.
    fn sort_within(&mut self, cardinality: usize) {
        let ground = self.keys.ground();
        let mut keys: Buffer<u32> = Buffer::zeroed(ground, self.len());
        with_codes!(self.keys, codes => self.scatter(&mut keys, |record| u32::from(codes[record])));
        let keys = keys.as_slice();
        let bucket_codes = 1_usize << self.shift;
        let mut within: Buffer<u32> = Buffer::zeroed(ground, self.len());
        let mut starts = vec![0_u32; cardinality + 1];
        let places = split(&mut within, self.buckets.windows(2).map(|ends| (ends[1] - ends[0]) as usize));
        let code_starts = starts[1..].chunks_mut(bucket_codes);
        let buckets = places.into_iter().zip(code_starts).enumerate();
        buckets.par_bridge().for_each(|(bucket, (places, code_starts))| {
            let first_code = bucket * bucket_codes;
            let code = |place: usize| keys[place] as usize - first_code;
            let of_bucket = || self.stretches.iter().flat_map(|stretch| stretch.bucket(bucket));
            // The pens of the codes begin where the codes before them end; when all is written, each stands at its end.
            of_bucket().for_each(|place| code_starts[code(place)] += 1);
            let mut total = 0;
            for pen in code_starts.iter_mut() {
                total += std::mem::replace(pen, total);
            }
            for place in of_bucket() {
                let pen = &mut code_starts[code(place)];
                places[*pen as usize] = to_u32(place);
                *pen += 1;
            }
            for pen in code_starts {
                *pen += self.buckets[bucket];
            }
        });
        (self.within, self.starts) = (Some(within), starts);
    }

    /// Records in the order.
    pub(super) fn len(&self) -> usize {
        self.buckets.last().map_or(0, |&end| end as usize)
    }

    /// Where the records of each code begin in the new order; one more entry than codes.
    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// A column in the new order.
    pub(super) fn applied_to(&self, codes: &Codes) -> Codes {
        match codes {
            Codes::U8(codes) => Codes::U8(self.sorted_there(codes)),
            Codes::U16(codes) => Codes::U16(self.sorted_there(codes)),
            Codes::U32(codes) => Codes::U32(self.sorted_there(codes)),
        }
    }

    /// Numbers, one a record, in the new order, on the ground where they are.
    pub(super) fn sorted_there<T: Pod + Default + Send + Sync>(&self, numbers: &Buffer<T>) -> Buffer<T> {
        let ground = numbers.ground();
        if ground.is_none() {
            return self.sorted(numbers).into();
        }
        let numbers = numbers.as_slice();
        let mut scattered = Buffer::zeroed(ground, self.len());
        self.scatter(&mut scattered, |record| numbers[record]);
        let Some(within) = &self.within else { return scattered };
        let scattered = scattered.as_slice();
        let mut sorted = Buffer::zeroed(ground, within.len());
        let pairs = sorted.par_iter_mut().zip(within.as_slice());
        pairs.for_each(|(number, &place)| *number = scattered[place as usize]);
        sorted
    }

    /// Values, one a record, in the new order.
    pub(super) fn sorted<T: Copy + Default + Send + Sync>(&self, values: &[T]) -> Vec<T> {
        let scattered = self.scattered(|record| values[record]);
        match self.within.as_deref() {
            None => scattered,
            Some(within) if within.len() < MANY_RECORDS => {
                within.iter().map(|&place| scattered[place as usize]).collect()
            }
            Some(within) => within.par_iter().map(|&place| scattered[place as usize]).collect(),
        }
    }

    /// Brings values, one a record, into the new order; those of records that were left out go.
    pub(super) fn sort<T: Copy + Default + Send + Sync>(&self, values: &mut Vec<T>) {
        let scattered = self.scattered(|record| values[record]);
        let Some(within) = self.within.as_deref() else {
            *values = scattered;
            return;
        };
        // Memory that is in use already.
        values.truncate(within.len());
        values.par_iter_mut().zip(within).for_each(|(value, &place)| *value = scattered[place as usize]);
    }

    /// Values in the new order, brought back to the old one on the ground where they are; records that were left out get 0.
    ///
    /// The order is used up, so that no more than two copies of the values are in memory at a time.
    pub(super) fn restored<T: Pod + Send + Sync>(self, values: Buffer<T>) -> Buffer<T> {
        let Self { keys, left_out, shift, stretches, within, starts, .. } = self;
        drop(starts);
        let ground = values.ground().cloned();
        let scattered = match within {
            None => values,
            Some(within) => {
                let mut unsorted = Buffer::zeroed(ground.as_ref(), values.len());
                let places = unsorted.as_mut_slice();
                within
                    .as_slice()
                    .iter()
                    .zip(values.as_slice())
                    .for_each(|(&place, &value)| places[place as usize] = value);
                drop(values);
                unsorted
            }
        };
        let scattered = scattered.as_slice();
        let mut restored = Buffer::zeroed(ground.as_ref(), keys.len());
        let lengths: Vec<usize> = stretches.iter().map(|stretch| stretch.records.len()).collect();
        let parts: Vec<(Stretch, &mut [T])> = stretches.into_iter().zip(split(&mut restored, lengths)).collect();
        parts.into_par_iter().for_each(|(Stretch { records, buckets: mut pens }, restored)| {
            with_codes!(keys, keys => for (&key, restored) in keys[records].iter().zip(restored) {
                if left_out != Some(u32::from(key)) {
                    let pen = &mut pens[key as usize >> shift];
                    *restored = scattered[*pen as usize];
                    *pen += 1;
                }
            });
        });
        restored
    }

    /// First step: the values of each stretch by bucket, ties in their old order.
    fn scattered<T: Copy + Default + Send>(&self, value: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let mut scattered = vec![T::default(); self.len()];
        self.scatter(&mut scattered, value);
        scattered
    }

    /// The same into a slice, which has a place for each record of the order.
    fn scatter<T: Copy + Send>(&self, scattered: &mut [T], value: impl Fn(usize) -> T + Sync) {
        let lengths: Vec<usize> = self.stretches.iter().map(Stretch::len).collect();
        let parts: Vec<(&Stretch, &mut [T])> = self.stretches.iter().zip(split(scattered, lengths)).collect();
        parts.into_par_iter().for_each(|(stretch, scattered)| {
            let first = stretch.buckets[0];
            let mut pens: Vec<u32> = stretch.buckets.iter().map(|start| start - first).collect();
            with_codes!(self.keys, keys => for record in stretch.records.clone() {
                let key = keys[record];
                if self.left_out != Some(u32::from(key)) {
                    let pen = &mut pens[key as usize >> self.shift];
                    scattered[*pen as usize] = value(record);
                    *pen += 1;
                }
            });
        });
    }
}

impl Stretch {
    /// Records that are in the order.
    fn len(&self) -> usize {
        self.buckets.last().map_or(0, |end| (end - self.buckets[0]) as usize)
    }

    /// Where its records of a bucket stand after the first step.
    fn bucket(&self, bucket: usize) -> Range<usize> {
        self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize
    }
}

/// Records of each bucket in a stretch, and 0 as a last entry.
fn counts_of(keys: &Codes, records: Range<usize>, buckets: usize, shift: u32, left_out: Option<u32>) -> Vec<u32> {
    let mut counts = vec![0_u32; buckets + 1];
    with_codes!(keys, keys => for &key in &keys[records] {
        if left_out != Some(u32::from(key)) {
            counts[key as usize >> shift] += 1;
        }
    });
    counts
}

/// Where each bucket begins in the new order, with the number of records as a last entry. The counts of each stretch become
/// the places where its buckets begin.
fn borders(stretches: &mut [Stretch]) -> Vec<u32> {
    let mut all = vec![0_u32; stretches.first().map_or(1, |stretch| stretch.buckets.len())];
    let mut place = 0;
    for stretch in stretches {
        for (start, all) in stretch.buckets.iter_mut().zip(&mut all) {
            *all += *start;
            place += std::mem::replace(start, place);
        }
    }
    let mut total = 0;
    for start in &mut all {
        total += std::mem::replace(start, total);
    }
    all
}

/// Cuts a slice into parts of these lengths.
fn split<T>(mut slice: &mut [T], lengths: impl IntoIterator<Item = usize>) -> Vec<&mut [T]> {
    let cut = |length| {
        let (part, rest) = std::mem::take(&mut slice).split_at_mut(length);
        slice = rest;
        part
    };
    lengths.into_iter().map(cut).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
fn to_u32(place: usize) -> u32 {
    place as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Meadow;

    #[test]
    fn equal_codes_keep_their_order() {
        let keys = Codes::U8(vec![2, 0, 2, 1, 0].into());
        let order = Order::by(&keys, 3, None);
        assert_eq!((order.sorted(&[0, 1, 2, 3, 4]), order.starts()), (vec![1, 4, 3, 0, 2], &[0, 2, 3, 5][..]));
    }

    #[test]
    fn many_records_are_sorted_alike_by_any_number_of_threads() {
        let mut random: u32 = 5;
        let next = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) % 10_000
        };
        let keys: Vec<u32> = std::iter::repeat_with(next).take(MANY_RECORDS + 1_000).collect();
        let mut expected: Vec<u32> = (0..to_u32(keys.len())).filter(|&record| keys[record as usize] != 3).collect();
        let every: Vec<u32> = (0..to_u32(keys.len())).collect();
        expected.sort_by_key(|&record| keys[record as usize]);
        let codes = Codes::U32(keys.into());
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let order = Order::by(&codes, 10_000, Some(3));
                let mut in_place = every.clone();
                order.sort(&mut in_place);
                assert!(order.sorted(&every) == expected && in_place == expected, "{threads} threads");
                let left_out = |record: u32| if codes.get(record as usize) == 3 { 0 } else { record };
                let back: Vec<u32> = every.iter().map(|&record| left_out(record)).collect();
                assert!(order.restored(expected.clone().into()) == back.into(), "{threads} threads");
            });
        }
    }

    #[test]
    fn records_left_out_do_not_appear() {
        let keys = Codes::U16(vec![1, 0, 1, 2].into());
        let order = Order::by(&keys, 3, Some(1));
        assert_eq!(order.applied_to(&Codes::U32(vec![10, 11, 12, 13].into())), Codes::U32(vec![11, 13].into()));
    }

    #[test]
    fn codes_on_a_ground_are_sorted_there_and_alike() {
        let number = |record: u32, below: u32| (record.wrapping_mul(2_654_435_761) >> 8) % below;
        for (cardinality, pens) in [(7, 128), (90, 4)] {
            let keys = Codes::from_codes(90, (0..3_000).map(|record| number(record, cardinality)));
            let codes = Codes::from_codes(300, (0..3_000).map(|record| number(record, 300)));
            let (mut mapped_keys, mut mapped) = (keys.clone(), codes.clone());
            mapped_keys.move_to(&Meadow::wide());
            mapped.move_to(&Meadow::wide());
            let order = Order::with_pens(&keys, cardinality, Some(2), pens, 3);
            let there = Order::with_pens(&mapped_keys, cardinality, Some(2), pens, 3);
            let sorted = order.applied_to(&codes);
            assert!(there.applied_to(&mapped) == sorted && there.starts() == order.starts());
            assert_eq!((there.applied_to(&mapped).bytes(), there.applied_to(&codes).bytes()), (0, sorted.bytes()));
            assert!(there.within.is_none_or(|within| within.resident_bytes() == 0));
        }
    }

    #[test]
    fn two_steps_sort_like_one() {
        let mut random: u32 = 17;
        for records in [0, 1, 5, 300] {
            for cardinality in [1, 2, 7, 8, 9, 100] {
                let next = || {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (random >> 8) % cardinality
                };
                let keys = Codes::U32(std::iter::repeat_with(next).take(records).collect());
                let numbers: Vec<usize> = (0..records).collect();
                let choices = [None, Some(0), Some(cardinality - 1)];
                for (stretches, left_out) in [1, 3, 7].into_iter().flat_map(|it| choices.map(|left_out| (it, left_out)))
                {
                    let one = Order::with_pens(&keys, cardinality, left_out, 128, 1);
                    let two = Order::with_pens(&keys, cardinality, left_out, 4, stretches);
                    assert_eq!(one.sorted(&numbers), two.sorted(&numbers));
                    let mut in_place = numbers.clone();
                    two.sort(&mut in_place);
                    assert_eq!(in_place, one.sorted(&numbers));
                    assert_eq!(one.starts(), two.starts());
                    assert_eq!(one.len(), two.len());
                    let kept = |&number: &usize| left_out != Some(keys.get(number));
                    let back: Vec<usize> =
                        numbers.iter().map(|number| if kept(number) { *number } else { 0 }).collect();
                    let (by_one, by_two) = (one.sorted(&numbers), two.sorted(&numbers));
                    assert_eq!(one.restored(by_one.into()), back.clone().into());
                    assert_eq!(two.restored(by_two.into()), back.into());
                }
            }
        }
    }
}
