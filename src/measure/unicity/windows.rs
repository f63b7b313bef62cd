//! Points that are known only roughly: a range of values matches, not a cell.
//!
//! Lying within a tolerance is not an equivalence: a matches b and b matches c, yet a need not match c. So there are no
//! classes and no lists to intersect. The points lie sorted by their exact cells and one of their values, where those
//! that match a known point are neighbours; a candidate found there is held against the other known points record by
//! record. A search for a second match ends with the second match, so wide tolerances cost little as well.

use rayon::prelude::*;

use super::matching::{Matching, Scratch};
use super::settings::{ColumnValues, Point, Tolerance};
use super::trace::tell_apart;
use super::undefined;
use crate::result::UnicityUndefined;
use crate::table::PointIndex;

/// Who matches points under tolerances.
pub(super) struct Windows<'a> {
    index: &'a PointIndex<'a>,
    /// For each point, the number of its exact cells.
    cells: Vec<u32>,
    /// For each tolerance, the values of the points.
    values: Vec<(Tolerance, Vec<i64>)>,
    /// The points that occur, by exact cells and the value under the first tolerance.
    sorted: Vec<(u32, i64, u32)>,
    /// Subjects that match the sorted points up to each place.
    subjects_before: Vec<u64>,
    records_per_subject: u64,
}

impl<'a> Windows<'a> {
    /// The windows of a point; why knowing it says nothing where the tolerances cannot be used.
    pub(super) fn new(
        index: &'a PointIndex<'a>,
        point: &Point,
        values: &[ColumnValues],
    ) -> Result<Self, UnicityUndefined> {
        let examples = index.examples();
        let exact = point.columns.iter().filter(|&column| point.within.iter().all(|within| within.column != *column));
        let exact: Vec<usize> = exact.chain(&point.known_attributes).copied().collect();
        let cells = cells(index, &examples, &exact);
        let under = |column: usize, tolerance| {
            let numbers = values.get(column).map_or(&[][..], |values| &values.numbers);
            numbers_of(index, &examples, column, numbers).map(|values| (tolerance, values))
        };
        let values: Vec<(Tolerance, Vec<i64>)> =
            point.within.iter().map(|within| under(within.column, within.tolerance)).collect::<Result<_, _>>()?;
        let occurring = (0_u32..).zip(&examples).filter(|(_, example)| example.is_some()).map(|(point, _)| point);
        let first = |point: u32| values.first().map_or(0, |(_, values)| values[point as usize]);
        let mut sorted: Vec<(u32, i64, u32)> =
            occurring.map(|point| (cells[point as usize], first(point), point)).collect();
        sorted.par_sort_unstable();
        let mut subjects_before = Vec::with_capacity(sorted.len() + 1);
        let mut total = 0;
        subjects_before.push(total);
        for &(_, _, point) in &sorted {
            total += index.subjects_at(point).len() as u64;
            subjects_before.push(total);
        }
        let table = index.table();
        let records_per_subject = (table.records() / table.subjects().max(1)) as u64 + 1;
        let windows = Self { index, cells, values, sorted, subjects_before, records_per_subject };
        if windows.cover_everything() {
            let words = "within the tolerances every event matches every other one";
            return Err(undefined("tolerance-covers-everything", words));
        }
        Ok(windows)
    }

    /// Whether every point matches every other one, so that knowing one says nothing.
    fn cover_everything(&self) -> bool {
        let one_cell = self.sorted.first().map(|first| first.0) == self.sorted.last().map(|last| last.0);
        let covers = |(tolerance, values): &(Tolerance, Vec<i64>)| {
            let occurring = || self.sorted.iter().map(|&(_, _, point)| values[point as usize]);
            let (least, most) = (occurring().min(), occurring().max());
            occurring().all(|value| [least, most].into_iter().flatten().all(|end| tolerance.holds(value, end)))
        };
        one_cell && self.values.iter().all(covers)
    }

    /// Where the points lie that may match `known`: those of its cell within the first tolerance.
    fn neighbours(&self, known: u32) -> std::ops::Range<usize> {
        let cell = self.cells[known as usize];
        let Some((tolerance, values)) = self.values.first() else { return 0..0 };
        let value = values[known as usize];
        let reach = tolerance.reach(value);
        let (low, high) = (i128::from(value) - reach, i128::from(value) + reach);
        let start = self.sorted.partition_point(|&(other, value, _)| (other, i128::from(value)) < (cell, low));
        let length =
            self.sorted[start..].partition_point(|&(other, value, _)| (other, i128::from(value)) <= (cell, high));
        start..start + length
    }

    /// Whether a point of somebody else may be the known one.
    fn matches(&self, known: u32, other: u32) -> bool {
        let (known, other) = (known as usize, other as usize);
        let near = |(tolerance, values): &(Tolerance, Vec<i64>)| tolerance.holds(values[known], values[other]);
        self.cells[known] == self.cells[other] && self.values.iter().all(near)
    }

    /// The subjects of every matching point; one may come several times.
    fn candidates(&self, known: u32) -> impl Iterator<Item = u32> + '_ {
        let points = self.sorted[self.neighbours(known)].iter().map(|&(_, _, point)| point);
        points.filter(move |&point| self.matches(known, point)).flat_map(|point| self.index.subjects_at(point)).copied()
    }

    fn has(&self, subject: u32, known: u32) -> bool {
        let mut points = self.index.records_of(subject).filter_map(|record| self.index.point_of(record));
        points.any(|point| self.matches(known, point))
    }
}

impl Matching for Windows<'_> {
    fn cost(&self, point: u32) -> u64 {
        let places = self.neighbours(point);
        self.subjects_before[places.end] - self.subjects_before[places.start]
    }

    fn listing_cost(&self, point: u32) -> u64 {
        self.cost(point) + 1
    }

    fn keeping_cost(&self, _point: u32, candidates: usize) -> u64 {
        candidates as u64 * self.records_per_subject + 1
    }

    fn matches<'a>(&'a self, point: u32, buffer: &'a mut Vec<u32>) -> &'a [u32] {
        buffer.clear();
        buffer.extend(self.candidates(point));
        buffer.sort_unstable();
        buffer.dedup();
        buffer
    }

    fn keep(&self, candidates: &[u32], point: u32, enough: usize, kept: &mut Vec<u32>) {
        kept.clear();
        kept.extend(candidates.iter().copied().filter(|&subject| self.has(subject, point)).take(enough));
    }

    fn fewer_than(&self, bound: u32, points: &[u32], scratch: &mut Scratch) -> bool {
        let Some(root) = points.iter().copied().min_by_key(|&point| self.cost(point)) else { return false };
        scratch.seen.resize(self.index.table().subjects(), 0);
        if scratch.visit == u32::MAX {
            scratch.seen.fill(0);
            scratch.visit = 0;
        }
        scratch.visit += 1;
        let visit = scratch.visit;
        let mut found = 0;
        for subject in self.candidates(root) {
            let seen = &mut scratch.seen[subject as usize];
            if *seen == visit {
                continue;
            }
            *seen = visit;
            let has_all = points.iter().all(|&point| point == root || self.has(subject, point));
            found += u32::from(has_all);
            if found >= bound {
                return false;
            }
        }
        true
    }
}

/// For each point, the number of its cells in the exact columns; numbers are dense and follow the points.
fn cells(index: &PointIndex<'_>, examples: &[Option<u32>], exact: &[usize]) -> Vec<u32> {
    let mut cells = vec![0_u32; examples.len()];
    for &column in exact {
        tell_apart(&mut cells, index, examples, column, |code| code);
    }
    cells
}

/// For each point its number in a column; 0 for points that do not occur.
fn numbers_of(
    index: &PointIndex<'_>,
    examples: &[Option<u32>],
    column: usize,
    numbers: &[Option<i64>],
) -> Result<Vec<i64>, UnicityUndefined> {
    let values = &index.table().columns()[column];
    let number = |example: &Option<u32>| match example {
        None => Some(0),
        Some(record) => numbers.get(values.value_of(*record as usize) as usize).copied().flatten(),
    };
    let words = "a column under a tolerance holds values that are neither numbers nor dates";
    examples.iter().map(number).collect::<Option<_>>().ok_or_else(|| undefined("not-a-number", words))
}
