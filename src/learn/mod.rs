//! Guessing one value of a person from others: a forest of trees, the nearest neighbour, and who is asked about whom.
//!
//! Everything here works on [`Features`]: one row a person, numbers and categories side by side, and on a *target*, which is
//! a number from 0 for each row. Nothing here knows where rows come from.
//!
//! # Guarantee
//! The same rows give the same guesses, in any order and for any number of threads: rows are put in an order that follows from
//! their values ([`Features::canonical`]), trees are grown from counts alone, which are whole numbers, and what is drawn
//! follows from a seed and a place in that order. Categories must be numbered by something that depends on the values alone.
//!
//! # Why not a library
//! Looked at in November 2026. `forust-ml` 0.8 and `perpetual` 2.3 know two classes and sum floats in the order of the records;
//! `perpetual` also asks the machine for its memory. `biosphere` 0.4 knows two classes. `smartcore` 0.7 knows several classes, but
//! categories only as numbers, and its forest runs on one thread (figures in `docs/performance.md`). None takes
//! several classes and categories, and for each of them the rows would have to be put in order as well. What is below is
//! one seam: [`Forest::votes`] is all that others ask for.

mod bins;
mod features;
mod folds;
mod forest;
mod grow;
mod nearest;
#[cfg(test)]
mod test;

pub use features::{Feature, Features, NO_CATEGORY};
pub use folds::{folds, sample};
pub use forest::{Forest, Vote};
pub use nearest::{Nearest, nearest};
