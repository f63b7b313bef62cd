//! What text, page and pictures have in common about inference.

use super::escape::{printable, shortened};
use crate::number::percent;
use crate::result::{Evidence, Inference, InferenceAttack, InferenceMethod, InferredColumn, ScanResult, Yardstick};

/// The measured value, where there is one.
pub(super) fn measured(result: &ScanResult) -> Option<&Inference> {
    result.measures.inference.as_ref()?.value()
}

/// Every attack with its column, in file order.
pub(super) fn attacks(value: &Inference) -> Vec<(&InferredColumn, &InferenceAttack)> {
    value.secrets.iter().flat_map(|secret| secret.attacks.iter().map(move |attack| (secret, attack))).collect()
}

/// The attack of the largest advantage, one with evidence before others; of equals the first.
pub(super) fn strongest(value: &Inference) -> Option<(&InferredColumn, &InferenceAttack)> {
    let rank = |attack: &InferenceAttack| (attack.evidence == Evidence::Found, attack.advantage);
    let stronger = |one: &InferenceAttack, other: &InferenceAttack| {
        let ((found, advantage), (other_found, other_advantage)) = (rank(one), rank(other));
        found.cmp(&other_found).then(advantage.total_cmp(&other_advantage))
    };
    attacks(value).into_iter().rev().max_by(|(_, one), (_, other)| stronger(one, other))
}

/// How an attack is called.
pub(super) fn method(method: InferenceMethod) -> &'static str {
    match method {
        InferenceMethod::Trees => "random forest",
        InferenceMethod::NearestNeighbour => "nearest neighbour",
    }
}

/// A method in one word, where a line has no room for more.
pub(super) fn method_in_a_word(method: InferenceMethod) -> &'static str {
    match method {
        InferenceMethod::Trees => "forest",
        InferenceMethod::NearestNeighbour => "neighbour",
    }
}

/// What the attack is evidence of, in words.
pub(super) fn evidence(attack: &InferenceAttack) -> &'static str {
    match (attack.evidence, attack.no_better_than) {
        (Evidence::Found, _) => "found",
        (_, Some(Yardstick::Control)) => "no evidence: no better than the control",
        (_, Some(Yardstick::Baseline) | None) => "no evidence: no better than the baseline",
    }
}

/// The answer in a sentence; none where nothing was guessed.
pub(super) fn sentence(result: &ScanResult) -> Option<String> {
    let (secret, attack) = strongest(measured(result)?)?;
    let name = shortened(&printable(&secret.column), 60);
    let rates = format!(
        "{} of the guesses are right, {} without the extract",
        percent(attack.attack_rate),
        percent(attack.baseline_rate)
    );
    Some(match attack.evidence {
        Evidence::Found => format!("A model built on some people guesses {name} of others: {rates}"),
        Evidence::None | Evidence::Unknown => {
            format!(
                "No evidence that a model built on some people can guess {name} of others, which is not safety: {rates}"
            )
        }
    })
}
