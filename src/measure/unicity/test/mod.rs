//! Published examples, the measure against its oracle, laws, and input that gives no figure.

#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

mod bad_input;
mod brute_force;
mod gate;
mod laws;
mod mobility;
mod oracle;
mod published;
mod resolution;
mod sampling;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::result::{Cohort, UnicityMethod, UnicityResult};
use crate::stats::{fingerprint, mix};
use crate::stop::{Stop, Watch};
use crate::table::{Codes, Column, SubjectCodes};
use oracle::PlainSubject;

/// One record: its subject and its cells; `None` is a missing cell.
pub(super) type PlainRecord = (u32, Vec<Option<i64>>);

/// A table and what is known of its values; codes are numbered as values first appear.
pub(super) fn table_of(records: &[PlainRecord], columns: usize) -> (Table, Vec<ColumnValues>) {
    let column = |column: usize| {
        let mut codes: BTreeMap<Option<i64>, u32> = BTreeMap::new();
        let mut seen = Vec::new();
        for (_, cells) in records {
            codes.entry(cells[column]).or_insert_with(|| {
                seen.push(cells[column]);
                u32::try_from(seen.len() - 1).unwrap()
            });
        }
        let values = ColumnValues {
            keys: seen
                .iter()
                .map(|value| fingerprint(value.map_or(String::new(), |value| value.to_string()).as_bytes()))
                .collect(),
            numbers: seen.clone(),
        };
        let column = Column::new(
            format!("c{column}"),
            Codes::from_codes(codes.len(), records.iter().map(|(_, cells)| codes[&cells[column]])),
            u32::try_from(codes.len()).unwrap(),
            codes.get(&None).copied(),
        );
        (column, values)
    };
    let (columns, values) = (0..columns).map(column).unzip();
    let cardinality = records.iter().map(|(subject, _)| subject + 1).max().unwrap_or(0);
    let codes = Codes::from_codes(cardinality as usize, records.iter().map(|(subject, _)| *subject));
    let subjects = SubjectCodes { codes, cardinality, missing: None };
    (Table::new(columns, Some(subjects), records.len()).unwrap(), values)
}

/// Curves only: what is judged has tests of its own.
pub(super) fn settings_of(values: &[ColumnValues], point: Point) -> Settings {
    Settings { gate: GateSettings::of(&[]), ..Settings::new(values.to_vec(), vec![point]) }
}

pub(super) fn outcome(table: &Table, settings: &Settings) -> Outcome<Unicity> {
    measure(table, settings, Watch::quiet(&Stop::default())).unwrap()
}

pub(super) fn measured(table: &Table, settings: &Settings) -> Unicity {
    match outcome(table, settings) {
        Outcome::Measured { value, .. } => value,
        other => panic!("not measured: {other:?}"),
    }
}

/// The result of one attacker and cohort at one number of known points.
pub(super) fn result_at(unicity: &Unicity, attacker: Attacker, cohort: Cohort, known: u32) -> &UnicityResult {
    let curve = unicity.curves.iter().find(|curve| curve.attacker == attacker && curve.cohort == cohort).unwrap();
    curve.results.iter().find(|result| result.known_points == known).unwrap()
}

pub(super) fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}

/// The points of each subject as the oracle takes them: records with a gap in `columns` give none; `attributes` are
/// added to each point. The time of a record is its cell in `order`, where there is one.
pub(super) fn plain_subjects(records: &[PlainRecord], columns: &[usize], order: Option<usize>) -> Vec<PlainSubject> {
    let mut subjects: BTreeMap<u32, PlainSubject> = BTreeMap::new();
    for (subject, cells) in records {
        let own = subjects.entry(*subject).or_default();
        let point: Option<Vec<i64>> = columns.iter().map(|&column| cells[column]).collect();
        if let Some(point) = point {
            own.push((point, order.and_then(|column| cells[column]).unwrap_or(0)));
        }
    }
    subjects.into_values().collect()
}

/// The key that the measure gives to a point of the test tables.
pub(super) fn key_of(point: &[i64]) -> u64 {
    point.iter().fold(1, |key, value| mix(key, fingerprint(value.to_string().as_bytes())))
}

/// Small random tables: 1 to 3 columns of few values, so that points are shared, with gaps.
pub(super) fn small_tables() -> impl Strategy<Value = (Vec<PlainRecord>, usize)> {
    (1_usize..=3, 2_u32..7, 1_i64..5).prop_flat_map(|(columns, subjects, values)| {
        let cell = prop_oneof![12 => (0..values).prop_map(Some), 1 => Just(None)];
        let record = (0..subjects, prop::collection::vec(cell, columns));
        (prop::collection::vec(record, 1..28), Just(columns))
    })
}
