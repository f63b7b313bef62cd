//! The distinct values of the columns: read, typed and generalised as those of a file, and given codes.

use std::path::Path;

use super::super::prepare::unlisted_spellings;
use super::super::roles::refuse_open_readings;
use super::super::{ScanError, read_lookups};
use super::{ColumnCounts, ValueCounts};
use crate::input::{self, Extract, ExtractColumn};
use crate::plan::{LinkagePlan, Plan, UnicityPlan};
use crate::recode::{self, Lookups};
use crate::result::{ColumnFacts, DatasetColumn};
use crate::secret::Secret;
use crate::stop::{NoProgress, Stop};
use crate::table::exchange::GatheredColumn;

/// Codes are doubled on their way to the cluster.
const MOST_CODES: u32 = 1 << 30;

/// The distinct values as read and treated.
pub(super) struct Coded {
    /// The columns as they are described, without what only their records show.
    pub(super) described: Vec<DatasetColumn>,
    /// What is counted, without records.
    pub(super) columns: Vec<GatheredColumn>,
    /// Of each column, twice the code of each distinct value in the order of the file, and one more where it is no value.
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
        let facts: Vec<ValueFacts> = extract
            .columns
            .iter()
            .zip(&counts.columns)
            .map(|(column, counted)| ValueFacts::of(column, counted, plan))
            .collect();
        let plan = &plan_of_values(plan, &extract);
        let lookups = read_lookups(plan, stop)?;
        let lookups = Lookups { hierarchies: lookups.hierarchies, ..Lookups::default() };
        let roles = recode::roles_under(&extract, plan)?;
        refuse_open_readings(&extract, &roles, plan)?;
        refuse_suppressed(&extract, plan)?;
        let treated = recode::treat(extract, &roles, plan, &lookups)?;
        let mut all =
            Self { described: Vec::new(), columns: Vec::new(), codes: Vec::new(), records_by_code: Vec::new() };
        for ((column, of_column), (described, facts)) in
            treated.columns.iter().zip(&counts.columns).zip(treated.described.into_iter().zip(facts))
        {
            if column.cardinality > MOST_CODES {
                return Err(ScanError::NotOnCluster { what: "a column of more than 2^30 values" });
            }
            let mut records = vec![0; column.cardinality as usize];
            let mut codes = Vec::with_capacity(of_column.counts.len());
            for (place, count) in of_column.counts.iter().enumerate() {
                let code = column.value_of(place);
                records[code as usize] += count;
                codes.push(code << 1 | u32::from(facts.is_missing[place]));
            }
            all.columns.push(GatheredColumn {
                name: column.name.clone(),
                cardinality: column.cardinality,
                missing: column.missing,
                varies: plan.declarations.varies(&column.name),
            });
            all.codes.push(codes);
            all.records_by_code.push(records);
            all.described.push(facts.describe(described, plan));
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

/// What the values of a column say, counted by their records.
struct ValueFacts {
    /// Of each distinct value, whether it is none.
    is_missing: Vec<bool>,
    missing_cells: u64,
    placeholder_cells: u64,
}

impl ValueFacts {
    fn of(column: &ExtractColumn, counted: &ColumnCounts, plan: &Plan) -> Self {
        let real = plan.input.real_values.get(&column.name).map_or(&[][..], Vec::as_slice);
        let is_real = |value: &str| real.iter().any(|real| real.trim() == value);
        let mut facts = Self { is_missing: Vec::new(), missing_cells: 0, placeholder_cells: 0 };
        let Some(coded) = &column.coded else { return Self { is_missing: vec![false; counted.counts.len()], ..facts } };
        for (place, &records) in counted.counts.iter().enumerate() {
            let value = coded.dictionary.value(coded.codes.get(place)).map(Secret::expose);
            facts.is_missing.push(value.is_none());
            match value {
                None => facts.missing_cells += records,
                Some(value) if input::is_placeholder(value) && !is_real(value) => facts.placeholder_cells += records,
                Some(_) => {}
            }
        }
        facts
    }

    /// The column as described from its values, with what only the number of their records tells.
    fn describe(&self, described: DatasetColumn, plan: &Plan) -> DatasetColumn {
        let ColumnFacts { missing_spellings, found_type, forms, .. } = described.facts.clone();
        let mut column = DatasetColumn { missing: self.missing_cells, ..described };
        column.facts = ColumnFacts {
            placeholder_cells: Some(self.placeholder_cells),
            unlisted_spellings: unlisted_spellings(&column, false, &plan.input),
            missing_spellings,
            found_type,
            forms,
            ..ColumnFacts::default()
        };
        column
    }
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
