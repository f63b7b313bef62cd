//! The published kind of case, and what is undefined. The counts have their twin in `table/histories.rs`.

use super::measure;
use crate::result::{Histories, MissingMode, Outcome};
use crate::stop::{Stop, Watch};
use crate::table::{Codes, Column, SubjectCodes, Table};

fn column(codes: &[u32], missing: Option<u32>) -> Column {
    let cardinality = codes.iter().max().map_or(0, |most| most + 1);
    let codes = Codes::from_codes(cardinality as usize, codes.iter().copied());
    Column::new("merchant".to_owned(), codes, cardinality, missing)
}

fn table(subjects: &[u32], codes: &[u32], missing: Option<u32>) -> Table {
    let Column { cardinality, .. } = column(subjects, None);
    let of_record = Codes::from_codes(cardinality as usize, subjects.iter().copied());
    let subjects = SubjectCodes { codes: of_record, cardinality, missing: None };
    Table::new(vec![column(codes, missing)], Some(subjects), codes.len()).unwrap()
}

fn outcome(table: &Table, missing: MissingMode) -> Outcome<Histories> {
    let stop = Stop::default();
    measure(table, 2, missing, Watch::quiet(&stop)).unwrap()
}

#[test]
fn entities_are_alone_by_how_often_they_do_what_others_do_too() {
    // cafe 0, shop 1, bar 2: two with the same rows twice over, one who goes to the shop more often, one less often.
    let subjects = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5];
    let rows = [0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 2, 0, 1, 2, 0, 1];
    let found = outcome(&table(&subjects, &rows, None), MissingMode::OwnCategory);
    let found = found.value().unwrap();
    assert_eq!((found.subjects, found.multiset.smallest, found.multiset.alone), (6, Some(1), 2));
    let sizes: Vec<(u64, u64)> = found.multiset.sizes.iter().map(|it| (it.size, it.crowds)).collect();
    assert_eq!(sizes, [(1, 2), (2, 2)], "classes 2, 2, 1, 1");
    assert_eq!((found.set.smallest, found.set.alone, found.set.crowds), (Some(2), 0, 2));
}

#[test]
fn the_order_of_records_tells_nothing() {
    let there = outcome(&table(&[0, 0, 1, 1], &[0, 1, 1, 0], None), MissingMode::OwnCategory);
    assert_eq!(there.value().unwrap().multiset.smallest, Some(2));
}

#[test]
fn what_matches_everything_is_no_history() {
    let with_missing = table(&[0, 1], &[0, 1], Some(1));
    assert!(
        matches!(outcome(&with_missing, MissingMode::Wildcard), Outcome::Undefined { reason, .. } if reason == "wildcard")
    );
    assert!(outcome(&with_missing, MissingMode::OwnCategory).value().is_some());
    let nobody = table(&[], &[], None);
    assert!(matches!(outcome(&nobody, MissingMode::OwnCategory), Outcome::Undefined { .. }));
}
