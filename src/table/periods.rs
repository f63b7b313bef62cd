//! Classes within periods: where one person has another pseudonym in each, nobody may hide in a crowd of themselves.

use rayon::prelude::*;

use super::records::{is_constant_per_run, starts_of_runs};
use super::variation::{Within, by_rule};
use super::{Buffer, Column, Table};

impl Table {
    /// The first `columns` columns, in which two values are equal only where those of the column `period` are too. Every
    /// class of every set of them lies within one period.
    ///
    /// What the columns are to the history of a subject stays as it is, and a missing cell is a value like any other. Of what
    /// is carried beside the columns the sensitive ones stay.
    ///
    /// # Guarantee
    /// A class holds the subjects of the class on the same columns who are in that period, so it is never larger.
    ///
    /// # Panics
    /// When there is no such column.
    #[must_use]
    pub fn within_periods(&self, columns: usize, period: usize) -> Self {
        let periods = &self.columns[period];
        let split = self.columns[..columns].par_iter().with_max_len(1).map(|column| split(column, periods));
        let split: Vec<Column> = split.collect();
        let mut table = self.recoded(&[]);
        table.within = self.within[..columns].to_vec();
        table.columns = split;
        // What nobody may learn is held against the classes within periods too.
        table.attributes.sensitive.clone_from(&self.attributes.sensitive);
        table
    }

    /// The same records with one more column behind the others, in the order of the records.
    ///
    /// # Panics
    /// When it has not one code for each record.
    #[must_use]
    pub fn with_column(mut self, column: Column) -> Self {
        assert_eq!(column.codes.len(), self.records(), "every column has one code a record");
        let constant = |subjects: &Buffer<u32>| is_constant_per_run(&column.codes, subjects);
        let within = self.subject_of_record.as_ref().map(|subjects| Within::by_unanimity(constant(subjects)));
        self.within.push(within.unwrap_or_default());
        self.columns.push(column);
        self
    }

    /// The same records with several subjects as one: `persons` tells for each subject which person it is, and the subjects
    /// of a person are neighbours. Without what is carried beside the columns; without subjects nothing changes.
    ///
    /// # Panics
    /// When there is not one person for each subject.
    #[must_use]
    pub fn joined(&self, persons: &[u32]) -> Self {
        let mut table = self.recoded(&[]);
        let Some(subjects) = table.subject_of_record.take() else { return self.clone() };
        assert_eq!(persons.len(), self.subjects(), "every subject is a person");
        let (mut numbers, mut next) = (Vec::with_capacity(persons.len()), 0_u32);
        for (place, person) in persons.iter().enumerate() {
            next += u32::from(place > 0 && persons[place - 1] != *person);
            numbers.push(next);
        }
        let subjects = Buffer::collected(subjects.ground(), subjects.iter().map(|&subject| numbers[subject as usize]));
        let starts = starts_of_runs(&subjects);
        let found = self.columns.par_iter().zip(&self.within).with_max_len(1);
        let found = found.map(|(column, within)| by_rule(column.clone(), within.rule, &subjects, &starts));
        let (columns, within) = found.unzip();
        table.set_subjects(subjects, starts);
        table.columns = columns;
        table.within = within;
        table
    }
}

/// One number for each pair of a value and a period.
fn split(column: &Column, periods: &Column) -> Column {
    let of_value = u64::from(periods.cardinality.max(1));
    let bound = u64::from(column.cardinality) * of_value;
    let pairs = || {
        column
            .codes
            .iter()
            .zip(periods.codes.iter())
            .map(|(value, period)| u64::from(value) * of_value + u64::from(period))
    };
    let name = column.name.clone();
    let few = (column.codes.len() as u64 * 4).max(1 << 16).min(u64::from(u32::MAX));
    if bound <= few {
        // Fits 32 bits, as its bound does.
        let codes = pairs().map(|pair| u32::try_from(pair).unwrap_or(u32::MAX));
        let codes = column.codes.beside(usize::try_from(bound).unwrap_or(usize::MAX), codes);
        return Column { name, codes, cardinality: u32::try_from(bound).unwrap_or(u32::MAX), missing: None };
    }
    let all: Vec<u64> = pairs().collect();
    let mut occurring = all.clone();
    occurring.par_sort_unstable();
    occurring.dedup();
    let place = |pair: &u64| u32::try_from(occurring.binary_search(pair).unwrap_or_default()).unwrap_or(u32::MAX);
    let codes: Vec<u32> = all.par_iter().map(place).collect();
    let cardinality = u32::try_from(occurring.len()).unwrap_or(u32::MAX);
    Column { name, codes: column.codes.beside(occurring.len(), codes.into_iter()), cardinality, missing: None }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::split;
    use crate::table::test::tables;
    use crate::table::{Codes, Column, ColumnSet, Table, lattice, oracle};
    use crate::tries::tries;

    /// The subjects of the class of each record, by its columns and its period.
    fn classes(table: &Table, columns: &[usize]) -> Vec<BTreeSet<u32>> {
        let key = |record: usize| -> Vec<u32> {
            columns.iter().map(|&column| table.columns()[column].value_of(record)).collect()
        };
        let mut classes: BTreeMap<Vec<u32>, BTreeSet<u32>> = BTreeMap::new();
        for record in 0..table.records() {
            classes.entry(key(record)).or_default().insert(table.subject_of(record));
        }
        (0..table.records()).map(|record| classes[&key(record)].clone()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(tries(1_000)))]

        #[test]
        fn classes_within_periods_are_those_with_the_period_added_and_never_larger(table in tables()) {
            let period = table.columns().len() - 1;
            let split = table.within_periods(period, period);
            for set in lattice(period, 3) {
                let with_period: Vec<usize> = set.columns().iter().copied().chain([period]).collect();
                let found = classes(&split, set.columns());
                prop_assert_eq!(&found, &classes(&table, &with_period));
                let whole = classes(&table, set.columns());
                prop_assert!(found.iter().zip(&whole).all(|(part, whole)| part.is_subset(whole)));
                let expected = oracle::count_set(&table, &ColumnSet::new(with_period.iter().copied()));
                prop_assert_eq!(oracle::count_set(&split, &set).sizes, expected.sizes);
            }
        }
    }

    #[test]
    fn many_values_in_many_periods_are_numbered_by_what_occurs() {
        let column = |codes: &[u32], cardinality: u32| {
            let codes = Codes::from_codes(cardinality as usize, codes.iter().copied());
            Column::new("c".to_owned(), codes, cardinality, Some(7))
        };
        let found = split(&column(&[70_000, 7, 70_000, 7], 70_001), &column(&[1, 0, 0, 0], 2));
        assert_eq!(
            (found.codes.iter().collect::<Vec<_>>(), found.cardinality, found.missing),
            (vec![2, 0, 1, 0], 3, None)
        );
    }
}
