use super::*;
use crate::tabular::testing::Dice;

/// Rank over the rational numbers, by elimination without fractions: every division is exact.
fn rank(mut rows: Vec<Vec<i128>>) -> u64 {
    let columns = rows.first().map_or(0, Vec::len);
    let (mut rank, mut last) = (0, 1);
    for column in 0..columns {
        let Some(pivot) = (rank..rows.len()).find(|&row| rows[row][column] != 0) else { continue };
        rows.swap(rank, pivot);
        let top = rows[rank].clone();
        for row in &mut rows[rank + 1..] {
            let lead = row[column];
            for (value, above) in row.iter_mut().zip(&top) {
                let wide = value.checked_mul(top[column]).unwrap() - lead.checked_mul(*above).unwrap();
                assert_eq!(wide % last, 0);
                *value = wide / last;
            }
        }
        last = top[column];
        rank += 1;
    }
    rank as u64
}

fn dense(rows: &[Vec<u32>], unknowns: usize) -> Vec<Vec<i128>> {
    let one = |row: &Vec<u32>| (0..).take(unknowns).map(|unknown: u32| i128::from(row.contains(&unknown))).collect();
    rows.iter().map(one).collect()
}

/// Rank, and every owner whose columns the rank needs.
fn slow(rows: &[Vec<u32>], owners: &[u32]) -> Determination {
    let whole = dense(rows, owners.len());
    let all = rank(whole.clone());
    let needs = |owner: u32| {
        let others: Vec<usize> = (0..owners.len()).filter(|&unknown| owners[unknown] != owner).collect();
        let without = whole.iter().map(|row| others.iter().map(|&unknown| row[unknown]).collect()).collect();
        rank(without) < all
    };
    let persons: BTreeSet<u32> = owners.iter().copied().filter(|&owner| owner != SHARED).collect();
    Determination { rank: all, owners: persons.into_iter().filter(|&owner| needs(owner)).collect(), complete: true }
}

fn solve(rows: &[Vec<u32>], owners: &[u32]) -> Determination {
    determination(rows, owners, u64::MAX, &Stop::default()).unwrap()
}

#[test]
fn elimination_over_primes_says_what_exact_elimination_says() {
    let mut dice = Dice::new(61);
    let (mut some, mut several, mut none) = (0, 0, 0);
    for table in 0..2_000 {
        let unknowns = 1 + dice.below(13);
        let persons = if table % 2 == 0 { unknowns } else { 1 + dice.below(unknowns) };
        let owners: Vec<u32> = (0..unknowns)
            .map(|unknown| match dice.below(4) {
                0 if table % 5 == 4 => SHARED,
                _ if persons == unknowns => unknown,
                _ => dice.below(persons),
            })
            .collect();
        let sparse = 2 + dice.below(3);
        let rows: Vec<Vec<u32>> =
            (0..=dice.below(13)).map(|_| (0..unknowns).filter(|_| dice.below(sparse) == 0).collect()).collect();
        let fast = solve(&rows, &owners);
        assert_eq!(fast, slow(&rows, &owners), "{rows:?} {owners:?}");
        some += usize::from(!fast.owners.is_empty());
        none += usize::from(fast.owners.is_empty());
        several += usize::from(persons < unknowns && !fast.owners.is_empty());
    }
    assert!(some.min(several).min(none) > 200, "{some} {several} {none}");
}

#[test]
fn published_vectors_of_linear_determination_hold() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/data/vectors/aggregates.json")).unwrap();
    let vector = &vectors["linear_determination"];
    for (queries, determined) in [("queries", "determined"), ("queries_2", "determined_2")] {
        let marked = |row: &serde_json::Value| -> Vec<u32> {
            (0..).zip(row.as_array().unwrap()).filter(|(_, one)| **one == 1).map(|(at, _)| at).collect()
        };
        let rows: Vec<Vec<u32>> = vector[queries].as_array().unwrap().iter().map(marked).collect();
        assert_eq!(solve(&rows, &[0, 1, 2, 3]).owners, marked(&vector[determined]), "{queries}");
    }
}

#[test]
fn rolling_windows_tell_every_period_once_as_many_in_a_row_are_known() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/data/vectors/aggregates.json")).unwrap();
    let vector = &vectors["rolling_windows"];
    let numbers = |name: &str| -> Vec<i64> {
        vector[name].as_array().unwrap().iter().map(|number| number.as_i64().unwrap()).collect()
    };
    let (daily, published, gaps) = (numbers("daily_true"), numbers("published"), numbers("recoverable_differences"));
    let window = usize::try_from(vector["window"].as_u64().unwrap()).unwrap();
    // One contributor for each day: a window is the sum of its days.
    let days: Vec<u32> = (0..u32::try_from(daily.len()).unwrap()).collect();
    let cells: Vec<crate::tabular::Contributors> = (0..published.len())
        .map(|first| (first..first + window).map(|day| (days[day], daily[day])).collect())
        .map(|pairs| crate::tabular::Contributors::new(pairs).unwrap())
        .collect();
    for (cell, total) in cells.iter().zip(&published) {
        assert_eq!(cell.total(), i128::from(*total));
    }
    for (first, gap) in gaps.iter().enumerate() {
        assert_eq!(cells[first + 1].total() - cells[first].total(), i128::from(*gap));
        assert_eq!(daily[first + window] - daily[first], *gap);
        let change = cells[first + 1].change(&cells[first]);
        assert_eq!((change.only_first, change.only_second, change.changed), (1, 1, 0));
    }
    let windows: Vec<Vec<u32>> = (0..published.len()).map(|first| days[first..first + window].to_vec()).collect();
    let alone = solve(&windows, &days);
    assert_eq!((alone.rank, alone.owners.len()), (8, 0));
    for first in 0..=daily.len() - window {
        let known = |days: &[u32]| days.iter().map(|&day| vec![day]).collect::<Vec<_>>();
        let week = [windows.clone(), known(&days[first..first + window])].concat();
        assert_eq!(solve(&week, &days).owners, days, "a known week tells every day");
        let short = [windows.clone(), known(&days[first..first + window - 2])].concat();
        assert!(solve(&short, &days).owners.len() < days.len(), "two less leave a window with two unknown days");
    }
}

#[test]
fn an_owner_of_several_unknowns_is_told_by_a_sum_of_them_alone() {
    // Two records of owner 0 in cells with others, whose sums leave only them.
    let rows = [vec![0, 1, 2], vec![2]];
    assert_eq!(solve(&rows, &[0, 0, 1]).owners, [0, 1]);
    assert_eq!(solve(&rows, &[0, 3, 1]).owners, [1], "the sum of two people tells neither");
    assert_eq!(solve(&rows, &[0, SHARED, 1]).owners, [1]);
}

#[test]
fn what_was_cut_off_determines_nobody_safely() {
    let circle: Vec<Vec<u32>> = (0..400).map(|at| vec![at, (at + 1) % 401, (at + 7) % 401]).collect();
    let owners: Vec<u32> = (0..401).collect();
    let cut = determination(&circle, &owners, 1_000, &Stop::default()).unwrap();
    assert!(!cut.complete && cut.owners.is_empty());
    assert!(solve(&circle, &owners).complete);
    let stop = Stop::default();
    stop.raise(StopReason::Interrupt);
    assert_eq!(determination(&circle, &owners, 1_000, &stop), Err(StopReason::Interrupt));
}

#[test]
fn more_than_half_as_many_sums_as_contributors_are_an_exposure() {
    assert!(!is_exposed(0, 0) && !is_exposed(5, 10) && is_exposed(6, 10) && is_exposed(1, 0));
}
