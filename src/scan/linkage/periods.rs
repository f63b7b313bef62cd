//! Linkage where pseudonyms are rotated: attacked period by period, and the worst counts.
//!
//! Over all periods one person is several subjects of the extract. Whoever pairs people one to one would find at most one
//! of them, and a share over all pseudonyms would then say little of how many persons are found.

use std::collections::HashMap;

use super::Ours;
use crate::measure::linkage::{self, Comparison, LinkedTables, SharedColumn, SubjectKeys};
use crate::number::count;
use crate::recode;
use crate::result::{AttackKind, FollowedPeriods, LinkageAttack, UndefinedField};
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

/// Subjects of both sides over all pairs of periods; more take many minutes to follow.
const MOST_FOLLOWED: usize = 480_000;
/// Subjects of one side of a pair.
const MOST_OF_A_SIDE: usize = 20_000;

impl Rotation {
    pub(crate) fn new(teller: String, column: usize, labels: &[String], persons: Vec<u32>) -> Self {
        let mut in_order: Vec<u32> =
            (0_u32..).zip(labels).filter(|(_, label)| !label.is_empty()).map(|(p, _)| p).collect();
        in_order.sort_by_key(|period| &labels[*period as usize]);
        Self { teller, column, in_order, persons }
    }

    /// Who is behind each subject, where somebody is behind several.
    pub(crate) fn joined_persons(&self) -> Option<&[u32]> {
        self.persons.windows(2).any(|pair| pair[0] == pair[1]).then_some(&self.persons)
    }

    /// The period of each subject.
    pub(super) fn of_subjects(&self, table: &Table) -> Vec<u32> {
        table.first_records().map(|record| table.columns()[self.column].value_of(record)).collect()
    }

    /// Each period with subjects and the next such one, with the subjects of both.
    fn pairs(&self, periods: &[u32]) -> Vec<[(u32, usize); 2]> {
        let mut subjects: HashMap<u32, usize> = HashMap::new();
        for &period in periods {
            *subjects.entry(period).or_default() += 1;
        }
        let sizes: Vec<(u32, usize)> =
            self.in_order.iter().filter_map(|period| Some((*period, *subjects.get(period)?))).collect();
        sizes.windows(2).map(|pair| [pair[0], pair[1]]).collect()
    }

    /// What rotation is worth: how many subjects of one period are followed to the next by what they do, in the pair of
    /// consecutive periods in which most are, and over all pairs. `None` where there are no two periods.
    ///
    /// A release knows who is who: of what it counts and what any other scan would expect the worse is told, so that a
    /// stranger who scans the released file finds no more.
    ///
    /// # Errors
    /// When the computation was told to stop, or would need more memory than is allowed.
    pub(super) fn followed(&self, ours: &Ours<'_>, course: Course<'_>) -> Result<Option<LinkageAttack>, StopReason> {
        let periods = self.of_subjects(ours.table);
        let pairs = self.pairs(&periods);
        let Some(&[(_, here), (_, there)]) = pairs.first() else { return Ok(None) };
        let sides = || pairs.iter().flatten().map(|(_, subjects)| *subjects);
        let names = ours.table.names(&(0..ours.quasi_identifiers).collect::<Vec<_>>());
        if sides().sum::<usize>() > MOST_FOLLOWED || sides().any(|subjects| subjects > MOST_OF_A_SIDE) {
            return Ok(Some(unknown(names, here, there, "too-costly")));
        }
        let all = ours.table.recoded(&identities(ours.table, ours.quasi_identifiers));
        let Some(columns) = all.columns().iter().map(|column| shared(ours, column)).collect::<Option<Vec<_>>>() else {
            return Ok(Some(unknown(names, here, there, "no-values")));
        };
        let (mut worst, mut sum) = (None, FollowedPeriods { pairs: pairs.len() as u64, ..FollowedPeriods::default() });
        for [(one, _), (next, _)] in pairs {
            let sides = [one, next].map(|period| self.side(&all, &periods, period));
            let Some(found) = Self::followed_between(sides, &columns, course)? else { continue };
            sum.subjects += found.subjects;
            match found.expected_correct {
                Some(links) => sum.followed += links,
                None => sum.without_figure += 1,
            }
            worst = Some(worst.map_or_else(|| found.clone(), |worst| worse(worst, found.clone())));
        }
        Ok(worst.map(|worst| with_sum(worst, sum)))
    }

    /// The subjects of a period, and who is behind each.
    fn side(&self, all: &Table, periods: &[u32], period: u32) -> Side {
        let others: Vec<bool> = periods.iter().map(|other| *other != period).collect();
        let persons = self.persons.iter().zip(&others).filter(|(_, gone)| !**gone);
        (all.without_subjects(&others), persons.map(|(person, _)| Some(*person)).collect())
    }

    /// The attack from one period to another; the worse of what is counted and what is expected, where both are known.
    fn followed_between(
        [(first, persons), (second, others)]: [Side; 2],
        columns: &[SharedColumn],
        course: Course<'_>,
    ) -> Result<Option<LinkageAttack>, StopReason> {
        let attack = |truth: Option<SubjectKeys>| {
            let given = truth.is_some().then_some(linkage::TruthGiven { is_complete: true });
            let linked = LinkedTables {
                source: NEXT.to_owned(),
                ours: first.clone(),
                theirs: second.clone(),
                columns: columns.to_vec(),
                truth,
                pseudonyms: None,
                source_equals_extract: false,
            };
            let attacks = vec![AttackKind::Release];
            let needed = linkage::bytes(&linked, None, &attacks);
            if course.plan.memory.is_some_and(|allowed| needed > allowed) {
                return Err(StopReason::Memory);
            }
            let settings = linkage::Settings { attacks, seed: course.plan.seed, notes: Vec::new(), truth: given };
            Ok(linkage::measure(linked, None, &settings, course.progress, course.stop)?.pop())
        };
        let expected = attack(None)?;
        // Only a release speaks of the persons behind: a scan of the released file could not find the same figure.
        if !course.plan.as_released {
            return Ok(expected);
        }
        let counted = attack(Some(SubjectKeys { ours: persons, theirs: others }))?;
        Ok(match (counted, expected) {
            (Some(counted), Some(expected)) => Some(worse(counted, expected)),
            (one, other) => one.or(other),
        })
    }
}

/// The records of one period, and who is behind each subject.
type Side = (Table, Vec<Option<u32>>);

/// A column of both sides, compared by equal values; `None` where its values are not at hand.
fn shared(ours: &Ours<'_>, column: &Column) -> Option<SharedColumn> {
    let values = ours.side.values.iter().find(|values| values.name == column.name)?;
    Some(SharedColumn {
        name: column.name.clone(),
        numbers: recode::whole_numbers(&values.dictionary).map(|whole| whole.numbers),
        values: values.dictionary.clone(),
        comparison: Comparison::Equal,
    })
}

/// The worst pair of periods, with what was found over all pairs.
fn with_sum(mut worst: LinkageAttack, sum: FollowedPeriods) -> LinkageAttack {
    let FollowedPeriods { pairs, without_figure, subjects, followed } = sum;
    let plural = if pairs == 1 { "pair" } else { "pairs" };
    let of = count(subjects);
    let mut note = format!(
        "pseudonyms are rotated: of {} {plural} of consecutive periods, the one in which the attack finds the largest \
         share; over all of them it follows {followed:.0} of {of} subjects",
        count(pairs)
    );
    if without_figure > 0 {
        note = format!("{note}; {} of the pairs have no figure", count(without_figure));
    }
    worst.notes.push(note);
    worst.periods = Some(sum);
    worst
}

/// Columns as they are, as recodings of themselves.
fn identities(table: &Table, columns: usize) -> Vec<Recoding> {
    let as_it_is = |column: usize| {
        let Column { cardinality, missing, .. } = table.columns()[column];
        Recoding { column, map: (0..cardinality).collect(), cardinality, missing }
    };
    (0..columns).map(as_it_is).collect()
}

/// The attack without a figure: what is not known holds no limit.
fn unknown(columns: Vec<String>, subjects: usize, others: usize, reason: &str) -> LinkageAttack {
    let open = |field: &str| UndefinedField::new(field, reason);
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
