//! Sets of many possible classes: rows are scattered by class, then one partition after the other is counted in cache.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::places::{HashPlaces, Places, RangePlaces};
use super::rows::{Number, Payload, Rows, Wanted};
use super::scatter::{Hashed, Partitions, Ranges, Split};
use super::tally::{PairTally, without_overlap};
use super::{LinkedCounts, Sides};
use crate::stop::{Stop, StopReason};
use crate::table::cell::Cell;

/// Memory that is kept from set to set.
#[derive(Default)]
pub(super) struct Scratch {
    ranges: Both<u32>,
    hashed: Both<u64>,
    smallest: SmallestPairs,
}

/// The scattered rows of both sides.
#[derive(Default)]
pub(super) struct Both<N> {
    pub(super) ours: Partitions<N>,
    pub(super) theirs: Partitions<N>,
}

impl<N: Number> Both<N> {
    pub(super) fn scatter(
        &mut self,
        (our, our_wanted): (&Rows<'_>, Wanted),
        (their, their_wanted): (&Rows<'_>, Wanted),
        split: impl Split<N>,
        stop: &Stop,
    ) -> Result<(), StopReason> {
        self.ours.scatter(our, our_wanted, split, stop)?;
        self.theirs.scatter(their, their_wanted, split, stop)
    }
}

/// One cell for each possible class.
pub(super) fn count_ranges<O: Cell, T: Cell>(
    sides: &Sides<'_>,
    scratch: &mut Scratch,
) -> Result<LinkedCounts, StopReason> {
    let bits = sides.tuning.partition_bits;
    let partitions = (sides.our.possible_classes() >> bits) as usize + 1;
    let Scratch { ranges, smallest, .. } = scratch;
    count::<O, T, _, _, _>(sides, Ranges { bits, partitions }, || RangePlaces { bits }, ranges, smallest)
}

/// One cell for each class that ours has.
pub(super) fn count_hashed<O: Cell, T: Cell>(
    sides: &Sides<'_>,
    scratch: &mut Scratch,
) -> Result<LinkedCounts, StopReason> {
    let Scratch { hashed, smallest, .. } = scratch;
    count::<O, T, _, _, _>(sides, Hashed { bits: sides.tuning.hash_bits }, HashPlaces::new, hashed, smallest)
}

fn count<O: Cell, T: Cell, N: Number, S: Split<N>, P: Places<N>>(
    sides: &Sides<'_>,
    split: S,
    places: impl Fn() -> P + Sync,
    scattered: &mut Both<N>,
    smallest: &mut SmallestPairs,
) -> Result<LinkedCounts, StopReason> {
    let wanted = |touches: bool| if touches { Wanted::Touch } else { Wanted::Nothing };
    let (our, their) = ((sides.our, wanted(O::SUBJECTS)), (sides.their, wanted(T::SUBJECTS)));
    scattered.scatter(our, their, split, sides.stop)?;
    let scattered = &*scattered;
    let overlap = matches!(sides.our.payload, Payload::Subjects(_));
    smallest.reset(if overlap { sides.subjects } else { 0 });
    let smallest = &*smallest;
    let (classes, only_theirs) = in_turn(split.partitions(), |next| {
        let mut counter = Counter::<O, T, P>::new(places());
        while let Some(partition) = next() {
            sides.stop.check()?;
            counter.count(scattered, partition, overlap.then_some(smallest));
        }
        Ok((counter.classes, counter.only_theirs))
    })?
    .into_iter()
    .reduce(|one, other| (one.0.merge(other.0), one.1 || other.1))
    .unwrap_or_else(|| (PairTally::new(), false));
    let only_theirs = only_theirs || scattered.theirs.foreign();
    if !overlap {
        return Ok(without_overlap(classes, only_theirs));
    }
    Ok(LinkedCounts { classes: classes.into_classes(), subjects: smallest.tally().into_subjects(), only_theirs })
}

/// Runs `work` once a thread; each takes the next partition when it is done with one, so that none waits for a large
/// one.
pub(super) fn in_turn<R: Send>(
    partitions: usize,
    work: impl Fn(&mut dyn FnMut() -> Option<usize>) -> Result<R, StopReason> + Sync,
) -> Result<Vec<R>, StopReason> {
    let turn = AtomicUsize::new(0);
    let threads = rayon::current_num_threads().min(partitions);
    let run = |_| {
        let mut next = || Some(turn.fetch_add(1, Ordering::Relaxed)).filter(|&partition| partition < partitions);
        work(&mut next)
    };
    (0..threads).into_par_iter().with_max_len(1).map(run).collect()
}

/// Scratch space and result of one thread.
struct Counter<O, T, P> {
    places: P,
    ours: Vec<O>,
    theirs: Vec<T>,
    classes: PairTally,
    only_theirs: bool,
}

impl<O: Cell, T: Cell, P> Counter<O, T, P> {
    fn new(places: P) -> Self {
        let (ours, theirs) = (Vec::new(), Vec::new());
        Self { places, ours, theirs, classes: PairTally::new(), only_theirs: false }
    }

    fn count<N: Number>(&mut self, scattered: &Both<N>, partition: usize, smallest: Option<&SmallestPairs>)
    where
        P: Places<N>,
    {
        self.count_ours(scattered, partition);
        self.count_theirs(scattered, partition);
        if let Some(smallest) = smallest {
            self.lower_each(scattered, partition, smallest);
        }
        let end = self.places.end();
        for (ours, theirs) in self.ours[..end].iter_mut().zip(&mut self.theirs[..end]) {
            let (ours, theirs) = (std::mem::take(ours), std::mem::take(theirs));
            if ours.size() > 0 && theirs.size() > 0 {
                self.classes.add((theirs.size(), ours.size()), 1, ours.records().into());
            }
            self.only_theirs |= ours.size() == 0 && theirs.size() > 0;
        }
    }

    fn count_ours<N: Number>(&mut self, scattered: &Both<N>, partition: usize)
    where
        P: Places<N>,
    {
        self.places.clear();
        // Enough for a place a row, and for every place that is there from the beginning.
        let most = scattered.ours.len(partition).max(self.places.end());
        if self.ours.len() < most {
            self.ours.resize(most, O::default());
            self.theirs.resize(most, T::default());
        }
        for (numbers, payloads) in scattered.ours.pieces(partition) {
            if O::SUBJECTS {
                for (&number, &payload) in numbers.iter().zip(payloads) {
                    self.ours[self.places.place(number)].touch(payload);
                }
            } else {
                for &number in numbers {
                    self.ours[self.places.place(number)].touch(0);
                }
            }
        }
    }

    fn count_theirs<N: Number>(&mut self, scattered: &Both<N>, partition: usize)
    where
        P: Places<N>,
    {
        for (numbers, payloads) in scattered.theirs.pieces(partition) {
            let mut touch = |number: N, payload: u32| match self.places.find(number) {
                Some(place) => self.theirs[place].touch(payload),
                None => self.only_theirs = true,
            };
            if T::SUBJECTS {
                for (&number, &payload) in numbers.iter().zip(payloads) {
                    touch(number, payload);
                }
            } else {
                for &number in numbers {
                    touch(number, 0);
                }
            }
        }
    }

    /// Lowers the pair of sizes of the subject of each row of ours.
    fn lower_each<N: Number>(&mut self, scattered: &Both<N>, partition: usize, smallest: &SmallestPairs)
    where
        P: Places<N>,
    {
        for (numbers, stamps) in scattered.ours.pieces(partition) {
            for (&number, &stamp) in numbers.iter().zip(stamps) {
                if let Some(place) = self.places.find(number) {
                    let (ours, theirs) = (self.ours[place].size(), self.theirs[place].size());
                    if theirs > 0 {
                        smallest.lower(stamp as usize - 1, (theirs, ours));
                    }
                }
            }
        }
    }
}

/// The smallest pair (theirs, ours) among the records of each subject, while classes come in any order.
#[derive(Default)]
struct SmallestPairs(Vec<AtomicU64>);

impl SmallestPairs {
    fn reset(&mut self, subjects: usize) {
        self.0.resize_with(subjects, AtomicU64::default);
        self.0.par_iter_mut().for_each(|pair| *pair.get_mut() = u64::MAX);
    }

    /// The order of the threads does not matter to a minimum.
    #[inline]
    fn lower(&self, subject: usize, (theirs, ours): (u32, u32)) {
        let pair = u64::from(theirs) << 32 | u64::from(ours);
        let entry = &self.0[subject];
        if pair < entry.load(Ordering::Relaxed) {
            entry.fetch_min(pair, Ordering::Relaxed);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "two halves of 32 bits")]
    fn tally(&self) -> PairTally {
        let add = |mut tally: PairTally, pair: &AtomicU64| {
            let pair = pair.load(Ordering::Relaxed);
            if pair != u64::MAX {
                tally.add(((pair >> 32) as u32, pair as u32), 1, 0);
            }
            tally
        };
        self.0
            .par_chunks(1 << 16)
            .map(|pairs| pairs.iter().fold(PairTally::new(), add))
            .reduce(PairTally::new, PairTally::merge)
    }
}
