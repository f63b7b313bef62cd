//! The records of a side as places: who stands where.

use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;

use super::scale::Scale;
use crate::table::Table;

/// Records that are equal in all that is compared, and whose they are.
pub(super) struct Location {
    /// Equal on the columns that must be equal.
    pub(super) group: u64,
    /// The places of its subjects in [`Locations::subjects`].
    people: Range<usize>,
}

/// Every location of a side, by group and then by numbers.
pub(super) struct Locations {
    pub(super) all: Vec<Location>,
    /// The distinct subjects of each location, ascending.
    subjects: Vec<u32>,
    /// The coordinates of each location, one after the other.
    coordinates: Vec<f64>,
    /// Coordinates of a location.
    dimensions: usize,
    /// Records that lack something that is compared.
    pub(super) left_out: usize,
}

impl Locations {
    /// The locations of a table, whose records stand in these groups, on these columns of numbers.
    pub(super) fn new(table: &Table, groups: &[Option<u64>], scales: &[&Scale]) -> Self {
        let number = |scale: &Scale, record: u32| {
            let cells = &table.columns()[scale.column];
            scale.number(cells.value_of(record as usize))
        };
        let subject = |record: u32| table.subject_of(record as usize);
        let records = u32::try_from(table.records()).unwrap_or(u32::MAX);
        let is_whole = |&record: &u32| {
            groups[record as usize].is_some() && scales.iter().all(|scale| number(scale, record).is_some())
        };
        let mut order: Vec<u32> = (0..records).into_par_iter().filter(is_whole).collect();
        let by_place = |one: u32, other: u32| -> Ordering {
            let numbers = scales.iter().map(|scale| number(scale, one).cmp(&number(scale, other)));
            let first = groups[one as usize].cmp(&groups[other as usize]);
            numbers.fold(first, Ordering::then)
        };
        order.par_sort_unstable_by(|&one, &other| by_place(one, other).then(subject(one).cmp(&subject(other))));
        let mut locations = Self {
            all: Vec::new(),
            subjects: Vec::new(),
            coordinates: Vec::new(),
            dimensions: scales.len(),
            left_out: table.records() - order.len(),
        };
        for equal in order.chunk_by(|&one, &other| by_place(one, other).is_eq()) {
            let (begin, first) = (locations.subjects.len(), equal[0]);
            locations.subjects.extend(equal.iter().map(|&record| subject(record)));
            // Ascending within a location, so that who is there twice stands together.
            let mut end = begin;
            for place in begin..locations.subjects.len() {
                if place == begin || locations.subjects[place] != locations.subjects[end - 1] {
                    locations.subjects[end] = locations.subjects[place];
                    end += 1;
                }
            }
            locations.subjects.truncate(end);
            let coordinate = |scale: &&Scale| number(scale, first).map_or(0.0, |number| scale.coordinate(number));
            locations.coordinates.extend(scales.iter().map(coordinate));
            locations.all.push(Location { group: groups[first as usize].unwrap_or(0), people: begin..end });
        }
        locations
    }

    /// Who stands at a location, ascending.
    pub(super) fn people(&self, location: usize) -> &[u32] {
        &self.subjects[self.all[location].people.clone()]
    }

    /// Where a location lies.
    pub(super) fn coordinates(&self, location: usize) -> &[f64] {
        &self.coordinates[location * self.dimensions..(location + 1) * self.dimensions]
    }

    /// The locations of each group, in their order.
    pub(super) fn groups(&self) -> Vec<Range<usize>> {
        let mut begin = 0;
        let lengths = self.all.chunk_by(|one, other| one.group == other.group).map(<[Location]>::len);
        lengths
            .map(|length| {
                begin += length;
                begin - length..begin
            })
            .collect()
    }

    /// Each subject with each of its locations, by subject.
    pub(super) fn of_people(&self) -> Vec<(u32, u32)> {
        let of_location = |location: usize| {
            let number = u32::try_from(location).unwrap_or(u32::MAX);
            self.people(location).iter().map(move |&subject| (subject, number))
        };
        let mut all: Vec<(u32, u32)> = (0..self.all.len()).flat_map(of_location).collect();
        all.par_sort_unstable();
        all
    }
}
