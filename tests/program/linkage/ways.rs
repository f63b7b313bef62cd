//! Flags and configuration say the same.

use super::{attack, attacks, bench, result, scan, statuses};

const MEMBERS_CONFIG: &str = "[subject]\ncolumn = \"customer\"\n[[recipient.holds]]\nname = \"members\"\n\
                              file = \"members.csv\"\non = [\"birth\", { ours = \"city\", theirs = \"town\" }]\n";

#[test]
fn a_source_is_named_by_a_flag_and_joined_on_columns_without_a_role() {
    let bench = bench();
    let flags = ["--subject", "customer", "--against", "members.csv", "--on", "birth,city=town"];
    let found = attack(&bench, &flags);
    assert_eq!(statuses(&found), [Some(1), Some(1), Some(2)], "{found}");
    assert_eq!((&found["attack"], &found["with"]), (&"exact".into(), &"members".into()));
    assert_eq!(found["columns"], serde_json::json!(["birth", "city"]));
    let result = bench.result();
    assert_eq!(result["sources"][0]["records"], 4);
    assert!(result["sources"][0]["files"][0]["sha256"].is_null(), "a hash of four records could be tried out");
    // Nothing was guessed: the columns that are joined have no role.
    assert_eq!(result["dataset"]["columns"][1]["role"], "ignore");
    assert_eq!(result["dataset"]["columns"][1]["guessed"], false);
}

#[test]
fn flags_and_configuration_find_the_same() {
    let flags = ["--subject", "customer", "--against", "members.csv", "--on", "birth", "--on", "city=town"];
    let by_flags = attack(&bench(), &flags);
    let bench = bench();
    bench.write("r.toml", MEMBERS_CONFIG);
    assert_eq!(attack(&bench, &["--config", "r.toml"]), by_flags);
}

#[test]
fn without_on_the_quasi_identifiers_of_the_same_name_are_shared() {
    let bench = bench();
    bench.write("members.csv", MEMBERS_WITH_CITY);
    let found = attack(&bench, &["--subject", "customer", "--quasi", "birth,city,amount", "--against", "members.csv"]);
    assert_eq!(found["columns"], serde_json::json!(["birth", "city"]));
}

const MEMBERS_WITH_CITY: &str = "member,birth,city,name\n1,1980,Ghent,A\n2,1981,Ghent,B\n";

#[test]
fn several_sources_are_attacked_one_by_one_and_a_repeated_name_is_numbered() {
    let bench = bench();
    bench.write("second.csv", "birth\n1983\n1984\n");
    let flags = ["--subject", "customer", "--against", "members.csv", "--against", "second.csv", "--on", "birth"];
    let found = attacks(&bench, &flags);
    let names: Vec<_> = found.iter().map(|attack| attack["with"].as_str().unwrap_or_default()).collect();
    assert_eq!(names, ["members", "second"]);
    assert_eq!(statuses(&found[1]), [Some(1), Some(0), Some(3)]);
    let twice = super::bench();
    let flags = ["--subject", "customer", "--against", "members.csv", "--against", "members.csv", "--on", "birth"];
    assert_eq!(attacks(&twice, &flags)[1]["with"], "members (2)");
}

#[test]
fn a_flag_takes_the_place_of_the_sources_of_the_file() {
    let bench = bench();
    bench.write("r.toml", MEMBERS_CONFIG);
    bench.write("second.csv", "birth\n1983\n");
    let found = attacks(&bench, &["--config", "r.toml", "--against", "second.csv", "--on", "birth"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["with"], "second");
}

#[test]
fn the_rules_of_the_extract_hold_for_the_source() {
    let bench = bench();
    bench.write("members.csv", "birth,town\n1984,Ghent\n1975,Bruges\n");
    let on = ["--subject", "customer", "--against", "members.csv", "--on", "birth"];
    assert_eq!(statuses(&attack(&bench, &on)), [Some(0), Some(0), Some(4)]);
    let coarse = super::bench();
    coarse.write("members.csv", "birth,town\n1984,Ghent\n1975,Bruges\n");
    let found = attack(&coarse, &[&on[..], &["--coarsen", "birth=round:10"]].concat());
    // All four were born around 1980, and so were both others.
    assert_eq!(statuses(&found), [Some(0), Some(4), Some(0)]);
}

#[test]
fn what_is_rare_is_decided_by_the_extract_alone() {
    let bench = bench();
    bench.write("members.csv", "city\nGhent\nGhent\nBruges\nLeuven\n");
    let flags = ["--subject", "customer", "--against", "members.csv", "--on", "city", "--coarsen", "city=rare:2"];
    let found = attack(&bench, &flags);
    // Bruges has one customer and is rare; Leuven is nobody's city there, so it may be the rare one as well.
    assert_eq!(statuses(&found), [Some(0), Some(4), Some(0)]);
}

#[test]
fn dates_meet_moments_by_their_day_and_whole_numbers_meet_decimals() {
    let bench = bench();
    bench.write("extract.csv", "who,day,amount\na,2026-01-01,5\nb,2026-01-02,7\n");
    bench.write("log.csv", "seen,paid\n2026-01-01T10:00:00,5.00\n2026-01-03T10:00:00,7.50\n");
    let flags = ["--subject", "who", "--against", "log.csv", "--on", "day=seen,amount=paid"];
    let found = attack(&bench, &flags);
    assert_eq!(statuses(&found), [Some(1), Some(0), Some(1)]);
    assert!(super::notes(&found).contains("by their day"), "{found}");
}

#[test]
fn without_a_source_the_measure_says_why_it_is_missing() {
    let bench = bench();
    let result = result(&bench, &["--subject", "customer", "--quasi", "birth"]);
    let reasons = result["not_measured"].as_array().expect("reasons");
    let linkage = reasons.iter().find(|entry| entry["measure"] == "linkage").expect("a reason");
    assert!(linkage["reason"].as_str().is_some_and(|reason| reason.contains("--against")), "{linkage}");
    assert!(result["measures"]["linkage"].is_null() && result["sources"].is_null());
}

#[test]
fn a_measure_that_is_not_asked_for_reads_no_source() {
    let bench = bench();
    let flags = ["--quasi", "birth", "--measures", "uniqueness", "--against", "nowhere.csv", "--on", "birth"];
    assert!(matches!(scan(&bench, &flags).code, Some(0 | 1)));
}

#[test]
fn check_looks_for_the_columns_of_a_source() {
    let bench = bench();
    let path = bench.write("r.toml", MEMBERS_CONFIG.replace("\"town\"", "\"twon\""));
    let mut command = std::process::Command::new(crate::support::BINARY);
    command.arg("check").arg(path);
    let ended = bench.run(command, b"");
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.stderr.contains("`members` has no column `twon`") && ended.stderr.contains("`town`"), "{ended}");
}
