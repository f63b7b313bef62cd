//! Kinds 6 and 7: identifiers everywhere, and columns that nobody declared. Each right verdict stands in the first
//! comment of its test and was written down before the first run.

use super::plans::DOWNSTREAM;

use super::program::{case_bench, run, seen, seen_file};
use super::tables::{REASON, calm, calm_roles, calm_table, role, roles, table};
use crate::support::Bench;
use crate::support::frames::{Frame, whole_texts};

/// [`calm_table`] with one more column, by the number of the customer.
fn with_column(name: &str, cell: impl Fn(usize) -> String) -> String {
    let rows = calm(40).into_iter().enumerate().map(|(at, row)| format!("{},{}", row.join(","), cell(at / 2)));
    table(&format!("customer,district,day,shop,{name}"), rows)
}

// Kind 6: identifiers everywhere, always.

#[test]
fn addresses_in_an_ignored_column_are_found_whatever_its_reason() {
    // FAIL: the column leaves, and its cells are e-mail addresses.
    let text = with_column("contact", |customer| format!("kunde{customer}@mail.example"));
    let seen = seen(&text, &(calm_roles() + &role("contact", "ignore", REASON)));
    seen.assert_outcome("fail");
    assert!(seen.blames("direct-identifier-found", "contact"), "{}", seen.told());
}

#[test]
fn cells_that_are_not_searched_for_identifiers_are_told() {
    // REVIEW: the configuration asks for other measures, and nobody knows what the cells hold.
    let text = with_column("contact", |customer| format!("kunde{customer}@mail.example"));
    let measures = |list: &str| format!("[scan]\nmeasures = [{list}]\n");
    let config = calm_roles() + &role("contact", "ignore", REASON);
    let without = seen(&text, &(measures("\"uniqueness\", \"unicity\"") + &config));
    without.assert_outcome("review");
    without.assert_finding("gate-left-out");
    seen(&text, &(measures("\"uniqueness\", \"unicity\", \"identifiers\"") + &config)).assert_outcome("fail");
    let plain = measures("\"uniqueness\", \"unicity\", \"identifiers\"") + &calm_roles();
    seen(&calm_table(40), &plain).assert_outcome("pass");
}

#[test]
fn addresses_in_a_column_without_role_are_found_beside_declared_roles() {
    // FAIL: found as an identifier, not only as undeclared.
    let seen = seen(&with_column("contact", |customer| format!("kunde{customer}@mail.example")), &calm_roles());
    seen.assert_outcome("fail");
    assert!(seen.blames("direct-identifier-found", "contact"), "{}", seen.told());
}

#[test]
fn names_of_people_under_a_plain_heading_are_named() {
    // REVIEW at least: half of the distinct values are a given name and one more word.
    let given = ["Thomas", "Sarah", "Peter", "Anna", "Michael", "Julia"];
    let text = with_column("col_b", |customer| match customer % 2 {
        0 => format!("{} Weber{customer}", given[customer / 2 % 6]).replace(char::is_numeric, ""),
        _ => format!("item{customer}"),
    });
    let seen = seen(&text, &calm_roles());
    seen.assert_no_pass();
    let about_names = |finding: &&serde_json::Value| {
        finding["code"] != "undeclared-column" && finding["columns"].to_string().contains("col_b")
    };
    assert!(seen.findings().iter().any(|finding| about_names(&finding)), "{}", seen.told());
}

#[test]
fn addresses_in_the_metadata_of_a_parquet_file_are_found() {
    // Never PASS: the cells are harmless, but who exported whom stands in the key-value metadata.
    let bench = Bench::new();
    let cells = |cell: &dyn Fn(usize) -> String| whole_texts((0..40).map(cell));
    let customers = cells(&|at| format!("c{at:02}"));
    let frame = Frame::new([("customer", customers), ("district", cells(&|at| format!("D{}", at % 4)))]);
    let config = roles("customer", &["district"]);
    let people = (0..20).map(|at| format!("kunde{at}@mail.example")).collect::<Vec<_>>().join(" ");
    let outcomes = [None, Some(people)].map(|people| {
        let file = bench.input("districts.parquet");
        let said: Vec<(&str, &str)> = people.iter().map(|people| ("members", people.as_str())).collect();
        frame.parquet_in_groups(&file, 40, &said);
        let seen = seen_file(&file, &config);
        (seen.outcome().to_owned(), seen.codes().iter().any(|code| code.starts_with("direct-identifier")))
    });
    assert_eq!(outcomes[0], ("pass".to_owned(), false));
    assert!(outcomes[1].0 != "pass" && outcomes[1].1, "{outcomes:?}");
}

#[test]
fn identifiers_may_leave_once_they_are_permitted() {
    // PASS: `permitted = true` with a reason for the column. FAIL without one, and the finding asks for it.
    let text = with_column("contact", |customer| format!("kunde{customer}@mail.example"));
    let permitted = role("contact", "ignore", &format!("permitted = true\n{REASON}"));
    seen(&text, &(calm_roles() + &permitted)).assert_outcome("pass");
    let unreasoned = seen(&text, &(calm_roles() + &role("contact", "ignore", "permitted = true")));
    unreasoned.assert_outcome("fail");
    assert!(unreasoned.blames("direct-identifier-found", "contact"), "{}", unreasoned.told());
    assert!(unreasoned.told().contains("without a `reason`"), "{}", unreasoned.told());
}

#[test]
fn identifiers_that_are_dropped_downstream_are_silenced_and_others_are_not() {
    let text = with_column("contact", |customer| format!("kunde{customer}@mail.example"));
    let dropped = calm_roles() + &role("contact", "direct-identifier", "coarsen = \"drop\"");
    // PASS: somebody answers for leaving the column out.
    seen(&text, &format!("{dropped}[policy]\n{DOWNSTREAM}")).assert_outcome("pass");
    // Never PASS: the file holds the addresses and nobody answers for dropping them.
    seen(&text, &dropped).assert_no_pass();
}

// Kind 7: columns that nobody declared leave too.

#[test]
fn a_column_without_role_is_undeclared() {
    // REVIEW: harmless or not, nobody said anything about it.
    let seen = seen(&with_column("tariff", |customer| format!("T{}", customer % 2)), &calm_roles());
    seen.assert_outcome("review");
    seen.assert_blames("undeclared-column", "medium", "tariff");
}

#[test]
fn a_column_that_tells_a_fifth_of_the_subjects_apart_needs_a_reason() {
    // Eight of forty hold a value that nobody else holds: REVIEW. Seven: PASS.
    let text = |alone: usize| {
        with_column("tariff", move |customer| if customer < alone { format!("T{customer}") } else { "X".to_owned() })
    };
    for kind in ["ignore", "sensitive", "weight"] {
        // A weight is a number.
        let text =
            |alone| if kind == "weight" { text(alone).replace(",T", ",10").replace(",X", ",5") } else { text(alone) };
        let config = calm_roles() + &role("tariff", kind, "");
        let eight = seen(&text(8), &config);
        eight.assert_outcome("review");
        eight.assert_blames("unreasoned-column", "medium", "tariff");
        seen(&text(7), &config).assert_no_finding("unreasoned-column");
        seen(&text(8), &(calm_roles() + &role("tariff", kind, REASON))).assert_no_finding("unreasoned-column");
    }
}

#[test]
fn a_plain_column_may_be_ignored_without_a_reason() {
    // PASS: two values that twenty customers each hold.
    let text = with_column("tariff", |customer| format!("T{}", customer % 2));
    let seen = seen(&text, &(calm_roles() + &role("tariff", "ignore", "")));
    seen.assert_outcome("pass");
    seen.assert_no_finding("unreasoned-column");
}

#[test]
fn cells_of_three_words_need_a_reason() {
    // REVIEW: two remarks that many hold, but three words on average.
    let text = with_column("remark", |customer| ["paid in full", "call back later"][customer % 2].to_owned());
    let seen = seen(&text, &(calm_roles() + &role("remark", "sensitive", "")));
    seen.assert_outcome("review");
    seen.assert_blames("unreasoned-column", "medium", "remark");
}

#[test]
fn flags_that_take_a_default_gate_away_cap_the_answer_at_review() {
    // PASS without them. REVIEW with `--measures uniqueness`, under which nothing limits what events single out.
    let bench = Bench::new();
    bench.write("calm.csv", calm_table(40));
    bench.write("reidrisk.toml", calm_roles());
    assert_eq!(run(&bench, &["calm.csv"]).code, Some(0));
    for flags in [["--measures", "uniqueness"], ["--ignore", "day,shop"]] {
        std::fs::remove_dir_all(bench.out()).expect("the reports");
        let ended = run(&bench, &[&["calm.csv"][..], &flags].concat());
        assert_eq!(ended.code, Some(1), "{ended}");
        assert_eq!(bench.result()["verdict"]["outcome"], "review", "{ended}");
    }
}

#[test]
fn columns_of_the_clean_case_that_nobody_named_are_undeclared() {
    let bench = case_bench("00_clean");
    let ended = run(&bench, &["clean.csv", "--subject", "customer", "--quasi", "city,birth_year"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let findings = bench.result()["findings"].clone();
    let undeclared = |column: &str| {
        findings.as_array().is_some_and(|all| {
            all.iter().any(|f| f["code"] == "undeclared-column" && f["columns"].to_string().contains(column))
        })
    };
    for column in ["day", "amount", "merchant"] {
        assert!(undeclared(column), "{column}\n{findings}");
    }
}

#[test]
fn flags_and_variables_that_ask_for_less_than_the_configuration_never_pass() {
    // PASS with the configuration alone, and with stricter flags. REVIEW with each that asks for less, and the finding names it.
    let bench = Bench::new();
    bench.write("calm.csv", calm_table(40));
    bench.write("reidrisk.toml", calm_roles() + "[policy]\nk = 8\n");
    let outcome = |flags: &[&str]| {
        let _ = std::fs::remove_dir_all(bench.out());
        let ended = run(&bench, &[&["calm.csv"][..], flags].concat());
        let result = bench.result();
        let told = result["findings"].as_array().is_some_and(|all| {
            all.iter().any(|f| {
                f["code"] == "gate-left-out" && f["message"].to_string().contains(flags.first().unwrap_or(&""))
            })
        });
        (ended.code, told)
    };
    for flags in [&[][..], &["--k", "10"], &["--max-unicity", "0.1"], &["--quasi", "district"]] {
        assert_eq!(outcome(flags), (Some(0), false), "{flags:?}");
    }
    for flags in
        [["--k", "2"], ["--max-unicity", "0.9"], ["--sensitive", "shop"], ["--ignore", "shop"], ["--direct", "day"]]
    {
        assert_eq!(outcome(&flags), (Some(1), true), "{flags:?}");
    }
}

// Columns left aside that single people out together, though none of them does alone.

/// [`calm_table`] with two more columns: seven years that five or six of forty share, and six areas that five or more share. On
/// both together everybody is alone.
fn with_year_and_area() -> String {
    let rows = calm(40).into_iter().enumerate();
    let rows = rows.map(|(at, row)| format!("{},{},A{}", row.join(","), 1980 + at / 2 % 7, at / 2 / 7));
    table("customer,district,day,shop,year,area", rows)
}

#[test]
fn columns_that_single_people_out_together_need_a_reason_each() {
    let text = with_year_and_area();
    let of = |year: &str, area: &str| {
        seen(&text, &(calm_roles() + &role("year", "ignore", year) + &role("area", "sensitive", area)))
    };
    // REVIEW: nobody shares both, and nobody gave a reason.
    let both = of("", "");
    both.assert_outcome("review");
    both.assert_blames("unreasoned-column", "medium", "year");
    both.assert_blames("unreasoned-column", "medium", "area");
    // REVIEW: a reason beside one says nothing of the other.
    for one in [of(REASON, ""), of("", REASON)] {
        one.assert_outcome("review");
        assert_eq!(one.of_code("unreasoned-column").len(), 1, "{}", one.told());
    }
    // PASS: somebody answers for each.
    of(REASON, REASON).assert_outcome("pass");
    // PASS: the year alone is harmless, and the area is not in the file.
    let alone =
        table("customer,district,day,shop,year", text.lines().skip(1).map(|line| line[..line.len() - 3].to_owned()));
    seen(&alone, &(calm_roles() + &role("year", "ignore", ""))).assert_outcome("pass");
}

#[test]
fn a_constant_column_and_a_column_that_is_dropped_downstream_single_nobody_out() {
    // PASS: the area is the same for all, and so tells nobody from another.
    let text = with_year_and_area();
    let constant: Vec<String> = text.lines().skip(1).map(|line| format!("{},A", &line[..line.len() - 3])).collect();
    let config = calm_roles() + &role("year", "ignore", "") + &role("area", "ignore", "");
    seen(&table("customer,district,day,shop,year,area", constant), &config).assert_outcome("pass");
    // PASS: somebody answers for leaving the area out.
    let dropped = calm_roles() + &role("year", "ignore", "") + &role("area", "ignore", "coarsen = \"drop\"");
    seen(&text, &format!("{dropped}[policy]\n{DOWNSTREAM}")).assert_outcome("pass");
}

#[test]
fn many_plain_columns_are_counted_together() {
    // REVIEW: eight columns of two values each write down the number of the customer.
    let bits = |customer: usize| (0..8).map(|bit| format!(",b{}", customer >> bit & 1)).collect::<Vec<_>>().concat();
    let rows = calm(40).into_iter().enumerate().map(|(at, row)| row.join(",") + &bits(at / 2));
    let names: Vec<String> = (0..8).map(|bit| format!("flag{bit}")).collect();
    let text = table(&format!("customer,district,day,shop,{}", names.join(",")), rows);
    let config = names.iter().fold(calm_roles(), |config, name| config + &role(name, "ignore", ""));
    let seen = seen(&text, &config);
    seen.assert_outcome("review");
    // Two of them are the same for all forty.
    seen.assert_blames("unreasoned-column", "medium", "flag5");
    assert!(!seen.blames("unreasoned-column", "flag6"), "{}", seen.told());
}

#[test]
fn columns_of_a_joined_table_are_counted_with_the_others() {
    // REVIEW: the year is in the extract, and the area in the table of customers.
    let text = with_year_and_area();
    let (mut people, mut extract) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        extract.push(line[..line.len() - 3].to_owned());
        people.push(format!("{},{}", &line[..4], &line[line.len() - 2..]));
    }
    people.dedup();
    let bench = Bench::new();
    bench.write("people.csv", table("customer,area", people));
    let join = "[[dataset.join]]\nfile = \"people.csv\"\nkey = \"customer\"\n";
    bench.write("reidrisk.toml", calm_roles() + &role("year", "ignore", "") + &role("area", "ignore", "") + join);
    bench.write("records.csv", table("customer,district,day,shop,year", extract));
    let ended = run(&bench, &["records.csv"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let findings = bench.result()["findings"].to_string();
    assert!(findings.contains("columns `year` and `area` are declared `ignore` without a reason"), "{findings}");
}
