//! What names people outright in the extract, and who is to receive it on which terms.

use super::section::{Section, quoted, sentences};
use super::table::{Cell, Table};
use crate::number::{count, percent, share};
use crate::report::escape::printable;
use crate::report::messages;
use crate::report::summary::names;
use crate::result::{IdentifierColumn, Identifiers, Outcome, Recipient, ScanResult};

/// The section on identifiers; none when the measure was not part of the run.
pub(super) fn identifiers(result: &ScanResult) -> Option<Section> {
    let outcome = result.measures.identifiers.as_ref()?;
    let section = Section { id: "identifiers".into(), title: messages::IDENTIFIERS_TITLE.into(), ..Section::default() };
    Some(match outcome {
        Outcome::Measured { value, .. } => found(section, value),
        Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. } => {
            Section { answer: messages::identifiers_unknown(&printable(explanation)), ..section }
        }
    })
}

fn found(section: Section, value: &Identifiers) -> Section {
    let mut ranked: Vec<&IdentifierColumn> = value.columns.iter().collect();
    // What blocks first; within that in file order.
    ranked.sort_by_key(|found| (found.permitted, !found.kind.is_direct()));
    let mut open: Vec<String> = Vec::new();
    for found in ranked.iter().filter(|found| found.kind.is_direct() && !found.permitted) {
        let name = printable(&found.column);
        if !open.contains(&name) {
            open.push(name);
        }
    }
    let mut tables = Vec::new();
    if !ranked.is_empty() {
        let rows: Vec<Vec<Cell>> = ranked.iter().map(|found| identifier_row(found)).collect();
        tables.push(Table::new(messages::IDENTIFIERS_CAPTION, &messages::IDENTIFIER_HEADS, rows.into_iter()));
    }
    if !value.correlated.is_empty() {
        let rows = value.correlated.iter().map(|pair| {
            vec![
                Cell::text(printable(&pair.hashed_column)),
                Cell::text(printable(&pair.truncated_column)),
                Cell::number(pair.visible_digits.to_string()),
                Cell::number(count(pair.remaining_candidates)),
            ]
        });
        tables.push(Table::new(messages::CORRELATED_CAPTION, &messages::CORRELATED_HEADS, rows));
    }
    let todo =
        if open.is_empty() && value.correlated.is_empty() { Vec::new() } else { sentences(messages::IDENTIFIERS_TODO) };
    Section {
        answer: messages::identifiers_answer(value.columns_searched, &open, value.columns.len()),
        tables,
        reading: messages::owned(messages::IDENTIFIERS_READING),
        todo,
        ..section
    }
}

fn identifier_row(found: &IdentifierColumn) -> Vec<Cell> {
    vec![
        Cell::text(printable(&found.column)),
        Cell::text(messages::identifier_kind(found.kind)),
        Cell::text(messages::placement(found.placement)),
        Cell::number(count(found.records)),
        Cell::number(percent(found.share)),
        Cell::text(messages::permission(found)),
    ]
}

/// Who receives the extract, whose risk this is, and on which terms.
pub(super) fn recipient(result: &ScanResult) -> Section {
    let section = Section {
        id: "recipient".into(),
        title: messages::RECIPIENT_TITLE.into(),
        reading: messages::owned(messages::RECIPIENT_READING),
        ..Section::default()
    };
    let Some(recipient) = &result.recipient else {
        let todo = sentences(messages::RECIPIENT_TODO);
        return Section { answer: messages::NO_RECIPIENT_ANSWER.to_owned(), todo, ..section };
    };
    let mut lines = Vec::new();
    let mut tables = vec![terms(recipient)];
    if let Some(consent) = &recipient.consent {
        lines.push(quoted(&messages::consent_line(consent)));
        let rows = [
            vec![Cell::text(messages::CONSENT_SUBJECTS), Cell::number(count(consent.subjects))],
            vec![
                Cell::text(messages::CONSENT_WITHOUT),
                Cell::number(messages::count_and_share(
                    &count(consent.without_consent),
                    &share(consent.without_consent, consent.subjects),
                )),
            ],
        ];
        tables.push(Table::new(
            messages::consent_caption(&printable(&consent.file)),
            &messages::CONSENT_HEADS,
            rows.into_iter(),
        ));
    }
    let rows: Vec<Vec<Cell>> =
        result.dataset.columns.iter().map(|column| column_row(recipient, &column.name)).collect();
    if recipient.allowed_columns.is_some() || !recipient.forbidden_columns.is_empty() {
        tables.push(
            Table::new(messages::TERMS_COLUMNS_CAPTION, &messages::TERMS_COLUMNS_HEADS, rows.into_iter()).folded(),
        );
    }
    let name = recipient.name.as_deref().map(printable);
    Section { answer: messages::recipient_answer(name.as_deref()), lines, tables, ..section }
}

fn terms(recipient: &Recipient) -> Table {
    let stated = |text: &Option<String>| text.as_deref().map_or_else(|| messages::NOT_STATED.to_owned(), printable);
    let columns =
        |columns: &[String]| if columns.is_empty() { messages::NONE.to_owned() } else { names(columns).join(", ") };
    let allowed = recipient.allowed_columns.as_deref().map_or_else(|| messages::ANY_COLUMN.to_owned(), columns);
    let facts = [
        (messages::TERM_RECIPIENT, stated(&recipient.name)),
        (messages::TERM_PURPOSE, stated(&recipient.purpose)),
        (messages::TERM_AGREEMENT, stated(&recipient.agreement)),
        (messages::TERM_ENDS, stated(&recipient.ends)),
        (messages::TERM_ONWARD, messages::onward(recipient.no_onward_sharing).to_owned()),
        (messages::TERM_ALLOWED, allowed),
        (messages::TERM_FORBIDDEN, columns(&recipient.forbidden_columns)),
        (
            messages::TERM_CONSENT,
            recipient
                .consent
                .as_ref()
                .map_or_else(|| messages::NO_REGISTER.to_owned(), |consent| printable(&consent.file)),
        ),
    ];
    let rows = facts.into_iter().map(|(name, fact)| vec![Cell::text(name), Cell::text(fact)]).collect::<Vec<_>>();
    Table::new(messages::TERMS_CAPTION, &messages::TERMS_HEADS, rows.into_iter())
}

fn column_row(recipient: &Recipient, column: &String) -> Vec<Cell> {
    let place = if recipient.forbidden_columns.contains(column) {
        messages::COLUMN_FORBIDDEN
    } else if recipient.allowed_columns.as_ref().is_some_and(|allowed| !allowed.contains(column)) {
        messages::COLUMN_NOT_ALLOWED
    } else {
        messages::COLUMN_ALLOWED
    };
    vec![Cell::text(printable(column)), Cell::text(place)]
}
