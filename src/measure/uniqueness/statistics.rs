//! From the classes of a set to the figures of a SET.

use crate::number::{as_float, ratio};
use crate::result::{AtRisk, Below, ClassSize, Reading, Risk, SetStatistics, UndefinedField};
use crate::stats::smallest_safe_class;
use crate::table::SetCounts;

/// Class sizes that practice asks for (`below`), beside the policy's own.
const BELOW: [u32; 5] = [2, 3, 5, 11, 20];

/// Risk thresholds that practice asks for (`at_risk`), beside 1/k of the policy.
pub(in crate::measure) const THRESHOLDS: [f64; 5] = [0.05, 0.09, 0.2, 0.33, 0.5];

/// What the counts of a set belong to.
pub(super) struct Shape {
    pub(super) columns: Vec<String>,
    pub(super) reading: Reading,
    /// Records that have a subject.
    pub(super) records: u64,
    pub(super) subjects: u64,
    /// Whether a missing cell matched everything: records then match one another without forming equivalence classes.
    pub(super) wildcard: bool,
}

/// Every figure of a set, from its classes.
pub(super) fn describe(shape: Shape, counts: &SetCounts, k: u32) -> SetStatistics {
    let classes = counts.classes();
    let unless_wildcard = |figure: u64| (!shape.wildcard).then_some(figure);
    let unique_classes = counts.sizes.iter().filter(|size| size.size == 1).map(|size| size.classes).sum();
    let class_sizes = || {
        counts.sizes.iter().map(|size| ClassSize {
            size: size.size.into(),
            classes: size.classes,
            records: size.records,
        })
    };
    let mut undefined = Vec::new();
    if shape.wildcard {
        for field in ["classes", "unique_classes", "distinction", "separation", "class_sizes"] {
            undefined.push(UndefinedField::new(field, "wildcard"));
        }
    } else if shape.records == 1 {
        undefined.push(UndefinedField { field: "separation".to_owned(), reason: "single-record".to_owned() });
    }
    SetStatistics {
        classes: unless_wildcard(classes),
        smallest_class: counts.smallest_class().map(u64::from),
        unique_classes: unless_wildcard(unique_classes),
        unique_records: counts.records_below(2),
        unique_subjects: counts.subjects_below(2),
        below: below(counts, k),
        risk: risk(&shape, counts, k),
        distinction: ratio(classes, shape.records).filter(|_| !shape.wildcard),
        separation: (!shape.wildcard && shape.records > 1).then(|| separation(counts, shape.records)),
        class_sizes: (!shape.wildcard).then(|| class_sizes().collect()),
        columns: shape.columns,
        reading: shape.reading,
        undefined,
    }
}

fn below(counts: &SetCounts, k: u32) -> Vec<Below> {
    let mut bounds = BELOW.to_vec();
    bounds.push(k);
    bounds.sort_unstable();
    bounds.dedup();
    let below = |k| Below { k, records: counts.records_below(k), subjects: counts.subjects_below(k) };
    bounds.into_iter().map(below).collect()
}

fn risk(shape: &Shape, counts: &SetCounts, k: u32) -> Risk {
    let mut thresholds = THRESHOLDS.to_vec();
    thresholds.push(1.0 / f64::from(k));
    thresholds.sort_unstable_by(f64::total_cmp);
    thresholds.dedup();
    let at_risk = |threshold| {
        let bound = smallest_safe_class(threshold);
        AtRisk { threshold, records: counts.records_below(bound), subjects: counts.subjects_below(bound) }
    };
    // Where record and subject are the same, both averages are the classes per record, exactly.
    let (average_record, average_subject) = if shape.reading == Reading::Record && !shape.wildcard {
        let average = ratio(counts.classes(), shape.records);
        (average, average)
    } else {
        let records = counts.sizes.iter().map(|size| (size.size, size.records));
        let subjects = counts.subjects_by_smallest.iter().copied();
        (Some(mean_risk(records, shape.records)), Some(mean_risk(subjects, shape.subjects)))
    };
    Risk {
        highest: counts.smallest_class().map(|size| 1.0 / f64::from(size)),
        average_record,
        average_subject,
        at_risk: thresholds.into_iter().map(at_risk).collect(),
    }
}

/// Mean of 1/class size over `total` units, given how many units have each class size, in ascending order.
fn mean_risk(sizes: impl Iterator<Item = (u32, u64)>, total: u64) -> f64 {
    let sum: f64 = sizes.map(|(size, units)| as_float(units) / f64::from(size)).sum();
    sum / as_float(total)
}

/// Share of record pairs in different classes.
fn separation(counts: &SetCounts, records: u64) -> f64 {
    let pairs = u128::from(records) * u128::from(records - 1);
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let share = (pairs - counts.record_pairs) as f64 / pairs as f64;
    share
}
