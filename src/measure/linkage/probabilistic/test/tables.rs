//! Small tables of both sides.

use std::collections::BTreeMap;

use crate::measure::linkage::{Comparison, LinkedTables, SharedColumn, SubjectKeys};
use crate::result::{ColumnType, LinkageAttack};
use crate::secret::Secret;
use crate::stop::Stop;
use crate::table::{Codes, Column, Dictionary, SubjectCodes, Table};

use super::super::{Settings, attack};

/// Rows of cells; an empty cell is missing.
pub(super) type Rows = Vec<Vec<String>>;

/// One row a subject on both sides. Codes are given in the order in which values appear.
pub(super) fn linked(columns: &[(&str, ColumnType)], ours: &Rows, theirs: &Rows) -> LinkedTables {
    linked_by(columns, ours, theirs, None)
}

/// The same, with the subject of each record of the extract.
pub(super) fn linked_by(
    columns: &[(&str, ColumnType)],
    ours: &Rows,
    theirs: &Rows,
    subjects: Option<&[u32]>,
) -> LinkedTables {
    let mut shared = Vec::new();
    let (mut our_columns, mut their_columns) = (Vec::new(), Vec::new());
    for (position, &(name, column_type)) in columns.iter().enumerate() {
        let mut values = Dictionary::new(column_type);
        let mut codes: BTreeMap<String, u32> = BTreeMap::new();
        let mut read = |rows: &Rows| -> Vec<u32> {
            let mut code = |cell: &String| match cell.as_str() {
                "" => values.push_missing(),
                text => *codes.entry(text.to_owned()).or_insert_with(|| values.push(Secret::new(text))),
            };
            rows.iter().map(|row| code(&row[position])).collect()
        };
        let (our_codes, their_codes) = (read(ours), read(theirs));
        let column = |codes: Vec<u32>| {
            Column::new(
                name.to_owned(),
                Codes::from_codes(values.len(), codes.into_iter()),
                u32::try_from(values.len()).unwrap(),
                values.missing(),
            )
        };
        our_columns.push(column(our_codes));
        their_columns.push(column(their_codes));
        shared.push(SharedColumn { name: name.to_owned(), values, numbers: None, comparison: Comparison::Equal });
    }
    let subjects = subjects.map(|codes| {
        let cardinality = codes.iter().max().map_or(0, |code| code + 1);
        let codes = Codes::from_codes(cardinality as usize, codes.iter().copied());
        SubjectCodes { codes, cardinality, missing: None }
    });
    LinkedTables {
        source: "register".to_owned(),
        ours: Table::new(our_columns, subjects, ours.len()).unwrap(),
        theirs: Table::new(their_columns, None, theirs.len()).unwrap(),
        columns: shared,
        truth: None,
        pseudonyms: None,
        source_equals_extract: false,
    }
}

/// The tables with a key for each row of both sides.
pub(super) fn with_truth(mut linked: LinkedTables, ours: &[u32], theirs: &[u32]) -> LinkedTables {
    let keys = |keys: &[u32]| keys.iter().copied().map(Some).collect();
    linked.truth = Some(SubjectKeys { ours: keys(ours), theirs: keys(theirs) });
    linked
}

pub(super) fn run(linked: &LinkedTables) -> LinkageAttack {
    attack(linked, &Settings::default(), &Stop::default()).unwrap()
}

pub(super) fn rows(cells: &[&[&str]]) -> Rows {
    cells.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect()
}
