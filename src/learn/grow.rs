//! One tree, grown from counts.
//!
//! # How
//! A node is a stretch of the drawn rows. For each column that is tried its rows are sorted by bin, and moved one by one from
//! the right side of the split to the left: the sums of squared counts on both sides change by what the one row changes, so that
//! the number of targets costs nothing. Categories have no order; they take that of the share of one target, which is drawn
//! among the rows of the node. With two targets that gives the best of all splits (Breiman et al., *Classification and
//! Regression Trees*, 1984, section 9.4).
//!
//! All sums are whole numbers, and of equally good splits the first is taken in an order that is drawn, so that a tree follows
//! from its rows and its seed.

use super::bins::Binned;
use super::features::number;
use super::forest::{VOTES, below};
use crate::stats::mix;
use crate::stop::{Stop, StopReason};

/// Levels below which nothing is split.
const DEPTH: u32 = 40;
/// Rows below which nothing is split.
const SPLIT: usize = 4;
/// Targets of a leaf that are voted for, those of most rows.
const TOP: usize = 4;
/// Rows of a node up to which sorting by comparisons is quicker than counting.
const FEW: usize = 48;
/// Nodes between two looks at the stop flag.
const CHECK_EVERY: usize = 256;

/// A grown tree.
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The categories on the left of splits, ascending for each.
    lefts: Vec<u16>,
    /// Targets of leaves with their votes.
    leaves: Vec<(u32, u32)>,
}

enum Node {
    /// Bins up to one go left.
    Ordered { column: u32, up_to: u16, right: u32 },
    /// The bins of a stretch of `lefts` go left, of those not met in the node all or none.
    Unordered { column: u32, lefts: [u32; 2], right: u32 },
    /// A stretch of `leaves`.
    Leaf([u32; 2]),
}

impl Tree {
    /// The targets that the leaf of a row votes for.
    pub(super) fn leaf(&self, columns: &[Binned], row: usize) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut at = 0_usize;
        let [from, to] = loop {
            let (is_left, right) = match &self.nodes[at] {
                Node::Leaf(leaf) => break *leaf,
                Node::Ordered { column, up_to, right } => (columns[*column as usize].bins[row] <= *up_to, right),
                Node::Unordered { column, lefts: [from, to], right } => {
                    let bin = columns[*column as usize].bins[row];
                    (self.lefts[*from as usize..*to as usize].binary_search(&bin).is_ok(), right)
                }
            };
            at = if is_left { at + 1 } else { *right as usize };
        };
        self.leaves[from as usize..to as usize].iter().copied()
    }
}

/// The best split so far: how good it is, on which column, and how many rows of the sorted ones go left.
struct Split {
    /// Sum over both sides of the sum of squared counts over rows; the larger the purer.
    purity: f64,
    column: usize,
    /// The last bin of the left, in the order in which the column was swept.
    up_to: u32,
    /// Of categories those on the left.
    lefts: Option<Vec<u16>>,
}

/// How one tree is grown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Whether every column is tried at a node, not half of them.
    pub(super) tries_all: bool,
    /// Fewest rows on either side of a split.
    pub(super) leaf: usize,
}

/// Memory that is used again for every node.
pub(super) struct Grower<'a> {
    columns: &'a [Binned],
    target: &'a [u32],
    seed: u64,
    /// Columns that are tried at a node.
    tried: usize,
    /// Fewest rows on either side of a split.
    leaf: usize,
    /// Rows of each target on either side.
    left: Vec<u32>,
    right: Vec<u32>,
    /// Rows of a node with the place of their bin, sorted, each with its target.
    sorted: Vec<(u32, u32)>,
    scattered: Vec<(u32, u32)>,
    starts: Vec<u32>,
    /// For each bin of a column of categories its rows, its rows of the one target, and its place.
    counts: Vec<(u32, u32)>,
    place: Vec<u32>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(columns: &'a [Binned], target: &'a [u32], targets: u32, seed: u64, manner: Manner) -> Self {
        let Manner { tries_all, leaf } = manner;
        let bins = columns.iter().map(|column| column.bound).max().unwrap_or(0);
        let unordered =
            columns.iter().filter(|column| !column.is_ordered).map(|column| column.bound).max().unwrap_or(0);
        Self {
            columns,
            target,
            seed,
            tried: if tries_all { columns.len() } else { columns.len().div_ceil(2) },
            leaf,
            left: vec![0; targets as usize],
            right: vec![0; targets as usize],
            sorted: Vec::new(),
            scattered: Vec::new(),
            starts: vec![0; bins + 1],
            counts: vec![(0, 0); unordered],
            place: vec![0; unordered],
        }
    }

    /// Grows the tree of these rows.
    pub(super) fn grow(mut self, mut rows: Vec<u32>, stop: &Stop) -> Result<Tree, StopReason> {
        let mut tree = Tree { nodes: Vec::new(), lefts: Vec::new(), leaves: Vec::new() };
        // The stretch of rows, the level, and the node whose right side it is.
        let mut open = vec![(0, rows.len(), 0_u32, None::<usize>)];
        while let Some((from, to, level, parent)) = open.pop() {
            let at = tree.nodes.len();
            if at.is_multiple_of(CHECK_EVERY) {
                stop.check()?;
            }
            if let Some(Node::Ordered { right, .. } | Node::Unordered { right, .. }) =
                parent.map(|it| &mut tree.nodes[it])
            {
                *right = number(at);
            }
            let split = if level < DEPTH { self.split(&rows[from..to], at as u64) } else { None };
            let Some(split) = split else {
                let leaf = self.leaf(&rows[from..to], &mut tree.leaves);
                tree.nodes.push(Node::Leaf(leaf));
                continue;
            };
            let column = number(split.column);
            let bins = &self.columns[split.column].bins;
            let middle = match &split.lefts {
                None => from + partition(&mut rows[from..to], |row| u32::from(bins[row as usize]) <= split.up_to),
                Some(lefts) => {
                    from + partition(&mut rows[from..to], |row| lefts.binary_search(&bins[row as usize]).is_ok())
                }
            };
            tree.nodes.push(match split.lefts {
                None => Node::Ordered { column, up_to: u16::try_from(split.up_to).unwrap_or(u16::MAX), right: 0 },
                Some(lefts) => {
                    let start = number(tree.lefts.len());
                    tree.lefts.extend(lefts);
                    Node::Unordered { column, lefts: [start, number(tree.lefts.len())], right: 0 }
                }
            });
            open.push((middle, to, level + 1, Some(at)));
            open.push((from, middle, level + 1, None));
        }
        Ok(tree)
    }

    /// The targets of most rows with their share of the votes.
    fn leaf(&mut self, rows: &[u32], leaves: &mut Vec<(u32, u32)>) -> [u32; 2] {
        let mut held: Vec<u32> = rows.iter().map(|&row| self.target[row as usize]).collect();
        held.sort_unstable();
        let mut counted: Vec<(u32, usize)> =
            held.chunk_by(|one, other| one == other).map(|of| (of[0], of.len())).collect();
        counted.sort_by_key(|&(target, rows)| (std::cmp::Reverse(rows), target));
        let start = number(leaves.len());
        let votes =
            |held: usize| u32::try_from(held as u64 * u64::from(VOTES) / rows.len().max(1) as u64).unwrap_or(VOTES);
        leaves.extend(counted.iter().take(TOP).map(|&(target, held)| (target, votes(held))));
        [start, number(leaves.len())]
    }

    /// The best split of these rows; none where they are few, have one target, or are the same in every column that is tried.
    fn split(&mut self, rows: &[u32], node: u64) -> Option<Split> {
        let first = self.target[*rows.first()? as usize];
        if rows.len() < SPLIT || rows.iter().all(|&row| self.target[row as usize] == first) {
            return None;
        }
        let seed = mix(self.seed, node | 1 << 63);
        let mut order: Vec<(u64, usize)> =
            (0..self.columns.len()).map(|column| (mix(seed, column as u64), column)).collect();
        order.sort_unstable();
        let mut best: Option<Split> = None;
        for (turn, (random, column)) in order.into_iter().enumerate() {
            // Where none of those could split, the next may.
            if turn >= self.tried && best.is_some() {
                break;
            }
            self.try_column(rows, column, random, &mut best);
        }
        best
    }

    fn try_column(&mut self, rows: &[u32], column: usize, random: u64, best: &mut Option<Split>) {
        let binned = &self.columns[column];
        let order = if binned.is_ordered { None } else { Some(self.ordered(rows, column, random)) };
        self.sort(rows, column, order.as_ref().map_or(binned.bound, Vec::len), order.is_some());
        if let Some((purity, up_to)) = self.sweep(best.as_ref().map_or(-1.0, |best| best.purity)) {
            let lefts = order.map(|order| {
                let mut lefts = order[..=up_to as usize].to_vec();
                lefts.sort_unstable();
                lefts
            });
            *best = Some(Split { purity, column, up_to, lefts });
        }
    }

    /// The categories of these rows by the share of one target, and where they are equal as is drawn; their places are kept.
    fn ordered(&mut self, rows: &[u32], column: usize, random: u64) -> Vec<u16> {
        let bins = &self.columns[column].bins;
        let one = self.target[rows[below(mix(random, 1), rows.len())] as usize];
        let mut met: Vec<u16> = Vec::new();
        for &row in rows {
            let bin = bins[row as usize];
            let (all, held) = &mut self.counts[usize::from(bin)];
            if *all == 0 {
                met.push(bin);
            }
            *all += 1;
            *held += u32::from(self.target[row as usize] == one);
        }
        let counts = &self.counts;
        met.sort_unstable_by(|&a, &b| {
            let [(a_all, a_held), (b_all, b_held)] = [a, b].map(|bin| counts[usize::from(bin)]);
            let by_share = (u64::from(a_held) * u64::from(b_all)).cmp(&(u64::from(b_held) * u64::from(a_all)));
            by_share.then_with(|| (mix(random, u64::from(a)), a).cmp(&(mix(random, u64::from(b)), b)))
        });
        for (place, &bin) in met.iter().enumerate() {
            self.place[usize::from(bin)] = number(place);
            self.counts[usize::from(bin)] = (0, 0);
        }
        met
    }

    /// Sorts the rows of a node by the place of their bin, all below `bound`.
    fn sort(&mut self, rows: &[u32], column: usize, bound: usize, is_placed: bool) {
        let bins = &self.columns[column].bins;
        let (target, places) = (self.target, &self.place);
        let place = |bin: u16| if is_placed { places[usize::from(bin)] } else { u32::from(bin) };
        let entry = |&row: &u32| (place(bins[row as usize]), target[row as usize]);
        self.sorted.clear();
        self.sorted.extend(rows.iter().map(entry));
        if rows.len() <= FEW || bound > rows.len() * 4 {
            self.sorted.sort_unstable();
            return;
        }
        let starts = &mut self.starts[..=bound];
        starts.fill(0);
        self.sorted.iter().for_each(|&(place, _)| starts[place as usize + 1] += 1);
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += *start;
            *start = sum;
        }
        self.scattered.clear();
        self.scattered.resize(rows.len(), (0, 0));
        for &(place, target) in &self.sorted {
            let to = &mut starts[place as usize];
            self.scattered[*to as usize] = (place, target);
            *to += 1;
        }
        std::mem::swap(&mut self.sorted, &mut self.scattered);
    }

    /// The purest split of the sorted rows that is purer than `least`, and the last place on its left.
    fn sweep(&mut self, least: f64) -> Option<(f64, u32)> {
        let mut on_right = 0_u64;
        for &(_, target) in &self.sorted {
            let held = &mut self.right[target as usize];
            on_right += 2 * u64::from(*held) + 1;
            *held += 1;
        }
        let (mut on_left, mut best) = (0_u64, None);
        let all = self.sorted.len();
        let mut least = least;
        for (moved, pair) in (1..).zip(self.sorted.windows(2)) {
            let [(place, target), (next, _)] = [pair[0], pair[1]];
            let (left, right) = (&mut self.left[target as usize], &mut self.right[target as usize]);
            on_left += 2 * u64::from(*left) + 1;
            on_right -= 2 * u64::from(*right) - 1;
            (*left, *right) = (*left + 1, *right - 1);
            if place != next && moved >= self.leaf && all - moved >= self.leaf {
                let purity = quotient(on_left, moved) + quotient(on_right, all - moved);
                if purity > least {
                    (least, best) = (purity, Some((purity, place)));
                }
            }
        }
        for &(_, target) in &self.sorted {
            (self.left[target as usize], self.right[target as usize]) = (0, 0);
        }
        best
    }
}

#[expect(clippy::cast_precision_loss, reason = "squares of counts up to 2^17 have at most 34 bits")]
fn quotient(squares: u64, rows: usize) -> f64 {
    squares as f64 / rows as f64
}

/// Puts those that go left first, in any order that follows from the order before; how many they are.
fn partition(rows: &mut [u32], is_left: impl Fn(u32) -> bool) -> usize {
    let mut left = 0;
    for place in 0..rows.len() {
        if is_left(rows[place]) {
            rows.swap(left, place);
            left += 1;
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::Feature;

    /// Sum over both sides of squared counts over rows.
    fn purity(rows: &[(bool, u32)]) -> f64 {
        let side = |is_left: bool| {
            let held: Vec<u32> = rows.iter().filter(|(left, _)| *left == is_left).map(|&(_, target)| target).collect();
            let count = |of: u32| held.iter().filter(|&&target| target == of).count() as u64;
            quotient((0..4).map(|of| count(of) * count(of)).sum(), held.len().max(1))
        };
        side(true) + side(false)
    }

    #[test]
    fn a_split_is_the_best_of_all() {
        for seed in 0..2_000_u64 {
            let rows = 4 + mix(seed, 0) % 20;
            let targets = 2 + mix(seed, 1) % 3;
            let draw =
                |of: u64, bound: u64| (0..rows).map(move |row| u32::try_from(mix(mix(seed, of), row) % bound).unwrap());
            let target: Vec<u32> = draw(2, targets).collect();
            let values: Vec<u32> = draw(3, 5).collect();
            let all: Vec<u32> = draw(4, rows).collect();
            let is_ordered = seed % 2 == 0;
            let feature = if is_ordered {
                Feature::Numbers(values.iter().map(|&value| value.into()).collect())
            } else {
                Feature::Categories(values.clone())
            };
            let columns = [Binned::new(&feature)];
            let mut grower = Grower::new(&columns, &target, 4, seed, Manner { tries_all: seed % 3 == 0, leaf: 1 });
            let found = grower.split(&all, 0);
            // Every threshold, or every set of categories.
            let is_left = |mask: u32, row: u32| mask >> values[row as usize] & 1 == 1;
            let masks =
                if is_ordered { (0..5).map(|up_to| (2 << up_to) - 1).collect::<Vec<u32>>() } else { (1..32).collect() };
            let sides =
                |mask: u32| all.iter().map(|&row| (is_left(mask, row), target[row as usize])).collect::<Vec<_>>();
            let splits =
                masks.into_iter().map(sides).filter(|rows| rows.iter().any(|it| it.0) && rows.iter().any(|it| !it.0));
            let best = splits.map(|rows| purity(&rows)).fold(f64::NEG_INFINITY, f64::max);
            let is_pure = all.iter().all(|&row| target[row as usize] == target[all[0] as usize]);
            let Some(found) = found else {
                assert!(is_pure || best == f64::NEG_INFINITY, "seed {seed}");
                continue;
            };
            let bins = &columns[0].bins;
            let side = |row: u32| match &found.lefts {
                None => u32::from(bins[row as usize]) <= found.up_to,
                Some(lefts) => lefts.contains(&bins[row as usize]),
            };
            let split: Vec<(bool, u32)> = all.iter().map(|&row| (side(row), target[row as usize])).collect();
            assert!((purity(&split) - found.purity).abs() < 1e-9, "seed {seed}");
            // With more than two targets no order of the categories is sure to hold the best set.
            let is_exact = is_ordered || targets == 2;
            assert!(!is_exact || (found.purity - best).abs() < 1e-9, "seed {seed}: {} of {best}", found.purity);
        }
    }
}
