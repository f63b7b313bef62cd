//! Which columns may name the person better than the subject that was declared, or that nobody declared.
//!
//! # Definition
//! Records per value of a column are its records with a value over its distinct values. A column is a *candidate* when it
//! has at least 1.5 records a value and
//! - for at least 95 % of its values with two or more records, at least two other columns are constant within the value
//!   (columns of five or more distinct values only; a column is constant where two or more records of the value have a
//!   cell in it and all these cells are the same), or, weaker,
//! - its distinct values are more than 1 % of all records.
//!
//! # Cost
//! Every pass is linear in records. The passes begin with a part of the records: a value within which too many columns
//! vary already stays so, and as soon as more than 5 % of the values are such the column is out. So a column that is no
//! candidate by its contents is settled after a small part of the extract.

use crate::result::SubjectCandidate;
use crate::table::Codes;
use crate::with_codes;

/// A coded column as it is studied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Studied<'codes> {
    pub(super) codes: &'codes Codes,
    /// Every code is below this, and each stands in some record.
    pub(super) distinct: u32,
    pub(super) missing: Option<u32>,
}

impl Studied<'_> {
    fn values(&self) -> u64 {
        u64::from(self.distinct) - u64::from(self.missing.is_some())
    }
}

/// Columns of fewer values say nothing by being constant.
const FEWEST_VALUES: u64 = 5;

/// Other columns that must be constant within a value.
const FEWEST_CONSTANT: u32 = 2;

/// Records of the first pass.
const FIRST_PASS: usize = 1 << 16;

/// What the column `name` at `place` shows when it is a candidate. `columns` are all columns of the extract, `None` where one is
/// not coded; the subject is given apart and is one of the others too.
pub(super) fn candidate(
    name: &str,
    place: usize,
    columns: &[Option<Studied<'_>>],
    subject: Option<Studied<'_>>,
) -> Option<SubjectCandidate> {
    let column = columns.get(place).copied().flatten()?;
    let counts = records_of_values(column);
    let records: u64 = counts.iter().sum();
    let values = column.values();
    if values == 0 || records * 2 < values * 3 {
        return None;
    }
    let others = columns.iter().enumerate().filter(|(other, _)| *other != place).filter_map(|(_, other)| *other);
    let others: Vec<Studied<'_>> = others.chain(subject).filter(|other| other.values() >= FEWEST_VALUES).collect();
    let constant_within = is_constant_within(column, &counts, &others);
    let many_values = values * 100 > column.codes.len() as u64;
    (constant_within || many_values).then(|| SubjectCandidate {
        column: name.to_owned(),
        values,
        records,
        constant_within,
        groups_subjects: subject.map(|subject| groups(column, subject)),
    })
}

/// Records of every code; none for missing cells.
fn records_of_values(column: Studied<'_>) -> Vec<u64> {
    let mut counts = column.codes.records_by_code(column.distinct as usize);
    if let Some(missing) = column.missing {
        counts[missing as usize] = 0;
    }
    counts
}

fn is_constant_within(column: Studied<'_>, counts: &[u64], others: &[Studied<'_>]) -> bool {
    let several = counts.iter().filter(|&&count| count >= 2).count() as u64;
    let most_varying = match (u32::try_from(others.len()), several) {
        (Ok(others), 1..) if others >= FEWEST_CONSTANT => others - FEWEST_CONSTANT,
        _ => return false,
    };
    let all = column.codes.len();
    let mut part = FIRST_PASS.min(all);
    loop {
        let mut study = Study::new(counts.len());
        for other in others {
            study.pass(column, *other, part);
            // Of many columns a few are enough.
            if part == all && study.holds(counts, several) {
                return true;
            }
        }
        if part == all {
            return false;
        }
        let out = study.varying.iter().filter(|&&varying| varying > most_varying).count() as u64;
        if out * 100 > several * 5 {
            return false;
        }
        part = part.saturating_mul(4).min(all);
    }
}

/// What is known of the values of a column after some records.
struct Study {
    /// Other columns that are constant within each value.
    constant: Vec<u32>,
    /// Other columns that vary within each value.
    varying: Vec<u32>,
    /// Of the column that is passed over: its first code within each value.
    first: Vec<u32>,
    seen: Vec<Seen>,
}

/// What was seen of one column within one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    Once,
    Same,
    Varying,
}

impl Study {
    fn new(values: usize) -> Self {
        Self {
            constant: vec![0; values],
            varying: vec![0; values],
            first: vec![0; values],
            seen: vec![Seen::Nothing; values],
        }
    }

    /// Whether enough columns are constant within enough of the `several` values that have two records or more.
    fn holds(&self, counts: &[u64], several: u64) -> bool {
        let held = counts.iter().zip(&self.constant).filter(|&(&count, &held)| count >= 2 && held >= FEWEST_CONSTANT);
        held.count() as u64 * 100 >= several * 95
    }

    /// Passes over the first `part` records of another column.
    fn pass(&mut self, column: Studied<'_>, other: Studied<'_>, part: usize) {
        self.seen.fill(Seen::Nothing);
        let (first, seen) = (&mut self.first, &mut self.seen);
        with_codes!(column.codes, values => with_codes!(other.codes, codes => {
            for (&value, &code) in values[..part].iter().zip(&codes[..part]) {
                let (value, code) = (value as usize, u32::from(code));
                if seen[value] == Seen::Varying || other.missing == Some(code) {
                    continue;
                }
                seen[value] = match seen[value] {
                    Seen::Nothing => {
                        first[value] = code;
                        Seen::Once
                    }
                    _ if first[value] == code => Seen::Same,
                    _ => Seen::Varying,
                };
            }
        }));
        if let Some(missing) = column.missing {
            self.seen[missing as usize] = Seen::Nothing;
        }
        for ((seen, constant), varying) in self.seen.iter().zip(&mut self.constant).zip(&mut self.varying) {
            *constant += u32::from(*seen == Seen::Same);
            *varying += u32::from(*seen == Seen::Varying);
        }
    }
}

/// Whether the values of a column group subjects: at least 95 % of the subjects with a value have one only, and there are
/// fewer values than such subjects.
fn groups(column: Studied<'_>, subject: Studied<'_>) -> bool {
    // The values of the column within each subject.
    let mut study = Study::new(subject.distinct as usize);
    study.pass(subject, column, subject.codes.len());
    let with_value = study.seen.iter().filter(|seen| **seen != Seen::Nothing).count() as u64;
    let several: u64 = study.varying.iter().map(|&varying| u64::from(varying)).sum();
    several * 100 <= with_value * 5 && column.values() < with_value
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::{Studied, candidate};
    use crate::result::SubjectCandidate;
    use crate::table::Codes;
    use crate::tries::tries;

    /// Cells of one column; `None` is a missing one.
    type Cells = Vec<Option<u32>>;

    struct Coded {
        codes: Codes,
        distinct: u32,
        missing: Option<u32>,
    }

    fn coded(cells: &Cells) -> Coded {
        let mut known: Vec<Option<u32>> = Vec::new();
        let codes: Vec<u32> = cells
            .iter()
            .map(|cell| {
                let place = known.iter().position(|other| other == cell).unwrap_or_else(|| {
                    known.push(*cell);
                    known.len() - 1
                });
                u32::try_from(place).unwrap()
            })
            .collect();
        let missing = known.iter().position(Option::is_none).map(|place| u32::try_from(place).unwrap());
        let distinct = u32::try_from(known.len()).unwrap();
        Coded { codes: Codes::from_codes(known.len(), codes.into_iter()), distinct, missing }
    }

    fn studied(coded: &Coded) -> Studied<'_> {
        Studied { codes: &coded.codes, distinct: coded.distinct, missing: coded.missing }
    }

    fn fast(place: usize, columns: &[Cells], subject: Option<&Cells>) -> Option<SubjectCandidate> {
        let columns: Vec<Coded> = columns.iter().map(coded).collect();
        let subject = subject.map(coded);
        let columns: Vec<Option<Studied<'_>>> = columns.iter().map(|column| Some(studied(column))).collect();
        candidate("", place, &columns, subject.as_ref().map(studied))
    }

    /// The definition, word for word.
    fn slow(place: usize, columns: &[Cells], subject: Option<&Cells>) -> Option<SubjectCandidate> {
        let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (record, cell) in columns[place].iter().enumerate() {
            if let Some(value) = cell {
                groups.entry(*value).or_default().push(record);
            }
        }
        let records: usize = groups.values().map(Vec::len).sum();
        if groups.is_empty() || 2 * records < 3 * groups.len() {
            return None;
        }
        let distinct = |cells: &Cells| cells.iter().flatten().collect::<BTreeSet<_>>().len();
        let others: Vec<&Cells> = (columns.iter().enumerate())
            .filter(|(other, _)| *other != place)
            .map(|(_, cells)| cells)
            .chain(subject)
            .filter(|cells| distinct(cells) >= 5)
            .collect();
        let constant = |records: &Vec<usize>, cells: &Cells| {
            let cells: Vec<u32> = records.iter().filter_map(|&record| cells[record]).collect();
            cells.len() >= 2 && cells.iter().all(|cell| *cell == cells[0])
        };
        let several: Vec<&Vec<usize>> = groups.values().filter(|records| records.len() >= 2).collect();
        let held = several.iter().filter(|records| others.iter().filter(|cells| constant(records, cells)).count() >= 2);
        let constant_within = !several.is_empty() && held.count() * 100 >= several.len() * 95;
        let groups_subjects = subject.map(|subject| {
            let mut values: BTreeMap<Option<u32>, BTreeSet<u32>> = BTreeMap::new();
            for (subject, value) in subject.iter().zip(&columns[place]) {
                values.entry(*subject).or_default().extend(*value);
            }
            values.retain(|subject, values| subject.is_some() && !values.is_empty());
            let torn = values.values().filter(|values| values.len() > 1).count();
            torn * 100 <= values.len() * 5 && groups.len() < values.len()
        });
        let weak = groups.len() * 100 > columns[place].len();
        (constant_within || weak).then_some(SubjectCandidate {
            column: String::new(),
            values: groups.len() as u64,
            records: records as u64,
            constant_within,
            groups_subjects,
        })
    }

    /// So many people with two records each, a birth day and a town that go with the person, and an amount that does not.
    fn people() -> Vec<Cells> {
        let of = |cell: fn(u32) -> u32| (0..40).map(|record| Some(cell(record))).collect();
        vec![
            of(|record| record / 2),
            of(|record| record / 2 * 7 % 19),
            of(|record| record / 2 % 6),
            of(|record| record),
        ]
    }

    #[test]
    fn a_column_within_which_two_others_are_constant_may_name_the_person() {
        let found = fast(0, &people(), None).unwrap();
        assert_eq!((found.values, found.records, found.constant_within), (20, 40, true));
        assert!(fast(3, &people(), None).is_none(), "every record has its own amount");
    }

    #[test]
    fn a_column_that_groups_subjects_is_told_from_one_that_does_not() {
        let accounts: Cells = (0..40).map(Some).collect();
        assert_eq!(fast(0, &people(), Some(&accounts)).unwrap().groups_subjects, Some(true));
        let people_twice = people()[0].clone();
        assert_eq!(fast(0, &people(), Some(&people_twice)).unwrap().groups_subjects, Some(false));
    }

    #[test]
    fn a_blank_cell_does_not_hide_that_a_column_is_constant() {
        let mut columns = people();
        columns[0].extend([Some(0), Some(1)]);
        columns[1].extend([None, None]);
        columns[2].extend([None, None]);
        columns[3].extend([None, None]);
        assert!(fast(0, &columns, None).unwrap().constant_within);
    }

    #[test]
    #[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
    fn passes_over_a_part_of_the_records_settle_what_all_would() {
        // More records than the first pass takes; the column varies within all of its values.
        let columns: Vec<Cells> = vec![
            (0..200_000).map(|record| Some(record % 7_000)).collect(),
            (0..200_000).map(|record| Some(record % 11)).collect(),
            (0..200_000).map(|record| Some(record % 13)).collect(),
        ];
        let found = fast(0, &columns, None).unwrap();
        assert!(!found.constant_within, "only its values are many");
        let steady: Vec<Cells> =
            columns.iter().map(|_| (0..200_000).map(|record| Some(record % 1_500)).collect()).collect();
        assert!(fast(0, &steady, None).unwrap().constant_within);
    }

    fn cells(values: u32, records: usize) -> impl Strategy<Value = Cells> {
        prop::collection::vec(prop::option::weighted(0.9, 0..values), records)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(tries(3_000)))]

        #[test]
        fn candidates_are_those_of_the_definition(
            (columns, subject) in (1_usize..40).prop_flat_map(|records| (
                prop::collection::vec((2_u32..12).prop_flat_map(move |values| cells(values, records)), 2..6),
                prop::option::of(cells(9, records)),
            )),
            tied in 0_usize..3,
        ) {
            // Columns that follow the first one make candidates likely.
            let mut columns = columns;
            for place in 1..=tied.min(columns.len() - 1) {
                columns[place] = columns[0].iter().map(|cell| cell.map(|cell| cell * 5 % 11)).collect();
            }
            for place in 0..columns.len() {
                prop_assert_eq!(fast(place, &columns, subject.as_ref()), slow(place, &columns, subject.as_ref()));
            }
        }
    }
}
