//! The earth mover's distance between a class and the release, by four ground distances.
//!
//! # Definition
//! The least total way of moving shares until the distribution of the class is that of the release. With q and p the shares of pairs
//! of a member and a value in class and release, over the values that occur in the release:
//!
//! - equal, 1: half the sum of |q - p|.
//! - rank, |i - j| / (m - 1): sum over i of |sum over k up to i of q - p| / (m - 1).
//! - value, |x - y| / range: the same, each i weighted with the step to the next value, / range.
//! - taxonomy, level of the first common ancestor / H: sum over nodes of level / H times the smaller of the surpluses
//!   above and below 0 of its children.
//!
//! Levels count from the values up, so that the leaves of an unbalanced tree lie below chains of single groups. A missing
//! cell has the lowest rank, no number (then there is no distance by value), and its own branch of the taxonomy. A
//! single value is at the distance 0.
//!
//! Sources: Li, Li & Venkatasubramanian, ICDE 2007; the tests hold it against a transport problem.
//!
//! # How
//! Only the k values of the class are looked at: between two of them the running sum of the class does not change, so that the terms
//! up to a place that is found by halves have one sign, and sums of the release that were made once give them. All is in whole
//! numbers, so that no order of values or classes changes a digit.

use super::SecretValues;
use super::models::{GROUND, wide};
use crate::number::as_float;
use crate::result::GroundDistance;
use crate::table::{ClassMembers, Column};

/// A quotient of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quotient {
    above: u128,
    below: u128,
}

impl Quotient {
    pub(super) fn number(self) -> f64 {
        match (u64::try_from(self.above), u64::try_from(self.below)) {
            (Ok(0), _) => 0.0,
            (Ok(above), Ok(below)) => as_float(above) / as_float(below),
            _ => wide(self.above) / wide(self.below),
        }
    }
}

/// Within which two distances may be the same; far more than a sum of a few floats is wrong by.
const NEAR: f64 = 1e-9;

/// A release, ready for one class after the other.
pub(super) struct Distances<'a> {
    by_value: &'a [u64],
    pairs: u64,
    line: Option<Line>,
    by_number: Option<Line>,
    tree: Option<Tree<'a>>,
}

/// Memory for one class.
pub(super) struct Scratch {
    places: Vec<(usize, u64)>,
    /// Of each group of the level at hand the surplus of its children above 0, and the pairs of the class.
    groups: Vec<(u128, u64)>,
    touched: Vec<u32>,
    children: Vec<(u32, u64)>,
}

impl<'a> Distances<'a> {
    pub(super) fn new(column: &Column, secret: &'a SecretValues, by_value: &'a [u64]) -> Self {
        let numbers = secret.numbers.as_deref();
        let occurs = |code: usize| by_value[code] > 0;
        let codes = || (0..by_value.len()).filter(|&code| occurs(code));
        let number = |code: usize| numbers.and_then(|numbers| numbers.get(code).copied().flatten());
        let is_missing = |code: usize| column.missing.map(|missing| missing as usize) == Some(code);
        let is_complete = numbers.is_some() && codes().all(|code| number(code).is_some() || is_missing(code));
        let line =
            |weight: fn(i64, i64) -> Option<u64>| Line::new(by_value, codes().map(|code| (number(code), code)), weight);
        let is_missing_somewhere = codes().any(is_missing);
        Self {
            line: is_complete.then(|| line(|_, _| Some(1))).flatten(),
            by_number: (is_complete && !is_missing_somewhere)
                .then(|| line(|low, high| Some(high.abs_diff(low))))
                .flatten(),
            tree: secret.taxonomy.as_deref().map(|levels| Tree::new(levels, by_value)),
            pairs: by_value.iter().sum(),
            by_value,
        }
    }

    /// The distances that the column has.
    pub(super) fn known(&self) -> Vec<GroundDistance> {
        let has = [true, self.line.is_some(), self.by_number.is_some(), self.tree.is_some()];
        GROUND.into_iter().zip(has).filter(|(_, has)| *has).map(|(distance, _)| distance).collect()
    }

    /// The one that counts where none is declared.
    pub(super) fn default(&self) -> GroundDistance {
        match (&self.tree, &self.line) {
            (Some(_), _) => GroundDistance::Taxonomy,
            (None, Some(_)) => GroundDistance::Rank,
            (None, None) => GroundDistance::Equal,
        }
    }

    pub(super) fn scratch(&self) -> Scratch {
        let groups = self.tree.as_ref().map_or(0, |tree| tree.groups);
        Scratch { places: Vec::new(), groups: vec![(0, 0); groups], touched: Vec::new(), children: Vec::new() }
    }

    /// The most that moving one member with this value can add to the distances of its class, in the order of [`GROUND`] but for
    /// the first: its mean distance from the values of the release. Moving every value of a class to all of those is one of
    /// the ways to move it, and never shorter than the shortest.
    pub(super) fn mean_distances(&self, value: usize) -> [f64; 3] {
        let of_line = |line: &Option<Line>| line.as_ref().map_or(0.0, |line| line.mean_distance(value));
        let of_tree = self.tree.as_ref().map_or(0.0, |tree| tree.mean_distance(value, self.pairs, self.by_value));
        [of_line(&self.line), of_line(&self.by_number), of_tree]
    }

    /// Raises the worst distances so far, in the order of [`GROUND`], to those of a class of so many pairs. `at_most` says what
    /// they are at most, but for the last digits; only what can be the worst is computed.
    pub(super) fn worsen(
        &self,
        class: &ClassMembers<'_>,
        pairs: u64,
        at_most: [f64; 4],
        scratch: &mut Scratch,
        worst: &mut [f64; 4],
    ) {
        // No term is above 1, so that each adds at most its last digit to what the sum is wrong by.
        let near = NEAR + as_float(class.values.len() as u64) * f64::EPSILON;
        let may_be_worse = |ground: usize, worst: &[f64; 4]| at_most[ground] >= worst[ground] - near;
        if may_be_worse(0, worst) {
            worst[0] = worst[0].max(self.equal(class, pairs).number());
        }
        for (line, ground) in [&self.line, &self.by_number].into_iter().zip(1..) {
            if let Some(line) = line.as_ref().filter(|_| may_be_worse(ground, worst)) {
                let distance = line.distance(class, pairs, self.pairs, &mut scratch.places);
                worst[ground] = worst[ground].max(distance.number());
            }
        }
        if let Some(tree) = self.tree.as_ref().filter(|_| may_be_worse(3, worst)) {
            worst[3] = worst[3].max(tree.distance(self, class, pairs, scratch).number());
        }
    }

    /// The distances of a class, in the order of [`GROUND`].
    #[cfg(test)]
    pub(super) fn of(&self, class: &ClassMembers<'_>, scratch: &mut Scratch) -> [Option<f64>; 4] {
        let mut worst = [0.0; 4];
        let pairs = class.values.iter().map(|&(_, holders)| u64::from(holders)).sum();
        self.worsen(class, pairs, [f64::INFINITY; 4], scratch, &mut worst);
        let known = self.known();
        std::array::from_fn(|place| known.contains(&GROUND[place]).then_some(worst[place]))
    }

    /// Surplus of a value in a class of so many pairs, times the pairs of class and release.
    fn surplus(&self, value: u32, holders: u32, pairs: u64) -> i128 {
        i128::from(holders) * i128::from(self.pairs) - i128::from(self.by_value[value as usize]) * i128::from(pairs)
    }

    fn equal(&self, class: &ClassMembers<'_>, pairs: u64) -> Quotient {
        // What is above 0 equals what is below, so that half of both is either.
        let above =
            class.values.iter().map(|&(value, holders)| self.surplus(value, holders, pairs).max(0).unsigned_abs());
        Quotient { above: above.sum(), below: u128::from(pairs) * u128::from(self.pairs) }
    }
}

/// Values in a row, each a step from the next.
struct Line {
    /// The place of each code; of one that does not occur anything.
    place_of: Vec<usize>,
    /// Pairs of the release up to each place.
    running: Vec<u64>,
    /// The steps before each place, and the same times the running pairs at their beginning.
    steps: Vec<u128>,
    weighted: Vec<u128>,
}

/// A range beyond which products of counts and steps may not fit.
const WIDEST: u128 = 1 << 62;

impl Line {
    /// The values in ascending order of their numbers, those without one first; none where a step has no length or the
    /// range is too wide.
    fn new(
        by_value: &[u64],
        codes: impl Iterator<Item = (Option<i64>, usize)>,
        length: fn(i64, i64) -> Option<u64>,
    ) -> Option<Self> {
        let mut codes: Vec<(Option<i64>, usize)> = codes.collect();
        codes.sort_unstable();
        let mut place_of = vec![0; by_value.len()];
        let (mut running, mut steps, mut weighted) = (Vec::new(), vec![0], vec![0]);
        let (mut pairs, mut start) = (0_u64, 0_u128);
        let mut before: Option<i64> = None;
        for (place, same) in codes.chunk_by(|one, other| one.0 == other.0).enumerate() {
            let number = same.first().and_then(|&(number, _)| number);
            if place > 0 {
                let step = u128::from(length(before.unwrap_or(0), number.unwrap_or(0))?);
                start += step;
                steps.push(start);
                weighted.push(weighted.last().copied().unwrap_or(0) + step * u128::from(pairs));
            }
            before = number;
            for &(_, code) in same {
                pairs += by_value[code];
                place_of[code] = place;
            }
            running.push(pairs);
        }
        (start <= WIDEST).then_some(Self { place_of, running, steps, weighted })
    }

    /// The mean distance of a code from the pairs of the release.
    fn mean_distance(&self, code: usize) -> f64 {
        let (place, last) = (self.place_of[code], self.running.len().saturating_sub(1));
        let pairs = u128::from(self.running.last().copied().unwrap_or(0));
        // All of a class at one place is moved down to the values before it and up to those behind.
        let moved = self.stretch(0, place, 0, 1) + self.stretch(place, last, pairs, 1);
        wide(moved) / wide(self.steps[last] * pairs).max(1.0)
    }

    fn distance(&self, class: &ClassMembers<'_>, pairs: u64, all: u64, places: &mut Vec<(usize, u64)>) -> Quotient {
        places.clear();
        places.extend(class.values.iter().map(|&(value, holders)| (self.place_of[value as usize], u64::from(holders))));
        places.sort_unstable();
        let last = self.running.len().saturating_sub(1);
        let (mut above, mut held, mut start) = (0_u128, 0_u64, 0_usize);
        for &(place, holders) in places.iter() {
            above += self.stretch(start, place, u128::from(held) * u128::from(all), u128::from(pairs));
            (held, start) = (held + holders, place);
        }
        above += self.stretch(start, last, u128::from(held) * u128::from(all), u128::from(pairs));
        let range = self.steps.last().copied().unwrap_or(0);
        Quotient { above, below: range * u128::from(pairs) * u128::from(all) }
    }

    /// The sum over the steps from one place to another of length times |held - running * pairs|.
    fn stretch(&self, from: usize, to: usize, held: u128, pairs: u128) -> u128 {
        let running = &self.running[from..to];
        let middle = from + running.partition_point(|&running| u128::from(running) * pairs <= held);
        let below = |from: usize, to: usize| {
            (self.steps[to] - self.steps[from], (self.weighted[to] - self.weighted[from]) * pairs)
        };
        let (length, weighted) = below(from, middle);
        let (length_above, weighted_above) = below(middle, to);
        (length * held - weighted) + (weighted_above - length_above * held)
    }
}

/// A taxonomy above the values.
struct Tree<'a> {
    levels: &'a [Vec<u32>],
    /// For each level the pairs of the release in each group.
    pairs_of: Vec<Vec<u64>>,
    /// For each level but the last the group of the next one that each group is part of.
    parents: Vec<Vec<u32>>,
    /// Groups of the level that has most.
    groups: usize,
}

impl<'a> Tree<'a> {
    fn new(levels: &'a [Vec<u32>], by_value: &[u64]) -> Self {
        let groups_of = |level: &Vec<u32>| level.iter().max().map_or(0, |&group| group as usize + 1);
        let pairs_of = levels.iter().map(|level| {
            let mut pairs = vec![0; groups_of(level)];
            level.iter().zip(by_value).for_each(|(&group, held)| pairs[group as usize] += held);
            pairs
        });
        let parents = levels.windows(2).map(|levels| {
            let mut parents = vec![0; groups_of(&levels[0])];
            levels[0].iter().zip(&levels[1]).for_each(|(&group, &parent)| parents[group as usize] = parent);
            parents
        });
        Self {
            levels,
            pairs_of: pairs_of.collect(),
            parents: parents.collect(),
            groups: levels.iter().map(groups_of).max().unwrap_or(0).max(1),
        }
    }

    /// The mean distance of a code from the pairs of the release: a pair is as far away as the levels on which it is not part of
    /// the same group.
    fn mean_distance(&self, code: usize, all: u64, by_value: &[u64]) -> f64 {
        let in_group =
            |(level, pairs): (&Vec<u32>, &Vec<u64>)| level.get(code).map_or(0, |&group| pairs[group as usize]);
        let same = std::iter::once(by_value[code]).chain(self.levels.iter().zip(&self.pairs_of).map(in_group));
        same.map(|same| as_float(all - same)).sum::<f64>() / as_float((all * (self.levels.len() as u64 + 1)).max(1))
    }

    /// Groups without a value of the class have no surplus above 0, so that nothing is moved within them.
    fn distance(&self, all: &Distances<'_>, class: &ClassMembers<'_>, pairs: u64, scratch: &mut Scratch) -> Quotient {
        let Scratch { groups, touched, children, .. } = scratch;
        let height = self.levels.len() + 1;
        let surplus = |held: u64, released: u64| {
            i128::from(held) * i128::from(all.pairs) - i128::from(released) * i128::from(pairs)
        };
        let released = |level: usize, group: u32| match level {
            0 => all.by_value[group as usize],
            level => self.pairs_of.get(level - 1).map_or(all.pairs, |groups| groups[group as usize]),
        };
        children.clear();
        children.extend(class.values.iter().map(|&(value, holders)| (value, u64::from(holders))));
        let mut moved = 0_u128;
        for level in 1..=height {
            for (child, held) in children.drain(..) {
                let group = match level {
                    _ if level == height => 0,
                    1 => self.levels[0][child as usize],
                    level => self.parents[level - 2][child as usize],
                };
                let own = surplus(held, released(level - 1, child));
                let (above, inside) = &mut groups[group as usize];
                if *inside == 0 {
                    touched.push(group);
                }
                *above += own.max(0).unsigned_abs();
                *inside += held;
            }
            for group in touched.drain(..) {
                let (above, held) = std::mem::take(&mut groups[group as usize]);
                // What is below 0 is what is above less the surplus of the whole group.
                let below = i128::try_from(above).unwrap_or(i128::MAX) - surplus(held, released(level, group));
                moved += level as u128 * above.min(below.max(0).unsigned_abs());
                children.push((group, held));
            }
        }
        Quotient { above: moved, below: height as u128 * u128::from(pairs) * u128::from(all.pairs) }
    }
}
