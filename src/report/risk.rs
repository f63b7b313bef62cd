//! The risk of three attackers, and how many people stand above a risk.

use super::summary::{classes, headline_set, population};
use super::{checks, linkage, messages};
use crate::number::as_float;
use crate::result::{ClassSize, Figure, LinkageAttack, Reading, ScanResult, SetStatistics};

/// Whom an attacker finds.
pub(super) struct Attacker<'a> {
    /// Prosecutor, journalist or marketer.
    pub(super) name: &'static str,
    /// What the figure is, or why there is none; printable.
    pub(super) what: String,
    /// The risk, 0 to 1.
    pub(super) risk: Option<f64>,
    /// What it is held to, where it is.
    pub(super) limit: Option<f64>,
    /// The figure of the result.
    pub(super) figure: Option<&'a Figure>,
}

/// The three attackers of the literature; none where no class was counted.
///
/// The prosecutor knows that the person is in the extract, the journalist looks the person up in a source, the marketer
/// wants as many as possible.
pub(super) fn attackers(result: &ScanResult) -> Vec<Attacker<'_>> {
    let Some(uniqueness) = classes(result) else { return Vec::new() };
    let set = headline_set(result, uniqueness);
    let figure = |name| checks::of_set(result, set, name);
    let gated = figure("smallest_class").and_then(|figure| checks::limit(result, figure));
    let prosecutor = Attacker {
        name: "Prosecutor",
        what: "1 / smallest class; knows who is in the extract".to_owned(),
        risk: set.risk.highest,
        limit: gated.map(|smallest| 1.0 / smallest.max(1.0)),
        figure: figure("highest"),
    };
    let marketer = Attacker {
        name: "Marketer",
        what: format!("expected re-identifications / {}", messages::unit(set.reading, 2)),
        risk: set.risk.average_subject,
        limit: figure("average_subject").and_then(|figure| checks::limit(result, figure)),
        figure: figure("average_subject"),
    };
    vec![prosecutor, journalist(result), marketer]
}

/// The journalist with the source through which most is found for certain.
fn journalist(result: &ScanResult) -> Attacker<'_> {
    let name = "Journalist";
    let risk = |attack: &LinkageAttack| attack.journalist.as_ref().and_then(|journalist| journalist.highest);
    let attacks = linkage::measured(result).map_or(&[][..], |linkage| &linkage.attacks);
    let strongest = attacks
        .iter()
        .filter_map(|attack| Some((attack, risk(attack)?)))
        .reduce(|best, other| if other.1 > best.1 { other } else { best });
    let Some((attack, risk)) = strongest else {
        let what = if attacks.is_empty() {
            "not measured: no source is named"
        } else {
            "not defined: the shared columns are not static"
        };
        return Attacker { name, what: what.to_owned(), risk: None, limit: None, figure: None };
    };
    Attacker {
        name,
        what: format!("1 / smallest matching class in {}", linkage::source(attack)),
        risk: Some(risk),
        limit: None,
        figure: checks::figures_of(result, attack)
            .into_iter()
            .find(|figure| figure.id.ends_with(".journalist_highest")),
    }
}

/// How many stand above a risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Above {
    /// The size of class whose risk is 1 / size; smaller classes lie above it.
    pub(super) size: u64,
    /// 1 / size.
    pub(super) risk: f64,
    /// Subjects, or records where these are counted, in smaller classes.
    pub(super) members: u64,
}

/// Steps of the share above a risk, the largest classes first; the last is that of classes of one, above which nobody is.
///
/// Where each subject stands in one class, of every size of class and of the limit; where a subject may stand in several,
/// of the bounds that were counted.
pub(super) fn above(result: &ScanResult, set: &SetStatistics) -> Vec<Above> {
    let step = |size: u64, members: u64| Above { size, risk: 1.0 / as_float(size.max(1)), members };
    let k = u64::from(result.policy.k.max(1));
    let Some(sizes) = set.class_sizes.as_ref().filter(|sizes| is_partition(result, set, sizes)) else {
        let mut steps: Vec<Above> = set
            .below
            .iter()
            .filter(|below| below.k > 0)
            .map(|below| step(u64::from(below.k), below.subjects))
            .collect();
        steps.extend((!steps.is_empty()).then(|| step(1, 0)));
        steps.sort_by_key(|step| std::cmp::Reverse(step.size));
        return steps;
    };
    let mut bounds: Vec<u64> = sizes.iter().map(|size| size.size).filter(|size| *size > 0).chain([k, 1]).collect();
    bounds.sort_unstable_by_key(|size| std::cmp::Reverse(*size));
    bounds.dedup();
    let smaller = |bound: u64| sizes.iter().filter(|size| size.size < bound).map(subjects).sum();
    bounds.into_iter().map(|bound| step(bound, smaller(bound))).collect()
}

/// Whether the classes hold each subject once, so that their sizes count subjects.
fn is_partition(result: &ScanResult, set: &SetStatistics, sizes: &[ClassSize]) -> bool {
    set.reading != Reading::AnyRecord && sizes.iter().map(subjects).sum::<u64>() == population(&result.dataset, set)
}

fn subjects(size: &ClassSize) -> u64 {
    size.size.saturating_mul(size.classes)
}

#[cfg(test)]
mod tests {
    use super::{above, attackers};
    use crate::report::fixture;
    use crate::report::summary::{classes, headline_set};
    use crate::result::{ClassSize, Outcome, ScanResult};

    fn with_sizes(sizes: &[(u64, u64)]) -> ScanResult {
        let mut result = fixture::failing();
        let sizes = sizes.iter().map(|(size, classes)| ClassSize { size: *size, classes: *classes, records: 9 });
        if let Some(Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
            value.static_set.as_mut().unwrap().class_sizes = Some(sizes.collect());
        }
        result
    }

    fn steps(result: &ScanResult) -> Vec<(u64, u64)> {
        let set = headline_set(result, classes(result).unwrap());
        above(result, set).iter().map(|step| (step.size, step.members)).collect()
    }

    #[test]
    fn who_stands_above_a_risk_is_counted_from_the_sizes_of_classes() {
        // 1,000 alone, 500 pairs, 100 classes of 10: 3,000 subjects.
        let result = with_sizes(&[(1, 1_000), (2, 500), (10, 100)]);
        assert_eq!(steps(&result), [(10, 2_000), (5, 2_000), (2, 1_000), (1, 0)]);
    }

    #[test]
    fn where_a_subject_may_stand_in_several_classes_the_bounds_are_told() {
        let result = with_sizes(&[(1, 4_000)]);
        let set = headline_set(&result, classes(&result).unwrap());
        let of_five = set.below.iter().find(|below| below.k == 5).unwrap().subjects;
        let steps = steps(&result);
        assert!(steps.contains(&(5, of_five)) && steps.last() == Some(&(1, 0)), "{steps:?}");
    }

    #[test]
    fn an_attacker_that_was_not_measured_has_no_risk_and_says_why() {
        let result = fixture::failing();
        let [prosecutor, journalist, marketer] = attackers(&result).try_into().ok().unwrap();
        assert_eq!((prosecutor.risk, prosecutor.limit), (Some(1.0), Some(0.2)));
        assert_eq!((journalist.risk, journalist.what.as_str()), (None, "not measured: no source is named"));
        assert!(marketer.risk.is_some() && marketer.limit.is_none());
    }
}
