//! Who shares a point: the question behind unicity.
//!
//! A *point* is a tuple of cells that an attacker can know of one event, such as a day and a merchant. The *trace* of
//! a subject is the set of its distinct points; the subjects that have a point *match* it. The index
//! answers both: the number of the point of each record, and for each point its subjects, ascending.
//!
//! Nothing is sorted to build it. Records lie sorted by subject, so a subject that comes to a point a second time finds
//! its own stamp there, and the list of those who match a point grows in ascending order by itself. The points are cut into ranges;
//! each task reads all records and fills the lists of its own range, whose counters fit a cache.

use std::ops::Range;

use rayon::prelude::*;

use super::hashed_points::{self, Keys, Listed};
use super::point_numbers::{most_tuples, number_tuples};
use super::{Codes, Table};
use crate::stop::{Stop, StopReason};
use crate::with_codes;

/// Stands for "this record gives no point".
pub(super) const NO_POINT: u32 = u32::MAX;

/// Which cells make a point.
#[derive(Debug, Clone, Default)]
pub struct PointColumns<'a> {
    /// Columns of the event. A record in which one of them is missing gives no point.
    pub event: &'a [usize],
    /// Whether a missing cell of the event is a value like any other; then only a record in which all of them are missing
    /// gives no point.
    pub missing_is_value: bool,
    /// Columns that the attacker knows as well, such as a birth year. A missing cell is a value like any other.
    pub attributes: &'a [usize],
    /// For some columns, whether each code can be seen; a record with a code that cannot gives no point.
    pub visible: &'a [(usize, Vec<bool>)],
}

/// Points of all records, and who matches each point.
#[derive(Debug)]
pub struct PointIndex<'a> {
    table: &'a Table,
    point_of_record: Vec<u32>,
    ranges: Vec<PointRange>,
    range_length: u32,
    bound: u32,
    trace_sizes: Vec<u32>,
    points: u64,
    records_without_point: u64,
    records_hidden: u64,
}

/// Who matches neighbouring points, one after the other.
#[derive(Debug)]
pub(super) struct PointRange {
    /// Where the list of each point begins; one more entry than points.
    pub(super) starts: Vec<u32>,
    pub(super) subjects: Vec<u32>,
}

impl<'a> PointIndex<'a> {
    /// Bytes of memory that an index of this table takes at most, while it is built.
    #[must_use]
    pub fn bytes(table: &Table) -> u64 {
        (table.records() * (12 + hashed_points::BYTES) + table.subjects() * 4) as u64
    }

    /// Numbers the points of all records and lists who matches them.
    ///
    /// # Errors
    /// The reason, when `stop` was raised.
    ///
    /// # Panics
    /// When a column is not in the table or a list of visible codes is shorter than the column's cardinality.
    ///
    /// # Cost
    /// Memory: 8 bytes a record and 4 a possible point and subject, and while it is built another 8 a possible point or, where
    /// there are more possible points than records, another 16 a record.
    pub fn new(table: &'a Table, columns: &PointColumns<'_>, stop: &Stop) -> Result<Self, StopReason> {
        stop.check()?;
        let tuple: Vec<usize> = columns.event.iter().chain(columns.attributes).copied().collect();
        if let Some(keys) = Keys::of(table, &tuple, most_tuples(table)) {
            return Self::hashed(table, columns, &keys, hashed_points::partition_bits(table), stop);
        }
        let mut numbers = number_tuples(table, &tuple);
        stop.check()?;
        let (records_without_point, records_hidden) = drop_points(table, columns, &mut numbers.of_record);
        stop.check()?;
        let tasks = u32::try_from(2 * rayon::current_num_threads()).unwrap_or(u32::MAX);
        let range_length = numbers.bound.div_ceil(tasks).max(1);
        let first_points: Vec<u32> = (0..numbers.bound).step_by(range_length as usize).collect();
        let subjects = Subjects { table, point_of_record: &numbers.of_record };
        let ranges: Vec<(PointRange, Vec<u32>)> = first_points
            .par_iter()
            .with_max_len(1)
            .map(|&first| {
                stop.check()?;
                let length = range_length.min(numbers.bound - first);
                Ok(list_subjects(&subjects, first, length))
            })
            .collect::<Result<_, _>>()?;
        let mut trace_sizes = vec![0; table.subjects()];
        let mut kept = Vec::with_capacity(ranges.len());
        for (range, sizes) in ranges {
            trace_sizes.par_iter_mut().zip(sizes).for_each(|(total, size)| *total += size);
            kept.push(range);
        }
        let points = kept.iter().map(PointRange::points).sum();
        Ok(Self {
            table,
            point_of_record: numbers.of_record,
            ranges: kept,
            range_length,
            bound: numbers.bound,
            trace_sizes,
            points,
            records_without_point,
            records_hidden,
        })
    }

    /// The same where there are more possible points than it pays to have a number for each.
    fn hashed(
        table: &'a Table,
        columns: &PointColumns<'_>,
        keys: &Keys<'_>,
        partition_bits: u32,
        stop: &Stop,
    ) -> Result<Self, StopReason> {
        let mut of_record = vec![0; table.records()];
        let (records_without_point, records_hidden) = drop_points(table, columns, &mut of_record);
        let Listed { of_record, bound, classes, trace_sizes } =
            hashed_points::list(table, keys, of_record, partition_bits, stop)?;
        Ok(Self {
            table,
            point_of_record: of_record,
            points: classes.points(),
            ranges: vec![classes],
            range_length: bound.max(1),
            bound,
            trace_sizes,
            records_without_point,
            records_hidden,
        })
    }

    /// The table that was indexed.
    #[must_use]
    pub fn table(&self) -> &'a Table {
        self.table
    }

    /// Distinct points that some record gives.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.points
    }

    /// Every number of a point is below this; numbers that no record has have an empty list.
    #[must_use]
    pub fn bound(&self) -> u32 {
        self.bound
    }

    /// Records that give no point because a column of the event is missing, or all of them where a missing cell is a
    /// value.
    #[must_use]
    pub fn records_without_point(&self) -> u64 {
        self.records_without_point
    }

    /// Records that would give a point but show a code that cannot be seen.
    #[must_use]
    pub fn records_hidden(&self) -> u64 {
        self.records_hidden
    }

    /// Distinct points of each subject.
    #[must_use]
    pub fn trace_sizes(&self) -> &[u32] {
        &self.trace_sizes
    }

    /// The subjects that have a point, ascending.
    ///
    /// # Panics
    /// When `point` is not below [`PointIndex::bound`].
    #[must_use]
    pub fn subjects_at(&self, point: u32) -> &[u32] {
        let range = &self.ranges[(point / self.range_length) as usize];
        let place = (point % self.range_length) as usize;
        &range.subjects[range.starts[place] as usize..range.starts[place + 1] as usize]
    }

    /// For each subject, how many of its points fewer than `bound` subjects have.
    #[must_use]
    pub fn points_below(&self, bound: u32) -> Vec<u32> {
        let mut points = vec![0; self.trace_sizes.len()];
        for range in &self.ranges {
            for ends in range.starts.windows(2).filter(|ends| ends[1] - ends[0] < bound) {
                for &subject in &range.subjects[ends[0] as usize..ends[1] as usize] {
                    points[subject as usize] += 1;
                }
            }
        }
        points
    }

    /// The records of a subject.
    ///
    /// # Panics
    /// When there is no such subject.
    #[must_use]
    pub fn records_of(&self, subject: u32) -> Range<usize> {
        self.table.records_of(subject)
    }

    /// The point that a record gives, when it gives one.
    ///
    /// # Panics
    /// When there is no such record.
    #[must_use]
    pub fn point_of(&self, record: usize) -> Option<u32> {
        let point = self.point_of_record[record];
        (point != NO_POINT).then_some(point)
    }

    /// A record that gives each point, by the number of the point; `None` for numbers without a record.
    #[must_use]
    pub fn examples(&self) -> Vec<Option<u32>> {
        let mut examples = vec![None; self.bound as usize];
        for (record, &point) in (0_u32..).zip(&self.point_of_record) {
            if let Some(example) = examples.get_mut(point as usize) {
                *example = Some(record);
            }
        }
        examples
    }
}

impl PointRange {
    fn points(&self) -> u64 {
        self.starts.windows(2).filter(|ends| ends[0] < ends[1]).count() as u64
    }
}

/// Takes the point from records that give none: how many lack a cell, and how many more show a code that cannot be seen.
fn drop_points(table: &Table, columns: &PointColumns<'_>, points: &mut [u32]) -> (u64, u64) {
    let without = if columns.missing_is_value {
        drop_all_missing(table, columns.event, points)
    } else {
        drop_missing(table, columns.event, points)
    };
    (without, drop_hidden(table, columns.visible, points))
}

/// Takes the point from records in which one of the columns is missing; returns how many.
fn drop_missing(table: &Table, columns: &[usize], points: &mut [u32]) -> u64 {
    let gaps = columns
        .iter()
        .map(|&column| &table.columns()[column])
        .filter_map(|column| column.missing.map(|missing| (&column.codes, missing)));
    gaps.map(|(codes, missing)| drop_code(codes, missing, points)).sum()
}

fn drop_code(codes: &Codes, dropped: u32, points: &mut [u32]) -> u64 {
    with_codes!(codes, codes => drop_where(points, |record| u32::from(codes[record]) == dropped))
}

/// Takes the point from records in which all of the columns are missing; returns how many.
fn drop_all_missing(table: &Table, columns: &[usize], points: &mut [u32]) -> u64 {
    let gaps: Option<Vec<_>> = columns
        .iter()
        .map(|&column| &table.columns()[column])
        .map(|column| column.missing.map(|missing| (&column.codes, missing)))
        .collect();
    // A column without a gap gives every record a value, and without columns nothing is missing.
    let Some(gaps) = gaps.filter(|gaps| !gaps.is_empty()) else { return 0 };
    drop_where(points, |record| gaps.iter().all(|(codes, missing)| codes.get(record) == *missing))
}

/// Takes the point from records that show a code that cannot be seen; returns how many.
fn drop_hidden(table: &Table, visible: &[(usize, Vec<bool>)], points: &mut [u32]) -> u64 {
    let drop = |(column, visible): &(usize, Vec<bool>)| {
        with_codes!(&table.columns()[*column].codes, codes => {
            drop_where(points, |record| !visible[codes[record] as usize])
        })
    };
    visible.iter().map(drop).sum()
}

fn drop_where(points: &mut [u32], test: impl Fn(usize) -> bool + Sync) -> u64 {
    let drop = |(record, point): (usize, &mut u32)| {
        let dropped = *point != NO_POINT && test(record);
        if dropped {
            *point = NO_POINT;
        }
        u64::from(dropped)
    };
    points.par_iter_mut().enumerate().with_min_len(1 << 14).map(drop).sum()
}

/// The points of each subject's records.
struct Subjects<'a> {
    table: &'a Table,
    point_of_record: &'a [u32],
}

impl<'a> Subjects<'a> {
    fn each(&self) -> impl Iterator<Item = (u32, &'a [u32])> + '_ {
        (0_u32..).zip(0..self.table.subjects()).map(|(subject, _)| {
            let points: &'a [u32] = &self.point_of_record[self.table.records_of(subject)];
            (subject, points)
        })
    }
}

/// What is kept for one point while records stream past; `stamp` is the last subject plus one.
#[derive(Clone, Copy, Default)]
struct PointCell {
    stamp: u32,
    count: u32,
}

/// Who matches the points `first .. first + length`, and how many of them each subject has.
fn list_subjects(subjects: &Subjects<'_>, first: u32, length: u32) -> (PointRange, Vec<u32>) {
    let mut cells = vec![PointCell::default(); length as usize];
    let mut sizes = Vec::with_capacity(subjects.table.subjects());
    for (subject, points) in subjects.each() {
        let mut size = 0;
        for &point in points {
            // A point before the range wraps around to a number far behind it.
            if let Some(cell) = cells.get_mut(point.wrapping_sub(first) as usize) {
                let new = u32::from(cell.stamp != subject + 1);
                cell.stamp = subject + 1;
                cell.count += new;
                size += new;
            }
        }
        sizes.push(size);
    }
    let mut starts = Vec::with_capacity(cells.len() + 1);
    let mut total = 0;
    for cell in &mut cells {
        starts.push(total);
        let count = cell.count;
        *cell = PointCell { stamp: 0, count: total };
        total += count;
    }
    starts.push(total);
    let mut matching = vec![0_u32; total as usize];
    for (subject, points) in subjects.each() {
        for &point in points {
            if let Some(cell) = cells.get_mut(point.wrapping_sub(first) as usize)
                && cell.stamp != subject + 1
            {
                cell.stamp = subject + 1;
                matching[cell.count as usize] = subject;
                cell.count += 1;
            }
        }
    }
    (PointRange { starts, subjects: matching }, sizes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::test::{tables, within_threads};
    use crate::tries::tries;

    /// Who matches the point of each record, and how much each subject has: what does not depend on the numbers of points.
    fn told(index: &PointIndex<'_>) -> (Vec<Option<Vec<u32>>>, Vec<u32>, [u64; 3]) {
        let matches = |record| index.point_of(record).map(|point| index.subjects_at(point).to_vec());
        let matches = (0..index.table().records()).map(matches).collect();
        (matches, index.trace_sizes().to_vec(), [index.points(), index.records_without_point(), index.records_hidden()])
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: tries(2000), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn hashed_points_are_those_that_are_numbered_one_by_one(
            table in tables(),
            attributes in 0_usize..3,
            missing_is_value in any::<bool>(),
            hidden in 0_u32..5,
            bits in 0_u32..4,
        ) {
            let columns: Vec<usize> = (0..table.columns().len()).collect();
            let (attributes, event) = columns.split_at(attributes.min(columns.len() - 1));
            let codes = table.columns()[event[0]].cardinality;
            let visible = [(event[0], (0..codes).map(|code| code != hidden).collect())];
            let asked = PointColumns { event, missing_is_value, attributes, visible: &visible };
            let stop = Stop::default();
            let plain = PointIndex::new(&table, &asked, &stop).unwrap();
            let Some(keys) = Keys::of(&table, &columns, 0) else { return Ok(()) };
            for threads in [1, 2, 8] {
                let hashed = within_threads(threads, || PointIndex::hashed(&table, &asked, &keys, bits, &stop).unwrap());
                prop_assert_eq!(told(&hashed), told(&plain));
            }
        }
    }
}
