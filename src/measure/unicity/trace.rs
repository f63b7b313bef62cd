//! The points of one subject as an attacker may know them, in an order that does not depend on any numbering.

use std::ops::Range;

use hashbrown::HashMap;

use super::settings::{ColumnValues, Point};
use crate::stats::mix;
use crate::table::{Column, PointIndex};

/// One distinct point of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownPoint {
    /// Its number in the index.
    pub(super) point: u32,
    /// A number that depends on its values alone.
    pub(super) key: u64,
    /// How many records of the subject give it.
    pub(super) records: u32,
    /// When it first occurs; `None` where that is not known.
    pub(super) first: Option<i64>,
}

/// From the events of a subject, and from its known attributes; subjects with equal keys are interchangeable.
pub(super) type SubjectKey = (u64, u64);

/// Reads the points of subjects.
pub(super) struct Traces<'a> {
    index: &'a PointIndex<'a>,
    event: Vec<KeyedColumn<'a>>,
    attributes: Vec<KeyedColumn<'a>>,
    order: Option<(&'a Column, &'a [Option<i64>])>,
}

/// A column and the keys of its values.
struct KeyedColumn<'a> {
    column: &'a Column,
    keys: &'a [u64],
}

impl KeyedColumn<'_> {
    fn key(&self, record: usize) -> u64 {
        let code = self.column.value_of(record);
        self.key_of_code(code)
    }

    fn key_of_code(&self, code: u32) -> u64 {
        self.keys.get(code as usize).copied().unwrap_or(u64::from(code))
    }

    /// Mixes the key of each of these records into a number of its own.
    fn mix_into(&self, records: Range<usize>, numbers: &mut [u64]) {
        self.column.apply_to(records, numbers, |number, code| *number = mix(*number, self.key_of_code(code)));
    }
}

impl<'a> Traces<'a> {
    pub(super) fn new(index: &'a PointIndex<'a>, values: &'a [ColumnValues], point: &Point) -> Self {
        let columns = index.table().columns();
        let keyed = |&column: &usize| KeyedColumn {
            column: &columns[column],
            keys: values.get(column).map_or(&[][..], |values| &values.keys),
        };
        let numbers = |column: usize| values.get(column).map(|values| (&columns[column], values.numbers.as_slice()));
        Self {
            index,
            event: point.columns.iter().map(keyed).collect(),
            attributes: point.known_attributes.iter().map(keyed).collect(),
            order: point.order.and_then(numbers),
        }
    }

    /// The distinct points of a subject, ordered by their keys.
    pub(super) fn read(&self, subject: u32, points: &mut Vec<KnownPoint>) {
        points.clear();
        for record in self.index.records_of(subject) {
            if let Some(point) = self.index.point_of(record) {
                points.push(KnownPoint { point, key: 0, records: 1, first: self.time(record) });
            }
        }
        points.sort_unstable_by_key(|known| known.point);
        points.dedup_by(|next, kept| {
            let same = next.point == kept.point;
            if same {
                kept.records += 1;
                kept.first = [kept.first, next.first].into_iter().flatten().min();
            }
            same
        });
        for record in self.index.records_of(subject) {
            if let Some(point) = self.index.point_of(record)
                && let Ok(place) = points.binary_search_by_key(&point, |known| known.point)
                && points[place].key == 0
            {
                points[place].key = self.key_of_record(record);
            }
        }
        points.sort_unstable_by_key(|known| (known.key, known.point));
    }

    /// The keys of these subjects, which are neighbours. A column is read for all of their records at a time, as its
    /// cells lie side by side.
    pub(super) fn subject_keys(&self, subjects: Range<u32>, keys: &mut Vec<SubjectKey>) {
        let (first, last) = (self.index.records_of(subjects.start), self.index.records_of(subjects.end - 1));
        let mut of_records = vec![1; last.end - first.start];
        for column in &self.event {
            column.mix_into(first.start..last.end, &mut of_records);
        }
        keys.extend(subjects.map(|subject| {
            let records = self.index.records_of(subject);
            let attributes = self.attributes.iter().fold(1, |key, column| mix(key, column.key(records.start)));
            let with_point = records.filter(|&record| self.index.point_of(record).is_some());
            let key =
                |record: usize| mix(of_records[record - first.start], self.time(record).map_or(0, i64::cast_unsigned));
            // A sum over the records, so that their order has no say; known attributes only tell apart what else is equal.
            (with_point.map(key).fold(0, u64::wrapping_add), attributes)
        }));
    }

    pub(super) fn key_of_record(&self, record: usize) -> u64 {
        self.event.iter().fold(1, |key, column| mix(key, column.key(record)))
    }

    pub(super) fn time(&self, record: usize) -> Option<i64> {
        let (column, numbers) = self.order?;
        numbers.get(column.value_of(record) as usize).copied().flatten()
    }
}

/// Tells points apart by one more column, whose codes are read through `coarse`: from numbers that are equal for points
/// that were equal so far to such with that column. Numbers follow the points; those without an example keep theirs.
pub(super) fn tell_apart(
    numbers: &mut [u32],
    index: &PointIndex<'_>,
    examples: &[Option<u32>],
    column: usize,
    coarse: impl Fn(u32) -> u32,
) {
    let values = &index.table().columns()[column];
    let mut known: HashMap<(u32, u32), u32, foldhash::fast::FixedState> = HashMap::default();
    for (number, example) in numbers.iter_mut().zip(examples) {
        let Some(record) = example else { continue };
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        *number = *known.entry((*number, coarse(values.value_of(*record as usize)))).or_insert(next);
    }
}
