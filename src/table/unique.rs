//! How many subjects are alone in the class of one of their records, on many column sets.
//!
//! A subject that is alone on a set is alone on every superset, and a record in a class of one subject is in such a class on
//! every superset. So the sets are walked depth first, from few columns to many. Only those records go further down that
//! may still decide something: the ones in classes of several subjects, of which at least one is not known to be alone.
//! Where records of several subjects agree on every column that is still to come, one stands for all of them.
//!
//! As in `grouped.rs` the records lie in the order of one column, the lead, and each group of equal lead codes is refined for
//! itself. Sets of few possible classes have one cell for each, as in `dense.rs`.

use rayon::prelude::*;

use super::cell::{Cell, LoneCell, RecordCell};
use super::count::{Tuning, count_sets};
use super::cubes::{CubeLimits, cells_of_sets};
use super::dense::cells_of;
use super::grouped::LeadView;
use super::linked::{HashPlaces, Places};
use super::{ColumnSet, Table};
use crate::stop::{Stop, StopReason, Watch};
use crate::with_codes;

/// What decides between the ways of counting. The ways give the same counts; only their speed and memory differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct UniqueTuning {
    /// Possible classes up to which a set gets one cell for each over the whole table.
    pub(super) dense_cells: usize,
    /// How those sets are added up from wider ones.
    pub(super) cubes: CubeLimits,
    /// Possible classes up to which a group gets one cell for each; above it, a hash table.
    pub(super) cells: u64,
    /// Possible classes on all columns that may still come, for each record, up to which it pays to look for records
    /// that agree on all of them.
    pub(super) merged: f64,
    /// Bytes that one walk may take.
    pub(super) bytes: u64,
    /// Records that the lists of one walk may hold together, however many bytes there are.
    pub(super) room: usize,
}

impl UniqueTuning {
    fn for_table(table: &Table, spare_bytes: Option<u64>) -> Self {
        let threads = rayon::current_num_threads() as u64;
        let of_table = Tuning::for_table(table);
        Self {
            dense_cells: of_table.dense_cells,
            cubes: of_table.cubes,
            cells: 1 << 20,
            merged: 16.0,
            bytes: spare_bytes.unwrap_or(u64::MAX) / threads,
            room: 2 * table.records(),
        }
    }
}

/// For each set, in their order, how many subjects are alone in the class of at least one of their records: what
/// [`SetCounts::subjects_below`](super::SetCounts::subjects_below) says of 2. Many sets that share columns cost far less
/// than each for itself.
///
/// `spare_bytes` is memory that may be taken beside the table and [`scratch_bytes`](super::scratch_bytes): lists of at most 24
/// bytes a record and thread, and what a group takes. With less of it the same counts take longer.
///
/// # Errors
/// The reason, when `watch.stop` was raised before the end.
pub fn unique_subjects(
    table: &Table,
    sets: &[ColumnSet],
    spare_bytes: Option<u64>,
    watch: Watch<'_>,
) -> Result<Vec<u64>, StopReason> {
    count_with(table, sets, UniqueTuning::for_table(table, spare_bytes), watch)
}

pub(super) fn count_with(
    table: &Table,
    sets: &[ColumnSet],
    tuning: UniqueTuning,
    watch: Watch<'_>,
) -> Result<Vec<u64>, StopReason> {
    let is_dense = |set: &ColumnSet| cells_of(table, set).is_some_and(|cells| cells <= tuning.dense_cells);
    let (dense, others): (Vec<_>, Vec<_>) = sets.iter().enumerate().partition(|(_, set)| is_dense(set));
    let mut counts = vec![0; sets.len()];
    let in_cells = if table.has_subjects() {
        cells_of_sets::<LoneCell, u64>(table, &dense, tuning.cubes, watch, |cells| {
            let mut alone = Subjects::none(table.subjects());
            cells.iter().filter_map(|cell| cell.stamp()).for_each(|stamp| alone.add(stamp - 1, true));
            alone.len()
        })
    } else {
        let of_one = |cells: Vec<RecordCell>| cells.iter().filter(|cell| cell.size() == 1).count() as u64;
        cells_of_sets::<RecordCell, u64>(table, &dense, tuning.cubes, watch, of_one)
    };
    in_cells?.into_iter().for_each(|(place, count)| counts[place] = count);

    let mut columns: Vec<usize> = (0..table.columns().len()).collect();
    columns.sort_by_key(|&column| std::cmp::Reverse(table.columns()[column].cardinality));
    let mut root = Node::default();
    for &(place, set) in &others {
        let path: Vec<usize> = columns.iter().copied().filter(|&column| set.contains(column)).collect();
        root.add(&path, place);
    }
    let mut left_out = Vec::new();
    for lead in &root.children {
        let found = count_by_lead(table, sets, lead, tuning, watch)?;
        for (place, count) in found {
            match count {
                Some(count) => counts[place] = count,
                None => left_out.push(place),
            }
        }
    }
    // What there was no room for.
    let rest: Vec<ColumnSet> = left_out.iter().map(|&place| sets[place].clone()).collect();
    let rest = if rest.is_empty() { Vec::new() } else { count_sets(table, &rest, watch)? };
    left_out.into_iter().zip(rest).for_each(|(place, rest)| counts[place] = rest.subjects_below(2));
    Ok(counts)
}

/// A set that was asked for, by its place, and the subjects alone on it; none where there was no room.
type Found = (usize, Option<u64>);

/// The sets whose column of largest cardinality is the same.
fn count_by_lead(
    table: &Table,
    sets: &[ColumnSet],
    lead: &Node,
    tuning: UniqueTuning,
    watch: Watch<'_>,
) -> Result<Vec<Found>, StopReason> {
    let mut below = Vec::new();
    lead.each_wanted(&mut |place| below.push((place, &sets[place])));
    if lead.children.is_empty() {
        // A column of too many values for a cell each.
        return Ok(below.into_iter().map(|(place, _)| (place, None)).collect());
    }
    let mut view = LeadView::new(table, lead.column, below.iter().map(|&(_, set)| set), true);
    if view.stamps.is_empty() {
        view.stamps = (1..=to_u32(table.records())).collect();
    }
    let scratch = Walk::scratch_bytes(&view, tuning);
    let Some(for_lists) = tuning.bytes.checked_sub(scratch) else {
        return Ok(below.into_iter().map(|(place, _)| (place, None)).collect());
    };
    let room = usize::try_from(for_lists / Left::BYTES).unwrap_or(usize::MAX).min(tuning.room);
    let tuning = UniqueTuning { room, ..tuning };
    let walk = |node: &Node| {
        let mut walk = Walk::new(table, &view, tuning, watch.stop);
        let possible = f64::from(table.columns()[lead.column].cardinality);
        walk.visit(node, None, &Subjects::none(table.subjects()), 0, possible)?;
        watch.progress.advance(walk.found.len() as u64);
        Ok(walk.found)
    };
    let found: Vec<Vec<Found>> = lead.children.par_iter().with_max_len(1).map(walk).collect::<Result<_, _>>()?;
    let mut found = found.concat();
    let alone = lead.wanted.iter().map(|&place| (place, None));
    found.extend(alone);
    Ok(found)
}

/// A column in the tree of sets: the columns on the way to it and itself are a set that may be asked for, and sets of more
/// columns follow.
#[derive(Default)]
struct Node {
    column: usize,
    /// The places of the set among those that are asked for.
    wanted: Vec<usize>,
    children: Vec<Node>,
}

impl Node {
    fn add(&mut self, columns: &[usize], place: usize) {
        let Some((&column, rest)) = columns.split_first() else { return self.wanted.push(place) };
        let known = self.children.iter().position(|child| child.column == column);
        let child = known.unwrap_or_else(|| {
            self.children.push(Self { column, ..Self::default() });
            self.children.len() - 1
        });
        self.children[child].add(rest, place);
    }

    /// Hands over every set that is asked for here and below.
    fn each_wanted(&self, found: &mut impl FnMut(usize)) {
        self.wanted.iter().for_each(|&place| found(place));
        self.children.iter().for_each(|child| child.each_wanted(found));
    }

    /// Every column that may still come.
    fn columns_below(&self, columns: &mut Vec<usize>) {
        for child in &self.children {
            if !columns.contains(&child.column) {
                columns.push(child.column);
            }
            child.columns_below(columns);
        }
    }
}

/// Subjects, a bit each.
#[derive(Clone)]
struct Subjects(Vec<u64>);

impl Subjects {
    fn none(subjects: usize) -> Self {
        Self(vec![0; subjects.div_ceil(64)])
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Adds a subject if `really`; without a branch.
    #[inline]
    fn add(&mut self, subject: u32, really: bool) {
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
struct Left {
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
    const BYTES: u64 = 12;

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

/// The mark of a class that a record joins. Without a branch, as it is hard to predict.
#[inline]
fn joined(mark: u32, stamp: u32) -> u32 {
    let several = u32::from(mark != 0) & u32::from(mark != stamp);
    stamp | several.wrapping_neg()
}

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
struct Walk<'a> {
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
    found: Vec<Found>,
}

impl<'a> Walk<'a> {
    fn new(table: &'a Table, view: &'a LeadView, tuning: UniqueTuning, stop: &'a Stop) -> Self {
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
    fn scratch_bytes(view: &LeadView, tuning: UniqueTuning) -> u64 {
        let largest = view.groups.iter().map(ExactSizeIterator::len).max().unwrap_or(0) as u64;
        tuning.cells * 4 * u64::from(MOST_BESIDE + 1) + largest * (4 + 8 + 4 * 16 + 8)
    }

    fn cardinality(&self, column: usize) -> u32 {
        self.table.columns()[column].cardinality
    }

    /// Refines the classes of the parent, or the groups of the lead, by the column of the node, and goes on below it.
    /// `before` are the subjects alone on the parent, `possible` its possible classes.
    fn visit(
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

#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
fn to_u32(number: usize) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::lattice;
    use crate::table::test::{oracle, tables, within_threads};

    const NARROW: CubeLimits = CubeLimits { cells: 0, batch_bytes: 1 };
    const WIDE: CubeLimits = CubeLimits { cells: 1 << 20, batch_bytes: 1 << 19 };

    /// Every way is forced in turn by limits that fit small tables.
    const TUNINGS: [UniqueTuning; 5] = [
        UniqueTuning {
            dense_cells: 1 << 20,
            cubes: NARROW,
            cells: 1 << 20,
            merged: 16.0,
            bytes: u64::MAX,
            room: usize::MAX,
        },
        UniqueTuning { dense_cells: 0, cubes: WIDE, cells: 1 << 20, merged: 0.0, bytes: u64::MAX, room: usize::MAX },
        UniqueTuning { dense_cells: 0, cubes: WIDE, cells: 1 << 20, merged: 1e9, bytes: u64::MAX, room: usize::MAX },
        UniqueTuning { dense_cells: 8, cubes: WIDE, cells: 0, merged: 1e9, bytes: u64::MAX, room: usize::MAX },
        UniqueTuning { dense_cells: 0, cubes: NARROW, cells: 6, merged: 1.0, bytes: u64::MAX, room: 40 },
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn subjects_alone_on_any_family_of_sets_are_as_brute_force_says(table in tables(), asked in any::<u64>()) {
            let columns = table.columns().len();
            let all = lattice(columns, columns);
            // The whole lattice, and any part of it.
            let some: Vec<ColumnSet> = all.iter().enumerate().filter(|(place, _)| asked >> (place % 64) & 1 == 1).map(|(_, set)| set.clone()).collect();
            let expected = |sets: &[ColumnSet]| -> Vec<u64> {
                sets.iter().map(|set| oracle::count_set(&table, set).subjects_below(2)).collect()
            };
            let (of_all, of_some) = (expected(&all), expected(&some));
            let stop = Stop::default();
            for (tuning, threads) in TUNINGS.into_iter().zip([1, 2, 8].into_iter().cycle()) {
                let count = |sets: &[ColumnSet]| {
                    within_threads(threads, || count_with(&table, sets, tuning, Watch::quiet(&stop)).unwrap())
                };
                prop_assert_eq!(count(&all), of_all.as_slice());
                prop_assert_eq!(count(&some), of_some.as_slice());
            }
            prop_assert_eq!(unique_subjects(&table, &all, Some(0), Watch::quiet(&stop)).unwrap(), of_all);
        }
    }
}
