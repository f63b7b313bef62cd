//! Value of the measure `aggregates`: tables of totals, and what an outsider can compute from them. No value of a dimension,
//! no label of a cell, no contributor and no amount is in it: only counts, and indices of dimensions and sides.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::UndefinedField;

/// Value of the measure `aggregates`. Cells are counted with all margins; empty cells are left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Aggregates {
    /// The declared tables, in the order of the configuration.
    pub tables: Vec<AggregateTable>,
}

/// A table of totals.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct AggregateTable {
    /// Its name in the configuration.
    pub name: String,
    /// Where its cells come from.
    pub form: TableForm,
    /// The file of a finished table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<TableFile>,
    /// Columns of that file that the declaration of the table speaks of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// `count`, `sum`, `mean`, `ratio` or `quantile`.
    pub statistic: String,
    /// Whether totals over every dimension and group are published.
    pub margins: bool,
    /// Its dimensions, in order.
    pub dimensions: Vec<TableDimension>,
    /// Whom the rules protect, in order.
    pub sides: Vec<TableSide>,
    /// Records that are in its cells; of a finished table its lines.
    pub records: u64,
    /// Records without an amount, which are in no cell.
    pub records_without_value: u64,
    /// Cells, margins included, empty ones left out.
    pub cells: u64,
    /// Cells that are the sum of no others.
    pub inner_cells: u64,
    /// Cells that are unsafe under at least one rule, suppressed or not; null if the rules could not be applied.
    pub unsafe_cells: Option<u64>,
    /// Unsafe cells that are published, not suppressed. Limits are compared with it.
    pub unsafe_published_cells: Option<u64>,
    /// Each rule, in the order of the configuration.
    pub rules: Vec<RuleCells>,
    /// Cells in which every amount is zero, so that each contributor's is known; of the side with most such cells.
    pub all_zero_cells: Option<u64>,
    /// Cells that are all there is of a total over them, so that whoever is in the total is known to be in the cell.
    pub group_disclosure_cells: Option<u64>,
    /// The table by two of its dimensions, without labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<TableShape>,
    /// Whether margins equal the sums of their cells; of a finished table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<TableConsistency>,
    /// What can be computed about suppressed cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<TableAudit>,
    /// Which further cells to suppress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppression: Option<TableSuppression>,
    /// Coarser dimensions with which no cell is unsafe, or fewest are; the best first, and each counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coarser: Vec<TableCoarsening>,
    /// Whether its totals equal those of the extract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside_extract: Option<TableBesideExtract>,
    /// What differences with other totals tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differences: Option<TableDifferences>,
    /// Whose amounts all published sums together determine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub determination: Option<TableDetermination>,
    /// Fields that are null, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
}

/// Where the cells of a table come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum TableForm {
    /// Computed from the extract.
    #[default]
    Planned,
    /// Read from a file.
    Finished,
}

/// The file of a finished table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableFile {
    /// Its name, without folders.
    pub name: String,
    /// SHA-256 of its bytes, where they are one file.
    pub sha256: Option<String>,
}

/// A dimension of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableDimension {
    /// The column.
    pub column: String,
    /// Rule for this table, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coarsen: Option<String>,
    /// Codes, groups and the total among them.
    pub codes: u64,
    /// Codes that are groups or the total.
    pub totals: u64,
}

/// Contributors that the rules protect.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableSide {
    /// The column of contributors; null if every record is one.
    pub contributor: Option<String>,
    /// Whether they are the subjects of the extract.
    pub is_subject: bool,
    /// The column that merged contributors who belong together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdings: Option<String>,
    /// Contributors with a record in the table, after merging.
    pub contributors: u64,
    /// Records of which nobody knows the contributor; together they count as one.
    pub records_without_contributor: u64,
}

/// Cells that are unsafe under a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RuleCells {
    /// The rule, as it is written in a configuration.
    pub rule: String,
    /// Cells that are unsafe under it for at least one side; null if it could not be applied.
    pub unsafe_cells: Option<u64>,
    /// The same for each side that it is for.
    pub sides: Vec<SideCells>,
}

/// Unsafe cells of one side.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SideCells {
    /// The side, as an index into `sides`.
    pub side: usize,
    /// Cells that are unsafe for it.
    pub unsafe_cells: u64,
}

/// A table seen by two of its dimensions, without labels: each field counts the cells over one code of each. Codes follow the
/// order of the table; where there are many, neighbours share a field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableShape {
    /// The dimension of the rows, as an index into `dimensions`.
    pub row_dimension: usize,
    /// The dimension of the columns; null if the table has one dimension.
    pub column_dimension: Option<usize>,
    /// Rows.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
    /// Cells that are safe and published, row by row.
    pub safe: Vec<u32>,
    /// Cells that are unsafe and published.
    pub unsafe_cells: Vec<u32>,
    /// Cells that are suppressed.
    pub suppressed: Vec<u32>,
}

/// Whether the margins of a finished table equal the sums of their cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableConsistency {
    /// Sums that could be checked: nothing in them is suppressed.
    pub checked_sums: u64,
    /// Sums that do not add up, rounding allowed for.
    pub inconsistent_sums: u64,
    /// Margins that are not in the file and follow from their cells.
    pub derived_cells: u64,
    /// Whether some published values fit no table at all.
    pub infeasible: bool,
}

/// What can be computed about suppressed cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableAudit {
    /// Suppressed cells.
    pub suppressed_cells: u64,
    /// Suppressed cells whose value an outsider computes exactly.
    pub recoverable_cells: u64,
    /// Suppressed cells whose value an outsider computes more closely than the rules allow, the exact ones among them.
    pub narrow_cells: u64,
    /// As `recoverable_cells`, for somebody who is a contributor of another cell.
    pub recoverable_by_insider: u64,
    /// As `narrow_cells`, for somebody who is a contributor of another cell.
    pub narrow_by_insider: u64,
    /// Suppressed cells about which the computation ended without an answer; never safe.
    pub undecided_cells: u64,
    /// Suppressed cells that another table of the same records publishes; they count as recoverable.
    #[serde(default)]
    pub told_cells: u64,
    /// Cells that hold together: what is computed of one depends on the others.
    pub components: u64,
    /// Suppressed cells of the largest of them.
    pub largest_component: u64,
    /// Suppressed cells by the width of their interval as a multiple of the required one.
    pub widths: Vec<WidthBand>,
}

/// Suppressed cells by the width of their interval against the one that the rules require.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct WidthBand {
    /// Least multiple.
    pub from: f64,
    /// The multiple it stays below; null if there is none.
    pub to: Option<f64>,
    /// Cells.
    pub cells: u64,
}

/// Which further cells to suppress so that nothing unsafe can be computed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableSuppression {
    /// Cells that the rules ask to suppress.
    pub primary_cells: u64,
    /// Cells to suppress besides.
    pub secondary_cells: u64,
    /// Cells that stay published.
    pub published_cells: u64,
    /// Share of the total of all inner cells that stays published.
    pub value_kept: Option<f64>,
    /// Whether no cheaper way exists.
    pub is_optimal: bool,
    /// Whether the audit of the proposal found nothing recoverable and nothing narrow. A proposal that is not safe is not made.
    pub is_safe: bool,
    /// What the audit of the table as proposed found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<TableAudit>,
}

/// A table with coarser dimensions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableCoarsening {
    /// What changes.
    pub changes: Vec<CoarserDimension>,
    /// Cells that the table then has.
    pub cells: u64,
    /// Cells that are then unsafe.
    pub unsafe_cells: u64,
    /// Share of the total that is then in safe inner cells; null if the total is 0.
    pub value_kept: Option<f64>,
    /// Entropy of the records over inner cells, as a share of what it was; null if there was one cell.
    pub detail_kept: Option<f64>,
}

/// What is done to a dimension.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CoarserDimension {
    /// The dimension, as an index into `dimensions`.
    pub dimension: usize,
    /// `drop`, a calendar unit, `level:N` (its hierarchy without the N finest levels), or `merge:N` (the N codes whose totals are
    /// unsafe as one).
    pub rule: String,
}

/// A finished table beside the extract of the same release.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableBesideExtract {
    /// Cells that both have.
    pub compared_cells: u64,
    /// Cells whose total is not that of the extract, rounding allowed for.
    pub unequal_cells: u64,
    /// Cells of the table that the extract has not.
    pub only_in_table: u64,
    /// Cells of the extract that the table has not.
    pub only_in_extract: u64,
    /// Suppressed cells of the table that follow from the extract, because all that is published equals it.
    pub told_cells: u64,
    /// Cells of the table that say something unsafe beside the extract: those whose difference from it is not shown to be of
    /// enough contributors, and suppressed ones that it tells.
    pub unsafe_differences: u64,
}

/// What differences between published totals tell.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableDifferences {
    /// Pairs of cells that were compared.
    pub compared_pairs: u64,
    /// Differences that are unsafe under the rules.
    pub unsafe_differences: u64,
    /// Of these, between cells of one release.
    pub nested: u64,
    /// Of these, between consecutive or rolling releases.
    pub between_releases: u64,
    /// Of these between releases, those for which somebody joined.
    pub joiners: u64,
    /// Of these between releases, those for which somebody left.
    pub leavers: u64,
    /// Of these, made by one contributor alone.
    pub single: u64,
    /// Of these, amounts of a few people less amounts of a few others.
    pub mixed: u64,
    /// Of these, made by enough contributors, but unsafe by their amounts.
    pub by_amounts: u64,
    /// Of these, between releases of one cell in which few joined or left while amounts of others changed too.
    pub few_moved: u64,
    /// Of these, between cells of this table and of another table of the configuration.
    #[serde(default)]
    pub between_tables: u64,
    /// Cells that are part of an unsafe difference. Limits are compared with these and the undecided ones together.
    pub cells: u64,
    /// Cells that differ from an earlier release of which nobody says who contributes; never safe.
    #[serde(default)]
    pub undecided_cells: u64,
    /// Releases that were compared.
    pub releases: u64,
    /// Whether every pair was compared; what was cut off is never safe.
    pub complete: bool,
}

/// Whose amounts all published sums together determine.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct TableDetermination {
    /// Subjects in the sums.
    pub subjects: u64,
    /// Sums.
    pub sums: u64,
    /// Tables of the configuration that were solved together; 1 for one by itself.
    #[serde(default)]
    pub tables: u64,
    /// Independent ones.
    pub rank: u64,
    /// Subjects whose amount follows exactly.
    pub determined_subjects: u64,
    /// `rank / subjects`: above 0.5 reconstruction of most amounts must be expected; null if the computation was cut off.
    pub reconstruction: Option<f64>,
    /// Whether there are more than half as many independent sums as subjects.
    pub is_exposed: bool,
    /// Whether the computation came to its end; what was cut off is never safe.
    pub complete: bool,
}
