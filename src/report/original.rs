//! What text, page and pictures have in common about a release beside its original.

use super::escape::{printable, shortened};
use crate::number::{count, percent};
use crate::result::{Original, OriginalAttack, OriginalAttackKind, OriginalEvidence, OriginalRate, ScanResult};

/// The measured value, where there is one.
pub(super) fn measured(result: &ScanResult) -> Option<&Original> {
    result.measures.original.as_ref()?.value()
}

/// What an attack is called.
pub(super) fn name(attack: &OriginalAttack) -> String {
    let secret = || attack.secret.as_deref().map_or_else(String::new, |secret| shortened(&printable(secret), 40));
    match attack.kind {
        OriginalAttackKind::SinglingOutUnivariate => "singling out by one column".to_owned(),
        OriginalAttackKind::SinglingOutMultivariate => "singling out by several columns".to_owned(),
        OriginalAttackKind::Linkability => "linking two halves of the columns".to_owned(),
        OriginalAttackKind::Inference => format!("inference of {}", secret()),
        OriginalAttackKind::Closeness => "closer to the original than to the control".to_owned(),
        OriginalAttackKind::Membership => "membership: who was in the original".to_owned(),
    }
}

/// What may be said of an attack.
pub(super) fn evidence_in_words(evidence: OriginalEvidence) -> &'static str {
    match evidence {
        OriginalEvidence::Evidence => "evidence",
        OriginalEvidence::NoEvidence => "no evidence",
        OriginalEvidence::NoControl => "undecided: no control",
        OriginalEvidence::Undefined => "not known",
    }
}

/// The rate that is held against the control.
pub(super) fn held(attack: &OriginalAttack) -> Option<OriginalRate> {
    attack.attack_at_control_size.or(attack.attack)
}

/// The attack that tells most: evidence before all others, then by residual risk, of equals the first.
pub(super) fn worst(value: &Original) -> Option<&OriginalAttack> {
    let rank =
        |attack: &OriginalAttack| (attack.evidence == OriginalEvidence::Evidence, attack.residual_risk.unwrap_or(-1.0));
    let compare = |one: &&OriginalAttack, other: &&OriginalAttack| {
        let (one, other) = (rank(one), rank(other));
        one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
    };
    value.attacks.iter().rev().max_by(compare)
}

/// The answer in a sentence.
pub(super) fn sentence(result: &ScanResult) -> Option<String> {
    let value = measured(result)?;
    let found = value.attacks.iter().filter(|attack| attack.evidence == OriginalEvidence::Evidence).count();
    let tried = value.attacks.iter().filter(|attack| attack.evidence != OriginalEvidence::Undefined).count();
    let control = if value.control.is_none() {
        "; without a control it cannot be told what is due to the people in the original"
    } else {
        ""
    };
    let attacks = match (tried, worst(value).filter(|worst| worst.evidence == OriginalEvidence::Evidence)) {
        (0, _) => "no attack on the people in the original could be tried".to_owned(),
        (_, Some(worst)) => format!(
            "{found} of {tried} attacks tell more of the people in it than of others, most {} (residual risk {})",
            name(worst),
            worst.residual_risk.map_or_else(|| "not known".to_owned(), percent)
        ),
        (_, None) => format!("no evidence from {tried} attacks, which does not mean safe"),
    };
    Some(format!(
        "Beside its original: {attacks}; {} of {} released records equal one of the original{control}",
        count(value.copies.copied),
        count(value.copies.records)
    ))
}
