//! What the cells say: direct identifiers, numbers that show too much, pseudonyms that can be reversed.

use super::{Case, Gated, as_float, finding};
use crate::result::{
    CorrelatedPseudonym, Finding, FindingCode, GateMeasure, IdentifierColumn, IdentifierKind, Identifiers, NotMeasured,
    Outcome, Placement, Severity,
};

/// Name of the measure.
const NAME: &str = "identifiers";

/// Judges what was found in the cells. The gate is always on: no policy lets an identifier leave unnoticed.
pub(super) fn apply(case: Case<'_>, gated: &mut Gated) {
    let needed =
        case.policy.gates.iter().find(|gate| {
            matches!(gate.measure.name(), "card-number-form" | "pseudonym-reversal" | "direct-identifiers")
        });
    match &case.measures.identifiers {
        Some(Outcome::Measured { value, .. }) => found(case, value, gated),
        Some(Outcome::Undefined { explanation, .. }) => {
            let message = format!("whether cells hold identifiers is unknown: {explanation}");
            gated.findings.push(finding(FindingCode::UnknownRisk, Severity::Critical, NAME, message));
        }
        Some(Outcome::Incomplete { explanation, .. }) => {
            gated.cut_off(NAME, format!("cells were not searched for identifiers to the end: {explanation}"));
        }
        None => {
            if let Some(gate) = needed {
                let message =
                    format!("the rule `{}` cannot be judged: cells were not searched for identifiers", gate.id);
                gated.findings.push(finding(FindingCode::UnknownRisk, Severity::Critical, NAME, message));
            }
            let reason = "cells were not searched for identifiers; only roles and headings were looked at";
            gated.not_measured.push(NotMeasured { measure: NAME.to_owned(), reason: reason.to_owned() });
        }
    }
}

fn found(case: Case<'_>, value: &Identifiers, gated: &mut Gated) {
    let has = |measure| case.policy.gates.iter().any(|gate| gate.measure == measure);
    let (card_form, reversal) = (has(GateMeasure::CARD_NUMBER_FORM), has(GateMeasure::PSEUDONYM_REVERSAL));
    let mut findings: Vec<Finding> = Vec::new();
    for column in &value.columns {
        findings.extend(match column.kind {
            IdentifierKind::PartialCardNumber if !column.permitted || card_form => Some(partial(column, card_form)),
            IdentifierKind::PaymentCardNumber if column.permitted && card_form => Some(whole_by_permission(column)),
            IdentifierKind::HashedValue if !column.permitted => Some(hashed(column, reversal)),
            IdentifierKind::PartialCardNumber | IdentifierKind::HashedValue => None,
            kind if kind.is_direct() && !column.permitted => Some(direct(column)),
            _ => None,
        });
    }
    let keyed = |pair: &&CorrelatedPseudonym| case.policy.permitted_identifiers.contains(&pair.hashed_column);
    findings.extend(value.correlated.iter().filter(|pair| !keyed(pair)).map(beside));
    if card_form {
        findings.extend(several_truncations(value));
    }
    // The cells say more than the role does; one column needs one sentence.
    let named: Vec<Vec<String>> = (findings.iter())
        .filter(|finding| finding.code == FindingCode::DirectIdentifierFound)
        .map(|finding| finding.columns.clone())
        .collect();
    gated
        .findings
        .retain(|finding| finding.code != FindingCode::DirectIdentifierPresent || !named.contains(&finding.columns));
    gated.findings.extend(findings);
}

/// What a kind is called, in the plural.
fn plural(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::PaymentCardNumber => "full payment card numbers",
        IdentifierKind::PartialCardNumber => "card numbers of which too many digits are shown",
        IdentifierKind::TruncatedCardNumber => "shortened card numbers",
        IdentifierKind::Iban => "bank account numbers (IBAN)",
        IdentifierKind::EmailAddress => "e-mail addresses",
        IdentifierKind::PhoneNumber => "telephone numbers",
        IdentifierKind::NationalIdentifier => "national identification numbers",
        IdentifierKind::HashedValue => "values that look like hashes",
    }
}

fn of_column(column: &IdentifierColumn, code: FindingCode, severity: Severity, rest: &str) -> Finding {
    let within = match column.placement {
        Placement::WholeCell => "",
        Placement::WithinText => " within text",
    };
    let records = if column.records == 1 { "1 record".to_owned() } else { format!("{} records", column.records) };
    let message = format!("column `{}` holds {}{within} in {records}{rest}", column.column, plural(column.kind));
    Finding {
        columns: vec![column.column.clone()],
        measured: Some(as_float(column.records)),
        limit: Some(0.0),
        ..finding(code, severity, NAME, message)
    }
}

fn direct(column: &IdentifierColumn) -> Finding {
    of_column(column, FindingCode::DirectIdentifierFound, Severity::Critical, "; they name a person outright")
}

fn whole_by_permission(column: &IdentifierColumn) -> Finding {
    let rest = "; the plan permits the column, but PCI DSS asks for unreadable numbers";
    of_column(column, FindingCode::DirectIdentifierFound, Severity::Critical, rest)
}

fn partial(column: &IdentifierColumn, card_form: bool) -> Finding {
    let severity = if card_form { Severity::Critical } else { Severity::High };
    of_column(column, FindingCode::PartialCardNumber, severity, "; at most the first six and the last four may be")
}

fn hashed(column: &IdentifierColumn, reversal: bool) -> Finding {
    let severity = if reversal { Severity::High } else { Severity::Low };
    let rest = "; a hash without a secret key can be reversed by trying numbers";
    of_column(column, FindingCode::HashLookingPseudonym, severity, rest)
}

fn beside(pair: &CorrelatedPseudonym) -> Finding {
    let message = format!(
        "the hash-looking column `{}` stands beside `{}`, which shows {} digits of a number: {} candidates are left for each hash",
        pair.hashed_column, pair.truncated_column, pair.visible_digits, pair.remaining_candidates
    );
    let found = finding(FindingCode::HashBesideTruncatedNumber, Severity::High, NAME, message);
    Finding { columns: vec![pair.hashed_column.clone(), pair.truncated_column.clone()], ..found }
}

/// Two ways of shortening one number show more digits together than each alone.
fn several_truncations(value: &Identifiers) -> Option<Finding> {
    let shortened = value.columns.iter().filter(|column| column.kind == IdentifierKind::TruncatedCardNumber);
    let mut columns: Vec<String> = shortened.map(|column| column.column.clone()).collect();
    columns.dedup();
    let message = format!(
        "{} columns hold shortened card numbers; different parts of one number must not come together",
        columns.len()
    );
    let found = finding(FindingCode::SeveralTruncations, Severity::Medium, NAME, message);
    (columns.len() > 1).then_some(Finding { columns, ..found })
}
