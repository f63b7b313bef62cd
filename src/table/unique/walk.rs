//! The walk through the sets below a lead: the classes of a set are refined by one more column at a time, and only records
//! that may still decide something go further down.

use super::{Found, Node, UniqueTuning, to_u32};
use crate::stop::{Stop, StopReason};
use crate::table::Table;
use crate::table::grouped::LeadView;
use crate::table::linked::{HashPlaces, Places};
use crate::table::mark::joined;
use crate::with_codes;

/// Subjects, a bit each.
#[derive(Clone)]
pub(super) struct Subjects(Vec<u64>);

impl Subjects {
    pub(super) fn none(subjects: usize) -> Self {
        Self(vec![0; subjects.div_ceil(64)])
    }

    pub(super) fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Adds a subject if `really`; without a branch.
    #[inline]
    pub(super) fn add(&mut self, subject: u32, really: bool) {
        self.0[subject as usize >> 6] |= u64::from(really) << (subject & 63);
    }

    #[inline]
    fn has(&self, subject: u32) -> bool {
        self.0[subject as usize >> 6] >> (subject & 63) & 1 == 1
    }

    fn add_all(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word |= other);
    }
}

/// Records that may still decide something, group by group of the lead.
#[derive(Default)]
pub(super) struct Left {
    records: Vec<u32>,
    /// The number of the class of each record within its group.
    numbers: Vec<u32>,
    /// The subject of each record, plus one; [`SEVERAL`] for a record that stands for those of several subjects.
    stamps: Vec<u32>,
    /// Where the records of each group end, and how many classes they have.
    groups: Vec<(usize, u32)>,
}

impl Left {
    /// Bytes a record.
    pub(super) const BYTES: u64 = 12;

    fn resize(&mut self, records: usize) {
        self.records.resize(records, 0);
        self.numbers.resize(records, 0);
        self.stamps.resize(records, 0);
    }

    fn each_group(&self) -> impl Iterator<Item = Group<'_>> {
        let mut start = 0;
        self.groups.iter().map(move |&(end, classes)| {
            let range = std::mem::replace(&mut start, end)..end;
            let (records, numbers) = (&self.records[range.clone()], &self.numbers[range.clone()]);
            Group { records, numbers, stamps: &self.stamps[range], classes }
        })
    }
}

/// The records of one group.
#[derive(Clone, Copy)]
struct Group<'a> {
    records: &'a [u32],
    numbers: &'a [u32],
    stamps: &'a [u32],
    classes: u32,
}

/// The mark of a class of several subjects. Any other mark but 0 is the stamp of the only one.
const SEVERAL: u32 = u32::MAX;

/// The mark of a class that goes further down and has no number yet.
const OPEN: u32 = u32::MAX;

/// Most values of a last column that is counted along with the set without it: its cells then lie side by side.
const MOST_BESIDE: u32 = 4;

/// The mark of a class from those of its `width` parts, a power of two, of which the one at `index` is not empty.
#[inline]
fn mark_of(cells: &[u32], index: u32, width: u32) -> u32 {
    (1..width).fold(cells[index as usize], |mark, other| {
        let part = cells[(index ^ other) as usize];
        let several = u32::from(part != 0) & u32::from(part != mark);
        mark | several.wrapping_neg()
    })
}

/// The subjects alone on a set, and on the set with one more column, where that is counted along.
struct Alone {
    here: Subjects,
    beside: Option<Subjects>,
}

impl Alone {
    /// One record of a class, whose mark without the column beside and with it is known.
    #[inline]
    fn add(&mut self, stamp: u32, here: u32, with_beside: u32) {
        // A record that stands for several is in no class of one.
        let subject = if stamp == SEVERAL { 0 } else { stamp - 1 };
        self.here.add(subject, here != SEVERAL);
        if let Some(beside) = &mut self.beside {
            beside.add(subject, with_beside != SEVERAL);
        }
    }
}

/// Scratch space and result of one thread.
pub(super) struct Walk<'a> {
    table: &'a Table,
    view: &'a LeadView,
    tuning: UniqueTuning,
    stop: &'a Stop,
    /// The mark of each class of a group; all 0 between two groups.
    cells: Vec<u32>,
    /// For each class of a group 0, [`OPEN`] or its number plus one; all 0 between two groups.
    states: Vec<u32>,
    /// The cell of each record of a group.
    index: Vec<u32>,
    keys: Vec<u64>,
    places: HashPlaces,
    spare: Vec<Left>,
    /// Records in the lists on the way here.
    held: usize,
    pub(super) found: Vec<Found>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(table: &'a Table, view: &'a LeadView, tuning: UniqueTuning, stop: &'a Stop) -> Self {
        Self {
            table,
            view,
            tuning,
            stop,
            cells: Vec::new(),
            states: Vec::new(),
            index: Vec::new(),
            keys: Vec::new(),
            places: HashPlaces::new(),
            spare: Vec::new(),
            held: 0,
            found: Vec::new(),
        }
    }

    /// Bytes of a walk beside its lists: the cells and states of a group's possible classes; the place, the key and the slots of
    /// each record of a group, and the group itself.
    pub(super) fn scratch_bytes(view: &LeadView, tuning: UniqueTuning) -> u64 {
        let largest = view.groups.iter().map(ExactSizeIterator::len).max().unwrap_or(0) as u64;
        tuning.cells * 4 * u64::from(MOST_BESIDE + 1) + largest * (4 + 8 + 4 * 16 + 8)
    }

    fn cardinality(&self, column: usize) -> u32 {
        self.table.columns()[column].cardinality
    }

    /// Refines the classes of the parent, or the groups of the lead, by the column of the node, and goes on below it.
    /// `before` are the subjects alone on the parent, `possible` its possible classes.
    pub(super) fn visit(
        &mut self,
        node: &Node,
        parent: Option<&Left>,
        before: &Subjects,
        alone_before: u64,
        possible: f64,
    ) -> Result<(), StopReason> {
        self.stop.check()?;
        let everybody = alone_before == self.table.subjects() as u64;
        if everybody || parent.is_some_and(|parent| parent.records.is_empty()) {
            node.each_wanted(&mut |place| self.found.push((place, Some(alone_before))));
            return Ok(());
        }
        let possible = possible * f64::from(self.cardinality(node.column));
        let is_small = self.table.records() < 1 << 29;
        let is_beside =
            |child: &&Node| is_small && child.children.is_empty() && self.cardinality(child.column) <= MOST_BESIDE;
        let beside = node.children.iter().rfind(is_beside);
        let others = node.children.iter().filter(|child| beside.is_none_or(|beside| beside.column != child.column));
        let others: Vec<&Node> = others.collect();
        let most = parent.map_or(self.table.records(), |parent| parent.records.len());
        let has_room = self.held + most <= self.tuning.room;
        let mut left = (has_room && !others.is_empty()).then(|| self.spare.pop().unwrap_or_default());

        let mut alone = Alone { here: before.clone(), beside: beside.map(|_| before.clone()) };
        self.refine(node.column, beside.map(|node| node.column), parent, &mut alone, left.as_mut());
        let count = alone.here.len();
        self.found.extend(node.wanted.iter().map(|&place| (place, Some(count))));
        if let (Some(node), Some(mut with_beside)) = (beside, alone.beside) {
            with_beside.add_all(&alone.here);
            let count = with_beside.len();
            self.found.extend(node.wanted.iter().map(|&place| (place, Some(count))));
        }
        let Some(mut left) = left else {
            for node in others {
                node.each_wanted(&mut |place| self.found.push((place, None)));
            }
            return Ok(());
        };
        self.merge(node, possible, &mut left);
        let held = left.records.len();
        self.held += held;
        for child in others {
            self.visit(child, Some(&left), &alone.here, count, possible)?;
        }
        self.held -= held;
        left.resize(0);
        left.groups.clear();
        self.spare.push(left);
        Ok(())
    }

    fn refine(
        &mut self,
        column: usize,
        beside: Option<usize>,
        parent: Option<&Left>,
        alone: &mut Alone,
        mut left: Option<&mut Left>,
    ) {
        if let Some(parent) = parent {
            for group in parent.each_group() {
                self.refine_group(column, beside, group, alone, left.as_deref_mut());
            }
            return;
        }
        let view = self.view;
        let (mut records, mut numbers) = (Vec::new(), Vec::new());
        for range in &view.groups {
            records.clear();
            records.extend(range.clone());
            numbers.resize(records.len(), 0);
            let stamps = &view.stamps[range.start as usize..range.end as usize];
            let group = Group { records: &records, numbers: &numbers, stamps, classes: 1 };
            self.refine_group(column, beside, group, alone, left.as_deref_mut());
        }
    }

    fn refine_group(
        &mut self,
        column: usize,
        beside: Option<usize>,
        group: Group<'_>,
        alone: &mut Alone,
        left: Option<&mut Left>,
    ) {
        let classes = self.number(column, group);
        let width = beside.map_or(1, |column| self.cardinality(column).max(1).next_power_of_two());
        if let Some(codes) = beside.and_then(|column| self.view.columns[column].as_ref()) {
            with_codes!(codes, codes => for (index, &record) in self.index.iter_mut().zip(group.records) {
                *index = *index * width + u32::from(codes[record as usize]);
            });
        }
        let end = classes * width as usize;
        if self.cells.len() < end {
            self.cells.resize(end, 0);
        }
        let cells = &mut self.cells[..end];
        for (&index, &stamp) in self.index.iter().zip(group.stamps) {
            let cell = &mut cells[index as usize];
            *cell = joined(*cell, stamp);
        }
        if let Some(left) = left {
            return self.keep(group, classes, width, alone, left);
        }
        for (&index, &stamp) in self.index.iter().zip(group.stamps) {
            alone.add(stamp, mark_of(cells, index, width), cells[index as usize]);
        }
        for &index in &self.index {
            cells[index as usize] = 0;
        }
    }

    /// Numbers the classes of a group with one more column, into `index`; all numbers are below what is returned.
    fn number(&mut self, column: usize, group: Group<'_>) -> usize {
        let cardinality = self.cardinality(column);
        let Group { records, numbers, classes, .. } = group;
        self.index.clear();
        let Some(codes) = &self.view.columns[column] else { return 0 };
        let possible = u64::from(classes) * u64::from(cardinality);
        if possible <= self.tuning.cells {
            with_codes!(codes, codes => self.index.extend(
                records.iter().zip(numbers).map(|(&record, &number)| number * cardinality + u32::from(codes[record as usize]))
            ));
            return classes as usize * cardinality as usize;
        }
        let places = &mut self.places;
        places.clear();
        with_codes!(codes, codes => self.index.extend(records.iter().zip(numbers).map(|(&record, &number)| {
            to_u32(places.place(u64::from(number) * u64::from(cardinality) + u64::from(codes[record as usize])))
        })));
        places.end()
    }

    /// Adds the subjects that are alone, and the records of the group that go further down.
    fn keep(&mut self, group: Group<'_>, classes: usize, width: u32, alone: &mut Alone, left: &mut Left) {
        if self.states.len() < classes {
            self.states.resize(classes, 0);
        }
        let (cells, states) = (&mut self.cells, &mut self.states[..classes]);
        let class_of = |index: u32| (index >> width.trailing_zeros()) as usize;
        for (&index, &stamp) in self.index.iter().zip(group.stamps) {
            let here = mark_of(cells, index, width);
            alone.add(stamp, here, cells[index as usize]);
            let subject = if stamp == SEVERAL { 0 } else { stamp - 1 };
            let not_alone = u32::from(!alone.here.has(subject));
            let is_open = u32::from(stamp != SEVERAL) & u32::from(here == SEVERAL) & not_alone;
            states[class_of(index)] |= is_open.wrapping_neg();
        }
        let first = left.records.len();
        left.resize(first + self.index.len());
        let (mut kept, mut next) = (first, 0);
        for ((&index, &record), &stamp) in self.index.iter().zip(group.records).zip(group.stamps) {
            cells[index as usize] = 0;
            let state = &mut states[class_of(index)];
            let is_new = *state == OPEN;
            next += u32::from(is_new);
            *state = if is_new { next } else { *state };
            // Without a branch: the next record overwrites one that does not go on.
            left.records[kept] = record;
            left.numbers[kept] = state.wrapping_sub(1);
            left.stamps[kept] = stamp;
            kept += usize::from(*state != 0);
        }
        left.resize(kept);
        if kept > first {
            left.groups.push((kept, next));
        }
        self.index.iter().for_each(|&index| states[class_of(index)] = 0);
    }

    /// Where records of several subjects agree on every column that may still come, one stands for all of them.
    fn merge(&mut self, node: &Node, possible: f64, left: &mut Left) {
        let mut below = Vec::new();
        node.columns_below(&mut below);
        let tuples: f64 = below.iter().map(|&column| f64::from(self.cardinality(column))).product();
        // With one column still to come there is nothing to gain; with many tuples few records agree.
        if below.len() < 2
            || possible * tuples > self.tuning.merged * crate::number::as_float(self.table.records() as u64)
        {
            return;
        }
        let Left { records, numbers, stamps, groups } = &mut *left;
        let (mut kept, mut start) = (0, 0);
        for (end, _) in groups {
            let range = std::mem::replace(&mut start, *end)..*end;
            let classes = self.number_by_all(&below, &records[range.clone()], &numbers[range.clone()]);
            if self.cells.len() < classes {
                self.cells.resize(classes, 0);
            }
            let cells = &mut self.cells[..classes];
            for (&index, &stamp) in self.index.iter().zip(&stamps[range.clone()]) {
                let cell = &mut cells[index as usize];
                *cell = joined(*cell, stamp);
            }
            for (&index, place) in self.index.iter().zip(range) {
                let cell = &mut cells[index as usize];
                let mark = *cell;
                // The first one stands for the others, who find no mark.
                *cell = if mark == SEVERAL { 0 } else { mark };
                records[kept] = records[place];
                numbers[kept] = numbers[place];
                stamps[kept] = mark;
                kept += usize::from(mark != 0);
            }
            cells.fill(0);
            *end = kept;
        }
        left.resize(kept);
    }

    /// Numbers the classes of records on all of these columns, into `index`; returns how many there are.
    fn number_by_all(&mut self, columns: &[usize], records: &[u32], numbers: &[u32]) -> usize {
        self.keys.clear();
        self.keys.extend(numbers.iter().map(|&number| u64::from(number)));
        for &column in columns {
            let cardinality = u64::from(self.cardinality(column));
            let Some(codes) = &self.view.columns[column] else { continue };
            with_codes!(codes, codes => for (key, &record) in self.keys.iter_mut().zip(records) {
                *key = *key * cardinality + u64::from(codes[record as usize]);
            });
        }
        let places = &mut self.places;
        places.clear();
        self.index.clear();
        self.index.extend(self.keys.iter().map(|&key| to_u32(places.place(key))));
        places.end()
    }
}
