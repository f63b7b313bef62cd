//! What gates must see: unicity over everybody, columns under no gate, one altered cell, two attacks on one source.

use super::program::{Seen, case, case_bench, run, try_text};

/// The share of subjects that the gate compares, in percent.
#[track_caller]
fn gated_percent(seen: &Seen) -> f64 {
    100.0 * seen.figure("unicity.gated_share").unwrap_or_else(|| panic!("a gated share\n{}", seen.told()))
}

#[track_caller]
fn assert_percent(seen: &Seen, expected: f64) {
    let share = gated_percent(seen);
    assert!((share - expected).abs() <= 0.55, "{share} % is {expected} %\n{}", seen.told());
}

#[test]
fn subjects_with_few_events_are_in_the_denominator() {
    let seen = case("unicity_short", &["c14.csv", "--subject", "customer_id", "--quasi", "day,merchant"]);
    seen.assert_outcome("fail");
    seen.assert_finding("high-unicity");
    assert_percent(&seen, 39.8);
}

#[test]
fn five_hundred_subjects_with_few_events_are_in_the_denominator_too() {
    let seen = case("unicity_short", &["c14b.csv", "--config", "c14b.toml"]);
    seen.assert_outcome("fail");
    assert_percent(&seen, 47.7);
}

#[test]
fn forty_five_of_a_hundred_cards_with_three_events_fail() {
    let words = ["short.csv", "--subject", "card", "--quasi", "day,shop", "--point", "day+shop"];
    let seen = case("gates", &words);
    seen.assert_outcome("fail");
    seen.assert_finding("high-unicity");
    assert_percent(&seen, 45.0);
}

#[test]
fn known_points_that_are_shown_do_not_change_the_gate() {
    let plain = ["cohort.csv", "--subject", "card", "--quasi", "day,shop", "--point", "day+shop"];
    let shown = [&plain[..], &["--known-points", "1..10"]].concat();
    for words in [&plain[..], &shown] {
        let seen = case("gates", words);
        seen.assert_outcome("fail");
        assert_percent(&seen, 50.0);
    }
}

#[test]
fn a_point_without_roles_has_the_same_gate() {
    for options in [&[][..], &["--known-points", "1..10"]] {
        let words = [&["cohort.csv", "--subject", "card", "--point", "day+shop"], options].concat();
        let seen = case("gates", &words);
        seen.assert_outcome("fail");
        assert_percent(&seen, 50.0);
    }
}

#[test]
fn no_seed_changes_the_verdict_of_the_gate() {
    let outcomes: Vec<(String, Option<f64>)> = ["0", "1", "7", "13", "22", "39"]
        .iter()
        .map(|seed| {
            let words = ["seed_flip.csv", "--subject", "card", "--point", "day+shop", "--known-points", "4"];
            let seen = case("gates", &[&words[..], &["--measures", "unicity", "--seed", seed]].concat());
            seen.assert_no_finding("high-unicity");
            (seen.outcome().to_owned(), seen.figure("unicity.gated_share"))
        })
        .collect();
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
    let share = outcomes[0].1.expect("a gated share");
    assert!((share - 0.086).abs() <= 0.0055, "{share} is 8.6 %");
}

#[test]
fn an_amount_that_is_everybodys_own_does_not_stay_outside_every_gate() {
    let words = ["amount_ungated.csv", "--subject", "customer", "--quasi", "sex,day,merchant,amount"];
    let seen = case("gates", &words);
    seen.assert_outcome("fail");
    assert!(seen.is_gated("amount"), "{}", seen.told());
    assert_percent(&seen, 100.0);
}

#[test]
fn one_known_amount_that_singles_everybody_out_fails() {
    let seen = case("security/amount_unique", &["amt.csv"]);
    seen.assert_outcome("fail");
    assert!(seen.is_gated("amount"), "{}", seen.told());
    assert_percent(&seen, 100.0);
}

#[test]
fn one_altered_cell_does_not_turn_a_fail_into_a_pass() {
    for quasi in ["postcode,sex", "postcode,sex,day,merchant"] {
        let scan = |file: &str| case("gates", &[file, "--subject", "customer", "--quasi", quasi]);
        scan("one_typo_min_clean.csv").assert_outcome("fail");
        let altered = scan("one_typo_min.csv");
        altered.assert_no_pass();
        // One of ten customers varies: fewer than twenty can tell, so both readings count.
        assert!(altered.blames("static-unclear", "postcode"), "{}", altered.told());
    }
}

#[test]
fn one_blank_cell_takes_no_declared_column_out_of_its_limit() {
    let seen = case("security/one_blank_cell", &["bs.csv"]);
    seen.assert_outcome("fail");
    seen.assert_finding("small-class");
    // The missing cell takes the only other value of its subject, so 400 customers stand in 400 classes.
    assert_eq!(seen.of_static("unique_subjects"), Some(400));
    assert!(seen.is_gated("birth_date"), "{}", seen.told());
}

#[test]
fn one_blank_cell_does_not_lift_a_preset_either() {
    let bench = case_bench("security/one_blank_cell");
    let config = std::fs::read_to_string(bench.input("reidrisk.toml")).expect("the configuration");
    bench.write("reidrisk.toml", config + "\n[policy]\npreset = \"controlled-k5\"\nmax_unique_share = 0.0\n");
    let ended = run(&bench, &["bs.csv"]);
    assert_eq!(bench.result()["verdict"]["outcome"], "fail", "{ended}");
    for gate in ["small-class", "high-unique-share"] {
        assert!(bench.result()["findings"].to_string().contains(gate), "{gate}\n{ended}");
    }
}

#[test]
fn a_column_whose_every_value_is_declared_missing_is_not_measured() {
    let seen = case("security/null_values", &["danger.csv"]);
    seen.assert_no_pass();
    assert!(seen.speaks_of("birth_date") || seen.tells_not_measured("birth_date"), "{}", seen.told());
}

#[test]
fn a_limit_that_nothing_can_break_is_no_gate() {
    let seen = case("security/max_unicity1", &["danger.csv"]);
    seen.assert_no_pass();
    seen.assert_finding("no-risk-gate");
}

#[test]
fn two_attacks_on_one_source_end_in_one_decision_and_one_figure() {
    let seen = case("two_answers", &["extract.csv"]);
    seen.assert_no_pass();
    let breaking: Vec<_> = seen.checks().iter().filter(|check| check["outcome"] == "breaks").collect();
    let linkable = seen.of_code("linkable");
    assert!(!breaking.is_empty() && !linkable.is_empty(), "{}", seen.told());
    for check in breaking.iter().filter(|check| check["figure"].as_str().is_some_and(|id| id.starts_with("linkage."))) {
        assert_eq!(check["finding"], "linkable", "{check}");
        let compared = check["compared"].as_f64();
        let same = linkable
            .iter()
            .any(|finding| finding["measured"].as_f64() == compared && finding["about"] == check["about"]);
        assert!(same, "the finding speaks of the figure and the attack that broke the limit\n{check}\n{}", seen.told());
    }
    assert!(!seen.page().contains("no better than guessing"), "{}", seen.page());
}

/// Forty persons in twenty pairs that are alike, and two whom three columns tell from everybody.
fn people_with_two_special_uniques() -> String {
    let pairs = (0..40).map(|n| format!("p{n},{},{},{}", n / 20, n / 2 % 2, n / 4 % 2));
    let special = ["q1,0,1,7".to_owned(), "q2,9,0,0".to_owned()];
    let lines: Vec<String> = pairs.chain(special).collect();
    format!("who,a,b,c\n{}\n", lines.join("\n"))
}

fn of_special_uniques(limit: &str, scan: &str) -> Seen {
    let config = format!(
        "[subject]\ncolumn = \"who\"\n[columns]\na = {{ role = \"quasi-identifier\" }}\nb = {{ role = \"quasi-identifier\" }}\n\
         c = {{ role = \"quasi-identifier\" }}\n[policy]\nk = 2\n{limit}\n{scan}\n"
    );
    try_text(&people_with_two_special_uniques(), &config).unwrap_or_else(|told| panic!("{told}"))
}

#[test]
fn who_is_singled_out_by_three_columns_is_held_to_its_limit() {
    let breaks = of_special_uniques("max_special_unique_share = 0.04", "");
    breaks.assert_outcome("fail");
    breaks.assert_finding("special-unique");
    let share = breaks.figure("special_uniques.gated_share").expect("a share");
    assert!((share - 2.0 / 42.0).abs() < 1e-12, "{share}");
    of_special_uniques("max_special_unique_share = 0.05", "").assert_no_finding("special-unique");
    of_special_uniques("", "").assert_no_finding("special-unique");
}

#[test]
fn a_limit_on_special_uniques_cannot_be_met_by_not_looking() {
    let limit = "max_special_unique_share = 0.9";
    for scan in [
        "[special_uniques]\nmax_msu = 2",
        "[scan]\nmeasures = [\"uniqueness\"]",
        "[scan]\nmissing = \"wildcard\"\n[dataset]\nnull_value = [\"9\"]",
    ] {
        let seen = of_special_uniques(limit, scan);
        seen.assert_outcome("fail");
        seen.assert_finding("unknown-risk");
    }
    // With nothing kept from the measure it holds.
    of_special_uniques(limit, "[scan]\nmeasures = [\"uniqueness\", \"special_uniques\"]")
        .assert_no_finding("unknown-risk");
}
