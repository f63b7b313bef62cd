//! Words about the limits that a scan is judged by.

use crate::number::{count, figure, percent};
use crate::result::{Comparison, GATED_KNOWN_POINTS, Gate, GateBasis, GateMeasure, GateSet, Policy};

/// Where no law or standard could ask for something.
pub(in crate::report) const NO_BASIS: &str = "house";

/// What a gate compares, in words.
pub(in crate::report) fn gate_name(gate: &Gate) -> String {
    let measure = match gate.measure.name() {
        "smallest-class" => "smallest class, in subjects",
        "highest-risk" => "highest risk of a record (1 / smallest class)",
        "average-risk" => "average risk of a subject",
        "unique-share" => "share of subjects alone",
        "share-at-risk" => "share of subjects at risk",
        "unicity" => return format!("subjects singled out by {}", super::known_points(GATED_KNOWN_POINTS)),
        "linked-share" => "share of subjects linked to a table of the recipient",
        "relinked-share" => "share of subjects followed from release to release",
        "correct-links" => "expected correct links to a table of the recipient",
        "inference-advantage" => "advantage of guessing a sensitive value",
        "card-number-form" => "card numbers shortened to first six and last four digits",
        "pseudonym-reversal" => "no pseudonym that can be reversed by trying",
        "direct-identifiers" => "no direct identifier left",
        "date-detail" => "dates no finer than the year",
        "age-pooling" => "ages above 89 pooled",
        "place-detail" => "places no finer than three digits of the post code",
        // A measure of its own: its name says what is compared.
        other => &other.replace('-', " "),
    };
    match gate.set {
        None => measure.to_owned(),
        Some(GateSet::Static) => format!("{measure}, on the static quasi-identifiers"),
        Some(GateSet::Full) => format!("{measure}, on all quasi-identifiers"),
        Some(GateSet::AllSubsets) => format!("{measure}, on every counted set of quasi-identifiers"),
    }
}

/// A limit of a gate with its unit.
pub(in crate::report) fn gate_limit(gate: &Gate, limit: f64) -> String {
    match gate.measure.name() {
        "smallest-class" | "correct-links" => figure(limit),
        _ => percent(limit),
    }
}

pub(in crate::report) fn policy(policy: &Policy, name: &str) -> String {
    let event = if policy.gate_any_record {
        "the worst case of one known event is held to the same limit"
    } else {
        "the worst case of one known event is shown but not gated"
    };
    let review = if policy.allow_review { " A review ends with exit code 0." } else { "" };
    let name = if policy.name == "custom" { "Own limits (custom)".to_owned() } else { format!("Policy {name}") };
    if !policy.gates.is_empty() {
        return policy_gates(policy, &name, review);
    }
    format!(
        "{name}: the smallest class of the static quasi-identifiers must hold at least {}; {event}; findings of severity \
         {} or above fail.{review} Default limits are house policy, not law.",
        super::subjects(u64::from(policy.k)),
        policy.fail_on.name()
    )
}

/// Every gate of a policy, with who asks for it, and where the preset comes from.
fn policy_gates(policy: &Policy, name: &str, review: &str) -> String {
    let version = policy.preset.as_ref().map_or_else(String::new, |preset| format!(", version {}", preset.version));
    let gates: Vec<String> = policy.gates.iter().map(gate).collect();
    let sources = policy.preset.as_ref().map_or_else(String::new, |preset| {
        let sources: Vec<String> =
            preset.sources.iter().map(|source| crate::report::escape::printable(source)).collect();
        format!(" Sources: {}.", sources.join("; "))
    });
    let day = super::judged_on(policy).map_or_else(String::new, |day| format!(" {day}"));
    format!(
        "{name}{version}. Limits: {}. Findings of severity {} or above fail.{review}{sources}{day} A number is house \
         policy unless law or standard stands beside it.",
        gates.join("; "),
        policy.fail_on.name()
    )
}

fn gate(gate: &Gate) -> String {
    let figure = match (gate.limit, gate.limit_as_k) {
        (Some(limit), Some(k)) if gate.measure == GateMeasure::HIGHEST_RISK => {
            format!(" at most {limit:.4} (classes of at least {})", count(u64::from(k)))
        }
        // As it is written in the configuration.
        (Some(limit), _) if gate.comparison == Comparison::AtLeast => format!(" at least {limit}"),
        (Some(limit), _) => format!(" at most {limit}"),
        (None, _) if gate.measure.is_rule_of_form() => " (a rule of form)".to_owned(),
        (None, _) => " (needed, and not declared)".to_owned(),
    };
    let basis = match gate.basis {
        GateBasis::Law => ", law",
        GateBasis::Standard => ", standard",
        GateBasis::House => "",
    };
    format!("{}{figure}{basis}", crate::report::escape::printable(&gate.id))
}
