//! The fast way against difference sets.

use proptest::prelude::*;

use super::*;
use crate::table::test::{oracle, tables, within_threads};
use crate::tries::tries;

const NARROW: CubeLimits = CubeLimits { cells: 0, batch_bytes: 1 };
const WIDE: CubeLimits = CubeLimits { cells: 1 << 12, batch_bytes: 1 << 19 };

/// Every way is forced in turn by limits that fit small tables.
const TUNINGS: [MinimalTuning; 4] = [
    MinimalTuning { dense_cells: 1 << 12, cubes: WIDE, cells: 1 << 20 },
    MinimalTuning { dense_cells: 0, cubes: NARROW, cells: 1 << 20 },
    MinimalTuning { dense_cells: 0, cubes: NARROW, cells: 0 },
    MinimalTuning { dense_cells: 40, cubes: NARROW, cells: 6 },
];

fn counts_of(counts: &MinimalCounts, members: usize) -> Vec<Vec<u16>> {
    (0..members).map(|member| (1..=counts.sizes()).map(|size| counts.of(member, size)).collect()).collect()
}

fn by_size(sets: &[Vec<usize>], sizes: usize) -> Vec<u16> {
    (1..=sizes).map(|size| u16::try_from(sets.iter().filter(|set| set.len() == size).count()).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn minimal_sets_are_the_minimal_transversals_of_difference_sets(table in tables(), most in 1_usize..=6) {
        let most = most.min(table.columns().len());
        let of_records = oracle::minimal_sets_of_records(&table, most);
        let of_subjects = oracle::minimal_sets_of_subjects(&table, &of_records);
        let stop = Stop::default();
        for (tuning, threads) in TUNINGS.into_iter().zip([1, 2, 8].into_iter().cycle()) {
            let found = within_threads(threads, || minimal_with(&table, most, tuning, Watch::quiet(&stop)).unwrap());
            prop_assert_eq!(found.sets.len(), lattice(table.columns().len(), most).len());
            for minimal in &found.sets {
                let holds = |sets: &&Vec<Vec<usize>>| sets.iter().any(|set| set == minimal.set.columns());
                prop_assert_eq!(minimal.records, of_records.iter().filter(holds).count() as u64);
                prop_assert_eq!(minimal.subjects, of_subjects.iter().filter(holds).count() as u64);
            }
            let sizes = |sets: &[Vec<Vec<usize>>]| -> Vec<Vec<u16>> { sets.iter().map(|sets| by_size(sets, most)).collect() };
            prop_assert_eq!(counts_of(&found.of_records, table.records()), sizes(&of_records));
            prop_assert_eq!(found.of_subjects.is_some(), table.has_subjects());
            if let Some(counts) = &found.of_subjects {
                prop_assert_eq!(counts_of(counts, table.subjects()), sizes(&of_subjects));
            }
        }
        prop_assert_eq!(minimal_sets(&table, most, Watch::quiet(&stop)).unwrap().sets.len(), lattice(table.columns().len(), most).len());
    }
}

#[test]
fn more_classes_than_a_number_holds_are_told_apart() {
    // Six columns of 2^31 possible values: their product does not fit 64 bits.
    let wide = |codes: &[u32]| crate::table::Column {
        name: "c".to_owned(),
        codes: crate::table::Codes::U32(codes.to_vec().into()),
        cardinality: 1 << 31,
        missing: None,
    };
    let same = [0, 0, 0, 0, 1, 1, 1];
    let last = [5, 6, 5, 6, 5, 5, 7];
    let mut columns: Vec<_> = (0..5).map(|_| wide(&same)).collect();
    columns.push(wide(&last));
    let table = Table::new(columns, None, same.len()).unwrap();
    let set = ColumnSet::new(0..6);
    let mut narrow = wide(&same);
    narrow.cardinality = 2;
    let lead = Table::new(
        (0..6).map(|column| if column == 0 { narrow.clone() } else { table.columns()[column].clone() }).collect(),
        None,
        same.len(),
    )
    .unwrap();
    let view = View::new(&lead, 0, &[(0, &set)]);
    let found = newly_alone(&lead, &view, &set, &Members::Nobody, (2, 1 << 20), &Stop::default()).unwrap();
    let mut alone = Vec::new();
    found.each(same.len(), |record| alone.push(record));
    assert_eq!(alone, [6]);
}

#[test]
fn a_stopped_walk_says_why() {
    let column = crate::table::Column::new("c".to_owned(), crate::table::Codes::U8(vec![0, 1].into()), 2, None);
    let table = Table::new(vec![column], None, 2).unwrap();
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    assert_eq!(minimal_sets(&table, 1, Watch::quiet(&stop)), Err(StopReason::Timeout));
}
