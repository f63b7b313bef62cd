//! The cells of a planned table one by one, for those who hold the extract: never part of a result.

use std::collections::HashSet;

use super::planned::measure_planned;
use super::records::TableRecords;
use super::suppress::suppression;
use crate::plan::{AggregatePlan, Statistic};
use crate::stop::{StopReason, Watch};
use crate::tabular::Layout;

/// Every cell of a planned table, by ascending address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The cells.
    pub cells: Vec<SheetCell>,
    /// Digits behind the point of values.
    pub decimals: u32,
    /// Whether no unsafe cell would be published: none is unsafe, or a suppression that hides them all passed its audit.
    pub is_safe: bool,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetCell {
    /// Its code in each dimension.
    pub codes: Vec<u32>,
    /// Its count or sum in minor units; `None` where the statistic is another.
    pub value: Option<i64>,
    /// Whether it may be published.
    pub status: CellStatus,
    /// The rules that it breaks, as places in the configuration.
    pub broken: Vec<usize>,
}

/// What becomes of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum CellStatus {
    /// It is safe, and published.
    Published,
    /// It is unsafe.
    Unsafe,
    /// It is safe, and suppressed so that an unsafe one cannot be computed.
    SuppressedBesides,
    /// No rule could be applied to it.
    Unknown,
}

impl Sheet {
    /// The addresses of the published cells among those of the records that it was made of; `None` where these have too many.
    #[must_use]
    pub fn published(&self, records: &TableRecords) -> Option<HashSet<u64>> {
        let layout = Layout::new(records.axes.iter().map(|axis| axis.dimension.clone()).collect()).ok()?;
        let published = self.cells.iter().filter(|cell| cell.status == CellStatus::Published);
        Some(published.map(|cell| layout.address(&cell.codes)).collect())
    }

    /// Measures a planned table cell by cell, with the suppression that is proposed for it.
    ///
    /// # Errors
    /// When told to end, or the table has too many cells.
    pub fn of(plan: &AggregatePlan, records: &TableRecords, watch: Watch<'_>) -> Result<Self, StopReason> {
        let (table, cells) = measure_planned(plan, records, watch.stop)?;
        let proposed = suppression(plan, &table, &cells, watch)?.map(|(_, suppressed)| suppressed);
        let is_unsafe = cells.is_unsafe.as_ref();
        let has_unsafe = is_unsafe.is_none_or(|found| found.contains(&true));
        let values = matches!(plan.statistic, Statistic::Count | Statistic::Sum(_)).then(|| cells.values(0));
        let layout = cells.index.layout();
        let cell = |(place, &address): (usize, &u64)| SheetCell {
            codes: (0..plan.by.len()).map(|dimension| layout.code(address, dimension)).collect(),
            value: values.as_ref().map(|values| values[place]),
            status: match (is_unsafe.map(|found| found[place]), &proposed) {
                (None, _) => CellStatus::Unknown,
                (Some(true), _) => CellStatus::Unsafe,
                (Some(false), Some(proposed)) if proposed[place] => CellStatus::SuppressedBesides,
                (Some(false), _) => CellStatus::Published,
            },
            broken: (0..cells.by_rule.len()).filter(|&rule| cells.by_rule[rule][place]).collect(),
        };
        Ok(Self {
            cells: cells.index.cells().iter().enumerate().map(cell).collect(),
            decimals: records.amounts.first().map_or(0, |amounts| amounts.decimals),
            is_safe: !has_unsafe || proposed.is_some(),
        })
    }
}
