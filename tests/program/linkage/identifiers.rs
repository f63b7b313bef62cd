//! Lists of identifiers: their names and waivers, what a list must hold, and what has no meaning beside it.

use std::fs::create_dir;

use serde_json::Value;

use super::{bench, scan};
use crate::support::Bench;

/// Two lists in files of one name, in two folders.
fn with_two_lists() -> Bench {
    let bench = bench();
    for (folder, list) in [("x", "id\nGhent\n"), ("y", "id\nBruges\n")] {
        create_dir(bench.input(folder)).expect("a folder");
        bench.write(&format!("{folder}/ids.csv"), list);
    }
    bench
}

/// A configuration that holds `city` against both lists, each with the name that is given to it.
fn two_lists(names: [Option<&str>; 2]) -> String {
    let list = |(folder, name): (&str, Option<&str>)| {
        let name = name.map_or_else(String::new, |name| format!("name = \"{name}\"\n"));
        let on = "on = [{ ours = \"city\", theirs = \"id\" }]\nattacks = [\"pseudonym\"]\n";
        format!("[[recipient.holds]]\nfile = \"{folder}/ids.csv\"\n{name}{on}")
    };
    let lists: Vec<String> = ["x", "y"].into_iter().zip(names).map(list).collect();
    format!("[subject]\ncolumn = \"customer\"\n{}", lists.concat())
}

/// The sources of the findings about reversed pseudonyms, and whether each is waived.
fn waived(names: [Option<&str>; 2], waiver_of: Option<&str>) -> Vec<(String, bool)> {
    let bench = with_two_lists();
    bench.write("r.toml", two_lists(names));
    let source = waiver_of.map_or_else(String::new, |name| format!("source = \"{name}\"\n"));
    let waiver = "[[waiver]]\nfinding = \"pseudonym-reversible\"\nreason = \"a test list\"\napproved_by = \"officer\"\n\
                  expires = 2026-12-31\n";
    bench.write("w.toml", format!("{waiver}{source}"));
    let result = super::result(&bench, &["--config", "r.toml", "--waivers", "w.toml", "--as-of", "2026-11-22"]);
    let listed = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut found: Vec<(String, bool)> = listed(&result["findings"])
        .iter()
        .filter(|finding| finding["code"] == "pseudonym-reversible")
        .map(|finding| (finding["source"].as_str().unwrap_or_default().to_owned(), finding["waived"] == true))
        .collect();
    found.sort();
    let mut sources: Vec<String> =
        listed(&result["sources"]).iter().filter_map(|source| source["name"].as_str().map(str::to_owned)).collect();
    sources.sort();
    assert_eq!(sources, found.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
    found
}

fn is_waived(found: &[(String, bool)]) -> Vec<(&str, bool)> {
    found.iter().map(|(name, waived)| (name.as_str(), *waived)).collect()
}

#[test]
fn a_waiver_of_one_list_leaves_another_in_a_file_of_the_same_name_open() {
    let named = [Some("first"), Some("second")];
    assert_eq!(is_waived(&waived(named, Some("second"))), [("first", false), ("second", true)]);
    // The name of the file is nobody's where names are given.
    assert_eq!(is_waived(&waived(named, Some("ids"))), [("first", false), ("second", false)]);
    assert_eq!(is_waived(&waived([None; 2], Some("ids"))), [("ids", true), ("ids (2)", false)]);
}

#[test]
fn a_waiver_without_a_source_covers_none_of_two_lists() {
    for names in [[Some("first"), Some("second")], [None; 2]] {
        assert!(waived(names, None).iter().all(|(_, waived)| !waived), "{names:?}");
    }
}

#[test]
fn a_file_does_not_take_the_name_that_is_given_to_another_list() {
    assert_eq!(is_waived(&waived([None, Some("ids")], Some("ids"))), [("ids", true), ("ids (2)", false)]);
}

#[test]
fn no_two_sources_of_either_kind_are_given_one_name() {
    let join = "[[recipient.holds]]\nname = \"crm\"\nfile = \"members.csv\"\non = [\"birth\"]\n";
    let list = "[[recipient.holds]]\nname = \"crm\"\nfile = \"x/ids.csv\"\non = [{ ours = \"city\", theirs = \"id\" }]\n\
                attacks = [\"pseudonym\"]\n";
    let known = "[linkage]\nknown_identifiers = { name = \"crm\", file = \"x/ids.csv\", column = \"id\", \
                 pseudonym = \"city\" }\n";
    for pair in [[join, list], [list, join], [list, list], [join, known], [list, known]] {
        let bench = with_two_lists();
        bench.write("r.toml", pair.concat());
        bench.assert_refused(&scan(&bench, &["--config", "r.toml"]), 2, &["two sources are named `crm`"]);
    }
}

#[test]
fn what_says_how_to_join_is_refused_beside_a_list_of_identifiers() {
    let on = "on = [{ ours = \"city\", theirs = \"id\" }]";
    let told = |key: &str| format!("joins nothing, so `{key}` has no meaning beside it");
    for (key, lines) in [
        ("subject", format!("{on}\nsubject = \"id\"")),
        ("truth", format!("{on}\ntruth = {{ ours = \"customer\", theirs = \"id\" }}")),
        ("hold_out", format!("{on}\nhold_out = \"does-not-exist.csv\"")),
        ("within", "on = [{ ours = \"amount\", theirs = \"id\", within = \"5%\" }]".to_owned()),
        ("compare", "on = [{ ours = \"city\", theirs = \"id\", compare = \"normalised\" }]".to_owned()),
    ] {
        let bench = with_two_lists();
        let holds = "[[recipient.holds]]\nfile = \"x/ids.csv\"\nattacks = [\"pseudonym\"]";
        bench.write("r.toml", format!("[subject]\ncolumn = \"customer\"\n{holds}\n{lines}\n"));
        bench.assert_refused(&scan(&bench, &["--config", "r.toml"]), 2, &[&told(key)]);
    }
    let flags = ["--subject", "customer", "--against", "members.csv", "--on", "city=town", "--attack", "pseudonym"];
    for flag in [["--their-subject", "member"], ["--truth", "customer=member"]] {
        let bench = bench();
        bench.assert_refused(&scan(&bench, &[&flags[..], &flag].concat()), 2, &[&told(flag[0])]);
    }
}

#[test]
fn columns_that_are_held_against_one_list_are_held_against_it_together() {
    let bench = with_two_lists();
    bench.write("x/ids.csv", "id\nGhent\nc1\n");
    let flags = ["--subject", "customer", "--quasi", "birth", "--attack", "pseudonym", "--on", "city=id,customer=id"];
    let result = super::result(&bench, &[&flags[..], &["--against", "x/ids.csv"]].concat());
    assert_eq!(result["sources"].as_array().map(Vec::len), Some(1), "{}", result["sources"]);
    let checks = result["measures"]["linkage"]["value"]["pseudonyms"].as_array().expect("checks");
    let found: Vec<_> = checks
        .iter()
        .map(|check| (check["column"].as_str(), check["identifiers"].as_str(), check["reversed"].as_u64()))
        .collect();
    let expected = [("city", 1), ("customer", 1)];
    assert_eq!(found, expected.map(|(column, reversed)| (Some(column), Some("ids"), Some(reversed))));
}
