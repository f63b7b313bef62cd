//! What limits are held against, against brute force; that its intervals hold the truth; and that nothing else moves it.

use super::oracle::{GapPoint, PlainGate};
use super::sampling::many_subjects;
use super::*;
use crate::measure::unicity::gate::{self, Effort};
use crate::result::GATED_KNOWN_POINTS;
use crate::tries::tries;

/// Tables of few subjects and values with many gaps, from no event at all to more than 4 points each.
fn gappy_tables() -> impl Strategy<Value = (Vec<PlainRecord>, usize)> {
    (1_usize..=3, 2_u32..6, 1_i64..6).prop_flat_map(|(columns, subjects, values)| {
        let cell = prop_oneof![3 => (0..values).prop_map(Some), 1 => Just(None)];
        let record = (0..subjects, prop::collection::vec(cell, columns));
        (prop::collection::vec(record, 2..30), Just(columns))
    })
}

fn by_subject(records: &[PlainRecord], columns: &[usize]) -> Vec<Vec<GapPoint>> {
    let mut subjects: BTreeMap<u32, Vec<GapPoint>> = BTreeMap::new();
    for (subject, cells) in records {
        subjects.entry(*subject).or_default().push(columns.iter().map(|&column| cells[column]).collect());
    }
    subjects.into_values().collect()
}

fn settings_with_gate(values: &[ColumnValues], columns: usize) -> Settings {
    Settings::new(values.to_vec(), vec![Point::new(0..columns)])
}

/// The gate of all columns; `None` where the measure has no figure at all.
fn gate_of(records: &[PlainRecord], columns: usize, change: impl Fn(&mut Settings)) -> Option<UnicityGate> {
    let (table, values) = table_of(records, columns);
    let mut settings = settings_with_gate(&values, columns);
    change(&mut settings);
    match outcome(&table, &settings) {
        Outcome::Measured { value, .. } => value.gates.into_iter().next(),
        Outcome::Undefined { .. } => None,
        Outcome::Incomplete { .. } => panic!("nothing is cut off"),
    }
}

/// The gate by draws alone, with an effort of its own and keys of its own, so that other draws are made.
fn drawn(records: &[PlainRecord], limits: &[f64], effort: Effort) -> UnicityGate {
    let (table, values) = table_of(records, 2);
    let mut settings = settings_with_gate(&values, 2);
    (settings.gate.work_limit, settings.gate.limits) = (0, limits.to_vec());
    let point = &settings.gate.points[0];
    let index = gate::index(&table, point, &Stop::default()).unwrap();
    gate::measure(&index, point, &settings, effort, &Stop::default()).unwrap()
}

fn assert_is(gate: &UnicityGate, expected: &PlainGate) {
    let near =
        |one: Option<f64>, other: Option<f64>| one.zip(other).map_or(one == other, |(one, other)| close(one, other));
    assert_eq!((gate.subjects, gate.subjects_active), (expected.subjects as u64, expected.active as u64));
    assert!(
        near(gate.share, expected.share) && near(gate.share_active, expected.share_active),
        "{gate:?} {expected:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(3000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_exact_gate_equals_brute_force((records, columns) in gappy_tables()) {
        let all: Vec<usize> = (0..columns).collect();
        let subjects = by_subject(&records, &all);
        match gate_of(&records, columns, |_| {}) {
            Some(gate) => {
                assert_is(&gate, &oracle::gate(&subjects));
                prop_assert_eq!(gate.method, UnicityMethod::Exact);
                prop_assert_eq!(gate.interval, gate.share.map(|share| [share; 2]));
                prop_assert_eq!(gate.subjects + gate.subjects_without_event, subjects.len() as u64);
            }
            None => prop_assert!(subjects.len() < 2 || oracle::gate(&subjects).subjects == 0),
        }
    }

    #[test]
    fn nobody_leaves_the_denominator_but_who_has_no_cell_left(
        (records, columns) in gappy_tables(),
        place in any::<prop::sample::Index>(),
        column in any::<prop::sample::Index>(),
    ) {
        let (place, column) = (place.index(records.len()), column.index(columns));
        let mut blanked = records.clone();
        blanked[place].1[column] = None;
        let subject = blanked[place].0;
        let is_left = blanked.iter().any(|(other, cells)| *other == subject && cells.iter().any(Option::is_some));
        if let (Some(before), Some(after)) = (gate_of(&records, columns, |_| {}), gate_of(&blanked, columns, |_| {})) {
            let had = records.iter().any(|(other, cells)| *other == subject && cells.iter().any(Option::is_some));
            prop_assert_eq!(after.subjects, before.subjects - u64::from(had && !is_left));
        }
    }

    #[test]
    fn coarser_cells_single_out_no_more_while_they_merge_no_points_of_one_subject(
        (records, columns) in gappy_tables(),
        divisor in 2_i64..4,
    ) {
        let coarser = |cells: &[Option<i64>]| cells.iter().map(|cell| cell.map(|cell| cell / divisor)).collect();
        let coarse: Vec<PlainRecord> = records.iter().map(|(subject, cells)| (*subject, coarser(cells))).collect();
        let all: Vec<usize> = (0..columns).collect();
        let sizes = |records: &[PlainRecord]| -> Vec<usize> {
            let distinct = |points: Vec<GapPoint>| points.into_iter().collect::<std::collections::BTreeSet<_>>().len();
            by_subject(records, &all).into_iter().map(distinct).collect()
        };
        if let (true, Some(fine), Some(coarse)) =
            (sizes(&records) == sizes(&coarse), gate_of(&records, columns, |_| {}), gate_of(&coarse, columns, |_| {}))
        {
            prop_assert!(coarse.share.unwrap_or(0.0) <= fine.share.unwrap_or(0.0) + 1e-12, "{:?} {:?}", fine, coarse);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_curves_are_asked_for_changes_a_gate(
        (records, columns) in gappy_tables(),
        seed in any::<u64>(),
        order in any::<u64>(),
        draws in 1_u32..50,
        highest in 1_u32..7,
        work_limit in prop_oneof![Just(0_u64), Just(500_000_000)],
        crowd_below in 2_u32..4,
        threads in 1_usize..4,
        span in 0_u64..3,
    ) {
        let plain = gate_of(&records, columns, |_| {});
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let other = pool.install(|| gate_of(&super::laws::shuffled(&records, order), columns, |settings| {
            (settings.seed, settings.draws, settings.work_limit) = (seed, draws, work_limit);
            settings.known_points = (1..=highest).collect();
            let point = &mut settings.points[0];
            point.attackers = vec![Attacker::Rarest, Attacker::Frequent, Attacker::Consecutive];
            point.cohorts = vec![Cohort::Eligible];
            point.crowd_below = crowd_below;
            point.order = Some(0);
            point.within = vec![Within { column: 0, tolerance: Tolerance::Absolute(span), label: String::new() }];
        }));
        prop_assert_eq!(plain, other);
    }
}

#[test]
fn a_gate_by_draws_is_the_same_for_any_order_threads_and_index() {
    let records = many_subjects(600, 4);
    let gate = |records: &[PlainRecord], threads: usize, seed: u64, shares_index: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let change = |settings: &mut Settings| {
            (settings.seed, settings.gate.work_limit, settings.gate.limits) = (seed, 0, vec![0.01]);
            settings.known_points = vec![1];
            if !shares_index {
                settings.points = vec![Point::new([0])];
            }
        };
        pool.install(|| gate_of(records, 2, change)).unwrap()
    };
    let one = gate(&records, 1, 1, true);
    assert_eq!(one.method, UnicityMethod::Sampled);
    assert_eq!(one, gate(&super::laws::shuffled(&records, 3), 2, 9, true));
    assert_eq!(one, gate(&super::laws::shuffled(&records, 4), 3, 8, false));
}

/// Every so many of the subjects keep so few records that they are not active.
fn with_short_histories(mut records: Vec<PlainRecord>) -> Vec<PlainRecord> {
    let mut kept: BTreeMap<u32, u32> = BTreeMap::new();
    records.retain(|(subject, _)| {
        let count = kept.entry(*subject).or_default();
        *count += 1;
        subject % 3 > 0 || *count <= 1 + subject % 2
    });
    records
}

/// Of so many repeats, how many intervals do not hold the exact share over all, and over the active subjects.
fn misses(records: &[PlainRecord], limits: &[f64], effort: Effort, repeats: u64) -> [u32; 2] {
    let truth = oracle::gate(&by_subject(records, &[0, 1]));
    let mut misses = [0, 0];
    for seed in 0..repeats {
        let gate = drawn(records, limits, Effort { seed: mix(seed, 77), ..effort });
        let holds = |interval: Option<[f64; 2]>, share: Option<f64>| {
            interval.zip(share).is_some_and(|([low, high], share)| low - 1e-12 <= share && share <= high + 1e-12)
        };
        misses[0] += u32::from(!holds(gate.interval, truth.share));
        misses[1] += u32::from(!holds(gate.interval_active, truth.share_active));
    }
    misses
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn intervals_hold_the_exact_share_in_95_of_100_repeats() {
    // Misses of 300 repeats at 5 %: 15 expected, standard deviation 3.8; more than 27 have a probability below 0.002.
    const MOST: u32 = 27;
    let effort = |first: usize, half_width: f64| Effort { first, half_width, ..Effort::default() };
    let few = many_subjects(40, 2);
    // Nothing is learned from shares near 0 or 1.
    let many = with_short_histories(many_subjects(300, 3));
    for records in [&few, &many] {
        let truth = oracle::gate(&by_subject(records, &[0, 1]));
        assert!(
            [truth.share, truth.share_active].into_iter().flatten().all(|share| (0.1..0.9).contains(&share)),
            "{truth:?}"
        );
    }
    for (records, limits, effort) in [
        // Everybody is in: only what differs within subjects is left to chance.
        (&few, &[][..], effort(4_096, 0.05)),
        (&few, &[0.2], effort(4_096, 0.02)),
        // Subjects are sampled, half of them and more: two strata, the correction for finite populations counts.
        (&many, &[], effort(32, 0.05)),
        (&many, &[], effort(32, 0.03)),
        (&many, &[0.3, 0.9], effort(16, 0.01)),
    ] {
        let misses = misses(records, limits, effort, 300);
        assert!(misses.iter().all(|&misses| misses <= MOST), "{misses:?} with {limits:?} and {effort:?}");
    }
}

#[test]
fn draws_end_when_the_interval_is_narrow_or_excludes_every_limit() {
    let records = many_subjects(300, 3);
    let effort = |half_width| Effort { first: 64, half_width, ..Effort::default() };
    let half = |interval: Option<[f64; 2]>| interval.map(|[low, high]| (high - low) / 2.0).unwrap();
    let narrow = drawn(&records, &[], effort(0.01));
    assert!(half(narrow.interval) <= 0.01 && half(narrow.interval_active) <= 0.01, "{narrow:?}");
    let share = narrow.share.unwrap();
    assert!((0.1..0.9).contains(&share), "{share}");
    let far = drawn(&records, &[0.01], effort(0.01));
    assert!(far.draws < narrow.draws && far.interval.unwrap()[0] > 0.01, "{far:?}");
    let near = drawn(&records, &[0.01, share], effort(0.01));
    assert!(half(near.interval) <= 0.01, "{near:?}");
}

#[test]
fn what_cannot_be_settled_within_the_limit_is_incomplete() {
    let (table, values) = table_of(&many_subjects(300, 20), 2);
    let mut settings = settings_with_gate(&values, 2);
    (settings.gate.work_limit, settings.gate.draw_limit) = (0, 1_000);
    let Outcome::Incomplete { reason, .. } = outcome(&table, &settings) else { panic!("it cannot be settled") };
    assert_eq!(reason, "work-limit");
}

#[test]
fn subjects_of_four_points_or_fewer_are_counted_and_not_drawn() {
    // Nobody has more than 4 points, so one look at each is the answer.
    let records: Vec<PlainRecord> = (0..200_u32)
        .flat_map(|subject| {
            (0..=i64::from(subject % 4)).map(move |day| (subject, vec![Some(day), Some(i64::from(subject / 9))]))
        })
        .collect();
    let gate = drawn(&records, &[], Effort::default());
    assert_is(&gate, &oracle::gate(&by_subject(&records, &[0, 1])));
    assert_eq!((gate.method, gate.draws, gate.subjects_drawn), (UnicityMethod::Exact, 0, 200));
}

#[test]
fn a_point_that_everybody_shares_singles_nobody_out() {
    let records: Vec<PlainRecord> = (0..6).map(|record| (record / 2, vec![Some(7)])).collect();
    let gate = gate_of(&records, 1, |_| {}).unwrap();
    assert_eq!((gate.share, gate.subjects, gate.known_points), (Some(0.0), 3, GATED_KNOWN_POINTS));
}

#[test]
fn a_point_that_nobody_has_is_undefined_and_no_curve_hides_it() {
    let records: Vec<PlainRecord> = (0..6).map(|record| (record / 2, vec![None, Some(i64::from(record))])).collect();
    let (table, values) = table_of(&records, 2);
    let points = vec![Point::new([0]), Point::new([1])];
    let value = measured(&table, &Settings::new(values, points));
    assert_eq!(value.gates[0].undefined.as_ref().map(|undefined| undefined.reason.as_str()), Some("all-missing"));
    assert_eq!((value.gates[0].share, value.gates[1].share), (None, Some(1.0)));
    assert!(value.worst_gate().is_none() && value.gated_curve.is_none());
}

#[test]
fn the_worst_gate_is_repeated_as_a_curve_for_views() {
    let records = many_subjects(60, 6);
    let (table, values) = table_of(&records, 2);
    let value = measured(&table, &Settings::new(values, vec![Point::new([1]), Point::new([1, 0]), Point::new([0, 1])]));
    assert_eq!(value.gates.iter().map(|gate| gate.point.join("+")).collect::<Vec<_>>(), ["c1", "c0+c1"]);
    let worst = value.worst_gate().unwrap();
    let curve = &value.curves[value.gated_curve.unwrap()];
    assert_eq!((&curve.point, curve.cohort, curve.results[0].share), (&worst.point, Cohort::UseAll, worst.share));
}

#[test]
fn coarser_points_can_single_out_more_where_they_merge_a_subjects_own() {
    // Five days at a shop that all go to, one at a shop of one's own: of six points few choices hold the own one; of two
    // shops all do. So a point of fewer columns is not always the lesser one.
    let mut records: Vec<PlainRecord> =
        (0..3).flat_map(|subject| (0..12).map(move |day| (subject, vec![Some(day), Some(0)]))).collect();
    records.extend((0..3).map(|subject| (subject, vec![Some(20), Some(i64::from(subject) + 1)])));
    let share = |columns: &[usize]| oracle::gate(&by_subject(&records, columns)).share.unwrap();
    assert!(share(&[1]) > share(&[0, 1]), "{} {}", share(&[1]), share(&[0, 1]));
}
