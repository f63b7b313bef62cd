//! What text, page and pictures have in common about attribute disclosure.

use super::escape::{printable, shortened};
use super::messages;
use crate::number::{count, percent, ratio};
use crate::result::{Attribute, AttributeSet, ScanResult, SensitiveColumn};

/// The measured value, where there is one.
pub(super) fn measured(result: &ScanResult) -> Option<&Attribute> {
    result.measures.attribute.as_ref()?.value()
}

/// The name of a set in figures, and the set that limits go by: the static one, else all quasi-identifiers.
pub(super) fn headline_set(value: &Attribute) -> (&'static str, &AttributeSet) {
    let fixed = value.static_set.as_ref().map(|set| ("static", set));
    let unclear = || value.static_unclear.as_ref().map(|set| ("static_unclear", set));
    fixed.or_else(unclear).unwrap_or(("full", &value.full))
}

/// Members in classes of one value, however small the classes are.
pub(super) fn members_of_one_value(secret: &SensitiveColumn) -> u64 {
    secret.diversity.iter().filter(|counted| counted.values == 1).map(|counted| counted.members).sum()
}

/// The column of which most members are in classes of one value; of equals the first. Constant columns tell nothing more.
pub(super) fn most_telling(set: &AttributeSet) -> Option<&SensitiveColumn> {
    let varied = set.secrets.iter().filter(|secret| secret.distinct_l.is_some() && !secret.constant);
    varied.rev().max_by_key(|secret| members_of_one_value(secret))
}

/// The answer in a sentence; none where every sensitive column is constant or empty.
pub(super) fn sentence(result: &ScanResult) -> Option<String> {
    let (_, set) = headline_set(measured(result)?);
    let secret = most_telling(set)?;
    let members = members_of_one_value(secret);
    let (units, stand) = (messages::unit(set.reading, members), if members == 1 { "stands" } else { "stand" });
    let name = shortened(&printable(&secret.column), 60);
    let gain = match (secret.inference.prior, secret.leave_one_out) {
        (Some(prior), Some(others)) => {
            let (others, prior) = (percent(others), percent(prior));
            format!("; a guess from the others of the class is right for {others}, from the whole extract for {prior}")
        }
        _ => String::new(),
    };
    let share = percent(ratio(members, set.members)?);
    Some(match members {
        0 => format!("No equivalence class has a single value of {name}{gain}"),
        _ => format!("{} {units} ({share}) {stand} in a class with a single value of {name}{gain}", count(members)),
    })
}
