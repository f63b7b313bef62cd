//! Planned tables: exact amounts, hierarchies, who contributes, and mistakes that end in one sentence.

use serde_json::Value;

use crate::support::Bench;

/// Twelve purchases of six people with two cards each, in two regions.
const PURCHASES: &str = "card,person,region,town,shop,amount\n\
    c1,p1,N,a,s1,10.00\nc2,p1,N,a,s1,20.50\nc3,p2,N,b,s1,30.25\nc4,p2,N,b,s2,5\n\
    c5,p3,N,a,s1,12.1\nc6,p3,N,b,s2,8\nc7,p4,S,c,s3,100\nc8,p4,S,c,s3,1\n\
    c9,p5,S,c,s3,2\nc10,p5,S,d,s4,2\nc11,p6,S,d,s4,40\nc12,p6,S,d,s4,41.99\n";

/// The table of a scan of the purchases under a configuration, and the codes of the findings.
fn measured(keys: &str, code: i32) -> (Value, Vec<String>) {
    let bench = Bench::new();
    let file = bench.write("purchases.csv", PURCHASES);
    bench.write("towns.csv", "a,N\nb,N\nc,S\nd,S\n");
    let config = bench.write("reidrisk.toml", keys);
    let ended = bench.scan([file.to_str().expect("a path"), "--config", config.to_str().expect("a path")]);
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    let result = bench.result();
    let findings = result["findings"].as_array().expect("a list");
    let codes = findings.iter().map(|finding| finding["code"].as_str().expect("a code").to_owned()).collect();
    (result["measures"]["aggregates"]["value"]["tables"][0].clone(), codes)
}

fn table(keys: &str) -> Value {
    measured(&format!("{PERSON}[[aggregates]]\nname = \"t\"\n{keys}\n"), 1).0
}

const PERSON: &str = "[subject]\ncolumn = \"person\"\n[columns.region]\nrole = \"quasi-identifier\"\n";

fn unsafe_cells(table: &Value) -> Option<u64> {
    table["unsafe_cells"].as_u64()
}

#[test]
fn contributors_are_the_people_and_not_their_cards_or_records() {
    let by = "by = [\"region\"]\nvalue = \"amount\"\nrules = [\"frequency:4\"]";
    let people = table(by);
    assert_eq!((people["cells"].as_u64(), unsafe_cells(&people)), (Some(3), Some(2)));
    assert_eq!(people["sides"][0]["contributors"].as_u64(), Some(6));
    let (cards, codes) = measured(&format!("{PERSON}[[aggregates]]\nname = \"t\"\n{by}\ncontributor = \"card\"\n"), 1);
    assert_eq!(unsafe_cells(&cards), Some(0));
    assert!(codes.iter().any(|code| code == "contributor-unclear"), "{codes:?}");
}

#[test]
fn groups_of_a_hierarchy_are_cells_and_a_coarser_column_gives_the_same() {
    let rules = "value = \"amount\"\nrules = [\"frequency:3\"]";
    let by_file = table(&format!("by = [{{ column = \"town\", hierarchy = \"towns.csv\" }}]\n{rules}"));
    let by_column = table(&format!("by = [{{ column = \"town\", within = [\"region\"] }}]\n{rules}"));
    // Four towns, two regions and the total; every town has two people.
    assert_eq!((by_file["cells"].as_u64(), unsafe_cells(&by_file)), (Some(7), Some(4)));
    assert_eq!(by_file["rules"], by_column["rules"]);
    let flat = table(&format!("by = [\"town\"]\nmargins = false\n{rules}"));
    assert_eq!((flat["cells"].as_u64(), unsafe_cells(&flat)), (Some(4), Some(4)));
}

#[test]
fn a_cell_of_enough_people_may_hold_a_single_shop() {
    let keys = "by = [\"town\"]\nvalue = \"amount\"\nmargins = false\nsides = [\"person\", \"shop\"]\nrules = [\"frequency:2\"]";
    let both = table(keys);
    let sides: Vec<u64> = both["rules"][0]["sides"]
        .as_array()
        .expect("sides")
        .iter()
        .map(|side| side["unsafe_cells"].as_u64().unwrap())
        .collect();
    assert_eq!((sides, unsafe_cells(&both)), (vec![0, 3], Some(3)));
}

#[test]
fn mistakes_end_in_one_sentence_and_no_cell() {
    let refused = |keys: &str, code: i32, words: &str| {
        let bench = Bench::new();
        let file = bench.write("purchases.csv", PURCHASES);
        bench.write("towns.csv", "a,N\nb,N\nc,S\n");
        let config = bench.write("reidrisk.toml", format!("{PERSON}[[aggregates]]\nname = \"t\"\n{keys}\n"));
        let ended = bench.scan([file.to_str().expect("a path"), "--config", config.to_str().expect("a path")]);
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    };
    let rules = "rules = [\"frequency:3\"]";
    refused(&format!("by = [\"regoin\"]\n{rules}"), 2, "did you mean `region`?");
    refused(&format!("by = [\"region\"]\nvalue = \"shop\"\n{rules}"), 2, "is added up in a table of totals");
    refused(&format!("by = [\"region\"]\nvalue = \"amount\"\ndecimals = 1\n{rules}"), 3, "amounts with 2 decimals");
    refused(
        &format!("by = [{{ column = \"town\", hierarchy = \"towns.csv\" }}]\n{rules}"),
        3,
        "1 value of column `town`",
    );
    refused(
        &format!("by = [{{ column = \"region\", within = [\"town\"] }}]\n{rules}"),
        3,
        "2 values of column `region`",
    );
    refused("by = [\"region\"]\nrules = [\"frequency:1\"]", 2, "at least 2");
}

#[test]
fn the_same_table_in_any_order_gives_the_same_bytes() {
    let keys = "by = [\"region\", \"town\"]\nvalue = \"amount\"\nsides = [\"person\", \"shop\"]\n\
                rules = [\"frequency:3\", \"dominance:1,50\", \"p:10\"]";
    let config = format!("{PERSON}[[aggregates]]\nname = \"t\"\n{keys}\n");
    let scanned = |text: &str, threads: &str| {
        let bench = Bench::new();
        let file = bench.write("purchases.csv", text);
        let config = bench.write("reidrisk.toml", &config);
        let file = file.to_str().expect("a path");
        let ended = bench.scan([file, "--config", config.to_str().expect("a path"), "--threads", threads]);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        bench.result()["measures"]["aggregates"].to_string()
    };
    let mut lines: Vec<&str> = PURCHASES.lines().collect();
    lines[1..].reverse();
    let backwards = lines.join("\n") + "\n";
    assert_eq!(scanned(PURCHASES, "1"), scanned(&backwards, "2"));
}
