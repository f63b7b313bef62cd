//! Whether the extract keeps within the agreement with its recipient.

use jiff::civil::Date;

use super::{Case, finding};
use crate::result::{Consent, Finding, FindingCode, Recipient, Severity};

/// Everything in which the extract goes beyond the agreement.
///
/// Every column of the extract counts, whatever its role or rule: `drop` takes a column out of the counting and not
/// out of the file.
pub(super) fn findings(recipient: &Recipient, case: Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for column in &case.dataset.columns {
        let name = &column.name;
        let is_allowed = |allowed: &Vec<String>| allowed.contains(name);
        let (code, severity, why) = if recipient.forbids(name) {
            (FindingCode::ForbiddenColumn, Severity::Critical, ", but the agreement forbids it")
        } else if !recipient.allowed_columns.as_ref().is_none_or(is_allowed) {
            let why = " but not on the agreement's list of allowed columns";
            (FindingCode::ColumnNotAllowed, Severity::High, why)
        } else {
            continue;
        };
        let message = format!("column `{name}` is in the extract{why}");
        findings.push(of_agreement(code, severity, message).on([name]));
    }
    findings.extend(purpose_missing(recipient));
    findings.extend(recipient.ends.as_deref().and_then(|ends| agreement_ended(ends, case)));
    findings.extend(recipient.consent.as_ref().and_then(consent_missing));
    findings
}

fn of_agreement(code: FindingCode, severity: Severity, message: String) -> Finding {
    finding(code, severity, "agreement", message)
}

fn purpose_missing(recipient: &Recipient) -> Option<Finding> {
    let stated = recipient.purpose.as_deref().is_some_and(|purpose| !purpose.trim().is_empty());
    let message = "a recipient is declared without a purpose".to_owned();
    (!stated).then(|| of_agreement(FindingCode::PurposeMissing, Severity::High, message))
}

/// The last day of an agreement is still within it.
fn agreement_ended(ends: &str, case: Case<'_>) -> Option<Finding> {
    let unknown = |day: &str| {
        let message = format!("the agreement ends on {day}");
        Some(of_agreement(FindingCode::UnknownRisk, Severity::Critical, message))
    };
    let Ok(last_day) = ends.parse::<Date>() else { return unknown("an unknown day") };
    let Some(last) = case.last_day() else {
        return unknown(&format!("{last_day}, and the judgement date is unknown"));
    };
    let message = format!("the agreement ended on {last_day}, and {}", case.told_last_day());
    (last > last_day).then(|| of_agreement(FindingCode::AgreementEnded, Severity::Critical, message))
}

fn consent_missing(consent: &Consent) -> Option<Finding> {
    let message = format!(
        "{} of {} subjects have not opted in according to the register `{}`",
        consent.without_consent, consent.subjects, consent.file
    );
    let found = of_agreement(FindingCode::ConsentMissing, Severity::Critical, message);
    (consent.without_consent > 0).then(|| found.counting(consent.without_consent))
}
