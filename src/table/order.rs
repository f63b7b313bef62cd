//! Stable counting sort of records by a code, and columns brought into the new order.
//!
//! # Advice for hackers
//! Fetching each record from its old place costs a cache miss a record once a column outgrows the cache. So columns are
//! read in their old order and written behind moving pens, one for each code, which the cache holds. More codes than
//! pens that fit are sorted in two steps: first into buckets of neighbouring codes, then within each bucket, which the
//! cache holds as well. Neither step looks at more memory than it touches in order.

use std::ops::Range;

use rayon::prelude::*;

use super::Codes;
use crate::with_codes;

/// Pens that write at the same time without pushing each other out of the second-level cache.
const MOST_PENS: usize = 1 << 12;

/// Records sorted by a code, ties in their old order.
pub(super) struct Order<'a> {
    keys: &'a Codes,
    /// Records with this code do not appear.
    left_out: Option<u32>,
    /// A bucket holds the codes that are equal without their lowest `shift` bits.
    shift: u32,
    /// Where each bucket begins; one more entry than buckets.
    buckets: Vec<u32>,
    /// Where each record of the new order stands after the first step; `None` when that is the new order.
    within: Option<Vec<u32>>,
    /// Where the records of each code begin in the new order; one more entry than codes.
    starts: Vec<u32>,
}

impl<'a> Order<'a> {
    /// Sorts by `keys`, all below `cardinality`. Records with the code `left_out` do not appear in the order.
    pub(super) fn by(keys: &'a Codes, cardinality: u32, left_out: Option<u32>) -> Self {
        Self::with_pens(keys, cardinality, left_out, MOST_PENS)
    }

    fn with_pens(keys: &'a Codes, cardinality: u32, left_out: Option<u32>, pens: usize) -> Self {
        let mut shift = 0;
        while (cardinality as usize).div_ceil(1 << shift) > pens {
            shift += 1;
        }
        let buckets = starts_of(keys, (cardinality as usize).div_ceil(1 << shift), shift, left_out);
        let mut order = Self { keys, left_out, shift, buckets, within: None, starts: Vec::new() };
        if shift == 0 {
            order.starts.clone_from(&order.buckets);
        } else {
            order.sort_within(cardinality as usize);
        }
        order
    }

    /// Second step: sorts each bucket by the whole code.
    fn sort_within(&mut self, cardinality: usize) {
        let keys: Vec<u32> =
            with_codes!(self.keys, keys => self.scattered_by_bucket(keys.iter().map(|&key| u32::from(key))));
        let bucket_codes = 1_usize << self.shift;
        let mut within = vec![0_u32; keys.len()];
        let mut starts = vec![0_u32; cardinality + 1];
        let places = split_at_borders(&mut within, &self.buckets);
        let code_starts = starts[1..].chunks_mut(bucket_codes);
        let buckets = places.into_iter().zip(code_starts).zip(self.ranges()).enumerate();
        buckets.par_bridge().for_each(|(bucket, ((places, code_starts), range))| {
            let first_code = bucket * bucket_codes;
            let code = |place: usize| keys[place] as usize - first_code;
            // The pens of the codes begin where the codes before them end; when all is written, each stands at its end.
            range.clone().for_each(|place| code_starts[code(place)] += 1);
            let mut total = 0;
            for pen in code_starts.iter_mut() {
                total += std::mem::replace(pen, total);
            }
            for place in range.clone() {
                let pen = &mut code_starts[code(place)];
                places[*pen as usize] = to_u32(place);
                *pen += 1;
            }
            for pen in code_starts {
                *pen += to_u32(range.start);
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
            Codes::U8(codes) => Codes::U8(self.sorted(codes)),
            Codes::U16(codes) => Codes::U16(self.sorted(codes)),
            Codes::U32(codes) => Codes::U32(self.sorted(codes)),
        }
    }

    /// Values, one a record, in the new order.
    pub(super) fn sorted<T: Copy + Default + Send + Sync>(&self, values: &[T]) -> Vec<T> {
        let scattered = self.scattered_by_bucket(values.iter().copied());
        match &self.within {
            None => scattered,
            Some(within) => within.iter().map(|&place| scattered[place as usize]).collect(),
        }
    }

    /// Values in the new order, brought back to the old one; records that were left out get the default.
    ///
    /// The order is used up, so that no more than two copies of the values are in memory at a time.
    pub(super) fn restored<T: Copy + Default>(self, values: Vec<T>) -> Vec<T> {
        let Self { keys, left_out, shift, buckets: mut pens, within, starts } = self;
        drop(starts);
        let scattered = match within {
            None => values,
            Some(within) => {
                let mut unsorted = vec![T::default(); values.len()];
                within.into_iter().zip(values).for_each(|(place, value)| unsorted[place as usize] = value);
                unsorted
            }
        };
        let mut restored = Vec::with_capacity(keys.len());
        with_codes!(keys, keys => restored.extend(keys.iter().map(|&key| {
            if left_out == Some(u32::from(key)) {
                return T::default();
            }
            let pen = &mut pens[key as usize >> shift];
            *pen += 1;
            scattered[*pen as usize - 1]
        })));
        restored
    }

    /// First step: values by bucket, ties in their old order.
    fn scattered_by_bucket<T: Copy + Default>(&self, values: impl Iterator<Item = T>) -> Vec<T> {
        let mut pens = self.buckets.clone();
        let mut scattered = vec![T::default(); self.len()];
        with_codes!(self.keys, keys => for (&key, value) in keys.iter().zip(values) {
            if self.left_out != Some(u32::from(key)) {
                let pen = &mut pens[key as usize >> self.shift];
                scattered[*pen as usize] = value;
                *pen += 1;
            }
        });
        scattered
    }

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        self.buckets.windows(2).map(|borders| borders[0] as usize..borders[1] as usize)
    }
}

/// Where each bucket begins, and the number of records as a last entry.
fn starts_of(keys: &Codes, buckets: usize, shift: u32, left_out: Option<u32>) -> Vec<u32> {
    let mut starts = vec![0_u32; buckets + 1];
    with_codes!(keys, keys => for &key in keys {
        if left_out != Some(u32::from(key)) {
            starts[(key as usize >> shift) + 1] += 1;
        }
    });
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    starts
}

/// Cuts a slice at the borders: one part between each two neighbours.
fn split_at_borders<'a, T>(mut slice: &'a mut [T], borders: &[u32]) -> Vec<&'a mut [T]> {
    let mut parts = Vec::with_capacity(borders.len());
    for window in borders.windows(2) {
        let (part, rest) = slice.split_at_mut((window[1] - window[0]) as usize);
        parts.push(part);
        slice = rest;
    }
    parts
}

#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
fn to_u32(place: usize) -> u32 {
    place as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_codes_keep_their_order() {
        let keys = Codes::U8(vec![2, 0, 2, 1, 0]);
        let order = Order::by(&keys, 3, None);
        assert_eq!((order.sorted(&[0, 1, 2, 3, 4]), order.starts()), (vec![1, 4, 3, 0, 2], &[0, 2, 3, 5][..]));
    }

    #[test]
    fn records_left_out_do_not_appear() {
        let keys = Codes::U16(vec![1, 0, 1, 2]);
        let order = Order::by(&keys, 3, Some(1));
        assert_eq!(order.applied_to(&Codes::U32(vec![10, 11, 12, 13])), Codes::U32(vec![11, 13]));
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
                for left_out in [None, Some(0), Some(cardinality - 1)] {
                    let one = Order::with_pens(&keys, cardinality, left_out, 128);
                    let two = Order::with_pens(&keys, cardinality, left_out, 4);
                    assert_eq!(one.sorted(&numbers), two.sorted(&numbers));
                    assert_eq!(one.starts(), two.starts());
                    assert_eq!(one.len(), two.len());
                    let kept = |&number: &usize| left_out != Some(keys.get(number));
                    let back: Vec<usize> =
                        numbers.iter().map(|number| if kept(number) { *number } else { 0 }).collect();
                    let (by_one, by_two) = (one.sorted(&numbers), two.sorted(&numbers));
                    assert_eq!(one.restored(by_one), back);
                    assert_eq!(two.restored(by_two), back);
                }
            }
        }
    }
}
