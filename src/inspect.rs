//! A look at an extract before anything is measured: its columns, their types and roles, and the files a plan names.
//!
//! [`inspect`] takes the same first steps as [`scan`](crate::scan::scan), so what it says of roles, and of what is
//! static or event, is what a scan would say.

use crate::input;
use crate::plan::{self, Plan};
use crate::recode;
use crate::result::Dataset;
use crate::scan::{ColumnGround, ScanError, declared_files, is_named, open_sources, open_tables, read_lookups, treat};
use crate::stop::{Progress, Stop};

/// Reads the extract and says what its columns are. No risk is measured and nothing is judged.
///
/// Every column is read whole, so each has its number of distinct values, unless its cells have no spelling;
/// `constant_per_subject` is known for the quasi-identifiers of an extract with a subject, as in a scan.
///
/// # Errors
/// As [`scan`](crate::scan::scan), except for those of measures.
pub fn inspect(plan: &Plan, progress: &dyn Progress, stop: &Stop) -> Result<Dataset, ScanError> {
    let reading = stop.while_reading();
    let mut source = input::open(&plan.inputs, &plan.input)?;
    source.pass_over_unspelled(|column| is_named(plan, column));
    source.know_files(&declared_files(plan));
    let tables = open_tables(plan, source.columns())?;
    plan::check_columns(plan, tables.columns())?;
    let name = plan.dataset_name.clone().unwrap_or_else(|| source.name().to_owned());
    let wanted = vec![true; source.columns().len()];
    let ground = ColumnGround::of(plan, stop);
    let described = || {
        let mut extract = input::read(source, &wanted, progress, stop, ground.allowance(plan.memory))?;
        tables.bring_to(&mut extract, plan, &ground, (progress, stop))?;
        drop(reading);
        let roles = recode::roles_under(&extract, plan)?;
        Ok(treat(extract, &roles, plan, name, stop)?.dataset)
    };
    ground.with_failure(described())
}

/// Reads the files that a plan names beside the extract (the subject map, the hierarchies), opens what the recipient
/// holds, and looks for the columns and levels that the plan takes from them. The extract is not needed.
///
/// # Errors
/// When such a file cannot be read, or lacks a column or a level. That every value of the extract is in it shows only
/// in a scan.
pub fn check_files(plan: &Plan, stop: &Stop) -> Result<(), ScanError> {
    let lookups = read_lookups(plan, stop)?;
    open_sources(plan)?;
    Ok(recode::check_lookups(plan, &lookups)?)
}
