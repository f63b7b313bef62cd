use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::tabular::testing::Dice;

type Plain = BTreeMap<u32, i64>;

fn random_cells(dice: &mut Dice) -> Vec<Released> {
    let people = 3 + dice.below(14);
    let same_amounts = dice.below(3) == 0;
    let (groups, codes) = (1 + dice.below(3), 1 + dice.below(4));
    let person: Vec<(u32, u32, i64)> = (0..people)
        .map(|_| (dice.below(groups), dice.below(codes), if same_amounts { 1 } else { i64::from(dice.below(4)) }))
        .collect();
    (0..2 + dice.below(12))
        .map(|_| {
            let (group, low, high) = (dice.below(groups + 1), dice.below(codes), dice.below(codes));
            let mut pairs = Vec::new();
            for (who, &(of, code, amount)) in (0..).zip(&person) {
                let inside = (group == groups || of == group) && (low.min(high)..=low.max(high)).contains(&code);
                if inside != (dice.below(20) == 0) {
                    let amount = if dice.below(15) == 0 { amount + 1 } else { amount };
                    pairs.push((who, amount));
                }
            }
            Released { contributions: Contributors::new(pairs).unwrap(), measure: dice.below(2) }
        })
        .collect()
}

fn plain(cell: &Released) -> Plain {
    cell.contributions.who().iter().zip(cell.contributions.amounts().iter().copied()).collect()
}

/// Who makes the difference of two cells, and with how much, from plain sets.
fn made_by(one: &Plain, two: &Plain) -> BTreeMap<u32, i64> {
    let everybody: BTreeSet<u32> = one.keys().chain(two.keys()).copied().collect();
    everybody
        .into_iter()
        .filter(|who| one.get(who) != two.get(who))
        .map(|who| (who, one.get(&who).unwrap_or(&0) - two.get(&who).unwrap_or(&0)))
        .collect()
}

fn slow(cells: &[Released], related: &[Related], fewest: u64, rule: impl Fn(&[u128]) -> bool) -> Differences {
    let sets: Vec<Plain> = cells.iter().map(plain).collect();
    let mut found = Differences { cells: vec![false; cells.len()], complete: true, ..Differences::default() };
    let small = |place: usize| (sets[place].len() as u64) < fewest;
    for one in 0..cells.len() {
        for two in 0..one {
            if cells[one].measure != cells[two].measure || (small(one) && small(two)) {
                continue;
            }
            let parts = made_by(&sets[one], &sets[two]);
            if parts.is_empty() || parts.len() as u64 >= fewest {
                continue;
            }
            let sign = |wanted: i64, only: &Plain, not: &Plain| {
                parts.iter().any(|(who, amount)| {
                    amount.signum() == wanted || (only.contains_key(who) && !not.contains_key(who))
                })
            };
            found.few += 1;
            found.single += u64::from(parts.len() == 1);
            found.mixed += u64::from(sign(1, &sets[one], &sets[two]) && sign(-1, &sets[two], &sets[one]));
            found.cells[one] = true;
            found.cells[two] = true;
        }
    }
    for pair in related {
        let (Related::Nested(one, two) | Related::Consecutive(one, two)) = *pair;
        let (one, two) = (one as usize, two as usize);
        let parts = made_by(&sets[one], &sets[two]);
        if (small(one) && small(two)) || (parts.len() as u64) < fewest {
            continue;
        }
        let mut amounts: Vec<u128> = parts.values().map(|amount| u128::from(amount.unsigned_abs())).collect();
        amounts.sort_unstable();
        amounts.reverse();
        let moved = sets[one].keys().filter(|who| !sets[two].contains_key(who)).count()
            + sets[two].keys().filter(|who| !sets[one].contains_key(who)).count();
        let by_amounts = rule(&amounts);
        let few = matches!(pair, Related::Consecutive(..)) && moved > 0 && (moved as u64) < fewest && !by_amounts;
        found.by_amounts += u64::from(by_amounts);
        found.few_moved += u64::from(few);
        found.cells[one] |= by_amounts || few;
        found.cells[two] |= by_amounts || few;
    }
    found
}

/// Half of the total is of one contributor.
fn one_holds_half(amounts: &[u128]) -> bool {
    amounts.first().is_some_and(|largest| largest * 2 > amounts.iter().sum())
}

#[test]
fn the_search_finds_what_comparing_every_pair_of_plain_sets_finds() {
    let mut dice = Dice::new(18);
    let (mut few, mut moved, mut amounts, mut mixed) = (0, 0, 0, 0);
    for _ in 0..2_000 {
        let cells = random_cells(&mut dice);
        let fewest = u64::from(1 + dice.below(6));
        let count = u32::try_from(cells.len()).unwrap();
        let related: Vec<Related> = (0..dice.below(8))
            .map(|_| (dice.below(count), dice.below(count), dice.below(2)))
            .map(|(one, two, kind)| if kind == 0 { Related::Nested(one, two) } else { Related::Consecutive(one, two) })
            .collect();
        let question = Question { fewest, unsafe_amounts: Some(&one_holds_half), work: u64::MAX };
        let mut fast = differences(&cells, &related, &question, &Stop::default()).unwrap();
        fast.compared = 0;
        assert_eq!(fast, slow(&cells, &related, fewest, one_holds_half));
        few += fast.few;
        moved += fast.few_moved;
        amounts += fast.by_amounts;
        mixed += fast.mixed;
    }
    assert!(few.min(moved).min(amounts).min(mixed) > 80, "{few} {moved} {amounts} {mixed}");
}

fn cell(pairs: impl IntoIterator<Item = (u32, i64)>) -> Released {
    Released { contributions: Contributors::new(pairs.into_iter().collect()).unwrap(), measure: 0 }
}

fn asked(cells: &[Released], related: &[Related], fewest: u64) -> Differences {
    let question = Question { fewest, unsafe_amounts: None, work: u64::MAX };
    differences(cells, related, &question, &Stop::default()).unwrap()
}

#[test]
fn one_who_comes_and_one_who_leaves_are_found_behind_equal_numbers() {
    let before = cell((0..20).map(|who| (who, 100)));
    let after = cell((1..21).map(|who| (who, if who == 20 { 130 } else { 100 })));
    assert_eq!(before.contributions.count(), after.contributions.count());
    let found = asked(&[before, after], &[], 10);
    assert_eq!((found.few, found.mixed, found.single, found.unsafe_cells()), (1, 1, 0, 2));
}

#[test]
fn a_single_joiner_is_found_even_while_the_amounts_of_all_others_change() {
    let before = cell((0..20).map(|who| (who, 100)));
    let after = cell((0..21).map(|who| (who, 100 + i64::from(who))));
    let alone = asked(&[before.clone(), after.clone()], &[], 10);
    assert_eq!(alone.unsafe_pairs(), 0, "cells that do not belong together tell nothing of a few");
    let found = asked(&[before, after], &[Related::Consecutive(0, 1)], 10);
    assert_eq!((found.few, found.few_moved, found.unsafe_cells()), (0, 1, 2));
}

#[test]
fn a_corrected_record_is_found_though_nobody_came_or_left() {
    let before = cell((0..20).map(|who| (who, 100)));
    let after = cell((0..20).map(|who| (who, if who == 7 { 101 } else { 100 })));
    let found = asked(&[before.clone(), after], &[], 10);
    assert_eq!((found.few, found.single, found.mixed), (1, 1, 0));
    assert_eq!(asked(&[before.clone(), before], &[], 10).unsafe_pairs(), 0, "the same cell twice tells nothing new");
}

#[test]
fn what_was_cut_off_is_incomplete() {
    let cells: Vec<Released> = (0..600).map(|first| cell((first..first + 30).map(|who| (who, 1)))).collect();
    let question = Question { fewest: 10, unsafe_amounts: None, work: 20_000 };
    let cut = differences(&cells, &[], &question, &Stop::default()).unwrap();
    let whole = asked(&cells, &[], 10);
    assert!(!cut.complete && whole.complete);
    assert!(cut.few < whole.few);
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    assert_eq!(differences(&cells, &[], &question, &stop), Err(StopReason::Timeout));
}
