//! Subjects of both sides, truth, strangers, and a source that is the extract.

use super::{attack, bench, notes, statuses};

const ON: [&str; 6] = ["--subject", "customer", "--against", "members.csv", "--on", "birth,city=town"];

#[test]
fn truth_scores_links_and_makes_none() {
    let with = attack(&bench(), &[&ON[..], &["--truth", "customer=member"]].concat());
    let without = attack(&bench(), &ON);
    assert_eq!(statuses(&with), statuses(&without));
    assert_eq!(with["correct"], 1);
    assert!(without["correct"].is_null());
}

#[test]
fn persons_of_the_source_are_counted_and_not_their_records() {
    let bench = bench();
    bench.write("members.csv", "member,birth,town\nm1,1980,Ghent\nm1,1980,Ghent\nm1,1980,Ghent\n,1980,Ghent\n");
    let found = attack(&bench, &[&ON[..], &["--their-subject", "member"]].concat());
    assert_eq!(statuses(&found), [Some(1), Some(0), Some(3)]);
    let source = &bench.result()["sources"][0];
    assert_eq!((source["records"].as_u64(), source["subjects"].as_u64()), (Some(4), Some(1)));
    assert_eq!(source["records_without_subject"], 1);
    // Each record is a person when nobody says otherwise.
    let bench = super::bench();
    bench.write("members.csv", "member,birth,town\nm1,1980,Ghent\nm1,1980,Ghent\n");
    assert_eq!(statuses(&attack(&bench, &ON)), [Some(0), Some(1), Some(3)]);
}

#[test]
fn the_column_that_is_named_as_the_subject_names_the_persons_of_the_source() {
    let bench = bench();
    bench.write("members.csv", "customer,birth,town\nm1,1980,Ghent\nm1,1980,Ghent\n");
    assert_eq!(statuses(&attack(&bench, &ON)), [Some(1), Some(0), Some(3)]);
    assert_eq!(bench.result()["sources"][0]["subject"], "customer");
}

const HOLD_OUT: &str = "[subject]\ncolumn = \"customer\"\n[[recipient.holds]]\nfile = \"members.csv\"\n\
                        hold_out = \"strangers.csv\"\non = [\"birth\", { ours = \"city\", theirs = \"town\" }]\n";

#[test]
fn what_is_claimed_of_strangers_is_taken_off() {
    let bench = bench();
    bench.write("r.toml", HOLD_OUT);
    bench.write("strangers.csv", "customer,birth,city,amount\ns1,1999,Bruges,1\ns2,1920,Ghent,1\ns2,1920,Ghent,2\n");
    let found = attack(&bench, &["--config", "r.toml"]);
    // One of four customers and one of two strangers are claimed.
    assert_eq!((found["claim_rate"].as_f64(), found["control_rate"].as_f64()), (Some(0.25), Some(0.5)));
    assert_eq!(found["residual_risk"], 0.0);
    assert_eq!(found["evidence"], "none");
    assert_eq!(bench.result()["sources"][0]["hold_out"]["subjects"], 2);
}

#[test]
fn truth_keys_may_be_spelled_differently_and_their_doubles_are_counted() {
    let bench = bench();
    bench.write(
        "members.csv",
        "member,birth,town\nid-c1-0,1980,Ghent\nid-c2-0,1981,Ghent\nid-c2-1,1981,Ghent\nx,1,Ghent\n",
    );
    let config = "[subject]\ncolumn = \"customer\"\n[[recipient.holds]]\nfile = \"members.csv\"\n\
                  on = [\"birth\", { ours = \"city\", theirs = \"town\" }]\n\
                  truth = { ours = \"customer\", theirs = \"member\" }\ntruth_pattern = '(c[0-9]+)'\n";
    bench.write("r.toml", config);
    let found = attack(&bench, &["--config", "r.toml"]);
    assert_eq!(found["correct"], 1, "{found}");
    let notes = notes(&found);
    assert!(notes.contains("2 subjects of the source share their truth key"), "{notes}");
    assert!(notes.contains("1 truth key of the source does not match"), "{notes}");
}

#[test]
fn keys_that_never_meet_are_told() {
    let bench = bench();
    bench.write("members.csv", "member,birth,town\nx1,1980,Ghent\nx2,1981,Ghent\n");
    let notes = notes(&attack(&bench, &[&ON[..], &["--truth", "customer=member"]].concat()));
    assert!(notes.contains("no truth key occurs on both sides"), "{notes}");
}

#[test]
fn a_source_that_is_the_extract_is_told() {
    let bench = bench();
    let flags = ["--subject", "customer", "--on", "birth,city,amount", "--against"];
    let same = attack(&bench, &[&flags[..], &["extract.csv"]].concat());
    assert_eq!(same["source_equals_extract"], true);
    // The same records in another order are other bytes.
    let reordered = super::bench();
    let mut lines: Vec<&str> = super::EXTRACT.lines().collect();
    lines[1..].reverse();
    reordered.write("again.csv", lines.join("\n"));
    let same = attack(&reordered, &[&flags[..], &["again.csv"]].concat());
    assert_eq!(same["source_equals_extract"], true);
    let other = super::bench();
    other.write("other.csv", super::EXTRACT.replace("c4,1983", "c4,1984"));
    let other = attack(&other, &[&flags[..], &["other.csv"]].concat());
    assert!(other["source_equals_extract"].is_null(), "{other}");
}

/// Whether `other` is said to hold the records of the extract when all columns but the subject are shared.
fn is_told(flags: &[&str], other: &str) -> bool {
    let bench = bench();
    bench.write("other.csv", other);
    let found = attack(&bench, &[flags, &["--against", "other.csv"]].concat());
    found["source_equals_extract"] == true
}

#[test]
fn a_source_with_other_records_is_not_told_to_be_the_extract() {
    let all = ["--subject", "customer", "--on", "birth,city,amount"];
    let reordered = "customer,birth,city,amount\n\
                     c4,1983,Ghent,11\nc3,1982,Bruges,11\nc2,1981,Ghent,9\nc1,1980,Ghent,7\nc1,1980,Ghent,5\n";
    assert!(is_told(&all, reordered));
    // A column that is not shared may differ.
    assert!(!is_told(&["--subject", "customer", "--on", "birth"], &reordered.replace(",9", ",8")));
    assert!(!is_told(&["--subject", "customer", "--on", "birth"], reordered));
    // The same rows and the same pseudonyms, each of another.
    let swapped = reordered.replace("c3,", "c9,").replace("c4,", "c3,").replace("c9,", "c4,");
    assert!(!is_told(&all, &swapped));
    // Equal only after a rule.
    let coarse = [&all[..], &["--coarsen", "birth=round:10"]].concat();
    assert!(!is_told(&coarse, &reordered.replace("1981", "1982")));
}

/// Post codes, of which a spreadsheet took the leading zero on one side.
fn post_codes(typed: &str) -> (crate::support::Bench, String) {
    let bench = super::Bench::new();
    bench.write("extract.csv", "customer,zip\nc1,0800\nc2,0900\nc3,1000\nc4,X1\n");
    bench.write("members.csv", "member,code\nm1,800\nm2,900\nm3,1000\n");
    let config = format!(
        "[subject]\ncolumn = \"customer\"\n[[recipient.holds]]\nfile = \"members.csv\"\n\
         on = [{{ ours = \"zip\", theirs = \"code\"{typed} }}]\n"
    );
    bench.write("r.toml", &config);
    (bench, config)
}

#[test]
fn both_sides_of_a_join_are_read_as_the_declared_type() {
    let linked = |typed: &str, more: &str, extract: &str| {
        let (bench, config) = post_codes(typed);
        bench.write("extract.csv", extract);
        bench.write("r.toml", &(config + more));
        let found = statuses(&attack(&bench, &["--config", "r.toml"]));
        let plan = bench.result()["run"]["plan"].clone();
        let of_types =
            plan.as_array().unwrap().iter().find(|setting| setting["setting"] == "columns.type").unwrap().clone();
        (found, of_types["value"].as_str().unwrap().to_owned())
    };
    let extract = "customer,zip\nc1,0800\nc2,0900\nc3,1000\n";
    // As text and whole numbers, only the code without a leading zero is found on both sides.
    assert_eq!(linked("", "", extract), ([Some(1), Some(0), Some(2)], "none".to_owned()));
    let whole = ", type = \"integer\"";
    let of_column = "[columns.zip]\ntype = \"integer\"\n";
    for (typed, more) in [(whole, ""), ("", of_column), (whole, of_column)] {
        assert_eq!(linked(typed, more, extract), ([Some(3), Some(0), Some(0)], "zip: integer".to_owned()));
    }
    let text = ", type = \"text\"";
    assert_eq!(linked(text, "", extract), ([Some(1), Some(0), Some(2)], "zip: text".to_owned()));
}

#[test]
fn a_cell_of_a_source_that_is_not_of_the_declared_type_ends_the_scan() {
    let (bench, _) = post_codes(", type = \"integer\"");
    let ended = super::scan(&bench, &["--config", "r.toml"]);
    bench.assert_discreet(&ended);
    assert_eq!(ended.code, Some(3), "{ended}");
    assert!(ended.stderr.contains("its cell in line 5 of `extract.csv`"), "{ended}");
    bench.write("extract.csv", "customer,zip\nc1,0800\nc2,0900\n");
    bench.write("members.csv", "member,code\nm1,800\nm2,q7x\n");
    let ended = super::scan(&bench, &["--config", "r.toml"]);
    assert_eq!(ended.code, Some(3), "{ended}");
    assert!(ended.stderr.contains("its cell in line 3 of `members.csv`") && !ended.stderr.contains("q7x"), "{ended}");
}

#[test]
fn the_map_of_subjects_is_read_as_the_declared_type_of_the_subject() {
    let map = "[subject]\ncolumn = \"card\"\nmap = { file = \"map.csv\", from = \"card\", to = \"customer\" }\n";
    for (declared, subjects) in [("", 3), ("[columns.card]\ntype = \"integer\"\n", 2)] {
        let bench = super::Bench::new();
        bench.write("extract.csv", "card,city\n0800,Ghent\n900,Ghent\n1000,Bruges\n");
        bench.write("map.csv", "card,customer\n800,p1\n0900,p1\n1000,p2\n");
        bench.write("r.toml", format!("{map}{declared}[columns.city]\nrole = \"quasi-identifier\"\n"));
        let result = super::result(&bench, &["--config", "r.toml"]);
        let dataset = &result["dataset"];
        let lost = u64::from(declared.is_empty()) * 2;
        assert_eq!(
            (dataset["subjects"].as_u64(), dataset["subjects_not_in_map"].as_u64()),
            (Some(subjects), Some(lost))
        );
    }
}
