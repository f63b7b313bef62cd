//! What must hold for every extract.

use super::sampling::many_subjects;
use super::*;
use crate::tries::tries;

fn shares(value: &Unicity, cohort: Cohort) -> Vec<f64> {
    let curve = value.curves.iter().find(|curve| curve.cohort == cohort).unwrap();
    curve.results.iter().filter_map(|result| result.share).collect()
}

/// The same records in another order, so that subjects and values are numbered anew.
pub(super) fn shuffled(records: &[PlainRecord], seed: u64) -> Vec<PlainRecord> {
    let mut numbered: Vec<(u64, &PlainRecord)> = (0..).map(|place| mix(seed, place)).zip(records).collect();
    numbered.sort_by_key(|(priority, _)| *priority);
    let mut subjects: BTreeMap<u32, u32> = BTreeMap::new();
    numbered
        .into_iter()
        .map(|(_, (subject, cells))| {
            let next = u32::try_from(subjects.len()).unwrap();
            (*subjects.entry(*subject).or_insert(next), cells.clone())
        })
        .collect()
}

fn every_attacker() -> Point {
    let mut point = Point::new([0, 1]);
    point.attackers = vec![Attacker::Uniform, Attacker::Rarest, Attacker::Frequent, Attacker::Consecutive];
    point.order = Some(0);
    point.cohorts = vec![Cohort::Fixed, Cohort::Eligible, Cohort::UseAll];
    point
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_known_points_never_make_a_fixed_cohort_less_unique((records, columns) in small_tables(), sampled in any::<bool>()) {
        let (table, values) = table_of(&records, columns);
        let mut settings = settings_of(&values, Point::new(0..columns));
        settings.draws = 3;
        if sampled {
            settings.work_limit = 0;
        }
        if let Outcome::Measured { value, .. } = outcome(&table, &settings) {
            let shares = shares(&value, Cohort::Fixed);
            // One known point is always exact, so the draws are compared among themselves.
            let shares = &shares[usize::from(sampled).min(shares.len())..];
            prop_assert!(shares.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12), "{:?}", shares);
        }
    }

    #[test]
    fn coarser_values_never_single_out_more_by_the_same_points((records, columns) in small_tables(), divisor in 2_i64..4) {
        let coarser = |cells: &[Option<i64>]| cells.iter().map(|cell| cell.map(|cell| cell / divisor)).collect();
        let coarse: Vec<PlainRecord> = records.iter().map(|(subject, cells)| (*subject, coarser(cells))).collect();
        let all: Vec<usize> = (0..columns).collect();
        let (fine, coarse) = (plain_subjects(&records, &all, None), plain_subjects(&coarse, &all, None));
        let windows = vec![None; columns];
        for subject in &fine {
            let points = oracle::trace(subject);
            for known in 1..=points.len().min(3) {
                for choice in oracle::choices(&points, known) {
                    let coarse_points: Vec<Vec<i64>> =
                        choice.iter().map(|point| point.iter().map(|cell| cell / divisor).collect()).collect();
                    let coarse_choice: Vec<&Vec<i64>> = coarse_points.iter().collect();
                    prop_assert!(oracle::matches(&coarse, &coarse_choice, &windows) >= oracle::matches(&fine, &choice, &windows));
                }
            }
        }
    }

    #[test]
    fn a_larger_bound_on_matches_never_singles_out_fewer((records, columns) in small_tables()) {
        let (table, values) = table_of(&records, columns);
        let at = |crowd_below: u32| {
            let mut point = Point::new(0..columns);
            point.crowd_below = crowd_below;
            outcome(&table, &settings_of(&values, point))
        };
        if let (Outcome::Measured { value: two, .. }, Outcome::Measured { value: three, .. }) = (at(2), at(3)) {
            for (two, three) in shares(&two, Cohort::Eligible).iter().zip(shares(&three, Cohort::Eligible)) {
                prop_assert!(*two <= three + 1e-12);
            }
        }
    }

    #[test]
    fn the_order_of_records_changes_nothing((records, columns) in small_tables(), seed in any::<u64>(), sampled in any::<bool>()) {
        let measured = |records: &[PlainRecord]| {
            let (table, values) = table_of(records, columns);
            let mut point = Point::new(0..columns);
            point.attackers = every_attacker().attackers;
            point.order = Some(0);
            let mut settings = settings_of(&values, point);
            settings.draws = 3;
            if sampled {
                settings.work_limit = 0;
            }
            outcome(&table, &settings)
        };
        prop_assert_eq!(measured(&records), measured(&shuffled(&records, seed)));
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn threads_and_order_change_nothing_on_a_larger_extract() {
    let records = many_subjects(2_000, 30);
    for work_limit in [0, 3_000_000, 500_000_000] {
        let measured = |records: &[PlainRecord], threads: usize| {
            let (table, values) = table_of(records, 2);
            let mut settings = settings_of(&values, every_attacker());
            settings.draws = 200;
            settings.work_limit = work_limit;
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| outcome(&table, &settings))
        };
        let one = measured(&records, 1);
        assert_eq!(one, measured(&records, 2));
        assert_eq!(one, measured(&shuffled(&records, 5), 8));
    }
}

#[test]
fn wide_columns_are_numbered_like_narrow_ones() {
    // Three columns of 3,000 values each: their product is far beyond the number of records.
    let records: Vec<PlainRecord> = (0..9_000_u32)
        .map(|record| {
            let cell = |salt: u64| Some(i64::try_from(mix(u64::from(record / 3), salt) % 3_000).unwrap());
            (record % 700, vec![cell(1), cell(2), cell(3)])
        })
        .collect();
    let (table, values) = table_of(&records, 3);
    let joined: Vec<PlainRecord> = records
        .iter()
        .map(|(subject, cells)| (*subject, vec![Some(cells.iter().flatten().fold(0, |key, cell| key * 3_000 + cell))]))
        .collect();
    let (joined_table, joined_values) = table_of(&joined, 1);
    let wide = measured(&table, &settings_of(&values, Point::new([0, 1, 2])));
    let narrow = measured(&joined_table, &settings_of(&joined_values, Point::new([0])));
    assert_eq!(wide.curves[0].points, narrow.curves[0].points);
    assert_eq!(wide.curves[1].results, narrow.curves[1].results);
}
