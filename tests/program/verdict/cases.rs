//! Files as people get them, each with its right answer: subjects, cells, columns, treatment, dates.

use super::program::{case, case_bench, run};

#[test]
fn sixty_customers_in_fifteen_classes_fail_with_a_smallest_class_of_two() {
    let seen = case("00_clean", &["clean.csv", "--subject", "customer", "--quasi", "city,birth_year"]);
    seen.assert_outcome("fail");
    seen.assert_finding("small-class");
    assert_eq!(seen.of_static("smallest_class"), Some(2));
    let below = &seen.result["measures"]["uniqueness"]["value"]["static"]["below"];
    let five = below.as_array().and_then(|below| below.iter().find(|below| below["k"] == 5));
    assert_eq!(five.map(|below| &below["subjects"]), Some(&31.into()));
}

#[test]
fn two_padded_cells_do_not_unmake_two_static_columns() {
    let words = ["three.csv", "--subject", "customer_id", "--quasi", "district,segment"];
    let seen = case("Z2_bank", &words);
    seen.assert_outcome("fail");
    seen.assert_finding("small-class");
    // 72 classes of the unspoilt file; trimming gives them back.
    assert_eq!(seen.result["measures"]["uniqueness"]["value"]["static"]["classes"], 72);
    assert_eq!(seen.of_static("smallest_class"), Some(1));
}

#[test]
fn null_in_the_subject_column_asks_until_it_is_named() {
    let words = ["ssms_subject.csv", "--subject", "customer", "--quasi", "city,birth_year"];
    let seen = case("C2_null_subject", &words);
    seen.assert_no_pass();
    assert!(seen.speaks_of("customer"), "{}", seen.told());
}

#[test]
fn null_named_as_missing_leaves_48_subjects_and_96_records_without() {
    let words = ["ssms_subject.csv", "--subject", "customer", "--quasi", "city,birth_year", "--null-value", "NULL"];
    let seen = case("C2_null_subject", &words);
    seen.assert_outcome("fail");
    assert_eq!(seen.result["dataset"]["subjects"], 48);
    assert_eq!(seen.result["dataset"]["records_without_subject"], 96);
    // 20 % of the records have no subject: high by itself.
    assert!(seen.of_code("records-without-subject").iter().all(|finding| finding["severity"] == "high"));
}

#[test]
fn null_in_the_subject_column_can_be_named_for_that_column_alone() {
    let bench = case_bench("C2_null_subject");
    let config = "[subject]\ncolumn = \"customer\"\n[columns.customer]\nnull_values = [\"NULL\"]\n\
        [columns.city]\nrole = \"quasi-identifier\"\n[columns.birth_year]\nrole = \"quasi-identifier\"\n";
    bench.write("reidrisk.toml", config);
    let ended = run(&bench, &["ssms_subject.csv"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    assert_eq!(bench.result()["dataset"]["subjects"], 48);
    assert_eq!(bench.result()["verdict"]["outcome"], "fail");
}

#[test]
fn columns_of_formulas_without_values_are_never_empty_without_a_word() {
    let bench = case_bench("X4_no_cached");
    let ended = run(&bench, &["nocache.xlsx", "--subject", "customer", "--quasi", "city,birth_year,amount"]);
    if ended.code == Some(3) {
        assert!(ended.stderr.contains("amount"), "the column is named\n{ended}");
    } else {
        assert_eq!(ended.code, Some(1), "{ended}");
        let result = bench.result();
        let findings = result["findings"].to_string();
        assert!(findings.contains("amount"), "a finding names the column\n{findings}");
    }
}

#[test]
fn identifiers_that_a_spreadsheet_rounded_are_found_and_never_pass() {
    for quasi in ["city,birth_year", "city"] {
        let seen = case("D12_sci_ids", &["sci.csv", "--subject", "customer", "--quasi", quasi]);
        seen.assert_no_pass();
        seen.assert_blames("rounded-identifier", "medium", "customer");
    }
}

#[test]
fn blanks_behind_identifiers_do_not_make_a_hundred_and_twenty_people_of_sixty() {
    let words = ["week1.csv", "week2.csv", "--subject", "iban", "--quasi", "city,birth_year", "--k", "3"];
    let seen = case("H1_two_nights", &words);
    assert_eq!(seen.result["dataset"]["subjects"], 60);
    seen.assert_outcome("fail");
    seen.assert_finding("small-class");
    seen.assert_blames("trimmed-join", "medium", "iban");
}

#[test]
fn a_suppressed_row_is_in_no_class_and_in_no_average() {
    let seen = case("suppressed_rows", &["c01.csv", "--quasi", "age,gender,zipcode"]);
    let full = &seen.result["measures"]["uniqueness"]["value"]["full"];
    assert_eq!((&full["classes"], &full["smallest_class"]), (&3.into(), &2.into()));
    assert_eq!(full["risk"]["average_record"], 0.5);
    assert_eq!(full["class_sizes"], serde_json::json!([{"size": 2, "classes": 3, "records": 6}]));
    seen.assert_outcome("fail");
    // Counted apart: one suppressed record.
    let figure = seen.result["figures"].as_array().and_then(|figures| {
        figures.iter().find(|figure| figure["id"].as_str().is_some_and(|id| id.contains("suppressed")))
    });
    let counted = figure.map_or(&seen.result["dataset"]["suppressed_records"], |figure| &figure["value"]["value"]);
    assert_eq!(counted.as_f64(), Some(1.0), "{}", seen.result["dataset"]);
}

#[test]
fn two_hundred_suppressed_rows_do_not_dilute_the_average_of_the_others() {
    let seen = case("suppressed_rows", &["c01b.csv", "--config", "c01b.toml"]);
    let full = &seen.result["measures"]["uniqueness"]["value"]["full"];
    assert_eq!(full["risk"]["average_record"], 0.2);
    seen.assert_no_pass();
}

#[test]
fn shortened_codes_and_pooled_ages_are_accepted_by_safe_harbor() {
    for name in ["a", "b", "d"] {
        let seen = safe_harbor(name);
        seen.assert_no_finding("place-too-fine");
        seen.assert_no_finding("age-not-pooled");
    }
}

#[test]
fn a_code_filled_up_with_stars_is_a_shortened_code() {
    safe_harbor("c").assert_no_finding("place-too-fine");
}

#[test]
fn an_age_of_93_is_not_pooled() {
    let seen = safe_harbor("e");
    seen.assert_finding("age-not-pooled");
    seen.assert_outcome("fail");
}

fn safe_harbor(name: &str) -> super::program::Seen {
    let (table, config) = (format!("c12_{name}.csv"), format!("c12_{name}.toml"));
    case("safe_harbor", &[&table, "--config", &config])
}

#[test]
fn a_repeated_loyalty_number_is_named_where_no_subject_is_declared() {
    let seen = case("first_day", &["loyalty_2000.csv", "--quasi", "birth_date,postcode,sex"]);
    seen.assert_no_pass();
    assert!(seen.blames("no-subject", "loyalty_id"), "{}", seen.told());
}

#[test]
fn with_their_loyalty_number_151_people_are_each_alone() {
    let words = ["loyalty_2000.csv", "--subject", "loyalty_id", "--quasi", "birth_date,postcode,sex"];
    let seen = case("first_day", &words);
    seen.assert_outcome("fail");
    assert_eq!(seen.result["dataset"]["subjects"], 151);
    assert_eq!(seen.of_static("smallest_class"), Some(1));
}

#[test]
fn names_of_people_in_a_column_without_role_are_named_by_their_cells() {
    let seen = case("first_day", &["plainhead.csv", "--subject", "customer_id", "--quasi", "sex,region"]);
    seen.assert_no_pass();
    let identifying = ["direct-identifier-found", "direct-identifier-present"];
    let named = seen.findings().iter().any(|finding| {
        let code = finding["code"].as_str().unwrap_or_default();
        let about_names =
            identifying.contains(&code) || finding["message"].as_str().is_some_and(|m| m.contains("name"));
        about_names && code != "undeclared-column" && finding["columns"].to_string().contains("col_b")
    });
    assert!(named, "col_b holds names of people\n{}", seen.told());
}

#[test]
fn a_sensitive_column_that_no_measure_looked_at_is_listed_as_not_measured() {
    let words = ["homog.csv", "--subject", "patient_id", "--quasi", "birth_decade,region", "--sensitive", "diagnosis"];
    let seen = case("first_day", &[&words[..], &["--measures", "uniqueness,identifiers"]].concat());
    assert!(seen.tells_not_measured("diagnosis"), "{}", seen.result["not_measured"]);
}

#[test]
fn two_of_six_entities_are_alone_with_their_whole_history() {
    let words = ["c06.csv", "--subject", "account_id", "--quasi", "merchant"];
    let seen = case("whole_history", &words);
    assert_eq!(seen.figure("histories.smallest_crowd"), Some(1.0));
    assert_eq!(seen.figure("histories.alone"), Some(2.0));
    assert_eq!(seen.figure("histories.set.smallest_crowd"), Some(2.0));
    let limited = case("whole_history", &[&words[..], &["--min-history-crowd", "2"]].concat());
    assert!(limited.blames("small-history-crowd", "merchant"), "{}", limited.told());
}

#[test]
fn one_diagnosis_in_every_class_does_not_pass() {
    let words = ["homog.csv", "--subject", "patient_id", "--quasi", "birth_decade,region", "--sensitive", "diagnosis"];
    let seen = case("first_day", &words);
    seen.assert_no_pass();
    assert!(seen.blames("homogeneous-class", "diagnosis"), "{}", seen.told());
    let limited = case("first_day", &[&words[..], &["--min-l", "2"]].concat());
    limited.assert_outcome("fail");
    for value in ["HIV", "schizophrenia", "I10"] {
        assert!(!limited.page().contains(value) && !limited.result.to_string().contains(value), "{value}");
    }
}

#[test]
fn a_record_number_as_subject_is_a_worse_subject_than_the_customer() {
    let seen = case("security/unique_subject", &["rowid.csv"]);
    seen.assert_no_pass();
    assert!(seen.blames("worse-subject", "customer_id"), "{}", seen.told());
}

#[test]
fn an_account_as_subject_is_a_worse_subject_than_the_customer_who_has_several() {
    let seen = case("security/subject_account", &["acc.csv"]);
    seen.assert_no_pass();
    assert!(seen.blames("worse-subject", "customer_id"), "{}", seen.told());
}

#[test]
fn columns_that_are_to_be_dropped_but_are_in_the_file_are_a_treatment_not_applied() {
    let seen = case("security/drop_all", &["danger.csv"]);
    seen.assert_outcome("review");
    for column in ["birth_date", "postcode"] {
        assert!(seen.blames("treatment-not-applied", column), "{}", seen.told());
    }
    assert!(!seen.page().contains("Nothing must change"), "{}", seen.page());
}

#[test]
fn names_and_card_numbers_in_comments_of_cells_are_identifiers() {
    let seen = case("security", &["comment.xlsx", "--subject", "id", "--quasi", "sex"]);
    seen.assert_no_pass();
    assert!(seen.codes().iter().any(|code| code.starts_with("direct-identifier")), "{}", seen.told());
}

#[test]
fn an_agreement_that_is_over_today_fails_whatever_day_is_asked_for() {
    let bench = case_bench("security/agr_env_asof");
    for (day, by_variable) in [("2019-01-01", true), ("2019-01-01", false)] {
        let mut command = bench.command();
        command.args(["--emit", "json"]).arg(bench.input("danger.csv"));
        if by_variable {
            command.env("REIDRISK_AS_OF", day);
        } else {
            command.args(["--as-of", day]);
        }
        let ended = bench.run(command, b"");
        assert_eq!(ended.code, Some(1), "{ended}");
        assert!(ended.stdout.contains("FAIL") && ended.stdout.contains(day), "the day is said\n{ended}");
        assert!(ended.stdout.contains("agreement"), "{ended}");
    }
}
