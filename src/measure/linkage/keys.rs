//! Columns that are compared for equality, and the groups of records that they make of both sides.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::SharedColumn;
use super::normalise::normalised;
use crate::table::{Column, Table};

/// What is compared in a column: two cells match when they have the same key.
pub(super) struct Keys {
    /// One key a code; `None` matches nothing.
    pub(super) of_code: Vec<Option<u32>>,
    /// Every key is below this.
    pub(super) count: u32,
}

impl Keys {
    /// A key for each value; none for a missing cell.
    pub(super) fn equal(column: &Column) -> Self {
        let of_code = (0..column.cardinality).map(|code| (column.missing != Some(code)).then_some(code)).collect();
        Self { of_code, count: column.cardinality }
    }

    /// Values with the same normal form have the same key.
    pub(super) fn normalised(shared: &SharedColumn, column: &Column) -> Self {
        let form = |code| {
            let value = if column.missing == Some(code) { None } else { shared.values.value(code) };
            value.map(|value| normalised(value.expose()))
        };
        let forms: Vec<Option<String>> = (0..column.cardinality).into_par_iter().map(form).collect();
        let mut keys: HashMap<&str, u32, FixedState> = HashMap::default();
        let mut of_code = Vec::with_capacity(forms.len());
        // There are no more forms than codes, so every number below is new and fits.
        let mut next = 0;
        for form in &forms {
            of_code.push(form.as_deref().map(|form| {
                *keys.entry(form).or_insert_with(|| {
                    next += 1;
                    next - 1
                })
            }));
        }
        Self { of_code, count: next }
    }

    /// One key for every cell that has a number.
    pub(super) fn one_for_all(numbers: &[Option<i64>]) -> Self {
        Self { of_code: numbers.iter().map(|number| number.map(|_| 0)).collect(), count: 1 }
    }
}

/// The groups of records that are equal on some columns, refined column by column.
pub(super) struct Groups {
    of_record: [Vec<Option<u64>>; 2],
    /// Every group is below this.
    groups: u64,
}

impl Groups {
    /// One group of all records of both sides.
    pub(super) fn new(tables: [&Table; 2]) -> Self {
        Self { of_record: tables.map(|table| vec![Some(0); table.records()]), groups: 1 }
    }

    /// Parts every group by the keys of a column.
    pub(super) fn refine(&mut self, tables: [&Table; 2], column: usize, keys: &Keys) {
        let count = u64::from(keys.count);
        if self.groups.checked_mul(count).is_none() {
            self.number_densely();
        }
        for (groups, table) in self.of_record.iter_mut().zip(tables) {
            let cells = &table.columns()[column];
            groups.par_iter_mut().enumerate().for_each(|(record, group)| {
                let key = keys.of_code[cells.value_of(record) as usize];
                *group = group.zip(key).map(|(group, key)| group * count + u64::from(key));
            });
        }
        self.groups = self.groups.saturating_mul(count);
    }

    /// The group of each record of the extract and of the source; `None` when a key is missing.
    pub(super) fn into_records(self) -> [Vec<Option<u64>>; 2] {
        self.of_record
    }

    /// Numbers the groups that occur anew; there are no more than records, so they leave room for 2^31 keys.
    fn number_densely(&mut self) {
        let mut numbers: HashMap<u64, u64, FixedState> = HashMap::default();
        for group in self.of_record.iter_mut().flatten().flatten() {
            let next = numbers.len() as u64;
            *group = *numbers.entry(*group).or_insert(next);
        }
        self.groups = numbers.len() as u64;
    }
}
