//! The links that are claimed, and how many of them are right.

use super::belief::Pair;
use super::features::Side;
use super::{Edge, assign};
use crate::measure::linkage::truth::Known;
use crate::measure::linkage::written::{rate_of, whole};
use crate::measure::linkage::{LinkedTables, SubjectKeys, guess};
use crate::number::ratio;
use crate::result::{AttackKind, CalibrationBin, KnownTruth, LinkageAttack};
use crate::stats::wilson_interval;
use crate::stop::{Stop, StopReason};

/// Stretches of probability in which links are counted.
const BINS: u32 = 10;

/// A claimed link between subjects of the two tables.
struct Link {
    ours: u32,
    theirs: u32,
    probability: f64,
}

/// The one-to-one links with the largest expected number of right ones.
pub(super) struct Links(Vec<Link>);

impl Links {
    /// Chooses among the pairs; whoever cannot be told from another subject of its side is left out.
    pub(super) fn new(
        pairs: &[Pair],
        probabilities: &[f64],
        [ours, theirs]: [&Side; 2],
        stop: &Stop,
    ) -> Result<Self, StopReason> {
        let alone = |pair: &Pair| !ours.has_twin[pair.left as usize] && !theirs.has_twin[pair.right as usize];
        let edges: Vec<Edge> = pairs
            .iter()
            .zip(probabilities)
            .filter(|(pair, _)| alone(pair))
            .map(|(pair, &score)| Edge { left: pair.left, right: pair.right, score })
            .collect();
        let partners = assign(ours.order.len(), theirs.order.len(), &edges, stop)?;
        // Pairs, and so edges, are sorted by left, and the right ones of a left are few.
        let mut links = Vec::new();
        for edge in edges {
            if partners[edge.left as usize] == Some(edge.right) {
                links.push(Link {
                    ours: ours.order[edge.left as usize],
                    theirs: theirs.order[edge.right as usize],
                    probability: edge.score,
                });
            }
        }
        Ok(Self(links))
    }

    /// Every figure of the attack but its detail. `doubt` is how far the expected number may be off, as a part of it.
    pub(super) fn summed_up(&self, linked: &LinkedTables, doubt: f64) -> LinkageAttack {
        let truth = linked.truth.as_ref();
        let is_right = |link: &Link| truth.map(|truth| truth.are_one(link.ours, link.theirs));
        let correct = truth.map(|_| self.0.iter().filter(|link| is_right(link) == Some(true)).count() as u64);
        let (links, subjects) = (self.0.len() as u64, linked.ours.subjects() as u64);
        let baseline = guess::baseline(linked);
        let (known_truth, unknown) = self.by_truth(linked.known().as_ref(), doubt.is_finite());
        let counted = known_truth.map_or(0.0, |known| known.expected_correct);
        let expected = counted + unknown;
        let rate = rate_of(expected, subjects);
        let end = |part: f64| wilson_interval(whole(unknown * part), subjects);
        // A count of right links is what it is; an expected one rests on how many are taken to be in both.
        let interval = if unknown > 0.0 {
            let ends = end((1.0 - doubt).max(0.0)).zip(end((1.0 + doubt).min(subjects as f64 / unknown.max(1.0))));
            let add = |share: f64| (counted / subjects as f64 + share).min(1.0);
            ends.map(|(low, high)| [add(low[0]), add(high[1])])
        } else {
            rate.map(|rate| [rate; 2])
        };
        let common = truth.map(SubjectKeys::in_source);
        let mut attack = LinkageAttack {
            attack_rate: rate,
            interval,
            known_truth,
            baseline_rate: baseline,
            evidence: guess::evidence(rate, baseline),
            expected_correct: Some(expected),
            links: Some(links),
            claim_rate: ratio(links, subjects),
            correct,
            precision: correct.and_then(|correct| ratio(correct, links)),
            recall: correct.zip(common).and_then(|(correct, common)| ratio(correct, common)),
            calibration: self.calibration(is_right),
            ..linked.attack(AttackKind::Release)
        };
        if unknown > 0.0 {
            attack.notes.push("without truth, the share is what the attack expects of its own links".to_owned());
        }
        attack
    }

    /// Links of subjects whose right person is known, and what is expected of the others. Where nothing shows that anybody
    /// is in both releases no probability can be stated, so that a link counts until it is shown to be wrong.
    fn by_truth(&self, known: Option<&Known<'_>>, is_stated: bool) -> (Option<KnownTruth>, f64) {
        let mut of_known = known.map(|known| KnownTruth { subjects: known.subjects(), ..KnownTruth::default() });
        let mut unknown = 0.0;
        for link in &self.0 {
            let right = known.and_then(|known| known.right(link.ours, |person| person == link.theirs));
            match (right, &mut of_known) {
                (Some(right), Some(of_known)) => {
                    of_known.claimed += 1;
                    of_known.found += u64::from(right > 0);
                }
                _ => unknown += if is_stated { link.probability } else { 1.0 },
            }
        }
        let of_known = of_known.map(|known| KnownTruth { expected_correct: known.found as f64, ..known });
        (of_known, unknown)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bin from 0 to 10")]
    fn calibration(&self, is_right: impl Fn(&Link) -> Option<bool>) -> Vec<CalibrationBin> {
        let mut bins: Vec<CalibrationBin> = (0..BINS)
            .map(|bin| {
                let bound = |bin| f64::from(bin) / f64::from(BINS);
                CalibrationBin { from: bound(bin), to: bound(bin + 1), links: 0, expected: 0.0, correct: None }
            })
            .collect();
        for link in &self.0 {
            let bin = &mut bins[((link.probability * f64::from(BINS)) as usize).min(BINS as usize - 1)];
            bin.links += 1;
            bin.expected += link.probability;
            if let Some(right) = is_right(link) {
                bin.correct = Some(bin.correct.unwrap_or(0) + u64::from(right));
            }
        }
        bins.retain(|bin| bin.links > 0);
        bins
    }
}

/// Share of subjects whose best candidate is the right one; of several equally good ones each counts its part.
/// `None` without truth.
pub(super) fn best_rate(found: &[Vec<(u32, f64)>], [ours, theirs]: [&Side; 2], linked: &LinkedTables) -> Option<f64> {
    let truth = linked.truth.as_ref()?;
    // Whole counts by size of the tie, so that the sum does not depend on the order of equal histories.
    let mut right_of_size = std::collections::BTreeMap::new();
    for (left, candidates) in found.iter().enumerate() {
        let best = candidates.iter().map(|candidate| candidate.1).fold(f64::NEG_INFINITY, f64::max);
        let tied = candidates.iter().filter(|candidate| candidate.1 >= best);
        let is_right = |candidate: &&(u32, f64)| truth.are_one(ours.order[left], theirs.order[candidate.0 as usize]);
        let right = tied.clone().filter(is_right).count();
        *right_of_size.entry(tied.count()).or_insert(0_usize) += right;
    }
    let sum: f64 = right_of_size.iter().map(|(&tied, &right)| right as f64 / tied.max(1) as f64).sum();
    Some(sum / linked.ours.subjects() as f64)
}

/// Share of subjects whose pair with most evidence is the right one. `None` without truth.
pub(super) fn nearest_rate(pairs: &[Pair], sides: [&Side; 2], linked: &LinkedTables) -> Option<f64> {
    let mut found = vec![Vec::new(); sides[0].order.len()];
    for pair in pairs {
        found[pair.left as usize].push((pair.right, pair.evidence));
    }
    best_rate(&found, sides, linked)
}
