//! Who holds which value of further columns in each class, each subject once a class.
//!
//! [`class_values`](super::class_values) counts every value that a subject holds. Here a subject is one *member* of a class,
//! with one value in it ([`MemberValue`]), or with the set of those it holds.
//!
//! # How
//! Where each record is a member and there are few pairs of a class and a value, each pair has a cell (`cells.rs`) and nothing
//! is sorted. Else each member gets the class it is in (`runs.rs`) and its values of all columns as fields of few words
//! (`fields.rs`); words are sorted by class once, and the values in a class are counted when somebody visits it.

mod cells;
mod fields;
mod runs;
#[cfg(test)]
mod test;
mod words;

use std::ops::Range;

use rayon::prelude::*;

use super::point_numbers::cuts;
use super::{ColumnSet, Table};
use crate::stop::{Stop, StopReason};
use fields::{Field, Fields};
use runs::Runs;
use words::{Word, Words, with_words};

/// The value of a subject in a class where its records hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberValue<'a> {
    /// That of its last record, in the order of the files.
    Last,
    /// That of its first record.
    First,
    /// That of most of its records; of equally many the one of the smallest key. One key a value.
    Mode(&'a [u64]),
    /// Each value that it holds.
    Any,
}

/// The members of one class, or of each of several that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassMembers<'a> {
    /// Classes with these members and values.
    pub classes: u32,
    /// Distinct subjects in the class; without subjects, records.
    pub members: u32,
    /// The values that occur in it, ascending, each with the members that hold it.
    pub values: &'a [(u32, u32)],
    /// Where a member may hold several values: the values of each.
    pub lists: Option<ValueLists<'a>>,
}

/// The values that each member of a class holds, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueLists<'a> {
    /// Of a column of at most 64 values a bit for each value.
    Masks(&'a [u64]),
    /// Where the list of each member ends in the values of all of them, ascending for each.
    Lists {
        /// Where the first list begins.
        start: usize,
        /// Where each list ends.
        ends: &'a [usize],
        /// The values.
        values: &'a [u32],
    },
}

impl ValueLists<'_> {
    /// Hands over the values of one member after the other, ascending.
    pub fn for_each(self, mut visit: impl FnMut(&[u32])) {
        match self {
            Self::Masks(masks) => {
                let mut list = Vec::new();
                for &mask in masks {
                    list.clear();
                    list.extend(set_bits(mask));
                    visit(&list);
                }
            }
            Self::Lists { mut start, ends, values } => {
                for &end in ends {
                    visit(&values[start..end]);
                    start = end;
                }
            }
        }
    }
}

/// The places of the bits that are set, ascending.
fn set_bits(mut mask: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let place = (mask != 0).then(|| mask.trailing_zeros());
        mask &= mask.wrapping_sub(1);
        place
    })
}

/// The members of every class on one set, with their values of every sensitive column.
pub struct ClassMembership {
    members: u64,
    cardinalities: Vec<usize>,
    /// For each column the members that hold each value.
    by_value: Vec<Vec<u64>>,
    store: Store,
}

/// How members are kept.
enum Store {
    /// For each column the members with each pair of a class, below the bound, and a value.
    Cells { bound: usize, columns: Vec<Vec<u32>> },
    /// Members by class.
    Sorted { starts: Vec<u32>, fields: Fields },
}

impl ClassMembership {
    /// The members of the classes on `set`, with their values of the first sensitive columns of the table; `held` says which value
    /// of each.
    ///
    /// # Errors
    /// The reason, when `stop` was raised before the end.
    ///
    /// # Panics
    /// When there are more entries in `held` than sensitive columns, or a mode has not one key a value.
    ///
    /// # Cost
    /// One pass over the columns where cells are few; else some 24 bytes a member, and for each column as many bits as its
    /// numbers have digits, or with `any` as it has values, twice. With `any` and more than 64 values 12 bytes for each value that a
    /// member holds.
    pub fn new<'a>(table: &Table, set: &ColumnSet, held: &[MemberValue<'a>], stop: &Stop) -> Result<Self, StopReason> {
        stop.check()?;
        let columns = &table.sensitive()[..held.len()];
        let cardinalities: Vec<usize> = columns.iter().map(|column| column.cardinality.max(1) as usize).collect();
        if let Some(plan) = cells::plan(table, set, columns) {
            let (bound, columns) = cells::count(table, &plan, columns, stop)?;
            let by_value = columns.iter().zip(&cardinalities).map(|(cells, &values)| of_rows(cells, values)).collect();
            let (members, store) = (table.records() as u64, Store::Cells { bound, columns });
            return Ok(Self { members, cardinalities, by_value, store });
        }
        let runs = Runs::new(table, set, stop)?;
        // A member that is a record holds one value.
        let one = |&held: &MemberValue<'a>| if table.has_subjects() { held } else { MemberValue::First };
        let held: Vec<MemberValue<'_>> = held.iter().map(one).collect();
        let (starts, fields) = fields::sorted(&runs, columns, &held, stop)?;
        let members = starts.last().map_or(0, |&members| u64::from(members));
        let by_value = |(place, &values): (usize, &usize)| {
            let of_records = !table.has_subjects();
            if of_records { columns[place].codes.records_by_code(values) } else { fields.by_value(place, values) }
        };
        let by_value = cardinalities.par_iter().enumerate().with_max_len(1).map(by_value).collect();
        Ok(Self { members, cardinalities, by_value, store: Store::Sorted { starts, fields } })
    }

    /// Members of all classes: subjects, each once for every class that it is in.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.members
    }

    /// Members that hold each value of the column in this place.
    ///
    /// # Panics
    /// When there is no such column.
    #[must_use]
    pub fn by_value(&self, place: usize) -> &[u64] {
        &self.by_value[place]
    }

    /// Shows every class that has members to `visit`, with its values of the column in this place: some of them to each of the states,
    /// which are made by `state` and handed back. How classes are shared out among states, and which of them are shown together
    /// because they are alike, depends on the number of threads.
    ///
    /// # Errors
    /// The reason, when `stop` was raised before the end.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn fold<T: Send>(
        &self,
        place: usize,
        stop: &Stop,
        state: impl Fn() -> T + Sync,
        visit: impl Fn(&mut T, &ClassMembers<'_>) + Sync,
    ) -> Result<Vec<T>, StopReason> {
        let parts = 4 * rayon::current_num_threads();
        let cuts: Vec<usize> = match &self.store {
            Store::Cells { bound, .. } => (0..=parts).map(|part| bound * part / parts).collect(),
            Store::Sorted { starts, .. } => cuts(starts, parts),
        };
        let stretches = cuts.windows(2).map(|ends| ends[0]..ends[1]);
        let stretches: Vec<Range<usize>> = stretches.filter(|classes| !classes.is_empty()).collect();
        let of_stretch = |classes: &Range<usize>| {
            let mut state = state();
            let mut visit = |class: &ClassMembers<'_>| visit(&mut state, class);
            self.each_class(place, classes.clone(), stop, &mut visit)?;
            Ok(state)
        };
        stretches.par_iter().with_max_len(1).map(of_stretch).collect()
    }

    fn each_class(
        &self,
        place: usize,
        classes: Range<usize>,
        stop: &Stop,
        visit: &mut impl FnMut(&ClassMembers<'_>),
    ) -> Result<(), StopReason> {
        let cardinality = self.cardinalities[place];
        match &self.store {
            Store::Cells { columns, .. } => {
                let mut values = Vec::new();
                let rows = &columns[place][classes.start * cardinality..classes.end * cardinality];
                for (class, row) in rows.chunks_exact(cardinality).enumerate() {
                    check_now_and_then(class, stop)?;
                    values.clear();
                    values
                        .extend((0..).zip(row).filter(|&(_, &members)| members > 0).map(|(v, &members)| (v, members)));
                    let members = values.iter().map(|&(_, members)| members).sum();
                    if members > 0 {
                        visit(&ClassMembers { classes: 1, members, values: &values, lists: None });
                    }
                }
            }
            Store::Sorted { starts, fields } => {
                let mut counting = Counting::new(cardinality, classes.len());
                for (number, class) in classes.enumerate() {
                    check_now_and_then(number, stop)?;
                    let members = starts[class] as usize..starts[class + 1] as usize;
                    if !members.is_empty() {
                        counting.count(fields, place, members, visit);
                    }
                }
                counting.show_alike(visit);
            }
        }
        Ok(())
    }
}

/// The sum of the rows of so many values.
fn of_rows(cells: &[u32], values: usize) -> Vec<u64> {
    let mut members = vec![0; values];
    for row in cells.chunks_exact(values) {
        members.iter_mut().zip(row).for_each(|(all, &of_class)| *all += u64::from(of_class));
    }
    members
}

/// Classes between two looks at the stop flag.
const CHECK_EVERY: usize = 4096;

fn check_now_and_then(number: usize, stop: &Stop) -> Result<(), StopReason> {
    if number.is_multiple_of(CHECK_EVERY) { stop.check() } else { Ok(()) }
}

/// Values that have a bit each in one word.
const FEW_VALUES: usize = 64;

/// Memory for one class after the other.
struct Counting {
    /// Members with each value; all 0 between two classes. The first is for columns of few values: its length is known to
    /// the compiler.
    of_few: [u32; FEW_VALUES],
    of_value: Vec<u32>,
    occurring: Vec<u32>,
    values: Vec<(u32, u32)>,
    masks: Vec<u64>,
    /// Small classes that were not shown yet, and how many are alike; empty where nobody looks for such.
    alike: Vec<(Small, u32)>,
}

/// The members with each value below 16 of a class of at most 15, four bits each; 0 is no class.
type Small = u64;
/// Values and members of a class that is told in one word.
const SMALL: usize = 16;
/// Bits of the place of a small class among those that were not shown yet.
const ALIKE_BITS: u32 = 11;
/// Classes from which on it pays to look for those that are alike.
const MANY_CLASSES: usize = 1 << 8;

impl Counting {
    /// For so many classes.
    fn new(cardinality: usize, classes: usize) -> Self {
        let (occurring, values, masks) = Default::default();
        let looks = cardinality <= SMALL && classes >= MANY_CLASSES;
        let alike = if looks { vec![(0, 0); 1 << ALIKE_BITS] } else { Vec::new() };
        Self { of_few: [0; FEW_VALUES], of_value: vec![0; cardinality], occurring, values, masks, alike }
    }

    /// Counts the values of these members, which are those of one class.
    fn count(
        &mut self,
        fields: &Fields,
        place: usize,
        members: Range<usize>,
        visit: &mut impl FnMut(&ClassMembers<'_>),
    ) {
        self.values.clear();
        #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
        let number = members.len() as u32;
        let members_are_few = members.len() < SMALL;
        let lists = match fields.column(place) {
            &Field::One { word, shift, bits } => {
                with_words!(&fields.words[word], words => {
                    #[expect(clippy::cast_possible_truncation, reason = "the field holds a code")]
                    let values = words[members].iter().map(|word| fields::field(word.wide(), shift, bits) as u32);
                    if members_are_few && !self.alike.is_empty() {
                        return self.hold_back(values.fold(0, |small, value| small + (1 << (4 * value))), visit);
                    }
                    self.add(values);
                });
                None
            }
            &Field::Mask { word, shift, bits } => {
                self.masks.clear();
                with_words!(&fields.words[word], words => {
                    self.masks.extend(words[members].iter().map(|word| fields::field(word.wide(), shift, bits)));
                });
                let mut masks = self.masks.iter().copied();
                let of_value = &mut self.of_value;
                if let Some(digits) = fields::digits(&self.masks) {
                    digits.for_each(|held| self.values.push(held));
                } else {
                    fields::count_bits(&mut masks, bits, |value, holders| of_value[value] += holders);
                    let occurring = (0..).zip(of_value).filter(|(_, holders)| **holders > 0);
                    self.values.extend(occurring.map(|(value, holders)| (value, std::mem::take(holders))));
                }
                Some(ValueLists::Masks(&self.masks))
            }
            Field::Lists { ends, values } => {
                let start = members.start.checked_sub(1).map_or(0, |before| ends[before]);
                let ends = &ends[members];
                self.add(values[start..ends.last().copied().unwrap_or(start)].iter().copied());
                Some(ValueLists::Lists { start, ends, values })
            }
        };
        visit(&ClassMembers { classes: 1, members: number, values: &self.values, lists });
    }

    /// Counts a small class with those that are alike, and shows the ones whose place it takes.
    fn hold_back(&mut self, small: Small, visit: &mut impl FnMut(&ClassMembers<'_>)) {
        let place = (small.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - ALIKE_BITS)) as usize;
        if self.alike[place].0 == small {
            self.alike[place].1 += 1;
        } else {
            let (other, classes) = std::mem::replace(&mut self.alike[place], (small, 1));
            self.show(other, classes, visit);
        }
    }

    /// Shows the small classes that were not shown yet.
    fn show_alike(&mut self, visit: &mut impl FnMut(&ClassMembers<'_>)) {
        for (small, classes) in std::mem::take(&mut self.alike) {
            self.show(small, classes, visit);
        }
    }

    fn show(&mut self, small: Small, classes: u32, visit: &mut impl FnMut(&ClassMembers<'_>)) {
        if classes == 0 {
            return;
        }
        self.values.clear();
        let (mut left, mut members) = (small, 0);
        while left != 0 {
            let value = left.trailing_zeros() / 4;
            let holders = left >> (4 * value) & 15;
            self.values.push((value, holders as u32));
            members += holders as u32;
            left ^= holders << (4 * value);
        }
        visit(&ClassMembers { classes, members, values: &self.values, lists: None });
    }

    fn add(&mut self, values: impl Iterator<Item = u32>) {
        if self.of_value.len() <= FEW_VALUES {
            // A bit for each value that occurs gives them in ascending order without sorting.
            let mut occurring = 0_u64;
            for value in values {
                self.of_few[value as usize % FEW_VALUES] += 1;
                occurring |= 1 << (value as usize % FEW_VALUES);
            }
            let of_few = &mut self.of_few;
            self.values.extend(set_bits(occurring).map(|v| (v, std::mem::take(&mut of_few[v as usize % FEW_VALUES]))));
            return;
        }
        for value in values {
            let members = &mut self.of_value[value as usize];
            if *members == 0 {
                self.occurring.push(value);
            }
            *members += 1;
        }
        self.occurring.sort_unstable();
        for value in self.occurring.drain(..) {
            self.values.push((value, std::mem::take(&mut self.of_value[value as usize])));
        }
    }
}
