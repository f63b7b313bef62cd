//! How many subjects are alone in the class of one of their records, on many column sets.
//!
//! A subject that is alone on a set is alone on every superset, and a record in a class of one subject is in such a class on
//! every superset. So the sets are walked depth first, from few columns to many. Only those records go further down that
//! may still decide something: the ones in classes of several subjects, of which at least one is not known to be alone.
//! Where records of several subjects agree on every column that is still to come, one stands for all of them.
//!
//! As in `grouped.rs` the records lie in the order of one column, the lead, and each group of equal lead codes is refined for
//! itself. Sets of few possible classes have one cell for each, as in `dense.rs`.

mod walk;

use rayon::prelude::*;

use super::cell::{Cell, LoneCell, RecordCell};
use super::count::{Tuning, count_sets};
use super::cubes::{CubeLimits, cells_of_sets};
use super::dense::cells_of;
use super::grouped::LeadView;
use super::{Buffer, ColumnSet, Table};
use crate::stop::{StopReason, Watch};
use walk::{Left, Subjects, Walk};

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
        let ground = table.columns()[lead.column].codes.ground();
        view.stamps = Buffer::collected(ground, 1..=to_u32(table.records()));
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

#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
fn to_u32(number: usize) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stop::Stop;
    use crate::table::lattice;
    use crate::table::test::{oracle, tables, within_threads};
    use crate::tries::tries;

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
        #![proptest_config(ProptestConfig { cases: tries(3000), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn subjects_alone_on_any_family_of_sets_are_as_brute_force_says(table in tables(), asked in any::<u64>()) {
            let columns = table.columns().len();
            let all = lattice(columns, columns);
            // The whole lattice, and any part of it.
            let some = all.iter().enumerate().filter(|(place, _)| asked >> (place % 64) & 1 == 1);
            let some: Vec<ColumnSet> = some.map(|(_, set)| set.clone()).collect();
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
