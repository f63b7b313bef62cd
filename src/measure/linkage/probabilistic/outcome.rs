//! From links to the result.

use super::SMALLEST_LAMBDA;
use super::blocking::{Candidates, Rule};
use super::em::{Fit, Model};
use super::fields::Fields;
use super::posterior::{Edge, posterior};
use super::score::{Link, Truth, Worth, calibration};
use super::weights;
use crate::measure::linkage::written::whole;
use crate::measure::linkage::{LinkedTables, assign, guess};
use crate::number::{as_float, ratio};
use crate::result::{AttackKind, LinkageAttack, LinksAtLeast, ProbabilisticDetail};
use crate::stats::QUANTILE;
use crate::stop::{Stop, StopReason};

/// Links of at least this probability are claimed.
const CLAIMED: f64 = 0.5;

/// Everything that was learned from the two sides.
pub(super) struct Learned<'a> {
    pub(super) linked: &'a LinkedTables,
    pub(super) read: &'a Fields,
    pub(super) rules: &'a [Rule],
    pub(super) candidates: &'a Candidates,
    pub(super) fit: &'a Fit,
}

/// What is known before anything is compared.
pub(super) fn frame(linked: &LinkedTables, read: &Fields, notes: Vec<String>) -> LinkageAttack {
    LinkageAttack {
        columns: read.columns.iter().map(|field| field.name.clone()).collect(),
        reading: Some(linked.reading(false)),
        baseline_rate: guess::baseline(linked),
        notes,
        ..linked.attack(AttackKind::Probabilistic)
    }
}

impl Learned<'_> {
    /// What was learned, before anybody is linked.
    pub(super) fn describe(&self, notes: Vec<String>) -> LinkageAttack {
        let Self { read, candidates, fit, .. } = *self;
        let names = |rule: &Rule| rule.iter().map(|&field| read.columns[field].name.clone()).collect();
        let compared_all = self.rules.iter().any(Vec::is_empty);
        let truth = self.truth();
        let detail = ProbabilisticDetail {
            lambda: weights::lambda_among(candidates, &fit.model),
            iterations: fit.iterations,
            converged: fit.converged,
            log_likelihood: fit.log_likelihood,
            candidate_pairs: candidates.patterns.len() as u64,
            blocking: if compared_all { Vec::new() } else { self.rules.iter().map(names).collect() },
            pair_completeness: truth.and_then(|truth| truth.pair_completeness(candidates)),
            columns: weights::columns(&read.columns, candidates, &fit.model),
            example: weights::example(&read.columns, &fit.model),
            at_least: Vec::new(),
            notes: self.fit_notes(),
        };
        LinkageAttack { probabilistic: Some(detail), ..frame(self.linked, read, notes) }
    }

    /// Why there is nothing to link, when what was learned are not matches.
    pub(super) fn nothing_in_common(&self) -> Option<&'static str> {
        let Model { lambda, .. } = self.fit.model;
        let matches = lambda * as_float(self.read.ours.len() as u64) * as_float(self.read.theirs.len() as u64);
        let too_few = matches < 1.0 || weights::lambda_among(self.candidates, &self.fit.model) < SMALLEST_LAMBDA;
        // Pairs that differ from the others by agreeing less are no matches either.
        (self.fit.swapped || too_few).then_some("no-matches")
    }

    fn fit_notes(&self) -> Vec<String> {
        let fit = self.fit;
        let mut notes = vec![
            "m, u and the prior are of all pairs of the two sides; lambda is the share of matches among those compared"
                .to_owned(),
        ];
        if self.rules.iter().any(Vec::is_empty) {
            notes.push("every pair was compared".to_owned());
        }
        if !fit.converged {
            notes.push(format!("after {} rounds the parameters had not converged", fit.iterations));
        }
        if fit.clamped > 0 {
            notes.push(format!("{} parameters were kept from 0 or 1 by 10^-10", fit.clamped));
        }
        notes
    }

    fn truth(&self) -> Option<Truth<'_>> {
        let keys = self.linked.truth.as_ref()?;
        Some(Truth::new(keys, &self.read.ours, &self.read.theirs))
    }

    /// The one-to-one assignment of largest total weight, each link with its probability.
    pub(super) fn links(&self, edges: &[Edge], stop: &Stop) -> Result<Vec<Link>, StopReason> {
        let (ours, theirs) = (self.read.ours.len(), self.read.theirs.len());
        let expected = self.fit.model.lambda * as_float(ours as u64) * as_float(theirs as u64);
        let posterior = posterior(ours, theirs, edges, expected, stop)?;
        let scored = |edge: &Edge| assign::Edge {
            left: edge.ours,
            right: edge.theirs,
            score: edge.log_ratio + posterior.log_prior,
        };
        let scored: Vec<assign::Edge> = edges.iter().map(scored).collect();
        let assigned = assign::assign(ours, theirs, &scored, stop)?;
        let probable = edges.iter().zip(&posterior.probabilities);
        let chosen = probable.filter(|(edge, _)| assigned[edge.ours as usize] == Some(edge.theirs));
        Ok(chosen
            .map(|(edge, &probability)| Link { ours: edge.ours as usize, theirs: edge.theirs as usize, probability })
            .collect())
    }

    /// The figures that depend on the links.
    pub(super) fn rate(&self, result: &mut LinkageAttack, links: &[Link]) {
        let truth = self.truth();
        let subjects = as_float(result.subjects);
        let claimed: Vec<Link> = links.iter().filter(|link| link.probability >= CLAIMED).copied().collect();
        let worth = truth.as_ref().map_or_else(|| Worth::stated(links), |truth| truth.worth(links));
        result.links = Some(claimed.len() as u64);
        result.expected_correct = Some(worth.links);
        result.claim_rate = ratio(claimed.len() as u64, result.subjects);
        result.calibration = calibration(links, truth.as_ref());
        if let Some(detail) = &mut result.probabilistic {
            let count = |probability| links.iter().filter(|link| link.probability >= probability).count() as u64;
            let at_least = |probability| LinksAtLeast { probability, links: count(probability) };
            detail.at_least = [0.5, 0.9, 0.99].map(at_least).to_vec();
        }
        if let Some(truth) = &truth {
            let correct = whole(truth.correct(&claimed));
            result.correct = Some(correct);
            result.precision = ratio(correct, claimed.len() as u64);
            result.recall = ratio(correct, truth.partners());
            result.known_truth = Some(worth.known_truth(truth));
        }
        let spread = QUANTILE * worth.variance.sqrt();
        let share = |links: f64| (links / subjects).clamp(0.0, 1.0);
        result.attack_rate = Some(share(worth.links));
        result.interval = Some([share(worth.links - spread), share(worth.links + spread)]);
        if spread > 0.0 {
            result.notes.push("the interval assumes that the stated probabilities are correct".to_owned());
        }
        result.evidence = guess::evidence(result.attack_rate, result.baseline_rate);
    }
}
