//! The coarser forms that are tried: those of the values, and the merging of values that few subjects hold.

use crate::recode::{Ladder, Rung};
use crate::table::{Column, Recoding, Table};

/// Coarser forms of one column that are tried; more would only be variations of each other.
const MOST_RUNGS: usize = 8;

/// Values held by fewer subjects than so many times the policy's `k` become one.
const RARE_TIMES: [u32; 3] = [1, 4, 20];

/// Adds the forms of `rare`, sorts from fine to coarse, and keeps at most [`MOST_RUNGS`] forms of a column.
pub(crate) fn completed(table: &Table, ladders: Vec<Ladder>, k: u32) -> Vec<Ladder> {
    let complete = |(place, mut ladder): (usize, Ladder)| {
        for rung in rare_rungs(table, place, &ladder, k) {
            if !ladder.rungs.iter().any(|other| other.recoding.map == rung.recoding.map) {
                ladder.rungs.push(rung);
            }
        }
        ladder.rungs.sort_by_key(|rung| std::cmp::Reverse(rung.recoding.cardinality));
        thinned(ladder, MOST_RUNGS)
    };
    ladders.into_iter().enumerate().map(complete).collect()
}

/// At most `most` of the forms, evenly spread; the coarsest one is among them.
pub(super) fn thinned(mut ladder: Ladder, most: usize) -> Ladder {
    let total = ladder.rungs.len();
    if total > most {
        let kept: Vec<usize> = (1..=most).map(|place| place * total / most - 1).collect();
        let mut place = 0;
        ladder.rungs.retain(|_| {
            place += 1;
            kept.contains(&(place - 1))
        });
    }
    ladder
}

fn rare_rungs(table: &Table, place: usize, ladder: &Ladder, k: u32) -> Vec<Rung> {
    let Some(rules) = &ladder.rare_behind else { return Vec::new() };
    let holders = table.subjects_by_value(place);
    let try_bound = |times: u32| {
        let bound = k.saturating_mul(times);
        let recoding = merged(place, &table.columns()[place], &holders, bound)?;
        let rules = rules.iter().cloned().chain([format!("rare:{bound}")]).collect();
        Some(Rung { rules, recoding, keys: Vec::new() })
    };
    RARE_TIMES.into_iter().filter_map(try_bound).collect()
}

/// All values with fewer than `bound` holders as one; a missing cell is no value. `None` when that merges nothing, or
/// leaves no two values.
fn merged(place: usize, column: &Column, holders: &[u32], bound: u32) -> Option<Recoding> {
    let (mut next, mut rare, mut missing) = (0, None, None);
    let mut map = Vec::with_capacity(holders.len());
    let mut new_code = || {
        next += 1;
        next - 1
    };
    for (code, &holders) in (0_u32..).zip(holders) {
        map.push(if column.missing == Some(code) {
            *missing.insert(new_code())
        } else if holders < bound {
            *rare.get_or_insert_with(&mut new_code)
        } else {
            new_code()
        });
    }
    let values = next - u32::from(missing.is_some());
    (values >= 2 && next < column.cardinality).then_some(Recoding { column: place, map, cardinality: next, missing })
}

#[cfg(test)]
mod tests {
    use super::{merged, thinned};
    use crate::recode::{Ladder, Rung};
    use crate::table::{Codes, Column, Recoding};

    fn column(codes: &[u8], cardinality: u32, missing: Option<u32>) -> Column {
        Column::new("c".to_owned(), Codes::U8(codes.to_vec().into()), cardinality, missing)
    }

    #[test]
    fn rare_values_merge_and_missing_cells_stay_apart() {
        let column = column(&[], 5, Some(2));
        let recoding = merged(0, &column, &[5, 1, 1, 2, 9], 3).unwrap();
        assert_eq!((recoding.map, recoding.cardinality, recoding.missing), (vec![0, 1, 2, 1, 3], 4, Some(2)));
    }

    #[test]
    fn merging_that_changes_nothing_or_leaves_one_value_is_no_form() {
        let column = column(&[], 3, None);
        assert_eq!(merged(0, &column, &[5, 5, 1], 3), None);
        assert_eq!(merged(0, &column, &[1, 1, 1], 3), None);
    }

    #[test]
    fn thinning_keeps_the_coarsest_form() {
        let rung = |cardinality| {
            let recoding = Recoding { column: 0, map: Vec::new(), cardinality, missing: None };
            Rung { rules: Vec::new(), recoding, keys: Vec::new() }
        };
        let rungs = (2..12).rev().map(rung).collect();
        let ladder = Ladder { declared: true, fits_flag: true, rare_behind: None, rungs };
        let left = |most| -> Vec<u32> {
            let ladder = thinned(ladder.clone(), most);
            ladder.rungs.iter().map(|rung| rung.recoding.cardinality).collect()
        };
        assert_eq!(left(3), [9, 6, 2]);
        assert_eq!(left(1), [2]);
        assert!(left(0).is_empty());
        assert_eq!(left(20).len(), 10);
    }
}
