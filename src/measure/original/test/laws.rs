//! What must not decide anything: the order of the records, the numbers of codes and people, the number of threads.

use super::super::measure;
use super::{Draw, KINDS, Record, linked, population, settings};
use crate::stats::mix;
use crate::stop::{Stop, Watch};
use crate::tries::tries;

/// The sides in another order, with other numbers of people and codes, as JSON.
fn told(sides: &[Vec<Record>; 3], change: u64, threads: usize) -> String {
    let shuffled = |records: &Vec<Record>| -> Vec<Record> {
        let mut numbers: Vec<u32> = (0..200).collect();
        numbers.sort_by_key(|&number| mix(change, u64::from(number)));
        let renamed = records.iter().map(|record| Record { person: numbers[record.person as usize], ..record.clone() });
        let mut records: Vec<(u64, Record)> =
            renamed.enumerate().map(|(place, record)| (mix(change, 1_000 + place as u64), record)).collect();
        records.sort_by_key(|(key, _)| *key);
        records.into_iter().map(|(_, record)| record).collect()
    };
    let [release, original, control] = [0, 1, 2].map(|side| shuffled(&sides[side]));
    let (linked, control) = linked(&KINDS, &release, &original, Some(&control), change);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let settings = settings(7, &["c0", "c2"]);
    let found = pool.install(|| measure(&linked, control.as_ref(), &settings, Watch::quiet(&Stop::default()))).unwrap();
    serde_json::to_string(&found).unwrap()
}

#[test]
fn order_numbers_and_threads_change_no_byte() {
    for seed in 0..tries(25) {
        let mut draw = Draw::new(70 + seed);
        let mut side = || {
            let mut records = population(120, &mut draw);
            // Some have several records, some of them equal.
            for _ in 0..30 {
                let (one, other) = (draw.below(120), draw.below(120));
                let cells = records[one].cells.clone();
                records.push(Record { person: u32::try_from(other).unwrap(), cells });
            }
            records
        };
        let (original, control) = (side(), side());
        let mut release = side();
        release[..60].clone_from_slice(&original[..60]);
        let sides = [release, original, control];
        let told_once = told(&sides, 1, 1);
        assert!(told_once.contains("membership") && told_once.contains("measured"));
        for (change, threads) in [(2, 1), (3, 4)] {
            assert_eq!(told(&sides, change, threads), told_once, "seed {seed}");
        }
        assert!(!told_once.contains("word"), "no cell value");
    }
}
