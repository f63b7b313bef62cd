//! The distinct values of the columns: read, typed and generalised as those of a file, and given codes.

use std::path::Path;

use super::super::{ScanError, read_lookups, refuse_open_readings};
use super::{ColumnCounts, ValueCounts};
use crate::input::{self, Extract, ExtractColumn};
use crate::plan::{LinkagePlan, Plan, UnicityPlan};
use crate::recode::{self, Lookups};
use crate::result::{ColumnFacts, DatasetColumn};
use crate::stop::{NoProgress, Stop};
use crate::table::exchange::GatheredColumn;

/// The distinct values as read and treated.
pub(super) struct Coded {
    /// The columns as they are described, without what only their records show.
    pub(super) described: Vec<DatasetColumn>,
    /// What is counted, without records.
    pub(super) columns: Vec<GatheredColumn>,
    /// Of each column, the code of each distinct value in the order of the file.
    pub(super) codes: Vec<Vec<u32>>,
    /// Of each column, how many records have each code.
    pub(super) records_by_code: Vec<Vec<u64>>,
}

impl Coded {
    /// Reads the file of values as any other file, and treats its columns one by one.
    pub(super) fn read(plan: &Plan, file: &Path, counts: &ValueCounts, stop: &Stop) -> Result<Self, ScanError> {
        let source = input::open(&[file.to_string_lossy().into_owned()], &plan.input)?;
        let wanted = vec![true; source.columns().len()];
        let extract = input::read(source, &wanted, &NoProgress, stop, plan.memory)?;
        check_values(&extract, counts)?;
        let missing = missing_cells(&extract, counts);
        let plan = &plan_of_values(plan, &extract);
        let lookups = read_lookups(plan, stop)?;
        let lookups = Lookups { hierarchies: lookups.hierarchies, ..Lookups::default() };
        let roles = recode::roles_under(&extract, plan)?;
        refuse_open_readings(&extract, &roles, plan)?;
        refuse_suppressed(&extract, plan)?;
        let treated = recode::treat(extract, &roles, plan, &lookups)?;
        let mut all =
            Self { described: Vec::new(), columns: Vec::new(), codes: Vec::new(), records_by_code: Vec::new() };
        for ((column, of_column), (described, missing)) in
            treated.columns.iter().zip(&counts.columns).zip(treated.described.into_iter().zip(missing))
        {
            let codes: Vec<u32> = (0..of_column.counts.len()).map(|place| column.value_of(place)).collect();
            let mut records = vec![0; column.cardinality as usize];
            for (&code, count) in codes.iter().zip(&of_column.counts) {
                records[code as usize] += count;
            }
            all.columns.push(GatheredColumn {
                name: column.name.clone(),
                cardinality: column.cardinality,
                missing: column.missing,
                varies: plan.declarations.varies(&column.name),
            });
            all.codes.push(codes);
            all.records_by_code.push(records);
            all.described.push(DatasetColumn { missing, facts: ColumnFacts::default(), ..described });
        }
        Ok(all)
    }
}

/// The values must be those that were counted.
fn check_values(extract: &Extract, counts: &ValueCounts) -> Result<(), ScanError> {
    let is_counted = |(column, counted): (&ExtractColumn, &ColumnCounts)| {
        let is_whole = counted.counts.iter().sum::<u64>() == counts.records;
        column.name == counted.name && counted.counts.len() as u64 <= extract.records && is_whole
    };
    let same = extract.columns.len() == counts.columns.len();
    if same && extract.columns.iter().zip(&counts.columns).all(is_counted) {
        return Ok(());
    }
    Err(ScanError::Cluster { reason: "the distinct values are not those that were counted".to_owned() })
}

/// Records with a missing cell in each column.
fn missing_cells(extract: &Extract, counts: &ValueCounts) -> Vec<u64> {
    let of = |(column, counted): (&ExtractColumn, &ColumnCounts)| {
        let Some(coded) = &column.coded else { return 0 };
        let is_missing = |place: usize| coded.dictionary.value(coded.codes.get(place)).is_none();
        counted.counts.iter().enumerate().filter(|(place, _)| is_missing(*place)).map(|(_, records)| records).sum()
    };
    extract.columns.iter().zip(&counts.columns).map(of).collect()
}

/// The plan as far as it speaks of single values.
fn plan_of_values(plan: &Plan, extract: &Extract) -> Plan {
    let is_there = |name: &str| extract.columns.iter().any(|column| column.name == name);
    let mut plan = plan.clone();
    plan.roles.declared.retain(|name, _| is_there(name));
    plan.coarsen.retain(|name, _| is_there(name));
    plan.unicity = UnicityPlan::default();
    plan.linkage = LinkagePlan::default();
    plan.sensitive_distances.clear();
    plan
}

/// A record of which nothing is left but marks is left out of a scan, which a list of values cannot tell.
fn refuse_suppressed(extract: &Extract, plan: &Plan) -> Result<(), ScanError> {
    let is_mark = |column: &&ExtractColumn| {
        let values = column.coded.iter().flat_map(|coded| coded.dictionary.values()).flatten();
        values.into_iter().any(|value| plan.input.is_suppression_mark(value.expose()))
    };
    match extract.columns.iter().find(is_mark) {
        Some(_) => Err(ScanError::NotOnCluster { what: "suppressed cells" }),
        None => Ok(()),
    }
}
