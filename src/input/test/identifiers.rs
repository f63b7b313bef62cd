//! Identifiers are found while reading, whether a column is coded or not.

use std::fmt::Write as _;

use super::frames::{Frame, numbers, texts};
use super::{Folder, SMALL};
use crate::detect::Found;
use crate::input::open;
use crate::input::pump::Pace;
use crate::input::read::read_at;
use crate::plan::InputOptions;
use crate::result::{ColumnType, IdentifierKind, Placement};
use crate::stop::{NoProgress, Stop};

/// Column names and cells; an empty cell is missing.
const COLUMNS: [(&str, [&str; 6]); 6] = [
    ("mail", ["jane@example.org", "", "a@b.cd", "a@b.cd", "joe@example.org", "none"]),
    ("pan", ["4111111111111111", "5555555555554444", "4111111111111111", "", "", "6011111111111117"]),
    ("short", ["411111******1111", "************4444", "", "411111******1111", "x", "y"]),
    ("note", ["coffee", "card 4111 1111 1111 1111", "tea", "", "call +44 20 7946 0958", "DE89370400440532013000"]),
    ("amount", ["10.00", "4.50", "", "10.00", "7", "99.95"]),
    ("account", ["DE89370400440532013000", "", "", "", "", ""]),
];

fn cell(column: usize, record: usize) -> &'static str {
    COLUMNS[column].1[record]
}

/// A CSV text of these records.
fn csv(records: &[usize]) -> String {
    let mut text = COLUMNS.map(|(name, _)| name).join(",") + "\n";
    for &record in records {
        let cells: Vec<&str> = (0..COLUMNS.len()).map(|column| cell(column, record)).collect();
        writeln!(text, "{}", cells.join(",")).unwrap();
    }
    text
}

fn found(pace: Pace, inputs: &[String], wanted: bool) -> Vec<Vec<Found>> {
    let source = open(inputs, &InputOptions::default()).unwrap();
    let wanted = vec![wanted; source.columns().len()];
    let extract = read_at(pace, source, &wanted, &NoProgress, &Stop::default(), None).unwrap();
    assert_eq!(extract.records, 6);
    assert_eq!(extract.columns[1].column_type, ColumnType::Integer);
    extract.columns.into_iter().map(|column| column.identifiers).collect()
}

#[test]
fn order_split_format_and_coding_change_nothing() {
    let backwards: Vec<usize> = (0..6).rev().collect();
    let folder = Folder::new(&[
        ("t.csv", csv(&[0, 1, 2, 3, 4, 5]).as_bytes()),
        ("backwards.csv", csv(&backwards).as_bytes()),
        ("part1.csv", csv(&[5, 0]).as_bytes()),
        ("part2.csv", csv(&[1, 4, 3, 2]).as_bytes()),
    ]);
    let mut json = String::new();
    for record in 0..6 {
        let members: Vec<String> = COLUMNS
            .iter()
            .enumerate()
            .map(|(column, (name, _))| format!("\"{name}\": {}", serde_json::to_string(cell(column, record)).unwrap()))
            .collect();
        writeln!(json, "{{{}}}", members.join(", ")).unwrap();
    }
    std::fs::write(folder.path("t.ndjson"), json).unwrap();
    let columns = COLUMNS.map(|(name, cells)| {
        let present = || cells.iter().map(|&cell| (!cell.is_empty()).then_some(cell));
        let whole = || cells.iter().map(|cell| cell.parse::<i64>().ok());
        (name, if name == "pan" { numbers(whole()) } else { texts(present()) })
    });
    Frame::new(columns).parquet(&folder.path("t.parquet"));

    let expected = found(Pace::default(), &folder.inputs(&["t.csv"]), true);
    let kinds = |column: usize| -> Vec<(IdentifierKind, Placement, u64)> {
        expected[column].iter().map(|found| (found.kind, found.placement, found.records)).collect()
    };
    assert_eq!(kinds(0), [(IdentifierKind::EmailAddress, Placement::WholeCell, 4)]);
    assert_eq!(kinds(1), [(IdentifierKind::PaymentCardNumber, Placement::WholeCell, 4)]);
    assert_eq!(kinds(2), [(IdentifierKind::TruncatedCardNumber, Placement::WholeCell, 3)]);
    assert_eq!(
        kinds(3),
        [
            (IdentifierKind::PaymentCardNumber, Placement::WithinText, 1),
            (IdentifierKind::Iban, Placement::WholeCell, 1),
            (IdentifierKind::PhoneNumber, Placement::WithinText, 1),
        ]
    );
    assert_eq!((kinds(4), kinds(5).len()), (vec![], 1));
    for inputs in [&["t.csv"][..], &["backwards.csv"], &["part1.csv", "part2.csv"], &["t.ndjson"], &["t.parquet"]] {
        for (pace, wanted) in [(SMALL, true), (SMALL, false), (Pace::default(), false)] {
            assert_eq!(found(pace, &folder.inputs(inputs), wanted), expected, "{inputs:?}, coded: {wanted}");
        }
    }
}
