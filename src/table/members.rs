//! Who holds which value of one further column in each class, each subject once a class.
//!
//! [`class_values`](super::class_values) counts every value that a subject holds. Here a subject is one *member* of a class,
//! with one value in it ([`MemberValue`]), or with the set of those it holds.
//!
//! # How
//! Where a subject is in one class only, and has one value, nothing is sorted: a cell for each pair of a class and a value is
//! counted up, as long as there are few pairs. Else the records are sorted by their class once for all columns.

use std::sync::OnceLock;

use super::order::Order;
use super::point_numbers::number_tuples;
use super::records::is_constant_per_run;
use super::{Codes, Column, ColumnSet, Table};
use crate::stop::{Stop, StopReason};
use crate::with_codes;

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

/// Pairs of a class and a value up to which each has a cell, whatever the number of records.
const FEW_CELLS: u64 = 1 << 16;
/// Cells to a member, above that.
const CELLS_A_MEMBER: u64 = 2;

/// The classes of one set, numbered.
pub struct ClassNumbers {
    /// The class of each record, and what every class is below.
    numbers: Codes,
    bound: u32,
    /// Whether no subject is in two classes.
    is_apart: bool,
}

impl ClassNumbers {
    /// Numbers the classes of `set`.
    #[must_use]
    pub fn new(table: &Table, set: &ColumnSet) -> Self {
        let numbers = number_tuples(table, set.columns());
        let is_apart = set.columns().iter().all(|&column| table.constant_per_subject(column) != Some(false));
        Self { numbers: Codes::U32(numbers.of_record), bound: numbers.bound, is_apart }
    }
}

/// The classes of a table on one set, ready for one column after the other.
pub struct ClassMembership<'a> {
    table: &'a Table,
    classes: &'a ClassNumbers,
    /// The records by class, and the subject of each, once somebody asks for them.
    sorted: OnceLock<(Order<'a>, Option<Vec<u32>>)>,
}

/// The members of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassMembers<'a> {
    /// Distinct subjects in the class; without subjects, records.
    pub members: u32,
    /// The values that occur in it, ascending, each with the members that hold it.
    pub values: &'a [(u32, u32)],
    /// Where a member may hold several values: the values of each.
    pub lists: Option<ValueLists<'a>>,
}

/// The values that each member of a class holds, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueLists<'a> {
    start: usize,
    ends: &'a [usize],
    values: &'a [u32],
}

impl<'a> ValueLists<'a> {
    /// The values of one member after the other.
    pub fn each(self) -> impl Iterator<Item = &'a [u32]> {
        let starts = std::iter::once(self.start).chain(self.ends.iter().copied());
        starts.zip(self.ends).map(move |(start, &end)| &self.values[start..end])
    }
}

/// The members of every class of one set, with their values of one column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberValues {
    /// The members of each class, where its values end, and where its lists end.
    classes: Vec<(u32, usize, usize)>,
    values: Vec<(u32, u32)>,
    /// Where the list of each member ends; empty where everybody has one value.
    list_ends: Vec<usize>,
    lists: Vec<u32>,
    has_lists: bool,
}

impl MemberValues {
    /// Every class that has members. Their order follows from the order of the files.
    pub fn classes(&self) -> impl Iterator<Item = ClassMembers<'_>> {
        let starts = std::iter::once((0, 0)).chain(self.classes.iter().map(|&(_, end, lists)| (end, lists)));
        starts.zip(&self.classes).map(|((start, first), &(members, end, last))| {
            let lists = || ValueLists {
                start: first.checked_sub(1).map_or(0, |before| self.list_ends[before]),
                ends: &self.list_ends[first..last],
                values: &self.lists,
            };
            ClassMembers { members, values: &self.values[start..end], lists: self.has_lists.then(lists) }
        })
    }

    /// Members of all classes that hold each value, of so many values.
    #[must_use]
    pub fn by_value(&self, cardinality: u32) -> Vec<u64> {
        let mut members = vec![0; cardinality as usize];
        for &(value, holders) in &self.values {
            members[value as usize] += u64::from(holders);
        }
        members
    }

    fn finish(&mut self, members: u32) {
        self.classes.push((members, self.values.len(), self.list_ends.len()));
    }
}

impl<'a> ClassMembership<'a> {
    /// The members of these classes, which are numbered for the same table.
    #[must_use]
    pub fn new(table: &'a Table, classes: &'a ClassNumbers) -> Self {
        Self { table, classes, sorted: OnceLock::new() }
    }

    /// The members of each class, with the values of `column`, which is one of the table.
    ///
    /// # Errors
    /// The reason, when `stop` was raised before the end.
    ///
    /// # Panics
    /// When `column` has not as many records as the table, or a mode has not one key a value.
    ///
    /// # Cost
    /// Up to 24 bytes a record while it runs; 24 bytes for each class and 8 for each value in one are kept.
    pub fn values(&self, column: &Column, held: MemberValue<'_>, stop: &Stop) -> Result<MemberValues, StopReason> {
        assert_eq!(column.codes.len(), self.table.records(), "the column is one of the table");
        stop.check()?;
        let cells = u64::from(self.classes.bound) * u64::from(column.cardinality.max(1));
        let are_few = cells <= FEW_CELLS.max(self.table.subjects() as u64 * CELLS_A_MEMBER);
        let subjects = self.table.subject_of_record();
        let is_constant = || subjects.is_none_or(|subjects| is_constant_per_run(&column.codes, subjects));
        let held = if held == MemberValue::Any && is_constant() { MemberValue::First } else { held };
        if are_few && self.classes.is_apart && held != MemberValue::Any {
            return Ok(self.counted_up(column, held));
        }
        self.sorted(column, held, stop)
    }

    /// Everybody is in one class, with one value.
    fn counted_up(&self, column: &Column, held: MemberValue<'_>) -> MemberValues {
        let width = column.cardinality.max(1) as usize;
        let mut cells = vec![0_u32; self.classes.bound as usize * width];
        let Codes::U32(numbers) = &self.classes.numbers else { return MemberValues::default() };
        with_codes!(&column.codes, codes => {
            if self.table.has_subjects() {
                let mut pick = Pick::new(held, column.cardinality);
                for records in self.table.subject_starts().windows(2).map(|ends| ends[0] as usize..ends[1] as usize) {
                    let class = numbers[records.start] as usize;
                    let value = pick.one(codes[records].iter().map(|&code| u32::from(code)));
                    cells[class * width + value as usize] += 1;
                }
            } else {
                for (&class, &value) in numbers.iter().zip(codes) {
                    cells[class as usize * width + value as usize] += 1;
                }
            }
        });
        let mut found = MemberValues::default();
        for row in cells.chunks_exact(width) {
            let before = found.values.len();
            found
                .values
                .extend((0_u32..).zip(row).filter(|&(_, &members)| members > 0).map(|(v, &members)| (v, members)));
            if found.values.len() > before {
                found.finish(row.iter().sum());
            }
        }
        found
    }

    /// One class after the other, and in it one subject after the other.
    fn sorted(&self, column: &Column, held: MemberValue<'_>, stop: &Stop) -> Result<MemberValues, StopReason> {
        let (order, subjects) = self.sorted.get_or_init(|| {
            let order = Order::by(&self.classes.numbers, self.classes.bound, None);
            let subjects = self.table.subject_of_record().map(|subjects| order.sorted(subjects));
            (order, subjects)
        });
        let values = order.applied_to(&column.codes);
        let mut pick = Pick::new(held, column.cardinality);
        let mut members_of = vec![0_u32; column.cardinality as usize];
        let mut occurring = Vec::new();
        let mut found = MemberValues { has_lists: held == MemberValue::Any, ..MemberValues::default() };
        let borders = order.starts().windows(2).map(|ends| ends[0] as usize..ends[1] as usize);
        for (class, records) in borders.filter(|records| !records.is_empty()).enumerate() {
            if class % 4096 == 0 {
                stop.check()?;
            }
            let (mut members, mut start) = (0, records.start);
            while start < records.end {
                let end = match subjects {
                    None => start + 1,
                    Some(subjects) => {
                        let others = subjects[start..records.end].iter();
                        start + others.take_while(|&&subject| subject == subjects[start]).count()
                    }
                };
                let of_subject = (start..end).map(|record| values.get(record));
                let mut count = |value: u32| {
                    let held = &mut members_of[value as usize];
                    if *held == 0 {
                        occurring.push(value);
                    }
                    *held += 1;
                };
                if held == MemberValue::Any {
                    for &value in pick.distinct(of_subject) {
                        count(value);
                        found.lists.push(value);
                    }
                    found.list_ends.push(found.lists.len());
                } else {
                    count(pick.one(of_subject));
                }
                members += 1;
                start = end;
            }
            occurring.sort_unstable();
            for value in occurring.drain(..) {
                found.values.push((value, std::mem::take(&mut members_of[value as usize])));
            }
            found.finish(members);
        }
        Ok(found)
    }
}

/// Picks the value of one subject after the other in the same memory.
struct Pick<'a> {
    held: MemberValue<'a>,
    /// Records of the subject with each value.
    records: Vec<u32>,
    seen: Vec<u32>,
}

impl<'a> Pick<'a> {
    fn new(held: MemberValue<'a>, cardinality: u32) -> Self {
        let counts = matches!(held, MemberValue::Mode(_) | MemberValue::Any);
        Self { held, records: vec![0; if counts { cardinality as usize } else { 0 }], seen: Vec::new() }
    }

    /// The value of a subject with these values, at least one.
    #[inline]
    fn one(&mut self, mut values: impl DoubleEndedIterator<Item = u32>) -> u32 {
        match self.held {
            MemberValue::Last => values.next_back().unwrap_or(0),
            MemberValue::First | MemberValue::Any => values.next().unwrap_or(0),
            MemberValue::Mode(keys) => {
                for value in values {
                    let records = &mut self.records[value as usize];
                    if *records == 0 {
                        self.seen.push(value);
                    }
                    *records += 1;
                }
                let rank = |&value: &u32| (self.records[value as usize], std::cmp::Reverse(keys[value as usize]));
                let mode = self.seen.iter().copied().max_by_key(rank).unwrap_or(0);
                self.clear();
                mode
            }
        }
    }

    /// The distinct values of a subject, ascending.
    fn distinct(&mut self, values: impl Iterator<Item = u32>) -> &[u32] {
        self.clear();
        for value in values {
            let records = &mut self.records[value as usize];
            if *records == 0 {
                self.seen.push(value);
            }
            *records += 1;
        }
        self.seen.sort_unstable();
        &self.seen
    }

    fn clear(&mut self) {
        self.seen.drain(..).for_each(|value| self.records[value as usize] = 0);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::table::SubjectCodes;

    /// Numbers by chance, the same in every run.
    struct Draws(u64);

    impl Draws {
        fn below(&mut self, bound: u32) -> u32 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
        }
    }

    type Class = (u32, BTreeMap<u32, u32>, Vec<Vec<u32>>);

    /// The obvious way: a map of classes to maps of subjects to the values of their records.
    fn slow(table: &Table, set: &ColumnSet, column: &Column, held: MemberValue<'_>) -> Vec<Class> {
        let mut classes: BTreeMap<Vec<u32>, BTreeMap<u32, Vec<u32>>> = BTreeMap::new();
        for record in 0..table.records() {
            let class = set.columns().iter().map(|&column| table.columns()[column].value_of(record)).collect();
            let subject = table.subject_of(record);
            classes.entry(class).or_default().entry(subject).or_default().push(column.value_of(record));
        }
        let of_class = |subjects: BTreeMap<u32, Vec<u32>>| {
            let mut members = BTreeMap::new();
            let mut lists = Vec::new();
            for values in subjects.values() {
                let times = |value: u32| values.iter().filter(|&&other| other == value).count();
                let picked: BTreeSet<u32> = match held {
                    MemberValue::Last => values.last().copied().into_iter().collect(),
                    MemberValue::First => values.first().copied().into_iter().collect(),
                    MemberValue::Any => values.iter().copied().collect(),
                    MemberValue::Mode(keys) => {
                        let most = values.iter().map(|&value| times(value)).max().unwrap_or(0);
                        let modes = values.iter().copied().filter(|&value| times(value) == most);
                        modes.min_by_key(|&value| keys[value as usize]).into_iter().collect()
                    }
                };
                for &value in &picked {
                    *members.entry(value).or_insert(0) += 1;
                }
                lists.push(picked.into_iter().collect());
            }
            (u32::try_from(subjects.len()).unwrap(), members, lists)
        };
        let mut classes: Vec<Class> = classes.into_values().map(of_class).collect();
        for class in &mut classes {
            class.2.sort();
        }
        classes.sort();
        classes
    }

    #[test]
    fn members_and_their_values_are_those_of_a_slow_count() {
        let mut draws = Draws(1);
        for round in 0..2_000 {
            let records = draws.below(40) as usize;
            let subjects = 1 + draws.below(12);
            let of_record: Vec<u32> = (0..records).map(|_| draws.below(subjects)).collect();
            let is_static = round % 3 == 0;
            let column = |name: &str, cardinality: u32, draws: &mut Draws, fixed: bool| {
                let of_subject: Vec<u32> = (0..subjects).map(|_| draws.below(cardinality)).collect();
                let code = |record: usize| {
                    if fixed { of_subject[of_record[record] as usize] } else { draws.below(cardinality) }
                };
                let codes: Vec<u32> = (0..records).map(code).collect();
                Column::new(
                    name.to_owned(),
                    Codes::from_codes(cardinality as usize, codes.into_iter()),
                    cardinality,
                    None,
                )
            };
            let columns: Vec<Column> =
                (0..=round % 3).map(|_| column("q", 1 + draws.below(5), &mut draws, is_static)).collect();
            let secrets: Vec<Column> =
                (0..2).map(|place| column("s", 1 + draws.below(6), &mut draws, place == 0)).collect();
            let attributes = crate::table::Attributes { sensitive: secrets, ..Default::default() };
            let codes = || SubjectCodes {
                codes: Codes::from_codes(subjects as usize, of_record.iter().copied()),
                cardinality: subjects,
                missing: (round % 5 == 0).then_some(0),
            };
            let set = ColumnSet::new(0..columns.len());
            let declared = (round % 4 > 0).then(codes);
            let table = Table::with_attributes(columns, attributes, declared, records).unwrap();
            let numbers = ClassNumbers::new(&table, &set);
            let membership = ClassMembership::new(&table, &numbers);
            let keys: Vec<u64> = (0..6).map(|value| value * 7 % 6).collect();
            for secret in table.sensitive() {
                for held in [MemberValue::Last, MemberValue::First, MemberValue::Mode(&keys), MemberValue::Any] {
                    let stop = Stop::default();
                    let ways = [membership.values(secret, held, &stop), membership.sorted(secret, held, &stop)];
                    for found in ways {
                        let found = found.unwrap();
                        let class = |class: ClassMembers<'_>| {
                            let one = || class.values.iter().flat_map(|&(v, n)| vec![vec![v]; n as usize]).collect();
                            let mut lists: Vec<Vec<u32>> =
                                class.lists.map_or_else(one, |lists| lists.each().map(<[u32]>::to_vec).collect());
                            lists.sort();
                            (class.members, class.values.iter().copied().collect(), lists)
                        };
                        let mut classes: Vec<Class> = found.classes().map(class).collect();
                        classes.sort();
                        assert_eq!(classes, slow(&table, &set, secret, held), "{held:?}, round {round}");
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_is_in_an_empty_table() {
        let column = || Column::new("c".to_owned(), Codes::from_codes(0, std::iter::empty()), 0, None);
        let table = Table::new(vec![column()], None, 0).unwrap();
        let numbers = ClassNumbers::new(&table, &ColumnSet::new([0]));
        let membership = ClassMembership::new(&table, &numbers);
        let found = membership.values(&column(), MemberValue::Any, &Stop::default()).unwrap();
        assert_eq!(found.classes().count(), 0);
    }
}
