//! Whether what stands where names of columns should stand is a cell: names are printed everywhere, cells nowhere.

use super::error::{InputError, shown};
use super::source::SourceFile;
use crate::detect;

/// Names of columns are shorter.
const LONGEST: usize = 200;

/// Whether a text cannot be the name of a column, whatever anybody says: it holds an e-mail address, an account or a card
/// number.
pub(super) fn is_cell(name: &str) -> bool {
    detect::is_identifier(bare(name))
}

/// A text without the signs around it, such as what a delimiter of several signs leaves.
fn bare(name: &str) -> &str {
    name.trim_matches(|letter: char| !letter.is_alphanumeric())
}

/// Whether a text is more likely a cell, or several, than the name of a column: besides the above it is too long, holds
/// control characters, is a line of fields in fixed positions, or the name of a person.
pub(super) fn is_cell_like(name: &str) -> bool {
    let is_text = name.chars().count() > LONGEST || name.chars().any(char::is_control);
    is_cell(name) || is_text || name.trim().contains("   ") || is_person(bare(name))
}

/// Words that stand beside a given name in names of columns, such as `Bill Amount` and `April Sales`.
const NO_SURNAMES: [&str; 36] = [
    "account",
    "address",
    "age",
    "amount",
    "average",
    "balance",
    "birth",
    "budget",
    "card",
    "category",
    "city",
    "code",
    "cost",
    "count",
    "country",
    "currency",
    "date",
    "day",
    "description",
    "flag",
    "id",
    "income",
    "month",
    "name",
    "number",
    "period",
    "price",
    "rate",
    "sales",
    "spend",
    "sum",
    "time",
    "total",
    "type",
    "value",
    "year",
];

/// Two or more words, one of them a given name, and none that belongs to names of columns.
fn is_person(name: &str) -> bool {
    let is_usual = |word: &str| {
        NO_SURNAMES.contains(&word.to_lowercase().trim_end_matches('s'))
            || NO_SURNAMES.contains(&word.to_lowercase().as_str())
    };
    let words = || name.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
    let is_written_out = name.trim().contains(char::is_whitespace)
        && words().all(|word| word.chars().count() > 1 || words().count() > 2);
    is_written_out && !words().any(is_usual) && detect::is_full_name(name)
}

/// More columns than this are refused: every one of them is described, and held against the others.
const MOST_COLUMNS: usize = 20_000;

/// Refuses empty and repeated column names, names that are cells, and too many columns. `declared` says that somebody vouched for them.
pub(super) fn check(file: &SourceFile, declared: bool) -> Result<(), InputError> {
    let mut seen = std::collections::HashMap::new();
    if file.columns.len() > MOST_COLUMNS {
        let columns = file.columns.len();
        return Err(InputError::TooManyColumns { file: shown(&file.name), columns, most: MOST_COLUMNS });
    }
    if file.columns.is_empty() {
        return Err(InputError::Empty { file: shown(&file.name) });
    }
    for (index, column) in file.columns.iter().enumerate() {
        if column.is_empty() {
            return Err(InputError::UnnamedColumn { file: shown(&file.name), position: index + 1 });
        }
        if is_cell(column) || (!declared && is_cell_like(column)) {
            return Err(InputError::CellAsName { file: shown(&file.name), position: index + 1 });
        }
        if let Some(first) = seen.insert(column, index) {
            return Err(InputError::DuplicateColumn { file: shown(&file.name), first: first + 1, second: index + 1 });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{is_cell, is_cell_like};

    #[test]
    fn identifiers_are_no_names_of_columns() {
        for cell in [
            "thomas.bauer@mail.example",
            "mail: thomas.bauer@mail.example",
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "card 4111 1111 1111 1111",
            "~thomas.bauer@mail.example~",
        ] {
            assert!(is_cell(cell), "{cell}");
        }
    }

    #[test]
    fn names_of_people_fixed_fields_and_long_texts_are_cells_unless_somebody_vouches_for_them() {
        for cell in [
            "a\u{1}b\u{1}c",
            &"x".repeat(201),
            "Thomas Bauer",
            "Thomas Bauer~",
            "BAUER, THOMAS",
            "Jane M. Roe",
            "C0001   Jane Roe",
        ] {
            assert!(is_cell_like(cell) && !is_cell(cell), "{cell}");
        }
        for name in [
            "customer",
            "First Name",
            "Bill Amount",
            "April Sales",
            "amount (EUR)",
            "Mark",
            "e-mail",
            "IBAN",
            "card_number",
            "Date of birth",
            "Betrag in €",
            "Verwendungszweck",
            "Auftraggeber / Begünstigter",
            "c1",
            "Max Balance",
            "column_12",
            "Kontonummer/IBAN",
            "June Totals",
        ] {
            assert!(!is_cell_like(name), "{name}");
        }
    }
}
