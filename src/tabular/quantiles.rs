//! Quantiles of cells: how many contributors lie on each side of the published value.

use rayon::prelude::*;

use super::cells::{CellIndex, Entries, NO_CELL};
use crate::stop::{Stop, StopReason};

/// For each cell the smaller of two numbers: contributors with an amount below its quantile, and contributors with one above
/// it. The quantile is the smallest amount that at least a share of `millionths / 10^6` of the records does not exceed.
///
/// Equal amounts are on no side: where everybody has the same, the quantile tells it of all.
///
/// # Errors
/// When told to end.
pub fn fewest_beside_quantile(
    index: &CellIndex,
    entries: Entries<'_>,
    millionths: u32,
    stop: &Stop,
) -> Result<Vec<u64>, StopReason> {
    let (order, starts) = by_cell(index, entries.cells);
    let below = below(index);
    let amount = |record: u32| entries.amounts.map_or(1, |amounts| amounts[record as usize]);
    let of_cell = |inner: &Vec<u32>| -> Result<u64, StopReason> {
        stop.check()?;
        let records = inner.iter().flat_map(|&cell| &order[starts[cell as usize]..starts[cell as usize + 1]]);
        let mut held: Vec<(i64, u32)> =
            records.map(|&record| (amount(record), entries.contributors[record as usize])).collect();
        if held.is_empty() {
            return Ok(0);
        }
        let place = (held.len() as u64 * u64::from(millionths)).div_ceil(1_000_000).max(1) - 1;
        let place = usize::try_from(place).unwrap_or(0).min(held.len() - 1);
        let (_, &mut (quantile, _), _) = held.select_nth_unstable(place);
        let distinct = |is_in: &dyn Fn(i64) -> bool| {
            let mut who: Vec<u32> = held.iter().filter(|(amount, _)| is_in(*amount)).map(|(_, who)| *who).collect();
            who.sort_unstable();
            who.dedup();
            who.len() as u64
        };
        Ok(distinct(&|amount| amount < quantile).min(distinct(&|amount| amount > quantile)))
    };
    below.par_iter().map(of_cell).collect()
}

/// For each cell the inner cells that it is made of.
fn below(index: &CellIndex) -> Vec<Vec<u32>> {
    let mut below = vec![Vec::new(); index.cells().len()];
    for inner in 0..u32::try_from(index.inner_cells()).unwrap_or(u32::MAX) {
        for &cell in index.over(inner) {
            below[cell as usize].push(inner);
        }
    }
    below
}

/// The records of each inner cell together, and where those of each begin.
fn by_cell(index: &CellIndex, cells: &[u32]) -> (Vec<u32>, Vec<usize>) {
    let mut starts = vec![0_usize; index.inner_cells() + 1];
    for &cell in cells.iter().filter(|&&cell| cell != NO_CELL) {
        starts[cell as usize + 1] += 1;
    }
    for place in 1..starts.len() {
        starts[place] += starts[place - 1];
    }
    let mut pens = starts.clone();
    let mut order = vec![0_u32; starts.last().copied().unwrap_or(0)];
    for (record, &cell) in (0_u32..).zip(cells).filter(|(_, cell)| **cell != NO_CELL) {
        order[pens[cell as usize]] = record;
        pens[cell as usize] += 1;
    }
    (order, starts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::fewest_beside_quantile;
    use crate::stop::Stop;
    use crate::tabular::{CellIndex, Dimension, Entries, Layout};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn contributors_beside_a_quantile_equal_a_slow_count(
            records in prop::collection::vec((0_u32..3, 0_u32..5, 0_i64..6), 1..30),
            millionths in 1_u32..1_000_000,
        ) {
            let layout = Layout::new(vec![Dimension::with_total(3).unwrap()]).unwrap();
            let mut inner: Vec<u64> = records.iter().map(|(cell, ..)| u64::from(*cell) + 1).collect();
            inner.sort_unstable();
            inner.dedup();
            let index = CellIndex::new(layout, &inner).unwrap();
            let of = |cell: u32| u32::try_from(inner.binary_search(&(u64::from(cell) + 1)).unwrap()).unwrap();
            let cells: Vec<u32> = records.iter().map(|(cell, ..)| of(*cell)).collect();
            let contributors: Vec<u32> = records.iter().map(|(_, who, _)| *who).collect();
            let amounts: Vec<i64> = records.iter().map(|(.., amount)| *amount).collect();
            let entries = Entries {
                cells: &cells, contributors: &contributors, distinct: 5, amounts: Some(&amounts), asked: None,
            };
            let found = fewest_beside_quantile(&index, entries, millionths, &Stop::default()).unwrap();
            for (place, &address) in index.cells().iter().enumerate() {
                let held: Vec<(i64, u32)> = records
                    .iter()
                    .filter(|(cell, ..)| address == 0 || u64::from(*cell) + 1 == address)
                    .map(|(_, who, amount)| (*amount, *who))
                    .collect();
                let is_enough = |value: i64| {
                    let up_to = held.iter().filter(|(amount, _)| *amount <= value).count() as u64;
                    up_to * 1_000_000 >= held.len() as u64 * u64::from(millionths)
                };
                let quantile = (0..6).find(|&value| is_enough(value)).unwrap();
                let below: BTreeSet<u32> = held.iter().filter(|(amount, _)| *amount < quantile).map(|(_, who)| *who).collect();
                let above: BTreeSet<u32> = held.iter().filter(|(amount, _)| *amount > quantile).map(|(_, who)| *who).collect();
                prop_assert_eq!(found[place], below.len().min(above.len()) as u64);
            }
        }
    }
}
