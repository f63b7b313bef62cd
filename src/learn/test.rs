//! What the learner finds and does not find, and that nothing but the rows decides.

use super::{Feature, Features, Forest, NO_CATEGORY, Nearest, folds, nearest, sample};
use crate::number::as_float;
use crate::stats::mix;
use crate::stop::{Stop, StopReason};

/// Numbers below `bound` that look random.
fn random(seed: u64, rows: usize, bound: u64) -> Vec<u32> {
    (0..rows as u64).map(|row| u32::try_from(mix(mix(seed, 7), row) % bound).unwrap()).collect()
}

fn floats(numbers: &[u32]) -> Vec<f64> {
    numbers.iter().map(|&number| f64::from(number)).collect()
}

/// Right guesses about the rows that are left out, five folds; by the forest and by the nearest neighbour.
fn right(features: &Features, target: &[u32], targets: u32, seed: u64, trees: u32) -> [usize; 2] {
    let beside: Vec<u64> = target.iter().map(|&target| u64::from(target)).collect();
    let order = features.canonical(&beside);
    let fold = folds(order.len(), 5, seed);
    let stop = Stop::default();
    let mut found = [0, 0];
    for out in 0..5 {
        let of = |is_out: bool| {
            let places = order.iter().zip(&fold).filter(move |&(_, &fold)| (fold == out) == is_out);
            places.map(|(&row, _)| row).collect::<Vec<u32>>()
        };
        let (known, asked) = (of(false), of(true));
        let forest = Forest { trees, seed: mix(seed, out.into()) };
        let votes = forest.votes(features, target, targets, &known, &asked, &stop).unwrap();
        let near = nearest(features, target, targets, &known, &asked, &stop).unwrap();
        found[0] += asked.iter().zip(votes).filter(|(row, vote)| target[**row as usize] == vote.target).count();
        found[1] += asked.iter().zip(near).filter(|(row, near)| Some(target[**row as usize]) == near.target).count();
    }
    found
}

#[test]
fn a_copy_of_a_column_is_found() {
    for (targets, rows) in [(2, 400), (30, 1_500)] {
        let secret = random(1, rows, targets);
        let columns = vec![
            Feature::Categories(random(2, rows, 9)),
            Feature::Categories(secret.iter().map(|&it| (it * 7 + 3) % u32::try_from(targets).unwrap()).collect()),
            Feature::Numbers(floats(&random(3, rows, 1_000))),
        ];
        let features = Features::new(columns, rows);
        let [forest, _] = right(&features, &secret, u32::try_from(targets).unwrap(), 1, 12);
        assert!(forest * 100 >= rows * 99, "{forest} of {rows}");
    }
}

#[test]
fn an_order_that_only_two_columns_tell_together_is_found() {
    let rows = 2_000;
    let (one, other) = (random(1, rows, 100), random(2, rows, 100));
    let secret: Vec<u32> = one.iter().zip(&other).map(|(one, other)| u32::from((*one < 50) != (*other < 50))).collect();
    let features = Features::new(vec![Feature::Numbers(floats(&one)), Feature::Numbers(floats(&other))], rows);
    let found = right(&features, &secret, 2, 1, 16);
    assert!(found.iter().all(|&right| right * 100 > rows * 95), "{found:?}");
}

#[test]
fn nothing_is_found_where_there_is_nothing() {
    // 400 fair coins: the standard deviation is 10, and 3.3 of them are exceeded with probability 0.0005 by one of two.
    let mut sum = 0;
    for seed in 0..10 {
        let rows = 400;
        let columns = vec![
            Feature::Categories(random(seed * 3 + 100, rows, 7)),
            Feature::Categories(random(seed * 3 + 101, rows, 3)),
            Feature::Numbers(floats(&random(seed * 3 + 102, rows, 50))),
        ];
        let found = right(&Features::new(columns, rows), &random(seed, rows, 2), 2, seed, 8);
        assert!(found.iter().all(|&right| right < 236), "{found:?}");
        sum += found[0];
    }
    assert!(sum < 2_110, "{sum} of 4,000");
}

#[test]
fn rows_that_are_equal_but_for_the_target_are_dealt_without_regard_to_it() {
    // Six rows of one kind, four of another, in each of 100 groups: dealt in turn, the majority would be right 60 %.
    let target: Vec<u32> = (0..1_000).map(|row| u32::from(row % 10 < 6) ^ (row / 10 % 2)).collect();
    let features = Features::new(vec![Feature::Categories((0..1_000).map(|row| row / 10).collect())], 1_000);
    let mut right_of_all = 0;
    for seed in 0..5 {
        right_of_all += right(&features, &target, 2, seed, 6)[0];
    }
    assert!(right_of_all < 2_750, "{right_of_all} of 5,000");
}

fn mixed(rows: usize) -> (Features, Vec<u32>) {
    let mut numbers = floats(&random(5, rows, 40));
    numbers.iter_mut().step_by(7).for_each(|number| *number = f64::NAN);
    let mut categories = random(6, rows, 12);
    categories.iter_mut().step_by(5).for_each(|category| *category = NO_CATEGORY);
    let target = numbers.iter().zip(&categories).zip(random(7, rows, 3));
    let target = target.map(|((number, category), noise)| if *number > 20.0 { category % 3 } else { noise }).collect();
    (Features::new(vec![Feature::Numbers(numbers), Feature::Categories(categories)], rows), target)
}

#[test]
fn neither_order_nor_threads_change_a_guess() {
    let rows = 600;
    let (features, target) = mixed(rows);
    let guesses = |features: &Features, target: &[u32]| {
        let beside: Vec<u64> = target.iter().map(|&target| u64::from(target)).collect();
        let order = features.canonical(&beside);
        let (known, asked) = order.split_at(400);
        let stop = Stop::default();
        let forest = Forest { trees: 10, seed: 3 };
        let votes = forest.votes(features, target, 3, known, asked, &stop).unwrap();
        (votes, nearest(features, target, 3, known, asked, &stop).unwrap())
    };
    let plain = guesses(&features, &target);
    let turned: Vec<u32> = (0..600).map(|row| row * 7 % 600).rev().collect();
    assert_eq!(turned.iter().collect::<std::collections::BTreeSet<_>>().len(), rows);
    let turned_target: Vec<u32> = turned.iter().map(|&row| target[row as usize]).collect();
    assert_eq!(plain, guesses(&features.only(&turned), &turned_target));
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(plain, alone.install(|| guesses(&features, &target)));
}

#[test]
fn the_nearest_are_those_of_a_slow_count() {
    for seed in 0..2_000 {
        let rows = 3 + usize::try_from(mix(seed, 1) % 12).unwrap();
        let mut numbers = floats(&random(seed, rows, 5));
        let mut categories = random(seed + 10_000, rows, 3);
        for row in 0..rows {
            if mix(seed, row as u64).is_multiple_of(6) {
                numbers[row] = f64::NAN;
            }
            if mix(seed, row as u64 + 50).is_multiple_of(6) {
                categories[row] = NO_CATEGORY;
            }
        }
        let target = random(seed + 20_000, rows, 3);
        let last = u32::try_from(rows - 1).unwrap();
        let known: Vec<u32> = (0..last).collect();
        let features =
            Features::new(vec![Feature::Numbers(numbers.clone()), Feature::Categories(categories.clone())], rows);
        let found = nearest(&features, &target, 3, &known, &[last], &Stop::default()).unwrap()[0];

        let there: Vec<f64> = numbers[..rows - 1].iter().copied().filter(|it| !it.is_nan()).collect();
        let range = there.iter().copied().fold(f64::MIN, f64::max) - there.iter().copied().fold(f64::MAX, f64::min);
        let range = if range > 0.0 { range } else { 1.0 };
        let distance = |row: usize| {
            let mut parts = Vec::new();
            if !numbers[row].is_nan() && !numbers[rows - 1].is_nan() {
                parts.push(((numbers[row] - numbers[rows - 1]).abs() / range).min(1.0));
            }
            if categories[row] != NO_CATEGORY && categories[rows - 1] != NO_CATEGORY {
                parts.push(f64::from(u8::from(categories[row] != categories[rows - 1])));
            }
            (!parts.is_empty()).then(|| parts.iter().sum::<f64>() / as_float(parts.len() as u64))
        };
        let all: Vec<(usize, f64)> = (0..rows - 1).filter_map(|row| Some((row, distance(row)?))).collect();
        let smallest = all.iter().map(|&(_, distance)| distance).fold(f64::INFINITY, f64::min);
        let near: Vec<usize> = all.iter().filter(|(_, it)| *it <= smallest + 1e-9).map(|&(row, _)| row).collect();
        let count = |rows: &mut dyn Iterator<Item = usize>, of: u32| rows.filter(|&row| target[row] == of).count();
        let best = (0..3).max_by_key(|&of| {
            let held = count(&mut near.iter().copied(), of);
            (held, count(&mut (0..rows - 1), of), std::cmp::Reverse(of))
        });
        let expected = if near.is_empty() {
            Nearest { target: None, distance: f64::INFINITY, tied: 0 }
        } else {
            Nearest { target: best, distance: smallest, tied: u32::try_from(near.len()).unwrap() }
        };
        assert_eq!((found.target, found.tied), (expected.target, expected.tied), "seed {seed}");
        assert!(near.is_empty() || (found.distance - smallest).abs() < 1e-12, "seed {seed}");
    }
}

#[test]
fn folds_and_samples_are_even_and_those_of_the_seed() {
    let fold = folds(1_003, 5, 9);
    for number in 0..5 {
        let size = fold.iter().map(|&fold| usize::from(fold == number)).sum::<usize>();
        assert!(size == 200 || size == 201, "{size}");
    }
    assert_eq!(fold, folds(1_003, 5, 9));
    assert_ne!(fold, folds(1_003, 5, 10));
    assert_eq!(sample(4, 10, 1), [0, 1, 2, 3]);
    let drawn = sample(1_000, 100, 1);
    assert!(drawn.len() == 100 && drawn.windows(2).all(|pair| pair[0] < pair[1]));
    assert_ne!(drawn, sample(1_000, 100, 2));
}

#[test]
fn nobody_known_gives_no_vote_and_a_stop_ends() {
    let features = Features::new(vec![Feature::Categories(vec![0, 1, 0])], 3);
    let stop = Stop::default();
    let forest = Forest { trees: 3, seed: 1 };
    let votes = forest.votes(&features, &[1, 0, 1], 2, &[], &[0, 1], &stop).unwrap();
    assert!(votes.iter().all(|vote| vote.millionths == 0));
    assert!(nearest(&features, &[1, 0, 1], 2, &[], &[0], &stop).unwrap()[0].target.is_none());
    stop.raise(StopReason::Timeout);
    assert_eq!(forest.votes(&features, &[1, 0, 1], 2, &[0, 1], &[2], &stop), Err(StopReason::Timeout));
    assert_eq!(nearest(&features, &[1, 0, 1], 2, &[0, 1], &[2], &stop), Err(StopReason::Timeout));
}
