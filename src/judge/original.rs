//! What a release tells of the people in its original, where no limit asks for it.
//!
//! Whoever names the original asks what the release gives away. So evidence asks for a look whatever the limits are, and so does
//! what could not be told: without a control, or with columns that were not compared, silence is no answer.

use super::{Gated, Hearing, finding, list, percent};
use crate::measure::original::NAME;
use crate::number::{as_float, count, counted};
use crate::result::{
    Figure, Finding, FindingCode, Gate, Original, OriginalAttack, OriginalEvidence, Outcome, Severity,
};
use crate::stats::residual_risk;

/// Tells evidence, and asks for review where something could not be told.
pub(super) fn apply(hearing: Hearing<'_>, gated: &mut Gated) {
    match &hearing.case.measures.original {
        Some(Outcome::Measured { value, .. }) => {
            let found: Vec<Finding> = value.attacks.iter().filter_map(exposed).chain(copied(value)).collect();
            for found in found {
                let is_it = |other: &&Finding| other.code == found.code && other.about == found.about;
                if !gated.findings.iter().any(|other| is_it(&other)) {
                    gated.findings.push(found);
                }
            }
            gated.doubts.extend(doubts(value));
        }
        Some(Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. }) => {
            gated
                .doubts
                .push(format!("what the release tells of the people in its original is unknown: {explanation}"));
        }
        None => {}
    }
}

/// What is said of a broken limit on an attack: which it is, and the end of the interval that is held to the limit.
pub(super) fn sentence(gate: &Gate, figure: &Figure) -> Option<String> {
    let (about, limit) = (figure.about.as_ref()?, gate.limit?);
    let (risk, [_, high]) = (figure.value.value()?, figure.value.interval()?);
    Some(format!(
        "{about}: the residual risk is {}, with an interval up to {}; the policy allows at most {}",
        percent(risk),
        percent(high),
        percent(limit)
    ))
}

fn exposed(attack: &OriginalAttack) -> Option<Finding> {
    let (risk, rate) = (attack.residual_risk?, attack.attack_at_control_size.or(attack.attack)?);
    let beside = attack.control.map_or_else(
        || "half of it is chance".to_owned(),
        |control| format!("with people who are not in it {}", percent(control.rate)),
    );
    let about = crate::measure::original::about(attack);
    let message = format!(
        "{about}: {} of the attempts succeed with people of the original, {beside}: a residual risk of {}",
        percent(rate.rate),
        percent(risk)
    );
    let found = finding(FindingCode::OriginalExposed, Severity::Medium, NAME, message).on(&attack.secret);
    let found = Finding { about: Some(about), ..found.beyond(risk, 0.0) };
    (attack.evidence == OriginalEvidence::Evidence).then_some(found)
}

/// Copies beyond the coincidences that the control shows.
fn copied(value: &Original) -> Option<Finding> {
    let (own, control) = (value.copies, value.control_copies?);
    let beyond = residual_risk(own.copied_of_one, own.records, control.copied_of_one, control.records)?;
    let message = format!(
        "{} of the release on {} equal those of a single person of the original, against {} of {} of people who are not in it",
        counted(own.copied_of_one, "record", "records"),
        list(&value.columns),
        count(control.copied_of_one),
        counted(control.records, "record", "records")
    );
    let found = finding(FindingCode::OriginalCopied, Severity::Medium, NAME, message).on(&value.columns);
    (beyond.interval[0] > 0.0).then(|| found.beyond(as_float(own.copied_of_one), 0.0))
}

fn doubts(value: &Original) -> Vec<String> {
    let mut doubts = Vec::new();
    if !value.not_compared.is_empty() {
        doubts.push(format!("{} could not be compared with the original", list(&value.not_compared)));
    }
    if value.control.is_none() {
        doubts.push(
            "without a control it cannot be told whether the release tells more of the people in its original than of others"
                .to_owned(),
        );
    }
    let is_open = |attack: &&OriginalAttack| value.control.is_some() && attack.evidence == OriginalEvidence::Undefined;
    for attack in value.attacks.iter().filter(is_open) {
        let reason = attack.reason.as_deref().unwrap_or("it could not be tried");
        doubts.push(format!("{}: {reason}", crate::measure::original::about(attack)));
    }
    doubts
}
