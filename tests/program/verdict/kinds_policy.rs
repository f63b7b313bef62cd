//! Kinds 10 to 12: rules of form, waivers and dates and totals, advice. Each right verdict stands in the first comment
//! of its test and was written down before the first run.

use std::fmt::Write as _;

use super::program::{Beside, Seen, seen, seen_beside};
use super::tables::{calm_roles, calm_table, role, roles, table};

// Kind 10: the presets judge the cells.

/// Forty patients with a post code and a year of birth.
fn patients(zips: [&str; 2], years: [u32; 2]) -> Seen {
    let rows = (0..40).map(|at| format!("p{at:02},{},{}", zips[at % 2], years[at / 2 % 2]));
    let config = roles("patient", &["zip", "birth_year"]) + "[policy]\npreset = \"hipaa-safe-harbor\"\n";
    seen(&table("patient,zip,birth_year", rows), &config)
}

#[test]
fn restricted_three_digit_codes_are_too_fine_and_others_are_not() {
    // 036 and 893 hold 20,000 people or fewer; 100 and 606 many more; 000 stands for those that were pooled.
    for restricted in ["036", "893", "036**"] {
        patients([restricted, "100"], [1970, 1980]).assert_finding("place-too-fine");
    }
    patients(["100", "606"], [1970, 1980]).assert_no_finding("place-too-fine");
    patients(["000", "606"], [1970, 1980]).assert_no_finding("place-too-fine");
}

#[test]
fn a_birth_year_that_shows_an_age_above_89_is_not_pooled() {
    // On 2026-07-01 people born in 1930 are 95 or 96, people born in 1950 are 75 or 76.
    patients(["100", "606"], [1930, 1970]).assert_finding("age-not-pooled");
    patients(["100", "606"], [1950, 1970]).assert_no_finding("age-not-pooled");
}

#[test]
fn five_digits_are_finer_than_three() {
    patients(["10001", "60601"], [1950, 1970]).assert_finding("place-too-fine");
}

#[test]
fn three_tests_have_no_good_news_above_a_fail() {
    // FAIL: every district is one customer's.
    let rows = (0..20).map(|at| format!("c{at:02},D{at}"));
    let config = roles("customer", &["district"]) + "[policy]\npreset = \"gdpr-three-tests\"\n";
    let seen = seen(&table("customer,district", rows), &config);
    seen.assert_outcome("fail");
    for good in ["PASS", "Nothing must change", "No subject is"] {
        assert!(!seen.page().contains(good), "`{good}`\n{}", seen.page());
    }
}

// Kind 11: waivers, dates, totals.

fn agreement(ends: &str) -> String {
    calm_roles() + &format!("[recipient]\nname = \"platform\"\npurpose = \"study\"\nends = {ends}\n")
}

#[test]
fn an_agreement_is_judged_at_the_day_asked_for_and_today() {
    let outcome = |ends: &str, as_of: Option<&str>| {
        seen_beside(&calm_table(40), &agreement(ends), Beside { as_of, ..Beside::default() })
    };
    // PASS: it ends in autumn.
    outcome("2026-10-01", None).assert_outcome("pass");
    // FAIL: over in May, whatever April said.
    let over = outcome("2026-05-01", Some("2026-04-01"));
    over.assert_outcome("fail");
    over.assert_finding("agreement-ended");
    assert!(over.page().contains("2026-04-01"), "the day is said\n{}", over.page());
    // FAIL: it will be over in winter.
    outcome("2026-10-01", Some("2026-12-01")).assert_outcome("fail");
}

/// A waiver of classes below eleven, whose every class holds ten.
fn waived(expires: &str, least: u32, as_of: Option<&str>) -> Seen {
    let waivers = format!(
        "[[waiver]]\nfinding = \"small-class\"\nlimit = {{ measure = \"smallest-class\", min = {least} }}\n\
        reason = \"enclave\"\napproved_by = \"B. Officer\"\nexpires = {expires}\n"
    );
    seen_beside(
        &calm_table(40),
        &(calm_roles() + "[policy]\nk = 11\n"),
        Beside { waivers: &waivers, as_of, ..Beside::default() },
    )
}

#[test]
fn a_waiver_passes_as_long_as_it_holds_today_too() {
    // PASS: in force, its bound kept.
    waived("2026-09-01", 10, None).assert_outcome("pass");
    // FAIL: over since June, though `--as-of` asks for May.
    let over = waived("2026-06-15", 10, Some("2026-05-01"));
    over.assert_outcome("fail");
    over.assert_finding("small-class");
}

#[test]
fn a_waiver_beyond_its_bound_passes_nothing() {
    // FAIL: the smallest class is ten, and the waiver holds from eleven on.
    let void = waived("2026-09-01", 11, None);
    void.assert_outcome("fail");
    void.assert_finding("void-waiver");
}

#[test]
fn a_table_of_totals_is_reviewed_until_totals_are_measured() {
    let rows = (0..20).map(|at| format!("R{},{}", at, 100 + at));
    let config = "[dataset]\nkind = \"aggregate\"\n".to_owned() + &role("region", "quasi-identifier", "");
    let seen = seen(&table("region,customers", rows), &config);
    seen.assert_outcome("review");
    seen.assert_finding("aggregates-not-measured");
}

// Kind 12: advice never promises what the next scan denies.

/// Applies every proposal that is said to reach the limits; the next scan must not deny it.
fn assert_promises_are_kept(text: &str, columns: &[(&str, &str)]) {
    let config = |changes: &[(String, String)]| {
        let mut config = String::from("[subject]\ncolumn = \"customer\"\n");
        for (name, kind) in columns {
            writeln!(config, "[columns.{name}]\nrole = \"{kind}\"").expect("memory takes text");
            let rules: Vec<String> =
                changes.iter().filter(|(column, _)| column == name).map(|(_, rule)| format!("\"{rule}\"")).collect();
            if !rules.is_empty() {
                writeln!(config, "coarsen = [{}]", rules.join(", ")).expect("memory takes text");
            }
        }
        config
    };
    let before = seen(text, &config(&[]));
    before.assert_outcome("fail");
    for advice in before.result["advice"].as_array().map_or(&[][..], Vec::as_slice) {
        let promises = advice["reaches_limits"] == true;
        let changes = advice["changes"].as_array().map_or(&[][..], Vec::as_slice);
        if !promises || changes.is_empty() {
            continue;
        }
        let word = |change: &serde_json::Value, key: &str| change[key].as_str().unwrap_or_default().to_owned();
        let changes: Vec<_> = changes.iter().map(|change| (word(change, "column"), word(change, "rule"))).collect();
        let after = seen(text, &config(&changes));
        assert_ne!(after.outcome(), "fail", "{advice}\n{}", after.told());
    }
}

const QUASI: &str = "quasi-identifier";

#[test]
fn a_proposal_about_classes_says_nothing_of_limits_that_events_break() {
    // FAIL on both: birth dates are everybody's own, and so are the days of purchases.
    let rows = (0..60).flat_map(|customer| {
        (0..3).map(move |at| {
            let (month, day) = (customer % 12 + 1, customer % 28 + 1);
            format!(
                "c{customer:02},19{}-{month:02}-{day:02},2026-0{}-{day:02},shop {}",
                50 + customer % 40,
                at + 1,
                customer % 7 + at
            )
        })
    });
    let columns = [("birth_date", QUASI), ("day", QUASI), ("shop", QUASI)];
    assert_promises_are_kept(&table("customer,birth_date,day,shop", rows), &columns);
}

#[test]
fn a_proposal_about_classes_alone_is_kept() {
    // FAIL: birth dates are everybody's own.
    let rows =
        (0..60).map(|at| format!("c{at:02},19{}-{:02}-{:02},R{}", 50 + at % 40, at % 12 + 1, at % 28 + 1, at % 2));
    assert_promises_are_kept(&table("customer,birth_date,region", rows), &[("birth_date", QUASI), ("region", QUASI)]);
}

#[test]
fn a_proposal_about_known_points_is_kept() {
    // FAIL: amounts are everybody's own, districts are classes of fifteen.
    let rows = (0..60).flat_map(|customer| {
        (0..4).map(move |at| format!("c{customer:02},D{},2026-0{}-11,{}.25", customer % 4, at + 1, 10 * customer + at))
    });
    let columns = [("district", QUASI), ("day", QUASI), ("amount", QUASI)];
    assert_promises_are_kept(&table("customer,district,day,amount", rows), &columns);
}
