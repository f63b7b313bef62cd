//! How the scan runs this measure, and what it brings along.

use std::collections::BTreeMap;

use super::beside::beside_extract;
use super::coarser::coarser;
use super::finished::{BesideIt, FinishedRecords, FinishedTables, measure_finished};
use super::planned::measure_planned;
use super::records::TableRecords;
use super::released::measure_released;
use super::releases::{Compared, compare, compare_together};
use super::suppress::suppression;
use super::{NAME, figures};
use crate::measure::{CutOff, Measure, MeasureInput, NotRun, Page, no_section, too_much_memory};
use crate::plan::{AggregatePlan, Limit, Plan, Range};
use crate::result::{AggregateTable, Aggregates, FindingCode, Measures, Outcome, TableForm, UndefinedField, Unit};
use crate::stop::{StopReason, Watch};
use crate::tabular::{CellIndex, Dimension};

/// The measure.
pub const MEASURE: Measure = Measure {
    name: NAME,
    page: PAGE,
    limits: LIMITS,
    counts_people: false,
    run: Some(run),
    figures: |measures, _| measures.aggregates.iter().flat_map(figures).collect(),
    sections: no_section,
};

/// A number of cells.
const CELLS: Range = Range::Whole(0, u64::MAX);

/// Limits that a policy can set on this measure. Where tables are declared each is 0 as well.
const LIMITS: &[Limit] = &[
    Limit {
        key: "max_unsafe_cells",
        gate: "unsafe-cells",
        figure: "unsafe_cells",
        range: CELLS,
        sentence: "maximum number of published cells of a table of totals that are unsafe under its rules",
        ..Limit::of(NAME, FindingCode::UnsafeCell)
    },
    Limit {
        key: "max_recoverable_cells",
        gate: "recoverable-cells",
        figure: "recoverable_cells",
        range: CELLS,
        sentence: "maximum number of suppressed cells of a table of totals that can be computed exactly",
        ..Limit::of(NAME, FindingCode::RecoverableCell)
    },
    Limit {
        key: "max_narrow_cells",
        gate: "narrow-cells",
        figure: "narrow_cells",
        range: CELLS,
        sentence: "maximum number of suppressed cells of a table of totals that can be computed more closely than its rules allow",
        ..Limit::of(NAME, FindingCode::NarrowCell)
    },
    Limit {
        key: "max_differencing_cells",
        gate: "differencing-cells",
        figure: "differencing_cells",
        range: CELLS,
        sentence: "maximum number of cells of a table of totals whose difference from another total is unsafe",
        ..Limit::of(NAME, FindingCode::Differencing)
    },
];

fn run(input: &MeasureInput<'_>, measures: &mut Measures) -> Result<(), NotRun> {
    let &MeasureInput { plan, table, totals, finished, watch, .. } = input;
    if plan.aggregates.is_empty() {
        return Err(NotRun::LeftOut("no table of totals is declared with `[[aggregates]]`"));
    }
    let unit = if table.has_subjects() { Unit::Subject } else { Unit::Record };
    let threads = rayon::current_num_threads() as u64;
    let largest = totals.iter().flatten().map(|records| needed_bytes(records, threads)).max().unwrap_or(0);
    let needed = largest.saturating_add(table.bytes() as u64);
    measures.aggregates = Some(if plan.memory.is_some_and(|allowed| needed > allowed) {
        too_much_memory("adding up a table of totals", needed, plan)
    } else {
        CUT_OFF.outcome(unit, measure(plan, totals, finished, watch))?
    });
    if let Some(Outcome::Measured { value, .. }) = &mut measures.aggregates {
        let finished = value.tables.iter_mut().zip(&plan.aggregates).filter(|(_, declared)| !declared.is_planned());
        finished.for_each(|(table, declared)| table.columns = declared.columns_of_table());
    }
    Ok(())
}

/// What adding up a table needs at most: each record once for its cell, its contributor and its amount, and once more sorted;
/// and the statistics of its cells, of which there are no more than records and codes allow.
pub(super) fn needed_bytes(records: &TableRecords, threads: u64) -> u64 {
    let columns = (records.amounts.len() as u64 + records.sides.len() as u64).max(1);
    let (cells, pairs) = most_cells(records);
    let statistics = CellIndex::bytes(cells, pairs, threads) * records.sides.len().max(1) as u64;
    let statistics = statistics.saturating_mul(records.amounts.len().max(1) as u64);
    let rows = records.records as u64 * (8 + 4 + 8 * columns + 16);
    (records.bytes() as u64).saturating_add(rows).saturating_add(statistics)
}

/// How many cells a table can have at most, and how many pairs of an inner cell and a cell over it.
pub(super) fn most_cells(records: &TableRecords) -> (u64, u64) {
    let product = |of: &dyn Fn(&Dimension) -> u64| {
        records.axes.iter().map(|axis| of(&axis.dimension)).fold(1_u64, u64::saturating_mul)
    };
    let all = |dimension: &Dimension| dimension.codes() as u64;
    let codes = |dimension: &Dimension| (0_u32..).take(dimension.codes());
    let inner = |dimension: &Dimension| codes(dimension).filter(|&code| !dimension.has_members(code)).count() as u64;
    let depth =
        |dimension: &Dimension| codes(dimension).map(|code| dimension.upwards(code).count()).max().unwrap_or(1) as u64;
    let pairs = product(&inner).min(records.records as u64).saturating_mul(product(&depth));
    (product(&all).min(pairs), pairs)
}

/// Every declared table, in the order of the configuration.
fn measure(
    plan: &Plan,
    totals: &[Option<TableRecords>],
    finished: &[FinishedTables],
    watch: Watch<'_>,
) -> Result<Aggregates, StopReason> {
    let mut compared: BTreeMap<usize, Compared> = BTreeMap::new();
    let mut tables = Vec::with_capacity(plan.aggregates.len());
    for (place, declared) in plan.aggregates.iter().enumerate() {
        watch.stop.check()?;
        let records = totals.get(place).and_then(Option::as_ref);
        let files = finished.get(place);
        tables.push(match (&declared.table, records, files.and_then(|files| files.table.as_ref())) {
            (None, Some(records), _) => {
                let earlier = files.map_or(&[][..], |files| files.earlier.as_slice());
                compared.insert(place, compare(declared, records, earlier, None, watch.stop)?);
                planned(declared, records, watch)?
            }
            (Some(of), extract, Some(records)) => {
                let others = others(plan, finished, place);
                let beside =
                    BesideIt { earlier: files.map_or(&[], |files| &files.earlier), others: &others, protect: None };
                if let Some(made_of) = files.and_then(|files| files.made_of.as_deref()) {
                    tables.push(measure_released(declared, of, (records, made_of), beside, watch)?);
                    continue;
                }
                let mut table = measure_finished(declared, of, records, beside, watch)?;
                if let Some(extract) = extract {
                    table.beside_extract = beside_extract(declared, records, extract, watch.stop)?;
                }
                table
            }
            _ => not_read(declared),
        });
    }
    let together: Vec<(usize, &AggregatePlan, &TableRecords)> = (0..)
        .zip(plan.aggregates.iter().zip(totals))
        .filter_map(|(place, (declared, records))| Some((place, declared, records.as_ref()?)))
        .filter(|(_, declared, _)| declared.is_planned())
        .collect();
    compare_together(&together, &mut compared, watch.stop)?;
    for (place, found) in compared {
        add_compared(&mut tables[place], found);
    }
    Ok(Aggregates { tables })
}

/// The other finished tables, which leave together with one.
fn others<'a>(
    plan: &'a Plan,
    finished: &'a [FinishedTables],
    place: usize,
) -> Vec<(&'a AggregatePlan, &'a FinishedRecords)> {
    let tables = plan.aggregates.iter().zip(finished).enumerate().filter(|(other, _)| *other != place);
    tables.filter_map(|(_, (declared, files))| Some((declared, files.table.as_ref()?))).collect()
}

/// A planned table, with what to suppress besides.
fn planned(declared: &AggregatePlan, records: &TableRecords, watch: Watch<'_>) -> Result<AggregateTable, StopReason> {
    let (mut table, cells) = measure_planned(declared, records, watch.stop)?;
    table.suppression = suppression(declared, &table, &cells, watch)?.map(|(suppression, _)| suppression);
    table.coarser = coarser(declared, records, (&table, &cells), watch)?;
    Ok(table)
}

/// Adds what the releases of a table tell together.
fn add_compared(table: &mut AggregateTable, found: Compared) {
    let Compared { differences, determination, undefined, .. } = found;
    table.differences = differences;
    table.determination = determination;
    let is_told = |field: &str| table.undefined.iter().any(|told| told.field == field);
    let more: Vec<UndefinedField> = undefined.into_iter().filter(|entry| !is_told(&entry.field)).collect();
    table.undefined.extend(more);
}

/// A table of which nothing is known: none of its figures is there, so no limit on it holds.
fn not_read(declared: &AggregatePlan) -> AggregateTable {
    let undefined = |field: &str| UndefinedField::new(field, "table-not-read");
    AggregateTable {
        name: declared.name.clone(),
        form: if declared.is_planned() { TableForm::Planned } else { TableForm::Finished },
        statistic: declared.statistic.name().to_owned(),
        margins: declared.margins,
        undefined: ["unsafe_cells", "audit", "differences"].map(undefined).into(),
        ..AggregateTable::default()
    }
}

/// What is said of tables that were not fully measured.
const CUT_OFF: CutOff = CutOff {
    timeout: "the time limit was reached before every table of totals was measured",
    memory: "the memory limit was reached before every table of totals was measured",
    work_limit: "a table of totals has too many cells; name fewer or coarser dimensions",
};

const PAGE: Page = Page {
    code: NAME,
    summary: "Tables of totals: whether a total, its margins, an earlier release or the extract beside it give somebody away.",
    meaning: "A total of few contributors, or one that a single contributor makes up nearly alone, tells about them. A total \
              that is left out can often be computed from the others.",
    formula: "A cell with contributors x_1 >= x_2 >= … >= x_m and the total X is unsafe if 0 < m < T (frequency:T), if the n \
              largest exceed k % of X (dominance:n,k), if X - x_1 - x_2 < p % of x_1 (p:P), or < p / q of x_1 (pq:P,Q). Records \
              of a contributor are summed first, in every cell and margin, for each side. A mean or a ratio is unsafe if its \
              numerator or its denominator is; a quantile needs T contributors on each side of it. A suppressed cell is \
              recoverable if the least and the largest value that fit all published cells are equal, and narrow if they are \
              closer than the rule asks for.",
    source: "Hundepool et al., Statistical Disclosure Control (2012); tau-Argus; the R packages sdcTable and GaussSuppression; \
             Chin & Ozsoyoglu (1982); Dinur & Nissim, PODS (2003).",
    action: "Coarsen a dimension, suppress unsafe cells and the further cells that the advice names, or leave out margins.",
};
