//! A random forest for targets of any number of classes, from whole numbers.
//!
//! # Definition
//! Each tree is grown on rows drawn with replacement, by the split of least Gini impurity (`grow.rs`): every other tree over half of
//! the columns at each node, so that trees differ, the rest over all of them, so that one column which tells everything is found.
//! How small the leaves may be is chosen by guessing a fifth of the known rows from the others. A tree votes for a row with the
//! shares of the targets in its leaf. The guess is the target of most votes, of equally many the one that more of the known rows
//! have, then the smaller. Source: Breiman, Machine Learning 45(1), 2001; votes by shares as in scikit-learn.
//!
//! # Cost
//! About ten nanoseconds for each drawn row, level and tried column. A tree draws at most [`MOST_DRAWN`] rows, which bounds
//! time and memory and costs little: trees of different rows differ more.

use rayon::prelude::*;

use super::Features;
use super::bins::Binned;
use super::folds;
use super::grow::{Grower, Manner, Tree};
use crate::stats::mix;
use crate::stop::{Stop, StopReason};

/// Most rows that a tree is grown on.
const MOST_DRAWN: usize = 1 << 17;
/// Trees that are grown before the rows are asked about; their memory is held at once.
const AT_ONCE: u32 = 8;
/// Fewest rows on either side of a split, of which one is chosen: large ones see through noise, small ones find what is rare.
const LEAVES: [usize; 3] = [20, 5, 1];
/// Known rows that the choice is made on, and trees for each.
const TRIED: (usize, u32) = (10_000, 8);
/// Keeps the choice apart from what is grown.
const CHOICE: u64 = 0x4C45_4146;
/// Votes of one tree, shared among the targets of a leaf.
pub(super) const VOTES: u32 = 1 << 10;

/// How a forest is grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forest {
    /// Trees.
    pub trees: u32,
    /// Of what is drawn.
    pub seed: u64,
}

/// A guess for one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// The guessed target.
    pub target: u32,
    /// Votes for it, in millionths of all votes.
    pub millionths: u32,
}

impl Forest {
    /// Trees that are grown where nothing else is said.
    pub const TREES: u32 = 32;

    /// Guesses the target of each row of `asked` from the rows `known`, whose targets are read; others are not. Targets are
    /// below `targets`. Without a known row every guess is target 0 with no votes.
    ///
    /// For the same guesses in any order of the rows, both lists are in an order that follows from the values.
    ///
    /// # Errors
    /// When `stop` was raised.
    ///
    /// # Panics
    /// When a row or a target is beyond its bound.
    pub fn votes(
        self,
        features: &Features,
        target: &[u32],
        targets: u32,
        known: &[u32],
        asked: &[u32],
        stop: &Stop,
    ) -> Result<Vec<Vote>, StopReason> {
        let mut prior = vec![0_u32; targets as usize];
        for &row in known {
            prior[target[row as usize] as usize] += 1;
        }
        if known.is_empty() || features.columns().is_empty() {
            let most = (0..targets).max_by_key(|&it| (prior[it as usize], std::cmp::Reverse(it))).unwrap_or(0);
            return Ok(vec![Vote { target: most, millionths: 0 }; asked.len()]);
        }
        let columns: Vec<Binned> = features.columns().par_iter().map(Binned::new).collect();
        let grown = Grown { columns: &columns, target, targets, stop };
        let leaf = self.chosen_leaf(&grown, known)?;
        let votes = grown.votes(self, leaf, known, asked)?;
        Ok(votes.iter().map(|votes| votes.first(&prior, self.trees)).collect())
    }

    /// The leaf size that guesses most of a fifth of the known rows right from the others; of equally good ones the largest. No
    /// row that is asked about has a say.
    fn chosen_leaf(self, grown: &Grown<'_>, known: &[u32]) -> Result<usize, StopReason> {
        let (most, trees) = TRIED;
        let seed = mix(self.seed, CHOICE);
        let places = folds::sample(known.len(), most, seed);
        let fold = folds::folds(places.len(), 5, seed);
        let part = |is_out: bool| {
            let places = places.iter().zip(&fold).filter(move |&(_, &fold)| (fold == 0) == is_out);
            places.map(|(&place, _)| known[place as usize]).collect::<Vec<u32>>()
        };
        let (known, asked) = (part(false), part(true));
        let mut best = (0, LEAVES[0]);
        if known.is_empty() || asked.is_empty() {
            return Ok(1);
        }
        let mut prior = vec![0_u32; grown.targets as usize];
        for &row in &known {
            prior[grown.target[row as usize] as usize] += 1;
        }
        for leaf in LEAVES {
            let votes = grown.votes(Forest { trees, seed }, leaf, &known, &asked)?;
            let is_right =
                |(row, votes): &(&u32, &Votes)| votes.first(&prior, trees).target == grown.target[**row as usize];
            let right = asked.iter().zip(&votes).filter(is_right).count();
            if right > best.0 {
                best = (right, leaf);
            }
        }
        Ok(best.1)
    }
}

/// What trees are grown from.
struct Grown<'a> {
    columns: &'a [Binned],
    target: &'a [u32],
    targets: u32,
    stop: &'a Stop,
}

impl Grown<'_> {
    /// The votes for each row that is asked about.
    fn votes(&self, forest: Forest, leaf: usize, known: &[u32], asked: &[u32]) -> Result<Vec<Votes>, StopReason> {
        let mut votes: Vec<Votes> = vec![Votes::default(); asked.len()];
        let mut begun = 0;
        while begun < forest.trees {
            let batch = begun..(begun + AT_ONCE).min(forest.trees);
            let grown = |tree: u32| {
                self.stop.check()?;
                let seed = mix(forest.seed, tree.into());
                let drawn = known.len().min(MOST_DRAWN) as u64;
                let draw = |turn: u64| known[below(mix(seed, turn), known.len())];
                let manner = Manner { tries_all: tree.is_multiple_of(2), leaf };
                let grower = Grower::new(self.columns, self.target, self.targets, seed, manner);
                grower.grow((0..drawn).map(draw).collect(), self.stop)
            };
            let trees = batch.clone().into_par_iter().with_max_len(1).map(grown);
            let trees: Vec<Tree> = trees.collect::<Result<_, StopReason>>()?;
            let asked = asked.par_iter().with_min_len(1024);
            votes.par_iter_mut().zip(asked).for_each(|(votes, &row)| {
                for tree in &trees {
                    tree.leaf(self.columns, row as usize).for_each(|vote| votes.add(vote));
                }
            });
            self.stop.check()?;
            begun = batch.end;
        }
        Ok(votes)
    }
}

/// Which of so many a random number means.
#[expect(clippy::cast_possible_truncation, reason = "the result is below a length")]
pub(super) fn below(random: u64, length: usize) -> usize {
    ((u128::from(random) * length as u128) >> 64) as usize
}

/// Votes for the targets that have any.
#[derive(Clone, Default)]
struct Votes(Vec<(u32, u32)>);

impl Votes {
    fn add(&mut self, (target, votes): (u32, u32)) {
        match self.0.iter_mut().find(|(of, _)| *of == target) {
            Some((_, sum)) => *sum += votes,
            None => self.0.push((target, votes)),
        }
    }

    /// The target of most votes; of equally many the more frequent one, then the smaller.
    fn first(&self, prior: &[u32], trees: u32) -> Vote {
        let rank = |&&(target, votes): &&(u32, u32)| (votes, prior[target as usize], std::cmp::Reverse(target));
        let all = u64::from(trees) * u64::from(VOTES);
        self.0.iter().max_by_key(rank).map_or(Vote { target: 0, millionths: 0 }, |&(target, votes)| {
            let millionths = u64::from(votes) * 1_000_000 / all.max(1);
            Vote { target, millionths: u32::try_from(millionths).unwrap_or(1_000_000) }
        })
    }
}
