//! Smallest and largest value of single variables under linear equations and bounds, in exact arithmetic.
//!
//! # Method
//! The primal simplex method on a sparse tableau. Each row says `den · x + Σ a · x_j = value` for one basic `x` with whole
//! numbers of its own scale, so nothing is ever rounded and a bound needs no tolerance: it is attained by a point that
//! satisfies every equation, and the row of the variable is the proof that no point does better. Numbers that outgrow
//! their type end the work with [`Trouble::Overflow`]; a wrong bound is never given.
//!
//! The coefficients of sums in tables are 0, 1 and -1 and stay small. The row of the variable is its own objective, so
//! thousands of bounds are found one after the other from where the last one ended, with a few steps each.

mod row;
mod steps;
mod tableau;

pub(crate) use tableau::{Bound, Equation, Tableau, Trouble};
