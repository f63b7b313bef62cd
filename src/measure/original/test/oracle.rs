//! The obvious way: every pair of rows, every person by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::super::nearest::Axis;
use super::super::nearest::{Index, NOWHERE, Rows, Wanted, missing_place, unit};
use super::super::sides::{MISSING, Side, Sides};
use super::super::singling::{self, Term, Test};
use super::super::{copies, tell, twins};
use super::{Draw, Record, linked};
use crate::stats::mix;
use crate::stop::Stop;
use crate::tries::tries;

const TABLES: u64 = 2_000;

/// Gower's distance in units, from the definition.
fn apart(axes: &[Axis], unit: i32, one: (&Rows, usize), other: (&Rows, usize)) -> i32 {
    let of = |(place, axis): (usize, &Axis)| {
        let (one, other) = (one.0.columns[place][one.1], other.0.columns[place][other.1]);
        let missing = missing_place(unit);
        match axis {
            _ if one == other => 0,
            Axis::Category => unit,
            Axis::Number if one == missing || other == missing => unit,
            Axis::Number => (one - other).abs(),
        }
    };
    axes.iter().enumerate().map(of).sum()
}

#[test]
fn the_nearest_rows_are_those_of_all_pairs() {
    let stop = Stop::default();
    for seed in 0..tries(TABLES) {
        let mut draw = Draw::new(seed);
        let columns = 1 + draw.below(5);
        let kinds: Vec<(Axis, usize)> =
            (0..columns)
                .map(|_| {
                    if draw.below(2) == 0 {
                        (Axis::Number, draw.below(9))
                    } else {
                        (Axis::Category, 1 + draw.below(130))
                    }
                })
                .collect();
        let (axes, unit) = (kinds.iter().map(|kind| kind.0).collect::<Vec<_>>(), unit(columns));
        let mut table = |rows: usize| {
            let mut place = |&(axis, values): &(Axis, usize)| match axis {
                Axis::Number if draw.below(10) == 0 => missing_place(unit),
                Axis::Number if values == 0 => i32::try_from(draw.below(usize::try_from(unit).unwrap() + 1)).unwrap(),
                Axis::Number => unit / i32::try_from(values).unwrap() * i32::try_from(draw.below(values + 1)).unwrap(),
                Axis::Category => i32::try_from(draw.below(values)).unwrap(),
            };
            let columns = kinds.iter().map(|kind| (0..rows).map(|_| place(kind)).collect()).collect();
            Rows { columns, rows }
        };
        let (known, asked) =
            (table(1 + usize::try_from(seed % 200).unwrap()), table(1 + usize::try_from(seed % 7).unwrap()));
        let ranks: Vec<u32> = (0..known.rows).map(|row| u32::try_from(mix(seed, row as u64) % 50).unwrap()).collect();
        let index = Index::new(&axes, unit, &known, Some(&ranks));
        let distances = index.nearest(&asked, Wanted::Distances, &stop).unwrap();
        let ranked = index.nearest(&asked, Wanted::Rank, &stop).unwrap();
        for row in 0..asked.rows {
            let pair = |other: usize| (apart(&axes, unit, (&asked, row), (&known, other)), ranks[other]);
            let mut all: Vec<(i32, u32)> = (0..known.rows).map(pair).collect();
            all.sort_unstable();
            let second = all.get(1).map_or(NOWHERE, |found| found.0);
            assert_eq!((distances[row].first, distances[row].second), (all[0].0, second), "table {seed}");
            assert_eq!((ranked[row].first, ranked[row].rank), all[0], "table {seed}");
        }
    }
}

/// Small sides with ties, missing cells and several records a person.
fn sides(seed: u64) -> Sides {
    let mut draw = Draw::new(mix(9, seed));
    let kinds: Vec<bool> = (0..2 + draw.below(3)).map(|_| draw.below(2) == 0).collect();
    let values = 1 + draw.below(12);
    let mut side = || -> Vec<Record> {
        let rows = 20 + draw.below(20);
        let people = rows - draw.below(10);
        let cell =
            |draw: &mut Draw| Some(i64::try_from(draw.below(values + 1)).unwrap()).filter(|_| draw.below(12) > 0);
        let record = |row: usize, draw: &mut Draw| Record {
            person: u32::try_from(if row < people { row } else { draw.below(people) }).unwrap(),
            cells: kinds.iter().map(|_| cell(draw)).collect(),
        };
        (0..rows).map(|row| record(row, &mut draw)).collect()
    };
    let (release, original, control) = (side(), side(), side());
    let (linked, control) = linked(&kinds, &release, &original, Some(&control), seed);
    let columns: Vec<usize> = (0..kinds.len()).collect();
    Sides::new(&linked, control.as_ref(), &columns)
}

fn holds(term: &Term, side: &Side, row: usize) -> bool {
    let value = side.exact.columns[term.column][row];
    match term.test {
        Test::Equal(own) => value == own,
        Test::AtMost(own) => value != MISSING && value <= own,
        Test::AtLeast(own) => value >= own,
    }
}

#[test]
fn statements_single_out_whom_a_slow_count_finds_alone() {
    let stop = Stop::default();
    for seed in 0..tries(TABLES) {
        let sides = sides(seed);
        let statements = [
            singling::of_one_column(&sides, 30, seed),
            singling::of_several_columns(&sides, 30, seed),
            singling::at_random(&sides, 2, 30, seed),
        ];
        for statements in &statements {
            let alone = |terms: &&Vec<Term>| {
                let rows = (0..sides.original.rows())
                    .filter(|&row| terms.iter().all(|term| holds(term, &sides.original, row)));
                rows.map(|row| sides.original.person[row]).collect::<BTreeSet<u32>>().len() == 1
            };
            let slow = statements.iter().filter(alone).count() as u64;
            let found = singling::singled_out(statements, &sides.original, &stop).unwrap();
            assert_eq!((found.successes, found.attempts), (slow, statements.len() as u64), "table {seed}");
        }
        let release = &sides.release;
        for term in statements[0].iter().flatten() {
            let rows = (0..release.rows()).filter(|&row| holds(term, release, row)).count();
            assert!(rows > 0 && (rows == 1 || !matches!(term.test, Test::Equal(_))), "drawn from the release");
        }
        for terms in &statements[1] {
            assert!((0..release.rows()).any(|row| terms.iter().all(|term| holds(term, release, row))));
        }
    }
}

/// The lowest rank of the rows nearest to a row, on some columns.
fn nearest(sides: &Sides, columns: &[usize], known: (&Rows, &[u32]), asked: (&Rows, usize)) -> (i32, u32) {
    let (axes, asked_rows) = (sides.axes_of(columns), asked.0.on(columns));
    let known_rows = known.0.on(columns);
    let pair = |row: usize| (apart(&axes, sides.unit, (&asked_rows, asked.1), (&known_rows, row)), known.1[row]);
    (0..known_rows.rows).map(pair).min().unwrap()
}

#[test]
fn halves_are_linked_and_values_inferred_as_by_comparing_all_pairs() {
    let stop = Stop::default();
    for seed in 0..tries(TABLES) {
        let sides = sides(seed);
        let (one, other): (Vec<usize>, Vec<usize>) = (0..sides.columns.len()).partition(|place| place % 2 == 0);
        let people = 15;
        let drawn = |side: &Side, salt: u64| {
            let mut chosen = side.drawn_people(mix(seed, salt));
            chosen.truncate(people);
            side.row_of_each(&chosen, mix(seed, salt))
        };
        let found = tell::linkability(&sides, [&one, &other], people, seed, &stop).unwrap();
        let ranks = sides.release.ranks(mix(seed, 5));
        for (side, salt, found) in
            [(&sides.original, 1, found.attack), (sides.control.as_ref().unwrap(), 2, found.control.unwrap())]
        {
            let is_linked = |row: &&u32| {
                let half = |half: &[usize]| {
                    nearest(&sides, half, (&sides.release.places, &ranks), (&side.places, **row as usize)).1
                };
                half(&one) == half(&other)
            };
            let rows = drawn(side, salt);
            assert_eq!(found.successes, rows.iter().filter(is_linked).count() as u64, "table {seed}");
            assert_eq!(found.attempts, rows.len() as u64);
        }
        let secret = 0;
        let found = tell::inference(&sides, secret, people, seed, &stop).unwrap();
        let (ranks, known) = (sides.release.ranks(mix(seed, 8)), (1..sides.columns.len()).collect::<Vec<usize>>());
        let shared = &sides.columns[secret];
        let rows: Vec<u32> = drawn(&sides.original, 1)
            .into_iter()
            .filter(|&row| Some(sides.original.exact.columns[secret][row as usize]) != shared.missing)
            .collect();
        let is_right = |row: &&u32| {
            let rank =
                nearest(&sides, &known, (&sides.release.places, &ranks), (&sides.original.places, **row as usize)).1;
            let row_of = ranks.iter().position(|&other| other == rank).unwrap();
            let (guess, truth) =
                (sides.release.exact.columns[secret][row_of], sides.original.exact.columns[secret][**row as usize]);
            if Some(guess) == shared.missing {
                return false;
            }
            match &shared.amounts {
                None => guess == truth,
                Some(amounts) => {
                    let [guess, truth] = [guess, truth].map(|value| amounts[usize::try_from(value).unwrap()]);
                    (guess - truth).abs() * 20 <= truth.abs()
                }
            }
        };
        assert_eq!(found.attack.successes, rows.iter().filter(is_right).count() as u64, "table {seed}");
        assert_eq!(found.attack.attempts, rows.len() as u64);
    }
}

#[test]
fn members_are_claimed_by_the_mean_distance_and_the_threshold_that_tells_best() {
    let stop = Stop::default();
    for seed in 0..tries(TABLES) {
        let sides = sides(seed);
        let control = sides.control.as_ref().unwrap();
        let found = tell::membership(&sides, control, 18, seed, &stop).unwrap();
        let number = sides.original.people.min(control.people).min(18);
        let all: Vec<usize> = (0..sides.columns.len()).collect();
        let none = vec![0; sides.release.rows()];
        let scores = |side: &Side, salt: u64| -> Vec<i64> {
            let mut people = side.drawn_people(mix(seed, salt));
            people.truncate(number);
            let score = |person: &u32| {
                let rows: Vec<usize> = (0..side.rows()).filter(|&row| side.person[row] == *person).collect();
                let near = |&row: &usize| {
                    i64::from(nearest(&sides, &all, (&sides.release.places, &none), (&side.places, row)).0)
                };
                (rows.iter().map(near).sum::<i64>() * 65_536) / i64::try_from(rows.len()).unwrap()
            };
            people.iter().map(score).collect()
        };
        let (ones, others) = (scores(&sides.original, 1), scores(control, 2));
        let half = |scores: &[i64], first: usize| scores.iter().skip(first).step_by(2).copied().collect::<Vec<i64>>();
        let claims = |scores: &[i64], at: i64| scores.iter().filter(|&&score| score <= at).count();
        let (learned, other_learned) = (half(&ones, 0), half(&others, 0));
        let mut best: (i64, Option<i64>) = (0, None);
        let mut candidates = [learned.clone(), other_learned.clone()].concat();
        candidates.sort_unstable();
        for at in candidates {
            // Both halves are of as many people.
            let lead =
                i64::try_from(claims(&learned, at)).unwrap() - i64::try_from(claims(&other_learned, at)).unwrap();
            if lead.abs() > best.0 {
                best = (lead.abs(), Some(at));
            }
        }
        let claimed = |scores: &[i64]| best.1.map_or(0, |at| claims(&half(scores, 1), at)) as u64;
        let asked = (number / 2) as u64;
        assert_eq!((found.attack.successes, found.attack.attempts), (claimed(&ones), asked), "table {seed}");
        assert_eq!(found.control.unwrap().successes, claimed(&others), "table {seed}");
    }
}

#[test]
fn whose_people_are_nearer_and_what_is_copied_equal_a_slow_count() {
    let stop = Stop::default();
    for seed in 0..tries(TABLES) {
        let sides = sides(seed);
        let control = sides.control.as_ref().unwrap();
        let rows: Vec<u32> = (0..u32::try_from(sides.release.rows()).unwrap()).collect();
        let found = tell::closer(&sides, control, &rows, seed, &stop).unwrap().unwrap();
        let number = sides.original.people.min(control.people);
        let of = |side: &Side, salt: u64| {
            let mut people = side.drawn_people(mix(seed, salt));
            people.truncate(number);
            side.of_people(&people)
        };
        let (original, control_part) = (of(&sides.original, 3), of(control, 4));
        let places = original.places.and(&control_part.places);
        let both = [original.keys.as_slice(), &control_part.keys].concat();
        let rank = |key: u64| (mix(mix(seed, 9), key), key);
        let mut sorted: Vec<(u64, u64)> = both.iter().map(|&key| rank(key)).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let ranks: Vec<u32> =
            both.iter().map(|&key| u32::try_from(sorted.binary_search(&rank(key)).unwrap()).unwrap()).collect();
        let all: Vec<usize> = (0..sides.columns.len()).collect();
        let mut weight: BTreeMap<(bool, u32), f64> = BTreeMap::new();
        for row in 0..sides.release.rows() {
            let rank = nearest(&sides, &all, (&places, &ranks), (&sides.release.places, row)).1;
            let owners: Vec<(bool, u32)> = (0..both.len())
                .filter(|&other| ranks[other] == rank)
                .map(|other| match other.checked_sub(original.rows()) {
                    None => (true, original.person[other]),
                    Some(other) => (false, control_part.person[other]),
                })
                .collect();
            for owner in &owners {
                *weight.entry(*owner).or_default() += 1.0 / f64::from(u32::try_from(owners.len()).unwrap());
            }
        }
        let all_weight: f64 = weight.values().sum();
        let own: f64 = weight.iter().filter(|(owner, _)| owner.0).map(|(_, weight)| weight).sum();
        let squares: f64 = weight.values().map(|weight| weight * weight).sum();
        assert!((found.share - own / all_weight).abs() < 1e-5, "table {seed}");
        let people = (all_weight * all_weight / squares).min(f64::from(u32::try_from(rows.len()).unwrap()));
        assert!((found.people - people).abs() < 1e-3, "table {seed}: {} {people}", found.people);
        let cells = |side: &Side, row: usize| side.exact.columns.iter().map(|column| column[row]).collect::<Vec<i32>>();
        let owners = |side: &Side, row: usize| -> BTreeSet<u32> {
            let equal = (0..sides.original.rows()).filter(|&other| cells(&sides.original, other) == cells(side, row));
            equal.map(|other| sides.original.person[other]).collect()
        };
        let counts: Vec<usize> = (0..sides.release.rows()).map(|row| owners(&sides.release, row).len()).collect();
        let copied = copies(&sides.release, &sides.original);
        assert_eq!(copied.copied, counts.iter().filter(|&&owners| owners > 0).count() as u64, "table {seed}");
        assert_eq!(copied.copied_of_one, counts.iter().filter(|&&owners| owners == 1).count() as u64, "table {seed}");
        let slow = (0..sides.original.rows()).filter(|&row| owners(&sides.original, row).len() > 1).count() as u64;
        assert_eq!(twins(&sides.original), slow, "table {seed}");
    }
}
