//! What a limit on unicity is held against, on files whose right answer is known.

use serde_json::Value;

use super::{repository, unicity};
use crate::support::Bench;

/// The gates and the outcome of a scan of a case.
fn scan(case: &str, flags: &[&str]) -> (Value, String) {
    let bench = Bench::new();
    let measured = unicity(&bench, &repository(&format!("tests/data/cases/{case}")), flags.iter().copied());
    let outcome = bench.result()["verdict"]["outcome"].as_str().expect("an outcome").to_owned();
    (measured["value"]["gates"].clone(), outcome)
}

fn assert_share(gate: &Value, share: f64) {
    let found = gate["share"].as_f64().expect("a share");
    assert!((found - share).abs() < 0.000_5, "{found} is not {share}: {gate}");
    let high = gate["interval"][1].as_f64().expect("an interval");
    assert!(high >= found && high - found <= 0.005, "{gate}");
}

#[test]
fn most_subjects_have_few_events_and_count_all_the_same() {
    let flags = ["--subject", "customer_id", "--quasi", "day,merchant"];
    for (case, share) in [("unicity_short/c14.csv", 0.398), ("unicity_short/c14b.csv", 0.477)] {
        let (gates, outcome) = scan(case, &flags);
        assert_share(&gates[0], share);
        assert_eq!(outcome, "fail", "{case}");
    }
}

#[test]
fn whom_one_event_singles_out_counts_though_most_have_more() {
    let (gates, outcome) =
        scan("gates/short.csv", &["--subject", "card", "--quasi", "day,shop", "--point", "day+shop"]);
    assert_share(&gates[0], 0.45);
    assert_eq!((&gates[0]["subjects"], outcome.as_str()), (&100.into(), "fail"));
}

#[test]
fn what_is_shown_of_curves_changes_neither_figure_nor_verdict() {
    let plain = ["--subject", "card", "--point", "day+shop"];
    let (gates, outcome) = scan("gates/cohort.csv", &plain);
    assert_share(&gates[0], 0.5);
    assert_eq!(outcome, "fail");
    for more in [
        &["--known-points", "1..10"][..],
        &["--known-points", "1"],
        &["--within", "day=9d"],
        &["--attacker", "rarest", "--seed", "77"],
    ] {
        assert_eq!(scan("gates/cohort.csv", &[&plain, more].concat()), (gates.clone(), "fail".to_owned()), "{more:?}");
    }
}

#[test]
fn no_seed_changes_the_verdict() {
    let verdict = |seed: u32| {
        let seed = seed.to_string();
        let flags = ["--subject", "card", "--point", "day+shop", "--known-points", "1", "--seed", &seed];
        scan("gates/seed_flip.csv", &flags)
    };
    let (gates, outcome) = verdict(0);
    let [low, high] = [0, 1].map(|end| gates[0]["interval"][end].as_f64().expect("an interval"));
    assert!(low <= 0.086_5 && (0.085_5..0.2).contains(&high), "{gates}");
    for seed in (9..40).step_by(10) {
        assert_eq!(verdict(seed), (gates.clone(), outcome.clone()), "{seed}");
    }
}

#[test]
fn every_event_column_is_in_the_gated_point() {
    let flags = ["--subject", "customer", "--quasi", "sex,day,merchant,amount"];
    let (gates, outcome) = scan("gates/amount_ungated.csv", &flags);
    assert_eq!(gates[0]["point"], serde_json::json!(["day", "merchant", "amount"]));
    assert_share(&gates[0], 1.0);
    assert_eq!(outcome, "fail");
}

#[test]
fn declared_points_replace_the_guess_and_points_with_rules_gate_nothing() {
    let flags = ["--subject", "customer", "--quasi", "sex,day,merchant,amount"];
    let points = ["--point", "merchant+day", "--point", "day=month+merchant", "--point", "amount"];
    let (gates, _) = scan("gates/amount_ungated.csv", &[&flags[..], &points].concat());
    let points: Vec<&Value> = gates.as_array().expect("gates").iter().map(|gate| &gate["point"]).collect();
    assert_eq!(points, [&serde_json::json!(["day", "merchant"]), &serde_json::json!(["amount"])]);
    let (none, outcome) = scan("gates/amount_ungated.csv", &[&flags[..], &["--point", "day=month+merchant"]].concat());
    assert!(none.is_null(), "{none}");
    assert_ne!(outcome, "pass");
}
