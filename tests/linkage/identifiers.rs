//! Lists of identifiers: their names and waivers, what a list must hold, and what has no meaning beside it.

use std::fs::create_dir;

use serde_json::Value;

use crate::support::Bench;
use crate::{bench, scan};

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
    let mut config = "[subject]\ncolumn = \"customer\"\n".to_owned();
    for (folder, name) in ["x", "y"].into_iter().zip(names) {
        let name = name.map_or_else(String::new, |name| format!("name = \"{name}\"\n"));
        config += &format!("[[recipient.holds]]\nfile = \"{folder}/ids.csv\"\n{name}");
        config += "on = [{ ours = \"city\", theirs = \"id\" }]\nattacks = [\"pseudonym\"]\n";
    }
    config
}

/// The sources of the findings about reversed pseudonyms, and whether each is waived.
fn waived(names: [Option<&str>; 2], waiver_of: Option<&str>) -> Vec<(String, bool)> {
    let bench = with_two_lists();
    bench.write("r.toml", two_lists(names));
    let source = waiver_of.map_or_else(String::new, |name| format!("source = \"{name}\"\n"));
    let waiver = "[[waiver]]\nfinding = \"pseudonym-reversible\"\nreason = \"a test list\"\napproved_by = \"officer\"\n\
                  expires = 2026-12-31\n";
    bench.write("w.toml", format!("{waiver}{source}"));
    let result = crate::result(&bench, &["--config", "r.toml", "--waivers", "w.toml", "--as-of", "2026-11-22"]);
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
