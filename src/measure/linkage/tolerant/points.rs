//! The records of both sides as points: grouped by the columns that must be equal, sorted by one number.

use std::ops::Range;

use rayon::prelude::*;

use super::columns::Compared;
use crate::measure::linkage::keys::Groups;
use crate::measure::unicity::Tolerance;
use crate::table::Table;

/// A column of numbers within a tolerance.
#[derive(Clone, Copy)]
pub(super) struct Number<'a> {
    column: usize,
    of_code: &'a [Option<i64>],
    pub(super) tolerance: Tolerance,
}

/// What a set of columns compares.
pub(super) struct Shape<'a> {
    /// The group of each record of the extract and of the source; `None` when a key is missing.
    groups: [Vec<Option<u64>>; 2],
    /// The columns of numbers.
    numbers: Vec<Number<'a>>,
}

impl<'a> Shape<'a> {
    pub(super) fn new(tables: [&Table; 2], columns: &'a [Compared], set: &[usize]) -> Self {
        let mut groups = Groups::new(tables);
        let mut numbers = Vec::new();
        for &column in set {
            match &columns[column] {
                Compared::Key(keys) => groups.refine(tables, column, keys),
                Compared::Number { of_code, tolerance } => {
                    numbers.push(Number { column, of_code, tolerance: *tolerance });
                }
            }
        }
        Self { groups: groups.into_records(), numbers }
    }

    /// The columns of numbers, in the order of the set.
    pub(super) fn numbers(&self) -> &[Number<'a>] {
        &self.numbers
    }

    /// The points of a side, 0 for the extract and 1 for the source, sorted by the number at place `pivot`; by their
    /// group alone when there is none.
    pub(super) fn side(&self, tables: [&Table; 2], side: usize, pivot: Option<usize>) -> Side {
        let table = tables[side];
        let cell =
            |number: &Number, record: usize| number.of_code[table.columns()[number.column].value_of(record) as usize];
        let rest: Vec<Number> =
            self.numbers.iter().enumerate().filter(|&(place, _)| Some(place) != pivot).map(|(_, &one)| one).collect();
        let point = |record: usize| {
            let group = self.groups[side][record]?;
            let pivot = pivot.map_or(Some(0), |pivot| cell(&self.numbers[pivot], record))?;
            rest.iter().all(|number| cell(number, record).is_some()).then_some(())?;
            Some(Point { group, pivot, subject: table.subject_of(record), record: u32::try_from(record).ok()? })
        };
        let mut points: Vec<Point> = (0..table.records()).into_par_iter().filter_map(point).collect();
        points.par_sort_unstable_by_key(|point| (point.group, point.pivot, point.subject, point.record));
        let others = |record: u32| rest.iter().map(move |number| cell(number, record as usize).unwrap_or(0));
        // Records that say the same of the same subject count once; most of them are neighbours.
        points.dedup_by(|later, first| {
            (later.group, later.pivot, later.subject) == (first.group, first.pivot, first.subject)
                && others(later.record).eq(others(first.record))
        });
        let others = points.iter().flat_map(|point| others(point.record)).collect();
        Side { points, others, tolerances: rest.iter().map(|number| number.tolerance).collect() }
    }
}

/// A record as it is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) group: u64,
    pub(super) pivot: i64,
    pub(super) subject: u32,
    record: u32,
}

/// The points of a side, ascending by group and number.
pub(super) struct Side {
    pub(super) points: Vec<Point>,
    /// The numbers of the other columns, all of a point together.
    others: Vec<i64>,
    /// Their tolerances.
    pub(super) tolerances: Vec<Tolerance>,
}

impl Side {
    /// The numbers of a point on the columns it is not sorted by.
    pub(super) fn others(&self, place: usize) -> &[i64] {
        let width = self.tolerances.len();
        &self.others[place * width..(place + 1) * width]
    }

    /// The places of the points of a group whose number lies between two, both included.
    pub(super) fn window(&self, group: u64, (from, to): (i64, i64)) -> Range<usize> {
        if from > to {
            return 0..0;
        }
        let begin = self.points.partition_point(|point| (point.group, point.pivot) < (group, from));
        let rest = &self.points[begin..];
        begin..begin + rest.partition_point(|point| (point.group, point.pivot) <= (group, to))
    }
}
