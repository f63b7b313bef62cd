//! The laws of the verdict on random tables, roles, plans and dirt, against the slow judge.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::Value;

use super::judge::judge;
use super::plans::{Declared, Display, Role, Subject};
use super::program::{Seen, try_text};
use super::worlds::{Dirt, NAMES, PERSON, Spoil, World, dirt, padding, text_of, world};

/// Tables of each law.
const TABLES: u32 = 2_000;
/// How far a gated share that was drawn may lie from the exact one.
const DRAWN: f64 = 0.011;

fn tables() -> Config {
    Config { failure_persistence: None, max_shrink_iters: 300, ..Config::with_cases(TABLES) }
}

fn scan(world: &World) -> Result<Seen, TestCaseError> {
    scan_shown(world, Display::default())
}

fn scan_shown(world: &World, display: Display) -> Result<Seen, TestCaseError> {
    let config = world.plan.config(display);
    try_text(&world.text(), &config).map_err(|refusal| TestCaseError::fail(format!("refused: {refusal}\n{config}")))
}

/// The verdict is one that the slow judge allows, with its findings and figures.
fn agrees(world: &World, seen: &Seen) -> Result<(), TestCaseError> {
    let (text, config) = (world.text(), world.plan.config(Display::default()));
    let expected = judge(&text, &world.plan);
    let about = || format!("{expected:?}\n{}\n{config}\n{text}", seen.told());
    prop_assert!(expected.allows(seen.outcome()), "{}", about());
    // With one subject there is no class to hide in: unicity is undefined, which fails as well.
    let is_undefined = |code: &str| code == "high-unicity" && !seen.of_code("unknown-risk").is_empty();
    for code in &expected.findings {
        prop_assert!(!seen.of_code(code).is_empty() || is_undefined(code), "`{}` is missing\n{}", code, about());
    }
    if let (Some(expected), Some(smallest)) = (expected.smallest_class, seen.of_static("smallest_class")) {
        prop_assert_eq!(u64::try_from(expected).ok(), Some(smallest), "{}", about());
    }
    if let (Some(expected), Some(share)) = (expected.share, seen.figure("unicity.gated_share")) {
        prop_assert!((expected - share).abs() <= DRAWN, "{} is {}\n{}", share, expected, about());
    }
    Ok(())
}

/// Every declared quasi-identifier with a value is under a measured gate, or a finding names it.
fn nothing_is_ungated_in_silence(world: &World, seen: &Seen) -> Result<(), TestCaseError> {
    for place in world.plan.quasi() {
        let name = NAMES[place];
        let text = || format!("{name}\n{}\n{:?}", seen.told(), seen.checks());
        prop_assert!(
            seen.is_gated(name)
                || seen.speaks_of(name)
                || !["no-risk-gate", "unknown-risk"].iter().all(|code| seen.of_code(code).is_empty()),
            "{}",
            text()
        );
    }
    Ok(())
}

/// All figures of classes and of known points, by name.
fn figures(seen: &Seen) -> BTreeMap<String, Value> {
    let listed = seen.result["figures"].as_array().map_or(&[][..], Vec::as_slice);
    let counted = |figure: &&Value| {
        figure["id"].as_str().is_some_and(|id| id.starts_with("uniqueness.") || id.starts_with("unicity."))
    };
    let flat = listed
        .iter()
        .filter(counted)
        .map(|figure| (format!("{} {} {}", figure["id"], figure["columns"], figure["about"]), figure["value"].clone()));
    let nested = ["uniqueness", "unicity"].map(|name| (name.to_owned(), seen.result["measures"][name].clone()));
    flat.chain(nested).collect()
}

proptest! {
    #![proptest_config(tables())]

    #[test]
    fn the_verdict_is_that_of_the_bytes_in_hand_after_any_change_of_a_cell(world in world(), dirt in dirt()) {
        let changed = world.spoilt(dirt);
        let seen = scan(&changed)?;
        agrees(&changed, &seen)?;
        nothing_is_ungated_in_silence(&changed, &seen)?;
    }

    #[test]
    fn padding_a_cell_changes_no_figure_and_no_verdict(world in world(), padding in padding()) {
        let (before, after) = (scan(&world)?, scan(&world.spoilt(padding))?);
        prop_assert_eq!(figures(&before), figures(&after));
        prop_assert_eq!(before.outcome(), after.outcome(), "{}\n{}", before.told(), after.told());
    }

    #[test]
    fn records_that_do_not_count_turn_no_fail_into_a_pass(world in world(), at in 0..1_000_usize, many in 1..30_usize) {
        if scan(&world)?.outcome() != "fail" {
            return Ok(());
        }
        let record = world.rows[at % world.rows.len()].clone();
        // Where no subject is declared a record without a person is a person.
        let kinds = [Spoil::SuppressRecord, Spoil::Blank];
        let kinds = if matches!(world.plan.subject, Subject::Column(_)) { &kinds[..] } else { &kinds[..1] };
        for &kind in kinds {
            let mut longer = world.clone();
            for _ in 0..many {
                longer.rows.push(record.clone());
                let row = longer.rows.len() - 1;
                longer = longer.spoilt(Dirt { row, column: PERSON, kind });
            }
            let seen = scan(&longer)?;
            prop_assert_ne!(seen.outcome(), "pass", "{:?}\n{}", kind, longer.text());
        }
    }

    #[test]
    fn an_undeclared_column_turns_no_fail_into_a_pass(world in world(), width in 1..200_usize) {
        if scan(&world)?.outcome() != "fail" {
            return Ok(());
        }
        let rows: Vec<Vec<String>> = world.rows.iter().enumerate()
            .map(|(at, row)| row.iter().cloned().chain([format!("w{}", at % width)]).collect())
            .collect();
        let names: Vec<&str> = NAMES.into_iter().chain(["extra"]).collect();
        let seen = try_text(&text_of(&names, &rows), &world.plan.config(Display::default())).map_err(TestCaseError::fail)?;
        prop_assert_ne!(seen.outcome(), "pass", "{}", seen.told());
    }

    #[test]
    fn an_ignored_column_turns_no_other_verdict_into_a_pass(world in world(), width in 1..40_usize, reason in any::<bool>()) {
        if scan(&world)?.outcome() == "pass" {
            return Ok(());
        }
        let rows: Vec<Vec<String>> = world.rows.iter().enumerate()
            .map(|(at, row)| row.iter().cloned().chain([format!("w{}", at % width)]).collect())
            .collect();
        let names: Vec<&str> = NAMES.into_iter().chain(["extra"]).collect();
        let mut plan = world.plan;
        plan.columns.push(Declared { name: "extra".to_owned(), role: Some(Role::Ignore), reason, varies: None, prefix: None });
        let seen = try_text(&text_of(&names, &rows), &plan.config(Display::default())).map_err(TestCaseError::fail)?;
        prop_assert_ne!(seen.outcome(), "pass", "{}", seen.told());
    }

    #[test]
    fn a_file_whose_unreasoned_columns_single_people_out_together_never_passes(world in world()) {
        let mut world = world;
        for column in &mut world.plan.columns[2..] {
            *column = Declared { name: column.name.clone(), role: Some(Role::Ignore), reason: false, varies: None, prefix: None };
        }
        world.plan.columns[1] = Declared { role: Some(Role::Quasi), prefix: None, ..world.plan.columns[1].clone() };
        world.plan.min_l = None;
        let seen = scan(&world)?;
        let mut holders: BTreeMap<&[String], BTreeSet<&str>> = BTreeMap::new();
        let by_record: Vec<String> = (0..world.rows.len()).map(|row| row.to_string()).collect();
        let has_subject = matches!(world.plan.subject, Subject::Column(_));
        for (row, number) in world.rows.iter().zip(&by_record) {
            let who = if has_subject { row[PERSON].trim() } else { number };
            // Dirt is judged by the slow judge, which reads it as the rules ask.
            if row.iter().any(|cell| cell.trim() != cell || cell.is_empty() || cell == "*") {
                return Ok(());
            }
            holders.entry(&row[2..]).or_default().insert(who);
        }
        let all: BTreeSet<&str> = holders.values().flatten().copied().collect();
        let alone: BTreeSet<&str> = holders.values().filter(|held| held.len() == 1).flatten().copied().collect();
        if alone.len() * 5 >= all.len() {
            prop_assert!(!seen.of_code("unreasoned-column").is_empty(), "{}\n{}", seen.told(), world.text());
            prop_assert_ne!(seen.outcome(), "pass");
        } else if has_subject {
            prop_assert!(seen.of_code("unreasoned-column").is_empty(), "{}\n{}", seen.told(), world.text());
        }
    }

    #[test]
    fn a_stranger_lowers_no_number_singled_out_and_raises_no_class(world in world()) {
        let Subject::Column(_) = world.plan.subject else { return Ok(()) };
        let mut longer = world.clone();
        longer.rows.push(["p999", "qa", "qb", "qc", "qd", "qe"].map(str::to_owned).to_vec());
        // A prefix may not join the stranger with anybody either.
        let (before, after) = (judge(&world.text(), &world.plan), judge(&longer.text(), &longer.plan));
        let (seen_before, seen_after) = (scan(&world)?, scan(&longer)?);
        let about = || format!("{}\n{}", longer.plan.config(Display::default()), longer.text());
        if before.smallest_class.is_some() && after.smallest_class.is_some() {
            let classes = [&seen_before, &seen_after].map(|seen| seen.of_static("smallest_class"));
            prop_assert!(classes[1] <= classes[0], "{:?}\n{}", classes, about());
            let unique = [&seen_before, &seen_after].map(|seen| seen.of_static("unique_subjects"));
            prop_assert!(unique[1] >= unique[0], "{:?}\n{}", unique, about());
        }
        let number = |seen: &Seen, with_events: usize| {
            let with_events = u32::try_from(with_events).map_or(f64::NAN, f64::from);
            seen.figure("unicity.gated_share").map(|share| share * with_events)
        };
        if let (Some(one), Some(other)) = (number(&seen_before, before.with_events), number(&seen_after, after.with_events))
            && before.share.is_some() && after.share.is_some()
        {
            let drawn = 2.0 * DRAWN * u32::try_from(after.with_events).map_or(f64::NAN, f64::from);
            prop_assert!(other >= one - drawn, "{} {}\n{}", one, other, about());
        }
        agrees(&longer, &seen_after)?;
    }

    #[test]
    fn no_display_option_seed_thread_count_or_order_changes_the_outcome(
        world in world(),
        seed in 1..1_000_u64,
        threads in 1..4_usize,
        known_points in 1..7_u32,
        attacker in prop::sample::select(vec!["uniform", "rarest", "frequent"]),
        turn in 1..50_usize,
    ) {
        let plain = scan(&world)?;
        let mut turned = world.clone();
        let middle = turn % turned.rows.len();
        turned.rows.rotate_left(middle);
        turned.rows.reverse();
        let display = Display {
            seed: Some(seed),
            threads: Some(threads),
            known_points: Some(known_points),
            attacker: Some(attacker),
            max_set: Some(2),
        };
        let shown = scan_shown(&turned, display)?;
        prop_assert_eq!(plain.outcome(), shown.outcome(), "{}\n{}", plain.told(), shown.told());
        prop_assert_eq!(plain.codes(), shown.codes(), "{}\n{}", plain.told(), shown.told());
        prop_assert_eq!(plain.checks(), shown.checks());
    }

    #[test]
    fn a_pass_means_that_every_column_is_gated_or_declared(world in world()) {
        let seen = scan(&world)?;
        if seen.outcome() != "pass" {
            return Ok(());
        }
        let about = || format!("{}\n{}\n{}", world.plan.config(Display::default()), world.text(), seen.told());
        for (place, column) in world.plan.columns.iter().enumerate() {
            let is_subject = world.plan.subject == Subject::Column(place);
            let declared = matches!(column, Declared { role: Some(_), .. }) || is_subject;
            prop_assert!(declared || seen.speaks_of(&column.name), "{} has no role\n{}", column.name, about());
            if column.role == Some(Role::Quasi) {
                prop_assert!(seen.is_gated(&column.name), "{} is under no gate\n{}", column.name, about());
            }
        }
        prop_assert!(world.plan.subject != Subject::Unsaid, "nobody said that a record is a person\n{}", about());
    }
}

/// The generator reaches every verdict often enough for the laws to say something.
#[test]
fn the_slow_judge_expects_every_verdict_on_many_tables() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut certain: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..TABLES {
        let world = world().new_tree(&mut runner).expect("a table").current();
        let judged = judge(&world.text(), &world.plan);
        let name = if judged.best == judged.worst { format!("{:?}", judged.best) } else { "open".to_owned() };
        *certain.entry(name).or_default() += 1;
    }
    for verdict in ["Pass", "Review", "Fail"] {
        assert!(certain.get(verdict).is_some_and(|&count| count >= 100), "{certain:?}");
    }
}
