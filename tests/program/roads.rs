//! The samples of honest roads to a PASS pass, and only with what is declared on them.

use std::path::PathBuf;

use reidrisk::config::{ConfigFile, check_treatment, read_waivers, resolve};
use reidrisk::report::render_markdown;
use reidrisk::result::{ScanResult, VerdictOutcome};
use reidrisk::scan::scan;
use reidrisk::stop::{NoProgress, Stop};

use crate::support::{StoppedClock, repository_file};

fn folder(name: &str) -> PathBuf {
    repository_file("sample_data/roads").join(name)
}

/// Scans a sample as it is on a day, with its configuration changed and with or without its waivers.
fn scanned(name: &str, day: &str, change: impl Fn(String) -> String, with_waivers: bool) -> ScanResult {
    let folder = folder(name);
    let path = folder.join("reidrisk.toml");
    let text = change(std::fs::read_to_string(&path).expect("a configuration"));
    let config = ConfigFile::parse(&path, text.as_bytes()).unwrap_or_else(|error| panic!("{}", error.report()));
    let input = folder.join(format!("{name}.csv")).to_str().expect("a path").to_owned();
    let mut plan = resolve(vec![input], &[], Some(config)).expect("a plan");
    let date = day.parse().expect("a day");
    check_treatment(&plan, date).expect("a treatment within its horizon");
    let waivers = folder.join("reidrisk-waivers.toml");
    if with_waivers && waivers.exists() {
        plan.waivers = read_waivers(&waivers, date).expect("waivers");
    }
    let now = format!("{day}T12:00:00Z").parse().expect("a moment");
    scan(&plan, &StoppedClock(now), &NoProgress, &Stop::default()).expect("a result")
}

fn as_it_is(name: &str) -> ScanResult {
    scanned(name, "2026-12-01", |text| text, true)
}

/// The configuration without the line that begins so.
fn without(start: &'static str) -> impl Fn(String) -> String {
    move |text| {
        let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with(start)).collect();
        assert_ne!(kept.len(), text.lines().count(), "a line begins with `{start}`");
        kept.join("\n")
    }
}

fn codes(result: &ScanResult) -> Vec<&'static str> {
    result.findings.iter().map(|finding| finding.code.name()).collect()
}

#[track_caller]
fn assert_ends(result: &ScanResult, outcome: VerdictOutcome, finding: Option<&str>) {
    let codes = codes(result);
    assert_eq!(result.verdict.outcome, outcome, "{codes:?}");
    assert!(finding.is_none_or(|finding| codes.contains(&finding)), "{codes:?}");
}

#[test]
fn a_table_of_people_passes_because_somebody_said_that_a_line_is_a_person() {
    assert_ends(&as_it_is("persons"), VerdictOutcome::Pass, None);
    let unsaid = scanned("persons", "2026-12-01", without("none ="), true);
    assert_ends(&unsaid, VerdictOutcome::Review, Some("no-subject"));
}

#[test]
fn a_file_that_holds_its_treatment_passes() {
    let result = as_it_is("treated");
    assert_ends(&result, VerdictOutcome::Pass, None);
    assert!(!codes(&result).contains(&"treatment-not-applied"));
}

#[test]
fn a_raw_extract_passes_if_somebody_treats_it_downstream_and_until_that_ends() {
    let result = as_it_is("downstream");
    assert_ends(&result, VerdictOutcome::Pass, None);
    assert!(render_markdown(&result).contains("PASS if treated downstream"));
    let undeclared = scanned("downstream", "2026-12-01", without("treatment ="), true);
    assert_ends(&undeclared, VerdictOutcome::Review, Some("treatment-not-applied"));
    let over = scanned("downstream", "2027-03-01", |text| text, true);
    assert_ends(&over, VerdictOutcome::Review, Some("treatment-not-applied"));
}

#[test]
fn a_waived_file_passes_with_its_waiver_and_until_that_ends() {
    let result = as_it_is("waived");
    assert_ends(&result, VerdictOutcome::Pass, Some("small-class"));
    assert!(render_markdown(&result).contains("PASS with 1 waiver"));
    assert_ends(&scanned("waived", "2026-12-01", |text| text, false), VerdictOutcome::Fail, Some("small-class"));
    assert_ends(&scanned("waived", "2027-03-01", |text| text, true), VerdictOutcome::Fail, Some("expired-waiver"));
}
