//! What is said of each column before it is treated, and which of them count.

use super::facts::facts_of;
use super::guess::suspicion;
use super::{CoarsenRule, ColumnRole, TreatmentError};
use crate::input::ExtractColumn;
use crate::plan::Plan;
use crate::result::{DatasetColumn, Role};

/// Whether a column is turned into codes: a quasi-identifier, or part of what an attacker may know. What is dropped is
/// neither: whoever has the extract cannot look it up.
pub(super) fn is_counted(column: &DatasetColumn, plan: &Plan) -> bool {
    column.role == Role::QuasiIdentifier || (is_named(&column.name, plan) && !plan.drops(&column.name))
}

/// Whether a column is part of what an attacker may know.
pub(super) fn is_named(column: &str, plan: &Plan) -> bool {
    plan.unicity.names(column) || plan.linkage.joins_on(column)
}

/// A rule that silently did nothing would leave the person who wrote it in a wrong belief.
pub(super) fn check_rules(described: &[DatasetColumn], plan: &Plan) -> Result<(), TreatmentError> {
    let idle = |column: &&DatasetColumn| {
        let is_used = is_counted(column, plan) || plan.totals_name(&column.name);
        !is_used && !plan.rules_of(&column.name).is_empty() && !plan.drops(&column.name)
    };
    for column in described.iter().filter(|column| plan.unicity.names(&column.name)) {
        if column.role == Role::Subject {
            return Err(TreatmentError::PointIsSubject(column.name.clone()));
        }
    }
    match described.iter().find(idle) {
        Some(column) => Err(TreatmentError::IdleRule { column: column.name.clone(), role: column.role }),
        None => Ok(()),
    }
}

pub(super) fn describe(column: &ExtractColumn, role: &ColumnRole, plan: &Plan, records: u64) -> DatasetColumn {
    let (rules, dropped) = (plan.rules_of(&column.name), plan.drops(&column.name));
    let unnamed = !plan.roles.guess && !plan.roles.declared.contains_key(&column.name) && !dropped;
    let applied = dropped || role.role == Role::QuasiIdentifier || is_named(&column.name, plan);
    DatasetColumn {
        name: column.name.clone(),
        role: if dropped && role.role != Role::Subject { Role::Ignore } else { role.role },
        guessed: role.guessed && !dropped,
        guess_reason: role.reason.clone().filter(|_| !dropped),
        looks_like: if unnamed { suspicion(&column.name, &column.identifiers, records - column.missing) } else { None },
        column_type: column.column_type,
        distinct: column.coded.as_ref().map(|coded| coded.dictionary.distinct()),
        missing: column.missing,
        constant_per_subject: None,
        coarsen: if applied { rules.iter().map(CoarsenRule::to_string).collect() } else { Vec::new() },
        facts: crate::result::ColumnFacts { undeclared: unnamed, ..facts_of(column, role.role, &plan.input) },
    }
}
