//! The attack written down as its definition reads: every person with every subject, record by record.

use std::collections::BTreeSet;

use super::nearest::AS_NEAR;
use crate::measure::linkage::normalise::normalised;
use crate::measure::linkage::{Comparison, LinkedTables};

/// The subjects of the extract who lie nearest to each person of the source; nobody where there is no one to compare.
#[must_use]
pub fn nearest(linked: &LinkedTables) -> Vec<BTreeSet<usize>> {
    let weights: Vec<Option<f64>> = (0..linked.columns.len()).map(|column| weight(linked, column)).collect();
    let mut measured = vec![Vec::new(); linked.theirs.subjects()];
    for theirs in 0..linked.theirs.records() {
        for ours in 0..linked.ours.records() {
            let distance = distance(linked, &weights, ours, theirs);
            measured[linked.theirs.subject_of(theirs) as usize]
                .extend(distance.map(|distance| (distance, linked.ours.subject_of(ours) as usize)));
        }
    }
    let nearest = |measured: Vec<(f64, usize)>| {
        let smallest = measured.iter().map(|&(distance, _)| distance).fold(f64::INFINITY, f64::min);
        measured
            .into_iter()
            .filter(|(distance, _)| *distance <= smallest * AS_NEAR)
            .map(|(_, subject)| subject)
            .collect()
    };
    measured.into_iter().map(nearest).collect()
}

/// 1 / the variance of the released numbers; `None` for a column of texts, 0 where they do not differ.
#[expect(clippy::cast_precision_loss, reason = "tables of a few records")]
fn weight(linked: &LinkedTables, column: usize) -> Option<f64> {
    let numbers = linked.columns[column].numbers.as_ref()?;
    let released: Vec<f64> = (0..linked.ours.records())
        .filter_map(|record| numbers[linked.ours.columns()[column].value_of(record) as usize])
        .map(|number| number as f64)
        .collect();
    let mean = released.iter().sum::<f64>() / released.len() as f64;
    let squares: f64 = released.iter().map(|number| (number - mean).powi(2)).sum();
    let variance = squares / (released.len() as f64 - 1.0);
    Some(if variance > 0.0 { 1.0 / variance } else { 0.0 })
}

/// `None` when a text differs, or something that is compared is missing.
#[expect(clippy::cast_precision_loss, reason = "tables of a few records")]
fn distance(linked: &LinkedTables, weights: &[Option<f64>], ours: usize, theirs: usize) -> Option<f64> {
    let mut sum = 0.0;
    for (column, shared) in linked.columns.iter().enumerate() {
        let [one, other] = [(&linked.ours, ours), (&linked.theirs, theirs)]
            .map(|(table, record)| table.columns()[column].value_of(record));
        match (weights[column], &shared.numbers) {
            (Some(weight), Some(numbers)) if weight > 0.0 => {
                sum += ((numbers[one as usize]? - numbers[other as usize]?) as f64).powi(2) * weight;
            }
            (Some(_), _) => {}
            (None, _) => {
                let [one, other] = [shared.values.value(one)?.expose(), shared.values.value(other)?.expose()];
                let are_equal = match shared.comparison {
                    Comparison::Normalised => normalised(one) == normalised(other),
                    _ => one == other,
                };
                are_equal.then_some(())?;
            }
        }
    }
    Some(sum)
}
