//! The intervals of suppressed cells, and what is said of a table that is none.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{Bench, CANARY, Ended};

/// Three regions by three kinds with all margins; the cells named are marked.
fn table(suppressed: &[(usize, usize)]) -> String {
    let inner = [[20, 50, 10], [8, 19, 22], [17, 32, 12]];
    let mut text = "region,kind,n\n".to_owned();
    for row in 0..=3 {
        for column in 0..=3 {
            let rows = if row == 0 { 0..3 } else { row - 1..row };
            let columns = if column == 0 { 0..3 } else { column - 1..column };
            let sum: i64 = rows.flat_map(|r| columns.clone().map(move |c| inner[r][c])).sum();
            let name = |code: usize, of: &str| if code == 0 { "Total".to_owned() } else { format!("{of}{code}") };
            let value = if suppressed.contains(&(row, column)) { "*".to_owned() } else { sum.to_string() };
            writeln!(text, "{},{},{value}", name(row, "r"), name(column, "k")).expect("text takes all");
        }
    }
    text
}

/// Scans the table as it is; `of` are further keys of `table`, `more` further lines of the section.
fn scan(text: &str, of: &str, more: &str) -> (Bench, Ended) {
    let bench = Bench::new();
    let file = bench.write("table.csv", text);
    let plan = format!(
        "[dataset]\nkind = \"aggregate\"\n[[aggregates]]\nname = \"counts\"\nby = [\"region\", \"kind\"]\nstatistic = \"count\"\n\
         rules = [\"frequency:5\"]\n{more}\ntable = {{ file = {:?}, value = \"n\"{of} }}\n",
        file.to_str().expect("a path is text")
    );
    let plan = bench.write("reidrisk.toml", plan);
    let ended = bench.scan([file.as_os_str(), "--config".as_ref(), plan.as_os_str()]);
    (bench, ended)
}

fn measured(text: &str, of: &str, more: &str) -> (Option<i32>, Value) {
    let (bench, ended) = scan(text, of, more);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    bench.assert_discreet(&ended);
    let result = bench.result();
    let tables = &result["measures"]["aggregates"]["value"]["tables"];
    (ended.code, tables[0].clone())
}

fn refused(text: &str, of: &str, code: i32, words: &[&str]) {
    let (bench, ended) = scan(text, of, "");
    bench.assert_refused(&ended, code, words);
}

const CORNERS: [(usize, usize); 4] = [(1, 1), (1, 3), (2, 1), (2, 3)];

/// The same with the true values and a column that says what is suppressed.
fn told(suppressed: &[(usize, usize)]) -> String {
    let marked = table(suppressed);
    let lines = marked.lines().zip(table(&[]).lines().map(str::to_owned).collect::<Vec<_>>());
    let line = |(marked, whole): (&str, String)| match marked {
        _ if whole.ends_with(",n") => format!("{whole},hidden\n"),
        _ => format!("{whole},{}\n", if marked == whole { "no" } else { "yes" }),
    };
    lines.map(line).collect()
}

#[test]
fn a_closed_cycle_hides_its_cells_and_passes() {
    let (code, table) = measured(&told(&CORNERS), ", suppressed = \"hidden\"", "");
    let audit = &table["audit"];
    assert_eq!(audit["suppressed_cells"], 4, "{table}");
    assert_eq!(
        (&audit["recoverable_cells"], &audit["narrow_cells"], &audit["undecided_cells"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert_eq!((&audit["components"], &audit["largest_component"]), (&1.into(), &4.into()));
    assert_eq!((&table["cells"], &table["unsafe_published_cells"]), (&16.into(), &0.into()));
    assert_eq!(table["consistency"]["inconsistent_sums"], 0);
    assert_eq!(code, Some(0), "{table}");
}

#[test]
fn suppressed_cells_of_which_nobody_says_who_contributes_are_undecided_and_never_pass() {
    // Somebody may be alone in one of them, and subtract itself from the line.
    let (code, table) = measured(&table(&CORNERS), "", "");
    let audit = &table["audit"];
    assert_eq!((&audit["recoverable_cells"], &audit["undecided_cells"]), (&0.into(), &4.into()), "{table}");
    assert_eq!(code, Some(1), "{table}");
}

#[test]
fn a_total_that_is_not_declared_is_refused() {
    let text = told(&CORNERS).replace("Total", "All");
    let more = ", suppressed = \"hidden\"";
    let (bench, ended) = scan(&text, more, "margins = false");
    bench.assert_refused(&ended, 2, &["`region`", "looks like a total"]);
    let (code, _) = measured(&text, &format!("{more}, total = \"All\""), "");
    assert_eq!(code, Some(0));
}

#[test]
fn a_cell_that_a_line_gives_away_never_passes() {
    for suppressed in [&CORNERS[..3], &[(1, 1), (1, 3), (2, 1), (3, 3)]] {
        let (code, table) = measured(&table(suppressed), "", "");
        assert_eq!(table["audit"]["recoverable_cells"], suppressed.len(), "{table}");
        assert_eq!(code, Some(1));
    }
}

#[test]
fn a_margin_that_is_not_in_the_file_follows_from_its_cells() {
    let whole = table(&CORNERS[..3]);
    let without: String = whole.split_inclusive('\n').filter(|line| !line.starts_with("r3,Total")).collect();
    let (code, table) = measured(&without, "", "");
    assert_eq!(table["consistency"]["derived_cells"], 1, "{table}");
    assert_eq!((&table["cells"], &table["audit"]["recoverable_cells"]), (&16.into(), &3.into()));
    assert_eq!(code, Some(1));
}

#[test]
fn margins_that_do_not_add_up_and_missing_cells_never_pass() {
    let good = table(&CORNERS);
    let wrong = [good.replace("Total,Total,190", "Total,Total,191"), good.replace("r3,k2,32\n", "")];
    for text in wrong {
        assert_ne!(text, good);
        let (code, table) = measured(&text, "", "");
        assert!(table["consistency"]["inconsistent_sums"].as_u64().expect("a count") > 0, "{table}");
        assert!(table.get("audit").is_none() && code == Some(1), "{table}");
    }
}

#[test]
fn sums_through_suppressed_cells_that_nothing_fits_never_pass() {
    // The first line would need a cell below zero.
    let text = table(&CORNERS).replace("r1,Total,80", "r1,Total,30").replace("r2,Total,49", "r2,Total,99");
    let (code, table) = measured(&text, "", "");
    assert!(table.get("audit").is_none() && code == Some(1), "{table}");
    assert_eq!(table["consistency"]["infeasible"], true, "{table}");
    assert!(table["undefined"].to_string().contains("inconsistent-margins"), "{table}");
}

#[test]
fn rounded_margins_need_not_add_up_but_nothing_fits_what_is_too_far_off() {
    let text = "region,n\nTotal,30\nr1,10\nr2,15\n";
    let plan = |total: &str| {
        let bench = Bench::new();
        let file = bench.write("table.csv", text.replace("Total,30", &format!("Total,{total}")));
        let plan = format!(
            "[dataset]\nkind = \"aggregate\"\n[[aggregates]]\nname = \"rounded\"\nby = [\"region\"]\nstatistic = \"count\"\n\
             rules = [\"frequency:5\"]\ntable = {{ file = {:?}, value = \"n\", rounding = 5 }}\n",
            file.to_str().expect("a path is text")
        );
        let plan = bench.write("reidrisk.toml", plan);
        let ended = bench.scan([file.as_os_str(), "--config".as_ref(), plan.as_os_str()]);
        (ended.code, bench.result()["measures"]["aggregates"]["value"]["tables"][0].clone())
    };
    let (code, table) = plan("30");
    assert_eq!((code, &table["consistency"]["inconsistent_sums"]), (Some(0), &0.into()), "{table}");
    let (code, table) = plan("40");
    assert_eq!((code, &table["consistency"]["inconsistent_sums"]), (Some(1), &1.into()), "{table}");
}

#[test]
fn a_published_cell_below_the_threshold_never_passes() {
    let text = table(&[])
        .replace("r1,k1,20", "r1,k1,3")
        .replace("r1,k2,50", "r1,k2,67")
        .replace("r2,k2,19", "r2,k2,2")
        .replace("r2,k1,8", "r2,k1,25");
    let (code, table) = measured(&text, "", "");
    assert_eq!((code, &table["unsafe_published_cells"]), (Some(1), &2.into()), "{table}");
}

#[test]
fn a_table_that_does_not_say_who_contributes_is_never_safe() {
    let (code, table) = measured(&table(&CORNERS), "", "contributor = \"card\"\n");
    assert!(table["unsafe_published_cells"].is_null() && code == Some(1), "{table}");
    assert!(table["undefined"].to_string().contains("no-contributors"));
}

#[test]
fn bad_tables_are_refused_with_where_and_what_to_do() {
    let good = table(&CORNERS);
    refused(
        &good.replace("r3,k2,32", &format!("r3,k2,{CANARY}")),
        "",
        3,
        &["column `n` holds no number in line 15", "marks"],
    );
    refused(&good.replace("r3,k2,32", "r3,k2,-32"), "", 3, &["no whole count from 0 up in line 15"]);
    refused(&good.replace("r3,k2,32", "r3,k2,32.5"), "", 3, &["no whole count from 0 up in line 15"]);
    refused(&good.replace("r3,k2,32", "r3,k2,"), "", 3, &["column `n` holds no number in line 15"]);
    refused(&format!("{good}r3,k2,32\n"), "", 3, &["lines 15 and 17 are the same cell", "by"]);
    refused("region,kind,n\nTotal,Total,*\nr1,Total,*\nTotal,k1,*\nr1,k1,*\n", "", 3, &["every cell is suppressed"]);
    refused(&good, ", total = \"All\"", 2, &["no line is the total of column `region`", "total = \"All\""]);
    refused(&good, ", count = \"cards\"", 2, &["no column `cards`", "columns: "]);
}

#[test]
fn what_is_proposed_for_a_planned_table_is_audited_and_safe() {
    let bench = Bench::new();
    let mut text = "card,region,kind,amount\n".to_owned();
    for region in 0..4 {
        for kind in 0..4 {
            let cards = if region == kind { 1 } else { 3 + region + 2 * kind };
            for card in 0..cards {
                writeln!(text, "c{region}{kind}{card},r{region},k{kind},{}", 10 + card + 3 * kind)
                    .expect("text takes all");
            }
        }
    }
    let file = bench.write("extract.csv", text);
    let plan = bench.write(
        "reidrisk.toml",
        "[[aggregates]]\nname = \"spent\"\nby = [\"region\", \"kind\"]\nstatistic = \"sum\"\nvalue = \"amount\"\n\
         contributor = \"card\"\nrules = [\"frequency:3\"]\n",
    );
    let ended = bench.scan([file.as_os_str(), "--config".as_ref(), plan.as_os_str()]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let table = bench.result()["measures"]["aggregates"]["value"]["tables"][0].clone();
    let found = &table["suppression"];
    assert_eq!((&table["unsafe_cells"], &found["primary_cells"]), (&4.into(), &4.into()), "{table}");
    assert_eq!((&found["is_safe"], &found["is_optimal"]), (&true.into(), &true.into()), "{table}");
    assert!(found["secondary_cells"].as_u64().expect("a count") >= 1, "{table}");
    assert_eq!(found["audit"]["recoverable_by_insider"], 0, "{table}");
}
