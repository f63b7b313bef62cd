//! The files of finished tables of totals, read beside the extract.

use super::ScanError;
use super::beside::{Beside, Use};
use super::tables::of_table;
use crate::input;
use crate::measure::aggregates::FinishedRecords;
use crate::plan::Plan;
use crate::recode::{FinishedSource, Lookups};
use crate::stop::{NoProgress, Stop};

/// The cells of each finished table, in the order of the plan; `None` for a planned one.
///
/// # Errors
/// When a file cannot be read, or is no table as it is declared.
pub(super) fn read(
    plan: &Plan,
    lookups: &Lookups,
    beside: &mut Beside,
    stop: &Stop,
) -> Result<Vec<Option<FinishedRecords>>, ScanError> {
    let _reading = stop.while_reading();
    let mut tables = Vec::with_capacity(plan.aggregates.len());
    for table in &plan.aggregates {
        let Some(finished) = &table.table else {
            tables.push(None);
            continue;
        };
        let options = of_table(&plan.input);
        let source = input::open(std::slice::from_ref(&finished.file), &options)?;
        let wanted = vec![true; source.columns().len()];
        let extract = input::read(source, &wanted, &NoProgress, stop, plan.memory)?;
        beside.add(Use::Totals, &table.name, &extract.files);
        let hierarchies = &lookups.hierarchies;
        let source = FinishedSource { extract: &extract, plan: table, finished, input: &options, hierarchies };
        tables.push(Some(source.records()?));
    }
    Ok(tables)
}
