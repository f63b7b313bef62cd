use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::stop::Stop;
use crate::tabular::levels::needed_around;
use crate::tabular::sample::{Sample, random_table, signed_table};
use crate::tries::tries;

fn protect(random: &mut ChaCha8Rng, sample: &Sample, share: f64) -> (Vec<Protect>, Vec<Insider>) {
    let mut protect = Vec::new();
    let mut insiders = Vec::new();
    for (cell, &value) in (0_u32..).zip(&sample.values) {
        if sample.layout.is_inner(sample.cells[cell as usize]) && value > 0 && random.random_bool(share) {
            protect.push(Protect { cell, needed: (value - (value / 4).max(1), value + (value / 3).max(1)) });
            if random.random_bool(0.3) {
                let is_alone = random.random_bool(0.7);
                insiders.push(Insider { cell, amount: if is_alone { value } else { value / 2 }, is_alone });
            }
        }
    }
    (protect, insiders)
}

fn problem<'a>(sample: &'a Sample, protect: &'a [Protect], insiders: &'a [Insider]) -> Problem<'a> {
    Problem {
        layout: &sample.layout,
        cells: &sample.cells,
        relations: &sample.relations,
        values: &sample.values,
        floors: &sample.floors,
        costs: &sample.values,
        protect,
        insiders,
    }
}

/// Whether full intervals, one attack after the other, leave every given cell protected.
fn is_safe(problem: &Problem<'_>, chosen: &[bool]) -> bool {
    let stop = Stop::default();
    let near = |one: u32, other: u32| {
        problem.relations.iter().any(|relation| {
            let has = |cell| relation.total == cell || relation.parts.contains(&cell);
            has(one) && has(other)
        })
    };
    let holds = |insider: Option<&Insider>| {
        let mut bounds = problem.bounds(chosen);
        if let Some(insider) = insider {
            bounds[insider.cell as usize] =
                Range { low: insider.amount, up: insider.is_alone.then_some(insider.amount) };
        }
        let targets: Vec<Target> = problem
            .protect
            .iter()
            .filter(|protect| {
                insider.is_none_or(|insider| insider.cell != protect.cell && near(insider.cell, protect.cell))
            })
            .map(|protect| Target { cell: protect.cell, needed: Some(protect.needed) })
            .collect();
        let published = Published { relations: problem.relations, bounds: &bounds };
        audit(&published, &targets, Depth::Ends, Watch::quiet(&stop))
            .unwrap()
            .iter()
            .all(|interval| interval.is_some_and(|interval| interval.is_protected == Some(true)))
    };
    problem.protect.iter().all(|protect| chosen[protect.cell as usize])
        && holds(None)
        && problem.insiders.iter().all(|insider| holds(Some(insider)))
}

#[test]
fn what_is_proposed_passes_the_audit() {
    let mut random = ChaCha8Rng::seed_from_u64(30);
    let (mut proposed, mut none, tables) = (0, 0, tries(2_000));
    for _ in 0..tables {
        let dimensions = random.random_range(1..=3);
        let sample = random_table(&mut random, dimensions, 50, 4);
        let (protect, insiders) = protect(&mut random, &sample, 0.15);
        let problem = problem(&sample, &protect, &insiders);
        let Some(found) = heuristic::propose(&problem, 100_000, Watch::quiet(&Stop::default())).unwrap() else {
            none += 1;
            continue;
        };
        proposed += 1;
        assert!(is_safe(&problem, &found.suppressed), "{sample:?} {protect:?} {insiders:?}");
        assert_eq!(found.cost, problem.cost(&found.suppressed));
    }
    assert!(100 * proposed > 95 * tables, "{proposed} {none}");
}

#[test]
fn what_is_proposed_for_amounts_below_zero_passes_the_audit_by_every_attacker() {
    let mut random = ChaCha8Rng::seed_from_u64(35);
    let (mut proposed, mut below, tables) = (0, 0, tries(2_000));
    for _ in 0..tables {
        let dimensions = random.random_range(1..=3);
        let sample = signed_table(&mut random, dimensions, 50, 4);
        let costs: Vec<i64> = sample.values.iter().map(|value| value.abs().max(1)).collect();
        let (mut protect, mut insiders) = (Vec::new(), Vec::new());
        let with_insiders = random.random_bool(0.7);
        for (cell, &value) in (0_u32..).zip(&sample.values) {
            // What is a contributor's own in a total is no matter of this test.
            let is_inner = sample.layout.is_inner(sample.cells[cell as usize]);
            if !random.random_bool(0.15) || (with_insiders && !is_inner) {
                continue;
            }
            below += u32::from(value < 0);
            let floor = sample.floors[cell as usize];
            protect.push(Protect { cell, needed: needed_around(value, floor, i128::from(value.abs() / 5 + 1)) });
            if with_insiders && random.random_bool(0.3) {
                let is_alone = random.random_bool(0.7);
                insiders.push(Insider {
                    cell,
                    amount: if is_alone { value } else { value.min(value / 2 + 5) },
                    is_alone,
                });
            }
        }
        let problem = Problem { costs: &costs, ..problem(&sample, &protect, &insiders) };
        let Some(found) = heuristic::propose(&problem, 100_000, Watch::quiet(&Stop::default())).unwrap() else {
            continue;
        };
        proposed += 1;
        assert!(is_safe(&problem, &found.suppressed), "{sample:?} {protect:?} {insiders:?}");
        // Who knows less of how far cells can be below 0 computes no more.
        let floors: Vec<i64> = sample.floors.iter().map(|floor| floor - random.random_range(0..90)).collect();
        let weaker = Problem { floors: &floors, ..problem };
        assert!(is_safe(&weaker, &found.suppressed), "{sample:?} {protect:?} {insiders:?} {floors:?}");
    }
    assert!(100 * proposed > 95 * tables && 2 * below > tables, "{proposed} {below}");
}

#[test]
fn the_proven_optimum_is_that_of_all_subsets_and_the_heuristic_is_near() {
    let mut random = ChaCha8Rng::seed_from_u64(31);
    let (mut compared, mut optimum, mut cheap, tables) = (0, 0_i128, 0_i128, tries(300));
    while compared < tables {
        let sample = random_table(&mut random, 2, 30, 2);
        let (protect, insiders) = protect(&mut random, &sample, 0.4);
        let count = sample.values.len();
        if count > 12 || protect.is_empty() {
            continue;
        }
        let problem = problem(&sample, &protect, &insiders);
        let best = (0_u32..1 << count)
            .map(|mask| (0..count).map(|cell| mask >> cell & 1 == 1).collect::<Vec<bool>>())
            .filter(|chosen| problem.protect.iter().all(|protect| chosen[protect.cell as usize]))
            .filter(|chosen| is_safe(&problem, chosen))
            .map(|chosen| problem.cost(&chosen))
            .min();
        let stop = Stop::default();
        let first = heuristic::propose(&problem, 1_000_000, Watch::quiet(&stop)).unwrap();
        let found = propose(&problem, Watch::quiet(&stop)).unwrap();
        compared += 1;
        let (Some(best), Some(found), Some(first)) = (best, found, first) else {
            continue;
        };
        assert!(found.is_optimal, "{sample:?} {protect:?}");
        assert_eq!(found.cost, best, "{sample:?} {protect:?} {insiders:?}");
        optimum += best;
        cheap += first.cost;
    }
    assert!(cheap * 10 <= optimum * 11, "{cheap} {optimum}");
}

#[test]
fn the_heuristic_suppresses_at_most_a_tenth_more_value_than_the_proven_optimum() {
    let mut random = ChaCha8Rng::seed_from_u64(32);
    let (mut known, mut optimum, mut cheap, tables) = (0, 0_i128, 0_i128, tries(100));
    for _ in 0..tables {
        let sample = random_table(&mut random, 2, 200, 5);
        let (protect, insiders) = protect(&mut random, &sample, 0.12);
        let problem = problem(&sample, &protect, &insiders);
        let stop = Stop::default();
        let Some(first) = heuristic::propose(&problem, 1_000_000, Watch::quiet(&stop)).unwrap() else {
            continue;
        };
        let Some(best) = optimal::propose(&problem, &first, Watch::quiet(&stop)).unwrap() else { continue };
        assert!(best.is_optimal && best.cost <= first.cost);
        assert!(is_safe(&problem, &best.suppressed));
        known += 1;
        optimum += best.cost;
        cheap += first.cost;
    }
    assert!(10 * known > 8 * tables, "{known}");
    assert!(cheap * 10 <= optimum * 11, "{cheap} {optimum}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn in_three_dimensions_too_the_heuristic_is_within_a_tenth_of_the_proven_optimum() {
    let mut random = ChaCha8Rng::seed_from_u64(36);
    let (mut known, mut optimum, mut cheap, mut equal) = (0, 0_i128, 0_i128, 0);
    let mut worst = 1.0_f64;
    while known < 100 {
        let sample = random_table(&mut random, 3, 200, 3);
        let (protect, insiders) = protect(&mut random, &sample, 0.15);
        if sample.values.len() > 50 {
            continue;
        }
        let problem = problem(&sample, &protect, &insiders);
        let stop = Stop::default();
        let Some(first) = heuristic::propose(&problem, 1_000_000, Watch::quiet(&stop)).unwrap() else {
            continue;
        };
        let Some(best) = optimal::propose(&problem, &first, Watch::quiet(&stop)).unwrap() else { continue };
        if best.cost == 0 {
            continue;
        }
        assert!(best.is_optimal && best.cost <= first.cost);
        known += 1;
        equal += u32::from(best.cost == first.cost);
        optimum += best.cost;
        cheap += first.cost;
        #[expect(clippy::cast_precision_loss, reason = "a ratio that is told")]
        let ratio = first.cost as f64 / best.cost as f64;
        worst = worst.max(ratio);
    }
    assert!(cheap * 10 <= optimum * 11, "{equal} equal, {cheap} for {optimum}, the worst {worst:.2} times");
}

#[test]
fn a_table_of_which_most_cells_are_unsafe_gets_a_proposal() {
    let mut random = ChaCha8Rng::seed_from_u64(34);
    for _ in 0..tries(300) {
        let sample = random_table(&mut random, 3, 60, 4);
        let mut protect = Vec::new();
        for (cell, &value) in (0_u32..).zip(&sample.values) {
            if value > 0 && random.random_bool(0.7) {
                let level = (value / 10).max(1);
                protect.push(Protect { cell, needed: (value - level, value + level) });
            }
        }
        let problem = problem(&sample, &protect, &[]);
        let found = heuristic::propose(&problem, 100_000, Watch::quiet(&Stop::default())).unwrap();
        let found = found.unwrap_or_else(|| panic!("nothing is proposed: {sample:?} {protect:?}"));
        assert!(is_safe(&problem, &found.suppressed), "{sample:?} {protect:?}");
    }
}

#[test]
fn a_table_that_needs_nothing_besides_costs_nothing() {
    let mut random = ChaCha8Rng::seed_from_u64(33);
    let sample = random_table(&mut random, 2, 9, 3);
    let problem = problem(&sample, &[], &[]);
    let found = propose(&problem, Watch::quiet(&Stop::default())).unwrap().unwrap();
    assert!(found.is_optimal && found.cost == 0 && !found.suppressed.contains(&true));
}
