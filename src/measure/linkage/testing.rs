//! Tables of two sides for tests of attacks that compare histories.

use super::{Comparison, LinkedTables, SharedColumn, SubjectKeys};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::{Codes, Column, Dictionary, SubjectCodes, Table};

/// A subject, known by its number, and three values.
pub(super) type Record = (u32, u32, i64, i64);

/// A column: its name, its type and its value in a record.
pub(super) type Shape = (&'static str, ColumnType, fn(&Record) -> i64);

/// Both sides in one code space, with truth.
pub(super) fn linked_by(source: &str, columns: [Shape; 3], ours: &[Record], theirs: &[Record]) -> LinkedTables {
    let number = |place: usize| u32::try_from(place).unwrap();
    let mut shared = Vec::new();
    let mut tables = [Vec::new(), Vec::new()];
    for (name, column_type, of) in columns {
        // Numbered as they come, like the codes of files.
        let mut distinct: Vec<i64> = Vec::new();
        for record in ours.iter().chain(theirs) {
            if !distinct.contains(&of(record)) {
                distinct.push(of(record));
            }
        }
        let mut values = Dictionary::new(column_type);
        for value in &distinct {
            values.push(Secret::new(&value.to_string()));
        }
        let numbers = (column_type != ColumnType::Text).then(|| distinct.iter().copied().map(Some).collect());
        shared.push(SharedColumn { name: name.to_owned(), values, numbers, comparison: Comparison::Equal });
        for (records, columns) in [ours, theirs].into_iter().zip(&mut tables) {
            let codes = records.iter().map(|record| distinct.iter().position(|value| *value == of(record)).unwrap());
            columns.push(Column::new(
                name.to_owned(),
                Codes::from_codes(distinct.len(), codes.map(number)),
                number(distinct.len()),
                None,
            ));
        }
    }
    let [of_ours, of_theirs] = tables;
    LinkedTables {
        source: source.to_owned(),
        ours: table(ours, of_ours),
        theirs: table(theirs, of_theirs),
        columns: shared,
        truth: Some(SubjectKeys { ours: keys(ours), theirs: keys(theirs) }),
        pseudonyms: None,
        source_equals_extract: false,
    }
}

fn table(records: &[Record], columns: Vec<Column>) -> Table {
    let cardinality = records.iter().map(|record| record.0 + 1).max().unwrap_or(0);
    let codes = Codes::from_codes(cardinality as usize, records.iter().map(|record| record.0));
    Table::new(columns, Some(SubjectCodes { codes, cardinality, missing: None }), records.len()).unwrap()
}

/// The number of each subject, ascending, as the table numbers them.
pub(super) fn keys(records: &[Record]) -> Vec<Option<u32>> {
    let mut keys: Vec<u32> = records.iter().map(|record| record.0).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().map(Some).collect()
}
