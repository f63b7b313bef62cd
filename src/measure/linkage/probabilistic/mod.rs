//! Probabilistic linkage: agreements of single columns, weighed by how much each one says.
//!
//! # Definition
//! Two subjects, one of each side, are compared column by column; each column gives a level, from equal to nothing
//! alike. With λ the share of matches among all pairs, `m` the share of matches and `u` the share of other pairs at a
//! level, the weight of a pair is `log2(λ / (1 - λ)) + Σ log2(m / u)` over its columns, and a missing value adds
//! nothing. λ, m and u are learned without truth by expectation and maximisation over the patterns of levels. Exact
//! agreement on a value that few people have weighs more: `log2(u / share of the value)` is added.
//!
//! Nobody has two partners. The probability of a link is therefore not that of its weight alone, but that over all
//! one-to-one sets of links (`posterior.rs`), in which the candidates of a subject, and nobody, compete for it. Links
//! are those of the one-to-one assignment of largest total weight; those of probability 0.5 and more are claimed.
//! `expected_correct` is the sum of the probabilities of all links of the assignment, claimed or not: two people who look
//! alike share a link that is right for one of them. Where truth says who a subject is, its link counts by that.
//!
//! # Source
//! Fellegi & Sunter, JASA 64(328), 1183-1210 (1969); Winkler, Proceedings of the Section on Survey Research Methods,
//! ASA (1988 and 1990); conventions of Splink (fixed sample for u, term frequencies, weights in log2).
//!
//! # The way of the data
//! `fields.rs` reads one row of codes a subject, `blocking.rs` says which pairs are compared, `compare.rs` and
//! `levels.rs` compare them, `sample.rs` counts patterns over all pairs, `em.rs` learns, `weights.rs` weighs,
//! `posterior.rs` turns weights into probabilities, `score.rs` holds the links against the truth. `oracle.rs` does the
//! sums of `em.rs` and `posterior.rs` the obvious way.
//!
//! # Guarantee
//! Same values, settings and version give the same bits, for any order of the records and any number of threads.
//! Truth changes no link and no probability.
//!
//! # Limits
//! Columns count as independent within matches and within others. Where they are not (a household shares surname and
//! address), other people of the household look more like matches than they are; only the competition within a
//! one-to-one assignment speaks against it.

mod blocking;
mod compare;
mod em;
mod fields;
mod levels;
#[cfg(test)]
mod oracle;
mod outcome;
mod posterior;
mod sample;
mod score;
#[cfg(test)]
mod test;
mod weights;

use super::LinkedTables;
use super::written::{RATE, undefined};
use crate::number::as_float;
use crate::result::LinkageAttack;
use crate::stop::{Stop, StopReason};
use em::{Fit, Limits, Model};
use outcome::Learned;

/// Fewer columns do not tell two kinds of pairs apart: three are the least that determine λ, m and u.
const FEWEST_FIELDS: usize = 3;
/// Of the pairs compared, fewer matches than this share leave nothing to learn from; nor does less than one match.
const SMALLEST_LAMBDA: f64 = 1e-6;
/// What the start counts for: ten matches, and two in a hundred of those there could be. More keeps m nearer to nine
/// agreements in ten; less lets it drift to chance when few people are in common.
const PRIOR_MATCHES: f64 = 10.0;
const PRIOR_SHARE: f64 = 0.02;
/// First rounds in which only λ moves.
const SETTLING: u32 = 30;

/// Rounds of expectation and maximisation at most.
const ITERATIONS: u32 = 5000;

/// How the attack is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Seed of the pairs that are drawn.
    pub seed: u64,
    /// Most pairs that are compared.
    pub candidate_pairs: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 0, candidate_pairs: 10_000_000 }
    }
}

/// Links the subjects of the extract to those of the source.
///
/// # Edge cases
/// Columns that vary within a subject, that have one value only, or that one side never fills are left out with a note.
/// Fewer than three remaining columns, a side without subjects, no set of columns that narrows the pairs down to
/// [`Settings::candidate_pairs`], and no sign of common people (λ below 10^-6 of the compared pairs) leave
/// `attack_rate` null with a reason.
///
/// # Errors
/// When told to stop.
///
/// # Cost
/// Pairs compared × columns, then patterns × columns in each round; 16 bytes for each compared pair.
pub fn attack(linked: &LinkedTables, settings: &Settings, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    let mut read = fields::read(linked);
    let notes = std::mem::take(&mut read.notes);
    let nothing = |reason: &str| {
        let mut attack = outcome::frame(linked, &read, notes.clone());
        undefined(&mut attack, RATE, reason);
        Ok(attack)
    };
    if read.ours.len() == 0 || read.theirs.len() == 0 {
        return nothing("empty");
    }
    if read.columns.len() < FEWEST_FIELDS {
        return nothing("too-few-columns");
    }
    let rules = blocking::rules(&read, settings.candidate_pairs);
    if rules.is_empty() {
        return nothing("no-blocking");
    }
    let comparer = compare::Comparer::new(&read.columns);
    let candidates = blocking::candidates(&read, &rules, &comparer, stop)?;
    let patterns = sample::patterns(&read, &rules, &candidates, &comparer, settings.seed, stop)?;
    drop(comparer);
    let fit = learn(&read, &patterns, stop)?;
    let learned = Learned { linked, read: &read, rules: &rules, candidates: &candidates, fit: &fit };
    let mut result = learned.describe(notes);
    if let Some(reason) = learned.nothing_in_common() {
        undefined(&mut result, RATE, reason);
        return Ok(result);
    }
    let edges = weights::edges(&read, &candidates, &fit.model);
    drop(patterns);
    let links = learned.links(&edges, stop)?;
    learned.rate(&mut result, &links);
    Ok(result)
}

/// The model, from the patterns of all pairs.
fn learn(read: &fields::Fields, patterns: &[em::Pattern], stop: &Stop) -> Result<Fit, StopReason> {
    // Nobody has two partners: of all pairs, one in as many as the larger side has subjects can be a match.
    let largest_lambda = 1.0 / as_float(read.ours.len().max(read.theirs.len()) as u64);
    let start = Model::start(patterns, &weights::level_counts(&read.columns), largest_lambda / 2.0);
    let limits = Limits {
        iterations: ITERATIONS,
        tolerance: 1e-9,
        largest_lambda,
        prior_matches: PRIOR_MATCHES + PRIOR_SHARE * as_float(read.ours.len().min(read.theirs.len()) as u64),
        settling: SETTLING,
    };
    em::fit(patterns, &start, limits, stop)
}
