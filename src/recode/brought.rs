//! Columns of another table, such as customers or accounts, brought to the records of the extract by a key.
//!
//! Only distinct keys are looked at, then codes are renamed. A record whose key the other table lacks has missing cells;
//! so has one whose key names several rows that contradict each other, for nobody can say which is meant.

use std::collections::HashSet;

use super::TimeOrigin;
use super::shared::{Holder, Joined, join};
use crate::detect::{Search, names_in};
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::plan::{ConfigError, TableJoin};
use crate::result::{ColumnType, JoinedTable};
use crate::secret::Secret;
use crate::table::{Codes, Dictionary};
use crate::with_codes;

/// Which row of the other table a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    None,
    One(usize),
    /// Several rows that contradict each other.
    Several,
}

/// Brings every column of `other` but its key to the records of `extract`.
///
/// # Errors
/// When the keys of the two tables cannot be compared.
pub fn bring(
    extract: &mut Extract,
    other: Extract,
    planned: &TableJoin,
    table: &str,
    origin: TimeOrigin,
) -> Result<(), ConfigError> {
    let Extract { files, records, columns, beside, .. } = other;
    let (keys, brought): (Vec<_>, Vec<_>) = columns.into_iter().partition(|column| column.name == *planned.key_there());
    let own_key = extract.columns.iter().find(|column| column.name == planned.key);
    let ours = own_key.and_then(|column| column.coded.as_ref());
    let theirs = keys.into_iter().next().and_then(|column| column.coded);
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return Err(planned.lacks_key(table)) };
    let holder = Holder { source: table, column: planned.key_there() };
    let joined = join(&planned.key, &[&ours.dictionary, &theirs.dictionary], &[holder], origin)?;
    let met = met(&joined, ours, &theirs, &brought);
    let mut names: Vec<String> = Vec::with_capacity(brought.len());
    for column in &brought {
        let known = extract.columns.iter().map(|column| &column.name).chain(&names);
        let name = TableJoin::name_of(&column.name, table, known.map(String::as_str));
        names.push(name);
    }
    extract.joined.push(JoinedTable {
        name: table.to_owned(),
        files,
        key: planned.key.clone(),
        records,
        columns: names.clone(),
        records_without_row: met.records(Row::None),
        records_with_several_rows: met.records(Row::Several),
        repeated_keys: met.repeated_keys,
        rows_without_record: met.rows_without_record,
    });
    let keys = ours.codes.clone();
    let carried = brought.into_iter().zip(names).map(|(column, name)| carried(column, name, &keys, &met.row_of));
    extract.columns.extend(carried);
    extract.beside.extend(beside);
    Ok(())
}

/// How the keys of two tables meet.
struct Met {
    /// For each code of our key the row that it names.
    row_of: Vec<Row>,
    /// Records under each code of our key.
    records_of: Vec<u64>,
    repeated_keys: u64,
    rows_without_record: u64,
}

impl Met {
    /// Records whose key names such a row; which one does not matter.
    fn records(&self, wanted: Row) -> u64 {
        self.row_of.iter().zip(&self.records_of).filter(|(row, _)| **row == wanted).map(|(_, records)| records).sum()
    }
}

/// Looks up each key of ours among theirs. Rows that agree in every column but the key are one.
fn met(joined: &Joined, ours: &CodedColumn, theirs: &CodedColumn, brought: &[ExtractColumn]) -> Met {
    let missing = joined.dictionary.missing();
    let cells: Vec<&Codes> = brought.iter().filter_map(|column| Some(&column.coded.as_ref()?.codes)).collect();
    let agree = |first: usize, row: usize| cells.iter().all(|codes| codes.get(first) == codes.get(row));
    let mut rows = vec![Row::None; joined.dictionary.len()];
    let mut repeated = HashSet::new();
    let key_of = |row: usize| joined.maps[1][theirs.codes.get(row) as usize];
    for row in (0..theirs.codes.len()).filter(|&row| Some(key_of(row)) != missing) {
        let place = &mut rows[key_of(row) as usize];
        if *place != Row::None {
            repeated.insert(key_of(row));
        }
        *place = match *place {
            Row::None => Row::One(row),
            Row::One(first) if agree(first, row) => Row::One(first),
            Row::One(_) | Row::Several => Row::Several,
        };
    }
    let records_of = counts(&ours.codes, ours.dictionary.len());
    let used = joined.maps[0].iter().zip(&records_of).filter(|(key, records)| **records > 0 && Some(**key) != missing);
    let named: HashSet<u32> = used.map(|(&key, _)| key).collect();
    Met {
        row_of: joined.maps[0].iter().map(|&key| rows[key as usize]).collect(),
        records_of,
        repeated_keys: repeated.len() as u64,
        rows_without_record: (0..theirs.codes.len()).filter(|&row| !named.contains(&key_of(row))).count() as u64,
    }
}

/// Records under each code.
fn counts(codes: &Codes, distinct: usize) -> Vec<u64> {
    let mut counts = vec![0; distinct];
    with_codes!(codes, codes => for &code in codes {
        counts[code as usize] += 1;
    });
    counts
}

/// A column of the other table with a cell for each record, of which `keys` are the codes of the key.
fn carried(column: ExtractColumn, name: String, keys: &Codes, row_of: &[Row]) -> ExtractColumn {
    let Some(CodedColumn { codes, dictionary }) = column.coded else { return ExtractColumn { name, ..column } };
    // Only values that some record holds are values of the extract; they are numbered as the keys were.
    let mut kept = Dictionary::new(dictionary.column_type());
    let mut numbered: Vec<Option<u32>> = vec![None; dictionary.len()];
    let mut map = Vec::with_capacity(row_of.len());
    for row in row_of {
        let code = if let Row::One(row) = row { Some(codes.get(*row)) } else { None };
        map.push(match code.and_then(|code| dictionary.value(code).map(|value| (code, value))) {
            None => kept.push_missing(),
            Some((code, value)) => *numbered[code as usize].get_or_insert_with(|| kept.push(value)),
        });
    }
    let codes = keys.remapped(&map, kept.len());
    let records = counts(&codes, kept.len());
    let missing = kept.missing().map_or(0, |code| records[code as usize]);
    let mut search = Search::new(&name);
    for (value, &records) in kept.values().zip(&records).filter(|(_, records)| **records > 0) {
        if let Some(value) = value {
            search.take(value.expose().as_bytes(), records);
        }
    }
    let mut identifiers = search.settle();
    if dictionary.column_type() == ColumnType::Text {
        let values = || kept.values().flatten().map(Secret::expose);
        let count = |fits: &mut dyn FnMut(&str) -> bool| {
            let fitting =
                kept.values().zip(&records).filter(|(value, _)| value.is_some_and(|value| fits(value.expose())));
            fitting.map(|(_, records)| records).sum()
        };
        identifiers.extend(names_in(values, count));
    }
    ExtractColumn { name, missing, identifiers, coded: Some(CodedColumn { codes, dictionary: kept }), ..column }
}
