//! Who contributes each record: values of a column, merged where they belong together.

use super::merged::Merged;
use super::records::{Flags, Side};
use crate::tabular::NO_CELL;

/// The contributors of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributors {
    /// Whose each record is. Records of which nobody knows it are one contributor together.
    pub of_record: Vec<u32>,
    /// Every contributor is below this.
    pub distinct: usize,
    /// Contributors with a record in a cell.
    pub in_cells: u64,
    /// Records in a cell of which nobody knows the contributor.
    pub records_without: u64,
    /// Whether each contributor asked for protection; none where nobody can.
    pub asked: Option<Vec<bool>>,
}

/// The contributors of a side, holdings merged.
pub(super) fn contributors_of(side: &Side, asked: Option<&Flags>, cell_of_record: &[u32]) -> Contributors {
    let records = cell_of_record.len();
    let Merged { records: of_record, .. } = Merged::of(side, records);
    let distinct = side.contributors.as_ref().map_or(records, |column| column.cardinality as usize);
    let missing = side.contributors.as_ref().and_then(|column| column.missing);
    let is_in = |record: &usize| cell_of_record[*record] != NO_CELL;
    // Whoever is missing is merged with nobody.
    let records_without =
        (0..records).filter(is_in).filter(|&record| missing == Some(of_record[record])).count() as u64;
    let mut is_there = vec![false; distinct];
    (0..records).filter(is_in).for_each(|record| is_there[of_record[record] as usize] = true);
    let asked = asked.map(|flags| {
        let mut asked = vec![false; distinct];
        for (record, value) in flags.values.values().enumerate() {
            asked[of_record[record] as usize] |= flags.is_yes[value as usize];
        }
        asked
    });
    let in_cells = is_there.iter().filter(|&&is_there| is_there).count() as u64;
    Contributors { of_record, distinct, in_cells, records_without, asked }
}
