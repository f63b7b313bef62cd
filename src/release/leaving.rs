//! Columns as they leave, and the order in which their records leave.

use rayon::prelude::*;

use super::pseudonym::Pseudonyms;
use crate::input::CodedColumn;
use crate::output::{self, Values};
use crate::recode::ValueMap;
use crate::result::{ColumnType, Role};
use crate::secret::Secret;
use crate::table::{Codes, Dictionary};

/// One column of the written file.
pub(super) struct WrittenColumn {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) column_type: ColumnType,
    /// The rules that were applied, as they are written.
    pub(super) rules: Vec<String>,
}

/// A column as it leaves: values in ascending order, so that codes compare as values do.
pub(super) struct Leaving {
    pub(super) column: WrittenColumn,
    pub(super) codes: Codes,
    /// The value behind each code; a missing cell is empty.
    pub(super) values: Values,
}

impl Leaving {
    pub(super) fn as_column(&self) -> output::Column<'_> {
        let WrittenColumn { name, column_type, .. } = &self.column;
        output::Column { name, column_type: *column_type, codes: &self.codes, values: &self.values }
    }
}

/// The subject column with pseudonyms in place of its values.
pub(super) fn renamed(name: String, pseudonyms: Pseudonyms) -> Leaving {
    let column = WrittenColumn { name, role: Role::Subject, column_type: ColumnType::Text, rules: Vec::new() };
    let Pseudonyms { codes, values } = pseudonyms;
    let texts: Vec<&str> = values.iter().collect();
    ranked(column, codes, &texts)
}

/// A column after its rules.
pub(super) fn coarsened(name: String, role: Role, coded: CodedColumn, map: Option<&ValueMap>) -> Leaving {
    let CodedColumn { codes, dictionary } = coded;
    let values = map.map_or(&dictionary, |map| map.values());
    let texts: Vec<&str> = texts(values).collect();
    let texts = match map {
        None => texts,
        Some(map) => {
            let raw = 0..u32::try_from(dictionary.len()).unwrap_or(u32::MAX);
            raw.map(|code| texts[map.coarse(code) as usize]).collect()
        }
    };
    let rules = map.map(|map| map.rules().map(str::to_owned).collect()).unwrap_or_default();
    ranked(WrittenColumn { name, role, column_type: values.column_type(), rules }, codes, &texts)
}

fn texts(values: &Dictionary) -> impl Iterator<Item = &str> {
    values.values().map(|value| value.map_or("", Secret::expose))
}

fn ranked(column: WrittenColumn, codes: Codes, texts: &[&str]) -> Leaving {
    let (codes, values) = ranked_values(codes, texts);
    Leaving { column, codes, values }
}

/// Codes in the order of the texts, equal texts as one.
pub(super) fn ranked_values(codes: Codes, texts: &[&str]) -> (Codes, Values) {
    // A dictionary has fewer than 2^32 values.
    let mut places: Vec<u32> = (0..u32::try_from(texts.len()).unwrap_or(u32::MAX)).collect();
    places.par_sort_unstable_by_key(|&code| texts[code as usize]);
    let mut map = vec![0_u32; texts.len()];
    let mut values = Values::default();
    let mut last = None;
    for code in places {
        let text = texts[code as usize];
        if last != Some(text) {
            values.push(text);
            last = Some(text);
        }
        map[code as usize] = u32::try_from(values.len() - 1).unwrap_or(u32::MAX);
    }
    let distinct = values.len();
    (codes.renamed(&map, distinct), values)
}

/// The records that leave, by subject, then by value. A record without a subject stays.
pub(super) fn order(columns: &[Leaving]) -> Vec<u32> {
    let subject = columns.iter().find(|leaving| leaving.column.role == Role::Subject);
    let records = columns.first().map_or(0, |column| column.codes.len());
    let others = columns.iter().filter(|leaving| leaving.column.role != Role::Subject);
    let others: Vec<&Codes> = others.map(|leaving| &leaving.codes).collect();
    let compare = |&one: &u32, &other: &u32| {
        let (one, other) = (one as usize, other as usize);
        let differing = others.iter().map(|codes| codes.get(one).cmp(&codes.get(other))).find(|order| order.is_ne());
        differing.unwrap_or(std::cmp::Ordering::Equal)
    };
    let Some(Leaving { codes, values, .. }) = subject else {
        let mut order: Vec<u32> = (0..u32::try_from(records).unwrap_or(u32::MAX)).collect();
        order.par_sort_unstable_by(compare);
        return order;
    };
    // One bucket a subject, in the order of pseudonyms; then each by value.
    let mut starts = codes.records_by_code(values.len());
    let missing = values.iter().position(str::is_empty);
    if let Some(missing) = missing {
        starts[missing] = 0;
    }
    let mut total = 0;
    for start in &mut starts {
        total += std::mem::replace(start, total);
    }
    let mut order = vec![0_u32; usize::try_from(total).unwrap_or(0)];
    let mut pens = starts.clone();
    for (record, code) in (0_u32..).zip(codes.iter()) {
        if missing != Some(code as usize) {
            let pen = &mut pens[code as usize];
            order[usize::try_from(*pen).unwrap_or(0)] = record;
            *pen += 1;
        }
    }
    let mut buckets = Vec::with_capacity(starts.len());
    let mut rest = order.as_mut_slice();
    for (start, end) in starts.iter().zip(&pens) {
        let length = usize::try_from(end - start).unwrap_or(0);
        let (bucket, behind) = std::mem::take(&mut rest).split_at_mut(length);
        buckets.push(bucket);
        rest = behind;
    }
    buckets.into_par_iter().with_min_len(1_024).for_each(|bucket| bucket.sort_unstable_by(compare));
    order
}
