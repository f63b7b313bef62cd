//! The attacks on places: 14 published tables, and the search against walking through every instance.

use super::published::vectors;
use super::*;
use crate::measure::unicity::mobility::{Asked, MobilityAttack, Trails, WorstCase};
use crate::tries::tries;

/// The worst case of each subject, without a limit of work.
fn worst_cases(trails: &Trails, attack: MobilityAttack, known: usize, tolerance: f64) -> Vec<Option<WorstCase>> {
    let everybody: Vec<u32> = (0_u32..).zip(&trails.places).map(|(subject, _)| subject).collect();
    let asked = Asked { attack, known, tolerance, limit: u64::MAX };
    let found = trails.within(&everybody, &asked, &Stop::default()).unwrap();
    found.into_iter().map(|found| found.unwrap()).collect()
}

/// Trails of the toy data set, with places numbered together with the truncated time where `truncate` is given.
fn toy_trails(truncate: Option<usize>) -> Trails {
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut trails = vec![Vec::new(); 7];
    for visit in vectors()["skmob_toy"]["points"].as_array().unwrap() {
        let time = truncate.map_or("", |length| &visit[2].as_str().unwrap()[..length]);
        let next = u32::try_from(numbers.len()).unwrap();
        let item = *numbers.entry(format!("{} {time}", visit[1])).or_insert(next);
        trails[usize::try_from(visit[0].as_u64().unwrap()).unwrap() - 1].push(item);
    }
    Trails::new(trails)
}

fn attack_named(name: &str) -> MobilityAttack {
    match name {
        "location" => MobilityAttack::Location,
        "sequence" => MobilityAttack::Sequence,
        "time" => MobilityAttack::Time,
        "unique" => MobilityAttack::UniqueLocation,
        "frequency" => MobilityAttack::Frequency,
        "proportion" => MobilityAttack::Proportion,
        other => panic!("no attack {other}"),
    }
}

#[test]
fn all_fourteen_published_tables_are_reproduced() {
    let cases = vectors()["skmob_toy"]["cases"].as_array().unwrap().clone();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let truncate = case["precision"].as_str().map(|precision| match precision {
            "hour" => "2011-02-03 08".len(),
            "month" => "2011-02".len(),
            other => panic!("no precision {other}"),
        });
        let known = usize::try_from(case["k"].as_u64().unwrap()).unwrap();
        let tolerance = case["tolerance"].as_f64().unwrap();
        let worst =
            worst_cases(&toy_trails(truncate), attack_named(case["attack"].as_str().unwrap()), known, tolerance);
        for (subject, worst) in (1..).zip(worst) {
            let expected = case["risk"][subject.to_string()].as_f64().unwrap();
            assert!(
                (1.0 / f64::from(worst.unwrap().matches) - expected).abs() < 1e-6,
                "subject {subject}: {worst:?}, {case}"
            );
        }
    }
}

#[test]
fn the_two_most_visited_places_match_as_a_set_and_ties_are_marked() {
    let trails = Trails::new(vec![vec![0, 0, 1, 1, 2], vec![1, 0], vec![2, 0, 1], vec![]]);
    let worst = worst_cases(&trails, MobilityAttack::HomeWork, 2, 0.0);
    let found: Vec<Option<(u32, bool)>> =
        worst.iter().map(|worst| worst.map(|worst| (worst.matches, worst.tied))).collect();
    assert_eq!(found, [Some((3, false)), Some((3, false)), Some((3, true)), None]);
}

/// Every choice of `some` positions out of `all`.
fn positions(all: usize, some: usize) -> Vec<Vec<usize>> {
    let everything = 0..1_usize << all;
    let chosen = everything.filter(|bits| bits.count_ones() as usize == some);
    chosen.map(|bits| (0..all).filter(|place| bits >> place & 1 == 1).collect()).collect()
}

fn count_of(trail: &[u32], place: u32) -> usize {
    trail.iter().filter(|&&other| other == place).count()
}

fn is_subsequence(wanted: &[u32], trail: &[u32]) -> bool {
    let mut rest = trail.iter();
    wanted.iter().all(|place| rest.any(|other| other == place))
}

fn distinct(trail: &[u32]) -> Vec<u32> {
    let mut places = trail.to_vec();
    places.sort_unstable();
    places.dedup();
    places
}

/// Fewest matches, by the table of definitions.
fn brute_force(trails: &[Vec<u32>], subject: usize, attack: MobilityAttack, known: usize, tolerance: f64) -> usize {
    let own = &trails[subject];
    let by_visit = matches!(attack, MobilityAttack::Location | MobilityAttack::Time | MobilityAttack::Sequence);
    let items = if by_visit { own.clone() } else { distinct(own) };
    let near = |known: f64, theirs: f64| theirs * (1.0 - tolerance) <= known && known <= theirs * (1.0 + tolerance);
    let matches = |instance: &[u32], other: &[u32]| {
        let has_all = instance.iter().all(|place| other.contains(place));
        let largest = |trail: &[u32]| instance.iter().map(|&place| count_of(trail, place)).max().unwrap();
        let all_near = |of_own: usize, of_other: usize| {
            let share = |trail: &[u32], place: u32, of: usize| count_of(trail, place) as f64 / of as f64;
            has_all && instance.iter().all(|&place| near(share(own, place, of_own), share(other, place, of_other)))
        };
        match attack {
            MobilityAttack::Location | MobilityAttack::Time => {
                instance.iter().all(|&place| count_of(other, place) >= count_of(instance, place))
            }
            MobilityAttack::Sequence => is_subsequence(instance, other),
            MobilityAttack::UniqueLocation => has_all,
            MobilityAttack::Frequency => all_near(1, 1),
            MobilityAttack::Probability => all_near(own.len(), other.len()),
            MobilityAttack::Proportion => has_all && all_near(largest(own), largest(other)),
            MobilityAttack::HomeWork => unreachable!("it has no instances"),
        }
    };
    let instances = positions(items.len(), known.min(items.len()));
    let count = |places: Vec<usize>| {
        let instance: Vec<u32> = places.into_iter().map(|place| items[place]).collect();
        trails.iter().filter(|other| matches(&instance, other)).count()
    };
    instances.into_iter().map(count).min().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(1000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_search_finds_the_worst_of_all_instances(
        trails in prop::collection::vec(prop::collection::vec(0_u32..4, 1..8), 1..8),
        known in 1_usize..5,
        tolerance in prop_oneof![Just(0.0), Just(0.25), Just(0.5), Just(1.0)],
    ) {
        let searched = Trails::new(trails.clone());
        for attack in [
            MobilityAttack::Location,
            MobilityAttack::Sequence,
            MobilityAttack::Time,
            MobilityAttack::UniqueLocation,
            MobilityAttack::Frequency,
            MobilityAttack::Probability,
            MobilityAttack::Proportion,
        ] {
            for (subject, worst) in worst_cases(&searched, attack, known, tolerance).into_iter().enumerate() {
                let expected = brute_force(&trails, subject, attack, known, tolerance);
                prop_assert_eq!(worst.unwrap().matches as usize, expected, "{:?} of {}", attack, subject);
            }
        }
    }
}

#[test]
fn trails_of_a_table_follow_time_and_not_the_order_of_records() {
    // Subject, time, place.
    let visits = [(0, 3, 8), (0, 1, 7), (1, 1, 8), (1, 2, 7), (2, 5, 7), (2, 6, 8)];
    let record = |&(subject, time, place): &(u32, i64, i64)| (subject, vec![Some(time), Some(place)]);
    let worst = |visits: &[(u32, i64, i64)]| {
        let records: Vec<PlainRecord> = visits.iter().map(record).collect();
        let (table, values) = table_of(&records, 2);
        let point = Point { order: Some(0), ..Point::new([1]) };
        let index = PointIndex::new(&table, &point.cells(), &Stop::default()).unwrap();
        let trails = Trails::from_index(&index, &Traces::new(&index, &values, &point), true);
        worst_cases(&trails, MobilityAttack::Sequence, 2, 0.0)
            .iter()
            .map(|worst| worst.unwrap().matches)
            .collect::<Vec<_>>()
    };
    // Subjects 0 and 2 went from 7 to 8, subject 1 the other way.
    assert_eq!(worst(&visits), [2, 1, 2]);
    let reversed: Vec<_> = visits.iter().rev().copied().collect();
    assert_eq!(worst(&reversed), [2, 1, 2]);
}
