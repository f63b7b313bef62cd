//! What was typed is wrong: exit code 2, and a hint that leads on.

use super::text::purchases;
use crate::support::{Bench, Ended};

fn scan(flags: &[&str]) -> (Bench, Ended) {
    let bench = Bench::new();
    let path = bench.write("cards.csv", purchases(10));
    let ended = bench.scan([path.to_str().expect("a path is text")].iter().chain(flags));
    (bench, ended)
}

fn scan_with_config(config: &str) -> (Bench, Ended) {
    let bench = Bench::new();
    let path = bench.write("cards.csv", purchases(10));
    let config = bench.write("reidrisk.toml", config);
    let paths = [path, config].map(|path| path.to_str().expect("a path is text").to_owned());
    let ended = bench.scan([&paths[0], "--config", &paths[1]]);
    (bench, ended)
}

#[test]
fn an_unknown_flag_is_a_usage_error() {
    let (bench, ended) = scan(&["--quasy", "merchant"]);
    bench.assert_refused(&ended, 2, &["--quasy", "--quasi"]);
}

#[test]
fn no_input_is_a_usage_error() {
    let bench = Bench::new();
    bench.assert_refused(&bench.scan([""; 0]), 2, &["INPUT"]);
}

#[test]
fn an_unknown_column_is_a_usage_error_with_the_nearest_name() {
    let (bench, ended) = scan(&["--subject", "card", "--quasi", "mercant"]);
    bench.assert_refused(&ended, 2, &["mercant", "hint", "merchant"]);
}

#[test]
fn an_unknown_subject_is_a_usage_error() {
    let (bench, ended) = scan(&["--subject", "cart", "--quasi", "merchant"]);
    bench.assert_refused(&ended, 2, &["cart", "hint", "card"]);
}

#[test]
fn values_that_mean_nothing_are_usage_errors() {
    let cases: [&[&str]; 9] = [
        &["--k", "0"],
        &["--k", "-1"],
        &["--k", "many"],
        &["--max-set", "none"],
        &["--threads", "0"],
        &["--fail-on", "whenever"],
        &["--missing", "perhaps"],
        &["--measures", "happiness"],
        &["--emit", "pdf"],
    ];
    for flags in cases {
        let (bench, ended) = scan(&[&["--quasi", "merchant"], flags].concat());
        bench.assert_refused(&ended, 2, &[]);
    }
}

#[test]
fn coarsening_that_cannot_be_is_a_usage_error() {
    for rule in ["amount", "amount=fortnight", "amount=bins:10,5", "amount=round:0", "nothing=round:10"] {
        let (bench, ended) = scan(&["--quasi", "amount", "--coarsen", rule]);
        bench.assert_refused(&ended, 2, &[]);
    }
}

#[test]
fn two_roles_for_one_column_are_a_usage_error() {
    let (bench, ended) = scan(&["--subject", "card", "--quasi", "card,merchant"]);
    bench.assert_refused(&ended, 2, &["card"]);
}

#[test]
fn an_unknown_key_of_the_configuration_is_shown_with_the_nearest_one() {
    let (bench, ended) = scan_with_config("[columns.merchant]\nrole = \"quasi-identifier\"\ncoarsenn = \"rare:5\"\n");
    bench.assert_refused(&ended, 2, &["coarsenn", "coarsen", "reidrisk.toml"]);
}

#[test]
fn an_unknown_role_is_shown_with_the_nearest_one() {
    let (bench, ended) = scan_with_config("[columns.merchant]\nrole = \"quasi\"\n");
    bench.assert_refused(&ended, 2, &["quasi", "quasi-identifier", "reidrisk.toml"]);
}

#[test]
fn a_configuration_that_is_no_toml_is_a_usage_error_with_its_place() {
    let (bench, ended) = scan_with_config("[columns.merchant\nrole = 1\n");
    bench.assert_refused(&ended, 2, &["reidrisk.toml:1"]);
}

#[test]
fn a_configuration_that_is_missing_is_a_usage_error() {
    let (bench, ended) = scan(&["--config", "nowhere.toml"]);
    bench.assert_refused(&ended, 2, &["nowhere.toml"]);
}

#[test]
fn a_configuration_that_is_a_folder_is_a_usage_error() {
    let (bench, ended) = scan(&["--config", "input"]);
    bench.assert_refused(&ended, 2, &["input"]);
}
