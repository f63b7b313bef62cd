//! Policy, agreement and waivers, from a real run: what is told, and that a register leaks nothing.

use std::fmt::Write as _;

use serde_json::Value;

use super::desk::{people, run};
use crate::support::{Bench, CANARY};

const ROLES: &str = "[subject]\ncolumn = \"card\"\n[columns.district]\nrole = \"quasi-identifier\"\n\
                     [columns.age]\nrole = \"sensitive\"\n[columns.memo]\nrole = \"sensitive\"\n";

/// The day so many days from today: agreements and waivers are judged today as well.
fn day(days: i64) -> String {
    #[expect(clippy::disallowed_methods, reason = "the program under test reads the same clock")]
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.saturating_add(jiff::Span::new().days(days)).to_string()
}

fn scanned(config: &str, files: &[(&str, &str)], words: &[&str]) -> (Option<i32>, Option<Value>) {
    let bench = Bench::new();
    people(&bench, 40);
    bench.write("reidrisk.toml", format!("{ROLES}{config}"));
    for (name, text) in files {
        bench.write(name, text);
    }
    let ended = run(&bench, &[&["scan", "people.csv", "--format", "json"], words].concat());
    (ended.code, serde_json::from_str(&ended.stdout).ok())
}

fn codes(result: &Value) -> Vec<&str> {
    let findings = result["findings"].as_array().expect("a list");
    findings.iter().map(|finding| finding["code"].as_str().expect("a code")).collect()
}

fn register(opted_in: usize) -> String {
    let mut text = String::from("who,ok\n");
    for subject in 0..40 {
        let answer = if subject < opted_in { "yes" } else { "no" };
        writeln!(text, "c{subject},{answer}").expect("memory takes text");
    }
    text
}

#[test]
fn a_register_that_is_the_extract_is_refused() {
    let bench = Bench::new();
    people(&bench, 40);
    std::fs::copy(bench.input("people.csv"), bench.input("register.csv")).expect("a file");
    for register in ["people.csv", "register.csv"] {
        let consent = format!("consent = {{ file = \"{register}\", column = \"card\" }}\n");
        bench.write("reidrisk.toml", format!("{ROLES}[recipient]\npurpose = \"study\"\n{consent}"));
        let ended = run(&bench, &["scan", "people.csv"]);
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(ended.stderr.contains("the register of `[recipient] consent` is a file of the extract"), "{ended}");
        assert!(ended.stderr.contains("who opted in"), "{ended}");
    }
}

const CONSENT: &str = "[recipient]\npurpose = \"study\"\n\
                       consent = { file = \"reg.csv\", column = \"who\", value_column = \"ok\", value = \"yes\" }\n";

#[test]
fn subjects_without_consent_are_counted_and_block() {
    let (code, result) = scanned(CONSENT, &[("reg.csv", &register(40))], &[]);
    let result = result.expect("a result");
    assert_eq!((code, &result["recipient"]["consent"]["without_consent"]), (Some(0), &Value::from(0)));
    let (code, result) = scanned(CONSENT, &[("reg.csv", &register(37))], &[]);
    let result = result.expect("a result");
    assert_eq!((code, codes(&result)), (Some(1), vec!["consent-missing", "homogeneous-class"]), "the second is a note");
    assert_eq!(result["recipient"]["consent"]["without_consent"], 3);
    assert_eq!(result["recipient"]["consent"]["subjects"], 40);
    assert_eq!(scanned(CONSENT, &[], &[]).0, Some(3), "a register that is not there");
    assert_eq!(scanned(CONSENT, &[("reg.csv", "whom,ok\nc1,yes\n")], &[]).0, Some(2), "a register without its column");
}

#[test]
fn a_register_leaks_no_value() {
    let bench = Bench::new();
    people(&bench, 40);
    bench.write("reidrisk.toml", format!("{ROLES}{CONSENT}"));
    bench.write("reg.csv", format!("who,ok\n{CANARY}-1,yes\nc1,{CANARY}\n"));
    bench.assert_discreet(&run(&bench, &["scan", "people.csv", "-v"]));
    bench.write("reg.csv", format!("{CANARY},ok\n{CANARY}-1\n\"{CANARY}"));
    let ended = run(&bench, &["scan", "people.csv", "-v"]);
    assert!(!ended.stdout.contains(CANARY) && ended.code != Some(0), "{ended}");
}

#[test]
fn an_agreement_is_judged_for_the_day_that_was_named() {
    let (end, later) = (day(30), day(31));
    let config = &format!("[recipient]\npurpose = \"study\"\nends = {end}\n");
    assert_eq!(scanned(config, &[], &["--as-of", &end]).0, Some(0));
    let (code, result) = scanned(config, &[], &["--as-of", &later]);
    let result = result.expect("a result");
    assert_eq!((code, codes(&result)), (Some(1), vec!["agreement-ended", "homogeneous-class"]), "the second is a note");
    assert_eq!(result["policy"]["as_of"], later.as_str());
    let over = &format!("[recipient]\npurpose = \"study\"\nends = {}\n", day(-1));
    assert_eq!(scanned(over, &[], &["--as-of", &day(-2)]).0, Some(1), "it is over today");
    assert_eq!(scanned(config, &[], &["--as-of", "tomorrow"]).0, Some(2));
}

const WAIVER: &str = "[[waiver]]\nfinding = \"small-class\"\nreason = \"enclave\"\napproved_by = \"officer\"\n\
                      limit = { measure = \"smallest-class\", min = 20 }\nexpires = END\n";

#[test]
fn a_waiver_covers_a_finding_until_its_day_and_within_its_limit() {
    let end = day(30);
    let scan = |waiver: &str, day: &str| {
        let waiver = waiver.replace("END", &end);
        scanned("[policy]\nk = 21\n", &[("reidrisk-waivers.toml", &waiver)], &["--as-of", day])
    };
    let (code, result) = scan(WAIVER, &end);
    let result = result.expect("a result");
    assert_eq!((code, result["verdict"]["outcome"].as_str()), (Some(0), Some("pass")));
    assert_eq!(result["waivers"][0]["state"], "in-force");
    assert_eq!(result["findings"][0]["measured"], 20.0, "the figure stays");
    assert_eq!(scan(WAIVER, &day(31)).0, Some(1), "it is over");
    assert_eq!(scan(&WAIVER.replace("min = 20", "min = 21"), &end).0, Some(1), "it is void");
    assert_eq!(scan(WAIVER, &day(-300)).0, Some(2), "it ends too far ahead");
    assert_eq!(scan(&WAIVER.replace("small-class", "small-clas"), &end).0, Some(2));
    assert_eq!(scanned("", &[], &["--waivers", "nowhere.toml"]).0, Some(2));
}

#[test]
fn presets_are_recorded_with_version_and_sources() {
    let (code, result) = scanned("[policy]\npreset = \"controlled-k5\"\n", &[], &[]);
    let result = result.expect("a result");
    assert_eq!(code, Some(0));
    assert_eq!(result["policy"]["preset"]["version"], 1);
    assert_eq!(result["policy"]["gates"][0]["id"], "smallest-class-static");
    assert_eq!(result["policy"]["gates"][0]["basis"], "house");
    // Twenty share a district, and eleven would be enough for nobody but the preset asks for twelve on all columns.
    assert_eq!(scanned("[policy]\npreset = \"public-0.09\"\n", &[], &[]).0, Some(0));
    assert_eq!(scanned("[policy]\nmax_risk = 0.05\n", &[], &[]).0, Some(0), "1/20 is not above 0.05");
    assert_eq!(scanned("[policy]\nmax_risk = 0.0499\n", &[], &[]).0, Some(1));
    assert_eq!(scanned("[policy]\npreset = \"gdpr-three-tests\"\n", &[], &[]).0, Some(1));
    assert_eq!(scanned("[policy]\npreset = \"aggregate-cms\"\n", &[], &[]).0, Some(1), "no table is declared");
}

#[test]
fn explain_tells_a_page_lists_all_and_proposes_the_code_that_was_meant() {
    let bench = Bench::new();
    let page = run(&bench, &["explain", "high-unicity"]);
    assert_eq!(page.code, Some(0));
    assert!(
        ["What it means", "How it is decided", "Source", "What to do"].iter().all(|part| page.stdout.contains(part))
    );
    let list = run(&bench, &["explain"]);
    assert!(list.stdout.lines().any(|line| line == "consent-missing") && list.stdout.contains("\nunicity\n"));
    let wrong = run(&bench, &["explain", "high-unicty\u{1b}[31m"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("high-unicity") && !wrong.stderr.contains('\u{1b}'), "{wrong}");
}

#[test]
fn the_headline_of_a_fail_speaks_of_what_fails() {
    let bench = Bench::new();
    people(&bench, 40);
    let text = |words: &[&str]| {
        run(&bench, &[&["scan", "people.csv", "--subject", "card", "--quasi", "district"], words].concat()).stdout
    };
    let identifier = text(&["--direct", "memo"]);
    assert!(identifier.contains("FAIL  Column `memo` is declared as a direct identifier"), "{identifier}");
    assert!(
        identifier.contains("0 of 40 subjects (0 %) unique on district"),
        "the classes stand under it: {identifier}"
    );
    let classes = text(&["--k", "21"]);
    assert!(classes.contains("FAIL  The smallest class on district holds 20 subjects"), "{classes}");
}
