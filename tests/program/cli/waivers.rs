//! Every state of a waiver at the command line: the verdict, the exit code, and what is said. The figures are the same in
//! every case.

use std::fmt::Write as _;
use std::fs;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::Value;

use super::desk::run;
use crate::support::{Bench, Ended};

/// Today in UTC, as the program sees it.
#[expect(clippy::disallowed_methods, reason = "waivers end on days, and the program knows what day it is")]
fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn in_days(days: i64) -> String {
    today().checked_add(days.days()).expect("a day").to_string()
}

/// Twenty people in each district but one, in which there are three.
fn bench() -> Bench {
    let bench = Bench::new();
    let mut text = String::from("card,district\n");
    for subject in 0..43 {
        let _ = writeln!(text, "c{subject:02},d{}", subject / 20);
    }
    bench.write("cards.csv", text);
    bench.write(
        "reidrisk.toml",
        "[dataset]\nname = \"cards\"\n[subject]\ncolumn = \"card\"\nreason = \"a card has one holder\"\n\
         [columns.district]\nrole = \"quasi-identifier\"\n",
    );
    bench
}

/// A waiver that covers the small class, with some of its lines changed.
fn waiver(changes: &[(&str, &str)]) -> String {
    let ends = in_days(60);
    let mut lines = vec![
        ("finding", "\"small-class\"".to_owned()),
        ("dataset", "\"car*\"".to_owned()),
        ("limit", "{ measure = \"smallest-class\", min = 3 }".to_owned()),
        ("reason", "\"enclave only\"".to_owned()),
        ("approved_by", "\"dpo@bank.example\"".to_owned()),
        ("ticket", "\"DPIA-214\"".to_owned()),
        ("expires", ends),
    ];
    for (key, value) in changes {
        lines.retain(|(known, _)| known != key);
        if !value.is_empty() {
            lines.push((*key, (*value).to_owned()));
        }
    }
    let lines: Vec<String> = lines.into_iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    format!("[[waiver]]\n{}", lines.concat())
}

fn scanned(waivers: &str, more: &[&str]) -> (Ended, Value) {
    let bench = bench();
    if !waivers.is_empty() {
        bench.write("reidrisk-waivers.toml", waivers);
    }
    let words = [&["scan", "cards.csv", "--out", "../out", "--emit", "json"][..], more].concat();
    let ended = run(&bench, &words);
    let result = if ended.code == Some(2) { Value::Null } else { bench.result() };
    (ended, result)
}

/// The states, and the codes of findings that are open and of those that are notes.
fn told(result: &Value) -> (Vec<&str>, Vec<&str>, Vec<&str>) {
    let states = result["waivers"].as_array().into_iter().flatten().filter_map(|it| it["state"].as_str()).collect();
    let findings = || result["findings"].as_array().into_iter().flatten();
    let open = findings().filter(|it| it["waived"] == false && it["severity"] != "note");
    let notes = findings().filter(|it| it["severity"] == "note");
    (states, open.filter_map(|it| it["code"].as_str()).collect(), notes.filter_map(|it| it["code"].as_str()).collect())
}

/// A case: the changed lines and the flags; the exit code, the state, open findings, notes, and words on standard output.
#[derive(Clone, Copy)]
struct Case<'a> {
    name: &'a str,
    changes: &'a [(&'a str, &'a str)],
    flags: &'a [&'a str],
    code: i32,
    state: &'a str,
    open: &'a [&'a str],
    notes: &'a [&'a str],
    words: &'a str,
}

impl Case<'_> {
    const ACTIVE: Case<'static> = Case {
        name: "active",
        changes: &[],
        flags: &[],
        code: 0,
        state: "in-force",
        open: &[],
        notes: &[],
        words: "PASS with 1 waiver",
    };
}

#[test]
fn every_state_of_a_waiver_has_its_verdict_its_exit_code_and_its_words() {
    let days = [14, 15, -1, 61, -30].map(in_days);
    let [soon, later, over, ahead, before] = days.each_ref().map(String::as_str);
    let bound = "{ measure = \"smallest-class\", min = 4 }";
    let expired =
        Case { code: 1, state: "expired", open: &["small-class", "expired-waiver"], words: "expired", ..Case::ACTIVE };
    let changed =
        |name, changes, state, open, words| Case { name, changes, code: 1, state, open, words, ..Case::ACTIVE };
    let (unused, void) = (&["small-class", "unused-waiver"], &["small-class", "void-waiver"]);
    let (of_unused, of_void) = ([("finding", "\"high-unicity\""), ("limit", "")], [("limit", bound)]);
    let cases = [
        Case::ACTIVE,
        Case {
            name: "expiring in 14 days",
            changes: &[("expires", soon)],
            notes: &["waiver-ending"],
            words: "in 14 days",
            ..Case::ACTIVE
        },
        Case { name: "expiring in 15 days", changes: &[("expires", later)], ..Case::ACTIVE },
        Case { name: "expired", changes: &[("expires", over)], ..expired },
        Case { name: "expired on the day asked for", flags: &["--as-of", ahead], ..expired },
        Case { name: "expired today", changes: &[("expires", over)], flags: &["--as-of", before], ..expired },
        changed("unused", &of_unused[..], "unused", &unused[..], "covers nothing"),
        changed("bound exceeded", &of_void[..], "void", &void[..], "exceeds the approved bound"),
        changed(
            "wrong dataset glob",
            &[("dataset", "\"loans_*\"")],
            "other-dataset",
            &["small-class"],
            "for another dataset",
        ),
    ];
    let (without, plain) = scanned("", &[]);
    assert_eq!((without.code, told(&plain).1), (Some(1), vec!["small-class"]), "{without}");
    for Case { name: case, changes, flags, code, state, open, notes, words } in cases {
        let (ended, result) = scanned(&waiver(changes), flags);
        assert_eq!(ended.code, Some(code), "{case}: {ended}");
        assert_eq!(told(&result), (vec![state], open.to_vec(), notes.to_vec()), "{case}: {ended}");
        // Lines are folded at the width of the terminal.
        let flat = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{case}: `{words}` in {ended}");
        assert!(flat.contains("dpo@bank.example (DPIA-214): enclave only"), "{case}: who, why and where in {ended}");
        for part in ["figures", "measures"] {
            assert_eq!(result[part], plain[part], "{case}: a waiver changes no number");
        }
        assert!(result["run"]["waivers_sha256"].is_string(), "{case}: the record names the bytes");
    }
}

#[test]
fn a_waiver_without_approver_or_beyond_the_horizon_is_refused_before_anything_is_read() {
    let far = in_days(181);
    for (case, changes, words) in [
        ("missing approver", [("approved_by", "")], "approved_by"),
        ("missing reason", [("reason", "")], "reason"),
        ("missing end", [("expires", "")], "expires"),
        ("blank approver", [("approved_by", "\" \"")], "approved_by"),
        ("an end too far away", [("expires", far.as_str())], "more than 180 days"),
    ] {
        let (ended, _) = scanned(&waiver(&changes), &[]);
        assert_eq!(ended.code, Some(2), "{case}: {ended}");
        assert!(ended.stderr.contains(words) && ended.stdout.is_empty(), "{case}: {ended}");
    }
    let (last, _) = scanned(&waiver(&[("expires", &in_days(180))]), &[]);
    assert_eq!(last.code, Some(0), "{last}");
    // Asking for a later day does not move the horizon.
    let (ended, _) = scanned(&waiver(&[("expires", &far)]), &["--as-of", &in_days(30)]);
    assert_eq!(ended.code, Some(2), "{ended}");
}

#[test]
fn a_waiver_is_in_every_machine_format() {
    let bench = bench();
    bench.write("reidrisk-waivers.toml", waiver(&[("expires", &in_days(3))]));
    let words = ["scan", "cards.csv", "--out", "../out", "--emit", "json,junit,sarif,prom,md"];
    assert_eq!(run(&bench, &words).code, Some(0));
    let text = |name: &str| {
        let written = bench.written();
        let path = written.iter().find(|path| path.ends_with(name)).expect("the view is written");
        fs::read_to_string(path).expect("a text")
    };
    assert!(text("junit.xml").contains("<skipped"), "a waived limit is skipped, not passed");
    assert!(text("result.sarif").contains("suppressions"));
    assert!(text("reidrisk.prom").contains("findings_waived"));
    assert!(text("summary.md").contains("waived"));
}
