//! The members of the classes: the records of each, and the class that it is in.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use super::super::point_numbers::number_tuples;
use super::super::records::stretches;
use super::super::{Codes, Column, ColumnSet, Table};
use crate::stop::{Stop, StopReason};
use crate::with_codes;

/// The members of all classes, those of a subject one behind the other.
pub(super) struct Runs<'a> {
    /// The class of each member, below the bound.
    pub(super) classes: Codes,
    pub(super) bound: u32,
    /// Where the records of each member begin, with their number as a last entry; empty where each record is a member.
    starts: Cow<'a, [u32]>,
    /// The records in the order of their members, those of a member in their own; `None` where that is the order of the table.
    order: Option<Vec<u32>>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(table: &'a Table, set: &ColumnSet, stop: &Stop) -> Result<Self, StopReason> {
        if !table.has_subjects() {
            let numbers = number_tuples(table, set.columns());
            let (classes, bound) = (Codes::U32(numbers.of_record.into()), numbers.bound);
            return Ok(Self { classes, bound, starts: Cow::Borrowed(&[]), order: None });
        }
        if set.columns().iter().all(|&column| table.constant_per_subject(column) == Some(true)) {
            return Ok(Self::of_subjects(table, set));
        }
        Self::of_parts(table, set, stop)
    }

    /// Every subject is in one class: that of its first record.
    fn of_subjects(table: &'a Table, set: &ColumnSet) -> Self {
        let first = |column: &Column| {
            with_codes!(&column.codes, codes => {
                let codes = table.first_records().map(|record| u32::from(codes[record]));
                column.codes.beside(column.cardinality as usize, codes)
            })
        };
        let columns: Vec<Column> = set
            .columns()
            .par_iter()
            .map(|&column| &table.columns()[column])
            .map(|column| Column { name: String::new(), codes: first(column), ..*column })
            .collect();
        let number = columns.len();
        let starts = Cow::Borrowed(table.subject_starts());
        // There are no more subjects than records, which are few enough.
        let subjects = Table::new(columns, None, table.subjects());
        let numbers = subjects.map(|subjects| number_tuples(&subjects, &(0..number).collect::<Vec<_>>()));
        let (classes, bound) = numbers.map_or((Vec::new(), 0), |numbers| (numbers.of_record, numbers.bound));
        Self { classes: Codes::U32(classes.into()), bound, starts, order: None }
    }

    /// Every subject is a member of each of the classes that its records are in.
    fn of_parts(table: &Table, set: &ColumnSet, stop: &Stop) -> Result<Self, StopReason> {
        let numbers = number_tuples(table, set.columns());
        stop.check()?;
        let (of_record, bound) = (&numbers.of_record, numbers.bound);
        let subjects = table.subject_of_record().unwrap_or(&[]);
        let parts = stretches(table.records(), Some(subjects), 4 * rayon::current_num_threads());
        let of_stretch = |stretch: &Range<usize>| {
            let mut part = Part { order: Vec::with_capacity(stretch.len()), ..Part::default() };
            let mut start = stretch.start;
            for run in subjects[stretch.clone()].chunk_by(|one, other| one == other) {
                part.add(start..start + run.len(), of_record);
                start += run.len();
            }
            part
        };
        let parts: Vec<Part> = parts.par_iter().map(of_stretch).collect();
        stop.check()?;
        let mut all = Part::default();
        for part in parts {
            all.classes.extend(part.classes);
            all.starts.extend(part.starts);
            all.order.extend(part.order);
        }
        all.starts.push(to_u32(table.records()));
        Ok(Self {
            classes: Codes::U32(all.classes.into()),
            bound,
            starts: Cow::Owned(all.starts),
            order: Some(all.order),
        })
    }

    pub(super) fn len(&self) -> usize {
        self.classes.len()
    }

    /// The codes of a member, in the order of its records.
    pub(super) fn codes_of(&self, codes: &Codes, member: usize, run: &mut Vec<u32>) {
        run.clear();
        with_codes!(codes, codes => match (&self.order, self.starts.is_empty()) {
            (_, true) => run.push(u32::from(codes[member])),
            (None, false) => run.extend(codes[self.records(member)].iter().map(|&code| u32::from(code))),
            (Some(order), false) => {
                run.extend(order[self.records(member)].iter().map(|&record| u32::from(codes[record as usize])));
            }
        });
    }

    /// Hands the first or the last code of each of these members to `visit`, with the item that stands in its place.
    pub(super) fn each_end<I>(
        &self,
        codes: &Codes,
        members: Range<usize>,
        is_last: bool,
        items: &mut [I],
        visit: impl Fn(&mut I, u32),
    ) {
        let place = |member: usize| match self.starts.is_empty() {
            true => member,
            false if is_last => self.starts[member + 1] as usize - 1,
            false => self.starts[member] as usize,
        };
        with_codes!(codes, codes => for (member, item) in members.zip(items) {
            let place = place(member);
            let record = self.order.as_ref().map_or(place, |order| order[place] as usize);
            visit(item, u32::from(codes[record]));
        });
    }

    /// The same with the code of most records of each member; of equally many the preferred one.
    pub(super) fn each_mode<I>(
        &self,
        codes: &Codes,
        members: Range<usize>,
        preference: &Preference,
        items: &mut [I],
        visit: impl Fn(&mut I, u32),
    ) {
        let mut modes = Modes { preference, records: vec![0; preference.place_of.len()] };
        with_codes!(codes, codes => for (member, item) in members.zip(items) {
            let mode = match (&self.order, self.starts.is_empty()) {
                (_, true) => u32::from(codes[member]),
                (None, false) => modes.of(codes[self.records(member)].iter().map(|&code| u32::from(code))),
                (Some(order), false) => {
                    let records = order[self.records(member)].iter();
                    modes.of(records.map(|&record| u32::from(codes[record as usize])))
                }
            };
            visit(item, mode);
        });
    }

    /// The same with a bit for each value that a member holds; there are at most 64 values.
    pub(super) fn each_mask<I>(
        &self,
        codes: &Codes,
        members: Range<usize>,
        items: &mut [I],
        visit: impl Fn(&mut I, u64),
    ) {
        with_codes!(codes, codes => for (member, item) in members.zip(items) {
            let mask = match (&self.order, self.starts.is_empty()) {
                (_, true) => 1 << u32::from(codes[member]),
                (None, false) => {
                    codes[self.records(member)].iter().fold(0, |mask, &code| mask | 1_u64 << u32::from(code))
                }
                (Some(order), false) => {
                    let records = order[self.records(member)].iter();
                    records.fold(0, |mask, &record| mask | 1_u64 << u32::from(codes[record as usize]))
                }
            };
            visit(item, mask);
        });
    }

    /// Places of the records of a member in the order.
    fn records(&self, member: usize) -> Range<usize> {
        self.starts[member] as usize..self.starts[member + 1] as usize
    }
}

/// The order in which codes that are equally frequent are preferred.
pub(super) struct Preference {
    /// The codes, the one of the largest key first, and where each stands.
    by_key: Vec<u32>,
    place_of: Vec<u32>,
}

impl Preference {
    /// The smallest key is preferred; one key a code.
    pub(super) fn new(keys: &[u64]) -> Self {
        let mut by_key: Vec<u32> = (0..to_u32(keys.len())).collect();
        by_key.sort_by_key(|&code| std::cmp::Reverse((keys[code as usize], code)));
        let mut place_of = vec![0; keys.len()];
        by_key.iter().zip(0..).for_each(|(&code, place)| place_of[code as usize] = place);
        Self { by_key, place_of }
    }
}

/// Finds the most frequent of some codes.
struct Modes<'a> {
    preference: &'a Preference,
    /// Records of each code; all 0 between two members.
    records: Vec<u32>,
}

impl Modes<'_> {
    /// The code of most records; of equally many the preferred one.
    fn of(&mut self, codes: impl Iterator<Item = u32> + Clone) -> u32 {
        // A number only grows, so that the most frequent code so far can only be overtaken by the one at hand. Records and the
        // place by key in one number: the larger of two is found without a jump that the processor cannot foresee.
        let place_of = &self.preference.place_of;
        let mut most = 0;
        for code in codes.clone() {
            let records = &mut self.records[code as usize];
            *records += 1;
            most = most.max(u64::from(*records) << u32::BITS | u64::from(place_of[code as usize]));
        }
        codes.for_each(|code| self.records[code as usize] = 0);
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the place")]
        let place = most as u32;
        self.preference.by_key[place as usize]
    }
}

/// The members of some subjects.
#[derive(Default)]
struct Part {
    classes: Vec<u32>,
    starts: Vec<u32>,
    order: Vec<u32>,
}

impl Part {
    /// Adds a subject with these records.
    fn add(&mut self, records: Range<usize>, class_of: &[u32]) {
        let before = self.order.len();
        self.order.extend(records.clone().map(to_u32));
        let own = &mut self.order[before..];
        if !class_of[records.clone()].is_sorted() {
            // Records of one class keep their order: each is its own place.
            own.sort_unstable_by_key(|&record| (class_of[record as usize], record));
        }
        let mut start = to_u32(records.start);
        for run in own.chunk_by(|&one, &other| class_of[one as usize] == class_of[other as usize]) {
            self.classes.push(class_of[run[0] as usize]);
            self.starts.push(start);
            start += to_u32(run.len());
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
fn to_u32(place: usize) -> u32 {
    place as u32
}
