//! Linkage where pseudonyms are rotated: attacked period by period, and the worst counts.
//!
//! Over all periods one person is several subjects of the extract. Whoever pairs people one to one would find at most one
//! of them, and a share over all pseudonyms would then say little of how many persons are found.

use super::Ours;
use crate::measure::linkage::{self, Comparison, LinkedTables, SharedColumn, SubjectKeys};
use crate::recode;
use crate::result::{AttackKind, LinkageAttack, UndefinedField};
use crate::scan::Course;
use crate::stop::{Progress, Stop, StopReason};
use crate::table::{Column, Recoding, Table};

/// The periods of rotating pseudonyms, and who is behind each pseudonym.
#[derive(Debug)]
pub(crate) struct Rotation {
    /// The column that tells the period.
    pub(crate) teller: String,
    /// The column of the table that holds the periods.
    pub(crate) column: usize,
    /// The periods that have a date, in the order of time.
    in_order: Vec<u32>,
    /// The person behind each subject.
    persons: Vec<u32>,
}

/// What the attack from one period to the next calls the other side.
const NEXT: &str = "the next period";

/// More subjects a side than this take minutes to follow.
const MOST_FOLLOWED: usize = 20_000;

impl Rotation {
    pub(crate) fn new(teller: String, column: usize, labels: &[String], persons: Vec<u32>) -> Self {
        let mut in_order: Vec<u32> =
            (0_u32..).zip(labels).filter(|(_, label)| !label.is_empty()).map(|(p, _)| p).collect();
        in_order.sort_by_key(|period| &labels[*period as usize]);
        Self { teller, column, in_order, persons }
    }

    /// The period of each subject.
    pub(super) fn of_subjects(&self, table: &Table) -> Vec<u32> {
        table.first_records().map(|record| table.columns()[self.column].value_of(record)).collect()
    }

    /// What rotation is worth: how many subjects of one period are followed to the next by what they do, between the two
    /// that hold most subjects. A release knows who is who and counts; any other scan expects. `None` where there are no
    /// two periods.
    ///
    /// # Errors
    /// When the computation was told to stop.
    pub(super) fn followed(&self, ours: &Ours<'_>, course: Course<'_>) -> Result<Option<LinkageAttack>, StopReason> {
        let periods = self.of_subjects(ours.table);
        let subjects = |period: u32| periods.iter().filter(|other| **other == period).count();
        let sizes: Vec<(u32, usize)> = self.in_order.iter().map(|&period| (period, subjects(period))).collect();
        let pairs = sizes.windows(2).filter(|pair| pair.iter().all(|(_, subjects)| *subjects > 0));
        // Of equal pairs the first.
        let largest = pairs.rev().max_by_key(|pair| pair[0].1.min(pair[1].1));
        let Some(&[(one, here), (next, there)]) = largest.and_then(|pair| pair.first_chunk::<2>()) else {
            return Ok(None);
        };
        if here.max(there) > MOST_FOLLOWED {
            let columns = ours.table.names(&(0..ours.quasi_identifiers).collect::<Vec<_>>());
            return Ok(Some(too_costly(columns, here, there)));
        }
        let side = |period: u32| {
            let others: Vec<bool> = periods.iter().map(|other| *other != period).collect();
            let all = ours.table.recoded(&identities(ours.table, ours.quasi_identifiers));
            let persons = self.persons.iter().zip(&others).filter(|(_, gone)| !**gone);
            (all.without_subjects(&others), persons.map(|(person, _)| Some(*person)).collect::<Vec<_>>())
        };
        let ((first, persons), (second, others)) = (side(one), side(next));
        // Only a release speaks of the persons behind: a scan of the released file could not find the same figure.
        let knows = course.plan.as_released;
        let column = |column: &Column| {
            let values = ours.side.values.iter().find(|values| values.name == column.name)?;
            Some(SharedColumn {
                name: column.name.clone(),
                numbers: recode::whole_numbers(&values.dictionary).map(|whole| whole.numbers),
                values: values.dictionary.clone(),
                comparison: Comparison::Equal,
            })
        };
        let Some(columns) = first.columns().iter().map(column).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let linked = LinkedTables {
            source: NEXT.to_owned(),
            ours: first,
            theirs: second,
            columns,
            truth: knows.then_some(SubjectKeys { ours: persons, theirs: others }),
            pseudonyms: None,
            source_equals_extract: false,
        };
        let truth = knows.then_some(linkage::TruthGiven { is_complete: true });
        let attacks = vec![AttackKind::Release];
        let settings = linkage::Settings { attacks, seed: course.plan.seed, notes: Vec::new(), truth };
        Ok(linkage::measure(linked, None, &settings, course.progress, course.stop)?.pop())
    }
}

/// Columns as they are, as recodings of themselves.
fn identities(table: &Table, columns: usize) -> Vec<Recoding> {
    let as_it_is = |column: usize| {
        let Column { cardinality, missing, .. } = table.columns()[column];
        Recoding { column, map: (0..cardinality).collect(), cardinality, missing }
    };
    (0..columns).map(as_it_is).collect()
}

fn too_costly(columns: Vec<String>, subjects: usize, others: usize) -> LinkageAttack {
    let open = |field: &str| UndefinedField { field: field.to_owned(), reason: "too-costly".to_owned() };
    LinkageAttack {
        attack: AttackKind::Release,
        with: NEXT.to_owned(),
        columns,
        subjects: subjects as u64,
        source_subjects: others as u64,
        undefined: ["attack_rate", "baseline_rate"].map(open).into(),
        ..LinkageAttack::default()
    }
}

/// Every attack on each period, and of each attack the period in which it finds the largest share.
///
/// # Errors
/// When `stop` was raised.
pub(super) fn measure(
    linked: &LinkedTables,
    hold_out: Option<&Table>,
    periods: &[u32],
    settings: &linkage::Settings,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Vec<LinkageAttack>, StopReason> {
    let count = periods.iter().max().map_or(0, |last| last + 1);
    let mut worst: Vec<LinkageAttack> = Vec::new();
    for period in 0..count {
        let others: Vec<bool> = periods.iter().map(|other| *other != period).collect();
        if others.iter().all(|other| *other) {
            continue;
        }
        let found = linkage::measure(linked.without(&others), hold_out.cloned(), settings, progress, stop)?;
        if worst.is_empty() {
            worst = found;
        } else {
            worst = worst.into_iter().zip(found).map(|(one, other)| worse(one, other)).collect();
        }
    }
    let note =
        format!("pseudonyms are rotated: of {count} periods, the one in which the attack finds the largest share");
    for attack in &mut worst {
        attack.notes.push(note.clone());
    }
    Ok(worst)
}

/// Reasons for which an attack has no figure that mean that nobody could be compared, so nobody was found either.
const NOBODY: [&str; 6] = ["no-overlap", "no-key", "nobody", "empty", "no-common-subjects", "nobody-in-common"];

/// What is not known outweighs every share; a share outweighs nobody to compare.
fn worse(one: LinkageAttack, other: LinkageAttack) -> LinkageAttack {
    let rank = |attack: &LinkageAttack| {
        if let Some(rate) = attack.attack_rate {
            return (1, attack.interval.map_or(rate, |[_, high]| high.max(rate)));
        }
        let mut reasons = attack.undefined.iter().filter(|entry| entry.field == "attack_rate");
        let is_nobody = reasons.next().is_some_and(|entry| NOBODY.contains(&entry.reason.as_str()));
        (if is_nobody { 0 } else { 2 }, 0.0)
    };
    let (first, second) = (rank(&one), rank(&other));
    let is_worse = second.0.cmp(&first.0).then(second.1.total_cmp(&first.1)).is_gt();
    if is_worse { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::worse;
    use crate::result::{LinkageAttack, UndefinedField};

    #[test]
    fn the_unknown_outweighs_a_share_and_a_share_outweighs_nobody() {
        let rate = |rate| LinkageAttack { attack_rate: Some(rate), ..LinkageAttack::default() };
        let without = |reason: &str| {
            let undefined = UndefinedField { field: "attack_rate".to_owned(), reason: reason.to_owned() };
            LinkageAttack { undefined: vec![undefined], ..LinkageAttack::default() }
        };
        for (less, more) in [
            (rate(0.1), rate(0.2)),
            (without("no-overlap"), rate(0.0)),
            (rate(1.0), without("too-costly")),
            (without("nobody"), LinkageAttack::default()),
        ] {
            assert_eq!(worse(less.clone(), more.clone()), more);
            assert_eq!(worse(more.clone(), less), more);
        }
    }
}
