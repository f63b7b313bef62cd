//! Small linked tables for tests, written down as cells.

use std::collections::BTreeMap;

use crate::measure::linkage::{Comparison, LinkedTables, SharedColumn, SubjectKeys};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::{Codes, Column, Dictionary, SubjectCodes, Table};

/// A record: its subject and its cells; an empty cell is missing.
pub(in crate::measure::linkage) type Row<'a> = (u32, Vec<&'a str>);

/// Two sides that share columns of these names; cells of columns with a tolerance are whole numbers.
pub(in crate::measure::linkage) fn linked(
    columns: &[(&str, Comparison)],
    ours: &[Row],
    theirs: &[Row],
) -> LinkedTables {
    let mut shared = Vec::new();
    let mut tables = [Vec::new(), Vec::new()];
    for (place, &(name, comparison)) in columns.iter().enumerate() {
        let mut values = Dictionary::new(ColumnType::Text);
        let mut codes: BTreeMap<&str, u32> = BTreeMap::new();
        let mut sides = [Vec::new(), Vec::new()];
        for (side, rows) in sides.iter_mut().zip([ours, theirs]) {
            for (_, cells) in rows {
                let cell = cells[place];
                let code = *codes.entry(cell).or_insert_with(|| {
                    if cell.is_empty() { values.push_missing() } else { values.push(Secret::new(cell)) }
                });
                side.push(code);
            }
        }
        let cardinality = u32::try_from(values.len()).unwrap();
        for (table, side) in tables.iter_mut().zip(sides) {
            let codes = Codes::from_codes(values.len(), side.into_iter());
            table.push(Column::new(name.to_owned(), codes, cardinality, values.missing()));
        }
        let numbers = matches!(comparison, Comparison::Within(_))
            .then(|| values.values().map(|value| value.and_then(|value| value.expose().parse().ok())).collect());
        shared.push(SharedColumn { name: name.to_owned(), values, numbers, comparison });
    }
    let [our_columns, their_columns] = tables;
    LinkedTables {
        source: "register".to_owned(),
        ours: table(our_columns, ours),
        theirs: table(their_columns, theirs),
        columns: shared,
        truth: None,
        pseudonyms: None,
        source_equals_extract: false,
    }
}

fn table(columns: Vec<Column>, rows: &[Row]) -> Table {
    let most = rows.iter().map(|&(subject, _)| subject + 1).max().unwrap_or(0);
    let codes = Codes::from_codes(most as usize, rows.iter().map(|&(subject, _)| subject));
    Table::new(columns, Some(SubjectCodes { codes, cardinality: most, missing: None }), rows.len()).unwrap()
}

/// Keys of the subjects of both sides, where each subject's number is its key.
pub(in crate::measure::linkage) fn keys(ours: &[Row], theirs: &[Row]) -> SubjectKeys {
    let keys = |rows: &[Row]| {
        let mut subjects: Vec<u32> = rows.iter().map(|&(subject, _)| subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects.into_iter().map(Some).collect()
    };
    SubjectKeys { ours: keys(ours), theirs: keys(theirs) }
}
