//! Many sets from few passes: cells of a wide set are added up to those of the sets within it.
//!
//! Where a cell is known from its parts ([`Additive`]), a set need not be counted if one with more columns is: its classes are
//! sums over the others. So the records are passed over for a few wide sets, the cubes, and every set that was asked for is
//! added up from one of them, without a look at a record.

use super::cell::{Additive, Cell};
use super::dense::{Batch, cells_of, cells_of_batch, for_each_batch};
use super::{ColumnSet, Table};
use crate::stop::{StopReason, Watch};

/// How wide cubes are, and how they are counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct CubeLimits {
    /// Most cells of a cube that is wider than what was asked for: adding up must cost little beside a pass over the records.
    pub(super) cells: usize,
    /// Bytes of cells that are counted together, so that they stay in the second-level cache.
    pub(super) batch_bytes: usize,
}

/// A set that is counted, and what is added up from it.
struct Cube<'a> {
    set: ColumnSet,
    /// The sets that were asked for, with their places.
    members: Vec<(usize, &'a ColumnSet)>,
}

/// Covers the sets: each is within one cube. The largest first, each widened by the column that brings in most others.
fn cubes<'a>(table: &Table, sets: &[(usize, &'a ColumnSet)], most_cells: usize) -> Vec<Cube<'a>> {
    let mut left = sets.to_vec();
    left.sort_by_key(|&(_, set)| (cells_of(table, set), set));
    let mut cubes = Vec::new();
    while let Some(&(_, largest)) = left.last() {
        let mut cube = largest.clone();
        while let Some(wider) = widened(table, &cube, &left, most_cells) {
            cube = wider;
        }
        let (members, others) = left.into_iter().partition(|(_, set)| is_within(set, &cube));
        left = others;
        cubes.push(Cube { set: cube, members });
    }
    cubes
}

/// The set with the one more column that brings in most of the others, if one brings any.
fn widened(table: &Table, cube: &ColumnSet, sets: &[(usize, &ColumnSet)], most_cells: usize) -> Option<ColumnSet> {
    let room = most_cells / cells_of(table, cube)?;
    let fits = |column: &usize| table.columns()[*column].cardinality as usize <= room;
    // What a column brings in lacks that column alone.
    let mut brings = vec![0_u32; table.columns().len()];
    for (_, set) in sets {
        let mut lacking = set.columns().iter().filter(|&&column| !cube.contains(column));
        if let (Some(&column), None) = (lacking.next(), lacking.next()) {
            brings[column] += 1;
        }
    }
    let useful = (0..brings.len()).filter(|&column| brings[column] > 0).filter(fits);
    let column = useful.max_by_key(|&column| (brings[column], std::cmp::Reverse(column)))?;
    Some(ColumnSet::new(cube.columns().iter().copied().chain([column])))
}

fn is_within(set: &ColumnSet, cube: &ColumnSet) -> bool {
    set.columns().iter().all(|&column| cube.contains(column))
}

/// What `read` says of the cells of each set, with its place.
///
/// Cells lie in the order of the set's columns, the last one running fastest.
pub(super) fn cells_of_sets<C: Additive, R: Send>(
    table: &Table,
    sets: &[(usize, &ColumnSet)],
    limits: CubeLimits,
    watch: Watch<'_>,
    read: impl Fn(Vec<C>) -> R + Sync,
) -> Result<Vec<(usize, R)>, StopReason> {
    let cubes = cubes(table, sets, limits.cells);
    let counted = cubes.iter().enumerate().map(|(place, cube)| (place, &cube.set)).collect();
    for_each_batch::<C, _>(table, counted, limits.batch_bytes, watch, |batch: &Batch<'_>, parts| {
        let cells = cells_of_batch::<C>(table, batch, parts, watch.stop)?;
        let mut found = Vec::new();
        for (&(place, set), cells) in batch.sets.iter().zip(cells) {
            let margins = Margins::of(table, set, cells);
            found.extend(cubes[place].members.iter().map(|(place, member)| (*place, read(margins.on(member)))));
        }
        Ok(found)
    })
}

/// The cells of a cube.
struct Margins<C> {
    /// Each column with its cardinality, in the order of the cells.
    columns: Vec<(usize, usize)>,
    cells: Vec<C>,
}

impl<C: Cell> Margins<C> {
    fn of(table: &Table, set: &ColumnSet, cells: Vec<C>) -> Self {
        let cardinality = |&column: &usize| (column, table.columns()[column].cardinality.max(1) as usize);
        Self { columns: set.columns().iter().map(cardinality).collect(), cells }
    }

    /// The cells on some of the columns: the others are added up, the widest first, so that little is left for the next.
    fn on(&self, member: &ColumnSet) -> Vec<C> {
        let mut columns = self.columns.clone();
        let mut cells: Option<Vec<C>> = None;
        loop {
            let others = columns.iter().enumerate().filter(|(_, (column, _))| !member.contains(*column));
            let Some((place, &(_, width))) = others.max_by_key(|(_, (_, width))| *width) else { break };
            let inner = columns[place + 1..].iter().map(|(_, width)| width).product();
            cells = Some(added_up(cells.as_ref().unwrap_or(&self.cells), width, inner));
            columns.remove(place);
        }
        cells.unwrap_or_else(|| self.cells.clone())
    }
}

/// Cells without the column of `width` values, on whose right there are `inner` cells for each value.
fn added_up<C: Cell>(cells: &[C], width: usize, inner: usize) -> Vec<C> {
    let mut sums = vec![C::default(); cells.len() / width];
    for (sums, cells) in sums.chunks_mut(inner).zip(cells.chunks(width * inner)) {
        for part in cells.chunks(inner) {
            sums.iter_mut().zip(part).for_each(|(sum, &cell)| sum.absorb(cell));
        }
    }
    sums
}
