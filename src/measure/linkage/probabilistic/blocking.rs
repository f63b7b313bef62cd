//! Which pairs are compared at all: those that agree on at least one rule.

use rayon::prelude::*;

use super::compare::Comparer;
use super::fields::{Fields, MISSING, Side};
use crate::stats::mix;
use crate::stop::{Stop, StopReason};

/// Up to that many pairs are compared without any rule.
const COMPARE_ALL: u64 = 1_000_000;
/// No rule takes more than this part of the budget.
const LARGEST_PART: u64 = 8;
/// Rules at most.
const MOST_RULES: usize = 12;
/// Subjects that one task looks up.
const CHUNK: usize = 128;

/// Positions of the columns (among those compared) on which a pair must agree. An empty rule lets every pair pass.
pub(super) type Rule = Vec<usize>;

/// Whether two rows have equal values, none missing, in all columns of a rule.
pub(super) fn agrees(rule: &[usize], ours: &[u32], theirs: &[u32]) -> bool {
    rule.iter().all(|&field| ours[field] != MISSING && ours[field] == theirs[field])
}

/// One number for the values of a row in the columns of a rule; `None` when one is missing.
fn key(rule: &[usize], row: &[u32]) -> Option<u64> {
    rule.iter().try_fold(0, |key, &field| (row[field] != MISSING).then(|| mix(key, u64::from(row[field]))))
}

/// The keys of a side in ascending order, each with the place of its subject.
fn index(rule: &[usize], side: &Side) -> Vec<(u64, u32)> {
    let places = 0..u32::try_from(side.len()).unwrap_or(u32::MAX);
    let mut keys: Vec<(u64, u32)> =
        places.filter_map(|place| Some((key(rule, side.row(place as usize))?, place))).collect();
    keys.sort_unstable();
    keys
}

/// Pairs that a rule lets pass.
pub(super) fn pairs_of(rule: &[usize], ours: &Side, theirs: &Side) -> u64 {
    let (ours, theirs) = (index(rule, ours), index(rule, theirs));
    let mut from = 0;
    let mut pairs = 0;
    for run in ours.chunk_by(|one, other| one.0 == other.0) {
        from += theirs[from..].partition_point(|&(key, _)| key < run[0].0);
        let length = theirs[from..].partition_point(|&(key, _)| key == run[0].0);
        pairs += run.len() as u64 * length as u64;
    }
    pairs
}

/// The rules: none where the pairs are so few that all are compared.
pub(super) fn rules(read: &Fields, budget: u64) -> Vec<Rule> {
    let all = read.ours.len() as u64 * read.theirs.len() as u64;
    if all <= COMPARE_ALL.min(budget) { vec![Vec::new()] } else { chosen(read, budget) }
}

/// Rules of one column first, then of two, then (while there are fewer than three) of three; none that holds another.
/// Among rules of the same size, those of columns used least so far, then those of fewest pairs.
fn chosen(read: &Fields, budget: u64) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut left = budget;
    let mut uses = vec![0_usize; read.columns.len()];
    for size in 1..=3 {
        if size == 3 && rules.len() >= 3 {
            break;
        }
        let holds_none = |set: &Rule| !rules.iter().any(|rule| rule.iter().all(|field| set.contains(field)));
        let sets: Vec<Rule> = subsets(read.columns.len(), size).into_iter().filter(holds_none).collect();
        let mut open: Vec<(u64, Rule)> = sets
            .into_par_iter()
            .map(|rule| (pairs_of(&rule, &read.ours, &read.theirs), rule))
            .filter(|(pairs, _)| (1..=budget / LARGEST_PART).contains(pairs))
            .collect();
        while rules.len() < MOST_RULES {
            open.retain(|(pairs, _)| *pairs <= left);
            let so_far = |rule: &Rule| rule.iter().map(|&field| uses[field]).sum::<usize>();
            let best = open.iter().enumerate().min_by_key(|(_, (pairs, rule))| (so_far(rule), *pairs, rule.clone()));
            let Some(best) = best.map(|(place, _)| place) else { break };
            let (pairs, rule) = open.swap_remove(best);
            left -= pairs;
            for &field in &rule {
                uses[field] += 1;
            }
            rules.push(rule);
        }
    }
    rules
}

fn subsets(fields: usize, size: usize) -> Vec<Rule> {
    let mut sets: Vec<Rule> = vec![Vec::new()];
    for _ in 0..size {
        let longer = |set: &Rule| {
            let set = set.clone();
            let from = set.last().map_or(0, |last| last + 1);
            (from..fields).map(move |field| set.iter().copied().chain([field]).collect())
        };
        sets = sets.iter().flat_map(longer).collect();
    }
    sets
}

/// The pairs that are compared, by subject of the extract.
pub(super) struct Candidates {
    /// Where the pairs of each subject of the extract begin, and the number of pairs as a last entry.
    pub(super) starts: Vec<usize>,
    /// The place of the subject of the source.
    pub(super) theirs: Vec<u32>,
    /// The pattern of the pair.
    pub(super) patterns: Vec<u64>,
}

impl Candidates {
    /// Numbers of the pairs of one subject of the extract.
    pub(super) fn of(&self, ours: usize) -> std::ops::Range<usize> {
        self.starts[ours]..self.starts[ours + 1]
    }
}

/// Compares every pair that some rule lets pass, once.
pub(super) fn candidates(
    read: &Fields,
    rules: &[Rule],
    comparer: &Comparer,
    stop: &Stop,
) -> Result<Candidates, StopReason> {
    let Fields { ours, theirs, .. } = read;
    let indexes: Vec<Vec<(u64, u32)>> = rules.par_iter().map(|rule| index(rule, theirs)).collect();
    let chunks: Vec<Vec<Vec<(u32, u64)>>> = (0..ours.len().div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            stop.check()?;
            let places = chunk * CHUNK..((chunk + 1) * CHUNK).min(ours.len());
            let pairs_of_one = |place: usize| {
                let row = ours.row(place);
                let mut pairs = Vec::new();
                for (number, (rule, index)) in rules.iter().zip(&indexes).enumerate() {
                    let Some(key) = key(rule, row) else { continue };
                    let from = index.partition_point(|entry| entry.0 < key);
                    for &(_, other) in index[from..].iter().take_while(|entry| entry.0 == key) {
                        let their_row = theirs.row(other as usize);
                        // An earlier rule has brought the pair already. Equal keys are no proof of equal values.
                        let earlier = rules[..number].iter().any(|rule| agrees(rule, row, their_row));
                        if !earlier && agrees(rule, row, their_row) {
                            pairs.push((other, comparer.pattern(row, their_row)));
                        }
                    }
                }
                pairs.sort_unstable();
                pairs
            };
            Ok(places.map(pairs_of_one).collect())
        })
        .collect::<Result<_, StopReason>>()?;
    let mut result = Candidates { starts: vec![0], theirs: Vec::new(), patterns: Vec::new() };
    for pairs in chunks.into_iter().flatten() {
        result.theirs.extend(pairs.iter().map(|pair| pair.0));
        result.patterns.extend(pairs.iter().map(|pair| pair.1));
        result.starts.push(result.theirs.len());
    }
    Ok(result)
}
