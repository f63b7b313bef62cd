//! What names people outright in the extract, and who is to receive it on which terms.

use super::section::{Section, quoted, sentences};
use super::table::{Cell, Table};
use crate::report::escape::printable;
use crate::report::number::{count, percent, share};
use crate::report::summary::names;
use crate::report::words;
use crate::result::{IdentifierColumn, Identifiers, Outcome, Recipient, ScanResult};

/// The section on identifiers; none when the measure was not part of the run.
pub(super) fn identifiers(result: &ScanResult) -> Option<Section> {
    let outcome = result.measures.identifiers.as_ref()?;
    let section = Section { id: "identifiers", title: words::IDENTIFIERS_TITLE, ..Section::default() };
    Some(match outcome {
        Outcome::Measured { value, .. } => found(section, value),
        Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. } => {
            Section { answer: words::identifiers_unknown(&printable(explanation)), ..section }
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
        tables.push(Table::new(words::IDENTIFIERS_CAPTION, &words::IDENTIFIER_HEADS, rows.into_iter()));
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
        tables.push(Table::new(words::CORRELATED_CAPTION, &words::CORRELATED_HEADS, rows));
    }
    let todo =
        if open.is_empty() && value.correlated.is_empty() { Vec::new() } else { sentences(words::IDENTIFIERS_TODO) };
    Section {
        answer: words::identifiers_answer(value.columns_searched, &open, value.columns.len()),
        tables,
        reading: words::owned(words::IDENTIFIERS_READING),
        todo,
        ..section
    }
}

fn identifier_row(found: &IdentifierColumn) -> Vec<Cell> {
    vec![
        Cell::text(printable(&found.column)),
        Cell::text(words::identifier_kind(found.kind)),
        Cell::text(words::placement(found.placement)),
        Cell::number(count(found.records)),
        Cell::number(percent(found.share)),
        Cell::text(words::permission(found)),
    ]
}

/// Who receives the extract, whose risk this is, and on which terms.
pub(super) fn recipient(result: &ScanResult) -> Section {
    let section = Section {
        id: "recipient",
        title: words::RECIPIENT_TITLE,
        reading: words::owned(words::RECIPIENT_READING),
        ..Section::default()
    };
    let Some(recipient) = &result.recipient else {
        let todo = sentences(words::RECIPIENT_TODO);
        return Section { answer: words::NO_RECIPIENT_ANSWER.to_owned(), todo, ..section };
    };
    let mut lines = Vec::new();
    let mut tables = vec![terms(recipient)];
    if let Some(consent) = &recipient.consent {
        lines.push(quoted(&words::consent_line(consent)));
        let rows = [
            vec![Cell::text(words::CONSENT_SUBJECTS), Cell::number(count(consent.subjects))],
            vec![
                Cell::text(words::CONSENT_WITHOUT),
                Cell::number(words::count_and_share(
                    &count(consent.without_consent),
                    &share(consent.without_consent, consent.subjects),
                )),
            ],
        ];
        tables.push(Table::new(
            words::consent_caption(&printable(&consent.file)),
            &words::CONSENT_HEADS,
            rows.into_iter(),
        ));
    }
    let rows: Vec<Vec<Cell>> =
        result.dataset.columns.iter().map(|column| column_row(recipient, &column.name)).collect();
    if recipient.allowed_columns.is_some() || !recipient.forbidden_columns.is_empty() {
        tables.push(Table::new(words::TERMS_COLUMNS_CAPTION, &words::TERMS_COLUMNS_HEADS, rows.into_iter()).folded());
    }
    let name = recipient.name.as_deref().map(printable);
    Section { answer: words::recipient_answer(name.as_deref()), lines, tables, ..section }
}

fn terms(recipient: &Recipient) -> Table {
    let stated = |text: &Option<String>| text.as_deref().map_or_else(|| words::NOT_STATED.to_owned(), printable);
    let columns =
        |columns: &[String]| if columns.is_empty() { words::NONE.to_owned() } else { names(columns).join(", ") };
    let allowed = recipient.allowed_columns.as_deref().map_or_else(|| words::ANY_COLUMN.to_owned(), columns);
    let facts = [
        (words::TERM_RECIPIENT, stated(&recipient.name)),
        (words::TERM_PURPOSE, stated(&recipient.purpose)),
        (words::TERM_AGREEMENT, stated(&recipient.agreement)),
        (words::TERM_ENDS, stated(&recipient.ends)),
        (words::TERM_ONWARD, words::onward(recipient.no_onward_sharing).to_owned()),
        (words::TERM_ALLOWED, allowed),
        (words::TERM_FORBIDDEN, columns(&recipient.forbidden_columns)),
        (
            words::TERM_CONSENT,
            recipient
                .consent
                .as_ref()
                .map_or_else(|| words::NO_REGISTER.to_owned(), |consent| printable(&consent.file)),
        ),
    ];
    let rows = facts.into_iter().map(|(name, fact)| vec![Cell::text(name), Cell::text(fact)]).collect::<Vec<_>>();
    Table::new(words::TERMS_CAPTION, &words::TERMS_HEADS, rows.into_iter())
}

fn column_row(recipient: &Recipient, column: &String) -> Vec<Cell> {
    let place = if recipient.forbidden_columns.contains(column) {
        words::COLUMN_FORBIDDEN
    } else if recipient.allowed_columns.as_ref().is_some_and(|allowed| !allowed.contains(column)) {
        words::COLUMN_NOT_ALLOWED
    } else {
        words::COLUMN_ALLOWED
    };
    vec![Cell::text(printable(column)), Cell::text(place)]
}
