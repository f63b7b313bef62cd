//! A finished table beside the extract of the same release: what one says that the other does not is said of those who are
//! only in one of them.
//!
//! # Definition
//! Every published cell is compared with the total over the records of the extract. A cell is *unequal* if they differ by more
//! than rounding explains. Its difference is the total of people who are in one of the two only. Who they are nobody can see
//! from totals, so it is unsafe, unless the file tells so many contributors more than the extract has in the cell that enough
//! of them must be missing there (`|A \ B| >= |A| - |B|`), and no rule asks about amounts. Equal numbers show nothing: one may
//! have come and one left. A suppressed cell is *told* by the extract if every published cell over it is equal: the extract
//! then holds its records.

use std::collections::HashMap;

use super::finished::FinishedRecords;
use super::planned::measure_planned;
use super::records::TableRecords;
use crate::plan::{AggregatePlan, Statistic};
use crate::result::TableBesideExtract;
use crate::stop::{Stop, StopReason};
use crate::tabular::{CellIndex, Rule};

/// Codes of a dimension by an opaque number of their label; the total has none. Equal numbers are equal labels.
pub type Labels = Vec<Option<u128>>;

/// Compares a finished table with the records of the extract. `None` where cells are no sums.
///
/// # Errors
/// When told to end, or the extract has too many cells.
pub fn beside_extract(
    plan: &AggregatePlan,
    finished: &FinishedRecords,
    records: &TableRecords,
    stop: &Stop,
) -> Result<Option<TableBesideExtract>, StopReason> {
    if !matches!(plan.statistic, Statistic::Count | Statistic::Sum(_)) {
        return Ok(None);
    }
    let (_, cells) = measure_planned(plan, records, stop)?;
    let decimals = records.amounts.first().map_or(0, |amounts| amounts.decimals);
    let most = decimals.max(finished.decimals);
    let unit = |of: u32| 10_i128.checked_pow(most - of);
    let (Some(ours), Some(theirs)) = (unit(decimals), unit(finished.decimals)) else { return Ok(None) };
    let address_of = Addresses::new(finished, records);
    let values = cells.values(0);
    let mut seen = vec![false; values.len()];
    let mut found = TableBesideExtract::default();
    let mut suppressed = Vec::new();
    for cell in &finished.cells {
        let place = address_of.place(cell.address, &cells.index);
        if let Some(place) = place {
            seen[place] = true;
        }
        if cell.is_suppressed {
            suppressed.extend(place);
            continue;
        }
        let Some(value) = cell.value else { continue };
        let value = i128::from(value) * theirs;
        let Some(place) = place else {
            // Records of this cell are in no cell of the extract.
            found.only_in_table += 1;
            found.unsafe_differences += u64::from(value != 0);
            continue;
        };
        found.compared_cells += 1;
        let apart = (value - i128::from(values[place]) * ours).abs();
        let allowed = if finished.rounding > 1 { i128::from(finished.rounding) * theirs } else { 0 };
        if apart * 2 > allowed {
            found.unequal_cells += 1;
            let inside = cells.sums.first().and_then(|sides| sides.first()).map(|sums| sums.cell(place).contributors);
            found.unsafe_differences += u64::from(!has_enough(plan, cell.contributors, inside));
        }
    }
    found.only_in_extract = seen.iter().filter(|&&seen| !seen).count() as u64;
    let is_whole = found.unequal_cells == 0 && found.only_in_table == 0;
    found.told_cells = if is_whole { suppressed.len() as u64 } else { 0 };
    found.unsafe_differences += found.told_cells;
    Ok(Some(found))
}

/// Whether so many more contribute to the cell of the table than to that of the extract that enough are only in the table.
fn has_enough(plan: &AggregatePlan, table: Option<u64>, extract: Option<u64>) -> bool {
    let (Some(table), Some(extract)) = (table, extract) else { return false };
    let least = |rule: Rule| match rule {
        Rule::Frequency(least) => Some(least),
        _ => None,
    };
    let fewest = plan.rules.iter().filter_map(|rule| least(rule.rule)).max();
    let of_amounts = plan.rules.iter().any(|rule| rule.rule.is_of_amounts());
    !of_amounts && fewest.is_some_and(|fewest| table.saturating_sub(extract) >= fewest)
}

/// Where the cells of a file are in the table made from the extract.
struct Addresses<'a> {
    finished: &'a FinishedRecords,
    /// For each dimension, the code of the extract for each code of the file.
    codes: Vec<Vec<Option<u32>>>,
}

impl<'a> Addresses<'a> {
    fn new(finished: &'a FinishedRecords, records: &TableRecords) -> Self {
        let codes = finished.labels.iter().zip(&records.axes).map(|(theirs, axis)| {
            // A value and its group may be spelled alike: what stands last is the finer one.
            let ours: HashMap<Option<u128>, u32> = axis.labels.iter().copied().zip(0..).collect();
            theirs.iter().map(|label| ours.get(label).copied()).collect()
        });
        Self { finished, codes: codes.collect() }
    }

    fn place(&self, address: u64, index: &CellIndex) -> Option<usize> {
        let codes = self.codes.iter().enumerate().map(|(place, codes)| {
            let code = self.finished.layout.code(address, place);
            codes.get(code as usize).copied().flatten()
        });
        let codes: Vec<u32> = codes.collect::<Option<_>>()?;
        index.cells().binary_search(&index.layout().address(&codes)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::aggregates::{Amounts, Axis, FinishedCell, Side};
    use crate::plan::{DimensionPlan, RulePlan};
    use crate::result::TableFile;
    use crate::table::{Codes, Column};
    use crate::tabular::{Dimension, Layout};

    const LABELS: [Option<u128>; 4] = [None, Some(11), Some(12), Some(13)];

    fn column(values: &[u32]) -> Column {
        let cardinality = values.iter().max().unwrap() + 1;
        Column::new(
            "column".to_owned(),
            Codes::from_codes(cardinality as usize, values.iter().copied()),
            cardinality,
            None,
        )
    }

    /// Records of (code, who, amount).
    fn records(rows: &[(u32, u32, i64)]) -> TableRecords {
        let numbers: Vec<u32> = (0..u32::try_from(rows.len()).unwrap()).collect();
        TableRecords {
            records: rows.len(),
            axes: vec![Axis {
                values: column(&rows.iter().map(|row| row.0).collect::<Vec<_>>()),
                code_of: vec![1, 2, 3],
                dimension: Dimension::with_total(3).unwrap(),
                labels: LABELS.to_vec(),
                coarser: Vec::new(),
            }],
            amounts: vec![Amounts {
                values: column(&numbers),
                numbers: rows.iter().map(|row| Some(row.2)).collect(),
                decimals: 2,
            }],
            sides: vec![Side {
                contributors: Some(column(&rows.iter().map(|row| row.1).collect::<Vec<_>>())),
                is_subject: true,
                holdings: None,
            }],
            asked: None,
            periods: None,
            kept: None,
        }
    }

    /// The table of the same release in whole units, with the codes of its file in another order.
    fn table(cells: &[(u64, Option<i64>, Option<u64>)], rounding: u32) -> FinishedRecords {
        let cell = |&(address, value, contributors): &(u64, Option<i64>, Option<u64>)| FinishedCell {
            address,
            value,
            is_suppressed: value.is_none(),
            contributors,
            largest: Vec::new(),
        };
        FinishedRecords {
            file: TableFile::default(),
            layout: Layout::new(vec![Dimension::with_total(3).unwrap()]).unwrap(),
            cells: cells.iter().map(cell).collect(),
            rounding,
            decimals: 0,
            labels: vec![vec![None, Some(13), Some(12), Some(11)]],
        }
    }

    fn compared(rules: &[&str], table: &FinishedRecords, rows: &[(u32, u32, i64)]) -> TableBesideExtract {
        let by = vec![DimensionPlan { column: "area".to_owned(), rule: None, hierarchy: None }];
        let mut plan = AggregatePlan::new("t".to_owned(), by);
        plan.statistic = Statistic::Sum("amount".to_owned());
        plan.rules = rules.iter().map(|rule| RulePlan::parse(rule).unwrap()).collect();
        beside_extract(&plan, table, &records(rows), &Stop::default()).unwrap().unwrap()
    }

    /// Twelve people in each of three areas.
    fn rows() -> Vec<(u32, u32, i64)> {
        (0..36).map(|who| (who % 3, who, 100 * i64::from(who + 1))).collect()
    }

    fn sum(area: u32) -> i64 {
        rows().iter().filter(|row| row.0 == area).map(|row| row.2 / 100).sum()
    }

    fn whole(rounding: u32) -> FinishedRecords {
        let all = sum(0) + sum(1) + sum(2);
        let cells = [(0, all), (1, sum(2)), (2, sum(1)), (3, sum(0))];
        table(&cells.map(|(address, value)| (address, Some(value), Some(if address == 0 { 36 } else { 12 }))), rounding)
    }

    #[test]
    fn a_table_of_the_same_records_says_nothing_more() {
        let found = compared(&["frequency:5"], &whole(1), &rows());
        assert_eq!((found.compared_cells, found.unequal_cells, found.unsafe_differences), (4, 0, 0));
        assert_eq!((found.only_in_table, found.only_in_extract, found.told_cells), (0, 0, 0));
    }

    #[test]
    fn a_customer_missing_in_the_extract_is_told_by_its_cell_and_the_total() {
        for gone in 0..36 {
            let left: Vec<_> = rows().into_iter().filter(|row| row.1 != gone).collect();
            let found = compared(&["frequency:5"], &whole(1), &left);
            assert_eq!((found.unequal_cells, found.unsafe_differences), (2, 2));
        }
    }

    #[test]
    fn what_rounding_explains_is_no_difference() {
        let left: Vec<_> = rows().into_iter().filter(|row| row.1 != 4).collect();
        assert_eq!(compared(&["frequency:5"], &whole(10), &left).unequal_cells, 0, "5 of a base of 10");
        assert_eq!(compared(&["frequency:5"], &whole(9), &left).unequal_cells, 2);
    }

    #[test]
    fn only_a_surplus_of_contributors_shows_that_enough_are_missing() {
        // Eight people of one area are not in the extract: their cell and the total differ by them.
        let left: Vec<_> = rows().into_iter().filter(|row| row.0 != 0 || row.1 >= 24).collect();
        let found = compared(&["frequency:5"], &whole(1), &left);
        assert_eq!((found.unequal_cells, found.unsafe_differences), (2, 0));
        assert_eq!(compared(&["frequency:9"], &whole(1), &left).unsafe_differences, 2);
        assert_eq!(compared(&["frequency:5", "p:10"], &whole(1), &left).unsafe_differences, 2, "amounts are unknown");
        let mut silent = whole(1);
        silent.cells.iter_mut().for_each(|cell| cell.contributors = None);
        assert_eq!(compared(&["frequency:5"], &silent, &left).unsafe_differences, 2);
    }

    #[test]
    fn a_suppressed_cell_beside_an_extract_that_fits_is_told_and_cells_of_one_side_are_counted() {
        let mut hidden = whole(1);
        hidden.cells[1].is_suppressed = true;
        let found = compared(&["frequency:5"], &hidden, &rows());
        assert_eq!((found.told_cells, found.unsafe_differences), (1, 1));
        let without: Vec<_> = rows().into_iter().filter(|row| row.0 != 1).collect();
        let found = compared(&["frequency:50"], &whole(1), &without);
        assert_eq!((found.only_in_table, found.unequal_cells, found.unsafe_differences), (1, 1, 2));
        let mut shorter = whole(1);
        shorter.cells.pop();
        assert_eq!(compared(&["frequency:5"], &shorter, &rows()).only_in_extract, 1);
    }
}
