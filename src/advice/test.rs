//! Advice against a brute-force twin: recode the plain records, build the table anew, count the obvious way.

use proptest::prelude::*;

use super::{Advised, Settings, WORK, advise, advise_within};
use crate::recode::{Ladder, Rung};
use crate::result::{Advice, AdviceChange, Headline};
use crate::stop::{Stop, StopReason, Watch};
use crate::table::{Codes, Column, ColumnSet, Recoding, SetCounts, SubjectCodes, Table, oracle};
use crate::tries::tries;

/// Records of a small table: a subject and a code for each column.
#[derive(Debug, Clone)]
struct Plain {
    subjects: Option<Vec<u32>>,
    columns: Vec<Vec<u32>>,
}

fn column(place: usize, codes: &[u32]) -> Column {
    let cardinality = codes.iter().max().map_or(0, |&code| code + 1);
    let codes = Codes::from_codes(cardinality as usize, codes.iter().copied());
    Column::new(format!("c{place}"), codes, cardinality, None)
}

impl Plain {
    fn records(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    fn table(&self) -> Table {
        let columns = self.columns.iter().enumerate().map(|(place, codes)| column(place, codes)).collect();
        let subjects = self.subjects.as_ref().map(|codes| {
            let cardinality = codes.iter().max().map_or(0, |&code| code + 1);
            let codes = Codes::from_codes(cardinality as usize, codes.iter().copied());
            SubjectCodes { codes, cardinality, missing: None }
        });
        Table::new(columns, subjects, self.records()).unwrap()
    }

    /// Halves and quarters of the codes as coarser forms, under the names `round:2` and `round:4`.
    fn ladders(&self) -> Vec<Ladder> {
        let ladder = |(place, codes): (usize, &Vec<u32>)| {
            let cardinality = codes.iter().max().map_or(0, |&code| code + 1);
            let rung = |divisor: u32| {
                let map: Vec<u32> = (0..cardinality).map(|code| code / divisor).collect();
                let coarser = map.last().map_or(0, |&code| code + 1);
                let recoding = Recoding { column: place, map, cardinality: coarser, missing: None };
                Rung { rules: vec![format!("round:{divisor}")], recoding, keys: Vec::new() }
            };
            let rungs = [2, 4].map(rung).into_iter();
            let rungs = rungs.filter(|rung| rung.recoding.cardinality < cardinality && rung.recoding.cardinality > 1);
            Ladder { declared: true, fits_flag: true, rare_behind: Some(Vec::new()), rungs: rungs.collect() }
        };
        self.columns.iter().enumerate().map(ladder).collect()
    }

    /// The records after the changes of a proposal; its rules are read from their names.
    fn changed(&self, changes: &[AdviceChange]) -> Self {
        let mut columns = self.columns.clone();
        let mut dropped = Vec::new();
        for change in changes {
            let place: usize = change.column[1..].parse().unwrap();
            match change.rule.split_once(':') {
                None => dropped.push(place),
                Some(("round", divisor)) => {
                    let divisor: u32 = divisor.parse().unwrap();
                    columns[place].iter_mut().for_each(|code| *code /= divisor);
                }
                Some((_, bound)) => merge_rare(&mut columns[place], self.subjects.as_deref(), bound.parse().unwrap()),
            }
        }
        let left = columns.into_iter().enumerate().filter(|(place, _)| !dropped.contains(place));
        Self { subjects: self.subjects.clone(), columns: left.map(|(_, codes)| codes).collect() }
    }

    /// The headline figures, counted the obvious way.
    fn headline(&self, k: u32) -> Headline {
        let table = self.table();
        let columns = 0..self.columns.len();
        let full = oracle::count_set(&table, &ColumnSet::new(columns.clone()));
        let is_static = |&column: &usize| {
            let holder = |record: usize| self.subjects.as_ref().map_or(record, |subjects| subjects[record] as usize);
            let cells = &self.columns[column];
            (0..cells.len()).all(|one| (0..one).all(|other| holder(one) != holder(other) || cells[one] == cells[other]))
        };
        let fixed = ColumnSet::new(columns.filter(is_static));
        let fixed = (!fixed.is_empty()).then(|| oracle::count_set(&table, &fixed));
        let smallest = |counts: &SetCounts| counts.smallest_class().map(u64::from);
        Headline {
            full_smallest_class: smallest(&full),
            full_unique_subjects: Some(full.subjects_below(2)),
            full_subjects_below_k: Some(full.subjects_below(k)),
            static_smallest_class: fixed.as_ref().and_then(smallest),
            static_unique_subjects: fixed.as_ref().map(|counts| counts.subjects_below(2)),
            static_subjects_below_k: fixed.as_ref().map(|counts| counts.subjects_below(k)),
            unicity: None,
            linked: None,
        }
    }
}

/// Codes that fewer than `bound` subjects hold become one new code.
fn merge_rare(codes: &mut [u32], subjects: Option<&[u32]>, bound: usize) {
    let merged = codes.iter().max().map_or(0, |&code| code + 1);
    let old = codes.to_vec();
    let holder = |record: usize| subjects.map_or(record, |subjects| subjects[record] as usize);
    for code in codes {
        let holders: std::collections::BTreeSet<usize> =
            (0..old.len()).filter(|&record| old[record] == *code).map(holder).collect();
        if holders.len() < bound {
            *code = merged;
        }
    }
}

fn advised(plain: &Plain, settings: Settings) -> Advised {
    advise(plain.table(), plain.ladders(), settings, Watch::quiet(&Stop::default())).unwrap()
}

const STATIC_ONLY: Settings = Settings { k: 2, gate_any_record: false };
const ANY_RECORD: Settings = Settings { k: 2, gate_any_record: true };

fn plain_tables() -> impl Strategy<Value = Plain> {
    (1_usize..=4, 1_usize..40, any::<bool>(), 1_u32..12, 1_u32..9).prop_flat_map(
        |(columns, records, declared, subjects, values)| {
            let codes = |below: u32| prop::collection::vec(0..below, records);
            (prop::collection::vec(codes(values), columns), codes(subjects)).prop_map(move |(columns, subjects)| {
                Plain { subjects: declared.then(|| dense(subjects)), columns: columns.into_iter().map(dense).collect() }
            })
        },
    )
}

/// Codes without gaps, as dictionaries give them.
fn dense(codes: Vec<u32>) -> Vec<u32> {
    let mut seen: Vec<u32> = Vec::new();
    let number = |code: u32| {
        let place = seen.iter().position(|&other| other == code).unwrap_or_else(|| {
            seen.push(code);
            seen.len() - 1
        });
        u32::try_from(place).unwrap()
    };
    codes.into_iter().map(number).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(1500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_prediction_is_what_brute_force_counts(plain in plain_tables(), k in 2_u32..5, any_record in any::<bool>()) {
        let settings = Settings { k, gate_any_record: any_record };
        let Advised { advice, left_out } = advised(&plain, settings);
        prop_assert_eq!(left_out, None);
        for proposal in advice.iter().filter(|proposal| !proposal.changes.is_empty()) {
            let (before, after) = (plain.headline(k), plain.changed(&proposal.changes).headline(k));
            prop_assert!(!proposal.reaches_limits, "the whole verdict was not recomputed");
            prop_assert_eq!(proposal.before.as_ref(), Some(&before));
            prop_assert_eq!(proposal.after.as_ref(), Some(&after));
        }
        prop_assert!(advice.iter().filter(|proposal| proposal.recommended).count() <= 1);
    }
}

/// Four subjects alone by `c0` (eight values) and in pairs by its halves; `c1` says little.
fn pairs() -> Plain {
    let subjects = (0..8).collect();
    Plain { subjects: Some(subjects), columns: vec![(0..8).collect(), vec![0, 0, 0, 0, 1, 1, 1, 1]] }
}

#[test]
fn the_change_that_reaches_the_limit_with_the_most_detail_is_recommended() {
    let advice = advised(&pairs(), STATIC_ONLY).advice;
    let first = &advice[0];
    assert!(first.recommended && !first.reaches_limits);
    assert_eq!((first.changes[0].column.as_str(), first.changes[0].rule.as_str()), ("c0", "round:2"));
    assert_eq!(first.after.as_ref().unwrap().static_smallest_class, Some(2));
    assert_eq!(first.risk_removed, Some(1.0));
    // The mean of ln 4 / ln 8 = 2/3 of the first column and all of the second.
    assert!((first.detail_kept.unwrap() - 5.0 / 6.0).abs() < 1e-12);
    assert_eq!(first.flags.as_deref(), Some("--coarsen c0=round:2"));
    assert!(advice.iter().all(|proposal| !proposal.changes.is_empty()), "no alternative is named");
}

#[test]
fn leaving_out_and_each_form_of_each_column_are_told() {
    let advice = advised(&pairs(), STATIC_ONLY).advice;
    let mut single: Vec<(&str, &str)> = advice
        .iter()
        .filter(|proposal| proposal.changes.len() == 1)
        .map(|proposal| (proposal.changes[0].column.as_str(), proposal.changes[0].rule.as_str()))
        .collect();
    single.sort_unstable();
    assert_eq!(single, [("c0", "drop"), ("c0", "round:2"), ("c0", "round:4"), ("c1", "drop")]);
}

#[test]
fn classes_that_are_large_enough_need_no_advice() {
    let plain = Plain { subjects: Some((0..8).collect()), columns: vec![vec![0, 0, 0, 0, 1, 1, 1, 1]] };
    assert_eq!(advised(&plain, Settings { k: 4, gate_any_record: true }), Advised::default());
}

#[test]
fn where_nothing_reaches_the_limit_alternatives_are_named_last() {
    // Three subjects can never be a class of five.
    let plain = Plain { subjects: Some(vec![0, 1, 2]), columns: vec![vec![0, 1, 2], vec![0, 0, 1]] };
    let advice = advised(&plain, Settings { k: 5, gate_any_record: true }).advice;
    assert!(advice.iter().all(|proposal| !proposal.reaches_limits));
    let last: Vec<&Advice> = advice.iter().rev().take(3).collect();
    assert!(last.iter().all(|proposal| proposal.changes.is_empty() && proposal.after.is_none()));
    assert!(last[2].recommended, "no change helps, so the first alternative is the first thing to try");
    assert!(last[2].action.contains("totals") && last[1].action.contains("synthetic"));
}

#[test]
fn an_event_column_that_becomes_static_is_counted_among_the_static_ones() {
    // One value of `c1` for each of two records of a subject, the same half for both.
    let plain = Plain { subjects: Some(vec![0, 0, 1, 1]), columns: vec![vec![0, 0, 1, 1], vec![0, 1, 2, 3]] };
    let advice = advised(&plain, STATIC_ONLY).advice;
    let is_half = |proposal: &&Advice| {
        proposal.changes.len() == 1 && proposal.changes[0].column == "c1" && proposal.changes[0].rule == "round:2"
    };
    let half = advice.iter().find(is_half).unwrap();
    assert_eq!(half.after, Some(plain.changed(&half.changes).headline(2)));
    assert_eq!(half.after.as_ref().unwrap().static_smallest_class, Some(1));
    let alone = Plain { columns: vec![plain.columns[1].clone()], ..plain };
    assert_eq!(alone.headline(2).static_smallest_class, None);
    let change = AdviceChange { column: "c0".to_owned(), rule: "round:2".to_owned() };
    assert_eq!(alone.changed(&[change]).headline(2).static_smallest_class, Some(1));
}

#[test]
fn a_limit_of_work_ends_the_search_and_says_so() {
    let plain = pairs();
    let within =
        |work: u64| advise_within(plain.table(), plain.ladders(), ANY_RECORD, work, Watch::quiet(&Stop::default()));
    assert!(within(8 * 5).is_err(), "not even leaving out each column can be counted");
    let some = within(8 * 6).unwrap();
    assert!(some.advice.iter().all(|proposal| proposal.changes.len() < 2));
    for proposal in some.advice.iter().filter(|proposal| !proposal.changes.is_empty()) {
        assert_eq!(proposal.after, Some(plain.changed(&proposal.changes).headline(2)));
    }
    assert_eq!(within(WORK).unwrap().left_out, None);
}

#[test]
fn a_raised_time_limit_leaves_no_part_and_an_interrupt_ends() {
    for (reason, is_error) in [(StopReason::Timeout, false), (StopReason::Interrupt, true)] {
        let stop = Stop::default();
        stop.raise(reason);
        let plain = pairs();
        let ended = advise(plain.table(), plain.ladders(), STATIC_ONLY, Watch::quiet(&stop));
        assert_eq!(ended.is_err(), is_error);
        if let Ok(advised) = ended {
            assert!(advised.advice.is_empty() && advised.left_out.unwrap().contains("time limit"));
        }
    }
}
