//! The nearest rows of a table by Gower's distance on mixed columns, exactly.
//!
//! # Definition
//! The distance of two rows is the sum over the columns of |x - y| / range of a number, at most 1, and of 0 for equal and 1
//! for different categories. A missing cell is a value of its own: 0 from another missing cell and 1 from every value, so
//! that the distance obeys the triangle inequality, a row without cells is near to nobody, and every sum has the same
//! largest value. Distances are whole numbers of 1 / `unit`, so that they are equal on every machine and in any order.
//!
//! Source: Gower, Biometrics 27(4), 1971; a missing cell is a category of its own here.
//!
//! # How
//! Equal rows are one point with a weight. Points are split again and again at the middle of the column on which they lie
//! farthest apart; a node knows the span of each number and a bit for each category in it, and so a bound that no row in it
//! can be nearer than. A leaf holds up to 32 points column by column. A search visits the nearer node first and no node
//! whose bound is not below what was found.
//!
//! # Guarantee
//! Equal to a comparison of all pairs, for any order of the rows and number of threads (`test/nearest.rs`).
//!
//! # Cost
//! 4 bytes a cell of the points, and for each search some tens of leaves where columns tell rows apart; at worst all.

use multiversion::multiversion;
use rayon::prelude::*;

use crate::stop::{Stop, StopReason};

/// Points of a leaf.
const LEAF: usize = 32;

/// Rows that are searched for between two looks at the clock.
const AT_ONCE: usize = 64;

/// No row is so far away.
pub(super) const NOWHERE: i32 = i32::MAX;

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// By the difference of its places, which lie from 0 to the unit; [`missing_place`] where a cell is missing.
    Number,
    /// By equality.
    Category,
}

/// What a difference of 1 in one of so many columns is, so that the sum of all fits.
pub(super) fn unit(columns: usize) -> i32 {
    let bits = usize::BITS - columns.max(4).next_power_of_two().leading_zeros() - 1;
    1 << (30 - bits.min(30))
}

/// The place of a missing number: as far from every number as numbers can be.
pub(super) fn missing_place(unit: i32) -> i32 {
    2 * unit
}

/// Rows of places, column by column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rows {
    pub(super) columns: Vec<Vec<i32>>,
    pub(super) rows: usize,
}

impl Rows {
    /// Some of the columns.
    pub(super) fn on(&self, columns: &[usize]) -> Self {
        Self { columns: columns.iter().map(|&column| self.columns[column].clone()).collect(), rows: self.rows }
    }

    /// Some of the rows.
    pub(super) fn of(&self, rows: &[u32]) -> Self {
        let column = |column: &Vec<i32>| rows.iter().map(|&row| column[row as usize]).collect();
        Self { columns: self.columns.iter().map(column).collect(), rows: rows.len() }
    }

    /// These rows and those of another table.
    pub(super) fn and(&self, other: &Self) -> Self {
        let columns = self.columns.iter().zip(&other.columns);
        Self {
            columns: columns.map(|(one, other)| [one.as_slice(), other].concat()).collect(),
            rows: self.rows + other.rows,
        }
    }

    /// The numbers of the rows so that equal rows stand together, and where each group of equal rows begins; the number of
    /// rows ends the list.
    pub(super) fn groups(&self) -> (Vec<u32>, Vec<usize>) {
        let mut order: Vec<u32> = (0..u32::try_from(self.rows).unwrap_or(u32::MAX)).collect();
        let compare = |one: &u32, other: &u32| {
            let places = |row: u32| self.columns.iter().map(move |column| column[row as usize]);
            places(*one).cmp(places(*other)).then(one.cmp(other))
        };
        order.par_sort_unstable_by(compare);
        let differ =
            |pair: &[u32]| self.columns.iter().any(|column| column[pair[0] as usize] != column[pair[1] as usize]);
        let mut starts: Vec<usize> = if order.is_empty() { Vec::new() } else { vec![0] };
        starts.extend(order.windows(2).enumerate().filter(|(_, pair)| differ(pair)).map(|(place, _)| place + 1));
        starts.push(order.len());
        (order, starts)
    }
}

/// What lies nearest to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nearest {
    /// The smallest distance.
    pub(super) first: i32,
    /// The distance of the second nearest row, which is the same where two are nearest; [`NOWHERE`] without a second row.
    pub(super) second: i32,
    /// The lowest rank of the rows at the smallest distance.
    pub(super) rank: u32,
}

impl Nearest {
    const NONE: Self = Self { first: NOWHERE, second: NOWHERE, rank: u32::MAX };

    fn take(&mut self, distance: i32, is_several: bool, rank: u32) {
        if distance < self.first {
            self.second = if is_several { distance } else { self.first };
            (self.first, self.rank) = (distance, rank);
        } else if distance == self.first {
            self.second = distance;
            self.rank = self.rank.min(rank);
        } else if distance < self.second {
            self.second = distance;
        }
    }
}

/// What is asked of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The smallest and the second smallest distance; the rank is of no meaning.
    Distances,
    /// The smallest distance and the lowest rank at it; the second distance is of no meaning.
    Rank,
}

/// A node of the tree. Its points are a range of leaves; the two halves of a node stand one after the other.
struct Node {
    /// The number of the second half; the first one follows this node. 0 in a leaf.
    second: u32,
    /// The leaf; of no meaning elsewhere.
    leaf: u32,
}

/// Points that can be searched.
pub(super) struct Index {
    axes: Vec<Axis>,
    unit: i32,
    nodes: Vec<Node>,
    /// One entry a node and column: the lowest and the highest number, or the bits of the categories.
    spans: Vec<u64>,
    /// Of each leaf each column, filled up to [`LEAF`].
    places: Vec<i32>,
    /// Of each leaf each point: whether several rows are there, and the lowest rank of them.
    points: Vec<(bool, u32)>,
    /// Points of each leaf.
    counts: Vec<u8>,
}

impl Index {
    /// The index of some rows, each with its rank, or all with rank 0. `axes` has an entry for each column.
    pub(super) fn new(axes: &[Axis], unit: i32, rows: &Rows, ranks: Option<&[u32]>) -> Self {
        let (order, starts) = rows.groups();
        let groups = starts.windows(2).map(|bounds| &order[bounds[0]..bounds[1]]);
        let rank = |row: &u32| ranks.map_or(0, |ranks| ranks[*row as usize]);
        let point = |group: &[u32]| (group.len() > 1, group.iter().map(rank).min().unwrap_or(0));
        let points: Vec<(bool, u32)> = groups.clone().map(point).collect();
        let firsts: Vec<u32> = groups.map(|group| group[0]).collect();
        let mut index = Self {
            axes: axes.to_vec(),
            unit,
            nodes: Vec::new(),
            spans: Vec::new(),
            places: Vec::new(),
            points: Vec::new(),
            counts: Vec::new(),
        };
        let mut numbers: Vec<u32> = (0..).zip(&points).map(|(number, _)| number).collect();
        if !numbers.is_empty() {
            index.grow(&Source { rows, firsts: &firsts, points: &points }, &mut numbers);
        }
        index
    }

    fn grow(&mut self, source: &Source<'_>, points: &mut [u32]) {
        let node = self.nodes.len();
        self.nodes.push(Node { second: 0, leaf: 0 });
        let spans: Vec<u64> = (0..self.axes.len()).map(|axis| self.span(source, points, axis)).collect();
        self.spans.extend(spans);
        let middle = if points.len() > LEAF { self.part(source, points) } else { 0 };
        if middle == 0 {
            self.nodes[node].leaf = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
            self.add_leaf(source, points);
            return;
        }
        let (first, second) = points.split_at_mut(middle);
        self.grow(source, first);
        self.nodes[node].second = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.grow(source, second);
    }

    fn span(&self, source: &Source<'_>, points: &[u32], axis: usize) -> u64 {
        let places = points.iter().map(|&point| source.place(axis, point));
        match self.axes[axis] {
            Axis::Category => places.fold(0, |bits, place| bits | bit(place)),
            Axis::Number => {
                let (low, high) = places.fold((i32::MAX, i32::MIN), |(low, high), at| (low.min(at), high.max(at)));
                u64::from(low.unsigned_abs()) << 32 | u64::from(high.unsigned_abs())
            }
        }
    }

    /// Parts the points on the column on which they lie farthest apart; how many come first, 0 where all are equal.
    fn part(&self, source: &Source<'_>, points: &mut [u32]) -> usize {
        let mut axes: Vec<(i64, usize)> =
            (0..self.axes.len()).map(|axis| (self.apart(source, points, axis), axis)).collect();
        axes.sort_unstable_by(|one, other| other.cmp(one));
        for (_, axis) in axes {
            let middle = part_at_middle(source, points, axis);
            if middle > 0 {
                return middle;
            }
        }
        0
    }

    /// How far pairs of some of the points lie apart on a column, in all.
    fn apart(&self, source: &Source<'_>, points: &[u32], axis: usize) -> i64 {
        let step = (points.len() / 64).max(1);
        let (near, far) = (points.iter().step_by(step), points.iter().rev().step_by(step));
        let apart = |(&one, &other): (&u32, &u32)| {
            i64::from(self.axes[axis].apart(source.place(axis, one), source.place(axis, other), self.unit))
        };
        near.zip(far).map(apart).sum()
    }

    fn add_leaf(&mut self, source: &Source<'_>, points: &[u32]) {
        for axis in 0..self.axes.len() {
            let mut lane = [0; LEAF];
            for (place, &point) in lane.iter_mut().zip(points.iter()) {
                *place = source.place(axis, point);
            }
            self.places.extend(lane);
        }
        let mut of_leaf = [(false, u32::MAX); LEAF];
        for (entry, &point) in of_leaf.iter_mut().zip(points.iter()) {
            *entry = source.points[point as usize];
        }
        self.points.extend(of_leaf);
        self.counts.push(u8::try_from(points.len()).unwrap_or(u8::MAX));
    }

    /// What lies nearest to each of some rows, in their order.
    ///
    /// # Errors
    /// When `stop` was raised.
    pub(super) fn nearest(&self, queries: &Rows, wanted: Wanted, stop: &Stop) -> Result<Vec<Nearest>, StopReason> {
        // Neighbours in this order ask the same nodes, and equal rows ask once.
        let (order, starts) = queries.groups();
        let groups: Vec<&[u32]> = starts.windows(2).map(|bounds| &order[bounds[0]..bounds[1]]).collect();
        let of_chunk = |groups: &[&[u32]]| {
            stop.check()?;
            let mut query = vec![0; self.axes.len()];
            let of_group = |group: &&[u32]| {
                for (place, column) in query.iter_mut().zip(&queries.columns) {
                    *place = column[group[0] as usize];
                }
                let mut best = Nearest::NONE;
                if !self.nodes.is_empty() {
                    self.search(0, 0, &query, wanted, &mut best);
                }
                best
            };
            Ok(groups.iter().map(of_group).collect::<Vec<Nearest>>())
        };
        let found = groups.par_chunks(AT_ONCE).map(of_chunk).collect::<Result<Vec<_>, StopReason>>()?;
        let mut nearest = vec![Nearest::NONE; queries.rows];
        for (group, found) in groups.iter().zip(found.into_iter().flatten()) {
            group.iter().for_each(|&row| nearest[row as usize] = found);
        }
        Ok(nearest)
    }

    fn search(&self, node: usize, bound: i32, query: &[i32], wanted: Wanted, best: &mut Nearest) {
        let is_needed = |bound: i32, best: &Nearest| match wanted {
            Wanted::Distances => bound < best.second,
            Wanted::Rank => bound <= best.first,
        };
        if !is_needed(bound, best) {
            return;
        }
        let Node { second, leaf } = self.nodes[node];
        if second == 0 {
            return self.look(leaf as usize, query, wanted, best);
        }
        let halves = [node + 1, second as usize];
        let mut halves = halves.map(|half| (self.bound(half, query), half));
        if halves[1].0 < halves[0].0 {
            halves.swap(0, 1);
        }
        for (bound, half) in halves {
            self.search(half, bound, query, wanted, best);
        }
    }

    /// No row under a node is nearer.
    fn bound(&self, node: usize, query: &[i32]) -> i32 {
        let spans = &self.spans[node * self.axes.len()..][..self.axes.len()];
        let of_axis = |((axis, &span), &place): ((&Axis, &u64), &i32)| match axis {
            Axis::Category => i32::from(span & bit(place) == 0) * self.unit,
            Axis::Number => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_possible_wrap,
                    reason = "both halves were packed from places"
                )]
                let (low, high) = ((span >> 32) as i32, span as u32 as i32);
                (low - place).max(place - high).clamp(0, self.unit)
            }
        };
        self.axes.iter().zip(spans).zip(query).map(of_axis).sum()
    }

    fn look(&self, leaf: usize, query: &[i32], wanted: Wanted, best: &mut Nearest) {
        let width = self.axes.len() * LEAF;
        let places = &self.places[leaf * width..][..width];
        let sums = sums(&self.axes, places, query, self.unit);
        let (sums, points) = (&sums[..usize::from(self.counts[leaf])], &self.points[leaf * LEAF..][..LEAF]);
        let worst = if wanted == Wanted::Rank { best.first.saturating_add(1) } else { best.second };
        if sums.iter().all(|&sum| sum >= worst) {
            return;
        }
        for (&sum, &(is_several, rank)) in sums.iter().zip(points) {
            best.take(sum, is_several, rank);
        }
    }
}

impl Axis {
    /// The distance of two places.
    pub(super) fn apart(self, one: i32, other: i32, unit: i32) -> i32 {
        match self {
            Self::Number => (one - other).abs().min(unit),
            Self::Category => i32::from(one != other) * unit,
        }
    }
}

/// What an index is made of: rows, the row of each point, and what is told of it.
#[derive(Clone, Copy)]
struct Source<'a> {
    rows: &'a Rows,
    firsts: &'a [u32],
    points: &'a [(bool, u32)],
}

impl Source<'_> {
    fn place(&self, axis: usize, point: u32) -> i32 {
        self.rows.columns[axis][self.firsts[point as usize] as usize]
    }
}

/// Parts points between two different places of a column, as near to the middle as can be.
fn part_at_middle(source: &Source<'_>, points: &mut [u32], axis: usize) -> usize {
    let place = |point: u32| source.place(axis, point);
    let half = points.len() / 2;
    let (_, &mut middle, _) = points.select_nth_unstable_by_key(half, |&point| place(point));
    let pivot = place(middle);
    let below = points.iter().filter(|&&point| place(point) < pivot).count();
    let within = points.iter().filter(|&&point| place(point) <= pivot).count();
    // Everything below the pivot, or everything up to it.
    let is_below = below > 0 && (within == points.len() || half - below <= within - half);
    let is_first = |point: u32| if is_below { place(point) < pivot } else { place(point) <= pivot };
    let count = if is_below { below } else { within };
    if count == points.len() {
        return 0;
    }
    points.sort_unstable_by_key(|&point| !is_first(point));
    count
}

/// The bit of a category; several share one.
fn bit(place: i32) -> u64 {
    1 << (place & 63)
}

/// The distance of each point of a leaf.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn sums(axes: &[Axis], places: &[i32], query: &[i32], unit: i32) -> [i32; LEAF] {
    let mut sums = [0; LEAF];
    let (lanes, _) = places.as_chunks::<LEAF>();
    for ((axis, lane), &place) in axes.iter().zip(lanes).zip(query) {
        match axis {
            Axis::Number => {
                for (sum, &other) in sums.iter_mut().zip(lane) {
                    *sum += (other - place).abs().min(unit);
                }
            }
            Axis::Category => {
                for (sum, &other) in sums.iter_mut().zip(lane) {
                    *sum += if other == place { 0 } else { unit };
                }
            }
        }
    }
    sums
}
