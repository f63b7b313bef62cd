//! How many subjects vary in a column, and what a missing cell of a subject that does not vary must have been.
//!
//! A missing cell is no value here: it neither makes a subject vary nor keeps it from varying. So one blanked cell cannot
//! turn a static column into one of events.

use super::{Codes, Column, Table};
use crate::with_codes;

/// How many subjects can be seen to vary in a column, and how many do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Variation {
    /// Subjects with at least two records that have a value.
    pub comparable: u64,
    /// Those of them with at least two different values.
    pub varying: u64,
}

impl Table {
    /// How many subjects vary in a column; `None` without subjects.
    ///
    /// # Panics
    /// When the table has no such column.
    #[must_use]
    pub fn variation(&self, column: usize) -> Option<Variation> {
        let Column { codes, missing, .. } = &self.columns()[column];
        self.has_subjects().then(|| variation(codes, *missing, self.subject_starts()))
    }

    /// A column in which every missing cell of a subject with one other value has that value. The cells of other
    /// subjects stay as they are; without subjects all do.
    ///
    /// # Panics
    /// When the table has no such column.
    #[must_use]
    pub fn filled_column(&self, column: usize) -> Column {
        let column = &self.columns()[column];
        let Some(missing) = column.missing.filter(|_| self.has_subjects()) else { return column.clone() };
        Column { codes: filled(&column.codes, missing, self.subject_starts()), ..column.clone() }
    }
}

/// Counts over runs of records, one run a subject, that begin at `starts` (with the number of records as a last entry).
fn variation(codes: &Codes, missing: Option<u32>, starts: &[u32]) -> Variation {
    let mut counted = Variation::default();
    with_codes!(codes, codes => for run in starts.windows(2) {
        let (mut first, mut present, mut varies) = (None, 0_u32, false);
        for &code in &codes[run[0] as usize..run[1] as usize] {
            let code = u32::from(code);
            if missing != Some(code) {
                present += 1;
                varies |= *first.get_or_insert(code) != code;
            }
        }
        counted.comparable += u64::from(present >= 2);
        counted.varying += u64::from(varies);
    });
    counted
}

/// The codes with the missing ones of a run replaced where all others of the run are the same.
fn filled(codes: &Codes, missing: u32, starts: &[u32]) -> Codes {
    let mut all: Vec<u32> = codes.iter().collect();
    for run in starts.windows(2) {
        let cells = &mut all[run[0] as usize..run[1] as usize];
        let mut present = cells.iter().copied().filter(|&code| code != missing);
        let Some(only) = present.next() else { continue };
        if present.all(|code| code == only) {
            cells.fill(only);
        }
    }
    let distinct = all.iter().copied().max().map_or(1, |largest| largest as usize + 1);
    Codes::from_codes(distinct.max(missing as usize + 1), all.into_iter())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Variation;
    use crate::table::{Codes, Column, SubjectCodes, Table};

    /// The code of missing cells in these tests.
    const MISSING: u32 = 4;

    fn table(records: &[(u32, u32)]) -> Table {
        let codes = Codes::from_codes(5, records.iter().map(|&(_, cell)| cell));
        let column = Column { name: "c".to_owned(), codes, cardinality: 5, missing: Some(MISSING) };
        let subjects = Codes::from_codes(8, records.iter().map(|&(subject, _)| subject));
        let subjects = SubjectCodes { codes: subjects, cardinality: 8, missing: None };
        Table::new(vec![column], Some(subjects), records.len()).unwrap()
    }

    /// The cells of each subject, missing ones left out.
    fn present(records: &[(u32, u32)]) -> BTreeMap<u32, Vec<u32>> {
        let mut cells: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for &(subject, cell) in records {
            let of_subject = cells.entry(subject).or_default();
            of_subject.extend((cell != MISSING).then_some(cell));
        }
        cells
    }

    #[test]
    fn a_missing_cell_makes_nobody_vary_and_is_filled_from_the_only_other_value() {
        let records = [(0, 1), (0, MISSING), (1, 2), (1, 3), (1, MISSING), (2, MISSING)];
        let table = table(&records);
        assert_eq!(table.variation(0), Some(Variation { comparable: 1, varying: 1 }));
        let filled: Vec<u32> = table.filled_column(0).codes.iter().collect();
        assert_eq!(filled, [1, 1, 2, 3, MISSING, MISSING]);
    }

    #[test]
    fn without_subjects_nothing_varies_and_nothing_is_filled() {
        let column = Column { name: "c".to_owned(), codes: Codes::U8(vec![0, 1]), cardinality: 2, missing: Some(1) };
        let table = Table::new(vec![column.clone()], None, 2).unwrap();
        assert_eq!(table.variation(0), None);
        assert_eq!(table.filled_column(0), column);
    }

    proptest! {
        #[test]
        fn counts_equal_those_of_the_obvious_way(records in prop::collection::vec((0_u32..8, 0_u32..5), 0..40)) {
            let table = table(&records);
            let cells = present(&records);
            let differ = |cells: &Vec<u32>| cells.iter().any(|cell| *cell != cells[0]);
            let expected = Variation {
                comparable: cells.values().filter(|cells| cells.len() >= 2).count() as u64,
                varying: cells.values().filter(|cells| differ(cells)).count() as u64,
            };
            prop_assert_eq!(table.variation(0), Some(expected));
        }

        #[test]
        fn filling_leaves_no_gap_in_subjects_of_one_value_and_changes_no_value(
            records in prop::collection::vec((0_u32..8, 0_u32..5), 1..40),
        ) {
            let table = table(&records);
            let before: Vec<u32> = table.columns()[0].codes.iter().collect();
            let after: Vec<u32> = table.filled_column(0).codes.iter().collect();
            let subjects = table.subject_of_record().unwrap();
            let mut by_subject: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for (&subject, &cell) in subjects.iter().zip(&before) {
                by_subject.entry(subject).or_default().extend((cell != MISSING).then_some(cell));
            }
            for ((subject, old), new) in subjects.iter().zip(&before).zip(&after) {
                let values = &by_subject[subject];
                let one = !values.is_empty() && values.iter().all(|value| *value == values[0]);
                prop_assert_eq!(*new, if *old == MISSING && one { values[0] } else { *old });
            }
        }
    }
}
