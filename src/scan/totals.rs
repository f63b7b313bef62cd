//! The files of finished tables of totals, read beside the extract.

use super::ScanError;
use super::beside::{Beside, Use};
use super::tables::of_table;
use crate::input;
use crate::measure::aggregates::{FinishedRecords, FinishedTables};
use crate::plan::{AggregatePlan, FinishedPlan, Plan};
use crate::recode::{FinishedSource, Lookups};
use crate::result::InputFile;
use crate::stop::{NoProgress, Stop};

/// The cells of each finished table and of its earlier releases, in the order of the plan.
///
/// # Errors
/// When a file cannot be read, or is no table as it is declared.
pub(super) fn read(
    plan: &Plan,
    lookups: &Lookups,
    beside: &mut Beside,
    stop: &Stop,
) -> Result<Vec<FinishedTables>, ScanError> {
    let _reading = stop.while_reading();
    let mut tables = Vec::with_capacity(plan.aggregates.len());
    for table in &plan.aggregates {
        let read = |finished: &FinishedPlan| read_file((plan, table, finished), lookups, stop);
        let mut files = FinishedTables::default();
        if let Some(finished) = &table.table {
            let (records, read) = read(finished)?;
            beside.add(Use::Totals, &table.name, &read);
            files.table = Some(records);
        }
        for (place, finished) in table.earlier.iter().enumerate() {
            let (records, read) = read(finished)?;
            beside.add(Use::Totals, &format!("{} {place}", table.name), &read);
            files.earlier.push(records);
        }
        tables.push(files);
    }
    Ok(tables)
}

/// The cells of one file, and which bytes it was.
fn read_file(
    (plan, table, finished): (&Plan, &AggregatePlan, &FinishedPlan),
    lookups: &Lookups,
    stop: &Stop,
) -> Result<(FinishedRecords, Vec<InputFile>), ScanError> {
    let options = of_table(&plan.input);
    let source = input::open(std::slice::from_ref(&finished.file), &options)?;
    let wanted = vec![true; source.columns().len()];
    let extract = input::read(source, &wanted, &NoProgress, stop, plan.memory)?;
    let hierarchies = &lookups.hierarchies;
    let source = FinishedSource { extract: &extract, plan: table, finished, input: &options, hierarchies };
    Ok((source.records()?, extract.files.clone()))
}
