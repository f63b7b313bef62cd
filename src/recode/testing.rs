//! Small extracts for the tests of this room.

use hashbrown::HashMap;

use super::SubjectCodes;
use crate::detect::Search;
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::{Codes, Dictionary};

/// A text column; an empty cell is a missing one.
pub(crate) fn column(name: &str, cells: &[&str]) -> ExtractColumn {
    typed_column(name, ColumnType::Text, cells)
}

/// A column of any type from cells in canonical spelling; an empty cell is a missing one.
pub(crate) fn typed_column(name: &str, column_type: ColumnType, cells: &[&str]) -> ExtractColumn {
    let mut dictionary = Dictionary::new(column_type);
    let mut seen = HashMap::<&str, u32>::new();
    let codes: Vec<u32> = cells
        .iter()
        .map(|&cell| {
            *seen.entry(cell).or_insert_with(|| match cell {
                "" => dictionary.push_missing(),
                value => dictionary.push(Secret::new(value)),
            })
        })
        .collect();
    let codes = Codes::from_codes(dictionary.len(), codes.into_iter());
    let missing = cells.iter().filter(|cell| cell.is_empty()).count() as u64;
    let mut search = Search::new(name);
    for cell in cells {
        search.take(cell.as_bytes(), 1);
    }
    ExtractColumn {
        name: name.to_owned(),
        column_type,
        missing,
        identifiers: search.settle(),
        unread: false,
        counts: None,
        doubt: None,
        text_reason: None,
        coded: Some(CodedColumn { codes, dictionary }),
    }
}

/// An extract of these columns.
pub(crate) fn extract(columns: Vec<ExtractColumn>) -> Extract {
    let records = columns.first().and_then(|column| column.coded.as_ref()).map_or(0, |coded| coded.codes.len());
    Extract { files: Vec::new(), records: records as u64, columns, beside: Vec::new(), joined: Vec::new() }
}

/// A subject column.
pub(crate) fn subject_codes(cells: &[&str]) -> SubjectCodes {
    let coded = column("subject", cells).coded.unwrap();
    super::subject::subject_from_column("subject", coded).unwrap()
}

/// The text behind each code; a missing cell is empty.
pub(crate) fn text_values(dictionary: &Dictionary, codes: &[u32]) -> Vec<String> {
    let text = |&code: &u32| dictionary.value(code).map_or(String::new(), |value| value.expose().to_owned());
    codes.iter().map(text).collect()
}
