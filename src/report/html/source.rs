//! What names people outright in the extract, and who is to receive it on which terms.

use super::section::{Section, quoted};
use super::table::{Cell, Table};
use crate::number::{count, percent};
use crate::printable::each_once;
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::summary::names;
use crate::result::{Consent, IdentifierColumn, IdentifierKind, Identifiers, Placement, Recipient, ScanResult};

/// The section on identifiers; none when the measure was not part of the run.
pub(super) fn identifiers(result: &ScanResult) -> Option<Section> {
    let section = Section::new("identifiers");
    section.of(result.measures.identifiers.as_ref(), "Whether an identifier is in the extract is unknown", found)
}

fn found(section: Section, value: &Identifiers) -> Section {
    let mut ranked: Vec<&IdentifierColumn> = value.columns.iter().collect();
    // What blocks first; within that in file order.
    ranked.sort_by_key(|found| (found.permitted, !found.kind.is_direct()));
    let open = ranked.iter().filter(|found| found.kind.is_direct() && !found.permitted);
    let open = each_once(open.map(|found| printable(&found.column)));
    let found = Table::of(
        "Found in the cells",
        &ranked,
        &[
            ("Column", &|found| Cell::name(&found.column)),
            ("Kind", &|found| Cell::text(identifier_kind(found.kind))),
            ("Place", &|found| Cell::text(placement(found.placement))),
            ("Records", &|found| Cell::count(found.records)),
            ("Share of filled cells", &|found| Cell::number(percent(found.share))),
            ("Judged as", &|found| Cell::text(permission(found))),
        ],
    );
    let correlated = Table::of(
        "Hashes that can be undone with a shortened number beside them",
        &value.correlated,
        &[
            ("Hashed column", &|pair| Cell::name(&pair.hashed_column)),
            ("Shortened column", &|pair| Cell::name(&pair.truncated_column)),
            ("Digits shown", &|pair| Cell::number(pair.visible_digits.to_string())),
            ("Numbers left to try", &|pair| Cell::count(pair.remaining_candidates)),
        ],
    );
    let is_clean = open.is_empty() && value.correlated.is_empty();
    let todo = if is_clean { Vec::new() } else { Section::new("identifiers, found").todo };
    Section {
        answer: identifiers_answer(value.columns_searched, &open, value.columns.len()),
        tables: found.any().into_iter().chain(correlated.any()).collect(),
        todo,
        // Open where something is to be done.
        is_folded: is_clean,
        ..section
    }
}

/// Who receives the extract, whose risk this is, and on which terms.
pub(super) fn recipient(result: &ScanResult) -> Section {
    let section = Section::new("recipient");
    let Some(recipient) = &result.recipient else {
        let answer = "No recipient is declared, so no agreement, purpose or consent was checked.";
        return Section { answer: answer.to_owned(), todo: Section::new("recipient, none").todo, ..section }.folded();
    };
    let mut lines = Vec::new();
    let mut tables = vec![terms(recipient)];
    if let Some(consent) = &recipient.consent {
        lines.push(quoted(&consent_line(consent)));
        let without = Cell::part(consent.without_consent, consent.subjects);
        let counted = [
            ("subjects of the extract".to_owned(), Cell::count(consent.subjects)),
            ("of them not opted in".to_owned(), without),
        ];
        let caption = format!("Consent, by {}", printable(&consent.file));
        tables.push(Table::facts(caption, ["Counted", "Subjects"], &counted));
    }
    if recipient.allowed_columns.is_some() || !recipient.forbidden_columns.is_empty() {
        let columns = Table::of(
            "Columns of the extract under these terms",
            &result.dataset.columns,
            &[
                ("Column", &|column| Cell::name(&column.name)),
                ("Terms", &|column| Cell::text(place(recipient, &column.name))),
            ],
        );
        tables.push(columns.folded());
    }
    let answer = match &recipient.name {
        Some(name) => format!("The extract is meant for {}; the people in it bear the risk.", printable(name)),
        None => "Terms are declared, but not who receives the extract.".to_owned(),
    };
    Section { answer, lines, tables, is_folded: true, ..section }
}

fn terms(recipient: &Recipient) -> Table {
    let stated = |text: &Option<String>| text.as_deref().map_or_else(|| NOT_STATED.to_owned(), printable);
    let columns =
        |columns: &[String]| if columns.is_empty() { messages::NONE.to_owned() } else { names(columns).join(", ") };
    let register = recipient.consent.as_ref().map(|consent| printable(&consent.file));
    let onward = match recipient.no_onward_sharing {
        Some(true) => "forbidden by the terms",
        Some(false) => "not forbidden",
        None => NOT_STATED,
    };
    let facts = [
        ("recipient", stated(&recipient.name)),
        ("purpose", stated(&recipient.purpose)),
        ("agreement", stated(&recipient.agreement)),
        ("ends", stated(&recipient.ends)),
        ("onward sharing", onward.to_owned()),
        ("columns allowed", recipient.allowed_columns.as_deref().map_or_else(|| "any".to_owned(), columns)),
        ("columns forbidden", columns(&recipient.forbidden_columns)),
        ("consent register", register.unwrap_or_else(|| "none declared".to_owned())),
    ];
    Table::facts(
        "Terms, as declared",
        ["Term", "Declared"],
        &facts.map(|(name, fact)| (name.to_owned(), Cell::text(fact))),
    )
}

/// What the terms say of a column.
fn place(recipient: &Recipient, column: &String) -> &'static str {
    if recipient.forbids(column) {
        "forbidden"
    } else if recipient.allowed_columns.as_ref().is_some_and(|allowed| !allowed.contains(column)) {
        "not among the allowed"
    } else {
        "allowed"
    }
}

fn identifiers_answer(searched: u64, open: &[String], found: usize) -> String {
    let searched = messages::counted(searched, "column was", "columns were");
    match (open.len(), found) {
        (0, 0) => format!("No identifier was found; {searched} searched."),
        (0, _) => {
            format!("Nothing that names a person outright was found where it is not permitted; {searched} searched.")
        }
        (1, _) => {
            format!("{} names people outright and is not permitted to; {searched} searched.", messages::list(open))
        }
        _ => format!("{} name people outright and are not permitted to; {searched} searched.", messages::list(open)),
    }
}

fn identifier_kind(kind: IdentifierKind) -> &'static str {
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

fn placement(placement: Placement) -> &'static str {
    match placement {
        Placement::WholeCell => "whole cell",
        Placement::WithinText => "within a text",
        Placement::CellComment => "in a comment",
        Placement::FileMetadata => "in the metadata",
        Placement::OutsideTable => "outside the table",
    }
}

fn permission(found: &IdentifierColumn) -> &'static str {
    match (found.kind.is_direct(), found.permitted) {
        (true, true) => "names a person; permitted",
        (true, false) => "names a person; not permitted",
        (false, _) => "no direct identifier",
    }
}

fn consent_line(consent: &Consent) -> String {
    let subjects = messages::subjects(consent.subjects);
    match consent.without_consent {
        0 => format!("All of {subjects} have opted in, by the register."),
        missing => format!(
            "{} of {subjects} have not opted in, by the register: their records must not leave.",
            count(missing)
        ),
    }
}

const NOT_STATED: &str = "not stated";
