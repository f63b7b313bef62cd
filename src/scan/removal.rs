//! Who is left out within the budget of the plan so that the limits on classes hold.

use super::ScanError;
use crate::input::Extract;
use crate::plan::Plan;
use crate::recode::{self, ColumnRole, Lookups, Preview};
use crate::result::{GateSet, Removal, Unit};
use crate::stop::Stop;
use crate::table::{ClassLimits, SubjectCodes, Table, TooManyRecords, too_exposed};

/// Leaving somebody out can pool further values under `rare`, which makes other classes, and so on. Each round costs a
/// pass over the extract; a budget that needs more rounds than this is taken as not enough.
const MOST_ROUNDS: u32 = 64;

/// Who was left out, and of every record whether it was; empty when none was.
#[derive(Default)]
pub(crate) struct Removed {
    /// What was done; `None` without a budget.
    pub(crate) counts: Option<Removal>,
    /// One entry for each record before.
    pub(crate) left_out: Vec<bool>,
}

/// Takes the records of everybody whose classes are too small out of every coded column, where the budget is enough for
/// all of them. [`Extract::records`] stays that of the file.
///
/// Rules are applied and subjects left out until neither changes anything. A record without a subject leaves for another
/// reason and is not counted.
///
/// # Errors
/// When a rule does not fit, or the program was asked to end.
pub(crate) fn leave_out_exposed(
    extract: &mut Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    lookups: &Lookups,
    stop: &Stop,
) -> Result<Removed, ScanError> {
    let (Some(share), limits) = (plan.suppress, limits(plan)) else { return Ok(Removed::default()) };
    let mut removal = None;
    let mut left_out: Vec<bool> = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let Preview { mut columns, subject, periods } = recode::preview(extract, roles, plan, lookups, &left_out)?;
        let records = subject.as_ref().map(|subject| subject.codes.len());
        let records = records.or_else(|| columns.first().map(|column| column.values().count()));
        let Some(records) = records.filter(|_| !columns.is_empty()) else { return Ok(Removed::default()) };
        let declared: Vec<_> = columns.iter().map(|column| plan.declarations.varies(&column.name)).collect();
        let counted = columns.len();
        let rotates = periods.is_some();
        columns.extend(periods);
        let table = Table::new(columns, subject.clone(), records)?.settled(&declared);
        let table = if rotates { table.within_periods(counted, counted) } else { table };
        let counts = removal.get_or_insert_with(|| {
            let of = table.subjects() as u64;
            let unit = if table.has_subjects() { Unit::Subject } else { Unit::Record };
            let allowed = share.of(of);
            Removal { share: share.into(), unit, of, allowed, removed: 0, records: 0, enough: false }
        });
        let left = counts.allowed - counts.removed;
        let Some(gone) = too_exposed(&table, &limits, left, stop)? else { break };
        let subjects = gone.iter().filter(|gone| **gone).count() as u64;
        if subjects == 0 {
            counts.enough = true;
            break;
        }
        counts.removed += subjects;
        let gone = gone_records(&gone, subject.as_ref(), records)?;
        counts.records += gone.iter().filter(|gone| **gone).count() as u64;
        left_out = added(left_out, &gone);
    }
    let Some(counts) = removal else { return Ok(Removed::default()) };
    if !counts.enough {
        let counts = Removal { removed: 0, records: 0, ..counts };
        return Ok(Removed { counts: Some(counts), left_out: Vec::new() });
    }
    if !left_out.is_empty() {
        recode::leave_out(extract, &left_out);
    }
    Ok(Removed { counts: Some(counts), left_out })
}

/// The limits of the policy on the size of classes.
pub(crate) fn limits(plan: &Plan) -> ClassLimits {
    let mut limits = ClassLimits { max_set: plan.max_set, ..ClassLimits::default() };
    for gate in &plan.policy.gates {
        let least = gate.class_limit().unwrap_or(0);
        match gate.set {
            Some(GateSet::Static) => limits.fixed = limits.fixed.max(least),
            Some(GateSet::Full) => limits.full = limits.full.max(least),
            Some(GateSet::AllSubsets) => limits.subsets = limits.subsets.max(least),
            None => {}
        }
    }
    limits
}

/// Of every record whether its subject goes. Subjects of a table are numbered in the order of those codes that have a
/// record.
fn gone_records(gone: &[bool], subject: Option<&SubjectCodes>, records: usize) -> Result<Vec<bool>, TooManyRecords> {
    let Some(subject) = subject else {
        return if gone.len() == records { Ok(gone.to_vec()) } else { Err(TooManyRecords) };
    };
    let occurring = subject.codes.records_by_code(subject.cardinality as usize);
    let mut numbers = gone.iter().copied();
    let by_code: Vec<bool> = (0_u32..)
        .zip(occurring)
        .map(|(code, records)| records > 0 && subject.missing != Some(code) && numbers.next().unwrap_or(false))
        .collect();
    Ok(subject.codes.iter().map(|code| by_code[code as usize]).collect())
}

/// Records left out before, and of those that were left, the ones that go now.
fn added(before: Vec<bool>, gone: &[bool]) -> Vec<bool> {
    if before.is_empty() {
        return gone.to_vec();
    }
    let mut gone = gone.iter().copied();
    before.into_iter().map(|out| out || gone.next().unwrap_or(false)).collect()
}

#[cfg(test)]
mod test;
