//! How sure each link is, when nobody can have two partners.

use crate::number::as_float;

/// A candidate pair and the log of its odds against two strangers, before anything is known about other pairs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) left: u32,
    pub(super) right: u32,
    /// ln of (how much likelier one person than two).
    pub(super) evidence: f64,
}

/// Rounds in which messages go to and fro.
const ROUNDS: usize = 40;

/// The largest share of a side that is ever taken to have a partner; 1 would forbid all doubt.
const LARGEST_SHARE: f64 = 0.98;

/// What is to be expected before looking.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    /// Persons in both sides.
    pub(super) common: f64,
    /// Share of them whose pair is a candidate at all.
    pub(super) reach: f64,
}

impl Expected {
    /// Persons in both sides after looking: those who are found, and of the others as many as before.
    ///
    /// It is one step of expectation maximisation for the number of persons in both.
    pub(super) fn after(self, probabilities: &[f64], most: f64) -> Self {
        let found: f64 = probabilities.iter().sum();
        Self { common: (found + (1.0 - self.reach) * self.common).min(most), ..self }
    }
}

/// The probability of each pair, in the order of `pairs`.
///
/// # Definition
/// A matching M of the two sides has a probability in proportion to the product of the weights of its pairs; the weight
/// of a pair is its evidence times what is to be expected before looking: with c persons in both, a share r of them within
/// reach, n and n' subjects, c (2 − r) / (n n' (1 − r c/n) (1 − r c/n')). A subject without a partner among its candidates
/// may have one elsewhere; evidence was learned where half of the subjects had a partner in the pool and so a share
/// 1 − r/2 had none among the candidates, which is where 2 − r comes from. The probabilities come from belief propagation,
/// which is exact where the pairs form no cycle and always converges for matchings (Bayati & Nair, Allerton 2006).
pub(super) fn probabilities(pairs: &[Pair], left: usize, right: usize, expected: Expected) -> Vec<f64> {
    let evidence: Vec<f64> = pairs.iter().map(|pair| pair.evidence.clamp(-500.0, 500.0).exp()).collect();
    // What an end of a pair says to the other: how far it is free when this pair is left aside.
    let mut from_left = vec![1.0; pairs.len()];
    let mut from_right = vec![1.0; pairs.len()];
    let prior = prior(expected, left, right);
    for _ in 0..ROUNDS {
        send(pairs, left, |pair| pair.left, &evidence, prior, &from_right, &mut from_left);
        send(pairs, right, |pair| pair.right, &evidence, prior, &from_left, &mut from_right);
    }
    let messages = from_left.iter().zip(&from_right);
    let belief = |(evidence, (one, other)): (&f64, (&f64, &f64))| {
        let weight = evidence * prior * one * other;
        weight / (1.0 + weight)
    };
    evidence.iter().zip(messages).map(belief).collect()
}

fn prior(Expected { common, reach }: Expected, left: usize, right: usize) -> f64 {
    let (left, right) = (as_float(left as u64), as_float(right as u64));
    let free = |side: f64| 1.0 - (reach * common / side).min(LARGEST_SHARE);
    (2.0 - reach) * common / (left * right * free(left) * free(right))
}

/// New messages of one side.
fn send(
    pairs: &[Pair],
    nodes: usize,
    end: impl Fn(&Pair) -> u32,
    evidence: &[f64],
    prior: f64,
    heard: &[f64],
    said: &mut [f64],
) {
    // Two largest and the rest apart: a sum less one of its terms must not lose a small remainder.
    let mut sums = vec![[0.0_f64; 2]; nodes];
    let weight = |at: usize| evidence[at] * prior * heard[at];
    for (at, pair) in pairs.iter().enumerate() {
        let [largest, rest] = &mut sums[end(pair) as usize];
        let weight = weight(at);
        if weight > *largest {
            *rest += *largest;
            *largest = weight;
        } else {
            *rest += weight;
        }
    }
    for (at, pair) in pairs.iter().enumerate() {
        let [largest, rest] = sums[end(pair) as usize];
        let weight = weight(at);
        #[expect(clippy::float_cmp, reason = "the largest is one of these very numbers")]
        let others = if weight == largest { rest } else { largest + (rest - weight).max(0.0) };
        said[at] = 1.0 / (1.0 + others);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn expected(common: f64) -> Expected {
        Expected { common, reach: 0.8 }
    }

    fn pair(left: u32, right: u32, evidence: f64) -> Pair {
        Pair { left, right, evidence }
    }

    /// Probabilities by listing every matching, for the given weight before looking.
    fn listed(pairs: &[Pair], prior: f64) -> Vec<f64> {
        let mut total = 0.0;
        let mut of_pair = vec![0.0; pairs.len()];
        for chosen in 0_u32..1 << pairs.len() {
            let members: Vec<usize> = (0..pairs.len()).filter(|at| chosen & (1 << at) != 0).collect();
            let distinct = |end: &dyn Fn(&Pair) -> u32| {
                let mut ends: Vec<u32> = members.iter().map(|&at| end(&pairs[at])).collect();
                ends.sort_unstable();
                ends.dedup();
                ends.len() == members.len()
            };
            if !distinct(&|pair| pair.left) || !distinct(&|pair| pair.right) {
                continue;
            }
            let weight: f64 = members.iter().map(|&at| pairs[at].evidence.exp() * prior).product();
            total += weight;
            for at in members {
                of_pair[at] += weight;
            }
        }
        of_pair.into_iter().map(|weight| weight / total).collect()
    }

    #[test]
    fn without_cycles_they_equal_those_of_all_matchings() {
        let pairs = [pair(0, 0, 3.0), pair(0, 1, 2.0), pair(1, 1, 4.0), pair(2, 1, 1.0), pair(2, 2, 0.5)];
        let found = probabilities(&pairs, 6, 5, expected(2.0));
        for (found, expected) in found.iter().zip(listed(&pairs, prior(expected(2.0), 6, 5))) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn looking_finds_some_and_leaves_those_out_of_reach() {
        let after = Expected { common: 10.0, reach: 0.8 }.after(&[0.5, 0.9, 0.1], 100.0);
        assert!((after.common - 3.5).abs() < 1e-12 && (after.reach - 0.8).abs() < 1e-12);
        assert!((Expected { common: 10.0, reach: 0.8 }.after(&[1.0; 9], 5.0).common - 5.0).abs() < 1e-12);
    }

    #[test]
    fn a_rival_with_more_evidence_takes_the_partner_away() {
        let found = probabilities(&[pair(0, 0, 20.0), pair(1, 0, 10.0), pair(1, 1, 9.0)], 2, 2, expected(1.0));
        assert!(found[0] > 0.99 && found[1] < 0.01 && found[2] > 0.9, "{found:?}");
    }

    #[test]
    fn nobody_has_more_than_one_partner_in_sum() {
        let pairs: Vec<Pair> = (0..3).flat_map(|left| (0..3).map(move |right| pair(left, right, 5.0))).collect();
        let found = probabilities(&pairs, 3, 3, expected(2.0));
        for left in 0..3 {
            let sum: f64 = found[left * 3..left * 3 + 3].iter().sum();
            assert!(sum <= 1.0 + 1e-9, "{sum}");
        }
    }
}
