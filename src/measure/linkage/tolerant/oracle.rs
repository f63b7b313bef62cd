//! The attack written down as its definition reads: every record with every other.

use std::collections::{BTreeMap, BTreeSet};

use crate::measure::linkage::normalise::normalised;
use crate::measure::linkage::{Comparison, LinkedTables};
use crate::measure::unicity::Tolerance;
use crate::result::LinkedSet;

/// Whether a record of the extract matches one of the source on a column.
fn agree(linked: &LinkedTables, column: usize, ours: usize, theirs: usize) -> bool {
    let shared = &linked.columns[column];
    let [one, other] = [(&linked.ours, ours), (&linked.theirs, theirs)]
        .map(|(table, record)| table.columns()[column].value_of(record));
    let (Some(first), Some(second)) = (shared.values.value(one), shared.values.value(other)) else {
        return false;
    };
    match (shared.comparison, &shared.numbers) {
        (Comparison::Normalised, _) => normalised(first.expose()) == normalised(second.expose()),
        (Comparison::Within(tolerance), Some(numbers)) => match (numbers[one as usize], numbers[other as usize]) {
            (Some(one), Some(other)) => near(tolerance, i128::from(one), i128::from(other)),
            _ => false,
        },
        (Comparison::Equal, _) | (Comparison::Within(_), None) => first == second,
    }
}

fn near(tolerance: Tolerance, ours: i128, theirs: i128) -> bool {
    match tolerance {
        Tolerance::Absolute(distance) => (ours - theirs).abs() <= i128::from(distance),
        Tolerance::Millionths(share) => (ours - theirs).abs() * 1_000_000 <= theirs.abs() * i128::from(share),
    }
}

/// The best of a subject of the extract.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// Distinct subjects of the source that match its best record.
    pub matches: usize,
    /// The mean of 1 / max(F, f) over them.
    pub expected: f64,
    /// The subjects to whom its best records lead, where each leads to one.
    pub leads_to: BTreeSet<usize>,
}

/// The best of each subject of the extract on a set of columns.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "tables of a few records")]
pub fn best(linked: &LinkedTables, set: &[usize]) -> Vec<Option<Best>> {
    let matches = |ours, theirs| set.iter().all(|&column| agree(linked, column, ours, theirs));
    let size = |theirs| -> usize {
        let records = (0..linked.ours.records()).filter(|&ours| matches(ours, theirs));
        records.map(|ours| linked.ours.subject_of(ours) as usize).collect::<BTreeSet<_>>().len()
    };
    let mut best: Vec<Option<Best>> = vec![None; linked.ours.subjects()];
    for ours in 0..linked.ours.records() {
        let mut found: BTreeMap<usize, usize> = BTreeMap::new();
        for theirs in (0..linked.theirs.records()).filter(|&theirs| matches(ours, theirs)) {
            let least = found.entry(linked.theirs.subject_of(theirs) as usize).or_insert(usize::MAX);
            *least = size(theirs).min(*least);
        }
        if found.is_empty() {
            continue;
        }
        let shares = found.values().map(|&size| 1.0 / size.max(found.len()) as f64);
        let expected = shares.sum::<f64>() / found.len() as f64;
        let leads_to = if found.len() == 1 { found.keys().copied().collect() } else { BTreeSet::new() };
        let hit = Best { matches: found.len(), expected, leads_to };
        let place = &mut best[linked.ours.subject_of(ours) as usize];
        *place = Some(match place.take() {
            None => hit,
            Some(old) => better(old, hit),
        });
    }
    best
}

fn better(old: Best, new: Best) -> Best {
    if old.matches != new.matches {
        return if old.matches < new.matches { old } else { new };
    }
    if (old.expected - new.expected).abs() > 1e-9 {
        return if old.expected > new.expected { old } else { new };
    }
    Best { leads_to: old.leads_to.union(&new.leads_to).copied().collect(), ..old }
}

/// What a set of columns links.
#[must_use]
pub fn counted(linked: &LinkedTables, set: &[usize]) -> LinkedSet {
    let best = best(linked, set);
    let count = |test: &dyn Fn(&Best) -> bool| best.iter().flatten().filter(|best| test(best)).count() as u64;
    LinkedSet {
        columns: set.iter().map(|&column| linked.columns[column].name.clone()).collect(),
        unique: count(&|best| best.matches == 1),
        ambiguous: count(&|best| best.matches > 1),
        no_match: best.iter().filter(|best| best.is_none()).count() as u64,
        one_to_one: count(&|best| best.expected > 1.0 - 1e-9),
        expected_correct: best.iter().flatten().map(|best| best.expected).sum(),
        k_map: best.iter().flatten().map(|best| best.matches as u64).min(),
    }
}
