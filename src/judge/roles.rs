//! What the roles of the columns say.

use super::{Case, finding, people};
use crate::result::{Finding, FindingCode, Role, Severity};

/// Every finding about roles but direct identifiers.
pub(super) fn findings(case: Case<'_>) -> Vec<Finding> {
    let mut findings = people::findings(case);
    findings.extend(subjects_not_in_map(case));
    findings.extend(guessed_roles(case));
    findings
}

/// Columns that are direct identifiers by role or heading, and not permitted.
pub(super) fn direct_identifiers(case: Case<'_>) -> Vec<Finding> {
    let direct = Some(Role::DirectIdentifier);
    let named = case.dataset.columns.iter().filter(|column| Some(column.role) == direct || column.looks_like == direct);
    let permitted = |name: &String| case.policy.permitted_identifiers.contains(name);
    named
        .filter(|column| !permitted(&column.name))
        .map(|column| {
            let (how, severity) = match (column.looks_like, column.guessed) {
                (Some(_), _) => ("has no declared role, but its heading names", Severity::Medium),
                (None, true) => ("looks like", Severity::High),
                (None, false) => ("is declared as", Severity::Critical),
            };
            let message = format!("column `{}` {how} a direct identifier, and it is part of the extract", column.name);
            finding(FindingCode::DirectIdentifierPresent, severity, "roles", message).on([&column.name])
        })
        .collect()
}

/// A card that is not in the map counts as a person of its own, which can make a crowd look larger than it is.
fn subjects_not_in_map(case: Case<'_>) -> Option<Finding> {
    let unmapped = case.dataset.subjects_not_in_map.filter(|&unmapped| unmapped > 0)?;
    let message = format!(
        "{unmapped} subject values are not in the subject map and count as persons of their own; crowds may be smaller than shown"
    );
    Some(finding(FindingCode::SubjectsNotInMap, Severity::Medium, "roles", message).counting(unmapped))
}

fn guessed_roles(case: Case<'_>) -> Option<Finding> {
    let guessed = case.dataset.columns.iter().filter(|column| column.guessed);
    let columns: Vec<String> = guessed.map(|column| column.name.clone()).collect();
    let message = "the roles of the columns were guessed, not declared; a guess never passes".to_owned();
    let found = finding(FindingCode::GuessedRoles, Severity::Medium, "roles", message);
    (!columns.is_empty()).then(|| found.on(&columns))
}
