//! The removal against the obvious way, and its laws, on thousands of random tables.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{ClassLimits, Stop, Table, lattice, too_exposed};
use crate::table::test::tables;
use crate::table::{Codes, Column, ColumnSet, SubjectCodes, oracle};
use crate::tries::tries;

fn limits() -> impl Strategy<Value = ClassLimits> {
    let least = || prop_oneof![Just(0_u32), 2_u32..5];
    (least(), least(), least(), 1_usize..4).prop_map(|(fixed, full, subsets, max_set)| ClassLimits {
        fixed,
        full,
        subsets,
        max_set,
    })
}

/// Every set that a limit speaks of, written out.
fn sets(table: &Table, limits: &ClassLimits) -> Vec<(ColumnSet, u32)> {
    let columns = table.columns().len();
    let fixed = (0..columns).filter(|&column| table.is_static(column));
    let unclear = (0..columns).filter(|&column| table.is_static(column) || table.is_unclear(column));
    let mut sets = vec![
        (ColumnSet::new(0..columns), limits.full),
        (ColumnSet::new(fixed), limits.fixed),
        (ColumnSet::new(unclear), limits.fixed),
    ];
    let smaller = lattice(columns, limits.max_set).into_iter().filter(|set| set.len() < columns);
    sets.extend(smaller.map(|set| (set, limits.subsets)));
    sets.into_iter().filter(|(set, least)| !set.is_empty() && *least > 1).collect()
}

/// Lets subjects of small classes go until there is no small class.
fn slow(table: &Table, limits: &ClassLimits) -> Vec<bool> {
    let mut gone = vec![false; table.subjects()];
    loop {
        let before = gone.clone();
        for (set, least) in sets(table, limits) {
            let mut classes: BTreeMap<Vec<u32>, BTreeSet<u32>> = BTreeMap::new();
            for record in 0..table.records() {
                let subject = table.subject_of(record);
                if !before[subject as usize] {
                    let key = set.columns().iter().map(|&column| table.columns()[column].value_of(record)).collect();
                    classes.entry(key).or_default().insert(subject);
                }
            }
            for subject in classes.into_values().filter(|class| class.len() < least as usize).flatten() {
                gone[subject as usize] = true;
            }
        }
        if gone == before {
            return gone;
        }
    }
}

fn removed(table: &Table, limits: &ClassLimits) -> Vec<bool> {
    too_exposed(table, limits, u64::MAX, &Stop::default()).unwrap().unwrap()
}

/// The same records, their subjects numbered the other way round and the records of each in the other order.
fn turned(table: &Table) -> Table {
    let columns = table.columns().iter().map(|column| {
        let codes: Vec<u32> = column.values().collect();
        let codes = Codes::from_codes(column.cardinality as usize, codes.into_iter().rev());
        Column::new(column.name.clone(), codes, column.cardinality, column.missing)
    });
    let subjects = table.subject_of_record().map(|subjects| {
        let last = u32::try_from(table.subjects()).unwrap().saturating_sub(1);
        let codes = subjects.iter().rev().map(|subject| last - subject);
        SubjectCodes { codes: Codes::from_codes(table.subjects(), codes), cardinality: last + 1, missing: None }
    });
    Table::new(columns.collect(), subjects, table.records()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(3_000)))]

    #[test]
    fn those_go_whom_the_slow_way_lets_go(table in tables(), limits in limits()) {
        prop_assert_eq!(removed(&table, &limits), slow(&table, &limits));
    }

    #[test]
    fn never_more_go_than_may_and_where_too_many_would_nobody_is_named(
        table in tables(), limits in limits(), most in 0_u64..20
    ) {
        let all = removed(&table, &limits).into_iter().filter(|gone| *gone).count() as u64;
        let found = too_exposed(&table, &limits, most, &Stop::default()).unwrap();
        let count = found.as_ref().map(|gone| gone.iter().filter(|gone| **gone).count() as u64);
        prop_assert_eq!(count, (all <= most).then_some(all));
    }

    #[test]
    fn of_those_who_stay_every_class_is_large_enough(table in tables(), limits in limits()) {
        let left = table.without_subjects(&removed(&table, &limits));
        // Sets as they were: who goes may make a column static, which the caller looks at again.
        for (set, least) in sets(&table, &limits) {
            let sizes = oracle::count_set(&left, &set).sizes;
            prop_assert!(sizes.iter().all(|size| size.size >= least), "{:?} {:?}", set, sizes);
        }
    }

    #[test]
    fn neither_order_nor_numbers_play_a_part(table in tables(), limits in limits()) {
        let mut other = removed(&turned(&table), &limits);
        other.reverse();
        prop_assert_eq!(removed(&table, &limits), other);
    }

    /// Subjects with the same records: all or none.
    #[test]
    fn of_subjects_with_the_same_records_all_go_or_none(table in tables(), limits in limits()) {
        let gone = removed(&table, &limits);
        let mut alike: BTreeMap<Vec<Vec<u32>>, BTreeSet<bool>> = BTreeMap::new();
        for (subject, gone) in (0_u32..).zip(gone) {
            let record = |record| table.columns().iter().map(|column| column.value_of(record)).collect();
            let mut records: Vec<Vec<u32>> = table.records_of(subject).map(record).collect();
            records.sort();
            alike.entry(records).or_default().insert(gone);
        }
        prop_assert!(alike.values().all(|fates| fates.len() == 1));
    }

    #[test]
    fn a_table_without_some_subjects_is_the_table_of_the_others(table in tables(), bits in any::<u64>()) {
        let gone: Vec<bool> = (0..table.subjects()).map(|subject| bits >> (subject % 64) & 1 == 1).collect();
        let left = table.without_subjects(&gone);
        let stays: Vec<usize> =
            (0..table.records()).filter(|&record| !gone[table.subject_of(record) as usize]).collect();
        let columns = table.columns().iter().map(|column| {
            let codes: Vec<u32> = stays.iter().map(|&record| column.value_of(record)).collect();
            let codes = Codes::from_codes(column.cardinality as usize, codes.into_iter());
            Column::new(column.name.clone(), codes, column.cardinality, column.missing)
        });
        let subjects = table.subject_of_record().map(|subjects| {
            let codes = stays.iter().map(|&record| subjects[record]);
            let cardinality = u32::try_from(table.subjects()).unwrap();
            SubjectCodes { codes: Codes::from_codes(table.subjects(), codes), cardinality, missing: None }
        });
        let expected = Table::new(columns.collect(), subjects, stays.len()).unwrap();
        prop_assert_eq!(left.columns(), expected.columns());
        prop_assert_eq!(left.subject_of_record(), expected.subject_of_record());
        prop_assert_eq!((left.records(), left.subjects()), (expected.records(), expected.subjects()));
        for column in 0..left.columns().len() {
            prop_assert_eq!(left.variability(column), expected.variability(column));
        }
    }
}
