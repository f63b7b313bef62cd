//! Advice by a study of resolutions: what it predicts is what a scan with its flags finds.

use serde_json::Value;

use super::{repository, unicity};
use crate::support::Bench;

const FLAGS: [&str; 2] = ["--point", "trans_date+amount_gbp"];

fn bench(limit: &str) -> (Bench, String) {
    let bench = Bench::new();
    let roles = "[subject]\ncolumn = \"card\"\n[columns.trans_date]\nrole = \"quasi-identifier\"\n\
                 [columns.amount_gbp]\nrole = \"quasi-identifier\"\n";
    let config = bench.write("limits.toml", format!("{roles}[policy]\nmax_unicity = {limit}\n"));
    (bench, config.to_str().expect("text").to_owned())
}

fn scan(bench: &Bench, config: &str, flags: &[&str]) -> Value {
    let flags = FLAGS.iter().chain(flags).copied().chain(["--config", config]);
    unicity(bench, &repository("sample_data/purchase_cards.csv"), flags)
}

/// The share that the gate looks at.
fn gated(unicity: &Value) -> f64 {
    let value = &unicity["value"];
    let place = usize::try_from(value["gated_curve"].as_u64().expect("a curve")).expect("small");
    let results = value["curves"][place]["results"].as_array().expect("results").clone();
    let result = results.into_iter().find(|result| result["known_points"] == value["gated_known_points"]);
    result.expect("the gate has its result")["share"].as_f64().expect("a share")
}

#[test]
fn a_scan_with_the_proposed_flags_finds_exactly_the_predicted_share_within_the_limit() {
    let (bench, config) = bench("0.5");
    let before = gated(&scan(&bench, &config, &["--sweep"]));
    let advice = bench.result()["advice"].as_array().expect("advice").clone();
    assert!(!advice.is_empty() && advice.len() <= 3, "{advice:?}");
    assert_eq!(advice[0]["recommended"], true);
    for proposal in &advice {
        assert_eq!(proposal["reaches_limits"], false, "the whole verdict was not recomputed: {proposal}");
        assert_eq!(proposal["before"]["unicity"].as_f64(), Some(before));
        let flags = proposal["flags"].as_str().expect("its names fit a command line");
        let again = Bench::new();
        let after = gated(&scan(&again, &config, &flags.split(' ').collect::<Vec<_>>()));
        assert_eq!(proposal["after"]["unicity"].as_f64(), Some(after), "{flags}");
        assert!(after <= 0.5 && after < before, "{flags}");
        let findings = again.result()["findings"].as_array().expect("findings").clone();
        assert!(findings.iter().all(|finding| finding["code"] != "high-unicity"), "{findings:?}");
        assert!(proposal["config"].as_str().is_some_and(|lines| lines.contains("coarsen = ")), "{proposal}");
    }
}

#[test]
fn where_nothing_reaches_the_limit_it_is_said() {
    let (bench, config) = bench("0.0");
    scan(&bench, &config, &["--sweep"]);
    let advice = bench.result()["advice"].as_array().expect("advice").clone();
    assert_eq!(advice.len(), 1, "{advice:?}");
    assert!(advice[0]["action"].as_str().is_some_and(|action| action.contains("no coarser version")), "{advice:?}");
    assert!(advice[0]["reaches_limits"] == false && advice[0]["recommended"] == false, "{advice:?}");
}

#[test]
fn without_a_study_or_within_the_limit_nothing_is_proposed() {
    let (bench, config) = bench("0.5");
    scan(&bench, &config, &[]);
    assert_eq!(bench.result()["advice"], serde_json::json!([]));
    let (other, config) = self::bench("1.0");
    scan(&other, &config, &["--sweep"]);
    assert_eq!(other.result()["advice"], serde_json::json!([]));
}
