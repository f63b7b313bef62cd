//! What is counted of cells as people get them: blanks, spellings of nothing, rounded numbers, texts beside the cells.

use std::fmt::Write as _;

use super::{Folder, SMALL, read_files, read_one, sample};
use crate::input::pump::Pace;
use crate::input::{CellCounts, Extract, InputError, SheetError, open, read_all};
use crate::plan::InputOptions;
use crate::result::{ColumnType, IdentifierKind, Placement};
use crate::stop::{NoProgress, Stop};

fn counts(extract: &Extract) -> Vec<CellCounts> {
    extract.columns.iter().map(|column| column.counts.unwrap()).collect()
}

fn csv(text: &str, options: &InputOptions) -> Extract {
    read_one("data.csv", text.as_bytes(), options).unwrap()
}

#[test]
fn blanks_at_the_ends_of_cells_are_taken_off_and_counted() {
    let text = "iban,amount\nDE01,1\nDE01   ,2 \nDE02,\u{a0}3\n  ,4\nDE02 ,2\n";
    let read = csv(text, &InputOptions::default());
    let [iban, amount] = &counts(&read)[..] else { panic!("two columns") };
    assert_eq!((iban.trimmed, iban.joined), (3, 2));
    assert_eq!((amount.trimmed, amount.joined), (2, 1));
    let coded = read.columns[0].coded.as_ref().unwrap();
    assert_eq!((coded.dictionary.len(), read.columns[0].missing), (3, 1));
    assert_eq!(read.columns[1].column_type, ColumnType::Integer);

    let kept = csv(text, &InputOptions { trim: Some(false), ..InputOptions::default() });
    assert_eq!(kept.columns[0].coded.as_ref().unwrap().dictionary.len(), 5);
    assert_eq!((counts(&kept)[0].trimmed, kept.columns[1].column_type), (0, ColumnType::Text));
}

#[test]
fn padding_changes_nothing_but_its_own_counts() {
    let plain = csv("a,b\nx,1\ny,2\nx,3\n", &InputOptions::default());
    let padded = csv("a,b\nx ,1\n\ty, 2\nx,3  \n", &InputOptions::default());
    let values = |extract: &Extract| {
        let cells = super::columns_of(extract);
        cells.into_iter().map(|column| (column.column_type, column.missing, column.cells)).collect::<Vec<_>>()
    };
    assert_eq!(values(&plain), values(&padded));
}

#[test]
fn spellings_of_nothing_are_values_until_somebody_says_otherwise() {
    let text = "customer,country\nNULL,NA\nc1,DE\nnull,NA\nc1,FR\n1900-01-01,DE\n";
    let read = csv(text, &InputOptions::default());
    assert_eq!(counts(&read).iter().map(|counts| counts.placeholders).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(read.columns[0].missing, 0);
    let told = InputOptions {
        column_null_values: [("customer".to_owned(), vec!["NULL".to_owned(), "null".to_owned()])].into(),
        real_values: [("country".to_owned(), vec!["NA".to_owned()])].into(),
        ..InputOptions::default()
    };
    let read = csv(text, &told);
    assert_eq!(counts(&read).iter().map(|counts| counts.placeholders).collect::<Vec<_>>(), [1, 0]);
    assert_eq!((read.columns[0].missing, read.columns[1].missing), (2, 0));
}

#[test]
fn rounded_identifiers_are_counted_whatever_type_the_column_gets() {
    let read = csv("a;b;c\n4,68769E+17;4.68769E+17;1.5\n4,53E+15;5E+12;1e3\n", &InputOptions::default());
    assert_eq!(counts(&read).iter().map(|counts| counts.rounded).collect::<Vec<_>>(), [2, 2, 0]);
}

#[test]
fn a_column_of_formulas_without_values_is_refused_by_name() {
    let error = read_files(SMALL, &[sample("sheet/no_stored_values.xlsx")], &InputOptions::default()).err().unwrap();
    assert!(
        matches!(&error, InputError::Sheet(SheetError::UnstoredFormulas { column, .. }) if column == "amount"),
        "{error}"
    );
    assert!(error.hint().is_some());
}

#[test]
fn comments_of_cells_are_searched_and_told_apart_from_cells() {
    let read = read_files(SMALL, &[sample("sheet/comments.xlsx")], &InputOptions::default()).unwrap();
    let beside = &read.beside[0];
    assert_eq!(beside.column.as_deref(), Some("id"));
    let kinds: Vec<IdentifierKind> = beside.found.iter().map(|found| found.kind).collect();
    assert!(kinds.contains(&IdentifierKind::PaymentCardNumber) && kinds.contains(&IdentifierKind::EmailAddress));
    assert!(
        beside.found.iter().all(|found| found.placement == Placement::CellComment && found.records <= beside.texts)
    );
    assert!(read.columns.iter().all(|column| column.identifiers.is_empty()));
}

#[test]
fn names_of_people_are_found_whatever_the_heading() {
    let names = ["Thomas Bauer", "Jan Müller", "Sarah Bauer", "Peter Ernst", "Ingrid Vogel", "Lukas Ernst"];
    let text = format!("col_b\n{}\n{}\n", names.join("\n"), names[0]);
    let found = &csv(&text, &InputOptions::default()).columns[0].identifiers;
    assert_eq!(
        found.iter().map(|found| (found.kind, found.records)).collect::<Vec<_>>(),
        [(IdentifierKind::PersonName, 7)]
    );
}

#[test]
fn ticket_numbers_beyond_the_last_area_are_no_national_numbers() {
    let tickets: Vec<String> =
        (0..60).map(|number| format!("9{:02}-{:02}-{:04}", number, number * 7 % 100, 1_000 + number)).collect();
    let text = format!("ticket\n{}\n", tickets.join("\n"));
    assert!(csv(&text, &InputOptions::default()).columns[0].identifiers.is_empty());
}

#[test]
fn a_column_that_nobody_needs_is_let_go_when_memory_ends_and_says_the_same_of_its_cells() {
    let mut text = "id,note,mail\n".to_owned();
    for record in 0..4_000 {
        let id = record % 3;
        writeln!(text, "{id},note number {record} with a long text {record},p{record}@example.org").unwrap();
    }
    let folder = Folder::new(&[("data.csv", text.as_bytes())]);
    let read = |memory| {
        let source = open(&folder.inputs(&["data.csv"]), &InputOptions::default()).unwrap();
        read_all(source, &[true], &NoProgress, &Stop::default(), memory)
    };
    let (whole, little) = (read(None).unwrap(), read(Some(300_000)).unwrap());
    assert!(whole.columns.iter().all(|column| column.coded.is_some()));
    assert!(little.columns[0].coded.is_some() && little.columns[1].coded.is_none());
    assert_eq!(little.columns[1].counts, None);
    for (whole, little) in whole.columns.iter().zip(&little.columns) {
        assert_eq!((whole.column_type, whole.missing), (little.column_type, little.missing));
        assert_eq!(whole.identifiers, little.identifiers);
    }
    assert!(matches!(read(Some(1_000)), Err(InputError::Memory { .. })));
}

#[test]
fn counts_do_not_depend_on_the_order_of_records_or_the_split() {
    let folder = Folder::new(&[
        ("all.csv", b"a\nx\nx \nNULL\n4.1E+12\n"),
        ("one.csv", b"a\n4.1E+12\nNULL\n"),
        ("two.csv", b"a\nx \nx\n"),
    ]);
    let of =
        |names: &[&str]| counts(&read_files(Pace::default(), &folder.inputs(names), &InputOptions::default()).unwrap());
    assert_eq!(of(&["all.csv"]), of(&["one.csv", "two.csv"]));
    assert_eq!(
        of(&["all.csv"])[0],
        CellCounts { trimmed: 1, joined: 1, placeholders: 1, rounded: 1, ..CellCounts::default() }
    );
}

fn declared(types: &[(&str, ColumnType)]) -> InputOptions {
    let column_types = types.iter().map(|&(column, declared)| (column.to_owned(), declared)).collect();
    InputOptions { column_types, ..InputOptions::default() }
}

/// The cells of the only column.
fn cells_of(extract: &Extract) -> Vec<String> {
    super::columns_of(extract)[0].cells.iter().map(|cell| cell.clone().unwrap_or_default()).collect()
}

#[test]
fn text_keeps_cells_as_they_are_spelled_and_whole_numbers_have_one_spelling() {
    let text = "zip\n0800\n800\n\" \"\n";
    let read = csv(text, &declared(&[("zip", ColumnType::Text)]));
    assert_eq!((read.columns[0].column_type, read.columns[0].missing), (ColumnType::Text, 1));
    assert_eq!(cells_of(&read), ["0800", "800", ""]);
    let read = csv(text, &declared(&[("zip", ColumnType::Integer)]));
    assert_eq!((read.columns[0].column_type, read.columns[0].missing), (ColumnType::Integer, 1));
    assert_eq!(cells_of(&read), ["800", "800", ""]);
    assert_eq!(counts(&read)[0].found_type, Some(ColumnType::Text));
    // Whole numbers that are declared text stay as they are spelled, too.
    let read = csv("zip\n1e3\n1000\n7\n", &declared(&[("zip", ColumnType::Text)]));
    assert_eq!(cells_of(&read), ["1e3", "1000", "7"]);
    assert_eq!(counts(&csv(text, &InputOptions::default()))[0].found_type, None);
}

#[test]
fn a_cell_that_is_not_of_the_declared_type_is_told_by_its_place_and_never_by_its_value() {
    let folder = Folder::new(&[("a.csv", b"id,zip\n1,10\n2,20\n"), ("b.csv", b"id,zip\n3,\n4,x7q\n5,x7q\n")]);
    let inputs = folder.inputs(&["a.csv", "b.csv"]);
    let options = declared(&[("zip", ColumnType::Integer)]);
    for wanted in [[true, true], [true, false], [false, false]] {
        let source = open(&inputs, &options).unwrap();
        let read = crate::input::read(source, &wanted, &NoProgress, &Stop::default(), None);
        let error = read.err().expect("a letter is no whole number");
        let expected = "column `zip` is declared integer, but 2 of its cells do not fit, the first in line 3 of \
                        `b.csv`";
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().is_some_and(|hint| hint.contains("`type = \"text\"`") && !hint.contains("x7q")));
    }
    let named = InputOptions { null_values: vec!["x7q".to_owned()], ..options };
    assert_eq!(read_files(SMALL, &inputs, &named).unwrap().columns[1].missing, 3);
}
