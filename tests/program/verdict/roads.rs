//! Honest roads to PASS. Each verdict was written down before the first run.

use super::program::{Beside, case_bench, run, seen, seen_beside};
use super::tables::{REASON, calm_roles, calm_table, role, roles, table};
use crate::support::Bench;

/// Sixty people with pooled ages: six classes of ten, and nothing else in the file.
fn register() -> String {
    table(
        "age_group,region",
        (0..60).map(|person| format!("{},R{}", ["20-39", "40-59", "60+"][person % 3], person % 2)),
    )
}

/// Days already cut to months and shops to kinds: forty customers, everybody has the same trace as ten others.
#[test]
fn a_treated_transaction_file_passes() {
    let rows = (0..40).flat_map(|customer| {
        (0..3).map(move |at| format!("c{customer:02},D{},2026-0{},kind {}", customer % 4, at + 1, (customer + at) % 2))
    });
    let config = roles("customer", &["district", "month", "kind"]);
    let seen = seen(&table("customer,district,month,kind", rows), &config);
    seen.assert_outcome("pass");
    for column in ["district", "month", "kind"] {
        assert!(seen.is_gated(column), "{column}\n{:?}", seen.checks());
    }
    assert!(seen.page().contains("one known event"), "the share with one known event is said, or that there is none");
}

#[test]
fn a_small_table_of_people_passes_once_somebody_said_that_a_record_is_a_person() {
    let columns = role("age_group", "quasi-identifier", "") + &role("region", "quasi-identifier", "");
    let unsaid = seen(&register(), &columns);
    unsaid.assert_outcome("review");
    unsaid.assert_finding("no-subject");
    let said = seen(&register(), &format!("[subject]\nnone = true\n{columns}"));
    said.assert_outcome("pass");
    said.assert_no_finding("no-subject");
}

/// Raw days to the minute that an exporter will cut to months.
fn raw_extract() -> (String, String) {
    let rows = (0..40).flat_map(|customer| {
        (0..2).map(move |at| format!("c{customer:02},D{},2026-0{}-{:02}", customer % 4, at + 1, customer % 27 + 1))
    });
    let config = roles("customer", &["district"]) + &role("day", "quasi-identifier", "coarsen = \"month\"");
    (table("customer,district,day", rows), config)
}

#[test]
fn a_raw_extract_passes_if_its_treatment_is_declared_downstream() {
    let (text, config) = raw_extract();
    let undeclared = seen(&text, &config);
    undeclared.assert_outcome("review");
    undeclared.assert_blames("treatment-not-applied", "medium", "day");
    let seen = seen(&text, &format!("{config}[policy]\n{}", super::plans::DOWNSTREAM));
    seen.assert_outcome("pass");
    assert!(seen.page().contains("PASS if treated downstream"), "{}", seen.page());
}

#[test]
fn a_waived_file_passes_and_every_view_counts_the_waivers() {
    // Every district holds ten customers: one fewer than eleven.
    let (text, config) = (calm_table(40), calm_roles() + "[policy]\nk = 11\n");
    seen(&text, &config).assert_outcome("fail");
    let waivers = "[[waiver]]\nfinding = \"small-class\"\nlimit = { measure = \"smallest-class\", min = 10 }\n\
        reason = \"recipient works in the enclave\"\napproved_by = \"B. Officer\"\nexpires = 2026-09-30\n";
    let seen = seen_beside(&text, &config, Beside { waivers, ..Beside::default() });
    seen.assert_outcome("pass");
    assert!(seen.page().contains("PASS with 1 waiver"), "{}", seen.page());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the program reads the same clock")]
fn a_quiet_pass_with_a_waiver_still_says_so() {
    let bench = Bench::new();
    let expires =
        jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().saturating_add(jiff::Span::new().days(60));
    bench.write("calm.csv", calm_table(40));
    bench.write("reidrisk.toml", calm_roles() + "[policy]\nk = 11\n");
    let waiver = format!(
        "[[waiver]]\nfinding = \"small-class\"\nreason = \"enclave\"\napproved_by = \"B. Officer\"\nexpires = {expires}\n"
    );
    bench.write("reidrisk-waivers.toml", waiver);
    for format in ["text", "md", "github"] {
        let ended = run(&bench, &["calm.csv", "-q", "--format", format]);
        assert_eq!(ended.code, Some(0), "{ended}");
        assert!(ended.stdout.contains("with 1 waiver"), "{format}\n{ended}");
        std::fs::remove_dir_all(bench.out()).expect("the reports");
    }
}

#[test]
fn the_clean_case_passes_as_a_table_of_its_own_once_its_columns_are_pooled() {
    // Sixty customers, one record each, by the decade of their birth year: 12, 15, 20 and 13 of them.
    let text = std::fs::read_to_string(case_bench("00_clean").input("clean.csv")).expect("the case");
    let mut people: Vec<String> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.rsplit(',').next().map(|year| (line, year)))
        .map(|(line, year)| format!("{},{}0s", &line[..5], &year[..3]))
        .collect();
    people.sort();
    people.dedup();
    seen(&table("customer,decade", people), &roles("customer", &["decade"])).assert_outcome("pass");
}

#[test]
fn reasons_are_enough_for_columns_that_leave_without_being_counted() {
    // A free remark of three words is `unreasoned-column` without its reason.
    let text = calm_table(40).replace('\n', ",paid in full\n").replacen(",paid in full", ",remark", 1);
    let config = calm_roles() + &role("remark", "ignore", REASON);
    seen(&text, &config).assert_outcome("pass");
    let config = calm_roles() + &role("remark", "ignore", "");
    let without = seen(&text, &config);
    without.assert_outcome("review");
    without.assert_blames("unreasoned-column", "medium", "remark");
}
