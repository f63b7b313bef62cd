//! One-to-one assignment on a sparse graph: of all ways to pair two sides, the one with the largest total score.
//!
//! # Definition
//! Given edges (left, right, score), choose edges of which no two share an end, so that the sum of their scores is
//! largest. Who is not chosen costs nothing, so an edge with a score of 0 or less, or one that is no number, is never
//! chosen.
//!
//! # How
//! Every node of the right has a price, 0 while nobody has it. A node of the left gains score minus price, or 0 when it
//! stays alone. Two steps lead to the optimum:
//!
//! 1. Bidding: a node of the left takes its best offer and raises the price until its second best offer is as good;
//!    whoever is pushed out bids again (an auction whose raises are not padded; Bertsekas, *Annals of Operations
//!    Research* 14, 1988). This pairs most nodes and stops after a fixed number of bids.
//! 2. For each node that is left, the shortest augmenting path by Dijkstra's algorithm over what is lost at each step
//!    (Jonker & Volgenant, *Computing* 38, 1987). A path ends at a node that nobody has, or where somebody does better
//!    to stay alone, and looks at no more of the graph than it must.
//!
//! Both keep, at every moment: nobody who has been placed could gain more at the present prices than it does. At the end
//! that is the proof of the optimum (complementary slackness), and the tests check it on graphs too large to enumerate.
//!
//! # Exactness
//! Scores are rounded to 2^40 steps of the largest one and everything after that is whole numbers: no sum depends on the
//! order of its parts, and ties are ties. A score below half a step counts as one step.
//!
//! # Cost
//! With 10^5 nodes a side and 30 edges each: 24 bytes an edge, seconds. The worst case is left × edges × log.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::starts;
use crate::stop::{Stop, StopReason};

/// A pair that may be chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Position on the left side.
    pub left: u32,
    /// Position on the right side.
    pub right: u32,
    /// What it adds to the total when it is chosen.
    pub score: f64,
}

/// Steps of the largest score.
const STEPS: f64 = 1_099_511_627_776.0;

/// Bids for each node of the left before shortest paths take over.
const BIDS_EACH: usize = 24;

/// Nodes between two looks at the stop flag.
const CHECK_EVERY: usize = 256;

/// No node, no edge.
const NONE: u32 = u32::MAX;

/// The right partner of each left node in the assignment of largest total score; `None` where there is no partner.
///
/// Ties are broken by position, so the caller numbers both sides in an order that does not depend on the order of
/// files. The order of the edges has no say; of two edges between the same nodes the better one counts.
///
/// # Errors
/// When `stop` was raised.
///
/// # Panics
/// When an edge names a position that is not below `left` or `right`.
pub fn assign(left: usize, right: usize, edges: &[Edge], stop: &Stop) -> Result<Vec<Option<u32>>, StopReason> {
    let graph = Graph::new(left, right, edges);
    let mut matching = Matching::empty(&graph);
    let waiting = matching.bid(stop)?;
    matching.augment(&waiting, stop)?;
    Ok(matching.partners())
}

/// The edges that may be chosen, by left node, then right node.
struct Graph {
    /// Where the edges of each left node begin, and the end of the last.
    starts: Vec<usize>,
    rights: Vec<u32>,
    scores: Vec<i64>,
    right: usize,
}

impl Graph {
    fn new(left: usize, right: usize, edges: &[Edge]) -> Self {
        let mut usable: Vec<Edge> =
            edges.iter().copied().filter(|edge| edge.score.is_finite() && edge.score > 0.0).collect();
        usable.sort_unstable_by(|one, other| {
            (one.left, one.right).cmp(&(other.left, other.right)).then(other.score.total_cmp(&one.score))
        });
        usable.dedup_by_key(|edge| (edge.left, edge.right));
        let largest = usable.iter().fold(0.0, |largest: f64, edge| largest.max(edge.score));
        let is_inside = |edge: &Edge| (edge.right as usize) < right;
        assert!(usable.iter().all(is_inside), "an edge ends outside of the right side");
        let starts = starts(left, usable.iter().map(|edge| edge.left));
        let rights = usable.iter().map(|edge| edge.right).collect();
        let scores = usable.iter().map(|edge| steps(edge.score, largest)).collect();
        Self { starts, rights, scores, right }
    }

    fn left(&self) -> usize {
        self.starts.len() - 1
    }

    fn edges(&self, node: u32) -> std::ops::Range<usize> {
        self.starts[node as usize]..self.starts[node as usize + 1]
    }
}

/// A score in whole steps of the largest one, at least 1.
fn steps(score: f64, largest: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 2^40")]
    let whole = (score / largest * STEPS).round() as i64;
    whole.max(1)
}

/// Who is paired, and the price of each right node.
struct Matching<'graph> {
    graph: &'graph Graph,
    /// The chosen edge of each left node.
    edge_of: Vec<u32>,
    /// Who has each right node.
    holder_of: Vec<u32>,
    price: Vec<i64>,
}

/// The best and the second best that a left node can have at present prices; to stay alone gains 0.
struct Offers {
    best: i64,
    best_edge: u32,
    second: i64,
    second_edge: u32,
}

impl<'graph> Matching<'graph> {
    fn empty(graph: &'graph Graph) -> Self {
        Self {
            graph,
            edge_of: vec![NONE; graph.left()],
            holder_of: vec![NONE; graph.right],
            price: vec![0; graph.right],
        }
    }

    fn partners(&self) -> Vec<Option<u32>> {
        self.edge_of.iter().map(|&edge| (edge != NONE).then(|| self.graph.rights[edge as usize])).collect()
    }

    /// What an edge gains at the present price.
    fn gain(&self, edge: usize) -> i64 {
        self.graph.scores[edge] - self.price[self.graph.rights[edge] as usize]
    }

    fn offers(&self, node: u32) -> Offers {
        let mut offers = Offers { best: 0, best_edge: NONE, second: 0, second_edge: NONE };
        for edge in self.graph.edges(node) {
            let gain = self.gain(edge);
            if gain > offers.best {
                (offers.second, offers.second_edge) = (offers.best, offers.best_edge);
                (offers.best, offers.best_edge) = (gain, narrow(edge));
            } else if gain > offers.second || (gain == offers.second && gain > 0 && offers.second_edge == NONE) {
                (offers.second, offers.second_edge) = (gain, narrow(edge));
            }
        }
        offers
    }

    /// Lets every left node bid; returns those that must be placed by a path, ascending.
    fn bid(&mut self, stop: &Stop) -> Result<Vec<u32>, StopReason> {
        let mut waiting = Vec::new();
        let mut bids = self.graph.left().saturating_mul(BIDS_EACH);
        for first in 0..narrow(self.graph.left()) {
            if (first as usize).is_multiple_of(CHECK_EVERY) {
                stop.check()?;
            }
            let mut bidder = first;
            while bidder != NONE {
                if bids == 0 {
                    waiting.push(bidder);
                    break;
                }
                bids -= 1;
                let Ok(pushed_out) = self.take_best(bidder) else {
                    waiting.push(bidder);
                    break;
                };
                bidder = pushed_out;
            }
        }
        waiting.sort_unstable();
        Ok(waiting)
    }

    /// Gives a node its best offer and returns who is pushed out, or [`NONE`].
    fn take_best(&mut self, bidder: u32) -> Result<u32, Tie> {
        let offers = self.offers(bidder);
        if offers.best_edge == NONE {
            return Ok(NONE);
        }
        let right = self.graph.rights[offers.best_edge as usize] as usize;
        if offers.best == offers.second && self.holder_of[right] != NONE {
            // To push somebody out without a raise could go on for ever.
            let free = offers.second_edge != NONE
                && self.holder_of[self.graph.rights[offers.second_edge as usize] as usize] == NONE;
            return if free { Ok(self.take(bidder, offers.second_edge)) } else { Err(Tie) };
        }
        self.price[right] += offers.best - offers.second;
        Ok(self.take(bidder, offers.best_edge))
    }

    fn take(&mut self, bidder: u32, edge: u32) -> u32 {
        let right = self.graph.rights[edge as usize] as usize;
        let pushed_out = std::mem::replace(&mut self.holder_of[right], bidder);
        self.edge_of[bidder as usize] = edge;
        if pushed_out != NONE {
            self.edge_of[pushed_out as usize] = NONE;
        }
        pushed_out
    }

    /// Places each waiting node along the path that loses least.
    fn augment(&mut self, waiting: &[u32], stop: &Stop) -> Result<(), StopReason> {
        let mut search = Search::new(self.graph.right);
        for &root in waiting {
            let end = search.shortest_path(self, root, stop)?;
            search.raise_prices(self, end.loss());
            self.move_along(&search, end);
        }
        Ok(())
    }

    /// Shifts everybody on the path by one.
    fn move_along(&mut self, search: &Search, end: End) {
        let mut edge = match end {
            End::Free { edge, .. } => edge,
            End::Alone { node, .. } => std::mem::replace(&mut self.edge_of[node as usize], NONE),
        };
        // An edge to be taken by whoever reached its right node, who leaves its own edge to the one before.
        while edge != NONE {
            let right = self.graph.rights[edge as usize] as usize;
            let (taken, by) = (search.reached_by[right], search.reached_from[right]);
            self.holder_of[right] = by;
            edge = std::mem::replace(&mut self.edge_of[by as usize], taken);
        }
    }
}

/// The best offer is taken, and no better than the second one.
struct Tie;

/// Where a path ends.
#[derive(Clone, Copy)]
enum End {
    /// At a right node that nobody has, through this edge.
    Free { loss: i64, edge: u32 },
    /// At a left node that does better to stay alone.
    Alone { loss: i64, node: u32 },
}

impl End {
    fn loss(self) -> i64 {
        match self {
            Self::Free { loss, .. } | Self::Alone { loss, .. } => loss,
        }
    }
}

/// Scratch space of Dijkstra's algorithm over right nodes; cleared by listing what was touched.
struct Search {
    loss: Vec<i64>,
    reached_by: Vec<u32>,
    reached_from: Vec<u32>,
    touched: Vec<u32>,
    /// Right nodes whose loss is final, each with somebody who has it.
    settled: Vec<u32>,
    heap: BinaryHeap<Reverse<(i64, u32)>>,
}

impl Search {
    fn new(right: usize) -> Self {
        Self {
            loss: vec![i64::MAX; right],
            reached_by: vec![NONE; right],
            reached_from: vec![NONE; right],
            touched: Vec::new(),
            settled: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    fn shortest_path(&mut self, matching: &Matching, root: u32, stop: &Stop) -> Result<End, StopReason> {
        stop.check()?;
        for right in self.touched.drain(..) {
            self.loss[right as usize] = i64::MAX;
        }
        self.settled.clear();
        self.heap.clear();
        // What the root gains is unknown; its best offer sets the zero of all losses.
        let gain = matching.offers(root).best;
        let mut end = End::Alone { loss: gain, node: root };
        self.look_at_edges(matching, root, 0, gain, &mut end);
        while let Some(Reverse((loss, right))) = self.heap.pop() {
            if loss >= end.loss() {
                break;
            }
            if loss > self.loss[right as usize] {
                continue;
            }
            self.settled.push(right);
            if self.settled.len().is_multiple_of(CHECK_EVERY) {
                stop.check()?;
            }
            let node = matching.holder_of[right as usize];
            let gain = matching.gain(matching.edge_of[node as usize] as usize);
            if loss + gain < end.loss() {
                end = End::Alone { loss: loss + gain, node };
            }
            self.look_at_edges(matching, node, loss, gain, &mut end);
        }
        Ok(end)
    }

    /// Notes what is reached from a left node that was itself reached with `loss` and gains `gain` where it is.
    fn look_at_edges(&mut self, matching: &Matching, node: u32, loss: i64, gain: i64, end: &mut End) {
        for edge in matching.graph.edges(node) {
            let right = matching.graph.rights[edge];
            let through = loss + gain - matching.gain(edge);
            // To be paired without a loss is preferred to staying alone.
            let limit = if matches!(end, End::Alone { .. }) { end.loss().saturating_add(1) } else { end.loss() };
            if through >= limit || through >= self.loss[right as usize] {
                continue;
            }
            if self.loss[right as usize] == i64::MAX {
                self.touched.push(right);
            }
            self.loss[right as usize] = through;
            self.reached_by[right as usize] = narrow(edge);
            self.reached_from[right as usize] = node;
            if matching.holder_of[right as usize] == NONE {
                *end = End::Free { loss: through, edge: narrow(edge) };
            } else {
                self.heap.push(Reverse((through, right)));
            }
        }
    }

    /// Moves the prices so that nobody on the path could do better elsewhere.
    fn raise_prices(&self, matching: &mut Matching, loss: i64) {
        for &right in &self.settled {
            matching.price[right as usize] += loss - self.loss[right as usize];
        }
    }
}

/// Positions and edges fit 32 bits.
fn narrow(position: usize) -> u32 {
    u32::try_from(position).expect("fewer than 2^32 nodes and edges")
}

#[cfg(test)]
mod test;
