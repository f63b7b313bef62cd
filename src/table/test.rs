//! The fast ways of counting against the obvious one.

pub(crate) mod oracle;

use std::sync::{Arc, OnceLock};

use proptest::prelude::*;

use super::cell::{FullCell, RecordCell, SubjectCell};
use super::count::{Tuning, count_with};
use super::cubes::CubeLimits;
use super::grouped::GroupLimits;
use super::repeats::RepeatLimits;
use super::*;
use crate::stop::{Stop, StopReason, Watch};
use crate::tries::{tries, tries_of_slow};

/// Every way of counting is forced in turn by limits that fit small tables.
const TUNINGS: [Tuning; 13] = [
    tuning(1 << 20, 1 << 20, 1 << 16, 1 << 20),
    tuning(1 << 20, 1 << 20, 1 << 16, 1),
    tuning(0, 1 << 20, 1 << 16, 1),
    tuning(0, 4, 1 << 16, 1),
    tuning(0, 4, 5, 1),
    tuning(0, 0, 1 << 16, 1),
    tuning(0, 0, 0, 1),
    // Records are counted in cubes, and repeats are taken off: all sets, in many rounds, and in cells that threads share.
    taking_off_repeats(1 << 20, 1 << 20, 1 << 20),
    taking_off_repeats(50, 200, 30),
    taking_off_repeats(0, 1 << 20, 0),
    // Repeats are listed for groups: alone, beside rounds in cells, and with groups of too many cells among them.
    listing_repeats(0, 1 << 20),
    listing_repeats(6, 1 << 20),
    listing_repeats(0, 5),
];

const fn tuning(dense_cells: usize, cells: usize, hashed_records: usize, batch_bytes: usize) -> Tuning {
    Tuning {
        dense_cells,
        groups: GroupLimits { cells, hashed_records },
        repeats: RepeatLimits { saved: 0.0, ..RepeatLimits::DEFAULT },
        cubes: CubeLimits { cells: batch_bytes, batch_bytes },
    }
}

const fn taking_off_repeats(cube_cells: usize, round_cells: usize, own_cells: usize) -> Tuning {
    let always =
        RepeatLimits { saved: 1e9, repeat: 0.0, pair: (0.0, 0.0), cells: round_cells, own_cells, listed: (0.0, 50) };
    let cubes = CubeLimits { cells: cube_cells, batch_bytes: 1 << 10 };
    Tuning { dense_cells: 1 << 20, repeats: always, cubes, ..tuning(0, 1 << 20, 1 << 16, 0) }
}

const fn listing_repeats(dense_cells: usize, cells: usize) -> Tuning {
    let always = RepeatLimits { listed: (1e9, 1), ..taking_off_repeats(1 << 20, 1 << 20, 30).repeats };
    Tuning { repeats: always, ..tuning(dense_cells, cells, 1 << 16, 1 << 10) }
}

pub(in crate::table) fn tables() -> impl Strategy<Value = Table> {
    let shape = (1_usize..=6, 0_usize..60, 1_u32..20, any::<bool>());
    shape
        .prop_flat_map(|(columns, records, subjects, declared)| {
            let cardinality = prop_oneof![1_u32..4, 1_u32..40];
            let column = cardinality
                .prop_flat_map(move |c| (Just(c), prop::option::of(0..c), prop::collection::vec(0..c, records)));
            let subject = prop::collection::vec(0..subjects, records);
            let missing = prop::option::of(0..subjects);
            (prop::collection::vec(column, columns), subject, missing, Just((subjects, declared)))
        })
        .prop_map(|(columns, subject, missing, (cardinality, declared))| {
            let records = subject.len();
            let columns = columns.into_iter().enumerate().map(|(number, (cardinality, missing, codes))| Column {
                name: format!("c{number}"),
                codes: Codes::from_codes(cardinality as usize, codes.into_iter()),
                cardinality,
                missing,
            });
            let codes = Codes::from_codes(cardinality as usize, subject.into_iter());
            let subjects = declared.then_some(SubjectCodes { codes, cardinality, missing });
            Table::new(columns.collect(), subjects, records).unwrap()
        })
}

/// The same records, of whose columns the first is sensitive and the second, if there are three, a weight.
fn with_attributes(table: &Table) -> Table {
    let mut columns = table.columns().to_vec();
    let mut attributes = Attributes { sensitive: vec![columns.remove(0)], ..Attributes::default() };
    if columns.len() > 1 {
        attributes.weights.push(Weight { column: columns.remove(0), numbers: None, decimals: 0 });
    }
    let subjects = table.subject_of_record().map(|subjects| SubjectCodes {
        codes: Codes::U32(subjects.to_vec().into()),
        cardinality: u32::try_from(table.subjects()).unwrap(),
        missing: None,
    });
    Table::with_attributes(columns, attributes, subjects, table.records()).unwrap()
}

/// Runs `work` on so many threads; the pools are made once.
pub(in crate::table) fn within_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    static POOLS: OnceLock<[rayon::ThreadPool; 3]> = OnceLock::new();
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let pools = POOLS.get_or_init(|| [1, 2, 8].map(pool));
    pools.iter().find(|pool| pool.current_num_threads() == threads).unwrap().install(work)
}

fn sets_of(table: &Table) -> Vec<ColumnSet> {
    lattice(table.columns().len(), table.columns().len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries_of_slow(5000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_fast_way_counts_like_brute_force(table in tables()) {
        let sets = sets_of(&table);
        let expected: Vec<SetCounts> = sets.iter().map(|set| oracle::count_set(&table, set)).collect();
        let stop = Stop::default();
        prop_assert_eq!(&count_sets(&table, &sets, Watch::quiet(&stop)).unwrap(), &expected);
        for tuning in TUNINGS {
            let counted = if table.has_subjects() {
                count_with::<FullCell>(&table, &sets, tuning, Watch::quiet(&stop)).unwrap()
            } else {
                count_with::<RecordCell>(&table, &sets, tuning, Watch::quiet(&stop)).unwrap()
            };
            prop_assert_eq!(&counted, &expected, "{:?}", tuning);
            if table.has_subjects() {
                let histogram = count_with::<SubjectCell>(&table, &sets, tuning, Watch::quiet(&stop)).unwrap();
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

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(2500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_histogram_of_a_class_is_that_of_brute_force(table in tables()) {
        let stop = Stop::default();
        // Every set with one column in turn, which is part of the set in some cases and not in others.
        for (set, column) in lattice(table.columns().len(), 3).iter().zip(table.columns().iter().cycle()) {
            let counted = class_values(&table, set, column, &stop).unwrap();
            let mut classes: Vec<_> =
                counted.classes().map(|class| (class.subjects, class.records, class.values.to_vec())).collect();
            classes.sort_unstable();
            prop_assert_eq!(classes, oracle::class_values(&table, set, column));
        }
    }

    #[test]
    fn the_smallest_class_of_each_record_is_that_of_brute_force(table in tables()) {
        let sets = lattice(table.columns().len(), 3);
        let of_each: Vec<Vec<u32>> = sets.iter().map(|set| oracle::classes_of_records(&table, set)).collect();
        for (set, expected) in sets.iter().zip(&of_each) {
            prop_assert_eq!(&classes_of_records(&table, set), expected);
        }
        let least = |record: usize| of_each.iter().map(|sizes| sizes[record]).min();
        let expected: Option<Vec<u32>> = (0..table.records()).map(least).collect();
        let counted = smallest_classes(&table, &sets, Watch::quiet(&Stop::default())).unwrap();
        prop_assert_eq!(Some(counted), expected);
    }

    #[test]
    fn who_holds_a_value_and_what_is_constant_is_as_brute_force_says(table in tables()) {
        for (place, column) in table.columns().iter().enumerate() {
            let (subjects, records) = oracle::holders(&table, column);
            prop_assert_eq!(table.subjects_by_value(place), subjects);
            prop_assert_eq!(column.records_by_value(), records);
            prop_assert_eq!(table.constant_per_subject(place), oracle::constant_per_subject(&table, column));
            prop_assert!(column.values().enumerate().all(|(record, value)| value == column.value_of(record)));
        }
    }

    #[test]
    fn who_shares_a_point_is_as_brute_force_says(table in tables(), split in 0_usize..6, bound in 1_u32..5) {
        let columns: Vec<usize> = (0..table.columns().len()).collect();
        let (event, attributes) = columns.split_at(split.clamp(1, columns.len()));
        let index = PointIndex::new(&table, &PointColumns { event, attributes, ..PointColumns::default() }, &Stop::default()).unwrap();
        let expected = oracle::points(&table, event, attributes);
        let mut lists: Vec<Vec<u32>> = (0..index.bound()).map(|point| index.subjects_at(point).to_vec()).collect();
        lists.retain(|list| !list.is_empty());
        lists.sort_unstable();
        let mut wanted: Vec<Vec<u32>> = expected.into_values().map(|list| list.into_iter().collect()).collect();
        wanted.sort_unstable();
        prop_assert_eq!(&lists, &wanted);
        let of_subject = |subject: u32, most: usize| {
            u32::try_from(wanted.iter().filter(|list| list.len() < most && list.contains(&subject)).count()).unwrap()
        };
        let subjects = u32::try_from(table.subjects()).unwrap();
        let sizes: Vec<u32> = (0..subjects).map(|subject| of_subject(subject, usize::MAX)).collect();
        let below: Vec<u32> = (0..subjects).map(|subject| of_subject(subject, bound as usize)).collect();
        prop_assert_eq!(index.trace_sizes(), sizes);
        prop_assert_eq!(index.points_below(bound), below);
    }

    #[test]
    fn weighted_classes_are_the_sums_of_who_is_in_them(table in tables(), salt in 1_i64..1000) {
        let weights: Vec<i64> = (1..).map(|place: i64| place * salt % 97).take(table.subjects()).collect();
        for set in sets_of(&table) {
            let cells = |record: usize| -> Vec<u32> {
                set.columns().iter().map(|&column| table.columns()[column].value_of(record)).collect()
            };
            let firsts: Vec<usize> = table.first_records().collect();
            let class = |record: &usize| {
                let same = firsts.iter().zip(&weights).filter(|(other, _)| cells(**other) == cells(*record));
                let sum = |(members, weight), (_, own): (&usize, &i64)| (members + 1, weight + i128::from(*own));
                let (members, weight) = same.fold((0, 0), sum);
                ClassWeight { members, weight }
            };
            let expected: Vec<ClassWeight> = firsts.iter().map(class).collect();
            prop_assert_eq!(weighted_classes(&table, &set, &weights), expected);
        }
    }

    #[test]
    fn what_a_table_carries_changes_no_class_and_keeps_its_records(table in tables()) {
        let carrying = with_attributes(&table);
        let carried: Vec<&Column> = carrying.sensitive().iter().chain(carrying.weights().iter().map(|weight| &weight.column)).collect();
        prop_assert_eq!(carried, table.columns().iter().take(1 + carrying.weights().len()).collect::<Vec<_>>());
        let first = 1 + carrying.weights().len();
        let moved = |set: &ColumnSet| ColumnSet::new(set.columns().iter().map(|column| column + first));
        let sets = sets_of(&carrying);
        let same: Vec<ColumnSet> = sets.iter().map(moved).collect();
        let stop = Stop::default();
        prop_assert_eq!(
            count_sets(&carrying, &sets, Watch::quiet(&stop)).unwrap(),
            count_sets(&table, &same, Watch::quiet(&stop)).unwrap()
        );
        prop_assert_eq!(carrying.bytes(), table.bytes());
    }
}

/// The records of a table in reverse order, from columns on a ground if one is given.
fn reversed(table: &Table, ground: Option<&Arc<dyn Ground>>) -> Table {
    let placed = |codes: &mut dyn Iterator<Item = u32>, cardinality: u32| {
        let mut all: Vec<u32> = codes.collect();
        all.reverse();
        let mut codes = Codes::from_codes(cardinality as usize, all.into_iter());
        if let Some(ground) = ground {
            codes.move_to(ground);
        }
        codes
    };
    let column = |column: &Column| Column { codes: placed(&mut column.values(), column.cardinality), ..column.clone() };
    let cardinality = u32::try_from(table.subjects()).unwrap();
    let subjects = table.subject_of_record().map(|subjects| {
        let codes = placed(&mut subjects.iter().copied(), cardinality);
        SubjectCodes { codes, cardinality, missing: cardinality.checked_sub(1).filter(|last| last % 3 == 0) }
    });
    Table::new(table.columns().iter().map(column).collect(), subjects, table.records()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(1000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_table_on_a_ground_is_that_of_memory_and_so_is_what_is_made_of_it(
        table in tables(),
        gone in prop::collection::vec(any::<bool>(), 64),
    ) {
        let (there, here) = (reversed(&table, Some(&Meadow::wide())), reversed(&table, None));
        prop_assert_eq!(&there, &here);
        let gone = &gone.iter().copied().cycle().take(here.subjects()).collect::<Vec<_>>();
        let persons: &Vec<u32> = &(0..here.subjects()).map(|subject| u32::try_from(subject / 2).unwrap()).collect();
        let recodings: &Vec<Recoding> = &(0..here.columns().len())
            .map(|column| {
                let old = here.columns()[column].cardinality;
                Recoding { column, map: (0..old).map(|code| code / 2).collect(), cardinality: old.div_ceil(2), missing: None }
            })
            .collect();
        let declared = &vec![None; here.columns().len()];
        let made = |table: &Table| {
            let recoded = table.clone().with_recoded(recodings);
            let (without, joined) = (table.without_subjects(gone), table.joined(persons));
            [table.clone().settled(declared), recoded, table.recoded(recodings), without, joined]
        };
        let sets = sets_of(&here);
        let stop = Stop::default();
        let counts = |table: &Table| count_sets(table, &sets, Watch::quiet(&stop)).unwrap();
        for (there, here) in made(&there).into_iter().zip(made(&here)) {
            prop_assert_eq!(&there, &here);
            prop_assert_eq!(there.bytes(), there.subject_starts.capacity() * 4);
            prop_assert!(there.columns().is_empty() || there.ground().is_some());
            prop_assert_eq!(counts(&there), counts(&here));
            let smallest = |table: &Table| smallest_classes(table, &sets, Watch::quiet(&stop));
            prop_assert_eq!(smallest(&there), smallest(&here));
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
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn parts_and_blocks_join_without_a_seam() {
    for subjects in [None, Some(40), Some(9_000)] {
        let table = large_table(subjects);
        let sets = sets_of(&table);
        let expected: Vec<SetCounts> = sets.iter().map(|set| oracle::count_set(&table, set)).collect();
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let counted = pool.install(|| count_sets(&table, &sets, Watch::quiet(&Stop::default())).unwrap());
            assert!(counted == expected, "{threads} threads, subjects {subjects:?}");
            let one = pool.install(|| count_sets(&table, &sets[..1], Watch::quiet(&Stop::default())).unwrap());
            assert!(one[..] == expected[..1], "{threads} threads, one set, subjects {subjects:?}");
            if subjects.is_some() {
                let tuning = taking_off_repeats(1 << 10, 1 << 14, 1 << 8);
                let counted =
                    pool.install(|| count_with::<FullCell>(&table, &sets, tuning, Watch::quiet(&Stop::default())));
                assert!(counted.unwrap() == expected, "{threads} threads, repeats taken off, subjects {subjects:?}");
            }
        }
    }
}

#[test]
fn counting_ends_when_told_to() {
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let table = large_table(Some(40));
    assert_eq!(count_sets(&table, &sets_of(&table), Watch::quiet(&stop)), Err(StopReason::Timeout));
}

#[test]
fn the_worked_table_of_the_module_page() {
    let column =
        |codes: Vec<u8>| Column { name: String::new(), codes: Codes::U8(codes.into()), cardinality: 3, missing: None };
    let columns = vec![column(vec![0, 1, 0, 1, 1, 1]), column(vec![0, 1, 0, 0, 0, 2])];
    let subjects = SubjectCodes { codes: Codes::U8(vec![0, 0, 1, 2, 2, 2].into()), cardinality: 3, missing: None };
    let table = Table::new(columns, Some(subjects), 6).unwrap();
    let sets = [ColumnSet::new([0]), ColumnSet::new([0, 1])];
    let counts = count_sets(&table, &sets, Watch::quiet(&Stop::default())).unwrap();
    assert_eq!(counts[0].sizes, [SizeCount { size: 2, classes: 2, records: 6 }]);
    let sizes = [SizeCount { size: 1, classes: 3, records: 4 }, SizeCount { size: 2, classes: 1, records: 2 }];
    assert_eq!(counts[1].sizes, sizes);
    assert_eq!(counts[1].subjects_by_smallest, [(1, 2), (2, 1)]);
    assert_eq!(counts[1].record_pairs, 4);
}

#[test]
fn a_sample_that_misses_all_repeats_costs_no_figure() {
    // Every other subject repeats itself, and only the others are looked at.
    let subjects: Vec<u32> =
        (0..8192).flat_map(|subject| vec![subject; if subject % 2 == 0 { 1 } else { 6 }]).collect();
    let records = subjects.len();
    let codes = |cardinality: u32| {
        subjects.iter().map(|subject| subject.wrapping_mul(2_654_435_761) >> 7 & (cardinality - 1)).collect()
    };
    let columns = [64, 128, 256]
        .map(|cardinality| Column::new("c".to_owned(), Codes::U32(codes(cardinality)), cardinality, None));
    let subject = SubjectCodes { codes: Codes::U32(subjects.clone().into()), cardinality: 8192, missing: None };
    let table = Table::new(columns.into(), Some(subject), records).unwrap();
    let sets = lattice(3, 3);
    let stop = Stop::default();
    for dense_cells in [0, 1 << 14] {
        let always = RepeatLimits { listed: (1e9, 50), ..listing_repeats(0, 0).repeats };
        let tuning = Tuning { dense_cells, repeats: always, ..listing_repeats(0, 1 << 20) };
        let counts = count_with::<FullCell>(&table, &sets, tuning, Watch::quiet(&stop)).unwrap();
        let expected: Vec<SetCounts> = sets.iter().map(|set| oracle::count_set(&table, set)).collect();
        assert_eq!(counts, expected);
    }
}
