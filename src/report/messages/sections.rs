//! Words of the sections below the first screen.

use crate::number::count;
use crate::result::{Consent, IdentifierColumn, IdentifierKind, Placement};

pub(in crate::report) const FINDINGS_TITLE: &str = "Findings";

pub(in crate::report) fn findings_answer(findings: usize, waived: usize) -> String {
    let found = match findings {
        0 => return super::NO_FINDINGS.to_owned(),
        some => super::counted(some as u64, "finding", "findings"),
    };
    if waived == 0 { format!("{found}.") } else { format!("{found}, {} of them waived.", count(waived as u64)) }
}

pub(in crate::report) const NOT_MEASURED_TITLE: &str = "Not measured";

pub(in crate::report) fn identifiers_answer(searched: u64, open: &[String], found: usize) -> String {
    let searched = super::counted(searched, "column was", "columns were");
    match (open.len(), found) {
        (0, 0) => format!("No identifier was found; {searched} searched."),
        (0, _) => {
            format!("Nothing that names a person outright was found where it is not permitted; {searched} searched.")
        }
        (1, _) => format!("{} names people outright and is not permitted to; {searched} searched.", super::list(open)),
        _ => format!("{} name people outright and are not permitted to; {searched} searched.", super::list(open)),
    }
}

pub(in crate::report) fn identifier_kind(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::PaymentCardNumber => "payment card number",
        IdentifierKind::PartialCardNumber => "card number, shortened too little",
        IdentifierKind::TruncatedCardNumber => "card number, shortened as permitted",
        IdentifierKind::Iban => "IBAN",
        IdentifierKind::EmailAddress => "e-mail address",
        IdentifierKind::PhoneNumber => "telephone number",
        IdentifierKind::NationalIdentifier => "national identification number",
        IdentifierKind::HashedValue => "looks like a hash",
        IdentifierKind::PersonName => "names of people",
    }
}

pub(in crate::report) fn placement(placement: Placement) -> &'static str {
    match placement {
        Placement::WholeCell => "whole cell",
        Placement::WithinText => "within a text",
        Placement::CellComment => "in a comment",
        Placement::FileMetadata => "beside the table",
    }
}

pub(in crate::report) fn permission(found: &IdentifierColumn) -> &'static str {
    match (found.kind.is_direct(), found.permitted) {
        (true, true) => "names a person; permitted",
        (true, false) => "names a person; not permitted",
        (false, _) => "no direct identifier",
    }
}

pub(in crate::report) const NOT_STATED: &str = "not stated";
pub(in crate::report) const NONE: &str = "none";

pub(in crate::report) fn recipient_answer(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("The extract is meant for {name}; the people in it bear the risk."),
        None => "Terms are declared, but not who receives the extract.".to_owned(),
    }
}

pub(in crate::report) fn onward(forbidden: Option<bool>) -> &'static str {
    match forbidden {
        Some(true) => "forbidden by the terms",
        Some(false) => "not forbidden",
        None => NOT_STATED,
    }
}

pub(in crate::report) fn consent_line(consent: &Consent) -> String {
    let subjects = super::subjects(consent.subjects);
    match consent.without_consent {
        0 => format!("All of {subjects} have opted in, by the register."),
        missing => format!(
            "{} of {subjects} have not opted in, by the register: their records must not leave.",
            count(missing)
        ),
    }
}
