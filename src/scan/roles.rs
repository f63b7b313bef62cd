//! Which columns count, and what is refused of them before anything is counted.

use super::{MOST_SETS, ScanError};
use crate::input::{Extract, InputError};
use crate::plan::{self, CoarsenRule, Plan};
use crate::recode::{self, ColumnRole};
use crate::result::Role;
use crate::table::lattice_size;

/// The role of each column, where no open question makes its values doubtful.
pub(super) fn roles_of(extract: &Extract, plan: &Plan) -> Result<Vec<ColumnRole>, ScanError> {
    let roles = recode::roles_under(extract, plan)?;
    refuse_open_readings(extract, &roles, plan)?;
    check_lattice(plan, roles.iter().filter(|column| column.role == Role::QuasiIdentifier).count())?;
    Ok(roles)
}

/// How many columns are declared quasi-identifiers.
pub(super) fn declared_quasi_identifiers(plan: &Plan) -> usize {
    plan.roles.declared.values().filter(|&&role| role == Role::QuasiIdentifier).count()
}

/// Refuses more column sets than a reader of the result can use.
pub(super) fn check_lattice(plan: &Plan, columns: usize) -> Result<(), ScanError> {
    let sets = lattice_size(columns, plan.max_set);
    if sets > MOST_SETS {
        return Err(ScanError::TooManySets { sets, max_set: plan.max_set, columns });
    }
    Ok(())
}

/// Whether the values of a column must be kept: when guessing, any may matter; else those that are counted or carried.
pub(super) fn is_needed(plan: &Plan, column: &str) -> bool {
    plan.roles.guess || is_named(plan, column)
}

/// Whether somebody said that the values of a column are counted or carried.
pub(crate) fn is_named(plan: &Plan, column: &str) -> bool {
    let counted = |role: &Role| counts_in(*role);
    let is_known = plan.unicity.names(column) || plan.linkage.names(column);
    let is_key = plan.joins.iter().any(|join| join.key == column) || plan.household.as_deref() == Some(column);
    is_known || is_key || plan.totals_name(column) || plan.roles.declared.get(column).is_some_and(counted)
}

/// Refuses a column that counts and whose values depend on a question that nobody answered. Left as text it would make
/// one value of two, or two of one.
pub(super) fn refuse_open_readings(extract: &Extract, roles: &[ColumnRole], plan: &Plan) -> Result<(), ScanError> {
    let is_dropped = |name: &str| plan.coarsen.get(name).is_some_and(|rules| rules.contains(&CoarsenRule::Drop));
    for (column, role) in extract.columns.iter().zip(roles) {
        let counts = counts_in(role.role)
            || plan.unicity.names(&column.name)
            || plan.linkage.names(&column.name)
            || plan.totals_name(&column.name);
        if let Some(doubt) = column.doubt.filter(|doubt| doubt.is_question() && counts && !is_dropped(&column.name)) {
            return Err(InputError::OpenReading { column: plan::shown_name(&column.name), doubt }.into());
        }
    }
    Ok(())
}

/// Whether the values of a column with this role decide about a figure.
fn counts_in(role: Role) -> bool {
    matches!(role, Role::Subject | Role::QuasiIdentifier | Role::Sensitive | Role::Weight)
}

/// The largest plan that is accepted for this many quasi-identifiers.
pub(super) fn smaller_plan(columns: usize) -> String {
    match (1..=columns).take_while(|&size| lattice_size(columns, size) <= MOST_SETS).last() {
        Some(size) => format!("use `--max-set {size}`, or name fewer columns with `--quasi`"),
        None => format!("name at most {} columns with `--quasi`", plan::grouped(MOST_SETS)),
    }
}
