//! Who has a combination of cells that nobody else has, in columns whose records are in no order yet.
//!
//! The measures ask [`count_sets`](super::count_sets) of a table. This is asked before there is one, of columns that no table
//! counts, so it takes the codes as they were read.

use super::point_numbers::{Numbers, number_records};
use super::{Buffer, Codes, SubjectCodes};
use crate::with_codes;

/// Records that are looked at together.
const BLOCK: usize = 1 << 12;

/// A column whose cells are combined with those of others.
#[derive(Debug, Clone, Copy)]
pub struct CombinedColumn<'a> {
    /// One code a record.
    pub codes: &'a Codes,
    /// Every code is below this.
    pub cardinality: u32,
    /// The code of missing cells, if there are any.
    pub missing: Option<u32>,
}

/// How many have a combination of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnCombinations {
    /// Those who have a combination, in one of their records, that nobody else has in any.
    pub holders: u64,
    /// All of them: distinct subjects, or records where each is its own subject.
    pub of: u64,
}

/// How many subjects have a combination of cells, in one of their records, that nobody else has.
///
/// A missing cell is a value like any other, so a further column never makes the answer smaller; a record in which all of the
/// columns are missing has no combination. Records without a subject are nobody's. On one column these are the subjects with a
/// value of their own.
///
/// # Panics
/// When the columns and the subjects differ in length, or there are 2^32 records or more.
///
/// # Cost
/// Some 30 nanoseconds a record and column; 20 bytes a record while it runs, on the ground of the first column that has one,
/// and 2 bytes a subject.
#[must_use]
pub fn own_combinations(columns: &[CombinedColumn<'_>], subjects: Option<&SubjectCodes>) -> OwnCombinations {
    let records = columns.first().map_or(0, |column| column.codes.len());
    assert!(u32::try_from(records).is_ok(), "records have numbers of 32 bits");
    let ground = columns.iter().find_map(|column| column.codes.ground());
    let varying = columns.iter().filter(|column| column.cardinality > 1);
    let numbers = number_records(varying.map(|column| (column.codes, column.cardinality)).collect(), records, ground);
    let without_value = first_without_value(columns, records).map(|record| numbers.of_record[record]);
    match subjects {
        None => OwnCombinations { holders: own_records(&numbers, without_value), of: records as u64 },
        Some(subjects) => own_subjects(&numbers, without_value, subjects),
    }
}

/// The first record in which every column is missing. All such records have the same combination.
fn first_without_value(columns: &[CombinedColumn<'_>], records: usize) -> Option<usize> {
    let gaps = columns.iter().map(|column| Some((column.codes, column.missing?))).collect::<Option<Vec<_>>>()?;
    (0..records).step_by(BLOCK).find_map(|start| {
        let end = records.min(start + BLOCK);
        let mut are_missing = vec![true; end - start];
        for &(codes, missing) in &gaps {
            with_codes!(codes, codes => for (is_missing, &code) in are_missing.iter_mut().zip(&codes[start..end]) {
                *is_missing &= u32::from(code) == missing;
            });
            if !are_missing.contains(&true) {
                return None;
            }
        }
        are_missing.iter().position(|&is_missing| is_missing).map(|place| start + place)
    })
}

/// Records whose combination no other record has.
fn own_records(numbers: &Numbers, without_value: Option<u32>) -> u64 {
    let mut records: Buffer<u8> = Buffer::zeroed(numbers.of_record.ground(), numbers.bound as usize);
    let records = records.as_mut_slice();
    for &number in numbers.of_record.as_slice() {
        let records = &mut records[number as usize];
        *records = records.saturating_add(1);
    }
    let own = (0_u32..).zip(&*records).filter(|(number, records)| **records == 1 && without_value != Some(*number));
    own.count() as u64
}

/// No subject has the combination yet; else the number of its only subject, plus one.
const NOBODY: u32 = 0;
/// Several subjects have it.
const SEVERAL: u32 = u32::MAX;

fn own_subjects(numbers: &Numbers, without_value: Option<u32>, subjects: &SubjectCodes) -> OwnCombinations {
    assert_eq!(subjects.codes.len(), numbers.of_record.len(), "every record has one subject code");
    let mut owners: Buffer<u32> = Buffer::zeroed(numbers.of_record.ground(), numbers.bound as usize);
    let owners = owners.as_mut_slice();
    let mut is_present = vec![false; subjects.cardinality as usize];
    with_codes!(&subjects.codes, codes => for (&number, &subject) in numbers.of_record.as_slice().iter().zip(codes) {
        let subject = u32::from(subject);
        if subjects.missing == Some(subject) {
            continue;
        }
        is_present[subject as usize] = true;
        let owner = &mut owners[number as usize];
        *owner = match *owner {
            NOBODY => subject + 1,
            only if only == subject + 1 => only,
            _ => SEVERAL,
        };
    });
    let mut has_own = vec![false; subjects.cardinality as usize];
    for (number, &owner) in (0_u32..).zip(&*owners) {
        if owner != NOBODY && owner != SEVERAL && without_value != Some(number) {
            has_own[owner as usize - 1] = true;
        }
    }
    let count = |flags: &[bool]| flags.iter().filter(|&&flag| flag).count() as u64;
    OwnCombinations { holders: count(&has_own), of: count(&is_present) }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::{CombinedColumn, OwnCombinations, own_combinations};
    use crate::table::test::within_threads;
    use crate::table::{Codes, Meadow, SubjectCodes};
    use crate::tries::tries;

    /// A column: how many codes there may be, the code of missing cells, and the code of each record.
    type Cells = (u32, Option<u32>, Vec<u32>);

    /// The definition, word for word.
    fn slow(columns: &[Cells], subjects: Option<&Cells>) -> OwnCombinations {
        let records = columns.first().map_or(0, |(_, _, codes)| codes.len());
        let mut holders: BTreeMap<Vec<u32>, BTreeSet<usize>> = BTreeMap::new();
        let mut all = BTreeSet::new();
        for record in 0..records {
            let holder = match subjects {
                None => record,
                Some((_, missing, codes)) if *missing == Some(codes[record]) => continue,
                Some((_, _, codes)) => codes[record] as usize,
            };
            all.insert(holder);
            if columns.iter().any(|(_, missing, codes)| *missing != Some(codes[record])) {
                let combination = columns.iter().map(|(_, _, codes)| codes[record]).collect();
                holders.entry(combination).or_default().insert(holder);
            }
        }
        let own: BTreeSet<usize> = holders.into_values().filter(|held| held.len() == 1).flatten().collect();
        OwnCombinations { holders: own.len() as u64, of: all.len() as u64 }
    }

    fn coded((cardinality, _, codes): &Cells, is_mapped: bool) -> Codes {
        let mut made = Codes::from_codes(*cardinality as usize, codes.iter().copied());
        if is_mapped {
            made.move_to(&Meadow::wide());
        }
        made
    }

    fn fast(columns: &[Cells], subjects: Option<&Cells>, is_mapped: bool) -> OwnCombinations {
        let codes: Vec<Codes> = columns.iter().map(|cells| coded(cells, is_mapped)).collect();
        let subjects = subjects.map(|cells| SubjectCodes {
            codes: coded(cells, is_mapped),
            cardinality: cells.0,
            missing: cells.1,
        });
        let combined = |((cardinality, missing, _), codes): (&Cells, _)| CombinedColumn {
            codes,
            cardinality: *cardinality,
            missing: *missing,
        };
        let columns: Vec<CombinedColumn<'_>> = columns.iter().zip(&codes).map(combined).collect();
        own_combinations(&columns, subjects.as_ref())
    }

    fn cells(most: u32, records: usize) -> impl Strategy<Value = Cells> {
        (1..most).prop_flat_map(move |cardinality| {
            (Just(cardinality), prop::option::of(0..cardinality), prop::collection::vec(0..cardinality, records))
        })
    }

    /// Some columns, the last of them wide so that the possible combinations are more than have a number each.
    fn tables() -> impl Strategy<Value = (Vec<Cells>, Option<Cells>)> {
        (0_usize..60).prop_flat_map(|records| {
            let wide = prop::collection::vec(cells(2_000, records), 0..3);
            let columns = (prop::collection::vec(cells(6, records), 1..5), wide);
            (columns.prop_map(|(narrow, wide)| [narrow, wide].concat()), prop::option::of(cells(12, records)))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(tries(3_000)))]

        #[test]
        fn own_combinations_are_those_of_the_definition((columns, subjects) in tables()) {
            let expected = slow(&columns, subjects.as_ref());
            for (is_mapped, threads) in [(false, 1), (false, 8), (true, 2)] {
                let counted = within_threads(threads, || fast(&columns, subjects.as_ref(), is_mapped));
                prop_assert_eq!(counted, expected);
            }
        }

        #[test]
        fn a_further_column_leaves_everybody_their_own_combination((columns, subjects) in tables()) {
            let of = |columns: &[Cells]| fast(columns, subjects.as_ref(), false).holders;
            for count in 1..columns.len() {
                prop_assert!(of(&columns[..count]) <= of(&columns[..=count]));
            }
        }
    }

    #[test]
    fn columns_that_are_shared_single_out_everybody_together() {
        // Four people in two halves, cut in two ways.
        let columns = [(2, None, vec![0, 0, 1, 1]), (2, None, vec![0, 1, 0, 1])];
        assert_eq!(fast(&columns[..1], None, false), OwnCombinations { holders: 0, of: 4 });
        assert_eq!(fast(&columns, None, false), OwnCombinations { holders: 4, of: 4 });
    }

    #[test]
    fn a_record_without_a_value_has_no_combination() {
        let columns = [(2, Some(0), vec![0, 1, 1]), (2, Some(0), vec![0, 1, 1])];
        assert_eq!(fast(&columns, None, false), OwnCombinations { holders: 0, of: 3 });
        let beside_a_constant = [columns[0].clone(), (1, None, vec![0, 0, 0])];
        assert_eq!(fast(&beside_a_constant, None, false), OwnCombinations { holders: 1, of: 3 });
    }
}
