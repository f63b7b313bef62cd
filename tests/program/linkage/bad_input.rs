//! Sources that cannot be joined, and flags that contradict each other: words, and no figure of 0.

use super::{attack, bench, notes, scan, statuses};
use crate::support::Bench;

/// With a source one of whose cells makes a column text.
fn with_text() -> Bench {
    let bench = bench();
    bench.write("text.csv", "birth\nunknown\n1980\n");
    bench
}

fn assert_refused(flags: &[&str], code: i32, words: &[&str]) {
    let bench = with_text();
    bench.write("empty.csv", "birth,town\n");
    let ended = scan(&bench, flags);
    bench.assert_refused(&ended, code, words);
}

const AGAINST: [&str; 4] = ["--subject", "customer", "--against", "members.csv"];

#[test]
fn a_column_that_one_side_lacks_is_named_with_what_was_meant() {
    let on = |on: &'static str| [&AGAINST[..], &["--on", on]].concat();
    assert_refused(&on("birth,city=twn"), 2, &["`members` has no column `twn`", "did you mean `town`?"]);
    assert_refused(&on("brith"), 2, &["no column `brith`", "did you mean `birth`?"]);
    // Where no name fits, the first line may hold cells.
    assert_refused(&on("city"), 2, &["`members` has no column `city`", "it has 3 columns, not shown"]);
    assert_refused(&on("birth,city"), 2, &["`members` has no column `city`", "columns: ", "`town`"]);
    let truth = [&on("birth")[..], &["--truth", "customer=membr"]].concat();
    assert_refused(&truth, 2, &["no column `membr`", "did you mean `member`?"]);
    let subject = [&on("birth")[..], &["--their-subject", "membr"]].concat();
    assert_refused(&subject, 2, &["no column `membr`"]);
}

#[test]
fn text_meets_whole_numbers_as_spelled_and_other_numbers_not_at_all() {
    let flags = ["--subject", "customer", "--against", "text.csv", "--on", "birth"];
    for more in [&[][..], &["--coarsen", "birth=prefix:3"]] {
        let bench = with_text();
        let found = attack(&bench, &[&flags[..], more].concat());
        // A rule that makes a text of both leaves nothing to be told apart.
        assert_eq!(notes(&found).contains("text is compared with whole numbers"), more.is_empty(), "{found}");
    }
    let bench = with_text();
    bench.write("extract.csv", "customer,birth,city,amount\nc1,1980.5,Ghent,5\nc2,1981.25,Ghent,7\n");
    let words = ["column `birth` of the extract holds", "column `birth` of `text` holds text"];
    bench.assert_refused(&scan(&bench, &flags), 2, &words);
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    assert_refused(&["--on", "birth"], 2, &["--on requires `--against FILE`", "hint:"]);
    assert_refused(&["--attack", "exact"], 2, &["--attack requires `--against FILE`"]);
    let with = |more: &[&'static str]| [&AGAINST[..], more].concat();
    assert_refused(&with(&["--on", "birth,birth"]), 2, &["--on names column `birth` twice"]);
    assert_refused(&with(&["--on", "customer=member"]), 2, &["column `customer` is the subject"]);
    assert_refused(&with(&["--on", "birth=", "--attack", "exact"]), 2, &["is not COL or COL=THEIRS"]);
    assert_refused(&with(&["--on", "birth", "--coarsen", "birth=drop"]), 2, &["column `birth` is dropped"]);
    assert_refused(&with(&["--on", "birth", "--attack", "exact,pseudonym"]), 2, &["`pseudonym`", "cannot be combined"]);
    assert_refused(
        &with(&["--quasi", "amount"]),
        2,
        &["no quasi-identifier of the extract under the same name", "`town`"],
    );
}

#[test]
fn a_source_that_is_not_there_or_holds_nobody_is_told() {
    let with = |file: &'static str| ["--subject", "customer", "--against", file, "--on", "birth"];
    assert_refused(&with("nowhere.csv"), 3, &["nowhere.csv"]);
    assert_refused(&with("empty.csv"), 3, &["`empty`"]);
}

#[test]
fn a_source_larger_than_the_memory_limit_ends_in_words() {
    let bench = bench();
    let records: Vec<String> = (0..400_000).map(|record| format!("{record},town {record}")).collect();
    bench.write("large.csv", format!("birth,town\n{}\n", records.join("\n")));
    let flags = ["--subject", "customer", "--against", "large.csv", "--on", "birth,city=town", "--memory", "4MiB"];
    let ended = scan(&bench, &flags);
    bench.assert_refused(&ended, 4, &["source `large`", "records were read", "--memory"]);
}

#[test]
fn what_the_extract_drops_or_coarsens_is_joined_as_far_as_it_goes_and_told() {
    let bench = bench();
    let with = |flags: &[&str]| attack(&bench, &[&AGAINST[..], &["--on", "birth,city=town"], flags].concat());
    let found = with(&["--coarsen", "city=drop"]);
    assert_eq!(found["columns"], serde_json::json!(["birth"]));
    assert!(notes(&found).contains("column `city` is dropped from the extract, so nothing is joined on it"));
}

#[test]
fn nobody_in_common_is_told_in_words() {
    let bench = bench();
    bench.write("members.csv", "birth,town\n1900,Nowhere\n");
    let found = attack(&bench, &[&AGAINST[..], &["--on", "birth,city=town"]].concat());
    let notes = notes(&found);
    assert!(notes.contains("no value of column `birth` occurs on both sides"), "{notes}");
    assert_eq!(notes.matches("no value of column `birth`").count(), 1, "{notes}");
    assert!(notes.contains("nobody can be compared"), "{notes}");
    assert_eq!((found["attack_rate"].as_f64(), &found["evidence"]), (None, &serde_json::json!("unknown")));
}

#[test]
fn a_configuration_is_refused_where_it_is_wrong() {
    for (line, words) in [
        ("file = \"members.csv\"\nfil = \"members.csv\"", "did you mean `file`?"),
        ("on = [\"birth\"]", "`[[recipient.holds]]` lacks `file`"),
        ("file = \"members.csv\"\non = []", "`on` names no column"),
        ("file = \"members.csv\"\non = [{ theirs = \"birth\" }]", "without `ours`"),
        (
            "file = \"members.csv\"\non = [{ ours = \"birth\", within = \"2d\", compare = \"equal\" }]",
            "either `within`",
        ),
        ("file = \"members.csv\"\non = [{ ours = \"birth\", within = \"soon\" }]", "is not a tolerance"),
        ("file = \"members.csv\"\nattacks = [\"exakt\"]", "did you mean `exact`?"),
        ("file = \"members.csv\"\ntruth_pattern = \"(a)\"", "`truth_pattern` is given without `truth`"),
        ("file = \"members.csv\"\ntruth = \"member\"\ntruth_pattern = \"a\"", "it has no group"),
        ("file = \"members.csv\"\ntruth = \"member\"\ntruth_pattern = \"(\"", "not a regular expression"),
        ("file = \"members.csv\"\ntruth = { ours = \"customer\" }", "`truth` lacks `theirs`"),
    ] {
        let bench = bench();
        bench.write("r.toml", format!("[subject]\ncolumn = \"customer\"\n[[recipient.holds]]\n{line}\n"));
        let ended = scan(&bench, &["--config", "r.toml"]);
        bench.assert_refused(&ended, 2, &[words]);
    }
    let bench = bench();
    bench.write("r.toml", "[linkage]\nknown_identifier = 1\n");
    bench.assert_refused(&scan(&bench, &["--config", "r.toml"]), 2, &["did you mean `known_identifiers`?"]);
}

#[test]
fn a_list_of_no_identifiers_is_refused_like_a_source_with_nobody() {
    for list in ["id\n", "id\n\n\n", "id\n\"\"\n", "id,x\n,1\n,2\n", "id\n\"  \"\n\" \"\n"] {
        let bench = bench();
        bench.write("ids.csv", list);
        let flags = ["--subject", "customer", "--against", "ids.csv", "--attack", "pseudonym", "--on", "city=id"];
        bench.assert_refused(&scan(&bench, &flags), 3, &["source `ids` contains no person"]);
    }
}

#[test]
fn a_pseudonym_that_is_dropped_is_not_held_against_identifiers() {
    let bench = bench();
    bench.write("ids.csv", "id\nGhent\nBruges\n");
    let check = ["--subject", "customer", "--quasi", "birth", "--against", "ids.csv", "--attack", "pseudonym"];
    let on = |more: &[&'static str]| [&check[..], &["--on", "city=id"], more].concat();
    let kept = super::result(&bench, &on(&[]));
    assert!(kept["findings"].to_string().contains("pseudonym-reversible"), "{}", kept["findings"]);
    let bench = super::bench();
    bench.write("ids.csv", "id\nGhent\nBruges\n");
    let dropped = super::result(&bench, &on(&["--coarsen", "city=drop"]));
    assert!(!dropped["findings"].to_string().contains("pseudonym-reversible"), "{}", dropped["findings"]);
    let told = dropped["not_measured"].to_string();
    assert!(told.contains("column `city` is dropped from the extract"), "{told}");
}

#[test]
fn a_rule_that_does_not_fit_a_source_blames_the_source_and_its_column() {
    let bench = bench();
    bench.write("levels.csv", "Ghent,Flanders\nBruges,Flanders\n");
    bench.write("members.csv", "member,birth,town\nm1,1980,Antwerp\n");
    let config = "[subject]\ncolumn = \"customer\"\n[columns.city]\ncoarsen = \"hierarchy:levels.csv:1\"\n\
                  [[recipient.holds]]\nfile = \"members.csv\"\n\
                  on = [\"birth\", { ours = \"city\", theirs = \"town\" }]\n";
    bench.write("r.toml", config);
    let words = ["source `members`: 1 value of column `town` is not in hierarchy", "with the spelling of the source"];
    bench.assert_refused(&scan(&bench, &["--config", "r.toml"]), 3, &words);
}

#[test]
fn a_column_without_values_in_the_extract_does_not_hide_that_others_differ() {
    let bench = bench();
    bench.write("extract.csv", "customer,birth,city,amount\nc1,,Ghent,5\nc2,,Ghent,7\n");
    bench.write("members.csv", "member,birth,town\nm1,1980-01-01,Ghent\n");
    bench.write("strangers.csv", "customer,birth,city,amount\ns1,young,Ghent,1\n");
    let config = "[subject]\ncolumn = \"customer\"\n[[recipient.holds]]\nfile = \"members.csv\"\n\
                  hold_out = \"strangers.csv\"\non = [\"birth\"]\n";
    bench.write("r.toml", config);
    let words = ["column `birth` of `members` holds dates", "column `birth` of `hold-out of members` holds text"];
    bench.assert_refused(&scan(&bench, &["--config", "r.toml"]), 2, &words);
    // Where the others agree, the empty column adapts.
    let bench = super::bench();
    bench.write("extract.csv", "customer,birth,city,amount\nc1,,Ghent,5\nc2,,Ghent,7\n");
    bench.write("strangers.csv", "customer,birth,city,amount\ns1,1980,Ghent,1\n");
    bench.write("r.toml", config);
    let found = attack(&bench, &["--config", "r.toml"]);
    assert_eq!((statuses(&found), &found["control_rate"]), ([Some(0), Some(0), Some(2)], &serde_json::Value::Null));
}
