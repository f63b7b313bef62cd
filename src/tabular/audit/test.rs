use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use super::*;
use crate::stop::Stop;
use crate::tabular::sample::{Sample, random_table, signed_table};
use crate::tabular::{Dimension, Layout};
use crate::tries::tries;

fn ends(published: &Published<'_>, cells: &[u32]) -> Result<Vec<Option<Interval>>, AuditError> {
    let targets: Vec<Target> = cells.iter().map(|&cell| Target { cell, needed: None }).collect();
    audit(published, &targets, Depth::Ends, Watch::quiet(&Stop::default()))
}

/// Smallest and largest value of every hidden cell over all whole tables that fit, by trying them all; `None` when there
/// are too many to try.
fn enumerate(sample: &Sample, hidden: &[u32]) -> Option<Vec<(i64, i64)>> {
    let mut value: Vec<Option<i64>> = sample.values.iter().copied().map(Some).collect();
    for &cell in hidden {
        value[cell as usize] = None;
    }
    // No cell is more than all are together while every other is as low as it can be.
    let below: i64 = (0_usize..)
        .zip(&sample.cells)
        .filter(|(_, address)| sample.layout.is_inner(**address))
        .map(|(cell, _)| sample.floors[cell])
        .sum();
    let most = sample.values.first()? - below;
    let mut found: Vec<(i64, i64)> = vec![(i64::MAX, i64::MIN); hidden.len()];
    let mut budget = 60_000_u32;
    walk(sample, hidden, 0, &mut value, most, &mut found, &mut budget)?;
    Some(found)
}

fn walk(
    sample: &Sample,
    hidden: &[u32],
    at: usize,
    value: &mut Vec<Option<i64>>,
    most: i64,
    found: &mut Vec<(i64, i64)>,
    budget: &mut u32,
) -> Option<()> {
    *budget = budget.checked_sub(1)?;
    for relation in &sample.relations {
        let open = relation.parts.iter().filter(|&&part| value[part as usize].is_none()).count();
        let least = |part: u32| value[part as usize].unwrap_or(sample.floors[part as usize]);
        let sum: i64 = relation.parts.iter().map(|&part| least(part)).sum();
        if let Some(total) = value[relation.total as usize]
            && (sum > total || (open == 0 && sum != total))
        {
            return Some(());
        }
    }
    let Some(&cell) = hidden.get(at) else {
        for (range, &cell) in found.iter_mut().zip(hidden) {
            let here = value[cell as usize]?;
            *range = (range.0.min(here), range.1.max(here));
        }
        return Some(());
    };
    for guess in sample.floors[cell as usize]..=most {
        value[cell as usize] = Some(guess);
        walk(sample, hidden, at + 1, value, most, found, budget)?;
    }
    value[cell as usize] = None;
    Some(())
}

#[test]
fn intervals_hold_every_whole_table_and_are_theirs_in_two_dimensions() {
    let mut random = ChaCha8Rng::seed_from_u64(18);
    let (mut compared, mut hidden_cells, mut wider, tables) = (0, 0, 0, tries(2_000));
    while compared < tables {
        let dimensions = random.random_range(1..=3);
        let sample = random_table(&mut random, dimensions, 5, 2);
        // The grand total stays: without a limit there is no end to the tables.
        let share = random.random_range(0.2..0.7);
        let hidden: Vec<u32> =
            (1..u32::try_from(sample.values.len()).unwrap()).filter(|_| random.random_bool(share)).collect();
        let Some(truth) = enumerate(&sample, &hidden) else { continue };
        let found =
            ends(&Published { relations: &sample.relations, bounds: &sample.bounds(&hidden) }, &hidden).unwrap();
        for ((&cell, (low, up)), interval) in hidden.iter().zip(truth).zip(found) {
            let interval = interval.unwrap();
            assert!(interval.is_complete && interval.cell == cell);
            let found_up = interval.up.unwrap();
            assert!(interval.low <= low && up <= found_up, "{sample:?} {hidden:?} {cell} {low}..{up} {interval:?}");
            if dimensions < 3 {
                assert_eq!((interval.low, found_up), (low, up), "{sample:?} {hidden:?} {cell}");
            }
            wider += u32::from((interval.low, found_up) != (low, up));
            hidden_cells += 1;
        }
        compared += 1;
    }
    assert!(hidden_cells > 5 * tables, "{hidden_cells}");
    assert!(wider < hidden_cells / 100, "{wider} of {hidden_cells}");
}

#[test]
fn intervals_of_amounts_below_zero_hold_every_whole_table_and_are_theirs_in_two_dimensions() {
    let mut random = ChaCha8Rng::seed_from_u64(23);
    let (mut compared, mut hidden_cells, mut below, tables) = (0, 0, 0, tries(2_000));
    while compared < tables {
        let dimensions = random.random_range(1..=3);
        let sample = signed_table(&mut random, dimensions, 5, 2);
        let share = random.random_range(0.2..0.7);
        let hidden: Vec<u32> =
            (1..u32::try_from(sample.values.len()).unwrap()).filter(|_| random.random_bool(share)).collect();
        let Some(truth) = enumerate(&sample, &hidden) else { continue };
        let found =
            ends(&Published { relations: &sample.relations, bounds: &sample.bounds(&hidden) }, &hidden).unwrap();
        for ((&cell, (low, up)), interval) in hidden.iter().zip(truth).zip(found) {
            let interval = interval.unwrap();
            let found_up = interval.up.unwrap();
            assert!(interval.low <= low && up <= found_up, "{sample:?} {hidden:?} {cell} {low}..{up} {interval:?}");
            if dimensions < 3 {
                assert_eq!((interval.low, found_up), (low, up), "{sample:?} {hidden:?} {cell}");
            }
            below += u32::from(low < 0);
            hidden_cells += 1;
        }
        compared += 1;
    }
    assert!(2 * hidden_cells > 5 * tables && 2 * below > tables, "{hidden_cells} {below}");
}

#[test]
fn no_interval_of_an_attacker_who_knows_more_is_wider() {
    let mut random = ChaCha8Rng::seed_from_u64(24);
    let (mut narrower, tables) = (0, tries(2_000));
    for _ in 0..tables {
        let dimensions = random.random_range(1..=3);
        let mut sample = signed_table(&mut random, dimensions, 30, 3);
        let count = u32::try_from(sample.values.len()).unwrap();
        let hidden: Vec<u32> = (0..count).filter(|_| random.random_bool(0.4)).collect();
        let mut before: Option<Vec<Option<Interval>>> = None;
        // From the least that is assumed to be known of each cell to next to nothing.
        for further in [0, 1, 20, 1_000_000] {
            for floor in &mut sample.floors {
                *floor -= random.random_range(0..=further);
            }
            let published = Published { relations: &sample.relations, bounds: &sample.bounds(&hidden) };
            let found = ends(&published, &hidden).unwrap();
            for (&cell, interval) in hidden.iter().zip(&found) {
                let (interval, value) = (interval.unwrap(), sample.values[cell as usize]);
                assert!(interval.low <= value && interval.up.is_none_or(|up| value <= up));
            }
            for (less, more) in found.iter().flatten().zip(before.iter().flatten().flatten()) {
                let is_within = less.low <= more.low && less.up.is_none_or(|less| more.up.is_some_and(|up| up <= less));
                assert!(is_within, "{sample:?} {hidden:?} {more:?} {less:?}");
                narrower += u32::from((less.low, less.up) != (more.low, more.up));
            }
            before = Some(found);
        }
    }
    assert!(narrower > 2 * tables, "{narrower}");
}

#[test]
fn deciding_early_gives_the_decisions_of_the_full_intervals() {
    let mut random = ChaCha8Rng::seed_from_u64(19);
    for _ in 0..tries(2_000) {
        let dimensions = random.random_range(2..=3);
        let sample = random_table(&mut random, dimensions, 40, 3);
        let share = random.random_range(0.1..0.6);
        let count = u32::try_from(sample.values.len()).unwrap();
        let hidden: Vec<u32> = (0..count).filter(|_| random.random_bool(share)).collect();
        let targets: Vec<Target> = hidden
            .iter()
            .map(|&cell| {
                let value = sample.values[cell as usize];
                let needed = random
                    .random_bool(0.7)
                    .then(|| (value - random.random_range(0..20), value + random.random_range(0..20)));
                Target { cell, needed }
            })
            .collect();
        let bounds = sample.bounds(&hidden);
        let published = Published { relations: &sample.relations, bounds: &bounds };
        let stop = Stop::default();
        let full = audit(&published, &targets, Depth::Ends, Watch::quiet(&stop)).unwrap();
        let early = audit(&published, &targets, Depth::Decide, Watch::quiet(&stop)).unwrap();
        for ((full, early), target) in full.iter().zip(&early).zip(&targets) {
            let (full, early) = (full.unwrap(), early.unwrap());
            assert_eq!(full.is_protected, early.is_protected);
            assert_eq!(full.is_recoverable(), early.is_recoverable());
            let value = sample.values[target.cell as usize];
            assert!(full.low <= value && full.up.is_none_or(|up| up >= value));
            assert!(early.low >= full.low);
            if let (Some(up), Some(early)) = (full.up, early.up) {
                assert!(early <= up);
            }
        }
    }
}

#[test]
fn a_table_that_nothing_fits_is_never_audited() {
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let (mut refused, tables) = (0, tries(2_000));
    for _ in 0..tables {
        let mut sample = random_table(&mut random, 2, 5, 3);
        let count = u32::try_from(sample.values.len()).unwrap();
        let hidden: Vec<u32> = (1..count).filter(|_| random.random_bool(0.4)).collect();
        let wrong = random.random_range(0..sample.values.len());
        sample.values[wrong] += random.random_range(1..5);
        let fits = match enumerate(&sample, &hidden) {
            Some(found) => found.iter().all(|range| range.0 <= range.1),
            None => continue,
        };
        let bounds = sample.bounds(&hidden);
        let found = ends(&Published { relations: &sample.relations, bounds: &bounds }, &hidden);
        if hidden.is_empty() {
            assert_eq!(found, Err(AuditError::Inconsistent));
            continue;
        }
        assert_eq!(found.is_ok(), fits, "{sample:?} {hidden:?}");
        refused += u32::from(!fits);
    }
    assert!(4 * refused > tables, "{refused}");
}

#[test]
fn a_rounded_table_leaves_at_least_the_values_that_round_to_it() {
    let mut random = ChaCha8Rng::seed_from_u64(21);
    for _ in 0..tries(1_000) {
        let dimensions = random.random_range(1..=3);
        let sample = random_table(&mut random, dimensions, 60, 3);
        let base = random.random_range(2_u32..=10);
        let count = u32::try_from(sample.values.len()).unwrap();
        let hidden: Vec<u32> = (0..count).filter(|_| random.random_bool(0.3)).collect();
        let whole = i64::from(base);
        let bounds: Vec<Range> = (0..count)
            .map(|cell| {
                let value = sample.values[cell as usize];
                let rounded = (value + whole / 2) / whole * whole;
                if hidden.contains(&cell) { Range::hidden() } else { Range::rounded(rounded, base) }
            })
            .collect();
        let found = ends(&Published { relations: &sample.relations, bounds: &bounds }, &hidden).unwrap();
        let shown =
            ends(&Published { relations: &sample.relations, bounds: &sample.bounds(&hidden) }, &hidden).unwrap();
        for (rounded, shown) in found.iter().zip(&shown) {
            let (rounded, shown) = (rounded.unwrap(), shown.unwrap());
            assert!(rounded.low <= shown.low);
            assert!(rounded.up.is_none_or(|up| shown.up.is_some_and(|shown| shown <= up)));
        }
    }
}

#[test]
fn an_insider_knows_what_an_outsider_knows_and_its_own_amount() {
    let mut random = ChaCha8Rng::seed_from_u64(22);
    let (mut narrower, tables) = (0, tries(2_000));
    for _ in 0..tables {
        let dimensions = random.random_range(2..=3);
        let sample = random_table(&mut random, dimensions, 20, 3);
        let count = u32::try_from(sample.values.len()).unwrap();
        let hidden: Vec<u32> = (0..count).filter(|_| random.random_bool(0.4)).collect();
        let targets: Vec<Target> = hidden
            .iter()
            .map(|&cell| {
                let value = sample.values[cell as usize];
                Target { cell, needed: Some((value - random.random_range(0..5), value + random.random_range(0..5))) }
            })
            .collect();
        let insiders: Vec<Insider> = hidden
            .iter()
            .map(|&cell| {
                let value = sample.values[cell as usize];
                let is_alone = random.random_bool(0.5);
                Insider { cell, amount: if is_alone { value } else { value / 2 }, is_alone }
            })
            .collect();
        let bounds = sample.bounds(&hidden);
        let published = Published { relations: &sample.relations, bounds: &bounds };
        let stop = Stop::default();
        let found = audit_insiders(&published, &insiders, &targets, Watch::quiet(&stop)).unwrap();
        for (at, cell, interval) in found {
            let insider = insiders[at];
            let mut bounds = bounds.clone();
            let known = &mut bounds[insider.cell as usize];
            *known =
                if insider.is_alone { Range::shown(insider.amount) } else { Range { low: insider.amount, up: None } };
            let mut target = *targets.iter().find(|target| target.cell == cell).unwrap();
            // That a sum over its cell is at least its own amount is known to it whatever is suppressed.
            let is_whole = sample.relations.iter().any(|relation| {
                let is_over = relation.total == cell && relation.parts.contains(&insider.cell);
                is_over || relation.total == insider.cell && relation.parts == [cell]
            });
            if is_whole {
                target.needed = target.needed.map(|(low, up)| (low.max(insider.amount), up));
            }
            let published = Published { relations: &sample.relations, bounds: &bounds };
            let expected = audit(&published, &[target], Depth::Ends, Watch::quiet(&stop)).unwrap()[0].unwrap();
            let interval = interval.unwrap();
            assert_eq!(interval.is_protected, expected.is_protected, "{sample:?} {hidden:?} {insider:?} {target:?}");
            assert_eq!(interval.is_recoverable(), expected.is_recoverable());
            narrower += u32::from(expected.is_protected == Some(false));
        }
    }
    assert!(2 * narrower > tables, "{narrower}");
}

#[test]
fn every_suppression_of_the_methods_page_has_its_intervals() {
    let all: Value = serde_json::from_str(include_str!("../../../tests/data/vectors/aggregates.json")).unwrap();
    for case in all["suppression_audit"].as_array().unwrap() {
        let table: Vec<Vec<i64>> = serde_json::from_value(case["table"].clone()).unwrap();
        let suppressed: Vec<[u32; 2]> = serde_json::from_value(case["suppressed"].clone()).unwrap();
        let layout = Layout::new(vec![Dimension::with_total(3).unwrap(), Dimension::with_total(3).unwrap()]).unwrap();
        let cells: Vec<u64> = (0..16).collect();
        let relations = layout.relations(&cells);
        let place = |row: u32, column: u32| u32::try_from(layout.address(&[row + 1, column + 1])).unwrap();
        let mut bounds = vec![Range::hidden(); 16];
        for row in 0..=3_u32 {
            for column in 0..=3_u32 {
                let inside = |at: u32| if at == 0 { 0..3 } else { at as usize - 1..at as usize };
                let sum: i64 =
                    inside(row).flat_map(|r| inside(column).map(move |c| (r, c))).map(|(r, c)| table[r][c]).sum();
                bounds[(row * 4 + column) as usize] = Range::shown(sum);
            }
        }
        let hidden: Vec<u32> = suppressed.iter().map(|&[row, column]| place(row, column)).collect();
        for &cell in &hidden {
            bounds[cell as usize] = Range::hidden();
        }
        let found = ends(&Published { relations: &relations, bounds: &bounds }, &hidden).unwrap();
        let expected = case["expected"].as_array().unwrap();
        assert_eq!(expected.len(), hidden.len());
        for row in expected {
            let [r, c]: [u32; 2] = serde_json::from_value(row["cell"].clone()).unwrap();
            let interval = found.iter().flatten().find(|interval| interval.cell == place(r, c)).unwrap();
            let number = |key: &str| row[key].as_f64().unwrap();
            let ends = (
                f64::from(i32::try_from(interval.low).unwrap()),
                f64::from(i32::try_from(interval.up.unwrap()).unwrap()),
            );
            assert!((ends.0 - number("lower")).abs() < 1e-9 && (ends.1 - number("upper")).abs() < 1e-9);
            assert_eq!(interval.is_recoverable(), number("width") < 1e-8);
        }
    }
}

#[test]
fn a_cell_with_nothing_published_over_it_has_no_limit() {
    let layout = Layout::new(vec![Dimension::with_total(2).unwrap()]).unwrap();
    let relations = layout.relations(&[0, 1, 2]);
    let bounds = [Range::hidden(), Range::hidden(), Range::shown(5)];
    let found = ends(&Published { relations: &relations, bounds: &bounds }, &[0, 1]).unwrap();
    assert_eq!(
        found.iter().flatten().map(|interval| (interval.low, interval.up)).collect::<Vec<_>>(),
        [(5, None), (0, None)]
    );
}

#[test]
fn numbers_at_the_end_of_their_type_give_no_wrong_bound() {
    let layout = Layout::new(vec![Dimension::with_total(2).unwrap()]).unwrap();
    let relations = layout.relations(&[0, 1, 2]);
    let bounds = [Range::shown(i64::MAX), Range::hidden(), Range::hidden()];
    let found = ends(&Published { relations: &relations, bounds: &bounds }, &[1, 2]).unwrap();
    assert!(found.iter().flatten().all(|interval| (interval.low, interval.up) == (0, Some(i64::MAX))));
    let bounds = [Range::hidden(), Range::shown(i64::MAX), Range::shown(i64::MAX)];
    let found = ends(&Published { relations: &relations, bounds: &bounds }, &[0]);
    assert_eq!(found, Err(AuditError::Inconsistent));
}

#[test]
fn an_audit_told_to_end_gives_no_interval() {
    let sample = random_table(&mut ChaCha8Rng::seed_from_u64(1), 2, 9, 3);
    let hidden: Vec<u32> = (1..u32::try_from(sample.values.len()).unwrap()).collect();
    let bounds = sample.bounds(&hidden);
    let targets: Vec<Target> = hidden.iter().map(|&cell| Target { cell, needed: None }).collect();
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let published = Published { relations: &sample.relations, bounds: &bounds };
    let found = audit(&published, &targets, Depth::Ends, Watch::quiet(&stop));
    assert_eq!(found, Err(AuditError::Stopped(StopReason::Timeout)));
}

#[test]
fn what_is_a_contributors_own_is_no_disclosure_to_it_and_what_is_anothers_is() {
    // Two regions by two kinds; the second region has the first kind only.
    let layout = Layout::new(vec![Dimension::with_total(2).unwrap(), Dimension::with_total(2).unwrap()]).unwrap();
    let cells: Vec<u64> = [[1, 0], [1, 1], [1, 2], [2, 0], [2, 1]].map(|codes| layout.address(&codes)).to_vec();
    let relations = layout.relations(&cells);
    let bounds = [Range::shown(9), Range::hidden(), Range::hidden(), Range::hidden(), Range::hidden()];
    let target = |cell, value: i64| Target { cell, needed: Some((value - 1, value + 1)) };
    let targets = [target(1, 4), target(2, 5), target(3, 7), target(4, 7)];
    let published = Published { relations: &relations, bounds: &bounds };
    let alone = |cell, amount| Insider { cell, amount, is_alone: true };
    let stop = Stop::default();
    let found = audit_insiders(&published, &[alone(1, 4), alone(3, 7), alone(4, 7)], &targets, Watch::quiet(&stop));
    let told: Vec<(usize, u32, bool)> = found
        .unwrap()
        .iter()
        .map(|(at, cell, interval)| (*at, *cell, interval.is_some_and(|it| it.is_recoverable())))
        .collect();
    // Who is alone in the first cell has its sibling; who is alone in all of the second region learns nothing of another.
    assert_eq!(told, [(0, 2, true)]);
}
