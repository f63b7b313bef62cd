//! Tables of totals: can a total be taken apart again?
//!
//! # Definition
//! A table has dimensions and margins; its cells are totals of records. Each cell is held against the primary rules of
//! [`crate::tabular::Rule`], for every side that contributes: records of one contributor are summed first, contributors of one
//! holding are merged.
//!
//! # Edge cases
//! Records without an amount are in no cell. Records of which nobody knows the contributor count as one contributor
//! together. A missing value of a dimension is a category of its own.

mod beside;
mod coarser;
mod contributors;
mod earlier;
mod entry;
mod figures;
mod finished;
mod merged;
mod planned;
mod records;
mod released;
mod releases;
mod shape;
mod sheet;
mod suppress;
#[cfg(test)]
mod test;

pub use beside::{Labels, beside_extract};
pub use contributors::Contributors;
pub use entry::MEASURE;
pub use figures::figures;
pub use finished::{BesideIt, FinishedCell, FinishedRecords, FinishedTables, measure_finished};
pub use planned::{PlannedCells, measure_planned};
pub use records::{Amounts, Axis, CoarserForm, Flags, Side, TableRecords};
pub use releases::{Compared, KeptBefore, Marks, Planned, SideMarks, compare_together, kept};
pub use shape::shape_of;
pub use sheet::{CellStatus, Sheet, SheetCell};

/// Name of the measure.
pub const NAME: &str = "aggregates";
