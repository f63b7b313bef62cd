use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::stop::Stop;

fn assigned(left: usize, right: usize, edges: &[Edge]) -> Vec<Option<u32>> {
    assign(left, right, edges, &Stop::default()).expect("nobody raised the flag")
}

fn edge(left: u32, right: u32, score: f64) -> Edge {
    Edge { left, right, score }
}

/// The score of a pair, 0 where no edge of use joins them.
fn score(edges: &[Edge], left: u32, right: u32) -> f64 {
    let of_pair = edges.iter().filter(|edge| edge.left == left && edge.right == right && edge.score.is_finite());
    of_pair.fold(0.0, |best: f64, edge| best.max(edge.score))
}

/// The total of an assignment; checks that it is one: one-to-one, along edges of use.
fn total(right: usize, edges: &[Edge], partners: &[Option<u32>]) -> f64 {
    let mut taken = vec![false; right];
    let mut total = 0.0;
    for (left, partner) in partners.iter().enumerate() {
        let Some(partner) = *partner else { continue };
        assert!(!std::mem::replace(&mut taken[partner as usize], true), "two share a partner");
        let gained = score(edges, u32::try_from(left).unwrap(), partner);
        assert!(gained > 0.0, "paired along no edge of use");
        total += gained;
    }
    total
}

/// The largest total by trying every assignment.
fn best_total(left: u32, right: usize, edges: &[Edge]) -> f64 {
    fn from(node: u32, left: u32, scores: &[Vec<f64>], taken: u32) -> f64 {
        if node == left {
            return 0.0;
        }
        let mut best = from(node + 1, left, scores, taken);
        for (right, &score) in scores[node as usize].iter().enumerate() {
            if score > 0.0 && taken & (1 << right) == 0 {
                best = best.max(score + from(node + 1, left, scores, taken | (1 << right)));
            }
        }
        best
    }
    let row = |node| (0..u32::try_from(right).unwrap()).map(|other| score(edges, node, other)).collect();
    from(0, left, &(0..left).map(row).collect::<Vec<Vec<f64>>>(), 0)
}

/// A graph in which about `share` of the pairs have an edge; `levels` distinct scores, 0 for any number.
fn random_graph(chance: &mut ChaCha8Rng, left: u32, right: u32, share: f64, levels: u32) -> Vec<Edge> {
    let mut edges = Vec::new();
    for one in 0..left {
        for other in 0..right {
            if !chance.random_bool(share) {
                continue;
            }
            let score = if levels == 0 {
                chance.random_range(-0.3..1.0)
            } else {
                f64::from(chance.random_range(0..=levels)) - 1.0
            };
            edges.push(edge(one, other, score));
        }
    }
    edges
}

#[test]
fn every_total_equals_enumeration_on_thousands_of_random_graphs() {
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    for round in 0..6000 {
        let (left, right) = (chance.random_range(0..=7), chance.random_range(0..=7));
        let share = [0.2, 0.5, 1.0][round % 3];
        let levels = [0, 2, 3, 6][round / 3 % 4];
        let edges = random_graph(&mut chance, left, right, share, levels);
        let partners = assigned(left as usize, right as usize, &edges);
        let (found, best) = (total(right as usize, &edges, &partners), best_total(left, right as usize, &edges));
        assert!((found - best).abs() < 1e-9, "round {round}: {found} instead of {best}, {edges:?}");
    }
}

#[test]
fn every_total_of_eight_a_side_equals_enumeration() {
    let mut chance = ChaCha8Rng::seed_from_u64(2);
    for round in 0..60 {
        let edges = random_graph(&mut chance, 8, 8, [0.4, 1.0][round % 2], [0, 3][round / 2 % 2]);
        let (found, best) = (total(8, &edges, &assigned(8, 8, &edges)), best_total(8, 8, &edges));
        assert!((found - best).abs() < 1e-9, "round {round}: {found} instead of {best}");
    }
}

/// Fails unless the prices prove that no assignment is better.
fn assert_optimal(graph: &Graph, matching: &Matching) {
    for (right, &price) in matching.price.iter().enumerate() {
        assert!(price >= 0 && (price == 0 || matching.holder_of[right] != NONE), "a price without a holder");
    }
    for node in 0..narrow(graph.left()) {
        let held = matching.edge_of[node as usize];
        let gain = if held == NONE { 0 } else { matching.gain(held as usize) };
        assert!(gain >= 0, "somebody would rather be alone");
        let better = graph.edges(node).any(|edge| matching.gain(edge) > gain);
        assert!(!better, "somebody would rather have another partner");
        if held != NONE {
            assert_eq!(matching.holder_of[graph.rights[held as usize] as usize], node);
        }
    }
}

/// A few edges for each left node: most near its own position, so that many nodes want the same few.
fn crowded_graph(chance: &mut ChaCha8Rng, left: u32, right: u32, each: u32, levels: u32) -> Vec<Edge> {
    let mut edges = Vec::new();
    for one in 0..left {
        for _ in 0..each {
            let other = if chance.random_bool(0.3) { chance.random_range(0..right.div_ceil(10)) } else { one % right };
            let other = (other + chance.random_range(0..each)) % right;
            edges.push(edge(one, other, f64::from(chance.random_range(1..=levels))));
        }
    }
    edges
}

#[test]
fn prices_prove_the_optimum_of_graphs_too_large_to_enumerate() {
    let mut chance = ChaCha8Rng::seed_from_u64(3);
    for (left, right, levels) in
        [(2000, 2000, 1_000_000), (2000, 2000, 3), (2000, 2000, 1), (3000, 700, 1000), (700, 3000, 1000), (900, 1, 50)]
    {
        let edges = crowded_graph(&mut chance, left, right, 12, levels);
        let graph = Graph::new(left as usize, right as usize, &edges);
        let mut matching = Matching::empty(&graph);
        let waiting = matching.bid(&Stop::default()).unwrap();
        matching.augment(&waiting, &Stop::default()).unwrap();
        assert_optimal(&graph, &matching);
    }
}

#[test]
fn paths_alone_reach_the_optimum_as_well() {
    let mut chance = ChaCha8Rng::seed_from_u64(4);
    for levels in [1, 4, 1_000_000] {
        let edges = crowded_graph(&mut chance, 400, 300, 8, levels);
        let graph = Graph::new(400, 300, &edges);
        let mut matching = Matching::empty(&graph);
        matching.augment(&(0..400).collect::<Vec<u32>>(), &Stop::default()).unwrap();
        assert_optimal(&graph, &matching);
    }
}

#[test]
fn the_best_pair_yields_where_the_total_gains() {
    // 0 likes 0 best, but 1 has nobody else.
    let edges = [edge(0, 0, 10.0), edge(0, 1, 9.0), edge(1, 0, 8.0)];
    assert_eq!(assigned(2, 2, &edges), [Some(1), Some(0)]);
}

#[test]
fn somebody_stays_alone_where_the_total_gains() {
    let edges = [edge(0, 0, 3.0), edge(1, 0, 5.0), edge(2, 0, 4.0)];
    assert_eq!(assigned(3, 1, &edges), [None, Some(0), None]);
}

#[test]
fn scores_that_are_not_above_zero_are_never_used() {
    let edges = [
        edge(0, 0, 0.0),
        edge(1, 1, -1.0),
        edge(2, 2, f64::NAN),
        edge(3, 3, f64::INFINITY),
        edge(4, 4, f64::NEG_INFINITY),
        edge(5, 5, 1e-300),
    ];
    assert_eq!(assigned(6, 6, &edges), [None, None, None, None, None, Some(5)]);
}

#[test]
fn a_side_without_anybody_and_a_graph_without_edges_pair_nobody() {
    assert!(assigned(0, 0, &[]).is_empty());
    assert!(assigned(0, 4, &[]).is_empty());
    assert_eq!(assigned(3, 0, &[]), [None, None, None]);
    assert_eq!(assigned(2, 2, &[]), [None, None]);
}

#[test]
fn the_order_of_edges_and_worse_copies_of_them_change_nothing() {
    let mut chance = ChaCha8Rng::seed_from_u64(5);
    for _ in 0..200 {
        let edges = random_graph(&mut chance, 9, 8, 0.6, 3);
        let partners = assigned(9, 8, &edges);
        let mut backwards: Vec<Edge> = edges.iter().rev().copied().collect();
        backwards.extend(edges.iter().map(|each| edge(each.left, each.right, each.score - 0.5)));
        assert_eq!(assigned(9, 8, &backwards), partners);
    }
}

#[test]
fn ties_are_broken_by_position() {
    let edges: Vec<Edge> = (0..4).flat_map(|left| (0..4).map(move |right| edge(left, right, 1.0))).collect();
    assert_eq!(assigned(4, 4, &edges), [Some(0), Some(1), Some(2), Some(3)]);
}

#[test]
fn tiny_scores_beside_a_huge_one_are_used_all_the_same() {
    let edges = [edge(0, 0, 1e200), edge(1, 1, 1e-200)];
    assert_eq!(assigned(2, 2, &edges), [Some(0), Some(1)]);
}

#[test]
fn a_raised_flag_ends_it() {
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    assert_eq!(assign(1, 1, &[edge(0, 0, 1.0)], &stop), Err(StopReason::Timeout));
}
