//! The slow judge on tables small enough to count by hand.

use super::judge::judge;
use super::judged::{Judged, Level};
use super::plans::{Declared, Plan, Role, Subject};
use super::tables::{calm_table, table};

fn quasi(name: &str) -> Declared {
    Declared { name: name.to_owned(), role: Some(Role::Quasi), reason: false, varies: None, prefix: None }
}

fn plan(columns: &[&str]) -> Plan {
    let mut columns: Vec<Declared> = columns.iter().map(|name| quasi(name)).collect();
    columns[0].role = None;
    Plan {
        subject: Subject::Column(0),
        subject_reason: true,
        columns,
        k: 5,
        max_unicity: 0.2,
        gates_any_record: false,
        min_l: None,
        downstream: false,
    }
}

#[test]
fn four_districts_of_ten_with_shared_days_pass() {
    let judged = judge(&calm_table(40), &plan(&["customer", "district", "day", "shop"]));
    assert_eq!((judged.best, judged.worst), (Level::Pass, Level::Pass), "{judged:?}");
    assert_eq!((judged.smallest_class, judged.unique_subjects), (Some(10), Some(0)));
    assert_eq!((judged.share, judged.with_events), (Some(0.0), 40));
}

/// The worked example of five users and fourteen visits, with everybody in the denominator: u1 and u3 share all their
/// points, u2 has {A1, B2, D4} and {A1, B2} is shared, u4 has {C5, D4}, u5 has D4 alone, which others have. At up to
/// four known points whole traces are known: u2 and u4 are alone, 2 of 5.
#[test]
fn whole_traces_of_five_users_single_out_two() {
    let visits =
        ["u1,A,1", "u1,B,2", "u1,C,3", "u1,E,9", "u3,A,1", "u3,B,2", "u3,C,3", "u3,E,9", "u2,A,1", "u2,B,2", "u2,D,4"];
    let more = ["u4,C,5", "u4,D,4", "u5,D,4"];
    let text = table("user,shop,day", visits.iter().chain(&more).map(|line| (*line).to_owned()));
    let mut plan = plan(&["user", "shop", "day"]);
    plan.columns[1].varies = Some(true);
    plan.columns[2].varies = Some(true);
    let judged = judge(&text, &plan);
    assert_eq!((judged.share, judged.with_events), (Some(0.4), 5), "{judged:?}");
    assert!(judged.findings.contains("high-unicity"));
}

/// u1 has five points of which four are shared with u2: of its five sets of four only that one is not unique.
#[test]
fn sets_of_four_are_enumerated_where_there_are_more_points() {
    let text =
        table("user,shop", ["u1,A", "u1,B", "u1,C", "u1,D", "u1,E", "u2,A", "u2,B", "u2,C", "u2,D"].map(str::to_owned));
    let mut plan = plan(&["user", "shop"]);
    plan.columns[1].varies = Some(true);
    let judged = judge(&text, &plan);
    // u1: 4 of 5 sets; u2: its only set is shared.
    assert_eq!(judged.share, Some(0.4), "{judged:?}");
}

#[test]
fn a_blank_takes_the_only_other_value_of_its_subject() {
    let text = calm_table(40).replacen("c000,D0", "c000,", 1);
    let judged = judge(&text, &plan(&["customer", "district", "day", "shop"]));
    assert_eq!((judged.best, judged.worst, judged.smallest_class), (Level::Pass, Level::Pass, Some(10)), "{judged:?}");
}

#[test]
fn one_typing_mistake_of_forty_is_nearly_static_and_a_class_of_one() {
    let text = calm_table(40).replacen("c000,D0", "c000,DO", 1);
    let judged = judge(&text, &plan(&["customer", "district", "day", "shop"]));
    assert!(judged.findings.contains("nearly-static") && judged.findings.contains("small-class"), "{judged:?}");
    assert_eq!((judged.best, judged.smallest_class, judged.unique_subjects), (Level::Fail, Some(1), Some(1)));
}

#[test]
fn one_typing_mistake_of_ten_is_unclear_and_reviewed() {
    let text = calm_table(12).replacen("c000,D0", "c000,DO", 1);
    let mut plan = plan(&["customer", "district", "day", "shop"]);
    plan.k = 3;
    let judged = judge(&text, &plan);
    assert!(judged.findings.contains("static-unclear"), "{judged:?}");
    assert_eq!(judged.best, Level::Review);
}

/// Of four districts one holds one value, which ten of forty have; in another everybody has that of most.
#[test]
fn a_class_of_one_value_is_reviewed_unless_most_have_it_and_fails_under_a_limit() {
    let ill = |customer: usize| match customer % 4 {
        0 => "a",
        1 => "b",
        _ if customer % 8 < 4 => "b",
        _ => "c",
    };
    let rows = (0..40).map(|customer| format!("c{customer:03},D{},{}", customer % 4, ill(customer)));
    let text = table("customer,district,ill", rows);
    let mut plan = plan(&["customer", "district", "ill"]);
    plan.columns[2] = Declared { role: Some(Role::Sensitive), reason: true, ..plan.columns[2].clone() };
    let judged = judge(&text, &plan);
    assert!(judged.findings.contains("homogeneous-class"), "{judged:?}");
    assert_eq!((judged.best, judged.worst), (Level::Review, Level::Review), "{judged:?}");
    let common = judge(&text.replace(",a", ",b"), &plan);
    assert_eq!((common.best, common.findings.contains("homogeneous-class")), (Level::Pass, true), "{common:?}");
    let constant = judge(&text.replace(",a", ",b").replace(",c", ",b"), &plan);
    assert_eq!((constant.best, constant.findings.contains("homogeneous-class")), (Level::Pass, false), "{constant:?}");
    let limited = judge(&text, &Plan { min_l: Some(2), ..plan });
    assert_eq!((limited.best, limited.worst), (Level::Fail, Level::Fail), "{limited:?}");
}

#[test]
fn suppressed_records_are_in_no_class_and_no_share() {
    let text = calm_table(40) + "c100,*,*,*\nc101,*,,\n";
    let judged = judge(&text, &plan(&["customer", "district", "day", "shop"]));
    assert_eq!((judged.best, judged.smallest_class, judged.with_events), (Level::Pass, Some(10), 40), "{judged:?}");
}

#[test]
fn a_twentieth_of_the_records_without_subject_fails() {
    let plan = plan(&["customer", "district", "day", "shop"]);
    let with = |count: usize| judge(&(calm_table(40) + &",D0,2026-03-01,shop 0\n".repeat(count)), &plan).best;
    // 4 of 84 are below 5 %, 5 of 85 above.
    assert_eq!([with(0), with(4), with(5)], [Level::Pass, Level::Review, Level::Fail]);
}

/// The columns of a case, with roles for those named.
fn case(file: &str, named: &[&str]) -> Judged {
    let place = crate::support::repository_file("tests/data/cases").join(file);
    let text = std::fs::read_to_string(place).expect("a case");
    let heading: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
    let mut plan = plan(&heading);
    for column in &mut plan.columns {
        column.role = named.contains(&column.name.as_str()).then_some(Role::Quasi);
    }
    judge(&text, &plan)
}

#[track_caller]
fn assert_share(judged: &Judged, percent: f64) {
    let share = 100.0 * judged.share.expect("a share");
    assert!((share - percent).abs() < 0.06, "{share} is {percent}");
    assert_eq!(judged.best, Level::Fail, "{judged:?}");
}

#[test]
fn the_figures_of_the_cases_come_out() {
    assert_share(&case("unicity_short/c14.csv", &["day", "merchant"]), 39.8);
    assert_share(&case("gates/amount_ungated.csv", &["sex", "day", "merchant", "amount"]), 100.0);
}

#[test]
fn the_classes_of_the_cases_come_out() {
    let clean = case("00_clean/clean.csv", &["city", "birth_year"]);
    assert_eq!((clean.smallest_class, clean.best), (Some(2), Level::Fail));
    let blank = case("security/one_blank_cell/bs.csv", &["birth_date", "sex"]);
    assert_eq!((blank.smallest_class, blank.unique_subjects), (Some(1), Some(400)));
    let padded = case("Z2_bank/three.csv", &["district", "segment"]);
    assert_eq!((padded.smallest_class, padded.best), (Some(1), Level::Fail));
    let altered = case("gates/one_typo_min.csv", &["postcode", "sex"]);
    assert!(altered.findings.contains("static-unclear") && altered.best >= Level::Review, "{altered:?}");
}
