//! The fast ways of counting classes on two sides against the obvious one.

mod oracle;

use proptest::prelude::*;

use super::*;
use crate::table::{Codes, Column, SubjectCodes, lattice};
use crate::tries::tries_of_slow;

/// Every way of counting is forced in turn by limits that fit small tables.
const TUNINGS: [Tuning; 9] = [
    tuning(1 << 20, 1 << 20, 14, 0, 1 << 64),
    tuning(0, 1 << 20, 14, 0, 1 << 64),
    tuning(0, 1 << 20, 2, 0, 1 << 64),
    tuning(0, 1 << 20, 0, 0, 1 << 64),
    tuning(0, 0, 0, 0, 1 << 64),
    tuning(0, 0, 0, 3, 1 << 64),
    tuning(1 << 20, 1 << 20, 4, 2, 6),
    tuning(0, 30, 3, 2, 1),
    tuning(12, 200, 3, 2, 1 << 64),
];

const fn tuning(
    direct_cells: u64,
    range_cells: u64,
    partition_bits: u32,
    hash_bits: u32,
    most_numbers: u128,
) -> Tuning {
    Tuning { direct_cells, range_cells: (u64::MAX >> 32, range_cells), partition_bits, hash_bits, most_numbers }
}

/// What both sides know of a column.
#[derive(Debug, Clone, Copy)]
struct Shape {
    cardinality: u32,
    missing: Option<u32>,
}

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let cardinality = prop_oneof![1_u32..4, 1_u32..40];
    let shape = cardinality.prop_flat_map(|cardinality| {
        prop::option::of(0..cardinality).prop_map(move |missing| Shape { cardinality, missing })
    });
    prop::collection::vec(shape, 1..=5)
}

/// One side: for each column codes, constant within subjects or not.
fn table(shapes: Vec<Shape>) -> impl Strategy<Value = Table> {
    (0_usize..60, 1_u32..20, any::<bool>()).prop_flat_map(move |(records, subjects, declared)| {
        let shapes = shapes.clone();
        let columns: Vec<_> = shapes
            .iter()
            .map(|shape| (prop::collection::vec(0..shape.cardinality, records.max(20)), any::<bool>()))
            .collect();
        let missing = prop::option::of(0..subjects);
        let subject = prop::collection::vec(0..subjects, records);
        (columns, subject, missing).prop_map(move |(columns, subject, missing)| {
            let columns = columns.into_iter().zip(&shapes).map(|((values, constant), shape)| {
                let value = |record: usize| values[if constant { subject[record] as usize } else { record }];
                Column {
                    name: String::new(),
                    codes: Codes::from_codes(shape.cardinality as usize, (0..subject.len()).map(value)),
                    cardinality: shape.cardinality,
                    missing: shape.missing,
                }
            });
            let columns = columns.collect();
            let codes = Codes::from_codes(subjects as usize, subject.iter().copied());
            let of_records = SubjectCodes { codes, cardinality: subjects, missing };
            Table::new(columns, declared.then_some(of_records), subject.len()).unwrap()
        })
    })
}

fn sides() -> impl Strategy<Value = (Table, Table)> {
    shapes().prop_flat_map(|shapes| (table(shapes.clone()), table(shapes)))
}

fn sets_of(table: &Table) -> Vec<ColumnSet> {
    lattice(table.columns().len(), table.columns().len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries_of_slow(4000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_fast_way_counts_like_brute_force((ours, theirs) in sides()) {
        let sets = sets_of(&ours);
        let stop = Stop::default();
        let expected: Vec<LinkedCounts> = sets.iter().map(|set| oracle::count_set(&ours, &theirs, set)).collect();
        prop_assert_eq!(&linked_counts(&ours, &theirs, &sets, &stop).unwrap(), &expected);
        for tuning in TUNINGS {
            let counted = count_with(&ours, &theirs, &sets, tuning, &stop).unwrap();
            prop_assert_eq!(&counted, &expected, "{:?}", tuning);
        }
    }

    #[test]
    fn sole_partners_are_those_of_brute_force((ours, theirs) in sides()) {
        for set in sets_of(&ours) {
            let expected = oracle::sole_partners(&ours, &theirs, &set);
            prop_assert_eq!(sole_partners(&ours, &theirs, &set, &Stop::default()).unwrap(), expected);
        }
    }
}

/// Tables larger than several blocks and parts, with codes of all three widths, that share most but not all values.
fn large_table(records: u32, subjects: Option<u32>, offset: u32) -> Table {
    let mix = |record: u32, salt: u32| {
        let mixed = record.wrapping_add(salt).wrapping_mul(2_654_435_761).rotate_left(salt);
        (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d) >> 7
    };
    let subject = |record: u32| subjects.map_or(record, |subjects| mix(record, 11) % subjects);
    let column = |salt: u32, cardinality: u32, constant: bool| {
        let unit = move |record| if constant { subject(record) } else { record };
        let code =
            move |record| (mix(unit(record).wrapping_add(offset), salt) % cardinality).saturating_sub(offset % 7);
        Column {
            name: String::new(),
            codes: Codes::from_codes(cardinality as usize, (0..records).map(code)),
            cardinality,
            missing: (salt == 3).then_some(5),
        }
    };
    let subjects = subjects.map(|cardinality| SubjectCodes {
        codes: Codes::from_codes(cardinality as usize, (0..records).map(subject)),
        cardinality,
        missing: None,
    });
    let columns = vec![column(1, 3, true), column(2, 70_000, false), column(3, 300, true), column(4, 17, false)];
    Table::new(columns, subjects, records as usize).unwrap()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn parts_blocks_and_partitions_join_without_a_seam() {
    for (our_subjects, their_subjects) in [(None, None), (Some(40), Some(9_000)), (Some(9_000), None)] {
        let ours = large_table(50_000, our_subjects, 0);
        let theirs = large_table(70_000, their_subjects, 3);
        let sets = sets_of(&ours);
        let expected: Vec<LinkedCounts> = sets.iter().map(|set| oracle::count_set(&ours, &theirs, set)).collect();
        assert!(expected.iter().any(|counts| counts.classes.len() > 1), "the sides share values");
        let full = sets.last().unwrap();
        let partners = oracle::sole_partners(&ours, &theirs, full);
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let told = format!("{threads} threads, subjects {our_subjects:?} and {their_subjects:?}");
            for tuning in
                [Tuning::for_tables(&ours, &theirs), tuning(0, 0, 10, 4, 1 << 64), tuning(0, 1 << 20, 10, 4, 900)]
            {
                let counted = pool.install(|| count_with(&ours, &theirs, &sets, tuning, &Stop::default()).unwrap());
                assert!(counted == expected, "{told}, {tuning:?}");
            }
            let found = pool.install(|| sole_partners(&ours, &theirs, full, &Stop::default()).unwrap());
            assert!(found == partners, "{told}");
        }
    }
}

#[test]
fn counting_ends_when_told_to() {
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let table = large_table(5_000, Some(40), 0);
    assert_eq!(linked_counts(&table, &table, &sets_of(&table), &stop), Err(StopReason::Timeout));
    assert_eq!(sole_partners(&table, &table, &sets_of(&table)[0], &stop), Err(StopReason::Timeout));
}

fn column(codes: Vec<u8>, missing: Option<u32>) -> Column {
    Column { name: String::new(), codes: Codes::U8(codes.into()), cardinality: 6, missing }
}

#[test]
fn a_subject_takes_its_record_with_the_fewest_matches() {
    let subjects = SubjectCodes { codes: Codes::U8(vec![0, 0, 0, 1].into()), cardinality: 2, missing: None };
    let ours = Table::new(vec![column(vec![0, 1, 2, 1], None)], Some(subjects), 4).unwrap();
    // Value 0 is held by nobody of theirs, 1 by one row, 2 by three.
    let theirs = Table::new(vec![column(vec![1, 2, 2, 2, 3], None)], None, 5).unwrap();
    let counts = linked_counts(&ours, &theirs, &[ColumnSet::new([0])], &Stop::default()).unwrap();
    assert_eq!(counts[0].subjects, [LinkedSubjects { ours: 2, theirs: 1, subjects: 2 }]);
    let class = |ours, theirs, records| LinkedClasses { ours, theirs, classes: 1, records };
    assert_eq!(counts[0].classes, [class(2, 1, 2), class(1, 3, 1)]);
    assert!(counts[0].only_theirs);
}

#[test]
fn a_missing_cell_matches_nobody_not_even_a_missing_one() {
    let ours = Table::new(vec![column(vec![0, 5], Some(5))], None, 2).unwrap();
    let counts = linked_counts(&ours, &ours, &[ColumnSet::new([0])], &Stop::default()).unwrap();
    assert_eq!(counts[0].subjects, [LinkedSubjects { ours: 1, theirs: 1, subjects: 1 }]);
    assert!(!counts[0].only_theirs, "a missing cell is no class of its own");
}
