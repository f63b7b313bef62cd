//! The laws of linkage on random pairs of tables: what truth and hold-outs may change, against a count of every pair.

#![expect(clippy::cast_precision_loss, reason = "tables of a few records")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::program::{Beside, Seen, try_beside};

/// Pairs of tables of each law.
const PAIRS: u32 = 3_000;

fn pairs() -> Config {
    Config { failure_persistence: None, max_shrink_iters: 300, ..Config::with_cases(PAIRS) }
}

/// A record: whose it is, and two cells; an empty one is missing.
type Record = (usize, [usize; 2]);

#[derive(Debug, Clone)]
struct Pair {
    extract: Vec<Record>,
    source: Vec<Record>,
    strangers: Vec<Record>,
    /// For each person of the source the number of a customer, of nobody in the extract, or nothing.
    truth: Vec<Option<usize>>,
    limit: f64,
    complete: bool,
}

fn records(people: usize, most: usize) -> impl Strategy<Value = Vec<Record>> {
    let more = prop::collection::vec((0..people, [0_usize..5, 0..4]), 0..most);
    (prop::collection::vec([0_usize..5, 0..4], people), more).prop_map(|(first, more)| {
        let mut all: Vec<Record> = first.into_iter().enumerate().collect();
        all.extend(more);
        all
    })
}

fn pair() -> impl Strategy<Value = Pair> {
    let truth = prop::collection::vec(prop::option::weighted(0.8, 0_usize..12), 9);
    let limit = prop_oneof![Just(0.0), Just(0.1), Just(0.25), Just(0.5), Just(0.9)];
    (records(7, 5), records(9, 5), records(6, 4), truth, limit, any::<bool>()).prop_map(
        |(extract, source, strangers, truth, limit, complete)| Pair {
            extract,
            source,
            strangers,
            truth,
            limit,
            complete,
        },
    )
}

fn cell(column: usize, draw: usize) -> String {
    // The last value of the first column and of the second is a missing cell.
    if draw + column == 4 { String::new() } else { format!("{}{draw}", ["x", "y"][column]) }
}

fn extract_text(records: &[Record], letter: char) -> String {
    let mut text = "id,a,b,z\n".to_owned();
    for (person, cells) in records {
        writeln!(text, "{letter}{person},{},{},same", cell(0, cells[0]), cell(1, cells[1])).expect("a text grows");
    }
    text
}

fn source_text(pair: &Pair) -> String {
    let mut text = "member,a,b,ref\n".to_owned();
    for (person, cells) in &pair.source {
        let key = pair.truth[*person].map_or_else(String::new, |customer| format!("c{customer}"));
        writeln!(text, "m{person},{},{},{key}", cell(0, cells[0]), cell(1, cells[1])).expect("a text grows");
    }
    text
}

fn scan(pair: &Pair, truth: bool, hold_out: bool) -> Seen {
    let mut config = format!(
        "[subject]\ncolumn = \"id\"\n[columns.z]\nrole = \"quasi-identifier\"\n[columns.a]\nrole = \"ignore\"\nreason = \"r\"\n\
         [columns.b]\nrole = \"ignore\"\nreason = \"r\"\n[policy]\nmax_linked_share = {}\n[[recipient.holds]]\nfile = \"source.csv\"\n\
         subject = \"member\"\non = [\"a\", \"b\"]\n",
        pair.limit
    );
    if truth {
        writeln!(config, "truth = {{ ours = \"id\", theirs = \"ref\" }}\ntruth_complete = {}", pair.complete)
            .expect("a text");
    }
    if hold_out {
        config.push_str("hold_out = \"strangers.csv\"\n");
    }
    let (source, strangers) = (source_text(pair), extract_text(&pair.strangers, 's'));
    let files = [("source.csv", source.as_str()), ("strangers.csv", strangers.as_str())];
    let beside = Beside { files: &files, ..Beside::default() };
    try_beside(&extract_text(&pair.extract, 'c'), &config, beside)
        .unwrap_or_else(|refusal| panic!("{refusal}\n{config}"))
}

/// What is to be expected of the links of some people, pair by pair.
struct Slow {
    /// Nothing was compared: no value of a column is on both sides.
    is_apart: bool,
    /// Sum of the chances, and of those whose right person is known.
    links: f64,
    known_links: f64,
    known: usize,
    people: usize,
}

impl Slow {
    fn rate(&self) -> f64 {
        self.links / self.people as f64
    }

    /// Whether the rate, or that among the known from five on, is above a limit.
    fn breaks(&self, limit: f64) -> bool {
        let share = self.known_links / self.known.max(1) as f64;
        self.rate() > limit + 1e-9 || (self.known >= 5 && share > limit + 1e-9)
    }

    fn is_thin(&self, complete: bool) -> bool {
        5 * self.known < 4 * self.people && !complete
    }
}

fn has(cells: &[usize; 2]) -> bool {
    (0..2).all(|column| !cell(column, cells[column]).is_empty())
}

fn slow(people: &[Record], source: &[Record], truth: Option<&[Option<usize>]>) -> Slow {
    let values = |records: &[Record], column: usize| -> BTreeSet<String> {
        let all = records.iter().map(|(_, cells)| cell(column, cells[column]));
        all.filter(|value| !value.is_empty()).collect()
    };
    let is_apart = (0..2).any(|column| values(people, column).is_disjoint(&values(source, column)));
    let mut by_person: BTreeMap<usize, Vec<[usize; 2]>> = BTreeMap::new();
    for (person, cells) in people {
        by_person.entry(*person).or_default().push(*cells);
    }
    let mut found = Slow { is_apart, links: 0.0, known_links: 0.0, known: 0, people: by_person.len() };
    for (person, records) in &by_person {
        let right: BTreeSet<usize> = truth.map_or_else(BTreeSet::new, |truth| {
            (0..truth.len()).filter(|&member| truth[member] == Some(*person)).collect()
        });
        let mut chance = 0.0_f64;
        for cells in records.iter().filter(|cells| has(cells)) {
            let class: BTreeSet<usize> =
                source.iter().filter(|(_, theirs)| theirs == cells).map(|(member, _)| *member).collect();
            if !class.is_empty() {
                let good = if right.is_empty() { 1 } else { class.intersection(&right).count() };
                chance = chance.max(good as f64 / class.len() as f64);
            }
        }
        found.links += chance;
        if !right.is_empty() {
            found.known += 1;
            found.known_links += chance;
        }
    }
    found
}

fn is_near(one: Option<f64>, other: f64) -> bool {
    one.is_some_and(|one| (one - other).abs() < 1e-9)
}

fn attack(seen: &Seen) -> &serde_json::Value {
    &seen.result["measures"]["linkage"]["value"]["attacks"][0]
}

proptest! {
    #![proptest_config(pairs())]

    #[test]
    fn a_limit_holds_only_where_every_link_that_truth_took_away_was_shown_to_be_wrong(pair in pair()) {
        let expected = slow(&pair.extract, &pair.source, Some(&pair.truth));
        let seen = scan(&pair, true, false);
        if expected.is_apart {
            seen.assert_outcome("fail");
            return Ok(());
        }
        let attack = attack(&seen);
        prop_assert!(is_near(attack["attack_rate"].as_f64(), expected.rate()), "{} is {}", attack, expected.rate());
        prop_assert!(is_near(attack["expected_correct"].as_f64(), expected.links), "{}", attack);
        prop_assert!(is_near(seen.figure("linkage.correct_links"), expected.links), "{}", attack);
        prop_assert_eq!(attack["known_truth"]["subjects"].as_u64(), Some(expected.known as u64));
        prop_assert_eq!(seen.outcome() == "fail", expected.breaks(pair.limit), "{}\n{}", seen.told(), attack);
        let is_thin = expected.is_thin(pair.complete);
        prop_assert_eq!(!seen.of_code("truth-coverage").is_empty(), is_thin, "{}", seen.told());
        prop_assert!(!(is_thin && seen.outcome() == "pass"));
        let blind = slow(&pair.extract, &pair.source, None);
        let without = scan(&pair, false, false);
        prop_assert!(is_near(without.figure("linkage.attack_rate"), blind.rate()));
        prop_assert_eq!(without.outcome() == "fail", blind.rate() > pair.limit + 1e-9, "{}", without.told());
    }

    #[test]
    fn a_hold_out_changes_no_rate_and_no_verdict_and_is_counted_as_the_extract_is(pair in pair()) {
        // The other law says the same without a hold-out.
        let held = scan(&pair, true, true);
        let (expected, after) = (slow(&pair.extract, &pair.source, Some(&pair.truth)), attack(&held));
        if expected.is_apart {
            held.assert_outcome("fail");
            return Ok(());
        }
        prop_assert!(is_near(after["attack_rate"].as_f64(), expected.rate()), "{}", after);
        prop_assert_eq!(held.outcome() == "fail", expected.breaks(pair.limit), "{}\n{}", held.told(), after);
        prop_assert_eq!(!held.of_code("truth-coverage").is_empty(), expected.is_thin(pair.complete), "{}", held.told());
        let strangers = slow(&pair.strangers, &pair.source, None);
        let control = if strangers.is_apart { 0.0 } else { strangers.rate() };
        prop_assert!(is_near(after["control_rate"].as_f64(), control), "{} is {}", after, control);
        let (rate, baseline) = (after["attack_rate"].as_f64().unwrap_or(0.0), after["baseline_rate"].as_f64());
        if after["evidence"] == "none" {
            let named = after["no_better_than"].as_str();
            let is_below = match named {
                Some("baseline") => baseline.is_some_and(|baseline| rate <= baseline),
                Some("control") => rate <= control + 1e-9,
                _ => false,
            };
            prop_assert!(is_below, "no evidence of a rate above what it is held against: {}", after);
        }
    }
}
