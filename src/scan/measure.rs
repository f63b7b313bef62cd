//! Every measure that was asked for and applies, and the advice that follows; the others with the reason why not.

use super::ScanError;
use crate::advice::{self, Advised};
use crate::config::Plan;
use crate::input::Extract;
use crate::measure::identifiers::{self, SearchedColumn};
use crate::measure::uniqueness;
use crate::result::{Measures, MissingMode, NotMeasured, Outcome};
use crate::stop::{Progress, Stop};
use crate::table::{Table, scratch_bytes};
use crate::treatment::Ladder;

/// What reading found in the cells of every column.
pub(super) fn searched_columns(extract: &Extract) -> Vec<SearchedColumn> {
    let searched = extract.columns.iter().map(|column| SearchedColumn {
        name: column.name.clone(),
        values: extract.records - column.missing,
        found: column.identifiers.clone(),
    });
    searched.collect()
}

/// Every measure that was asked for and applies; the others with the reason why not.
pub(super) fn measure_all(
    table: &Table,
    searched: &[SearchedColumn],
    plan: &Plan,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<(Measures, Vec<NotMeasured>), ScanError> {
    let mut measures = Measures::default();
    let mut not_measured = Vec::new();
    let mut leave_out = |measure: &str, reason: &str| {
        not_measured.push(NotMeasured { measure: measure.to_owned(), reason: reason.to_owned() });
    };
    let asked = |name: &str| plan.measures.is_empty() || plan.measures.iter().any(|measure| measure == name);
    if !asked(uniqueness::NAME) {
        leave_out(uniqueness::NAME, "not asked for with `--measures`");
    } else if table.columns().is_empty() {
        leave_out(uniqueness::NAME, "no column has the role `quasi-identifier`");
    } else {
        measures.uniqueness = Some(measure_uniqueness(table, plan, progress, stop)?);
    }
    if asked(identifiers::NAME) {
        let records = table.records() as u64 + table.records_without_subject();
        measures.identifiers = Some(identifiers::measure(records, searched, &plan.permitted_identifiers));
    } else {
        leave_out(identifiers::NAME, "not asked for with `--measures`");
    }
    Ok((measures, not_measured))
}

fn measure_uniqueness(
    table: &Table,
    plan: &Plan,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Outcome<crate::result::Uniqueness>, ScanError> {
    let needed = table.bytes() as u64 + scratch_bytes(table, rayon::current_num_threads());
    if let Some(allowed) = plan.memory.filter(|&allowed| needed > allowed) {
        let explanation = format!(
            "counting needs about {} MiB and `--memory` allows {} MiB; raise it, or name fewer columns",
            needed.div_ceil(1 << 20),
            allowed >> 20
        );
        return Ok(Outcome::Incomplete { reason: "memory".to_owned(), explanation });
    }
    let settings =
        uniqueness::Settings { k: plan.policy.k, max_set: plan.max_set, missing: plan.missing, seed: plan.seed };
    Ok(uniqueness::measure(table, &settings, progress, stop)?)
}

/// Proposes changes where crowds were counted; says why where that is not possible.
pub(super) fn advise(
    table: Table,
    ladders: Vec<Ladder>,
    measures: &Measures,
    plan: &Plan,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Advised, ScanError> {
    match &measures.uniqueness {
        Some(Outcome::Measured { .. }) => {}
        Some(Outcome::Incomplete { .. }) => {
            return Ok(Advised::without("the crowds of the extract as it is were not counted to the end"));
        }
        // The measure itself is listed with its reason.
        Some(Outcome::Undefined { .. }) | None => return Ok(Advised::default()),
    }
    if plan.missing == MissingMode::Wildcard && table.columns().iter().any(|column| column.missing.is_some()) {
        return Ok(Advised::without(
            "changes are not tried out where missing cells match everything; scan with `--missing own-category` for advice",
        ));
    }
    let needed = table.bytes() as u64 * 2
        + advice::extra_bytes(&table, &ladders) * 2
        + scratch_bytes(&table, rayon::current_num_threads());
    if plan.memory.is_some_and(|allowed| needed > allowed) {
        return Ok(Advised::without("trying out changes needs more memory than `--memory` allows"));
    }
    let settings = advice::Settings { k: plan.policy.k, gate_any_record: plan.policy.gate_any_record };
    Ok(advice::advise(table, ladders, settings, progress, stop)?)
}
