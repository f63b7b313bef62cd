//! Rotating pseudonyms as a move of the search: a new pseudonym in each year, quarter or month.
//!
//! Known points, and whoever joins the extract with something, then reach no further than one period, and classes become no
//! larger. So it is a move where the policy limits points or links, and where a quasi-identifier tells a date. Under each
//! rotation plans are sought as without one; the column that tells the period stays in all of them.
//!
//! # What it costs
//! Detail: of the pairs of records of one subject the share that no longer has one pseudonym. It counts like that share of one
//! quasi-identifier. A rotation is proposed only where its plan passes and keeps more than every plan without, that included.

use super::case::ReadCase;
use crate::advice::Rotated;
use crate::measure::uniqueness;
use crate::number::as_float;
use crate::plan::{CalendarUnit, CoarsenRule, Extent, Plan, Rotation};
use crate::recode::Ladder;
use crate::result::{ColumnType, GateMeasure, PlannedRotation};
use crate::scan::{Examined, ScanError};
use crate::table::Table;

/// The periods that are tried, those first that keep the most together.
const PERIODS: [CalendarUnit; 3] = [CalendarUnit::Year, CalendarUnit::Quarter, CalendarUnit::Month];

/// Of larger extracts a rotation is tried only where nothing passes without one: each takes as long as the search before it.
const LARGE: u64 = 1_000_000;

/// One rotation, and the extract under it.
pub(super) struct Move {
    pub(super) rotation: Rotation,
    pub(super) first: Examined,
    /// Of the pairs of records of one subject the share that keeps one pseudonym.
    pub(super) links_kept: f64,
}

/// The rotations that are worth a search: those of a plan that has none itself, whose limits they can help to hold. `best`
/// is the share of detail that the best plan without one keeps.
///
/// # Errors
/// When the program was asked to end.
pub(super) fn moves(
    case: &ReadCase<'_>,
    base: &Plan,
    first: &Examined,
    best: Option<f64>,
) -> Result<Vec<Move>, ScanError> {
    let is_wanted = base.rotate.is_none()
        && first.table.has_subjects()
        && base.policy.gates.iter().any(|gate| helps(&gate.measure));
    let may_gain = best.is_none_or(|best| best < 1.0 && case.extract.records <= LARGE);
    if !is_wanted || !may_gain {
        return Ok(Vec::new());
    }
    let pairs = pairs_of_records(&first.table);
    let tellers = first.table.columns().iter().filter(|column| may_tell(case, base, &column.name));
    let mut moves = Vec::new();
    for (column, every) in tellers.flat_map(|column| PERIODS.map(|every| (&column.name, every))) {
        let rotation = Rotation { every, column: Some(column.clone()) };
        // Only the table is looked at.
        let measures = vec![uniqueness::NAME.to_owned()];
        let plan =
            Plan { rotate: Some(rotation.clone()), measures, suppress: None, extent: Extent::Search, ..base.clone() };
        let first = match case.examined(&plan) {
            Ok(first) => first,
            Err(error) if error.exit_code() == 2 => continue,
            Err(error) => return Err(error),
        };
        let links_kept = if pairs > 0.0 { pairs_of_records(&first.table) / pairs } else { 1.0 };
        // One period, or nobody with records in two, is no rotation. One that keeps as much together as a longer one is no
        // double: the column that tells the period may then be as coarse as that period.
        if links_kept < 1.0 {
            moves.push(Move { rotation, first, links_kept });
        }
    }
    moves.sort_by(|one, other| other.links_kept.total_cmp(&one.links_kept));
    Ok(moves)
}

/// Whether a limit of this kind can hold under a rotation where it does not without.
fn helps(gate: &GateMeasure) -> bool {
    [GateMeasure::UNICITY, GateMeasure::UNICITY_ACTIVE, GateMeasure::RELINKED_SHARE, GateMeasure::LINKED_SHARE]
        .contains(gate)
}

/// Whether a quasi-identifier holds dates, or what a rule of the calendar left of them.
fn may_tell(case: &ReadCase<'_>, base: &Plan, name: &str) -> bool {
    let is_moment =
        |found: ColumnType| matches!(found, ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp);
    let column = case.extract.columns.iter().find(|column| column.name == *name);
    column.is_some_and(|column| is_moment(column.column_type))
        || base.rules_of(name).iter().any(|rule| matches!(rule, CoarsenRule::Calendar(_)))
}

/// Pairs of records that belong to one subject.
fn pairs_of_records(table: &Table) -> f64 {
    let subjects = 0..u32::try_from(table.subjects()).unwrap_or(u32::MAX);
    let records = subjects.map(|subject| table.records_of(subject).len() as u64);
    // Whole numbers up to 2^53 are exact, in any order.
    records.map(|records| as_float(records) * as_float(records.saturating_sub(1)) / 2.0).sum()
}

/// What a rotation means for plans, and the ladders without forms that no longer tell the period; `None` where pseudonyms are
/// not rotated.
pub(super) fn rotated(first: &Examined, ladders: &mut [Ladder], lost: f64) -> Option<Rotated> {
    let facts = first.dataset.facts.rotation.as_ref()?;
    let (period, keys) = first.period.clone()?;
    let teller = first.table.columns().iter().position(|column| column.name == facts.column)?;
    let every = PERIODS_OF_PLANS.into_iter().find(|every| every.name() == facts.every)?;
    let ladder = ladders.get_mut(teller)?;
    ladder.rare_behind = None;
    ladder.rungs.retain(|rung| rung.rules.last().is_some_and(|rule| tells(rule, every)));
    Some(Rotated { period, keys, teller, lost })
}

/// A proposed rotation as a plan has it.
pub(super) fn of_planned(planned: &PlannedRotation) -> Option<Rotation> {
    let every = PERIODS.into_iter().find(|every| every.name() == planned.every)?;
    Some(Rotation { every, column: Some(planned.column.clone()) })
}

const PERIODS_OF_PLANS: [CalendarUnit; 5] =
    [CalendarUnit::Day, CalendarUnit::Week, CalendarUnit::Month, CalendarUnit::Quarter, CalendarUnit::Year];

/// Whether a column after this rule tells the period: it holds moments or days, or exactly the period.
fn tells(rule: &str, every: CalendarUnit) -> bool {
    let unit = CoarsenRule::parse(rule);
    matches!(unit, Ok(CoarsenRule::Calendar(unit)) if unit == every || unit <= CalendarUnit::Day)
}

#[cfg(test)]
mod test;
