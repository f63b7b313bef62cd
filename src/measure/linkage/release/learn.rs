//! What each feature is worth, learned without truth.
//!
//! Whoever holds a release can cut the records of each subject of it in two by time, and then knows which late half
//! belongs to which early half. On those pairs a conditional logit model is fitted: the log odds of a candidate against
//! "the partner is not here" are a weighted sum of the feature scores and an offset. Each early half is asked twice, once
//! with its partner in the pool and once without, so that the model learns what it looks like when nobody fits.

use rayon::prelude::*;

use super::model::Model;
use crate::number::ratio;

/// One question: candidates with their feature scores, and which of them is right; `None` when none is.
pub(super) struct CandidateSet {
    /// Feature scores of each candidate, one candidate after the other.
    pub(super) scores: Vec<f64>,
    /// Position of the right candidate.
    pub(super) answer: Option<usize>,
    /// Whether the partner is in the pool, be it a candidate or not.
    pub(super) has_partner: bool,
    /// ln of the number of subjects in the pool.
    pub(super) ln_pool: f64,
}

/// How strongly a weight is held at [`CENTRE`]: as if by this many units of information.
const RIDGE: f64 = 1.0;

/// Where a weight stays when the questions say nothing about it.
const CENTRE: f64 = 0.5;

/// Questions that one thread adds up in one go.
const PART: usize = 128;

/// Rounds of Newton's method; it needs about ten.
const ROUNDS: usize = 60;

/// The model of largest likelihood with a weight of at least 0 for each feature.
///
/// A feature that would get a negative weight is left out and the others are fitted again.
pub(super) fn fit(questions: &[CandidateSet], features: usize, scores: usize) -> Model {
    let mut free = vec![true; scores + 1];
    loop {
        let parameters = newton(questions, features, &free);
        let negative: Vec<usize> = (0..features).filter(|&at| parameters[at] < 0.0).collect();
        if negative.is_empty() {
            let (weights, offset) = (parameters[..scores].to_vec(), parameters[scores]);
            return Model { weights, offset, reach: reach(questions) };
        }
        for at in negative {
            free[at] = false;
        }
    }
}

/// Share of the questions with a partner in the pool whose partner is a candidate; 1 without such questions.
fn reach(questions: &[CandidateSet]) -> f64 {
    let asked = questions.iter().filter(|question| question.has_partner).count();
    let reached = questions.iter().filter(|question| question.answer.is_some()).count();
    ratio(reached as u64, asked as u64).unwrap_or(1.0)
}

/// Odds that some candidate is the partner, when the partner is as likely to be in the pool as not.
pub(super) fn odds(model: &Model, question: &CandidateSet) -> f64 {
    let evidence = question.scores.chunks_exact(model.weights.len()).map(|row| model.evidence(row));
    evidence.map(|evidence| (evidence - question.ln_pool).clamp(-500.0, 500.0).exp()).sum()
}

fn newton(questions: &[CandidateSet], features: usize, free: &[bool]) -> Vec<f64> {
    // Far from 0 every probability is 0 or 1 and a step of Newton's method leads nowhere.
    let mut parameters = vec![0.0; free.len()];
    let mut slope = Slope::at(questions, &parameters, features, free);
    for _ in 0..ROUNDS {
        let step = solve(slope.curvature.clone(), slope.gradient.clone());
        let mut size = 1.0;
        let improved = loop {
            let tried: Vec<f64> = parameters.iter().zip(&step).map(|(at, step)| at + size * step).collect();
            let there = Slope::at(questions, &tried, features, free);
            if there.value > slope.value {
                break Some((tried, there));
            }
            size /= 2.0;
            if size < 1e-6 {
                break None;
            }
        };
        let Some((tried, there)) = improved else { break };
        let gained = there.value - slope.value;
        (parameters, slope) = (tried, there);
        if gained < 1e-9 {
            break;
        }
    }
    parameters
}

/// The penalised log-likelihood with its first and second derivatives.
struct Slope {
    value: f64,
    gradient: Vec<f64>,
    /// Minus the second derivatives.
    curvature: Vec<Vec<f64>>,
}

impl Slope {
    fn at(questions: &[CandidateSet], parameters: &[f64], features: usize, free: &[bool]) -> Self {
        let size = parameters.len();
        let mut slope = Self::zero(size);
        // Parts of a fixed size are added in their order, so that the sum does not depend on the threads.
        let of_part = |part: &[CandidateSet]| {
            let mut of_part = Self::zero(size);
            for question in part {
                of_part.add(question, parameters);
            }
            of_part
        };
        for part in questions.par_chunks(PART).map(of_part).collect::<Vec<Self>>() {
            slope.value += part.value;
            for at in 0..size {
                slope.gradient[at] += part.gradient[at];
                for other in 0..size {
                    slope.curvature[at][other] += part.curvature[at][other];
                }
            }
        }
        for (at, &parameter) in parameters.iter().enumerate() {
            // Lengths and offset need a little to stay finite when every answer is the same.
            let (ridge, centre) = if at < features { (RIDGE, CENTRE) } else { (1e-3, 0.0) };
            slope.value -= ridge / 2.0 * (parameter - centre).powi(2);
            slope.gradient[at] -= ridge * (parameter - centre);
            slope.curvature[at][at] += ridge;
        }
        for at in (0..size).filter(|&at| !free[at]) {
            slope.gradient[at] = 0.0;
            for other in 0..size {
                slope.curvature[at][other] = 0.0;
                slope.curvature[other][at] = 0.0;
            }
            slope.curvature[at][at] = 1.0;
        }
        slope
    }

    fn zero(size: usize) -> Self {
        Self { value: 0.0, gradient: vec![0.0; size], curvature: vec![vec![0.0; size]; size] }
    }

    fn add(&mut self, question: &CandidateSet, parameters: &[f64]) {
        let size = parameters.len();
        let scores = size - 1;
        let rows = || question.scores.chunks_exact(scores);
        let log_odds: Vec<f64> = rows()
            .map(|row| {
                row.iter().zip(parameters).map(|(score, weight)| score * weight).sum::<f64>() + parameters[scores]
                    - question.ln_pool
            })
            .collect();
        let largest = log_odds.iter().copied().fold(0.0, f64::max);
        let sum = (-largest).exp() + log_odds.iter().map(|odds| (odds - largest).exp()).sum::<f64>();
        let answered = question.answer.map_or(0.0, |answer| log_odds[answer]);
        self.value += answered - largest - sum.ln();
        let mut mean = vec![0.0; size];
        for (candidate, row) in rows().enumerate() {
            let probability = (log_odds[candidate] - largest).exp() / sum;
            let hit = if question.answer == Some(candidate) { 1.0 } else { 0.0 };
            let value = |at: usize| row.get(at).copied().unwrap_or(1.0);
            for (at, mean) in mean.iter_mut().enumerate() {
                self.gradient[at] += (hit - probability) * value(at);
                *mean += probability * value(at);
                for other in 0..=at {
                    self.curvature[at][other] += probability * value(at) * value(other);
                }
            }
        }
        for at in 0..size {
            for other in 0..=at {
                self.curvature[at][other] -= mean[at] * mean[other];
                self.curvature[other][at] = self.curvature[at][other];
            }
        }
    }
}

/// Solves a symmetric positive definite system by Gaussian elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        for row in pivot + 1..size {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let (above, below) = matrix.split_at_mut(row);
            for (cell, subtracted) in below[0][pivot..].iter_mut().zip(&above[pivot][pivot..]) {
                *cell -= factor * subtracted;
            }
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..size).rev() {
        for column in row + 1..size {
            right[row] -= matrix[row][column] * right[column];
        }
        right[row] /= matrix[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_that_tells_gets_weight_and_one_that_misleads_none() {
        // The first score is high for the right candidate, the second for the wrong one.
        let question = |shift: f64, answer| CandidateSet {
            scores: vec![3.0 + shift, -1.0, 0.0, 1.0 - shift],
            answer,
            has_partner: answer.is_some(),
            ln_pool: 2.0_f64.ln(),
        };
        let questions: Vec<CandidateSet> =
            (0..40_u8).map(|at| question(f64::from(at % 5) / 5.0, (at % 4 != 0).then_some(0))).collect();
        let model = fit(&questions, 2, 2);
        assert!(model.weights[0] > 0.1 && model.weights[1].abs() < 1e-12, "{model:?}");
    }

    #[test]
    fn stated_probabilities_add_up_to_the_right_answers() {
        // At the optimum the offset makes the expected number of found partners equal the true one, but for its own hold,
        // which is a thousandth of the offset.
        let questions: Vec<CandidateSet> = (0..50_u8)
            .map(|at| CandidateSet {
                scores: vec![f64::from(at % 7), f64::from(at % 3) - 1.0],
                answer: (at % 7 > 2).then_some(0),
                has_partner: at % 7 > 2,
                ln_pool: 0.0,
            })
            .collect();
        let model = fit(&questions, 1, 1);
        let mut expected = 0.0;
        for question in &questions {
            let odds: Vec<f64> =
                question.scores.iter().map(|score| (score * model.weights[0] + model.offset).exp()).collect();
            expected += (odds[0] + odds[1]) / (1.0 + odds[0] + odds[1]);
        }
        let answered = questions.iter().filter(|question| question.answer.is_some()).count();
        assert!((expected - f64::from(u32::try_from(answered).unwrap())).abs() < 2e-2, "{expected} {answered}");
    }

    #[test]
    fn the_reach_is_the_share_of_partners_that_are_candidates() {
        let question = |has_partner, answer| CandidateSet { scores: vec![1.0], answer, has_partner, ln_pool: 0.0 };
        let questions = [question(true, Some(0)), question(false, None), question(true, None), question(false, None)];
        assert!((reach(&questions) - 0.5).abs() < 1e-12);
        assert!((reach(&[]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_small_system_is_solved() {
        let found = solve(vec![vec![4.0, 1.0], vec![1.0, 3.0]], vec![1.0, 2.0]);
        assert!((found[0] - 1.0 / 11.0).abs() < 1e-12 && (found[1] - 7.0 / 11.0).abs() < 1e-12);
    }
}
