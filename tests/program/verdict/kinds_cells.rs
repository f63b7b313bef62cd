//! Kinds 4, 8 and 9: cells that mean "missing", treatment that the file does not hold, suppressed records. Each right
//! verdict stands in the first comment of its test and was written down before the first run.

use super::plans::DOWNSTREAM;
use super::program::{seen, seen_file};
use super::tables::{REASON, calm, calm_roles, calm_table, lines, role, roles, table};
use crate::support::repository_file;

// Kind 4: placeholders, blanks, rounded identifiers.

/// [`calm`] with more records of one subject of this name, all of one district.
fn with_more_of(subject: &str, records: usize) -> String {
    let more = (0..records).map(|at| {
        [subject.to_owned(), "D1".to_owned(), format!("2026-03-0{}", at % 2 + 1), format!("shop {}", at % 2)]
    });
    lines("customer,district,day,shop", &calm(40).into_iter().chain(more).collect::<Vec<_>>())
}

#[test]
fn null_as_a_subject_is_reviewed_until_it_is_named_or_declared_real() {
    // REVIEW: ten of ninety records are of `NULL`, one customer or many.
    let unnamed = seen(&with_more_of("NULL", 10), &calm_roles());
    unnamed.assert_outcome("review");
    assert!(unnamed.speaks_of("customer"), "{}", unnamed.told());
    // FAIL: named as missing, 11 % of the records have no subject.
    let named = seen(&with_more_of("NULL", 10), &(calm_roles() + "[columns.customer]\nnull_values = [\"NULL\"]\n"));
    named.assert_outcome("fail");
    named.assert_finding("records-without-subject");
    // PASS: declared real, it is a customer like the others.
    let real = seen(&with_more_of("NULL", 10), &(calm_roles() + "[columns.customer]\nreal_values = [\"NULL\"]\n"));
    real.assert_outcome("pass");
    assert_eq!(real.result["dataset"]["subjects"], 41);
}

#[test]
fn a_subject_with_more_records_than_the_next_ten_together_is_reviewed() {
    // REVIEW: one spelling has 30 of 110 records, the next ten have 20 together; no list names it.
    let dominant = seen(&with_more_of("sammel", 30), &calm_roles());
    dominant.assert_outcome("review");
    assert!(dominant.speaks_of("customer"), "{}", dominant.told());
    // PASS: a customer with 6 of 86 records is 7 %, but the next ten have 20.
    seen(&with_more_of("busy", 6), &calm_roles()).assert_outcome("pass");
}

#[test]
fn a_placeholder_in_another_column_is_a_note() {
    // PASS: a district `n/a` that ten customers have is told, and is a value.
    let seen = seen(&calm_table(40).replace(",D3,", ",n/a,"), &calm_roles());
    seen.assert_outcome("pass");
    assert!(seen.findings().iter().any(|finding| finding["severity"] == "note"), "{}", seen.told());
    assert!(seen.speaks_of("district"), "{}", seen.told());
}

#[test]
fn blanks_at_the_end_of_a_value_are_trimmed_with_a_note_unless_they_are_kept() {
    let text = calm_table(40).replacen("c000,D0,", "c000,D0 ,", 1);
    // PASS: a padded district is the district.
    let trimmed = seen(&text, &calm_roles());
    trimmed.assert_outcome("pass");
    trimmed.assert_blames("trimmed-join", "note", "district");
    assert_eq!(trimmed.of_static("smallest_class"), Some(10));
    // FAIL: kept, it is a district of its own that one customer shows.
    let kept = seen(&text, &format!("[dataset]\ntrim = false\n{}", calm_roles()));
    kept.assert_outcome("fail");
    assert_eq!(kept.of_static("smallest_class"), Some(1));
}

#[test]
fn a_padded_subject_is_joined_and_reviewed() {
    // REVIEW: whether `c000 ` is `c000` is for a person to say; the figures are those of one customer.
    let seen = seen(&calm_table(40).replacen("c000,", "c000 ,", 1), &calm_roles());
    seen.assert_outcome("review");
    seen.assert_blames("trimmed-join", "medium", "customer");
    assert_eq!(seen.result["dataset"]["subjects"], 40);
}

#[test]
fn identifiers_with_exponents_are_reviewed() {
    // REVIEW: twenty rounded numbers stand for an unknown number of customers.
    let rows = (0..80).map(|at| format!("5.{:02}000E+15,D{}", at % 20 + 10, at % 4));
    let seen = seen(&table("customer,district", rows), &roles("customer", &["district"]));
    seen.assert_outcome("review");
    seen.assert_blames("rounded-identifier", "medium", "customer");
}

#[test]
fn whole_numbers_of_eighteen_digits_in_a_spreadsheet_are_rounded() {
    // REVIEW: a spreadsheet keeps fifteen digits, so forty numbers may be more customers.
    let file = repository_file("tests/data/verdict_kinds/long_numbers.xlsx");
    let seen = seen_file(&file, &roles("customer", &["district"]));
    seen.assert_outcome("review");
    seen.assert_blames("rounded-identifier", "medium", "customer");
}

#[test]
fn an_error_cell_is_missing_and_takes_the_other_value_of_its_customer() {
    // PASS: forty customers in four districts; one of eighty cells is `#N/A`.
    let file = repository_file("tests/data/verdict_kinds/error_cell.xlsx");
    let seen = seen_file(&file, &roles("customer", &["district"]));
    seen.assert_outcome("pass");
    assert_eq!(seen.of_static("smallest_class"), Some(10));
    assert_eq!(seen.of_static("classes"), Some(4));
}

// Kind 8: measured as treated, leaving as it is.

/// Districts of three letters, of which the treatment leaves one: A in forty, all from one of two of the kind.
fn fine() -> String {
    calm_table(40).replace(",D0,", ",Dab,").replace(",D1,", ",Dcd,").replace(",D2,", ",Eab,").replace(",D3,", ",Ecd,")
}

fn shortened() -> String {
    roles("customer", &["day", "shop"]) + &role("district", "quasi-identifier", "coarsen = \"prefix:1\"")
}

#[test]
fn a_file_that_does_not_hold_its_treatment_would_pass_after_it() {
    // REVIEW: 80 districts would change.
    let seen = seen(&fine(), &shortened());
    seen.assert_outcome("review");
    seen.assert_blames("treatment-not-applied", "medium", "district");
    assert_eq!(seen.of_code("treatment-not-applied")[0]["measured"], 80.0);
    assert!(seen.page().contains("would pass after"), "{}", seen.page());
    assert!(!seen.page().contains("Nothing must change"), "{}", seen.page());
}

#[test]
fn a_file_that_holds_its_treatment_passes() {
    // PASS: every district is its own image.
    let treated =
        fine().replace(",Dab,", ",D,").replace(",Dcd,", ",D,").replace(",Eab,", ",E,").replace(",Ecd,", ",E,");
    let seen = seen(&treated, &shortened());
    seen.assert_outcome("pass");
    seen.assert_no_finding("treatment-not-applied");
    assert_eq!(seen.of_static("smallest_class"), Some(20));
}

#[test]
fn a_treatment_downstream_does_not_lift_a_broken_limit() {
    // FAIL: cut to one letter there are classes of twenty, and the policy asks for 21.
    let seen = seen(&fine(), &(shortened() + "[policy]\nk = 21\n" + DOWNSTREAM));
    seen.assert_outcome("fail");
    seen.assert_finding("small-class");
}

#[test]
fn a_declaration_of_treatment_that_is_over_counts_no_more() {
    // REVIEW or a refusal, never PASS: it ended a month ago.
    let config = shortened() + "[policy]\n" + &DOWNSTREAM.replace("2026-10-01", "2026-06-01");
    if let Ok(seen) = super::program::try_text(&fine(), &config) {
        seen.assert_no_pass();
    }
}

#[test]
fn a_column_that_is_dropped_may_be_absent() {
    // PASS: the file was treated by leaving the birth date out.
    let config = calm_roles() + &role("birth_date", "quasi-identifier", "coarsen = \"drop\"");
    let seen = seen(&calm_table(40), &config);
    seen.assert_outcome("pass");
}

#[test]
fn a_column_that_is_to_be_dropped_but_is_there_is_reviewed() {
    // REVIEW: forty birth dates of forty customers are in the file.
    let rows = calm(40)
        .into_iter()
        .map(|row| format!("{},19{}-01-01", row.join(","), 50 + row[0][1..].parse::<u32>().unwrap_or(0)));
    let config = calm_roles() + &role("birth_date", "quasi-identifier", "coarsen = \"drop\"");
    let seen = seen(&table("customer,district,day,shop,birth_date", rows), &config);
    seen.assert_outcome("review");
    seen.assert_blames("treatment-not-applied", "medium", "birth_date");
}

// Kind 9: suppressed records.

fn people_config() -> String {
    "[subject]\nnone = true\n".to_owned()
        + &["age", "sex", "zip"].map(|column| role(column, "quasi-identifier", "")).concat()
}

fn people(suppressed: usize, mark: &str) -> String {
    let shown = (0..60).map(|at| format!("{}0s,{},81***", at % 3 + 2, ["f", "m"][at % 2]));
    table("age,sex,zip", shown.chain((0..suppressed).map(|_| format!("{mark},{mark},{mark}"))))
}

#[test]
fn three_suppressed_records_are_no_class_of_three() {
    // PASS: six classes of ten; what is suppressed is in none.
    for mark in ["*", "**", "***", "suppressed", ""] {
        let seen = seen(&people(3, mark), &people_config());
        seen.assert_outcome("pass");
        let full = &seen.result["measures"]["uniqueness"]["value"]["full"];
        assert_eq!((&full["smallest_class"], &full["classes"]), (&10.into(), &6.into()), "`{mark}`");
        assert_eq!(full["risk"]["average_record"], 0.1, "`{mark}`");
    }
}

#[test]
fn a_mark_of_ones_own_is_a_mark_once_it_is_declared() {
    let text = people(3, "hidden");
    // FAIL: three people share what nobody called a mark.
    seen(&text, &people_config()).assert_outcome("fail");
    // REVIEW: six classes of ten are left, and the file still shows what somebody only said to be a mark.
    let declared = format!("[dataset]\nsuppression_marks = [\"hidden\"]\n{}", people_config());
    seen(&text, &declared).assert_outcome("review");
    // PASS: the same with a reason beside each column.
    let role = "role = \"quasi-identifier\"";
    let reasoned = declared.replace(role, &format!("{role}\nreason = \"the mark of the exporting system\""));
    seen(&text, &reasoned).assert_outcome("pass");
}

#[test]
fn blanks_that_are_kept_do_not_make_more_people_without_a_finding() {
    // REVIEW: with the blanks twelve spellings look like twelve people in one city; without them there are three.
    let rows = (0..12).map(|at| format!("p{}{},Hull", at / 4, " ".repeat(at % 4)));
    let roles = "[subject]\ncolumn = \"customer\"\n[columns.city]\nrole = \"quasi-identifier\"\n";
    let text = table("customer,city", rows);
    seen(&text, roles).assert_outcome("fail");
    let kept = seen(&text, &format!("[dataset]\ntrim = false\n{roles}"));
    kept.assert_outcome("review");
    kept.assert_finding("trimmed-join");
}

#[test]
fn a_real_value_that_is_declared_missing_or_a_mark_does_not_pass() {
    // REVIEW: two people live in cities of their own, which the file shows whatever the configuration calls them.
    let cities = [("Hull", 20), ("York", 20), ("Selby", 1), ("Ripon", 1)];
    let rows = cities.iter().flat_map(|&(city, people)| (0..people).map(move |at| format!("{city} {at},{city}")));
    let text = table("customer,city", rows);
    let roles = "[subject]\ncolumn = \"customer\"\n[columns.city]\nrole = \"quasi-identifier\"\n";
    seen(&text, roles).assert_outcome("fail");
    for declared in [
        format!("{roles}null_values = [\"Selby\", \"Ripon\"]\n"),
        format!("[dataset]\nnull_values = [\"Selby\", \"Ripon\"]\n{roles}"),
        format!("[dataset]\nsuppression_marks = [\"Selby\", \"Ripon\"]\n{roles}"),
    ] {
        seen(&text, &declared).assert_outcome("review");
    }
}

#[test]
fn where_everything_is_suppressed_there_is_no_gate() {
    // REVIEW: there is nobody to measure.
    let text = table("age,sex,zip", (0..40).map(|_| "*,*,*".to_owned()));
    let seen = seen(&text, &people_config());
    seen.assert_outcome("review");
    seen.assert_finding("no-risk-gate");
}

#[test]
fn single_marks_are_a_note_as_values_and_a_review_as_wildcards() {
    // PASS with a note: ten people of one class show no age, and are a class of ten.
    let text = people(0, "").replace("20s,f,", "*,f,");
    let values = seen(&text, &people_config());
    values.assert_outcome("pass");
    assert!(values.findings().iter().any(|finding| finding["severity"] == "note"), "{}", values.told());
    // REVIEW: a wildcard matches everybody, which flatters.
    seen(&text, &(people_config() + "[scan]\nmissing = \"wildcard\"\n")).assert_outcome("review");
}

#[test]
fn suppressed_records_of_subjects_are_in_no_denominator_of_events() {
    // PASS: the share is over the forty whose events are shown.
    let mut rows = calm(40);
    rows.extend((0..3).map(|at| [format!("s{at:02}"), "*".to_owned(), "*".to_owned(), "*".to_owned()]));
    let seen = seen(&lines("customer,district,day,shop", &rows), &calm_roles());
    seen.assert_outcome("pass");
    assert_eq!(seen.of_static("smallest_class"), Some(10));
}

// What leaves beside the columns that are counted.

/// [`calm_table`] with a further column, and people of whom every quasi-identifier is empty; `cell` is theirs in it.
fn with_suppressed(column: &str, people: usize, cell: impl Fn(usize) -> String) -> String {
    let shown = calm(40).into_iter().map(|row| format!("{},a", row.join(",")));
    let hidden = (0..people).map(|at| format!("s{at:03},,*,,{}", cell(at)));
    table(&format!("customer,district,day,shop,{column}"), shown.chain(hidden))
}

#[test]
fn suppressed_records_do_not_hide_what_their_other_columns_show() {
    let ignored = calm_roles() + &role("note", "ignore", "");
    // PASS: nothing is in the column that others do not have.
    seen(&with_suppressed("note", 40, |_| "a".to_owned()), &ignored).assert_outcome("pass");
    // REVIEW: half of the people have an address of their own in it, or sentences.
    let addresses = seen(&with_suppressed("note", 40, |at| format!("Elm_Street_{at}")), &ignored);
    addresses.assert_outcome("review");
    addresses.assert_blames("unreasoned-column", "medium", "note");
    let sentences = seen(&with_suppressed("note", 160, |at| format!("born in {} in Hull", 1950 + at % 4)), &ignored);
    sentences.assert_blames("unreasoned-column", "medium", "note");
}

#[test]
fn suppressed_records_with_a_sensitive_column_are_a_class() {
    let config = |more: &str| calm_roles() + &role("ill", "sensitive", more);
    let of = |people: usize| with_suppressed("ill", people, |at| ["a", "b"][at % 2].to_owned());
    // PASS: twenty people of whom each has one of two values, as in any class.
    seen(&of(20), &config("")).assert_outcome("pass");
    // REVIEW: three people, or twenty with one value; whoever has looked says so.
    let few = seen(&of(3), &config(""));
    few.assert_outcome("review");
    few.assert_blames("suppressed-record-filled", "medium", "ill");
    seen(&of(3), &config(REASON)).assert_outcome("pass");
    let same = with_suppressed("ill", 20, |_| "b".to_owned());
    seen(&same, &config("")).assert_blames("suppressed-record-filled", "medium", "ill");
    // REVIEW: a limit on the column does not see them, whatever is said.
    let limited = seen(&of(20), &(config(REASON) + "[policy]\nmin_l = 2\n"));
    limited.assert_no_pass();
    limited.assert_blames("suppressed-record-filled", "medium", "ill");
}

#[test]
fn known_points_of_suppressed_records_do_not_pass_unseen() {
    // REVIEW: days and shops of their own stand in a declared point, and no limit sees them.
    let roles = roles("customer", &["district"]) + "[unicity]\npoint = [\"day+shop\"]\n";
    let rows = calm(40).into_iter().chain((0..30).flat_map(|at| {
        (0..4).map(move |visit| {
            [format!("s{at:03}"), String::new(), format!("2026-04-{:02}", visit + 1), format!("own {at} {visit}")]
        })
    }));
    let seen = seen(&lines("customer,district,day,shop", &rows.collect::<Vec<_>>()), &roles);
    seen.assert_no_pass();
    seen.assert_blames("suppressed-record-filled", "medium", "shop");
}

#[test]
fn names_and_sentences_in_the_subject_column_are_reviewed() {
    let given = ["John", "Anna", "Peter", "Maria", "Thomas", "Sarah", "David", "Emma"];
    let family = ["Smith", "Jones", "Brown", "Taylor", "Wilson"];
    let full_name = |at: usize| format!("{} {}", given[at % 8], family[at / 8]);
    let rows = |name: &dyn Fn(usize) -> String| {
        let cells = calm(40)
            .into_iter()
            .map(|[who, district, day, shop]| [name(who[1..].parse().unwrap_or(0)), district, day, shop]);
        lines("customer,district,day,shop", &cells.collect::<Vec<_>>())
    };
    // REVIEW: they are people by name, or what stands there may be anything.
    let names = seen(&rows(&full_name), &calm_roles());
    names.assert_outcome("review");
    names.assert_blames("names-of-people", "medium", "customer");
    let sentences = seen(&rows(&|at| format!("customer living at {at} Elm Street")), &calm_roles());
    sentences.assert_outcome("review");
    sentences.assert_blames("unreasoned-column", "medium", "customer");
    // PASS: a person says what it is.
    let said = calm_roles().replacen("column = \"customer\"\n", &format!("column = \"customer\"\n{REASON}\n"), 1);
    seen(&rows(&|at| format!("customer living at {at} Elm Street")), &said).assert_outcome("pass");
}

#[test]
fn one_person_in_several_spellings_is_reviewed_until_there_is_a_reason() {
    // REVIEW: eight customers in five spellings look like forty.
    for spelled in
        [["ab", "Ab", "aB", "AB", "a-b"], ["C-1", "C1", "C 1", "c1", "c_1"], ["1", "+1", "01", "001", "0001"]]
    {
        let cells = calm(40).into_iter().map(|[who, district, day, shop]| {
            let number: usize = who[1..].parse().unwrap_or(0);
            [format!("{}{:03}", spelled[number % 5], number / 5), district, day, shop]
        });
        let text = lines("customer,district,day,shop", &cells.collect::<Vec<_>>());
        let found = seen(&text, &calm_roles());
        found.assert_outcome("review");
        found.assert_blames("subject-spelled-alike", "medium", "customer");
        let said = calm_roles().replacen("column = \"customer\"\n", &format!("column = \"customer\"\n{REASON}\n"), 1);
        assert!(!seen(&text, &said).findings().iter().any(|found| found["code"] == "subject-spelled-alike"));
    }
}

#[test]
fn several_spellings_of_one_value_that_tell_people_apart_are_reviewed() {
    let spelled = |cells: &[&str]| {
        let rows = (0..60).map(|at| format!("p{at:03},{}", cells[at % cells.len()]));
        table("customer,seen", rows)
    };
    let config = |more: &str| "[subject]\ncolumn = \"customer\"\n".to_owned() + &role("seen", "quasi-identifier", more);
    // REVIEW: one moment with the offset of each, one day, one number, one time.
    for cells in [
        &["2024-05-17T12:00:00Z", "2024-05-17T13:00:00+01:00", "2024-05-17T17:45:00+05:45"][..],
        &["2025-05-17", "17-MAY-2025", "2025/05/17"],
        &["5.25", "5.250", "525e-2", "5.2500"],
        &["17:07", "17:07:00", "5:07 PM"],
    ] {
        let found = seen(&spelled(cells), &config(""));
        found.assert_outcome("review");
        found.assert_blames("trimmed-join", "medium", "seen");
        seen(&spelled(cells), &config(REASON)).assert_outcome("pass");
        seen(&spelled(&cells[..1]), &config("")).assert_outcome("pass");
    }
}

#[test]
fn static_columns_of_a_declared_point_need_a_role() {
    // REVIEW: one in six people is alone with day of birth and postcode, which no class limit covers.
    let rows =
        (0..60).map(|at| format!("p{at:03},19{}-01-01,{}", 50 + if at < 10 { at } else { 10 }, 10_000 + at / 30));
    let text = table("customer,born,zip", rows);
    let point = "[subject]\ncolumn = \"customer\"\n[unicity]\npoint = [\"born+zip\"]\n";
    let found = seen(&text, point);
    found.assert_no_pass();
    found.assert_blames("undeclared-column", "medium", "born");
    // PASS: columns that vary within everybody are what a point limits.
    let events = roles("customer", &["district"]) + "[unicity]\npoint = [\"day+shop\"]\n";
    seen(&calm_table(40), &events).assert_outcome("pass");
}
