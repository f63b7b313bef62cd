//! Which pairs are compared, and the probability of each.

use proptest::prelude::*;

use super::super::posterior::{Edge, posterior};
use super::super::{blocking, compare, fields, oracle};
use super::tables::{Rows, linked};
use crate::result::ColumnType;
use crate::stop::Stop;
use crate::tries::tries;

fn texts(columns: usize) -> Vec<(&'static str, ColumnType)> {
    ["one", "two", "three", "four"].into_iter().take(columns).map(|name| (name, ColumnType::Text)).collect()
}

fn tables() -> impl Strategy<Value = (Rows, Rows)> {
    let cell = prop_oneof![1 => Just(String::new()), 9 => "[a-e]{1,2}"];
    let side = prop::collection::vec(prop::collection::vec(cell, 3), 1..25);
    (side.clone(), side)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: tries(300), ..ProptestConfig::default() })]

    #[test]
    fn a_pair_is_compared_once_when_it_agrees_on_a_rule((ours, theirs) in tables()) {
        let read = fields::read(&linked(&texts(3), &ours, &theirs));
        prop_assume!(read.columns.len() == 3);
        let rules = [vec![0], vec![1, 2]];
        let comparer = compare::Comparer::new(&read.columns);
        let found = blocking::candidates(&read, &rules, &comparer, &Stop::default()).unwrap();
        let mut brought: u64 = 0;
        for place in 0..read.ours.len() {
            let row = &ours[read.ours.subjects[place] as usize];
            let same = |other: &Vec<String>, column: usize| !row[column].is_empty() && row[column] == other[column];
            let expected: Vec<u32> = (0..25)
                .take(read.theirs.len())
                .filter(|&other| {
                    let other = &theirs[read.theirs.subjects[other as usize] as usize];
                    same(other, 0) || same(other, 1) && same(other, 2)
                })
                .collect();
            prop_assert_eq!(&found.theirs[found.of(place)], &expected);
            for pair in found.of(place) {
                let other = &theirs[read.theirs.subjects[found.theirs[pair] as usize] as usize];
                for (number, field) in read.columns.iter().enumerate() {
                    let (one, two) = (&row[number], &other[number]);
                    let level = compare::level_in(found.patterns[pair], number);
                    let slow = field.kind.level(&fields::Value::new(one), &fields::Value::new(two));
                    let expected = if one == two { 0 } else { usize::from(slow) };
                    prop_assert_eq!(level, (!one.is_empty() && !two.is_empty()).then_some(expected));
                }
            }
            brought += expected.len() as u64;
        }
        let costs: u64 = rules.iter().map(|rule| blocking::pairs_of(rule, &read.ours, &read.theirs)).sum();
        prop_assert!(costs >= brought);
    }

    #[test]
    fn without_rings_the_probabilities_are_those_over_all_sets(
        parents in prop::collection::vec(0..100_u32, 2..9),
        ratios in prop::collection::vec(-3.0..12.0, 8),
    ) {
        // A tree: node 0, and each further one hangs on an earlier one, on the other side.
        let mut depth = vec![0_u32];
        let mut edges = Vec::new();
        for (child, (&parent, &log_ratio)) in (1_u32..).zip(parents.iter().zip(&ratios)) {
            let parent = parent % child;
            depth.push(depth[parent as usize] + 1);
            let (ours, theirs) = if depth[parent as usize] % 2 == 0 { (parent, child) } else { (child, parent) };
            edges.push(Edge { ours, theirs, log_ratio });
        }
        edges.sort_by_key(|edge| (edge.ours, edge.theirs));
        let nodes = depth.len();
        let found = posterior(nodes, nodes, &edges, 1.0, &Stop::default()).unwrap();
        prop_assume!(found.converged);
        let exact = oracle::probabilities(&edges, found.log_prior);
        for (fast, slow) in found.probabilities.iter().zip(&exact) {
            prop_assert!((fast - slow).abs() < 1e-6, "{:?} {exact:?}", found.probabilities);
        }
    }

    #[test]
    fn among_three_rivals_probabilities_are_rough_but_nobody_has_two_partners(
        ratios in prop::collection::vec(-2.0..9.0, 9),
    ) {
        let edge = |(number, &log_ratio)| Edge { ours: number / 3, theirs: number % 3, log_ratio };
        let edges: Vec<Edge> = (0_u32..).zip(&ratios).map(edge).collect();
        let found = posterior(6, 6, &edges, 1.0, &Stop::default()).unwrap();
        let exact = oracle::probabilities(&edges, found.log_prior);
        let errors = found.probabilities.iter().zip(&exact).map(|(fast, slow)| (fast - slow).abs());
        let (worst, sum) = errors.fold((0.0_f64, 0.0), |(worst, sum), error| (worst.max(error), sum + error));
        prop_assert!(worst < 0.5 && sum / 9.0 < 0.3, "{:?} {exact:?}", found.probabilities);
        for side in 0..3 {
            let of = |end: fn(&Edge) -> u32| -> f64 {
                let mine = edges.iter().zip(&found.probabilities).filter(|(edge, _)| end(edge) == side);
                mine.map(|pair| pair.1).sum()
            };
            prop_assert!(of(|edge| edge.ours) <= 1.0 + 1e-6 && of(|edge| edge.theirs) <= 1.0 + 1e-6);
        }
    }
}

#[test]
fn two_who_look_the_same_share_one_partner() {
    let edges = [Edge { ours: 0, theirs: 0, log_ratio: 20.0 }, Edge { ours: 1, theirs: 0, log_ratio: 20.0 }];
    let found = posterior(2, 5, &edges, 1.0, &Stop::default()).unwrap();
    assert!(found.converged && found.probabilities.iter().all(|probability| (probability - 0.5).abs() < 0.01));
}

#[test]
fn rules_are_few_enough_and_bring_different_columns() {
    // 2,000 a side: `one` narrows most, `two` little, `three` not at all.
    let row = |number: usize| {
        [number / 2, number % 40, number % 2].iter().map(|value| format!("v{value}")).collect::<Vec<String>>()
    };
    let side: Rows = (0..2000).map(row).collect();
    let read = fields::read(&linked(&texts(3), &side, &side));
    let rules = blocking::rules(&read, 800_000);
    assert_eq!(rules, [vec![0], vec![1]], "`three` alone brings half of all pairs");
    let rules = blocking::rules(&read, 10_000);
    assert!(rules.is_empty(), "nothing brings so few");
}
