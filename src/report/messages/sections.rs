//! Words of the sections below the first screen.

use crate::number::count;
use crate::result::{Consent, IdentifierColumn, IdentifierKind, Placement};

pub(in crate::report) const FINDINGS_TITLE: &str = "Findings";
pub(in crate::report) const FINDINGS_CAPTION: &str = "All findings, worst first";
pub(in crate::report) const FINDING_HEADS: [&str; 7] =
    ["Code", "Severity", "Measure", "Columns", "Measured", "Limit", "State"];
pub(in crate::report) const OPEN: &str = "open";
pub(in crate::report) const SECTION_CAPTION: &str = "Figures of this measure and what they are held to";
pub(in crate::report) const CHECKS_CAPTION: &str = "Every limit and the figure that was held to it";
pub(in crate::report) const CHECK_HEADS: [&str; 5] = ["Figure", "Value", "Limit", "Outcome", "Why"];
pub(in crate::report) const FINDINGS_READING: &[&str] = &[
    "A finding is something that does not keep to a limit, or that a person must look at. A limit that holds makes none.",
    "A waived finding counts no more for the verdict; its figure stays.",
];
pub(in crate::report) const FINDINGS_TODO: &[&str] =
    &["`reidrisk explain CODE` says of each code what it means, its formula, its source and what to do."];

pub(in crate::report) fn findings_answer(findings: usize, waived: usize) -> String {
    let found = match findings {
        0 => return super::NO_FINDINGS.to_owned(),
        1 => "1 finding".to_owned(),
        more => format!("{} findings", count(more as u64)),
    };
    if waived == 0 { format!("{found}.") } else { format!("{found}, {} of them waived.", count(waived as u64)) }
}

pub(in crate::report) const ADVICE_TITLE: &str = "What could change";
pub(in crate::report) const ADVICE_HEADS: [&str; 6] =
    ["Proposal", "Smallest crowd then", "In small crowds then", "Risk removed", "Detail kept", "Order"];
pub(in crate::report) const CONFIG_CAPTION: &str = "Lines for reidrisk.toml, and the same as flags";
pub(in crate::report) const CONFIG_HEADS: [&str; 3] = ["Proposal", "reidrisk.toml", "Flags of scan"];
pub(in crate::report) const ADVICE_READING: &[&str] = &[
    "Every proposal was applied to the extract and the figures beside it were counted again. The other limits were not \
     held against it: scan again with it to know the verdict.",
    "Risk removed is the share of exposed subjects that are exposed no more. Detail kept is how much the \
     quasi-identifiers still tell apart; an extract without them keeps nothing.",
    "A proposal on the line that joins the dots is beaten by no other in both figures.",
];
pub(in crate::report) const ADVICE_TODO: &[&str] =
    &["Paste the lines of a proposal into `reidrisk.toml`, or add its flags, and scan again."];

pub(in crate::report) fn try_first_then(action: &str, predicted: &str) -> String {
    format!("Try first: {}. Then: {predicted}.", action.trim_end_matches('.'))
}

pub(in crate::report) fn advice_answer(tried: usize) -> String {
    if tried == 0 { "No change of columns was proposed.".to_owned() } else { format!("{} computed.", changes(tried)) }
}

pub(in crate::report) fn advice_caption(tried: usize) -> String {
    format!("{} computed, best first", changes(tried))
}

fn changes(number: usize) -> String {
    if number == 1 { "1 change".to_owned() } else { format!("{} changes", count(number as u64)) }
}

pub(in crate::report) const NOT_MEASURED_TITLE: &str = "Not measured";
pub(in crate::report) const NOT_MEASURED_CAPTION: &str = "Measures and gates without a figure";
pub(in crate::report) const NOT_MEASURED_HEADS: [&str; 2] = ["Measure or gate", "Why there is no figure"];
pub(in crate::report) const NOT_MEASURED_READING: &[&str] =
    &["What was not measured is not safe; it is not known. A figure that does not exist is never counted as 0."];
pub(in crate::report) const NOT_MEASURED_TODO: &[&str] =
    &["Decide whether the recipient could use what is missing here. If so, ask for that measure before you decide."];

pub(in crate::report) fn not_measured_answer(entries: usize) -> String {
    match entries {
        0 => super::ALL_MEASURED.to_owned(),
        1 => "1 measure or gate has no figure.".to_owned(),
        more => format!("{} measures or gates have no figure.", count(more as u64)),
    }
}

pub(in crate::report) const IDENTIFIERS_TITLE: &str = "Direct identifiers";
pub(in crate::report) const IDENTIFIERS_CAPTION: &str = "Found in the cells";
pub(in crate::report) const IDENTIFIER_HEADS: [&str; 6] =
    ["Column", "Kind", "Place", "Records", "Share of filled cells", "Judged as"];
pub(in crate::report) const CORRELATED_CAPTION: &str = "Hashes that can be undone with a shortened number beside them";
pub(in crate::report) const CORRELATED_HEADS: [&str; 4] =
    ["Hashed column", "Shortened column", "Digits shown", "Numbers left to try"];
pub(in crate::report) const IDENTIFIERS_READING: &[&str] = &[
    "Every column was searched, also those with the role “ignore”. Card and account numbers and national numbers count \
     only when their check digits fit, so a few may be chance and none of another shape is found.",
    "“Within a text” means that the cell holds more than the identifier, such as a payment reference with a card number \
     in it.",
    "A hash is no protection where the values behind it can be tried out. Beside a shortened card number few are left to \
     try.",
];
pub(in crate::report) const IDENTIFIERS_TODO: &[&str] = &[
    "Leave the columns out, or make them afresh at the source. Coarsening other columns does not help.",
    "Where a column is meant to hold them, permit it in `reidrisk.toml`; the permission is shown here.",
];

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

pub(in crate::report) fn identifiers_unknown(explanation: &str) -> String {
    format!("Whether an identifier is in the extract is unknown, because {}.", explanation.trim_end_matches('.'))
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

pub(in crate::report) const RECIPIENT_TITLE: &str = "Recipient and agreement";
pub(in crate::report) const NO_RECIPIENT_ANSWER: &str =
    "No recipient is declared, so no agreement, purpose or consent was held against this extract.";
pub(in crate::report) const TERMS_CAPTION: &str = "Terms, as declared";
pub(in crate::report) const TERMS_HEADS: [&str; 2] = ["Term", "Declared"];
pub(in crate::report) const TERM_RECIPIENT: &str = "recipient";
pub(in crate::report) const TERM_PURPOSE: &str = "purpose";
pub(in crate::report) const TERM_AGREEMENT: &str = "agreement";
pub(in crate::report) const TERM_ENDS: &str = "ends";
pub(in crate::report) const TERM_ONWARD: &str = "onward sharing";
pub(in crate::report) const TERM_ALLOWED: &str = "columns allowed";
pub(in crate::report) const TERM_FORBIDDEN: &str = "columns forbidden";
pub(in crate::report) const TERM_CONSENT: &str = "consent register";
pub(in crate::report) const NOT_STATED: &str = "not stated";
pub(in crate::report) const NONE: &str = "none";
pub(in crate::report) const ANY_COLUMN: &str = "any";
pub(in crate::report) const NO_REGISTER: &str = "none declared";
pub(in crate::report) const CONSENT_HEADS: [&str; 2] = ["Counted", "Subjects"];
pub(in crate::report) const CONSENT_SUBJECTS: &str = "subjects of the extract";
pub(in crate::report) const CONSENT_WITHOUT: &str = "of them not opted in";
pub(in crate::report) const TERMS_COLUMNS_CAPTION: &str = "Columns of the extract under these terms";
pub(in crate::report) const TERMS_COLUMNS_HEADS: [&str; 2] = ["Column", "Terms"];
pub(in crate::report) const COLUMN_FORBIDDEN: &str = "forbidden";
pub(in crate::report) const COLUMN_NOT_ALLOWED: &str = "not among the allowed";
pub(in crate::report) const COLUMN_ALLOWED: &str = "allowed";
pub(in crate::report) const RECIPIENT_READING: &[&str] = &[
    "The risk is that of the people in the extract. How large it is depends on who receives it: what they already hold, \
     and what they may do with it.",
    "The figures of this page assume a recipient who knows the quasi-identifiers of a person exactly. What this recipient \
     can link to its own data was measured only where a section says so.",
    "The terms are as declared in the configuration. This program checks columns, dates and consent against them; it \
     cannot see whether the recipient keeps to them.",
];
pub(in crate::report) const RECIPIENT_TODO: &[&str] = &[
    "Write a `[recipient]` part into `reidrisk.toml`: name, purpose, agreement, end date, allowed and forbidden columns, \
     and the consent register.",
];

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
    let subjects = super::counted(consent.subjects, "subject", "subjects");
    match consent.without_consent {
        0 => format!("All of {subjects} have opted in, by the register."),
        missing => format!(
            "{} of {subjects} have not opted in, by the register: their records must not leave.",
            count(missing)
        ),
    }
}

pub(in crate::report) fn consent_caption(file: &str) -> String {
    format!("Consent, by {file}")
}

pub(in crate::report) fn count_and_share(count: &str, share: &str) -> String {
    format!("{count} ({share})")
}

pub(in crate::report) const CROWDS_TITLE: &str = "Crowds";
pub(in crate::report) const CROWDS_TODO: &[&str] = &[
    "Make the columns coarser until small classes merge into larger ones: see what could change, or try `--coarsen`.",
    "Where few records stand in small classes, leaving those records out may cost less than coarsening all.",
];
pub(in crate::report) const COLUMNS_TODO: &[&str] = &[
    "Begin with the column that reveals most. If the recipient does not need it, drop it; if it needs less, coarsen it.",
    "Check each role. A column that others may know and that is not a quasi-identifier here is missing from the risk.",
];
pub(in crate::report) const PAIRS_TODO: &[&str] =
    &["Of a risky pair, coarsen the column that stands in more risky pairs, or drop one of the two."];

pub(in crate::report) fn pairs_caption(pairs: usize) -> String {
    if pairs == 1 { "The one pair".to_owned() } else { format!("All {} pairs, riskiest first", count(pairs as u64)) }
}

pub(in crate::report) fn record_answer(files: usize, size: &str) -> String {
    format!("{}: {size}.", super::counted(files as u64, "file was read", "files were read"))
}

pub(in crate::report) const RECORD_READING: &[&str] = &[
    "The hashes are of the bytes that were read. The same files, configuration, seed and version give the same figures, \
     on any machine and with any number of threads.",
];
