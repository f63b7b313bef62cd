//! What the extract says of one declared table: codes and whole numbers, no value.

use crate::table::Column;
use crate::tabular::Dimension;

/// The records of the extract, as one declared table sees them.
#[derive(Debug, Clone)]
pub struct TableRecords {
    /// How many records there are.
    pub records: usize,
    /// The dimensions, in order.
    pub axes: Vec<Axis>,
    /// The amounts: none for a count, two for a ratio.
    pub amounts: Vec<Amounts>,
    /// Who contributes, side by side.
    pub sides: Vec<Side>,
    /// The records whose contributor asked for protection, where somebody can ask.
    pub asked: Option<Flags>,
    /// The period of each record, where the table is released again and again: ascending in time.
    pub periods: Option<Column>,
    /// What a folder keeps of earlier releases.
    pub kept: Option<super::KeptBefore>,
}

/// A dimension.
#[derive(Debug, Clone)]
pub struct Axis {
    /// The value of each record.
    pub values: Column,
    /// The code of each value in the dimension.
    pub code_of: Vec<u32>,
    /// The codes as trees, those of one level in the order of their labels.
    pub dimension: Dimension,
    /// What its codes are called, as opaque numbers.
    pub labels: super::Labels,
    /// Coarser forms of its values that rules give, from fine to coarse; those of its own tree are not among them.
    pub coarser: Vec<CoarserForm>,
}

/// Groups that a coarser rule makes of the values of a dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoarserForm {
    /// The rule, as it is written.
    pub rule: String,
    /// The group of each value.
    pub group_of: Vec<u32>,
}

/// A column of amounts in exact units.
#[derive(Debug, Clone)]
pub struct Amounts {
    /// The value of each record.
    pub values: Column,
    /// The amount of each value in units of `10^-decimals`; `None` where it is missing.
    pub numbers: Vec<Option<i64>>,
    /// Digits behind the point of the unit.
    pub decimals: u32,
}

/// A column of flags.
#[derive(Debug, Clone)]
pub struct Flags {
    /// The value of each record.
    pub values: Column,
    /// Whether each value means yes.
    pub is_yes: Vec<bool>,
}

/// Who contributes.
#[derive(Debug, Clone)]
pub struct Side {
    /// The column; `None` where each record is a contributor.
    pub contributors: Option<Column>,
    /// Whether they are the subjects of the extract.
    pub is_subject: bool,
    /// The column that merges them.
    pub holdings: Option<Column>,
}

impl TableRecords {
    /// Bytes of memory that it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let axes = self.axes.iter().map(|axis| axis.values.bytes() + axis.code_of.len() * 9);
        let amounts = self.amounts.iter().map(|amounts| amounts.values.bytes() + amounts.numbers.len() * 16);
        let sides =
            self.sides.iter().flat_map(|side| side.contributors.iter().chain(&side.holdings)).map(Column::bytes);
        let others = self.periods.iter().chain(self.asked.iter().map(|asked| &asked.values)).map(Column::bytes);
        axes.chain(amounts).chain(sides).chain(others).sum()
    }
}
