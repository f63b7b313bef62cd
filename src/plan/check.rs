//! What a plan says of columns, held against those that there are.

use super::{AggregatePlan, CellSpelling, CoarsenRule, ConfigError, Plan, did_you_mean, shown_list, shown_name};
use crate::result::{ColumnType, Role};

/// Roles under which a rule is applied or refused, never passed over.
const COARSENED: [Role; 2] = [Role::QuasiIdentifier, Role::Subject];

/// Whether rules of a column in this role have something to do.
pub(crate) fn is_coarsened(role: Role) -> bool {
    COARSENED.contains(&role)
}

/// Checks that every column that a plan names is one of `columns`.
///
/// # Errors
/// When a role or a rule names a column that is not there (the hint proposes a name and lists the columns), and as
/// [`check_rules`]. A column whose one rule is `drop` may be absent: the file may hold the treatment already.
pub fn check_columns(plan: &Plan, columns: &[String]) -> Result<(), ConfigError> {
    let named = declared(plan).chain(plan.coarsen.keys()).chain(&plan.permitted_identifiers);
    let named = named.chain(plan.unicity.columns()).chain(plan.linkage.columns());
    let named = named.chain(plan.aggregates.iter().flat_map(AggregatePlan::columns));
    // A point and a join go on without a column that is dropped; what tells who is who does not.
    let is_used = |name: &String| (plan.linkage.names(name) && !plan.linkage.joins_on(name)) || plan.totals_name(name);
    let is_dropped =
        |name: &String| plan.coarsen.get(name).is_some_and(|rules| *rules == [CoarsenRule::Drop]) && !is_used(name);
    let is_absent = |name: &&String| !columns.contains(name) && !is_dropped(name);
    let Some(absent) = named.into_iter().find(is_absent) else {
        return check_allowances(plan).and_then(|()| check_sensitive(plan)).and_then(|()| check_rules(plan));
    };
    let meant = did_you_mean(absent, columns.iter().map(String::as_str));
    let meant = meant.map_or(String::new(), |meant| format!("did you mean `{}`? ", shown_name(meant)));
    let message = format!("there is no column `{}`", shown_name(absent));
    Err(ConfigError::new("unknown-column", message).with_hint(format!("{meant}columns: {}", shown_list(columns))))
}

/// Columns of which something is said, beside rules and permissions.
fn declared(plan: &Plan) -> impl Iterator<Item = &String> {
    let named = plan.roles.declared.keys().chain(plan.declarations.columns.keys());
    let named = named.chain(plan.input.column_types.keys()).chain(plan.input.column_spellings.keys());
    named
        .chain(plan.input.column_null_values.keys())
        .chain(plan.input.real_values.keys())
        .chain(&plan.household)
        .chain(plan.sensitive_values.keys())
        .chain(plan.sensitive_distances.keys())
}

/// Checks that what is said of sensitive columns is said of one.
fn check_sensitive(plan: &Plan) -> Result<(), ConfigError> {
    let is_idle = |column: &&String| plan.roles.declared.get(*column) != Some(&Role::Sensitive) && !plan.drops(column);
    let named = plan.sensitive_values.keys().chain(plan.sensitive_distances.keys());
    let Some(column) = named.into_iter().find(is_idle) else { return Ok(()) };
    let name = shown_name(column);
    let message =
        format!("column `{name}` is not sensitive, so its `sensitive_value` or `sensitive_distance` has no effect");
    Err(ConfigError::new("idle-sensitive", message)
        .with_hint("remove the key, or declare the column with `--sensitive` or `role = \"sensitive\"`"))
}

/// Checks that where cells may be invalid something is declared that they can miss.
fn check_allowances(plan: &Plan) -> Result<(), ConfigError> {
    let input = &plan.input;
    let is_idle = |column: &str, spelling: &CellSpelling| {
        let declared = input.column_types.get(column).copied().or_else(|| spelling.column_type());
        spelling.allow_invalid > 0 && declared.is_none_or(|declared| declared == ColumnType::Text)
    };
    let Some((column, _)) = input.column_spellings.iter().find(|(column, spelling)| is_idle(column, spelling)) else {
        return Ok(());
    };
    let message = format!("column `{}` has no declaration that a cell could violate", shown_name(column));
    Err(ConfigError::new("idle-allowance", message)
        .with_hint("add `type`, `format` or `decimal`, or remove `allow_invalid`"))
}

/// Checks that every rule has something to do, as far as that can be known before anything is read.
///
/// # Errors
/// When no role is guessed and a rule other than `drop` is for a column that is not counted. A rule of the subject is
/// another mistake, which [`treat`](crate::recode::treat) finds.
pub fn check_rules(plan: &Plan) -> Result<(), ConfigError> {
    let idle = |column: &str, rules: &[CoarsenRule]| {
        let role = plan.roles.declared.get(column);
        let counted = role.is_some_and(|role| is_coarsened(*role)) || plan.unicity.names(column);
        let counted = counted || plan.linkage.joins_on(column) || plan.totals_name(column);
        !counted && !rules.contains(&CoarsenRule::Drop)
    };
    let idle = plan.coarsen.iter().find(|(column, rules)| !plan.roles.guess && idle(column, rules));
    let Some((column, _)) = idle else { return Ok(()) };
    let message =
        format!("column `{}` is not a quasi-identifier, so its rule would have no effect", shown_name(column));
    Err(ConfigError::new("idle-rule", message)
        .with_hint("remove the rule, or name the column with `--quasi` or `role = \"quasi-identifier\"`"))
}
