//! Who is alone on a set of many possible classes, found within the groups of its column of largest cardinality.

use std::ops::Range;

use rayon::prelude::*;

use super::alone::{Members, has_bit, no_bits, set_bit, to_u32};
use crate::stop::{Stop, StopReason};
use crate::table::mark::joined;
use crate::table::order::Order;
use crate::table::{Codes, ColumnSet, Table};
use crate::with_codes;

/// A table in the order of one column.
pub(super) struct View {
    lead: usize,
    /// The other columns in the new order, by position in the table.
    columns: Vec<Option<Codes>>,
    /// The number of each record.
    records: Vec<u32>,
    /// The number of the subject of each record plus one; empty without subjects.
    stamps: Vec<u32>,
    /// Records of each value of the lead, in stretches that threads can share.
    groups: Vec<Range<u32>>,
}

impl View {
    pub(super) fn new(table: &Table, lead: usize, sets: &[(usize, &ColumnSet)]) -> Self {
        let column = &table.columns()[lead];
        let order = Order::by(&column.codes, column.cardinality, None);
        let needed = |column: usize| column != lead && sets.iter().any(|(_, set)| set.contains(column));
        let columns = (0..table.columns().len())
            .into_par_iter()
            .with_max_len(1)
            .map(|column| needed(column).then(|| order.applied_to(&table.columns()[column].codes)))
            .collect();
        let numbers: Vec<u32> = (0..to_u32(table.records())).collect();
        let records = order.sorted(&numbers);
        let stamps = table
            .subject_of_record()
            .map_or_else(Vec::new, |subjects| records.iter().map(|&record| subjects[record as usize] + 1).collect());
        let groups = order.starts().windows(2).map(|borders| borders[0]..borders[1]);
        Self { lead, columns, records, stamps, groups: groups.filter(|group| !group.is_empty()).collect() }
    }

    /// Bytes of a view and of what it is made from.
    pub(super) fn bytes(table: &Table) -> u64 {
        table.bytes() as u64 + table.records() as u64 * 16
    }

    fn stamp(&self, place: u32) -> u32 {
        // Without subjects each record is its own.
        if self.stamps.is_empty() { self.records[place as usize] + 1 } else { self.stamps[place as usize] }
    }

    /// The groups, dealt to so many parts of about as many records each.
    fn parts(&self, parts: usize) -> Vec<&[Range<u32>]> {
        let share = self.records.len().div_ceil(parts.max(1)).max(1);
        let mut dealt = Vec::with_capacity(parts);
        let (mut first, mut records) = (0, 0);
        for (place, group) in self.groups.iter().enumerate() {
            records += group.len();
            if records >= share {
                dealt.push(&self.groups[first..=place]);
                (first, records) = (place + 1, 0);
            }
        }
        dealt.push(&self.groups[first..]);
        dealt
    }
}

/// The records in classes of one subject on `set`, without those `known` to be: they are in one on a part of it.
///
/// Whoever is known shares no class on `set` with anybody else, so they need not be looked at.
pub(super) fn newly_alone(
    table: &Table,
    view: &View,
    set: &ColumnSet,
    known: &Members,
    (parts, cells): (usize, u64),
    stop: &Stop,
) -> Result<Members, StopReason> {
    let all = table.records();
    if *known == Members::Everybody {
        return Ok(Members::Nobody);
    }
    let known = (*known != Members::Nobody).then(|| known.to_bits(all));
    let found: Vec<Vec<u32>> = view
        .parts(parts)
        .into_par_iter()
        .with_max_len(1)
        .map(|groups| {
            let mut counter = Counter::new(table, view, set, known.as_deref(), cells);
            for group in groups {
                stop.check()?;
                counter.count(group.clone());
            }
            Ok(counter.found)
        })
        .collect::<Result<_, _>>()?;
    if let [found] = &found[..]
        && found.len() < all / 32
    {
        return Ok(Members::of_list(found.clone(), all));
    }
    let mut bits = no_bits(all);
    found.iter().flatten().for_each(|&record| set_bit(&mut bits, record));
    Ok(Members::of_bits(bits, all))
}

/// The mark of a class of several subjects. Any other mark but 0 is the stamp of the only one.
const SEVERAL: u32 = u32::MAX;

/// Scratch space and result of one thread working on one set.
struct Counter<'a> {
    view: &'a View,
    /// The columns of the set without the lead, largest cardinality first.
    rest: Vec<(&'a Codes, u64)>,
    known: Option<&'a [u64]>,
    /// Possible classes up to which a group gets a cell for each.
    most_cells: u64,
    /// The records of the group that are not known, by their places in the view.
    places: Vec<u32>,
    numbers: Vec<u64>,
    /// The mark of each possible class; all 0 between two groups.
    cells: Vec<u32>,
    slots: Slots,
    found: Vec<u32>,
}

impl<'a> Counter<'a> {
    fn new(table: &'a Table, view: &'a View, set: &ColumnSet, known: Option<&'a [u64]>, most_cells: u64) -> Self {
        let others = set.columns().iter().filter(|&&column| column != view.lead);
        let cardinality = |column: usize| u64::from(table.columns()[column].cardinality.max(1));
        let mut rest: Vec<_> =
            others.filter_map(|&column| Some((view.columns[column].as_ref()?, cardinality(column)))).collect();
        rest.sort_by_key(|&(_, cardinality)| std::cmp::Reverse(cardinality));
        Self {
            view,
            rest,
            known,
            most_cells,
            places: Vec::new(),
            numbers: Vec::new(),
            cells: Vec::new(),
            slots: Slots::default(),
            found: Vec::new(),
        }
    }

    fn count(&mut self, group: Range<u32>) {
        self.choose(group);
        if let [place] = self.places[..] {
            self.found.push(self.view.records[place as usize]);
        }
        if self.places.len() < 2 {
            return;
        }
        let possible = self.number();
        // A table of slots for few records lies closer together than cells for many classes.
        if possible <= self.most_cells.min(64 * self.places.len() as u64) {
            self.count_in_cells(usize::try_from(possible).unwrap_or(usize::MAX));
        } else {
            self.count_in_slots();
        }
    }

    /// The records of the group that are not known.
    fn choose(&mut self, group: Range<u32>) {
        self.places.clear();
        let Some(known) = self.known else { return self.places.extend(group) };
        self.places.resize(group.len(), 0);
        let mut kept = 0;
        for place in group {
            // Without a branch: the next record overwrites one that is known.
            self.places[kept] = place;
            kept += usize::from(!has_bit(known, self.view.records[place as usize]));
        }
        self.places.truncate(kept);
    }

    /// Numbers the classes of the records that were chosen; all numbers are below what is returned.
    fn number(&mut self) -> u64 {
        self.numbers.clear();
        self.numbers.resize(self.places.len(), 0);
        let mut possible = 1_u64;
        for place in 0..self.rest.len() {
            let (codes, cardinality) = self.rest[place];
            if possible.checked_mul(cardinality).is_none() {
                possible = self.slots.renumber(&mut self.numbers);
            }
            // Fewer than 2^32 numbers, and as many values.
            possible *= cardinality;
            with_codes!(codes, codes => for (number, &place) in self.numbers.iter_mut().zip(&self.places) {
                *number = *number * cardinality + u64::from(codes[place as usize]);
            });
        }
        possible
    }

    #[expect(clippy::cast_possible_truncation, reason = "every number is below the number of cells")]
    fn count_in_cells(&mut self, possible: usize) {
        if self.cells.len() < possible {
            self.cells.resize(possible, 0);
        }
        for (&number, &place) in self.numbers.iter().zip(&self.places) {
            let cell = &mut self.cells[number as usize];
            *cell = joined(*cell, self.view.stamp(place));
        }
        for (&number, &place) in self.numbers.iter().zip(&self.places) {
            if self.cells[number as usize] != SEVERAL {
                self.found.push(self.view.records[place as usize]);
            }
        }
        self.numbers.iter().for_each(|&number| self.cells[number as usize] = 0);
    }

    #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 2^32 slots")]
    fn count_in_slots(&mut self) {
        self.slots.clear(self.numbers.len());
        for (number, &place) in self.numbers.iter_mut().zip(&self.places) {
            let slot = self.slots.of(*number);
            let mark = &mut self.slots.marks[slot];
            *mark = joined(*mark, self.view.stamp(place));
            *number = slot as u64;
        }
        for (&slot, &place) in self.numbers.iter().zip(&self.places) {
            if self.slots.marks[slot as usize] != SEVERAL {
                self.found.push(self.view.records[place as usize]);
            }
        }
    }
}

/// A mark for each of some numbers, at most half of the slots in use.
#[derive(Default)]
struct Slots {
    numbers: Vec<u64>,
    /// 0 in an empty slot.
    marks: Vec<u32>,
    /// Bits of a number's hash that do not choose its slot.
    shift: u32,
}

impl Slots {
    /// Makes room for so many different numbers, and forgets all.
    fn clear(&mut self, numbers: usize) {
        let slots = (2 * numbers).next_power_of_two().max(2);
        if self.numbers.len() < slots {
            self.numbers.resize(slots, 0);
            self.marks.resize(slots, 0);
        }
        self.marks[..slots].fill(0);
        self.shift = 64 - slots.trailing_zeros();
    }

    /// The slot of a number, or the empty one where it belongs. The caller marks it.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the bits that are left are below the number of slots")]
    fn of(&mut self, number: u64) -> usize {
        let last = (1_usize << (64 - self.shift)) - 1;
        let mixed = (number ^ number >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut slot = (mixed >> self.shift) as usize;
        while self.marks[slot] != 0 && self.numbers[slot] != number {
            slot = (slot + 1) & last;
        }
        self.numbers[slot] = number;
        slot
    }

    /// Numbers equal numbers alike, from 0 on; returns how many different ones there are.
    fn renumber(&mut self, numbers: &mut [u64]) -> u64 {
        self.clear(numbers.len());
        let mut next = 0;
        for number in numbers {
            let slot = self.of(*number);
            if self.marks[slot] == 0 {
                next += 1;
                self.marks[slot] = next;
            }
            *number = u64::from(self.marks[slot]) - 1;
        }
        u64::from(next)
    }
}
