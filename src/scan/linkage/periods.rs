//! Linkage where pseudonyms are rotated: attacked period by period, and the worst counts.
//!
//! Over all periods one person is several subjects of the extract. Whoever pairs people one to one would find at most one
//! of them, and a share over all pseudonyms would then say little of how many persons are found.

use crate::measure::linkage::{self, LinkedTables};
use crate::result::LinkageAttack;
use crate::stop::{Progress, Stop, StopReason};
use crate::table::Table;

/// The period of each subject.
pub(super) fn of_subjects(table: &Table, periods: usize) -> Vec<u32> {
    table.first_records().map(|record| table.columns()[periods].value_of(record)).collect()
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
    worst.iter_mut().for_each(|attack| attack.notes.push(note.clone()));
    Ok(worst)
}

/// Reasons for which an attack has no figure that mean that nobody could be compared, so nobody was found either.
const NOBODY: [&str; 6] = ["no-overlap", "no-key", "nobody", "empty", "no-common-subjects", "nobody-in-common"];

/// What is not known outweighs every share; a share outweighs nobody to compare.
fn worse(one: LinkageAttack, other: LinkageAttack) -> LinkageAttack {
    let rank = |attack: &LinkageAttack| match attack.attack_rate {
        Some(rate) => (1, attack.interval.map_or(rate, |[_, high]| high.max(rate))),
        None => {
            let mut reasons = attack.undefined.iter().filter(|entry| entry.field == "attack_rate");
            let is_nobody = reasons.next().is_some_and(|entry| NOBODY.contains(&entry.reason.as_str()));
            (if is_nobody { 0 } else { 2 }, 0.0)
        }
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
