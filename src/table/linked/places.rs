//! Where the cell of a class stands while a partition is counted.

use super::scatter::spread;

/// Finds the place of a class among the cells of a partition.
pub(in crate::table) trait Places<N> {
    /// Begins with another partition.
    fn clear(&mut self);
    /// The place of a class of ours.
    fn place(&mut self, number: N) -> usize;
    /// The place of a class of theirs; `None` when ours does not have it, which not every way can tell.
    fn find(&self, number: N) -> Option<usize>;
    /// All places are below this.
    fn end(&self) -> usize;
}

/// One place for each possible class of a range.
pub(super) struct RangePlaces {
    pub(super) bits: u32,
}

impl Places<u32> for RangePlaces {
    fn clear(&mut self) {}

    #[inline]
    fn place(&mut self, number: u32) -> usize {
        number as usize & ((1 << self.bits) - 1)
    }

    #[inline]
    fn find(&self, number: u32) -> Option<usize> {
        Some(number as usize & ((1 << self.bits) - 1))
    }

    fn end(&self) -> usize {
        1 << self.bits
    }
}

/// Places in the order of first sight, found through open addressing.
pub(in crate::table) struct HashPlaces {
    /// A number and its place plus one; 0 is an empty slot. At most half full.
    slots: Vec<(u64, u32)>,
    places: u32,
}

/// Slots at the beginning, a power of two.
const SLOTS: usize = 1 << 10;

impl HashPlaces {
    pub(in crate::table) fn new() -> Self {
        Self { slots: vec![(0, 0); SLOTS], places: 0 }
    }

    /// The slot of a number, or the empty one where it belongs.
    #[inline]
    fn slot(&self, number: u64) -> usize {
        let last = self.slots.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "only the low bits are used")]
        let mut slot = spread(number) as usize & last;
        while self.slots[slot].1 != 0 && self.slots[slot].0 != number {
            slot = (slot + 1) & last;
        }
        slot
    }

    #[cold]
    fn grow(&mut self) {
        let slots = vec![(0, 0); 2 * self.slots.len()];
        for (number, place) in std::mem::replace(&mut self.slots, slots) {
            if place != 0 {
                let slot = self.slot(number);
                self.slots[slot] = (number, place);
            }
        }
    }
}

impl Places<u64> for HashPlaces {
    fn clear(&mut self) {
        self.slots.fill((0, 0));
        self.places = 0;
    }

    #[inline]
    fn place(&mut self, number: u64) -> usize {
        let slot = self.slot(number);
        if self.slots[slot].1 == 0 {
            self.places += 1;
            self.slots[slot] = (number, self.places);
            let place = self.places as usize - 1;
            if 2 * self.places as usize > self.slots.len() {
                self.grow();
            }
            return place;
        }
        self.slots[slot].1 as usize - 1
    }

    #[inline]
    fn find(&self, number: u64) -> Option<usize> {
        (self.slots[self.slot(number)].1 as usize).checked_sub(1)
    }

    fn end(&self) -> usize {
        self.places as usize
    }
}
