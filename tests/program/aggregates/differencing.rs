//! Shown on real purchases and on the extract of a bank: what releases of a table tell together, against counts that are made
//! the slow and obvious way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Bench, repository_file};

/// Hundredths of an amount such as `-46.2`.
fn hundredths(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    sign * format!("{whole}{fraction:0<2}").parse::<i64>().expect("an amount")
}

/// Columns of a sample, record by record.
fn sample<const N: usize>(file: &str, names: [&str; N]) -> Vec<[String; N]> {
    let mut reader = csv::Reader::from_path(repository_file(file)).expect("the sample");
    let heading = reader.headers().expect("a heading").clone();
    let places = names.map(|name| heading.iter().position(|other| other == name).expect("a column"));
    reader
        .records()
        .map(|record| record.expect("a record"))
        .map(|it| places.map(|at| it[at].trim().to_owned()))
        .collect()
}

/// The table of a scan, and the codes of the findings.
fn scanned(bench: &Bench, file: &str, config: &str, code: i32) -> (Value, Vec<String>) {
    let config = bench.write("reidrisk.toml", config);
    let ended = bench.scan([file, "--config", config.to_str().expect("a path")]);
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    let result = bench.result();
    let findings = result["findings"].as_array().expect("a list");
    let codes = findings.iter().map(|finding| finding["code"].as_str().expect("a code").to_owned()).collect();
    (result["measures"]["aggregates"]["value"]["tables"][0].clone(), codes)
}

fn number(of: &Value, name: &str) -> u64 {
    of[name].as_u64().unwrap_or_else(|| panic!("no number `{name}` in {of}"))
}

/// A purchase: the month from 1, the directorate, the card, and pence.
type Purchase = (u32, String, String, i64);

fn purchases() -> Vec<Purchase> {
    let read = sample("sample_data/purchase_cards.csv", ["trans_date", "directorate", "card", "amount_gbp"]);
    let month = |day: &str| day[5..7].parse().expect("a month");
    read.into_iter().map(|[day, area, card, amount]| (month(&day), area, card, hundredths(&amount))).collect()
}

/// The rolling table of directorates, measured by the program.
fn rolled(purchases: &[Purchase], window: u32) -> (Value, Vec<String>) {
    let mut text = "card,day,amount,directorate\n".to_owned();
    for (month, area, card, pence) in purchases {
        let (sign, pence) = (if *pence < 0 { "-" } else { "" }, pence.abs());
        writeln!(text, "{card},2016-{month:02}-03,{sign}{}.{:02},\"{area}\"", pence / 100, pence % 100).expect("text");
    }
    let bench = Bench::new();
    let file = bench.write("cards.csv", &text);
    let config = format!(
        "[subject]\ncolumn = \"card\"\n[columns.directorate]\nrole = \"quasi-identifier\"\n[[aggregates]]\nname = \"spend\"\n\
         by = [\"directorate\"]\nvalue = \"amount\"\nnegatives = \"absolute\"\nrules = [\"frequency:10\"]\n\
         rolling = {{ column = \"day\", period = \"month\", window = {window} }}\n"
    );
    let (table, codes) = scanned(&bench, file.to_str().expect("a path"), &config, 1);
    (table["differences"].clone(), codes)
}

/// Pairs of released cells that fewer than ten cards make, of these by one card, pairs of one cell in consecutive releases
/// between which fewer than ten came or left, and the cells in these pairs.
fn slowly(purchases: &[Purchase], window: u32) -> [u64; 4] {
    let last = purchases.iter().map(|purchase| purchase.0).max().expect("a month");
    let mut cells: BTreeMap<(u32, Option<&str>), BTreeMap<&str, i64>> = BTreeMap::new();
    for release in 1..=last + 1 - window {
        for (month, area, card, pence) in purchases {
            if (release..release + window).contains(month) {
                for area in [Some(area.as_str()), None] {
                    *cells.entry((release, area)).or_default().entry(card).or_default() += pence;
                }
            }
        }
    }
    let all: Vec<_> = cells.iter().collect();
    let (mut few, mut single, mut moved, mut inside) = (0, 0, 0, BTreeSet::new());
    for (at, (two, later)) in all.iter().enumerate() {
        for (one, earlier) in &all[..at] {
            if earlier.len() < 10 && later.len() < 10 {
                continue;
            }
            let cards: BTreeSet<&str> = earlier.keys().chain(later.keys()).copied().collect();
            let apart = cards.iter().filter(|card| earlier.get(**card) != later.get(**card)).count();
            let gone = cards.iter().filter(|card| earlier.contains_key(**card) != later.contains_key(**card)).count();
            let is_few = (1..10).contains(&apart);
            let is_moved = apart >= 10 && (1..10).contains(&gone) && one.1 == two.1 && one.0 + 1 == two.0;
            if is_few || is_moved {
                few += u64::from(is_few);
                single += u64::from(apart == 1);
                moved += u64::from(is_moved);
                inside.extend([**one, **two]);
            }
        }
    }
    [few, single, moved, inside.len() as u64]
}

fn told(differences: &Value) -> [u64; 4] {
    let [unsafe_pairs, single, moved, cells] =
        ["unsafe_differences", "single", "few_moved", "cells"].map(|name| number(differences, name));
    [unsafe_pairs - moved, single, moved, cells]
}

#[test]
fn differencing_finds_the_single_joiner_of_a_rolling_quarter_of_purchase_cards() {
    // Three months, and the first two again: every quarter holds the same, so only who is planted makes a difference.
    let mut months = purchases();
    let again: Vec<Purchase> = months
        .iter()
        .filter(|purchase| purchase.0 < 3)
        .map(|it| (it.0 + 3, it.1.clone(), it.2.clone(), it.3))
        .collect();
    months.extend(again);
    let (quiet, _) = rolled(&months, 3);
    assert_eq!(told(&quiet), slowly(&months, 3));
    assert_eq!((number(&quiet, "releases"), number(&quiet, "joiners")), (3, 0));
    months.push((5, "Local Services".to_owned(), "planted".to_owned(), 12_345));
    let (planted, codes) = rolled(&months, 3);
    assert_eq!(told(&planted), slowly(&months, 3));
    // Its cell and the total, in the last quarter against each earlier one.
    assert_eq!(number(&planted, "single"), number(&quiet, "single") + 4);
    assert_eq!(number(&planted, "joiners"), 4);
    assert!(codes.iter().any(|code| code == "differencing"), "{codes:?}");
}

#[test]
fn the_single_joiner_of_a_rolling_quarter_is_found_beside_a_month_without_a_purchase() {
    // The same month twice before and twice after a month in which nobody bought anything.
    let every = |month: u32| purchases().into_iter().filter(|it| it.0 == 2).map(move |it| (month, it.1, it.2, it.3));
    let mut months: Vec<Purchase> = [1, 2, 4, 5].into_iter().flat_map(every).collect();
    let (quiet, _) = rolled(&months, 3);
    assert_eq!(told(&quiet), slowly(&months, 3));
    assert_eq!((number(&quiet, "releases"), number(&quiet, "joiners")), (3, 0), "every quarter holds two months");
    months.push((5, "Local Services".to_owned(), "planted".to_owned(), 12_345));
    let (planted, codes) = rolled(&months, 3);
    assert_eq!(told(&planted), slowly(&months, 3));
    // Its cell and the total, in the last quarter against each earlier one.
    assert_eq!((number(&planted, "single"), number(&planted, "joiners")), (number(&quiet, "single") + 4, 4));
    assert!(codes.iter().any(|code| code == "differencing"), "{codes:?}");
}

#[test]
fn figures_of_rolling_purchases_equal_a_slow_count_while_everything_changes() {
    let mut months = purchases();
    for planted in [false, true] {
        if planted {
            months.push((3, "Local Services".to_owned(), "planted".to_owned(), 12_345));
        }
        for window in [1, 2] {
            let (differences, _) = rolled(&months, window);
            assert_eq!(told(&differences), slowly(&months, window), "{window} months, planted: {planted}");
        }
    }
}

/// An entry of the bank: customer, segment, category, cents.
type Entry = [String; 4];

fn entries() -> Vec<Entry> {
    sample("sample_data/bank_extract/bank_extract.csv", ["customer_id", "segment", "mcc", "amount_eur"])
}

fn bank_text<'a>(entries: impl Iterator<Item = &'a Entry>) -> String {
    let mut text = "customer_id,segment,mcc,amount_eur\n".to_owned();
    entries.for_each(|entry| text.extend([entry.join(",").as_str(), "\n"]));
    text
}

/// The cells that an entry is in, margins among them.
fn cells_of(entry: &Entry) -> [[Option<&str>; 2]; 4] {
    let (segment, category) = (Some(entry[1].as_str()), Some(entry[2].as_str()));
    [[segment, category], [segment, None], [None, category], [None, None]]
}

/// The customers of every cell, and its total in cents.
fn cells(entries: &[Entry]) -> BTreeMap<[Option<&str>; 2], (BTreeSet<&str>, i64)> {
    let mut cells: BTreeMap<[Option<&str>; 2], (BTreeSet<&str>, i64)> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| !entry[3].is_empty()) {
        for cell in cells_of(entry) {
            let (customers, cents) = cells.entry(cell).or_default();
            customers.insert(&entry[0]);
            *cents += hundredths(&entry[3]);
        }
    }
    cells
}

const BANK: &str = "[subject]\ncolumn = \"customer_id\"\n[columns.segment]\nrole = \"quasi-identifier\"\n[[aggregates]]\n\
    name = \"turnover\"\nby = [\"segment\", \"mcc\"]\nvalue = \"amount_eur\"\nnegatives = \"absolute\"\n\
    rules = [\"frequency:5\"]\n";

const GONE: &str = "C800684";

#[test]
fn a_customer_who_left_the_bank_extract_is_found_in_exactly_its_cells_of_at_least_five() {
    let (first, all) = (Bench::new(), entries());
    let keeping = format!("{BANK}contributors = \"{}\"\n", first.input("kept").display());
    let whole = first.write("bank.csv", bank_text(all.iter()));
    let (table, codes) = scanned(&first, whole.to_str().expect("a path"), &keeping, 1);
    assert_eq!(number(&table["differences"], "unsafe_differences"), 0);
    assert_eq!((number(&table["differences"], "releases"), codes.contains(&"differencing".to_owned())), (1, false));

    let second = Bench::new();
    let left = second.write("bank.csv", bank_text(all.iter().filter(|entry| entry[0] != GONE)));
    let (table, codes) = scanned(&second, left.to_str().expect("a path"), &keeping, 1);
    let cells = cells(&all);
    let expected = cells.values().filter(|(who, _)| who.contains(GONE) && who.len() >= 5).count() as u64;
    assert!(expected > 10);
    let differences = &table["differences"];
    for name in ["cells", "unsafe_differences", "single", "leavers"] {
        assert_eq!(number(differences, name), expected, "{name}");
    }
    assert!(codes.contains(&"differencing".to_owned()), "{codes:?}");
    for path in second.written() {
        let bytes = fs::read(&path).expect("a report");
        assert!(!crate::support::contains(&bytes, GONE.as_bytes()), "{}", path.display());
    }
    kept_is_for_the_owner(&first.input("kept"));
    hostile_files_are_refused(&first.input("kept"), &left, &keeping);
}

fn kept_is_for_the_owner(kept: &Path) {
    let files: Vec<_> = fs::read_dir(kept).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files.len(), 3, "the key and two releases");
    for file in files {
        let bytes = fs::read(&file).expect("a file");
        assert!(!crate::support::contains(&bytes, GONE.as_bytes()));
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).expect("a file").permissions());
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
    }
}

fn hostile_files_are_refused(kept: &Path, extract: &Path, config: &str) {
    let refused = |word: &str| {
        let bench = Bench::new();
        let config = bench.write("reidrisk.toml", config);
        let ended = bench.scan([extract.to_str().expect("a path"), "--config", config.to_str().expect("a path")]);
        bench.assert_refused(&ended, 3, &[word]);
    };
    let hostile = kept.join("0.cells");
    fs::write(&hostile, b"segment,mcc\n").expect("a file");
    refused("not a file of kept cells");
    fs::write(&hostile, [b"RRCELLS1".as_slice(), &[255; 4096]].concat()).expect("a file");
    refused("damaged");
    fs::write(&hostile, b"RRCELLS9").expect("a file");
    refused("another version");
    fs::remove_file(&hostile).expect("a file");
    fs::write(kept.join("key"), [7; 32]).expect("a file");
    refused("damaged");
    fs::remove_file(kept.join("key")).expect("a file");
    refused("missing");
}

#[test]
fn a_finished_table_beside_the_bank_extract_tells_the_customer_whom_the_extract_lacks() {
    let all = entries();
    let cells = cells(&all);
    let mut table = "segment,mcc,amount_eur,n\n".to_owned();
    for ([segment, category], (who, cents)) in &cells {
        let (sign, cents) = (if *cents < 0 { "-" } else { "" }, cents.abs());
        let [segment, category] = [segment, category].map(|code| code.unwrap_or("Total"));
        writeln!(table, "{segment},{category},{sign}{}.{:02},{}", cents / 100, cents % 100, who.len()).expect("text");
    }
    let config = format!("{BANK}table = {{ file = \"table.csv\", count = \"n\" }}\n");
    let beside = |without: &str| {
        let bench = Bench::new();
        bench.write("table.csv", &table);
        let file = bench.write("bank.csv", bank_text(all.iter().filter(|entry| entry[0] != without)));
        let (table, codes) = scanned(&bench, file.to_str().expect("a path"), &config, 1);
        (table["beside_extract"].clone(), codes)
    };
    let (same, codes) = beside("nobody");
    assert_eq!((number(&same, "compared_cells"), number(&same, "unequal_cells")), (cells.len() as u64, 0));
    assert_eq!(number(&same, "unsafe_differences"), 0);
    assert!(!codes.contains(&"differencing".to_owned()));
    let (found, codes) = beside(GONE);
    let expected = cells.values().filter(|(who, _)| who.contains(GONE)).count() as u64;
    // A cell of which the customer was the only one is in the table alone; of those that both have, each is unequal.
    assert_eq!(number(&found, "unsafe_differences"), expected);
    assert_eq!(number(&found, "unequal_cells") + number(&found, "only_in_table"), expected);
    assert!(codes.contains(&"differencing".to_owned()), "{codes:?}");
}
