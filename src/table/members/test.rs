//! Members of random tables against maps of maps.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::table::{Attributes, Codes, Column, SubjectCodes};
use crate::tries::tries;

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
    for round in 0..tries(2_000) {
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
            Column::new(name.to_owned(), Codes::from_codes(cardinality as usize, codes.into_iter()), cardinality, None)
        };
        let columns: Vec<Column> =
            (0..=round % 3).map(|_| column("q", 1 + draws.below(5), &mut draws, is_static)).collect();
        let secrets: Vec<Column> = [6, 6, 80]
            .into_iter()
            .enumerate()
            .map(|(place, most)| column("s", 1 + draws.below(most), &mut draws, place == 0))
            .collect();
        let attributes = Attributes { sensitive: secrets, ..Default::default() };
        let codes = || SubjectCodes {
            codes: Codes::from_codes(subjects as usize, of_record.iter().copied()),
            cardinality: subjects,
            missing: (round % 5 == 0).then_some(0),
        };
        let set = ColumnSet::new(0..columns.len());
        let declared = (round % 4 > 0).then(codes);
        let table = Table::with_attributes(columns, attributes, declared, records).unwrap();
        let keys: Vec<u64> = (0..80).map(|value| value * 7 % 83).collect();
        let choices = [MemberValue::Last, MemberValue::First, MemberValue::Mode(&keys), MemberValue::Any];
        for held in choices {
            // The other columns have other kinds of fields beside it.
            let held = [held, choices[round % 4], held];
            let stop = Stop::default();
            let membership = ClassMembership::new(&table, &set, &held, &stop).unwrap();
            for (place, secret) in table.sensitive().iter().enumerate() {
                let class = |classes: &mut Vec<Class>, class: &ClassMembers<'_>| {
                    let one = || class.values.iter().flat_map(|&(v, n)| vec![vec![v]; n as usize]).collect();
                    let mut lists: Vec<Vec<u32>> = class.lists.map_or_else(one, |lists| {
                        let mut all = Vec::new();
                        lists.for_each(|list| all.push(list.to_vec()));
                        all
                    });
                    lists.sort();
                    let class: (u32, Class) =
                        (class.classes, (class.members, class.values.iter().copied().collect(), lists));
                    classes.extend(vec![class.1; class.0 as usize]);
                };
                let mut classes = membership.fold(place, &stop, Vec::new, class).unwrap().concat();
                classes.sort();
                let expected = slow(&table, &set, secret, held[place]);
                assert_eq!(classes, expected, "{:?}, round {round}", held[place]);
                assert_eq!(membership.members(), expected.iter().map(|class| u64::from(class.0)).sum::<u64>());
                let mut by_value = vec![0; secret.cardinality as usize];
                let pairs = expected.iter().flat_map(|class| &class.1);
                pairs.for_each(|(&value, &members)| by_value[value as usize] += u64::from(members));
                assert_eq!(membership.by_value(place), by_value);
            }
        }
    }
}

#[test]
fn small_classes_that_are_alike_are_counted_together_and_none_is_lost() {
    let mut draws = Draws(7);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    for (values, of_class, is_together) in [(2, 2, true), (3, 9, true), (16, 3, true), (16, 14, false), (17, 3, false)]
    {
        let number = 60_000 / of_class;
        let mut rows: Vec<(u32, u32)> = (0..60_000).map(|_| (draws.below(number), draws.below(values))).collect();
        // The largest that four bits can hold, one member more, and every value but one.
        rows.extend([(number, values - 1); 15]);
        rows.extend([(number + 1, values - 1); 16]);
        rows.extend((0..15).map(|value| (number + 2, value % values)));
        let mut expected: BTreeMap<u32, BTreeMap<u32, u32>> = BTreeMap::new();
        for &(class, value) in &rows {
            *expected.entry(class).or_default().entry(value).or_insert(0) += 1;
        }
        let mut expected: Vec<Vec<(u32, u32)>> =
            expected.into_values().map(|values| values.into_iter().collect()).collect();
        let column = |bound: u32, code: fn(&(u32, u32)) -> u32| {
            Column::new("c".to_owned(), Codes::from_codes(bound as usize, rows.iter().map(code)), bound, None)
        };
        let attributes = Attributes { sensitive: vec![column(values, |row| row.1)], ..Attributes::default() };
        // Each record is a subject: without any, pairs of a class and a value would be counted in cells.
        let cardinality = u32::try_from(rows.len()).unwrap();
        let subjects =
            SubjectCodes { codes: Codes::from_codes(rows.len(), 0..cardinality), cardinality, missing: None };
        let classes = vec![column(number + 3, |row| row.0)];
        let table = Table::with_attributes(classes, attributes, Some(subjects), rows.len()).unwrap();
        let stop = Stop::default();
        let visit = |classes: &mut Vec<(u32, Vec<(u32, u32)>)>, class: &ClassMembers<'_>| {
            assert_eq!(class.members, class.values.iter().map(|&(_, holders)| holders).sum::<u32>());
            classes.push((class.classes, class.values.to_vec()));
        };
        let shown = pool.install(|| {
            let membership = ClassMembership::new(&table, &ColumnSet::new([0]), &[MemberValue::Last], &stop).unwrap();
            membership.fold(0, &stop, Vec::new, visit).unwrap().concat()
        });
        let together = shown.iter().filter(|(classes, _)| *classes > 1).count();
        assert!(!is_together || together > 2, "{values} values, {of_class} records of a class: {together}");
        let mut found: Vec<Vec<(u32, u32)>> =
            shown.into_iter().flat_map(|(classes, values)| vec![values; classes as usize]).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{values} values, {of_class} records of a class");
    }
}

#[test]
fn nobody_is_in_an_empty_table() {
    let column = || Column::new("c".to_owned(), Codes::from_codes(0, std::iter::empty()), 0, None);
    let attributes = Attributes { sensitive: vec![column()], ..Attributes::default() };
    let table = Table::with_attributes(vec![column()], attributes, None, 0).unwrap();
    let stop = Stop::default();
    let membership = ClassMembership::new(&table, &ColumnSet::new([0]), &[MemberValue::Any], &stop).unwrap();
    let count = |number: &mut u64, _: &ClassMembers<'_>| *number += 1;
    let classes: u64 = membership.fold(0, &stop, || 0, count).unwrap().into_iter().sum();
    assert_eq!((classes, membership.members()), (0, 0));
}

#[test]
fn bits_of_many_masks_are_counted_as_those_of_few() {
    let mut draws = Draws(3);
    for number in [0, 1, 15, 16, 17, 254, 255, 256, 600] {
        for bits in [1, 7, 8, 9, 50, 64] {
            let mask = |draws: &mut Draws| {
                (u64::from(draws.below(u32::MAX)) << 32 | u64::from(draws.below(u32::MAX))) & (u64::MAX >> (64 - bits))
            };
            let masks: Vec<u64> = (0..number).map(|_| mask(&mut draws)).collect();
            let (mut found, mut expected) = (vec![0; 64], vec![0; 64]);
            fields::count_bits(&mut masks.iter().copied(), bits, |value, holders| found[value] += holders);
            for &mask in &masks {
                set_bits(mask).for_each(|value| expected[value as usize] += 1);
            }
            assert_eq!(found, expected, "{number} masks of {bits} bits");
            let few = fields::digits(&masks).map(Iterator::collect::<Vec<_>>);
            let occurring =
                (0..).zip(&expected).filter(|(_, holders)| **holders > 0).map(|(value, &holders)| (value, holders));
            assert_eq!(few, (number < 16).then(|| occurring.collect()), "{number} masks of {bits} bits");
        }
    }
}
