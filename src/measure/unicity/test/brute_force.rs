//! Exact figures against everybody compared with everybody.

use super::*;
use crate::measure::unicity::attack::Attack;
use crate::tries::tries;

const ATTACKERS: [Attacker; 4] = [Attacker::Uniform, Attacker::Rarest, Attacker::Frequent, Attacker::Consecutive];

/// What the oracle says of a cohort whose members have at least `least` points.
fn expected(
    subjects: &[PlainSubject],
    attacker: Attacker,
    known: usize,
    least: usize,
    below: usize,
    windows: &oracle::Windows,
    shown: usize,
) -> Option<(f64, usize)> {
    let sizes: Vec<usize> = subjects.iter().map(|subject| oracle::trace(subject).len()).collect();
    let members: Vec<usize> = (0..subjects.len()).filter(|&subject| sizes[subject] >= least.max(1)).collect();
    // Known attributes stand behind the event in a plain point; the key is that of the event.
    let key = |point: &Vec<i64>| key_of(&point[..shown]);
    let exposure = |&subject: &usize| {
        oracle::exposure(subjects, subject, attacker, known.min(sizes[subject]), below, windows, &key)
    };
    let sum: f64 = members.iter().map(exposure).sum();
    (!members.is_empty()).then(|| (sum / members.len() as f64, members.len()))
}

fn assert_equal_to_oracle(value: &Unicity, subjects: &[PlainSubject], windows: &oracle::Windows, shown: usize) {
    for curve in value.curves.iter().filter(|curve| curve.undefined.is_none()) {
        for result in &curve.results {
            let known = result.known_points;
            let least = match curve.cohort {
                Cohort::Eligible => known,
                Cohort::UseAll => 1,
                Cohort::Fixed => curve.cohort_points.filter(|&floor| floor >= known).unwrap_or(u32::MAX),
            };
            let below = curve.crowd_below as usize;
            let expected = expected(subjects, curve.attacker, known as usize, least as usize, below, windows, shown);
            let context = format!("{:?} {:?} {known} points", curve.attacker, curve.cohort);
            assert_eq!(result.method, UnicityMethod::Exact, "{context}");
            assert_eq!(result.share.is_some(), expected.is_some(), "{context}");
            assert_eq!(result.reason.is_some(), expected.is_none(), "{context}");
            if let Some((share, members)) = expected {
                assert!(close(result.share.unwrap(), share), "{context}: {} is not {share}", result.share.unwrap());
                assert_eq!(result.subjects, members as u64, "{context}");
                assert_eq!(result.excluded, (subjects.len() - members) as u64, "{context}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exact_shares_equal_brute_force(
        (records, columns) in small_tables(),
        crowd_below in 2_u32..4,
        by_time in any::<bool>(),
    ) {
        let (table, values) = table_of(&records, columns);
        let mut point = Point::new(0..columns);
        point.cohorts = vec![Cohort::Fixed, Cohort::Eligible, Cohort::UseAll];
        point.attackers = ATTACKERS.to_vec();
        point.order = by_time.then_some(0);
        point.crowd_below = crowd_below;
        if let Outcome::Measured { value, .. } = outcome(&table, &settings_of(&values, point)) {
            let all: Vec<usize> = (0..columns).collect();
            let subjects = plain_subjects(&records, &all, by_time.then_some(0));
            assert_equal_to_oracle(&value, &subjects, &vec![None; columns], columns);
            prop_assert_eq!(value.curves.iter().any(|curve| curve.undefined.is_some()), !by_time);
        }
    }

    #[test]
    fn points_that_single_out_alone_are_told_without_reading_and_counted_as_the_same_work(
        (records, columns) in small_tables(),
        known in 1_usize..5,
        below in 2_u32..4,
    ) {
        let (table, values) = table_of(&records, columns);
        let (stop, point) = (Stop::default(), Point::new(0..columns));
        let index = PointIndex::new(&table, &point.cells(), &stop).unwrap();
        let traces = Traces::new(&index, &values, &point);
        let mut points = Vec::new();
        let lone_points = index.points_below(below);
        for (subject, (&all, lone)) in (0_u32..).zip(index.trace_sizes().iter().zip(lone_points)) {
            let all = all as usize;
            let known = known.min(all);
            if all - (lone as usize) < known {
                let mut attack = Attack::new(&index, Attacker::Uniform, below, u64::MAX);
                traces.read(subject, &mut points);
                let looked_at = (attack.exposure(&points, known), attack.take_work());
                prop_assert_eq!((attack.exposure_of_lone(all, known), attack.take_work()), looked_at);
            }
        }
    }

    #[test]
    fn ranges_equal_brute_force(
        (records, columns) in small_tables(),
        scale in 1_i64..30,
        tolerances in prop::collection::vec(prop_oneof![
            Just(None),
            (0_u64..40).prop_map(|span| Some(Tolerance::Absolute(span))),
            prop_oneof![Just(0_u64), Just(50_000), Just(500_000)].prop_map(|part| Some(Tolerance::Millionths(part))),
        ], 3),
    ) {
        let widen = |cells: &[Option<i64>]| cells.iter().map(|cell| cell.map(|cell| (cell - 1) * scale)).collect();
        let records: Vec<PlainRecord> = records.iter().map(|(subject, cells)| (*subject, widen(cells))).collect();
        let (table, values) = table_of(&records, columns);
        let mut point = Point::new(0..columns);
        point.cohorts = vec![Cohort::Fixed, Cohort::Eligible];
        point.attackers = vec![Attacker::Uniform, Attacker::Rarest, Attacker::Frequent];
        let windows: oracle::Windows = tolerances[..columns].to_vec();
        let within = |(column, tolerance): (usize, &Option<Tolerance>)| {
            tolerance.map(|tolerance| Within { column, tolerance, label: String::new() })
        };
        point.within = windows.iter().enumerate().filter_map(within).collect();
        let all: Vec<usize> = (0..columns).collect();
        let subjects = plain_subjects(&records, &all, None);
        match outcome(&table, &settings_of(&values, point)) {
            Outcome::Measured { value, .. } => assert_equal_to_oracle(&value, &subjects, &windows, columns),
            Outcome::Undefined { reason, .. } if reason == "tolerance-covers-everything" => {
                let points: Vec<&Vec<i64>> = subjects.iter().flatten().map(|(point, _)| point).collect();
                let agree = |one: &Vec<i64>, other: &Vec<i64>| {
                    one.iter().zip(other).zip(&windows).all(|((&one, &other), &window)| oracle::agrees(one, other, window))
                };
                prop_assert!(points.iter().all(|one| points.iter().all(|other| agree(one, other))));
            }
            _ => {}
        }
    }

    #[test]
    fn known_attributes_split_those_who_match((records, columns) in small_tables(), groups in 1_u32..4) {
        // The attribute of a subject is its number modulo the groups: constant within the subject.
        let with_group = |(subject, cells): &PlainRecord| {
            let group = (subject % groups == 0).then_some(i64::from(subject % groups));
            let group = if subject % groups == 1 { Some(1) } else { group };
            (*subject, cells.iter().copied().chain([group]).collect::<Vec<_>>())
        };
        let records: Vec<PlainRecord> = records.iter().map(with_group).collect();
        let (table, values) = table_of(&records, columns + 1);
        let mut point = Point::new(0..columns);
        point.known_attributes = vec![columns];
        point.attackers = vec![Attacker::Uniform, Attacker::Frequent, Attacker::Rarest];
        if let Outcome::Measured { value, .. } = outcome(&table, &settings_of(&values, point)) {
            // For the oracle a missing attribute is a value like any other.
            let filled: Vec<PlainRecord> = records
                .iter()
                .map(|(subject, cells)| {
                    let mut cells = cells.clone();
                    cells[columns] = Some(cells[columns].unwrap_or(-1));
                    (*subject, cells)
                })
                .collect();
            let all: Vec<usize> = (0..=columns).collect();
            let subjects = plain_subjects(&filled, &all, None);
            assert_equal_to_oracle(&value, &subjects, &vec![None; columns + 1], columns);
        }
    }

    #[test]
    fn what_is_not_visible_is_as_if_it_were_missing((records, columns) in small_tables(), hidden in 0_i64..3) {
        let (table, values) = table_of(&records, columns);
        let mut point = Point::new(0..columns);
        point.visible = vec![(0, values[0].numbers.iter().map(|&value| value != Some(hidden)).collect())];
        let blanked = |(subject, cells): &PlainRecord| {
            let mut cells = cells.clone();
            cells[0] = cells[0].filter(|&value| value != hidden);
            (*subject, cells)
        };
        let blanked: Vec<PlainRecord> = records.iter().map(blanked).collect();
        if let Outcome::Measured { value, .. } = outcome(&table, &settings_of(&values, point)) {
            let all: Vec<usize> = (0..columns).collect();
            assert_equal_to_oracle(&value, &plain_subjects(&blanked, &all, None), &vec![None; columns], columns);
            let gaps = |records: &[PlainRecord]| records.iter().filter(|(_, cells)| cells.contains(&None)).count();
            let curve = &value.curves[0];
            prop_assert_eq!(curve.records_without_point, gaps(&records) as u64);
            prop_assert_eq!(curve.records_hidden, (gaps(&blanked) - gaps(&records)) as u64);
        }
    }
}
