//! Words instead of figures: what cannot be measured is neither 0 nor passed.

use serde_json::Value;

use super::{at, curve, unicity};
use crate::support::{Bench, CANARY};

/// `people` people with `events` events each, on days and in shops that are theirs or shared.
fn events(people: u32, events: u32, line: impl Fn(u32, u32) -> String) -> String {
    let lines = (0..people).flat_map(|person| (0..events).map(move |event| (person, event)));
    let lines: Vec<String> = lines.map(|(person, event)| format!("p{person},{}", line(person, event))).collect();
    format!("who,day,shop,amount\n{}\n", lines.join("\n"))
}

/// Days of January 2026 and shops; nothing is special about them.
fn ordinary(person: u32, event: u32) -> String {
    format!("2026-01-{:02},{CANARY}{},{}.50", 1 + (person * 7 + event * 5) % 28, event % 3, person + event)
}

const BASE: [&str; 4] = ["--subject", "who", "--quasi", "day,shop,amount"];

/// The measure is undefined with these words, and the scan does not pass.
fn assert_undefined(text: &str, flags: &[&str], words: &str) -> Value {
    let bench = Bench::new();
    bench.write("events.csv", text);
    let measured = unicity(&bench, "input/events.csv", BASE.into_iter().chain(flags.iter().copied()));
    assert_eq!(measured["status"], "undefined", "{measured}");
    let explanation = measured["explanation"].as_str().expect("words");
    assert!(explanation.contains(words), "`{words}` in `{explanation}`");
    let result = bench.result();
    assert_ne!(result["verdict"]["outcome"], "pass");
    assert_eq!(result["verdict"]["exit_code"], 1);
    assert!(!bench.result_text().contains("NaN"));
    measured
}

/// No curve has a figure, with these words; the gate has one, whatever was asked of curves.
fn assert_no_curve(text: &str, flags: &[&str], words: &str) -> Value {
    let bench = Bench::new();
    bench.write("events.csv", text);
    let measured = unicity(&bench, "input/events.csv", BASE.into_iter().chain(flags.iter().copied()));
    let value = &measured["value"];
    let judged = value["gated_curve"].as_u64().expect("a gate");
    let curves = value["curves"].as_array().expect("curves");
    for (_, curve) in (0..).zip(curves).filter(|(place, _)| *place != judged) {
        let explanation = curve["undefined"]["explanation"].as_str().expect("words");
        assert!(explanation.contains(words), "`{words}` in `{explanation}`");
    }
    assert!(curves.len() > 1 && value["gates"][0]["share"].is_number(), "{measured}");
    assert!(!bench.result_text().contains("NaN"));
    measured
}

#[test]
fn a_point_column_that_is_not_there_is_a_mistake_in_the_command() {
    let bench = Bench::new();
    bench.write("events.csv", events(6, 3, ordinary));
    let ended = bench.scan(["input/events.csv", "--subject", "who", "--point", "day+shopp"]);
    bench.assert_refused(&ended, 2, &["shopp", "did you mean", "shop"]);
}

#[test]
fn a_tolerance_on_text_is_a_mistake_in_the_command() {
    let bench = Bench::new();
    bench.write("events.csv", events(6, 3, ordinary));
    let ended = bench.scan(
        ["input/events.csv", "--point", "day+shop", "--within", "shop=5%"].into_iter().chain(["--subject", "who"]),
    );
    bench.assert_refused(&ended, 2, &["shop", "5%", "text"]);
}

#[test]
fn a_constant_point_has_no_curve_and_its_gate_says_that_it_tells_nobody_apart() {
    let text = events(6, 3, |_, _| "2026-01-01,x,1.00".to_owned());
    let measured = assert_no_curve(&text, &["--point", "day+shop"], "same point");
    assert_eq!(measured["value"]["gates"][0]["share"], 0.0);
}

#[test]
fn a_point_of_which_a_column_is_always_missing_has_no_curve_and_is_gated_by_the_others() {
    let text = events(6, 3, |_, event| format!("2026-01-{:02},,1.00", event + 1));
    let measured = assert_no_curve(&text, &["--point", "day+shop"], "missing");
    assert_eq!(measured["value"]["gates"][0]["point"], serde_json::json!(["day"]));
    assert_undefined(&text, &["--point", "shop"], "missing");
}

#[test]
fn one_subject_has_no_class() {
    assert_undefined(&events(1, 5, ordinary), &["--point", "day+shop"], "one subject");
}

#[test]
fn without_a_subject_nothing_belongs_together() {
    let bench = Bench::new();
    bench.write("events.csv", events(6, 3, ordinary));
    let flags = ["--quasi", "day,shop,amount", "--point", "day+shop"];
    let measured = unicity(&bench, "input/events.csv", flags);
    assert_eq!(measured["status"], "undefined", "{measured}");
    assert!(measured["explanation"].as_str().expect("words").contains("no subject"));
}

#[test]
fn an_extract_without_records_has_no_curve() {
    let bench = Bench::new();
    bench.write("events.csv", "who,day,shop,amount\n");
    let flags = BASE.into_iter().chain(["--point", "day+shop", "--measures", "unicity"]);
    let ended = bench.scan(["input/events.csv"].into_iter().chain(flags));
    assert!(matches!(ended.code, Some(1 | 3)), "{ended}");
    assert!(!ended.stderr.contains("panicked"), "{ended}");
}

#[test]
fn a_tolerance_that_covers_everything_is_said_to() {
    let flags = ["--point", "day+amount", "--within", "amount=1000000", "--within", "day=5000d"];
    assert_no_curve(&events(6, 3, ordinary), &flags, "every event matches");
}

#[test]
fn more_known_points_than_anybody_has_give_words_and_no_share() {
    let bench = Bench::new();
    bench.write("events.csv", events(30, 3, ordinary));
    let flags = ["--point", "day+shop", "--known-points", "1,2,9"];
    let measured = unicity(&bench, "input/events.csv", BASE.into_iter().chain(flags));
    for cohort in ["fixed", "eligible"] {
        let curve = curve(&measured, |curve| curve["cohort"] == cohort);
        assert!(at(curve, 2)["share"].is_number(), "{curve}");
        let beyond = at(curve, 9);
        assert!(beyond["share"].is_null() && beyond["interval"].is_null(), "{beyond}");
        assert!(beyond["reason"].as_str().is_some_and(|reason| reason.contains("subject")), "{beyond}");
    }
}

#[test]
fn a_short_extract_is_judged_by_all_that_is_known_of_everybody() {
    let bench = Bench::new();
    let own_day = |person: u32, event: u32| format!("2026-01-{:02},shop {event},1.00", person + 1);
    bench.write("events.csv", events(20, 2, own_day));
    let measured = unicity(&bench, "input/events.csv", BASE.into_iter().chain(["--point", "day+shop"]));
    let gate = &measured["value"]["gates"][0];
    assert_eq!((&gate["subjects"], &gate["subjects_active"], &gate["share"]), (&20.into(), &0.into(), &1.0.into()));
    let result = bench.result();
    let findings = result["findings"].as_array().expect("findings");
    let high = findings.iter().find(|finding| finding["code"] == "high-unicity").expect("a finding");
    assert!(high["message"].as_str().is_some_and(|message| message.contains("of all 20 subjects")), "{high}");
    assert!(findings.iter().all(|finding| finding["code"] != "unknown-risk"), "{findings:?}");
}

#[test]
fn a_known_attribute_that_varies_within_a_subject_is_none() {
    let bench = Bench::new();
    bench.write("events.csv", events(6, 3, ordinary));
    let flags = ["--point", "day+shop", "--known-attributes", "amount"];
    let measured = unicity(&bench, "input/events.csv", BASE.into_iter().chain(flags));
    let with = curve(&measured, |curve| !curve["known_attributes"].is_null());
    assert_eq!(with["undefined"]["reason"], "attribute-varies");
    assert_eq!(with["results"], serde_json::json!([]));
}
