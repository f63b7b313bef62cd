//! Pairs that no rule brings, stood for by a sample of them.

use super::compare::Map;
use rayon::prelude::*;

use super::blocking::{Candidates, Rule, agrees};
use super::compare::Comparer;
use super::em::Pattern;
use super::fields::Fields;
use crate::number::as_float;
use crate::stats::mix;
use crate::stop::{Stop, StopReason};

/// Pairs that are drawn. An agreement that one in 10,000 pairs shows by chance is then seen 40 times.
const DRAWS: u64 = 400_000;
const CHUNK: u64 = 4096;

/// Each pattern once with its pairs: those that were compared, and all others at the shares they have in a sample.
///
/// What two different people agree on by chance can be learned from all pairs only. The pairs that rules bring agree on
/// something to begin with; a share learned from them alone would be that of the rules. So the others are drawn, those
/// that a rule would have brought are passed over, and the rest stand for all that was not compared.
pub(super) fn patterns(
    read: &Fields,
    rules: &[Rule],
    candidates: &Candidates,
    comparer: &Comparer,
    seed: u64,
    stop: &Stop,
) -> Result<Vec<Pattern>, StopReason> {
    let mut counts: Map<u64, (u64, u64)> = Map::default();
    for &pattern in &candidates.patterns {
        counts.entry(pattern).or_default().0 += 1;
    }
    let all = read.ours.len() as u64 * read.theirs.len() as u64;
    let others = all - candidates.patterns.len() as u64;
    let drawn = if others == 0 { Vec::new() } else { draw(read, rules, comparer, seed, stop)? };
    for &pattern in &drawn {
        counts.entry(pattern).or_default().1 += 1;
    }
    // Of so many pairs a relative error of 10^-16 is fine.
    let stands_for = as_float(others) / as_float(drawn.len().max(1) as u64);
    let pattern =
        |(levels, (compared, drawn))| Pattern { levels, count: as_float(compared) + as_float(drawn) * stands_for };
    let mut patterns: Vec<Pattern> = counts.into_iter().map(pattern).collect();
    patterns.sort_unstable_by_key(|pattern| pattern.levels);
    Ok(patterns)
}

/// The patterns of random pairs that no rule brings, in the order of the draws.
fn draw(read: &Fields, rules: &[Rule], comparer: &Comparer, seed: u64, stop: &Stop) -> Result<Vec<u64>, StopReason> {
    let place = |number: u64, subjects: usize| usize::try_from(number % subjects as u64).unwrap_or(0);
    let chunks: Vec<Vec<u64>> = (0..DRAWS.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            stop.check()?;
            let draws = chunk * CHUNK..((chunk + 1) * CHUNK).min(DRAWS);
            let pattern = |draw: u64| {
                let number = mix(seed, draw);
                let ours = read.ours.row(place(number, read.ours.len()));
                let theirs = read.theirs.row(place(mix(number, 1), read.theirs.len()));
                let brought = rules.iter().any(|rule| agrees(rule, ours, theirs));
                (!brought).then(|| comparer.pattern(ours, theirs))
            };
            Ok(draws.filter_map(pattern).collect())
        })
        .collect::<Result<_, StopReason>>()?;
    Ok(chunks.into_iter().flatten().collect())
}
