//! Counting sets with too many possible classes for one cell each: sort by one column, then count within its groups.
//!
//! All sets whose column of largest cardinality is the same (the *lead*) share one [`LeadView`]: the other columns and
//! the subjects, brought into the order of the lead. Within a group of equal lead codes the product of the remaining
//! cardinalities is small enough for one cell each, and only the cells that the group touched are read and
//! cleared, so a group costs its records and not its possible classes. Where even that product is too large, the
//! classes that do occur are numbered through a small hash table that stays in cache; a group too large for that is
//! first refined by one more column at a time, as partition refinement does.

use std::ops::Range;

use rayon::prelude::*;

use super::cell::{Cell, RecordCell, RepeatCell};
use super::counts::{SetCounts, SizeTally};
use super::order::Order;
use super::repeats::Listed;
use super::smallest::SmallestClasses;
use super::{Buffer, Codes, ColumnSet, Table};
use crate::stop::{Stop, StopReason};
use crate::with_codes;

/// Up to where the ways of counting a group go.
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupLimits {
    /// Possible classes that get one cell each.
    pub(super) cells: usize,
    /// Records whose classes are numbered through a hash table.
    pub(super) hashed_records: usize,
}

/// A table in the order of one column.
pub(super) struct LeadView {
    lead: usize,
    /// The needed columns in the new order, by position in the table.
    pub(super) columns: Vec<Option<Codes>>,
    /// Subject number plus one of each record; without subjects the record's own number plus one.
    pub(super) stamps: Buffer<u32>,
    /// Records of each group of equal lead codes, the smallest groups first: classes are small in them, so that the
    /// smallest class of a subject is found early and seldom lowered again.
    pub(super) groups: Vec<Range<u32>>,
    /// The lead code of each group.
    codes: Vec<u32>,
}

/// A set to be counted, by its place among all sets.
pub(super) struct GroupedSet<'a> {
    pub(super) place: usize,
    pub(super) set: &'a ColumnSet,
    /// What subjects repeat, where it is known.
    pub(super) repeats: Option<Listed>,
}

impl LeadView {
    /// The view for these sets, each of which must contain `lead`.
    pub(super) fn new<'a>(
        table: &Table,
        lead: usize,
        sets: impl IntoIterator<Item = &'a ColumnSet>,
        with_subjects: bool,
    ) -> Self {
        let lead_column = &table.columns()[lead];
        let order = Order::by(&lead_column.codes, lead_column.cardinality, None);
        let mut is_needed = vec![false; table.columns().len()];
        for &column in sets.into_iter().flat_map(ColumnSet::columns) {
            is_needed[column] = column != lead;
        }
        let columns = (0..table.columns().len())
            .into_par_iter()
            .with_max_len(1)
            .map(|column| is_needed[column].then(|| order.applied_to(&table.columns()[column].codes)))
            .collect();
        let stamps = match &table.subject_of_record {
            Some(subjects) if with_subjects => {
                let mut stamps = order.sorted_there(subjects);
                stamps.par_iter_mut().for_each(|stamp| *stamp += 1);
                stamps
            }
            _ => Buffer::default(),
        };
        let groups = order.starts().windows(2).map(|borders| borders[0]..borders[1]);
        let mut groups: Vec<(u32, Range<u32>)> = (0..).zip(groups).filter(|(_, group)| !group.is_empty()).collect();
        groups.sort_by_key(|(_, group)| group.len());
        let (codes, groups) = groups.into_iter().unzip();
        Self { lead, columns, stamps, groups, codes }
    }

    /// Bytes of memory that a view of all columns of the table takes, with the order it is made from. Where the columns are mapped,
    /// so is the order.
    pub(super) fn bytes(table: &Table) -> usize {
        table.bytes() + if table.ground().is_some() { 0 } else { table.records() * 4 }
    }
}

/// The columns of a set in the order of its cells: the lead, then those of larger cardinality first.
pub(super) fn in_order(table: &Table, lead: usize, set: &ColumnSet) -> Vec<usize> {
    let mut columns: Vec<usize> = set.columns().to_vec();
    columns.sort_by_key(|&column| (column != lead, std::cmp::Reverse(table.columns()[column].cardinality.max(1))));
    columns
}

/// Possible classes of the columns after the lead, when there may be one cell for each.
pub(super) fn cells_in_groups(table: &Table, columns: &[usize], limits: GroupLimits) -> Option<usize> {
    let cardinality = |column: &usize| table.columns()[*column].cardinality.max(1) as usize;
    product(columns[1..].iter().map(cardinality)).filter(|&cells| cells <= limits.cells)
}

fn product(mut factors: impl Iterator<Item = usize>) -> Option<usize> {
    factors.try_fold(1, usize::checked_mul)
}

/// Counts the sets one after another or side by side, whichever keeps all cores busy.
pub(super) fn count_sets<C: Cell>(
    table: &Table,
    view: &LeadView,
    sets: &[GroupedSet<'_>],
    limits: GroupLimits,
    stop: &Stop,
) -> Result<Vec<(usize, SetCounts)>, StopReason> {
    let threads = rayon::current_num_threads();
    let parts = (2 * threads).div_ceil(sets.len().max(1)).min(threads * 2);
    let count = |set: &GroupedSet<'_>| {
        let smallest = SmallestClasses::new(if C::RECORDS { table.subjects() } else { 0 });
        // With what subjects repeat at hand, records are counted and repeats taken off.
        let tally = match set.repeats {
            Some(_) if C::RECORDS => tally::<RepeatCell>(table, view, set, parts, limits, &smallest, stop)?,
            Some(_) => tally::<RecordCell>(table, view, set, parts, limits, &smallest, stop)?,
            None => tally::<C>(table, view, set, parts, limits, &smallest, stop)?,
        };
        let (sizes, record_pairs) = tally.finish();
        let subjects_by_smallest = if C::RECORDS {
            smallest.tally()
        } else if C::SUBJECTS {
            Vec::new()
        } else {
            sizes.iter().map(|size| (size.size, size.records)).collect()
        };
        Ok((set.place, SetCounts { sizes, record_pairs, subjects_by_smallest }))
    };
    sets.par_iter().with_max_len(1).map(count).collect()
}

/// Counts one set in so many parts, and lowers the smallest class of each subject.
pub(super) fn tally<C: Cell>(
    table: &Table,
    view: &LeadView,
    set: &GroupedSet<'_>,
    parts: usize,
    limits: GroupLimits,
    smallest: &SmallestClasses,
    stop: &Stop,
) -> Result<SizeTally, StopReason> {
    (0..parts)
        .into_par_iter()
        .map(|part| {
            let mut counter = GroupCounter::<C>::new(table, view, set, limits, smallest);
            counter.alone = parts == 1;
            // Dealt in turn, so that each part gets groups of every size.
            for group in (part..view.groups.len()).step_by(parts) {
                stop.check()?;
                counter.count_group(group);
            }
            Ok(counter.tally)
        })
        .try_reduce_with(|mut one, other| {
            one.merge(other);
            Ok(one)
        })
        .unwrap_or_else(|| Ok(SizeTally::new()))
}

/// Scratch space and result of one thread working on one set.
struct GroupCounter<'a, C> {
    view: &'a LeadView,
    /// The columns of the set without the lead, largest cardinality first.
    rest: Vec<(&'a Codes, u32)>,
    repeats: Option<&'a Listed>,
    smallest: &'a SmallestClasses,
    /// Whether no other thread works on the same set.
    alone: bool,
    limits: GroupLimits,
    tally: SizeTally,
    cells: Vec<C>,
    touched: Vec<u32>,
    numbers: Vec<u32>,
    stamps: Vec<u32>,
    keys: Vec<u64>,
    numbering: Numbering,
    /// Scratch space of refinement, one entry a depth.
    splits: Vec<Split>,
}

#[derive(Default)]
struct Split {
    rows: Vec<u32>,
    starts: Vec<u32>,
}

impl<'a, C: Cell> GroupCounter<'a, C> {
    fn new(
        table: &Table,
        view: &'a LeadView,
        set: &'a GroupedSet<'_>,
        limits: GroupLimits,
        smallest: &'a SmallestClasses,
    ) -> Self {
        let cardinality = |column: usize| table.columns()[column].cardinality.max(1);
        let rest: Vec<(&Codes, u32)> = in_order(table, view.lead, set.set)[1..]
            .iter()
            .filter_map(|&column| view.columns[column].as_ref().map(|codes| (codes, cardinality(column))))
            .collect();
        Self {
            view,
            repeats: set.repeats.as_ref(),
            smallest,
            alone: false,
            limits,
            tally: SizeTally::new(),
            cells: Vec::new(),
            touched: Vec::new(),
            numbers: Vec::new(),
            stamps: Vec::new(),
            keys: Vec::new(),
            numbering: Numbering::default(),
            splits: rest.iter().map(|_| Split::default()).collect(),
            rest,
        }
    }

    fn count_group(&mut self, index: usize) {
        let group = self.view.groups[index].clone();
        let Some(cells) = self.cells_from(0) else {
            let rows: Vec<u32> = group.collect();
            return self.refine(&rows, 0);
        };
        let repeats = self.repeats.map(|repeats| (repeats, self.view.codes[index]));
        let group = group.start as usize..group.end as usize;
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.clear();
        numbers.resize(group.len(), 0);
        for &(codes, cardinality) in &self.rest {
            with_codes!(codes, codes => {
                for (number, &code) in numbers.iter_mut().zip(&codes[group.clone()]) {
                    *number = *number * cardinality + u32::from(code);
                }
            });
        }
        let stamps = if C::SUBJECTS { &self.view.stamps[group] } else { &[][..] };
        self.count_numbers(cells, &numbers, stamps, repeats);
        self.numbers = numbers;
    }

    /// Possible classes on the columns from `depth` on, when there may be one cell for each.
    fn cells_from(&self, depth: usize) -> Option<usize> {
        let cells = product(self.rest[depth..].iter().map(|&(_, cardinality)| cardinality as usize));
        cells.filter(|&cells| cells <= self.limits.cells)
    }

    /// Counts records by their class numbers, all below `cells`; `stamps` go with the numbers. Repeats are those of the
    /// group of a lead code.
    fn count_numbers(&mut self, cells: usize, numbers: &[u32], stamps: &[u32], repeats: Option<(&Listed, u32)>) {
        if self.cells.len() < cells {
            self.cells.resize(cells, C::default());
        }
        let class_cells = &mut self.cells[..cells];
        self.touched.clear();
        self.touched.resize(numbers.len(), 0);
        let mut classes = 0;
        // Written without a branch: the slot is overwritten by the next record unless the class is new.
        let mut touch = |number: u32, stamp: u32| {
            let cell = &mut class_cells[number as usize];
            self.touched[classes] = number;
            classes += usize::from(cell.size() == 0);
            cell.touch(stamp);
        };
        if C::SUBJECTS {
            for (&number, &stamp) in numbers.iter().zip(stamps) {
                touch(number, stamp);
            }
        } else {
            for &number in numbers {
                touch(number, 0);
            }
        }
        for class in repeats.into_iter().flat_map(|(repeats, code)| repeats.of_group(code)) {
            class_cells[class].take_off();
        }
        if C::RECORDS {
            // In two steps, so that the processor looks up many classes, and then many subjects, at the same time.
            let mut sizes = [0; 256];
            for (numbers, stamps) in numbers.chunks(sizes.len()).zip(stamps.chunks(sizes.len())) {
                for (size, &number) in sizes.iter_mut().zip(numbers) {
                    *size = class_cells[number as usize].size();
                }
                self.smallest.lower_each(stamps, &sizes[..stamps.len()], self.alone);
            }
        }
        for &number in &self.touched[..classes] {
            let cell = std::mem::take(&mut class_cells[number as usize]);
            self.tally.add(cell.size(), cell.records());
        }
    }

    /// Counts the classes of these rows on the columns from `depth` on. Rows ascend, and so do their subjects.
    fn refine(&mut self, rows: &[u32], depth: usize) {
        if depth == self.rest.len() || rows.len() == 1 {
            self.count_class(rows);
        } else if let Some(cells) = self.cells_from(depth) {
            self.count_rows(cells, rows, depth);
        } else if rows.len() <= self.limits.hashed_records {
            self.count_hashed(rows, depth);
        } else {
            self.refine_by_column(rows, depth);
        }
    }

    /// All rows are one class: no column is left, or there is one row.
    fn count_class(&mut self, rows: &[u32]) {
        #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
        let records = rows.len() as u32;
        if !C::SUBJECTS {
            return self.tally.add(records, records);
        }
        let stamps = self.view.stamps.as_slice();
        let stamp = |&row: &u32| stamps[row as usize];
        let mut size = 0;
        let mut last = 0;
        for row in rows {
            size += u32::from(stamp(row) != last);
            last = stamp(row);
        }
        if C::RECORDS {
            for row in rows {
                self.smallest.lower(stamp(row) as usize - 1, size, self.alone);
            }
        }
        self.tally.add(size, if C::RECORDS { records } else { size });
    }

    fn count_rows(&mut self, cells: usize, rows: &[u32], depth: usize) {
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.clear();
        numbers.resize(rows.len(), 0);
        for &(codes, cardinality) in &self.rest[depth..] {
            with_codes!(codes, codes => {
                for (number, &row) in numbers.iter_mut().zip(rows) {
                    *number = *number * cardinality + u32::from(codes[row as usize]);
                }
            });
        }
        self.count_numbered_rows(cells, &numbers, rows);
        self.numbers = numbers;
    }

    /// Numbers the classes that occur. Columns are folded into one key; when the next one would not fit, the classes so
    /// far are numbered, which makes room again.
    fn count_hashed(&mut self, rows: &[u32], depth: usize) {
        let (mut keys, mut numbers) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.numbers));
        keys.clear();
        keys.resize(rows.len(), 0);
        let mut room = u64::MAX;
        for &(codes, cardinality) in &self.rest[depth..] {
            let cardinality = u64::from(cardinality);
            if room < cardinality {
                let classes = self.numbering.number(&keys, &mut numbers);
                keys.iter_mut().zip(&numbers).for_each(|(key, &number)| *key = u64::from(number));
                room = u64::MAX / classes as u64;
            }
            room /= cardinality;
            with_codes!(codes, codes => {
                for (key, &row) in keys.iter_mut().zip(rows) {
                    *key = *key * cardinality + u64::from(codes[row as usize]);
                }
            });
        }
        let classes = self.numbering.number(&keys, &mut numbers);
        self.count_numbered_rows(classes, &numbers, rows);
        (self.keys, self.numbers) = (keys, numbers);
    }

    fn count_numbered_rows(&mut self, cells: usize, numbers: &[u32], rows: &[u32]) {
        let mut stamps = std::mem::take(&mut self.stamps);
        stamps.clear();
        if C::SUBJECTS {
            let of_row = self.view.stamps.as_slice();
            stamps.extend(rows.iter().map(|&row| of_row[row as usize]));
        }
        self.count_numbers(cells, numbers, &stamps, None);
        self.stamps = stamps;
    }

    /// Splits by one column with a counting sort.
    fn refine_by_column(&mut self, rows: &[u32], depth: usize) {
        let (codes, cardinality) = self.rest[depth];
        let mut split = std::mem::take(&mut self.splits[depth]);
        split.starts.clear();
        split.starts.resize(cardinality as usize + 1, 0);
        split.rows.clear();
        split.rows.resize(rows.len(), 0);
        with_codes!(codes, codes => {
            for &row in rows {
                split.starts[codes[row as usize] as usize + 1] += 1;
            }
            for code in 0..cardinality as usize {
                split.starts[code + 1] += split.starts[code];
            }
            for &row in rows {
                // The start of a code moves to its end, which is the start of the next.
                let next = &mut split.starts[codes[row as usize] as usize];
                split.rows[*next as usize] = row;
                *next += 1;
            }
        });
        let mut start = 0;
        for &end in &split.starts[..cardinality as usize] {
            if end as usize > start {
                self.refine(&split.rows[start..end as usize], depth + 1);
                start = end as usize;
            }
        }
        self.splits[depth] = split;
    }
}

/// Gives equal keys equal numbers, 0, 1, 2, … in the order of first sight.
#[derive(Default)]
struct Numbering {
    /// Open addressing: a key and its number plus one; 0 is an empty slot. At most half full.
    slots: Vec<(u64, u32)>,
}

impl Numbering {
    /// Fills `numbers` and returns how many there are.
    fn number(&mut self, keys: &[u64], numbers: &mut Vec<u32>) -> usize {
        let capacity = (2 * keys.len()).next_power_of_two();
        self.slots.clear();
        self.slots.resize(capacity, (0, 0));
        numbers.clear();
        let mut classes = 0_u32;
        for &key in keys {
            let mut slot = hash(key) & (capacity - 1);
            let number = loop {
                let (other, number) = self.slots[slot];
                if number == 0 {
                    classes += 1;
                    self.slots[slot] = (key, classes);
                    break classes;
                }
                if other == key {
                    break number;
                }
                slot = (slot + 1) & (capacity - 1);
            };
            numbers.push(number - 1);
        }
        classes as usize
    }
}

/// Spreads keys that differ in any bit over the low bits. Which slot a key takes changes no count.
#[expect(clippy::cast_possible_truncation, reason = "only the low bits are used")]
fn hash(key: u64) -> usize {
    let product = u128::from(key ^ 0x9E37_79B9_7F4A_7C15) * u128::from(0xD6E8_FEB8_6659_FD93_u64);
    (product >> 64) as usize ^ product as usize
}
