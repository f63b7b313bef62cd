//! From the classes on both sides to figures. All sums are over sizes in ascending order.

use std::collections::BTreeMap;

use crate::measure::linkage::written::rate_of;
use crate::measure::uniqueness::THRESHOLDS;
use crate::number::{as_float, ratio};
use crate::result::{AtRisk, DeltaPresence, JournalistRisk, LinkedSet};
use crate::stats::smallest_safe_class;
use crate::table::LinkedCounts;

/// What a set links, in subjects of the extract, of whom there are so many.
pub(super) fn linked_set(columns: Vec<String>, counts: &LinkedCounts, subjects: u64) -> LinkedSet {
    let matched: u64 = counts.subjects.iter().map(|class| class.subjects).sum();
    let unique = counts.subjects.iter().filter(|class| class.theirs == 1);
    let one_to_one = unique.clone().filter(|class| class.ours == 1);
    let unique = unique.map(|class| class.subjects).sum();
    let mut by_risk: BTreeMap<u32, u64> = BTreeMap::new();
    for class in &counts.subjects {
        *by_risk.entry(class.ours.max(class.theirs)).or_default() += class.subjects;
    }
    let links = by_risk.into_iter().map(|(size, subjects)| as_float(subjects) / f64::from(size));
    LinkedSet {
        columns,
        unique,
        ambiguous: matched - unique,
        no_match: subjects - matched,
        one_to_one: one_to_one.map(|class| class.subjects).sum(),
        expected_correct: links.fold(0.0, |sum, links| sum + links),
        k_map: counts.subjects.iter().map(|class| class.theirs.into()).min(),
    }
}

/// Classes that both sides have and in which the extract has more subjects than the source.
pub(super) fn population_mismatch(counts: &LinkedCounts) -> u64 {
    counts.classes.iter().filter(|class| class.ours > class.theirs).map(|class| class.classes).sum()
}

/// `None` when the source has no class.
pub(super) fn delta_presence(counts: &LinkedCounts) -> Option<DeltaPresence> {
    let shared = counts.classes.iter().map(|class| (f64::from(class.ours) / f64::from(class.theirs)).min(1.0));
    let all = shared.chain(counts.only_theirs.then_some(0.0));
    let (min, max) = (all.clone().reduce(f64::min)?, all.reduce(f64::max)?);
    Some(DeltaPresence { min, max })
}

/// For classes that do not overlap; `None` when no class is on both sides.
pub(super) fn journalist(counts: &LinkedCounts) -> Option<JournalistRisk> {
    /// Classes of one risk, with the subjects and the records of the extract in them.
    #[derive(Default)]
    struct OfRisk {
        classes: u64,
        subjects: u64,
        records: u64,
    }
    let mut by_risk: BTreeMap<u32, OfRisk> = BTreeMap::new();
    for class in &counts.classes {
        let sums = by_risk.entry(class.ours.max(class.theirs)).or_default();
        sums.classes += class.classes;
        sums.subjects += class.classes * u64::from(class.ours);
        sums.records += class.records;
    }
    let smallest = *by_risk.first_key_value()?.0;
    let (classes, people, subjects) = by_risk.iter().fold((0, 0, 0), |(classes, people, subjects), (&size, sums)| {
        (classes + sums.classes, people + sums.classes * u64::from(size), subjects + sums.subjects)
    });
    let by_class = ratio(classes, people)?;
    let expected: f64 = by_risk.iter().map(|(&size, sums)| as_float(sums.subjects) / f64::from(size)).sum();
    let by_subject = rate_of(expected, subjects)?;
    let at_risk = |threshold: f64| {
        let risky = by_risk.range(..smallest_safe_class(threshold)).map(|(_, sums)| (sums.records, sums.subjects));
        let (records, subjects) = risky.fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
        AtRisk { threshold, records, subjects }
    };
    Some(JournalistRisk {
        highest: Some(1.0 / f64::from(smallest)),
        average: Some(by_class.max(by_subject)),
        at_risk: THRESHOLDS.into_iter().map(at_risk).collect(),
    })
}
