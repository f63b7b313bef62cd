//! The probability of each link, given that nobody has two partners.

use rayon::prelude::*;

use crate::measure::linkage::starts;
use crate::number::as_float;
use crate::stop::{Stop, StopReason};

/// Sweeps over all pairs.
const SWEEPS: u32 = 300;
/// No probability moved more in the last sweep.
const TOLERANCE: f64 = 1e-9;

/// A pair that could be a link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    /// Place of the subject of the extract.
    pub(super) ours: u32,
    /// Place of the subject of the source.
    pub(super) theirs: u32,
    /// How many times likelier the comparison is for a match than for two different people; natural logarithm.
    pub(super) log_ratio: f64,
}

/// Probabilities of all pairs together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Posterior {
    /// One a pair.
    pub(super) probabilities: Vec<f64>,
    /// Links to be expected.
    pub(super) expected: f64,
    /// Logarithm of the odds of a link between two free subjects before anything is compared.
    pub(super) log_prior: f64,
    /// Whether no probability moved any more.
    pub(super) converged: bool,
}

/// Ours, theirs: subjects of each side. Edges are sorted by `ours`, then `theirs`.
///
/// # Definition
/// Over all one-to-one sets of links M, P(M) is proportional to the product of `prior · ratio` over the links in M.
/// The probability of a pair is the sum over the sets that hold it, in the Bethe approximation (sum-product messages;
/// exact where the pairs form no ring, and with one fixed point in any case: Bayati, Gamarnik, Katz, Nair & Tetali,
/// STOC 2007; where several rivals contest the same partners it is too sure, by up to some tenths). The prior is that of K
/// links placed at random between the sides, `K / ((n - K)(m - K))`, with K the links to be expected, found together with the
/// probabilities; never closer than half a subject to everybody.
///
/// # Errors
/// When told to stop.
pub(super) fn posterior(
    ours: usize,
    theirs: usize,
    edges: &[Edge],
    start: f64,
    stop: &Stop,
) -> Result<Posterior, StopReason> {
    let our_edges = by_subject(ours, edges.iter().map(|edge| edge.ours));
    let their_edges = by_subject(theirs, edges.iter().map(|edge| edge.theirs));
    let mut result =
        Posterior { probabilities: vec![0.0; edges.len()], expected: start, log_prior: 0.0, converged: false };
    // Messages as logarithms: the log of how free the other end of the pair is.
    let mut from_theirs = vec![0.0; edges.len()];
    for _ in 0..SWEEPS {
        stop.check()?;
        result.log_prior = log_prior(result.expected, ours, theirs);
        let weights: Vec<f64> = edges.par_iter().map(|edge| edge.log_ratio + result.log_prior).collect();
        let from_ours = messages(&our_edges, &weights, &from_theirs);
        from_theirs = messages(&their_edges, &weights, &from_ours);
        let probabilities: Vec<f64> = (0..edges.len())
            .into_par_iter()
            .map(|edge| logistic(weights[edge] + from_ours[edge] + from_theirs[edge]))
            .collect();
        // One sum in the order of the pairs: the same bits for any number of threads.
        result.expected = probabilities.iter().sum();
        let moved = probabilities.iter().zip(&result.probabilities).map(|(one, other)| (one - other).abs());
        result.converged = moved.fold(0.0, f64::max) <= TOLERANCE;
        result.probabilities = probabilities;
        if result.converged {
            break;
        }
    }
    Ok(result)
}

/// Numbers of the edges of each subject.
struct BySubject {
    starts: Vec<usize>,
    edges: Vec<u32>,
}

fn by_subject(subjects: usize, ends: impl Iterator<Item = u32> + Clone) -> BySubject {
    let starts = starts(subjects, ends.clone());
    let mut next = starts.clone();
    let mut edges = vec![0; starts[subjects]];
    for (edge, subject) in (0_u32..).zip(ends) {
        edges[next[subject as usize]] = edge;
        next[subject as usize] += 1;
    }
    BySubject { starts, edges }
}

/// What each subject tells along each of its pairs: how free the others leave it.
fn messages(subjects: &BySubject, weights: &[f64], received: &[f64]) -> Vec<f64> {
    let shares: Vec<Vec<(u32, f64)>> = subjects
        .starts
        .par_windows(2)
        .map(|range| {
            let edges = &subjects.edges[range[0]..range[1]];
            let terms: Vec<f64> = edges.iter().map(|&edge| weights[edge as usize] + received[edge as usize]).collect();
            // Sums without one term, from both ends: taking it away from the whole would cancel.
            let mut after = vec![0.0; edges.len() + 1];
            for place in (0..edges.len()).rev() {
                after[place] = if place + 1 == edges.len() { 0.0 } else { log_add(after[place + 1], terms[place + 1]) };
            }
            let mut before = f64::NEG_INFINITY;
            let message = |(place, &edge): (usize, &u32)| {
                let free = log_add(after[place], before);
                before = log_add(before, terms[place]);
                (edge, -free)
            };
            edges.iter().enumerate().map(message).collect()
        })
        .collect();
    let mut messages = vec![0.0; weights.len()];
    shares.into_iter().flatten().for_each(|(edge, message)| messages[edge as usize] = message);
    messages
}

/// ln(e^one + e^other).
fn log_add(one: f64, other: f64) -> f64 {
    let (larger, smaller) = (one.max(other), one.min(other));
    if larger == f64::NEG_INFINITY { larger } else { larger + (smaller - larger).exp().ln_1p() }
}

fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

fn log_prior(expected: f64, ours: usize, theirs: usize) -> f64 {
    let (ours, theirs) = (as_float(ours as u64), as_float(theirs as u64));
    let links = expected.clamp(super::em::FLOOR, ours.min(theirs) - 0.5);
    links.ln() - (ours - links).ln() - (theirs - links).ln()
}
