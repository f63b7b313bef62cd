//! What a class tells of a sensitive column, where no limit asks for it.
//!
//! Everybody who is looked for in a class of one value is known by it, however large the class is. So such a class is told whatever
//! the limits are. A value that is that of more than half of all tells little: it is noted. A column of one value is exempt,
//! for no class of it tells more than the file as a whole.

use super::{Gated, Hearing, finding, list};
use crate::measure::attribute::NAME;
use crate::number::{as_float, counted};
use crate::result::{
    Attribute, AttributeSet, Finding, FindingCode, Outcome, SensitiveColumn, SensitiveValue, Severity, Unit,
};

/// Tells the classes of one value, and asks for review where they could not be looked for.
pub(super) fn apply(hearing: Hearing<'_>, gated: &mut Gated) {
    match &hearing.case.measures.attribute {
        Some(Outcome::Measured { unit, value }) => {
            gated.doubts.extend(value.full.secrets.iter().flat_map(|secret| doubts(hearing, secret, *unit)));
            let found: Vec<Finding> = secrets(value).filter_map(|sets| homogeneous(&sets, *unit)).collect();
            let is_told = |found: &Finding, gated: &Gated| {
                gated.findings.iter().any(|other| other.code == found.code && other.columns == found.columns)
            };
            for found in found {
                if !is_told(&found, gated) {
                    gated.findings.push(found);
                }
            }
        }
        Some(Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. }) => {
            gated
                .doubts
                .push(format!("whether classes hold one value of a sensitive column is unknown: {explanation}"));
        }
        None => {}
    }
}

/// What makes the values of a column other than they are: one of several by choice, or one in several spellings. Whoever
/// has looked says so with a `reason`.
fn doubts(hearing: Hearing<'_>, secret: &SensitiveColumn, unit: Unit) -> Vec<String> {
    let column = &secret.column;
    if hearing.case.declarations.reason_for(column).is_some() {
        return Vec::new();
    }
    let choice = (unit == Unit::Subject && secret.value != SensitiveValue::Any).then(|| {
        format!(
            "`{column}` counts with one value of each subject (`sensitive_value = \"{}\"`), while the extract shows all of \
             them; without a `reason` it is not known whether the others may be seen",
            secret.value.name()
        )
    });
    let alike = (secret.spelled_alike > 0).then(|| {
        format!(
            "{} of `{column}` {} from others in letter case, spaces or punctuation alone, and count as different ones; \
             spell them the same or give a `reason`",
            counted(secret.spelled_alike, "value", "values"),
            if secret.spelled_alike == 1 { "differs" } else { "differ" },
        )
    });
    choice.into_iter().chain(alike).collect()
}

/// The same column on every set, the one that limits go by first.
type OnSets<'a> = Vec<(&'a AttributeSet, &'a SensitiveColumn)>;

fn secrets(value: &Attribute) -> impl Iterator<Item = OnSets<'_>> {
    let sets = [value.static_set.as_ref(), value.static_unclear.as_ref(), Some(&value.full)];
    let on_sets = move |place: usize| {
        sets.into_iter().flatten().filter_map(move |set| Some((set, set.secrets.get(place)?))).collect()
    };
    (0..value.full.secrets.len()).map(on_sets)
}

fn homogeneous(sets: &OnSets<'_>, unit: Unit) -> Option<Finding> {
    let telling = sets.iter().find(|(_, secret)| secret.homogeneous.classes > 0);
    let of_most = || sets.iter().find(|(_, secret)| secret.homogeneous.majority_classes > 0);
    let &(set, secret) = telling.or_else(of_most)?;
    let found = &secret.homogeneous;
    let (classes, members, severity) = match telling {
        Some(_) => (found.classes, found.members, Severity::Medium),
        None => (found.majority_classes, found.majority_members, Severity::Note),
    };
    let (one, many) = if unit == Unit::Subject { ("subject", "subjects") } else { ("record", "records") };
    let message = format!(
        "{} of at least {} on {} {} a single value of `{}`{}: that of {} is known to whoever knows their class",
        counted(classes, "class", "classes"),
        counted(found.k, one, many),
        list(&set.columns),
        if classes == 1 { "holds" } else { "hold" },
        secret.column,
        if telling.is_none() { ", which more than half of all have" } else { "" },
        counted(members, one, many),
    );
    let found = finding(FindingCode::HomogeneousClass, severity, NAME, message).on([&secret.column]);
    Some(found.beyond(as_float(classes), 0.0))
}
