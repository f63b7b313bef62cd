//! The measure against brute force, and its edge cases.

mod oracle;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{SearchedColumn, measure};
use crate::detect::{Found, Search, Shown};
use crate::result::{IdentifierKind, Identifiers, Outcome, Placement};

/// Cells of every kind, right and wrong ones, and plain ones.
const CELLS: [&str; 24] = [
    "",
    "4111111111111111",
    "4111111111111112",
    "4929 1234 1234 1232",
    "paid by 5555-5555-5555-4444 in full",
    "411111******1111",
    "41111111****1111",
    "DE89370400440532013000",
    "DE89370400440532013001",
    "jane@example.org",
    "ask jane@example.org",
    "+44 20 7946 0958",
    "call 212-555-0123 now",
    "112-555-0123",
    "12345678Z",
    "12345678A",
    "123-45-6789",
    "5d41402abc4b2a76b9719d911017c592",
    "f81d4fae7dec41d0a76500a0c91e6bf6",
    "2026-01-05T10:20:30",
    "99.95",
    "coffee",
    "44051401359",
    "a@b.cd",
];

fn search(name: &str, cells: &[&str]) -> SearchedColumn {
    let mut search = Search::new(name);
    let filled = cells.iter().filter(|cell| !cell.is_empty());
    for cell in filled.clone() {
        search.take(cell.as_bytes(), 1);
    }
    SearchedColumn { name: name.to_owned(), values: filled.count() as u64, is_whole: true, found: search.settle() }
}

fn value(outcome: Outcome<Identifiers>) -> Identifiers {
    match outcome {
        Outcome::Measured { value, .. } => value,
        other => panic!("not measured: {other:?}"),
    }
}

/// Without what a shortened number shows, which the oracle does not tell.
fn bare(column: &SearchedColumn) -> SearchedColumn {
    let found = column.found.iter().map(|found| Found { shown: None, ..*found }).collect();
    SearchedColumn { found, ..column.clone() }
}

proptest! {
    #[test]
    fn the_search_equals_brute_force(
        cells in prop::collection::vec(prop::sample::select(CELLS.to_vec()), 0..60),
        heading in prop::sample::select(vec!["notes", "phone", "card", "ssn"]),
    ) {
        prop_assert_eq!(bare(&search(heading, &cells)), oracle::search(heading, &cells));
    }
}

#[test]
fn counts_are_of_records_and_shares_of_values() {
    let columns = [
        search("mail", &["jane@example.org", "", "jane@example.org", "none"]),
        search("note", &["coffee", "tea", "card 4111111111111111", ""]),
    ];
    let permitted = BTreeSet::from(["mail".to_owned()]);
    let value = value(measure(4, &columns, &permitted));
    assert_eq!(value.columns_searched, 2);
    let [mail, note] = &value.columns[..] else { panic!("{:?}", value.columns) };
    assert_eq!((mail.kind, mail.placement), (IdentifierKind::EmailAddress, Placement::WholeCell));
    assert_eq!((mail.records, mail.permitted), (2, true));
    assert!((mail.share - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!((note.kind, note.placement), (IdentifierKind::PaymentCardNumber, Placement::WithinText));
    assert_eq!((note.records, note.permitted), (1, false));
}

#[test]
fn a_hash_beside_a_shortened_number_is_correlated() {
    let columns = [
        search("card", &["411111******1111", "************1111"]),
        search("token", &["5d41402abc4b2a76b9719d911017c592", "7d793037a0760186574b0282f2f435e7"]),
    ];
    let value = value(measure(2, &columns, &BTreeSet::new()));
    let [pair] = &value.correlated[..] else { panic!("{:?}", value.correlated) };
    assert_eq!((pair.hashed_column.as_str(), pair.truncated_column.as_str()), ("token", "card"));
    assert_eq!((pair.visible_digits, pair.remaining_candidates), (10, 100_000));
    let alone = self::value(measure(2, &columns[..1], &BTreeSet::new()));
    assert!(alone.correlated.is_empty());
}

/// Candidates for what is known of a number of sixteen digits, by enumeration of the formula in the definition.
#[test]
fn remaining_candidates_agree_with_enumeration() {
    for (visible, hidden, candidates) in [
        (12, 4, 1_000),
        (10, 6, 100_000),
        (8, 8, 10_000_000),
        (6, 10, 1_000_000_000),
        (4, 12, 100_000_000_000),
        (0, 16, 1_000_000_000_000_000),
    ] {
        assert_eq!(Shown { hidden, visible }.candidates(), candidates);
    }
    let right = (0..10_000).filter(|hidden| luhn_by_hand(&format!("41111111{hidden:04}1111"))).count();
    assert_eq!(right, 1_000);
}

fn luhn_by_hand(number: &str) -> bool {
    let digits = number.chars().rev().filter_map(|digit| digit.to_digit(10));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

#[test]
fn an_extract_without_records_is_undefined() {
    assert!(matches!(measure(0, &[], &BTreeSet::new()), Outcome::Undefined { .. }));
}
