//! Columns as they leave, and the order in which their records leave.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::pseudonym::Pseudonyms;
use crate::input::CodedColumn;
use crate::output::{self, Values};
use crate::recode::ValueMap;
use crate::result::{ColumnType, Role};
use crate::secret::Secret;
use crate::table::{Codes, Dictionary};
use crate::with_codes;

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
    let others: Vec<&Leaving> = columns.iter().filter(|leaving| leaving.column.role != Role::Subject).collect();
    match keys(&others, records) {
        Some(keys) => order_by(subject, records, |&one, &other| keys[one as usize].cmp(&keys[other as usize])),
        None => order_by(subject, records, |&one, &other| {
            let (one, other) = (one as usize, other as usize);
            let mut compared = others.iter().map(|leaving| leaving.codes.get(one).cmp(&leaving.codes.get(other)));
            compared.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        }),
    }
}

/// The codes of all columns of a record as one number; `None` where they take more than 64 bits.
fn keys(columns: &[&Leaving], records: usize) -> Option<Vec<u64>> {
    let bits = |leaving: &&Leaving| usize::BITS - leaving.values.len().saturating_sub(1).leading_zeros();
    let widths: Vec<u32> = columns.iter().map(bits).collect();
    if widths.iter().sum::<u32>() > u64::BITS {
        return None;
    }
    let mut keys = vec![0_u64; records];
    keys.par_chunks_mut(KEYS).enumerate().for_each(|(place, keys)| {
        let first = place * KEYS;
        for (leaving, &width) in columns.iter().zip(&widths) {
            with_codes!(&leaving.codes, codes => {
                // A width of 64 is that of a single column, whose key is empty before.
                let codes = codes[first..first + keys.len()].iter();
                keys.iter_mut().zip(codes).for_each(|(key, &code)| *key = key.unbounded_shl(width) | u64::from(code));
            });
        }
    });
    Some(keys)
}

/// Keys that one thread makes at a time.
const KEYS: usize = 1 << 14;

fn order_by(
    subject: Option<&Leaving>,
    records: usize,
    compare: impl Fn(&u32, &u32) -> Ordering + Copy + Sync + Send,
) -> Vec<u32> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Leaving, WrittenColumn, keys, order, ranked_values};
    use crate::result::{ColumnType, Role};
    use crate::table::Codes;
    use crate::tries::tries;

    fn leaving(role: Role, cells: &[String]) -> Leaving {
        let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
        let codes = Codes::from_codes(texts.len(), 0..u32::try_from(texts.len()).unwrap());
        let (codes, values) = ranked_values(codes, &texts);
        let column = WrittenColumn { name: "c".to_owned(), role, column_type: ColumnType::Text, rules: Vec::new() };
        Leaving { column, codes, values }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(tries(500)))]

        /// Eleven columns of 64 values and more take more than 64 bits, fewer do not: both ways must give one order.
        #[test]
        fn records_stand_by_subject_and_then_by_value(
            cells in prop::collection::vec((0_u8..6, prop::collection::vec(0_u16..90, 11)), 1..120),
            columns in 0_usize..=11,
            named in any::<bool>(),
        ) {
            let subject: Vec<String> =
                cells.iter().map(|(subject, _)| if *subject == 0 { String::new() } else { format!("s{subject}") }).collect();
            let mut all: Vec<Leaving> = (0..columns)
                .map(|place| cells.iter().map(|(_, cells)| cells[place].to_string()).collect::<Vec<_>>())
                .map(|cells| leaving(Role::QuasiIdentifier, &cells))
                .collect();
            all.push(leaving(if named { Role::Subject } else { Role::Sensitive }, &subject));
            let row = |record: u32| -> Vec<String> {
                let others = (0..columns).map(|place| cells[record as usize].1[place].to_string());
                let subject = subject[record as usize].clone();
                if named { std::iter::once(subject).chain(others).collect() } else { others.chain([subject]).collect() }
            };
            let found: Vec<Vec<String>> = order(&all).into_iter().map(row).collect();
            let mut expected: Vec<Vec<String>> = (0..u32::try_from(cells.len()).unwrap()).map(row).collect();
            expected.retain(|row| !named || !row[0].is_empty());
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn keys_are_made_while_they_fit() {
        let cells: Vec<String> = (0..300).map(|number| number.to_string()).collect();
        let column = leaving(Role::QuasiIdentifier, &cells);
        assert_eq!(
            keys(&[&column; 7], 300).unwrap()[0],
            (0..7).map(|place| u64::from(column.codes.get(0)) << (9 * place)).sum::<u64>()
        );
        assert!(keys(&[&column; 8], 300).is_none());
    }
}
