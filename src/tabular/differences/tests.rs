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
            Released { contributors: Contributors::new(pairs).unwrap(), measure: dice.below(2) }
        })
        .collect()
}

fn plain(cell: &Released) -> Plain {
    cell.contributors.who().iter().zip(cell.contributors.amounts().iter().copied()).collect()
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

fn slow(cells: &[Released], related: &[Related], fewest: u64, rule: impl Fn(&[u128]) -> bool) -> Vec<UnsafePair> {
    let sets: Vec<Plain> = cells.iter().map(plain).collect();
    let small = |place: usize| (sets[place].len() as u64) < fewest;
    let pair = |one: usize, two: usize, why: Why| {
        let (first, second) = (one.min(two), one.max(two));
        let [only_first, only_second] = [(first, second), (second, first)]
            .map(|(here, there)| sets[here].keys().filter(|who| !sets[there].contains_key(who)).count() as u64);
        let parts = made_by(&sets[first], &sets[second]);
        let changed = parts.len() as u64 - only_first - only_second;
        let [first, second] = [first, second].map(|place| u32::try_from(place).unwrap());
        UnsafePair { first, second, why, only_first, only_second, changed }
    };
    let mut found = Vec::new();
    for one in 0..cells.len() {
        for two in 0..one {
            if cells[one].measure != cells[two].measure || (small(one) && small(two)) {
                continue;
            }
            if (1..fewest).contains(&(made_by(&sets[one], &sets[two]).len() as u64)) {
                found.push(pair(one, two, Why::Few));
            }
        }
    }
    for &related in related {
        let (Related::Nested(one, two) | Related::Consecutive(one, two)) = related;
        let (one, two) = (one as usize, two as usize);
        let parts = made_by(&sets[one], &sets[two]);
        if (small(one) && small(two)) || (parts.len() as u64) < fewest {
            continue;
        }
        let mut amounts: Vec<u128> = parts.values().map(|amount| u128::from(amount.unsigned_abs())).collect();
        amounts.sort_unstable();
        amounts.reverse();
        let all = pair(one, two, Why::FewMoved);
        if rule(&amounts) {
            found.push(pair(one, two, Why::Amounts));
        } else if matches!(related, Related::Consecutive(..))
            && (1..fewest).contains(&(all.only_first + all.only_second))
        {
            found.push(all);
        }
    }
    found.sort_unstable();
    found
}

/// Half of the total is of one contributor.
fn one_holds_half(amounts: &[u128]) -> bool {
    amounts.first().is_some_and(|largest| largest * 2 > amounts.iter().sum::<u128>())
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
        let limits = DifferenceLimits { fewest, unsafe_amounts: Some(&one_holds_half), work: u64::MAX };
        let mut fast = differences(&cells, &related, &limits, &Stop::default()).unwrap();
        fast.pairs.sort_unstable();
        assert!(fast.complete);
        assert_eq!(fast.pairs, slow(&cells, &related, fewest, one_holds_half));
        few += fast.by(Why::Few).count();
        moved += fast.by(Why::FewMoved).count();
        amounts += fast.by(Why::Amounts).count();
        mixed += fast.by(Why::Few).filter(|pair| pair.is_mixed()).count();
    }
    assert!(few.min(moved).min(amounts).min(mixed) > 80, "{few} {moved} {amounts} {mixed}");
}

fn cell(pairs: impl IntoIterator<Item = (u32, i64)>) -> Released {
    Released { contributors: Contributors::new(pairs.into_iter().collect()).unwrap(), measure: 0 }
}

fn asked(cells: &[Released], related: &[Related], fewest: u64) -> Differences {
    let limits = DifferenceLimits { fewest, unsafe_amounts: None, work: u64::MAX };
    differences(cells, related, &limits, &Stop::default()).unwrap()
}

#[test]
fn one_who_comes_and_one_who_leaves_are_found_behind_equal_numbers() {
    let before = cell((0..20).map(|who| (who, 100)));
    let after = cell((1..21).map(|who| (who, if who == 20 { 130 } else { 100 })));
    assert_eq!(before.contributors.count(), after.contributors.count());
    let found = asked(&[before, after], &[], 10);
    assert_eq!(found.pairs.len(), 1);
    let pair = found.pairs[0];
    assert_eq!((pair.why, pair.only_first, pair.only_second, pair.changed, pair.is_mixed()), (Why::Few, 1, 1, 0, true));
    assert_eq!((pair.contributors(), found.cells(2)), (2, vec![true, true]));
}

#[test]
fn a_single_joiner_is_found_even_while_the_amounts_of_all_others_change() {
    let before = cell((0..20).map(|who| (who, 100)));
    let after = cell((0..21).map(|who| (who, 100 + i64::from(who))));
    let alone = asked(&[before.clone(), after.clone()], &[], 10);
    assert_eq!(alone.pairs, [], "cells that do not belong together tell nothing of a few");
    let found = asked(&[before, after], &[Related::Consecutive(0, 1)], 10);
    let pair = found.pairs[0];
    assert_eq!((pair.why, pair.only_first, pair.only_second), (Why::FewMoved, 0, 1));
}

#[test]
fn a_corrected_record_is_found_though_nobody_came_or_left() {
    let before = cell((0..20).map(|who| (who, 100)));
    let after = cell((0..20).map(|who| (who, if who == 7 { 101 } else { 100 })));
    let found = asked(&[before.clone(), after], &[], 10);
    let pair = found.pairs[0];
    assert_eq!((pair.why, pair.contributors(), pair.changed, pair.is_mixed()), (Why::Few, 1, 1, false));
    assert_eq!(asked(&[before.clone(), before], &[], 10).pairs, [], "the same cell twice tells nothing new");
}

#[test]
fn what_was_cut_off_is_incomplete() {
    let cells: Vec<Released> = (0..600).map(|first| cell((first..first + 30).map(|who| (who, 1)))).collect();
    let limits = DifferenceLimits { fewest: 10, unsafe_amounts: None, work: 20_000 };
    let cut = differences(&cells, &[], &limits, &Stop::default()).unwrap();
    let whole = asked(&cells, &[], 10);
    assert!(!cut.complete && whole.complete);
    assert!(cut.pairs.len() < whole.pairs.len());
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    assert_eq!(differences(&cells, &[], &limits, &stop), Err(StopReason::Timeout));
}
