//! The fast ways of counting against the obvious one.

use proptest::prelude::*;

use super::cell::{CrowdCell, FullCell, RecordCell};
use super::count::{Tuning, count_with};
use super::grouped::GroupLimits;
use super::*;
use crate::stop::{NoProgress, Stop, StopReason};

/// Every way of counting is forced in turn by limits that fit small tables.
const TUNINGS: [Tuning; 7] = [
    tuning(1 << 20, 1 << 20, 1 << 16, 1 << 20),
    tuning(1 << 20, 1 << 20, 1 << 16, 1),
    tuning(0, 1 << 20, 1 << 16, 1),
    tuning(0, 4, 1 << 16, 1),
    tuning(0, 4, 5, 1),
    tuning(0, 0, 1 << 16, 1),
    tuning(0, 0, 0, 1),
];

const fn tuning(dense_cells: usize, cells: usize, hashed_records: usize, batch_bytes: usize) -> Tuning {
    Tuning { dense_cells, groups: GroupLimits { cells, hashed_records }, batch_bytes }
}

fn tables() -> impl Strategy<Value = Table> {
    let shape = (1_usize..=6, 0_usize..60, 1_u32..20, any::<bool>());
    shape
        .prop_flat_map(|(columns, records, subjects, declared)| {
            let cardinality = prop_oneof![1_u32..4, 1_u32..40];
            let column = cardinality.prop_flat_map(move |c| (Just(c), prop::collection::vec(0..c, records)));
            let subject = prop::collection::vec(0..subjects, records);
            let missing = prop::option::of(0..subjects);
            (prop::collection::vec(column, columns), subject, missing, Just((subjects, declared)))
        })
        .prop_map(|(columns, subject, missing, (cardinality, declared))| {
            let records = subject.len();
            let columns = columns.into_iter().enumerate().map(|(number, (cardinality, codes))| Column {
                name: format!("c{number}"),
                codes: Codes::from_codes(cardinality as usize, codes.into_iter()),
                cardinality,
                missing: None,
            });
            let codes = Codes::from_codes(cardinality as usize, subject.into_iter());
            let subjects = declared.then_some(SubjectCodes { codes, cardinality, missing });
            Table::new(columns.collect(), subjects, records).unwrap()
        })
}

fn sets_of(table: &Table) -> Vec<ColumnSet> {
    lattice(table.columns().len(), table.columns().len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_fast_way_counts_like_brute_force(table in tables()) {
        let sets = sets_of(&table);
        let expected: Vec<SetCounts> = sets.iter().map(|set| oracle::count_set(&table, set)).collect();
        let (progress, stop) = (NoProgress, Stop::default());
        prop_assert_eq!(&count_sets(&table, &sets, &progress, &stop).unwrap(), &expected);
        for tuning in TUNINGS {
            let counted = if table.has_subjects() {
                count_with::<FullCell>(&table, &sets, tuning, &progress, &stop).unwrap()
            } else {
                count_with::<RecordCell>(&table, &sets, tuning, &progress, &stop).unwrap()
            };
            prop_assert_eq!(&counted, &expected, "{:?}", tuning);
            if table.has_subjects() {
                let histogram = count_with::<CrowdCell>(&table, &sets, tuning, &progress, &stop).unwrap();
                for (histogram, expected) in histogram.iter().zip(&expected) {
                    let sizes = |counts: &SetCounts| -> Vec<(u32, u64)> {
                        counts.sizes.iter().map(|size| (size.size, size.classes)).collect()
                    };
                    prop_assert_eq!(sizes(histogram), sizes(expected), "{:?}", tuning);
                }
            }
        }
    }
}

/// A table larger than several blocks and parts, with codes of all three widths.
fn large_table(subjects: Option<u32>) -> Table {
    let records = 50_000_u32;
    let mix = |record: u32, salt: u32| record.wrapping_add(salt).wrapping_mul(2_654_435_761).rotate_left(salt) >> 7;
    let column = |salt: u32, cardinality: u32| Column {
        name: format!("c{salt}"),
        codes: Codes::from_codes(cardinality as usize, (0..records).map(|record| mix(record, salt) % cardinality)),
        cardinality,
        missing: None,
    };
    let subjects = subjects.map(|cardinality| SubjectCodes {
        codes: Codes::from_codes(cardinality as usize, (0..records).map(|record| mix(record, 99) % cardinality)),
        cardinality,
        missing: None,
    });
    let columns = vec![column(1, 3), column(2, 70_000), column(3, 300), column(4, 17)];
    Table::new(columns, subjects, records as usize).unwrap()
}

#[test]
fn parts_and_blocks_join_without_a_seam() {
    for subjects in [None, Some(40), Some(9_000)] {
        let table = large_table(subjects);
        let sets = sets_of(&table);
        let expected: Vec<SetCounts> = sets.iter().map(|set| oracle::count_set(&table, set)).collect();
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let counted = pool.install(|| count_sets(&table, &sets, &NoProgress, &Stop::default()).unwrap());
            assert!(counted == expected, "{threads} threads, subjects {subjects:?}");
            let one = pool.install(|| count_sets(&table, &sets[..1], &NoProgress, &Stop::default()).unwrap());
            assert!(one[..] == expected[..1], "{threads} threads, one set, subjects {subjects:?}");
        }
    }
}

#[test]
fn counting_ends_when_told_to() {
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let table = large_table(Some(40));
    assert_eq!(count_sets(&table, &sets_of(&table), &NoProgress, &stop), Err(StopReason::Timeout));
}

#[test]
fn the_worked_table_of_the_module_page() {
    let column =
        |codes: Vec<u8>| Column { name: String::new(), codes: Codes::U8(codes), cardinality: 3, missing: None };
    let columns = vec![column(vec![0, 1, 0, 1, 1, 1]), column(vec![0, 1, 0, 0, 0, 2])];
    let subjects = SubjectCodes { codes: Codes::U8(vec![0, 0, 1, 2, 2, 2]), cardinality: 3, missing: None };
    let table = Table::new(columns, Some(subjects), 6).unwrap();
    let sets = [ColumnSet::new([0]), ColumnSet::new([0, 1])];
    let counts = count_sets(&table, &sets, &NoProgress, &Stop::default()).unwrap();
    assert_eq!(counts[0].sizes, [SizeCount { size: 2, classes: 2, records: 6 }]);
    let sizes = [SizeCount { size: 1, classes: 3, records: 4 }, SizeCount { size: 2, classes: 1, records: 2 }];
    assert_eq!(counts[1].sizes, sizes);
    assert_eq!(counts[1].subjects_by_smallest, [(1, 2), (2, 1)]);
    assert_eq!(counts[1].record_pairs, 4);
}
