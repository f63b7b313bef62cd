//! Candidates the long way: every pair of subjects, item by item.

use super::candidates::Index;
use super::cost::Background;
use super::features::{Histograms, Histories};
use super::narrow;
use crate::stats::mix;
use crate::stop::Stop;

/// The `keep` subjects of `pool` that share most with each of `queries`, best first, ties by number.
fn every_pair(
    queries: &Histories,
    pool: &Histories,
    features: &[usize],
    weight: impl Fn(usize, u32, usize) -> f64,
    keep: usize,
) -> Vec<Vec<(u32, f64)>> {
    let has = |histories: &Histories, feature: usize, subject, item| {
        histories.features[feature].of(subject).iter().any(|entry| entry.0 == item)
    };
    let everybody = || 0..narrow(pool.subjects);
    let worth = |query: u32, subject: u32| {
        let mut sum = 0.0;
        for &feature in features {
            for &(item, _) in queries.features[feature].of(query) {
                if has(pool, feature, subject, item) {
                    let holders = everybody().filter(|&other| has(pool, feature, other, item)).count();
                    sum += weight(feature, item, holders);
                }
            }
        }
        sum
    };
    (0..narrow(queries.subjects))
        .map(|query| {
            let mut found: Vec<(u32, f64)> = everybody().map(|subject| (subject, worth(query, subject))).collect();
            found.retain(|found| found.1 > 0.0);
            found.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
            found.truncate(keep);
            found
        })
        .collect()
}

/// Random histories: `subjects` of them on features with the given numbers of items, some of them empty.
fn random(subjects: usize, items: &[u32], seed: u64) -> Histories {
    let of_feature = |(at, &items): (u64, &u32)| {
        let of_subject = |subject: u32| -> Vec<(u32, u32)> {
            let drawn = |item: u32| mix(mix(mix(seed, at), subject.into()), item.into());
            // The higher an item, the rarer.
            let held = (0..items).filter(|&item| drawn(item).is_multiple_of(u64::from(item) + 2));
            held.map(|item| (item, 1 + narrow((drawn(item) >> 60) as usize))).collect()
        };
        Histograms::of_subjects(of_subject, subjects)
    };
    Histories::new((0..).zip(items).map(of_feature).collect(), subjects)
}

/// Worth of a shared item, a whole number of quarters, so that sums are exact in any order.
fn quarters(feature: usize, item: u32, holders: usize) -> f64 {
    f64::from(narrow(1 + (feature * 7 + item as usize * 3 + holders) % 11)) / 4.0
}

fn backgrounds(items: &[u32]) -> Vec<Background> {
    items
        .iter()
        .map(|&items| Background { shares: vec![1.0 / f64::from(items); items as usize], concentration: 1.0 })
        .collect()
}

#[test]
fn the_index_finds_whom_comparing_every_pair_finds() {
    let items = [13, 40, 5];
    for seed in 0..20 {
        let (queries, pool) = (random(17, &items, seed), random(23, &items, seed + 100));
        for features in [&[0, 1, 2][..], &[1], &[2, 0]] {
            let backgrounds = backgrounds(&items);
            // Backgrounds are told apart by their number of items.
            let weight = |background: &Background, item, holders| {
                let feature = items.iter().position(|&items| items as usize == background.shares.len());
                quarters(feature.unwrap_or_default(), item, holders)
            };
            let index = Index::new(&pool, features, &backgrounds, weight);
            let asked: Vec<u32> = (0..narrow(queries.subjects)).collect();
            for keep in [1, 4, 100] {
                let found = index.nearest(&queries, &asked, keep, &Stop::default()).unwrap();
                assert_eq!(found, every_pair(&queries, &pool, features, quarters, keep), "{seed} {features:?} {keep}");
            }
        }
    }
}

#[test]
fn one_thread_finds_the_same_candidates() {
    let items = [200, 90];
    let (queries, pool) = (random(300, &items, 1), random(300, &items, 2));
    let backgrounds = backgrounds(&items);
    let index = Index::new(&pool, &[0, 1], &backgrounds, |background, item, _| background.rarity(item));
    let asked: Vec<u32> = (0..narrow(queries.subjects)).collect();
    let found = || index.nearest(&queries, &asked, 8, &Stop::default()).unwrap();
    let threads = |number| rayon::ThreadPoolBuilder::new().num_threads(number).build().unwrap();
    assert_eq!(threads(1).install(found), threads(4).install(found));
}
