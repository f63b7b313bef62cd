//! The group of people about whom a model is right more often than a guess that sees nothing.
//!
//! Groups are the people who share a value of one quasi-identifier; of numbers with many values, a tenth of the people. A group counts
//! from 20 people on. The worst is the one with the largest lower end of Wilson's interval beyond the baseline in the group, so
//! that a small group is not the worst by chance; of equals the larger, then the first column.

use std::cmp::Ordering;

use super::FEWEST;
use crate::learn::{Feature, Features};
use crate::number::as_float;
use crate::result::InferenceGroup;
use crate::stats::wilson_interval;
use crate::table::Table;

/// Groups of the numbers of a column.
const TENTHS: usize = 10;

/// One who was asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) row: u32,
    pub(super) is_right: bool,
    /// Whether the guess that sees nothing is right.
    pub(super) by_constant: bool,
}

/// The worst group, and how many were looked at.
pub(super) fn worst(table: &Table, features: &Features, asked: &[Asked]) -> (Option<InferenceGroup>, u64) {
    let mut looked_at = 0;
    let mut worst: Option<(f64, InferenceGroup)> = None;
    for (column, feature) in table.columns().iter().zip(features.columns()) {
        let mut sorted: Vec<(u64, &Asked)> = asked.iter().map(|one| (value(feature, one.row), one)).collect();
        sorted.sort_by_key(|(value, one)| (*value, one.row));
        let groups: Vec<&[(u64, &Asked)]> = match feature {
            Feature::Numbers(_) => tenths(&sorted),
            Feature::Categories(_) => sorted.chunk_by(|one, other| one.0 == other.0).collect(),
        };
        for group in groups.into_iter().filter(|group| group.len() >= FEWEST) {
            looked_at += 1;
            let people = group.len() as u64;
            let right = group.iter().filter(|(_, one)| one.is_right).count() as u64;
            let by_constant = group.iter().filter(|(_, one)| one.by_constant).count() as u64;
            let Some(interval) = wilson_interval(right, people) else { continue };
            let baseline_rate = as_float(by_constant) / as_float(people);
            let beyond = interval[0] - baseline_rate;
            let is_worse = worst.as_ref().is_none_or(|(most, group)| {
                let order = beyond.total_cmp(most).then(people.cmp(&group.people)).then(right.cmp(&group.right));
                order == Ordering::Greater
            });
            if is_worse {
                let attack_rate = as_float(right) / as_float(people);
                let column = column.name.clone();
                worst = Some((beyond, InferenceGroup { column, people, right, attack_rate, interval, baseline_rate }));
            }
        }
    }
    (worst.map(|(_, group)| group), looked_at)
}

/// A number that is equal for equal values, and of numbers ascends with them.
fn value(feature: &Feature, row: u32) -> u64 {
    match feature {
        Feature::Categories(categories) => categories[row as usize].into(),
        // The order of all floats (IEEE 754, totalOrder), as whole numbers.
        Feature::Numbers(numbers) => {
            let bits = numbers[row as usize].to_bits();
            if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
        }
    }
}

/// Stretches of about a tenth; equal numbers are in one.
fn tenths<'a, 'b>(sorted: &'a [(u64, &'b Asked)]) -> Vec<&'a [(u64, &'b Asked)]> {
    let least = sorted.len().div_ceil(TENTHS).max(1);
    let mut groups = Vec::new();
    let mut from = 0;
    for run in sorted.chunk_by(|one, other| one.0 == other.0) {
        let start = groups.iter().map(|group: &&[_]| group.len()).sum::<usize>();
        from = start + (from - start) + run.len();
        if from - start >= least || from == sorted.len() {
            groups.push(&sorted[start..from]);
        }
    }
    groups
}
