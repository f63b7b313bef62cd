//! Finished tables of earlier releases, and several tables that leave together.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::Bench;

/// A finished table of two regions and their total: the count of people, or a mark, and how many contribute.
fn file(total: (u32, u32), first: (Option<u32>, u32), second: (u32, u32)) -> String {
    let shown = first.0.map_or_else(|| "*".to_owned(), |value| value.to_string());
    format!(
        "region,n,people,hidden\nTotal,{},{},no\nr1,{shown},{},{}\nr2,{},{},no\n",
        total.0,
        total.1,
        first.1,
        if first.0.is_none() { "yes" } else { "no" },
        second.0,
        second.1
    )
}

/// The table of a scan beside this earlier release, its exit code and the codes of the findings.
fn beside(now: &str, before: &str) -> (Value, Option<i32>, Vec<String>) {
    let bench = Bench::new();
    let table = bench.write("now.csv", now);
    bench.write("before.csv", before);
    let config = "[dataset]\nkind = \"aggregate\"\n[[aggregates]]\nname = \"people\"\nby = [\"region\"]\nstatistic = \"count\"\n\
                  contributor = \"person\"\nrules = [\"frequency:5\"]\nearlier = [\"before.csv\"]\n\
                  table = { file = \"now.csv\", value = \"n\", count = \"people\", suppressed = \"hidden\" }\n";
    let config = bench.write("reidrisk.toml", config);
    let ended = bench.scan([table.as_os_str(), "--config".as_ref(), config.as_os_str()]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    let result = bench.result();
    let findings = result["findings"].as_array().expect("a list");
    let codes = findings.iter().map(|finding| finding["code"].as_str().expect("a code").to_owned()).collect();
    (result["measures"]["aggregates"]["value"]["tables"][0].clone(), ended.code, codes)
}

#[test]
fn the_same_table_again_passes_and_one_more_person_does_not() {
    let march = file((100, 60), (Some(40), 20), (60, 40));
    let (table, code, codes) = beside(&march, &march);
    assert_eq!((code, &table["differences"]["cells"]), (Some(0), &0.into()), "{table} {codes:?}");
    assert_eq!((&table["differences"]["releases"], &table["differences"]["compared_pairs"]), (&2.into(), &3.into()));
    let april = file((103, 61), (Some(43), 21), (60, 40));
    let (table, code, codes) = beside(&april, &march);
    assert_eq!((&table["differences"]["joiners"], &table["differences"]["cells"]), (&2.into(), &2.into()), "{table}");
    assert!(code == Some(1) && codes.contains(&"differencing".to_owned()), "{codes:?}");
}

#[test]
fn a_change_of_which_no_file_says_who_made_it_never_passes() {
    let march = file((100, 60), (Some(40), 20), (60, 40));
    let april = file((103, 60), (Some(43), 20), (60, 40));
    let (table, code, codes) = beside(&april, &march);
    let differences = &table["differences"];
    assert_eq!((&differences["cells"], &differences["undecided_cells"]), (&0.into(), &2.into()), "{table}");
    assert!(code == Some(1) && codes.contains(&"differencing".to_owned()), "{codes:?}");
    // So many more that five must be new.
    let grown = file((120, 70), (Some(50), 25), (70, 45));
    let (table, code, _) = beside(&grown, &march);
    assert_eq!((code, &table["differences"]["undecided_cells"]), (Some(0), &0.into()), "{table}");
}

#[test]
fn a_suppressed_cell_that_an_earlier_release_of_the_same_records_shows_is_told() {
    let shown = "region,kind,n\nTotal,Total,190\nTotal,k1,45\nTotal,k2,101\nTotal,k3,44\nr1,Total,80\nr1,k1,20\nr1,k2,50\nr1,k3,10\n\
                 r2,Total,49\nr2,k1,8\nr2,k2,19\nr2,k3,22\nr3,Total,61\nr3,k1,17\nr3,k2,32\nr3,k3,12\n";
    let hidden: String = shown.replace("r1,k1,20", "r1,k1,*").replace("r1,k3,10", "r1,k3,*");
    let hidden = hidden.replace("r2,k1,8", "r2,k1,*").replace("r2,k3,22", "r2,k3,*");
    let bench = Bench::new();
    let table = bench.write("now.csv", &hidden);
    // Before, other cells were hidden; together nothing is.
    bench.write("before.csv", hidden.replace("r1,k1,*", "r1,k1,20"));
    let config = "[dataset]\nkind = \"aggregate\"\n[[aggregates]]\nname = \"people\"\nby = [\"region\", \"kind\"]\nstatistic = \"count\"\n\
                  rules = [\"frequency:5\"]\nearlier = [\"before.csv\"]\ntable = { file = \"now.csv\", value = \"n\" }\n";
    let config = bench.write("reidrisk.toml", config);
    let ended = bench.scan([table.as_os_str(), "--config".as_ref(), config.as_os_str()]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let audit = bench.result()["measures"]["aggregates"]["value"]["tables"][0]["audit"].clone();
    assert_eq!((&audit["told_cells"], &audit["recoverable_cells"]), (&1.into(), &4.into()), "{audit}");
}

#[test]
fn two_planned_tables_one_person_apart_are_unsafe_together_and_safe_alone() {
    let mut text = "card,day,spent\n".to_owned();
    for card in 0..40 {
        writeln!(text, "c{card},2026-03-{:02},{}", 1 + card % 20, 10 + card).expect("memory takes text");
    }
    // One card alone on the last day: one table ends the day before.
    text.push_str("alone,2026-03-31,999\n");
    text = text.replace("2026-03-", "");
    let bench = Bench::new();
    let file = bench.write("cards.csv", text);
    let table = |name: &str, bins: &str| {
        format!(
            "[[aggregates]]\nname = \"{name}\"\nby = [{{ column = \"day\", coarsen = \"bins:{bins}\" }}]\nvalue = \"spent\"\n\
             margins = false\nrules = [\"frequency:5\"]\n"
        )
    };
    let scanned = |tables: &[String]| {
        let bench = Bench::new();
        let roles = "[subject]\ncolumn = \"card\"\n[columns.day]\nrole = \"quasi-identifier\"\n";
        let config = bench.write("reidrisk.toml", format!("{roles}{}", tables.concat()));
        let ended = bench.scan([file.as_os_str(), "--config".as_ref(), config.as_os_str()]);
        assert_eq!(ended.code, Some(1), "{ended}");
        bench.result()["measures"]["aggregates"]["value"]["tables"].clone()
    };
    let [by_both, coarse] = [table("fine", "11,31"), table("coarse", "11")];
    let alone = scanned(std::slice::from_ref(&coarse));
    assert!(alone[0].get("differences").is_none());
    let both = scanned(&[coarse, by_both]);
    for place in [0, 1] {
        let differences = &both[place]["differences"];
        assert_eq!((&differences["between_tables"], &differences["single"]), (&1.into(), &1.into()), "{differences}");
        assert_eq!(both[place]["determination"]["tables"], 2);
        assert_eq!(both[place]["determination"]["determined_subjects"], 1);
    }
}
